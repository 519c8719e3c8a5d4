"""Flying: what is on disk is not flown again, what changed is, and nothing is half-written."""

import json
import tomllib
from pathlib import Path

import pytest

import marsward as mw
from marsward.core.errors import DataError, InputError
from marsward.core.progress import SilentProgress
from marsward.mission.plan import steps


def flown(run: mw.Run) -> list[str]:
    return run.provenance["flown"]


def files(folder: Path) -> dict[str, bytes]:
    """Every file of a run that must not depend on when it was flown."""
    kept = {}
    for path in sorted(folder.rglob("*")):
        if path.is_file() and path.name not in ("log.jsonl", "provenance.json", ".lock"):
            content = path.read_bytes()
            if path.name == "phase.json":
                record = json.loads(content)
                record.pop("seconds")
                content = json.dumps(record).encode()
            kept[str(path.relative_to(folder))] = content
    return kept


class Notes(SilentProgress):
    """Remembers what a phase said."""

    def __init__(self) -> None:
        self.notes: list[str] = []

    def note(self, text: str) -> None:
        self.notes.append(text)


def test_a_run_is_what_the_design_says(breeze):
    run = mw.Mission.open(breeze).run(report=False)
    folder = run.path
    assert folder == Path("runs/breeze")
    assert sorted(p.name for p in folder.iterdir() if not p.name.startswith(".")) == [
        "01-toy-wind", "02-toy-mill", "log.jsonl", "mission.lock.toml", "mission.toml",
        "provenance.json",
    ]  # fmt: skip
    assert sorted(p.name for p in (folder / "01-toy-wind").iterdir()) == [
        "gusts.csv", "phase.json", "summary.json", "wind.nc",
    ]  # fmt: skip
    assert run.summary("toy-wind")["mean_speed"]["unit"] == "m/s"
    assert run["wind"].dataset["speed"].attrs["units"] == "m s-1"
    assert not run["wind"].knowledge
    assert run["power"].knowledge
    assert run["power"].provenance.parents == {"wind": run["wind"].provenance.key}
    assert list(run) == ["wind", "power"]
    record = json.loads((folder / "01-toy-wind" / "phase.json").read_text())
    assert record["files"] == ["gusts.csv", "summary.json", "wind.nc"]
    assert record["assumptions"] == ["the wind is steady"]


def test_a_second_run_flies_nothing(breeze):
    mission = mw.Mission.open(breeze)
    assert flown(mission.run(report=False)) == ["toy-wind", "toy-mill"]
    assert flown(mission.run(report=False)) == []
    assert flown(mission.run(report=False, fresh=True)) == ["toy-wind", "toy-mill"]


def test_an_interrupted_phase_goes_on_where_it_was(breeze):
    mission = mw.Mission.open(breeze, overrides=["toy-wind.fault=disk"])
    with pytest.raises(DataError):
        mission.run(report=False)
    left = list(Path("runs/breeze").glob(".toy-wind-*.checkpoint"))
    assert [(p / "gusts").read_text() for p in left] == ["20"]
    told = Notes()
    with pytest.raises(DataError):
        mission.run(report=False, progress=told)
    assert "20 gusts are known already" in told.notes
    mw.Mission.open(breeze).run(report=False)
    assert not list(Path("runs/breeze").glob(".*.checkpoint"))


def test_only_what_changed_is_flown(breeze):
    mw.Mission.open(breeze).run(report=False)
    changed = mw.Mission.open(breeze, overrides=['toy-mill.area="2 m"'])
    assert flown(changed.run(report=False)) == ["toy-mill"]
    changed = mw.Mission.open(breeze, overrides=['toy-wind.speed="5 m/s"'])
    assert flown(changed.run(report=False)) == ["toy-wind", "toy-mill"]
    assert flown(changed.run(report=False)) == []


def test_an_instrument_changes_only_the_phases_that_name_it(breeze):
    mw.Mission.open(breeze).run(report=False)
    changed = mw.Mission.open(breeze, overrides=['vane.noise="1 m/s"'])
    assert flown(changed.run(report=False)) == ["toy-mill"]


def test_the_unit_in_which_a_value_is_written_changes_nothing(breeze):
    def keys(*overrides):
        return [s.key for s in steps(mw.Mission.open(breeze, overrides=overrides))]

    assert keys("toy-wind.wait=1 min") == keys("toy-wind.wait=60 s")
    assert keys("toy-wind.wait=1 min") != keys("toy-wind.wait=61 s")
    assert keys("title=another") == keys()
    assert keys("seed=6") != keys()


def test_until_and_only(breeze):
    mission = mw.Mission.open(breeze)
    assert flown(mission.run(until="toy-wind", report=False)) == ["toy-wind"]
    assert [p.name for p in mw.Run.open("runs/breeze").phases] == ["toy-wind"]
    assert flown(mission.run(only="toy-mill", report=False)) == ["toy-mill"]
    assert flown(mission.run(only="toy-mill", fresh=True, report=False)) == ["toy-mill"]


def test_a_damaged_product_is_flown_again(breeze):
    run = mw.Mission.open(breeze).run(report=False)
    before = files(run.path)
    with (run.path / "01-toy-wind" / "wind.nc").open("ab") as stream:
        stream.truncate(100)
    assert flown(mw.Mission.open(breeze).run(report=False)) == ["toy-wind"]
    assert files(run.path) == before


def test_two_runs_are_byte_equal(breeze):
    mission = mw.Mission.open(breeze)
    one = mission.run(out="one", report=False)
    two = mission.run(out="two", report=False)
    assert files(one.path) == files(two.path)
    assert len(files(one.path)) == 9


def test_the_lock_file_lists_the_defaults(breeze):
    run = mw.Mission.open(breeze).run(report=False)
    lock = tomllib.loads((run.path / "mission.lock.toml").read_text())
    wind, mill = lock["phase"]
    assert wind["default"]["steps"] == {"value": 20, "origin": "assumed"}
    assert "speed" not in wind["default"]
    assert mill["default"]["area"] == {"value": 1.0, "unit": "m", "origin": "assumed"}
    vane = lock["instrument"][0]["default"]
    assert vane["noise"] == {
        "value": 0.5, "unit": "m/s", "origin": "published", "ref": "doi:10.0000/toy",
    }  # fmt: skip
    assert lock["seed"] == 5
    assert lock["versions"]["marsward"] == mw.__version__


@pytest.mark.parametrize("fault", ["physics", "data", "bug", "disk"])
def test_a_phase_that_fails_leaves_nothing_half_written(breeze, fault):
    good = mw.Mission.open(breeze).run(report=False)
    before = files(good.path / "01-toy-wind")
    bad = mw.Mission.open(breeze, overrides=[f"toy-wind.fault={fault}"])
    with pytest.raises(mw.PhysicsError.__mro__[1]):
        bad.run(report=False)
    assert not [p for p in good.path.iterdir() if p.name.endswith(".partial")]
    assert files(good.path / "01-toy-wind") == before
    assert flown(mw.Mission.open(breeze).run(report=False)) == []


def test_a_trace_of_a_fault_goes_to_the_log(breeze):
    with pytest.raises(Exception, match=r"ZeroDivisionError: division by zero.*log\.jsonl"):
        mw.Mission.open(breeze, overrides=["toy-wind.fault=bug"]).run(report=False)
    events = [json.loads(line) for line in Path("runs/breeze/log.jsonl").read_text().splitlines()]
    traces = [event["trace"] for event in events if event["event"] == "trace"]
    assert "Traceback" in traces[0]


def test_a_folder_of_another_mission_is_refused(breeze, place):
    mw.Mission.open(breeze).run(report=False)
    other = mw.Mission.open(breeze, overrides=["name=storm"])
    with pytest.raises(InputError, match="holds a run of mission 'breeze'"):
        other.run(out="runs/breeze", report=False)
    (place / "papers").mkdir()
    (place / "papers" / "thesis.txt").write_text("all my work")
    with pytest.raises(InputError, match=r"thesis\.txt is in it"):
        other.run(out="papers", report=False)
    assert [p.name for p in (place / "papers").iterdir() if p.name != ".lock"] == ["thesis.txt"]


def test_a_phase_that_left_the_mission_goes_aside(breeze):
    mission = mw.Mission.open(breeze)
    run = mission.run(report=False)
    text = breeze.read_text()
    alone = mw.Mission.loads(text[: text.rindex("[[phase]]")])
    alone.run(report=False)
    assert [p.name for p in run.phases] == ["toy-wind"]
    assert (run.path / ".aside" / "toy-mill" / "phase.json").is_file()


def test_a_phase_keeps_its_result_when_its_number_changes(breeze):
    mw.Mission.open(breeze).run(report=False)
    text = breeze.read_text() + '\n[[phase]]\nkind = "toy-wind"\nname = "early"\n'
    text = text.replace('speed = "4 m/s"', 'speed = "4 m/s"\nafter = ["early"]')
    run = mw.Mission.loads(text).run(report=False)
    assert flown(run) == ["early"]
    assert [(p.number, p.name) for p in run.phases] == [
        (1, "early"), (2, "toy-wind"), (3, "toy-mill"),
    ]  # fmt: skip
    assert list(run) == ["early.wind", "wind", "power"]


def test_order_by_needs_then_by_the_file(breeze):
    text = breeze.read_text()
    wind = text.index('[[phase]]\nkind = "toy-wind"')
    mill = text.index('[[phase]]\nkind = "toy-mill"')
    swapped = text[:wind] + text[mill:] + "\n" + text[wind:mill]
    mission = mw.Mission.loads(swapped)
    assert [p.title for p in mission.phases] == ["toy-wind", "toy-mill"]
    assert [s.key for s in steps(mission)] == [s.key for s in steps(mw.Mission.open(breeze))]


def test_a_phase_gets_only_the_instruments_that_it_names(breeze):
    mission = mw.Mission.open(breeze)
    wind, mill = steps(mission)
    assert wind.instruments == ()
    assert mill.instruments == ("vane",)


def test_a_product_that_is_not_in_the_run(breeze):
    run = mw.Mission.open(breeze).run(report=False)
    with pytest.raises(InputError, match="did you mean 'wind'"):
        run["wnd"]
    (run.path / "01-toy-wind" / "summary.json").write_text("{")
    with pytest.raises(DataError, match=r"summary\.json cannot be read as JSON"):
        run.summary("toy-wind")
