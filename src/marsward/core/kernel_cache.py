"""Compiled kernels on disk are thrown away when the source of any kernel has changed.

numba remembers a compiled kernel until the file of that very kernel changes. It does not see that
another kernel, compiled into it, has: what it then loads is stale, gives wrong numbers and may end
the process. Reading the dates of some thirty files at import costs less than a millisecond.
"""

from __future__ import annotations

import os

_STAMP = "sources.stamp"
_COMPILED = (".nbi", ".nbc")


def drop_stale_kernels(package: str) -> int:
    """Remove the compiled kernels of a package if any kernel source is not as it was.

    Parameters
    ----------
    package : str
        Folder of the package; kernels are in <room>/kernels below it.

    Returns
    -------
    int
        How many files were removed.
    """
    folders = _kernel_folders(package)
    stamp = os.path.join(package, "core", "__pycache__", _STAMP)
    now = "\n".join(mark for folder in folders for mark in _marks(folder))
    if _read(stamp) == now:
        return 0
    removed = sum(_clear(os.path.join(folder, "__pycache__")) for folder in folders)
    _write(stamp, now)
    return removed


def _read(path: str) -> str:
    try:
        with open(path, encoding="utf-8") as stream:
            return stream.read()
    except OSError:
        return ""


def _kernel_folders(package: str) -> list[str]:
    rooms = sorted(entry.path for entry in os.scandir(package) if entry.is_dir())
    folders = [os.path.join(room, "kernels") for room in rooms]
    return [folder for folder in folders if os.path.isdir(folder)]


def _marks(folder: str) -> list[str]:
    """Name, size and date of each source file."""
    found = []
    for entry in os.scandir(folder):
        if entry.name.endswith(".py"):
            status = entry.stat()
            found.append(f"{entry.path} {status.st_size} {status.st_mtime_ns}")
    return sorted(found)


def _clear(folder: str) -> int:
    """Remove compiled files; another process may be at it, too."""
    removed = 0
    try:
        entries = list(os.scandir(folder))
    except OSError:
        return 0
    for entry in entries:
        if entry.name.endswith(_COMPILED):
            try:
                os.unlink(entry.path)
            except OSError:
                continue
            removed += 1
    return removed


def _write(path: str, text: str) -> None:
    """Keep the dates; where nothing can be written, numba keeps its files elsewhere, too."""
    partial = f"{path}.{os.getpid()}"
    try:
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(partial, "w", encoding="utf-8") as stream:
            stream.write(text)
        os.replace(partial, path)
    except OSError:
        return
