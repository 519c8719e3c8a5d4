"""A lithium-ion battery: charge, voltage, resistance and what is left of it in the cold.

    discharge: I = (V - sqrt(V^2 - 4 R P))/(2 R);   charge: I = (-V + sqrt(V^2 + 4 R P))/(2 R)

with V(s) = V_empty + (V_full - V_empty) s at a charge s, R(T) growing as exp((T0 - T)/T_r) below
20 C. Charge is counted in coulombs; what the resistance takes warms the battery. In the cold the
last share of the charge cannot be drawn: 1 - share(T).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from marsward.core.asked import number
from marsward.core.errors import InputError

__all__ = ["Battery"]

Array = NDArray[np.float64]
_RATED = 293.15
"""Temperature of rating [K]."""
_COLD = ((-60.0, 0.05), (-40.0, 0.55), (-30.0, 0.70), (-20.0, 0.80), (0.0, 0.93), (20.0, 1.0))
"""Share of the capacity that low rates draw at a temperature [C]: the order of the cells of the
exploration rovers, some 80 % at -20 C and 70 % at -30 C; after Smart, Ratnakumar and others,
doi:10.1016/S0378-7753(03)00154-X, from memory."""


@dataclass(frozen=True, kw_only=True)
class Battery:
    """A battery and its limits.

    capacity : charge when full, at 20 C [A s]
    full_voltage, empty_voltage : open, at full and empty charge [V]
    resistance : at 20 C [ohm]; cold_scale : e-fold of its growth below [K]
    charge_efficiency : share of the charge put in that comes out
    least_charge : share below which nothing is drawn
    charge_from : least temperature at which it is charged [K]
    charge_current, discharge_current : most that flows [A]

    Raises InputError for numbers out of range.
    """

    capacity: float
    full_voltage: float = 32.8
    empty_voltage: float = 24.0
    resistance: float = 0.1
    cold_scale: float = 20.0
    charge_efficiency: float = 0.99
    least_charge: float = 0.2
    charge_from: float = 253.15
    charge_current: float = 20.0
    discharge_current: float = 40.0

    def __post_init__(self) -> None:
        for name in self.__dataclass_fields__:
            number(getattr(self, name), f"{name} of a battery")
        if not (self.capacity > 0.0 and self.full_voltage >= self.empty_voltage > 0.0):
            raise InputError("a battery's capacity and voltages lie above zero, full over empty")
        if not (self.resistance > 0.0 and self.cold_scale > 0.0):
            raise InputError("a battery's resistance and its growth in the cold lie above zero")
        if not (0.0 < self.charge_efficiency <= 1.0 and 0.0 <= self.least_charge < 1.0):
            raise InputError("a battery's efficiency lies in 0 to 1, so does its least charge")
        if not (self.charge_current > 0.0 and self.discharge_current > 0.0):
            raise InputError("a battery's currents lie above zero")

    @property
    def energy(self) -> float:
        """What a full battery holds at 20 C, without losses [J]."""
        return self.capacity * 0.5 * (self.full_voltage + self.empty_voltage)

    def stored(self, charge: ArrayLike) -> Array:
        """Energy of a share of charge [J]."""
        s = np.asarray(charge, dtype=np.float64)
        rise = 0.5 * (self.full_voltage - self.empty_voltage) * s * s
        return np.asarray(self.capacity * (self.empty_voltage * s + rise))

    def share(self, temperature: ArrayLike) -> Array:
        """Share of the capacity that can be drawn at a temperature [K]."""
        celsius, held = np.array(_COLD).T
        return np.asarray(np.interp(np.asarray(temperature) - 273.15, celsius, held))

    def floor(self, temperature: ArrayLike) -> Array:
        """Share of charge below which nothing is drawn at a temperature [K]."""
        return np.asarray(np.maximum(self.least_charge, 1.0 - self.share(temperature)))

    def ohm(self, temperature: ArrayLike) -> Array:
        """Resistance at a temperature [K]."""
        below = np.maximum(_RATED - np.asarray(temperature, dtype=np.float64), 0.0)
        return np.asarray(self.resistance * np.exp(np.minimum(below / self.cold_scale, 6.0)))

    def most_power(self, charge: float, temperature: float) -> float:
        """Most that it gives at a charge and temperature [W]."""
        volt = self.empty_voltage + (self.full_voltage - self.empty_voltage) * charge
        ohm = float(self.ohm(temperature))
        current = min(self.discharge_current, 0.5 * volt / ohm)
        return (volt - ohm * current) * current

    def numbers(self) -> Array:
        """What the kernel takes (26,): see `kernels.rover_sols`."""
        celsius, held = np.array(_COLD).T
        kept = [
            self.capacity, self.full_voltage, self.empty_voltage, self.resistance,
            self.cold_scale, self.charge_efficiency, self.least_charge, self.charge_from,
            self.charge_current, self.discharge_current, _RATED, math.exp(6.0),
        ]  # fmt: skip
        return np.array([*kept, *(celsius + 273.15), *held])
