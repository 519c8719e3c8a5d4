"""The last hundred metres: ground, slope, what is safe, and the place that was chosen."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import ListedColormap

from marsward.views.figures.drawing import Drawing
from marsward.views.figures.entry_axes import column, degrees, relief
from marsward.views.stored_run import StoredPhase
from marsward.views.style import colour, new_figure

PRODUCT = "hazard_map"


def draw(phase: StoredPhase) -> Drawing:
    """Slope under the lander's feet, and the safe ground with the chosen place."""
    x, y, height = (column(phase, PRODUCT, name) for name in ("x", "y", "height"))
    slope = degrees(phase, PRODUCT, "footprint_slope")
    safe = column(phase, PRODUCT, "safe") > 0.5
    figure = new_figure(7.6, 3.9)
    left, right = figure.subplots(1, 2, sharey=True)
    for axes in (left, right):
        relief(axes, x, y, height)
        axes.set_xlabel("east of the target [m]")
        axes.tick_params(labelsize=7.8)
    left.set_ylabel("north of the target [m]")
    box = _box(x, y)
    image = left.imshow(_up(y, slope), cmap="viridis", extent=box, origin="upper", alpha=0.75,
                        vmin=0.0, vmax=max(10.0, float(np.nanpercentile(slope, 99.0))))  # fmt: skip
    bar = figure.colorbar(image, ax=left, location="bottom", shrink=0.9, aspect=30, pad=0.02)
    bar.set_label("slope under the lander [deg]")
    bar.ax.tick_params(labelsize=7.6)
    left.set_title("Slope")
    right.imshow(_up(y, np.where(safe, np.nan, 1.0)), cmap=ListedColormap([colour("mars")]),
                 extent=box, origin="upper", alpha=0.5, interpolation="nearest")  # fmt: skip
    right.set_title("Unsafe ground (red) and the landing")
    _landing(right, phase)
    share = 100.0 * float(np.mean(safe))
    attrs = phase.product(PRODUCT).attrs
    caption = f"{share:.0f} % of this ground is safe"
    if "most_slope" in attrs:
        caption += (
            f": slope under {float(attrs['most_slope']):g}° over {float(attrs['footprint']):g} m "
            f"and no step over {float(attrs['most_step']):g} m"
        )
    return Drawing(figure, caption + ".", "Slope and safe ground about the place of landing.")


def _landing(axes: Axes, phase: StoredPhase) -> None:
    attrs = phase.product(PRODUCT).attrs
    if "touchdown_x" in attrs:
        at = (float(attrs["touchdown_x"]), float(attrs["touchdown_y"]))
        axes.plot(*at, "*", ms=12, color=colour("craft"), mec=colour("ink"), label="touchdown",
                  ls="none")  # fmt: skip
        axes.legend(loc="lower right", frameon=True, facecolor=colour("card"), framealpha=0.9)


def _box(x: np.ndarray, y: np.ndarray) -> tuple[float, float, float, float]:
    half = 0.5 * abs(float(x[1] - x[0]))
    return (
        float(x.min()) - half, float(x.max()) + half, float(y.min()) - half, float(y.max()) + half
    )  # fmt: skip


def _up(y: np.ndarray, values: np.ndarray) -> np.ndarray:
    """Rows from the north, as imshow takes them."""
    return values[::-1] if y[0] < y[-1] else values
