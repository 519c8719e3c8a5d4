"""The rover's winter: when it sleeps and whether it wakes, by the dust on its panels."""

import numpy as np

from marsward.views.figures.drawing import Drawing
from marsward.views.figures.entry_axes import column
from marsward.views.stored_run import StoredPhase
from marsward.views.style import colour, new_figure

ZERO = 273.15
_SERIES = (
    ("craft", "-"), ("earth", (0, (5, 1.5))), ("manoeuvre", (0, (1.4, 1.2))),
    ("sun", (0, (4, 1, 1, 1))), ("mars", (0, (7, 1.5))), ("moon", (0, (2.5, 1.2))),
)  # fmt: skip


def draw(phase: StoredPhase) -> Drawing:
    """Greatest power and warmth of each sol, one line for each case of dust."""
    sol = column(phase, "rover_winter", "sol")
    names = phase.texts("rover_winter", "case")
    power, warm = (
        column(phase, "rover_winter", name) for name in ("peak_power", "battery_most")
    )  # (case, sol)
    attrs = phase.product("rover_winter").attrs
    figure = new_figure(7.6, 3.6)
    axes = figure.subplots(1, 2, sharex=True)
    for k, name in enumerate(names):
        role, dash = _SERIES[k % len(_SERIES)]
        axes[0].plot(sol, power[k], color=colour(role), ls=dash, lw=1.2, label=name)
        axes[1].plot(sol, warm[k] - ZERO, color=colour(role), ls=dash, lw=1.2)
    for each, key, offset in ((axes[0], "wake_power", 0.0), (axes[1], "wake_temperature", ZERO)):
        if key in attrs:
            each.axhline(float(attrs[key]) - offset, color=colour("ink"), lw=1.0)
    axes[0].set(ylabel="power by which it wakes [W]", ylim=(0.0, None))
    axes[1].set_ylabel("warmest battery of the sol [°C]")
    for each in axes:
        each.set(xlabel="sol since landing", xlim=(float(sol[0]), float(sol[-1])))
    figure.legend(*axes[0].get_legend_handles_labels(), loc="outside lower center", ncols=3)
    verdicts = phase.texts("rover_winter", "verdict")
    told = "; ".join(f"{name}: {text}" for name, text in zip(names, verdicts, strict=True))
    counted = "the mean of the lit hours" if attrs.get("wake_by") == "mean" else "the most of a sol"
    caption = f"{told}. Lines across: above both the rover wakes, by power as {counted}."
    return Drawing(figure, caption, "Power and warmth of the battery through the winter.")


def sols_awake(phase: StoredPhase) -> np.ndarray:
    """Sols (case,) that each case is awake."""
    return np.asarray(column(phase, "rover_winter", "awake").sum(axis=1))
