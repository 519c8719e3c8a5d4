"""Trajectory: exact at its nodes, lossless on disk, silent about what it does not know."""

import pickle

import numpy as np
import pytest
import xarray as xr

from marsward.core.errors import InputError, PhysicsError
from marsward.core.time import Epoch
from marsward.core.trajectory import Trajectory
from marsward.dynamics.burns import ImpulsiveBurn
from marsward.dynamics.ephemeris import default_ephemeris
from marsward.dynamics.propagate import propagate

DAY = 86400.0
START = Epoch.utc("2020-07-26T05:07:42.671")
STATE = 1e3 * np.array([84.5e6, -116.2e6, -50.2e6, 27.6, 16.0, 7.5])


@pytest.fixture(scope="module")
def path() -> Trajectory:
    burn = ImpulsiveBurn(START + 5 * DAY, (1.0, 2.0, 3.0), isp=300.0)
    return propagate(STATE, START, 20 * DAY, burns=[burn], mass=5000.0)


def test_nodes_are_exact(path):
    epochs = path.node_epochs
    states = path.at(epochs)
    inside = np.ones(path.times.size, dtype=bool)
    inside[path.first[1:-1] - 1] = False  # there the later arc answers
    np.testing.assert_array_equal(states[inside], path.nodes[inside])


def test_any_shape(path):
    grid = START + np.linspace(0, 9e5, 12).reshape(3, 4)
    states = path.at(grid)
    assert states.shape == (3, 4, 6)
    np.testing.assert_array_equal(states[1, 2], path.at(grid[1, 2]))
    assert path.mass_at(grid).shape == (3, 4)
    assert path.at(START).shape == (6,)


def test_velocity_is_the_derivative_of_position(path):
    t = START + np.linspace(1e4, 19 * DAY, 40)
    h = 16.0
    slope = (path.at(t + h)[:, :3] - path.at(t - h)[:, :3]) / (2 * h)
    np.testing.assert_allclose(slope, path.at(t)[:, 3:], atol=2e-5)


def test_relative_to_another_body(path):
    at = START + 3 * DAY
    ephemeris = default_ephemeris()
    centre = int(path.centre_at(at))
    expected = path.at(at) + ephemeris.state(centre, wrt="earth", at=at)
    np.testing.assert_array_equal(path.at(at, wrt="earth"), expected)
    np.testing.assert_array_equal(path.at(at, wrt=399), expected)
    np.testing.assert_array_equal(path.position(at, wrt="earth"), expected[:3])


def test_without_an_ephemeris_it_says_what_it_needs(path):
    alone = Trajectory.from_dataset(path.to_dataset())
    with pytest.raises(InputError, match="need an ephemeris"):
        alone.at(START, wrt="mars")
    np.testing.assert_array_equal(
        alone.at(START, wrt="mars", ephemeris=default_ephemeris()), path.at(START, wrt="mars")
    )
    later = START + 10 * DAY
    np.testing.assert_array_equal(alone.at(later, wrt="sun"), alone.at(later))


@pytest.mark.parametrize("beyond", [-1e-3, 20 * DAY + 1e-3])
def test_never_extrapolates(path, beyond):
    with pytest.raises(PhysicsError, match="knows nothing at") as caught:
        path.at(START + np.array([0.0, beyond]))
    assert path.start.utc in str(caught.value)


def test_lossless_file(path, tmp_path):
    path.to_dataset().to_netcdf(tmp_path / "path.nc")
    with xr.open_dataset(tmp_path / "path.nc") as ds:
        again = Trajectory.from_dataset(ds)
    for name in ("reference", "centre", "sense", "first", "times", "nodes", "increments", "mass"):
        np.testing.assert_array_equal(getattr(again, name), getattr(path, name))
    assert again.causes == path.causes
    t = START + np.linspace(0, 20 * DAY, 77)
    np.testing.assert_array_equal(again.at(t), path.at(t))


def test_other_datasets_are_refused():
    with pytest.raises(InputError, match="holds no trajectory"):
        Trajectory.from_dataset(xr.Dataset({"x": ("t", [1.0])}))


def test_pickles(path):
    again = pickle.loads(pickle.dumps(path))
    t = START + np.linspace(0, 20 * DAY, 9)
    np.testing.assert_array_equal(again.at(t, wrt="earth"), path.at(t, wrt="earth"))


def test_joining(path):
    more = propagate(path.final, path.stop, 5 * DAY, centre="sun", mass=4000.0)
    both = path + more
    assert both.start == path.start
    assert both.stop == more.stop
    assert both.causes == (*path.causes, "join")
    at = more.start + 1e4
    np.testing.assert_array_equal(both.at(at), more.at(at))
    np.testing.assert_array_equal(both.at(START + 1e4), path.at(START + 1e4))
    with pytest.raises(InputError, match="join trajectories that meet"):
        more + path


def test_one_arc(path):
    second = path.arc(1)
    assert second.arcs == 1
    assert abs(second.start - path.breaks[0]) < 1e-9
    with pytest.raises(PhysicsError):
        second.at(START)


def test_table(path):
    ds = path.dataset(every="1 h", wrt="earth")
    assert ds.position.dims == ("time", "axis")
    assert ds.position.attrs["units"] == "m"
    assert ds.sizes["time"] == 481
    np.testing.assert_array_equal(ds.position.values[0], path.at(START, wrt="earth")[:3])


def test_masses(path):
    before, after = (float(path.mass_at(START + d * DAY)) for d in (4.99, 5.0))
    assert before == 5000.0
    assert after == pytest.approx(5000.0 * np.exp(-np.sqrt(14.0) / (300 * 9.80665)), rel=1e-12)


def test_no_transition_unless_asked(path):
    with pytest.raises(InputError, match="stm=True"):
        np.linalg.det(path.transition)
