"""Files that appear whole or not at all: drafts beside their places, moved when all are done."""

from __future__ import annotations

import errno
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from marsward.core.product import cannot_write

__all__ = ["drafts_of"]


@contextmanager
def drafts_of(*paths: Path) -> Iterator[tuple[Path, ...]]:
    """Places for drafts of files in one folder; at the end of the block they become the files.

    Files move into place in the order given. When the block fails, the drafts go and older files
    stay as they were.

    Raises
    ------
    InputError, DataError : a place that is a folder, or what the system said when something could
        not be written, as `cannot_write` puts it
    """
    first = paths[0]
    for path in paths:
        if path.is_dir():
            raise cannot_write(path, IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR)))
    try:
        with tempfile.TemporaryDirectory(prefix=f".{first.name}.", dir=first.parent) as folder:
            drafts = tuple(Path(folder) / path.name for path in paths)
            yield drafts
            for draft, path in zip(drafts, paths, strict=True):
                os.replace(draft, path)
    except OSError as error:
        raise cannot_write(first, error) from error
