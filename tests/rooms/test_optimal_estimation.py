"""Optimal estimation against the closed form of Rodgers and against its own statistics."""

import numpy as np
import pytest

from marsward.core.errors import InputError, PhysicsError
from marsward.retrieval.optimal_estimation import finite_differences, optimal_estimate

RNG = np.random.default_rng(7)
M, K = 5, 8
LAW = RNG.standard_normal((K, M))
AWAY = np.abs(np.subtract.outer(np.arange(M), np.arange(M)))
PRIOR = 4.0 * np.exp(-AWAY / 2.0)
MEAN = np.linspace(-1.0, 2.0, M)
SIGMA = np.linspace(0.5, 1.5, K)


def linear(state, rows):
    return state @ LAW.T, np.broadcast_to(LAW, (len(rows), K, M))


def drawn(n):
    truth = MEAN + RNG.standard_normal((n, M)) @ np.linalg.cholesky(PRIOR).T
    return truth, truth @ LAW.T + SIGMA * RNG.standard_normal((n, K))


def solved(measured, law=linear, **more):
    given = {"prior": MEAN, "prior_covariance": PRIOR, "noise": SIGMA} | more
    return optimal_estimate(measured, law, **given)


def test_a_linear_law_is_solved_as_in_the_books():
    _, seen = drawn(4)
    found = solved(seen)
    weight = np.diag(1.0 / SIGMA**2)
    posterior = np.linalg.inv(np.linalg.inv(PRIOR) + LAW.T @ weight @ LAW)
    gain = posterior @ LAW.T @ weight
    np.testing.assert_allclose(found.state, MEAN + (seen - MEAN @ LAW.T) @ gain.T, rtol=1e-9)
    for row in range(4):
        np.testing.assert_allclose(found.covariance[row], posterior, rtol=1e-9, atol=1e-12)
        np.testing.assert_allclose(found.gain[row], gain, rtol=1e-9, atol=1e-12)
        np.testing.assert_allclose(found.averaging_kernel[row], gain @ LAW, rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose(found.degrees_of_freedom, np.trace(gain @ LAW), rtol=1e-9)
    assert found.converged.all()
    # Rodgers 2000, 3.30: what noise and smoothing bring adds up to the posterior
    np.testing.assert_allclose(
        found.noise_covariance, gain @ np.diag(SIGMA**2) @ gain.T + 0 * found.covariance, atol=1e-9
    )
    # J at the end is what the measurement is off the prior's by (Rodgers 2000, 12.8)
    off = seen - MEAN @ LAW.T
    whole = np.linalg.inv(LAW @ PRIOR @ LAW.T + np.diag(SIGMA**2))
    np.testing.assert_allclose(found.chi2 * K, np.einsum("ni,ij,nj->n", off, whole, off), rtol=1e-9)


def test_the_posterior_is_as_wide_as_the_errors_are():
    truth, seen = drawn(2000)
    found = solved(seen)
    assert found.truth_chi2(truth).mean() == pytest.approx(1.0, abs=0.05)
    assert found.chi2.mean() == pytest.approx(1.0, abs=0.05)


def test_slopes_are_taken_by_differences_where_a_law_gives_none():
    _, seen = drawn(3)
    found = solved(seen, law=lambda state, rows: state @ LAW.T)
    np.testing.assert_allclose(found.state, solved(seen).state, rtol=1e-6)
    slopes = finite_differences(linear, np.zeros((2, M)), np.arange(2), np.full(M, 1e-3))
    np.testing.assert_allclose(slopes[1], LAW, rtol=1e-9)


def test_a_bent_law_is_solved_by_damped_steps():
    truth = np.array([[2.5], [0.2], [-1.0]])

    def bent(state, rows):
        return np.exp(state) * np.ones((1, 3)), np.repeat(np.exp(state)[:, None], 3, axis=1)

    seen = np.exp(truth) * np.ones((1, 3))
    found = optimal_estimate(
        seen, bent, prior=[-4.0], prior_covariance=[[100.0]], noise=np.full(3, 1e-3), rounds=60
    )
    assert found.converged.all()
    np.testing.assert_allclose(found.state, truth, atol=1e-4)


def test_a_measurement_not_taken_tells_nothing():
    _, seen = drawn(2)
    gap = seen.copy()
    gap[0, 3] = np.nan
    found = solved(gap)
    kept = [k for k in range(K) if k != 3]
    alone = optimal_estimate(
        seen[:1, kept], lambda state, rows: state @ LAW[kept].T,
        prior=MEAN, prior_covariance=PRIOR, noise=SIGMA[kept],
    )  # fmt: skip
    np.testing.assert_allclose(found.state[0], alone.state[0], rtol=1e-6)
    np.testing.assert_allclose(found.state[1], solved(seen).state[1], rtol=1e-9)
    assert found.measurements.tolist() == [K - 1, K]
    full = solved(gap, noise=np.diag(SIGMA**2)[None])
    np.testing.assert_allclose(full.state, found.state, rtol=1e-9)


def test_profiles_do_not_depend_on_those_beside_them():
    _, seen = drawn(6)
    alone = np.concatenate([solved(row).state for row in seen])
    np.testing.assert_allclose(solved(seen).state, alone, rtol=1e-12)


def test_bounds_hold():
    _, seen = drawn(3)
    found = solved(seen, bounds=(0.0, 0.5))
    assert (found.state >= 0.0).all()
    assert (found.state <= 0.5).all()


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"prior_covariance": -PRIOR}, "positive definite"),
        ({"prior": MEAN[:3]}, "do not fit"),
        ({"noise": np.zeros(K)}, "above 0"),
        ({"noise": np.ones(K + 1)}, "does not fit"),
        ({"noise": -np.eye(K)[None]}, "positive definite"),
        ({"prior": np.full(M, np.nan)}, "finite"),
    ],
)
def test_what_is_no_estimate_is_refused(more, said):
    with pytest.raises(InputError, match=said):
        solved(drawn(1)[1], **more)


def test_a_law_without_numbers_is_said():
    with pytest.raises(PhysicsError, match="finite"):
        solved(drawn(1)[1], law=lambda state, rows: np.full((len(rows), K), np.nan))
