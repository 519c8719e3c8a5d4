"""Aerobraking: a pass against scipy, its work, and campaigns against those that were flown."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from marsward.core.bodies import body
from marsward.core.errors import InputError, PhysicsError
from marsward.dynamics.aerobraking import aerobrake, apsis_dv, drag_pass
from marsward.dynamics.drag import Drag

GM, RADIUS = float(body("mars").gm), float(body("mars").equatorial_radius)
HEIGHT = np.arange(80.0, 221.0, 10.0) * 1e3
SCALE = 8e3


def air(ballistic, base=2.6e-8):
    """An exponential atmosphere [kg/m3 at 110 km]."""
    return Drag(ballistic, HEIGHT, base * np.exp(-(HEIGHT - 110e3) / SCALE))


def test_a_pass_is_what_scipy_flies():
    """Drag along a full orbit, integrated by scipy, against the sum along the ellipse."""
    from scipy.integrate import solve_ivp

    drag, low, high = air(0.05), RADIUS + 104e3, RADIUS + 20_000e3
    found = drag_pass(low, high, drag)
    log_base, slope = np.log(2.6e-8), 1.0 / SCALE

    def rates(t, y):
        r, speed = np.hypot(*y[:2]), np.hypot(*y[2:4])
        rho = np.exp(log_base - (r - RADIUS - 110e3) * slope)
        acc = -GM * y[:2] / r**3 - 0.5 * rho * drag.ballistic * speed * y[2:4]
        return [*y[2:4], *acc, 0.5 * rho * drag.ballistic * speed**2, 0.5 * rho * speed**3]

    axis = 0.5 * (low + high)
    far = [-high, 0.0, 0.0, -np.sqrt(GM * (2.0 / high - 1.0 / axis)), 0.0, 0.0]
    turn = 2.0 * np.pi * np.sqrt(axis**3 / GM)
    y = solve_ivp(rates, (0.0, 0.8 * turn), far, "DOP853", rtol=1e-11, atol=1e-4, max_step=60.0)
    end = y.y[:, -1]
    r, square = np.hypot(*end[:2]), end[2] ** 2 + end[3] ** 2
    energy, momentum = 0.5 * square - GM / r, end[0] * end[3] - end[1] * end[2]
    new = -0.5 * GM / energy
    e = np.sqrt(1.0 - momentum**2 / (GM * new))
    assert found.apoapsis == pytest.approx(new * (1.0 + e), abs=2e-3 * (high - new * (1.0 + e)))
    assert found.periapsis == pytest.approx(new * (1.0 - e), abs=20.0)
    assert found.dv == pytest.approx(end[4], rel=2e-3)
    assert found.heat == pytest.approx(end[5], rel=2e-3)


@given(
    height=st.floats(100e3, 118e3), high=st.floats(1e6, 4e7), ballistic=st.floats(5e-3, 0.08)
)  # fmt: skip
@settings(max_examples=40, deadline=None)
def test_energy_taken_is_the_work_of_the_drag(height, high, ballistic):
    drag, low, top = air(ballistic), RADIUS + height, RADIUS + high
    found = drag_pass(low, top, drag)
    before, after = -GM / (low + top), -GM / (found.periapsis + found.apoapsis)
    speed = np.sqrt(2.0 * GM * top / (low * (low + top)))
    # the work lies between the dv at the speed of the periapsis and at the top of the air
    assert after < before
    assert before - after == pytest.approx(found.dv * speed, rel=0.04)
    assert before - after <= found.dv * speed * (1.0 + 1e-9)
    assert found.apoapsis < top
    assert abs(low - found.periapsis) < 0.05 * (top - found.apoapsis)
    twice = drag_pass(low, top, air(2.0 * ballistic))
    assert twice.dv == pytest.approx(2.0 * found.dv, rel=1e-9)


def test_thin_air_does_as_the_formula_for_one_pass():
    """King-Hele's integral of an exponential atmosphere over a long ellipse."""
    drag, low, high = air(0.02), RADIUS + 112e3, RADIUS + 30_000e3
    found = drag_pass(low, high, drag)
    e = (high - low) / (high + low)
    speed = np.sqrt(GM * (1.0 + e) / low)
    rho = 2.6e-8 * np.exp(-2e3 / SCALE)
    told = 0.5 * rho * 0.02 * speed * np.sqrt(2.0 * np.pi * low * SCALE * (1.0 + e) / e)
    assert found.dv == pytest.approx(told, rel=0.02)
    assert found.heating == pytest.approx(0.5 * rho * speed**3, rel=1e-3)


def campaign(period, periapsis, goal, ballistic, heating):
    axis = np.cbrt(GM * (period / (2.0 * np.pi)) ** 2)
    apoapsis = 2.0 * (axis - RADIUS) - periapsis
    return aerobrake(
        periapsis=periapsis, apoapsis=apoapsis, goal=goal, drag=air(ballistic),
        heat_limit=heating, share=1.0,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("start", "goal", "ballistic", "heating", "passes", "days"),
    [
        # Mars Reconnaissance Orbiter: 428 x 45 000 km and 35 h to 2 h (Long, You & Halsell 2008,
        # SpaceOps); 426 passes from 30 March to 30 August 2006, some 100 to 110 km high (NASA
        # 2006); 37.5 m2, some 1400 kg, cd 2.2 assumed
        ((35.0, 428e3), (210e3, 486e3), 0.058, 1100.0, 426, 153.0),
        # Odyssey: 18.6 h, 332 passes from 26 October 2001 to 11 January 2002, out to 201 x 500 km
        # by 20 m/s (JPL 2002); 103 km high in December; 11 m2, 461 kg, cd 2.2 assumed
        ((18.6, 300e3), (201e3, 500e3), 0.0525, 1380.0, 332, 76.0),
    ],
)
def test_campaigns_that_were_flown(start, goal, ballistic, heating, passes, days):
    """With the heating that makes the passes as many as flown, the rest must follow."""
    plan = campaign(start[0] * 3600.0, start[1], goal, ballistic, heating)
    assert plan.passes == pytest.approx(passes, rel=0.02)
    assert plan.duration / 86400.0 == pytest.approx(days, rel=0.2)
    assert 100e3 < np.median(plan.height) < 112e3
    assert plan.dv_saved == pytest.approx(1150.0, rel=0.1)  # "about 1.2 km/s", "over 1.1"
    assert plan.walk_out == pytest.approx(22.0, abs=6.0)


def test_a_campaign_goes_down_within_its_limits():
    plan = campaign(35.0 * 3600.0, 400e3, (300e3, 400e3), 0.05, 1500.0)
    assert (np.diff(plan.apoapsis) < 0.0).all()
    assert (np.diff(plan.days) > 0.0).all()
    assert plan.heating.max() <= 1500.0 * (1.0 + 1e-3)
    assert plan.heating[0] == pytest.approx(1500.0 / 6.0, rel=0.02)
    # the air took what the engine did not: the drop of apoapsis speed, within the trims
    assert plan.dv_air.sum() == pytest.approx(plan.dv_engine, rel=0.05)
    assert plan.dv == pytest.approx(plan.walk_in + plan.trims + plan.walk_out)
    faster = campaign(35.0 * 3600.0, 400e3, (300e3, 400e3), 0.05, 3000.0)
    assert faster.passes < plan.passes
    assert faster.duration < plan.duration


def test_near_the_end_the_orbit_outlasts_a_day():
    plan = campaign(20.0 * 3600.0, 400e3, (250e3, 450e3), 0.05, 4000.0)
    late = plan.apoapsis < 900e3
    taken = np.abs(np.diff(-GM / (2.0 * RADIUS + plan.apoapsis + plan.height)))
    left = -GM / (2.0 * RADIUS + plan.apoapsis + plan.height) + GM / (
        2.0 * RADIUS + 300e3 + plan.height
    )
    days = (left[:-1] / taken * plan.period[:-1])[late[:-1]] / 86400.0
    assert np.median(days) > 0.8
    assert plan.heating[-1] < 4000.0


def test_impulses_at_an_apsis():
    low, high = RADIUS + 300e3, RADIUS + 40_000e3
    assert apsis_dv(high, low, low) == 0.0
    circle = np.sqrt(GM / low)
    fast = np.sqrt(2.0 * GM * high / (low * (low + high)))
    assert apsis_dv(low, high, low) == pytest.approx(fast - circle)


@pytest.mark.parametrize(
    ("more", "error", "says"),
    [
        ({"goal": (300e3, 60_000e3)}, PhysicsError, "cannot raise"),
        ({"goal": (400e3, 300e3)}, InputError, "above"),
        ({"heat_limit": 0.0}, InputError, "heating above 0"),
        ({"share": 1.5}, InputError, "share"),
        ({"heat_limit": 1e9}, PhysicsError, "density"),
    ],
)
def test_campaigns_that_cannot_be(more, error, says):
    setting = {
        "periapsis": 400e3, "apoapsis": 45_000e3, "goal": (300e3, 400e3), "drag": air(0.05),
        "heat_limit": 1500.0,
    } | more  # fmt: skip
    with pytest.raises(error, match=says):
        aerobrake(**setting)
