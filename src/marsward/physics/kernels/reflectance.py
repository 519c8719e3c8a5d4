"""Bidirectional reflectance of surfaces, as radiance factor I/F (pi times radiance over flux)."""

import math

from numba import njit


@njit(cache=True, error_model="numpy", nogil=True, fastmath=True)
def lunar_lambert_disc(mu0, mu, phase):
    """McEwen's limb-darkening disc function, 1 at vertical light and view and phase zero."""
    g = math.degrees(phase)
    weight = 1.0 + g * (-0.019 + g * (2.42e-4 - 1.46e-6 * g))
    weight = min(1.0, max(0.0, weight))
    return weight * 2.0 * mu0 / (mu0 + mu) + (1.0 - weight) * mu0


@njit(cache=True, error_model="numpy", nogil=True, fastmath=True)
def _h(x, w):
    """Hapke 2002 approximation of Chandrasekhar's H function."""
    gamma = math.sqrt(1.0 - w)
    r0 = (1.0 - gamma) / (1.0 + gamma)
    return 1.0 / (1.0 - w * x * (r0 + 0.5 * (1.0 - 2.0 * r0 * x) * math.log((1.0 + x) / x)))


@njit(cache=True, error_model="numpy", nogil=True, fastmath=True)
def _e(cos_x, sin_x, tan_theta):
    """The pair E1, E2 of Hapke 1984 for a tilt whose cosine and sine are given."""
    if sin_x < 1e-9:
        return 0.0, 0.0
    cot = cos_x / (sin_x * tan_theta)
    return math.exp(-2.0 / math.pi * cot), math.exp(-cot * cot / math.pi)


@njit(cache=True, error_model="numpy", nogil=True)
def roughened(mu0, mu, cos_phase, tan_theta):
    """Effective cosines and shadowing of a rough surface: (mu0e, mue, S), Hapke 1984."""
    if tan_theta <= 0.0:
        return mu0, mu, 1.0
    chi = 1.0 / math.sqrt(1.0 + math.pi * tan_theta * tan_theta)
    sin_i = math.sqrt(max(0.0, 1.0 - mu0 * mu0))
    sin_e = math.sqrt(max(0.0, 1.0 - mu * mu))
    cos_psi = 1.0
    if sin_i > 1e-9 and sin_e > 1e-9:
        cos_psi = min(1.0, max(-1.0, (cos_phase - mu0 * mu) / (sin_i * sin_e)))
    psi = math.acos(cos_psi)
    half = 0.5 * (1.0 - cos_psi)
    e1i, e2i = _e(mu0, sin_i, tan_theta)
    e1e, e2e = _e(mu, sin_e, tan_theta)
    eta_i = chi * (mu0 + sin_i * tan_theta * e2i / (2.0 - e1i))
    eta_e = chi * (mu + sin_e * tan_theta * e2e / (2.0 - e1e))
    if mu0 >= mu:
        share = 2.0 - e1e - psi / math.pi * e1i
        mu0e = chi * (mu0 + sin_i * tan_theta * (cos_psi * e2e + half * e2i) / share)
        mue = chi * (mu + sin_e * tan_theta * (e2e - half * e2i) / share)
        ratio = mu0 / eta_i
    else:
        share = 2.0 - e1i - psi / math.pi * e1e
        mu0e = chi * (mu0 + sin_i * tan_theta * (e2i - half * e2e) / share)
        mue = chi * (mu + sin_e * tan_theta * (cos_psi * e2i + half * e2e) / share)
        ratio = mu / eta_e
    seen = 0.0 if cos_psi < -0.999999 else math.exp(-2.0 * math.sqrt(half / max(1e-12, 1.0 - half)))
    shadow = mue / eta_e * mu0 / eta_i * chi / (1.0 - seen + seen * chi * ratio)
    return mu0e, mue, shadow


@njit(cache=True, error_model="numpy", nogil=True)
def hapke(w, mu0, mu, cos_phase, b, c, b_s0, h_s, tan_theta):
    """Hapke 1984/1993 I/F with a two-lobed Henyey-Greenstein function and shadow hiding."""
    mu0e, mue, shadow = roughened(mu0, mu, cos_phase, tan_theta)
    tan_half = math.sqrt(max(0.0, (1.0 - cos_phase) / max(1e-12, 1.0 + cos_phase)))
    opposition = 1.0 + b_s0 / (1.0 + tan_half / h_s)
    back = (1.0 - b * b) / (1.0 - 2.0 * b * cos_phase + b * b) ** 1.5
    forward = (1.0 - b * b) / (1.0 + 2.0 * b * cos_phase + b * b) ** 1.5
    lobes = 0.5 * (1.0 + c) * back + 0.5 * (1.0 - c) * forward
    many = _h(mu0e, w) * _h(mue, w) - 1.0
    return 0.25 * w * mu0e / (mu0e + mue) * (opposition * lobes + many) * shadow


@njit(cache=True, error_model="numpy", nogil=True)
def hapke_points(w, mu0, mu, cos_phase, b, c, b_s0, h_s, tan_theta, out):
    """hapke() over flat arrays."""
    for i in range(out.shape[0]):
        out[i] = 0.0
        if mu0[i] > 0.0 and mu[i] > 0.0:
            out[i] = hapke(w[i], mu0[i], mu[i], cos_phase[i], b, c, b_s0, h_s, tan_theta)


@njit(cache=True, error_model="numpy", nogil=True)
def disc_points(mu0, mu, phase, out):
    """lunar_lambert_disc() over flat arrays."""
    for i in range(out.shape[0]):
        out[i] = 0.0
        if mu0[i] > 0.0 and mu[i] > 0.0:
            out[i] = lunar_lambert_disc(mu0[i], mu[i], phase[i])


@njit(cache=True, error_model="numpy", nogil=True, fastmath=True)
def glint(mu0, mu, cos_phase, slope_variance, refraction):
    """I/F of sunlight mirrored by a wind-roughened sea: Cox & Munk slopes, Fresnel mirror."""
    bisector = math.sqrt(max(1e-12, 2.0 * (1.0 + cos_phase)))
    cos_tilt = (mu0 + mu) / bisector
    cos_mirror = 0.5 * bisector
    tan2 = (1.0 - cos_tilt * cos_tilt) / (cos_tilt * cos_tilt)
    if tan2 > 20.0 * slope_variance:
        return 0.0
    density = math.exp(-tan2 / slope_variance) / (math.pi * slope_variance)
    sin2 = (1.0 - cos_mirror * cos_mirror) / (refraction * refraction)
    cos_in = math.sqrt(1.0 - sin2)
    rs = (cos_mirror - refraction * cos_in) / (cos_mirror + refraction * cos_in)
    rp = (refraction * cos_mirror - cos_in) / (refraction * cos_mirror + cos_in)
    mirror = 0.5 * (rs * rs + rp * rp)
    return math.pi * mirror * density / (4.0 * mu * cos_tilt**4)


@njit(cache=True, error_model="numpy", nogil=True, fastmath=True)
def air_mass(mu):
    """Relative optical air mass for a cosine of true zenith distance, Young 1994: 31.7 at 0."""
    mu = max(mu, 0.0)
    above = 0.0096467 + mu * (0.148386 + mu * 1.002432)
    return above / (0.000303978 + mu * (0.0102963 + mu * (0.149864 + mu)))


@njit(cache=True, error_model="numpy", nogil=True, fastmath=True)
def rayleigh(depth, m0, m, cos_phase):
    """I/F of sunlight scattered once by a clear layer of air; m0 and m are air masses."""
    lobe = 0.75 * (1.0 + cos_phase * cos_phase)
    return 0.25 * lobe * m * (1.0 - math.exp(-depth * (m0 + m))) / (m0 + m)


@njit(cache=True, error_model="numpy", nogil=True)
def curve(table, step, x):
    """Linear interpolation in a table with equal steps that starts at 0; ends held."""
    last = table.shape[0] - 1
    t = min(max(x / step, 0.0), last - 1e-9)
    k = int(t)
    return table[k] + (t - k) * (table[k + 1] - table[k]) if last > 0 else table[0]
