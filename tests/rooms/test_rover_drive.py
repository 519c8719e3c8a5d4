"""Drives: honest covariance, budgets by sol, why they end; and the cost of a way."""

import numpy as np
import pytest
from scipy.integrate import trapezoid

from marsward.core.errors import InputError, PhysicsError
from marsward.geometry.local_terrain import LocalTerrain
from marsward.geometry.traverse_path import path_cost, traverse_path
from marsward.vehicles.drive import drive, localisation_chi2, way_points
from marsward.vehicles.rover import Rover
from marsward.vehicles.traverse_cost import TraverseCost, cost_table

ROVER = Rover(preset="perseverance")


@pytest.fixture(scope="module")
def slip():
    return ROVER.slip_table(draws=8)


def ramp(east, *, size=400.0, cell=2.0):
    n = round(size / cell)
    line = (np.arange(n) - 0.5 * (n - 1)) * cell
    return LocalTerrain(
        (east * line[None, :] + 0.0 * line[:, None]).astype(np.float32), cell, 77, 18
    )


def rolling():
    line = (np.arange(200) - 99.5) * 2.0
    height = 6.0 * np.sin(line[None, :] / 30.0) * np.cos(line[:, None] / 40.0)
    return LocalTerrain(height.astype(np.float32), 2.0, 77.0, 18.0)


WAY = np.array([[-150.0, -150.0], [0.0, -100.0], [100.0, 50.0], [150.0, 150.0]])


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"fix_every": 0, "start_sigma": 0.5},
        {"visual": False, "fix_every": 0, "start_sigma": 0.5},
    ],
)
def test_belief_is_as_good_as_it_says(slip, options):
    ground, seeds = rolling(), 120
    found, miss = [], []
    for seed in range(seeds):
        made = drive(WAY, ground, ROVER, slip, seed=seed, hours=1.5, **options)
        assert made.attrs["verdict"] == "arrived"
        held = localisation_chi2(made).values
        found.append(held[[held.size // 3, held.size - 1]] / 2.0)
        miss.append(made["x_true"].values[-1] - made["x_believed"].values[-1])
    # mean of chi2/2 over independent seeds: deviation 1/sqrt(seeds) each, 0.09 for 120
    for value in np.mean(found, axis=0):
        assert 0.7 < value < 1.35
    assert abs(np.mean(miss)) < 4.0 * np.std(miss) / np.sqrt(seeds)


def test_cameras_and_orbital_images_help(slip):
    def error(**options):
        made = [drive(WAY, rolling(), ROVER, slip, seed=s, hours=1.0, **options) for s in range(40)]
        return np.median([
            np.hypot(m["x_true"][-1] - m["x_believed"][-1], m["y_true"][-1] - m["y_believed"][-1])
            for m in made
        ])  # fmt: skip

    blind, seeing = error(visual=False, fix_every=0), error(fix_every=0)
    assert seeing < blind
    assert error() < 0.5 * seeing
    assert 0.005 < seeing / 460.0 < 0.06  # percents of the way, as visual odometry on Mars


def test_same_seed_same_drive_and_no_seed_no_error(slip):
    one, two = (drive(WAY, rolling(), ROVER, slip, seed=5) for _ in range(2))
    np.testing.assert_array_equal(one["x_true"], two["x_true"])
    sure = drive(WAY, rolling(), ROVER, slip, seed=None)
    assert sure.attrs["arrived"] == 1
    assert float(np.abs(sure["x_true"] - sure["x_believed"]).max()) == 0.0
    x, y = way_points(WAY)
    assert float(sure["way"][-1]) == pytest.approx(np.hypot(np.diff(x), np.diff(y)).sum(), rel=0.01)


def test_energy_and_time_are_those_of_the_table(slip):
    made = drive(
        [[-100.0, 0.0], [100.0, 0.0]], ramp(np.tan(np.radians(10.0))), ROVER, slip, seed=None
    )
    way = float(made["way"][-1])
    steep = 1.0 / np.cos(np.radians(10.0))
    work = slip.at(10.0, 0.0, "energy") / ROVER.drive_efficiency * steep
    idle = ROVER.drive_base_power / ROVER.autonomous_speed * steep
    assert float(made["driving_energy"][-1]) == pytest.approx(way * (work + idle), rel=0.01)
    assert float(made["driving_time"][-1]) == pytest.approx(
        way * steep / ROVER.autonomous_speed, rel=0.01
    )
    np.testing.assert_allclose(made["along_slope"], 10.0, atol=0.01)
    np.testing.assert_allclose(made["wheel_slip"], slip.at(10.0, 0.0), atol=1e-3)
    turned = float(made["wheel_way"][-1])
    assert turned == pytest.approx(way / (1.0 - slip.at(10.0, 0.0)), rel=1e-3)


def test_sols_keep_to_their_hours_and_energy(slip):
    hours, energy = np.array([1.0, 0.5, 0.0, 1.0, 3.0]), np.array([400.0, 30.0, 400.0, 90.0, 900.0])
    made = drive(WAY, ramp(0.0), ROVER, slip, seed=2, hours=hours, watt_hours=energy)
    for sol in range(5):
        mine = made["drive_sol"].values == sol
        before = made["drive_sol"].values < sol
        used = [
            made[name].values[mine].max(initial=0.0) - made[name].values[before].max(initial=0.0)
            if mine.any() else 0.0
            for name in ("driving_time", "driving_energy")
        ]  # fmt: skip
        assert used[0] <= hours[sol] * 3600.0 + 1e-6
        assert used[1] <= energy[sol] * 3600.0 + 1e-6
    assert not (made["drive_sol"].values == 2).any()
    short = drive(WAY, ramp(0.0), ROVER, slip, seed=2, hours=1.0, sols=2)
    assert short.attrs["verdict"] == "out of sols"
    assert "more sols" in short.attrs["why"]


@pytest.mark.parametrize(
    ("slope", "verdict"), [(27.0, "steep slope"), (35.0, "tilt"), (-33.0, "tilt")]
)
def test_slopes_above_the_limits_stop_it(slip, slope, verdict):
    made = drive([[-50.0, 0.0], [50.0, 0.0]], ramp(np.tan(np.radians(slope))), ROVER, slip, seed=0)
    assert made.attrs["verdict"] == verdict
    assert made.sizes["step"] == 0
    with pytest.raises(PhysicsError, match="choose another way"):
        drive(
            [[-50.0, 0.0], [50.0, 0.0]], ramp(np.tan(np.radians(slope))), ROVER, slip, seed=0,
            strict=True,
        )  # fmt: skip


def test_soft_soil_stops_it_and_the_edge_ends_it(slip):
    soft = ROVER.slip_table("drift", draws=4)
    made = drive([[-50.0, 0.0], [50.0, 0.0]], ramp(np.tan(np.radians(9.0))), ROVER, soft, seed=0)
    assert made.attrs["verdict"] in ("stuck", "slip")
    out = drive([[0.0, 0.0], [500.0, 0.0]], ramp(0.0), ROVER, slip, seed=0)
    assert out.attrs["verdict"] == "off the terrain"


def test_bad_drives_say_why(slip):
    ground = ramp(0.0)
    for path, word in (
        ([[0.0, 0.0]], "2 points"), ([[0.0, 0.0], [0.0, 0.0]], "no length"),
        ([[900.0, 0.0], [0.0, 0.0]], "off the terrain"), ([1.0, 2.0], "points"),
    ):  # fmt: skip
        with pytest.raises(InputError, match=word):
            drive(path, ground, ROVER, slip)
    with pytest.raises(InputError, match="hours"):
        drive(WAY, ground, ROVER, slip, hours=-1.0)
    with pytest.raises(InputError, match="fit together"):
        drive(WAY, ground, ROVER, slip, hours=[1.0, 2.0], watt_hours=[1.0, 2.0, 3.0])


def test_cost_counts_up_more_than_down_and_the_planner_goes_around(slip):
    cost = TraverseCost.of(ramp(np.tan(np.radians(12.0))), ROVER, slip)
    up = path_cost(cost, np.array([-50.0, 50.0]), np.zeros(2))
    down = path_cost(cost, np.array([50.0, -50.0]), np.zeros(2))
    assert up > 1.2 * down
    steep = 1.0 / np.cos(np.radians(12.0))
    work = max(float(slip.at(12.0, 0.0, "energy")), 0.0) / ROVER.drive_efficiency
    idle = ROVER.drive_base_power / ROVER.autonomous_speed
    assert up == pytest.approx(100.0 * steep * (work + idle), rel=0.01)
    # a steep hill between two places: the way of least energy bends around it
    line = (np.arange(120) - 59.5) * 2.0
    hill = 14.0 * np.exp(-(line[None, :] ** 2 + line[:, None] ** 2) / 800.0)
    ground = LocalTerrain(hill.astype(np.float32), 2.0, 77.0, 18.0)
    over = TraverseCost.of(ground, ROVER, slip)
    path = traverse_path(over, (-100.0, 0.0), (100.0, 0.0))
    assert path.length > 203.0
    assert path.total < path_cost(over, np.linspace(-100.0, 100.0, 200), np.zeros(200))
    assert over.unit == "J"
    driven = drive(path, ground, ROVER, slip, seed=None)
    assert driven.attrs["arrived"] == 1
    assert float(driven["driving_energy"][-1]) == pytest.approx(path.total, rel=0.03)


def test_cost_by_time_and_risk(slip):
    table = {by: cost_table(ROVER, slip, by) for by in ("energy", "time", "risk")}
    level = int(np.argmin(np.abs(table["time"].along)))
    assert table["time"].cost[level, 0] == pytest.approx(1.0 / ROVER.autonomous_speed)
    assert table["risk"].cost[level, 0] == pytest.approx(1e-6)
    assert np.all(np.diff(table["energy"].cost[level:, 0]) > 0.0)
    assert table["energy"].along[-1] == ROVER.max_slope
    soft = cost_table(ROVER, ROVER.slip_table("drift", draws=8), "risk")
    rows = soft.cost[:, 0][np.isfinite(soft.cost[:, 0])]
    assert rows[-1] > 100.0 * rows[0]
    with pytest.raises(InputError, match="energy"):
        cost_table(ROVER, slip, "beauty")
    heavy = Rover(preset="zhurong", mass="900 kg")
    held = heavy.slip_table("drift", draws=2)
    with pytest.raises(InputError, match="level ground"):
        cost_table(heavy, held)


def test_work_of_a_drive_is_the_sum_of_its_steps(slip):
    made = drive(WAY, rolling(), ROVER, slip, seed=7)
    work = slip.at(made["along_slope"], made["across_slope"], "energy") / ROVER.drive_efficiency
    power = ROVER.drive_base_power / ROVER.autonomous_speed
    expected = trapezoid(np.maximum(work, 0.0) + power, made["way"].values)
    assert float(made["driving_energy"][-1]) == pytest.approx(expected, rel=0.08)
