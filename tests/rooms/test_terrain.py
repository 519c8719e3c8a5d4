"""Terrain: the shipped shape of Mars, files of others, and the surface between the cells."""

import shutil
import sys
import tomllib
from importlib.resources import files
from pathlib import Path

import numpy as np
import pytest
import rasterio
from rasterio.transform import from_bounds

from marsward.core.errors import DataError, InputError
from marsward.data.areoid import EQUATORIAL_RADIUS, areoid_height, areoid_radius
from marsward.data.terrain_files import (
    ellipsoid_radius,
    packed_heights,
    read_terrain,
    shape_model,
    unpacked_heights,
)
from marsward.geometry.terrain import Terrain

TOOLS = Path(__file__).resolve().parents[2] / "tools"


@pytest.fixture(scope="module")
def mars():
    return Terrain.mars(4)


@pytest.fixture(scope="module")
def bumpy():
    rng = np.random.default_rng(3)
    return Terrain(rng.uniform(-2e3, 5e3, (64, 128)).astype(np.float32))


def weights(rows):
    return np.cos(np.radians(90.0 - (np.arange(rows) + 0.5) * 180.0 / rows))[:, None]


def test_the_asset_says_where_it_is_from_and_is_small():
    folder = files("marsward.data").joinpath("assets")
    record = tomllib.loads(folder.joinpath("mars_shape.toml").read_text())["mars_shape"]
    assert "CC BY 4.0" in record["licence"]
    assert "doi:10." in record["source"]
    assert len(folder.joinpath("mars_shape.npz").read_bytes()) < 2e6


def test_shape_is_the_topography_of_mola_above_the_areoid(mars, shared_data):
    mola = np.fromfile(shared_data / "mola_4ppd" / "megt90n000cb.img", ">i2").reshape(720, 1440)
    off = mars.height - areoid_height(4) - mola
    share = np.broadcast_to(weights(720), off.shape)
    assert abs(np.average(off, weights=share)) < 10.0
    # harmonics of degree 719 leave out what is finer than 15 km
    assert np.sqrt(np.average(off**2, weights=share)) < 100.0
    assert np.median(np.abs(off)) < 30.0


@pytest.mark.parametrize(
    ("lon", "lat", "radius_km"),
    [(226.2, 18.65, 3415.9), (70.5, -42.4, 3382.0), (0.0, 90.0, 3376.2)],
    ids=["Olympus Mons", "Hellas Planitia", "north pole"],
)
def test_radii_at_known_places(mars, lon, lat, radius_km):
    assert np.linalg.norm(mars.point_at(lon, lat)) / 1e3 == pytest.approx(radius_km, abs=0.4)


def test_shape_is_the_sum_of_its_harmonics(mars, shared_data):
    sys.path.insert(0, str(TOOLS))
    try:
        from make_mars_assets import coefficients, latitude_sums, table_text
    finally:
        sys.path.remove(str(TOOLS))
    cosine, sine = coefficients(table_text(shared_data / "gravity_shape" / "MarsTopo719.shape.gz"))
    lat = np.array([89.875, 40.125, -0.125, -72.625])
    even, odd = latitude_sums(cosine, sine, np.radians(lat))
    orders = np.arange(720)
    for lon in (0.125, 137.375, 359.875):
        angle = orders * np.radians(lon)
        radius = even @ np.cos(angle) + odd @ np.sin(angle)
        height = mars.height_at(lon, lat)
        assert np.abs(radius - ellipsoid_radius(lat) - height).max() <= 0.51


def test_finer_shapes_run_through_the_coarser_one(mars):
    fine = shape_model(8)
    assert fine.shape == (1440, 2880)
    # the spline's mean over a cell's four parts is near the cell's own value, but not beyond it
    means = fine.reshape(720, 2, 1440, 2).mean(axis=(1, 3))
    assert np.sqrt(np.mean((means - mars.height) ** 2)) < 60.0
    assert abs(float(fine.mean() - mars.height.mean())) < 0.5
    waves = np.cos(np.radians(np.arange(0.5, 180.0)))[:, None] * np.ones(360)
    smooth = Terrain((1e3 * waves).astype(np.float32)).resampled(3)
    lat = 90.0 - (np.arange(540) + 0.5) / 3.0
    assert np.abs(smooth.height[:, 0] - 1e3 * np.cos(np.radians(90.0 - lat))).max() < 0.01


def test_packing_is_lossless():
    height = np.random.default_rng(5).integers(-8000, 8000, (40, 80)).astype(np.int16)
    assert np.array_equal(unpacked_heights(*packed_heights(height)), height)


def test_areoid_is_level_and_of_the_right_size():
    radius = areoid_radius(np.array([0.0, 89.5]))
    assert radius[0].mean() == pytest.approx(EQUATORIAL_RADIUS, abs=1.0)
    # Smith et al. 2001: the areoid stands about 1 km above its mean ellipsoid over Tharsis
    assert 1200.0 < radius[0].max() - EQUATORIAL_RADIUS < 2200.0
    assert 240 < np.argmax(radius[0]) < 270
    assert 3376e3 < radius[1].mean() < 3379e3


def test_bilinear_surface(bumpy):
    from scipy.interpolate import RegularGridInterpolator

    rows, columns = bumpy.shape
    cell = 180.0 / rows
    lat = 90.0 - (np.arange(rows) + 0.5) * cell
    lon = (np.arange(-1, columns + 1) + 0.5) * cell
    wide = np.concatenate([bumpy.height[:, -1:], bumpy.height, bumpy.height[:, :1]], axis=1)
    oracle = RegularGridInterpolator((lat[::-1], lon), wide[::-1].astype(float))
    rng = np.random.default_rng(6)
    x, y = rng.uniform(0.0, 360.0, 500), rng.uniform(lat[-1], lat[0], 500)
    assert np.abs(bumpy.height_at(x, y) - oracle(np.stack([y, x], axis=-1))).max() < 1e-3
    assert bumpy.height_at(lon[5], lat[7]) == pytest.approx(float(bumpy.height[7, 4]), abs=1e-3)


def test_surface_is_closed_over_poles_and_antimeridian(bumpy):
    lon = np.arange(0.0, 360.0, 7.0)
    for pole, row in ((90.0, 0), (-90.0, -1)):
        at_pole = bumpy.height_at(lon, pole)
        assert np.ptp(at_pole) < 2e-3
        assert at_pole[0] == pytest.approx(float(bumpy.height[row].mean()), abs=1e-2)
    lat = np.linspace(-90.0, 90.0, 37)
    assert np.array_equal(bumpy.height_at(0.0, lat), bumpy.height_at(360.0, lat))
    assert np.abs(bumpy.height_at(1e-9, lat) - bumpy.height_at(360.0 - 1e-9, lat)).max() < 1e-3
    assert bumpy.height_at(-10.0, 5.0) == bumpy.height_at(350.0, 5.0)


def test_normals_are_those_of_the_surface(mars):
    rng = np.random.default_rng(7)
    lon, lat = rng.uniform(0.0, 360.0, 400), rng.uniform(-89.0, 89.0, 400)
    step = 1e-6
    east = mars.point_at(lon + step, lat) - mars.point_at(lon - step, lat)
    north = mars.point_at(lon, lat + step) - mars.point_at(lon, lat - step)
    across = np.cross(east, north)
    across /= np.linalg.norm(across, axis=1, keepdims=True)
    assert np.abs(across - mars.normal_at(lon, lat)).max() < 1e-6
    flat = Terrain.flat()
    point = flat.point_at(lon, lat)
    up = point / np.array(flat.radii) ** 2
    up /= np.linalg.norm(up, axis=1, keepdims=True)
    assert np.abs(flat.normal_at(lon, lat) - up).max() < 1e-12


def test_no_tile_is_lower_than_the_ground_beside_it(bumpy, mars):
    for terrain in (bumpy, mars):
        rng = np.random.default_rng(8)
        lon, lat = rng.uniform(0.0, 360.0, 4000), np.degrees(np.arcsin(rng.uniform(-1, 1, 4000)))
        height = terrain.height_at(lon, lat)
        side = 4
        for level in terrain.mips:
            width = side / terrain.ppd
            for east in (-1.0, 0.0, 1.0):
                for north in (-1.0, 0.0, 1.0):
                    y = 90.0 - lat + north * width
                    x = (lon + east * width) % 360.0
                    x = np.where((y < 0.0) | (y > 180.0), (x + 180.0) % 360.0, x)
                    y = np.where(y < 0.0, -y, np.where(y > 180.0, 360.0 - y, y))
                    i = np.minimum((x / width).astype(int), level.shape[1] - 1)
                    j = np.minimum((y / width).astype(int), level.shape[0] - 1)
                    assert np.all(level[j, i] >= height - 1e-3)
            side *= 4


def test_resampling():
    terrain = Terrain.mars(4)
    coarse = terrain.resampled(1)
    assert coarse.shape == (180, 360)
    assert coarse.height[0, 0] == pytest.approx(terrain.height[:4, :4].mean(), abs=1e-2)
    assert terrain.resampled(4) is terrain
    assert "resampled to 1 per degree" in coarse.source
    with pytest.raises(InputError, match="no whole step"):
        terrain.resampled(3)
    with pytest.raises(InputError, match="4, 8 or 16"):
        Terrain.mars(5)


@pytest.mark.parametrize(
    ("height", "words"),
    [
        (np.zeros((20, 30)), "twice as many columns"),
        (np.full((20, 40), np.nan), "gaps"),
        (np.full((20, 40), 3.39e6), "not radii"),
        (np.zeros((18, 36)), "fours"),
    ],
)
def test_what_is_no_terrain_is_refused(height, words):
    with pytest.raises(InputError, match=words):
        Terrain(height)
    with pytest.raises(InputError, match="ellipsoid of revolution"):
        Terrain(np.zeros((20, 40)), (13e3, 11e3, 9e3))


# files ------------------------------------------------------------------------------------------
def geotiff(path, values, crs="IAU_2015:49900", bounds=(-180.0, -90.0, 180.0, 90.0), **more):
    rows, columns = values.shape
    with rasterio.open(
        path, "w", driver="GTiff", width=columns, height=rows, count=1, dtype=values.dtype,
        crs=crs, transform=from_bounds(*bounds, columns, rows), **more,
    ) as sink:  # fmt: skip
        sink.write(values, 1)
    return path


HILLS = (np.arange(180 * 360).reshape(180, 360) % 977).astype(np.float32)


def test_geotiff_begins_at_the_prime_meridian(tmp_path):
    height, source = read_terrain(geotiff(tmp_path / "a.tif", HILLS))
    assert np.array_equal(height, np.roll(HILLS, 180, axis=1))
    assert "a.tif" in source
    half = np.pi * 3396190.0
    flat = geotiff(
        tmp_path / "b.tif", HILLS, "IAU_2015:49910", (-half, -half / 2.0, half, half / 2.0)
    )
    assert np.array_equal(read_terrain(flat)[0], height)
    east = geotiff(tmp_path / "c.tif", HILLS, bounds=(0.0, -90.0, 360.0, 90.0))
    assert np.array_equal(read_terrain(east)[0], HILLS)
    assert Terrain.open(east).height_at(0.5, 89.5) == pytest.approx(float(HILLS[0, 0]))


def test_heights_above_other_surfaces(tmp_path):
    path = geotiff(tmp_path / "a.tif", HILLS, bounds=(0.0, -90.0, 360.0, 90.0))
    lat = 89.5 - np.arange(180)
    ball = read_terrain(path, above="sphere")[0]
    assert np.abs(ball - HILLS - (3396190.0 - ellipsoid_radius(lat))[:, None]).max() < 0.01
    level = read_terrain(path, above="areoid")[0]
    assert np.abs(level - HILLS - areoid_height(1)).max() < 0.01
    radii = geotiff(tmp_path / "r.tif", HILLS + 3.39e6, bounds=(0.0, -90.0, 360.0, 90.0))
    centre = read_terrain(radii, above="centre")[0]
    assert np.abs(centre - (HILLS + 3.39e6 - ellipsoid_radius(lat)[:, None])).max() < 0.3
    with pytest.raises(DataError, match="choose another"):
        read_terrain(radii)
    with pytest.raises(InputError, match="none of ellipsoid"):
        read_terrain(path, above="sea")


def test_mola_with_and_without_its_label(tmp_path, shared_data, mars):
    bare = shared_data / "mola_4ppd" / "megt90n000cb.img"
    height, _ = read_terrain(bare, above="areoid")
    assert np.sqrt(np.mean((height - mars.height) ** 2)) < 130.0
    copy = tmp_path / "mola.img"
    shutil.copy(bare, copy)
    label = (
        "PDS_VERSION_ID = PDS3\r\nRECORD_TYPE = FIXED_LENGTH\r\nRECORD_BYTES = 2880\r\n"
        'FILE_RECORDS = 720\r\n^IMAGE = "mola.img"\r\nTARGET_NAME = MARS\r\nOBJECT = IMAGE\r\n'
        " LINES = 720\r\n LINE_SAMPLES = 1440\r\n SAMPLE_TYPE = MSB_INTEGER\r\n"
        " SAMPLE_BITS = 16\r\nEND_OBJECT = IMAGE\r\nOBJECT = IMAGE_MAP_PROJECTION\r\n"
        ' MAP_PROJECTION_TYPE = "SIMPLE CYLINDRICAL"\r\n A_AXIS_RADIUS = 3396.0 <KM>\r\n'
        " B_AXIS_RADIUS = 3396.0 <KM>\r\n C_AXIS_RADIUS = 3396.0 <KM>\r\n"
        " POSITIVE_LONGITUDE_DIRECTION = EAST\r\n CENTER_LATITUDE = 0.0 <DEGREE>\r\n"
        " CENTER_LONGITUDE = 180.0 <DEGREE>\r\n MAP_RESOLUTION = 4.0 <PIXEL/DEGREE>\r\n"
        " MAP_SCALE = 14.818 <KM/PIXEL>\r\n LINE_PROJECTION_OFFSET = 360.5\r\n"
        " SAMPLE_PROJECTION_OFFSET = 720.5\r\nEND_OBJECT = IMAGE_MAP_PROJECTION\r\nEND\r\n"
    )
    (tmp_path / "mola.lbl").write_bytes(label.encode())
    assert np.array_equal(read_terrain(copy, above="areoid")[0], height)
    assert np.array_equal(read_terrain(tmp_path / "mola.lbl", above="areoid")[0], height)


def test_truncated_files_are_one_sentence(tmp_path, shared_data):
    whole = (shared_data / "mola_4ppd" / "megt90n000cb.img").read_bytes()
    bare = tmp_path / "bare.img"
    bare.write_bytes(whole[:-1000])
    with pytest.raises(DataError, match=r"truncated.*fetch it again") as caught:
        read_terrain(bare, above="areoid")
    assert "\n" not in str(caught.value)
    tif = geotiff(tmp_path / "a.tif", HILLS)
    tif.write_bytes(tif.read_bytes()[:100_000])
    with pytest.raises(DataError, match="truncated") as caught:
        read_terrain(tif)
    assert "\n" not in str(caught.value)
    tif.write_bytes(b"II*\x00")
    with pytest.raises(DataError, match="truncated or not readable"):
        read_terrain(tif)
    text = tmp_path / "a.txt"
    text.write_text("no terrain")
    with pytest.raises(DataError, match="not readable"):
        read_terrain(text)
    with pytest.raises(InputError, match="no terrain file"):
        read_terrain(tmp_path / "none.tif")


@pytest.mark.parametrize(
    ("how", "words"),
    [
        ({"crs": None}, "names no reference system"),
        ({"crs": "EPSG:4326"}, "not Mars"),
        ({"crs": "IAU_2015:49901"}, "planetographic"),
        ({"crs": "IAU_2015:49930"}, "neither geographic nor equirectangular"),
        ({"bounds": (-180.0, -80.0, 180.0, 90.0)}, "covers"),
        ({"bounds": (0.3, -90.0, 360.3, 90.0)}, "no cell's edge"),
        ({"nodata": 5.0}, "cells without height"),
    ],
)
def test_terrain_of_elsewhere_is_refused(tmp_path, how, words):
    path = geotiff(tmp_path / "a.tif", HILLS, **how)
    with pytest.raises(DataError, match=words):
        read_terrain(path)
