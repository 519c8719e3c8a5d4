"""Truth beside knowledge: the surface the frames were made of, the map, and what lies between."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import Normalize
from matplotlib.figure import Figure

from marsward.core.map_grid import MapGrid
from marsward.views.figures.drawing import Drawing
from marsward.views.figures.map_axes import (
    DEGREE,
    coarser,
    colour_bar,
    equirectangular,
    panel,
    scale_bar,
    show,
)
from marsward.views.figures.mosaic_map import in_colour, planet_map
from marsward.views.numbers import digits
from marsward.views.stored_run import Missing, StoredPhase
from marsward.views.style import colour, new_figure

ROLES = {"red": "mars", "green": "craft", "blue": "earth"}
REACH = 3.5  # sigmas that the histogram of normed differences shows
OTHERS = ("manoeuvre", "sun", "moon")


def draw(phase: StoredPhase) -> Drawing:
    """Truth, map, difference [%] of the first band, and both histograms of all bands."""
    bands, found, grid = planet_map(phase, "mosaic")
    _, true, other = planet_map(phase, "map_truth")
    if true.shape != found.shape or other.bounds != grid.bounds:
        raise Missing(f"{phase.folder.name}/map_truth.nc lies on another grid than mosaic.nc")
    area = np.broadcast_to(grid.cell_area(), found.shape[1:])
    figure = new_figure(7.6, 6.3)
    figure.set_layout_engine("none")
    coarse, first = coarser(grid, true, 720)
    white = in_white(first, bands)
    pairs = ((0.45, first, "Truth"), (4.05, coarser(grid, found, 720)[1], "Map"))
    for left, values, title in pairs:
        axes = panel(figure, left, 4.45, 3.2, 1.6)
        show(axes, coarse, in_colour(values, bands, white)[0], most=720)
        equirectangular(axes, step=(90, 45))
        axes.set_title(title, pad=4)
    scale_bar(axes, 2e6, DEGREE, "at the equator", at=(1.0, 1.05))
    off = _percent(found[0], true[0], area)
    worst = _difference(figure, grid, off, bands[0])
    rms, pulls = _histograms(figure, found, true, phase.values("mosaic", "sigma"), area, bands)
    said = ", ".join(f"{band} {digits(r, None, 2)} %" for band, r in zip(bands, rms, strict=True))
    pull = ", ".join(digits(each, None, 2) for each in pulls)
    caption = (
        "Above: the surface that the frames were made of and the map made from them, same "
        f"colours. Middle: map less truth, band {bands[0]}, in per cent of the mean albedo, cut at "
        f"±{digits(worst, None, 2)} %. Below, all bands, by area: the difference, and the "
        f"difference over the map's own 1σ against the unit normal (dotted); its root mean "
        f"square is {pull}. Root mean square of the difference over the planet: {said}."
    )
    return Drawing(
        figure, caption,
        "True and mapped albedo of Mars, their difference as a map and as histograms.", dpi=150,
    )  # fmt: skip


def in_white(true: np.ndarray, bands: list[str]) -> float:
    """The albedo shown as white, the same for truth and map."""
    return float(np.percentile(true[bands.index("red") if "red" in bands else 0], 99.7))


def _rms(values: np.ndarray, area: np.ndarray) -> float:
    known = np.isfinite(values)
    return float(np.sqrt(np.average(values[known] ** 2, weights=area[known])))


def _difference(figure: Figure, grid: MapGrid, off: np.ndarray, band: str) -> float:
    """The map of differences with its bar; gives back where its colours end [%]."""
    worst = float(np.nanpercentile(np.abs(off), 99.0))
    step = 0.5 * 10.0 ** np.floor(np.log10(max(worst, 1e-6)))
    worst = float(step * max(np.ceil(worst / step), 1.0))
    norm = Normalize(-worst, worst)
    axes = panel(figure, 0.45, 1.98, 3.9, 1.95)
    show(axes, grid, off, most=720, cmap="RdBu_r", norm=norm)
    equirectangular(axes, step=(60, 30))
    for line in axes.get_xgridlines() + axes.get_ygridlines():
        line.set_color("black")
    axes.set_title(f"Map − truth, {band}", pad=4)
    colour_bar(figure, (4.45, 1.98, 0.1, 1.95), "RdBu_r", norm, "% of the mean albedo")
    return worst


def _percent(found: np.ndarray, true: np.ndarray, area: np.ndarray) -> np.ndarray:
    """Map less truth of one band in per cent of the true mean."""
    return (found - true) * np.float32(100.0 / np.average(true, weights=area))


def _histograms(
    figure: Figure, found: np.ndarray, true: np.ndarray, sigma: np.ndarray, area: np.ndarray,
    bands: list[str],
) -> tuple[list[float], list[float]]:  # fmt: skip
    """Both histograms, band by band; gives back the rms of differences [%] and of those over 1σ."""
    left = panel(figure, 5.25, 1.98, 2.1, 1.95)
    right = panel(figure, 0.45, 0.5, 6.9, 1.0)
    rms, pulls, reach = [], [], 0.0
    for k, band in enumerate(bands):
        tint = colour(ROLES.get(band, OTHERS[k % len(OTHERS)]))
        off = _percent(found[k], true[k], area)
        reach = reach or 1.6 * float(np.nanpercentile(np.abs(off), 99.0)) or 1.0
        rms.append(_rms(off, area))
        _steps(left, off, area, np.linspace(-reach, reach, 81), tint, band)
        off = (found[k] - true[k]) / sigma[k]
        pulls.append(_rms(off, area))
        _steps(right, off, area, np.linspace(-REACH, REACH, 141), tint, band)
    x = np.linspace(-REACH, REACH, 241)
    right.plot(x, np.exp(-0.5 * x**2) / np.sqrt(2.0 * np.pi), color=colour("ink"), lw=1.2,
               ls=(0, (1, 1)), label="unit normal")  # fmt: skip
    left.set(xlim=(-reach, reach), ylim=(0, None), xlabel="map − truth [%]", yticks=[])
    left.set_title("By area", pad=4)
    right.set(xlim=(-REACH, REACH), ylim=(0, None), xlabel="(map − truth) / 1σ", yticks=[])
    right.legend(loc="upper right")
    right.set_title("Against the stated errors", pad=4)
    return rms, pulls


def _steps(
    axes: Axes, values: np.ndarray, area: np.ndarray, edges: np.ndarray, tint: str, name: str
) -> None:
    known = np.isfinite(values)
    count, _ = np.histogram(values[known], edges, weights=area[known])
    density = count / area[known].sum() / np.diff(edges)
    axes.stairs(density, edges, color=tint, lw=1.3, label=name)
