"""The border of a picture that sees past the limb: its own sides, and the limb where it is in it.

In the space where the body is a unit sphere the limb is a circle about the line to the observer,
and a ray meets the body when it passes the centre within that circle.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from marsward.geometry.field_of_view import FieldOfView
from marsward.geometry.kernels.footprints import border_hits

__all__ = ["limb_ring"]

Array = NDArray[np.float64]
_HALVINGS = 50


def limb_ring(
    observer: Array, axes: Array, view: FieldOfView, per_side: int, radii: Array
) -> Array:
    """Points (k, 3) [m] once round what one frame sees of the ground; (0, 3) if that is nothing.

    observer (3,) [m], axes (3, 3) camera to body; radii (3,) [m].
    """
    rays = view.border(per_side)
    hits, seen = _cut(observer, axes, rays, radii)
    frame = _LimbFrame(observer, radii)
    if not seen.any():
        step = math.pi / (2 * per_side)
        circle = frame.points(np.arange(4 * per_side, dtype=np.float64) * step)
        return circle if _in_field(circle[0], observer, axes, view) else np.empty((0, 3))
    count = rays.shape[0]
    # begin where the border comes back to the ground
    begin = next(i for i in range(count) if seen[i] and not seen[i - 1])
    order = (begin + np.arange(count)) % count
    sense = frame.sense(hits[order], seen[order])
    pieces: list[Array] = []
    i = 0
    while i < count:
        stop = i
        while stop < count and seen[order[stop]]:
            stop += 1
        back = stop
        while back < count and not seen[order[back]]:
            back += 1
        entry = _edge(observer, axes, rays[order[i]], rays[order[i] - 1], radii)
        leave = _edge(observer, axes, rays[order[stop - 1]], rays[order[stop % count]], radii)
        after = order[back % count]
        again = _edge(observer, axes, rays[after], rays[after - 1], radii)
        pieces += [entry[None], hits[order[i:stop]], leave[None]]
        pieces.append(frame.between(leave, again, sense, per_side))
        i = back
    return np.concatenate(pieces)


class _LimbFrame:
    """The limb as a circle: centre, two axes of its plane, in the space of the unit sphere."""

    def __init__(self, observer: Array, radii: Array):
        self.radii = radii
        place = observer / radii
        far2 = float(place @ place)
        self.ahead = place / math.sqrt(far2)
        least = np.eye(3)[int(np.argmin(np.abs(self.ahead)))]
        self.first = np.cross(self.ahead, least)
        self.first /= np.linalg.norm(self.first)
        self.second = np.cross(self.ahead, self.first)
        self.centre = place / far2
        self.reach = math.sqrt(1.0 - 1.0 / far2)

    def points(self, turn: Array) -> Array:
        """Points (k, 3) of the limb at azimuths (k,) [rad]."""
        out = np.cos(turn)[:, None] * self.first + np.sin(turn)[:, None] * self.second
        return (self.centre + self.reach * out) * self.radii

    def azimuth(self, points: Array) -> Array:
        """Azimuths [rad] of points."""
        at = points / self.radii
        return np.arctan2(at @ self.second, at @ self.first)

    def sense(self, hits: Array, seen: NDArray[np.bool_]) -> float:
        """1 if the border runs with growing azimuth about what is seen, else -1.

        From the area that the border, with the limb in place of what misses, encloses.
        """
        at = hits / self.radii
        x, y = at @ self.first, at @ self.second
        return 1.0 if float(np.sum(x * np.roll(y, -1) - np.roll(x, -1) * y)) > 0.0 else -1.0

    def between(self, start: Array, stop: Array, sense: float, per_side: int) -> Array:
        """Points of the limb strictly between two of its points."""
        a, b = self.azimuth(start), self.azimuth(stop)
        span = (sense * (b - a)) % (2.0 * math.pi)
        count = max(2, math.ceil(span / (0.5 * math.pi) * per_side))
        return self.points(a + sense * span * np.arange(1, count) / count)


def _cut(
    observer: Array, axes: Array, rays: Array, radii: Array
) -> tuple[Array, NDArray[np.bool_]]:
    hits = np.empty((1, rays.shape[0], 3))
    seen = np.empty((1, rays.shape[0]), dtype=np.bool_)
    border_hits(
        np.ascontiguousarray(observer[None]), np.ascontiguousarray(axes[None]),
        np.ascontiguousarray(rays), np.ascontiguousarray(radii), hits, seen,
    )  # fmt: skip
    return hits[0], seen[0]


def _edge(observer: Array, axes: Array, inner: Array, outer: Array, radii: Array) -> Array:
    """Point of the limb where the border crosses it, between a ray that hits and one that not."""
    low, high = 0.0, 1.0
    for _ in range(_HALVINGS):
        middle = 0.5 * (low + high)
        ray = inner + middle * (outer - inner)
        on_body = bool(_cut(observer, axes, ray[None], radii)[1][0])
        low, high = (middle, high) if on_body else (low, middle)
    return _cut(observer, axes, (inner + low * (outer - inner))[None], radii)[0][0]


def _in_field(point: Array, observer: Array, axes: Array, view: FieldOfView) -> bool:
    """Whether a point lies in the rectangle of the field."""
    x, y, z = axes.T @ (point - observer)
    left, right, upper, lower = view.bounds
    return bool(z > 0.0 and left * z <= x <= right * z and upper * z <= y <= lower * z)
