"""Killed, stopped, twice at once, no room: what is on disk stays usable."""

import json
import os
import resource
import signal
import subprocess
import time
from pathlib import Path

import pytest

import marsward as mw

SLOW = ("--set", "toy-mill.wait=30 s")


def start(words, command_of, **options):
    """Begin a command that Ctrl-C reaches, also where the shell of the tests ignores it."""
    options.setdefault("preexec_fn", lambda: signal.signal(signal.SIGINT, signal.SIG_DFL))
    return subprocess.Popen(
        args=command_of(words),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        **options,
    )


def until_phase(process, phase: str) -> None:
    """Read JSON lines until a phase has begun to make progress."""
    for line in process.stdout:
        event = json.loads(line)
        if event["event"] == "progress" and event["phase"] == phase:
            return
    raise AssertionError(process.stderr.read())


@pytest.fixture
def command_of():
    from conftest import command

    return command


def products(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in sorted(folder.rglob("*.nc"))}


def test_killed_in_the_middle_of_a_phase(breeze, command_of):
    quick = ["toy-mill.wait=3 s"]
    whole = mw.Mission.open(breeze, overrides=quick).run(out="whole", report=False)
    words = ["run", "breeze.toml", "--json", "--out", "killed", "--set", quick[0]]
    process = start(words, command_of)
    until_phase(process, "toy-mill")
    process.send_signal(signal.SIGKILL)
    process.wait()
    process.stdout.close()
    process.stderr.close()
    left = sorted(p.name for p in Path("killed").iterdir() if "toy" in p.name)
    assert left == [".02-toy-mill.partial", "01-toy-wind"]
    resumed = mw.Mission.open(breeze, overrides=quick).run(out="killed", report=False)
    assert resumed.provenance["flown"] == ["toy-mill"]
    assert products(resumed.path) == products(whole.path)
    assert len(products(whole.path)) == 2
    assert not list(Path("killed").glob(".*.partial"))


def test_stopped_by_the_user(breeze, command_of):
    process = start(["run", "breeze.toml", "--json", *SLOW], command_of)
    until_phase(process, "toy-mill")
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=30)
    assert process.returncode == 130
    assert err.splitlines() == [
        "marsward: stopped; finished phases are on disk, and the same command goes on from there"
    ]
    run = mw.Run.open("runs/breeze")
    assert [p.name for p in run.phases] == ["toy-wind"]
    assert run["wind"].dataset.sizes["gust"] == 20
    assert not list(run.path.glob(".*.partial"))


def test_asked_to_end_by_the_system(breeze, command_of):
    process = start(["run", "breeze.toml", "--json", *SLOW], command_of)
    until_phase(process, "toy-mill")
    process.send_signal(signal.SIGTERM)
    _, err = process.communicate(timeout=30)
    assert process.returncode == 143
    assert "Traceback" not in err
    assert not list(Path("runs/breeze").glob(".*.partial"))


def test_the_second_of_two_runs_is_told(breeze, command_of, call):
    process = start(["run", "breeze.toml", "--json", *SLOW], command_of)
    until_phase(process, "toy-mill")
    begun = time.monotonic()
    said = call("run", "breeze.toml")
    assert time.monotonic() - begun < 10.0
    assert said.code == 2
    assert said.sentences == [
        f"runs/breeze is being flown by process {process.pid};"
        " wait until it has ended or choose another folder with --out"
    ]
    process.send_signal(signal.SIGKILL)
    process.communicate()
    assert mw.Mission.open(breeze).run(report=False).provenance["flown"] == ["toy-mill"]


def test_no_room_for_a_product(breeze, command_of, place):
    def limit():
        resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)

    words = ["run", "breeze.toml", "--set", "toy-wind.steps=100000"]
    process = start(words, command_of, preexec_fn=limit)
    _, err = process.communicate(timeout=60)
    assert process.returncode == 3
    assert err.splitlines() == [
        "marsward: cannot write runs/breeze/.01-toy-wind.partial/wind.nc: File too large;"
        " free some space or choose --out elsewhere"
    ]
    left = [path.name for path in Path("runs/breeze").glob("*toy-wind*")]
    assert all(name.endswith(".checkpoint") for name in left)


def test_a_folder_that_cannot_be_written(breeze, call):
    said = call("run", "breeze.toml", "--out", "/sys/marsward")
    assert said.code == 2
    assert len(said.sentences) == 1
    assert "/sys/marsward" in said.sentences[0]
    assert "--out" in said.sentences[0]


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_without_permission(breeze, place, call):
    (place / "closed").mkdir(mode=0o500)
    said = call("run", "breeze.toml", "--out", "closed/run")
    assert said.code == 2
    assert "Permission denied" in said.sentences[0]
