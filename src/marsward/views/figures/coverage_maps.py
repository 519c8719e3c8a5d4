"""What the campaign sees: how often, how fine, in what light, from how many sides."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from matplotlib.colors import LogNorm, Normalize
from matplotlib.figure import Figure

from marsward.core.map_grid import MapGrid
from marsward.views.figures.drawing import Drawing
from marsward.views.figures.map_axes import (
    DEGREE,
    colour_bar,
    equirectangular,
    panel,
    polar,
    scale_bar,
    show,
    stored_grid,
)
from marsward.views.numbers import digits
from marsward.views.stored_run import Missing, StoredPhase
from marsward.views.style import new_figure


@dataclass(frozen=True)
class Layer:
    """A layer of a coverage: its colours, its title with unit, what its numbers are scaled by."""

    name: str
    title: str
    cmap: str
    scale: float = 1.0


COUNT = Layer("count", "frames on each cell [frames]", "viridis")
GSD = Layer("best_gsd", "best ground size of a pixel [m]", "cividis_r")
SMALL = (
    Layer("best_incidence", "least incidence [°]", "inferno_r"),
    Layer("stereo_angle", "widest stereo angle [°]", "viridis"),
    Layer("revisit", "longest gap between views [days]", "magma_r", 1.0 / 86_400.0),
    Layer("local_time", "local time of the best view [h]", "twilight"),
)


def draw_counts(phase: StoredPhase) -> Drawing:
    """How many frames show each cell."""

    def norm(values: np.ndarray) -> Normalize:
        top = max(float(np.nanpercentile(values, 99.9)), 2.0)
        return LogNorm(1.0, top) if top > 20 else Normalize(0.0, top)

    figure, grid, values = _plate(phase, COUNT, norm)
    seen = values[np.isfinite(values)]
    caption = (
        f"Number of frames on each cell, {grid.label}, and about both poles out to 60°: median "
        f"{np.median(seen):.0f}, most {np.max(seen):.0f}. {_empty(values)}{_limit(phase)}"
    )
    return Drawing(figure, caption, "Maps of how many frames show each place of Mars.", dpi=150)


def draw_sizes(phase: StoredPhase) -> Drawing:
    """The finest size on the ground with which each cell was seen."""

    def norm(values: np.ndarray) -> Normalize:
        low, high = np.nanpercentile(values, [0.1, 99.5])
        return Normalize(5.0 * np.floor(low / 5.0), 5.0 * np.ceil(high / 5.0))

    figure, grid, values = _plate(phase, GSD, norm)
    area = np.broadcast_to(grid.cell_area(), values.shape)
    known = np.isfinite(values)
    order = np.argsort(values[known])
    share = np.cumsum(area[known][order]) / area[known].sum()
    middle = values[known][order][np.searchsorted(share, 0.5)]
    caption = (
        "The finest ground size of a pixel of the full camera with which each cell was seen: half "
        f"of the planet's area at {digits(float(middle), None, 3)} m or finer. "
        f"{_empty(values)}{_limit(phase)}"
    )
    return Drawing(figure, caption, "Maps of the best ground size of a pixel on Mars.", dpi=150)


def draw_light(phase: StoredPhase) -> Drawing:
    """The other layers of coverage.nc, small."""
    grid = stored_grid(phase, "coverage", planet=True)
    present = [each for each in SMALL if each.name in phase.product("coverage")]
    if not present:
        raise Missing(f"{phase.folder.name}/coverage.nc has no light, stereo or revisit")
    rows = (len(present) + 1) // 2
    height = 2.5 * rows + 0.1
    figure = new_figure(7.6, height)
    figure.set_layout_engine("none")
    told = []
    for number, layer in enumerate(present):
        left, bottom = 0.45 + 3.7 * (number % 2), height - 1.95 - 2.5 * (number // 2)
        values = layer.scale * phase.values("coverage", layer.name).astype(float)
        if layer.name == "local_time":
            values, norm = _thinned(values), Normalize(0.0, 24.0)
        else:
            low, high = (
                np.nanpercentile(values, [0.2, 99.8]) if np.isfinite(values).any() else (0, 1)
            )
            norm = Normalize(low, high)
            told.append(
                f"{layer.title.split(' [')[0]} {digits(float(np.nanmedian(values)), None, 2)}"
                + (" days" if layer.name == "revisit" else "°")
            )
        axes = panel(figure, left, bottom, 3.2, 1.6)
        show(axes, grid, values, most=540, cmap=layer.cmap, norm=norm)
        equirectangular(axes, step=(90, 45))
        axes.set_title(layer.title[:1].upper() + layer.title[1:], fontsize=8.6, pad=4)
        bar = colour_bar(figure, (left, bottom - 0.33, 3.2, 0.08), layer.cmap, norm, "")
        if layer.name == "local_time":
            bar.set_xticks((0, 6, 12, 18, 24))
    caption = (
        f"Further layers of the coverage, {grid.label}; medians of the cells: {', '.join(told)}. "
        "Stereo: the widest angle between two views of a cell."
    )
    return Drawing(figure, caption, "Small maps of light, stereo, revisit and local time.", dpi=150)


def _plate(
    phase: StoredPhase, layer: Layer, norm_of: Callable[[np.ndarray], Normalize]
) -> tuple[Figure, MapGrid, np.ndarray]:
    """The planet and, where their products are, both poles, in the same colours."""
    grid = stored_grid(phase, "coverage", planet=True)
    values = _layer(phase, "coverage", layer)
    norm = norm_of(values)
    poles = [p for p in ("north", "south") if f"coverage_{p}" in phase.products]
    height = 6.75 if poles else 4.05
    figure = new_figure(7.6, height)
    figure.set_layout_engine("none")
    axes = panel(figure, 0.5, height - 3.55, 6.4, 3.2)
    show(axes, grid, values, most=720, cmap=layer.cmap, norm=norm)
    equirectangular(axes)
    scale_bar(axes, 2e6, DEGREE, "at the equator", at=(1.0, 1.024))
    name, unit = (*layer.title.split(" ["), "")[:2]
    axes.set_title(name[:1].upper() + name[1:], pad=5)
    bar = colour_bar(figure, (7.0, height - 3.55, 0.1, 3.2), layer.cmap, norm, unit.rstrip("]"))
    if isinstance(norm, LogNorm):
        top = float(norm.vmax or 1.0)
        steps = [n for n in (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000) if n <= top]
        bar.set_yticks(steps, [str(n) for n in steps], minor=False)
        bar.set_yticks([], minor=True)
    for pole, place in zip(poles, (0.72, 4.1), strict=False):
        mine = _layer(phase, f"coverage_{pole}", layer)
        round_ = panel(figure, place, 0.3, 2.5, 2.5)
        show(round_, stored_grid(phase, f"coverage_{pole}"), mine, most=300,
             cmap=layer.cmap, norm=norm)  # fmt: skip
        polar(round_, pole)
        round_.set_title(f"{pole.capitalize()} pole", x=-0.12, pad=1)
        scale_bar(round_, 5e5, 1.0, "at the pole", at=(1.14, -0.05))
    return figure, grid, values


def _layer(phase: StoredPhase, product: str, layer: Layer) -> np.ndarray:
    """A layer as floats, unseen cells empty."""
    values = layer.scale * phase.values(product, layer.name).astype(float)
    if product == "coverage" and not (np.nan_to_num(values) > 0.0).any():
        raise Missing(f"{phase.folder.name}/{product}.nc sees no ground")
    return np.where(values > 0.0, values, np.nan) if layer.name == "count" else values


def _thinned(values: np.ndarray, most: int = 540) -> np.ndarray:
    """Every so many cells: hours around the clock have no mean."""
    step = max(1, int(np.ceil(values.shape[1] / most)))
    return values[step // 2 :: step, step // 2 :: step]


def _empty(values: np.ndarray) -> str:
    bare = int(np.isnan(values).sum())
    if not bare:
        return "Every cell is seen."
    return f"{digits(bare)} of {digits(values.size)} cells are never seen."


def _limit(phase: StoredPhase) -> str:
    """What does not count as seen, and what the mosaic leaves out besides."""
    limit = phase.product("coverage").attrs.get("incidence_limit")
    text = ""
    if limit is not None:
        text = (
            f" Views in which the Sun stands lower than {90 - float(limit):g}° over the ground do "
            "not count."
        )
    if "mosaic" in phase.products:
        slant = phase.product("mosaic").attrs.get("emission_limit_deg")
        if slant is not None:
            text += (
                f" Views aslant count here; the mosaic leaves out those at an emission over "
                f"{float(slant):g}°, so that their shares of the planet differ."
            )
    return text
