"""How air lies over relief: pressure at any height from its mean, in the season's lower air.

At a latitude the lower air has one temperature T(lat, Ls), and pressure falls with height as

    p(z) = p_0(lat) exp(-(z - z_0)/H),   H = R T/g.

T follows the ground's mean over the sol, blended over latitude with a Gaussian: winds carry heat
over some ten degrees, so that air over a cap's edge is warmer than the frost and colder than the
bare ground. From one latitude to the next the wind decides: in geostrophic balance the zonal wind u
goes with d ln p/dy = -f u/(R T) at a height. Friction holds u small near the ground, so the level
without wind, z_0(lat), is laid a share `level` of the way from the areoid up to the zonal mean of
the ground, and along it

    d ln p_0 = -g/(R T) dz_0.

These are the orographic and the dynamical part of the pressure cycle of Hourdin et al. 1993,
doi:10.1175/1520-0469(1993)050<3625:MVATAS>2.0.CO;2: cold air over low ground of a winter hemisphere
weighs more below a given height, and winds balance what is left. A tide's or a storm's pressure is
not in it. Heights between ground and 10 km above the areoid are meant.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from marsward.core.errors import InputError
from marsward.physics.air import GAS_CONSTANT, GRAVITY
from marsward.physics.sky import STEFAN_BOLTZMANN

__all__ = ["LowerAir", "ReliefPressure"]

Array = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class LowerAir:
    """The law's numbers.

    spread : standard deviation of the Gaussian over latitude [deg]; assumed, of the width of the
        front at the edge of a winter cap. With 8 to 20 the greatest pressure of Viking 2 moves by
        2 %; 14 was taken with its curve in view
    over_ground : mean temperature of the air between ground and some 5 km less that of the zonal
        ground over a sol [K]: REMS's air at Gale is 8 K warmer through the year than the zonal
        ground's mean (middle of the day's range less 6 K), the air above it less
    emissivity, per_kelvin : of clear air of 200 K over the ground in the infrared, most of it CO2
        at 15 um, and what a K more adds [K-1]: at 600 Pa the shipped correlated-k table sends 1.8,
        3.4, 8.3 and 16.7 W m-2 down from 150, 165, 190 and 215 K
    exchange : heat that winds bring to ground colder than the lower air of its latitude, or take
        from warmer [W m-2 K-1]; what one latitude gains others lose; assumed: some 3 W m-2 at a
        cap's edge, a tenth of what frost sends out. It holds the edges at 48 degrees and beyond
    level : height of the level without wind over the zonal mean of the ground's: 0 at the areoid,
        1 at the ground
    """

    spread: float = 14.0
    over_ground: float = 5.0
    emissivity: float = 0.125
    per_kelvin: float = 1.22e-3
    exchange: float = 0.15
    level: float = 1.0

    def __post_init__(self) -> None:
        if not (0.0 <= self.spread <= 90.0 and 0.0 <= self.level <= 1.0):
            raise InputError(
                f"lower air spreads over 0 to 90 deg of latitude and its calm level lies at 0 to 1 "
                f"of the ground's height, not {self.spread:g} and {self.level:g}"
            )
        if not 0.0 <= self.emissivity <= 1.0:
            raise InputError(f"an emissivity of air must lie in 0 to 1, not {self.emissivity:g}")
        if not abs(self.over_ground) <= 50.0:
            raise InputError(f"air {self.over_ground:g} K over the ground's mean is none")

    def temperature(self, lat: Array, area: Array, ground: Array) -> Array:
        """Temperature [K] (times, n) over columns at lat [deg] from their ground's sol mean [K]."""
        if self.spread == 0.0 or lat.size == 1:
            return np.asarray(ground + self.over_ground)
        apart = (lat[:, None] - lat[None, :]) / self.spread
        weight = np.exp(-0.5 * apart**2) * area[None, :]
        weight /= weight.sum(axis=1, keepdims=True)
        return np.asarray(ground @ weight.T + self.over_ground)

    def infrared(self, kelvin: Array, through: ArrayLike = 1.0) -> Array:
        """What air at temperatures [K] sends down [W m-2]; dust lets `through` of the rest pass."""
        gas = np.clip(self.emissivity + self.per_kelvin * (kelvin - 200.0), 0.0, 1.0)
        return np.asarray((1.0 - (1.0 - gas) * np.asarray(through)) * STEFAN_BOLTZMANN * kelvin**4)

    def lie(self, lat: Array, area: Array, elevation: Array, ground: Array) -> ReliefPressure:
        """How pressure lies over columns.

        Parameters
        ----------
        lat, area : of n columns [deg, m2]
        elevation : (n, m) samples of the ground's height over the areoid in each [m]
        ground : (times, n) mean temperature of the ground over a sol [K]
        """
        order = np.argsort(lat, kind="stable")
        air = self.temperature(lat, area, ground)
        spots, where = np.unique(lat[order], return_inverse=True)
        weight = np.bincount(where, area[order])

        def zonal(values: Array) -> Array:
            rows = np.zeros((values.shape[0], spots.size))
            for j, k in enumerate(order):
                rows[:, where[j]] += area[k] * values[:, k]
            return np.asarray(rows / weight)

        warm = zonal(air)
        calm = self.level * zonal(elevation.mean(axis=1)[None, :])[0]
        per_metre = GRAVITY / (GAS_CONSTANT * warm)
        step = -0.5 * (per_metre[:, 1:] + per_metre[:, :-1]) * np.diff(calm)
        log_calm = np.zeros_like(warm)
        np.cumsum(step, axis=1, out=log_calm[:, 1:])
        raw = ReliefPressure(spots, warm, log_calm, calm)
        mean = np.zeros(air.shape)
        for k in range(elevation.shape[1]):
            mean += raw.factor(None, lat, elevation[:, k])
        mean /= elevation.shape[1]
        whole = mean @ area / area.sum()
        return ReliefPressure(
            spots, warm, log_calm - np.log(whole)[:, None], calm, mean / whole[:, None]
        )


@dataclass(frozen=True, eq=False)
class ReliefPressure:
    """Pressure over the planet's mean, by time of year, latitude and height.

    lat : latitudes [deg] (k,), rising
    temperature : of the lower air [K] (times, k)
    log_calm : ln of the pressure at the level without wind over the mean of the planet's ground
    calm : height of that level over the areoid [m] (k,)
    share : mean over the ground of each column it was made for (times, n); empty before
    """

    lat: Array
    temperature: Array
    log_calm: Array
    calm: Array
    share: Array | None = None

    def factor(self, time: ArrayLike | None, lat: ArrayLike, height: ArrayLike) -> Array:
        """Pressure at a height over the areoid [m], over the planet's mean at the ground.

        time : row of the tables, fractions between them, the last running into the first; None for
            all rows, which come first in the result's shape. lat, height and time broadcast.
        """
        lat, height = np.asarray(lat, dtype=np.float64), np.asarray(height, dtype=np.float64)
        place = np.clip(np.interp(lat, self.lat, np.arange(self.lat.size)), 0, self.lat.size - 1)
        low = np.minimum(place.astype(int), max(self.lat.size - 2, 0))
        high = np.minimum(low + 1, self.lat.size - 1)
        part = place - low

        def at(table: Array) -> Array:
            if table.ndim == 1:
                return np.asarray((1.0 - part) * table[low] + part * table[high])
            if time is None:
                return np.asarray((1.0 - part) * table[:, low] + part * table[:, high])
            when = np.remainder(np.asarray(time, dtype=np.float64), table.shape[0])
            first = np.minimum(when.astype(int), table.shape[0] - 1)
            then, late = (first + 1) % table.shape[0], when - first
            early = (1.0 - part) * table[first, low] + part * table[first, high]
            return np.asarray(
                (1.0 - late) * early
                + late * ((1.0 - part) * table[then, low] + part * table[then, high])
            )

        scale = GAS_CONSTANT / GRAVITY * at(self.temperature)
        return np.asarray(np.exp(at(self.log_calm) - (height - at(self.calm)) / scale))


def sphere_bands(count: int, radius: float) -> tuple[Array, Array]:
    """Middles [deg] and areas [m2] of bands of even width in latitude."""
    if isinstance(count, bool) or not (count >= 2 and count % 1 == 0):
        raise InputError(f"a planet has a whole number of latitude bands, 2 or more; not {count}")
    edges = np.linspace(-90.0, 90.0, int(count) + 1)
    area = 2.0 * math.pi * radius**2 * np.diff(np.sin(np.radians(edges)))
    return 0.5 * (edges[1:] + edges[:-1]), area
