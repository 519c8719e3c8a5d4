"""Make src/marsward/data/assets/co2_15um.npz: the infrared absorption of the air of Mars.

Run in a checkout: .venv/bin/python tools/make_co2_lines.py [--all FOLDER]

The lines of `marsward.physics.co2_lines` are summed line by line at 15 pressures and 9
temperatures, ordered into k-distributions of 32 points in three bands around 15 um, and reduced to
32 points. Takes about five minutes on one core. Nothing of any other table goes in. `--all` keeps
the k-distribution with all its points in a folder, as co2_15um_all.npz.
"""

from __future__ import annotations

import argparse
import hashlib
import io
import math
import zipfile
from pathlib import Path

import numpy as np

from marsward.physics.co2_lines import co2_lines
from marsward.physics.correlated_k import KTable, per_mass
from marsward.physics.line_by_line import cross_section, k_places

ASSETS = Path(__file__).resolve().parents[1] / "src" / "marsward" / "data" / "assets"
BANDS = (0.0, 500.0, 620.0, 720.0, 850.0, 1200.0, math.inf)  # cm-1
LINED = (1, 2, 3)  # bands that hold lines
PRESSURES = 10.0 ** np.arange(-3.0, 4.01, 0.5)  # Pa
TEMPERATURES = np.arange(90.0, 331.0, 30.0)  # K
SHINE = np.arange(60.0, 361.0, 20.0)  # K
SHINE_AT = (100.0, 200.0)  # Pa and K at which places of the spectrum are told to points
WEAKEST = 1e-27  # cm, at 296 K
FLOOR = 1e-25  # m2 kg-1
POINTS = 32


def shine(nu: np.ndarray, sigma: np.ndarray, weight: np.ndarray) -> np.ndarray:
    """Planck's law over the wave numbers [cm-1] of each point against that of the whole band."""
    order = np.argsort(sigma, kind="stable")
    ends = np.concatenate([[0], np.round(np.cumsum(weight) * nu.size).astype(int)])
    answer = np.empty((SHINE.size, weight.size))
    for i, temperature in enumerate(SHINE):
        bright = nu**3 / np.expm1(1.438776877 * nu / temperature)
        total = np.concatenate([[0.0], np.cumsum(bright[order])])
        answer[i] = (total[ends[1:]] - total[ends[:-1]]) / (ends[1:] - ends[:-1]) / bright.mean()
    return answer


def all_points() -> KTable:
    """The k-distribution with all its points."""
    lines = co2_lines(weakest=WEAKEST)
    place, weight = k_places()
    k = np.empty((PRESSURES.size, TEMPERATURES.size, len(LINED), place.size))
    for i, pressure in enumerate(PRESSURES):
        for j, temperature in enumerate(TEMPERATURES):
            nu, sigma = cross_section(
                lines, pressure, temperature, start=BANDS[LINED[0]], stop=BANDS[LINED[-1] + 1]
            )
            for b, band in enumerate(LINED):
                part = np.sort(sigma[(nu >= BANDS[band]) & (nu < BANDS[band + 1])])
                k[i, j, b] = np.interp(place * part.size - 0.5, np.arange(part.size), part)
        print(f"{pressure:.4g} Pa done", flush=True)
    nu, sigma = cross_section(lines, *SHINE_AT, start=BANDS[LINED[0]], stop=BANDS[LINED[-1] + 1])
    bright = []
    for band in LINED:
        inside = (nu >= BANDS[band]) & (nu < BANDS[band + 1])
        bright.append(shine(nu[inside], sigma[inside], weight))
    log = np.log(np.maximum(per_mass(k), FLOOR)).reshape(PRESSURES.size, TEMPERATURES.size, -1)
    empty = [b for b in range(len(BANDS) - 1) if b not in LINED]
    band = np.concatenate([np.repeat(LINED, place.size), empty])
    order = np.argsort(band, kind="stable")
    clear = np.full((*log.shape[:2], len(empty)), math.log(FLOOR))
    return KTable(
        edges=100.0 * np.array(BANDS),
        band=band[order].astype(np.int64),
        weight=np.concatenate([np.tile(weight, len(LINED)), np.ones(len(empty))])[order],
        log_pressure=np.log(PRESSURES),
        temperature=TEMPERATURES,
        log_k=np.concatenate([log, clear], axis=2)[:, :, order],
        shine_temperature=SHINE,
        shine=np.concatenate([*bright, np.ones((SHINE.size, len(empty)))], axis=1)[:, order],
        name="marsward, own lines, all points",
    ).refined(2, 2)


def pack(table: KTable) -> bytes:
    """The table as an .npz whose bytes depend on the numbers only."""
    arrays = {
        "edges": table.edges,
        "band": table.band.astype(np.int32),
        "weight": table.weight,
        "log_pressure": table.log_pressure,
        "temperature": table.temperature,
        "log_k": table.log_k.astype(np.float32),
        "shine_temperature": table.shine_temperature,
        "shine": table.shine.astype(np.float32),
    }
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, array in arrays.items():
            held = io.BytesIO()
            np.save(held, array)
            archive.writestr(zipfile.ZipInfo(f"{name}.npy", (2020, 1, 1, 0, 0, 0)), held.getvalue())
    return out.getvalue()


RECORD = """# Infrared absorption of the air of Mars around 15 um: points of a k-distribution.
[co2_15um]
file = "co2_15um.npz"
content = "{points} points in {bands} bands: band edges [m-1], band and weight of each point, even \
grids of ln(pressure/Pa) and temperature [K], ln of the absorption [m2 per kg of air] (pressure, \
temperature, point), shine of each point over its band by temperature"
source = "marsward.physics.co2_lines: lines of CO2 (626, 636, 628, 627, 638) built from published \
band origins, rotational constants, Einstein coefficients and widths (HITRAN 2016, Gordon et al. \
2017, doi:10.1016/j.jqsrt.2017.06.038; Rothman et al. 1992, doi:10.1016/0022-4073(92)90115-K); \
Voigt lines, chi of Perrin & Hartmann 1989, doi:10.1016/0022-4073(89)90077-0"
licence = "own computation from published figures; BSD-3-Clause as marsward"
made_by = "tools/make_co2_lines.py"
sha256 = "{sha256}"
"""


def main() -> None:
    """Make the asset and its record."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--all", type=Path, help="folder for the table with all points")
    given = parser.parse_args()
    whole = all_points()
    if given.all:
        (given.all / "co2_15um_all.npz").write_bytes(pack(whole))
    table = whole.reduced(POINTS)
    data = pack(table)
    (ASSETS / "co2_15um.npz").write_bytes(data)
    record = RECORD.format(
        points=table.points, bands=table.bands, sha256=hashlib.sha256(data).hexdigest()
    )
    (ASSETS / "co2_15um.toml").write_text(record)
    print(f"{table.points} points, {len(data)} bytes")


if __name__ == "__main__":
    main()
