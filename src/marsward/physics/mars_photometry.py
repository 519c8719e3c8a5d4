"""How the ground of Mars gives light back: one albedo, three laws, both ways.

Albedo means the Lambert albedo at the reference geometry, incidence 30, emission 0, phase 30 deg:
I/F = A mu0 there under every law. It is what a nadir-looking radiometer such as TES maps
(Christensen et al. 2001, doi:10.1029/2000JE001370). Angles enter as cosines of incidence (mu0),
emission (mu) and phase.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import ArrayLike, NDArray

from marsward.core.errors import InputError
from marsward.physics.kernels.mars_photometry import (
    BRIGHTEST,
    HAPKE,
    LAMBERT,
    LUNAR_LAMBERT,
    albedo_points,
    hapke_frame,
    hapke_of,
    reflect_points,
)
from marsward.physics.reflectance import HapkeSurface

Array = NDArray[np.float64]
LAWS = {"lambert": LAMBERT, "lunar-lambert": LUNAR_LAMBERT, "hapke": HAPKE}
REFERENCE_INCIDENCE = math.radians(30.0)

# Vincendon 2013 counts c as the backward share, 0 to 1; here it runs from -1 to 1.
MARS = HapkeSurface(
    b=0.12,
    c=2.0 * 0.6 - 1.0,
    b_s0=1.0,
    h_s=0.05,
    roughness=math.radians(17.0),
    source="mean of Mars at solar wavelengths from OMEGA and CRISM, haze removed (w = 0.85, "
    "c = 0.6 backward share): Vincendon 2013, doi:10.1016/j.pss.2012.12.005",
)
# Single-scattering albedo of that mean surface.
MARS_SINGLE_SCATTERING_ALBEDO = 0.85

_TABLE_SIZE = 4096
_CURVE_SIZE = 257


@dataclass(frozen=True)
class Tables:
    """A law as the kernels take it: its number, numbers, curves, w by albedo, step of albedo."""

    law: int
    numbers: Array
    curves: Array
    w: Array
    step: float


@dataclass(frozen=True)
class MarsPhotometry:
    """A law of reflection for the Martian ground.

    law : "lambert", "lunar-lambert" (McEwen 1991, doi:10.1016/0019-1035(91)90053-V, with its
        weight and phase function fitted to `surface` as he does) or "hapke" (Hapke 2002)
    surface : Hapke parameters shared by the whole planet
    """

    law: str = "hapke"
    surface: HapkeSurface = MARS

    def __post_init__(self) -> None:
        if self.law not in LAWS:
            raise InputError(
                f"no law of reflection is called {self.law!r}: type one of {', '.join(LAWS)}"
            )

    @property
    def tables(self) -> Tables:
        """The law's numbers and tables for the kernels."""
        return _tables(self.law, self.surface)

    @property
    def brightest(self) -> float:
        """The highest albedo the law can give [-]: 1, or that of w = 0.9999 under Hapke."""
        if self.law != "hapke":
            return 1.0
        return float(reference_albedo(BRIGHTEST, self.surface))


def _reference(surface: HapkeSurface) -> tuple[float, ...]:
    """hapke_frame at the reference geometry."""
    mu0 = math.cos(REFERENCE_INCIDENCE)
    return hapke_frame(mu0, 1.0, mu0, *surface.numbers)


def reference_albedo(w: ArrayLike, surface: HapkeSurface = MARS) -> Array:
    """Albedo at the reference geometry of a ground of single-scattering albedo w [-]."""
    geometry = _reference(surface)
    flat = [hapke_of(x, *geometry) for x in np.ravel(np.asarray(w, dtype=np.float64))]
    return np.reshape(flat, np.shape(w)) / math.cos(REFERENCE_INCIDENCE)


@lru_cache(maxsize=16)
def _tables(law: str, surface: HapkeSurface) -> Tables:
    numbers = np.array([*surface.numbers, *_reference(surface), math.cos(REFERENCE_INCIDENCE)])
    curves = limb_curves(surface) if law == "lunar-lambert" else np.zeros((2, 2))
    if law == "hapke":
        # Fine at both ends: w rises fast at low albedo and slowly at high.
        fine = BRIGHTEST * np.sin(np.linspace(0.0, 0.5 * math.pi, 4 * _TABLE_SIZE))
        albedo = reference_albedo(fine, surface)
        grid = np.linspace(0.0, albedo[-1], _TABLE_SIZE)
        table, step = np.interp(grid, albedo, fine), float(grid[1])
    else:
        table, step = np.zeros(2), 1.0
    for array in (numbers, curves, table):
        array.setflags(write=False)
    return Tables(LAWS[law], numbers, curves, table, step)


@lru_cache(maxsize=8)
def limb_curves(surface: HapkeSurface = MARS, albedo: float = 0.2) -> Array:
    """Lunar-Lambert weight L and phase function of a Hapke surface, by sin(g/2): (2, 257).

    At each phase angle both are the least-squares fit of f (2 L mu0/(mu0 + mu) + (1 - L) mu0) to
    Hapke's I/F per albedo over incidence and emission up to 75 deg, the way of McEwen 1991;
    f is then scaled so that the reference geometry gives I/F = A mu0. Beyond 135 deg, where
    little is left to fit, the values of 135 deg are held.
    """
    w = float(np.interp(albedo, reference_albedo(np.linspace(0, 0.999, 2000), surface),
                        np.linspace(0, 0.999, 2000)))  # fmt: skip
    half = np.linspace(0.0, 1.0, _CURVE_SIZE)
    held = math.sin(math.radians(135.0) / 2.0)
    out = np.array([_limb_fit(2.0 * math.asin(min(h, held)), w, surface) for h in half]).T
    mu0 = math.cos(REFERENCE_INCIDENCE)
    at = math.sin(0.5 * REFERENCE_INCIDENCE)
    part, scale = (float(np.interp(at, half, row)) for row in out)
    out[1] *= mu0 / (scale * (2.0 * part * mu0 / (mu0 + 1.0) + (1.0 - part) * mu0))
    return np.ascontiguousarray(out)


def _limb_fit(phase: float, w: float, surface: HapkeSurface) -> tuple[float, float]:
    """L and phase function of one phase angle [rad]."""
    limit = math.radians(75.0)
    angles = np.radians(np.arange(0.0, 75.1, 3.0))
    incidence, emission = (a.ravel() for a in np.meshgrid(angles, angles))
    reach = (np.abs(incidence - emission) <= phase + 1e-9) & (incidence + emission >= phase - 1e-9)
    incidence, emission = incidence[reach], emission[reach]
    if incidence.size < 4:
        incidence = np.clip(0.5 * phase + np.radians([-2.0, -1.0, 0.0, 1.0, 2.0]), 0.0, limit)
        emission = np.clip(phase - incidence, 0.0, limit)
    mu0, mu = np.cos(incidence), np.cos(emission)
    cosine = math.cos(phase)
    pairs = zip(mu0, mu, strict=True)
    law = np.array([hapke_of(w, *hapke_frame(*p, cosine, *surface.numbers)) for p in pairs])
    albedo = float(reference_albedo(w, surface))
    moon, plain = 2.0 * mu0 / (mu0 + mu), mu0
    (a, b), *_ = np.linalg.lstsq(np.stack([moon, plain], axis=1), law / albedo, rcond=None)
    return a / (a + b), a + b


def _flat(*values: ArrayLike) -> tuple[tuple[int, ...], list[Array]]:
    wide = np.broadcast_arrays(*[np.asarray(v, dtype=np.float64) for v in values])
    return wide[0].shape, [np.ascontiguousarray(v).ravel() for v in wide]


def radiance_factor(
    albedo: ArrayLike,
    mu0: ArrayLike,
    mu: ArrayLike,
    phase: ArrayLike,
    *,
    photometry: MarsPhotometry | None = None,
) -> Array:
    """I/F of ground of a given albedo; phase [rad]; zero where unlit or unseen.

    Raises InputError for an albedo below zero or above what the law can give.
    """
    law = photometry or MarsPhotometry()
    shape, (a, m0, m, cosine) = _flat(albedo, mu0, mu, np.cos(phase))
    if a.size and not (a.min() >= 0.0 and a.max() <= law.brightest):
        raise InputError(
            f"an albedo must lie in 0 to {law.brightest:.3f} under the {law.law} law; "
            f"here it runs from {a.min():g} to {a.max():g}"
        )
    t, out = law.tables, np.empty(a.size)
    reflect_points(t.law, a, m0, m, cosine, t.numbers, t.curves, t.w, t.step, out)
    return out.reshape(shape)


def albedo(
    factor: ArrayLike,
    mu0: ArrayLike,
    mu: ArrayLike,
    phase: ArrayLike,
    *,
    photometry: MarsPhotometry | None = None,
    direct: ArrayLike = 1.0,
    sky: ArrayLike = 0.0,
) -> Array:
    """Albedo of ground from its I/F: the inverse of `radiance_factor`; NaN where unlit.

    direct, sky : what haze leaves of the sunlight, and the sky's light [-]: the ground's
        I/F is direct * law + sky * albedo (see `physics.haze`)
    """
    law = photometry or MarsPhotometry()
    shape, (f, m0, m, cosine, sun, air) = _flat(factor, mu0, mu, np.cos(phase), direct, sky)
    t, out = law.tables, np.empty(f.size)
    albedo_points(t.law, f, m0, m, cosine, sun, air, t.numbers, t.curves, out)
    return out.reshape(shape)
