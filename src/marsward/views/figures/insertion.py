"""The capture at Mars: the burn to scale, and what other capture orbits would have cost."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Circle
from matplotlib.patheffects import withStroke
from matplotlib.ticker import FixedLocator, FuncFormatter, NullLocator

from marsward.views.figures.drawing import Drawing, few_ticks, tick
from marsward.views.stored_run import Missing, StoredPhase
from marsward.views.style import colour, new_figure

PRODUCT, GRID = "insertion", "capture_grid"
KM = 1e-3
_MARKS = (2.0, 4.0, 8.0, 12.0, 24.0, 48.0, 96.0, 168.0, 336.0)


def draw(phase: StoredPhase) -> Drawing:
    """Hyperbola, burn and capture orbit in their plane, near and as a whole."""
    figure = new_figure(7.6, 4.0)
    near, whole = figure.subplots(1, 2, width_ratios=[1.0, 1.25])
    radius = float(phase.values(PRODUCT, "planet_radius"))
    for axes in (near, whole):
        _ways(axes, phase)
        axes.add_patch(Circle((0.0, 0.0), radius * KM, color=colour("mars"), lw=0, alpha=0.85))
        axes.set_aspect("equal", adjustable="box")
        axes.set(xlabel="to the periapsis of the orbit [km]", ylabel="along its motion [km]")
    near.annotate("Mars", (0, 0), ha="center", va="center", color=colour("card"), weight="bold")
    near.set_title("The burn")
    whole.set_title("The orbit that it leaves")
    _near_limits(near, phase, radius)
    few_ticks(near, 3)
    few_ticks(whole, 5)
    near.tick_params(axis="x", rotation=0)
    lines, labels = near.get_legend_handles_labels()
    figure.legend(lines, labels, loc="outside lower center", ncols=len(labels))
    return Drawing(
        figure,
        _caption(phase),
        "The capture to scale: arrival hyperbola, burn arc, path without the burn and capture "
        "orbit about the disc of Mars.",
    )


def _ways(axes: Axes, phase: StoredPhase) -> None:
    x, y = (KM * phase.values(PRODUCT, f"arc_{axis}") for axis in "xy")
    burning = phase.values(PRODUCT, "burning").astype(bool)
    seconds = phase.values(PRODUCT, "arc_time")
    before = seconds <= 0.0
    free = [KM * phase.values(PRODUCT, f"free_{axis}") for axis in "xy"]
    orbit = [KM * phase.values(PRODUCT, f"orbit_{axis}") for axis in "xy"]
    axes.plot(*orbit, color=colour("craft"), lw=1.3, label="capture orbit")
    axes.plot(*free, color=colour("muted"), lw=1.0, ls=(0, (4, 2)), label="without the burn")
    axes.plot(x[before], y[before], color=colour("earth"), lw=1.5, label="arrival")
    axes.plot(x[burning], y[burning], color=colour("manoeuvre"), lw=3.4, label="engine burns",
              solid_capstyle="butt", zorder=4)  # fmt: skip
    if axes.get_subplotspec() and axes.get_subplotspec().is_last_col():  # type: ignore[union-attr]
        axes.autoscale(False)
        lo = [float(min(0.0, each.min())) for each in orbit]
        hi = [float(max(0.0, each.max())) for each in orbit]
        pad = 0.08 * max(hi[0] - lo[0], hi[1] - lo[1])
        axes.set_xlim(lo[0] - pad, hi[0] + pad)
        axes.set_ylim(lo[1] - pad, hi[1] + pad)


def _near_limits(axes: Axes, phase: StoredPhase, radius: float) -> None:
    """Mars and the burn, with room about them."""
    burning = phase.values(PRODUCT, "burning").astype(bool)
    x, y = (KM * phase.values(PRODUCT, f"arc_{axis}")[burning] for axis in "xy")
    size = max(1.25 * radius * KM, 1.15 * float(np.abs(np.concatenate([x, y])).max()))
    axes.set_xlim(-size, 1.45 * size)
    axes.set_ylim(-1.3 * size, 1.3 * size)
    for px, py, text in ((x[0], y[0], "ignition"), (x[-1], y[-1], "cut-off")):
        axes.plot(px, py, "o", ms=4.5, color=colour("manoeuvre"), zorder=5)
        axes.annotate(
            text, (px, py), xytext=(22, 0), textcoords="offset points", ha="left", va="center",
            color=colour("manoeuvre"), fontsize=8,
        )  # fmt: skip


def _caption(phase: StoredPhase) -> str:
    said = phase.summary

    def number(name: str) -> float:
        return float(said.get(name, {}).get("value") or np.nan)

    return (
        f"The engine burns {number('capture_duration') / 60.0:.1f} minutes about the periapsis: "
        f"{number('capture_dv'):.0f} m/s, {number('gravity_loss'):.1f} m/s more than an impulse, "
        f"into an orbit of {tick(round(number('capture_periapsis')))} × "
        f"{tick(round(number('capture_apoapsis')))} km and {number('capture_period'):.1f} hours. "
        "Seen along the normal of the orbit; one scale on both axes of each panel."
    )


def draw_map(phase: StoredPhase) -> Drawing:
    """Impulse of a capture over period and height of the periapsis, from capture_grid.nc."""
    hours = phase.values(GRID, "capture_period") / 3600.0
    height = KM * phase.values(GRID, "capture_periapsis")
    dv = np.ma.masked_invalid(phase.values(GRID, "capture_dv"))
    figure = new_figure(7.6, 3.9)
    axes = figure.subplots()
    levels = _levels(dv)
    image = axes.contourf(hours, height, dv.T, levels, cmap="viridis_r")
    lines = axes.contour(hours, height, dv.T, levels[:-2:2], colors="white", linewidths=0.7)
    for text in axes.clabel(lines, fmt=lambda v: tick(round(v)), fontsize=7.5, inline_spacing=3):
        text.set_path_effects([withStroke(linewidth=2.0, foreground="#3b3b3b")])
    figure.colorbar(image, ax=axes, label="impulse at the periapsis [m/s]", pad=0.015)
    axes.set_xscale("log")
    shown = [mark for mark in _MARKS if hours.min() <= mark <= hours.max()]
    axes.xaxis.set_major_locator(FixedLocator(shown))
    axes.xaxis.set_minor_locator(NullLocator())
    axes.xaxis.set_major_formatter(FuncFormatter(lambda v, _: _span(v)))
    axes.set(xlabel="period of the capture orbit", ylabel="height of the periapsis [km]")
    axes.grid(False)
    _own(axes, phase)
    speed = float(phase.product(GRID).attrs.get("v_infinity", np.nan))
    return Drawing(
        figure,
        f"What one impulse at the periapsis costs from {speed / 1e3:.2f} km/s at infinity, by the "
        "orbit it leaves. White: no such orbit, for the circle there takes longer. The diamond is "
        "the capture that is flown, at the periapsis of its arrival; its long burn costs the "
        "gravity loss more.",
        "Velocity change of the capture over period and height of the periapsis.",
    )


def _levels(dv: np.ma.MaskedArray) -> np.ndarray:
    low, high = float(dv.min()), float(dv.max())
    step = next(s for s in (20.0, 50.0, 100.0, 200.0, 500.0, 1e9) if (high - low) / s <= 18.0)
    return np.arange(np.floor(low / step), np.ceil(high / step) + 1.0) * step


def _span(hours: float) -> str:
    return f"{hours:g} h" if hours < 48.0 else f"{hours / 24.0:g} d"


def _own(axes: Axes, phase: StoredPhase) -> None:
    said = phase.summary
    try:
        at = (
            float(said["capture_period"]["value"]),
            float(said["arrival_periapsis"]["value"]),
        )
        told = f"{float(said['capture_impulse']['value']):.0f} m/s"
    except (KeyError, TypeError) as error:
        raise Missing(f"summary.json of the insertion has no {error}") from error
    axes.plot(*at, "D", ms=7, color=colour("card"), mec=colour("ink"), mew=1.2, zorder=5)
    axes.annotate(
        told, at, xytext=(-9, 8), textcoords="offset points", ha="right", color=colour("ink"),
        weight="bold",
        bbox={"boxstyle": "round,pad=0.2", "fc": colour("card"), "ec": "none", "alpha": 0.85},
    )  # fmt: skip
