"""Tracks of rays past Mars against their own definitions and the search for occultations."""

import math

import numpy as np
import pytest

from marsward.core import frames
from marsward.core.bodies import body
from marsward.core.errors import InputError
from marsward.core.time import Epoch
from marsward.data.areoid import areoid_height
from marsward.dynamics.ephemeris import default_ephemeris
from marsward.dynamics.events import find_events, occultation
from marsward.dynamics.propagate import propagate
from marsward.geometry.ellipsoid import nearest_point
from marsward.geometry.occultation_track import fresnel_diameter, occultation_tracks

START = Epoch.utc("2022-03-20T06:00")
SPAN = 9.0e4
PLACES = ("craft_radius", "observer_radius", "straight_impact")


def flight(offset=0.4):
    """A round orbit of 12 000 km that passes behind Mars, its plane turned off the Earth."""
    mars = body("mars")
    earth = default_ephemeris().state("earth", wrt="mars", at=START)[:3]
    to_earth = earth / np.linalg.norm(earth)
    pole = np.cross(to_earth, [0.1, 0.3, 1.0])
    pole = pole / np.linalg.norm(pole) + math.tan(offset) * to_earth
    pole /= np.linalg.norm(pole)
    along = np.cross(pole, to_earth)
    along /= np.linalg.norm(along)
    radius = 1.2e7
    near = np.cross(along, pole)
    state = np.concatenate([radius * near, math.sqrt(mars.gm / radius) * along])
    return propagate(state, START, START + SPAN, centre="mars")


@pytest.fixture(scope="module")
def path():
    return flight(0.15)


@pytest.fixture(scope="module")
def tracks(path):
    return occultation_tracks(path)


def test_every_ingress_and_egress_has_its_track(path, tracks):
    hits = find_events(path, occultation())
    assert tracks.sizes["profile"] == len(hits) >= 4
    np.testing.assert_allclose(tracks["et_limb"], [float(h.epoch.et) for h in hits])
    np.testing.assert_array_equal(tracks["ingress"], [0.0 if h.rising else 1.0 for h in hits])
    assert np.all((tracks["descent_speed"] < 0.0) == (tracks["ingress"] > 0.5))


def test_a_stretch_of_the_flight_has_the_same_tracks(path, tracks):
    when = Epoch.et(tracks["et_limb"].values)
    some = occultation_tracks(path, when[1] - 900.0, when[2] + 900.0)
    assert some.sizes["profile"] == 2
    np.testing.assert_allclose(some["et_limb"], tracks["et_limb"][1:3], atol=1e-3)
    assert abs(float(some["lat"][0] - tracks["lat"][1])) < 1e-5


def test_geometry_closes(tracks):
    for i in range(tracks.sizes["profile"]):
        n = int(tracks["samples"][i])
        row = {name: tracks[name].values[i, :n] for name in tracks if tracks[name].ndim == 2}
        t = row["et"] - row["et"][0]
        assert np.all(np.diff(t) > 0.0)
        r1, r2, b = (row[name] for name in PLACES)
        angle = np.pi - np.arcsin(b / r1) - np.arcsin(b / r2)
        rates = [np.gradient(v, t)[2:-2] for v in (r1, angle)]
        np.testing.assert_allclose(rates[0], row["craft_radius_rate"][2:-2], atol=2e-3)
        np.testing.assert_allclose(rates[1], row["central_angle_rate"][2:-2], atol=1e-9)
        steps = np.diff(r2) / np.diff(t)
        middle = 0.5 * (row["observer_radius_rate"][1:] + row["observer_radius_rate"][:-1])
        np.testing.assert_allclose(steps, middle, atol=0.05)
        high = b - float(tracks["curvature_radius"][i])
        assert abs(high.max() - 700e3) < 15e3
        assert abs(high.min() + 15e3) < 3e3
        assert np.all(np.sign(np.diff(high)) == np.sign(float(tracks["descent_speed"][i])))
        assert np.max(np.abs(np.diff(high))) < 200.0


def test_heights_are_those_over_the_ellipsoid_and_the_areoid(path, tracks):
    # the straight line, sampled about its lowest place, over the ellipsoid itself
    mars, source = body("mars"), default_ephemeris()
    for i in (0, 1):
        n = int(tracks["samples"][i])
        high = tracks["straight_impact"].values[i, :n] - float(tracks["curvature_radius"][i])
        k = int(np.argmin(np.abs(high - 20e3)))
        at = Epoch.et(float(tracks["et"].values[i, k]))
        craft = path.at(at, wrt="ssb", ephemeris=source)
        light = float(tracks["earth_distance"][i]) / 299_792_458.0
        earth = source.state("earth", wrt="ssb", at=at + light)[:3]
        ray = earth - craft[:3]
        ray /= np.linalg.norm(ray)
        passing = at + float(tracks["limb_distance"][i]) / 299_792_458.0
        there = source.state("mars", wrt="ssb", at=passing)[:3]
        axes = frames.rotation("J2000", "IAU_MARS", passing)
        far = float(tracks["limb_distance"][i])
        points = craft[:3] - there + (far + np.linspace(-4e5, 4e5, 4001))[:, None] * ray
        point, over = nearest_point(points @ axes.T, np.asarray(mars.radii))
        lowest = int(np.argmin(over))
        place = point[lowest] / np.linalg.norm(point[lowest])
        lat = math.degrees(math.asin(place[2]))
        assert lat == pytest.approx(float(tracks["tangent_lat"].values[i, k]), abs=0.02)
        table = areoid_height(1)
        lon = math.degrees(math.atan2(place[1], place[0])) % 360.0
        areoid = float(table[int(90.0 - lat), int(lon) % 360])
        assert float(over[lowest]) - areoid == pytest.approx(high[k], abs=60.0)


def test_light_and_season_at_the_limb(tracks):
    when = Epoch.et(tracks["et_limb"].values)
    np.testing.assert_allclose(tracks["ls"], when.ls, atol=1e-6)
    assert np.all((tracks["solar_zenith_angle"] > 0.0) & (tracks["solar_zenith_angle"] < 180.0))
    noon = np.abs(tracks["ltst"].values - 12.0) < 4.0
    assert np.all(tracks["solar_zenith_angle"].values[noon] < 120.0)
    size = fresnel_diameter(tracks["limb_distance"].values, 8.43e9)
    assert np.all((size > 1000.0) & (size < 1500.0))


def test_an_orbit_that_is_never_hidden_has_no_tracks():
    none = occultation_tracks(flight(1.2))
    assert none.sizes["profile"] == 0


def test_bad_questions_are_refused(path):
    with pytest.raises(InputError, match="trajectory"):
        occultation_tracks(path, START - 100.0)
    with pytest.raises(InputError, match="top above bottom"):
        occultation_tracks(path, top=-20e3)
    with pytest.raises(InputError, match="more"):
        occultation_tracks(path, most=1)
