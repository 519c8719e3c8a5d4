"""A helicopter's battery and inside through sols: charge, heaters, switching off and waking."""

from __future__ import annotations

import numpy as np
from numba import njit

__all__ = ["battery_sols"]

Array = np.ndarray


@njit(cache=True, error_model="numpy", nogil=True)
def battery_sols(
    solar: Array, air: Array, drawn: Array, step: float, capacity: float, start: float,
    inside: float, waiting: float, heater_most: float, hold: float, least_warm: float,
    loss: float, heat: float, low: float,
) -> Array:  # fmt: skip
    """Steps of many sols in turn.

    solar : power of the panel [W] (s,); air : temperature outside [K] (s,); drawn : energy that
    flights take within each step [J] (s,), at most what there is; step [s]; capacity [J];
    start, low : charges 0 to 1; inside [K] at the start; waiting, heater_most [W];
    hold : of the heaters, least_warm : of charging [K]; loss [W/K]; heat [J/K]

    Returns (6, s): charge, temperature inside, power of heaters, of waiting, into the battery [W]
    (negative out of it), and 1 where the craft is awake; as they are at the end of each step.
    """
    out = np.empty((6, solar.size))
    energy, warmth, awake = start * capacity, inside, start > low
    for i in range(solar.size):
        if not awake and solar[i] > waiting + 1.0:
            awake = True
        heater = 0.0
        if awake and warmth < hold:
            need = loss * (hold - air[i]) + heat * (hold - warmth) / step
            heater = min(max(need, 0.0), heater_most)
        idle = waiting if awake else 0.0
        if not awake:
            heater = 0.0
        spare = solar[i] - idle - heater
        if spare > 0.0 and warmth < least_warm and energy > low * capacity:
            more = min(spare, heater_most - heater)
            heater += more
            spare -= more
        if spare > 0.0 and warmth < least_warm:
            # Cells too cold to be charged: what is left over warms them.
            more = min(spare, heater_most - heater)
            heater += more
            spare = 0.0
        before = energy
        energy = min(energy + spare * step, capacity)
        kept = (energy - before) / step
        energy -= drawn[i]
        if energy < low * capacity and awake:
            # The pack is empty within this step: heaters ran for the part that it could pay.
            short = min((low * capacity - energy) / step, heater + idle)
            total = heater + idle
            if total > 0.0:
                heater -= short * heater / total
                idle -= short * idle / total
            energy += short * step
            kept += short
            awake = solar[i] > waiting + 1.0
        energy = max(energy, 0.0)  # a flight takes no more than there is
        warmth += step / heat * (heater + idle - loss * (warmth - air[i]))
        out[0, i] = energy / capacity
        out[1, i] = warmth
        out[2, i] = heater
        out[3, i] = idle
        out[4, i] = kept
        out[5, i] = 1.0 if awake else 0.0
    return out
