"""The mosaic: albedo closes, errors are honest, rules hold, threads and restarts change nothing."""

import math

import numpy as np
import pytest
from map_frames import albedo_at, pose_over, radiance_of, turned_pose

from marsward.core.errors import DataError, InputError
from marsward.core.map_grid import MapGrid
from marsward.geometry.pinhole import Pinhole
from marsward.geometry.terrain import Terrain
from marsward.physics.haze import Haze
from marsward.physics.mars_photometry import MarsPhotometry
from marsward.retrieval.closure import albedo_error, geolocation_error, resolution
from marsward.retrieval.kernels.mosaic import noise_gain
from marsward.retrieval.mosaic import RULES, MapFrame, Mosaic
from marsward.retrieval.photometric_correction import LightModel

CAMERA = Pinhole(96, 72, 48.0 / math.tan(math.radians(53.4 / 2.0)))
GRID = MapGrid.parse("4 ppd")
PLAIN = LightModel((100.0,), photometry=MarsPhotometry("lunar-lambert"))


def waves(amplitude=800.0):
    lat = np.radians(90.0 - (np.arange(720) + 0.5) / 4.0)[:, None]
    lon = np.radians((np.arange(1440) + 0.5) / 4.0)[None, :]
    height = amplitude * np.sin(60.0 * lon) * np.cos(50.0 * lat) * np.cos(lat) ** 2
    return Terrain(height.astype(np.float32), source="waves")


def frame(pose, number, light=PLAIN, *, noise=0.0, terrain=None, seed=0, seen_from=None, **options):
    radiance = radiance_of(CAMERA, pose, light, terrain=terrain)
    sigma = np.full_like(radiance, noise)
    rng = np.random.default_rng([seed, number])
    radiance = radiance + noise * rng.standard_normal(radiance.shape, dtype=np.float32)
    return MapFrame(radiance, sigma, CAMERA, seen_from or pose, number, **options)


def poses(count=12, seed=2):
    rng = np.random.default_rng(seed)
    for _ in range(count):
        yield pose_over(
            rng.uniform(0, 360), rng.uniform(-80, 80), rng.uniform(300e3, 700e3),
            roll=rng.uniform(0, 6.3), tilt=rng.uniform(-10, 10), incidence=rng.uniform(10, 70),
        )  # fmt: skip


def truth(grid=GRID):
    fine = 5
    out = np.zeros(grid.shape)
    offsets = (np.arange(fine) + 0.5) / fine - 0.5
    for dy in offsets:
        for dx in offsets:
            row = np.arange(grid.height)[:, None] + dy
            out += albedo_at(*grid.lon_lat(row, np.arange(grid.width)[None, :] + dx))
    return out / fine**2


@pytest.fixture(scope="module")
def reference():
    return truth()


@pytest.mark.parametrize("law", ["lambert", "lunar-lambert", "hapke"])
@pytest.mark.parametrize("depth", [0.0, 0.3])
def test_the_albedo_closes_on_terrain(law, depth, reference):
    terrain = waves()
    light = LightModel(
        (100.0,), photometry=MarsPhotometry(law), haze=(Haze(depth),) if depth else ()
    )
    mosaic = Mosaic(GRID, ["grey"], light=light, terrain=terrain)
    taken = mosaic.add_all(frame(p, k, light, terrain=terrain) for k, p in enumerate(poses()))
    assert taken > 2000
    error = albedo_error(mosaic.albedo[0], reference, GRID, sigma=mosaic.sigma[0])
    assert error.relative < 0.006
    assert abs(error.bias) < 5e-4


@pytest.mark.parametrize("grid", ["30 km north", "30 km south", "2 ppd geographic"])
def test_the_albedo_closes_on_other_grids(grid):
    grid = MapGrid.parse(grid)
    lat = -84.0 if "south" in grid.projection else 84.0
    mosaic = Mosaic(grid, ["grey"], light=PLAIN)
    places = [(lon, lat) for lon in (0.0, 90.0, 179.0, 270.0)]
    for k, place in enumerate(places):
        mosaic.add(frame(pose_over(*place, 500e3, roll=0.4 * k, incidence=60.0), k))
    error = albedo_error(mosaic.albedo[0], truth(grid), grid)
    assert mosaic.views.max() >= 2
    assert error.relative < 0.004


@pytest.mark.parametrize("rule", ["best-gsd", "blend"])
def test_noise_is_carried_to_the_map(rule, reference):
    """With noise far above everything else, sigma must be the true scatter, no more, no less."""
    mosaic = Mosaic(GRID, ["grey"], light=PLAIN, rule=rule)
    some = list(poses(6))
    mosaic.add_all(frame(p, k, noise=0.5) for k, p in enumerate(some + some[:3]))
    error = albedo_error(mosaic.albedo[0], reference, GRID, sigma=mosaic.sigma[0])
    assert error.rms > 0.004
    assert error.chi == pytest.approx(1.0, abs=0.05)
    np.testing.assert_allclose(np.nanmean(mosaic.sigma), error.rms, rtol=0.3)


@pytest.mark.parametrize("a", [0.3, 1.0, 1.5, 2.0, 3.7, 8.0])
def test_noise_gain_is_the_scatter_of_averaged_bilinear_values(a):
    rng = np.random.default_rng(1)
    noise = rng.standard_normal(200_000)
    start = rng.uniform(10, 199_000, 20_000)
    places = start[:, None] + a * ((np.arange(64) + 0.5) / 64)
    values = np.interp(places, np.arange(noise.size), noise).mean(axis=1)
    assert noise_gain(a) == pytest.approx(values.var(), rel=0.05)


def test_an_error_of_the_pose_is_in_sigma(reference):
    """Frames turned at random by one pixel: the map says so, and the geolocation does, too."""
    rng = np.random.default_rng(7)
    pixel = CAMERA.pixel_angle
    mosaic = Mosaic(GRID, ["grey"], light=PLAIN)
    moved = []
    for k, p in enumerate(poses(40, seed=5)):
        wrong = turned_pose(p, rng.normal(0.0, pixel, 3) * [1, 1, 0])
        mosaic.add(frame(p, k, seen_from=wrong, registration=1.0))
        moved.append(np.nanmean(geolocation_error(CAMERA, wrong, p)) / np.linalg.norm(p.observer))
    error = albedo_error(mosaic.albedo[0], reference, GRID, sigma=mosaic.sigma[0])
    assert 0.6 < error.chi < 1.6
    assert min(moved) > 0.0


def test_geolocation_error_of_a_known_turn():
    pose = pose_over(10.0, 20.0, 300e3)
    wrong = turned_pose(pose, [1e-4, 0.0, 0.0])
    error = geolocation_error(CAMERA, wrong, pose, across=1)
    height = np.linalg.norm(pose.observer) - 3_396_190.0
    ground = geolocation_error(CAMERA, pose, pose)
    assert error[0, 0] == pytest.approx(1e-4 * height, rel=0.02)
    assert np.abs(ground).max() == 0.0


def test_rules_choose_the_frame():
    low = frame(pose_over(0.0, 0.0, 300e3, incidence=70.0), 0)
    high = frame(pose_over(0.0, 0.0, 600e3, incidence=20.0), 1)
    row, col = (round(float(v)) for v in GRID.row_col(0.2, 0.2))
    for rule, order, winner in (
        ("best-gsd", (high, low), 0), ("best-gsd", (low, high), 0), ("best-light", (low, high), 1),
        ("best-light", (high, low), 1), ("first", (high, low), 1), ("first", (low, high), 0),
    ):  # fmt: skip
        mosaic = Mosaic(GRID, ["grey"], light=PLAIN, rule=rule)
        mosaic.add_all(order)
        assert mosaic.source[row, col] == winner, rule
        assert mosaic.views[row, col] == 2


def test_a_blend_is_even_across_the_seam():
    """Two frames that disagree by 10 %: a hard rule leaves the step, a blend spreads it."""
    first = frame(pose_over(0.0, 0.0, 400e3), 0)
    other = frame(pose_over(3.0, 0.0, 410e3), 1)
    brighter = MapFrame(1.1 * other.radiance, other.sigma, CAMERA, other.pose, 1)
    steps = {}
    for rule in ("best-gsd", "blend"):
        mosaic = Mosaic(GRID, ["grey"], light=PLAIN, rule=rule, feather=30.0)
        mosaic.add_all([first, brighter])
        row = slice(355, 365)
        ratio = mosaic.albedo[0, row] / truth_rows(row)
        steps[rule] = np.nanmax(np.abs(np.diff(ratio, axis=1)))
    assert steps["best-gsd"] > 0.08
    assert steps["blend"] < 0.6 * steps["best-gsd"]


def truth_rows(rows):
    row = np.arange(rows.start, rows.stop)[:, None]
    return albedo_at(*GRID.lon_lat(row, np.arange(GRID.width)[None, :]))


@pytest.mark.parametrize("rule", sorted(RULES))
def test_threads_and_single_frames_give_the_same_bytes(rule):
    frames = [frame(p, k, noise=0.2) for k, p in enumerate(poses(8, seed=11))]
    one, two, three = (Mosaic(GRID, ["grey"], light=PLAIN, rule=rule) for _ in range(3))
    one.add_all(frames, workers=1)
    two.add_all(frames, workers=3)
    for each in frames:
        three.add(each)
    for other in (two, three):
        for name in ("albedo", "sigma", "weight", "source", "incidence", "gsd", "views"):
            assert getattr(one, name).tobytes() == getattr(other, name).tobytes(), name


def test_a_saved_mosaic_goes_on_where_it_was(tmp_path):
    frames = [frame(p, k) for k, p in enumerate(poses(6))]
    through = Mosaic(GRID, ["grey"], light=PLAIN, rule="blend")
    through.add_all(frames)
    begun = Mosaic(GRID, ["grey"], light=PLAIN, rule="blend")
    begun.add_all(frames[:3])
    path = begun.save(tmp_path / "half.npz", progress={"orbit": 3})
    again = Mosaic(GRID, ["grey"], light=PLAIN, rule="blend")
    assert again.load(path) == {"orbit": 3}
    again.add_all(frames[3:])
    assert again.albedo.tobytes() == through.albedo.tobytes()
    assert sorted(p.name for p in tmp_path.iterdir()) == ["half.npz"]
    with pytest.raises(DataError, match="another grid"):
        Mosaic(GRID, ["grey"], light=PLAIN, rule="first").load(path)
    path.write_bytes(path.read_bytes()[:5000])
    with pytest.raises(DataError, match="no saved mosaic"):
        again.load(path)
    with pytest.raises(DataError, match="no saved mosaic at"):
        again.load(tmp_path / "none.npz")


def test_bad_pixels_and_the_night_stay_out():
    pose = pose_over(0.0, 0.0, 400e3, incidence=45.0)
    whole = frame(pose, 0)
    radiance = whole.radiance.copy()
    radiance[:, 30:40, 40:60] = np.nan
    mosaic = Mosaic(GRID, ["grey"], light=PLAIN)
    full = mosaic.add(whole)
    holed = Mosaic(GRID, ["grey"], light=PLAIN)
    left = holed.add(MapFrame(radiance, whole.sigma, CAMERA, pose, 0))
    assert 0.8 * full < left < full
    assert np.isfinite(holed.albedo[0][holed.source >= 0]).all()
    night = Mosaic(GRID, ["grey"], light=PLAIN)
    assert night.add(frame(pose_over(0.0, 0.0, 400e3, incidence=95.0), 0)) == 0


def test_the_product_names_everything(reference):
    mosaic = Mosaic(GRID, ["red", "blue"], light=LightModel((100.0, 90.0)))
    data = mosaic.dataset()
    assert data["albedo"].dims == ("band", "y", "x")
    assert set(data) == {"albedo", "sigma", "weight", "source", "incidence", "gsd", "views"}
    assert MapGrid.of(data) == GRID
    assert mosaic.filled == 0.0
    assert data["albedo"].nbytes * 4.5 > mosaic.nbytes
    sixteen = 2880 * 5760 * (3 * 8 + 4 * 4 + 2)
    assert sixteen < 1e9


def test_resolution_is_the_blur_that_was_applied():
    from scipy.ndimage import gaussian_filter1d

    rng = np.random.default_rng(0)
    sharp = rng.standard_normal((720, 200))
    assert resolution(sharp, sharp, 100.0) == 200.0
    sigma = 3.0
    noise = 0.05 * rng.standard_normal(sharp.shape)
    found = resolution(gaussian_filter1d(sharp, sigma, axis=0) + noise, sharp, 100.0)
    # half coherence where the blurred power equals the noise's
    want = 100.0 * 2.0 * math.pi * sigma / math.sqrt(math.log(1.0 / 0.05**2))
    assert found == pytest.approx(want, rel=0.06)
    assert resolution(rng.standard_normal(sharp.shape), sharp, 100.0) == math.inf
    with pytest.raises(InputError, match="filled cells"):
        resolution(np.full((720, 4), np.nan), np.zeros((720, 4)), 100.0)


def test_what_does_not_fit_is_refused():
    with pytest.raises(InputError, match="best-gsd"):
        Mosaic(GRID, ["grey"], light=PLAIN, rule="best")
    with pytest.raises(InputError, match="sunlight of 1"):
        Mosaic(GRID, ["red", "green"], light=PLAIN)
    with pytest.raises(InputError, match="night"):
        Mosaic(GRID, ["grey"], light=PLAIN, incidence_limit=90.0)
    pose = pose_over(0.0, 0.0, 400e3)
    with pytest.raises(InputError, match="frame 3"):
        MapFrame(np.zeros((1, 5, 5)), np.zeros((1, 5, 5)), CAMERA, pose, 3)
    with pytest.raises(InputError, match="2 bands"):
        Mosaic(GRID, ["grey"], light=PLAIN).add(
            MapFrame(np.zeros((2, 72, 96)), np.zeros((2, 72, 96)), CAMERA, pose, 0)
        )
