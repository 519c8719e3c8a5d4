"""Dispersed cruises: each as good as flown alone, all together as linear theory says."""

import numpy as np
import pytest

from marsward.core.bodies import body
from marsward.core.errors import InputError, PhysicsError
from marsward.core.frames import rotation
from marsward.core.time import Epoch
from marsward.dynamics.dispersed_cruise import (
    BOUND,
    LOST,
    PASSES,
    dispersed_arrivals,
    linear_arrivals,
    passages,
)
from marsward.dynamics.ephemeris import default_ephemeris
from marsward.dynamics.forces import Forces, SolarPressure
from marsward.dynamics.hyperbola import b_plane, hyperbola
from marsward.dynamics.state_transition import arrive

# from a parking orbit of 200 km to the entry of 18 February 2021, with the Earth's degree 3
START = Epoch.utc("2020-07-30T12:40:08")
LEAVE = np.array(
    [-3781472.006, -4385903.847, -3120288.134, 8703.8168396, -7733.8456607, 339.7320691]
)
ABOUT = Epoch.utc("2021-02-18T20:36:26")
FORCES = Forces(solar_pressure=SolarPressure(2.4e-8, shadow=False), gravity={"earth": 3})
GM = float(body("mars").gm)


def cruises(count: int, scale: float = 1.0) -> np.ndarray:
    rng = np.random.default_rng(9)
    return LEAVE + scale * rng.normal(size=(count, 6)) * [1e3, 1e3, 1e3, 1.5, 1.5, 1.5]


def test_hyperbolas_are_read_as_one_by_one():
    rng = np.random.default_rng(3)
    states = np.array([-5e8, 4e8, 1e8, 2000.0, -1700.0, -300.0]) + rng.normal(size=(20, 6)) * [
        2e7, 2e7, 2e7, 30.0, 30.0, 30.0,
    ]  # fmt: skip
    pole = rotation("J2000", "MARS_MEOD", ABOUT)[2]
    figures, more = passages(states, pole, GM)
    for state, row, extra in zip(states, figures, more, strict=True):
        orbit = hyperbola(state, GM)
        np.testing.assert_allclose(row[:2], b_plane(orbit, pole), rtol=1e-10)
        assert row[2] == pytest.approx(orbit.time_to_periapsis, rel=1e-12)
        assert extra[0] == pytest.approx(np.sqrt(orbit.c3), rel=1e-12)
        assert extra[1] == pytest.approx(orbit.periapsis_radius, rel=1e-9)


def test_every_cruise_from_the_parking_orbit_is_as_good_as_flown_alone():
    states = cruises(70)
    found = dispersed_arrivals(states, START, ABOUT, forces=FORCES)
    sky = default_ephemeris()
    for k in (0, 33, 69):
        alone = arrive(states[k], START, found.read, centre="earth", forces=FORCES, rtol=1e-14)
        near = alone + sky.state("earth", wrt="mars", at=found.read)
        assert np.linalg.norm((found.states[k] - near)[:3]) < 200.0  # of 600 million km
        orbit = hyperbola(near, GM)
        aim = b_plane(orbit, rotation("J2000", "MARS_MEOD", ABOUT)[2])
        assert np.hypot(found.b_t[k] - aim[0], found.b_r[k] - aim[1]) < 200.0
        late = orbit.time_to_periapsis - float(ABOUT - found.read)
        assert found.time[k] == pytest.approx(late, abs=0.1)


def test_covariance_of_ten_thousand_cruises_is_that_of_linear_theory():
    spread = np.diag([30.0**2] * 3 + [0.003**2] * 3)
    rng = np.random.default_rng(5)
    states = LEAVE + rng.multivariate_normal(np.zeros(6), spread, 10_000)
    found = dispersed_arrivals(states, START, ABOUT, forces=FORCES, rtol=1e-9)
    assert (found.status == PASSES).all()
    figures, told = linear_arrivals(LEAVE, START, spread, ABOUT, forces=FORCES)
    drawn = found.covariance()
    sigma = np.sqrt(np.diag(told))
    np.testing.assert_allclose(np.sqrt(np.diag(drawn)), sigma, rtol=0.03)
    ours, theirs = (np.sqrt(np.linalg.eigvalsh(c[:2, :2])) for c in (drawn, told))
    np.testing.assert_allclose(ours, theirs, rtol=0.03)
    assert sigma[1] > 500e3  # far more than what an integrator errs by
    assert np.abs((found.figures().mean(axis=0) - figures) / sigma).max() < 0.06


def test_workers_and_company_change_nothing():
    states = cruises(130)
    one = dispersed_arrivals(states, START, ABOUT, forces=FORCES)
    two = dispersed_arrivals(states, START, ABOUT, forces=FORCES, workers=2)
    np.testing.assert_array_equal(one.figures(), two.figures())


def test_point_masses_alone_miss_by_what_the_bulge_does():
    with_bulge = dispersed_arrivals(LEAVE, START, ABOUT, forces=FORCES)
    without = dispersed_arrivals(LEAVE, START, ABOUT, forces=FORCES, gravity={})
    gap = np.linalg.norm((with_bulge.states - without.states)[0, :3])
    assert 1e8 < gap < 1e10


def test_what_does_not_arrive_has_a_status():
    # straight down into the Earth's centre; and left behind in a low orbit
    states = np.tile(LEAVE, (3, 1))
    states[1, 3:] = -states[1, :3] * 1e-3
    found = dispersed_arrivals(states, START, ABOUT, forces=FORCES)
    assert list(found.status) == [PASSES, LOST, PASSES]
    assert np.isnan(found.b_t[1])
    assert np.isfinite(found.b_t[[0, 2]]).all()
    captured = np.array([[2e7, 0.0, 0.0, 0.0, 1000.0, 0.0]])
    early = dispersed_arrivals(
        captured, ABOUT - 4 * 86400.0, ABOUT, forces=FORCES, centre="mars", gravity={}
    )
    assert early.status[0] == BOUND
    with pytest.raises(PhysicsError, match="0 of 1 cruises"):
        early.covariance()


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"about": START + 86400.0}, "not after the states"),
        ({"states": np.full((2, 6), np.nan)}, "finite numbers"),
        ({"workers": 0}, "number of threads"),
    ],
)
def test_bad_calls_are_refused(change, words):
    call = {"states": LEAVE, "about": ABOUT, "forces": FORCES} | change
    with pytest.raises(InputError, match=words):
        dispersed_arrivals(call.pop("states"), START, call.pop("about"), **call)
