"""Relay passes of an orbiter over a rover: a circle in closed form, an orbit, the rate's law."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from marsward.core.bodies import body
from marsward.core.errors import InputError
from marsward.core.sol_clock import mission_clock
from marsward.core.time import Epoch
from marsward.dynamics.elements import Elements
from marsward.dynamics.forces import Forces
from marsward.dynamics.propagate import propagate
from marsward.dynamics.sites import Site
from marsward.vehicles.relay_windows import RelayLink, relay_windows

START = Epoch.utc("2021-11-09T08:10:41")
ZHURONG = {"lon": 109.925, "lat": 25.066, "height": -4100.0}
FORCES = Forces(bodies=("sun", "mars"), gravity={"mars": 4}, relativity=False)


@pytest.fixture(scope="module")
def remote_sensing():
    """The remote-sensing orbit of Tianwen-1, 265 km by 10 700 km, two days of it."""
    orbit = Elements(8.8556e6, 0.5864, 86.32, 104.81, 88.28, 0.0, epoch=START)
    return propagate(orbit.state(), START, 2.0 * 86400.0, centre="mars", forces=FORCES)


def test_passes_are_where_the_site_sees_the_craft(remote_sensing):
    passes = relay_windows(remote_sensing, **ZHURONG, clock=mission_clock("zhurong"))
    assert len(passes) >= 4
    site = Site("rover", 109.925, 25.066, -4100.0, 10.0, "mars")
    every = START + np.arange(0.0, 2.0 * 86400.0, 60.0)
    place = remote_sensing.at(every, wrt=499)[..., :3]
    line = np.einsum("...ij,...j->...i", site.axes(every), place) - site.position
    up = np.degrees(np.arcsin(line @ site.vertical / np.linalg.norm(line, axis=-1)))
    seen = np.zeros(up.size, dtype=bool)
    for begin, end in zip(passes.begin, passes.end, strict=True):
        seen |= (every - begin >= 0.0) & (every - end <= 0.0)
    assert np.array_equal(seen, up >= 10.0)
    assert passes.highest.max() == pytest.approx(up.max(), abs=1.0)
    assert np.all(np.diff(passes.begin_sol) > 0.0)
    assert np.all(passes.end_sol > passes.begin_sol)


def test_hours_of_a_pass_are_true_solar_time(remote_sensing):
    passes = relay_windows(remote_sensing, **ZHURONG, clock=mission_clock("zhurong"))
    hours = 24.0 * (passes.begin_sol % 1.0)
    assert hours == pytest.approx(np.asarray(passes.begin.ltst(109.925)), abs=1e-3)
    sol = int(np.floor(passes.begin_sol[1]))
    told = passes.of_sol(sol)
    assert all(0.0 <= begin < end <= 24.0 for begin, end, _ in told)
    first = int(np.floor(passes.begin_sol[0]))
    last = int(np.floor(passes.end_sol[-1]))
    whole = sum(bits for k in range(first, last + 1) for _, _, bits in passes.of_sol(k))
    assert whole == pytest.approx(passes.bits.sum())
    assert abs(sol - int(mission_clock("zhurong").reading(passes.begin[1])[0])) <= 1
    assert passes.rows()[0]["minutes"] > 0.0


def test_a_low_circle_brings_what_curiosity_got():
    """Some 500 Mbit a sol through an orbiter at 300 km, with the rates to 2048 kbit/s: Bell et al.
    2014, MRO relay telecom support of MSL, IEEE Aerospace Conference."""
    orbit = Elements(body("mars").radius + 300e3, 0.001, 92.7, 40.0, 0.0, 0.0, epoch=START)
    path = propagate(orbit.state(), START, 4.0 * 88775.0, centre="mars", forces=FORCES)
    passes = relay_windows(path, lon=137.44, lat=-4.59, height=-4500.0)
    assert passes.bits.sum() / 4.0 == pytest.approx(500e6, rel=0.15)
    longest = max(float(b - a) for a, b in zip(passes.begin, passes.end, strict=True))
    radius = body("mars").radius
    mask = math.radians(10.0)
    reach = math.acos(radius / (radius + 300e3) * math.cos(mask)) - mask
    rate = math.sqrt(body("mars").gm / (radius + 300e3) ** 3)
    assert longest == pytest.approx(2.0 * reach / rate, rel=0.12)


@given(st.floats(1e5, 2e7), st.floats(1e5, 2e7))
def test_rates_fall_with_range_by_halves(near, far):
    link = RelayLink()
    a, b = sorted((near, far))
    fast, slow = link.rate([a, b])
    assert fast >= slow
    assert fast <= 2.048e6
    for rate, at in ((fast, a), (slow, b)):
        if rate > 0.0:
            assert math.log2(2.048e6 / rate) == pytest.approx(round(math.log2(2.048e6 / rate)))
            assert rate <= 2.048e6 * min((link.reach / at) ** 2, 1.0) * (1.0 + 1e-9)


def test_ten_minutes_at_four_thousand_kilometres():
    """Zhurong to Mars Express, 20 November 2021: 10 minutes, 4000 km; 5 Mbit by this law."""
    assert RelayLink().rate(4e6) == pytest.approx(8e3)
    assert 600.0 * float(RelayLink().rate(4e6)) == pytest.approx(4.8e6)
    with pytest.raises(InputError, match="above 0 m"):
        RelayLink().rate(0.0)
