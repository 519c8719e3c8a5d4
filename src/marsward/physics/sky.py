"""How the air shares sunlight between the ground's shortwave and its infrared.

The form of Kieffer et al. 1977, doi:10.1029/JS082i028p04249, as Schorghofer & Aharonson 2005,
doi:10.1029/2004JE002350, use it. With S the Sun's flux at its distance, b its elevation and f_i,
f_s the shares that a vertical path takes into infrared and into scattered light:

    direct    = S (1 - f_i - f_s)^(1/max(sin b, 0.04)) max(cos incidence, 0)    while the Sun is up
    scattered = S f_s/2                                                         while the Sun is up
    infrared  = f_i max(S sin b_noon, sigma (150 K)^4)                          all sol

Both shares grow with pressure. Ground of albedo A and emissivity e takes (1 - A) of direct and
scattered light and e of the infrared (Kirchhoff), and sends e sigma T^4; so "absorbed" here is
(1 - A) (direct + scattered) + e infrared. On a slope scattered light and infrared come from the
part of the sky that it sees. The law knows no dust of the day and no delay of the air's warmth.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import ArrayLike, NDArray

from marsward.core.errors import InputError
from marsward.physics.columns import GroundColumns
from marsward.physics.season import MarsYear

__all__ = ["STEFAN_BOLTZMANN", "Sky", "SkyTable", "TabledSky"]

Array = NDArray[np.float64]
STEFAN_BOLTZMANN = 5.670_374_419e-8  # W m-2 K-4, CODATA 2018, exact from h, k and c


@dataclass(frozen=True, kw_only=True)
class Sky:
    """Clear air after Kieffer et al. 1977.

    infrared_fraction, scattered_fraction : shares of a vertical sunbeam [-] that the air sends down
        as infrared and scatters; Schorghofer & Aharonson 2005 take 0.04 and 0.02
    by_pressure : whether those shares hold at 600 Pa and grow in proportion to pressure
    solar_constant : flux of the Sun at 1 au [W m-2]; 1365 in the sources of the other numbers
    least_sky : temperature [K] below which the polar sky's infrared does not fall: it is the share
        of sigma T^4

    Raises
    ------
    InputError : a negative share, shares that leave no light, a flux or temperature below zero.
    """

    infrared_fraction: float = 0.04
    scattered_fraction: float = 0.02
    by_pressure: bool = True
    solar_constant: float = 1365.0
    least_sky: float = 150.0

    def __post_init__(self) -> None:
        shares = self.infrared_fraction, self.scattered_fraction
        if not (min(shares) >= 0.0 and sum(shares) < 1.0):
            raise InputError(
                f"the sky's shares are {shares[0]:g} and {shares[1]:g}; both must be 0 or more and "
                "their sum under 1"
            )
        if not (0.0 < self.solar_constant < math.inf and 0.0 <= self.least_sky < math.inf):
            raise InputError(
                f"a Sun of {self.solar_constant:g} W/m2 or a sky of {self.least_sky:g} K is none"
            )

    @classmethod
    def none(cls) -> Sky:
        """No air: sunlight as it comes, no infrared."""
        return cls(infrared_fraction=0.0, scattered_fraction=0.0)

    @property
    def least(self) -> float:
        """Least noon flux that the infrared is a share of [W m-2]."""
        return STEFAN_BOLTZMANN * self.least_sky**4

    def numbers(self, pressure: ArrayLike) -> Array:
        """What the kernels take, (3, n): optical depth, scattered and infrared share.

        Raises
        ------
        InputError : a pressure that is not above zero, air so thick that no light is left.
        """
        pressure = np.atleast_1d(np.asarray(pressure, dtype=np.float64))
        if not np.all((pressure > 0.0) & (pressure < math.inf)):
            raise InputError("the sky needs a surface pressure above zero everywhere [Pa]")
        scale = pressure / _REFERENCE_PRESSURE if self.by_pressure else np.ones_like(pressure)
        scattered, warm = self.scattered_fraction * scale, self.infrared_fraction * scale
        left = 1.0 - scattered - warm
        if np.any(left <= 0.0):
            raise InputError(
                f"the sky law leaves no sunlight at {float(pressure.max()):g} Pa; give "
                "Sky(by_pressure=False) or smaller shares"
            )
        return np.ascontiguousarray(np.stack([-np.log(left), scattered, warm]))


_REFERENCE_PRESSURE = 600.0  # Pa, at which Schorghofer & Aharonson 2005 hold the shares to stand


@dataclass(frozen=True, eq=False)
class SkyTable:
    """What a sky sends onto columns of ground at the middle of each step.

    shortwave : (n, sols, steps) on the tilted plane, direct and scattered, before albedo [W m-2]
    infrared : (n, sols, steps) or (n, sols, 1) from the sky that the plane sees [W m-2]
    """

    shortwave: Array
    infrared: Array


class TabledSky(Protocol):
    """Any sky that brings its own light by sol and hour, such as a column of real air."""

    def table(self, columns: GroundColumns, year: MarsYear, steps: int) -> SkyTable:
        """Light onto the columns over one year, local true time from midnight."""
        ...
