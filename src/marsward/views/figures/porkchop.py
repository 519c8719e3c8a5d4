"""A launch window: contours of C3, arrival speed and time of flight over launch and arrival."""

from dataclasses import dataclass

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.colors import to_rgba
from matplotlib.dates import AutoDateLocator, date2num, num2date
from matplotlib.lines import Line2D
from matplotlib.ticker import FuncFormatter

from marsward.views.figures.drawing import Drawing
from marsward.views.stored_run import Missing, StoredPhase
from marsward.views.style import colour, new_figure

DEAR, FAST, LONG = "earth", "mars", "muted"
"""Roles of C3, of the arrival speed and of the time of flight."""
_SPANS = (5, 10, 20, 25, 50, 100, 200, 250, 500, 1000, 2000, 5000)  # d between lines of flight
_GROWTH = (1.02, 1.05, 1.1, 1.2, 1.35, 1.5, 1.75, 2.0, 2.5, 3.0)
_SPEEDS = 8
"""How many of the growths are drawn of the speed: up to the double."""
_TYPES = ("I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X")
"""Of flights, two for each whole turn about the Sun: below and above its half."""
_APART, _LETTER = 0.034, 0.0125  # of the axes: between labels, and a letter's width


@dataclass(frozen=True)
class _Mark:
    """A point of the window: where, what is said of it, and how it looks."""

    x: float
    y: float
    text: str
    marker: str
    role: str


def draw(phase: StoredPhase) -> Drawing:
    """Contours of the window of porkchop.nc, its least points, what flew and what is chosen."""
    try:
        choice: xr.Dataset | None = phase.product("launch_choice")
    except Missing:
        choice = None
    return draw_window(phase.product("porkchop"), choice)


def draw_window(grid: xr.Dataset, choice: xr.Dataset | None = None) -> Drawing:
    """The same from a window as it is computed, and the flight that is chosen if there is one.

    Raises Missing for a window of a single launch or arrival, or without C3 and arrival speed.
    """
    for name in ("c3", "v_infinity_arrival"):
        if name not in grid:
            raise Missing(f"the window holds no {name}; ask for it")
    plane, family = _family(grid, choice)
    if min(plane.sizes["launch"], plane.sizes["arrival"]) < 2:
        raise Missing("a window of one launch or one arrival has no contours")
    x = np.asarray(date2num(plane["launch"].values), dtype=float)
    y = np.asarray(date2num(plane["arrival"].values), dtype=float)
    c3, speed = (
        np.asarray(plane[name].values, dtype=float).T / scale
        for name, scale in (("c3", 1e6), ("v_infinity_arrival", 1e3))
    )
    figure = new_figure(7.6, 6.6)
    axes = figure.subplots()
    _shade(axes, x, y, c3)
    _lines(axes, x, y, c3, _levels(c3), DEAR, "-")
    _lines(axes, x, y, speed, _levels(speed, _SPEEDS), FAST, (0, (5, 1.6)))
    _flight_lines(axes, x, y)
    axes.set(xlim=(x[0], x[-1]), ylim=(y[0], y[-1]))
    marks = _least(plane, x, y, c3, speed) + _chosen(choice)
    _put(axes, marks, _flown(grid))
    _dates(axes)
    _key(axes, marks, "flown_mission" in grid)
    names = [str(grid.attrs.get(n, n)).capitalize() for n in ("origin", "target")]
    axes.set(xlabel=f"launch from {names[0]}, UTC", ylabel=f"arrival at {names[1]}, UTC")
    return Drawing(figure, _caption(names, family, c3, speed, x, y), (
        f"Contours of C3, arrival speed and time of flight from {names[0]} to {names[1]} over the "
        "dates of launch and arrival, with the cheapest flights marked."
    ))  # fmt: skip


def _family(grid: xr.Dataset, choice: xr.Dataset | None) -> tuple[xr.Dataset, str]:
    """The flights that are drawn: those of the choice's family, else the first; and its name."""
    if "branch" not in grid.dims:
        return grid, ""
    index = 0
    if choice is not None:
        told = choice.attrs
        wanted = (int(told["revolutions"]), str(told["branch"]), bool(told["retrograde"]))
        rows = zip(grid["revolutions"].values, grid["side"].values, grid["retrograde"].values,
                   strict=True)  # fmt: skip
        index = [(int(n), str(side), bool(way)) for n, side, way in rows].index(wanted)
    return grid.isel(branch=index), str(grid["branch"].values[index])


def _levels(values: np.ndarray, count: int = len(_GROWTH)) -> np.ndarray:
    """Round numbers above the least value, close at first and then ever wider."""
    least = float(np.nanmin(values))
    found = [least]
    for growth in _GROWTH[:count]:
        rise = 0.7 * (least * growth - found[-1])
        decade = 10.0 ** np.floor(np.log10(max(rise, 1e-3 * least)))
        unit = decade * max(step for step in (1.0, 2.0, 5.0) if step * decade <= max(rise, decade))
        level = round(float(np.ceil(least * growth / unit) * unit), 9)
        if level > found[-1]:
            found.append(level)
    return np.array(found[1:])


def _shade(axes: Axes, x: np.ndarray, y: np.ndarray, c3: np.ndarray) -> None:
    levels = _levels(c3)[1::2]
    edges = [float(np.nanmin(c3)) * 0.999, *levels]
    strengths = np.linspace(0.30, 0.03, len(edges) - 1)
    axes.contourf(
        x, y, np.ma.masked_invalid(c3), levels=edges,
        colors=[to_rgba(colour(DEAR), s) for s in strengths],
    )  # fmt: skip


def _lines(
    axes: Axes, x: np.ndarray, y: np.ndarray, values: np.ndarray, levels: np.ndarray, role: str,
    dash: object,
) -> None:  # fmt: skip
    drawn = axes.contour(
        x, y, np.ma.masked_invalid(values), levels=levels, colors=colour(role),
        linewidths=1.1, linestyles=[dash],
    )  # fmt: skip
    axes.clabel(drawn, fmt=lambda v: f"{v:g}", fontsize=7.4, inline_spacing=3)


def _flight_lines(axes: Axes, x: np.ndarray, y: np.ndarray) -> None:
    """Straight lines of equal time of flight, named at the edge of the picture."""
    days = y[:, None] - x[None, :]
    low, high = max(float(days.min()), 0.0), float(days.max())
    every = next((s for s in _SPANS if (high - low) / s <= 9.0), _SPANS[-1])
    levels = np.arange(np.ceil(low / every) * every, high, every)
    levels = levels[levels > 0.0]
    ends = np.array([x[0], x[-1]])
    for level in levels:
        axes.plot(ends, ends + level, color=colour(LONG), lw=0.8, ls=(0, (1, 2)), zorder=1.5)
        across = x[0] + 0.985 * (x[-1] - x[0])
        place = (across, across + level)
        if place[1] > y[-1] - 0.015 * (y[-1] - y[0]):
            place = (y[-1] - 0.015 * (y[-1] - y[0]) - level, y[-1] - 0.015 * (y[-1] - y[0]))
        if x[0] < place[0] <= across and y[0] < place[1]:
            axes.annotate(
                f"{level:g} d", place, ha="right", va="center", fontsize=7.2, color=colour(LONG),
                zorder=4, bbox={"fc": colour("card"), "ec": "none", "pad": 0.8},
            )  # fmt: skip


def _least(plane: xr.Dataset, x: np.ndarray, y: np.ndarray, c3: np.ndarray,
           speed: np.ndarray) -> list[_Mark]:  # fmt: skip
    """The least C3 of each type that has a valley inside, and the least arrival speed."""
    found = []
    for held, name in _halves(plane, c3):
        place = _valley(held)
        if place is not None:
            told = f"least C3{name}: {c3[place]:.2f} km²/s²"
            found.append(_Mark(x[place[1]], y[place[0]], told, "o", DEAR))
    place = _valley(speed)
    if place is not None:
        told = f"least arrival speed: {speed[place]:.2f} km/s"
        found.append(_Mark(x[place[1]], y[place[0]], told, "s", FAST))
    return found


def _halves(plane: xr.Dataset, c3: np.ndarray) -> list[tuple[np.ndarray, str]]:
    """C3 of each type of flight with its name, or all of it where the window tells no type."""
    if "way" in plane:
        half = np.asarray(plane["way"].values).T
    elif "transfer_angle" in plane:
        angle = np.asarray(plane["transfer_angle"].values).T
        half = np.where(np.isfinite(angle), 1 + (angle > 180.0), 0)
    else:
        return [(c3, "")]
    turns = int(plane["revolutions"]) if "revolutions" in plane.coords else 0
    found = []
    for way in (1, 2):
        at = 2 * turns + way - 1
        name = f", type {_TYPES[at]}" if at < len(_TYPES) else ""
        found.append((np.where(half == way, c3, np.nan), name))
    return found


def _valley(values: np.ndarray) -> tuple[int, int] | None:
    """Where the least value stands, unless that is at the edge of the dates."""
    if not np.isfinite(values).any():
        return None
    row, column = np.unravel_index(int(np.nanargmin(values)), values.shape)
    inside = 0 < row < values.shape[0] - 1 and 0 < column < values.shape[1] - 1
    return (int(row), int(column)) if inside else None


def _chosen(choice: xr.Dataset | None) -> list[_Mark]:
    if choice is None:
        return []
    x, y = (float(date2num(choice[name].values)) for name in ("launch", "arrival"))
    wish = str(choice.attrs.get("wanted", "")).replace("c3", "C3")
    told = f"chosen, {wish}: {float(choice['c3']) / 1e6:.2f} km²/s²"
    return [_Mark(x, y, told, "ring", "craft")]


def _flown(grid: xr.Dataset) -> list[_Mark]:
    if "flown_mission" not in grid:
        return []
    rows = zip(grid["flown_launch"].values, grid["flown_arrival"].values,
               grid["flown_mission"].values, strict=True)  # fmt: skip
    return [
        _Mark(float(date2num(left)), float(date2num(come)), str(name), "D", "ink")
        for left, come, name in rows
    ]


def _put(axes: Axes, marks: list[_Mark], flown: list[_Mark]) -> None:
    """The points, and the names of missions in a column where they hide none of them."""
    for mark in marks + flown:
        ring = mark.marker == "ring"
        axes.plot(
            mark.x, mark.y, "o" if ring else mark.marker, ms=13 if ring else 6.0, zorder=6,
            color=colour(mark.role), mfc="none" if ring else colour(mark.role),
            mec=colour(mark.role if ring else "card"), mew=1.8 if ring else 0.8, clip_on=False,
        )  # fmt: skip
    if not flown:
        return
    corner = np.array([axes.get_xlim()[0], axes.get_ylim()[0]])
    size = np.array([axes.get_xlim()[1], axes.get_ylim()[1]]) - corner
    rows = sorted(flown, key=lambda each: each.y)
    points = (np.array([(m.x, m.y) for m in rows + marks]) - corner) / size
    left, low = _column(points, points[: len(rows)], max(len(m.text) for m in rows))
    for k, mark in enumerate(rows):
        axes.annotate(
            mark.text, (mark.x, mark.y), xytext=(left, low + k * _APART),
            textcoords="axes fraction", ha="left", va="center", fontsize=8.0, zorder=7,
            color=colour("ink"), bbox={"fc": colour("card"), "ec": "none", "pad": 0.8},
            arrowprops={"arrowstyle": "-", "color": colour("ink"), "lw": 0.7, "shrinkB": 3},
        )  # fmt: skip


def _column(points: np.ndarray, flown: np.ndarray, letters: int) -> tuple[float, float]:
    """Left end and lowest line of the names, in parts of the axes."""
    wide, high = letters * _LETTER, (len(flown) - 1) * _APART
    middle = flown.mean(axis=0)
    best, least = (0.0, 0.0), np.inf
    for across in (0.06, 0.10, 0.15, -0.06 - wide, -0.12 - wide):
        for up in (0.0, 0.07, -0.07, 0.14, -0.14, 0.21, -0.21):
            left = (flown[:, 0].max() if across > 0.0 else flown[:, 0].min()) + across
            low = middle[1] + up - 0.5 * high
            if not (0.0 <= left <= 1.0 - wide and 0.02 <= low <= 0.98 - high):
                continue
            hidden = np.sum(
                (points[:, 0] > left - 0.03) & (points[:, 0] < left + wide + 0.03)
                & (points[:, 1] > low - _APART) & (points[:, 1] < low + high + _APART)
            )  # fmt: skip
            cost = 10.0 * float(hidden) + abs(across) + abs(up)
            if cost < least:
                best, least = (float(left), float(low)), cost
    return best


def _dates(axes: Axes) -> None:
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_locator(AutoDateLocator(minticks=4, maxticks=9))
        axis.set_major_formatter(FuncFormatter(_date))
    axes.tick_params(axis="x", pad=10.0)  # below the date at the foot of the other axis


def _date(day: float, place: int | None) -> str:
    date = num2date(day)
    return f"{date.day}\u00a0{date:%b}\n{date:%Y}"


def _key(axes: Axes, marks: list[_Mark], flown: bool) -> None:
    rows = [
        Line2D([], [], color=colour(DEAR), lw=1.4, label="C3 [km²/s²]"),
        Line2D([], [], color=colour(FAST), lw=1.4, ls=(0, (5, 1.6)),
               label="arrival speed at infinity [km/s]"),
        Line2D([], [], color=colour(LONG), lw=1.2, ls=(0, (1, 2)), label="time of flight [d]"),
    ]  # fmt: skip
    for mark in marks:
        rows.append(
            Line2D(
                [], [], ls="", marker="o" if mark.marker == "ring" else mark.marker,
                color=colour(mark.role), label=mark.text,
                ms=9 if mark.marker == "ring" else 5.5,
                mfc="none" if mark.marker == "ring" else colour(mark.role),
            )
        )  # fmt: skip
    if flown:
        rows.append(
            Line2D([], [], ls="", marker="D", color=colour("ink"), label="flown", ms=5.5)
        )  # fmt: skip
    axes.legend(handles=rows, loc="upper center", bbox_to_anchor=(0.5, -0.13), ncols=2)


def _caption(names: list[str], family: str, c3: np.ndarray, speed: np.ndarray, x: np.ndarray,
             y: np.ndarray) -> str:  # fmt: skip
    row, column = np.unravel_index(int(np.nanargmin(c3)), c3.shape)
    days = [num2date(each) for each in (x[column], y[row])]
    told = [f"{day.day} {day:%B %Y}" for day in days]
    branch = f" Flights of the family {family} are drawn." if family else ""
    return (
        f"Flights from {names[0]} to {names[1]} by launch and arrival, as conics between the "
        f"planets' centres. C3, twice the energy that the launch gives beyond escape, is least on "
        f"{told[0]} ({c3[row, column]:.2f} km²/s², arriving {told[1]} with "
        f"{speed[row, column]:.2f} km/s). The ridge parts flights of less and of more than half a "
        f"turn about the Sun.{branch}"
    )
