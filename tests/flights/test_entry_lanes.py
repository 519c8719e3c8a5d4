"""Single landings of a sweep: as the ensemble flies them, and moved as the sweep asks."""

import pickle
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

import marsward as mw
from marsward.core.product import Product
from marsward.core.time import Epoch
from marsward.dynamics.entry_point import EntryPoint
from marsward.mission.landing_members import fly_landings
from marsward.mission.phases.entry_products import landings_table
from marsward.mission.phases.entry_state import entry_state
from marsward.mission.phases.phase import Given
from marsward.vehicles.flight_state import FlightState

pytestmark = pytest.mark.flight
DELIVERY = np.diag([1.5e6] * 3 + [0.01] * 3)
KNOWN = np.diag([539.0**2] * 3 + [0.385**2] * 3)


@pytest.fixture(scope="module")
def lanes():
    mission = mw.Mission.open("perseverance", overrides=["entry.cell=40 m"])
    start = FlightState.of(  # what the voyage of that mission comes down with
        lon=66.8372, lat=20.5936, speed=5334.6, angle=-16.1598, azimuth=100.2540,
        height=124_544.0, epoch=Epoch.utc("2021-02-18T20:36:25.878"),
    )  # fmt: skip
    handed = entry_state(EntryPoint(start.epoch, start.inertial()[0]), DELIVERY, KNOWN)
    phase = mission.phase("entry")
    products = {"entry_state": Product("entry_state", handed)}
    given = Given(products=products, mission=mission, folder=Path(), seed=7)
    return SimpleNamespace(made=phase.lanes(given), phase=phase, given=given)


@pytest.fixture(scope="module")
def angles():
    return np.linspace(-17.0, -15.6, 24)


@pytest.fixture(scope="module")
def moved(lanes, angles):
    return lanes.made.fly({"angle": angles}, members=24, seed=5)


def test_with_nothing_drawn_they_are_the_ensemble(lanes):
    found = lanes.made.fly({}, members=12, seed=5, workers=2)
    theirs = landings_table(fly_landings(
        lanes.made._plan, DELIVERY, KNOWN, members=12, seed=5, less_dust=lanes.made.clear,
        dispersions=lanes.phase.dispersions, terrain=lanes.made._ground,
    ))  # fmt: skip
    for name in ("east", "north", "chute_time", "peak_deceleration", "propellant", "verdict"):
        assert np.array_equal(found[name], theirs[name])
    assert "delivery_1" in found["cause"].values


def test_a_steeper_entry_is_hotter_for_a_shorter_time(lanes, moved):
    steep, shallow = (
        lanes.made.fly({"angle": np.full(6, angle)}, members=6, seed=5) for angle in (-16.9, -15.7)
    )
    assert (steep["peak_heat_flux"] > shallow["peak_heat_flux"]).all()
    assert (steep["heat_load"] < shallow["heat_load"]).all()
    assert "delivery_1" not in moved["cause"].values


def test_a_member_does_not_depend_on_those_after_it(lanes, moved, angles):
    few = lanes.made.fly({"angle": angles[:9]}, members=9, seed=5)
    assert few.equals(moved.isel(member=slice(0, 9)))


def test_a_plan_that_was_sent_flies_the_same(lanes, moved, angles):
    sent = pickle.dumps(lanes.made.plan)
    assert len(sent) < 200_000
    other = lanes.phase.lanes(lanes.given, pickle.loads(sent))
    assert other.fly({"angle": angles}, members=24, seed=5).equals(moved)


def test_factors_stand_in_the_place_of_what_was_drawn(lanes):
    ones = np.ones(6)
    thick = lanes.made.fly({"density_factor": 1.2 * ones}, members=6, seed=5)
    thin = lanes.made.fly({"density_factor": 0.8 * ones}, members=6, seed=5)
    assert (thick["chute_time"] > thin["chute_time"]).all()
    assert "density_mean" not in thick["cause"].values
    heavy = lanes.made.fly({"mass_factor": 1.1 * ones}, members=6, seed=5)
    light = lanes.made.fly({"mass_factor": 0.9 * ones}, members=6, seed=5)
    assert (heavy["heat_load"] > light["heat_load"]).all()
