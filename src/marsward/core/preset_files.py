"""Files of instruments and vehicles that have flown: their values, each with where it is from.

A preset is a file `presets/<folder>/<name>.toml` of its room, a camera's `presets/<name>.toml`:
`summary`, a table `refs` of sources by a short name, a table `values` of {value, origin, ref} by
field, and the instrument's bands or ranges likewise, each with its name.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from importlib.resources import files
from types import MappingProxyType
from typing import Any

from marsward.core.errors import DataError, InputError
from marsward.core.part import ORIGINS
from marsward.core.registry import unknown

__all__ = ["Preset", "PresetFiles"]


@dataclass(frozen=True)
class Preset:
    """One instrument's values as its file gives them.

    values : fields as a mission file would write them, bands or ranges included
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


@dataclass(frozen=True)
class PresetFiles:
    """The presets of one kind of instrument or vehicle.

    kind : what sentences call the instrument
    folder : under `presets/`; "" is that folder itself
    parts : field and table of the instrument's bands
    room : the package that has `presets/`
    """

    kind: str
    folder: str = ""
    parts: str = "bands"
    room: str = "marsward.instruments"

    def names(self) -> tuple[str, ...]:
        """Names of all presets, sorted."""
        place = files(self.room) / "presets" / self.folder
        found = [each.name for each in place.iterdir() if each.name.endswith(".toml")]
        return tuple(sorted(name.removesuffix(".toml") for name in found))

    def read(self, name: str, *, also: Iterable[str] = ()) -> Preset:
        """One preset.

        Parameters
        ----------
        name : of its file
        also : further names that the caller takes, for the sentence that refuses one

        Raises
        ------
        InputError : no such preset; the sentence names the nearest
        DataError : its file is broken
        """
        known = self.names()
        if name not in known:
            raise InputError(unknown(f"{self.kind} preset", name, [*known, *also]))
        place = files(self.room) / "presets" / self.folder / f"{name}.toml"
        try:
            return self._preset(name, tomllib.loads(place.read_text(encoding="utf-8")))
        except (tomllib.TOMLDecodeError, KeyError, TypeError) as error:
            raise DataError(f"the {self.kind} preset {name} is broken: {error}") from error

    def _preset(self, name: str, data: Mapping[str, Any]) -> Preset:
        refs = data.get("refs", {})
        sources: dict[str, tuple[str, str]] = {}
        texts: dict[str, Any] = {}

        def told(key: str, entry: Mapping[str, Any]) -> Any:
            if entry["origin"] not in ORIGINS:
                raise KeyError(f"origin {entry['origin']!r} of {key}")
            said = str(entry["ref"])
            sources[key] = (str(entry["origin"]), str(refs.get(said, said)))
            texts[key] = entry["value"]
            return _frozen(entry["value"])

        values = {key: told(key, entry) for key, entry in data["values"].items()}
        parts = tuple(
            {"name": part["name"]}
            | {k: told(f"{self.parts}.{part['name']}.{k}", v) for k, v in part.items()
               if k != "name"}
            for part in data.get(self.parts, [])
        )  # fmt: skip
        if parts:
            values[self.parts] = parts
        held = (MappingProxyType(each) for each in (values, sources, texts))
        return Preset(name, str(data["summary"]), *held)


def _frozen(value: Any) -> Any:
    """Lists as tuples, those within them too."""
    return tuple(_frozen(each) for each in value) if isinstance(value, list) else value
