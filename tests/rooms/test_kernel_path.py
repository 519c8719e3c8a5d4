"""SPK kernels of others: every type read as SPICE reads it, and a trajectory made of one."""

import numpy as np
import pytest
import spiceypy

from marsward.core.errors import DataError, InputError
from marsward.core.time import Epoch
from marsward.core.trajectory import Trajectory
from marsward.dynamics.ephemeris import Ephemeris
from marsward.dynamics.events import apsis, find_events
from marsward.dynamics.kernel_path import trajectory_from_kernel

START = 6.9e8
CRAFT = -555


def orbit(t):
    """States of a circle with a wobble [km, km/s]; smooth, and its own derivative."""
    w, u = 7e-4, 3e-4
    place = [8e3 * np.cos(w * t), 8e3 * np.sin(w * t), 90.0 * np.sin(u * t)]
    speed = [-8e3 * w * np.sin(w * t), 8e3 * w * np.cos(w * t), 90.0 * u * np.cos(u * t)]
    return np.stack(place + speed, axis=-1)


def acceleration(t):
    w, u = 7e-4, 3e-4
    return np.stack(
        [-w * w * 8e3 * np.cos(w * t), -w * w * 8e3 * np.sin(w * t), -90 * u * u * np.sin(u * t)],
        axis=-1,
    )


def write(path, kind, window):
    even = np.arange(0.0, 20_000.0, 120.0)
    rng = np.random.default_rng(4)
    t = even if kind in (8, 12) else even + rng.uniform(-40.0, 40.0, even.size)
    et, states = START + t, orbit(t)
    handle = spiceypy.spkopn(str(path), "test", 0)
    head = (handle, CRAFT, 499, "J2000", et[0], et[-1], f"type {kind}")
    n = et.size
    if kind == 8:
        spiceypy.spkw08(*head, window - 1, n, states, et[0], 120.0)
    elif kind == 9:
        spiceypy.spkw09(*head, window - 1, n, states, et)
    elif kind == 12:
        spiceypy.spkw12(*head, 2 * window - 1, n, states, et[0], 120.0)
    elif kind == 13:
        spiceypy.spkw13(*head, 2 * window - 1, n, states, et)
    elif kind == 18.0:
        packets = np.concatenate([states, states[:, 3:], acceleration(t)], axis=1)
        packets[:, 6:9] *= 1.0 + 1e-9  # velocity is a curve of its own
        spiceypy.spkw18(
            handle, spiceypy.utils.support_types.SpiceSPK18Subtype.S18TP0, *head[1:],
            2 * window - 1, packets, et,
        )  # fmt: skip
    else:
        spiceypy.spkw18(
            handle, spiceypy.utils.support_types.SpiceSPK18Subtype.S18TP1, *head[1:],
            window - 1, states, et,
        )  # fmt: skip
    spiceypy.spkcls(handle)
    return path


def by_spice(path, target, et, centre):
    spiceypy.furnsh(str(path))
    try:
        return np.array([spiceypy.spkgeo(target, t, "J2000", centre)[0] for t in et]) * 1e3
    finally:
        spiceypy.kclear()


@pytest.mark.parametrize(
    ("kind", "window"),
    [
        (8, 8),
        (8, 7),
        (9, 8),
        (9, 5),
        (12, 4),
        (13, 4),
        (13, 6),
        (18.0, 6),
        (18.0, 4),
        (18.1, 8),
    ],
)
def test_tables_of_states_are_read_as_spice_reads_them(tmp_path, kind, window):
    path = write(tmp_path / "table.bsp", kind, window)
    rng = np.random.default_rng(3)
    et = START + np.sort(rng.uniform(50.0, 19_800.0, 300))
    mine = Ephemeris.open(path).state(CRAFT, wrt=499, at=Epoch.et(et))
    off = np.abs(mine - by_spice(path, CRAFT, et, 499))
    assert off[:, :3].max() < 1e-6
    assert off[:, 3:].max() < 1e-8


def test_a_type_that_is_not_read_is_named(tmp_path):
    path = tmp_path / "five.bsp"
    handle = spiceypy.spkopn(str(path), "test", 0)
    et = START + np.arange(0.0, 1000.0, 100.0)
    spiceypy.spkw05(
        handle, CRAFT, 499, "J2000", et[0], et[-1], "two-body", 42828.0, et.size,
        orbit(et - START), et,
    )  # fmt: skip
    spiceypy.spkcls(handle)
    with pytest.raises(DataError, match="type 5; marsward reads types 2 and 3"):
        Ephemeris.open(path)


@pytest.fixture(scope="module")
def express(shared_data):
    path = shared_data / "spice" / "MarsExpress_Short.bsp"
    return path, trajectory_from_kernel(path, -41, "mars")


def test_mars_express_is_flown_as_spice_says(express):
    path, flown = express
    rng = np.random.default_rng(1)
    et = np.sort(rng.uniform(float(flown.start.et), float(flown.stop.et), 5000))
    truth = by_spice(path, -41, et, 499)
    off = np.abs(flown.at(Epoch.et(et)) - truth)
    assert off[:, :3].max() < 1e-3
    assert off[:, 3:].max() < 1e-6
    assert float(flown.start.et) == 328622400.0
    assert float(flown.stop.et) == 329400000.0
    assert set(flown.centre.tolist()) == {499}


def test_it_is_a_trajectory_like_any_other(express):
    _, flown = express
    low = find_events(flown, apsis("mars"))
    gaps = np.diff([hit.epoch.et for hit in low])
    assert 24_000.0 < gaps.min() < gaps.max() < 26_000.0  # Mars Express: seven hours
    again = Trajectory.from_dataset(flown.to_dataset())
    at = flown.start + 12345.6
    np.testing.assert_array_equal(again.at(at), flown.at(at))
    assert np.linalg.norm(flown.at(at, wrt="sun")[:3]) > 2e11


def test_a_part_of_it_and_an_odd_window(tmp_path, express):
    path, whole = express
    begin, end = whole.start + 1234.567891, whole.start + 98765.4321
    part = trajectory_from_kernel(path, -41, 499, begin, end)
    assert abs(float(part.start - begin)) < 1e-9
    assert abs(float(part.stop - end)) < 1e-9
    at = begin + np.linspace(0.0, 97530.0, 500)
    np.testing.assert_allclose(part.at(at), whole.at(at), atol=1e-3)
    odd = trajectory_from_kernel(write(tmp_path / "odd.bsp", 9, 5), CRAFT, "mars")
    et = START + np.linspace(50.0, 19_800.0, 400)
    truth = by_spice(tmp_path / "odd.bsp", CRAFT, et, 499)
    assert np.abs(odd.at(Epoch.et(et)) - truth)[:, :3].max() < 1e-3


def test_what_is_not_there_is_said_in_one_sentence(tmp_path, express):
    path, _ = express
    late = Epoch.utc("2015-01-01")
    cases = [
        (lambda: trajectory_from_kernel(path, -42, "mars"), DataError, "nothing of body -42"),
        (lambda: trajectory_from_kernel(path, -41, "mars", late, late + 9.0), DataError, "inside"),
        (lambda: trajectory_from_kernel(path, -41, "mars", late, late), InputError, "later"),
        (lambda: trajectory_from_kernel(path, -41, "phobos"), DataError, "another centre"),
        (lambda: trajectory_from_kernel(tmp_path / "no.bsp", -41, "mars"), DataError, "no kernel"),
    ]
    for call, kind, said in cases:
        with pytest.raises(kind, match=said) as caught:
            call()
        assert "\n" not in str(caught.value)
    short = tmp_path / "short.bsp"
    short.write_bytes(path.read_bytes()[:200_000])
    with pytest.raises(DataError, match="cut short or damaged"):
        trajectory_from_kernel(short, -41, "mars")
