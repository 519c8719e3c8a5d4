"""Truth against knowledge of the ice: residuals by place, by latitude, over their sigma."""

from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import Normalize
from matplotlib.ticker import FuncFormatter, MultipleLocator

from marsward.core.map_grid import MapGrid
from marsward.views.figures.drawing import Drawing, plain_powers
from marsward.views.figures.ice_maps import ice_depth
from marsward.views.figures.map_axes import north, panel
from marsward.views.figures.planet_panels import Layer, row_of_panels
from marsward.views.numbers import digits
from marsward.views.stored_run import Missing, StoredPhase
from marsward.views.style import DOTS, colour, new_figure

REACH = 3.0  # sigmas at the ends of the colours
SHALLOWEST = 0.3  # cm, the upper end of the axes of depth


@dataclass(frozen=True)
class Compared:
    """Cells with ice in both: depths [cm], and ln(true/believed) over its sigma, NaN elsewhere."""

    grid: MapGrid
    true: np.ndarray
    believed: np.ndarray
    low: np.ndarray
    high: np.ndarray
    pull: np.ndarray


def draw(phase: StoredPhase) -> Drawing:
    """Map of residuals, depths by latitude, true against believed, histogram."""
    both = compared(phase)
    figure = new_figure(7.6, 7.3)
    figure.set_layout_engine("none")
    layer = Layer(
        both.pull, "ln(true / believed depth) over its 1σ", "σ, red: deeper",
        "RdBu_r", Normalize(-REACH, REACH), "no ice in truth or belief", lines="#555555",
    )  # fmt: skip
    row_of_panels(figure, 4.85, both.grid, layer)
    _zonal(panel(figure, 0.62, 2.75, 6.8, 1.75), both)
    _scatter(panel(figure, 0.62, 0.45, 2.9, 1.75), both)
    _histogram(panel(figure, 4.05, 0.45, 3.35, 1.75), both)
    pulls = both.pull[np.isfinite(both.pull)]
    inside = 100.0 * float((np.abs(pulls) < 1.0).mean())
    rms = phase.si("ice_depth_rms")
    caption = (
        f"Truth against knowledge in {digits(pulls.size)} cells with ice in both. Above: how many "
        f"of its own standard deviations the believed depth is off, cut at ±{REACH:g}. Middle: by "
        "latitude, the median of each parallel, cells without ice counted as deeper than any; the "
        "band is the median of the stated 1σ bounds. Below: cell by cell, and the residuals "
        f"against the unit normal: {digits(inside, None, 2)} % lie within 1σ (68 % would be "
        f"right), their root mean square is {digits(float(np.sqrt(np.mean(pulls**2))), None, 3)}."
        + (f" The depth is off by a factor of {digits(float(np.exp(rms)), None, 3)} in the root "
           "mean square." if rms else "")
    )  # fmt: skip
    label = "True and believed depth of ice: map of residuals, curves by latitude, histogram."
    return Drawing(figure, caption, label, dpi=150)


def compared(phase: StoredPhase) -> Compared:
    """Truth and knowledge on one grid; raises Missing without both."""
    true, grid = ice_depth(phase, "ground")
    believed, other = ice_depth(phase, "ice_map")
    if true.shape != believed.shape or grid.bounds != other.bounds:
        raise Missing(f"{phase.folder.name}/ice_map.nc lies on another grid than ground.nc")
    sigma, low, high = (
        phase.values("ice_map", name).astype(float)
        for name in ("ice_depth_log_sigma", "ice_depth_low", "ice_depth_high")
    )
    icy = (true > 0.0) & (believed > 0.0) & (sigma > 0.0)
    pull = np.full(true.shape, np.nan)
    pull[icy] = np.log(true[icy] / believed[icy]) / sigma[icy]
    if not icy.any():
        raise Missing(f"{phase.folder.name} has no cell with ice in truth and belief")
    return Compared(grid, 100.0 * true, 100.0 * believed, 100.0 * low, 100.0 * high, pull)


def _zonal(axes: Axes, both: Compared) -> None:
    """Medians of the parallels, with the band."""
    rows = np.arange(both.grid.height)
    lat = np.asarray(both.grid.lon_lat(rows, np.zeros(rows.size))[1])
    low, high, true, believed = (
        np.median(np.where(np.isfinite(values), values, np.inf), axis=1)
        for values in (both.low, both.high, both.true, both.believed)
    )
    deepest = 100.0 * 5.0
    some = np.isfinite(low)
    axes.fill_between(
        lat, np.clip(low, 1e-3, deepest), np.clip(high, 1e-3, deepest), where=some,
        color=colour("earth"), alpha=0.22, lw=0, label="1σ band of belief",
    )  # fmt: skip
    axes.plot(lat, _drawn(believed), color=colour("earth"), lw=1.5, ls=(0, (4, 1.5)),
              label="believed")  # fmt: skip
    axes.plot(lat, _drawn(true), color=colour("mars"), lw=1.6, label="true")
    axes.set(xlim=(-90, 90), ylabel="depth of ice [cm]", yscale="log", ylim=(300.0, SHALLOWEST))
    plain_powers(axes.yaxis)
    axes.xaxis.set_major_locator(MultipleLocator(15))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda v, _: north(v)))
    axes.legend(loc="lower center", ncols=1)
    axes.set_title("By latitude, median of each parallel", pad=4)


def _drawn(values: np.ndarray) -> np.ndarray:
    return np.where(np.isfinite(values), np.maximum(values, 1e-3), np.nan)


def _scatter(axes: Axes, both: Compared) -> None:
    """Cell by cell."""
    icy = np.isfinite(both.pull)
    x, y = both.true[icy], both.believed[icy]
    step = max(1, x.size // 4000)
    ends = (SHALLOWEST, 300.0)
    axes.plot(ends, ends, color=colour("ink"), lw=0.9, ls=(0, (1, 1)), zorder=3)
    axes.plot(x[::step], y[::step], ".", ms=2.2, color=DOTS, alpha=0.6, mew=0,
              rasterized=True)  # fmt: skip
    axes.set(xscale="log", yscale="log", xlim=ends, ylim=ends,
             xlabel="true depth [cm]", ylabel="believed [cm]")  # fmt: skip
    plain_powers(axes.xaxis)
    plain_powers(axes.yaxis)
    axes.set_title("Cell by cell", pad=4)


def _histogram(axes: Axes, both: Compared) -> None:
    """Residuals over their sigma by area, and the unit normal."""
    known = np.isfinite(both.pull)
    area = np.broadcast_to(both.grid.cell_area(), known.shape)[known]
    edges = np.linspace(-4.0, 4.0, 41)
    count, _ = np.histogram(both.pull[known], edges, weights=area)
    axes.stairs(count / area.sum() / np.diff(edges), edges, fill=True, color=colour("earth"),
                alpha=0.35)  # fmt: skip
    axes.stairs(count / area.sum() / np.diff(edges), edges, color=colour("earth"), lw=1.2,
                label="cells, by area")  # fmt: skip
    x = np.linspace(-4.0, 4.0, 161)
    axes.plot(x, np.exp(-0.5 * x**2) / np.sqrt(2.0 * np.pi), color=colour("ink"), lw=1.2,
              ls=(0, (1, 1)), label="unit normal")  # fmt: skip
    axes.set(xlim=(-4, 4), ylim=(0, None), xlabel="ln(true / believed) / 1σ", yticks=[])
    axes.legend(loc="upper right", fontsize=7.6)
    axes.set_title("Against the stated errors", pad=4)
