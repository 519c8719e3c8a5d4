"""Footprints: whole, valid, of the right area; at poles, 180 deg and the limb; and their files."""

import builtins
import json
import math

import numpy as np
import pytest
import xarray as xr
from sample_frames import CAMERA, RADII, frames_over, looks, scattered

from marsward.core.errors import DataError, InputError
from marsward.core.map_grid import MapGrid
from marsward.data.geojson import crs_urn, write_geojson
from marsward.data.geoparquet import write_geoparquet
from marsward.geometry.antimeridian import cut
from marsward.geometry.field_of_view import field_of_view
from marsward.geometry.footprints import footprint_properties, footprints
from marsward.geometry.pinhole import Pinhole

shapely = pytest.importorskip("shapely")


def polygons(marks):
    return [shapely.MultiPolygon([shapely.Polygon(ring) for ring in parts]) for parts in marks]


def flat_area(ring):
    """Area on the unit sphere of a polygon of straight lines in longitude and latitude."""
    lon, lat = np.radians(ring[:, 0]), np.radians(ring[:, 1])
    a, b = lat[:-1], lat[1:]
    level = np.abs(b - a) < 1e-12
    step = np.where(level, 1.0, b - a)
    mean = np.where(level, np.sin(0.5 * (a + b)), (np.cos(a) - np.cos(b)) / step)
    return -float(np.sum(mean * np.diff(lon)))


def spherical_area(points):
    """Area on the unit sphere of a ring (m, 3) by the angles that Girard's theorem sums up."""
    unit = points / np.linalg.norm(points, axis=1)[:, None]
    middle = unit.mean(axis=0)
    middle /= np.linalg.norm(middle)
    following = np.roll(unit, -1, axis=0)
    triple = np.einsum("i,mi->m", middle, np.cross(unit, following))
    below = 1.0 + unit @ middle + following @ middle + np.sum(unit * following, axis=1)
    return abs(float(np.sum(2.0 * np.arctan2(triple, below))))


def dense_border(frame, per_side=400):
    """Points of the ground along the border of one frame that sees only ground."""
    rays = field_of_view(CAMERA).border(per_side) @ frame["axes"].values.T / RADII
    place = frame["observer"].values / RADII
    b, a = rays @ place, np.sum(rays**2, axis=1)
    root = np.sqrt(b**2 - a * (place @ place - 1.0))
    return (place + ((-b - root) / a)[:, None] * rays) * RADII


@pytest.fixture(scope="module")
def frames():
    return scattered(400, seed=11, tilt=12.0, high=800e3)


@pytest.fixture(scope="module")
def marks(frames):
    return footprints(frames, CAMERA)


def test_every_footprint_is_valid_and_no_sliver_runs_round_the_globe(frames, marks):
    shapes = polygons(marks)
    assert len(shapes) == len(marks) == 400
    assert all(shape.is_valid and shape.area > 0.0 for shape in shapes)
    lonely = [ring for parts in marks for ring in parts]
    assert all(np.array_equal(ring[0], ring[-1]) for ring in lonely)
    assert all(shapely.LinearRing(ring).is_ccw for ring in lonely)
    span = np.array([np.ptp(ring[:, 0]) for ring in lonely])
    at_pole = np.array([np.abs(ring[:, 1]).max() == 90.0 for ring in lonely])
    assert np.all(at_pole[span > 180.0])
    assert np.abs(np.concatenate(lonely)[:, 0]).max() <= 180.0


def test_areas_are_those_of_the_rays(frames, marks):
    for number in range(0, 400, 7):
        want = spherical_area(dense_border(frames.isel(frame=number)))
        got = sum(flat_area(ring) for ring in marks[number])
        assert got == pytest.approx(want, rel=2e-3)


def test_a_pole_and_the_antimeridian_are_inside(frames):
    marks = footprints(
        frames_over([0.0, 77.0, 180.0, 179.0], [90.0, -89.0, 10.0, 80.0], 400e3), CAMERA
    )
    north, south, across, high = polygons(marks)
    assert [len(parts) for parts in marks] == [1, 1, 2, 2]
    for lon in (-179.9, -90.0, 0.0, 120.0, 179.9):
        assert north.contains(shapely.Point(lon, 89.5))
        assert south.contains(shapely.Point(lon, -89.9))
    assert not north.intersects(shapely.Point(0.0, 0.0))
    for side in (-179.99, 179.99):
        assert across.contains(shapely.Point(side, 10.0))
        assert high.contains(shapely.Point(side, 80.0))
    assert across.bounds[0] == -180.0
    assert across.bounds[2] == 180.0
    assert across.area < 40.0


def test_points_inside_are_those_that_the_camera_sees(frames, marks):
    grid = MapGrid.geographic(1)
    points = grid.points(radii=RADII)
    lon, lat = grid.lon_lat(*np.indices(grid.shape))
    centres = shapely.points(np.where(lon > 180.0, lon - 360.0, lon), lat)
    shapes = polygons(marks)
    apart = total = 0
    for shape, (_, _, _, back), number in zip(
        shapes[:40], looks(frames, CAMERA, points), range(40), strict=False
    ):
        frame = frames.isel(frame=number)
        place = (points - frame["observer"].values) @ frame["axes"].values
        up = points / RADII**2
        seen = CAMERA.inside(np.nan_to_num(CAMERA.project(place), nan=-1e9)) & (
            np.sum(up * back, axis=-1) > 0.0
        )
        apart += int(np.sum(seen != shapely.contains(shape, centres)))
        total += int(seen.sum())
    assert total > 1000
    assert apart <= 0.01 * total


@pytest.mark.parametrize(
    ("height", "tilt", "turn"),
    [(9000e3, 12.0, 0.0), (2500e3, 30.0, 20.0), (9000e3, 0.0, 0.0), (5000e3, 3.0, 45.0),
     (60000e3, 0.0, 10.0), (1500e3, 40.0, 0.0)],
)  # fmt: skip
def test_past_the_limb_the_ring_follows_it(height, tilt, turn):
    frames = frames_over(170.0, 25.0, height, tilt=tilt, turn=turn, sun=(-1.0, 0.1, 0.4))
    [shape] = polygons(footprints(frames, CAMERA, per_side=64))
    assert shape.is_valid
    grid = MapGrid.geographic(1)
    points = grid.points(radii=RADII)
    frame = frames.isel(frame=0)
    away = points - frame["observer"].values
    facing = np.sum(points / RADII**2 * away, axis=-1) < 0.0
    image = CAMERA.project(away @ frame["axes"].values)
    seen = facing & CAMERA.inside(np.nan_to_num(image, nan=-1e9))
    lon, lat = grid.lon_lat(*np.indices(grid.shape))
    held = shapely.contains(shape, shapely.points(np.where(lon > 180, lon - 360, lon), lat))
    area = grid.cell_area()
    assert seen.sum() > 500
    assert area[seen != held].sum() < 0.002 * area[seen].sum()


def test_a_frame_of_the_sky_has_no_part():
    frames = frames_over([10.0, 10.0], 0.0, 400e3, tilt=[0.0, 180.0])
    assert [len(parts) for parts in footprints(frames, CAMERA)] == [1, 0]


def test_a_ring_that_crosses_180_often_is_cut_into_plain_parts():
    # a horseshoe about the far meridian, open to the south
    lon = np.array([170.0, 190.0, 190.0, 183.0, 183.0, 177.0, 177.0, 170.0])
    lat = np.array([60.0, 60.0, 40.0, 40.0, 55.0, 55.0, 40.0, 40.0])
    parts = cut(lon, lat)
    shapes = [shapely.Polygon(ring) for ring in parts]
    assert all(shape.is_valid for shape in shapes)
    whole = shapely.Polygon(np.stack([lon, lat], axis=1))
    assert sum(shape.area for shape in shapes) == pytest.approx(whole.area, rel=1e-12)
    # a zigzag that crosses it four times
    lon = np.array([175.0, 185.0, 185.0, 175.0, 175.0, 185.0, 185.0, 174.0])
    lat = np.array([0.0, 1.0, 3.0, 4.0, 6.0, 7.0, 9.0, 10.0])
    parts = cut(lon, lat)
    whole = shapely.Polygon(np.stack([lon, lat], axis=1))
    assert len(parts) == 3
    assert all(shapely.Polygon(ring).is_valid for ring in parts)
    total = sum(shapely.Polygon(ring).area for ring in parts)
    assert total == pytest.approx(whole.area, rel=1e-12)


def test_a_bent_border_is_followed():
    bent = Pinhole(4096, 3072, 1.0 / 0.245e-3, distortion=(-0.1, 0.02, 0.0, 0.0, 0.0))
    frames = frames_over(30.0, 10.0, 300e3)
    plain, wide = (polygons(footprints(frames, each))[0] for each in (CAMERA, bent))
    assert wide.is_valid
    assert wide.contains(plain)
    assert wide.area > 1.05 * plain.area


def described(frames):
    count = frames.sizes["frame"]
    return frames.assign(
        orbit=("frame", np.arange(count, dtype=np.int32)),
        lon=("frame", np.linspace(0.5, 359.5, count)),
        gsd=("frame", np.where(np.arange(count) == 2, np.nan, 75.25)),
    )


def test_geojson_says_what_stands_in_it(tmp_path):
    frames = described(scattered(30, seed=4, high=800e3))
    marks = footprints(frames, CAMERA)
    about = footprint_properties(frames)
    assert np.abs(about["lon"]).max() <= 180.0
    assert np.allclose(about["lon"] % 360.0, frames["lon"].values)
    path = write_geojson(tmp_path / "f.geojson", marks, about)
    read = json.loads(path.read_text())
    assert read["crs"]["properties"]["name"] == "urn:ogc:def:crs:IAU:2015:49900"
    assert len(read["features"]) == 30
    for want, feature in zip(polygons(marks), read["features"], strict=True):
        got = shapely.from_geojson(json.dumps(feature["geometry"]))
        assert got.is_valid
        assert got.symmetric_difference(want).area < 1e-5
    rows = [feature["properties"] for feature in read["features"]]
    assert rows[2]["gsd"] is None
    assert rows[3] | {"gsd": 75.25, "orbit": 3, "frame": 3} == rows[3]
    assert rows[0]["utc"].startswith("2022-03-08T08:25:30.81")


def test_the_name_of_the_system_is_one_that_proj_knows():
    pyproj = pytest.importorskip("pyproj")
    for code in ("IAU_2015:49900", "IAU_2015:49930"):
        assert pyproj.CRS(crs_urn(code)) == pyproj.CRS(code)


def test_geoparquet_says_what_stands_in_it(tmp_path):
    parquet = pytest.importorskip("pyarrow.parquet")
    pyproj = pytest.importorskip("pyproj")
    frames = described(scattered(30, seed=4, high=800e3))
    marks = footprints(frames, CAMERA)
    path = write_geoparquet(tmp_path / "f.parquet", marks, footprint_properties(frames))
    table = parquet.read_table(path)
    about = json.loads(table.schema.metadata[b"geo"])
    column = about["columns"][about["primary_column"]]
    assert about["version"] == "1.1.0"
    assert pyproj.CRS.from_json_dict(column["crs"]) == pyproj.CRS("IAU_2015:49900")
    assert set(column["geometry_types"]) == {"Polygon", "MultiPolygon"}
    got = shapely.from_wkb(table["geometry"].to_pylist())
    for want, shape in zip(polygons(marks), got, strict=True):
        assert shape.equals(want)
    assert column["bbox"] == pytest.approx(shapely.total_bounds(got))
    assert table["orbit"].to_pylist() == list(range(30))
    assert math.isnan(table["gsd"][2].as_py())


def test_files_are_whole_or_not_there(tmp_path, monkeypatch):
    frames = scattered(5)
    marks = footprints(frames, CAMERA)
    for write in (write_geojson, write_geoparquet):
        with pytest.raises(InputError, match="'gsd' has 3 values for 5"):
            write(tmp_path / "short", marks, {"gsd": np.ones(3)})
        with pytest.raises(InputError, match="cannot write"):
            write(tmp_path / "none" / "file", marks, {})
    with pytest.raises(InputError, match="no CRS"):
        write_geoparquet(tmp_path / "strange", marks, {}, crs="MARS:1")
    real = builtins.__import__

    def without(name, *rest):
        if name.startswith("pyarrow"):
            raise ImportError(name)
        return real(name, *rest)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(DataError, match=r'pip install "marsward\[gis\]"'):
        write_geoparquet(tmp_path / "x", marks, {})
    assert list(tmp_path.iterdir()) == []


def test_what_cannot_be_is_refused():
    with pytest.raises(InputError, match="no poses"):
        footprints(xr.Dataset(), CAMERA)
    with pytest.raises(InputError, match="per_side"):
        footprints(scattered(3), CAMERA, per_side=0)


def test_a_place_is_written_as_a_point(tmp_path):
    ring = np.array([[0.0, 0.0], [1.0, 0.0], [1.0, 1.0], [0.0, 0.0]])
    path = write_geojson(
        tmp_path / "a.geojson", [[ring], [np.array([[77.43, 18.47]])]], {"name": ["e", "target"]}
    )
    shapes = [each["geometry"] for each in json.loads(path.read_text())["features"]]
    assert [shape["type"] for shape in shapes] == ["Polygon", "Point"]
    assert shapes[1]["coordinates"] == [77.43, 18.47]
