"""Blocks of numbers that are kept as they are done: in a folder, or in memory."""

from __future__ import annotations

import json
import os
import zlib
from pathlib import Path
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from marsward._version import __version__
from marsward.core.errors import InputError
from marsward.core.product import cannot_write
from marsward.core.progress import Progress
from marsward.core.whole_file import drafts_of

__all__ = ["Block", "BlockStore"]

Block = dict[str, NDArray]


class BlockStore:
    """Numbered blocks of one run.

    key : what decides the numbers, in one text; a folder of another key is refused
    count : number of blocks
    folder : where they lie, or None to hold them in memory
    progress : who is told

    Raises InputError for a folder of another run, or what the system said when it cannot be made.
    """

    def __init__(self, key: str, count: int, folder: Path | None, progress: Progress) -> None:
        self.key, self.count, self.folder, self.progress = key, count, folder, progress
        self.held: dict[int, Block] = {}
        if folder is None:
            return
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise cannot_write(folder, error) from error
        self._claim(folder / "run.json")

    def _claim(self, path: Path) -> None:
        if not path.is_file():
            told = {"made by": f"marsward {__version__}", "key": self.key, "blocks": self.count}
            with drafts_of(path) as (draft,):
                draft.write_text(json.dumps(told, indent=1) + "\n", encoding="utf-8")
            return
        try:
            known = json.loads(path.read_text(encoding="utf-8")).get("key")
        except (OSError, ValueError, AttributeError):
            known = None
        if known != self.key:
            raise InputError(
                f"{path.parent} holds the blocks of another run (another grid, maps, options or "
                "version); name another checkpoint folder, or delete it"
            )

    def path(self, number: int) -> Path | None:
        """The file of a block."""
        return self.folder / f"block-{number:06d}.npz" if self.folder is not None else None

    def keep(self, number: int, block: Block) -> None:
        """Put a block away; on disk it appears whole or not at all."""
        path = self.path(number)
        if path is None:
            self.held[number] = block
            return
        with drafts_of(path) as (draft,), draft.open("wb") as stream:
            np.savez(stream, **block)  # type: ignore[arg-type]
            stream.flush()
            os.fsync(stream.fileno())

    def get(self, number: int) -> Block | None:
        """A block that is done, None if it is not (or cannot be read)."""
        path = self.path(number)
        if path is None:
            return self.held.get(number)
        if not path.is_file():
            return None
        try:
            with np.load(path) as table:
                return {name: table[name] for name in table.files}
        except (OSError, ValueError, EOFError, KeyError, BadZipFile, zlib.error) as error:
            self.progress.note(f"{path} cannot be read ({error}); its block is computed again")
            path.unlink(missing_ok=True)
            return None

    def missing(self) -> list[int]:
        """Numbers of the blocks that are still to be computed."""
        rest = [n for n in range(self.count) if self.get(n) is None]
        done = self.count - len(rest)
        if done:
            self.progress.note(f"going on after {done} of {self.count} blocks")
        return rest
