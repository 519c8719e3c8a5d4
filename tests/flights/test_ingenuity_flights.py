"""All 72 flights of Ingenuity again, in the shipped climate."""

import runpy
import time
from pathlib import Path

import numpy as np
import pytest

from marsward.core.errors import InputError
from marsward.data.ingenuity_flights import ingenuity_flights
from marsward.mission.flight_replay_world import flight_world, fly_again
from marsward.vehicles.flight_plan import flight_plan
from marsward.vehicles.flight_replay import flight_log, flown_profile, replay_summary
from marsward.vehicles.helicopter import Helicopter
from marsward.vehicles.rotorcraft import Rotorcraft

FLOWN = ingenuity_flights()
TOOL = Path(__file__).resolve().parents[2] / "tools" / "make_ingenuity_flights.py"


@pytest.fixture(scope="module")
def world():
    return flight_world()


@pytest.fixture(scope="module")
def again(world):
    flight_plan(Rotorcraft(), density=0.015, temperature=242.0, distance=50.0, speed=3.0)
    start = time.process_time()
    flights, sols = fly_again(Rotorcraft(), world)
    return flights, sols, time.process_time() - start


def test_table_is_the_published_one():
    assert len(FLOWN) == 72
    assert FLOWN.duration.sum() == pytest.approx(7735.4, abs=0.1)
    assert FLOWN.distance.sum() == pytest.approx(18138.8, abs=0.1)
    assert FLOWN.max_height.max() == 24.0
    assert FLOWN.number[FLOWN.max_height.argmax()] == 61
    assert FLOWN.number[FLOWN.max_speed == 10.0].tolist() == [62, 68, 69]
    assert FLOWN.duration.max() == 169.5
    assert FLOWN.number[FLOWN.duration.argmax()] == 12
    assert np.all(np.diff(FLOWN.et) > FLOWN.duration[:-1])


def test_tool_makes_the_shipped_table(shared_data, tmp_path):
    made = runpy.run_path(str(TOOL))
    text = made["table"](made["stops"](shared_data / "ingenuity" / "ingenuity_flights.csv"))
    shipped = TOOL.parents[1] / "src" / "marsward" / "data" / "assets" / "ingenuity_flights.csv"
    assert text == shipped.read_text(encoding="ascii")


def test_air_at_the_flights(world):
    assert np.all((world.density > 0.0125) & (world.density < 0.0170))
    assert np.all((world.hour > 9.0) & (world.hour < 17.0))
    assert np.all(world.density[:5] > 0.0155)


def test_every_flight_is_flyable(again):
    flights, _, seconds = again
    assert flights.sizes["flight"] == 72
    assert (flights["verdict"].values == "go").all()
    assert np.all(flights["energy_high"] < flights["battery_before"])
    assert float(flights["energy_high"].max()) < 16.5  # 169.5 s at the published 350 W
    assert np.all(flights["margin"] > 0.0)
    assert np.all(flights["energy_low"] <= flights["energy"])
    assert np.all(flights["energy"] <= flights["energy_high"])
    assert seconds < 10.0


def test_duration_law_on_flights_of_one_leg(again):
    """Straight flights without stops: within some seconds; none is longer than it can be."""
    flights = again[0]
    straight = np.isin(flights["number"], [7, 8, 9, 15, 18, 19, 20, 22, 23, 24, 25, 31, 32])
    extra = (flights["duration_flown"] - flights["duration"]).values
    assert np.abs(extra[straight]).max() < 6.0
    assert abs(np.median(extra[straight])) < 2.0
    short = flights["number"].values[extra < -10.0].tolist()
    assert set(short) == {6, 71}
    reached = (flights["distance"] / flights["distance_flown"]).values
    moving = flights["legs"].values > 0
    assert np.median(reached[moving]) == pytest.approx(1.0, abs=0.01)


def test_rotor_speeds_follow_the_published_ones(again):
    flights = again[0]
    assert flights["rpm"].values[:14].tolist() == [2537.0] * 13 + [2700.0]
    assert np.all(flights["thrust_margin"].values > 0.28)
    thin = flights["density"].values < 0.0135
    assert np.all(flights["rpm"].values[thin] >= 2600.0)
    assert np.all(flights["tip_mach"] < 0.8)


def test_winter_nights_are_lost_as_flown(again):
    """Nights were lost from sol 427 on and survived again from about sol 686."""
    flights, sols, _ = again
    lost = np.flatnonzero(~sols.survived) + 43
    assert 410 < lost[0] < 460
    assert 560 < lost[-1] < 710
    assert lost.size > 100
    assert not np.any((lost < 400) | (lost > 720))
    assert not flights["night_survived"].values[28:32].any()
    assert flights["night_survived"].values[[0, 5, 11, 60, 71]].all()


def test_summary_has_the_key_numbers(again):
    found = replay_summary(again[0])
    assert found["flights"] == 72.0
    assert found["go"] == 72.0
    assert found["duration"] < found["duration_flown"]
    assert found["energy_greatest"] < found["energy_high_greatest"]
    lines = flight_log(again[0]).splitlines()
    assert len(lines) == 73
    assert lines[25].startswith("25,403,2022-04-08,")


def test_profile_of_one_flight():
    body = Helicopter()
    profile = flown_profile(FLOWN, 25)
    assert profile.distance == pytest.approx(715.3, abs=0.1)
    assert float(profile.times(body).total) == pytest.approx(FLOWN.duration[24], abs=6.0)
    assert flown_profile(FLOWN, 61).waypoints == ()
    with pytest.raises(InputError):
        flown_profile(FLOWN, 73)
