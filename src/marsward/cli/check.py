"""`marsward check`: everything that is wrong with a mission file, at once."""

from __future__ import annotations

from typing import Annotated

from cyclopts import Parameter


def check(
    mission: str, /, *, set_: Annotated[tuple[str, ...], Parameter(name="--set")] = ()
) -> int:
    """Read a mission file and tell everything that is wrong with it, with lines.

    Parameters
    ----------
    mission
        A built-in mission or the path of a mission file.
    set_
        A value in place of the file's, as after `marsward run`; may be repeated.
    """
    from marsward.mission.mission import Mission
    from marsward.mission.plan import steps

    opened = Mission.open(mission, overrides=set_)
    names = [step.phase.title for step in steps(opened)]
    count = f"{len(names)} phase" + ("" if len(names) == 1 else "s")
    print(f"{opened.path}: nothing wrong; {count}: {', '.join(names)}")
    return 0
