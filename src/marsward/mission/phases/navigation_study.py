"""What the navigation finds: how well tracking knows, what corrections cost, what they deliver."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from marsward.core.bodies import body
from marsward.core.errors import PhysicsError
from marsward.core.time import Epoch
from marsward.core.trajectory import Trajectory
from marsward.dynamics.course_corrections import CourseCorrections, correct_course
from marsward.dynamics.dispersed_cruise import READ_BEFORE, linear_arrivals
from marsward.dynamics.entry_point import EntryPoint
from marsward.dynamics.ephemeris import default_ephemeris
from marsward.dynamics.execution_error import (
    asymptote_covariance,
    bias_against_impact,
    impact_probability,
)
from marsward.dynamics.forces import Forces, SolarPressure
from marsward.dynamics.hyperbola import impact_radius
from marsward.geometry.tracking_schedule import cruise_passes, tracking_schedule
from marsward.mission.phases.deorbit import spread_at_height
from marsward.mission.phases.entry_state import entry_point_of
from marsward.mission.phases.phase import Given
from marsward.retrieval.cruise_orbit import (
    ProcessNoise,
    UncertainBurn,
    b_plane_history,
    cruise_knowledge,
)

__all__ = ["NavigationStudy", "study"]

Array = NDArray[np.float64]
FIRST_SIGNAL = 6.0 * 3600.0
"""From the injection to the first measurement [s]."""
_SCOUTS = 500
"""Members that tell how large corrections are, for the errors that tracking has to expect."""
_GRID = 60
"""Epochs of the history."""
DAY = 86400.0
_AFTER = (0.0, 0.02 * DAY, 0.5 * DAY, DAY, 2.0 * DAY, 4.0 * DAY)
"""And about each correction [s]."""


@dataclass(frozen=True)
class NavigationStudy:
    """What the phase found.

    point : the entry of the nominal path
    tcms, cutoffs : epochs of the corrections and of the last measurements before them
    injection : (6, 6) covariance just after the injection [m, m/s]
    bias : (2,) what the launch aims off [m]
    uncorrected : (2,) and (2, 2) aim and covariance without any correction or bias [m]
    circle : |B| within which a path meets the planet [m]
    upper_stage : chance of the upper stage to meet it
    found : `CourseCorrections`
    known : (k, 6, 6) knowledge at the corrections [m, m/s]
    history : what tracking knows of the arrival, over time
    points : measurements
    spread : sigmas where the entry's height is met: time [s], speed [m/s], angle [deg]
    known_spread : likewise of what the craft knows
    """

    point: EntryPoint
    tcms: tuple[Epoch, ...]
    cutoffs: tuple[Epoch, ...]
    injection: Array
    bias: Array
    uncorrected: tuple[Array, Array]
    circle: float
    upper_stage: float
    found: CourseCorrections
    known: Array
    history: xr.Dataset
    points: int
    spread: dict[str, float]
    known_spread: dict[str, float]


def study(phase, given: Given) -> NavigationStudy:
    """Track, correct and deliver."""
    say = given.progress.update
    table = given["trajectory"]
    path, point = Trajectory.from_dataset(table), entry_point_of(given["entry_state"])
    forces = Forces(
        gravity={
            name: degree
            for name, degree in (("earth", phase.earth_gravity), ("mars", phase.mars_gravity))
            if degree
        },
        solar_pressure=SolarPressure(float(table.attrs["solar_pressure_1au"])),
    )
    tcms = corrections(phase, path.start, point.epoch)
    leave = path.at(path.start, wrt="earth", ephemeris=default_ephemeris())
    injection = asymptote_covariance(
        leave, c3_sigma=phase.c3_sigma,
        declination_sigma_rad=np.radians(phase.declination_sigma),
        right_ascension_sigma_rad=np.radians(phase.right_ascension_sigma),
    )  # fmt: skip
    say(0.05, "the launch's aim")
    aim, circle = _launch(path, leave, injection, point, forces)
    bias = np.zeros(2)
    if phase.impact_chance > 0.0:
        bias = bias_against_impact(*aim, circle, probability=phase.impact_chance)
    fly = _Flight(phase, path, injection, tcms, point.epoch, forces, bias, given)
    say(0.1, "sizes of the corrections")
    scouts = fly(np.zeros((len(tcms), 6, 6)), None, _SCOUTS)
    say(0.2, "what tracking knows")
    cutoffs = [when - _lead(phase.cutoff, when, path.start) for when in tcms]
    known, last, history, points = _tracked(phase, path, point, forces, tcms, cutoffs, scouts)
    say(0.6, f"{phase.members} voyages")
    found = fly(known, last, phase.members)
    return NavigationStudy(
        point, tuple(tcms), tuple(cutoffs), injection, bias, aim, circle,
        impact_probability(aim[0] + bias, aim[1], circle), found, known, history, points,
        spread_at_height(point, found.delivery), spread_at_height(point, last),
    )  # fmt: skip


def corrections(phase, start: Epoch, entry: Epoch) -> list[Epoch]:
    """Epochs of the corrections.

    Raises
    ------
    PhysicsError : they do not come one after the other between injection and entry.
    """
    tcms = [start + t for t in phase.after_launch] + [entry - t for t in phase.before_entry]
    every = [start, *tcms, entry]
    for before, after in pairwise(every):
        if not float(after - before) > 0.0:
            days = float(entry - start) / DAY
            raise PhysicsError(
                f"of the corrections, {after.utc} UTC does not follow {before.utc}: the voyage "
                f"takes {days:.0f} days; give corrections that fit into it"
            )
    return tcms


def _lead(cutoff: float, when: Epoch, start: Epoch) -> float:
    return min(cutoff, 0.5 * float(when - start))


def _launch(
    path: Trajectory, leave: Array, injection: Array, point: EntryPoint, forces: Forces
) -> tuple[tuple[Array, Array], float]:
    """Aim and covariance in the B-plane of the launch uncorrected, and the circle that meets."""
    figures, covariance = linear_arrivals(leave, path.start, injection, point.epoch, forces=forces)
    near = path.at(point.epoch - READ_BEFORE, wrt="mars", ephemeris=default_ephemeris())
    mars = body("mars")
    gm, radius = float(mars.gm), float(mars.equatorial_radius)
    c3 = float(near[3:] @ near[3:]) - 2.0 * gm / float(np.linalg.norm(near[:3]))
    circle = impact_radius(c3, gm, radius + point.ellipsoid_height)
    return (figures[:2], covariance[:2, :2]), circle


class _Flight:
    """`correct_course` with all that stays the same."""

    def __init__(self, phase, path, injection, tcms, entry, forces, bias, given: Given) -> None:
        self.path, self.injection = path, injection
        self.options = {
            "tcms": tcms, "forces": forces, "execution": phase.execution(), "entry": entry,
            "aim": phase.aim, "bias": bias if np.any(bias) else None, "smallest": phase.smallest,
            "seed": given.seed, "workers": given.workers,
        }  # fmt: skip

    def __call__(self, known: Array, last: Array | None, members: int) -> CourseCorrections:
        return correct_course(
            self.path, self.injection, known, entry_knowledge=last, members=members, **self.options
        )


def _tracked(
    phase, path: Trajectory, point: EntryPoint, forces: Forces, tcms: list[Epoch],
    cutoffs: list[Epoch], scouts: CourseCorrections,
) -> tuple[Array, Array, xr.Dataset, int]:  # fmt: skip
    """Knowledge at the corrections and at the entry, its history, and how much is measured."""
    engine = phase.execution()
    burns = []
    for i, when in enumerate(tcms):
        flown = scouts.dv[:, i]
        mean = np.mean([engine.covariance(dv) for dv in flown], axis=0)
        burns.append(UncertainBurn(when, mean + 1e-12 * np.eye(3), name=f"TCM-{i + 1}"))
    first = path.start + FIRST_SIGNAL
    schedule = tracking_schedule(
        path, phase.tracking.sites(), cruise_passes(first, point.epoch - 3600.0)
    )
    options = {
        "process_noise": ProcessNoise(phase.acceleration_sigma, phase.acceleration_memory),
        "manoeuvres": burns, "forces": forces, "solar_share": phase.pressure_share,
    }  # fmt: skip

    def knowledge(at: list[Epoch], latency: float) -> Array:
        return cruise_knowledge(path, schedule, phase.tracking, at=at, latency=latency, **options)

    leads = np.array([float(when - cut) for when, cut in zip(tcms, cutoffs, strict=True)])
    known = np.empty((len(tcms), 6, 6))
    for lead in np.unique(leads):
        rows = np.flatnonzero(leads == lead)
        known[rows] = knowledge([tcms[i] for i in rows], float(lead))
    last = knowledge([point.epoch], phase.entry_cutoff)[0]
    span = float(point.epoch - first)
    ahead = np.geomspace(span - DAY, 0.25 * DAY, _GRID)  # closer and closer to the entry
    for when in tcms:
        lead = float(point.epoch - when)
        ahead = np.append(ahead, [lead - t for t in _AFTER if lead - t > 0.25 * DAY])
    grid = [point.epoch - t for t in np.sort(ahead)[::-1]]
    history = b_plane_history(path, knowledge(grid, 0.0), at=grid, forces=forces)
    return known, last, history, int(schedule.sizes["point"])
