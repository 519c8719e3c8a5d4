"""Single landings of a sweep, many at once: each with causes of its own, all led by one plan.

The guidance is planned for the nominal entry, once. A member is one landing: its entry, capsule and
air are off by what the sweep drew for it, and by the phase's dispersions in everything else.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, cast

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from marsward.geometry.local_terrain import LocalTerrain
from marsward.mission.landing_members import Landings, fly_landings
from marsward.mission.landing_plan import Lander, LandingPlan, plan_landing
from marsward.mission.phases.entry_products import landings_table
from marsward.mission.phases.entry_state import entry_point_of
from marsward.mission.phases.entry_study import SIDE, air_in, errors_at_entry, ground
from marsward.mission.phases.phase import Given
from marsward.planet.atmosphere import atmosphere
from marsward.planet.entry_profiles import CAUSES as AIR
from marsward.planet.entry_profiles import EntryProfiles, EntryTrack
from marsward.planet.landing_site import LandingSite
from marsward.vehicles.entry import Entries
from marsward.vehicles.flight_state import FlightState
from marsward.vehicles.guidance import Guidance
from marsward.vehicles.landing_scatter import CAUSES, LandingScatter

__all__ = ["EntryLanes", "EntryPlan"]

Array = NDArray[np.float64]
_STATE = {"angle": "angle_rad", "azimuth": "azimuth_rad", "lon": "lon_rad", "lat": "lat_rad",
          "speed": "speed"}  # fmt: skip
_FACTORS = {"drag_factor": "drag", "lift_factor": "lift", "mass_factor": "mass"}
_WIDER = 1.25
"""Each next ground is wider by this factor, so that few are made for any number of members."""
_KEPT = 3
_ENOUGH = 1.02
"""The plan's ground serves landings that ask for no more than this times its side."""


@dataclass(frozen=True)
class EntryPlan:
    """What all members of a sweep share, small enough to be sent: all but ground and air.

    site : the ground, where it is from a file that another machine may not have
    """

    ground: float
    track: EntryTrack
    column: EntryProfiles
    guidance: Guidance
    entries: Entries
    site: LandingSite | None


class EntryLanes:
    """The landings of one mission's entry phase; see `Entry.lane_causes` for what may be drawn."""

    def __init__(self, phase: Any, given: Given, plan: EntryPlan | None = None) -> None:
        """Make the plan, or take one that was made elsewhere.

        Raises
        ------
        PhysicsError : the nominal entry does not land.
        """
        self.phase, self.given = phase, given
        self.point = entry_point_of(given["entry_state"])
        self.covariance, self.knowledge = errors_at_entry(phase, given)
        self.clear = atmosphere(dust="clear", workers=given.workers)
        self._grounds: dict[float, LocalTerrain] = {}
        self._lock = threading.Lock()
        target = (float(phase.target_lon) % 360.0, float(phase.target_lat))
        site = plan.site if plan is not None and plan.site is not None else None
        if site is None:
            site = ground(phase, given, target, SIDE)
        air = air_in(phase.dust or given.mission.world.dust, given, self.point)
        lander = Lander(phase.capsule, phase.parachute, phase.stage)
        if plan is None:
            self._plan = plan_landing(
                lander, self.point.epoch, self.point.state, target, terrain=site, air=air,
                guided=phase.guidance, seed=given.seed,
            )  # fmt: skip
        else:
            self._plan = LandingPlan(
                lander, self.point.epoch, np.asarray(self.point.state, float), target, site,
                plan.ground, air, plan.track, plan.column, plan.guidance, plan.entries,
                cast(Any, None),
            )  # fmt: skip

    @property
    def plan(self) -> EntryPlan:
        """What another worker needs to fly the same members."""
        made = self._plan
        site = cast(LandingSite, made.terrain) if self.phase.terrain else None
        return EntryPlan(
            made.ground, made.track, made.column, made.guidance, made.entries, site
        )  # fmt: skip

    def fly(
        self, draws: Mapping[str, Array], *, members: int, seed: int, workers: int = 1
    ) -> xr.Dataset:
        """Fly members; row i depends on the seed, on i and on the draws of its block alone.

        Parameters
        ----------
        draws : (members,) by the names and units of `Entry.lane_causes`
        members, seed : of the block
        workers : threads; results do not depend on them

        Returns
        -------
        Dataset of one row a member, as the product `landings` has them, with the standard numbers
        of everything else that was drawn as `input`.
        """
        aimed = bool(set(draws) & set(_STATE))
        off = self.phase.dispersions
        if "density_factor" in draws:
            off = off.model_copy(update={"density": 0.0})
        landings = fly_landings(
            self._plan, np.zeros((6, 6)) if aimed else self.covariance, self.knowledge,
            members=members, seed=seed, dispersions=off, less_dust=self.clear,
            terrain=self._ground, workers=workers,
            changed=lambda scatter, air: _changed(scatter, air, draws),
        )  # fmt: skip
        return _table(landings, set(draws), aimed)

    def _ground(self, side: float) -> LocalTerrain:
        """The ground that is as wide as asked or somewhat wider, of a few widths."""
        held = self._plan.terrain
        wide = held.extent[1] * 2.0
        if side <= _ENOUGH * wide:
            return held
        while wide < side:
            wide *= _WIDER
        with self._lock:
            if wide not in self._grounds:
                if len(self._grounds) >= _KEPT:
                    self._grounds.pop(next(iter(self._grounds)))
                self._grounds[wide] = ground(self.phase, self.given, self._plan.target, wide)
            return self._grounds[wide]


def _changed(
    scatter: LandingScatter, air: EntryProfiles, draws: Mapping[str, Array]
) -> tuple[LandingScatter, EntryProfiles]:
    """Members with the causes that the sweep drew in place of their own."""
    moved: dict[str, Any] = {
        field: np.radians(draws[name]) if field.endswith("_rad") else np.asarray(draws[name])
        for name, field in _STATE.items()
        if name in draws
    }
    state: FlightState = replace(scatter.state, **moved) if moved else scatter.state
    factors: dict[str, Any] = {
        field: np.asarray(draws[n]) for n, field in _FACTORS.items() if n in draws
    }
    entry = replace(scatter.entry, **factors) if factors else scatter.entry
    if "density_factor" in draws:
        more = np.log(np.asarray(draws["density_factor"]))[:, None]
        air = replace(air, log_density=air.log_density + more)
    return replace(scatter, state=state, entry=entry), air


def _table(landings: Landings, drawn: set[str], aimed: bool) -> xr.Dataset:
    out = landings_table(landings).drop_vars(["input", "cause"])
    names = [*CAUSES, *AIR]
    numbers = np.concatenate([landings.scatter.standard, landings.air.draws], axis=1)
    gone = {field for name, field in _FACTORS.items() if name in drawn}
    gone |= {"density_mean"} if "density_factor" in drawn else set()
    gone |= {name for name in names if aimed and name.startswith("delivery_")}
    keep = [i for i, name in enumerate(names) if name not in gone]
    out["input"] = (
        ("member", "cause"), numbers[:, keep],
        {"units": "1", "long_name": "standard normal number of every other cause"},
    )  # fmt: skip
    out = out.assign_coords(cause=np.array([names[i] for i in keep], object))
    ways = landings.landed.astype(float)
    out["landed"] = ("member", ways, {"units": "1", "long_name": "came down softly: 1, or not: 0"})
    return out
