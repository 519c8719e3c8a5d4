"""How far above its surface the Earth's visible limb stands."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from marsward.core.errors import InputError

SCALE_HEIGHT = 7.9e3
"""Scale height of air's density between the ground and 17 km [m]: 1.225 and 0.1423 kg m-3 in the
U.S. Standard Atmosphere 1976 (NASA-TM-X-74335)."""

DOUBT = 4.0e3
"""1-sigma of the height [m] (assumed): haze and cloud tops raise the limb, and the air beyond it is
brighter or darker than what lies inside."""

EARTH_RADIUS = 6_371_008.4
"""Mean radius of the Earth [m]; Moritz 2000, Geodetic Reference System 1980,
doi:10.1007/s001900050278."""

EULER = 0.577215664901533


@dataclass(frozen=True)
class LimbHeight:
    """Height of the visible limb above the surface [m] and its 1-sigma [m]."""

    height: float
    sigma: float


def rayleigh_depth(wavelength: ArrayLike) -> NDArray[np.float64]:
    """Vertical optical depth of clear air from sea level at wavelengths [m], same shape.

    Valid for 0.25 to 1.0 um. Source: Bodhaine et al. 1999, eq. 30,
    doi:10.1175/1520-0426(1999)016<1854:ORODC>2.0.CO;2.
    """
    um2 = (np.asarray(wavelength, dtype=np.float64) * 1e6) ** 2
    above = 1.0455996 - 341.29061 / um2 - 0.90230850 * um2
    below = 1.0 + 0.0027059889 / um2 - 85.968563 * um2
    return 0.0021520 * above / below


def limb_height(low: float, high: float) -> LimbHeight:
    """Height of the limb that clear air gives the Earth in a band from `low` to `high` [m].

    A line of sight that passes the surface at height z crosses the air with the depth
    t(z) = t(0) exp(-z / H), t(0) = t0 sqrt(2 pi R / H); light scattered on it goes as 1 - exp(-t).
    As a sharp edge of the same light that stands at H (ln t(0) + 0.5772), with the 1-sigma `DOUBT`.
    Raises `InputError` for a band that is not between 0.25 and 1.1 um.
    """
    if not 0.25e-6 <= low < high <= 1.1e-6:
        raise InputError(
            f"a band from {low * 1e6:.3g} to {high * 1e6:.3g} um has no known limb height: give "
            "limb_heights={'earth': LimbHeight(height, sigma)}"
        )
    across = np.linspace(low, high, 33)
    slant = float(np.sqrt(2.0 * np.pi * EARTH_RADIUS / SCALE_HEIGHT))
    depth = float(np.mean(rayleigh_depth(across))) * slant
    return LimbHeight(SCALE_HEIGHT * (float(np.log(depth)) + EULER), DOUBT)
