"""A part of a mission: a frozen set of parameters, each with its unit, bounds and origin."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

import numpy as np
from pydantic import BaseModel, ConfigDict, Field
from pydantic.fields import FieldInfo

Origin = Literal["published", "telemetry", "derived", "assumed"]
ORIGINS: tuple[str, ...] = get_args(Origin)
DIMENSIONLESS = frozenset({None, "", "1"})
_BOUNDS = {"gt": ">", "ge": "≥", "lt": "<", "le": "≤"}


@dataclass(frozen=True, slots=True)
class Parameter:
    """One row of a part's table: what a field is called, may be, is by default, and is from."""

    name: str
    type: str
    unit: str
    bounds: str
    default: Any
    required: bool
    origin: str
    ref: str
    description: str


class Part(BaseModel):
    """Base of every instrument, vehicle, phase and retrieval: parameters and nothing hidden.

    Parts are frozen and refuse unknown fields. A quantity is given as text with its unit
    ("265 km") and is held as an SI float. `value(...)` states a field's default together with
    where it is from, so that tables, schema and the lock file need no second list.
    """

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        arbitrary_types_allowed=True,
        validate_default=True,
        allow_inf_nan=False,
    )

    @classmethod
    def parameters(cls) -> tuple[Parameter, ...]:
        """The rows of this part's table, in the order in which the fields are written."""
        return tuple(_row(name, info) for name, info in cls.model_fields.items())

    def own_parameters(self) -> tuple[Parameter, ...]:
        """The rows of this very part; a kind that has presets says there whose values it holds."""
        return self.parameters()

    @property
    def defaults_used(self) -> dict[str, Any]:
        """Fields that were not given and so hold their default, by name."""
        given = self.model_fields_set
        return {n: getattr(self, n) for n in type(self).model_fields if n not in given}

    def canonical(self) -> dict[str, Any]:
        """Every field, defaults included, as plain JSON values that do not depend on the run."""
        return {name: plain(getattr(self, name)) for name in type(self).model_fields}

    def __str__(self) -> str:
        head = type(self).__name__
        width = max((len(n) for n in type(self).model_fields), default=0)
        rows = []
        for row in self.parameters():
            unit = "" if row.unit in DIMENSIONLESS else f" {row.unit}"
            rows.append(f"  {row.name:<{width}}  {plain(getattr(self, row.name))}{unit}")
        return "\n".join([head, *rows])


def value(
    default: Any = ...,
    *,
    unit: str | None = None,
    origin: Origin = "assumed",
    ref: str = "",
    description: str = "",
    **bounds: Any,
) -> Any:
    """A field of a `Part` with its default, unit, origin and reference in one place.

    Parameters
    ----------
    default : number or text
        The default; a bare number is read in `unit`. Left out: the field must be given.
    unit : str
        Unit of the field, such as "mm"; None or "1" for a pure number.
    origin : {"published", "telemetry", "derived", "assumed"}
        Where the default is from.
    ref : str
        The source, with its DOI where there is one.
    description : str
        One sentence for tables and schema.
    **bounds
        Bounds as pydantic knows them: gt, ge, lt, le, min_length, pattern.

    Raises
    ------
    ValueError
        When `origin` is not one of the four words.
    """
    if origin not in ORIGINS:
        raise ValueError(f"origin {origin!r} is not one of {', '.join(ORIGINS)}")
    if unit not in DIMENSIONLESS and _is_number(default):
        default = f"{default!r} {unit}"
    extra: dict[str, Any] = {"unit": unit or "", "origin": origin, "ref": ref}
    return Field(default, description=description or None, json_schema_extra=extra, **bounds)


def plain(item: Any) -> Any:
    """`item` as JSON values: parts and mappings as dicts, arrays as lists, epochs in two parts."""
    if item is None or isinstance(item, bool | int | str):
        return item
    if isinstance(item, float):
        return item if math.isfinite(item) else repr(item)
    if isinstance(item, Part):
        return item.canonical()
    if isinstance(item, Mapping):
        return {str(key): plain(each) for key, each in item.items()}
    if isinstance(item, np.ndarray | np.generic):
        return plain(item.tolist())
    if hasattr(item, "whole") and hasattr(item, "frac"):
        model = str(getattr(item, "tdb_model", "spice"))
        return {"et_whole": plain(item.whole), "et_frac": plain(item.frac), "tdb_model": model}
    if isinstance(item, Path):
        return str(item)
    if isinstance(item, set | frozenset):
        return sorted(plain(each) for each in item)
    if isinstance(item, Sequence):
        return [plain(each) for each in item]
    if hasattr(item, "__dataclass_fields__"):
        return {name: plain(getattr(item, name)) for name in item.__dataclass_fields__}
    return str(item)


def _is_number(item: Any) -> bool:
    return isinstance(item, int | float) and not isinstance(item, bool)


def _row(name: str, info: FieldInfo) -> Parameter:
    extra = _extra(info)
    return Parameter(
        name=name,
        type=_type_name(info.annotation),
        unit=str(extra.get("unit") or ""),
        bounds=_bounds(info),
        default=None if info.is_required() else info.get_default(call_default_factory=True),
        required=info.is_required(),
        origin="" if info.is_required() else str(extra.get("origin", "")),
        ref=str(extra.get("ref", "")),
        description=info.description or "",
    )


def _pieces(info: FieldInfo) -> Iterator[Any]:
    """Everything that is annotated to a field, also inside `quantity("m") | None`."""
    yield from info.metadata
    for member in get_args(info.annotation):
        yield from getattr(member, "__metadata__", ())


def _extra(info: FieldInfo) -> dict[str, Any]:
    """Extra schema keys of a field; the unit is the one in which the value is held."""
    given = info.json_schema_extra if isinstance(info.json_schema_extra, Mapping) else {}
    merged = dict(given)
    for piece in _pieces(info):
        unit = getattr(piece, "unit", None)
        if isinstance(unit, str):
            merged["unit"] = unit
    return merged


def part_classes(annotation: Any) -> Iterator[type[Part]]:
    """Parts that a field may hold, also inside lists, tables and alternatives."""
    if isinstance(annotation, type) and issubclass(annotation, Part):
        yield annotation
    for member in get_args(annotation):
        yield from part_classes(member)


def _bounds(info: FieldInfo) -> str:
    found: dict[str, float] = {}
    for piece in _pieces(info):
        for key in _BOUNDS:
            limit = getattr(piece, key, None)
            if isinstance(limit, int | float):
                found[key] = limit
    return ", ".join(f"{_BOUNDS[key]} {limit:g}" for key, limit in found.items())


_WORDS = {"str": "text", "float": "number", "int": "whole number", "bool": "true or false"}


def _type_name(annotation: Any) -> str:
    """A type in words: "list of Coast", "text", "table of Quality"."""
    origin, members = get_origin(annotation), get_args(annotation)
    if origin is Literal:
        return " | ".join(repr(each) for each in members)
    if origin in (UnionType, Union):
        return " or ".join(_type_name(each) for each in members if each is not type(None))
    if origin is Annotated:
        return _type_name(members[0])
    if origin in (tuple, list, set, frozenset, Sequence):
        kinds = dict.fromkeys(_type_name(each) for each in members if each is not Ellipsis)
        count = "list" if Ellipsis in members or origin is not tuple else f"{len(members)}"
        return f"{count} of {' or '.join(kinds)}"
    if origin in (dict, Mapping):
        return f"table of {_type_name(members[1])}"
    name = getattr(annotation, "__name__", str(annotation))
    return _WORDS.get(name, name)
