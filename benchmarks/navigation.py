"""Orbit determination of a cruise: are errors as large as it says, and how long does it take?

    python benchmarks/navigation.py [--runs 200] [--days 24] [--repeat 5]

Consistency: each run flies a truth of its own (state, solar pressure, manoeuvre error and, for the
filter, accelerations) under the full force model, measures it with light time and with errors of
stations, passes and points, and fits it from a guess that is 20 km and 5 cm/s off, repeated to
rest. The mean of the normalised squared error of the state after the last pass has to lie in its
95 % band.
Time: covariances of a 200-day cruise, tracked as cruises to Mars are; processor time, best of some.
"""

from __future__ import annotations

import argparse
import itertools
import time
from collections.abc import Callable

import numpy as np
from scipy.stats import chi2

from marsward.core.time import Epoch
from marsward.dynamics.burns import FiniteBurn, ImpulsiveBurn
from marsward.dynamics.forces import Forces, SolarPressure
from marsward.dynamics.propagate import propagate
from marsward.geometry.tracking_schedule import Passes, cruise_passes, tracking_schedule
from marsward.instruments.radio_tracking import RadioTracking, observe_tracking
from marsward.retrieval.cruise_orbit import (
    ProcessNoise,
    UncertainBurn,
    b_plane_history,
    cruise_knowledge,
    cruise_orbit,
)

DAY = 86400.0
PRESSURE, PRESSURE_SIGMA = 2.4e-8, 2e-9
START = Epoch.utc("2020-08-04T09:12:50.191")
STATE = 1e3 * np.array(
    [105392978.4, -102325264.7, -43650426.9, 24.795304587, 19.029748865, 8.903738346]
)
PRIOR = np.array([2e4] * 3 + [5e-2] * 3)
ASKED = np.array([3.0, -2.0, 1.0])
BURN_SIGMA = 0.02


def forces_with(pressure: float) -> Forces:
    return Forces(solar_pressure=SolarPressure(pressure))


def truth_of(rng: np.random.Generator, days: float, noise: ProcessNoise | None):
    """A flight with its own errors; accelerations as engines of hardly any mass flow."""
    stop = START + days * DAY
    burns: list = [
        ImpulsiveBurn(START + 0.47 * days * DAY, tuple(ASKED + BURN_SIGMA * rng.standard_normal(3)))
    ]
    if noise is not None:
        push = noise.acceleration * rng.standard_normal(3)
        for begin, end in itertools.pairwise(np.arange(0.0, days * DAY + 1.0, noise.batch)):
            size = float(np.linalg.norm(push))
            burns.append(FiniteBurn(START + begin, end - begin, size, 1e15, tuple(push)))
            left = noise.memory(end - begin)
            push = left * push + noise.acceleration * np.sqrt(1 - left**2) * rng.standard_normal(3)
    state = STATE + PRIOR * rng.standard_normal(6)
    forces = forces_with(PRESSURE + PRESSURE_SIGMA * rng.standard_normal())
    return propagate(state, START, stop, forces=forces, burns=burns, mass=1.0)


def consistency(runs: int, days: float, noise: ProcessNoise | None, seed: int) -> str:
    """One line: mean squared error, its band, mean squares of fits, seconds a fit."""
    network = RadioTracking(preset="deep-space-network")
    burn = ImpulsiveBurn(START + 0.47 * days * DAY, tuple(ASKED))
    path = propagate(STATE, START, START + days * DAY, forces=forces_with(PRESSURE), burns=(burn,))
    part = Passes(START, path.stop, every=DAY, length=4 * 3600.0, delta_dor_every=6 * DAY)
    schedule = tracking_schedule(path, network.sites(), [part])
    squares, fits, spent = [], [], 0.0
    for child in np.random.SeedSequence(seed).spawn(runs):
        flight, errors = child.spawn(2)
        truth = truth_of(np.random.default_rng(flight), days, noise)
        measured = observe_tracking(truth, schedule, network, errors)
        begin = time.process_time()
        fit = cruise_orbit(
            measured, STATE, START, forces=forces_with(PRESSURE), prior=PRIOR,
            manoeuvres=[UncertainBurn(burn.epoch, BURN_SIGMA, ASKED)], process_noise=noise,
            solar_sigma=PRESSURE_SIGMA, method="batch" if noise is None else "srif",
        )  # fmt: skip
        state, spread = fit.at(fit.last)
        spent += time.process_time() - begin
        off = truth.at(fit.last, wrt="sun") - state
        squares.append(off @ np.linalg.solve(spread, off))
        fits.append(fit.chi_square / fit.degrees)
    band = chi2.ppf([0.025, 0.975], 6 * runs) / runs
    inside = "inside" if band[0] < np.mean(squares) < band[1] else "OUTSIDE"
    name = "batch" if noise is None else f"SRIF, memory {noise.correlation / DAY:g} d"
    return (
        f"{name:20s} {runs} runs of {schedule.sizes['point']} points: mean {np.mean(squares):.3f} "
        f"{inside} [{band[0]:.3f}, {band[1]:.3f}], squares of fits over their number "
        f"{np.mean(fits):.3f}, {1e3 * spent / runs:.0f} ms a fit"
    )


def best(call: Callable[[], object], repeat: int) -> float:
    """Least processor time [s]."""
    spans = []
    for _ in range(repeat + 1):
        begin = time.process_time()
        call()
        spans.append(time.process_time() - begin)
    return min(spans[1:])


def timings(repeat: int) -> list[str]:
    """Lines of the covariance analysis of a 200-day cruise."""
    network = RadioTracking(preset="deep-space-network")
    path = propagate(STATE, START, START + 185.0 * DAY, forces=forces_with(PRESSURE))
    parts = cruise_passes(START, path.stop)
    schedule = tracking_schedule(path, network.sites(), parts)
    at = [START + d * DAY for d in np.linspace(5.0, 184.0, 40)]
    noise = ProcessNoise(3e-10, 5 * DAY)
    burns = [UncertainBurn(START + d * DAY, 0.01) for d in (15.0, 60.0, 140.0, 176.0)]

    def knowledge():
        return cruise_knowledge(
            path, schedule, network, at=at, process_noise=noise, manoeuvres=burns,
            forces=forces_with(PRESSURE),
        )  # fmt: skip

    known = knowledge()
    rows = (
        ("schedule", lambda: tracking_schedule(path, network.sites(), parts)),
        ("measurements", lambda: observe_tracking(path, schedule, network, 1)),
        ("knowledge at 40 epochs", knowledge),
        ("B-plane history", lambda: b_plane_history(
            path, known, at=at, forces=forces_with(PRESSURE), arrival=path.stop)),
    )  # fmt: skip
    head = f"185 days, {schedule.sizes['point']} normal points:"
    return [head, *(f"  {name:24s} {best(call, repeat):.2f} s" for name, call in rows)]


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    asked.add_argument("--runs", type=int, default=200)
    asked.add_argument("--days", type=float, default=24.0)
    asked.add_argument("--repeat", type=int, default=5)
    asked.add_argument("--seed", type=int, default=20200804)
    given = asked.parse_args()
    for line in timings(given.repeat):
        print(line, flush=True)
    for noise in (None, ProcessNoise(5e-10, 0.0), ProcessNoise(5e-10, 3 * DAY)):
        print(consistency(given.runs, given.days, noise, given.seed), flush=True)


if __name__ == "__main__":
    main()
