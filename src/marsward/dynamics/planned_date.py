"""Dates of plans: text or epochs, also past the leap seconds that are known today."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from marsward.core.errors import InputError
from marsward.core.time import SCALES, Epoch

__all__ = ["planned_date", "planned_window"]


def planned_date(when: str | Epoch) -> Epoch:
    """The epoch of a plan; UTC past the known leap seconds counts on without a new one.

    Parameters
    ----------
    when : ISO text, UTC unless it ends in the name of its scale, or an Epoch

    Raises
    ------
    InputError : text that is no date.
    """
    if isinstance(when, Epoch):
        return replace(when, beyond_leapseconds=True)
    last = when.strip().rsplit(" ", 1)[-1].upper() if isinstance(when, str) else ""
    if last in (*SCALES, "ET") and last != "UTC":
        return replace(Epoch.parse(when), beyond_leapseconds=True)
    text = when.strip()[: -len("UTC")].strip() if last == "UTC" else when
    return replace(Epoch.utc(text, beyond_leapseconds=True), beyond_leapseconds=True)


def planned_window(window: Any, name: str) -> tuple[Epoch, Epoch]:
    """First and last date of a plan, from one date or from two.

    Raises
    ------
    InputError : neither one date nor two, or the second before the first.
    """
    pair = (window, window) if isinstance(window, str | Epoch) else tuple(window)
    if len(pair) != 2:
        raise InputError(f"{name} is one date, or a first and a last one, not {window!r}")
    first, last = planned_date(pair[0]), planned_date(pair[1])
    if float(last - first) < 0.0:
        raise InputError(
            f"{name} ends on {last.utc[:10]}, before it begins on {first.utc[:10]}: swap them"
        )
    return first, last
