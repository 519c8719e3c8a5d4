"""How the ground holds and carries heat: inertia, heat capacity, conductivity, and ice in pores.

A layer is known by its thermal inertia I = sqrt(k rho c) and its volumetric heat rho c, from which
k = I^2/(rho c) and the diffusivity k/(rho c) = (I/rho c)^2 follow.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike, NDArray

from marsward.core.errors import InputError

__all__ = [
    "ICE_CONDUCTIVITY",
    "ICE_DENSITY",
    "ICE_HEAT",
    "POROSITY",
    "conductivity",
    "dry_volumetric_heat",
    "ice_mass",
    "massive_ice",
    "pore_ice",
    "pure_ice",
    "skin_depth",
]

Array = NDArray[np.float64]
Layer = tuple[Array, Array]
# Water ice at 198 K: density [kg m-3], specific heat [J kg-1 K-1], conductivity [W m-1 K-1], as in
# Schorghofer & Aharonson 2005, doi:10.1029/2004JE002350; conductivity of clean ice by Slack 1980,
# doi:10.1103/PhysRevB.22.3065.
ICE_DENSITY = 927.0
ICE_HEAT = 1540.0
ICE_CONDUCTIVITY = 3.2
# Conductivity of the grains themselves [W m-1 K-1]: Mellon et al. 1997, doi:10.1029/97JE01346.
GRAIN_CONDUCTIVITY = 3.0
# Pore space of the soil [-]: Schorghofer & Aharonson 2005.
POROSITY = 0.4


def conductivity(inertia: ArrayLike, volumetric_heat: ArrayLike) -> Array:
    """k = I^2/(rho c) [W m-1 K-1] of a layer; InputError unless both are above zero."""
    heat = _above(volumetric_heat, "volumetric heat")
    return np.asarray(np.square(_above(inertia, "thermal inertia")) / heat)


def dry_volumetric_heat(inertia: ArrayLike) -> Array:
    """Volumetric heat of dry soil [J m-3 K-1] from its thermal inertia [J m-2 K-1 s-1/2].

    rho c = 800 (150 + 100 sqrt(34.2 + 0.714 I)): 800 J kg-1 K-1 times a density that grows with
    inertia, after Mellon & Jakosky 1993, doi:10.1029/92JE02355, in the form of Schorghofer &
    Aharonson 2005, doi:10.1029/2004JE002350. Used for I of 30 to 2000.

    Raises InputError for an inertia that is not above zero.
    """
    root = np.sqrt(34.2 + 0.714 * _above(inertia, "thermal inertia"))
    return np.asarray(800.0 * (150.0 + 100.0 * root))


def pore_ice(
    inertia: ArrayLike, volumetric_heat: ArrayLike, porosity: ArrayLike = POROSITY
) -> Layer:
    """Inertia and volumetric heat of dry soil once ice fills its pores.

    Conductivities and volumetric heats add up: k = k_dry + phi k_ice, rho c = (rho c)_dry +
    phi (rho c)_ice. Schorghofer & Aharonson 2005, doi:10.1029/2004JE002350, section 2.

    Raises
    ------
    InputError : a porosity outside 0 to 1, an inertia or heat that is not above zero.
    """
    share = _share(porosity, "porosity")
    heat = np.asarray(volumetric_heat, float) + share * ICE_DENSITY * ICE_HEAT
    carry = conductivity(inertia, volumetric_heat) + share * ICE_CONDUCTIVITY
    return np.sqrt(heat * carry), np.asarray(heat + 0.0 * carry)


def massive_ice(
    volumetric_heat: ArrayLike, ice_fraction: ArrayLike, porosity: ArrayLike = POROSITY
) -> Layer:
    """Inertia and volumetric heat of ice with grains in it, ice being the given share of volume.

    The grains keep the heat they had in the dry soil of that porosity, (rho c)_dry/(1 - phi), and
    conduct at 3 W m-1 K-1; shares of volume weigh both. Mellon et al. 1997, doi:10.1029/97JE01346.

    Raises
    ------
    InputError : a share outside 0 to 1, a porosity of 1.
    """
    ice, pores = _share(ice_fraction, "ice fraction"), _share(porosity, "porosity")
    if np.any(pores >= 1.0):
        raise InputError("a soil of porosity 1 has no grains; give a porosity under 1")
    grains = _above(volumetric_heat, "volumetric heat") / (1.0 - pores)
    heat = (1.0 - ice) * grains + ice * ICE_DENSITY * ICE_HEAT
    carry = ice * ICE_CONDUCTIVITY + (1.0 - ice) * GRAIN_CONDUCTIVITY
    return np.sqrt(heat * carry), np.asarray(heat)


def pure_ice() -> tuple[float, float]:
    """Inertia and volumetric heat of clean ice at 198 K."""
    heat = ICE_DENSITY * ICE_HEAT
    return math.sqrt(heat * ICE_CONDUCTIVITY), heat


def ice_mass(ice_depth: ArrayLike, *, within: float = 1.0, porosity: ArrayLike = POROSITY) -> Array:
    """Mass of pore ice [kg m-2] between its upper face [m], inf for none, and `within` [m].

    Raises InputError for a depth below 0 or NaN.
    """
    depth = np.asarray(ice_depth, float)
    if not np.all(depth >= 0.0):
        raise InputError("the depth of ice must be 0 m or more, inf where there is none")
    thick = np.maximum(within - depth, 0.0)
    return np.asarray(_share(porosity, "porosity") * ICE_DENSITY * thick)


def skin_depth(inertia: ArrayLike, volumetric_heat: ArrayLike, period: float) -> Array:
    """Depth [m] over which a wave of a period [s] falls to 1/e: (I/rho c) sqrt(period/pi)."""
    if not 0.0 < period < math.inf:
        raise InputError(f"a period of {period:g} s is none; give seconds above zero")
    ratio = _above(inertia, "thermal inertia") / _above(volumetric_heat, "volumetric heat")
    return np.asarray(ratio * math.sqrt(period / math.pi))


def _share(value: ArrayLike, name: str) -> Array:
    share = np.asarray(value, dtype=np.float64)
    if not np.all((share >= 0.0) & (share <= 1.0)):
        raise InputError(f"{name} must lie in 0 to 1, not {value!r}")
    return share


def _above(value: ArrayLike, name: str) -> Array:
    array = np.asarray(value, dtype=np.float64)
    good = (array > 0.0) & (array < math.inf)
    if not good.all():
        raise InputError(f"{name} must be above zero and finite, not {array[~good].flat[0]:g}")
    return array
