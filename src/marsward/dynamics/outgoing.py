"""The velocity that leaves a place near a planet for a given velocity at infinity.

From a place r the hyperbola whose outgoing velocity at infinity is w has there the velocity
v = (D + w/2) w^ + (D - w/2) r^ with D = sqrt(GM / (r (1 + cos t)) + w^2 / 4), t the angle between
r and w (Battin 1999, section 11.4; doi:10.2514/4.861543, from memory; checked by its asymptote).
Where a flight ends half a year later answers all but linearly to w, and far less so to v.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from marsward.core.errors import PhysicsError
from marsward.dynamics.hyperbola import hyperbola

__all__ = ["departing_velocity", "moved_along_asymptote"]

Array = NDArray[np.float64]
_STEP = 1e-2
_LEAST = 1e-3
_LARGEST = 0.2
"""Greatest change of the velocity at infinity in one go, in parts of itself."""


def departing_velocity(position: Array, v_infinity: Array, gm: float) -> Array:
    """Velocity (3,) [m/s] at a place (3,) [m] that leads to a velocity at infinity (3,) [m/s].

    Raises
    ------
    PhysicsError : the place lies on the far side, where the hyperbola would pass the centre.
    """
    r, w = float(np.linalg.norm(position)), float(np.linalg.norm(v_infinity))
    up, out = position / r, v_infinity / w
    open_ = 1.0 + float(up @ out)
    if open_ < _LEAST:
        raise PhysicsError(
            "no hyperbola leaves this place for that asymptote: they lie in opposite directions, "
            "so its path would lead through the centre; leave from another place"
        )
    d = math.sqrt(gm / (r * open_) + 0.25 * w * w)
    return np.asarray((d + 0.5 * w) * out + (d - 0.5 * w) * up)


def moved_along_asymptote(state: Array, step: Array, gm: float) -> Array:
    """Velocity (3,) after a small change `step` (3,) [m/s], carried out at infinity.

    The change of the velocity at infinity that answers to the step is taken, at most a fifth of
    that velocity, and the velocity at the place is that of the new asymptote. For small steps
    this is the sum.

    Parameters
    ----------
    state : (6,) on a hyperbola about the planet [m, m/s]
    step : (3,) [m/s]
    """
    orbit = hyperbola(state, gm)
    w = math.sqrt(orbit.c3) * orbit.outgoing
    place = state[:3]
    slope = np.column_stack(
        [
            (departing_velocity(place, w + h, gm) - departing_velocity(place, w - h, gm))
            / (2.0 * _STEP)
            for h in _STEP * np.eye(3)
        ]
    )
    change = np.linalg.lstsq(slope, step, rcond=1e-9)[0]
    size = float(np.linalg.norm(change))
    change *= min(1.0, _LARGEST * math.sqrt(orbit.c3) / max(size, 1e-12))
    here = departing_velocity(place, w, gm)
    return np.asarray(state[3:] + departing_velocity(place, w + change, gm) - here)
