"""Calendar readings: text, datetime64 and datetimes to day, second of day and fraction, and back.

A reading is (day, second, fraction): whole days since 2000-01-01, the whole second of that
day (0–86399, and 86400 inside a leap second) and the rest in [0, 1). Nothing is rounded on
the way in: whole seconds stay integers and the fraction is parsed on its own.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Any

import numpy as np

from marsward.core.errors import InputError

DAY_2000 = date(2000, 1, 1).toordinal()
UNIX_DAY_2000 = 10_957

_TEXT = re.compile(
    r"(\d{4})-(?:(\d{3})|(\d{1,2})-(\d{1,2}))"
    r"(?:(?:[T ]|//)(\d{1,2})(?::(\d{1,2})(?::(\d{1,2})(?:[.,](\d*))?)?)?)?"
    r"\s*(Z|UTC|TAI|TT|TDB|ET|[+-]\d{2}:?\d{2})?"
)
_TICKS = {"ms": 1e3, "us": 1e6, "ns": 1e9, "ps": 1e12, "fs": 1e15, "as": 1e18}
_EXAMPLE = '"2020-07-26T21:14:35.123"'
PAST, FUTURE = 6.3e10, 2.52e11
"""Seconds before and after J2000 within which the calendar has years 1 to 9999 [s]."""

Reading = tuple[Any, Any, Any]
"""Day, second of day and fraction: floats of one instant, float64 arrays of many."""


def read_text(text: str, scale: str = "UTC") -> tuple[int, int, float]:
    """Day, second and fraction of one ISO text; InputError when it is not a date.

    Accepts calendar dates and days of year, "T" or a blank before the clock, a trailing "Z",
    the name of the scale or an offset from UTC such as "+08:00", any number of decimals, and
    second 60 (the caller checks that the day has one).
    """
    found = _TEXT.fullmatch(text.strip())
    if found is None:
        raise InputError(f"{text!r} is not a date: write it like {_EXAMPLE}")
    year, yday, month, day, hour, minute, second, decimals, named = found.groups()
    offset = _offset(text, named, hour)
    _check_scale(text, "Z" if named and named[0] in "+-" else named, scale)
    try:
        if yday:
            ordinal = date(int(year), 1, 1).toordinal() + int(yday) - 1
            if not 1 <= int(yday) <= 366 or date.fromordinal(ordinal).year != int(year):
                raise ValueError(f"day {yday} is not in {year}")
        else:
            ordinal = date(int(year), int(month), int(day)).toordinal()
    except ValueError as error:
        raise InputError(f"{text!r} is not a date ({error}): write it like {_EXAMPLE}") from error
    h, m, s = int(hour or 0), int(minute or 0), int(second or 0)
    if h > 23 or m > 59 or s > 60 or (s == 60 and ((h, m) != (23, 59) or offset)):
        raise InputError(f"{text!r} has a clock reading that no day has: write it like {_EXAMPLE}")
    fraction = float("0." + decimals) if decimals else 0.0
    if fraction >= 1.0:
        fraction = float(np.nextafter(1.0, 0.0))
    if offset:
        shift, clock = divmod(h * 3600 + m * 60 + s - offset, 86_400)
        return ordinal - DAY_2000 + shift, clock, fraction
    return ordinal - DAY_2000, h * 3600 + m * 60 + s, fraction


def _offset(text: str, named: str | None, hour: str | None) -> int:
    """Seconds by which the text's clock is ahead of UTC; 0 where it names none."""
    if not named or named[0] not in "+-":
        return 0
    hours, minutes = int(named[1:3]), int(named[-2:])
    if hour is None or hours > 14 or minutes > 59:
        raise InputError(f"{text!r} has no clock of that offset: write it like {_EXAMPLE}")
    return (hours * 3600 + minutes * 60) * (1 if named[0] == "+" else -1)


def read(x: Any, scale: str = "UTC") -> Reading:
    """Readings of text, a list or array of text, datetime64, or aware datetimes (UTC only).

    Raises InputError for anything else: a bare number has no scale or origin, and a
    datetime without a time zone does not say when it is.
    """
    if isinstance(x, str):
        return _floats(read_text(x, scale))
    if isinstance(x, datetime | date):
        return _floats(_read_datetime(x, scale))
    if isinstance(x, np.ndarray | np.generic) and x.dtype.kind == "M":
        return _read_datetime64(np.asarray(x))
    values = np.asarray(x, dtype=object) if isinstance(x, Sequence | np.ndarray) else None
    if values is None or values.size == 0:
        raise InputError(
            f"{x!r} is not a time: write text like {_EXAMPLE}, or Epoch.et(seconds) for "
            "TDB seconds past J2000"
        )
    flat = values.ravel()
    if all(isinstance(item, str) for item in flat):
        quick = _read_uniform(flat)
        if quick is None:
            rows = [read_text(item, scale) for item in flat]
            quick = _columns(rows)
    elif all(isinstance(item, np.datetime64) for item in flat):
        return _read_datetime64(np.array(list(flat)).reshape(values.shape))
    else:
        for item in flat:
            if not isinstance(item, str | datetime | np.datetime64):
                raise InputError(f"{item!r} is not a time: write text like {_EXAMPLE}")
        quick = _columns([_one(item, scale) for item in flat])
    day, second, fraction = (column.reshape(values.shape) for column in quick)
    return day, second, fraction


def clock_text(day: int, second: int, fraction: int, digits: int) -> str:
    """ISO text of one reading whose fraction is a whole number of 10^-digits seconds."""
    h, m, s = (23, 59, 60) if second == 86_400 else _clock(second)
    when = f"{date.fromordinal(day + DAY_2000).isoformat()}T{h:02d}:{m:02d}:{s:02d}"
    return f"{when}.{fraction:0{digits}d}" if digits else when


def clock_texts(
    day: np.ndarray, second: np.ndarray, fraction: np.ndarray, digits: int
) -> np.ndarray:
    """ISO texts of many readings, as `clock_text`, any shape."""
    flat = [a.ravel().astype(np.int64) for a in (day, second, fraction)]
    seconds = (flat[0] + UNIX_DAY_2000) * 86_400 + np.minimum(flat[1], 86_399)
    unit: Any = {0: "s", 3: "ms", 6: "us", 9: "ns"}.get(digits)
    if unit and np.all(np.abs(seconds) < 9_000_000_000):
        ticks = seconds * 10**digits + flat[2]
        texts = np.datetime_as_string(ticks.astype(f"datetime64[{unit}]"), unit=unit)
    else:
        texts = np.datetime_as_string(seconds.astype("datetime64[s]"), unit="s")
        tail = np.char.zfill(flat[2].astype(f"U{max(digits, 1)}"), digits)
        texts = np.char.add(np.char.add(texts, "."), tail) if digits else texts
    for i in np.flatnonzero(flat[1] == 86_400):
        texts[i] = clock_text(int(flat[0][i]), 86_400, int(flat[2][i]), digits)
    return texts.reshape(day.shape)


def _clock(second: int) -> tuple[int, int, int]:
    return second // 3600, second % 3600 // 60, second % 60


def _floats(reading: tuple[int, int, float]) -> tuple[float, float, float]:
    day, second, fraction = reading
    return float(day), float(second), fraction


def _one(item: Any, scale: str) -> tuple[float, float, float]:
    day, second, fraction = read(item, scale)
    return float(day), float(second), float(fraction)


def _columns(rows: Sequence[tuple[float, float, float]]) -> Reading:
    day, second, fraction = np.array(rows, dtype=float).T.copy()
    return day, second, fraction


def _check_scale(text: str, named: str | None, scale: str) -> None:
    named = {"Z": "UTC", "ET": "TDB"}.get(named or scale, named or scale)
    if named != scale:
        raise InputError(
            f"{text!r} names the scale {named} where {scale} is read: use Epoch.{named.lower()}(…)"
        )


def _read_datetime(x: datetime | date, scale: str) -> tuple[int, int, float]:
    if not isinstance(x, datetime) or x.tzinfo is None:
        raise InputError(
            f"{x!r} has no time zone: write it as text like {_EXAMPLE} or give it "
            "tzinfo=datetime.UTC"
        )
    if scale != "UTC":
        raise InputError(f"{x!r} is a UTC clock: use Epoch.utc(…), not Epoch.{scale.lower()}(…)")
    u = x.astimezone(UTC)
    second = u.hour * 3600 + u.minute * 60 + u.second
    return u.toordinal() - DAY_2000, second, u.microsecond / 1e6


def _read_datetime64(x: np.ndarray) -> Reading:
    if np.isnat(x).any():
        raise InputError("a time is NaT (not a time): remove it or give its date")
    seconds = x.astype("datetime64[s]").astype(np.int64)
    if np.datetime_data(x.dtype)[0] in ("Y", "M", "W", "D", "h", "m", "s", "generic"):
        fraction = np.zeros(x.shape)
    else:
        unit, step = np.datetime_data(x.dtype)
        seconds = seconds - (x < seconds.astype("datetime64[s]").astype(x.dtype))
        ticks = (x - seconds.astype("datetime64[s]").astype(x.dtype)).astype(np.int64) * step
        fraction = ticks / _TICKS[unit]
    day, second = np.divmod(seconds, 86_400)
    return (
        np.asarray(day - UNIX_DAY_2000, dtype=float),
        np.asarray(second, dtype=float),
        np.asarray(fraction, dtype=float),
    )


def _read_uniform(texts: np.ndarray) -> Reading | None:
    """Readings of many texts of one common form, digit by digit; None when they are not that."""
    length = len(texts[0])
    if len(texts) < 64 or not 19 <= length <= 32:
        return None
    try:
        table = np.array(texts.tolist(), dtype="S")
    except UnicodeEncodeError:
        return None
    if table.dtype.itemsize != length or any(len(text) != length for text in texts):
        return None
    chars = table.view(np.uint8).reshape(len(texts), length)
    marks = {4: "-", 7: "-", 10: "T", 13: ":", 16: ":"} | ({19: "."} if length > 19 else {})
    if any(np.any(chars[:, i] != ord(mark)) for i, mark in marks.items()):
        return None
    places = [i for i in range(length) if i not in marks]
    digits = chars[:, places].astype(np.int64) - ord("0")
    if digits.min() < 0 or digits.max() > 9:
        return None
    pair = digits[:, 4:14:2] * 10 + digits[:, 5:14:2]
    if pair[:, 2].max() > 23 or pair[:, 3].max() > 59 or pair[:, 4].max() > 59:
        return None
    try:
        days = table.astype("S10").astype("U10").astype("datetime64[D]").astype(np.int64)
    except ValueError:
        return None
    second = pair[:, 2] * 3600 + pair[:, 3] * 60 + pair[:, 4]
    decimals = digits[:, 14:]
    scale = 10 ** np.arange(decimals.shape[1] - 1, -1, -1, dtype=np.int64)
    fraction = (decimals @ scale) / 10.0 ** decimals.shape[1]
    return (days - UNIX_DAY_2000).astype(float), second.astype(float), fraction
