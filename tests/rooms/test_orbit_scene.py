"""Pictures from orbit against closed forms, SPICE and the globe renderer of the look back."""

import math

import numpy as np
import pytest
import spiceypy
from orbit_view import AU, A, C, pinhole_rays, pose_over

from marsward.core.errors import InputError, PhysicsError
from marsward.physics.haze import add_haze
from marsward.physics.light import Band
from marsward.physics.mars_photometry import MarsPhotometry, albedo, radiance_factor
from marsward.planet.kernels.globe import render_rock
from marsward.planet.kernels.orbit_scene import turn
from marsward.planet.mars_surface import MarsSurface
from marsward.planet.orbit_scene import render, truth_planes

PAN = Band(500e-9, 700e-9)


def grey(value=1.0, law="lambert", haze=(), terrain=None):
    """A surface of one even albedo."""
    albedo_map = np.full((1, 16, 32), value, dtype=np.float32)
    return MarsSurface(("pan",), (PAN,), albedo_map, terrain, MarsPhotometry(law), haze)


def factor_of(surface, pose, picture):
    """I/F of a picture's bands."""
    return picture / surface.flux(pose.sun_distance)[:, None, None]


FAR = 4.0e10  # m; the disc is then seen by nearly parallel rays


@pytest.mark.parametrize("degrees", [0.0, 60.0, 104.9])
def test_disc_of_a_lambert_planet_is_closed(degrees):
    """Integral of I/F over a ball: 2/3 (sin g + (pi - g) cos g)/pi times its area."""
    surface = grey()
    object.__setattr__(surface, "terrain", Ball())
    pose = pose_over(0.0, 0.0, FAR, (degrees, 0.0))
    rays = pinhole_rays(256, 256, 100.0 * FAR / A)
    total = factor_of(surface, pose, render(surface, pose, rays, samples=4, relief=False)).sum()
    g = math.radians(degrees)
    law = 2.0 / 3.0 * (math.sin(g) + (math.pi - g) * math.cos(g)) / math.pi
    area = math.pi * (math.tan(math.asin(A / (FAR + A))) * 100.0 * FAR / A) ** 2
    assert total == pytest.approx(area * law, rel=2e-3)


class Ball:
    """Radii of a sphere, in the place of a terrain."""

    radii = (A, A, A)
    ppd = 1.0


def test_lit_area_is_that_of_the_ellipsoid():
    """Pixels of the whole disc and of its lit part, edges counted by their share."""
    surface = grey()
    scale = 150.0 * FAR / A
    rays = pinhole_rays(400, 400, scale)
    full = render(surface, pose_over(0.0, 0.0, FAR, (0.0, 0.0)), rays, samples=8) > 0.0
    assert full.sum() == pytest.approx(math.pi * 150.0 * 150.0 * C / A, rel=0.02)
    planes = truth_planes(surface, pose_over(0.0, 0.0, FAR, (60.0, 0.0)), rays)
    seen = np.isfinite(planes["lon"])
    lit = (planes["cos_i"] > 0.0) & seen
    assert lit.sum() / seen.sum() == pytest.approx(
        0.5 * (1.0 + math.cos(math.radians(60.0))), abs=6e-3
    )


def test_globe_renderer_sees_the_same():
    """The renderer of the look back on the same rays, texture, light and samples."""
    surface = MarsSurface.shipped({"pan": PAN}, ppd=1, terrain=None, law="lambert")
    pose = pose_over(300.0, -20.0, 3.0e6, (340.0, 10.0), roll=25.0)
    size, focal = 300, 200.0
    ours = render(surface, pose, pinhole_rays(size, size, focal), samples=2)[0]
    image = np.zeros((size, size))
    middle = (size - 1) / 2.0
    texture = np.ascontiguousarray(np.roll(surface.albedo[0], 180, axis=1)[..., None])
    flux = math.pi * float(surface.flux(pose.sun_distance)[0])
    render_rock(
        image, np.array([0, size, 0, size]), 2,
        np.array([focal, middle, middle, 0, 0, 0, 0, 0]), False, np.ascontiguousarray(pose.axes),
        pose.observer, 1.0 / np.array([A, A, C]), pose.sun, flux, pose.sun, 0.0, texture, 0,
        np.zeros(6), np.ones(2), math.pi, np.zeros((0, 3)), np.zeros((0, 3, 3)),
    )  # fmt: skip
    # that renderer lays its texture by the direction of the normalised point, not of the point
    assert ours.sum() == pytest.approx(image.sum(), rel=1e-3)
    inner = image > 0.02 * image.max()
    assert np.array_equal(ours > 0.02 * image.max(), inner) or (
        np.sum((ours > 0.02 * image.max()) != inner) < 0.002 * inner.sum()
    )
    ratio = ours[inner] / image[inner]
    assert np.percentile(np.abs(ratio - 1.0), 99) < 0.02


def test_angles_and_places_are_spice():
    """Points, places and angles against surfpt, surfnm, reclat and vsep."""
    surface = grey()
    pose = pose_over(150.0, 62.0, 265e3, (120.0, 15.0), roll=40.0, tilt=20.0)
    rays = pinhole_rays(64, 48, 64.0)
    planes = truth_planes(surface, pose, rays)
    for j, i in [(0, 0), (47, 63), (20, 30), (5, 60), (40, 3)]:
        ray = pose.axes @ rays[j, i]
        point = spiceypy.surfpt(pose.observer, ray, A, A, C)
        normal = spiceypy.surfnm(A, A, C, point)
        _, lon, lat = spiceypy.reclat(point)
        assert planes["xyz"][j, i] == pytest.approx(point, abs=1e-5)
        assert planes["lon"][j, i] == pytest.approx(math.degrees(lon) % 360.0, abs=1e-9)
        assert planes["lat"][j, i] == pytest.approx(math.degrees(lat), abs=1e-9)
        angle = {"cos_i": (normal, pose.sun), "cos_e": (normal, -ray), "cos_g": (pose.sun, -ray)}
        for name, pair in angle.items():
            assert planes[name][j, i] == pytest.approx(math.cos(spiceypy.vsep(*pair)), abs=1e-9)
        assert planes["height"][j, i] == pytest.approx(0.0, abs=1e-5)


@pytest.mark.parametrize("law", ["lambert", "lunar-lambert", "hapke"])
@pytest.mark.parametrize("depth", [0.0, 0.4])
def test_each_pixel_is_the_law_of_its_truth_planes(law, depth):
    """The picture's numbers from the planes through the plain array functions."""
    surface = MarsSurface.shipped(ppd=1, terrain=None, law=law, haze_depth=depth)
    pose = pose_over(20.0, 10.0, 2.0e6, (60.0, 5.0))
    rays = pinhole_rays(60, 50, 40.0)
    got = factor_of(surface, pose, render(surface, pose, rays))
    p = truth_planes(surface, pose, rays)
    seen = np.isfinite(p["lon"])
    mu0, mu, phase = p["cos_i"][seen], p["cos_e"][seen], np.arccos(p["cos_g"][seen])
    for k, band in enumerate(surface.bands):
        value = surface.albedo_at(band, p["lon"][seen], p["lat"][seen])
        factor = radiance_factor(value, mu0, mu, phase, photometry=surface.photometry)
        if depth:
            factor = add_haze(factor, value, surface.haze[k], mu0, mu, phase)
        assert got[k][seen] == pytest.approx(factor, rel=2e-5, abs=1e-7)
        assert np.array_equal(got[k][~seen], np.zeros((~seen).sum()))


def test_albedo_can_be_found_again_from_the_picture():
    """Calibrated picture, true geometry, same law: the albedo of every lit pixel to float32."""
    surface = MarsSurface.shipped({"pan": PAN}, ppd=1, terrain=None, law="hapke")
    pose = pose_over(250.0, -5.0, 500e3, (280.0, 20.0))
    rays = pinhole_rays(80, 60, 80.0)
    factor = factor_of(surface, pose, render(surface, pose, rays))[0]
    p = truth_planes(surface, pose, rays)
    found = albedo(factor, p["cos_i"], p["cos_e"], np.arccos(p["cos_g"]))
    lit = p["cos_i"] > 0.1
    truth = surface.albedo_at("pan", p["lon"], p["lat"])
    assert found[lit] == pytest.approx(truth[lit], rel=2e-5)


def test_no_seam_at_the_antimeridian_or_the_poles():
    """Rows across 0 E, 180 E and both poles: steps no larger than elsewhere on the map."""
    surface = MarsSurface.shipped({"pan": PAN}, ppd=1, terrain=None, law="lambert")
    limit = 1.2 * max(
        np.abs(np.diff(surface.albedo[0], axis=0)).max(),
        np.abs(np.diff(surface.albedo[0][3:-3], axis=1)).max(),
    )
    for lon, lat in ((0.0, 0.0), (180.0, 0.0), (0.0, 89.0), (77.0, -89.0)):
        pose = pose_over(lon, lat, 265e3, (lon, lat))
        picture = render(surface, pose, pinhole_rays(200, 200, 200.0))
        planes = truth_planes(surface, pose, pinhole_rays(200, 200, 200.0))
        flat = factor_of(surface, pose, picture)[0] / planes["cos_i"]
        per_degree = 59e3 / (265e3 / 200.0)  # pixels
        assert np.abs(np.diff(flat, axis=0)).max() < 3.0 * limit / per_degree
        assert np.abs(np.diff(flat, axis=1)).max() < 3.0 * limit / per_degree


def test_samples_smooth_the_limb_and_keep_the_light():
    surface = grey()
    pose = pose_over(0.0, 0.0, 2.0e7, (30.0, 0.0))
    rays = pinhole_rays(40, 40, 80.0)
    fine = pinhole_rays(160, 160, 320.0)
    one, four = render(surface, pose, rays), render(surface, pose, rays, samples=4)
    dense = render(surface, pose, fine).reshape(1, 40, 4, 40, 4).mean(axis=(2, 4))
    off = np.abs(four - dense)
    assert np.sum(off > 1e-3 * one.max()) <= 4  # samples that graze the limb
    assert four.sum() == pytest.approx(dense.sum(), rel=1e-3)
    assert np.abs(one - dense).max() > 0.05 * one.max()


def test_sunlight_falls_with_distance_squared():
    surface = grey(0.3, "hapke")
    rays = pinhole_rays(8, 8, 20.0)
    near = render(surface, pose_over(0, 0, 1e6, (20, 0), sun_distance=1.38 * AU), rays)
    far = render(surface, pose_over(0, 0, 1e6, (20, 0), sun_distance=1.67 * AU), rays)
    assert near / far == pytest.approx((1.67 / 1.38) ** 2, rel=1e-5)


def test_night_is_dark_and_sky_is_black():
    surface = grey(0.3)
    pose = pose_over(0.0, 0.0, 265e3, (180.0, 0.0))
    assert np.array_equal(render(surface, pose, pinhole_rays(9, 9, 10.0)), np.zeros((1, 9, 9)))
    away = pose_over(0.0, 0.0, 265e3, (0.0, 0.0), tilt=180.0)
    assert np.array_equal(render(surface, away, pinhole_rays(9, 9, 10.0)), np.zeros((1, 9, 9)))
    planes = truth_planes(surface, away, pinhole_rays(9, 9, 10.0))
    assert all(np.isnan(values).all() for values in planes.values())
    assert np.all(truth_planes(surface, pose, pinhole_rays(9, 9, 30.0))["shadow"] == 1.0)


def test_haze_brightens_dark_ground_and_dims_bright_ground():
    dark, bright = (
        [
            render(
                MarsSurface.shipped({"pan": PAN}, ppd=1, terrain=None, law="lambert", haze_depth=d),
                pose_over(lon, lat, 265e3, (lon + 40.0, lat)),
                pinhole_rays(5, 5, 50.0),
            ).mean()
            for d in (0.0, 0.5)
        ]
        for lon, lat in ((69.0, 9.0), (20.0, 20.0))
    )
    assert bright[1] < bright[0]
    assert dark[1] / dark[0] > bright[1] / bright[0]


def test_fast_turn_is_atan2():
    for angle in np.linspace(-math.pi, math.pi, 1441):
        expected = (angle / (2.0 * math.pi)) % 1.0
        got = turn(math.sin(angle), math.cos(angle))
        assert (got - expected + 0.5) % 1.0 == pytest.approx(0.5, abs=1e-11)
    assert turn(0.0, 0.0) == 0.0


def test_bad_calls_are_told():
    surface, rays = grey(), pinhole_rays(4, 4, 4.0)
    pose = pose_over(0.0, 0.0, 265e3, (0.0, 0.0))
    with pytest.raises(InputError, match="samples"):
        render(surface, pose, rays, samples=0)
    with pytest.raises(InputError, match="rays are"):
        render(surface, pose, rays[0])
    with pytest.raises(PhysicsError, match="below its surface"):
        render(surface, pose_over(0.0, 0.0, -1e3, (0.0, 0.0)), rays)
    pose.sun = pose.sun[None]
    with pytest.raises(InputError, match="one pose"):
        render(surface, pose, rays)
    with pytest.raises(InputError, match="truth plane"):
        truth_planes(surface, pose_over(0, 0, 1e5, (0, 0)), rays, ("slope",))
