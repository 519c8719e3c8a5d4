"""Tables of characters with a PDS3 or a PDS4 label: columns by name, with their units.

PDS4: Table_Character and Table_Delimited of a Product_Observational. PDS3: a TABLE or SPREADSHEET
object of a detached label with its COLUMN or FIELD objects, those of a ^STRUCTURE file included.
Only what a table of text needs is read.
"""

from __future__ import annotations

import csv
import re
import xml.etree.ElementTree as ET
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from marsward.core.errors import DataError, InputError
from marsward.data.weather_text import TextTable, text_lines

__all__ = ["LabelledTable", "read_labelled_table"]

_OBJECT = re.compile(r"^\s*(END_)?OBJECT\s*=\s*(\w+)", re.IGNORECASE)
_TABLES = ("TABLE", "SERIES", "SPREADSHEET")
_KEY = re.compile(r"^\s*(\^?\w+)\s*=\s*(.*?)\s*$")


@dataclass(frozen=True)
class _Column:
    name: str
    unit: str
    start: int  # from 0; -1 in a delimited table
    width: int
    missing: tuple[float, ...]


@dataclass(frozen=True, eq=False)
class LabelledTable:
    """Columns of a table, their units, the values that stand for none, and what the label says.

    short : rows that the label promises and the file does not hold
    """

    table: TextTable
    units: dict[str, str]
    missing: dict[str, tuple[float, ...]]
    facts: dict[str, str]
    short: int

    def numbers(self, name: str) -> Any:
        """One column as numbers, NaN where the label's constant for missing values stands."""
        return self.table.numbers_of(name, missing=self.missing.get(name, ()))


def read_labelled_table(path: str | Path) -> LabelledTable:
    """A table from its label (.xml, .lbl) or its data file, beside which the label stands.

    Raises
    ------
    InputError : no such file, or no label beside it
    DataError : a label without such a table, or rows that do not fit it
    """
    label = _label_of(Path(path))
    facts, columns, rows, data, comma = (
        _pds4(label) if label.suffix.lower() == ".xml" else _pds3(label)
    )
    lines = text_lines(data, "table")
    filled = [(k, line) for k, line in enumerate(lines, start=1) if line.strip()]
    if rows and len(filled) > rows:
        filled = filled[-rows:]  # a header line or more before the rows
    held: dict[str, list[str]] = {c.name: [] for c in columns}
    for number, line in filled:
        _split(line, number, columns, comma, data, held)
    table = TextTable(data, held, [number for number, _ in filled])
    units = {c.name: c.unit for c in columns}
    missing = {c.name: c.missing for c in columns}
    return LabelledTable(table, units, missing, facts, max(rows - len(filled), 0))


def _split(
    line: str, number: int, columns: list[_Column], comma: str, data: Path,
    held: dict[str, list[str]],
) -> None:  # fmt: skip
    if comma:
        values = next(csv.reader([line], delimiter=comma))
        if len(values) != len(columns):
            raise DataError(
                f"{data}, line {number}: {len(values)} values for the {len(columns)} columns of "
                "its label"
            )
        for column, value in zip(columns, values, strict=True):
            held[column.name].append(value.strip())
        return
    if len(line) < max(c.start for c in columns) + 1:
        raise DataError(f"{data}, line {number} is cut off: {len(line)} characters")
    for column in columns:
        held[column.name].append(line[column.start : column.start + column.width].strip())


def _label_of(path: Path) -> Path:
    if not path.is_file():
        raise InputError(f"there is no table {path}")
    if path.suffix.lower() in (".xml", ".lbl"):
        return path
    for suffix in (".xml", ".XML", ".lbl", ".LBL"):
        label = path.with_suffix(suffix)
        if label.is_file():
            return label
    raise InputError(f"{path} has no label beside it; put its .xml or .lbl there")


def _pds4(label: Path) -> tuple[dict[str, str], list[_Column], int, Path, str]:
    try:
        root = ET.parse(label).getroot()
    except (ET.ParseError, OSError) as error:
        raise DataError(f"{label} is no PDS4 label: {error}") from error
    for node in root.iter():
        node.tag = node.tag.rpartition("}")[2]
    table = next((n for n in root.iter() if n.tag in ("Table_Character", "Table_Delimited")), None)
    if table is None:
        raise DataError(f"{label} describes no table of characters")
    columns = [
        _Column(
            name=_text(node, "name"), unit=_text(node, "unit"),
            start=int(_text(node, "field_location") or 0) - 1,
            width=int(_text(node, "field_length") or 0), missing=_constants(node),
        )
        for node in table.iter() if node.tag in ("Field_Character", "Field_Delimited")
    ]  # fmt: skip
    if not columns:
        raise DataError(f"{label} names no field of its table")
    facts = {"title": _text(root, "title"), "lid": _text(root, "logical_identifier")}
    comma = ""
    if table.tag == "Table_Delimited":
        comma = {"Comma": ",", "Semicolon": ";", "Horizontal Tab": "\t", "Vertical Bar": "|"}.get(
            _text(table, "field_delimiter"), ","
        )
    data = label.with_name(_text(root, "file_name"))
    return facts, columns, int(_text(table, "records") or 0), data, comma


def _text(node: ET.Element, tag: str) -> str:
    found = next((n for n in node.iter() if n.tag == tag), None)
    return (found.text or "").strip() if found is not None else ""


def _constants(node: ET.Element) -> tuple[float, ...]:
    special = next((n for n in node if n.tag == "Special_Constants"), None)
    found = []
    for each in special if special is not None else ():
        try:
            found.append(float(each.text or ""))
        except ValueError:
            continue
    return tuple(found)


def _pds3(label: Path) -> tuple[dict[str, str], list[_Column], int, Path, str]:
    lines = text_lines(label, "label")
    facts: dict[str, str] = {}
    columns: list[_Column] = []
    stack: list[tuple[str, dict[str, str]]] = []
    table: dict[str, str] = {}
    queue = list(lines)
    while queue:
        line = queue.pop(0)
        mark = _OBJECT.match(line)
        if mark and not mark.group(1):
            stack.append((mark.group(2).upper(), {}))
        elif mark and stack:
            kind, held = stack.pop()
            if kind in ("COLUMN", "FIELD"):
                columns.append(_pds3_column(held, label))
            elif any(word in kind for word in _TABLES):
                table = held
        else:
            found = _KEY.match(line)
            if not found:
                continue
            key, said = found.group(1).upper(), found.group(2).strip().strip('"').strip()
            (stack[-1][1] if stack else facts)[key] = said
            if key == "^STRUCTURE":
                queue = text_lines(_beside(label, said), "structure of a label") + queue
    pointer = next(
        (v for k, v in facts.items() if k.startswith("^") and any(word in k for word in _TABLES)),
        "",
    )
    name = re.sub(r"[()]", "", pointer).split(",")[0].strip().strip('"')
    if not columns or not name:
        raise DataError(f"{label} describes no table with columns and the file that holds it")
    delimited = any(c.start < 0 for c in columns)
    rows = re.match(r"\d+", table.get("ROWS", facts.get("FILE_RECORDS", "0")))
    count = int(rows.group()) if rows else 0
    return facts, columns, count, _beside(label, name), "," if delimited else ""


def _pds3_column(held: dict[str, str], label: Path) -> _Column:
    try:
        start = int(held["START_BYTE"]) - 1 if "START_BYTE" in held else -1
        missing = tuple(
            float(held[key]) for key in ("MISSING_CONSTANT", "MISSING", "INVALID_CONSTANT",
                                         "UNKNOWN_CONSTANT") if key in held
        )  # fmt: skip
        return _Column(held["NAME"].strip('"'), held.get("UNIT", "").strip('"'), start,
                       int(held.get("BYTES", "0")), missing)  # fmt: skip
    except (KeyError, ValueError) as error:
        raise DataError(f"{label} has a column that is not whole: {error}") from error


def _beside(label: Path, name: str) -> Path:
    """A file of a name beside a label, whatever the case of its letters."""
    want = name.lower()
    for each in label.parent.iterdir():
        if each.name.lower() == want:
            return each
    raise InputError(f"{label} points at {name}, which is not beside it")
