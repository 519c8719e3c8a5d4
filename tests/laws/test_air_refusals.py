"""Calls and files of the air that make no sense: one sentence that names what is wrong."""

import math

import numpy as np
import pytest
import xarray as xr

from marsward.core.asked import fitting, number, numbers, whole
from marsward.core.classic_netcdf import check_whole
from marsward.core.dataset_files import open_dataset, save_dataset
from marsward.core.errors import DataError, InputError
from marsward.data.climate_files import read_climate
from marsward.data.dust_files import read_ames_dust_optics, read_dust_maps
from marsward.data.weather_tables import read_weather
from marsward.physics.air_day import air_day
from marsward.physics.air_layers import layer_edges
from marsward.physics.columns import GroundColumns
from marsward.physics.correlated_k import KTable
from marsward.physics.dust_scenario import DustScenario, DustStorm, UniformDust, scenario
from marsward.physics.longwave import longwave
from marsward.planet.air_column import column
from marsward.planet.atmosphere import atmosphere
from marsward.planet.climate import Climate

EDGES, AIR = [600.0, 100.0, 0.0], [200.0, 150.0]
PLACE = GroundColumns(lat=20.0, albedo=0.2, inertia=200.0)
TWO, THREE = [0.0, 1.0], [0.0, 1.0, 2.0]


def _rays(*, edges=EDGES, temperature=AIR, surface=210.0, **more):
    return longwave(edges, temperature, surface, **more)


def _now():
    return Climate.shipped()


def _usual():
    return scenario("climatological")


CALLS = {
    "text for a number": (lambda: numbers("12", "depth", "m"), "depth must be numbers in m"),
    "nothing for a number": (lambda: numbers(None, "depth"), "None"),
    "a complex number": (lambda: numbers(1j, "depth"), "1j"),
    "ragged rows": (lambda: numbers([[1.0], [1.0, 2.0]], "depth"), "depth must be numbers"),
    "a hole in a row": (lambda: numbers([1.0, math.nan], "depth"), "depth holds nan"),
    "a row for one number": (lambda: number(TWO, "depth"), r"\(2,\)"),
    "shapes": (lambda: fitting(a=np.ones(2), b=np.ones(3)), r"a \(2,\), b \(3,\)"),
    "half a thread": (lambda: whole(1.5, "workers"), "workers is a whole number, 1 or more"),
    "infrared without workers": (lambda: _rays(workers=0), "workers .* not 0"),
    "infrared by half a worker": (lambda: _rays(workers=1.5), "workers .* not 1.5"),
    "infrared by named workers": (lambda: _rays(workers="a"), "workers .* not 'a'"),
    "infrared of no table": (lambda: _rays(table="x"), r"table .* KTable.shipped\(\)"),
    "ground of three columns": (lambda: _rays(surface=[210.0] * 3), "surface_temperature of shape"),
    "edges in words": (lambda: _rays(edges="x"), "edges must be numbers in Pa"),
    "infrared without weight": (lambda: _rays(gravity=0.0), "gravity must be above 0"),
    "non-LTE in words": (lambda: _rays(non_lte="no"), "non_lte is True or False"),
    "layers over words": (lambda: layer_edges("a"), "surface pressure must be numbers in Pa"),
    "layers in words": (lambda: layer_edges(610.0, layers="x"), "layers .* 4 or more, not 'x'"),
    "layers over Venus": (lambda: layer_edges(1e9), "up to 1e.06 Pa, not 1e.09"),
    "top in words": (lambda: layer_edges(610.0, top="x"), "top of the air must be"),
    "climate at ragged places": (lambda: _now().pressure(0.0, TWO, THREE), "do not fit together"),
    "pressure at ragged seasons": (lambda: _now().pressure(TWO, THREE, 0.0), r"ls \(2,\)"),
    "its error": (lambda: _now().pressure_sigma(TWO, THREE, 0.0), "do not fit together"),
    "pressure at a named height": (lambda: _now().pressure(0.0, 0.0, 0.0, "x"), "height over"),
    "pressure over three": (
        lambda: _now().pressure(0.0, TWO, 0.0, over_ground=THREE), "over_ground"
    ),
    "frost at ragged places": (lambda: _now().frost(TWO, THREE), r"lat \(3,\)"),
    "ground at ragged places": (lambda: _now().surface_temperature(TWO, THREE), "fit together"),
    "obliquity in words": (lambda: _now().with_(obliquity="x"), "obliquity must be numbers"),
    "orbit that is none": (lambda: _now().with_(year=3), "year cannot be 3"),
    "years in words": (lambda: _now().years("a"), "whole years"),
    "option of a column": (lambda: column(4.6, 137.4, ls=0.0, foo=3), "no option .* 'foo'"),
    "infrared in words": (lambda: air_day(PLACE, ls=0.0, infrared="no"), "infrared is True"),
    "table of a column": (lambda: air_day(PLACE, ls=0.0, table="x"), "table cannot be 'x'"),
    "year of a column": (lambda: air_day(PLACE, ls=0.0, year=3), "year cannot be 3"),
    "sky of a column": (lambda: air_day(PLACE, ls=0.0, sky=3), "sky cannot be 3"),
    "sols in words": (lambda: air_day(PLACE, ls=0.0, sols="x"), "sols is a whole number"),
    "winds of words": (lambda: air_day(PLACE, ls=0.0, transport="x"), "transport must be numbers"),
    "heights of a column": (lambda: column(4.6, 137.4, ls=0.0, height=TWO), "height is one"),
    "hour in words": (lambda: column(4.6, 137.4, ls=0.0, local_time="noon"), "local_time must be"),
    "dust at ragged places": (lambda: _usual().opacity(TWO, THREE), r"ls \(2,\), lat \(3,\)"),
    "dust of a named season": (lambda: _usual().opacity("spring", 0.0), "Ls must be numbers"),
    "dust at a named longitude": (lambda: _usual().opacity(0.0, 0.0, "x"), "longitude must be"),
    "top of dust": (lambda: scenario("global-storm").top("x", 0.0), "Ls must be numbers"),
    "storm in words": (lambda: DustStorm(onset_ls="x", peak=1.0), "onset_ls of a storm"),
    "storms in one": (lambda: DustStorm(onset_ls=0.0, peak=TWO), "peak of a storm is one"),
    "two opacities": (lambda: DustScenario.uniform(TWO), "one opacity"),
    "height of dust": (lambda: UniformDust(0.3, "x"), "top of the dust must be numbers"),
    "year of a scenario": (lambda: scenario("clear", year=3), "year cannot be 3"),
    "scenario by number": (lambda: scenario(3), "dust scenario"),
    "dust of an atmosphere": (lambda: atmosphere(dust=TWO), "dust opacity is one number"),
    "flux of an atmosphere": (lambda: atmosphere(f107="x"), "f107 must be numbers"),
    "workers of an atmosphere": (lambda: atmosphere(workers=0), "workers is a whole number"),
    "winds of an atmosphere": (lambda: atmosphere(slope_winds="no"), "slope_winds is True"),
    "option of an atmosphere": (lambda: atmosphere("mars-gram", foo=3), "option .* 'foo'"),
    "source by number": (lambda: atmosphere(3), "source of air"),
    "path of a dust file": (lambda: read_dust_maps(None), "dust file is given by its path"),
    "path of optics": (lambda: read_ames_dust_optics(3, 3), "given by its path"),
    "path of a climate": (lambda: read_climate(3), "climate file is given by its path"),
    "path of a dataset": (lambda: open_dataset(None), "dataset is given by its path"),
    "path of a k-table": (lambda: KTable.ames(None), "Ames table is given by its path"),
    "path of weather": (lambda: read_weather(None), "weather is given by its path"),
    "weather by number": (lambda: read_weather(3), "weather is given by its path"),
    "paths of weather": (lambda: read_weather([3]), "weather is given by its path"),
}  # fmt: skip


@pytest.mark.parametrize("case", CALLS)
def test_calls_that_make_no_sense_are_told_in_a_sentence(case):
    call, words = CALLS[case]
    with pytest.raises(InputError, match=words) as refused:
        call()
    said = str(refused.value)
    assert "\n" not in said
    assert not said.endswith(".")


def _dust_file(path, *, form, tau=None, ls=None):
    ls = np.arange(0.0, 360.0, 30.0) if ls is None else ls
    lat = np.linspace(-90.0, 90.0, 37)
    tau = np.full((ls.size, lat.size), 0.4) if tau is None else tau
    held = xr.Dataset({"tau": (("time", "lat"), tau), "areo": ("time", ls)}, coords={"lat": lat})
    held.to_netcdf(path, format=form, engine="netcdf4")
    return path


@pytest.mark.parametrize(
    "form", ["NETCDF3_CLASSIC", "NETCDF3_64BIT", "NETCDF3_64BIT_DATA", "NETCDF4"]
)
@pytest.mark.parametrize("share", [0.0, 0.02, 0.5, 0.99])
def test_a_file_that_is_cut_off_is_never_read_as_zeros(form, share, tmp_path):
    path = _dust_file(tmp_path / "dust.nc", form=form)
    assert read_dust_maps(path).opacity.shape == (12, 37, 1)
    raw = path.read_bytes()
    path.write_bytes(raw[: int(share * len(raw))])
    for reader in (read_dust_maps, open_dataset, read_climate):
        with pytest.raises(DataError, match=r"dust\.nc") as refused:
            reader(path)
        assert "\n" not in str(refused.value)


@pytest.mark.parametrize("form", ["NETCDF3_CLASSIC", "NETCDF3_64BIT_DATA"])
@pytest.mark.parametrize("names", [("a",), ("a", "b"), ("a", "b", "c")])
def test_records_count_to_the_last(form, names, tmp_path):
    """Files that grow by records: whole they pass, less four bytes of values they do not."""
    path = tmp_path / "grown.nc"
    kinds = dict(zip(names, (np.int16, np.float64, np.float32), strict=False))
    held = xr.Dataset({name: (("t", "x"), np.ones((5, 3), kind)) for name, kind in kinds.items()})
    held.to_netcdf(path, format=form, engine="netcdf4", unlimited_dims=["t"])
    check_whole(path)
    raw = path.read_bytes()
    path.write_bytes(raw[:-4])
    with pytest.raises(DataError, match="cut off"):
        check_whole(path)


def test_what_marsward_wrote_is_whole(tmp_path):
    held = xr.Dataset({"x": ("n", np.arange(3.0))})
    path = save_dataset(held, tmp_path / "x.nc")
    assert np.array_equal(open_dataset(path)["x"], held["x"])


def test_dust_maps_that_were_never_filled_are_refused(tmp_path):
    tau = np.full((12, 37), 0.4)
    tau[7:] = 0.0
    path = _dust_file(tmp_path / "empty.nc", form="NETCDF4", tau=tau)
    with pytest.raises(DataError, match="0 everywhere at Ls 210"):
        read_dust_maps(path)
    ls = np.arange(0.0, 360.0, 30.0)
    ls[5] = ls[4]
    path = _dust_file(tmp_path / "twice.nc", form="NETCDF4", ls=ls)
    with pytest.raises(DataError, match="Ls 120 twice"):
        read_dust_maps(path)


@pytest.mark.parametrize("options", [{"mars_year": "x"}, {"mars_year": 34.5}, {"steps": 3}])
def test_options_of_a_climate_file_are_checked(options, tmp_path):
    path = _dust_file(tmp_path / "dust.nc", form="NETCDF4")
    with pytest.raises(InputError, match=next(iter(options))):
        read_climate(path, **options)


def test_factor_of_a_dust_file(tmp_path):
    path = _dust_file(tmp_path / "dust.nc", form="NETCDF4")
    for factor, words in (("x", "factor"), (-1.0, "above 0, not -1")):
        with pytest.raises(InputError, match=words):
            read_dust_maps(path, factor=factor)
