"""The air of every source rests by its own weight, obeys the law of ideal gases, and is smooth."""

import numpy as np
import pytest

from marsward.physics.air import GRAVITY
from marsward.planet.air_source import AirColumns, AirGrid
from marsward.planet.air_tables import AirPoints, air_tables, geopotential_height
from marsward.planet.atmosphere import atmosphere
from marsward.planet.meridional_mixing import (
    balanced_diffusivity,
    eddy_diffusivity,
    mixed,
    mixing_rate,
)
from marsward.planet.thermosphere import MOLAR_MASS, SPECIES, Mixture
from marsward.planet.tides import tidal_divergence, tides
from marsward.planet.zonal_wind import RADIUS, SPIN, gradient_wind

R_STAR = 8.314_462_618_153_24


def even_air(temperature=200.0):
    """An isothermal column that stands for the whole planet, on ground at the areoid."""
    pressure = np.geomspace(610.0, 0.05, 40)[None, None, None, None, :]
    return AirColumns(
        grid=AirGrid(np.zeros(1), np.zeros(1), np.zeros(1)),
        pressure=pressure,
        temperature=np.full(pressure.shape, temperature),
        ground=np.zeros((1, 1)),
        top=0.06,
        follow=0.0,
    )


def sampled(tables, height):
    n = height.size
    terrain = np.zeros((4, 8), dtype=np.float32)
    still = [np.full(n, x) for x in (90.0, 12.0, 10.0, 5.0)]
    return tables.sample(AirPoints(*still, height, np.full(n, np.nan)), terrain)


def test_even_temperature_gives_the_barometric_law():
    tables = air_tables(even_air())
    z = np.linspace(0.0, 80e3, 41)
    out = sampled(tables, z)
    law = 610.0 * np.exp(
        -geopotential_height(z) * GRAVITY * tables.mixture.masses[0] / R_STAR / 200
    )
    assert np.abs(out[0] / law - 1.0).max() < 5e-4
    assert np.abs(out[2] - 200.0)[2:].max() < 0.05
    assert np.allclose(out[0] * out[5], out[1] * R_STAR * out[2], rtol=1e-12)


@pytest.fixture(scope="module")
def gram():
    return atmosphere("mars-gram")


def test_pressure_is_the_weight_of_the_air_above(gram):
    z = np.linspace(1e3, 245e3, 1500)
    air = gram.sample(5.5, 7.25, 77.45, 18.44, z)
    gp = geopotential_height(z)
    slope = np.gradient(np.log(air.pressure), gp)[1:-1]
    weight = -(GRAVITY * air.density / air.pressure)[1:-1]
    assert np.abs(slope / weight - 1.0).max() < 2e-3
    assert np.allclose(
        air.pressure * air.molar_mass, air.density * R_STAR * air.temperature, rtol=1e-12
    )


def test_log_density_is_smooth_to_its_second_derivative(gram):
    """Differences of a C2 curve: second differences change by no more than the step asks for."""
    for low, high in ((2e3, 12e3), (70e3, 110e3), (190e3, 230e3)):
        jumps = []
        for n in (400, 800, 1600):
            z = np.linspace(low, high, n)
            log = np.log(gram.sample(5.5, 7.25, 77.45, 18.44, z).density)
            second = np.diff(log, 2) / (z[1] - z[0]) ** 2
            jumps.append(np.abs(np.diff(second)).max())
        # a jump of the second derivative would stay; one of the third halves with the step
        assert jumps[1] < 0.7 * jumps[0]
        assert jumps[2] < 0.7 * jumps[1]


def test_gases_part_by_weight_over_the_homopause():
    mixture = Mixture.published()
    high, higher = 1e-7, 1e-8
    low, up = mixture.shares_at(high), mixture.shares_at(higher)
    assert sum(up.values()) == pytest.approx(1.0)
    # diffusive balance: ln of each partial pressure falls as its mass
    fall = {n: np.log(up[n] * higher / (low[n] * high)) for n in ("CO2", "N2", "Ar", "He")}
    per_mass = {n: v / MOLAR_MASS[n] for n, v in fall.items()}
    assert per_mass["N2"] == pytest.approx(per_mass["CO2"], rel=2e-3)
    assert per_mass["Ar"] == pytest.approx(per_mass["CO2"], rel=2e-3)
    assert per_mass["He"] == pytest.approx(per_mass["CO2"], rel=2e-3)
    ground = mixture.shares_at(600.0)
    assert ground["CO2"] == pytest.approx(mixture.shares_at(1.0)["CO2"], rel=1e-3)
    assert set(ground) == set(SPECIES)


def test_wind_of_a_turning_ring_is_found_again():
    """Air that turns as one body, faster with height, has a temperature in closed form."""
    lat = np.linspace(-86.25, 86.25, 24)
    x = -np.linspace(np.log(600.0), np.log(0.1), 60)
    s, c = np.sin(np.radians(lat)), np.cos(np.radians(lat))
    rise = x - x[0]
    omega = 2e-6 * rise
    # a w^2 sin cos + 2 W a w sin cos = -(R/a) int dT/dlat dx
    from marsward.physics.air import GAS_CONSTANT

    rate = RADIUS * (2.0 * omega * 2e-6 + 2.0 * SPIN * 2e-6)
    warm = 250.0 - (RADIUS / GAS_CONSTANT) * rate[:, None] * 0.5 * s[None, :] ** 2
    wind = gradient_wind(-x, lat, warm)
    law = omega[:, None] * RADIUS * c[None, :]
    inner = np.abs(lat) < 80.0
    assert np.abs(wind - law)[:, inner].max() < 0.03 * np.abs(law).max()


def test_mixing_moves_heat_and_makes_none():
    lat = -90.0 + (np.arange(24) + 0.5) * 7.5
    section = 200.0 - 60.0 * np.sin(np.radians(lat))[:, None] ** 2 + np.zeros((24, 5))
    weight = np.cos(np.radians(lat))
    rate = mixing_rate(lat, section, 1e7)
    assert np.abs(weight @ rate).max() < 1e-9 * np.abs(rate).max() * weight.sum() + 1e-18
    after = mixed(lat, section, 0.0 * section, 1e7, np.full((24, 5), 2e5))
    assert np.ptp(after[:, 0]) < np.ptp(section[:, 0])
    assert weight @ after[:, 0] == pytest.approx(weight @ section[:, 0])
    # the warming that mixing asks for, put on the columns, leaves them where they are
    again = mixed(lat, after, mixing_rate(lat, after, 1e7), 1e7, np.full((24, 5), 2e5))
    assert np.abs(again - after).max() < 1e-8


def test_the_diffusivity_is_that_of_the_mixed_air():
    lat = -90.0 + (np.arange(24) + 0.5) * 7.5
    pressure = np.geomspace(700.0, 1.0, 5)
    section = 200.0 - 60.0 * np.sin(np.radians(lat))[:, None] ** 2 + np.zeros((24, 5))
    response = np.full((24, 5), 2e5)
    k = balanced_diffusivity(lat, pressure, section, 0.0 * section, response)
    after = mixed(lat, section, 0.0 * section, k, response)
    assert eddy_diffusivity(lat, pressure, after) == pytest.approx(k, rel=1e-6)
    assert 1e6 < k < 1e8


@pytest.mark.parametrize(
    ("wave", "depth", "close"), [(1, 0.691, 0.05), (2, 7.852, 0.03), (2, 2.110, 0.03)]
)
def test_tides_have_the_modes_of_hough(wave, depth, close):
    """Equivalent depths of the Earth (4 w^2 a^2/g = 88.0 km): 0.691 km of the diurnal mode that
    rises, 7.852 and 2.110 km of the first symmetric semidiurnal ones; Chapman & Lindzen 1970."""
    lat = -90.0 + (np.arange(120) + 0.5) * 1.5
    operator, _, _ = tidal_divergence(lat, wave, 1e-4 * SPIN)
    # div u = -i s w Phi/(g h)
    values = np.linalg.eigvals(operator) * 1j / (wave * SPIN) * (2.0 * SPIN * RADIUS) ** 2
    assert np.abs(values * depth / 88.0 - 1.0).min() < close


def test_a_day_of_even_air_raises_a_known_tide():
    """Where all the heat is at the ground the air above stays as it was but for the waves."""
    lat = -90.0 + (np.arange(12) + 0.5) * 15.0
    depth = np.concatenate([np.geomspace(1e-3, 0.1, 8), np.arange(0.2, 10.0, 0.2)])
    hours = np.arange(24) * 2.0 * np.pi / 24.0
    still = np.full((24, 12, depth.size), 200.0)
    quiet = tides(np.log(600.0) - depth, lat, still)
    assert np.abs(quiet.temperature).max() < 1e-9
    assert np.abs(quiet.surface_pressure).max() < 1e-12
    day = still + np.cos(np.radians(lat))[:, None] * 20.0 * np.exp(-depth / 0.1) * np.cos(
        hours - 3.5
    ).reshape(-1, 1, 1)
    raised = tides(np.log(600.0) - depth, lat, day)
    once = 2.0 * np.abs(np.fft.rfft(raised.surface_pressure[:, 6]))[1:3] / 24.0
    assert 2e-3 < once[0] < 5e-2
    assert once[1] < 1e-6
    twice = tides(np.log(600.0) - depth, lat, still + 2.0 * (day - still))
    assert np.allclose(twice.surface_pressure, 2.0 * raised.surface_pressure)
