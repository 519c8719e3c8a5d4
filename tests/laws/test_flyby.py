"""Passing a planet: closed forms, the hyperbola itself, and what is refused."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from marsward.core.bodies import body
from marsward.core.errors import InputError, PhysicsError
from marsward.dynamics.flyby import (
    bending_angle,
    flyby,
    flyby_radius,
    least_radius,
    passages,
    swung,
    tisserand,
)
from marsward.dynamics.hyperbola import b_plane, hyperbola

VENUS = float(body("venus").gm)


def unit(vector):
    return np.asarray(vector) / np.linalg.norm(vector)


@settings(max_examples=30)
@given(st.floats(500.0, 20e3), st.floats(6.2e6, 5e7))
def test_turn_and_radius_are_one_another_reversed(speed, radius):
    turn = float(bending_angle(speed, radius, VENUS))
    assert 0.0 < turn < np.pi
    assert float(flyby_radius(speed, turn, VENUS)) == pytest.approx(radius, rel=1e-8)


def test_an_unpowered_passage_is_the_hyperbola_through_its_periapsis():
    radius, speed = 7.0e6, 6.2e3
    up, along = unit([0.3, -0.5, 0.8]), unit(np.cross([0.3, -0.5, 0.8], [0.0, 1.0, 0.4]))
    fast = np.sqrt(speed**2 + 2.0 * VENUS / radius)
    there = hyperbola(np.concatenate([radius * up, fast * along]), VENUS)
    found = flyby(speed * there.incoming, speed * there.outgoing, "venus", pole=[0.1, 0.2, 0.97])
    assert found.radius == pytest.approx(radius, rel=1e-9)
    assert found.dv == pytest.approx(0.0, abs=1e-6)
    assert found.flyable
    b_t, b_r = b_plane(there, np.array([0.1, 0.2, 0.97]))
    assert found.b_t == pytest.approx(b_t, rel=1e-7)
    assert found.b_r == pytest.approx(b_r, rel=1e-7)


def test_an_impulse_at_the_periapsis_joins_two_hyperbolas():
    radius, push = 6.6e6, 350.0
    up, along = unit([1.0, 0.2, 0.1]), unit(np.cross([1.0, 0.2, 0.1], [0.0, -0.3, 1.0]))
    fast = np.sqrt(5.0e3**2 + 2.0 * VENUS / radius)
    before = hyperbola(np.concatenate([radius * up, fast * along]), VENUS)
    after = hyperbola(np.concatenate([radius * up, (fast + push) * along]), VENUS)
    first = np.sqrt(before.c3) * before.incoming
    last = np.sqrt(after.c3) * after.outgoing
    found = flyby(first, last, "venus")
    assert found.radius == pytest.approx(radius, rel=1e-9)
    assert found.dv == pytest.approx(push, rel=1e-9)
    # and forward again
    rings = swung(first, "venus", radius=radius, about_rad=np.linspace(0.0, 6.2, 9), dv=push)
    np.testing.assert_allclose(np.linalg.norm(rings, axis=-1), np.linalg.norm(last), rtol=1e-12)
    turns = np.arccos(rings @ first / np.linalg.norm(first) / np.linalg.norm(last))
    np.testing.assert_allclose(np.degrees(turns), found.turn, rtol=1e-9)


def test_what_a_planet_cannot_turn_is_turned_far_out():
    least = least_radius("mars")
    gm = float(body("mars").gm)
    widest = float(bending_angle(5e3, least, gm))
    turn = widest + 0.1
    first, last = 5e3 * np.array([1.0, 0, 0]), 5e3 * np.array([np.cos(turn), np.sin(turn), 0])
    found = flyby(first, last, "mars")
    assert not found.flyable
    assert found.radius == pytest.approx(least)
    assert np.radians(found.short) == pytest.approx(0.1, rel=1e-9)
    assert found.bend == pytest.approx(2.0 * 5e3 * np.sin(0.05), rel=1e-9)
    # without a jump where the planet just does
    turn = widest * (1.0 - 1e-9)
    near = passages(first, 5e3 * np.array([np.cos(turn), np.sin(turn), 0]), gm=gm, least=least)
    assert float(near.short) == 0.0
    assert float(near.radius) == pytest.approx(least, rel=1e-7)
    straight = passages(first, 1.1 * first, gm=gm, least=least)
    assert float(straight.total) == pytest.approx(500.0)


def test_a_passage_keeps_tisserands_parameter():
    # coplanar, planet on a circle of radius 1 about a Sun of GM 1
    for angle in np.linspace(0.0, 2.0 * np.pi, 8)[:-1]:
        v_inf = 0.35 * np.array([np.cos(angle), np.sin(angle)])
        v = v_inf + np.array([0.0, 1.0])  # place (1, 0), planet along y
        axis = 1.0 / (2.0 - v @ v)
        spin = v[1]
        e = np.sqrt(max(0.0, 1.0 - spin**2 / axis))
        tilt = 0.0 if spin > 0.0 else np.pi
        assert float(tisserand(axis, e, tilt, 1.0)) == pytest.approx(3.0 - 0.35**2, abs=1e-12)


def test_what_is_refused():
    with pytest.raises(InputError, match="x y z"):
        passages([1.0, 2.0], [1.0, 2.0, 3.0], gm=1.0, least=1.0)
    with pytest.raises(InputError, match="do not fit"):
        passages(np.ones((2, 3)), np.ones((3, 3)), gm=1.0, least=1.0)
    with pytest.raises(InputError, match="above 0"):
        passages(np.ones(3), np.ones(3), gm=1.0, least=0.0)
    with pytest.raises(InputError, match="three finite numbers"):
        flyby([np.nan, 0.0, 0.0], [1.0, 0.0, 0.0], "venus")
    with pytest.raises(InputError, match="lowest altitude"):
        least_radius("phobos")
    with pytest.raises(InputError, match="0 or more"):
        least_radius("venus", -5.0)
    with pytest.raises(PhysicsError, match="most that it can brake"):
        swung([3e3, 0.0, 0.0], "venus", radius=6.5e6, about_rad=0.0, dv=-2000.0)
