"""Places straight under a craft."""

import numpy as np
import pytest

from marsward.core.bodies import body
from marsward.core.errors import InputError, PhysicsError
from marsward.core.time import Epoch
from marsward.dynamics.forces import Forces
from marsward.dynamics.propagate import propagate
from marsward.geometry.look import look
from marsward.geometry.nadir_points import nadir_points

START = Epoch.utc("2028-11-01")


@pytest.fixture(scope="module")
def orbit():
    mars = body("mars")
    radius = mars.radii[0] + 400e3
    speed = np.sqrt(mars.gm / radius)
    state = np.array([radius, 0.0, 0.0, 0.0, 0.3 * speed, np.sqrt(1 - 0.09) * speed])
    forces = Forces(bodies=("mars", "sun"))
    return propagate(state, START, START + 30_000.0, centre="mars", forces=forces)


def test_places_and_light_are_those_of_the_look(orbit):
    points = nadir_points(orbit, count=25, altitude_limit=1e6)
    epoch = Epoch.et(points["et"].values)
    seen = look(orbit, epoch, target="mars", correction="NONE")
    np.testing.assert_allclose(points["lon"], seen["sub_observer_lon"], atol=1e-6)
    np.testing.assert_allclose(points["lat"], seen["sub_observer_lat"], atol=1e-6)
    assert np.all(np.diff(points["et"]) > 0.0)


def test_only_lit_places_where_light_is_asked_for(orbit):
    dark = nadir_points(orbit, count=60, altitude_limit=1e6)
    lit = nadir_points(orbit, count=60, altitude_limit=1e6, incidence_limit=60.0)
    assert lit["incidence"].max() <= 60.0 + 1e-6
    assert dark["incidence"].max() > 90.0


def test_steps_share_the_time_evenly(orbit):
    points = nadir_points(orbit, count=10, altitude_limit=1e6)
    np.testing.assert_allclose(np.diff(points["et"]), 3000.0, atol=1e-3)


def test_what_cannot_be_asked_for(orbit):
    with pytest.raises(InputError, match="one place at least"):
        nadir_points(orbit, count=0, altitude_limit=1e6)
    with pytest.raises(PhysicsError, match="raise"):
        nadir_points(orbit, count=5, altitude_limit=1e5)
