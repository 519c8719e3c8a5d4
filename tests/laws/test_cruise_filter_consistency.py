"""Errors of the orbit determination are as large as it says: 200 flights, full force model.

Each truth is flown anew under all forces with its own state, solar pressure, manoeuvre error and
accelerations, and measured with errors of stations, passes and points that the instrument draws.
Two things are linear here, for speed (2 km and 5 mm/s beforehand are small enough for that): what a
change of the path does to a measurement, and the fit, which is one step about the nominal path.
benchmarks/navigation.py measures every truth with light time and fits until it rests.
"""

import itertools
from functools import lru_cache

import numpy as np
import pytest
from scipy.stats import chi2

from marsward.core.time import Epoch
from marsward.dynamics.burns import FiniteBurn, ImpulsiveBurn
from marsward.dynamics.ephemeris import default_ephemeris
from marsward.dynamics.forces import Forces, SolarPressure
from marsward.dynamics.propagate import propagate
from marsward.geometry.tracking import computed_observables
from marsward.geometry.tracking_schedule import Passes, tracking_schedule
from marsward.instruments.radio_tracking import RadioTracking, error_model, tracking_errors
from marsward.retrieval.batch_least_squares import Linearised, batch_least_squares
from marsward.retrieval.cruise_filter import cruise_filter, predicted
from marsward.retrieval.cruise_rows import cruise_rows
from marsward.retrieval.cruise_unknowns import (
    ProcessNoise,
    UncertainBurn,
    Unknowns,
    flight_sources,
)

DAY = 86400.0
RUNS = 200
PRESSURE = 2.4e-8
START = Epoch.utc("2020-08-04T09:12:50.191")
STATE = 1e3 * np.array(
    [105392978.4, -102325264.7, -43650426.9, 24.795304587, 19.029748865, 8.903738346]
)
PRIOR = np.array([2e3] * 3 + [5e-3] * 3)
BURN = UncertainBurn(START + 11.3 * DAY, 0.01, (3.0, -2.0, 1.0))
NETWORK = RadioTracking(preset="deep-space-network")
END = START + 24 * DAY


def forces_with(pressure):
    return Forces(solar_pressure=SolarPressure(pressure))


@lru_cache(maxsize=1)
def nominal():
    path = propagate(
        STATE, START, END, forces=forces_with(PRESSURE), burns=(ImpulsiveBurn(BURN.epoch, BURN.dv),)
    )
    part = Passes(START, END, every=2 * DAY, length=4 * 3600.0, ranges=1, delta_dor_every=6 * DAY)
    schedule = tracking_schedule(path, NETWORK.sites(), [part])
    return path, schedule, computed_observables(path, schedule)


def rows_of(noise):
    path, schedule, computed = nominal()
    told = error_model(schedule, computed, NETWORK)
    unknowns = Unknowns(noise, (BURN,), 2e-9, (), flight_sources(told))
    return cruise_rows(
        path, told, START, unknowns, forces=forces_with(PRESSURE), ephemeris=default_ephemeris(),
        computed=computed,
    )  # fmt: skip


def truth_of(rng, noise, edges):
    """A flight with its own errors; accelerations as engines of hardly any mass flow."""
    burns = [ImpulsiveBurn(BURN.epoch, tuple(BURN.dv + 0.01 * rng.standard_normal(3)))]
    if noise is not None:
        marks = [0.0, *edges, float(END - START)]
        push = noise.acceleration * rng.standard_normal(3)
        for begin, end in itertools.pairwise(marks):
            burns.append(FiniteBurn(START + begin, end - begin, float(np.linalg.norm(push)), 1e15,
                                    tuple(push)))  # fmt: skip
            left = noise.memory(end - begin)
            push = left * push + noise.acceleration * np.sqrt(1 - left**2) * rng.standard_normal(3)
    state = STATE + PRIOR * rng.standard_normal(6)
    forces = forces_with(PRESSURE + 2e-9 * rng.standard_normal())
    return propagate(state, START, END, forces=forces, burns=burns, mass=1.0)


def batch(rows, prior, end):
    fit = batch_least_squares(
        lambda x: Linearised(rows.residual - rows.design @ x, rows.design, rows.considered),
        np.zeros(len(prior)), prior_sigma=prior,
    )  # fmt: skip
    half = rows.state_map(end)
    return half @ fit.estimate, half @ fit.covariance @ half.T, fit.chi_square


def squares(noise, seed):
    """Normalised squared errors (runs,) of the state after the last pass, and of fits."""
    first = rows_of(noise)
    schedule = nominal()[1]
    end = float(first.ends.max())
    when, out = START + end, []
    prior = first.unknowns.prior(PRIOR)
    path, _, computed = nominal()
    told = error_model(schedule, computed, NETWORK)
    before = path.at(computed.bounce, wrt="sun")
    for child in np.random.SeedSequence(seed).spawn(RUNS):
        flight, errors = child.spawn(2)
        truth = truth_of(np.random.default_rng(flight), noise, first.edges)
        moved = truth.at(computed.bounce, wrt="sun") - before
        off = np.sum(computed.partial * moved, axis=1)
        rows = first.with_residual(off + tracking_errors(told, errors))
        if noise is None:
            change, spread, left = batch(rows, prior, end)
        else:
            run = cruise_filter(rows, np.zeros(len(prior)), prior)
            change, spread = predicted(rows, run.last, len(run.steps) - 1, end, run.scale)
            left = run.last.squares
        here = rows.transitions.states[rows.transitions.place(np.array([end]))[0]]
        error = truth.at(when, wrt="sun") - here - change
        out.append((error @ np.linalg.solve(spread, error), left))
    return np.array(out), first.residual.size


@pytest.mark.parametrize("noise", [None, ProcessNoise(5e-10, 3 * DAY, DAY)], ids=["batch", "srif"])
def test_normalised_errors_stay_in_their_band(noise):
    found, count = squares(noise, 20200804)
    band = chi2.ppf([0.025, 0.975], 6 * RUNS) / RUNS
    assert band[0] < found[:, 0].mean() < band[1]
    # sums of squares of fits are as many as measurements, less a little for what is considered
    assert found[:, 1].mean() == pytest.approx(count, rel=0.05)
