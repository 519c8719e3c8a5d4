"""Entry, descent and landing: the nominal flight, and many that are not."""

from __future__ import annotations

from pathlib import Path
from typing import Any, ClassVar, Literal

from pydantic import Field, field_validator

from marsward.core.part import value
from marsward.core.quantity import quantity
from marsward.mission.phases.phase import Given, Outcome, Phase
from marsward.mission.world import checked_dust
from marsward.vehicles.capsule import Capsule
from marsward.vehicles.descent_stage import DescentStage
from marsward.vehicles.landing_scatter import Dispersions
from marsward.vehicles.parachute import Parachute


class Entry(Phase):
    """Fly through the air to the ground by guidance, parachute and engines; then many more."""

    kind: ClassVar[str] = "entry"
    needs: ClassVar[tuple[str, ...]] = ("entry_state",)
    makes: ClassVar[tuple[str, ...]] = (
        "entry_path", "entry_events", "landings", "landing_ellipse", "landing_sensitivity",
        "corridor", "landing_site", "hazard_map", "landing_dust",
    )  # fmt: skip
    reads: ClassVar[tuple[str, ...]] = ("world",)
    lane_causes: ClassVar[dict[str, tuple[str, float, float, str]]] = {
        "angle": ("deg", -90, 90, "flight-path angle of the entry state over the turning planet"),
        "speed": ("m/s", 500, 15e3, "speed of the entry state over the turning planet"),
        "azimuth": ("deg", -360, 720, "azimuth of that speed, clockwise from north"),
        "lon": ("deg", -180, 360, "east longitude of the entry state"),
        "lat": ("deg", -90, 90, "planetocentric latitude of the entry state"),
        "drag_factor": ("", 0.01, 100, "of the drag that the guidance expects"),
        "lift_factor": ("", -100, 100, "of the lift that the guidance expects"),
        "mass_factor": ("", 0.01, 100, "of the mass at entry that the guidance expects"),
        "density_factor": ("", 0.01, 100, "of the density of the air at all heights"),
    }  # for single landings of a sweep: unit, least, most, what it is

    capsule: Capsule = Field(description="what enters the air; preset = one that has flown")
    parachute: Parachute = Field(description="its parachute; preset = one that has flown")
    stage: DescentStage = Field(description="what lands; preset = one that has flown")
    target_lon: quantity("deg", ge=-180, le=360) = value(  # type: ignore[valid-type]
        unit="deg", description="east longitude of the landing place"
    )
    target_lat: quantity("deg", ge=-90, le=90) = value(  # type: ignore[valid-type]
        unit="deg", description="planetocentric latitude of the landing place"
    )
    guidance: bool = value(
        True, origin="assumed", ref="a choice",
        description="whether the bank is steered by range; false flies the reference's bank",
    )  # fmt: skip
    members: int = value(
        2000, origin="assumed", ref="a choice", ge=50, le=100_000,
        description="landings that are drawn and flown",
    )  # fmt: skip
    dust_members: int = value(
        200, origin="assumed", ref="a choice", ge=50, le=100_000,
        description="landings in each other scenario of dust",
    )  # fmt: skip
    dispersions: Dispersions = Field(
        default_factory=Dispersions, description="how far each cause may be off"
    )
    terrain: str | None = Field(
        None, description="file of an elevation model; the shipped shape with seeded relief if none"
    )
    cell: quantity("m", ge=1, le=500) = value(  # type: ignore[valid-type]
        "20 m", unit="m", origin="assumed", ref="a choice",
        description="of the ground's grid; wider where landings scatter over more than 24 km",
    )  # fmt: skip
    corridor_width: quantity("deg", gt=0, le=15) = value(  # type: ignore[valid-type]
        5.0, unit="deg", origin="assumed", ref="a choice",
        description="how far the corridor is followed on each side of the nominal angle",
    )  # fmt: skip
    ellipse: float = value(
        0.99, origin="published", ref="landing ellipses of Mars missions hold 99 of 100", gt=0.1,
        lt=1.0, description="share of the landings that the ellipse is to hold",
    )  # fmt: skip
    published_ellipse: tuple[float, float] | None = Field(
        None, description="published full axes of the ellipse [km], for comparison"
    )
    delivery: Literal["entry_state", "navigation"] = value(
        "entry_state", origin="assumed", ref="a choice",
        description="whence the errors at the entry are: told with the entry's state, or found by "
        "the mission's navigation",
    )  # fmt: skip
    dust: str | None = Field(
        None, description="scenario of dust; that of the mission's [world] when left out"
    )

    @field_validator("dust")
    @classmethod
    def _known_dust(cls, name: str | None) -> str | None:
        return name if name is None else checked_dust(name)

    @property
    def needed(self) -> tuple[str, ...]:
        """What navigation delivers too, where the errors are from there."""
        return (*self.needs, "delivery") if self.delivery == "navigation" else self.needs

    def data(self, home: Path) -> tuple[Path, ...]:
        """The elevation model enters the key."""
        return (home / Path(self.terrain).expanduser(),) if self.terrain else ()

    def lanes(self, given: Given, plan: Any = None) -> Any:
        """Single landings of a sweep; see `entry_lanes.EntryLanes`."""
        from marsward.mission.phases.entry_lanes import EntryLanes

        return EntryLanes(self, given, plan)

    def fly(self, given: Given) -> Outcome:
        """The nominal landing, the many, the corridor, the dust."""
        from marsward.mission.phases.entry_record import record
        from marsward.mission.phases.entry_study import study

        return record(self, given, study(self, given))
