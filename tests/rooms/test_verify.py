"""The runner of the published figures: reading, comparing, telling."""

import json

import pytest
from sample_run import write_sample_run

from marsward.core.errors import DataError, InputError
from marsward.verify import runner
from marsward.verify.runner import check_run, checks, read_checks, run_checks, topics

KEYS = {"topic", "name", "value", "unit", "expected", "tolerance", "source", "ok", "seconds"}
BLOCK = """
[source]
who = "Somebody  1999,\\n doi:10.1000/1"
[[check]]
topic = "cruise"
name = "A"
mission = "tianwen-1"
key = "c3"
value = 11.94
unit = "km2/s2"
tolerance = 0.05
source = "who"
"""


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    return write_sample_run(tmp_path_factory.mktemp("run") / "tianwen-1", points=60, scale=0.1)


def change(run, tmp_path, phase, **entries):
    """A copy of the run whose summary has other entries; None takes one out."""
    import shutil

    copy = tmp_path / "copy"
    shutil.copytree(run, copy)
    path = copy / phase / "summary.json"
    summary = json.loads(path.read_text())
    for key, entry in entries.items():
        summary.pop(key, None)
        if entry is not None:
            summary[key] = entry
    path.write_text(json.dumps(summary))
    return copy


def row_of(rows, name):
    return next(row for row in rows if row["name"] == name)


def test_a_row_has_its_nine_entries_and_goes_through_json(run):
    rows = check_run(run)
    flown = {folder.name.partition("-")[2] for folder in run.glob("[0-9][0-9]-*")}
    assert flown == {"cruise", "lookback"}
    assert len(rows) == sum(1 for check in checks() if check.on_run and check.topic in flown)
    assert all(set(row) == KEYS for row in rows)
    assert json.loads(json.dumps(rows)) == rows
    assert all(row["ok"] for row in rows)


def test_units_of_the_run_may_differ_from_the_table(run, tmp_path):
    copy = change(run, tmp_path, "01-cruise", c3={"value": 1.194e7, "unit": "m2/s2"})
    row = row_of(check_run(copy), "Departure energy C3")
    assert row["ok"]
    assert row["value"] == pytest.approx(11.94)


def test_a_number_outside_its_tolerance_fails(run, tmp_path):
    copy = change(run, tmp_path, "01-cruise", c3={"value": 12.0, "unit": "km2/s2"},
                  periapsis_epoch={"value": "2021-02-10T12:00:31Z", "unit": "UTC"})  # fmt: skip
    rows = check_run(copy)
    assert not row_of(rows, "Departure energy C3")["ok"]
    assert not row_of(rows, "Mars periapsis, time")["ok"]
    assert row_of(rows, "Mars periapsis, radius")["ok"]


def test_a_number_that_a_flown_phase_does_not_give_fails_with_its_reason(run, tmp_path):
    copy = change(run, tmp_path, "02-lookback", separation=None,
                  earth_phase={"value": "wide", "unit": "deg"},
                  moon_phase={"value": 103.3, "unit": "km"})  # fmt: skip
    rows = check_run(copy)
    row = row_of(rows, "Earth to Moon, apart")
    assert row["value"] is None
    assert not row["ok"]
    assert "the run gives no separation" in row["source"]
    assert "'wide'" in row_of(rows, "Earth, phase angle")["source"]
    assert not row_of(rows, "Moon, phase angle")["ok"]


def test_a_phase_that_was_not_flown_is_left_out(run, tmp_path):
    import shutil

    copy = change(run, tmp_path, "01-cruise")
    shutil.rmtree(copy / "02-lookback")
    assert {row["topic"] for row in check_run(copy)} == {"cruise"}


def test_another_mission_is_not_held_to_these_figures(run, tmp_path):
    copy = change(run, tmp_path, "01-cruise")
    (copy / "mission.toml").write_text('name = "mine"\n')
    assert check_run(copy) == []


def test_a_folder_without_a_run_is_refused(tmp_path):
    with pytest.raises(DataError, match="not the folder of a run"):
        check_run(tmp_path)
    (tmp_path / "mission.toml").write_text('name = "tianwen-1"\n')
    with pytest.raises(DataError, match="no finished phase"):
        check_run(tmp_path)


def test_topics_come_once_and_in_order():
    assert topics()[:2] == ["cruise", "lookback"]
    assert len(topics()) == len(set(topics()))


def test_an_unknown_topic_is_told_with_the_nearest():
    with pytest.raises(InputError, match="did you mean 'frames'"):
        run_checks(["frame"])


def test_a_topic_of_a_run_needs_one(tmp_path, monkeypatch, run):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(InputError, match="marsward run tianwen-1"):
        run_checks(["cruise"])
    assert {row["topic"] for row in run_checks(["cruise"], run=run)} == {"cruise"}
    (tmp_path / "runs").mkdir()
    (tmp_path / "runs" / "tianwen-1").symlink_to(run)
    assert all(row["ok"] for row in run_checks(["cruise"]))


def test_a_computation_that_fails_is_a_row_not_a_crash(monkeypatch):
    text = BLOCK.replace('key = "c3"', 'how = "marsward.verify.checks.time:no_such"')
    broken = read_checks(text.replace("cruise", "time"))
    monkeypatch.setattr(runner, "checks", lambda: broken)
    (row,) = run_checks(["time"])
    assert row["value"] is None
    assert not row["ok"]
    assert "could not be computed" in row["source"]


def test_tolerances_are_numbers_shares_or_the_widest_of_both():
    def wide(text):
        return read_checks(BLOCK.replace("tolerance = 0.05", text))[0].tolerance

    assert wide("tolerance = 0.05") == 0.05
    assert wide('tolerance = "1.5 %"') == pytest.approx(0.1791)
    assert wide('tolerance = ["1.5 %", 0.1]') == pytest.approx(0.1791)
    assert wide('tolerance = ["0.1 %", 0.1]') == 0.1


def test_a_bound_asks_for_no_more_than_itself():
    text = BLOCK.replace("value = 11.94", "at_most = 10").replace("tolerance = 0.05\n", "")
    check = read_checks(text)[0]
    assert (check.expected, check.tolerance) == (0.0, 10.0)
    assert check.met(9.9)
    assert not check.met(10.1)


def test_angles_are_compared_round_the_circle():
    text = BLOCK.replace("11.94", "359.9").replace("km2/s2", "deg").replace("0.05", "0.2")
    check = read_checks(text)[0]
    assert check.met(0.05)
    assert not check.met(0.15)
    assert not check.met(float("nan"))


@pytest.mark.parametrize("line", ["value = 11.94\n", "tolerance = 0.05\n", 'source = "who"\n'])
def test_a_block_that_lacks_something_is_refused(line):
    with pytest.raises(DataError, match="published figure 'A' lacks"):
        read_checks(BLOCK.replace(line, ""))


def test_a_broken_table_is_refused():
    with pytest.raises(DataError, match="not TOML"):
        read_checks("[[check]\n")


def test_every_figure_names_its_source_and_one_way_to_get_it():
    for check in checks():
        assert len(check.source) > 20, check.name
        assert bool(check.how) != bool(check.keys), check.name
        assert check.tolerance > 0 or float(check.expected).is_integer(), check.name
        assert bool(check.mission) == check.on_run, check.name
    assert len({(check.topic, check.name) for check in checks()}) == len(checks())
