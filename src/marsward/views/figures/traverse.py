"""The drive: where the rover went on the slopes of the ground, and what the way was like."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import ListedColormap

from marsward.views.figures.drawing import Drawing
from marsward.views.figures.entry_axes import column, degrees, ground_source, relief
from marsward.views.numbers import digits
from marsward.views.stored_run import StoredPhase
from marsward.views.style import colour, new_figure

STEEP = 20.0  # deg at which the colours end


def draw(phase: StoredPhase) -> Drawing:
    """The path on the slope map."""
    x, y, height = (column(phase, "traverse_map", name) for name in ("x", "y", "height"))
    slope = degrees(phase, "traverse_map", "slope")
    blocked = column(phase, "traverse_map", "blocked") > 0.5
    east, north = (column(phase, "traverse", name) for name in ("x", "y"))
    figure = new_figure(7.6, 6.2)
    axes = figure.subplots()
    relief(axes, x, y, height)
    half = 0.5 * abs(float(x[1] - x[0]))
    box = (x.min() - half, x.max() + half, y.min() - half, y.max() + half)
    rows = slice(None, None, -1) if y[0] < y[-1] else slice(None)
    image = axes.imshow(slope[rows], cmap="viridis", vmin=0.0, vmax=_top(slope), alpha=0.6,
                        extent=box, origin="upper")  # fmt: skip
    axes.imshow(np.where(blocked, 1.0, np.nan)[rows], cmap=ListedColormap([colour("ink")]),
                alpha=0.75, extent=box, origin="upper", interpolation="nearest")  # fmt: skip
    bar = figure.colorbar(image, ax=axes, shrink=0.8, extend="max")
    bar.set_label("slope [deg]")
    axes.plot(east, north, color="white", lw=3.0)
    axes.plot(east, north, color=colour("mars"), lw=1.6, label="driven")
    _ends(axes, phase, east, north)
    axes.set(xlabel="east of the target [m]", ylabel="north of the target [m]")
    axes.set(xlim=box[:2], ylim=box[2:])
    axes.legend(loc="best", frameon=True, facecolor=colour("card"), framealpha=0.9)
    return Drawing(figure, _caption(phase), "The driven path on a map of slopes.")


def _top(slope: np.ndarray) -> float:
    """The slope at which the colours end."""
    return float(np.clip(np.nanpercentile(slope, 99.5), 4.0, STEEP))


def _ends(axes: Axes, phase: StoredPhase, east: np.ndarray, north: np.ndarray) -> None:
    axes.plot(east[0], north[0], "o", ms=7, color=colour("earth"), mec="white", label="landing")
    axes.plot(east[-1], north[-1], "s", ms=6, color=colour("craft"), mec="white", label="end")
    goals = phase.product("traverse")
    if "goal_x" in goals:
        axes.plot(goals["goal_x"], goals["goal_y"], "*", ms=10, color=colour("sun"), mec="black",
                  mew=0.5, label="goals", ls="none")  # fmt: skip


def _caption(phase: StoredPhase) -> str:
    far = column(phase, "traverse", "distance")
    tilt, slip = degrees(phase, "traverse", "tilt"), column(phase, "traverse", "slip")
    attrs = phase.product("traverse_map").attrs
    sols = column(phase, "traverse", "sol")
    text = (
        f"{digits(float(far[-1]) / 1e3, None, 3)} km in {int(sols[-1] - sols[0]) + 1} sols, by the "
        f"way of least {attrs.get('by', 'energy')}; tilt {np.median(tilt):.1f}° in the middle, "
        f"{tilt.max():.1f}° at most, slip {_percent(slip)} % in the middle. Dark: too "
        "steep to drive"
    )
    source = ground_source(attrs.get("source"))
    return text + (f". Ground: {source}." if source else ".")


def _percent(slip: np.ndarray) -> str:
    """The median in whole per cent, with a true minus and no minus before zero."""
    return f"{round(100.0 * float(np.median(slip))) + 0:d}".replace("-", "−")


def draw_way(phase: StoredPhase) -> Drawing:
    """Height, tilt, slip and what is known of the place, along the way."""
    far = column(phase, "traverse", "distance") / 1e3
    tilt, height = degrees(phase, "traverse", "tilt"), column(phase, "traverse", "height")
    slip, energy, sigma, east, north, east_known, north_known = (
        column(phase, "traverse", name)
        for name in ("slip", "energy", "position_sigma", "x", "y", "x_known", "y_known")
    )
    off = np.hypot(east - east_known, north - north_known)
    figure = new_figure(7.6, 4.6)
    axes = figure.subplots(2, 2, sharex=True)
    axes[0, 0].plot(far, height, color=colour("mars"))
    axes[0, 0].set_ylabel("height over the areoid [m]")
    axes[0, 1].plot(far, tilt, color=colour("earth"), lw=0.9)
    axes[0, 1].set_ylabel("tilt [deg]")
    axes[1, 0].plot(far, 100.0 * slip, color=colour("manoeuvre"), lw=0.9)
    axes[1, 0].set_ylabel("slip [%]")
    axes[1, 1].plot(far, off, color=colour("mars"), label="truth less knowledge")
    axes[1, 1].plot(far, sigma, color=colour("ink"), ls=(0, (5, 1.5)), label="told, 1σ")
    axes[1, 1].set_ylabel("error of the place [m]")
    axes[1, 1].legend(loc="best")
    for each in axes[1]:
        each.set_xlabel("driven [km]")
    caption = (
        f"Driving took {digits(float(energy[-1]) / 3.6e6, None, 3)} kWh. The place is known by "
        f"wheels and pictures to {digits(float(off[-1]), None, 2)} m at the end, "
        f"{digits(float(sigma[-1]), None, 2)} m were told."
    )
    return Drawing(figure, caption, "Height, tilt, slip and error of the place along the way.")
