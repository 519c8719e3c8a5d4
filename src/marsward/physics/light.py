"""Sunlight and starlight in a passband, in absolute units.

Solar spectrum: Gueymard 2004, doi:10.1016/j.solener.2003.08.039 (as in ASTM G173-03). Johnson V:
response of Bessell 1990, doi:10.1086/132749, Table 2; zero magnitude 3.631e-11 W m-2 nm-1 from
Bessell, Castelli & Plez 1998, A&A 333:231, Table A2.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import ArrayLike, NDArray

from marsward.core.constants import BOLTZMANN, PLANCK, SPEED_OF_LIGHT
from marsward.core.errors import InputError
from marsward.data.textures import solar_spectrum

Array = NDArray[np.float64]
V_ZERO = 3.631e-2  # W m-2 m-1, Bessell, Castelli & Plez 1998, Table A2
# Effective wavelengths of V and I [m] and the ratio of their zero-magnitude fluxes: same table.
_V_AT, _I_AT, _I_OVER_V = 545e-9, 798e-9, 1.126 / 3.631
_INVERSE_KELVIN = np.linspace(1.0 / 60_000.0, 1.0 / 1500.0, 400)
_V_START, _V_STEP = 470e-9, 10e-9
_V_RESPONSE = np.array(
    [
        0.0, 0.030, 0.163, 0.458, 0.780, 0.967, 1.0, 0.973, 0.898, 0.792, 0.684, 0.574,
        0.461, 0.359, 0.270, 0.197, 0.135, 0.081, 0.045, 0.025, 0.017, 0.013, 0.009, 0.0,
    ]
)  # fmt: skip
_NM = 1e-9


def _grid(lo: float, hi: float) -> Array:
    return np.linspace(lo, hi, max(3, round((hi - lo) / (2.0 * _NM)) + 1))


def planck(wavelength: ArrayLike, temperature: ArrayLike) -> Array:
    """Spectral radiance of a black body [W m-2 sr-1 m-1]; wavelength [m], temperature [K]."""
    lam = np.asarray(wavelength, dtype=np.float64)
    h, c, k = float(PLANCK), float(SPEED_OF_LIGHT), float(BOLTZMANN)
    exponent = h * c / (lam * k * np.asarray(temperature, dtype=np.float64))
    return 2.0 * h * c * c / lam**5 / np.expm1(exponent)


def v_mean(wavelength: Array, spectrum: Array) -> Array:
    """Mean of a spectrum (..., n) over the Johnson V response, in the spectrum's unit."""
    grid = _V_START + _V_STEP * np.arange(_V_RESPONSE.size)
    response = np.interp(wavelength, grid, _V_RESPONSE, left=0.0, right=0.0)
    return np.trapezoid(spectrum * response, wavelength) / np.trapezoid(response, wavelength)


def v_magnitude(wavelength: Array, spectrum: Array) -> Array:
    """Johnson V [mag] of a spectral irradiance (..., n) [W m-2 m-1]; wavelength [m], rising."""
    return -2.5 * np.log10(v_mean(wavelength, spectrum) / V_ZERO)


def solar_v_magnitude() -> float:
    """Johnson V of the Sun at 1 au from the shipped spectrum [mag]; published -26.76 +- 0.02."""
    return float(v_magnitude(*solar_spectrum()))


@dataclass(frozen=True)
class Band:
    """A flat passband between two wavelengths [m]."""

    lo: float
    hi: float

    def __post_init__(self) -> None:
        if not 300e-9 <= self.lo < self.hi <= 1080e-9:
            raise InputError(
                f"a band must lie within 300 to 1080 nm with lo < hi, not "
                f"{self.lo * 1e9:g} to {self.hi * 1e9:g} nm"
            )

    @property
    def solar_irradiance(self) -> float:
        """Sunlight in the band at 1 au [W m-2]."""
        return _sun(self.lo, self.hi)[0]

    @property
    def solar_photon_energy(self) -> float:
        """Mean energy of the band's solar photons [J]."""
        watts, photons = _sun(self.lo, self.hi)
        return watts / photons

    @property
    def rayleigh_depth(self) -> float:
        """Vertical Rayleigh optical depth of Earth's air at sea level, weighted with sunlight [-].

        Bodhaine et al. 1999, doi:10.1175/1520-0426(1999)016<1854:ORODC>2.0.CO;2, eq. 30.
        """
        lam = _grid(self.lo, self.hi)
        um2 = (lam * 1e6) ** 2
        depth = 0.0021520 * (1.0455996 - 341.29061 / um2 - 0.90230850 * um2)
        depth = depth / (1.0 + 0.0027059889 / um2 - 85.968563 * um2)
        weight = np.interp(lam, *solar_spectrum())
        return float(np.trapezoid(depth * weight, lam) / np.trapezoid(weight, lam))

    def starlight(self, v: ArrayLike, v_minus_i: ArrayLike) -> tuple[Array, Array]:
        """Irradiance [W m-2] and photons [m-2 s-1] in the band of stars, from magnitudes [mag].

        A star shines as the black body whose fluxes at 545 and 798 nm have its V-I (Cousins),
        scaled to its Johnson V. Good to 3 % in the visible for stars without molecular bands.
        """
        v, colour = np.broadcast_arrays(*[np.atleast_1d(np.asarray(m, float)) for m in
                                          (v, v_minus_i)])  # fmt: skip
        kelvin = colour_temperature(colour)
        watts, photons = _star_curves(self.lo, self.hi)
        flux = V_ZERO * 10.0 ** (-0.4 * v)
        x = 1.0 / kelvin
        return flux * np.interp(x, _INVERSE_KELVIN, watts), flux * np.interp(
            x, _INVERSE_KELVIN, photons
        )


def colour_temperature(v_minus_i: ArrayLike) -> Array:
    """Temperature of the black body with a star's V-I (Cousins) [K], held in 1500 to 60 000 K.

    Zero-colour fluxes at the effective wavelengths of V and I: Bessell, Castelli & Plez 1998.
    """
    ratio = _I_OVER_V * 10.0 ** (0.4 * np.asarray(v_minus_i, dtype=np.float64))
    kelvin = 1.0 / _INVERSE_KELVIN
    curve = planck(_I_AT, kelvin) / planck(_V_AT, kelvin)
    return 1.0 / np.interp(ratio, curve, _INVERSE_KELVIN)


@lru_cache(maxsize=32)
def _sun(lo: float, hi: float) -> tuple[float, float]:
    lam = _grid(lo, hi)
    values = np.interp(lam, *solar_spectrum())
    photons = values * lam / (float(PLANCK) * float(SPEED_OF_LIGHT))
    return float(np.trapezoid(values, lam)), float(np.trapezoid(photons, lam))


@lru_cache(maxsize=32)
def _star_curves(lo: float, hi: float) -> tuple[Array, Array]:
    """Band irradiance and photons of black bodies for unit mean V irradiance, by temperature."""
    kelvin = 1.0 / _INVERSE_KELVIN[:, None]
    wide = np.arange(470e-9, 700.5e-9, 1e-9)
    lam = _grid(lo, hi)
    values = planck(lam, kelvin) / v_mean(wide, planck(wide, kelvin))[:, None]
    photons = values * lam / (float(PLANCK) * float(SPEED_OF_LIGHT))
    return np.asarray(np.trapezoid(values, lam)), np.asarray(np.trapezoid(photons, lam))
