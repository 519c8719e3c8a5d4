"""Paths of least cost: straight lines, Snell's law, closed forms by heading, and blocked ground."""

import math
import sys
from pathlib import Path as FilePath

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import minimize

from marsward.core.errors import InputError, PhysicsError
from marsward.geometry.kernels.path_lines import is_clear
from marsward.geometry.local_terrain import LocalTerrain
from marsward.geometry.terrain_slopes import slopes
from marsward.geometry.traverse_cost import DirectionalCost, IsotropicCost, SlopeCost
from marsward.geometry.traverse_path import (
    arrival_field,
    path_cost,
    trace_path,
    traverse_path,
)

sys.path.insert(0, str(FilePath(__file__).resolve().parents[2] / "benchmarks"))
import traverse as bench

N, CELL = 129, 2.0
FLAT = LocalTerrain(np.zeros((N, N), np.float32), CELL, 77.0, 18.0, "flat")
X, Y = np.meshgrid(FLAT.x, FLAT.y)
place = st.floats(-120.0, 120.0)


def table(cost):
    along, across = np.linspace(-30.0, 30.0, 241), np.linspace(0.0, 30.0, 121)
    t, s = np.tan(np.radians(along))[:, None], np.tan(np.radians(across))[None, :]
    return SlopeCost(along, across, cost(t, s) + 0.0 * (t + s))


def tilted(east=0.0, north=0.0):
    height = (east * X + north * Y).astype(np.float32)
    return slopes(LocalTerrain(height, CELL, 77.0, 18.0, "plane"))


@settings(max_examples=15)
@given(place, place, place, place)
def test_constant_cost_gives_the_straight_line(x0, y0, x1, y1):
    path = traverse_path(IsotropicCost(FLAT, np.full((N, N), 3.0)), (x0, y0), (x1, y1))
    assert path.total == pytest.approx(3.0 * math.hypot(x1 - x0, y1 - y0), rel=1e-6, abs=1e-9)
    assert (path.x[0], path.y[0]) == pytest.approx((x0, y0))
    assert (path.x[-1], path.y[-1]) == pytest.approx((x1, y1))


@pytest.mark.parametrize(("order", "worst"), [(1, 0.05), (2, 0.012)])
def test_arrivals_of_constant_cost_are_distances(order, worst):
    field = arrival_field(IsotropicCost(FLAT, np.ones((N, N))), (-30.7, 14.2), order=order)
    away = np.hypot(X + 30.7, Y - 14.2)
    far = away > 20.0
    assert np.abs(field[far] / away[far] - 1.0).max() < worst


def test_second_order_converges_faster_than_first():
    cost = IsotropicCost(FLAT, np.ones((N, N)))
    away = np.hypot(X + 100.0, Y - 90.0)
    error = [np.abs(arrival_field(cost, (-100.0, 90.0), order=o) - away).mean() for o in (1, 2)]
    assert error[1] < 0.3 * error[0]


def test_path_breaks_at_a_border_as_light_does():
    border = CELL / 2.0
    cost = IsotropicCost(FLAT, np.where(border < Y, 1.0, 2.5))
    start, goal = (-90.0, -80.0), (70.0, 95.0)
    path = traverse_path(cost, start, goal)

    def through(at):
        down = math.hypot(at[0] - start[0], border - start[1])
        return 2.5 * down + math.hypot(goal[0] - at[0], goal[1] - border)

    best = minimize(through, [0.0]).x[0]
    assert path.total == pytest.approx(through([best]), rel=2e-3)
    at = np.interp(border, path.y, path.x)
    below = math.sin(math.atan2(at - start[0], border - start[1]))
    above = math.sin(math.atan2(goal[0] - at, goal[1] - border))
    assert 2.5 * below == pytest.approx(above, rel=0.05)


@settings(max_examples=10)
@given(place, place)
def test_elliptic_cost_of_heading_has_straight_ways(x1, y1):
    # on a plane that rises to the east, along = g cos, across = g sin of the heading
    g = 0.2
    norm = table(lambda t, s: np.sqrt((2.0 * t / g) ** 2 + (s / g) ** 2 + 1e-12) + 0.0)
    cost = DirectionalCost(tilted(east=g), norm)
    if math.hypot(x1, y1) < 6.0:
        return
    path = traverse_path(cost, (0.0, 0.0), (x1, y1))
    assert path.total == pytest.approx(math.hypot(2.0 * x1, y1), rel=4e-3)
    field = arrival_field(cost, (0.0, 0.0))
    wanted = np.hypot(2.0 * X, Y)
    far = wanted > 40.0
    assert np.abs(field[far] / wanted[far] - 1.0).max() < 0.03


def test_up_is_dearer_than_down_and_across_lies_between():
    g = math.tan(math.radians(10.0))
    law = table(lambda t, s: 1.0 + 4.0 * np.maximum(t, 0.0) + 1.0 * np.maximum(-t, 0.0) + 0.5 * s)
    cost = DirectionalCost(tilted(north=g), law)
    up = traverse_path(cost, (0.0, -100.0), (0.0, 100.0)).total
    down = traverse_path(cost, (0.0, 100.0), (0.0, -100.0)).total
    across = traverse_path(cost, (-100.0, 0.0), (100.0, 0.0)).total
    assert up == pytest.approx(200.0 * (1.0 + 4.0 * g), rel=1e-3)
    assert down == pytest.approx(200.0 * (1.0 + g), rel=1e-3)
    assert across == pytest.approx(200.0 * (1.0 + 0.5 * g), rel=1e-3)
    assert across < down < up


def test_forbidden_straight_climb_is_won_by_tacking():
    # nothing steeper than 10 degrees along the way on a slope of 20: the best way tacks, ours in
    # headings of a knight's move, 26.6 degrees for the 29 that the law allows
    g, most = math.tan(math.radians(20.0)), math.tan(math.radians(10.0))
    law = table(lambda t, s: np.where(np.abs(t) <= most + 1e-9, 1.0, np.inf))
    cost = DirectionalCost(tilted(north=g), law)
    path = traverse_path(cost, (0.0, -60.0), (0.0, 60.0))
    least = 120.0 * g / most
    assert least * (1.0 - 1e-9) <= path.total < 1.09 * least


def test_ways_lead_around_walls_by_their_ends():
    wall = np.zeros((N, N), bool)
    wall[30:110, 64] = True
    cost = IsotropicCost(FLAT, np.ones((N, N)), wall)
    path = traverse_path(cost, (-60.0, 0.0), (60.0, 0.0))
    top = float(FLAT.y[30]) + CELL / 2.0
    bottom = -(float(FLAT.y[109]) - CELL / 2.0)
    turn = min(top, bottom)
    assert path.total == pytest.approx(2.0 * math.hypot(59.0, turn) + 2.0, rel=5e-3)


@settings(max_examples=12)
@given(st.integers(0, 10_000), st.booleans())
def test_blocked_cells_are_never_entered(seed, directed):
    draw = np.random.default_rng(seed)
    shut = draw.random((N, N)) < 0.3
    shut[60:69, 60:69] = False
    if directed:
        cost = DirectionalCost(tilted(0.05, -0.03), table(lambda t, s: 1.0 + np.abs(t)), shut)
    else:
        cost = IsotropicCost(FLAT, draw.uniform(1.0, 3.0, (N, N)), shut)
    field = arrival_field(cost, (0.0, 0.0))
    reached = np.argwhere(np.isfinite(field))
    j, i = reached[draw.integers(len(reached))]
    path = traverse_path(cost, (0.0, 0.0), (float(FLAT.x[i]), float(FLAT.y[j])))
    assert np.isfinite(path.total)
    row, col = FLAT.row_col(path.x, path.y)
    fine = np.linspace(0.0, 1.0, 400)
    for k in range(path.x.size - 1):
        a = np.floor(row[k] + fine * (row[k + 1] - row[k]) + 0.5).astype(int)
        b = np.floor(col[k] + fine * (col[k + 1] - col[k]) + 0.5).astype(int)
        inside = np.abs(
            np.stack(
                [
                    row[k] + fine * (row[k + 1] - row[k]) + 0.5 - a,
                    col[k] + fine * (col[k + 1] - col[k]) + 0.5 - b,
                ]
            )
            - 0.5
        )
        assert not (cost.blocked[a, b] & (inside.max(axis=0) < 0.5 - 1e-7)).any()


def test_line_passes_a_corner_but_not_between_two_blocked_cells():
    one = np.zeros((4, 4), np.uint8)
    one[1, 2] = 1
    assert is_clear(one, 1.0, 1.0, 2.0, 2.0)
    both = one.copy()
    both[2, 1] = 1
    assert not is_clear(both, 1.0, 1.0, 2.0, 2.0)
    assert not is_clear(one, 1.0, 1.0, 1.0, 3.0)
    assert not is_clear(one, 0.0, 0.0, -1.0, 0.0)


@pytest.mark.parametrize("directed", [False, True])
def test_no_dearer_than_a_search_over_32_neighbours(directed):
    cost = bench.directional(160) if directed else bench.isotropic(160)
    start, goal = bench.ends(cost)
    path = traverse_path(cost, start, goal)
    x, y = bench.by_dijkstra(cost, start, goal)
    assert path.total <= path_cost(cost, x, y) * 1.002


def test_goals_are_visited_in_their_order():
    cost = IsotropicCost(FLAT, np.ones((N, N)))
    path = traverse_path(cost, (0.0, 0.0), [(50.0, 0.0), (50.0, 40.0), (0.0, 40.0)])
    assert path.total == pytest.approx(140.0, rel=1e-6)
    assert path.length == pytest.approx(140.0, rel=1e-6)
    assert np.all(np.diff(path.cost) > 0.0)
    data = path.dataset()
    assert float(data.path_length[-1]) == pytest.approx(140.0)
    assert data.elevation.attrs["units"] == "m"


def test_march_that_stops_at_its_goal_agrees_with_the_whole_one():
    cost = bench.isotropic(128)
    start, goal = bench.ends(cost)
    whole = arrival_field(cost, start)
    part = arrival_field(cost, start, goals=[(-100.0, 100.0)])
    row, col = (round(float(v)) for v in cost.terrain.row_col(-100.0, 100.0))
    assert part[row, col] == pytest.approx(whole[row, col], rel=1e-9)
    assert trace_path(cost, whole, start, goal).total > 0.0


def test_no_way_names_the_nearest_place_that_can_be_reached():
    wall = np.zeros((N, N), bool)
    wall[:, 80] = True
    cost = IsotropicCost(FLAT, np.ones((N, N)), wall)
    with pytest.raises(PhysicsError, match="cannot be reached; the nearest place") as refused:
        traverse_path(cost, (0.0, 0.0), (100.0, 6.0))
    assert refused.value.exit_code == 4
    near = float(FLAT.x[79])
    assert f"({near:g}, 6) m" in str(refused.value)
    with pytest.raises(PhysicsError, match="is on blocked ground; the nearest place"):
        traverse_path(cost, (0.0, 0.0), (float(FLAT.x[80]), 0.0))
    with pytest.raises(PhysicsError, match=r"the start .* is on blocked ground"):
        traverse_path(cost, (float(FLAT.x[80]), 0.0), (0.0, 0.0))


def test_bad_calls_are_refused_in_one_sentence():
    cost = IsotropicCost(FLAT, np.ones((N, N)))
    with pytest.raises(InputError, match="off the terrain"):
        traverse_path(cost, (0.0, 0.0), (5000.0, 0.0))
    with pytest.raises(InputError, match="order 1 or 2"):
        traverse_path(cost, (0.0, 0.0), (10.0, 0.0), order=3)
    with pytest.raises(InputError, match="every cell is blocked"):
        IsotropicCost(FLAT, np.full((N, N), np.nan))
    with pytest.raises(InputError, match="do not fit a terrain"):
        IsotropicCost(FLAT, np.ones((3, 3)))
    with pytest.raises(InputError, match="costs of a table are above zero"):
        SlopeCost(np.array([-5.0, 5.0]), np.array([0.0, 5.0]), np.zeros((2, 2)))
