"""The launch window: what every pair of days costs, and the pair that is chosen."""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field

from marsward.core.errors import InputError
from marsward.core.part import value
from marsward.core.quantity import quantity
from marsward.mission.launch import Launch
from marsward.mission.phases.phase import Given, Outcome, Phase


class Window(Phase):
    """Find the window of [launch], and choose the days of launch and arrival."""

    kind: ClassVar[str] = "window"
    makes: ClassVar[tuple[str, ...]] = ("porkchop", "launch_choice", "launch_period")
    reads: ClassVar[tuple[str, ...]] = ("spacecraft", "launch")

    parking_altitude: quantity("m", gt=100e3, lt=2000e3) = value(  # type: ignore[valid-type]
        200.0, unit="km", origin="assumed", ref="usual of parking orbits",
        description="of the circular parking orbit that departures are counted from",
    )  # fmt: skip
    period: quantity("d", gt=0, le=120) = value(  # type: ignore[valid-type]
        "21 d", unit="d", origin="assumed", ref="three weeks, usual of missions to Mars",
        description="length of the launch period whose dearest day is told",
    )  # fmt: skip
    least_mass: quantity("kg", gt=0) | None = Field(
        None, description="mass at launch that the rocket must lift; the spacecraft's if left out",
        json_schema_extra={"unit": "kg"},
    )  # fmt: skip

    def launch(self, given: Given) -> Launch:
        """The mission's table [launch]."""
        found = given.mission.launch
        if found is None:
            raise InputError(
                f"phase {self.title!r} needs a table [launch] in the mission file; write one with "
                'window = ["2028-10-01", "2029-01-31"]'
            )
        return found

    def fly(self, given: Given) -> Outcome:
        """The grid of days, the choice, the launch period."""
        from marsward.mission.phases.window_record import record

        return record(self, given)
