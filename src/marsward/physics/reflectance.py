"""How surfaces give light back: Lambert, lunar-Lambert and Hapke, on plain arrays.

All return the radiance factor I/F: pi times radiance over the irradiance of a surface that faces
the light. Angles enter as cosines of incidence (mu0), emission (mu) and phase.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import ArrayLike, NDArray

from marsward.core.errors import InputError
from marsward.physics.kernels.reflectance import disc_points, hapke_points

Array = NDArray[np.float64]


@dataclass(frozen=True)
class HapkeSurface:
    """Parameters of Hapke's law that are shared by a whole surface.

    b, c : width and backward share of the two-lobed Henyey-Greenstein function [-]
    b_s0, h_s : amplitude and angular width of the shadow-hiding opposition surge [-]
    roughness : mean slope angle [rad]
    source : where the values are from
    """

    b: float
    c: float
    b_s0: float
    h_s: float
    roughness: float
    source: str

    @property
    def numbers(self) -> tuple[float, float, float, float, float]:
        """b, c, B_S0, h_S and the tangent of the mean slope, as the kernels take them."""
        return self.b, self.c, self.b_s0, self.h_s, math.tan(self.roughness)


MOON = HapkeSurface(
    b=0.24,
    c=0.30,
    b_s0=1.8,
    h_s=0.08,
    roughness=math.radians(23.4),
    source="typical of the 643 nm maps of Sato et al. 2014, doi:10.1002/2013JE004580, whose mean "
    "slope of 23.4 deg is kept; c follows b by Hapke 2012, doi:10.1016/j.icarus.2012.10.022",
)


def _flat(*values: ArrayLike) -> tuple[tuple[int, ...], list[Array]]:
    wide = np.broadcast_arrays(*[np.asarray(v, dtype=np.float64) for v in values])
    return wide[0].shape, [np.ascontiguousarray(v).ravel() for v in wide]


def lambert(albedo: ArrayLike, mu0: ArrayLike) -> Array:
    """I/F of a perfectly diffuse surface: albedo times mu0, zero at night."""
    return np.asarray(albedo, dtype=np.float64) * np.maximum(mu0, 0.0)


def lunar_lambert(mu0: ArrayLike, mu: ArrayLike, phase: ArrayLike) -> Array:
    """McEwen's disc function 2 L mu0/(mu0+mu) + (1-L) mu0, without the phase function.

    L = 1 - 0.019 g + 2.42e-4 g^2 - 1.46e-6 g^3, g the phase in degrees, held within 0 to 1
    (McEwen 1991, doi:10.1016/0019-1035(91)90053-V; cubic of McEwen 1996, LPSC 27, 841).
    phase [rad].
    """
    shape, flat = _flat(mu0, mu, phase)
    out = np.empty(flat[0].size)
    mu0, mu, phase = flat
    disc_points(mu0, mu, phase, out)
    return out.reshape(shape)


def hapke(
    w: ArrayLike, mu0: ArrayLike, mu: ArrayLike, phase: ArrayLike, *, surface: HapkeSurface = MOON
) -> Array:
    """Hapke's I/F for single-scattering albedo w; phase [rad]; zero where unlit or unseen.

    Hapke 1984, doi:10.1016/0019-1035(84)90054-X (roughness); Hapke 2002,
    doi:10.1006/icar.2002.6853 (H function).
    """
    shape, flat = _flat(w, mu0, mu, np.cos(phase))
    if flat[0].size and not (flat[0].min() >= 0.0 and flat[0].max() < 1.0):
        raise InputError("the single-scattering albedo w must lie in 0 <= w < 1")
    out = np.empty(flat[0].size)
    b, c, b_s0, h_s, slope = surface.numbers
    hapke_points(flat[0], flat[1], flat[2], flat[3], b, c, b_s0, h_s, slope, out)
    return out.reshape(shape)


def hapke_albedo(reflectance: ArrayLike, *, surface: HapkeSurface = MOON) -> Array:
    """Single-scattering albedo w that gives an I/F at incidence 60, emission 0, phase 60 deg.

    That is the geometry to which the LROC WAC mosaic is normalised. Inverted from a fine table,
    good to 1e-6; I/F below zero or above that of w = 0.999 is held there.
    """
    grid = np.linspace(0.0, 0.999, 4001)
    cosine = math.cos(math.radians(60.0))
    values = hapke(grid, cosine, 1.0, math.radians(60.0), surface=surface)
    return np.interp(np.asarray(reflectance, dtype=np.float64), values, grid)


def moon_phase_law(phase: ArrayLike) -> Array:
    """Brightness of the Moon relative to its phase 0, by magnitude 0.026 |a| + 4e-9 a^4.

    Phase a in rad here, in degrees in the law: Krisciunas & Schaefer 1991, doi:10.1086/132921,
    eq. 9 (after Allen 1976). Fitted for phases below about 120 deg.
    """
    degrees = np.degrees(np.abs(np.asarray(phase, dtype=np.float64)))
    return 10.0 ** (-0.4 * (0.026 * degrees + 4e-9 * degrees**4))


def sphere_grid(phase: float, count: int = 200) -> tuple[Array, Array, Array, Array]:
    """Quadrature over the lit and seen part of a unit sphere at one phase angle [rad].

    Returns mu0, mu, weight and body-fixed unit vectors (n, 3) with +x to the observer and the Sun
    in the x-y plane; the weights (projected area) add up to the lit share of the disc times pi.
    """
    nodes, weights = np.polynomial.legendre.leggauss(count)
    low, high = phase - 0.5 * math.pi, 0.5 * math.pi
    lon = 0.5 * (high - low) * nodes + 0.5 * (high + low)
    lon_weight = 0.5 * (high - low) * weights
    lat = 0.5 * math.pi * nodes
    lat_weight = 0.5 * math.pi * weights * np.cos(lat)
    lon, lat = np.meshgrid(lon, lat)
    area = lat_weight[:, None] * lon_weight[None, :]
    cos_lat = np.cos(lat)
    mu, mu0 = cos_lat * np.cos(lon), cos_lat * np.cos(lon - phase)
    normal = np.stack([mu, cos_lat * np.sin(lon), np.sin(lat)], axis=-1)
    return mu0.ravel(), mu.ravel(), (area * mu).ravel(), normal.reshape(-1, 3)


@lru_cache(maxsize=1)
def lunar_phase_curve() -> tuple[Array, float]:
    """Phase function that makes a lunar-Lambert sphere follow `moon_phase_law`, and its step [rad].

    Values at equal steps from 0 to 180 deg; the disc of a surface with I/F = A f(g) D has then
    A times the published relative brightness. Beyond 150 deg the value of 150 deg is held.
    """
    step = math.radians(1.0)
    values = np.empty(181)
    for k in range(151):
        mu0, mu, weight, _ = sphere_grid(k * step, 64)
        disc = float(np.sum(weight * lunar_lambert(mu0, mu, k * step))) / math.pi
        values[k] = float(moon_phase_law(k * step)) / disc
    values[151:] = values[150]
    return values, step
