"""How work tells its progress: a protocol that the door fills, silent unless asked."""

from __future__ import annotations

from typing import Protocol, runtime_checkable


@runtime_checkable
class Progress(Protocol):
    """What a phase may say while it works; the door decides how it looks."""

    def phase(self, name: str) -> None:
        """A phase called `name` begins."""

    def update(self, fraction: float, note: str = "") -> None:
        """`fraction` of the phase, 0 to 1, is done; `note` says where the mission is."""

    def note(self, text: str) -> None:
        """One remark, such as that kernels are being compiled."""

    def done(self, sentence: str) -> None:
        """The phase has ended, with one sentence of result."""


class SilentProgress:
    """Progress that nobody listens to: the default of the library."""

    def phase(self, name: str) -> None:
        return None

    def update(self, fraction: float, note: str = "") -> None:
        return None

    def note(self, text: str) -> None:
        return None

    def done(self, sentence: str) -> None:
        return None
