"""Execution errors against closed forms; chances of impact against known distributions."""

import math

import numpy as np
import pytest
from scipy.stats import maxwell, ncx2

from marsward.core.bodies import body
from marsward.core.errors import InputError, PhysicsError
from marsward.dynamics.course_corrections import percentiles
from marsward.dynamics.execution_error import (
    EXECUTION_ERRORS,
    ExecutionError,
    asymptote_covariance,
    bias_against_impact,
    impact_probability,
)
from marsward.dynamics.hyperbola import hyperbola

ENGINE = ExecutionError(0.01, 0.002, 0.0175, 0.0035)
# an injection of July 2020, 200 km up
LEAVE = np.array([-3781472.0, -4385903.8, -3120288.1, 8703.8168, -7733.8457, 339.7321])


def test_draws_have_the_covariance_of_the_model():
    rng = np.random.default_rng(4)
    dv = np.array([3.0, -4.0, 12.0])
    flown = ENGINE.executed(np.tile(dv, (40_000, 1)), rng)
    drawn, told = np.cov(flown.T), ENGINE.covariance(dv)
    np.testing.assert_allclose(flown.mean(axis=0), dv, atol=5 * 0.06 / 200)
    np.testing.assert_allclose(drawn, told, atol=0.03 * np.linalg.norm(told))
    along, across = ENGINE.sigmas(13.0)
    assert along == pytest.approx(math.hypot(0.01, 0.026))
    assert across == pytest.approx(math.hypot(0.0175, 0.0455))
    np.testing.assert_allclose(told @ dv, along**2 * dv, rtol=1e-12)
    assert np.linalg.eigvalsh(told) == pytest.approx([along**2, across**2, across**2])


def test_no_manoeuvre_no_error():
    flown = ENGINE.executed(np.zeros((5, 3)), np.random.default_rng(0))
    assert not flown.any()
    assert not ENGINE.covariance(np.zeros(3)).any()
    kept = EXECUTION_ERRORS["none"].executed(np.ones((2, 3)), np.random.default_rng(0))
    np.testing.assert_array_equal(kept, np.ones((2, 3)))


def test_sizes_of_isotropic_corrections_are_maxwells():
    sigma = 2.5
    sizes = np.linalg.norm(np.random.default_rng(1).normal(0, sigma, (200_000, 3)), axis=1)
    told = percentiles(sizes)
    assert told["mean"] == pytest.approx(maxwell.mean(scale=sigma), rel=0.01)
    for name, share in (("dv50", 0.5), ("dv95", 0.95), ("dv99", 0.99)):
        assert told[name] == pytest.approx(maxwell.ppf(share, scale=sigma), rel=0.01)


def test_injection_errs_as_its_launcher_is_told_to():
    sigmas = np.array([0.03e6, math.radians(0.05), math.radians(0.04)])
    covariance = asymptote_covariance(
        LEAVE, c3_sigma=sigmas[0], declination_sigma_rad=sigmas[1],
        right_ascension_sigma_rad=sigmas[2],
    )  # fmt: skip
    assert not covariance[:3].any()
    assert not covariance[:, :3].any()
    gm = float(body("earth").gm)
    rng = np.random.default_rng(2)
    drawn = rng.multivariate_normal(LEAVE[3:], covariance[3:, 3:], 3000)
    figures = []
    for velocity in drawn:
        orbit = hyperbola(np.concatenate([LEAVE[:3], velocity]), gm)
        x, y, z = orbit.outgoing
        figures.append([orbit.c3, math.asin(z), math.atan2(y, x)])
    spread = np.cov(np.array(figures).T)
    np.testing.assert_allclose(np.sqrt(np.diag(spread)), sigmas, rtol=0.06)
    assert abs(np.corrcoef(np.array(figures).T) - np.eye(3)).max() < 0.08


@pytest.mark.parametrize("off", [0.0, 2.0e6, 2.0e7])
def test_round_ellipses_meet_as_the_noncentral_chi_square_says(off):
    sigma, radius = 6.0e6, 7.5e6
    aim = off * np.array([0.6, -0.8])
    told = impact_probability(aim, sigma**2 * np.eye(2), radius)
    assert told == pytest.approx(ncx2.cdf((radius / sigma) ** 2, 2, (off / sigma) ** 2), rel=1e-6)


def test_bias_is_just_enough():
    covariance = np.array([[4.0e15, 1.0e15], [1.0e15, 1.0e15]])
    aim, radius = np.array([6e6, -3e6]), 7.5e6
    shift = bias_against_impact(aim, covariance, radius)
    assert impact_probability(aim + shift, covariance, radius) == pytest.approx(1e-4, rel=1e-6)
    assert impact_probability(aim + 0.99 * shift, covariance, radius) > 1e-4
    other = bias_against_impact(aim, covariance, radius, direction=(1.0, 0.5))
    assert np.linalg.norm(other) > np.linalg.norm(shift)
    assert not bias_against_impact([9e8, 0.0], covariance, radius).any()


def test_bad_figures_are_refused():
    with pytest.raises(InputError, match="fixed_pointing"):
        ExecutionError(fixed_pointing=-1.0)
    with pytest.raises(InputError, match="proportional_magnitude"):
        ExecutionError(proportional_magnitude=math.nan)
    with pytest.raises(InputError, match="0 or above"):
        asymptote_covariance(
            LEAVE, c3_sigma=-1.0, declination_sigma_rad=0.1, right_ascension_sigma_rad=0.1
        )
    with pytest.raises(InputError, match="between 0 and 1"):
        bias_against_impact([0, 0], np.eye(2), 1.0, probability=0.0)
    with pytest.raises(PhysicsError, match="bound"):
        asymptote_covariance(
            LEAVE * [1, 1, 1, 0.5, 0.5, 0.5], c3_sigma=1.0, declination_sigma_rad=0.1,
            right_ascension_sigma_rad=0.1,
        )  # fmt: skip
