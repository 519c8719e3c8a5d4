"""Local terrain: places, heights, crops, files in several systems, gaps; slopes; horizons."""

import json
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from marsward.core.errors import DataError, InputError
from marsward.data.dem_files import LocalPlane
from marsward.geometry.local_horizon import local_horizon, local_horizon_map
from marsward.geometry.local_terrain import LocalTerrain, metres
from marsward.geometry.terrain import Terrain
from marsward.geometry.terrain_slopes import fitted_slopes, rms_slope, roughness, slopes

GALE = "dem/gale_hirise_dtm_1m_337x348.tif"
GALE_SYSTEM = "ESRI:103885"


def hilly(n=80, cell=5.0):
    draw = np.random.default_rng(5)
    height = np.cumsum(np.cumsum(draw.normal(0.0, 0.05, (n, n + 7)), axis=0), axis=1)
    return LocalTerrain(height.astype(np.float32), cell, 109.9, 25.1, "hills")


def crop_of_mola(folder):
    """The MOLA crop about Jezero, 128 cells a degree, on local metres."""
    about = json.loads((folder / "dem/mola128ppd_perseverance.json").read_text())
    raw = np.fromfile(folder / "dem/mola128ppd_perseverance.u16le", "<u2")
    share = raw.reshape(about["height"], about["width"]) / 65535.0
    height = about["minElev"] + share * (about["maxElev"] - about["minElev"])
    box = about["bbox"]
    lon, lat = 0.5 * (box["minLon"] + box["maxLon"]), 0.5 * (box["minLat"] + box["maxLat"])
    plane = LocalPlane(lon, lat)
    step = plane.radius * math.radians(1.0 / 128.0) * math.cos(math.radians(lat))
    x = (np.arange(-110, 111)) * step
    at_lon, at_lat = plane.lonlat(x[None, :], -x[:, None])
    row, col = (box["maxLat"] - at_lat) * 128.0 - 0.5, (at_lon - box["minLon"]) * 128.0 - 0.5
    near = height[np.rint(row).astype(int), np.rint(col).astype(int)]
    return LocalTerrain(near.astype(np.float32), step, lon, lat, "MOLA")


def write_raster(path, height, transform, system, nodata=None):
    import rasterio

    with rasterio.open(
        path, "w", driver="GTiff", width=height.shape[1], height=height.shape[0], count=1,
        dtype="float32", crs=system, transform=transform, nodata=nodata,
    ) as out:  # fmt: skip
        out.write(height.astype(np.float32), 1)


@given(st.floats(-89.0, 89.0), st.floats(0.0, 360.0), st.floats(-4e4, 4e4), st.floats(-4e4, 4e4))
def test_places_and_metres_turn_into_one_another(lat, lon, x, y):
    plane = LocalPlane(lon, lat)
    back = plane.xy(*plane.lonlat(x, y))
    assert back[0] == pytest.approx(x, abs=1e-5)
    assert back[1] == pytest.approx(y, abs=1e-5)


def test_axes_point_east_and_north_and_metres_are_metres():
    plane = LocalPlane(77.0, 18.0)
    lon, lat = plane.lonlat([1000.0, 0.0], [0.0, 1000.0])
    assert lon[0] > 77.0
    assert lat[1] > 18.0
    degree = math.radians(1.0) * plane.radius
    assert (lat[1] - 18.0) * degree == pytest.approx(1000.0, rel=1e-9)
    assert (lon[0] - 77.0) * degree * math.cos(math.radians(18.0)) == pytest.approx(1e3, rel=1e-6)


def test_heights_and_normals_of_a_plane_are_exact():
    flat = LocalTerrain.flat(10.0, 5.0, size=400.0, cell=4.0)
    x, y = np.meshgrid(flat.x, flat.y)
    plane = LocalTerrain((0.1 * x - 0.2 * y).astype(np.float32), 4.0, 10.0, 5.0)
    assert flat.y[0] > flat.y[-1]
    assert flat.x[0] < flat.x[-1]
    at = np.array([-120.3, 3.3, 77.7]), np.array([55.5, -101.2, 8.8])
    assert plane.at(*at) == pytest.approx(0.1 * at[0] - 0.2 * at[1], abs=1e-4)
    up = np.array([-0.1, 0.2, 1.0]) / math.sqrt(1.05)
    assert plane.normal(*at) == pytest.approx(np.tile(up, (3, 1)), abs=1e-5)
    lean = slopes(plane, 20.0)
    assert lean.slope == pytest.approx(math.degrees(math.atan(math.sqrt(0.05))), abs=1e-3)
    assert lean.azimuth == pytest.approx(360.0 - math.degrees(math.atan2(0.1, 0.2)), abs=1e-2)
    assert roughness(plane, 20.0).max() < 1e-4
    assert rms_slope(plane, 4.0) == pytest.approx(math.degrees(math.atan(math.sqrt(0.025))), 1e-4)


def test_crops_patches_and_means_keep_the_site_s_metres():
    ground = hilly()
    part = ground.crop(40.0, -30.0, 100.0)
    assert part.shape == (20, 20)
    assert (part.lon, part.lat) == (ground.lon, ground.lat)
    x, y = np.array([10.0, 60.0, 81.3]), np.array([-10.0, -51.0, -44.4])
    assert part.at(x, y) == pytest.approx(ground.at(x, y), abs=1e-4)
    coarse = ground.resampled(20.0)
    block = ground.height[4:8, 8:12].astype(float).mean()
    assert coarse.height[1, 2] == pytest.approx(block, abs=1e-3)
    assert coarse.x[2] == pytest.approx(ground.x[8:12].mean())
    assert coarse.y[1] == pytest.approx(ground.y[4:8].mean())
    fine = ground.patch(33.0, 22.0, 30.0, 0.5)
    assert fine.at(35.0, 20.0) == pytest.approx(float(ground.at(35.0, 20.0)), abs=0.05)
    assert ground.resampled(7.0).at(x, y) == pytest.approx(ground.at(x, y), abs=2.0)
    data = ground.dataset()
    assert data.elevation.dims == ("y", "x")
    assert data.attrs["site_lon"] == ground.lon


def test_what_cannot_be_is_refused():
    ground = hilly()
    with pytest.raises(InputError, match="off the terrain"):
        ground.at(1e4, 0.0)
    with pytest.raises(InputError, match="reaches off"):
        ground.crop(190.0, 0.0, 100.0)
    with pytest.raises(InputError, match="not numbers"):
        LocalTerrain(np.full((4, 4), np.nan, np.float32), 1.0, 0.0, 0.0)
    with pytest.raises(InputError, match="no terrain of Mars"):
        LocalTerrain(np.full((4, 4), 3.39e6, np.float32), 1.0, 0.0, 0.0)
    with pytest.raises(InputError, match="above zero"):
        metres("-3 m")
    with pytest.raises(InputError, match="does not fit"):
        slopes(ground, 1e5)
    with pytest.raises(InputError, match="between 4 and 360"):
        local_horizon_map(ground, azimuths=2)
    with pytest.raises(InputError, match="there is no elevation model"):
        LocalTerrain.open("nowhere.tif")


@pytest.mark.parametrize(
    ("system", "width"),
    [("IAU_2015:49900", "deg"), ("IAU_2015:49910", "m"), ("IAU_2015:49930", "m")],
)
def test_files_in_any_system_give_the_same_ground(tmp_path, system, width):
    from pyproj import CRS, Transformer
    from rasterio.transform import Affine

    lon0, lat0 = (109.9, 25.0) if system != "IAU_2015:49930" else (150.0, 80.0)
    crs = CRS.from_user_input(system)
    there = Transformer.from_crs(crs.geodetic_crs, crs, always_xy=True)
    x0, y0 = there.transform(lon0, lat0) if width == "m" else (lon0, lat0)
    step = 20.0 if width == "m" else 20.0 / 59274.0
    n = 120
    move = Affine(step, 0.0, x0 - 0.5 * n * step, 0.0, -step, y0 + 0.5 * n * step)
    col, row = np.meshgrid(np.arange(n) + 0.5, np.arange(n) + 0.5)
    px, py = move.c + col * step, move.f - row * step
    lon, lat = there.transform(px, py, direction="INVERSE") if width == "m" else (px, py)
    plane = LocalPlane(lon0, lat0)
    x, y = plane.xy(lon, lat)
    law = lambda x, y: 30.0 * np.sin(x / 300.0) + 20.0 * np.cos(y / 250.0)  # noqa: E731
    write_raster(tmp_path / "dem.tif", law(x, y), move, crs.to_wkt())
    ground = LocalTerrain.open(tmp_path / "dem.tif")
    at = np.array([-300.0, 0.0, 410.0]), np.array([200.0, -333.0, 77.0])
    own = plane.xy(*ground.lonlat(*at))
    assert ground.at(*at) == pytest.approx(law(*own), abs=0.15)
    assert abs(ground.lat - lat0) < 1e-3


def test_gaps_are_refused_and_filled_only_when_asked(tmp_path):
    from rasterio.transform import Affine

    height = np.full((40, 50), 12.0)
    height[10:13, 20:24] = -9999.0
    move = Affine(10.0, 0.0, 0.0, 0.0, -10.0, 0.0)
    write_raster(tmp_path / "gap.tif", height, move, "IAU_2015:49910", nodata=-9999.0)
    with pytest.raises(DataError, match="12 cells without height"):
        LocalTerrain.open(tmp_path / "gap.tif")
    filled = LocalTerrain.open(tmp_path / "gap.tif", fill="smooth")
    assert filled.height == pytest.approx(12.0, abs=1e-3)
    assert "12 gaps" in filled.source
    assert LocalTerrain.open(tmp_path / "gap.tif", fill=5.0).height.min() == pytest.approx(5.0)
    with pytest.raises(InputError, match="neither None"):
        LocalTerrain.open(tmp_path / "gap.tif", fill="guess")
    write_raster(tmp_path / "earth.tif", np.zeros((40, 50)), move, "EPSG:32633")
    with pytest.raises(DataError, match="not Mars"):
        LocalTerrain.open(tmp_path / "earth.tif")


def test_hirise_model_of_gale(shared_data):
    ground = LocalTerrain.open(shared_data / GALE)
    assert ground.shape == (337, 348)
    assert ground.cell == pytest.approx(1.0, abs=1e-3)
    assert ground.lat == pytest.approx(-4.667, abs=1e-3)
    assert ground.height.min() == pytest.approx(-4472.67, abs=0.01)
    assert ground.height.max() == pytest.approx(-4437.883, abs=0.01)
    steep = [rms_slope(ground, b) for b in (1.0, 5.0, 20.0, 100.0)]
    assert steep == sorted(steep, reverse=True)
    assert 4.0 < steep[-1] < steep[0] < 8.0
    other = LocalTerrain.open(shared_data / GALE, cell=2.0)
    assert other.at(20.0, -30.0) == pytest.approx(float(ground.at(20.0, -30.0)), abs=0.1)


def test_planes_of_windows_against_least_squares():
    ground = hilly(40)
    lean, rough = fitted_slopes(ground, 25.0)
    k = np.arange(-2, 3)
    table = np.stack([np.ones(25), np.tile(k, 5), -np.repeat(k, 5)], axis=1)
    windows = np.lib.stride_tricks.sliding_window_view(ground.height.astype(float), (5, 5))
    fit, left, *_ = np.linalg.lstsq(table, windows.reshape(-1, 25).T, rcond=None)
    inner = (slice(2, -2), slice(2, -2))
    shape = windows.shape[:2]
    assert lean.east[inner] == pytest.approx(fit[1].reshape(shape) / ground.cell, abs=1e-5)
    assert lean.north[inner] == pytest.approx(fit[2].reshape(shape) / ground.cell, abs=1e-5)
    assert rough[inner] == pytest.approx(np.sqrt(left / 25).reshape(shape), abs=1e-5)


def test_two_point_slopes_against_numpy_and_workers():
    ground = hilly(60)
    lean = slopes(ground, 20.0)
    h = ground.height.astype(float)
    assert lean.east[:, 2:-2] == pytest.approx((h[:, 4:] - h[:, :-4]) / 20.0, abs=1e-6)
    assert lean.north[2:-2] == pytest.approx((h[:-4] - h[4:]) / 20.0, abs=1e-6)
    assert np.array_equal(lean.east, slopes(ground, 20.0, workers=2).east)


def test_horizon_from_the_middle_of_a_bowl_and_of_a_cone():
    flat = LocalTerrain.flat(0.0, 0.0, size=1000.0, cell=5.0)
    x, y = np.meshgrid(flat.x, flat.y)
    away = np.hypot(x, y)
    bowl = LocalTerrain((0.2 * away).astype(np.float32), 5.0, 0.0, 0.0)
    seen = local_horizon(bowl, 0.0, 0.0, np.arange(0.0, 360.0, 30.0))
    assert seen == pytest.approx(math.degrees(math.atan(0.2)), abs=0.5)
    high = local_horizon(bowl, 0.0, 0.0, [0.0, 90.0], above=20.0)
    assert (high < seen[0]).all()
    step = LocalTerrain(np.where(x > 100.0, 50.0, 0.0).astype(np.float32), 5.0, 0.0, 0.0)
    seen = local_horizon_map(step, azimuths=8)
    assert seen.elevation_at(0.0, 0.0, 90.0) == pytest.approx(
        math.degrees(math.atan2(50.0, 102.5)), abs=0.6
    )
    assert abs(float(seen.elevation_at(0.0, 0.0, 270.0))) < 0.01
    assert seen.in_shadow(50.0, 0.0, 90.0, 30.0)
    assert not seen.in_shadow(50.0, 0.0, 270.0, 1.0)


def test_swept_horizon_against_a_plain_search():
    ground = hilly(50)
    seen = local_horizon_map(ground, azimuths=8, workers=2)
    h, n = ground.height.astype(float), ground.shape
    radius = ground.plane.radius
    around = [(-1, 0), (-1, 1), (0, 1), (1, 1), (1, 0), (1, -1), (0, -1), (-1, -1)]
    for k, (dj, di) in enumerate(around):
        for j, i in [(25, 25), (3, 40), (44, 10), (20, 51)]:
            best, m = -math.inf, 1
            while 0 <= j + m * dj < n[0] and 0 <= i + m * di < n[1]:
                s = m * ground.cell * math.hypot(dj, di)
                best = max(best, (h[j + m * dj, i + m * di] - h[j, i]) / s - s / (2.0 * radius))
                m += 1
            assert seen.tangent[k, j, i] == pytest.approx(best, abs=2e-5)
    x, y = ground.x[[20, 30, 45]], ground.y[[22, 31, 12]]
    rays = local_horizon(ground, x, y, seen.azimuth)
    assert seen.elevation_at(x[:, None], y[:, None], seen.azimuth) == pytest.approx(rays, abs=3.0)


def test_crop_of_the_planet_meets_the_planet(shared_data):
    planet = Terrain.mars()
    ground = LocalTerrain.of(planet, 77.22, 18.43, size="200 km", cell="2 km")
    mola = crop_of_mola(shared_data)
    x, y = np.meshgrid(np.linspace(-4e4, 4e4, 9), np.linspace(-4e4, 4e4, 9))
    there = mola.at(*mola.xy(*ground.lonlat(x, y)))
    short = ground.at(x, y) - there
    assert abs(short.mean()) < 60.0
    assert short.std() < 250.0
    assert "14.8 km" in ground.source
