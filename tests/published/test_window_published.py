"""Windows as they are published or were flown: the least C3 of 2020, energies of launches."""

import numpy as np
import pytest

from marsward.core.time import Epoch
from marsward.data.flown_missions import flown_missions
from marsward.dynamics.window import choose, window


def test_the_window_of_2020():
    """Field survey of 2026-11: least C3 13.09 km2/s2, 19 July 2020 to 27 January 2021."""
    grid = window(
        "earth", "mars", launch=("2020-06-01", "2020-10-01"), arrive=("2020-12-01", "2021-08-01")
    )
    found = choose(grid, "least c3")
    assert found.c3 / 1e6 == pytest.approx(13.089, abs=2e-3)
    assert abs(float(found.launch - Epoch.utc("2020-07-19T12:00"))) < 0.5 * 86400.0
    assert abs(float(found.arrival - Epoch.utc("2021-01-27T12:00"))) < 86400.0
    day = window("earth", "mars", launch="2020-07-19T06:00", arrive="2021-01-27T21:00")
    assert float(day["c3"][0, 0]) / 1e6 == pytest.approx(13.089, abs=2e-3)


def test_the_dates_of_tianwen_1():
    """The same: 23 July to 10 February, C3 13.41, 2.656 km/s, DLA 25.5 deg."""
    cell = window("earth", "mars", launch="2020-07-23T04:41", arrive="2021-02-10T11:52").isel(
        launch=0, arrival=0
    )
    assert float(cell["c3"]) / 1e6 == pytest.approx(13.41, abs=0.01)
    assert float(cell["v_infinity_arrival"]) / 1e3 == pytest.approx(2.656, abs=1e-3)
    assert float(cell["declination"]) == pytest.approx(25.5, abs=0.05)


def test_missions_flew_where_their_windows_were():
    """Every direct mission left with less than 30 km2/s2, in the order of the table."""
    rows = flown_missions()
    assert len(rows) > 25
    assert [row.launch for row in rows] == sorted(row.launch for row in rows)
    utc = [row for row in rows if row.launch > np.datetime64("1972-01-01")]
    for row in utc:
        cell = window("earth", "mars", launch=str(row.launch), arrive=str(row.arrival),
                      quantities=["c3", "v_infinity_arrival"])  # fmt: skip
        assert 7e6 < float(cell["c3"][0, 0]) < 30e6, row.name
        assert 2.4e3 < float(cell["v_infinity_arrival"][0, 0]) < 5.5e3, row.name
        assert row.source
