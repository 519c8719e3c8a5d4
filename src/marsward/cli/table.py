"""Plain tables for the terminal: columns as wide as they need, one of them wraps."""

from __future__ import annotations

import shutil
import textwrap
from collections.abc import Sequence
from typing import Any

TIE = "\N{NO-BREAK SPACE}"  # where a cell must not wrap; shown as a space


def print_table(
    head: Sequence[str], rows: Sequence[Sequence[Any]], *, wrapped: str = "", floor: int = 24
) -> None:
    """Print rows under a head; columns that are empty throughout are left out.

    Parameters
    ----------
    head
        Names of the columns.
    rows
        Their cells.
    wrapped
        Name of the column that wraps where the terminal ends; the last one when left out.
    floor
        The wrapping column is not made narrower than this.
    """
    texts = [[str(cell) for cell in row] for row in rows]
    kept = [i for i, name in enumerate(head) if any(row[i] for row in texts) or not texts]
    head = [head[i] for i in kept]
    texts = [[row[i] for i in kept] for row in texts]
    widths = [max([len(head[i]), *(len(row[i]) for row in texts)]) for i in range(len(head))]
    wide = head.index(wrapped) if wrapped in head else len(head) - 1
    taken = sum(widths) - widths[wide] + 2 * (len(widths) - 1)
    widths[wide] = min(widths[wide], max(floor, terminal_width() - taken))
    inset = "" if wide == len(head) - 1 else "  "
    for line in [list(head), *texts]:
        pieces = textwrap.wrap(line[wide], widths[wide], subsequent_indent=inset) or [""]
        for n, piece in enumerate(pieces):
            cells = [piece if i == wide else "" if n else cell for i, cell in enumerate(line)]
            padded = (cell.ljust(width) for cell, width in zip(cells, widths, strict=True))
            print("  ".join(padded).replace(TIE, " ").rstrip())


def print_notes(notes: Sequence[str]) -> None:
    """Print numbered notes, wrapped between words alone, so that links stay whole."""
    for n, note in enumerate(notes, 1):
        mark = f"[{n}] "
        lines = textwrap.wrap(
            note,
            max(24, terminal_width() - len(mark)),
            break_long_words=False,
            break_on_hyphens=False,
        )
        print("\n".join([mark + lines[0], *(" " * len(mark) + line for line in lines[1:])]))


def terminal_width() -> int:
    """Columns of the terminal; 120 where there is none."""
    return shutil.get_terminal_size((120, 24)).columns
