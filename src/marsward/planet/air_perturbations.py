"""Weather on top of the mean air: a seeded field of waves in density, temperature and wind.

A sum of many waves, each moving as it may: a Gaussian field xi of mean 0 and variance 1 that is the
same at whatever points, and in whatever order, it is asked for. Half of its variance is in gravity
waves, horizontal wavelengths of 20 to 200 km as the accelerometers of Mars Global Surveyor and
Odyssey saw (Fritts, Wang & Tolson 2006, doi:10.1029/2006JA011897), vertical ones of 6 to 30 km
(Creasey et al. 2006, doi:10.1029/2005GL024037), with the frequency of their dispersion N k/m; half
in waves of the planet's size, 2 000 to 20 000 km, 20 to 60 km upright, periods of 1 to 10 sols
(assumed).

Every wave is one of ln p, and the air stays at rest upright under it:

    p -> p exp(e),   e = r(z) F(x, z, t) + q(z) G(x, z, t),   T -> T/(1 - H de/dz),   rho = p/(R T),

with H = R T/g of the undisturbed air, so that dp/dz = -rho g holds exactly. F is the waves above,
of variance one in density; G waves of the planet's size, 150 to 400 km upright (assumed), in which
whole levels rise and fall. r = s/sqrt(1 + (s/b)^2) and q^2 = s^2 - r^2 share the standard deviation
s of the density, so that F warms and cools by b = 0.1 at most: that waves break there is assumed.
Winds are (g/N) r times F's waves, a quarter wave behind the density, along their motion.
The standard deviation s by height is that of Mars-GRAM 2010: 2 % at the ground, 30 % at 100 km,
45 % above 130 km; Justus & James 2000, NASA TM-2000-210279.
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
from marsward.physics.air import GRAVITY, gravity
from marsward.planet.kernels.air_waves import air_waves

__all__ = ["AirPerturbations", "density_sigma"]

Array = NDArray[np.float64]
_SALT = 0xA1E5
_SOL = float(MARS_SOLAR_DAY) * 86_400.0
_BUOYANCY = 0.01  # N [1/s]; Creasey et al. 2006
_BREAKING = 0.1  # greatest standard deviation of ln T in waves; assumed
_SCALE_HEIGHT = 8.0e3  # m, by which waves of ln p and of density are set to one another
_DENSER = (0.4, 2.5)  # density over that of the same pressure at rest: no wave goes further
# km and % of the density: Mars-GRAM 2010 (see above).
_KNOTS = np.array([0.0, 5.0, 10.0, 20.0, 40.0, 60.0, 80.0, 100.0, 110.0, 120.0, 130.0, 140.0])
_SIGMA = np.array([2.0, 2.0, 2.3, 3.1, 5.4, 9.6, 16.9, 30.0, 35.0, 40.0, 45.0, 45.0])


@lru_cache(maxsize=1)
def _sigma_spline() -> CubicSpline:
    return CubicSpline(1e3 * _KNOTS, np.log(0.01 * _SIGMA), bc_type="clamped")


def density_sigma(height: ArrayLike) -> Array:
    """Standard deviation of the density over its mean at heights over the areoid [m]."""
    return _sigma(height)[0]


def _sigma(height: ArrayLike) -> tuple[Array, Array]:
    """That standard deviation, and its slope upward [1/m]."""
    z = np.asarray(height, dtype=np.float64)
    inside = np.clip(z, 0.0, 1e3 * _KNOTS[-1])
    sigma = np.exp(_sigma_spline()(inside))
    return np.asarray(sigma), np.asarray(
        np.where(z == inside, sigma * _sigma_spline()(inside, 1), 0.0)
    )


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
        """The waves of F: horizontal vectors, upright wave numbers, rates, phases."""
        draw = np.random.default_rng([int(self.seed), _SALT])
        small = np.arange(self.waves) < self.waves // 2
        across, upright = (
            2.0 * math.pi / np.where(small, *(_spread(draw, self.waves, ends) for ends in both))
            for both in (((2e4, 2e5), (2e6, 2e7)), ((6e3, 3e4), (2e4, 6e4)))
        )
        upright = upright * draw.choice([-1.0, 1.0], self.waves)
        rate = np.where(
            small,
            np.minimum(_BUOYANCY * across / np.abs(upright), _BUOYANCY),
            _days(draw, self.waves),
        )
        return _ways(draw, across), upright, rate, draw.uniform(0.0, 2.0 * math.pi, self.waves)

    @cached_property
    def _levels(self) -> tuple[Array, Array, Array, Array]:
        """The waves of G."""
        draw, count = np.random.default_rng([int(self.seed), _SALT, 1]), max(self.waves // 4, 2)
        across, upright = (
            2.0 * math.pi / _spread(draw, count, ends) for ends in ((2e6, 2e7), (1.5e5, 4e5))
        )
        upright = upright * draw.choice([-1.0, 1.0], count)
        phase = draw.uniform(0.0, 2.0 * math.pi, count)
        return _ways(draw, across), upright, _days(draw, count), phase

    def field(self, lon: ArrayLike, lat: ArrayLike, height: ArrayLike, seconds: ArrayLike) -> Array:
        """(3, ...) F's waves of variance one in density and, a quarter wave behind, both winds."""
        parts = np.broadcast_arrays(lon, lat, height, seconds)
        flat = [np.ascontiguousarray(x, dtype=np.float64).ravel() for x in parts]
        x, y, z, t = flat
        return _sums(x, y, z, t, self._drawn)[2:].reshape(3, *parts[0].shape)

    def disturb(self, air: Array, lon: Array, lat: Array, height: Array, seconds: Array) -> None:
        """Puts the weather on air (6, n): pressure, density, temperature, winds, molar mass."""
        sigma, slope = _sigma(height)
        sigma, slope = self.scale * sigma, self.scale * slope
        over = sigma / _BREAKING
        root = np.sqrt(1.0 + over**2)
        ripple, ripple_slope = sigma / root, slope / root**3
        lift, lift_slope = sigma * over / root, slope * over * (2.0 + over**2) / root**3
        small = _sums(lon, lat, height, seconds, self._drawn)
        large = _sums(lon, lat, height, seconds, self._levels)
        log = ripple * small[0] + lift * large[0]
        steep = ripple * small[1] + ripple_slope * small[0]
        steep = steep + lift * large[1] + lift_slope * large[0]
        fall = air[0] / (air[1] * gravity(height))
        denser = np.clip(1.0 - fall * steep, *_DENSER)
        air[0] *= np.exp(log)
        air[1] *= np.exp(log) * denser
        air[2] /= denser
        speed = GRAVITY / _BUOYANCY * ripple
        air[3] += speed * small[3]
        air[4] += speed * small[4]


def _spread(draw: np.random.Generator, count: int, ends: tuple[float, float]) -> Array:
    """Lengths [m] between two, even in their logarithm."""
    return np.asarray(ends[0] * (ends[1] / ends[0]) ** draw.random(count))


def _days(draw: np.random.Generator, count: int) -> Array:
    """Rates [1/s] of periods of 1 to 10 sols."""
    return np.asarray(2.0 * math.pi / (_SOL * (1.0 + 9.0 * draw.random(count))))


def _ways(draw: np.random.Generator, across: Array) -> Array:
    """Wave vectors through the unit sphere of horizontal wave numbers [1/m], any direction."""
    way = draw.normal(size=(across.size, 3))
    size = body("mars").radius * across / np.linalg.norm(way, axis=1)
    return np.ascontiguousarray(way * size[:, None])


def _sums(
    lon: Array, lat: Array, height: Array, seconds: Array,
    waves: tuple[Array, Array, Array, Array],
) -> Array:  # fmt: skip
    out = np.empty((5, lon.size))
    way, upright, rate, phase = waves
    x, y, z, t = (np.ascontiguousarray(each) for each in (lon, lat, height, seconds))
    air_waves(x, y, z, t, way, upright, rate, phase, _SCALE_HEIGHT, out)
    return out
