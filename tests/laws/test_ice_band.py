"""The band of the ice table by first order, against its own Monte Carlo."""

import numpy as np
import pytest

from marsward.core.errors import InputError
from marsward.physics.columns import GroundColumns
from marsward.physics.ice_band import ice_table_band
from marsward.physics.ice_spread import ice_table_spread
from marsward.physics.ice_table import ice_table

COLUMNS = GroundColumns(
    lat=[-70.0, -58.0, 50.5, 62.0, 5.0], albedo=0.2, inertia=[150.0, 240.0, 220.0, 260.0, 180.0]
)
SIGMAS = {"inertia_sigma": 0.15, "albedo_sigma": 0.015, "humidity_sigma": 0.2}
HUMIDITY = 0.14


@pytest.fixture(scope="module")
def table():
    return ice_table(COLUMNS, HUMIDITY, steps=48)


@pytest.fixture(scope="module")
def band(table):
    return ice_table_band(COLUMNS, table.depth, HUMIDITY, steps=48, **SIGMAS)


def test_band_is_that_of_many_cases(band):
    cases = ice_table_spread(COLUMNS, HUMIDITY, steps=48, samples=24, seed=3, **SIGMAS)
    sure = [0, 1, 3]
    np.testing.assert_allclose(band.sigma[sure], np.log(cases.depth[sure]).std(axis=1), rtol=0.3)
    np.testing.assert_allclose(band.probability, cases.probability, atol=0.15)


def test_no_ice_at_the_equator_and_the_edge_is_open(band, table):
    assert not np.isfinite(table.depth[4])
    assert band.probability[4] < 1e-3
    assert np.isnan(band.sigma[4])
    assert np.all(band.low[:4] < table.depth[:4])
    assert np.all(band.high[:4] > table.depth[:4])


def test_shares_add_up(band):
    np.testing.assert_allclose(band.shares[:, [0, 1, 3]].sum(axis=0), 1.0)


def test_without_errors_there_is_no_band(table):
    sure = ice_table_band(
        COLUMNS, table.depth, HUMIDITY, inertia_sigma=0.0, albedo_sigma=0.0, humidity_sigma=0.0,
        steps=48,
    )  # fmt: skip
    icy = np.isfinite(table.depth)
    np.testing.assert_allclose(sure.low[icy], table.depth[icy])
    np.testing.assert_allclose(sure.high[icy], table.depth[icy])


def test_what_is_refused(table):
    with pytest.raises(InputError, match="inertia_sigma"):
        ice_table_band(COLUMNS, table.depth, HUMIDITY, inertia_sigma=-0.1)
    with pytest.raises(InputError, match="each of 2 places"):
        ice_table_band(COLUMNS.take([0, 1]), table.depth, HUMIDITY)
    none = COLUMNS.take(np.zeros(5, dtype=bool))
    with pytest.raises(InputError, match="no columns of ground"):
        ice_table_band(none, [], 0.1)


def test_a_dry_planet_has_no_ice_and_an_open_band():
    dry = COLUMNS.take([1, 2, 4])
    humidity = 1e-4 * HUMIDITY
    depth = ice_table(dry, humidity).depth
    assert np.isinf(depth).all()
    band = ice_table_band(dry, depth, humidity, steps=24, **SIGMAS)
    assert np.isinf(band.low).all()
    assert np.isinf(band.high).all()
    np.testing.assert_allclose(band.probability, 0.0, atol=1e-12)
    assert np.isnan(band.sigma).all()
    np.testing.assert_array_equal(band.shares, 0.0)
