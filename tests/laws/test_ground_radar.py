"""A rover's radar and what is read out of it: closed forms, closure, refusals."""

import numpy as np
import pytest

from marsward.core.constants import SPEED_OF_LIGHT
from marsward.core.errors import InputError
from marsward.instruments.ground_radar import GroundRadar, RadarChannel, compressed
from marsward.physics.layered_reflection import RadarColumns
from marsward.retrieval.ground_layers import ground_layers

C = float(SPEED_OF_LIGHT)
EPS = np.array([3.0, 4.2, 5.5, 7.0])
QUIET = {"name": "low", "low": "15 MHz", "high": "95 MHz", "noise": -140.0}


def quiet() -> GroundRadar:
    return GroundRadar(gain_error=0.0, channels=[QUIET])


def stack(scale: float, traces: int = 7) -> RadarColumns:
    far = np.linspace(0.0, 60.0, traces)
    thick = scale * np.stack(
        [10 + 0.5 * np.sin(far / 20), 18 - 0.4 * np.cos(far / 13), 25 + 0 * far], axis=1
    )
    return RadarColumns(thick, EPS, 0.006)


@pytest.mark.parametrize("depth", [8.0, 21.7, 60.0])
def test_an_echo_comes_at_the_speed_of_the_waves_and_as_strong_as_fresnel_says(depth):
    ground = RadarColumns([[depth]], [[3.0, 6.0]])
    delay, trace = compressed(quiet().observe(ground, "low"), factor=32)
    power = np.abs(trace[0])
    late = delay > 0.5 * depth * np.sqrt(3.0) / C * 2.0
    at = np.argmax(np.where(late, power, 0.0))
    assert delay[at] == pytest.approx(2.0 * depth * np.sqrt(3.0) / C, rel=2e-3)
    top = (1 - np.sqrt(3.0)) / (1 + np.sqrt(3.0))
    below = (np.sqrt(3.0) - np.sqrt(6.0)) / (np.sqrt(3.0) + np.sqrt(6.0))
    assert power[0] == pytest.approx(abs(top), rel=5e-3)
    assert power[at] == pytest.approx((1 - top**2) * abs(below), rel=2e-2)


def test_loss_damps_an_echo_as_its_tangent_says():
    strong, weak = (
        np.abs(compressed(quiet().observe(RadarColumns([[30.0]], [[4.0, 8.0]], loss), "low"),
                          factor=16)[1][0])
        for loss in (0.0, 0.01)
    )  # fmt: skip
    at = np.argmax(strong[40:]) + 40
    expected = np.exp(-2.0 * np.pi * 55e6 / C * 2.0 * 0.01 * 30.0)  # k" = pi f sqrt(eps) tan / c
    assert weak[at] / strong[at] == pytest.approx(expected, rel=0.03)


@pytest.mark.parametrize(("channel", "scale"), [("low", 1.0), ("high", 0.1)])
def test_three_layers_come_back_from_both_channels_of_roper(channel, scale):
    ground = stack(scale, traces=4)
    found = ground_layers(GroundRadar(preset="roper").observe(ground, channel, seed=3, campaign=5))
    assert found.depth.shape == (4, 3)
    np.testing.assert_allclose(found.depth, ground.interface_depths, rtol=0.05)
    np.testing.assert_allclose(found.permittivity, ground.permittivity, rtol=0.10)
    assert found.loss_tangent.mean() == pytest.approx(0.006, rel=0.1)
    assert 0.9 < found.chi_square.mean() < 1.1


def test_what_is_said_of_the_error_is_what_the_error_is():
    radar, ground = GroundRadar(preset="roper"), stack(1.0, traces=1)
    off = []
    for campaign in range(10):
        found = ground_layers(radar.observe(ground, "low", seed=campaign, campaign=campaign))
        off.append((found.permittivity - EPS) / found.permittivity_sigma)
    chi = np.mean(np.concatenate(off) ** 2, axis=0)
    assert np.all(chi > 0.2)
    assert np.all(chi < 2.6)


def test_bare_ground_has_no_layers():
    ground = RadarColumns(np.zeros((3, 1)), [[3.4, 3.4]], 0.01)
    found = ground_layers(GroundRadar(preset="rimfax").observe(ground, "deep", seed=1))
    assert found.depth.shape == (3, 0)
    mean, sigma = found.mean_permittivity()
    assert abs(mean[0] - 3.4) < 4.0 * sigma[0]


def test_what_a_radar_refuses():
    radar = GroundRadar(preset="roper")
    with pytest.raises(InputError, match="no channel 'middle'; it has: low, high"):
        radar.observe(stack(1.0), "middle")
    with pytest.raises(InputError, match="more than half of what"):
        radar.observe(RadarColumns([[900.0]], [[3.0, 5.0]]), "low")
    with pytest.raises(ValueError, match="sweeps from"):
        GroundRadar(channels=[{**QUIET, "low": "95 MHz", "high": "15 MHz"}])
    with pytest.raises(InputError, match="no sweeps of a ground radar"):
        ground_layers(radar.observe(stack(1.0), "low").drop_vars("frequency"))
    holed = radar.observe(stack(1.0), "low")
    holed["reflection_real"][0, 0] = np.nan
    with pytest.raises(InputError, match="without gaps"):
        ground_layers(holed)


def test_a_channel_says_what_it_samples():
    band = RadarChannel(name="x", low="1 GHz", high="2 GHz", samples=101)
    assert band.frequency[-1] == 2e9
    assert band.longest_delay == pytest.approx(1e-7)
