"""Summary parameters against the published formulas, evaluated one by one with plain numbers."""

import functools
import statistics

import numpy as np
import pytest

from marsward.core.errors import InputError
from marsward.data.spectral_library import mineral_spectra
from marsward.instruments.spectrometer import Spectrometer
from marsward.retrieval.spectral_parameters import PARAMETERS, spectral_parameters

CENTRES = Spectrometer(preset="crism").wavelength
LAM = CENTRES[(CENTRES > 0.385e-6) & (CENTRES < 3.895e-6)]
MINERALS = mineral_spectra().names


class Reader:
    """One spectrum as the formulas of Viviano-Beck et al. 2014 read it: R(nm, kernel)."""

    def __init__(self, values):
        self.nm = [1e9 * x for x in LAM]
        self.values = [float(v) for v in values]

    @staticmethod
    @functools.cache
    def at(nm):
        return min(range(LAM.size), key=lambda k: abs(1e9 * LAM[k] - nm))

    def r(self, nm, kernel):
        k, half = self.at(nm), (kernel - 1) // 2
        # the joint of the two detectors and even kernels: as many as lie within the same span
        span = 0.5 * (kernel - 1 + 0.1) * 6.55
        inside = range(max(0, k - half - 2), min(len(self.nm), k + half + 3))
        near = [self.values[j] for j in inside if abs(self.nm[j] - self.nm[k]) <= span]
        return statistics.median(near)

    def w(self, nm):
        return self.nm[self.at(nm)]

    def line(self, at, left, right):
        """a R_left + b R_right at a wavelength; left and right are (nm, kernel)."""
        b = (self.w(at) - self.w(left[0])) / (self.w(right[0]) - self.w(left[0]))
        return (1 - b) * self.r(*left) + b * self.r(*right)

    def bd(self, left, centre, right):
        return 1 - self.r(*centre) / self.line(centre[0], left, right)

    def sh(self, left, centre, right):
        return 1 - self.line(centre[0], left, right) / self.r(*centre)

    def rb(self, nm, kernel, left, right):
        c = self.line(nm, left, right)
        return (c - self.r(nm, kernel)) / c


def published(s):
    """The formulas, as the table of the paper writes them."""
    levels = ((440, 5), (530, 5), (600, 5), (770, 5), (1080, 5), (1330, 11), (1506, 5), (2529, 5))
    v = {f"R{nm}": s.r(nm, k) for nm, k in levels}
    v["RBR"] = s.r(770, 5) / s.r(440, 5)
    v["BD530_2"] = s.bd((440, 5), (530, 5), (614, 5))
    v["SH600_2"] = s.sh((533, 5), (600, 5), (716, 3))
    v["SH770"] = s.sh((716, 3), (775, 5), (860, 5))
    v["BD640_2"] = s.bd((600, 5), (624, 3), (760, 5))
    v["BD860_2"] = s.bd((755, 5), (860, 5), (977, 5))
    v["BD920_2"] = s.bd((807, 5), (920, 5), (984, 5))
    v["BD1300"] = s.bd((1080, 5), (1320, 15), (1750, 5))
    ends = ((1750, 7), (2400, 7))
    v["OLINDEX3"] = (
        0.03 * s.rb(1080, 7, *ends) + 0.03 * s.rb(1152, 7, *ends) + 0.03 * s.rb(1210, 7, *ends)
        + 0.03 * s.rb(1250, 7, *ends) + 0.07 * s.rb(1263, 7, *ends) + 0.07 * s.rb(1276, 7, *ends)
        + 0.12 * s.rb(1330, 7, *ends) + 0.12 * s.rb(1368, 7, *ends) + 0.14 * s.rb(1395, 7, *ends)
        + 0.18 * s.rb(1427, 7, *ends) + 0.18 * s.rb(1470, 7, *ends)
    )  # fmt: skip
    ends = ((1560, 7), (2450, 7))
    v["LCPINDEX2"] = (
        0.2 * s.rb(1690, 7, *ends) + 0.2 * s.rb(1750, 7, *ends)
        + 0.3 * s.rb(1810, 7, *ends) + 0.3 * s.rb(1870, 7, *ends)
    )  # fmt: skip
    ends = ((1690, 7), (2530, 7))
    v["HCPINDEX2"] = (
        0.1 * s.rb(2120, 5, *ends) + 0.1 * s.rb(2140, 7, *ends) + 0.15 * s.rb(2230, 7, *ends)
        + 0.3 * s.rb(2250, 7, *ends) + 0.2 * s.rb(2430, 7, *ends) + 0.15 * s.rb(2460, 7, *ends)
    )  # fmt: skip
    v["ISLOPE1"] = (s.r(1815, 5) - s.r(2530, 5)) / (s.w(2530) - s.w(1815))
    v["BD1400"] = s.bd((1330, 5), (1395, 3), (1467, 5))
    v["BD1435"] = s.bd((1370, 3), (1435, 1), (1470, 3))
    v["BD1500_2"] = s.bd((1367, 5), (1525, 11), (1808, 5))
    v["ICER1_2"] = 1 - (1 - v["BD1435"]) / (1 - v["BD1500_2"])
    v["BD1750_2"] = s.bd((1690, 5), (1750, 3), (1815, 5))
    v["BD1900_2"] = 0.5 * s.bd((1850, 5), (1930, 5), (2067, 5)) + 0.5 * s.bd(
        (1850, 5), (1985, 5), (2067, 5)
    )
    v["BD2100_2"] = s.bd((1930, 3), (2132, 5), (2250, 3))
    v["BD2165"] = s.bd((2120, 5), (2165, 3), (2230, 3))
    v["BD2190"] = s.bd((2120, 5), (2185, 3), (2250, 3))
    v["MIN2200"] = min(s.bd((2120, 5), (2165, 3), (2350, 5)), s.bd((2120, 5), (2210, 3), (2350, 5)))
    v["BD2210_2"] = s.bd((2165, 5), (2210, 5), (2250, 5))
    ends = ((1815, 7), (2430, 7))
    cr = {nm: s.r(nm, k) / s.line(nm, *ends) for nm, k in ((2210, 7), (2230, 7), (2165, 5))}
    v["D2200"] = 1 - (cr[2210] + cr[2230]) / (2 * cr[2165])
    v["BD2230"] = s.bd((2210, 3), (2235, 3), (2252, 3))
    v["BD2250"] = s.bd((2120, 5), (2245, 7), (2340, 3))
    v["BD2265"] = s.bd((2210, 5), (2265, 3), (2340, 5))
    v["BD2290"] = s.bd((2250, 5), (2290, 5), (2350, 5))
    ends = ((1815, 5), (2530, 5))
    cr = {nm: s.r(nm, k) / s.line(nm, *ends) for nm, k in
          ((2290, 3), (2320, 3), (2330, 3), (2120, 5), (2170, 5), (2210, 5))}  # fmt: skip
    v["D2300"] = 1 - (cr[2290] + cr[2320] + cr[2330]) / (cr[2120] + cr[2170] + cr[2210])
    v["BD2355"] = s.bd((2300, 5), (2355, 5), (2450, 5))
    v["SINDEX2"] = s.sh((2120, 5), (2290, 7), (2400, 3))
    v["ICER2"] = s.r(2530, 5) / s.r(2600, 5)
    v["MIN2295_2480"] = min(
        s.bd((2165, 5), (2295, 5), (2364, 5)), s.bd((2364, 5), (2480, 5), (2570, 5))
    )
    v["MIN2345_2537"] = min(
        s.bd((2250, 5), (2345, 5), (2430, 5)), s.bd((2430, 5), (2537, 5), (2602, 5))
    )
    v["BD2500_2"] = s.bd((2364, 5), (2480, 5), (2570, 5))
    v["BD3000"] = 1 - s.r(3000, 5) / (s.r(2530, 5) * (s.r(2530, 5) / s.r(2210, 5)))
    v["BD3100"] = s.bd((3000, 5), (3120, 5), (3250, 5))
    v["BD3200"] = s.bd((3250, 5), (3320, 5), (3390, 5))
    v["BD3400_2"] = s.bd((3250, 10), (3420, 15), (3630, 10))
    v["CINDEX2"] = s.sh((3450, 9), (3610, 11), (3875, 7))
    v["IRR1"] = s.r(800, 5) / s.r(997, 5)
    v["IRR2"] = s.r(2530, 5) / s.r(2210, 5)
    v["IRR3"] = s.r(3500, 7) / s.r(3390, 7)
    return v


@pytest.fixture(scope="module")
def spectra():
    return mineral_spectra().at(LAM)


@pytest.fixture(scope="module")
def found(spectra):
    return spectral_parameters(LAM, spectra, 0.01 * spectra)


def test_fifty_parameters_are_those_of_the_paper_on_every_mineral(spectra, found):
    checked = set()
    for k, values in enumerate(spectra):
        for name, value in published(Reader(values)).items():
            mine = float(found["summary_parameter"].sel(parameter=name)[k])
            assert mine == pytest.approx(value, rel=1e-9, abs=1e-12), (MINERALS[k], name)
            checked.add(name)
    assert len(checked) >= 50
    assert checked <= set(PARAMETERS)


def test_the_peak_is_that_of_a_polynomial_of_fifth_order(spectra, found):
    bands = (442, 533, 600, 710, 740, 775, 800, 833, 860, 892, 925)
    for k in (MINERALS.index("goethite"), MINERALS.index("low_ca_pyroxene")):
        s = Reader(spectra[k])
        x = np.array([s.w(nm) * 1e-3 for nm in bands])
        y = np.array([s.r(nm, 5) for nm in bands])
        curve = np.polynomial.Polynomial.fit(x, y, 5)
        roots = [r.real for r in curve.deriv().roots() if abs(r.imag) < 1e-9]
        places = [x[0], x[-1], *(r for r in roots if x[0] < r < x[-1])]
        peak = max(places, key=curve)
        value = float(found["summary_parameter"].sel(parameter="RPEAK1")[k])
        assert value == pytest.approx(peak, abs=2e-5)
        integral = np.trapezoid(1.0 - y[7:] / curve(peak), x[7:])
        value = float(found["summary_parameter"].sel(parameter="BDI1000VIS")[k])
        assert value == pytest.approx(integral, abs=2e-6)


@pytest.mark.parametrize(
    ("parameter", "mineral"),
    [
        ("BD530_2", "hematite_fine"),
        ("BD860_2", "hematite_fine"),
        ("OLINDEX3", "olivine_fo51"),
        ("LCPINDEX2", "low_ca_pyroxene"),
        ("HCPINDEX2", "high_ca_pyroxene"),
        ("BD2210_2", "montmorillonite"),
        ("MIN2200", "kaolinite"),
        ("D2300", "saponite"),
        ("BD2290", "nontronite"),
        ("BD2265", "jarosite"),
        ("BD1750_2", "gypsum"),
        ("SINDEX2", "kieserite"),
        ("BD2355", "chlorite"),
        ("MIN2295_2480", "magnesite"),
        ("MIN2345_2537", "calcite"),
        ("BD1500_2", "water_ice"),
        ("BD1900_2", "nontronite"),
        ("BD3000", "dust"),
    ],
)
def test_a_parameter_is_high_where_the_paper_says(found, parameter, mineral):
    """Against dust and dark rock, which have no such band."""
    value = found["summary_parameter"].sel(parameter=parameter).values
    plain = "magnetite" if mineral == "dust" else "plagioclase"
    assert value[MINERALS.index(mineral)] > value[MINERALS.index(plain)] + 0.01


def test_errors_are_those_of_repeated_noise(spectra):
    rng = np.random.default_rng(4)
    values = spectra[MINERALS.index("nontronite")]
    sigma = 0.01 * values
    seen = values + sigma * rng.standard_normal((600, values.size))
    out = spectral_parameters(LAM, seen, sigma)
    scatter = out["summary_parameter"].values.std(axis=0)
    stated = np.median(out["summary_parameter_sigma"].values, axis=0)
    ratio = scatter / stated
    assert 0.9 < np.median(ratio) < 1.1
    assert np.all((ratio > 0.7) & (ratio < 1.5))


def test_gaps_are_masked_and_counted(spectra):
    values = spectra[:2].copy()
    near = (LAM > 2.19e-6) & (LAM < 2.23e-6)
    values[0, near] = np.nan
    values[1, np.abs(LAM - 2.21e-6).argmin()] = np.nan  # one channel of a kernel: no harm
    out = spectral_parameters(LAM, values)
    gone = np.isnan(out["summary_parameter"].values)
    assert gone[0, out["parameter"].values.tolist().index("BD2210_2")]
    assert not gone[1].any()
    assert out["parameters_missing"].values[0] == gone[0].sum() > 3
    assert np.isnan(out["summary_parameter_sigma"]).all()


def test_only_what_the_channels_cover():
    mms = Spectrometer(preset="mms")
    out = spectral_parameters(mms.wavelength, np.full((1, mms.wavelength.size), 0.3))
    names = out["parameter"].values.tolist()
    assert {"BD530_2", "OLINDEX3", "D2300", "BD3100"} <= set(names)
    assert "CINDEX2" not in names
    assert len(names) >= 50
    with pytest.raises(InputError, match="CINDEX2 needs a channel at 3450 nm"):
        spectral_parameters(mms.wavelength, np.ones(mms.wavelength.size), names=["CINDEX2"])
    with pytest.raises(InputError, match="did you mean 'OLINDEX3'"):
        spectral_parameters(mms.wavelength, np.ones(mms.wavelength.size), names=["OLINDEX2"])
    with pytest.raises(InputError, match="no summary parameter"):
        spectral_parameters([5e-6, 6e-6, 7e-6], np.ones(3))
    flat = np.ones((1, mms.wavelength.size))
    with pytest.raises(InputError, match="shared errors of the shape"):
        spectral_parameters(mms.wavelength, flat, shared_errors=flat, names=["R770"])
    with pytest.raises(InputError, match="or leave `names` out"):
        spectral_parameters(mms.wavelength, np.ones(mms.wavelength.size), names=[])
    with pytest.raises(InputError, match="must rise"):
        spectral_parameters([5e-6, 6e-6, 7e-6], np.ones(4))
