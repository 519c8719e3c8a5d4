"""Radio science as a part of a mission: presets, sources, and what a carrier gathers on its way."""

import math

import numpy as np
import pytest
import xarray as xr
from pydantic import ValidationError

from marsward.core.part import ORIGINS
from marsward.instruments.radio_science import RadioScience
from marsward.physics.ionosphere import Ionosphere

RADIUS, FAR, EARTH = 3.4e6, 1.1e7, 2.8e11


def track():
    t = np.arange(0.0, 700.0, 1.0)
    y = RADIUS + 650e3 - 950.0 * t
    data = {
        "et": t, "craft_radius": np.hypot(FAR, y),
        "observer_radius": np.full(t.size, math.hypot(EARTH, RADIUS)),
        "straight_impact": (y * EARTH + RADIUS * FAR) / np.hypot(FAR + EARTH, y - RADIUS),
    }  # fmt: skip
    one = {name: (("profile", "sample"), values[None]) for name, values in data.items()}
    more = {"samples": t.size, "curvature_radius": RADIUS, "solar_zenith_angle": 40.0}
    return xr.Dataset(one | {name: ("profile", [value]) for name, value in more.items()})


def path(**options):
    layer = options.pop("ionosphere", None)
    z = np.arange(0.0, 100e3, 250.0)
    t = np.full((1, z.size), 180.0)
    p = 600.0 * np.exp(-z / 9.2e3)[None]
    seen = RadioScience(**options).observe(track(), z, p, t, ionosphere=layer, seed=None)
    return seen["excess_path"].values[0]


@pytest.mark.parametrize("name", ["mgs", "tianwen-1"])
def test_presets_say_where_their_values_are_from(name):
    radio = RadioScience(preset=name)
    assert radio.name == name
    assert RadioScience(name=name).preset == name
    rows = {row.name: row for row in radio.own_parameters()}
    assert set(rows) == set(RadioScience.model_fields)
    assert all(row.origin in ORIGINS for row in rows.values())
    assert rows["frequency"].ref
    assert 8.4e9 < radio.frequency < 8.45e9
    held = RadioScience(preset=name, carrier_to_noise=30.0)
    rows = {row.name: row for row in held.own_parameters()}
    assert held.carrier_to_noise == 30.0
    assert rows["allan"].ref == {r.name: r for r in radio.own_parameters()}["allan"].ref
    assert set(held.defaults_used) >= {"allan", "frequency"}


def test_all_presets_are_listed():
    assert {preset.name for preset in RadioScience.presets()} >= {"mgs", "tianwen-1"}


def test_two_ways_gather_gas_twice():
    once, twice = path(link="one-way"), path(link="two-way")
    good = np.isfinite(once)
    assert good.sum() > 600
    assert not good[-1]  # behind the ground
    np.testing.assert_allclose(twice[good], 2.0 * once[good], rtol=1e-12)
    assert 1.0 < np.nanmax(once) < 4.0  # metres along the ground


def test_electrons_count_by_the_frequency_of_each_way():
    layer = Ionosphere()
    high = slice(0, 500)  # rays above the air
    down = path(link="one-way", ionosphere=layer)[high] - path(link="one-way")[high]
    both = path(link="two-way", turnaround=1.2, ionosphere=layer)[high] - path()[high]
    # what a layer delays is minus 40.3 TEC/f^2 to first order; bending adds a little
    np.testing.assert_allclose(both, (1.0 + 1.2**2) * down, rtol=0.01, atol=1e-6)
    assert down.min() < -0.02


def test_bad_values_are_refused():
    for bad in (
        {"link": "three-way"}, {"allan": ()}, {"allan": ((1.0, -1.0),)}, {"frequency": "8.4 GHz m"},
        {"turnaround": 0.0}, {"sample_rate": "0 Hz"}, {"carrier_to_noise": 400.0},
    ):  # fmt: skip
        with pytest.raises((ValidationError, ValueError)):
            RadioScience(**bad)
