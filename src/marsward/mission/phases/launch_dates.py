"""Days of launch and arrival: given by a phase, or chosen from the mission's window."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from marsward.core.errors import InputError, PhysicsError
from marsward.core.time import Epoch
from marsward.dynamics.injection import LaunchSite
from marsward.dynamics.launch_choice import LaunchChoice
from marsward.dynamics.liftoff import liftoff

__all__ = ["Dates", "chosen_dates"]

SHORTEST, LONGEST = 60.0, 600.0
"""Days of a flight of less than one turn about the Sun."""


@dataclass(frozen=True)
class Dates:
    """When a voyage begins and ends, and where.

    free : whether the hour of lift-off is to follow from the parking orbit
    """

    launch: Epoch
    arrival: Epoch
    site: LaunchSite
    free: bool

    def at_hour(self, asymptote: NDArray[np.float64], inclination: float | None) -> Dates:
        """With the hour of lift-off that serves an asymptote (3,) best; see `liftoff`."""
        hour = liftoff(asymptote, self.launch, self.site, inclination=inclination)
        return replace(self, launch=hour, free=False)


def chosen_dates(phase, given) -> Dates:
    """The dates of a transfer.

    Raises
    ------
    InputError : no site is given
    PhysicsError : arrival before launch, or a flight of less than 60 or more than 600 days
    """
    part = phase.site or (given.mission.launch.site if given.mission.launch else None)
    if part is None:
        raise InputError(
            f"phase {phase.title!r} has no launch site; give it one, or write it under [launch]: "
            'site = { name = "Cape Canaveral", lat = "28.583 deg", lon = "-80.583 deg" }'
        )
    if phase.launch is None:
        choice = LaunchChoice.of_dataset(given["launch_choice"])
        launch, arrival = choice.launch, choice.arrival
    else:
        launch, arrival = phase.launch, phase.arrival
    days = float(arrival - launch) / 86400.0
    if not SHORTEST <= days <= LONGEST:
        nearest = launch + 86400.0 * (SHORTEST if days < SHORTEST else LONGEST)
        why = "before the launch" if days < 0.0 else f"{days:.0f} days after the launch"
        raise PhysicsError(
            f"the arrival {arrival.isot(digits=0)} lies {why} {launch.isot(digits=0)}; a voyage of "
            f"less than one turn about the Sun takes {SHORTEST:.0f} to {LONGEST:.0f} days: the "
            f"nearest arrival is {nearest.isot(digits=0)}"
        )
    free = phase.launch is None or phase.parking_inclination is not None
    return Dates(launch, arrival, part.site(), free)
