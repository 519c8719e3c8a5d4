"""Temperature of the ground through the year, of any number of columns.

Light, radiation, CO2 frost and conduction in layered ground over a closed Mars year that repeats.
Two solvers: `network`, poles fitted to each column's admittance (`physics.ground_network`), for any
number of columns with constant properties; `crank-nicolson`, cells, the reference
(`physics.conduction`). A slope sees level ground of its own kind where it does not see sky; that
ground is followed first, and what it reflects and sends falls on the slope.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from marsward.core.errors import InputError
from marsward.core.registry import unknown
from marsward.physics.columns import GroundColumns, asked_columns
from marsward.physics.conduction import crank_nicolson_year
from marsward.physics.ground_blocks import Report, run_blocks
from marsward.physics.ground_lanes import BlockYear, Plan, vapour_curve
from marsward.physics.ground_network import Poles
from marsward.physics.kernels.ground_network import LANES
from marsward.physics.season import MarsYear
from marsward.physics.sky import STEFAN_BOLTZMANN, Sky, TabledSky

__all__ = ["GroundYear", "ground_year", "hours", "temperature_at"]

Array = NDArray[np.float64]
Single = NDArray[np.float32]
SOLVERS = ("network", "crank-nicolson")
TABLES = ("sols", "hours")
STEPS, LOOKS = 96, 24  # of a sol: steps of the solver, looks at the depths
CELLS = 80
SPIN_UP, TOLERANCE = 20, 0.02
_REFERENCE_YEARS = 10


@dataclass(frozen=True, eq=False)
class GroundYear:
    """A year of the ground that repeats; arrays (n,) unless said.

    surface_mean, surface_low, surface_high : temperature of the surface over the year [K]
    amplitude : half the range of the sols' means [K]
    depths : (n, m) [m]; depth_mean, depth_low, depth_high : temperature there (n, m) [K]
    frost_days : time with CO2 frost on the ground [sols]; frost_start, frost_end : of the longest
        season in which it outlasts the day [sol of year; the end is the first sol that does not],
        NaN where there is none
    frost_peak : most frost of the year, mean of a sol [kg m-2]
    vapour_surface : annual mean of min(saturation, air) density over the surface [kg m-3], NaN
        without humidity; vapour_depth : annual mean saturation density at depths (n, m) [kg m-3]
    energy_residual : what the year's heat budget leaves, over what came in [-]
    closure : how far the kept year's slow states began from their own repeat [K]; for
        Crank-Nicolson the year's unbalanced mean flux over 4 e sigma T^3
    years : years followed, the kept one among them; the network goes before them through some of a
        fourth of the steps
    sol_mean, sol_low, sol_high : of each sol (n, sols) [K] and frost_mass (n, sols) [kg m-2], the
        sol's mean; None unless surface_table="sols"
    sol_hours : (n, sols, steps) [K] at (j + 1/2)/steps of each sol from true midnight;
        None unless "hours"
    """

    surface_mean: Array
    surface_low: Array
    surface_high: Array
    amplitude: Array
    depths: Array
    depth_mean: Array
    depth_low: Array
    depth_high: Array
    frost_days: Array
    frost_start: Array
    frost_end: Array
    frost_peak: Array
    vapour_surface: Array
    vapour_depth: Array
    energy_residual: Array
    closure: Array
    years: NDArray[np.int64]
    sol_mean: Single | None = None
    sol_low: Single | None = None
    sol_high: Single | None = None
    frost_mass: Single | None = None
    sol_hours: Single | None = None

    def __len__(self) -> int:
        return int(self.surface_mean.size)


def ground_year(
    columns: GroundColumns,
    *,
    year: MarsYear | None = None,
    sky: Sky | TabledSky | None = None,
    solver: str = "network",
    steps: int = STEPS,
    cells: int = CELLS,
    depths: ArrayLike | None = None,
    humidity: ArrayLike | None = None,
    vapour_form: str = "murphy-koop",
    frost_season: bool = False,
    spin_up: int = SPIN_UP,
    tolerance: float = TOLERANCE,
    surface_table: str | None = None,
    workers: int = 2,
    progress: Report | None = None,
) -> GroundYear:
    """The year that the ground of each column repeats.

    Parameters
    ----------
    columns : n places
    year, sky : today's year and the clear sky if None; a `TabledSky` brings its own light
    solver : "network" or "crank-nicolson"
    steps : of a sol, for the network 12 or more; cells : of a column, for Crank-Nicolson only
    depths : [m] (m,) for all columns or (n, m) at which temperature and vapour are asked
    humidity : partial pressure of water vapour at the ground [Pa], a number or (n,)
    vapour_form : of the pressure over ice, see `vapour.ice_vapour_pressure`
    frost_season : let the frost point follow the season's pressure (`season.pressure_share`)
    spin_up : most years before the one that is kept; tolerance : [K], how near its repeat that one
        must begin (see `closure` for what was reached); Crank-Nicolson runs at most 10 years
    surface_table : "sols" or "hours" for tables of the surface through the year
    workers : threads; no number of them changes a result
    progress : called with the share that is done, 0 to 1

    Raises
    ------
    InputError : no columns, an unknown solver or table, depths or humidity of a wrong shape or
        below zero.
    """
    if solver not in SOLVERS:
        raise InputError(unknown("solver of the ground", solver, SOLVERS))
    if surface_table is not None and surface_table not in TABLES:
        raise InputError(unknown("table of the surface", surface_table, TABLES))
    year, count = year or MarsYear(), asked_columns(columns)
    at, vapour = _depths(depths, count), _humidity(humidity, count)
    if solver == "crank-nicolson":
        return _reference(
            columns, year, sky, steps, cells, at, vapour, vapour_form, frost_season, spin_up,
            surface_table, workers, progress,
        )  # fmt: skip
    plan = _plan(year, sky, steps, vapour_form, frost_season, spin_up, tolerance)
    slots = np.arange(year.sols) if surface_table == "hours" else None
    parts = run_blocks(
        plan, columns, at, vapour, slots=[slots] * -(-count // LANES), workers=workers,
        progress=progress, sols=surface_table is not None,
    )  # fmt: skip
    return _gather(parts, at, vapour, surface_table)


def hours(
    columns: GroundColumns, ls: ArrayLike, *, steps: int = STEPS, **options: object
) -> Single:
    """Surface temperature through one sol at chosen seasons.

    Parameters
    ----------
    columns : n places
    ls : seasons [deg] (m,); the sol whose noon is nearest is taken
    steps : of the sol; further options as `ground_year`

    Returns
    -------
    (n, m, steps) [K] at j/steps of the sol from local true midnight.
    """
    plan, at, vapour, workers, progress = _options(columns, steps, dict(options), 1.0)
    sols = np.floor(plan.year.sol_of_ls(np.atleast_1d(np.asarray(ls, float)))).astype(int)
    sols = sols % plan.year.sols
    want, back = np.unique(sols, return_inverse=True)
    slots = np.full(plan.year.sols, -1, np.int64)
    slots[want] = np.arange(want.size)
    count = -(-len(columns) // LANES)
    parts = run_blocks(
        plan, columns, at, vapour, slots=[slots] * count, workers=workers, progress=progress
    )
    whole = np.concatenate([part.hours for part in parts])
    return np.asarray(np.roll(whole[:, back.reshape(-1)], 1, axis=2))


def temperature_at(
    columns: GroundColumns,
    ls: ArrayLike,
    local_time: ArrayLike,
    *,
    steps: int = STEPS,
    **options: object,
) -> Array:
    """Surface temperature [K] of each column at times of observation.

    Parameters
    ----------
    columns : n places
    ls : season [deg] and local_time : local true solar time [h, 0 to 24], each a number, (n,) or
        (n, observations)
    steps : of the sol; further options as `ground_year`

    Returns
    -------
    (n,) or (n, observations) [K], linear between the two sols and between the steps around.
    """
    plan, at, vapour, workers, progress = _options(columns, steps, dict(options), 0.5)
    season, clock = (_observations(v, len(columns)) for v in (ls, local_time))
    season, clock = np.broadcast_arrays(season, clock)
    if not (np.isfinite(season).all() and ((clock >= 0.0) & (clock <= 24.0)).all()):
        raise InputError("give Ls in degrees and local times from 0 to 24 h, none missing")
    noon = plan.year.sol_of_ls(season) - 0.5
    low = np.floor(noon).astype(np.int64)
    part = noon - low
    first, second = low % plan.year.sols, (low + 1) % plan.year.sols
    slots = []
    for start in range(0, len(columns), LANES):
        some = slice(start, start + LANES)
        want = np.union1d(first[some], second[some])
        row = np.full(plan.year.sols, -1, np.int64)
        row[want] = np.arange(want.size)
        slots.append(row)
    out = np.empty(season.shape)

    def read(block: int, result: BlockYear) -> None:
        some = slice(block * LANES, min((block + 1) * LANES, len(columns)))
        pair = [
            _at_hour(result.hours, slots[block][sol[some]], clock[some]) for sol in (first, second)
        ]
        out[some] = pair[0] + part[some] * (pair[1] - pair[0])

    run_blocks(
        plan, columns, at, vapour, slots=slots, workers=workers, progress=progress, read=read
    )
    return out[:, 0] if np.ndim(ls) < 2 and np.ndim(local_time) < 2 else out


def _at_hour(table: Single, slot: NDArray[np.int64], clock: Array) -> Array:
    """Linear in the hour: table (n, slots, steps) with steps at (j + 1/2)/steps of the sol."""
    steps = table.shape[2]
    place = clock / 24.0 * steps - 0.5
    low = np.floor(place).astype(np.int64)
    lane = np.arange(table.shape[0])[:, None]
    before, after = table[lane, slot, low % steps], table[lane, slot, (low + 1) % steps]
    return np.asarray(before + (place - low) * (after.astype(float) - before))


def _observations(value: ArrayLike, count: int) -> Array:
    array = np.asarray(value, dtype=np.float64)
    if array.ndim == 0:
        array = np.full(count, float(array))
    if array.shape[0] != count or array.ndim > 2:
        raise InputError(
            f"observations of shape {array.shape} do not fit {count} columns; give one number, "
            "(columns,) or (columns, observations)"
        )
    return array[:, None] if array.ndim == 1 else array


def _options(
    columns: GroundColumns, steps: int, options: dict, offset: float
) -> tuple[Plan, Array, Array, int, Report | None]:
    workers, progress = options.pop("workers", 2), options.pop("progress", None)
    year = options.pop("year", None) or MarsYear()
    plan = _plan(
        year, options.pop("sky", None), steps, "murphy-koop", options.pop("frost_season", False),
        options.pop("spin_up", SPIN_UP), options.pop("tolerance", TOLERANCE), offset,
    )  # fmt: skip
    if options:
        raise InputError(f"the hours of the ground take no option {next(iter(options))!r}")
    count = asked_columns(columns)
    return plan, np.empty((count, 0)), np.full(count, np.nan), workers, progress


def _plan(
    year: MarsYear,
    sky: Sky | TabledSky | None,
    steps: int,
    form: str,
    frost_season: bool,
    spin_up: int,
    tolerance: float,
    offset: float = 0.5,
) -> Plan:
    if isinstance(steps, bool) or int(steps) != steps or steps < 12:
        raise InputError(f"the network takes a whole number of steps, 12 or more; not {steps}")
    if not (spin_up >= 1 and tolerance > 0.0):
        raise InputError(
            f"a spin-up of {spin_up} years to {tolerance:g} K is none; give 1 or more, above 0 K"
        )
    every = max(1, int(steps) // LOOKS)
    return Plan(
        year, sky or Sky(), Poles.spread(year=year, steps=int(steps)), vapour_curve(form), every,
        int(spin_up), float(tolerance), bool(frost_season), offset,
    )  # fmt: skip


def _depths(depths: ArrayLike | None, count: int) -> Array:
    if depths is None:
        return np.empty((count, 0))
    table = np.asarray(depths, dtype=np.float64)
    if table.ndim < 2:
        table = np.broadcast_to(np.atleast_1d(table), (count, max(table.size, 1)))
    if table.shape[0] != count or table.ndim != 2:
        raise InputError(
            f"depths of shape {table.shape} do not fit {count} columns; give (depths,) or "
            "(columns, depths)"
        )
    if not ((table >= 0.0) & np.isfinite(table)).all():
        raise InputError("a depth in the ground must be 0 m or more and finite")
    return np.ascontiguousarray(table)


def _humidity(humidity: ArrayLike | None, count: int) -> Array:
    if humidity is None:
        return np.full(count, np.nan)
    row = np.broadcast_to(np.asarray(humidity, dtype=np.float64), (count,))
    if not ((row >= 0.0) & np.isfinite(row)).all():
        raise InputError("a partial pressure of water vapour must be 0 Pa or more and finite")
    return row.copy()


def _gather(
    parts: list[BlockYear], depths: Array, humidity: Array, table: str | None
) -> GroundYear:
    def join(name: str) -> Array:
        return np.concatenate([getattr(part, name) for part in parts])

    sols = np.concatenate([part.sols for part in parts]) if table else None
    rows: dict[str, Any] = dict.fromkeys(("sol_mean", "sol_low", "sol_high", "frost_mass"))
    if sols is not None:
        rows = {name: sols[:, k] for k, name in enumerate(rows)}
    return GroundYear(
        surface_mean=join("mean"),
        surface_low=join("low"),
        surface_high=join("high"),
        amplitude=join("amplitude"),
        depths=depths,
        depth_mean=join("depth_mean"),
        depth_low=join("depth_low"),
        depth_high=join("depth_high"),
        frost_days=join("frost_days"),
        frost_start=join("frost_start"),
        frost_end=join("frost_end"),
        frost_peak=join("frost_peak"),
        vapour_surface=np.where(np.isfinite(humidity), join("vapour_surface"), np.nan),
        vapour_depth=join("vapour_depth"),
        energy_residual=join("energy_residual"),
        closure=join("closure"),
        years=np.concatenate([np.full(part.mean.size, part.years) for part in parts]),
        sol_hours=join("hours").astype(np.float32) if table == "hours" else None,
        **rows,
    )


def _reference(
    columns: GroundColumns,
    year: MarsYear,
    sky: Sky | TabledSky | None,
    steps: int,
    cells: int,
    depths: Array,
    humidity: Array,
    form: str,
    seasonal: bool,
    spin_up: int,
    table: str | None,
    workers: int,
    progress: Report | None,
) -> GroundYear:
    """The same year by Crank-Nicolson."""
    air = np.isfinite(humidity).all()
    years = min(int(spin_up), _REFERENCE_YEARS)
    told = crank_nicolson_year(
        columns, year, sky, steps=steps, cells=cells, years=years, depths=depths,
        humidity=humidity if air else None, form=form, series=table == "hours",
        seasonal_pressure=seasonal, workers=workers,
        progress=None if progress is None else lambda done: progress(done / len(columns)),
    )  # fmt: skip
    same = (
        "surface_mean", "surface_low", "surface_high", "amplitude", "depth_mean", "depth_low",
        "depth_high", "frost_days", "frost_start", "frost_end", "frost_peak", "vapour_depth",
        "energy_residual",
    )  # fmt: skip
    rows = ("sol_mean", "sol_low", "sol_high", "frost_mass")
    soft = 4.0 * columns.emissivity * STEFAN_BOLTZMANN * told["surface_mean"] ** 3
    tables: dict[str, Any] = {
        name: told[name].astype(np.float32) if table else None for name in rows
    }
    tables.update({name: told[name] for name in same})
    return GroundYear(
        depths=depths,
        vapour_surface=told["vapour_surface"] if air else np.full(len(columns), np.nan),
        closure=np.abs(told["imbalance"]) / soft,
        years=np.full(len(columns), years + 1),
        sol_hours=told["surface"].astype(np.float32) if table == "hours" else None,
        **tables,
    )
