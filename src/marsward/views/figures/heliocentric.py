"""The path about the Sun, from above the ecliptic, and its height over that plane."""

import numpy as np
from matplotlib.axes import Axes

from marsward.views.figures.burns import flown_burns
from marsward.views.figures.drawing import Drawing, month_axis
from marsward.views.numbers import AU
from marsward.views.stored_run import Missing, StoredPhase
from marsward.views.style import colour, new_figure

BODIES = (("earth", "Earth"), ("mars", "Mars"))


def draw(phase: StoredPhase) -> Drawing:
    """Craft, Earth and Mars in the ecliptic of J2000; from path.nc, orbits.nc, manoeuvres.nc."""
    craft = phase.values("path", "craft_position") / AU
    time = phase.values("path", "time")
    figure = new_figure(7.6, 4.75)
    grid = figure.add_gridspec(2, 2, width_ratios=[1.85, 1], height_ratios=[1, 2.6])
    plan = figure.add_subplot(grid[:, 0])
    height = figure.add_subplot(grid[1, 1])
    key = figure.add_subplot(grid[0, 1])
    _orbits(plan, phase)
    plan.plot(craft[:, 0], craft[:, 1], color=colour("craft"), lw=2.4, zorder=5, label="the craft")
    plan.plot(0, 0, "o", ms=9, color=colour("sun"), zorder=4)
    plan.annotate("Sun", (0, 0), xytext=(8, -4), textcoords="offset points")
    for name, title in BODIES:
        _body(plan, phase.values("path", f"{name}_position") / AU, name, title)
    _burns(plan, phase, time, craft)
    plan.set(aspect="equal", xlabel="x, to the equinox of J2000 [AU]", ylabel="y [AU]")
    plan.set(xlim=(-1.9, 1.9), ylim=(-1.75, 1.9))
    plan.set_title("Seen from the north of the ecliptic")
    height.plot(time, craft[:, 2] * AU / 1e9, color=colour("craft"), lw=2.2)
    for name, _ in BODIES:
        z = phase.values("path", f"{name}_position")[:, 2] / 1e9
        height.plot(time, z, color=colour(name), lw=1.4)
    height.axhline(0, color=colour("muted"), lw=0.8)
    height.set_title("Height over the ecliptic")
    height.set_ylabel("million km")
    month_axis(height, 2)
    key.axis("off")
    key.legend(*plan.get_legend_handles_labels(), loc="upper left", borderaxespad=0.0)
    span = (time[-1] - time[0]) / np.timedelta64(86400, "s")
    length = np.sum(np.linalg.norm(np.diff(craft, axis=0), axis=1)) * AU / 1e9
    caption = (
        f"The way to Mars: {length:.0f} million km about the Sun in {span:.0f} days, "
        "in the ecliptic of J2000. Open circles: where Earth and Mars stood at the start; filled: "
        "at the end" + ("; diamonds: manoeuvres." if flown_burns(phase) else ".")
    )
    return Drawing(
        figure,
        caption,
        "Path of the craft about the Sun with the orbits of Earth and "
        "Mars, seen from above the ecliptic, and heights over that plane.",
    )


def _orbits(axes: Axes, phase: StoredPhase) -> None:
    for name, _ in BODIES:
        try:
            orbit = phase.values("orbits", f"{name}_orbit") / AU
        except Missing:
            orbit = phase.values("path", f"{name}_position") / AU
        axes.plot(orbit[:, 0], orbit[:, 1], color=colour(name), lw=0.9, alpha=0.65, zorder=2)


def _body(axes: Axes, path: np.ndarray, name: str, title: str) -> None:
    axes.plot(path[:, 0], path[:, 1], color=colour(name), lw=2.0, zorder=3, label=title)
    first, last = path[0, :2], path[-1, :2]
    axes.plot(*first, "o", ms=7, mfc=colour("card"), mec=colour(name), mew=1.6, zorder=6)
    axes.plot(*last, "o", ms=7, color=colour(name), zorder=6)
    for point, word in ((first, "at launch"), (last, "at arrival")):
        side = (-1.0 if name == "earth" else 1.0) * point / np.linalg.norm(point)
        _name(axes, f"{title}\n{word}", point, 11 * side, colour(name))


def _name(axes: Axes, text: str, point: np.ndarray, offset: np.ndarray, tint: str) -> None:
    """A name beside a point, on the side that `offset` [pt] goes to."""
    across, up = offset / np.linalg.norm(offset)
    axes.annotate(
        text, (point[0], point[1]), xytext=(offset[0], offset[1]), textcoords="offset points",
        ha="left" if across > 0.25 else "right" if across < -0.25 else "center",
        va="center" if abs(across) > 0.9 else "bottom" if up > 0 else "top",
        fontsize=7.8, color=tint, linespacing=1.05,
    )  # fmt: skip


def _burns(axes: Axes, phase: StoredPhase, time: np.ndarray, craft: np.ndarray) -> None:
    """Diamonds with their names; nothing when the run has no manoeuvre table."""
    burns = flown_burns(phase)
    if not burns:
        return
    seconds = time.astype("datetime64[ns]").astype(float)
    at = np.array([burn.time for burn in burns]).astype(float)
    where = np.stack([np.interp(at, seconds, craft[:, k]) for k in range(2)], axis=1)
    axes.plot(*where.T, "D", ms=5.5, color=colour("manoeuvre"), mec=colour("card"), zorder=8)
    for point, burn in zip(where, burns, strict=True):
        out = point / np.linalg.norm(point)
        side = out if abs(point[0]) > 0.35 else -out
        _name(axes, burn.name, point, 8 * side, colour("manoeuvre"))
