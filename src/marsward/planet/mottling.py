"""Mottling: albedo detail finer than any map that is shipped, made up but fixed and known."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from marsward.core.bodies import body
from marsward.core.errors import InputError


@dataclass(frozen=True)
class Mottling:
    """Noise on the albedo, the same in all bands, from a longest to a shortest wave.

    The shipped albedo knows nothing below 60 km; matching of pictures needs something to match.
    All of it is assumed; the truth maps contain it.

    amplitude : of the longest wave, relative to the albedo [-]; all waves together stay within
        amplitude / (1 - fall)
    longest, shortest : wavelengths [m]
    fall : amplitude of each octave over that of the one before [-]; 0.7 makes fields as rough as
        much of the ground is, with a Hurst exponent of 0.5
    seed : another number gives another ground
    """

    amplitude: float = 0.05
    longest: float = 20e3
    shortest: float = 150.0
    fall: float = 0.7
    seed: int = 1

    def __post_init__(self) -> None:
        if not 0.0 < self.fall < 1.0:
            raise InputError(f"mottling falls by 0 to 1 an octave, not {self.fall:g}")
        if not 0.0 <= self.amplitude <= 0.9 * (1.0 - self.fall):
            raise InputError(
                f"a mottling of amplitude {self.amplitude:g} that falls by {self.fall:g} an octave "
                f"could make the ground black; choose at most {0.9 * (1.0 - self.fall):.3f}"
            )
        if not 1.0 <= self.shortest <= self.longest <= 200e3:
            raise InputError(
                "mottling has waves of 1 m to 200 km, the shortest not above the longest; here "
                f"{self.shortest:g} to {self.longest:g} m"
            )
        if not 0 <= self.seed < 2**31:
            raise InputError(f"the seed of a mottling is a whole number from 0, not {self.seed}")

    @property
    def octaves(self) -> int:
        """How many waves, each half as long as the one before."""
        return math.floor(math.log2(self.longest / self.shortest) + 1e-9) + 1

    @property
    def most(self) -> float:
        """The most by which the albedo can be raised, relative [-]."""
        return self.amplitude * (1.0 - self.fall**self.octaves) / (1.0 - self.fall)

    @property
    def numbers(self) -> NDArray[np.float64]:
        """What the kernels take."""
        return np.array(
            [
                body("mars").radii[0],
                self.amplitude,
                self.longest,
                self.octaves,
                self.fall,
                self.seed,
            ]
        )
