"""The pinhole camera: from directions in the camera frame to pixels and back.

Camera axes: +x to the right along columns, +y down along rows, +z out of the lens. Pixel (0, 0)
is the centre of the top-left pixel, so the detector spans -0.5 to width - 0.5. Lens distortion
follows Brown (1966) and Conrady (1919, doi:10.1093/mnras/79.5.384) with the coefficients in the
order k1, k2, p1, p2, k3; or, for wide lenses, the polynomial in the angle off the axis of Kannala &
Brandt (2006, doi:10.1109/TPAMI.2006.153) as OpenCV's fisheye module has it, k1, k2, k3, k4 and 0.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from marsward.core.errors import InputError, PhysicsError
from marsward.geometry.kernels.pinhole import (
    BROWN,
    FISHEYE,
    project_points,
    rays_of_pixels,
)

Array = NDArray[np.float64]
CLOSING_ERROR = 1e-9
MODELS = {"brown-conrady": BROWN, "opencv-fisheye": FISHEYE}


@dataclass(frozen=True)
class Pinhole:
    """Projection of one frame camera.

    Parameters
    ----------
    width, height : detector size [pixel]
    focal_px : focal length over pixel pitch [pixel]
    cx, cy : principal point [pixel]; the middle of the detector if left out
    distortion : coefficients (k1, k2, p1, p2, k3), or (k1, k2, k3, k4, 0) of a fisheye [-]
    model : "brown-conrady" or "opencv-fisheye"
    """

    width: int
    height: int
    focal_px: float
    cx: float = math.nan
    cy: float = math.nan
    distortion: tuple[float, float, float, float, float] = (0.0, 0.0, 0.0, 0.0, 0.0)
    model: Literal["brown-conrady", "opencv-fisheye"] = "brown-conrady"

    def __post_init__(self) -> None:
        if self.model not in MODELS:
            raise InputError(f"model is {self.model!r}: type one of {', '.join(MODELS)}")
        if self.width < 1 or self.height < 1:
            raise InputError(
                f"a camera needs at least one pixel a side, not {self.width} x {self.height}"
            )
        if not (math.isfinite(self.focal_px) and self.focal_px > 0.0):
            raise InputError(f"focal_px must be a positive number of pixels, not {self.focal_px}")
        if len(self.distortion) != 5:
            raise InputError(
                f"distortion takes five numbers (k1, k2, p1, p2, k3), not {len(self.distortion)}"
            )
        if math.isnan(self.cx):
            object.__setattr__(self, "cx", 0.5 * (self.width - 1))
        if math.isnan(self.cy):
            object.__setattr__(self, "cy", 0.5 * (self.height - 1))

    @property
    def coefficients(self) -> Array:
        """The distortion coefficients as an array (5,)."""
        return np.array(self.distortion, dtype=np.float64)

    @property
    def law(self) -> int:
        """The number by which kernels know the model: 0 Brown-Conrady, 1 fisheye."""
        return MODELS[self.model]

    @property
    def pixel_angle(self) -> float:
        """Angle of one pixel at the principal point [rad]."""
        return 1.0 / self.focal_px

    @property
    def field(self) -> tuple[float, float]:
        """Full field of view across and down [rad]."""
        middle_x, middle_y = 0.5 * (self.width - 1), 0.5 * (self.height - 1)
        edges = np.array(
            [
                [-0.5, middle_y],
                [self.width - 0.5, middle_y],
                [middle_x, -0.5],
                [middle_x, self.height - 0.5],
            ]
        )
        rays = self.ray(edges)
        across = math.acos(max(-1.0, min(1.0, float(rays[0] @ rays[1]))))
        down = math.acos(max(-1.0, min(1.0, float(rays[2] @ rays[3]))))
        return across, down

    def project(self, v_cam: ArrayLike) -> Array:
        """Pixels (..., 2) of vectors (..., 3) in the camera frame; NaN where it cannot see.

        That is behind the camera, and for a fisheye where its polynomial has turned back.
        """
        vectors = np.asarray(v_cam, dtype=np.float64)
        if vectors.shape[-1:] != (3,):
            raise InputError(f"project takes vectors of shape (..., 3), not {vectors.shape}")
        flat = np.ascontiguousarray(vectors.reshape(-1, 3))
        out = np.empty((flat.shape[0], 2))
        project_points(flat, self.focal_px, self.cx, self.cy, self.coefficients, self.law, out)
        return out.reshape(*vectors.shape[:-1], 2)

    def ray(self, px: ArrayLike) -> Array:
        """Unit vectors (..., 3) in the camera frame of pixels (..., 2), distortion undone.

        Raises PhysicsError where the distortion polynomial cannot be inverted.
        """
        pixels = np.asarray(px, dtype=np.float64)
        if pixels.shape[-1:] != (2,):
            raise InputError(f"ray takes pixels of shape (..., 2), not {pixels.shape}")
        flat = np.ascontiguousarray(pixels.reshape(-1, 2))
        out = np.empty((flat.shape[0], 3))
        worst = rays_of_pixels(
            flat, self.focal_px, self.cx, self.cy, self.coefficients, self.law, out
        )
        if worst > CLOSING_ERROR:
            raise PhysicsError(
                f"the distortion {self.distortion} cannot be inverted at every pixel asked for "
                f"(closing error {worst * self.focal_px:.2g} px): use smaller coefficients"
            )
        return out.reshape(*pixels.shape[:-1], 3)

    def inside(self, px: ArrayLike, margin: float = 0.0) -> NDArray[np.bool_]:
        """True where pixels (..., 2) fall on the detector, widened by a margin [pixel]."""
        pixels = np.asarray(px, dtype=np.float64)
        x, y = pixels[..., 0], pixels[..., 1]
        return (
            (x >= -0.5 - margin)
            & (x <= self.width - 0.5 + margin)
            & (y >= -0.5 - margin)
            & (y <= self.height - 0.5 + margin)
        )


def aim(boresight: ArrayLike, *, up: ArrayLike = (0.0, 0.0, 1.0)) -> Array:
    """Attitude (3, 3) with +z along boresight and `up` towards the top of the picture.

    v_cam = C @ v. Raises InputError when up is parallel to the boresight.
    """
    z = np.asarray(boresight, dtype=np.float64)
    z = z / np.linalg.norm(z)
    x = np.cross(z, np.asarray(up, dtype=np.float64))
    length = float(np.linalg.norm(x))
    if not length > 1e-9:
        raise InputError("the up direction is parallel to the boresight: give another one")
    x = x / length
    return np.array([x, np.cross(z, x), z])
