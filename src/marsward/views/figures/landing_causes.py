"""What scatters the landing: the share of each cause in what the members meet."""

import numpy as np

from marsward.views.figures.drawing import Drawing
from marsward.views.figures.entry_axes import column
from marsward.views.labels import label
from marsward.views.stored_run import StoredPhase
from marsward.views.style import colour, new_figure

PRODUCT = "landing_sensitivity"
MOST = 10
"""Causes that are shown, the largest."""


def draw(phase: StoredPhase) -> Drawing:
    """Shares of the variance by cause, one panel for each response."""
    causes = phase.texts(PRODUCT, "cause")
    responses = phase.texts(PRODUCT, "response")
    share = column(phase, PRODUCT, "variance_share")  # (cause, response)
    told = column(phase, PRODUCT, "r_squared")
    order = np.argsort(-np.nansum(share, axis=1))[:MOST]
    count = len(responses)
    figure = new_figure(7.6, 1.1 + 0.26 * len(order))
    axes = np.atleast_1d(figure.subplots(1, count, sharey=True))
    at = np.arange(len(order))[::-1]
    for k, each in enumerate(axes):
        each.barh(at, 100.0 * share[order, k], color=colour("mars"), height=0.65)
        each.set_title(f"{label(responses[k])}\nR² {told[k]:.2f}", fontsize=8.2)
        each.set_xlabel("share of variance [%]", fontsize=8.0)
        each.tick_params(labelsize=7.6)
        each.set_xlim(0.0, 100.0)
    axes[0].set_yticks(at, [label(causes[k]) for k in order])
    axes[0].set_ylim(-0.6, len(order) - 0.4)
    caption = (
        "Share of the variance that each cause explains by itself, by regression over the members; "
        "R²: what all causes explain together, straight lines only."
    )
    return Drawing(figure, caption, "Share of the variance of the landing by cause.")
