"""Radiance of nadir and limb sounders against closed forms, sums by hand and differences."""

import math

import numpy as np
import pytest
from sample_sounder_table import made_up_table
from scipy import integrate

from marsward.core.bodies import body
from marsward.core.constants import BOLTZMANN, PLANCK, SPEED_OF_LIGHT
from marsward.core.errors import InputError
from marsward.physics.air import GAS_CONSTANT, hydrostatic_heights
from marsward.physics.air_layers import layer_edges
from marsward.physics.limb_radiance import air_paths, field_of_view, limb_radiance
from marsward.physics.sounder_channels import SounderChannels, channel_bins
from marsward.physics.sounder_radiance import SounderColumns, nadir_radiance, planck_radiance
from marsward.physics.sounder_table import (
    SounderTable,
    distribution_points,
    sorted_absorption,
)

TABLE = made_up_table()
BELLS = SounderChannels((56000.0, 60000.0, 63000.0, 66700.0, 70000.0, 78000.0), (1000.0,) * 6)
BOXES = SounderChannels((60500.0, 65000.0, 45000.0), (2000.0, 3000.0, 10000.0), "box")
LAYERS = 24
EDGES = layer_edges([610.0, 500.0], LAYERS, 0.05, lowest=1000.0)
AIR = (
    215.0
    - 60.0 * np.linspace(0.0, 1.0, LAYERS)
    + 8.0 * np.sin(np.arange(2 * LAYERS)).reshape(2, -1)
)
DUST = 0.4 * (EDGES[:, :-1] - EDGES[:, 1:]) / 610.0
HEIGHTS = np.linspace(2e3, 7.7e4, 16)


def columns(air=AIR, ground=235.0, dust=DUST, emissivity=1.0):
    return SounderColumns(EDGES, air, ground, dust, emissivity)


def test_planck_is_planck():
    wave, warmth = 66700.0, 200.0
    x = float(PLANCK) * float(SPEED_OF_LIGHT) * wave / (float(BOLTZMANN) * warmth)
    want = 2.0 * float(PLANCK) * float(SPEED_OF_LIGHT) ** 2 * wave**3 / math.expm1(x)
    assert planck_radiance(wave, warmth)[0] == pytest.approx(want, rel=1e-12)


@pytest.mark.parametrize("emissivity", [1.0, 0.9])
def test_even_warmth_sends_as_a_black_body_whatever_absorbs(emissivity):
    even = columns(np.full_like(AIR, 200.0), 200.0, emissivity=emissivity)
    held = channel_bins(BELLS, TABLE)
    want = held.response @ planck_radiance(held.wave, 200.0)
    seen = nadir_radiance(even, BELLS, table=TABLE).radiance
    if emissivity == 1.0:
        np.testing.assert_allclose(seen, np.broadcast_to(want, seen.shape), rtol=1e-10)
    else:  # a mirror of a cold sky is darker, in no channel by more than the whole mirror
        assert (seen <= want * (1.0 + 1e-12)).all()
        assert (seen >= 0.9 * want).all()


def test_a_column_is_the_sum_of_its_layers():
    """One bin at a time by hand: emission of each layer through what lies above it."""
    two = columns()
    held = channel_bins(BELLS, TABLE)
    bins, share = held.bins, held.bins.share
    seen = nadir_radiance(two, BELLS, cosine=0.7, table=TABLE).radiance[1]
    light = np.zeros(held.wave.size)
    for b in range(held.wave.size):
        for g in range(share.size):
            s = b * share.size + g
            depth = np.empty(LAYERS)
            for j in range(LAYERS):
                rows = [
                    np.interp(AIR[1, j], bins.temperature, bins.log_k[i, :, s])
                    for i in range(bins.log_pressure.size)
                ]
                k = math.exp(np.interp(math.log(two.pressure[1, j]), bins.log_pressure, rows))
                dusty = two.dust_mass_extinction()[1, j] * held.dust_share[b]
                depth[j] = (k + dusty) * two.air_mass[1, j] / 0.7
            above = np.append(np.cumsum(depth[::-1])[::-1][1:], 0.0)
            level = [planck_radiance(held.wave[b], t)[0] for t in AIR[1]]
            light[b] += share[g] * (
                planck_radiance(held.wave[b], 235.0)[0] * math.exp(-depth.sum())
                + (level * -np.expm1(-depth) * np.exp(-above)).sum()
            )
    np.testing.assert_allclose(seen, held.response @ light, rtol=1e-9)


@pytest.mark.parametrize("emissivity", [1.0, 0.8])
def test_slopes_looking_down_are_those_of_differences(emissivity):
    seen = nadir_radiance(columns(emissivity=emissivity), BELLS, table=TABLE, slopes=True)

    def light(**more):
        return nadir_radiance(columns(emissivity=emissivity, **more), BELLS, table=TABLE).radiance

    for layer in (0, 5, 15, LAYERS - 1):
        step = np.zeros(LAYERS)
        step[layer] = 0.02
        rough = (light(air=AIR + step) - light(air=AIR - step)) / 0.04
        np.testing.assert_allclose(
            seen.by_air[:, :, layer], rough, atol=4e-3 * np.abs(seen.by_air).max()
        )
    rough = (light(ground=235.02) - light(ground=234.98)) / 0.04
    np.testing.assert_allclose(seen.by_ground, rough, rtol=1e-5, atol=1e-12)
    rough = (light(dust=DUST * 1.001) - light(dust=DUST * 0.999)) / 0.002
    np.testing.assert_allclose(seen.by_dust.sum(axis=-1), rough, rtol=1e-4, atol=1e-10)


def test_threads_change_nothing():
    one = nadir_radiance(columns(), BELLS, table=TABLE, slopes=True)
    two = nadir_radiance(columns(), BELLS, table=TABLE, slopes=True, workers=2)
    np.testing.assert_array_equal(one.by_air, two.by_air)
    limb = [limb_radiance(columns(), BOXES, HEIGHTS, table=TABLE, workers=w) for w in (1, 2)]
    np.testing.assert_array_equal(limb[0].radiance, limb[1].radiance)


def test_the_way_through_a_shell_is_that_of_the_integral():
    edges, air = EDGES[0], np.full(LAYERS, 190.0)
    heights, _ = hydrostatic_heights(edges, air)
    radius, low = body("mars").radius, 2.0e4
    path = air_paths(edges, air, np.array([low]))[0]

    def density(way):
        height = math.sqrt(way**2 + (radius + low) ** 2) - radius
        log_p = np.interp(height, heights, np.log(edges))
        return math.exp(log_p) / (GAS_CONSTANT * 190.0)

    far = math.sqrt((radius + heights[-1]) ** 2 - (radius + low) ** 2)
    want = integrate.quad(density, 0.0, far, limit=400, epsrel=1e-8)[0]
    assert path.sum() == pytest.approx(want, rel=2e-4)
    assert (path[heights[1:] <= low] == 0.0).all()
    # nearly rho sqrt(pi r H/2) for thin air on a large planet
    scale = GAS_CONSTANT * 190.0 / 3.6
    rough = density(0.0) * math.sqrt(0.5 * math.pi * (radius + low) * scale)
    assert path.sum() == pytest.approx(rough, rel=0.03)


def test_lengths_of_straight_lines_through_spheres():
    """Air of even density, nearly: length of the chord by Pythagoras."""
    edges = np.linspace(610.0, 609.0, 6)
    air = np.full(5, 250.0)
    heights, _ = hydrostatic_heights(edges, air)
    radius, low = body("mars").radius, 0.3 * heights[-1]
    path = air_paths(edges, air, np.array([low]))[0].sum()
    chord = math.sqrt((radius + heights[-1]) ** 2 - (radius + low) ** 2)
    assert path * GAS_CONSTANT * 250.0 / 609.5 == pytest.approx(chord, rel=2e-3)


def test_an_opaque_limb_of_even_warmth_is_a_black_body():
    even = columns(np.full_like(AIR, 180.0), 180.0)
    seen = limb_radiance(even, BOXES, np.array([-3e4, 1.0e3, 1.2e5]), table=TABLE).radiance
    held = channel_bins(BOXES, TABLE)
    want = held.response @ planck_radiance(held.wave, 180.0)
    np.testing.assert_allclose(seen[:, 0], np.broadcast_to(want, (2, 3)), rtol=1e-10)
    np.testing.assert_allclose(seen[:, 1, 1], want[1], rtol=2e-2)
    assert (seen[:, 2] == 0.0).all()


def test_slopes_at_the_limb_are_those_of_differences():
    more = {"table": TABLE, "field_height": 4.8e3}
    seen = limb_radiance(columns(), BOXES, HEIGHTS, slopes=True, **more)

    def light(heights=HEIGHTS, **held):
        return limb_radiance(columns(**held), BOXES, heights, **more).radiance

    scale = np.abs(seen.by_air).max()
    for layer in (2, 10, 18):
        step = np.zeros(LAYERS)
        step[layer] = 0.02
        rough = (light(air=AIR + step) - light(air=AIR - step)) / 0.04
        np.testing.assert_allclose(seen.by_air[..., layer], rough, atol=5e-3 * scale)
    rough = (light(HEIGHTS + 5.0) - light(HEIGHTS - 5.0)) / 10.0
    np.testing.assert_allclose(seen.by_height, rough, rtol=1e-3, atol=1e-12)
    rough = (light(dust=DUST * 1.001) - light(dust=DUST * 0.999)) / 0.002
    np.testing.assert_allclose(seen.by_dust.sum(axis=-1), rough, rtol=1e-3, atol=1e-9)


def test_a_field_of_view_is_a_mean():
    lines = np.linspace(0.0, 1e5, 101)
    weight = field_of_view(np.array([2e4, 5e4]), 5e3, lines)
    np.testing.assert_allclose(weight.sum(axis=1), 1.0, rtol=1e-12)
    np.testing.assert_allclose(weight @ lines, [2e4, 5e4], rtol=1e-9)
    spread = 5e3**2 / 12.0 + 1e3**2 / 6.0  # of the box, and of the lines that it is drawn from
    np.testing.assert_allclose(weight[0] @ (lines - 2e4) ** 2, spread, rtol=0.02)


def test_bins_and_points():
    place, share = distribution_points()
    assert share.sum() == pytest.approx(1.0)
    assert (np.diff(place) > 0.0).all()
    rng = np.random.default_rng(2)
    k = np.exp(2.0 * rng.standard_normal((3, 8000)))
    points = np.exp(sorted_absorption(k))
    assert (np.diff(points, axis=1) > 0.0).all()
    for depth in (0.02, 0.3, 3.0):  # transmission of a bin
        np.testing.assert_allclose(
            np.exp(-points * depth) @ share, np.exp(-k * depth).mean(axis=1), atol=0.01
        )
    np.testing.assert_allclose(points @ share, k.mean(axis=1), rtol=0.1)
    held = channel_bins(BOXES, TABLE)
    np.testing.assert_allclose(held.response.sum(axis=1), 1.0)
    assert held.bins.lo.min() <= 4e4
    assert np.exp(held.bins.log_k[:, :, :4]).max() < 1e-9  # no lines known at 400 cm-1


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"edges": EDGES[:, ::-1]}, "must fall"),
        ({"temperature": AIR * np.nan}, "not finite"),
        ({"temperature": AIR - 200.0}, "30 to 500"),
        ({"edges": EDGES[:, :-1]}, "L \\+ 1"),
        ({"dust_depth": -DUST}, "0 or more"),
        ({"emissivity": 0.0}, "above 0"),
    ],
)
def test_columns_that_are_none_are_refused(given, said):
    whole = {"edges": EDGES, "temperature": AIR, "surface_temperature": 220.0} | given
    with pytest.raises(InputError, match=said):
        SounderColumns(**whole)


def test_views_out_of_range_are_refused():
    with pytest.raises(InputError, match="cosine"):
        nadir_radiance(columns(), BELLS, cosine=0.1, table=TABLE)
    with pytest.raises(InputError, match="rise"):
        limb_radiance(columns(), BOXES, HEIGHTS[::-1], table=TABLE)
    with pytest.raises(InputError, match="300 km"):
        limb_radiance(columns(), BOXES, [4e5], table=TABLE)
    with pytest.raises(InputError, match='"box" or "bell"'):
        SounderChannels((60000.0,), (500.0,), "sinc")
    with pytest.raises(InputError, match="four numbers"):
        distribution_points((5, 5))
    with pytest.raises(InputError, match="not finite"):
        SounderTable(TABLE.edges, TABLE.share, TABLE.pressure, TABLE.temperature,
                     TABLE.log_k * np.nan)  # fmt: skip
