"""Bands of carbon dioxide: line shapes, a sum line by line, and what Mars shows."""

import numpy as np
import pytest
from scipy import special

from marsward.core.errors import InputError
from marsward.physics import co2_bands
from marsward.physics.co2_bands import co2_transmission, line_width

UM = 1e-6


@pytest.mark.parametrize("amount", [1e-4, 1e-2, 1.0, 30.0, 1000.0])
@pytest.mark.parametrize("lorentz", [1e-4, 4e-4, 3e-3])
def test_widths_of_lines_are_those_of_voigt(amount, lorentz):
    """The Voigt line by the Faddeeva function, its absorption added up over the spectrum."""
    doppler = 4.6e-3
    x = np.concatenate([np.linspace(0.0, 0.1, 4001), np.geomspace(0.1001, 400.0, 4000)])
    profile = special.wofz((x + 1j * lorentz) / doppler).real / (doppler * np.sqrt(np.pi))
    exact = 2.0 * np.trapezoid(-np.expm1(-amount * profile), x)
    assert line_width(amount, lorentz, doppler) == pytest.approx(exact, rel=0.09)


def test_limits_of_weak_and_of_strong_lines():
    assert line_width(1e-7, 4e-4, 4e-3) == pytest.approx(1e-7, rel=1e-3)
    assert line_width(1e5, 4e-4, 4e-3) == pytest.approx(2.0 * np.sqrt(1e5 * 4e-4), rel=1e-2)


def line_by_line(low, high, pressure, airmass, temperature=210.0):
    """Wavenumbers [cm-1] and share of light left by every line of the bands, each of Voigt."""
    places, strengths = (v.ravel() for v in co2_bands._lines(temperature))
    grid = np.arange(low, high, 0.002)
    column = pressure / (co2_bands._MOLECULE * 3.71) * 1e-4 * airmass
    lorentz = 0.10 * (296.0 / temperature) ** 0.70 * 0.5 * pressure / 101325.0
    speed = np.sqrt(2.0 * 1.380649e-23 * temperature / co2_bands._MOLECULE)
    depth = np.zeros_like(grid)
    near = (places > low - 20.0) & (places < high + 20.0) & (strengths > 0.0)
    for place, strength in zip(places[near], strengths[near], strict=True):
        doppler = place * speed / 299792458.0
        close = slice(*np.searchsorted(grid, [place - 12.0, place + 12.0]))
        z = (grid[close] - place + 1j * lorentz) / doppler
        depth[close] += strength * column * special.wofz(z).real / (doppler * np.sqrt(np.pi))
    return grid, np.exp(-depth)


@pytest.mark.parametrize(("pressure", "airmass"), [(150.0, 2.2), (610.0, 2.2), (900.0, 4.0)])
def test_the_band_is_that_of_its_lines_added_one_by_one(pressure, airmass):
    """The deep band at 2.01 um, averaged as a channel 8 nm wide does."""
    grid, passed = line_by_line(4920.0, 5045.0, pressure, airmass)
    for centre in (4945.0, 4960.0, 4975.0, 4990.0, 5000.0):
        weight = np.exp(-0.5 * ((grid - centre) / 8.0) ** 2)
        exact = np.sum(weight * passed) / weight.sum()
        around = centre + np.linspace(-24.0, 24.0, 97)
        held = co2_transmission(1e-2 / around[::-1], pressure, airmass)[::-1]
        mine = np.average(held, weights=np.exp(-0.5 * ((around - centre) / 8.0) ** 2))
        assert np.log(mine) == pytest.approx(np.log(exact), rel=0.06)


def test_the_triplet_stands_at_two_micrometres():
    lam = np.arange(1.9, 2.15, 0.0005) * UM
    passed = co2_transmission(lam, 610.0, 2.2)
    inner = (passed[1:-1] < passed[:-2]) & (passed[1:-1] < passed[2:]) & (passed[1:-1] < 0.9)
    dips = lam[1:-1][inner] / UM
    for centre in (1.961, 2.009, 2.060):
        assert np.abs(dips - centre).min() < 0.006
    # scans of CRISM and OMEGA take 2.007 to 2.011 um for the deepest place: McGuire et al. 2009,
    # doi:10.1016/j.pss.2009.03.007
    assert 2.003 < lam[passed.argmin()] / UM < 2.014
    # nearly half of the light is gone there at the datum, as channels of OMEGA see it: Melchiorri
    # et al. 2006, doi:10.1016/j.pss.2006.04.014
    weight = np.exp(-0.5 * ((lam / UM - 2.009) / 0.0055) ** 2)
    assert 0.38 < np.average(passed, weights=weight) < 0.62


def test_more_gas_passes_less_and_the_deep_band_is_strong():
    lam = np.array([1.435, 2.011, 2.7]) * UM
    by_pressure = co2_transmission(lam, np.array([100.0, 300.0, 600.0, 1000.0]), 2.0)
    assert np.all(np.diff(by_pressure, axis=0) < 0.0)
    by_air = co2_transmission(lam, 600.0, np.array([2.0, 3.0, 5.0]))
    assert np.all(np.diff(by_air, axis=0) < 0.0)
    depth = -np.log(co2_transmission(lam[1:2], np.array([400.0, 800.0]), 2.0))[:, 0]
    assert depth[1] / depth[0] == pytest.approx(2.0, rel=0.15)  # pressure times column, rooted
    slant = -np.log(co2_transmission(lam[1:2], 600.0, np.array([2.0, 8.0])))[:, 0]
    assert 1.8 < slant[1] / slant[0] < 2.6  # the root of the airmass, more as lines merge


def test_outside_its_bands_the_gas_is_clear_and_strength_scales_the_depth():
    lam = np.array([0.5, 1.0, 1.25, 2.3, 3.3]) * UM
    np.testing.assert_allclose(co2_transmission(lam, 700.0, 3.0), 1.0, atol=1e-6)
    plain, stronger = (co2_transmission(2.01 * UM, 600.0, 2.0, strength=s)[0] for s in (1.0, 1.2))
    assert np.log(stronger) == pytest.approx(1.2 * np.log(plain))


@pytest.mark.parametrize(
    ("pressure", "airmass", "more", "words"),
    [
        (6.1e4, 2.0, {}, "0 to 2000 Pa"),
        (np.nan, 2.0, {}, "0 to 2000 Pa"),
        (610.0, 0.5, {}, "airmass"),
        (610.0, 2.0, {"temperature": 20.0}, "120 to 300 K"),
    ],
)
def test_one_sentence_for_each_mistake(pressure, airmass, more, words):
    with pytest.raises(InputError, match=words):
        co2_transmission(2.0 * UM, pressure, airmass, **more)
