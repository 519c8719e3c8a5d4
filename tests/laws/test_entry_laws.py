"""Laws of entry: what holds in closed form of flight through air and without."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from marsward.core.bodies import body
from marsward.core.errors import InputError
from marsward.data.gravity_model import gravity_model
from marsward.physics.aeroheating import SUTTON_GRAVES, stagnation_heating
from marsward.vehicles.aerodynamics import bridge, free_molecular, sphere_cone
from marsward.vehicles.areoid_law import AreoidLaw
from marsward.vehicles.capsule import Capsule
from marsward.vehicles.entry import enter
from marsward.vehicles.entry_air import EntryAir
from marsward.vehicles.flight_state import SPIN, FlightState
from marsward.vehicles.kernels.entry_motion import FREE_DRAG, FREE_LIFT, GM, OBLATE
from marsward.vehicles.kernels.entry_motion import SPIN as SPIN_AT

RADIUS = 3.39e6
BALL = AreoidLaw(np.r_[RADIUS, np.zeros(8)], 0.0, 0.0, 90.0, 0.0, 0.0)
DRAG, DENSITY, SCALE, SPEED = 1.6, 0.0158, 9354.0, 6000.0


def plain(**settings) -> Capsule:
    return Capsule(mass="900 kg", diameter="3 m", aerodynamics=((1.0, DRAG, 0.0),), **settings)


def falling(angle: float, bottom: float, **stops):
    """A ballistic fall through exponential air without gravity, rotation and rarefied flow."""
    start = FlightState.of(
        lon=0.0, lat=0.0, radius=RADIUS + 150e3, speed=SPEED, azimuth=90.0, angle=angle
    )
    capsule = plain()
    first = enter(
        start, capsule, EntryAir.exponential(DENSITY, SCALE), until_height=bottom, areoid=BALL,
        **stops,
    )  # fmt: skip
    planet, craft = first.flight.planet.copy(), first.flight.craft.copy()
    planet[[GM, OBLATE, SPIN_AT]] = 0.0
    craft[:, FREE_DRAG], craft[:, FREE_LIFT] = DRAG, 0.0
    flight = replace(first.flight, planet=planet, craft=craft)
    results = flight.fly()
    final = FlightState.from_cartesian(results[:, :6])
    return replace(first, flight=flight, results=results, final=final)


def test_straight_fall_is_allen_and_eggers():
    bottom = 5000.0
    flown = falling(-90.0, bottom)
    load = DENSITY * SCALE * np.pi / 4 * 9.0 * DRAG / (2.0 * 900.0)
    top = np.exp(-150e3 / SCALE)
    expected = SPEED * np.exp(-load * (np.exp(-bottom / SCALE) - top))
    assert flown.final.speed[0] == pytest.approx(expected, rel=3e-7)
    # the greatest deceleration comes at exp(-1/2) of the speed, whatever the capsule
    assert flown.peak_deceleration[0] == pytest.approx(SPEED**2 / (2 * np.e * SCALE), rel=2e-4)
    assert flown.peak_deceleration_at[0, 2] == pytest.approx(SPEED * np.exp(-0.5), rel=5e-3)
    height = SCALE * np.log(2.0 * load)
    assert flown.peak_deceleration_at[0, 1] == pytest.approx(height, abs=150.0)


def test_slanted_fall_runs_straight_without_gravity():
    flown = falling(-60.0, 5000.0)
    held = flown.start.cartesian[0]
    way = flown.final.cartesian[0, :3] - held[:3]
    along = held[3:] / SPEED
    assert np.linalg.norm(way - (way @ along) * along) < 0.05


def test_energy_is_kept_in_the_void_with_flattening_and_rotation():
    z = np.arange(-5000.0, 2_000_001.0, 5000.0)
    void = EntryAir(z, np.full(z.size, -90.0), np.full(z.size, 150.0))
    start = FlightState.of(
        lon=20.0, lat=30.0, height=1_000e3, speed=2700.0, azimuth=[10.0, 100.0, 250.0],
        angle=-2.0,
    )  # fmt: skip
    flown = enter(start, plain(), void, longest=1500.0)
    assert np.all(flown.duration > 1000.0)
    model, gm = gravity_model("mars"), body("mars").gm
    j2 = -np.sqrt(5.0) * model.cosine[2, 0]

    def jacobi(state):
        held = state.cartesian
        r = np.linalg.norm(held[:, :3], axis=1)
        sine2 = (held[:, 2] / r) ** 2
        pull = gm / r * (1.0 - 0.5 * j2 * (model.radius / r) ** 2 * (3.0 * sine2 - 1.0))
        turn = 0.5 * SPIN**2 * (held[:, 0] ** 2 + held[:, 1] ** 2)
        return 0.5 * np.sum(held[:, 3:] ** 2, axis=1) - pull - turn

    before, after = jacobi(start), jacobi(flown.final)
    assert np.abs(after / before - 1.0).max() < 1e-7


@given(st.floats(0.02, 0.6), st.floats(-3.0, 3.0))
@settings(max_examples=25)
def test_mirrored_bank_gives_a_mirrored_flight(lift, azimuth):
    """From the equator a bank to the left mirrors one to the right, to the south and the north."""
    capsule = Capsule(mass="900 kg", diameter="3 m", aerodynamics=((1.0, DRAG, lift),))
    start = FlightState.of(lon=0.0, lat=0.0, radius=RADIUS + 125e3, speed=5000.0,
                           azimuth=[90.0 + azimuth, 90.0 - azimuth], angle=-14.0)  # fmt: skip
    flown = enter(start, capsule, EntryAir.exponential(), bank=[40.0, -40.0], until_speed=600.0,
                  areoid=BALL)  # fmt: skip
    held = flown.final.cartesian
    assert np.allclose(held[0] * [1, 1, -1, 1, 1, -1], held[1], rtol=0.0, atol=1e-3)


def test_denser_air_stops_higher_and_lift_up_flies_farther():
    start = FlightState.of(lon=[0.0, 0.0], lat=0.0, radius=RADIUS + 125e3, speed=5000.0,
                           azimuth=90.0, angle=-14.0)  # fmt: skip
    capsule = Capsule(mass="900 kg", diameter="3 m", aerodynamics=((1.0, DRAG, 0.24),))
    up = enter(start, capsule, EntryAir.exponential(), bank=[0.0, 90.0], until_speed=450.0)
    assert up.path[0] > up.path[1] + 20e3
    assert up.height[0] > up.height[1] + 2e3
    assert up.peak_deceleration[0] < up.peak_deceleration[1]


def test_heating_is_of_the_law():
    flux = stagnation_heating([1e-4, 4e-4], 5000.0, 1.0)
    assert flux[1] == pytest.approx(2.0 * flux[0])
    assert flux[0] == pytest.approx(SUTTON_GRAVES * 1e-2 * 1.25e11)
    for bad in ((-1.0, 1.0, 1.0), (1.0, -1.0, 1.0), (1.0, 1.0, 0.0), ("thin", 1.0, 1.0)):
        with pytest.raises(InputError):
            stagnation_heating(*bad)


def test_aerodynamics_have_their_limits():
    drag, lift = sphere_cone([2.0, 5.0, 20.0], 0.0)
    assert np.allclose(lift, 0.0)
    assert np.all((drag > 1.5) & (drag < 1.8))
    # behind a normal shock: 1.839 of cold air (ratio of heats 1.4) to 2 where that ratio is 1
    tip = sphere_cone(25.0, 0.0)[0] / np.sin(np.radians(70.0)) ** 2
    assert 1.839 < tip < 2.0
    # a plate that stands across free molecules which stay on it feels 2; a mirror 4 cos2
    assert free_molecular(0.0, 80.0, 1.0)[0] == pytest.approx(2.0)
    assert free_molecular(0.0, 80.0, 0.0)[0] == pytest.approx(4.0 * np.sin(np.radians(80.0)) ** 2)
    assert np.allclose(bridge([1e-5, 1e-3, 0.1, 10.0, 1e4]), [0.0, 0.0, 0.5, 1.0, 1.0])
    with pytest.raises(InputError, match="Mach"):
        sphere_cone(0.0, 0.0)
    with pytest.raises(InputError, match="beyond the law"):
        sphere_cone(5.0, 50.0)
    with pytest.raises(InputError, match="beyond the law"):
        free_molecular(float("nan"))
