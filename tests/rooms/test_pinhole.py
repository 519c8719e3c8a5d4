"""The pinhole camera against closed forms and its own inverse."""

import numpy as np
import pytest

from marsward.core.errors import InputError, PhysicsError
from marsward.geometry.pinhole import Pinhole, aim

ONS = Pinhole(2048, 1536, 19539.2)
BENT = Pinhole(2048, 1536, 1500.0, distortion=(-0.12, 0.03, 4e-4, -3e-4, -0.002))


def test_boresight_is_the_middle_of_the_detector():
    assert ONS.project([0.0, 0.0, 5.0]) == pytest.approx([1023.5, 767.5])


def test_axes_run_right_and_down():
    right, down = ONS.project([[1e-3, 0.0, 1.0], [0.0, 1e-3, 1.0]])
    assert right == pytest.approx([1023.5 + 19.5392, 767.5])
    assert down == pytest.approx([1023.5, 767.5 + 19.5392])


def test_field_is_the_closed_form():
    across, down = ONS.field
    assert across == pytest.approx(2 * np.arctan(1024 / 19539.2), abs=1e-12)
    assert down == pytest.approx(2 * np.arctan(768 / 19539.2), abs=1e-12)


@pytest.mark.parametrize("camera", [ONS, BENT])
def test_rays_and_pixels_are_inverse(camera):
    rng = np.random.default_rng(4)
    pixels = rng.uniform([-0.5, -0.5], [2047.5, 1535.5], (500, 2))
    rays = camera.ray(pixels)
    assert np.linalg.norm(rays, axis=-1) == pytest.approx(1.0, abs=1e-14)
    assert camera.project(rays) == pytest.approx(pixels, abs=1e-9)


def test_distortion_is_the_published_polynomial():
    k1, k2, p1, p2, k3 = BENT.distortion
    x, y = 0.31, -0.22
    r2 = x * x + y * y
    radial = 1 + k1 * r2 + k2 * r2**2 + k3 * r2**3
    expected = [
        x * radial + 2 * p1 * x * y + p2 * (r2 + 2 * x * x),
        y * radial + p1 * (r2 + 2 * y * y) + 2 * p2 * x * y,
    ]
    got = (BENT.project([x, y, 1.0]) - [BENT.cx, BENT.cy]) / BENT.focal_px
    assert got == pytest.approx(expected, abs=1e-14)


def test_behind_the_camera_is_no_pixel():
    assert np.isnan(ONS.project([0.1, 0.1, -1.0])).all()


def test_folded_distortion_is_refused():
    folded = Pinhole(2048, 1536, 700.0, distortion=(-0.9, 0.0, 0.0, 0.0, 0.0))
    with pytest.raises(PhysicsError, match="cannot be inverted"):
        folded.ray([0.0, 0.0])


def test_bad_cameras_are_refused():
    with pytest.raises(InputError, match="at least one pixel"):
        Pinhole(0, 10, 100.0)
    with pytest.raises(InputError, match="focal_px"):
        Pinhole(10, 10, float("nan"))
    with pytest.raises(InputError, match="shape"):
        ONS.project([1.0, 2.0])


def test_aim_is_a_rotation_with_up_at_the_top():
    attitude = aim([1.0, 2.0, -0.5], up=[0.0, 0.0, 1.0])
    assert attitude @ attitude.T == pytest.approx(np.eye(3), abs=1e-15)
    assert np.linalg.det(attitude) == pytest.approx(1.0)
    assert (attitude @ [0.0, 0.0, 1.0])[1] < 0.0
    with pytest.raises(InputError, match="parallel"):
        aim([0.0, 0.0, 1.0], up=[0.0, 0.0, -2.0])
