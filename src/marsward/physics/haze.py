"""Dust haze of Mars to first order: what it takes from sunlight and what it adds to a picture.

The layer is homogeneous and plane-parallel; dust of single-scattering albedo w scatters with the
Henyey-Greenstein function P of asymmetry g. Of what it scatters a share f goes onward through the
layer (Wiscombe & Grams 1976, doi:10.1175/1520-0469(1976)033<2440:TBFIRT>2.0.CO;2) and is taken
not to be lost, as most of it lies close to the beam; the rest is scattered once, back:

    I/F above = path + up (direct law + sky A)       a(m) = (1 - w f(m))/m
    direct    = exp(-tau/mu0)
    sky       = mu0 (exp(-tau a(mu0)) - exp(-tau/mu0))
    up        = exp(-tau a(mu))
    path      = w P/(4 mu) (1 - exp(-tau (a(mu0) + a(mu))))/(a(mu0) + a(mu))

`law` is the ground's I/F in the Sun alone and A its albedo. With f = 0 `path` is Chandrasekhar's
single scattering by a slab (Radiative Transfer, 1960, section 68). Energy is kept within bounds and
paths may be turned round. Light scattered back and forth, within the dust or between dust and
ground, is left out: beside all orders of scattering (photons followed one by one) the I/F comes out
1 to 4 % low at depth 0.1, 3 to 15 % at 0.3 and 5 to 25 % at 0.5, most where ground and Sun are low.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import ArrayLike, NDArray

from marsward.core.errors import InputError
from marsward.physics.kernels.haze import haze_points

Array = NDArray[np.float64]
MARS_RADIUS = 3_389_500.0  # m, mean; Archinal et al. 2018, doi:10.1007/s10569-017-9805-5
# Dust is well mixed in clear seasons, so its scale height is the gas's; Conrath 1975,
# doi:10.1016/0019-1035(75)90156-6; 11 km: Zurek 1992, in Mars (Univ. of Arizona Press), chapter 26.
SCALE_HEIGHT = 11.0e3
# Dust by wavelength [m]: single-scattering albedo, from the shape of the CRISM retrieval of Wolff
# et al. 2009, doi:10.1029/2009JE003350, to about 0.02; its mean over sunlight from 0.4 to 0.8 um is
# the 0.91 of particles of 1.5 um in the tables that the Ames climate model makes of it. Asymmetry:
# the 0.69 of the same tables, held through the visible.
_DUST_AT = np.array([400, 440, 500, 550, 600, 670, 750, 900, 1100]) * 1e-9
_DUST_ALBEDO = np.array([0.74, 0.78, 0.865, 0.915, 0.945, 0.968, 0.975, 0.977, 0.98])
DUST_ASYMMETRY = 0.69
_SHARES = 257
_TERMS = 400


def dust_albedo(wavelength: ArrayLike) -> Array:
    """Single-scattering albedo of Martian dust [-] by wavelength [m], 400 to 1100 nm, ends held."""
    return np.interp(np.asarray(wavelength, dtype=np.float64), _DUST_AT, _DUST_ALBEDO)


@lru_cache(maxsize=32)
def onward_share(asymmetry: float) -> Array:
    """Share of a beam that is scattered onward through a layer, by its cosine from 0 to 1 (257,).

    f(mu) = 1/2 + 1/2 sum over odd l of (2l + 1) g^l P_l(mu) times the integral of P_l from 0 to 1:
    Wiscombe & Grams 1976, eq. 14 and following, for the Henyey-Greenstein function.
    """
    mu = np.linspace(0.0, 1.0, _SHARES)
    total = np.full(_SHARES, 0.5)
    half, before, here = 0.5, np.ones(_SHARES), mu  # integral of P_1, P_0, P_1
    for order in range(1, _TERMS):
        if order % 2:
            total += 0.5 * (2 * order + 1) * asymmetry**order * here * half
            half *= -order / (order + 3.0)
        before, here = here, ((2 * order + 1) * mu * here - order * before) / (order + 1)
    total.setflags(write=False)
    return total


@dataclass(frozen=True)
class Haze:
    """An even layer of dust in one band.

    depth : vertical optical depth tau [-]
    albedo : single-scattering albedo of the particles [-]
    asymmetry : mean cosine of the scattering angle [-]
    scale_height : of the layer [m]; sets how far slant paths grow towards the horizon
    radius : of the planet [m]
    """

    depth: float
    albedo: float = 0.93
    asymmetry: float = DUST_ASYMMETRY
    scale_height: float = SCALE_HEIGHT
    radius: float = MARS_RADIUS

    def __post_init__(self) -> None:
        if not 0.0 <= self.depth <= 5.0:
            raise InputError(f"a haze's optical depth must lie in 0 to 5, not {self.depth:g}")
        if not 0.0 <= self.albedo <= 1.0:
            raise InputError(f"a haze's scattering albedo must lie in 0 to 1, not {self.albedo:g}")
        if not -0.95 <= self.asymmetry <= 0.95:
            raise InputError(
                f"a haze's asymmetry must lie in -0.95 to 0.95, not {self.asymmetry:g}"
            )
        if not (self.scale_height > 0.0 and self.radius > 0.0):
            raise InputError("a haze's scale height and the planet's radius must be positive")

    @classmethod
    def dust(cls, depth: float, lo: float, hi: float) -> Haze:
        """Martian dust of a given depth in the band from lo to hi [m]."""
        lam = np.linspace(lo, hi, 51)
        return cls(depth, albedo=float(dust_albedo(lam).mean()))

    @property
    def numbers(self) -> Array:
        """What the kernels take: depth, albedo, asymmetry, horizon cosine squared, R/H."""
        scale = self.radius / self.scale_height
        return np.array([self.depth, self.albedo, self.asymmetry, 2.0 / (math.pi * scale), scale])

    @property
    def shares(self) -> Array:
        """Onward share by cosine, for the kernels."""
        return onward_share(self.asymmetry)


@dataclass(frozen=True)
class HazeTerms:
    """What a haze does at each point: I/F above = path + up (direct law + sky albedo)."""

    direct: Array
    sky: Array
    up: Array
    path: Array


def haze_terms(haze: Haze, mu0: ArrayLike, mu: ArrayLike, phase: ArrayLike) -> HazeTerms:
    """The four terms of a haze at cosines of Sun and camera from the vertical; phase [rad]."""
    wide = np.broadcast_arrays(*[np.asarray(v, dtype=np.float64) for v in (mu0, mu, phase)])
    flat = [np.ascontiguousarray(v).ravel() for v in wide]
    out = np.empty((4, flat[0].size))
    haze_points(flat[0], flat[1], np.cos(flat[2]), haze.numbers, haze.shares, out)
    return HazeTerms(*(row.reshape(wide[0].shape) for row in out))


def add_haze(
    law: ArrayLike,
    albedo: ArrayLike,
    haze: Haze,
    mu0: ArrayLike,
    mu: ArrayLike,
    phase: ArrayLike,
) -> Array:
    """I/F above a haze, of ground whose I/F in the Sun alone is `law` and whose albedo is given."""
    t = haze_terms(haze, mu0, mu, phase)
    return t.path + t.up * (t.direct * np.asarray(law) + t.sky * np.asarray(albedo))


def remove_haze(
    factor: ArrayLike, haze: Haze, mu0: ArrayLike, mu: ArrayLike, phase: ArrayLike
) -> tuple[Array, Array, Array]:
    """I/F at the ground from I/F above a haze, and the sunlight and sky light that made it.

    Returns (ground, direct, sky): hand them to `mars_photometry.albedo` as factor, direct and sky.
    For ground that is lit as a Lambert surface A = ground / (direct mu0 + sky).
    """
    t = haze_terms(haze, mu0, mu, phase)
    return (np.asarray(factor) - t.path) / t.up, t.direct, t.sky
