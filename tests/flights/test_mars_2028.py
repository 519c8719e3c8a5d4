"""The mission that finds its own day: from the window of 2028 to orbiter and entry."""

import numpy as np
import pytest

import marsward as mw
from marsward.core.errors import PhysicsError

pytestmark = pytest.mark.flight


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    mission = mw.Mission.open("mars-2028", overrides=["navigation.members=500", "launch.step=2 d"])
    out = tmp_path_factory.mktemp("2028") / "run"
    return mission.run(until="insertion", out=out, report=False, workers=2)


def test_the_day_follows_from_the_window(run):
    window, voyage = run.summary("window"), run.summary("transfer")
    assert 8.9 < window["window_c3"]["value"] < 9.1
    assert window["rocket_margin"]["value"] > 0.0
    day = window["window_launch"]["value"][:10]
    assert abs(np.datetime64(voyage["injection_epoch"]["value"][:10]) - np.datetime64(day)) <= 1
    # the full force model asks for a little more or less than the conic
    assert voyage["c3"]["value"] == pytest.approx(window["window_c3"]["value"], abs=0.15)
    assert voyage["injection_correction"]["value"] < 1.0
    # due east from the Cape serves a declination as high as its latitude
    assert voyage["parking_inclination"]["value"] == pytest.approx(
        max(28.4, abs(voyage["departure_asymptote_dec"]["value"])), abs=0.5
    )


def test_orbiter_and_lander_part_and_both_arrive(run):
    numbers, entry = run.summary("insertion"), run.summary("transfer")
    parted, met = numbers["separation_epoch"]["value"], entry["entry_epoch"]["value"]
    days = (np.datetime64(met) - np.datetime64(parted)) / np.timedelta64(1, "D")
    assert days == pytest.approx(6.0, abs=0.01)
    assert 1.0 < numbers["deflection_dv"]["value"] < 20.0
    assert numbers["science_inclination"]["value"] == pytest.approx(75.0, abs=0.3)
    assert numbers["science_apoapsis"]["value"] == pytest.approx(320.0, abs=12.0)
    told = run.summary("navigation")
    assert told["upper_stage_impact"]["value"] <= 1.05e-4
    assert 0.02 < told["entry_angle_three_sigma"]["value"] < 0.5


@pytest.mark.parametrize(
    ("override", "says"),
    [
        ('spacecraft.mass="30000 kg"', "with a C3 of .* the mission weighs 30000 kg"),
        ('transfer.parking_inclination="5 deg"', r"ask for 2[89]\.\d\d deg or more"),
    ],
)
def test_what_cannot_fly_is_told_with_what_can(tmp_path, override, says):
    mission = mw.Mission.open("mars-2028", overrides=[override, "launch.step=4 d"])
    with pytest.raises(PhysicsError, match=says):
        mission.run(until="transfer", out=tmp_path / "run", report=False)
