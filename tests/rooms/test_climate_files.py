"""Climate of models and reanalyses: whatever the file's order, grid and names, one Dataset."""

import numpy as np
import pytest
import sample_climate_files as made
import xarray as xr

from marsward.core.errors import DataError, InputError
from marsward.core.mars_axis import axis_epoch
from marsward.data.climate_files import read_climate

MAKERS = {"ames": made.ames, "openmars": made.openmars, "emars": made.emars, "mcd": made.pcm}


@pytest.mark.parametrize("kind", MAKERS)
def test_every_layout_obeys_the_formulas(kind, tmp_path):
    climate = read_climate(MAKERS[kind](tmp_path / "file.nc"))
    assert climate.attrs["kind"] == kind
    lat, lon = climate.lat.values, climate.lon.values
    assert np.all(np.diff(lat) > 0)
    assert np.all(np.diff(lon) > 0)
    assert lon.min() >= 0
    assert lon.max() < 360
    p = climate.pressure.transpose(..., "lev", "lat", "lon").values
    assert np.all(np.diff(p, axis=-3) < 0), "pressure falls from the ground up"
    np.testing.assert_allclose(
        climate.surface_pressure.values[0], made.surface_pressure(lat, lon), rtol=1e-6
    )
    np.testing.assert_allclose(climate.temperature.values, made.temperature(p, lat, lon), rtol=2e-6)
    inner = slice(1, -1)  # beyond the last staggered row a wind is that of the row
    east = np.broadcast_to(0.5 * lat[:, None], p.shape)
    np.testing.assert_allclose(
        climate.eastward_wind.values[..., inner, :], east[..., inner, :], atol=1e-4
    )
    assert climate.temperature.attrs["units"] == "K"
    assert climate.surface_pressure.attrs["long_name"] == "pressure of the air at the ground"


def test_staggered_winds_come_to_the_common_grid_around_the_globe(tmp_path):
    climate = read_climate(made.emars(tmp_path / "e.nc"))
    # between two columns a cosine is the mean of its neighbours
    want = 3.0 * np.cos(np.radians(climate.lon.values)) * np.cos(np.radians(22.5))
    np.testing.assert_allclose(climate.northward_wind.values[0, 0, 0], want, atol=1e-5)
    assert float(climate.elevation[0, 0]) == pytest.approx(1000.0)


def test_reanalyses_have_a_calendar_with_years(tmp_path):
    climate = read_climate(made.openmars(tmp_path / "o.nc"))
    assert climate.mars_year.values.tolist() == [28, 28, 29]
    np.testing.assert_allclose(climate.ls.values, [359.0, 359.8, 0.6], atol=1e-6)
    assert np.all(np.diff(axis_epoch(climate).et) > 0), "time runs on across the new year"
    assert float(climate.dust_opacity.max()) == pytest.approx(0.4)


def test_a_model_without_year_keeps_ls_until_a_year_is_given(tmp_path):
    path = made.ames(tmp_path / "a.nc")
    seasons = read_climate(path)
    assert "time" not in seasons.dims
    np.testing.assert_allclose(seasons.ls.values, [355.0, 359.0, 3.0], atol=1e-4)
    assert seasons.model_year.values.tolist() == [0, 0, 1]
    with pytest.raises(InputError, match="calendar has no year"):
        axis_epoch(seasons)
    dated = read_climate(path, mars_year=33)
    assert dated.mars_year.values.tolist() == [33, 33, 34]
    np.testing.assert_allclose(dated.ls.values, seasons.ls.values, atol=1e-6)


def test_levels_of_constant_pressure(tmp_path):
    climate = read_climate(made.ames(tmp_path / "p.nc", hybrid=False, levels="pstd"))
    assert climate.attrs["levels"] == "pressure"
    assert climate.pressure.values[0, :, 0, 0].tolist() == [450.0, 200.0, 50.0, 5.0]


def test_the_hybrid_coordinate_may_stand_in_the_fixed_file(tmp_path):
    bare = made.ames(tmp_path / "bare.nc", hybrid=False)
    with pytest.raises(DataError, match=r"does not say at which pressure.*fixed="):
        read_climate(bare)
    joined = read_climate(bare, fixed=made.ames_fixed(tmp_path / "fixed.nc"))
    whole = read_climate(made.ames(tmp_path / "whole.nc"))
    np.testing.assert_allclose(joined.pressure.values, whole.pressure.values, rtol=1e-6)
    np.testing.assert_allclose(joined.elevation.values[:, 0], 100.0 * joined.lat.values)
    assert joined.hybrid_b.values[0] == 1.0, "from the ground up"


def test_a_hybrid_coordinate_of_zeros_is_refused(tmp_path):
    with pytest.raises(DataError, match="make no hybrid coordinate: bk is zero at all 6 levels"):
        read_climate(made.ames(tmp_path / "zero.nc", zero=True))


def test_steps_may_be_cut(tmp_path):
    path = made.openmars(tmp_path / "o.nc")
    assert read_climate(path, steps=slice(1, 3)).sizes["time"] == 2


def changed(path, name, **how):
    with xr.open_dataset(path, decode_times=False) as source:
        held = source.load()
    if "factor" in how:
        held[name] = held[name] * how["factor"]
    if "units" in how:
        held[name].attrs["units"] = how["units"]
    if "nan" in how:
        held[name][0, 0, 0] = np.nan
    out = path.with_name("changed.nc")
    held.to_netcdf(out)
    return out


@pytest.mark.parametrize(
    ("name", "how", "says"),
    [
        ("temp", {"units": "furlong"}, "temp of .* is in 'furlong'"),
        ("ps", {"factor": 0.01, "units": "Pa"}, "ps of .*is it in millibar"),
        ("temp", {"factor": 5.0}, "temp of .* has .* in the middle"),
        ("ucomp", {"factor": 1e4}, "ucomp of .* outside -1000 to 1000"),
        ("ps", {"nan": True}, "ps of .* is NaN in 1 of"),
    ],
)
def test_units_and_values_that_cannot_be_are_refused(name, how, says, tmp_path):
    with pytest.raises(DataError, match=says):
        read_climate(changed(made.ames(tmp_path / "a.nc"), name, **how))


def test_files_that_are_none_are_refused(tmp_path):
    with pytest.raises(InputError, match="there is no climate file"):
        read_climate(tmp_path / "none.nc")
    broken = tmp_path / "broken.nc"
    broken.write_bytes(b"\x89HDF\r\n\x1a\nnot really")
    with pytest.raises(DataError, match="cannot be read"):
        read_climate(broken)
    other = tmp_path / "other.nc"
    xr.Dataset({"x": ("t", [1.0])}).to_netcdf(other)
    with pytest.raises(DataError, match=r"no climate file that is known here .*; it holds"):
        read_climate(other)
    with pytest.raises(InputError, match="did you mean 'openmars'"):
        read_climate(other, kind="openmar")


def test_text_of_the_mars_climate_database(tmp_path):
    path = tmp_path / "mcd.txt"
    path.write_text(made.MCD_TEXT)
    profile = read_climate(path)
    assert profile.temperature.values.tolist() == [198.5, 200.0, 170.0]
    assert profile.pressure.sel(height=1000.0) == 630.0
    assert float(profile.lat) == pytest.approx(19.13)
    assert float(profile.lon) == pytest.approx(326.78)
    assert float(profile.ls) == pytest.approx(142.7)
    assert "surface" in profile.height.attrs["zero"]
    path.write_text(made.MCD_TEXT.replace("2.0000e+02", "two"))
    with pytest.raises(DataError, match=r"line 9: .* is no pair of numbers"):
        read_climate(path)
    path.write_text("a letter\n")
    with pytest.raises(DataError, match="no text of the Mars Climate Database"):
        read_climate(path)


def test_real_files_of_nasa_ames(shared_data):
    dust = read_climate(shared_data / "climate" / "DustScenario_Background.nc")
    assert dict(dust.sizes) == {"ls": 668, "lat": 60, "lon": 5}
    assert 0.03 < float(dust.dust_opacity.min()) < float(dust.dust_opacity.max()) < 1.0
    assert 1e4 < float(dust.dust_top.median()) < 8e4, "heights in metres, from kilometres"
    fixed = read_climate(shared_data / "surface_maps" / "Legacy.fixed.nc")
    assert dict(fixed.sizes) == {"lat": 35, "lon": 60, "edge": 25}
    assert fixed.hybrid_b.values[0] == 1.0
    # Hellas is the lowest and Olympus among the highest
    low = fixed.elevation.where(fixed.elevation == fixed.elevation.min(), drop=True)
    assert -55 < float(low.lat[0]) < -30
    assert 45 < float(low.lon[0]) < 95


def test_instants_stand_at_the_hour_of_the_run(tmp_path):
    """A run whose Ls is a quarter of a degree off keeps its own time of day at the meridian."""
    with xr.open_dataset(made.openmars(tmp_path / "o.nc"), decode_times=False) as source:
        three = source.load()
    steps = np.arange(12)
    fine = three.isel(time=np.zeros(12, dtype=int)).assign_coords(time=3181.0 + steps / 12.0)
    fine["Ls"] = ("time", 265.0 + 0.25 + steps / 12.0 * 0.63)
    fine.to_netcdf(tmp_path / "fine.nc")
    climate = read_climate(tmp_path / "fine.nc")
    np.testing.assert_allclose(climate.model_hour.values, 2.0 * steps, atol=1e-6)
    hours = axis_epoch(climate).ltst(0.0)
    np.testing.assert_allclose(np.remainder(hours - 2.0 * steps + 12, 24), 12.0, atol=1e-4)
    assert float(np.abs(climate.ls - fine["Ls"].values).max()) < 0.35
    assert np.all(np.diff(climate.time.values) > np.timedelta64(0))
    assert "model_hour" not in read_climate(tmp_path / "o.nc").coords, "steps of a sol or more"
