"""What all infrared sounders share: presets for what was not given, and where values are from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import cache
from typing import Any, ClassVar

from pydantic import ModelWrapValidatorHandler, model_validator

from marsward.core.fields import FieldRow, add_fields
from marsward.core.part import Parameter, Part, value
from marsward.instruments.preset_files import Preset, PresetFiles

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


class SounderSettings(Part):
    """Settings with presets; a sounder adds its fields and its `kind`."""

    kind: ClassVar[str] = ""

    preset: str | None = value(
        None,
        ref="the preset of the sounder's name, where there is one",
        description="a sounder that has flown, whose values hold where none are given here",
    )
    name: str = value("sounder", description="name of the instrument")

    @classmethod
    def presets(cls) -> tuple[Preset, ...]:
        """Sounders to be named in a mission file: preset = "tes"."""
        return tuple(preset(cls.kind, name) for name in preset_names(cls.kind))

    @model_validator(mode="wrap")
    @classmethod
    def _with_preset(
        cls, data: Any, handler: ModelWrapValidatorHandler[SounderSettings]
    ) -> SounderSettings:
        """Fill what was not given from the preset, and remember what was given."""
        if not isinstance(data, Mapping):
            return handler(data)
        given = dict(data)
        chosen = given.get("preset") or given.get("name")
        known = given.get("preset") is not None or chosen in preset_names(cls.kind)
        if isinstance(chosen, str) and known:
            given = {**preset(cls.kind, chosen).values, "name": chosen, **data, "preset": chosen}
        made = handler(given)
        object.__setattr__(made, "__pydantic_fields_set__", set(data))
        return made

    @property
    def defaults_used(self) -> dict[str, Any]:
        """Fields that were not given; a preset's channels one by one ("channels.A1.lo")."""
        used = super().defaults_used
        if used.get("preset", "") is None:
            del used["preset"]
        if self.preset is not None and "channels" in used:
            del used["channels"]
            used |= {key: held for key, _, held in self._channel_values()}
        return used

    def own_parameters(self) -> tuple[Parameter, ...]:
        """As `parameters`, with what the preset says of the values it holds and of their source."""
        rows = type(self).parameters()
        if self.preset is None:
            return rows
        sources = preset(self.kind, self.preset).sources
        out: list[Parameter] = []
        for row in rows:
            given = row.name in self.model_fields_set
            if row.name == "channels" and not given:
                for key, held_row, held in self._channel_values():
                    origin, ref = sources[key]
                    named = replace(held_row, name=key, default=held, required=False)
                    out.append(replace(named, origin=origin, ref=ref))
            elif row.name == "preset":
                out.append(replace(row, origin="derived", default=self.preset))
            elif row.name in sources and not given:
                origin, ref = sources[row.name]
                out.append(replace(row, origin=origin, ref=ref, default=getattr(self, row.name)))
            else:
                out.append(row)
        return tuple(out)

    def _channel_values(self) -> Iterator[tuple[str, Parameter, Any]]:
        """Values that the preset gives of its channels: their key, row and value."""
        sources = preset(self.kind, self.preset).sources if self.preset else {}
        for channel in getattr(self, "channels", ()):
            for row in type(channel).parameters():
                key = f"channels.{channel.name}.{row.name}"
                if key in sources:
                    yield key, row, getattr(channel, row.name)
