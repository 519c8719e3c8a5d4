"""Thermal inertia from orbit: how right and how fast, beside scipy's least squares, one thread.

    python benchmarks/thermal_inertia.py [--places 2000] [--peers 40] [--rounds 5] [--folder DIR]

True temperatures of night and day come from the network solver at places, seasons and hours off the
nodes of the table; a radiometer measures them in twelve campaigns, each with its own calibration
error, through air that the retrieval knows with an error. `scipy.optimize.least_squares` then fits
inertia and albedo of some of the same places with the same table, errors and start; its answers are
compared before anything is timed. Times are CPU seconds of this process; each ratio is given for
the slowest and the fastest round.
"""

from __future__ import annotations

import argparse
import math
import os
import time
from collections.abc import Iterator
from typing import Any

for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "NUMBA_NUM_THREADS"):
    os.environ.setdefault(_name, "1")

import numpy as np  # noqa: E402
import xarray as xr  # noqa: E402
from scipy.optimize import least_squares  # noqa: E402

from marsward.instruments.radiometer import Radiometer  # noqa: E402
from marsward.physics.columns import GroundColumns  # noqa: E402
from marsward.physics.ground import temperature_at  # noqa: E402
from marsward.physics.thermal_radiance import ThermalAir  # noqa: E402
from marsward.retrieval.ground_table import GroundTable, GroundTableNodes  # noqa: E402
from marsward.retrieval.surface_temperature import surface_temperature  # noqa: E402
from marsward.retrieval.thermal_inertia import thermal_inertia  # noqa: E402

CAMPAIGNS = 12
EMISSIVITY = 0.98


def main() -> None:
    args = _arguments()
    begin = time.process_time()
    table = GroundTable.build(
        GroundTableNodes(lat=tuple(range(-30, 31, 5)), ls=tuple(range(90, 131, 10))),
        folder=args.folder, workers=1,
    )  # fmt: skip
    print(f"table: {table.memory / 1e6:.1f} MB in {time.process_time() - begin:.1f} s of CPU")
    columns, ls, hour, warmth = truth(args.places)
    for name in ("themis", "tes-bolometer", "mcs-like"):
        for looks in ((0,), (0, 1)):
            report(name, looks, observed(name, columns, ls, hour, warmth, looks), table, columns)
    looks = observed("themis", columns, ls, hour, warmth, (0, 1))
    race(looks, table, columns, args)


def truth(n: int) -> tuple[GroundColumns, np.ndarray, np.ndarray, np.ndarray]:
    """Places, seasons, hours by night and by day, and the temperatures then."""
    rng = np.random.default_rng(1)
    columns = GroundColumns(
        lat=rng.uniform(-28.0, 28.0, n), albedo=rng.uniform(0.1, 0.32, n),
        inertia=np.exp(rng.uniform(math.log(50.0), math.log(1500.0), n)),
        pressure=rng.uniform(200.0, 1000.0, n), emissivity=EMISSIVITY,
    )  # fmt: skip
    ls = rng.uniform(92.0, 128.0, (n, 2))
    hour = np.stack([rng.uniform(1.0, 4.5, n), rng.uniform(13.0, 15.0, n)], axis=1)
    return columns, ls, hour, temperature_at(columns, ls, hour)


def observed(
    name: str, columns: GroundColumns, ls: np.ndarray, hour: np.ndarray, warmth: np.ndarray,
    looks: tuple[int, ...],
) -> dict[str, Any]:  # fmt: skip
    """What is known of the ground's temperature after the campaigns."""
    radiometer, rng = Radiometer(preset=name), np.random.default_rng(7)
    names = ("surface_temperature", "temperature_sigma", "temperature_common")
    out: dict[str, Any] = {key: np.empty((len(columns), len(looks))) for key in names}
    for campaign in range(CAMPAIGNS):
        part = np.arange(campaign, len(columns), CAMPAIGNS)
        pressure = columns.pressure[part]
        for k, look in enumerate(looks):
            depth, air = rng.normal(0.15, 0.02, part.size), rng.normal(195.0, 5.0, part.size)
            seen = radiometer.observe(
                {"surface_temperature": warmth[part, look], "emissivity": EMISSIVITY},
                air=ThermalAir(depth, air, pressure), seed=2 * campaign + look, campaign=campaign,
            )  # fmt: skip
            told = surface_temperature(
                seen, radiometer, emissivity=EMISSIVITY,
                air=ThermalAir(0.15, 195.0, pressure, 0.02, 5.0),
            )  # fmt: skip
            for key in names:
                out[key][part, k] = told[key].values
    pick = list(looks)
    out |= {"lat": columns.lat, "surface_pressure": columns.pressure}
    return out | {"ls": ls[:, pick], "ltst": hour[:, pick]}


def known_albedo(columns: GroundColumns) -> np.ndarray:
    rng = np.random.default_rng(3)
    return np.clip(columns.albedo + rng.normal(0.0, 0.01, len(columns)), 0.0, 1.0)


def report(
    name: str, looks: tuple[int, ...], seen: dict[str, Any], table: GroundTable,
    columns: GroundColumns,
) -> None:  # fmt: skip
    """Bias, stated and true error of ln inertia, reduced chi2."""
    told = thermal_inertia(seen, table, albedo=known_albedo(columns), albedo_sigma=0.01)
    off = np.log(told["thermal_inertia"].values / columns.inertia)
    sigma = (told["thermal_inertia_sigma"] / told["thermal_inertia"]).values
    good = np.isfinite(off)
    words = "night" if looks == (0,) else "night and day"
    print(
        f"{name:14s} {words:14s} bias {100 * np.median(off[good]):+.2f} %, stated error "
        f"{100 * np.median(sigma[good]):.1f} %, reduced chi2 "
        f"{np.mean((off[good] / sigma[good]) ** 2):.2f}, {good.mean():.1%} solved, "
        f"{told.attrs['places_frost']} with frost, {told.attrs['places_two_solutions']} twofold"
    )


def race(
    seen: dict[str, Any], table: GroundTable, columns: GroundColumns, args: argparse.Namespace
) -> None:
    """Places a second, ours and scipy's."""
    albedo, n = known_albedo(columns), len(columns)
    told = thermal_inertia(seen, table, albedo=albedo, albedo_sigma=0.01, workers=1)
    some = np.nonzero(told["flags"].values == 0)[0][: args.peers]
    theirs = [by_scipy(seen, table, albedo, i) for i in some]
    apart = np.log(np.array(theirs) / told["thermal_inertia"].values[some])
    sigma = (told["thermal_inertia_sigma"] / told["thermal_inertia"]).values[some]
    print(f"scipy differs by {np.median(np.abs(apart / sigma)):.3f} of the stated error (median)")
    ours, peers = [], []
    for _ in range(args.rounds):
        begin = time.process_time()
        thermal_inertia(seen, table, albedo=albedo, albedo_sigma=0.01, workers=1)
        ours.append(n / (time.process_time() - begin))
        begin = time.process_time()
        for i in some:
            by_scipy(seen, table, albedo, i)
        peers.append(len(some) / (time.process_time() - begin))
    print(f"marsward: {min(ours):,.0f} to {max(ours):,.0f} places/s of two looks, one thread")
    print(f"scipy least_squares: {min(peers):,.0f} to {max(peers):,.0f} places/s")
    print(f"ratio: {min(ours) / max(peers):,.0f} to {max(ours) / min(peers):,.0f}")


def rows(*, quick: bool = False) -> Iterator[object]:
    """The rows of the page: night and day of THEMIS beside least squares of scipy."""
    from benchmarks.race import Check, Row, named, race, told

    places, few = (200, 10) if quick else (2000, 40)
    lat = tuple(range(-30, 31, 15 if quick else 5))
    nodes = GroundTableNodes(lat=lat, ls=tuple(range(90, 131, 10)))
    table = GroundTable.build(nodes, folder=None, workers=1)
    columns, ls, hour, warmth = truth(places)
    seen = observed("themis", columns, ls, hour, warmth, (0, 1))
    what = "thermal inertia from two looks"
    inputs = f"{places:,} places ({few}), albedo known to 0.01"
    peer = f"{named('scipy', 'SciPy')} least_squares"

    def row() -> Row:
        albedo = known_albedo(columns)

        def ours() -> xr.Dataset:
            return thermal_inertia(seen, table, albedo=albedo, albedo_sigma=0.01, workers=1)

        found = ours()
        some = np.nonzero(found["flags"].values == 0)[0][:few]
        sigma = (found["thermal_inertia_sigma"] / found["thermal_inertia"]).values
        off = np.log(found["thermal_inertia"].values / columns.inertia)
        good = np.isfinite(off)
        theirs = np.array([by_scipy(seen, table, albedo, i) for i in some])
        apart = np.log(theirs / found["thermal_inertia"].values[some]) / sigma[some]
        checks = (
            Check("apart, median", float(np.median(np.abs(apart))), 0.1, "of the stated error"),
            Check("median off the truth", 100 * float(np.median(off[good])), 2.0, "%"),
        )
        spans = race(ours, lambda: [by_scipy(seen, table, albedo, i) for i in some],
                     items=(places, len(some)), rounds=5)  # fmt: skip
        return Row(what, inputs, peer, *spans, checks, "a place", headline=True,
                   said="the same table, errors and start; the slope of the table by differences "
                   "in Python")  # fmt: skip

    yield told(peer, what, inputs, row)


def by_scipy(seen: dict[str, Any], table: GroundTable, albedo: np.ndarray, i: int) -> float:
    """Thermal inertia of one place by scipy, from the same numbers."""
    read = {
        "lat": seen["lat"][i], "ls": seen["ls"][i], "hour": seen["ltst"][i],
        "pressure": seen["surface_pressure"][i],
    }  # fmt: skip
    low = [table.axes["inertia"][0], table.axes["albedo"][0]]
    high = [table.axes["inertia"][-1], table.axes["albedo"][-1]]

    def off(x: np.ndarray) -> np.ndarray:
        warmth, _, own = table.at(inertia=math.exp(x[0]), albedo=x[1], **read)
        covariance = np.diag(seen["temperature_sigma"][i] ** 2 + own**2)
        covariance += np.outer(seen["temperature_common"][i], seen["temperature_common"][i])
        root = np.linalg.cholesky(covariance)
        away = np.linalg.solve(root, seen["surface_temperature"][i] - warmth)
        return np.append(away, (x[1] - albedo[i]) / 0.01)

    start = [math.log(250.0), min(max(albedo[i], low[1] + 1e-3), high[1] - 1e-3)]
    return math.exp(least_squares(off, start, bounds=(low, high)).x[0])


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--places", type=int, default=2000)
    parser.add_argument("--peers", type=int, default=40)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--folder", default=None, help="where the table is kept")
    return parser.parse_args()


if __name__ == "__main__":
    main()
