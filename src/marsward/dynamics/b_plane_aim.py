"""What a passage of Mars is to be, and the B vector that leads to it.

A passage is asked for by its aim point (B·T and B·R), by the height and inclination of its
periapsis, or by the angle and inclination of an entry; each with a time. From an incoming asymptote
with declination d two planes have the inclination i: the angle t of the B vector from T follows
from cos i = cos d cos t, and the craft passes to the north (B·R below 0) or to the south.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from marsward.core.bodies import body
from marsward.core.errors import InputError, PhysicsError
from marsward.core.frames import rotation
from marsward.core.time import Epoch
from marsward.dynamics.entry_point import ENTRY_HEIGHT, PLANET
from marsward.dynamics.hyperbola import Hyperbola, impact_radius

__all__ = ["BPlaneAim", "plane_axes"]

Array = NDArray[np.float64]
_SLACK = 1e-6


def plane_axes(incoming: Array, pole: Array) -> tuple[Array, Array]:
    """T and R (3,) of the B-plane normal to an asymptote, T in the equator of the pole."""
    t = np.cross(incoming, pole)
    t /= np.linalg.norm(t)
    return t, np.cross(incoming, t)


@dataclass(frozen=True)
class BPlaneAim:
    """What the passage of Mars is to be: one of three ways to ask.

    Parameters
    ----------
    time : of the periapsis, or of the entry where an entry angle is given
    b_t, b_r : aim point [m]; T in the mean equator of Mars of date, read two days before
    periapsis : height of the periapsis above the equatorial radius [m], with `inclination`
    entry_angle : flight-path angle at the entry, below 0 [deg], with `inclination`
    inclination : to the mean equator of date, at the periapsis or the entry [deg]
    over : "north" or "south": which side of the planet the aim point lies on, the two planes of
        one inclination
    free_time : whether the time may move; the correction is then the least one that meets the rest
    angle_axes : "rotating" or "inertial": whether `entry_angle` is against the turning planet
    height : of the entry over the ellipsoid [m]

    Raises
    ------
    InputError : none or several of the three ways, or a value out of its range
    PhysicsError : a periapsis below the surface; the sentence tells the least that can be flown
    """

    time: Epoch
    b_t: float | None = None
    b_r: float | None = None
    periapsis: float | None = None
    entry_angle: float | None = None
    inclination: float | None = None
    over: str = "north"
    free_time: bool = False
    angle_axes: str = "rotating"
    height: float = ENTRY_HEIGHT

    def __post_init__(self) -> None:
        point = self.b_t is not None and self.b_r is not None
        ways = [point, self.periapsis is not None, self.entry_angle is not None]
        if sum(ways) != 1 or (not point and (self.b_t is not None or self.b_r is not None)):
            raise InputError(
                "an aim is b_t with b_r, or periapsis with inclination, or entry_angle with "
                "inclination; give one of the three"
            )
        if point == (self.inclination is not None):
            raise InputError(
                "an inclination goes with a periapsis or an entry angle"
                + (", not with b_t and b_r" if point else "; give inclination=")
            )
        self._check_numbers()
        if self.periapsis is not None and self.periapsis < 0.0:
            raise PhysicsError(
                f"a periapsis {-self.periapsis / 1e3:.1f} km below the surface of Mars cannot be "
                "flown; give a height of 0 km or more, or aim at an entry with entry_angle"
            )

    def _check_numbers(self) -> None:
        for name in ("b_t", "b_r", "periapsis", "entry_angle", "inclination"):
            number = getattr(self, name)
            if number is not None and not math.isfinite(number):
                raise InputError(f"{name} of an aim must be finite, not {number!r}")
        if self.inclination is not None and not 0.0 <= self.inclination <= 180.0:
            raise InputError(f"inclination lies from 0 to 180 deg, not at {self.inclination!r}")
        if self.entry_angle is not None and not -89.0 <= self.entry_angle < 0.0:
            raise InputError(
                f"an entry angle lies from -89 deg to below 0, not at {self.entry_angle!r}"
            )
        for name, known in (
            ("over", ("north", "south")), ("angle_axes", ("rotating", "inertial")),
        ):  # fmt: skip
            if getattr(self, name) not in known:
                raise InputError(
                    f"{name} is {known[0]!r} or {known[1]!r}, not {getattr(self, name)!r}"
                )

    @property
    def way(self) -> str:
        """ "point", "periapsis" or "entry"."""
        if self.b_t is not None:
            return "point"
        return "periapsis" if self.periapsis is not None else "entry"

    @property
    def pole(self) -> Array:
        """(3,) spin axis of Mars of date, J2000."""
        return rotation("J2000", "MARS_MEOD", self.time)[2]

    @property
    def figures(self) -> Array:
        """(2,) what is asked for: B·T, B·R [m]; or radius [m] or angle [rad], and inclination."""
        if self.way == "point":
            return np.array([self.b_t, self.b_r], dtype=float)
        turn = math.radians(self.inclination or 0.0)
        if self.periapsis is not None:
            return np.array([float(body(PLANET).equatorial_radius) + self.periapsis, turn])
        return np.array([math.radians(self.entry_angle or 0.0), turn])

    @property
    def entry_radius(self) -> float:
        """Radius of the entry where the ellipsoid is widest [m]."""
        return float(body(PLANET).equatorial_radius) + self.height

    # on an osculating hyperbola ---------------------------------------------------------------
    def read(self, orbit: Hyperbola) -> Array:
        """(2,) the `figures` of an osculating hyperbola."""
        gm = float(body(PLANET).gm)
        t, r = plane_axes(orbit.incoming, self.pole)
        if self.way == "point":
            return np.array([orbit.impact @ t, orbit.impact @ r])
        normal = np.cross(orbit.impact, orbit.incoming)
        turn = math.acos(
            float(np.clip(normal @ self.pole / np.linalg.norm(normal), -1.0, 1.0))
        )  # fmt: skip
        if self.way == "periapsis":
            return np.array([orbit.periapsis_radius, turn])
        radius = self.entry_radius
        level = float(np.linalg.norm(orbit.impact)) * math.sqrt(orbit.c3) / radius
        cosine = level / math.sqrt(orbit.c3 + 2.0 * gm / radius)
        return np.array([-math.acos(min(cosine, 1.0)), turn])

    def impact(self, orbit: Hyperbola, figures: Array) -> Array:
        """(3,) the B vector [m] with which the asymptote of an orbit has given `figures`.

        An inclination that no plane through the asymptote has becomes the nearest that one has.
        """
        gm = float(body(PLANET).gm)
        t, r = plane_axes(orbit.incoming, self.pole)
        if self.way == "point":
            return np.asarray(figures[0] * t + figures[1] * r)
        if self.way == "periapsis":
            size = impact_radius(orbit.c3, gm, max(float(figures[0]), 1e3))
        else:
            radius = self.entry_radius
            speed = math.sqrt(orbit.c3 + 2.0 * gm / radius)
            size = radius * speed * math.cos(float(figures[0])) / math.sqrt(orbit.c3)
        cosine = float(np.clip(self._cosine(orbit, float(figures[1])), -1.0, 1.0))
        angle = math.acos(cosine) * (-1.0 if self.over == "north" else 1.0)
        return np.asarray(size * (math.cos(angle) * t + math.sin(angle) * r))

    def in_metres(self, orbit: Hyperbola, miss: Array) -> float:
        """A small miss of the `figures` as a distance in the B-plane [m]."""
        if self.way == "point":
            return float(np.hypot(*miss))
        size = float(np.linalg.norm(orbit.impact))
        if self.way == "entry":
            steep = math.tan(-float(self.figures[0]))
            return math.hypot(size * steep * miss[0], size * miss[1])
        return math.hypot(miss[0], size * miss[1])

    def _cosine(self, orbit: Hyperbola, inclination: float) -> float:
        sine = float(orbit.incoming @ self.pole)
        return math.cos(inclination) / math.sqrt(max(1.0 - sine * sine, 1e-12))

    def check(self, orbit: Hyperbola, figures: Array) -> None:
        """Refuse an inclination that no plane through the asymptote has, and a path into Mars.

        Raises
        ------
        PhysicsError : with the nearest value that can be flown.
        """
        gm, ground = float(body(PLANET).gm), float(body(PLANET).equatorial_radius)
        if self.way == "point":
            least = impact_radius(orbit.c3, gm, ground)
            size = float(np.hypot(*self.figures))
            if size < least:
                raise PhysicsError(
                    f"an aim point {size / 1e3:.0f} km from the centre of the B-plane leads into "
                    f"Mars; at {math.sqrt(orbit.c3) / 1e3:.3f} km/s it must keep "
                    f"{math.ceil(least / 1e3)} km off, or be asked for with entry_angle"
                )
            return
        if abs(self._cosine(orbit, float(figures[1]))) > 1.0 + _SLACK:
            sine = abs(float(orbit.incoming @ self.pole))
            least = math.ceil(1e2 * math.degrees(math.asin(min(sine, 1.0)))) / 1e2
            raise PhysicsError(
                f"no orbit inclined {self.inclination:g} deg meets this arrival: its asymptote "
                f"comes from declination {-math.degrees(math.asin(orbit.incoming @ self.pole)):.2f}"
                f" deg to the equator of Mars, so the inclination lies from {least:.2f} to "
                f"{180.0 - least:.2f} deg; give one of these or another date"
            )
