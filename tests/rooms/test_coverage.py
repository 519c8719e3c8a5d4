"""Coverage: every layer against numpy's own test of every cell, and against shapely's tree."""

import numpy as np
import pytest
from sample_frames import CAMERA, RADII, frames_over, looks, scattered

from marsward.core.errors import InputError, PhysicsError
from marsward.core.map_grid import MapGrid
from marsward.core.time import Epoch
from marsward.geometry.coverage import LAYERS, coverage, covered_share, median_best_gsd
from marsward.geometry.footprints import footprints
from marsward.geometry.pinhole import Pinhole

LIGHT = 80.0
GRIDS = (
    MapGrid.equirectangular(0.5),
    MapGrid.geographic(0.4),
    MapGrid.polar("north", pixel="60 km"),
    MapGrid.polar("south", pixel="60 km", lat_limit=40.0),
    MapGrid.equirectangular(2).window(slice(50, 171), slice(200, 657)),
)


def twin(frames, camera, grid, *, emission=90.0, stretch=30 * 86400.0):
    """All layers by brute force, cell by cell and frame by frame."""
    points = grid.points(radii=RADII).reshape(-1, 3)
    shape = points.shape[0]
    count, last = np.zeros(shape, int), np.full(shape, np.nan)
    best, light, gap = np.full(shape, np.inf), np.full(shape, -1.0), np.zeros(shape)
    frame, angle = np.full(shape, -1), np.zeros(shape)
    views = [[] for _ in range(shape)]
    et = frames["et"].values
    every = looks(frames, camera, points, incidence=LIGHT, emission=emission)
    for k, (mask, distance, cosine, back) in enumerate(every):
        finer = mask & (distance < best)
        frame[finer] = k
        best[finer] = distance[finer]
        light[mask] = np.maximum(light[mask], cosine[mask])
        gap[mask] = np.fmax(gap[mask], et[k] - last[mask])
        last[mask] = et[k]
        count += mask
        season = int((et[k] - et[0]) // stretch)
        for cell in np.flatnonzero(mask):
            for other, view in views[cell]:
                if other == season:
                    apart = np.degrees(np.arccos(np.clip(view @ back[cell], -1.0, 1.0)))
                    angle[cell] = max(angle[cell], apart)
            views[cell].append((season, back[cell]))
    pixel = camera.pixel_angle
    return {
        "count": count, "best_gsd": np.where(count > 0, best * pixel, np.nan),
        "best_incidence": np.where(count > 0, np.degrees(np.arccos(light)), np.nan),
        "revisit": np.where(count > 1, gap, np.nan), "frame": frame, "stereo_angle": angle,
    }  # fmt: skip


def close(a, b, tolerance):
    assert np.array_equal(np.isnan(a), np.isnan(b))
    assert np.nanmax(np.abs(a - b), initial=0.0) < tolerance


@pytest.mark.parametrize("grid", GRIDS, ids=lambda grid: grid.label)
def test_every_layer_is_what_brute_force_finds(grid):
    frames = scattered(300, seed=3)
    got = coverage(frames, CAMERA, grid, incidence_limit=LIGHT, stereo_within=2e5)
    want = twin(frames, CAMERA, grid, stretch=2e5)
    flat = {name: got[name].values.ravel().astype(float) for name in LAYERS}
    assert want["count"].sum() > 300
    assert want["count"].max() > 1
    np.testing.assert_array_equal(flat["count"], want["count"])
    close(flat["best_gsd"], want["best_gsd"], 2e-4)
    close(flat["best_incidence"], want["best_incidence"], 0.05)
    close(flat["revisit"], want["revisit"], 1.0)
    stereo, true = np.nan_to_num(flat["stereo_angle"]), want["stereo_angle"]
    assert np.array_equal(stereo > 0.02, true > 0.02)
    assert np.all(stereo < true + 0.03)
    chord = np.sin(np.radians(stereo) / 2) >= 0.95 * np.sin(np.radians(true) / 2) - 1e-3
    assert chord.all()
    seen = want["frame"] >= 0
    lon = grid.lon_lat(*np.indices(grid.shape))[0].ravel()[seen]
    hours = Epoch.et(frames["et"].values[want["frame"][seen]]).ltst(lon)
    off = (flat["local_time"][seen] - hours + 12.0) % 24.0 - 12.0
    assert np.abs(off).max() < 1e-4


def test_count_and_pixel_alone_are_those_of_all_layers():
    frames = scattered(200, seed=5)
    grid = MapGrid.equirectangular(2)
    alone = coverage(frames, CAMERA, grid, incidence_limit=LIGHT, layers=("count", "best_gsd"))
    every = coverage(frames, CAMERA, grid, incidence_limit=LIGHT)
    assert set(alone) == {"count", "best_gsd"}
    np.testing.assert_array_equal(alone["count"], every["count"])
    close(alone["best_gsd"].values, every["best_gsd"].values, 1e-3)
    assert alone["count"].dtype == np.uint16
    assert alone["best_gsd"].dtype == np.float32


@pytest.mark.parametrize("layers", [LAYERS, ("count", "best_gsd")])
def test_the_number_of_threads_changes_nothing(layers):
    frames = scattered(120, seed=6)
    grid = MapGrid.equirectangular(4)
    one, three = (coverage(frames, CAMERA, grid, layers=layers, workers=n) for n in (1, 3))
    for name in one:
        np.testing.assert_array_equal(one[name].values, three[name].values)


def test_the_order_of_frames_changes_nothing():
    frames = scattered(80, seed=7)
    mixed = frames.isel(frame=np.random.default_rng(1).permutation(80))
    one, other = (coverage(each, CAMERA, "1 ppd") for each in (frames, mixed))
    for name in one:
        np.testing.assert_array_equal(one[name].values, other[name].values)


def test_emission_limit_and_bent_borders_against_brute_force():
    frames = scattered(60, seed=8, tilt=30.0)
    grid = MapGrid.equirectangular(1)
    bent = Pinhole(4096, 3072, 1.0 / 0.245e-3, distortion=(-0.1, 0.02, 1e-3, 0.0, 0.0))
    for camera, emission in ((CAMERA, 35.0), (bent, 90.0)):
        limit = None if emission == 90.0 else emission
        got = coverage(frames, camera, grid, incidence_limit=LIGHT, emission_limit=limit)
        want = twin(frames, camera, grid, emission=emission)
        apart = np.abs(got["count"].values.ravel().astype(int) - want["count"])
        assert want["count"].sum() > 1000
        # a bent border is drawn with 16 straight pieces a side
        assert apart.sum() <= (0 if camera is CAMERA else 0.003 * want["count"].sum())


def test_a_frame_past_the_limb_sees_the_face_towards_it():
    frames = frames_over(200.0, 20.0, 9000e3, tilt=12.0, sun=(-1.0, -0.3, 0.2))
    grid = MapGrid.equirectangular(1)
    got = coverage(frames, CAMERA, grid, incidence_limit=LIGHT)
    want = twin(frames, CAMERA, grid)
    assert want["count"].sum() > 1000
    np.testing.assert_array_equal(got["count"].values.ravel(), want["count"])


@pytest.mark.parametrize("grid", [MapGrid.equirectangular(2), MapGrid.polar("north", pixel=5e4)])
def test_counts_agree_with_shapelys_tree(grid):
    shapely = pytest.importorskip("shapely")
    frames = scattered(300, seed=9)
    marks = footprints(frames, CAMERA, per_side=64)
    frame = np.repeat(np.arange(len(marks)), np.diff(marks.ring))
    rings = [ring for parts in marks for ring in parts]
    tree = shapely.STRtree([shapely.Polygon(ring) for ring in rings])
    lon, lat = (each.ravel() for each in grid.lon_lat(*np.indices(grid.shape)))
    cell, part = tree.query(shapely.points(np.where(lon > 180, lon - 360, lon), lat), "intersects")
    places = grid.points(radii=RADII).reshape(-1, 3)[cell] / RADII**2
    light = np.sum(places * frames["sun"].values[frame[part]], axis=1)
    lit = light >= np.cos(np.radians(LIGHT)) * np.linalg.norm(places, axis=1)
    tally = np.bincount(cell[lit], minlength=lon.size).reshape(grid.shape)
    got = coverage(frames, CAMERA, grid, incidence_limit=LIGHT, layers=("count",))["count"].values
    assert tally.sum() > 1500
    assert np.mean(tally != got) < 5e-4
    assert np.abs(tally - got.astype(int)).sum() < 2e-3 * tally.sum()


def test_share_and_median_weigh_by_area():
    frames = frames_over([0.0, 0.0], [90.0, 0.0], [400e3, 800e3], sun=(1.0, 0.0, 1.0))
    got = coverage(frames, CAMERA, "2 ppd")
    area = MapGrid.of(got).cell_area()
    seen = got["count"].values > 0
    assert covered_share(got) == pytest.approx(area[seen].sum() / area.sum(), rel=1e-12)
    assert covered_share(got, least=2) == 0.0
    middle = median_best_gsd(got)
    half = area[seen & (got["best_gsd"].values <= middle)].sum() / area[seen].sum()
    assert half == pytest.approx(0.5, abs=0.02)
    assert np.nanmin(got["best_gsd"]) == pytest.approx(400e3 * 0.245e-3, rel=0.06)


def test_what_cannot_be_is_refused_in_a_sentence():
    frames = scattered(10)
    with pytest.raises(InputError, match="no layer 'colour'"):
        coverage(frames, CAMERA, "1 ppd", layers=("colour",))
    with pytest.raises(InputError, match="incidence_limit is 120"):
        coverage(frames, CAMERA, "1 ppd", incidence_limit=120.0)
    with pytest.raises(InputError, match="no axes, sun"):
        coverage(frames.drop_vars(["axes", "sun"]), CAMERA, "1 ppd")
    with pytest.raises(InputError, match="no field of view"):
        coverage(frames, object(), "1 ppd")
    with pytest.raises(PhysicsError, match="no frames"):
        coverage(frames.isel(frame=slice(0, 0)), CAMERA, "1 ppd")
    with pytest.raises(InputError, match="stereo_within"):
        coverage(frames, CAMERA, "1 ppd", stereo_within=0.0)
    height = np.linalg.norm(frames["observer"], axis=1)
    dark = frames.assign(sun=-frames["observer"] / height[:, None])
    nothing = coverage(dark, CAMERA, "1 ppd")
    assert covered_share(nothing) == 0.0
    with pytest.raises(PhysicsError, match="no cell"):
        median_best_gsd(nothing)
