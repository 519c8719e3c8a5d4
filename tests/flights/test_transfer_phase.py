"""A voyage designed from its launch date: Perseverance's, against what is known of it."""

import numpy as np
import pytest

import marsward as mw
from marsward.core.errors import InputError, PhysicsError
from marsward.core.time import Epoch
from marsward.dynamics.injection import LaunchSite, injection

pytestmark = pytest.mark.flight
TEXT = """
name = "voyage"
[[phase]]
kind = "transfer"
launch = "2020-07-30T11:50:00"
arrival = "2021-02-18T20:36:38"
site = { name = "Cape Canaveral", lat = "28.583 deg", lon = "-80.583 deg" }
target_lon = "77.43 deg"
target_lat = "18.46 deg"
angle_axes = "inertial"
ahead = "605 km"
"""


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    mission = mw.Mission.loads(TEXT, name="voyage")
    return mission.run(out=tmp_path_factory.mktemp("voyage") / "run", report=False)


def number(run, name):
    return run.summary("transfer")[name]["value"]


def test_it_leaves_as_the_window_of_2020_asks(run):
    assert number(run, "c3") == pytest.approx(14.5, abs=0.3)
    assert number(run, "departure_asymptote_dec") == pytest.approx(23.6, abs=1.0)
    assert 28.0 < number(run, "parking_inclination") < 35.0
    # the second burn of the rocket ended some 53 minutes after lift-off, the craft parted at 58
    after = float(
        Epoch.utc(number(run, "injection_epoch").removesuffix(" UTC"))
        - Epoch.utc("2020-07-30T11:50:00")
    )
    assert 40.0 < after / 60.0 < 56.0


def test_it_comes_down_as_aimed(run):
    assert number(run, "entry_inertial_flight_path_angle") == pytest.approx(-15.5, abs=0.001)
    assert number(run, "entry_speed") == pytest.approx(5.33, abs=0.02)
    assert number(run, "entry_ellipsoid_height") == pytest.approx(125.0, abs=0.001)
    point = run["entry_state"].dataset
    lon, lat = (np.radians(float(point[k])) for k in ("lon", "lat"))
    there = np.radians([77.43, 18.46])
    cosine = np.sin(lat) * np.sin(there[1])
    cosine += np.cos(lat) * np.cos(there[1]) * np.cos(lon - there[0])
    assert 3396.19 * np.arccos(cosine) == pytest.approx(605.0, abs=0.1)


def test_its_hour_is_that_of_the_flown_entry(run):
    # heard at 20:48 UTC, told to the minute
    heard = Epoch.utc(number(run, "entry_received").removesuffix(" UTC"))
    assert abs(float(heard - Epoch.utc("2021-02-18T20:48:00"))) < 60.0


def test_the_delivery_is_that_asked_for(run):
    held = run.summary("transfer")["entry_flight_path_angle"]
    assert held["sigma"] == pytest.approx(0.0667, rel=0.1)
    spread = run["entry_state"].dataset["covariance"].values
    assert np.linalg.eigvalsh(spread).min() > -1e-6 * np.trace(spread)


def test_its_path_has_the_layout_of_a_cruise(run):
    path = run["path"].dataset
    for name in ("craft_position", "earth_distance", "speed_mars", "sun_distance"):
        assert name in path
    way = mw.Trajectory.from_dataset(run["trajectory"].dataset)
    assert float(way.stop - way.start) / 86400.0 == pytest.approx(203.3, abs=0.3)


def test_launch_site_and_asymptote_make_the_plane():
    launch = Epoch.utc("2020-07-30T11:50:00")
    site = LaunchSite(28.583, -80.583)
    wanted = np.array([3480.0, 560.0, 1500.0])
    leave = injection(wanted, launch, site, altitude=200e3)
    r, v = leave.state[:3], leave.state[3:]
    normal = np.cross(r, v) / np.linalg.norm(np.cross(r, v))
    assert abs(normal @ site.direction(launch)) < 1e-9
    from marsward.core.bodies import body
    from marsward.dynamics.hyperbola import hyperbola

    orbit = hyperbola(leave.state, float(body("earth").gm))
    reached = np.sqrt(orbit.c3) * orbit.outgoing
    np.testing.assert_allclose(reached, wanted, atol=1e-6 * np.linalg.norm(wanted))
    assert orbit.periapsis_radius == pytest.approx(6578.1e3, abs=1e3)


@pytest.mark.parametrize(
    ("override", "error", "says"),
    [
        ("transfer.arrival=2020-08-02", PhysicsError, "60 to 600"),
        ("transfer.arrival=2020-07-02", PhysicsError, "before the launch"),
        ("transfer.angle=12 deg", InputError, "angle"),
        ("transfer.target_lat=89 deg", PhysicsError, "no prograde entry"),
    ],
)
def test_voyages_that_cannot_be_are_refused(tmp_path, override, error, says):
    with pytest.raises(error, match=says):
        mw.Mission.loads(TEXT, name="voyage", overrides=[override]).run(
            out=tmp_path / "run", report=False
        )
