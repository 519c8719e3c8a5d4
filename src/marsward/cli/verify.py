"""`marsward verify`: reproduce the published figures."""

from __future__ import annotations

import json as json_text
from importlib import import_module
from itertools import groupby
from typing import Any

from marsward.cli.table import TIE, print_notes, print_table
from marsward.core.errors import VerifyError


def verify(*topics: str, json: bool = False) -> int:
    """Compute published figures again and set them beside their sources.

    Parameters
    ----------
    topics
        Topics to check, such as cruise or time; all when left out.
    json
        One JSON array, for machines.
    """
    from marsward.core.part import plain

    checks = plain(import_module("marsward.verify.runner").run_checks(list(topics) or None))
    if json:
        print(json_text.dumps(checks, ensure_ascii=False))
    else:
        _print_checks(checks)
    failed = [str(each.get("name")) for each in checks if not each.get("ok")]
    if failed:
        raise VerifyError(f"{len(failed)} of {len(checks)} not reproduced: {', '.join(failed)}")
    if not json:
        print(f"{len(checks)} published figures reproduced")
    return 0


def _print_checks(checks: list[dict[str, Any]]) -> None:
    """One table for each topic; sources are numbered and told once, below."""
    sources = list(dict.fromkeys(_cell(check.get("source")) for check in checks))
    numbers = {source: n for n, source in enumerate(sources, 1)}
    for topic, group in groupby(checks, key=lambda check: check.get("topic")):
        rows = [_line(check, numbers[_cell(check.get("source"))]) for check in group]
        head = (str(topic), "ours", "published", "unit", "")
        print_table(head, rows, wrapped=str(topic), floor=16)
        print()
    print_notes(sources)
    print()


def _line(check: dict[str, Any], source: int) -> tuple[str, ...]:
    unit = _cell(check.get("unit"))
    off = "s" if unit == "UTC" else ""
    near = f"{_cell(check.get('expected'))} ± {_cell(check.get('tolerance'))} {off}".rstrip()
    mark = "ok" if check.get("ok") else "NOT"
    name = f"{_cell(check.get('name'))}{TIE}[{source}]"
    return (name, _cell(check.get("value")), near, unit, mark)


def _cell(item: Any) -> str:
    if item is None:
        return "–"
    return f"{item:.9g}" if isinstance(item, float) else str(item)
