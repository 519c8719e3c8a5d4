"""Two frames on common ground: epipolar rows without lens, tilt or the curve of the planet.

A virtual camera stands midway between the two, its columns along the baseline: each of its rows is
then an epipolar plane of both. Its rays meet a reference ground (ellipsoid or prior terrain); where
each frame sees those points gives the rectified pair. Height above the reference moves a point
along its row only, and two columns of one row are two rays whose meeting point is the ground.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from marsward.core.errors import InputError
from marsward.geometry.pinhole import Pinhole
from marsward.retrieval.closure import ground_points
from marsward.retrieval.map_window import edge_rays

Array = NDArray[np.float64]
LEAST_ANGLE = math.radians(2.0)
"""Least convergence of two views [rad]: below it a pixel is more than 28 GSD of height."""
_MOST_PIXELS = 60_000_000


@dataclass(frozen=True, eq=False)
class StereoPair:
    """Common ground of two frames, as one virtual camera sees it.

    ground : reference points of each pixel (rows, columns, 3) [m], NaN off the ground
    observers : places of the two cameras (2, 3) [m]
    pixels : where each frame sees the reference (2, rows, columns, 2) [pixel]
    angle : convergence of the two views at the middle [rad]
    gsd : ground size of a pixel of the virtual camera [m]
    """

    ground: Array
    observers: Array
    pixels: Array
    angle: float
    gsd: float

    def meet(self, row: NDArray[np.intp], left: Array, right: Array) -> tuple[Array, Array]:
        """Where rays through columns `left` and `right` of a row come nearest, and by how much.

        row (n,) whole numbers; left, right (n,) columns, between pixels too. Returns points (n, 3)
        [m] and the gap between the rays [m].
        """
        a = _between(self.ground, row, left) - self.observers[0]
        b = _between(self.ground, row, right) - self.observers[1]
        a /= np.linalg.norm(a, axis=-1, keepdims=True)
        b /= np.linalg.norm(b, axis=-1, keepdims=True)
        base = self.observers[1] - self.observers[0]
        c = np.sum(a * b, axis=-1)
        along_a, along_b = a @ base, b @ base
        sine2 = 1.0 - c * c
        s = (along_a - c * along_b) / sine2
        t = (c * along_a - along_b) / sine2
        p, q = self.observers[0] + s[:, None] * a, self.observers[1] + t[:, None] * b
        return 0.5 * (p + q), np.linalg.norm(p - q, axis=-1)


def stereo_pair(
    pinholes: tuple[Pinhole, Pinhole], poses: tuple[Any, Any], *, terrain: Any | None = None
) -> StereoPair:
    """The common ground of two frames with poses.

    terrain : reference ground; the Mars ellipsoid if None

    Raises
    ------
    InputError : the views are too much alike, share no ground or make too large a picture.
    """
    observers = np.array([np.asarray(pose.observer, dtype=float) for pose in poses])
    middle = observers.mean(axis=0)
    edges, centres = [], []
    for pinhole, pose in zip(pinholes, poses, strict=True):
        one = np.array([[0.0, 0.0, 1.0]])
        edges.append(
            ground_points(edge_rays(pinhole), pose.observer, pose.axes, terrain=terrain)[0]
        )
        centres.append(ground_points(one, pose.observer, pose.axes, terrain=terrain)[0, 0])
        if not (np.isfinite(edges[-1]).all() and np.isfinite(centres[-1]).all()):
            raise InputError("a frame for stereo must see ground all over, not the limb")
    target = np.mean(centres, axis=0)
    views = observers - target
    views /= np.linalg.norm(views, axis=1, keepdims=True)
    angle = math.acos(min(1.0, float(views[0] @ views[1])))
    if angle < LEAST_ANGLE:
        raise InputError(
            f"the two frames see the ground from {math.degrees(angle):.2f} deg apart: heights need "
            f"{math.degrees(LEAST_ANGLE):g} deg or more, so choose frames farther apart"
        )
    turn = _virtual_axes(observers, target - middle)
    distances = np.linalg.norm(observers - target, axis=1)
    gsd = float(np.mean([d / p.focal_px for d, p in zip(distances, pinholes, strict=True)]))
    focal = float(np.linalg.norm(target - middle)) / gsd
    low, high = _overlap([(edge - middle) @ turn for edge in edges], focal)
    ground = _reference(middle, turn, focal, low, high, terrain)
    pixels = np.stack(
        [
            pinhole.project((ground - pose.observer) @ np.asarray(pose.axes))
            for pinhole, pose in zip(pinholes, poses, strict=True)
        ]
    )
    return StereoPair(ground, observers, pixels, angle, gsd)


def _virtual_axes(observers: Array, view: Array) -> Array:
    """Axes (3, 3), camera to body-fixed, with +x along the baseline and +z to the ground."""
    x = observers[1] - observers[0]
    x /= np.linalg.norm(x)
    z = view - (view @ x) * x
    z /= np.linalg.norm(z)
    return np.stack([x, np.cross(z, x), z], axis=1)


def _overlap(rings: list[Array], focal: float) -> tuple[Array, Array]:
    """First and last column and row that both frames reach, before the principal point."""
    flat = [focal * ring[:, :2] / ring[:, 2:] for ring in rings]
    low = np.max([ring.min(axis=0) for ring in flat], axis=0)
    high = np.min([ring.max(axis=0) for ring in flat], axis=0)
    low, high = np.ceil(low), np.floor(high)
    size = high - low + 1.0
    if size.min() < 32.0:
        raise InputError("the two frames share too little ground: choose frames that overlap")
    if size.prod() > _MOST_PIXELS:
        raise InputError(
            f"the common ground is {size[0]:.0f} x {size[1]:.0f} pixels: cut the frames first"
        )
    return low, high


def _reference(
    middle: Array, turn: Array, focal: float, low: Array, high: Array, terrain: Any | None
) -> Array:
    x, y = np.arange(low[0], high[0] + 1.0), np.arange(low[1], high[1] + 1.0)
    rays = np.empty((y.size, x.size, 3))
    rays[..., 0], rays[..., 1], rays[..., 2] = x[None, :], y[:, None], focal
    rays /= np.linalg.norm(rays, axis=-1, keepdims=True)
    found = ground_points(rays.reshape(-1, 3), middle, turn, terrain=terrain)
    return found[0].reshape(rays.shape)


def _between(ground: Array, row: NDArray[np.intp], col: Array) -> Array:
    """Points (n, 3) at columns between pixels, quadratic along the row."""
    k = np.clip(np.rint(col).astype(int), 1, ground.shape[1] - 2)
    f = (col - k)[:, None]
    before, here, after = ground[row, k - 1], ground[row, k], ground[row, k + 1]
    return here + 0.5 * f * (after - before) + 0.5 * f * f * (after - 2.0 * here + before)
