"""Summary parameters of spectra: what they are of the true reflectance, and as measured."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from marsward.views.figures.drawing import Drawing
from marsward.views.figures.map_axes import panel
from marsward.views.numbers import digits
from marsward.views.stored_run import Missing, StoredPhase
from marsward.views.style import DOTS, colour, new_figure

WANTED = (
    "BD530_2", "BD860_2", "OLINDEX3", "LCPINDEX2", "HCPINDEX2", "BD1900_2", "BD2100_2", "D2300",
    "BD3000",
)  # fmt: skip
MOST = 8
PLACES = 400


def draw(phase: StoredPhase) -> Drawing:
    """Up to eight parameters, true against measured."""
    product = "soil_parameters"
    names = phase.texts(product, "parameter")
    true, found, sigma = (
        phase.values(product, name).astype(float)
        for name in ("true_parameter", "summary_parameter", "summary_parameter_sigma")
    )
    about = _about(phase, names)
    chosen = [names.index(name) for name in WANTED if name in names]
    known = [k for k in chosen if (np.isfinite(true[:, k]) & np.isfinite(found[:, k])).any()]
    if not known:
        raise Missing(f"{phase.folder.name}/{product}.nc holds none of {', '.join(WANTED)}")
    known = known[:MOST]
    rows = -(-len(known) // 4)
    height = 0.28 + 2.05 * rows
    figure = new_figure(7.6, height)
    figure.set_layout_engine("none")
    chis = []
    for number, k in enumerate(known):
        column, row = number % 4, number // 4
        axes = panel(figure, 0.66 + 1.8 * column, height - 1.8 - 2.05 * row, 1.3, 1.3)
        chis.append(_one(axes, true[:, k], found[:, k], sigma[:, k]))
        axes.set_title(f"{names[k]}\n", fontsize=8.6, pad=3)
        axes.annotate(about[k], (0.0, 1.0), xycoords="axes fraction", xytext=(0, 3.5),
                      textcoords="offset points", fontsize=6.8, color=colour("muted"))  # fmt: skip
        if column == 0:
            axes.set_ylabel("measured", fontsize=8.2, labelpad=1)
        if number >= len(known) - 4:
            axes.set_xlabel("true", fontsize=8.2, labelpad=1)
    told = ", ".join(
        f"{names[k]} {digits(chi, None, 2)}" for k, chi in zip(known, chis, strict=True)
    )
    caption = (
        f"{digits(len(known))} of {digits(len(names))} summary parameters (Viviano-Beck et al. "
        "2014): of the true reflectance without noise, and of the measured one, with bars of 1σ; "
        f"dotted: equal. Root mean square of the difference over its stated 1σ: {told}. More than "
        "1 tells of what noise does not hold, such as gas and dust that are taken out imperfectly. "
        "A depth below 0 is a spectrum that bulges there; a parameter answers to other minerals "
        "than its own as well."
    )
    label = "True against measured summary parameters of spectra."
    return Drawing(figure, caption, label)


def _about(phase: StoredPhase, names: list[str]) -> list[str]:
    """What each parameter is for, in few words."""
    try:
        told = phase.texts("soil_parameters", "about")
    except Missing:
        return [""] * len(names)
    short = (text.split(",")[0] for text in told)
    return [text if len(text) <= 25 else text[:24].rstrip() + "…" for text in short]


def _one(axes: Axes, true: np.ndarray, found: np.ndarray, sigma: np.ndarray) -> float:
    """One parameter; gives back its chi."""
    rows = np.flatnonzero(np.isfinite(true) & np.isfinite(found) & (sigma > 0.0))
    some = rows[np.linspace(0, rows.size - 1, min(PLACES, rows.size)).astype(int)]
    ends = np.concatenate([true[rows], found[rows]])
    low, high = (float(v) for v in np.percentile(ends, [0.1, 99.9]))
    room = 0.08 * max(high - low, 1e-6)
    low, high = low - room, high + room
    axes.plot([low, high], [low, high], color=colour("ink"), lw=0.9, ls=(0, (1, 1)), zorder=4)
    bars = axes.errorbar(
        true[some], found[some], yerr=sigma[some], fmt="o", ms=2.2, mew=0, color=DOTS,
        elinewidth=0.6, alpha=0.5, zorder=3,
    )  # fmt: skip
    bars.lines[0].set_rasterized(True)
    for part in bars.lines[2]:
        part.set_rasterized(True)
    axes.set(xlim=(low, high), ylim=(low, high))
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_locator(MaxNLocator(3, steps=[1, 2, 5, 10]))
    axes.tick_params(labelsize=7.2, pad=2)
    return float(np.sqrt(np.mean(((found[rows] - true[rows]) / sigma[rows]) ** 2)))
