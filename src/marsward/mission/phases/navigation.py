"""The way to Mars flown with its errors: tracked, corrected, delivered to the entry."""

from __future__ import annotations

import math
from typing import ClassVar, Literal, Self

from pydantic import Field, model_validator

from marsward.core.kernel_cache import is_compiled
from marsward.core.part import value
from marsward.core.quantity import quantity
from marsward.dynamics.execution_error import ExecutionError
from marsward.instruments.radio_tracking import RadioTracking
from marsward.mission.phases.phase import Given, Outcome, Phase


class Navigation(Phase):
    """Fly a voyage thousands of times with its errors, and correct each by what tracking knows."""

    kind: ClassVar[str] = "navigation"
    needs: ClassVar[tuple[str, ...]] = ("trajectory", "entry_state")
    makes: ClassVar[tuple[str, ...]] = (
        "tcm_statistics", "tcm_samples", "b_plane_history", "delivery",
    )  # fmt: skip
    knowledge: ClassVar[tuple[str, ...]] = ("b_plane_history",)
    reads: ClassVar[tuple[str, ...]] = ("spacecraft",)

    after_launch: tuple[quantity("s", gt=3600), ...] = value(  # type: ignore[valid-type]
        ("15 d",), unit="d", origin="published",
        ref="launch + 15 d of the Mars Science Laboratory: Martin-Mur et al. 2012",
        description="corrections told from the injection on",
    )  # fmt: skip
    before_entry: tuple[quantity("s", gt=3600), ...] = value(  # type: ignore[valid-type]
        ("60 d", "8 d", "2 d"), unit="d", origin="published",
        ref="entry - 60 d, - 8 d and - 2 d of the Mars Science Laboratory, likewise",
        description="corrections told from the entry back",
    )  # fmt: skip
    aim: Literal["entry", "entry angle", "b-plane and time", "b-plane"] = value(
        "entry", origin="assumed", ref="as landers do", description="what a correction restores: "
        "place and hour of the entry; its angle and its place over the turning planet; the point "
        "in the B-plane with the hour or without",
    )  # fmt: skip
    smallest: quantity("m/s", ge=0) = value(  # type: ignore[valid-type]
        "0 mm/s", unit="mm/s", origin="assumed", ref="a choice",
        description="corrections below are not flown",
    )  # fmt: skip
    c3_sigma: quantity("m2/s2", ge=0) = value(  # type: ignore[valid-type]
        "0.033 km2/s2", unit="km2/s2", origin="assumed",
        ref="0.1 km2/s2, three sigma: the class of upper stages that launch to Mars",
        description="one sigma of C3 as the launcher delivers it",
    )  # fmt: skip
    declination_sigma: quantity("deg", ge=0, lt=10) = value(  # type: ignore[valid-type]
        "0.05 deg", unit="deg", origin="assumed", ref="0.15 deg, three sigma; likewise",
        description="one sigma of the departure asymptote's declination",
    )  # fmt: skip
    right_ascension_sigma: quantity("deg", ge=0, lt=10) = value(  # type: ignore[valid-type]
        "0.05 deg", unit="deg", origin="assumed", ref="0.15 deg, three sigma; likewise",
        description="one sigma of its right ascension",
    )  # fmt: skip
    impact_chance: float = value(
        1e-4, origin="published", ref="upper stage of InSight: AAS 14-363", ge=0.0, lt=1.0,
        description="allowed to the upper stage, against which the launch aims off Mars; 0 aims at "
        "the entry from the first",
    )  # fmt: skip
    fixed_magnitude: quantity("m/s", ge=0) = value(  # type: ignore[valid-type]
        "2 mm/s", unit="mm/s", origin="assumed", ref="6 mm/s, three sigma, on every axis",
        description="one sigma along a correction, whatever its size (Gates's model)",
    )  # fmt: skip
    proportional_magnitude: float = value(
        0.0167, origin="assumed", ref="5 %, three sigma: the class of spinning cruise stages",
        ge=0.0, le=1.0, description="one sigma along it, as a share of it",
    )  # fmt: skip
    fixed_pointing: quantity("m/s", ge=0) = value(  # type: ignore[valid-type]
        "2 mm/s", unit="mm/s", origin="assumed", ref="as the fixed magnitude",
        description="one sigma on each axis across it, whatever its size",
    )  # fmt: skip
    proportional_pointing: quantity("deg", ge=0, lt=45) = value(  # type: ignore[valid-type]
        "0.957 deg", unit="deg", origin="assumed", ref="5 %, three sigma, on each axis across",
        description="one sigma of its direction on each of two axes",
    )  # fmt: skip
    tracking: RadioTracking = Field(
        default_factory=lambda: RadioTracking(preset="deep-space-network"),
        description="stations and what they measure; preset = a network",
    )
    cutoff: quantity("s", ge=0) = value(  # type: ignore[valid-type]
        "1 d", unit="d", origin="assumed", ref="a choice: time to design a correction and send it",
        description="last measurements before a correction; half its lead where that is less",
    )  # fmt: skip
    entry_cutoff: quantity("s", ge=0) = value(  # type: ignore[valid-type]
        "6 h", unit="h", origin="assumed", ref="a choice: the last update of what the craft knows",
        description="last measurements before the entry",
    )  # fmt: skip
    acceleration_sigma: quantity("m/s2", gt=0) = value(  # type: ignore[valid-type]
        "0.05 nm/s2", unit="nm/s2", origin="assumed", ref="a spinning craft, the order of MSL's",
        description="one sigma of each component of accelerations that no model knows",
    )  # fmt: skip
    acceleration_memory: quantity("s", gt=0) = value(  # type: ignore[valid-type]
        "5 d", unit="d", origin="assumed", ref="a choice",
        description="time in which they are forgotten to 1/e",
    )  # fmt: skip
    pressure_share: float = value(
        0.1, origin="assumed", ref="a choice: what a model of the craft misses", gt=0.0, lt=1.0,
        description="one sigma of sunlight's push over its value, before tracking",
    )  # fmt: skip
    earth_gravity: int = value(
        4, origin="assumed", ref="as the transfer's", ge=0, le=4,
        description="degree of the Earth's gravity near Earth",
    )  # fmt: skip
    mars_gravity: int = value(
        20, origin="assumed", ref="as the transfer's", ge=0, le=120,
        description="degree of Mars's gravity near Mars",
    )  # fmt: skip
    members: int = value(
        10_000, origin="assumed", ref="99 % to 1.5 %", ge=100, le=200_000,
        description="voyages that are flown",
    )  # fmt: skip

    @model_validator(mode="after")
    def _some(self) -> Self:
        if not (self.after_launch or self.before_entry):
            raise ValueError("give at least one correction, in after_launch or in before_entry")
        if sorted(self.after_launch) != list(self.after_launch):
            raise ValueError("after_launch is told in the order in which corrections come")
        if sorted(self.before_entry, reverse=True) != list(self.before_entry):
            raise ValueError("before_entry is told in the order in which corrections come")
        return self

    def execution(self) -> ExecutionError:
        """What the engine makes of a correction."""
        return ExecutionError(
            self.fixed_magnitude, self.proportional_magnitude, self.fixed_pointing,
            math.radians(self.proportional_pointing), "this phase",
        )  # fmt: skip

    def fly(self, given: Given) -> Outcome:
        """Track, correct and deliver; write it down."""
        from marsward.mission.phases.navigation_record import record
        from marsward.mission.phases.navigation_study import study

        if not is_compiled("dynamics.lanes.integrate_lanes"):
            given.progress.note("compiling kernels, once: about half a minute")
        return record(self, study(self, given), given)
