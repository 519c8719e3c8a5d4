"""Where the craft aims at Mars: the B-plane, the planet's disc and its capture radius."""

import numpy as np
from matplotlib.axes import Axes

from marsward.views.figures.drawing import Drawing, ellipse, few_ticks, tick
from marsward.views.stored_run import Missing, StoredPhase
from marsward.views.style import colour, new_figure

ROLES = ("craft", "earth", "manoeuvre")
MARS_RADIUS = 3396.19e3  # m, equatorial, IAU 2015 (Archinal et al. 2018)


def draw(phase: StoredPhase) -> Drawing:
    """B·T and B·R [km] with the covariance ellipse, from bplane.nc, for each case it holds."""
    along, across = (np.atleast_1d(phase.values("bplane", name)) for name in ("b_t", "b_r"))
    covariance = np.asarray(phase.values("bplane", "covariance"), dtype=float)
    covariance = covariance.reshape(-1, *covariance.shape[-2:])
    cases = _cases(phase, len(along))
    figure = new_figure(7.6, 3.75)
    whole, near = figure.subplots(1, 2, width_ratios=[1.05, 1])
    _planet(whole, _maybe(phase, "capture_radius"))
    middle = np.array([along[0], across[0]]) / 1e3
    whole.plot(*middle, "D", ms=7, color=colour(ROLES[0]), zorder=5)
    whole.annotate(
        "the craft", middle, xytext=(2, 9), textcoords="offset points",
        ha="center", va="bottom", color=colour(ROLES[0]),
    )  # fmt: skip
    whole.set_title("Mars in the B-plane")
    for k, case in enumerate(cases):
        offset = np.array([along[k], across[k]]) / 1e3 - middle
        _zoom(near, covariance[k], offset, case if len(cases) > 1 else "", k)
    near.set_title("Enlarged: how well it is known")
    if len(cases) > 1:
        near.legend(loc="upper center", bbox_to_anchor=(0.5, -0.16), ncols=len(cases))
    for axes, off in ((whole, ""), (near, " off the first")):
        axes.set_aspect("equal", adjustable="box" if axes is whole else "datalim")
        axes.set(xlabel=f"B·T{off} [km]", ylabel=f"B·R{off} [km]")
        axes.invert_yaxis()
        few_ticks(axes)
    return Drawing(
        figure,
        _caption(phase, along[0], across[0], covariance[0], cases),
        "B-plane of Mars with the planet's disc, its capture radius, the craft's aim "
        "point and enlarged error ellipses.",
    )


def _cases(phase: StoredPhase, count: int) -> list[str]:
    try:
        return phase.texts("bplane", "case")
    except Missing:
        return [f"estimate {k + 1}" for k in range(count)]


def _caption(phase: StoredPhase, along: float, across: float, covariance: np.ndarray,
             cases: list[str]) -> str:  # fmt: skip
    spread = float(np.sqrt(np.linalg.eigvalsh(covariance)[-1])) / 1e3
    size = float(np.hypot(along, across))
    which = f" of the {cases[0]}" if len(cases) > 1 else ""
    axes = phase.product("bplane").attrs.get("axes", "T in the equator of Mars, R = S × T")
    return (
        f"Aim at Mars{which}: |B| = {tick(round(size / 1e3))} km (B·T {tick(round(along / 1e3))} "
        f"km, B·R {tick(round(across / 1e3))} km), known to {spread:.3g} km (1σ, long axis). "
        f"Ellipses at 1σ and 3σ. A path inside the broken circle would meet "
        f"the planet or its air. {axes.replace(' x ', ' × ')}."
    )


def _maybe(phase: StoredPhase, name: str) -> float | None:
    try:
        return float(phase.values("bplane", name))
    except Missing:
        return None


def _planet(axes: Axes, capture: float | None) -> None:
    turn = np.linspace(0, 2 * np.pi, 241)
    x, y = np.cos(turn) / 1e3, np.sin(turn) / 1e3
    axes.fill(MARS_RADIUS * x, MARS_RADIUS * y, color=colour("mars"), alpha=0.85, lw=0)
    axes.annotate("Mars", (0, 0), ha="center", va="center", color=colour("card"), weight="bold")
    if capture:
        axes.plot(capture * x, capture * y, color=colour("mars"), lw=1.3, ls=(0, (4, 2)))
        axes.annotate(
            "meets Mars inside", (0, -capture / 1e3), xytext=(0, 4), textcoords="offset points",
            ha="center", va="bottom", color=colour("mars"), fontsize=8,
        )  # fmt: skip
    axes.axhline(0, color=colour("muted"), lw=0.7, zorder=0.5)
    axes.axvline(0, color=colour("muted"), lw=0.7, zorder=0.5)
    axes.margins(0.14)


def _zoom(axes: Axes, covariance: np.ndarray, offset: np.ndarray, case: str, k: int) -> None:
    """Ellipses at 1 and 3 sigma about estimate `k` at `offset` [km]."""
    role, dash = ROLES[k % len(ROLES)], "-" if k == 0 else (0, (4, 3))
    for sigmas, width in ((1.0, 1.8), (3.0, 1.1)):
        edge = ellipse(covariance, sigmas) / 1e3 + offset
        axes.plot(*edge.T, color=colour(role), lw=width, ls=dash)
        if k > 0:
            continue
        top = edge[np.argmin(edge[:, 1])]
        axes.annotate(
            f"{sigmas:.0f}σ", top, xytext=(0, 3), textcoords="offset points", ha="center",
            va="bottom", color=colour(role), fontsize=8,
        )  # fmt: skip
    axes.plot(
        *offset,
        "D" if k == 0 else "x",
        ms=6,
        mew=1.6,
        color=colour(role),
        ls="none",
        label=case or None,
    )
    axes.margins(0.18)
