"""B-plane targeting: random windows to Mars, corrections that each takes, and what is missed.

    python benchmarks/targeting.py [--cases 50] [--seed 2028] [--table]

Launches are drawn between 2020 and 2040 with 150 to 400 days of flight, and kept where Lambert's
conic leaves with a C3 below 40 km2/s2: that is, in and about every window. The first guess is the
conic's velocity at infinity, left by an impulse from a parking orbit of 200 km. Aims are, in turn,
a point of the B-plane, a periapsis with inclination, and an entry with angle and inclination, each
with its time, in the full force model (Sun, planets, Moon, relativity, sunlight, Earth's gravity
to degree 4 and Mars's to 20). A correction counts as one iteration; the goal is 1 km in the B-plane
and 1 s. What was found is flown once more by `propagate`, without the targeting's own flights, and
the miss of that flight is told too. Times are processor time of this process after one warm-up.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from marsward.core.bodies import body
from marsward.core.errors import MarswardError
from marsward.core.time import Epoch
from marsward.dynamics.arrival import arrival
from marsward.dynamics.b_plane_target import BPlaneAim, TargetedPassage, target_b_plane
from marsward.dynamics.entry_point import entry_of
from marsward.dynamics.ephemeris import default_ephemeris
from marsward.dynamics.forces import Forces, SolarPressure
from marsward.dynamics.injection import LaunchSite, injection
from marsward.dynamics.lambert import SOLVED, lambert
from marsward.dynamics.propagate import propagate

DAY = 86_400.0
BEGIN, YEARS, C3 = Epoch.tdb("2020-01-01"), 20.9, 40e6
SITE = LaunchSite(28.583, -80.583, "Cape Canaveral")
FORCES = Forces(gravity={"earth": 4, "mars": 20}, solar_pressure=SolarPressure(2.4e-8))
MOST = 8


@dataclass(frozen=True)
class Case:
    """One voyage: launch, days of flight, velocity at infinity (3,) [m/s], arrival speed, aim."""

    launch: Epoch
    days: float
    leaving: np.ndarray
    arriving: float
    aim: BPlaneAim


def cases(count: int, seed: int) -> Iterator[Case]:
    """Random voyages that can be flown."""
    rng, ephemeris = np.random.default_rng(seed), default_ephemeris()
    sun, found = float(body("sun").gm), 0
    while found < count:
        launch = BEGIN + float(rng.uniform(0.0, YEARS * 365.25 * DAY))
        days = float(rng.uniform(150.0, 400.0))
        there = launch + days * DAY
        earth = ephemeris.state("earth", wrt="sun", at=launch)
        mars = ephemeris.state("mars", wrt="sun", at=there)
        leg = lambert(earth[:3], mars[:3], days * DAY, gm=sun)
        leaving = leg.departure - earth[3:]
        if int(leg.status) != SOLVED or not leaving @ leaving < C3:
            continue
        speed = float(np.linalg.norm(leg.arrival - mars[3:]))
        yield Case(launch, days, leaving, speed, _aim(found % 3, there, rng))
        found += 1


def _aim(which: int, there: Epoch, rng: Any) -> BPlaneAim:
    over = "north" if rng.uniform() < 0.5 else "south"
    tilt = float(rng.uniform(50.0, 130.0))
    if which == 0:
        angle, size = rng.uniform(0.0, 2.0 * np.pi), rng.uniform(9e6, 14e6)
        return BPlaneAim(there, b_t=float(size * np.cos(angle)), b_r=float(size * np.sin(angle)))
    if which == 1:
        height = float(rng.uniform(200e3, 2000e3))
        return BPlaneAim(there, periapsis=height, inclination=tilt, over=over)
    angle = float(rng.uniform(-18.0, -11.0))
    return BPlaneAim(there, entry_angle=angle, inclination=tilt, over=over)


def targeted(case: Case) -> TargetedPassage:
    """The correction of one case."""
    leave = injection(case.leaving, case.launch, SITE, altitude=200e3)
    return target_b_plane(
        leave.state, leave.epoch, case.aim, forces=FORCES, tolerance=1e3, time_tolerance=1.0
    )


def flown_again(case: Case, hit: TargetedPassage) -> tuple[float, float]:
    """Miss [km] and [s] of the same departure flown by `propagate`."""
    aim, ephemeris = case.aim, default_ephemeris()
    if aim.way == "entry":
        path = propagate(
            hit.departure, hit.epoch, aim.time + 60.0, centre="earth", forces=FORCES, impact=False
        )
        point = entry_of(path, height=aim.height)
        size = float(np.hypot(hit.arrival.b_t, hit.arrival.b_r))
        steep = np.tan(np.radians(-point.flight_path_angle))
        off = size * steep * np.radians(point.flight_path_angle - float(aim.entry_angle or 0.0))
        return abs(off) / 1e3, float(point.epoch - aim.time)
    early = aim.time - 3.0 * DAY
    path = propagate(hit.departure, hit.epoch, early, centre="earth", forces=FORCES)
    state = path.at(early, wrt="sun", ephemeris=ephemeris)
    there = arrival(state, early, forces=FORCES, ephemeris=ephemeris)
    late = float(there.epoch - aim.time)
    if aim.way == "point":
        return float(np.hypot(*(np.array([there.b_t, there.b_r]) - aim.figures))) / 1e3, late
    return abs(there.radius - float(aim.figures[0])) / 1e3, late


def main() -> None:
    """Fly the cases and print them."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--cases", type=int, default=50)
    parser.add_argument("--seed", type=int, default=2028)
    parser.add_argument("--table", action="store_true", help="a line for each case")
    asked = parser.parse_args()
    drawn = list(cases(asked.cases, asked.seed))
    targeted(drawn[0])
    rounds: dict[str, list[int]] = {}
    spent, kilometres, seconds, failed = [], [], [], []
    for number, case in enumerate(drawn, 1):
        begin = time.process_time()
        try:
            hit = targeted(case)
        except MarswardError as error:
            failed.append(f"{number}: {error}")
            continue
        spent.append(time.process_time() - begin)
        far, late = flown_again(case, hit)
        rounds.setdefault(case.aim.way, []).append(hit.rounds)
        kilometres.append(max(far, hit.miss_km))
        seconds.append(max(abs(late), abs(hit.miss_s)))
        if asked.table:
            print(
                f"{number:3d} {str(case.launch)[:10]} {case.days:5.0f} d  C3 "
                f"{case.leaving @ case.leaving / 1e6:5.1f}  v {case.arriving / 1e3:4.2f} km/s  "
                f"{case.aim.way:9s} {hit.rounds} corrections, first guess off "
                f"{hit.misses[0] / 1e3:9.0f} km, left {kilometres[-1]:.3f} km {seconds[-1]:.3f} s"
            )
    every = [each for group in rounds.values() for each in group]
    print(
        f"{len(every)} of {len(drawn)} reached, {sum(each <= MOST for each in every)} within {MOST}"
    )
    for way, group in rounds.items():
        print(f"  {way:9s} corrections: median {statistics.median(group):.0f}, most {max(group)}")
    print(f"  left: {max(kilometres):.3f} km and {max(seconds):.3f} s at most")
    print(f"  processor time: median {1e3 * statistics.median(spent):.0f} ms a case")
    for line in failed:
        print("  failed", line)


if __name__ == "__main__":
    main()
