"""The first page's words for a mission that has not flown: its day, errors and orbit."""

from __future__ import annotations

from marsward.views.numbers import digits, moment
from marsward.views.stored_run import StoredRun


def window(run: StoredRun) -> str:
    """The day that was chosen and how long it stays open."""
    found = run.phase("window")
    if found is None or "window_launch" not in found.summary:
        return ""
    energy = found.si("window_c3")
    text = f"of its launch window the day taken is {moment(found.text_of('window_launch'))[:10]}"
    if energy:
        text += f", at a C3 of {digits(energy / 1e6, None, 3)}\u00a0km²/s²"
    begin, end = found.text_of("period_begin"), found.text_of("period_end")
    return text + (f", and it may leave from {begin} to {end}" if begin and end else "")


def navigation(run: StoredRun) -> str:
    """What corrections cost and how well they deliver."""
    found = run.phase("navigation")
    cost, angle = (
        (found.si(n) for n in ("dv99", "entry_angle_three_sigma")) if found else (None, None)
    )
    if not (cost and angle):
        return ""
    return (
        f"in 99\u00a0% of voyages its corrections take {digits(cost, None, 2)}\u00a0m/s at most, "
        f"and they deliver the entry to {digits(angle * 57.29578, None, 2)}° at three sigma"
    )


def insertion(run: StoredRun) -> str:
    """The capture, and the orbit that follows."""
    found = run.phase("insertion")
    dv, low, high = (
        (found.si(n) for n in ("insertion_dv", "science_periapsis", "science_apoapsis"))
        if found
        else (None,) * 3
    )
    if not (dv and low and high):
        return ""
    return (
        f"its orbiter comes to {digits(round(low / 1e3))}\u00a0×\u00a0{digits(round(high / 1e3))}"
        f"\u00a0km about Mars with {digits(dv / 1e3, None, 3)}\u00a0km/s of its engine"
    )
