"""Thermal inertia: truth against knowledge, by place, cell by cell and over the stated error."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import LogNorm, Normalize
from matplotlib.figure import Figure

from marsward.views.figures.drawing import Drawing, plain_powers
from marsward.views.figures.map_axes import colour_bar, panel
from marsward.views.figures.planet_panels import plain_steps
from marsward.views.figures.thermal_cells import (
    UNIT,
    ThermalCells,
    band_height,
    map_band,
    scatter_of,
    thermal_cells,
)
from marsward.views.numbers import digits
from marsward.views.stored_run import StoredPhase
from marsward.views.style import DOTS, colour, new_figure

REACH = 3.0  # sigmas at the ends of the colours
BEFORE = "#a08f85"  # dots of what was known before, faint on light and dark
BINS = np.linspace(-5.0, 5.0, 41)


def draw(phase: StoredPhase) -> Drawing:
    """Maps of residuals and of stated errors, found against true, histogram."""
    cells = thermal_cells(phase)
    tall = band_height(cells, 3.1)
    figure = new_figure(7.6, 4.02 + tall)
    figure.set_layout_engine("none")
    _maps(figure, 3.75, cells)
    _scatter(panel(figure, 0.62, 0.48, 2.65, 2.3), cells)
    _histogram(panel(figure, 4.25, 0.48, 3.1, 2.3), cells)
    label = "True and found thermal inertia: maps of residuals and errors, scatter, histogram."
    return Drawing(figure, _caption(cells), label, dpi=150)


def _maps(figure: Figure, bottom: float, cells: ThermalCells) -> None:
    percent = np.where(cells.solved, 100.0 * cells.width, np.nan)
    low, high = np.nanpercentile(percent, [2.0, 98.0])
    stated = LogNorm(max(float(low), 0.1), max(float(high), 10.0 * float(low)))
    rows = (
        (0.45, cells.pull, "ln(found / true) over its 1σ", "σ, red: too high", "RdBu_r",
         Normalize(-REACH, REACH), "#555555"),
        (4.25, percent, "Stated error of what was found (1σ)", "%", "plasma", stated, "white"),
    )  # fmt: skip
    across, up = figure.get_size_inches()
    for left, values, title, unit, cmap, norm, lines in rows:
        axes = map_band(figure, (left, bottom, 3.1), cells, values, cmap=cmap, norm=norm,
                        lines=lines, step=(90, 30))  # fmt: skip
        axes.set_facecolor(colour("grid"))
        axes.set_title(title, pad=4)
        bar = colour_bar(figure, (left, bottom - 0.37, 2.0, 0.08), cmap, norm, "", extend="both")
        figure.text((left + 2.12) / across, (bottom - 0.33) / up, unit, fontsize=7.8, va="center")
        plain_steps(bar, norm, upright=False)


def _scatter(axes: Axes, cells: ThermalCells) -> None:
    """Found against true, and what was known before."""
    there = cells.solved
    true = cells.true[there]
    both = np.concatenate([true, cells.found[there], cells.prior[there]])
    low, high = np.nanpercentile(both, [0.1, 99.9])
    ends = (0.85 * float(low), 1.18 * float(high))
    step = max(1, true.size // 4000)
    for values, name, dots, shade, size in (
        (cells.prior, "before the look", BEFORE, 0.45, 2.6),
        (cells.found, "found", DOTS, 0.7, 2.6),
    ):
        axes.plot(true[::step], values[there][::step], ".", ms=size, mew=0, color=dots,
                  alpha=shade, rasterized=True)  # fmt: skip
        axes.plot([], [], ".", ms=7, mew=0, color=dots, label=name)
    axes.plot(ends, ends, color=colour("ink"), lw=0.9, ls=(0, (1, 1)), zorder=3)
    axes.set(xscale="log", yscale="log", xlim=ends, ylim=ends,
             xlabel=f"true [{UNIT}]", ylabel=f"estimated [{UNIT}]")  # fmt: skip
    for axis in (axes.xaxis, axes.yaxis):
        plain_powers(axis)
        steps = [s for s in (10, 20, 50, 100, 200, 500, 1000, 2000) if ends[0] <= s <= ends[1]]
        axis.set_ticks(steps, [f"{s:g}" for s in steps], minor=False)
        axis.set_ticks([], minor=True)
    axes.legend(loc="upper left", handletextpad=0.2, borderaxespad=0.2, fontsize=7.8)
    axes.set_title("Cell by cell", pad=4)


def _histogram(axes: Axes, cells: ThermalCells) -> None:
    """Residuals over their stated errors, and the unit normal."""
    pulls = np.clip(cells.pull[cells.solved], BINS[0], BINS[-1])
    share = np.histogram(pulls, BINS)[0] / pulls.size / np.diff(BINS)
    axes.stairs(share, BINS, fill=True, color=colour("earth"), alpha=0.35)
    axes.stairs(share, BINS, color=colour("earth"), lw=1.2, label="cells")
    x = np.linspace(BINS[0], BINS[-1], 201)
    axes.plot(x, np.exp(-0.5 * x**2) / np.sqrt(2.0 * np.pi), color=colour("ink"), lw=1.2,
              ls=(0, (1, 1)), label="unit normal")  # fmt: skip
    axes.set(xlim=(BINS[0], BINS[-1]), ylim=(0, None), xlabel="ln(found / true) / 1σ", yticks=[])
    axes.legend(loc="upper right", fontsize=7.8)
    axes.set_title("Against the stated errors", pad=4)


def _caption(cells: ThermalCells) -> str:
    pulls = cells.pull[cells.solved]
    inside = 100.0 * float((np.abs(pulls) < 1.0).mean())
    far = int((np.abs(pulls) > BINS[-1]).sum())
    after, before = (100.0 * scatter_of(v) for v in (cells.off, cells.prior_off))
    bias = f"{100.0 * float(np.expm1(np.mean(cells.off))):+.1f}".replace("-", "−")
    stated = 100.0 * float(np.median(cells.width[cells.solved]))
    few = cells.looks[cells.solved] <= 2
    return (
        f"Truth against knowledge in {digits(pulls.size)} cells. Above: by how many of its own "
        f"standard deviations the found inertia is off, cut at ±{REACH:g}, and that stated error "
        f"(median {digits(stated, None, 2)} %"
        + (f"; {digits(100.0 * float(few.mean()), None, 2)} % of the cells had one or two looks "
           "only, and larger errors" if few.any() else "")
        + "). Grey cells: no answer. Below: found (blue) and known before (faint) against the "
        "truth, dotted: equal. The scatter (median size of the error over "
        "0.67, that of a unit normal) falls from "
        f"{digits(before, None, 2)} to "
        f"{digits(after, None, 2)} %, the mean error is {bias} %. Of the residuals "
        f"{digits(inside, None, 2)} % lie within 1σ (68 % would be right), their mean square is "
        f"{digits(float(np.mean(pulls**2)), None, 3)} (1 would be right)"
        + (f"; {digits(far)} beyond ±{BINS[-1]:g} stand in the outermost bars" if far else "")
        + "."
    )  # fmt: skip
