"""Where rays from a craft to Earth go through a planet's air, as it sets behind and rises again.

For each occultation of the Earth there are two tracks, ingress and egress: the distances of both
ends of the ray from the centre of curvature, the least distance of the straight line from it, the
rates of all of them, and the place that the line is tangent over. The centre is that of the
ellipsoid's curvature along the ray at the limb, fixed for a track; heights count from the areoid.
Light takes its time: the craft stands where it was when the wave left it, the planet where it was
when the wave passed it, the Earth where it was when the wave came. Epochs are the craft's.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import xarray as xr
from numpy.polynomial import chebyshev
from numpy.typing import NDArray
from scipy.interpolate import RectBivariateSpline

from marsward.core import frames, mars_time
from marsward.core.bodies import Body
from marsward.core.bodies import body as known_body
from marsward.core.constants import SPEED_OF_LIGHT
from marsward.core.errors import InputError
from marsward.core.fields import FieldRow, add_fields, field
from marsward.core.time import Epoch
from marsward.core.trajectory import Trajectory, assemble
from marsward.data.areoid import areoid_height
from marsward.dynamics.ephemeris import default_ephemeris
from marsward.dynamics.events import find_events, occultation
from marsward.geometry.ellipsoid import angles, nearest_point, normal

__all__ = ["fresnel_diameter", "occultation_tracks"]

Array = NDArray[np.float64]
_C = float(SPEED_OF_LIGHT)
_NODES = 33
_SCAN = 160
_MOST_SAMPLES = 8000  # of a track; those that graze the planet are sampled less often
_LEAST_CLEAR = 1e5  # m: a line tangent nearer to the craft than this has too little air behind it

add_fields(
    FieldRow("craft_radius", "m", "distance of the craft from the centre of curvature", low=0.0),
    FieldRow("observer_radius", "m", "distance of the observer from that centre", low=0.0),
    FieldRow("straight_impact", "m", "least distance of the straight line from it", low=0.0),
    FieldRow("craft_radius_rate", "m s-1", "rate of the craft's distance"),
    FieldRow("observer_radius_rate", "m s-1", "rate of the observer's distance"),
    FieldRow("central_angle_rate", "rad s-1", "rate of the angle between craft and observer"),
    FieldRow("curvature_radius", "m", "distance of the areoid from the centre", low=0.0),
    FieldRow("limb_distance", "m", "distance of the craft from the limb", low=0.0),
    FieldRow("descent_speed", "m s-1", "rate of the straight line's height at the limb"),
    FieldRow("ray_azimuth", "degree", "of the ray at the limb, from north", low=0.0, high=360.0),
    FieldRow("solar_zenith_angle", "degree", "angle of the Sun from the zenith", "", 0, 180),
    FieldRow("earth_distance", "m", "from the craft to the observer", low=0.0),
    FieldRow("sun_elongation", "degree", "between craft and Sun seen there", low=0.0, high=180.0),
    FieldRow("ingress", "1", "1 where the craft sets, 0 where it rises", low=0.0, high=1.0),
)


def fresnel_diameter(limb_distance: Any, frequency: float) -> Any:
    """Diameter of the first Fresnel zone at the limb [m], 2 sqrt(wavelength distance).

    What geometric optics resolve without bending; Hinson et al. 1999, doi:10.1029/1999JE001069.
    """
    return 2.0 * np.sqrt(_C / frequency * np.asarray(limb_distance, dtype=np.float64))


def occultation_tracks(
    trajectory: Trajectory,
    start: Epoch | None = None,
    end: Epoch | None = None,
    *,
    body: str = "mars",
    observer: str = "earth",
    top: float = 700e3,
    bottom: float = -15e3,
    sample_rate: float = 10.0,
    spacing: float = 100.0,
    most: int = 1000,
    ephemeris: Any = None,
) -> xr.Dataset:
    """Tracks of the rays through a planet's air at every occultation of an observer.

    Parameters
    ----------
    trajectory : of the craft
    start, end : part of it; all of it if left out
    top, bottom : heights of the straight line over the areoid between which a track runs [m];
        `bottom` lies under the ground, for bent rays come from there
    sample_rate : samples a second at most [Hz]; a track is sampled at a whole part of it
    spacing : height between samples at most, where the rate allows it [m]
    most : tracks, at most

    Returns
    -------
    Dataset (profile, sample), NaN after the last sample of a track: et [s, of the craft], the
    geometry described above, tangent_lon, tangent_lat; by profile those at the limb: ingress, lon,
    lat, ls, ltst, solar_zenith_angle, descent_speed, limb_distance, and so on. No occultation
    gives no profiles.

    Raises
    ------
    InputError : a part that the trajectory does not cover, heights or rates that make no sense,
        more tracks than `most`.
    """
    planet = known_body(body)
    if not (top > bottom and 0.0 < sample_rate < 1e5 and spacing > 0.0):
        raise InputError(
            f"a track from {top:g} m to {bottom:g} m, {sample_rate:g} samples a second and "
            f"{spacing:g} m between them makes no sense; give top above bottom and the rest above 0"
        )
    source = ephemeris or trajectory.ephemeris or default_ephemeris()
    start = trajectory.start if start is None else start
    end = trajectory.stop if end is None else end
    part = _cut(trajectory, start, end)
    hits = [
        hit for hit in find_events(part, occultation(observer, body), source, samples=2)
        if float(hit.epoch - start) >= 0.0 <= float(end - hit.epoch)
    ]  # fmt: skip
    if len(hits) > most:
        raise InputError(
            f"there are {len(hits)} ingresses and egresses from {start.utc} to {end.utc} UTC, more "
            f"than {most}; give a shorter time or a larger `most`"
        )
    if not hits:
        return _dataset([], planet, observer)
    rays = _Rays(part, planet, observer, source, Epoch.stack([hit.epoch for hit in hits]))
    tracks = rays.tracks(
        np.array([not hit.rising for hit in hits]), (top, bottom), sample_rate, spacing
    )
    return _dataset(tracks, planet, observer)


def _cut(trajectory: Trajectory, start: Epoch, end: Epoch) -> Trajectory:
    """The steps of a trajectory that touch a stretch of time."""
    if not (
        float(start - trajectory.start) >= 0.0
        and float(trajectory.stop - end) >= 0.0
        and float(end - start) > 0.0
    ):
        raise InputError(
            f"occultations are asked for from {start.utc} to {end.utc} UTC, but the trajectory "
            f"runs from {trajectory.start.utc} to {trajectory.stop.utc}"
        )
    parts = []
    for number in range(trajectory.arcs):
        arc = trajectory.arc(number)
        since = np.asarray(arc.node_epochs - start)
        left = float(end - start)
        first = max(int(np.searchsorted(since, 0.0, side="right")) - 1, 0)
        last = min(int(np.searchsorted(since, left, side="left")), since.size - 1)
        if last <= first or since[first] >= left or since[last] <= 0.0:
            continue
        keep = slice(first, last + 1)
        parts.append(
            Trajectory(
                arc.reference, arc.centre, arc.sense, np.array([0, last + 1 - first]),
                arc.times[keep], arc.nodes[keep], arc.increments[keep], arc.mass, arc.causes,
                None, arc.ephemeris,
            )
        )  # fmt: skip
    return assemble(parts)


class _Rays:
    """Straight rays from a craft to an observer past a planet, about one centre for each event."""

    def __init__(
        self, trajectory: Trajectory, planet: Body, observer: str, source: Any, at: Epoch
    ) -> None:
        self.trajectory, self.planet, self.source, self.at = trajectory, planet, source, at
        self.observer = known_body(observer).naif_id
        self.frame = f"IAU_{planet.name.upper()}"
        place, ray = self._ends(at)
        axes = frames.rotation("J2000", self.frame, at + self.delay)
        along = -np.einsum("ni,ni->n", place, ray) / np.einsum("ni,ni->n", ray, ray)
        tangent = np.einsum("nij,nj->ni", axes, place + along[:, None] * ray)
        radii = np.asarray(planet.radii)
        point, _ = nearest_point(tangent, radii)
        up = normal(point, radii)
        way = np.einsum("nij,nj->ni", axes, ray)
        way -= np.einsum("ni,ni->n", way, up)[:, None] * up
        way /= np.linalg.norm(way, axis=1)[:, None]
        bend = np.linalg.norm(point / radii**2, axis=1) / np.sum(way**2 / radii**2, axis=1)
        self.lon, self.lat = angles(point)
        self.areoid = _areoid(planet, self.lon, self.lat)
        self.radius = bend + self.areoid
        self.centre = np.einsum("nji,nj->ni", axes, point - bend[:, None] * up)
        self.up = np.einsum("nji,nj->ni", axes, up)
        self.distance = along * np.linalg.norm(ray, axis=1)
        east = np.cross([0.0, 0.0, 1.0], up)
        east /= np.linalg.norm(east, axis=1)[:, None]
        north = np.cross(up, east)
        self.azimuth = np.degrees(
            np.arctan2(np.einsum("ni,ni->n", way, east), np.einsum("ni,ni->n", way, north))
        ) % 360.0  # fmt: skip
        self.earth_distance = np.linalg.norm(ray, axis=1)
        self._light(axes, ray)

    def _light(self, axes: Array, ray: Array) -> None:
        at = self.at
        sun = self.source.state("sun", wrt=self.planet.naif_id, at=at)[..., :3]
        sun = sun / np.linalg.norm(sun, axis=1)[:, None]
        self.zenith = np.degrees(np.arccos(np.clip(np.einsum("ni,ni->n", self.up, sun), -1, 1)))
        back = self.source.state("sun", wrt=self.observer, at=at + self.earth_distance / _C)
        back = back[..., :3] / np.linalg.norm(back[..., :3], axis=1)[:, None]
        craft = -ray / self.earth_distance[:, None]
        self.elongation = np.degrees(np.arccos(np.clip(np.einsum("ni,ni->n", back, craft), -1, 1)))

    def _ends(self, at: Epoch) -> tuple[Array, Array]:
        """Craft relative to the planet as the wave passes it, and the way to the observer."""
        craft = self.trajectory.at(at, wrt=0, ephemeris=self.source)
        near = self.trajectory.at(at, wrt=self.planet.naif_id, ephemeris=self.source)
        there = self.source.state(self.observer, wrt=0, at=at)[..., :3]
        for _ in range(3):
            light = np.linalg.norm(there - craft[..., :3], axis=-1) / _C
            there = self.source.state(self.observer, wrt=0, at=at + light)[..., :3]
        ray = there - craft[..., :3]
        along = -np.einsum("...i,...i", near[..., :3], ray) / np.linalg.norm(ray, axis=-1)
        self.delay = along / _C
        moves = craft[..., 3:] - near[..., 3:]
        return near[..., :3] - moves * self.delay[..., None], ray

    def seen(self, since: Array) -> tuple[Array, Array, Array, Array, Array, Epoch]:
        """At times past the events (n, k) [s]: r1, r2, b [m], way to the tangent point [m],
        tangent point in J2000 from the planet's centre (n, k, 3), epochs (n, k)."""
        whole, frac = (np.asarray(v)[:, None] + np.zeros_like(since) for v in
                       (self.at.whole, self.at.frac))  # fmt: skip
        epochs = Epoch(whole, frac) + since
        flat = Epoch(np.ravel(epochs.whole), np.ravel(epochs.frac))
        place, ray = self._ends(flat)
        shape = (*since.shape, 3)
        place, ray = place.reshape(shape), ray.reshape(shape)
        own = place - self.centre[:, None, :]
        length = np.linalg.norm(ray, axis=-1)
        along = -np.einsum("...i,...i", own, ray) / length
        b = np.linalg.norm(np.cross(own, ray), axis=-1) / length
        far = np.linalg.norm(own + ray, axis=-1)
        tangent = place + (along / length)[..., None] * ray
        delay = self.delay.reshape(since.shape)
        return np.linalg.norm(own, axis=-1), far, b, along, tangent, epochs + delay

    def tracks(
        self, setting: NDArray[np.bool_], heights: tuple[float, float], rate: float, spacing: float
    ) -> list[dict[str, Any]]:
        """All tracks, sampled."""
        begin, stop, speed = self._spans(setting, heights)
        x = np.cos(np.pi * (np.arange(_NODES) + 0.5) / _NODES)
        middle, half = 0.5 * (begin + stop), 0.5 * (stop - begin)
        since = middle[:, None] + half[:, None] * x
        r1, r2, b, _, tangent, passing = self.seen(since)
        turn = frames.rotation("J2000", self.frame, passing)
        fixed = np.einsum("nkij,nkj->nki", turn, tangent)
        angle = math.pi - np.arcsin(b / r1) - np.arcsin(b / r2)
        # coefficients of all things at once (things, n, nodes)
        basis = np.linalg.inv(chebyshev.chebvander(x, _NODES - 1))
        things = np.stack([r1, r2, b, angle, *np.moveaxis(fixed, -1, 0)])
        found = things @ basis.T
        rows = []
        for i in range(begin.size):
            if not half[i] > 0.0:
                continue
            whole = max(int(spacing / max(speed[i], 1e-9) * rate), 1)
            step = max(whole, math.ceil(2.0 * half[i] * rate / _MOST_SAMPLES)) / rate
            t = np.arange(math.ceil(begin[i] / step), math.floor(stop[i] / step) + 1) * step
            if t.size < 16:
                continue
            rows.append(self._row(i, t, (t - middle[i]) / half[i], half[i], found[:, i], setting))
        return rows

    def _spans(
        self, setting: NDArray[np.bool_], heights: tuple[float, float]
    ) -> tuple[Array, Array, Array]:
        """Times past the events between which tracks run, and the most vertical speed there."""
        n = setting.size
        outward = np.where(setting, -1.0, 1.0)
        around = self.seen(np.array([-1.0, 1.0]) + np.zeros((n, 1)))[2]
        speed = np.maximum(np.abs(np.diff(around, axis=1)[:, 0]) / 2.0, 20.0)
        self.speed = 0.5 * np.diff(around, axis=1)[:, 0]
        reach = np.minimum(1.5 * heights[0] / speed, 3000.0)
        share = np.linspace(0.0, 1.0, _SCAN)
        spans = []
        for sense, height in ((outward, heights[0]), (-outward, heights[1])):
            far = reach if sense is outward else np.minimum(4.0 * abs(height) / speed, 1500.0)
            t = far[:, None] * share * sense[:, None]
            t = self._inside(t)
            _, _, b, along, _, _ = self.seen(t)
            high = b - self.radius[:, None]
            rising = np.diff(high, axis=1) * (1.0 if sense is outward else -1.0) > 0.0
            good = np.concatenate([np.ones((n, 1), bool), rising & (along[:, 1:] > _LEAST_CLEAR)],
                                  axis=1)  # fmt: skip
            good &= high < height if sense is outward else high > height
            last = np.argmin(np.concatenate([good, np.zeros((n, 1), bool)], axis=1), axis=1) - 1
            spans.append(t[np.arange(n), np.maximum(last, 0)])
            if sense is outward:
                rate = np.abs(np.diff(high, axis=1)) / np.maximum(np.abs(np.diff(t, axis=1)), 1e-9)
                speed = np.maximum(speed, np.where(good[:, 1:], rate, 0.0).max(axis=1))
        return np.minimum(*spans), np.maximum(*spans), speed

    def _inside(self, since: Array) -> Array:
        """Times brought inside the trajectory."""
        low = np.asarray(self.trajectory.start - self.at)[:, None] + 1e-3
        high = np.asarray(self.trajectory.stop - self.at)[:, None] - 1e-3
        return np.clip(since, low, high)

    def _row(
        self, i: int, t: Array, x: Array, half: float, found: Array, setting: NDArray[np.bool_]
    ) -> dict[str, Any]:
        values = chebyshev.chebval(x, found.T)
        rates = chebyshev.chebval(x, chebyshev.chebder(found[[0, 1, 3]].T)) / half
        at = self.at[i]
        days = float(at.tt_days)
        lon, lat = angles(values[4:7].T)
        return {
            "et": float(at.et) + t, "craft_radius": values[0], "observer_radius": values[1],
            "straight_impact": values[2], "craft_radius_rate": rates[0],
            "observer_radius_rate": rates[1], "central_angle_rate": rates[2],
            "tangent_lon": lon, "tangent_lat": lat,
            "ingress": int(setting[i]), "et_limb": float(at.et), "lon": float(self.lon[i]),
            "lat": float(self.lat[i]), "curvature_radius": float(self.radius[i]),
            "limb_distance": float(self.distance[i]), "descent_speed": float(self.speed[i]),
            "ray_azimuth": float(self.azimuth[i]), "solar_zenith_angle": float(self.zenith[i]),
            "earth_distance": float(self.earth_distance[i]),
            "sun_elongation": float(self.elongation[i]),
            "ls": float(mars_time.solar_longitude(days)),
            "ltst": float(mars_time.local_true_time(days, self.lon[i])),
        }  # fmt: skip


_ALONG = (
    "et", "craft_radius", "observer_radius", "straight_impact", "craft_radius_rate",
    "observer_radius_rate", "central_angle_rate", "tangent_lon", "tangent_lat",
)  # fmt: skip
_AT_LIMB = (
    "ingress", "et_limb", "lon", "lat", "ls", "ltst", "solar_zenith_angle", "curvature_radius",
    "limb_distance", "descent_speed", "ray_azimuth", "earth_distance", "sun_elongation",
)  # fmt: skip
_FIELD = {"tangent_lon": "lon", "tangent_lat": "lat", "et_limb": "et"}


def _dataset(rows: list[dict[str, Any]], planet: Body, observer: str) -> xr.Dataset:
    width = max((row["et"].size for row in rows), default=0)
    data: dict[str, Any] = {}
    for name in _ALONG:
        whole = np.full((len(rows), width), np.nan)
        for i, row in enumerate(rows):
            whole[i, : row[name].size] = row[name]
        data[name] = field(_FIELD.get(name, name), whole, ("profile", "sample")).rename(name)
    for name in _AT_LIMB:
        values = np.array([row[name] for row in rows], dtype=np.float64)
        data[name] = field(_FIELD.get(name, name), values, "profile").rename(name)
    data["samples"] = (
        "profile", np.array([row["et"].size for row in rows], dtype=np.int64),
        {"units": "1", "long_name": "samples of the track"},
    )  # fmt: skip
    attrs = {"body": planet.name, "observer": observer, "heights": "above the areoid"}
    return xr.Dataset(data, attrs=attrs)


def _areoid(planet: Body, lon: Array, lat: Array) -> Array:
    """Height of the areoid above the ellipsoid [m]; 0 for another planet than Mars."""
    if planet.name != "mars":
        return np.zeros_like(lon)
    table = np.asarray(areoid_height(1), dtype=np.float64)[::-1]
    wide = np.concatenate([table[:, -3:], table, table[:, :3]], axis=1)
    east = np.arange(-3, 363) + 0.5
    spline = RectBivariateSpline(np.arange(180) - 89.5, east, wide, kx=3, ky=3)
    return np.asarray(spline.ev(np.clip(lat, -89.5, 89.5), np.mod(lon, 360.0)))
