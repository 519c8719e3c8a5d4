"""Made-up detail of the albedo: bounded, fixed to the ground, smooth, of the wavelengths asked."""

import math

import numpy as np
import pytest
from orbit_view import A, pinhole_rays, pose_over

from marsward.core.errors import InputError
from marsward.core.map_grid import MapGrid
from marsward.physics.light import Band
from marsward.physics.mars_photometry import MarsPhotometry
from marsward.planet.kernels.mottle import mottle, noise
from marsward.planet.mars_surface import MarsSurface
from marsward.planet.mottling import Mottling
from marsward.planet.orbit_scene import render, truth_planes

BAND = Band(500e-9, 700e-9)


def grey(mottling, value=0.2):
    albedo = np.full((1, 16, 32), value, dtype=np.float32)
    return MarsSurface(
        ("pan",), (BAND,), albedo, None, MarsPhotometry("lambert"), mottling=mottling
    )


def test_noise_is_even_smooth_and_repeats_itself_nowhere_near():
    rng = np.random.default_rng(6)
    at = rng.uniform(-300.0, 300.0, (20_000, 3))
    values = np.array([noise(x, y, z, 1) for x, y, z in at])
    assert np.abs(values).max() <= 1.0
    assert values.mean() == pytest.approx(0.0, abs=0.02)
    assert 0.2 < values.std() < 0.5
    other = np.array([noise(x + 64.0, y, z, 1) for x, y, z in at[:4000]])
    assert abs(np.corrcoef(values[:4000], other)[0, 1]) < 0.05
    seeded = np.array([noise(x, y, z, 2) for x, y, z in at[:4000]])
    assert abs(np.corrcoef(values[:4000], seeded)[0, 1]) < 0.05
    line = np.array([noise(x, 0.3, 0.7, 1) for x in np.linspace(-3.0, 3.0, 6001)])
    assert np.abs(np.diff(line)).max() < 4e-3
    assert np.abs(np.diff(line, 2)).max() < 3e-5


def test_albedo_stays_within_its_bound():
    some = Mottling(amplitude=0.08, longest=30e3, shortest=500.0)
    surface = grey(some)
    rng = np.random.default_rng(7)
    lon, lat = rng.uniform(0, 360, 20_000), np.degrees(np.arcsin(rng.uniform(-1, 1, 20_000)))
    ratio = surface.albedo_at("pan", lon, lat) / 0.2 - 1.0
    assert some.octaves == 6
    assert np.abs(ratio).max() < some.most
    assert ratio.mean() == pytest.approx(0.0, abs=2e-3)
    assert 0.1 * some.most < ratio.std() < 0.5 * some.most
    left, right = surface.albedo_at("pan", [359.9999999, 1e-7], [33.0, 33.0])
    assert left == pytest.approx(right, rel=1e-4)
    around = surface.albedo_at("pan", [0.0, 100.0, 250.0], [90.0] * 3)
    assert np.ptp(around) < 1e-9


def test_picture_shows_what_the_truth_holds():
    """Sampled finer than the shortest wave, the picture is the law of the true albedo."""
    surface = grey(Mottling(shortest=2000.0))
    pose = pose_over(40.0, 20.0, 265e3, (60.0, 10.0))
    rays = pinhole_rays(120, 90, 500.0)
    planes = truth_planes(surface, pose, rays, ("lon", "lat", "cos_i"))
    factor = render(surface, pose, rays)[0] / surface.flux(pose.sun_distance)[0]
    truth = surface.albedo_at("pan", planes["lon"], planes["lat"])
    assert factor == pytest.approx(truth * planes["cos_i"], rel=1e-5)
    assert np.std(truth) > 0.002


def test_waves_too_short_for_the_pixels_are_left_out():
    """A coarse picture of fine mottling is that of the long waves alone."""
    pose = pose_over(40.0, 20.0, 265e3, (60.0, 10.0))
    rays = pinhole_rays(40, 30, 40.0)  # 6.6 km a pixel
    short = render(grey(Mottling(longest=8e3, shortest=100.0)), pose, rays)
    none = render(grey(None), pose, rays)
    assert short == pytest.approx(none, rel=1e-6)
    numbers = Mottling(amplitude=0.05, longest=20e3, shortest=100.0).numbers
    whole, long = mottle(0.6, 0.0, 0.8, 0.0, numbers), mottle(0.6, 0.0, 0.8, 15e3, numbers)
    assert abs(long - 1.0) <= 0.05
    assert whole != long


def test_map_means_hold_the_mottling():
    surface = grey(Mottling(longest=80e3, shortest=10e3))
    grid = MapGrid.equirectangular(1)
    means = surface.albedo_map(grid, "pan")
    steps = (np.arange(40) + 0.5) / 40 - 0.5
    for row, column in ((30, 40), (90, 200), (150, 300)):
        lon, lat = grid.lon_lat(row + steps[:, None], column + steps[None, :])
        fine = float(surface.albedo_at("pan", lon, lat).mean())
        assert means[row, column] == pytest.approx(fine, rel=2e-3)
    assert means.std() > 0.001


def test_octaves_and_numbers():
    some = Mottling(longest=16e3, shortest=1e3, amplitude=0.04, fall=0.5)
    assert some.octaves == 5
    assert some.most == pytest.approx(0.04 * (1 + 0.5 + 0.25 + 0.125 + 0.0625))
    assert some.numbers[0] == pytest.approx(A)
    assert math.isclose(some.numbers[4], 0.5)


def test_bad_mottlings_are_refused():
    with pytest.raises(InputError, match="black"):
        Mottling(amplitude=0.5)
    with pytest.raises(InputError, match="waves of"):
        Mottling(longest=100.0, shortest=200.0)
    with pytest.raises(InputError, match="octave"):
        Mottling(fall=1.0)
    with pytest.raises(InputError, match="seed"):
        Mottling(seed=-1)
    with pytest.raises(InputError, match="law takes"):
        MarsSurface(
            ("pan",), (BAND,), np.full((1, 16, 32), 0.88, np.float32), mottling=Mottling(0.05)
        )
