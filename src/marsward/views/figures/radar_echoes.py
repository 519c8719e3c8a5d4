"""Radargrams of the tracks: the echo as observed, the clutter as predicted, what was read of it."""

import numpy as np
from matplotlib import colormaps
from matplotlib.axes import Axes
from matplotlib.colors import Normalize
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patheffects import withStroke
from matplotlib.ticker import MaxNLocator

from marsward.core.constants import SPEED_OF_LIGHT
from marsward.views.figures.drawing import Drawing
from marsward.views.figures.map_axes import colour_bar, north, panel
from marsward.views.figures.radar_tracks import CLASSES, Track, tracks
from marsward.views.numbers import digits
from marsward.views.stored_run import StoredPhase
from marsward.views.style import new_figure

MOST = 3
ICE = 3.15
"""Permittivity by which the axis of depth is made: clean ice (Mätzler & Wegmüller 1987,
doi:10.1088/0022-3727/20/12/013)."""
MARKS = {
    "surface": ("#ffffff", "-", 0.9),
    "ice": ("#56b4e9", "o", 2.2),
    "rock": ("#e69f00", "s", 2.0),
    "undetermined": ("#f0e442", "^", 2.2),
    "clutter": ("#ff7aa8", "x", 2.2),
    "multiple": ("#00c39a", "+", 2.6),
}
"""Colour, mark and size on the dark picture; they stay as they are on a dark page."""
_COLUMNS, _ROWS, _GREYS = 330, 220, 64


def draw(phase: StoredPhase) -> Drawing:
    """A column for each track: observed, predicted, read."""
    found = tracks(phase)
    shown = found[:MOST]
    figure = new_figure(7.6, 7.75)
    figure.set_layout_engine("none")
    floor = 5.0 * np.floor(min(track.noise for track in shown) / 5.0)
    top = max(float(np.percentile(track.echo, 99.9)) for track in shown)
    norm = Normalize(floor, max(5.0 * np.ceil(top / 5.0), floor + 10.0))
    wide = (6.5 - 0.42 * (len(shown) - 1)) / len(shown)
    for number, track in enumerate(shown):
        _column(figure, 0.55 + (wide + 0.42) * number, wide, track, norm, number, len(shown))
    colour_bar(figure, (0.55, 0.5, 2.4, 0.09), "gray", norm,
               "echo power [dB of a perfect mirror]", extend="both")  # fmt: skip
    _legend(figure, {line.kind for track in shown for line in track.lines})
    hidden = len(found) - len(shown)
    caption = (
        "Above: the echo along each track as observed, noise and speckle in it. Middle: clutter "
        "and surface as the known terrain predicts them, without the mirror-like part of the echo "
        "straight below, so that relief beside the track can be told from layers under it. Below: "
        "the same echo, dimmed, with the surface and the reflectors that were picked by class "
        "(knowledge), and the true base of the layers that lie there (dashed). Delay counts from "
        "the surface straight below as predicted; the scale of depth takes it for the "
        f"way through ice (permittivity {ICE:g}). {' '.join(_told(track) for track in shown)}"
        + (f" {digits(hidden)} more tracks are in the product." if hidden else "")
    )
    label = "Radargrams: observed echo, predicted clutter, picked reflectors with the true base."
    return Drawing(figure, caption, label, dpi=150)


def _column(
    figure: Figure, left: float, wide: float, track: Track, norm: Normalize, number: int,
    count: int,
) -> None:  # fmt: skip
    """Three pictures of one track under one another."""
    image, along, delay = _thin(track, track.echo)
    clutter = _thin(track, track.clutter)[0]
    for row, (values, words) in enumerate(
        ((image, "observed"), (clutter, "predicted"), (image, "read"))
    ):
        axes = panel(figure, left, 5.3 - 2.15 * row, wide, 1.95)
        axes.imshow(
            values, extent=(along[0], along[1], delay[1], delay[0]), aspect="auto",
            interpolation="none", norm=norm, cmap=colormaps["gray"].resampled(_GREYS), zorder=1,
            alpha=0.55 if words == "read" else None,
        )  # fmt: skip
        axes.set_facecolor("#000000")
        axes.set(xlim=along, ylim=(delay[1], delay[0]))
        axes.grid(False)
        axes.xaxis.set_major_locator(MaxNLocator(4 if count > 1 else 8, steps=[1, 2, 5, 10]))
        axes.yaxis.set_major_locator(MaxNLocator(6, steps=[1, 2, 5, 10]))
        axes.tick_params(labelsize=7.4, pad=2, labelbottom=row == 2)
        axes.text(0.985, 0.03, words, transform=axes.transAxes, color="#ffffff", fontsize=7.8,
                  ha="right", va="bottom", zorder=6,
                  path_effects=[withStroke(linewidth=2.0, foreground="#000000")])  # fmt: skip
        if number == 0:
            axes.set_ylabel("two-way delay [µs]", labelpad=2)
        _depth_axis(axes, named=number == count - 1)
        if row == 0:
            _head(axes, track, wide)
        if row == 2:
            axes.set_xlabel("distance along the track [km]", fontsize=8.2, labelpad=2)
            _picks(axes, track)


def _head(axes: Axes, track: Track, wide: float) -> None:
    """Region and orbit over a column, and latitudes along it."""
    orbit = f", orbit {track.orbit}" if track.orbit else ""
    axes.set_title(f"{track.region}{orbit}", pad=17, fontsize=8.8)
    latitudes(axes, track.along / 1e3, track.lat, 3 if wide < 2.6 else 5)


def latitudes(axes: Axes, along: np.ndarray, lat: np.ndarray, count: int) -> None:
    """`count` latitudes [deg] named over axes of the distance `along` a track."""
    for x in np.linspace(0.08, 0.92, count) * (along[-1] - along[0]) + along[0]:
        axes.annotate(
            north(round(float(np.interp(x, along, lat)), 1)), (x, 1.0),
            xycoords=("data", "axes fraction"), xytext=(0, 4), textcoords="offset points",
            ha="center", va="bottom", fontsize=7.2, annotation_clip=False,
        )  # fmt: skip
        axes.plot([x, x], [1.0, 1.025], transform=axes.get_xaxis_transform(), lw=0.8,
                  color="#808080", clip_on=False)  # fmt: skip


def _depth_axis(axes: Axes, *, named: bool) -> None:
    """Depth in ice at the right [m]."""
    per_delay = 0.5e-6 * float(SPEED_OF_LIGHT) / np.sqrt(ICE)
    other = axes.secondary_yaxis(
        "right", functions=(lambda t: t * per_delay, lambda d: d / per_delay)
    )
    other.yaxis.set_major_locator(MaxNLocator(5, steps=[1, 2, 5, 10]))
    other.tick_params(labelsize=6.8, pad=1, length=2.0)
    if named:
        other.set_ylabel("depth in ice [m]", fontsize=8.0, labelpad=1)


def _picks(axes: Axes, track: Track) -> None:
    """Predicted surface, picked reflectors, true base; delays from the surface straight below."""
    along = track.along / 1e3
    tint, _, width = MARKS["surface"]
    axes.plot(along, 1e6 * (track.surface - track.surface), color=tint, lw=width, zorder=3)
    axes.plot(along, 1e6 * (track.base - track.surface), color="#ffffff", lw=1.0,
              ls=(0, (3, 2)), zorder=5)  # fmt: skip
    for line in track.lines:
        tint, mark, size = MARKS[line.kind]
        axes.plot(
            along[line.trace], 1e6 * (line.delay - track.surface[line.trace]), ls="none",
            marker=mark, ms=size, mew=0.7 if mark in "x+" else 0.0, color=tint, zorder=4,
            rasterized=True,
        )  # fmt: skip


def _thin(
    track: Track, power: np.ndarray
) -> tuple[np.ndarray, tuple[float, float], tuple[float, float]]:
    """A picture (delay, trace) [dB] of few cells, its ends along [km] and in delay [µs].

    Delays count from the surface straight below; powers are averaged as powers.
    """
    step = 1e6 * float(track.delay[1] - track.delay[0])
    deep = [1e6 * (line.delay - track.surface[line.trace]).max() for line in track.lines]
    base = 1e6 * (track.base - track.surface)
    deep += [float(base[np.isfinite(base)].max())] if np.isfinite(base).any() else []
    axis = 1e6 * track.delay
    last = min(max(1.2 * max(deep, default=4.0) + 0.5, 3.0), float(axis[-1]) - step)
    first = max(-0.15 * last, float(axis[0]))
    rows = int((last - first) / step)
    start = np.rint((1e6 * track.surface + first - axis[0]) / step).astype(int)
    index = np.clip(start[:, None] + np.arange(rows), 0, axis.size - 1)
    cut = 10.0 ** (0.1 * np.take_along_axis(power, index, axis=1).astype(float))
    across, down = (
        max(1, round(size / most)) for size, most in zip(cut.shape, (_COLUMNS, _ROWS), strict=True)
    )
    for part, each in ((0, across), (1, down)):
        edges = np.arange(0, cut.shape[part], each)
        share = np.diff(np.append(edges, cut.shape[part]))
        shape = (-1, 1) if part == 0 else (1, -1)
        cut = np.add.reduceat(cut, edges, axis=part) / share.reshape(shape)
    picture = 10.0 * np.log10(np.maximum(cut, 1e-30)).T
    ends = (float(track.along[0]) / 1e3, float(track.along[-1]) / 1e3)
    return picture, ends, (first, first + rows * step)


def _legend(figure: Figure, kinds: set[str]) -> None:
    """Marks on a dark ground, as in the pictures."""
    handles = [
        Line2D([], [], color="#ffffff", lw=1.0),
        Line2D([], [], color="#ffffff", lw=1.0, ls=(0, (3, 2))),
    ]
    names = ["surface (predicted)", "true base"]
    for kind in CLASSES:
        if kind in kinds:
            tint, mark, _ = MARKS[kind]
            handles.append(Line2D([], [], ls="none", marker=mark, ms=4.5, color=tint))
            names.append(kind)
    box = figure.legend(
        handles, names, loc="lower right", bbox_to_anchor=(0.985, 0.015), ncols=4, fontsize=7.8,
        frameon=True, facecolor="#202020", edgecolor="#808080", labelcolor="#ffffff",
        columnspacing=1.2, handlelength=1.6, borderpad=0.6,
    )  # fmt: skip
    box.get_frame().set_alpha(1.0)


def _told(track: Track) -> str:
    """A track's length, and how many lines were picked."""
    length = digits((track.along[-1] - track.along[0]) / 1e3, None, 3)
    kinds = [line.kind for line in track.lines]
    parts = [f"{kinds.count(kind)} {kind}" for kind in CLASSES if kind in kinds]
    return f"{track.region}: {length} km, lines picked: {', '.join(parts) or 'none'}."
