"""Campaigns: arcs against Kepler's closed form, light and heights against `look`, sums."""

import math
from types import SimpleNamespace

import numpy as np
import pytest

from marsward.core.bodies import body
from marsward.core.errors import InputError, PhysicsError
from marsward.core.frames import rotation
from marsward.core.time import Epoch
from marsward.dynamics.ephemeris import default_ephemeris
from marsward.geometry.attitude import Nadir
from marsward.geometry.campaign import Downlink, plan_campaign
from marsward.geometry.campaign_arcs import imaging_arcs, light_windows
from marsward.geometry.campaign_downlink import ledger
from marsward.geometry.footprints import footprints
from marsward.geometry.look import look

START = Epoch.utc("2021-11-09T08:10:41.020")
MARS = body("mars")
GM, R = float(MARS.gm), MARS.radii[0]
PERI, APO = R + 265e3, R + 10_700e3
A = 0.5 * (PERI + APO)
ECC = (APO - PERI) / (APO + PERI)
PERIOD = 2.0 * math.pi * math.sqrt(A**3 / GM)
CAMERA = SimpleNamespace(
    footprint_angles=(math.atan(2048 * 0.245e-3), math.atan(1536 * 0.245e-3)),
    width=4096, height=3072, ifov=0.245e-3, bits_per_frame=5e7, name="moric",
)  # fmt: skip


class Kepler:
    """Two-body motion in closed form from apoapsis; periapsis on Mars's equator, `from_sun` [deg]
    east of the Sun.
    """

    ephemeris = None
    start = START

    def __init__(self, inclination, *, peri=PERI, apo=APO, revolutions=6.4, from_sun=62.0):
        self.a, self.e = 0.5 * (peri + apo), (apo - peri) / (apo + peri)
        self.rate = math.sqrt(GM / self.a**3)
        self.duration = revolutions * 2.0 * math.pi / self.rate
        self.stop = self.start + self.duration
        tilt = math.radians(inclination)
        turn = rotation("MARS_MEOD", "J2000", START)
        sun = turn.T @ default_ephemeris().position("sun", wrt="mars", at=START)
        node = math.atan2(sun[1], sun[0]) + math.radians(from_sun)
        c, s = math.cos(node), math.sin(node)
        self.ahead = turn @ np.array([c, s, 0.0])
        self.across = turn @ np.array([-s * math.cos(tilt), c * math.cos(tilt), math.sin(tilt)])

    def at(self, epoch, *, wrt=None, ephemeris=None):
        mean = np.asarray(epoch - self.start, float) * self.rate + math.pi
        angle = mean.copy()
        for _ in range(60):
            angle = angle - (angle - self.e * np.sin(angle) - mean) / (1 - self.e * np.cos(angle))
        flat = math.sqrt(1.0 - self.e**2)
        pace = self.a * self.rate / (1.0 - self.e * np.cos(angle))
        along = self.a * (np.cos(angle) - self.e), -pace * np.sin(angle)
        aside = self.a * flat * np.sin(angle), pace * flat * np.cos(angle)
        halves = [u[..., None] * self.ahead + v[..., None] * self.across
                  for u, v in zip(along, aside, strict=True)]  # fmt: skip
        out = np.concatenate(halves, axis=-1)
        if wrt in (None, 499, "mars"):
            return out
        return out + (ephemeris or default_ephemeris()).state(499, wrt=wrt, at=epoch)


@pytest.fixture(scope="module")
def level():
    return Kepler(0.0)


@pytest.fixture(scope="module")
def steep():
    return Kepler(87.0, revolutions=8.4)


@pytest.fixture(scope="module")
def plan(steep):
    return plan_campaign(steep, CAMERA, incidence_limit=75.0, frames_per_arc=20)


def test_arcs_are_those_of_keplers_equation(level):
    arcs = imaging_arcs(level, altitude_limit=800e3, target=MARS, ephemeris=default_ephemeris())
    cosine = (A * (1.0 - ECC**2) / (R + 800e3) - 1.0) / ECC
    anomaly = 2.0 * math.atan(
        math.sqrt((1.0 - ECC) / (1.0 + ECC)) * math.tan(math.acos(cosine) / 2)
    )
    half = (anomaly - ECC * math.sin(anomaly)) * PERIOD / (2.0 * math.pi)
    middle = PERIOD * (0.5 + np.arange(6))
    assert arcs.number.tolist() == [1, 2, 3, 4, 5, 6]
    # the equator of the body and the flight's plane part by 1e-6 rad while the pole drifts
    np.testing.assert_allclose(arcs.begin, middle - half, atol=1e-3)
    np.testing.assert_allclose(arcs.end, middle + half, atol=1e-3)
    np.testing.assert_allclose(arcs.lowest, 265e3, atol=20.0)


def test_a_round_orbit_is_cut_at_its_nodes():
    path = Kepler(60.0, peri=R + 400e3, apo=R + 400e3, revolutions=4.0)
    arcs = imaging_arcs(path, altitude_limit=800e3, target=MARS, ephemeris=default_ephemeris())
    period = 2.0 * math.pi * math.sqrt((R + 400e3) ** 3 / GM)
    assert len(arcs) == 5
    np.testing.assert_allclose(np.diff(arcs.begin[1:]), period, atol=0.01)
    np.testing.assert_allclose(arcs.begin[1:], arcs.end[:-1], atol=1e-9)
    assert arcs.begin[0] == 0.0
    state = path.at(path.start + arcs.begin[1:])
    pole = rotation("J2000", "MARS_MEOD", path.start)[2]
    assert np.abs(state[:, :3] @ pole).max() < 1.0
    assert np.all(state[:, 3:] @ pole > 0.0)


def test_light_windows_end_where_look_has_the_limit(steep):
    source = default_ephemeris()
    arcs = imaging_arcs(steep, altitude_limit=800e3, target=MARS, ephemeris=source)
    windows = light_windows(steep, arcs, incidence_limit=75.0, target=MARS, ephemeris=source)
    seen = look(steep, steep.start + windows.begin, correction="NONE")
    cut = np.abs(windows.begin - arcs.begin[windows.arc]) > 1e-6
    assert cut.any()
    np.testing.assert_allclose(seen["incidence"].values[cut], 75.0, atol=2e-3)
    height = look(steep, steep.start + arcs.end, correction="NONE")["altitude"].values
    np.testing.assert_allclose(height, 800e3, atol=0.1)
    inside = steep.start + 0.5 * (windows.begin + windows.end)
    assert np.all(look(steep, inside)["incidence"].values < 75.0)


def test_frames_say_what_look_says(steep, plan):
    epoch = Epoch.et(plan["et"].values)
    seen = look(steep, epoch, correction="LT+S")
    np.testing.assert_allclose(plan["incidence"], seen["incidence"], atol=1e-4)
    # straight down the phase angle is the incidence
    apart = np.abs(plan["phase"] - plan["incidence"])
    assert np.all(apart <= plan["emission"] + 1e-9)
    # place and direction of straight rays carry light time and aberration in other shares
    np.testing.assert_allclose(plan["altitude"], seen["altitude"], atol=60.0)
    np.testing.assert_allclose(plan["lat"], seen["sub_observer_lat"], atol=2e-4)
    apart = (plan["ltst"].values - seen["ltst"].values + 12.0) % 24.0 - 12.0
    assert np.abs(apart * np.cos(np.radians(plan["lat"].values))).max() < 1e-3
    assert plan["emission"].values.max() < 0.01
    np.testing.assert_allclose(plan["gsd"], plan["altitude"] * 0.245e-3, rtol=1e-5)
    assert plan["incidence"].values.max() < 75.0


def test_frames_per_arc_are_spread_over_the_light(plan):
    assert plan.sizes["frame"] == 20 * plan.sizes["orbit_index"]
    assert plan["frames"].values.tolist() == [20] * plan.sizes["orbit_index"]
    for number, lit in zip(plan["orbit_number"].values, plan["lit_time"].values, strict=True):
        times = plan["et"].values[plan["orbit"].values == number]
        assert np.all(np.diff(times) > 0.0)
        assert np.median(np.diff(times)) == pytest.approx(lit / 20, rel=1e-6)
    assert plan.attrs["frames_dark"] == plan.attrs["frames_off_body"] == 0


def test_an_interval_is_kept_and_the_light_decides_the_count(steep):
    plan = plan_campaign(steep, CAMERA, incidence_limit=75.0, interval="30 s")
    expected = np.floor(plan["lit_time"].values / 30.0)
    np.testing.assert_array_equal(plan["frames"], expected)
    steps = np.diff(plan["et"].values)[np.diff(plan["orbit"].values) == 0]
    np.testing.assert_allclose(steps, 30.0, atol=1e-6)


def test_an_overlap_is_that_of_the_footprints(level):
    shapely = pytest.importorskip("shapely")
    plan = plan_campaign(level, CAMERA, incidence_limit=180.0, overlap=0.4, orbits=[2])
    marks = list(footprints(plan, CAMERA))
    whole = np.flatnonzero([len(parts) == 1 for parts in marks])
    rings = [shapely.Polygon(marks[i][0]) for i in whole]
    # along an equatorial track a footprint's length is its extent in longitude at the equator
    line = shapely.LineString([(-180.0, 0.0), (180.0, 0.0)])
    ends = np.array([ring.intersection(line).bounds for ring in rings])[:, [0, 2]]
    shared = np.minimum(ends[1:, 1], ends[:-1, 1]) - np.maximum(ends[1:, 0], ends[:-1, 0])
    length = np.ptp(ends, axis=1)
    share = (shared / (0.5 * (length[1:] + length[:-1])))[np.diff(whole) == 1]
    assert share.size > 10
    np.testing.assert_allclose(share, 0.4, atol=0.03)


def test_orbits_are_taken_by_count_number_and_gap(steep):
    def numbers(**ask):
        plan = plan_campaign(steep, CAMERA, incidence_limit=75.0, frames_per_arc=5, **ask)
        return plan["orbit_number"].values.tolist()

    every = numbers()
    assert numbers(orbits=3, choice="even") == [every[0], every[len(every) // 2], every[-1]]
    assert numbers(orbits=[every[1], every[4]]) == [every[1], every[4]]
    gaps = numbers(orbits=3, choice="gaps")
    assert len(gaps) == 3
    assert set(gaps) <= set(every)


def test_books_close_and_what_does_not_fit_is_dropped_and_counted(steep):
    link = Downlink(rate=2e5, distance=2.0e11, hours_per_day=3.0, recorder=1.5e9)
    plan = plan_campaign(steep, CAMERA, incidence_limit=75.0, frames_per_arc=20, downlink=link)
    assert plan.attrs["frames_beyond_recorder"] > 0
    dropped = int(plan["frames_dropped"].sum())
    assert dropped == plan.attrs["frames_beyond_recorder"]
    assert plan.sizes["frame"] + dropped == plan.attrs["frames_planned"]
    counted = np.unique(plan["orbit"].values, return_counts=True)[1]
    np.testing.assert_array_equal(plan["frames"].values[plan["frames"].values > 0], counted)
    written, sent = plan["data_volume"].values, plan["downlinked"].values
    np.testing.assert_allclose(plan["backlog"], np.cumsum(written) - np.cumsum(sent), rtol=1e-12)
    assert plan["backlog"].values.max() <= 1.5e9
    everything = plan_campaign(steep, CAMERA, incidence_limit=75.0, frames_per_arc=20)
    assert everything.attrs["frames_beyond_recorder"] == 0


def test_capacity_is_rate_times_time_on_the_air():
    link = Downlink(rate=1e6, distance=1e11, most=2e6, hours_per_day=6.0)
    assert link.rate_at(2e11) == pytest.approx(2.5e5)
    assert link.rate_at(1e10) == 2e6
    times = np.array([100.0, 5000.0, 90_000.0])
    far = link.capacity(START, times, lambda t: np.full(t.size, 2e11))
    np.testing.assert_allclose(far, 2.5e5 * 0.25 * np.diff(times), rtol=1e-12)
    passes = (START + np.array([0.0, 4000.0, 80_000.0]), START + np.array([50.0, 6000.0, 1e6]))
    heard = Downlink(rate=1e6, distance=1e11, passes=passes)
    near = heard.capacity(START, times, lambda t: np.full(t.size, 1e11))
    np.testing.assert_allclose(near, [1e6 * 1000.0, 1e6 * 11_000.0], rtol=1e-12)


def test_the_ledger_by_hand():
    book = ledger([10, 10, 10], 1.0, np.array([0.0, 4.0, 100.0]), 12.0)
    assert book.kept.tolist() == [10, 6, 10]
    assert book.sent.tolist() == [0.0, 4.0, 12.0]
    assert book.waiting.tolist() == [10.0, 12.0, 10.0]


def test_a_camera_that_looks_away_has_no_frames(steep):
    with pytest.raises(PhysicsError, match="no frame of the campaign is left"):
        plan_campaign(steep, CAMERA, frames_per_arc=4, attitude=Nadir(roll=120.0))
    some = plan_campaign(steep, CAMERA, frames_per_arc=4, attitude=Nadir(roll=62.0))
    assert some.attrs["frames_off_body"] > 0
    assert some["emission"].values.max() > 60.0


@pytest.mark.parametrize(
    ("ask", "error", "says"),
    [
        ({"altitude_limit": "200 km"}, PhysicsError, "no arc of the orbit lies below 200 km"),
        ({"incidence_limit": 1.0}, PhysicsError, "the light window is empty"),
        ({"orbits": 500}, PhysicsError, "500 orbits are asked for"),
        ({"orbits": [3, 99]}, InputError, "orbit 99 is not among"),
        ({"overlap": 0.5}, InputError, "frames_per_arc, overlap"),
        ({"frames_per_arc": None}, InputError, "from none"),
        ({"frames_per_arc": 2.5}, InputError, "whole number"),
        ({"frames_per_arc": None, "overlap": 1.0}, InputError, "overlap is 1.0"),
        ({"altitude_limit": -5.0}, InputError, "altitude_limit"),
        ({"incidence_limit": 0.0}, InputError, "incidence_limit"),
        ({"choice": "odd"}, InputError, "'odd'"),
        ({"camera": SimpleNamespace(name="box")}, InputError, "box has no field of view"),
        ({"camera": SimpleNamespace(name="line", mode="pushbroom")}, InputError, "takes lines"),
    ],
)
def test_what_cannot_be_is_refused_in_a_sentence(steep, ask, error, says):
    ask = {"frames_per_arc": 10, "camera": CAMERA} | ask
    with pytest.raises(error, match=says) as caught:
        plan_campaign(steep, ask.pop("camera"), **ask)
    assert "\n" not in str(caught.value)


def test_an_orbit_under_the_surface_is_refused():
    diving = Kepler(87.0, peri=R - 40e3, revolutions=1.2)
    with pytest.raises(PhysicsError, match=r"the orbit runs .* km below the surface of mars"):
        plan_campaign(diving, CAMERA, frames_per_arc=10)
