"""Reader of SPK kernels: the Double precision Array File and its segments.

Layout: NAIF, "DAF Required Reading" and "SPK Required Reading" (types 2 and 3 here, tables of
states of types 8, 9, 12, 13 and 18 in `marsward.data.state_tables`). The file is
mapped, not read: a segment is a view of the mapped words, opened in microseconds. Files of the
other byte order are copied once into native order.
"""

from __future__ import annotations

import mmap
import struct
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from marsward.core.errors import DataError
from marsward.data.state_tables import TABLE_KINDS, layout

__all__ = ["CHEBYSHEV_KINDS", "READABLE_KINDS", "READS", "Kernel", "Segment", "open_kernel"]

RECORD = 1024
WORD = 8
CHEBYSHEV_KINDS = (2, 3)
READABLE_KINDS = (*CHEBYSHEV_KINDS, *TABLE_KINDS)
READS = "types 2 and 3 (Chebyshev), 8, 9, 12, 13 and 18 (tables of states)"
"""What can be evaluated, in words."""
_FTP = b"FTPSTR:\r:\n:\r\n:\r\x00:\x81:\x10\xce:ENDFTP"


@dataclass(frozen=True, eq=False)
class Segment:
    """One SPK segment: the state of ``target`` relative to ``centre`` from ``start`` to ``stop``.

    Times are TDB seconds past J2000. For types 2 and 3 ``first`` is the word at which record 0
    begins in the kernel's ``words``; every record holds ``size`` words: mid-time, radius, then
    ``ncoef`` Chebyshev coefficients for each of three (type 2) or six (type 3) components, in km
    and km/s. The records are ``length`` seconds long and begin at ``init``. Tables of states hold
    ``count`` of them, ``size`` words each, from ``first`` on; ``ncoef`` of them make a polynomial.
    Where steps are even ``init`` is the first epoch and ``length`` the step; otherwise the epochs
    stand behind the states.
    """

    target: int
    centre: int
    frame: int
    kind: int
    start: float
    stop: float
    name: str
    path: Path
    words: np.ndarray = field(repr=False)
    first: int = 0
    size: int = 0
    count: int = 0
    ncoef: int = 0
    init: float = 0.0
    length: float = 0.0

    @property
    def records(self) -> np.ndarray:
        """The records as a read-only view, shape (count, size)."""
        last = self.first + self.count * self.size
        return self.words[self.first : last].reshape(self.count, self.size)


@dataclass(frozen=True, eq=False)
class Kernel:
    """One open SPK file: its mapped words and its segments in file order."""

    path: Path
    words: np.ndarray = field(repr=False)
    segments: tuple[Segment, ...]


def open_kernel(path: str | Path) -> Kernel:
    """Open an SPK file.

    Parameters
    ----------
    path
        The file, of either byte order.

    Returns
    -------
    Kernel
        The mapped file; all segments are listed, `READABLE_KINDS` of them can be evaluated.

    Raises
    ------
    DataError
        When the file is missing, is a folder or no SPK kernel, was damaged in transfer or is cut
        short.
    """
    path = Path(path)
    buffer = _map(path)
    order, nd, ni, forward = _file_record(buffer, path)
    words = np.frombuffer(buffer, dtype=order + "f8", count=len(buffer) // WORD)
    if not words.dtype.isnative:
        words = words.astype(np.float64)
        words.flags.writeable = False
    segments = tuple(_segments(buffer, words, order, nd, ni, forward, path))
    if not segments:
        raise DataError(f"{path} is an SPK kernel without any segment; give one that holds data")
    return Kernel(path, words, segments)


def _map(path: Path) -> mmap.mmap:
    if path.is_dir():
        raise DataError(
            f"the kernel {path} is a folder; give the path of an SPK file, ending in .bsp"
        )
    try:
        with path.open("rb") as file:
            file.seek(0, 2)
            if file.tell() < RECORD:
                raise DataError(
                    f"{path} is no SPK kernel: it has {file.tell()} bytes and a kernel has at "
                    f"least {RECORD}; fetch the file again"
                )
            return mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    except FileNotFoundError:
        raise DataError(f"there is no kernel {path}; give the path of an SPK file") from None
    except (OSError, ValueError) as error:
        raise DataError(f"the kernel {path} cannot be read: {error}") from None


def _file_record(buffer: mmap.mmap, path: Path) -> tuple[str, int, int, int]:
    head = bytes(buffer[:RECORD])
    word = head[:8].decode("ascii", "replace").strip()
    if not (word.startswith("DAF/SPK") or word == "NAIF/DAF"):
        kind = "a web page" if head.lstrip()[:1] == b"<" else f"a file that begins with {word!r}"
        raise DataError(
            f"{path} is no SPK kernel but {kind} (a kernel begins with 'DAF/SPK'); "
            "fetch the file again"
        )
    order = {b"LTL-IEEE": "<", b"BIG-IEEE": ">"}.get(head[88:96])
    if order is None:
        label = head[88:96].decode("ascii", "replace").strip()
        if struct.unpack("<i", head[8:12])[0] == 2:
            order = "<"
        elif struct.unpack(">i", head[8:12])[0] == 2:
            order = ">"
        else:
            raise DataError(
                f"{path} stores numbers as {label!r}, which is neither LTL-IEEE nor BIG-IEEE; "
                "convert it with NAIF's toxfr and tobin"
            )
    if head.find(b"FTPSTR") >= 0 and head.find(_FTP) < 0:
        raise DataError(
            f"{path} was damaged by a text-mode transfer (its line-end marks changed); "
            "fetch it again in binary mode"
        )
    nd, ni = struct.unpack(order + "2i", head[8:16])
    (forward,) = struct.unpack(order + "i", head[76:80])
    if (nd, ni) != (2, 6):
        raise DataError(
            f"{path} is a DAF with {nd} doubles and {ni} integers per summary; an SPK kernel "
            "has 2 and 6"
        )
    return order, nd, ni, forward


def _segments(buffer, words, order, nd, ni, forward, path):
    step = (nd + (ni + 1) // 2) * WORD
    block, seen = forward, set()
    while block:
        if block in seen or block < 0 or (block + 1) * RECORD > len(buffer):
            raise DataError(_cut(path, len(buffer), f"summary record {block}"))
        seen.add(block)
        at = (block - 1) * RECORD
        following, _, count = struct.unpack(order + "3d", buffer[at : at + 24])
        if not 0 <= count <= (RECORD - 24) // step:
            raise DataError(_cut(path, len(buffer), f"summary record {block}"))
        for i in range(int(count)):
            o = at + 24 + i * step
            start, stop = struct.unpack(order + "2d", buffer[o : o + 16])
            integers = struct.unpack(order + "6i", buffer[o + 16 : o + 40])
            n = at + RECORD + i * step
            name = buffer[n : n + step].decode("ascii", "replace").strip(" \x00")
            yield _segment(words, start, stop, integers, name, path)
        block = int(following)


def _segment(words, start, stop, integers, name, path) -> Segment:
    target, centre, frame, kind, begin, end = integers
    if not 1 <= begin <= end or end > words.size:
        raise DataError(_cut(path, words.size * WORD, f"the segment of body {target}", end * WORD))
    described = (target, centre, frame, kind, start, stop, name, path, words)
    if kind in TABLE_KINDS:
        table = layout(kind, words[begin - 1 : end], target, path)
        return Segment(
            *described, begin - 1, table.size, table.states, table.window, table.init, table.step
        )
    if kind not in CHEBYSHEV_KINDS:
        return Segment(*described, first=begin - 1, size=end - begin + 1, count=1)
    init, length, size, count = (float(v) for v in words[end - 4 : end])
    components = 3 if kind == 2 else 6
    whole = size == int(size) and count == int(count) and length > 0.0 and count > 0
    if not whole or (int(size) - 2) % components or int(size) * int(count) + 4 > end - begin + 1:
        raise DataError(
            f"the segment of body {target} relative to {centre} in {path} is damaged: its "
            f"directory says {count:g} records of {size:g} words; fetch the file again"
        )
    ncoef = (int(size) - 2) // components
    return Segment(*described, begin - 1, int(size), int(count), ncoef, init, length)


def _cut(path: Path, has: int, what: str, needs: int = 0) -> str:
    tail = f"{what} needs {needs}" if needs else f"{what} is not in it"
    return f"{path} is cut short or damaged: it has {has} bytes and {tail}; fetch the file again"
