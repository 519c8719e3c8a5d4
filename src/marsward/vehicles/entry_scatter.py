"""What differs from one member of an ensemble of entries to the next, beside state and air."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from marsward.core.asked import numbers
from marsward.core.errors import InputError

__all__ = ["EntryScatter"]

Array = NDArray[np.float64]
_LEAST, _MOST = 0.01, 100.0
_MOST_LIFT, _MOST_SCALE = 100.0, 1.0
_MOST_PLACE, _MOST_SPEED = 1e6, 1e3


@dataclass(frozen=True)
class EntryScatter:
    """Factors and errors, each one number or one for each member.

    density : factor of the density of the air
    drag, lift : factors of the forces
    mass : factor of the mass
    nav_position : error of the position that is known at the start, to the east, north and up
        there, known less true; (3,) or (n, 3) [m]
    nav_velocity : likewise of the velocity; it carries the position away as time goes [m/s]
    accelerometer : error of the scale of sensed deceleration, 0 for none
    """

    density: ArrayLike = 1.0
    drag: ArrayLike = 1.0
    lift: ArrayLike = 1.0
    mass: ArrayLike = 1.0
    nav_position: ArrayLike = (0.0, 0.0, 0.0)
    nav_velocity: ArrayLike = (0.0, 0.0, 0.0)
    accelerometer: ArrayLike = 0.0

    def rows(self, count: int) -> dict[str, Array]:
        """Every field for `count` members: (n,), those of navigation (n, 3)."""
        out: dict[str, Array] = {}
        for name in ("density", "drag", "lift", "mass", "accelerometer"):
            out[name] = self._spread(name, (count,))
        for name in ("nav_position", "nav_velocity"):
            out[name] = self._spread(name, (count, 3))
        for name in ("density", "drag", "mass"):
            bad = ~((out[name] >= _LEAST) & (out[name] <= _MOST))
            if bad.any():
                raise InputError(
                    f"the factor of {name} is {out[name][bad][0]:g}; give {_LEAST:g} to {_MOST:g}"
                )
        for name, most, unit in (
            ("lift", _MOST_LIFT, ""), ("accelerometer", _MOST_SCALE, ""),
            ("nav_position", _MOST_PLACE, " m"), ("nav_velocity", _MOST_SPEED, " m/s"),
        ):  # fmt: skip
            far = np.abs(out[name])
            if far.size and far.max() > most:
                raise InputError(
                    f"{name} of the scatter is {far.max():g}{unit} in size; give {most:g}{unit} or "
                    "less"
                )
        return out

    def _spread(self, name: str, shape: tuple[int, ...]) -> Array:
        held = numbers(getattr(self, name), f"{name} of the scatter")
        try:
            return np.array(np.broadcast_to(held, shape))
        except ValueError as error:
            raise InputError(
                f"{name} of the scatter is {held.shape}; give one number or {shape}"
            ) from error
