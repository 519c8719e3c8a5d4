"""Radiometers that have flown, or are like them: their values, each with where it is from.

A preset is a file in `presets/radiometer/`, written as those of cameras are: `summary`, a table
`refs` of sources by a short name, a table `values` of {value, origin, ref} by field, and `bands`
likewise.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any

from marsward.core.errors import DataError, InputError
from marsward.core.part import ORIGINS
from marsward.core.registry import unknown
from marsward.instruments.camera_presets import Preset

__all__ = ["preset", "preset_names"]

_FOLDER = files("marsward.instruments") / "presets" / "radiometer"


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
        raise InputError(unknown("radiometer preset", name, preset_names()))
    try:
        return _read(name, tomllib.loads((_FOLDER / f"{name}.toml").read_text(encoding="utf-8")))
    except (tomllib.TOMLDecodeError, KeyError, TypeError) as error:
        raise DataError(f"the radiometer preset {name} is broken: {error}") from error


def _read(name: str, data: Mapping[str, Any]) -> Preset:
    refs = data.get("refs", {})
    sources: dict[str, tuple[str, str]] = {}
    texts: dict[str, Any] = {}

    def told(key: str, entry: Mapping[str, Any]) -> Any:
        if entry["origin"] not in ORIGINS:
            raise KeyError(f"origin {entry['origin']!r} of {key}")
        sources[key] = (entry["origin"], refs.get(entry["ref"], entry["ref"]))
        held = texts[key] = entry["value"]
        return tuple(held) if isinstance(held, list) else held

    values = {key: told(key, entry) for key, entry in data["values"].items()}
    values["bands"] = tuple(
        {"name": band["name"]}
        | {key: told(f"bands.{band['name']}.{key}", e) for key, e in band.items() if key != "name"}
        for band in data["bands"]
    )
    frozen = (MappingProxyType(each) for each in (values, sources, texts))
    return Preset(name, data["summary"], *frozen)
