"""Thousands of cruises with dispersed beginnings, each flown to the B-plane of its target.

Every craft is integrated by itself in `propagate_lanes`; nothing is mapped linearly. The hyperbola
is read where the craft is some days before the periapsis, as `marsward.dynamics.arrival` does: the
Sun's pull has hardly bent it there, and no craft need be followed down to the planet.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from marsward.core.bodies import body
from marsward.core.errors import InputError, PhysicsError
from marsward.core.frames import rotation
from marsward.core.readings import check_epoch
from marsward.core.time import Epoch
from marsward.dynamics.ephemeris import default_ephemeris
from marsward.dynamics.forces import Forces
from marsward.dynamics.lanes import BLOCK, propagate_lanes
from marsward.dynamics.state_transition import state_transition

__all__ = [
    "BOUND",
    "LOST",
    "PASSES",
    "DispersedArrivals",
    "b_plane_slope",
    "dispersed_arrivals",
    "linear_arrivals",
    "passages",
]

Array = NDArray[np.float64]
PASSES, BOUND, LOST = 0, 1, 2
"""Status of a cruise: it passes the target; it has no hyperbola there; it could not be flown."""
READ_BEFORE = 3.0 * 86400.0
"""How long before the expected periapsis hyperbolas are read [s]."""
RTOL = 1e-10
"""Relative tolerance of a step: some 30 m at Mars after 203 days from a parking orbit."""
_STEPS = np.array([1e4] * 3 + [1e-2] * 3)  # m, m/s, of differences of the reading
_POLES = {"mars": "MARS_MEOD"}


@dataclass(frozen=True)
class DispersedArrivals:
    """Where many cruises meet the B-plane.

    Attributes
    ----------
    about : Epoch
        From which times of periapsis count.
    b_t, b_r : ndarray (n,)
        Aim points [m]; T lies in the equator of the target of date. NaN where there is none.
    time : ndarray (n,)
        Periapsis of the hyperbola, past ``about`` [s].
    v_infinity, periapsis_radius : ndarray (n,)
        Of the hyperbola [m/s], [m].
    status : ndarray (n,)
        `PASSES`, `BOUND` or `LOST`.
    states : ndarray (n, 6)
        When the hyperbolas were read, relative to the target, J2000 [m, m/s].
    read : Epoch
        When that was.
    """

    about: Epoch
    b_t: Array
    b_r: Array
    time: Array
    v_infinity: Array
    periapsis_radius: Array
    status: NDArray[np.int64]
    states: Array
    read: Epoch

    def figures(self) -> Array:
        """(n, 3) B·T, B·R [m] and time of periapsis [s]."""
        return np.column_stack([self.b_t, self.b_r, self.time])

    def covariance(self) -> Array:
        """(3, 3) sample covariance of `figures` over the cruises that pass."""
        good = self.figures()[self.status == PASSES]
        if good.shape[0] < 2:
            raise PhysicsError(
                f"{good.shape[0]} of {self.status.size} cruises pass the target: there is no "
                "covariance of that; disperse them less"
            )
        return np.asarray(np.cov(good.T))


def passages(states: ArrayLike, pole: ArrayLike, gm: float) -> tuple[Array, Array]:
    """Read the hyperbolas of many states at one planet.

    Parameters
    ----------
    states : (n, 6) relative to the planet [m, m/s]
    pole : (3,) of the planet, in the same axes
    gm : of the planet [m3/s2]

    Returns
    -------
    (n, 3) B·T, B·R [m] and time from the state to the periapsis [s]; (n, 2) speed at infinity
    [m/s] and periapsis radius [m]. NaN where a state is bound.

    References
    ----------
    As `marsward.dynamics.hyperbola`, craft by craft.
    """
    array = np.asarray(states, dtype=float)
    r, v = array[:, :3], array[:, 3:]
    distance = np.linalg.norm(r, axis=1)
    c3 = (v * v).sum(axis=1) - 2.0 * gm / distance
    c3 = np.where(c3 > 0.0, c3, np.nan)
    h = np.cross(r, v)
    vector = np.cross(v, h) / gm - r / distance[:, None]
    e = np.linalg.norm(vector, axis=1)
    e_hat = vector / e[:, None]
    q_hat = np.cross(h / np.linalg.norm(h, axis=1)[:, None], e_hat)
    root = np.sqrt(np.maximum(e * e - 1.0, 0.0))
    incoming = (e_hat + root[:, None] * q_hat) / e[:, None]
    impact = np.cross(incoming, h) / np.sqrt(c3)[:, None]
    t = np.cross(incoming, np.asarray(pole, dtype=float))
    t /= np.linalg.norm(t, axis=1)[:, None]
    a = gm / c3
    sinh_f = (r * v).sum(axis=1) / (e * np.sqrt(gm * a))
    past = np.sqrt(a**3 / gm) * (e * sinh_f - np.arcsinh(sinh_f))
    figures = [(impact * t).sum(axis=1), (impact * np.cross(incoming, t)).sum(axis=1), -past]
    return np.column_stack(figures), np.column_stack([np.sqrt(c3), a * (e - 1.0)])


def dispersed_arrivals(
    states: Any,
    epoch: Epoch,
    about: Epoch,
    *,
    forces: Forces,
    centre: str = "earth",
    target: str = "mars",
    gravity: Mapping[str, int] | None = None,
    solar_pressure: Any = None,
    read_before: float = READ_BEFORE,
    rtol: float = RTOL,
    ephemeris: Any = None,
    workers: int = 1,
) -> DispersedArrivals:
    """Fly many cruises to the B-plane of their target.

    Point masses of ``forces.bodies``, light pressure without shadows and relativity, and the
    gravity fields that are asked for: see `propagate_lanes`.

    Parameters
    ----------
    states : (n, 6) relative to ``centre``, J2000 [m, m/s]
    epoch : of all states
    about : periapsis that is expected at the target
    forces : `Forces`; its gravity fields are taken when ``gravity`` is left out
    centre, target : bodies
    gravity : degree by body, ``{"earth": 3}``; ``{}`` for point masses
    solar_pressure : (n,) acceleration of each craft at 1 au [m/s2]; that of ``forces`` otherwise
    read_before : how long before ``about`` the hyperbolas are read [s]
    rtol : relative tolerance of a step
    workers : threads; results do not depend on them

    Raises
    ------
    InputError : shapes, values, or an epoch past the reading
    DataError : the ephemeris does not cover the flight
    """
    check_epoch(epoch, "epoch of the dispersed states", single=True)
    check_epoch(about, "about", single=True)
    read = about - float(read_before)
    if not float(read - epoch) > 0.0:
        raise InputError(
            f"the hyperbolas are read at {read.utc} UTC, which is not after the states of "
            f"{epoch.utc} UTC; give a shorter read_before or earlier states"
        )
    ephemeris = default_ephemeris() if ephemeris is None else ephemeris
    array = np.array(states, dtype=float).reshape(-1, 6)
    if not np.isfinite(array).all():
        raise InputError("dispersed states must be finite numbers of shape (n, 6)")
    array += ephemeris.state(centre, wrt="sun", at=epoch)
    fields = dict(forces.gravity) if gravity is None else dict(gravity)
    ends = flown(
        array, epoch, read, forces=point_masses(forces), gravity=fields,
        solar_pressure=solar_pressure, rtol=rtol, ephemeris=ephemeris, workers=workers,
    )  # fmt: skip
    near = ends + ephemeris.state("sun", wrt=target, at=read)
    figures, more = passages(near, _pole(target, about), float(body(target).gm))
    status = np.where(np.isnan(figures[:, 0]), BOUND, PASSES)
    status[np.isnan(ends).any(axis=1)] = LOST
    return DispersedArrivals(
        about, figures[:, 0], figures[:, 1], figures[:, 2] - float(about - read),
        more[:, 0], more[:, 1], status, near, read,
    )  # fmt: skip


def linear_arrivals(
    state: ArrayLike,
    epoch: Epoch,
    covariance: ArrayLike,
    about: Epoch,
    *,
    forces: Forces,
    centre: str = "earth",
    target: str = "mars",
    read_before: float = READ_BEFORE,
    ephemeris: Any = None,
) -> tuple[Array, Array]:
    """Map the covariance of one state onto the B-plane by the state transition matrix.

    Against cruises flown one by one, 200 days from a parking orbit: within 0.13 % in every
    sigma and axis up to ellipses of 13 000 km, where the mean hour is off by 0.1 of its sigma; at
    130 000 km the short axis comes out 3 % too small.

    Returns
    -------
    (3,) B·T, B·R [m] and time of periapsis past ``about`` [s]; (3, 3) their covariance.
    """
    ephemeris = default_ephemeris() if ephemeris is None else ephemeris
    read = about - float(read_before)
    flown_to = state_transition(
        state, epoch, read, centre=centre, forces=forces, ephemeris=ephemeris
    )
    near = flown_to.state + ephemeris.state(centre, wrt=target, at=read)
    pole, gm = _pole(target, about), float(body(target).gm)
    slope = b_plane_slope(near, pole, gm) @ flown_to.matrix
    figures = passages(near[None], pole, gm)[0][0] - (0.0, 0.0, float(about - read))
    return figures, slope @ np.asarray(covariance, dtype=float) @ slope.T


def b_plane_slope(state: Array, pole: Array, gm: float) -> Array:
    """(3, 6) derivative of `passages` by the state, by central differences."""
    moved = np.concatenate([state + np.diag(_STEPS), state - np.diag(_STEPS)])
    figures = passages(moved, pole, gm)[0]
    return np.asarray(((figures[:6] - figures[6:]) / (2.0 * _STEPS[:, None])).T)


def point_masses(forces: Forces) -> Forces:
    """The part of a force model that lanes have by themselves."""
    return Forces(forces.bodies, forces.solar_pressure, forces.relativity, centre_switching=False)


def flown(states: Array, epoch: Epoch, until: Epoch, **options: Any) -> Array:
    """(n, 6) as `propagate_lanes`, NaN for a craft that cannot be flown instead of an error."""
    try:
        return propagate_lanes(states, epoch, until, **options)
    except PhysicsError:
        if states.shape[0] == 1:
            return np.full((1, 6), np.nan)
    push = options.pop("solar_pressure", None)
    size = BLOCK if states.shape[0] > BLOCK else 1
    ends = np.empty_like(states)
    for begin in range(0, states.shape[0], size):
        rows = slice(begin, begin + size)
        mine = push[rows] if np.ndim(push) else push
        ends[rows] = flown(states[rows], epoch, until, solar_pressure=mine, **options)
    return ends


def _pole(target: str, epoch: Epoch) -> Array:
    """(3,) pole of a body of date, J2000."""
    return np.asarray(rotation("J2000", _POLES.get(target, f"IAU_{target.upper()}"), epoch)[2])
