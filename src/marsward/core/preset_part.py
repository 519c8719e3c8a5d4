"""Settings of an instrument that a preset may fill: what was given, what the preset holds, whence.

A mission file names an instrument that has flown, or a preset, and gives only what differs. Values
of the preset's bands (ranges, channels) are told one by one, as "bands.red.lo", with their sources.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import cache
from typing import Any, ClassVar, Self

from pydantic import ModelWrapValidatorHandler, model_validator

from marsward.core.part import Parameter, Part
from marsward.core.preset_files import Preset, PresetFiles

__all__ = ["PresetPart"]


@cache
def _read(files: PresetFiles, name: str) -> Preset:
    return files.read(name)


class PresetPart(Part):
    """Base of the settings of instruments that have presets.

    A kind has fields `preset` and `name`, says in `pieces` which field holds its bands ("" for
    none), and finds its presets in `files`, or by `preset_names` and `preset_of` of its own.
    """

    pieces: ClassVar[str] = "bands"
    files: ClassVar[PresetFiles | None] = None

    @classmethod
    def preset_names(cls) -> tuple[str, ...]:
        """Names of the presets of this kind, those too by which `preset_of` finds one."""
        return () if cls.files is None else cls.files.names()

    @classmethod
    def preset_of(cls, name: str) -> Preset:
        """The preset of a name; InputError for a name that is none."""
        if cls.files is None:
            raise KeyError(name)
        return _read(cls.files, name)

    @classmethod
    def presets(cls) -> tuple[Preset, ...]:
        """All presets, each to be named in a mission file."""
        return tuple(cls.preset_of(name) for name in cls.preset_names())

    @classmethod
    def _given(cls, data: Mapping[str, Any]) -> dict[str, Any]:
        """What of the data counts as given."""
        return dict(data)

    @classmethod
    def _held(cls, found: Preset, given: Mapping[str, Any]) -> Mapping[str, Any]:
        """What the preset holds beside what is given."""
        return found.values

    @model_validator(mode="wrap")
    @classmethod
    def _with_preset(cls, data: Any, handler: ModelWrapValidatorHandler[Self]) -> Self:
        """Fill what was not given from the preset, and remember what was given."""
        if not isinstance(data, Mapping):
            return handler(data)
        own = cls._given(data)
        given, chosen = own, own.get("preset") or own.get("name")
        known = own.get("preset") is not None or chosen in cls.preset_names()
        if isinstance(chosen, str) and known:
            found = cls.preset_of(chosen)
            given = {**cls._held(found, own), "name": found.name, **own, "preset": found.name}
        made = handler(given)
        object.__setattr__(made, "__pydantic_fields_set__", set(own))
        return made

    @property
    def _preset(self) -> str | None:
        return getattr(self, "preset", None)

    @property
    def defaults_used(self) -> dict[str, Any]:
        """Fields that were not given, those of a preset's bands one by one ("bands.red.lo")."""
        used = super().defaults_used
        if used.get("preset", "") is None:
            del used["preset"]
        if self._preset is not None and self.pieces in used:
            del used[self.pieces]
            used |= {key: held for key, _, held in self._piece_values()}
        return used

    def own_parameters(self) -> tuple[Parameter, ...]:
        """As `parameters`, with what the preset says of the values it holds and of their source."""
        rows = type(self).parameters()
        if self._preset is None:
            return rows
        sources = self.preset_of(self._preset).sources
        out: list[Parameter] = []
        for row in rows:
            given = row.name in self.model_fields_set
            if row.name == self.pieces and not given:
                out += self._piece_rows(sources)
            elif row.name == "preset":
                out.append(replace(row, origin="derived", default=self._preset))
            elif row.name in sources and not given:
                origin, ref = sources[row.name]
                held = getattr(self, row.name)
                out.append(replace(row, origin=origin, ref=ref, default=held))
            else:
                out.append(row)
        return tuple(out)

    def _piece_rows(self, sources: Mapping[str, tuple[str, str]]) -> Iterator[Parameter]:
        for key, row, held in self._piece_values():
            origin, ref = sources[key]
            yield replace(row, name=key, default=held, required=False, origin=origin, ref=ref)

    def _piece_values(self) -> Iterator[tuple[str, Parameter, Any]]:
        """Values that the preset gives of its bands: key, row of the table, value."""
        sources = self.preset_of(self._preset).sources if self._preset else {}
        for piece in getattr(self, self.pieces, ()) if self.pieces else ():
            for row in type(piece).parameters():
                key = f"{self.pieces}.{piece.name}.{row.name}"
                if key in sources:
                    yield key, row, getattr(piece, row.name)
