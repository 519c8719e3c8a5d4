"""A rover's pose on planes and steps, and its part with presets."""

import numpy as np
import pytest
from pydantic import ValidationError

from marsward.core.errors import InputError
from marsward.geometry.local_terrain import LocalTerrain
from marsward.vehicles.rover import Rover
from marsward.vehicles.rover_pose import contact_points, path_pose, pose

ROVER = Rover(preset="zhurong")


def plane(east, north, *, cell=0.1, size=12.0):
    n = round(size / cell)
    line = (np.arange(n) - 0.5 * (n - 1)) * cell
    return LocalTerrain(
        (east * line[None, :] - north * line[:, None]).astype(np.float32), cell, 109.9, 25.1
    )


@pytest.mark.parametrize("by", ["rocker", "plane"])
@pytest.mark.parametrize("heading", [0.0, 37.0, 90.0, 215.0])
def test_a_plane_is_met_exactly(by, heading):
    east, north = 0.12, -0.2
    made = pose(plane(east, north), [0.0, 0.7], [0.0, -0.4], heading, ROVER, by=by)
    sin, cos = np.sin(np.radians(heading)), np.cos(np.radians(heading))
    ahead, left = east * sin + north * cos, -east * cos + north * sin
    tilt = np.degrees(np.arctan(np.hypot(east, north)))
    np.testing.assert_allclose(made["pitch"], np.degrees(np.arctan(ahead)), atol=1e-4)
    roll = np.degrees(np.arctan(left / np.sqrt(1.0 + ahead**2)))
    np.testing.assert_allclose(made["roll"], roll, atol=1e-4)
    np.testing.assert_allclose(made["rover_tilt"], tilt, atol=1e-4)
    np.testing.assert_allclose(made["belly_room"], ROVER.belly_clearance, atol=1e-5)
    np.testing.assert_allclose(made["wheel_step"], 0.0, atol=1e-5)
    both = np.cos(np.radians(made["roll"])) * np.cos(np.radians(made["pitch"]))
    np.testing.assert_allclose(np.degrees(np.arccos(both)), tilt, atol=1e-4)


def test_a_step_lifts_the_front_wheels():
    high = 0.2
    ground = plane(0.0, 0.0)
    height = np.array(ground.height)
    height[ground.y > 0.5] = high
    step = LocalTerrain(height, ground.cell, 109.9, 25.1)
    made = pose(step, 0.0, 0.0, 0.0, ROVER)  # heads north: only the front axle is on the step
    along = contact_points(ROVER)[0][0]
    pivot = 0.5 * (along[0] + along[1])
    pitch = np.degrees(np.arctan(high / (along[2] - pivot)))
    assert float(made["pitch"][0]) == pytest.approx(pitch, abs=1e-3)
    assert float(made["roll"][0]) == pytest.approx(0.0, abs=1e-6)
    flat = pose(step, 0.0, 0.0, 0.0, ROVER, by="plane")
    design = np.column_stack([np.ones(3), along])
    rise = np.linalg.lstsq(design, np.array([0.0, 0.0, high]), rcond=None)[0][1]
    assert float(flat["pitch"][0]) == pytest.approx(np.degrees(np.arctan(rise)), abs=1e-3)


def test_a_rock_under_the_belly_takes_its_room():
    ground = plane(0.0, 0.0)
    height = np.array(ground.height)
    height[(np.abs(ground.y) < 0.2)[:, None] & (np.abs(ground.x) < 0.2)[None, :]] = 0.25
    made = pose(LocalTerrain(height, 0.1, 109.9, 25.1), 0.0, 0.0, 0.0, ROVER)
    assert float(made["belly_room"][0]) == pytest.approx(ROVER.belly_clearance - 0.25, abs=1e-6)
    assert float(made["rover_tilt"][0]) == pytest.approx(0.0, abs=1e-9)


@pytest.mark.parametrize(("high", "verdict"), [(0.0, "clear"), (0.25, "clear"), (0.45, "belly")])
def test_a_path_over_a_rock_is_clear_up_to_it(high, verdict):
    height = np.array(plane(0.0, 0.0).height)
    ground = plane(0.0, 0.0)
    height[(np.abs(ground.y) < 0.1)[:, None] & (np.abs(ground.x) < 0.1)[None, :]] = high
    made = path_pose([[0.0, -4.0], [0.0, 4.0]], LocalTerrain(height, 0.1, 109.9, 25.1), ROVER)
    assert made.attrs["verdict"] == verdict
    assert made.attrs["clear_way"] == pytest.approx(8.0 if verdict == "clear" else 3.5, abs=0.51)
    assert float(made["rover_tilt"].max()) == pytest.approx(0.0, abs=1e-6)


def test_a_path_up_a_steep_plane_is_not_clear():
    made = path_pose([[-1.0, 0.0], [1.0, 1.0]], plane(0.6, 0.0), ROVER)
    assert made.attrs["verdict"] == "tilt"
    assert made.attrs["clear_way"] == 0.0
    with pytest.raises(InputError, match="length"):
        path_pose([[0.0, 0.0], [0.0, 0.0]], plane(0.0, 0.0), ROVER)


def test_many_points_at_once():
    n = 2000
    at = np.linspace(-3.0, 3.0, n)
    made = pose(plane(0.1, 0.0), at, at[::-1], np.linspace(0.0, 360.0, n), ROVER)
    assert made.sizes["point"] == n
    np.testing.assert_allclose(made["rover_tilt"], np.degrees(np.arctan(0.1)), atol=1e-3)


def test_bad_poses_say_why():
    ground = plane(0.0, 0.0)
    with pytest.raises(InputError, match="rocker"):
        pose(ground, 0.0, 0.0, 0.0, ROVER, by="wheels")
    with pytest.raises(InputError, match="off the terrain"):
        pose(ground, 5.9, 0.0, 0.0, ROVER)


def test_presets_hold_what_was_published():
    zhurong, perseverance = (Rover(preset=name) for name in ("zhurong", "perseverance"))
    assert set(Rover.preset_names()) == {"zhurong", "perseverance"}
    assert (zhurong.mass, zhurong.wheels, zhurong.max_slope) == (240.0, 6, 20.0)
    assert zhurong.speed == pytest.approx(200.0 / 3600.0)
    assert perseverance.mass == 1025.0
    assert perseverance.wheel_radius == pytest.approx(0.2625)
    assert perseverance.autonomous_speed == pytest.approx(120.0 / 3600.0)
    assert perseverance.load == pytest.approx(1025.0 * 3.71 / 6.0)
    for rover in (zhurong, perseverance):
        rows = {row.name: row for row in rover.own_parameters()}
        assert rows["mass"].origin == "published"
        assert all(row.ref for row in rows.values() if row.name != "name")
    assert Rover(preset="zhurong", mass="300 kg").mass == 300.0


def test_rovers_that_cannot_be_are_refused():
    with pytest.raises(ValidationError, match="max_tilt"):
        Rover(max_slope="30 deg", max_tilt="20 deg")
    with pytest.raises(ValidationError, match="soil"):
        Rover(soil="cheese")
    with pytest.raises(InputError, match="zhurong"):
        Rover(preset="zhurongg")
