"""Spectrometers that have flown: their values, each with where it is from.

Their files lie in `presets/spectrometer/` and have `ranges` for bands. The MMS has a camera preset
of its own, so that its spectrometer is listed as "mms-spectrometer"; "mms" is taken too.
"""

from __future__ import annotations

from functools import cache

from marsward.core.preset_files import Preset, PresetFiles

__all__ = ["SHORT_NAMES", "preset", "preset_names"]

_FILES = PresetFiles("spectrometer", "spectrometer", parts="ranges")
SHORT_NAMES = {"mms": "mms-spectrometer"}


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
    return _FILES.read(SHORT_NAMES.get(name, name), also=SHORT_NAMES)
