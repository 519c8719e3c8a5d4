"""The fast ground solver against Crank-Nicolson, closed forms, and the clock.

    python benchmarks/ground_network.py proof [--columns 200] [--out FILE.npz]   some 20 min a core
    python benchmarks/ground_network.py poles      error of the fit by number of poles
    python benchmarks/ground_network.py speed      column-Mars-years per second, one core

`proof` follows random columns with frost, ice and slopes by both solvers, Crank-Nicolson with 200
cells at 800 steps of a sol, and compares surface temperatures at 96 times of every sol. What the
reference found is kept in --out, so that a second call compares only.
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from marsward.physics.columns import GroundColumns
from marsward.physics.conduction import crank_nicolson_year
from marsward.physics.ground import ground_year
from marsward.physics.ground_lanes import Block, Plan, vapour_curve
from marsward.physics.ground_network import LayeredGround, Poles, fit_network
from marsward.physics.kernels.ground_light import LANES
from marsward.physics.season import MarsYear
from marsward.physics.sky import Sky

Array = NDArray[np.float64]
STEPS, CELLS, TIMES, YEARS, MORE_YEARS = 800, 200, 96, 5, 16
SETTLED = 5e-4  # K, unbalanced mean flux over 4 e sigma T^3 at which the reference counts as done
DEPTHS = (0.05, 0.3, 1.0)


def random_columns(count: int, *, seed: int = 4) -> GroundColumns:
    """Places of all kinds: half of them tilted, seven in ten with ice below."""
    rng = np.random.default_rng(seed)
    tilted, icy = rng.random(count) < 0.5, rng.random(count) < 0.7
    return GroundColumns(
        lat=rng.uniform(-85.0, 85.0, count),
        albedo=rng.uniform(0.1, 0.35, count),
        inertia=np.exp(rng.uniform(np.log(40.0), np.log(1000.0), count)),
        emissivity=rng.uniform(0.95, 1.0, count),
        pressure=rng.uniform(300.0, 1000.0, count),
        slope=np.where(tilted, rng.uniform(0.0, 30.0, count), 0.0),
        aspect=rng.uniform(0.0, 360.0, count),
        ice_depth=np.where(icy, np.exp(rng.uniform(np.log(0.02), np.log(2.0), count)), np.inf),
        geothermal=0.03,
        frost_emissivity=rng.uniform(0.8, 1.0, count),
    )


def reference(columns: GroundColumns, path: Path) -> dict[str, Array]:
    """What Crank-Nicolson finds, eight columns at a time, kept in a file."""
    names = (
        "surface_mean", "frost_days", "frost_start", "frost_end", "frost_peak", "imbalance",
        "energy_residual", "depth_mean", "depth_low", "depth_high", "vapour_depth",
        "vapour_surface",
    )  # fmt: skip
    found: dict[str, list[Array]] = {name: [] for name in (*names, "series")}
    if path.exists():
        with np.load(path) as kept:
            found = {name: [kept[name]] for name in found}
    done = sum(len(part) for part in found["surface_mean"])
    for start in range(done, len(columns), 8):
        told = _followed(columns.take(slice(start, start + 8)), YEARS)
        for name in found:
            found[name].append(told[name])
        print(f"reference: {start + len(told['series'])} of {len(columns)} columns", flush=True)
        np.savez(path, **{name: np.concatenate(parts) for name, parts in found.items()})
    whole = {name: np.concatenate(parts) for name, parts in found.items()}
    off = np.abs(whole["imbalance"]) / (4.0 * 5.67e-8 * whole["surface_mean"] ** 3)
    late = np.flatnonzero(off > SETTLED)
    for start in range(0, late.size, 8):
        some = late[start : start + 8]
        told = _followed(columns.take(some), MORE_YEARS)
        for name in found:
            whole[name][some] = told[name]
        print(
            f"reference: {start + some.size} of {late.size} columns once more, longer", flush=True
        )
        np.savez(path, **whole)
    return whole


def _followed(columns: GroundColumns, years: int) -> dict[str, Array]:
    """Up to eight columns by Crank-Nicolson; `series` at the 96 times of each sol."""
    told = crank_nicolson_year(
        columns, steps=STEPS, cells=CELLS, years=years, depths=DEPTHS, workers=1, series=True,
        humidity=np.full(len(columns), 0.1),
    )  # fmt: skip
    place = (np.arange(TIMES) + 0.5) / TIMES * STEPS - 0.5
    low = np.floor(place).astype(int)
    line = told["surface"].reshape(len(columns), -1)
    line = np.concatenate([line[:, -1:], line, line[:, :1]], axis=1)
    at = (np.arange(MarsYear().sols)[:, None] * STEPS + low + 1).ravel()
    share = np.tile(place - low, MarsYear().sols)
    series = line[:, at] + share * (line[:, at + 1] - line[:, at])
    return {**told, "series": series.astype(np.float32)}


def proof(count: int, path: Path) -> None:
    """Differences between the solvers over random columns."""
    columns = random_columns(count)
    truth = reference(columns, path)
    fast = ground_year(columns, depths=DEPTHS, humidity=0.1, surface_table="hours", workers=1)
    assert fast.sol_hours is not None
    miss = fast.sol_hours.reshape(count, -1).astype(float) - truth["series"]
    rms, bias = np.sqrt((miss**2).mean(axis=1)), miss.mean(axis=1)
    print(f"{count} columns, {STEPS} steps, {CELLS} cells against {TIMES} steps, network")
    for name, value, unit in (
        ("rms of surface temperature", rms, "K"),
        ("annual bias", np.abs(bias), "K"),
        ("greatest miss at any time", np.abs(miss).max(axis=1), "K"),
        ("mean temperature at depth", np.abs(fast.depth_mean - truth["depth_mean"]).max(1), "K"),
        ("frost time", np.abs(fast.frost_days - truth["frost_days"]), "sols"),
        ("start of the frost", _apart(fast.frost_start, truth["frost_start"]), "sols"),
        ("end of the frost", _apart(fast.frost_end, truth["frost_end"]), "sols"),
        ("density over ice at depth, ln", _log(fast.vapour_depth, truth["vapour_depth"]), "-"),
        ("energy residual", np.abs(fast.energy_residual), "-"),
        ("closure", fast.closure, "K"),
    ):
        worst = int(np.nanargmax(value))
        print(
            f"  {name:32s} median {np.nanmedian(value):.3g}, 95 % {np.nanquantile(value, 0.95):.3g}"
            f", worst {np.nanmax(value):.3g} {unit} (column {worst}: {_said(columns, worst)})"
        )
    print(f"  rms over all {np.sqrt((miss**2).mean()):.3f} K, mean bias {bias.mean():+.4f} K")


def _apart(a: Array, b: Array) -> Array:
    """Difference of dates [sols] round the ring of the year; a season only one has counts whole."""
    sols = MarsYear().sols
    off = np.abs((a - b + sols / 2) % sols - sols / 2)
    return np.where(np.isnan(a) & np.isnan(b), 0.0, np.where(np.isnan(a) | np.isnan(b), sols, off))


def _log(a: Array, b: Array) -> Array:
    return np.asarray(np.abs(np.log(a / b)).max(axis=1))


def _said(columns: GroundColumns, k: int) -> str:
    return (
        f"lat {columns.lat[k]:.0f}, inertia {columns.inertia[k]:.0f}, "
        f"ice {columns.ice_depth[k]:.2f} m, slope {columns.slope[k]:.0f}"
    )


def pole_table() -> None:
    """Relative error of Y at the lines of the year (1 to 4) and of the sol (1 to 8)."""
    year, ground = MarsYear(), LayeredGround.of(random_columns(2000))
    sol = 2.0 * np.pi / year.sol_length
    lines = np.concatenate([sol / year.sols * np.arange(1, 5), sol * np.arange(1, 9)])
    print("poles  steps | year 1-4: median 95 % | sol 1, 2: median 95 % | sol 3-8: median 95 %")
    for count in (10, 12, 14, 16, 18, 20):
        for steps in (48, 96, 192):
            poles = Poles.spread(year=year, steps=steps, count=count)
            network = fit_network(ground, poles)
            miss = 100.0 * np.abs(network.admittance(lines) / ground.admittance(1j * lines) - 1.0)
            parts = (miss[:, :4], miss[:, 4:6], miss[:, 6:])
            text = " | ".join(
                f"{np.median(p.max(1)):7.3f} {np.quantile(p.max(1), 0.95):7.3f} %" for p in parts
            )
            print(f"{count:5d}  {steps:5d} | {text}")


def speed() -> None:
    """Column-Mars-years per second of one thread, CPU time, best of seven."""
    year, count, years = MarsYear(), 512, 10
    print(f"{count} columns, {years} years, CPU time of one thread, set-up and fits included")
    for steps in (48, 96, 192):
        poles = Poles.spread(year=year, steps=steps)
        options = (year, Sky(), poles, vapour_curve("murphy-koop"), steps // 24, years - 1, 1e-12)
        plan = Plan(*options, seasonal=False, rough_start=False)
        for name, columns, depths in (
            ("level, ice and frost", random_columns(count).replace(slope=0.0), 0),
            ("the same and two vapour densities", random_columns(count).replace(slope=0.0), 1),
        ):
            best = np.inf
            for _ in range(7):
                start = time.process_time()
                for first in range(0, count, LANES):
                    some = columns.take(slice(first, first + LANES))
                    at = np.full((LANES, depths), 0.3)
                    Block(plan, some, at, np.full(LANES, 0.1)).solve()
                best = min(best, time.process_time() - start)
            print(f"  {steps:3d} steps, {name:34s} {count * years / best:6.0f} column-years/s")
    columns = random_columns(4096)
    start, clock = time.process_time(), time.perf_counter()
    ground_year(columns, depths=[0.3], humidity=0.1, workers=2)
    spent, clock = time.process_time() - start, time.perf_counter() - clock
    print(
        f"  periodic year of {len(columns)} columns, half of them tilted, by ground_year on two "
        f"threads: {1e3 * spent / len(columns):.2f} ms of CPU a column, {clock:.1f} s"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("what", choices=("proof", "poles", "speed"))
    parser.add_argument("--columns", type=int, default=200)
    parser.add_argument("--out", type=Path, default=Path("ground-reference.npz"))
    given = parser.parse_args()
    if given.what == "proof":
        proof(given.columns, given.out)
    elif given.what == "poles":
        pole_table()
    else:
        speed()


if __name__ == "__main__":
    main()
