"""`marsward plan`: phases in order, their keys, and what is on disk."""

from __future__ import annotations

import json as json_text
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import Parameter

from marsward.cli.table import print_table

if TYPE_CHECKING:
    from marsward.mission.mission import Mission


def plan(
    mission: str,
    /,
    *,
    out: Path | None = None,
    set_: Annotated[tuple[str, ...], Parameter(name="--set")] = (),
    json: bool = False,
) -> int:
    """Show the phases in the order of flight, and which of them are on disk.

    Parameters
    ----------
    mission
        A built-in mission or the path of a mission file.
    out
        Folder of the run; runs/NAME when left out.
    set_
        A value in place of the file's; may be repeated.
    json
        One JSON array, for machines.
    """
    from marsward.mission.mission import Mission

    opened = Mission.open(mission, overrides=set_)
    folder = out if out is not None else Path("runs") / opened.name
    rows = _rows(opened, folder)
    if json:
        print(json_text.dumps(rows, ensure_ascii=False))
        return 0
    print(f"{opened.title or opened.name} in {folder}")
    print_table(
        ("", "phase", "kind", "needs", "makes", "key", "on disk"),
        [
            (
                f"{row['number']:02d}",
                row["phase"],
                row["kind"],
                ", ".join(row["needs"]) or "–",
                ", ".join(row["makes"]) or "–",
                row["key"][:12],
                "yes" if row["on_disk"] else "no",
            )
            for row in rows
        ],
    )
    return 0


def _rows(mission: Mission, folder: Path) -> list[dict[str, Any]]:
    """One row for each phase, in the order of flight."""
    from marsward.mission.plan import steps
    from marsward.mission.run import on_disk

    return [
        {
            "number": step.number,
            "phase": step.phase.title,
            "kind": step.phase.kind,
            "needs": list(step.phase.needs),
            "makes": list(step.products.values()),
            "key": step.key,
            "on_disk": on_disk(folder, step) is not None,
        }
        for step in steps(mission)
    ]
