"""A buried rock from the hyperbola of its echo: closed forms, errors, closure on waves."""

import math

import numpy as np
import pytest
import xarray as xr
from scipy.optimize import minimize_scalar

from marsward.core.constants import SPEED_OF_LIGHT
from marsward.core.errors import DataError, InputError, PhysicsError
from marsward.physics.ground_section import BuriedRock, ground_section
from marsward.physics.ground_waves import RadarPulse, ground_waves
from marsward.physics.layered_reflection import RadarColumns
from marsward.retrieval.hyperbola import (
    HyperbolaPicks,
    buried_body,
    echo_delay,
    hyperbola_picks,
)

C = float(SPEED_OF_LIGHT)
BAND = {"low": 100e6, "high": 500e6}


def scanned(x, delay, noise=0.0, seed=0):
    """Traces that hold nothing but the pulse at delays, and noise."""
    time = np.arange(0.0, 60e-9, 1e-10)
    traces = RadarPulse(**BAND).current(time - delay[:, None])
    traces = traces + noise * np.random.default_rng(seed).standard_normal(traces.shape)
    return xr.Dataset(
        {"electric_field": (("trace", "time"), traces)}, {"time": time, "source_x": ("trace", x)},
        {"pulse": "sweep", **BAND},
    )  # fmt: skip


def test_with_antennas_on_the_ground_delays_are_a_hyperbola():
    x = np.linspace(-3.0, 3.0, 13)
    late = echo_delay(x, x=0.4, depth=1.2, permittivity=3.6)
    speed = C / math.sqrt(3.6)
    np.testing.assert_allclose(late**2, (2.4 / speed) ** 2 + 4.0 * (x - 0.4) ** 2 / speed**2)
    found = buried_body(HyperbolaPicks(x, late, np.full(13, 1e-10)))
    assert found.straight == pytest.approx((0.4, 1.2, 3.6), rel=1e-6)
    assert (found.x, found.depth, found.permittivity) == pytest.approx((0.4, 1.2, 3.6), rel=1e-6)
    assert found.speed == pytest.approx(speed)
    assert found.chi_square < 1e-6


@pytest.mark.parametrize("height", [1e-4, 0.5, 20.0])
def test_rays_through_air_and_ground_take_the_least_time(height):
    index, depth, offset = math.sqrt(4.2), 1.1, 0.3

    def least(across):
        def late(cross):
            ground = math.hypot(across - cross, depth)
            return math.hypot(cross, height) + index * ground

        return minimize_scalar(late, bounds=(0.0, across), options={"xatol": 1e-10}).fun / C

    for x in (0.2, 1.0, 2.5):
        got = echo_delay(-x, x=0.0, depth=depth - 0.2, permittivity=4.2, radius=0.2,
                         receiver_offset=-offset, height=height)  # fmt: skip
        brute = least(x) + least(x + offset) - 2.0 * index * 0.2 / C
        assert got == pytest.approx(brute, rel=1e-9)


@pytest.mark.parametrize("known", [0.0, 0.05])
def test_what_is_said_of_a_rocks_error_is_what_the_error_is(known):
    """Of seeds with noise: pulls have a variance of one, and so has chi square."""
    true = {"x": 2.1, "depth": 1.3, "permittivity": 3.8}
    way = {"receiver_offset": 0.25, "height": 0.3}
    at, sigma = np.linspace(0.8, 3.4, 27), 1.5e-10
    rng = np.random.default_rng(11)
    pulls, chi = [], []
    for _ in range(40):
        radius = abs(0.2 + known * rng.standard_normal())
        late = echo_delay(at, radius=radius, **true, **way) + sigma * rng.standard_normal(at.size)
        found = buried_body(HyperbolaPicks(at, late, np.full(at.size, sigma)), radius=0.2,
                            radius_sigma=known, **way)  # fmt: skip
        off = np.array([found.x, found.depth, found.permittivity]) - list(true.values())
        pulls.append(off / found.sigma)
        chi.append(found.chi_square)
    spread = np.mean(np.square(pulls), axis=0)
    assert np.all((spread > 0.45) & (spread < 1.9))
    assert np.all(np.abs(np.mean(pulls, axis=0)) < 0.55)
    assert 0.85 < np.mean(chi) < 1.15


def test_a_rock_comes_back_from_its_waves():
    """With all that waves do, and noise at a fiftieth of the echo: permittivity to 10 %, depth to
    5 %, the strongest echo of all being that of the rock's back."""
    rock = BuriedRock(3.0, 1.52, 0.12, 8.0)
    ground = ground_section(RadarColumns([[9.0]], [[3.6, 3.6]], 0.005), 0.02, width=6.0, depth=2.0,
                            rocks=[rock])  # fmt: skip
    way = {"receiver_offset": 0.2, "height": 0.2}
    scan = ground_waves(ground.permittivity, ground.loss_tangent, ground.cell,
                        source_x=np.linspace(0.2, 5.6, 27), time=35e-9, **BAND, **way)  # fmt: skip
    rng = np.random.default_rng(2)
    noise = 0.2
    scan["electric_field"] += noise * rng.standard_normal(scan["electric_field"].shape)
    picks = hyperbola_picks(scan, first=9e-9, last=31e-9, noise=noise, between=(1.5, 4.3))
    found = buried_body(picks, radius=0.12, **way)
    assert found.x == pytest.approx(3.0, abs=0.03)
    assert found.depth == pytest.approx(1.4, rel=0.05)
    assert found.permittivity == pytest.approx(3.6, rel=0.10)
    assert abs(found.permittivity - 3.6) < 3.0 * found.sigma[2]


def test_what_is_no_hyperbola_is_refused():
    x = np.linspace(0.0, 2.0, 9)
    with pytest.raises(PhysicsError, match="no hyperbola"):
        buried_body(HyperbolaPicks(x, 2e-8 - 1e-9 * (x - 1.0) ** 2, np.full(9, 1e-10)))
    with pytest.raises(InputError, match="five picks"):
        buried_body(HyperbolaPicks(x[:4], x[:4] + 1.0, np.ones(4)))
    with pytest.raises(InputError, match="above 0"):
        buried_body(HyperbolaPicks(x, x, np.ones(9)))
    with pytest.raises(InputError, match="cannot be"):
        echo_delay(x, x=0.0, depth=-1.0, permittivity=3.0)
    waves = scanned(x, np.full(9, 8e-9))
    with pytest.raises(InputError, match="window"):
        hyperbola_picks(waves, first=1.0, last=2.0)
    with pytest.raises(InputError, match="no traces"):
        hyperbola_picks(waves.drop_vars("electric_field"), first=0.0, last=1e-8)
    with pytest.raises(InputError, match="is missing"):
        hyperbola_picks(waves.drop_attrs(), first=0.0, last=1e-8)
    with pytest.raises(InputError, match="background"):
        hyperbola_picks(waves, first=0.0, last=1e-8, background=waves.isel(trace=slice(4)))
    with pytest.raises(DataError, match="no echo"):
        hyperbola_picks(
            waves.assign(electric_field=0.0 * waves.electric_field), first=0.0, last=1e-8
        )


def test_picks_are_as_good_as_they_say():
    x = np.linspace(0.0, 4.0, 41)
    late = echo_delay(x, x=2.0, depth=1.5, permittivity=3.5)
    off = []
    for seed in range(12):
        scan = scanned(x, late, noise=0.2, seed=seed)
        picks = hyperbola_picks(scan, first=12e-9, last=50e-9, noise=0.2, background=0.0 * scan)
        off.append((picks.delay - late) / picks.sigma)
    off = np.concatenate(off)
    assert 0.6 < np.mean(off**2) < 1.3
    assert abs(off.mean()) < 0.15


def test_picks_of_other_echoes_are_left_out():
    x = np.linspace(0.0, 4.0, 21)
    late = echo_delay(x, x=1.7, depth=1.5, permittivity=3.5)
    late[[3, 12, 16]] += np.array([4e-9, -3e-9, 5e-9])
    found = buried_body(HyperbolaPicks(x, late, np.full(21, 1e-10)))
    assert np.flatnonzero(~found.kept).tolist() == [3, 12, 16]
    assert (found.x, found.depth, found.permittivity) == pytest.approx((1.7, 1.5, 3.5), rel=1e-6)
