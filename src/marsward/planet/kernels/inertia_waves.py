"""Sums of cosine waves at points of the unit sphere."""

import math

import numpy as np
from numba import njit

__all__ = ["wave_sum"]


@njit(cache=True, error_model="numpy", nogil=True)
def wave_sum(points, waves, phase):
    """Sum of cos(k . u + phase) over waves k at points u, in a fixed order for every point.

    points : float64 (n, 3), C order; waves : float64 (m, 3); phase : float64 (m,)
    """
    out = np.empty(points.shape[0])
    for i in range(points.shape[0]):
        x, y, z = points[i, 0], points[i, 1], points[i, 2]
        total = 0.0
        for j in range(waves.shape[0]):
            total += math.cos(waves[j, 0] * x + waves[j, 1] * y + waves[j, 2] * z + phase[j])
        out[i] = total
    return out
