"""The page of the benchmarks: rows are kept as they come, and what is missing is told in words."""

from __future__ import annotations

import ast
import json
import shutil
import sys
from argparse import Namespace
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from benchmarks import run  # noqa: E402
from benchmarks.adapters import ADAPTERS  # noqa: E402
from benchmarks.page import number, page, quantity, summary  # noqa: E402
from benchmarks.race import Check, Row, Spent, published, race, timed, told  # noqa: E402
from benchmarks.topics import TOPICS, Topic, topic  # noqa: E402

OURS, THEIRS = Spent(1e-3, 0.9e-3, 1.2e-3, 5), Spent(8e-3, 6e-3, 9e-3, 5)
NAMED = (
    "window", "ephemeris", "cruise", "rays", "rendering", "mapping", "coverage", "entry", "path",
    "ground", "climate",
)  # fmt: skip
SCRIPT = '''"""A script that gives one row and dies."""
import os
from benchmarks.race import Row
def rows(*, quick=False):
    yield Row("sums", "ten numbers", "abacus", said=f"quick is {quick}")
    {end}
'''


def _row(**more: object) -> Row:
    given = {"ours": OURS, "theirs": THEIRS, "checks": (Check("apart", 0.1, 1.0, "m"),)}
    return Row("sums", "ten numbers", "abacus 3", item="a sum", **{**given, **more})  # type: ignore[arg-type]


def _kept(*rows: Row, ended: str = "") -> list[dict]:
    now = {
        "date": "2026-01-01 00:00", "processor": "a processor", "cores": 2, "memory_gb": 8.0,
        "load": 0.1, "system": "Linux", "python": "3.11", "packages": {"numpy": "2"},
    }  # fmt: skip
    return [{"script": "sums", "rows": [r.to_dict() for r in rows], "ended": ended, "machine": now,
             "seconds": 3.0}]  # fmt: skip


def _topic() -> Topic:
    return Topic("sums", "Sums", ("sums",), "Ten numbers are added.")


def test_ratio_spreads_from_our_slowest_to_our_fastest() -> None:
    assert _row().ratio == pytest.approx((8.0, 5.0, 10.0))


@pytest.mark.parametrize("found", [2.0, -2.0, float("nan")])
def test_no_ratio_where_the_answers_differ(found: float) -> None:
    row = _row(checks=(Check("apart", found, 1.0, "m"),), headline=True)
    assert row.ratio is None
    assert "no claim: answers differ" in page([(_topic(), _kept(row))])
    assert "**fails**" in page([(_topic(), _kept(row))])


def test_rows_come_back_from_json() -> None:
    row = _row(said="half of it", clock="wall", headline=True)
    assert Row.from_dict(json.loads(json.dumps(row.to_dict()))) == row


def test_a_peer_that_is_missing_or_fails_is_told_in_words() -> None:
    def missing() -> Row:
        raise ModuleNotFoundError("No module named 'abacus'")

    def failing() -> Row:
        raise OSError("beads are\nlost")

    rows = [told("abacus", "sums", "ten", make) for make in (missing, failing, _row)]
    assert rows[0].said == "not to be had here: ModuleNotFoundError: No module named 'abacus'"
    assert rows[1].said == "failed here: OSError: beads are"
    assert rows[2] == _row()
    text = page([(_topic(), _kept(*rows))])
    assert "No module named 'abacus'" in text
    assert "beads are" in text


def test_page_tells_peers_times_ratios_machine_and_what_was_not_measured() -> None:
    far = published("sums", "ten", "a big machine", 1.0, "its book", ours=OURS, headline=True)
    tables = [(_topic(), _kept(_row(headline=True, said="base | ten"), far, ended="stopped"))]
    text = page(tables)
    assert "## Sums" in text
    assert "1.00 (0.900 – 1.20) ms a sum" in text
    assert "8.0 × (5.0 – 10)" in text
    assert "apart 0.10 m (1.0)" in text
    assert "base \\| ten" in text
    assert "a processor, 2 cores" in text
    assert "about 1 000 ×, not measured here" in text
    assert "**not measured in this run**: its book" in text
    assert "gave no more rows: stopped." in text
    lines = summary(tables).splitlines()
    assert len(lines) == 4
    assert "abacus 3 | 8.0 × (5.0 – 10)" in lines[2]
    assert "(not measured in this run)" in lines[3]


def test_times_are_medians_in_turns() -> None:
    calls: list[str] = []
    ours, theirs = race(
        lambda: calls.append("a"), lambda: calls.append("b"), rounds=3, items=(2.0, 1.0), often=2
    )
    assert "".join(calls) == "ab" + "aab" * 3
    assert (ours.rounds, theirs.rounds) == (6, 3)
    assert 0.0 < ours.least <= ours.median <= ours.most
    assert timed(lambda: None, rounds=4).rounds == 4
    once = race(lambda: None, lambda: None, rounds=9, patience=0.0)
    assert once[1].rounds == 1
    with pytest.raises(ValueError, match="no round"):
        Spent.of([])


def test_numbers_read_well() -> None:
    assert [number(x) for x in (0.0, 12345.0, 9.876, 0.01234, 1e-9)] == [
        "0", "12 300", "9.88", "0.0123", "1e-9",
    ]  # fmt: skip
    assert [quantity(t) for t in (2.0, 3e-3, 4.5e-6, 7e-9)] == [
        "2.00 s", "3.00 ms", "4.50 µs", "7.00 ns",
    ]  # fmt: skip


@pytest.fixture
def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A small repository with the runner and no benchmark."""
    folder = tmp_path / "benchmarks"
    folder.mkdir()
    for name in ("__init__", "run", "race", "page", "topics", "machine", "adapters"):
        shutil.copy(ROOT / "benchmarks" / f"{name}.py", folder)
    (tmp_path / "docs").mkdir()
    monkeypatch.setattr(run, "ROOT", tmp_path)
    monkeypatch.setattr(run, "KEPT", tmp_path / "build" / "bench")
    monkeypatch.setattr(run, "PAGE", tmp_path / "docs" / "benchmarks.md")
    return tmp_path


def _run(house: Path, end: str, *, resume: bool = False) -> tuple[bool, dict]:
    if end:
        (house / "benchmarks" / "sums.py").write_text(SCRIPT.replace("{end}", end))
    given = Namespace(quick=True, resume=resume)
    well = run.run_script("sums", _topic(), house, given)
    return well, json.loads((house / "sums.json").read_text())


def test_a_script_that_dies_keeps_its_rows_and_says_why(house: Path) -> None:
    well, kept = _run(house, "os.kill(os.getpid(), 9)")
    assert not well
    assert [row["said"] for row in kept["rows"]] == ["quick is True"]
    assert kept["ended"] == "the process died of signal 9"
    well, kept = _run(house, "raise ValueError('beads')")
    assert not well
    assert kept["ended"] == "failed: ValueError: beads"
    assert len(kept["rows"]) == 1


def test_an_abort_after_the_last_row_does_no_harm_and_resume_keeps(
    house: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    end = "import atexit; atexit.register(os.abort)"
    well, kept = _run(house, end)
    assert well
    assert kept["ended"] == ""
    _run(house, end, resume=True)
    assert "kept from" in capsys.readouterr().out


def test_a_script_that_is_not_there_is_told(house: Path) -> None:
    well, kept = _run(house, "")
    assert not well
    assert kept["ended"] == "the script benchmarks/sums.py is not there"


def test_the_page_is_written_from_what_is_kept(house: Path) -> None:
    run.KEPT.mkdir(parents=True)
    file = run.KEPT / "ephemeris.json"
    file.write_text(json.dumps(_kept(_row(headline=True))[0]))
    assert run.main(["--page"]) == 0
    text = run.PAGE.read_text(encoding="utf-8")
    assert "abacus 3" in text
    assert "`benchmarks/rays.py` gave no more rows: not run yet." in text
    assert "Ephemeris: sums" in (run.KEPT / "summary.md").read_text(encoding="utf-8")


def test_every_topic_has_scripts_that_offer_rows() -> None:
    assert [each.name for each in TOPICS][: len(NAMED)] == list(NAMED)
    for each in TOPICS:
        for script in each.scripts:
            tree = ast.parse((ROOT / "benchmarks" / f"{script}.py").read_text(encoding="utf-8"))
            names = {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}
            assert "rows" in names or script in ADAPTERS, script


def test_an_unknown_topic_names_those_there_are() -> None:
    with pytest.raises(KeyError, match="window, ephemeris"):
        topic("soup")
