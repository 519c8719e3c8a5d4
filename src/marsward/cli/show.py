"""`marsward show`: the parameters of a phase or an instrument, or what a mission does."""

from __future__ import annotations

import json as json_text
from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from marsward.core.errors import InputError


def show(name: str, /, *, json: bool = False) -> int:
    """Show the parameters of a kind of phase or instrument: unit, bounds, default, source.

    Parameters
    ----------
    name
        A kind, such as camera or lookback; or a mission.
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
    known = [*instrument_kinds().names(), *phase_kinds().names(), *built_in_missions()]
    raise InputError(unknown("phase, instrument or mission", name, known))


def _kind(name: str, noun: str, cls: Any, json: bool) -> int:
    from marsward.core.part import plain

    rows = cls.parameters()
    if json:
        fields = {row.name: plain({**asdict(row), "default": row.default}) for row in rows}
        print(json_text.dumps({"kind": name, "is": noun, "parameters": fields}, ensure_ascii=False))
        return 0
    doc = " ".join((cls.__doc__ or "").strip().split("\n\n")[0].split())
    print(f"{noun} {name}: {doc}")
    if noun == "phase":
        print(f"needs: {', '.join(cls.needs) or 'nothing'}")
        print(f"makes: {', '.join(cls.makes) or 'nothing'}")
    _table(cls)
    for inner in dict.fromkeys(_nested(cls)):
        print(f"\n{inner.__name__}: {' '.join((inner.__doc__ or '').split())}")
        _table(inner)
    return 0


def _nested(cls: Any) -> Iterator[Any]:
    """Parts inside a part, those inside them included."""
    from marsward.core.part import part_classes

    for info in cls.model_fields.values():
        for inner in part_classes(info.annotation):
            yield inner
            yield from _nested(inner)


def _table(cls: Any) -> None:
    from marsward.cli.table import print_table

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
            for row in cls.parameters()
        ],
    )


def _default(default: Any) -> str:
    if default is None:
        return "none"
    text = str(default)
    return text if len(text) <= 32 else text[:31] + "…"
