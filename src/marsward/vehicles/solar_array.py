"""Solar arrays of a craft in space: sunlight by distance, temperature of the cells, age, watts.

    P = area x packing x S cos(i) x efficiency x (1 + k (T - 301 K)) (1 - w ln(S0/S)) x age x wiring

with S the Sun's irradiance at the distance and S0 that at 1 au, k the cells' relative change with
temperature (see `solar_panel.cell_share`, which rovers use as well), w what weak light takes from
their voltage, and T from the steady balance of a thin panel that radiates on both sides. Arrays
that have flown are presets, files in `presets/solar-array/`. After Patel & Beik 2023, Spacecraft
Power Systems, chapters 4 and 8.
"""

from __future__ import annotations

from typing import Annotated, ClassVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

from marsward.core.asked import fitting, numbers
from marsward.core.constants import ASTRONOMICAL_UNIT, SOLAR_IRRADIANCE
from marsward.core.errors import InputError
from marsward.core.part import value
from marsward.core.preset_files import PresetFiles
from marsward.core.preset_part import PresetPart
from marsward.core.quantity import QuantityRule
from marsward.physics.sky import STEFAN_BOLTZMANN
from marsward.vehicles.solar_panel import cell_share

__all__ = ["SolarArray", "sunlight"]

Array = NDArray[np.float64]
_FILES = PresetFiles("solar array", "solar-array", room="marsward.vehicles")
_COLDEST = 203.15
"""Temperature [K] below which cells gain no more: measured at weak light, their gain by cold
flattens below some -70 C; from memory."""
_CHOICE = "a choice"
_SHARE = Annotated[float, QuantityRule("", gt=0.0, le=1.0)]


def sunlight(distance: ArrayLike) -> Array:
    """Irradiance [W m-2] at a distance from the Sun [m]; InputError for one not above zero."""
    far = numbers(distance, "the distance from the Sun", "m")
    if far.size and far.min() <= 0.0:
        raise InputError(f"the distance from the Sun lies above 0 m, not {far.min():g} m")
    return np.asarray(float(SOLAR_IRRADIANCE) * (float(ASTRONOMICAL_UNIT) / far) ** 2)


class SolarArray(PresetPart):
    """A craft's solar array, each value with its source."""

    kind: ClassVar[str] = "solar-array"
    pieces: ClassVar[str] = ""
    files: ClassVar[PresetFiles | None] = _FILES

    preset: str | None = value(
        None, ref="the preset of the array's name, where there is one",
        description="array that has flown, whose values hold where none are given here",
    )  # fmt: skip
    name: str = value("array", description="name of the array")
    area: Annotated[float, QuantityRule("m2", gt=0.0, lt=1e5)] = value(
        "10 m2", unit="m2", ref=_CHOICE, description="of all panels"
    )
    packing: _SHARE = value(0.9, unit="1", ref="usual", description="share of it that is cells")
    efficiency: _SHARE = value(
        0.295, unit="1", ref="triple junctions at 28 C above the air, of makers' sheets",
        description="of the cells at 28 C",
    )  # fmt: skip
    slope: Annotated[float, QuantityRule("1/K", gt=-0.02, lt=0.02)] = value(
        "-0.0023 1/K", unit="1/K", ref="usual of triple junctions",
        description="relative change of the efficiency with temperature",
    )  # fmt: skip
    weak_light: Annotated[float, QuantityRule("", ge=0.0, lt=0.2)] = value(
        0.03, unit="1", origin="derived", ref="kT/q of three junctions over their 2.6 V",
        description="share of the efficiency lost where the light falls by a factor e",
    )  # fmt: skip
    wiring: _SHARE = value(
        0.9, unit="1", ref="usual of diodes, lines and the distance from the best voltage",
        description="share that reaches the bus",
    )  # fmt: skip
    ageing: Annotated[float, QuantityRule("", ge=0.0, lt=0.5)] = value(
        0.025, unit="1", ref="usual of cells beyond the Earth's belts with cover glass",
        description="share lost in a year of 365.25 d",
    )  # fmt: skip
    absorptivity: _SHARE = value(
        0.9, unit="1", ref="usual of covered cells", description="of sunlight"
    )
    emissivity_front: _SHARE = value(
        0.85, unit="1", ref="usual of cover glass", description="of the lit side in the infrared"
    )
    emissivity_back: _SHARE = value(
        0.85, unit="1", ref="usual of white or carbon backs", description="of the other side"
    )
    incidence: Annotated[float, QuantityRule("deg", ge=0.0, lt=90.0)] = value(
        "5 deg", unit="deg", ref=_CHOICE,
        description="angle between sunlight and the panels' normal, in the mean",
    )  # fmt: skip

    def temperature(self, distance: ArrayLike, incidence: ArrayLike | None = None) -> Array:
        """Temperature of the panels in steady sunlight [K].

        (alpha - share of light that leaves as current) S cos(i) = (e_front + e_back) sigma T^4

        distance : from the Sun [m]; incidence : [deg], that of the array if None
        """
        light = self._lit(distance, incidence)
        warm = np.full(light.shape, 300.0)
        for _ in range(6):  # the share taken depends weakly on the temperature
            taken = self.packing * self.efficiency * self._share(warm, light)
            kept = np.maximum(self.absorptivity - taken, 0.02) * light
            gives = (self.emissivity_front + self.emissivity_back) * STEFAN_BOLTZMANN
            warm = (kept / gives) ** 0.25
        return warm

    def watts(
        self, distance: ArrayLike, *, years: ArrayLike = 0.0, incidence: ArrayLike | None = None
    ) -> Array:
        """Power that the array can give to the bus in sunlight [W].

        Parameters
        ----------
        distance : from the Sun [m]
        years : since the launch, of 365.25 d
        incidence : [deg]; that of the array if None

        Raises
        ------
        InputError : a distance not above zero, years below zero, shapes that do not fit.
        """
        since = numbers(years, "the years since the launch")
        if since.size and since.min() < 0.0:
            raise InputError(f"years since the launch are 0 or more, not {since.min():g}")
        light = self._lit(distance, incidence)
        light, since = fitting(light=light, years=since)
        warm = np.broadcast_to(self.temperature(distance, incidence), light.shape)
        cells = self.area * self.packing * self.efficiency * self._share(warm, light)
        return np.asarray(cells * light * self.wiring * (1.0 - self.ageing) ** since)

    def _share(self, warm: Array, light: Array) -> Array:
        """Efficiency over that at 28 C and 1 au."""
        weak = np.log(float(SOLAR_IRRADIANCE) / np.maximum(light, 1e-6))
        cold = cell_share(np.maximum(warm, _COLDEST), self.slope)
        return np.asarray(cold * np.clip(1.0 - self.weak_light * weak, 0.0, None))

    def _lit(self, distance: ArrayLike, incidence: ArrayLike | None) -> Array:
        """Light on the panels [W m-2]."""
        angle = numbers(self.incidence if incidence is None else incidence, "the incidence")
        light, lean = fitting(light=sunlight(distance), incidence=angle)
        return np.asarray(light * np.maximum(np.cos(np.radians(lean)), 0.0))
