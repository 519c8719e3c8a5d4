"""Shadow and occultation of an orbit after the days in which it was flown.

The mean orbit that follows the flight goes on from it (`dynamics.mean_elements`), and each day one
turn of it is laid against the directions of Sun and Earth: behind Mars is what lies in the cylinder
of the planet's equatorial radius away from them.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from marsward.core.bodies import body
from marsward.core.time import Epoch
from marsward.core.trajectory import Trajectory
from marsward.dynamics.elements import Elements
from marsward.dynamics.ephemeris import default_ephemeris
from marsward.dynamics.kepler import true_anomaly
from marsward.dynamics.mean_elements import fitted_mean_orbit

__all__ = ["Turns", "behind_share", "mean_turns"]

Array = NDArray[np.float64]
_POINTS = 720
PLANET = "mars"


@dataclass(frozen=True, eq=False)
class Turns:
    """Of each day (n,): share of a turn in shadow, how long [s], share behind Mars from Earth."""

    shadow: Array
    longest: Array
    hidden: Array


def mean_turns(path: Trajectory, times: Epoch) -> Turns:
    """One turn of the orbit at each of the times (n,), ascending, after the path's start.

    Raises
    ------
    PhysicsError : the orbit is too eccentric for mean elements, or meets the planet.
    """
    source = default_ephemeris()
    orbit = fitted_mean_orbit(path, times[-1] + 86400.0, ephemeris=source)
    mean = orbit.mean(times)
    places = _turn(mean) @ orbit.axes
    radius, gm = float(body(PLANET).equatorial_radius), float(body(PLANET).gm)
    period = 2.0 * np.pi * np.sqrt(np.asarray(mean.semi_major_axis) ** 3 / gm)
    dark, hidden = (
        behind_share(places, source.position(each, wrt=PLANET, at=times), radius)
        for each in ("sun", "earth")
    )
    return Turns(dark, dark * period, hidden)


def behind_share(places: Array, towards: Array, radius: float) -> Array:
    """Share of places (n, k, 3) that a ball hides from far away in directions (n, 3).

    radius : of the ball at the origin, in the unit of the places
    """
    line = towards / np.linalg.norm(towards, axis=-1, keepdims=True)
    along = np.einsum("nki,ni->nk", places, line)
    off = np.linalg.norm(places - along[..., None] * line[:, None, :], axis=-1)
    return np.asarray(((along < 0.0) & (off < radius)).mean(axis=-1))


def _turn(mean: Elements) -> Array:
    """Places (n, k, 3) at even times of one turn, in the axes of the elements [m]."""
    size, oval, tilt, node, low = (
        np.asarray(getattr(mean, name), dtype=np.float64)[:, None]
        for name in (
            "semi_major_axis", "eccentricity", "inclination", "node", "argument_of_periapsis",
        )
    )  # fmt: skip
    steps = (np.arange(_POINTS) + 0.5) * (2.0 * np.pi / _POINTS)
    anomaly = true_anomaly(np.broadcast_to(steps, (size.shape[0], _POINTS)), oval)
    radius = size * (1.0 - oval**2) / (1.0 + oval * np.cos(anomaly))
    up, turn, lean = anomaly + np.radians(low), np.radians(node), np.radians(tilt)
    x = np.cos(turn) * np.cos(up) - np.sin(turn) * np.sin(up) * np.cos(lean)
    y = np.sin(turn) * np.cos(up) + np.cos(turn) * np.sin(up) * np.cos(lean)
    return np.asarray(radius[..., None] * np.stack([x, y, np.sin(up) * np.sin(lean)], axis=-1))
