"""`marsward verify`: reproduce the published figures."""

from __future__ import annotations

import json as json_text
from importlib import import_module
from typing import Any

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
    from marsward.cli.table import print_table
    from marsward.core.part import plain

    checks = plain(import_module("marsward.verify.runner").run_checks(list(topics) or None))
    if json:
        print(json_text.dumps(checks, ensure_ascii=False))
    else:
        print_table(
            ("topic", "name", "ours", "published", "tolerance", "unit", "", "source"),
            [_line(each) for each in checks],
        )
    failed = [str(each.get("name")) for each in checks if not each.get("ok")]
    if failed:
        raise VerifyError(f"{len(failed)} of {len(checks)} not reproduced: {', '.join(failed)}")
    if not json:
        print(f"{len(checks)} published figures reproduced")
    return 0


def _line(check: dict[str, Any]) -> tuple[str, ...]:
    def cell(key: str) -> str:
        item = check.get(key)
        if item is None:
            return "–"
        return f"{item:.9g}" if isinstance(item, float) else str(item)

    mark = "ok" if check.get("ok") else "NOT"
    keys = ("topic", "name", "value", "expected", "tolerance", "unit")
    return (*(cell(key) for key in keys), mark, cell("source"))
