"""Planck's law in bands, and the thin air over the ground."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.integrate import quad

from marsward.core.constants import BOLTZMANN, PLANCK, SPEED_OF_LIGHT
from marsward.core.errors import InputError
from marsward.physics.thermal_radiance import (
    ThermalAir,
    ThermalBand,
    seen_through_air,
    sky_share,
)

H, C, K = float(PLANCK), float(SPEED_OF_LIGHT), float(BOLTZMANN)
BANDS = [(6.275e-6, 7.285e-6), (12.165e-6, 12.975e-6), (5.5e-6, 1e-4), (1e-4, 4e-4), (2.5e-5, 4e-5)]


def planck(wavelength, temperature):
    return 2 * H * C**2 / wavelength**5 / np.expm1(H * C / (wavelength * K * temperature))


@pytest.mark.parametrize("ends", BANDS)
@pytest.mark.parametrize("temperature", [31.0, 75.3, 148.0, 211.1, 300.0, 440.0])
def test_band_is_the_integral_of_planck(ends, temperature):
    lo, hi = ends
    # even in ln(wavelength), where the integrand is smooth
    want = quad(
        lambda u: planck(math.exp(u), temperature) * math.exp(u), math.log(lo), math.log(hi),
        epsrel=1e-11, epsabs=0.0, limit=400,
    )[0]  # fmt: skip
    band = ThermalBand(lo, hi)
    assert band.radiance(temperature) == pytest.approx(want, rel=1e-7)
    assert band.brightness(want) == pytest.approx(temperature, rel=1e-8)


def test_response_is_integrated():
    band = ThermalBand(7e-6, 9e-6, ((7e-6, 0.0), (8e-6, 1.0), (9e-6, 0.0)))
    for temperature in (60.0, 150.0, 300.0):
        want = quad(
            lambda w, t=temperature: planck(w, t) * np.interp(w, [7e-6, 8e-6, 9e-6], [0, 1, 0]),
            7e-6, 9e-6, points=[8e-6], epsrel=1e-11, epsabs=0.0,
        )[0]  # fmt: skip
        assert band.radiance(temperature) == pytest.approx(want, rel=1e-7)


def test_flat_response_is_no_response():
    flat = ThermalBand(10e-6, 12e-6, ((10e-6, 1.0), (12e-6, 1.0)))
    warmth = np.linspace(40.0, 400.0, 37)
    np.testing.assert_allclose(
        flat.radiance(warmth), ThermalBand(10e-6, 12e-6).radiance(warmth), rtol=1e-9
    )


def test_all_wavelengths_give_stefan_and_boltzmann():
    temperature = 250.0
    sigma = 2 * math.pi**5 * K**4 / (15 * H**3 * C**2)
    share = ThermalBand(1e-6, 1e-3).radiance(temperature) * math.pi / (sigma * temperature**4)
    assert 0.9999 < share < 1.0


@given(st.floats(31.0, 449.0), st.sampled_from(BANDS))
def test_brightness_undoes_radiance(temperature, ends):
    band = ThermalBand(*ends)
    assert band.brightness(band.radiance(temperature)) == pytest.approx(temperature, rel=1e-9)


@given(st.floats(35.0, 440.0), st.sampled_from(BANDS))
def test_slope_is_the_derivative(temperature, ends):
    band = ThermalBand(*ends)
    step = 1e-3 * temperature
    rise = band.radiance(temperature + step) - band.radiance(temperature - step)
    assert band.slope(temperature) == pytest.approx(rise / (2 * step), rel=1e-3)


def test_off_the_table_is_not_a_number():
    band = ThermalBand(10e-6, 12e-6)
    assert np.isnan(band.radiance([10.0, 500.0])).all()
    assert np.isnan(band.brightness([-1.0, 0.0, 1e9])).all()


def test_thin_air_shows_ground_and_thick_air_itself():
    assert seen_through_air(3.0, 1.0, 0.0, 1.0) == pytest.approx(3.0)
    assert seen_through_air(3.0, 1.0, 60.0, 1.0) == pytest.approx(1.0)
    assert seen_through_air(2.0, 2.0, 0.7, 0.4) == pytest.approx(2.0)
    # twice the path, twice the depth
    assert seen_through_air(3.0, 1.0, 0.2, 0.5) == pytest.approx(
        float(seen_through_air(3.0, 1.0, 0.4, 1.0))
    )
    assert sky_share(0.0) == 0.0
    assert sky_share(0.1) == pytest.approx(1.0 - math.exp(-0.166))


@pytest.mark.parametrize(
    ("make", "word"),
    [
        (lambda: ThermalBand(12e-6, 10e-6), "shorter first"),
        (lambda: ThermalBand(1e-7, 10e-6), "1 and 1000 um"),
        (lambda: ThermalBand(1e-5, 2e-5, ((2e-5, 1.0), (1e-5, 1.0))), "wavelengths rising"),
        (lambda: ThermalAir(dust_depth=-0.1), "dust depth of the air is -0.1"),
        (lambda: ThermalAir(temperature=[200.0, math.nan]), "temperature of the air is nan"),
    ],
)
def test_bad_numbers_are_one_sentence(make, word):
    with pytest.raises(InputError, match=word) as told:
        make()
    assert "\n" not in str(told.value)
