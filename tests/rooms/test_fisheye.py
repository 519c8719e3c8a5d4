"""The fisheye lens against OpenCV and its own inverse."""

import numpy as np
import pytest
from pydantic import ValidationError

from marsward.core.errors import InputError, PhysicsError
from marsward.geometry.pinhole import Pinhole
from marsward.instruments.camera import Camera

BENT = (-0.02, 0.012, -0.004, 0.0006, 0.0)
WIDE = Pinhole(1600, 1200, 500.0, distortion=BENT, model="opencv-fisheye")
MATRIX = np.array([[500.0, 0.0, WIDE.cx], [0.0, 500.0, WIDE.cy], [0.0, 0.0, 1.0]])


@pytest.fixture(scope="module")
def cv2():
    return pytest.importorskip("cv2")


def some_rays(count=400):
    rng = np.random.default_rng(3)
    theta, phi = np.radians(rng.uniform(0.0, 80.0, count)), rng.uniform(0.0, 6.28, count)
    return np.stack(
        [np.sin(theta) * np.cos(phi), np.sin(theta) * np.sin(phi), np.cos(theta)], axis=-1
    )


def test_pixels_are_those_of_opencv(cv2):
    rays = some_rays()
    still = np.zeros(3)
    theirs, _ = cv2.fisheye.projectPoints(rays[:, None], still, still, MATRIX, np.array(BENT[:4]))
    assert WIDE.project(rays) == pytest.approx(theirs[:, 0], abs=1e-9)


def test_rays_are_those_of_opencv(cv2):
    rng = np.random.default_rng(5)
    pixels = rng.uniform([200.0, 100.0], [1400.0, 1100.0], (300, 2))
    flat = cv2.fisheye.undistortPoints(pixels[:, None], MATRIX, np.array(BENT[:4]))[:, 0]
    ours = WIDE.ray(pixels)
    assert ours[:, :2] / ours[:, 2:] == pytest.approx(flat, abs=1e-6)


def test_brown_conrady_is_that_of_opencv(cv2):
    bent = (-0.12, 0.03, 4e-4, -3e-4, -0.002)
    camera = Pinhole(1600, 1200, 1500.0, distortion=bent)
    rays = some_rays()
    rays = rays[rays[:, 2] > 0.9]
    matrix = np.array([[1500.0, 0.0, camera.cx], [0.0, 1500.0, camera.cy], [0.0, 0.0, 1.0]])
    theirs, _ = cv2.projectPoints(rays, np.zeros(3), np.zeros(3), matrix, np.array(bent))
    assert camera.project(rays) == pytest.approx(theirs[:, 0], abs=1e-9)


def test_rays_and_pixels_are_inverse_past_the_right_angle():
    theta = np.linspace(0.0, 1.7, 200)
    rays = np.stack([np.sin(theta), np.zeros(200), np.cos(theta)], axis=-1)
    plain = Pinhole(1600, 1200, 400.0, model="opencv-fisheye")
    assert plain.project(rays)[:, 0] == pytest.approx(plain.cx + 400.0 * theta, abs=1e-9)
    for camera in (plain, WIDE):
        assert camera.ray(camera.project(rays)) == pytest.approx(rays, abs=1e-12)
    assert WIDE.ray([WIDE.cx, WIDE.cy]) == pytest.approx([0.0, 0.0, 1.0])


def test_beyond_where_the_polynomial_turns_back_there_is_no_pixel():
    folded = Pinhole(
        1600, 1200, 500.0, distortion=(-0.3, 0.0, 0.0, 0.0, 0.0), model="opencv-fisheye"
    )
    edge = 1.0 / np.sqrt(0.9)  # where 1 + 3 k1 theta^2 is zero
    below, above = edge - 0.01, edge + 0.01
    assert np.isfinite(folded.project([np.sin(below), 0.0, np.cos(below)])).all()
    assert np.isnan(folded.project([np.sin(above), 0.0, np.cos(above)])).all()
    with pytest.raises(PhysicsError, match="cannot be inverted"):
        folded.ray([0.0, 0.0])


def test_a_camera_with_a_fisheye():
    camera = Camera(
        width=1600, height=1200, pixel_pitch="5 um", focal_length="2.5 mm",
        lens_model="opencv-fisheye", distortion=BENT,
    )  # fmt: skip
    assert camera.pinhole.model == WIDE.model
    assert camera.pinhole.project(some_rays()) == pytest.approx(WIDE.project(some_rays()), abs=1e-9)
    across, _ = camera.footprint_angles
    assert 2.0 * np.degrees(across) > 150.0
    with pytest.raises(ValidationError, match="distortion of a fisheye"):
        Camera(lens_model="opencv-fisheye", distortion=(0.0, 0.0, 0.0, 0.0, 0.1))
    with pytest.raises(InputError, match="model is 'equidistant'"):
        Pinhole(10, 10, 5.0, model="equidistant")
