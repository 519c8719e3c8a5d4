"""What a transfer costs at its two ends: out of a parking orbit, into a capture orbit.

    costs = TransferCosts(parking_altitude=200e3, periapsis_altitude=400e3, period=10 * 86400.0)
    costs.injection(3.5e3, "earth"), costs.capture(2.6e3, "mars")     # [m/s]

Both burns are impulses at the periapsis. Weights say how dear each is beside a burn on the way: a
launcher's injection costs the craft nothing, so that weight may be 0.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from marsward.core.bodies import body as known_body
from marsward.core.errors import InputError

__all__ = ["TransferCosts"]


@dataclass(frozen=True, kw_only=True)
class TransferCosts:
    """How the two ends of a transfer are counted.

    Parameters
    ----------
    parking_altitude : of the circular orbit that the craft leaves from, above the equatorial
        radius [m]; None counts the velocity at infinity itself
    periapsis_altitude : of the orbit that the craft ends in [m]; None counts the velocity at
        infinity itself
    period : of that orbit [s]; infinite for a parabola. Ten days are near that of Tianwen-1
    injection_weight, capture_weight : by which both are multiplied in a sum, 0 or more
    """

    parking_altitude: float | None = 200e3
    periapsis_altitude: float | None = 400e3
    period: float = 864_000.0
    injection_weight: float = 1.0
    capture_weight: float = 1.0

    def __post_init__(self) -> None:
        for name in ("parking_altitude", "periapsis_altitude"):
            value = getattr(self, name)
            if value is not None and not 0.0 <= value < math.inf:
                raise InputError(f"{name} is {value!r} m: give 0 or more, or None")
        for name in ("injection_weight", "capture_weight"):
            if not 0.0 <= getattr(self, name) < math.inf:
                raise InputError(f"{name} is {getattr(self, name)!r}: give 0 or more")
        if not self.period > 0.0:
            raise InputError(f"the period of the capture orbit is {self.period!r} s: give more")

    def injection(self, speed: ArrayLike, origin: str) -> Any:
        """Impulse (...) [m/s] out of the parking orbit, for a speed (...) at infinity [m/s]."""
        fast = np.asarray(speed, float)
        if self.parking_altitude is None:
            return fast
        there = known_body(origin)
        radius = there.equatorial_radius + self.parking_altitude
        return np.sqrt(fast**2 + 2.0 * there.gm / radius) - math.sqrt(there.gm / radius)

    def capture(self, speed: ArrayLike, target: str) -> Any:
        """Impulse (...) [m/s] into the capture orbit, for a speed (...) at infinity [m/s].

        Raises
        ------
        InputError : a period too short for its periapsis.
        """
        fast = np.asarray(speed, float)
        if self.periapsis_altitude is None:
            return fast
        there = known_body(target)
        radius = there.equatorial_radius + self.periapsis_altitude
        energy = 0.0
        if self.period < math.inf:
            axis = (there.gm * (0.5 * self.period / math.pi) ** 2) ** (1.0 / 3.0)
            if axis < radius:
                least = 2.0 * math.pi * math.sqrt(radius**3 / there.gm)
                raise InputError(
                    f"no orbit about {there.name} with a periapsis "
                    f"{self.periapsis_altitude / 1e3:g} km high has a period of "
                    f"{self.period / 3600.0:g} h; the shortest is {least / 3600.0:.2f} h"
                )
            energy = there.gm / axis
        return np.sqrt(fast**2 + 2.0 * there.gm / radius) - math.sqrt(
            2.0 * there.gm / radius - energy
        )

    def total(self, leaving: ArrayLike, arriving: ArrayLike, origin: str, target: str) -> Any:
        """Both, weighted (...) [m/s], for speeds (...) at infinity [m/s]."""
        return self.injection_weight * self.injection(
            leaving, origin
        ) + self.capture_weight * self.capture(arriving, target)

    def slopes(
        self, leaving: float, arriving: float, origin: str, target: str
    ) -> tuple[float, float]:
        """Derivatives of `total` by the speeds at infinity (1, 1)."""
        change = 1e-2
        at = [self.total(leaving + d, arriving, origin, target) for d in (-change, change)]
        on = [self.total(leaving, arriving + d, origin, target) for d in (-change, change)]
        return float(at[1] - at[0]) / (2.0 * change), float(on[1] - on[0]) / (2.0 * change)
