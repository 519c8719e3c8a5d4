"""How a run shows itself: a bar for each phase, plain lines, or JSON lines for machines."""

from __future__ import annotations

import json
import sys
import time
from contextlib import AbstractContextManager
from types import TracebackType
from typing import Any, Self


def display(*, json_lines: bool) -> Display:
    """JSON lines if asked for, bars where there is a terminal, plain lines elsewhere."""
    if json_lines:
        return JsonLines()
    return Bars() if sys.stdout.isatty() else PlainLines()


class Display(AbstractContextManager["Display"]):
    """A `Progress` that is opened and closed around a run."""

    def __init__(self) -> None:
        self.name = ""
        self.begun = time.monotonic()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        return None

    @property
    def seconds(self) -> float:
        """Wall-clock seconds since the phase began."""
        return time.monotonic() - self.begun

    def phase(self, name: str) -> None:
        self.name = name
        self.begun = time.monotonic()

    def update(self, fraction: float, note: str = "") -> None:
        return None

    def note(self, text: str) -> None:
        return None

    def done(self, sentence: str) -> None:
        return None

    def say(self, text: str) -> None:
        """A line that belongs to the run as a whole."""
        print(text, flush=True)


class PlainLines(Display):
    """One line when a phase begins, one for each remark, one with its result."""

    def phase(self, name: str) -> None:
        super().phase(name)
        print(f"{name} …", flush=True)

    def note(self, text: str) -> None:
        print(f"{self.name}: {text}", flush=True)

    def done(self, sentence: str) -> None:
        print(f"{self.name}: {sentence} [{self.seconds:.1f} s]", flush=True)


class JsonLines(Display):
    """One JSON object per line: event, phase, and what belongs to the event."""

    def __init__(self) -> None:
        super().__init__()
        self.last = -1.0

    def _line(self, event: str, **details: Any) -> None:
        print(json.dumps({"event": event, **details}, ensure_ascii=False), flush=True)

    def phase(self, name: str) -> None:
        super().phase(name)
        self.last = -1.0
        self._line("phase", phase=name)

    def update(self, fraction: float, note: str = "") -> None:
        if fraction - self.last < 0.01 and fraction < 1.0:
            return
        self.last = fraction
        self._line("progress", phase=self.name, fraction=round(fraction, 4), note=note)

    def note(self, text: str) -> None:
        self._line("note", phase=self.name, text=text)

    def done(self, sentence: str) -> None:
        seconds = round(self.seconds, 3)
        self._line("done", phase=self.name, sentence=sentence, seconds=seconds)

    def say(self, text: str) -> None:
        return None

    def end(self, **details: Any) -> None:
        """The last line: where the run is and what was checked."""
        self._line("end", **details)


class Bars(Display):
    """One line per phase on a terminal: a bar, where the mission is, a clock; then its result."""

    def __init__(self) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

        super().__init__()
        self.console = Console(highlight=False)
        self.bars = Progress(
            TextColumn("[bold]{task.description:<12}"),
            BarColumn(bar_width=28),
            TextColumn("{task.percentage:>3.0f} %"),
            TimeElapsedColumn(),
            TextColumn("{task.fields[note]}", markup=False),
            console=self.console,
            transient=True,
        )
        self.task: TaskID | None = None

    def __enter__(self) -> Self:
        self.bars.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.bars.stop()

    def phase(self, name: str) -> None:
        super().phase(name)
        self.task = self.bars.add_task(name, total=1.0, note="")

    def update(self, fraction: float, note: str = "") -> None:
        if self.task is not None:
            self.bars.update(self.task, completed=min(1.0, max(0.0, fraction)), note=note)

    def note(self, text: str) -> None:
        if self.task is not None:
            self.bars.update(self.task, note=text)

    def done(self, sentence: str) -> None:
        from rich.text import Text

        if self.task is not None:
            self.bars.remove_task(self.task)
            self.bars.refresh()
            self.task = None
        line = Text.assemble(
            (f"{self.name:<12} ", "bold green"), sentence, (f"  {self.seconds:.1f} s", "dim")
        )
        self.console.print(line)

    def say(self, text: str) -> None:
        self.console.print(text, markup=False)
