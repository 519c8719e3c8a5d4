"""Where the rover stands: the landing's place and time, and the ground about it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from marsward.core.errors import PhysicsError
from marsward.core.time import Epoch
from marsward.mission.phases.phase import Given
from marsward.planet.landing_site import LandingSite, landing_site

if TYPE_CHECKING:
    from marsward.mission.phases.rover import Rover

__all__ = ["Place", "ground_of", "landing_place"]


@dataclass(frozen=True)
class Place:
    """Where and when the lander stands: [deg], height over the areoid [m]."""

    lon: float
    lat: float
    height: float
    epoch: Epoch

    @property
    def ls(self) -> float:
        """Season of the landing [deg]."""
        return float(self.epoch.ls)


def landing_place(given: Given) -> Place:
    """The nominal touchdown of the landing phase.

    Raises PhysicsError when the nominal landing did not come down.
    """
    events = given["entry_events"]
    names = [str(name) for name in events["name"].values]
    if "touchdown" not in names:
        raise PhysicsError(
            "the nominal landing has no touchdown, so no rover drives; see the landing's verdict"
        )
    row = events.isel(event=names.index("touchdown"))
    return Place(
        float(row["lon"]), float(row["lat"]), float(row["height"]),
        Epoch.utc(str(row["utc"].values)),
    )  # fmt: skip


def ground_of(phase: Rover, given: Given, place: Place) -> LandingSite:
    """The ground about the landing, the same as the landing had it for the same mission."""
    home = Path(given.mission.path).parent
    file = home / Path(phase.terrain).expanduser() if phase.terrain else None
    site = landing_site(
        place.lon, place.lat, size=phase.size, cell=phase.cell, file=file,
        seed=given.mission.seed, height=None if file else place.height, workers=given.workers,
    )  # fmt: skip
    return site


def inside(site: LandingSite, x: float, y: float) -> bool:
    """Whether local metres lie on the ground."""
    return bool(np.all(site.contains(np.array([x]), np.array([y]))))
