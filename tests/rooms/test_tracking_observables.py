"""Computed range, Doppler, Delta-DOR and directions: SPICE, differences, closed forms."""

import numpy as np
import pytest
import spiceypy

from marsward.core.bodies import body
from marsward.core.constants import SPEED_OF_LIGHT
from marsward.core.errors import InputError, PhysicsError
from marsward.core.time import Epoch
from marsward.data.kernel_paths import de440, leapseconds
from marsward.dynamics.earth_orientation import earth_axes
from marsward.dynamics.ephemeris import default_ephemeris
from marsward.dynamics.forces import Forces, SolarPressure
from marsward.dynamics.propagate import propagate
from marsward.dynamics.sites import STATIONS, Site
from marsward.geometry.tracking import computed_observables, elevations, sun_earth_probe
from marsward.geometry.tracking_plan import epochs_of, measurement_plan, sites_of

C = float(SPEED_OF_LIGHT)
FORCES = Forces(solar_pressure=SolarPressure(2.4e-8))
START = Epoch.utc("2020-08-04T09:12:50.191")
STATE = 1e3 * np.array(
    [105392978.4, -102325264.7, -43650426.9, 24.795304587, 19.029748865, 8.903738346]
)
SITES = tuple(STATIONS.values())
CENTRE = Site("centre", 0.0, 0.0, -float(body("earth").radii[0]), 0.0, "earth")


@pytest.fixture(scope="module")
def path():
    return propagate(STATE, START, START + 150 * 86400.0, forces=FORCES)


@pytest.fixture
def spice():
    for file in (de440(), leapseconds()):
        spiceypy.furnsh(str(file))
    yield
    spiceypy.kclear()


def ranges_of(path, at, site=0, second=-1, **options):
    plan = measurement_plan("range", at, sites=SITES, station=site, second=second)
    return computed_observables(path, plan, **options).value


def test_two_way_range_of_a_planet_is_spices_two_light_times(spice):
    at = START + np.linspace(0.0, 700.0, 40) * 86400.0
    plan = measurement_plan("range", at, sites=(CENTRE,), station=0)
    found = computed_observables("mars barycenter", plan, relativity=False)
    for i, et in enumerate(at.et):
        down = spiceypy.spkezr("4", et, "J2000", "CN", "399")[1]
        up = spiceypy.spkezr("399", et - down, "J2000", "CN", "4")[1]
        # SPICE holds its epochs in one double, 1.2e-7 s wide, over which Mars moves 3 mm
        assert found.value[i] == pytest.approx(0.5 * C * (down + up), abs=0.01)
        assert float(at[i] - found.bounce[i]) == pytest.approx(down, abs=1e-9)


def test_direction_of_a_planet_from_another_is_spices(spice):
    at = START + np.linspace(0.0, 700.0, 20) * 86400.0
    for kind, place in (("right-ascension", 1), ("declination", 2)):
        plan = measurement_plan(kind, at, target="earth")
        found = computed_observables("mars barycenter", plan).value
        for i, et in enumerate(at.et):
            line = spiceypy.spkezr("399", et, "J2000", "CN", "4")[0][:3]
            assert found[i] == pytest.approx(spiceypy.recrad(line)[place], abs=1e-12)


@pytest.mark.parametrize(
    "kind", ["range", "doppler", "delta-dor", "right-ascension", "declination"]
)
def test_partials_are_those_of_differences(path, kind):
    at = START + np.array([3.0, 40.3, 90.7, 140.1]) * 86400.0
    plan = measurement_plan(
        kind, at, sites=SITES, station=[0, 1, 2, 0], second=[1, 2, 0, 2] if kind == "delta-dor"
        else [-1, -1, 0, -1], count_time=600.0, target="mars",
    )  # fmt: skip
    found = computed_observables(path, plan)
    for i in range(at.size):
        one, when = plan.isel(point=[i]), found.bounce[i]
        here = path.at(when, wrt="sun")
        slope = np.empty(6)
        for j in range(6):
            step = np.zeros(6)
            step[j] = 1e6 if j < 3 else 1.0
            ends = [_through(here + sign * step, when, one) for sign in (1.0, -1.0)]
            slope[j] = (ends[0] - ends[1]) / (2.0 * step[j])
        for part in (slice(0, 3), slice(3, 6)):
            size = np.linalg.norm(found.partial[i, part])
            error = np.linalg.norm(slope[part] - found.partial[i, part])
            # metres move a Doppler by the turn of its line; the gravity of the Sun is left out
            limit = 3e-4 if (kind == "doppler" and part.start == 0) else 1e-6
            assert error <= limit * size + (1e-12 if kind == "doppler" else 1e-20)


def _through(state, when, plan):
    early = propagate(state, when, when - 4000.0, forces=FORCES)
    late = propagate(state, when, when + 4000.0, forces=FORCES)
    return computed_observables(early + late, plan).value[0]


def test_partials_of_places_are_those_of_differences(path):
    at = START + np.array([3.0, 90.7]) * 86400.0
    for kind, count in (("range", 0.0), ("doppler", 3600.0), ("delta-dor", 0.0)):
        site = Site("here", 20.0, 30.0, 500.0, 10.0, "earth")
        both = measurement_plan(
            kind, at, sites=(site, SITES[1]), station=0, second=1, count_time=count
        )
        found = computed_observables(path, both)
        high, low = (
            computed_observables(path, _raised(both, sign * 1000.0)).value for sign in (1.0, -1.0)
        )
        slope = (high - low) / 2000.0
        assert found.place_partial[:, 0] @ site.vertical == pytest.approx(slope, rel=3e-5)


def _raised(plan, height):
    moved = plan.copy()
    moved["site_height"] = plan["site_height"] + np.array([height, 0.0])
    return moved


def test_doppler_is_the_mean_rate_of_range(path):
    at = START + np.array([5.0, 60.25, 120.5]) * 86400.0
    plan = measurement_plan("doppler", at, sites=SITES, station=1, count_time=60.0)
    found = computed_observables(path, plan).value
    near = ranges_of(path, at + 30.0, 1) - ranges_of(path, at - 30.0, 1)
    assert found == pytest.approx(near / 60.0, abs=1e-9)


def test_sun_delays_signals_by_shapiros_formula_and_clocks_by_tdb(path, spice):
    at = START + np.array([20.0, 100.0]) * 86400.0
    plan = measurement_plan("range", at, sites=(CENTRE,), station=0)
    slow = computed_observables(path, plan)
    fast = computed_observables(path, plan, relativity=False)
    sky = default_ephemeris()
    delay = np.zeros(2)
    for i in range(2):
        t2 = slow.bounce[i]
        craft = path.at(t2, wrt="sun")[:3]
        t1 = t2 - float(at[i] - t2)
        for when in (at[i], t1):
            earth = sky.position("earth", wrt="sun", at=when)
            r1, r2 = np.linalg.norm(earth), np.linalg.norm(craft)
            d = np.linalg.norm(earth - craft)
            delay[i] += 2.0 * float(body("sun").gm) / C**2 * np.log((r1 + r2 + d) / (r1 + r2 - d))
        # ET less UTC grows as TDB less TT does
        delay[i] -= C * (spiceypy.deltet(at[i].et, "ET") - spiceypy.deltet(t1.et, "ET"))
    assert slow.value - fast.value == pytest.approx(0.5 * delay, abs=0.3)
    assert np.all(slow.value - fast.value > 100.0)


def test_delta_dor_is_the_baseline_along_the_line_of_sight(path):
    at = START + np.array([30.0, 110.0]) * 86400.0
    plan = measurement_plan("delta-dor", at, sites=SITES, station=0, second=1)
    found = computed_observables(path, plan, relativity=False)
    turn = np.swapaxes(earth_axes(at), -1, -2)
    baseline = turn @ (SITES[1].position - SITES[0].position)
    earth = default_ephemeris().position("earth", wrt="sun", at=at)
    line = path.at(found.bounce, wrt="sun")[:, :3] - earth
    line /= np.linalg.norm(line, axis=-1, keepdims=True)
    plane = -np.einsum("ni,ni->n", baseline, line) / C
    # the front is bent (b^2/2r), and stations move with 30 km/s while it passes: 1e-4 of 20 ms
    assert found.value == pytest.approx(plane, abs=1e-5)
    assert np.any(np.abs(found.value) > 1e-3)


def test_components_of_states_are_themselves(path):
    at = START + np.array([10.0, 20.0]) * 86400.0
    for k, kind in enumerate(("x", "y", "z", "vx", "vy", "vz")):
        found = computed_observables(path, measurement_plan(kind, at))
        assert found.value == pytest.approx(path.at(at, wrt="sun")[:, k], rel=1e-15)
        assert np.array_equal(found.partial, np.eye(6)[[k, k]])


def test_elevations_agree_with_those_of_the_measurements(path):
    at = START + np.linspace(10.0, 11.0, 25) * 86400.0
    high = elevations(path, SITES, at)
    found = computed_observables(path, measurement_plan("range", at, sites=SITES, station=2))
    assert high[:, 2] == pytest.approx(found.elevation[:, 0], abs=1e-6)
    assert np.all(np.isnan(computed_observables(path, measurement_plan("x", at)).elevation))


def test_sun_angle_of_mars_is_that_of_spice(spice):
    at = START + np.linspace(0.0, 600.0, 20) * 86400.0
    for et, angle in zip(at.et, sun_earth_probe("mars barycenter", at), strict=True):
        mars, sun = (spiceypy.spkezr(b, et, "J2000", "NONE", "399")[0][:3] for b in ("4", "10"))
        assert angle == pytest.approx(spiceypy.vsep(mars, sun), abs=1e-9)


def test_a_plan_keeps_times_and_places():
    at = START + np.array([3.0, 1.0, 2.0])
    plan = measurement_plan("range", at, sites=SITES, station=[2, 0, 1])
    assert np.all(np.diff(np.asarray(epochs_of(plan) - START)) == 1.0)
    assert list(plan["station"].values) == [0, 1, 2]
    for kept, given in zip(sites_of(plan), SITES, strict=True):
        assert kept.position == pytest.approx(given.position, abs=1e-9)


def test_refusals(path):
    with pytest.raises(InputError, match="no measurement is called 'altitude'"):
        measurement_plan("altitude", START.reshape(1), sites=SITES, station=0)
    with pytest.raises(InputError, match="need a station"):
        measurement_plan("range", START.reshape(1))
    with pytest.raises(InputError, match="two different stations"):
        measurement_plan("delta-dor", START.reshape(1), sites=SITES, station=0, second=0)
    with pytest.raises(InputError, match="count time above 0"):
        measurement_plan("doppler", START.reshape(1), sites=SITES, station=0)
    with pytest.raises(PhysicsError, match="knows"):
        ranges_of(path, (START - 86400.0).reshape(1))
