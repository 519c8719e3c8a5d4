"""Where a path comes down to the top of the atmosphere: when, over what, how fast, how steep.

Speed, azimuth and flight-path angle are told twice: against the rotating planet, which is what the
air meets, and inertial, against axes of the planet that stand still. Angles are from the local
horizontal normal to the radius, positive up; azimuths clockwise from north.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from marsward.core.bodies import body
from marsward.core.errors import InputError, PhysicsError
from marsward.core.frames import rotation, state_rotation
from marsward.core.time import Epoch
from marsward.core.trajectory import Trajectory
from marsward.data.areoid import areoid_radius
from marsward.dynamics.ephemeris import default_ephemeris
from marsward.dynamics.events import altitude_crossing, find_events
from marsward.dynamics.forces import Forces
from marsward.dynamics.kernels.sight import heights
from marsward.dynamics.propagate import propagate
from marsward.dynamics.state_transition import state_transition

__all__ = ["ENTRY_HEIGHT", "EntryPoint", "coast_to_entry", "entry_of", "entry_transition"]

Array = NDArray[np.float64]
ENTRY_HEIGHT = 125e3
"""Height over the ellipsoid at which an entry is said to begin [m], as Mars missions count it:
AAS 13-420 for the Mars Science Laboratory, press of the CNSA for Tianwen-1."""
PLANET, FIXED = "mars", "IAU_MARS"


@dataclass(frozen=True)
class EntryPoint:
    """A state on the way down.

    epoch : Epoch
    state : (6,) relative to Mars, J2000 [m, m/s]
    """

    epoch: Epoch
    state: Array

    @cached_property
    def fixed(self) -> Array:
        """(6,) in IAU_MARS, velocity against the rotating planet [m, m/s]."""
        return np.asarray(state_rotation("J2000", FIXED, self.epoch) @ self.state)

    @cached_property
    def at_rest(self) -> Array:
        """(6,) in the axes of IAU_MARS held still at the epoch [m, m/s]."""
        return np.kron(np.eye(2), rotation("J2000", FIXED, self.epoch)) @ self.state

    @property
    def radius(self) -> float:
        """Distance from the centre [m]."""
        return float(np.linalg.norm(self.fixed[:3]))

    @property
    def lon(self) -> float:
        """East longitude, 0 to 360 [deg]."""
        return math.degrees(math.atan2(self.fixed[1], self.fixed[0])) % 360.0

    @property
    def lat(self) -> float:
        """Planetocentric latitude [deg]."""
        return math.degrees(math.asin(self.fixed[2] / self.radius))

    @cached_property
    def ellipsoid_height(self) -> float:
        """Height over the ellipsoid of 3396.19 and 3376.20 km [m]."""
        out = np.empty(1)
        heights(self.fixed[None, :3].copy(), np.array(body(PLANET).radii), out)
        return float(out[0])

    @cached_property
    def height(self) -> float:
        """Height over the areoid, along the radius [m]."""
        row = areoid_radius(np.array([self.lat]))[0]
        at = (np.arange(-1, row.size + 1) + 0.5) * 360.0 / row.size
        ring = np.concatenate([row[-1:], row, row[:1]])
        return self.radius - float(np.interp(self.lon, at, ring))

    speed = property(lambda self: self._motion[0], doc="Against the rotating planet [m/s].")
    azimuth = property(lambda self: self._motion[1], doc="Of that velocity [deg].")
    flight_path_angle = property(lambda self: self._motion[2], doc="Of that velocity [deg].")
    inertial_speed = property(lambda self: self._inertial[0], doc="[m/s]")
    inertial_azimuth = property(lambda self: self._inertial[1], doc="[deg]")
    inertial_flight_path_angle = property(lambda self: self._inertial[2], doc="[deg]")

    @cached_property
    def _motion(self) -> tuple[float, float, float]:
        return _direction(self.fixed)

    @cached_property
    def _inertial(self) -> tuple[float, float, float]:
        return _direction(self.at_rest)

    def figures(self) -> Array:
        """Height [m], lon, lat [deg], speed [m/s], azimuth, flight-path angle [deg], rotating."""
        return np.array([self.height, self.lon, self.lat, *self._motion])


def _direction(state: Array) -> tuple[float, float, float]:
    """Speed [m/s], azimuth [deg] and flight-path angle [deg] of a state in axes of the planet."""
    r, v = state[:3], state[3:]
    up = r / np.linalg.norm(r)
    east = np.cross((0.0, 0.0, 1.0), up)
    east /= np.linalg.norm(east)
    north = np.cross(up, east)
    speed = float(np.linalg.norm(v))
    azimuth = math.degrees(math.atan2(float(v @ east), float(v @ north))) % 360.0
    return speed, azimuth, math.degrees(math.asin(float(v @ up) / speed))


def entry_of(
    trajectory: Trajectory, *, height: float = ENTRY_HEIGHT, ephemeris: Any = None
) -> EntryPoint:
    """Where a path first comes down through a height over the ellipsoid [m].

    Raises
    ------
    PhysicsError : it never does.
    """
    found = find_events(trajectory, altitude_crossing(PLANET, height, kind="downward"), ephemeris)
    if not found:
        raise PhysicsError(
            f"the path from {trajectory.start.utc} to {trajectory.stop.utc} UTC never comes down "
            f"to {height / 1e3:.0f} km over Mars; aim it at the planet"
        )
    when = found[0].epoch
    return EntryPoint(when, trajectory.at(when, wrt=PLANET, ephemeris=ephemeris))


def coast_to_entry(
    state: Any,
    epoch: Epoch,
    *,
    forces: Forces,
    centre: str = PLANET,
    height: float = ENTRY_HEIGHT,
    longest: float = 86_400.0,
    ephemeris: Any = None,
) -> tuple[EntryPoint, Trajectory]:
    """Fly freely from a state down to the entry; the point there and the path.

    Parameters
    ----------
    state, epoch, centre, forces : as `propagate` takes them, J2000
    height : over the ellipsoid, where it ends [m]
    longest : how long is flown before it counts as a miss [s]

    Raises
    ------
    PhysicsError : the path does not come down so far; the sentence tells how near it comes.
    """
    if not 0.0 < longest < math.inf:
        raise InputError(f"longest is a time above 0 s, not {longest!r}")
    ephemeris = default_ephemeris() if ephemeris is None else ephemeris
    stop = altitude_crossing(PLANET, height, kind="downward", stop=True)
    path = propagate(
        state, epoch, epoch + longest, centre=centre, forces=forces, events=(stop,),
        impact=False, ephemeris=ephemeris,
    )  # fmt: skip
    point = EntryPoint(path.stop, path.at(path.stop, wrt=PLANET, ephemeris=ephemeris))
    if point.ellipsoid_height > height + 1.0:
        within = path.start + np.linspace(0.0, path.duration, 2001)
        near = np.linalg.norm(path.position(within, wrt=PLANET, ephemeris=ephemeris), axis=1).min()
        raise PhysicsError(
            f"the path from {epoch.utc} UTC does not come down to {height / 1e3:.0f} km within "
            f"{longest / 3600.0:.1f} h: it keeps {near / 1e3:.0f} km from the centre of Mars; "
            "begin lower, or with a steeper angle"
        )
    return point, path


def entry_transition(
    state: Any, epoch: Epoch, point: EntryPoint, *, forces: Forces, centre: str = PLANET
) -> Array:
    """(6, 6) derivative of the state at the epoch of an entry by the state it was flown from."""
    return state_transition(state, epoch, point.epoch, centre=centre, forces=forces).matrix
