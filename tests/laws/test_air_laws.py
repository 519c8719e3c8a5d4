"""The air's constants and laws against closed forms, and what its doors refuse."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import quad

from marsward.core.bodies import body
from marsward.core.errors import InputError
from marsward.physics import air
from marsward.physics.air_layers import layer_edges


def test_composition_sums_to_one_and_gives_the_gas_constant():
    assert sum(air.COMPOSITION.values()) == pytest.approx(1.0, abs=1e-15)
    assert air.COMPOSITION["CO2"] == pytest.approx(0.951, abs=0.003)
    # Haberle et al. 2017, The Atmosphere and Climate of Mars, table of constants: 43.34 g/mol with
    # the shares of Mahaffy et al. 2013; 191 to 192 J/kg/K
    assert 190.9 < air.GAS_CONSTANT < 192.1
    assert 3.713 < air.GRAVITY < 3.721


@pytest.mark.parametrize(("kelvin", "published"), [(200.0, 32.36), (250.0, 34.9), (300.0, 37.22)])
def test_heat_capacity_of_carbon_dioxide(kelvin, published):
    """Ideal CO2 in J/mol/K, NIST-JANAF tables (Chase 1998), less the other gases' share."""
    share = air.COMPOSITION
    others = 3.5 * (share["N2"] + share["O2"] + share["CO"]) + 2.5 * share["Ar"]
    whole = share["CO2"] * published + others * 8.314_462_6
    assert air.heat_capacity(kelvin) * air.MOLAR_MASS == pytest.approx(whole, rel=0.01)


def test_sound_and_viscosity_near_published_values():
    # Perseverance heard 240 m/s under 240 Hz near the ground at some 240 K: Maurice et al. 2022,
    # doi:10.1038/s41586-022-04679-0
    assert air.speed_of_sound(238.0) == pytest.approx(243.0, abs=5.0)
    # CO2 at 1 bar and below, 220 and 300 K: Fenghour, Wakeham & Vesovic 1998,
    # doi:10.1063/1.556013, 11.06 and 15.0 uPa s
    assert air.viscosity(220.0) == pytest.approx(11.06e-6, rel=0.02)
    assert air.viscosity(300.0) == pytest.approx(15.0e-6, rel=0.02)


@given(st.floats(150.0, 280.0), st.floats(300.0, 1200.0), st.floats(-7000.0, 12000.0))
@settings(max_examples=30, deadline=None)
def test_even_temperature_is_exponential(kelvin, ground, height):
    edges = layer_edges(ground)
    z, middle = air.hydrostatic_heights(edges, np.full((1, 32), kelvin), [height])
    radius = body("mars").radius
    fall = air.GRAVITY * radius * (z / (radius + z) - height / (radius + height))
    told = ground * np.exp(-fall / (air.GAS_CONSTANT * kelvin))
    assert told == pytest.approx(edges, rel=1e-6)
    assert (z[:, :-1] < middle).all()
    assert (middle < z[:, 1:]).all()


def test_heights_agree_with_an_integral():
    """A column whose temperature falls with ln p: the layered sum against quadrature."""
    edges = layer_edges(700.0, 200)
    pressure = air.layer_pressure(edges)
    kelvin = 150.0 + 8.0 * np.log(pressure / 0.01)
    z = air.hydrostatic_heights(edges, kelvin)[0][0]

    def rise(log_p):
        return air.GAS_CONSTANT * (150.0 + 8.0 * (log_p - np.log(0.01)))

    for k in (40, 120, 200):
        whole = quad(rise, np.log(edges[0, k]), np.log(700.0))[0]
        radius = body("mars").radius
        assert z[k] == pytest.approx(radius * whole / (air.GRAVITY * radius - whole), rel=2e-4)


def test_top_edge_at_zero_lies_at_infinity():
    z, middle = air.hydrostatic_heights([600.0, 300.0, 0.0], [200.0, 180.0])
    assert np.isinf(z[-1])
    assert np.isfinite(middle).all()


@given(st.floats(80.0, 1500.0), st.integers(12, 80))
@settings(max_examples=40, deadline=None)
def test_layers_fall_from_ground_to_top(ground, layers):
    edges = layer_edges([ground], layers)[0]
    assert edges.size == layers + 1
    assert edges[0] == ground
    assert edges[-1] == pytest.approx(0.01, rel=1e-9)
    thick = -np.diff(np.log(edges))
    assert (thick > 0.0).all()
    assert (np.diff(thick) > -1e-9).all()  # never thinner than the one below
    z = air.hydrostatic_heights(edges, np.full(layers, 210.0))[1]
    assert 3.0 < z[0] < 7.0


def test_potential_temperature_is_kept_along_the_adiabat():
    p = np.array([700.0, 400.0, 100.0])
    kelvin = 240.0 * (p / air.REFERENCE_PRESSURE) ** air.KAPPA
    assert air.potential_temperature(kelvin, p) == pytest.approx(240.0, rel=1e-12)


@pytest.mark.parametrize(
    "call",
    [
        lambda: air.density(0.0, 200.0),
        lambda: air.density(600.0, -1.0),
        lambda: air.density(np.nan, 200.0),
        lambda: air.heat_capacity("warm"),
        lambda: air.gravity(-2e6),
        lambda: air.hydrostatic_heights([600.0, 700.0], [200.0]),
        lambda: air.hydrostatic_heights([600.0, 500.0, 400.0], [200.0]),
        lambda: air.hydrostatic_heights([600.0, 500.0], [200.0], np.nan),
        lambda: layer_edges(0.05),
        lambda: layer_edges(600.0, 3),
        lambda: layer_edges(600.0, 32, 0.0),
        lambda: layer_edges(600.0, 32, lowest=9000.0),
    ],
)
def test_refusals_are_one_sentence(call):
    with pytest.raises(InputError) as told:
        call()
    assert "\n" not in str(told.value)
