"""Axes for maps of Mars: which way up, graticule, scale bar, colour bar, names of the ground.

Cylindrical maps stand in degrees with 0° E in the middle and north up; polar maps in the metres of
their projection, the prime meridian pointing down about the north pole and up about the south pole
(Snyder 1987, Map Projections, doi:10.3133/pp1395, section 21).
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from matplotlib import colormaps
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.colors import Colormap, Normalize
from matplotlib.figure import Figure
from matplotlib.image import AxesImage
from matplotlib.patches import Circle
from matplotlib.patheffects import withStroke

from marsward.core.errors import InputError
from marsward.core.map_grid import SPHERE, MapGrid
from marsward.views.stored_run import Missing, StoredPhase
from marsward.views.style import colour

DEGREE = np.radians(1.0) * SPHERE
"""Length of a degree of the equator [m]."""
POLAR_LIMIT = 60.0
"""Degrees of latitude to which a polar panel reaches."""
LEVELS = 255
"""Colours of a layer; with the clear cells they fit into the table of a small picture."""
PLACES: tuple[tuple[str, float, float], ...] = (
    ("Olympus Mons", 226.2, 18.65),
    ("Alba Mons", 250.4, 40.5),
    ("Valles Marineris", 301.4, -14.0),
    ("Argyre", 316.7, -49.8),
    ("Acidalia", 339.3, 49.8),
    ("Syrtis Major", 67.1, 9.2),
    ("Isidis", 88.4, 13.9),
    ("Hellas", 70.5, -42.4),
    ("Utopia", 117.5, 46.7),
    ("Elysium Mons", 147.2, 25.0),
)
"""Name, longitude east and latitude [deg] of the middles of features, from the IAU's Gazetteer of
Planetary Nomenclature, planetarynames.wr.usgs.gov."""


def stored_grid(phase: StoredPhase, product: str, *, planet: bool = False) -> MapGrid:
    """The grid of a stored product; with `planet` one of longitude and latitude.

    Raises
    ------
    Missing : there is no product, it does not say on which grid it is, or on another one.
    """
    try:
        grid = MapGrid.of(phase.product(product))
    except InputError as error:
        raise Missing(f"{phase.folder.name}/{product}.nc is on no map grid: {error}") from error
    if planet and not grid.separable:
        raise Missing(f"{phase.folder.name}/{product}.nc is {grid.label}, no map of the planet")
    return grid


def panel(figure: Figure, left: float, bottom: float, width: float, height: float) -> Axes:
    """Axes at a place given in inches from the figure's lower left corner."""
    across, up = figure.get_size_inches()
    return figure.add_axes((left / across, bottom / up, width / across, height / up))


def equirectangular(axes: Axes, *, step: tuple[int, int] = (60, 30), labels: bool = True) -> None:
    """A whole planet in degrees: 180° E at both sides, north up, graticule every `step`."""
    axes.set(xlim=(-180.0, 180.0), ylim=(-90.0, 90.0), aspect="equal")
    lon, lat = np.arange(-180, 181, step[0]), np.arange(-90, 91, step[1])
    if labels:
        axes.set_xticks(lon, [east(float(value)) for value in lon])
        axes.set_yticks(lat, [north(float(value)) for value in lat])
        axes.tick_params(length=2.5, labelsize=7.6, pad=2)
    else:
        axes.set_xticks(lon, [])
        axes.set_yticks(lat, [])
        axes.tick_params(length=0)
    graticule(axes)


def graticule(axes: Axes) -> None:
    """Thin lines at the ticks, over the map; a frame around it."""
    axes.grid(True, color="white", lw=0.45, alpha=0.55)
    axes.set_axisbelow(False)
    for spine in axes.spines.values():
        spine.set_visible(True)
        spine.set(color=colour("muted"), lw=0.7)


def polar(axes: Axes, pole: str, *, limit: float = POLAR_LIMIT, labels: bool = True) -> None:
    """A pole in projection metres out to `limit` [deg]: round, meridians named on the rim.

    What was shown before is cut to the round panel.
    """
    grid = MapGrid.polar(pole, lat_limit=limit)
    sign = 1.0 if pole == "north" else -1.0
    reach = 2.0 * SPHERE * np.tan(np.radians(90.0 - limit) / 2.0)
    axes.set(xlim=(-reach, reach), ylim=(-reach, reach), aspect="equal", xticks=[], yticks=[])
    axes.set_facecolor("none")
    for spine in axes.spines.values():
        spine.set_visible(False)
    rim = Circle((0.0, 0.0), reach, fc="none", ec=colour("muted"), lw=0.8, zorder=5, clip_on=False)
    axes.add_patch(rim)
    for image in axes.images:
        image.set_clip_path(rim)
    line: dict[str, Any] = {"color": "white", "lw": 0.45, "alpha": 0.55, "zorder": 4}
    for lat in np.arange(np.ceil((limit + 1) / 10) * 10, 90, 10):
        axes.plot(*grid.project(np.linspace(0, 360, 181), np.full(181, sign * lat)), **line)
    for lon in range(0, 360, 30):
        x, y = grid.project(np.array([lon, lon]), sign * np.array([limit, 89.0]))
        axes.plot(x, y, **line)
        if labels and lon % 90 == 0:
            out = np.array([x[0], y[0]]) / reach
            axes.annotate(
                east(lon), (x[0], y[0]), xytext=tuple(3.0 * out), textcoords="offset points",
                ha=_beside(out[0]), va=_above(out[1]), fontsize=7.2, annotation_clip=False,
            )  # fmt: skip


def _beside(x: float) -> str:
    return "left" if x > 0.3 else "right" if x < -0.3 else "center"


def _above(y: float) -> str:
    return "bottom" if y > 0.3 else "top" if y < -0.3 else "center"


def show(
    axes: Axes, grid: MapGrid, values: np.ndarray, *, most: int = 1080, **options: Any
) -> AxesImage:
    """Draw a layer of a grid, thinned to `most` columns; `equirectangular` or `polar` comes after.

    `values` (y, x) is drawn with `options` of imshow; (y, x, 3) as colours. Cells without a value
    stay clear.
    """
    thin = block_means(values, most)
    if thin.ndim == 3:
        clear = np.isnan(thin).any(axis=-1)
        whole = np.where(clear[..., None], 0.0, np.clip(thin, 0.0, 1.0))
        thin = np.round(255.0 * whole).astype(np.uint8)
        if clear.any():
            thin = np.dstack([thin, np.where(clear, 0, 255).astype(np.uint8)])
    if isinstance(options.get("cmap"), str):
        options["cmap"] = colormaps[options["cmap"]].resampled(LEVELS)
    return axes.imshow(
        thin, extent=extent(grid), origin="upper", interpolation="none", zorder=1, **options
    )


def extent(grid: MapGrid) -> tuple[float, float, float, float]:
    """(left, right, bottom, top) of a grid on our axes: degrees, or metres about a pole."""
    left, bottom, right, top = grid.bounds
    unit = DEGREE if grid.projection == "equirectangular" else 1.0
    return left / unit, right / unit, bottom / unit, top / unit


def block_means(values: np.ndarray, most: int) -> np.ndarray:
    """Means over square blocks, so that at most `most` columns remain; empty cells do not count."""
    values = np.asarray(values)
    step = max(1, int(np.ceil(values.shape[1] / most)))
    if step == 1:
        return values.astype(float) if values.dtype.kind in "iub" else values
    rows, columns = (np.arange(0, size, step) for size in values.shape[:2])
    known = np.isfinite(values)
    total = np.where(known, values, 0.0)
    for axis, edges in ((0, rows), (1, columns)):
        total = np.add.reduceat(total, edges, axis=axis)
        known = np.add.reduceat(known.astype(np.float64), edges, axis=axis)
    return np.where(known > 0.0, total / np.maximum(known, 1.0), np.nan)


def coarser(grid: MapGrid, layers: np.ndarray, most: int = 1440) -> tuple[MapGrid, np.ndarray]:
    """A map (band, y, x) in square blocks of its cells, at most `most` columns where they fit."""
    least = -(-grid.width // most)
    steps = (n for n in range(least, 2 * least + 2) if grid.width % n == 0 == grid.height % n)
    step = next(steps, 1)
    if step == 1:
        return grid, layers
    blocks = replace(
        grid, width=grid.width // step, height=grid.height // step, pixel=grid.pixel * step
    )
    return blocks, np.stack([block_means(each, blocks.width) for each in layers])


def about_pole(grid: MapGrid, values: np.ndarray, pole: str, across: int = 420) -> np.ndarray:
    """A layer of a cylindrical grid seen about a pole: the nearest cell of each (across, across).

    Its grid is `polar_grid(pole, across)`; places that the map does not hold are NaN.
    """
    target = polar_grid(pole, across)
    lon, lat = target.lon_lat(np.arange(target.height)[:, None], np.arange(target.width)[None, :])
    row, column = (np.rint(v).astype(int) for v in grid.row_col(lon, lat))
    column %= round(360.0 * grid.ppd)
    inside = (row >= 0) & (row < grid.height) & (column < grid.width)
    found = np.asarray(values, dtype=float)[
        np.clip(row, 0, grid.height - 1), np.clip(column, 0, grid.width - 1)
    ]
    found[~inside] = np.nan
    return found


def polar_grid(pole: str, across: int) -> MapGrid:
    """The grid of a polar panel with `across` cells a side."""
    reach = 4.0 * SPHERE * np.tan(np.radians(90.0 - POLAR_LIMIT) / 2.0)
    return MapGrid.polar(pole, pixel=reach / across, lat_limit=POLAR_LIMIT)


def scale_bar(
    axes: Axes, length: float, unit: float, where: str, *, at: tuple[float, float] = (1.0, 1.035)
) -> None:
    """A bar of `length` [m] outside the map, its right end at a fraction of the axes.

    `unit` [m] is one unit of the axes there; `where` says where the bar holds.
    """
    low, high = axes.get_xlim()
    share = length / unit / (high - low)
    x, y = at
    axes.plot(
        [x - share, x], [y, y], transform=axes.transAxes, color=colour("ink"), lw=2.0,
        solid_capstyle="butt", clip_on=False, zorder=6,
    )  # fmt: skip
    text = f"{length / 1e3:,.0f}".replace(",", "\u202f") + f" km {where}".rstrip()
    axes.annotate(
        text, (x - share, y), xycoords="axes fraction", xytext=(-4, 0), ha="right", va="center",
        textcoords="offset points", fontsize=7.4, annotation_clip=False,
    )  # fmt: skip


def round_length(longest: float) -> float:
    """The longest of 1, 2 and 5 times a power of ten that is not over `longest`."""
    power = 10.0 ** np.floor(np.log10(longest))
    return float(max(step * power for step in (1.0, 2.0, 5.0) if step * power <= longest))


def colour_bar(
    figure: Figure, place: Sequence[float], cmap: Colormap | str, norm: Normalize, title: str,
    **options: Any,
) -> Axes:  # fmt: skip
    """A bar in the place (left, bottom, width, height) [inch], named with its unit."""
    axes = panel(figure, *place)
    upright = place[3] > place[2]
    bar = figure.colorbar(
        ScalarMappable(norm, cmap), cax=axes,
        orientation="vertical" if upright else "horizontal", **options,
    )  # fmt: skip
    if bar.solids is not None:
        bar.solids.set_rasterized(True)
    bar.outline.set(lw=0.6, edgecolor=colour("muted"))
    bar.set_label(title, size=8.0)
    axes.tick_params(labelsize=7.4, length=2.5, pad=2)
    return axes


def name_places(axes: Axes, places: Sequence[tuple[str, float, float]] = PLACES) -> None:
    """Names over a cylindrical map, lightly."""
    for name, lon, lat in places:
        axes.text(
            (lon + 180.0) % 360.0 - 180.0, lat, name, color="white", fontsize=6.6, ha="center",
            va="center", zorder=6, clip_on=True,
            path_effects=[withStroke(linewidth=1.6, foreground="#00000090")],
        )  # fmt: skip


def east(lon: float) -> str:
    """A longitude from 0 to 360 as text: 240°E."""
    return f"{lon % 360:g}°E"


def north(lat: float) -> str:
    """A latitude as text: 30°S."""
    return "0°" if lat == 0 else f"{abs(lat):g}°{'N' if lat > 0 else 'S'}"


def gaps_at_edge(lon: np.ndarray, lat: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """A line over the ground for a cylindrical map, broken (NaN) where it leaves at 180° E."""
    lon = (np.asarray(lon, dtype=float) + 180.0) % 360.0 - 180.0
    breaks = np.flatnonzero(np.abs(np.diff(lon)) > 180.0) + 1
    return np.insert(lon, breaks, np.nan), np.insert(np.asarray(lat, dtype=float), breaks, np.nan)
