"""Passing a planet or the Moon: how far it turns a path, how near, and what an impulse adds.

    there = flyby(v_in, v_out, "venus")          # velocities at infinity [m/s], J2000
    there.altitude, there.dv, there.flyable
    bending_angle(9.02e3, 6390e3, gm)            # [rad]
    v_out = swung(v_in, "venus", radius=6.4e6, about_rad=1.2)

Velocities at infinity are relative to the body. A passage without an impulse keeps its speed and
turns by sin(turn/2) = 1/(1 + r v^2/GM), r the radius of the periapsis; an impulse along the motion
at the periapsis, the place where it changes the energy most, joins two different speeds.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from marsward.core.bodies import body as known_body
from marsward.core.errors import InputError, PhysicsError
from marsward.core.frames import rotation
from marsward.core.time import Epoch
from marsward.dynamics.kernels.tour import passage_rows

__all__ = [
    "LEAST_ALTITUDE", "Flyby", "Passages", "bending_angle", "flyby", "flyby_radius",
    "least_radius", "passages", "swung", "tisserand",
]  # fmt: skip

Array = NDArray[np.float64]
LEAST_ALTITUDE = {
    "mercury": 200e3, "venus": 300e3, "earth": 300e3, "moon": 100e3, "mars": 200e3,
    "jupiter": 300_000e3, "saturn": 200_000e3, "uranus": 10_000e3, "neptune": 10_000e3,
}  # fmt: skip
"""Lowest periapsis above the equatorial radius [m] unless told: assumed; MESSENGER passed Venus
at 338 km and Mercury at 200 km, Galileo the Earth at 303 km; Jupiter and Saturn by their rings
and radiation."""


def bending_angle(speed: ArrayLike, radius: ArrayLike, gm: ArrayLike) -> Array:
    """Angle (...) [rad] between the asymptotes of a passage without an impulse.

    Parameters
    ----------
    speed : (...) at infinity [m/s]
    radius : (...) of the periapsis [m]
    gm : (...) gravitational parameter [m3/s2]
    """
    square = np.asarray(speed, float) ** 2
    return np.asarray(2.0 * np.arcsin(1.0 / (1.0 + np.asarray(radius) * square / np.asarray(gm))))


def flyby_radius(speed: ArrayLike, turn_rad: ArrayLike, gm: ArrayLike) -> Array:
    """Periapsis radius (...) [m] that turns a passage by an angle; `bending_angle` reversed."""
    sine = np.sin(0.5 * np.asarray(turn_rad, float))
    with np.errstate(divide="ignore"):
        return np.asarray(np.asarray(gm) / np.asarray(speed, float) ** 2 * (1.0 / sine - 1.0))


def least_radius(name: str, altitude: float | None = None) -> float:
    """Lowest periapsis radius [m] at a body: of `LEAST_ALTITUDE` or of an altitude [m]."""
    there = known_body(name)
    if altitude is None:
        if there.name not in LEAST_ALTITUDE:
            raise InputError(
                f"no lowest altitude is known for a flyby of {there.name}; give one, or pass "
                f"{', '.join(LEAST_ALTITUDE)}"
            )
        altitude = LEAST_ALTITUDE[there.name]
    if not 0.0 <= altitude < math.inf:
        raise InputError(f"the lowest altitude at {there.name} is {altitude!r} m: give 0 or more")
    return float(there.equatorial_radius) + altitude


@dataclass(frozen=True)
class Passages:
    """Passages between pairs of velocities at infinity, arrays (...) of one shape.

    Attributes
    ----------
    radius : of the periapsis [m]; infinite where nothing turns
    dv : impulse along the motion at the periapsis [m/s]
    short : angle that even the least radius does not turn [rad], 0 where the passage is flyable
    bend : impulse far out that would turn the rest [m/s]
    """

    radius: Array
    dv: Array
    short: Array
    bend: Array

    @property
    def total(self) -> Array:
        """Both impulses [m/s]."""
        return self.dv + self.bend


def passages(
    incoming: ArrayLike, outgoing: ArrayLike, *, gm: ArrayLike, least: ArrayLike
) -> Passages:
    """Passages from ``incoming`` (..., 3) to ``outgoing`` (..., 3) velocities at infinity [m/s].

    Parameters
    ----------
    gm : (...) of the body [m3/s2]
    least : (...) radius below which no periapsis may lie [m]

    Raises
    ------
    InputError : velocities that are not three numbers or do not fit one another, or a
        gravitational parameter or a radius that is not above 0.
    """
    first, last = np.asarray(incoming, float), np.asarray(outgoing, float)
    mass, floor = np.asarray(gm, float), np.asarray(least, float)
    if first.shape[-1:] != (3,) or last.shape[-1:] != (3,):
        raise InputError(
            f"a velocity at infinity is (…, 3), x y z; these are {first.shape} and {last.shape}"
        )
    if not (np.all(mass > 0.0) and np.all(floor > 0.0)):
        raise InputError("a flyby needs a gravitational parameter and a least radius above 0")
    try:
        shape = np.broadcast_shapes(first.shape[:-1], last.shape[:-1], mass.shape, floor.shape)
    except ValueError:
        raise InputError(
            f"velocities of shapes {first.shape} and {last.shape} do not fit together"
        ) from None
    rows = [
        np.ascontiguousarray(np.broadcast_to(each, (*shape, 3)).reshape(-1, 3))
        for each in (first, last)
    ]
    flat = [
        np.ascontiguousarray(np.broadcast_to(each, shape).reshape(-1)) for each in (mass, floor)
    ]
    out = [np.empty(flat[0].size) for _ in range(4)]
    passage_rows(*rows, *flat, *out)
    return Passages(*(each.reshape(shape) for each in out))


@dataclass(frozen=True)
class Flyby:
    """One passage of a body.

    Attributes
    ----------
    body : its name
    incoming, outgoing : (3,) velocities at infinity relative to it, J2000 [m/s]
    turn : angle between them [deg]
    radius, altitude : of the periapsis, from the centre and above the equatorial radius [m]
    dv : impulse at the periapsis [m/s]; 0 when both speeds are one
    short : angle that the least radius cannot turn [deg]
    bend : impulse far out that turns that rest [m/s]
    gained : change of the velocity about the Sun that the body itself gives [m/s]
    b_t, b_r : where the incoming asymptote passes, B·T and B·R about the pole given [m]
    """

    body: str
    incoming: Array
    outgoing: Array
    turn: float
    radius: float
    altitude: float
    dv: float
    short: float
    bend: float
    gained: float
    b_t: float
    b_r: float

    @property
    def flyable(self) -> bool:
        """Whether the body turns the whole angle, but for less than 1 m/s far out."""
        return self.bend < 1.0


def flyby(
    incoming: ArrayLike,
    outgoing: ArrayLike,
    name: str,
    *,
    altitude: float | None = None,
    pole: ArrayLike | None = None,
) -> Flyby:
    """The passage that joins two velocities at infinity.

    Parameters
    ----------
    incoming, outgoing : (3,) relative to the body, J2000 [m/s]
    name : the body
    altitude : lowest periapsis above the equatorial radius [m]; `LEAST_ALTITUDE` when left out
    pole : (3,) axis of the B-plane; the pole of the body's equator when left out, or the north of
        J2000 for bodies without one

    Raises
    ------
    InputError : velocities that are none, or an unknown body.
    """
    there = known_body(name)
    first, last = np.asarray(incoming, float), np.asarray(outgoing, float)
    if first.shape != (3,) or last.shape != (3,) or not (first @ first > 0.0 and last @ last > 0.0):
        raise InputError("a flyby joins two velocities at infinity of three finite numbers each")
    least, gm = least_radius(name, altitude), float(there.gm)
    joined = passages(first, last, gm=gm, least=least)
    turn = math.atan2(float(np.linalg.norm(np.cross(first, last))), float(first @ last))
    radius = float(joined.radius)
    ahead = first / np.linalg.norm(first)
    b_t, b_r = _aim(first, last, ahead, radius, gm, _pole(there, pole))
    return Flyby(
        body=there.name, incoming=first, outgoing=last, turn=math.degrees(turn), radius=radius,
        altitude=radius - float(there.equatorial_radius), dv=float(joined.dv),
        short=math.degrees(float(joined.short)), bend=float(joined.bend),
        gained=float(np.linalg.norm(last - first)), b_t=b_t, b_r=b_r,
    )  # fmt: skip


def _pole(there: Any, pole: ArrayLike | None) -> Array:
    if pole is not None:
        return np.asarray(pole, float)
    if there.rotation is None:
        return np.array([0.0, 0.0, 1.0])
    turned = rotation(f"IAU_{there.name.upper()}", "J2000", Epoch.et(0.0))
    return np.asarray(turned @ np.array([0.0, 0.0, 1.0]))


def _aim(
    first: Array, last: Array, ahead: Array, radius: float, gm: float, pole: Array
) -> tuple[float, float]:
    """B·T and B·R: the miss distance lies opposite to where the path turns, in its plane."""
    across = last - (last @ ahead) * ahead
    size = float(np.linalg.norm(across))
    if not (size > 0.0 and math.isfinite(radius)):
        return math.inf, math.inf
    length = radius * math.sqrt(1.0 + 2.0 * gm / (radius * float(first @ first)))
    b = -length * across / size
    t = np.cross(ahead, pole)
    t = t / np.linalg.norm(t)
    return float(b @ t), float(b @ np.cross(ahead, t))


def swung(
    incoming: ArrayLike, name: str, *, radius: float, about_rad: ArrayLike, dv: float = 0.0
) -> Array:
    """Velocities at infinity after a passage (..., 3) [m/s].

    Parameters
    ----------
    incoming : (3,) velocity at infinity relative to the body [m/s]
    name : the body
    radius : of the periapsis [m]
    about_rad : (...) angle of the turn about the incoming velocity [rad], from the normal of the
        plane that it spans with the z axis
    dv : impulse along the motion at the periapsis [m/s]

    Raises
    ------
    PhysicsError : an impulse that leaves the craft bound to the body.
    """
    first, gm = np.asarray(incoming, float), float(known_body(name).gm)
    speed = float(np.linalg.norm(first))
    pull = 2.0 * gm / radius
    square = (math.sqrt(speed**2 + pull) + dv) ** 2 - pull
    if not square > 0.0:
        least = math.sqrt(pull) - math.sqrt(speed**2 + pull)
        raise PhysicsError(
            f"an impulse of {dv:.1f} m/s at {radius / 1e3:.0f} km leaves the craft bound to "
            f"{name}; the most that it can brake and still leave is {-least:.1f} m/s"
        )
    leaving = math.sqrt(square)
    turn = 0.5 * float(bending_angle(speed, radius, gm) + bending_angle(leaving, radius, gm))
    ahead = first / speed
    side = np.cross(ahead, [0.0, 0.0, 1.0])
    if np.linalg.norm(side) < 1e-9:
        side = np.array([1.0, 0.0, 0.0])
    side = side / np.linalg.norm(side)
    up = np.cross(side, ahead)
    angle = np.asarray(about_rad, float)[..., None]
    return leaving * (
        math.cos(turn) * ahead + math.sin(turn) * (np.cos(angle) * side + np.sin(angle) * up)
    )


def tisserand(
    semi_major_axis: ArrayLike, eccentricity: ArrayLike, inclination_rad: ArrayLike, radius: float
) -> Array:
    """Tisserand's parameter (...) of orbits for a body on a circle of a radius [m].

    A passage leaves it as it was: (v_inf / v_body)^2 = 3 - T. Which planets an orbit may reach
    without an impulse is read off from it.

    References
    ----------
    Tisserand 1889, Traité de mécanique céleste, vol. 4, ch. 12; Strange & Longuski 2002,
    J. Spacecr. Rockets 39:9, doi:10.2514/2.3800 (its use for tours).
    """
    ratio = np.asarray(semi_major_axis, float) / radius
    lean = np.sqrt(ratio * (1.0 - np.asarray(eccentricity, float) ** 2))
    return 1.0 / ratio + 2.0 * lean * np.cos(np.asarray(inclination_rad, float))
