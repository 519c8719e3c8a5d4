"""Permittivity and loss of rock, soil, ice and their mixtures at radio frequencies of 1 to 100 MHz.

A medium is a relative permittivity eps' and a loss tangent tan d; its complex permittivity is
eps' (1 - i tan d), for fields that go as exp(+i w t). Mixtures of rock, ice and air by share of
volume f:

    power law       eps^a = sum f eps^a;  a = 1/3 Looyenga, a = 1/2 refractive index ("CRIM")
    Maxwell Garnett eps   = h + 3 f h (e - h)/(e + 2 h - f (e - h)), spheres e in a host h

Looyenga 1965, doi:10.1016/0031-8914(65)90045-5; Birchak et al. 1974, doi:10.1109/PROC.1974.9388;
Sihvola 1999, Electromagnetic Mixing Formulas and Applications, doi:10.1049/PBEW047E.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike, NDArray

from marsward.core.constants import SPEED_OF_LIGHT
from marsward.core.errors import InputError
from marsward.core.fields import FieldRow, add_fields

__all__ = [
    "BASALT",
    "ICE_PERMITTIVITY",
    "LOOYENGA",
    "POLAR_ICE",
    "REFRACTIVE",
    "attenuation",
    "complex_permittivity",
    "ice",
    "ice_share",
    "loss_tangent",
    "maxwell_garnett",
    "mixture",
    "powder_permittivity",
    "reflection",
    "wave_speed",
]

Array = NDArray[np.float64]
Complex = NDArray[np.complex128]

add_fields(
    FieldRow("permittivity", "1", "real part of the relative permittivity", low=1.0),
    FieldRow("loss_tangent", "1", "imaginary over real part of the permittivity", low=0.0),
    FieldRow("echo_power", "dB", "echo power relative to a flat perfect mirror at the same height"),
    FieldRow("two_way_delay", "s", "two-way delay from the datum, later is positive"),
)

LOOYENGA = 1.0 / 3.0
REFRACTIVE = 0.5
ICE_PERMITTIVITY = 3.15  # pure ice of the buried sheets; Bramson 2015, doi:10.1002/2015GL064844
POLAR_ICE = (3.10, 0.0026)  # north polar deposits; Grima et al. 2009, doi:10.1029/2008GL036326
BASALT = (8.0, 0.02)  # solid; Rust et al. 1999, doi:10.1016/S0377-0273(99)00055-4, porosity 0
# Powders of dry rock: Ulaby et al. 1990, doi:10.1109/36.54359, base 1.96; Olhoeft & Strangway 1975,
# doi:10.1016/0012-821X(75)90146-6, find 1.93 for lunar soil.
POWDER_BASE = 1.96
_C = float(SPEED_OF_LIGHT)


def complex_permittivity(permittivity: ArrayLike, loss: ArrayLike = 0.0) -> Complex:
    """eps' (1 - i tan d) of a relative permittivity and a loss tangent, any shape.

    Raises
    ------
    InputError : a permittivity below 1, a loss below 0, or one that is not finite
    """
    eps = np.asarray(permittivity, dtype=np.float64)
    tan = np.asarray(loss, dtype=np.float64)
    _within("permittivity", eps, 1.0, "1 is empty space; dry soil has 3 to 4")
    _within("loss tangent", tan, 0.0, "dry soil has 0.005 to 0.03, ice below 0.003")
    return np.asarray(eps * (1.0 - 1j * tan))


def loss_tangent(permittivity: ArrayLike) -> Array:
    """Loss tangent of a complex permittivity; InputError unless it is finite and not 0."""
    eps = _complex(permittivity)
    return np.asarray(-eps.imag / eps.real)


def mixture(
    shares: ArrayLike, permittivity: ArrayLike, *, power: float = LOOYENGA, axis: int = -1
) -> Complex:
    """Complex permittivity of a mixture by a power law.

    Parameters
    ----------
    shares : shares of volume along `axis`, 0 to 1; they must add up to 1
    permittivity : complex permittivity of each constituent, to broadcast with `shares`
    power : exponent; 1/3 Looyenga, 1/2 refractive index, 1 parallel and -1 serial layers

    Raises
    ------
    InputError : shares outside 0 to 1 or with another sum
    """
    f = np.asarray(shares, dtype=np.float64)
    total = f.sum(axis=axis)
    if not np.all(np.isfinite(f)) or f.size == 0 or f.min() < -1e-12 or f.max() > 1.0 + 1e-12:
        raise InputError("shares of a mixture must lie between 0 and 1 and have no gaps")
    if np.any(np.abs(total - 1.0) > 1e-6):
        worst = float(np.ravel(total)[np.argmax(np.abs(np.ravel(total) - 1.0))])
        raise InputError(f"shares of a mixture add up to {worst:g}; they must add up to 1")
    if power == 0.0:
        raise InputError("power of a mixture is 0; Looyenga's law has 1/3, the index law 1/2")
    eps = _complex(permittivity)
    return np.asarray(np.sum(f * eps**power, axis=axis) ** (1.0 / power))


def maxwell_garnett(host: ArrayLike, inclusion: ArrayLike, share: ArrayLike) -> Complex:
    """Complex permittivity of spheres of `inclusion`, `share` of the volume, in a host."""
    h, e = _complex(host), _complex(inclusion)
    f = np.asarray(share, dtype=np.float64)
    if not np.all((f >= 0.0) & (f <= 1.0)):
        raise InputError("the share of inclusions must lie between 0 and 1")
    step = e - h
    return np.asarray(h + 3.0 * f * h * step / (e + 2.0 * h - f * step))


def ice_share(
    permittivity: ArrayLike,
    *,
    ice_permittivity: float = ICE_PERMITTIVITY,
    other: float = BASALT[0],
    air: ArrayLike = 0.0,
    power: float = LOOYENGA,
) -> Array:
    """Share of ice by volume in a mixture of ice, rock and a known share of air [-].

    The inverse of `mixture` for real permittivities. Beyond the ends of what the three can make
    the answer is cut at 0 and at 1 - air.
    """
    eps = np.asarray(permittivity, dtype=np.float64)
    _within("permittivity", eps, 1.0, "1 is empty space; ice has 3.15")
    empty = np.asarray(air, dtype=np.float64)
    if not np.all((empty >= 0.0) & (empty <= 1.0)):
        raise InputError("the share of air must lie between 0 and 1")
    low, high = ice_permittivity**power, other**power
    share = (empty + (1.0 - empty) * high - eps**power) / (high - low)
    return np.asarray(np.clip(share, 0.0, 1.0 - empty))


def powder_permittivity(density: ArrayLike, *, base: float = POWDER_BASE) -> Array:
    """Permittivity of dry rock powder or soil of a density [kg m-3]: base^(density in g cm-3)."""
    rho = np.asarray(density, dtype=np.float64)
    _within("density of soil", rho, 0.0, "loose soil has 1200 to 1800 kg m-3")
    return np.asarray(base ** (rho * 1e-3))


def ice(temperature: ArrayLike, frequency: float) -> Complex:
    """Complex permittivity of pure ice at a temperature [K] and frequency [Hz].

    eps' = 3.1884 + 9.1e-4 (T - 273 K), Maetzler & Wegmueller 1987, doi:10.1088/0022-3727/20/12/013
    (243 to 273 K; its line meets the 3.10 of 180 K by Gough 1972, doi:10.1139/v72-483).
    eps'' = a/f by the tail of Debye's relaxation, f in GHz, x = 300 K/T - 1,
    a = (0.00504 + 0.0062 x) exp(-22.1 x): Maetzler 2006, doi:10.1049/PBEW052E, section 5.3. Salt
    and dust, which add to the loss, are left out: a floor, not an estimate, for Martian ice.
    """
    kelvin = np.asarray(temperature, dtype=np.float64)
    if not np.all((kelvin >= 100.0) & (kelvin <= 273.16)):
        raise InputError("the temperature of ice must lie in 100 to 273.16 K")
    if not frequency > 0.0:
        raise InputError(f"the frequency must be positive, not {frequency:g} Hz")
    real = 3.1884 + 9.1e-4 * (kelvin - 273.0)
    x = 300.0 / kelvin - 1.0
    imaginary = (0.00504 + 0.0062 * x) * np.exp(-22.1 * x) / (frequency * 1e-9)
    return np.asarray(real - 1j * imaginary)


def wave_speed(permittivity: ArrayLike) -> Array:
    """Speed of a wave in a medium of small loss [m/s]; InputError for a permittivity below 1."""
    eps = np.asarray(permittivity, dtype=np.float64)
    _within("permittivity", eps, 1.0, "1 is empty space; ice has 3.15")
    return np.asarray(_C / np.sqrt(eps))


def attenuation(permittivity: ArrayLike, loss: ArrayLike, frequency: ArrayLike) -> Array:
    """One-way attenuation of power [dB/m]: 20 log10(e) (2 pi f/c) Im of the refractive index."""
    index = np.sqrt(complex_permittivity(permittivity, loss))
    f = np.asarray(frequency, dtype=np.float64)
    if not np.all((f > 0.0) & (f < math.inf)):
        raise InputError("frequencies of an attenuation must be positive [Hz]")
    return np.asarray(20.0 / math.log(10.0) * 2.0 * math.pi * f / _C * -index.imag)


def reflection(above: ArrayLike, below: ArrayLike) -> Complex:
    """Fresnel amplitude at normal incidence from complex permittivity `above` to `below`."""
    n1, n2 = np.sqrt(_complex(above)), np.sqrt(_complex(below))
    return np.asarray((n1 - n2) / (n1 + n2))


def _complex(permittivity: ArrayLike) -> Complex:
    eps = np.asarray(permittivity, dtype=np.complex128)
    if not np.all(np.isfinite(eps) & (eps != 0.0)):
        raise InputError("a permittivity must be a finite number other than 0")
    return eps


def _within(what: str, values: Array, low: float, advice: str) -> None:
    if not np.all(np.isfinite(values)) or np.any(values < low):
        bad = np.ravel(values)[
            np.argmax(~(np.ravel(values) >= low) | ~np.isfinite(np.ravel(values)))
        ]
        raise InputError(f"a {what} of {bad:g} cannot be: it must be at least {low:g} ({advice})")
