"""The helicopter: what its rotor can do, when it may fly, and Ingenuity's flights once more."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field

from marsward.core.part import value
from marsward.core.quantity import quantity
from marsward.mission.phases.phase import Given, Outcome, Phase
from marsward.vehicles.flight_plan import PlanLimits
from marsward.vehicles.helicopter import Helicopter as HelicopterBody
from marsward.vehicles.helicopter_power import HelicopterPower
from marsward.vehicles.rotorcraft import Rotorcraft


class Helicopter(Phase):
    """Map the rotor's power and thrust, say when it may fly, and fly what was flown again."""

    kind: ClassVar[str] = "helicopter"
    needs: ClassVar[tuple[str, ...]] = ("entry_events",)
    makes: ClassVar[tuple[str, ...]] = (
        "rotor_map", "flights", "flight_path", "flight_hours", "rotor_dust",
    )  # fmt: skip
    knowledge: ClassVar[tuple[str, ...]] = ()
    reads: ClassVar[tuple[str, ...]] = ("world",)

    rotorcraft: Rotorcraft = Field(default_factory=Rotorcraft, description="its rotors")
    body: HelicopterBody = Field(default_factory=HelicopterBody, description="its body and control")
    power: HelicopterPower = Field(
        default_factory=HelicopterPower, description="its battery, panel and heaters"
    )
    limits: PlanLimits = Field(default_factory=PlanLimits, description="what a flight must keep to")
    replay: Literal["ingenuity", "none"] = value(
        "ingenuity", origin="published", ref="NASA/JPL, 72 flights of 2021 to 2024",
        description="flights that are flown again beside the table of those flown",
    )  # fmt: skip
    shown: int = value(
        4, origin="assumed", ref="a choice", ge=1, le=72,
        description="number of the flight that is flown with its controller",
    )  # fmt: skip
    distance: quantity("m", ge=0, le=2000) = value(  # type: ignore[valid-type]
        "133 m", unit="m", origin="published", ref="flight 4: 133 m out and back",
        description="path of the flight that is asked for through the sol",
    )  # fmt: skip
    height: quantity("m", gt=0, le=100) = value(  # type: ignore[valid-type]
        "5 m", unit="m", origin="published", ref="flight 4", description="height of that flight"
    )
    speed: quantity("m/s", ge=0, le=20) = value(  # type: ignore[valid-type]
        "3.5 m/s",
        unit="m/s",
        origin="published",
        ref="flight 4",
        description="speed of that flight",
    )
    sol: int = value(
        60, origin="assumed", ref="a choice: flights began on sol 58", ge=0, le=3000,
        description="sol since the landing whose hours are told",
    )  # fmt: skip

    def fly(self, given: Given) -> Outcome:
        """The rotor, the hours, the flights, the dust."""
        from marsward.mission.phases.helicopter_record import record
        from marsward.mission.phases.helicopter_study import study

        return record(self, given, study(self, given))
