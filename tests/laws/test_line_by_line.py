"""Lines of CO2, their sum, and k-distributions: closed forms and printed lines."""

import itertools
import math

import numpy as np
import pytest
from scipy.special import wofz

from marsward.core.errors import InputError
from marsward.physics.co2_lines import co2_lines, partition_sum
from marsward.physics.kernels.line_by_line import chi, faddeyeva, weideman
from marsward.physics.line_by_line import chi_rates, cross_section, k_places

# Wave number [cm-1], strength at 296 K [cm], lower energy [cm-1] of lines of 16O12C16O as printed
# in HITRAN 2016 (Gordon et al. 2017, doi:10.1016/j.jqsrt.2017.06.038), one or more of each band.
PRINTED = (
    (668.161176, 3.029e-20, 0.0), (667.386131, 7.463e-20, 2.3413),
    (668.00035, 2.374e-19, 234.0834), (691.972426, 9.101e-20, 362.7883),
    (726.357235, 6.713e-23, 2047.3081), (687.110608, 5.977e-21, 882.9714),
    (692.400105, 3.727e-21, 1031.1291), (667.754062, 1.919e-21, 669.7274),
    (668.122977, 1.15e-22, 1339.8315), (691.435059, 2.689e-22, 1653.0742),
    (691.823024, 1.466e-23, 2321.765), (727.021937, 1.924e-21, 689.2553),
    (728.567258, 2.333e-21, 702.5363), (688.126538, 4.212e-22, 1339.6591),
    (667.044544, 2.892e-24, 2444.3237), (666.873847, 1.037e-23, 2240.2375),
    (666.750201, 3.74e-22, 1519.6411), (687.55666, 2.019e-23, 2280.1201),
    (688.678592, 1.273e-22, 1390.5253), (689.151464, 4.795e-22, 1552.0433),
    (692.580056, 1.503e-22, 1395.9879), (727.243939, 6.219e-23, 1469.0656),
    (728.321067, 6.315e-23, 1454.9686), (726.704996, 4.386e-24, 2026.2404),
    (667.026277, 1.859e-23, 2052.0242), (687.014822, 5.652e-24, 2081.5408),
)  # fmt: skip


@pytest.fixture(scope="module")
def lines():
    return co2_lines(weakest=1e-27)


def test_faddeyeva_against_scipy():
    length, series = weideman(32)
    rng = np.random.default_rng(3)
    x, y = 10.0 ** rng.uniform(-3, 2.5, 2000), 10.0 ** rng.uniform(-6, 2, 2000)
    got = np.array([faddeyeva(a, b, length, series) for a, b in zip(x, y, strict=True)])
    known = wofz(x + 1j * y).real
    assert np.abs(got - known).max() < 1e-6
    assert np.abs(got / known - 1.0).max() < 2e-4


def test_printed_lines_are_in_the_list(lines):
    for wave, strength, energy in PRINTED:
        near = np.abs(lines.lower_energy - energy) < 0.02
        near &= np.abs(lines.wave_number - wave) < 0.006
        assert near.any(), wave
        assert lines.strength[near].max() == pytest.approx(strength, rel=0.025), wave


def test_partition_sums_are_those_published():
    """TIPS of Gamache et al. 2017, doi:10.1016/j.jqsrt.2017.03.045, without the spin of 13C."""
    known = {"626": 286.09, "636": 576.64 / 2.0, "628": 607.71, "627": 3542.6}
    for name, q in known.items():
        assert partition_sum(name, 296.0) == pytest.approx(q, rel=2e-3)
    assert partition_sum("626", 200.0) / partition_sum("626", 100.0) == pytest.approx(
        2.017, rel=0.01
    )
    with pytest.raises(InputError, match="isotopologue"):
        partition_sum("999", 200.0)


def test_branches_share_a_band_as_their_sums_must(lines):
    """Of the fundamental, half of the strength is in the Q branch, a quarter or so in P and R."""
    main = lines.band == "626 01101-00001"
    q = np.abs(lines.wave_number[main] - 668.5) < 1.6
    strength = lines.strength[main]
    assert strength[q].sum() / strength.sum() == pytest.approx(0.5, abs=0.01)
    # Rothman et al. 1992: 7.97e-18 cm for the band of the main isotopologue
    assert strength.sum() == pytest.approx(7.97e-18, rel=0.015)


def test_strength_by_temperature_is_boltzmann(lines):
    at = lines.strength_at(200.0)
    assert lines.strength_at(296.0) == pytest.approx(lines.strength)
    i = int(np.argmin(np.abs(lines.lower_energy - 1395.9879)))
    ratio = partition_sum("626", 296.0) / partition_sum("626", 200.0)
    boltzmann = math.exp(-1.438777 * lines.lower_energy[i] * (1.0 / 200.0 - 1.0 / 296.0))
    wave = 1.438777 * lines.wave_number[i]
    boltzmann *= math.expm1(-wave / 200.0) / math.expm1(-wave / 296.0)
    assert at[i] / lines.strength[i] == pytest.approx(ratio * boltzmann, rel=1e-5)
    with pytest.raises(InputError, match="1000 K"):
        lines.strength_at(5000.0)


@pytest.mark.parametrize("pressure", [1.0, 1000.0])
def test_absorption_integrates_to_the_strengths(lines, pressure):
    nu, k = cross_section(lines, pressure, 200.0, start=640.0, stop=700.0, step=1e-3)
    inside = (lines.wave_number > 640.0) & (lines.wave_number < 700.0)
    total = lines.strength_at(200.0)[inside].sum() * 1e-4
    assert np.trapezoid(k, nu) == pytest.approx(total, rel=0.003)


def test_one_line_is_a_voigt_profile(lines):
    i = int(np.argmax(lines.strength * (lines.lower_energy == 0.0)))
    only = type(lines)(
        **{
            name: (getattr(lines, name)[i : i + 1] if name not in ("masses", "names") else
                   getattr(lines, name))
            for name in lines.__dataclass_fields__
        }
    )  # fmt: skip
    pressure, t = 600.0, 210.0
    nu, k = cross_section(only, pressure, t, start=663.0, stop=673.0, step=5e-4)
    width = (0.951 * only.self_width + 0.0487 * only.air_width)[0] * pressure / 101325.0
    width *= (296.0 / t) ** only.exponent[0]
    speed = math.sqrt(2.0 * 1.380649e-23 * t / (43.98983 * 1.66053907e-27)) / 299792458.0
    doppler = only.wave_number[0] * speed
    z = ((nu - only.wave_number[0]) + 1j * width) / doppler
    known = only.strength_at(t)[0] * 1e-4 * wofz(z).real / (math.sqrt(math.pi) * doppler)
    core = np.abs(nu - only.wave_number[0]) < 0.25
    assert k[core] == pytest.approx(known[core], rel=2e-3)
    wing = np.abs(nu - only.wave_number[0]) < 2.9
    assert k[wing] == pytest.approx(known[wing], rel=0.05)


def test_wings_fall_below_lorentz_beyond_three_wave_numbers():
    rates = chi_rates(250.0)
    assert chi(2.0, *rates) == 1.0
    far = [chi(d, *rates) for d in (5.0, 20.0, 60.0, 200.0)]
    assert all(a > b > 0.0 for a, b in itertools.pairwise(far))
    with pytest.raises(InputError, match="above zero"):
        cross_section(co2_lines(weakest=1e-20), -1.0, 200.0, start=650.0, stop=660.0)


def test_places_of_a_distribution_cover_it():
    place, weight = k_places()
    assert weight.sum() == pytest.approx(1.0)
    assert (np.diff(place) > 0.0).all()
    assert 0.0 < place[0] < place[-1] < 1.0
    assert (weight * place**3).sum() == pytest.approx(0.25, rel=1e-9)
