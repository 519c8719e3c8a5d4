"""`marsward compare`: the key numbers of two runs side by side."""

from __future__ import annotations

import json as json_text
import math
import re
from datetime import datetime
from pathlib import Path
from typing import Any


def compare(first: Path, second: Path, /, *, all_: bool = False, json: bool = False) -> int:
    """Set the key numbers of two runs side by side; those that are equal are left out.

    Parameters
    ----------
    first
        Folder of a run.
    second
        Folder of the other.
    all_
        Show those that are equal, too.
    json
        One JSON array, for machines.
    """
    from marsward.cli.table import print_table

    rows = differences(first, second, everything=all_)
    if json:
        print(json_text.dumps(rows, ensure_ascii=False))
        return 0
    if not rows:
        print("no key number differs")
        return 0
    head = ("phase", "name", "first", "second", "difference", "in sigma", "unit")
    keys = ("phase", "name", "first", "second", "difference", "sigmas", "unit")
    print_table(head, [[_cell(row, key) for key in keys] for row in rows])
    return 0


def differences(first: Path, second: Path, *, everything: bool = False) -> list[dict[str, Any]]:
    """One row for each key number that differs between two runs."""
    from marsward.mission.store import Run

    tables = [
        {flown.name: flown.summary() for flown in Run.open(folder).phases}
        for folder in (first, second)
    ]
    rows = []
    for phase in dict.fromkeys([*tables[0], *tables[1]]):
        ours, theirs = (table.get(phase, {}) for table in tables)
        for name in dict.fromkeys([*ours, *theirs]):
            row = _row(phase, name, ours.get(name, {}), theirs.get(name, {}))
            if everything or row["first"] != row["second"]:
                rows.append(row)
    return rows


def _row(phase: str, name: str, a: dict[str, Any], b: dict[str, Any]) -> dict[str, Any]:
    one, two = a.get("value"), b.get("value")
    difference = _minus(two, one)
    sigmas = None
    if difference is not None:
        given: list[Any] = [a.get("sigma"), b.get("sigma")]
        spread = [float(each) for each in given if _number(each)]
        sigmas = difference / math.hypot(*spread) if len(spread) == 2 and any(spread) else None
    return {
        "phase": phase,
        "name": name,
        "first": one,
        "second": two,
        "difference": difference,
        "sigmas": sigmas,
        "unit": a.get("unit") or b.get("unit") or "",
    }


def _minus(one: Any, other: Any) -> float | None:
    """The difference of two numbers, or of two epochs in seconds; None of anything else."""
    if _number(one) and _number(other):
        return float(one - other)
    if not (_epoch(one) and _epoch(other)):
        return None
    return (datetime.fromisoformat(one) - datetime.fromisoformat(other)).total_seconds()


def _epoch(item: Any) -> bool:
    return isinstance(item, str) and re.fullmatch(_ISO, item) is not None


_ISO = r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d{1,6})?"


def _number(item: Any) -> bool:
    return isinstance(item, int | float) and not isinstance(item, bool)


def _cell(row: dict[str, Any], key: str) -> str:
    item = row[key]
    if item is None:
        return "–"
    if not isinstance(item, float):
        return str(item)
    if key in ("first", "second"):
        return f"{item:.8g}"
    return f"{item:.3g}" + (" s" if key == "difference" and _epoch(row["first"]) else "")
