"""A sweep: how its numbers scatter, and with which of the varied parameters they go.

One row for each number: its histogram, its scatter against the parameter with which it goes most,
and the rank correlations with all of them (Spearman 1904, doi:10.2307/1412159). Where a parameter
is a word, the bar is the correlation ratio of the ranks instead, which has no sign.
"""

from typing import Any

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator
from scipy.stats import rankdata

from marsward.core.errors import InputError
from marsward.core.registry import unknown
from marsward.views.figures.drawing import Drawing, day_marks
from marsward.views.style import DOTS, colour, new_figure

__all__ = ["draw", "sensitivity", "spread"]

_ROWS, _BARS = 4, 9
_SAME = 0.97  # rank correlation of two numbers that tell the same
_PREFIXED = ("m", "N", "Pa", "W/m²", "J/m²", "J", "W")
_PARTS = 8
_FEW = 8  # members below which ranks say nothing
_SHORT = {"degree": "deg", "degrees_east": "deg E", "degrees_north": "deg N", "m s-1": "m/s",
          "m s-2": "m/s²", "W m-2": "W/m²", "J m-2": "J/m²", "1": ""}  # fmt: skip


def draw(members: xr.Dataset, numbers: list[str] | None = None) -> Drawing:
    """The figure of a sweep's members.

    Parameters
    ----------
    members : as `vary` gives them
    numbers : which are drawn; those that go most with a parameter if left out, four at most

    Raises
    ------
    InputError : an unknown number, or too few members that flew.
    """
    flown = members.isel(member=members["status"].values == "flown")
    if flown.sizes["member"] < _FEW:
        raise InputError(
            f"{flown.sizes['member']} members flew; a figure needs {_FEW} or more: give a larger n"
        )
    known = _numbers(flown)
    for name in numbers or ():
        if name not in known:
            raise InputError(unknown("number of the sweep", name, known))
    table = {name: sensitivity(flown, name) for name in numbers or known}
    chosen = list(numbers) if numbers else _telling(flown, table)
    if not chosen:
        raise InputError("no number of the sweep differs from member to member: nothing to draw")
    figure = new_figure(8.2, 0.5 + 2.15 * len(chosen))
    grid = figure.subplots(len(chosen), 3, squeeze=False, width_ratios=(1.0, 1.15, 1.0))
    for row, name in zip(grid, chosen, strict=True):
        held, label = _shown(flown, name)
        _histogram(row[0], held, label)
        best = _best(flown, name, table[name])
        _scatter(row[1], flown, best, held, label)
        _tornado(row[2], table[name], flown)
    for axes, title in zip(grid[0], ("members", "against the most telling", "rank correlation"),
                           strict=True):  # fmt: skip
        axes.set_title(title)
    return Drawing(figure, _caption(members, flown), "Histograms, scatter and rank correlations.")


def spread(members: xr.Dataset) -> list[dict[str, Any]]:
    """Median and 5 and 95 per cent of every number of a sweep."""
    flown = members.isel(member=members["status"].values == "flown")
    out = []
    for name in _numbers(flown):
        held = flown[name].values.astype(float)
        held = held[np.isfinite(held)]
        low, middle, high = np.quantile(held, [0.05, 0.5, 0.95]).tolist()
        out.append({
            "name": name, "unit": _unit(flown, name), "median": middle, "low": low, "high": high,
        })  # fmt: skip
    return out


def sensitivity(members: xr.Dataset, number: str) -> dict[str, float]:
    """How a number goes with each parameter that varies, the strongest first.

    Spearman's rank correlation, between -1 and 1; for words the correlation ratio of the ranks,
    between 0 and 1. Causes of single landings that were drawn beside the parameters count, too.
    """
    held = members[number].values.astype(float)
    found: dict[str, float] = {}
    for name, values in _causes(members).items():
        good = np.isfinite(held) if values.dtype.kind in "OU" else _good(held, values)
        if good.sum() >= _FEW:
            found[name] = _goes_with(values[good], held[good])
    return dict(sorted(found.items(), key=lambda pair: -abs(pair[1])))


def _numbers(members: xr.Dataset) -> list[str]:
    """Names of the numbers that are one a member and known for some."""
    return [
        str(name)
        for name, each in members.data_vars.items()
        if each.dims == ("member",) and each.dtype.kind in "fiu"
        and each.attrs.get("role") != "varied" and np.isfinite(each.values.astype(float)).any()
    ]  # fmt: skip


def _causes(members: xr.Dataset) -> dict[str, np.ndarray[Any, Any]]:
    """What varied, by name: parameters, then what single landings drew beside."""
    out: dict[str, np.ndarray[Any, Any]] = {}
    for name, each in members.data_vars.items():
        if each.attrs.get("role") == "varied":
            held = each.values
            if held.dtype.kind == "M":
                held = held.astype("datetime64[ns]").astype(np.int64).astype(float)
            out[str(name)] = held.astype(str) if held.dtype.kind in "OU" else held.astype(float)
    if "input" in members and "cause" in members.coords:
        for i, cause in enumerate(members["cause"].values):
            out[str(cause)] = members["input"].values[:, i]
    return out


def _good(a: np.ndarray[Any, Any], b: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    return np.asarray(np.isfinite(a) & np.isfinite(b))


def _goes_with(cause: np.ndarray[Any, Any], held: np.ndarray[Any, Any]) -> float:
    ranks = rankdata(held)
    whole = float(np.sum((ranks - ranks.mean()) ** 2))
    if cause.dtype.kind in "OU":
        groups = [ranks[cause == word] for word in np.unique(cause)]
        between = sum(g.size * (g.mean() - ranks.mean()) ** 2 for g in groups)
        return float(np.sqrt(between / whole)) if whole > 0.0 else 0.0
    other = rankdata(cause)
    spread_ = float(np.sum((other - other.mean()) ** 2))
    if whole == 0.0 or spread_ == 0.0:
        return 0.0
    together = float(np.sum((ranks - ranks.mean()) * (other - other.mean())))
    return together / float(np.sqrt(whole * spread_))


def _best(members: xr.Dataset, number: str, table: dict[str, float]) -> str | None:
    """The parameter with which a number goes most, in whatever shape.

    Ranks see rising and falling only; so the parts of the variance of ranks that eight parts of a
    parameter's range explain, less what they would by chance, stand beside them.
    """
    held = members[number].values.astype(float)
    strength = {}
    for name, values in _causes(members).items():
        strength[name] = abs(table.get(name, 0.0))
        if values.dtype.kind not in "OU":
            good = _good(held, values)
            count = int(good.sum())
            if count > 4 * _PARTS:
                part = np.floor(_PARTS * (rankdata(values[good]) - 0.5) / count).astype(int)
                share = _goes_with(part.astype(str), held[good]) ** 2
                fair = 1.0 - (1.0 - share) * (count - 1.0) / (count - _PARTS)
                strength[name] = max(strength[name], float(np.sqrt(max(fair, 0.0))))
    return max(strength, key=lambda name: strength[name], default=None)


def _telling(members: xr.Dataset, table: dict[str, dict[str, float]]) -> list[str]:
    """Numbers that go most with a parameter, each telling something else."""
    own = [str(n) for n, each in members.data_vars.items() if each.attrs.get("role") == "varied"]
    count = members.sizes["member"]

    def strength(name: str) -> float:
        return max((abs(table[name].get(each, 0.0)) for each in own), default=0.0)

    known = [
        name for name in table
        if np.isfinite(members[name].values.astype(float)).sum() > 0.5 * count
        and _differs(members[name].values.astype(float))
    ]  # fmt: skip
    chosen: list[str] = []
    for name in sorted(known, key=strength, reverse=True):
        held = members[name].values.astype(float)
        others = [members[each].values.astype(float) for each in chosen]
        alike = [
            abs(_goes_with(other[_good(held, other)], held[_good(held, other)])) for other in others
        ]
        if max(alike, default=0.0) < _SAME:
            chosen.append(name)
        if len(chosen) == _ROWS:
            break
    return chosen


def _differs(held: np.ndarray[Any, Any]) -> bool:
    """Whether a number is not the same for all, to the rounding of its figures."""
    low, high = float(np.nanmin(held)), float(np.nanmax(held))
    return high - low > 1e-12 * max(abs(low), abs(high))


def _unit(members: xr.Dataset, name: str) -> str:
    unit = str(members[name].attrs.get("units", ""))
    return _SHORT.get(unit, unit)


def _label(members: xr.Dataset, name: str) -> str:
    unit = _unit(members, name)
    said = name.replace("_", " ")
    return f"{said} [{unit}]" if unit else said


def _shown(members: xr.Dataset, name: str) -> tuple[np.ndarray[Any, Any], str]:
    """A number's values and label, in thousands or millions of its unit where they are large."""
    held, label = members[name].values.astype(float), _label(members, name)
    unit, most = _unit(members, name), float(np.nanmax(np.abs(held)))
    if unit in _PREFIXED and most >= 2e4:
        size, letter = (1e6, "M") if most >= 2e6 and unit != "m" else (1e3, "k")
        return held / size, label.replace(f"[{unit}]", f"[{letter}{unit}]")
    return held, label


def _histogram(axes: Axes, held: np.ndarray[Any, Any], label: str) -> None:
    good = held[np.isfinite(held)]
    bins = int(np.clip(np.sqrt(good.size), 8, 40))
    axes.hist(good, bins=bins, color=colour("earth"), alpha=0.75)
    low, middle, high = np.quantile(good, [0.05, 0.5, 0.95])
    axes.axvline(middle, color=colour("ink"), lw=1.2)
    for each in (low, high):
        axes.axvline(each, color=colour("ink"), lw=0.9, ls=(0, (4, 2)))
    axes.set_xlabel(label)
    axes.xaxis.set_major_locator(MaxNLocator(4))
    axes.ticklabel_format(axis="x", useOffset=False)
    axes.yaxis.set_major_locator(MaxNLocator(4, integer=True))
    axes.grid(False, axis="x")


def _scatter(
    axes: Axes, members: xr.Dataset, cause: str | None, held: np.ndarray[Any, Any], label: str
) -> None:
    axes.set_ylabel(label)
    if cause is None:
        axes.set_axis_off()
        return
    values = _causes(members)[cause]
    if values.dtype.kind in "OU":
        words = np.unique(values)
        boxes = [held[(values == word) & np.isfinite(held)] for word in words]
        line = {"color": colour("ink"), "linewidth": 1.0}
        axes.boxplot(
            boxes, tick_labels=list(words), widths=0.5, boxprops=line, whiskerprops=line,
            capprops=line, medianprops={"color": colour("mars"), "linewidth": 1.6},
            flierprops={"markersize": 2, "markeredgecolor": colour("muted")},
        )  # fmt: skip
    elif cause in members and members[cause].dtype.kind == "M":
        axes.plot(members[cause].values, held, ".", ms=3, color=DOTS, alpha=0.6, rasterized=True)
        day_marks(axes.xaxis)
    else:
        axes.plot(values, held, ".", ms=3, color=DOTS, alpha=0.6, rasterized=True)
        axes.xaxis.set_major_locator(MaxNLocator(4))
    name = _label(members, cause) if cause in members else f"{cause.replace('_', ' ')} [σ]"
    axes.set_xlabel(name)
    axes.yaxis.set_major_locator(MaxNLocator(5))


def _tornado(axes: Axes, table: dict[str, float], members: xr.Dataset) -> None:
    shown = list(table.items())[:_BARS][::-1]
    names = [name.replace("_", " ") for name, _ in shown]
    values = [value for _, value in shown]
    words = {n for n, each in members.data_vars.items() if each.dtype.kind in "OU"}
    tones = [
        colour("moon") if name in words else colour("mars") if value >= 0.0 else colour("earth")
        for name, value in shown
    ]
    axes.barh(names, values, color=tones, height=0.7)
    axes.axvline(0.0, color=colour("muted"), lw=0.8)
    axes.set_xlim(-1.0, 1.0)
    axes.tick_params(axis="y", labelsize=7.2, length=0)
    axes.grid(False, axis="y")
    axes.set_xticks([-1, -0.5, 0, 0.5, 1])


def _caption(members: xr.Dataset, flown: xr.Dataset) -> str:
    n, left = members.sizes["member"], flown.sizes["member"]
    laws = [
        f"{name} by {each.attrs['law']}"
        for name, each in members.data_vars.items() if each.attrs.get("role") == "varied"
    ]  # fmt: skip
    said = f"{left} members of {members.attrs.get('mission', 'a mission')}"
    if laws:
        said += f", {'; '.join(laws)}"
    said += ". Lines: median, 5 and 95 %. Rank correlations after Spearman; grey, for words, "
    said += "without sign."
    return said if left == n else f"{said} {n - left} of {n} members did not fly."
