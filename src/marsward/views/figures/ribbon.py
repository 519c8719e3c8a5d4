"""The timeline ribbon: dates above, days since launch below, every event of the run between."""

from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.dates import date2num

from marsward.views.figures.burns import flown_burns
from marsward.views.figures.drawing import Drawing, month_axis
from marsward.views.stored_run import Missing, StoredPhase, StoredRun
from marsward.views.style import colour, new_figure


@dataclass(frozen=True)
class Event:
    """One mark on the ribbon."""

    time: np.datetime64
    name: str
    role: str


def events(run: StoredRun) -> list[Event]:
    """Departure, manoeuvres, pictures and arrival, in time, from the run's own numbers."""
    found: list[Event] = []
    for table in run.mission.get("phase") or []:
        text = table.get("launch") if isinstance(table, dict) else None
        if text:
            found.append(Event(np.datetime64(str(text).removesuffix("Z"), "ns"), "Launch", "earth"))
    for phase in run.phases:
        found += [Event(b.time, b.name, "manoeuvre") for b in flown_burns(phase)]
        for key, name, role in (
            *((("perigee_epoch", "Departure", "earth"),) if not found else ()),
            ("epoch_utc", "Look back" if phase.kind == "lookback" else phase.name, "craft"),
            ("periapsis_epoch", "Mars periapsis", "mars"),
        ):
            time = _epoch(phase, key)
            if time is not None:
                found.append(Event(time, name, role))
    return sorted(found, key=lambda event: event.time)


def draw(run: StoredRun) -> Drawing:
    """The ribbon of a run; raises Missing when nothing in it has a date."""
    marks = events(run)
    if not marks:
        raise Missing("no phase of the run gives a date for the timeline")
    figure = new_figure(7.6, 1.75)
    axes = figure.subplots()
    start, stop = marks[0].time, marks[-1].time
    axes.barh(
        0, date2num(stop) - date2num(start), left=date2num(start), height=0.26,
        color=colour("shade"), edgecolor=colour("muted"), lw=0.8,
    )  # fmt: skip
    _place(axes, marks)
    axes.set(ylim=(-1.6, 1.75), yticks=[])
    pad = (date2num(stop) - date2num(start)) / 11
    axes.set_xlim(date2num(start) - pad, date2num(stop) + pad)
    axes.spines["left"].set_visible(False)
    month_axis(axes)
    axes.grid(False)
    zero = date2num(start)
    days = axes.secondary_xaxis("top", functions=(lambda v: v - zero, lambda v: v + zero))
    days.set_xlabel(f"days since {marks[0].name.lower()}", fontsize=8)
    days.tick_params(labelsize=8)
    first, last = (str(t.astype("datetime64[m]")).replace("T", " ") for t in (start, stop))
    caption = f"From {first} to {last} UTC: {(stop - start) / np.timedelta64(1, 'D'):.1f} days."
    named = "; ".join(f"{m.name} {m.time.astype('datetime64[D]')!s}" for m in marks)
    return Drawing(figure, caption, f"Timeline: {named}.")


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
        axes.plot([mark.time] * 2, [0, row * 0.82], color=colour(mark.role), lw=1.0)
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
