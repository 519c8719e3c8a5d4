"""When the craft is in shadow, behind Mars, or in view of stations and of the rover."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.dates import date2num

from marsward.views.figures.drawing import Drawing, month_axis
from marsward.views.stored_run import Missing, StoredPhase
from marsward.views.style import colour, new_figure

HIDDEN = (
    ("umbra", "in the umbra", "ink", "o"),
    ("penumbra", "in penumbra or umbra", "sun", "."),
    ("occultation", "behind Mars, from Earth", "earth", "."),
)
_LINES = ("craft", "manoeuvre", "mars", "earth", "sun", "moon")
_DASHES = ("-", (0, (5, 1.5)), (0, (1, 1)), (0, (4, 1, 1, 1)))


def draw(phase: StoredPhase) -> Drawing:
    """Length of each passage [min] and hours in view a day; from orbit_events.nc."""
    kind = np.array(phase.texts("orbit_events", "kind"))
    about = np.array(phase.texts("orbit_events", "about"))
    begin = date2num(phase.values("orbit_events", "time"))
    length = phase.values("orbit_events", "duration").astype(float)
    lasting = np.isfinite(length)
    if not lasting.any():
        raise Missing(f"{phase.folder.name}/orbit_events.nc has no passage that lasts")
    first, last = np.ceil(begin.min()), np.floor((begin + np.nan_to_num(length) / 86400).max())
    if not np.char.startswith(kind.astype(str), "view from").any():
        return _alone(kind, begin, length)
    figure = new_figure(7.6, 4.9)
    upper, lower = figure.subplots(2, 1, sharex=True, height_ratios=[1.05, 1])
    told = _hidden(upper, kind, begin, length)
    _in_view(lower, kind, about, begin, length, (first, last))
    month_axis(lower)
    lower.set_xlim(first, last)
    caption = (
        "Above: how long each passage lasts. " + told + " Below: hours of each day in which the "
        "craft stands over the horizon of a station on Earth or of the rover, Mars not being in "
        "the way."
    )
    return Drawing(
        figure, caption,
        "Two charts against date: eclipses and occultations, and hours in view each day.",
    )  # fmt: skip


def _alone(kind: np.ndarray, begin: np.ndarray, length: np.ndarray) -> Drawing:
    """Eclipses and occultations of a run in which nobody on the ground looks out."""
    figure = new_figure(7.6, 2.7)
    axes = figure.subplots()
    told = _hidden(axes, kind, begin, length)
    if axes.get_legend() is not None:
        axes.legend(loc="best")
    month_axis(axes)
    return Drawing(
        figure, f"How long each passage lasts. {told}",
        "Chart against date: how long eclipses and occultations last.",
    )  # fmt: skip


def _hidden(axes: Axes, kind: np.ndarray, begin: np.ndarray, length: np.ndarray) -> str:
    parts = []
    for name, title, role, mark in HIDDEN:
        mine = kind == name
        if not mine.any():
            continue
        size = 3.4 if mark == "o" else 4.0
        axes.plot(begin[mine], length[mine] / 60, mark, ms=size, color=colour(role),
                  mec="none", label=title)  # fmt: skip
        if name != "penumbra":
            where = "eclipses" if name == "umbra" else "occultations of Earth"
            parts.append(f"{mine.sum()} {where}, the longest {length[mine].max() / 60:.0f} minutes")
    axes.set(ylabel="lasts [min]", ylim=(0, None))
    axes.set_title("Eclipses and occultations")
    if parts:
        axes.legend(loc="upper left")
    return (", ".join(parts) + ".") if parts else "There are none."


def _in_view(
    axes: Axes, kind: np.ndarray, about: np.ndarray, begin: np.ndarray, length: np.ndarray,
    ends: tuple[float, float],
) -> None:  # fmt: skip
    views = np.char.startswith(kind.astype(str), "view from")
    sites = set(about[kind == "view from site"])
    names = sorted(dict.fromkeys(about[views]), key=lambda name: (name not in sites, name))
    for number, name in enumerate(names):
        mine = views & (about == name)
        hours = daily_hours(begin[mine], length[mine] / 86400, *ends)
        site = name in sites
        axes.plot(
            np.arange(ends[0], ends[1]) + 0.5, hours,
            color=colour(_LINES[number % len(_LINES)]), lw=1.8 if site else 1.2,
            ls=_DASHES[number % len(_DASHES)], label=name.title() + (" (rover)" if site else ""),
        )  # fmt: skip
    axes.set(ylabel="in view [h a day]", ylim=(0, 24), yticks=(0, 6, 12, 18, 24))
    axes.set_title("In view of stations and of the ground")
    if names:
        axes.legend(loc="upper right", ncols=min(len(names), 5))


def daily_hours(begin: np.ndarray, span: np.ndarray, first: float, last: float) -> np.ndarray:
    """Hours of each day from `first` to `last` [d] that lie in the stretches [d]."""
    days = np.arange(first, last)
    start = np.maximum(begin[:, None], days[None, :])
    stop = np.minimum((begin + span)[:, None], days[None, :] + 1.0)
    return 24.0 * np.clip(stop - start, 0.0, None).sum(axis=0)
