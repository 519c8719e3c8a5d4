"""Sunlight and infrared at the ground under dust: two streams in closed form.

Dust of optical depth tau, single-scattering albedo w and asymmetry g is one even layer. With its
forward peak f = g^2 left in the beam (Joseph, Wiscombe & Weinman 1976,
doi:10.1175/1520-0469(1976)033<2452:TDEAFR>2.0.CO;2),

    tau' = (1 - w f) tau,   w' = w (1 - f)/(1 - w f),   g' = g/(1 + g),

Eddington's two streams have the solution of Meador & Weaver 1980,
doi:10.1175/1520-0469(1980)037<0630:TSATRT>2.0.CO;2: the layer lets t(mu) of a beam of cosine mu
through, direct and diffuse, and throws r of the ground's own diffuse light back down. Ground of
albedo A then keeps (1 - A)/(1 - A r) of what the beam alone would bring it. In the infrared the
layer sends (1 - exp(-1.66 tau_i)) sigma T^4 down, T that of the lower air.

Solar mean of Martian dust: w = 0.93, g = 0.69 (Ockert-Bell et al. 1997, doi:10.1029/96JE03991, with
the higher w of Wolff et al. 2009, doi:10.1029/2009JE003350, weighed in); infrared absorption over
visible extinction 0.15 in the mean over a Planck curve of 210 K, of 0.38 at the peak at 9.3 um
(Montabone et al. 2015, doi:10.1016/j.icarus.2014.12.034).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from marsward.core.errors import InputError

__all__ = ["dust_emissivity", "dust_reflection", "dust_transmission"]

Array = NDArray[np.float64]
SCATTERING, ASYMMETRY = 0.93, 0.69
INFRARED_SHARE = 0.15
_DIFFUSIVITY = 1.66  # Elsasser 1942: path of diffuse infrared over the vertical
_LEAST_MU = 0.01


def _scaled(tau: ArrayLike) -> tuple[Array, float, float]:
    """Optical depth, single-scattering albedo and asymmetry with the forward peak taken out."""
    depth = np.asarray(tau, dtype=np.float64)
    if not np.all((depth >= 0.0) & np.isfinite(depth)):
        raise InputError("an opacity of dust must be finite and 0 or more")
    peak = ASYMMETRY**2
    rest = 1.0 - SCATTERING * peak
    return depth * rest, SCATTERING * (1.0 - peak) / rest, ASYMMETRY / (1.0 + ASYMMETRY)


def _eddington(w: float, g: float) -> tuple[float, float, float]:
    """gamma1, gamma2 and k of the streams."""
    one = 0.25 * (7.0 - w * (4.0 + 3.0 * g))
    two = -0.25 * (1.0 - w * (4.0 - 3.0 * g))
    return one, two, float(np.sqrt(one * one - two * two))


def dust_transmission(tau: ArrayLike, mu: ArrayLike) -> Array:
    """Share of a beam that comes down through dust, direct and diffuse, over black ground.

    tau : visible extinction of the column; mu : cosine of the Sun's distance from the zenith. They
    broadcast; mu under 0.01 counts as 0.01.
    """
    depth, w, g = _scaled(tau)
    mu0 = np.maximum(np.asarray(mu, dtype=np.float64), _LEAST_MU)
    one, two, k = _eddington(w, g)
    three = 0.25 * (2.0 - 3.0 * g * mu0)
    four = 1.0 - three
    a1 = one * four + two * three
    # at k mu = 1 two terms run into one another; a hair beside it the law is smooth
    off = np.where(np.abs(1.0 - (k * mu0) ** 2) < 1e-5, 1.0 + 1e-5, 1.0)
    mu0 = mu0 * off
    grow, fall = np.exp(k * depth), np.exp(-k * depth)
    beam = np.exp(-depth / mu0)
    bottom = (1.0 - (k * mu0) ** 2) * ((k + one) * grow + (k - one) * fall)
    inner = (1.0 + k * mu0) * (a1 + k * four) * grow - (1.0 - k * mu0) * (a1 - k * four) * fall
    diffuse = -(w / bottom) * (inner * beam - 2.0 * k * (four + a1 * mu0))
    return np.asarray(np.clip(beam + diffuse, 0.0, 1.0))


def dust_reflection(tau: ArrayLike) -> Array:
    """Share of diffuse light from below that dust throws back down."""
    depth, w, g = _scaled(tau)
    one, two, k = _eddington(w, g)
    fall = np.exp(-2.0 * k * depth)
    return np.asarray(two * (1.0 - fall) / (k + one + (k - one) * fall))


def dust_emissivity(tau: ArrayLike) -> Array:
    """Infrared emissivity of the dust, seen from below."""
    depth = np.asarray(tau, dtype=np.float64)
    if not np.all((depth >= 0.0) & np.isfinite(depth)):
        raise InputError("an opacity of dust must be finite and 0 or more")
    return np.asarray(-np.expm1(-_DIFFUSIVITY * INFRARED_SHARE * depth))
