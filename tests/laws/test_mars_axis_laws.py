"""Laws of Mars time on axes: selections and seasons against a plain count, clocks and back."""

import numpy as np
import pytest
import xarray as xr
from hypothesis import given, settings
from hypothesis import strategies as st

from marsward.core.mars_axis import axis_epoch, by_season, mars_axis, select_ls
from marsward.core.sol_clock import MISSION_CLOCKS, epoch_of_season
from marsward.core.time import Epoch

EPOCH = Epoch.et(np.linspace(5.0e8, 7.0e8, 400))
DATA = mars_axis(xr.Dataset({"x": ("time", np.arange(400.0))}), EPOCH)
LS, YEAR = DATA.ls.values, DATA.mars_year.values
degrees = st.floats(0.0, 360.0)


@given(degrees, degrees, st.integers(33, 36))
def test_selection_is_the_run_of_the_year(start, stop, year):
    """Along the running season of a year and the next, a window is one interval."""
    along = LS + 360.0 * (YEAR - year)
    end = stop + 360.0 if start > stop else stop
    want = np.flatnonzero((along >= start) & (along <= end))
    if start <= stop:
        want = want[YEAR[want] == year]
    got = select_ls(DATA, start, stop, mars_year=year).x.values.astype(int)
    assert np.array_equal(got, want)


@settings(max_examples=20)
@given(st.sampled_from([1, 2, 5, 8, 10, 15, 30, 45, 60, 90, 180, 360]), st.floats(-360.0, 360.0))
def test_seasons_part_the_record(width, start):
    groups = by_season(DATA.x, width, start=start)
    assert int(groups.count().sum()) == 400
    for centre, members in groups:
        ls = members.ls.values
        away = np.abs(np.remainder(ls - float(centre) + 180.0, 360.0) - 180.0)
        assert away.max() <= 0.5 * width + 1e-6


@given(degrees, st.integers(1, 60))
def test_seasons_and_instants_are_inverse(ls, year):
    epoch = epoch_of_season(ls, year)
    away = (float(epoch.ls) - ls + 180.0) % 360.0 - 180.0
    assert abs(away) < 1e-6
    if 0.001 < ls < 359.999:
        assert int(epoch.mars_year) == year


@given(st.sampled_from(sorted(MISSION_CLOCKS)), st.integers(0, 6000), st.floats(0.0, 23.999))
def test_clocks_are_inverse(name, sol, hour):
    clock = MISSION_CLOCKS[name]
    back, hours = clock.reading(clock.epoch(sol, hour))
    assert back + hours / 24.0 == pytest.approx(sol + hour / 24.0, abs=1e-7)


@given(st.floats(-5e9, 5e9))
def test_instants_survive_the_axis(et):
    epoch = Epoch.et(et)
    back = axis_epoch(mars_axis(xr.Dataset({"x": ("time", [0.0])}), epoch))
    assert abs(float((back - epoch)[0])) < 2e-9
