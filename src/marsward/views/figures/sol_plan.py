"""The plan of one sol: what is done when, what it takes, and what the battery says."""

import numpy as np

from marsward.views.figures.drawing import Drawing
from marsward.views.figures.entry_axes import column
from marsward.views.stored_run import StoredPhase
from marsward.views.style import colour, new_figure

PRODUCT = "sol_plan"


def draw(phase: StoredPhase) -> Drawing:
    """Bars of the activities over the windows, with power and battery beneath."""
    names = phase.texts(PRODUCT, "activity")
    start, stop = (column(phase, PRODUCT, name) for name in ("start", "stop"))
    done = np.isfinite(start)
    rows = np.flatnonzero(done)[np.argsort(start[done])]
    hour, load, made, charge = (
        column(phase, PRODUCT, name) for name in ("hour", "power_used", "power_in", "charge")
    )
    figure = new_figure(7.6, 2.4 + 0.19 * len(rows))
    top, low = figure.subplots(
        2, 1, sharex=True, gridspec_kw={"height_ratios": [0.19 * len(rows) + 0.4, 1.8]}
    )
    for k, at in enumerate(rows):
        top.barh(-k, stop[at] - start[at], left=start[at], color=colour("earth"), height=0.7)
    top.set_yticks(-np.arange(len(rows)), [names[at] for at in rows], fontsize=7.6)
    for name, first, last in _windows(phase):
        top.axvspan(first, last, color=colour("craft"), alpha=0.18, lw=0)
        top.annotate(name, (0.5 * (first + last), 1.0), xycoords=("data", "axes fraction"),
                     xytext=(0, 2), textcoords="offset points", ha="center", fontsize=7.2,
                     color=colour("craft"), annotation_clip=True)  # fmt: skip
    low.plot(hour, made, color=colour("sun"), label="made")
    low.plot(hour, load, color=colour("earth"), ls=(0, (5, 1.5)), label="used")
    low.set(ylabel="power [W]", xlabel="local true solar time [h]", xlim=(0, 24),
            xticks=range(0, 25, 3))  # fmt: skip
    right = low.twinx()
    right.plot(hour, 100 * charge, color=colour("craft"), lw=1.1, ls=(0, (1.4, 1.2)))
    right.set_ylabel("battery [%]", color=colour("craft"))
    right.set_ylim(0.0, 102.0)
    right.grid(False)
    low.legend(loc="upper left")
    attrs = phase.product(PRODUCT).attrs
    left = [names[k] for k in np.flatnonzero(~done)]
    caption = f"{len(rows)} of {len(names)} activities, by the {attrs.get('planner', 'planner')}"
    caption += f"; left out: {', '.join(left)}" if left else ""
    return Drawing(figure, caption + ". Green: relay passes.", "Activities of one sol by the hour.")


def _windows(phase: StoredPhase) -> list[tuple[str, float, float]]:
    made = phase.product(PRODUCT)
    if "window_start" not in made:
        return []
    names = phase.texts(PRODUCT, "window")
    first, last = (column(phase, PRODUCT, f"window_{end}") for end in ("start", "stop"))
    return [(n, float(a), float(b)) for n, a, b in zip(names, first, last, strict=True)]
