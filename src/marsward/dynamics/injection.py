"""From a launch site by way of a parking orbit onto a departure hyperbola.

The launch site at lift-off and the asymptote that is wanted lie in one plane: that of the parking
orbit, whose inclination follows from the hour of launch. The craft coasts in it to the periapsis
of the hyperbola, where one impulse sends it off.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from marsward.core.bodies import body
from marsward.core.errors import InputError, PhysicsError
from marsward.core.frames import rotation
from marsward.core.time import Epoch

__all__ = ["Injection", "LaunchSite", "injection"]

Array = NDArray[np.float64]
_LEAST_ANGLE = math.radians(0.5)


@dataclass(frozen=True)
class LaunchSite:
    """Where a rocket lifts off: geodetic latitude and east longitude [deg]."""

    lat: float
    lon: float
    name: str = "launch site"

    def direction(self, epoch: Epoch) -> Array:
        """(3,) unit vector from the centre of the Earth, J2000."""
        lat, lon = math.radians(self.lat), math.radians(self.lon)
        equatorial, _, polar = body("earth").radii
        geocentric = math.atan((polar / equatorial) ** 2 * math.tan(lat))
        fixed = np.array(
            [
                math.cos(geocentric) * math.cos(lon),
                math.cos(geocentric) * math.sin(lon),
                math.sin(geocentric),
            ]
        )
        return np.asarray(rotation("IAU_EARTH", "J2000", epoch) @ fixed)


@dataclass(frozen=True)
class Injection:
    """The impulse that leaves the parking orbit.

    Attributes
    ----------
    epoch : of the impulse
    state : (6,) just after it, relative to the Earth, J2000 [m, m/s]
    parking_speed, dv : before it, and its size [m/s]
    inclination : of the parking orbit to the equator of J2000 [deg]
    launch_azimuth : of the inertial plane at the site, clockwise from north [deg]
    coast : angle flown from the site to the impulse [deg]
    """

    epoch: Epoch
    state: Array
    parking_speed: float
    dv: float
    inclination: float
    launch_azimuth: float
    coast: float


def injection(
    asymptote: ArrayLike,
    launch: Epoch,
    site: LaunchSite,
    *,
    altitude: float,
    ascent: float = 0.0,
) -> Injection:
    """The injection that reaches a velocity at infinity.

    Parameters
    ----------
    asymptote : (3,) velocity at infinity that is wanted, relative to the Earth, J2000 [m/s]
    launch : lift-off
    site : where
    altitude : of the circular parking orbit above the equatorial radius [m]
    ascent : time that the ascent loses against the parking orbit flown from the site [s]

    Raises
    ------
    InputError : an altitude or velocity that is none
    PhysicsError : the site stands on the asymptote's line, so that no plane is defined

    References
    ----------
    Vallado, D. A. (2013), Fundamentals of Astrodynamics and Applications, 4th ed., sections 6.7
    and 12.5 (launch windows, departure from a circular orbit).
    """
    wanted = np.asarray(asymptote, dtype=float)
    size = float(np.linalg.norm(wanted))
    if wanted.shape != (3,) or not 0.0 < size < math.inf:
        raise InputError(f"a velocity at infinity is three finite numbers, not {asymptote!r}")
    if not 0.0 < altitude < 1e7:
        raise InputError(f"a parking orbit has an altitude above 0 m, not {altitude!r}")
    earth = body("earth")
    gm, radius = float(earth.gm), float(earth.equatorial_radius) + altitude
    out, up = wanted / size, site.direction(launch)
    normal = np.cross(up, out)
    if np.linalg.norm(normal) < _LEAST_ANGLE:
        raise PhysicsError(
            f"at {launch.utc} UTC {site.name} lies on the line of the departure asymptote, so "
            "the plane of the parking orbit is not defined; launch some minutes earlier or later"
        )
    normal /= np.linalg.norm(normal)
    if normal[2] < 0.0:  # rockets launch eastward
        normal = -normal
    eccentricity = 1.0 + radius * size**2 / gm
    beyond = math.acos(-1.0 / eccentricity)  # from periapsis to the asymptote
    side = np.cross(normal, out)
    place = math.cos(beyond) * out - math.sin(beyond) * side
    along = np.cross(normal, place)
    circular = math.sqrt(gm / radius)
    speed = math.sqrt(size**2 + 2.0 * gm / radius)
    coast = math.atan2(float(np.cross(up, place) @ normal), float(up @ place)) % (2.0 * math.pi)
    east = np.cross((0.0, 0.0, 1.0), up)
    heading = np.cross(normal, up)
    return Injection(
        epoch=launch + (ascent + coast * radius / circular),
        state=np.concatenate([radius * place, speed * along]),
        parking_speed=circular,
        dv=speed - circular,
        inclination=math.degrees(math.acos(normal[2])),
        launch_azimuth=math.degrees(
            math.atan2(float(heading @ east) / float(np.linalg.norm(east)), float(
                heading @ np.cross(up, east / np.linalg.norm(east))
            ))
        ) % 360.0,
        coast=math.degrees(coast),
    )  # fmt: skip
