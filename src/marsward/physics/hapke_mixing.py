"""Mixtures of minerals: what a soil of grains reflects, and what its minerals scatter.

In an intimate mixture a photon meets grains of several minerals; what adds up is the
single-scattering albedo w, weighted with the share of the cross-section that each mineral has
(Hapke 1981, doi:10.1029/JB086iB04p03039; Hapke 2012, Theory of Reflectance and
Emittance Spectroscopy, doi:10.1017/CBO9781139025683, chapter 10). In an areal mixture patches lie
side by side and the reflectances add up.

For grains that scatter evenly (p = 1) without opposition surge the reflectance factor is

    R = w/(4 (mu0 + mu)) H(mu0) H(mu)       H(x) = (1 + 2x)/(1 + 2x g)       g = sqrt(1 - w)

with H to 4 % (Hapke 1981). R(g) is then a ratio of two quadratics, and w of R is exact.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from marsward.core.errors import InputError
from marsward.core.fields import FieldRow, add_fields

__all__ = [
    "MINERAL_FRACTION",
    "REFLECTANCE",
    "WAVELENGTH",
    "Geometry",
    "areal_mixture",
    "cross_section_shares",
    "intimate_mixture",
    "mass_shares",
    "slab_albedo",
]

Array = NDArray[np.float64]
REFLECTANCE, WAVELENGTH, MINERAL_FRACTION = "reflectance", "wavelength", "mineral_fraction"

add_fields(
    FieldRow(REFLECTANCE, "1", "reflectance factor", low=-1.0, high=5.0),
    FieldRow(WAVELENGTH, "m", "wavelength", "radiation_wavelength", low=0.0),
    FieldRow(MINERAL_FRACTION, "1", "share of the grains' cross-section", low=-1.0, high=2.0),
)


@dataclass(frozen=True)
class Geometry:
    """Cosines of the angles at which a reflectance factor is taken, from the vertical.

    The default, 30 degrees and straight down, is that of a laboratory goniometer; the integrating
    spheres of splib07 differ from it by less than the scatter between its samples.
    """

    mu0: float = 0.8660254037844387
    mu: float = 1.0

    def __post_init__(self) -> None:
        for name in ("mu0", "mu"):
            if not 0.0 < getattr(self, name) <= 1.0:
                raise InputError(
                    f"{name} is {getattr(self, name):g}; the cosine of an angle from the vertical "
                    "lies in 0 to 1"
                )

    @property
    def _scale(self) -> float:
        return (1.0 + 2.0 * self.mu0) * (1.0 + 2.0 * self.mu) / (4.0 * (self.mu0 + self.mu))

    @property
    def brightest(self) -> float:
        """Reflectance factor of grains that absorb nothing."""
        return self._scale

    def reflectance(self, albedo: ArrayLike) -> Array:
        """Reflectance factor of single-scattering albedo w in 0 to 1, any shape; NaN stays."""
        w = np.asarray(albedo, dtype=np.float64)
        if np.any((w < 0.0) | (w > 1.0)):
            raise InputError("a single-scattering albedo lies in 0 to 1")
        g = np.sqrt(1.0 - w)
        return self._scale * w / ((1.0 + 2.0 * self.mu0 * g) * (1.0 + 2.0 * self.mu * g))

    def albedo(self, reflectance: ArrayLike) -> Array:
        """Single-scattering albedo w of a reflectance factor, any shape; NaN stays.

        Solves R (1 + 2 mu0 g)(1 + 2 mu g) = s (1 - g^2) for g. What is darker than 0 or brighter
        than `brightest`, as noise makes it, is held at w = 0 and w = 1.
        """
        r = np.clip(np.asarray(reflectance, dtype=np.float64), 0.0, self._scale)
        a = self._scale + 4.0 * self.mu0 * self.mu * r
        b = 2.0 * (self.mu0 + self.mu) * r
        c = r - self._scale
        root = np.sqrt(np.maximum(b * b - 4.0 * a * c, 0.0))
        g = np.clip((root - b) / (2.0 * a), 0.0, 1.0)
        return 1.0 - g * g

    def slope(self, albedo: ArrayLike) -> Array:
        """dR/dw at single-scattering albedos; it rises without bound towards w = 1."""
        w = np.asarray(albedo, dtype=np.float64)
        g = np.sqrt(np.maximum(1.0 - w, 1e-12))
        low, high = 1.0 + 2.0 * self.mu0 * g, 1.0 + 2.0 * self.mu * g
        fall = 2.0 * self.mu0 * high + 2.0 * self.mu * low  # d(low high)/dg
        return self._scale * (low * high + w * fall / (2.0 * g)) / (low * high) ** 2


def slab_albedo(
    real_index: ArrayLike, imaginary_index: ArrayLike, wavelength: ArrayLike, diameter: float
) -> Array:
    """Single-scattering albedo of clear grains far larger than the wavelength.

    Parameters
    ----------
    real_index, imaginary_index : n and k of the mineral [-]
    wavelength : [m]
    diameter : of the grains [m]

    Hapke's equivalent slab: outer and inner surface reflection from n and k, transmission
    exp(-4 pi k <D>/lambda) over the mean path <D> of a sphere (Hapke 2012, chapters 5 and
    6). Good to about 0.02 for grains without inner scatterers.
    """
    n = np.asarray(real_index, dtype=np.float64)
    k = np.asarray(imaginary_index, dtype=np.float64)
    if not (np.all((n >= 1.0) & (n < np.inf)) and np.all((k >= 0.0) & (k < np.inf))):
        raise InputError(
            "a mineral needs a real index of 1 or more and an imaginary one of 0 or more"
        )
    if not 0.0 < diameter < np.inf:
        raise InputError(f"grains need a positive diameter, not {diameter:g} m")
    outer = ((n - 1.0) ** 2 + k * k) / ((n + 1.0) ** 2 + k * k) + 0.05
    inner = 1.0 - 4.0 / (n * (n + 1.0) ** 2)
    bent = np.maximum(n * n - 1.0, 0.0) ** 1.5
    path = (2.0 / 3.0) * (n * n - bent / n) * diameter
    through = np.exp(-4.0 * np.pi * k * path / np.asarray(wavelength, dtype=np.float64))
    return outer + (1.0 - outer) * (1.0 - inner) * through / (1.0 - inner * through)


def cross_section_shares(mass: ArrayLike, density: ArrayLike, diameter: ArrayLike) -> Array:
    """Shares of the cross-section (…, minerals) of shares of mass: M/(rho D), summing to 1.

    mass : shares of mass, at least 0 (…, minerals)
    density, diameter : of each mineral [kg m-3], [m] (minerals,)

    Hapke 2012, chapter 10, for grains of like shape.
    """
    share = _positive("mass", mass) / (_above("density", density) * _above("diameter", diameter))
    return _summed(share)


def mass_shares(fraction: ArrayLike, density: ArrayLike, diameter: ArrayLike) -> Array:
    """Shares of mass (…, minerals) of shares of the cross-section: the way back."""
    share = _positive("fraction", fraction) * _above("density", density)
    share = share * _above("diameter", diameter)
    return _summed(share)


def _summed(share: Array) -> Array:
    total = share.sum(axis=-1, keepdims=True)
    if not np.all((total > 0.0) & (total < np.inf)):
        raise InputError("shares of a mixture are all 0: name one mineral that is there")
    return share / total


def intimate_mixture(
    reflectance: ArrayLike, fraction: ArrayLike, *, geometry: Geometry | None = None
) -> Array:
    """Reflectance of grains that are mixed through (…, channels).

    Parameters
    ----------
    reflectance : of each mineral alone (minerals, channels)
    fraction : shares of the cross-section, summing to 1 (…, minerals)
    geometry : at which all the reflectances are taken

    A channel is NaN where it is NaN for a mineral that is there. Raises InputError for shares that
    are negative or do not sum to 1 within 1e-6.
    """
    law = geometry or Geometry()
    share = _shares(fraction)
    return law.reflectance(np.clip(_added(law.albedo(reflectance), share), 0.0, 1.0))


def areal_mixture(reflectance: ArrayLike, fraction: ArrayLike) -> Array:
    """Reflectance of patches side by side (…, channels); arguments as for `intimate_mixture`."""
    return _added(np.asarray(reflectance, dtype=np.float64), _shares(fraction))


def _added(rows: Array, share: Array) -> Array:
    """Sum of rows (minerals, channels) by shares (…, minerals); a row of share 0 adds nothing."""
    gone = np.isnan(rows)
    total = share @ np.where(gone, 0.0, rows)
    if gone.any():
        total = np.where((share > 0.0) @ gone.astype(np.float64) > 0.0, np.nan, total)
    return total


def _shares(fraction: ArrayLike) -> Array:
    share = _positive("fraction", fraction)
    worst = float(np.abs(share.sum(axis=-1) - 1.0).max(initial=0.0))
    if worst > 1e-6:
        raise InputError(f"shares of a mixture must sum to 1; here a sum is off by {worst:.3g}")
    return share


def _positive(name: str, values: ArrayLike) -> Array:
    found = np.asarray(values, dtype=np.float64)
    if not np.all(found >= 0.0):
        raise InputError(f"{name} of a mineral must be a number of 0 or more")
    return found


def _above(name: str, values: ArrayLike) -> Array:
    found = np.asarray(values, dtype=np.float64)
    if not np.all(found > 0.0):
        raise InputError(f"{name} of a mineral must be a positive number")
    return found
