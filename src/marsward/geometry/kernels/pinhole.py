"""Pinhole projection with Brown-Conrady distortion: compiled loops over points."""

import math

import numpy as np
from numba import njit


@njit(cache=True, error_model="numpy", nogil=True)
def distort(x, y, k1, k2, p1, p2, k3):
    """Distorted coordinates and their Jacobian for ideal image coordinates (x, y) [-]."""
    r2 = x * x + y * y
    radial = 1.0 + r2 * (k1 + r2 * (k2 + r2 * k3))
    slope = 2.0 * (k1 + r2 * (2.0 * k2 + 3.0 * r2 * k3))
    xd = x * radial + 2.0 * p1 * x * y + p2 * (r2 + 2.0 * x * x)
    yd = y * radial + p1 * (r2 + 2.0 * y * y) + 2.0 * p2 * x * y
    xx = radial + x * x * slope + 2.0 * p1 * y + 6.0 * p2 * x
    xy = x * y * slope + 2.0 * p1 * x + 2.0 * p2 * y
    yy = radial + y * y * slope + 6.0 * p1 * y + 2.0 * p2 * x
    return xd, yd, xx, xy, yy


@njit(cache=True, error_model="numpy", nogil=True)
def undistort(xd, yd, k1, k2, p1, p2, k3):
    """Ideal image coordinates by Newton steps; the last value is the closing error [-]."""
    x, y = xd, yd
    error = 0.0
    if k1 == 0.0 and k2 == 0.0 and p1 == 0.0 and p2 == 0.0 and k3 == 0.0:
        return x, y, error
    for _ in range(30):
        gx, gy, xx, xy, yy = distort(x, y, k1, k2, p1, p2, k3)
        ex, ey = gx - xd, gy - yd
        error = math.sqrt(ex * ex + ey * ey)
        if error < 1e-15:
            break
        det = xx * yy - xy * xy
        x -= (yy * ex - xy * ey) / det
        y -= (xx * ey - xy * ex) / det
    return x, y, error


@njit(cache=True, error_model="numpy", nogil=True)
def project_points(rays, focal, cx, cy, distortion, out):
    """Pixels of camera-frame vectors rays (n, 3); points behind the camera become NaN."""
    k1, k2, p1, p2, k3 = distortion[0], distortion[1], distortion[2], distortion[3], distortion[4]
    for i in range(rays.shape[0]):
        z = rays[i, 2]
        if z > 0.0:
            x, y, _, _, _ = distort(rays[i, 0] / z, rays[i, 1] / z, k1, k2, p1, p2, k3)
            out[i, 0] = focal * x + cx
            out[i, 1] = focal * y + cy
        else:
            out[i, 0] = np.nan
            out[i, 1] = np.nan


@njit(cache=True, error_model="numpy", nogil=True)
def rays_of_pixels(pixels, focal, cx, cy, distortion, out):
    """Unit camera-frame vectors of pixels (n, 2); returns the largest closing error [-]."""
    k1, k2, p1, p2, k3 = distortion[0], distortion[1], distortion[2], distortion[3], distortion[4]
    worst = 0.0
    for i in range(pixels.shape[0]):
        x, y, error = undistort(
            (pixels[i, 0] - cx) / focal, (pixels[i, 1] - cy) / focal, k1, k2, p1, p2, k3
        )
        worst = max(worst, error)
        norm = 1.0 / math.sqrt(x * x + y * y + 1.0)
        out[i, 0] = x * norm
        out[i, 1] = y * norm
        out[i, 2] = norm
    return worst
