"""The ice table: crossings against a root finder, balance, order of places, bands, bad input."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import brentq

from marsward.core.errors import InputError
from marsward.physics.columns import GroundColumns
from marsward.physics.ground import ground_year
from marsward.physics.ice_spread import ice_table_spread, latin_draws
from marsward.physics.ice_table import balancing_humidity, ice_table
from marsward.physics.kernels.ice_crossing import first_crossings, insert_trial
from marsward.physics.soil import ICE_DENSITY, POROSITY
from marsward.physics.vapour import frost_point

LAT = np.array([-75.0, -62.0, 0.0, 58.0, 68.0])
ALBEDO = np.array([0.20, 0.16, 0.22, 0.17, 0.20])
INERTIA = np.array([130.0, 220.0, 200.0, 260.0, 250.0])
HUMIDITY = np.array([0.095, 0.09, 0.15, 0.16, 0.16])


def places(index=slice(None)):
    return GroundColumns(lat=LAT[index], albedo=ALBEDO[index], inertia=INERTIA[index])


@pytest.fixture(scope="module")
def table():
    return ice_table(places(), HUMIDITY)


def search(function, low, high, first, *, accuracy=1e-3, passes=12):
    """The kernels' search over one column, with a function in place of the ground."""
    x, y, known = np.empty((1, 30)), np.empty((1, 30)), np.zeros(1, dtype=np.int64)
    row = np.zeros(1, dtype=np.int64)
    for at in first:
        insert_trial(x, y, known, row, np.array([at]), np.array([function(at)]))
    guess, done = np.empty(1), np.empty(1, dtype=bool)
    for tries in range(passes):
        first_crossings(x, y, known, np.array([low]), np.array([high]), 1.1, accuracy, guess, done)
        if done[0]:
            return float(guess[0]), tries
        insert_trial(x, y, known, row, guess.copy(), np.array([function(guess[0])]))
    return float(guess[0]), passes


@settings(max_examples=40)
@given(
    start=st.floats(0.2, 3.0),
    fall=st.floats(0.4, 2.0),
    floor=st.floats(-1.5, -0.02),
    first=st.floats(-2.5, 2.0),
    step=st.floats(0.3, 1.2),
)
def test_crossing_is_the_root_that_brentq_finds(start, fall, floor, first, step):
    def ratio(x):  # falls from start + floor to floor, as the ratio of densities does
        return floor + start / (1.0 + math.exp(x / fall)) * 2.0

    low, high = -4.0, 7.0
    found, tries = search(ratio, low, high, [first, first + step])
    if ratio(low) <= 0.0:
        assert found == low
    elif ratio(high) > 0.0:
        assert math.isinf(found)
    else:
        assert found == pytest.approx(brentq(ratio, low, high), abs=4e-3)
        assert tries < 12


def test_shallowest_of_several_crossings():
    def ratio(x):
        return math.cos(x)  # falls through 0 at pi/2, 5 pi/2, ...

    found, _ = search(ratio, 0.0, 12.0, [1.2, 1.8, 6.3, 8.5])
    assert found == pytest.approx(math.pi / 2, abs=2e-3)


def test_ice_is_in_balance_at_the_depth_found(table):
    icy = np.flatnonzero(table.stable)
    assert icy.tolist() == [0, 1, 3, 4]
    columns = places(icy).replace(ice_depth=table.depth[icy])
    told = ground_year(columns, depths=table.depth[icy][:, None], humidity=HUMIDITY[icy])
    ratio = told.vapour_depth[:, 0] / told.vapour_surface
    assert ratio == pytest.approx(1.0, abs=0.015)


def test_the_reference_solver_finds_the_same_balance(table):
    one = np.array([4])
    columns = places(one).replace(ice_depth=table.depth[one])
    told = ground_year(
        columns, depths=table.depth[one][:, None], humidity=HUMIDITY[one], steps=48, cells=100,
        solver="crank-nicolson",
    )  # fmt: skip
    assert told.vapour_depth[0, 0] / told.vapour_surface[0] == pytest.approx(1.0, abs=0.02)


def test_mass_of_the_top_metre(table):
    inside = np.where(table.stable, np.maximum(1.0 - table.depth, 0.0), 0.0)
    assert table.ice_mass == pytest.approx(POROSITY * ICE_DENSITY * inside)
    assert table.ice_mass[2] == 0.0


def test_neighbours_and_workers_change_nothing(table):
    back = ice_table(places(slice(None, None, -1)), HUMIDITY[::-1], workers=1)
    assert back.depth[::-1] == pytest.approx(table.depth, rel=1e-6)
    assert back.surface_mean[::-1] == pytest.approx(table.surface_mean, rel=1e-6)


def test_moister_air_holds_ice_nearer_the_surface():
    one = places(np.array([3, 3, 3, 3]))
    depth = ice_table(one, [0.12, 0.16, 0.3, 0.6]).depth
    assert np.all(np.diff(depth) < 0.0)


def test_more_inertia_means_deeper_ice():
    depth = ice_table(
        GroundColumns(lat=66.0, albedo=0.19, inertia=[120.0, 200.0, 320.0]), 0.16
    ).depth
    assert np.all(np.diff(depth) > 0.0)


def test_ice_at_the_surface_and_nowhere():
    cold = GroundColumns(lat=[85.0, 5.0], albedo=[0.75, 0.15], inertia=[1500.0, 250.0])
    got = ice_table(cold, [60.0, 0.05])
    assert got.surface_high[0] < frost_point(60.0)
    assert got.depth[0] == 0.0
    assert math.isinf(got.depth[1])
    assert not got.stable[1]


def test_humidity_that_holds_ice_at_the_depth_found(table):
    icy = np.flatnonzero(table.stable)
    needed = balancing_humidity(places(icy), table.depth[icy])
    assert needed == pytest.approx(HUMIDITY[icy], rel=0.02)


def test_dataset_has_units(table):
    told = table.dataset()
    assert told["ice_depth"].units == "m"
    assert told["ice_mass"].units == "kg m-2"
    assert told["surface_temperature_mean"].values.tolist() == table.surface_mean.tolist()


def test_dataset_says_what_an_infinite_depth_means(table):
    assert "no ice lasts" in table.dataset()["ice_depth"].attrs["comment"]


def test_a_table_is_asked_of_columns():
    none = places().take(np.zeros(5, dtype=bool))
    for call in (ice_table, ice_table_spread):
        with pytest.raises(InputError, match="no columns of ground"):
            call(none, 0.1)
        with pytest.raises(InputError, match="columns is a GroundColumns, not int"):
            call(68, 234)


def test_no_error_no_band(table):
    one = np.array([4])
    spread = ice_table_spread(
        places(one), HUMIDITY[one], inertia_sigma=0.0, albedo_sigma=0.0, humidity_sigma=0.0,
        samples=4, accuracy=0.01,
    )  # fmt: skip
    assert spread.low == pytest.approx(spread.high)
    assert spread.low == pytest.approx(table.depth[one], rel=1e-3)
    assert spread.probability[0] == 1.0
    assert spread.mass_sigma[0] == pytest.approx(0.0, abs=1e-6)


def test_band_of_a_place_does_not_hang_on_its_neighbours():
    both = ice_table_spread(places(np.array([1, 4])), HUMIDITY[[1, 4]], samples=15, seed=3)
    alone = ice_table_spread(places(np.array([4])), HUMIDITY[4], samples=15, seed=3)
    assert both.depth[1] == pytest.approx(alone.depth[0], rel=1e-6)
    assert both.low[1] < both.table.depth[1] < both.high[1]
    assert not np.allclose(both.depth[0], both.depth[1])


def test_draws_fill_every_part_once():
    draws = latin_draws(64, 3, 7)
    from scipy.special import ndtr

    for column in ndtr(draws).T:
        assert np.sort(np.floor(column * 64)).tolist() == list(range(64))
    assert np.array_equal(draws, latin_draws(64, 3, 7))
    assert not np.array_equal(draws, latin_draws(64, 3, 8))


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"humidity": 0.0}, "humidity of 0 Pa"),
        ({"humidity": 700.0}, "triple point"),
        ({"humidity": [0.1, np.nan, 0.1, 0.1, 0.1]}, "humidity of nan Pa"),
        ({"humidity": [0.1, 0.1]}, "2 values for 5 columns"),
        ({"porosity": 1.2}, "porosity must lie between 0 and 1"),
        ({"accuracy": 0.0}, "accuracy"),
    ],
)
def test_bad_calls_are_one_sentence(change, sentence):
    given_ = {"humidity": 0.1, **change}
    with pytest.raises(InputError, match=sentence):
        ice_table(places(), given_.pop("humidity"), **given_)


@pytest.mark.parametrize(("change", "humidity"), [({"inertia": 6.0}, 0.1), ({}, 600.0)])
def test_the_band_holds_soil_and_air_beyond_what_is_usual(change, humidity):
    spread = ice_table_spread(
        places([0]).replace(volumetric_heat=None, **change), humidity, samples=8, humidity_sigma=0.3
    )
    assert spread.low[0] <= spread.table.depth[0] <= spread.high[0]


def test_ground_that_holds_ice_already_is_refused():
    with pytest.raises(InputError, match="dry ground"):
        ice_table(places().replace(ice_depth=0.1), 0.1)
    with pytest.raises(InputError, match="4 to 100000 samples"):
        ice_table_spread(places(), 0.1, samples=2)
    with pytest.raises(InputError, match="inertia_sigma"):
        ice_table_spread(places(), 0.1, inertia_sigma=-1.0)
    with pytest.raises(InputError, match="depths above 0"):
        balancing_humidity(places(), 0.0)
