"""Tables of an orbit: flown in steps, turn by turn, and stretches that the flight cuts."""

import numpy as np
import pytest

from marsward.core.errors import PhysicsError
from marsward.core.time import Epoch
from marsward.dynamics.elements import Elements
from marsward.dynamics.ephemeris import default_ephemeris
from marsward.dynamics.events import eclipse
from marsward.dynamics.forces import Forces
from marsward.dynamics.propagate import propagate
from marsward.mission.phases.capture_watches import watches
from marsward.mission.phases.orbit_tables import (
    CLOSEST,
    STRIDE,
    Watch,
    element_table,
    event_table,
    flown_in_steps,
    turns_of,
)

START = Epoch.utc("2022-05-05T00:00:00")
FORCES = Forces(bodies=("sun", "mars"), relativity=False, gravity={"mars": 2})
SHAPE = {"semi_major_axis": 8.9e6, "eccentricity": 0.58, "inclination": 86.3, "node": 90.0}


def state(**changes):
    angles = {"argument_of_periapsis": 340.0, "true_anomaly": 0.0} | SHAPE | changes
    return Elements(**angles, epoch=START).state()


@pytest.fixture(scope="module")
def orbit():
    told = []
    path = flown_in_steps(
        state(), START, START + 6.0 * 86400.0, centre="mars", forces=FORCES, tell=told.append
    )
    return path, told


def test_flown_in_steps_is_the_same_flight(orbit):
    path, told = orbit
    whole = propagate(
        state(), START, START + 6.0 * 86400.0, centre="mars", forces=FORCES, rtol=CLOSEST,
        position_tolerance=1e-8, velocity_tolerance=CLOSEST,
    )  # fmt: skip
    assert path.times.size > STRIDE
    assert np.array_equal(path.times, whole.times)
    assert np.array_equal(path.nodes, whole.nodes)
    assert told == sorted(told)
    assert 0.0 < told[0] <= told[-1] < 1.0


def test_elements_turn_by_turn(orbit):
    path, _ = orbit
    ephemeris = default_ephemeris()
    turns = turns_of(path, "mars", ephemeris)
    table = element_table(path, turns, "mars", ephemeris)
    # the first periapsis is the start itself, so whole turns begin there or one later
    period = 2.0 * np.pi * np.sqrt(8.9e6**3 / 4.2828375816e13)
    assert table.sizes["orbit_index"] == turns.count
    assert np.allclose(table["period"], period, rtol=0.01)
    assert np.allclose(table["periapsis_altitude"], 8.9e6 * 0.42 - 3396190.0, atol=15e3)
    assert np.allclose(table["apoapsis_altitude"], 8.9e6 * 1.58 - 3396190.0, atol=100e3)
    assert np.allclose(table["inclination"], 86.3, atol=0.05)
    assert np.all(np.diff(table["et"]) > 0.0)
    # latitude of the periapsis: sin i sin w
    sine = np.sin(np.radians(86.3)) * np.sin(np.radians(340.0))
    assert np.allclose(table["periapsis_lat"], np.degrees(np.arcsin(sine)), atol=4.0)


def test_stretches_are_paired_and_cut_by_the_flight(orbit):
    path, _ = orbit
    ephemeris = default_ephemeris()
    turns = turns_of(path, "mars", ephemeris)
    shadow = Watch(eclipse("mars"), "penumbra", "sun", inside=-1)
    light = Watch(eclipse("mars"), "light", "sun", inside=1)
    table = event_table(path, [shadow, light], turns, ephemeris, lambda _: None)
    by = {k: table.isel(event=table["kind"].values == k) for k in ("penumbra", "light")}
    assert by["penumbra"].sizes["event"] > 3
    total = float(by["penumbra"]["duration"].sum() + by["light"]["duration"].sum())
    assert total == pytest.approx(path.duration, abs=1e-3)
    first, last = table["et"].values.min(), table["end_et"].values.max()
    assert first == pytest.approx(float(path.start.et), abs=1e-6)
    assert last == pytest.approx(float(path.stop.et), abs=1e-6)


def test_every_turn_has_its_apses_and_nodes(orbit):
    path, _ = orbit
    ephemeris = default_ephemeris()
    turns = turns_of(path, "mars", ephemeris)
    table = event_table(path, watches("mars", (), ()), turns, ephemeris, lambda _: None)
    whole = table.isel(event=(table["orbit_number"] >= 1) & (table["orbit_number"] <= turns.count))
    for kind in ("periapsis", "apoapsis", "ascending node", "descending node"):
        mine = whole["orbit_number"].values[whole["kind"].values == kind]
        assert sorted(mine.tolist()) == list(range(1, turns.count + 1)), kind


def test_an_orbit_without_a_whole_turn_is_told():
    path = propagate(state(), START, START + 3600.0, centre="mars", forces=FORCES)
    with pytest.raises(PhysicsError, match="does not make one whole turn"):
        turns_of(path, "mars", default_ephemeris())
