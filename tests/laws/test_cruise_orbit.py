"""Fits of a made-up cruise find it again; what is told beforehand is what the fit then says."""

from functools import lru_cache

import numpy as np
import pytest

from marsward.core.errors import InputError, PhysicsError
from marsward.core.time import Epoch
from marsward.dynamics.arrival import arrival, arrival_covariance
from marsward.dynamics.burns import ImpulsiveBurn
from marsward.dynamics.ephemeris import default_ephemeris
from marsward.dynamics.forces import Forces, SolarPressure
from marsward.dynamics.orbit_determination import Quality, StateVector
from marsward.dynamics.propagate import propagate
from marsward.dynamics.state_transition import state_transition
from marsward.geometry.tracking_schedule import Passes, tracking_schedule
from marsward.instruments.radio_tracking import RadioTracking, observe_tracking
from marsward.retrieval.cruise_orbit import (
    ProcessNoise,
    UncertainBurn,
    b_plane_history,
    cruise_knowledge,
    cruise_orbit,
    state_measurements,
)

DAY = 86400.0
START = Epoch.utc("2020-11-01T19:16:18.225")
STATE = 1e3 * np.array([
    162176893.18858024, 89611204.03890982, 43297804.49442677,
    -8.556023611815943, 23.319737091646765, 10.503682382842694,
])  # fmt: skip
FORCES = Forces(solar_pressure=SolarPressure(2.4e-8))
GUESS = STATE + np.array([3e5, -2e5, 1e5, 0.2, -0.1, 0.3])
NETWORK = RadioTracking(preset="deep-space-network")
BURN = ImpulsiveBurn(START + 7.4 * DAY, (0.5, -0.4, 0.3))
PRIOR = np.array([1e7] * 3 + [1e2] * 3)


@lru_cache(maxsize=1)
def flight():
    path = propagate(STATE, START, START + 16 * DAY, forces=FORCES, burns=(BURN,))
    part = Passes(START, START + 15 * DAY, every=DAY, length=4 * 3600.0, delta_dor_every=5 * DAY)
    schedule = tracking_schedule(path, NETWORK.sites(), [part])
    return path, schedule, observe_tracking(path, schedule, NETWORK, 8)


@lru_cache(maxsize=4)
def fitted(method, noise=None):
    asked = UncertainBurn(BURN.epoch, 0.05, (0.45, -0.38, 0.32), "tcm")
    return cruise_orbit(
        flight()[2], GUESS, START, forces=FORCES, manoeuvres=[asked], solar_sigma=2.4e-9,
        method=method, process_noise=noise, prior=PRIOR,
    )  # fmt: skip


def test_a_cruise_is_found_again_from_afar():
    fit = fitted("batch")
    error = (fit.state - STATE) / fit.sigma[:6]
    assert np.all(np.abs(error) < 4.0)
    assert fit.sigma[0] < 1e3
    for axis, true in zip("xyz", BURN.dv, strict=True):
        value, sigma = fit.value(f"tcm {axis}")
        assert abs(value - true) < 4.0 * sigma < 0.05
    # errors of points and passes are independent with unit variance
    assert fit.chi_square == pytest.approx(fit.degrees, abs=5.0 * np.sqrt(2.0 * fit.degrees))


def test_a_guess_that_is_far_off_leads_to_the_same_orbit():
    measured = flight()[2].isel(point=slice(0, 60))
    near, far = (
        cruise_orbit(measured, guess, START, forces=FORCES, solar_sigma=2.4e-9)
        for guess in (GUESS, 1.01 * GUESS)
    )
    assert (far.state - near.state) / near.sigma[:6] == pytest.approx(np.zeros(6), abs=0.02)
    assert far.rounds > near.rounds


def test_the_filter_without_process_noise_is_the_batch_fit():
    batch, srif = fitted("batch"), fitted("srif")
    unit = batch.sigma
    assert srif.estimate / unit == pytest.approx(batch.estimate / unit, rel=1e-8, abs=1e-8)
    correlation = batch.covariance / np.outer(unit, unit)
    assert srif.covariance / np.outer(unit, unit) == pytest.approx(correlation, abs=1e-8)
    when = START + 15.5 * DAY
    (x, p), (y, q) = batch.at(when), srif.at(when)
    size = np.sqrt(np.diag(p))
    assert (x - y) / size == pytest.approx(np.zeros(6), abs=1e-6)
    assert p / np.outer(size, size) == pytest.approx(q / np.outer(size, size), abs=1e-6)


def test_states_at_other_times_are_those_of_the_path():
    path, _, _ = flight()
    for fit in (fitted("batch"), fitted("srif", ProcessNoise(3e-10, 2 * DAY))):
        for day in (0.5, 6.3, 12.0, 15.9):
            when = START + day * DAY
            state, spread = fit.at(when)
            error = state - path.at(when, wrt="sun", ephemeris=default_ephemeris())
            assert error @ np.linalg.solve(spread, error) < 30.0


def test_smoothing_knows_no_less_than_filtering_did():
    noise = ProcessNoise(3e-10, 2 * DAY)
    path, schedule, _ = flight()
    burn = UncertainBurn(BURN.epoch, 0.05)
    middle = START + 8.3 * DAY
    then = cruise_knowledge(
        path, schedule, NETWORK, at=[middle], process_noise=noise, manoeuvres=[burn],
        forces=FORCES, start=START, prior=PRIOR,
    )[0]  # fmt: skip
    after = fitted("srif", noise).at(middle)[1]
    assert np.all(np.linalg.eigvalsh(then[:3, :3] - after[:3, :3]) > -1.0)
    assert np.trace(after[:3, :3]) < 0.9 * np.trace(then[:3, :3])


def test_what_is_told_beforehand_is_the_covariance_of_the_fit():
    path, schedule, _ = flight()
    burn = UncertainBurn(BURN.epoch, 0.05, name="tcm")
    when = START + 15.5 * DAY
    for noise, method in ((None, "batch"), (ProcessNoise(3e-10, 2 * DAY), "srif")):
        told = cruise_knowledge(
            path, schedule, NETWORK, at=[when], process_noise=noise, manoeuvres=[burn],
            forces=FORCES, start=START, prior=PRIOR, solar_share=0.1,
        )[0]  # fmt: skip
        found = fitted(method, noise).at(when)[1]
        size = np.sqrt(np.diag(found))
        assert told / np.outer(size, size) == pytest.approx(found / np.outer(size, size), abs=2e-3)


def test_a_manoeuvre_adds_its_own_error_and_data_come_late():
    path, schedule, _ = flight()
    spread = np.diag([4e-6, 1e-6, 9e-6])
    before, after = BURN.epoch, BURN.epoch + 1.0
    options = {"forces": FORCES, "start": START, "manoeuvres": [UncertainBurn(before, spread)]}
    early, late = cruise_knowledge(path, schedule, NETWORK, at=[before, after], **options)
    assert (late - early)[3:, 3:] == pytest.approx(spread, rel=1e-2, abs=1e-8)
    noon = START + 10 * DAY
    ready, waiting, cut = (
        cruise_knowledge(path, schedule, NETWORK, at=[noon], **options, **more)[0]
        for more in ({}, {"latency": 2 * DAY}, {"cutoff": START + 8 * DAY})
    )
    assert np.trace(waiting[:3, :3]) > np.trace(ready[:3, :3])
    assert cut == pytest.approx(waiting, rel=1e-6)


def test_covariance_without_measurements_grows_by_the_transition_matrix_and_the_noise():
    _path, schedule, _ = flight()
    noise = ProcessNoise(1e-9, 0.0, DAY)
    stop = START + 5.05 * DAY
    at = [stop, stop + 6 * DAY]
    options = {"forces": Forces(), "start": START, "cutoff": stop}
    coast = propagate(STATE, START, START + 16 * DAY, forces=Forces())
    early, late = cruise_knowledge(coast, schedule, NETWORK, at=at, process_noise=noise, **options)
    turn = state_transition(coast.at(at[0], wrt="sun"), at[0], at[1], forces=Forces()).matrix
    grown = late - turn @ early @ turn.T
    # a random walk: variance of the speed is sigma^2 batch time, within the batch's own part
    assert np.diag(grown)[3:] == pytest.approx(1e-18 * DAY * 6 * DAY, rel=0.35)
    assert np.diag(grown)[:3] == pytest.approx(1e-18 * DAY * (6 * DAY) ** 3 / 3.0, rel=0.5)
    quiet = cruise_knowledge(coast, schedule, NETWORK, at=at, **options)
    assert quiet[1] == pytest.approx(turn @ quiet[0] @ turn.T, rel=1e-6)


def test_b_plane_is_that_of_many_flights():
    sky = default_ephemeris()
    state = 1e3 * np.array([
        22908948.220110044, 210056989.00389823, 96113057.20404692,
        -21.077001254124575, 5.195109441020065, 2.045106416887152,
    ])  # fmt: skip
    when = Epoch.utc("2021-02-05T17:10:01.245")
    reached = arrival(state, when, forces=FORCES, ephemeris=sky)
    path = propagate(state, when, reached.epoch, forces=FORCES)
    half = np.random.default_rng(2).standard_normal((6, 6)) * np.array([[3e3] * 3 + [5e-3] * 3]).T
    spread = half @ half.T
    found = b_plane_history(path, [spread], at=[when], forces=FORCES, planet_sigma=0.0)
    wanted = arrival_covariance(state, when, spread, forces=FORCES, ephemeris=sky)
    assert float(found["b_t_sigma"][0]) == pytest.approx(np.sqrt(wanted[0, 0]), rel=2e-3)
    assert float(found["b_r_sigma"][0]) == pytest.approx(np.sqrt(wanted[1, 1]), rel=2e-3)
    assert float(found["b_time_sigma"][0]) == pytest.approx(np.sqrt(wanted[3, 3]), rel=2e-2)
    angle = np.radians(float(found["b_angle"][0]))
    axis = np.array([np.cos(angle), np.sin(angle)])
    along = axis @ wanted[:2, :2] @ axis
    assert float(found["b_semi_major"][0]) == pytest.approx(np.sqrt(along), rel=2e-3)
    area = float(found["b_semi_major"][0] * found["b_semi_minor"][0])
    assert area == pytest.approx(np.sqrt(np.linalg.det(wanted[:2, :2])), rel=5e-3)
    blurred = b_plane_history(path, [spread], at=[when], forces=FORCES, planet_sigma=5e3)
    more = float(blurred["b_t_sigma"][0] ** 2 - found["b_t_sigma"][0] ** 2)
    assert np.sqrt(more) == pytest.approx(5e3, rel=0.1)  # the planet's pull focuses it a little


def test_the_chinese_network_knows_a_cruise_as_well_as_it_says():
    # Liu et al. 2022, doi:10.1360/SSPMA-2021-0204: Tianwen-1 in cruise to about 2 km
    path = flight()[0]
    network = RadioTracking(preset="china-deep-space-network")
    part = Passes(START, START + 15 * DAY, every=DAY, delta_dor_every=2 * DAY)
    schedule = tracking_schedule(path, network.sites(), [part])
    known = cruise_knowledge(
        path, schedule, network, at=[START + 15 * DAY], forces=FORCES,
        process_noise=ProcessNoise(1e-9, 5 * DAY),
    )[0]  # fmt: skip
    assert 0.3e3 < np.sqrt(np.trace(known[:3, :3])) < 3e3


def test_refusals():
    path, schedule, measured = flight()
    with pytest.raises(InputError, match="knows no process noise"):
        cruise_orbit(measured, STATE, START, forces=FORCES, process_noise=ProcessNoise(1e-9))
    with pytest.raises(InputError, match="no measurements"):
        cruise_orbit(schedule, STATE, START, forces=FORCES)
    with pytest.raises(InputError, match="earlier epoch"):
        cruise_orbit(measured, STATE, START + 15 * DAY, forces=FORCES)
    with pytest.raises(InputError, match="'batch' or 'srif'"):
        cruise_orbit(measured, STATE, START, forces=FORCES, method="kalman")
    with pytest.raises(InputError, match="is a RadioTracking"):
        cruise_knowledge(path, schedule, None, at=[START])
    with pytest.raises(InputError, match="variances above 0"):
        UncertainBurn(START, 0.0)
    with pytest.raises(InputError, match="above 0"):
        ProcessNoise(0.0)
    with pytest.raises(InputError, match="a covariance for each epoch"):
        b_plane_history(path, np.zeros((2, 6, 6)), at=[START])
    with pytest.raises(InputError, match="no uncertainty"):
        state_measurements([StateVector("v", START, STATE, "poor")], {"good": Quality(1.0, 1.0)})
    lost = np.array([1e11, 0.0, 0.0, 0.0, 3e4, 0.0])
    with pytest.raises(PhysicsError):
        cruise_orbit(measured, lost, START, forces=FORCES)
