"""Ice in the soil through orbital cycles: it follows the climate as fast as vapour diffuses.

Every few thousand years the ground is run under the orbit of the time, with ice from each of a few
depths down; between them annual mean vapour densities are interpolated, in time and in the depth of
the ice. In steps of some centuries a `PoreIce` column then gains and loses ice by diffusion. Mellon
& Jakosky 1995 (doi:10.1029/95JE01027), Schorghofer 2010 (doi:10.1016/j.icarus.2010.03.022). Pore
ice only: no snow, no excess ice; inertia, albedo and the pressure of carbon dioxide stay.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from marsward.core.errors import InputError
from marsward.physics.columns import GroundColumns, asked_columns
from marsward.physics.ground import ground_year
from marsward.physics.ice_vapour import PoreIce, diffused, soil_conductance
from marsward.physics.obliquity import PastOrbit, humidity_ratio, past_orbit
from marsward.physics.soil import POROSITY, pore_ice
from marsward.physics.vapour import WATER_TRIPLE_PRESSURE

__all__ = ["IceHistory", "ice_history"]

Array = NDArray[np.float64]
TRIALS = np.array([0.015, 0.04, 0.1, 0.25, 0.6, 1.5, 4.0])  # m: depths of ice that the ground runs
_GROUND = {"steps": 48, "tolerance": 0.1}  # of ground_year, as in `ice_table`


@dataclass(frozen=True)
class IceHistory:
    """Ice of n places through time, oldest first.

    orbit : of the m times (years_ago, eccentricity, obliquity, ls_perihelion)
    humidity : water vapour of the air [Pa], (m, n)
    equilibrium : depth at which ice would be in balance [m], (m, n), inf where nowhere
    depth : of the ice that is there [m], (m, n), inf where there is none
    mass : of all ice in the column [kg m-2], (m, n)
    supplied : what came in through the surface since the start, less what left [kg m-2], (m, n)
    """

    orbit: PastOrbit
    humidity: Array
    equilibrium: Array
    depth: Array
    mass: Array
    supplied: Array


@dataclass(frozen=True)
class _Vapour:
    """ln vapour densities at the times of the orbit: air (m, n, k), soil (m, n, k, edges)."""

    air: Array
    soil: Array


def ice_history(
    columns: GroundColumns,
    humidity: ArrayLike,
    *,
    begin: float = 1.0e6,
    end: float = 0.0,
    orbit_step: float = 5000.0,
    step: float = 500.0,
    porosity: float = POROSITY,
    conductance: float | None = None,
    start: ArrayLike = np.inf,
    moisture: Callable[[Any], float] = humidity_ratio,
    progress: Callable[[float], None] | None = None,
    **ground: Any,
) -> IceHistory:
    """Depth and mass of pore ice at n places from `begin` to `end` years ago.

    Parameters
    ----------
    columns : the dry ground
    humidity : today's pressure of water vapour [Pa], (n,) or one number
    begin, end : Julian years before J2000
    orbit_step : years between the orbits for which the ground is run
    step : of the diffusion [yr]
    conductance : of the soil for vapour [m2/s]; by `soil_conductance` at 200 K if None
    start : depth of ice at the beginning [m], inf for none
    moisture : multiple of today's humidity under a Mars year
    ground : for `ground_year`

    Raises
    ------
    InputError : times out of order or outside the known orbit, steps that are none, a humidity,
        conductance or depth that is none.
    """
    if not (begin > end and 0.0 < step <= orbit_step <= begin - end):
        raise InputError(
            f"a history runs from more to fewer years ago, in steps of {step:g} within orbits "
            f"{orbit_step:g} years apart; {begin:g} to {end:g} does not fit"
        )
    n = asked_columns(columns)
    orbit = past_orbit(np.linspace(begin, end, max(2, round((begin - end) / orbit_step) + 1)))
    deep = _each("depth of ice at the start", start, n, "m", most=math.inf)
    state = [PoreIce.below(float(depth), porosity=porosity) for depth in deep]
    if conductance is None:
        flow = soil_conductance(columns.pressure, 200.0, porosity=porosity)
    else:
        flow = _each("conductance of the soil", conductance, n, "m2/s")
    icy = pore_ice(columns.inertia, columns.volumetric_heat, porosity)
    columns = columns.replace(ice_inertia=icy[0], ice_volumetric_heat=icy[1])
    today = _each("humidity", humidity, n, "Pa", most=WATER_TRIPLE_PRESSURE)
    ratio = np.array([moisture(orbit.year(k)) for k in range(len(orbit))])
    moist = ratio[:, None] * today
    vapour = _vapours(columns, moist, orbit, state[0].edges, ground, progress)
    depth, mass, supplied = np.empty((3, len(orbit), n))
    for k in range(n):
        depth[:, k], mass[:, k], supplied[:, k] = _followed(
            state[k], vapour.air[:, k], vapour.soil[:, k], orbit.years_ago, float(flow[k]), step
        )
    return IceHistory(orbit, moist, _balance(vapour, state[0].edges), depth, mass, supplied)


def _each(name: str, value: ArrayLike, count: int, unit: str, *, most: float = 1e3) -> Array:
    """One number a place, above 0 and at most `most`."""
    row = np.asarray(value, dtype=np.float64)
    if row.ndim > 1 or row.size not in (1, count) or not np.all((row > 0.0) & (row <= most)):
        raise InputError(
            f"the {name} is a number [{unit}] above 0, or one for each of {count} places"
        )
    return np.array(np.broadcast_to(row.ravel(), (count,)))


def _vapours(
    columns: GroundColumns,
    moist: Array,
    orbit: PastOrbit,
    edges: Array,
    ground: dict[str, Any],
    progress: Callable[[float], None] | None,
) -> _Vapour:
    """Run the ground under every orbit with ice at every trial depth."""
    m, n, trials = len(orbit), len(columns), len(TRIALS)
    lanes = columns.take(np.repeat(np.arange(n), trials)).replace(ice_depth=np.tile(TRIALS, n))
    air, soil = np.empty((m, n, trials)), np.empty((m, n, trials, len(edges)))
    for k in range(m):
        told = ground_year(
            lanes,
            year=orbit.year(k),
            depths=edges,
            humidity=np.repeat(moist[k], trials),
            **{**_GROUND, **ground},
        )
        air[k] = np.log(told.vapour_surface).reshape(n, trials)
        soil[k] = np.log(told.vapour_depth).reshape(n, trials, -1)
        if progress is not None:
            progress((k + 1.0) / m)
    return _Vapour(air, soil)


def _followed(
    state: PoreIce, air: Array, soil: Array, years_ago: Array, conductance: float, step: float
) -> tuple[Array, Array, Array]:
    """Depth, mass and mass supplied at each time of one place."""
    depth, mass, supplied = np.empty((3, len(years_ago)))
    total = 0.0
    depth[0], mass[0], supplied[0] = state.table(), state.mass, 0.0
    for k in range(1, len(years_ago)):
        span = years_ago[k - 1] - years_ago[k]
        parts = max(1, math.ceil(span / step - 1e-9))
        for part in range(parts):
            w = (part + 0.5) / parts
            level = _at_depth((1.0 - w) * soil[k - 1] + w * soil[k], state.table())
            over = _at_depth((1.0 - w) * air[k - 1] + w * air[k], state.table())
            state, came = diffused(
                state,
                saturation=np.exp(level),
                air=float(np.exp(over)),
                conductance=conductance,
                years=span / parts,
            )
            total += came
        depth[k], mass[k], supplied[k] = state.table(), state.mass, total
    return depth, mass, supplied


def _at_depth(values: Array, depth: float) -> Array:
    """Values (trials, ...) for ice at a depth [m], linear in its logarithm, ends held."""
    place = np.interp(math.log(max(depth, 1e-4)) if math.isfinite(depth) else math.inf,
                      np.log(TRIALS), np.arange(len(TRIALS)))  # fmt: skip
    low = min(int(place), len(TRIALS) - 2)
    share = place - low
    return np.asarray((1.0 - share) * values[low] + share * values[low + 1])


def _balance(vapour: _Vapour, edges: Array) -> Array:
    """Depth of balance [m], (m, n), between the trial depths; inf where none of them is stable."""
    m, n, trials = vapour.air.shape
    at = np.stack(
        [
            [np.interp(np.log(TRIALS[t]), np.log(edges[1:]), vapour.soil[k, :, t, 1:][j])
             for t in range(trials)]
            for k in range(m)
            for j in range(n)
        ]
    ).reshape(m, n, trials)  # fmt: skip
    ratio = at - vapour.air
    out = np.full((m, n), np.inf)
    logs = np.log(TRIALS)
    for k, j in np.ndindex(m, n):
        below = np.flatnonzero(ratio[k, j] <= 0.0)
        if below.size and below[0] == 0:
            out[k, j] = TRIALS[0]
        elif below.size:
            i = int(below[0])
            share = ratio[k, j, i - 1] / (ratio[k, j, i - 1] - ratio[k, j, i])
            out[k, j] = math.exp(logs[i - 1] + share * (logs[i] - logs[i - 1]))
    return out
