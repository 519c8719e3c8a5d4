"""What a user gives for a time or an interval, as TDB seconds past J2000 in two parts."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import numpy as np

from marsward.core import calendar_text, scales
from marsward.core.errors import InputError


def tdb_of(x: Any, scale: str, tdb_model: str, beyond: bool) -> tuple[Any, Any, str, bool]:
    """Whole TDB seconds past J2000, fraction, model and leap-second flag of a reading.

    x is what `calendar_text.read` takes. Raises InputError for what is no time, DataError for
    UTC past the end of the leap-seconds kernel unless `beyond`.
    """
    scales.check_model(tdb_model)
    if hasattr(x, "tdb_model"):
        raise InputError(f"{x!r} is an Epoch already: use it as it is")
    day, second, frac = calendar_text.read(x, scale)
    if scale == "UTC":
        whole = scales.tai_from_utc(day, second, beyond=beyond)
        flag = beyond and scales.is_beyond(day)
    else:
        if np.any(second == 86_400.0):
            raise InputError(f"{x!r} has a second 60, which {scale} never has: use Epoch.utc(…)")
        whole, flag = day * 86_400.0 - 43_200.0 + second, False
    if scale in ("UTC", "TAI"):
        whole, frac = whole + scales.TT_MINUS_TAI[0], frac + scales.TT_MINUS_TAI[1]
    if scale != "TDB":
        frac = frac + scales.tdb_minus_tt(whole, frac, tdb_model, given="TT")
    return whole, frac, tdb_model, flag


def check_epoch(x: Any, name: str, *, single: bool = False) -> None:
    """InputError unless `x` is an Epoch, and one instant where a `single` one is needed."""
    if not (hasattr(x, "whole") and hasattr(x, "frac")):
        raise InputError(f'{name} must be an Epoch, like Epoch.utc("2020-07-27"), not {x!r}')
    if single and x.shape != ():
        raise InputError(f"{name} must be one instant, not {x.size} of them")


def longitude(lon: Any) -> Any:
    """An east longitude [deg] of any shape; InputError for what is no finite number."""
    try:
        values = np.asarray(lon, dtype=float)[()]
    except (TypeError, ValueError) as error:
        raise InputError(f"{lon!r} is not an east longitude: give degrees, like 137.4") from error
    if not np.isfinite(values).all():
        raise InputError(f"the longitude {lon!r} is not finite: give degrees, like 137.4")
    return values


def numbers(x: Any) -> np.ndarray:
    """TDB seconds as float64 of any shape; InputError for what is no number."""
    try:
        return np.asarray(x, dtype=float)
    except (TypeError, ValueError) as error:
        raise InputError(
            f"{x!r} is not a number of TDB seconds past J2000: for text use Epoch.utc(…)"
        ) from error


def interval(x: Any) -> Any:
    """Seconds of an interval: a number or array [s], text with a unit, or a timedelta."""
    if isinstance(x, str):
        from marsward.core.quantity import parse

        return np.float64(parse(x, "s"))
    if isinstance(x, timedelta):
        return np.float64(x.total_seconds())
    if getattr(x, "dtype", np.dtype(float)).kind == "m":
        return x / np.timedelta64(1, "s")
    try:
        values = np.asarray(x, dtype=float)[()]
    except (TypeError, ValueError) as error:
        raise InputError(f'{x!r} is not an interval: give seconds, or text like "60 s"') from error
    if not np.isfinite(values).all():
        raise InputError("an interval is NaN or infinite: give finite seconds")
    return values
