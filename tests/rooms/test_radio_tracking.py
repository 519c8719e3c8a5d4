"""Errors of tracking: what is drawn is what is told, and media are as their formulas say."""

import itertools

import numpy as np
import pytest
from scipy.integrate import quad

from marsward.core.errors import InputError, PhysicsError
from marsward.core.time import Epoch
from marsward.dynamics.forces import Forces, SolarPressure
from marsward.dynamics.propagate import propagate
from marsward.geometry.tracking import computed_observables, elevations
from marsward.geometry.tracking_plan import epochs_of
from marsward.geometry.tracking_schedule import Passes, cruise_passes, tracking_schedule
from marsward.instruments.radio_tracking import RadioTracking, observe_tracking, tracking_errors
from marsward.instruments.tracking_media import (
    electron_column,
    electron_delay,
    ionosphere_mapping,
    plasma_allan_deviation,
    wet_mapping,
)

DAY = 86400.0
START = Epoch.utc("2020-08-04T09:12:50.191")
STATE = 1e3 * np.array(
    [105392978.4, -102325264.7, -43650426.9, 24.795304587, 19.029748865, 8.903738346]
)
NETWORK = RadioTracking(preset="deep-space-network")


@pytest.fixture(scope="module")
def path():
    forces = Forces(solar_pressure=SolarPressure(2.4e-8))
    return propagate(STATE, START, START + 150 * DAY, forces=forces)


@pytest.fixture(scope="module")
def schedule(path):
    parts = [
        Passes(START, START + 6 * DAY, every=8 * 3600.0, delta_dor_every=2 * DAY),
        Passes(START + 60 * DAY, START + 66 * DAY, every=2 * DAY),
    ]
    pictures = [("mars", START + 65.5 * DAY)]
    return tracking_schedule(path, NETWORK.sites(), parts, pictures=pictures)


def test_every_point_stands_above_the_mask(path, schedule):
    found = computed_observables(path, schedule)
    radio = np.isin(schedule["kind"].values, ("range", "doppler"))
    assert np.all(found.elevation[radio] > np.radians(9.0))
    high = elevations(path, NETWORK.sites(), epochs_of(schedule))
    for point in np.flatnonzero(schedule["kind"].values == "delta-dor"):
        for end in ("station", "second"):
            assert high[point, schedule[end].values[point]] > np.radians(9.9)


def test_counts_of_a_pass_follow_one_another(schedule):
    counted = schedule["kind"].values == "doppler"
    for number in np.unique(schedule["track"].values[counted]):
        mine = counted & (schedule["track"].values == number)
        at = np.asarray(epochs_of(schedule)[np.flatnonzero(mine)] - START)
        assert np.diff(at) == pytest.approx(schedule["count_time"].values[mine][1:])
        assert len(np.unique(schedule["station"].values[mine])) == 1
    assert {"range", "doppler", "delta-dor", "declination"} <= set(schedule["kind"].values)


def test_passes_of_a_cruise_cover_it(path):
    parts = cruise_passes(START, START + 150 * DAY)
    assert parts[0].start == START
    assert [float(b.start - a.stop) for a, b in itertools.pairwise(parts)] == [0.0, 0.0]
    assert parts[1].every > parts[0].every


def test_errors_that_are_drawn_have_the_covariance_that_is_told(path, schedule):
    clean = observe_tracking(path, schedule, NETWORK, seed=None)
    draws = np.array([tracking_errors(clean, seed)[:40] for seed in range(1000)])
    part = clean.isel(point=slice(0, 40))
    sigma = part["tracking_sigma"].values
    # 1000 draws tell a sigma to 2.2 %; forty of them, five sigmas of that
    assert np.std(draws, axis=0) / sigma == pytest.approx(np.ones(40), abs=0.11)
    loading, own = part["loading"].values, part["per_pass"].values
    same = part["track"].values[:, None] == part["track"].values
    told = loading[:, ~own] @ loading[:, ~own].T + same * (loading[:, own] @ loading[:, own].T)
    told += np.diag(part["tracking_noise"].values ** 2)
    correlation = (draws / sigma).T @ (draws / sigma) / 1000
    assert correlation == pytest.approx(told / np.outer(sigma, sigma), abs=0.17)
    assert (told / np.outer(sigma, sigma))[np.triu_indices(40, 1)].max() > 0.5


def test_seeds_give_the_same_errors_again(path, schedule):
    few = schedule.isel(point=slice(0, 12))
    one, two, other = (observe_tracking(path, few, NETWORK, s)["tracking_value"] for s in (4, 4, 5))
    assert np.array_equal(one, two)
    assert not np.any(one == other)


def test_wet_air_grows_as_the_path_through_it():
    assert float(wet_mapping(np.pi / 2)) == pytest.approx(1.0, abs=1e-4)
    low = np.radians([10.0, 30.0, 60.0])
    assert wet_mapping(low) == pytest.approx(1.0 / np.sin(low), rel=0.02)
    assert np.all(ionosphere_mapping(low) < 1.0 / np.sin(low))
    assert float(ionosphere_mapping(np.pi / 2)) == pytest.approx(1.0)


@pytest.mark.parametrize("degrees", [5.0, 30.0, 90.0, 150.0])
def test_electrons_on_a_line_are_their_integral(degrees):
    angle, au = np.radians(degrees), 149597870700.0

    def density(s):
        return 7e6 / (1.0 + s * s - 2.0 * s * np.cos(angle))

    whole = quad(density, 0.0, 1.0)[0] + quad(density, 1.0, np.inf)[0]
    assert float(electron_column(angle)) == pytest.approx(whole * au, rel=1e-5)


def test_plasma_is_least_away_from_the_sun():
    noise = plasma_allan_deviation(np.radians([3.0, 10.0, 30.0, 90.0, 160.0]), 60.0)
    assert np.all(np.diff(noise) < 0.0)
    assert noise[3] == pytest.approx(8.0e-14, rel=0.01)
    # X band: 40.3 N/f^2 is 23 cm for 4e17 electrons
    assert float(electron_delay(4e17, 8.4e9)) == pytest.approx(0.2285, rel=0.01)


@pytest.mark.parametrize("name", RadioTracking.preset_names())
def test_presets_are_networks_with_sources(name):
    network = RadioTracking(preset=name)
    assert len(network.sites()) == 3
    assert all(site.body == "earth" and site.mask == 10.0 for site in network.sites())
    assert 1e-11 < network.delta_dor_noise < 1e-9
    assert all(ref for _, ref in RadioTracking.preset_of(name).sources.values())


def test_refusals(path):
    with pytest.raises(InputError, match="at least one station"):
        tracking_schedule(path, [], [Passes(START, START + DAY)])
    with pytest.raises(InputError, match="must end after"):
        Passes(START, START - DAY)
    with pytest.raises(InputError, match="above 0 s"):
        Passes(START, START + DAY, count_time=0.0)
    blind = RadioTracking(stations=(("pole", 0.0, -89.0, 0.0),), mask="59 deg")
    with pytest.raises(PhysicsError, match="no station sees"):
        tracking_schedule(path, blind.sites(), [Passes(START, START + DAY)])
    with pytest.raises(ValueError, match="at least one station"):
        RadioTracking(stations=())
    with pytest.raises(InputError):
        RadioTracking.preset_of("deep-space-net")
