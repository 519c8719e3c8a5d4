"""Minerals one by one: the true share of each place against the one that was retrieved."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from marsward.views.figures.drawing import Drawing
from marsward.views.figures.map_axes import panel
from marsward.views.figures.soil_shares import PRESENT, Shares, called, shares
from marsward.views.numbers import digits
from marsward.views.stored_run import Missing, StoredPhase
from marsward.views.style import DOTS, colour, new_figure

MOST = 12
PLACES = 400
_COLUMNS = 4


def draw(phase: StoredPhase) -> Drawing:
    """A small square for each mineral that is there."""
    seen = shares(phase)
    there = seen.present()
    if not there:
        raise Missing(f"{phase.folder.name}/soil_fractions.nc has no mineral over {PRESENT:g}")
    chosen = there[:MOST]
    rows = -(-len(chosen) // _COLUMNS)
    height = 0.32 + 1.9 * rows
    figure = new_figure(7.6, height)
    figure.set_layout_engine("none")
    for number, k in enumerate(chosen):
        column, row = number % _COLUMNS, number // _COLUMNS
        axes = panel(figure, 0.6 + 1.8 * column, height - 1.67 - 1.9 * row, 1.35, 1.35)
        _one(axes, seen, k)
        if column == 0:
            axes.set_ylabel("retrieved [%]", fontsize=8.2, labelpad=1)
        if number >= len(chosen) - _COLUMNS:
            axes.set_xlabel("true [%]", fontsize=8.2, labelpad=1)
    hidden = len(there) - len(chosen)
    absent = [k for k in range(len(seen.minerals)) if k not in there]
    loose = max((seen.rms(k) for k in absent), default=None)
    caption = (
        f"True and retrieved shares of the cross-section at {digits(seen.lon.size)} places, the "
        "commonest mineral first, with bars of 1σ at some "
        f"{digits(min(PLACES, seen.lon.size))} of them; dotted: equal. χ is the "
        "root mean square of the difference over its stated 1σ where a "
        f"mineral has more than {100 * PRESENT:g} %: 1 where the errors are right, more where "
        "they are too small."
        + (f" {digits(hidden)} more minerals are in the table." if hidden else "")
        + (f" Of {digits(len(absent))} that are nowhere above {100 * PRESENT:g} % at most "
           f"{digits(100 * loose, None, 2)} % (root mean square) is found." if loose is not None
           else "")
        + " Known here and not on the real planet: every mineral that is there is in the library."
    )  # fmt: skip
    label = "True against retrieved shares of minerals, one panel for each."
    return Drawing(figure, caption, label)


def _one(axes: Axes, seen: Shares, k: int) -> None:
    """One mineral; the richest places are always among those drawn."""
    true, found, sigma = (100.0 * values[:, k] for values in (seen.true, seen.found, seen.sigma))
    some = np.linspace(0, true.size - 1, min(PLACES, true.size)).astype(int)
    some = np.unique(np.append(some, np.argsort(-true)[: PLACES // 8]))
    top = 1.08 * max(float(np.nanmax(true)), float(np.nanmax(found)))
    axes.plot([0, top], [0, top], color=colour("ink"), lw=0.9, ls=(0, (1, 1)), zorder=4)
    bars = axes.errorbar(
        true[some], found[some], yerr=sigma[some], fmt="o", ms=2.2, mew=0, color=DOTS,
        elinewidth=0.6, alpha=0.55, zorder=3,
    )  # fmt: skip
    bars.lines[0].set_rasterized(True)
    for part in bars.lines[2]:
        part.set_rasterized(True)
    low = -0.04 * top
    axes.set(xlim=(low, top), ylim=(low, top))
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_locator(MaxNLocator(3, steps=[1, 2, 5, 10]))
    axes.tick_params(labelsize=7.4, pad=2)
    name = called(seen.minerals[k])
    axes.set_title(name[:1].upper() + name[1:], fontsize=8.6, pad=3)
    chi = seen.chi(k)
    told = f"rms {digits(100.0 * seen.rms(k), None, 2)} %"
    told += f"\nχ {digits(chi, None, 2)}" if np.isfinite(chi) else ""
    axes.text(0.05, 0.97, told, transform=axes.transAxes, fontsize=7.2, va="top", zorder=5)
