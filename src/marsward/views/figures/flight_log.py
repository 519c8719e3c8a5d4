"""The helicopter's flights: ours beside those that were flown."""

import numpy as np

from marsward.views.figures.drawing import Drawing
from marsward.views.figures.entry_axes import column
from marsward.views.numbers import digits
from marsward.views.stored_run import StoredPhase
from marsward.views.style import colour, new_figure


def draw(phase: StoredPhase) -> Drawing:
    """Duration, distance and energy of each flight."""
    number, flown, ours, far, far_ours, energy, low, high, battery = (
        column(phase, "flights", name)
        for name in (
            "number", "duration_flown", "duration", "distance_flown", "distance", "energy",
            "energy_low", "energy_high", "battery",
        )
    )  # fmt: skip
    figure = new_figure(7.6, 6.0)
    axes = figure.subplots(3, 1, sharex=True)
    for each, theirs, mine, text in (
        (axes[0], flown, ours, "duration [s]"), (axes[1], far, far_ours, "distance [m]"),
    ):  # fmt: skip
        each.plot(number, theirs, "o", ms=4, mfc="none", color=colour("ink"), label="flown")
        each.plot(number, mine, "x", ms=4, color=colour("mars"), label="ours")
        each.set_ylabel(text)
        each.set_ylim(bottom=0.0)
    axes[0].legend(loc="lower right", bbox_to_anchor=(1.0, 0.98), ncols=2)
    axes[2].vlines(number, low / 3600, high / 3600, color=colour("sun"), lw=2.2, alpha=0.6,
                   label="by airfoil data")  # fmt: skip
    axes[2].plot(number, energy / 3600, "o", ms=3, color=colour("mars"), label="energy")
    axes[2].plot(number, battery / 3600, color=colour("craft"), lw=1.2, label="in the battery")
    axes[2].set(ylabel="energy [Wh]", xlabel="flight", ylim=(0.0, None))
    axes[2].set_xlim(0.0, float(number.max()) + 1.0)
    axes[2].legend(loc="lower right", bbox_to_anchor=(1.0, 0.98), ncols=3)
    off = ours - flown
    good = np.isfinite(off)
    words = phase.texts("flights", "verdict")
    go = sum(word == "go" for word in words)
    caption = (
        f"{number.size} flights of Ingenuity: {go} of them judged flyable. Duration, ours less "
        f"flown: {digits(float(np.median(off[good])), None, 2)} s in the middle, "
        f"{digits(float(np.sqrt(np.mean(off[good] ** 2))), None, 2)} s rms."
    ).replace("-", "−")
    return Drawing(figure, caption, "Duration, distance and energy of 72 flights, ours and flown.")


def draw_path(phase: StoredPhase) -> Drawing:
    """One flight with its controller: path, height, tilt, power."""
    time, x, y, height, speed, tilt, power, wind = (
        column(phase, "flight_path", name)
        for name in ("time", "x", "y", "height", "speed", "tilt", "power", "wind")
    )
    asked = column(phase, "flight_path", "height_asked")
    figure = new_figure(7.6, 4.6)
    axes = figure.subplots(2, 2)
    axes[0, 0].plot(x, y, color=colour("mars"))
    axes[0, 0].set(xlabel="east [m]", ylabel="north [m]", aspect="equal")
    axes[0, 0].set_adjustable("datalim")
    axes[0, 1].plot(time, height, color=colour("mars"), label="flown")
    axes[0, 1].plot(time, asked, color=colour("ink"), ls=(0, (5, 1.5)), lw=1.0, label="asked")
    axes[0, 1].set_ylabel("height over ground [m]")
    axes[0, 1].legend(loc="best")
    axes[1, 0].plot(time, speed, color=colour("earth"), label="over ground")
    axes[1, 0].plot(time, wind, color=colour("moon"), lw=0.8, label="wind")
    axes[1, 0].set_ylabel("speed [m/s]")
    axes[1, 0].legend(loc="best")
    axes[1, 1].plot(time, power, color=colour("sun"))
    axes[1, 1].set_ylabel("electric power [W]")
    right = axes[1, 1].twinx()
    right.plot(time, tilt, color=colour("craft"), lw=0.8)
    right.set_ylabel("tilt [deg]", color=colour("craft"))
    right.grid(False)
    for each in axes.ravel()[1:]:
        each.set_xlabel("time [s]")
    attrs = phase.product("flight_path").attrs
    caption = (
        f"{attrs.get('title', 'One flight')} with its controller in gusty wind: six degrees of "
        f"freedom, touchdown at {float(attrs.get('touchdown_speed', np.nan)):.2f} m/s."
    )
    return Drawing(figure, caption, "Path, height, speed and power of one flight.")


def draw_hours(phase: StoredPhase) -> Drawing:
    """When it may fly: density, wind, margin through the sol, and the verdict."""
    hour, density, wind, margin = (
        column(phase, "flight_hours", name) for name in ("hour", "density", "wind", "thrust_margin")
    )
    go = np.array([word == "go" for word in phase.texts("flight_hours", "verdict")])
    figure = new_figure(7.6, 2.8)
    axes = figure.subplots(1, 3)
    for each, values, text, role in (
        (axes[0], 1e3 * density, "density [g m⁻³]", "mars"),
        (axes[1], wind, "wind [m/s]", "earth"),
        (axes[2], 100 * margin, "thrust to spare [%]", "craft"),
    ):
        each.plot(hour, values, color=colour(role))
        each.set(xlabel="local true solar time [h]", ylabel=text, xlim=(0, 24),
                 xticks=range(0, 25, 6))  # fmt: skip
        if role == "earth":
            each.set_ylim(0.0, 1.25 * float(np.nanmax(values)))
        for at in hour[~go]:
            half = 0.5 * float(hour[1] - hour[0])
            each.axvspan(at - half, at + half, color=colour("shade"), lw=0, zorder=0)
    why = sorted({w for w in phase.texts("flight_hours", "verdict") if w != "go"})
    caption = "When the helicopter may fly" + (f"; grey: {', '.join(why)}" if why else "")
    return Drawing(figure, caption + ".", "Density, wind and spare thrust by the hour.")
