"""Where ice lasts in the soil: the depth at which it neither gives nor takes vapour over a year.

Below dry soil, ice at depth z is in balance when the annual mean of the saturation vapour density
over it equals that of the air at the surface,

    mean(p_sat(T(z))/T(z)) = mean(min(p_sat(T_s), p)/T_s),

p the pressure of water vapour in the air (Mellon, Feldman & Prettyman 2004,
doi:10.1016/j.icarus.2003.10.022; Schorghofer & Aharonson 2005, doi:10.1029/2004JE002350). Ice
carries heat far better than dry soil, so its own presence cools it: each trial depth is a column
of its own with ice from there down. One dry year tells which columns can hold ice at all and how
deep at most; then all columns are searched together, in the logarithms of depth and of the ratio
of the two densities, for the shallowest crossing.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import ArrayLike, NDArray

from marsward.core.errors import InputError, PhysicsError
from marsward.core.fields import FieldRow, add_fields, field
from marsward.physics.columns import ICE_DEPTH_COMMENT, GroundColumns, asked_columns
from marsward.physics.ground import ground_year
from marsward.physics.kernels.ice_crossing import first_crossings, insert_trial
from marsward.physics.season import MarsYear
from marsward.physics.soil import POROSITY, ice_mass, pore_ice, skin_depth
from marsward.physics.vapour import WATER_TRIPLE_PRESSURE, frost_point

__all__ = ["IceTable", "balancing_humidity", "ice_table"]

Array = NDArray[np.float64]
Progress = Callable[[float], None]
_SHALLOWEST, _DEEPEST = 0.1, 130.0  # diurnal skin depths: where ice is looked for
_PROBES = 16  # depths read off the dry year
_MARGIN = 0.2  # a ratio of densities above exp(0.2) in dry soil, 1.3 K, is too warm for ice
_MARGIN_ABOVE_HEAT = 0.6  # ice lets heat from below pass more easily than dry soil does
_TRIALS = (0.25, 0.7)  # first trial depths, as shares of the depth of balance in dry soil
_PASSES = 8
_AIRS = np.geomspace(1e-3, 30.0, 32)  # Pa: humidities between which a needed one is found
_GROUND = {"steps": 48, "tolerance": 0.1}  # of ground_year: 0.002 of ln ratio beside finer ones
_REACH = math.log(3.0)  # furthest step beyond what was tried

add_fields(
    FieldRow("surface_temperature_mean", "K", "annual mean temperature of the surface", low=0.0),
    FieldRow("surface_temperature_low", "K", "lowest temperature of the surface", low=0.0),
    FieldRow("surface_temperature_high", "K", "highest temperature of the surface", low=0.0),
)


@dataclass(frozen=True)
class IceTable:
    """The equilibrium ice table of n places, each field (n,).

    depth : of the ice [m]; inf where it lasts nowhere, 0 where it lasts on the surface
    humidity : pressure of water vapour in the air [Pa]
    vapour_air : annual mean vapour density at the surface [kg m-3]
    surface_mean, surface_low, surface_high : surface temperature over the year [K]
    frost_days : sols with CO2 frost
    ice_mass : of ice in the top metre [kg m-2]
    runs : column-years computed, all columns together
    """

    depth: Array
    humidity: Array
    vapour_air: Array
    surface_mean: Array
    surface_low: Array
    surface_high: Array
    frost_days: Array
    ice_mass: Array
    runs: int

    def __len__(self) -> int:
        return len(self.depth)

    @property
    def stable(self) -> NDArray[np.bool_]:
        """Where ice lasts at some depth."""
        return np.isfinite(self.depth)

    def take(self, index: NDArray[np.int64]) -> IceTable:
        """Some of the places; `runs` stays that of all."""
        some = {f.name: getattr(self, f.name)[index] for f in fields(self) if f.name != "runs"}
        return replace(self, **some)

    def dataset(self, dims: str = "place") -> xr.Dataset:
        """The table with names and units; depth is inf where no ice lasts."""
        names = {
            "depth": "ice_depth", "ice_mass": "ice_mass", "humidity": "water_vapour_pressure",
            "surface_mean": "surface_temperature_mean", "surface_low": "surface_temperature_low",
            "surface_high": "surface_temperature_high", "frost_days": "frost_days",
        }  # fmt: skip
        values = {new: field(new, getattr(self, old), dims) for old, new in names.items()}
        values["ice_depth"].attrs["comment"] = ICE_DEPTH_COMMENT
        source = "equilibrium ice table, Schorghofer & Aharonson 2005, doi:10.1029/2004JE002350"
        return xr.Dataset(values, attrs={"source": source, "column_years": self.runs})


def ice_table(
    columns: GroundColumns,
    humidity: ArrayLike,
    *,
    year: MarsYear | None = None,
    porosity: float = POROSITY,
    accuracy: float = 0.01,
    progress: Progress | None = None,
    **ground: Any,
) -> IceTable:
    """Depth of the equilibrium ice table of n places; no ice may be in `columns` yet.

    Parameters
    ----------
    columns : the dry ground; what its icy layer is made of follows from `porosity`
    humidity : annual mean pressure of water vapour at the surface [Pa], (n,) or one number
    year : orbit, today's if None
    porosity : share of the soil that ice fills [-]
    accuracy : relative, of the depth
    progress : called with the share done
    ground : for `ground_year`: solver, sky, steps (48 here), tolerance (0.1 K here), workers, …

    Raises
    ------
    InputError : a humidity that is not above 0 and below the triple point of water, a porosity
        outside 0 to 1, columns that hold ice already.
    PhysicsError : a column whose year has no vapour density.
    """
    moist = _humidity(humidity, asked_columns(columns))
    if not 0.0 < porosity < 1.0:
        raise InputError(f"porosity must lie between 0 and 1, not {porosity:g}")
    if np.isfinite(columns.ice_depth).any():
        raise InputError("the ice table is looked for in dry ground: leave ice_depth out")
    if not 1e-4 <= accuracy <= 0.2:
        raise InputError(f"accuracy of a depth must lie in 0.0001 to 0.2, not {accuracy:g}")
    icy = pore_ice(columns.inertia, columns.volumetric_heat, porosity)
    columns = columns.replace(ice_inertia=icy[0], ice_volumetric_heat=icy[1])
    run = _Runs(columns, moist, {**_GROUND, **ground, "year": year or MarsYear()})
    start, bound, most = run.dry()
    _report(progress, 0.2)
    depth = np.full(len(columns), np.inf)
    depth[run.surface_high <= frost_point(moist)] = 0.0
    open_ = np.flatnonzero(np.isinf(depth) & ~np.isnan(bound))
    if open_.size:
        depth[open_] = _searched(run, open_, start, bound, most, accuracy, progress)
    _report(progress, 1.0)
    mass = ice_mass(np.where(np.isfinite(depth), depth, 1.0), porosity=porosity)
    return IceTable(
        depth, moist, run.vapour_air, run.surface_mean, run.surface_low, run.surface_high,
        run.frost_days, mass, run.count,
    )  # fmt: skip


def balancing_humidity(
    columns: GroundColumns,
    depth: ArrayLike,
    *,
    year: MarsYear | None = None,
    porosity: float = POROSITY,
    **ground: Any,
) -> Array:
    """Pressure of water vapour [Pa], (n,), that holds the ice table at a depth [m].

    Ice above that depth would go, ice below it would grow up to it. inf where the air cannot be
    moist enough: its water falls as frost while the ground below is too warm.

    Raises
    ------
    InputError : a depth that is not above 0 and finite, and what `ground_year` refuses.
    """
    n = asked_columns(columns)
    deep = np.asarray(depth, dtype=np.float64).ravel()
    if deep.size not in (1, n) or not np.all((deep > 0.0) & np.isfinite(deep)):
        raise InputError(
            f"the humidity that holds ice is asked for at depths above 0 m, one for all or {n}"
        )
    deep = np.broadcast_to(deep, (n,))
    icy = pore_ice(columns.inertia, columns.volumetric_heat, porosity)
    icy_columns = columns.replace(
        ice_depth=deep, ice_inertia=icy[0], ice_volumetric_heat=icy[1]
    ).take(np.repeat(np.arange(n), _AIRS.size))
    told = ground_year(
        icy_columns,
        depths=np.repeat(deep, _AIRS.size)[:, None],
        humidity=np.tile(_AIRS, n),
        **{**_GROUND, **ground, "year": year or MarsYear()},
    )
    air = np.log(told.vapour_surface).reshape(n, -1)
    ice = np.log(told.vapour_depth[:, 0]).reshape(n, -1)[:, 0]
    needed = [
        np.interp(over, row, np.log(_AIRS), right=np.inf)
        for over, row in zip(ice, air, strict=True)
    ]
    return np.exp(needed)


class _Runs:
    """Years of the ground at trial depths, and what the last one of each column told."""

    def __init__(self, columns: GroundColumns, humidity: Array, options: dict[str, Any]) -> None:
        self.columns, self.humidity, self.options = columns, humidity, options
        sol = options["year"].sol_length
        self.skin = skin_depth(columns.inertia, columns.volumetric_heat, sol)
        self.count = 0
        n = len(columns)
        self.vapour_air, self.surface_mean = np.empty(n), np.empty(n)
        self.surface_low, self.surface_high = np.empty(n), np.empty(n)
        self.frost_days = np.empty(n)

    def icy(self, index: NDArray[np.int64], ln_depth: Array) -> Array:
        """ln ratio over ice that begins at trial depths, (k,), for some columns."""
        depth = np.exp(ln_depth)
        some = self.columns.take(index).replace(ice_depth=depth)
        return np.ascontiguousarray(self._year(index, some, depth[:, None])[:, 0])

    def _year(self, index: NDArray[np.int64], some: GroundColumns, depths: Array) -> Array:
        """ln(density over ice at the depths/density of the air), (k, m), for some columns."""
        told = ground_year(some, depths=depths, humidity=self.humidity[index], **self.options)
        self.count += len(index)
        self.vapour_air[index] = told.vapour_surface
        for name in ("surface_mean", "surface_low", "surface_high", "frost_days"):
            getattr(self, name)[index] = getattr(told, name)
        with np.errstate(divide="ignore", invalid="ignore"):
            ratio = np.log(told.vapour_depth / told.vapour_surface[:, None])
        if not np.isfinite(ratio).all():
            k = int(index[np.argmin(np.isfinite(ratio).all(axis=1))])
            raise PhysicsError(
                f"the ground of column {k} (latitude {self.columns.lat[k]:g}) found no year that "
                "repeats; look at its albedo, inertia and pressure"
            )
        return np.asarray(ratio)

    def dry(self) -> tuple[Array, Array, Array]:
        """Least depth looked at, depth of balance in dry soil (nan: none near), greatest depth."""
        n = len(self.columns)
        probes = self.skin[:, None] * np.geomspace(_SHALLOWEST, _DEEPEST, _PROBES)
        ratio = self._year(np.arange(n), self.columns, probes)
        low = ratio <= 0.0
        first = np.argmax(low, axis=1)
        rows = np.arange(n)
        bound = probes[rows, np.where(low.any(axis=1), first, np.argmin(ratio, axis=1))]
        between = low.any(axis=1) & (first > 0)
        k = rows[between], first[between]
        above = k[0], k[1] - 1
        share = ratio[above] / (ratio[above] - ratio[k])
        bound[between] = probes[above] * (probes[k] / probes[above]) ** share
        margin = np.where(self.columns.geothermal > 0.0, _MARGIN_ABOVE_HEAT, _MARGIN)
        bound[ratio.min(axis=1) > margin] = np.nan
        return probes[:, 0], bound, probes[:, -1]


def _searched(
    run: _Runs,
    index: NDArray[np.int64],
    least: Array,
    bound: Array,
    most: Array,
    accuracy: float,
    progress: Progress | None,
) -> Array:
    """Depths of balance [m] of the columns of an index, inf where there is none."""
    low, high = np.log(least[index]), np.log(most[index])
    n = len(index)
    tried, ratio = np.empty((2, n, len(_TRIALS) + _PASSES))
    known, best = np.zeros(n, dtype=np.int64), np.full(n, np.inf)
    rest = np.arange(n)
    trials = np.clip(np.log(bound[index])[:, None] + np.log(_TRIALS), low[:, None], high[:, None])
    first = run.icy(np.repeat(index, len(_TRIALS)), trials.ravel()).reshape(trials.shape)
    for k in range(len(_TRIALS)):
        insert_trial(tried, ratio, known, rest, *np.ascontiguousarray([trials[:, k], first[:, k]]))
    for sweep in range(_PASSES):
        guess, done = np.empty(rest.size), np.empty(rest.size, dtype=bool)
        first_crossings(
            tried[rest], ratio[rest], known[rest], low[rest], high[rest], _REACH, accuracy,
            guess, done,
        )  # fmt: skip
        best[rest] = guess
        rest, guess = rest[~done], guess[~done]
        _report(progress, 0.3 + 0.7 * (1.0 - rest.size / n))
        if not rest.size or sweep == _PASSES - 1:
            break
        insert_trial(tried, ratio, known, rest, guess, run.icy(index[rest], guess))
    return np.exp(best)


def _humidity(humidity: ArrayLike, count: int) -> Array:
    moist = np.asarray(humidity, dtype=np.float64)
    if moist.ndim > 1 or moist.size not in (1, count):
        raise InputError(f"humidity has {moist.size} values for {count} columns of ground")
    good = (moist > 0.0) & (moist < WATER_TRIPLE_PRESSURE)
    if not good.all():
        worst = float(np.atleast_1d(moist)[np.argmin(np.atleast_1d(good))])
        raise InputError(
            f"a humidity of {worst:g} Pa is out of range: give the pressure of water vapour, above "
            f"0 and below {WATER_TRIPLE_PRESSURE:.0f} Pa (the triple point); on Mars some 0.05 to 1"
        )
    return np.ascontiguousarray(np.broadcast_to(moist, count))


def _report(progress: Progress | None, share: float) -> None:
    if progress is not None:
        progress(share)
