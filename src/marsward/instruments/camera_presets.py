"""Cameras that have flown: their values, each with where it is from.

A preset is a file in `presets/`: `summary`, a table `refs` of sources by a short name, a table
`values` of {value, origin, ref} by field, and `bands` likewise.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any

from marsward.core.errors import DataError, InputError
from marsward.core.part import ORIGINS
from marsward.core.registry import unknown

__all__ = ["Preset", "preset", "preset_names"]

_FOLDER = files("marsward.instruments") / "presets"


@dataclass(frozen=True)
class Preset:
    """One camera's values as its file gives them.

    values : fields as a mission file would write them, bands included
    sources : (origin, reference) of every value; those of bands are called "bands.red.lo"
    texts : every value as it is written, by the same names
    """

    name: str
    summary: str
    values: Mapping[str, Any]
    sources: Mapping[str, tuple[str, str]]
    texts: Mapping[str, Any]

    def counts(self) -> str:
        """How many values are from where: "12 published, 5 derived, 9 assumed"."""
        origins = [origin for origin, _ in self.sources.values()]
        return ", ".join(f"{origins.count(o)} {o}" for o in ORIGINS if o in origins)


@cache
def preset_names() -> tuple[str, ...]:
    """Names of all presets, sorted."""
    found = [each.name for each in _FOLDER.iterdir() if each.name.endswith(".toml")]
    return tuple(sorted(name.removesuffix(".toml") for name in found))


@cache
def preset(name: str) -> Preset:
    """One preset.

    Raises
    ------
    InputError : no such preset; the sentence names the nearest
    DataError : its file is broken
    """
    if name not in preset_names():
        raise InputError(unknown("camera preset", name, preset_names()))
    text = (_FOLDER / f"{name}.toml").read_text(encoding="utf-8")
    try:
        data = tomllib.loads(text)
        return _read(name, data)
    except (tomllib.TOMLDecodeError, KeyError, TypeError) as error:
        raise DataError(f"the camera preset {name} is broken: {error}") from error


def _read(name: str, data: Mapping[str, Any]) -> Preset:
    refs = data.get("refs", {})
    values: dict[str, Any] = {}
    sources: dict[str, tuple[str, str]] = {}
    texts: dict[str, Any] = {}

    def told(key: str, entry: Mapping[str, Any]) -> Any:
        if entry["origin"] not in ORIGINS:
            raise KeyError(f"origin {entry['origin']!r} of {key}")
        said = str(entry["ref"])
        sources[key] = (entry["origin"], refs.get(said, said))
        held = texts[key] = entry["value"]
        return tuple(held) if isinstance(held, list) else held

    for key, entry in data["values"].items():
        values[key] = told(key, entry)
    bands = []
    for band in data.get("bands", []):
        read = {k: told(f"bands.{band['name']}.{k}", v) for k, v in band.items() if k != "name"}
        bands.append({"name": band["name"], **read})
    if bands:
        values["bands"] = tuple(bands)
    frozen = (MappingProxyType(each) for each in (values, sources, texts))
    return Preset(name, data["summary"], *frozen)
