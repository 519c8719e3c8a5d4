"""Light scattered by a sphere: the series of Mie, as Bohren & Huffman 1983 sum it.

Absorption and Scattering of Light by Small Particles (Wiley), chapter 4 and appendix A: the
logarithmic derivative by downward recurrence, the Riccati-Bessel functions upward.
"""

import math

import numpy as np
from numba import njit


@njit(cache=True, error_model="numpy", nogil=True)
def sphere(x, n, k):
    """Efficiencies of extinction and scattering and the asymmetry of a sphere.

    x: circumference over wavelength; n, k: real and imaginary refractive index, k > 0 absorbs.
    """
    m = complex(n, k)
    inside = m * x
    last = int(x + 4.0 * x ** (1.0 / 3.0) + 2.0) + 1
    start = int(max(last, abs(inside)) + 8.0 * abs(inside) ** (1.0 / 3.0)) + 16
    slope = np.zeros(start + 1, dtype=np.complex128)
    for j in range(start, 0, -1):
        ratio = j / inside
        slope[j - 1] = ratio - 1.0 / (slope[j] + ratio)
    psi0, psi1 = math.cos(x), math.sin(x)
    chi0, chi1 = -math.sin(x), math.cos(x)
    extinct, scatter, forward = 0.0, 0.0, 0.0
    a0, b0 = complex(0.0, 0.0), complex(0.0, 0.0)
    for j in range(1, last + 1):
        psi = (2.0 * j - 1.0) * psi1 / x - psi0
        chi = (2.0 * j - 1.0) * chi1 / x - chi0
        xi, xi1 = complex(psi, -chi), complex(psi1, -chi1)
        da = slope[j] / m + j / x
        db = slope[j] * m + j / x
        a = (da * psi - psi1) / (da * xi - xi1)
        b = (db * psi - psi1) / (db * xi - xi1)
        extinct += (2.0 * j + 1.0) * (a.real + b.real)
        scatter += (2.0 * j + 1.0) * (abs(a) ** 2 + abs(b) ** 2)
        forward += (2.0 * j + 1.0) / (j * (j + 1.0)) * (a * b.conjugate()).real
        if j > 1:
            pairs = (a0 * a.conjugate()).real + (b0 * b.conjugate()).real
            forward += (j - 1.0) * (j + 1.0) / j * pairs
        a0, b0 = a, b
        psi0, psi1, chi0, chi1 = psi1, psi, chi1, chi
    two = 2.0 / (x * x)
    return two * extinct, two * scatter, 2.0 * forward / scatter


@njit(cache=True, error_model="numpy", nogil=True)
def cloud(radius, weight, wavelength, n, k, out):
    """Mean over spheres at each wavelength: extinction and scattering per area, asymmetry (w, 3).

    radius (r,) [m]; weight (r,): share of each in the area of all, summing to one; wavelength [m],
    n, k (w,).
    """
    for i in range(wavelength.shape[0]):
        extinct, scatter, forward = 0.0, 0.0, 0.0
        for j in range(radius.shape[0]):
            e, s, g = sphere(2.0 * math.pi * radius[j] / wavelength[i], n[i], k[i])
            extinct += weight[j] * e
            scatter += weight[j] * s
            forward += weight[j] * s * g
        out[i, 0] = extinct
        out[i, 1] = scatter
        out[i, 2] = forward / scatter
