"""Buried ice of Mars: as large and as thick as published, the same in every call."""

import numpy as np
import pytest
from shapely.geometry import Point, Polygon

from marsward.core.errors import InputError
from marsward.planet.ice_sheets import ICE_SHEETS, ice_sheet_at, ice_sheet_summary

BY_NAME = {sheet.name: sheet for sheet in ICE_SHEETS}


@pytest.fixture(scope="module")
def world():
    """Index, thickness, share and area [m2] in cells of half a degree."""
    lat, lon = np.arange(-89.75, 90.0, 0.5), np.arange(0.25, 360.0, 0.5)
    index, thickness, share = ice_sheet_at(lon[None, :], lat[:, None])
    area = (3389.5e3 * np.radians(0.5)) ** 2 * np.cos(np.radians(lat))[:, None]
    return index, thickness, share, np.broadcast_to(area, index.shape)


def test_areas_as_published():
    for sheet in ICE_SHEETS:
        if sheet.area is not None:
            assert sheet.outline_area == pytest.approx(sheet.area, rel=0.02), sheet.name


def test_volumes_as_published(world):
    index, thickness, share, area = world
    for number, sheet in enumerate(ICE_SHEETS):
        if sheet.volume is None:
            continue
        here = index == number
        weight = 1.0 if sheet.dome else share[here]
        volume = float(np.sum(area[here] * thickness[here] * weight))
        assert volume == pytest.approx(sheet.volume, rel=0.05 if sheet.dome else 0.3), sheet.name


def test_thickness_and_share_within_the_published_bounds(world):
    index, thickness, share, _ = world
    assert set(np.unique(index)) == {-1, *range(len(ICE_SHEETS))}
    for number, sheet in enumerate(ICE_SHEETS):
        here = index == number
        assert thickness[here].max() <= sheet.thickness[1]
        assert thickness[here].min() >= (0.0 if sheet.dome else sheet.thickness[0])
        assert share[here].min() >= sheet.ice_share[0]
        assert share[here].max() <= sheet.ice_share[1]
    bare = index < 0
    assert not thickness[bare].any()
    assert not share[bare].any()


def test_outlines_against_shapely():
    draw = np.random.default_rng(4)
    for sheet in ICE_SHEETS:
        west, south, east, north = Polygon(sheet.outline).bounds
        lon, lat = draw.uniform(west - 1, east + 1, 400), draw.uniform(south, north, 400)
        lon, lat = lon[(lon >= 0) & (lon < 360)], lat[(lon >= 0) & (lon < 360)]
        oracle = [
            Polygon(sheet.outline).contains(Point(x, y)) for x, y in zip(lon, lat, strict=True)
        ]
        np.testing.assert_array_equal(sheet.within(lon, lat), oracle)
        np.testing.assert_array_equal(sheet.within(lon - 360.0, lat), oracle)


def test_patches_cover_about_their_share():
    for sheet in ICE_SHEETS:
        if sheet.cover == 1.0:
            continue
        lons, lats = zip(*sheet.outline, strict=True)
        lon, lat = np.meshgrid(np.linspace(min(lons), max(lons), 60),
                               np.linspace(min(lats), max(lats), 60))  # fmt: skip
        inside = sheet.within(lon, lat)
        found = [np.mean(sheet.thickness_at(lon, lat, seed=s)[inside] > 0) for s in range(12)]
        assert np.mean(found) == pytest.approx(sheet.cover, abs=0.12), sheet.name


def test_places_stand_for_themselves():
    lon, lat = np.array([95.0, 196.0, 10.0, 0.0]), np.array([44.0, 44.0, 0.0, 88.0])
    index, thickness, share = ice_sheet_at(lon, lat, seed=3)
    for k in range(4):
        one = ice_sheet_at(lon[k], lat[k], seed=3)
        assert one[0] == index[k]
        assert one[1] == pytest.approx(thickness[k], rel=1e-12)
        assert one[2] == pytest.approx(share[k], rel=1e-12)
    assert index[2] == -1
    assert ICE_SHEETS[index[3]].name == "north-polar"
    other = ice_sheet_at(lon, lat, seed=4)[1]
    assert other[1] != thickness[1]
    assert other[3] == thickness[3]


def test_thickness_is_smooth():
    lon = np.linspace(191.0, 199.0, 801)
    thickness = BY_NAME["arcadia"].thickness_at(lon, 44.0, seed=1)
    assert np.abs(np.diff(thickness)).max() < 0.5  # m over a hundredth of a degree, 430 m


def test_every_sheet_says_where_it_is_from():
    assert len(ice_sheet_summary().splitlines()) == len(ICE_SHEETS)
    for sheet in ICE_SHEETS:
        assert "doi:" in sheet.summary
        assert "assumed:" in sheet.summary


@pytest.mark.parametrize(("lon", "lat"), [(np.nan, 0.0), (0.0, 91.0)])
def test_bad_places(lon, lat):
    with pytest.raises(InputError, match="no longitude and latitude"):
        ice_sheet_at(lon, lat)
