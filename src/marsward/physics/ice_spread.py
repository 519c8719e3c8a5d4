"""How well the depth of ice is known: the ice table of many soils that the place might have.

Thermal inertia and humidity are spread log-normally, albedo normally, by a Latin hypercube (McKay,
Beckman & Conover 1979, doi:10.2307/1268522): every place sees the same draws, so neither its
neighbours nor the order of work change its band. Where ice lasts nowhere in a case, the depth of
that case counts as infinite.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import ndtri

from marsward.core.errors import InputError
from marsward.physics.columns import GroundColumns, asked_columns
from marsward.physics.ice_table import IceTable, ice_table
from marsward.physics.soil import dry_volumetric_heat
from marsward.physics.vapour import WATER_TRIPLE_PRESSURE

__all__ = ["IceSpread", "ice_table_spread"]

Array = NDArray[np.float64]
BAND = (0.16, 0.84)
_LEAST_ALBEDO, _MOST_ALBEDO = 0.03, 0.8
_MOST_HUMIDITY = 0.99 * WATER_TRIPLE_PRESSURE  # Pa
_INERTIA_RANGE = (20.0, 2200.0)  # J m-2 K-1 s-1/2: dust to solid rock


@dataclass(frozen=True)
class IceSpread:
    """What the cases say of n places.

    table : of the values as they are believed
    low, median, high : depth of ice in 16, 50 and 84 % of the cases [m], (n,), inf where none lasts
    probability : share of the cases in which ice lasts at some depth, (n,)
    mass, mass_sigma : ice of the top metre, mean and standard deviation [kg m-2], (n,)
    mean_sigma : standard deviation of the annual mean surface temperature [K], (n,)
    depth : of every case [m], (n, samples)
    """

    table: IceTable
    low: Array
    median: Array
    high: Array
    probability: Array
    mass: Array
    mass_sigma: Array
    mean_sigma: Array
    depth: Array


def ice_table_spread(
    columns: GroundColumns,
    humidity: ArrayLike,
    *,
    inertia_sigma: ArrayLike = 0.15,
    albedo_sigma: ArrayLike = 0.02,
    humidity_sigma: ArrayLike = 0.3,
    samples: int = 63,
    seed: int = 0,
    accuracy: float = 0.02,
    **options: Any,
) -> IceSpread:
    """Depth of ice and its band from the errors of what it hangs on.

    Parameters
    ----------
    columns : the dry ground, (n,)
    humidity : pressure of water vapour [Pa], (n,) or one number
    inertia_sigma : of ln inertia; 0.15 about what orbital maps claim (Putzig et al. 2005,
        doi:10.1016/j.icarus.2004.08.017, 6 to 17 %)
    albedo_sigma : of albedo; Christensen et al. 2001, doi:10.1029/2000JE001370, plus dust that
        comes and goes
    humidity_sigma : of ln humidity
    samples : cases; 63 and the place itself fill the solver's 64 lanes
    seed : of the draws
    options : for `ice_table`

    Raises
    ------
    InputError : a negative error, fewer than 4 cases, and what `ice_table` refuses.
    """
    n = asked_columns(columns)
    sigmas = [_sigma(name, value, n) for name, value in (
        ("inertia_sigma", inertia_sigma), ("albedo_sigma", albedo_sigma),
        ("humidity_sigma", humidity_sigma),
    )]  # fmt: skip
    if not (4 <= samples <= 100_000 and samples % 1 == 0 and seed >= 0):
        raise InputError(
            f"a band needs 4 to 100000 samples and a seed of 0 or more, not {samples} and {seed}"
        )
    samples = int(samples)
    moist = np.asarray(humidity, dtype=np.float64).ravel()
    if moist.size not in (1, n):
        raise InputError(f"humidity has {moist.size} values for {n} columns of ground")
    moist = np.broadcast_to(moist, (n,))
    draws = np.concatenate([np.zeros((1, 3)), latin_draws(samples, 3, seed)])  # first the centre
    inertia = columns.inertia[:, None] * np.exp(sigmas[0][:, None] * draws[:, 0])
    albedo = columns.albedo[:, None] + sigmas[1][:, None] * draws[:, 1]
    air = moist[:, None] * np.exp(sigmas[2][:, None] * draws[:, 2])
    inertia = _held(inertia, *_INERTIA_RANGE)
    albedo = _held(albedo, _LEAST_ALBEDO, _MOST_ALBEDO)
    air = _held(air, 0.0, _MOST_HUMIDITY)
    heat = columns.volumetric_heat / dry_volumetric_heat(columns.inertia)
    cases = columns.take(np.repeat(np.arange(n), samples + 1)).replace(
        inertia=inertia.ravel(),
        albedo=albedo.ravel(),
        volumetric_heat=(heat[:, None] * dry_volumetric_heat(inertia)).ravel(),
    )
    told = ice_table(cases, air.ravel(), accuracy=accuracy, **options)
    depth = told.depth.reshape(n, -1)[:, 1:]
    low, median, high = np.quantile(depth, (BAND[0], 0.5, BAND[1]), axis=1, method="nearest")
    mass = told.ice_mass.reshape(n, -1)[:, 1:]
    mean = told.surface_mean.reshape(n, -1)[:, 1:]
    return IceSpread(
        told.take(np.arange(n) * (samples + 1)), low, median, high,
        np.isfinite(depth).mean(axis=1), mass.mean(axis=1), mass.std(axis=1), mean.std(axis=1),
        depth,
    )  # fmt: skip


def latin_draws(samples: int, kinds: int, seed: int) -> Array:
    """Normal deviates (samples, kinds), one in each of as many equal parts for every kind."""
    make = np.random.default_rng(seed)
    parts = np.stack([make.permutation(samples) for _ in range(kinds)], axis=1)
    return np.asarray(ndtri((parts + make.random((samples, kinds))) / samples))


def _held(cases: Array, low: float, high: float) -> Array:
    """Cases (n, samples + 1) within bounds, which reach at least to the place's own, the first."""
    own = cases[:, :1]
    return np.asarray(np.clip(cases, np.minimum(own, low), np.maximum(own, high)))


def _sigma(name: str, value: ArrayLike, count: int) -> Array:
    sigma = np.asarray(value, dtype=np.float64)
    if sigma.size not in (1, count) or not np.all((sigma >= 0.0) & np.isfinite(sigma)):
        raise InputError(f"{name} must be 0 or more, one number or one for each of {count} places")
    return np.broadcast_to(sigma.ravel(), (count,))
