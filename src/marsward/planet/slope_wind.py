"""Winds up warm slopes by day and down cold ones by night.

Prandtl's steady flow along a slope of angle a under a surplus of temperature that decays upward,

    u(n) = D sqrt(g/(theta gamma)) exp(-n/l) sin(n/l),   l = (4 K^2/(N^2 sin^2 a))^(1/4),

with D the surplus of the lowest air over its mean of the sol, gamma the rise of potential
temperature with height, N^2 = g gamma/theta and K the eddy diffusivity: Prandtl 1942; for Mars
Savijarvi & Siili 1993, doi:10.1175/1520-0469(1993)050<0077:TMSWAT>2.0.CO;2 (nights) and Ye, Segal &
Pielke 1990, doi:10.1175/1520-0469(1990)047<0612:ACSODT>2.0.CO;2 (days). On gentle slopes the
turning planet and the short sol hold it back by N^2 sin^2 a/(N^2 sin^2 a + f^2 + w^2), w = 2
pi/sol. Slopes are those of the shipped terrain over a degree; crater walls and canyons have
stronger winds than these.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.ndimage import map_coordinates

from marsward.core.bodies import body
from marsward.core.constants import MARS_SOLAR_DAY
from marsward.physics.air import GRAVITY

__all__ = ["SlopeWind", "regional_slope"]

Array = NDArray[np.float64]
_RADIUS = body("mars").radius
_SPIN = 2.0 * math.pi / (float(MARS_SOLAR_DAY) * 86_400.0)
# Rise of potential temperature with height [K/m]: g/cp less a lapse of 2.5 K/km, Savijarvi & Siili.
_STABILITY = 2.5e-3
# Eddy diffusivity by day and by night [m2/s]: tens of times the Earth's by day, Ye et al. 1990.
_DAY, _NIGHT = 300.0, 3.0


@lru_cache(maxsize=1)
def _slopes() -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Rise of the ground to the east and to the north [-], on cells of a degree, padded by one."""
    from marsward.data.surface_maps import elevation, padded

    tall = padded(elevation(1), 1).astype(float)
    lat = 90.0 - (np.arange(180) + 0.5)
    cell = math.radians(1.0) * _RADIUS
    east = (tall[1:-1, 2:] - tall[1:-1, :-2]) / (2.0 * cell * np.cos(np.radians(lat))[:, None])
    north = (tall[:-2, 1:-1] - tall[2:, 1:-1]) / (2.0 * cell)
    return padded(east, 1).astype(np.float32), padded(north, 1).astype(np.float32)


def regional_slope(lon: ArrayLike, lat: ArrayLike) -> tuple[Array, Array]:
    """Rise of the ground to the east and to the north [-] over a degree, at places [deg]."""
    x, y = np.broadcast_arrays(np.mod(np.asarray(lon, float), 360.0), np.asarray(lat, float))
    place = np.stack([90.0 - y + 0.5, x + 0.5]).reshape(2, -1)
    east, north = (map_coordinates(v, place, order=1, mode="nearest") for v in _slopes())
    return np.asarray(east, float).reshape(x.shape), np.asarray(north, float).reshape(x.shape)


@dataclass(frozen=True)
class SlopeWind:
    """Prandtl's wind on the slopes of the terrain.

    sensed : height over the ground at which the air's surplus is taken [m]
    depth : height over the ground up to which the wind reaches [m]
    """

    sensed: float = 20.0
    depth: float = 4e3
    reach_above_areoid: float = 26e3

    def at(
        self, lon: Array, lat: Array, above: Array, temperature: Array, mean: Array
    ) -> tuple[Array, Array]:
        """Winds to the east and to the north [m/s] at heights over the ground [m].

        temperature, mean : of the lowest air now and in the mean of the sol [K]
        """
        east, north = regional_slope(lon, lat)
        steep = np.hypot(east, north)
        warm = temperature - mean
        buoyant = GRAVITY * _STABILITY / mean
        pull = buoyant * steep**2 / (1.0 + steep**2)
        turn = 2.0 * _SPIN * np.sin(np.radians(lat))
        held = pull / (pull + turn**2 + _SPIN**2)
        stir = np.where(warm > 0.0, _DAY, _NIGHT)
        length = (4.0 * stir**2 / np.maximum(pull, 1e-14)) ** 0.25
        x = np.maximum(above, 0.0) / length
        # no wind past the depth, and none of its slope: the air above knows nothing of the ground
        fade = np.clip(1.0 - np.maximum(above, 0.0) / self.depth, 0.0, 1.0) ** 2
        speed = warm * np.sqrt(GRAVITY / (mean * _STABILITY)) * np.exp(-x) * np.sin(x) * held * fade
        with np.errstate(invalid="ignore", divide="ignore"):
            along = np.where(steep > 1e-9, speed / steep, 0.0)
        return along * east, along * north
