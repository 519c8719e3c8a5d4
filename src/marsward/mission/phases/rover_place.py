"""Where the rover stands: the landing's place and time, and the ground about it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from marsward.core.errors import PhysicsError
from marsward.core.time import Epoch
from marsward.geometry.local_terrain import LocalTerrain
from marsward.mission.phases.phase import Given
from marsward.planet.landing_site import landing_site

if TYPE_CHECKING:
    from marsward.mission.phases.rover import Rover

_SIDE, _CELL = 24e3, 20.0  # m; the landing's own

__all__ = ["Place", "ground_of", "landing_place"]


@dataclass(frozen=True)
class Place:
    """Where and when the lander stands: [deg], height over the areoid [m].

    target : longitude and latitude [deg] about which the landing's ground was made
    """

    lon: float
    lat: float
    height: float
    epoch: Epoch
    target: tuple[float, float]

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
        (float(events.attrs["target_lon"]), float(events.attrs["target_lat"])),
    )  # fmt: skip


def ground_of(phase: Rover, given: Given, place: Place) -> LocalTerrain:
    """The ground about the landing, a finer patch of the very ground that was landed on.

    Raises InputError when it would reach off that ground.
    """
    home = Path(given.mission.path).parent
    file = home / Path(phase.terrain).expanduser() if phase.terrain else None
    site = landing_site(
        *place.target, size=_SIDE, cell=_CELL, file=file, seed=given.mission.seed,
        workers=given.workers,
    )  # fmt: skip
    x, y = (float(v) for v in site.xy(place.lon, place.lat))
    if phase.cell >= site.cell:
        return site.crop(x, y, phase.size)
    return site.patch(x, y, phase.size, phase.cell, rocks=False)


def inside(site: LocalTerrain, x: float, y: float) -> bool:
    """Whether local metres lie on the ground."""
    return bool(np.all(site.contains(np.array([x]), np.array([y]))))
