"""The outline of an arc's frames against the union of their footprints by shapely."""

import numpy as np
import pytest
import shapely
import xarray as xr
from sample_orbit import START, kepler

from marsward.core.errors import InputError
from marsward.core.frames import rotation
from marsward.geometry.field_of_view import field_of_view
from marsward.geometry.footprints import footprints
from marsward.geometry.swath import swath


class Moric:
    """The field of the medium-resolution camera."""

    footprint_angles = (np.radians(26.7), np.radians(20.65))
    width, height = 4096, 3072


CAMERA = field_of_view(Moric())


def frames(begin, end, count, *, backwards=False, shift=0.0):
    seconds = np.linspace(begin, end, count)
    epoch = START + (seconds + shift)
    turn = rotation("J2000", "IAU_MARS", epoch)
    state = kepler(seconds)
    place = np.einsum("nij,nj->ni", turn, state[:, :3])
    ahead = np.einsum("nij,nj->ni", turn, state[:, 3:])
    down = -place / np.linalg.norm(place, axis=1, keepdims=True)
    ahead -= np.einsum("ni,ni->n", ahead, down)[:, None] * down
    ahead /= np.linalg.norm(ahead, axis=1, keepdims=True) * (-1.0 if backwards else 1.0)
    axes = np.stack([np.cross(ahead, down), ahead, down], axis=-1)
    data = {"observer": (("frame", "xyz"), place), "axes": (("frame", "xyz", "axis"), axes)}
    return xr.Dataset(data, attrs={"body": "mars"})


def union(rings_of_frames):
    return shapely.union_all([shapely.Polygon(ring) for parts in rings_of_frames for ring in parts])


@pytest.mark.parametrize("backwards", [False, True])
@pytest.mark.parametrize("shift", [0.0, 6000.0, 13000.0, 24000.0, 40000.0])
def test_the_swath_is_the_union_of_the_footprints(shift, backwards):
    arc = frames(350.0, 800.0, 30, backwards=backwards, shift=shift)
    rings = swath(arc, CAMERA)
    shapes = [shapely.Polygon(ring) for ring in rings]
    assert all(shape.is_valid for shape in shapes)
    assert all(shapely.is_ccw(shape.exterior) for shape in shapes)
    mine, truth = shapely.union_all(shapes), union(footprints(arc, CAMERA))
    assert mine.symmetric_difference(truth).area < 0.03 * truth.area


def test_through_periapsis():
    arc = frames(-500.0, 500.0, 50, shift=40000.0)
    shapes = [shapely.Polygon(ring) for ring in swath(arc, CAMERA)]
    assert all(shape.is_valid for shape in shapes)
    mine, truth = shapely.union_all(shapes), union(footprints(arc, CAMERA))
    assert mine.symmetric_difference(truth).area < 0.03 * truth.area
    assert len(shapes) == 2  # on both sides of 180 degrees
    assert mine.bounds == pytest.approx(truth.bounds, abs=0.05)


def test_one_frame_and_none():
    one = frames(400.0, 400.0, 1)
    shape = shapely.union_all([shapely.Polygon(ring) for ring in swath(one, CAMERA)])
    truth = union(footprints(one, CAMERA))
    assert shape.symmetric_difference(truth).area < 0.03 * truth.area
    far = one.assign(axes=one.axes * -1.0)
    assert swath(far, CAMERA) == []
    with pytest.raises(InputError, match="no poses"):
        swath(one.drop_vars("axes"), CAMERA)
