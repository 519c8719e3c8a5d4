"""Mean elements against closed forms of averaging and against the integrator."""

import numpy as np
import pytest

from marsward.core.bodies import body
from marsward.core.errors import InputError, PhysicsError
from marsward.core.time import Epoch
from marsward.data.gravity_model import gravity_model
from marsward.dynamics.elements import Elements, elements_along
from marsward.dynamics.ephemeris import default_ephemeris
from marsward.dynamics.forces import Forces, SolarPressure
from marsward.dynamics.kernels.mean_elements import NUMBERS, POINTS, element_rates, mean_rates
from marsward.dynamics.mean_elements import _antiderivative, fitted_mean_orbit, mean_orbit
from marsward.dynamics.propagate import propagate

START = Epoch.utc("2021-11-09T08:10:41.020")
MODEL = gravity_model("mars")
DAY = 86400.0
A, E, TILT, NODE, APSE = 8.8556e6, 0.586, np.radians(86.3), np.radians(105.0), np.radians(88.0)


def equinoctial(a=A, e=E, i=TILT, node=NODE, apse=APSE):
    tilt = np.tan(i / 2)
    return np.array(
        [
            a, e * np.cos(node + apse), e * np.sin(node + apse),
            tilt * np.cos(node), tilt * np.sin(node), 0.3,
        ]
    )  # fmt: skip


def number(sun=(0.0, 0.0, 0.0), gm=0.0):
    out = np.zeros(NUMBERS)
    out[:2] = MODEL.gm, MODEL.radius
    out[2:5], out[5] = sun, gm
    return out


def rates(x, zonal, numbers):
    """Averaged rates of node, apse, mean anomaly less the mean motion, and of a, e, i."""
    out = np.empty(6)
    room = np.empty(POINTS), np.empty((POINTS, 7)), np.empty((POINTS, 6))
    mean_rates(x, zonal, numbers, _antiderivative(), *room, out)
    a, f, g, h, k = x[:5]
    node = (h * out[4] - k * out[3]) / (h * h + k * k)
    apse = (f * out[2] - g * out[1]) / (f * f + g * g) - node
    anomaly = out[5] - node - apse - np.sqrt(MODEL.gm / a**3)
    e, tilt = np.hypot(f, g), np.hypot(h, k)
    return {
        "node": node, "apse": apse, "anomaly": anomaly, "a": out[0],
        "e": (f * out[1] + g * out[2]) / e,
        "i": (h * out[3] + k * out[4]) / tilt * 2.0 / (1.0 + tilt**2),
    }  # fmt: skip


def test_oblateness_gives_the_secular_rates():
    """Kozai's first-order rates, as J2 goes to zero; the rest falls as J2 squared."""
    gaps = []
    for j2 in (2e-5, 1e-5):
        found = rates(equinoctial(), np.array([0.0, 0.0, -j2]), number())
        n = np.sqrt(MODEL.gm / A**3)
        p = A * (1 - E**2)
        k = 1.5 * n * j2 * (MODEL.radius / p) ** 2
        want = {
            "node": -k * np.cos(TILT),
            "apse": k * (2.0 - 2.5 * np.sin(TILT) ** 2),
            "anomaly": k * np.sqrt(1 - E**2) * (1.0 - 1.5 * np.sin(TILT) ** 2),
        }
        gaps.append(max(abs(found[name] - value) for name, value in want.items()))
        for name, value in want.items():
            assert found[name] == pytest.approx(value, rel=3e-4, abs=3e-5 * k)
        for name in ("e", "i"):
            assert abs(found[name]) < 1e-4 * k
        assert abs(found["a"]) < 1e-4 * k * A
    assert gaps[0] / gaps[1] == pytest.approx(4.0, abs=0.5)


def test_the_third_zonal_moves_the_eccentricity():
    """de/dt and di/dt of first order by J3: Brouwer's long-period terms."""
    j3 = 1e-7
    zonal = np.array([0.0, 0.0, 0.0, -j3])
    found = rates(equinoctial(apse=0.4), zonal, number())
    n, p = np.sqrt(MODEL.gm / A**3), A * (1 - E**2)
    s, c = np.sin(TILT), np.cos(TILT)
    k = 1.5 * n * j3 * (MODEL.radius / p) ** 3
    want = -k * (1 - E**2) * s * (1.0 - 1.25 * s**2) * np.cos(0.4)
    assert found["e"] == pytest.approx(want, rel=1e-3)
    # the axial momentum sqrt(a (1 - e^2)) cos i is kept by what is even about the axis
    assert found["i"] == pytest.approx(-E / (1 - E**2) * c / s * found["e"], rel=1e-3)


def test_the_tide_of_the_sun_is_that_of_the_quadrupole():
    """A far Sun on the pole: its averaged tide is a secular turn of apse and node, and no more."""
    far, gm = 2.2e11, float(body("sun").gm)
    found = rates(equinoctial(), np.zeros(3), number((0.0, 0.0, far), gm))
    n = np.sqrt(MODEL.gm / A**3)
    k = 0.75 * gm / far**3 / n / np.sqrt(1 - E**2)
    # dOmega/dt = -(1/(n a^2 eta sin i)) dR/di, R = (gm a^2/4 d^3)(...) averaged; Sun along z
    inner = 2.0 + 3.0 * E**2 - 5.0 * E**2 * np.cos(2 * APSE)
    assert found["node"] == pytest.approx(k * np.cos(TILT) * inner, rel=2e-3)
    assert abs(found["a"]) < 1e-9


def test_light_pressure_enters_the_rates():
    x = equinoctial()
    still, lit = number((1e11, 1e11, 5e10), 1e-30), number((1e11, 1e11, 5e10), 1e-30)
    lit[6] = 1e15
    pull, out = np.empty(3), np.empty(6)
    element_rates(x, 0.7, np.zeros(3), still, pull, out)
    assert np.abs(pull).max() < 1e-30
    element_rates(x, 0.7, np.zeros(3), lit, pull, out)
    np.testing.assert_allclose(
        pull, -1e15 * np.array([1e11, 1e11, 5e10]) / (1.5e11) ** 3, rtol=1e-12
    )


def test_a_state_comes_back_from_its_mean_elements():
    state = Elements(A, E, 86.3, 105.0, 88.0, 10.0, epoch=START).state()
    orbit = mean_orbit(state, START, 2 * DAY)
    back = orbit.at(START)
    assert np.linalg.norm(back[:3] - state[:3]) < 1e-4
    assert np.linalg.norm(back[3:] - state[3:]) < 1e-7
    assert abs(orbit.mean(START).semi_major_axis - A) > 1e3
    many = START + np.linspace(0, 2 * DAY, 6).reshape(2, 3)
    assert orbit.at(many).shape == (2, 3, 6)
    sun = orbit.at(START, wrt="sun") - back
    np.testing.assert_allclose(sun, default_ephemeris().state("mars", wrt="sun", at=START))


@pytest.mark.parametrize(
    ("a", "e", "i"), [(9e6, 1e-5, 86.0), (9e6, 0.3, 1e-4), (9e6, 0.0, 0.0), (9e6, 0.3, 63.435)]
)
def test_circles_equator_and_critical_inclination_are_no_trouble(a, e, i):
    state = Elements(a, e, i, 20.0, 30.0, 50.0, epoch=START).state()
    forces = Forces(gravity={"mars": 8})
    path = propagate(state, START, 20 * DAY, centre="mars", forces=forces)
    at = START + np.linspace(0.0, 19.9 * DAY, 300)
    orbit = fitted_mean_orbit(path, samples=200)
    gap = np.linalg.norm(orbit.at(at)[:, :3] - path.at(at)[:, :3], axis=1)
    assert gap.max() < 12e3  # of a track of 5 million km: what turns with Mars
    radius = np.linalg.norm(orbit.at(at)[:, :3], axis=1) - np.linalg.norm(
        path.at(at)[:, :3], axis=1
    )
    assert np.abs(radius).max() < 4e3


def test_a_fit_goes_on_from_the_flight():
    state = Elements(A, E, 86.3, 105.0, 88.0, 10.0, epoch=START).state()
    light = SolarPressure.of_craft(1.3, 0.0104)
    forces = Forces(gravity={"mars": 20}, solar_pressure=light)
    path = propagate(state, START, 30 * DAY, centre="mars", forces=forces)
    part = propagate(state, START, 15 * DAY, centre="mars", forces=forces)
    orbit = fitted_mean_orbit(part, path.stop, solar_pressure=light)
    assert abs(float(orbit.stop - path.stop)) < 1e-3
    at = path.stop - 600.0
    true, found = elements_along(path, at), orbit.osculating(at)
    assert abs(found.periapsis_latitude - true.periapsis_latitude) < 0.05
    assert abs(found.mean_anomaly - true.mean_anomaly) < 1.0


def test_what_cannot_be_averaged_is_refused():
    state = Elements(A, E, 86.3, 105.0, 88.0, 10.0, epoch=START).state()
    cases = [
        (lambda: mean_orbit(state, START, -5.0), InputError, "span"),
        (lambda: mean_orbit(state, START, DAY, degree=90), InputError, "degrees 2 to 30"),
        (lambda: mean_orbit(state, START, DAY).at(START + 2 * DAY), PhysicsError, "ask inside"),
        (lambda: mean_orbit(1.5 * state, START, DAY), PhysicsError, "closed orbit"),
    ]
    for call, kind, said in cases:
        with pytest.raises(kind, match=said):
            call()
