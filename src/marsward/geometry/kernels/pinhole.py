"""Projection with Brown-Conrady or fisheye distortion: compiled loops over points."""

import math

import numpy as np
from numba import njit

BROWN, FISHEYE = 0, 1
_STEPS = 512  # of the scan for the angle at which a fisheye polynomial turns back


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
def bent_angle(theta, k1, k2, k3, k4):
    """Angle off the axis as a fisheye images it [rad], and its derivative."""
    t = theta * theta
    bent = theta * (1.0 + t * (k1 + t * (k2 + t * (k3 + t * k4))))
    slope = 1.0 + t * (3.0 * k1 + t * (5.0 * k2 + t * (7.0 * k3 + t * 9.0 * k4)))
    return bent, slope


@njit(cache=True, error_model="numpy", nogil=True)
def widest_angle(k1, k2, k3, k4):
    """Angle off the axis up to which a fisheye's polynomial grows [rad], at most pi."""
    for n in range(1, _STEPS + 1):
        theta = math.pi * n / _STEPS
        if bent_angle(theta, k1, k2, k3, k4)[1] <= 0.0:
            return math.pi * (n - 1) / _STEPS
    return math.pi


@njit(cache=True, error_model="numpy", nogil=True)
def image_point(law, x, y, z, focal, cx, cy, distortion, widest):
    """Pixel of one camera-frame vector; NaN where the camera cannot see it.

    widest: `widest_angle` of a fisheye, not used otherwise.
    """
    if law == FISHEYE:
        across = math.sqrt(x * x + y * y)
        theta = math.atan2(across, z)
        if theta > widest:
            return np.nan, np.nan
        bent, _ = bent_angle(theta, distortion[0], distortion[1], distortion[2], distortion[3])
        if across == 0.0:
            return cx, cy
        return focal * bent * x / across + cx, focal * bent * y / across + cy
    if not z > 0.0:
        return np.nan, np.nan
    xd, yd, _, _, _ = distort(
        x / z, y / z, distortion[0], distortion[1], distortion[2], distortion[3], distortion[4]
    )
    return focal * xd + cx, focal * yd + cy


@njit(cache=True, error_model="numpy", nogil=True)
def pixel_ray(law, px, py, focal, cx, cy, distortion, widest):
    """Unit camera-frame vector (x, y, z) of one pixel, and the closing error [-]."""
    xd, yd = (px - cx) / focal, (py - cy) / focal
    if law == FISHEYE:
        bent = math.sqrt(xd * xd + yd * yd)
        if bent == 0.0:
            return 0.0, 0.0, 1.0, 0.0
        theta = min(bent, 0.5 * widest)
        error = 0.0
        for _ in range(30):
            got, slope = bent_angle(
                theta, distortion[0], distortion[1], distortion[2], distortion[3]
            )
            error = abs(got - bent)
            if error < 1e-15:
                break
            theta = min(max(theta - (got - bent) / slope, 0.0), widest)
        scale = math.sin(theta) / bent
        return xd * scale, yd * scale, math.cos(theta), error
    x, y, error = undistort(
        xd, yd, distortion[0], distortion[1], distortion[2], distortion[3], distortion[4]
    )
    norm = 1.0 / math.sqrt(x * x + y * y + 1.0)
    return x * norm, y * norm, norm, error


@njit(cache=True, error_model="numpy", nogil=True)
def project_points(rays, focal, cx, cy, distortion, law, out):
    """Pixels of camera-frame vectors rays (n, 3); NaN where the camera cannot see."""
    widest = math.pi
    if law == FISHEYE:
        widest = widest_angle(distortion[0], distortion[1], distortion[2], distortion[3])
    for i in range(rays.shape[0]):
        out[i, 0], out[i, 1] = image_point(
            law, rays[i, 0], rays[i, 1], rays[i, 2], focal, cx, cy, distortion, widest
        )


@njit(cache=True, error_model="numpy", nogil=True)
def rays_of_pixels(pixels, focal, cx, cy, distortion, law, out):
    """Unit camera-frame vectors of pixels (n, 2); returns the largest closing error [-]."""
    widest = math.pi
    if law == FISHEYE:
        widest = widest_angle(distortion[0], distortion[1], distortion[2], distortion[3])
    worst = 0.0
    for i in range(pixels.shape[0]):
        out[i, 0], out[i, 1], out[i, 2], error = pixel_ray(
            law, pixels[i, 0], pixels[i, 1], focal, cx, cy, distortion, widest
        )
        worst = max(worst, error)
    return worst
