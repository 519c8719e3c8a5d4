"""Radar sounders that have flown: their values, each with its source (`presets/radar/`)."""

from __future__ import annotations

from functools import cache

from marsward.core.preset_files import Preset, PresetFiles

__all__ = ["radar_preset", "radar_preset_names"]

_FILES = PresetFiles("radar sounder", "radar")


@cache
def radar_preset_names() -> tuple[str, ...]:
    """Names of all presets, sorted."""
    return _FILES.names()


@cache
def radar_preset(name: str) -> Preset:
    """One preset.

    Raises
    ------
    InputError : no such preset; the sentence names the nearest
    DataError : its file is broken
    """
    return _FILES.read(name)
