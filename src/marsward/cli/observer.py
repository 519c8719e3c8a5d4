"""What the pocket tools are asked about: a body by its name, or the craft of a run."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from marsward.core.errors import InputError

if TYPE_CHECKING:
    from marsward.core.time import Epoch
    from marsward.core.trajectory import Trajectory

CRAFT = "craft"


def instant(text: str) -> Epoch:
    """The epoch of a command-line word: "now" or ISO text, UTC unless it names its scale."""
    from marsward.core.time import Epoch

    return Epoch.now() if text.strip().lower() == "now" else Epoch.parse(text)


def thing(name: str, craft: Path | None) -> Any:
    """A body's name as it is, or the trajectory when ``name`` means the craft of ``craft``.

    Raises
    ------
    InputError
        The craft is asked for without a run, or the name is neither a body nor the craft's.
    """
    from marsward.dynamics.ephemeris import naif_id

    key = name.strip().lower()
    if key == CRAFT:
        if craft is None:
            raise InputError(
                f"{name!r} needs the run that it flew in; add --craft RUN, such as "
                "--craft runs/tianwen-1"
            )
        return flown(craft)
    try:
        naif_id(key)
    except InputError as unknown:
        if craft is None:
            raise InputError(f"{unknown} (for a spacecraft add --craft RUN)") from None
        known = _names(craft)
        if key not in known:
            raise InputError(
                f"{name!r} is neither a body nor the craft of {craft}, which is called "
                f"{', '.join(sorted(known))}"
            ) from None
        return flown(craft)
    return key


def flown(run: Path) -> Trajectory:
    """The trajectory product of a run folder."""
    from marsward.core.trajectory import Trajectory
    from marsward.dynamics.ephemeris import default_ephemeris
    from marsward.mission.store import Run

    dataset = Run.open(run)["trajectory"].dataset
    return Trajectory.from_dataset(dataset, ephemeris=default_ephemeris())


def title(name: str, given: Any) -> str:
    """How a table names it."""
    return name.strip() if isinstance(given, str) else f"{name.strip()} (flown)"


def _names(run: Path) -> set[str]:
    import tomllib

    from marsward.mission.store import Run

    folder = Run.open(run).path
    names = {CRAFT, folder.name.lower()}
    mission = folder / "mission.toml"
    if mission.is_file():
        data = tomllib.loads(mission.read_text(encoding="utf-8"))
        craft = data.get("spacecraft", {})
        names |= {str(each).lower() for each in (data.get("name"), craft.get("name")) if each}
    return names


def show(rows: list[tuple[str, str, Any, str]], json: bool) -> None:
    """Print rows of key, label, value and text: the values as JSON, or the texts as a table."""
    if json:
        import json as json_text

        print(json_text.dumps({key: value for key, _, value, _ in rows}, ensure_ascii=False))
        return
    width = max(len(label) for _, label, _, _ in rows)
    for _, label, _, text in rows:
        print(f"{label:<{width}}  {text}".rstrip())
