"""What a figure module gives back, and the axes that several of them share."""

from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.dates import AutoDateLocator, MonthLocator, date2num, num2date
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, LogLocator, MaxNLocator

from marsward.views.figures.burns import Burn
from marsward.views.style import colour


@dataclass(frozen=True)
class Drawing:
    """A figure, the sentence under it, and the same said for readers who cannot see it."""

    figure: Figure
    caption: str
    label: str
    dpi: int = 130


FEW_DAYS = 62.0
"""Span [d] of a time axis up to which it is marked by days instead of months."""


def month_axis(axes: Axes, every: int = 1) -> None:
    """A time axis marked by months, or by days where what is drawn lasts two months at most.

    The year is named once and again at each January.
    """
    first, last = axes.dataLim.intervalx
    if last - first <= FEW_DAYS:
        day_marks(axes.xaxis)
    else:
        axes.xaxis.set_major_locator(MonthLocator(bymonth=range(1, 13, every)))
        axes.xaxis.set_major_formatter(FuncFormatter(_month))
    axes.grid(True, which="major")


def day_marks(axis: Axis) -> None:
    """Marks at round days or hours, the year named under the first."""
    axis.set_major_locator(AutoDateLocator(minticks=3, maxticks=8))
    axis.set_major_formatter(FuncFormatter(_day))


def _day(day: float, place: int | None) -> str:
    date = num2date(day + 0.5 / 86_400.0)  # marks stand at whole minutes
    text = f"{date:%H:%M}" if date.hour or date.minute else f"{date.day}\u00a0{date:%b}"
    return text if place else f"{text}\n{date:%Y}"


def _month(day: float, place: int | None) -> str:
    date = num2date(day)
    return f"{date:%b}\n{date:%Y}" if date.month == 1 or not place else f"{date:%b}"


def few_ticks(axes: Axes, count: int = 5) -> None:
    """At most `count` steps on both axes, so that the labels keep clear of one another."""
    axes.xaxis.set_major_locator(MaxNLocator(count))
    axes.yaxis.set_major_locator(MaxNLocator(count))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda v, _: tick(v)))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda v, _: tick(v)))


def tick(value: float) -> str:
    """A tick's number with thin spaces and a true minus."""
    text = f"{value:,.0f}" if abs(value) >= 1000 else f"{round(value, 9):g}"
    return text.replace(",", "\u202f").replace("-", "−")


def plain_powers(axis: Axis, most: int = 6) -> None:
    """Mark a log axis with numbers people read: 0.1, 1, 1 000, 10 million."""
    axis.set_major_locator(LogLocator(numticks=most))
    axis.set_major_formatter(FuncFormatter(lambda v, _: counted(v)))


def counted(value: float) -> str:
    """A power of ten in words: 1000 -> 1 000, 1e6 -> 1 million."""
    if value <= 0:
        return "0"
    if value >= 1e9:
        return f"{value / 1e9:g} billion"
    if value >= 1e6:
        return f"{value / 1e6:g} million"
    if value >= 1:
        return f"{value:,.0f}".replace(",", "\u202f")
    return f"{value:g}"


def burn_lines(axes: Axes, burns: list[Burn], *, labels: bool) -> None:
    """A thin line at every manoeuvre, named above the axes when `labels`."""
    for burn in burns:
        at = float(date2num(burn.time))
        axes.axvline(at, color=colour("manoeuvre"), lw=0.9, ls=(0, (3, 2)), zorder=1)
        if labels:
            axes.annotate(
                burn.name, (at, 1.0), xycoords=("data", "axes fraction"), xytext=(0, 3),
                textcoords="offset points", ha="center", va="bottom", rotation=0,
                fontsize=7.8, color=colour("manoeuvre"),
            )  # fmt: skip


def ellipse(covariance: np.ndarray, sigmas: float, count: int = 181) -> np.ndarray:
    """Points (count, 2) of the ellipse at `sigmas` of a 2 x 2 covariance, about the origin."""
    values, vectors = np.linalg.eigh(np.asarray(covariance, dtype=float))
    turn = np.linspace(0.0, 2 * np.pi, count)
    circle = np.stack([np.cos(turn), np.sin(turn)])
    return (vectors @ (np.sqrt(np.clip(values, 0, None))[:, None] * circle) * sigmas).T
