"""Air at the height of a lander's thermometer, one to two metres up, from the ground below it.

No law but a measured difference, good to some 8 K. In the warmest part of the sol the air 1.1 m up
was 20 K colder than the ground at both Mars Exploration Rovers throughout 180 sols: Spanovich et
al. 2006, doi:10.1016/j.icarus.2005.09.014. At the coldest hour the two are taken to be equal; an
inversion of a few kelvins is then common but varies with wind and dust (Munguira et al. 2023,
doi:10.1029/2022JE007559). Between, the difference grows in proportion with the ground's warmth:

    T_air = T_ground - 20 K (T_ground - T_least)/max(swing, 80 K),   swing = T_most - T_least

The 80 K are assumed: about the least swing of those rovers' sols, under which the difference is
made to shrink, since ground that hardly warms drives no convection. A winter of dust, in which the
air is heated from above and stays warmer than the ground, is not in it.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from marsward.core.errors import InputError

__all__ = ["air_extremes", "air_temperature"]

Array = NDArray[np.float64]
# Ground less air at the warmest hour [K]: Spanovich et al. 2006, doi:10.1016/j.icarus.2005.09.014.
NOON_DIFFERENCE = 20.0
# Swing of the ground over a sol [K] from which on it holds in full; assumed.
FULL_SWING = 80.0


def air_temperature(ground: ArrayLike) -> Array:
    """Air temperature [K] 1 to 2 m above ground whose temperature through a sol [K] is given.

    Parameters
    ----------
    ground : (..., steps), the last axis one whole sol

    Raises
    ------
    InputError : temperatures that are not finite and above zero, or no steps.
    """
    below = _checked(ground)
    if below.ndim == 0 or below.shape[-1] < 2:
        raise InputError("the air follows the ground through a sol; give two steps of it or more")
    low = below.min(axis=-1, keepdims=True)
    swing = below.max(axis=-1, keepdims=True) - low
    return np.asarray(below - _difference(swing) * (below - low))


def air_extremes(ground_low: ArrayLike, ground_high: ArrayLike) -> tuple[Array, Array]:
    """Least and most of the air's temperature [K] in a sol, from those of the ground [K].

    Raises
    ------
    InputError : temperatures that are not finite and above zero, a least above the most.
    """
    low, high = _checked(ground_low), _checked(ground_high)
    swing = np.asarray(high - low)
    if np.any(swing < 0.0):
        raise InputError("the ground's lowest temperature of a sol is above its highest")
    return low, np.asarray(high - _difference(swing) * swing)


def _difference(swing: Array) -> Array:
    """Ground less air over the ground's rise from its least."""
    return np.asarray(NOON_DIFFERENCE / np.maximum(swing, FULL_SWING))


def _checked(temperature: ArrayLike) -> Array:
    array = np.asarray(temperature, dtype=np.float64)
    if not np.all((array > 0.0) & (array < np.inf)):
        raise InputError("a ground temperature must be finite and above 0 K")
    return array
