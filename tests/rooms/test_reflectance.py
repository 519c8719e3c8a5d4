"""Reflectance laws against numpy twins, limits and closed forms."""

import math

import numpy as np
import pytest

from marsward.core.errors import InputError
from marsward.physics.kernels.reflectance import air_mass, glint, rayleigh
from marsward.physics.reflectance import (
    MOON,
    HapkeSurface,
    hapke,
    hapke_albedo,
    lambert,
    lunar_lambert,
    lunar_phase_curve,
    moon_phase_law,
    sphere_grid,
)

SMOOTH = HapkeSurface(b=0.3, c=0.4, b_s0=1.0, h_s=0.06, roughness=0.0, source="test")


def plain_hapke(w, i, e, g, surface):
    """Hapke 2012 without roughness, straight from the formulas, in numpy."""
    mu0, mu = np.cos(i), np.cos(e)
    gamma = np.sqrt(1 - w)
    r0 = (1 - gamma) / (1 + gamma)

    def h(x):
        return 1 / (1 - w * x * (r0 + (1 - 2 * r0 * x) / 2 * np.log((1 + x) / x)))

    b, c = surface.b, surface.c
    lobe = (1 + c) / 2 * (1 - b**2) / (1 - 2 * b * np.cos(g) + b**2) ** 1.5
    lobe += (1 - c) / 2 * (1 - b**2) / (1 + 2 * b * np.cos(g) + b**2) ** 1.5
    surge = 1 + surface.b_s0 / (1 + np.tan(g / 2) / surface.h_s)
    return w / 4 * mu0 / (mu0 + mu) * (surge * lobe + h(mu0) * h(mu) - 1)


def test_lambert_is_dark_at_night():
    assert lambert(0.5, [-0.3, 0.0, 0.6]) == pytest.approx([0.0, 0.0, 0.3])


def test_smooth_hapke_is_its_numpy_twin():
    i, e, g = (
        np.radians([10.0, 45.0, 70.0]),
        np.radians([20.0, 5.0, 60.0]),
        np.radians([25, 48, 90]),
    )
    got = hapke([0.1, 0.4, 0.9], np.cos(i), np.cos(e), g, surface=SMOOTH)
    twin = plain_hapke(np.array([0.1, 0.4, 0.9]), i, e, g, SMOOTH)
    assert got == pytest.approx(twin, rel=1e-12)


def test_faint_smooth_surface_without_surge_is_lommel_seeliger():
    flat = HapkeSurface(b=0.0, c=0.0, b_s0=0.0, h_s=0.1, roughness=0.0, source="test")
    got = hapke(1e-6, 0.7, 0.4, 1.0, surface=flat)
    assert got == pytest.approx(0.25e-6 * 0.7 / (0.7 + 0.4), rel=1e-5)


def test_hapke_keeps_reciprocity():
    for surface in (SMOOTH, MOON):
        one = hapke(0.3, 0.8, 0.3, math.radians(60.0), surface=surface)
        two = hapke(0.3, 0.3, 0.8, math.radians(60.0), surface=surface)
        assert one / 0.8 == pytest.approx(two / 0.3, rel=1e-9)


def test_roughness_fades_with_the_slope():
    nearly = HapkeSurface(0.3, 0.4, 1.0, 0.06, math.radians(0.05), "test")
    smooth = hapke(0.3, 0.8, 0.7, 0.6, surface=SMOOTH)
    assert hapke(0.3, 0.8, 0.7, 0.6, surface=nearly) == pytest.approx(smooth, rel=1e-3)
    assert hapke(0.3, 0.25, 0.35, 2.0) < 0.8 * hapke(
        0.3, 0.25, 0.35, 2.0, surface=HapkeSurface(*MOON.numbers[:4], 0.0, "test")
    )


def test_hapke_albedo_is_the_inverse():
    w = np.linspace(0.05, 0.9, 30)
    factor = hapke(w, 0.5, 1.0, math.radians(60.0))
    assert hapke_albedo(factor) == pytest.approx(w, abs=1e-6)


def test_albedo_of_one_is_refused():
    with pytest.raises(InputError, match="w must lie"):
        hapke(1.0, 0.5, 0.5, 0.1)


def test_lunar_lambert_limits():
    assert lunar_lambert(0.6, 0.6, 0.0) == pytest.approx(1.0)
    late = math.radians(175.0)
    assert lunar_lambert(0.3, 0.9, late) == pytest.approx(0.3)


@pytest.mark.parametrize("degrees", [0.0, 30.0, 75.0, 105.0])
def test_lambert_sphere_has_its_closed_phase_law(degrees):
    phase = math.radians(degrees)
    mu0, _, weight, _ = sphere_grid(phase, 120)
    disc = np.sum(weight * lambert(1.0, mu0)) / math.pi
    closed = 2.0 / 3.0 * (math.sin(phase) + (math.pi - phase) * math.cos(phase)) / math.pi
    assert disc == pytest.approx(closed, rel=1e-6)


def test_lunar_phase_curve_gives_the_published_law_back():
    values, step = lunar_phase_curve()
    for degrees in (0, 45, 103):
        phase = math.radians(degrees)
        mu0, mu, weight, _ = sphere_grid(phase, 150)
        disc = np.sum(weight * lunar_lambert(mu0, mu, phase)) / math.pi
        assert values[degrees] * disc == pytest.approx(moon_phase_law(phase), rel=1e-4)
        assert step == pytest.approx(math.radians(1.0))


def test_glint_mirrors_the_whole_beam():
    """Flux off a flat sea of all slopes: the mean Fresnel mirror times the flux, by quadrature."""
    variance, index, mu0 = 0.003, 1.34, math.cos(math.radians(30.0))
    polar = np.linspace(1e-3, math.pi / 2 - 1e-3, 500)
    turn = np.linspace(0.0, 2 * math.pi, 400, endpoint=False)
    total = 0.0
    for e in polar:
        mu = math.cos(e)
        values = [
            glint(mu0, mu, mu0 * mu - math.sqrt(1 - mu0**2) * math.sin(e) * math.cos(a), variance,
                  index)
            for a in turn
        ]  # fmt: skip
        total += np.mean(values) * 2 * math.pi * mu * math.sin(e)
    total *= (polar[1] - polar[0]) / math.pi / mu0
    cos_in = math.sqrt(1 - (1 - mu0**2) / index**2)
    rs = ((mu0 - index * cos_in) / (mu0 + index * cos_in)) ** 2
    rp = ((index * mu0 - cos_in) / (index * mu0 + cos_in)) ** 2
    assert total == pytest.approx(0.5 * (rs + rp), rel=0.02)


def test_air_mass_of_young():
    zenith = np.radians([0.0, 60.0, 80.0, 90.0])
    expected = [1.0, 1.994, 5.58, 31.7]
    assert [air_mass(c) for c in np.cos(zenith)] == pytest.approx(expected, rel=0.01)


def test_thin_rayleigh_air_is_linear_in_depth():
    got = rayleigh(1e-6, 1.0 / 0.6, 1.0 / 0.5, -0.2)
    assert got == pytest.approx(1e-6 * 0.75 * (1 + 0.04) / (4 * 0.5), rel=1e-4)
