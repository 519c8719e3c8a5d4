"""The example plug-in, installed for one test, and ways to call the command."""

import os
import subprocess
import sys
import tomllib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from marsward.cli.door import door

PLUGIN = Path(__file__).resolve().parent.parent / "plugin"

BREEZE = """
name = "breeze"
title = "A breeze"
seed = 5

[[instrument]]
kind = "toy-vane"
name = "vane"

[[phase]]
kind = "toy-wind"
speed = "4 m/s"

[[phase]]
kind = "toy-mill"
vane = "vane"
"""


@pytest.fixture
def plugin(tmp_path_factory, monkeypatch) -> Path:
    """Install the example plug-in as pip would: its code and a dist-info folder on the path."""
    site = tmp_path_factory.mktemp("site")
    project = tomllib.loads((PLUGIN / "pyproject.toml").read_text())["project"]
    info = site / "marsward_toy-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: marsward-toy\nVersion: 1.0\n")
    lines = []
    for group, points in project["entry-points"].items():
        lines += [f"[{group}]", *(f"{name} = {target}" for name, target in points.items())]
    (info / "entry_points.txt").write_text("\n".join(lines) + "\n")
    os.symlink(PLUGIN / "marsward_toy", site / "marsward_toy")
    monkeypatch.syspath_prepend(str(site))
    monkeypatch.setenv("PYTHONPATH", str(site))
    return site


@pytest.fixture
def place(tmp_path, monkeypatch) -> Path:
    """An empty working folder with a cache of its own."""
    monkeypatch.setenv("MARSWARD_CACHE", str(tmp_path / "cache"))
    work = tmp_path / "work"
    work.mkdir()
    monkeypatch.chdir(work)
    return work


@pytest.fixture
def breeze(plugin, place) -> Path:
    """A mission file of two quick phases and one instrument, all from the plug-in."""
    path = place / "breeze.toml"
    path.write_text(BREEZE)
    return path


@dataclass(frozen=True)
class Said:
    """What a call printed, and the code it left with."""

    code: int
    out: str
    err: str

    @property
    def sentences(self) -> list[str]:
        return [line.removeprefix("marsward: ") for line in self.err.splitlines() if line]


@pytest.fixture
def call(capfd) -> Callable[..., Said]:
    """Call the command inside this process."""

    def go(*words: str) -> Said:
        capfd.readouterr()
        code = door(list(words))
        out, err = capfd.readouterr()
        return Said(code, out, err)

    return go


def command(words: Sequence[str]) -> list[str]:
    """The words that start marsward in a process of its own."""
    return [sys.executable, "-m", "marsward", *words]


@pytest.fixture
def spawn() -> Callable[..., Said]:
    """Call the command in a process of its own."""

    def go(*words: str, **options) -> Said:
        done = subprocess.run(
            command(words), capture_output=True, text=True, timeout=120, **options
        )
        return Said(done.returncode, done.stdout, done.stderr)

    return go
