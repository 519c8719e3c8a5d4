"""Terrain from stereo: frames of textured hills, matched and intersected, against the hills."""

import builtins
import math
from types import SimpleNamespace

import numpy as np
import pytest
from map_frames import pose_over
from scipy.ndimage import gaussian_filter, map_coordinates

from marsward.core.errors import InputError
from marsward.core.map_grid import MapGrid
from marsward.geometry.ellipsoid import angles, direction
from marsward.geometry.pinhole import Pinhole
from marsward.geometry.terrain import Terrain
from marsward.retrieval.closure import ground_points
from marsward.retrieval.stereo import StereoFrame, stereo_terrain
from marsward.retrieval.stereo_geometry import stereo_pair

CAMERA = Pinhole(480, 360, 480.0, distortion=(-0.02, 0.004, 0.0, 0.0, 0.0))
PLACE = (25.0, 18.0)
SPAN = 12.0  # deg of texture on each side
HEIGHT = 300e3


def hills():
    lat = np.radians(90.0 - (np.arange(1440) + 0.5) / 8.0)[:, None]
    lon = np.radians((np.arange(2880) + 0.5) / 8.0)[None, :]
    height = 900.0 * np.sin(140.0 * lon) * np.cos(120.0 * lat) + 500.0 * np.sin(60.0 * lat + 1.0)
    return Terrain((height * np.ones((1440, 2880))).astype(np.float32), source="hills")


TEXTURE = gaussian_filter(np.random.default_rng(4).standard_normal((3000, 3000)), 1.2)


def look_at(target, away, side):
    """A camera HEIGHT above the ground, `away` degrees of arc east of the target, looking at it."""
    lon, lat = target[0] + away / math.cos(math.radians(target[1])), target[1] + side
    observer = (3_396_190.0 + HEIGHT) * direction(lon, lat)
    z = 3_393_000.0 * direction(*target) - observer
    z /= np.linalg.norm(z)
    north = np.array([0.0, 0.0, 1.0])
    x = np.cross(z, north)
    x /= np.linalg.norm(x)
    axes = np.stack([x, np.cross(z, x), z], axis=1)
    return SimpleNamespace(observer=observer, axes=axes, sun=direction(*target))


def picture(pose, terrain, *, noise=0.01, seed=0):
    x, y = np.meshgrid(np.arange(CAMERA.width), np.arange(CAMERA.height))
    rays = CAMERA.ray(np.stack([x, y], axis=-1).reshape(-1, 2).astype(float))
    lon, lat = angles(ground_points(rays, pose.observer, pose.axes, terrain=terrain)[0])
    cells = TEXTURE.shape[0] / (2.0 * SPAN)
    at = [(lat - PLACE[1] + SPAN) * cells, (lon - PLACE[0] + SPAN) * cells]
    values = map_coordinates(TEXTURE, at, order=1, mode="reflect").reshape(x.shape)
    values = 1.0 + values / TEXTURE.std() * 0.2
    return values + noise * np.random.default_rng(seed).standard_normal(values.shape)


def frames(terrain, angle=26.0, side=0.3):
    away = math.degrees(HEIGHT * math.tan(math.radians(angle / 2.0)) / 3_396_190.0)
    poses = [look_at(PLACE, -away, side), look_at(PLACE, away, -side)]
    return [StereoFrame(picture(p, terrain, seed=k), CAMERA, p) for k, p in enumerate(poses)]


def map_round(size=1.6, ppd=32):
    degree = 1.0 / ppd
    n = round(2 * size * ppd)
    return MapGrid("geographic", n, n, PLACE[0] - size, PLACE[1] + size, degree)


def test_rays_of_the_same_ground_meet_there():
    """Without matching: reference points lifted by a known height come back by geometry alone."""
    terrain = Terrain.flat()
    left, right = (look_at(PLACE, -1.2, 0.2), look_at(PLACE, 1.2, -0.1))
    pair = stereo_pair((CAMERA, CAMERA), (left, right))
    raised = SimpleNamespace(radii=tuple(r + 1500.0 for r in terrain.radii))
    up = raised.radii / np.array(terrain.radii)
    j, k = 200, 230
    point = pair.ground[j, k] * up
    columns = []
    for pose in (left, right):
        ray = (point - pose.observer)[None] @ np.asarray(pose.axes)
        ray /= np.linalg.norm(ray)
        below = ground_points(ray, pose.observer, pose.axes)[0, 0]
        offset = np.linalg.norm(pair.ground[j] - below, axis=-1)
        k0 = int(np.argmin(offset))
        step = pair.ground[j, k0 + 1] - pair.ground[j, k0 - 1]
        off_row = (below - pair.ground[j, k0]) - (
            (below - pair.ground[j, k0]) @ step / (step @ step)
        ) * step
        assert np.linalg.norm(off_row) < 0.02 * pair.gsd
        columns.append(k0 + 2.0 * ((below - pair.ground[j, k0]) @ step) / (step @ step))
    found, gap = pair.meet(np.array([j]), *(np.array([c]) for c in columns))
    assert np.linalg.norm(found[0] - point) < 0.02 * pair.gsd
    assert gap[0] < 0.02 * pair.gsd
    assert columns[0] > columns[1]


def test_heights_of_hills_are_right_to_half_a_pixel():
    pytest.importorskip("cv2")
    terrain, grid = hills(), map_round()
    found = stereo_terrain(*frames(terrain), grid, relief=(-1800.0, 1800.0))
    gsd = found.attrs["gsd_m"]
    row, col = np.indices(grid.shape)
    true = terrain.height_at(*grid.lon_lat(row, col))
    height, sigma = (found[n].values for n in ("stereo_height", "stereo_height_sigma"))
    good = np.isfinite(height) & (found["matches"].values >= 4)
    error = (height - true)[good]
    assert good.mean() > 0.5
    assert true[good].std() > 0.8 * gsd
    assert math.sqrt(np.mean(error**2)) < 0.6 * gsd
    assert abs(error.mean()) < 0.1 * gsd
    assert 0.3 < math.sqrt(np.mean((error / sigma[good]) ** 2)) < 1.6
    assert found.attrs["convergence_deg"] == pytest.approx(26.0, abs=4.0)
    assert found.attrs["gap_m"] < 0.1 * gsd


def test_a_wrong_pose_shows_in_the_heights_as_geometry_says():
    """One camera held 2 km too high: heights move by what its rays do, not by a fitted fudge."""
    pytest.importorskip("cv2")
    terrain, grid = hills(), map_round()
    left, right = frames(terrain)
    up = direction(*PLACE)
    moved = SimpleNamespace(**{**vars(right.pose), "observer": right.pose.observer + 2000.0 * up})
    one = stereo_terrain(left, right, grid, relief=(-2500.0, 2500.0))
    other = stereo_terrain(left, StereoFrame(right.image, CAMERA, moved), grid,
                           relief=(-2500.0, 2500.0))  # fmt: skip
    shift = np.nanmean(other["stereo_height"].values - one["stereo_height"].values)
    # the two views are even about the vertical: lifting one ray by h lifts the meeting by h/2
    assert shift == pytest.approx(1000.0, abs=60.0)


def test_pairs_without_stereo_are_refused():
    terrain = Terrain.flat()
    grid = map_round()
    same = pose_over(*PLACE, HEIGHT)
    image = np.zeros((360, 480), dtype=np.float32)
    one = StereoFrame(image, CAMERA, same)
    pytest.importorskip("cv2")
    with pytest.raises(InputError, match="deg apart"):
        stereo_terrain(one, one, grid)
    far = StereoFrame(image, CAMERA, pose_over(PLACE[0] + 40.0, PLACE[1], HEIGHT))
    with pytest.raises(InputError, match="too little ground"):
        stereo_terrain(one, far, grid, terrain=terrain)
    with pytest.raises(InputError, match="lower to higher"):
        stereo_terrain(one, far, grid, relief=(1.0, 0.0))
    with pytest.raises(InputError, match=r"\(y, x\)"):
        StereoFrame(image[:10], CAMERA, same)


def test_without_opencv_one_sentence_says_what_to_install(monkeypatch):
    real = builtins.__import__

    def without(name, *args, **kwargs):
        if name == "cv2":
            raise ImportError(name)
        return real(name, *args, **kwargs)

    monkeypatch.setattr(builtins, "__import__", without)
    frame = StereoFrame(np.zeros((360, 480)), CAMERA, pose_over(*PLACE, HEIGHT))
    with pytest.raises(InputError, match=r'pip install "marsward\[stereo\]"'):
        stereo_terrain(frame, frame, map_round())
