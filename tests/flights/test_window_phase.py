"""The phase that chooses the day: what it writes, and what follows from it."""

import numpy as np
import pytest

import marsward as mw
from marsward.core.errors import PhysicsError
from marsward.dynamics.launch_choice import LaunchChoice

TEXT = """
name = "planned"
[launch]
window = ["2020-07-10", "2020-08-20"]
arrive = ["2021-01-15", "2021-04-30"]
step = "2 d"
site = { name = "Cape Canaveral", lat = "28.583 deg", lon = "-80.583 deg" }
[[phase]]
kind = "window"
"""


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    return mw.Mission.loads(TEXT).run(out=tmp_path_factory.mktemp("window") / "run", report=False)


def test_the_cheapest_day_of_2020_is_the_known_one(run):
    numbers = run.summary("window")
    assert numbers["window_c3"]["value"] == pytest.approx(13.09, abs=0.01)
    assert numbers["window_launch"]["value"].startswith(("2020-07-18", "2020-07-19"))
    assert numbers["window_arrival"]["value"].startswith(("2021-01-27", "2021-01-28"))


def test_choice_and_period_come_back_as_written(run):
    choice = LaunchChoice.of_dataset(run["launch_choice"].dataset)
    assert choice.c3 / 1e6 == pytest.approx(run.summary("window")["window_c3"]["value"])
    period = run["launch_period"].dataset
    days = period["launch"].values[period["in_period"].values == 1]
    assert np.ptp(days) / np.timedelta64(1, "D") == pytest.approx(21.0, abs=1.01)
    assert days[0] <= np.datetime64(choice.launch.isot(digits=0)) <= days[-1]
    best = run["porkchop"].dataset["c3"].min(dim="arrival")
    assert np.all(period["c3"].values >= best.sel(launch=period["launch"]).values * (1.0 - 1e-6))


def test_a_limit_moves_the_choice(tmp_path):
    slow = mw.Mission.loads(
        TEXT, overrides=['launch.choose="least arrival speed"', 'launch.max_c3="16 km2/s2"']
    ).run(out=tmp_path / "run", report=False)
    numbers = slow.summary("window")
    assert numbers["window_c3"]["value"] <= 16.0 + 1e-6
    assert numbers["window_arrival_speed"]["value"] < 2.6


def test_no_flight_within_the_limits_is_told_with_the_nearest(tmp_path):
    mission = mw.Mission.loads(TEXT, overrides=['launch.max_c3="10 km2/s2"'])
    with pytest.raises(PhysicsError, match=r"nearest.*C3 13\.\d+ km2/s2"):
        mission.run(out=tmp_path / "run", report=False)


def test_an_arrival_before_the_launch_is_told_with_the_nearest(tmp_path):
    early = ['launch.arrive=["2020-01-01", "2020-02-01"]']
    with pytest.raises(PhysicsError, match=r"arrive after 2020-07-10"):
        mw.Mission.loads(TEXT, overrides=early).run(out=tmp_path / "run", report=False)
