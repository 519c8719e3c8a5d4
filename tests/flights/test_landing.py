"""The landings of Tianwen-1 and Perseverance, and entries that do not land."""

from types import SimpleNamespace

import numpy as np
import pytest

import marsward as mw
from marsward.core.errors import InputError, PhysicsError
from marsward.core.time import Epoch
from marsward.dynamics.entry_point import EntryPoint
from marsward.geometry.local_terrain import LocalTerrain
from marsward.mission.landing import enter
from marsward.mission.landing_members import fly_landings
from marsward.mission.landing_plan import Lander, column_top, plan_landing
from marsward.mission.phases.deorbit import Deorbit
from marsward.mission.phases.entry_study import ellipses
from marsward.mission.phases.orbit_vectors import orbit_vectors
from marsward.planet.atmosphere import atmosphere
from marsward.planet.landing_site import landing_site
from marsward.vehicles.capsule import Capsule
from marsward.vehicles.descent_stage import DescentStage
from marsward.vehicles.flight_state import FlightState
from marsward.vehicles.landing_ellipse import landing_ellipse
from marsward.vehicles.landing_scatter import Dispersions
from marsward.vehicles.parachute import Parachute

pytestmark = pytest.mark.flight
JEZERO, ZHURONG = (77.43, 18.46), (109.925, 25.066)
# what the voyage of missions/perseverance.toml comes down with
M2020 = {
    "epoch": "2021-02-18T20:36:25.878", "lon": 66.8372, "lat": 20.5936, "speed": 5334.6,
    "angle": -16.1598, "azimuth": 100.2540, "height": 124_544.0,
}  # fmt: skip
DELIVERY = np.diag([1.5e6] * 3 + [0.01] * 3)
KNOWN = np.diag([539.0**2] * 3 + [0.385**2] * 3)


def lander(name):
    return Lander(Capsule(preset=name), Parachute(preset=name), DescentStage(preset=name))


@pytest.fixture(scope="module")
def air():
    return atmosphere()


@pytest.fixture(scope="module")
def jezero(air):
    start = FlightState.of(
        **{k: v for k, v in M2020.items() if k != "epoch"}, epoch=Epoch.utc(M2020["epoch"])
    )
    site = landing_site(*JEZERO, cell="40 m", seed=20200730)
    return plan_landing(
        lander("mars-2020"), start.epoch, start.inertial()[0], JEZERO, terrain=site, air=air
    )


@pytest.fixture(scope="module")
def utopia(air):
    vectors = orbit_vectors(mw.Mission.open("tianwen-1").vectors)
    point: EntryPoint = Deorbit(vector="14-may-separation").coast(vectors).point
    site = landing_site(*ZHURONG, cell="40 m", seed=20200723)
    return plan_landing(
        lander("tianwen-1"), point.epoch, point.state, ZHURONG, terrain=site, air=air
    )


def test_tianwen_lands_where_and_when_it_did(utopia):
    assert utopia.miss < 5000.0
    seconds = float(utopia.entries.duration[0] + utopia.descents.at("touchdown")[0][0])
    assert 7.5 < seconds / 60.0 < 9.5
    # the chute at 460 m/s, told as 284 s after the entry
    assert float(utopia.entries.final.speed[0]) == pytest.approx(460.0, abs=1.0)
    assert float(utopia.entries.duration[0]) == pytest.approx(284.0, abs=25.0)


def test_perseverance_lands_as_it_did(jezero):
    assert 9.0 < float(jezero.entries.peak_g[0]) < 11.5
    assert 8e3 < float(jezero.descents.trigger_height[0]) < 12e3
    assert jezero.miss < 3300.0  # inside the published ellipse of 7.7 x 6.6 km
    seconds = float(jezero.entries.duration[0] + jezero.descents.at("touchdown")[0][0])
    assert seconds == pytest.approx(410.0, abs=45.0)


@pytest.fixture(scope="module")
def many(jezero):
    return fly_landings(jezero, DELIVERY, KNOWN, members=240, seed=5, workers=2)


def test_the_ellipse_is_of_the_size_of_the_flown_one(many):
    down = many.down
    assert down.mean() > 0.97
    east, north = (many.of_descent(read)[down] for read in (lambda d: d.x, lambda d: d.y))
    found = landing_ellipse(east, north, draws=50)
    assert 5e3 < 2.0 * found.semi_major < 16e3
    assert 4e3 < 2.0 * found.semi_minor < 10e3
    assert np.hypot(found.east, found.north) < 1000.0


def test_members_depend_on_their_number_alone(jezero, many):
    few = fly_landings(jezero, DELIVERY, KNOWN, members=60, seed=5)
    np.testing.assert_allclose(
        few.of_descent(lambda d: d.x), many.of_descent(lambda d: d.x)[:60], rtol=1e-9
    )
    assert (few.verdict == many.verdict[:60]).all()


def test_causes_are_standard_numbers(many):
    for name, each in many.causes().items():
        assert each.shape == (240,), name
        assert abs(each.mean()) < 0.3, name
        assert each.std() == pytest.approx(1.0, abs=0.25), name


def test_more_dispersion_makes_a_wider_ellipse(jezero, many):
    wild = fly_landings(
        jezero, DELIVERY, KNOWN, members=120, seed=5,
        dispersions=Dispersions(wind="25 m/s"),  # type: ignore[arg-type]
    )  # fmt: skip
    spread = [np.nanstd(each.of_descent(lambda d: d.x)) for each in (many, wild)]
    assert spread[1] > 1.5 * spread[0]


def test_one_call_enters():
    chute = enter(**M2020, bank=50.0, capsule="mars-2020")
    assert float(chute["peak_deceleration"][0]) / 9.80665 == pytest.approx(10.3, abs=1.5)
    assert chute.attrs is not None
    assert "mach" in chute
    way = enter(**M2020, bank=50.0, history=True)
    assert float(way["speed"][0]) == pytest.approx(5334.6, rel=1e-6)


def test_one_call_lands():
    down = enter(**M2020, target=JEZERO, members=1)
    assert down["verdict"].values.tolist() == ["landed"]
    assert float(down["miss"][0]) < 500.0


@pytest.mark.parametrize(
    ("change", "error", "says"),
    [
        ({"angle": -8.0, "bank": 0.0}, PhysicsError, "skips out"),
        ({"angle": -55.0, "bank": 180.0}, PhysicsError, "before its parachute"),
        ({"angle": 5.0}, PhysicsError, "climbs|skips out"),
        ({"speed": None}, InputError, "speed is missing"),
        ({"members": 3}, InputError, "flown to a target"),
        ({"members": 2.5}, InputError, "whole number"),
        ({"members": "5"}, InputError, "whole number"),
        ({"target": (77.0,)}, InputError, "longitude and latitude"),
        ({"capsule": 3}, InputError, "name of one"),
        ({"capsule": "mars-2021"}, InputError, "mars-2020"),
        ({"state": [0.0] * 6}, InputError, "not both"),
    ],
)
def test_entries_that_cannot_be_say_so_in_one_sentence(change, error, says):
    with pytest.raises(error, match=says) as told:
        enter(**{**M2020, **change})
    assert "\n" not in str(told.value)


def test_a_target_on_a_steep_wall_is_named_as_the_cause():
    east = np.abs(20.0 * (np.arange(1000) - 499.5))
    ridge = np.tile(-2560.0 + np.clip(2000.0 - 1.6 * east, 0.0, None), (1000, 1))
    wall = LocalTerrain(ridge.astype(np.float32), 20.0, *JEZERO)
    with pytest.raises(PhysicsError, match=r"crater's wall; choose another target") as told:
        enter(**M2020, target=JEZERO, terrain=wall)
    assert "58 deg" in str(told.value)


def test_a_target_out_of_reach_is_refused():
    with pytest.raises(PhysicsError, match=r"beyond the reach|past the target"):
        enter(**M2020, target=(95.0, 18.46))


def test_a_target_inside_a_craters_wall_is_refused():
    n, cell = 300, 40.0
    line = (np.arange(n) - 0.5 * (n - 1)) * cell
    height = np.broadcast_to(-2500.0 + 0.7 * line[None, :], (n, n))  # 35 deg everywhere
    wall = LocalTerrain(np.array(height, np.float32), cell, *JEZERO, "a wall")
    with pytest.raises(PhysicsError, match=r"steep|safe ground|strikes"):
        enter(**M2020, target=JEZERO, terrain=wall)


def test_too_few_landings_for_an_ellipse_are_told():
    """Seven of sixty come down: no trace, one sentence about the flight."""
    came = np.arange(60) < 7
    few = type("Few", (), {"down": came, "__len__": lambda self: 60})()
    with pytest.raises(PhysicsError, match="of 60 landings 7 come to the ground"):
        ellipses(SimpleNamespace(ellipse=0.99), few, SimpleNamespace(seed=0))


def test_the_column_reaches_an_entry_that_begins_higher():
    assert column_top(125e3) == 140e3
    assert column_top(145_200.0) == 148e3
