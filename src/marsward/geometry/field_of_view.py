"""The field of a camera as the ground sees it: rays of its border, bounds, angle of a pixel."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from marsward.core.errors import InputError

__all__ = ["FieldOfView", "field_of_view"]

Array = NDArray[np.float64]
_STRAIGHT = 1e-9  # of a tangent: a border off its rectangle by less is that rectangle
_BENT_SAMPLES = 16  # a side, of a border that lens distortion bends


@dataclass(frozen=True, eq=False)
class FieldOfView:
    """What a frame camera takes in.

    Parameters
    ----------
    corners : (4, 2) tangents (x/z, y/z) of the outer corners, in the order of rows and columns:
        upper left, upper right, lower right, lower left
    outline : (k, 2) tangents along a border that lens distortion bends, in the same order; the
        corners where it is straight
    pixel_angle : angle of a pixel in the middle of the field [rad]
    width, height : detector [px]
    """

    corners: Array
    outline: Array
    pixel_angle: float
    width: int
    height: int

    @property
    def straight(self) -> bool:
        """Whether the border is the rectangle that `bounds` gives."""
        return self.outline.shape[0] == 4

    @property
    def bounds(self) -> Array:
        """Least and greatest x/z, least and greatest y/z."""
        low, high = self.outline.min(axis=0), self.outline.max(axis=0)
        return np.array([low[0], high[0], low[1], high[1]])

    @property
    def half_angles(self) -> tuple[float, float]:
        """Half of the field across and down [rad]."""
        left, right, upper, lower = (math.atan(each) for each in self.bounds)
        return 0.5 * (right - left), 0.5 * (lower - upper)

    def border(self, per_side: int) -> Array:
        """Rays (m, 3) along the border, once round, `per_side` for each side of the picture."""
        ring = self.outline
        share = np.arange(per_side) / per_side
        if not self.straight:
            each = max(1, math.ceil(4 * per_side / ring.shape[0]))
            share = np.arange(each) / each
        step = np.roll(ring, -1, axis=0) - ring
        points = (ring[:, None, :] + share[None, :, None] * step[:, None, :]).reshape(-1, 2)
        return np.concatenate([points, np.ones((points.shape[0], 1))], axis=1)


def field_of_view(camera: Any) -> FieldOfView:
    """The field of a camera, a pinhole, or anything with half angles and a detector.

    Parameters
    ----------
    camera
        A `FieldOfView`; something with ``ray(pixels)``, ``width``, ``height`` and ``pixel_angle``
        (a `Pinhole`) or with such a ``pinhole``; or something with ``footprint_angles`` (half
        angles x, y [rad]), ``width`` and ``height``.

    Raises
    ------
    InputError
        There is no field in it, one of half a turn and more, or only lines.
    """
    if isinstance(camera, FieldOfView):
        return camera
    mode = getattr(camera, "mode", "frame")
    if mode == "pushbroom":
        raise InputError(
            f"{getattr(camera, 'name', 'the camera')} takes lines, not frames; footprints and "
            'coverage take a camera whose mode is "frame" or "push-frame"'
        )
    lens = getattr(camera, "pinhole", camera)
    if mode == "frame" and all(hasattr(lens, name) for name in ("ray", "width", "height")):
        return _of_lens(lens, camera)
    angles = getattr(camera, "footprint_angles", None)
    if angles is None or not (hasattr(camera, "width") and hasattr(camera, "height")):
        name = getattr(camera, "name", None) or type(camera).__name__
        raise InputError(
            f"{name} has no field of view; give a frame camera with focal_length, pixel_pitch, "
            'width and height, such as Camera(preset="moric")'
        )
    half_x, half_y = (float(each) for each in angles)
    if not (0.0 < half_x < 0.5 * math.pi and 0.0 < half_y < 0.5 * math.pi):
        raise InputError(
            f"a field of {math.degrees(2 * half_x):g} x {math.degrees(2 * half_y):g} deg is none "
            "for a frame camera; each side lies between 0 and 180 deg"
        )
    x, y = math.tan(half_x), math.tan(half_y)
    corners = np.array([[-x, -y], [x, -y], [x, y], [-x, y]])
    pixel = float(getattr(camera, "ifov", 0.0) or 2.0 * x / camera.width)
    return FieldOfView(corners, corners, pixel, int(camera.width), int(camera.height))


def _of_lens(lens: Any, camera: Any) -> FieldOfView:
    """The field from the rays of the outermost pixels' outer edges."""
    width, height = int(lens.width), int(lens.height)
    right, lower = width - 0.5, height - 0.5
    pixels = np.array([[-0.5, -0.5], [right, -0.5], [right, lower], [-0.5, lower]])
    share = np.arange(_BENT_SAMPLES) / _BENT_SAMPLES
    step = np.roll(pixels, -1, axis=0) - pixels
    ring = (pixels[:, None, :] + share[None, :, None] * step[:, None, :]).reshape(-1, 2)
    rays = lens.ray(ring)
    if not np.all(rays[:, 2] > 0.0):
        raise InputError(
            f"{getattr(camera, 'name', 'the camera')} sees half a turn and more; coverage and "
            "footprints take fields under 180 deg"
        )
    outline = rays[:, :2] / rays[:, 2:]
    corners = outline[::_BENT_SAMPLES]
    flat = (corners[:, None, :] + share[None, :, None] * (
        np.roll(corners, -1, axis=0) - corners)[:, None, :]).reshape(-1, 2)  # fmt: skip
    upright = np.abs(corners - corners[[3, 2, 1, 0]])[:, 0].max() < _STRAIGHT
    level = np.abs(corners - corners[[1, 0, 3, 2]])[:, 1].max() < _STRAIGHT
    if np.abs(flat - outline).max() < _STRAIGHT and upright and level:
        outline = corners
    pixel = getattr(lens, "pixel_angle", None) or getattr(camera, "ifov", None)
    if pixel is None:
        x, y = 0.5 * (width - 1), 0.5 * (height - 1)
        pair = lens.ray(np.array([[x, y], [x + 1.0, y]]))
        pixel = math.acos(min(1.0, float(pair[0] @ pair[1])))
    return FieldOfView(corners, outline, float(pixel), width, height)
