"""The page of a run together with the drawings that it was made of, each drawn once."""

from pathlib import Path

import pytest

from marsward.views import report


def drawn_page(folder: Path) -> tuple[str, dict]:
    """Write the page of a run: its text, and by name its drawings."""
    drawings, stored = {}, report._stored

    def kept(run, name, title, drawing):
        drawings[name] = drawing
        return stored(run, name, title, drawing)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(report, "_stored", kept)
        text = report.write_report(folder).read_text(encoding="utf-8")
    return text, drawings


def picture_text(folder: Path, name: str) -> str:
    """What the page wrote of a figure for others to use."""
    return (folder / "figures" / f"{name}.svg").read_text(encoding="utf-8")
