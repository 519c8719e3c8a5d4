"""Aiming a voyage at the top of an atmosphere: the departure that comes down where it is wanted.

Three numbers of the departure's velocity are free, three of the entry are asked for: the
flight-path angle, and the way along and across the heading to a place on the ground. The aim is
first found on the incoming hyperbola (B-plane and time), the departure is brought onto it by the
state transition matrix, and is then corrected in the full force model until the entry itself fits.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import least_squares

from marsward.core.bodies import body
from marsward.core.errors import PhysicsError
from marsward.core.time import Epoch
from marsward.dynamics.entry_point import (
    ENTRY_HEIGHT,
    PLANET,
    EntryPoint,
    coast_to_entry,
)
from marsward.dynamics.ephemeris import default_ephemeris
from marsward.dynamics.forces import Forces
from marsward.dynamics.hyperbola import Hyperbola, hyperbola
from marsward.dynamics.state_transition import arrive, state_transition

__all__ = ["EntryAim", "TargetedEntry", "aimed_hyperbola", "target_entry"]

Array = NDArray[np.float64]
EARLY = 3.0 * 86_400.0
"""How long before the entry the incoming hyperbola is read [s]: outside the sphere of influence
the Sun still bends it, nearer the craft is no longer free to be aimed."""
_STEPS = 1e-4 * np.eye(3)  # m/s at departure, some 10 km at Mars
_ROUNDS = 12
_STARTS = 12


@dataclass(frozen=True)
class EntryAim:
    """What an entry is to be.

    Parameters
    ----------
    angle : flight-path angle at the entry, negative down [deg]
    lon, lat : place on the ground, planetocentric [deg]
    about : epoch near which the entry is wanted; the planet turns the place under the path once
        a sol, and the passage nearest to this epoch is taken
    ahead : way along the ground from the entry to the place [m]; 0 puts the entry over the place
    heading : "prograde" enters eastward, with the planet's turn, "retrograde" westward
    inertial : whether `angle` is that of the inertial velocity
    height : of the entry over the ellipsoid [m]
    """

    angle: float
    lon: float
    lat: float
    about: Epoch
    ahead: float = 0.0
    heading: str = "prograde"
    inertial: bool = False
    height: float = ENTRY_HEIGHT

    def miss(self, point: EntryPoint) -> Array:
        """(3,) [rad]: angle, way along and way across the heading, wanted less found."""
        angle = point.inertial_flight_path_angle if self.inertial else point.flight_path_angle
        up = point.fixed[:3] / point.radius
        normal = np.cross(up, point.fixed[3:])
        normal /= np.linalg.norm(normal)
        ahead = np.cross(normal, up)
        lon, lat = math.radians(self.lon), math.radians(self.lat)
        place = np.array(
            [math.cos(lat) * math.cos(lon), math.cos(lat) * math.sin(lon), math.sin(lat)]
        )
        along = math.atan2(float(place @ ahead), float(place @ up))
        across = math.asin(float(np.clip(place @ normal, -1.0, 1.0)))
        wanted = self.ahead / float(body(PLANET).equatorial_radius)
        return np.array([math.radians(self.angle - angle), along - wanted, across])

    def heads_right(self, point: EntryPoint) -> bool:
        """Whether an entry goes eastward or westward as asked for."""
        return (point.azimuth < 180.0) == (self.heading == "prograde")


@dataclass(frozen=True)
class TargetedEntry:
    """A departure that hits its aim.

    Attributes
    ----------
    departure : (6,) state from which it flies, in the axes and about the centre given [m, m/s]
    correction : (3,) change of the first guess's velocity [m/s]
    point : the entry in the full force model
    miss : (3,) `EntryAim.miss` there [rad]
    approach : incoming hyperbola, read `EARLY` before
    rounds : corrections in the full force model
    """

    departure: Array
    correction: Array
    point: EntryPoint
    miss: Array
    approach: Hyperbola
    rounds: int


def on_hyperbola(orbit: Hyperbola, impact: Array, radius: float) -> tuple[Array, float]:
    """Where a hyperbola with another B vector comes down to a radius.

    Parameters
    ----------
    orbit : whose asymptote and energy are kept
    impact : (3,) B vector, normal to the asymptote [m]
    radius : [m]

    Returns
    -------
    (6,) state [m, m/s] and time to the periapsis [s]; NaN where the periapsis is above the radius.
    """
    gm = float(body(PLANET).gm)
    size = float(np.linalg.norm(impact))
    a = gm / orbit.c3
    e = math.hypot(1.0, size / a)
    normal = np.cross(impact, orbit.incoming)
    normal /= np.linalg.norm(normal)
    # direction of the periapsis: the incoming asymptote turned by the angle to it
    beyond = math.acos(-1.0 / e)
    back = -orbit.incoming
    peri = math.cos(beyond) * back + math.sin(beyond) * np.cross(normal, back)
    p = a * (e * e - 1.0)
    cosine = (p / radius - 1.0) / e
    if cosine > 1.0:
        return np.full(6, np.nan), math.nan
    nu = -math.acos(cosine)
    side = np.cross(normal, peri)
    place = radius * (math.cos(nu) * peri + math.sin(nu) * side)
    rate = math.sqrt(gm / p)
    speed = rate * (-math.sin(nu) * peri + (e + math.cos(nu)) * side)
    half = 2.0 * math.atanh(math.sqrt((e - 1.0) / (e + 1.0)) * math.tan(0.5 * nu))
    return np.concatenate([place, speed]), -math.sqrt(a**3 / gm) * (e * math.sinh(half) - half)


def aimed_hyperbola(
    orbit: Hyperbola, aim: EntryAim, start: tuple[Array, float] | None = None
) -> tuple[Array, Epoch, EntryPoint]:
    """The B vector and the epoch at which a given asymptote comes down as aimed, two bodies only.

    Parameters
    ----------
    orbit : incoming hyperbola, J2000, whose asymptote and energy are kept
    aim : what is wanted
    start : B vector [m] and seconds past `aim.about` to begin at; several are tried otherwise

    Raises
    ------
    PhysicsError : no hyperbola from that asymptote comes down so, for the place lies too far
        north or south of it.
    """
    across = np.cross(orbit.incoming, (0.0, 0.0, 1.0))
    across /= np.linalg.norm(across)
    down = np.cross(orbit.incoming, across)
    radius = float(body(PLANET).equatorial_radius) + aim.height
    scale = radius * math.sqrt(1.0 + 2.0 * float(body(PLANET).gm) / (radius * orbit.c3))
    day = 88_642.66  # s, rotation of Mars against the stars

    def point_of(x: Array) -> EntryPoint | None:
        state, _ = on_hyperbola(orbit, scale * (x[0] * across + x[1] * down), radius)
        epoch = aim.about + float(x[2]) * day
        if not np.isfinite(state).all():
            return None
        point = EntryPoint(epoch, state)
        # at the height over the ellipsoid: one step along the path suffices, 20 km of radius
        lower = radius - (point.ellipsoid_height - aim.height)
        state, _ = on_hyperbola(orbit, scale * (x[0] * across + x[1] * down), lower)
        return EntryPoint(epoch, state) if np.isfinite(state).all() else None

    def miss(x: Array) -> Array:
        point = point_of(x)
        if point is None:
            return np.array([1.0, 1.0, 1.0]) * (1.0 + float(np.hypot(x[0], x[1])))
        return aim.miss(point)

    steep = math.cos(math.radians(aim.angle))
    starts = [np.array([*_onto(start[0], across, down, scale), start[1] / day])] if start else [
        np.array([steep * math.cos(t), steep * math.sin(t), turn])
        for t in np.linspace(0.0, 2.0 * math.pi, _STARTS, endpoint=False)
        for turn in (-0.25, 0.25)
    ]  # fmt: skip
    best: tuple[float, Array, EntryPoint] | None = None
    for x0 in starts:
        if point_of(x0) is None:
            continue
        found = least_squares(miss, x0, x_scale=(0.1, 0.1, 0.1), xtol=1e-14, ftol=1e-14, gtol=1e-14)
        point = point_of(found.x)
        if point is None or np.abs(found.fun).max() > 1e-7 or not aim.heads_right(point):
            continue
        away = abs(float(found.x[2]))
        if best is None or away < best[0]:
            best = (away, found.x, point)
    if best is None:
        raise PhysicsError(
            f"no {aim.heading} entry of {aim.angle:g} deg from this arrival leads to "
            f"{aim.lat:.2f} N {aim.lon:.2f} E: the asymptote comes from declination "
            f"{math.degrees(math.asin(-orbit.incoming[2])):.1f} deg; choose another date of "
            "arrival, angle or heading"
        )
    _, x, point = best
    return scale * (x[0] * across + x[1] * down), point.epoch, point


def _onto(impact: Array, across: Array, down: Array, scale: float) -> tuple[float, float]:
    return float(impact @ across) / scale, float(impact @ down) / scale


def target_entry(
    state: Any,
    epoch: Epoch,
    aim: EntryAim,
    *,
    forces: Forces,
    centre: str = "earth",
    tolerance: float = 10.0,
    ephemeris: Any = None,
) -> TargetedEntry:
    """Correct the velocity of a departure until the entry is as aimed.

    Parameters
    ----------
    state, epoch : (6,) departure, relative to `centre`, J2000 [m, m/s]
    aim : what is wanted
    forces : full force model
    tolerance : of the miss on the ground [m]; the angle is held as well as that

    Raises
    ------
    PhysicsError : the corrections do not settle, or no such entry exists.
    """
    ephemeris = default_ephemeris() if ephemeris is None else ephemeris
    state = np.asarray(state, dtype=float)
    read = aim.about - EARLY
    moved, orbit = _onto_hyperbola(state, epoch, read, aim, forces, centre, ephemeris)

    def enter(velocity: Array) -> EntryPoint:
        full = np.concatenate([state[:3], velocity])
        near = arrive(full, epoch, read, centre=centre, forces=forces)
        near = near + ephemeris.state(centre, wrt=PLANET, at=read)
        return coast_to_entry(
            near, read, forces=forces, height=aim.height, longest=2.0 * EARLY, ephemeris=ephemeris
        )[0]

    velocity = moved[3:]
    point = enter(velocity)
    miss = aim.miss(point)
    slope = np.column_stack(
        [(aim.miss(enter(velocity + h)) - aim.miss(enter(velocity - h))) / 2e-4 for h in _STEPS]
    )
    limit = tolerance / point.radius
    rounds = 0
    for _ in range(_ROUNDS):
        rounds += 1
        velocity = velocity - np.linalg.solve(slope, miss)
        point = enter(velocity)
        miss = aim.miss(point)
        if np.abs(miss).max() < limit:
            break
    else:
        raise PhysicsError(
            f"the aim at {aim.lat:.2f} N {aim.lon:.2f} E does not settle: after {_ROUNDS} "
            f"corrections the entry is {np.abs(miss).max() * point.radius / 1e3:.1f} km off"
        )
    departure = np.concatenate([state[:3], velocity])
    near = arrive(departure, epoch, read, centre=centre, forces=forces)
    orbit = hyperbola(near + ephemeris.state(centre, wrt=PLANET, at=read), float(body(PLANET).gm))
    return TargetedEntry(departure, velocity - state[3:], point, miss, orbit, rounds)


def _onto_hyperbola(
    state: Array, epoch: Epoch, read: Epoch, aim: EntryAim, forces: Forces, centre: str,
    ephemeris: Any,
) -> tuple[Array, Hyperbola]:  # fmt: skip
    """The departure (6,) whose incoming hyperbola has the aimed B vector and time, to a km."""
    gm, shift = float(body(PLANET).gm), ephemeris.state(centre, wrt=PLANET, at=read)
    goal: tuple[Array, float] | None = None
    state = state.copy()
    for _ in range(_ROUNDS):
        flown = state_transition(state, epoch, read, centre=centre, forces=forces)
        near = flown.state + shift
        orbit = hyperbola(near, gm)
        impact, when, point = aimed_hyperbola(orbit, aim, goal)
        goal = impact, float(when - aim.about)
        _, early = on_hyperbola(orbit, impact, point.radius)
        wanted = float(when - read) + early  # time to periapsis

        def off(y: Array, impact: Array = impact, wanted: float = wanted) -> Array:
            now = hyperbola(y, gm)
            along = math.sqrt(now.c3) * (wanted - now.time_to_periapsis)
            out = impact - now.impact
            side = np.cross(now.incoming, (0.0, 0.0, 1.0))
            side /= np.linalg.norm(side)
            return np.array([out @ side, out @ np.cross(now.incoming, side), along])

        miss = off(near)
        if np.abs(miss).max() < 1e3:
            return state, orbit
        steps = np.diag([1e4] * 3 + [1e-2] * 3)
        by_state = np.column_stack(
            [(off(near + h) - off(near - h)) / (2.0 * h.max()) for h in steps]
        )
        slope = by_state @ flown.matrix[:, 3:]
        state[3:] = state[3:] - np.linalg.solve(slope, miss)
    raise PhysicsError(
        f"no departure near the first guess reaches Mars as aimed: after {_ROUNDS} corrections it "
        f"passes {np.abs(miss).max() / 1e3:.0f} km off"
    )
