"""The corridor: what an entry angle leads to, too shallow and too steep."""

import numpy as np
from matplotlib.axes import Axes

from marsward.views.figures.drawing import Drawing
from marsward.views.figures.entry_axes import G0, column, degrees, landed
from marsward.views.stored_run import StoredPhase
from marsward.views.style import colour, new_figure

PRODUCT = "corridor"


def draw(phase: StoredPhase) -> Drawing:
    """Deceleration, chute height and heat load by entry angle, and where the members fly."""
    angle = degrees(phase, PRODUCT, "entry_angle")
    peak, chute, load = (
        column(phase, PRODUCT, name) for name in ("peak_deceleration", "chute_height", "heat_load")
    )
    verdict = np.array(phase.texts(PRODUCT, "verdict"))
    flown = degrees(phase, "landings", "entry_angle")
    good = verdict == "trigger"
    figure = new_figure(7.6, 3.3)
    axes = figure.subplots(1, 3)
    for each, values, text, role in (
        (axes[0], peak / G0, "greatest deceleration [g]", "manoeuvre"),
        (axes[1], chute / 1e3, "height at the chute [km]", "mars"),
        (axes[2], load / 1e7, "heat load [kJ cm⁻²]", "sun"),
    ):
        each.plot(angle, np.where(good, values, np.nan), color=colour(role), marker="o", ms=2.5)
        _members(each, flown)
        _bad(each, angle, verdict)
        each.set(xlabel="entry angle [deg]", ylabel=text)
        each.set_xlim(float(angle.min()), float(angle.max()))
    axes[1].axhline(0.0, color=colour("muted"), lw=0.8)
    label = "Deceleration, chute height and heat load by entry angle."
    return Drawing(figure, _caption(phase, angle, verdict, flown), label)


def _members(axes: Axes, flown: np.ndarray) -> None:
    low, high = np.percentile(flown, (0.5, 99.5))
    axes.axvspan(low, high, color=colour("craft"), alpha=0.25, lw=0)


def _bad(axes: Axes, angle: np.ndarray, verdict: np.ndarray) -> None:
    """Angles that never come to a chute, in grey."""
    half = 0.5 * abs(float(angle[1] - angle[0])) if angle.size > 1 else 0.1
    for at in angle[verdict != "trigger"]:
        axes.axvspan(at - half, at + half, color=colour("shade"), lw=0, zorder=0)


def _caption(phase: StoredPhase, angle: np.ndarray, verdict: np.ndarray, flown: np.ndarray) -> str:
    low, high = np.percentile(flown, (0.5, 99.5))
    text = (
        "Each dot is an entry with the nominal bank, unguided, in the mean air. Green: 99 % of the "
        f"{flown.size} flown entries lie between {low:.2f}° and {high:.2f}°"
    ).replace("-", "−")
    lost = sorted({str(word) for word in verdict if word != "trigger"})
    if lost:
        text += f"; grey: angles that end otherwise ({', '.join(lost)})"
    done = landed(phase)
    return text + f". {int(done.sum())} of {done.size} members landed."
