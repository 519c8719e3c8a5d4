"""Optical navigation: what was measured in the picture against the truth it was made from."""

import numpy as np
from matplotlib.axes import Axes

from marsward.views.figures.drawing import Drawing, ellipse, few_ticks
from marsward.views.figures.exposure import NAMES
from marsward.views.stored_run import Missing, StoredPhase
from marsward.views.style import colour, new_figure


def draw(phase: StoredPhase) -> Drawing:
    """Centre of every body, estimate minus truth [px], with 1 and 3 sigma, from navigation.nc."""
    names = body_names(phase)
    miss = centre_miss(phase)
    covariance = phase.values("navigation", "centre_covariance")
    figure = new_figure(7.6, 3.9)
    panels = np.atleast_1d(figure.subplots(1, len(names)))
    inside = 0
    for axes, name, offset, spread in zip(panels, names, miss, covariance, strict=True):
        block = np.asarray(spread, dtype=float)[:2, :2]
        inside += _panel(axes, name, offset, block)
    caption = (
        "Centre of each body: estimate (diamond, with its 1σ and 3σ ellipses) against the truth "
        f"(cross at zero). The truth lies inside the 3σ ellipse for {inside} of {len(names)} "
        "bodies. The estimate comes from the picture alone."
    )
    return Drawing(
        figure,
        caption,
        "Error ellipses of the measured centres of the bodies about "
        "their estimates, with the truth at zero.",
    )


def body_names(phase: StoredPhase) -> list[str]:
    """Names of the bodies in navigation.nc."""
    try:
        return [name[:1].upper() + name[1:] for name in phase.texts("navigation", "name")]
    except Missing:
        return [NAMES.get(int(code), str(code)) for code in phase.values("navigation", "naif_id")]


def centre_miss(phase: StoredPhase) -> np.ndarray:
    """Estimated minus true centre (body, 2) [px]."""
    estimate = phase.values("navigation", "centre_px")
    truth = phase.values("navigation", "truth_centre")
    return np.asarray(estimate - truth, dtype=float)


def _panel(axes: Axes, name: str, offset: np.ndarray, covariance: np.ndarray) -> int:
    """One body; returns 1 when the truth lies inside the 3 sigma ellipse."""
    for sigmas, width in ((1.0, 1.8), (3.0, 1.1)):
        edge = ellipse(covariance, sigmas) + offset
        axes.plot(*edge.T, color=colour("craft"), lw=width)
        low = edge[np.argmin(edge[:, 1])]
        axes.annotate(f"{sigmas:.0f}σ", low, xytext=(0, 3), textcoords="offset points",
                      ha="center", va="bottom", fontsize=8, color=colour("craft"))  # fmt: skip
    axes.plot(*offset, "D", ms=6, color=colour("craft"))
    axes.plot(0, 0, "+", ms=13, mew=2, color=colour("mars"))
    axes.annotate("truth", (0, 0), xytext=(-7, -5), textcoords="offset points",
                  va="top", ha="right", color=colour("mars"), fontsize=8)  # fmt: skip
    axes.set_title(name)
    axes.set(xlabel="along columns [px]", ylabel="along rows [px]")
    axes.set_aspect("equal", adjustable="datalim")
    axes.margins(0.2)
    axes.invert_yaxis()
    few_ticks(axes)
    distance = offset @ np.linalg.solve(covariance, offset)
    return int(distance <= 9.0)
