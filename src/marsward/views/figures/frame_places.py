"""Where the frames lie: the middle of each, joined along its orbit, over the relief of Mars."""

import numpy as np
from matplotlib import colormaps
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.colors import ListedColormap, Normalize
from matplotlib.dates import MonthLocator, date2num, num2date
from matplotlib.ticker import FuncFormatter

from marsward.core.map_grid import MapGrid
from marsward.core.time import Epoch
from marsward.views.figures.drawing import FEW_DAYS, Drawing, day_marks
from marsward.views.figures.map_axes import (
    DEGREE,
    block_means,
    colour_bar,
    equirectangular,
    gaps_at_edge,
    panel,
    scale_bar,
    show,
    stored_grid,
)
from marsward.views.figures.mosaic_map import planet_map
from marsward.views.numbers import digits
from marsward.views.stored_run import StoredPhase
from marsward.views.style import new_figure

SUN_AT = np.array([-1.0, 1.0, 1.0]) / np.sqrt(3.0)  # east, north, up: the maps' light from the NW
TINTS = ListedColormap(colormaps["plasma"](np.linspace(0.22, 0.93, 255)), "dates")
_MOST_POINTS = 14  # that an arc is drawn with


def draw(phase: StoredPhase) -> Drawing:
    """Frame centres of frames.nc coloured by date, and their heights below the craft."""
    lon, lat, orbit, et, altitude = (
        phase.values("frames", name) for name in ("lon", "lat", "orbit", "et", "altitude")
    )
    time = date2num(Epoch.et(et).datetime64)
    figure = new_figure(7.6, 6.15)
    figure.set_layout_engine("none")
    axes = panel(figure, 0.5, 2.6, 6.4, 3.2)
    ground = _background(phase, axes)
    equirectangular(axes)
    scale_bar(axes, 2e6, DEGREE, "at the equator", at=(1.0, 1.024))
    axes.set_title("Middles of the frames", pad=5)
    norm = Normalize(time.min(), time.max())
    axes.add_collection(_arcs(lon, lat, orbit, time, norm))
    bar = colour_bar(figure, (7.0, 2.6, 0.1, 3.2), TINTS, norm, "")
    if np.ptp(time) <= FEW_DAYS:
        day_marks(bar.yaxis)
    else:
        bar.yaxis.set_major_locator(MonthLocator())
        bar.yaxis.set_major_formatter(FuncFormatter(lambda day, _: f"{num2date(day):%b %y}"))
    _heights(panel(figure, 0.6, 0.5, 6.3, 1.5), lat, altitude / 1e3, time, norm)
    caption = (
        f"{digits(len(lon))} frames on {len(np.unique(orbit))} orbits: the middle of each, joined "
        f"along its orbit and coloured by date. Background: {ground}. Below: how high "
        "the craft stood over each of them."
    )
    return Drawing(
        figure, caption,
        "Map of Mars with the tracks of the frames, and their heights against latitude.", dpi=150,
    )  # fmt: skip


def _background(phase: StoredPhase, axes: Axes) -> str:
    """Relief of the true surface, else the albedo of the map, else nothing; says which."""
    if "map_truth" in phase.products and "height" in phase.product("map_truth"):
        grid = stored_grid(phase, "map_truth")
        if grid.whole:
            height = phase.values("map_truth", "height")
            show(axes, grid, shaded(grid, height), cmap="gray", vmin=0.0, vmax=1.0)
            return "the relief that the frames were made of, lit from the north-west"
    if "mosaic" in phase.products and stored_grid(phase, "mosaic").separable:
        bands, albedo, grid = planet_map(phase, "mosaic")
        show(axes, grid, albedo[0], most=720, cmap="gray")
        return f"the map's albedo, band {bands[0]}"
    return "none, the run holds no map of the planet"


def shaded(grid: MapGrid, height: np.ndarray, most: int = 720) -> np.ndarray:
    """Relief as greys from 0 to 1, lit from the north-west, slopes steepened for a whole planet."""
    thin = block_means(height, most)
    rows = thin.shape[0]
    lat = np.radians(90.0 - 180.0 * (np.arange(rows) + 0.5) / rows)
    step = np.pi * grid.radius / rows
    north = -np.gradient(thin, step, axis=0)
    wide = np.pad(thin, ((0, 0), (1, 1)), mode="wrap")
    east = (wide[:, 2:] - wide[:, :-2]) / (2.0 * step * np.maximum(np.cos(lat), 0.1)[:, None])
    steep = 12.0
    normal = np.stack([-steep * east, -steep * north, np.ones_like(thin)], axis=-1)
    light = normal @ SUN_AT / np.linalg.norm(normal, axis=-1)
    return 0.12 + 0.68 * np.clip(light, 0.0, 1.0)


def _arcs(
    lon: np.ndarray, lat: np.ndarray, orbit: np.ndarray, time: np.ndarray, norm: Normalize
) -> LineCollection:
    """A line for each orbit, broken where it leaves the map."""
    lines, dates = [], []
    for number in np.unique(orbit):
        mine = np.flatnonzero(orbit == number)
        step = max(1, len(mine) // _MOST_POINTS)
        mine = np.unique(np.append(mine[::step], mine[-1]))
        x, y = gaps_at_edge(lon[mine], lat[mine])
        for part in np.split(np.arange(len(x)), np.flatnonzero(np.isnan(x))):
            part = part[np.isfinite(x[part])]
            if len(part):
                lines.append(np.stack([x[part], y[part]], axis=1))
                dates.append(time[mine[0]])
    found = LineCollection(lines, cmap=TINTS, norm=norm, lw=0.8, zorder=3, capstyle="round")
    found.set_array(np.array(dates))
    return found


def _heights(
    axes: Axes, lat: np.ndarray, height: np.ndarray, time: np.ndarray, norm: Normalize
) -> None:
    axes.scatter(lat, height, c=time, cmap=TINTS, norm=norm, s=1.0, lw=0, rasterized=True)
    axes.set(xlim=(-90, 90), xticks=range(-90, 91, 30), ylim=(0, None))
    axes.set(xlabel="latitude [°N]", ylabel="height [km]")
    axes.set_title("Height of the craft over the middle of each frame")
