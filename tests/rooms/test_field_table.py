"""One table of fields: modules describe a name alike, in whatever order they are imported."""

import ast
import json
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

from marsward.core.errors import InputError
from marsward.core.fields import FIELDS, FieldRow, add_fields

ROOT = Path(__file__).resolve().parents[2]
SOURCE = ROOT / "src" / "marsward"
IMPORTS = """
import importlib, json, random, sys
names = json.loads(sys.argv[1])
random.Random(int(sys.argv[2])).shuffle(names)
for name in names:
    importlib.import_module(name)
from marsward.core.fields import FIELDS
print(json.dumps({name: str(row) for name, row in FIELDS.items()}))
"""
OUTSIDE = {"marsward.__main__"}


def modules(*, with_fields: bool) -> list[str]:
    """Modules of the package by dotted name: every one, or those alone that bring fields."""
    found = []
    for path in sorted(SOURCE.rglob("*.py")):
        if not with_fields or "add_fields(" in path.read_text(encoding="utf-8"):
            parts = path.relative_to(SOURCE.parent).with_suffix("").parts
            found.append(".".join(part for part in parts if part != "__init__"))
    return [name for name in found if name not in OUTSIDE]


def table_after(names: list[str], seed: int) -> dict[str, str]:
    """The table when modules are imported in a shuffled order by a fresh Python."""
    done = subprocess.run(
        [sys.executable, "-c", IMPORTS, json.dumps(names), str(seed)],
        capture_output=True, text=True, timeout=120,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-2000:]
    return json.loads(done.stdout)


@cache
def described() -> dict[str, set[tuple[str, str]]]:
    """By name of a field: the descriptions of it and the files they stand in."""
    found: dict[str, set[tuple[str, str]]] = {}
    for path in sorted(SOURCE.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            named = isinstance(node, ast.Call) and getattr(node.func, "id", "") == "FieldRow"
            if named and node.args and isinstance(node.args[0], ast.Constant):
                text = (path.relative_to(SOURCE).as_posix(), ast.unparse(node))
                found.setdefault(str(node.args[0].value), set()).add(text)
    return found


@pytest.mark.parametrize(("seed", "with_fields"), [(1, False), (2, True), (3, True)])
def test_modules_agree_in_any_order(seed, with_fields):
    names = modules(with_fields=with_fields)
    assert len(names) > 40
    table = table_after(names, seed)
    assert {"averaging_kernel", "dust_extinction", "limb_dust_extinction"} <= set(table)
    assert len(table) > 200


def test_no_name_is_described_in_two_ways():
    for name, rows in described().items():
        assert len({text for _, text in rows}) == 1, f"{name}: {sorted(rows)}"


def test_the_kernel_of_a_profile_has_one_owner():
    assert {path for path, _ in described()["averaging_kernel"]} == {
        "retrieval/occultation_smoothing.py"
    }
    assert {path for path, _ in described()["dust_extinction"]} == {"planet/air_dataset.py"}


def test_another_meaning_is_refused_and_changes_nothing():
    row = FIELDS["temperature"]
    with pytest.raises(InputError, match="'temperature' is in the table already, in K as"):
        add_fields(FieldRow("temperature", "degC", "temperature"))
    assert FIELDS["temperature"] is row
