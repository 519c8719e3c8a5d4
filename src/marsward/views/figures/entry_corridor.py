"""The corridor: what an entry angle leads to, too shallow and too steep."""

from typing import Any

import numpy as np
from matplotlib.axes import Axes

from marsward.views.figures.drawing import Drawing
from marsward.views.figures.entry_axes import G0, column, degrees, landed
from marsward.views.stored_run import StoredPhase
from marsward.views.style import colour, new_figure

PRODUCT = "corridor"
_WORDS = {"ground": "the ground comes first", "skip-out": "it skips out of the air"}


def draw(phase: StoredPhase) -> Drawing:
    """Deceleration, chute height and heat load by entry angle, guided and not."""
    angle = degrees(phase, PRODUCT, "entry_angle")
    laws = phase.texts(PRODUCT, "law")
    verdict = phase.values(PRODUCT, "verdict").astype(str)  # (law, angle)
    good = verdict == "trigger"
    nominal = float(phase.product(PRODUCT).attrs.get("nominal_angle", np.nan))
    figure = new_figure(7.6, 3.3)
    axes = figure.subplots(1, 3)
    for each, name, factor, text, role in (
        (axes[0], "peak_deceleration", 1.0 / G0, "greatest deceleration [g]", "manoeuvre"),
        (axes[1], "chute_height", 1e-3, "chute, over the areoid [km]", "mars"),
        (axes[2], "heat_load", 1e-7, "heat load [kJ cm⁻²]", "sun"),
    ):
        values = factor * column(phase, PRODUCT, name)  # (law, angle)
        for k, law in enumerate(laws):
            dash: Any = "-" if law == "guided" else (0, (4, 1.5))
            shown = np.where(good[k], values[k], np.nan)
            each.plot(angle, shown, color=colour(role), ls=dash, lw=1.4, label=law)
        _bad(each, angle, good)
        each.axvline(nominal, color=colour("craft"), lw=1.2)
        each.set(xlabel="entry angle [deg]", ylabel=text)
        each.set_xlim(float(angle.min()), float(angle.max()))
    axes[0].legend(loc="best")
    label = "Deceleration, chute height and heat load by entry angle."
    return Drawing(figure, _caption(phase, angle, verdict, nominal), label)


def _bad(axes: Axes, angle: np.ndarray, good: np.ndarray) -> None:
    """Angles at which no law comes to a chute, in grey."""
    half = 0.5 * abs(float(angle[1] - angle[0])) if angle.size > 1 else 0.1
    for at in angle[~good.any(axis=0)]:
        axes.axvspan(at - half, at + half, color=colour("shade"), lw=0, zorder=0)


def _caption(phase: StoredPhase, angle: np.ndarray, verdict: np.ndarray, nominal: float) -> str:
    own = f"{nominal:.2f}".replace("-", "−")
    text = f"Entries in the mean air at other angles; green: the mission's own, {own}°"
    lost = sorted({str(word) for word in verdict.ravel() if word != "trigger"})
    if lost:
        text += f"; lines end where no chute opens ({', '.join(_WORDS.get(w, w) for w in lost)})"
        if not (verdict == "trigger").any(axis=0).all():
            text += ", grey where neither law opens one"
    done = landed(phase)
    return f"{text}. {int(done.sum())} of {done.size} members landed."
