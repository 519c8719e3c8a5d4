"""The work of the entry phase: ground and air, plan, members, corridor, other dust."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from marsward.core.errors import PhysicsError
from marsward.core.kernel_cache import is_compiled
from marsward.dynamics.entry_point import EntryPoint
from marsward.geometry.local_terrain import LocalTerrain
from marsward.mission.landing_members import Landings, fly_landings
from marsward.mission.landing_plan import Lander, LandingPlan, air_of, plan_landing
from marsward.mission.phases.entry_state import entry_point_of
from marsward.mission.phases.phase import Given
from marsward.mission.world import dust_on_the_ground
from marsward.planet.atmosphere import Atmosphere, atmosphere
from marsward.planet.entry_profiles import EntryProfiles, entry_profiles
from marsward.planet.landing_site import LandingSite, landing_site
from marsward.vehicles.entry import Entries, enter
from marsward.vehicles.flight_state import FlightState
from marsward.vehicles.landing_ellipse import LandingEllipse, landing_ellipse

Array = NDArray[np.float64]
SIDE = 24e3
"""Side of the ground about the target, where landings do not scatter further [m]."""
_MOST_CELLS = 1200
_LEAST_DOWN = 8
CORRIDOR_STEP = 0.25
"""Between the angles of the corridor [deg]."""


@dataclass(frozen=True)
class DustCase:
    """A landing in other dust: its mean column and its members."""

    name: str
    column: EntryProfiles
    landings: Landings


@dataclass(frozen=True)
class LandingStudy:
    """Everything that the entry phase found, before it is written down.

    point, covariance, knowledge : the entry as it was handed over
    plan, landings, site : nominal, members, the ground that holds them all
    ellipses : by fit
    corridor : entries with guidance and with the reference's bank, by angle [deg]
    dust : other scenarios, the mission's own among them; clear : the mean column of clear air
    """

    point: EntryPoint
    covariance: Array
    knowledge: Array
    plan: LandingPlan
    landings: Landings
    site: LandingSite
    ellipses: Mapping[str, LandingEllipse]
    angles: Array
    corridor: Mapping[str, Entries]
    dust: tuple[DustCase, ...]
    clear: EntryProfiles
    own_dust: str


def study(phase, given: Given) -> LandingStudy:
    """Fly the landing of a phase.

    Raises
    ------
    PhysicsError : the nominal entry does not land; the sentence tells why.
    """
    say = given.progress.update
    if not is_compiled("vehicles.entry.fly_block"):
        given.progress.note("compiling kernels, once: about a minute")
    point = entry_point_of(given["entry_state"])
    covariance, knowledge = errors_at_entry(phase, given)
    say(0.02, "the ground about the target")
    target = (float(phase.target_lon) % 360.0, float(phase.target_lat))
    site = ground(phase, given, target, SIDE)
    say(0.06, "the air")
    own = phase.dust or given.mission.world.dust
    air = air_in(own, given, point)
    clear = atmosphere(dust="clear", workers=given.workers)
    lander = Lander(phase.capsule, phase.parachute, phase.stage)
    say(0.1, "the nominal landing")
    plan = plan_landing(
        lander, point.epoch, point.state, target, terrain=site, air=air, guided=phase.guidance,
        seed=given.seed,
    )  # fmt: skip
    sites = [site]

    def wide(side: float) -> LocalTerrain:
        if side > sites[-1].extent[1] * 2.0:
            sites.append(ground(phase, given, target, side))
        return sites[-1]

    common = {
        "seed": given.seed, "dispersions": phase.dispersions, "less_dust": clear,
        "workers": given.workers, "terrain": wide,
    }  # fmt: skip
    landings = fly_landings(
        plan, covariance, knowledge, members=phase.members,
        say=lambda share, text: say(0.15 + 0.5 * share, text), **common,
    )  # fmt: skip
    say(0.66, "ellipse and corridor")
    angles, corridor = corridor_of(phase, plan, given.workers)
    cases = []
    names = [name for name in given.mission.world.cases() if name != own]
    for i, name in enumerate((*names, own)):
        say(0.72 + 0.25 * i / (len(names) + 1), f"the landing in dust: {name}")
        cases.append(_dust_case(phase, name, given, plan, covariance, knowledge, common))
    return LandingStudy(
        point, covariance, knowledge, plan, landings, sites[-1], ellipses(phase, landings, given),
        angles, corridor, tuple(cases),
        entry_profiles(clear, point.epoch, plan.track, bottom=float(plan.column.height[0])), own,
    )  # fmt: skip


def errors_at_entry(phase, given: Given) -> tuple[Array, Array]:
    """(6, 6) errors of the entry's state and of what is known of it, J2000 [m, m/s]."""
    told = given["delivery" if phase.delivery == "navigation" else "entry_state"]
    covariance, knowledge = (
        np.array(told[name].values, float) for name in ("covariance", "knowledge")
    )
    return covariance, knowledge


def ground(phase, given: Given, target: tuple[float, float], side: float) -> LandingSite:
    """The ground about the target: one seed of the mission for all its phases."""
    home = Path(given.mission.path).parent
    file = phase.data(home)[0] if phase.terrain else None
    cell = max(float(phase.cell), side / _MOST_CELLS)
    return landing_site(
        *target, size=side, cell=cell, file=file, seed=given.mission.seed, workers=given.workers
    )


def air_in(name: str, given: Given, point: EntryPoint) -> Atmosphere:
    """The air in a scenario of dust; a storm is as old as the mission's world says."""
    home = Path(given.mission.path).parent
    dust = dust_on_the_ground(given.mission.world, name, float(point.epoch.ls), home)
    return atmosphere(dust=dust, workers=given.workers)


def ellipses(phase, landings: Landings, given: Given) -> dict[str, LandingEllipse]:
    """Both ellipses of the members that came to the ground."""
    down = landings.down
    if down.sum() < _LEAST_DOWN:
        raise PhysicsError(
            f"of {len(landings)} landings {int(down.sum())} come to the ground in a known place, "
            "too few for an ellipse: bring the entry nearer to the middle of its corridor, or make "
            "the dispersions smaller"
        )
    east, north = (landings.of_descent(read)[down] for read in (lambda d: d.x, lambda d: d.y))
    return {
        fit: landing_ellipse(east, north, share=phase.ellipse, fit=fit, seed=given.seed)
        for fit in ("covariance", "empirical")
    }


def corridor_of(phase, plan: LandingPlan, workers: int) -> tuple[Array, dict[str, Entries]]:
    """Entries at other flight-path angles, steered and with the reference's bank as it stands."""
    start = FlightState.from_inertial(plan.state[None, :], plan.epoch)
    count = int(phase.corridor_width / CORRIDOR_STEP)
    steps = np.arange(-count, count + 1)
    angles: Array = np.asarray(float(start.angle[0]) + CORRIDOR_STEP * steps, np.float64)
    angles = angles[(angles > -60.0) & (angles < -1.0)]
    many = FlightState(
        start.radius, start.lon_rad, start.lat_rad, start.speed, start.azimuth_rad,
        np.radians(angles), start.seconds, start.epoch,
    )  # fmt: skip
    air = air_of(plan.column)
    flown = {
        name: enter(
            many,
            plan.lander.capsule,
            air,
            guidance=replace(plan.guidance, follow=follow),
            ground=plan.ground,
            workers=workers,
        )
        for name, follow in (("guided", True), ("unguided", False))
    }
    return angles, flown


def _dust_case(phase, name, given, plan, covariance, knowledge, common) -> DustCase:
    air = air_in(name, given, entry_point_of(given["entry_state"]))
    column = entry_profiles(air, plan.epoch, plan.track, bottom=float(plan.column.height[0]))
    flown = fly_landings(plan, covariance, knowledge, members=phase.dust_members, air=air, **common)
    return DustCase(name, column, flown)
