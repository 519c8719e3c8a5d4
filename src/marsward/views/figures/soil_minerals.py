"""True maps of minerals, and the shares that were retrieved as dots in the same colours."""

import numpy as np
from matplotlib import colormaps
from matplotlib.colors import Normalize

from marsward.views.figures.drawing import Drawing
from marsward.views.figures.map_axes import (
    DEGREE,
    colour_bar,
    equirectangular,
    panel,
    scale_bar,
    show,
    stored_grid,
)
from marsward.views.figures.soil_shares import PRESENT, Shares, called, shares
from marsward.views.numbers import digits
from marsward.views.stored_run import Missing, StoredPhase
from marsward.views.style import new_figure

MOST = 8
PLACES = 200
CMAP = "viridis"
_LEVELS = 32  # colours of a map, few so that eight of them stay small


def draw(phase: StoredPhase) -> Drawing:
    """Up to eight minerals: those that are commonest, then those with the richest deposits."""
    grid = stored_grid(phase, "soil_truth", planet=True)
    cube = phase.values("soil_truth", "mineral_fraction").astype(float)
    names = phase.texts("soil_truth", "mineral")
    chosen = _chosen(cube, names)
    if not chosen:
        raise Missing(f"{phase.folder.name}/soil_truth.nc holds no mineral")
    try:
        seen: Shares | None = shares(phase)
    except Missing:
        seen = None
    rows = (len(chosen) + 1) // 2
    height = 1.98 * rows + 0.12
    figure = new_figure(7.6, height)
    figure.set_layout_engine("none")
    few = colormaps[CMAP].resampled(_LEVELS)
    for number, k in enumerate(chosen):
        left, bottom = 0.45 + 3.7 * (number % 2), height - 1.82 - 1.98 * (number // 2)
        values = 100.0 * cube[..., k]
        norm = Normalize(0.0, _top(values, seen, names[k]))
        axes = panel(figure, left, bottom, 3.0, 1.5)
        show(axes, grid, values, most=360, cmap=few, norm=norm)
        equirectangular(axes, step=(90, 45))
        title = called(names[k])
        axes.set_title(title[:1].upper() + title[1:], pad=4)
        if number == 1 or len(chosen) == 1:
            scale_bar(axes, 2e6, DEGREE, "at the equator", at=(1.0, 1.05))
        colour_bar(figure, (left + 3.06, bottom, 0.07, 1.5), CMAP, norm, "")
        if seen is not None and names[k] in seen.minerals:
            j = seen.minerals.index(names[k])
            some = _spread(seen, j)
            east = (seen.lon[some] + 180.0) % 360.0 - 180.0
            axes.scatter(
                east, seen.lat[some], c=100.0 * seen.found[some, j], s=9.0, norm=norm, zorder=5,
                cmap=few, edgecolors="white", linewidths=0.35,
            )  # fmt: skip
    caption = (
        f"Truth: shares of {digits(len(chosen))} of {digits(len(names))} minerals in the "
        f"cross-section of the ground [%], {grid.label}, each in its own scale of colours. "
        + ("Knowledge: dots with a white rim, the share retrieved there in the same colours, at "
           f"{digits(min(PLACES, seen.lon.size))} of {digits(seen.lon.size)} places; where a dot "
           "does not stand out from its ground, it is right. " if seen is not None else "")
        + "Assumed: dust and dark sand follow the albedo, deposits stand where others have "
        "published them."
    )  # fmt: skip
    label = "Small maps of true minerals on Mars with retrieved shares as dots."
    return Drawing(figure, caption, label, dpi=150)


def _chosen(cube: np.ndarray, names: list[str]) -> list[int]:
    """Half of them by mean share, the rest by the largest share found anywhere."""
    flat = cube.reshape(-1, len(names))
    mean, most = np.nanmean(flat, axis=0), np.nanmax(flat, axis=0)
    there = [k for k in range(len(names)) if most[k] > PRESENT]
    common = sorted(there, key=lambda k: -mean[k])[: MOST // 2 + 1]
    rich = sorted((k for k in there if k not in common), key=lambda k: -most[k])
    return sorted(common + rich[: MOST - len(common)], key=lambda k: -mean[k])


def _top(values: np.ndarray, seen: Shares | None, name: str) -> float:
    """End of the colours [%]: nearly the largest share of the map and of the places."""
    top = float(np.nanpercentile(values, 99.95))
    if seen is not None and name in seen.minerals:
        top = max(top, 100.0 * float(np.nanmax(seen.true[:, seen.minerals.index(name)])))
    return max(top, 1.0)


def _spread(seen: Shares, mineral: int) -> np.ndarray:
    """Some places spread over all, richest in the mineral last so that they lie on top."""
    count = seen.lon.size
    some = np.linspace(0, count - 1, min(PLACES, count)).astype(int)
    rich = np.argsort(-seen.true[:, mineral])[: PLACES // 10]
    some = np.unique(np.append(some, rich))
    return some[np.argsort(seen.true[some, mineral])]
