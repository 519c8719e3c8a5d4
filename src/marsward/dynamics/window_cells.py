"""The cells of a launch window: every flight between two bodies for two rows of dates."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from marsward.core.bodies import Body, body
from marsward.core.frames import frame_name, rotation
from marsward.core.time import Epoch
from marsward.dynamics.ephemeris import Ephemeris
from marsward.dynamics.kernels.porkchop import porkchop

__all__ = ["COMPUTED", "Branch", "Solved", "WindowCells"]

Array = NDArray[np.float64]
COMPUTED = (
    "c3", "v_infinity_departure", "v_infinity_arrival", "declination", "right_ascension",
    "transfer_angle", "approach_phase_angle", "arrival_latitude", "arrival_solar_time",
)  # fmt: skip
"""What the kernel works out of every cell, in its order."""
SUN = "sun"


@dataclass(frozen=True)
class Branch:
    """One family of flights.

    revolutions : whole turns about the Sun; branch : "low" or "high", "" below one;
    retrograde : whether it goes round against the planets
    """

    revolutions: int = 0
    branch: str = ""
    retrograde: bool = False

    @property
    def name(self) -> str:
        """As the coordinate `branch` names it: "0", "1 low", "retrograde 2 high"."""
        sense = "retrograde " if self.retrograde else ""
        return f"{sense}{self.revolutions} {self.branch}".strip()

    @property
    def side(self) -> float:
        """1 for the larger x of Lambert's problem, -1 for the smaller."""
        return -1.0 if self.branch == "high" else 1.0


@dataclass(frozen=True, eq=False)
class Solved:
    """One family of flights over the cells.

    names : of the quantities; values : (names, l, a) theirs, SI and degrees
    status, way : (l, a), see `kernels.porkchop`
    """

    names: tuple[str, ...]
    values: Array
    status: NDArray[np.int8]
    way: NDArray[np.int8]

    def of(self, name: str) -> NDArray[Any]:
        """One quantity, or the way."""
        return self.way if name == "way" else self.values[self.names.index(name)]


@dataclass(frozen=True, eq=False)
class WindowCells:
    """Two bodies, two rows of dates, and what their places say without any flight.

    origin, target : bodies about the Sun; launch, arrival : Epoch (l,), (a,)
    """

    origin: Body
    target: Body
    launch: Epoch
    arrival: Epoch
    ephemeris: Ephemeris

    @cached_property
    def leaves(self) -> Array:
        """States of the origin at launch (l, 6), about the Sun [m, m/s]."""
        return self._states(self.origin, self.launch)

    @cached_property
    def arrives(self) -> Array:
        """States of the target at arrival (a, 6), about the Sun [m, m/s]."""
        return self._states(self.target, self.arrival)

    def _states(self, of: Body, at: Epoch) -> Array:
        return np.ascontiguousarray(self.ephemeris.state(of, wrt=SUN, at=at).reshape(-1, 6))

    @cached_property
    def pole(self) -> Array:
        """North pole of the ecliptic of J2000 in J2000: planets turn about it."""
        return rotation("ECLIPJ2000", "J2000")[:, 2].copy()

    @cached_property
    def has_axis(self) -> bool:
        """Whether the rotation of the target is known, for latitudes and local times."""
        return self.target.rotation is not None

    @cached_property
    def axes(self) -> Array:
        """At arrival, rows of: towards the Sun, north, noon, evening on its equator (12, a)."""
        sunward = -self.arrives[:, :3]
        sunward /= np.linalg.norm(sunward, axis=1)[:, None]
        north = np.broadcast_to(self.pole, sunward.shape)
        turn = 1.0
        if self.target.rotation is not None:
            fixed = rotation("J2000", frame_name(f"IAU_{self.target.name.upper()}"), self.arrival)
            north = fixed.reshape(-1, 3, 3)[:, 2]
            turn = math.copysign(1.0, self.target.rotation.pm[1])
        noon = sunward - np.sum(sunward * north, axis=1)[:, None] * north
        noon /= np.linalg.norm(noon, axis=1)[:, None]
        evening = turn * np.cross(north, noon)
        return np.ascontiguousarray(np.hstack([sunward, north, noon, evening]).T)

    def solve(self, branch: Branch, wanted: tuple[str, ...]) -> Solved:
        """Every flight of one family, with the quantities of `COMPUTED` that are wanted."""
        places = [wanted.index(name) if name in wanted else -1 for name in COMPUTED]
        shape = self.launch.size, self.arrival.size
        out, status = np.empty((len(wanted), *shape)), np.empty(shape, np.int8)
        way = np.empty(shape, np.int8)
        porkchop(
            self.leaves, self.launch.et.reshape(-1), np.ascontiguousarray(self.arrives.T),
            self.arrival.et.reshape(-1), self.axes, float(body(SUN).gm),
            -self.pole if branch.retrograde else self.pole, branch.revolutions, branch.side,
            np.array(places), out, status, way,
        )  # fmt: skip
        return Solved(wanted, out, status, way)

    @cached_property
    def phase_angle(self) -> Array:
        """At launch, how far the target stands ahead of the origin about the Sun (l,) [deg]."""
        there = self._states(self.target, self.launch)[:, :3]
        east = np.cross(self.pole, self.leaves[:, :3])
        size = np.linalg.norm(east, axis=1)
        out = np.cross(east, self.pole) / size[:, None]
        along, ahead = np.sum(there * out, axis=1), np.sum(there * east, axis=1) / size
        return np.degrees(np.arctan2(ahead, along))

    @cached_property
    def earth(self) -> Array:
        """The Earth at arrival (a, 3), about the Sun [m]."""
        return self._states(body("earth"), self.arrival)[:, :3]

    @cached_property
    def earth_distance(self) -> Array:
        """From the Earth to the target at arrival (a,) [m]."""
        return np.linalg.norm(self.arrives[:, :3] - self.earth, axis=1)

    @cached_property
    def sun_earth_probe(self) -> Array:
        """Angle from the Sun to the target in the sky of the Earth at arrival (a,) [deg]."""
        probe, sun = self.arrives[:, :3] - self.earth, -self.earth
        across = np.linalg.norm(np.cross(probe, sun), axis=1)
        return np.degrees(np.arctan2(across, np.sum(probe * sun, axis=1)))

    @cached_property
    def solar_longitude(self) -> Array:
        """Season of the target at arrival (a,) [deg].

        The clock of Mars on Mars (`Epoch.ls`); elsewhere the Sun's longitude along the target's
        osculating orbit from its northward crossing of the equator.
        """
        if self.target.name == "mars":
            return np.asarray(self.arrival.ls, dtype=float).reshape(-1)
        sunward, north = self.axes[:3].T, self.axes[3:6].T
        normal = np.cross(self.arrives[:, :3], self.arrives[:, 3:])
        normal /= np.linalg.norm(normal, axis=1)[:, None]
        spring = np.cross(north, normal)
        size = np.linalg.norm(spring, axis=1)[:, None]
        spring = spring / np.where(size > 0.0, size, 1.0)
        summer = np.cross(normal, spring)
        turn = np.arctan2(np.sum(sunward * summer, axis=1), np.sum(sunward * spring, axis=1))
        return np.degrees(turn) % 360.0
