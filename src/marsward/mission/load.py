"""From the text of a mission file to a checked `Mission`, with everything wrong told at once."""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from marsward.core.errors import DataError, InputError
from marsward.core.part import Part
from marsward.core.registry import Registry, nearest, unknown
from marsward.instruments._catalogue import INSTRUMENTS
from marsward.mission.complaint import Complaint, MissionFileError, build
from marsward.mission.launch import Launch
from marsward.mission.lines import Path as KeyPath
from marsward.mission.lines import line_of, line_table
from marsward.mission.mission import Mission
from marsward.mission.overrides import apply_overrides, dates_as_text
from marsward.mission.phases._catalogue import PHASES
from marsward.mission.phases.phase import Phase
from marsward.mission.plan import arrange
from marsward.mission.schema import TOP_KEYS, Spacecraft, Vector
from marsward.mission.world import World

BUILT_IN = Path(__file__).resolve().parent.parent / "missions"
_LARGEST = 16 * 1024 * 1024  # bytes; a mission file is a text that people write
_AT = re.compile(r"\s*\((at line (\d+), column \d+|at end of document)\)$")
_UNQUOTED = re.compile(r"=\s*([-+]?[0-9][0-9_.eE+-]*\s+[A-Za-z%°][\w/%²³^-]*)\s*(#.*)?$")
_NAME = re.compile(r"^[A-Za-z0-9][A-Za-z0-9._-]{0,79}$")


@cache
def phase_kinds() -> Registry:
    """All kinds of phase, also those that other packages bring."""
    return Registry("marsward.phases", PHASES)


@cache
def instrument_kinds() -> Registry:
    """All kinds of instrument, also those that other packages bring."""
    return Registry("marsward.instruments", INSTRUMENTS)


def built_in_missions() -> list[str]:
    """Names of the missions that come with the package."""
    return sorted(p.stem for p in BUILT_IN.glob("*.toml") if p.stem != "template")


def mission_path(name_or_path: str | Path) -> Path:
    """Where a mission's file is: a path as it stands, a built-in mission by its name.

    Raises
    ------
    InputError
        Neither a file nor the name of a built-in mission.
    """
    if not isinstance(name_or_path, str | os.PathLike):
        raise InputError(
            f"a mission is opened by name or path, like 'tianwen-1', not {name_or_path!r}"
        )
    text = os.fspath(name_or_path)
    path = Path(text)
    if path.is_file():
        return path
    if path.is_dir():
        if (path / "mission.toml").is_file():
            return path / "mission.toml"
        raise InputError(f"{text} is a folder; give the path of a mission file, such as my.toml")
    if text in built_in_missions() or (text == "template" and BUILT_IN.is_dir()):
        return BUILT_IN / f"{text}.toml"
    if text.endswith(".toml") or os.sep in text:
        raise InputError(
            f"no mission file at {text}; `marsward new {path.name or 'my.toml'}` makes one"
        )
    raise InputError(
        unknown("built-in mission", text, built_in_missions())
        + " (or give the path of a mission file)"
    )


def load(name_or_path: str | Path, *, overrides: Sequence[str] = ()) -> Mission:
    """Read and check a mission file; see `Mission.open`."""
    path = mission_path(name_or_path)
    try:
        if path.stat().st_size > _LARGEST:
            raise InputError(f"{path} is larger than 16 MB: not a mission file")
        text = path.read_bytes().decode("utf-8")
    except UnicodeDecodeError as error:
        line = path.read_bytes()[: error.start].count(b"\n") + 1
        raise InputError(
            f"{path}:{line}: byte 0x{error.object[error.start]:02x} is not UTF-8;"
            " save the file as UTF-8 text"
        ) from error
    except OSError as error:
        raise InputError(f"cannot read {path}: {error.strerror}") from error
    return loads(text, name=str(path), overrides=overrides)


def loads(text: str, *, name: str = "mission", overrides: Sequence[str] = ()) -> Mission:
    """Check the text of a mission file; see `Mission.loads`."""
    if not isinstance(text, str):
        raise InputError(f"a mission file is read from text, not from {type(text).__name__}")
    if not text.strip():
        raise MissionFileError(
            name, [Complaint(1, "the file is empty; `marsward new` makes one to start from")]
        )
    data = _parse(text, name)
    lines: dict[KeyPath, int | str] = dict(line_table(text))
    complaints: list[Complaint] = []
    apply_overrides(data, overrides, lines, complaints)
    return _Reading(data, lines, complaints, name, text, tuple(overrides)).mission()


def _parse(text: str, name: str) -> dict[str, Any]:
    try:
        return dates_as_text(tomllib.loads(text.removeprefix("\ufeff")))
    except tomllib.TOMLDecodeError as error:
        message = str(error)
        at = _AT.search(message)
        line = int(at.group(2)) if at and at.group(2) else text.count("\n") + 1
        source = text.splitlines()[min(line, len(text.splitlines())) - 1]
        bare = _UNQUOTED.search(source)
        hint = f'; write "{bare.group(1)}", in quotes' if bare else ""
        said = _AT.sub("", message)
        said = said[:1].lower() + said[1:]
        raise MissionFileError(name, [Complaint(line, f"not TOML: {said}{hint}")]) from None


class _Reading:
    """One pass over the tables of one file, with what is wrong as it is found."""

    def __init__(
        self,
        data: dict[str, Any],
        lines: Mapping[KeyPath, int | str],
        complaints: list[Complaint],
        name: str,
        text: str,
        overrides: tuple[str, ...],
    ) -> None:
        self.data = data
        self.lines = lines
        self.complaints = complaints
        self.file = name
        self.text = text
        self.overrides = overrides
        self.kinds: dict[str, str] = {}
        self.parts: dict[str, Part] = {}

    def mission(self) -> Mission:
        self._top()
        name = self._name()
        title = self._text_key("title", name)
        seed = self._seed()
        craft = self._table("spacecraft", Spacecraft)
        world = self._table("world", World)
        launch = self._table("launch", Launch) if "launch" in self.data else None
        vectors = self._vectors()
        instruments = self.parts = self._instruments()
        phases = self._phases()
        whole = len(phases) == len(self._list("phase"))
        ordered = arrange(phases, self._complain_phase if whole else None)
        if self.complaints:
            raise MissionFileError(self.file, self.complaints)
        return Mission(
            name=name,
            title=title,
            seed=seed,
            spacecraft=craft if isinstance(craft, Spacecraft) else Spacecraft.model_validate({}),
            vectors=tuple(vectors),
            instruments=instruments,
            phases=tuple(each for _, each in ordered),
            world=world if isinstance(world, World) else World(),
            launch=launch if isinstance(launch, Launch) else None,
            path=self.file,
            text=self.text,
            overrides=self.overrides,
            kinds=self.kinds,
            places={each.title: place for place, each in phases},
        )

    def _complain(self, path: KeyPath, text: str) -> None:
        self.complaints.append(Complaint(line_of(path, self.lines), text))

    def _complain_phase(self, place: int, text: str) -> None:
        self._complain(("phase", place), text)

    def _top(self) -> None:
        for key in self.data:
            if key not in TOP_KEYS:
                near = nearest(key, TOP_KEYS)
                hint = f"did you mean {near!r}?" if near else f"it takes: {', '.join(TOP_KEYS)}"
                self._complain((key,), f"a mission file has no {key!r}; {hint}")

    def _text_key(self, key: str, default: str) -> str:
        given = self.data.get(key, default)
        if not isinstance(given, str):
            self._complain((key,), f'{key} is {given!r}; write text, in quotes: {key} = "…"')
            return default
        return given

    def _name(self) -> str:
        if "name" not in self.data:
            self._complain((), 'the mission needs a name: write name = "my-mission" at the top')
            return "mission"
        name = self._text_key("name", "mission")
        if not _NAME.match(name):
            self._complain(
                ("name",),
                f"name is {name!r}; use letters, digits, - . and _ only: it names the run's"
                " folder (a free title goes to title)",
            )
        return name

    def _seed(self) -> int:
        seed = self.data.get("seed", 0)
        if not isinstance(seed, int) or isinstance(seed, bool) or seed < 0:
            self._complain(("seed",), f"seed is {seed!r}; write a whole number, 0 or more")
            return 0
        return seed

    def _table(self, key: str, cls: type[Part]) -> Part | None:
        given = self.data.get(key, {})
        if not isinstance(given, Mapping):
            self._complain((key,), f"{key} is {given!r}; write it as a table: [{key}]")
            return None
        return build(
            cls,
            given,
            where=(key,),
            lines=self.lines,
            called=f"[{key}]",
            complaints=self.complaints,
        )

    def _list(self, key: str) -> list[Any]:
        given = self.data.get(key, [])
        if isinstance(given, Mapping):
            self._complain((key,), f"write [[{key}]] with two brackets: there may be several")
            return []
        if not isinstance(given, list):
            self._complain((key,), f"{key} is {given!r}; write it as tables: [[{key}]]")
            return []
        return given

    def _entries(self, key: str) -> list[tuple[int, Mapping[str, Any]]]:
        entries = []
        for place, each in enumerate(self._list(key)):
            if isinstance(each, Mapping):
                entries.append((place, each))
            else:
                self._complain((key, place), f"{each!r} in {key}; write a table: [[{key}]]")
        return entries

    def _vectors(self) -> list[Vector]:
        found = []
        for place, each in self._entries("vector"):
            part = build(
                Vector,
                each,
                where=("vector", place),
                lines=self.lines,
                called=f"vector {place + 1}",
                complaints=self.complaints,
            )
            if isinstance(part, Vector):
                found.append(part)
        return found

    def _kind(self, table: str, place: int, data: Mapping[str, Any], kinds: Registry) -> Any:
        """The class of an entry's kind, or None with a complaint."""
        kind = data.get("kind")
        if kind is None:
            names = ", ".join(kinds.names())
            self._complain((table, place), f'{table} needs a kind: write kind = "…", of: {names}')
            return None
        if not isinstance(kind, str):
            self._complain((table, place, "kind"), f"kind is {kind!r}; write text, in quotes")
            return None
        try:
            return kinds.get(kind)
        except (InputError, DataError) as error:
            self._complain((table, place, "kind"), str(error))
            return None

    def _instruments(self) -> dict[str, Part]:
        found: dict[str, Part] = {}
        seen: set[str] = set()
        for place, each in self._entries("instrument"):
            name = instrument_name(each)
            if not isinstance(name, str) or not _NAME.match(name):
                self._complain(
                    ("instrument", place, "name"),
                    f'instrument name is {name!r}; write name = "…" of letters, digits, - and _',
                )
                continue
            if name in seen:
                self._complain(
                    ("instrument", place, "name"),
                    f"two instruments are called {name!r}; give each its own name",
                )
            seen.add(name)
            cls = self._kind("instrument", place, each, instrument_kinds())
            if cls is None:
                continue
            own = set(cls.model_fields)
            data = {k: v for k, v in each.items() if k in own or k not in ("name", "kind")}
            part = build(
                cls,
                data,
                where=("instrument", place),
                lines=self.lines,
                called=f"instrument {name!r}",
                complaints=self.complaints,
            )
            if part is not None:
                found[name] = part
                self.kinds[name] = str(each.get("kind"))
        return found

    def _phases(self) -> list[tuple[int, Phase]]:
        if "phase" not in self.data:
            self._complain((), 'the mission has no phase; write [[phase]] with kind = "…"')
        found = []
        for place, each in self._entries("phase"):
            cls = self._kind("phase", place, each, phase_kinds())
            if cls is None:
                continue
            part = build(
                cls,
                {k: v for k, v in each.items() if k != "kind"},
                where=("phase", place),
                lines=self.lines,
                called=f"phase {each.get('name', each['kind'])!r}",
                complaints=self.complaints,
            )
            if isinstance(part, Phase):
                found.append((place, part))
        self._named_instruments(found)
        for place, phase in found:
            if "launch_choice" in phase.makes and "launch" not in self.data:
                self._complain(
                    ("phase", place),
                    f"phase {phase.title!r} chooses a day of launch and there is no [launch]; "
                    'write one with window = ["2028-10-01", "2029-01-31"]',
                )
        return found

    def _named_instruments(self, phases: Sequence[tuple[int, Phase]]) -> None:
        """A phase's field called `camera`, `instrument`, … must name one of the file."""
        names = [instrument_name(i) for _, i in self._entries("instrument")]
        for place, phase in phases:
            for field in dict.fromkeys((*phase.instrument_fields, *phase.instrument_kinds)):
                given = getattr(phase, field, None)
                for each in [given] if isinstance(given, str) else list(given or ()):
                    if each in self.parts:
                        self._kind_of_instrument(place, phase, field, each)
                    elif each not in names:
                        said = unknown("instrument", each, [str(name) for name in names])
                        self._complain(("phase", place, field), f"{field}: {said}")

    def _kind_of_instrument(self, place: int, phase: Phase, field: str, name: str) -> None:
        """A phase that says what kind an instrument of its must be is given one of that kind."""
        wanted, held = phase.instrument_kinds.get(field), self.kinds[name]
        if wanted is None or wanted in (held, getattr(self.parts[name], "kind", "")):
            return
        cls = instrument_kinds().get(wanted)
        if isinstance(self.parts[name], cls):
            return
        presets = [each.name for each in getattr(cls, "presets", tuple)()]
        such = f", such as preset {', '.join(presets)}" if presets else ""
        self._complain(
            ("phase", place, field), f"{field}: {name!r} is a {held}; name a {wanted}{such}"
        )


def instrument_name(instrument: Mapping[str, Any]) -> Any:
    """What a table [[instrument]] is called: its name, or else its preset, or else its kind."""
    return instrument.get("name", instrument.get("preset", instrument.get("kind")))
