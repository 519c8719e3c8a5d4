"""A helicopter's flight: free motion, gusts, loops, profile and energy against outside answers."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import solve_ivp, trapezoid
from scipy.signal import welch

from marsward.core.errors import InputError, PhysicsError
from marsward.vehicles.flight_profile import FlightProfile, leg_time, profile_times, reach
from marsward.vehicles.gusts import Gusts, day_gusts
from marsward.vehicles.helicopter import Helicopter
from marsward.vehicles.helicopter_control import flight_parameters, loops
from marsward.vehicles.helicopter_flight import fly
from marsward.vehicles.helicopter_power import HelicopterPower
from marsward.vehicles.kernels.helicopter import PARAMETERS, _ground_gain, drift, rotor_force
from marsward.vehicles.rotor_table import rotor_table
from marsward.vehicles.rotorcraft import Rotorcraft, trim

AIR = {"density": 0.0155, "temperature": 243.0}
BODY = Helicopter()
GRAVITY = 3.72


@pytest.fixture(scope="module")
def table():
    return rotor_table(Rotorcraft(), rpm=2537.0, weight=1.8 * GRAVITY, **AIR)


def flown(table, profile, **more):
    return fly(profile, rotorcraft=Rotorcraft(), table=table, gravity=GRAVITY, **AIR, **more)


def test_free_motion_is_that_of_a_tumbling_body(table):
    """Against scipy, attitude as a matrix and Euler's equations, with drag and no thrust."""
    craft = Helicopter(inertia=(0.032, 0.025, 0.016), drag_area="5 m2")
    par = flight_parameters(
        craft, table, radius=0.605, solidity=0.148, gravity=GRAVITY, heading=90.0, drive_power=260.0
    )
    for name in ("cyclic_moment", "yaw_moment", "hub_drag"):
        par[PARAMETERS.index(name)] = 0.0
    nothing = np.zeros_like(table.values)
    start = np.zeros(14)
    start[3:7] = 2.0, -1.0, 4.0, 1.0
    start[10:14] = 1.5, -0.7, 2.5, table.omega
    wind = np.array([3.0, 1.0, -0.5])
    axes = (table.collective, table.along, table.across, nothing)
    states = drift(start, np.zeros(4), 0.0, wind, par, *axes, 0.002, 1500)
    moments = np.array(craft.inertia)

    def rates(_, y):
        turn, w, v = y[6:15].reshape(3, 3), y[15:18], y[3:6]
        air = v - wind
        pull = -0.5 * 0.0155 * 5.0 * np.linalg.norm(air) * air / 1.8 - [0.0, 0.0, GRAVITY]
        cross = np.array([[0.0, -w[2], w[1]], [w[2], 0.0, -w[0]], [-w[1], w[0], 0.0]])
        turning = -np.cross(w, moments * w) / moments
        return np.concatenate([v, pull, (turn @ cross).ravel(), turning])

    first = np.concatenate([start[:6], np.eye(3).ravel(), start[10:13]])
    known = solve_ivp(rates, (0.0, 3.0), first, rtol=1e-11, atol=1e-12).y[:, -1]
    assert states[-1, :6] == pytest.approx(known[:6], abs=1e-8)
    assert states[-1, 10:13] == pytest.approx(known[15:18], abs=1e-7)
    w, x, y, z = states[-1, 6:10]
    up = [2.0 * (x * z + w * y), 2.0 * (y * z - w * x), 1.0 - 2.0 * (x * x + y * y)]
    assert up == pytest.approx(known[6:15].reshape(3, 3)[:, 2], abs=1e-7)


def test_table_gives_back_the_trim(table):
    speeds, climbs = np.array([0.0, 3.0, 7.0]), np.array([0.0, 1.0, -1.0])
    thrust = 1.1 * 1.8 * GRAVITY
    true = trim(Rotorcraft(), rpm=2537.0, thrust=thrust, speed=speeds, climb=climbs, **AIR)
    for i in range(3):
        angle = 0.5 * (true.upper_collective_rad[i] + true.lower_collective_rad[i])
        axes = (table.collective, table.along, table.across, table.values)
        force, torque = rotor_force(*axes, angle, climbs[i], speeds[i])
        assert force == pytest.approx(thrust, rel=0.02)
        assert torque * table.omega == pytest.approx(true.power[i], rel=0.03)


def test_ground_carries_as_the_trim_says():
    """Thrust by the gain of the flight's loop, at the height of the feet, takes the far pitch."""
    heights = np.array([0.2, 0.5, 1.0])
    gain = np.array([_ground_gain(h + 0.38, 0.605) for h in heights])
    far = trim(Rotorcraft(), rpm=2537.0, thrust=6.7, most=False, **AIR)
    near = trim(Rotorcraft(), rpm=2537.0, thrust=6.7 * gain, height=heights, most=False, **AIR)
    slip = near.upper_collective_rad - far.upper_collective_rad
    assert np.abs(np.degrees(slip)).max() < 0.15


def test_air_too_thin_is_one_sentence():
    with pytest.raises(PhysicsError, match="too thin to fly"):
        rotor_table(Rotorcraft(), density=0.006, temperature=243.0, rpm=2537.0, weight=6.7)


def test_loops_are_stable_with_margins(table):
    found = loops(BODY, table, radius=0.605, gravity=GRAVITY)
    assert found.stable
    assert found.slowest < 4.0
    assert found.phase_margin > 45.0
    assert found.gain_margin > 2.0
    quick = loops(
        Helicopter(rate_bandwidth=60.0, attitude_bandwidth=30.0, servo_time="0.2 s"),
        table, radius=0.605, gravity=GRAVITY,
    )  # fmt: skip
    assert quick.phase_margin < 30.0


def test_wind_step_is_answered_as_the_linear_loops_say(table):
    """A steady wind from the first moment: held on its place within what linear loops allow."""
    hover = FlightProfile(height=5.0, hover=20.0)
    found = flown(table, hover, wind=(4.0, 0.0), seed=None)
    rows = found.dataset()
    late = rows["east"].values[rows["flight_time"].values > 18.0]
    assert found.landed
    assert np.abs(late).max() < 0.1
    assert float(np.abs(rows["east"]).max()) < 0.5


def test_calm_flight_keeps_to_its_profile(table):
    profile = FlightProfile.of(60.0, height=5.0, speed=3.0, course=30.0)
    found = flown(table, profile, seed=None)
    assert found.verdict == "landed"
    assert found.duration == pytest.approx(float(profile.times(BODY).total), abs=1.5)
    assert found.distance == pytest.approx(60.0, abs=1.0)
    assert found.miss < 0.2
    assert found.touchdown_tilt < 1.0
    assert found.touchdown_speed == pytest.approx(1.0, abs=0.15)
    assert found.max_tilt < 25.0
    assert found.max_height == pytest.approx(5.0, abs=0.2)
    rows = found.dataset()
    assert float(rows["flight_heading"][100]) == pytest.approx(30.0, abs=0.5)
    assert float(rows["rotor_speed"].min()) > 2537.0 * 0.95
    end = rows.isel(flight_time=-1)
    course = math.degrees(math.atan2(float(end["east"]), float(end["north"])))
    assert course == pytest.approx(30.0, abs=1.0)


def test_energy_at_the_shafts_goes_into_air_and_rotors(table):
    found = flown(table, FlightProfile.of(40.0, height=8.0, speed=4.0), wind=(2.0, 1.0), seed=5)
    rows = found.log
    time, omega, torque = rows[:, 0], rows[:, 12], rows[:, 20]
    spin = BODY.rotor_inertia * (omega[-1] ** 2 - omega[0] ** 2)
    into = trapezoid(torque * omega, time) + spin
    assert found.shaft_energy * 3600.0 == pytest.approx(into, rel=5e-3)
    power = HelicopterPower()
    total = found.shaft_energy / power.drive_efficiency
    total += power.avionics_power * found.duration / 3600.0
    assert found.energy == pytest.approx(total, rel=1e-9)


def test_gusts_are_held_off(table):
    """Thirty seconds of hover in a day's gusts: errors of place against the craft's own belief."""
    errors, speeds, tilts = [], [], []
    for seed in range(6):
        found = flown(table, FlightProfile(height=6.0, hover=30.0), wind=(5.0, 0.0), seed=seed)
        assert found.landed
        rows = found.dataset()
        errors.append(float(np.hypot(rows["estimated_east"], rows["estimated_north"]).std()))
        speeds.append(found.touchdown_speed)
        tilts.append(found.touchdown_tilt)
    assert max(errors) < 0.5
    assert max(tilts) < 6.0
    assert min(speeds) > 0.6
    assert max(speeds) < 1.5


def test_odometry_error_shows_as_a_miss(table):
    true = FlightProfile.of(200.0, height=8.0, speed=5.0)
    sharp = Helicopter(odometry_error=0.0, velocity_noise="0 m/s", accelerometer_bias="0 m/s2")
    misses = [flown(table, true, seed=seed).miss for seed in range(4)]
    exact = flown(table, true, seed=0, helicopter=sharp).miss
    assert exact < 1.0 < max(misses) < 20.0


def test_same_seed_same_flight(table):
    one, two = (
        flown(table, FlightProfile.of(20.0, height=4.0, speed=2.0), wind=(2.0, 2.0), seed=9)
        for _ in range(2)
    )
    assert np.array_equal(one.log, two.log)


@settings(max_examples=50, deadline=None)
@given(st.floats(0.1, 2000.0), st.floats(0.2, 20.0), st.floats(0.1, 3.0))
def test_reach_turns_leg_time_round(distance, speed, acceleration):
    time = leg_time(distance, speed, acceleration)
    assert float(reach(time, speed, acceleration)) == pytest.approx(distance, rel=1e-9)


def test_reference_is_smooth_and_takes_the_told_time():
    profile = FlightProfile(((30.0, 0.0), (30.0, 3.0)), height=10.0, speed=4.0, hover=2.0)
    rows, times = profile.reference(BODY), profile.times(BODY)
    step = 1.0 / BODY.control_rate
    assert rows.shape[0] * step == pytest.approx(float(times.total - times.descent), abs=0.05)
    moved = np.cumsum(rows[:, 3:6] * step, axis=0)
    assert moved[-1] == pytest.approx([30.0, 3.0, 10.0], abs=0.05)
    assert np.abs(np.diff(rows[:, 3:6], axis=0)).max() <= 1.01 * step * BODY.acceleration
    many = profile_times(33.0, 10.0, 4.0, helicopter=BODY, legs=2, hover=2.0)
    assert float(many.hover) == pytest.approx(float(times.hover))


def test_gusts_have_their_strength_and_spectrum():
    blow = Gusts(level=2.0, upright=0.7, level_length=50.0, upright_length=10.0)
    rows = blow.series(20_000.0, 0.05, 5.0, seed=3)
    assert rows.std(axis=0) == pytest.approx([2.0, 2.0, 0.7], rel=0.06)
    for column, sigma, length, second in ((0, 2.0, 50.0, False), (2, 0.7, 10.0, True)):
        f, power = welch(rows[:, column], fs=20.0, nperseg=8192)
        keep = (f > 0.01) & (f < 2.0)
        t = length / 5.0
        s = (2.0 * np.pi * f[keep] * t) ** 2
        dryden = 4.0 * sigma**2 * t / (1.0 + s)
        if second:
            dryden = 2.0 * sigma**2 * t * (1.0 + 3.0 * s) / (1.0 + s) ** 2
        ratio = power[keep] / dryden
        assert np.median(ratio) == pytest.approx(1.0, abs=0.1)
    assert not blow.series(10.0, 0.1, 5.0, seed=None).any()


def test_day_gusts_grow_with_wind_and_heat():
    still = day_gusts(4.0, convective_velocity=0.0)
    friction = 0.4 * 4.0 / math.log(150.0)
    assert still.level / friction == pytest.approx(12.0 ** (1 / 3))
    assert still.upright / friction == pytest.approx(1.3)
    assert day_gusts(4.0).level > still.level
    with pytest.raises(InputError):
        day_gusts(-1.0)
    with pytest.raises(InputError, match="step"):
        still.series(10.0, 0.0, 3.0, 1)
    with pytest.raises(InputError, match="seed"):
        still.series(10.0, 0.1, 3.0, -1)


@pytest.mark.parametrize(
    "bad",
    [
        {"height": 0.1},
        {"waypoints": ((1.0,),)},
        {"waypoints": ((5.0, 5.0),), "speed": 0.0},
        {"heading": math.nan},
    ],
)
def test_profiles_that_are_none(bad):
    with pytest.raises(InputError):
        FlightProfile(**bad)
