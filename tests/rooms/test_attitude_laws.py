"""Attitude laws against SPICE, closed forms and their own promises."""

import numpy as np
import pytest
import spiceypy
from pydantic import ValidationError

from marsward.core import frames
from marsward.core.bodies import body
from marsward.core.errors import InputError, PhysicsError
from marsward.core.time import Epoch
from marsward.data.kernel_paths import de440, leapseconds
from marsward.dynamics.ephemeris import default_ephemeris
from marsward.geometry.apparent import apparent
from marsward.geometry.attitude import Nadir, Spin, Target, YawSteering
from marsward.geometry.attitude_errors import Disturbed, attitude_errors, disturbed
from marsward.geometry.attitude_laws import AttitudeTable, law_of
from marsward.geometry.camera_axes import rotation_vector, turned
from marsward.geometry.ellipsoid import direction, nearest_point

MARS = body("mars")
START = Epoch.utc("2021-11-09T08:10:41")


class Circle:
    """A circular orbit about Mars, inclined to the equator of J2000; velocity is its exact rate."""

    ephemeris = None

    def __init__(self, radius=3.76e6, tilt=86.0, node=105.0):
        self.radius = radius
        self.rate = np.sqrt(MARS.gm / radius**3)
        i, o = np.radians([tilt, node])
        self.p = np.array([np.cos(o), np.sin(o), 0.0])
        self.q = np.array([-np.sin(o) * np.cos(i), np.cos(o) * np.cos(i), np.sin(i)])

    def at(self, epoch, *, wrt=None, ephemeris=None):
        angle = self.rate * np.asarray(epoch - START)[..., None]
        r = self.radius * (np.cos(angle) * self.p + np.sin(angle) * self.q)
        v = self.radius * self.rate * (np.cos(angle) * self.q - np.sin(angle) * self.p)
        state = np.concatenate([r, v], axis=-1)
        if wrt in (None, 499, "mars"):
            return state
        return state + ephemeris.state("mars", wrt=wrt, at=epoch)


ORBIT = Circle()
TIMES = START + np.linspace(0.0, 7000.0, 41)
LAWS = [
    Nadir(),
    Nadir(vertical="geocentric", along="orbit", roll=12.0, pitch=-3.0, yaw=30.0),
    Target(body="phobos"),
    Target(body="mars", lon=109.9, lat=25.1, height=-4000.0, up="backward"),
    Target(body="earth", up="sun", correction="LT+S"),
    Target(body="earth", up=(0.1, 0.2, 0.9)),
    YawSteering(to="sun"),
    YawSteering(to="ground", roll=5.0),
    Spin(axis=(0.3, -0.2, 0.9), rate=6.0, tilt=20.0),
    Disturbed(law=Nadir(), sigma_rad=1e-3, bias_rad=2e-3, seed=4),
]


class _WithPhobos:
    """DE440 has no Phobos: put one on a circle, so that a law can look at it."""

    def __init__(self):
        self.source = default_ephemeris()
        self.moon = Circle(radius=9.376e6, tilt=37.0, node=48.0)

    def state(self, target, *, wrt, at):
        if wrt == 401:
            return self.source.state(target, wrt="mars", at=at) - self.moon.at(at)
        return self.source.state(target, wrt=wrt, at=at)

    def __getattr__(self, name):
        return getattr(self.source, name)


def attitudes(law, times=TIMES):
    source = _WithPhobos() if getattr(law, "body", "") == "phobos" else default_ephemeris()
    return law.at(ORBIT, times, ephemeris=source)


def unit(v):
    return v / np.linalg.norm(v, axis=-1, keepdims=True)


@pytest.fixture(scope="module")
def spice(shared_data):
    for path in (de440(), leapseconds(), shared_data / "spice" / "pck00011.tpc"):
        spiceypy.furnsh(str(path))
    yield
    spiceypy.kclear()


@pytest.mark.parametrize("law", LAWS, ids=lambda law: type(law).__name__)
def test_every_law_gives_rotations_of_the_epochs_shape(law):
    c = attitudes(law)
    assert c.shape == (41, 3, 3)
    assert c @ np.swapaxes(c, -1, -2) == pytest.approx(
        np.broadcast_to(np.eye(3), c.shape), abs=1e-14
    )
    assert np.linalg.det(c) == pytest.approx(1.0)
    one = attitudes(law, TIMES[7])
    assert one.shape == (3, 3)
    assert one == pytest.approx(c[7], abs=1e-13)
    grid = attitudes(law, TIMES[:40].reshape(5, 8))
    assert grid.reshape(-1, 3, 3) == pytest.approx(c[:40], abs=1e-13)


@pytest.mark.parametrize("vertical", ["geodetic", "geocentric"])
def test_nadir_is_that_of_spice(spice, vertical):
    c = Nadir(vertical=vertical).at(ORBIT, TIMES)
    radii = np.asarray(MARS.radii) / 1e3
    for k, t in enumerate(TIMES.et):
        state = spiceypy.sxform("J2000", "IAU_MARS", t) @ (ORBIT.at(TIMES[k]) / 1e3)
        down = -state[:3]
        if vertical == "geodetic":
            down = spiceypy.nearpt(state[:3], *radii)[0] - state[:3]
        fixed = spiceypy.twovec(down, 3, state[3:], 2)
        theirs = fixed @ spiceypy.pxform("J2000", "IAU_MARS", t)
        assert np.linalg.norm(rotation_vector(c[k] @ theirs.T)) < 1e-9


def test_nadir_in_the_plane_of_the_orbit():
    c = Nadir(vertical="geocentric", along="orbit").at(ORBIT, TIMES)
    state = ORBIT.at(TIMES)
    assert c[:, 2] == pytest.approx(-unit(state[:, :3]), abs=1e-15)
    assert c[:, 1] == pytest.approx(unit(state[:, 3:]), abs=1e-14)


def test_offsets_turn_the_way_that_is_written():
    c = np.eye(3)
    a = np.radians(10.0)
    assert turned(c, yaw=10.0)[0] == pytest.approx([np.cos(a), np.sin(a), 0.0])
    assert turned(c, pitch=10.0)[2] == pytest.approx([0.0, np.sin(a), np.cos(a)])
    assert turned(c, roll=10.0)[2] == pytest.approx([np.sin(a), 0.0, np.cos(a)])
    both = turned(turned(turned(c, yaw=20.0), pitch=5.0), roll=-8.0)
    assert turned(c, yaw=20.0, pitch=5.0, roll=-8.0) == pytest.approx(both, abs=1e-15)
    assert turned(c, roll=np.array([0.0, 10.0])).shape == (2, 3, 3)


def test_pitch_looks_ahead_and_roll_to_the_right_of_the_picture():
    plain, ahead = Nadir().at(ORBIT, TIMES), Nadir(pitch=10.0).at(ORBIT, TIMES)
    side = Nadir(roll=10.0).at(ORBIT, TIMES)
    velocity = ORBIT.at(TIMES)[:, 3:]
    assert np.all(np.einsum("ni,ni->n", ahead[:, 2], velocity) > 0.0)
    assert np.einsum("ni,ni->n", side[:, 2], plain[:, 0]) == pytest.approx(np.sin(np.radians(10.0)))


def test_a_place_is_seen_on_the_axis(spice):
    lon, lat, height = 109.925, 25.066, -4100.0
    c = Target(lon=lon, lat=lat, height=height, up="pole").at(ORBIT, TIMES)
    radii = np.asarray(MARS.radii)
    foot = spiceypy.srfrec(499, *np.radians([lon, lat])) * 1e3
    assert foot == pytest.approx(direction(lon, lat) * np.linalg.norm(foot), abs=1e-6)
    place = foot + height * spiceypy.surfnm(*radii, foot)
    assert nearest_point(place, radii)[1] == pytest.approx(height, abs=1e-6)
    for k, t in enumerate(TIMES.et):
        back = spiceypy.pxform("IAU_MARS", "J2000", t)
        line = back @ place - ORBIT.at(TIMES[k])[:3]
        theirs = spiceypy.twovec(line, 3, -back[:, 2], 2)
        assert np.linalg.norm(rotation_vector(c[k] @ theirs.T)) < 1e-9


def test_a_body_with_light_time_and_aberration_is_where_it_is_seen():
    source = default_ephemeris()
    c = Target(body="earth", correction="LT+S").at(ORBIT, TIMES, ephemeris=source)
    seen = apparent("earth", observer=ORBIT, at=TIMES, correction="CN+S", ephemeris=source)
    assert c[:, 2] == pytest.approx(unit(seen.state[:, :3]), abs=1e-12)
    place = Target(lon=30.0, lat=10.0, correction="LT+S").at(ORBIT, TIMES, ephemeris=source)
    plain = Target(lon=30.0, lat=10.0).at(ORBIT, TIMES, ephemeris=source)
    off = np.linalg.norm(place[:, 2] - plain[:, 2], axis=-1)
    assert 1e-6 < off.max() < 5e-5  # light time and aberration cancel but for the craft's motion


def test_the_sun_stays_in_the_x_z_plane():
    c = YawSteering(to="sun").at(ORBIT, TIMES)
    sun = unit(-ORBIT.at(TIMES, wrt=10, ephemeris=default_ephemeris())[:, :3])
    seen = np.einsum("nij,nj->ni", c, sun)
    assert np.abs(seen[:, 1]).max() < 1e-12
    assert np.all(seen[:, 0] > 0.0)
    assert c[:, 2] == pytest.approx(Nadir().at(ORBIT, TIMES)[:, 2], abs=1e-15)


@pytest.mark.parametrize(("roll", "pitch"), [(0.0, 0.0), (15.0, 0.0), (0.0, 12.0), (-8.0, 20.0)])
def test_the_ground_runs_along_the_columns(roll, pitch):
    law = YawSteering(to="ground", roll=roll, pitch=pitch)
    c = law.at(ORBIT, TIMES)
    tracks = []
    for moment in (TIMES - 0.5, TIMES + 0.5):
        fixed = frames.rotation("J2000", "IAU_MARS", moment)
        o = np.einsum("nij,nj->ni", fixed, ORBIT.at(moment)[:, :3])
        d = np.einsum("nij,nj->ni", fixed, law.at(ORBIT, moment)[:, 2])
        tracks.append([spiceypy.surfpt(a, b, *MARS.radii) for a, b in zip(o, d, strict=True)])
    track = np.einsum(
        "nji,nj->ni", frames.rotation("J2000", "IAU_MARS", TIMES), np.subtract(*tracks[::-1])
    )
    across = np.einsum("ni,ni->n", unit(track), c[:, 0])
    assert np.abs(across).max() < 1e-5
    loose = Nadir(roll=roll, pitch=pitch).at(ORBIT, TIMES)
    assert np.abs(np.einsum("ni,ni->n", unit(track), loose[:, 0])).max() > 1e-4


def test_steering_stays_within_the_trajectory():
    class Short(Circle):
        start, stop = START, START + 600.0

        def at(self, epoch, **others):
            assert np.all(np.asarray(epoch - self.start) >= 0.0)
            assert np.all(np.asarray(self.stop - epoch) >= 0.0)
            return super().at(epoch, **others)

    law, ends = YawSteering(to="ground", roll=5.0, pitch=5.0), START + np.array([0.0, 300.0, 600.0])
    off = rotation_vector(law.at(Short(), ends) @ np.swapaxes(law.at(ORBIT, ends), -1, -2))
    assert np.linalg.norm(off, axis=-1) == pytest.approx(0.0, abs=1e-4)


def test_spin_is_the_closed_form():
    law = Spin(axis=(0.0, 0.6, 0.8), rate=6.0, phase=30.0, tilt=25.0, epoch=START)
    c = law.at(None, START + np.array([0.0, 5.0, 60.0]))
    axis = np.array([0.0, 0.6, 0.8])
    assert c[:, 2] @ axis == pytest.approx(np.cos(np.radians(25.0)))
    assert c[2] == pytest.approx(c[0], abs=1e-9)
    half = c[1].T @ c[0]
    assert rotation_vector(half) == pytest.approx(axis * np.radians(30.0), abs=1e-9)
    rate = law.angular_velocity(None, START + np.array([1.0, 2.0]))
    assert rate == pytest.approx(np.tile(axis * np.radians(6.0), (2, 1)), abs=1e-9)


def test_slew_is_the_orbits_rate_and_is_held_to_a_limit():
    law = Nadir(vertical="geocentric", along="orbit")
    rates = law.slew_rate(ORBIT, TIMES)
    assert rates == pytest.approx(np.degrees(ORBIT.rate), rel=1e-6)
    assert law.check_slew(ORBIT, TIMES, limit=0.1) == pytest.approx(rates.max())
    with pytest.raises(PhysicsError, match=r"turns the craft at 0.05\d* deg/s"):
        law.check_slew(ORBIT, TIMES, limit=0.01)


def test_errors_have_the_size_and_the_memory_that_were_asked_for():
    times = START + np.linspace(0.0, 4000.0 * 25_300.0, 40_000)
    white = attitude_errors(times, sigma_rad=(1e-4, 2e-4, 0.0), seed=3)
    assert white.std(axis=0) == pytest.approx([1e-4, 2e-4, 0.0], rel=0.02)
    assert np.abs(np.mean(white[1:, 0] * white[:-1, 0])) < 3e-10
    slow = attitude_errors(times, bias_rad=1e-4, period=25_300.0, seed=3)
    assert slow.std() == pytest.approx(1e-4, rel=0.03)
    near = np.mean(slow[1:, 0] * slow[:-1, 0]) / np.mean(slow[:, 0] ** 2)
    far = np.mean(slow[20:, 0] * slow[:-20, 0]) / np.mean(slow[:, 0] ** 2)
    assert near > 0.9
    assert abs(far) < 0.1
    assert attitude_errors(times[100:200], sigma_rad=1e-4, bias_rad=1e-4, seed=3) == pytest.approx(
        attitude_errors(times, sigma_rad=1e-4, bias_rad=1e-4, seed=3)[100:200], abs=0.0
    )
    assert not np.allclose(slow, attitude_errors(times, bias_rad=1e-4, seed=4))


def test_a_disturbed_attitude_is_off_by_its_error():
    plain = Nadir().at(ORBIT, TIMES)
    error = attitude_errors(TIMES, sigma_rad=1e-4, seed=1)
    off = disturbed(plain, TIMES, sigma_rad=1e-4, seed=1)
    assert np.linalg.norm(rotation_vector(off @ np.swapaxes(plain, -1, -2)), axis=-1) == (
        pytest.approx(np.linalg.norm(error, axis=-1), rel=1e-9)
    )
    boresight = np.einsum("nij,nj->ni", plain, off[:, 2])
    assert boresight[:, 0] == pytest.approx(error[:, 1], abs=1e-7)  # about +y turns z to +x
    with pytest.raises(InputError, match="sigma_rad"):
        disturbed(plain, TIMES, sigma_rad=-1.0)
    with pytest.raises(InputError, match="period"):
        disturbed(plain, TIMES, bias_rad=1.0, period=0.0)


def test_what_cannot_be_is_refused():
    with pytest.raises(InputError, match="vertical"):
        Nadir(vertical="up")
    with pytest.raises(InputError, match="both lon and lat"):
        Target(lon=3.0)
    with pytest.raises(InputError, match="body='mars'"):
        Nadir(body="ssb")
    with pytest.raises(InputError, match="finite"):
        Nadir(roll=float("nan"))
    with pytest.raises(InputError, match="axis"):
        Spin(axis=(0.0, 0.0, 0.0), rate=1.0)
    with pytest.raises(PhysicsError, match="passes beside the planet"):
        YawSteering(to="ground", roll=80.0).at(ORBIT, TIMES)
    with pytest.raises(PhysicsError, match="choose another"):
        Target(body="mars", up=tuple(ORBIT.at(START)[:3])).at(ORBIT, START)


def test_a_law_is_read_back_from_its_text():
    for law in LAWS[:-1]:
        assert law_of(repr(law)) == law
    with pytest.raises(InputError, match="did you mean 'Nadir'"):
        law_of("Nadr(roll=1.0)")
    with pytest.raises(InputError, match="is no attitude law"):
        law_of("Nadir(roll=open('x'))")
    with pytest.raises(InputError, match="cannot be read"):
        law_of("Nadir(rol=1.0)")


def test_a_table_makes_a_law():
    assert AttitudeTable().made() == Nadir()
    rolled = AttitudeTable.model_validate({"law": "ground-yaw", "roll": "5 deg"}).made()
    assert isinstance(rolled, YawSteering)
    assert (rolled.to, rolled.roll) == ("ground", pytest.approx(5.0))
    place = AttitudeTable.model_validate({"law": "target", "lon": 109.9, "lat": 25.1}).made()
    assert place == Target(lon=109.9, lat=25.1)
    spin = AttitudeTable.model_validate({"law": "spin", "rate": "1 rpm"}).made()
    assert isinstance(spin, Spin)
    assert spin.rate == pytest.approx(6.0)
    with pytest.raises(ValidationError, match="both lon and lat"):
        AttitudeTable(law="target", lon=3.0)
    with pytest.raises(ValidationError, match="roll"):
        AttitudeTable(roll=5.0)
