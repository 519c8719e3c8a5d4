"""Swaths: the strip of ground that the frames of one arc cover together, as one outline.

Points of the footprints' borders are turned into an angle along the great circle that the strip
follows and one across it. The outline is the greatest and the least angle across at even steps
along: it never crosses itself, as footprints that overlap would, and bridges gaps between frames.
It is meant for catalogues, not for counting.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from marsward.core.bodies import body
from marsward.core.errors import InputError
from marsward.geometry.antimeridian import cut
from marsward.geometry.ellipsoid import angles
from marsward.geometry.field_of_view import field_of_view
from marsward.geometry.kernels.footprints import border_hits

__all__ = ["swath"]

Array = NDArray[np.float64]
_PER_SIDE = 4  # points of a footprint's border on each side
_STEPS = (40, 240)  # fewest and most steps along a strip
_STEPS_EACH = 4  # steps for each frame


def swath(frames: xr.Dataset, camera: Any) -> list[Array]:
    """Outline of the frames of one arc, in the order in which they were taken.

    Parameters
    ----------
    frames : observer and axes along "frame", of one arc; frames that see past the limb are left out
    camera : a frame camera, or its `FieldOfView`

    Returns
    -------
    list of (k, 2)
        Closed counterclockwise rings of longitude -180 to 180 and latitude [deg], cut at 180 deg
        and closed over a pole that the strip holds; none when every frame sees past the limb.

    Raises
    ------
    InputError : no poses in the dataset
    """
    if "observer" not in frames or "axes" not in frames:
        raise InputError("these frames have no poses; give the dataset that plan_campaign makes")
    rays = field_of_view(camera).border(_PER_SIDE)
    radii = np.array(body(frames.attrs.get("body", "mars")).radii)
    observer = np.ascontiguousarray(frames["observer"].values, dtype=np.float64)
    axes = np.ascontiguousarray(frames["axes"].values, dtype=np.float64)
    hits = np.empty((observer.shape[0], rays.shape[0], 3))
    seen = np.empty(hits.shape[:2], dtype=np.bool_)
    border_hits(observer, axes, np.ascontiguousarray(rays), radii, hits, seen)
    hits = hits[seen.all(axis=1)]
    if not hits.shape[0]:
        return []
    hits /= np.linalg.norm(hits, axis=-1, keepdims=True)
    strip = _strip_axes(hits.mean(axis=1))
    turned = hits @ strip.T
    along = np.arctan2(turned[..., 1], turned[..., 0])
    across = np.arcsin(np.clip(turned[..., 2], -1.0, 1.0))
    s, low, high = _envelope(along, across)
    s, c = np.concatenate([s, s[::-1]]), np.concatenate([low, high[::-1]])
    ring = np.stack([np.cos(c) * np.cos(s), np.cos(c) * np.sin(s), np.sin(c)], axis=-1)
    return cut(*angles(ring @ strip))


def _strip_axes(middle: Array) -> Array:
    """Rows: to the middle of the strip, along it, and the pole of the great circle it follows."""
    centre = middle[middle.shape[0] // 2]
    centre = centre / np.linalg.norm(centre)
    along = middle[-1] - middle[0]
    if np.linalg.norm(along) < 1e-9:
        along = np.eye(3)[np.argmin(np.abs(centre))]
    along = along - (along @ centre) * centre
    along /= np.linalg.norm(along)
    return np.stack([centre, along, np.cross(centre, along)])


def _envelope(along: Array, across: Array) -> tuple[Array, Array, Array]:
    """Steps along the strip [rad], and the least and greatest angle across there [rad]."""
    count = int(np.clip(_STEPS_EACH * along.shape[0], *_STEPS))
    first, last = along.min(), along.max()
    inset = 1e-6 * (last - first)
    s = np.linspace(first + inset, last - inset, count)
    low, high = np.full(count, np.inf), np.full(count, -np.inf)
    for here, there in zip(along, across, strict=True):
        s0, s1 = here[:, None], np.roll(here, -1)[:, None]
        c0, c1 = there[:, None], np.roll(there, -1)[:, None]
        inside = (np.minimum(s0, s1) <= s) & (s < np.maximum(s0, s1))
        share = (s - s0) / np.where(s1 == s0, 1.0, s1 - s0)
        c = c0 + share * (c1 - c0)
        low = np.minimum(low, np.where(inside, c, np.inf).min(axis=0))
        high = np.maximum(high, np.where(inside, c, -np.inf).max(axis=0))
    met = high > low
    return s[met], low[met], high[met]
