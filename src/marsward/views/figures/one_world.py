"""One world: the same dust moves the landing, the rover's watts and the rotor's margin."""

import numpy as np
from matplotlib.axes import Axes

from marsward.views.figures.drawing import Drawing
from marsward.views.figures.entry_axes import column
from marsward.views.numbers import digits
from marsward.views.stored_run import StoredPhase
from marsward.views.style import colour, new_figure

PRODUCT = "dust_cases"
_SERIES = (
    ("craft", "-"), ("earth", (0, (5, 1.5))), ("sun", (0, (4, 1, 1, 1))), ("mars", (0, (7, 1.5))),
    ("manoeuvre", (0, (1.4, 1.2))),
)  # fmt: skip


def draw(phase: StoredPhase) -> Drawing:
    """Density by height, the ellipse, watts and rotor, side by side in each scenario of dust."""
    names = phase.texts(PRODUCT, "dust")
    height = column(phase, PRODUCT, "height") / 1e3
    ratio = column(phase, PRODUCT, "density_ratio")  # (dust, height)
    figure = new_figure(7.6, 5.4)
    axes = figure.subplots(2, 3).ravel()
    for k, name in enumerate(names):
        role, dash = _SERIES[k % len(_SERIES)]
        axes[0].plot(100.0 * (ratio[k] - 1.0), height, color=colour(role), ls=dash, label=name)
    axes[0].set(xlabel="density against clear [%]", ylabel="height [km]", title="Air")
    bars: tuple[tuple[Axes, np.ndarray, str, str], ...] = (
        (axes[1], 2 * column(phase, PRODUCT, "ellipse_major") / 1e3, "99 % ellipse, length [km]",
         "Landing"),
        (axes[2], column(phase, PRODUCT, "chute_height") / 1e3, "chute, over the ground [km]",
         "Landing"),
        (axes[3], column(phase, PRODUCT, "dust_opacity"), "opacity [1]", "Sky"),
        (axes[4], column(phase, PRODUCT, "panel_energy") / 3600, "light on a panel [Wh m⁻²]",
         "Rover"),
        (axes[5], 100 * column(phase, PRODUCT, "rotor_margin"), "thrust to spare [%]", "Rotor"),
    )  # fmt: skip
    for each, values, text, title in bars:
        _bars(each, values, text, title)
    figure.legend(
        *axes[0].get_legend_handles_labels(), loc="outside lower center", ncols=len(names)
    )
    return Drawing(figure, _caption(phase, names), "Landing, rover and rotor under each dust.")


def _bars(axes: Axes, values: np.ndarray, text: str, title: str) -> None:
    for k, value in enumerate(values):
        axes.bar(k, value, color=colour(_SERIES[k % len(_SERIES)][0]), width=0.7)
        if np.isfinite(value):
            axes.annotate(digits(float(value), None, 3), (k, value), xytext=(0, 2),
                          textcoords="offset points", ha="center", fontsize=7.4)  # fmt: skip
    axes.set_xticks([])
    axes.set_ylabel(text, fontsize=8.2)
    axes.set_title(title)
    axes.margins(y=0.15)


def _caption(phase: StoredPhase, names: list[str]) -> str:
    attrs = phase.product(PRODUCT).attrs
    own = attrs.get("own")
    text = (
        f"The same landing, rover and helicopter under {len(names)} kinds of dust, all from one "
        "atmosphere"
    )
    if own:
        text += f"; the mission itself flies in “{own}”"
    return text + "."
