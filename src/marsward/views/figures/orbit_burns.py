"""The manoeuvres about Mars: what the vectors give against what others published."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from marsward.views.figures.burns import Burn, read_burns
from marsward.views.figures.drawing import Drawing, plain_powers
from marsward.views.numbers import digits
from marsward.views.stored_run import Missing, StoredPhase
from marsward.views.style import colour, new_figure

GOAL = 1.0  # %, what the reconstruction is asked to meet
KINDS = (
    ("impulse, two vectors", "o", "craft", -0.22),
    ("impulse, all vectors joined", "s", "earth", 0.0),
    ("burn of known duration", "D", "manoeuvre", 0.22),
)


def draw(phase: StoredPhase) -> Drawing:
    """Differences of each Δv from its published figure [%], and the miss of the paths [m]."""
    burns = [b for b in read_burns(phase, "orbit_burns") if np.isfinite(b.published)]
    if not burns:
        raise Missing(f"{phase.folder.name}/orbit_burns.nc has no published figure to compare")
    names = list(dict.fromkeys(b.name for b in sorted(burns, key=lambda b: b.time)))
    figure = new_figure(7.6, 1.35 + 0.42 * len(names))
    left, right = figure.subplots(1, 2, sharey=True, width_ratios=[1.9, 1])
    left.axvspan(-GOAL, GOAL, color=colour("shade"), zorder=0)
    left.axvline(0.0, color=colour("muted"), lw=0.8)
    for burn in burns:
        _mark(left, right, burn, names.index(burn.name))
    published = {b.name: b.published for b in burns}
    left.set_yticks(
        range(len(names)),
        [f"{n}\n{digits(published[n], None, 4)} m/s" for n in names],
    )
    left.set(ylim=(len(names) - 0.5, -0.5), xlabel="ours − published [%]")
    left.tick_params(axis="y", length=0)
    right.tick_params(axis="y", length=0)
    left.set_title("Change of speed")
    right.set_title("Miss of the two paths")
    right.set(xscale="log", xlabel="[m]")
    plain_powers(right.xaxis, 5)
    right.grid(True)
    used = [kind for kind in KINDS if any(_kind(b) == kind for b in burns)]
    figure.legend(
        handles=[_handle(kind) for kind in used], loc="outside lower center", ncols=len(used)
    )
    far = max(abs(b.dv / b.published - 1.0) for b in burns) * 100.0
    caption = (
        f"{len(names)} manoeuvres about Mars as the state vectors before and after them give "
        f"them, against the published figures named at the left. Bars: 1σ; shaded: ±{GOAL:g} %. "
        f"The farthest estimate is {far:.2f} % off. Right: how far the two paths pass one another "
        "where the push joins them."
    )
    return Drawing(figure, caption, "Dot chart of manoeuvres: difference from published figures.")


def _kind(burn: Burn) -> tuple[str, str, str, float]:
    if burn.model == "finite":
        return KINDS[2]
    return KINDS[1] if "joined" in burn.basis else KINDS[0]


def _mark(left: Axes, right: Axes, burn: Burn, row: int) -> None:
    _, mark, role, lift = _kind(burn)
    off, spread = (100.0 * v / burn.published for v in (burn.dv - burn.published, burn.sigma))
    tint = colour(role)
    left.errorbar(
        off, row + lift, xerr=spread or None, fmt=mark, ms=5.5, color=tint, lw=1.2, capsize=2.5
    )
    if np.isfinite(burn.miss) and burn.miss > 0.0:
        right.plot(burn.miss, row + lift, mark, ms=5.5, color=tint)


def _handle(kind: tuple[str, str, str, float]) -> Line2D:
    name, mark, role, _ = kind
    return Line2D([], [], marker=mark, ms=5.5, color=colour(role), ls="none", label=name)
