"""Events: epochs against closed forms of two-body motion and geometry."""

import numpy as np
import pytest

from marsward.core.bodies import body
from marsward.core.errors import InputError, PhysicsError
from marsward.core.frames import rotation
from marsward.core.time import Epoch
from marsward.dynamics.ephemeris import default_ephemeris
from marsward.dynamics.events import Event, apsis, distance, eclipse, find_events, node
from marsward.dynamics.forces import Forces
from marsward.dynamics.kernels.forces import sunlight
from marsward.dynamics.propagate import propagate

START = Epoch.utc("2021-03-01T00:00:00.250")
GM = float(body("mars").gm)
FORCES = Forces(bodies=("sun", "mars"), relativity=False)
A, E = 8.0e6, 0.45
PERIOD = 2 * np.pi * np.sqrt(A**3 / GM)


def orbit() -> np.ndarray:
    """At periapsis, on the ascending node of Mars's equator, inclined by 40 degrees."""
    tilt = np.radians(40.0)
    r = A * (1 - E)
    v = np.sqrt(GM / A * (1 + E) / (1 - E))
    turn = rotation("J2000", "MARS_MEOD", START)
    place = turn.T @ np.array([r, 0.0, 0.0])
    speed = turn.T @ (v * np.array([0.0, np.cos(tilt), np.sin(tilt)]))
    return np.concatenate([place, speed])


@pytest.fixture(scope="module")
def path():
    return propagate(orbit(), START, 3.2 * PERIOD, centre="mars", forces=FORCES)


def since(hits) -> np.ndarray:
    return np.array([float(hit.epoch - START) for hit in hits])


def test_apsides(path):
    low = find_events(path, apsis("mars"))
    high = find_events(path, apsis("mars", kind="apoapsis"))
    np.testing.assert_allclose(since(low)[-3:], PERIOD * np.arange(1, 4), atol=2.0)
    np.testing.assert_allclose(since(high), PERIOD * np.array([0.5, 1.5, 2.5]), atol=2.0)
    for hit in high:
        assert abs(hit.state[:3] @ hit.state[3:]) < 1.0
        assert np.linalg.norm(hit.state[:3]) == pytest.approx(A * (1 + E), rel=1e-4)
    assert len(find_events(path, apsis("mars", kind="both"))) == len(low) + len(high)


def test_distance_by_kepler(path):
    hits = find_events(path, distance("mars", A, direction=1))
    anomaly = np.pi / 2
    expected = (anomaly - E * np.sin(anomaly)) / (2 * np.pi) * PERIOD
    np.testing.assert_allclose(since(hits), expected + PERIOD * np.arange(4), atol=2.0)
    for hit in hits:
        assert np.linalg.norm(hit.state[:3]) == pytest.approx(A, abs=1e-2)
        assert hit.rising


def test_nodes(path):
    up = find_events(path, node("mars", frame="IAU_MARS"))
    down = find_events(path, node("mars", frame="MARS_MEOD", kind="descending"))
    np.testing.assert_allclose(since(down), PERIOD * np.array([0.5, 1.5, 2.5]), atol=5.0)
    np.testing.assert_allclose(since(up)[-3:], PERIOD * np.arange(1, 4), atol=5.0)


def test_eclipses_are_where_the_light_goes(path):
    outer = find_events(path, eclipse("mars", shape="sphere"))
    inner = find_events(path, eclipse("mars", kind="umbra", shape="sphere"))
    assert len(outer) >= 4
    mars, sun = (body(name).equatorial_radius for name in ("mars", "sun"))

    def light(epoch):
        to_sun = -path.at(epoch, wrt="sun")[:3]
        return sunlight(*to_sun, *-path.at(epoch, wrt="mars")[:3], sun, mars)

    for hit in outer:
        before, after = light(hit.epoch - 0.5), light(hit.epoch + 0.5)
        assert (before == 1.0) is not hit.rising
        assert (after == 1.0) is hit.rising
    for hit in inner:
        before, after = light(hit.epoch - 0.5), light(hit.epoch + 0.5)
        assert (before == 0.0) is hit.rising
        assert (after == 0.0) is not hit.rising


def test_a_stop_ends_the_flight_where_it_happens():
    path = propagate(
        orbit(), START, 10 * PERIOD, centre="mars", forces=FORCES,
        events=[apsis("mars", kind="apoapsis", stop=True), apsis("mars")],
    )  # fmt: skip
    assert path.duration == pytest.approx(PERIOD / 2, abs=1.0)
    y = path.final
    assert abs(y[:3] @ y[3:]) / np.linalg.norm(y[:3]) < 1e-3


def test_an_event_may_be_the_end():
    path = propagate(
        orbit(), START, distance("mars", 9.0e6, direction=1), centre="mars", forces=FORCES
    )
    assert np.linalg.norm(path.final[:3]) == pytest.approx(9.0e6, abs=1e-2)


def test_backward_stops_too():
    state = propagate(orbit(), START, 0.3 * PERIOD, centre="mars", forces=FORCES).final
    late = START + 0.3 * PERIOD
    path = propagate(
        state, late, -PERIOD, centre="mars", forces=FORCES, events=[apsis("mars", stop=True)]
    )
    assert abs(path.start - START) < 0.5
    assert abs(path.stop - late) < 1e-9


def test_the_body_of_an_event_need_not_be_the_centre():
    """A craft around the Sun passes a distance from Earth; the states come from the reader."""
    start = Epoch.utc("2020-08-10")
    ephemeris = default_ephemeris()
    state = ephemeris.state("earth", wrt="sun", at=start)
    state[:3] += [3e9, 1e9, 5e8]
    state[3:] += [2.5e3, 900.0, 400.0]
    path = propagate(state, start, 60 * 86400.0)
    (hit,) = find_events(path, distance("earth", 8e9))
    gap = path.at(hit.epoch) - ephemeris.state("earth", wrt="sun", at=hit.epoch)
    assert np.linalg.norm(gap[:3]) == pytest.approx(8e9, abs=1.0)
    assert hit.centre == 10


def test_own_events_and_their_direction(path):
    def height(trajectory, epochs, ephemeris):
        return trajectory.at(epochs)[..., 2]

    both = find_events(path, Event("z", height))
    rising = find_events(path, Event("z", height, direction=1))
    assert len(both) in (2 * len(rising) - 1, 2 * len(rising), 2 * len(rising) + 1)
    assert all(hit.rising for hit in rising)
    assert all(abs(hit.state[2]) < 1e-2 for hit in both)


def test_order_of_time(path):
    hits = find_events(path, [apsis("mars", kind="both"), node("mars", kind="both")])
    assert np.all(np.diff(since(hits)) >= 0.0)


@pytest.mark.parametrize(
    "make",
    [
        lambda: apsis("mars", kind="lowest"),
        lambda: distance("mars", -1.0),
        lambda: node("mars", kind="sideways"),
        lambda: eclipse("mars", kind="total"),
        lambda: apsis("vulcan"),
    ],
)
def test_bad_events_are_refused(make):
    with pytest.raises(InputError):
        make()


def test_an_event_that_never_comes(monkeypatch):
    monkeypatch.setattr("marsward.dynamics.propagate.HORIZON", 2 * PERIOD)
    with pytest.raises(PhysicsError, match="does not come within"):
        propagate(orbit(), START, distance("mars", 1e8), centre="mars", forces=FORCES)
