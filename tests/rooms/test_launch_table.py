"""The table [launch] of a mission file, and dates that a phase leaves to it."""

import pytest

import marsward as mw
from marsward.core.errors import InputError

TEXT = """
name = "planned"
[launch]
window = ["2028-11-01", "2028-12-31"]
site = { name = "Cape Canaveral", lat = "28.583 deg", lon = "-80.583 deg" }
[[phase]]
kind = "window"
[[phase]]
kind = "transfer"
target_lon = "110 deg"
target_lat = "30 deg"
"""


def test_a_transfer_without_dates_follows_the_window():
    mission = mw.Mission.loads(TEXT)
    assert [each.kind for each in mission.phases] == ["window", "transfer"]
    assert mission.phase("transfer").needed == ("launch_choice",)
    first, last = mission.launch.arrivals
    assert float(first - mission.launch.window[0]) == 120.0 * 86400.0
    assert float(last - mission.launch.window[1]) == 420.0 * 86400.0


def test_with_dates_no_window_is_needed():
    dates = ["transfer.launch=2028-11-20", "transfer.arrival=2029-09-20"]
    mission = mw.Mission.loads(TEXT, overrides=dates)
    assert mission.phase("transfer").needed == ()


def test_the_table_is_overridden_by_set():
    mission = mw.Mission.loads(TEXT, overrides=['launch.choose="least total dv"'])
    assert mission.launch.choose == "least total dv"


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ('"2028-11-01", "2028-12-31"', '"2029-11-01", "2028-12-31"', "ends .* before it begins"),
        ("window = [", 'choose = "least fuel"\nwindow = [', "least c3"),
        ("window = [", 'choose = "earliest arrival"\nwindow = [', "give max_c3"),
        ("window = [", 'target = "nibiru"\nwindow = [', "nibiru"),
        ("window = [", 'step = "1"\nwindow = [', 'write "1 d"'),
        ("[launch]\nwindow", "[other]\nwindow", "other"),
        (
            'kind = "transfer"',
            'kind = "transfer"\nlaunch = "2028-11-20"',
            "both launch and arrival",
        ),
    ],
)
def test_what_is_wrong_is_told(old, new, says):
    with pytest.raises(InputError, match=says):
        mw.Mission.loads(TEXT.replace(old, new, 1))


def test_a_window_needs_the_table():
    start, rest = TEXT.split("[launch]")
    bare = start + rest[rest.index("[[phase]]") :]
    with pytest.raises(InputError, match=r"there is no \[launch\]"):
        mw.Mission.loads(bare)
