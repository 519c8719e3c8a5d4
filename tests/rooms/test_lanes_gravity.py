"""Gravity fields in lanes: each craft of a block as good as flown alone."""

import numpy as np
import pytest

from marsward.core.errors import InputError
from marsward.core.time import Epoch
from marsward.dynamics.forces import Forces
from marsward.dynamics.lanes import propagate_lanes
from marsward.dynamics.state_transition import arrive

START = Epoch.utc("2021-03-01T00:00:00")
# orbits of 265 by 12 000 km about Mars, of 500 by 30 000 km about the Earth
CRAFT = {
    "mars": np.array([3.66e6, 0.0, 0.0, 0.0, 1500.0, 3950.0]),
    "earth": np.array([0.0, 6.88e6, 0.0, -6500.0, 0.0, 6900.0]),
}
POINTS = Forces(centre_switching=False)


@pytest.mark.parametrize(("planet", "limit"), [("mars", 30.0), ("earth", 30.0)])
def test_orbits_of_a_block_are_those_flown_alone(planet, limit):
    rng = np.random.default_rng(6)
    states = CRAFT[planet] + rng.normal(size=(5, 6)) * [2e3, 2e3, 2e3, 1.0, 1.0, 1.0]
    gravity = {planet: 3}
    ends = propagate_lanes(states, START, 4 * 3600.0, centre=planet, gravity=gravity,
                           forces=POINTS)  # fmt: skip
    forces = Forces(gravity=gravity, centre_switching=False)
    bare = propagate_lanes(states, START, 4 * 3600.0, centre=planet, forces=POINTS)
    for state, end, plain in zip(states, ends, bare, strict=True):
        alone = arrive(state, START, 4 * 3600.0, centre=planet, forces=forces, rtol=1e-13)
        assert np.linalg.norm((end - alone)[:3]) < limit
        assert np.linalg.norm((plain - alone)[:3]) > 5e3  # what the field does


def test_fields_that_there_are_not():
    with pytest.raises(InputError, match="give propagate_lanes"):
        propagate_lanes(CRAFT["mars"], START, 60.0, centre="mars",
                        forces=Forces(gravity={"mars": 4}))  # fmt: skip
    with pytest.raises(InputError, match="degrees 2 to"):
        propagate_lanes(CRAFT["mars"], START, 60.0, centre="mars", gravity={"mars": 1},
                        forces=POINTS)  # fmt: skip
