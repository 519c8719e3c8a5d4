"""What radar tells of the layers: permittivity, loss and depth of each line against the truth."""

from collections.abc import Callable

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from marsward.views.figures.drawing import Drawing
from marsward.views.figures.map_axes import panel
from marsward.views.figures.radar_tracks import Line, Track, tracks
from marsward.views.numbers import digits, whole_sentence
from marsward.views.stored_run import Missing, StoredPhase
from marsward.views.style import colour, new_figure

ROLES = {"ice": "earth", "rock": "sun", "undetermined": "manoeuvre"}
MARKS = {"ice": "o", "rock": "s", "undetermined": "^"}
LEFT_OUT = ("clutter", "multiple")
_THIN = 60  # picks of a line that are drawn one by one


def draw(phase: StoredPhase) -> Drawing:
    """Permittivity and loss of every line that is a layer, and its depth against the truth."""
    found = tracks(phase)
    lines = [(track, line) for track in found for line in track.lines if line.kind not in LEFT_OUT]
    if not lines:
        raise Missing(f"{phase.folder.name}/reflectors.nc holds no reflector below the surface")
    other = sum(len(track.lines) for track in found) - len(lines)
    rows = len(lines)
    height = max(3.1, 1.35 + 0.32 * rows)
    figure = new_figure(7.6, height)
    figure.set_layout_engine("none")
    tall = height - 1.1
    left = panel(figure, 1.45, 0.55, 1.35, tall)
    _rows(left, lines, _permittivity)
    left.set(xlabel="permittivity")
    left.set_title("Permittivity", pad=4)
    left.set_yticks(range(rows), [_name(track, line) for track, line in lines])
    middle = panel(figure, 3.0, 0.55, 1.35, tall)
    _rows(middle, lines, _loss)
    middle.set(xlabel="loss tangent × 1000")
    middle.set_title("Loss", pad=4)
    middle.set_yticks(range(rows), [])
    right = panel(figure, 5.0, 0.55, 2.4, tall)
    depths = _depths(right, [line for _, line in lines])
    _legend(left, {line.kind for _, line in lines})
    caption = (
        "Knowledge against truth, a row for each line that was picked and not set aside as clutter "
        f"or multiple ({digits(other)} were). Filled marks with bars of 1σ: what the radar tells, "
        "colour and shape by class; open diamonds: the truth above the layer's base, where one is "
        "at that delay; a line without it is a false one. A row without a mark holds nothing that "
        "could be read. At the right the depth of "
        f"each pick against the true base{depths} "
        f"{_pulls(lines)}"
    )
    label = "Permittivity, loss and depth of radar reflectors with errors, against the truth."
    return Drawing(figure, caption, label)


def _permittivity(line: Line) -> tuple[float, float, float]:
    """Found, its sigma, and the truth."""
    return line.permittivity, line.permittivity_sigma, line.true_permittivity


def _loss(line: Line) -> tuple[float, float, float]:
    """The same of the loss tangent, in thousandths."""
    return 1e3 * line.loss, 1e3 * line.loss_sigma, 1e3 * line.true_loss


def _name(track: Track, line: Line) -> str:
    return f"{track.region} {line.number + 1}"


def _rows(
    axes: Axes,
    lines: list[tuple[Track, Line]],
    read: Callable[[Line], tuple[float, float, float]],
) -> None:
    """One quantity of every line, from above."""
    for row, (_, line) in enumerate(lines):
        value, sigma, true = read(line)
        tint = colour(ROLES.get(line.kind, "moon"))
        if np.isfinite(true):
            axes.plot(true, row, "D", ms=6.5, mfc="none", mec=colour("ink"), mew=1.1, zorder=4)
        if np.isfinite(value):
            spread = sigma if np.isfinite(sigma) else 0.0
            axes.errorbar(value, row, xerr=spread, fmt=MARKS.get(line.kind, "o"), ms=4.8,
                          color=tint, elinewidth=1.4, capsize=2.5, zorder=3)  # fmt: skip
    axes.set_ylim(len(lines) - 0.5, -0.5)
    axes.xaxis.set_major_locator(MaxNLocator(4))
    axes.tick_params(axis="y", length=0)


def _depths(axes: Axes, lines: list[Line]) -> str:
    """Picks against the truth; gives back the rest of the sentence on how far they are off."""
    off, ends = [], [np.inf, 0.0]
    for line in lines:
        known = np.isfinite(line.depth) & np.isfinite(line.true_depth)
        if not known.any():
            continue
        true, depth, sigma = (
            values[known] for values in (line.true_depth, line.depth, line.depth_sigma)
        )
        off.append((depth - true, sigma))
        ends = [min(ends[0], float(true.min())), max(ends[1], float(true.max()))]
        few = np.linspace(0, true.size - 1, min(_THIN, true.size)).astype(int)
        axes.errorbar(
            true[few], depth[few], yerr=sigma[few], fmt=MARKS.get(line.kind, "o"), ms=2.6,
            color=colour(ROLES.get(line.kind, "moon")), elinewidth=0.6, alpha=0.75, zorder=3,
        )  # fmt: skip
    axes.set_title("Depth of the base", pad=4)
    axes.set(xlabel="true depth [m]", ylabel="depth found [m]")
    if not off:
        axes.text(0.5, 0.5, "no depth where a layer is", transform=axes.transAxes, ha="center",
                  fontsize=8, color=colour("muted"))  # fmt: skip
        axes.set(xticks=[], yticks=[])
        return "; none could be compared."
    low, high = 0.7 * ends[0], 1.4 * ends[1]
    axes.plot([low, high], [low, high], color=colour("ink"), lw=0.9, ls=(0, (1, 1)), zorder=2)
    axes.set(xscale="log", yscale="log", xlim=(low, high), ylim=(low, high))
    for axis in (axes.xaxis, axes.yaxis):
        steps = [s * 10.0**p for p in range(5) for s in (1, 2, 5) if low < s * 10.0**p < high]
        axis.set_ticks(steps, [f"{step:g}" for step in steps])
        axis.set_ticks([], minor=True)
    miss, sigma = (np.concatenate(part) for part in zip(*off, strict=True))
    rms, stated = (digits(float(np.sqrt(np.mean(v**2))), None, 2) for v in (miss, sigma))
    return (
        f": {digits(miss.size)} picks, off by {rms} m in the root mean square where {stated} m are "
        "stated; the error of a line's permittivity moves its picks together."
    )


def _legend(axes: Axes, kinds: set[str]) -> None:
    """Marks of the classes and of the truth, under the rows of names."""
    handles = [
        axes.plot([], [], MARKS[kind], ms=4.8, color=colour(ROLES[kind]))[0]
        for kind in ROLES
        if kind in kinds
    ]
    names = [kind for kind in ROLES if kind in kinds]
    handles.append(axes.plot([], [], "D", ms=6.0, mfc="none", mec=colour("ink"), mew=1.1)[0])
    figure = axes.get_figure()
    if figure is not None:
        figure.legend(
            handles, [*names, "truth"], loc="upper left", bbox_to_anchor=(0.0, 1.0), ncols=4,
            fontsize=8.0, handlelength=1.2, columnspacing=1.4,
        )  # fmt: skip


def _pulls(lines: list[tuple[Track, Line]]) -> str:
    """How many sigmas the permittivities and losses are off, in words."""
    told = []
    for name, rows in (
        ("permittivity", [_permittivity(line) for _, line in lines]),
        ("loss", [_loss(line) for _, line in lines]),
    ):
        pulls = [
            (value - true) / sigma
            for value, sigma, true in rows
            if np.isfinite(value) and np.isfinite(true) and sigma > 0.0
        ]
        if pulls:
            worst = max(pulls, key=abs)
            text = digits(abs(worst), None, 2)
            told.append(f"{name} is off by at most {text}σ of {len(pulls)} that can be compared")
    return whole_sentence("; ".join(told)) if told else ""
