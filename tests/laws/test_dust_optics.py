"""Optics of dust: Mie's series against its textbook form, the table against its own making."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import spherical_jn, spherical_yn

from marsward.core.errors import InputError
from marsward.data.dust_files import read_ames_dust_optics
from marsward.physics.dust_optics import (
    REFERENCE_WAVELENGTH,
    dust_at,
    infrared_optics,
    solar_optics,
    solar_share,
    sphere_optics,
)
from marsward.physics.haze import DUST_ASYMMETRY, dust_albedo
from marsward.physics.kernels.mie import sphere


def textbook(x, m):
    """Extinction, scattering and asymmetry from spherical Bessel functions of scipy.

    Bohren & Huffman 1983, eqs. 4.53, 4.61, 4.62 and section 4.5.
    """
    n = np.arange(1, int(x + 4 * x ** (1 / 3) + 12))
    j, dj = spherical_jn(n, x), spherical_jn(n, x, True)
    h = j + 1j * spherical_yn(n, x)
    dh = dj + 1j * spherical_yn(n, x, True)
    inner = spherical_jn(n, m * x)
    slope = inner + m * x * spherical_jn(n, m * x, True)
    outer, sent = j + x * dj, h + x * dh
    a = (m * m * inner * outer - j * slope) / (m * m * inner * sent - h * slope)
    b = (inner * outer - j * slope) / (inner * sent - h * slope)
    good = np.isfinite(a) & np.isfinite(b)
    n, a, b = n[good], a[good], b[good]
    extinct = 2 / x**2 * np.sum((2 * n + 1) * (a + b).real)
    scatter = 2 / x**2 * np.sum((2 * n + 1) * (abs(a) ** 2 + abs(b) ** 2))
    pairs = (a[:-1] * a[1:].conj() + b[:-1] * b[1:].conj()).real
    forward = np.sum(n[:-1] * (n[:-1] + 2) / (n[:-1] + 1) * pairs)
    forward += np.sum((2 * n + 1) / (n * (n + 1)) * (a * b.conj()).real)
    return extinct, scatter, 4 / x**2 * forward / scatter


@pytest.mark.parametrize("x", [0.1, 1.0, 5.0, 40.0, 100.0])
@pytest.mark.parametrize("m", [1.5 + 0.001j, 1.5 + 0j, 1.2 + 0.6j, 2.2 + 0.5j])
def test_mie_is_the_textbook_series(x, m):
    assert sphere(x, m.real, m.imag) == pytest.approx(textbook(x, m), rel=1e-8)


@given(st.floats(0.01, 60.0), st.floats(1.1, 2.5))
def test_clear_spheres_take_nothing(x, n):
    extinct, scatter, onward = sphere(x, n, 0.0)
    assert extinct == pytest.approx(scatter, rel=1e-8)
    assert -1.0 < onward < 1.0


def test_small_and_large_spheres():
    """Rayleigh: Q_sca = 8/3 x^4 |(m^2 - 1)/(m^2 + 2)|^2, Q_abs = 4 x Im(...); large ones take
    twice their area."""
    m = 1.5 + 0.1j
    term = (m * m - 1) / (m * m + 2)
    extinct, scatter, onward = sphere(0.01, m.real, m.imag)
    assert scatter == pytest.approx(8 / 3 * 0.01**4 * abs(term) ** 2, rel=1e-3)
    assert extinct - scatter == pytest.approx(4 * 0.01 * term.imag, rel=1e-3)
    assert abs(onward) < 1e-3
    assert sphere(2000.0, 1.5, 0.1)[0] == pytest.approx(2.0, abs=0.02)


def test_the_shipped_table_is_what_the_spheres_give():
    at = np.array([0.32e-6, 0.67e-6, 1.1e-6, 9.273e-6, 20.029e-6])
    n = [1.5, 1.5, 1.5, 1.449, 1.498]
    k = [1.503e-2, 1.123e-3, 1.174e-3, 0.675, 0.504]
    made = sphere_optics(at, n, k, 1.5e-6, 0.3)
    told = dust_at(at)
    assert told.extinction == pytest.approx(made.extinction / made.extinction[1], rel=1e-3)
    assert told.albedo == pytest.approx(made.albedo, abs=1e-3)
    assert told.asymmetry[3:] == pytest.approx(made.asymmetry[3:], abs=1e-3)


def test_one_owner_for_visible_dust():
    """Albedo and asymmetry at visible wavelengths are those of the haze that cameras see."""
    at = np.array([440.0, 550.0, 670.0, 750.0, 900.0]) * 1e-9
    found = dust_at(at)
    assert found.albedo == pytest.approx(dust_albedo(at), abs=1e-4)
    assert dust_at(REFERENCE_WAVELENGTH).asymmetry[0] == pytest.approx(DUST_ASYMMETRY, abs=1e-4)
    assert dust_at(REFERENCE_WAVELENGTH).extinction[0] == pytest.approx(1.0)


def test_bands_of_sunlight():
    dust = solar_optics()
    assert dust.share.sum() == pytest.approx(1.0)
    # ASTM E490: 1.2 % below 0.3 um, 25 % beyond 1.1 um, to a per cent of sunlight
    assert solar_share(0.2e-6, 0.3e-6) == pytest.approx(0.012, abs=0.003)
    assert solar_share(1.1e-6, 5.0e-6) == pytest.approx(0.25, abs=0.01)
    weight = dust.share * dust.extinction
    assert (weight * dust.albedo).sum() / weight.sum() == pytest.approx(0.92, abs=0.01)
    assert np.all(np.diff(dust.albedo[:6]) > 0.0)  # red dust


def test_infrared_over_visible():
    """Visible extinction over absorption at 9.3 um: 2.6 of Montabone et al. 2015 for grains that
    are no spheres, 2.15 here; 2 to 2.5 in Wolff & Clancy 2003, doi:10.1029/2003JE002057."""
    ratio = 1.0 / dust_at(9.3e-6).absorption[0]
    assert 2.0 < ratio < 2.7


def test_beside_the_optics_of_the_ames_model(shared_data):
    """Extinction to 7 %, albedo to 0.04 (0.05 at 3 um) and asymmetry to 0.06 in their bands."""
    folder = shared_data / "climate"
    theirs = read_ames_dust_optics(
        folder / "Dust_vis_wolff2010_JD_12bands.dat", folder / "Dust_ir_wolff2010_JD_12bands.dat"
    )
    extinct, albedo, onward = theirs.mean(1.5e-6, 0.3)
    ours = solar_optics(tuple(theirs.edges[:8]))
    ratio = ours.extinction / ours.extinction[1] / (extinct[:7] / extinct[1])
    assert ratio == pytest.approx(1.0, abs=0.09)
    assert ours.albedo == pytest.approx(albedo[:7], abs=0.05)
    assert ours.asymmetry == pytest.approx(onward[:7], abs=0.07)
    edges = np.clip(theirs.edges[7:], 0.2e-6, 98e-6)
    far = infrared_optics(edges)
    visible = far.absorption / ours.extinction[1]
    told = extinct[7:] * (1 - albedo[7:]) / extinct[1]
    assert visible[1:4] == pytest.approx(told[1:4], rel=0.12)
    assert far.asymmetry[:4] == pytest.approx(onward[7:11], abs=0.08)


def test_larger_grains():
    small, large = (
        dust_at([0.4e-6, 9.3e-6, 20e-6], radius=1.0e-6),
        dust_at([0.4e-6, 9.3e-6, 20e-6], radius=2.5e-6),
    )
    assert large.albedo[0] < small.albedo[0]
    assert large.extinction[2] > small.extinction[2]


@pytest.mark.parametrize(
    "call",
    [
        lambda: dust_at(0.1e-6),
        lambda: dust_at(np.nan),
        lambda: solar_share(1e-6, 0.5e-6),
        lambda: infrared_optics([2e-5, 1e-5]),
        lambda: infrared_optics([1e-5, 2e-5], temperature=-1.0),
        lambda: sphere_optics(1e-6, 1.5, -0.1, 1.5e-6, 0.3),
        lambda: sphere_optics(1e-6, 1.5, 0.1, 1.5, 0.3),
        lambda: solar_optics((0.5e-6, 0.4e-6)),
    ],
)
def test_impossible_optics_are_refused(call):
    with pytest.raises(InputError):
        call()
