"""A thin even layer of dust between ground, Sun and camera, to first order in scattering.

The layer is plane-parallel; near the horizon a cosine is kept from falling below what the curve of
the planet allows. numbers: optical depth, single-scattering albedo, asymmetry, square of the
horizon cosine, radius over scale height. shares: part of the light scattered onward through the
layer, at equal steps of the cosine from 0 to 1.
"""

import math

from numba import njit

from marsward.physics.kernels.reflectance import curve


@njit(cache=True, error_model="numpy", nogil=True, fastmath=True)
def slant(mu, horizon):
    """Cosine whose inverse is the air mass of a curved layer: 1 at 1, sqrt(horizon) near 0."""
    return math.sqrt((mu * mu + horizon) / (1.0 + horizon))


@njit(cache=True, error_model="numpy", nogil=True, fastmath=True)
def henyey_greenstein(cos_phase, g):
    """Phase function, mean 1 over the sphere, by the cosine of the phase (not scattering) angle."""
    x = 1.0 + g * g + 2.0 * g * cos_phase
    return (1.0 - g * g) / (x * math.sqrt(x))


@njit(cache=True, error_model="numpy", nogil=True, fastmath=True)
def veil(mu0, mu, cos_phase, numbers, shares):
    """What a haze does to the I/F of ground: (direct, sky, up, path).

    I/F above the haze = path + up * (direct * law + sky * albedo), with law the ground's I/F in
    the Sun alone. mu0 and mu are the cosines of Sun and camera from the local vertical.
    """
    depth, w = numbers[0], numbers[1]
    if depth <= 0.0:
        return 1.0, 0.0, 1.0, 0.0
    day = 1.0
    if mu0 < 0.0:
        day = math.exp(-numbers[4] * (1.0 / math.sqrt(max(1e-6, 1.0 - mu0 * mu0)) - 1.0))
    m0 = slant(max(mu0, 0.0), numbers[3])
    m = slant(max(mu, 0.0), numbers[3])
    step = 1.0 / (shares.shape[0] - 1)
    loss0 = (1.0 - w * curve(shares, step, m0)) / m0
    loss = (1.0 - w * curve(shares, step, m)) / m
    direct, down, up = math.exp(-depth / m0), math.exp(-depth * loss0), math.exp(-depth * loss)
    sky = max(mu0, 0.0) * (down - direct)
    path = 0.25 * w * henyey_greenstein(cos_phase, numbers[2]) / m * (1.0 - down * up)
    return direct, sky, up, day * path / max(loss0 + loss, 1e-9)


@njit(cache=True, error_model="numpy", nogil=True)
def haze_points(mu0, mu, cos_phase, numbers, shares, out):
    """veil() over flat arrays: out (4, n)."""
    for i in range(out.shape[1]):
        direct, sky, up, path = veil(mu0[i], mu[i], cos_phase[i], numbers, shares)
        out[0, i], out[1, i], out[2, i], out[3, i] = direct, sky, up, path
