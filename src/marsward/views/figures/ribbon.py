"""The timeline ribbon: dates above, days since launch below, every event of the run between."""

from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.dates import date2num

from marsward.views.figures.burns import flown_burns
from marsward.views.figures.drawing import Drawing, month_axis
from marsward.views.stored_run import Missing, StoredPhase, StoredRun
from marsward.views.style import colour, new_figure

ABOUT_MARS = ("capture", "deorbit", "insertion", "orbit", "map")
PLANNED = {
    "transfer": (("injection_epoch", "Departure", "earth"), ("entry_epoch", "Entry", "mars")),
    "deorbit": (("entry_epoch", "Entry", "mars"),),
    "insertion": (
        ("deflection_epoch", "Turns away", "manoeuvre"), ("capture_ignition", "Capture", "mars"),
        ("science_orbit_epoch", "Science orbit", "craft"),
    ),
    "navigation": tuple((f"tcm{k}_epoch", f"TCM-{k}", "manoeuvre") for k in range(1, 10)),
}  # fmt: skip
"""Dates of phases that plan, by kind: key, name and colour."""


@dataclass(frozen=True)
class Event:
    """One mark on the ribbon; `orbit` for those about Mars, which have a ribbon of their own."""

    time: np.datetime64
    name: str
    role: str
    orbit: bool = False


def events(run: StoredRun) -> list[Event]:
    """Departure, manoeuvres, pictures, arrival and orbit, in time, from the run's own numbers."""
    found: list[Event] = []
    for table in run.mission.get("phase") or []:
        text = table.get("launch") if isinstance(table, dict) else None
        if text:
            found.append(Event(np.datetime64(str(text).removesuffix("Z"), "ns"), "Launch", "earth"))
    for phase in run.phases:
        orbit = phase.kind in ABOUT_MARS
        found += [Event(b.time, _spelled(b.name), "manoeuvre", orbit) for b in flown_burns(phase)]
        for key, name, role in (
            *((("perigee_epoch", "Departure", "earth"),) if not found else ()),
            ("epoch_utc", "Look back" if phase.kind == "lookback" else phase.name, "craft"),
            ("periapsis_epoch", "Mars periapsis", "mars"),
            ("first_frame", "First frame", "craft"),
            ("last_frame", "Last frame", "craft"),
            *PLANNED.get(phase.kind, ()),
        ):
            time = _epoch(phase, key)
            if time is not None:
                found.append(Event(time, name, role, orbit))
    return sorted(found, key=lambda event: event.time)


def _spelled(name: str) -> str:
    """A manoeuvre's name at the head of a line: plane change -> Plane change."""
    return name if name.isupper() else name[:1].upper() + name[1:]


def draw(run: StoredRun) -> Drawing:
    """The ribbon of a run, one for the way and one for the orbit about Mars, each with its scale.

    Raises
    ------
    Missing : nothing in the run has a date.
    """
    marks = events(run)
    if not marks:
        raise Missing("no phase of the run gives a date for the timeline")
    rows = [
        row for row in ([m for m in marks if not m.orbit], [m for m in marks if m.orbit]) if row
    ]
    figure = new_figure(7.6, 1.75 if len(rows) == 1 else 3.9)
    for axes, row in zip(np.atleast_1d(figure.subplots(len(rows), 1)), rows, strict=True):
        _ribbon(axes, row)
    start, stop = marks[0].time, marks[-1].time
    first, last = (str(t.astype("datetime64[m]")).replace("T", " ") for t in (start, stop))
    caption = f"From {first} to {last} UTC: {(stop - start) / np.timedelta64(1, 'D'):.1f} days."
    if len(rows) > 1:
        caption += " Above the way to Mars, below the time about it, at scales of their own."
    named = "; ".join(f"{m.name} {m.time.astype('datetime64[D]')!s}" for m in marks)
    return Drawing(figure, caption, f"Timeline: {named}.")


def _ribbon(axes: Axes, marks: list[Event]) -> None:
    """A band from the first mark to the last, with dates below and days since the first above."""
    start, stop = marks[0].time, marks[-1].time
    axes.barh(
        0, date2num(stop) - date2num(start), left=date2num(start), height=0.26,
        color=colour("shade"), edgecolor=colour("muted"), lw=0.8,
    )  # fmt: skip
    _pictures(axes, marks)
    _place(axes, marks)
    axes.set(ylim=(-1.6, 1.75), yticks=[])
    pad = (date2num(stop) - date2num(start) or 1.0) / 11
    axes.set_xlim(date2num(start) - pad, date2num(stop) + pad)
    axes.spines["left"].set_visible(False)
    month_axis(axes, 2 if stop - start > np.timedelta64(400, "D") else 1)
    axes.grid(False)
    zero = date2num(start)
    days = axes.secondary_xaxis("top", functions=(lambda v: v - zero, lambda v: v + zero))
    days.set_xlabel(f"days since {marks[0].name.lower()}", fontsize=8)
    days.tick_params(labelsize=8)


def _pictures(axes: Axes, marks: list[Event]) -> None:
    """The time from first to last frame in the craft's colour."""
    ends = {mark.name: date2num(mark.time) for mark in marks}
    if {"First frame", "Last frame"} <= set(ends):
        begin, end = ends["First frame"], ends["Last frame"]
        axes.barh(0, end - begin, left=begin, height=0.26, color=colour("craft"), alpha=0.35, lw=0)


def _place(axes: Axes, marks: list[Event]) -> None:
    """Names above and below in turn, each in a row that is free at its place."""
    span = float((marks[-1].time - marks[0].time) / np.timedelta64(1, "s")) or 1.0
    edges = {0.62: -1.0, -0.62: -1.0, 1.22: -1.0, -1.22: -1.0}
    for mark in marks:
        at = float((mark.time - marks[0].time) / np.timedelta64(1, "s")) / span
        half = 0.0052 * len(mark.name) + 0.008
        first = mark is marks[0]
        row = next((y for y, edge in edges.items() if first or at - half > edge), 0.62)
        edges[row] = at + 0.01 if first else at + half
        axes.plot([mark.time] * 2, [0, row * 0.68], color=colour(mark.role), lw=1.0)
        axes.plot(mark.time, 0, "o", ms=7, color=colour(mark.role), mec=colour("card"), zorder=4)
        axes.annotate(
            mark.name, (mark.time, row), ha="right" if first else "center", va="center",
            xytext=(5 if first else 0, 0), textcoords="offset points",
            fontsize=8.2, color=colour(mark.role), weight="bold",
        )  # fmt: skip


def _epoch(phase: StoredPhase, key: str) -> np.datetime64 | None:
    try:
        text = phase.text_of(key).removesuffix("Z")
        return np.datetime64(text, "ns")
    except (Missing, ValueError):
        return None
