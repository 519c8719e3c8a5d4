"""Laws of the CO2 cycle: its budgets, its limits, and one band against a plain solver."""

import numpy as np
import pytest
from scipy.integrate import solve_bvp
from scipy.linalg import solve_banded

from marsward.core.errors import InputError, PhysicsError
from marsward.physics import dusty_sunlight
from marsward.physics.air import GAS_CONSTANT, GRAVITY
from marsward.physics.co2_cycle import Bands, Co2Cycle, Co2Model, co2_years
from marsward.physics.lower_air import LowerAir
from marsward.physics.season import MarsYear
from marsward.physics.sky import STEFAN_BOLTZMANN
from marsward.physics.vapour import CO2_LATENT_HEAT, co2_frost_point

SHORT = MarsYear(days=61.6, sols=60)
CALM = LowerAir(spread=0.0, over_ground=0.0, emissivity=0.0, per_kelvin=0.0, exchange=0.0)


@pytest.fixture(scope="module")
def planet():
    """A small planet of low north and high south, as Mars is."""
    lat = -90.0 + 180.0 / 20 * (np.arange(20) + 0.5)
    relief = np.linspace(-1500.0, 1500.0, 5)
    height = np.where(lat > 10.0, -2500.0, 1200.0)[:, None] + relief
    return Bands.even(20, elevation=height, albedo=0.2, inertia=220.0)


@pytest.fixture(scope="module")
def decade(planet):
    return co2_years(Co2Cycle(), planet, years=10, steps=24)


def test_air_and_caps_close_over_ten_years(planet, decade):
    total = Co2Cycle().co2
    caps = decade.frost @ planet.area
    assert np.allclose(decade.caps.sum(axis=0), caps, rtol=1e-12)
    assert caps.max() > 0.1 * total  # the caps move
    assert np.abs((decade.co2_in_air + caps) / total - 1.0).max() < 1e-10
    assert np.abs(decade.residual).max() < 1e-10
    # what the sols brought, added up on its own, is the frost that lies there
    gone = np.cumsum(decade.growth @ planet.area) - (
        caps - caps[0] + decade.growth[0] @ planet.area
    )
    assert np.abs(gone).max() < 1e-10 * total


def test_energy_of_every_band_closes(decade):
    assert np.abs(decade.energy_residual).max() < 1e-10


def test_the_decade_repeats(decade):
    sols = decade.year.sols
    first, last = decade.pressure[:sols], decade.pressure[-sols:]
    assert np.abs(last / first - 1.0).max() < 2e-3
    assert decade.closure < 0.02


def test_air_weighs_what_its_pressure_says(planet, decade):
    relief = decade.relief
    assert relief.share is not None
    assert np.allclose(relief.share @ planet.area / planet.area.sum(), 1.0, rtol=1e-12)
    assert np.allclose(decade.pressure, decade.air * GRAVITY / planet.area.sum(), rtol=1e-12)


def test_pressure_is_hydrostatic_at_every_latitude(decade):
    ls, lat = np.array([30.0, 200.0]), np.array([-40.0, 10.0])
    low, high = decade.at(ls, lat, -1000.0), decade.at(ls, lat, 2000.0)
    row = np.floor(decade.year.sol_of_ls(ls) - 0.5).astype(int)
    table = decade.relief.temperature
    warm = [np.interp(p, decade.relief.lat, 0.5 * (table[r] + table[r + 1]))
            for r, p in zip(row, lat, strict=True)]  # fmt: skip
    scale = 3000.0 / np.log(low / high)
    assert np.allclose(scale * GRAVITY / GAS_CONSTANT, warm, atol=0.3)


def test_flat_isothermal_planet_has_one_pressure():
    flat = Bands.even(6, elevation=np.zeros(6))
    relief = LowerAir().lie(flat.columns.lat, flat.area, flat.elevation, np.full((4, 6), 200.0))
    assert np.allclose(relief.share, 1.0, rtol=1e-12)
    assert np.allclose(relief.factor(0, 12.0, 0.0), 1.0, rtol=1e-12)


def test_level_without_wind_joins_latitudes():
    flat = Bands.even(2, elevation=np.array([1000.0, -3000.0]))
    ground = np.tile([230.0, 180.0], (1, 1))
    relief = LowerAir(spread=0.0, over_ground=0.0, level=1.0).lie(
        flat.columns.lat, flat.area, flat.elevation, ground
    )
    south, north = relief.factor(0, np.array([-45.0, 45.0]), np.array([1000.0, -3000.0]))
    mean = 0.5 * (1.0 / 230.0 + 1.0 / 180.0)
    assert np.log(north / south) == pytest.approx(4000.0 * GRAVITY / GAS_CONSTANT * mean, rel=1e-9)


def test_no_frost_and_no_exchange_where_the_sun_stands_over_the_equator():
    upright = MarsYear(obliquity=0.0, eccentricity=0.0, days=61.6, sols=60)
    tropics = Bands.even(20, elevation=np.zeros(20), albedo=0.2, inertia=220.0)
    warm = np.abs(tropics.columns.lat) < 60.0
    belt = Bands(tropics.columns.take(warm), tropics.area[warm], tropics.elevation[warm])
    run = co2_years(Co2Cycle(), belt, years=2, year=upright, steps=24)
    assert run.frost.max() == 0.0
    assert np.ptp(run.pressure) < 1e-9 * run.pressure.mean()


def test_frost_lies_at_the_point_of_its_own_partial_pressure(planet):
    run = co2_years(Co2Cycle(), planet, years=1, steps=24)
    k = int(np.argmax(run.frost[:, 0]))
    assert run.relief.share is not None
    mixed = 0.951 / 0.9984  # molecules of CO2 in the mean air
    point = co2_frost_point(run.pressure[k] * run.relief.share[k, 0] * mixed)
    assert run.ground[k, 0] == pytest.approx(float(point), abs=0.15)


def test_darker_frost_leaves_more_air(planet):
    bright = co2_years(Co2Cycle(), planet, steps=24)
    dark = co2_years(Co2Cycle(north_albedo=0.45, south_albedo=0.35), planet, steps=24)
    assert dark.pressure.mean() > bright.pressure.mean()
    assert (dark.caps.max(axis=1) < bright.caps.max(axis=1)).all()


def test_halves_of_even_shade_change_nothing(planet):
    whole = co2_years(Co2Cycle(), planet, steps=24)
    halves = co2_years(Co2Cycle(), planet.halved(0.0, south_of=-60.0), steps=24)
    assert len(halves.bands) > len(planet)
    assert halves.bands.area.sum() == pytest.approx(planet.area.sum(), rel=1e-12)
    assert np.allclose(halves.pressure, whole.pressure, rtol=1e-9)


def _plain_band(model: Co2Model, cycle: Co2Cycle, pressure: float, years: int) -> np.ndarray:
    """Frost [kg m-2] of one band at the end of each sol: cells, backward Euler, one loop."""
    c, step = model.bands.columns, model.poles.step
    inertia, heat = float(c.inertia[0]), float(c.volumetric_heat[0])
    k = inertia**2 / heat
    skin = np.sqrt(k / heat * model.poles.step * model.poles.steps / np.pi)
    thick = skin / 8 * 1.06 ** np.arange(60)
    depth = np.cumsum(thick) - 0.5 * thick
    between = k / np.diff(depth)
    store = heat * thick / step
    t = np.full(thick.size, 190.0)
    point, mass, out = float(co2_frost_point(pressure)), 0.0, []
    per_mass = CO2_LATENT_HEAT / step
    top = 2.0 * k / thick[0]
    frosted = 1.0 - cycle.north_albedo

    def ground(surface: float) -> np.ndarray:
        diagonal = store.copy()
        diagonal[:-1] += between
        diagonal[1:] += between
        diagonal[0] += top
        bands = np.zeros((3, t.size))
        bands[0, 1:], bands[1], bands[2, :-1] = -between, diagonal, -between
        right = store * t
        right[0] += top * surface
        return solve_banded((1, 1), bands, right)

    for _ in range(years):
        out = []
        for sol in range(model.year.sols):
            for light in model.light[sol, :, 0]:
                # cells answer straight: two of their states give all
                base, unit = ground(0.0), ground(1.0)
                unit = unit - base
                light = float(light)

                def sent(s, base=base, unit=unit):
                    return top * (s - base[0] - unit[0] * s)

                kept = frosted if mass > 0.0 else 1.0 - float(c.albedo[0])
                emits = cycle.north_emissivity if mass > 0.0 else 1.0
                new = mass * per_mass + emits * STEFAN_BOLTZMANN * point**4 + sent(point)
                new -= kept * light
                surface = point
                if new <= 0.0:
                    new, low, high = 0.0, point, 400.0
                    for _ in range(60):
                        surface = 0.5 * (low + high)
                        off = STEFAN_BOLTZMANN * surface**4 + sent(surface) + mass * per_mass
                        off -= (1.0 - float(c.albedo[0])) * light
                        low, high = (surface, high) if off < 0.0 else (low, surface)
                mass = new / per_mass
                t = base + unit * surface
            out.append(mass)
    return np.array(out)


def test_one_band_against_a_plain_solver():
    """A band so small that the air does not feel it: frost against cells in a plain loop."""
    belt = Bands.even(18, elevation=np.zeros(18), albedo=0.25, inertia=150.0)
    one = Bands(belt.columns.take([16]), np.array([1.0]), np.zeros((1, 1)))
    cycle = Co2Cycle(co2=600.0 / GRAVITY, other=0.0, north_albedo=0.6, north_emissivity=0.9,
                     brightening=0.0, cover=0.0)  # fmt: skip
    lasting = Co2Cycle(co2=1e3 * cycle.co2, other=0.0, north_albedo=0.6, north_emissivity=0.9,
                       brightening=0.0, cover=0.0)  # fmt: skip
    # a thousand times the area, the air over it at 600 Pa
    wide = Bands(belt.columns.take([16, 9]), np.array([1.0, 999.0]), np.zeros((2, 1)))
    model = Co2Model(wide, year=SHORT, air=CALM, steps=24)
    run = model.run(lasting, spin_up=30)
    alone = Co2Model(one, year=SHORT, air=CALM, steps=24)
    frost = _plain_band(alone, lasting, float(run.pressure.mean()), 14)
    mine = run.frost[:, 0]
    assert mine.max() > 10.0
    assert mine.max() == pytest.approx(frost.max(), rel=0.03)
    assert np.abs(mine - frost).max() < 0.04 * frost.max()
    assert abs(int((mine > 0).sum()) - int((frost > 0).sum())) <= 1


def _streams(tau: float, mu: float) -> float:
    """The two streams integrated by scipy over black ground."""
    depth, w, g = dusty_sunlight._scaled(tau)
    one, two, _ = dusty_sunlight._eddington(w, g)
    three = 0.25 * (2.0 - 3.0 * g * mu)

    def slope(t, y):
        beam = w / mu * np.exp(-t / mu)
        return np.array(
            [one * y[0] - two * y[1] - beam * three,
             two * y[0] - one * y[1] + beam * (1.0 - three)]
        )  # fmt: skip

    t = np.linspace(0.0, float(depth), 200)
    found = solve_bvp(
        slope, lambda a, b: np.array([a[1], b[0]]), t, np.zeros((2, 200)), tol=1e-7, max_nodes=20000
    )
    return float(found.y[1, -1] + np.exp(-depth / mu))


@pytest.mark.parametrize(("tau", "mu"), [(0.3, 0.2), (1.0, 0.7), (5.0, 1.0)])
def test_light_through_dust_against_an_integration(tau, mu):
    assert float(dusty_sunlight.dust_transmission(tau, mu)) == pytest.approx(
        _streams(tau, mu), abs=1e-6
    )


def test_light_through_dust_in_its_limits():
    assert np.allclose(dusty_sunlight.dust_transmission(0.0, [0.1, 1.0]), 1.0)
    assert dusty_sunlight.dust_reflection(0.0) == 0.0
    assert dusty_sunlight.dust_emissivity(0.0) == 0.0
    through = dusty_sunlight.dust_transmission(np.linspace(0.0, 9.0, 40), 0.5)
    assert (np.diff(through) < 0.0).all()
    with pytest.raises(InputError, match="opacity of dust"):
        dusty_sunlight.dust_transmission(-0.1, 0.5)


def test_dust_warms_the_polar_night_and_shades_the_day(planet):
    clear = co2_years(Co2Cycle(), planet, steps=24, dust=0.0)
    dusty = co2_years(Co2Cycle(), planet, steps=24, dust=2.0)
    assert dusty.caps.max() < clear.caps.max()
    model, veiled = Co2Model(planet, steps=24, dust=0.0), Co2Model(planet, steps=24, dust=2.0)
    assert (veiled.light.sum(axis=(0, 1)) < model.light.sum(axis=(0, 1))).all()


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"co2": 0.0}, "mass above zero"),
        ({"north_albedo": 1.2}, "must lie in 0 to 1"),
        ({"south_emissivity": 0.0}, "above 0"),
        ({"residual_south": 80.0}, "southern latitude"),
        ({"brightening": 1.0}, "brightens"),
        ({"cover": -1.0}, "hide the ground"),
    ],
)
def test_numbers_that_are_none_are_refused(changed, told):
    with pytest.raises(InputError, match=told):
        Co2Cycle(**changed)


def test_bands_and_dust_that_do_not_fit_are_refused(planet):
    with pytest.raises(InputError, match="areas must be above zero"):
        Bands(planet.columns, -planet.area, planet.elevation)
    with pytest.raises(InputError, match="2 or more"):
        Bands.even(1)
    with pytest.raises(InputError, match="does not fit"):
        Co2Model(planet, dust=np.zeros(7), steps=24)
    with pytest.raises(InputError, match="whole years"):
        Co2Model(planet, steps=24).run(Co2Cycle(), years=0)


def test_air_that_freezes_out_is_told(planet):
    with pytest.raises(PhysicsError, match="froze out"):
        co2_years(Co2Cycle(co2=2e14), planet, steps=24, air=CALM)


def test_a_residual_cap_lasts_and_counts(planet):
    cycle = Co2Cycle(residual_south=-85.0, residual_albedo=0.85)
    run = co2_years(cycle, planet, steps=24, spin_up=3)
    assert run.least_frost[:, 0].min() > 0.0
    assert np.abs(run.residual).max() < 1e-10
