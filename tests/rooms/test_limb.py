"""Limb points and the fit of a body's place, on crescents drawn by brute force."""

import numpy as np
import pytest
from crescent_picture import EARTH_RADII, Ball, BenchCamera, body_axes, draw_ball, random_pattern
from scipy import ndimage

from marsward.core.errors import InputError, PhysicsError
from marsward.geometry.pinhole import Pinhole, aim
from marsward.retrieval.kernels.limb_depth import limb_depth
from marsward.retrieval.limb import Globe, LimbSearch, Surface, Window
from marsward.retrieval.limb_edge import edge_circle
from marsward.retrieval.limb_height import limb_height, rayleigh_depth

FOCAL = 9775.0
CAMERA = BenchCamera(Pinhole(240, 240, FOCAL))
STILL = np.array([1e-3, 0.0, 0.0])
ROCK = Surface(0.5, 0.5, 0.0, 0.0, 0.4, np.radians(10.0), 0.02)


def crescent(seed=3, *, lunar=0.5, depth=0.0, radii=EARTH_RADII, far=1.2e9, noise=0.0):
    """A crescent at a random roll and sub-pixel place: (window, globe, ball, image, sunward)."""
    rng = np.random.default_rng(seed)
    attitude = aim([0.2, -0.9, 0.3])
    u = CAMERA.pinhole.ray(120.0 + rng.uniform(-3, 3, 2)) @ attitude
    roll = rng.uniform(0, 2 * np.pi)
    across = np.cos(roll) * attitude[0] + np.sin(roll) * attitude[1]
    sun = -u * np.cos(np.radians(105.0)) + across * np.sin(np.radians(105.0))
    sun /= np.linalg.norm(sun)
    axes = body_axes(np.array([0.1, 0.3, 0.95]))
    ball = Ball("earth", far * u, radii, axes, sun, 20_000.0, lunar, random_pattern(rng, depth))
    box, (x0, y0) = draw_ball(CAMERA, attitude, STILL, ball)
    image = np.zeros((240, 240))
    image[y0 : y0 + len(box), x0 : x0 + len(box)] = box
    image = ndimage.gaussian_filter(image, CAMERA.psf_sigma)
    if noise:
        image = rng.poisson(image) + noise * rng.normal(size=image.shape)
    grid = np.stack(np.meshgrid(np.arange(240), np.arange(240)), axis=-1).reshape(-1, 2)
    rays = np.ascontiguousarray(CAMERA.pinhole.ray(grid) @ attitude)
    window = Window(image, 100.0 + np.maximum(image, 0.0), np.ones((240, 240), dtype=bool), (0, 0),
                    rays, 1.0 / FOCAL, CAMERA.psf_sigma)  # fmt: skip
    toward = attitude[:2] @ sun
    return window, Globe("earth", axes, radii, sun), ball, image, toward / np.linalg.norm(toward)


def miss_px(fit, ball):
    """Error of the fit across the line of sight [px] and along it, relative."""
    off = fit.centre - ball.offset
    far = np.linalg.norm(ball.offset)
    u = ball.offset / far
    return np.linalg.norm(off - (off @ u) * u) / far * FOCAL, (off @ u) / far


def test_depth_of_a_sphere_is_one_minus_the_closest_approach():
    centre = np.array([0.0, 0.0, 100.0])
    angle = np.array([0.0, 0.003, np.arcsin(0.01), 0.02])
    rays = np.stack([np.sin(angle), np.zeros(4), np.cos(angle)], axis=-1)
    out = np.empty(4)
    limb_depth(rays, centre, np.eye(3), out)
    assert np.allclose(out, 1.0 - 100.0 * np.sin(angle), atol=1e-13)


def test_depth_of_an_ellipsoid_is_zero_on_its_outline():
    shape = np.diag(1.0 / np.array([3.0, 2.0, 1.0]))
    centre = np.array([0.0, 0.0, 1e7])
    turn = np.linspace(0, 2 * np.pi, 9)
    outline = np.stack([3.0 * np.cos(turn), 2.0 * np.sin(turn), np.full(9, 1e7)], axis=-1)
    rays = outline / np.linalg.norm(outline, axis=1, keepdims=True)
    out = np.empty(9)
    limb_depth(np.ascontiguousarray(rays), centre, shape, out)
    assert np.abs(out).max() < 1e-8


def test_first_circle_lands_within_two_pixels():
    _, _, ball, image, sunward = crescent(7, depth=0.3, noise=10.0)
    x, y, radius = edge_circle(image, sunward, 10.0, CAMERA.psf_sigma)
    truth = CAMERA.pinhole.project(aim([0.2, -0.9, 0.3]) @ ball.offset)
    assert np.hypot(x - truth[0], y - truth[1]) < 2.0
    assert radius == pytest.approx(EARTH_RADII[0] / 1.2e9 * FOCAL, abs=2.0)


def test_slopes_are_what_moving_the_centre_does():
    window, globe, ball, *_ = crescent()
    globe = Globe("earth", globe.axes, np.full(3, globe.mean_radius), globe.sun)
    search = LimbSearch(window, globe, ROCK)
    sight, toward, side = search.axes_of_picture(ball.offset)
    angle = np.radians([-60.0, 0.0, 45.0])
    slope = search.slopes(ball.offset, angle)
    far = np.linalg.norm(ball.offset)
    assert np.allclose(slope @ toward, np.cos(angle) * FOCAL / far, rtol=5e-3)
    assert np.allclose(slope @ side, np.sin(angle) * FOCAL / far, rtol=5e-3, atol=1e-7)
    size = globe.mean_radius / far
    assert np.allclose(slope @ sight, -size * FOCAL / far, rtol=0.02)


@pytest.mark.parametrize("seed", [1, 4])
def test_smooth_crescent_is_placed_to_a_few_hundredths_of_a_pixel(seed):
    window, globe, ball, *_ = crescent(seed)
    start = ball.offset * 1.004 + 0.8 / FOCAL * 1.2e9 * globe.sun
    fit = LimbSearch(window, globe, ROCK).solve(start)
    across, along = miss_px(fit, ball)
    assert across < 0.06
    assert abs(along) < 6e-4


def test_small_moon_is_placed_too():
    radii = np.full(3, 1_737_400.0)
    window, globe, ball, *_ = crescent(5, radii=radii, far=8e8, lunar=0.8, noise=10.0)
    fit = LimbSearch(window, globe, ROCK).solve(ball.offset * 1.02)
    across, along = miss_px(fit, ball)
    assert across < 0.2
    assert abs(along) < 0.01


def test_oblateness_that_is_ignored_shows_and_known_does_not():
    window, globe, ball, *_ = crescent(2)
    round_one = Globe("earth", globe.axes, np.full(3, globe.mean_radius), globe.sun)
    good = LimbSearch(window, globe, ROCK).solve(ball.offset)
    bad = LimbSearch(window, round_one, ROCK).solve(ball.offset)
    assert bad.scatter > 1.2 * good.scatter
    assert miss_px(bad, ball)[0] > miss_px(good, ball)[0] + 0.05


def test_errors_agree_with_their_sigma_over_patterned_discs():
    chi2, along = [], []
    for seed in range(8):
        window, globe, ball, *_ = crescent(40 + seed, depth=0.25, noise=10.0)
        fit = LimbSearch(window, globe, ROCK).solve(ball.offset)
        off = fit.centre - ball.offset
        u = ball.offset / np.linalg.norm(ball.offset)
        chi2.append((off @ u) ** 2 / (u @ fit.covariance @ u))
        along.append(miss_px(fit, ball)[0])
    assert 0.2 < np.mean(chi2) < 2.5
    assert np.mean(along) < 0.2


def test_raised_limb_is_taken_off():
    radii = EARTH_RADII + 20e3
    window, globe, ball, *_ = crescent(9, radii=radii)
    plain = Globe("earth", globe.axes, EARTH_RADII, globe.sun)
    high = Globe("earth", globe.axes, EARTH_RADII, globe.sun, 20e3, 4e3)
    low = LimbSearch(window, plain, ROCK).solve(ball.offset)
    right = LimbSearch(window, high, ROCK).solve(ball.offset)
    assert abs(miss_px(right, ball)[1]) < 1.2e-3
    raised = low.centre - low.lift * 20e3
    far = np.linalg.norm(ball.offset)
    assert np.linalg.norm(raised) - np.linalg.norm(low.centre) == pytest.approx(
        20e3 / globe.mean_radius * far, rel=0.05
    )
    gap = np.linalg.norm(right.centre) - np.linalg.norm(low.centre)
    assert gap == pytest.approx(20e3 / globe.mean_radius * far, rel=0.1)


def test_nothing_lit_is_refused():
    with pytest.raises(PhysicsError, match="too little"):
        edge_circle(np.zeros((40, 40)), np.array([1.0, 0.0]), 1.0, 0.8)
    window, globe, ball, *_ = crescent()
    away = ball.offset + 5e8 * globe.sun
    with pytest.raises(PhysicsError):
        LimbSearch(window, globe, ROCK).solve(away)


def test_rayleigh_depth_agrees_with_an_independent_fit():
    # Hansen & Travis 1974, doi:10.1007/BF00168069, eq. 2.30, wavelengths in um
    um = np.array([0.4, 0.5, 0.55, 0.7, 0.8])
    theirs = 0.008569 * um**-4 * (1.0 + 0.0113 * um**-2 + 0.00013 * um**-4)
    assert np.allclose(rayleigh_depth(um * 1e-6), theirs, rtol=0.01)


def test_limb_height_is_the_equivalent_height_of_the_air():
    found = limb_height(0.549e-6, 0.551e-6)
    z = np.linspace(0.0, 200e3, 200_001)
    slant = float(rayleigh_depth(0.55e-6)) * np.sqrt(2 * np.pi * 6_371_008.4 / 7.9e3)
    equivalent = np.trapezoid(1.0 - np.exp(-slant * np.exp(-z / 7.9e3)), z)
    assert found.height == pytest.approx(equivalent, rel=1e-3)
    assert limb_height(0.3e-6, 0.35e-6).height > found.height > limb_height(0.8e-6, 1e-6).height
    with pytest.raises(InputError, match="no known limb height"):
        limb_height(2e-6, 3e-6)
