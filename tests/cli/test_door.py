"""The door: quick help, every verb, plain lines and JSON lines, plug-ins from outside."""

import contextlib
import json
import os
import pty
import subprocess
import sys
import time
from pathlib import Path

import pytest

import marsward as mw
from marsward.cli import door as door_module
from marsward.cli.display import PlainLines, display
from marsward.cli.door import CALC, VERBS
from marsward.core.progress import Progress, SilentProgress

HEAVY = (
    "numpy", "scipy", "numba", "xarray", "pydantic", "matplotlib", "rich", "cyclopts", "astropy",
)  # fmt: skip


def test_help_is_quick(spawn):
    times = []
    for _ in range(5):
        begun = time.perf_counter()
        said = spawn("--help")
        times.append(time.perf_counter() - begun)
        assert said.code == 0
    assert min(times) < 0.4
    for verb in (*VERBS, "calc"):
        assert f"  {verb} " in said.out


def test_help_loads_nothing_heavy():
    code = (
        "import sys; from marsward.cli.door import door; door(['--help']);"
        f"print([m for m in {HEAVY!r} if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert done.stdout.splitlines()[-1] == "[]"


def test_importing_the_package_loads_nothing_heavy():
    code = f"import sys, marsward; print([m for m in {HEAVY!r} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert done.stdout.strip() == "[]"


def test_no_words_at_all_is_help(call):
    assert call().out == call("--help").out == call("help").out
    assert call("--version").out == f"marsward {mw.__version__}\n"


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_has_help(verb, call):
    said = call(verb, "--help")
    assert said.code == 0
    assert f"marsward {verb}" in said.out
    assert call("help", verb).out == said.out


@pytest.mark.parametrize("tool", CALC)
def test_every_tool_has_help(tool, call):
    assert call("calc", tool, "--help").code == 0
    assert tool in call("calc").out


def test_a_run_from_the_shell(breeze, spawn, call):
    said = spawn("run", "breeze.toml")
    assert said.code == 0, said.err
    lines = said.out.splitlines()
    assert lines[0] == "toy-wind …"
    assert lines[1] == "toy-wind: the air is still"
    assert lines[2].startswith("toy-wind: blew at 4.")
    assert lines[-1] == "report: runs/breeze/report.html"
    assert Path("runs/breeze/report.html").read_text(encoding="utf-8").startswith("<!")
    assert json.loads(Path("runs/breeze/verify.json").read_text()) == []
    again = call("run", "breeze.toml")
    assert again.code == 0
    assert "toy-mill: turned (from disk)" in again.out
    assert "report.html written" not in again.out


def test_a_run_as_json(breeze, call):
    said = call("run", "breeze.toml", "--json")
    events = [json.loads(line) for line in said.out.splitlines()]
    assert [e["event"] for e in events if e["event"] not in ("progress", "note")] == [
        "phase", "done", "phase", "done", "phase", "done", "end",
    ]  # fmt: skip
    assert events[-1]["run"] == "runs/breeze"
    assert [e["fraction"] for e in events if e["event"] == "progress" and e["phase"] == "toy-wind"][
        -1
    ] == 1.0


def test_check_plan_and_show(breeze, call):
    said = call("check", "breeze.toml")
    assert said.out == "breeze.toml: nothing wrong; 2 phases: toy-wind, toy-mill\n"
    rows = json.loads(call("plan", "breeze.toml", "--json").out)
    assert [row["on_disk"] for row in rows] == [False, False]
    call("run", "breeze.toml", "--until", "toy-wind")
    rows = json.loads(call("plan", "breeze.toml", "--json").out)
    assert [row["on_disk"] for row in rows] == [True, False]
    assert "toy-mill" in call("plan", "breeze.toml").out
    shown = call("show", "toy-vane").out
    assert "2 m" in shown
    assert "doi:10.0000/toy" in shown
    schema = json.loads(call("show", "toy-wind", "--json").out)
    assert schema["parameters"]["speed"]["unit"] == "m/s"


@pytest.mark.parametrize("what", ["missions", "phases", "instruments", "data", "fields"])
def test_lists(what, breeze, call):
    said = call("list", what)
    assert said.code == 0
    rows = json.loads(call("list", what, "--json").out)
    assert rows
    assert len(said.out.splitlines()) > len(rows)


def test_fields_of_every_room_are_listed(spawn):
    rows = {row["field"]: row for row in json.loads(spawn("list", "fields", "--json").out)}
    units = {name: rows[name]["units"] for name in ("ice_depth", "permittivity", "two_way_delay")}
    assert units == {"ice_depth": "m", "permittivity": "1", "two_way_delay": "s"}
    assert rows["thermal_inertia"]["units"] == "J m-2 K-1 s-0.5"
    assert {"reflectance", "mineral_fraction", "et"} <= set(rows)


def test_a_preset_of_two_kinds_names_the_other(call):
    said = call("show", "mms")
    assert said.code == 0
    assert "mms is a spectrometer too: `marsward show mms-spectrometer`" in said.out
    assert call("show", "mms-spectrometer").out.startswith("spectrometer mms-spectrometer: ")
    assert "too:" not in call("show", "moric").out


def test_show_tells_of_vehicles_that_have_flown(call):
    said = call("show", "mars-2020").out
    for field in ("capsule", "parachute", "stage"):
        assert f'{field} = {{ preset = "mars-2020" }} in a phase of kind "entry"' in said
    assert "3369 kg" in said
    parts = json.loads(call("show", "zhurong", "--json").out)["parts"]
    assert [part["kind"] for part in parts] == ["rover", "power"]
    assert "preset ingenuity:" in call("show", "helicopter").out


def test_a_preset_of_many_kinds_names_them_all(call):
    said = call("show", "mcs")
    others = [line for line in said.out.splitlines() if " too: " in line]
    assert others
    for line in others:
        name = line.split("`marsward show ")[1].rstrip("`")
        assert call("show", name).out.startswith(f"{name.removeprefix('mcs-')} mcs: ")


def test_a_kind_that_cannot_be_loaded_is_listed_as_such(breeze, call):
    rows = {row["phase"]: row for row in json.loads(call("list", "phases", "--json").out)}
    assert rows["toy-gone"]["what"].startswith("cannot be loaded")
    assert rows["toy-mill"]["needs"] == "wind"


def test_kinds_from_outside_name_their_package(breeze, call):
    rows = json.loads(call("list", "instruments", "--json").out)
    origins = {row["instrument"]: row["from"] for row in rows}
    own = (
        "camera", "radar-sounder", "radiometer", "spectrometer", "weather-station", "radio-science",
        "thermal-sounder", "sun-camera", "limb-sounder", "ground-radar", "laser-spectrometer",
        "spectral-camera", "radio-tracking",
    )  # fmt: skip
    assert origins == {**dict.fromkeys(own, "marsward"), "toy-vane": "marsward-toy"}


def test_new_writes_a_file_that_is_right(place, call):
    said = call("new", "my trip.toml", "--like", "tianwen-1")
    assert said.code == 0
    mission = mw.Mission.open("my trip.toml")
    assert mission.name == "my-trip"
    assert [p.kind for p in mission.phases] == [
        "cruise", "lookback", "capture", "deorbit", "entry", "map", "ice", "soil", "climate",
        "rover",
    ]  # fmt: skip
    assert call("new", "other.toml").code == 0
    assert call("check", "other.toml").code == 0


def test_built_in_missions_are_right(call, place):
    for name in ("tianwen-1", "mapper", "template"):
        assert call("check", name).code == 0
    assert "cruise" in call("show", "tianwen-1").out


def test_compare(breeze, call):
    call("run", "breeze.toml", "--out", "one")
    call("run", "breeze.toml", "--out", "two")
    assert call("compare", "one", "two").out == "no key number differs\n"
    call("run", "breeze.toml", "--out", "two", "--set", "toy-mill.area=2 m")
    rows = json.loads(call("compare", "one", "two", "--json").out)
    assert [row["name"] for row in rows] == ["power"]
    assert rows[0]["second"] == pytest.approx(2 * rows[0]["first"])
    assert rows[0]["sigmas"] == pytest.approx(rows[0]["difference"] / 2**0.5)
    assert "power" in call("compare", "one", "two").out


def test_compare_tells_how_far_epochs_are_apart(breeze, call):
    for name in ("one", "two"):
        call("run", "breeze.toml", "--out", name)
        path = next(Path(name).glob("*/summary.json"))
        epoch = "2021-02-10T12:00:0" + ("4.5" if name == "one" else "1")
        entry = {"value": epoch, "unit": "UTC", "sigma": 3.5, "source": ""}
        path.write_text(json.dumps({"periapsis_epoch": entry}), encoding="utf-8")
    (row,) = json.loads(call("compare", "one", "two", "--json").out)
    assert row["difference"] == pytest.approx(-3.5)
    assert row["sigmas"] == pytest.approx(-1.0 / 2**0.5)
    assert "-3.5 s" in call("compare", "one", "two").out


def test_report_and_view(breeze, call):
    call("run", "breeze.toml")
    report = Path("runs/breeze/report.html")
    assert call("view", "breeze").out == f"{report.resolve()}\n"
    report.unlink()
    assert call("view", "runs/breeze").code == 2
    assert call("report", "runs/breeze").out == f"{report}\n"
    assert report.is_file()


def test_a_reader_that_goes_away(plugin, place):
    done = subprocess.run(
        f"{sys.executable} -m marsward list fields | head -1",
        shell=True, capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    assert done.stdout.startswith("field")
    assert done.stderr == ""


def test_a_terminal_of_another_alphabet(breeze, spawn, monkeypatch):
    monkeypatch.setenv("PYTHONIOENCODING", "ascii")
    monkeypatch.setenv("PYTHONUTF8", "0")
    said = spawn("run", "breeze.toml", "--until", "toy-wind")
    assert said.code == 0, said.err
    assert "toy-wind ?" in said.out


def test_displays_are_progress():
    assert isinstance(SilentProgress(), Progress)
    assert isinstance(display(json_lines=True), Progress)
    assert isinstance(display(json_lines=False), PlainLines)


def test_a_terminal_gets_bars(breeze):
    master, slave = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "marsward", "run", "breeze.toml", "--set", "toy-wind.wait=1 s"],
        stdout=slave, stderr=slave, env={**os.environ, "TERM": "xterm", "COLUMNS": "120"},
    )  # fmt: skip
    os.close(slave)
    seen = b""
    with contextlib.suppress(OSError):  # the other end of a terminal closes with an error
        while chunk := os.read(master, 4096):
            seen += chunk
    process.wait(timeout=60)
    os.close(master)
    text = seen.decode("utf-8", errors="replace")
    assert process.returncode == 0
    assert "━" in text
    assert "gust" in text
    assert "blew at 4." in text


def test_export(place, call, tmp_path):
    from marsward.core.product import Product
    from marsward.core.time import Epoch
    from marsward.dynamics.forces import Forces
    from marsward.dynamics.propagate import propagate
    from marsward.mission.store import write_json

    epoch = Epoch.utc("2020-08-04T09:12:50.191")
    state = [1.05e11, -1.02e11, -4.4e10, 24795.0, 19030.0, 8904.0]
    flight = propagate(state, epoch, epoch + 86400.0, forces=Forces(bodies=("sun",)))
    folder = place / "runs" / "one" / "01-cruise"
    folder.mkdir(parents=True)
    Product("trajectory", flight.to_dataset()).save(folder / "trajectory.nc")
    write_json(folder / "phase.json", {"products": {"trajectory": "trajectory.nc"}})
    (folder.parent / "mission.lock.toml").write_text("")
    (folder.parent / "mission.toml").write_text('name = "one"\n[spacecraft]\nname = "One"\n')
    said = call("export", "one", "--as", "oem,spk,csv", "--out", "out", "--every", "1 h")
    assert said.code == 0, said.err
    assert sorted(p.name for p in Path("out").iterdir()) == [
        "trajectory.bsp", "trajectory.csv", "trajectory.oem",
    ]  # fmt: skip
    rows = Path("out/trajectory.csv").read_text().splitlines()
    assert rows[0].startswith("utc,et_s,centre_naif_id,x_km")
    assert len(rows) == 26
    assert float(rows[1].split(",")[3]) == pytest.approx(1.05e8, rel=1e-12)
    assert rows[1].split(",")[-1] == ""  # its mass is not known
    assert "did you mean 'oem'" in call("export", "one", "--as", "omm").err
    assert "longer than nothing" in call("export", "one", "--every", "0 s").err


@pytest.mark.parametrize(("verb", "goes_on"), [("run", True), ("export", False), ("fetch", False)])
def test_only_a_run_goes_on_after_it_was_stopped(verb, goes_on, call, monkeypatch):
    def stopped(words):
        raise KeyboardInterrupt

    monkeypatch.setattr(door_module, "_go", stopped)
    said = call(verb, "one")
    assert said.code == 130
    assert said.err.startswith("marsward: stopped; ")
    assert ("goes on from there" in said.err) is goes_on
    assert ("nothing half-written was left" in said.err) is not goes_on
