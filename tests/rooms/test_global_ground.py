"""The ground at places and on grids; a stop or more threads change nothing."""

import importlib.util
import json

import numpy as np
import pytest
import xarray as xr

from marsward.core.errors import InputError
from marsward.core.map_grid import MapGrid
from marsward.physics.ground import ground_year
from marsward.physics.ice_table import ice_table
from marsward.planet.global_ground import global_ground
from marsward.planet.ground_maps import SurfaceMaps
from marsward.planet.subsurface import EMISSIVITY, ground

GRID = MapGrid.equirectangular(0.05)  # 9 rows of 18 cells
QUICK = {"steps": 24, "years": 6, "chunk": 54, "ice": False}


class Told:
    """Progress that remembers, and may stop the work at a share of it."""

    def __init__(self, stop: float = 2.0) -> None:
        self.stop, self.shares, self.notes = stop, [], []

    def phase(self, name: str) -> None:
        self.notes.append(name)

    def update(self, fraction: float, note: str = "") -> None:
        self.shares.append(fraction)
        if self.stop <= fraction < 1.0:
            raise KeyboardInterrupt

    def note(self, text: str) -> None:
        self.notes.append(text)

    def done(self, sentence: str) -> None:
        self.notes.append(sentence)


@pytest.fixture(scope="module")
def maps():
    return SurfaceMaps.shipped(GRID)


@pytest.fixture(scope="module")
def whole(maps, tmp_path_factory):
    """A run in one go with one thread, and the file it wrote."""
    path = tmp_path_factory.mktemp("whole") / "ground.nc"
    return global_ground(maps, out=path, workers=1, **QUICK), path


# places ------------------------------------------------------------------------------------------
@pytest.fixture(scope="module")
def phoenix():
    return ground(68.2, 234.3, ice_depth="equilibrium")


def test_one_place_has_no_axis_of_places(phoenix):
    assert phoenix["ice_depth"].dims == ()
    assert phoenix["surface_temperature"].dims == ("ls", "hour")
    assert phoenix["ground_temperature"].dims == ("depth",)
    assert phoenix["frost_mass"].sizes == {"sol": 669}
    assert phoenix["surface_temperature"].attrs["units"] == "K"
    assert abs(phoenix.attrs["energy_residual"]) < 1e-4


def test_phoenix_has_ice_under_a_few_centimetres(phoenix):
    """3 to 18 cm: Mellon et al. 2009, doi:10.1029/2009JE003417."""
    assert 0.02 < float(phoenix["ice_depth"]) < 0.20
    assert float(phoenix["ice_mass"]) > 250.0
    assert "no ice lasts" in phoenix["ice_depth"].attrs["comment"]


def test_summer_noon_is_warm_and_winter_lies_under_frost(phoenix):
    summer, winter = (
        phoenix["surface_temperature"].sel(ls=90.0),
        phoenix["surface_temperature"].sel(ls=270.0),
    )
    assert 10.0 <= float(summer["hour"][summer.argmax("hour")]) <= 15.0
    assert float(winter.max() - winter.min()) < 1.0
    assert float(phoenix["frost_mass"].max()) == pytest.approx(
        float(phoenix["frost_peak"]), rel=0.02
    )


def test_places_with_two_axes():
    lat, lon = np.array([[-30.0], [20.0]]), np.array([[10.0, 100.0, 200.0]])
    made = ground(lat, lon, ls=[90.0], depths=[0.1], hours_per_sol=48)
    assert made["surface_temperature"].dims == ("row", "column", "ls", "hour")
    assert made.sizes["hour"] == 48
    np.testing.assert_allclose(made["lat"][:, 0], lat[:, 0])
    np.testing.assert_allclose(made["lon"][0], lon[0])
    assert np.isinf(made["ice_depth"]).all()
    assert made.attrs["ice"] == "dry ground"


def test_given_ground_is_the_ground_that_is_followed():
    options = {"albedo": 0.2, "inertia": 250.0, "elevation": 0.0, "humidity": 0.1}
    made = ground([-60.0], [0.0], ice_depth=0.1, **options)
    at = SurfaceMaps.at([-60.0], [0.0], **options)
    twin = ground_year(at.columns(ice_depth=0.1, emissivity=EMISSIVITY))
    assert float(made["surface_temperature_mean"][0]) == pytest.approx(twin.surface_mean[0])
    table = ice_table(at.columns(emissivity=EMISSIVITY), at.humidity)
    found = ground([-60.0], [0.0], ice_depth="equilibrium", **options)
    assert float(found["ice_depth"][0]) == pytest.approx(table.depth[0])


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"albedo": 1.2}, "albedo"),
        ({"inertia": -5.0}, "inertia"),
        ({"humidity": 900.0, "ice_depth": "equilibrium"}, "triple point"),
        ({"ice_depth": "somewhere"}, '"equilibrium", not'),
        ({"hours_per_sol": 7}, "24, 48 or 96"),
        ({"lat": np.zeros((200, 200))}, "global_ground"),
        ({"lat": np.nan}, "latitude nan"),
        ({"lat": "68 N"}, "lat and lon are numbers in degrees"),
        ({"lat": [], "lon": []}, "no places to look up"),
    ],
)
def test_bad_ground(given, said):
    call = {"lat": 10.0, "lon": 20.0, **given}
    with pytest.raises(InputError, match=said):
        ground(**call)


# grids -------------------------------------------------------------------------------------------
def test_grid_and_places_agree(whole, maps):
    made, path = whole
    twin = ground_year(maps.columns(emissivity=EMISSIVITY), steps=24, spin_up=5)
    told = made["surface_temperature_mean"].values.ravel()
    np.testing.assert_allclose(told, twin.surface_mean, atol=0.1)
    np.testing.assert_allclose(made["frost_days"].values.ravel(), twin.frost_days, atol=2)
    with xr.open_dataset(path) as again:
        assert again["surface_temperature_mean"].attrs["units"] == "K"
        assert MapGrid.of(again) == GRID
        xr.testing.assert_equal(again.load(), made)


def test_zonal_means_are_of_the_rows(whole):
    made, _ = whole
    mean = made["zonal_sol_temperature_mean"].mean("sol")
    np.testing.assert_allclose(mean, made["surface_temperature_mean"].mean("x"), atol=0.02)
    assert made["zonal_frost_mass"].sizes == {"y": 9, "sol": 669}
    warm = made["zonal_frost_mass"].isel(y=4)
    assert not warm.values.any()


def test_threads_change_no_byte(whole, maps, tmp_path):
    path = tmp_path / "ground.nc"
    told = Told()
    global_ground(maps, out=path, workers=2, progress=told, **QUICK)
    assert path.read_bytes() == whole[1].read_bytes()
    assert told.shares[-1] == 1.0
    assert told.shares == sorted(told.shares)


def test_a_stopped_run_goes_on_and_ends_with_the_same_bytes(whole, maps, tmp_path):
    folder, path = tmp_path / "keep", tmp_path / "ground.nc"
    with pytest.raises(KeyboardInterrupt):
        global_ground(
            maps, out=path, checkpoint=folder, workers=1, progress=Told(stop=0.3), **QUICK
        )
    assert not path.exists()
    done = sorted(folder.glob("block-*.npz"))
    assert 1 <= len(done) < 3
    stamp = done[0].stat().st_mtime_ns
    told = Told()
    global_ground(maps, out=path, checkpoint=folder, workers=2, progress=told, **QUICK)
    assert any("going on after" in note for note in told.notes)
    assert done[0].stat().st_mtime_ns == stamp
    assert path.read_bytes() == whole[1].read_bytes()
    # a block that was damaged meanwhile is computed again
    done[0].write_bytes(done[0].read_bytes()[:100])
    again = Told()
    global_ground(maps, out=path, checkpoint=folder, progress=again, **QUICK)
    assert any("computed again" in note for note in again.notes)
    assert path.read_bytes() == whole[1].read_bytes()


def test_a_checkpoint_of_another_run_is_refused(maps, tmp_path):
    (tmp_path / "run.json").write_text(json.dumps({"key": "another"}))
    with pytest.raises(InputError, match="blocks of another run"):
        global_ground(maps, checkpoint=tmp_path, **QUICK)


def test_ice_and_depths_on_a_polar_grid():
    maps = SurfaceMaps.shipped(MapGrid.polar("north", pixel="900 km", lat_limit=55.0))
    made = global_ground(maps, steps=24, years=6, depths=(0.0, 1.0))
    assert made["ground_temperature"].dims == ("depth", "y", "x")
    assert "zonal_frost_mass" not in made
    assert "no ice lasts" in made["ice_depth"].attrs["comment"]
    assert np.isfinite(made["ice_depth"].values[maps.lat.reshape(maps.grid.shape) > 65.0]).all()
    table = ice_table(maps.columns(emissivity=EMISSIVITY), maps.humidity, steps=24, spin_up=5)
    np.testing.assert_allclose(made["ice_depth"].values.ravel(), table.depth, rtol=0.02)
    held = made["ice_mass"].values.ravel()
    np.testing.assert_allclose(held, table.ice_mass, rtol=0.02, atol=1.0)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"out": "ground.txt"}, r"ends in \.nc"),
        ({"out": "/nowhere/at/all/ground.nc"}, "there is no folder"),
        ({"workers": 0}, "at least one"),
        ({"years": 1}, "2 or more"),
        ({"chunk": 0}, "one cell or more"),
    ],
)
def test_bad_runs(maps, given, said):
    with pytest.raises(InputError, match=said):
        global_ground(maps, **{**QUICK, **given})


def test_places_are_no_grid():
    with pytest.raises(InputError, match="on a grid"):
        global_ground(SurfaceMaps.at(0.0, 0.0))


# extras ------------------------------------------------------------------------------------------
def test_extras_that_are_missing_say_so(maps, tmp_path):
    for name, given in (("zarr", {"out": tmp_path / "a.zarr"}), ("dask", {"dask": True})):
        if importlib.util.find_spec(name) is None:
            with pytest.raises(InputError, match=rf"{name} is not installed; pip install"):
                global_ground(maps, **QUICK, **given)


def test_zarr_holds_the_same(whole, maps, tmp_path):
    pytest.importorskip("zarr", reason="zarr is an extra")
    path = tmp_path / "ground.zarr"
    for _ in range(2):  # the second takes the place of the first
        global_ground(maps, out=path, **QUICK)
    with xr.open_zarr(path, consolidated=False) as again:
        xr.testing.assert_equal(again.load(), whole[0])


def test_dask_computes_the_same(whole, maps):
    pytest.importorskip("dask", reason="dask is an extra")
    xr.testing.assert_equal(global_ground(maps, dask=True, **QUICK), whole[0])
