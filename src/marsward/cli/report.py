"""`marsward report`: write the report of a run again, without flying."""

from __future__ import annotations

from pathlib import Path


def report(run: Path, /) -> int:
    """Write report.html of a run again, from what is on disk.

    Parameters
    ----------
    run
        Folder of a run, or its name in runs/.
    """
    from marsward.mission.store import Run
    from marsward.views.report import write_report

    print(write_report(Run.open(run).path))
    return 0
