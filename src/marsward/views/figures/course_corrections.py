"""How large the corrections are: the share of voyages that each size suffices for."""

import numpy as np
from matplotlib.axes import Axes

from marsward.views.figures.drawing import Drawing, plain_powers
from marsward.views.numbers import digits
from marsward.views.stored_run import StoredPhase
from marsward.views.style import colour, new_figure

ROLES = ("craft", "earth", "manoeuvre", "mars", "moon", "sun")
DASHES: tuple = ("-", (0, (5, 1.5)), (0, (1.2, 1.2)), (0, (5, 1.5, 1.2, 1.5)))
_MOST = 0.99


def draw(phase: StoredPhase) -> Drawing:
    """Cumulative shares of each correction and the histogram of all, with their 99 % marks."""
    sizes = np.asarray(phase.values("tcm_samples", "dv"), dtype=float)
    names = phase.texts("tcm_samples", "tcm")
    figure = new_figure(7.6, 3.7)
    each, total = figure.subplots(1, 2, width_ratios=[1.35, 1])
    marks = [_share(each, sizes[:, i], name, i) for i, name in enumerate(names)]
    _frame(each, sizes)
    whole = sizes.sum(axis=1)
    most = float(np.quantile(whole, _MOST))
    _histogram(total, whole, most)
    told = ", ".join(
        f"{name} {digits(mark, None, 3)}" for name, mark in zip(names, marks, strict=True)
    )
    return Drawing(
        figure,
        f"Sizes that suffice for 99 % of {len(whole)} voyages [m/s]: {told}; "
        f"all corrections together {digits(most, None, 3)}, on average "
        f"{digits(float(whole.mean()), None, 3)}.",
        "Cumulative share of voyages against the size of each correction, and a histogram of all "
        "corrections together, with marks at 99 %.",
    )


def _share(axes: Axes, sizes: np.ndarray, name: str, k: int) -> float:
    """The curve of one correction; its 99 % mark [m/s]."""
    role = ROLES[k % len(ROLES)]
    flown = np.sort(sizes[sizes > 0.0])
    if not flown.size:
        return 0.0
    share = 1.0 - flown.size / sizes.size + np.arange(1, flown.size + 1) / sizes.size
    some = np.unique(np.linspace(0, flown.size - 1, 400).astype(int))
    axes.plot(flown[some], 100 * share[some], color=colour(role), ls=DASHES[k % len(DASHES)],
              label=name)  # fmt: skip
    mark = float(np.quantile(sizes, _MOST))
    axes.plot(mark, 99.0, "o", ms=5, color=colour(role), zorder=4)
    return mark


def _frame(axes: Axes, sizes: np.ndarray) -> None:
    flown = sizes[sizes > 0.0]
    axes.set_xscale("log")
    if flown.size:
        axes.set_xlim(float(np.quantile(flown, 5e-4)), 1.5 * float(flown.max()))
    plain_powers(axes.xaxis)
    axes.axhline(99.0, color=colour("muted"), lw=0.8, ls=(0, (2, 2)), zorder=1)
    axes.set(xlabel="size of the correction [m/s]", ylabel="voyages that need no more [%]",
             ylim=(0, 103))  # fmt: skip
    axes.annotate(
        "99 %", (0.0, 99.0), xycoords=("axes fraction", "data"), xytext=(3, -3),
        textcoords="offset points", va="top", color=colour("muted"), fontsize=8,
    )  # fmt: skip
    axes.set_title("Each correction")
    axes.legend(loc="upper left", bbox_to_anchor=(0.0, 0.92))


def _histogram(axes: Axes, whole: np.ndarray, most: float) -> None:
    top = 1.12 * float(np.quantile(whole, 0.999))
    bins = np.linspace(0.0, top, 46).tolist()
    axes.hist(whole, bins=bins, color=colour("craft"), alpha=0.75, lw=0)
    for at, text, dash in ((float(whole.mean()), "mean", "-"), (most, "99 %", (0, (2, 2)))):
        axes.axvline(at, color=colour("ink"), lw=1.2, ls=dash)
        axes.annotate(
            f"{text}\n{digits(at, None, 3)}", (at, 1.0), xycoords=("data", "axes fraction"),
            xytext=(4, -2), textcoords="offset points", va="top", fontsize=8.2,
        )  # fmt: skip
    axes.margins(y=0.16)
    axes.set(xlabel="all corrections [m/s]", ylabel="voyages", xlim=(0.0, top))
    axes.set_title("All together")
