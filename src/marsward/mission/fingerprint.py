"""Hashes of files and of the source code that a phase rests on, for its key."""

from __future__ import annotations

import ast
import hashlib
import json
import os
import re
from collections.abc import Iterable, Iterator
from functools import cache
from importlib.util import find_spec
from pathlib import Path

from marsward.core.cache_folder import cache_folder

_OWN = "marsward"
_ROOT = Path(__file__).resolve().parent.parent
_DOTTED = re.compile(r"^marsward(\.\w+)+(:\w+)?$")
_NO_RESULT = ("marsward.views", "marsward.verify", "marsward.cli", "marsward.mission")


def file_hash(path: Path) -> str:
    """sha256 of a file's content, remembered by its path, size and time of change."""
    path = path.resolve()
    status = path.stat()
    mark = f"{path}|{status.st_size}|{status.st_mtime_ns}"
    memory = _memory()
    if mark not in memory:
        with path.open("rb") as stream:
            memory[mark] = hashlib.file_digest(stream, "sha256").hexdigest()
        _remember(memory)
    return memory[mark]


@cache
def _memory() -> dict[str, str]:
    try:
        return dict(json.loads((cache_folder() / "hashes.json").read_text()))
    except (OSError, ValueError):
        return {}


def _remember(memory: dict[str, str]) -> None:
    """Keep the hashes for the next run; a cache folder that cannot be written costs time only."""
    target = cache_folder() / "hashes.json"
    partial = target.with_name(f".hashes.{os.getpid()}.partial")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        partial.write_text(json.dumps(memory, sort_keys=True))
        os.replace(partial, target)
    except OSError:
        return


def source_hash(modules: Iterable[str]) -> str:
    """sha256 over the source of `modules` and of all of marsward that they import.

    The machinery that orders, shows and checks results is left out: it does not make them.
    """
    seen: dict[str, Path] = {}
    waiting = list(modules)
    while waiting:
        name = waiting.pop()
        path = None if name in seen else _source(name)
        if path is None or name in seen:
            continue
        seen[name] = path
        waiting += [each for each in _imports(path, name) if _counts(each)]
    digest = hashlib.sha256()
    for name in sorted(seen):
        digest.update(f"{name} {_text_hash(seen[name])}\n".encode())
    return digest.hexdigest()


def _counts(name: str) -> bool:
    if name.startswith("marsward.mission.phases"):
        return True
    return not name.startswith(_NO_RESULT)


@cache
def _source(name: str) -> Path | None:
    """The file of a module, or None when the name is not a module."""
    if name == _OWN or name.startswith(f"{_OWN}."):
        base = _ROOT.joinpath(*name.split(".")[1:])
        for path in (base.with_suffix(".py"), base / "__init__.py"):
            if path.is_file():
                return path
        return None
    try:
        spec = find_spec(name)
    except (ImportError, ValueError):
        return None
    return Path(spec.origin) if spec and spec.origin and spec.has_location else None


@cache
def _text_hash(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


@cache
def _imports(path: Path, name: str) -> tuple[str, ...]:
    """Modules of marsward, or of the same outside package, that a file names in its code."""
    try:
        tree = ast.parse(path.read_bytes())
    except (SyntaxError, ValueError):
        return ()
    own = name.partition(".")[0]
    package = name if path.name == "__init__.py" else name.rpartition(".")[0]
    found = [each for each in _named(tree, package) if each.partition(".")[0] in (_OWN, own)]
    parents = [each.rpartition(".")[0] for each in found]
    return tuple(dict.fromkeys([*found, *parents]))


def _named(tree: ast.AST, package: str) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                parts = package.split(".")
                stem = ".".join(parts[: len(parts) - node.level + 1])
                base = f"{stem}.{base}".rstrip(".")
            yield base
            yield from (f"{base}.{alias.name}" for alias in node.names)
        elif (
            isinstance(node, ast.Constant)
            and isinstance(node.value, str)
            and _DOTTED.match(node.value)
        ):
            yield node.value.partition(":")[0]
