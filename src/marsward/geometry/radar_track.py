"""Tracks of a radar sounder: where the craft and the ground below it are, trace by trace.

The place below the craft is that in its planetocentric direction, as in the geometry tables of
SHARAD's radargrams. Heights are told from the terrain, the ellipsoid and, where asked for, the
areoid, whose radius is the datum of those radargrams.
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np
import xarray as xr
from numpy.typing import ArrayLike, NDArray

from marsward.core.bodies import body
from marsward.core.constants import SPEED_OF_LIGHT
from marsward.core.errors import InputError, PhysicsError
from marsward.core.fields import FieldRow, add_fields, field
from marsward.core.quantity import parse
from marsward.core.time import Epoch
from marsward.geometry.campaign_arcs import imaging_arcs
from marsward.geometry.ellipsoid import angles, direction
from marsward.geometry.terrain import Terrain
from marsward.geometry.terrain_window import TerrainWindow

__all__ = [
    "MRO_ORBIT", "FrozenOrbit", "datum_of_radius", "frozen_orbit", "radar_track", "radar_tracks",
]  # fmt: skip

Array = NDArray[np.float64]
_C = float(SPEED_OF_LIGHT)
_MOST_TRACES = 2_000_000
_DENSE = 8  # s between the states from which the way along the ground is taken
_FEWEST = 2


class FrozenOrbit(NamedTuple):
    """A near-circular orbit whose lowest place stays over the south pole.

    Its radius over a latitude is parameter / (1 - eccentricity sin(latitude)).
    parameter : [m];  eccentricity : [-];  sigma : of the radius, from the fit [m]
    """

    parameter: float
    eccentricity: float
    sigma: float

    def places(self, lon: ArrayLike, lat: ArrayLike) -> Array:
        """Body-fixed places (n, 3) [m] over longitudes and planetocentric latitudes [deg]."""
        sine = np.sin(np.radians(np.asarray(lat, dtype=float)))
        return np.asarray(
            direction(lon, lat) * (self.parameter / (1.0 - self.eccentricity * sine))[..., None]
        )


MRO_ORBIT = FrozenOrbit(3_662_900.0, 0.00835, 800.0)
"""Of the Mars Reconnaissance Orbiter, from geometry tables of radargrams of 2009, 2013 and 2019,
each of which it meets within 100 m of shape and 800 m of height; 255 by 320 km high as published
(Zurek & Smrekar 2007, doi:10.1029/2006JE002701). Labels of browse radargrams do not tell it."""

add_fields(
    FieldRow("spacecraft", "m", "body-fixed place of the spacecraft"),
    FieldRow("ground", "m", "body-fixed place of the ground below the spacecraft"),
    FieldRow("height_above_ground", "m", "height above the ground below", low=0.0),
    FieldRow("surface_height", "m", "height of the ground above the ellipsoid"),
    FieldRow("along_track", "m", "way along the ground since the first trace", low=0.0),
    FieldRow("ground_speed", "m s-1", "speed of the point below over the ground", low=0.0),
    FieldRow("radial_speed", "m s-1", "rate of the distance from the centre"),
    FieldRow("solar_zenith_angle", "degree", "angle of the Sun from the zenith", "", 0, 180),
)


def radar_track(
    spacecraft: ArrayLike,
    terrain: Terrain | TerrainWindow,
    *,
    et: ArrayLike | None = None,
    sun: ArrayLike | None = None,
    name: str = "",
) -> xr.Dataset:
    """A track from the places of a spacecraft.

    Parameters
    ----------
    spacecraft
        (trace, 3) body-fixed [m], 2 traces or more, above the ground.
    terrain
        The ground below.
    et
        (trace,) TDB seconds past J2000, ascending; speeds are told with it only.
    sun
        (trace, 3) body-fixed vectors to the Sun, for the angle of the Sun at the zenith.
    name
        Kept in the attributes.

    Returns
    -------
    Dataset along "trace"
        lon, lat [deg], spacecraft, ground (trace, axis) [m], height_above_ground, altitude (above
        the ellipsoid), surface_height, along_track [m]; with et also ground_speed, radial_speed
        [m s-1]; with the Sun solar_zenith_angle [deg].

    Raises
    ------
    InputError
        Places that are no track, below the ground or off the window of terrain.
    """
    craft = np.asarray(spacecraft, dtype=float)
    if craft.ndim != 2 or craft.shape[1] != 3 or craft.shape[0] < _FEWEST:
        raise InputError(f"a track has places (trace, 3) on 2 traces or more, not {craft.shape}")
    if not np.isfinite(craft).all():
        raise InputError("the places of this track are not all numbers; leave the gaps out")
    lon, lat = angles(craft)
    ground = terrain.point_at(lon, lat)
    radius, surface = np.linalg.norm(craft, axis=1), np.linalg.norm(ground, axis=1)
    if not np.all(radius > surface):
        worst = int(np.argmin(radius - surface))
        raise InputError(
            f"trace {worst} of the track is {surface[worst] - radius[worst]:.0f} m below the "
            "ground; are its places in metres from the centre of the planet?"
        )
    base = _ellipsoid_radius(lat, terrain.radii)
    along = _way(ground)
    values = {
        "height_above_ground": radius - surface,
        "altitude": radius - base,
        "surface_height": surface - base,
        "along_track": along,
    }
    coords: dict[str, Any] = {"lon": field("lon", lon, "trace"), "lat": field("lat", lat, "trace")}
    if et is not None:
        time = np.asarray(et, dtype=float)
        if time.shape != radius.shape or not np.all(np.diff(time) > 0.0):
            raise InputError("the times of a track are one for each trace and ascend")
        coords["et"] = field("et", time, "trace")
        values["ground_speed"] = np.gradient(along, time)
        values["radial_speed"] = np.gradient(radius, time)
    if sun is not None:
        values["solar_zenith_angle"] = _zenith_angle(ground, np.asarray(sun, dtype=float))
    data = {key: field(key, value, "trace") for key, value in values.items()}
    data["spacecraft"] = field("spacecraft", craft, ("trace", "axis"))
    data["ground"] = field("ground", ground, ("trace", "axis"))
    return xr.Dataset(data, coords=coords, attrs={"name": name, "terrain": terrain.source})


def radar_tracks(
    trajectory: Any,
    terrain: Terrain | TerrainWindow | None = None,
    *,
    altitude_limit: str | float = "800 km",
    spacing: str | float = "1 km",
    count: int | None = None,
    region: tuple[float, float, float, float] | None = None,
    ephemeris: Any = None,
) -> list[xr.Dataset]:
    """Tracks along the low arcs of an orbit about Mars, with traces at even steps on the ground.

    Parameters
    ----------
    trajectory
        The orbit.
    terrain
        The ground; the shipped one with 4 cells per degree when not given.
    altitude_limit
        Arcs below this height above the ellipsoid are sounded, "800 km" or [m].
    spacing
        Of the traces on the ground, "1 km" or [m].
    count
        Number of tracks, evenly chosen among those that there are; all when not given.
    region
        West, south, east and north [deg]: tracks are cut to it, and those that miss it left out.
    ephemeris
        DE440 when not given.

    Returns
    -------
    list of Dataset
        As `radar_track` makes them, with et and the Sun, and `orbit` in the attributes.

    Raises
    ------
    InputError
        A value out of range.
    PhysicsError
        The orbit never comes below the limit, or never over the region.
    """
    from marsward.dynamics.ephemeris import default_ephemeris

    mars = body("mars")
    limit, step = _metres("altitude_limit", altitude_limit), _metres("spacing", spacing)
    if count is not None and count < 1:
        raise InputError(f"count is {count}; ask for 1 track or more, or leave it out")
    if region is not None:
        _check_region(region)
    ground = Terrain.mars() if terrain is None else terrain
    ephemeris = ephemeris or default_ephemeris()
    arcs = imaging_arcs(trajectory, altitude_limit=limit, target=mars, ephemeris=ephemeris)
    order = np.arange(len(arcs))
    if region is None and count is not None and count < order.size:
        order = np.unique(np.round(np.linspace(0, order.size - 1, count)).astype(int))
    tracks = []
    for k in order:
        seconds = _even_steps(trajectory, arcs, int(k), step, ephemeris)
        seconds = _inside(trajectory, arcs.start, seconds, region, ephemeris)
        if seconds.size < _FEWEST:
            continue
        epoch = arcs.start + seconds
        number = int(arcs.number[k])
        track = radar_track(
            _fixed(trajectory, epoch, ephemeris), ground, et=epoch.et,
            sun=_sun(epoch, ephemeris), name=f"orbit {number}",
        )  # fmt: skip
        track.attrs |= {"orbit": number, "spacing": step, "altitude_limit": limit}
        tracks.append(track)
    if not tracks:
        where = "the altitude limit" if region is None else f"region {region}"
        raise PhysicsError(
            f"none of the {len(arcs)} low arcs of the orbit gives a track of 2 traces within "
            f"{where}; widen it or lower the spacing of {step:g} m"
        )
    if count is not None and len(tracks) > count:
        chosen = np.unique(np.round(np.linspace(0, len(tracks) - 1, count)).astype(int))
        tracks = [tracks[i] for i in chosen]
    return tracks


def datum_of_radius(track: xr.Dataset, radius: ArrayLike) -> Array:
    """Two-way delay [s] from the spacecraft to spheres of these radii [m], straight down.

    The datum of SHARAD's radargrams is the areoid; `radius` is one number or one for each trace.
    """
    craft = np.linalg.norm(track["spacecraft"].values, axis=1)
    radius = np.broadcast_to(np.asarray(radius, dtype=float), craft.shape)
    if not np.all((radius > 0.0) & (radius < craft)):
        raise InputError("the datum of a radar track lies between the centre and the spacecraft")
    return np.asarray(2.0 * (craft - radius) / _C)


def frozen_orbit(lat: ArrayLike, radius: ArrayLike) -> FrozenOrbit:
    """The frozen orbit that fits radii [m] over latitudes [deg] best, from three places on.

    r = p + e (r sin(latitude)), linear in both unknowns.

    Raises InputError for fewer places, or none apart in latitude.
    """
    sine, r = np.sin(np.radians(np.asarray(lat, float))).ravel(), np.asarray(radius, float).ravel()
    if sine.size != r.size or r.size < 3 or np.ptp(sine) < 1e-3:
        raise InputError("an orbit is fitted to radii over three latitudes or more that differ")
    terms = np.stack([np.ones_like(r), r * sine], axis=-1)
    (parameter, eccentricity), *_ = np.linalg.lstsq(terms, r, rcond=None)
    rest = r - terms @ np.array([parameter, eccentricity])
    return FrozenOrbit(float(parameter), float(eccentricity), float(rest.std()))


def _metres(name: str, value: str | float) -> float:
    length = parse(value, "m") if isinstance(value, str) else float(value)
    if not (math.isfinite(length) and length > 0.0):
        raise InputError(f"{name} is {value!r}; give a length above 0, as '1 km'")
    return float(length)


def _check_region(region: tuple[float, float, float, float]) -> None:
    west, south, east, north = (float(value) for value in region)
    if not (-90.0 <= south < north <= 90.0 and math.isfinite(west) and math.isfinite(east)):
        raise InputError(
            f"region {region} is none: give west, south, east, north in degrees, south below north"
        )


def _ellipsoid_radius(lat: Array, radii: Any) -> Array:
    phi = np.radians(lat)
    return np.asarray(1.0 / np.sqrt((np.cos(phi) / radii[0]) ** 2 + (np.sin(phi) / radii[2]) ** 2))


def _way(ground: Array) -> Array:
    """Great-circle way [m] along ground points, at their distance from the centre."""
    unit = ground / np.linalg.norm(ground, axis=1, keepdims=True)
    chord = np.linalg.norm(np.diff(unit, axis=0), axis=1)
    arc = 2.0 * np.arcsin(np.minimum(0.5 * chord, 1.0))
    radius = np.linalg.norm(ground, axis=1)
    return np.concatenate([[0.0], np.cumsum(arc * 0.5 * (radius[1:] + radius[:-1]))])


def _zenith_angle(ground: Array, sun: Array) -> Array:
    if sun.shape != ground.shape:
        raise InputError(f"the Sun is one vector for each trace, {ground.shape}, not {sun.shape}")
    up = ground / np.linalg.norm(ground, axis=1, keepdims=True)
    to = sun - ground
    to = to / np.linalg.norm(to, axis=1, keepdims=True)
    chord = np.linalg.norm(up - to, axis=1), np.linalg.norm(up + to, axis=1)
    return np.asarray(np.degrees(2.0 * np.arctan2(*chord)))


def _fixed(trajectory: Any, epoch: Epoch, ephemeris: Any) -> Array:
    """Body-fixed places (n, 3) of the craft [m]."""
    from marsward.core import frames

    mars = body("mars")
    turn = frames.rotation("J2000", "IAU_MARS", epoch)
    state = trajectory.at(epoch, wrt=mars.naif_id, ephemeris=ephemeris)
    return np.asarray(np.einsum("nij,nj->ni", turn, state[:, :3]))


def _sun(epoch: Epoch, ephemeris: Any) -> Array:
    """Body-fixed vectors (n, 3) from the centre of Mars to the Sun [m]."""
    from marsward.core import frames

    turn = frames.rotation("J2000", "IAU_MARS", epoch)
    return np.asarray(
        np.einsum("nij,nj->ni", turn, ephemeris.position("sun", wrt="mars", at=epoch))
    )


def _even_steps(trajectory: Any, arcs: Any, k: int, step: float, ephemeris: Any) -> Array:
    """Seconds past the start of the trajectory at which the ground below is `step` apart."""
    begin, end = float(arcs.begin[k]), float(arcs.end[k])
    dense = np.linspace(begin, end, max(16, math.ceil((end - begin) / _DENSE)) + 1)
    craft = _fixed(trajectory, arcs.start + dense, ephemeris)
    lon, lat = angles(craft)
    radius = _ellipsoid_radius(lat, body("mars").radii)
    way = _way(direction(lon, lat) * radius[:, None])
    traces = int(way[-1] / step) + 1
    if traces > _MOST_TRACES:
        raise InputError(f"a track of {traces} traces is too long; raise the spacing of {step:g} m")
    from scipy.interpolate import CubicSpline

    return np.asarray(CubicSpline(way, dense)(np.arange(traces) * step))


def _inside(trajectory: Any, start: Epoch, seconds: Array, region: Any, ephemeris: Any) -> Array:
    """The longest unbroken run of traces within a region."""
    if region is None or not seconds.size:
        return seconds
    west, south, east, north = region
    lon, lat = angles(_fixed(trajectory, start + seconds, ephemeris))
    wide = (east - west) % 360.0 or 360.0
    inside = (lat >= south) & (lat <= north) & ((lon - west) % 360.0 <= wide)
    edges = np.flatnonzero(np.diff(np.concatenate([[False], inside, [False]]).astype(int)))
    runs = edges.reshape(-1, 2)
    if not runs.size:
        return seconds[:0]
    a, b = runs[np.argmax(runs[:, 1] - runs[:, 0])]
    return seconds[a:b]
