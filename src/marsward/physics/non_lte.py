"""Thin air and its 15 um band: where collisions no longer keep up with radiation.

Two levels and escape into space. A molecule in its bending vibration loses it to collisions at the
rate C and to radiation at A = 1.54 s-1 (HITRAN 2016, doi:10.1016/j.jqsrt.2017.06.038), of which
the share E leaves the neighbourhood. Balance of the two gives a source of B C/(C + A E) in place
of Planck's B where the air cools to space, and the heating of local equilibrium is lowered by the
same factor (cool-to-space form of Lopez-Valverde & Lopez-Puertas 1994, doi:10.1029/94JE00635):

    h = h_LTE C / (C + A E),      E = 1/2 < exp(-1.66 tau above) > over the band's emission.

Rates [cm3 s-1] are those of that work as general circulation models of Mars carry them, quoted
from memory: by CO2 4.2e-12 exp(-2988/T + 303930/T^2), by N2 and the rest 2.1e-12
exp(-2659/T + 223052/T^2), held below 203 and 168 K where the fits turn; by atomic oxygen 3e-12.
Half of the loss by hot bands and isotopologues would need levels of their own: the form is good to
a factor of two or so in the cooling above 0.05 Pa, and does nothing below 60 km.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from marsward.core.constants import BOLTZMANN
from marsward.core.errors import InputError
from marsward.physics.air import COMPOSITION, GRAVITY
from marsward.physics.correlated_k import KTable
from marsward.physics.kernels.longwave import escaping

__all__ = ["atomic_oxygen", "deactivation", "non_lte_share"]

Array = NDArray[np.float64]
_EINSTEIN = 1.54  # s-1
_BY_OXYGEN = 3.0e-12  # cm3 s-1
_PER_CM3 = 1e-6


def atomic_oxygen(pressure: ArrayLike) -> Array:
    """Share of atomic oxygen by volume at pressures [Pa]: assumed, 1e-3 at 0.05 Pa and growing.

    As the square root of 1/p up to 2 %; observed values scatter by a factor of three about it.
    """
    p = np.asarray(pressure, dtype=np.float64)
    return np.asarray(np.minimum(1e-3 * np.sqrt(0.05 / p), 0.02) * (p < 1.0))


def deactivation(pressure: ArrayLike, temperature: ArrayLike, oxygen: ArrayLike) -> Array:
    """Rate [s-1] at which collisions take the bending vibration from a molecule of CO2.

    pressure, temperature : of the air [Pa], [K]
    oxygen : share of atomic oxygen by volume
    """
    p, t = np.asarray(pressure, dtype=np.float64), np.asarray(temperature, dtype=np.float64)
    if not ((p > 0.0).all() and (t > 0.0).all()):
        raise InputError("deactivation needs pressures above 0 Pa and temperatures above 0 K")
    x = np.asarray(oxygen, dtype=np.float64)
    number = p / (float(BOLTZMANN) * t) * _PER_CM3
    a, b = np.maximum(t, 203.4), np.maximum(t, 167.8)
    by_co2 = 4.2e-12 * np.exp(-2988.0 / a + 303_930.0 / a**2)
    by_rest = 2.1e-12 * np.exp(-2659.0 / b + 223_052.0 / b**2)
    share = COMPOSITION["CO2"]
    heavy = share * by_co2 + (1.0 - share) * by_rest
    return np.asarray(number * ((1.0 - x) * heavy + x * _BY_OXYGEN))


def non_lte_share(
    edges: Array,
    temperature: Array,
    table: KTable,
    *,
    oxygen: ArrayLike | None = None,
    gravity: float = GRAVITY,
) -> Array:
    """Factor on the heating of local equilibrium (n, L), 1 in dense air, falling with height.

    edges, temperature : of the columns (n, L+1) [Pa], (n, L) [K]
    table : the air's absorption
    oxygen : share of atomic oxygen by volume (n, L); `atomic_oxygen` by default
    """
    p = np.ascontiguousarray(edges, dtype=np.float64)
    t = np.ascontiguousarray(temperature, dtype=np.float64)
    middle = 0.5 * (p[:, 1:] + p[:, :-1])
    x = atomic_oxygen(middle) if oxygen is None else np.asarray(oxygen, dtype=np.float64)
    escape = np.empty(t.shape)
    escaping(p, t, gravity, *table.arrays, escape)
    rate = deactivation(middle, t, x)
    return np.asarray(rate / (rate + _EINSTEIN * escape))
