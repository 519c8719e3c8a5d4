"""The phase that flies an orbit from elements: what was asked for is what is flown."""

import numpy as np
import pytest

import marsward as mw
from marsward.core.errors import InputError, PhysicsError

pytestmark = pytest.mark.flight
TEXT = """
name = "small"
[[phase]]
kind = "orbit"
epoch = "2028-11-01"
until = "2028-11-03"
periapsis = "400 km"
apoapsis = "420 km"
inclination = "92.9 deg"
local_time = "14.5 h"
gravity_degree = 10
"""


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    return mw.Mission.loads(TEXT, name="small").run(
        out=tmp_path_factory.mktemp("small") / "run", report=False
    )


def test_the_orbit_is_the_one_asked_for(run):
    table = run["orbit_elements"].dataset
    # two days of 1.96 h each, begun at a periapsis, the last one cut
    assert table.sizes["orbit_index"] == run.summary("orbit")["orbit_turns"]["value"]
    assert table.sizes["orbit_index"] in (23, 24, 25)
    assert table["inclination"].values == pytest.approx(92.9, abs=0.15)
    assert table["ltan"].values[0] == pytest.approx(14.5, abs=0.02)
    # nearly sun-synchronous: the node keeps its hour to minutes in two days
    assert np.ptp(table["ltan"].values) < 0.05
    start = mw.Trajectory.from_dataset(run["orbit"].dataset)
    height = np.linalg.norm(start.at(start.start)[:3]) - 3396190.0
    assert height == pytest.approx(400e3, abs=1.0)


def test_a_period_follows_keplers_law(run):
    semi_major_axis, gm = 3396190.0 + 410e3, float(mw.body("mars").gm)
    hours = 2 * np.pi * np.sqrt(semi_major_axis**3 / gm) / 3600.0
    assert run.summary("orbit")["orbit_period"]["value"] == pytest.approx(hours, rel=1e-6)


@pytest.mark.parametrize(
    ("override", "says"),
    [
        ("orbit.apoapsis=300 km", "exchange them"),
        ("orbit.node=30 deg", "either node"),
        ("orbit.until=2028-10-01", "must be after epoch"),
        ("orbit.periapsis=-5 km", "periapsis"),
        ("orbit.inclination=92.9", 'write "92.9 deg"'),
    ],
)
def test_an_orbit_that_makes_no_sense_is_refused(override, says):
    with pytest.raises(InputError, match=says):
        mw.Mission.loads(TEXT, name="small", overrides=[override])


def test_an_orbit_that_meets_the_ground_is_a_physics_error(tmp_path):
    # 1 km over the equator's radius is above the ellipsoid, but not for two days
    low = mw.Mission.loads(
        TEXT, name="small", overrides=["orbit.periapsis=1 km", "orbit.apoapsis=5 km"]
    )
    with pytest.raises(PhysicsError, match="strikes mars"):
        low.run(out=tmp_path / "run", report=False)
    assert not list((tmp_path / "run").glob("*orbit*"))


def test_the_built_in_mapper_flies_as_it_stands():
    mission = mw.Mission.open("mapper")
    assert [phase.kind for phase in mission.phases] == ["orbit", "map", "thermal", "climate"]
