"""From radiance to albedo: the inverse of the laws, with haze, per pixel."""

import numpy as np
import pytest
from map_frames import SUN_DISTANCE, albedo_at, pose_over, radiance_of

from marsward.core.constants import ASTRONOMICAL_UNIT
from marsward.core.errors import InputError
from marsward.geometry.pinhole import Pinhole
from marsward.physics.haze import Haze, add_haze
from marsward.physics.mars_photometry import MarsPhotometry, radiance_factor
from marsward.retrieval import photometric_correction
from marsward.retrieval.photometric_correction import LightModel, to_albedo

LAWS = ["lambert", "lunar-lambert", "hapke"]


@pytest.mark.parametrize("law", LAWS)
@pytest.mark.parametrize("depth", [0.0, 0.4])
def test_albedo_comes_back(law, depth):
    rng = np.random.default_rng(3)
    shape = (6, 50)
    mu0, mu = rng.uniform(0.2, 1.0, shape), rng.uniform(0.4, 1.0, shape)
    low, high = np.abs(np.arccos(mu0) - np.arccos(mu)), np.arccos(mu0) + np.arccos(mu)
    phase = low + rng.uniform(0.0, 1.0, shape) * (high - low)
    true = rng.uniform(0.05, 0.45, (2, *shape))
    haze = (Haze(depth, 0.9), Haze(depth, 0.95))
    light = LightModel((120.0, 80.0), photometry=MarsPhotometry(law), haze=haze)
    factor = np.stack(
        [
            add_haze(radiance_factor(a, mu0, mu, phase, photometry=light.photometry), a, h, mu0, mu,
                     phase)
            for a, h in zip(true, haze, strict=True)
        ]
    )  # fmt: skip
    radiance = factor * np.array([120.0, 80.0])[:, None, None] / np.pi / 1.5**2
    found = to_albedo(radiance, mu0, mu, phase, light=light, sun_distance=SUN_DISTANCE)
    np.testing.assert_allclose(found, true, rtol=2e-6)


def test_a_white_lambert_plate_that_faces_the_sun_has_radiance_factor_one():
    light = 137.0 / np.pi
    found = photometric_correction.radiance_factor(
        np.full((1, 2, 2), light), 137.0, float(ASTRONOMICAL_UNIT)
    )
    np.testing.assert_allclose(found, 1.0, rtol=1e-15)


def test_a_whole_frame_is_corrected_to_the_albedo_under_it():
    camera = Pinhole(64, 48, 60.0)
    pose = pose_over(20.0, 10.0, 400e3, incidence=50.0)
    light = LightModel((100.0,), photometry=MarsPhotometry("hapke"), haze=(Haze(0.3),))
    radiance = radiance_of(camera, pose, light)
    from marsward.geometry.ellipsoid import angles
    from marsward.retrieval.closure import ground_points

    x, y = np.meshgrid(np.arange(64.0), np.arange(48.0))
    rays = camera.ray(np.stack([x, y], -1).reshape(-1, 2))
    point = ground_points(rays, pose.observer, pose.axes)[0]
    normal = point / np.array([3_396_190.0, 3_396_190.0, 3_376_200.0]) ** 2
    normal /= np.linalg.norm(normal, axis=-1, keepdims=True)
    view = pose.observer - point
    view /= np.linalg.norm(view, axis=-1, keepdims=True)
    cosines = (normal @ pose.sun, np.sum(normal * view, -1), np.arccos(view @ pose.sun))
    found = to_albedo(
        radiance.reshape(1, -1), *cosines, light=light, sun_distance=pose.sun_distance
    )
    np.testing.assert_allclose(found[0], albedo_at(*angles(point)), rtol=2e-5)


def test_a_light_model_that_does_not_fit_is_refused():
    with pytest.raises(InputError, match="above zero"):
        LightModel((0.0,))
    with pytest.raises(InputError, match="as many hazes"):
        LightModel((1.0, 2.0), haze=(Haze(0.1),))
    with pytest.raises(InputError, match="Sun's distance"):
        LightModel((1.0,)).factors(-1.0)
