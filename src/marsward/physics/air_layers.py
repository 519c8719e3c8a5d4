"""Layers of a column of air: thin at the ground, even in the logarithm of pressure above.

Index 0 is the layer, or the edge, at the ground. The thickness of layer k in ln p is

    d_k = d_0 r^k/(1 + d_0 r^k/D),

which grows by the ratio r near the ground and comes to D aloft; r is found so that the layers fill
the column.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike, NDArray

from marsward.core.asked import number, numbers, whole
from marsward.core.errors import InputError

__all__ = ["LAYERS", "TOP", "layer_edges"]

Array = NDArray[np.float64]
LAYERS = 32
"""Layers of a column where nothing else is asked."""
TOP = 0.01
"""Pressure of the upper edge of the last layer [Pa], some 100 km up."""
# Thickness of the lowest layer [m], so that its middle is at 5 m, and the scale height by which it
# becomes a share of the pressure: that of 210 K.
_LOWEST, _SCALE_HEIGHT = 10.0, 10_800.0
_MOST = 1e6  # Pa, where air is no longer an ideal gas as this one is
_FULL = 1.5  # D over the mean thickness of layers


def layer_edges(
    surface_pressure: ArrayLike,
    layers: int = LAYERS,
    top: float = TOP,
    *,
    lowest: float = _LOWEST,
) -> Array:
    """Pressure at the edges of layers [Pa] (n, layers + 1) over ground at a pressure [Pa] (n,).

    Parameters
    ----------
    layers : 4 or more; top : pressure of the last edge [Pa], above zero
    lowest : thickness of the layer at the ground [m]; under the mean of all

    Raises
    ------
    InputError : a pressure that is not above that of the top or beyond 1e6 Pa, too few layers,
        what is no number.
    """
    ground = np.atleast_1d(numbers(surface_pressure, "surface pressure", "Pa"))
    layers = whole(layers, "the count of layers", 4)
    if not number(top, "top of the air", "Pa") > 0.0:
        raise InputError(f"the top of the air is at {top:g} Pa; give a pressure above zero")
    number(lowest, "thickness of the lowest layer", "m")
    good = (ground > 10.0 * top) & (ground <= _MOST)
    if ground.ndim != 1 or not good.all():
        bad = ground[~good][0] if ground.ndim == 1 else math.nan
        raise InputError(
            f"surface pressure must be one row of finite values above {10.0 * top:g} Pa, "
            f"ten times the top of the air, and up to {_MOST:g} Pa, not {bad:g} Pa"
        )
    first = lowest / _SCALE_HEIGHT
    total = np.log(ground / top)
    mean = total / layers
    if not (first > 0.0 and np.all(first < 0.9 * mean)):
        raise InputError(
            f"a lowest layer of {lowest:g} m does not fit {layers} layers; give fewer layers or a "
            "thinner one"
        )
    low, high = np.zeros(ground.size), np.full(ground.size, math.log(1e3))
    for _ in range(60):
        middle = 0.5 * (low + high)
        short = _thickness(first, middle, mean, layers).sum(axis=1) < total
        low, high = np.where(short, middle, low), np.where(short, high, middle)
    thick = _thickness(first, 0.5 * (low + high), mean, layers)
    depth = np.cumsum(thick, axis=1)
    depth *= (total / depth[:, -1])[:, None]
    return np.asarray(np.concatenate([ground[:, None], ground[:, None] * np.exp(-depth)], axis=1))


def _thickness(first: float, log_ratio: Array, mean: Array, layers: int) -> Array:
    """Thickness in ln p (n, layers)."""
    grown = first * np.exp(np.minimum(log_ratio[:, None] * np.arange(layers), 600.0))
    return np.asarray(grown / (1.0 + grown / (_FULL * mean[:, None])))
