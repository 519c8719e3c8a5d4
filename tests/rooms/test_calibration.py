"""Calibration: numbers back to radiance, with errors that are as large as they say."""

import numpy as np
import pytest

from marsward.core.errors import InputError
from marsward.instruments.camera import Camera
from marsward.retrieval.calibration import calibrate

CAMERA = Camera.model_validate({"name": "moric"}).scaled(width=256)
SECONDS = 2e-3


def frames(level, seconds=SECONDS, seed=5):
    light = np.empty((3, CAMERA.height, CAMERA.width), dtype=np.float32)
    light[:] = np.array(level, dtype=np.float32)[:, None, None]
    return light, CAMERA.expose(light, seconds, seed).dn


def filling(share):
    """Radiances that bring each band to a share of the full well in SECONDS."""
    return [
        share * (CAMERA.saturation - CAMERA.bias) * CAMERA.radiance_scale(band, SECONDS)
        for band in CAMERA.bands
    ]


@pytest.mark.parametrize("share", [0.02, 0.3, 0.9])
def test_radiance_comes_back_with_honest_errors(share):
    light, numbers = frames(filling(share))
    found = calibrate(numbers, CAMERA, SECONDS)
    pull = (found.radiance - light) / found.sigma
    assert found.radiance.dtype == np.float32
    assert found.saturated == 0
    for band in pull:
        assert abs(band.mean()) < 0.02
        assert band.std() == pytest.approx(1.0, abs=0.02)


def test_the_lens_falls_off_and_calibration_takes_that_back():
    numbers = frames(filling(0.5))[1]
    found = calibrate(numbers, CAMERA, SECONDS)
    assert numbers[0, 0, :40].mean() < 0.8 * numbers[0, 96, 108:148].mean()
    corner, middle = found.radiance[0, :20, :20], found.radiance[0, 86:106, 118:138]
    assert corner.mean() == pytest.approx(middle.mean(), rel=5e-3)
    assert found.sigma[0, :20, :20].mean() > found.sigma[0, 86:106, 118:138].mean()


def test_full_pixels_and_the_border_are_left_out():
    level = filling(0.5)
    light = np.empty((3, CAMERA.height, CAMERA.width), dtype=np.float32)
    light[:] = np.array(level, dtype=np.float32)[:, None, None]
    light[:, 60:70, 100:120] *= 40.0
    numbers = CAMERA.expose(light, SECONDS, 1).dn
    found = calibrate(numbers, CAMERA, SECONDS, edge=3)
    assert found.saturated >= 3 * 10 * 20
    assert np.isnan(found.radiance[:, 61:69, 101:119]).all()
    assert np.isnan(found.sigma[:, :3]).all()
    assert np.isnan(found.radiance[..., -3:]).all()
    assert found.good[:, 3:50, 3:-3].all()


def test_frames_that_are_not_the_cameras_are_refused():
    _, numbers = frames(filling(0.5))
    with pytest.raises(InputError, match="bands"):
        calibrate(numbers[:2], CAMERA, SECONDS)
    with pytest.raises(InputError, match="uint16"):
        calibrate(numbers.astype(float), CAMERA, SECONDS)
    with pytest.raises(InputError, match="exposure"):
        calibrate(numbers, CAMERA, 0.0)
    with pytest.raises(InputError, match="leaves nothing"):
        calibrate(numbers, CAMERA, SECONDS, edge=96)
