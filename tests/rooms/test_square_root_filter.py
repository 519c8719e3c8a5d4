"""The square-root filter and the batch fit against dense Kalman and normal equations."""

import numpy as np
import pytest

from marsward.core.errors import InputError, PhysicsError
from marsward.retrieval.batch_least_squares import Linearised, batch_least_squares
from marsward.retrieval.square_root_filter import (
    advanced,
    advanced_coloured,
    known,
    smoothed,
    unknown,
    updated,
)


@pytest.fixture
def system():
    """Five unknowns over twelve steps: transitions, noise, measurements."""
    rng = np.random.default_rng(11)
    turns = [np.eye(5) + 0.3 * rng.standard_normal((5, 5)) for _ in range(11)]
    maps = [rng.standard_normal((5, 2)) for _ in range(11)]
    sigmas = [rng.uniform(0.1, 2.0, 2) for _ in range(11)]
    looks = [rng.standard_normal((3, 5)) for _ in range(12)]
    values = [rng.standard_normal(3) for _ in range(12)]
    return turns, maps, sigmas, looks, values


def kalman(system, x, p):
    """Filtered and, by Rauch, Tung and Striebel, smoothed states and covariances."""
    turns, maps, sigmas, looks, values = system
    kept, before = [], []
    for k, (h, y) in enumerate(zip(looks, values, strict=True)):
        if k:
            g = maps[k - 1] * sigmas[k - 1]
            x, p = turns[k - 1] @ x, turns[k - 1] @ p @ turns[k - 1].T + g @ g.T
        before.append((x, p))
        gain = p @ h.T @ np.linalg.inv(h @ p @ h.T + np.eye(3))
        x, p = x + gain @ (y - h @ x), p - gain @ h @ p
        kept.append((x, p))
    back = [kept[-1]]
    for k in range(10, -1, -1):
        gain = kept[k][1] @ turns[k].T @ np.linalg.inv(before[k + 1][1])
        later, spread = back[0]
        x = kept[k][0] + gain @ (later - before[k + 1][0])
        p = kept[k][1] + gain @ (spread - before[k + 1][1]) @ gain.T
        back.insert(0, (x, p))
    return kept, back


def test_filter_and_smoother_are_the_dense_ones(system):
    turns, maps, sigmas, looks, values = system
    start, spread = np.arange(5.0), np.diag([1.0, 4.0, 9.0, 1.0, 0.25])
    now, steps = known(start, np.sqrt(np.diag(spread))), []
    filtered, back = kalman(system, start, spread)
    for k in range(12):
        if k:
            now, step = advanced(now, turns[k - 1], maps[k - 1], sigmas[k - 1])
            steps.append(step)
        now = updated(now, looks[k], values[k])
        assert now.estimate == pytest.approx(filtered[k][0], abs=1e-9)
        assert now.covariance == pytest.approx(filtered[k][1], abs=1e-9)
    for found, (x, p) in zip(smoothed(now, steps), back, strict=True):
        assert found.estimate == pytest.approx(x, abs=1e-8)
        assert found.covariance == pytest.approx(p, abs=1e-8)


def test_a_coloured_step_is_the_dense_one_also_without_memory(system):
    looks, values = system[3], system[4]
    effect = np.zeros((5, 2))
    effect[:3] = np.random.default_rng(3).standard_normal((3, 2))
    for memory in (0.0, 0.7):
        turn = np.eye(5)
        turn[:, 3:] = effect
        turn[3:, 3:] = memory * np.eye(2)
        entry = np.vstack([np.zeros((3, 2)), np.eye(2)])
        sigma = np.array([0.5, 1.5])
        dense = ([turn] * 11, [entry] * 11, [sigma] * 11, looks, values)
        start, spread = np.zeros(5), np.array([1.0, 2.0, 3.0, 0.5, 1.5])
        filtered, back = kalman(dense, start, np.diag(spread**2))
        now, steps = known(start, spread), []
        for k in range(12):
            if k:
                now, step = advanced_coloured(now, slice(3, 5), effect, memory, sigma)
                steps.append(step)
            now = updated(now, looks[k], values[k])
            assert now.estimate == pytest.approx(filtered[k][0], abs=1e-9)
            assert now.covariance == pytest.approx(filtered[k][1], abs=1e-9)
        for found, (x, p) in zip(smoothed(now, steps), back, strict=True):
            assert found.estimate == pytest.approx(x, abs=1e-8)
            assert found.covariance == pytest.approx(p, abs=1e-8)


def test_considered_parameters_widen_the_covariance_as_they_should():
    rng = np.random.default_rng(7)
    design, lever = rng.standard_normal((9, 3)), rng.standard_normal((9, 2))
    residual = rng.standard_normal(9)
    found = updated(unknown(3, considered=2), design, residual, lever)
    normal = np.linalg.inv(design.T @ design)
    move = -normal @ design.T @ lever
    assert found.estimate == pytest.approx(normal @ design.T @ residual, abs=1e-12)
    assert found.sensitivity == pytest.approx(move, abs=1e-12)
    assert found.covariance == pytest.approx(normal + move @ move.T, abs=1e-12)
    left = residual - design @ found.estimate
    assert found.squares == pytest.approx(left @ left, rel=1e-12)


def test_a_known_covariance_comes_back():
    spread = np.array([[4.0, 1.0], [1.0, 9.0]])
    found = known([1.0, -2.0], spread)
    assert found.covariance == pytest.approx(spread, abs=1e-12)
    assert found.estimate == pytest.approx([1.0, -2.0])


def test_batch_fit_of_a_curve_finds_what_made_it():
    t = np.linspace(0.0, 3.0, 40)

    def measure(x):
        curve = x[0] * np.exp(-x[1] * t)
        design = np.stack([np.exp(-x[1] * t), -t * curve], axis=1)
        return Linearised((5.0 * np.exp(-0.7 * t) - curve) / 0.01, design / 0.01, np.zeros((40, 0)))

    fit = batch_least_squares(measure, [4.0, 1.0])
    assert fit.estimate == pytest.approx([5.0, 0.7], abs=1e-7)
    design = measure(fit.estimate).design
    assert fit.covariance == pytest.approx(np.linalg.inv(design.T @ design), rel=1e-4)
    assert fit.degrees == 38
    held = batch_least_squares(measure, [4.0, 1.0], prior_sigma=[1e-9, 1.0])
    assert held.estimate[0] == pytest.approx(4.0, abs=1e-6)


def test_the_filter_without_steps_is_the_batch_fit():
    rng = np.random.default_rng(5)
    scale = np.array([1e7, 1e2, 1e-9, 1.0])
    design, residual = rng.standard_normal((60, 4)) / scale, rng.standard_normal(60)
    lever = 0.3 * rng.standard_normal((60, 2))
    sigma = 10.0 * scale

    def measure(x):
        return Linearised(residual - design @ x, design, lever)

    fit = batch_least_squares(measure, np.zeros(4), prior_sigma=sigma)
    now = known(np.zeros(4), sigma, considered=2)
    for k in range(0, 60, 5):
        part = slice(k, k + 5)
        now = updated(now, design[part], residual[part], lever[part])
    unit = np.sqrt(np.diag(fit.covariance))
    assert now.estimate / unit == pytest.approx(fit.estimate / unit, abs=1e-8)
    assert now.covariance / np.outer(unit, unit) == pytest.approx(
        fit.covariance / np.outer(unit, unit), abs=1e-8
    )
    assert now.squares == pytest.approx(fit.chi_square, rel=1e-9)


def test_refusals():
    with pytest.raises(PhysicsError, match="not measured by anything"):
        _ = unknown(2).estimate
    with pytest.raises(InputError, match="above 0"):
        known([1.0], [0.0])
    with pytest.raises(InputError, match="positive definite"):
        known([1.0, 1.0], np.array([[1.0, 2.0], [2.0, 1.0]]))
    flat = Linearised(np.ones(3), np.zeros((3, 1)), np.zeros((3, 0)))
    with pytest.raises(PhysicsError, match="not measured by anything"):
        batch_least_squares(lambda x: flat, [0.0])
    away = Linearised(np.ones(3), np.ones((3, 1)), np.zeros((3, 0)))
    with pytest.raises(PhysicsError, match="come to rest"):
        batch_least_squares(lambda x: away, [0.0])
    with pytest.raises(InputError, match="guess and prior"):
        batch_least_squares(lambda x: away, [0.0], prior=[1.0, 2.0])
