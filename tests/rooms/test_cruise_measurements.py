"""Pictures and state vectors as measurements of a cruise, alone and beside tracking."""

import numpy as np
import pytest

from marsward.core.errors import InputError
from marsward.core.time import Epoch
from marsward.dynamics.ephemeris import default_ephemeris
from marsward.dynamics.forces import Forces, SolarPressure
from marsward.dynamics.orbit_determination import Quality, StateVector
from marsward.dynamics.propagate import propagate
from marsward.geometry.tracking import computed_observables
from marsward.geometry.tracking_schedule import Passes, tracking_schedule
from marsward.instruments.radio_tracking import RadioTracking, observe_tracking
from marsward.retrieval.cruise_orbit import (
    cruise_orbit,
    joined_measurements,
    sighting_measurements,
    state_measurements,
)
from marsward.retrieval.sighting import Sighting

DAY = 86400.0
START = Epoch.utc("2021-01-20T00:00:00")
STATE = 1e3 * np.array([52008948.22, 201000989.0, 92413057.2, -18.9, 8.1, 3.25])
FORCES = Forces(solar_pressure=SolarPressure(2.4e-8))
NETWORK = RadioTracking(preset="china-deep-space-network")


@pytest.fixture(scope="module")
def path():
    return propagate(STATE, START, START + 6 * DAY, forces=FORCES)


def seen(path, when, name, sigma, rng):
    """A body as a picture would tell it, with an error along and two across."""
    sky = default_ephemeris()
    craft = path.at(when, wrt="ssb", ephemeris=sky)[:3]
    lag = 0.0
    for _ in range(4):
        line = sky.position(name, wrt="ssb", at=when - lag) - craft
        lag = np.linalg.norm(line) / 299792458.0
    distance = np.linalg.norm(line)
    half = rng.standard_normal((3, 3)) * sigma * distance
    spread = half @ half.T + (1e-3 * distance) ** 2 * np.outer(line, line) / distance**2
    off = line + np.linalg.cholesky(spread) @ rng.standard_normal(3)
    none = np.zeros(0)
    return Sighting(
        name, np.zeros(2), np.eye(2), 10.0, 0.1, line / distance, off / np.linalg.norm(off),
        float(np.linalg.norm(off)), 1e-3 * distance, off, spread, none, none, 0.0, 0.0,
    )  # fmt: skip


@pytest.fixture(scope="module")
def pictures(path):
    rng = np.random.default_rng(12)
    times = START + np.linspace(0.2, 5.5, 12) * DAY
    return [(t, seen(path, t, "mars", 1e-5, rng)) for t in times]


def test_directions_have_the_covariance_of_their_sightings(path, pictures):
    measured = sighting_measurements(pictures)
    found = computed_observables(path, measured)
    off = measured["tracking_value"].values - found.value
    squares = []
    for number, (_, sight) in enumerate(pictures):
        rows = np.flatnonzero(measured["track"].values == number)
        load = measured["loading"].values[rows, 0]
        spread = np.diag(measured["tracking_noise"].values[rows] ** 2) + np.outer(load, load)
        # the same from the vector: across the line of sight, over the distance
        east = np.cross([0.0, 0.0, 1.0], sight.direction)
        slope = np.stack([east / (east @ east), np.cross(sight.direction, east)])
        slope[1] /= np.linalg.norm(east)
        wanted = slope @ sight.covariance @ slope.T / sight.range**2
        assert spread == pytest.approx(wanted, rel=1e-6)
        squares.append(off[rows] @ np.linalg.solve(spread, off[rows]))
    assert 8.0 < np.sum(squares) < 48.0  # 24 expected


def test_pictures_and_tracking_together_know_more_than_each(path, pictures):
    part = Passes(START, START + 5.5 * DAY, every=2 * DAY, length=2 * 3600.0)
    schedule = tracking_schedule(path, NETWORK.sites(), [part])
    radio = observe_tracking(path, schedule, NETWORK, 3)
    optical = sighting_measurements(pictures)
    both = joined_measurements(radio, optical)
    assert both.sizes["point"] == radio.sizes["point"] + optical.sizes["point"]
    assert len(np.unique(both["track"])) == len(np.unique(radio["track"])) + len(pictures)
    options = {"forces": FORCES, "prior": np.array([1e7] * 3 + [1e2] * 3)}
    guess = STATE + np.array([2e4, -1e4, 3e4, 0.02, 0.05, -0.03])
    fits = [cruise_orbit(m, guess, START, **options) for m in (radio, optical, both)]
    for fit in fits:
        error = fit.state - STATE
        assert error @ np.linalg.solve(fit.covariance[:6, :6], error) < 30.0
    sizes = [np.linalg.slogdet(fit.covariance[:6, :6])[1] for fit in fits]
    assert sizes[2] < min(sizes[:2])


def test_state_vectors_give_themselves_back(path):
    when = START + 3.0 * DAY
    vectors = [
        StateVector(str(k), t, path.at(t, wrt="sun"), "good")
        for k, t in enumerate((START, when, START + 5.0 * DAY))
    ]
    fit = cruise_orbit(
        state_measurements(vectors, {"good": Quality(1e3, 1e-2)}), STATE * (1.0 + 1e-7), START,
        forces=FORCES,
    )  # fmt: skip
    assert np.linalg.norm((fit.state - STATE)[:3]) < 1.0
    assert fit.chi_square < 1e-6


def test_refusals(path):
    with pytest.raises(InputError, match="no pictures"):
        sighting_measurements([])
    with pytest.raises(InputError, match="at least one state vector"):
        state_measurements([], {})
    with pytest.raises(InputError, match="to join"):
        joined_measurements()
    schedule = tracking_schedule(path, NETWORK.sites(), [Passes(START, START + DAY)])
    radio = observe_tracking(path, schedule, NETWORK, 3)
    moved = radio.assign(site_lat=radio["site_lat"] + 1.0)
    with pytest.raises(InputError, match="two different places"):
        joined_measurements(radio, moved)
