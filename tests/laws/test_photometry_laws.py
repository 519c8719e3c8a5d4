"""Energy and reciprocity of ground and haze."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from marsward.physics.haze import Haze, haze_terms
from marsward.physics.mars_photometry import MarsPhotometry, radiance_factor

_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(24)
MU, WEIGHT = 0.5 * (_NODES + 1.0), 0.5 * _WEIGHTS
TURN = (np.arange(36) + 0.5) / 36 * math.pi

cosines = st.floats(0.1, 1.0)
angles = st.floats(0.0, math.pi)


def phase_of(mu0, mu, turn):
    cosine = mu0 * mu + np.sqrt((1.0 - mu0**2) * (1.0 - mu**2)) * np.cos(turn)
    return np.arccos(np.clip(cosine, -1.0, 1.0))


@given(mu0=cosines, mu=cosines, turn=angles, value=st.floats(0.02, 0.6))
def test_light_may_go_back_the_way_it_came(mu0, mu, turn, value):
    phase = float(phase_of(mu0, mu, turn))
    for law in ("lambert", "lunar-lambert", "hapke"):
        photometry = MarsPhotometry(law)
        there = float(radiance_factor(value, mu0, mu, phase, photometry=photometry))
        back = float(radiance_factor(value, mu, mu0, phase, photometry=photometry))
        assert there / mu0 == pytest.approx(back / mu, rel=1e-6)


@given(mu0=st.floats(0.1, 1.0), mu=st.floats(0.1, 1.0), turn=angles, depth=st.floats(0.0, 1.0))
def test_haze_paths_may_be_turned_round(mu0, mu, turn, depth):
    phase = float(phase_of(mu0, mu, turn))
    haze = Haze(depth)
    there, back = haze_terms(haze, mu0, mu, phase), haze_terms(haze, mu, mu0, phase)
    m = [math.sqrt((x * x + haze.numbers[3]) / (1.0 + haze.numbers[3])) for x in (mu0, mu)]
    assert float(there.path) / m[0] == pytest.approx(float(back.path) / m[1], rel=1e-9, abs=1e-15)
    down = float(there.direct) + float(there.sky) / mu0
    assert down == pytest.approx(float(back.up), rel=1e-9)


@given(mu0=cosines, value=st.floats(0.0, 0.85))
def test_ground_never_gives_more_than_it_gets(mu0, value):
    mu, turn = MU[:, None], TURN[None, :]
    factor = radiance_factor(value, mu0, mu, phase_of(mu0, mu, turn))
    assert 2.0 * np.sum(WEIGHT * MU * factor.mean(axis=1)) <= mu0 * (1.0 + 1e-3)


@given(
    mu0=cosines,
    value=st.floats(0.0, 1.0),
    depth=st.floats(0.0, 3.0),
    w=st.floats(0.0, 1.0),
    g=st.floats(0.0, 0.8),
)
def test_ground_and_haze_together_never_give_more_than_the_sun(mu0, value, depth, w, g):
    haze = Haze(depth, w, g, scale_height=1.0)
    mu, turn = MU[:, None], TURN[None, :]
    t = haze_terms(haze, mu0, mu, phase_of(mu0, mu, turn))
    above = t.path + t.up * (t.direct * value * mu0 + t.sky * value)
    assert 2.0 * np.sum(WEIGHT * MU * above.mean(axis=1)) <= mu0 * (1.0 + 2e-3)


@given(mu0=cosines, mu=cosines, turn=angles, value=st.floats(0.05, 0.5))
def test_brighter_ground_is_brighter_under_every_law(mu0, mu, turn, value):
    phase = float(phase_of(mu0, mu, turn))
    for law in ("lambert", "lunar-lambert", "hapke"):
        photometry = MarsPhotometry(law)
        low, high = radiance_factor([value, 1.1 * value], mu0, mu, phase, photometry=photometry)
        assert 0.0 <= low <= high
