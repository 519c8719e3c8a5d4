"""Compiled kernels on disk: whether they are there, and away with them when any source changes.

numba remembers a compiled kernel until the file of that very kernel changes. It does not see that
another kernel, compiled into it, has: what it then loads is stale, gives wrong numbers and may end
the process. Reading the dates of some thirty files at import costs less than a millisecond.
"""

from __future__ import annotations

import os
import sys

_PACKAGE = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
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


def is_compiled(kernel: str, *, package: str = _PACKAGE) -> bool:
    """Whether a kernel lies compiled on disk, for this Python.

    numba looks in the folder that NUMBA_CACHE_DIR names, if any; else beside the source and, where
    nothing can be written there, in the user's cache folder. A compiled file is not opened: one
    that another numba has left counts, too.

    Parameters
    ----------
    kernel : str
        Room, file and function, such as "dynamics.dop853.integrate".
    package : str
        Folder of the package; kernels are in <room>/kernels below it.
    """
    room, file, function = kernel.split(".")
    start = f"{file}.{function}-"
    python = f".py{sys.version_info.major}{sys.version_info.minor}"
    for folder in _compiled_folders(os.path.join(package, room, "kernels")):
        try:
            names = os.listdir(folder)
        except OSError:
            continue
        if any(n.startswith(start) and python in n and n.endswith(".nbi") for n in names):
            return True
    return False


def _compiled_folders(folder: str) -> list[str]:
    """Where numba may keep what it compiles of one folder of kernels."""
    from hashlib import sha1

    source = os.path.abspath(folder)
    mark = sha1(source.encode(), usedforsecurity=False).hexdigest()
    own = f"{os.path.basename(source)}_{mark}"
    given = os.environ.get("NUMBA_CACHE_DIR")
    if given:
        return [os.path.join(given, own)]
    from platformdirs import user_cache_dir

    return [
        os.path.join(source, "__pycache__"),
        os.path.join(user_cache_dir("numba", appauthor=False), own),
    ]


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
