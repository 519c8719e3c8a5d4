"""Photometric correction: from radiance to the albedo of the ground, haze and light taken out.

Radiance becomes I/F = pi L d^2 / E (E the band's sunlight at 1 au, d the Sun's distance in au); an
estimated haze is removed (`physics.haze`); the law of reflection then gives the albedo that such
ground has at incidence 30, emission 0, phase 30 deg (`physics.mars_photometry`). `to_albedo` does
it for whole arrays; the mosaic does the same cell by cell in its kernel.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike, NDArray

from marsward.core.constants import ASTRONOMICAL_UNIT
from marsward.core.errors import InputError
from marsward.physics.haze import Haze, remove_haze
from marsward.physics.mars_photometry import MarsPhotometry, albedo

Array = NDArray[np.float64]


@dataclass(frozen=True)
class LightModel:
    """What the retrieval takes the light to be: the Sun, the law of the ground, the haze.

    irradiance : sunlight in each band at 1 au [W m-2]
    photometry : law of reflection
    haze : estimated haze of each band; none if empty
    sigma : relative error of the albedo from law and haze (1 sigma) [-]
    """

    irradiance: tuple[float, ...]
    photometry: MarsPhotometry = field(default_factory=MarsPhotometry)
    haze: tuple[Haze, ...] = ()
    sigma: float = 0.0

    def __post_init__(self) -> None:
        if not self.irradiance or not min(self.irradiance) > 0.0:
            raise InputError(
                f"sunlight in each band must be above zero, not {self.irradiance} W m-2"
            )
        if self.haze and len(self.haze) != len(self.irradiance):
            raise InputError(
                f"{len(self.irradiance)} bands need as many hazes, not {len(self.haze)}"
            )
        if not 0.0 <= self.sigma < 1.0:
            raise InputError(f"sigma of the light model must lie in 0 to 1, not {self.sigma}")

    @property
    def hazes(self) -> tuple[Haze, ...]:
        """One haze for each band; of depth zero where there is none."""
        return self.haze or tuple(Haze(0.0) for _ in self.irradiance)

    def factors(self, sun_distance: float) -> Array:
        """I/F per radiance in each band [m2 sr W-1]; distance from the Sun [m]."""
        if not (math.isfinite(sun_distance) and sun_distance > 0.0):
            raise InputError(f"the Sun's distance must be a number of metres, not {sun_distance}")
        au = sun_distance / float(ASTRONOMICAL_UNIT)
        return math.pi * au * au / np.asarray(self.irradiance, dtype=np.float64)


def radiance_factor(radiance: ArrayLike, irradiance: ArrayLike, sun_distance: float) -> Array:
    """I/F of radiance (band, y, x) [W m-2 sr-1], from the bands' sunlight at 1 au [W m-2]."""
    light = np.atleast_1d(np.asarray(irradiance, dtype=np.float64))
    factors = LightModel(tuple(light.tolist())).factors(sun_distance)
    values = np.asarray(radiance, dtype=np.float64)
    if values.shape[:1] != factors.shape:
        raise InputError(f"radiance of {values.shape[:1]} bands but sunlight of {factors.size}")
    return values * factors.reshape(-1, *[1] * (values.ndim - 1))


def to_albedo(
    radiance: ArrayLike,
    mu0: ArrayLike,
    mu: ArrayLike,
    phase: ArrayLike,
    *,
    light: LightModel,
    sun_distance: float,
    level: tuple[ArrayLike, ArrayLike] | None = None,
) -> Array:
    """Albedo (band, y, x) of the ground from radiance (band, y, x) [W m-2 sr-1].

    mu0, mu : cosines of incidence and emission on the slope (y, x); phase [rad]
    level : the same cosines on level ground, for the haze; those of the slope if None
    """
    factor = radiance_factor(radiance, light.irradiance, sun_distance)
    flat = (mu0, mu) if level is None else level
    out = np.empty(factor.shape)
    for b, haze in enumerate(light.hazes):
        ground, direct, sky = remove_haze(factor[b], haze, *flat, phase)
        out[b] = albedo(ground, mu0, mu, phase, photometry=light.photometry, direct=direct, sky=sky)
    return out
