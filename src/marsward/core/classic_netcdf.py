"""Whether a file of the classic netCDF format is whole.

Past the end of a file that is cut off, netCDF's own library reads zeros without a word. The header
tells where each variable begins and how long it is, so the least length of the file is known.
Layout of the header: the netCDF classic format specification (versions 1, 2 and 5),
docs.unidata.ucar.edu/netcdf-c. Files of netCDF-4 (HDF5) refuse to open by themselves.
"""

from __future__ import annotations

from math import prod
from pathlib import Path
from typing import BinaryIO

from marsward.core.errors import DataError

__all__ = ["check_whole"]

# Bytes of a value of each type, by the number that the format gives it.
_BYTES = {1: 1, 2: 1, 3: 2, 4: 4, 5: 4, 6: 8, 7: 1, 8: 2, 9: 4, 10: 8, 11: 8}
_OPEN_ENDED = {4: 2**32 - 1, 8: 2**64 - 1}  # records of a file that was still being written


def check_whole(path: Path) -> None:
    """DataError when a file of the classic format ends before its last variable does, or is empty.

    Files of other formats pass.
    """
    size = path.stat().st_size
    if not size:
        raise DataError(f"{path.name} is empty; fetch it again")
    with path.open("rb") as stream:
        magic = stream.read(4)
        if magic[:3] != b"CDF" or magic[3:] not in (b"\x01", b"\x02", b"\x05"):
            return
        try:
            least = _Header(stream, magic[3], size).end()
        except (EOFError, KeyError, IndexError) as error:
            raise DataError(
                f"{path.name} is cut off or damaged in its header ({size} bytes); fetch it again"
            ) from error
    if size < least:
        raise DataError(
            f"{path.name} is cut off: its variables take {least} bytes, the file has {size}; fetch "
            "it again"
        )


class _Header:
    """The header of a classic file, read once from its fifth byte on."""

    def __init__(self, stream: BinaryIO, version: int, size: int) -> None:
        self.stream, self.size = stream, size
        self.count = 8 if version == 5 else 4  # bytes of a count
        self.offset = 4 if version == 1 else 8

    def end(self) -> int:
        """Bytes up to the end of the last value."""
        records = self._integer(self.count)
        if records == _OPEN_ENDED[self.count]:
            records = 0
        lengths = []
        for _ in range(self._listed()):
            self._skip_text()
            lengths.append(self._integer(self.count))
        self._skip_attributes()
        fixed, moving = [0], []
        for _ in range(self._listed()):
            begin, size, recorded = self._variable(lengths)
            if recorded:
                moving.append((begin, size))
            elif size:
                fixed.append(begin + size)
        step = sum(_padded(size) for _, size in moving) if len(moving) > 1 else 0
        step = moving[0][1] if len(moving) == 1 else step
        last = [begin + (records - 1) * step + size for begin, size in moving if records and size]
        return max(fixed + last + [self.stream.tell()])

    def _variable(self, lengths: list[int]) -> tuple[int, int, bool]:
        """Where a variable begins, its bytes (of one record), whether it grows by records."""
        self._skip_text()
        axes = [lengths[self._integer(self.count)] for _ in range(self._integer(self.count))]
        self._skip_attributes()
        each = _BYTES[self._integer(4)]
        self._integer(self.count)  # its bytes as told, which overflow for large ones
        begin = self._integer(self.offset)
        recorded = bool(axes) and axes[0] == 0
        return begin, each * prod(axes[1:] if recorded else axes), recorded

    def _listed(self) -> int:
        """Entries of the list that comes next."""
        tag, count = self._integer(4), self._integer(self.count)
        return count if tag else 0

    def _skip_attributes(self) -> None:
        for _ in range(self._listed()):
            self._skip_text()
            each = _BYTES[self._integer(4)]
            self._take(_padded(each * self._integer(self.count)))

    def _skip_text(self) -> None:
        self._take(_padded(self._integer(self.count)))

    def _integer(self, size: int) -> int:
        return int.from_bytes(self._take(size), "big")

    def _take(self, size: int) -> bytes:
        if size > self.size - self.stream.tell():
            raise EOFError
        return self.stream.read(size)


def _padded(size: int) -> int:
    return -(-size // 4) * 4
