"""What `marsward verify` shows: tables that fit the terminal, each source once, JSON as it is."""

import json

import pytest

from marsward.cli.table import print_table
from marsward.verify import runner

LINK = "https://naif.jpl.nasa.gov/pub/naif/toolkit_docs/C/req/time.html"


def row(topic, name, value, expected, tolerance, unit, source, ok=True):
    return {
        "topic": topic, "name": name, "value": value, "unit": unit, "expected": expected,
        "tolerance": tolerance, "source": source, "ok": ok, "seconds": 0.1,
    }  # fmt: skip


ROWS = [
    row("time", "J2000 in UTC", -7.27367762e-05, 0.0, 5e-4, "s", f"NAIF, Time, {LINK}"),
    row("time", "Local true time at 184.702° W, landing of Spirit", 1 / 3, 0.3333, 1e-3, "h", "AM"),
    row("time", "Mars Sol Date on 6 January 2000", 44795.9998, 44795.9998, 1e-5, "sol", "AM"),
    row(
        "cruise", "Deep-space manoeuvre, begin of the burn", "2020-10-09T15:00:03.214",
        "2020-10-09T15:00:00", 30.0, "UTC", "CNSA",
    ),
]  # fmt: skip


@pytest.fixture
def rows(monkeypatch):
    """The rows that the runner gives, which a test may change."""
    given = [dict(each) for each in ROWS]
    monkeypatch.setattr(runner, "run_checks", lambda topics: given)
    return given


@pytest.mark.parametrize("columns", [80, 100, 120, 160])
def test_the_tables_fit_the_terminal(rows, call, monkeypatch, columns):
    monkeypatch.setenv("COLUMNS", str(columns))
    said = call("verify")
    assert said.code == 0
    assert max(map(len, said.out.splitlines())) <= columns
    assert said.out.splitlines()[-1] == "4 published figures reproduced"
    assert LINK in said.out


def test_every_source_is_told_once_by_number(rows, call, monkeypatch):
    monkeypatch.setenv("COLUMNS", "120")
    lines = call("verify").out.splitlines()
    assert lines[0].split() == ["time", "ours", "published", "unit"]
    assert lines[1].startswith("J2000 in UTC [1]  ")
    assert lines[1].split()[4:] == ["-7.27367762e-05", "0", "±", "0.0005", "s", "ok"]
    assert lines[2].startswith(
        "Local true time at 184.702° W, landing of Spirit [2]  0.333333333  "
    )
    assert lines[3].startswith("Mars Sol Date on 6 January 2000 [2]  ")
    assert lines[6].endswith("[3]  2020-10-09T15:00:03.214  2020-10-09T15:00:00 ± 30 s  UTC   ok")
    assert lines[8:11] == [f"[1] NAIF, Time, {LINK}", "[2] AM", "[3] CNSA"]


def test_a_figure_that_is_missed_is_marked_and_named(rows, call, monkeypatch):
    monkeypatch.setenv("COLUMNS", "120")
    rows[2] |= {"ok": False, "value": None, "source": "AM (could not be computed: no clock)"}
    said = call("verify", "time")
    assert said.code == 5
    assert said.sentences == ["1 of 4 not reproduced: Mars Sol Date on 6 January 2000"]
    missed = next(line for line in said.out.splitlines() if line.startswith("Mars Sol Date"))
    assert missed.split()[-7:] == ["[3]", "–", "44795.9998", "±", "1e-05", "sol", "NOT"]
    assert "[3] AM (could not be computed: no clock)" in said.out


def test_json_is_the_rows_as_they_are(rows, call):
    said = call("verify", "--json")
    assert json.loads(said.out) == rows
    assert said.out.count("\n") == 1


def test_the_last_column_wraps_unless_another_is_named(capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "40")
    print_table(("a", "b"), [("one", "word " * 12)])
    assert capsys.readouterr().out.splitlines()[1:] == [
        "one  word word word word word word word",
        "     word word word word word",
    ]
    print_table(("a", "b"), [("word " * 12, "one")], wrapped="a")
    assert capsys.readouterr().out.splitlines() == [
        "a                                    b",
        "word word word word word word word   one",
        "  word word word word word",
    ]
