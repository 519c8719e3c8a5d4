"""Sunlight in columns of dusty air: budgets, limits, published net fluxes, the near infrared."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.integrate import quad

from marsward.core.constants import SOL
from marsward.core.errors import InputError
from marsward.physics.air import GRAVITY, HEAT_CAPACITY
from marsward.physics.air_layers import layer_edges
from marsward.physics.dust_optics import DustOptics, solar_share
from marsward.physics.dust_profile import dust_depth
from marsward.physics.kernels.shortwave import near_infrared
from marsward.physics.near_infrared import (
    near_infrared_heating,
    near_infrared_numbers,
    slant_cosine,
)
from marsward.physics.shortwave import shortwave
from marsward.physics.surface_sunlight import panel_cleanness, surface_light
from marsward.physics.two_stream import two_stream

# Net light at the ground over that at the top by opacity and zenith angle [deg], albedo 0.1:
# Appelbaum & Flood 1990, doi:10.1016/0038-092X(90)90156-7, table III (Pollack's sums).
ANGLES = np.array([0.0, 20.0, 40.0, 60.0, 70.0, 80.0])
NET = {
    0.1: [0.885, 0.882, 0.876, 0.857, 0.830, 0.755],
    0.3: [0.847, 0.841, 0.826, 0.774, 0.708, 0.562],
    0.5: [0.810, 0.802, 0.778, 0.708, 0.628, 0.452],
    1.0: [0.732, 0.717, 0.670, 0.560, 0.455, 0.317],
    2.0: [0.582, 0.558, 0.500, 0.378, 0.293, 0.208],
    4.0: [0.370, 0.347, 0.296, 0.212, 0.160, 0.118],
}


def column(tau, *, pressure=610.0, layers=32):
    edges = layer_edges([pressure], layers)
    return edges, dust_depth(edges, tau, 55e3)


@given(st.floats(0.0, 9.0), st.floats(-0.2, 1.0), st.floats(0.0, 1.0), st.floats(300.0, 1200.0))
def test_air_and_ground_keep_what_does_not_come_back(tau, mu, albedo, pressure):
    edges, depth = column(tau, pressure=pressure)
    found = shortwave(edges, depth, cos_zenith=mu, solar_flux=600.0, albedo=albedo)
    warmed = (found.heating * HEAT_CAPACITY / GRAVITY * -np.diff(edges)).sum()
    came = 600.0 * max(mu, 0.0) - found.up[0, -1]
    assert warmed + found.absorbed[0] == pytest.approx(came, abs=1e-9)
    assert found.heating.min() > -1e-9
    assert found.up[0, 0] == pytest.approx(albedo * found.down[0, 0], rel=1e-6, abs=1e-9)


def test_a_band_is_two_streams():
    edges, depth = column(0.7)
    grey = DustOptics(*(np.array([v]) for v in (1.1, 0.9, 0.7)), np.array([2e-7, 5e-6]), np.ones(1))
    found = shortwave(
        edges, depth, cos_zenith=0.5, solar_flux=600.0, albedo=0.25, optics=grey, near_infrared=0.0
    )
    mu = float(slant_cosine(0.5))
    bare = two_stream(
        1.1 * depth, albedo=0.9, asymmetry=0.7, cos_zenith=mu, ground=0.25, beam=300.0
    )
    assert found.down == pytest.approx(bare.down, rel=1e-12)
    assert found.up == pytest.approx(bare.up, rel=1e-12)
    assert found.direct == pytest.approx(bare.direct)
    assert found.bands[0, 0, 0] == pytest.approx(found.down[0, 0])


def test_net_light_at_the_ground_is_that_of_appelbaum_and_flood():
    """Within 2 % of the light at the top to opacity 0.5 and zenith angle 70, above it under 0.065
    more: the dust of today's optics is brighter (albedo 0.93 in sunlight against 0.86 then)."""
    mu = np.cos(np.radians(ANGLES))
    for tau, told in NET.items():
        light = surface_light(tau, cos_zenith=mu, solar_flux=590.0, albedo=0.1)
        off = light.net_share - told
        if tau <= 0.5:
            assert np.abs(off[:5]).max() < 0.02
        assert off.min() > -0.01
        assert off.max() < 0.065


def test_with_the_dust_of_those_years_the_difference_is_gone():
    """Albedo 0.86 and asymmetry 0.79, Pollack et al. 1979, doi:10.1029/JB084iB06p02929."""
    old = DustOptics(
        *(np.array([v]) for v in (1.0, 0.86, 0.79)), np.array([2e-7, 5e-6]), np.ones(1)
    )
    mu = np.cos(np.radians(ANGLES[:5]))
    for tau in (0.3, 0.5, 1.0, 2.0):
        light = surface_light(tau, cos_zenith=mu, solar_flux=590.0, albedo=0.1, optics=old)
        assert np.abs(light.net_share - NET[tau][:5]).max() < 0.02


def test_near_infrared_of_layers_is_the_integral_of_the_closed_form():
    edges = layer_edges([650.0])[0]
    taken = np.empty(32)
    capacity = np.full(32, 730.0)
    args = (near_infrared_numbers(), 3.72, capacity)
    total = near_infrared(edges, float(slant_cosine(0.8)), 560.0, *args, taken)
    assert total == pytest.approx(taken.sum())
    for j in (0, 10, 20, 28, 31):
        whole, _ = quad(lambda p: near_infrared_heating(p, 0.8, 560.0), edges[j + 1], edges[j])
        assert taken[j] == pytest.approx(whole * 730.0 / 3.72, rel=0.01)
    assert 3.0 < total < 5.0  # W m-2


def test_near_infrared_at_its_reference_and_out_of_equilibrium():
    flux = near_infrared_numbers()[1]
    assert near_infrared_heating(700.0, 1.0, flux) * float(SOL) == pytest.approx(1.3, rel=1e-4)
    assert near_infrared_heating(7.0, 1.0, flux) * float(SOL) == pytest.approx(13.0, rel=3e-3)
    high, low = near_infrared_heating([0.075, 0.0075], 1.0, flux)
    assert high / low == pytest.approx(0.1**0.5 * (1.1 / 2.0) ** -1.628, rel=1e-9)
    assert near_infrared_heating(100.0, -0.1, flux) == 0.0
    # most near 0.017 Pa, some 85 km up, as the fit of Forget et al. 1999 has it
    p = np.geomspace(1e-4, 10.0, 400)
    assert 0.01 < p[np.argmax(near_infrared_heating(p, 1.0, flux))] < 0.03


def test_threads_change_nothing():
    edges, depth = column(1.0)
    rng = np.random.default_rng(3)
    many = {"cos_zenith": rng.uniform(-0.3, 1.0, 150), "albedo": rng.uniform(0.1, 0.6, 150)}
    wide = np.repeat(edges, 150, axis=0), np.repeat(depth, 150, axis=0)
    one = shortwave(*wide, solar_flux=600.0, **many)
    two = shortwave(*wide, solar_flux=600.0, workers=2, **many)
    assert np.array_equal(one.down, two.down)
    assert np.array_equal(one.heating, two.heating)
    assert np.array_equal(one.bands, two.bands)


def test_more_dust_darkens_the_ground_and_warms_the_air():
    kept, warmed = [], []
    for tau in (0.0, 0.3, 1.0, 3.0, 6.0):
        edges, depth = column(tau)
        found = shortwave(edges, depth, cos_zenith=0.9, solar_flux=600.0, albedo=0.2)
        kept.append(found.absorbed[0])
        warmed.append(found.down[0, -1] - found.up[0, -1] - kept[-1])
    assert np.all(np.diff(kept) < 0.0)
    assert np.all(np.diff(warmed) > 0.0)


def test_ultraviolet_at_gale_in_the_storm_of_mars_year_34():
    """The daily most fell by 90 % from opacity 1 to 8.5: Viudez-Moreiras et al. 2019,
    doi:10.1029/2019JE005985, by up to 97 % in other accounts. Ours: 96 %."""
    light = surface_light([1.0, 8.5], cos_zenith=0.99, solar_flux=620.0, pressure=850.0)
    drop = 1.0 - light.ultraviolet[1] / light.ultraviolet[0]
    assert 0.90 < drop < 0.97


def test_planes_under_the_sky():
    light = surface_light(0.8, cos_zenith=0.6, solar_flux=600.0)
    assert light.plane(0.6, 0.0) == pytest.approx(light.level)
    assert light.plane(1.0, 53.13) > light.level
    upright = light.plane(-0.3, 90.0)  # turned from the Sun: half the sky, half the ground
    even = light.diffuse - light.around_sun
    assert upright == pytest.approx(0.5 * (even + 0.2 * light.level))
    assert light.plane(-1.0, 180.0) == pytest.approx(0.2 * light.level)
    assert 0.0 < light.around_sun < light.diffuse


def test_no_dust_no_sky_and_no_light_by_night():
    light = surface_light(0.0, cos_zenith=[0.5, -0.5], solar_flux=600.0)
    assert light.diffuse == pytest.approx([0.0, 0.0], abs=1e-9)
    assert light.level[0] == pytest.approx(300.0, rel=0.02)
    assert light.level[1] == 0.0
    assert np.isnan(light.net_share[1])
    assert panel_cleanness(100.0) == pytest.approx(0.756, abs=1e-3)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"dust_depth": -0.1}, "dust depth"),
        ({"cos_zenith": 1.01}, "zenith"),
        ({"albedo": 1.1}, "albedo"),
        ({"albedo": np.nan}, "albedo"),
        ({"solar_flux": -1.0}, "flux"),
        ({"edges": [[10.0, 20.0]]}, "fall"),
        ({"edges": [[610.0, -1.0]]}, "fall"),
        ({"dust_depth": np.zeros((2, 3))}, "match"),
        ({"workers": 0}, "threads"),
        ({"near_infrared": -1.0}, "near infrared"),
        ({"heat_capacity": 0.0}, "heat capacity"),
    ],
)
def test_impossible_columns_are_refused(change, said):
    call = {
        "edges": [[610.0, 100.0]], "dust_depth": 0.1, "cos_zenith": 0.5, "solar_flux": 600.0,
        "albedo": 0.2,
    } | change  # fmt: skip
    with pytest.raises(InputError, match=said):
        shortwave(call.pop("edges"), call.pop("dust_depth"), **call)


def test_impossible_light_at_the_ground_is_refused():
    with pytest.raises(InputError, match="opacity"):
        surface_light(-0.1, cos_zenith=0.5, solar_flux=600.0)
    with pytest.raises(InputError, match="pressure"):
        surface_light(0.1, cos_zenith=0.5, solar_flux=600.0, pressure=0.0)
    light = surface_light(0.1, cos_zenith=0.5, solar_flux=600.0)
    with pytest.raises(InputError, match="tilt"):
        light.plane(0.5, 200.0)
    with pytest.raises(InputError, match="incidence"):
        light.plane(1.5, 20.0)
    with pytest.raises(InputError, match="panel"):
        panel_cleanness(-1.0)
    with pytest.raises(InputError, match="above 0"):
        near_infrared_heating(0.0, 0.5, 600.0)


def test_near_infrared_beside_the_ames_table(shared_data):
    """Heating of clear air by the seven visible bands of the Ames model, in equilibrium.

    The closed form, its roll-off taken off, gives 0.57 to 0.72 of it from 0.3 to 100 Pa under an
    overhead Sun and 0.72 to 0.86 under one 17 degrees up.
    """
    raw = (shared_data / "climate" / "CO2H2O_V_12_95_INTEL").read_bytes()
    count = 7 * 11 * 10 * 7 * 17
    table = np.frombuffer(raw, "<f8", count, 4).reshape((7, 11, 10, 7, 17), order="F")[:, :, 0]
    rest = np.frombuffer(raw, "<f8", 7, 4 + 8 * count + 8)  # share of a band that is transparent
    waves = np.array([2222.22, 3087.37, 4030.63, 5370.57, 7651.11, 12500.0, 25000.0, 41666.67])
    half = np.polynomial.legendre.leggauss(8)[1]
    weight = np.concatenate([0.5 * 0.95 * half, 0.5 * 0.05 * half])
    p = np.geomspace(610.0, 1e-2, 90)
    middle = np.sqrt(p[1:] * p[:-1])
    at = 6.0 + np.log10(middle / 100.0)  # in decades of mbar; temperature held at 200 K
    low, log = at.astype(int), np.log(np.maximum(table[3], 1e-200))
    k = np.exp(
        log[low] * (1.0 - (at - low))[:, None, None] + log[low + 1] * (at - low)[:, None, None]
    )
    molecules = (p[:-1] - p[1:]) / 3.72 / (43.34e-3 / 6.022e23) * 0.953 * 1e-4
    shares = [solar_share(1e-2 / b, 1e-2 / a) for a, b in pairwise(waves)]
    for mu, low_ratio, high_ratio in ((1.0, 0.5, 0.8), (0.3, 0.65, 0.95)):
        depth = (k[:, :, :16] * molecules[:, None, None])[::-1].cumsum(axis=0)[::-1] / mu
        passed = np.exp(-np.vstack([depth, np.zeros((1, 7, 16))])) @ weight
        net = 590.0 * mu * (passed * (1.0 - rest) * shares).sum(axis=1)
        heating = (net[1:] - net[:-1]) / ((p[:-1] - p[1:]) * HEAT_CAPACITY / GRAVITY)
        form = near_infrared_heating(middle, mu, 590.0) * (1.0 + 0.0075 / middle) ** 1.628
        ratio = (form / heating)[(middle > 0.3) & (middle < 100.0)]
        assert low_ratio < ratio.min()
        assert ratio.max() < high_ratio


@pytest.mark.parametrize("opacity", [0.0, 0.1, 1.0, 5.0, 15.0])
@pytest.mark.parametrize("cos_zenith", [0.02, 0.1, 0.2, 0.5, 1.0])
def test_light_is_never_below_nought_and_the_beam_is_a_part_of_it(opacity, cos_zenith):
    for pressure in (300.0, 900.0):
        edges = layer_edges(pressure)
        depth = dust_depth(edges, opacity, 60e3)
        found = shortwave(edges, depth, cos_zenith=cos_zenith, solar_flux=600.0, albedo=0.2)
        assert (found.down >= 0.0).all()
        assert (found.up >= 0.0).all()
        assert (found.direct <= found.down[:, 0] + 1e-9).all()
