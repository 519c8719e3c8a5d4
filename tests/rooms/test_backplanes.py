"""Backplanes of a frame against SPICE, and the netCDF that others open."""

import netCDF4
import numpy as np
import pytest
import spiceypy
import xarray as xr

from marsward.core.errors import InputError
from marsward.data.backplanes import backplanes, planes_of, write_backplanes

R = 3_396_190.0
PIXEL = 245e-6
SUN = np.array([0.6, 0.2, 0.3]) / np.linalg.norm([0.6, 0.2, 0.3])


def frame(shape=(40, 60)):
    """A camera over a sphere: rays cut with it by the closed form of a circle and a line."""
    place = (R + 265e3) * np.array([np.cos(0.3), np.sin(0.3) * 0.8, 0.0])
    place[2] = np.sqrt((R + 265e3) ** 2 - (place**2).sum())
    down = -place / np.linalg.norm(place)
    side = np.cross([0.0, 0.0, 1.0], down)
    side /= np.linalg.norm(side)
    y, x = np.mgrid[: shape[0], : shape[1]].astype(float)
    x, y = (x - shape[1] / 2) * 0.12, (y - shape[0] / 2) * 0.12
    rays = down + x[..., None] * side + y[..., None] * np.cross(down, side)
    rays /= np.linalg.norm(rays, axis=-1, keepdims=True)
    b = rays @ place
    root = b * b - (place @ place - R * R)
    reach = np.where(root > 0.0, -b - np.sqrt(np.maximum(root, 0.0)), np.nan)
    points = place + reach[..., None] * rays
    normal = points / R
    return place, points, normal @ SUN, -(normal * rays).sum(-1), -(rays @ SUN)


@pytest.fixture
def planes():
    place, points, cos_i, cos_e, cos_g = frame()
    return backplanes(
        points, cos_incidence=cos_i, cos_emission=cos_e, cos_phase=cos_g, observer=place,
        pixel_solid_angle=PIXEL**2, height=np.zeros(points.shape[:2]),
        attrs={"frame_number": 7, "epoch": "2021-11-09T08:10:41Z"},
    )  # fmt: skip


def test_places_and_angles_are_those_of_spice(planes):
    place, points, *_ = frame()
    seen = np.argwhere(np.isfinite(points[..., 0]))
    assert 1000 < len(seen) < 2400  # ground and sky
    for y, x in seen[::37]:
        point = points[y, x]
        radius, lon, lat = spiceypy.reclat(point)
        assert radius == pytest.approx(R)
        here = planes.isel(y=y, x=x)
        assert float(here.lon) == pytest.approx(np.degrees(lon) % 360.0, abs=1e-10)
        assert float(here.lat) == pytest.approx(np.degrees(lat), abs=1e-10)
        off = np.degrees(spiceypy.vsep(point, SUN))
        assert float(here.incidence) == pytest.approx(off, abs=1e-4)
        away = np.degrees(spiceypy.vsep(point, place - point))
        assert float(here.emission) == pytest.approx(away, abs=1e-4)
        turn = np.degrees(spiceypy.vsep(SUN, place - point))
        assert float(here.phase) == pytest.approx(turn, abs=1e-4)
        reach = spiceypy.vdist(place, point)
        assert float(here.ground_range) == pytest.approx(reach, rel=1e-6)
        size = reach * PIXEL / np.sqrt(np.cos(np.radians(away)))
        assert float(here.ground_size) == pytest.approx(size, rel=1e-5)
    sky = np.isnan(points[..., 0])
    assert sky.any()
    for name in ("lon", "lat", "incidence", "emission", "phase", "ground_range", "ground_size"):
        assert np.array_equal(np.isnan(planes[name].values), sky)


def test_the_file_is_cf(tmp_path, planes):
    path = write_backplanes(tmp_path / "frame.nc", planes)
    with netCDF4.Dataset(path) as there:
        assert there.Conventions.startswith("CF-1.")
        assert there.target == "Mars"
        assert there["lat"].standard_name == "latitude"
        assert there["lon"].units == "degrees_east"
        assert there["incidence"].standard_name == "solar_zenith_angle"
        assert there["emission"].standard_name == "sensor_zenith_angle"
        assert set(there["incidence"].coordinates.split()) == {"lat", "lon"}
        assert there["incidence"].dimensions == ("y", "x")
        assert there["ground_point"].dimensions == ("y", "x", "xyz")
        assert there.frame_number == 7
    with xr.open_dataset(path) as back:
        for name in planes.variables:
            assert np.array_equal(back[name].values, planes[name].values, equal_nan=True)
    again = write_backplanes(tmp_path / "again.nc", planes)
    assert again.read_bytes() == path.read_bytes()


def test_only_what_is_given():
    _, points, cos_i, *_ = frame((4, 5))
    few = backplanes(points, cos_incidence=cos_i, keep_points=False)
    assert set(few.data_vars) == {"incidence"}
    assert set(few.coords) == {"y", "x", "lon", "lat"}


def test_planes_of_a_stored_frame(planes):
    stored = planes.reset_coords(["lon", "lat"]).drop_vars("ground_point")
    again = planes_of(stored.rename(ground_height="height"))
    for name in ("incidence", "emission", "phase", "ground_height"):
        assert np.array_equal(again[name].values, planes[name].values, equal_nan=True)
    assert again.incidence.attrs["standard_name"] == "solar_zenith_angle"
    assert set(again.coords) == {"y", "x", "lon", "lat"}
    with pytest.raises(InputError, match="lon and lat"):
        planes_of(stored.drop_vars(["lon", "lat"]))


def test_wrong_calls_are_refused():
    _, points, cos_i, cos_e, _ = frame((4, 5))
    with pytest.raises(InputError, match="give one frame"):
        backplanes(points, cos_incidence=cos_i[1:])
    with pytest.raises(InputError, match=r"\(y, x, 3\)"):
        backplanes(points[0])
    with pytest.raises(InputError, match="camera's place"):
        backplanes(points, cos_emission=cos_e, pixel_solid_angle=1e-8)
