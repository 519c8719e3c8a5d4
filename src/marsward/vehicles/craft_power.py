"""A craft's power: what its modes take, what its array gives, and what eclipses cost the battery.

The watts of a stage of the mission are the mean of the modes flown in it by their shares of the
time. In an orbit with a share of shadow the array must give in sunlight what is used in both:

    margin = P_array - P_sunlit - P_shadow t_shadow/(t_sunlit eta)

with eta the way into the battery and out of it, and the depth of discharge is the energy of the
longest shadow over what the battery holds (Patel & Beik 2023, Spacecraft Power Systems, chapter 5).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from pydantic import model_validator

from marsward.core.asked import fitting, numbers
from marsward.core.errors import InputError
from marsward.core.part import Part, value
from marsward.core.quantity import QuantityRule
from marsward.vehicles.battery import Battery

__all__ = ["CraftPower", "PowerBalance", "PowerMode"]

Array = NDArray[np.float64]
Stage = Literal["cruise", "orbit", "eclipse"]
STAGES: tuple[Stage, ...] = ("cruise", "orbit", "eclipse")
_CHOICE = "a choice"


class PowerMode(Part):
    """Something that the craft does, and what it takes."""

    name: str = value(description="of the mode", min_length=1)
    power: Annotated[float, QuantityRule("W", ge=0.0, le=1e6)] = value(
        unit="W", description="what the whole craft takes in it"
    )
    cruise: float = value(
        0.0, ref=_CHOICE, ge=0.0, le=1.0, description="share of the time on the voyage"
    )
    orbit: float = value(
        0.0, ref=_CHOICE, ge=0.0, le=1.0, description="share of the sunlit time in orbit"
    )
    eclipse: float = value(
        0.0, ref=_CHOICE, ge=0.0, le=1.0, description="share of the time in shadow"
    )


@dataclass(frozen=True, eq=False)
class PowerBalance:
    """Power of a craft, arrays of one shape.

    load : what it takes, the mean of sunlight and shadow [W]; margin : what the array has over
    [W]; peak : margin while the greatest mode in sunlight is on [W]; depth : of discharge in the
    longest shadow, a share
    """

    load: Array
    margin: Array
    peak: Array
    depth: Array


class CraftPower(Part):
    """Loads by mode, and the battery."""

    modes: tuple[PowerMode, ...] = value(
        (
            PowerMode(name="cruise", power="500 W", cruise=0.9),
            PowerMode(name="science", power="700 W", orbit=0.67),
            PowerMode(name="downlink", power="850 W", cruise=0.1, orbit=0.33),
            PowerMode(name="shadow", power="550 W", eclipse=1.0),
        ),
        ref="of the order of orbiters of Mars of one to two tonnes",
        description="what the craft does; shares of each stage add up to 1",
    )  # fmt: skip
    battery_capacity: Annotated[float, QuantityRule("A h", gt=0.0, le=1e5)] = value(
        "100 A h", unit="A h", ref=_CHOICE, description="charge when full, at 20 C"
    )
    battery_full: Annotated[float, QuantityRule("V", gt=0.0, le=500.0)] = value(
        "32.8 V", unit="V", ref="eight lithium-ion cells in a row", description="open, when full"
    )
    battery_empty: Annotated[float, QuantityRule("V", gt=0.0, le=500.0)] = value(
        "24 V", unit="V", ref="eight lithium-ion cells in a row", description="open, when empty"
    )
    round_trip: float = value(
        0.85, ref="usual of lithium-ion cells with charger and discharger", gt=0.0, le=1.0,
        description="energy out of the battery over energy from the array into it",
    )  # fmt: skip
    deepest: float = value(
        0.4, ref="usual for some ten thousand turns", gt=0.0, le=1.0,
        description="greatest depth of discharge that is allowed, a share",
    )  # fmt: skip

    @model_validator(mode="after")
    def _check(self) -> Self:
        for stage in STAGES:
            total = sum(getattr(mode, stage) for mode in self.modes)
            if not abs(total - 1.0) < 1e-6:
                raise ValueError(
                    f"shares of the modes in {stage} add up to {total:g}; they must give 1"
                )
        if self.battery_empty > self.battery_full:
            raise ValueError("battery_empty lies above battery_full; exchange them")
        return self

    @property
    def battery(self) -> Battery:
        """Its battery."""
        return Battery(
            capacity=self.battery_capacity * 3600.0, full_voltage=self.battery_full,
            empty_voltage=self.battery_empty,
        )  # fmt: skip

    def load(self, stage: Stage) -> float:
        """Mean watts of a stage."""
        return sum(float(getattr(mode, stage)) * mode.power for mode in self.modes)

    def most(self, stage: Stage) -> float:
        """Watts of the greatest mode of a stage."""
        return max(mode.power for mode in self.modes if getattr(mode, stage) > 0.0)

    def balance(
        self, watts: ArrayLike, *, stage: Stage = "orbit", shadow: ArrayLike = 0.0,
        longest: ArrayLike = 0.0,
    ) -> PowerBalance:  # fmt: skip
        """Loads against an array's watts.

        Parameters
        ----------
        watts : of the array in sunlight [W]
        stage : "cruise" or "orbit"; shadow : share of the time in shadow, below 1
        longest : shadow [s]; all spread to one shape

        Raises
        ------
        InputError : shares out of range, shapes that do not fit.
        """
        power, dark, long = fitting(
            watts=numbers(watts, "the array's power", "W"),
            shadow=numbers(shadow, "the share of shadow"),
            longest=numbers(longest, "the longest shadow", "s"),
        )
        if dark.size and not (dark.min() >= 0.0 and dark.max() < 1.0):
            raise InputError("the share of time in shadow lies in 0 to 1, below 1")
        lit, night = self.load(stage), self.load("eclipse")
        again = night * dark / ((1.0 - dark) * self.round_trip)
        return PowerBalance(
            lit * (1.0 - dark) + night * dark, power - lit - again,
            power - self.most(stage) - again, night * long / self.battery.energy,
        )  # fmt: skip
