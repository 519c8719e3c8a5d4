"""Slip and pace of rovers on Mars against what was published of them."""

import math
from itertools import pairwise

import numpy as np
import pytest

from marsward.geometry.local_terrain import LocalTerrain
from marsward.physics.wheel_soil import SOILS, Wheel, slip_table, wheel_state
from marsward.vehicles.drive import drive
from marsward.vehicles.rover import Rover

CURIOSITY = Wheel(0.25, 0.4)
CURIOSITY_LOAD = 899.0 * 3.71 / 6.0


def test_curiosity_on_megaripples_and_on_firm_ground():
    """Slip up to 77 % on megaripples (Arvidson et al. 2016, doi:10.1002/rob.21647); 23 deg were
    climbed on firm ground."""
    drift = slip_table("drift", CURIOSITY, CURIOSITY_LOAD, along=np.arange(0.0, 8.1, 0.5), draws=1)
    slope = float(np.interp(0.77, drift.slip[0, 0], drift.along))
    assert 2.0 < slope < 8.0  # flanks of ripples of decimetres over metres
    at_rest, spun = (wheel_state(SOILS["drift"], CURIOSITY, CURIOSITY_LOAD, s) for s in (0.0, 0.77))
    assert 0.1 < spun.sinkage / 0.25 < 0.6  # about 30 % of the wheel's 0.5 m at most
    assert spun.sinkage > 1.7 * at_rest.sinkage
    firm = slip_table("cloddy", CURIOSITY, CURIOSITY_LOAD)
    assert firm.climb_limit() >= 23.0
    assert firm.at(23.0, 0.0) < 0.6


def test_opportunity_slips_by_half_on_a_crater_wall():
    """Up to 50 % slip on slopes within Endurance crater (PIA06835): MER, wheels of 0.125 m by
    0.16 m, 174 kg (from memory); the walls there lie at 20 to 30 deg."""
    table = slip_table("cloddy", Wheel(0.125, 0.16), 174.0 * 3.71 / 6.0)
    row = table.mean("slip")[0]
    slope = float(np.interp(0.5, row[12:], table.along[12:]))
    assert 15.0 < slope < 30.0


def test_zhurong_climbs_its_slope_and_hardly_slips_on_the_plain():
    """20 deg (CNSA); mild slip on the flat (Ding et al. 2022, doi:10.1038/s41561-022-00905-6)."""
    rover = Rover(preset="zhurong")
    table = rover.slip_table()
    assert table.climb_limit() >= 20.0
    assert table.mean("slip")[0, 12] < 0.1
    soil = SOILS["utopia"]
    assert 1390e3 < soil.k_friction < 5872e3
    assert 1.5e3 < soil.cohesion < 6e3
    assert 21.0 < soil.friction < 34.0


# sols on the ground and way [m]: 60 and 450.9 (Ding et al. 2022), 82 and 808 (CNSA, 6 August
# 2021), 170 and 1253 (8 November 2021), 357 and 1921 (CNSA, 5 May 2022)
ZHURONG = ((0, 0.0), (60, 450.9), (82, 808.0), (170, 1253.0), (357, 1921.0))


def test_zhurong_way_takes_a_fraction_of_its_sols():
    """The published way at half an hour of driving on a sol that drives: no stretch needs more."""
    rover = Rover(preset="zhurong")
    ground = LocalTerrain.flat(109.925, 25.066, size="2.2 km", cell="20 m")
    way = np.array([[0.0, 960.0], [0.0, -961.0]])
    made = drive(way, ground, rover, seed=3, hours=0.5, watt_hours=80.0, sols=357)
    assert made.attrs["verdict"] == "arrived"
    most = rover.autonomous_speed * 1800.0
    assert made.attrs["sols"] == pytest.approx(1921.0 / most, rel=0.1)
    paces = [(b[1] - a[1]) / (b[0] - a[0]) for a, b in pairwise(ZHURONG)]
    assert max(paces) == pytest.approx(16.2, abs=0.1)
    assert max(paces) < most
    share = made.attrs["sols"] / 357.0
    assert 0.2 < share < 0.4
    per_metre = float(made["driving_energy"][-1] / made["way"][-1]) / 3600.0
    assert per_metre * max(paces) < 80.0


def test_perseverance_drives_its_record_in_one_sol():
    """347.7 m in a sol by its own finding at 120 m/h at most: about three hours."""
    rover = Rover(preset="perseverance")
    ground = LocalTerrain.flat(77.4, 18.4, size="600 m", cell="10 m")
    made = drive([[0.0, -174.0], [0.0, 173.7]], ground, rover, seed=1, hours=4.5)
    assert made.attrs["arrived"] == 1
    assert made.attrs["sols"] == 1
    hours = float(made["driving_time"][-1]) / 3600.0
    assert math.isclose(hours, 347.7 / 120.0, rel_tol=0.05)
