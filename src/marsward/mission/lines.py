"""Where each key of a TOML text stands, which tomllib does not tell."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

Path = tuple[str | int, ...]

_HEADER = re.compile(r"^\s*(\[\[?)\s*(.+?)\s*\]\]?\s*(#.*)?$")
_KEY = re.compile(
    r"""^\s*((?:[A-Za-z0-9_-]+|"[^"]*"|'[^']*')(?:\s*\.\s*(?:[A-Za-z0-9_-]+|"[^"]*"|'[^']*'))*)\s*="""
)
_PIECE = re.compile(r"""[A-Za-z0-9_-]+|"[^"]*"|'[^']*'""")
_STRINGS = re.compile(r'''"""|\'\'\'|"(?:\\.|[^"\\])*"|'[^']*'|\#.*$''')


def line_table(text: str) -> dict[Path, int]:
    """Line numbers, from 1, of every table and key of a TOML text.

    Paths look like ("phase", 0, "epoch"): tables of an array carry their place in it. The text
    must be TOML that tomllib reads.
    """
    table: dict[Path, int] = {(): 1}
    counts: dict[Path, int] = {}
    here: Path = ()
    for number, line in _statements(text):
        header = _HEADER.match(line)
        if header:
            here = _enter(header, counts)
            table.setdefault(here, number)
            continue
        key = _KEY.match(line)
        if key:
            path = here
            for piece in _pieces(key.group(1)):
                path = (*path, piece)
                table.setdefault(path, number)
    return table


def line_of(path: Path, table: Mapping[Path, int | str]) -> int | str:
    """The line of `path`, or of the nearest table above it that has one."""
    while path not in table and path:
        path = path[:-1]
    return table.get(path, 1)


def _pieces(dotted: str) -> list[str]:
    return [piece.strip("\"'") for piece in _PIECE.findall(dotted)]


def _enter(header: re.Match[str], counts: dict[Path, int]) -> Path:
    """The path that a table header opens; `counts` keeps the arrays of tables."""
    pieces = _pieces(header.group(2))
    path: Path = ()
    for piece in pieces[:-1]:
        path = (*path, piece)
        if path in counts:
            path = (*path, counts[path] - 1)
    path = (*path, pieces[-1])
    if header.group(1) == "[[":
        counts[path] = counts.get(path, 0) + 1
        return (*path, counts[path] - 1)
    return path


def _statements(text: str) -> Iterator[tuple[int, str]]:
    """Lines that begin a statement: not the inner lines of long strings and arrays."""
    depth = 0
    quote = ""
    for number, line in enumerate(text.splitlines(), 1):
        rest = line
        if quote:
            _, found, rest = line.partition(quote)
            if not found:
                continue
            quote = ""
        elif depth == 0:
            yield number, line
            if _HEADER.match(line):
                continue
        quote, bare = _without_strings(rest)
        depth = max(0, depth + sum(bare.count(c) for c in "[{") - sum(bare.count(c) for c in "]}"))


def _without_strings(line: str) -> tuple[str, str]:
    """(open long quote or "", the line without its strings and comment)."""
    bare = ""
    place = 0
    while place < len(line):
        hit = _STRINGS.search(line, place)
        if not hit:
            return "", bare + line[place:]
        bare += line[place : hit.start()]
        if hit.group() in ('"""', "'''"):
            end = line.find(hit.group(), hit.end())
            if end < 0:
                return hit.group(), bare
            place = end + 3
        else:
            place = hit.end()
    return "", bare
