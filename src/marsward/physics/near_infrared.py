"""Sunlight that carbon dioxide takes in the near infrared, by a published closed form.

    dT/dt = h (r_0/r)^2 sqrt(p_0 mu/p) (1 + p_n/p)^-b,   mu = sqrt(1224 cos^2 Z + 1)/35

with h = 1.3 K per sol under an overhead Sun at r_0 = 1.52 au and p_0 = 700 Pa, p_n = 0.0075 Pa and
b = 1.628: Forget et al. 1999, doi:10.1029/1999JE001025, a fit to line-by-line sums whose last
factor is the roll-off out of local equilibrium (Lopez-Valverde et al. 1998,
doi:10.1029/98JE01601). The bands at 1.4, 1.6, 2.0, 2.7 and 4.3 um are in it. The form is of pure
air: it knows no dust above, and light that comes back from the ground is left out. Of an overhead
Sun at 610 Pa it takes some 4 W/m2, 0.7 %. Beside the correlated-k table of the Ames climate model
the heating from 0.3 to 100 Pa is 0.6 to 0.7 of theirs under an overhead Sun and 0.7 to 0.85 under
one 17 degrees up.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from marsward.core.constants import SOL, SOLAR_IRRADIANCE
from marsward.core.errors import InputError

__all__ = ["near_infrared_heating", "near_infrared_numbers", "slant_cosine"]

Array = NDArray[np.float64]
RATE = 1.3  # K per sol
DISTANCE = 1.52  # au
PRESSURE, ROLL_OFF, POWER = 700.0, 0.0075, 1.628  # Pa, Pa, -


def near_infrared_numbers(scale: float = 1.0) -> Array:
    """What the kernels take (5,): heating [K s-1] at the reference, its flux [W m-2], p_0, p_n
    [Pa] and b. scale: factor on the heating, 0 for none."""
    if not 0.0 <= scale < 100.0:
        raise InputError(f"the near infrared's factor must be 0 or more, not {scale:g}")
    flux = float(SOLAR_IRRADIANCE) / DISTANCE**2
    return np.array([scale * RATE / float(SOL), flux, PRESSURE, ROLL_OFF, POWER])


def slant_cosine(cos_zenith: ArrayLike) -> Array:
    """Cosine whose inverse is the air mass under a curved sky: 35 at the horizon, 1 overhead.

    The form that Rodgers gave for Earth in 1967 and that Forget et al. 1999 take for Mars; a beam
    through a layer of scale height H of a planet of radius a would have sqrt(pi a/2H), 22, there.
    """
    mu = np.asarray(cos_zenith, dtype=np.float64)
    return np.asarray(np.sqrt(1224.0 * mu * mu + 1.0) / 35.0)


def near_infrared_heating(
    pressure: ArrayLike, cos_zenith: ArrayLike, solar_flux: ArrayLike
) -> Array:
    """Heating by carbon dioxide's near infrared [K s-1]; they broadcast.

    pressure [Pa]; cos_zenith of the Sun, 0 or less is night; solar_flux across its rays [W m-2].
    Raises InputError for a pressure that is not above zero, a cosine outside -1 to 1.
    """
    p, mu, flux = (np.asarray(v, dtype=np.float64) for v in (pressure, cos_zenith, solar_flux))
    if not np.all((p > 0.0) & np.isfinite(p)):
        raise InputError("near-infrared heating needs pressures above 0 Pa")
    if not np.all(np.abs(mu) <= 1.0):
        raise InputError("the cosine of the Sun's zenith angle lies in -1 to 1")
    if not np.all((flux >= 0.0) & np.isfinite(flux)):
        raise InputError("the Sun's flux must be finite and 0 W/m2 or more")
    rate, reference, p0, roll, power = near_infrared_numbers()
    found = rate * flux / reference * np.sqrt(p0 * slant_cosine(mu) / p) * (1 + roll / p) ** -power
    return np.asarray(np.where(mu > 0.0, found, 0.0))
