"""The column of air: the clock, the landers, dust, and how far steps and layers have settled.

python benchmarks/air_column.py speed       column-sols per second, one core
python benchmarks/air_column.py landers     the sol's extremes beside the published ones
python benchmarks/air_column.py dust        opacity 0.3 to 5 at 4.6 S
python benchmarks/air_column.py settled     error by steps, calls of the radiation and layers
"""

from __future__ import annotations

import argparse
import time
from typing import Any

import numpy as np
from numpy.typing import NDArray

from marsward.physics.air_column import Light, annual_ground, run_columns, sun_of
from marsward.physics.air_day import AirDay, air_day
from marsward.physics.air_layers import layer_edges
from marsward.physics.column_radiation import column_radiation, dust_layers
from marsward.physics.columns import GroundColumns
from marsward.physics.season import MarsYear

Array = NDArray[np.float64]
COUNT, SOLS = 64, 10
# name, latitude, albedo, inertia, Ls, pressure [Pa], published air and ground [K]; sources in
# tests/published/test_column_landers.py
LANDERS = [
    ("Viking 1", 22.3, 0.25, 283.0, 102.0, 765.0, "air 187.2 241.8, ground 183 263"),
    ("Viking 2", 47.7, 0.24, 234.0, 124.0, 790.0, "air 191 241, ground 183 268"),
    ("Gale", -4.6, 0.15, 300.0, 150.0, 736.0, "air 195.7 260.9, ground 182 276"),
    ("Gale", -4.6, 0.15, 300.0, 0.0, 851.0, "air 197.1 261.9"),
    ("Gale", -4.6, 0.15, 300.0, 90.0, 853.0, "air 187.6 246.4"),
    ("Gale", -4.6, 0.15, 300.0, 180.0, 764.0, "air 198.9 270.2"),
    ("Gale", -4.6, 0.15, 300.0, 270.0, 913.0, "air 203.3 269.2"),
    ("Zhurong", 25.066, 0.23, 236.0, 60.0, 790.0, "ground swing 80 to 100"),
    ("Zhurong", 25.066, 0.23, 236.0, 150.0, 650.0, "air by day from 218"),
]


def speed() -> None:
    year, sol = MarsYear(), np.full(COUNT, 100.0)
    columns = GroundColumns(
        lat=np.linspace(-80.0, 80.0, COUNT), albedo=0.22, inertia=250.0, pressure=700.0
    )
    ls = np.degrees(year.at(sol).ls_rad)
    for layers, every in ((32, 2), (32, 4), (32, 1), (24, 2), (64, 2)):
        edges = layer_edges(columns.pressure, layers)
        ground = annual_ground(columns, sol, year=year, sky=None, steps=96, workers=1)
        depth = dust_layers(0.4, edges, ls, columns.lat)
        radiation = column_radiation(edges, depth, table=None, every=every, infrared=True)
        light = Light(np.repeat(sun_of(year, sol)[:, None], SOLS, axis=1))
        best = np.inf
        for _ in range(4):
            begin = time.process_time()
            run_columns(
                columns, edges, ground, radiation, light, transport=np.zeros((COUNT, layers)),
                geostrophic=np.full(COUNT, 10.0), roughness=np.full(COUNT, 0.01), gust=1.0,
                lasting=True, tolerance=1e-9, least_sols=SOLS, workers=1,
            )  # fmt: skip
            best = min(best, time.process_time() - begin)
        per = best / (COUNT * SOLS)
        print(
            f"{layers} layers, radiation every {every} of 96 steps: {1.0 / per:6.0f} column-sols/s"
            f" a core, {per / 96 * 1e6:.1f} us a step"
        )


def told(day: AirDay, k: int) -> str:
    air, ground = day.air_at(1.6)[k], day.ground[k]
    noon = day.difference(1.6)[k, day.hour.size * 13 // 24]
    return (
        f"air {air.min():5.1f} {air.max():5.1f}  ground {ground.min():5.1f} {ground.max():5.1f}  "
        f"noon difference {noon:4.1f}  mixed to {day.boundary_layer_height[k].max() / 1e3:4.1f} km"
        f"  50 Pa {day.profile_at(50.0)[k].mean():5.1f}"
    )


def landers() -> None:
    name, lat, albedo, inertia, ls, pressure, published = zip(*LANDERS, strict=True)
    columns = GroundColumns(
        lat=lat, albedo=albedo, inertia=inertia, emissivity=0.98, pressure=pressure
    )
    day = air_day(columns, ls=ls, pressure=pressure)
    for k, each in enumerate(name):
        print(f"{each:9} Ls {ls[k]:5.0f}  {told(day, k)}   published: {published[k]}")
    print(f"largest residual of the budget {np.abs(day.energy_residual).max():.1e}")


def dust() -> None:
    depth = np.array([0.0, 0.3, 1.0, 2.0, 5.0, 8.0])
    columns = GroundColumns(lat=np.full(6, -4.6), albedo=0.2, inertia=300.0, pressure=800.0)
    for ls in (0.0, 180.0, 240.0):
        day = air_day(columns, ls=ls, dust=depth)
        for k, tau in enumerate(depth):
            print(f"Ls {ls:3.0f} opacity {tau:3.1f}  {told(day, k)}")


def settled() -> None:
    columns = GroundColumns(lat=-4.6, albedo=0.2, inertia=300.0, pressure=800.0)
    finer: tuple[dict[str, Any], ...] = (
        {"steps": 384, "every": 2, "layers": 64}, {}, {"steps": 192, "every": 4}, {"every": 1},
        {"every": 4}, {"steps": 48, "every": 1}, {"layers": 64}, {"layers": 24}, {"layers": 16},
    )  # fmt: skip
    for given in finer:
        day = air_day(columns, ls=90.0, dust=0.3, sols=40, tolerance=0.02, **given)
        print(f"{told(day, 0)}  {given}")


if __name__ == "__main__":
    choices = {"speed": speed, "landers": landers, "dust": dust, "settled": settled}
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("what", choices=choices)
    choices[parser.parse_args().what]()
