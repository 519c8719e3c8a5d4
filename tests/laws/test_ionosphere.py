"""The ionosphere as a phase: integrals by quadrature, thin-plasma limits and published sizes."""

import numpy as np
import pytest
from scipy.integrate import quad

from marsward.core.errors import InputError
from marsward.physics.ionosphere import Ionosphere, chapman_grazing, phase_fit

C = 299_792_458.0
LAYER = Ionosphere()


def density(y):
    return np.exp(0.5 * (1.0 - y - np.exp(-y)))


@pytest.mark.parametrize("sza", [0.0, 60.0, 85.0, 120.0])
def test_total_electrons_are_the_integral_of_the_profile(sza):
    whole, _ = quad(density, -5.0, 60.0, epsabs=1e-12)
    total = float(LAYER.peak_density(sza) * LAYER.layer_height(sza)) * whole
    assert float(LAYER.total_electrons(sza)) == pytest.approx(total, rel=1e-6)


@pytest.mark.parametrize("over", [1.02, 1.3, 5.0])
def test_phase_is_the_integral_of_the_index(over):
    f = over * float(LAYER.plasma_frequency(30.0))
    whole, _ = quad(lambda y: 1.0 - np.sqrt(1.0 - density(y) / over**2), -5.0, 60.0, limit=400)
    phase = 4.0 * np.pi * f / C * float(LAYER.layer_height(30.0)) * whole
    assert LAYER.phase(30.0, f)[0, 0] == pytest.approx(phase, rel=1e-5)


def test_thin_plasma_delays_by_its_electrons_over_the_square_of_frequency():
    f = 400e6
    late = 2.0 * 40.308 * LAYER.total_electrons([0.0, 75.0]) / (C * f**2)
    assert LAYER.delay([0.0, 75.0], f) == pytest.approx(late, rel=1e-3)
    assert np.all(LAYER.delay([0.0, 75.0], 5e6) > late * (f / 5e6) ** 2)


def test_sizes_are_those_published():
    # slabs of 50 km by day and 25 km by night: Mendillo et al. 2015, doi:10.1002/2015GL063096
    slab = LAYER.total_electrons([30.0, 150.0]) / LAYER.peak_density([30.0, 150.0])
    assert slab == pytest.approx([50e3, 25e3], rel=0.02)
    # subsolar peaks of 1.5 to 2.0e11 m-3; nights below 2e10 (Nemec et al. 2010)
    assert 1.5e11 < float(LAYER.peak_density(0.0)) < 2.0e11
    assert float(LAYER.peak_density(130.0)) < 2e10
    # by day nothing below about 3.5 MHz reaches the ground (instrument description of MARSIS)
    assert float(LAYER.plasma_frequency(30.0)) == pytest.approx(3.5e6, rel=0.1)
    # SHARAD is distorted when the Sun is less than about 100 deg from the zenith
    # (Campbell et al. 2011): the quadratic phase across its band falls below a radian or so there
    f = np.linspace(15e6, 25e6, 101)
    bend = np.abs(phase_fit(f, LAYER.phase([75.0, 90.0, 100.0, 120.0], f))[0][:, 2])
    assert np.all(bend[:2] > np.pi)
    assert np.all(bend[2:] < 0.5 * np.pi)


def test_grazing_function_is_the_slant_column():
    for ratio, sza in ((300.0, 30.0), (300.0, 85.0), (300.0, 90.0), (300.0, 96.0)):
        chi = np.radians(sza)
        side = ratio * np.sin(chi)

        def along(z, side=side, ratio=ratio):
            return np.exp(ratio - np.hypot(side, z))

        start = ratio * np.cos(chi)
        slant, _ = quad(
            along, start, start + 40.0 * ratio**0.5, limit=400, points=[max(start, 0.0)]
        )
        slant += quad(along, start + 40.0 * ratio**0.5, np.inf)[0]
        assert float(chapman_grazing(chi, ratio)) == pytest.approx(slant, rel=0.01)
    assert float(chapman_grazing(0.0, 280.0)) == pytest.approx(1.0, rel=0.01)


def test_density_falls_with_the_sun_and_ends_in_the_night():
    sza = np.linspace(0.0, 180.0, 181)
    n = LAYER.peak_density(sza)
    assert np.all(np.diff(n) <= 0.0)
    assert n[60] == pytest.approx(n[0] * np.sqrt(np.cos(np.pi / 3.0)), rel=0.02)
    assert n[-1] == pytest.approx(LAYER.night_density)


def test_waves_below_the_plasma_frequency_do_not_come_back():
    f = np.array([1.8e6, 3.0e6, 4.0e6, 5.0e6])
    phase = LAYER.phase([20.0, 140.0], f)
    assert np.array_equal(np.isfinite(phase), LAYER.transmitted([20.0, 140.0], f))
    assert np.isfinite(phase).tolist() == [[False, False, True, True], [True] * 4]
    assert np.isinf(LAYER.delay(20.0, 3e6)[0])


def test_fits_find_what_was_put_in():
    f = np.linspace(15e6, 25e6, 201)
    g = (f - 20e6) / 5e6
    found, rest = phase_fit(f, 2.0 - 3.0 * g + 1.5 * g * g)
    assert found[0] == pytest.approx([2.0, -3.0, 1.5])
    assert rest == pytest.approx(0.0, abs=1e-9)
    found, rest = phase_fit(f, 40.0 * 20e6 / f + 5.0 * f / 20e6, law="inverse")
    assert found[0] == pytest.approx([0.0, 5.0, 40.0], abs=1e-6)
    day = LAYER.phase(60.0, f)
    quadratic, inverse = (np.ptp(phase_fit(f, day, law=law)[1]) for law in ("quadratic", "inverse"))
    assert inverse < 0.02 * quadratic
    gap = day.copy()
    gap[0, :20] = np.nan
    _, rest = phase_fit(f, gap, law="inverse")
    assert np.isnan(rest[0, :20]).all()
    assert np.abs(rest[0, 20:]).max() < 0.05


@pytest.mark.parametrize(
    ("call", "told"),
    [
        (lambda: LAYER.peak_density(190.0), "zenith angle of 190 deg"),
        (lambda: LAYER.peak_density(np.nan), "zenith angle of nan"),
        (lambda: LAYER.phase(10.0, -1.0), "positive"),
        (lambda: Ionosphere(scale_height=0.0), "scale height of the ionosphere is 0"),
    ],
)
def test_what_cannot_be_is_told(call, told):
    with pytest.raises(InputError, match=told):
        call()
