"""A helicopter's battery, solar panel, heaters and motors, as figures and as laws.

The pack's open voltage follows its charge, its resistance rises in the cold:

    V = V0(q) - I R(T),    R(T) = R25 exp((298 K - T)/w),

so that a power P draws the current I = (V0 - sqrt(V0^2 - 4 R P))/(2 R); where the root has no
answer, or V falls under the pack's lowest voltage, the battery cannot give it. The shape V0(q) is
that of nickel-rich lithium-ion cells, 4.2 V full, about 3.6 V at half, 2.5 V empty, read off data
sheets of such cells.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from pydantic import model_validator

from marsward.core.asked import fitting, numbers
from marsward.core.errors import InputError
from marsward.core.part import value
from marsward.core.preset_files import PresetFiles
from marsward.core.preset_part import PresetPart
from marsward.core.quantity import QuantityRule

__all__ = ["HelicopterPower"]

Array = NDArray[np.float64]
_FILES = PresetFiles("helicopter power", "helicopter-power", room="marsward.vehicles")
_REF = "preset ingenuity"
# Open voltage of a cell, a share of the way from empty to full, by charge.
_CHARGE = np.array([0.0, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0])
_OPEN = np.array([0.0, 0.32, 0.44, 0.55, 0.6, 0.64, 0.68, 0.73, 0.79, 0.85, 0.92, 1.0])


class HelicopterPower(PresetPart):
    """What a helicopter's electricity is made, kept and used by; each value with its source."""

    kind: ClassVar[str] = "helicopter-power"
    pieces: ClassVar[str] = ""
    files: ClassVar[PresetFiles | None] = _FILES

    preset: str | None = value("ingenuity", ref=_REF, description="the craft whose values hold")
    name: str = value("ingenuity", description="name of the helicopter")
    cells: int = value(6, ref=_REF, description="cells in series", ge=1, le=100)
    capacity: Annotated[float, QuantityRule("Wh", gt=0.1, lt=1e5)] = value(
        "35.75 Wh", unit="Wh", ref=_REF, description="energy of the full pack"
    )
    full_voltage: Annotated[float, QuantityRule("V", gt=1.0)] = value(
        "25.2 V", unit="V", ref=_REF, description="open voltage of the full pack"
    )
    empty_voltage: Annotated[float, QuantityRule("V", gt=0.5)] = value(
        "15 V", unit="V", ref=_REF, description="lowest voltage that the pack may fall to"
    )
    resistance: float = value(
        0.15, ref=_REF, description="of the pack at 298 K [ohm]", gt=0.0, le=10.0
    )
    resistance_warming: float = value(
        36.0, ref=_REF, description="warming that divides the resistance by e [K]", gt=1.0
    )
    held_back: float = value(
        0.15, ref=_REF, description="share of the capacity that no plan uses", ge=0.0, lt=1.0
    )
    peak_power: Annotated[float, QuantityRule("W", gt=1.0)] = value(
        "350 W", unit="W", ref=_REF, description="greatest power that the drive takes"
    )
    drive_efficiency: float = value(
        0.75, ref=_REF, description="shaft over electric power", gt=0.05, le=1.0
    )
    avionics_power: Annotated[float, QuantityRule("W", ge=0.0)] = value(
        "20 W", unit="W", ref=_REF, description="beside the rotors in flight"
    )
    waiting_power: Annotated[float, QuantityRule("W", ge=0.0)] = value(
        "0.25 W", unit="W", ref=_REF, description="mean on the ground, without heaters"
    )
    panel_area: float = value(
        0.0544, ref=_REF, description="of the solar cells [m2]", gt=0.0, le=100.0
    )
    panel_efficiency: float = value(
        0.18, ref=_REF, description="electric over solar power", gt=0.0, le=0.6
    )
    heater_temperature: Annotated[float, QuantityRule("K", gt=100.0, lt=400.0)] = value(
        "258.15 K", unit="K", ref=_REF, description="at which heaters hold the inside"
    )
    heater_power: Annotated[float, QuantityRule("W", ge=0.0)] = value(
        "8 W", unit="W", ref=_REF, description="greatest power of the heaters"
    )
    charge_temperature: Annotated[float, QuantityRule("K", gt=100.0, lt=400.0)] = value(
        "253.15 K", unit="K", ref=_REF, description="lowest inside at which cells are charged"
    )
    heat_loss: float = value(
        0.0225, ref=_REF, description="from inside to the air [W/K]", gt=0.0, le=10.0
    )
    heat_capacity: float = value(600.0, ref=_REF, description="of the inside [J/K]", gt=1.0)
    wake_charge: float = value(
        0.05, ref=_REF, description="charge under which all is switched off", ge=0.0, lt=1.0
    )
    motor_heating: float = value(
        1.0, ref=_REF, description="of the motors at the nominal hover [K/s]", ge=0.0, le=20.0
    )
    motor_limit: Annotated[float, QuantityRule("K", gt=200.0, lt=700.0)] = value(
        "423 K", unit="K", ref=_REF, description="greatest temperature of the motors"
    )

    @model_validator(mode="after")
    def _full_over_empty(self) -> Self:
        if not self.full_voltage > self.empty_voltage:
            raise ValueError(
                f"full_voltage is {self.full_voltage:g} V but must be above the empty_voltage of "
                f"{self.empty_voltage:g} V"
            )
        return self

    @classmethod
    def _given(cls, data: Mapping[str, Any]) -> dict[str, Any]:
        """What of the data counts as given: the default craft's preset where none is named."""
        named = "preset" in data or "name" in data
        return dict(data) if named else {"preset": "ingenuity", **data}

    def open_voltage(self, charge: ArrayLike) -> Array:
        """Voltage of the resting pack [V] at charges from 0 to 1."""
        share = np.interp(_charge(charge), _CHARGE, _OPEN)
        return np.asarray(self.empty_voltage + (self.full_voltage - self.empty_voltage) * share)

    def pack_resistance(self, temperature: ArrayLike) -> Array:
        """Of the pack [ohm] at temperatures [K]."""
        t = numbers(temperature, "temperature", "K")
        return np.asarray(self.resistance * np.exp((298.15 - t) / self.resistance_warming))

    def voltage_under(
        self, power: ArrayLike, charge: ArrayLike, temperature: ArrayLike
    ) -> tuple[Array, Array]:
        """Voltage [V] and current [A] of the pack when it gives a power [W].

        NaN where it cannot give that power at all; a voltage below `empty_voltage` is one that the
        pack must not be drawn to. Charge 0 to 1, temperature of the cells [K]; all broadcast.
        """
        load, q, t = fitting(
            power=numbers(power, "power", "W"), charge=_charge(charge),
            temperature=numbers(temperature, "temperature", "K"),
        )  # fmt: skip
        open_, ohm = self.open_voltage(q), self.pack_resistance(t)
        root = open_ * open_ - 4.0 * ohm * load
        with np.errstate(invalid="ignore"):
            current = (open_ - np.sqrt(root)) / (2.0 * ohm)
        return np.asarray(open_ - ohm * current), np.asarray(current)

    def greatest_power(self, charge: ArrayLike, temperature: ArrayLike) -> Array:
        """Greatest power [W] at charges and temperatures [K], at the lowest voltage allowed."""
        open_, ohm = self.open_voltage(charge), self.pack_resistance(temperature)
        low = np.maximum(self.empty_voltage, 0.5 * open_)
        return np.asarray(low * np.maximum(open_ - low, 0.0) / ohm)

    def electric_power(self, shaft: ArrayLike) -> Array:
        """Power from the battery in flight [W] for a power at the rotors' shafts [W]."""
        return np.asarray(
            numbers(shaft, "shaft power", "W") / self.drive_efficiency + self.avionics_power
        )

    def drawn_energy(
        self, power: ArrayLike, seconds: ArrayLike, charge: ArrayLike, temperature: ArrayLike
    ) -> Array:
        """Energy [Wh] that a flight takes out of the cells, their own heat with it.

        The mean power [W] over seconds from a charge at a temperature [K]; NaN where the cells
        cannot give it.
        """
        load = numbers(power, "power", "W")
        _, current = self.voltage_under(load, charge, temperature)
        loss = self.pack_resistance(temperature) * current**2
        return np.asarray((load + loss) * numbers(seconds, "seconds", "s") / 3600.0)


def _charge(charge: ArrayLike) -> Array:
    held = numbers(charge, "charge", finite=True)
    if np.any((held < 0.0) | (held > 1.0)):
        raise InputError("a battery's charge lies in 0 to 1")
    return held
