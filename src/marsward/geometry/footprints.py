"""Footprints: where the border of each frame lies on the ellipsoid, as polygons for a map.

The rays of the border are cut with the ellipsoid, all frames at once. Rings are then cut at
180 deg of longitude and closed over a pole that they hold, so that each part is a plain polygon
in longitude and latitude. A frame that sees past the limb has the limb as its border there.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from marsward.core.bodies import body
from marsward.core.errors import InputError
from marsward.core.time import Epoch
from marsward.geometry.antimeridian import cut
from marsward.geometry.ellipsoid import angles
from marsward.geometry.field_of_view import FieldOfView, field_of_view
from marsward.geometry.kernels.footprints import border_hits
from marsward.geometry.limb_ring import limb_ring

__all__ = ["Footprints", "caps", "footprint_properties", "footprints"]

Array = NDArray[np.float64]
_CAP_SIDE = 8
_CAP_MARGIN = 1.01
_CAP_LEAST = 1e-4  # rad
_POLAR = 75.0  # deg; footprints that reach beyond are drawn with more points
_POLAR_TIMES = 4


@dataclass(frozen=True, eq=False)
class Footprints:
    """Footprints of n frames, each of one part or more; an index gives the parts of one.

    coordinates : (k, 2) longitude -180 to 180 and latitude [deg] of all rings, one after another;
        rings close on their first point and run counterclockwise
    first : (r + 1,) where each ring begins
    ring : (n + 1,) which ring is each frame's first
    """

    coordinates: Array
    first: NDArray[np.int64]
    ring: NDArray[np.int64]

    def __len__(self) -> int:
        return int(self.ring.size - 1)

    def __getitem__(self, which: int) -> list[Array]:
        which = range(len(self))[which]
        rings = range(self.ring[which], self.ring[which + 1])
        return [self.coordinates[self.first[i] : self.first[i + 1]] for i in rings]

    def __iter__(self) -> Iterator[list[Array]]:
        return (self[i] for i in range(len(self)))


def footprints(frames: xr.Dataset, camera: Any, *, per_side: int = 8) -> Footprints:
    """Footprints of frames on the ellipsoid, cut at 180 deg and closed over the poles.

    Parameters
    ----------
    frames : dataset with observer and axes along "frame", as `plan_campaign` makes it
    camera : a frame camera, or its `FieldOfView`
    per_side : points along each side of a picture; four times as many near the poles, where
        lines in longitude and latitude bend

    Raises
    ------
    InputError : no poses in the dataset, a camera without a field, or a `per_side` under 1

    Notes
    -----
    A frame that misses the planet has no part.
    """
    if "observer" not in frames or "axes" not in frames:
        raise InputError("these frames have no poses; give the dataset that plan_campaign makes")
    if per_side < 1:
        raise InputError(f"per_side is {per_side}; give at least one point a side")
    view = field_of_view(camera)
    radii = np.array(body(frames.attrs.get("body", "mars")).radii)
    observer = np.ascontiguousarray(frames["observer"].values, dtype=np.float64)
    axes = np.ascontiguousarray(frames["axes"].values, dtype=np.float64)
    hits, seen = _border(observer, axes, view.border(per_side), radii)
    _, lat = angles(hits)
    polar = np.abs(lat).max(axis=1) > _POLAR
    past = ~seen.all(axis=1)
    plain = np.flatnonzero(~(polar | past))
    parts: list[list[Array]] = [[] for _ in range(observer.shape[0])]
    _fill(parts, plain, hits[plain])
    many = np.flatnonzero(polar & ~past)
    fine, _ = _border(observer[many], axes[many], view.border(per_side * _POLAR_TIMES), radii)
    _fill(parts, many, fine)
    for number in np.flatnonzero(past).tolist():
        ring = limb_ring(observer[number], axes[number], view, per_side * _POLAR_TIMES, radii)
        parts[number] = cut(*angles(ring)) if ring.size else []
    every = [ring for mine in parts for ring in mine]
    sizes = [each.shape[0] for each in every]
    return Footprints(
        np.concatenate(every) if every else np.empty((0, 2)),
        np.concatenate([[0], np.cumsum(sizes, dtype=np.int64)]),
        np.concatenate([[0], np.cumsum([len(mine) for mine in parts], dtype=np.int64)]),
    )


def footprint_properties(frames: xr.Dataset) -> dict[str, Any]:
    """What a file of footprints says of each frame: number, UTC, and what the dataset has of
    orbit, pixel size [m], angles [deg], height [m], middle [deg] and local time [h].

    The longitude of the middle runs from -180 to 180, as those of the polygons do.
    """
    names = ("orbit", "gsd", "altitude", "incidence", "emission", "phase", "lon", "lat", "ltst")
    out: dict[str, Any] = {"frame": np.arange(frames.sizes["frame"])}
    if "et" in frames:
        out["utc"] = np.asarray(Epoch.et(frames["et"].values).utc)
    out |= {name: frames[name].values for name in names if name in frames}
    if "lon" in out:
        out["lon"] = np.where(out["lon"] > 180.0, out["lon"] - 360.0, out["lon"])
    return out


def _fill(parts: list[list[Array]], number: NDArray[np.int64], hits: Array) -> None:
    """Put closed rings of borders (n, m, 3) into the places `number` of `parts`."""
    lon, lat = angles(hits)
    lon = np.where(lon > 180.0, lon - 360.0, lon)
    across = lon.max(axis=1, initial=-180.0) - lon.min(axis=1, initial=180.0) > 180.0
    for i in np.flatnonzero(across).tolist():
        parts[number[i]] = cut(lon[i], lat[i])
    rings = np.stack([lon[~across], lat[~across]], axis=-1)
    x, y = rings[..., 0], rings[..., 1]
    turn = np.sum(x * np.roll(y, -1, axis=1) - np.roll(x, -1, axis=1) * y, axis=1)
    rings[turn < 0.0] = rings[turn < 0.0, ::-1]
    rings = np.concatenate([rings, rings[:, :1]], axis=1)
    for i, ring in zip(number[~across].tolist(), rings, strict=True):
        parts[i] = [ring]


def caps(observer: Array, axes: Array, view: FieldOfView, radii: Array) -> tuple[Array, Array]:
    """Centres (n, 3) and radii (n,) [rad] of caps that hold the footprints, seen from the middle.

    A frame that sees past the limb gets the cap of all that can be seen from its place.
    """
    hits, seen = _border(observer, axes, view.border(_CAP_SIDE), radii)
    unit = hits / np.linalg.norm(hits, axis=-1, keepdims=True)
    centre = unit.mean(axis=1)
    centre /= np.linalg.norm(centre, axis=-1, keepdims=True)
    least = np.einsum("nmi,ni->nm", unit, centre).min(axis=1)
    radius = np.arccos(np.clip(least, -1.0, 1.0)) * _CAP_MARGIN + _CAP_LEAST
    past = ~seen.all(axis=1)
    if past.any():
        place = observer[past]
        height = np.linalg.norm(place, axis=-1)
        centre[past] = place / height[:, None]
        flat = 1.0 - min(radii) / max(radii)
        radius[past] = np.arccos(np.minimum(min(radii) / height, 1.0)) + 2.0 * flat
    return centre, radius


def _border(observer: Array, axes: Array, rays: Array, radii: Array) -> tuple[Array, Any]:
    """Points (n, m, 3) of the border and whether each ray meets the ground."""
    hits = np.empty((observer.shape[0], rays.shape[0], 3))
    seen = np.empty(hits.shape[:2], dtype=np.bool_)
    border_hits(
        np.ascontiguousarray(observer), np.ascontiguousarray(axes), rays,
        np.ascontiguousarray(radii), hits, seen,
    )  # fmt: skip
    return hits, seen
