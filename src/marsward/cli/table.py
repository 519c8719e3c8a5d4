"""Plain tables for the terminal: columns as wide as they need, the last one wraps."""

from __future__ import annotations

import shutil
import textwrap
from collections.abc import Sequence
from typing import Any


def print_table(head: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    """Print rows under a head; columns that are empty throughout are left out."""
    texts = [[str(cell) for cell in row] for row in rows]
    kept = [i for i, name in enumerate(head) if any(row[i] for row in texts) or not texts]
    head = [head[i] for i in kept]
    texts = [[row[i] for i in kept] for row in texts]
    widths = [max([len(head[i]), *(len(row[i]) for row in texts)]) for i in range(len(head))]
    left = sum(widths[:-1]) + 2 * (len(widths) - 1)
    room = max(24, shutil.get_terminal_size((120, 24)).columns - left)
    for line in [list(head), *texts]:
        cells = [cell.ljust(width) for cell, width in zip(line[:-1], widths, strict=False)]
        wrapped = textwrap.wrap(line[-1], room) or [""]
        print("  ".join([*cells, wrapped[0]]).rstrip())
        for more in wrapped[1:]:
            print(" " * left + more)
