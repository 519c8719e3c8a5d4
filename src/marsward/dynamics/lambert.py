"""Lambert's problem: the conic that joins two places in a given time.

    legs = lambert(r_earth, r_mars, 203 * 86400.0, gm=body("sun").gm)
    legs.departure, legs.arrival        # velocities at both ends
    legs.told(0)                        # why a case has none

Less than one revolution; any number of cases at once. A case that has no answer is NaN with its
`status`, never an error: grids of dates have cells that cannot be flown.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from marsward.core.errors import InputError
from marsward.dynamics.kernels.lambert import (
    BAD_INPUT,
    NO_PLANE,
    NOT_SETTLED,
    SOLVED,
    lambert_rows,
)

__all__ = ["BAD_INPUT", "NOT_SETTLED", "NO_PLANE", "SOLVED", "LambertLegs", "lambert"]

Array = NDArray[np.float64]
_WORDS = {
    SOLVED: "solved",
    BAD_INPUT: "a position, the time of flight or the mass is not a number above 0",
    NO_PLANE: "both places lie on one line through the centre, or the flight would have to turn "
    "about an axis in its own plane: the plane of flight is not defined",
    NOT_SETTLED: "the steps did not settle",
}


@dataclass(frozen=True)
class LambertLegs:
    """Conics between pairs of places.

    Attributes
    ----------
    departure, arrival : (..., 3) velocities at both ends [m/s]; NaN where status is not 0
    status : (...) int, `SOLVED` or why not
    x : (...) Lancaster & Blanchard's variable: below 1 an ellipse, 1 a parabola, above 1 a
        hyperbola
    steps : (...) int, how many it took
    """

    departure: Array
    arrival: Array
    status: NDArray[np.int64]
    x: Array
    steps: NDArray[np.int64]

    def told(self, index: Any = ()) -> str:
        """What became of a case, in words."""
        return _WORDS[int(np.asarray(self.status)[index])]


def lambert(
    first: ArrayLike,
    last: ArrayLike,
    seconds: ArrayLike,
    *,
    gm: ArrayLike,
    about: ArrayLike = (0.0, 0.0, 1.0),
) -> LambertLegs:
    """Velocities at both ends of the conic from one place to another in a given time.

    Parameters
    ----------
    first, last : (..., 3) places relative to the attracting body, inertial axes [m]
    seconds : (...) time of flight [s]
    gm : (...) gravitational parameter [m3/s2]
    about : (..., 3) axis about which the flight turns in the positive sense; the pole of the
        axes, as planets go, when left out

    Returns
    -------
    LambertLegs, of the shape to which all broadcast.

    Raises
    ------
    InputError : places that are not three numbers, or shapes that do not fit one another.

    References
    ----------
    Izzo 2015, Celest. Mech. Dyn. Astron. 121:1, doi:10.1007/s10569-014-9587-y.
    """
    vectors = {"first": first, "last": last, "about": about}
    arrays = {name: np.asarray(each, dtype=float) for name, each in vectors.items()}
    for name, each in arrays.items():
        if each.shape[-1:] != (3,):
            raise InputError(f"{name} is (…, 3), x y z; this one has shape {each.shape}")
    numbers = [np.asarray(each, dtype=float) for each in (seconds, gm)]
    try:
        shape = np.broadcast_shapes(
            *(each.shape[:-1] for each in arrays.values()), *(each.shape for each in numbers)
        )
    except ValueError:
        told = ", ".join(str(each.shape) for each in (*arrays.values(), *numbers))
        raise InputError(
            f"first, last, about, seconds and gm do not fit together: {told}"
        ) from None
    rows = [np.broadcast_to(each, (*shape, 3)).reshape(-1, 3) for each in arrays.values()]
    flat = [np.broadcast_to(each, shape).reshape(-1) for each in numbers]
    r1, r2, pole, time, mass = (np.ascontiguousarray(each) for each in (*rows, *flat))
    n = time.size
    v1, v2, x = np.empty((n, 3)), np.empty((n, 3)), np.empty(n)
    steps, status = np.empty(n, np.int64), np.empty(n, np.int64)
    lambert_rows(r1, r2, time, mass, pole, v1, v2, x, steps, status)
    return LambertLegs(
        v1.reshape(*shape, 3), v2.reshape(*shape, 3), status.reshape(shape), x.reshape(shape),
        steps.reshape(shape),
    )  # fmt: skip
