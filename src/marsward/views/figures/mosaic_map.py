"""The map itself: the planet and both poles in colour, with names of well-known places."""

import numpy as np
from matplotlib.axes import Axes

from marsward.core.map_grid import MapGrid
from marsward.views.figures.drawing import Drawing
from marsward.views.figures.map_axes import (
    DEGREE,
    PLACES,
    about_pole,
    block_means,
    coarser,
    equirectangular,
    name_places,
    panel,
    polar,
    polar_grid,
    scale_bar,
    show,
    stored_grid,
)
from marsward.views.numbers import digits
from marsward.views.stored_run import Missing, StoredPhase
from marsward.views.style import new_figure

GAMMA = 1.4
BRIGHTEST = 99.7  # percentile of the brightest band that becomes white
COLOURS = ("red", "green", "blue")


def draw(phase: StoredPhase) -> Drawing:
    """The albedo of mosaic.nc as colours on three panels; raises Missing without it."""
    bands, albedo, grid = planet_map(phase, "mosaic")
    empty = int(np.isnan(albedo[0]).sum())
    label, cells = grid.label, albedo[0].shape
    grid, albedo = coarser(grid, albedo)
    shown, how = in_colour(albedo, bands)
    figure = new_figure(7.6, 7.25)
    figure.set_layout_engine("none")
    whole = panel(figure, 0.5, 3.5, 6.86, 3.43)
    show(whole, grid, shown)
    equirectangular(whole)
    scale_bar(whole, 2e6, DEGREE, "at the equator", at=(1.0, 1.022))
    name_places(whole, mapped_places(grid, albedo[0]))
    whole.set_title(f"Albedo, {label}", pad=5)
    for place, pole in ((0.72, "north"), (4.3, "south")):
        axes = panel(figure, place, 0.32, 2.62, 2.62)
        pole_map(axes, grid, shown, pole)
        axes.set_title(f"{pole.capitalize()} pole", x=-0.12, pad=1)
        scale_bar(axes, 5e5, 1.0, "at the pole", at=(1.14, -0.05))
    about = phase.product("mosaic").attrs
    rule, slant = str(about.get("rule", "")), about.get("emission_limit_deg")
    caption = (
        f"The mosaic, {cells[1]} × {cells[0]} cells, from the simulated frames"
        + (f", each cell from one chosen by the rule “{rule}”" if rule not in ("", "blend") else "")
        + f". {how} Light is taken out: what remains is the albedo of the ground. "
        + (f"{digits(empty)} of {digits(cells[0] * cells[1])} cells are empty. " if empty else "")
        + (
            f"Ground seen at an emission over {float(slant):g}° is left out of it, while the "
            "coverage counts it: so their shares differ. "
            if slant is not None
            else ""
        )
        + "The round panels are polar stereographic and reach to 60° latitude. Names: IAU "
        "Gazetteer of Planetary Nomenclature."
    )
    return Drawing(
        figure, caption, "Map of Mars in colour: the whole planet and both polar regions.", dpi=150
    )


def mapped_places(grid: MapGrid, layer: np.ndarray) -> list[tuple[str, float, float]]:
    """Those of `PLACES` whose middle has a value in a layer (y, x) of a cylindrical grid."""
    found = []
    for name, lon, lat in PLACES:
        row, column = (int(np.rint(value)) for value in grid.row_col(lon, lat))
        column %= round(360.0 * grid.ppd)
        inside = 0 <= row < grid.height and column < grid.width
        if inside and np.isfinite(layer[row, column]):
            found.append((name, lon, lat))
    return found


def planet_map(phase: StoredPhase, product: str) -> tuple[list[str], np.ndarray, MapGrid]:
    """Bands, albedo (band, y, x) and grid of a map of the planet.

    Raises
    ------
    Missing : there is none, or it is a map of a part that these panels do not show.
    """
    albedo = phase.values(product, "albedo")
    grid = stored_grid(phase, product, planet=True)
    if not np.isfinite(albedo).any():
        raise Missing(f"{phase.folder.name}/{product}.nc holds no albedo")
    return phase.texts(product, "band"), albedo, grid


def in_colour(
    albedo: np.ndarray, bands: list[str], white: float | None = None
) -> tuple[np.ndarray, str]:
    """(y, x, 3) from 0 to 1, and how: one linear stretch for all bands, then gamma.

    `white` is the value shown as white; by default the 99.7th percentile of the brightest band.
    """
    if all(name in bands for name in COLOURS):
        chosen = [bands.index(name) for name in COLOURS]
    else:
        chosen = [0, 1, 2] if len(bands) >= 3 else [0, 0, 0]
    layers = np.stack([albedo[k] for k in chosen], axis=-1)
    known = layers[np.isfinite(layers).all(axis=-1)]
    if white is None:
        white = float(np.percentile(known.max(axis=-1), BRIGHTEST)) if known.size else 1.0
    white = white if white > 0.0 else 1.0
    names = ", ".join(dict.fromkeys(bands[k] for k in chosen))
    several = len(set(chosen)) > 1
    how = (
        f"Bands {names} as red, green and blue, " if several else f"Band {names} in greys, "
    ) + f"from 0 to {digits(white, None, 2)}, gamma {GAMMA:g}."
    return np.clip(layers / white, 0.0, 1.0) ** (1.0 / GAMMA), how


def pole_map(axes: Axes, grid: MapGrid, shown: np.ndarray, pole: str, **options) -> None:
    """A cylindrical layer, or colours (y, x, 3), seen about a pole."""
    across = 420
    layers = shown if shown.ndim == 3 else shown[..., None]
    turned = [about_pole(grid, layers[..., k], pole, across) for k in range(layers.shape[-1])]
    seen = np.stack(turned, axis=-1) if shown.ndim == 3 else turned[0]
    show(axes, polar_grid(pole, across), block_means(seen, across), **options)
    polar(axes, pole)
