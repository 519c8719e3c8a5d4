"""The floors of the house: imports go down only. Each rule is shown to catch a planted fault."""

import ast
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SOURCE = ROOT / "src" / "marsward"
LINT = (
    "import sys; from importlinter.cli import lint_imports; sys.exit(lint_imports(no_cache=True))"
)
BARE = re.compile(r"^(numpy|math|numba|__future__|marsward\.\w+\.kernels\.\w+)$")


def lint(root: Path) -> subprocess.CompletedProcess[str]:
    """Run import-linter on the tree below `root`, whichever marsward is installed."""
    environment = {**os.environ, "PYTHONPATH": str(root / "src"), "COLUMNS": "200"}
    return subprocess.run(
        [sys.executable, "-c", LINT],
        cwd=root,
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
    )


def dressed_kernels(source: Path) -> list[str]:
    """Imports in kernel files of anything but numpy, math, numba and other kernels."""
    found = []
    for path in sorted(source.glob("*/kernels/*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = []
            if isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom):
                names = [f"{'.' * node.level}{node.module or ''}"]
            found += [f"{path.name}: {name}" for name in names if not BARE.match(name)]
    return found


@pytest.fixture(scope="module")
def copy(tmp_path_factory) -> Path:
    """A copy of the tree that may be spoilt."""
    root = tmp_path_factory.mktemp("copy")
    ignore = shutil.ignore_patterns("__pycache__", "assets", "*.nbi", "*.nbc")
    shutil.copytree(SOURCE, root / "src" / "marsward", ignore=ignore)
    shutil.copy(ROOT / ".importlinter", root)
    return root


def test_the_tree_keeps_every_rule():
    done = lint(ROOT)
    assert done.returncode == 0, done.stdout
    assert "0 broken" in done.stdout


def test_kernels_are_bare():
    assert list(SOURCE.glob("*/kernels/*.py"))
    assert dressed_kernels(SOURCE) == []


DOWN = "imports go down only"
PLANTED = {
    "core may not know data": ({"core/errors.py": "import marsward.data.fetch"}, DOWN),
    "dynamics may not know geometry, not even in a function": (
        {"dynamics/__init__.py": "def f():\n    from marsward.geometry import state"},
        DOWN,
    ),
    "mission may not know verify": ({"mission/store.py": "import marsward.verify"}, DOWN),
    "the planet may not know instruments": (
        {"planet/__init__.py": "import marsward.instruments"},
        DOWN,
    ),
    "instruments may not know the planet": (
        {"instruments/__init__.py": "import marsward.planet"},
        DOWN,
    ),
    "a retrieval may not know the planet": (
        {"retrieval/__init__.py": "import marsward.planet"},
        "never the planet",
    ),
    "a retrieval may not know the planet by way of another room": (
        {
            "retrieval/__init__.py": "import marsward.geometry",
            "geometry/__init__.py": "import marsward.planet",
        },
        "never the planet",
    ),
    "views may not know physics": (
        {"views/__init__.py": "import marsward.physics"},
        "know no physics",
    ),
    "views may not know retrievals": (
        {"views/__init__.py": "import marsward.retrieval"},
        "know no physics",
    ),
    "the door may not load numpy": ({"cli/door.py": "import numpy"}, "before anything heavy"),
}


@pytest.mark.parametrize("case", PLANTED)
def test_a_planted_import_is_caught(case, copy):
    planted, rule = PLANTED[case]
    whole = {copy / "src" / "marsward" / name: line for name, line in planted.items()}
    before = {path: path.read_text(encoding="utf-8") for path in whole}
    for path, line in whole.items():
        path.write_text(f"{before[path]}\n{line}\n", encoding="utf-8")
    try:
        done = lint(copy)
    finally:
        for path, text in before.items():
            path.write_text(text, encoding="utf-8")
    assert done.returncode == 1, done.stdout
    broken = [text for text in done.stdout.splitlines() if text.endswith("BROKEN")]
    assert any(rule in text for text in broken), done.stdout


def test_a_dressed_kernel_is_caught(copy):
    path = copy / "src" / "marsward" / "dynamics" / "kernels" / "planted.py"
    path.write_text("import math\nfrom scipy.special import j0\nfrom marsward.core import time\n")
    try:
        assert dressed_kernels(copy / "src" / "marsward") == [
            "planted.py: scipy.special",
            "planted.py: marsward.core",
        ]
    finally:
        path.unlink()
