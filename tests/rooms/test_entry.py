"""Entries: beside an integration written in other coordinates, events, refusals, threads."""

import numpy as np
import pytest
from scipy.integrate import solve_ivp
from scipy.interpolate import CubicSpline

from marsward.core.bodies import body
from marsward.core.errors import InputError, PhysicsError
from marsward.core.time import Epoch
from marsward.data.gravity_model import gravity_model
from marsward.physics.aeroheating import stagnation_heating
from marsward.physics.air import speed_of_sound
from marsward.vehicles.aerodynamics import bridge, mean_free_path_density
from marsward.vehicles.areoid_law import areoid_law, areoid_radius_at
from marsward.vehicles.capsule import Capsule
from marsward.vehicles.entry import enter
from marsward.vehicles.entry_air import EntryAir
from marsward.vehicles.entry_scatter import EntryScatter
from marsward.vehicles.flight_state import SPIN, FlightState

TRIGGER = 420.0


def windy() -> EntryAir:
    """A column with a wave in its density, warm aloft, with winds that turn with height."""
    z = np.arange(-6000.0, 140_001.0, 1000.0)
    log_rho = np.log(0.016) - z / 9500.0 + 0.05 * np.sin(z / 6000.0)
    return EntryAir(
        z, log_rho, 180.0 + 30.0 * np.cos(z / 40e3), 40.0 * np.sin(z / 20e3),
        -25.0 * np.cos(z / 15e3),
    )  # fmt: skip


def state(count: int = 1, **given) -> FlightState:
    rng = np.random.default_rng(4)
    held = {
        "lon": 65.0, "lat": 18.4, "height": 125e3, "azimuth": 100.0,
        "speed": 5330.0 + rng.normal(0.0, 2.0, count),
        "angle": -15.5 + rng.normal(0.0, 0.05, count),
    }  # fmt: skip
    return FlightState.of(**{**held, **given})


@pytest.fixture(scope="module")
def capsule() -> Capsule:
    return Capsule(preset="mars-2020")


def in_local_axes(entry: FlightState, capsule: Capsule, air: EntryAir, bank: float, law) -> tuple:
    """The same flight in radius, longitude, latitude and local speeds, DOP853 at 1e-12."""
    model = gravity_model("mars")
    j2 = -np.sqrt(5.0) * model.cosine[2, 0]
    gm = body("mars").gm
    log_rho = CubicSpline(air.height, air.log_density[0])
    sound = CubicSpline(air.height, speed_of_sound(air.temperature[0]))
    winds = [CubicSpline(air.height, w[0]) for w in (air.eastward_wind, air.northward_wind)]
    free = capsule.free
    sigma = np.radians(bank)

    def rate(_, y):
        r, lam, phi, ve, vn, vu = y[:6]
        s, c = np.sin(phi), np.cos(phi)
        up = np.array([c * np.cos(lam), c * np.sin(lam), s])
        z = r - float(law.radius(up))
        rho = float(np.exp(log_rho(z)))
        stream = np.array([ve - winds[0](z), vn - winds[1](z), vu])
        v = np.linalg.norm(stream)
        t = stream / v
        drag, lift = (float(each) for each in capsule.coefficients(v / float(sound(z))))
        share = float(bridge(mean_free_path_density() / rho / capsule.diameter))
        drag, lift = drag + share * (free[0] - drag), lift + share * (free[1] - lift)
        push = 0.5 * rho * v * v * capsule.area / capsule.mass
        normal = np.array([0.0, 0.0, 1.0]) - t[2] * t
        normal /= np.linalg.norm(normal)
        right = np.cross(t, normal)
        a = push * (-drag * t + lift * (np.cos(sigma) * normal + np.sin(sigma) * right))
        q = j2 * (model.radius / r) ** 2
        a[2] -= gm / r**2 * (1.0 - 1.5 * q * (3.0 * s * s - 1.0))
        a[1] -= gm / r**2 * 3.0 * q * s * c
        heat = stagnation_heating(rho, v, capsule.nose_radius)
        return np.array([
            vu, ve / (r * c), vn / r,
            a[0] + ve * vn * s / c / r - ve * vu / r + 2 * SPIN * (vn * s - vu * c),
            a[1] - ve**2 * s / c / r - vn * vu / r - 2 * SPIN * ve * s - SPIN**2 * r * s * c,
            a[2] + (ve**2 + vn**2) / r + 2 * SPIN * ve * c + SPIN**2 * r * c * c, heat,
        ])  # fmt: skip

    def stop(_, y):
        return np.linalg.norm(y[3:6]) - TRIGGER

    stop.terminal = True
    level = entry.speed[0] * np.cos(entry.angle_rad[0])
    start = [
        entry.radius[0], entry.lon_rad[0], entry.lat_rad[0], level * np.sin(entry.azimuth_rad[0]),
        level * np.cos(entry.azimuth_rad[0]), entry.speed[0] * np.sin(entry.angle_rad[0]), 0.0,
    ]  # fmt: skip
    done = solve_ivp(rate, (0.0, 1000.0), start, "DOP853", events=stop, rtol=1e-12, atol=1e-12)
    r, lam, phi = done.y_events[0][0][:3]
    place = r * np.array([np.cos(phi) * np.cos(lam), np.cos(phi) * np.sin(lam), np.sin(phi)])
    return place, float(done.t_events[0][0]), float(done.y_events[0][0][6])


def test_flight_is_that_of_other_coordinates_and_solver(capsule):
    air, entry = windy(), state()
    law = areoid_law(75.0, 17.0)
    ours = enter(entry, capsule, air, bank=-35.0, until_speed=TRIGGER, areoid=law)
    place, seconds, heat = in_local_axes(entry, capsule, air, -35.0, law)
    assert ours.verdict.tolist() == ["trigger"]
    assert np.linalg.norm(ours.final.cartesian[0, :3] - place) < 1.0
    assert ours.duration[0] == pytest.approx(seconds, abs=1e-3)
    assert ours.heat_load[0] == pytest.approx(heat, rel=1e-6)
    assert ours.final.speed[0] == pytest.approx(TRIGGER, abs=1e-3)


def test_tighter_tolerance_and_threads_change_nothing_that_matters(capsule):
    entry = state(70)
    scatter = EntryScatter(density=np.linspace(0.9, 1.1, 70))
    given = {"bank": 40.0, "until_speed": TRIGGER, "scatter": scatter}
    one = enter(entry, capsule, windy(), **given)
    two = enter(entry, capsule, windy(), workers=2, **given)
    fine = enter(entry, capsule, windy(), rtol=1e-11, **given)
    assert np.array_equal(one.results, two.results)
    off = np.linalg.norm(one.results[:, :3] - fine.results[:, :3], axis=1)
    assert off.max() < 0.5
    assert np.abs(one.peak_deceleration / fine.peak_deceleration - 1.0).max() < 2e-4
    assert np.abs(one.peak_heat_flux / fine.peak_heat_flux - 1.0).max() < 2e-4


def test_columns_for_each_member_are_its_own(capsule):
    base, entry = windy(), state()
    many = FlightState.from_cartesian(np.repeat(entry.cartesian, 3, axis=0))
    scales = np.log([0.9, 1.0, 1.2])[:, None]
    air = EntryAir(base.height, base.log_density + scales, base.temperature)
    own = enter(many, capsule, air, until_speed=TRIGGER, bank=30.0)
    calm = EntryAir(base.height, base.log_density, base.temperature)
    factors = EntryScatter(density=np.exp(scales[:, 0]))
    scaled = enter(many, capsule, calm, until_speed=TRIGGER, bank=30.0, scatter=factors)
    assert np.allclose(own.final.cartesian, scaled.final.cartesian, rtol=0.0, atol=0.1)
    assert np.all(np.diff(own.height) > 0.0)


def test_history_ends_where_the_entry_does(capsule):
    flown = enter(state(), capsule, windy(), bank=45.0, until_speed=TRIGGER)
    history = flown.history(every=0.25)
    assert float(history["seconds"][-1]) == pytest.approx(flown.duration[0], abs=0.25)
    assert float(history["deceleration"].max()) == pytest.approx(
        flown.peak_deceleration[0], rel=2e-4
    )
    when = float(history["seconds"][int(np.argmax(history["deceleration"].values))])
    assert when == pytest.approx(flown.peak_deceleration_at[0, 0], abs=0.5)
    assert float(history["heat_flux"].max()) == pytest.approx(flown.peak_heat_flux[0], rel=2e-4)
    fine = flown.history(every=0.02)["dynamic_pressure"]
    assert float(fine.max()) == pytest.approx(flown.peak_dynamic_pressure[0], rel=2e-4)
    flux = history["heat_flux"]
    load = float(flux.integrate("seconds"))
    assert load == pytest.approx(float(history["heat_load"][-1]), rel=1e-4)
    assert history["mach"].attrs["units"] == "1"
    assert set(flown.dataset().data_vars) >= {"mach", "heat_load", "peak_deceleration", "lon"}


def test_verdicts_are_words_and_one_sentence(capsule):
    air = windy()
    cases = {
        "skip-out": ({"angle": -4.0, "speed": 5600.0}, {"until_speed": TRIGGER}),
        "ground": ({"angle": -80.0}, {"until_speed": 50.0}),
        "no trigger": ({"angle": -40.0}, {"until_speed": TRIGGER, "until_height": 15e3}),
        "height": ({}, {"until_height": 20e3}),
        "too long": ({}, {"longest": 60.0}),
    }
    for word, (given, stops) in cases.items():
        flown = enter(state(**given), capsule, air, **stops)
        assert flown.verdict.tolist() == [word], word
        assert np.isfinite(flown.results).all()
        if word == "height":
            assert flown.one() is flown
            assert flown.flight.stops[0, 3] == 20e3
            assert flown.height[0] == pytest.approx(20e3, abs=150.0)
        else:
            with pytest.raises(PhysicsError, match=r"^entry 0 of 1 [^\n]+$"):
                flown.one()
    skipped = enter(state(angle=-4.0, speed=5600.0), capsule, air)
    assert skipped.final.angle[0] > 0.0


def test_peaks_of_flights_that_begin_in_the_air_are_at_their_start(capsule):
    """Low and level a capsule is braked less and less: the greatest is the first."""
    low = state(height=11e3, speed=1500.0, angle=-1.0)
    flown = enter(low, capsule, windy(), bank=90.0, until_speed=TRIGGER)
    history = flown.history(every=0.1)
    for peak, when, name in (
        (flown.peak_deceleration, flown.peak_deceleration_at, "deceleration"),
        (flown.peak_heat_flux, flown.peak_heat_flux_at, "heat_flux"),
    ):
        told = history[name].values
        assert np.argmax(told) == 0
        assert peak[0] == told[0]
        assert when[0].tolist() == [0.0, *(float(history[key][0]) for key in (
            "height_above_areoid", "airspeed"
        ))]  # fmt: skip


def test_flights_that_begin_in_the_air_may_rise_and_fall_again(capsule):
    """A loft of some kilometres at 35 km is no escape, whatever the height of its start."""
    loft = enter(state(height=35e3, speed=2500.0, angle=4.0), capsule, windy(), until_speed=TRIGGER)
    assert loft.verdict.tolist() == ["trigger"]
    assert float(loft.history()["height_above_areoid"].max()) > 36e3
    gone = enter(state(height=60e3, speed=5500.0, angle=20.0), capsule, windy())
    assert gone.verdict.tolist() == ["skip-out"]
    assert gone.height[0] == pytest.approx(80_010.0, abs=200.0)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"workers": 0}, "workers"),
        ({"workers": "two"}, "workers"),
        ({"bank": "left"}, "bank must be numbers"),
        ({"bank": float("nan")}, "bank is nan"),
        ({"bank": [1.0, 2.0]}, "1 entries"),
        ({"until_height": float("nan")}, "until_height"),
        ({"until_speed": "slow"}, "until_speed"),
        ({"ground": float("nan")}, "height of the ground"),
        ({"rtol": "fine"}, "rtol"),
        ({"air": None}, "no air"),
        ({"capsule": "msl"}, "give a Capsule"),
        ({"scatter": EntryScatter(lift=1e30)}, "lift of the scatter"),
        ({"scatter": EntryScatter(drag="much")}, "drag of the scatter"),
        ({"scatter": EntryScatter(accelerometer=-5.0)}, "accelerometer"),
        ({"scatter": EntryScatter(nav_position=1e30)}, "nav_position"),
    ],
)
def test_calls_that_cannot_be_are_one_sentence(capsule, change, said):
    given = {"state": state(), "capsule": capsule, "air": windy()} | change
    with pytest.raises(InputError, match=said) as caught:
        enter(given.pop("state"), given.pop("capsule"), given.pop("air"), **given)
    assert "\n" not in str(caught.value)


def test_no_members_are_refused(capsule):
    with pytest.raises(InputError, match="no member"):
        enter(state()[:0], capsule, windy())
    with pytest.raises(InputError, match="centre of Mars"):
        FlightState.from_cartesian([0.0] * 6)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"speed": "fast"}, "speed of a state"),
        ({"height": "125 km"}, "height of a state"),
        ({"lon": [1.0, 2.0], "lat": [1.0, 2.0, 3.0]}, "do not fit"),
        ({"angle": -95.0}, "flight-path angle is -95"),
        ({"lat": 91.0}, "latitude"),
        ({"speed": -1.0}, "speed"),
        ({"height": None}, "either height"),
        ({"height": float("nan")}, "radius"),
    ],
)
def test_states_that_cannot_be_are_refused(change, said):
    with pytest.raises(InputError, match=said):
        state(**change)


def test_air_that_cannot_be_is_refused(capsule):
    air = windy()
    z, rho, warm = air.height, air.log_density, air.temperature
    short = EntryAir(z[z < 90e3], rho[:, z < 90e3], warm[:, z < 90e3])
    with pytest.raises(InputError, match="ends at 89 km, below the entry"):
        enter(state(), capsule, short, until_speed=TRIGGER)
    with pytest.raises(InputError, match="begins at -6000 m"):
        enter(state(), capsule, air, ground=-8000.0)
    with pytest.raises(InputError, match="even steps without gaps"):
        EntryAir(np.delete(z, 20), np.delete(rho[0], 20), np.delete(warm[0], 20))
    holed = rho[0].copy()
    holed[7] = np.nan
    with pytest.raises(InputError, match="gap at 1000 m"):
        EntryAir(z, holed, warm)
    with pytest.raises(InputError, match="above 0 K"):
        EntryAir(z, rho, -warm)
    with pytest.raises(InputError, match="more than 0"):
        EntryAir.of_table(z, np.zeros(z.size), warm[0])
    with pytest.raises(InputError, match="must be finite"):
        EntryAir.of_table(z, np.full(z.size, np.nan), 200.0)
    with pytest.raises(InputError, match="do not fit"):
        EntryAir.of_table(z, np.ones(z.size), [200.0, 210.0])
    with pytest.raises(InputError, match="must be numbers"):
        EntryAir(z, ["thin"] * z.size, warm)
    with pytest.raises(InputError, match="step of the air"):
        EntryAir.exponential(step=0.0)
    with pytest.raises(InputError, match="must rise"):
        EntryAir(z[::-1], rho, warm)
    three = EntryAir(z, np.repeat(rho, 3, axis=0), warm)
    with pytest.raises(InputError, match="3 columns for 2"):
        enter(state(2), capsule, three)
    with pytest.raises(InputError, match="factor of density"):
        enter(state(), capsule, air, scatter=EntryScatter(density=0.0))
    with pytest.raises(InputError, match="begins at"):
        enter(state(height=1000.0), capsule, air, until_height=2000.0)


def test_areoid_law_keeps_to_the_areoid():
    for lon, lat in ((77.45, 18.44), (109.9, 25.1), (137.4, -4.6), (0.5, 0.0)):
        law = areoid_law(lon, lat)
        assert law.error < 60.0
        phi, lam = np.radians(lat), np.radians(lon)
        up = [np.cos(phi) * np.cos(lam), np.cos(phi) * np.sin(lam), np.sin(phi)]
        assert float(law.radius(up)) == pytest.approx(float(areoid_radius_at(lon, lat)), abs=150.0)
        # a flight that goes on around the planet finds no pit where the cap ends
        turn = np.radians(np.arange(0.0, 360.0, 10.0))
        ring = np.stack([np.cos(turn), np.sin(turn), np.zeros(36)], axis=1)
        away = law.radius(ring) - areoid_radius_at(np.degrees(turn), 0.0)
        assert np.abs(away).max() < 10e3
    with pytest.raises(InputError, match="reach"):
        areoid_law(0.0, 0.0, 400.0)


def test_states_go_to_inertial_axes_and_back():
    epoch = Epoch.utc("2021-05-14T23:08:55")
    first = state(3, epoch=epoch, seconds=[0.0, 10.0, 20.0])
    held = first.inertial()
    times = epoch + np.array([0.0, 10.0, 20.0])
    back = FlightState.from_inertial(held, times)
    assert np.allclose(back.cartesian, first.cartesian, rtol=0.0, atol=1e-5)
    assert np.allclose(np.linalg.norm(held[:, 3:], axis=1), first.inertial_speed, atol=1e-6)
    told = FlightState.of(
        lon=first.lon, lat=first.lat, radius=first.radius, speed=first.inertial_speed,
        azimuth=first.inertial_azimuth, angle=first.inertial_angle, inertial=True,
    )  # fmt: skip
    assert np.allclose(told.speed, first.speed, rtol=1e-12)
    assert np.allclose(first.height, 125e3)
    assert len(first[1:]) == 2
    with pytest.raises(InputError, match="no epoch"):
        state().inertial()
