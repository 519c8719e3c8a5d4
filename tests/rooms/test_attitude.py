"""Attitude from directions: Wahba's problem, its refinement and stellar aberration."""

import erfa
import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from marsward.core.errors import InputError, PhysicsError
from marsward.geometry.pinhole import Pinhole, aim
from marsward.retrieval.attitude import (
    aberrate,
    cross_matrix,
    refine,
    small_rotation,
    unaberrate,
    wahba,
)

RNG = np.random.default_rng(5)


def _unit(n, rng=RNG):
    v = rng.normal(size=(n, 3))
    return v / np.linalg.norm(v, axis=1, keepdims=True)


def test_small_rotation_is_scipys_transposed():
    turn = np.array([0.2, -0.1, 0.4])
    assert np.allclose(small_rotation(turn), Rotation.from_rotvec(turn).as_matrix().T, atol=1e-15)
    assert np.array_equal(small_rotation(np.zeros(3)), np.eye(3))


def test_cross_matrix_multiplies_like_numpy():
    a, b = _unit(4), _unit(4)
    assert np.allclose(np.einsum("nij,nj->ni", cross_matrix(a), b), np.cross(a, b), atol=1e-16)


def test_wahba_agrees_with_scipy_on_noisy_directions():
    truth = Rotation.random(rng=RNG)
    reference = _unit(12)
    seen = truth.apply(reference) + 1e-3 * RNG.normal(size=(12, 3))
    seen /= np.linalg.norm(seen, axis=1, keepdims=True)
    weight = RNG.uniform(0.5, 2.0, 12)
    theirs, _ = Rotation.align_vectors(seen, reference, weights=weight)
    ours = wahba(seen, reference, 1.0 / np.sqrt(weight))
    assert np.allclose(ours.matrix, theirs.as_matrix(), atol=1e-10)
    assert np.linalg.det(ours.matrix) == pytest.approx(1.0, abs=1e-12)


def test_wahba_covariance_is_that_of_many_trials():
    reference = _unit(6)
    sigma = 1e-4
    turns = []
    for _ in range(1500):
        noise = sigma * RNG.normal(size=(6, 3))
        noise -= np.sum(noise * reference, axis=1, keepdims=True) * reference
        off = wahba(reference + noise, reference, sigma).matrix
        turns.append(Rotation.from_matrix(off.T).as_rotvec())
    expected = wahba(reference, reference, sigma).covariance
    assert np.allclose(np.cov(np.array(turns).T), expected, rtol=0.25, atol=0.1 * expected.max())


def test_wahba_refuses_what_has_no_answer():
    with pytest.raises(InputError, match="two pairs"):
        wahba([[0, 0, 1.0]], [[0, 0, 1.0]], 1.0)
    with pytest.raises(PhysicsError, match="one line"):
        wahba([[0, 0, 1.0]] * 3, [[1.0, 0, 0]] * 3, 1.0)


def test_refine_finds_the_attitude_past_outliers():
    camera = Pinhole(1024, 768, 9000.0, distortion=(-0.2, 0.0, 1e-3, 0.0, 0.0))
    truth = aim([0.3, 0.5, -0.8])
    pixels = RNG.uniform([20, 20], [1000, 740], (30, 2))
    reference = camera.ray(pixels) @ truth
    measured = pixels + 0.05 * RNG.normal(size=(30, 2))
    measured[3] += 4.0
    start = small_rotation([1e-4, -2e-4, 3e-4]) @ truth
    attitude, residual, used = refine(
        start, reference, measured, np.full((30, 2), 0.05), camera.project
    )
    assert not used[3]
    assert used.sum() >= 27
    turn = Rotation.from_matrix(attitude.matrix @ truth.T).as_rotvec()
    assert turn @ np.linalg.solve(attitude.covariance, turn) < 16.0
    assert np.std(residual[used]) == pytest.approx(0.05, rel=0.4)


def test_aberration_agrees_with_erfa_without_sunlight_bending():
    velocity = np.array([21e3, -15e3, 9e3])
    u = _unit(50)
    b = velocity / 299_792_458.0
    root = np.sqrt(1.0 - b @ b)
    # a Sun at a million au bends no light, so ERFA's ab leaves aberration alone
    theirs = np.array([erfa.ab(one, b, 1e6, root) for one in u])
    ours = aberrate(u, velocity)
    assert np.max(np.linalg.norm(ours - theirs, axis=1)) < 1e-13
    assert np.allclose(unaberrate(ours, velocity), u, atol=1e-15)


def test_aberration_refuses_light_speed():
    with pytest.raises(InputError, match="below light"):
        aberrate([0, 0, 1.0], [3e8, 0, 0])
