"""Fractions of minerals from spectra: acceptance, oracles, errors."""

import numpy as np
import pytest
from scipy import optimize

from marsward.core.errors import InputError
from marsward.data.spectral_library import mineral_spectra
from marsward.instruments.spectrometer import Spectrometer
from marsward.physics.hapke_mixing import Geometry, areal_mixture, intimate_mixture
from marsward.retrieval.spectral_parameters import spectral_parameters
from marsward.retrieval.surface_reflectance import surface_reflectance
from marsward.retrieval.unmixing import unmix

NAMES = (
    "olivine_fo51", "low_ca_pyroxene", "high_ca_pyroxene", "plagioclase", "magnetite",
    "hematite_fine", "nontronite", "montmorillonite", "gypsum", "kieserite", "hydrated_silica",
    "dust",
)  # fmt: skip
LIBRARY = mineral_spectra(NAMES)
MMS = Spectrometer(preset="mms")


def threes(count, seed):
    """Random mixtures of three of the twelve minerals."""
    rng = np.random.default_rng(seed)
    share = np.zeros((count, len(NAMES)))
    for row in share:
        row[rng.choice(len(NAMES), 3, replace=False)] = rng.dirichlet(np.ones(3))
    return share, rng


@pytest.fixture(scope="module")
def members():
    return MMS.sampled(LIBRARY.reflectance, LIBRARY.wavelength)


def test_three_minerals_come_back_within_five_per_cent_at_a_hundred_to_one(members):
    share, rng = threes(1000, 1)
    clean = intimate_mixture(members[:, 1:], share)
    sigma = clean / 100.0
    seen = clean + sigma * rng.standard_normal(clean.shape)
    out = unmix(seen, sigma, members[:, 1:], NAMES)
    off = out["mineral_fraction"].values - share
    assert np.abs(off).max() < 0.05
    assert np.quantile(np.abs(off), 0.99) < 0.01
    assert out["mineral_fraction"].sum("mineral").values == pytest.approx(1.0, abs=1e-9)
    assert out["reduced_chi2"].values.mean() == pytest.approx(1.0, abs=0.02)
    assert 3.0 < out["minerals_used"].values.mean() < 3.5


def test_errors_are_as_stated_where_nothing_is_at_its_bound(members):
    rng = np.random.default_rng(2)
    which = [0, 3, 6]
    share = rng.dirichlet(np.full(3, 4.0), 800)
    clean = intimate_mixture(members[which, 1:], share)
    sigma = np.broadcast_to(0.003 + 0.01 * clean, clean.shape)
    seen = clean + sigma * rng.standard_normal(clean.shape)
    out = unmix(seen, sigma, members[which, 1:], [NAMES[k] for k in which],
                significance=0.0, covariance=True)  # fmt: skip
    off = out["mineral_fraction"].values - share
    pull = off / out["mineral_fraction_sigma"].values
    assert 0.85 < np.mean(pull**2) < 1.15
    whole = out["mineral_fraction_covariance"].values
    np.testing.assert_allclose(whole.sum(axis=2), 0.0, atol=1e-10)  # the sum of shares is known
    two = np.linalg.inv(whole[:, :2, :2])
    chi2 = np.einsum("ni,nij,nj->n", off[:, :2], two, off[:, :2])
    assert 0.7 < chi2.mean() / 2.0 < 1.3


def test_the_least_squares_are_those_of_scipy(members):
    """The same sum of squares, made least over the simplex by SLSQP and by a plain NNLS."""
    share, rng = threes(6, 3)
    lit = members[:, 1::6]
    law = Geometry()
    seen = intimate_mixture(lit, share)
    sigma = 0.02 * seen + 0.002
    seen = seen + sigma * rng.standard_normal(seen.shape)
    out = unmix(seen, sigma, lit, NAMES, significance=0.0)
    albedo = law.albedo(lit)

    def cost(f, k):
        w = np.clip(f @ albedo, 1e-9, 1.0 - 1e-9)
        return float((((seen[k] - law.reflectance(w)) / sigma[k]) ** 2).sum())

    for k in range(len(seen)):
        mine = out["mineral_fraction"].values[k]
        best = min(
            (
                optimize.minimize(
                    cost, start, args=(k,), method="SLSQP", bounds=[(0.0, 1.0)] * len(NAMES),
                    constraints={"type": "eq", "fun": lambda f: f.sum() - 1.0},
                    options={"maxiter": 500, "ftol": 1e-12},
                )
                for start in (np.full(len(NAMES), 1.0 / len(NAMES)), mine)
            ),
            key=lambda each: each.fun,
        )  # fmt: skip
        assert cost(mine, k) <= best.fun + 1e-3
        degrees = lit.shape[1] - (mine > 0.0).sum() + 1
        assert out["reduced_chi2"].values[k] == pytest.approx(cost(mine, k) / degrees, rel=1e-6)


def test_patches_are_solved_as_linear_least_squares(members):
    share, rng = threes(20, 4)
    lit = members[:, 1::4]
    seen = areal_mixture(lit, share)
    sigma = np.full(seen.shape, 0.004)
    seen = seen + sigma * rng.standard_normal(seen.shape)
    free = unmix(seen, sigma, lit, NAMES, mixing="areal", sum_to_one=False, significance=0.0)
    one = unmix(seen, sigma, lit, NAMES, mixing="areal", significance=0.0)
    for k in range(len(seen)):
        plain, _ = optimize.nnls(lit.T / 0.004, seen[k] / 0.004)
        np.testing.assert_allclose(free["mineral_fraction"].values[k], plain, atol=1e-8)
        heavy = np.vstack([lit.T / 0.004, np.full(len(NAMES), 1e6)])
        plain, _ = optimize.nnls(heavy, np.append(seen[k] / 0.004, 1e6))
        np.testing.assert_allclose(one["mineral_fraction"].values[k], plain, atol=1e-6)
    assert free["mineral_fraction"].sum("mineral").values != pytest.approx(1.0, abs=1e-6)


def test_minerals_that_are_not_there_are_dropped(members):
    share, rng = threes(300, 5)
    clean = intimate_mixture(members[:, 1:], share)
    sigma = clean / 100.0
    seen = clean + sigma * rng.standard_normal(clean.shape)
    counts = [
        float(unmix(seen, sigma, members[:, 1:], NAMES, significance=s)["minerals_used"].mean())
        for s in (0.0, 2.0, 4.0)
    ]
    assert counts[0] > 4.5 > counts[1] > counts[2]
    out = unmix(seen, sigma, members[:, 1:], NAMES)
    kept = out["mineral_fraction"].values > 0.0
    sure = out["mineral_fraction"].values / out["mineral_fraction_sigma"].values
    assert sure[kept].min() >= 1.9
    assert np.all(out["mineral_fraction_sigma"].values[~kept] > 0.0)


def test_a_gain_that_is_not_known_goes_into_the_errors(members):
    share, rng = threes(400, 6)
    clean = intimate_mixture(members[:, 1:], share)
    sigma = clean / 100.0
    gain = rng.normal(1.0, 0.04, (len(clean), 1))
    seen = gain * clean + sigma * rng.standard_normal(clean.shape)
    blind = unmix(seen, sigma, members[:, 1:], NAMES)
    aware = unmix(seen, sigma, members[:, 1:], NAMES, gain_error=0.04)
    off = [np.abs(out["mineral_fraction"].values - share).max() for out in (blind, aware)]
    assert off[1] < 0.05 < off[0]
    assert aware["reduced_chi2"].values.mean() < 1.1 < blind["reduced_chi2"].values.mean()
    assert aware["fitted_scale"].values == pytest.approx(gain[:, 0], abs=0.03)
    there = share > 0.05
    pull = (aware["mineral_fraction"].values - share) / aware["mineral_fraction_sigma"].values
    assert 0.7 < np.mean(pull[there] ** 2) < 1.6


def test_from_the_ground_through_the_air_and_back(members):
    """Sun, gas, haze, noise and errors of calibration of MMS, each as it is set."""
    share, rng = threes(150, 7)
    ground = intimate_mixture(LIBRARY.reflectance, share)
    count = len(share)
    mu0 = rng.uniform(0.4, 0.95, count)
    pressure = rng.uniform(300.0, 900.0, count)
    seen = MMS.observe(ground, LIBRARY.wavelength, mu0=mu0, pressure=pressure, haze_depth=0.3,
                       co2_strength=rng.normal(1.0, 0.1), seed=1, campaign=4)  # fmt: skip
    surface = surface_reflectance(
        seen, pressure=pressure * rng.normal(1.0, 0.05, count), haze_depth=0.33, haze_error=0.05,
        gain_error=MMS.gain_error, ripple=MMS.ripple,
    )  # fmt: skip
    out = unmix(
        surface["reflectance"], surface["reflectance_noise"], members, NAMES,
        wavelength=MMS.wavelength, wavelength_error=MMS.wavelength_error,
        shared_errors=(surface["error_offset"], surface["error_slope"]),
    )  # fmt: skip
    off = np.abs(out["mineral_fraction"].values - share)
    assert off.max() < 0.10
    assert np.quantile(off, 0.995) < 0.05
    assert out["channels_masked"].values.min() > 0
    assert out["fitted_reflectance"].dims == ("place", "wavelength")
    assert out["wavelength"].attrs["units"] == "m"
    held = spectral_parameters(MMS.wavelength, surface["reflectance"], surface["reflectance_noise"],
                               shared_errors=surface["reflectance_shapes"])  # fmt: skip
    truth = spectral_parameters(MMS.wavelength, MMS.sampled(ground, LIBRARY.wavelength))
    pull = (held - truth)["summary_parameter"] / held["summary_parameter_sigma"]
    typical = (pull**2).median("place")
    assert 0.2 < float(typical.median()) < 1.0  # 0.45 for a normal law


def test_errors_that_channels_share_are_fitted_along(members):
    """An offset and a tilt, drawn for each spectrum as large as they are said to be."""
    share, rng = threes(400, 10)
    clean = intimate_mixture(members[:, 1:], share)
    lam = MMS.wavelength[1:] * 1e6
    sigma = clean / 100.0
    offset = np.stack([np.full(lam.size, 0.01), np.zeros(lam.size)])
    slope = np.stack([np.zeros(lam.size), 0.03 * (lam - 1.9)])
    draws = rng.standard_normal((2, len(clean), 1))
    seen = clean + draws[0] * offset[0] + draws[1] * slope[1] * clean
    seen = seen + sigma * rng.standard_normal(clean.shape)
    wide = (len(clean), 2, lam.size)
    pair = (np.broadcast_to(offset, wide), np.broadcast_to(slope, wide))
    blind = unmix(seen, sigma, members[:, 1:], NAMES)
    aware = unmix(seen, sigma, members[:, 1:], NAMES, shared_errors=pair)
    off = [out["mineral_fraction"].values - share for out in (blind, aware)]
    assert off[1].std() < 0.5 * off[0].std()
    assert aware["reduced_chi2"].values.mean() == pytest.approx(1.0, abs=0.05)
    pull = off[1] / aware["mineral_fraction_sigma"].values
    assert 0.7 < np.mean(pull[share > 0.05] ** 2) < 1.6


def test_a_shift_of_the_wavelength_is_fitted_along(members):
    share, rng = threes(200, 11)
    lam = MMS.wavelength[1:]
    clean = intimate_mixture(members[:, 1:], share)
    shift = 1e-9 * rng.standard_normal((len(clean), 1))
    sigma = clean / 150.0
    seen = clean + shift * np.gradient(clean, lam, axis=1)
    seen = seen + sigma * rng.standard_normal(clean.shape)
    blind = unmix(seen, sigma, members[:, 1:], NAMES)
    aware = unmix(seen, sigma, members[:, 1:], NAMES, wavelength=lam, wavelength_error=1e-9)
    off = [out["mineral_fraction"].values - share for out in (blind, aware)]
    assert off[1].std() < off[0].std()
    assert aware["reduced_chi2"].values.mean() == pytest.approx(1.0, abs=0.05)


def test_gaps_are_left_out_and_counted(members):
    share, _ = threes(4, 8)
    lit = members.copy()
    clean = intimate_mixture(lit[:, 1:], share)
    seen = np.concatenate([np.full((4, 1), 0.2), clean], axis=1)
    sigma = np.full(seen.shape, 0.002)
    seen[0, 100:150] = np.nan
    sigma[1, 100:120] = 0.0
    seen[3] = np.nan
    out = unmix(seen, sigma, lit, NAMES)  # the first channel lies outside the library
    assert np.isnan(lit[:, 0]).all()
    assert out["channels_masked"].values.tolist() == [51, 21, 1, seen.shape[1]]
    assert np.isnan(out["mineral_fraction"].values[3]).all()
    assert np.abs(out["mineral_fraction"].values[:3] - share[:3]).max() < 0.01
    assert np.isnan(out["fitted_reflectance"].values[:, 0]).all()


def test_workers_and_blocks_do_not_change_the_result(members):
    share, rng = threes(600, 9)
    seen = intimate_mixture(members[:, 1::8], share)
    sigma = seen / 50.0
    seen = seen + sigma * rng.standard_normal(seen.shape)
    one = unmix(seen, sigma, members[:, 1::8], NAMES, workers=1)
    two = unmix(seen, sigma, members[:, 1::8], NAMES, workers=2)
    some = unmix(seen[40:90], sigma[40:90], members[:, 1::8], NAMES)
    for name in one:
        np.testing.assert_array_equal(one[name], two[name])
    np.testing.assert_array_equal(one["mineral_fraction"][40:90], some["mineral_fraction"])


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"mixing": "stirred"}, "not 'stirred'"),
        ({"wavelength_error": 1e-9}, "needs the wavelengths"),
        ({"shared_errors": (np.ones((2, 1, 50)), np.ones((2, 1, 49)))}, "shared errors"),
        ({"names": ("a", "b")}, "2 names do not fit"),
        ({"names": ("a", "b", "a")}, "a name of its own"),
        ({"reflectance": np.ones((2, 7))}, "7 channels but the endmembers 50"),
        ({"sigma": np.ones((3, 50))}, "does not fit spectra"),
        ({"endmembers": np.full((3, 50), np.nan)}, "covers 0 of 50 channels"),
    ],
)
def test_one_sentence_for_each_mistake(change, words):
    call = {
        "reflectance": np.full((2, 50), 0.3),
        "sigma": np.full((2, 50), 0.01),
        "endmembers": np.linspace(0.1, 0.6, 150).reshape(3, 50),
        "names": ("a", "b", "c"),
        **change,
    }
    with pytest.raises(InputError, match=words):
        unmix(**call)
