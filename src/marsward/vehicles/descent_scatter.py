"""What differs from member to member of a descent: canopy, engines, sensors and navigation."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Self

import numpy as np
from numpy.typing import NDArray

from marsward.core.asked import whole
from marsward.core.errors import InputError

__all__ = ["SIGMAS", "DescentScatter"]

Array = NDArray[np.float64]
SIGMAS = {
    "chute_factor": 0.06, "fill_factor": 0.10, "capsule_factor": 0.05, "isp_factor": 0.007,
    "thrust_factor": 0.02, "lean_east": np.radians(0.3), "lean_north": np.radians(0.3),
    "range_factor": 0.003, "height_bias": 150.0, "east_bias": 0.0, "north_bias": 0.0,
    "speed_east": 0.1, "speed_north": 0.1, "speed_up": 0.05,
}  # fmt: skip
"""Standard deviations that `draw` takes where none are given: choices of the usual order.

Factors are relative, angles [rad], biases [m], speeds [m/s]. The canopy's is a third of the ±18 %
within which flown drag coefficients of Viking's canopy lie; `east_bias` and `north_bias` are the
error of a map aboard and come from the stage.
"""


@dataclass(frozen=True)
class DescentScatter:
    """Draws of n members, each (n,).

    chute_factor, fill_factor : of the canopy's drag and of its time to fill
    capsule_factor : of the bodies' drag
    isp_factor, thrust_factor : of the engines
    lean_east, lean_north : error of the push's direction [rad]
    range_factor : relative error of the radar's range
    height_bias : of the height believed in before the radar sees the ground [m]
    east_bias, north_bias : of the place on a map aboard [m]
    speed_east, speed_north, speed_up : of the speed believed in [m/s]
    roll : angle of the canopy's trim at the trigger [rad]
    words : (n,) uint64 from which each member's radar noise goes on
    """

    chute_factor: Array
    fill_factor: Array
    capsule_factor: Array
    isp_factor: Array
    thrust_factor: Array
    lean_east: Array
    lean_north: Array
    range_factor: Array
    height_bias: Array
    east_bias: Array
    north_bias: Array
    speed_east: Array
    speed_north: Array
    speed_up: Array
    roll: Array
    words: NDArray[np.uint64]

    def __post_init__(self) -> None:
        for each in fields(self):
            held = np.atleast_1d(np.asarray(getattr(self, each.name)))
            dtype = np.uint64 if each.name == "words" else np.float64
            held = np.ascontiguousarray(held, dtype=dtype)
            if held.shape != np.shape(np.atleast_1d(self.words)):
                raise InputError(f"{each.name} of a descent's scatter is {held.shape}; give (n,)")
            if dtype is np.float64 and not np.isfinite(held).all():
                raise InputError(f"{each.name} of a descent's scatter has a value not finite")
            relative = each.name.endswith("_factor") and each.name != "range_factor"
            if relative and not (held > 0.0).all():
                raise InputError(f"{each.name} of a descent's scatter must be above 0")
            if each.name == "words" and not held.all():
                raise InputError("words of a descent's scatter are not 0")
            object.__setattr__(self, each.name, held)

    def __len__(self) -> int:
        return int(self.words.size)

    @classmethod
    def none(cls, n: int, *, seed: int = 0) -> Self:
        """No scatter; the radar alone is noisy."""
        return cls.draw(n, seed=seed, **dict.fromkeys(SIGMAS, 0.0), still=True)

    @classmethod
    def draw(
        cls, n: int, *, seed: int, map_error: float = 0.0, still: bool = False, **sigmas: float
    ) -> Self:
        """Normal draws of n members.

        Parameters
        ----------
        n : members
        seed : of the draws; a member's do not depend on n
        map_error : error of the place on a map aboard in each direction (1 sigma) [m]
        still : the canopy's trim begins at angle 0 instead of anywhere
        **sigmas : standard deviations in place of those of `SIGMAS`, by the fields' names

        Raises
        ------
        InputError : a name that is none, a deviation below 0, or no members.
        """
        wrong = set(sigmas) - set(SIGMAS)
        if wrong:
            raise InputError(
                f"{sorted(wrong)[0]!r} is no scatter of a descent; {', '.join(SIGMAS)}"
            )
        n, seed = whole(n, "the members of a descent"), whole(seed, "the seed of a descent", 0)
        used = SIGMAS | {"east_bias": map_error, "north_bias": map_error} | sigmas
        if not all(np.isfinite(each) and each >= 0.0 for each in used.values()):
            raise InputError("standard deviations of a descent's scatter are 0 or more")
        random = np.random.default_rng(np.random.SeedSequence([int(seed), 0xDE5C]))
        table = random.standard_normal((n, len(used)))
        turn, words = np.empty(n), np.empty(n, dtype=np.uint64)
        other = np.random.default_rng(np.random.SeedSequence([int(seed), 0xA17E]))
        for i in range(n):
            turn[i] = other.uniform(0.0, 2.0 * np.pi)
            words[i] = other.integers(1, 2**63, dtype=np.uint64)
        held = {}
        for column, (name, sigma) in enumerate(used.items()):
            drawn = sigma * table[:, column]
            relative = name.endswith("_factor") and name != "range_factor"
            held[name] = np.exp(drawn - 0.5 * sigma**2) if relative else drawn
        return cls(**held, roll=0.0 * turn if still else turn, words=words)
