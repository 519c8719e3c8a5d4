"""Ground temperatures beside heat1d 0.3.2: what both can do, in one script, one core.

    pip install --no-deps heat1d==0.3.2 matplotlib astropy
    python benchmarks/ground_conduction.py [--sols 20] [--full] [--refine] [--json]

Both follow dry, level, airless ground of constant conductivity and heat capacity at one latitude on
the same orbit; heat1d knows no frost and no air. heat1d runs its explicit scheme with its own grid
and time step; `--sols` of it are timed, in CPU seconds, and scaled to a year. Ours are timed on
ground with ice and frost, which is more than heat1d does, and again on the airless case.
`--full` lets heat1d run two whole years and compares the second with ours, sol by sol. On its own
grid it differs by some 1 to 2 K at noon and night; `--refine` shows it come to our temperatures as
its layers are made to grow more slowly with depth.

heat1d imports the package `planets`, which reads a file from the network; here a module of that
name with the one planet that is needed takes its place at run time, with obliquity and the Sun's
longitude in radians as heat1d reads them. numpy's old names `float` and `int` are lent to it too.
Its surface balance takes the lunar radiative conductivity whatever the settings say (chi is not
handed on), which cools the noon by some 15 K here; the constant conductivity asked for is put in.
MSIM, a Fortran model, quotes 15.4 column-Mars-years/s on a fast Xeon (its README: 0.65 s for ten
years).
"""

from __future__ import annotations

import argparse
import json
import math
import os
import sys
import time
from collections.abc import Iterator
from types import ModuleType, SimpleNamespace

for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "NUMBA_NUM_THREADS"):
    os.environ.setdefault(_name, "1")

import numpy as np  # noqa: E402

from marsward.physics.columns import GroundColumns  # noqa: E402
from marsward.physics.conduction import crank_nicolson_year  # noqa: E402
from marsward.physics.ground import ground_year  # noqa: E402
from marsward.physics.season import MarsYear  # noqa: E402
from marsward.physics.sky import Sky  # noqa: E402
from marsward.physics.soil import conductivity  # noqa: E402

LAT, ALBEDO, INERTIA, SUN = 20.0, 0.2, 250.0, 1361.0
HEAT_CAPACITY = 800.0  # J kg-1 K-1
MSIM_QUOTED = 15.4
# gravitational parameter of the Sun as heat1d has it [au3 s-2]; its year follows from it
HEAT1D_SUN = 3.96423e-14


def best(work, repeats: int = 3) -> tuple[float, object]:
    """Least CPU seconds of several calls, and the last answer."""
    least, answer = math.inf, None
    for _ in range(repeats):
        start = time.process_time()
        answer = work()
        least = min(least, time.process_time() - start)
    return least, answer


def ground(count: int = 1, **fields) -> GroundColumns:
    """The benchmark's place; with frost points so low that none forms unless asked."""
    given = {"lat": np.full(count, LAT), "albedo": ALBEDO, "inertia": INERTIA, "emissivity": 0.98}
    return GroundColumns(**{**given, **fields})


def heat1d_model(year: MarsYear, **settings: float):
    """heat1d with the same planet, ground and orbit; None where the package is not there."""
    own = ground()
    heat = float(own.volumetric_heat[0])
    carry, dense = float(conductivity(INERTIA, heat)), heat / HEAT_CAPACITY
    mars = SimpleNamespace(
        name="Mars", S=SUN / year.semi_major_axis**2, albedo=ALBEDO, albedoCoef=[0.0, 0.0],
        emissivity=0.98, Qb=0.0, rAU=year.semi_major_axis, eccentricity=year.eccentricity,
        obliquity=year.obliquity_rad, Lp=math.radians(year.ls_perihelion), day=year.sol_length,
        year=year.length, ks=carry, kd=carry, rhos=dense, rhod=dense, H=0.07, cp0=HEAT_CAPACITY,
        cpCoeff=[HEAT_CAPACITY],
    )  # fmt: skip
    stand_in = ModuleType("planets")
    stand_in.Moon = stand_in.Mars = mars  # type: ignore[attr-defined]
    sys.modules["planets"] = stand_in
    for name, kind in (("float", float), ("int", int)):
        if name not in np.__dict__:
            setattr(np, name, kind)
    try:
        import heat1d
    except ImportError as error:
        print(f"heat1d is not here ({error}); see the head of this file", file=sys.stderr)
        return None
    heat1d.main.thermCond = lambda carry, *_: carry
    order = heat1d.Configurator(**{"chi": 0.0, "S0": SUN, "b": 100, **settings})
    return heat1d.Model(planet=mars, lat=math.radians(LAT), ndays=1, config=order)


def time_heat1d(model, sols: int) -> dict[str, float]:
    """Seconds for some sols of heat1d, scaled to column-years per second."""
    steps = round(sols * model.planet.day / model.dt)
    start = time.process_time()
    for _ in range(steps):
        model.advance()
    spent = time.process_time() - start
    return {
        "cells": model.N_z,
        "steps_per_sol": model.planet.day / model.dt,
        "column_years_per_s": steps * model.dt / model.planet.year / spent,
    }


def follow_heat1d(model, year: MarsYear) -> np.ndarray:
    """Least, mean and most surface temperature of each sol in its second year, (sols, 3)."""
    per_sol = math.ceil(model.planet.day / model.dt)
    model.dt = model.planet.day / per_sol
    rows = np.empty((year.sols, 3))
    for turn in range(2):
        for sol in range(year.sols):
            seen = np.empty(per_sol)
            for j in range(per_sol):
                model.advance()
                seen[j] = model.profile.T[0]
            rows[sol] = seen.min(), seen.mean(), seen.max()
        print(f"heat1d: year {turn + 1} of 2 done", file=sys.stderr)
    return rows


def refine(grids: int = 3) -> dict[str, list[float]]:
    """Least, mean and most temperature without seasons, after 60 sols [K], on finer grids."""
    year = MarsYear(eccentricity=0.0, obliquity=0.0, sols=60, days=60 * 1.0275)
    answer: dict[str, list[float]] = {}
    for per_skin, growth in ((10, 5), (20, 20), (20, 40))[:grids]:
        model = heat1d_model(year, m=per_skin, n=growth, b=8, DTSURF=1e-4)
        model.profile.T[:] = 205.0
        per_sol = math.ceil(model.planet.day / model.dt)
        model.dt = model.planet.day / per_sol
        for _ in range(year.sols - 1):
            for _ in range(per_sol):
                model.advance()
        seen = []
        for _ in range(per_sol):
            model.advance()
            seen.append(float(model.profile.T[0]))
        answer[f"heat1d m={per_skin} n={growth}"] = [min(seen), float(np.mean(seen)), max(seen)]
    told = airless_year(year)
    answer["marsward"] = [float(told[n][0, -1]) for n in ("sol_low", "sol_mean", "sol_high")]
    return answer


def airless_year(year: MarsYear) -> dict[str, np.ndarray]:
    """Our reference solver on the benchmark's airless place, fine in time and depth."""
    bare = Sky(infrared_fraction=0.0, scattered_fraction=0.0, solar_constant=SUN)
    return crank_nicolson_year(
        ground(frost_point=60.0), year, bare, steps=768, cells=200, workers=1
    )


def compare(rows: np.ndarray, year: MarsYear) -> dict[str, float]:
    """Differences of heat1d's year, which begins at perihelion and noon, from ours."""
    told = airless_year(year)
    shift = round(float(year.sol_of_ls(year.ls_perihelion)))
    mine = np.stack([told[n][0] for n in ("sol_low", "sol_mean", "sol_high")], axis=1)
    off = rows - np.roll(mine, -shift, axis=0)
    return {
        f"{name}_difference_{what}_K": float(value)
        for k, name in enumerate(("low", "mean", "high"))
        for what, value in (("mean", off[:, k].mean()), ("rms", np.sqrt(np.mean(off[:, k] ** 2))))
    }


def ours(year: MarsYear) -> dict[str, float]:
    """Column-Mars-years per CPU second of our two solvers, all years of the spin-up counted."""
    rng = np.random.default_rng(2)
    lat = rng.uniform(-80.0, 80.0, 512)
    icy = ground(512, lat=lat, ice_depth=0.1)
    bare = ground(512, frost_point=60.0)
    airless = Sky(infrared_fraction=0.0, scattered_fraction=0.0, solar_constant=SUN)
    crank_nicolson_year(icy.take([0]), MarsYear(sols=4), steps=24, cells=16, workers=1)
    answer: dict[str, float] = {}
    for name, columns, sky in (("frost_and_ice", icy, Sky()), ("airless", bare, airless)):
        few = columns.take(slice(0, 64))
        spent, told = best(
            lambda few=few, sky=sky: crank_nicolson_year(
                few, year, sky, steps=96, cells=80, years=2, workers=1
            )
        )
        answer[f"crank_nicolson_{name}"] = 3 * len(few) / spent
        answer[f"energy_residual_{name}"] = float(np.abs(told["energy_residual"]).max())
        answer[f"network_{name}"] = fast(columns, year, sky)
    return answer


def fast(columns: GroundColumns, year: MarsYear, sky: Sky) -> float:
    """Column-Mars-years per CPU second of the network solver, its fits counted."""
    ground_year(columns.take(slice(0, 64)), year=year, sky=sky, steps=96, workers=1)
    spent, told = best(lambda: ground_year(columns, year=year, sky=sky, steps=96, workers=1))
    return float(np.sum(told.years) / spent)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--sols", type=int, default=20, help="sols of heat1d to time")
    parser.add_argument("--full", action="store_true", help="two whole years of heat1d, compared")
    parser.add_argument("--refine", action="store_true", help="heat1d on finer grids")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    # heat1d's year follows from its own constants; ours takes it over
    days = 2.0 * math.pi * math.sqrt(1.52366**3 / HEAT1D_SUN) / 86_400.0
    year = MarsYear(days=days)
    answer: dict[str, object] = {"ours_column_years_per_s": ours(year), "msim_quoted": MSIM_QUOTED}
    model = heat1d_model(year)
    if model is not None:
        timed = time_heat1d(model, options.sols)
        answer["heat1d"] = timed
        answer["ratio_to_heat1d"] = {
            name: value / timed["column_years_per_s"]
            for name, value in answer["ours_column_years_per_s"].items()  # type: ignore[attr-defined]
            if not name.startswith("energy")
        }
        if options.full:
            answer["second_year"] = compare(follow_heat1d(heat1d_model(year), year), year)
        if options.refine:
            answer["refined"] = refine()
    if options.json:
        print(json.dumps(answer, indent=1))
        return
    for name, value in answer.items():
        rows = value.items() if isinstance(value, dict) else [("", value)]
        for key, number in rows:
            numbers = number if isinstance(number, list) else [number]
            print(f"{name} {key}: {' '.join(format(each, '.5g') for each in numbers)}")


def rows(*, quick: bool = False) -> Iterator[object]:
    """The rows of the page: heat1d and its ground without air, MSIM's published rate."""
    from benchmarks.race import named, published, timed, told

    days = 2.0 * math.pi * math.sqrt(1.52366**3 / HEAT1D_SUN) / 86_400.0
    year, count = MarsYear(days=days), 64 if quick else 512
    bare = Sky(infrared_fraction=0.0, scattered_fraction=0.0, solar_constant=SUN)
    dry = ground(count, frost_point=60.0)
    rng = np.random.default_rng(2)
    icy = ground(count, lat=rng.uniform(-80.0, 80.0, count), ice_depth=0.1)
    peer = f"{named('heat1d')}, explicit"
    what = "a Mars year, airless, no frost"
    yield told(
        peer, what, "one latitude", lambda: _beside_heat1d(peer, what, dry, year, bare, quick)
    )

    def frost() -> object:
        return ground_year(icy, year=year, sky=Sky(), steps=96, workers=1)

    followed = int(np.sum(frost().years))
    spent = timed(frost, rounds=3 if quick else 5, items=followed)
    what, inputs = "a Mars year with ice, frost and air", f"{count} latitudes, 96 steps a sol"
    for label, seconds, source in ELSEWHERE:
        yield published(
            what, inputs, label, seconds, source, ours=spent, item="a column-year",
            headline="README" in source,
        )  # fmt: skip


def _beside_heat1d(
    peer: str, what: str, dry: GroundColumns, year: MarsYear, bare: Sky, quick: bool
):
    """heat1d grows to our temperatures as its layers are refined; its own grid is what is timed."""
    from benchmarks.race import Check, Row, Spent, timed

    model = heat1d_model(year)
    if model is None:
        raise ImportError("heat1d did not load")
    told = refine(2)
    mine = np.array(told.pop("marsward"))
    finest = np.array(list(told.values())[-1])
    fast = ground_year(dry, year=year, sky=bare, steps=96, workers=1)
    slow = airless_year(year)
    names = ("surface_low", "surface_mean", "surface_high")
    apart = max(abs(float(getattr(fast, n)[0] - slow[n][0])) for n in names)
    checks = (
        Check("ours off our Crank–Nicolson, least, mean, most of the year", apart, 0.5, "K"),
        Check("that off the peer's finest grid, least, mean, most of a sol",
              float(np.abs(mine - finest).max()), 1.0, "K"),
    )  # fmt: skip
    ours = timed(
        lambda: ground_year(dry, year=year, sky=bare, steps=96, workers=1),
        rounds=3 if quick else 5, items=float(np.sum(fast.years)),
    )  # fmt: skip
    spans = [1.0 / time_heat1d(model, 2 if quick else 20)["column_years_per_s"]
             for _ in range(3)]  # fmt: skip
    return Row(what, "one latitude, 96 steps a sol", peer, ours, Spent.of(spans), checks,
               "a column-year", headline=True,
               said="no frost, no air in the peer; some sols timed, scaled to a year")  # fmt: skip


# seconds of a column-year: published in MSIM's README for a fast Xeon, and measured on the same
# kind of machine on 2026-11-22
ELSEWHERE = (
    ("MSIM 1.2.2, 80 cells, 100 steps a sol", 1.0 / MSIM_QUOTED,
     "its README: 0.65 s for ten years on a Xeon w5-2545"),
    ("MSIM 1.2.2 as shipped (-O2)", 1.0 / 7.0, "2026-11-22, same kind of machine; "
     "Fortran under a licence that forbids commercial use, so no part of this environment"),
    ("KRC", None, "in no registry"),
)  # fmt: skip


if __name__ == "__main__":
    main()
