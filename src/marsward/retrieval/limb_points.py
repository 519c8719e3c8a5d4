"""Limb points: the edge shift of each sector from its pixels, and errors from their scatter."""

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

LENGTHS = (0.05, 0.7, 1.5, 3.0, 6.0)
"""Correlation lengths that the scatter of limb points may have [points]."""

PSF_ERROR = 0.01
"""Relative error of the point-spread function, in units of a sector's mean brightness (assumed)."""

WHITE = 0.3
"""Part of that scatter's variance that neighbouring points do not share (assumed)."""


def least_squares(slope: Array, sigma: Array, keep: NDArray) -> Array:
    """The matrix (3, n) that turns shifts [px] into the weighted least-squares move [m]."""
    size = np.linalg.norm(slope, axis=0)
    a = slope / size
    weight = keep / sigma**2
    return np.linalg.solve((a * weight[:, None]).T @ a, (a * weight[:, None]).T) / size[:, None]


def edge_shifts(
    rings: Array, edge: Array, data: Array, variance: Array, which: NDArray, middle: Array,
    prior: Array, grain: float,
) -> tuple[Array, Array, Array]:  # fmt: skip
    """Edge shift [px] of each sector under the prior of the pattern.

    `rings` (ring, n) and `edge` (n,): brightness of each ring of the expected profile and the
    profile's slope with depth, at every pixel; `grain` is the relative brightness error of a pixel.
    """
    count, k = middle.size, len(rings)
    mean = rings.sum(0)
    held = np.maximum(np.bincount(which, minlength=count), 1)
    bright = np.maximum(np.bincount(which, mean, count) / held, 1e-300)
    level = np.bincount(which, data, count) / (bright * held)
    shift = np.zeros(count)
    inverse = np.zeros((count, k + 2, k + 2))
    precision = np.zeros((k + 2, k + 2))
    precision[2:, 2:] = np.linalg.inv(prior)
    for turn in range(3):
        model = level[which] * (mean + shift[which] * edge)
        model = np.maximum(model, 0.0) if turn else np.maximum(data, 0.0)
        tail = PSF_ERROR * level[which] * bright[which]
        weight = 1.0 / (variance + (grain * model) ** 2 + tail * tail)
        if turn == 0:
            above = np.bincount(which, weight * mean * data, count)
            level = above / np.maximum(np.bincount(which, weight * mean * mean, count), 1e-300)
        scale = level[which]
        columns = np.vstack([mean, scale * edge, scale * rings])
        solved, inverse = _per_sector(columns, data, weight, which, count, precision)
        level = np.where(solved[:, 0] > 0.0, solved[:, 0], level)
        shift = np.clip(solved[:, 1], -1.5, 1.5)
    sigma2 = inverse[:, 1, 1]
    good = np.isfinite(solved[:, 1]) & (sigma2 > 0.0) & (solved[:, 0] > 0.0)
    return middle[good], solved[good, 1], np.sqrt(sigma2[good])


def _per_sector(
    columns: Array, data: Array, weight: Array, which: NDArray, count: int, precision: Array
) -> tuple[Array, Array]:
    """Weighted least squares of `columns` (k, n) in each sector with a prior around zero.

    Returns values (count, k) and inverse normal matrices (count, k, k).
    """
    k = len(columns)
    normal = np.empty((count, k, k))
    right = np.empty((count, k))
    for i in range(k):
        heavy = weight * columns[i]
        right[:, i] = np.bincount(which, heavy * data, count)
        for j in range(i, k):
            sums = np.bincount(which, heavy * columns[j], count)
            normal[:, i, j] = normal[:, j, i] = sums
    normal += precision
    size = np.sqrt(np.maximum(np.einsum("cii->ci", normal), 1e-300))
    outer = size[:, :, None] * size[:, None, :]
    inverse = np.linalg.inv(normal / outer + 1e-12 * np.eye(k)) / outer
    return np.einsum("cij,cj->ci", inverse, right), inverse


def trusted(slope: Array, shift: Array, sigma: Array) -> NDArray[np.bool_]:
    """Limb points within 4 sigma of a robust fit (reweighted least squares, Cauchy weights)."""
    a = slope / np.linalg.norm(slope, axis=0)
    weight = 1.0 / sigma**2
    left = shift
    for _ in range(10):
        move = np.linalg.lstsq(a * np.sqrt(weight)[:, None], shift * np.sqrt(weight), rcond=None)[0]
        left = shift - a @ move
        typical = max(1.4826 * float(np.median(np.abs(left) / sigma)), 0.3)
        weight = 1.0 / (sigma**2 * (1.0 + (left / (2.4 * typical * sigma)) ** 2))
    return np.abs(left) < 4.0 * typical * sigma


def point_errors(
    slope: Array, left: Array, sigma: Array, keep: NDArray, angle: Array
) -> tuple[Array, float]:
    """Covariance (n, n) [px^2] of the limb points' errors, from what a fit left over.

    Errors are `sigma` times one factor, a part WHITE of their variance on its own and the rest
    alike between neighbours as exp(-angle / length). The factor is the most likely one with the
    three fitted numbers integrated out (restricted maximum likelihood), times f / (f - 2), the
    variance of Student's distribution with the f degrees of freedom that points which err alike
    leave; the lengths count by their likelihood, up to a sixth of the arc: what is alike over more
    cannot be told from a move of the body. Also returns the mean length in limb points.
    """
    a = slope[keep] / np.linalg.norm(slope, axis=0) / sigma[keep][:, None]
    b = left[keep] / sigma[keep]
    spare = max(b.size - 3, 1)
    apart = np.abs(angle[:, None] - angle) / float(np.median(np.diff(angle)))
    cost, errors = [], []
    lengths = [s for s in LENGTHS if s <= max(b.size / 6.0, LENGTHS[0])]
    for length in lengths:
        alike = (1.0 - WHITE) * np.exp(-apart / length) + WHITE * np.eye(angle.size)
        known = alike[np.ix_(keep, keep)]
        root = np.linalg.cholesky(known)
        ra, rb = np.linalg.solve(root, a), np.linalg.solve(root, b)
        normal = ra.T @ ra
        rest = rb - ra @ np.linalg.solve(normal, ra.T @ rb)
        chi2 = max(float(rest @ rest) / spare, 1e-300)
        volume = float(np.sum(np.log(np.diag(root)))) + 0.5 * float(np.linalg.slogdet(normal)[1])
        cost.append(0.5 * spare * np.log(chi2) + volume)
        free = max(b.size**2 / float(known.sum()) - 3.0, 4.0)
        errors.append(chi2 * free / (free - 2.0) * alike)
    weight = np.exp(np.min(cost) - np.array(cost))
    weight /= weight.sum()
    mixed = np.tensordot(weight, np.array(errors), axes=1)
    return mixed * np.outer(sigma, sigma), float(weight @ np.array(lengths))
