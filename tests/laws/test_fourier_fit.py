"""Waves through scattered data: closed forms, an outside least squares, and honest errors."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import curve_fit

from marsward.core.errors import InputError
from marsward.retrieval.fourier_fit import fourier_fit


def test_even_sampling_has_a_closed_form():
    """On n even samples the waves are orthogonal: their amplitudes' errors are σ√(2/n)."""
    n, sigma = 240, 0.7
    x = np.arange(n) * 24.0 / n
    y = 700.0 + 9.0 * np.cos(2 * np.pi * (x - 4.0) / 24) + 3.0 * np.cos(4 * np.pi * (x - 9.5) / 24)
    fit = fourier_fit(x, y, sigma, waves=3, period=24.0)
    assert fit.mean == pytest.approx(700.0)
    np.testing.assert_allclose(fit.amplitude, [9.0, 3.0, 0.0], atol=1e-9)
    np.testing.assert_allclose(fit.phase[:2], [4.0, 9.5])
    assert fit.mean_sigma == pytest.approx(sigma / np.sqrt(n))
    np.testing.assert_allclose(fit.amplitude_sigma[:2], sigma * np.sqrt(2.0 / n))
    radians = sigma * np.sqrt(2.0 / n) / np.array([9.0, 3.0])
    np.testing.assert_allclose(fit.phase_sigma[:2], radians * 24 / (2 * np.pi * np.array([1, 2])))
    assert fit.rms == pytest.approx(0.0, abs=1e-9)


def test_scattered_samples_as_scipy_fits_them():
    draws = np.random.default_rng(5)
    x = np.sort(draws.uniform(0.0, 24.0, 300))
    sigma = draws.uniform(0.5, 2.0, x.size)
    y = 700 + 3 * np.cos(2 * np.pi * x / 24) - 2 * np.sin(4 * np.pi * x / 24) + 0.4 * x
    y = y + sigma * draws.standard_normal(x.size)

    def slopes(x, *_):
        w = 2 * np.pi * x / 24
        waves = [np.cos(w), np.sin(w), np.cos(2 * w), np.sin(2 * w)]
        return np.stack([np.ones_like(x), *waves, (x - x_mean) / 24], axis=1)

    def curve(x, *unknowns):
        return slopes(x) @ np.array(unknowns)

    x_mean = x.mean()
    tight = {"p0": np.ones(6), "jac": slopes, "ftol": 1e-14, "xtol": 1e-14, "gtol": 1e-14}
    want, covariance = curve_fit(curve, x, y, sigma=sigma, absolute_sigma=True, **tight)
    fit = fourier_fit(x, y, sigma, waves=2, period=24.0, trend=True)
    np.testing.assert_allclose(fit.coefficients, want, rtol=1e-6, atol=1e-6)
    np.testing.assert_allclose(fit.covariance, covariance, rtol=1e-5, atol=1e-9)
    _, loose = curve_fit(curve, x, y, **tight)
    free = fourier_fit(x, y, waves=2, period=24.0, trend=True)
    np.testing.assert_allclose(free.covariance, loose, rtol=1e-5, atol=1e-9)


def test_errors_are_honest():
    """Over many draws, amplitude and phase scatter by their stated errors; χ² is one."""
    draws = np.random.default_rng(11)
    x = np.concatenate([np.arange(0.0, 15.0, 0.25), np.arange(19.0, 24.0, 0.25)])
    true = 5.0 * np.cos(2 * np.pi * (x - 3.0) / 24) + 2.0 * np.cos(4 * np.pi * (x - 8.0) / 24)
    pulls, chi2 = [], []
    for _ in range(400):
        fit = fourier_fit(x, true + 0.8 * draws.standard_normal(x.size), 0.8, waves=2, period=24.0)
        pulls.append(
            [*((fit.amplitude - [5.0, 2.0]) / fit.amplitude_sigma),
             *((fit.phase - [3.0, 8.0]) / fit.phase_sigma)]
        )  # fmt: skip
        chi2.append(fit.chi2)
    spread = np.std(pulls, axis=0)
    assert np.all((spread > 0.85) & (spread < 1.15))
    assert np.mean(chi2) == pytest.approx(1.0, abs=0.03)


waves = st.integers(1, 4)
level = st.floats(-100.0, 100.0)


@given(waves, st.lists(level, min_size=9, max_size=9), st.floats(0.1, 500.0))
def test_what_was_put_in_comes_out(count, parts, period):
    x = np.linspace(0.0, period, 60, endpoint=False)
    y = np.full_like(x, parts[0])
    for k in range(1, count + 1):
        angle = 2 * np.pi * k * x / period
        y = y + parts[2 * k - 1] * np.cos(angle) + parts[2 * k] * np.sin(angle)
    fit = fourier_fit(x, y, 1.0, waves=count, period=period)
    np.testing.assert_allclose(fit.coefficients, parts[: 1 + 2 * count], atol=1e-9)
    told, sigma = fit(x)
    np.testing.assert_allclose(told, y, atol=1e-9)
    assert np.all(sigma > 0)
    (_, low), (_, high) = fit.extremes()
    slack = 1e-9 + 0.02 * (y.max() - y.min())
    assert low <= y.min() + slack
    assert high >= y.max() - slack


def test_data_that_cannot_tell_are_refused():
    x = np.linspace(0.0, 17.0, 50)
    with pytest.raises(InputError, match=r"gap of 7 of a period of 24.*fit 3 waves or fewer"):
        fourier_fit(x, x, waves=4, period=24.0)
    with pytest.raises(InputError, match="3 data are too few for 3 unknowns"):
        fourier_fit([0.0, 8.0, 16.0], [1.0, 2.0, 3.0], waves=1, period=24.0)
    with pytest.raises(InputError, match="is not above 0"):
        fourier_fit(x, x, 0.0, waves=1, period=24.0)
    with pytest.raises(InputError, match="do not tell the waves apart"):
        fourier_fit([0.0, 12.0, 24.0, 36.0], [1.0, 2.0, 1.0, 2.0], 1.0, waves=1, period=24.0)
