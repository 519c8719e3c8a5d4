"""The surface layer and the mixed air against closed forms and quadrature."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import quad

from marsward.core.errors import InputError
from marsward.physics.air import GRAVITY, KAPPA, REFERENCE_PRESSURE, layer_pressure
from marsward.physics.air_layers import layer_edges
from marsward.physics.boundary_layer import boundary_layer_height, convective_adjustment
from marsward.physics.kernels import boundary_layer as kernels
from marsward.physics.surface_layer import surface_layer, temperature_share


def test_neutral_air_follows_the_logarithm():
    for height in (1.6, 5.0, 50.0):
        told = surface_layer(0.0, height, 0.01)
        law = (0.4 / np.log(height / 0.01)) ** 2
        assert float(told.drag) == pytest.approx(law, rel=1e-12)
        assert float(told.exchange) == pytest.approx(law, rel=1e-12)
        assert float(told.zeta) == 0.0
    half = temperature_share(1.6, 0.0, 5.0, 0.01)
    assert float(half) == pytest.approx(np.log(160.0) / np.log(500.0), rel=1e-12)


@pytest.mark.parametrize("zeta", [-30.0, -2.0, -0.3, -0.01, 0.05, 0.6, 1.0, 3.0, 9.0])
def test_psi_is_the_integral_of_phi(zeta):
    def phi_m(s):
        return (1 - 16 * s) ** -0.25 if s < 0 else 1 + 5 * s if s <= 1 else 5 + s

    def phi_h(s):
        return (1 - 16 * s) ** -0.5 if s < 0 else phi_m(s)

    for psi, phi in ((kernels.psi_momentum, phi_m), (kernels.psi_heat, phi_h)):
        breaks = [1.0] if zeta > 1.0 else None
        law = quad(lambda s, phi=phi: (1 - phi(s)) / s, 0.0, zeta, points=breaks)[0]
        assert psi(zeta) == pytest.approx(law, rel=1e-6, abs=1e-9)


@given(st.floats(-20.0, 0.6), st.floats(2.0, 30.0), st.floats(1e-3, 0.1))
@settings(max_examples=60, deadline=None)
def test_zeta_gives_its_richardson_number_back(number, height, roughness):
    told = surface_layer(number, height, roughness)
    zeta = float(told.zeta)
    if not -1999.0 < zeta < 9.99:
        return
    momentum = 0.4 / np.sqrt(float(told.drag))
    heat = 0.16 / float(told.exchange) / momentum
    assert zeta * heat / momentum**2 == pytest.approx(number, rel=2e-3, abs=1e-6)


def test_stability_orders_the_exchange():
    told = surface_layer([-1.0, -0.1, 0.0, 0.05, 0.3], 5.0)
    assert (np.diff(told.exchange) < 0.0).all()
    assert (np.diff(told.drag) < 0.0).all()


def test_louis_is_one_in_neutral_air():
    assert kernels.louis(0.0, 10.0, 100.0) == (1.0, 1.0)
    stable = kernels.louis(0.5, 10.0, 100.0)
    assert 0.0 < stable[1] < stable[0] < 1.0
    free = kernels.louis(-0.5, 10.0, 100.0)
    assert free[1] > free[0] > 1.0


@given(st.integers(0, 2**32 - 1))
@settings(max_examples=30, deadline=None)
def test_adjustment_keeps_heat_and_ends_at_the_adiabat(seed):
    rng = np.random.default_rng(seed)
    edges = layer_edges([650.0, 400.0], 24)
    kelvin = rng.uniform(140.0, 260.0, (2, 24))
    out = convective_adjustment(edges, kelvin)
    mass = -np.diff(edges) / GRAVITY
    assert (mass * out).sum(1) == pytest.approx((mass * kelvin).sum(1), rel=1e-12)
    theta = out / (layer_pressure(edges) / REFERENCE_PRESSURE) ** KAPPA
    assert (np.diff(theta) > -1e-6).all()
    assert convective_adjustment(edges, out) == pytest.approx(out, abs=1e-6)


def test_stable_air_is_left_alone():
    edges = layer_edges(650.0)
    kelvin = np.full((1, 32), 200.0)
    assert (convective_adjustment(edges, kelvin) == kelvin).all()


def test_mixed_air_reaches_to_its_lid():
    edges = layer_edges(650.0, 60)
    exner = (layer_pressure(edges) / REFERENCE_PRESSURE) ** KAPPA
    z = 10_800.0 * np.log(650.0 / layer_pressure(edges))
    theta = np.where(z < 5000.0, 240.0, 240.0 + 0.004 * (z - 5000.0))
    high = boundary_layer_height(edges, theta * exner, 5.0)
    assert float(high[0]) == pytest.approx(5000.0, abs=900.0)
    night = boundary_layer_height(edges, (240.0 + 0.02 * z) * exner, 2.0, friction=0.1)
    assert float(night[0]) < 150.0


@pytest.mark.parametrize(
    "call",
    [
        lambda: surface_layer(0.0, 0.01, 0.01),
        lambda: surface_layer(np.nan, 5.0),
        lambda: surface_layer(0.0, 5.0, 0.0),
        lambda: temperature_share(6.0, 0.0, 5.0),
        lambda: convective_adjustment([600.0, 700.0], [200.0]),
        lambda: boundary_layer_height([600.0, 100.0], [200.0], np.inf),
    ],
)
def test_refusals(call):
    with pytest.raises(InputError):
        call()
