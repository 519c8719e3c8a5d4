"""What the members of the landing meet: chute, shield, backshell, ground, each as a histogram."""

import numpy as np
from matplotlib.axes import Axes

from marsward.views.figures.drawing import Drawing
from marsward.views.figures.entry_axes import G0, column, landed
from marsward.views.numbers import digits
from marsward.views.stored_run import StoredPhase
from marsward.views.style import colour, new_figure

ROWS: tuple[tuple[str, float, str, str], ...] = (
    ("peak_deceleration", 1.0 / G0, "greatest deceleration [g]", "manoeuvre"),
    ("chute_height", 1e-3, "chute, over the areoid [km]", "mars"),
    ("chute_mach", 1.0, "Mach number at the chute", "earth"),
    ("chute_dynamic_pressure", 1.0, "dynamic pressure at the chute [Pa]", "sun"),
    ("backshell_height", 1e-3, "backshell off, over ground [km]", "craft"),
    ("touchdown_time", 1.0, "touchdown after entry [s]", "moon"),
    ("touchdown_speed", 1.0, "speed at touchdown [m/s]", "earth"),
    ("touchdown_tilt", 1.0, "tilt on the ground [deg]", "mars"),
    ("propellant", 1.0, "propellant used [kg]", "manoeuvre"),
)
"""Variable of the landings, factor, label and colour of each panel."""


def draw(phase: StoredPhase) -> Drawing:
    """Nine histograms over the members that landed."""
    done = landed(phase)
    figure = new_figure(7.6, 6.0)
    axes = figure.subplots(3, 3)
    for each, (name, factor, text, role) in zip(axes.ravel(), ROWS, strict=True):
        _histogram(each, factor * column(phase, "landings", name)[done], text, role)
    for each in axes[:, 0]:
        each.set_ylabel("members")
    lost = done.size - int(done.sum())
    words = sorted({w for w in phase.texts("landings", "verdict") if w != "landed"})
    caption = f"{int(done.sum())} members that landed; marks: median and the middle 99 %. " + (
        f"{lost} did not land: {', '.join(words)}." if lost else "All members landed."
    )
    return Drawing(figure, caption, "Histograms of the members at chute, shield and touchdown.")


def _histogram(axes: Axes, values: np.ndarray, text: str, role: str) -> None:
    values = values[np.isfinite(values)]
    axes.set_xlabel(text, fontsize=8.2)
    axes.tick_params(labelsize=7.4)
    if not values.size:
        axes.text(0.5, 0.5, "none", ha="center", va="center", transform=axes.transAxes)
        return
    span = float(np.ptp(values)) or abs(float(values[0])) * 0.01 or 1.0
    middle = float(np.median(values))
    bins = np.linspace(values.min() - 0.01 * span, values.max() + 0.01 * span, 31).tolist()
    axes.hist(values, bins=bins, color=colour(role), alpha=0.75)
    low, high = np.percentile(values, (0.5, 99.5))
    for at, dash in ((middle, "-"), (low, (0, (2, 2))), (high, (0, (2, 2)))):
        axes.axvline(at, color=colour("ink"), lw=0.9, ls=dash)
    axes.set_title(digits(middle, None, 4), loc="right", fontsize=8.0, fontweight="normal", pad=2)
