"""The map campaign of Tianwen-1 from its own orbit: 284 orbits, 14 757 frames, the whole planet."""

import csv

import numpy as np
import pytest

from marsward.core.frames import rotation
from marsward.core.map_grid import MapGrid
from marsward.core.time import Epoch
from marsward.dynamics.forces import Forces
from marsward.dynamics.propagate import propagate
from marsward.geometry.campaign import plan_campaign
from marsward.geometry.coverage import coverage, covered_share, median_best_gsd
from marsward.geometry.field_of_view import field_of_view
from marsward.instruments.camera import Camera

pytestmark = pytest.mark.flight


@pytest.fixture(scope="module")
def orbit(shared_data):
    with (shared_data / "tianwen1" / "states.csv").open() as lines:
        [row] = [r for r in csv.DictReader(lines) if r["epoch_utc"].startswith("2021-11-09T08:10")]
    start = Epoch.utc(row["epoch_utc"])
    turn = rotation("MARS_MEOD", "J2000", start)
    place = turn @ [1e3 * float(row[f"{axis}_km"]) for axis in "xyz"]
    motion = turn @ [1e3 * float(row[f"v{axis}_km_s"]) for axis in "xyz"]
    forces = Forces(gravity={"mars": 8})
    stop = Epoch.utc("2022-07-26T00:00:00")
    return propagate(np.concatenate([place, motion]), start, stop, centre="mars", forces=forces)


@pytest.fixture(scope="module")
def camera():
    return Camera(preset="moric")


@pytest.fixture(scope="module")
def plan(orbit, camera):
    return plan_campaign(orbit, camera, orbits=284, frames_per_arc=52)


def test_the_camera_is_the_published_one(camera):
    view = field_of_view(camera)
    assert (view.width, view.height) == (4096, 3072)
    assert 265e3 * view.pixel_angle == pytest.approx(65.0, abs=0.5)
    assert np.degrees(2.0 * np.array(view.half_angles)) == pytest.approx([53.4, 41.3], abs=0.3)


def test_frames_and_their_sizes(plan):
    """52 an orbit is the published total over the published orbits; that each has the light and
    the time for them, and how fine they are, follows from the orbit.
    """
    assert plan.sizes["frame"] == pytest.approx(14_757, rel=0.01)
    assert plan.attrs["arcs"] == pytest.approx(878, abs=3)
    assert plan.attrs["mean_arc"] == pytest.approx(1598.0, abs=10.0)
    assert plan["incidence"].values.max() < 80.0
    assert plan["gsd"].values.min() == pytest.approx(57.0, abs=1.5)
    assert plan["gsd"].values.max() == pytest.approx(197.0, abs=4.0)


def test_the_whole_planet_is_seen(plan, camera):
    seen = coverage(plan, camera, "4 ppd", incidence_limit=80.0, layers=("count", "best_gsd"))
    assert covered_share(seen) >= 0.999
    assert median_best_gsd(seen) == pytest.approx(76.0, abs=4.0)


def test_the_median_depends_on_which_orbits_are_taken(orbit, camera):
    """Neither the orbits nor their timing are published; other choices leave 70 to 74 m."""
    for ask in ({"choice": "even", "shortest_interval": "8 s"}, {"shortest_interval": "15 s"}):
        plan = plan_campaign(orbit, camera, orbits=284, frames_per_arc=52, **ask)
        seen = coverage(plan, camera, "1 ppd", incidence_limit=80.0, layers=("count", "best_gsd"))
        assert covered_share(seen) >= 0.999
        assert median_best_gsd(seen) == pytest.approx(72.0, abs=2.0)


def test_light_alone_would_drop_a_sixth_of_evenly_timed_frames(orbit, camera):
    """52 frames over the whole arc, dark ones left out: what the light limit costs."""
    step = 1598.0 / 52.0
    timed = plan_campaign(orbit, camera, orbits=284, interval=step, choice="even")
    assert timed.sizes["frame"] == pytest.approx(12_440, rel=0.01)


def test_maps_of_the_poles_agree_with_the_globe(plan, camera):
    globe = coverage(plan, camera, "2 ppd", incidence_limit=80.0, layers=("count",))
    for pole, sign in (("north", 1.0), ("south", -1.0)):
        cap = coverage(plan, camera, f"60 km {pole}", incidence_limit=80.0, layers=("count",))
        assert covered_share(cap) > 0.999
        lon, lat = MapGrid.of(cap).lon_lat(*np.indices(cap["count"].shape))
        row, column = MapGrid.of(globe).row_col(lon, lat)
        near = globe["count"].values[
            np.rint(row).astype(int) % 360, np.rint(column).astype(int) % 720
        ]
        part = sign * lat > 60.0
        assert cap["count"].values[part].mean() == pytest.approx(near[part].mean(), rel=0.01)
