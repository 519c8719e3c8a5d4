"""`marsward run`: fly a mission, check it, write its report."""

from __future__ import annotations

import json as json_text
import os
from importlib import import_module
from pathlib import Path
from typing import Annotated, Any

from cyclopts import Parameter

from marsward.cli.display import Display, JsonLines, display


def run(
    mission: str,
    /,
    *,
    until: str | None = None,
    only: str | None = None,
    out: Path | None = None,
    set_: Annotated[tuple[str, ...], Parameter(name="--set")] = (),
    workers: int | None = None,
    fresh: bool = False,
    json: bool = False,
) -> int:
    """Fly a mission; phases whose result is on disk are not flown again.

    Parameters
    ----------
    mission
        A built-in mission, such as tianwen-1, or the path of a mission file.
    until
        Stop after this phase.
    only
        Fly only this phase and what it needs.
    out
        Folder of the run; runs/NAME when left out.
    set_
        A value in place of the file's, as --set lookback.distance="2e6 km"; may be repeated.
    workers
        Threads that a phase may use; all cores when left out.
    fresh
        Fly again what is on disk.
    json
        One JSON object per line, for machines.
    """
    with display(json_lines=json) as shown:
        from marsward.mission.mission import Mission

        opened = Mission.open(mission, overrides=set_)
        flown = opened.run(
            until=until,
            only=only,
            out=out,
            workers=workers if workers is not None else _cores(),
            fresh=fresh,
            progress=shown,
            report=False,
        )
        checks = _finish(flown.path, bool(flown.provenance["flown"]), shown)
    _end(flown.path, checks, shown)
    return 0


def _cores() -> int:
    """Cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _finish(folder: Path, changed: bool, shown: Display) -> list[dict[str, Any]]:
    """Check the run against published figures and write its report, where anything is new."""
    stored = folder / "verify.json"
    if not changed and stored.is_file() and (folder / "report.html").is_file():
        return list(json_text.loads(stored.read_text(encoding="utf-8")))
    from marsward.core.part import plain
    from marsward.mission.store import write_json

    shown.phase("report")
    shown.update(0.1, "checks against published figures")
    checks = plain(import_module("marsward.verify.runner").check_run(folder))
    write_json(stored, checks)
    shown.update(0.6, "writing the report")
    from marsward.views.report import write_report

    report = write_report(folder)
    shown.done(f"{report.name} written{_passed(checks)}")
    return list(checks)


def _passed(checks: list[dict[str, Any]]) -> str:
    if not checks:
        return ""
    good = sum(1 for each in checks if each.get("ok"))
    return f", {good} of {len(checks)} published figures reproduced"


def _end(folder: Path, checks: list[dict[str, Any]], shown: Display) -> None:
    report = folder / "report.html"
    if isinstance(shown, JsonLines):
        shown.end(
            run=str(folder),
            report=str(report),
            checks=len(checks),
            passed=sum(1 for each in checks if each.get("ok")),
        )
        return
    for each in checks:
        if not each.get("ok"):
            shown.say(
                f"not reproduced: {each.get('name')} is {each.get('value')} {each.get('unit', '')},"
                f" published {each.get('expected')}"
            )
    shown.say(f"report: {report}")
