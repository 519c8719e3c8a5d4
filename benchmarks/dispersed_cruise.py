"""Dispersed cruises to the B-plane in lanes: how many a second, how exact, where linear ends.

    python benchmarks/dispersed_cruise.py [--cruises 10000] [--repeat 5]

From the impulse in a parking orbit of 200 km on 30 July 2020 (Earth's gravity to degree 3, point
masses of Sun, eight planets and Moon, sunlight, relativity) to the B-plane of Mars, read three days
before the periapsis, 200 days on. What is timed is all of `dispersed_arrivals`: lanes, hyperbolas,
statuses. Times are processor time of one thread. Errors are against the scalar integrator at
1e-14, cruise by cruise. Left out, and so not in the errors: shadows (3.7 km on this voyage, the
same for all) and higher degrees of the Earth's field.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterator

import numpy as np

from marsward.core.time import Epoch
from marsward.dynamics.dispersed_cruise import dispersed_arrivals, linear_arrivals
from marsward.dynamics.ephemeris import default_ephemeris
from marsward.dynamics.forces import Forces, SolarPressure
from marsward.dynamics.state_transition import arrive

START = Epoch.utc("2020-07-30T12:40:08")
LEAVE = np.array(
    [-3781472.006, -4385903.847, -3120288.134, 8703.8168396, -7733.8456607, 339.7320691]
)
ABOUT = Epoch.utc("2021-02-18T20:36:26")
FORCES = Forces(solar_pressure=SolarPressure(2.4e-8, shadow=False), gravity={"earth": 3})
SIGMA = np.array([1e3, 1e3, 1e3, 1.5, 1.5, 1.5])
"""One sigma of the injection [m], [m/s]: 120 000 km in the B-plane."""


def dispersed(count: int, scale: float = 1.0, seed: int = 1) -> np.ndarray:
    """States just after dispersed injections."""
    return LEAVE + scale * SIGMA * np.random.default_rng(seed).normal(size=(count, 6))


def errors(states: np.ndarray, read: Epoch, ends: np.ndarray, gravity: bool = True) -> np.ndarray:
    """Distances [m] of some cruises from the same flown alone at 1e-14."""
    forces = FORCES if gravity else Forces(solar_pressure=FORCES.solar_pressure)
    shift = default_ephemeris().state("earth", wrt="mars", at=read)
    alone = [
        arrive(state, START, read, centre="earth", forces=forces, rtol=1e-14) + shift
        for state in states
    ]
    return np.linalg.norm((ends - np.array(alone))[:, :3], axis=1)


def speed(count: int, repeat: int) -> None:
    """Rates and errors by tolerance, with and without the Earth's field."""
    states = dispersed(count)
    some = slice(0, count, max(count // 20, 1))
    for gravity in (None, {}):
        said = "point masses" if gravity == {} else "Earth to degree 3"
        for rtol in (1e-11, 1e-10, 1e-9):
            call = {"forces": FORCES, "gravity": gravity, "rtol": rtol}
            dispersed_arrivals(states[:64], START, ABOUT, **call)
            spans = []
            for _ in range(repeat):
                begin = time.process_time()
                found = dispersed_arrivals(states, START, ABOUT, **call)
                spans.append(time.process_time() - begin)
            off = errors(states[some], found.read, found.states[some], gravity is None)
            print(
                f"{said:18s} rtol {rtol:.0e}  {count / min(spans):8,.0f} cruises/s "
                f"(median {count / sorted(spans)[len(spans) // 2]:8,.0f})  error median "
                f"{np.median(off):6.1f} m, most {off.max():6.1f} m"
            )


def linearity(count: int) -> None:
    """Sigmas of lanes over those of linear theory, for draws with exactly the covariance."""
    z = np.random.default_rng(2).normal(size=(count, 6))
    z -= z.mean(axis=0)
    z = z @ np.linalg.inv(np.linalg.cholesky(np.cov(z.T))).T
    print(
        "scale   long axis [km]   sigmas B.T, B.R, time     axes long, short     mean off [sigma]"
    )
    for scale in (1e-3, 1e-2, 0.1, 0.3, 1.0):
        spread = np.diag((scale * SIGMA) ** 2)
        found = dispersed_arrivals(LEAVE + scale * SIGMA * z, START, ABOUT, forces=FORCES)
        figures, told = linear_arrivals(LEAVE, START, spread, ABOUT, forces=FORCES)
        drawn = found.covariance()
        ratio = np.sqrt(np.diag(drawn) / np.diag(told)) - 1.0
        half, want = (np.sqrt(np.linalg.eigvalsh(c[:2, :2]))[::-1] for c in (drawn, told))
        off = (np.nanmean(found.figures(), axis=0) - figures) / np.sqrt(np.diag(told))
        print(
            f"{scale:5.3g}   {want[0] / 1e3:12,.0f}   "
            + " ".join(f"{100 * r:+7.3f} %" for r in ratio) + "   "
            + " ".join(f"{100 * r:+7.3f} %" for r in half / want - 1.0) + "   "
            + " ".join(f"{r:+.3f}" for r in off)
        )  # fmt: skip


def rows(*, quick: bool = False) -> Iterator[object]:
    """The rows of the page: against flights one by one, ours and those of others."""
    from benchmarks.cruise import DAYS, STATE, brahe_flight, miss, scipy_flight
    from benchmarks.cruise import FORCES as PLAIN
    from benchmarks.cruise import START as THEN
    from benchmarks.race import Check, Row, named, race, told
    from marsward.dynamics.lanes import propagate_lanes

    count, rounds = (1000, 2) if quick else (10_000, 5)
    states = dispersed(count)

    def many() -> object:
        return dispersed_arrivals(states, START, ABOUT, forces=FORCES)

    def alone() -> Row:
        found = dispersed_arrivals(states, START, ABOUT, forces=FORCES)
        off = errors(states[:10], found.read, found.states[:10])
        checks = (Check("lanes off by, of ten cruises flown at 1e-14", float(off.max()), 1e3, "m"),)
        spans = race(
            many, lambda: arrive(states[0], START, found.read, centre="earth", forces=FORCES),
            rounds=rounds, items=(count, 1),
        )  # fmt: skip
        return Row(
            f"{count} dispersed injections to the B-plane", "from a parking orbit of 200 km, "
            "Earth's gravity to degree 3", "marsward, one by one", *spans, checks, "a cruise",
        )  # fmt: skip

    yield told("marsward, one by one", "dispersed cruises", "from a parking orbit", alone)
    craft = np.tile(STATE, (count, 1))
    craft[1:, 3:] += np.random.default_rng(0).normal(0.0, 1e-2, (count - 1, 3))
    earth = default_ephemeris()

    def fleet() -> np.ndarray:
        return propagate_lanes(
            craft, THEN, DAYS * 86400.0, forces=Forces(solar_pressure=PLAIN.solar_pressure,
                                                       centre_switching=False), rtol=1e-10,
            ephemeris=earth,
        )  # fmt: skip

    for peer, make, limit, top in (
        (f"{named('brahe')}, RKF78", lambda: brahe_flight("RKF78"), 30e3, True),
        (f"{named('scipy', 'SciPy')} DOP853", scipy_flight, 100.0, False),
    ):

        def beside(make=make, peer=peer, limit=limit, top=top) -> Row:  # type: ignore[no-untyped-def]
            fly = make()
            checks = (
                Check("marsward off by", miss(fleet()[0]), 200.0, "m"),
                Check("peer off by", miss(fly()), limit, "m"),
            )
            spans = race(fleet, fly, rounds=rounds, items=(count, 1), patience=60.0)
            return Row(
                f"{count} dispersed cruises of 203 days", "24 236 km from Earth, point masses",
                peer, *spans, checks, "a cruise", headline=top,
                said="the peer flies them one after another: one of them was timed",
            )  # fmt: skip

        yield told(peer, "dispersed cruises", "24 236 km from Earth", beside)


def main() -> None:
    """Print both tables."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--cruises", type=int, default=10_000)
    parser.add_argument("--repeat", type=int, default=5)
    asked = parser.parse_args()
    speed(asked.cruises, asked.repeat)
    linearity(asked.cruises)


if __name__ == "__main__":
    main()
