"""The haze against quadrature, closed forms and published tables."""

import math

import numpy as np
import pytest

from marsward.core.errors import InputError
from marsward.data.textures import solar_spectrum
from marsward.physics.haze import (
    DUST_ASYMMETRY,
    Haze,
    add_haze,
    dust_albedo,
    haze_terms,
    onward_share,
    remove_haze,
)
from marsward.physics.kernels.haze import henyey_greenstein, slant

FLAT = {"scale_height": 1e-3}  # so thin that nothing curves


def rings(count=200):
    """Gauss nodes and weights of a cosine from 0 to 1."""
    x, w = np.polynomial.legendre.leggauss(count)
    return 0.5 * (x + 1.0), 0.5 * w


@pytest.mark.parametrize("g", [-0.4, 0.0, 0.69, 0.9])
def test_phase_function_has_mean_one_and_its_asymmetry(g):
    x, w = np.polynomial.legendre.leggauss(400)
    values = np.array([henyey_greenstein(-c, g) for c in x])  # scattering angle = pi - phase
    assert np.sum(w * values) / 2.0 == pytest.approx(1.0, abs=1e-10)
    assert np.sum(w * values * x) / 2.0 == pytest.approx(g, abs=1e-10)


@pytest.mark.parametrize("mu0", [0.0, 0.25, 0.5, 1.0])
def test_onward_share_is_the_quadrature_over_the_far_hemisphere(mu0):
    g = DUST_ASYMMETRY
    mu, w = rings()
    turn = (np.arange(1024) + 0.5) / 1024 * 2.0 * math.pi
    cosine = mu0 * mu[:, None] + math.sqrt(1.0 - mu0**2) * np.sqrt(1.0 - mu**2)[:, None] * np.cos(
        turn
    )
    lobe = (1.0 - g * g) / (1.0 + g * g - 2.0 * g * cosine) ** 1.5
    share = 0.5 * np.sum(w * lobe.mean(axis=1))
    assert onward_share(g)[round(256 * mu0)] == pytest.approx(share, abs=1e-9)


def share_at(g, mu):
    """Onward share from the table."""
    return float(np.interp(mu, np.linspace(0.0, 1.0, 257), onward_share(g)))


def test_path_is_the_integral_through_the_slab():
    """Sum over thin sheets: light that reaches a sheet, is scattered there and gets out."""
    depth, w, g, mu0, mu, phase = 0.7, 0.93, 0.69, 0.6, 0.8, 1.1
    x, weight = np.polynomial.legendre.leggauss(60)
    t = 0.5 * depth * (x + 1.0)
    loss = sum((1.0 - w * share_at(g, m)) / m for m in (mu0, mu))
    lobe = (1.0 - g * g) / (1.0 + g * g + 2.0 * g * math.cos(phase)) ** 1.5
    total = np.sum(0.5 * depth * weight * 0.25 * w * lobe / mu * np.exp(-t * loss))
    terms = haze_terms(Haze(depth, w, g, **FLAT), mu0, mu, phase)
    assert float(terms.path) == pytest.approx(total, rel=1e-6)


def test_dark_thick_slab_is_lommel_seeliger():
    """Where dust scatters little the first order is all: Chandrasekhar 1960, section 68."""
    for depth in (0.4, 5.0):
        terms = haze_terms(Haze(depth, 1e-4, 0.0, **FLAT), 0.2, 0.3, 0.5)
        slab = 0.25e-4 * 0.2 / 0.5 * (1.0 - math.exp(-depth * (1.0 / 0.2 + 1.0 / 0.3)))
        assert float(terms.path) == pytest.approx(slab, rel=1e-4)


def test_thin_haze_goes_with_its_depth():
    """To first order path = w P tau/(4 mu), sky = w f tau and direct = 1 - tau/mu0."""
    mu0, mu, phase, depth = 0.7, 0.9, 0.8, 1e-5
    t = haze_terms(Haze(depth, 0.9, 0.69, **FLAT), mu0, mu, phase)
    lobe = henyey_greenstein(math.cos(phase), 0.69)
    assert float(t.path) == pytest.approx(0.9 * lobe * depth / (4.0 * mu), rel=1e-4)
    assert float(t.sky) == pytest.approx(0.9 * share_at(0.69, mu0) * depth, rel=1e-4)
    assert float(t.direct) == pytest.approx(1.0 - depth / mu0, abs=1e-9)
    lost = depth / mu * (1.0 - 0.9 * share_at(0.69, mu))
    assert float(t.up) == pytest.approx(1.0 - lost, abs=1e-9)


def followed(depth, w, g, ground, mu0, mu, turn, count=60_000):
    """I/F above a Lambert ground and a slab, all orders: photons one by one, local estimates."""
    rng = np.random.default_rng(3)
    t, weight = np.zeros(count), np.ones(count)
    d = np.tile([math.sqrt(1.0 - mu0**2), 0.0, -mu0], (count, 1))
    side = math.sqrt(1.0 - mu**2)
    view = np.array([side * math.cos(turn), side * math.sin(turn), mu])
    total = 0.0
    while weight.size:
        t = t + d[:, 2] * np.log(rng.random(weight.size))
        stay = t >= 0.0
        t, d, weight = t[stay], d[stay], weight[stay]
        down, dust = t >= depth, t < depth
        weight = weight * np.where(down, ground, w)
        total += weight[down].sum() / math.pi * math.exp(-depth / mu)
        lobe = (1.0 - g * g) / (1.0 + g * g - 2.0 * g * (d[dust] @ view)) ** 1.5
        total += np.sum(weight[dust] * lobe * np.exp(-t[dust] / mu)) / (4.0 * math.pi * mu)
        spin = 2.0 * math.pi * rng.random(t.size)
        x = rng.random(t.size)
        up = np.where(down, np.sqrt(x), 0.0)
        bend = (1.0 + g * g - ((1.0 - g * g) / (1.0 - g + 2.0 * g * x)) ** 2) / (2.0 * g)
        axis = np.where(np.abs(d[:, 2:]) < 0.9, [[0.0, 0.0, 1.0]], [[1.0, 0.0, 0.0]])
        one = np.cross(axis, d)
        one /= np.linalg.norm(one, axis=1, keepdims=True)
        across = np.cos(spin)[:, None] * one + np.sin(spin)[:, None] * np.cross(d, one)
        turned = bend[:, None] * d + np.sqrt(np.maximum(0.0, 1.0 - bend**2))[:, None] * across
        flat = np.sqrt(1.0 - up**2)
        bounced = np.stack([flat * np.cos(spin), flat * np.sin(spin), up], axis=1)
        d, t = np.where(down[:, None], bounced, turned), np.where(down, depth, t)
        stay = weight > 1e-4
        t, d, weight = t[stay], d[stay], weight[stay]
    return math.pi * total / count * mu0


@pytest.mark.parametrize(("depth", "low"), [(0.1, 0.04), (0.3, 0.15), (0.5, 0.25)])
def test_all_orders_of_scattering_are_as_near_as_said(depth, low):
    for ground, w in ((0.10, 0.93), (0.28, 0.96)):
        for mu0, mu, turn in ((0.8, 1.0, 0.0), (0.5, 1.0, 0.0), (0.4, 0.8, 1.0)):
            full = followed(depth, w, 0.69, ground, mu0, mu, turn)
            cosine = mu0 * mu - math.sqrt((1.0 - mu0**2) * (1.0 - mu**2)) * math.cos(turn)
            haze = Haze(depth, w, 0.69, **FLAT)
            ours = float(add_haze(ground * mu0, ground, haze, mu0, mu, math.acos(cosine)))
            assert 1.0 - low < ours / full < 1.005


def test_no_haze_changes_nothing_at_all():
    t = haze_terms(Haze(0.0), [0.9, 0.1, -0.2], [0.5, 0.05, 0.9], [0.3, 1.5, 2.0])
    assert np.array_equal(t.direct, np.ones(3))
    assert np.array_equal(t.up, np.ones(3))
    assert np.array_equal(t.sky, np.zeros(3))
    assert np.array_equal(t.path, np.zeros(3))
    law = np.array([0.2, 0.01, 0.0])
    assert np.array_equal(add_haze(law, 0.25, Haze(0.0), 0.9, 0.5, 0.3), law)


def test_removing_is_the_inverse_of_adding():
    rng = np.random.default_rng(4)
    mu0, mu, phase = rng.uniform(0.05, 1, 500), rng.uniform(0.1, 1, 500), rng.uniform(0, 2.5, 500)
    albedo = rng.uniform(0.05, 0.4, 500)
    haze = Haze.dust(0.45, 580e-9, 680e-9)
    above = add_haze(albedo * mu0, albedo, haze, mu0, mu, phase)
    ground, direct, sky = remove_haze(above, haze, mu0, mu, phase)
    assert ground / (direct * mu0 + sky) == pytest.approx(albedo, rel=1e-12)


def test_slant_paths_end_at_the_horizon_of_a_curved_layer():
    """Air mass 1 overhead; sqrt(pi R / 2 H) at the horizon, as a curved exponential layer has."""
    haze = Haze(0.4)
    horizon = haze.numbers[3]
    assert slant(1.0, horizon) == pytest.approx(1.0, abs=1e-12)
    mass = math.sqrt(math.pi * haze.radius / (2.0 * haze.scale_height))
    assert 1.0 / slant(0.0, horizon) == pytest.approx(mass, rel=2e-3)
    assert 1.0 / slant(0.5, horizon) == pytest.approx(2.0, rel=5e-3)


def test_light_fades_evenly_past_the_terminator():
    mu0 = np.linspace(0.02, -0.15, 400)
    path = haze_terms(Haze(0.4), mu0, 0.9, 1.6).path
    assert np.all(np.diff(path) < 0.0)
    assert np.abs(np.diff(path)).max() < 0.02 * path[0]
    assert path[-1] < 0.05 * path[0]


def test_dust_is_that_of_the_published_table(shared_data):
    """Ames model's optics of Wolff et al.'s dust, 0.4 to 0.8 um, particles of 1.5 um."""
    table = np.loadtxt(shared_data / "climate" / "Dust_vis_wolff2010_JD_12bands.dat")
    scattered = table.reshape(-1, 3, 7)[7:9]  # the two sizes around it
    lam = np.linspace(400e-9, 800e-9, 401)
    sun = np.interp(lam, *solar_spectrum())
    mean = np.trapezoid(dust_albedo(lam) * sun, lam) / np.trapezoid(sun, lam)
    albedo = scattered[:, 1, 5] / scattered[:, 0, 5]
    assert albedo.min() - 0.01 <= mean <= albedo.max() + 0.01
    assert scattered[0, 2, 5] == pytest.approx(DUST_ASYMMETRY, abs=0.01)


def test_bad_hazes_are_refused():
    with pytest.raises(InputError, match="optical depth"):
        Haze(-0.1)
    with pytest.raises(InputError, match="scattering albedo"):
        Haze(0.1, albedo=1.2)
    with pytest.raises(InputError, match="asymmetry"):
        Haze(0.1, asymmetry=1.0)
    with pytest.raises(InputError, match="scale height"):
        Haze(0.1, scale_height=0.0)
