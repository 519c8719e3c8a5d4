"""Thermal inertia of the ground as it is, as it was estimated before, and as it was found."""

import numpy as np
from matplotlib.colors import LogNorm

from marsward.views.figures.drawing import Drawing
from marsward.views.figures.map_axes import DEGREE, colour_bar, name_places, scale_bar
from marsward.views.figures.mosaic_map import mapped_places
from marsward.views.figures.planet_panels import plain_steps
from marsward.views.figures.thermal_cells import (
    UNIT,
    ThermalCells,
    band_height,
    map_band,
    reached,
    scatter_of,
    thermal_cells,
)
from marsward.views.numbers import digits
from marsward.views.stored_run import StoredPhase
from marsward.views.style import new_figure

INERTIA_MAP = "viridis"
WIDEST, HIGHEST = 6.2, 2.5  # of a map [inch]


def draw(phase: StoredPhase) -> Drawing:
    """Three maps in the same colours."""
    cells = thermal_cells(phase)
    width = min(WIDEST, HIGHEST * WIDEST / band_height(cells, WIDEST))
    tall = band_height(cells, width)
    figure = new_figure(7.6, 3 * (tall + 0.5) + 0.02)
    figure.set_layout_engine("none")
    norm = inertia_scale(cells)
    rows = (
        (cells.true, "True: the ground as it is"),
        (cells.prior, "Before the look: as estimated from other maps"),
        (cells.found, "After the look: as found from the temperatures"),
    )
    for number, (values, title) in enumerate(rows):
        bottom = (2 - number) * (tall + 0.5) + 0.22
        axes = map_band(figure, (0.5, bottom, width), cells, values, cmap=INERTIA_MAP, norm=norm)
        axes.set_title(title, pad=4)
        if number == 0:
            inner = reached(cells) - 4.0
            places = mapped_places(cells.grid, cells.true)
            name_places(axes, [place for place in places if abs(place[2]) < inner])
            scale_bar(axes, 2e6, DEGREE, "at the equator", at=(1.0, 1.035))
    bar = colour_bar(
        figure, (0.75 + width, 0.22, 0.1, 3 * tall + 1.0), INERTIA_MAP, norm,
        f"thermal inertia [{UNIT}]", extend="both",
    )  # fmt: skip
    plain_steps(bar, norm, upright=True)
    label = "Maps of thermal inertia: true, estimated before, and found by the radiometer."
    return Drawing(figure, _caption(cells), label, dpi=150)


def inertia_scale(cells: ThermalCells) -> LogNorm:
    """The colours of all three maps: all but the outermost hundredths of the truth."""
    low, high = np.percentile(cells.true[cells.passed], [1.0, 99.0])
    low = 10.0 * np.floor(low / 10.0)
    return LogNorm(max(low, 5.0), max(50.0 * np.ceil(high / 50.0), 2.0 * low))


def _caption(cells: ThermalCells) -> str:
    silent = int((cells.passed & ~cells.solved).sum())
    before, after = (100.0 * scatter_of(v) for v in (cells.prior_off, cells.off))
    some = cells.looks[cells.solved]
    return (
        f"Thermal inertia on {cells.grid.label} in one logarithmic scale. Above, truth: the ground "
        "of the simulation. Middle, known before: the shipped estimate, which is off by its own "
        f"errors ({digits(before, None, 2)} %, median size over 0.67). Below, knowledge: found "
        "from the temperatures that the radiometer measured by day and night, "
        f"{digits(float(np.median(some)), None, 3)} at a cell in the median, off by "
        f"{digits(after, None, 2)} %. Clear: the orbit passes no such cell, or it is beyond the "
        "latitudes that were asked for"
        + (f"; below also {digits(silent)} cells without an answer, for CO₂ frost or want of "
           "looks" if silent else "")
        + ". Arrows: less and more than the scale. Assumed: cells are flat, dry and of one soil. "
        "Names: IAU Gazetteer of Planetary Nomenclature."
    )  # fmt: skip
