"""From albedo to I/F and back for one facet, under Lambert, lunar-Lambert or Hapke light.

Albedo A is the Lambert albedo seen under the reference light and view: I/F = A mu0 there, whatever
the law. `frame` gathers all that geometry decides, so that bands cost little each; for Lambert and
lunar-Lambert only its first number counts.

numbers: b, c, B_S0, h_S, tangent of the mean slope, the six of `frame` and mu0 at the reference.
curves: rows of L and of the phase function at equal steps of sin(g/2), from 0 to 1.
"""

import math

from numba import njit

from marsward.physics.kernels.reflectance import curve, roughened

LAMBERT, LUNAR_LAMBERT, HAPKE = 0, 1, 2
DARKEST, BRIGHTEST = 0.0, 0.9999


@njit(cache=True, error_model="numpy", nogil=True)
def hapke_frame(mu0, mu, cos_phase, b, c, b_s0, h_s, tan_theta):
    """What Hapke's law takes from geometry: factor, single scattering, two (x, log) pairs."""
    x0, x1, shadow = roughened(mu0, mu, cos_phase, tan_theta)
    x0, x1 = max(x0, 1e-9), max(x1, 1e-9)
    tan_half = math.sqrt(max(0.0, (1.0 - cos_phase) / max(1e-12, 1.0 + cos_phase)))
    surge = 1.0 + b_s0 / (1.0 + tan_half / h_s)
    near = 1.0 - 2.0 * b * cos_phase + b * b
    far = 1.0 + 2.0 * b * cos_phase + b * b
    back = 0.5 * (1.0 + c) / (near * math.sqrt(near))
    forward = 0.5 * (1.0 - c) / (far * math.sqrt(far))
    single = surge * (1.0 - b * b) * (back + forward)
    front = 0.25 * x0 / (x0 + x1) * shadow
    return front, single, x0, math.log((1.0 + x0) / x0), x1, math.log((1.0 + x1) / x1)


@njit(cache=True, error_model="numpy", nogil=True, fastmath=True)
def hapke_of(w, front, single, x0, log0, x1, log1):
    """I/F for a single-scattering albedo, H functions of Hapke 2002."""
    gamma = math.sqrt(1.0 - w)
    r0 = (1.0 - gamma) / (1.0 + gamma)
    h0 = 1.0 - w * x0 * (r0 + 0.5 * (1.0 - 2.0 * r0 * x0) * log0)
    h1 = 1.0 - w * x1 * (r0 + 0.5 * (1.0 - 2.0 * r0 * x1) * log1)
    return w * front * (single - 1.0 + 1.0 / (h0 * h1))


@njit(cache=True, error_model="numpy", nogil=True)
def frame(law, mu0, mu, cos_phase, numbers, curves):
    """Geometry of a lit and seen facet; zeros where it is neither."""
    if mu0 <= 0.0 or mu <= 0.0:
        return 0.0, 0.0, 1.0, 0.0, 1.0, 0.0
    if law == LAMBERT:
        return mu0, 0.0, 1.0, 0.0, 1.0, 0.0
    if law == HAPKE:
        return hapke_frame(
            mu0, mu, cos_phase, numbers[0], numbers[1], numbers[2], numbers[3], numbers[4]
        )
    half = math.sqrt(max(0.0, 0.5 * (1.0 - cos_phase)))
    step = 1.0 / (curves.shape[1] - 1)
    part = curve(curves[0], step, half)
    disc = 2.0 * part * mu0 / (mu0 + mu) + (1.0 - part) * mu0
    return disc * curve(curves[1], step, half), 0.0, 1.0, 0.0, 1.0, 0.0


@njit(cache=True, error_model="numpy", nogil=True)
def reflected(law, albedo, front, single, x0, log0, x1, log1, w_table, w_step):
    """I/F of a facet of given albedo in the geometry of `frame`."""
    if law != HAPKE:
        return albedo * front
    if front <= 0.0:
        return 0.0
    return hapke_of(curve(w_table, w_step, albedo), front, single, x0, log0, x1, log1)


@njit(cache=True, error_model="numpy", nogil=True)
def albedo_of(law, factor, front, single, x0, log0, x1, log1, direct, sky, numbers):
    """Albedo whose I/F, lit by `direct` sunlight and by `sky` light, is `factor`.

    factor = direct * law + sky * albedo; NaN without light. Hapke's w is found by secant steps
    held within a bracket.
    """
    if law != HAPKE:
        light = front * direct + sky
        return factor / light if light > 0.0 else math.nan
    if front * direct + sky <= 0.0:
        return math.nan
    r = (numbers[5], numbers[6], numbers[7], numbers[8], numbers[9], numbers[10])
    low, high = DARKEST, BRIGHTEST
    miss_low, miss_high = -factor, 0.0
    miss_high = direct * hapke_of(high, front, single, x0, log0, x1, log1) - factor
    miss_high += sky * hapke_of(high, r[0], r[1], r[2], r[3], r[4], r[5]) / numbers[11]
    if miss_low >= 0.0:
        return factor / (front * direct + sky) if factor < 0.0 else 0.0
    w = high
    if miss_high > 0.0:
        for k in range(60):
            w = low - miss_low * (high - low) / (miss_high - miss_low)
            if k % 3 == 2:
                w = 0.5 * (low + high)
            miss = direct * hapke_of(w, front, single, x0, log0, x1, log1) - factor
            miss += sky * hapke_of(w, r[0], r[1], r[2], r[3], r[4], r[5]) / numbers[11]
            if miss > 0.0:
                high, miss_high = w, miss
            else:
                low, miss_low = w, miss
            if abs(miss) <= 1e-9 * factor or high - low < 1e-12:
                break
    return hapke_of(w, r[0], r[1], r[2], r[3], r[4], r[5]) / numbers[11]


@njit(cache=True, error_model="numpy", nogil=True)
def reflect_points(law, albedo, mu0, mu, cos_phase, numbers, curves, w_table, w_step, out):
    """reflected() over flat arrays."""
    for i in range(out.shape[0]):
        f0, f1, f2, f3, f4, f5 = frame(law, mu0[i], mu[i], cos_phase[i], numbers, curves)
        out[i] = reflected(law, albedo[i], f0, f1, f2, f3, f4, f5, w_table, w_step)


@njit(cache=True, error_model="numpy", nogil=True)
def albedo_points(law, factor, mu0, mu, cos_phase, direct, sky, numbers, curves, out):
    """albedo_of() over flat arrays."""
    for i in range(out.shape[0]):
        f0, f1, f2, f3, f4, f5 = frame(law, mu0[i], mu[i], cos_phase[i], numbers, curves)
        out[i] = albedo_of(law, factor[i], f0, f1, f2, f3, f4, f5, direct[i], sky[i], numbers)
