"""Compiled lines of sight and heights about an ellipsoid."""

import math

from numba import njit

_MOST = 60


@njit(cache=True, error_model="numpy", nogil=True)
def clearances(place, toward, radii, out):
    """How far lines of sight stay clear of an ellipsoid.

    Space is squeezed so that the ellipsoid becomes the unit sphere; straight lines stay straight.

    Parameters
    ----------
    place : f8 (k, 3), where the lines begin, body-fixed [m]
    toward : f8 (k, 3), where they go, any length, body-fixed
    radii : f8 (3,) [m]
    out : f8 (k,), written: distance of the nearest point of each half-line from the centre of the
        sphere, less one; negative where the ellipsoid is in the way
    """
    for i in range(place.shape[0]):
        along = 0.0
        length = 0.0
        far = 0.0
        for c in range(3):
            p = place[i, c] / radii[c]
            d = toward[i, c] / radii[c]
            along += p * d
            length += d * d
            far += p * p
        if along < 0.0:
            far -= along * along / length
        out[i] = math.sqrt(max(far, 0.0)) - 1.0


@njit(cache=True, error_model="numpy", nogil=True)
def heights(place, radii, out):
    """Height of points (k, 3) [m, body-fixed] above an ellipsoid, ``out`` (k,) [m].

    Newton's method for the multiplier t of the nearest point a_i^2 x_i / (a_i^2 + t), from the
    left of its root, where it cannot miss it.
    """
    for i in range(place.shape[0]):
        t = -1e300
        for c in range(3):
            a = radii[c]
            t = max(t, a * abs(place[i, c]) - a * a)
        for _ in range(_MOST):
            value = -1.0
            slope = 0.0
            for c in range(3):
                a2 = radii[c] * radii[c]
                ratio = radii[c] * place[i, c] / (a2 + t)
                value += ratio * ratio
                slope -= 2.0 * ratio * ratio / (a2 + t)
            step = value / slope
            t -= step
            if abs(step) <= 4e-16 * (radii[0] * radii[0] + abs(t)):
                break
        total = 0.0
        for c in range(3):
            a2 = radii[c] * radii[c]
            gap = place[i, c] * t / (a2 + t)
            total += gap * gap
        out[i] = math.copysign(math.sqrt(total), t)
