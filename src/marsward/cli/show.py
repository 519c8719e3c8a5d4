"""`marsward show`: the parameters of a phase or an instrument, or what a mission does."""

from __future__ import annotations

import json as json_text
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from typing import Any

from marsward.cli.table import print_table
from marsward.core.errors import DataError, InputError


def show(name: str, /, *, json: bool = False) -> int:
    """Show the parameters of a phase or an instrument: unit, bounds, default, source.

    Parameters
    ----------
    name
        A kind, such as camera or lookback; an instrument that has flown, such as moric; or a
        mission.
    json
        One JSON object, for machines: the kind's schema.
    """
    from marsward.core.registry import unknown
    from marsward.mission.load import built_in_missions, instrument_kinds, phase_kinds

    for kinds in (instrument_kinds(), phase_kinds()):
        if name in kinds.names():
            return _kind(name, kinds.noun, kinds.get(name), json)
    if name in built_in_missions() or name.endswith(".toml"):
        from marsward.mission.mission import Mission

        print(Mission.open(name))
        return 0
    presets = _presets()
    if name in presets:
        (first, *others) = presets[name]
        also = [(kind, f"{name}-{kind}") for kind, _, _ in others] + _namesakes(name)
        return _preset(*first, json, also)
    vehicles = _vehicles()
    if name in vehicles:
        return _parts(name, vehicles[name], json)
    known = {*instrument_kinds().names(), *presets, *phase_kinds().names(), *built_in_missions()}
    known.update(vehicles)
    raise InputError(unknown("phase, instrument or mission", name, known))


def _presets() -> dict[str, list[tuple[str, Any, Any]]]:
    """Instruments that have flown, by name: kind, its class and the preset of each of that name.

    Where several kinds have one, "NAME-KIND" finds the second and later ones.
    """
    from marsward.mission.load import instrument_kinds

    found: dict[str, list[tuple[str, Any, Any]]] = {}
    for kind in instrument_kinds().names():
        try:
            cls = instrument_kinds().get(kind)
        except DataError:
            continue  # another package's; `marsward list instruments` says why
        for each in getattr(cls, "presets", tuple)():
            row = (kind, cls, each)
            found.setdefault(each.name, []).append(row)
            if len(found[each.name]) > 1:
                found[f"{each.name}-{kind}"] = [row]
    return found


def _vehicles() -> dict[str, list[tuple[str, str, Any, Any]]]:
    """Vehicles that have flown, by name: where in a file, field, class and preset of each part."""
    from marsward.core.part import part_classes
    from marsward.mission.launch import Launch
    from marsward.mission.load import phase_kinds

    tables: list[tuple[str, Any]] = [("[launch]", Launch)]
    for kind in phase_kinds().names():
        try:
            tables.append((f'a phase of kind "{kind}"', phase_kinds().get(kind)))
        except DataError:
            continue
    found: dict[str, list[tuple[str, str, Any, Any]]] = {}
    for place, table in tables:
        for field, info in table.model_fields.items():
            for cls in part_classes(info.annotation):
                for each in getattr(cls, "presets", tuple)():
                    found.setdefault(each.name, []).append((place, field, cls, each))
    return found


def _parts(name: str, parts: Sequence[tuple[str, str, Any, Any]], json: bool) -> int:
    """What a vehicle that has flown gives to phases, one table each."""
    if json:
        told = [_fields(f, k, cls(preset=name).own_parameters()) for k, f, cls, _ in parts]
        print(json_text.dumps({"kind": name, "is": "vehicle", "parts": told}, ensure_ascii=False))
        return 0
    for k, (place, field, cls, held) in enumerate(parts):
        if k:
            print()
        written = f'{field} = {{ preset = "{name}" }} in {place}'
        _preset(field, cls, held, json, (), written)
    return 0


def _namesakes(name: str) -> list[tuple[str, str]]:
    """Kind and full name of what other kinds of instrument take under the same name."""
    from marsward.instruments.spectrometer_presets import SHORT_NAMES

    full = SHORT_NAMES.get(name)
    return [("spectrometer", full)] if full else []


def _preset(
    kind: str, cls: Any, held: Any, json: bool, also: Sequence[tuple[str, str]] = (),
    written: str = "",
) -> int:  # fmt: skip
    rows = cls(preset=held.name).own_parameters()
    if json:
        print(json_text.dumps(_fields(held.name, kind, rows), ensure_ascii=False))
        return 0
    print(f"{kind} {held.name}: {held.summary}")
    print(
        "in a mission file: "
        + (written or f'[[instrument]] kind = "{kind}", preset = "{held.name}"')
    )
    for other, full in also:
        print(f"{held.name} is a {other} too: `marsward show {full}`")
    print_table(
        ("parameter", "value", "origin", "where from"),
        [
            (row.name, _written(row, held), row.origin, row.ref or row.description)
            for row in rows
            if row.name not in ("name", "preset")
        ],
    )
    return 0


def _written(row: Any, held: Any) -> str:
    """A value of a preset, with the unit in which its file has it."""
    if row.name in held.texts:
        return _default(held.texts[row.name])
    text = _default(row.default)
    return text if row.unit in ("", "1") or text.endswith(row.unit) else f"{text} {row.unit}"


def _fields(name: str, noun: str, rows: Any) -> dict[str, Any]:
    """The JSON object of a kind or preset."""
    from marsward.core.part import plain

    fields = {row.name: plain({**asdict(row), "default": row.default}) for row in rows}
    return {"kind": name, "is": noun, "parameters": fields}


def _kind(name: str, noun: str, cls: Any, json: bool) -> int:
    rows = cls.parameters()
    if json:
        print(json_text.dumps(_fields(name, noun, rows), ensure_ascii=False))
        return 0
    doc = " ".join((cls.__doc__ or "").strip().split("\n\n")[0].split())
    print(f"{noun} {name}: {doc}")
    if noun == "phase":
        print(f"needs: {', '.join(cls.needs) or 'nothing'}")
        print(f"makes: {', '.join(cls.makes) or 'nothing'}")
    _table(rows)
    for each in getattr(cls, "presets", tuple)():
        print(f"preset {each.name}: {each.summary} ({each.counts()}); `marsward show {each.name}`")
    for inner in dict.fromkeys(_nested(cls)):
        print(f"\n{inner.__name__}: {' '.join((inner.__doc__ or '').split())}")
        _table(inner.parameters())
        for each in getattr(inner, "presets", tuple)():
            print(f"preset {each.name}: {each.summary} ({each.counts()})")
    return 0


def _nested(cls: Any) -> Iterator[Any]:
    """Parts inside a part, those inside them included."""
    from marsward.core.part import part_classes

    for info in cls.model_fields.values():
        for inner in part_classes(info.annotation):
            yield inner
            yield from _nested(inner)


def _table(rows: Any) -> None:
    print_table(
        ("parameter", "unit", "bounds", "default", "origin", "what and where from"),
        [
            (
                row.name,
                row.unit or row.type,
                row.bounds,
                "(required)" if row.required else _default(row.default),
                row.origin,
                "; ".join(text for text in (row.description, row.ref) if text) or "–",
            )
            for row in rows
        ],
    )


def _default(default: Any) -> str:
    if default is None:
        return "none"
    text = f"{default:.12g}" if isinstance(default, float) else str(default)
    return text if len(text) <= 32 else text[:31] + "…"
