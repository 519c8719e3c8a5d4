"""Aiming a flight at Mars: the correction of a velocity that makes the passage as it is wanted.

    leave = injection(out, launch, site, altitude=200e3)
    aim = BPlaneAim(Epoch.utc("2029-09-10"), periapsis=400e3, inclination=92.7)
    hit = target_b_plane(leave.state, leave.epoch, aim, forces=forces)
    hit.departure, hit.arrival.b_t, hit.rounds

Three components of a velocity are free, three numbers of the passage are asked for. The aim point
and the way along the asymptote answer to the velocity almost linearly, however far the first guess
misses (Kizner 1961), so the steps are taken in them, on the hyperbola that osculates some days
before; what the full force model does from there on (Sun, oblateness) is flown, and goes into the
next step as a change of the aim.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from marsward.core.bodies import body
from marsward.core.errors import InputError, PhysicsError
from marsward.core.time import Epoch
from marsward.dynamics.arrival import Arrival, arrival
from marsward.dynamics.b_plane_aim import BPlaneAim, plane_axes
from marsward.dynamics.entry_point import PLANET, EntryPoint, coast_to_entry
from marsward.dynamics.ephemeris import default_ephemeris
from marsward.dynamics.forces import Forces
from marsward.dynamics.hyperbola import Hyperbola, b_plane, hyperbola
from marsward.dynamics.outgoing import moved_along_asymptote
from marsward.dynamics.state_transition import arrive, state_transition

__all__ = ["BPlaneAim", "TargetedPassage", "target_b_plane"]

Array = NDArray[np.float64]
EARLY = 3.0 * 86_400.0
"""How long before the passage the osculating hyperbola is read [s]."""
CLOSE = 8.0 * 3600.0
"""The same once the miss is small, where the planet's own pull is all but the whole [s]."""
NEAR = 2e7
"""Miss below which the passage itself is flown [m]."""
ROUNDS = 25
_AROUND = 20.0
"""Radii of the planet within which a departure is corrected by its velocity at infinity."""
STEPS = np.diag([1e4] * 3 + [1e-2] * 3)
_EVERYTHING = Forces()


@dataclass(frozen=True)
class TargetedPassage:
    """A flight that meets its aim.

    Attributes
    ----------
    departure : (6,) corrected state, relative to `centre`, J2000 [m, m/s]
    epoch, centre : where that state holds: the departure, or the manoeuvre on the way
    correction : (3,) change of velocity that was found [m/s]
    arrival : the passage in the full force model; for an entry its epoch, radius, speed and state
        are those of the entry, and there is no periapsis
    entry : the entry, where an entry angle was asked for
    miss_km, miss_s : what is left in the B-plane [km] and in time [s]
    rounds : corrections, each with one flight of the variational equations
    misses : miss [m] before each correction and at the end: B-plane and way along the asymptote
    """

    departure: Array
    epoch: Epoch
    centre: str
    correction: Array
    arrival: Arrival
    entry: EntryPoint | None
    miss_km: float
    miss_s: float
    rounds: int
    misses: tuple[float, ...]


class _Passage(NamedTuple):
    """What the full force model makes of a state before the passage."""

    figures: Array
    late: float
    arrival: Arrival
    entry: EntryPoint | None

    def bias(self, aim: BPlaneAim, orbit: Hyperbola, at: Epoch) -> Array:
        """(3,) the figures and the time to the passage less those of the osculating hyperbola."""
        wait = self.late + float(aim.time - at)
        return np.append(self.figures - aim.read(orbit), wait - orbit.time_to_periapsis)


class _Approach(NamedTuple):
    """A flight as far as the hyperbola is read: epoch, state (6,) about Mars, its derivative."""

    at: Epoch
    near: Array
    orbit: Hyperbola
    matrix: Array


def target_b_plane(
    state: Any,
    epoch: Epoch,
    aim: BPlaneAim,
    *,
    forces: Forces = _EVERYTHING,
    centre: str = "earth",
    control: str = "velocity",
    burn_epoch: Epoch | None = None,
    tolerance: float = 100.0,
    time_tolerance: float = 0.1,
    most: float | None = None,
    rounds: int = ROUNDS,
    ephemeris: Any = None,
) -> TargetedPassage:
    """Correct a velocity until the passage of Mars is as aimed, in the full force model.

    Parameters
    ----------
    state, epoch : (6,) first guess, relative to `centre`, J2000 [m, m/s]
    aim : what the passage is to be
    forces : full force model
    control : "velocity" corrects that of `state`; "manoeuvre" flies on to `burn_epoch` and
        corrects the velocity there
    tolerance, time_tolerance : of the miss in the B-plane [m] and in time [s]
    most : the greatest correction that is allowed [m/s]; None for any
    rounds : corrections before giving up

    Raises
    ------
    InputError : a control or an epoch that makes no sense
    PhysicsError : the passage cannot be reached, or only with a greater correction than allowed;
        the sentence names the nearest value that can

    References
    ----------
    Kizner, W. (1961), Planet. Space Sci. 7, 125, doi:10.1016/0032-0633(61)90293-8.
    """
    ephemeris = default_ephemeris() if ephemeris is None else ephemeris
    state, epoch = _start(state, epoch, aim, control, burn_epoch, forces, centre, ephemeris)
    guess, bias, misses = state, np.zeros(3), []
    for count in range(rounds + 1):
        way = _approach(state, epoch, aim, centre, forces, ephemeris)
        miss = _off(way.near, way.orbit, *_goal(aim, way, bias))
        if _size(miss, aim) < NEAR:
            way = _nearer(way, aim, forces, ephemeris)
            aim.check(way.orbit, aim.figures - bias[:2])
            if _can_be_flown(aim, way.orbit):
                found = _passage(way, aim, forces, ephemeris)
                bias = found.bias(aim, way.orbit, way.at)
                gap = aim.in_metres(way.orbit, aim.figures - found.figures)
                late = 0.0 if aim.free_time else found.late
                if gap < tolerance and abs(late) < time_tolerance:
                    misses.append(math.hypot(gap, math.sqrt(way.orbit.c3) * late))
                    _afford(state[3:] - guess[3:], most, aim)
                    return TargetedPassage(
                        state, epoch, centre, state[3:] - guess[3:], found.arrival, found.entry,
                        gap / 1e3, late, count, tuple(misses),
                    )  # fmt: skip
            miss = _off(way.near, way.orbit, *_goal(aim, way, bias))
        misses.append(_size(miss, aim))
        state = _moved(state, _step(way, _goal(aim, way, bias), miss, aim), centre)
    raise PhysicsError(
        f"the aim at Mars on {aim.time} does not settle: after {rounds} corrections the flight "
        f"from {epoch} passes {misses[-1] / 1e3:.0f} km off it (nearest {min(misses) / 1e3:.0f} "
        "km); give a nearer first guess or another date"
    )


def _start(state, epoch, aim, control, burn_epoch, forces, centre, ephemeris):
    """The state and epoch whose velocity is corrected, checked."""
    state = np.array(state, dtype=float)
    if state.shape != (6,) or not np.isfinite(state).all():
        raise InputError(f"a state is six finite numbers [m, m/s], not {state!r}")
    if control not in ("velocity", "manoeuvre"):
        raise InputError(f'control is "velocity" or "manoeuvre", not {control!r}')
    if (control == "manoeuvre") != (burn_epoch is not None):
        raise InputError('burn_epoch goes with control="manoeuvre": give both or none')
    if burn_epoch is not None:
        if float(burn_epoch - epoch) < 0.0:
            raise InputError(
                f"the manoeuvre at {burn_epoch} is before the flight's start at "
                f"{epoch}; give a later burn_epoch"
            )
        if float(burn_epoch - epoch) > 0.0:
            state = arrive(
                state, epoch, burn_epoch, centre=centre, forces=forces, ephemeris=ephemeris
            )
        epoch = burn_epoch
    if not float(aim.time - epoch) > 3600.0:
        raise PhysicsError(
            f"Mars is to be passed at {aim.time}, less than an hour after {epoch} "
            "when the velocity is corrected; give a later time or an earlier correction"
        )
    return state, epoch


def _approach(state, epoch, aim: BPlaneAim, centre, forces, ephemeris) -> _Approach:
    """Fly to `EARLY` before the passage, or half-way where that is later."""
    read = aim.time - min(EARLY, 0.5 * float(aim.time - epoch))
    flown = state_transition(
        state, epoch, read, centre=centre, forces=forces, ephemeris=ephemeris
    )  # fmt: skip
    near = flown.state + ephemeris.state(centre, wrt=PLANET, at=read)
    return _Approach(read, near, hyperbola(near, float(body(PLANET).gm)), flown.matrix)


def _nearer(way: _Approach, aim: BPlaneAim, forces, ephemeris) -> _Approach:
    """Fly on to `CLOSE` before the periapsis; an aim point is read further out."""
    later = way.orbit.time_to_periapsis - CLOSE
    if aim.way == "point" or later < 60.0:
        return way
    flown = state_transition(
        way.near, way.at, way.at + later, centre=PLANET, forces=forces, ephemeris=ephemeris
    )
    orbit = hyperbola(flown.state, float(body(PLANET).gm))
    return _Approach(way.at + later, flown.state, orbit, flown.matrix @ way.matrix)


def _goal(aim: BPlaneAim, way: _Approach, bias: Array) -> tuple[Array, float]:
    """B vector (3,) [m] and time to the periapsis [s] that the osculating hyperbola is to have."""
    wait = float(aim.time - way.at) - float(bias[2])
    return aim.impact(way.orbit, aim.figures - bias[:2]), wait


def _off(near: Array, orbit: Hyperbola, impact: Array, wanted: float) -> Array:
    """(3,) [m]: what the aim point lacks in the B-plane of `orbit`, and along the asymptote."""
    now = hyperbola(near, float(body(PLANET).gm))
    side, down = plane_axes(orbit.incoming, np.array([0.0, 0.0, 1.0]))
    out = impact - now.impact
    along = math.sqrt(orbit.c3) * (wanted - now.time_to_periapsis)
    return np.array([out @ side, out @ down, along])


def _size(miss: Array, aim: BPlaneAim) -> float:
    return float(np.linalg.norm(miss[:2] if aim.free_time else miss))


def _step(way: _Approach, goal: tuple[Array, float], miss: Array, aim: BPlaneAim) -> Array:
    """(3,) change of the velocity [m/s] that undoes a miss; the least one where time is free."""
    slope = np.column_stack(
        [
            (_off(way.near + h, way.orbit, *goal) - _off(way.near - h, way.orbit, *goal))
            / (2.0 * h.max())
            for h in STEPS
        ]
    )
    rows = slice(0, 2) if aim.free_time else slice(0, 3)
    answer = np.linalg.lstsq((slope @ way.matrix[:, 3:])[rows], miss[rows], rcond=None)[0]
    return np.asarray(-answer, dtype=float)


def _moved(state: Array, step: Array, centre: str) -> Array:
    """The state with its velocity changed; near a planet the change is made at infinity."""
    planet = body(centre)
    near = float(np.linalg.norm(state[:3])) < _AROUND * float(planet.equatorial_radius)
    speed = float(state[3:] @ state[3:]) - 2.0 * float(planet.gm) / float(np.linalg.norm(state[:3]))
    if centre in ("sun", PLANET) or not near or speed <= 0.0:
        return np.concatenate([state[:3], state[3:] + step])
    return np.concatenate([state[:3], moved_along_asymptote(state, step, float(planet.gm))])


def _can_be_flown(aim: BPlaneAim, orbit: Hyperbola) -> bool:
    """Whether a path that is still off its aim comes down to the air, or keeps above the ground."""
    low, ground = orbit.periapsis_radius, float(body(PLANET).equatorial_radius)
    if aim.way == "entry":
        return low < float(body(PLANET).radii[2]) + aim.height - 1e4
    return low > ground + 0.3 * (aim.periapsis if aim.periapsis is not None else 3e4)


def _passage(way: _Approach, aim: BPlaneAim, forces, ephemeris) -> _Passage:
    """Fly on to the passage itself."""
    if aim.way != "entry":
        full = way.near + ephemeris.state(PLANET, wrt="sun", at=way.at)
        found = arrival(full, way.at, forces=forces, ephemeris=ephemeris)
        figures = np.array([found.b_t, found.b_r])
        if aim.way == "periapsis":
            figures = np.array([found.radius, _inclination(found.state, aim.pole)])
        return _Passage(figures, float(found.epoch - aim.time), found, None)
    longest = 2.0 * max(way.orbit.time_to_periapsis, 0.0) + 1e4
    point, _ = coast_to_entry(
        way.near, way.at, forces=forces, height=aim.height, longest=longest, ephemeris=ephemeris
    )
    b_t, b_r = b_plane(way.orbit, aim.pole)
    entry = Arrival(
        epoch=point.epoch, radius=point.radius, speed=float(np.linalg.norm(point.state[3:])),
        state=point.state, orbit=way.orbit, b_t=b_t, b_r=b_r,
    )  # fmt: skip
    rotating = aim.angle_axes == "rotating"
    angle = point.flight_path_angle if rotating else point.inertial_flight_path_angle
    figures = np.array([math.radians(angle), _inclination(point.state, aim.pole)])
    return _Passage(figures, float(point.epoch - aim.time), entry, point)


def _inclination(state: Array, pole: Array) -> float:
    normal = np.cross(state[:3], state[3:])
    return math.acos(float(np.clip(normal @ pole / np.linalg.norm(normal), -1.0, 1.0)))


def _afford(correction: Array, most: float | None, aim: BPlaneAim) -> None:
    """Refuse a correction that is greater than allowed."""
    size = float(np.linalg.norm(correction))
    if most is not None and size > most:
        raise PhysicsError(
            f"this passage of Mars on {aim.time} needs a correction of {size:.2f} m/s and "
            f"{most:.2f} m/s are allowed; allow {math.ceil(100.0 * size) / 100.0:.2f} m/s"
            + ("" if aim.free_time else ", correct earlier, or leave the time free (free_time)")
        )
