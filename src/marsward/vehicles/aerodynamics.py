"""Drag and lift of blunt capsules: a sphere-cone by Mach number, and on the way to free molecules.

Forward of the shoulder the flow is modified Newtonian, pressure falling from that behind a normal
shock (Rayleigh's pitot formula) with the square of the stream's component across the wall:

    CA = Cp0 (sin2 d cos2 a + cos2 d sin2 a / 2) - Cpb,     CN = Cp0 cos2 d sin a cos a,

d the half angle of the cone and a the angle of attack (Anderson 2006, Hypersonic and
High-Temperature Gas Dynamics, ch. 3). The ratio of heats that stands for the shocked gas falls from
that of cold CO2 to that of gas which comes apart. Cpb is the pressure on the base as Viking felt
it, a polynomial of 1/M used for the capsules since (Schoenenberger et al. 2005, AIAA 2005-56; its
coefficients are from memory). Lift over drag comes out as that of Viking, 0.18 (NTRS 19730054023),
and of MSL, 0.24, at the angles at which they flew.

Between continuum and free molecules coefficients are bridged by sin2(pi (3 + log10 Kn)/8) from
Kn 1e-3 to 10 (Wilmoth et al. 1999, doi:10.2514/2.3474, DOI from memory), Kn of hard spheres over
the diameter.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike, NDArray

from marsward.core.constants import BOLTZMANN
from marsward.core.errors import InputError
from marsward.physics.air import MOLAR_GAS_CONSTANT, MOLAR_MASS

__all__ = ["bridge", "free_molecular", "mean_free_path_density", "sphere_cone"]

Array = NDArray[np.float64]
# Ratio of heats that stands for the shocked gas: cold CO2 at the left, dissociated at the right.
_HEATS = ((0.0, 1.29), (5.0, 1.29), (15.0, 1.15), (25.0, 1.13))
# Pressure coefficient on the base: powers of 1/M from 0 to 3, from Mach 1.2 up.
_BASE = (8.325e-3, 1.129e-1, -1.801, 1.289)
_BASE_FROM = 1.2
# Variable hard spheres of CO2 at 273 K: Bird 1994, Molecular Gas Dynamics, table A1.
_MOLECULE = 5.62e-10
_CONTINUUM, _FREE = 1e-3, 10.0


def sphere_cone(
    mach: ArrayLike, angle_of_attack: ArrayLike, half_angle: float = 70.0
) -> tuple[Array, Array]:
    """Coefficients of drag and lift of a blunt cone in continuum air.

    Parameters
    ----------
    mach : from 0.1 up
    angle_of_attack : nose below the stream, so that lift is upward [deg]
    half_angle : of the cone [deg]

    Returns
    -------
    (drag, lift) over the area of the base. Good to some 5 % from Mach 2 up, 15 % below.

    Raises
    ------
    InputError : a Mach number at or under 0, or angles that no such capsule has.
    """
    m = np.asarray(mach, dtype=np.float64)
    alpha = np.radians(np.asarray(angle_of_attack, dtype=np.float64))
    if not np.all(m >= 0.1):
        raise InputError(f"a Mach number of {float(np.min(m)):g} is none to fly at; give 0.1 up")
    if not (45.0 <= half_angle <= 80.0 and np.all(np.abs(alpha) <= np.radians(30.0))):
        raise InputError(
            f"a cone of {half_angle:g} deg at {float(np.degrees(np.abs(alpha).max())):g} deg is "
            "beyond the law: give half angles of 45 to 80 and angles of attack up to 30 deg"
        )
    d = math.radians(half_angle)
    most = _stagnation(m)
    sine2, cosine2 = math.sin(d) ** 2, math.cos(d) ** 2
    axial = most * (sine2 * np.cos(alpha) ** 2 + 0.5 * cosine2 * np.sin(alpha) ** 2)
    normal = most * cosine2 * np.sin(alpha) * np.cos(alpha)
    inverse = 1.0 / np.maximum(m, _BASE_FROM)
    axial = axial - np.polynomial.polynomial.polyval(inverse, _BASE)
    drag = axial * np.cos(alpha) + normal * np.sin(alpha)
    lift = axial * np.sin(alpha) - normal * np.cos(alpha)
    return np.asarray(drag), np.asarray(lift)


def free_molecular(
    angle_of_attack: float, half_angle: float = 70.0, accommodation: float = 1.0
) -> tuple[float, float]:
    """Coefficients of drag and lift in fast flow of free molecules.

    Molecules give their momentum to the wall and leave it slowly: pressure and shear together push
    along the stream, 2 per projected area. Shares that bounce off as from a mirror are
    1 - `accommodation`.

    Parameters
    ----------
    angle_of_attack : [deg]; half_angle : of the cone [deg]
    accommodation : share of molecules that the wall takes up, 0 to 1

    Source: limit of great speed ratios, Bird 1994, Molecular Gas Dynamics, section 7.5.
    """
    if not (abs(angle_of_attack) <= 30.0 and 45.0 <= half_angle <= 80.0):
        raise InputError(
            f"a cone of {half_angle!r} deg at {angle_of_attack!r} deg is beyond the law: give half "
            "angles of 45 to 80 and angles of attack up to 30 deg"
        )
    if not 0.0 <= accommodation <= 1.0:
        raise InputError(f"accommodation is {accommodation!r}; give 0 to 1")
    a, d = math.radians(angle_of_attack), math.radians(half_angle)
    diffuse = 2.0 * math.cos(a)
    axial = 2.0 * (math.sin(d) ** 2 * math.cos(a) ** 2 + 0.5 * (math.cos(d) * math.sin(a)) ** 2)
    normal = 2.0 * math.cos(d) ** 2 * math.sin(a) * math.cos(a)
    mirror = 2.0 * (axial * math.cos(a) + normal * math.sin(a))
    lifted = 2.0 * (axial * math.sin(a) - normal * math.cos(a))
    share = accommodation
    return share * diffuse + (1.0 - share) * mirror, (1.0 - share) * lifted


def bridge(knudsen: ArrayLike) -> Array:
    """Share of the free-molecular coefficient at Knudsen numbers, 0 to 1."""
    kn = np.asarray(knudsen, dtype=np.float64)
    if not np.all(kn > 0.0):
        raise InputError("Knudsen numbers must be above 0")
    x = np.clip(np.log10(kn), math.log10(_CONTINUUM), math.log10(_FREE))
    return np.asarray(np.sin(math.pi * (3.0 + x) / 8.0) ** 2)


def mean_free_path_density() -> float:
    """Mean free path of hard spheres times density [kg m-2] in the air of Mars."""
    molecule = MOLAR_MASS * float(BOLTZMANN) / MOLAR_GAS_CONSTANT
    return molecule / (math.sqrt(2.0) * math.pi * _MOLECULE**2)


def _stagnation(mach: Array) -> Array:
    """Pressure coefficient of the point where the stream stops, behind a normal shock."""
    g = np.interp(mach, *np.array(_HEATS).T)
    m2 = mach**2
    rise = (1.0 + 0.5 * (g - 1.0) * m2) ** (g / (g - 1.0))
    fast = np.maximum(m2, 1.0)
    shocked = ((g + 1.0) ** 2 * fast / (4.0 * g * fast - 2.0 * (g - 1.0))) ** (g / (g - 1.0)) * (
        (1.0 - g + 2.0 * g * fast) / (g + 1.0)
    )
    total = np.where(m2 > 1.0, shocked, rise)
    return np.asarray((total - 1.0) / (0.5 * g * m2))
