"""The parts of an insertion: who is captured, and how it dips into the air."""

from __future__ import annotations

from dataclasses import dataclass

from pydantic import Field

from marsward.core.part import Part, value
from marsward.core.quantity import quantity
from marsward.mission.phases.capture_parts import DragPart


class AerobrakingPart(Part):
    """How deep the craft dips into the air, and which air that is."""

    drag: DragPart = Field(description="air, and how large the craft is in it")
    heat_limit: quantity("W/m2", gt=0) = value(  # type: ignore[valid-type]
        2500.0, unit="W/m2", origin="assumed", ref="of the order that the panels of Odyssey and of "
        "Mars Reconnaissance Orbiter bore", description="free-stream heating that the craft bears",
    )  # fmt: skip
    share: float = value(
        0.45, origin="assumed", ref="margin for air that changes by a third from pass to pass",
        gt=0, le=1, description="share of that limit at which passes are planned",
    )  # fmt: skip
    walk_in_passes: int = value(
        6, origin="assumed", ref="a week of long orbits, as flown", ge=1, le=100,
        description="passes over which the heating is brought up",
    )  # fmt: skip
    lifetime: quantity("s", ge=0) = value(  # type: ignore[valid-type]
        1.0, unit="d", origin="published",
        ref="Odyssey kept 24 hours or more: Smith & Bell 2005, doi:10.2514/1.15213 (DOI from "
        "memory)", description="time that the orbit lasts at any moment without a manoeuvre",
    )  # fmt: skip


@dataclass(frozen=True)
class Craft:
    """What is to be captured: mass and propellant [kg], thrust [N], specific impulse [s]."""

    mass: float
    propellant: float
    thrust: float
    isp: float
