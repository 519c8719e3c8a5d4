"""What the look back writes: axes of the sky in FITS against stars placed one by one."""

import numpy as np

from marsward.geometry.pinhole import Pinhole, aim
from marsward.mission.phases.lookback_record import catalogue_axes
from marsward.retrieval.attitude import aberrate


def test_catalogue_stars_meet_their_pixels_with_one_rotation_and_one_scale():
    lens = Pinhole(2048, 1536, 19540.0)
    rng = np.random.default_rng(2)
    for _ in range(5):
        boresight = rng.normal(size=3)
        velocity = rng.normal(size=3)
        velocity *= 33e3 / np.linalg.norm(velocity)
        attitude = aim(boresight)
        pixels = rng.uniform([0, 0], [2047, 1535], size=(200, 2))
        stars = aberrate(lens.ray(pixels) @ attitude, -velocity)
        turn, scale = catalogue_axes(attitude, velocity)
        plain = Pinhole(2048, 1536, 19540.0 * scale)
        assert np.abs(plain.project(stars @ turn.T) - pixels).max() < 0.02
        shifted = lens.project(stars @ attitude.T)
        assert np.abs(shifted - pixels).max() > 0.06
