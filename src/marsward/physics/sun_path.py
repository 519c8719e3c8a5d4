"""Way of sunlight through a haze that thins out with height over a round planet.

For a haze exponential in height with the scale height H the way relative to the vertical one is

    m(z) = (1/H) integral from 0 to infinity of exp(-(r(s) - r_0)/H) ds,
    r(s)^2 = r_0^2 + s^2 + 2 r_0 s cos z,

Chapman's function (Chapman 1931, doi:10.1088/0959-5309/43/1/305): 1/cos z for a high Sun, some
21 at the horizon of Mars for H = 11 km. Refraction is left out.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from marsward.core.bodies import body
from marsward.core.errors import InputError

__all__ = ["DUST_SCALE_HEIGHT", "air_mass"]

Array = NDArray[np.float64]
DUST_SCALE_HEIGHT = 11_560.0
"""Of dust over Gusev [m], 11.56 +- 0.62 km: Lemmon et al. 2004, doi:10.1126/science.1104474."""
_RADIUS = body("mars").radius
_NODE, _WEIGHT = np.polynomial.legendre.leggauss(64)
_FAR = 38.0  # scale heights up: where the haze is 1e-16 of that at the ground


def air_mass(
    zenith: ArrayLike, scale_height: ArrayLike = DUST_SCALE_HEIGHT, *, radius: float = _RADIUS
) -> Array:
    """Way through a haze over the vertical one.

    Parameters
    ----------
    zenith : angle of the Sun from the vertical [deg], 0 to 90, any shape
    scale_height : of the haze [m], of a shape that fits; radius : of the planet [m]

    Raises
    ------
    InputError : an angle or scale height out of range
    """
    angle, high = np.broadcast_arrays(
        np.asarray(zenith, dtype=np.float64), np.asarray(scale_height, dtype=np.float64)
    )
    if not np.all((angle >= 0.0) & (angle <= 90.0)):
        raise InputError("the Sun's angle from the vertical must lie in 0 to 90 deg to be seen")
    if not np.all((high > 100.0) & (high < 1e5)):
        raise InputError("the scale height of a haze must lie in 0.1 to 100 km")
    cosine = np.cos(np.radians(angle))[..., None]
    top = _FAR * high[..., None]
    # the way to the top, cut into parts of equal height so that a low Sun is summed finely too
    ends = top * np.linspace(0.0, 1.0, 5) ** 2
    way = np.sqrt((radius * cosine) ** 2 + ends * (2.0 * radius + ends)) - radius * cosine
    total = np.zeros(angle.shape)
    for k in range(4):
        low, half = way[..., k : k + 1], 0.5 * (way[..., k + 1 : k + 2] - way[..., k : k + 1])
        s = low + half * (_NODE + 1.0)
        rise = s * (s + 2.0 * radius * cosine)
        rise = rise / (radius + np.sqrt(radius * radius + rise))
        thin = np.exp(-rise / high[..., None])
        total += (thin * _WEIGHT).sum(axis=-1) * half[..., 0]
    return np.asarray(total / high)
