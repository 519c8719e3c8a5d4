"""Absorption of carbon dioxide line by line, and k-distributions from it.

Voigt lines of `co2_lines` in air of the composition of `physics.air`: Doppler width from the
isotopologue's mass, half width p (x_CO2 g_self + (1 - x_CO2) g_air) (296/T)^n. Wings are cut at
25 cm-1 and bent below Lorentz's from 3 cm-1 on by Perrin & Hartmann 1989,
doi:10.1016/0022-4073(89)90077-0 (their chi for CO2 broadened by itself at 4.3 um, rates quoted
from memory; on Mars the wings beyond 3 cm-1 hardly matter).

A k-distribution orders the absorption of a band at each pressure and temperature and keeps it at a
few places g between 0 and 1.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from marsward.core.constants import BOLTZMANN, SPEED_OF_LIGHT
from marsward.core.errors import InputError
from marsward.physics.air import COMPOSITION
from marsward.physics.co2_lines import REFERENCE_TEMPERATURE, Lines
from marsward.physics.kernels.line_by_line import join, lay_lines, weideman

__all__ = ["chi_rates", "cross_section", "k_places"]

Array = NDArray[np.float64]
_DALTON = 1.660_539_066_60e-27  # kg, CODATA 2018
_ATMOSPHERE = 101_325.0
_CUTOFF = 25.0  # cm-1
_NEAR = 0.3  # cm-1: half of the fine part of a line
_EVERY = 80  # fine steps in a coarse one
_SERIES = weideman(32)


def chi_rates(temperature: float) -> tuple[float, float, float]:
    """Rates [cm] at which a wing falls below Lorentz's, beyond 3, 30 and 120 cm-1."""
    return (
        0.0888 - 0.160 * math.exp(-0.00410 * temperature),
        0.0526 * math.exp(-0.00152 * temperature),
        0.0232,
    )


def cross_section(
    lines: Lines,
    pressure: float,
    temperature: float,
    *,
    start: float,
    stop: float,
    step: float = 2.5e-4,
    bent: bool = True,
) -> tuple[Array, Array]:
    """Wave numbers [cm-1] and absorption [m2 per molecule of CO2] of Martian air.

    lines : of CO2
    pressure, temperature : of the air [Pa], [K]
    start, stop, step : of the grid [cm-1]
    bent : False for Lorentz wings up to the cutoff

    Raises
    ------
    InputError : pressure or temperature not above zero, an empty grid.
    """
    if not (pressure > 0.0 and temperature > 0.0 and stop > start and step > 0.0):
        raise InputError(
            f"no absorption at {pressure:g} Pa and {temperature:g} K from {start:g} to {stop:g} by "
            f"{step:g} cm-1: all must be above zero and the grid must rise"
        )
    count = round((stop - start) / step) + 1
    fine = np.zeros(count)
    coarse = np.zeros(count // _EVERY + 2)
    share = COMPOSITION["CO2"]
    width = share * lines.self_width + (1.0 - share) * lines.air_width
    lorentz = width * (pressure / _ATMOSPHERE)
    lorentz = lorentz * (REFERENCE_TEMPERATURE / temperature) ** lines.exponent
    mass = lines.masses[lines.isotopologue] * _DALTON
    speed = np.sqrt(2.0 * float(BOLTZMANN) * temperature / mass) / float(SPEED_OF_LIGHT)
    near = min(max(_NEAR, 30.0 * float(lorentz.max(initial=0.0))), _CUTOFF)
    rates = np.array(chi_rates(temperature) if bent else (0.0, 0.0, 0.0))
    lay_lines(
        lines.wave_number, lines.strength_at(temperature) * 1e-4, lorentz,
        lines.wave_number * speed, near, _CUTOFF, rates, start, step, _EVERY, *_SERIES,
        fine, coarse,
    )  # fmt: skip
    join(fine, coarse, _EVERY)
    return np.asarray(start + step * np.arange(count), dtype=np.float64), np.maximum(fine, 0.0)


def k_places(ends: tuple[float, ...] = (0.0, 0.9, 0.99, 0.999, 1.0), each: int = 8) -> Array:
    """Places g and weights (2, points) of a k-distribution: Gauss points between the ends."""
    node, half = np.polynomial.legendre.leggauss(each)
    low, high = np.array(ends[:-1])[:, None], np.array(ends[1:])[:, None]
    place = 0.5 * (low + high) + 0.5 * (high - low) * node
    weight = 0.5 * (high - low) * half
    return np.stack([place.ravel(), weight.ravel()])
