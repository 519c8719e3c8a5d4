"""Who sees the craft: occultations by a planet, stations on Earth, sites on the planet.

Epochs are the craft's own: a signal that leaves it then reaches Earth a light time later. Lines of
sight are straight; the light time is solved, the planet stands where it was when the signal
passed it, and refraction in atmospheres is left out.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from marsward.core.bodies import Body
from marsward.core.bodies import body as known_body
from marsward.core.constants import SPEED_OF_LIGHT
from marsward.core.errors import InputError
from marsward.core.frames import rotation
from marsward.core.time import Epoch
from marsward.core.trajectory import Trajectory
from marsward.dynamics.event_search import Event
from marsward.dynamics.kernels.sight import clearances
from marsward.dynamics.sites import Site, station

__all__ = ["Site", "occultation", "one_way_light_time", "site_visibility", "station_visibility"]

_C = float(SPEED_OF_LIGHT)
_EARTH_SPIN = 7.292115e-5  # rad/s, IERS Conventions 2010, table 1.2


def occultation(
    observer: Any = "earth",
    behind: Any = "mars",
    *,
    stop: bool = False,
    name: str | None = None,
) -> Event:
    """The craft goes behind a body's ellipsoid as seen from another's centre (falling) or returns.

    Parameters
    ----------
    observer : body name or NAIF id, or a `Site` on Earth
    behind : the body that hides the craft

    Epochs agree with SPICE's search with light time to 1e-4 s.
    """
    dark = _solid(behind)
    goal = observer if isinstance(observer, Site) else known_body(observer).naif_id

    def clear(trajectory: Trajectory, epochs: Epoch, ephemeris: Any) -> np.ndarray:
        craft = trajectory.at(epochs, wrt=0, ephemeris=ephemeris)
        there, _, _ = _receiver(goal, craft, epochs, _source(trajectory, ephemeris))
        return _clearance(trajectory, epochs, ephemeris, there - craft[..., :3], dark)

    seen_from = goal.name if isinstance(goal, Site) else known_body(goal).name
    return Event(name or f"occultation by {dark.name} from {seen_from}", clear, 0, stop)


def station_visibility(
    where: str | Site, *, behind: Any = "mars", stop: bool = False, name: str | None = None
) -> Event:
    """A station on Earth begins (rising) or ceases (falling) to see the craft.

    Seen is what stands above the station's mask, stellar aberration allowed for, and not behind
    the body ``behind``; epochs hold to about a second, by what is known of the Earth's rotation
    without a table.

    Parameters
    ----------
    where : name in `marsward.dynamics.sites.STATIONS`, or a `Site` with body="earth"
    """
    site = station(where)
    if known_body(site.body).name != "earth":
        raise InputError(
            f"the station {site.name!r} stands on {site.body}; use site_visibility for a place "
            "on the planet that the craft goes around"
        )
    dark = _solid(behind)
    mask = math.radians(site.mask)

    def seen(trajectory: Trajectory, epochs: Epoch, ephemeris: Any) -> np.ndarray:
        craft = trajectory.at(epochs, wrt=0, ephemeris=ephemeris)
        there, speed, up = _receiver(site, craft, epochs, _source(trajectory, ephemeris))
        ray = there - craft[..., :3]
        apparent = speed / _C - ray / np.linalg.norm(ray, axis=-1, keepdims=True)
        sine = np.einsum("...i,...i", apparent, up) / np.linalg.norm(apparent, axis=-1)
        clear = _clearance(trajectory, epochs, ephemeris, ray, dark)
        return np.minimum(np.arcsin(np.clip(sine, -1.0, 1.0)) - mask, clear)

    return Event(name or f"view from {site.name}", seen, 0, stop)


def site_visibility(
    lon: float,
    lat: float,
    height: float = 0.0,
    elevation: float = 0.0,
    *,
    body: Any = "mars",
    stop: bool = False,
    name: str | None = None,
) -> Event:
    """The craft rises over or sets below an elevation as seen from a place on the planet.

    Elevation counts from the ellipsoid's own horizon; relief does not hide anything. Light takes
    0.04 s at most and is taken to be at once.

    Parameters
    ----------
    lon, lat : east longitude and planetocentric latitude [deg]
    height : above the ellipsoid [m]
    elevation : [deg]
    """
    planet = _solid(body)
    site = Site(name or f"{lon:g} E {lat:g} N", lon, lat, height, elevation, planet.name)
    up, place, mask = site.vertical, site.position, math.radians(elevation)

    def above(trajectory: Trajectory, epochs: Epoch, ephemeris: Any) -> np.ndarray:
        r = trajectory.at(epochs, wrt=planet.naif_id, ephemeris=ephemeris)[..., :3]
        line = np.einsum("...ij,...j->...i", site.axes(epochs), r) - place
        sine = line @ up / np.linalg.norm(line, axis=-1)
        return np.arcsin(np.clip(sine, -1.0, 1.0)) - mask

    return Event(name or f"view from {site.name}", above, 0, stop)


def one_way_light_time(
    trajectory: Trajectory, epochs: Epoch, *, observer: Any = "earth", ephemeris: Any = None
) -> np.ndarray:
    """Seconds (...) that a signal sent at the epochs needs to a body's centre or a `Site`."""
    craft = trajectory.at(epochs, wrt=0, ephemeris=ephemeris)
    goal = observer if isinstance(observer, Site) else known_body(observer).naif_id
    there, _, _ = _receiver(goal, craft, epochs, _source(trajectory, ephemeris))
    return np.linalg.norm(there - craft[..., :3], axis=-1) / _C


def _source(trajectory: Trajectory, ephemeris: Any) -> Any:
    source = trajectory.ephemeris if ephemeris is None else ephemeris
    if source is None:
        raise InputError(
            "what is seen from Earth needs an ephemeris, and the trajectory remembers none; "
            "write find_events(..., default_ephemeris())"
        )
    return source


def _receiver(
    goal: Any, craft: np.ndarray, epochs: Epoch, ephemeris: Any
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Place and velocity at reception relative to the barycentre [m, m/s], and the vertical."""
    on_ground = isinstance(goal, Site)
    centre = known_body(goal.body).naif_id if on_ground else goal
    there = ephemeris.state(centre, wrt=0, at=epochs)
    up = np.zeros_like(there[..., :3])
    for _ in range(3):
        light = np.linalg.norm(there[..., :3] - craft[..., :3], axis=-1) / _C
        at = epochs + light
        there = ephemeris.state(centre, wrt=0, at=at)
        if on_ground:
            back = np.swapaxes(goal.axes(at), -1, -2)
            place = back @ goal.position
            there[..., :3] += place
            there[..., 3:] += _EARTH_SPIN * np.cross(back[..., 2], place)
            up = back @ goal.vertical
    return there[..., :3], there[..., 3:], up


def _clearance(
    trajectory: Trajectory, epochs: Epoch, ephemeris: Any, ray: np.ndarray, dark: Body
) -> np.ndarray:
    """How far rays from the craft stay clear of a body, which moves while the signal passes."""
    near = trajectory.at(epochs, wrt=dark.naif_id, ephemeris=ephemeris)
    speed = trajectory.at(epochs, wrt=0, ephemeris=ephemeris)[..., 3:] - near[..., 3:]
    along = np.einsum("...i,...i", near[..., :3], ray) / np.linalg.norm(ray, axis=-1)
    place = near[..., :3] + speed * (along / _C)[..., None]
    turn = rotation("J2000", f"IAU_{dark.name.upper()}", epochs)
    out = np.empty(place.shape[0])
    clearances(
        np.einsum("...ij,...j->...i", turn, place), np.einsum("...ij,...j->...i", turn, ray),
        np.array(dark.radii), out,
    )  # fmt: skip
    return out


def _solid(which: Any) -> Body:
    found = known_body(which)
    if not found.radii or found.rotation is None:
        raise InputError(f"{found.name} has no ellipsoid that could hide a craft or carry a site")
    return found
