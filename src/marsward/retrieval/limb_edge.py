"""A first circle round the lit side of a crescent."""

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import ConvexHull

from marsward.core.errors import PhysicsError

Array = NDArray[np.float64]


def edge_circle(
    image: Array, sunward: Array, noise: float, blur: float
) -> tuple[float, float, float]:
    """Centre x, y and radius [px] of the circle round the lit side of a crescent: a first guess.

    The lit limb bulges, the terminator and what lies inside do not: points where the convex hull of
    the bright pixels looks to within 70 deg of the Sun are on the limb. The circle is Pratt's
    algebraic fit (doi:10.1145/37401.37420) with outliers dropped; the threshold (a tenth of the
    bright pixels, or 8 sigma of `noise` [e-]) stands about one `blur` [px] outside the limb.
    """
    lit = image > 8.0 * noise
    if lit.sum() < 12:
        raise PhysicsError("too little of the lit limb stands out to fit a circle")
    y, x = np.nonzero(image > max(8.0 * noise, 0.1 * float(np.percentile(image[lit], 90.0))))
    if np.ptp(x) < 3 or np.ptp(y) < 3:
        raise PhysicsError("the bright patch is too narrow to fit a circle to its limb")
    points = np.stack([x, y], axis=-1).astype(np.float64)
    hull = ConvexHull(points)
    facing = hull.equations[:, :2] @ sunward > 0.35
    ends = points[hull.simplices[facing]]
    length = np.linalg.norm(ends[:, 1] - ends[:, 0], axis=1)
    short = length < max(0.25 * float(length.sum()), 3.0)
    limb = np.unique(ends[short].reshape(-1, 2), axis=0)
    px, py = limb[:, 0], limb[:, 1]
    keep = np.ones(px.size, dtype=bool)
    circle = (0.0, 0.0, 0.0)
    for _ in range(6):
        if keep.sum() < 5:
            raise PhysicsError("the lit limb does not look like a circle")
        circle = _pratt(px[keep], py[keep])
        off = np.hypot(px - circle[0], py - circle[1]) - circle[2]
        keep = np.abs(off) < max(3.0 * 1.4826 * float(np.median(np.abs(off))), 0.7)
    return circle[0], circle[1], circle[2] - blur


def _pratt(x: Array, y: Array) -> tuple[float, float, float]:
    """Pratt's circle through points (n,), by singular values."""
    mx, my = x.mean(), y.mean()
    u, v = x - mx, y - my
    z = u * u + v * v
    design = np.stack([z, u, v, np.ones_like(u)], axis=1)
    constraint = np.array([[0, 0, 0, -2], [0, 1, 0, 0], [0, 0, 1, 0], [-2, 0, 0, 0]], dtype=float)
    values, vectors = np.linalg.eig(np.linalg.solve(constraint, design.T @ design))
    values = np.where(values.real > -1e-9 * abs(values.real).max(), values.real, np.inf)
    a, b, c, d = vectors[:, int(np.argmin(values))].real
    cx, cy = -b / (2.0 * a), -c / (2.0 * a)
    radius = np.sqrt(max(cx * cx + cy * cy - d / a, 0.0))
    return float(cx + mx), float(cy + my), float(radius)
