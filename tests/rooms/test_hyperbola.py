"""The hyperbola against its closed forms and against a quadrature of the radial equation."""

import numpy as np
import pytest
from scipy.integrate import quad

from marsward.core.errors import PhysicsError
from marsward.core.time import Epoch
from marsward.dynamics.arrival import arrival
from marsward.dynamics.ephemeris import default_ephemeris
from marsward.dynamics.forces import Forces
from marsward.dynamics.hyperbola import b_plane, hyperbola, impact_radius

GM = 4.282837e13


def state_at(periapsis: float, v_infinity: float, anomaly: float) -> np.ndarray:
    """State on a hyperbola in the x-y plane whose periapsis lies on +x."""
    e = 1.0 + periapsis * v_infinity**2 / GM
    p = periapsis * (1.0 + e)
    r = p / (1.0 + e * np.cos(anomaly))
    speed = np.sqrt(GM / p)
    position = r * np.array([np.cos(anomaly), np.sin(anomaly), 0.0])
    velocity = speed * np.array([-np.sin(anomaly), e + np.cos(anomaly), 0.0])
    return np.concatenate([position, velocity])


@pytest.mark.parametrize("anomaly", [-1.8, -0.7, 0.0, 1.2, 1.8])
@pytest.mark.parametrize(("periapsis", "v_infinity"), [(3.776e6, 2488.0), (6.6e6, 3455.0)])
def test_elements_from_any_point_of_the_orbit(periapsis, v_infinity, anomaly):
    orbit = hyperbola(state_at(periapsis, v_infinity, anomaly), GM)
    e = 1.0 + periapsis * v_infinity**2 / GM
    assert orbit.c3 == pytest.approx(v_infinity**2, rel=1e-11)
    assert orbit.periapsis_radius == pytest.approx(periapsis, rel=1e-10)
    turn = np.arccos(orbit.incoming @ orbit.outgoing)
    assert turn == pytest.approx(2.0 * np.arcsin(1.0 / e), rel=1e-10)
    assert np.linalg.norm(orbit.impact) == pytest.approx(
        impact_radius(orbit.c3, GM, periapsis), rel=1e-10
    )
    assert orbit.impact @ orbit.incoming == pytest.approx(0.0, abs=1e-3)


def test_time_to_periapsis_agrees_with_a_quadrature():
    state = state_at(3.776e6, 2488.0, -1.9)
    orbit = hyperbola(state, GM)
    h = np.linalg.norm(np.cross(state[:3], state[3:]))
    r = np.linalg.norm(state[:3])

    def integrand(s):  # r = rp + s^2 takes the root at periapsis away
        radius = orbit.periapsis_radius + s * s
        return 2.0 * s / np.sqrt(orbit.c3 + 2.0 * GM / radius - (h / radius) ** 2)

    time, _ = quad(integrand, 1e-6, np.sqrt(r - orbit.periapsis_radius), epsrel=1e-11)
    assert orbit.time_to_periapsis == pytest.approx(time, rel=1e-6)


def test_velocity_far_away_points_along_the_asymptote():
    far = state_at(3.776e6, 2488.0, -1.9)
    orbit = hyperbola(far, GM)
    late = state_at(3.776e6, 2488.0, -(np.arccos(-1.0 / (1 + 3.776e6 * 2488.0**2 / GM)) - 1e-6))
    direction = late[3:] / np.linalg.norm(late[3:])
    assert np.arccos(direction @ orbit.incoming) < 1e-5


def test_b_plane_axes_are_right_handed_and_hold_the_whole_vector():
    turn = np.linalg.qr(np.random.default_rng(3).normal(size=(3, 3)))[0]
    state = state_at(3.9e6, 2500.0, -1.5)
    orbit = hyperbola(np.concatenate([turn @ state[:3], turn @ state[3:]]), GM)
    b_t, b_r = b_plane(orbit, np.array([0.0, 0.0, 1.0]))
    assert np.hypot(b_t, b_r) == pytest.approx(np.linalg.norm(orbit.impact), rel=1e-12)


def test_polar_passage_over_the_south_has_positive_b_r():
    # incoming along +x below the equator: the craft passes at z < 0, and R = S x T points south
    orbit = hyperbola(np.array([-1e9, 0.0, -8e6, 3000.0, 0.0, 0.0]), GM)
    b_t, b_r = b_plane(orbit, np.array([0.0, 0.0, 1.0]))
    assert b_r > 7e6
    assert abs(b_t) < 1.0


def test_a_bound_state_is_refused_in_one_sentence():
    with pytest.raises(PhysicsError, match="bound"):
        hyperbola(np.array([7e6, 0.0, 0.0, 0.0, 1000.0, 0.0]), GM)


def test_a_path_that_never_passes_mars_has_no_arrival():
    ephemeris, epoch = default_ephemeris(), Epoch.utc("2020-07-27")
    beside = ephemeris.state("earth", wrt="sun", at=epoch)
    beside[0] += 5e9
    with pytest.raises(PhysicsError, match="no periapsis at Mars within 20 days"):
        arrival(beside, epoch, forces=Forces(), ephemeris=ephemeris)
