"""Values given on the command line with --set, in place of those in the file."""

from __future__ import annotations

import datetime as dt
import re
import tomllib
from collections.abc import Mapping, Sequence
from typing import Any

from marsward.core.registry import unknown
from marsward.mission.complaint import Complaint
from marsward.mission.lines import Path as KeyPath

_TABLES = ("spacecraft", "launch", "world")
_FORM = re.compile(r"^\s*([A-Za-z0-9_.-]+)\s*=(.*)$", re.DOTALL)


def apply_overrides(
    data: dict[str, Any],
    overrides: Sequence[str],
    lines: dict[KeyPath, int | str],
    complaints: list[Complaint],
) -> None:
    """Put each 'table.key=value' into `data`; errors about it will point to the --set.

    The first word is a phase's name or kind, an instrument's name, "spacecraft", "launch", "world",
    or a top key.
    """
    for text in overrides:
        place = f"--set {text}"
        form = _FORM.match(text)
        if not form:
            complaints.append(Complaint(place, "write it as --set phase.key=value, such as seed=1"))
            continue
        keys = form.group(1).split(".")
        path = _table_of(keys, data)
        if path is None:
            tables = [*_names(data, "phase"), *_names(data, "instrument")]
            known = [*tables, *_TABLES, "seed"]
            complaints.append(Complaint(place, unknown("phase or instrument", keys[0], known)))
            continue
        if "" in path:
            complaints.append(Complaint(place, "a key is missing between or after the dots"))
            continue
        _put(data, path, _value(form.group(2)), place, complaints)
        lines[path] = place


def _names(data: Mapping[str, Any], table: str) -> list[str]:
    entries = data.get(table, [])
    if not isinstance(entries, list):
        return []
    found = [
        e.get("name") or e.get("preset") or e.get("kind") for e in entries if isinstance(e, Mapping)
    ]
    return [each for each in found if isinstance(each, str)]


def _table_of(keys: Sequence[str], data: Mapping[str, Any]) -> KeyPath | None:
    """The path in the file that the words mean; names with dots in them are tried longest first."""
    if len(keys) == 1:
        return (keys[0],) if keys[0] in ("name", "title", "seed") else None
    if keys[0] in _TABLES:
        return tuple(keys)
    for split in range(len(keys) - 1, 0, -1):
        name = ".".join(keys[:split])
        for table in ("phase", "instrument"):
            names = _names(data, table)
            if name in names:
                return (table, names.index(name), *keys[split:])
    return None


def _put(
    data: dict[str, Any], path: KeyPath, value: Any, place: str, complaints: list[Complaint]
) -> None:
    here: Any = data
    for step in path[:-1]:
        if isinstance(here, dict):
            here = here.setdefault(step, {})
        else:
            here = here[step]
        if not isinstance(here, dict | list):
            complaints.append(Complaint(place, f"{step!r} is a value, with nothing inside it"))
            return
    here[path[-1]] = value


def _value(text: str) -> Any:
    """A TOML value where it reads as one, else the text as it stands."""
    text = text.strip()
    try:
        return dates_as_text(tomllib.loads(f"value = {text}")["value"])
    except tomllib.TOMLDecodeError:
        return text


def dates_as_text(item: Any) -> Any:
    """TOML's own dates as ISO text, which is read as UTC like any other epoch."""
    if isinstance(item, dict):
        return {key: dates_as_text(each) for key, each in item.items()}
    if isinstance(item, list):
        return [dates_as_text(each) for each in item]
    if isinstance(item, dt.datetime) and item.tzinfo is not None:
        return item.astimezone(dt.UTC).replace(tzinfo=None).isoformat() + "Z"
    if isinstance(item, dt.date | dt.time):
        return item.isoformat()
    return item
