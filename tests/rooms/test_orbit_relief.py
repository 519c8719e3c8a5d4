"""Relief in pictures from orbit: heights, slopes and cast shadows against dense marching."""

import math
from dataclasses import replace

import numpy as np
import pytest
from orbit_view import A, C, pinhole_rays, pose_over

from marsward.geometry.kernels.terrain_rays import terrain_hit
from marsward.geometry.terrain import Terrain
from marsward.physics.light import Band
from marsward.physics.mars_photometry import MarsPhotometry, radiance_factor
from marsward.planet.horizon import highest_horizon, slopes
from marsward.planet.mars_surface import MarsSurface
from marsward.planet.orbit_scene import render, truth_planes

PAN = {"pan": Band(500e-9, 700e-9)}
MARS = MarsSurface.shipped(PAN, ppd=4, law="lambert")
# Valles Marineris, the slopes of Olympus Mons, and the north pole with the seam in view
PLACES = [(288.0, -8.0), (225.0, 17.0), (359.0, 88.5)]


def grey(terrain, *, smooth=True, value=0.3):
    albedo = np.full((1, 16, 32), value, dtype=np.float32)
    return MarsSurface(
        ("pan",), (PAN["pan"],), albedo, terrain, MarsPhotometry("lambert"), smooth=smooth
    )


def march(terrain, start, direction, reach, step):
    """Whether a ray from each point (n, 3) along one direction runs into terrain within reach."""
    dark = np.zeros(len(start), dtype=bool)
    for t in np.arange(step, reach, step):
        at = start + t * direction
        r = np.linalg.norm(at, axis=1)
        lat = np.degrees(np.arcsin(at[:, 2] / r))
        lon = np.degrees(np.arctan2(at[:, 1], at[:, 0])) % 360.0
        base = 1.0 / np.linalg.norm(at / r[:, None] / np.array(terrain.radii), axis=1)
        dark |= r - base < terrain.height_at(lon, lat)
    return dark


def test_flat_terrain_is_the_ellipsoid():
    pose = pose_over(30.0, 50.0, 265e3, (60.0, 5.0), tilt=50.0)
    rays = pinhole_rays(60, 50, 50.0)
    flat = grey(Terrain.flat())
    one, other = render(flat, pose, rays), render(flat, pose, rays, relief=False)
    assert np.mean((one > 0.0) == (other > 0.0)) > 0.998
    both = (one > 0.0) & (other > 0.0)
    assert one[both] == pytest.approx(other[both], rel=1e-4)


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("tilt", [0.0, -45.0])
def test_every_pixel_meets_the_terrain_where_the_full_search_does(place, tilt):
    """The search from the neighbour's plane gives what the search through the pyramid gives."""
    pose = pose_over(*place, 400e3, (place[0] - 50.0, 10.0), tilt=tilt, roll=20.0)
    rays = pinhole_rays(48, 36, 40.0)
    planes = truth_planes(MARS, pose, rays)
    ground, o = MARS.terrain.ground, pose.observer
    for j in range(0, 36, 3):
        for i in range(0, 48, 3):
            d = pose.axes @ rays[j, i]
            t, x, y, z, *_, high = terrain_hit(*o, *d, 0.0, ground)
            if math.isinf(t):
                assert np.isnan(planes["lon"][j, i])
            else:
                assert planes["xyz"][j, i] == pytest.approx((x, y, z), abs=0.03)
                assert planes["height"][j, i] == pytest.approx(high, abs=0.03)
    seen = np.isfinite(planes["lon"])
    height = MARS.terrain.height_at(planes["lon"][seen], planes["lat"][seen])
    assert planes["height"][seen] == pytest.approx(height, abs=0.03)


def test_facets_are_those_of_the_terrain():
    pose = pose_over(288.0, -8.0, 265e3, (250.0, 10.0))
    rays = pinhole_rays(60, 50, 50.0)
    planes = truth_planes(MARS, pose, rays, ("lon", "lat", "cos_i", "cos_e", "cos_g"))
    normal = MARS.terrain.normal_at(planes["lon"], planes["lat"])
    assert planes["cos_i"] == pytest.approx(normal @ pose.sun, abs=1e-6)
    view = -np.einsum("ij,yxj->yxi", pose.axes, rays)
    assert planes["cos_e"] == pytest.approx(np.sum(normal * view, axis=-1), abs=1e-6)
    smooth = truth_planes(replace(MARS, smooth=True), pose, rays, ("cos_i",))["cos_i"]
    assert np.std(smooth - planes["cos_i"]) < 0.04
    assert abs(np.mean(smooth - planes["cos_i"])) < 5e-3


def test_smooth_slopes_are_nearer_to_the_true_ones_than_facets():
    """Hills of known shape, sampled on a grid: their analytic normal against both."""

    def hills(lon, lat):
        return 3000.0 * np.sin(8.0 * lon) * np.cos(lat) ** 4 * np.cos(6.0 * lat)

    lat = np.radians(90.0 - (np.arange(720) + 0.5) / 4.0)[:, None]
    lon = np.radians((np.arange(1440) + 0.5) / 4.0)[None, :]
    terrain = Terrain(hills(lon, lat).astype(np.float32), (A, A, A))
    pose = pose_over(40.0, 20.0, 500e3, (0.0, 0.0))
    pose.observer *= (A + 500e3) / np.linalg.norm(pose.observer)
    rays = pinhole_rays(50, 40, 40.0)
    names = ("lon", "lat", "cos_i", "height")
    got = truth_planes(grey(terrain), pose, rays, names)
    a, b, r = np.radians(got["lon"]), np.radians(got["lat"]), A + got["height"]
    e = 1e-6
    east = (hills(a + e, b) - hills(a - e, b)) / (2 * e) / (r * np.cos(b))
    north = (hills(a, b + e) - hills(a, b - e)) / (2 * e) / r
    up = np.stack([np.cos(b) * np.cos(a), np.cos(b) * np.sin(a), np.sin(b)], axis=-1)
    to_east = np.stack([-np.sin(a), np.cos(a), 0 * a], axis=-1)
    normal = up - east[..., None] * to_east - north[..., None] * np.cross(up, to_east)
    normal /= np.linalg.norm(normal, axis=-1, keepdims=True)
    truth = normal @ pose.sun
    off = np.abs(got["cos_i"] - truth).max()
    facets = truth_planes(grey(terrain, smooth=False), pose, rays, names)["cos_i"]
    assert off < 3e-4
    assert np.abs(facets - truth).max() > 5.0 * off


@pytest.mark.parametrize(
    ("place", "sun"), [((288.0, -8.0), (203.0, 3.0)), ((84.0, 80.0), (0.0, 6.0))]
)
def test_shadows_are_those_of_dense_marching(place, sun):
    """Shadow plane under a low Sun against a march in steps of 300 m to 500 km."""
    pose = pose_over(*place, 300e3, sun)
    rays = pinhole_rays(28, 22, 26.0)
    planes = truth_planes(MARS, pose, rays, ("xyz", "cos_i", "shadow", "lon", "lat"))
    lit = planes["cos_i"] > 0.0
    start = planes["xyz"][lit] + MARS.terrain.normal_at(planes["lon"], planes["lat"])[lit]
    dark = march(MARS.terrain, start, pose.sun, 500e3, 300.0)
    ours = planes["shadow"][lit] == 1.0
    assert np.mean(ours == dark) > 0.995
    assert np.all(planes["shadow"][~lit] == 1.0)
    if place[1] < 0.0:
        assert 0.01 < ours.mean() < 0.9
    picture = render(MARS, pose, rays)[0]
    assert np.array_equal(picture[planes["shadow"] == 1.0], np.zeros(int(np.sum(planes["shadow"]))))
    bright = render(MARS, pose, rays, shadows=False)[0]
    free = planes["shadow"] == 0.0
    assert np.array_equal(picture[free], bright[free])
    assert np.all(bright[lit] > 0.0)


def test_a_hill_casts_a_shadow_of_known_length():
    """A cone of 6 km at the equator, Sun 10 deg high in the west: h/tan on a ball."""
    rows = 180 * 16
    height = np.zeros((rows, 2 * rows), dtype=np.float32)
    j, i = np.mgrid[-12:13, -12:13]
    cone = np.maximum(0.0, 6000.0 * (1.0 - np.hypot(j, i) / 5.0))
    height[rows // 2 - 12 : rows // 2 + 13, 1600 - 12 : 1600 + 13] = cone
    surface = grey(Terrain(height, (A, A, A)))
    lon = (1600 + 0.5) / 16.0
    pose = pose_over(lon, -0.5 / 16.0, 400e3, (lon - 80.0, 0.0))
    rays = pinhole_rays(801, 3, 1600.0)
    planes = truth_planes(surface, pose, rays, ("shadow", "lon"))
    along = np.radians(planes["lon"][1] - lon) * A
    end = along[(planes["shadow"][1] == 1.0) & (along > 0.0)].max()
    # the sunlit ray over the top grazes the ground where A = (A + h) cos(10) / cos(10 - turn)
    elevation = math.radians(10.0)
    reach = elevation - math.acos(min(1.0, (A + 6000.0) / A * math.cos(elevation)))
    assert end == pytest.approx(reach * A, abs=600.0)


def test_no_horizon_stands_above_its_bound():
    """Brute force: the highest angle under which any ground is seen, against the block's bound."""
    bound = highest_horizon(MARS.terrain)
    assert bound.shape == (360, 720)
    rng = np.random.default_rng(11)
    lat = np.concatenate([rng.uniform(-85, 85, 30), [-8.0, 18.0, -13.0, 80.0]])
    lon = np.concatenate([rng.uniform(0, 360, 30), [288.0, 226.0, 300.0, 0.1]])
    turns = np.radians(np.arange(0.0, 360.0, 15.0))
    length = np.concatenate([np.arange(2e3, 4e4, 2e3), np.arange(4e4, 8e5, 1e4)])
    for b, a in zip(lat, lon, strict=True):
        here = MARS.terrain.point_at(a, b)
        up = here / np.array([A, A, C]) ** 2
        up /= np.linalg.norm(up)
        east = np.cross([0.0, 0.0, 1.0], up)
        east /= np.linalg.norm(east)
        north = np.cross(up, east)
        way = np.sin(turns)[:, None] * east + np.cos(turns)[:, None] * north
        far = here + length[:, None, None] * way
        r = np.linalg.norm(far, axis=-1)
        places = np.degrees(np.arctan2(far[..., 1], far[..., 0])) % 360.0
        ground = MARS.terrain.point_at(places, np.degrees(np.arcsin(far[..., 2] / r)))
        rise = (ground - here) @ up
        sine = (rise / np.linalg.norm(ground - here, axis=-1)).max()
        block = bound[min(int((90.0 - b) * 2.0), 359), int(a * 2.0) % 720]
        assert sine <= block + 1e-3
    assert np.median(bound) < 0.15
    assert MARS.steepest == pytest.approx(math.sin(math.atan(slopes(MARS.terrain).max())))


def test_coarse_terrain_has_one_bound():
    terrain = Terrain(np.zeros((88, 176), dtype=np.float32), (A, A, C))
    assert highest_horizon(terrain).shape == (1, 2)
    assert highest_horizon(terrain).max() == 0.0


def test_relief_is_lit_by_its_slopes():
    """Slopes that face the Sun are brighter: the picture is the law of the planes."""
    pose = pose_over(288.0, -8.0, 265e3, (240.0, 0.0))
    rays = pinhole_rays(80, 60, 70.0)
    picture = render(MARS, pose, rays)[0] / MARS.flux(pose.sun_distance)[0]
    p = truth_planes(MARS, pose, rays)
    value = MARS.albedo_at("pan", p["lon"], p["lat"])
    law = radiance_factor(
        value, p["cos_i"], p["cos_e"], np.arccos(p["cos_g"]), photometry=MARS.photometry
    )
    assert picture == pytest.approx(np.where(p["shadow"] == 1.0, 0.0, law), rel=1e-4, abs=1e-6)
    flat = truth_planes(MARS, pose, rays, ("cos_i",), relief=False)["cos_i"]
    assert np.std(p["cos_i"] - flat) > 0.02
