"""`marsward view`: open the report of a run."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from marsward.core.errors import InputError


def view(run: Path, /) -> int:
    """Print where the report of a run is, and open it where there is a browser.

    Parameters
    ----------
    run
        Folder of a run, or its name in runs/.
    """
    from marsward.mission.store import Run

    report = Run.open(run).report
    if not report.is_file():
        raise InputError(f"no report in {report.parent}; `marsward report {run}` writes it")
    print(report.resolve())
    if _screen():
        import webbrowser

        webbrowser.open(report.resolve().as_uri())
    return 0


def _screen() -> bool:
    """Whether somebody can see a window: a terminal, and a display where the system has these."""
    if not sys.stdout.isatty():
        return False
    if sys.platform in ("darwin", "win32"):
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))
