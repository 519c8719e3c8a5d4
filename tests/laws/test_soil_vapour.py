"""Soil with ice in it, vapour over ice, and the columns that hold them."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from marsward.core.errors import InputError
from marsward.physics import soil, vapour
from marsward.physics.columns import GroundColumns

GROUND = {"lat": [10.0, 20.0], "albedo": 0.2, "inertia": 250.0}


def test_soil_of_the_published_relation():
    """I = 250: 800 kg^-1 ... (150 + 100 sqrt(212.7)) J m-3 K-1, worked by hand."""
    assert soil.dry_volumetric_heat(250.0) == pytest.approx(1_286_739.0, rel=1e-6)
    inertia, heat = soil.pore_ice(250.0, 1_286_739.0, 0.4)
    assert heat == pytest.approx(1_286_739.0 + 0.4 * 927.0 * 1540.0)
    carry = 250.0**2 / 1_286_739.0 + 0.4 * 3.2
    assert inertia == pytest.approx(math.sqrt(carry * heat))
    assert soil.pure_ice()[0] == pytest.approx(2137.35, abs=0.01)


@given(st.floats(30.0, 2000.0), st.floats(0.0, 0.99))
def test_mixtures_reach_their_ends(inertia, porosity):
    heat = soil.dry_volumetric_heat(inertia)
    dry = soil.pore_ice(inertia, heat, 0.0)
    assert dry[0] == pytest.approx(inertia)
    assert dry[1] == pytest.approx(float(heat))
    ice = soil.massive_ice(heat, 1.0, porosity)
    assert ice == pytest.approx(soil.pure_ice())
    assert soil.pore_ice(inertia, heat, porosity)[0] >= inertia * (1 - 1e-12)


def test_skin_depth_is_where_the_wave_is_one_over_e():
    period = 88_775.0
    k, heat = soil.conductivity(250.0, 1.28e6), 1.28e6
    wave = np.sqrt(1j * 2.0 * math.pi / period * heat / k)
    depth = float(soil.skin_depth(250.0, 1.28e6, period))
    assert abs(np.exp(-wave * depth)) == pytest.approx(math.exp(-1.0))


def test_mass_of_ice_in_the_top_metre():
    mass = soil.ice_mass([0.0, 0.25, 3.0, np.inf])
    assert mass == pytest.approx([370.8, 278.1, 0.0, 0.0])


def test_vapour_over_ice_against_the_ice_standard():
    """IAPWS R14-08 (2011), sublimation pressure: 8.94735 Pa at 230 K."""
    assert vapour.ice_vapour_pressure(230.0) == pytest.approx(8.94735, rel=1e-3)
    assert vapour.ice_vapour_pressure(273.16) == pytest.approx(611.657, rel=1e-4)
    t = np.linspace(172.0, 273.0, 50)
    ratio = vapour.ice_vapour_pressure(t) / vapour.ice_vapour_pressure(t, form="clapeyron")
    assert np.abs(ratio - 1.0).max() < 0.01


@given(st.floats(1e-9, 600.0), st.sampled_from(["murphy-koop", "clapeyron"]))
def test_frost_point_is_the_inverse(pressure, form):
    t = vapour.frost_point(pressure, form=form)
    assert vapour.ice_vapour_pressure(t, form=form) == pytest.approx(pressure, rel=1e-9)


@given(st.floats(1.0, 1e5))
def test_carbon_dioxide_frost_is_the_inverse(pressure):
    t = vapour.co2_frost_point(pressure)
    assert vapour.co2_vapour_pressure(t) == pytest.approx(pressure, rel=1e-9)


def test_carbon_dioxide_frost_where_it_was_measured():
    """Sublimes at 194.67 K under 1 atm; 145 and 148 K at 4 and 6.4 mbar, as in ice-table work."""
    assert vapour.co2_frost_point(101_325.0) == pytest.approx(194.67, abs=1.5)
    assert vapour.co2_frost_point([400.0, 640.0]) == pytest.approx([145.0, 148.0], abs=0.2)


def test_pressure_of_heights():
    p = vapour.pressure_at_elevation([0.0, -3627.0, 10_800.0])
    assert p == pytest.approx([520.0, 727.5, 520.0 / math.e], rel=1e-3)


def test_vapour_density_is_the_gas_law():
    assert vapour.vapour_density(0.12, 200.0) == pytest.approx(0.12 * 0.01801528 / 8.314462 / 200.0)


def test_columns_fill_in_what_is_not_given():
    ground = GroundColumns(**GROUND, pressure=[400.0, 610.0], ice_depth=0.1)
    assert len(ground) == 2
    assert ground.frost_point == pytest.approx([144.90, 147.74], abs=0.01)
    assert ground.volumetric_heat == pytest.approx(soil.dry_volumetric_heat([250.0, 250.0]))
    inertia, heat = soil.pore_ice(250.0, ground.volumetric_heat)
    assert ground.ice_inertia == pytest.approx(inertia)
    assert ground.ice_volumetric_heat == pytest.approx(heat)
    lower = ground.replace(pressure=300.0, frost_point=None)
    assert (lower.frost_point < ground.frost_point).all()
    assert ground.take([1]).lat.tolist() == [20.0]
    assert ground.take(np.array([True, False])).pressure.tolist() == [400.0]
    tilted = ground.replace(slope=10.0, horizon=np.zeros(8))
    assert tilted.horizon is not None
    level = tilted.flat()
    assert level.horizon is None
    assert level.slope.tolist() == [0.0, 0.0]


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"albedo": 1.2}, "albedo of ground column 0 .* is 1.2"),
        ({"albedo": [0.2, math.nan]}, "column 1"),
        ({"inertia": -3.0}, "inertia of ground column 0 .* is -3"),
        ({"frost_point": 300.0}, "triple point of CO2"),
        ({"emissivity": 0.0}, "emissivity"),
        ({"slope": 90.0}, "under 90"),
        ({"ice_depth": -1.0}, "ice_depth"),
        ({"lat": [1.0, 2.0], "inertia": [1.0, 2.0, 3.0]}, "columns of ground where others have"),
        ({"albedo": "bright"}, "must be numbers"),
        ({"horizon": np.full(8, 91.0)}, "horizon of ground column 0"),
        ({"horizon": np.zeros((3, 8))}, "horizon has shape"),
        ({"pressure": 6e5}, "CO2"),
    ],
)
def test_ground_that_is_none(wrong, says):
    with pytest.raises(InputError, match=says):
        GroundColumns(**{**GROUND, **wrong})


@pytest.mark.parametrize(
    "call",
    [
        lambda: vapour.frost_point(700.0),
        lambda: vapour.frost_point(0.0),
        lambda: vapour.ice_vapour_pressure(200.0, form="magnus"),
        lambda: vapour.co2_frost_point(-1.0),
        lambda: vapour.pressure_at_elevation(math.nan),
        lambda: soil.pore_ice(200.0, 1e6, 1.5),
        lambda: soil.massive_ice(1e6, 0.5, 1.0),
        lambda: soil.skin_depth(200.0, 1e6, 0.0),
        lambda: GroundColumns(**GROUND).replace(colour="red"),
    ],
)
def test_numbers_without_meaning_are_refused(call):
    with pytest.raises(InputError):
        call()
