"""Propagation: two bodies against closed forms, burns, switching of centres, errors."""

import numpy as np
import pytest
from scipy.integrate import solve_ivp

from marsward.core.bodies import body
from marsward.core.errors import DataError, InputError, PhysicsError
from marsward.core.time import Epoch
from marsward.dynamics.burns import FiniteBurn, ImpulsiveBurn
from marsward.dynamics.ephemeris import default_ephemeris
from marsward.dynamics.forces import Forces, SolarPressure
from marsward.dynamics.kernels.forces import sunlight
from marsward.dynamics.propagate import propagate
from marsward.dynamics.state_transition import arrive, state_transition

DAY = 86400.0
START = Epoch.utc("2021-03-01T00:00:00.250")
KEPLER = Forces(bodies=("mars",), relativity=False, centre_switching=False)
ORBIT = np.array([5.0e6, 0.0, 0.0, 0.0, 2.4e3, 2.1e3])
COAST = np.array([1.1e11, 0.9e11, 0.4e11, -1.7e4, 1.8e4, 8.0e3])
GM = float(body("mars").gm)


def two_body(state: np.ndarray, seconds: float) -> np.ndarray:
    """Kepler's problem on an ellipse by its eccentric anomaly."""
    r, v = state[:3], state[3:]
    radius = np.linalg.norm(r)
    a = 1.0 / (2.0 / radius - v @ v / GM)
    n = np.sqrt(GM / a**3)
    sigma = r @ v / np.sqrt(GM)
    x = n * seconds
    for _ in range(80):
        f = x - (1 - radius / a) * np.sin(x) + sigma / np.sqrt(a) * (1 - np.cos(x)) - n * seconds
        x -= f / (1 - (1 - radius / a) * np.cos(x) + sigma / np.sqrt(a) * np.sin(x))
    f = 1 - a / radius * (1 - np.cos(x))
    g = a * sigma / np.sqrt(GM) * (1 - np.cos(x)) + radius * np.sqrt(a / GM) * np.sin(x)
    place = f * r + g * v
    now = np.linalg.norm(place)
    fdot = -np.sqrt(GM * a) / (now * radius) * np.sin(x)
    gdot = 1 - a / now * (1 - np.cos(x))
    return np.concatenate([place, fdot * r + gdot * v])


def test_tolerance_is_kept_on_kepler_orbits():
    """Mars alone attracts, but DE440 still accelerates Mars: compare within that tide's reach."""
    for seconds in (300.0, 3000.0, -3000.0):
        end = arrive(ORBIT, START, seconds, centre="mars", forces=KEPLER)
        error = np.linalg.norm((end - two_body(ORBIT, seconds))[:3])
        assert error == pytest.approx(drift(seconds), rel=0.35)


def drift(seconds: float) -> float:
    """How far Mars itself falls towards everything else in DE440 [m]."""
    ephemeris = default_ephemeris()
    pull = np.zeros(3)
    for name in ("sun", "jupiter", "saturn", "venus", "earth"):
        d = ephemeris.position(name, wrt="mars", at=START)
        pull += float(body(name).gm) * d / np.linalg.norm(d) ** 3
    return 0.5 * float(np.linalg.norm(pull)) * seconds**2


def test_equations_against_scipy_and_the_ephemeris_reader():
    """An independent right-hand side on the states of the ephemeris reader, by scipy."""
    ephemeris = default_ephemeris()
    names = ("sun", 1, 2, "earth", "moon", 4, 5, 6, 7, 8)
    gms = [float(body(name).gm) for name in names]
    push = 3e-8
    au2 = 149597870700.0**2

    def rhs(t, y):
        at = START + t
        acc = np.zeros(3)
        for name, gm in zip(names, gms, strict=True):
            d = ephemeris.position(name, wrt="ssb", at=at) - y[:3]
            acc += gm * d / np.linalg.norm(d) ** 3
        s = y - ephemeris.state("sun", wrt="ssb", at=at)
        r = np.linalg.norm(s[:3])
        acc += push * au2 * s[:3] / r**3
        mu, c = gms[0], 299792458.0
        acc += (
            mu / (c**2 * r**3)
            * ((4 * mu / r - s[3:] @ s[3:]) * s[:3] + 4 * (s[:3] @ s[3:]) * s[3:])
        )  # fmt: skip
        return np.concatenate([y[3:], acc])

    y0 = COAST + ephemeris.state("sun", wrt="ssb", at=START)
    other = solve_ivp(rhs, (0, 20 * DAY), y0, method="DOP853", rtol=1e-12, atol=1e-3).y[:, -1]
    forces = Forces(solar_pressure=SolarPressure(push))
    ours = arrive(COAST, START, 20 * DAY, forces=forces)
    there = other - ephemeris.state("sun", wrt="ssb", at=START + 20 * DAY)
    assert np.linalg.norm((ours - there)[:3]) < 0.05


def test_transition_matrix_against_differences():
    forces = Forces(solar_pressure=SolarPressure(3e-8), gravity={"mars": 8})
    for centre, state, seconds in (("sun", COAST, 40 * DAY), ("mars", ORBIT, 9000.0)):
        found = state_transition(state, START, seconds, centre=centre, forces=forces)
        for j in range(6):
            step = np.zeros(6)
            step[j] = 1e-6 * np.linalg.norm(state[:3] if j < 3 else state[3:])
            ends = [
                arrive(state + s * step, START, seconds, centre=centre, forces=forces)
                for s in (1, -1)
            ]
            column = (ends[0] - ends[1]) / (2 * step[j])
            error = np.linalg.norm(column - found.matrix[:, j]) / np.linalg.norm(column)
            assert error < 2e-5
    bright, dark = (
        arrive(COAST, START, 40 * DAY, forces=Forces(solar_pressure=SolarPressure(x)))
        for x in (4e-8, 2e-8)
    )
    found = state_transition(
        COAST, START, 40 * DAY, forces=Forces(solar_pressure=SolarPressure(3e-8))
    )
    np.testing.assert_allclose((bright - dark) / 2e-8, found.solar, rtol=1e-5)


def test_transition_of_a_trajectory_and_through_a_turning_burn():
    burn = ImpulsiveBurn(START + 3000.0, (0.0, 20.0, 5.0), frame="RTN", centre="mars")
    path = propagate(ORBIT, START, 6000.0, centre="mars", burns=[burn], stm=True)
    ends = []
    for sign in (1, -1):
        moved = ORBIT + sign * np.array([0, 10.0, 0, 0, 0, 0])
        ends.append(arrive(moved, START, 6000.0, centre="mars", burns=[burn]))
    column = (ends[0] - ends[1]) / 20.0
    np.testing.assert_allclose(column, path.transition[:, 1], rtol=1e-5, atol=1e-9)
    pushed = [Forces(solar_pressure=SolarPressure(push)) for push in (2e-8, 1e-8)]
    lit = [propagate(COAST, START, 5 * DAY, forces=f, stm=True) for f in pushed]
    slope = (lit[0].at(lit[0].stop, wrt="sun") - lit[1].at(lit[1].stop, wrt="sun")) / 1e-8
    # linear to parts in 1e6; the difference of positions near 1e11 m holds 3e-5 m of 5e2 m
    np.testing.assert_allclose(lit[0].solar_column, slope, rtol=1e-4)


def test_mars_orbit_backward_comes_home():
    forces = Forces(gravity={"mars": 10})
    there = propagate(ORBIT, START, DAY, centre="mars", forces=forces)
    back = propagate(there.final, there.stop, START, centre="mars", forces=forces)
    assert abs(back.start - START) < 1e-9
    assert np.linalg.norm((back.initial - ORBIT)[:3]) < 0.02
    middle = START + np.linspace(0, DAY, 50)
    apart = np.linalg.norm((there.at(middle) - back.at(middle))[:, :3], axis=1)
    assert apart.max() < 0.02


def test_impulse_splits_the_trajectory_and_uses_propellant():
    burn = ImpulsiveBurn(START + 1000.0, (0.0, 0.0, 100.0), isp=300.0)
    path = propagate(ORBIT, START, 2000.0, centre="mars", burns=[burn], mass=1000.0)
    assert path.arcs == 2
    assert path.causes == ("start", "burn")
    assert abs(path.breaks[0] - (START + 1000.0)) < 1e-9
    jump = path.at(START + 1000.0) - path.nodes[path.first[1] - 1]
    np.testing.assert_allclose(jump, [0, 0, 0, 0, 0, 100.0], atol=1e-9)
    ratio = float(path.mass_at(path.stop)) / 1000.0
    assert ratio == pytest.approx(np.exp(-100.0 / (300.0 * 9.80665)), rel=1e-13)


def test_burns_undo_backward():
    burns = [
        ImpulsiveBurn(START + 500.0, (3.0, 40.0, -7.0), frame="VNB"),
        FiniteBurn(START + 900.0, 300.0, 400.0, 310.0, (0.2, 1.0, 0.1), frame="RTN"),
    ]
    there = propagate(ORBIT, START, 2000.0, centre="mars", burns=burns, mass=900.0)
    left = float(there.mass_at(there.stop))
    back = propagate(there.final, there.stop, START, centre="mars", burns=burns, mass=left)
    assert np.linalg.norm((back.initial - ORBIT)[:3]) < 1e-3
    assert float(back.mass_at(START)) == pytest.approx(900.0, abs=1e-9)
    assert there.arcs == back.arcs == 4


def test_finite_burn_meets_the_rocket_equation():
    """Far from everything the velocity gained is Tsiolkovsky's."""
    quiet = Forces(bodies=("sun",), relativity=False, centre_switching=False)
    burn = FiniteBurn(START + 100.0, 880.0, 3000.0, 321.6, (1.0, 2.0, -1.0))
    ends = [
        arrive(COAST, START, 2000.0, forces=quiet, burns=burns, mass=5000.0)
        for burns in ([burn], [])
    ]
    left = 5000.0 - burn.mass_flow * 880.0
    gained = 321.6 * 9.80665 * np.log(5000.0 / left)
    assert np.linalg.norm((ends[0] - ends[1])[3:]) == pytest.approx(gained, rel=2e-6)
    path = propagate(COAST, START, 2000.0, forces=quiet, burns=[burn], mass=5000.0)
    assert float(path.mass_at(path.stop)) == pytest.approx(left, rel=1e-13)
    assert path.causes == ("start", "engine on", "engine off")


def test_thrust_in_a_turning_frame_against_scipy():
    burn = FiniteBurn(START, 600.0, 500.0, 300.0, (0.0, 1.0, 0.0), frame="RTN")

    def rhs(t, y):
        r = y[:3]
        unit = np.cross(np.cross(r, y[3:]), r)
        unit /= np.linalg.norm(unit)
        thrust = 500.0 / (800.0 - burn.mass_flow * t) * unit
        return np.concatenate([y[3:], -GM * r / np.linalg.norm(r) ** 3 + thrust])

    other = solve_ivp(rhs, (0, 600.0), ORBIT, method="DOP853", rtol=1e-12, atol=1e-6).y[:, -1]
    ours = arrive(ORBIT, START, 600.0, centre="mars", forces=KEPLER, burns=[burn], mass=800.0)
    assert np.linalg.norm((ours - other)[:3]) == pytest.approx(drift(600.0), rel=0.1)


def test_centres_switch_and_the_path_is_continuous():
    ephemeris = default_ephemeris()
    start = Epoch.utc("2021-02-07T00:00:00")
    inward = np.array([-1.5e9, 2.0e8, 1.0e8, 2.6e3, -2.4e2, -1.2e2])
    state = inward + ephemeris.state("mars", wrt="sun", at=start)
    path = propagate(state, start, 16 * DAY, impact=False)
    assert 499 in path.centre
    assert 10 in path.centre
    for k in range(1, path.arcs):
        at = path.breaks[k - 1]
        before, after = path.nodes[path.first[k] - 1], path.nodes[path.first[k]]
        shift = ephemeris.state(int(path.centre[k - 1]), wrt=int(path.centre[k]), at=at)
        assert np.linalg.norm((before + shift - after)[:3]) < 1e-3
        assert np.linalg.norm((before + shift - after)[3:]) < 1e-8


def test_shadow_fraction():
    sun, dark = 6.957e8, 6.378e6
    au = 1.496e11
    assert sunlight(au, 0, 0, 0, 7e6, 0, sun, dark) == 1.0
    assert sunlight(au, 0, 0, 7e6, 0, 0, sun, dark) == 0.0
    assert sunlight(au, 0, 0, -7e6, 0, 0, sun, dark) == 1.0
    # a far small body in front of the disc takes its share of the area (antumbra)
    share = sunlight(au, 0, 0, 1e10, 0, 0, sun, dark)
    assert share == pytest.approx(1 - (dark / 1e10) ** 2 / (sun / au) ** 2, rel=1e-3)
    # half way through penumbra: the limb through the Sun's centre covers almost half of it
    angle = np.arcsin(dark / 7e6)
    half = sunlight(au, 0, 0, 7e6 * np.cos(angle), 7e6 * np.sin(angle), 0, sun, dark)
    assert half == pytest.approx(0.5, abs=0.01)


def test_shadow_switches_the_push_off():
    """Behind Mars there is no light: the push over a short arc vanishes."""
    toward = default_ephemeris().position("sun", wrt="mars", at=START)
    unit = toward / np.linalg.norm(toward)
    side = np.cross(unit, [0.0, 0.0, 1.0])
    state = np.concatenate([-5.0e6 * unit, 100.0 * side / np.linalg.norm(side)])
    ends = {
        name: arrive(
            state, START, 20.0, centre="mars",
            forces=Forces(solar_pressure=light, centre_switching=False),
        )
        for name, light in (
            ("none", None), ("shadow", SolarPressure(1e-3)), ("lit", SolarPressure(1e-3, False)),
        )
    }  # fmt: skip
    assert np.linalg.norm((ends["shadow"] - ends["none"])[:3]) < 1e-6
    assert np.linalg.norm((ends["lit"] - ends["none"])[:3]) > 0.05


def test_striking_mars_is_told_with_body_and_epoch():
    down = np.array([4.0e6, 0.0, 0.0, -1.0e3, 100.0, 0.0])
    with pytest.raises(PhysicsError, match=r"strikes mars at about 2021-03-01T00"):
        propagate(down, START, 3600.0, centre="mars")
    assert propagate(down, START, 300.0, centre="mars", impact=False).arcs == 1


@pytest.mark.parametrize(
    ("change", "kind", "words"),
    [
        ({"state": [1.0, 2.0]}, InputError, "six finite numbers"),
        ({"state": [np.nan] * 6}, InputError, "six finite numbers"),
        ({"until": "tomorrow"}, InputError, "until is an Epoch"),
        ({"until": 0.0}, InputError, "give it a duration"),
        ({"until": np.inf}, InputError, "must be finite"),
        ({"rtol": 0.5}, InputError, "rtol must lie"),
        ({"centre": "pluto"}, InputError, "cannot be the centre"),
        ({"centre": "vulcan"}, InputError, "vulcan"),
        ({"epoch": "2020-07-27"}, InputError, "must be an Epoch"),
        ({"epoch": Epoch.et([0.0, 1.0])}, InputError, "one instant"),
        ({"until": Epoch.tdb("2700-01-01")}, DataError, "cover"),
        ({"most_steps": 3, "until": 30 * DAY}, PhysicsError, "steps were used up"),
        ({"burns": [FiniteBurn(START, 9.0, 1.0, 300.0, (1, 0, 0))]}, InputError, "mass"),
        (
            {"burns": [FiniteBurn(START, 900.0, 9e3, 300.0, (1, 0, 0))], "mass": 100.0},
            PhysicsError,
            "propellant",
        ),
        ({"burns": ["now"]}, InputError, "ImpulsiveBurn or a FiniteBurn"),
        ({"state": "here"}, InputError, "six finite numbers"),
        ({"state": [[1.0, 2.0], [3.0]]}, InputError, "six finite numbers"),
        ({"events": ["periapsis"]}, InputError, "events are made by"),
        ({"forces": "all"}, InputError, "forces must be a Forces"),
        ({"mass": "heavy"}, InputError, "mass must be above 0 kg"),
        ({"mass": -5.0}, InputError, "mass must be above 0 kg"),
        ({"rtol": "fine"}, InputError, "rtol must lie"),
        ({"position_tolerance": -1.0}, InputError, "position_tolerance"),
        ({"longest_step": 0.0}, InputError, "longest_step must be above 0"),
        ({"most_steps": 0}, InputError, "most_steps must be above 0"),
    ],
)
def test_bad_calls_get_one_clear_sentence(change, kind, words):
    call = {"state": COAST, "epoch": START, "until": 3600.0} | change
    state, epoch, until = (call.pop(name) for name in ("state", "epoch", "until"))
    with pytest.raises(kind, match=words) as caught:
        propagate(state, epoch, until, **call)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    "make",
    [
        lambda: Forces(bodies=("sun", "vulcan")),
        lambda: Forces(gravity={"vulcan": 4}),
        lambda: Forces(gravity="mars"),
        lambda: Forces(bodies=None),
        lambda: Forces(bodies="sun"),
        lambda: Forces(solar_pressure=2.3e-8),
        lambda: SolarPressure(float("nan")),
        lambda: ImpulsiveBurn(START, (1.0, 2.0)),
        lambda: ImpulsiveBurn(START, (1.0, 2.0, 3.0), frame="UP"),
        lambda: ImpulsiveBurn(START, (1.0, 2.0, 3.0), isp=0.0),
        lambda: FiniteBurn(START, -1.0, 1.0, 300.0, (1, 0, 0)),
        lambda: FiniteBurn(START, 1.0, 1.0, 300.0, (0, 0, 0)),
        lambda: propagate(COAST, START, 9.0, forces=Forces(gravity={"mars": 500})),
        lambda: propagate(
            COAST, START, 900.0, mass=1e3,
            burns=[FiniteBurn(START + k, 60.0, 1.0, 300.0, (1, 0, 0)) for k in (10, 30)],
        ),
    ],
)  # fmt: skip
def test_bad_parts_are_refused(make):
    with pytest.raises(InputError):
        make()
