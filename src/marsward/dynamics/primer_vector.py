"""Lawden's primer vector: whether a burn on the way would pay, and when.

    primer = primer_vector(r, v, seconds, gm=gm, first=p0, last=p1)
    primer.largest > 1.0        # a burn at primer.when, along primer.along, makes the sum smaller

Along a conic between two impulses the primer vector p obeys the equation of small displacements,
with p at either end along the impulse there and as long as the cost of that impulse rises with its
size (1 where the impulse itself is counted, less where it is a burn deep in a planet's field).
An impulse dv added on the way changes the sum by |dv| (1 - p . dv/|dv|) to first order.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from marsward.core.errors import InputError, PhysicsError
from marsward.dynamics.kernels.conic import conic_transition

__all__ = ["Primer", "primer_vector"]

Array = NDArray[np.float64]
_WORST = 1e14  # condition number beyond which the ends do not settle the history


@dataclass(frozen=True)
class Primer:
    """A history of the primer vector.

    Attributes
    ----------
    seconds : (n,) after the beginning [s]
    vector : (n, 3)
    """

    seconds: Array
    vector: Array

    @property
    def size(self) -> Array:
        """(n,) its length."""
        return np.linalg.norm(self.vector, axis=1)

    @property
    def largest(self) -> float:
        """Its greatest length on the way; above 1 a burn there pays."""
        return float(self.size.max())

    @property
    def when(self) -> float:
        """Where it is longest, after the beginning [s]."""
        return float(self.seconds[int(np.argmax(self.size))])

    @property
    def along(self) -> Array:
        """(3,) unit vector of the burn that pays the most there."""
        k = int(np.argmax(self.size))
        return np.asarray(self.vector[k] / self.size[k])

    @property
    def pays(self) -> bool:
        """Whether a burn between the ends makes the sum smaller, to first order."""
        return self.largest > 1.0 + 1e-6


def primer_vector(
    position: ArrayLike,
    velocity: ArrayLike,
    seconds: float,
    *,
    gm: float,
    first: ArrayLike,
    last: ArrayLike,
    points: int = 201,
) -> Primer:
    """The history along a conic.

    Parameters
    ----------
    position, velocity : (3,) at the beginning of the arc, after the impulse there [m, m/s]
    seconds : how long the arc is [s]
    gm : [m3/s2]
    first, last : (3,) the primer at both ends
    points : at which it is told

    Raises
    ------
    InputError : an arc that is none.
    PhysicsError : an arc of whole or half turns, whose ends do not settle the history.

    References
    ----------
    Lawden 1963, Optimal Trajectories for Space Navigation, Butterworths; Lion & Handelsman 1968,
    AIAA J. 6:127, doi:10.2514/3.4452.
    """
    state = np.concatenate([np.asarray(position, float), np.asarray(velocity, float)])
    if state.shape != (6,) or not (np.isfinite(state).all() and 0.0 < seconds < np.inf):
        raise InputError("a primer vector needs a position, a velocity and a time above 0 s")
    p0, p1 = np.asarray(first, float), np.asarray(last, float)
    times = np.linspace(0.0, float(seconds), points)
    out, place = np.empty(6), np.empty((3, 6))
    blocks = np.empty((points, 3, 6))
    for k, time in enumerate(times):
        conic_transition(state, float(time), float(gm), out, place)
        blocks[k] = place
    blocks[0] = np.hstack([np.eye(3), np.zeros((3, 3))])
    ending = blocks[-1]
    if not np.linalg.cond(ending[:, 3:]) < _WORST:
        raise PhysicsError(
            "the ends of this arc do not settle a primer vector: it is near a whole or half turn; "
            "move a date by some days"
        )
    rate = np.linalg.solve(ending[:, 3:], p1 - ending[:, :3] @ p0)
    return Primer(times, blocks[:, :, :3] @ p0 + blocks[:, :, 3:] @ rate)
