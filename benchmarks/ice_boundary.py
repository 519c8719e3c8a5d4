"""How far from the poles ice lasts, with measured thermal inertia and albedo, on 5 by 1 degrees.

    python benchmarks/ice_boundary.py MAP OUT.nc [--pressure 600] [--workers 2] [--json]

MAP is a table of longitude, latitude, albedo, thermal inertia and frost point of the air's water
[K], 5 by 0.25 degrees (gzip or plain, below -999 where nothing was measured), such as the one that
Schorghofer & Aharonson 2005 (doi:10.1029/2004JE002350) drew theirs with. Four rows make one degree
(albedo and frost point by their means, inertia by that of its logarithm). Pressure is by height, or
one number for all. Writes depth, mass and temperature to OUT.nc and prints, for each hemisphere,
the latitude to which ice reaches: the mean over longitude of the last row that holds ice on the way
from the pole, and the row in which half of the longitudes do.
"""

from __future__ import annotations

import argparse
import gzip
import json
import time
from pathlib import Path

import numpy as np
import xarray as xr

from marsward.physics.columns import GroundColumns
from marsward.physics.ice_table import ice_table
from marsward.physics.vapour import ice_vapour_pressure
from marsward.planet.ground_maps import SurfaceMaps

ROWS, COLUMNS, PARTS = 180, 72, 4
POLEWARD = 30.0  # deg: nearer the equator no ice is looked at for the boundary
FROST_ALBEDO, FROST_EMISSIVITY = 0.60, 1.0  # of carbon dioxide frost, as in the published tables


def read(path: Path) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Albedo, inertia and frost point (rows, columns) at 5 by 1 degrees, NaN where unknown."""
    text = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    table = np.loadtxt(text.decode("ascii").splitlines())
    row = np.round((table[:, 1] + 90.0) * PARTS - 0.5).astype(int)
    column = np.round((table[:, 0] % 360.0 - 2.5) / 5.0).astype(int)
    fine = np.full((3, ROWS * PARTS, COLUMNS), np.nan)
    good = (table[:, 2:5] > -999.0).all(axis=1) & (table[:, 3] > 0.0)
    values = table[good, 2:5] * 1.0
    values[:, 1] = np.log(values[:, 1])
    fine[:, row[good], column[good]] = values.T
    blocks = fine.reshape(3, ROWS, PARTS, COLUMNS)
    count = np.isfinite(blocks[0]).sum(axis=1)
    mean = np.nansum(blocks, axis=2) / np.where(count > 0, count, np.nan)
    return mean[0], np.exp(mean[1]), mean[2]


def boundary(stable: np.ndarray, known: np.ndarray, lat: np.ndarray) -> tuple[float, float]:
    """Mean latitude to which ice reaches, and where half the longitudes hold it [deg, absolute].

    stable, known : (rows, columns), rows from the pole to the equator
    """
    reach = np.full(stable.shape[1], np.nan)
    for column in range(stable.shape[1]):
        rows = np.flatnonzero(known[:, column])
        bare = np.flatnonzero(~stable[rows, column])
        if rows.size and bare.size and bare[0] > 0:
            between = lat[rows[bare[0] - 1]], lat[rows[bare[0]]]
            reach[column] = 0.5 * (abs(between[0]) + abs(between[1]))
    share = np.where(known, stable, 0).sum(axis=1) / np.maximum(known.sum(axis=1), 1)
    half = np.flatnonzero((share < 0.5) & (known.sum(axis=1) > COLUMNS // 4))
    return float(np.nanmean(reach)), float(abs(lat[half[0]])) + 0.5


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("map", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--pressure", type=float)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--json", action="store_true")
    args = parser.parse_args()
    albedo, inertia, dew = read(args.map)
    lat, lon = np.arange(ROWS) - 89.5, np.arange(COLUMNS) * 5.0 + 2.5
    known = np.isfinite(albedo)
    where = np.broadcast_arrays(lat[:, None], lon[None, :])
    pressure = args.pressure
    if pressure is None:
        pressure = SurfaceMaps.at(where[0][known], where[1][known]).pressure
    columns = GroundColumns(
        lat=where[0][known], albedo=albedo[known], inertia=inertia[known], pressure=pressure,
        frost_albedo=FROST_ALBEDO, frost_emissivity=FROST_EMISSIVITY,
    )  # fmt: skip
    cpu, clock = time.process_time(), time.perf_counter()
    table = ice_table(columns, ice_vapour_pressure(dew[known]), workers=args.workers)
    cpu, clock = time.process_time() - cpu, time.perf_counter() - clock
    maps = {}
    for name, field in table.dataset().data_vars.items():
        grid = np.full((ROWS, COLUMNS), np.nan)
        grid[known] = field.values
        maps[name] = (("lat", "lon"), grid, field.attrs)
    maps["thermal_inertia"] = (("lat", "lon"), inertia, {"units": "J m-2 K-1 s-0.5"})
    maps["bolometric_albedo"] = (("lat", "lon"), albedo, {"units": "1"})
    out = xr.Dataset(maps, coords={"lat": lat, "lon": lon}, attrs=table.dataset().attrs)
    out.to_netcdf(args.out)
    depth = maps["ice_depth"][1]
    stable = np.isfinite(depth) & known
    told = {"cells": int(known.sum()), "stable": int(stable.sum()), "column_years": table.runs,
            "cpu_s": round(cpu, 1), "wall_s": round(clock, 1)}  # fmt: skip
    for name, rows in (("south", slice(0, 60)), ("north", slice(179, 119, -1))):
        mean, half = boundary(stable[rows], known[rows], lat[rows])
        told[f"{name}_mean_deg"], told[f"{name}_half_deg"] = round(mean, 2), half
    print(json.dumps(told) if args.json else "\n".join(f"{k:<16} {v}" for k, v in told.items()))


if __name__ == "__main__":
    main()
