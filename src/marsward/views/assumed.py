"""What a run took for granted: assumptions, substitutes, and values of its lock file."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from marsward.views.numbers import shown, whole_sentence
from marsward.views.stored_run import StoredRun


@dataclass(frozen=True)
class Assumed:
    """A value that stands in the mission without a published or measured source."""

    where: str
    name: str
    value: str
    reason: str


def statements(run: StoredRun) -> list[tuple[str, str, str]]:
    """(phase, kind, sentence) of every assumption and substitute that a phase told of."""
    found = []
    for phase in run.phases:
        for kind in ("assumptions", "substitutes"):
            for sentence in phase.about.get(kind) or []:
                found.append((phase.name, kind.removesuffix("s"), whole_sentence(str(sentence))))
    return found


def assumed_values(run: StoredRun) -> list[Assumed]:
    """Every value of mission.lock.toml whose origin is "assumed", with where it stands."""
    return list(_walk(run.lock, ()))


def _walk(table: Any, path: tuple[str, ...]) -> Iterator[Assumed]:
    if isinstance(table, list):
        for item in table:
            yield from _walk(item, path)
    elif isinstance(table, dict):
        if table.get("origin") == "assumed" and "value" in table:
            if table["value"] != "none":
                yield _entry(table, path)
            return
        name = table.get("name") or table.get("kind")
        here = (*path, str(name)) if isinstance(name, str) and path else path
        for key, item in table.items():
            if isinstance(item, dict | list):
                yield from _walk(item, (*here, key))


def _entry(table: dict[str, Any], path: tuple[str, ...]) -> Assumed:
    value = table["value"]
    text = str(shown(value, str(table.get("unit") or "")))
    reason = str(table.get("ref") or table.get("description") or "")
    place = " ".join(part for part in path[:-1] if part not in ("default", "instrument"))
    return Assumed(place, path[-1].replace("_", " "), text, reason or "no source given")
