"""Text tables of weather stations: rows to columns, clocks to hours, bad lines by their number."""

from __future__ import annotations

import csv
import gzip
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from marsward.core.errors import DataError, InputError
from marsward.core.registry import unknown

__all__ = ["TextTable", "clock_hours", "text_lines"]

_CLOCK = re.compile(
    r"\s*(?:Sol-)?(\d{1,5})\s*[M ]\s*(\d{1,2}):(\d{2}):(\d{2}(?:\.\d+)?)\s*", re.IGNORECASE
)
_EMPTY = frozenset({"", "nan", "null", "none", "--", "unk"})


def text_lines(path: Path, what: str) -> list[str]:
    """Lines of a text, gzipped or not.

    Raises InputError when there is no such file, DataError when it is empty, cut off or no text.
    """
    if not path.is_file():
        raise InputError(f"there is no {what} {path}")
    try:
        raw = path.read_bytes()
        text = (gzip.decompress(raw) if raw[:2] == b"\x1f\x8b" else raw).decode("ascii")
    except (OSError, EOFError, UnicodeDecodeError) as error:
        raise DataError(f"{path} is truncated or no {what} ({error}); fetch it again") from error
    lines = text.splitlines()
    if not any(line.strip() for line in lines):
        raise DataError(f"{path} is empty; fetch it again")
    return lines


@dataclass(frozen=True, eq=False)
class TextTable:
    """Columns of text by name, with the number of each row's line."""

    path: Path
    columns: Mapping[str, list[str]]
    numbers: list[int]

    @classmethod
    def of_csv(cls, path: Path, lines: list[str], *, names: Iterable[str] = ()) -> TextTable:
        """A table of comma-separated values; the first line names its columns unless `names` do."""
        reader = csv.reader(lines)
        head = [name.strip() for name in names]
        rows: list[list[str]] = []
        numbers: list[int] = []
        for row in reader:
            if not row or (len(row) == 1 and not row[0].strip()):
                continue
            if not head:
                head = [name.strip().lstrip("\ufeff") for name in row]
                continue
            if len(row) != len(head):
                raise DataError(
                    f"{path}, line {reader.line_num}: {len(row)} values for {len(head)} columns"
                )
            rows.append(row)
            numbers.append(reader.line_num)
        if not rows:
            raise DataError(f"{path} holds no rows below its head; fetch it again")
        columns = {
            name: list(held) for name, held in zip(head, zip(*rows, strict=True), strict=True)
        }
        return cls(path, columns, numbers)

    def __len__(self) -> int:
        return len(self.numbers)

    def __contains__(self, name: str) -> bool:
        return name in self.columns

    def texts(self, name: str) -> list[str]:
        """One column as text; DataError with the nearest name when there is none."""
        if name not in self.columns:
            raise DataError(f"{self.path}: {unknown('column', name, self.columns)}")
        return self.columns[name]

    def numbers_of(
        self, name: str, *, missing: Iterable[float] = (), below: float | None = None
    ) -> NDArray[np.float64]:
        """One column as numbers, NaN where a value is missing.

        missing : values that stand for none
        below : values under this stand for none

        Raises DataError for a value that is no number, with its line.
        """
        texts = [t.strip().strip('"').strip() for t in self.texts(name)]
        cleaned = ["nan" if t.lower() in _EMPTY else t for t in texts]
        try:
            values = np.array(cleaned, dtype=float)
        except ValueError:
            line, bad = next(
                (n, t) for n, t in zip(self.numbers, cleaned, strict=True) if not _is_number(t)
            )
            raise DataError(
                f"{self.path}, line {line}: {bad!r} in column {name} is no number"
            ) from None
        for each in missing:
            values[values == each] = np.nan
        if below is not None:
            values[values < below] = np.nan
        return values

    def clocks(self, name: str) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Sols and hours of a column such as "00089M00:01:02.835"; DataError with the line."""
        texts = self.texts(name)
        out = np.empty((len(texts), 2))
        for row, text in enumerate(texts):
            read = clock_hours(text.strip().strip('"'))
            if read is None:
                raise DataError(
                    f"{self.path}, line {self.numbers[row]}: {text!r} in column {name} is no sol "
                    'and clock such as "00089M00:01:02.835"'
                )
            out[row] = read
        return out[:, 0], out[:, 1]

    def line_of(self, row: int) -> int:
        """Number of the line of a row."""
        return self.numbers[row]

    def checked(
        self, name: str, values: NDArray[np.float64], low: float, high: float, unit: str
    ) -> NDArray[np.float64]:
        """The values, or DataError with the line of the first one out of its range (NaN passes)."""
        bad = np.flatnonzero((values < low) | (values > high) | np.isinf(values))
        if bad.size:
            row = int(bad[0])
            raise DataError(
                f"{self.path}, line {self.numbers[row]}: {name} is {values[row]:g} {unit}, outside "
                f"{low:g} to {high:g}"
            )
        return values


def clock_hours(text: str) -> tuple[float, float] | None:
    """Sol and hours of a local clock, "00089M00:01:02.835" or "0089 00:01:02"; None for others."""
    found = _CLOCK.fullmatch(text)
    if found is None:
        return None
    sol, hour, minute, second = found.groups()
    if int(hour) > 24 or int(minute) > 59 or float(second) >= 61.0:
        return None
    return float(sol), int(hour) + int(minute) / 60.0 + float(second) / 3600.0


def _is_number(text: Any) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True
