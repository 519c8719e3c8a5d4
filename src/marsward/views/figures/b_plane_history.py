"""How the aim narrows: ellipses in the B-plane after each correction, and sigmas against time."""

import numpy as np
from matplotlib.axes import Axes

from marsward.views.figures.course_corrections import DASHES, ROLES
from marsward.views.figures.drawing import Drawing, ellipse, few_ticks, tick
from marsward.views.numbers import digits
from marsward.views.stored_run import Missing, StoredPhase
from marsward.views.style import colour, new_figure

DAY = 86400.0
_SIGMAS = 3.0


def draw(phase: StoredPhase) -> Drawing:
    """Three scales of the B-plane with delivery ellipses; below them sigmas over time."""
    stages = phase.texts("tcm_statistics", "stage")
    mean = np.column_stack([phase.values("tcm_statistics", n) for n in ("b_t", "b_r")]) / 1e3
    spread = np.asarray(phase.values("tcm_statistics", "b_covariance"), dtype=float) / 1e6
    target = np.array([float(phase.values("tcm_statistics", f"target_{n}")) for n in
                       ("b_t", "b_r")]) / 1e3  # fmt: skip
    groups = _groups(spread)
    figure = new_figure(7.6, 5.9)
    grid = figure.add_gridspec(2, len(groups), height_ratios=[1, 1.6])
    for k, rows in enumerate(groups):
        _plane(figure.add_subplot(grid[0, k]), phase, stages, mean, spread, target, rows)
    time = figure.add_subplot(grid[1, :])
    _over_time(time, phase, stages, spread)
    return Drawing(
        figure,
        _caption(phase, stages, spread),
        "Three views of the B-plane of Mars at ever smaller scale with the ellipses after each "
        "correction, and a chart of their sigmas and of what tracking knows against time.",
    )


def _groups(spread: np.ndarray) -> list[list[int]]:
    """Stages that one scale shows: a new panel where ellipses are six times smaller; 4 at most."""
    size = np.sqrt(np.linalg.eigvalsh(spread)[:, -1])
    groups = [[0]]
    for i in range(1, size.size):
        if size[i] < size[groups[-1][0]] / 6.0 and len(groups) < 4:
            groups.append([i])
        else:
            groups[-1].append(i)
    return groups


def _plane(axes: Axes, phase: StoredPhase, stages: list[str], mean: np.ndarray,
           spread: np.ndarray, target: np.ndarray, rows: list[int]) -> None:  # fmt: skip
    reach = max(float(np.abs(ellipse(spread[i], _SIGMAS) + mean[i] - target).max()) for i in rows)
    scale, unit = (1e-3, "thousand km") if reach > 5e4 else (1.0, "km")
    circle = float(phase.values("tcm_statistics", "capture_radius")) / 1e3
    turn = np.linspace(0.0, 2.0 * np.pi, 361)
    near = reach < 0.3 * circle
    origin = target if near else np.zeros(2)
    edge = np.column_stack([np.cos(turn), np.sin(turn)])
    if not near:
        radius = float(phase.values("tcm_statistics", "planet_radius")) / 1e3
        axes.fill(*(scale * radius * edge.T), color=colour("mars"), alpha=0.85, lw=0)
        axes.plot(*(scale * circle * edge.T), color=colour("mars"), lw=1.2, ls=(0, (4, 2)))
    for i in rows:
        role, dash = ROLES[i % len(ROLES)], DASHES[i % len(DASHES)]
        line = scale * (ellipse(spread[i], _SIGMAS) + mean[i] - origin)
        axes.plot(*line.T, color=colour(role), ls=dash)
        if len(rows) > 1:
            axes.annotate(
                stages[i], line[np.argmin(line[:, 1])], xytext=(0, 3), va="bottom", ha="center",
                textcoords="offset points", fontsize=7.8, color=colour(role),
            )  # fmt: skip
    middle = scale * (target - origin)
    axes.plot(*middle, "+", ms=6, mew=1.2, color=colour("ink"), zorder=5)
    wide = (
        (1.22 if len(rows) == 1 else 1.5)
        * scale
        * max(reach, 0.0 if near or reach > 5e4 else 1.7 * circle)
    )
    axes.set_aspect("equal")
    axes.set(xlim=(middle[0] - wide, middle[0] + wide), ylim=(middle[1] + wide, middle[1] - wide))
    few_ticks(axes, 3)
    off = " off the aim" if near else ""
    axes.set(xlabel=f"B·T{off} [{unit}]", ylabel="" if rows[0] else "B·R, same unit")
    axes.set_title(_name(stages, rows[0]) if len(rows) == 1 else "after the last")


def _name(stages: list[str], i: int) -> str:
    return "launch alone" if i == 0 else f"after {stages[i]}"


def _over_time(axes: Axes, phase: StoredPhase, stages: list[str], spread: np.ndarray) -> None:
    before = np.asarray(phase.values("b_plane_history", "before_arrival"), float) / DAY
    for name, dash, text in (
        ("b_semi_major", "-", "tracking knows, long axis"),
        ("b_semi_minor", (0, (3, 1.5)), "tracking knows, short axis"),
    ):
        known = np.asarray(phase.values("b_plane_history", name), float) / 1e3
        axes.plot(before, known, color=colour("earth"), ls=dash, label=text)
    entry = float(phase.product("tcm_statistics").attrs["entry_et"])
    when = np.asarray(phase.values("tcm_statistics", "epoch_et"), float)
    cut = np.asarray(phase.values("tcm_statistics", "cutoff_et"), float)
    start = float(before.max())
    lead = np.where(np.isfinite(when), (entry - when) / DAY, 1.15 * start)
    last = float(before.min())
    ends = np.append(lead[1:], last)
    half = np.sqrt(np.linalg.eigvalsh(spread))
    for k, dash, text in ((1, "-", "long"), (0, ":", "short")):
        x, y = np.column_stack([lead, ends]).ravel(), np.repeat(half[:, k], 2)
        axes.plot(x, y, color=colour("craft"), ls=dash, label=f"delivered, {text} axis")
    said = "from the end of the data to the burn"
    for name, at, data in zip(stages[1:], lead[1:], (entry - cut[1:]) / DAY, strict=True):
        axes.axvspan(data, at, color=colour("manoeuvre"), alpha=0.16, lw=0,
                     label=said if name == stages[1] else None)  # fmt: skip
        axes.axvline(at, color=colour("manoeuvre"), lw=0.9, ls=(0, (3, 2)), zorder=1)
        axes.annotate(
            name, (at, 1.0), xycoords=("data", "axes fraction"), xytext=(0, 3), ha="center",
            textcoords="offset points", va="bottom", fontsize=7.8, color=colour("manoeuvre"),
        )  # fmt: skip
    axes.set(xscale="log", yscale="log", xlabel="days before the entry",
             ylabel="one sigma in the B-plane [km]", xlim=(1.15 * start, last))  # fmt: skip
    axes.xaxis.set_major_formatter(lambda v, _: tick(v))
    axes.yaxis.set_major_formatter(lambda v, _: tick(v))
    axes.legend(loc="upper right", ncols=2, fontsize=7.8)


def _caption(phase: StoredPhase, stages: list[str], spread: np.ndarray) -> str:
    axes = np.sqrt(np.linalg.eigvalsh(spread))
    told = "; ".join(
        f"{name} {digits(float(row[1]), None, 3)} × {digits(float(row[0]), None, 3)} km"
        for name, row in zip(stages, axes, strict=True)
    )
    text = (
        f"Ellipses at 3σ; the cross is the aim, the broken circle where paths meet Mars or its "
        f"air. One sigma, long × short axis: {told}. Shaded: from the last measurement that a "
        "correction uses to the correction."
    )
    if phase.product("tcm_statistics").attrs.get("aim", "").startswith("entry"):
        text += (
            " Corrections restore the entry; the point in the B-plane that does so differs a "
            "little with the way on which a voyage comes."
        )
    bias = np.atleast_1d(phase.product("tcm_statistics").attrs.get("bias", 0.0))
    if np.any(bias):
        text += (
            f" The launch aims {tick(round(float(np.linalg.norm(bias)) / 1e3))} km off, to keep "
            "its upper stage from Mars."
        )
    try:
        points = int(phase.product("b_plane_history").attrs["points"])
    except (Missing, KeyError):
        return text
    return f"{text} {tick(points)} measurements."
