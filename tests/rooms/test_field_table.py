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
import importlib, json, os, random, sys
outside, *orders = json.loads(sys.stdin.read())
for name in outside:  # what all orders need from others is read once; of ours nothing is
    importlib.import_module(name)
assert not [name for name in sys.modules if name.startswith("marsward")]
for seed, names in orders:
    if os.fork() == 0:
        random.Random(seed).shuffle(names)
        for name in names:
            importlib.import_module(name)
        from marsward.core.fields import FIELDS
        print(json.dumps({name: str(row) for name, row in FIELDS.items()}), flush=True)
        os._exit(0)
    if os.wait()[1]:
        sys.exit(1)
"""
OTHERS = ("numpy", "scipy", "scipy.stats", "numba", "xarray", "pydantic", "matplotlib.figure",
          "astropy.time", "rasterio", "pyproj", "spiceypy", "rich", "cyclopts")  # fmt: skip
OUTSIDE = {"marsward.__main__"}


def modules(*, with_fields: bool) -> list[str]:
    """Modules of the package by dotted name: every one, or those alone that bring fields."""
    found = []
    for path in sorted(SOURCE.rglob("*.py")):
        if not with_fields or "add_fields(" in path.read_text(encoding="utf-8"):
            parts = path.relative_to(SOURCE.parent).with_suffix("").parts
            found.append(".".join(part for part in parts if part != "__init__"))
    return [name for name in found if name not in OUTSIDE]


@cache
def tables() -> tuple[dict[str, str], ...]:
    """The table when modules are imported in a shuffled order by Pythons that knew none of them."""
    orders = [
        (seed, modules(with_fields=some)) for seed, some in ((1, False), (2, True), (3, True))
    ]
    assert all(len(names) > 40 for _, names in orders)
    done = subprocess.run(
        [sys.executable, "-c", IMPORTS], input=json.dumps([OTHERS, *orders]),
        capture_output=True, text=True, timeout=240,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-2000:]
    return tuple(json.loads(line) for line in done.stdout.splitlines())


@cache
def described() -> dict[str, set[tuple[str, str]]]:
    """By name of a field: the descriptions of it and the files they stand in."""
    found: dict[str, set[tuple[str, str]]] = {}
    for path in sorted(SOURCE.rglob("*.py")):
        text = path.read_text(encoding="utf-8")
        for node in ast.walk(ast.parse(text)) if "FieldRow(" in text else ():
            named = isinstance(node, ast.Call) and getattr(node.func, "id", "") == "FieldRow"
            if named and node.args and isinstance(node.args[0], ast.Constant):
                told = (path.relative_to(SOURCE).as_posix(), ast.unparse(node))
                found.setdefault(str(node.args[0].value), set()).add(told)
    return found


@pytest.mark.parametrize("order", [0, 1, 2])
def test_modules_agree_in_any_order(order):
    table = tables()[order]
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
