"""Tables that ship, checked against their records."""

import hashlib

import pytest

from marsward.core.errors import DataError
from marsward.data import shipped_table
from marsward.data.flown_missions import flown_missions
from marsward.data.ingenuity_flights import ingenuity_flights
from marsward.data.orbit_history import orbit_history


def test_all_that_ship_are_whole():
    assert len(flown_missions()) > 25
    assert len(ingenuity_flights()) == 72
    assert orbit_history().shape[1] == 4


def test_a_damaged_or_missing_table_is_told(monkeypatch, tmp_path):
    monkeypatch.setattr(shipped_table, "_ASSETS", tmp_path)
    ask = {"what": "the table of rocks is", "tool": "make_rocks.py"}
    with pytest.raises(DataError, match=r"the table of rocks is missing .*tools/make_rocks\.py"):
        shipped_table.shipped_lines("rocks", **ask)
    (tmp_path / "rocks.csv").write_text("a,b\n1,2\n")
    digest = hashlib.sha256(b"a,b\n1,2\n").hexdigest()
    (tmp_path / "rocks.toml").write_text(f'[rocks]\nsha256 = "{digest}"\n')
    assert shipped_table.shipped_lines("rocks", **ask) == ["a,b", "1,2"]
    (tmp_path / "rocks.csv").write_text("a,b\n1,3\n")
    with pytest.raises(DataError, match=r"rocks\.csv differs from its record"):
        shipped_table.shipped_lines("rocks", **ask)
