"""Perseverance's 522 drives and 519 stops replayed on MOLA, whose cells are 463 m.

Such cells cannot know the ground under six wheels: what they say of tilts is stated as it is, and
the rover's own heights show what finer ground would give.
"""

import json

import numpy as np
import pytest
from scipy.ndimage import map_coordinates

from marsward.core.errors import DataError
from marsward.data.rover_traverse import RoverDrives, read_drives, read_stops
from marsward.geometry.local_terrain import LocalTerrain
from marsward.vehicles.rover import Rover
from marsward.vehicles.stop_tilt import Roughness, line_slopes, score
from marsward.vehicles.traverse_replay import hops, replay, tilt_table

ROVER = Rover(preset="perseverance")


@pytest.fixture(scope="module")
def world(shared_data):
    about = json.loads((shared_data / "dem/mola128ppd_perseverance.json").read_text())
    raw = np.fromfile(shared_data / "dem/mola128ppd_perseverance.u16le", "<u2").reshape(256, 256)
    z = about["minElev"] + raw / 65535.0 * (about["maxElev"] - about["minElev"])
    flat = LocalTerrain.flat(77.36, 18.47, size="30 km", cell="100 m")
    lon, lat = flat.lonlat(flat.x[None, :], flat.y[:, None])
    rows = (about["bbox"]["maxLat"] - lat) * 128.0 - 0.5
    columns = (lon - about["bbox"]["minLon"]) * 128.0 - 0.5
    held = map_coordinates(z, np.stack([rows, columns]), order=1).astype(np.float32)
    ground = LocalTerrain(held, flat.cell, flat.lon, flat.lat, about["source"])
    drives = read_drives(shared_data / "rovers/M20_traverse.json.gz")
    return ground, drives, read_stops(shared_data / "rovers/perseverance_waypoints.csv")


def test_files_hold_what_was_driven(world):
    _, drives, stops = world
    assert len(drives) == 522
    assert drives.length.sum() == pytest.approx(42541.7, abs=0.1)
    assert len(stops) == 517
    assert stops.left_out == 2
    assert int(np.isfinite(stops.tilt).sum()) == 511


def test_heights_of_the_stops_are_those_of_the_terrain(world):
    ground, _, stops = world
    apart = ground.at(*ground.xy(stops.lon, stops.lat)) - stops.elevation
    assert abs(np.nanmedian(apart)) < 15.0
    assert np.nanstd(apart) < 30.0


def test_tilts_on_the_terrain_there_is(world):
    ground, drives, stops = world
    a = tilt_table(stops, drives, ground, ROVER).attrs
    assert a["terrain_measured"] == pytest.approx(5.41, abs=0.01)
    # cells of 463 m: too smooth by two degrees, and yet they know where the ground is rough
    assert a["terrain_difference"] == pytest.approx(-2.03, abs=0.25)
    assert a["terrain_size"] == pytest.approx(2.57, abs=0.25)
    assert a["terrain_correlation"] == pytest.approx(0.58, abs=0.05)
    # roughness below the cells takes half of the bias away, not the misfit of a single stop
    assert abs(a["rough_difference"]) < 0.6 * abs(a["terrain_difference"])
    # heights that the rover had itself: between stops, and within 10 m of each
    assert a["localisations_correlation"] > 0.7
    assert a["track_correlation"] > 0.85
    assert a["track_size"] < 1.4


def test_slopes_along_the_drives_fall_with_their_length(world):
    ground, drives, _ = world
    along = np.degrees(np.arctan(line_slopes(drives, ground, [2.2, 10.0, 50.0, 200.0])))
    assert np.all(np.diff(along) < 0.0)
    assert along[0] == pytest.approx(5.6, abs=0.3)


def test_planned_ways_beside_the_driven_ones(world):
    ground, drives, _ = world
    some = RoverDrives(drives.drives[::9], drives.source)
    table = ROVER.slip_table(draws=4)
    made = replay(some, ground, ROVER, table, cells=32)
    assert made.sizes["hop"] == 58
    line = made["driven_length"].values
    straight, planned = made["straight_length"].values, made["planned_length"].values
    assert np.all(planned > straight - 0.02)
    assert planned.sum() == pytest.approx(straight.sum(), rel=0.02)  # nothing to go around
    assert 0.75 < planned.sum() / line.sum() < 0.95  # drivers went around what MOLA does not show
    assert made.attrs["cost_saved"] > 0.0
    assert np.all(made["planned_cost"] <= made["driven_cost"] * 1.001)
    known = np.abs(made["net_rise"].values) > 0.0
    fit = np.corrcoef(made["net_rise"].values[known], made["terrain_rise"].values[known])[0, 1]
    assert fit > 0.5


def test_hops_keep_all_drives(world):
    ground, drives, _ = world
    whole = hops(drives, ground, least=1000.0)
    assert sum(hop.length for hop in whole) == pytest.approx(drives.length.sum())
    assert all(hop.straight >= 1000.0 for hop in whole[:-1])
    assert [hop.first for hop in whole[1:]] == [hop.last + 1 for hop in whole[:-1]]


def test_roughness_is_found_again():
    rng = np.random.default_rng(4)
    coarse = np.degrees(np.arctan(rng.rayleigh(0.05, 4000)))
    truth = Roughness(0.04, 0.5)
    sigma = truth.sigma(coarse)
    lean = np.tan(np.radians(coarse)) + sigma * rng.standard_normal(4000)
    tilt = np.degrees(np.arctan(np.hypot(lean, sigma * rng.standard_normal(4000))))
    law = Roughness.fitted(coarse, tilt)
    assert law.floor == pytest.approx(0.04, rel=0.1)
    assert law.share == pytest.approx(0.5, rel=0.25)
    below = np.mean(tilt < law.median(coarse))
    assert below == pytest.approx(0.5, abs=0.04)
    with pytest.raises(DataError, match="3 or more"):
        score([1.0, np.nan], [2.0, 3.0])
