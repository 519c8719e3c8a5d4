"""Dates of a launch window as users give them: two ends and a step, or the dates themselves."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import numpy as np

from marsward.core.errors import DataError, InputError
from marsward.core.quantity import parse
from marsward.core.time import Epoch
from marsward.dynamics.planned_date import planned_date

_UTC_BEGINS = -883_655_900.0
"""TDB second past J2000 from which UTC has whole leap seconds: some hours into 1972."""
_UTC_ENDS = 8.2e9
"""TDB second past J2000, in 2259, near which whole nanoseconds of a calendar end."""
_MOST_DATES = 100_000
_SLACK = 5e-3
"""TDB and clock seconds of a year part by less [s]."""

__all__ = ["calendar_dates", "dates", "instant", "of_tdb", "seconds"]


def instant(value: Any, name: str) -> Epoch:
    """One instant of an Epoch, ISO text (UTC unless it ends in its scale), or a datetime.

    UTC beyond the end of the leap-seconds kernel is read as though no leap second came: windows
    lie years ahead.
    """
    if isinstance(value, Epoch):
        if value.shape != ():
            raise InputError(f"{name} holds one of its dates as {value.size} epochs: give single")
        return value
    if isinstance(value, str):
        return planned_date(value)
    return Epoch.utc(value, beyond_leapseconds=True)


def of_tdb(seconds_past: float) -> Epoch:
    """The instant of TDB seconds past J2000, its UTC read on where no leap second is known."""
    epoch = Epoch.et(float(seconds_past))
    try:
        epoch.isot("utc")
    except DataError:
        return Epoch(epoch.whole, epoch.frac, beyond_leapseconds=True)
    except InputError:
        return epoch  # before 1972 there is no such UTC
    return epoch


def seconds(value: Any, name: str) -> float:
    """A span above 0 [s] of text with a unit, a timedelta or a number of seconds."""
    if isinstance(value, timedelta):
        value = value.total_seconds()
    span = parse(value, "s", name=name) if isinstance(value, str) else value
    good = isinstance(span, int | float | np.number) and not isinstance(span, bool)
    if not (good and 0.0 < span < np.inf):
        raise InputError(f'{name} is {value!r}: give a span above 0, like "1 d"')
    return float(span)


def dates(value: Any, step: float, name: str) -> Epoch:
    """The row of dates that is asked for, ascending.

    Parameters
    ----------
    value : two ends (the last is kept), a single date, an Epoch or a list of more dates
    step : between the dates of two ends [s]
    name : what they are called in an error

    Raises
    ------
    InputError : no dates, ends that are swapped, or dates that do not ascend.
    """
    if isinstance(value, str) or not hasattr(value, "__len__"):
        return instant(value, name).reshape(1)
    if isinstance(value, Epoch):
        given = value.ravel() if value.shape else value.reshape(1)
    else:
        if not len(value):
            raise InputError(f'{name} is empty: give two dates, like ("2028-10-01", "2029-01-15")')
        given = Epoch.stack([instant(each, name) for each in value])
    if given.size == 2:
        first, last = given[0], given[1]
        if last < first:
            raise InputError(f"{name} runs from {first} back to {last}: swap its ends")
        return _row(first, last, step, name)
    if given.size > 2 and not np.all(np.diff(given.et) > 0.0):
        raise InputError(f"the dates of {name} must ascend, each after the one before")
    return given


def _row(first: Epoch, last: Epoch, step: float, name: str) -> Epoch:
    """Instants a step of the clock apart, in UTC where there is UTC."""
    count = int(np.floor((float(last - first) + _SLACK) / step)) + 1
    if count > _MOST_DATES:
        fits = float(last - first) / _MOST_DATES / 86400.0
        raise InputError(
            f"{name} has {count} dates, and at most {_MOST_DATES} fit: take a step of {fits:.2g} d "
            "or more"
        )
    if not (first.et >= _UTC_BEGINS and last.et < _UTC_ENDS):
        return first + np.arange(count) * step
    ticks = np.round(np.arange(count) * (step * 1e9)).astype("timedelta64[ns]")
    return Epoch.utc(first.datetime64 + ticks, beyond_leapseconds=True)


def calendar_dates(epochs: Epoch) -> tuple[np.ndarray, str]:
    """Calendar dates as datetime64 and their scale: UTC, or TDB before 1972 and after 2259."""
    if not (np.min(epochs.et) >= _UTC_BEGINS and np.max(epochs.et) < _UTC_ENDS):
        since = np.round(np.asarray(epochs.et)).astype("timedelta64[s]")
        return np.datetime64("2000-01-01T12:00:00", "s") + since, "TDB"
    return epochs.datetime64, "UTC"
