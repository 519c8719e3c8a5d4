"""Hapke's law of mixtures: round trips, limits and oracles."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.integrate import quad

from marsward.core.errors import InputError
from marsward.data.spectral_library import mineral_spectra
from marsward.physics.hapke_mixing import (
    Geometry,
    areal_mixture,
    cross_section_shares,
    intimate_mixture,
    mass_shares,
    slab_albedo,
)

cosines = st.floats(0.05, 1.0)


def told(w, mu0, mu):
    """The law written out once more, with its H functions."""

    def h(x):
        return (1.0 + 2.0 * x) / (1.0 + 2.0 * x * np.sqrt(1.0 - w))

    return w / 4.0 / (mu0 + mu) * h(mu0) * h(mu)


@given(cosines, cosines, st.lists(st.floats(0.0, 1.0), min_size=1, max_size=20))
def test_albedo_and_reflectance_go_round(mu0, mu, albedo):
    law = Geometry(mu0, mu)
    w = np.array(albedo)
    r = law.reflectance(w)
    np.testing.assert_allclose(r, told(w, mu0, mu), rtol=1e-12, atol=1e-14)
    np.testing.assert_allclose(law.albedo(r), w, atol=2e-12)
    np.testing.assert_allclose(law.reflectance(law.albedo(r)), r, rtol=1e-12, atol=1e-15)


def test_the_h_function_is_chandrasekhars_within_four_per_cent():
    """H solves 1/H(x) = sqrt(1-w) + w/2 int t H(t)/(x+t) dt; iterated here on 64 Gauss points."""
    node, weight = np.polynomial.legendre.leggauss(64)
    t, dt = 0.5 * (node + 1.0), 0.5 * weight
    for w in (0.2, 0.6, 0.9, 0.99):
        h = np.ones_like(t)
        for _ in range(400):
            kernel = (t * h * dt) / (t[:, None] + t)
            h = 0.5 * h + 0.5 / (np.sqrt(1.0 - w) + 0.5 * w * kernel.sum(axis=1))
        close = (1.0 + 2.0 * t) / (1.0 + 2.0 * t * np.sqrt(1.0 - w))
        assert np.abs(close / h - 1.0).max() < 0.045
        exact = w / 4.0 / (t[40] + t[-1]) * h[40] * h[-1]
        assert Geometry(t[40], t[-1]).reflectance(w) == pytest.approx(exact, rel=0.06)


@given(cosines, cosines, st.floats(0.01, 0.99))
def test_the_slope_is_that_of_the_law(mu0, mu, w):
    law = Geometry(mu0, mu)
    step = 1e-6 * min(w, 1.0 - w)
    rise = (law.reflectance(w + step) - law.reflectance(w - step)) / (2.0 * step)
    assert law.slope(w) == pytest.approx(rise, rel=1e-5)


def test_what_noise_makes_impossible_is_held():
    law = Geometry()
    assert law.albedo(-0.01) == 0.0
    assert law.albedo(law.brightest + 0.1) == 1.0
    assert law.reflectance(1.0) == pytest.approx(law.brightest)
    assert np.isnan(law.albedo(np.nan))


def test_grains_of_clear_and_of_opaque_stuff():
    lam = np.array([1e-6])
    assert slab_albedo(1.5, 0.0, lam, 50e-6) == pytest.approx(1.0)
    black = slab_albedo(1.5, 0.5, lam, 1e-3)
    assert black == pytest.approx((0.25 + 0.25) / (6.25 + 0.25) + 0.05)
    fine, coarse = (slab_albedo(1.6, 1e-4, lam, d)[0] for d in (10e-6, 1e-3))
    assert fine > coarse
    # the mean path through a sphere: chords of refracted rays, averaged over its face
    n = 1.6
    path = quad(lambda b: 2.0 * b * 2.0 * np.sqrt(1.0 - (b / n) ** 2), 0.0, 1.0)[0] / 2.0
    k = 1e-9
    lost = (1.0 - slab_albedo(n, k, lam, 1e-4)[0]) / (4.0 * np.pi * k * 1e-4 / 1e-6)
    inner = 1.0 - 4.0 / (n * (n + 1.0) ** 2)
    outer = (n - 1.0) ** 2 / (n + 1.0) ** 2 + 0.05
    through = lost * (1.0 - inner) / (1.0 - outer)
    assert through == pytest.approx(path, rel=0.02)


def test_a_little_soot_darkens_more_mixed_through_than_in_patches():
    rows = mineral_spectra(["plagioclase", "gypsum", "magnetite"]).reflectance
    share = np.array([0.3, 0.5, 0.2])
    through, patches = intimate_mixture(rows, share), areal_mixture(rows, share)
    bright = rows[1] > 0.5
    assert np.all(through[bright] < patches[bright])
    assert np.all(through <= rows.max(axis=0) + 1e-12)
    assert np.all(through >= rows.min(axis=0) - 1e-12)
    np.testing.assert_allclose(patches, share @ rows, rtol=1e-13)


def test_a_mixture_of_one_is_itself_and_many_at_once_are_each():
    rows = mineral_spectra(["olivine_fo51", "dust"]).reflectance
    np.testing.assert_allclose(intimate_mixture(rows, [1.0, 0.0]), rows[0], atol=1e-12)
    shares = np.array([[[0.5, 0.5], [0.1, 0.9]]])
    both = intimate_mixture(rows, shares)
    assert both.shape == (1, 2, rows.shape[1])
    np.testing.assert_allclose(both[0, 1], intimate_mixture(rows, [0.1, 0.9]), atol=1e-14)


@given(st.lists(st.floats(0.0, 1.0), min_size=3, max_size=3).filter(lambda m: sum(m) > 0.01))
def test_mass_and_cross_section_go_round(mass):
    mass = np.array(mass) / sum(mass)
    density, diameter = np.array([2700.0, 3300.0, 5200.0]), np.array([100e-6, 40e-6, 5e-6])
    share = cross_section_shares(mass, density, diameter)
    assert share.sum() == pytest.approx(1.0)
    np.testing.assert_allclose(mass_shares(share, density, diameter), mass, atol=1e-12)


def test_fine_grains_have_more_face_for_their_mass():
    share = cross_section_shares([0.5, 0.5], [3000.0, 3000.0], [10e-6, 90e-6])
    assert share == pytest.approx([0.9, 0.1])


def test_gaps_of_a_mineral_count_only_where_it_is():
    rows = np.array([[0.2, np.nan, 0.4], [0.5, 0.5, np.nan]])
    out = intimate_mixture(rows, [[1.0, 0.0], [0.5, 0.5]])
    np.testing.assert_array_equal(np.isnan(out), [[False, True, False], [False, True, True]])
    assert areal_mixture(rows, [0.0, 1.0])[1] == 0.5


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: intimate_mixture(np.ones((2, 3)) * 0.3, [0.5, 0.6]), "must sum to 1"),
        (lambda: intimate_mixture(np.ones((2, 3)) * 0.3, [1.5, -0.5]), "0 or more"),
        (lambda: intimate_mixture(np.ones((2, 3)) * 0.3, [np.nan, 0.5]), "0 or more"),
        (lambda: cross_section_shares([1.0], [0.0], [1e-5]), "density .* positive"),
        (lambda: mass_shares([1.0], [3000.0], [np.nan]), "diameter .* positive"),
        (lambda: Geometry(mu0=0.0), "mu0 is 0"),
        (lambda: Geometry(mu=30.0), "mu is 30"),
        (lambda: Geometry().reflectance(1.2), "in 0 to 1"),
        (lambda: slab_albedo(1.5, 0.1, 1e-6, 0.0), "positive diameter"),
    ],
)
def test_one_sentence_for_each_mistake(call, words):
    with pytest.raises(InputError, match=words):
        call()
