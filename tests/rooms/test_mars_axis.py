"""Mars time on axes: coordinates, selections across the wrap, seasons, files there and back."""

import sys

import numpy as np
import pytest
import xarray as xr

from marsward.core.dataset_files import open_dataset, save_dataset
from marsward.core.errors import DataError, InputError
from marsward.core.mars_axis import (
    axis_epoch,
    by_season,
    local_hours,
    mars_axis,
    select_ls,
    sol_means,
    time_of_epoch,
)
from marsward.core.sol_clock import MISSION_CLOCKS, epoch_of_season, mission_clock
from marsward.core.time import Epoch


@pytest.fixture(scope="module")
def record() -> xr.Dataset:
    """Two Mars years, every 8 hours, of a quantity that counts the steps."""
    epoch = Epoch.range(Epoch.utc("2017-05-06"), Epoch.utc("2021-02-06"), every="8 h")
    data = {
        "step": ("time", np.arange(epoch.size, dtype=float)),
        "word": ("time", ["a"] * epoch.size),
    }
    return mars_axis(xr.Dataset(data, attrs={"title": "steps"}), epoch, lon=137.4)


def test_coordinates_are_those_of_the_epoch(record):
    epoch = axis_epoch(record)
    np.testing.assert_allclose(record.ls.values, epoch.ls, atol=1e-9)
    assert np.array_equal(record.mars_year.values, epoch.mars_year)
    assert np.array_equal(record.sol.values, epoch.sol)
    np.testing.assert_allclose(record.lmst.values, epoch.lmst(137.4), atol=1e-9)
    np.testing.assert_allclose(record.ltst.values, epoch.ltst(137.4), atol=1e-9)
    np.testing.assert_allclose(record.msd.values, epoch.msd + 137.4 / 360.0, atol=1e-9)
    assert record.attrs["planet_calendar"] == "mars_clancy2000"
    assert record.time.attrs["standard_name"] == "time"
    assert record.ls.attrs["units"] == "degree"


def test_time_is_terrestrial_time_to_the_nanosecond():
    epoch = Epoch.utc("2021-02-18T20:43:49.123456789")
    assert str(time_of_epoch(epoch)) == epoch.isot("TT", 9)
    back = axis_epoch(mars_axis(xr.Dataset({"x": ("time", [1.0])}), epoch))
    assert abs(float((back - epoch)[0])) < 1e-9


def test_an_axis_may_come_from_et_time_or_seasons():
    empty = xr.Dataset({"x": ("time", [1.0, 2.0])})
    et = np.array([6.0e8, 6.1e8])
    first = mars_axis(empty, et)
    again = mars_axis(first, lon=10.0)
    assert np.array_equal(first.time.values, again.time.values)
    assert "lmst" not in first.coords
    assert "lmst" in again.coords
    seasons = empty.assign_coords(
        ls=("time", first.ls.values), mars_year=("time", first.mars_year.values)
    )
    np.testing.assert_allclose(axis_epoch(mars_axis(seasons)).et, et, atol=1e-2)


def test_calendar_without_year_is_one_clear_sentence():
    bare = xr.Dataset({"x": ("time", [1.0, 2.0])}, coords={"ls": ("time", [10.0, 20.0]),
                                                          "sol": ("time", [20, 40])})  # fmt: skip
    with pytest.raises(InputError) as caught:
        mars_axis(bare)
    assert str(caught.value) == (
        "the dataset's calendar has no year: its time says ls and sol but no Mars year, so an "
        "instant cannot be told; give mars_year=34, say, or an Epoch"
    )
    with pytest.raises(InputError, match="calendar has no year"):
        select_ls(bare, 350, 20, mars_year=34)
    assert mars_axis(bare, mars_year=34).mars_year.values.tolist() == [34, 34]
    assert select_ls(bare, 5, 15).sizes["time"] == 1, "seasons alone need no year"


def test_selection_across_the_wrap(record):
    both = select_ls(record, 350, 20)
    assert both.sizes["time"] == int(((record.ls >= 350) | (record.ls <= 20)).sum())
    one = select_ls(record, 350, 20, mars_year=34)
    years = set(one.mars_year.values.tolist())
    assert years == {34, 35}
    assert np.all(np.diff(one.step.values) == 1.0), "one unbroken stretch over the new year"
    assert np.all(one.ls.where(one.mars_year == 34, drop=True) >= 350)
    assert np.all(one.ls.where(one.mars_year == 35, drop=True) <= 20)
    assert record.mars.sel(ls=slice(350, 20), mars_year=34).identical(one)
    assert select_ls(record.step, 240, 270, mars_year=[34, 35]).size > 100


def test_selection_says_what_is_wrong(record):
    with pytest.raises(InputError, match="start is Ls -10 degrees; give one from 0 to 360"):
        select_ls(record, -10, 20)
    with pytest.raises(InputError, match="no coordinate ls; make its axis with mars_axis"):
        select_ls(record.drop_vars("ls"), 0, 20)
    with pytest.raises(InputError, match=r"write the seasons as slice\(350, 20\)"):
        record.mars.sel(ls=30)


def test_seasons_are_labelled_by_their_middle_and_wrap(record):
    plain = by_season(record.step, 30).mean()
    assert plain.season.values.tolist() == [15.0 + 30.0 * k for k in range(12)]
    wrapped = by_season(record.step, 30, start=-15).mean()
    assert wrapped.season.values.tolist() == [30.0 * k for k in range(12)]
    at_zero = record.step.where((record.ls >= 345) | (record.ls < 15), drop=True)
    assert float(wrapped.sel(season=0.0)) == pytest.approx(float(at_zero.mean()))
    assert int(record.mars.by_season(90).count().step.sum()) == record.sizes["time"]
    with pytest.raises(InputError, match="seasons of 7 degrees do not divide"):
        by_season(record, 7)


def test_sol_means_run_from_midnight_to_midnight(record):
    means = sol_means(record)
    first = int(means.msd[3])
    inside = record.step.where(np.floor(record.msd) == first, drop=True)
    assert float(means.step[3]) == pytest.approx(float(inside.mean()))
    assert int(means["count"][3]) == inside.size
    assert int(means["count"].sum()) == record.sizes["time"]
    assert "word" not in means
    assert record.mars.sol_means(least=4).sizes["msd"] < means.sizes["msd"]
    with pytest.raises(InputError, match="no coordinate msd"):
        sol_means(record.drop_vars("msd"))


def test_local_hours_of_a_grid(record):
    grid = record.drop_vars("word").isel(time=slice(0, 3)).expand_dims(lon=[0.0, 90.0, 180.0])
    hours = local_hours(grid)
    assert hours.dims == ("time", "lon")
    np.testing.assert_allclose(np.remainder(hours[:, 1] - hours[:, 0], 24.0), 6.0)
    np.testing.assert_allclose(local_hours(grid, true=False)[:, 0], axis_epoch(grid).lmst(0.0))


@pytest.mark.parametrize("name", ["record.nc", "record.zarr"])
def test_files_there_and_back(record, name, tmp_path):
    path = save_dataset(record, tmp_path / name)
    back = open_dataset(path)
    xr.testing.assert_identical(back, record)
    assert np.all(axis_epoch(back) == axis_epoch(record))
    assert (
        select_ls(back, 350, 20, mars_year=34).sizes
        == select_ls(record, 350, 20, mars_year=34).sizes
    )
    save_dataset(record.isel(time=slice(0, 5)), path)
    assert open_dataset(path).sizes["time"] == 5, "an older file is replaced"


def test_netcdf_holds_whole_nanoseconds_of_tt(record, tmp_path):
    path = save_dataset(record, tmp_path / "record.nc")
    with xr.open_dataset(path, decode_times=False) as raw:
        assert raw.time.attrs["units"] == "nanoseconds since 2000-01-01T12:00:00"
        assert raw.time.dtype == np.int64
        assert raw.attrs["Conventions"].startswith("CF-")


def test_without_zarr_the_sentence_says_what_to_type(record, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "zarr", None)
    monkeypatch.setattr("marsward.core.dataset_files.find_spec", lambda name: None)
    with pytest.raises(InputError, match=r'pip install "marsward\[cluster\]", or write a .nc file'):
        save_dataset(record, tmp_path / "record.zarr")
    assert save_dataset(record, tmp_path / "record.nc").is_file()


def test_files_say_what_is_wrong(record, tmp_path):
    with pytest.raises(InputError, match="names neither netCDF"):
        save_dataset(record, tmp_path / "record.csv")
    with pytest.raises(DataError, match="there is no dataset"):
        open_dataset(tmp_path / "none.nc")
    (tmp_path / "bad.nc").write_text("no netCDF")
    with pytest.raises(DataError, match="cannot be read as a dataset"):
        open_dataset(tmp_path / "bad.nc")


def test_axis_says_what_is_wrong(record):
    with pytest.raises(InputError, match="no dimension 'hours'; it has time"):
        mars_axis(record, dim="hours")
    with pytest.raises(InputError, match="2 instants do not fit the"):
        mars_axis(record, np.array([0.0, 1.0]))
    with pytest.raises(InputError, match="has no time, et or ls"):
        axis_epoch(xr.Dataset({"x": ("time", [1.0])}))
    with pytest.raises(InputError, match="holds the years 1708 to 2291"):
        time_of_epoch(Epoch.et(-1.2e10))


def test_mission_clocks_know_their_sols():
    curiosity = mission_clock("curiosity")
    sol, hour = curiosity.reading(Epoch.utc("2012-08-06T05:17:57"))
    assert sol == 0
    assert 14.5 < hour < 15.5, "Curiosity landed in the afternoon, at about 15 h local time"
    # the start of InSight's sol 478 by the label of one of its tables
    insight = mission_clock("insight").reading(Epoch.utc("2020-04-01T00:16:08.395"))
    assert insight[0] == 478
    assert insight[1] == pytest.approx(15 + 17 / 60 + 18 / 3600, abs=2 / 3600)
    with pytest.raises(InputError, match="did you mean 'curiosity'"):
        mission_clock("curiosty")
    for clock in MISSION_CLOCKS.values():
        assert clock.reading(Epoch.utc(clock.landing))[0] == clock.first


@pytest.mark.parametrize(
    ("name", "midnight"),
    [("viking-1", "1976-07-20T20:19:29.25"), ("viking-2", "1976-09-04T13:28:20.32")],
)
def test_viking_sols_begin_at_the_published_midnights(name, midnight):
    """Local midnight of sol 1, with which the landers' pressures are archived (note in KRC)."""
    away = mission_clock(name).epoch(1, 0.0) - Epoch.utc(midnight)
    assert abs(float(away)) < 1.0


def test_seasons_are_found_to_the_second():
    epoch = epoch_of_season([0.0, 90.0, 359.99], [34, 35, 36])
    np.testing.assert_allclose(epoch.ls[1:], [90.0, 359.99], atol=1e-9)
    with pytest.raises(InputError, match="outside 0 to 360"):
        epoch_of_season(361.0, 34)
    with pytest.raises(InputError, match="not a whole number"):
        epoch_of_season(10.0, 34.5)
