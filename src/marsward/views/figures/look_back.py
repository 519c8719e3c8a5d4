"""The look-back picture with names, sizes, distances, phases, directions, scale bars and stars."""

from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Circle

from marsward.views.figures.drawing import Drawing
from marsward.views.figures.exposure import Exposure, Seen, coloured, read
from marsward.views.numbers import digits
from marsward.views.stored_run import Missing, StoredPhase
from marsward.views.style import new_figure

WARM, PALE, STAR = "#ffd479", "#f2f4f8", "#8fc7ff"
_MOST_NAMED = 14
Box = tuple[float, float, float, float]  # left, top, right, bottom [px]


def draw(phase: StoredPhase) -> Drawing:
    """The whole frame of picture.nc, annotated, with the stars of stars.nc."""
    exposure = read(phase)
    rows, columns = exposure.counts.shape
    figure = new_figure(7.6, 7.6 * rows / columns)
    figure.set_layout_engine(None)
    axes = figure.add_axes((0, 0, 1, 1))
    axes.axis("off")
    axes.imshow(
        coloured(exposure.whole()), interpolation="none",
        extent=(-0.5, columns - 0.5, rows - 0.5, -0.5),
    )  # fmt: skip
    axes.set(xlim=(-0.5, columns - 0.5), ylim=(rows - 0.5, -0.5))
    kept = [(0.82 * columns, 0.0, columns, 0.2 * rows), (0.0, 0.89 * rows, 0.4 * columns, rows)]
    kept += [_body(axes, seen, exposure, columns) for seen in exposure.bodies]
    named, total = _stars(axes, phase, exposure, kept)
    _compass(axes, exposure, columns, rows)
    _scale_bar(axes, exposure, columns, rows)
    label = "The picture of Earth and Moon as crescents with names, distances and identified stars."
    return Drawing(figure, _caption(phase, named, total), label, 160)


def _write(axes: Axes, x: float, y: float, text: str, **how: Any) -> None:
    patch = {"facecolor": "black", "edgecolor": "none", "alpha": 0.85, "pad": 1.0}
    how = {"color": PALE, "fontsize": 8.0, "linespacing": 1.3, "bbox": patch, **how}
    axes.text(x, y, text, **how)


def _body(axes: Axes, seen: Seen, exposure: Exposure, columns: int) -> Box:
    """A thin ring outside the disc, what is known of it beside it; returns what it covers."""
    ring = seen.radius * 1.06 + 4
    axes.add_patch(Circle(seen.centre, ring, fill=False, ec=WARM, lw=0.8, ls=(0, (4, 3))))
    facts = [f"{2 * seen.radius:.1f} px across"]
    if seen.diameter:
        facts[0] += f" = {digits(np.rad2deg(seen.diameter), None, 4)}°"
    if seen.distance:
        facts.append(f"{seen.distance / 1e3:,.0f} km away".replace(",", "\u202f"))
    if seen.phase:
        facts.append(f"phase {np.rad2deg(seen.phase):.1f}°")
    right = seen.centre[0] < 0.6 * columns
    side = 1 if right else -1
    x = seen.centre[0] + side * (ring + 0.012 * columns)
    align = "left" if right else "right"
    step = 0.0145 * columns
    _write(axes, x, seen.centre[1] - 1.6 * step, seen.name, color=WARM, fontsize=11.5,
           weight="bold", ha=align, va="center")  # fmt: skip
    _write(axes, x, seen.centre[1] - 0.3 * step, "\n".join(facts), ha=align, va="top")
    across = 0.22 * columns
    reach = (x - 0.1 * across, x + across) if right else (x - across, x + 0.1 * across)
    edges = (seen.centre[0] - side * ring, *reach)
    high, low = seen.centre[1] - max(ring, 3 * step), seen.centre[1] + max(ring, 5 * step)
    return (min(edges), high, max(edges), low)


def _stars(axes: Axes, phase: StoredPhase, exposure: Exposure, kept: list[Box]) -> tuple[int, int]:
    """Rings round the identified stars, the brightest named; returns how many of how many."""
    try:
        x, y = phase.values("stars", "x"), phase.values("stars", "y")
        hip = phase.values("stars", "hip")
    except Missing:
        return 0, 0
    known = _flag(phase, len(x))
    magnitude = _magnitude(phase, len(x))
    rows, columns = exposure.counts.shape
    axes.scatter(x[known], y[known], s=26, facecolors="none", edgecolors=STAR, linewidths=0.7)
    rings = {i: (x[i] - 12.0, y[i] - 12.0, x[i] + 12.0, y[i] + 12.0) for i in np.flatnonzero(known)}
    written = 0
    for i in (i for i in np.argsort(magnitude) if known[i]):
        taken = [*kept, *(ring for j, ring in rings.items() if j != i)]
        side, box = _free_side(x[i], y[i], columns, rows, taken)
        if written == _MOST_NAMED or box is None:
            continue
        kept.append(box)
        faint = f" · {magnitude[i]:.1f}" if np.isfinite(magnitude[i]) else ""
        _write(
            axes, x[i] + side * columns / 136, y[i], f"HIP {int(hip[i])}{faint}",
            color=STAR, fontsize=6.6, va="center", ha="left" if side > 0 else "right",
        )  # fmt: skip
        written += 1
    return int(np.count_nonzero(known)), len(x)


def _free_side(
    x: float, y: float, columns: int, rows: int, taken: list[Box]
) -> tuple[int, Box | None]:
    """The side of a star where its name covers nothing, 1 right or -1 left, and what it takes."""
    half = 0.009 * columns
    for side in (1, -1):
        left, right = sorted((x, x + side * 0.115 * columns))
        box = (left, y - half, right, y + half)
        inside = left > 0 and right < columns - 1 and y > half and y < rows - half
        if inside and not any(_overlap(box, other) for other in taken):
            return side, box
    return 1, None


def _overlap(a: Box, b: Box) -> bool:
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]


def _flag(phase: StoredPhase, count: int) -> np.ndarray:
    for name in ("identified", "detected"):
        try:
            return phase.values("stars", name).astype(bool)
        except Missing:
            continue
    return np.ones(count, dtype=bool)


def _magnitude(phase: StoredPhase, count: int) -> np.ndarray:
    try:
        return phase.values("stars", "magnitude").astype(float)
    except Missing:
        return np.full(count, np.nan)


def _compass(axes: Axes, exposure: Exposure, columns: int, rows: int) -> None:
    """Arrows to the Sun and to celestial north, in the top right corner."""
    middle = np.array([0.915 * columns, 0.115 * rows])
    length = 0.042 * columns
    for vector, name, tint in ((exposure.to_sun, "Sun", WARM), (exposure.to_north, "N", PALE)):
        if vector is None:
            continue
        tip, word = (middle + reach * length * vector for reach in (1.0, 1.34))
        axes.annotate(
            "", (tip[0], tip[1]), (middle[0], middle[1]),
            arrowprops={"arrowstyle": "-|>", "color": tint, "lw": 1.3},
        )  # fmt: skip
        _write(axes, word[0], word[1], name, color=tint, ha="center", va="center", weight="bold")


def _scale_bar(axes: Axes, exposure: Exposure, columns: int, rows: int) -> None:
    """A round angle along the bottom, and what it spans at the distance of the largest body."""
    if not exposure.pixel_angle:
        return
    width = np.rad2deg(exposure.pixel_angle) * columns
    degrees = next(d for d in (5.0, 2.0, 1.0, 0.5, 0.2, 0.1, 0.05, 0.0) if d < 0.3 * width)
    span = np.deg2rad(degrees) / exposure.pixel_angle
    x, y = 0.03 * columns, 0.955 * rows
    axes.plot([x, x, x, x + span, x + span, x + span],
              [y - 8, y + 8, y, y, y - 8, y + 8], color=PALE, lw=1.2)  # fmt: skip
    text = f"{degrees:g}°"
    if exposure.bodies and exposure.bodies[0].distance:
        far = 2 * exposure.bodies[0].distance * np.tan(np.deg2rad(degrees) / 2) / 1e3
        text += f" = {digits(far, None, 4)} km at {exposure.bodies[0].name}"
    _write(axes, x, y - 0.018 * rows, text, va="bottom")


def _caption(phase: StoredPhase, named: int, total: int) -> str:
    short, long = (_exposure_time(phase, name) for name in ("picture", "star_frame"))
    text = "The frame as the navigation camera takes it, stretched (asinh) so that stars and "
    text += "crescents show together; the files keep the counts. "
    if short and long:
        text += f"Two exposures: Earth and Moon from {short}, the sky around them from "
        text += f"{long}, its stars widened to three pixels for the eye. "
    elif short:
        text += f"Exposure {short}. "
    if total:
        text += f"Rings: {named} stars identified, some with Hipparcos number and magnitude V. "
    return text + "Broken rings: the whole discs, most of which lie in the dark."


def _exposure_time(phase: StoredPhase, product: str) -> str:
    try:
        attributes = phase.product(product).attrs
    except Missing:
        return ""
    seconds = attributes.get("exposure_s", attributes.get("exposure"))
    if not isinstance(seconds, int | float | np.floating):
        return ""
    return (
        f"{digits(1e3 * float(seconds), None, 3)}\u202fms" if seconds < 1 else f"{seconds:g}\u202fs"
    )
