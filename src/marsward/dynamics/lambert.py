"""Lambert's problem: the conic that joins two places in a given time.

    legs = lambert(r_earth, r_mars, 203 * 86400.0, gm=body("sun").gm)
    legs.departure, legs.arrival        # velocities at both ends
    legs.told(0)                        # why a case has none
    lambert(r_earth, r_mars, 900 * 86400.0, gm=gm, revolutions=1, branch="high")

Any number of cases at once, of any number of whole revolutions. A case that has no answer is NaN
with its `status`, never an error: grids of dates have cells that cannot be flown.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from marsward.core.asked import whole
from marsward.core.errors import InputError
from marsward.dynamics.kernels.lambert_rows import lambert_rows

__all__ = [
    "BAD_INPUT", "NOT_SETTLED", "NO_PLANE", "SOLVED", "TOO_SHORT", "LambertLegs", "lambert",
]  # fmt: skip

Array = NDArray[np.float64]
SOLVED, BAD_INPUT, NO_PLANE, NOT_SETTLED, TOO_SHORT = range(5)
_MOST_TURNS = 1000
_WORDS = {
    SOLVED: "solved",
    BAD_INPUT: "a position, the time of flight or the mass is not a number above 0",
    NO_PLANE: "both places lie on one line through the centre, or the flight would have to turn "
    "about an axis in its own plane: the plane of flight is not defined",
    NOT_SETTLED: "the steps did not settle",
    TOO_SHORT: "the time of flight is less than the shortest of that many revolutions",
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
    revolutions: int = 0,
    branch: Literal["low", "high"] = "low",
) -> LambertLegs:
    """Velocities at both ends of the conic from one place to another in a given time.

    Parameters
    ----------
    first, last : (..., 3) places relative to the attracting body, inertial axes [m]
    seconds : (...) time of flight [s]
    gm : (...) gravitational parameter [m3/s2]
    about : (..., 3) axis about which the flight turns in the positive sense; the pole of the
        axes, as planets go, when left out; turned round, the flight goes the other way
    revolutions : whole turns about the centre before the last place is reached
    branch : with one revolution or more there are two flights or none: "low"
        has the larger `x` and the flatter path, "high" the smaller

    Returns
    -------
    LambertLegs, of the shape to which all broadcast.

    Raises
    ------
    InputError : places that are not three numbers, shapes that do not fit one another, a number
        of revolutions below 0, or a branch that is none

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
    turns = _turns(revolutions, branch)
    n = int(np.prod(shape))
    r1, r2 = (_rows(arrays[name], shape) for name in ("first", "last"))
    pole = _rows(arrays["about"], shape if arrays["about"].size > 3 else ())
    time = _cells(numbers[0], shape)
    mass = _cells(numbers[1], shape if numbers[1].size > 1 else ())
    v1, v2, x = np.empty((n, 3)), np.empty((n, 3)), np.empty(n)
    steps, status = np.empty(n, np.int64), np.empty(n, np.int64)
    lambert_rows(r1, r2, time, mass, pole, turns, branch == "high", v1, v2, x, steps, status)
    return LambertLegs(
        v1.reshape(*shape, 3), v2.reshape(*shape, 3), status.reshape(shape), x.reshape(shape),
        steps.reshape(shape),
    )  # fmt: skip


def _rows(values: Array, shape: tuple[int, ...]) -> Array:
    full = (*shape, 3)
    whole = values if values.shape == full else np.broadcast_to(values, full)
    # writable too: the kernel is compiled for one kind of array
    return np.require(whole.reshape(-1, 3), requirements=["C", "W"])


def _cells(values: Array, shape: tuple[int, ...]) -> Array:
    whole = values if values.shape == shape else np.broadcast_to(values, shape)
    return np.require(whole.reshape(-1), requirements=["C", "W"])


def _turns(revolutions: Any, branch: Any) -> int:
    turns = whole(revolutions, "revolutions", 0)
    if turns > _MOST_TURNS:
        raise InputError(f"revolutions is {turns}: give a number from 0 to {_MOST_TURNS}")
    if branch not in ("low", "high"):
        raise InputError(f'branch is {branch!r}: give "low" or "high"')
    return turns
