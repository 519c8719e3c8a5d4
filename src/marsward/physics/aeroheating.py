"""Heat of a fast stream at the nose of a blunt body.

Sutton & Graves' law of convection at a stagnation point,

    q = k sqrt(rho/r) v3,

with k = 1.9027e-4 kg^(1/2) m^-1 for the air of Mars: the value that engineering codes take for
Sutton & Graves 1971, NASA TR R-376, which was not read itself for it. The wall
is cold and catalytic in full.
Light of the shocked gas is left out: in CO2 the correlation of Tauber & Sutton 1991
(doi:10.2514/3.26206, from memory) begins at 6 km/s, above the entries that are flown here.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from marsward.core.asked import numbers
from marsward.core.errors import InputError

__all__ = ["SUTTON_GRAVES", "stagnation_heating"]

Array = NDArray[np.float64]
SUTTON_GRAVES = 1.9027e-4
"""Constant of convective heating in the air of Mars [kg^(1/2) m^-1]."""


def stagnation_heating(density: ArrayLike, speed: ArrayLike, nose_radius: ArrayLike) -> Array:
    """Heat flux at the stagnation point [W m-2].

    Parameters
    ----------
    density : of the air ahead [kg m-3]
    speed : in the air [m/s]
    nose_radius : [m]

    Raises
    ------
    InputError : a density or speed below 0, a nose without radius.
    """
    rho, v, r = (
        numbers(each, name, unit)
        for each, name, unit in (
            (density, "density", "kg m-3"), (speed, "speed", "m/s"),
            (nose_radius, "nose radius", "m"),
        )
    )  # fmt: skip
    if not (np.all(rho >= 0.0) and np.all(v >= 0.0)):
        raise InputError("density and speed of a stream must not be below 0")
    if not np.all(r > 0.0):
        raise InputError(f"the radius of a nose is {float(np.min(r)):g} m; give more than 0")
    return np.asarray(SUTTON_GRAVES * np.sqrt(rho / r) * v**3)
