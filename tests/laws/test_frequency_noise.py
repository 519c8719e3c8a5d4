"""Noise of a carrier: its Allan deviation and what slopes inherit, against many draws."""

from itertools import pairwise

import numpy as np
import pytest

from marsward.core.errors import InputError
from marsward.instruments.frequency_noise import frequency_noise

C = 299_792_458.0
USO = ((0.1, 5e-12), (1.0, 1e-12), (10.0, 4e-13), (1000.0, 4e-13))


def noise(allan=USO, carrier_to_noise=45.0):
    return frequency_noise(allan, carrier_to_noise=carrier_to_noise, frequency=8.4e9)


def test_the_table_is_met():
    made = noise()
    time, held = np.array(USO).T
    np.testing.assert_allclose(made.allan_deviation(time), held, rtol=0.1)
    flat = made.allan_deviation(np.geomspace(10.0, 1000.0, 30))
    np.testing.assert_allclose(flat, 4e-13, rtol=0.08)


def test_one_point_is_white_noise():
    made = noise(((1.0, 2e-13),))
    np.testing.assert_allclose(made.allan_deviation([1.0, 100.0]), [2e-13, 2e-14])


def test_draws_have_the_allan_deviation_they_should():
    made = noise(carrier_to_noise=120.0)
    step = 0.1
    path = made.path(300_000, step, np.random.default_rng(4)) / C
    for m, within in ((10, 0.03), (100, 0.05), (1000, 0.15)):
        second = path[2 * m :] - 2.0 * path[m:-m] + path[: -2 * m]
        found = np.sqrt(0.5 * np.mean(second**2)) / (m * step)
        assert found == pytest.approx(float(made.allan_deviation(m * step)), rel=within)


def test_slopes_have_the_covariance_they_should():
    made, step = noise(), 0.1
    edges = np.array([0, 8, 20, 21 + 9, 60, 100])
    rng = np.random.default_rng(5)
    t = np.arange(100) * step
    rows = []
    for low, high in pairwise(edges):
        late = t[low:high] - t[low:high].mean()
        row = np.zeros(100)
        row[low:high] = late / np.sum(late**2)
        rows.append(row)
    draws = np.array([np.array(rows) @ made.path(100, step, rng) for _ in range(6000)])
    found, told = np.cov(draws.T), made.slope_covariance(edges, step)
    spread = np.sqrt(np.diag(told))
    np.testing.assert_allclose(
        found / np.outer(spread, spread), told / np.outer(spread, spread), atol=0.07
    )


def test_receivers_noise_alone():
    made = noise(((1.0, 1e-20),), carrier_to_noise=40.0)
    step = 0.1
    sigma = C / 8.4e9 / (2.0 * np.pi) / np.sqrt(2.0 * 1e4 * step)
    assert made.jitter(step) == pytest.approx(sigma)
    late = (np.arange(20) - 9.5) * step
    told = made.slope_covariance(np.array([0, 20]), step)
    assert float(told[0, 0]) == pytest.approx(sigma**2 / np.sum(late**2), rel=1e-6)


@pytest.mark.parametrize("allan", [(), ((1.0, -1e-13),), ((10.0, 1e-13), (1.0, 1e-13))])
def test_no_table_is_refused(allan):
    with pytest.raises(InputError, match="Allan"):
        noise(allan)


def test_a_bin_of_one_sample_has_no_slope():
    with pytest.raises(InputError, match="two samples"):
        noise().slope_covariance(np.array([0, 1, 5]), 0.1)
