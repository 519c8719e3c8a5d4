"""The rover: where it drives, what power it has through its sols, what it does and finds."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar, Literal, Self

from pydantic import Field, field_validator, model_validator

from marsward.core.part import value
from marsward.core.quantity import quantity
from marsward.core.registry import unknown
from marsward.mission.phases.climate_checks import named_once
from marsward.mission.phases.phase import Given, Outcome, Phase
from marsward.vehicles.panel_dust import PanelDust
from marsward.vehicles.relay_windows import RelayLink
from marsward.vehicles.rover import Rover as RoverVehicle
from marsward.vehicles.rover_power import RoverPower
from marsward.vehicles.sol_activities import Activity

Goal = tuple[str, float, float]


class Rover(Phase):
    """Drive from the landing over the ground, live through the sols, plan one, and look."""

    kind: ClassVar[str] = "rover"
    needs: ClassVar[tuple[str, ...]] = ("entry_events",)
    makes: ClassVar[tuple[str, ...]] = (
        "traverse_map", "traverse", "rover_sols", "rover_day", "rover_winter", "sol_plan",
        "ground_radar", "ground_radar_layers", "laser_oxides", "rover_spectra", "rover_dust",
    )  # fmt: skip
    knowledge: ClassVar[tuple[str, ...]] = ("ground_radar_layers", "laser_oxides", "rover_spectra")
    reads: ClassVar[tuple[str, ...]] = ("world",)
    instrument_kinds: ClassVar[dict[str, str]] = {
        "radar": "ground-radar", "laser": "laser-spectrometer", "camera": "spectral-camera",
    }  # fmt: skip

    rover: RoverVehicle = Field(description="the rover; preset = one that has driven")
    power: RoverPower = Field(description="its power and heat; preset = one that has driven")
    terrain: str | None = Field(
        None, description="file of an elevation model; the shipped shape with seeded relief if none"
    )
    size: quantity("m", gt=0) = value(  # type: ignore[valid-type]
        "5 km", unit="m", origin="assumed", ref="a choice", description="side of the ground"
    )
    cell: quantity("m", gt=0) = value(  # type: ignore[valid-type]
        "5 m", unit="m", origin="assumed", ref="a choice", description="of the ground's grid"
    )
    goals: tuple[Goal, ...] = Field(
        description="name, metres east and metres north of the landing, in the order of the drive",
        min_length=1,
    )
    by: Literal["energy", "time", "risk"] = value(
        "energy", origin="assumed", ref="a choice", description="what the way is to save"
    )
    hours: float = value(
        1.0, origin="assumed", ref="a choice", gt=0, le=12, description="of driving in a sol"
    )  # fmt: skip
    sols: int = value(
        700, origin="assumed", ref="a choice: the first year", ge=1, le=3000,
        description="sols that the rover is followed",
    )  # fmt: skip
    panel_dust: PanelDust = Field(
        default_factory=PanelDust, description="how dust settles on its panels"
    )
    more_dust: tuple[float, ...] = value(
        (0.2, 0.3, 0.4), origin="published", ref="Zhang Rongqiao, China Central Television, 2023",
        description="shares of light that dust takes beyond the design's in the winter's cases; "
        "rovers with panels only",
    )  # fmt: skip
    design_sols: int = value(
        90, origin="published", ref="three months: CNSA 2021, on Zhurong's design life", ge=0,
        description="sols of dust that the panels were designed for",
    )  # fmt: skip
    plan_sol: int = value(
        30, origin="assumed", ref="a choice", ge=0, description="sol that is planned"
    )
    planner: Literal["greedy", "best"] = value(
        "greedy", origin="assumed", ref="a choice; best needs the extra [opt]",
        description="how the sol is planned",
    )  # fmt: skip
    activity: tuple[Activity, ...] = Field((), description="what may be done in the planned sol")
    orbiter: str | None = Field(
        None, description="product with the path of the orbiter that relays; none when left out"
    )
    link: RelayLink = Field(default_factory=RelayLink, description="the radio to the orbiter")
    radar: str | None = Field(None, description="name of the radar under it; none when left out")
    laser: str | None = Field(None, description="name of its laser; none when left out")
    camera: str | None = Field(None, description="name of its spectral camera; none if left out")

    @property
    def needed(self) -> tuple[str, ...]:
        """The landing, and the orbiter's path where one relays."""
        return (*self.needs, *([self.orbiter] if self.orbiter else []))

    @field_validator("goals")
    @classmethod
    def _each_once(cls, goals: tuple[Goal, ...]) -> tuple[Goal, ...]:
        named_once("goal", [name for name, _, _ in goals])
        return goals

    @field_validator("more_dust")
    @classmethod
    def _shares(cls, more: tuple[float, ...]) -> tuple[float, ...]:
        if not all(0.0 <= share <= 1.0 for share in more):
            raise ValueError(f"more_dust are shares of light, 0 to 1; not {more}")
        return more

    @model_validator(mode="after")
    def _planned(self) -> Self:
        if self.plan_sol >= self.sols:
            raise ValueError(
                f"plan_sol {self.plan_sol} is not among the {self.sols} sols that are followed; "
                f"give one from 0 to {self.sols - 1}, or more sols"
            )
        names = [each.name for each in self.activity]
        for each in self.activity:
            for before in each.after:
                if before not in names:
                    told = unknown("activity", before, names)
                    raise ValueError(f"activity {each.name!r} comes after {before!r}: {told}")
        return self

    def data(self, home: Path) -> tuple[Path, ...]:
        """The elevation model enters the key."""
        return (home / Path(self.terrain).expanduser(),) if self.terrain else ()

    def fly(self, given: Given) -> Outcome:
        """The drive, the sols, the plan and what instruments find."""
        from marsward.mission.phases.rover_record import record
        from marsward.mission.phases.rover_study import study

        return record(self, given, study(self, given))
