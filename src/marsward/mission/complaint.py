"""What is wrong with a mission file, sentence by sentence, each with its place."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from marsward.core.errors import InputError, MarswardError
from marsward.core.part import Part, part_classes
from marsward.core.registry import nearest
from marsward.mission.lines import Path as KeyPath
from marsward.mission.lines import line_of


@dataclass(frozen=True, slots=True)
class Complaint:
    """One thing that is wrong, and the line, or the --set, where it stands."""

    place: int | str
    text: str


class MissionFileError(InputError):
    """Everything that is wrong with one mission file."""

    def __init__(self, name: str, complaints: Sequence[Complaint]) -> None:
        unique = dict.fromkeys(complaints)
        order = sorted(unique, key=lambda c: (isinstance(c.place, str), c.place))
        self.name = name
        self.complaints: tuple[Complaint, ...] = tuple(order)
        super().__init__("\n".join(self._line(each) for each in order))

    def _line(self, complaint: Complaint) -> str:
        if isinstance(complaint.place, str):
            return f"{complaint.place}: {complaint.text}"
        return f"{self.name}:{complaint.place}: {complaint.text}"


def build(
    cls: type[Part],
    data: Mapping[str, Any],
    *,
    where: KeyPath,
    lines: Mapping[KeyPath, int | str],
    called: str,
    complaints: list[Complaint],
) -> Part | None:
    """The part that `data` describes, or None with everything wrong added to `complaints`."""
    try:
        return cls.model_validate(dict(data))
    except ValidationError as error:
        found = _sentences(error, cls, data, called)
    except MarswardError:
        found = _one_by_one(cls, data, called)
    complaints += [Complaint(line_of((*where, *loc), lines), text) for loc, text in found]
    return None


def _one_by_one(cls: type[Part], data: Mapping[str, Any], called: str) -> list[tuple[KeyPath, str]]:
    """Validate each field alone, for a field type that raises errors of our own."""
    found: list[tuple[KeyPath, str]] = []
    for key in data:
        try:
            cls.model_validate({key: data[key]})
        except MarswardError as error:
            found.append(((key,), f"{key}: {error}"))
        except ValidationError as error:
            own = _sentences(error, cls, data, called)
            found += [each for each in own if each[0][:1] == (key,)]
    try:
        cls.model_validate({})
    except ValidationError as error:
        own = _sentences(error, cls, data, called)
        found += [each for each in own if each[0] == () and not _named(each[1], data)]
    return found or [((), f"{called} cannot be read")]


def _named(text: str, data: Mapping[str, Any]) -> bool:
    return any(f" {key!r}" in text for key in data)


def _sentences(
    error: ValidationError, cls: type[Part], data: Mapping[str, Any], called: str
) -> list[tuple[KeyPath, str]]:
    merged: dict[KeyPath, list[str]] = {}
    for item in error.errors(include_url=False):
        loc = tuple(item["loc"])
        if item["type"] == "missing" and len(loc) == 1:
            merged.setdefault((), []).append(_missing(str(loc[0]), cls, called))
        else:
            merged.setdefault(_in_file(loc, data), []).append(_sentence(item, loc, cls, called))
    return [(loc, text) for loc, texts in merged.items() for text in _fewer(texts)]


def _fewer(texts: list[str]) -> list[str]:
    """A union type complains once for each of its members: keep what tells the most."""
    unique = list(dict.fromkeys(texts))
    if len(unique) < 2 or any(" needs '" in text for text in unique):
        return unique
    return [max(unique, key=lambda text: ("needs a unit" in text, "write" in text, len(text)))]


def _in_file(loc: KeyPath, data: Any) -> KeyPath:
    """The part of a location that is really in the file: unions add words of their own."""
    kept: KeyPath = ()
    for step in loc:
        inside = isinstance(data, Mapping) and step in data
        inside = inside or (isinstance(data, list) and isinstance(step, int) and step < len(data))
        if not inside:
            break
        kept = (*kept, step)
        data = data[step]
    return kept or loc[:1]


def _missing(name: str, cls: type[Part], called: str) -> str:
    info = cls.model_fields.get(name)
    unit = ""
    if info is not None:
        row = next(r for r in cls.parameters() if r.name == name)
        unit = row.unit
    example = f'{name} = "… {unit}"' if unit not in ("", "1") else f"{name} = …"
    return f"{called} needs {name!r}: write {example}"


def _sentence(item: Mapping[str, Any], loc: KeyPath, cls: type[Part], called: str) -> str:
    name = str(loc[0]) if loc else called
    kind = str(item["type"])
    given = item.get("input")
    if kind == "extra_forbidden":
        inner = _inner(cls, loc[:-1])
        where = called if inner is cls else f"{name} of {called}"
        return _extra(str(loc[-1]), inner, where)
    own = item.get("ctx", {}).get("error")
    text = str(own) if own is not None else re.sub(r"^(Value|Assertion) error, ", "", item["msg"])
    if own is not None or kind in {"value_error", "assertion_error", "marsward"}:
        return text if name in text else f"{name}: {text}"
    if kind == "missing":
        inner = _inner(cls, loc[:-1])
        if inner is not cls:
            return _missing(str(loc[-1]), inner, f"{name} of {called}")
    dotted = ".".join(str(step) for step in loc)
    return f"{dotted} is {_short(given)}; {_plain(kind, item)}"


def _plain(kind: str, item: Mapping[str, Any]) -> str:
    """What pydantic's kinds of error ask for, in plain words."""
    ctx = item.get("ctx", {})
    known = {
        "string_type": 'write text, in quotes: "…"',
        "int_type": "write a whole number",
        "int_parsing": "write a whole number",
        "int_from_float": "write a whole number, without a fraction",
        "float_type": "write a number",
        "float_parsing": "write a number",
        "finite_number": "write a finite number",
        "bool_type": "write true or false",
        "bool_parsing": "write true or false",
        "list_type": "write a list: [ … ]",
        "tuple_type": "write a list: [ … ]",
        "too_short": f"write {ctx.get('min_length')} of them or more",
        "too_long": f"write {ctx.get('max_length')} of them at most",
        "greater_than": f"it must be > {ctx.get('gt')}",
        "greater_than_equal": f"it must be ≥ {ctx.get('ge')}",
        "less_than": f"it must be < {ctx.get('lt')}",
        "less_than_equal": f"it must be ≤ {ctx.get('le')}",
        "literal_error": f"write one of {ctx.get('expected')}",
        "string_pattern_mismatch": "use letters, digits, - and _ only, a letter or digit first",
        "string_too_long": f"{ctx.get('max_length')} letters at most",
        "string_too_short": f"{ctx.get('min_length')} letters at least",
        "missing": "it has too few entries: write all of them",
        "model_type": "write a table: { … }",
        "dict_type": "write a table: { … }",
        "mapping_type": "write a table: { … }",
    }
    if kind in known:
        return known[kind]
    message = str(item["msg"])
    return message[:1].lower() + message[1:]


def _inner(cls: type[Part], loc: KeyPath) -> type[Part]:
    """The part that holds a location: a part's fields may hold parts of their own."""
    for step in loc:
        if isinstance(step, str) and step in cls.model_fields:
            inside = list(part_classes(cls.model_fields[step].annotation))
            cls = inside[0] if inside else cls
    return cls


def _extra(name: str, cls: type[Part], called: str) -> str:
    known = list(cls.model_fields)
    near = nearest(name, known)
    if near:
        return f"{called} has no parameter {name!r}; did you mean {near!r}?"
    return f"{called} has no parameter {name!r}; it takes: {', '.join(known)}"


def _short(given: Any) -> str:
    text = repr(given)
    return text if len(text) <= 60 else text[:57] + "…"
