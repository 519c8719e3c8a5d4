"""Frames against SPICE: matrices, their rates, and the local frames of an orbit."""

import numpy as np
import pytest
import spiceypy

from marsward.core.errors import InputError
from marsward.core.frames import FRAMES, frame_name, rotation, rtn, state_rotation, vnb
from marsward.core.time import Epoch

SPICE_FRAMES = [f for f in FRAMES if f.startswith("IAU_")] + ["ECLIPJ2000"]
MOMENT = 665_773_870.5
# pxform("J2000", frame, 665773870.5) of CSPICE N0067 with pck00011.tpc
GOLDEN = {
    "IAU_SUN": [
        [0.75683198008303, -0.54542364919064, -0.36016440249859],
        [0.64205527531414, 0.72354893057872, 0.253459993884],
        [0.12235349347233, -0.42307208364764, 0.89779710106079],
    ],
    "IAU_EARTH": [
        [-0.84112802779941, -0.5408333143132, 0.00172249216676],
        [0.54083216849452, -0.84112979147428, -0.00111329059854],
        [0.00205094412124, -4.84075175e-06, 0.99999789680018],
    ],
    "IAU_MOON": [
        [0.62080285423103, 0.71481739497074, 0.32193152692127],
        [-0.7835437813932, 0.57922681213081, 0.2248453752],
        [-0.02574798669133, -0.39183209663838, 0.91967638287895],
    ],
    "IAU_MARS": [
        [-0.59666335416369, 0.528891704233, 0.60354486742218],
        [-0.6670530154529, -0.74498089164206, -0.0066140504526],
        [0.44613127706241, -0.40654278530274, 0.79730160375165],
    ],
    "IAU_PHOBOS": [
        [0.62685265786756, -0.48177646057803, -0.61232931283524],
        [0.62685032559315, 0.77859515458758, 0.0291248099821],
        [0.46272498811728, -0.40209579366817, 0.79006617323249],
    ],
    "IAU_DEIMOS": [
        [0.51009215334973, 0.83884825254168, 0.19010419326992],
        [-0.7548612088057, 0.33065115587878, 0.56644008381861],
        [0.4122991032387, -0.4324389232294, 0.80187656602794],
    ],
}


@pytest.fixture
def pck(shared_data):
    path = str(shared_data / "spice" / "pck00011.tpc")
    spiceypy.furnsh(path)
    yield spiceypy
    spiceypy.unload(path)


def epochs(count=300):
    """Random epochs 1972–2030."""
    return Epoch.et(np.random.default_rng(4).uniform(-8.8e8, 9.7e8, count))


def angle_between(a, b):
    """Rotation angle [rad] that is left between two sets of rotation matrices."""
    d = a @ np.swapaxes(b, -1, -2)
    skew = [d[..., 2, 1] - d[..., 1, 2], d[..., 0, 2] - d[..., 2, 0], d[..., 1, 0] - d[..., 0, 1]]
    return np.linalg.norm(np.stack(skew, -1), axis=-1) / 2.0


@pytest.mark.parametrize("frame", GOLDEN)
def test_golden_matrices(frame):
    assert (
        angle_between(rotation("J2000", frame, Epoch.et(MOMENT)), np.array(GOLDEN[frame])) < 5e-11
    )


@pytest.mark.parametrize("frame", SPICE_FRAMES)
def test_rotation_against_spice(pck, frame):
    epoch = epochs()
    theirs = np.array([pck.pxform("J2000", frame, t) for t in epoch.et])
    assert angle_between(rotation("J2000", frame, epoch), theirs).max() < 1e-10


@pytest.mark.parametrize("frame", SPICE_FRAMES)
def test_state_rotation_against_spice(pck, frame):
    epoch = epochs(100)
    theirs = np.array([pck.sxform(frame, "J2000", t) for t in epoch.et])
    ours = state_rotation(frame, "J2000", epoch)
    spin = max(np.abs(theirs[:, 3:, :3]).max(), 1e-12)
    assert np.abs(ours - theirs)[:, 3:, :3].max() < 1e-10 * spin
    assert np.abs(ours - theirs)[:, :3, 3:].max() == 0.0


def test_between_two_moving_frames_against_spice(pck):
    epoch = epochs(50)
    theirs = np.array([pck.sxform("IAU_PHOBOS", "IAU_MARS", t) for t in epoch.et])
    assert np.abs(state_rotation("IAU_PHOBOS", "IAU_MARS", epoch) - theirs).max() < 2e-10
    assert np.abs(rotation("IAU_PHOBOS", "IAU_MARS", epoch) - theirs[:, :3, :3]).max() < 2e-10


def test_mars_equator_of_date_is_the_spice_pole_and_its_node(pck):
    epoch = epochs(50)
    poles = np.array([pck.pxform("J2000", "IAU_MARS", t)[2] for t in epoch.et])
    nodes = np.cross([0.0, 0.0, 1.0], poles)
    nodes /= np.linalg.norm(nodes, axis=1)[:, None]
    expected = np.stack([nodes, np.cross(poles, nodes), poles], axis=1)
    assert np.abs(rotation("J2000", "MARS_MEOD", epoch) - expected).max() < 1e-12


@pytest.mark.parametrize("frame", [*SPICE_FRAMES, "MARS_MEOD"])
def test_rate_is_the_derivative_of_the_matrix(frame):
    epoch, h = Epoch.utc("2021-02-05T17:10:01.245"), 10.0
    early, late = rotation("J2000", frame, epoch - h), rotation("J2000", frame, epoch + h)
    rate = state_rotation("J2000", frame, epoch)[3:, :3]
    spin = np.linalg.norm(rate)
    assert np.abs((late - early) / (2.0 * h) - rate).max() < 1e-15 + spin * (spin * h) ** 2


@pytest.mark.parametrize("frame", FRAMES)
def test_matrices_are_rotations_that_undo_themselves(frame):
    epoch = epochs(40).reshape(5, 8)
    m = rotation("J2000", frame, epoch)
    assert m.shape == (5, 8, 3, 3)
    assert np.abs(m @ np.swapaxes(m, -1, -2) - np.eye(3)).max() < 4e-16 * 3
    assert np.linalg.det(m) == pytest.approx(np.ones((5, 8)), abs=1e-14)
    both = state_rotation("J2000", frame, epoch) @ state_rotation(frame, "J2000", epoch)
    assert np.abs(both - np.eye(6)).max() < 1e-14


def test_a_point_at_rest_on_mars_moves_with_its_spin():
    epoch = Epoch.utc("2021-02-18T20:55:00")
    at_rest = np.array([3_396_190.0, 0.0, 0.0, 0.0, 0.0, 0.0])
    state = state_rotation("IAU_MARS", "J2000", epoch) @ at_rest
    # sidereal day of Mars 88642.66 s, Allison & McEwen 2000
    assert np.linalg.norm(state[3:]) == pytest.approx(2 * np.pi * 3_396_190.0 / 88_642.66, rel=1e-6)


def test_the_fraction_of_a_second_turns_the_planet():
    coarse = Epoch.et(MOMENT)
    step = rotation("J2000", "IAU_EARTH", coarse + 1e-9) @ rotation("J2000", "IAU_EARTH", coarse).T
    assert step[0, 1] == pytest.approx(7.292e-5 * 1e-9, rel=0.01, abs=2e-16)


def test_fixed_frames_need_no_epoch():
    tilt = rotation("J2000", "ECLIPJ2000")
    assert tilt[1, 2] == pytest.approx(np.sin(np.radians(84_381.448 / 3600.0)), abs=1e-16)
    assert np.array_equal(rotation("icrf", "EME2000"), np.eye(3))
    with pytest.raises(InputError, match="IAU_MARS moves"):
        rotation("J2000", "IAU_MARS")
    with pytest.raises(InputError, match='did you mean "IAU_MARS"'):
        frame_name("IAU_MRS")
    with pytest.raises(InputError, match="known are"):
        rotation("J2000", "WGS84", Epoch.et(0.0))


def test_orbit_frames():
    state = np.array([7.0e6, 0.0, 0.0, 100.0, 7_500.0, 0.0])
    assert np.allclose(rtn(state), np.eye(3), atol=1e-15)
    along, normal, outward = vnb(state)
    assert along == pytest.approx(state[3:] / np.linalg.norm(state[3:]), abs=1e-15)
    assert normal == pytest.approx([0.0, 0.0, 1.0], abs=1e-15)
    assert outward == pytest.approx(np.cross(along, normal), abs=1e-15)
    many = np.random.default_rng(1).normal(size=(4, 5, 6))
    for axes in (rtn(many), vnb(many)):
        assert axes.shape == (4, 5, 3, 3)
        assert np.abs(axes @ np.swapaxes(axes, -1, -2) - np.eye(3)).max() < 1e-14
        assert np.linalg.det(axes) == pytest.approx(np.ones((4, 5)), abs=1e-14)
    with pytest.raises(InputError, match="angular momentum"):
        rtn([7.0e6, 0.0, 0.0, 1.0, 0.0, 0.0])
    with pytest.raises(InputError, match="6 numbers"):
        vnb([1.0, 2.0, 3.0])
