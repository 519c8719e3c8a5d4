"""What the figures of the landing share: events as lines, angles in degrees, ground in shade."""

from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import LightSource

from marsward.views.stored_run import Missing, StoredPhase
from marsward.views.style import colour

G0 = 9.80665
"""Standard gravity [m/s²], in which decelerations are told."""
SHORT = {
    "entry": "entry", "peak heating": "heat", "peak deceleration": "peak g",
    "parachute trigger": "chute", "heat shield off": "shield off",
    "backshell off": "backshell off", "touchdown": "touchdown",
}  # fmt: skip
"""Events that a figure names, and their short names."""


@dataclass(frozen=True)
class Event:
    """Something that happens on the way down: name, seconds after entry, height over the areoid."""

    name: str
    time: float
    height: float


def events(phase: StoredPhase) -> tuple[Event, ...]:
    """The events of the nominal landing in their order."""
    names = phase.texts("entry_events", "name")
    times, heights = (phase.values("entry_events", name) for name in ("time", "height"))
    found = [Event(n, float(t), float(h)) for n, t, h in zip(names, times, heights, strict=True)]
    return tuple(sorted((e for e in found if np.isfinite(e.time)), key=lambda e: e.time))


def event_lines(axes: Axes, found: tuple[Event, ...], *, labels: bool = False) -> None:
    """A thin line at each event that is named in figures; names stand above the axes."""
    first, last = axes.get_xlim()
    row, before = 0, -np.inf
    for event in found:
        if event.name not in SHORT or not first <= event.time <= last:
            continue
        axes.axvline(event.time, color=colour("muted"), lw=0.7, ls=(0, (2, 2)), zorder=0)
        if not labels or event.name == "entry":
            continue
        row = (row + 1) % 3 if event.time - before < 0.16 * (last - first) else 0
        before = event.time
        axes.annotate(
            SHORT[event.name], (event.time, 1.0), xycoords=("data", "axes fraction"),
            xytext=(0, 2 + 9 * row), textcoords="offset points", ha="center", va="bottom",
            fontsize=7.4, color=colour("muted"), annotation_clip=False,
        )  # fmt: skip


def degrees(phase: StoredPhase, product: str, name: str) -> np.ndarray:
    """An angle of a product in degrees, whichever unit it is kept in."""
    values = phase.values(product, name).astype(float)
    unit = str(phase.product(product)[name].attrs.get("units", "deg"))
    return np.degrees(values) if unit in ("rad", "radian", "radians") else values


def column(phase: StoredPhase, product: str, name: str) -> np.ndarray:
    """Numbers of a product as floats."""
    return phase.values(product, name).astype(float)


def landed(phase: StoredPhase) -> np.ndarray:
    """Which of the members stood on the ground at the end."""
    return np.array([text == "landed" for text in phase.texts("landings", "verdict")])


def ground_source(source: object) -> str:
    """Where a terrain is from, short enough for a caption."""
    text = str(source or "").strip().rstrip(".")
    first = text.split(",")[0]
    if "drawn with seed" in text:
        return f"{first}, with a likely relief below its resolution that is drawn by seed"
    return first if len(text) > 160 else text


def relief(
    axes: Axes, x: np.ndarray, y: np.ndarray, height: np.ndarray, *, lift: float | None = None
) -> None:
    """Height (y, x) as ground lit from the north-west; x and y of cell centres, one unit.

    lift : how much steeper than true the shade is; chosen from the relief when left out
    """
    if height.shape != (y.size, x.size):
        raise Missing("the terrain does not fit its axes")
    cell = abs(float(x[1] - x[0]))
    rows = height[::-1] if y[0] < y[-1] else height
    steep = float(np.nanstd(np.gradient(rows.astype(float), cell)[0])) or 1.0
    light = LightSource(azdeg=315.0, altdeg=40.0)
    shade = light.hillshade(
        rows.astype(float), vert_exag=0.35 / steep if lift is None else lift, dx=cell, dy=cell
    )
    half = 0.5 * cell
    axes.imshow(
        0.25 + 0.7 * shade, cmap="gray", vmin=0.0, vmax=1.0, interpolation="bilinear",
        extent=(x.min() - half, x.max() + half, y.min() - half, y.max() + half), origin="upper",
        aspect="equal", zorder=0,
    )  # fmt: skip
    axes.grid(False)
    for spine in axes.spines.values():
        spine.set_visible(True)
