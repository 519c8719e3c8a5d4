"""Weather on top of the mean air: a seeded field of waves in density, temperature and wind.

A sum of many waves, each moving as it may: a Gaussian field xi of mean 0 and variance 1 that is the
same at whatever points, and in whatever order, it is asked for. Half of its variance is in gravity
waves, horizontal wavelengths of 20 to 200 km as the accelerometers of Mars Global Surveyor and
Odyssey saw (Fritts, Wang & Tolson 2006, doi:10.1029/2006JA011897), vertical ones of 6 to 30 km
(Creasey et al. 2006, doi:10.1029/2005GL024037), with the frequency of their dispersion N k/m; half
in waves of the planet's size, 2 000 to 20 000 km, 20 to 60 km upright, periods of 1 to 10 sols
(assumed).

    rho -> rho exp(s xi - s^2/2),    T -> T exp(-r xi + r^2/2),    r = min(s, 0.1),
    wind' = (g/N) r times the same waves, a quarter wave behind, along their motion,

and the pressure by the law of ideal gases: it hardly changes in waves (Fritts & Alexander 2003,
doi:10.1029/2001RG000106) until they break; greater changes of density, of the upper air, are the
rise and fall of whole levels. That waves break at r = 0.1 is assumed.
The standard deviation s by height is that of Mars-GRAM 2010: 2 % at the ground, 30 % at 100 km,
45 % above 130 km; Justus & James 2000, NASA TM-2000-210279. Air so disturbed rests no longer.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property, lru_cache

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.interpolate import CubicSpline

from marsward.core.bodies import body
from marsward.core.constants import MARS_SOLAR_DAY
from marsward.core.errors import InputError
from marsward.physics.air import GRAVITY
from marsward.planet.kernels.air_waves import air_waves

__all__ = ["AirPerturbations", "density_sigma"]

Array = NDArray[np.float64]
_SALT = 0xA1E5
_SOL = float(MARS_SOLAR_DAY) * 86_400.0
_BUOYANCY = 0.01  # N [1/s]; Creasey et al. 2006
_BREAKING = 0.1  # greatest standard deviation of ln T in waves; assumed
# km and % of the density: Mars-GRAM 2010 (see above).
_KNOTS = np.array([0.0, 5.0, 10.0, 20.0, 40.0, 60.0, 80.0, 100.0, 110.0, 120.0, 130.0, 140.0])
_SIGMA = np.array([2.0, 2.0, 2.3, 3.1, 5.4, 9.6, 16.9, 30.0, 35.0, 40.0, 45.0, 45.0])


@lru_cache(maxsize=1)
def _sigma_spline() -> CubicSpline:
    return CubicSpline(1e3 * _KNOTS, np.log(0.01 * _SIGMA), bc_type="clamped")


def density_sigma(height: ArrayLike) -> Array:
    """Standard deviation of the density over its mean at heights over the areoid [m]."""
    z = np.clip(np.asarray(height, dtype=np.float64), 0.0, 1e3 * _KNOTS[-1])
    return np.asarray(np.exp(_sigma_spline()(z)))


@dataclass(frozen=True)
class AirPerturbations:
    """Seeded waves of density and wind.

    seed : whole number, 0 or more; the same seed is the same weather
    waves : number of waves in the sum, even
    scale : factor on all standard deviations
    """

    seed: int
    waves: int = 128
    scale: float = 1.0

    def __post_init__(self) -> None:
        if isinstance(self.seed, bool) or not isinstance(self.seed, int | np.integer):
            raise InputError(f"seed = {self.seed!r}: give a whole number, 0 or more, such as 7")
        if self.seed < 0 or self.waves < 2 or not 0.0 <= self.scale <= 5.0:
            raise InputError(
                f"weather takes a seed of 0 or more, two waves or more and a scale of 0 to 5, not "
                f"seed {self.seed}, {self.waves} waves, scale {self.scale:g}"
            )

    @cached_property
    def _drawn(self) -> tuple[Array, Array, Array, Array]:
        draw = np.random.default_rng([int(self.seed), _SALT])
        n, half = self.waves, self.waves // 2
        small = np.arange(n) < half

        def spread(low: tuple[float, float], high: tuple[float, float]) -> Array:
            u = draw.random(n)
            a, b = np.where(small, low[0], high[0]), np.where(small, low[1], high[1])
            return np.asarray(a * (b / a) ** u)

        radius = body("mars").radius
        across = 2.0 * math.pi / spread((2e4, 2e5), (2e6, 2e7))
        upright = 2.0 * math.pi / spread((6e3, 3e4), (2e4, 6e4)) * draw.choice([-1.0, 1.0], n)
        days = 2.0 * math.pi / (_SOL * (1.0 + 9.0 * draw.random(n)))
        rate = np.where(small, np.minimum(_BUOYANCY * across / np.abs(upright), _BUOYANCY), days)
        way = draw.normal(size=(n, 3))
        way *= (radius * across / np.linalg.norm(way, axis=1))[:, None]
        return way, upright, rate, draw.uniform(0.0, 2.0 * math.pi, n)

    def field(self, lon: ArrayLike, lat: ArrayLike, height: ArrayLike, seconds: ArrayLike) -> Array:
        """(3, ...) the waves of variance one in density and, a quarter wave behind, both winds."""
        parts = np.broadcast_arrays(lon, lat, height, seconds)
        flat = [np.ascontiguousarray(x, dtype=np.float64).ravel() for x in parts]
        out = np.empty((3, flat[0].size))
        x, y, z, t = flat
        air_waves(x, y, z, t, *self._drawn, out)
        return out.reshape(3, *parts[0].shape)

    def disturb(self, air: Array, lon: Array, lat: Array, height: Array, seconds: Array) -> None:
        """Puts the weather on air (6, n): pressure, density, temperature, winds, molar mass."""
        waves = self.field(lon, lat, height, seconds)
        sigma = self.scale * density_sigma(height)
        ripple = np.minimum(sigma, _BREAKING)
        denser = np.exp(sigma * waves[0] - 0.5 * sigma**2)
        warmer = np.exp(-ripple * waves[0] + 0.5 * ripple**2)
        air[0] *= denser * warmer
        air[1] *= denser
        air[2] *= warmer
        speed = GRAVITY / _BUOYANCY * ripple
        air[3] += speed * waves[1]
        air[4] += speed * waves[2]
