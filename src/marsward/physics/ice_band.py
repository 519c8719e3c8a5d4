"""Band of the depth of ice by first order, for maps: what a few more years of the ground tell.

With r(z) = ln(mean density over ice at z / mean density of the air), zero at the ice table, small
errors d of ln inertia, albedo and ln humidity move the table by

    d(ln z) = -(dr/dd) d / (dr/d ln z),

each slope from one more year at the depth found. Far down r tends to r_oo, set by the annual mean
temperature alone, and ice lasts at some depth where r_oo < 0: with sigma its spread, the chance of
ice is Phi(-r_oo/sigma). Some five years for each place stand for the hundred of `ice_spread`, which
is the check of it and the better answer near the edge of stability.

Schorghofer & Aharonson 2005, doi:10.1029/2004JE002350, for r; propagation of errors by first order.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import ndtr

from marsward.core.errors import InputError
from marsward.core.fields import FieldRow, add_fields
from marsward.physics.columns import GroundColumns, asked_columns
from marsward.physics.ground import ground_year
from marsward.physics.soil import POROSITY, dry_volumetric_heat, pore_ice
from marsward.physics.vapour import (
    WATER_TRIPLE_PRESSURE,
    ice_vapour_pressure,
    vapour_density,
)

__all__ = ["IceBand", "ice_table_band"]

Array = NDArray[np.float64]
_STEP = 0.15  # of ln depth, for the slope
_DECIDED = 2.5  # |r_oo| beyond which no error in sight makes or unmakes ice
_LEAST_SLOPE = 0.02  # of r against ln depth: flatter is as good as no bound
_ALBEDO_RANGE = (0.02, 0.9)

add_fields(
    FieldRow("ice_depth_low", "m", "depth of ice, 16 % of the posterior above it", low=0.0),
    FieldRow("ice_depth_high", "m", "depth of ice, 84 % of the posterior above it", low=0.0),
    FieldRow("ice_probability", "1", "probability that ice lasts", low=0.0, high=1.0),
)


@dataclass(frozen=True)
class IceBand:
    """What is known of the ice at n places.

    low, high : depth less and more one sigma [m], (n,); inf where ice need not last at all
    probability : that ice lasts at some depth, (n,)
    sigma : of ln depth, (n,), nan where the table holds no ice
    shares : of the variance of ln depth from inertia, albedo and humidity, (3, n)
    """

    low: Array
    high: Array
    probability: Array
    sigma: Array
    shares: Array


def ice_table_band(
    columns: GroundColumns,
    depth: ArrayLike,
    humidity: ArrayLike,
    *,
    inertia_sigma: ArrayLike = 0.15,
    albedo_sigma: ArrayLike = 0.02,
    humidity_sigma: ArrayLike = 0.3,
    porosity: float = POROSITY,
    **options: Any,
) -> IceBand:
    """The band of an ice table by first order.

    Parameters
    ----------
    columns : the dry ground that the table was made of, (n,)
    depth : of the ice by `ice_table` [m], (n,): inf where none lasts, 0 where it lies open
    humidity : annual mean pressure of water vapour at the surface [Pa], (n,) or one number
    inertia_sigma, albedo_sigma, humidity_sigma : standard deviations of ln inertia, of albedo and
        of ln humidity, numbers or (n,)
    porosity : as for the table
    options : for `ground_year`: year, steps, solver, workers, ...

    Raises
    ------
    InputError : depths of other places, an error that is negative, no number or above 10, a
        humidity that is not above 0 and below the triple point of water.
    """
    n = asked_columns(columns)
    ice = _row("depth", depth, n)
    moist = _row("humidity", humidity, n, most=WATER_TRIPLE_PRESSURE)
    if not np.all(moist > 0.0):
        raise InputError("humidity must be above 0 Pa: dry air holds no ice at any depth")
    errors = (
        ("inertia_sigma", inertia_sigma), ("albedo_sigma", albedo_sigma),
        ("humidity_sigma", humidity_sigma),
    )  # fmt: skip
    heat, light, wet = (_row(name, value, n, most=10.0) for name, value in errors)
    run = _Runs(columns, ice, moist, porosity, options)
    every = np.arange(n)
    base, deep = run.year(every, {})
    icy = np.isfinite(ice) & (ice > 0.0)
    asked = np.flatnonzero(icy | ((np.abs(deep) < _DECIDED) & (ice > 0.0)))
    cases = (
        {"inertia": columns.inertia * np.exp(heat)},  # its volumetric heat goes with it
        {"albedo": np.clip(columns.albedo + light, *_ALBEDO_RANGE)},
        {"humidity": moist * np.exp(wet)},
    )
    near, far = np.zeros((3, n)), np.zeros((3, n))
    for k, change in enumerate(cases):
        here, below = run.year(asked, change)
        near[k, asked], far[k, asked] = here - base[asked], below - deep[asked]
    slope = np.full(n, np.nan)
    some = np.flatnonzero(icy)
    slope[some] = (run.year(some, {}, deeper=_STEP)[0] - base[some]) / _STEP
    return _band(ice, icy, deep, near, far, slope)


def _band(
    depth: Array, icy: NDArray[np.bool_], deep: Array, near: Array, far: Array, slope: Array
) -> IceBand:
    spread = np.sqrt(np.sum(near**2, axis=0))
    sigma = np.where(icy, spread / np.maximum(-slope, _LEAST_SLOPE), np.nan)
    loose = np.sqrt(np.sum(far**2, axis=0))
    with np.errstate(divide="ignore", invalid="ignore"):
        odds = np.where(loose > 0.0, ndtr(-deep / loose), (deep < 0.0).astype(float))
        shares = np.where(spread > 0.0, near**2 / spread**2, 0.0)
    odds = np.where(depth == 0.0, 1.0, odds)
    low = np.where(icy, depth * np.exp(-np.nan_to_num(sigma)), depth)
    bound = deep + loose < 0.0  # ice lasts somewhere even with one sigma against it
    high = np.where(icy & bound, depth * np.exp(np.nan_to_num(sigma)), np.inf)
    high = np.where(depth == 0.0, 0.0, high)
    return IceBand(low, high, odds, sigma, shares)


class _Runs:
    """Years of some places with ice at the depth of the table, dry where it holds none."""

    def __init__(
        self, columns: GroundColumns, depth: Array, humidity: Array, porosity: float,
        options: dict[str, Any],
    ) -> None:  # fmt: skip
        self.columns, self.depth, self.humidity = columns, depth, humidity
        self.porosity, self.options = porosity, options

    def year(
        self, asked: NDArray[np.int64], change: dict[str, Array], *, deeper: float = 0.0
    ) -> tuple[Array, Array]:
        """r at the table's depth times exp(deeper), and far down, for the places asked, if any."""
        if not asked.size:
            return np.empty(0), np.empty(0)
        moist = change.get("humidity", self.humidity)[asked]
        ground = {name: row[asked] for name, row in change.items() if name != "humidity"}
        some = self.columns.take(asked)
        if "inertia" in ground:
            share = some.volumetric_heat / dry_volumetric_heat(some.inertia)
            ground["volumetric_heat"] = share * dry_volumetric_heat(ground["inertia"])
        some = some.replace(**ground) if ground else some
        icy = pore_ice(some.inertia, some.volumetric_heat, self.porosity)
        depth = self.depth[asked] * np.exp(deeper)
        some = some.replace(ice_depth=depth, ice_inertia=icy[0], ice_volumetric_heat=icy[1])
        probe = np.where(np.isfinite(depth), depth, 1.0)[:, None]
        told = ground_year(some, depths=probe, humidity=moist, **self.options)
        here = np.log(told.vapour_depth[:, 0] / told.vapour_surface)
        return here, _far_down(told.surface_mean, told.vapour_surface)


def _far_down(mean: Array, air: Array) -> Array:
    """r where the temperature is the annual mean of the surface all year."""
    return np.asarray(np.log(vapour_density(ice_vapour_pressure(mean), mean) / air))


def _row(name: str, value: ArrayLike, count: int, *, most: float = np.inf) -> Array:
    row = np.asarray(value, dtype=float)
    if row.size not in (1, count) or not np.all((row >= 0.0) & (row <= most)):
        top = f" and at most {most:g}" if np.isfinite(most) else ""
        raise InputError(f"{name} is a number or one for each of {count} places, 0 or more{top}")
    return np.broadcast_to(row.ravel(), (count,)).copy()
