"""The fast ground solver as a whole: against Crank-Nicolson, its budget, seasons and door."""

import numpy as np
import pytest

from marsward.core.errors import InputError
from marsward.physics.columns import GroundColumns
from marsward.physics.conduction import crank_nicolson_year
from marsward.physics.ground import ground_year, hours, temperature_at
from marsward.physics.ground_lanes import COLDEST, WARMEST, vapour_curve
from marsward.physics.insolation import light, plane_numbers, sun_table
from marsward.physics.kernels.ground_light import LANES, sol_light
from marsward.physics.kernels.ground_network import saturation
from marsward.physics.season import MarsYear
from marsward.physics.sky import Sky
from marsward.physics.vapour import ice_vapour_pressure, vapour_density

YEAR = MarsYear()
# Six kinds of ground: shallow ice, none, night frost, an icy slope, a polar and a warm one.
SIX = GroundColumns(
    lat=[-60.0, 20.0, 48.0, -35.0, -78.0, 5.0],
    albedo=[0.19, 0.25, 0.25, 0.2, 0.3, 0.15],
    inertia=[250.0, 90.0, 120.0, 200.0, 500.0, 350.0],
    ice_depth=[0.1, np.inf, 0.3, 0.5, 0.04, np.inf],
    slope=[0.0, 0.0, 0.0, 25.0, 0.0, 0.0],
    aspect=[0.0, 0.0, 0.0, 180.0, 0.0, 0.0],
    pressure=[600.0, 500.0, 700.0, 800.0, 650.0, 400.0],
    geothermal=0.03,
    frost_emissivity=0.9,
)
DEPTHS = np.array([0.05, 0.4])


@pytest.fixture(scope="module")
def fast():
    return ground_year(SIX, depths=DEPTHS, humidity=0.1, surface_table="hours")


@pytest.fixture(scope="module")
def slow():
    return ground_year(
        SIX, solver="crank-nicolson", steps=192, cells=70, spin_up=3, depths=DEPTHS, humidity=0.1,
        surface_table="hours",
    )  # fmt: skip


def test_surface_agrees_with_crank_nicolson(fast, slow):
    """Rms 0.2 K in all and 0.4 K in each, bias 0.03 K, frost within a sol; half the steps."""
    fine = slow.sol_hours.reshape(len(SIX), -1, 2).mean(axis=2)  # the steps' common times
    miss = fast.sol_hours.reshape(len(SIX), -1) - fine
    assert np.sqrt((miss**2).mean()) < 0.2
    assert np.sqrt((miss**2).mean(axis=1)).max() < 0.4
    assert np.abs(fast.surface_mean - slow.surface_mean).max() < 0.03
    assert np.abs(fast.surface_low - slow.surface_low).max() < 0.3
    assert np.abs(fast.amplitude - slow.amplitude).max() < 0.1
    np.testing.assert_allclose(fast.frost_days, slow.frost_days, atol=1.0)
    for date in ("frost_start", "frost_end"):
        np.testing.assert_allclose(getattr(fast, date), getattr(slow, date), atol=1.0)
    np.testing.assert_allclose(fast.frost_peak, slow.frost_peak, rtol=5e-3, atol=0.2)


def test_depths_agree_with_crank_nicolson(fast, slow):
    assert np.abs(fast.depth_mean - slow.depth_mean).max() < 0.05
    assert np.abs(fast.depth_low - slow.depth_low).max() < 0.5
    assert np.abs(fast.depth_high - slow.depth_high).max() < 0.5
    np.testing.assert_allclose(fast.vapour_depth, slow.vapour_depth, rtol=0.02)
    np.testing.assert_allclose(fast.vapour_surface, slow.vapour_surface, rtol=5e-3)


def test_the_budget_closes(fast):
    """Heat in, out, in frost and in the ground: the rest is under a millionth."""
    assert np.abs(fast.energy_residual).max() < 1e-6
    assert fast.closure.max() < 0.02


def test_heat_from_below_warms_by_its_gradient():
    """Annual mean T(z) - T(0) = F z/k in even ground (constant properties)."""
    calm = SIX.take([5]).replace(geothermal=0.0)
    warm = calm.replace(geothermal=0.5)
    cold_year, warm_year = (ground_year(c, depths=[1.0]) for c in (calm, warm))
    k = calm.inertia[0] ** 2 / calm.volumetric_heat[0]
    rise = (warm_year.depth_mean - warm_year.surface_mean) - (
        cold_year.depth_mean - cold_year.surface_mean
    )
    assert rise[0, 0] == pytest.approx(0.5 / k, rel=1e-3)
    assert warm_year.surface_mean[0] > cold_year.surface_mean[0]


def test_columns_do_not_know_their_neighbours():
    """The same answer alone, in another order, among others and with more threads."""
    many = SIX.take(np.arange(130) % 6)
    whole, again = (ground_year(many, workers=count, spin_up=1) for count in (2, 1))
    np.testing.assert_array_equal(whole.surface_mean, again.surface_mean)
    np.testing.assert_array_equal(whole.surface_mean[:6], whole.surface_mean[66:72])
    alone = ground_year(SIX.take([4]), spin_up=1)
    assert alone.surface_mean[0] == pytest.approx(whole.surface_mean[4], abs=1e-9)


def test_hours_and_moments_are_read_from_the_same_year(fast):
    """`temperature_at` between steps and sols, `hours` at j/steps of the nearest sol."""
    lit = temperature_at(SIX, 90.0, 24.0 * (40 + 0.5) / 96)
    sol = YEAR.sol_of_ls(90.0) - 0.5
    low, part = int(sol), sol - int(sol)
    pair = fast.sol_hours[:, [low, low + 1], 40].astype(float)
    np.testing.assert_allclose(lit, pair[:, 0] + part * (pair[:, 1] - pair[:, 0]), atol=0.02)
    curve = hours(SIX, [90.0, 270.0])
    assert curve.shape == (6, 2, 96)
    noon = temperature_at(SIX, [[90.0, 270.0]] * 6, 12.0)
    np.testing.assert_allclose(curve[:, :, 48], noon, atol=0.3)


def test_a_table_of_light_gives_the_same_year():
    """A sky that brings the clear sky's own light as a table."""

    class Told:
        def table(self, columns, year, steps):
            return light(columns, year=year, sky=Sky(), steps=steps)

    some = SIX.take([0, 1])
    told, made = ground_year(some, sky=Told()), ground_year(some)
    np.testing.assert_allclose(told.surface_mean, made.surface_mean, atol=0.05)
    assert np.abs(told.frost_days - made.frost_days).max() < 1.0


@pytest.mark.parametrize("tilt", [0.0, 30.0])
def test_light_of_the_lanes_is_that_of_the_sky(tilt):
    """Each step's light against the mean of 16 looks by the plain law; the sol's sum to 8e-4."""
    rng, few = np.random.default_rng(5), MarsYear(sols=12)
    columns = GroundColumns(
        lat=rng.uniform(-88, 88, LANES), albedo=0.2, inertia=200.0, slope=tilt,
        aspect=rng.uniform(0, 360, LANES), pressure=rng.uniform(300, 1000, LANES),
    )  # fmt: skip
    steps, law = 96, Sky()
    edge = 2.0 * np.pi * (np.arange(steps + 1) / steps - 0.5)
    edges = (np.stack([np.cos(edge), np.sin(edge)]) / np.cos(np.pi / steps)).astype(np.float32)
    given, infra = np.empty((2, steps, LANES), np.float32)
    none = np.zeros((2, 0, 0, LANES), np.float32)
    fine = light(columns, steps=16 * steps, year=few)
    for sol in (0, 3, 7, 10):
        sol_light(
            given, infra, np.empty((8, LANES), np.float32), np.empty((steps, LANES)),
            np.empty(LANES), none, sol, plane_numbers(columns), law.numbers(columns.pressure),
            sun_table(few)[sol], edges, np.zeros((2, steps)), law.least, np.zeros((LANES, 0)),
            none,
        )  # fmt: skip
        mean = fine.shortwave[:, sol].reshape(LANES, steps, 16).mean(axis=2).T
        assert np.abs(given.sum(axis=0) - mean.sum(axis=0)).max() < 8e-4 * mean.sum(axis=0).max()
        assert np.sqrt(((given - mean) ** 2).mean()) < 0.6
        np.testing.assert_allclose(infra[0], fine.infrared[:, sol, 0], rtol=1e-6)


@pytest.mark.parametrize("form", ["murphy-koop", "clapeyron"])
def test_density_over_ice_is_that_of_the_law(form):
    """The kernel's polynomial under an exponential, within 0.1 % from 110 to 320 K."""
    kelvin = np.linspace(COLDEST, WARMEST, 400, dtype=np.float32)
    curve = vapour_curve(form)
    found = np.array([saturation(t, curve) for t in kelvin])
    law = vapour_density(ice_vapour_pressure(kelvin.astype(float), form=form), kelvin.astype(float))
    np.testing.assert_allclose(found, law, rtol=1e-3)


def test_frost_point_follows_the_season_only_if_asked():
    plain = ground_year(SIX.take([4]))
    seasonal = ground_year(SIX.take([4]), frost_season=True)
    assert plain.surface_low[0] == pytest.approx(SIX.frost_point[4], abs=1e-3)
    assert seasonal.surface_low[0] < SIX.frost_point[4] - 0.2


def test_terrain_that_hides_the_sun_cools_the_ground():
    """Under a wall that the Sun never clears, no day; the wall's own glow keeps the night warm."""
    open_ = ground_year(SIX.take([5]))
    walled = ground_year(SIX.take([5]).replace(horizon=np.full((1, 36), 89.0)))
    assert walled.surface_high[0] < open_.surface_high[0] - 5.0
    assert walled.surface_low[0] > open_.surface_low[0] + 5.0
    assert np.abs(walled.energy_residual).max() < 1e-6


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"solver": "spectral"}, "solver of the ground"),
        ({"surface_table": "weeks"}, "table of the surface"),
        ({"depths": [-1.0]}, "0 m or more"),
        ({"depths": np.zeros((3, 2))}, "do not fit 6 columns"),
        ({"humidity": -0.1}, "0 Pa or more"),
        ({"humidity": np.nan}, "0 Pa or more"),
        ({"steps": 5}, "12 or more"),
        ({"spin_up": 0}, "give 1 or more"),
    ],
)
def test_wrong_calls_are_refused(options, words):
    with pytest.raises(InputError, match=words):
        ground_year(SIX, **options)


NO_COLUMNS = SIX.take(np.zeros(6, dtype=bool))


@pytest.mark.parametrize(
    "asked",
    [
        lambda: ground_year(NO_COLUMNS),
        lambda: ground_year(NO_COLUMNS, solver="crank-nicolson"),
        lambda: hours(NO_COLUMNS, [90.0]),
        lambda: temperature_at(NO_COLUMNS, 90.0, 12.0),
        lambda: crank_nicolson_year(NO_COLUMNS),
    ],
)
def test_no_columns_are_refused_in_one_sentence(asked):
    with pytest.raises(InputError, match="no columns of ground to follow"):
        asked()


def test_what_is_no_ground_is_refused():
    with pytest.raises(InputError, match=r"columns is a GroundColumns, not int"):
        ground_year(68)


def test_wrong_moments_are_refused():
    with pytest.raises(InputError, match="0 to 24 h"):
        temperature_at(SIX, 90.0, 25.0)
    with pytest.raises(InputError, match="do not fit"):
        temperature_at(SIX, [90.0, 100.0], 12.0)
    with pytest.raises(InputError, match="take no option"):
        hours(SIX, [90.0], colour="red")
