"""How the true thermal inertia differs from what is believed of it: a seeded smooth field.

A sum of many cosine waves through the sphere, their wave vectors drawn from a normal law: a
Gaussian field with mean 0, variance 1 and the correlation exp(-(d/L)^2) of the chord d between two
places, the same at whatever places it is asked for. Random waves for Gaussian fields: Shinozuka and
Deodatis 1991, doi:10.1115/1.3119501.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike, NDArray

from marsward.core.errors import InputError

__all__ = ["InertiaField"]

_SALT = 0x1E27


@dataclass(frozen=True)
class InertiaField:
    """A Gaussian field on the sphere of mean 0 and variance 1.

    seed : whole number, 0 or more; the same seed is the same field
    correlation_deg : separation [deg] at which the correlation has fallen to 1/e
    waves : number of waves; the law of values nears the normal one as 1/waves
    """

    seed: int
    correlation_deg: float
    waves: int = 384

    def __post_init__(self) -> None:
        if not 0.1 <= self.correlation_deg <= 90.0:
            raise InputError(
                f"a correlation length of {self.correlation_deg:g} deg is outside 0.1 to 90"
            )
        if self.seed < 0 or self.waves < 1:
            raise InputError(
                f"a field takes a seed of 0 or more and a wave at least, not seed {self.seed} and "
                f"{self.waves} waves"
            )

    @cached_property
    def _drawn(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Wave vectors (waves, 3) [per radius] and phases (waves,) [rad]."""
        draw = np.random.default_rng([self.seed, _SALT])
        chord = 2.0 * math.sin(math.radians(self.correlation_deg) / 2.0)
        vectors = draw.normal(scale=math.sqrt(2.0) / chord, size=(self.waves, 3))
        return vectors, draw.uniform(0.0, 2.0 * math.pi, self.waves)

    def at(self, lon: ArrayLike, lat: ArrayLike) -> NDArray[np.float64]:
        """Values at longitudes and latitudes [deg] that broadcast.

        Raises InputError for places that are not numbers.
        """
        from marsward.planet.kernels.inertia_waves import wave_sum

        lon, lat = np.broadcast_arrays(np.asarray(lon, dtype=float), np.asarray(lat, dtype=float))
        if not (np.isfinite(lon).all() and np.isfinite(lat).all()):
            raise InputError("a place of the field is not a number")
        lam, phi = np.radians(lon).ravel(), np.radians(lat).ravel()
        across = np.cos(phi)
        points = np.stack([across * np.cos(lam), across * np.sin(lam), np.sin(phi)], axis=1)
        vectors, phase = self._drawn
        total = wave_sum(np.ascontiguousarray(points), vectors, phase)
        return np.asarray(math.sqrt(2.0 / self.waves) * total).reshape(lon.shape)
