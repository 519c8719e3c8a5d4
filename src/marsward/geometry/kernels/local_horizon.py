"""How high the ground stands around places of a plane grid: rays, and sweeps of whole grids."""

import math

import numpy as np
from numba import njit

from marsward.geometry.kernels.local_heights import corner

HAIR = 1e-6  # cells


@njit(cache=True, error_model="numpy", nogil=True)
def rays_up(height, cell, radius, row, col, above, azimuth, stride, out):
    """Tangents of the horizon (n, azimuths) at real rows and columns (n,), ray by ray.

    above : height of the eye over the ground [m]; azimuth : [rad] from the north by the east
    stride : cells between the places of the ground that are looked at
    radius : of the planet [m], beyond whose curve the ground sinks
    """
    rows, columns = height.shape
    for k in range(row.size):
        j, v = corner(row[k], rows)
        i, u = corner(col[k], columns)
        own = above
        own += (height[j, i] * (1.0 - u) + height[j, i + 1] * u) * (1.0 - v)
        own += (height[j + 1, i] * (1.0 - u) + height[j + 1, i + 1] * u) * v
        for n in range(azimuth.size):
            dx, dy = math.sin(azimuth[n]), -math.cos(azimuth[n])
            best = -math.inf
            far = stride
            while True:
                y, x = row[k] + far * dy, col[k] + far * dx
                if not (0.0 <= y <= rows - 1.0 and 0.0 <= x <= columns - 1.0):
                    break
                j, v = corner(y, rows)
                i, u = corner(x, columns)
                z = (height[j, i] * (1.0 - u) + height[j, i + 1] * u) * (1.0 - v)
                z += (height[j + 1, i] * (1.0 - u) + height[j + 1, i + 1] * u) * v
                s = far * cell
                best = max(best, (z - own) / s - 0.5 * s / radius)
                far += stride
            out[k, n] = best if best > -math.inf else 0.0


@njit(cache=True, error_model="numpy", nogil=True)
def tangent_to(s, z, top, at, own):
    """Steepest line from a place `at` of height `own` up to the hull of places ahead.

    s, z : the hull as a stack, its top nearest to the place; along it slopes rise, then fall
    """
    low, high = 0, top
    while low < high:
        middle = (low + high) // 2
        near = (z[middle + 1] - own) / (s[middle + 1] - at)
        if (z[middle] - own) / (s[middle] - at) >= near:
            high = middle
        else:
            low = middle + 1
    return (z[low] - own) / (s[low] - at)


@njit(cache=True, error_model="numpy", nogil=True)
def swept_horizon(height, cell, radius, azimuth, out):
    """Tangents of the horizon towards one azimuth [rad] at all cells, out (rows, columns).

    Lines run across the grid in that direction, one through each cell of its far edges; each is
    walked from its far end with the upper hull of the ground passed so far, to which the nearest
    cells' tangents are drawn (after the sweeps of Timonen and Westerholm 2010,
    doi:10.1111/j.1467-8659.2009.01603.x). Heights on a line run linearly between cells. Where
    nothing is ahead it is level.
    """
    rows, columns = height.shape
    dx, dy = math.sin(azimuth), -math.cos(azimuth)
    flat = abs(dx) >= abs(dy)
    # step along the longer axis (columns when flat) towards the azimuth
    lead = columns if flat else rows
    side = rows if flat else columns
    forward = (1 if dx > 0.0 else -1) if flat else (1 if dy > 0.0 else -1)
    tilt = (dy / abs(dx)) if flat else (dx / abs(dy))  # side cells gained a step ahead
    stretch = cell * math.hypot(1.0, tilt)
    span = math.ceil(abs(tilt) * (lead - 1)) + 1
    s, z = np.empty(lead + 1), np.empty(lead + 1)
    for line in range(-span, side + span):
        top = -1
        for n in range(lead):
            # n steps back from the far end; m is the place along the lead axis
            m = lead - 1 - n if forward > 0 else n
            across = line - tilt * n
            near = math.floor(across + 0.5)
            at = -n * stretch
            if 0 <= near < side:
                own = np.float64(height[near, m] if flat else height[m, near])
                own -= 0.5 * at * at / radius
                value = 0.0
                if top >= 0:
                    value = tangent_to(s, z, top, at, own) + at / radius
                if flat:
                    out[near, m] = value
                else:
                    out[m, near] = value
            if not -HAIR <= across <= side - 1.0 + HAIR:
                continue
            j, v = corner(across, side)
            if flat:
                here = height[j, m] * (1.0 - v) + height[j + 1, m] * v
            else:
                here = height[m, j] * (1.0 - v) + height[m, j + 1] * v
            here -= 0.5 * at * at / radius
            # keep the stack an upper hull: slopes fall from near to far
            while top >= 1 and (z[top] - here) * (s[top - 1] - at) <= (
                (z[top - 1] - here) * (s[top] - at)
            ):
                top -= 1
            top += 1
            s[top], z[top] = at, here
