"""Radio science of craft that have flown: their values, each with its source.

Their files lie in `presets/radio-science/`.
"""

from __future__ import annotations

from functools import cache

from marsward.core.preset_files import Preset, PresetFiles

__all__ = ["preset", "preset_names"]

_FILES = PresetFiles("radio science", "radio-science")


@cache
def preset_names() -> tuple[str, ...]:
    """Names of all presets, sorted."""
    return _FILES.names()


@cache
def preset(name: str) -> Preset:
    """One preset.

    Raises
    ------
    InputError : no such preset; the sentence names the nearest
    DataError : its file is broken
    """
    return _FILES.read(name)
