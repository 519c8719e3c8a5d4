"""Fit of a pixel-integrated Gaussian to many point sources, one small window each."""

import math

import numpy as np
from numba import njit


@njit(cache=True, error_model="numpy", nogil=True)
def _solve4(a, b):
    """Solve a 4 x 4 symmetric positive system in place; returns False where it is singular."""
    for i in range(4):
        pivot = a[i, i]
        if not pivot > 0.0:
            return False
        for r in range(i + 1, 4):
            f = a[r, i] / pivot
            for c in range(i, 4):
                a[r, c] -= f * a[i, c]
            b[r] -= f * b[i]
    for i in range(3, -1, -1):
        s = b[i]
        for c in range(i + 1, 4):
            s -= a[i, c] * b[c]
        b[i] = s / a[i, i]
    return True


@njit(cache=True, error_model="numpy", nogil=True)
def _normal_equations(image, usable, x0, y0, half, par, sigma, read_variance, full, normal, rhs):
    """Weighted normal equations of one window; returns chi-square and the number of pixels."""
    root = 1.0 / (math.sqrt(2.0) * sigma)
    peak = 1.0 / (math.sqrt(2.0 * math.pi) * sigma)
    g = np.empty(4)
    for i in range(4):
        rhs[i] = 0.0
        for j in range(4):
            normal[i, j] = 0.0
    chi2 = 0.0
    used = 0
    for iy in range(max(y0 - half, 0), min(y0 + half + 1, image.shape[0])):
        v = (iy - par[1] + 0.5) * root
        u = (iy - par[1] - 0.5) * root
        gy = 0.5 * (math.erf(v) - math.erf(u))
        dy = -peak * (math.exp(-v * v) - math.exp(-u * u))
        for ix in range(max(x0 - half, 0), min(x0 + half + 1, image.shape[1])):
            if not usable[iy, ix] or image[iy, ix] >= full:
                continue
            v = (ix - par[0] + 0.5) * root
            u = (ix - par[0] - 0.5) * root
            gx = 0.5 * (math.erf(v) - math.erf(u))
            dx = -peak * (math.exp(-v * v) - math.exp(-u * u))
            star = par[2] * gx * gy
            w = 1.0 / (read_variance + max(star + par[3], 0.0))
            r = image[iy, ix] - star - par[3]
            g[0] = par[2] * dx * gy
            g[1] = par[2] * gx * dy
            g[2] = gx * gy
            g[3] = 1.0
            for i in range(4):
                rhs[i] += w * g[i] * r
                for j in range(4):
                    normal[i, j] += w * g[i] * g[j]
            chi2 += w * r * r
            used += 1
    return chi2, used


@njit(cache=True, error_model="numpy", nogil=True)
def fit_point_sources(image, usable, xs, ys, sky, sigma, half, read_variance, full, out):
    """Fit x, y, flux and local sky of each source; fills `out` (n, 9).

    Columns: x, y [px], flux, sky [e-], 1-sigma of x and y [px], of flux [e-], chi-square per degree
    of freedom, pixels used. A source that cannot be fitted gets 0 pixels used.
    """
    par = np.empty(4)
    normal = np.empty((4, 4))
    rhs = np.empty(4)
    for k in range(xs.size):
        x0 = math.floor(xs[k] + 0.5)
        y0 = math.floor(ys[k] + 0.5)
        par[0] = xs[k]
        par[1] = ys[k]
        par[3] = sky[k]
        par[2] = max(image[y0, x0] - sky[k], 1.0) * 2.0 * math.pi * (sigma * sigma + 1.0 / 12.0)
        good = True
        for _ in range(12):
            _, used = _normal_equations(
                image, usable, x0, y0, half, par, sigma, read_variance, full, normal, rhs
            )
            if used < 8 or not _solve4(normal, rhs):
                good = False
                break
            step = max(abs(rhs[0]), abs(rhs[1]))
            brake = 1.0 if step < 0.5 else 0.5 / step
            for i in range(4):
                par[i] += brake * rhs[i]
            if abs(par[0] - x0) > half or abs(par[1] - y0) > half or not par[2] > 0.0:
                good = False
                break
            if step < 1e-4:
                break
        out[k, :] = 0.0
        if not good:
            continue
        chi2, used = _normal_equations(
            image, usable, x0, y0, half, par, sigma, read_variance, full, normal, rhs
        )
        for i in range(4):
            out[k, i] = par[i]
        for i in range(3):
            _normal_equations(
                image, usable, x0, y0, half, par, sigma, read_variance, full, normal, rhs
            )
            for j in range(4):
                rhs[j] = 1.0 if i == j else 0.0
            if not _solve4(normal, rhs):
                good = False
                break
            out[k, 4 + i] = math.sqrt(max(rhs[i], 0.0))
        out[k, 7] = chi2 / max(used - 4, 1)
        out[k, 8] = used if good else 0.0
