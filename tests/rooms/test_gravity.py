"""Gravity fields against associated Legendre functions of scipy, closed forms and frames."""

from math import factorial

import numpy as np
import pytest
from scipy.special import lpmv

from marsward.core.errors import InputError
from marsward.core.frames import rotation
from marsward.core.time import Epoch
from marsward.data.gravity_model import gravity_model
from marsward.dynamics.forces import Forces
from marsward.dynamics.gravity import attraction, field_tables
from marsward.dynamics.kernels.gravity import SCRATCH, body_axes, field_attraction
from marsward.dynamics.state_transition import arrive

DAY = 86400.0


def potential(model, point, degree):
    """Kaula's potential beyond the point mass, term by term [m2/s2]."""
    x, y, z = point
    r = np.linalg.norm(point)
    lon = np.arctan2(y, x)
    total = 0.0
    for n in range(2, degree + 1):
        for m in range(n + 1):
            norm = np.sqrt((2 - (m == 0)) * (2 * n + 1) * factorial(n - m) / factorial(n + m))
            legendre = (-1) ** m * lpmv(m, n, z / r) * norm
            wave = model.cosine[n, m] * np.cos(m * lon) + model.sine[n, m] * np.sin(m * lon)
            total += (model.radius / r) ** n * legendre * wave
    return model.gm / r * total


@pytest.mark.parametrize(("name", "degree"), [("mars", 2), ("mars", 15), ("earth", 4)])
@pytest.mark.parametrize("direction", [(2, -3, 1.5), (-1, 0.1, -4), (0.3, 2, 0)])
def test_acceleration_is_the_slope_of_the_potential(name, degree, direction):
    model = gravity_model(name)
    point = 1.3 * model.radius * np.array(direction) / np.linalg.norm(direction)
    found, gradient = attraction(name, point, degree=degree)
    h = 300.0
    slope = np.array(
        [
            (potential(model, point + h * e, degree) - potential(model, point - h * e, degree))
            / (2 * h)
            for e in np.eye(3)
        ]
    )
    np.testing.assert_allclose(found, slope, atol=3e-8 * np.linalg.norm(slope))
    moved = np.array(
        [
            (attraction(name, point + h * e, degree=degree)[0]
             - attraction(name, point - h * e, degree=degree)[0]) / (2 * h)
            for e in np.eye(3)
        ]
    )  # fmt: skip
    np.testing.assert_allclose(gradient, moved, atol=1e-7 * np.abs(gradient).max())


def test_oblateness_in_closed_form():
    model = gravity_model("mars")
    x, y, z = point = np.array([2.0e6, 2.5e6, 2.2e6])
    r = np.linalg.norm(point)
    j2 = -model.cosine[2, 0] * np.sqrt(5.0)
    k = -1.5 * j2 * model.gm * model.radius**2 / r**5
    u = 5 * z**2 / r**2
    expected = k * np.array([x * (1 - u), y * (1 - u), z * (3 - u)])
    c22, s22 = (t[2, 2] * np.sqrt(5.0 / 12.0) for t in (model.cosine, model.sine))
    d = 3 * model.gm * model.radius**2 / r**5
    wave = c22 * (x**2 - y**2) + 2 * s22 * x * y
    expected += d * (
        2 * np.array([c22 * x + s22 * y, -c22 * y + s22 * x, 0.0]) - 5 * wave / r**2 * point
    )
    found, _ = attraction("mars", point, degree=2)
    c21 = np.abs([model.cosine[2, 1], model.sine[2, 1]]).max()
    np.testing.assert_allclose(found, expected, atol=30 * c21 * model.gm / r**2)


def test_no_singularity_at_the_pole_and_laplace_holds_to_full_degree():
    radius = gravity_model("mars").radius
    pole, beside = (attraction("mars", np.array([e, 0.0, 1.1 * radius]))[0] for e in (0.0, 1e-3))
    np.testing.assert_allclose(pole, beside, rtol=1e-6)
    points = np.random.default_rng(1).normal(size=(20, 3))
    points *= (1.05 * radius / np.linalg.norm(points, axis=1))[:, None]
    _, gradient = attraction("mars", points)
    traces = np.trace(gradient, axis1=1, axis2=2)
    assert np.abs(traces).max() < 1e-12 * np.abs(gradient).max()
    np.testing.assert_allclose(gradient, np.swapaxes(gradient, 1, 2), rtol=1e-13)


def test_published_oblateness_of_mars():
    """C20 of GMM-3, Genova et al. 2016, table 4: -8.7502113e-4."""
    model = gravity_model("mars")
    assert model.degree == 120
    assert model.cosine[2, 0] == pytest.approx(-8.7502113e-4, rel=1e-8)
    assert model.gm == pytest.approx(4.282837285e13, rel=1e-10)


@pytest.mark.parametrize("name", ["earth", "mars"])
def test_axes_are_those_of_the_frames(name):
    reference = float(np.floor(Epoch.utc("2020-07-23").whole))
    table = field_tables({name: 4}, reference, -10 * DAY, 230 * DAY)
    times = np.linspace(-10 * DAY, 230 * DAY, 60)
    expected = rotation("J2000", f"IAU_{name.upper()}", Epoch.et(reference + times))
    axes = np.empty((3, 3))
    for time, matrix in zip(times, expected, strict=True):
        body_axes(time, table.field_turn[0], axes)
        np.testing.assert_allclose(axes, matrix, atol=1e-10)


def test_node_of_a_mars_orbit_drifts_as_oblateness_says():
    """Secular rate -1.5 n J2 (R/p)^2 cos i of Kozai 1959, over 2 days, degree 2 alone."""
    model = gravity_model("mars")
    start = Epoch.utc("2021-06-01")
    turn = rotation("J2000", "MARS_MEOD", start)
    a, tilt = 4.5e6, np.radians(60.0)
    speed = np.sqrt(model.gm / a)
    local = np.concatenate([[a, 0, 0], speed * np.array([0, np.cos(tilt), np.sin(tilt)])])
    state = np.concatenate([turn.T @ local[:3], turn.T @ local[3:]])
    forces = Forces(bodies=("sun", "mars"), gravity={"mars": 2})
    end = arrive(state, start, 2 * DAY, centre="mars", forces=forces)
    h = np.cross(turn @ end[:3], turn @ end[3:])
    drift = np.arctan2(h[0], -h[1])
    j2 = -model.cosine[2, 0] * np.sqrt(5.0)
    rate = -1.5 * np.sqrt(model.gm / a**3) * j2 * (model.radius / a) ** 2 * np.cos(tilt)
    assert drift == pytest.approx(rate * 2 * DAY, rel=0.02)


@pytest.mark.parametrize(("name", "degree"), [("mars", 121), ("mars", 1), ("earth", 9)])
def test_degrees_that_are_not_there(name, degree):
    with pytest.raises(InputError, match="degrees 2 to"):
        attraction(name, np.array([4e6, 0, 0]), degree=degree)


def test_bodies_that_have_no_field():
    with pytest.raises(InputError, match="no gravity field"):
        gravity_model("venus")


@pytest.mark.parametrize(
    ("name", "degree"), [("earth", 2), ("earth", 4), ("mars", 4), ("mars", 20)]
)
@pytest.mark.parametrize("gradient", [False, True])
def test_a_flight_feels_every_degree_it_was_asked_for(name, degree, gradient):
    """The kernel of the integrator, which leaves out what is small, against the whole sum."""
    tables = field_tables({name: degree}, 0.0, -1e4, 1e4)
    radius = gravity_model(name).radius
    point = 1.03 * radius * np.array([0.48, -0.6, 0.64])
    axes = np.zeros((3, 3))
    body_axes(0.0, tables.field_turn[0], axes)
    acc, grad = np.zeros(3), np.zeros((3, 7))
    field_attraction(
        0.0, *(axes.T @ point), tables.field_index[0], tables.field_scale[0], tables.field_terms,
        tables.field_turn[0], gradient, axes, np.zeros(9 + SCRATCH), 0, acc, grad,
    )  # fmt: skip
    whole, slope = attraction(name, point, degree=degree)
    np.testing.assert_allclose(axes @ acc, whole, atol=1e-9 * np.linalg.norm(whole))
    if gradient:
        np.testing.assert_allclose(
            axes @ grad[:, :3] @ axes.T, slope, atol=1e-8 * np.abs(slope).max()
        )
