"""How the mapping orbit turns: where its low point is, how high, in what light."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.dates import date2num
from matplotlib.ticker import MaxNLocator

from marsward.views.figures.drawing import Drawing, month_axis, tick
from marsward.views.stored_run import StoredPhase
from marsward.views.style import colour, new_figure

NIGHT = 90.0  # deg, incidence from which the ground below is dark
POLAR = 80.0  # deg; beyond, a latitude turns round and has no steady drift
STEADY = 2.0  # deg, by which a latitude may leave the line of its drift

STILL = 0.5  # h of local time under which a node is shown as standing still


def draw(phase: StoredPhase) -> Drawing:
    """Latitude, heights, local time and light against date; from orbit_elements.nc."""
    read = {
        name: phase.values("orbit_elements", name)
        for name in ("time", "periapsis_lat", "periapsis_altitude", "apoapsis_altitude", "ltan",
                     "incidence_at_periapsis")
    }  # fmt: skip
    time = date2num(read["time"])
    figure = new_figure(7.6, 6.4)
    panels = figure.subplots(4, 1, sharex=True)
    _latitude(panels[0], time, read["periapsis_lat"])
    _heights(panels[1], time, read["periapsis_altitude"] / 1e3, read["apoapsis_altitude"] / 1e3)
    _clock(panels[2], time, read["ltan"])
    _light(panels[3], time, read["incidence_at_periapsis"])
    month_axis(panels[3])
    dark = read["incidence_at_periapsis"] > NIGHT
    for axes in panels:
        axes.margins(x=0.01)
        for first, last in stretches(dark):
            axes.axvspan(time[first], time[last], color=colour("shade"), zorder=0, lw=0)
    lat, days = read["periapsis_lat"], time - time[0]
    slope = drift(days, lat)
    caption = (
        f"{len(time)} turns of the orbit, one point each: latitude of the low point"
        + (f" (on average {slope:+.3f}° a day)".replace("-", "−") if slope is not None else "")
        + ", heights above the equatorial radius, local true solar time of the ascending node, "
        "and incidence of the sunlight on the ground below the low point."
        + (" Shaded: that ground lies in the dark." if dark.any() else "")
    )
    return Drawing(
        figure, caption,
        "Four charts against date: latitude of the periapsis, heights, local time, incidence.",
    )  # fmt: skip


def drift(days: np.ndarray, lat: np.ndarray) -> float | None:
    """Mean change of a latitude [deg/day] away from the poles; None where it does not drift.

    The low point of a nearly circular orbit goes to and fro: a line then misses it by degrees.
    """
    mine = np.abs(lat) < POLAR
    if mine.sum() < 3:
        return None
    slope, start = np.polyfit(days[mine], lat[mine], 1)
    off = lat[mine] - (start + slope * days[mine])
    return float(slope) if np.sqrt(np.mean(off**2)) < STEADY else None


def stretches(flags: np.ndarray) -> list[tuple[int, int]]:
    """First and last place of each run of true values."""
    edges = np.flatnonzero(np.diff(np.concatenate([[0], flags.astype(int), [0]])))
    return [(int(a), int(b) - 1) for a, b in edges.reshape(-1, 2)]


def _latitude(axes: Axes, time: np.ndarray, lat: np.ndarray) -> None:
    axes.plot(time, lat, color=colour("craft"), lw=2)
    axes.axhline(0.0, color=colour("muted"), lw=0.8)
    axes.set(ylim=(-95, 95), yticks=(-90, -45, 0, 45, 90), ylabel="latitude [°N]")
    axes.set_title("Periapsis, latitude")
    crossing = np.flatnonzero(lat[1:] * lat[:-1] < 0.0)
    if crossing.size == 1:
        i = int(crossing[0])
        at = time[i] + (time[i + 1] - time[i]) * lat[i] / (lat[i] - lat[i + 1])
        axes.plot(at, 0.0, "o", ms=6, color=colour("manoeuvre"), mec=colour("card"))
        axes.annotate(
            f"over the equator, day {at - time[0]:.0f}", (at, 0.0), xytext=(8, 8),
            textcoords="offset points", color=colour("manoeuvre"), fontsize=8,
        )  # fmt: skip


def _heights(axes: Axes, time: np.ndarray, low: np.ndarray, high: np.ndarray) -> None:
    axes.plot(time, low, color=colour("mars"), lw=2)
    axes.set_ylabel("periapsis [km]", color=colour("mars"))
    axes.set_title("Heights")
    other = axes.twinx()
    other.plot(time, high, color=colour("earth"), lw=0.9)
    other.set_ylabel("apoapsis [km]", color=colour("earth"))
    other.yaxis.set_major_formatter(lambda v, _: tick(v))
    other.spines["right"].set_visible(True)
    other.grid(False)


def _clock(axes: Axes, time: np.ndarray, ltan: np.ndarray) -> None:
    axes.plot(time, np.where(np.abs(np.diff(ltan, prepend=ltan[0])) > 12, np.nan, ltan),
              color=colour("sun"), lw=2)  # fmt: skip
    axes.set_ylabel("local time [h]")
    low, high = float(np.nanmin(ltan)), float(np.nanmax(ltan))
    if high - low < STILL:  # a node that keeps up with the Sun: no scale of seconds
        axes.set_ylim(0.5 * (low + high) - STILL, 0.5 * (low + high) + STILL)
        axes.yaxis.set_major_locator(MaxNLocator(5))
        axes.ticklabel_format(axis="y", useOffset=False)
    else:
        axes.yaxis.set_major_locator(MaxNLocator(5, integer=True))
    axes.set_title("Ascending node, local true solar time")


def _light(axes: Axes, time: np.ndarray, incidence: np.ndarray) -> None:
    axes.plot(time, incidence, color=colour("sun"), lw=2)
    axes.axhline(NIGHT, color=colour("muted"), lw=0.8)
    axes.set(ylabel="incidence [°]", ylim=(0, None))
    axes.set_title("Sunlight on the ground below periapsis")
