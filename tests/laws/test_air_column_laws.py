"""Columns of air against budgets, closed forms and the ground's own solver."""

import numpy as np
import pytest

from marsward.core.errors import InputError
from marsward.physics import air_day as door
from marsward.physics.air import GRAVITY, layer_pressure, potential_temperature
from marsward.physics.air_column import Light, Radiation, annual_ground, run_columns, sun_of
from marsward.physics.air_day import air_day
from marsward.physics.air_layers import layer_edges
from marsward.physics.air_sky import AirSky
from marsward.physics.columns import GroundColumns
from marsward.physics.correlated_k import KTable
from marsward.physics.dust_optics import solar_optics
from marsward.physics.ground import ground_year, hours
from marsward.physics.near_infrared import near_infrared_numbers
from marsward.physics.season import MarsYear
from marsward.physics.sky import STEFAN_BOLTZMANN, Sky
from marsward.physics.vapour import CO2_LATENT_HEAT, co2_frost_point

YEAR = MarsYear()
PLACES = {
    "lat": [-4.6, 22.3, 47.7, -82.0],
    "albedo": [0.2, 0.25, 0.24, 0.25],
    "inertia": [300.0, 283.0, 234.0, 200.0],
    "pressure": [800.0, 690.0, 740.0, 500.0],
}


@pytest.fixture(scope="module")
def places():
    return GroundColumns(**PLACES, emissivity=0.98)


@pytest.fixture(scope="module")
def day(places):
    return air_day(places, ls=90.0, dust=0.4)


def test_the_budget_closes(day):
    """Air, ground, frost and the fluxes at the top; asked 1e-6."""
    assert np.abs(day.energy_residual).max() < 1e-10
    assert (day.change < 0.3).all()


def test_the_grounds_balance_holds_at_every_step(places, day):
    frost = day.frost_mass > 0.0
    albedo = np.where(frost, places.frost_albedo[:, None], places.albedo[:, None])
    emissivity = np.where(frost, places.frost_emissivity[:, None], places.emissivity[:, None])
    took = day.shortwave_down - day.shortwave_up + emissivity * day.longwave_down + day.latent
    gave = emissivity * STEFAN_BOLTZMANN * day.ground**4 + day.sensible + day.conduction
    assert took == pytest.approx(gave, abs=1e-5)
    lit = day.shortwave_down > 1.0
    reflected = (day.shortwave_up / np.where(lit, day.shortwave_down, 1.0))[lit]
    # the gas takes its share of the light on the way down only
    assert reflected == pytest.approx(albedo[lit], abs=1e-6)


def test_frost_gives_the_heat_that_it_takes(places, day):
    """In the polar night the mass gained is what condensed on the ground and aloft."""
    step = YEAR.sol_length / day.hour.size
    at_ground = (day.latent[3] * step / CO2_LATENT_HEAT).sum()
    aloft = (day.snow[3] * step).sum()
    mass = day.frost_mass[3]
    whole = mass[0] - mass[1] + (day.latent[3, 1] / CO2_LATENT_HEAT + day.snow[3, 1]) * step
    assert at_ground + aloft == pytest.approx(whole, rel=1e-9)
    assert whole > 0.5  # kg m-2 in a polar sol: 25 W/m2 of heat lost over the latent heat is 3.8
    assert day.ground[3] == pytest.approx(float(co2_frost_point(day.edges[3, 0])), abs=1e-9)
    assert (day.air >= co2_frost_point(layer_pressure(day.edges))[:, None, :] - 1e-9).all()


def test_noon_air_is_mixed_along_the_adiabat(day):
    """Between a tenth and two thirds of the convecting layer theta is even to a kelvin."""
    at = 54  # 13.5 h
    z, theta = day.heights[0, at], potential_temperature(day.air[0, at], layer_pressure(day.edges))
    top = day.boundary_layer_height[0, at]
    inside = (z > 0.1 * top) & (z < 0.65 * top)
    assert inside.sum() >= 3
    assert np.ptp(theta[0][inside]) < 1.0
    assert top > 3000.0
    assert day.boundary_layer_height[0, 12] < 300.0
    assert (day.sensible[0, 36:60] > 0.0).all()


def test_ground_and_near_air_have_the_right_sign(day):
    difference = day.difference(1.6)
    assert (difference[:3, 44:60] > 5.0).all()
    assert (difference[:3, 4:20] < 0.0).all()


def test_air_by_height_is_between_ground_and_layer(day):
    low, high = day.air_at(0.1), day.air_at(4.0)
    noon = 50
    assert day.ground[0, noon] > low[0, noon] > high[0, noon] > day.air[0, noon, 0] - 0.5
    lifted = day.air_at(2000.0)
    z = day.heights[0, noon]
    k = int(np.searchsorted(z, 2000.0))
    assert min(day.air[0, noon, k - 1 : k + 1]) <= lifted[0, noon] <= day.air[0, noon, k - 1] + 1.0
    assert day.profile_at(50.0).shape == day.ground.shape


def test_workers_and_company_change_nothing(places, day):
    again = air_day(places, ls=90.0, dust=0.4, workers=1)
    assert (again.air == day.air).all()
    alone = air_day(places.take([1]), ls=90.0, dust=0.4)
    assert alone.air[0] == pytest.approx(day.air[1], abs=1e-9)


def test_without_air_the_ground_is_that_of_its_own_solver():
    """No dust, no infrared, next to no touch: `hours` under no sky, to the step's own error."""
    columns = GroundColumns(lat=[-4.6, 40.0], albedo=0.2, inertia=[300.0, 150.0], pressure=600.0)
    told = air_day(
        columns, ls=120.0, dust=0.0, infrared=False, wind=0.0, gust=0.0, roughness=1e-5,
        sky=Sky(infrared_fraction=0.0, scattered_fraction=0.0, solar_constant=1361.0),
        sols=40, tolerance=0.02,
    )  # fmt: skip
    bare = hours(
        columns, [120.0],
        sky=Sky(infrared_fraction=0.0, scattered_fraction=0.0, solar_constant=1361.0),
    )[:, 0]  # fmt: skip
    # what little is left: 0.7 % of sunlight that the gas takes, and the touch of still air
    assert told.ground.mean(axis=1) == pytest.approx(bare.mean(axis=1), abs=0.8)
    assert told.ground == pytest.approx(bare, abs=2.5)
    assert np.abs(told.longwave_down).max() == 0.0


def grey(depth, pressure):
    """One band, one point: k = depth over the mass of the air."""
    log_k = np.full((2, 2, 1), np.log(depth * GRAVITY / pressure))
    return KTable(
        np.array([0.0, np.inf]), np.zeros(1, np.int64), np.ones(1),
        np.log([1e-3, 2000.0]), np.array([50.0, 400.0]), log_k, "grey",
    )  # fmt: skip


def test_grey_air_without_sunlight_comes_to_radiative_equilibrium():
    """Above the convection sigma T^4 = F/2 (1 + 1.66 tau), F being what leaves at the top."""
    columns = GroundColumns(lat=[0.0], albedo=0.2, inertia=2000.0, pressure=600.0)
    sol, steps, count = np.array([100.0]), 48, 90
    edges = layer_edges([600.0], 32, 1.0)
    ground = annual_ground(columns, sol, year=YEAR, sky=None, steps=steps, workers=1)
    optics = solar_optics()
    run = run_columns(
        columns, edges, ground,
        Radiation(
            np.ascontiguousarray(np.stack(optics.arrays)), near_infrared_numbers(0.0),
            grey(0.4, 600.0).arrays, np.zeros((1, 32)), np.zeros((1, 32, 1)), np.ones((1, 32)),
            2, True,
        ),
        Light(np.repeat(sun_of(YEAR, sol)[:, None], count, axis=1)),
        transport=np.zeros((1, 32)), geostrophic=np.array([5.0]), roughness=np.array([0.01]),
        gust=1.0, lasting=True, tolerance=1e-6, least_sols=count, workers=1,
    )  # fmt: skip
    from marsward.physics.kernels.air_step import R_LEAVING

    leaving = run.rows[0, R_LEAVING].mean()
    middles = layer_pressure(edges)[0]
    tau = 1.66 * 0.4 * (middles - 1.0) / 600.0
    law = (0.5 * leaving / STEFAN_BOLTZMANN * (1.0 + tau)) ** 0.25
    told = run.profile[0].mean(axis=0)
    high = middles < 60.0
    assert told[high] == pytest.approx(law[high], abs=0.6)


def test_transport_warms_what_it_is_given_to():
    columns = GroundColumns(lat=[0.0], albedo=0.2, inertia=250.0, pressure=600.0)
    edges = layer_edges([600.0])
    heat = np.where((layer_pressure(edges) < 60.0) & (layer_pressure(edges) > 20.0), 2e-5, 0.0)
    calm = air_day(columns, ls=0.0, dust=0.3, pressure=600.0)
    warm = air_day(columns, ls=0.0, dust=0.3, pressure=600.0, transport=heat)
    rise = warm.air.mean(axis=(0, 1)) - calm.air.mean(axis=(0, 1))
    assert rise[heat[0] > 0.0].min() > 0.5
    assert np.abs(warm.energy_residual).max() < 1e-10


def test_infrared_of_the_air_warms_the_ground(places, day):
    dark = air_day(places, ls=90.0, dust=0.4, infrared=False)
    assert (day.ground.mean(axis=1)[:3] - dark.ground.mean(axis=1)[:3] > 2.0).all()
    assert np.abs(dark.energy_residual).max() < 1e-10


def test_dust_warms_aloft_and_calms_the_ground():
    """Asked at 4.6 S from opacity 0.3 to 5: 15 K more at 50 Pa, a day range 30 K smaller."""
    columns = GroundColumns(lat=[-4.6, -4.6], albedo=0.2, inertia=300.0, pressure=800.0)
    for ls in (0.0, 240.0):
        told = air_day(columns, ls=ls, dust=[0.3, 5.0])
        aloft = told.profile_at(50.0).mean(axis=1)
        swing = np.ptp(told.ground, axis=1)
        assert aloft[1] - aloft[0] > 15.0
        assert swing[0] - swing[1] > 30.0


def test_steps_layers_and_calls_settle(places):
    """Halving them moves the near air by less than a kelvin and a half."""
    one = places.take([0])
    base = air_day(one, ls=90.0, dust=0.3).air_at(1.6)[0]
    for finer in ({"steps": 192, "every": 4}, {"every": 1}, {"layers": 48}):
        told = air_day(one, ls=90.0, dust=0.3, **finer).air_at(1.6)[0]
        assert told.min() == pytest.approx(base.min(), abs=1.5)
        assert told.max() == pytest.approx(base.max(), abs=1.5)


def test_a_sky_of_air_drives_the_grounds_year():
    columns = GroundColumns(lat=[-4.6], albedo=0.2, inertia=300.0, pressure=700.0)
    sky = AirSky.of(columns, seasons=8, dust=0.3)
    year = ground_year(columns, sky=sky)
    assert abs(float(year.energy_residual[0])) < 1e-5
    told = air_day(columns, ls=90.0, dust=0.3, sky=sky)
    alone = hours(columns, [90.0], sky=sky)[0, 0]
    # the ground's solver knows no touch of the air, some 5 W/m2 by day
    assert told.ground[0].mean() == pytest.approx(alone.mean(), abs=2.0)
    assert told.ground[0].min() == pytest.approx(alone.min(), abs=2.0)
    with pytest.raises(InputError, match="knows no column"):
        ground_year(columns.replace(lat=10.0), sky=sky)


def test_labels(day):
    told = day.dataset()
    assert told["temperature"].dims == ("place", "hour", "level")
    assert told["ltst"].attrs["units"] == "hour"
    assert told["boundary_layer_height"].attrs["units"] == "m"


@pytest.mark.parametrize(
    "given",
    [
        {"ls": np.nan},
        {"ls": 0.0, "pressure": 0.0},
        {"ls": 0.0, "pressure": [600.0, 700.0]},
        {"ls": 0.0, "dust": "sandy"},
        {"ls": 0.0, "dust": -1.0},
        {"ls": 0.0, "dust": [0.1, 0.2]},
        {"ls": 0.0, "wind": -3.0},
        {"ls": 0.0, "roughness": 0.0},
        {"ls": 0.0, "transport": np.zeros(7)},
        {"ls": 0.0, "sols": 0},
        {"ls": 0.0, "every": 5},
        {"ls": 0.0, "steps": 12},
        {"ls": 0.0, "workers": 0},
        {"ls": 0.0, "tolerance": 0.0},
        {"ls": 0.0, "layers": 2},
    ],
)
def test_bad_days_are_refused_in_one_sentence(places, given):
    with pytest.raises(InputError) as told:
        air_day(places.take([0]), **given)
    assert "\n" not in str(told.value)


def test_slopes_and_bad_heights_are_refused(places, day):
    with pytest.raises(InputError, match="level ground"):
        air_day(places.replace(slope=10.0), ls=0.0)
    with pytest.raises(InputError, match="outside"):
        day.air_at(0.001)
    with pytest.raises(InputError, match="outside"):
        day.profile_at(5000.0)
    with pytest.raises(InputError, match="GroundColumns"):
        air_day(None, ls=0.0)
    with pytest.raises(InputError, match="seasons"):
        AirSky.of(places, seasons=2)
    assert door.STEPS % door.EVERY == 0
