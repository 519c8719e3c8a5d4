"""What scatters the landing: the share of each cause in what the members meet."""

import numpy as np

from marsward.views.figures.drawing import Drawing
from marsward.views.figures.entry_axes import column
from marsward.views.labels import label
from marsward.views.stored_run import StoredPhase
from marsward.views.style import colour, new_figure

PRODUCT = "landing_sensitivity"
MOST = 10
ACROSS = 3
"""Causes that are shown, the largest."""


def draw(phase: StoredPhase) -> Drawing:
    """Shares of the variance by cause, one panel for each response."""
    causes = phase.texts(PRODUCT, "cause")
    responses = phase.texts(PRODUCT, "response")
    share = column(phase, PRODUCT, "share")  # (cause, response)
    told = column(phase, PRODUCT, "explained")
    order = np.argsort(-np.nanmax(share, axis=1))[:MOST]
    rows = -(-len(responses) // ACROSS)
    figure = new_figure(7.6, rows * (0.75 + 0.2 * len(order)))
    axes = np.atleast_1d(figure.subplots(rows, ACROSS, sharey=True)).ravel()
    at = np.arange(len(order))[::-1]
    for k, name in enumerate(responses):
        each = axes[k]
        each.barh(at, 100.0 * share[order, k], color=colour("mars"), height=0.65)
        each.set_title(f"{label(name)} (all: {100 * told[k]:.0f} %)", fontsize=8.2)
        each.tick_params(labelsize=7.4)
        each.set_xlim(0.0, 100.0)
        each.set_yticks(at, [label(causes[j]) for j in order])
        each.set_ylim(-0.6, len(order) - 0.4)
    for each in axes[len(responses) :]:
        each.set_visible(False)
    for each in axes[max(0, len(responses) - ACROSS) : len(responses)]:
        each.set_xlabel("share of variance [%]", fontsize=8.0)
    caption = (
        "Share of the variance that each cause explains by itself, by regression over the members; "
        "in brackets what all causes explain together, by straight lines. "
        f"Along: {phase.product(PRODUCT).attrs.get('along', 'the major axis')}."
    )
    return Drawing(figure, caption, "Share of the variance of the landing by cause.")
