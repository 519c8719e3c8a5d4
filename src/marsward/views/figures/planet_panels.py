"""One layer of the ground as three maps: the planet and both poles, in the same colours.

Cells without a value are grey, and what that means is said beside the colour bar.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import LogNorm, Normalize
from matplotlib.figure import Figure
from matplotlib.patches import Circle, Rectangle

from marsward.core.map_grid import SPHERE, MapGrid
from marsward.views.figures.map_axes import (
    DEGREE,
    POLAR_LIMIT,
    colour_bar,
    equirectangular,
    panel,
    scale_bar,
    show,
)
from marsward.views.figures.mosaic_map import pole_map
from marsward.views.style import colour

POLES = ("north", "south")


@dataclass(frozen=True)
class Layer:
    """Values (y, x) to draw, their colours, and the words for cells without one.

    title : over the map
    unit : at the colour bar
    empty : what a grey cell means; no patch of grey is explained without it
    lines : colour of the graticule, to be seen on the layer
    """

    values: np.ndarray
    title: str
    unit: str
    cmap: str
    norm: Normalize
    empty: str = ""
    lines: str = "white"


def planet_and_poles(figure: Figure, grid: MapGrid, layer: Layer) -> None:
    """A large map of the planet over both poles, on a figure of 7.6 by 6.95 inch."""
    height = float(figure.get_size_inches()[1])
    axes = _planet(figure, (0.5, height - 3.55, 6.4, 3.2), grid, layer)
    scale_bar(axes, 2e6, DEGREE, "at the equator", at=(1.0, 1.024))
    axes.set_title(layer.title, pad=5)
    bar = colour_bar(
        figure, (7.0, height - 3.55, 0.1, 3.2), layer.cmap, layer.norm, layer.unit,
        extend="both" if isinstance(layer.norm, LogNorm) else "neither",
    )  # fmt: skip
    plain_steps(bar, layer.norm, upright=True)
    for pole, place in zip(POLES, (0.72, 4.1), strict=True):
        round_ = _pole(figure, (place, 0.45, 2.5, 2.5), grid, layer, pole)
        round_.set_title(f"{pole.capitalize()} pole", x=-0.12, pad=1)
        scale_bar(round_, 5e5, 1.0, "at the pole", at=(1.14, -0.05))
    if layer.empty:
        explained(figure, 0.5, 0.1, layer.empty)


def row_of_panels(figure: Figure, bottom: float, grid: MapGrid, layer: Layer) -> None:
    """The same in one row of 2.45 inch: the planet at the left, the poles at the right."""
    axes = _planet(figure, (0.45, bottom + 0.55, 3.2, 1.6), grid, layer, step=(90, 45))
    axes.set_title(layer.title, pad=4)
    bar = colour_bar(figure, (0.45, bottom + 0.22, 2.2, 0.08), layer.cmap, layer.norm, "")
    across, up = figure.get_size_inches()
    figure.text(2.74 / across, (bottom + 0.26) / up, layer.unit, fontsize=7.8, va="center")
    plain_steps(bar, layer.norm, upright=False)
    for pole, left in zip(POLES, (4.12, 6.08), strict=True):
        round_ = _pole(figure, (left, bottom + 0.68, 1.18, 1.18), grid, layer, pole)
        round_.set_title(f"{pole.capitalize()} pole", fontsize=8.2, x=0.5, ha="center", pad=14)
    if layer.empty:
        explained(figure, 4.16, bottom + 0.2, layer.empty)


def explained(figure: Figure, left: float, bottom: float, words: str) -> None:
    """A patch of the grey of empty cells with its meaning, at a place in inches."""
    across, up = figure.get_size_inches()
    patch = Rectangle(
        (left / across, bottom / up), 0.2 / across, 0.12 / up, fc=colour("grid"),
        ec=colour("muted"), lw=0.5, transform=figure.transFigure,
    )  # fmt: skip
    figure.add_artist(patch)
    figure.text((left + 0.27) / across, (bottom + 0.055) / up, words, fontsize=7.8, va="center")


def plain_steps(axes: Axes, norm: Normalize, *, upright: bool) -> None:
    """Numbers that people read at a logarithmic bar: 1, 2, 5, 10; others as they are."""
    if not isinstance(norm, LogNorm):
        return
    steps = steps_between(float(norm.vmin or 1.0), float(norm.vmax or 1.0))
    names = [f"{step:g}" for step in steps]
    if upright:
        axes.set_yticks(steps, names, minor=False)
        axes.set_yticks([], minor=True)
    else:
        axes.set_xticks(steps, names, minor=False)
        axes.set_xticks([], minor=True)


def steps_between(low: float, high: float) -> Sequence[float]:
    """Powers of ten and their 2 and 5 folds from `low` to `high`; halves over less than 1 to 5."""
    if high < 5.0 * low:
        return [float(step) for step in np.arange(np.ceil(2.0 * low), 2.0 * high + 0.01) / 2.0]
    powers = range(int(np.floor(np.log10(low))) - 1, int(np.ceil(np.log10(high))) + 1)
    steps = [factor * 10.0**power for power in powers for factor in (1, 2, 5)]
    return [step for step in steps if low * 0.999 <= step <= high * 1.001]


def _planet(
    figure: Figure,
    place: tuple[float, float, float, float],
    grid: MapGrid,
    layer: Layer,
    step: tuple[int, int] = (60, 30),
) -> Axes:
    axes = panel(figure, *place)
    axes.set_facecolor(colour("grid"))
    show(axes, grid, layer.values, most=720, cmap=layer.cmap, norm=layer.norm)
    equirectangular(axes, step=step)
    for line in axes.get_xgridlines() + axes.get_ygridlines():
        line.set_color(layer.lines)
    return axes


def _pole(
    figure: Figure,
    place: tuple[float, float, float, float],
    grid: MapGrid,
    layer: Layer,
    pole: str,
) -> Axes:
    axes = panel(figure, *place)
    pole_map(axes, grid, layer.values, pole, cmap=layer.cmap, norm=layer.norm)
    reach = 2.0 * SPHERE * np.tan(np.radians(90.0 - POLAR_LIMIT) / 2.0)
    axes.add_patch(Circle((0.0, 0.0), reach, fc=colour("grid"), ec="none", zorder=0))
    for line in axes.lines:
        line.set_color(layer.lines)
    return axes
