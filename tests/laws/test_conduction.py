"""The reference solver of the ground against closed forms, budgets, limits and itself."""

import math

import numpy as np
import pytest
from scipy.special import erfc, erfcx

from marsward.core.errors import InputError
from marsward.physics.columns import GroundColumns
from marsward.physics.conduction import crank_nicolson_year, under_flux
from marsward.physics.conduction_grid import GroundGrid, HeatLaw, ground_grid
from marsward.physics.insolation import light
from marsward.physics.season import MarsYear
from marsward.physics.sky import Sky, SkyTable
from marsward.physics.soil import conductivity

YEAR = MarsYear()
SHORT = MarsYear(sols=24, days=24.6)  # a year whose sols are as long as the real ones
SOL = YEAR.sol_length
INERTIA = 250.0
DEPTHS = [0.01, 0.03, 0.06]


def soil(ice_depth=np.inf, **fields):
    given = {"lat": 0.0, "albedo": 0.2, "inertia": INERTIA, "ice_depth": ice_depth}
    return GroundColumns(**{**given, **fields})


def half_space(rate, column, depth):
    """Impedance [K m2 W-1] of soil over ice under exp(rate t), and the transfer to a depth.

    Two layers, the lower without end; Carslaw & Jaeger 1959, section 3.7.
    """
    layers = [
        (column.inertia[0], column.volumetric_heat[0]),
        (column.ice_inertia[0], column.ice_volumetric_heat[0]),
    ]
    k = [float(conductivity(*each)) for each in layers]
    wave = [np.sqrt(rate * heat / each) for (_, heat), each in zip(layers, k, strict=True)]
    over, under = (1.0 / (each * w) for each, w in zip(k, wave, strict=True))
    thick = column.ice_depth[0]
    if math.isinf(thick):
        return over, np.exp(-wave[0] * depth)
    back = (under - over) / (under + over)
    there = np.exp(-2.0 * wave[0] * thick)
    if depth <= thick:
        down = np.exp(-wave[0] * depth) + back * np.exp(-wave[0] * (2.0 * thick - depth))
    else:
        down = np.exp(-wave[0] * thick - wave[1] * (depth - thick)) * (1.0 + back)
    return over * (1 + back * there) / (1 - back * there), down / (1.0 + back * there)


@pytest.mark.parametrize("ice_depth", [np.inf, 0.02, 0.05, 0.3])
@pytest.mark.parametrize("cells", [80, 200])
def test_a_sinusoidal_flux_in_one_and_two_layers(ice_depth, cells):
    """Amplitude and phase at the surface and in the ground to 0.1 % of the surface's."""
    column, sols, steps = soil(ice_depth), 30, 192
    dt = SOL / steps
    turn = 2.0 * math.pi / SOL
    t = (np.arange(steps * sols) + 0.5) * dt
    grid = ground_grid(column, YEAR, cells=cells)
    top, inside, _ = under_flux(grid, 20.0 * np.cos(turn * t), dt, depths=DEPTHS)
    last = slice(-steps, None)
    back = 2.0 * np.exp(-1j * turn * t[last]) / steps / 20.0
    impedance, _ = half_space(1j * turn, column, 0.0)
    assert abs(back @ top[last, 0] / impedance - 1.0) < 1e-3
    for m, depth in enumerate(DEPTHS):
        transfer = half_space(1j * turn, column, depth)[1]
        assert abs(back @ inside[last, 0, m] / impedance - transfer) < 1e-3


@pytest.mark.parametrize("ice_depth", [np.inf, 0.02, 0.5])
def test_the_yearly_wave_through_the_grid(ice_depth):
    """Cells are wide below, yet the admittance of the year's wave is right to 0.1 %."""
    column = soil(ice_depth)
    grid = ground_grid(column, YEAR, cells=80)
    rate = 2j * math.pi / YEAR.length
    capacity, link = grid.capacity[:, 0], grid.link[:, 0]
    flow = rate * capacity[-1]
    for i in range(len(capacity) - 1, 0, -1):
        flow = rate * capacity[i - 1] + link[i] * flow / (link[i] + flow)
    flow = link[0] * flow / (link[0] + flow)
    assert abs(1.0 / flow / half_space(rate, column, 0.0)[0] - 1.0) < 1e-3


def test_step_cooling_under_a_constant_loss():
    """T0 - 2 F/I sqrt(t/pi) at the surface and ierfc below; Carslaw & Jaeger 1959, 2.9."""
    column, steps = soil(), 2000
    dt = SOL / steps
    t = (np.arange(steps) + 0.5) * dt
    grid = ground_grid(column, YEAR, cells=200)
    top, inside, _ = under_flux(grid, np.full(steps, -30.0), dt, start=240.0, depths=[0.02])
    late = t > 0.1 * SOL
    fall = 60.0 / INERTIA * np.sqrt(t / math.pi)
    assert np.abs((240.0 - top[:, 0]) / fall - 1.0)[late].max() < 1e-3
    k = conductivity(INERTIA, column.volumetric_heat)[0]
    x = 0.02 / (2.0 * np.sqrt(k / column.volumetric_heat[0] * t))
    below = fall * (np.exp(-(x**2)) - math.sqrt(math.pi) * x * erfc(x))
    assert (np.abs(240.0 - inside[:, 0, 0] - below) / fall)[late].max() < 1e-3


def test_step_cooling_by_linear_radiation():
    """F/h (1 - exp(x^2) erfc x), x = h sqrt(t)/I; Carslaw & Jaeger 1959, 2.7."""
    steps, loss = 2000, 1.2
    dt = SOL / steps
    t = (np.arange(steps) + 0.5) * dt
    grid = ground_grid(soil(), YEAR, cells=200)
    top, _, _ = under_flux(grid, np.full(steps, -30.0), dt, loss=loss)
    exact = -30.0 / loss * (1.0 - erfcx(loss * np.sqrt(t) / INERTIA))
    assert np.abs(top[:, 0] / exact - 1.0)[t > 0.1 * SOL].max() < 1e-3


def test_heat_from_below_makes_the_steady_gradient():
    grid = ground_grid(soil(0.5), YEAR, cells=40)
    ohms = np.concatenate([[0.0], np.cumsum(2.0 * grid.half_resistance[:, 0])])
    middles = ohms[1:] - grid.half_resistance[:, 0]
    start = 200.0 + 0.03 * middles[:, None]
    depth = [0.2, 0.5, 1.1]
    top, inside, end = under_flux(
        grid, np.full(50, 200.0 - 0.03), 1e4, start=start, loss=1.0, from_below=0.03, depths=depth
    )
    assert np.abs(top - 200.0).max() < 1e-9
    assert np.abs(end - start).max() < 1e-9
    faces = np.concatenate([[0.0], np.cumsum(grid.thickness[:, 0])])
    exact = 200.0 + 0.03 * np.interp(depth, faces, ohms)
    assert inside[-1, 0] == pytest.approx(exact, abs=1e-9)


@pytest.fixture(scope="module")
def mixed():
    """Eleven unlike places, with ice, frost, slopes and heat from below; more than one block."""
    rng = np.random.default_rng(5)
    count = 11
    return GroundColumns(
        lat=np.linspace(-88.0, 88.0, count),
        albedo=rng.uniform(0.1, 0.4, count),
        inertia=rng.uniform(60.0, 600.0, count),
        emissivity=0.98,
        frost_emissivity=0.9,
        ice_depth=np.where(np.arange(count) % 3, 10 ** rng.uniform(-2.0, 0.3, count), np.inf),
        geothermal=0.03 * (np.arange(count) % 2),
    )


@pytest.fixture(scope="module")
def their_year(mixed):
    return crank_nicolson_year(
        mixed, steps=48, cells=40, depths=[0.0, 0.2, 2.0], humidity=0.12, series=True
    )


def test_energy_closes(their_year):
    assert np.abs(their_year["energy_residual"]).max() < 1e-10


def test_the_year_repeats(mixed, their_year):
    longer = crank_nicolson_year(mixed, steps=48, cells=40, years=12, depths=[2.0])
    assert np.abs(their_year["surface_mean"] - longer["surface_mean"]).max() < 0.02
    assert np.abs(their_year["depth_mean"][:, 2] - longer["depth_mean"][:, 0]).max() < 0.05
    assert np.abs(longer["imbalance"]).max() < 1e-5


def test_frost_lies_at_its_point_and_nowhere_else(mixed, their_year):
    surface, frost = their_year["surface"], their_year["frost"]
    point = mixed.frost_point[:, None, None]
    assert (surface[frost > 0.0] == np.broadcast_to(point, surface.shape)[frost > 0.0]).all()
    assert (surface >= point - 1e-9).all()
    assert their_year["frost_days"] == pytest.approx((frost > 0.0).mean(axis=2).sum(axis=1))
    assert (their_year["frost_days"][[0, -1]] > 300.0).all()
    assert their_year["frost_days"][5] == 0.0
    assert np.isnan(their_year["frost_start"][5])
    assert 500.0 < their_year["frost_peak"][0] < 2000.0


def test_summaries_are_those_of_the_series(their_year):
    surface = their_year["surface"]
    assert their_year["surface_mean"] == pytest.approx(surface.mean(axis=(1, 2)))
    assert their_year["surface_low"] == pytest.approx(surface.min(axis=(1, 2)))
    assert their_year["surface_high"] == pytest.approx(surface.max(axis=(1, 2)))
    assert their_year["sol_mean"] == pytest.approx(surface.mean(axis=2))
    assert their_year["depth_mean"][:, 0] == pytest.approx(their_year["surface_mean"])
    assert (their_year["depth_low"] <= their_year["depth_mean"]).all()
    assert (their_year["vapour_surface"] <= their_year["vapour_depth"][:, 0]).all()


def test_deep_ground_has_the_mean_of_the_surface(mixed, their_year):
    """With constant k and no heat from below the mean temperature is the same at all depths."""
    still = mixed.geothermal == 0.0
    off = their_year["depth_mean"] - their_year["surface_mean"][:, None]
    assert np.abs(off[still]).max() < 0.02


def test_workers_do_not_matter(mixed):
    order = {"year": SHORT, "steps": 24, "cells": 20, "years": 1}
    one = crank_nicolson_year(mixed, workers=1, **order)
    two = crank_nicolson_year(mixed, workers=2, **order)
    for name, value in one.items():
        assert np.array_equal(value, two[name], equal_nan=True), name
    alone = crank_nicolson_year(mixed.take([9]), **order)
    assert alone["surface_mean"] == one["surface_mean"][9]


def test_steps_and_cells_converge():
    """Against 768 steps and 160 cells: 96 and 80 within 0.1 K rms, 0.02 K in the annual mean."""
    column = soil(0.1, lat=[-60.0, 20.0, 55.0])
    year = MarsYear(sols=96)
    fine = crank_nicolson_year(column, year, steps=768, cells=160, years=2, series=True)
    plain = crank_nicolson_year(column, year, steps=96, cells=80, years=2, series=True)
    mean = fine["surface"].reshape(3, 96, 96, 8).mean(axis=3)
    assert np.sqrt(np.mean((plain["surface"] - mean) ** 2)) < 0.1
    assert np.abs(plain["surface_mean"] - fine["surface_mean"]).max() < 0.02


def test_changing_properties_with_constant_laws_change_nothing(mixed):
    order = {"year": SHORT, "steps": 48, "cells": 24, "years": 1}
    plain = crank_nicolson_year(mixed, **order)
    laws = crank_nicolson_year(mixed, soil_law=HeatLaw(), **order)
    assert laws["surface_mean"] == pytest.approx(plain["surface_mean"], abs=1e-6)
    assert laws["frost_days"] == pytest.approx(plain["frost_days"])


def test_energy_closes_with_properties_that_change():
    """Heat is the exact integral of c(T): c and k of soil grow with T, those of ice as well."""
    column = soil(0.1, lat=[-60.0, 0.0, 40.0])
    dry = HeatLaw(conductivity=(0.6, 0.0, 0.0, 0.4 / 220.0**3), heat=(0.3, 0.7 / 220.0, 0.0, 0.0))
    ice = HeatLaw(conductivity=(1.45, -0.45 / 198.0, 0.0, 0.0), heat=(0.1, 0.9 / 198.0, 0.0, 0.0))
    year = MarsYear(sols=48)
    answer = crank_nicolson_year(
        column, year, steps=96, cells=32, years=2, soil_law=dry, ice_law=ice
    )
    assert np.abs(answer["energy_residual"]).max() < 1e-6
    still = crank_nicolson_year(column, year, steps=96, cells=32, years=2)
    assert (answer["surface_high"] != still["surface_high"]).all()


def test_ground_of_rising_conductivity_is_warmer_below():
    """Kirchhoff: the mean of the integral of k, not of T, is the same at all depths."""
    rise = 0.5 / 220.0
    law = HeatLaw(conductivity=(0.5, rise, 0.0, 0.0))
    answer = crank_nicolson_year(
        soil(), MarsYear(sols=48), steps=96, cells=60, years=6, soil_law=law, depths=[0.0, 2.0],
        series=True,
    )  # fmt: skip
    surface = answer["surface"][0]
    theta = float(np.mean(0.5 * surface + 0.5 * rise * surface**2))
    deep = (-0.5 + math.sqrt(0.25 + 2.0 * rise * theta)) / rise
    assert answer["depth_mean"][0, 1] == pytest.approx(deep, abs=0.1)
    assert deep > answer["surface_mean"][0] + 1.0


def test_a_table_of_the_clear_sky_is_the_clear_sky():
    class Tabled:
        def table(self, columns, year, steps):
            return light(columns, year=year, steps=steps)

    slopes = soil(lat=35.0, slope=[0.0, 25.0, 25.0], aspect=[0.0, 0.0, 180.0])
    order = {"steps": 24, "cells": 20, "years": 1}
    made = crank_nicolson_year(slopes, SHORT, Sky(), **order)
    read = crank_nicolson_year(slopes, SHORT, Tabled(), **order)
    assert read["surface_mean"] == pytest.approx(made["surface_mean"], abs=1e-9)
    assert np.diff(made["surface_mean"])[1] > 10.0  # the slope to the Sun is warmer
    assert made["surface_mean"][1] < made["surface_mean"][0] < made["surface_mean"][2]


def test_a_black_body_walled_in_by_itself_keeps_its_warmth():
    """Half the sky hidden by ground as warm as oneself leaves the temperature as it was."""

    class Even:
        def table(self, columns, year, steps):
            share = np.cos(np.radians(columns.slope / 2.0)) ** 2
            shape = (len(columns), year.sols, steps)
            warm = np.broadcast_to((100.0 * share)[:, None, None], shape)
            return SkyTable(np.zeros(shape), np.array(warm))

    walls = soil(lat=0.0, albedo=0.0, slope=[0.0, 60.0], frost_point=60.0)
    answer = crank_nicolson_year(walls, SHORT, Even(), steps=24, cells=20, years=30)
    level = (100.0 / 5.670374419e-8) ** 0.25
    assert answer["surface_mean"] == pytest.approx([level, level], abs=0.05)


def test_pressure_of_the_season_moves_the_frost_point():
    column = soil(lat=80.0)
    year = MarsYear(sols=60)
    moved = crank_nicolson_year(column, year, steps=24, cells=20, years=2, seasonal_pressure=True)
    held = crank_nicolson_year(column, year, steps=24, cells=20, years=2)
    assert np.ptp(held["sol_low"][held["frost_mass"] > 1.0]) == 0.0
    assert 0.5 < np.ptp(moved["sol_low"][moved["frost_mass"] > 1.0]) < 3.0
    assert np.abs(moved["energy_residual"]).max() < 1e-10


def test_progress_counts_columns(mixed):
    seen = []
    crank_nicolson_year(mixed, SHORT, steps=24, cells=20, years=0, progress=seen.append)
    assert seen == [8, 11]


def test_grid_puts_a_face_on_the_ice():
    depths = np.array([0.0, 1e-4, 0.0123, 0.3, 2.0, 50.0, np.inf])
    grid = ground_grid(soil(depths), YEAR, cells=40)
    top = np.cumsum(grid.thickness, axis=0) - grid.thickness
    for column, depth in enumerate(depths):
        icy = grid.icy[:, column] > 0.5
        if depth > 20.0:
            assert not icy.any()
        else:
            assert top[icy, column].min() == pytest.approx(depth, abs=1e-12)
    assert (np.diff(grid.centres, axis=0) > 0.0).all()


@pytest.mark.parametrize(
    "call",
    [
        lambda: ground_grid(soil(), YEAR, cells=3),
        lambda: ground_grid(soil(), YEAR).places([-1.0]),
        lambda: HeatLaw(conductivity=(1.0, -0.01, 0.0, 0.0)),
        lambda: HeatLaw(heat=(1.0, 0.0)),
        lambda: crank_nicolson_year(soil(), steps=2),
        lambda: crank_nicolson_year(soil(), years=-1),
        lambda: crank_nicolson_year(soil(), form="magnus"),
        lambda: crank_nicolson_year(soil(), humidity=-1.0),
        lambda: crank_nicolson_year(soil(), depths=np.zeros((3, 2))),
        lambda: under_flux(ground_grid(soil(), YEAR), [math.nan], 1.0),
        lambda: GroundGrid(*(np.zeros((4, 1)),) * 4),
    ],
)
def test_work_that_cannot_be_done_is_refused(call):
    with pytest.raises(InputError):
        call()
