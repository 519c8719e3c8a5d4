"""Targeting of the B-plane: random windows, the two planes of an inclination, what is refused."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from marsward.core.bodies import body
from marsward.core.errors import InputError, PhysicsError
from marsward.core.frames import rotation
from marsward.core.time import Epoch
from marsward.dynamics.arrival import arrival
from marsward.dynamics.b_plane_aim import plane_axes
from marsward.dynamics.b_plane_target import BPlaneAim, target_b_plane
from marsward.dynamics.ephemeris import default_ephemeris
from marsward.dynamics.forces import Forces, SolarPressure
from marsward.dynamics.hyperbola import b_plane, hyperbola
from marsward.dynamics.injection import LaunchSite, injection
from marsward.dynamics.injection_target import aimed_injection
from marsward.dynamics.lambert import lambert
from marsward.dynamics.outgoing import departing_velocity, moved_along_asymptote
from marsward.dynamics.propagate import propagate

DAY = 86400.0
FORCES = Forces(gravity={"earth": 4, "mars": 20}, solar_pressure=SolarPressure(2.4e-8))
SITE = LaunchSite(28.5, -80.6)
EARTH, MARS = float(body("earth").gm), float(body("mars").gm)
LAUNCH, ARRIVAL = Epoch.utc("2028-12-05T06:00:00"), Epoch.utc("2029-09-20T12:00:00")


def departure(launch, arrive_at):
    """Injection by Lambert's conic, as anybody would guess it."""
    ephemeris = default_ephemeris()
    earth = ephemeris.state("earth", wrt="sun", at=launch)
    mars = ephemeris.state("mars", wrt="sun", at=arrive_at)
    leg = lambert(earth[:3], mars[:3], float(arrive_at - launch), gm=float(body("sun").gm))
    out = leg.departure - earth[3:]
    return injection(out, launch, SITE, altitude=200e3), float(out @ out)


def random_departures(count, seed):
    rng = np.random.default_rng(seed)
    found = 0
    while found < count:
        launch = Epoch.tdb("2020-01-01") + float(rng.uniform(0.0, 20.5 * 365.25 * DAY))
        when = launch + float(rng.uniform(150.0, 400.0)) * DAY
        try:
            leave, c3 = departure(launch, when)
        except (InputError, PhysicsError):
            continue
        if c3 < 40e6:
            found += 1
            yield leave, when, rng


@pytest.fixture(scope="module")
def leave():
    return departure(LAUNCH, ARRIVAL)[0]


def test_random_windows_are_hit_within_eight_corrections():
    for number, (leave, when, rng) in enumerate(random_departures(9, 20)):
        size, angle = rng.uniform(9e6, 13e6), rng.uniform(0.0, 2.0 * np.pi)
        aim = (
            BPlaneAim(when, b_t=size * np.cos(angle), b_r=size * np.sin(angle)),
            BPlaneAim(when, periapsis=rng.uniform(2e5, 2e6), inclination=90.0, over="south"),
            BPlaneAim(when, entry_angle=rng.uniform(-17.0, -12.0), inclination=88.0),
        )[number % 3]
        hit = target_b_plane(leave.state, leave.epoch, aim, forces=FORCES)
        assert hit.rounds <= 8
        assert hit.miss_km < 0.1
        assert abs(hit.miss_s) < 0.1
        assert hit.misses[0] > 1e7
        assert len(hit.misses) == hit.rounds + 1
        assert np.array_equal(hit.departure[:3], leave.state[:3])
        np.testing.assert_allclose(hit.departure[3:], leave.state[3:] + hit.correction, atol=1e-9)


def test_a_flight_by_the_other_way_passes_as_told(leave):
    aim = BPlaneAim(ARRIVAL, b_t=-4e6, b_r=8e6)
    hit = target_b_plane(leave.state, leave.epoch, aim, forces=FORCES)
    early = ARRIVAL - 4.0 * DAY
    path = propagate(hit.departure, leave.epoch, early, centre="earth", forces=FORCES)
    there = arrival(
        path.at(early, wrt="sun"), early, forces=FORCES, ephemeris=default_ephemeris()
    )  # fmt: skip
    assert np.hypot(there.b_t + 4e6, there.b_r - 8e6) < 1e3
    assert abs(float(there.epoch - ARRIVAL)) < 1.0


@pytest.mark.parametrize("over", ["north", "south"])
@pytest.mark.parametrize("inclination", [60.0, 92.7, 140.0])
def test_periapsis_and_inclination_on_either_side(leave, over, inclination):
    aim = BPlaneAim(ARRIVAL, periapsis=400e3, inclination=inclination, over=over)
    found = target_b_plane(leave.state, leave.epoch, aim, forces=FORCES).arrival
    assert found.radius - float(body("mars").equatorial_radius) == pytest.approx(400e3, abs=100.0)
    normal = np.cross(found.state[:3], found.state[3:])
    pole = rotation("J2000", "MARS_MEOD", found.epoch)[2]
    cosine = normal @ pole / np.linalg.norm(normal)
    assert np.degrees(np.arccos(cosine)) == pytest.approx(inclination, abs=0.002)
    assert (found.b_r < 0.0) == (over == "north")


def test_an_injection_laid_anew_needs_no_turn():
    guess = departure(LAUNCH, ARRIVAL)[0]
    aim = BPlaneAim(ARRIVAL, periapsis=400e3, inclination=92.7)
    once = target_b_plane(guess.state, guess.epoch, aim, forces=FORCES)
    assert np.linalg.norm(once.correction) > 10.0
    orbit = hyperbola(guess.state, EARTH)
    _, hit = aimed_injection(
        np.sqrt(orbit.c3) * orbit.outgoing, LAUNCH, SITE,
        lambda state, epoch: target_b_plane(state, epoch, aim, forces=FORCES), altitude=200e3,
    )  # fmt: skip
    r, v = hit.departure[:3], hit.departure[3:]
    assert np.linalg.norm(hit.correction) < 1.0
    assert abs(r @ v) / np.linalg.norm(r) < 1.0  # along the parking orbit
    normal = np.cross(r, v) / np.linalg.norm(np.cross(r, v))
    assert abs(normal @ SITE.direction(LAUNCH)) < 1e-3
    assert hit.miss_km < 0.1
    with pytest.raises(PhysicsError, match="does not settle: after 1 parking"):
        aimed_injection(
            np.sqrt(orbit.c3) * orbit.outgoing, LAUNCH, SITE,
            lambda state, epoch: target_b_plane(state, epoch, aim, forces=FORCES),
            altitude=200e3, rounds=1,
        )  # fmt: skip
    with pytest.raises(InputError, match="turn"):
        aimed_injection(
            orbit.outgoing, LAUNCH, SITE, lambda state, epoch: hit, altitude=200e3, turn=0.0
        )


@pytest.mark.parametrize("axes", ["rotating", "inertial"])
def test_an_entry_angle_in_either_axes(leave, axes):
    aim = BPlaneAim(ARRIVAL, entry_angle=-14.0, inclination=70.0, angle_axes=axes)
    point = target_b_plane(leave.state, leave.epoch, aim, forces=FORCES).entry
    angle = point.flight_path_angle if axes == "rotating" else point.inertial_flight_path_angle
    assert angle == pytest.approx(-14.0, abs=1e-3)
    assert point.ellipsoid_height == pytest.approx(125e3, abs=1.0)
    assert abs(float(point.epoch - ARRIVAL)) < 0.1


def test_a_manoeuvre_on_the_way(leave):
    first = target_b_plane(
        leave.state, leave.epoch, BPlaneAim(ARRIVAL, b_t=9e6, b_r=0.0), forces=FORCES
    )
    when = ARRIVAL - 30.0 * DAY
    free, held = (
        target_b_plane(
            first.departure, leave.epoch,
            BPlaneAim(ARRIVAL, periapsis=400e3, inclination=90.0, free_time=free),
            forces=FORCES, control="manoeuvre", burn_epoch=when,
        )
        for free in (True, False)
    )  # fmt: skip
    assert abs(held.miss_s) < 0.1
    assert held.rounds <= 8
    assert free.rounds <= 8
    cost = [float(np.linalg.norm(each.correction)) for each in (free, held)]
    assert 0.1 < cost[0] < cost[1] < 20.0
    # some 13 000 km across in 30 days
    assert cost[0] == pytest.approx(1.3e7 / (30.0 * DAY), rel=0.4)
    again = target_b_plane(
        held.departure, held.epoch, BPlaneAim(ARRIVAL, periapsis=400e3, inclination=90.0),
        forces=FORCES,
    )  # fmt: skip
    assert again.rounds == 0
    assert np.linalg.norm(again.correction) == 0.0


@pytest.mark.parametrize(
    ("aim", "says"),
    [
        ({"periapsis": 400e3, "inclination": 1.0}, r"inclination lies from \d+\.\d\d to"),
        ({"b_t": 2e6, "b_r": 1e6}, "must keep [0-9]+ km off"),
        ({"periapsis": -20e3, "inclination": 90.0}, "20.0 km below the surface"),
    ],
)
def test_aims_that_cannot_be_reached_tell_the_nearest(leave, aim, says):
    with pytest.raises(PhysicsError, match=says):
        target_b_plane(leave.state, leave.epoch, BPlaneAim(ARRIVAL, **aim), forces=FORCES)


def test_the_nearest_inclination_told_can_be_flown(leave):
    with pytest.raises(PhysicsError) as caught:
        target_b_plane(
            leave.state, leave.epoch, BPlaneAim(ARRIVAL, periapsis=400e3, inclination=0.0),
            forces=FORCES,
        )  # fmt: skip
    least = float(str(caught.value).split("lies from ")[1].split(" ")[0])
    aim = BPlaneAim(ARRIVAL, periapsis=400e3, inclination=least + 0.2)
    assert target_b_plane(leave.state, leave.epoch, aim, forces=FORCES).rounds <= 10


def test_a_correction_too_great_and_a_passage_too_soon(leave):
    with pytest.raises(PhysicsError, match=r"needs a correction of .* allow \d+"):
        target_b_plane(
            leave.state, leave.epoch, BPlaneAim(ARRIVAL, b_t=9e6, b_r=0.0), forces=FORCES, most=1.0
        )
    with pytest.raises(PhysicsError, match="less than an hour after"):
        target_b_plane(leave.state, leave.epoch, BPlaneAim(LAUNCH, b_t=9e6, b_r=0.0))
    with pytest.raises(PhysicsError, match="after 2 corrections"):
        target_b_plane(
            leave.state, leave.epoch, BPlaneAim(ARRIVAL, b_t=9e6, b_r=0.0), forces=FORCES, rounds=2
        )


@pytest.mark.parametrize(
    ("aim", "says"),
    [
        ({}, "one of the three"),
        ({"b_t": 1e7}, "one of the three"),
        ({"b_t": 1e7, "b_r": 0.0, "periapsis": 4e5}, "one of the three"),
        ({"periapsis": 4e5}, "give inclination"),
        ({"b_t": 1e7, "b_r": 0.0, "inclination": 90.0}, "not with b_t"),
        ({"periapsis": np.nan, "inclination": 90.0}, "finite"),
        ({"entry_angle": 5.0, "inclination": 90.0}, "below 0"),
        ({"periapsis": 4e5, "inclination": 190.0}, "0 to 180"),
        ({"periapsis": 4e5, "inclination": 90.0, "over": "left"}, "north"),
    ],
)
def test_aims_that_make_no_sense(aim, says):
    with pytest.raises(InputError, match=says):
        BPlaneAim(ARRIVAL, **aim)


def test_calls_that_make_no_sense(leave):
    aim = BPlaneAim(ARRIVAL, b_t=9e6, b_r=0.0)
    for more, says in (
        ({"control": "thrust"}, "velocity"),
        ({"control": "manoeuvre"}, "burn_epoch"),
        ({"control": "manoeuvre", "burn_epoch": leave.epoch - DAY}, "before the flight"),
    ):
        with pytest.raises(InputError, match=says):
            target_b_plane(leave.state, leave.epoch, aim, **more)
    with pytest.raises(InputError, match="six finite"):
        target_b_plane(np.full(6, np.nan), leave.epoch, aim)


@given(
    direction=st.floats(0.0, 2.0 * np.pi), lift=st.floats(-1.4, 1.4),
    speed=st.floats(2e3, 9e3), radius=st.floats(6.5e6, 3e7),
)  # fmt: skip
@settings(max_examples=60, deadline=None)
def test_the_velocity_that_leaves_for_an_asymptote(direction, lift, speed, radius):
    place = radius * np.array([0.0, 0.6, 0.8])
    out = np.array([np.cos(lift) * np.cos(direction), np.cos(lift) * np.sin(direction),
                    np.sin(lift)])  # fmt: skip
    if out @ place / radius < -0.8:
        return
    state = np.concatenate([place, departing_velocity(place, speed * out, EARTH)])
    orbit = hyperbola(state, EARTH)
    assert np.sqrt(orbit.c3) == pytest.approx(speed, rel=1e-9)
    np.testing.assert_allclose(orbit.outgoing, out, atol=1e-7)
    step = np.array([0.3, -0.2, 0.1])
    np.testing.assert_allclose(
        moved_along_asymptote(state, step, EARTH), state[3:] + step, atol=5e-3
    )


def test_a_place_behind_the_planet_has_no_way_out():
    with pytest.raises(PhysicsError, match="opposite directions"):
        departing_velocity(np.array([7e6, 0.0, 0.0]), np.array([-3e3, 0.0, 0.0]), EARTH)


@given(tilt=st.floats(30.0, 150.0), height=st.floats(1e5, 3e6), over=st.sampled_from(
    ["north", "south"]))  # fmt: skip
@settings(max_examples=40, deadline=None)
def test_the_b_vector_of_an_aim_reads_back(tilt, height, over):
    aim = BPlaneAim(ARRIVAL, periapsis=height, inclination=tilt, over=over)
    pole = aim.pole
    side = np.cross(pole, [0.3, 0.5, 0.1])
    incoming = np.cos(0.4) * side / np.linalg.norm(side) + np.sin(0.4) * pole
    t, r = plane_axes(incoming, pole)
    state = np.concatenate([-4e8 * incoming + 9e6 * t + 2e6 * r, 2.9e3 * incoming])
    orbit = hyperbola(state, MARS)
    impact = aim.impact(orbit, aim.figures)
    turned = hyperbola(_with_impact(orbit, impact), MARS)
    np.testing.assert_allclose(aim.read(turned), aim.figures, rtol=1e-7)
    assert (b_plane(turned, pole)[1] < 0.0) == (over == "north")


def _with_impact(orbit, impact):
    """A state at the periapsis of the hyperbola with another B vector."""
    a = MARS / orbit.c3
    e = np.hypot(1.0, np.linalg.norm(impact) / a)
    normal = np.cross(impact, orbit.incoming)
    normal /= np.linalg.norm(normal)
    beyond = np.arccos(-1.0 / e)
    back = -orbit.incoming
    up = np.cos(beyond) * back + np.sin(beyond) * np.cross(normal, back)
    low = a * (e - 1.0)
    speed = np.sqrt(MARS * (1.0 + e) / low)
    return np.concatenate([low * up, speed * np.cross(normal, up)])
