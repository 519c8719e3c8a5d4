"""The craft's place from two bodies: exact without noise, honest with it."""

import numpy as np
import pytest

from marsward.core.errors import InputError
from marsward.retrieval.attitude import cross_matrix, small_rotation
from marsward.retrieval.position_fix import fix_position

C = 299_792_458.0
CRAFT = np.array([8.6e10, -1.15e11, -5e10])
STATES = np.array(
    [
        [8.55e10, -1.16e11, -5.03e10, 22e3, 15e3, 6e3],
        [8.58e10, -1.161e11, -5.02e10, 22.5e3, 14e3, 6e3],
    ]
)


def offsets():
    """What light brings: each body as it was when the light left."""
    out = []
    for state in STATES:
        delay = 0.0
        for _ in range(6):
            line = state[:3] - delay * state[3:] - CRAFT
            delay = np.linalg.norm(line) / C
        out.append(line)
    return np.array(out)


def covariances(along=1e6, across=5e3):
    out = []
    for v in offsets():
        u = v / np.linalg.norm(v)
        out.append(along**2 * np.outer(u, u) + across**2 * (np.eye(3) - np.outer(u, u)))
    return np.array(out)


def test_exact_offsets_give_the_exact_place():
    fix = fix_position(offsets(), covariances(), np.eye(3) * 1e-14, STATES)
    assert np.linalg.norm(fix.position - CRAFT) < 1e-3
    assert fix.chi2 < 1e-9
    assert np.allclose(fix.ranges, np.linalg.norm(offsets(), axis=1), rtol=1e-12)


def test_two_directions_fix_the_range_far_better_than_one_size():
    fix = fix_position(offsets(), covariances(), np.eye(3) * 1e-14, STATES)
    assert fix.range_sigmas.max() < 0.2e6


def test_covariance_is_that_of_many_trials():
    rng = np.random.default_rng(8)
    true, cov, turn_sigma = offsets(), covariances(), 3e-7
    root = np.linalg.cholesky(cov)
    chi2, left = [], []
    for _ in range(400):
        turned = true @ small_rotation(turn_sigma * rng.normal(size=3)).T
        seen = turned + np.einsum("nij,nj->ni", root, rng.normal(size=(2, 3)))
        fix = fix_position(seen, cov, np.eye(3) * turn_sigma**2, STATES)
        off = fix.position - CRAFT
        chi2.append(off @ np.linalg.solve(fix.covariance, off) / 3.0)
        left.append(fix.chi2)
    assert np.mean(chi2) == pytest.approx(1.0, abs=0.12)
    assert np.mean(left) == pytest.approx(1.0, abs=0.12)


def test_a_raised_limb_is_found_from_the_other_body():
    true, cov = offsets(), covariances(along=2e5)
    far = np.linalg.norm(true[0])
    lift = np.array([-true[0] / far * far / 6.37e6, np.zeros(3)])
    seen = true + lift * 12e3
    fix = fix_position(
        seen, cov, np.eye(3) * 1e-16, STATES, lifts=lift, height_sigma=8e3, height=5e3
    )
    assert fix.limb_height == pytest.approx(5e3 + 12e3, abs=2.0 * fix.limb_height_sigma)
    assert fix.limb_height_sigma < 2e3
    assert np.linalg.norm(fix.position - CRAFT) < 0.3e6


def test_cross_matrix_carries_the_attitudes_error():
    v = offsets()[0]
    turn = np.array([1e-7, -2e-7, 3e-7])
    moved = small_rotation(turn) @ v
    assert np.allclose(moved - v, cross_matrix(v) @ turn, atol=1e-6 * np.linalg.norm(moved - v))


def test_shapes_that_do_not_belong_together_are_refused():
    with pytest.raises(InputError, match="2 offsets need 2 states"):
        fix_position(offsets(), covariances(), np.eye(3), STATES[:1])
