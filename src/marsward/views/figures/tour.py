"""A tour by way of other planets: its path about the Sun to scale, and how far from the Sun."""

from __future__ import annotations

from typing import Any

import numpy as np
import xarray as xr
from matplotlib.axes import Axes

from marsward.views.figures.drawing import Drawing, month_axis
from marsward.views.numbers import AU
from marsward.views.stored_run import StoredPhase
from marsward.views.style import colour, new_figure

TINTS = {"earth": "earth", "mars": "mars", "venus": "sun", "moon": "moon"}
LINES = ("-", (0, (6, 1.5)), (0, (2.5, 1.2)), (0, (6, 1.5, 1, 1.5)))
"""Each leg is dashed its own way, so that crossing legs can be told apart in print."""


def draw(phase: StoredPhase) -> Drawing:
    """The tour of a phase, from tour.nc."""
    return draw_tour(phase.product("tour"))


def draw_tour(tour: xr.Dataset) -> Drawing:
    """A tour as `tour_paths` gives it: tour_position, orbit_position, encounter_position [m]."""
    figure = new_figure(7.6, 4.7)
    grid = figure.add_gridspec(2, 2, width_ratios=[1.85, 1], height_ratios=[1, 1.15])
    plan = figure.add_subplot(grid[:, 0])
    key = figure.add_subplot(grid[0, 1])
    away = figure.add_subplot(grid[1, 1])
    path = tour["tour_position"].values / AU
    legs = tour["point_leg"].values
    names = [str(name) for name in tour["body"].values]
    _encounters(plan, tour, names)
    for leg in range(int(legs.max()) + 1):
        part = path[legs == leg]
        plan.plot(
            part[:, 0], part[:, 1], color=colour("craft"), lw=2.2, ls=LINES[leg % len(LINES)],
            zorder=5, label=f"{names[leg].title()} to {names[leg + 1].title()}",
        )  # fmt: skip
        _arrow(plan, part)
    plan.plot(0, 0, "o", ms=8, color=colour("sun"), zorder=4)
    _orbits(plan, tour)
    reach = 1.12 * float(max(np.abs(path[:, :2]).max(), _largest(tour)))
    plan.set(aspect="equal", xlim=(-reach, reach), ylim=(-reach, reach))
    plan.set(xlabel="x, to the equinox of J2000 [AU]", ylabel="y [AU]")
    plan.set_title("Seen from the north of the ecliptic")
    time = tour["point_time"].values
    for leg in range(int(legs.max()) + 1):
        mine = legs == leg
        away.plot(time[mine], np.linalg.norm(path[mine], axis=1), color=colour("craft"),
                  lw=2.0, ls=LINES[leg % len(LINES)])  # fmt: skip
    at = np.linalg.norm(tour["encounter_position"].values / AU, axis=1)
    for k, (when, far, name) in enumerate(zip(tour["time"].values, at, names, strict=True)):
        _dot(away, when, far, k + 1, name)
    away.set_title("Distance from the Sun")
    away.set_ylabel("AU")
    month_axis(away, _months(time))
    key.axis("off")
    key.legend(*plan.get_legend_handles_labels(), loc="upper left", borderaxespad=0.0)
    told = str(tour.attrs.get("told", ""))
    return Drawing(
        figure,
        f"{told[:1].upper()}{told[1:]}. Conics about the Sun in the ecliptic of J2000; dots: "
        "where the planets are met.",
        "Path of a tour about the Sun with the orbits of the planets that it meets, seen from "
        "above the ecliptic, and its distance from the Sun.",
    )


def _orbits(axes: Axes, tour: xr.Dataset) -> None:
    for k, name in enumerate(tour["planet"].values):
        orbit = tour["orbit_position"].values[k] / AU
        axes.plot(
            orbit[:, 0], orbit[:, 1], color=colour(TINTS.get(str(name), "muted")), lw=1.0,
            alpha=0.8, zorder=2, label=f"orbit of {str(name).title()}",
        )  # fmt: skip


def _largest(tour: xr.Dataset) -> float:
    return float(np.abs(tour["orbit_position"].values[..., :2]).max() / AU)


def _months(time: np.ndarray) -> int:
    """Months between marks, so that some six stand along the axis."""
    days = float((time[-1] - time[0]) / np.timedelta64(86_400, "s"))
    return next((every for every in (1, 2, 3, 4, 6) if days / (30.4 * every) <= 6.0), 12)


def _arrow(axes: Axes, part: np.ndarray) -> None:
    """Which way a leg is flown, at its middle."""
    k = len(part) // 2
    axes.annotate(
        "", (part[k + 1, 0], part[k + 1, 1]), xytext=(part[k - 1, 0], part[k - 1, 1]), zorder=7,
        arrowprops={"arrowstyle": "-|>", "color": colour("craft"), "lw": 1.6,
                    "mutation_scale": 13, "shrinkA": 0, "shrinkB": 0},
    )  # fmt: skip


def _encounters(axes: Axes, tour: xr.Dataset, names: list[str]) -> None:
    """A numbered dot at each planet; the key says which and when."""
    places = tour["encounter_position"].values[:, :2] / AU
    for k, (name, point) in enumerate(zip(names, places, strict=True)):
        date = np.datetime_as_string(tour["time"].values[k], "D")
        _dot(axes, point[0], point[1], k + 1, name, label=f"{k + 1}: {name.title()}, {date}")


def _dot(axes: Axes, x: Any, y: float, number: int, name: str, label: str = "") -> None:
    tint = colour(TINTS.get(name, "muted"))
    axes.plot(x, y, "o", ms=11, color=tint, mec=colour("card"), mew=1.0, zorder=8,
              ls="none", label=label)  # fmt: skip
    axes.annotate(
        str(number), (x, y), ha="center", va="center_baseline", fontsize=7.4, weight="bold",
        color=colour("card"), zorder=9,
    )  # fmt: skip
