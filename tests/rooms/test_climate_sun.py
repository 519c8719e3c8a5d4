"""Opacity of the dust sol by sol from pictures of the Sun, as the phase climate takes them."""

from types import SimpleNamespace

import numpy as np
import pytest

from marsward.core.time import Epoch
from marsward.instruments.sun_camera import SunCamera
from marsward.mission.phases.climate_sun import sun_images
from marsward.mission.phases.climate_world import World
from marsward.physics.dust_scenario import DustScenario, scenario
from marsward.physics.season import MarsYear
from marsward.physics.sun_path import air_mass


def pictures(place=("Zhurong", 109.925, 25.066), dust=None, sols=200, seed=5, **camera):
    """The product of a camera at a place from 2021-05-20, Ls 48 deg."""
    phase = SimpleNamespace(
        sun_camera="sun", station_place=place, station_start=Epoch.utc("2021-05-20"),
        station_sols=sols,
    )  # fmt: skip
    given = SimpleNamespace(instrument=lambda name: SunCamera(**camera), seed=seed)
    haze = scenario("climatological") if dust is None else dust
    world = World("control", haze, True, 0.0, MarsYear.today())
    return sun_images(phase, given, world)


def test_opacity_comes_back_with_its_error():
    made = pictures()
    off = ((made["opacity"] - made["true_opacity"]) / made["opacity_sigma"]).values
    assert 0.7 < off.std() < 1.3
    assert 0.6 < made.attrs["chi2"] < 1.4
    assert np.all(made["pictures"].values >= 3)
    assert made["ls"].values[0] == pytest.approx(47.7, abs=0.5)


def test_truth_is_the_scenario_at_the_pressure_there_and_its_weather():
    made = pictures(dust=DustScenario.uniform(0.5))
    usual = 0.5 * made["surface_pressure"].values / 610.0
    off = np.log(made["true_opacity"].values / usual)
    assert 0.02 < off.std() < 0.10
    slow = np.corrcoef(off[1:], off[:-1])[0, 1]
    assert 0.7 < slow < 0.99


def test_two_missions_have_two_weathers_and_one_has_one():
    one, same, other = pictures(sols=20), pictures(sols=20), pictures(sols=20, seed=6)
    np.testing.assert_array_equal(one["opacity"].values, same["opacity"].values)
    assert np.abs(one["true_opacity"].values / other["true_opacity"].values - 1.0).max() > 0.01


def test_the_calibration_is_held_by_many_air_masses():
    poor = pictures(calibration_error=0.2)
    off = (poor["opacity"] - poor["true_opacity"]).values
    # one picture of a high Sun would leave 0.2 over its air mass
    assert abs(off.mean()) < 0.02 < 0.2 / float(air_mass(75.0))


def test_no_sun_no_opacity():
    north = pictures(("high north", 0.0, 75.0), sols=300)
    dark = north["pictures"].values == 0
    assert 0 < dark.sum() < dark.size
    assert np.isnan(north["opacity"].values[dark]).all()
    assert np.isfinite(north["opacity"].values[~dark]).all()
    night = pictures(("south pole", 0.0, -90.0), sols=20)
    assert "Sun is high enough" in night.attrs["not_flown"]
