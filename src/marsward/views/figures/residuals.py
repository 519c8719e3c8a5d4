"""How far the flown path misses each real state vector, in place and in speed."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from marsward.views.figures.drawing import Drawing, plain_powers
from marsward.views.stored_run import StoredPhase
from marsward.views.style import colour, new_figure

MARKS = {
    "fitted": ("o", "craft", True),
    "predicted": ("s", "earth", False),
    "not used": ("X", "mars", True),
}
_MOST_ROWS = 40


def draw(phase: StoredPhase) -> Drawing:
    """Position [km] and velocity [mm/s] residuals of residuals.nc, one row for each vector."""
    time = phase.values("residuals", "time").astype("datetime64[ns]")
    place = _norm(phase, "position") / 1e3
    speed = _norm(phase, "velocity") * 1e3
    used = [_use(word) for word in phase.texts("residuals", "used")]
    quality = phase.texts("residuals", "quality")
    order = _rows(time, used)
    height = 1.25 + 0.25 * len(order)
    figure = new_figure(7.6, height)
    figure.set_layout_engine("none")
    margins = {"left": 0.265, "right": 0.955, "wspace": 0.05}
    margins |= {"bottom": 0.8 / height, "top": 1.0 - 0.3 / height}
    left, right = figure.subplots(1, 2, sharey=True, gridspec_kw=margins)
    for axes, size, unit in ((left, place, "km"), (right, speed, "mm/s")):
        _panel(axes, size[order], [used[i] for i in order])
        axes.set_xlabel(unit)
    left.set_title("Position residual")
    right.set_title("Velocity residual")
    left.set_yticks(range(len(order)), [_name(time[i], quality[i]) for i in order])
    left.set_ylim(len(order) - 0.4, -0.6)
    left.tick_params(axis="y", length=0)
    right.tick_params(axis="y", length=0)
    present = [kind for kind in MARKS if kind in used]
    figure.legend(
        handles=[_handle(kind) for kind in present], loc="lower center", ncols=len(present)
    )
    fitted = place[[i for i, kind in enumerate(used) if kind == "fitted"]]
    best = (
        f" The fitted ones are met to {np.nanmedian(fitted):.2g} km (median)."
        if len(fitted)
        else ""
    )
    caption = (
        "What is left between the path and each decoded state vector, on log scales. Filled "
        "circles: vectors that the path was fitted to; open squares: computed on the ground before "
        f"the manoeuvre, only compared; crosses: set aside for their quality.{best}"
    )
    return Drawing(
        figure,
        caption,
        "Dot chart of position and velocity residuals, one row for each real state vector.",
    )


def _norm(phase: StoredPhase, what: str) -> np.ndarray:
    return np.linalg.norm(phase.values("residuals", f"{what}_residual"), axis=-1)


def _use(word: str) -> str:
    word = word.strip().lower().replace("_", " ")
    if word in ("true", "1", "used"):
        return "fitted"
    return word if word in MARKS else "not used"


def _rows(time: np.ndarray, used: list[str]) -> list[int]:
    """Rows in time; a long telemetry series is thinned to keep the figure on one page."""
    order = [int(i) for i in np.argsort(time, kind="stable")]
    if len(order) <= _MOST_ROWS:
        return order
    step = len(order) / _MOST_ROWS
    return [order[int(k * step)] for k in range(_MOST_ROWS)]


def _name(time: np.datetime64, quality: str) -> str:
    day, clock = str(time.astype("datetime64[m]")).split("T")
    flag = "" if quality.upper() in ("GOOD", "") else f" · {quality.lower().replace('_', ' ')}"
    return f"{day} {clock}{flag}"


def _panel(axes: Axes, size: np.ndarray, used: list[str]) -> None:
    size = np.where(size > 0, size, np.nan)
    for kind, (mark, role, filled) in MARKS.items():
        rows = [i for i, word in enumerate(used) if word == kind and np.isfinite(size[i])]
        face = colour(role) if filled else colour("card")
        axes.plot(size[rows], rows, mark, ms=6, mfc=face, mec=colour(role), mew=1.5, ls="none")
    axes.set_xscale("log")
    if np.isfinite(size).any():
        axes.set_xlim(np.nanmin(size) / 3, np.nanmax(size) * 3)
    plain_powers(axes.xaxis, 5)
    axes.grid(True, axis="both")


def _handle(kind: str) -> Line2D:
    mark, role, filled = MARKS[kind]
    face = colour(role) if filled else colour("card")
    return Line2D(
        [], [], marker=mark, ms=6, mfc=face, mec=colour(role), mew=1.5, ls="none", label=kind
    )
