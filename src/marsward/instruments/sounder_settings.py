"""What all infrared sounders share: presets for what was not given, and where values are from."""

from __future__ import annotations

from functools import cache
from typing import ClassVar

from marsward.core.fields import FieldRow, add_fields
from marsward.core.part import value
from marsward.core.preset_files import Preset, PresetFiles
from marsward.core.preset_part import PresetPart

__all__ = ["SounderSettings", "preset", "preset_names"]

add_fields(
    FieldRow("channel_radiance", "W m-1 sr-1", "radiance by wavenumber, mean over the channel"),
    FieldRow("channel_radiance_sigma", "W m-1 sr-1", "noise of the radiance (1 sigma)", low=0.0),
    FieldRow("wavenumber", "m-1", "centre of the channel by wavenumber", low=0.0),
    FieldRow("tangent_height", "m", "height of the lowest point of a line of sight above ground"),
)


@cache
def _files(kind: str) -> PresetFiles:
    return PresetFiles(kind.replace("-", " "), kind, parts="channels")


@cache
def preset_names(kind: str) -> tuple[str, ...]:
    """Names of the presets of a kind, "thermal-sounder" or "limb-sounder", sorted."""
    return _files(kind).names()


@cache
def preset(kind: str, name: str) -> Preset:
    """One preset of a kind.

    Raises
    ------
    InputError : no such preset; the sentence names the nearest
    DataError : its file is broken
    """
    return _files(kind).read(name)


class SounderSettings(PresetPart):
    """Settings with presets; a sounder adds its fields and its `kind`."""

    kind: ClassVar[str] = ""
    pieces: ClassVar[str] = "channels"

    preset: str | None = value(
        None,
        ref="the preset of the sounder's name, where there is one",
        description="a sounder that has flown, whose values hold where none are given here",
    )
    name: str = value("sounder", description="name of the instrument")

    @classmethod
    def preset_names(cls) -> tuple[str, ...]:
        """Names of the presets of its kind."""
        return preset_names(cls.kind)

    @classmethod
    def preset_of(cls, name: str) -> Preset:
        """A preset of its kind; InputError for a name that is none."""
        return preset(cls.kind, name)

    @classmethod
    def presets(cls) -> tuple[Preset, ...]:
        """Sounders to be named in a mission file: preset = "tes"."""
        return tuple(preset(cls.kind, name) for name in preset_names(cls.kind))
