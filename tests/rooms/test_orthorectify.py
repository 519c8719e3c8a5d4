"""Frames on maps: against PROJ and GDAL, the pinhole, poles, date line, terrain, averages."""

import math
from types import SimpleNamespace

import numpy as np
import pytest
from map_frames import pose_over

from marsward.core.errors import InputError
from marsward.core.map_grid import MapGrid
from marsward.geometry.ellipsoid import direction
from marsward.geometry.pinhole import Pinhole
from marsward.geometry.terrain import Terrain
from marsward.retrieval.closure import ground_points
from marsward.retrieval.map_window import frame_window
from marsward.retrieval.orthorectify import orthorectify, pixel_map

R = 3_396_190.0
MORIC = Pinhole(128, 96, 64.0 / math.tan(math.radians(53.4 / 2.0)))
BENT = Pinhole(128, 96, 127.0, distortion=(-0.12, 0.03, 1e-3, -5e-4, 0.0))
FISHEYE = Pinhole(128, 96, 80.0, distortion=(0.02, -0.01, 0.0, 0.0, 0.0), model="opencv-fisheye")
SPHERE = Terrain.flat((R, R, R))


def bumpy(amplitude=3000.0):
    lat = np.radians(90.0 - (np.arange(720) + 0.5) / 4.0)[:, None]
    lon = np.radians((np.arange(1440) + 0.5) / 4.0)[None, :]
    height = amplitude * np.sin(12.0 * lon) * np.cos(9.0 * lat) * np.cos(lat)
    return Terrain(height.astype(np.float32), (R, R, 3_376_200.0), "waves")


def ramp(camera):
    return np.stack(np.meshgrid(np.arange(camera.width), np.arange(camera.height))).astype(float)


def full_disc():
    """The camera of the benchmark: the whole disc from 10 700 km, 2048 x 1536."""
    height = 10_700e3
    pose = pose_over(30.0, -15.0, height, incidence=0.0)
    focal = 720.0 / math.tan(math.asin(R / (R + height)))
    return Pinhole(2048, 1536, focal), pose, height


def test_positions_of_a_full_disc_are_those_of_proj_near_sided_perspective():
    from pyproj import Transformer

    camera, pose, height = full_disc()
    grid = MapGrid.equirectangular(2)
    window = frame_window(grid, camera, pose, radii=(R, R, R))
    found = pixel_map(camera, pose, grid, window, terrain=SPHERE, emission_limit=80.0)
    rows = np.arange(window.row0, window.row1)
    lon, lat = grid.lon_lat(rows[:, None], window.columns(grid)[None, :])
    proj = Transformer.from_crs(
        f"+proj=longlat +R={R}",
        f"+proj=nsper +h={height} +lat_0=-15 +lon_0=30 +R={R} +units=m",
        always_xy=True,
    )
    x, y = proj.transform((lon + 180.0) % 360.0 - 180.0, lat)
    scale = camera.focal_px / height
    want = np.stack([x * scale + camera.cx, -y * scale + camera.cy], axis=-1)
    seen = np.isfinite(found[..., 0])
    assert seen.mean() > 0.2
    assert np.abs(found - want)[seen].max() < 1e-6


def test_values_are_those_of_gdal_warp_to_a_tenth_of_a_pixel():
    warp = pytest.importorskip("rasterio.warp")
    from rasterio.crs import CRS
    from rasterio.transform import Affine

    camera, pose, height = full_disc()
    grid = MapGrid.equirectangular(4)
    metres = height / camera.focal_px
    source = CRS.from_proj4(f"+proj=nsper +h={height} +lat_0=-15 +lon_0=30 +R={R} +units=m")
    target = CRS.from_proj4(f"+proj=eqc +R={R} +units=m")
    corner = Affine(metres, 0, -1024 * metres, 0, -metres, 768 * metres)
    for image in ramp(camera).astype(np.float32):
        other = np.full(grid.shape, np.nan, dtype=np.float32)
        warp.reproject(
            image, other, src_transform=corner, src_crs=source,
            dst_transform=Affine(*grid.transform), dst_crs=target,
            resampling=warp.Resampling.bilinear, tolerance=0.0, dst_nodata=np.nan,
        )  # fmt: skip
        ours, window = orthorectify(image, camera, pose, grid, terrain=SPHERE, emission_limit=80.0)
        there = other[window.row0 : window.row1][:, window.columns(grid)]
        both = np.isfinite(ours) & np.isfinite(there)
        assert both.sum() > 0.2 * grid.width * grid.height
        assert np.abs(ours - there)[both].max() < 0.1


@pytest.mark.parametrize("camera", [MORIC, BENT, FISHEYE])
@pytest.mark.parametrize("place", [(10.0, 5.0), (179.5, -40.0), (77.0, 89.5), (200.0, -89.9)])
@pytest.mark.parametrize("grid", ["4 ppd", "20 km north", "20 km south", "2 ppd geographic"])
def test_each_cell_holds_the_pixel_that_the_pinhole_gives(camera, place, grid):
    grid = MapGrid.parse(grid)
    pose = pose_over(*place, 600e3, roll=0.7, tilt=8.0)
    values, window = orthorectify(ramp(camera), camera, pose, grid)
    if window is None:
        sign = {"north-polar": 1.0, "south-polar": -1.0}[grid.projection]
        assert sign * place[1] < 50.0
        return
    rows = np.arange(window.row0, window.row1)[:, None]
    lon, lat = grid.lon_lat(rows, window.columns(grid)[None, :])
    u = direction(lon, lat)
    point = u / np.linalg.norm(u / np.array([R, R, 3_376_200.0]), axis=-1)[..., None]
    ray = (point - pose.observer) @ pose.axes
    near = np.sum(u * (pose.observer - point), axis=-1) > 0.2 * np.linalg.norm(
        pose.observer - point, axis=-1
    )
    want = np.where(near[..., None], camera.project(ray), np.nan)
    inside = (
        (want[..., 0] >= 0) & (want[..., 1] >= 0)
        & (want[..., 0] < camera.width - 1) & (want[..., 1] < camera.height - 1)
    )  # fmt: skip
    filled = np.isfinite(values[0]) & near
    assert (filled == inside)[near].all()
    error = np.abs(np.moveaxis(values, 0, -1) - want)[filled]
    assert error.size == 0 or error.max() < 2e-5


@pytest.mark.parametrize("place", [(0.0, 0.0), (180.0, 30.0), (123.0, 88.0), (5.0, -87.0)])
def test_the_window_leaves_no_cell_out(place):
    grid = MapGrid.parse("2 ppd")
    pose = pose_over(*place, 700e3, roll=1.1, tilt=20.0)
    whole = SimpleNamespace(row0=0, row1=grid.height, col0=0, width=grid.width, shape=grid.shape)
    terrain = bumpy()
    every, _ = orthorectify(ramp(MORIC), MORIC, pose, grid, terrain=terrain, window=whole)
    some, window = orthorectify(ramp(MORIC), MORIC, pose, grid, terrain=terrain)
    back = np.full_like(every, np.nan)
    back[:, window.row0 : window.row1, window.columns(grid)] = some
    np.testing.assert_array_equal(every, back)
    assert np.isfinite(some[0]).sum() > 100


def test_terrain_moves_cells_to_where_rays_meet_the_ground():
    terrain, pose = bumpy(), pose_over(37.0, 12.0, 400e3, tilt=15.0)
    pixels = np.stack(np.meshgrid([10.0, 60.0, 110.0], [8.0, 50.0, 90.0]), -1).reshape(-1, 2)
    points = ground_points(MORIC.ray(pixels), pose.observer, pose.axes, terrain=terrain)[0]
    for pixel, point in zip(pixels, points, strict=True):
        lon = math.degrees(math.atan2(point[1], point[0]))
        lat = math.degrees(math.asin(point[2] / np.linalg.norm(point)))
        degree = 1e-7
        grid = MapGrid("geographic", 2, 2, lon - degree, lat + degree, degree)
        found = pixel_map(
            MORIC, pose, grid, frame_window(grid, MORIC, pose, radii=terrain.radii,
                                            relief=(-3e3, 3e3)), terrain=terrain,
        )  # fmt: skip
        assert np.abs(found.reshape(-1, 2).mean(axis=0) - pixel).max() < 2e-3


def test_averages_keep_what_single_values_alias():
    camera = Pinhole(512, 384, 512.0)
    pose = pose_over(0.0, 0.0, 300e3)
    checks = (np.add(*np.indices((384, 512))) % 2).astype(np.float32)
    grid = MapGrid.parse("4 ppd")
    one, _ = orthorectify(checks, camera, pose, grid)
    many, _ = orthorectify(checks, camera, pose, grid, samples=24)
    assert np.nanstd(one) > 0.15
    assert np.nanstd(many) < 0.02
    assert abs(np.nanmean(many) - 0.5) < 0.005


def test_light_and_view_limits_are_kept():
    pose = pose_over(0.0, 0.0, 800e3, incidence=60.0)
    grid = MapGrid.parse("2 ppd")
    lit, window = orthorectify(ramp(MORIC)[0], MORIC, pose, grid, incidence_limit=60.0)
    everything, _ = orthorectify(ramp(MORIC)[0], MORIC, pose, grid)
    rows = np.arange(window.row0, window.row1)[:, None]
    lon, lat = grid.lon_lat(rows, window.columns(grid)[None, :])
    u = direction(lon, lat)
    normal = u / np.array([R, R, 3_376_200.0]) ** 2
    normal /= np.linalg.norm(normal, axis=-1, keepdims=True)
    day = normal @ pose.sun >= math.cos(math.radians(60.0))
    np.testing.assert_array_equal(np.isfinite(lit), np.isfinite(everything) & day)
    assert 0 < np.isfinite(lit).sum() < np.isfinite(everything).sum()


def test_errors_say_what_to_change():
    pose = pose_over(0.0, 0.0, 400e3)
    grid = MapGrid.parse("2 ppd")
    with pytest.raises(InputError, match="128 x 96"):
        orthorectify(np.zeros((5, 5)), MORIC, pose, grid)
    with pytest.raises(InputError, match="below the ground"):
        orthorectify(ramp(MORIC)[0], MORIC, pose_over(0.0, 0.0, -2e6), grid)
    with pytest.raises(InputError, match="emission_limit"):
        orthorectify(ramp(MORIC)[0], MORIC, pose, grid, emission_limit=120.0)
