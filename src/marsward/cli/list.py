"""`marsward list`: what there is to choose from."""

from __future__ import annotations

import json as json_text
from typing import Any, Literal

from marsward.cli.table import print_table
from marsward.core.errors import DataError
from marsward.core.registry import Registry


def list_(
    what: Literal["missions", "phases", "instruments", "data", "fields"],
    /,
    *,
    json: bool = False,
) -> int:
    """List missions, phases, instruments, data or fields.

    Parameters
    ----------
    what
        Which catalogue.
    json
        One JSON array, for machines.
    """
    rows = {
        "missions": _missions,
        "phases": _phases,
        "instruments": _instruments,
        "data": _data,
        "fields": _fields,
    }[what]()
    if json:
        print(json_text.dumps(rows, ensure_ascii=False))
        return 0
    if not rows:
        print(f"no {what}")
        return 0
    print_table(list(rows[0]), [list(row.values()) for row in rows])
    return 0


def _missions() -> list[dict[str, Any]]:
    import tomllib

    from marsward.mission.load import BUILT_IN, built_in_missions

    rows = []
    for name in built_in_missions():
        data = tomllib.loads((BUILT_IN / f"{name}.toml").read_text(encoding="utf-8"))
        kinds = ", ".join(str(each.get("kind")) for each in data.get("phase", []))
        rows.append({"mission": name, "phases": kinds, "title": data.get("title", "")})
    return rows


def _first_sentence(text: str | None) -> str:
    first = (text or "").strip().split("\n\n")[0]
    return " ".join(first.split())


def _phases() -> list[dict[str, Any]]:
    from marsward.mission.load import phase_kinds

    return _kinds(phase_kinds(), ("needs", "makes"))


def _instruments() -> list[dict[str, Any]]:
    from marsward.mission.load import instrument_kinds

    rows = []
    kinds = instrument_kinds()
    for row in _kinds(kinds, ()):
        name = row["instrument"]
        rows.append({"instrument": name, "preset": "", "from": row["from"], "what": row["what"]})
        for each in _presets(kinds, name):
            what = f"{each.summary} ({each.counts()})"
            rows.append(
                {"instrument": name, "preset": each.name, "from": row["from"], "what": what}
            )
    return rows


def _presets(kinds: Registry, kind: str) -> list[Any]:
    """Instruments of a kind that have flown; none where the kind has none or cannot be loaded."""
    try:
        return list(getattr(kinds.get(kind), "presets", tuple)())
    except DataError:
        return []


def _kinds(kinds: Registry, tables: tuple[str, ...]) -> list[dict[str, Any]]:
    """One row per kind; one that cannot be loaded is told as such and does not hide the others."""
    rows = []
    for kind in kinds.names():
        try:
            cls, what = kinds.get(kind), ""
        except DataError as error:
            cls, what = None, f"cannot be loaded: {error}"
        row = {kinds.noun: kind}
        row |= {table: ", ".join(getattr(cls, table, ())) for table in tables}
        row |= {"from": kinds.origin(kind), "what": what or _first_sentence(cls.__doc__)}
        rows.append(row)
    return rows


def _data() -> list[dict[str, Any]]:
    from marsward.data.fetch import registry

    return [
        {
            "data": entry.name,
            "size": entry.size_text,
            "here": "yes" if entry.path.is_file() else "no",
            "hash": "known" if entry.sha256 else "on first fetch",
            "licence": entry.licence,
            "what": entry.title,
        }
        for entry in registry().values()
    ]


def _fields() -> list[dict[str, Any]]:
    from marsward.core.fields import FIELDS

    _import_fields()
    return [
        {
            "field": row.name,
            "units": row.units,
            "range": "" if row.low == -row.high else f"{row.low:g} … {row.high:g}",
            "CF name": row.standard_name,
            "what": row.long_name,
        }
        for row in FIELDS.values()
    ]


def _import_fields() -> None:
    """Import every module that adds rows to the table of fields, and kinds of other packages."""
    from importlib import import_module
    from pathlib import Path

    from marsward.mission.load import instrument_kinds, phase_kinds

    root = Path(__file__).resolve().parent.parent
    for path in sorted(root.rglob("*.py")):
        if "\nadd_fields(" in path.read_text(encoding="utf-8"):
            import_module(".".join(("marsward", *path.relative_to(root).with_suffix("").parts)))
    for kinds in (instrument_kinds(), phase_kinds()):
        for name in set(kinds.names()) - set(kinds.builtin):
            try:
                kinds.get(name)
            except DataError:
                continue  # `marsward list` of its kind says why
