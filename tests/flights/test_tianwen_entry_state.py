"""Tianwen-1's lander, coasted from its real vectors to the top of the air."""

import numpy as np
import pytest

import marsward as mw
from marsward.core.errors import PhysicsError
from marsward.core.time import Epoch
from marsward.dynamics.entry_point import EntryPoint, coast_to_entry
from marsward.dynamics.forces import Forces
from marsward.mission.phases.deorbit import Deorbit, spread_at_height
from marsward.mission.phases.entry_state import entry_point_of, entry_state
from marsward.mission.phases.orbit_vectors import orbit_vectors

pytestmark = pytest.mark.flight


@pytest.fixture(scope="module")
def phase():
    return Deorbit(vector="14-may-separation", tracked="14-may-deorbited")


@pytest.fixture(scope="module")
def coast(phase):
    return phase.coast(orbit_vectors(mw.Mission.open("tianwen-1").vectors))


def test_it_meets_the_air_as_published(coast):
    point = coast.point
    assert abs(float(point.epoch - Epoch.utc("2021-05-14T23:08:55"))) < 5.0
    assert point.speed == pytest.approx(4800.0, abs=10.0)
    assert point.flight_path_angle == pytest.approx(-11.58, abs=0.05)
    assert point.azimuth == pytest.approx(181.4, abs=0.1)
    assert point.lat == pytest.approx(37.64, abs=0.05)
    assert point.lon == pytest.approx(110.28, abs=0.05)
    assert point.ellipsoid_height == pytest.approx(125e3, abs=1.0)


def test_both_vectors_lead_to_the_same_entry(coast):
    assert abs(float(coast.other.epoch - coast.point.epoch)) < 0.05
    assert np.linalg.norm(coast.other.fixed[:3] - coast.point.fixed[:3]) < 100.0


def test_heights_over_other_surfaces_are_told_apart(phase, coast):
    numbers = phase._numbers(coast)
    hours = {
        name: Epoch.utc(numbers[f"entry_epoch_{name}"].value.removesuffix(" UTC"))
        for name in ("equatorial_sphere", "mean_sphere", "areoid")
    }
    gap = {name: float(when - coast.point.epoch) for name, when in hours.items()}
    assert gap["equatorial_sphere"] == pytest.approx(-7.7, abs=0.5)
    assert gap["mean_sphere"] == pytest.approx(-0.8, abs=0.3)
    assert gap["areoid"] == pytest.approx(-1.15, abs=0.3)


def test_the_covariance_is_that_of_paths_flown(phase, coast):
    tracked = next(
        v
        for v in orbit_vectors(mw.Mission.open("tianwen-1").vectors)
        if v.name == "14-may-deorbited"
    )
    rng = np.random.default_rng(3)
    sigma = np.array([phase.position_sigma] * 3 + [phase.velocity_sigma] * 3)
    forces = Forces(gravity={"mars": 4}, solar_pressure=phase._forces().solar_pressure)
    flown = [
        coast_to_entry(tracked.state + sigma * rng.standard_normal(6), tracked.epoch,
                       forces=forces)[0]
        for _ in range(40)
    ]  # fmt: skip
    angle = np.std([point.flight_path_angle for point in flown])
    assert angle == pytest.approx(coast.spread["flight_path_angle"], rel=0.45)
    time = np.std([float(point.epoch - coast.point.epoch) for point in flown])
    assert time == pytest.approx(coast.spread["time"], rel=0.45)


def test_the_product_gives_the_entry_back(coast):
    table = entry_state(coast.point, coast.covariance, coast.knowledge)
    again = entry_point_of(table)
    assert float(again.epoch - coast.point.epoch) == 0.0
    np.testing.assert_array_equal(again.state, coast.point.state)
    assert float(table["flight_path_angle_sigma"]) > 0.0
    assert spread_at_height(again, coast.covariance) == coast.spread


def test_a_path_that_misses_the_planet_is_told_of(coast):
    high = coast.point.state.copy()
    high[:3] *= 2.0
    high[3:] *= 1.2
    with pytest.raises(PhysicsError, match="does not come down to 125 km"):
        coast_to_entry(high, coast.point.epoch, forces=Forces(), longest=7200.0)


def test_inertial_figures_differ_by_the_turn_of_the_planet():
    east = np.array([0.0, 5000.0, -1000.0])
    epoch = Epoch.utc("2021-05-14T23:00:00")
    from marsward.core.frames import state_rotation

    state = state_rotation("IAU_MARS", "J2000", epoch) @ np.concatenate([[3.52e6, 0.0, 0.0], east])
    point = EntryPoint(epoch, state)
    assert point.speed == pytest.approx(np.hypot(5000.0, 1000.0), rel=1e-9)
    assert point.azimuth == pytest.approx(np.degrees(np.arctan2(5000.0, -1000.0)), abs=1e-6)
    turned = np.hypot(5000.0 + 7.0882e-5 * 3.52e6, 1000.0)
    assert point.inertial_speed == pytest.approx(turned, rel=1e-6)
