"""Numbers of bytes, written for people."""

from __future__ import annotations


def size_text(size: float) -> str:
    """A number of bytes for people: "2.1 MB"."""
    for unit in ("B", "kB", "MB"):
        if size < 1000.0:
            return f"{size:.0f} B" if unit == "B" else f"{size:.1f} {unit}"
        size /= 1000.0
    return f"{size:.1f} GB"
