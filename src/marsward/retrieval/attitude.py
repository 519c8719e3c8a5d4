"""Where the camera points: Wahba's problem by SVD, its refinement in pixels, and aberration."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from marsward.core.constants import SPEED_OF_LIGHT
from marsward.core.errors import InputError, PhysicsError

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Attitude:
    """Rotation (3, 3) from J2000 to the camera, and the covariance of its error.

    The error is a small turn about the camera axes [rad]: true matrix = (I - [error x]) matrix.
    """

    matrix: Array
    covariance: Array

    @property
    def sigma_arcsec(self) -> Array:
        """1-sigma turn about the camera's x, y and z axis [arcsec]."""
        return np.degrees(np.sqrt(np.diag(self.covariance))) * 3600.0


def cross_matrix(v: ArrayLike) -> Array:
    """The matrix (…, 3, 3) whose product with w is v x w."""
    v = np.asarray(v, dtype=np.float64)
    zero = np.zeros(v.shape[:-1])
    return np.stack(
        [
            np.stack([zero, -v[..., 2], v[..., 1]], axis=-1),
            np.stack([v[..., 2], zero, -v[..., 0]], axis=-1),
            np.stack([-v[..., 1], v[..., 0], zero], axis=-1),
        ],
        axis=-2,
    )


def small_rotation(turn: ArrayLike) -> Array:
    """Rotation matrix that turns the axes by the vector `turn` (3,) [rad] (Rodrigues)."""
    turn = np.asarray(turn, dtype=np.float64)
    angle = float(np.linalg.norm(turn))
    if angle < 1e-300:
        return np.eye(3)
    k = cross_matrix(turn / angle)
    return np.eye(3) - np.sin(angle) * k + (1.0 - np.cos(angle)) * (k @ k)


def wahba(seen: ArrayLike, reference: ArrayLike, sigma: ArrayLike) -> Attitude:
    """The rotation that best turns `reference` unit vectors (n, 3) into `seen` ones (n, 3).

    Minimises sum |seen - A reference|^2 / sigma^2, sigma (n,) [rad] of each direction, through the
    singular values of the attitude profile matrix; the covariance is the inverse of
    sum (I - seen seen^T) / sigma^2. Raises `InputError` with fewer than two directions and
    `PhysicsError` where all lie on one line.

    Source: F. L. Markley (1988), Attitude determination using vector observations and the singular
    value decomposition, J. Astronautical Sciences 36(3), 245-258.
    """
    b = np.atleast_2d(np.asarray(seen, dtype=np.float64))
    r = np.atleast_2d(np.asarray(reference, dtype=np.float64))
    if b.shape != r.shape or b.shape[-1] != 3 or b.shape[0] < 2:
        raise InputError(
            f"an attitude needs at least two pairs of directions, got shapes {b.shape} and "
            f"{r.shape}: give both as (n, 3)"
        )
    w = 1.0 / np.broadcast_to(np.asarray(sigma, dtype=np.float64), b.shape[:1]) ** 2
    profile = (b * w[:, None]).T @ r
    u, s, vt = np.linalg.svd(profile)
    handed = np.linalg.det(u) * np.linalg.det(vt)
    if s[1] + handed * s[2] < 1e-12 * s[0]:
        raise PhysicsError("the directions lie on one line, so the turn about it is unknown")
    matrix = u @ np.diag([1.0, 1.0, handed]) @ vt
    information = np.einsum("n,nij->ij", w, np.eye(3) - b[:, :, None] * b[:, None, :])
    return Attitude(matrix, np.linalg.inv(information))


def refine(
    start: Array,
    reference: Array,
    xy: Array,
    sigma_px: Array,
    project: Callable[[Array], Array],
    *,
    clip: float = 4.0,
    floor_px: float = 0.01,
) -> tuple[Attitude, Array, NDArray[np.bool_]]:
    """Least squares of the attitude on pixel positions, with outliers clipped.

    `start` (3, 3), `reference` (n, 3) apparent directions J2000, `xy` (n, 2) [px], `sigma_px` (n,
    2), `project`: camera vectors to pixels. `floor_px` [px] is added in quadrature: catalogue and
    calibration are not better. Returns the attitude (covariance scaled up where chi-square exceeds
    its expectation), residuals (n, 2) [px] and the mask of the stars used.
    """
    matrix = np.array(start, dtype=np.float64)
    sigma = np.hypot(sigma_px, floor_px)
    used = np.ones(len(xy), dtype=bool)
    step = 1e-6
    for _ in range(10):
        v = reference @ matrix.T
        here = project(v)
        residual = xy - here
        slopes = np.stack(
            [(project(v @ small_rotation(step * axis).T) - here) / step for axis in np.eye(3)],
            axis=-1,
        )
        off = np.max(np.abs(residual) / sigma, axis=1)
        scale = max(1.0, 1.4826 * float(np.median(off)) / 1.6)
        used = off < clip * scale
        if used.sum() < 2:
            raise PhysicsError("fewer than two stars agree on an attitude")
        a = (slopes[used] / sigma[used][:, :, None]).reshape(-1, 3)
        normal = a.T @ a
        turn = np.linalg.solve(normal, a.T @ (residual[used] / sigma[used]).ravel())
        matrix = small_rotation(turn) @ matrix
        if float(np.max(np.abs(turn))) < 1e-10:
            break
    residual = xy - project(reference @ matrix.T)
    chi2 = float(np.sum((residual[used] / sigma[used]) ** 2))
    scatter = max(1.0, chi2 / max(2 * int(used.sum()) - 3, 1))
    u, _, vt = np.linalg.svd(matrix)
    return Attitude(u @ vt, np.linalg.inv(normal) * scatter), residual, used


def aberrate(direction: ArrayLike, velocity: ArrayLike) -> Array:
    """Apparent unit vectors (…, 3) as the moving observer sees geometric ones (…, 3).

    `velocity` (3,) [m/s] of the observer relative to the solar-system barycentre. Special
    relativity: u' = (u / g + b + (g / (1 + g)) (u b) b) / (1 + u b), with b = v / c and g the
    Lorentz factor. Source: S. A. Klioner (2003), AJ 125, 1580, doi:10.1086/367593.
    """
    u = np.asarray(direction, dtype=np.float64)
    b = np.asarray(velocity, dtype=np.float64) / SPEED_OF_LIGHT.value
    speed2 = float(b @ b)
    if not speed2 < 1.0:
        raise InputError(f"an observer's speed of {np.sqrt(speed2):.3g} c is not below light's")
    g = 1.0 / np.sqrt(1.0 - speed2)
    along = (u @ b)[..., None]
    out = (u / g + b + (g / (1.0 + g)) * along * b) / (1.0 + along)
    return out / np.linalg.norm(out, axis=-1, keepdims=True)


def unaberrate(direction: ArrayLike, velocity: ArrayLike) -> Array:
    """Geometric unit vectors (…, 3) of what the moving observer sees at `direction` (…, 3)."""
    return aberrate(direction, -np.asarray(velocity, dtype=np.float64))
