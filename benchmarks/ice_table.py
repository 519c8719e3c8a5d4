"""What an ice table costs: columns a second, maps of the planet, bands of a place, histories.

    python benchmarks/ice_table.py [--columns 512] [--rounds 3] [--json]

Random ground from pole to pole, half of it too warm for ice, as on Mars. Times are CPU seconds of
this process on one thread, the best of some rounds after one that compiles. Beside them stands the
cost of Schorghofer's MSIM 1.2 (bisection, 80 cells, 50 steps a sol, -O3) for the 15 sites of its
own test list: 49 s of CPU on a core of an EPYC 9004, measured once with gfortran 12.
"""

from __future__ import annotations

import argparse
import json
import os
import time
from collections.abc import Callable

for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "NUMBA_NUM_THREADS"):
    os.environ.setdefault(_name, "1")

import numpy as np  # noqa: E402

from marsward.physics.columns import GroundColumns  # noqa: E402
from marsward.physics.ice_spread import ice_table_spread  # noqa: E402
from marsward.physics.ice_table import ice_table  # noqa: E402
from marsward.physics.ice_vapour import PoreIce, diffused  # noqa: E402

MSIM_SITES, MSIM_SECONDS = 15, 49.0
CELLS = 64_800  # of a map at one degree
COARSE = 12_960  # of a map at 5 by 1 degrees


def ground(count: int, seed: int = 1) -> tuple[GroundColumns, np.ndarray]:
    """Random places, as many on each degree squared, and the water of their air [Pa]."""
    make = np.random.default_rng(seed)
    lat = np.degrees(np.arcsin(make.uniform(-1.0, 1.0, count)))
    columns = GroundColumns(
        lat=lat, albedo=make.uniform(0.12, 0.30, count), inertia=make.uniform(80.0, 400.0, count),
        pressure=make.uniform(400.0, 800.0, count), emissivity=0.98,
    )  # fmt: skip
    return columns, make.uniform(0.08, 0.2, count)


def best(call: Callable[[], object], rounds: int) -> float:
    """Least CPU time of some calls [s]."""
    times = []
    for _ in range(rounds):
        start = time.process_time()
        call()
        times.append(time.process_time() - start)
    return min(times)


def rows(count: int, rounds: int) -> dict[str, float]:
    columns, moist = ground(count)
    table = ice_table(columns, moist, workers=1)
    seconds = best(lambda: ice_table(columns, moist, workers=1), rounds)
    fifteen, air = ground(MSIM_SITES)
    few = best(lambda: ice_table(fifteen, air, workers=1), rounds)
    icy = np.flatnonzero(table.stable)[:1]
    one, its = columns.take(icy), moist[icy]
    band = best(lambda: ice_table_spread(one, its, workers=1), rounds)
    state = PoreIce.below(0.3)
    level = 1e-6 * (1.0 + 4.0 * np.exp(-state.edges))
    step = best(
        lambda: [
            diffused(state, saturation=level, air=2e-6, conductance=2e-4, years=500.0)
            for _ in range(200)
        ],
        rounds,
    )
    return {
        "columns": count,
        "share_with_ice": float(table.stable.mean()),
        "column_years_per_column": table.runs / count,
        "columns_per_s": count / seconds,
        "one_degree_core_s": CELLS * seconds / count,
        "five_by_one_degree_core_s": COARSE * seconds / count,
        "fifteen_sites_s": few,
        "msim_fifteen_sites_s": MSIM_SECONDS,
        "ratio_fifteen_sites": MSIM_SECONDS / few,
        "ratio_large": MSIM_SECONDS / MSIM_SITES / (seconds / count),
        "band_of_one_place_s": band,
        "diffusion_step_ms": 1e3 * step / 200,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--columns", type=int, default=512)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--json", action="store_true")
    args = parser.parse_args()
    told = rows(args.columns, args.rounds)
    if args.json:
        print(json.dumps(told))
        return
    for name, value in told.items():
        print(f"{name:<28} {value:.4g}")


if __name__ == "__main__":
    main()
