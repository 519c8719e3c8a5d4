"""Maps under the ground: files of every kind, holes, the shipped maps, and the truth of a seed."""

import gzip

import numpy as np
import pytest
import rasterio
import xarray as xr
from rasterio.transform import from_origin

from marsward.core.errors import DataError, InputError
from marsward.data.fetch import registry
from marsward.data.surface_map_files import SurfaceMap, read_surface_map
from marsward.data.surface_maps import elevation
from marsward.data.water_vapour import atmospheric_water, water_column
from marsward.geometry.terrain import Terrain
from marsward.physics.vapour import frost_point, pressure_at_elevation
from marsward.planet.ground_maps import MEASURED_SIGMA, SurfaceMaps
from marsward.planet.inertia_field import InertiaField

GEOGRAPHIC = "+proj=longlat +a=3396190 +b=3396190 +no_defs"


def wave(lon, lat):
    return 200.0 + 60.0 * np.sin(np.radians(lat)) + 40.0 * np.cos(np.radians(lon))


def tiff(path, *, west, north, step, shape, hole=False, crs=GEOGRAPHIC, scale=1.0):
    lat = north - (np.arange(shape[0]) + 0.5) * step
    lon = west + (np.arange(shape[1]) + 0.5) * step
    values = wave(lon[None, :], lat[:, None]).astype("float32")
    if hole:
        values[3, 5] = -9999.0
    profile = {
        "driver": "GTiff", "height": shape[0], "width": shape[1], "count": 1, "dtype": "float32",
        "crs": crs, "transform": from_origin(west * scale, north * scale, step * scale,
        step * scale), "nodata": -9999.0,
    }  # fmt: skip
    with rasterio.open(path, "w", **profile) as out:
        out.write(values, 1)
    return path


# files -------------------------------------------------------------------------------------------
def test_geotiff_of_the_planet(tmp_path):
    found = read_surface_map(tiff(tmp_path / "a.tif", west=-180, north=90, step=2, shape=(90, 180)))
    lon, lat = np.array([0.0, 179.5, 181.0, -100.0]), np.array([10.0, -30.0, 77.0, 0.0])
    np.testing.assert_allclose(found.at(lon, lat), wave(lon, lat), rtol=2e-3)
    assert found.whole_turn


def test_geotiff_of_a_region_ends_where_it_ends(tmp_path):
    found = read_surface_map(tiff(tmp_path / "a.tif", west=20, north=40, step=1, shape=(20, 30)))
    assert found.at(30.0, 30.0) == pytest.approx(wave(30.0, 30.0), rel=1e-3)
    assert found.at(30.0 + 360.0, 30.0) == pytest.approx(wave(30.0, 30.0), rel=1e-3)
    with pytest.raises(InputError, match=r"10\.000 N 30\.000 E is off the map of a\.tif"):
        found.at([30.0, 30.0], [30.0, 10.0])


def test_equirectangular_metres(tmp_path):
    crs = "+proj=eqc +lat_ts=0 +lon_0=0 +a=3396190 +b=3396190 +units=m +no_defs"
    metres = np.radians(1.0) * 3396190.0
    path = tiff(
        tmp_path / "a.tif", west=-180, north=90, step=3, shape=(60, 120), crs=crs, scale=metres
    )
    assert read_surface_map(path).at(77.0, 20.0) == pytest.approx(wave(77.0, 20.0), rel=3e-3)


def test_netcdf_from_the_south(tmp_path):
    lat, lon = np.arange(-87.5, 90, 5.0), np.arange(0.0, 360.0, 6.0)
    values = wave(lon[None, :], lat[:, None])
    path = tmp_path / "a.nc"
    xr.Dataset({"thin": (("lat", "lon"), values)}, {"lat": lat, "lon": lon}).to_netcdf(path)
    found = read_surface_map(path)
    assert found.lat[0] == 87.5
    assert found.at(354.0, -42.5) == pytest.approx(wave(354.0, -42.5), rel=1e-6)
    assert found.at(357.0, -42.5) == pytest.approx(wave(357.0, -42.5), rel=3e-3)


def test_own_product_can_be_read_back(tmp_path):
    maps = SurfaceMaps.shipped("0.2 ppd")
    path = tmp_path / "own.nc"
    maps.dataset().to_netcdf(path)
    again = SurfaceMaps.shipped("0.2 ppd", inertia=path)
    np.testing.assert_allclose(again.inertia, maps.inertia, rtol=1e-5)
    np.testing.assert_array_equal(again.inertia_sigma, MEASURED_SIGMA)


def test_bare_image_as_the_archive_has_it(tmp_path):
    rows = 90
    lat = 90.0 - (np.arange(rows) + 0.5) * 2.0
    lon = -180.0 + (np.arange(2 * rows) + 0.5) * 2.0
    whole = np.round(wave(lon[None, :], lat[:, None]))
    whole[0] = 0.0  # not computed
    path = tmp_path / "global_ti_night_2007.img"
    whole.astype(">i2").tofile(path)
    with pytest.raises(DataError, match=r"180 cells without a value .* fill='nearest'"):
        read_surface_map(path)
    found = read_surface_map(path, fill="nearest")
    assert found.holes == 180
    assert "180 holes" in found.source
    assert found.at(-100.0, 30.0) == pytest.approx(wave(-100.0, 30.0), abs=1.0)
    path.write_bytes(path.read_bytes()[:-7])
    with pytest.raises(DataError, match="truncated"):
        read_surface_map(path)


def test_the_archive_of_thermal_inertia_is_in_the_registry():
    entry = registry()["tes-inertia-night"]
    assert entry.bytes == 3600 * 7200 * 2
    assert entry.url.endswith("global_ti_night_2007.img")
    assert entry.doi == "10.1016/j.icarus.2007.05.013"


def test_fetched_maps_go_by_their_name(tmp_path, monkeypatch):
    monkeypatch.setenv("MARSWARD_CACHE", str(tmp_path))
    with pytest.raises(DataError, match="type: marsward fetch tes-inertia-night"):
        SurfaceMaps.at(0.0, 0.0, inertia="tes-inertia-night")
    place = registry()["tes-inertia-night"].path
    place.parent.mkdir(parents=True)
    table = np.full((90, 180), 230)
    table[0] = 0
    table.astype(">i2").tofile(place)
    with pytest.raises(DataError, match="cells without a value"):
        SurfaceMaps.at(0.0, 0.0, inertia="tes-inertia-night")
    assert SurfaceMaps.at(0.0, 0.0, inertia="tes-inertia-night", fill="nearest").inertia[0] == 230.0


def test_table_of_places(tmp_path):
    lat, lon = np.arange(-85.0, 90.0, 10.0), np.arange(-175.0, 180.0, 10.0)
    with gzip.open(tmp_path / "a.txt.gz", "wt") as out:
        for y in lat:
            for x in lon:
                out.write(f"{x} {y} 0.2 {wave(x, y) if y < 60 else -9999}\n")
    path = tmp_path / "a.txt.gz"
    kept = read_surface_map(path, fill="keep")
    assert kept.holes == 3 * 36
    assert np.isnan(kept.at(0.0, 80.0))
    assert read_surface_map(path, fill=321.0).at(0.0, 80.0) == 321.0
    surrogate = read_surface_map(path, fill="surrogate")
    assert 35.0 <= surrogate.at(0.0, 80.0) <= 1200.0
    albedo = read_surface_map(path, "bolometric_albedo")
    assert albedo.at(12.0, -40.0) == pytest.approx(0.2)


def test_real_maps(shared_data):
    folder = shared_data / "surface_maps"
    ames = read_surface_map(folder / "Legacy.fixed.nc")
    assert ames.values.shape == (35, 60)
    with pytest.raises(InputError, match="off the map"):
        ames.at(0.0, 89.0)
    whole = read_surface_map(folder / "Legacy.fixed.nc", fill="nearest")
    assert whole.at(0.0, 89.0) > 100.0
    assert 220.0 < float(whole.at(137.4, -4.6)) < 320.0  # Gale
    with pytest.raises(DataError, match="5758 cells without a value of 51840"):
        read_surface_map(folder / "msim_albedo_ti_mapgrid.7c.gz")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda v: v * 0 - 3.0, r"outside 5 to 5000 .* such as -3"),
        (lambda v: v * 100.0, r"outside 5 to 5000"),
    ],
)
def test_values_that_are_no_inertia(tmp_path, change, said):
    lat, lon = np.arange(-85.0, 90.0, 10.0), np.arange(5.0, 360.0, 10.0)
    values = change(wave(lon[None, :], lat[:, None]))
    path = tmp_path / "a.nc"
    xr.Dataset({"inertia": (("lat", "lon"), values)}, {"lat": lat, "lon": lon}).to_netcdf(path)
    with pytest.raises(DataError, match=said):
        read_surface_map(path)


def test_files_that_are_none(tmp_path):
    with pytest.raises(InputError, match="there is no map file"):
        read_surface_map(tmp_path / "none.tif")
    junk = tmp_path / "junk.tif"
    junk.write_bytes(b"not a raster")
    with pytest.raises(DataError, match="cannot be read"):
        read_surface_map(junk)
    torn = tmp_path / "torn.nc"
    torn.write_bytes(b"CDF\x01torn")
    with pytest.raises(DataError, match="cannot be read"):
        read_surface_map(torn)
    with pytest.raises(InputError, match="way to fill"):
        read_surface_map(junk, fill="guess")
    with pytest.raises(InputError, match="map quantity"):
        read_surface_map(junk, "colour")
    few = tmp_path / "few.txt"
    few.write_text("0 0 0.2 200\n10 0 0.2 210\n0 10 0.2 220\n")
    with pytest.raises(DataError, match="one place for each pair"):
        read_surface_map(few)


def test_a_hole_is_told_with_both_ways_to_fill_it(tmp_path):
    path = tiff(tmp_path / "a.tif", west=0, north=90, step=5, shape=(36, 72), hole=True)
    with pytest.raises(DataError, match="has 1 cell without a value of 2592, it is near") as told:
        read_surface_map(path)
    assert 'ice.inertia_fill = "nearest" or "surrogate"' in str(told.value)


def test_a_grid_of_numbers_is_told_the_form_of_a_text(tmp_path):
    path = tmp_path / "grid.txt"
    for value in (200.0, 20.0):
        np.savetxt(path, np.full((90, 180), value))
        with pytest.raises(DataError, match="longitude, latitude, albedo and thermal inertia"):
            read_surface_map(path)


# water -------------------------------------------------------------------------------------------
def test_water_as_published():
    np.testing.assert_allclose(water_column([-60.0, 20.0, 70.0]), [0.012, 0.017, 0.012])
    # 12 precipitable micrometres, evenly mixed, weigh 0.107 Pa under 610 Pa of air
    under = atmospheric_water(-60.0, -10_800.0 * np.log(610.0 / 520.0))
    assert under == pytest.approx(0.012 * 3.71 * 43.34 / 18.015, rel=1e-9)
    points = frost_point(atmospheric_water([-60.0, 0.0, 65.0], [1500.0, 0.0, -4200.0]))
    assert np.all((points > 193.0) & (points < 203.0))
    with pytest.raises(InputError, match="90 degrees"):
        water_column(95.0)
    with pytest.raises(InputError, match="not a number"):
        atmospheric_water(10.0, np.nan)


def test_water_of_the_hemispheres_as_published():
    """17 and 9.5 precipitable micrometres: Smith 2002, doi:10.1029/2001JE001522."""
    lat = 90.0 - (np.arange(180) + 0.5)
    weight = np.cos(np.radians(lat))[:, None] * np.ones(360)
    pressure = pressure_at_elevation(elevation())
    column = 1e3 * water_column(lat)[:, None] * pressure / 610.0
    for side, published in ((slice(0, 90), 17.0), (slice(90, 180), 9.5)):
        mean = np.average(column[side], weights=weight[side])
        assert mean == pytest.approx(published, rel=0.1)


# the maps together -------------------------------------------------------------------------------
def test_a_finer_grid_shows_the_same_planet():
    fine = SurfaceMaps.shipped("0.5 ppd").truth(5)
    place = 21 * 180 + 61
    alone = SurfaceMaps.at(fine.lat[place], fine.lon[place]).truth(5)
    for name in ("albedo", "inertia", "elevation", "pressure", "humidity"):
        assert getattr(alone, name)[0] == pytest.approx(getattr(fine, name)[place], rel=1e-12)


def test_truth_is_off_by_as_much_as_is_said():
    believed = SurfaceMaps.shipped("0.5 ppd")
    weight = np.cos(np.radians(believed.lat))
    rms = []
    for seed in range(6):
        true = believed.truth(seed)
        unit = np.log(true.inertia / believed.inertia) / believed.inertia_sigma
        rms.append(np.average(unit**2, weights=weight))
    assert np.mean(rms) == pytest.approx(1.0, abs=0.1)
    assert "seed 5" in true.sources["thermal_inertia"]
    again = believed.truth(5)
    np.testing.assert_array_equal(again.inertia, true.inertia)


def test_field_has_its_correlation():
    draw = np.random.default_rng(1)
    lon, lat = draw.uniform(0, 360, 400), np.degrees(np.arcsin(draw.uniform(-1, 1, 400)))
    point = np.array([np.cos(np.radians(lat)) * np.cos(np.radians(lon)),
                      np.cos(np.radians(lat)) * np.sin(np.radians(lon)),
                      np.sin(np.radians(lat))])  # fmt: skip
    gap = np.degrees(np.arccos(np.clip(point.T @ point, -1, 1)))
    tables = [InertiaField(seed, 15.0, 128).at(lon, lat) for seed in range(200)]
    product = np.einsum("ki,kj->ij", tables, tables) / len(tables)
    for near, far, low, high in (
        (13.5, 16.5, 0.32, 0.42),
        (4.0, 6.0, 0.84, 0.95),
        (60, 90, -0.05, 0.05),
    ):
        pair = (gap > near) & (gap < far)
        assert low < product[pair].mean() < high


def test_given_values_stand():
    maps = SurfaceMaps.at([0.0, 10.0], 20.0, albedo=0.3, inertia=[100.0, 200.0], humidity=0.2,
                          elevation=-1000.0, slope=[5.0, 10.0], aspect=180.0)  # fmt: skip
    np.testing.assert_array_equal(maps.columns().slope, [5.0, 10.0])
    np.testing.assert_array_equal(maps.aspect, [180.0, 180.0])
    np.testing.assert_array_equal(maps.inertia, [100.0, 200.0])
    np.testing.assert_array_equal(maps.albedo, [0.3, 0.3])
    assert not maps.inertia_sigma.any()
    np.testing.assert_array_equal(maps.truth(1).inertia, maps.inertia)
    assert maps.sources["thermal_inertia"] == "given"
    columns = maps.columns(emissivity=0.98)
    np.testing.assert_array_equal(columns.inertia, [100.0, 200.0])
    assert len(columns) == len(maps) == 2


def test_slopes_of_the_terrain_face_downhill():
    lat, lon = 90.0 - (np.arange(180) + 0.5), np.arange(360) + 0.5
    cone = 2e4 * np.exp(-((lat[:, None] - 10.0) ** 2 + (lon[None, :] - 200.0) ** 2) / 18.0)
    terrain = Terrain(cone.astype(np.float32), source="cone")
    around = SurfaceMaps.at(
        [14.0, 10.0, 6.0, 10.0], [200.0, 204.0, 200.0, 196.0], terrain=terrain, relief=True
    )
    turned = np.mod(around.aspect - [0.0, 90.0, 180.0, 270.0] + 180.0, 360.0) - 180.0
    assert np.abs(turned).max() < 8.0
    metres = np.radians(1.0) * 3396e3
    steepest = np.degrees(np.arctan(2e4 * 4 / 9 * np.exp(-16 / 18) / metres))
    assert around.slope == pytest.approx(np.full(4, steepest), rel=0.15)


def test_horizon_stands_high_towards_a_mountain():
    lat, lon = 90.0 - (np.arange(48) + 0.5) * 3.75, (np.arange(96) + 0.5) * 3.75
    cone = 3e4 * np.exp(-((lat[:, None] - 10.0) ** 2 + (lon[None, :] - 200.0) ** 2) / 30.0)
    terrain = Terrain(cone.astype(np.float32), source="cone")
    maps = SurfaceMaps.at(10.0, 208.0, terrain=terrain, azimuths=8)
    assert maps.horizon.shape == (1, 8)
    assert int(np.argmax(maps.horizon[0])) == 6  # west
    assert maps.columns().horizon.shape == (1, 8)
    assert maps.take(slice(0, 1)).horizon.shape == (1, 8)


def test_dataset_names_its_sources():
    made = SurfaceMaps.shipped("0.2 ppd").dataset()
    assert made["thermal_inertia"].dims == ("y", "x")
    assert made["thermal_inertia"].attrs["units"] == "J m-2 K-1 s-0.5"
    assert "surrogate" in made["thermal_inertia"].attrs["source"]
    assert made.attrs["map_crs"] == "IAU_2015:49910"


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"lat": 95.0}, "latitude 95 of place 0"),
        ({"lat": [1.0, 2.0], "lon": [1.0, 2.0, 3.0]}, "do not belong together"),
        ({"inertia": [1.0, 2.0, 3.0]}, "3 values for 1 places"),
        ({"slope": 5.0, "relief": True}, "either given or of the relief"),
        ({"elevation": "dem.tif"}, "a file goes as terrain"),
        ({"lat": "68 N"}, "lat = '68 N': lat and lon are numbers in degrees"),
        ({"lat": [], "lon": []}, "no places to look up"),
    ],
)
def test_bad_calls(given, said):
    call = {"lat": 10.0, "lon": 20.0, **given}
    with pytest.raises(InputError, match=said):
        SurfaceMaps.at(**call)


def test_map_of_another_quantity_is_refused():
    flat = SurfaceMap(
        np.full((18, 36), 0.2, np.float32), np.arange(85.0, -90, -10), np.arange(5.0, 360, 10),
        "bolometric_albedo", "mine",
    )  # fmt: skip
    assert SurfaceMaps.at(0.0, 0.0, albedo=flat).albedo[0] == pytest.approx(0.2)
    with pytest.raises(InputError, match="not of thermal_inertia"):
        SurfaceMaps.at(0.0, 0.0, inertia=flat)


def test_ground_refuses_what_maps_may_hold_wrongly():
    with pytest.raises(InputError, match=r"albedo .* is 1\.4"):
        SurfaceMaps.at(0.0, 0.0, albedo=1.4).columns()
    with pytest.raises(InputError, match=r"inertia .* is -20"):
        SurfaceMaps.at(0.0, 0.0, inertia=-20.0).columns()
