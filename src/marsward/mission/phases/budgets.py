"""Budgets of a mission: propellant, power, link and data, one table and one figure each."""

from __future__ import annotations

from typing import Annotated, ClassVar, Self

from pydantic import Field, model_validator

from marsward.core.part import value
from marsward.core.quantity import EpochField, QuantityRule
from marsward.mission.phases.budgets_parts import ManoeuvrePart, RelaySite, StreamPart
from marsward.mission.phases.climate_checks import named_once
from marsward.mission.phases.phase import Given, Outcome, Phase
from marsward.vehicles.craft_power import CraftPower
from marsward.vehicles.ground_station import GroundStation
from marsward.vehicles.propellant import PropellantRules
from marsward.vehicles.radio_link import RadioLink
from marsward.vehicles.solar_array import SolarArray

_KG = Annotated[float, QuantityRule("kg", ge=0.0, lt=1e7)]
_ISP = Annotated[float, QuantityRule("s", gt=0.0, lt=2e4)]


class Budgets(Phase):
    """Propellant, power, link and data of the mission that the other phases fly."""

    kind: ClassVar[str] = "budgets"
    makes: ClassVar[tuple[str, ...]] = (
        "budget_manoeuvres", "budget_power", "budget_link", "budget_data",
    )  # fmt: skip
    reads: ClassVar[tuple[str, ...]] = ("spacecraft",)

    uses: tuple[str, ...] = Field(
        ("orbit", "orbit_events"),
        description="products that it reads: paths (trajectory, orbit), orbit_events for shadow "
        "and occultation, tables of manoeuvres (manoeuvres, insertion, tcm_statistics, "
        "orbit_burns), frames of a map",
        min_length=1,
    )  # fmt: skip
    until: EpochField | None = Field(
        None, description="UTC up to which it reckons, at Mars; the end of the last path if none"
    )
    step: Annotated[float, QuantityRule("s", ge=600.0, le=30 * 86400.0)] = value(
        "1 d", unit="s", origin="assumed", ref="a choice", description="of the tables in time"
    )
    dry_mass: _KG | None = value(
        None, unit="kg", description="at the end, without propellant; that of [spacecraft] if none"
    )
    propellant: _KG | None = value(
        None, unit="kg",
        description="loaded at launch; what the mass of [spacecraft] has over dry and dropped ones "
        "if none",
    )  # fmt: skip
    specific_impulse: _ISP | None = value(
        None, unit="s", description="of the main engine; that of [spacecraft] if none"
    )
    trim_impulse: _ISP = value(
        "285 s", unit="s", origin="assumed", ref="usual of two-propellant engines of 10 to 120 N",
        description="specific impulse of the engines that trim the path",
    )  # fmt: skip
    rules: PropellantRules = Field(
        default_factory=PropellantRules, description="margins on velocity and propellant"
    )
    manoeuvre: tuple[ManoeuvrePart, ...] = Field((), description="manoeuvres besides")
    radio: RadioLink = Field(default_factory=RadioLink, description="the radio to Earth")
    stations: tuple[GroundStation, ...] = Field(
        default_factory=lambda: (GroundStation(preset="dsn-34m"),),
        description="who hears it; the first one takes the data",
        min_length=1,
    )
    hours: Annotated[float, QuantityRule("h", gt=0.0, le=24.0)] = value(
        "8 h", unit="h", origin="assumed", ref="usual of missions to Mars",
        description="on the air in a day",
    )  # fmt: skip
    array: SolarArray = Field(default_factory=SolarArray, description="its solar array")
    loads: CraftPower = Field(default_factory=CraftPower, description="its loads and battery")
    stream: tuple[StreamPart, ...] = Field((), description="data that its instruments make")
    relay: tuple[RelaySite, ...] = Field((), description="landers whose data it sends on")
    recorder: Annotated[float, QuantityRule("bit", gt=0.0)] = value(
        "160 Gbit", unit="bit", origin="assumed", ref="as Mars Reconnaissance Orbiter's: NASA",
        description="what the recorder holds",
    )  # fmt: skip

    @property
    def needed(self) -> tuple[str, ...]:
        """The products that it was told to use."""
        return self.uses

    @model_validator(mode="after")
    def _names(self) -> Self:
        named_once("station", [each.name for each in self.stations])
        named_once("stream", [each.name for each in self.stream])
        named_once("relay site", [each.name for each in self.relay])
        return self

    def fly(self, given: Given) -> Outcome:
        """Reckon all four budgets and write them down."""
        from marsward.mission.phases.budgets_record import record
        from marsward.mission.phases.budgets_study import study

        return record(self, study(self, given), given)
