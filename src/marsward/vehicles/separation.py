"""Parting of shields under a parachute: which body falls away faster, and how far it gets."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from marsward.core.asked import numbers
from marsward.core.errors import InputError

__all__ = ["Separation", "separation"]

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Separation:
    """How two bodies part in one wind.

    ratio : ballistic coefficient of the one below over that of the one above
    acceleration : at which they part at first, above 0 when they do [m s-2]
    distance : between them after `time` [m]
    time : [s]
    clear : whether they part and have left each other by the distance asked for
    """

    ratio: Array
    acceleration: Array
    distance: Array
    time: float
    clear: NDArray[np.bool_]


def separation(
    *,
    below: tuple[float, float],
    above: tuple[float, float],
    pressure: ArrayLike,
    speed: ArrayLike,
    time: float = 5.0,
    least: float = 10.0,
) -> Separation:
    """Parting of a body that falls ahead from the one that stays behind on the parachute.

    Each flies with its own drag, k v² with k = q/(v² beta); gravity is the same for both, so their
    gap is the difference of the ways ln(1 + k v t)/k that drag leaves to each. That is the closed
    form without gravity; gravity speeds the heavier up and so adds to the gap.

    Parameters
    ----------
    below, above : mass [kg] and drag coefficient times area [m2] of the bodies
    pressure : dynamic pressure at the parting [Pa]; NaN where there was none
    speed : at the parting [m/s]; likewise
    time : after which the gap is judged [s]
    least : gap that is wanted by then [m]

    Raises
    ------
    InputError : masses, areas, pressures or speeds that are not above 0.
    """
    q, v = np.asarray(pressure, dtype=float), np.asarray(speed, dtype=float)
    good = q[~np.isnan(q)] > 0.0, v[~np.isnan(v)] > 0.0
    given = numbers((*below, *above, time, least), "figures of a parting")
    if given[:5].min() <= 0.0 or not all(each.all() for each in good):
        raise InputError("masses, drag areas, pressure, speed and time of a parting are above 0")
    beta_below, beta_above = below[0] / below[1], above[0] / above[1]
    ways = []
    for beta in (beta_below, beta_above):
        k = q / (v**2 * beta)
        ways.append(np.log1p(k * v * time) / k)
    gap = ways[0] - ways[1]
    acceleration = q * (1.0 / beta_above - 1.0 / beta_below)
    ratio = np.broadcast_to(beta_below / beta_above, q.shape)
    with np.errstate(invalid="ignore"):
        clear = (acceleration > 0.0) & (gap >= least)
    return Separation(np.array(ratio), acceleration, gap, float(time), clear)
