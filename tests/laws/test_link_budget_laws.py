"""The link's laws: Friis, Shannon's bound on the codes, noise, and what a rate does by distance."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import erfc

from marsward.core.errors import InputError
from marsward.physics.link_budget import (
    CODES,
    atmospheric_loss,
    bit_rate,
    code,
    dish_beamwidth,
    dish_gain,
    free_space_loss,
    noise_density,
    pointing_loss,
    sidelobe_gain,
    sun_noise,
    system_noise,
)
from marsward.vehicles.ground_station import GroundStation
from marsward.vehicles.radio_link import RadioLink, link_rates


@settings(max_examples=40)
@given(st.floats(1e6, 1e13), st.floats(1e8, 4e10), st.floats(0.2, 80.0), st.floats(0.2, 80.0))
def test_friis_by_areas(distance, frequency, one, other):
    # Friis's own form: received over sent power is A1 A2/(lambda d)^2 of effective areas
    areas = 0.6 * np.pi * np.array([one, other]) ** 2 / 4.0
    wave = 299_792_458.0 / frequency
    direct = 10.0 * np.log10(areas.prod() / (wave * distance) ** 2)
    built = (
        dish_gain(one, frequency)
        + dish_gain(other, frequency)
        - float(free_space_loss(distance, frequency))
    )
    assert built == pytest.approx(direct, abs=1e-9)


def _bound(rate):
    """Least Eb/N0 [dB] of a binary input at a code rate, by the mutual information."""
    x, w = np.polynomial.hermite.hermgauss(200)

    def capacity(esn0):
        llr = 4.0 * esn0 + np.sqrt(16.0 * esn0) * x  # of a sent one: mean 4, variance 8 Es/N0
        return 1.0 - (w * np.logaddexp(0.0, -llr)).sum() / (np.sqrt(np.pi) * np.log(2.0))

    low, high = 1e-4, 10.0
    for _ in range(80):
        mid = np.sqrt(low * high)
        low, high = (mid, high) if capacity(mid) < rate else (low, mid)
    return 10.0 * np.log10(low / rate)


def test_the_bound_is_shannons():
    assert _bound(0.5) == pytest.approx(0.187, abs=0.01)  # known of rate 1/2
    assert _bound(1.0 / 6.0) > 10.0 * np.log10(np.log(2.0))


@pytest.mark.parametrize("name", [n for n in CODES if n != "none"])
def test_no_code_is_better_than_shannon(name):
    each = CODES[name]
    gap = each.threshold - _bound(each.rate)
    assert 0.3 < gap < 5.5
    if name.startswith(("turbo", "ldpc")):
        assert gap < 1.2  # what makes them good


def test_no_code_at_all_errs_once_in_a_million():
    assert 0.5 * erfc(np.sqrt(10.0 ** (CODES["none"].threshold / 10.0))) == pytest.approx(
        1e-6, rel=0.15
    )


def test_the_beam_falls_by_half_at_its_half_width():
    gain = dish_gain(34.0, 8.42e9, 0.68)
    assert float(pointing_loss(0.5 * dish_beamwidth(gain, 0.68), dish_beamwidth(gain, 0.68))) == (
        pytest.approx(3.0)
    )
    assert float(sidelobe_gain(0.0, gain)) == pytest.approx(gain)
    assert float(sidelobe_gain(10.0, gain)) == pytest.approx(7.0)
    assert float(sidelobe_gain(90.0, gain)) == pytest.approx(-10.0)


def test_noise_of_a_clear_and_of_a_black_sky():
    clear = system_noise(90.0, receiver=20.0, zenith=0.0)
    assert float(clear) == pytest.approx(22.725)
    black = system_noise(90.0, receiver=20.0, zenith=200.0, sun=1e4)
    assert float(black) == pytest.approx(295.0)
    assert float(atmospheric_loss(30.0, 0.05)) == pytest.approx(0.1)
    assert float(noise_density(290.0)) == pytest.approx(-203.975, abs=1e-3)  # the usual -174 dBm/Hz


def test_the_sun_is_loud_near_the_beam_only():
    angles = np.array([0.0, 0.2, 0.5, 1.0, 2.0, 5.0, 20.0, 90.0])
    hot = sun_noise(angles, 68.2)
    assert np.all(np.diff(hot) <= 0.0)
    assert hot[0] < 1.6e4
    assert hot[0] > 3e3
    assert 50.0 < hot[3] < 400.0  # a degree off a dish of 34 m some hundred kelvin
    assert hot[5] < 5.0
    assert hot[-1] < 0.1


@settings(max_examples=25)
@given(st.floats(0.3, 2.7))
def test_the_rate_falls_with_the_square_of_the_distance(au):
    radio = RadioLink(codes=("turbo-1/6",), symbol_rate="1e12 1/s", most="1e12 bit/s")
    station, far = GroundStation(preset="dsn-34m"), au * 1.495978707e11
    near = link_rates(radio, station, far)
    twice = link_rates(radio, station, 2.0 * far)
    assert float(near.rate / twice.rate) == pytest.approx(4.0, rel=1e-9)
    assert float(near.margin) == pytest.approx(radio.margin, abs=1e-9)


def test_a_strong_code_far_a_weak_one_near():
    radio = RadioLink(preset="mro")
    station = GroundStation(preset="dsn-34m")
    found = link_rates(radio, station, np.array([0.4, 2.6]) * 1.496e11)
    assert [radio.codes[k] for k in found.code] == ["reed-solomon", "concatenated"]
    halves = RadioLink(preset="tianwen-1")
    steps = link_rates(halves, station, np.linspace(0.4, 2.7, 40) * 1.496e11).rate
    assert set(np.log2(halves.most / steps)) <= set(range(12))


def test_the_blackout_is_silent():
    found = link_rates(
        RadioLink(), GroundStation(preset="dsn-34m"), 3.7e11, sun_angle=np.array([1.9, 2.1])
    )
    assert found.blackout.tolist() == [True, False]
    assert found.rate[0] == 0.0
    assert found.rate[1] > 0.0
    assert np.isnan(found.margin[0])
    assert found.code[0] == -1


def test_bit_rate_undoes_the_decibels():
    assert float(bit_rate(60.0, 1.0, losses=2.0, margin=3.0)) == pytest.approx(10.0**5.4)


def test_passes_of_a_station():
    pole = GroundStation(places=((90.0, 0.0),), mask="10 deg")
    seconds, height = pole.passes(np.array([-20.0, 25.0]))
    assert seconds[:, 0] == pytest.approx([0.0, 86164.1], rel=1e-6)
    assert np.isnan(height[0, 0])
    assert height[1, 0] == pytest.approx(25.0)
    equator = GroundStation(places=((0.0, 10.0),), mask="10 deg")
    # from the equator a craft on it is above 10 deg for 160 of 360 deg
    assert equator.passes(0.0)[0] == pytest.approx([86164.1 * 160.0 / 360.0], rel=0.02)
    assert float(equator.covered(0.0)) == pytest.approx(86164.1 * 160.0 / 360.0, rel=0.02)


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda: free_space_loss(0.0, 8e9), "above 0 m"),
        (lambda: free_space_loss(np.nan, 8e9), "finite"),
        (lambda: dish_gain(-1.0, 8e9), "wider than 0 m"),
        (lambda: atmospheric_loss(1.0, 0.1), "3 to 90 deg"),
        (lambda: code("turbo-1/7"), "did you mean 'turbo-1/"),
        (lambda: link_rates(RadioLink(), GroundStation(), 1e11, sun_angle=200.0), "0 to 180"),
        (
            lambda: link_rates(RadioLink(), GroundStation(), [1e11, 2e11], elevation=[1, 2, 3]),
            "fit",
        ),
    ],
)
def test_refusals(call, says):
    with pytest.raises(InputError, match=says):
        call()


def test_presets_are_all_good_and_told():
    for part in (RadioLink, GroundStation):
        for name in part.preset_names():
            made = part(preset=name)
            assert made.name == name
            assert all(row.ref for row in made.own_parameters() if row.origin == "published")
    with pytest.raises(ValueError, match="did you mean"):
        RadioLink(codes=("turbo-1/5",))
