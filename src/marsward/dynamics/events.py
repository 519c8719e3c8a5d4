"""Events of a flight: apsides, nodes, crossings, eclipses; `find_events` finds them.

Occultations and what stations and sites see are made in `marsward.dynamics.visibility`, the search
in `marsward.dynamics.event_search`; both are here under one roof. A zero is found to a
microsecond; how well the function itself tells the truth is said by each maker.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from marsward.core.bodies import Body
from marsward.core.bodies import body as known_body
from marsward.core.constants import SPEED_OF_LIGHT
from marsward.core.errors import InputError
from marsward.core.frames import rotation
from marsward.core.time import Epoch
from marsward.core.trajectory import Trajectory
from marsward.dynamics.event_search import Event, Occurrence, find_events, first_stop
from marsward.dynamics.kernels.sight import heights
from marsward.dynamics.visibility import Site, occultation, site_visibility, station_visibility

__all__ = [
    "Event",
    "Occurrence",
    "Site",
    "altitude_crossing",
    "apsis",
    "distance",
    "eclipse",
    "equator",
    "find_events",
    "first_stop",
    "latitude_crossing",
    "local_solar_time",
    "node",
    "occultation",
    "site_visibility",
    "station_visibility",
]


def apsis(
    body: Any, *, kind: str = "periapsis", stop: bool = False, name: str | None = None
) -> Event:
    """Least ("periapsis"), greatest ("apoapsis") or either ("both") distance from a body."""
    directions = {"periapsis": 1, "apoapsis": -1, "both": 0}
    if kind not in directions:
        raise InputError(f"an apsis is a periapsis, an apoapsis or both, not {kind!r}")
    wrt = known_body(body).naif_id

    def radial(trajectory: Trajectory, epochs: Epoch, ephemeris: Any) -> np.ndarray:
        y = trajectory.at(epochs, wrt=wrt, ephemeris=ephemeris)
        return np.einsum("...i,...i", y[..., :3], y[..., 3:])

    label = name or f"{kind if kind != 'both' else 'apsis'} at {known_body(body).name}"
    return Event(label, radial, directions[kind], stop)


def distance(
    body: Any, value: float, *, direction: int = 0, stop: bool = False, name: str | None = None
) -> Event:
    """Distance from a body's centre equals ``value`` [m]; direction 1 outward, -1 inward."""
    if not (math.isfinite(value) and value > 0.0):
        raise InputError(f"a distance must be above 0 m, not {value!r}")
    wrt = known_body(body).naif_id

    def beyond(trajectory: Trajectory, epochs: Epoch, ephemeris: Any) -> np.ndarray:
        y = trajectory.at(epochs, wrt=wrt, ephemeris=ephemeris)
        return np.linalg.norm(y[..., :3], axis=-1) - value

    label = name or f"{value / 1e3:.0f} km from {known_body(body).name}"
    return Event(label, beyond, direction, stop)


def node(
    body: Any,
    *,
    frame: str = "J2000",
    kind: str = "ascending",
    stop: bool = False,
    name: str | None = None,
) -> Event:
    """Crossing of the x-y plane of a frame through a body: "ascending", "descending" or "both".

    ``frame`` is a name of `marsward.core.frames`; IAU_MARS or MARS_MEOD give Mars's equator.
    """
    directions = {"ascending": 1, "descending": -1, "both": 0}
    if kind not in directions:
        raise InputError(f"a node is ascending, descending or both, not {kind!r}")
    wrt = known_body(body).naif_id

    def height(trajectory: Trajectory, epochs: Epoch, ephemeris: Any) -> np.ndarray:
        y = trajectory.at(epochs, wrt=wrt, ephemeris=ephemeris)
        pole = rotation("J2000", frame, epochs)[..., 2, :]
        return np.einsum("...i,...i", y[..., :3], pole)

    return Event(name or f"{kind} node at {known_body(body).name}", height, directions[kind], stop)


def latitude_crossing(
    body: Any = "mars",
    latitude: float = 0.0,
    *,
    kind: str = "both",
    stop: bool = False,
    name: str | None = None,
) -> Event:
    """The craft passes a planetocentric latitude [deg] of a body, "northward", "southward", "both".

    Latitude of the line from the body's centre to the craft, in the body-fixed frame.
    """
    directions = {"northward": 1, "southward": -1, "both": 0}
    if kind not in directions:
        raise InputError(f"a latitude is crossed northward, southward or both, not {kind!r}")
    if not -90.0 < latitude < 90.0:
        raise InputError(f"a latitude lies between -90 and 90 deg, not {latitude!r}")
    centre = known_body(body)
    wrt, frame, level = centre.naif_id, _fixed(centre), math.sin(math.radians(latitude))

    def above(trajectory: Trajectory, epochs: Epoch, ephemeris: Any) -> np.ndarray:
        r = trajectory.at(epochs, wrt=wrt, ephemeris=ephemeris)[..., :3]
        pole = rotation("J2000", frame, epochs)[..., 2, :]
        return np.einsum("...i,...i", r, pole) / np.linalg.norm(r, axis=-1) - level

    return Event(name or f"latitude {latitude:g} of {centre.name}", above, directions[kind], stop)


def equator(
    body: Any = "mars", *, kind: str = "both", stop: bool = False, name: str | None = None
) -> Event:
    """The craft passes over the equator, "northward", "southward" or "both" ways."""
    label = name or f"equator of {known_body(body).name}"
    return latitude_crossing(body, 0.0, kind=kind, stop=stop, name=label)


def altitude_crossing(
    body: Any = "mars",
    altitude: float = 0.0,
    *,
    kind: str = "both",
    stop: bool = False,
    name: str | None = None,
) -> Event:
    """The height above a body's ellipsoid equals ``altitude`` [m]: "upward", "downward", "both"."""
    directions = {"upward": 1, "downward": -1, "both": 0}
    if kind not in directions:
        raise InputError(f"an altitude is crossed upward, downward or both, not {kind!r}")
    if not math.isfinite(altitude):
        raise InputError(f"an altitude is a finite number of metres, not {altitude!r}")
    centre = known_body(body)
    wrt, frame, radii = centre.naif_id, _fixed(centre), np.array(centre.radii)

    def above(trajectory: Trajectory, epochs: Epoch, ephemeris: Any) -> np.ndarray:
        r = trajectory.at(epochs, wrt=wrt, ephemeris=ephemeris)[..., :3]
        place = np.einsum("...ij,...j->...i", rotation("J2000", frame, epochs), r)
        out = np.empty(place.shape[0])
        heights(place, radii, out)
        return out - altitude

    label = name or f"altitude {altitude / 1e3:g} km at {centre.name}"
    return Event(label, above, directions[kind], stop)


def eclipse(
    body: Any,
    *,
    kind: str = "penumbra",
    shape: str = "ellipsoid",
    stop: bool = False,
    name: str | None = None,
) -> Event:
    """Entry into (falling) and exit from (rising) a body's conical "penumbra" or "umbra".

    The function is the angle [rad] between the limbs of the body and of the Sun as seen from the
    craft (Montenbruck & Gill 2000, section 3.4.2, doi:10.1007/978-3-642-58351-3). With ``shape``
    "ellipsoid" space is squeezed along the pole until the body is a sphere, light takes its time
    from the body to the craft, and epochs hold to some 0.02 s; "sphere" is the shadow that
    `SolarPressure` counts with, of the equatorial radius and without light time.
    """
    if kind not in ("penumbra", "umbra"):
        raise InputError(f"an eclipse is by penumbra or umbra, not {kind!r}")
    if shape not in ("ellipsoid", "sphere"):
        raise InputError(f"the body that hides the Sun is an ellipsoid or a sphere, not {shape!r}")
    dark = known_body(body)
    sun_radius = known_body("sun").equatorial_radius
    place = _squeezed(dark) if shape == "ellipsoid" else _plain(dark)

    def gap(trajectory: Trajectory, epochs: Epoch, ephemeris: Any) -> np.ndarray:
        to_body, to_sun = place(trajectory, epochs, ephemeris)
        d = np.linalg.norm(to_body, axis=-1)
        s = np.linalg.norm(to_sun, axis=-1)
        across = np.linalg.norm(np.cross(to_body, to_sun), axis=-1)
        apart = np.arctan2(across, np.einsum("...i,...i", to_body, to_sun))
        b = np.arcsin(np.minimum(dark.equatorial_radius / d, 1.0))
        a = np.arcsin(np.minimum(sun_radius / s, 1.0))
        limb = apart - (a + b) if kind == "penumbra" else apart - (b - a)
        return np.where(d > s, np.maximum(limb, 1e-9), limb)

    return Event(name or f"{kind} of {dark.name}", gap, 0, stop)


def local_solar_time(
    trajectory: Trajectory, epochs: Epoch, *, body: Any = "mars", ephemeris: Any = None
) -> np.ndarray:
    """True solar time (...) [h, 0 to 24] under the craft, as at its nodes or periapses.

    12 h plus the hour angle between the meridians of the craft and of the Sun about the body's
    pole; light time is left out (0.2 s of a clock on Mars).
    """
    centre = known_body(body)
    turn = rotation("J2000", _fixed(centre), epochs)
    craft = trajectory.at(epochs, wrt=centre.naif_id, ephemeris=ephemeris)[..., :3]
    sun = craft - trajectory.at(epochs, wrt=10, ephemeris=ephemeris)[..., :3]
    lon = [np.arctan2(v[..., 1], v[..., 0]) for v in (_into(turn, craft), _into(turn, sun))]
    return (12.0 + 12.0 / np.pi * (lon[0] - lon[1])) % 24.0


Places = Callable[[Trajectory, Epoch, Any], tuple[np.ndarray, np.ndarray]]


def _plain(dark: Body) -> Places:
    def places(trajectory: Trajectory, epochs: Epoch, ephemeris: Any) -> tuple:
        to_body = -trajectory.at(epochs, wrt=dark.naif_id, ephemeris=ephemeris)[..., :3]
        return to_body, -trajectory.at(epochs, wrt=10, ephemeris=ephemeris)[..., :3]

    return places


def _squeezed(dark: Body) -> Places:
    """Places in axes of the body that are stretched until it is a sphere."""
    frame = _fixed(dark)
    stretch = dark.equatorial_radius / np.array(dark.radii)

    def places(trajectory: Trajectory, epochs: Epoch, ephemeris: Any) -> tuple:
        near = trajectory.at(epochs, wrt=dark.naif_id, ephemeris=ephemeris)
        to_sun = -trajectory.at(epochs, wrt=10, ephemeris=ephemeris)[..., :3]
        speed = trajectory.at(epochs, wrt=0, ephemeris=ephemeris)[..., 3:] - near[..., 3:]
        light = np.linalg.norm(near[..., :3], axis=-1, keepdims=True) / float(SPEED_OF_LIGHT)
        turn = rotation("J2000", frame, epochs)
        to_body = -near[..., :3] - speed * light
        return _into(turn, to_body) * stretch, _into(turn, to_sun) * stretch

    return places


def _fixed(centre: Body) -> str:
    if centre.rotation is None or not centre.radii:
        raise InputError(f"{centre.name} has no surface that turns, so nothing crosses over it")
    return f"IAU_{centre.name.upper()}"


def _into(turn: np.ndarray, vector: np.ndarray) -> np.ndarray:
    return np.einsum("...ij,...j->...i", turn, vector)
