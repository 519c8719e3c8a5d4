"""A rover's power and heat: wings or a generator, battery, heaters, paraffin, the sleep rule."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import model_validator

from marsward.core.errors import InputError
from marsward.core.part import value
from marsward.core.preset_files import PresetFiles
from marsward.core.preset_part import PresetPart
from marsward.core.quantity import QuantityRule
from marsward.vehicles.battery import Battery
from marsward.vehicles.rover_heat import RoverHeat, Thermostat
from marsward.vehicles.rover_site import RoverSite
from marsward.vehicles.sleep_rule import SleepRule
from marsward.vehicles.solar_panel import SolarPanel, cell_share, panel_temperature

__all__ = ["RoverPower"]

Array = NDArray[np.float64]
_FILES = PresetFiles("rover power", "rover-power", "panels", "marsward.vehicles")
_Watts = Annotated[float, QuantityRule("W", ge=0.0, le=1e5)]
_Kelvin = Annotated[float, QuantityRule("K", gt=0.0, lt=500.0)]
_Share = Annotated[float, QuantityRule("", ge=0.0, le=1.0)]
_Heat = Annotated[float, QuantityRule("J/K", gt=0.0)]
_Link = Annotated[float, QuantityRule("W/K", ge=0.0)]
_Area = Annotated[float, QuantityRule("m2", ge=0.0, le=100.0)]
_Hour = Annotated[float, QuantityRule("", ge=0.0, le=24.0)]
_CHOICE = "assumed"


class RoverPower(PresetPart):
    """Power and heat of a rover, each value with its source."""

    kind: ClassVar[str] = "rover-power"
    pieces: ClassVar[str] = "panels"
    files: ClassVar[PresetFiles | None] = _FILES

    preset: str | None = value(
        None, ref="the preset of the rover's name, where there is one",
        description="a rover that has flown, whose values hold where none are given here",
    )  # fmt: skip
    name: str = value("rover", description="name of the rover")
    panels: tuple[SolarPanel, ...] = value((), description="its wings")
    cell_efficiency: _Share = value(
        0.252, origin="published", description="of its cells at 28 C in the light at the ground",
        ref="27.4 % of cells made for Mars, 2.2 % over those for space: Ley, Stella & Mardesich "
        "2008, doi:10.1109/PVSC.2008.4922717",
    )  # fmt: skip
    cell_slope: Annotated[float, QuantityRule("1/K", gt=-0.02, lt=0.02)] = value(
        "-0.0023 1/K", unit="1/K", ref="usual of triple junctions", description="by temperature"
    )
    wiring: _Share = value(0.9, ref=_CHOICE, description="share that cells bring to the bus")
    heading: Annotated[float, QuantityRule("deg", ge=0.0, lt=360.0)] = value(
        "180 deg", unit="deg", ref=_CHOICE, description="azimuth to which the rover's front looks"
    )
    turned: bool = value(True, ref=_CHOICE, description="whether wings that can follow the Sun do")
    generator: _Watts = value("0 W", unit="W", description="of a radioisotope source at landing")
    generator_decay: _Share = value(
        0.0, description="share of its watts that it loses in a year of 365.25 d"
    )
    free_heat: _Watts = value(
        "0 W", unit="W", description="its heat that a valve lets into the box"
    )
    free_heat_on: _Kelvin = value("263.15 K", unit="K", ref=_CHOICE, description="opens below")
    free_heat_off: _Kelvin = value("268.15 K", unit="K", ref=_CHOICE, description="shuts at")
    conversion: _Share = value(0.9, ref=_CHOICE, description="efficiency from source to loads")
    battery_capacity: Annotated[float, QuantityRule("A h", gt=0.0)] = value(
        "40 A h", unit="A h", ref=_CHOICE, description="of the battery at 20 C"
    )
    battery_full: Annotated[float, QuantityRule("V", gt=0.0)] = value(
        "32.8 V", unit="V", ref="eight cells of 4.1 V", description="open, full"
    )
    battery_empty: Annotated[float, QuantityRule("V", gt=0.0)] = value(
        "24 V", unit="V", ref="eight cells of 3.0 V", description="open, empty"
    )
    battery_resistance: Annotated[float, QuantityRule("V/A", gt=0.0)] = value(
        "0.1 V/A", unit="V/A", ref=_CHOICE, description="of the battery at 20 C"
    )
    least_charge: _Share = value(0.2, ref=_CHOICE, description="below which nothing is drawn")
    charge_from: _Kelvin = value("253.15 K", unit="K", ref=_CHOICE, description="least to charge")
    awake_power: _Watts = value("140 W", unit="W", description="used while at work")
    awake_from: _Hour = value(8.0, ref=_CHOICE, description="true solar hour when work begins")
    awake_until: _Hour = value(16.0, ref=_CHOICE, description="true solar hour when it ends")
    asleep_power: _Watts = value("20 W", unit="W", ref=_CHOICE, description="used by night")
    dormant_power: _Watts = value("0 W", unit="W", ref=_CHOICE, description="used when dormant")
    dormant: Literal["off", "heaters", "heaters and charge"] = value(
        "heaters", ref=_CHOICE, description="what the panels of a dormant rover feed"
    )
    inside: _Share = value(0.85, ref=_CHOICE, description="of the watts used that warms the box")
    box_heater: _Watts = value("0 W", unit="W", ref=_CHOICE, description="in the box")
    box_on: _Kelvin = value("243.15 K", unit="K", ref=_CHOICE, description="comes on below")
    box_off: _Kelvin = value("248.15 K", unit="K", ref=_CHOICE, description="goes off at")
    battery_heater: _Watts = value("0 W", unit="W", ref=_CHOICE, description="at the battery")
    battery_on: _Kelvin = value("253.15 K", unit="K", ref=_CHOICE, description="comes on below")
    battery_off: _Kelvin = value("258.15 K", unit="K", ref=_CHOICE, description="goes off at")
    box_capacity: _Heat = value("54e3 J/K", unit="J/K", ref=_CHOICE, description="of the box")
    battery_heat: _Heat = value("9e3 J/K", unit="J/K", ref=_CHOICE, description="of the battery")
    skin_capacity: _Heat = value("9e3 J/K", unit="J/K", ref=_CHOICE, description="of the skin")
    insulation: _Link = value("0.5 W/K", unit="W/K", ref=_CHOICE, description="box to skin")
    battery_link: _Link = value("2 W/K", unit="W/K", ref=_CHOICE, description="box to battery")
    cooling: _Link = value("3 W/K", unit="W/K", ref=_CHOICE, description="loop from box to skin")
    cooling_from: _Kelvin = value("293.15 K", unit="K", ref=_CHOICE, description="it opens above")
    skin_area: _Area = value("3 m2", unit="m2", ref=_CHOICE, description="that radiates")
    sunlit_area: _Area = value("0.8 m2", unit="m2", ref=_CHOICE, description="lit as level ground")
    skin_absorptivity: _Share = value(0.3, ref=_CHOICE, description="of the skin in sunlight")
    skin_emissivity: _Share = value(0.85, ref=_CHOICE, description="of the skin in the infrared")
    store_mass: Annotated[float, QuantityRule("kg", ge=0.0)] = value(
        "0 kg", unit="kg", description="of paraffin"
    )
    melting: _Kelvin = value(
        "247.57 K", unit="K", origin="published", ref="n-undecane: 247.6 K in its equation of "
        "state by Aleksandrov, Gerasimov & Grigor'ev 2011, Thermal Engineering 58, 691",
        description="of the paraffin",
    )  # fmt: skip
    latent: Annotated[float, QuantityRule("J/kg", gt=0.0)] = value(
        "177e3 J/kg", unit="J/kg", ref="n-undecane as told of Zhurong's store; 142 of melting and "
        "44 of the solid's transition 11 K below: Finke et al. 1954, from memory",
        description="heat of melting",
    )  # fmt: skip
    store_link: _Link = value("0 W/K", unit="W/K", ref=_CHOICE, description="box to paraffin")
    window_area: _Area = value("0 m2", unit="m2", ref=_CHOICE, description="over the paraffin")
    window_share: _Share = value(0.0, ref=_CHOICE, description="of sunlight that warms it")
    window_loss: _Link = value("0 W/K", unit="W/K", ref=_CHOICE, description="windows to the air")
    wake_power: _Watts = value("140 W", unit="W", description="of the panels, to wake")
    wake_temperature: _Kelvin = value("258.15 K", unit="K", description="of the box, to wake")
    wake_by: Literal["mean", "most"] = value(
        "mean", ref=_CHOICE, description="which power of the sol counts: see sleep_rule"
    )
    sleep_charge: _Share = value(0.4, ref=_CHOICE, description="charge to go dormant at")

    @classmethod
    def of(cls, name: str, **changes: Any) -> RoverPower:
        """The power of a rover that has flown, with what differs."""
        return cls(**{"preset": name, **changes})

    @model_validator(mode="after")
    def _check(self) -> RoverPower:
        try:
            parts = (self.battery, self.heat, self.rule, *self.heaters)
        except InputError as error:
            raise ValueError(str(error)) from error
        if not parts or (not self.panels and self.generator <= 0.0):
            raise ValueError("a rover needs wings or a generator; give panels or generator")
        if self.awake_from >= self.awake_until:
            raise ValueError("work begins before it ends: awake_from, awake_until in hours")
        return self

    @property
    def battery(self) -> Battery:
        """Its battery."""
        return Battery(
            capacity=self.battery_capacity * 3600.0, full_voltage=self.battery_full,
            empty_voltage=self.battery_empty, resistance=self.battery_resistance,
            least_charge=self.least_charge, charge_from=self.charge_from,
            charge_current=0.5 * self.battery_capacity,
            discharge_current=self.battery_capacity,
        )  # fmt: skip

    @property
    def heat(self) -> RoverHeat:
        """Its nodes of heat."""
        return RoverHeat(
            box=self.box_capacity, battery=self.battery_heat, skin=self.skin_capacity,
            insulation=self.insulation, battery_link=self.battery_link, skin_area=self.skin_area,
            sunlit_area=self.sunlit_area, emissivity=self.skin_emissivity,
            absorptivity=self.skin_absorptivity, store_mass=self.store_mass, melting=self.melting,
            latent=self.latent, store_link=self.store_link, window_area=self.window_area,
            window_share=self.window_share, window_loss=self.window_loss,
            cooling=self.cooling, cooling_from=self.cooling_from,
        )  # fmt: skip

    @property
    def heaters(self) -> tuple[Thermostat, Thermostat, Thermostat]:
        """Of the box, of the battery, and the valve of free heat."""
        return (
            Thermostat(self.box_heater, self.box_on, self.box_off),
            Thermostat(self.battery_heater, self.battery_on, self.battery_off),
            Thermostat(self.free_heat, self.free_heat_on, self.free_heat_off),
        )

    @property
    def rule(self) -> SleepRule:
        """When it goes dormant and wakes."""
        return SleepRule(
            wake_power=self.wake_power, wake_temperature=self.wake_temperature,
            kind=self.wake_by, sleep_charge=self.sleep_charge,
        )  # fmt: skip

    def panel_watts(self, site: RoverSite, cleanness: Array) -> Array:
        """Watts that the wings can give (sols, steps).

        cleanness : share of light that passes their dust, by sol (n,)
        """
        total = np.zeros(site.shape)
        for panel in self.panels:
            lit = panel.light(site, self.heading, self.turned) * cleanness[:, None]
            warm = panel_temperature(lit, site, taken=self.cell_efficiency)
            total += panel.area * lit * cell_share(warm, self.cell_slope)
        return total * (self.cell_efficiency * self.wiring)

    def generator_watts(self, sols: Array) -> Array:
        """Watts of the generator at sols after the landing (n,)."""
        years = np.asarray(sols, dtype=np.float64) * 1.027_491_251_7 / 365.25
        return np.asarray(self.generator * (1.0 - self.generator_decay) ** years)

    def use(self, hours: Array) -> Array:
        """Watts that an awake rover uses at true solar hours (h,), before activities."""
        at_work = (hours >= self.awake_from) & (hours < self.awake_until)
        return np.where(at_work, self.awake_power, self.asleep_power)

    def bus(self) -> Array:
        """What the kernel takes of loads and heaters (13,)."""
        box, cell, free = self.heaters
        fed = {"off": 0.0, "heaters": 1.0, "heaters and charge": 2.0}[self.dormant]
        return np.array(
            [
                self.conversion, self.inside, box.watts, box.on, box.off, cell.watts, cell.on,
                cell.off, free.watts, free.on, free.off, self.dormant_power, fed,
            ]
        )  # fmt: skip
