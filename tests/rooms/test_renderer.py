"""The picture's truth against closed forms, SPICE and its own geometry."""

import math

import numpy as np
import pytest
import spiceypy

from marsward.core.bodies import body
from marsward.core.errors import InputError, PhysicsError
from marsward.core.time import Epoch
from marsward.data.stars import catalogue
from marsward.dynamics.ephemeris import default_ephemeris
from marsward.geometry.apparent import apparent
from marsward.geometry.pinhole import Pinhole, aim
from marsward.planet.globes import EarthLook
from marsward.planet.kernels.globe import arc, render_rock
from marsward.planet.look_back import frame_bodies, scene, seen

AT = Epoch.utc("2020-07-26T21:14:35")
CAMERA = Pinhole(2048, 1536, 1024.0 / math.tan(math.radians(3.0)))
SMALL = Pinhole(512, 384, 256.0 / math.tan(math.radians(3.0)))
FEW = catalogue(max_magnitude=6.0)
NONE = (np.zeros((0, 3)), np.zeros((0, 3, 3)))


@pytest.fixture(scope="module")
def state():
    """Barycentric state of a craft 1.2 million km from Earth, as at the look back [m, m/s]."""
    earth = default_ephemeris().state("earth", wrt="ssb", at=AT)
    return earth + np.array([9.5e8, 6.1e8, 4.0e8, 2.9e3, 1.6e3, 1.1e3])


@pytest.fixture(scope="module")
def picture(state):
    return scene(CAMERA, frame_bodies(state, AT), state, AT)


def white_ball(phase, *, samples=4, radius=100.0, size=256):
    """A Lambert sphere of albedo 1 under unit light, `radius` pixels large: radiance."""
    focal, distance = 2.0e6, 1.0
    ball = math.sin(math.atan(radius / focal)) * distance
    image = np.zeros((size, size))
    lens = np.array([focal, (size - 1) / 2.0, (size - 1) / 2.0, 0, 0, 0, 0, 0])
    sun = np.array([-math.sin(phase), 0.0, -math.cos(phase)])
    white = np.ones((64, 128, 1), dtype=np.float32)
    render_rock(
        image, np.array([0, size, 0, size]), samples, lens, False, np.eye(3),
        np.array([0.0, 0.0, -distance]), np.full(3, 1.0 / ball), sun, math.pi, sun, 0.0, white, 0,
        np.zeros(6), np.ones(2), math.pi, *NONE,
    )  # fmt: skip
    return image


@pytest.mark.parametrize("degrees", [0.0, 60.0, 104.9])
def test_flux_of_a_lambert_ball_is_closed(degrees):
    phase = math.radians(degrees)
    law = 2.0 / 3.0 * (math.sin(phase) + (math.pi - phase) * math.cos(phase)) / math.pi
    total = white_ball(phase).sum()
    assert total == pytest.approx(math.pi * 100.0**2 * law, rel=2e-3)


def test_limb_pixels_hold_their_share():
    """A coarse disc keeps its area: pixels at the limb count by the part that is covered."""
    for samples, tolerance in ((4, 2e-3), (8, 1e-3)):
        small = white_ball(0.0, samples=samples, radius=12.3, size=40)
        assert small.sum() == pytest.approx(2.0 / 3.0 * math.pi * 12.3**2, rel=tolerance)
        edge = small[20, np.nonzero(small[20])[0][0]]
        assert edge < 0.5 * small[20].max()


def test_bodies_stand_where_geometry_puts_them(state):
    for name in ("earth", "moon"):
        ours = seen(name, state, AT)
        theirs = apparent(name, observer=state, at=AT, correction="CN+S", observer_wrt="ssb")
        assert np.linalg.norm(ours.apparent - theirs.state[:3]) < 1.0
        assert ours.light_time == pytest.approx(float(theirs.light_time), abs=1e-9)


def test_orientation_is_a_rotation_that_shows_the_right_side(state):
    one = seen("earth", state, AT)
    assert one.to_body @ one.to_body.T == pytest.approx(np.eye(3), abs=1e-14)
    gmst_like = one.to_body @ (one.apparent / one.distance)
    noon = one.to_body @ one.sun
    lon = math.degrees(math.atan2(noon[1], noon[0])) % 360.0
    assert lon == pytest.approx((360.0 - (21.2431 - 12.0) * 15.0) % 360.0, abs=2.5)
    assert np.linalg.norm(gmst_like) == pytest.approx(1.0)


def test_backplanes_are_spice(state, picture):
    """Longitude, latitude and angles at pixels of both bodies against surfpt, surfnm and vsep."""
    attitude = np.reshape(picture.attrs["attitude"], (3, 3))
    for name, number in (("earth", 399), ("moon", 301)):
        one = seen(name, state, AT)
        rows, columns = np.nonzero(picture["body"].values == number)
        for k in np.linspace(0, len(rows) - 1, 25).astype(int):
            j, i = rows[k], columns[k]
            ray = one.to_body @ attitude.T @ CAMERA.ray([float(i), float(j)])
            eye = -one.to_body @ one.apparent
            point = spiceypy.surfpt(eye, ray, *one.body.radii)
            normal = spiceypy.surfnm(*one.body.radii, point)
            sun = one.to_body @ one.sun
            _, lon, lat = spiceypy.reclat(point)
            got = {n: float(picture[n].values[j, i]) for n in
                   ("lon", "lat", "incidence", "emission", "phase")}  # fmt: skip
            assert got["lat"] == pytest.approx(math.degrees(lat), abs=2e-4)
            assert (got["lon"] - math.degrees(lon) + 180.0) % 360.0 == pytest.approx(180, abs=5e-4)
            assert got["incidence"] == pytest.approx(math.degrees(spiceypy.vsep(normal, sun)),
                                                     abs=1e-4)  # fmt: skip
            assert got["emission"] == pytest.approx(math.degrees(spiceypy.vsep(normal, -ray)),
                                                    abs=2e-3)  # fmt: skip
            assert got["phase"] == pytest.approx(math.degrees(spiceypy.vsep(sun, -ray)), abs=1e-4)


def test_disc_diameters_are_geometry(state, picture):
    """Solid angle of the pixels on each disc against that of the ellipsoid's outline."""
    j, i = np.mgrid[: CAMERA.height, : CAMERA.width]
    share = CAMERA.ray(np.stack([i, j], axis=-1).astype(float))[..., 2] ** 3 / CAMERA.focal_px**2
    for name, number in (("earth", 399), ("moon", 301)):
        one = seen(name, state, AT)
        solid = float(share[picture["body"].values == number].sum())
        up = (one.to_body @ one.apparent)[2] / one.distance
        a, c = one.body.radii[0], one.body.radii[2]
        short = math.sqrt(a * a * up * up + c * c * (1.0 - up * up))
        angle = 2.0 * math.asin(math.sqrt(a * short) / one.distance)
        assert 2.0 * math.sqrt(solid / math.pi) * CAMERA.focal_px == pytest.approx(
            angle * CAMERA.focal_px, abs=0.2
        )


def test_light_comes_from_the_sun(state, picture):
    """The bright side of each disc points to the Sun's direction in the picture."""
    attitude = np.reshape(picture.attrs["attitude"], (3, 3))
    radiance = picture["radiance"].values
    for name, number in (("earth", 399), ("moon", 301)):
        one = seen(name, state, AT)
        rows, columns = np.nonzero(picture["body"].values == number)
        weight = radiance[rows, columns]
        centre = CAMERA.project(attitude @ one.apparent)
        bright = np.array([np.sum(weight * columns), np.sum(weight * rows)]) / weight.sum()
        sunward = (attitude @ one.sun)[:2]
        lean = bright - centre
        cosine = lean @ sunward / np.linalg.norm(lean) / np.linalg.norm(sunward)
        assert cosine > 0.97
        night = picture["incidence"].values[rows, columns] > 100.0
        assert weight[night].max() < 1e-3 * weight.max()


def test_moon_behind_earth_is_hidden():
    """Camera on the line from Moon to Earth: nothing of the Moon, stars behind the disc dark."""
    ephemeris = default_ephemeris()
    earth = ephemeris.state("earth", wrt="ssb", at=AT)
    moon = ephemeris.state("moon", wrt="ssb", at=AT)
    line = (earth - moon)[:3] / np.linalg.norm((earth - moon)[:3])
    state = earth.copy()
    state[:3] += 5.0e8 * line
    attitude = aim(seen("earth", state, AT).apparent)
    both = scene(SMALL, attitude, state, AT, stars=FEW, law="lambert", supersampling=2)
    alone = scene(SMALL, attitude, state, AT, stars=FEW, bodies=("earth",), supersampling=2)
    assert set(np.unique(both["body"].values)) == {0, 399}
    assert np.array_equal(both["radiance"].values, alone["radiance"].values)


def test_distorted_camera_sees_the_same_light(state):
    """Flux over solid angle is kept: distortion moves light but the disc stays as bright."""
    bent = Pinhole(512, 384, SMALL.focal_px, distortion=(-2.0, 0.0, 0.0, 0.0, 0.0))
    attitude = aim(seen("earth", state, AT).apparent)
    plain = scene(SMALL, attitude, state, AT, stars=FEW, bodies=("earth",), supersampling=6)
    other = scene(bent, attitude, state, AT, stars=FEW, bodies=("earth",), supersampling=6)
    ratio = other["radiance"].values.sum() / plain["radiance"].values.sum()
    assert ratio == pytest.approx(1.0, abs=2e-3)


def test_a_planet_without_a_map_has_its_published_magnitude(state):
    """Jupiter and Mars as grey Lambert globes: V = V(1,0) + distances near full phase."""
    from marsward.physics.light import Band

    band = Band(450e-9, 800e-9)
    for name, v10 in (("jupiter", -9.40), ("mars", -1.60)):  # Mallama et al. 2017
        one = seen(name, state, AT)
        close = state.copy()
        close[:3] += one.apparent - 40.0 * one.body.radius * (-one.sun)
        near = seen(name, close, AT)
        assert near.phase < math.radians(3.0)
        view = scene(SMALL, aim(near.apparent), close, AT, stars=FEW, bodies=(name,))
        share = view["radiance"].values.sum() / SMALL.focal_px**2 / band.solar_irradiance
        au = 1.495978707e11
        found = -26.76 - 2.5 * math.log10(share)
        expected = v10 + 5.0 * math.log10(near.sun_distance / au * near.distance / au)
        assert found == pytest.approx(expected, abs=0.06)
        assert view.attrs["even_grey"] == name


def test_rim_of_air_adds_a_little_light_outside_the_limb(state):
    attitude = aim(seen("earth", state, AT).apparent)
    options = {"stars": FEW, "bodies": ("earth",), "supersampling": 8}
    plain = scene(CAMERA, attitude, state, AT, **options)
    rim = scene(CAMERA, attitude, state, AT, look=EarthLook(rim=True), **options)
    more = rim["radiance"].values - plain["radiance"].values
    assert more.min() >= 0.0
    assert 0.0 < more.sum() < 0.02 * plain["radiance"].values.sum()


def test_earthshine_lights_the_night_side_of_the_moon(state, picture):
    there = picture["body"].values == 301
    night = picture["radiance"].values[there & (picture["incidence"].values > 95.0)]
    day = picture["radiance"].values[there & (picture["incidence"].values < 80.0)]
    assert 0.0 < night.max() < 1e-3 * day.max()


def test_bad_calls_are_told(state):
    with pytest.raises(InputError, match="supersampling"):
        scene(SMALL, np.eye(3), state, AT, supersampling=0)
    with pytest.raises(InputError, match="observer_state"):
        seen("earth", state[:3], AT)
    with pytest.raises(InputError, match="reflectance law"):
        scene(SMALL, frame_bodies(state, AT), state, AT, law="phong")
    with pytest.raises(InputError, match="no look is known for sun"):
        scene(SMALL, np.eye(3), state, AT, bodies=("sun",))
    inside = default_ephemeris().state("earth", wrt="ssb", at=AT)
    inside[:3] += 1.0e5
    with pytest.raises(PhysicsError, match="inside"):
        scene(SMALL, np.eye(3), inside, AT, bodies=("earth",))


def test_fast_arc_is_atan2():
    for angle in np.linspace(-math.pi, math.pi, 721):
        assert arc(math.sin(angle), math.cos(angle)) == pytest.approx(angle, abs=3e-6)


def test_radii_are_those_of_the_bodies():
    assert body("earth").radii == pytest.approx((6378136.6, 6378136.6, 6356751.9), abs=100.0)
    assert body("moon").radius == pytest.approx(1737400.0, abs=100.0)


def test_a_lens_that_the_kernels_do_not_know_is_refused():
    from marsward.planet.look_back import lens_numbers

    with pytest.raises(InputError, match="brown-conrady lens"):
        lens_numbers(Pinhole(64, 48, 50.0, model="opencv-fisheye"))
