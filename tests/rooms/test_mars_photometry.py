"""Laws of the Martian ground against plain Hapke, published findings and each other."""

import math

import numpy as np
import pytest

from marsward.core.errors import InputError
from marsward.physics.mars_photometry import (
    LAWS,
    MARS,
    MARS_SINGLE_SCATTERING_ALBEDO,
    REFERENCE_INCIDENCE,
    MarsPhotometry,
    albedo,
    limb_curves,
    radiance_factor,
    reference_albedo,
)
from marsward.physics.reflectance import hapke


def geometry(count=4000, incidence=75.0, emission=70.0, seed=2):
    """Random cosines of incidence and emission and phase angles [rad] that can be."""
    rng = np.random.default_rng(seed)
    i = np.radians(rng.uniform(0.0, incidence, count))
    e = np.radians(rng.uniform(0.0, emission, count))
    turn = rng.uniform(0.0, math.pi, count)
    cosine = np.cos(i) * np.cos(e) + np.sin(i) * np.sin(e) * np.cos(turn)
    return np.cos(i), np.cos(e), np.arccos(np.clip(cosine, -1.0, 1.0))


@pytest.mark.parametrize("law", LAWS)
def test_reference_geometry_gives_the_albedo(law):
    mu0 = math.cos(REFERENCE_INCIDENCE)
    for value in (0.08, 0.2, 0.32):
        factor = radiance_factor(
            value, mu0, 1.0, REFERENCE_INCIDENCE, photometry=MarsPhotometry(law)
        )
        assert float(factor) == pytest.approx(value * mu0, rel=1e-5)


def test_hapke_is_the_plain_function():
    mu0, mu, phase = geometry()
    w = np.linspace(0.2, 0.97, mu0.size)
    got = radiance_factor(reference_albedo(w), mu0, mu, phase)
    assert got == pytest.approx(hapke(w, mu0, mu, phase, surface=MARS), rel=2e-6)


@pytest.mark.parametrize("law", LAWS)
@pytest.mark.parametrize(("direct", "sky"), [(1.0, 0.0), (0.6, 0.25)])
def test_albedo_comes_back(law, direct, sky):
    mu0, mu, phase = geometry()
    value = np.random.default_rng(3).uniform(0.03, 0.5, mu0.size)
    law = MarsPhotometry(law)
    factor = radiance_factor(value, mu0, mu, phase, photometry=law)
    lit = direct * factor + sky * value
    back = albedo(lit, mu0, mu, phase, photometry=law, direct=direct, sky=sky)
    assert back == pytest.approx(value, rel=2e-6)


def test_unlit_ground_has_no_albedo():
    for law in LAWS:
        out = albedo([0.1, 0.1], [-0.2, 0.5], [0.5, 0.0], 1.0, photometry=MarsPhotometry(law))
        assert np.isnan(out).all()
    assert float(albedo(0.05, -0.2, 0.5, 1.0, direct=0.7, sky=0.25)) == pytest.approx(0.2)


def test_ground_darker_than_black_comes_back_below_zero_or_at_zero():
    """Noise may take the signal below zero: the answer stays finite and never above zero."""
    for law in LAWS:
        out = float(albedo(-0.001, 0.7, 0.9, 0.6, photometry=MarsPhotometry(law)))
        assert -0.01 < out <= 0.0


def test_nadir_underestimates_the_hemisphere_as_published():
    """Vincendon 2013: nadir reflectance is typically 10 % below hemispherical reflectance."""
    mu = 0.5 * (np.polynomial.legendre.leggauss(40)[0] + 1.0)
    weight = 0.5 * np.polynomial.legendre.leggauss(40)[1]
    turn = (np.arange(72) + 0.5) / 72 * 2.0 * math.pi
    value = float(reference_albedo(MARS_SINGLE_SCATTERING_ALBEDO))
    ratios = []
    for degrees in (30.0, 45.0, 60.0):
        i = math.radians(degrees)
        cosine = math.cos(i) * mu[:, None] + math.sin(i) * np.sqrt(1 - mu**2)[:, None] * np.cos(
            turn
        )
        all_sides = radiance_factor(value, math.cos(i), mu[:, None], np.arccos(cosine))
        hemisphere = 2.0 * np.sum(weight * mu * all_sides.mean(axis=1))
        ratios.append(hemisphere / float(radiance_factor(value, math.cos(i), 1.0, i)))
    assert np.mean(ratios) == pytest.approx(1.10, abs=0.04)


def test_backscattering_peak_is_that_published():
    """Vincendon 2013: a backscattering peak of 5 to 10 % in the reflectance of Mars."""
    value, i = 0.3, math.radians(45.0)
    at = [float(radiance_factor(value, math.cos(i), math.cos(i), math.radians(g))) for g in (5, 30)]
    assert 1.05 < at[0] / at[1] < 1.25


def test_lunar_lambert_follows_hapke():
    mu0, mu, phase = geometry(incidence=70.0, emission=60.0)
    lunar = radiance_factor(0.2, mu0, mu, phase, photometry=MarsPhotometry("lunar-lambert"))
    ratio = lunar / radiance_factor(0.2, mu0, mu, phase)
    assert np.median(ratio) == pytest.approx(1.0, abs=0.01)
    assert np.percentile(ratio, [1, 99]) == pytest.approx([1.0, 1.0], abs=0.08)


def test_limb_weight_falls_with_phase_as_on_every_planet():
    """McEwen 1991: L near 1 at full phase falls to near 0 at large phase."""
    weight, phase_function = limb_curves()
    assert 0.7 < weight[0] < 1.0
    assert np.all(np.diff(weight[:200]) < 1e-3)
    assert abs(weight[-1]) < 0.15
    assert phase_function.min() > 0.8


def test_bad_laws_and_albedos_are_refused():
    with pytest.raises(InputError, match="law of reflection"):
        MarsPhotometry("phong")
    with pytest.raises(InputError, match="albedo must lie"):
        radiance_factor(0.95, 0.5, 0.5, 0.3)
    with pytest.raises(InputError, match="albedo must lie"):
        radiance_factor(-0.1, 0.5, 0.5, 0.3, photometry=MarsPhotometry("lambert"))
