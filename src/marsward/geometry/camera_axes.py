"""Camera axes: attitudes made from directions, turned by offsets, and compared.

An attitude is a matrix (..., 3, 3) whose rows are the camera's axes, v_cam = C @ v: +x to the right
along columns, +y down along rows, +z out of the lens.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.spatial.transform import Rotation

from marsward.core.errors import PhysicsError
from marsward.geometry.ellipsoid import nearest_point, normal

__all__ = [
    "apply",
    "camera_axes",
    "first_hit",
    "rotation_matrix",
    "rotation_vector",
    "straight_down",
    "turned",
]

Array = NDArray[np.float64]
_FINEST = 1e-9


def turned(attitude: Array, *, roll: Any = 0.0, pitch: Any = 0.0, yaw: Any = 0.0) -> Array:
    """Attitudes (..., 3, 3) after offsets [deg]: yaw about z, then pitch, then roll."""
    out = np.asarray(attitude, dtype=np.float64)
    for angle, first, second in ((yaw, 0, 1), (pitch, 2, 1), (roll, 2, 0)):
        turn = np.radians(np.asarray(angle, dtype=np.float64))
        if not np.any(turn):
            continue
        shape = np.broadcast_shapes(out.shape[:-2], turn.shape)
        moved = np.broadcast_to(out, (*shape, 3, 3)).copy()
        cosine, sine = np.cos(turn)[..., None], np.sin(turn)[..., None]
        a, b = moved[..., first, :].copy(), moved[..., second, :].copy()
        moved[..., first, :] = cosine * a + sine * b
        moved[..., second, :] = cosine * b - sine * a
        out = moved
    return out


def straight_down(position: Array, radii: Array, vertical: str) -> Array:
    """Unit vectors (..., 3) down from body-fixed positions [m]: "geodetic" or "geocentric"."""
    if vertical == "geocentric":
        return -position / np.linalg.norm(position, axis=-1, keepdims=True)
    return -normal(nearest_point(position, radii)[0], radii)


def first_hit(origin: Array, ray: Array, radii: Array) -> Array:
    """Where rays first meet the ellipsoid; PhysicsError where one passes it by."""
    o, d = origin / radii, ray / radii
    dd = np.sum(d * d, axis=-1)
    od = np.sum(o * d, axis=-1)
    root = od * od - dd * (np.sum(o * o, axis=-1) - 1.0)
    if not np.all(root > 0.0) or not np.all(od < 0.0):
        raise PhysicsError(
            "the boresight passes beside the planet, so it has no path over the ground: "
            "use a smaller roll or pitch, or YawSteering(to='sun')"
        )
    return origin + ((-od - np.sqrt(np.where(root > 0.0, root, 0.0))) / dd)[..., None] * ray


def camera_axes(boresight: Array, down: Array) -> Array:
    """Camera axes as rows: +z along the boresight, +y as near to `down` as can be."""
    z = boresight / np.linalg.norm(boresight, axis=-1, keepdims=True)
    across = np.cross(down / np.linalg.norm(down, axis=-1, keepdims=True), z)
    size = np.linalg.norm(across, axis=-1, keepdims=True)
    if not np.all(size > _FINEST):
        raise PhysicsError(
            "the boresight lies along the direction that was to set the camera's rotation about "
            "it: choose another one"
        )
    x = across / size
    return np.stack([x, np.cross(z, x), z], axis=-2)


def rotation_vector(matrix: Array) -> Array:
    """Axis times angle (..., 3) [rad] of rotations (..., 3, 3) that turn vectors, v' = R @ v."""
    flat = np.asarray(matrix, dtype=np.float64).reshape(-1, 3, 3)
    return Rotation.from_matrix(flat).as_rotvec().reshape(matrix.shape[:-1])


def rotation_matrix(vector: Array) -> Array:
    """Rotations (..., 3, 3) that turn vectors by axis times angle (..., 3) [rad]."""
    flat = np.asarray(vector, dtype=np.float64).reshape(-1, 3)
    return Rotation.from_rotvec(flat).as_matrix().reshape(*vector.shape, 3)


def apply(turn: Array, vector: Array) -> Array:
    """Matrices (..., 3, 3) times vectors (..., 3)."""
    return np.einsum("...ij,...j->...i", turn, vector)
