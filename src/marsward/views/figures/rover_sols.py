"""The rover's sols: watts in and out, the battery, the warmth of its box, the dust."""

import numpy as np

from marsward.views.figures.drawing import Drawing
from marsward.views.figures.entry_axes import column
from marsward.views.numbers import digits
from marsward.views.stored_run import StoredPhase
from marsward.views.style import colour, new_figure

ZERO = 273.15
_STATES = {"asleep": "shade", "dormant": "grid"}


def draw(phase: StoredPhase) -> Drawing:
    """Sol by sol: energy, battery, temperature, dust."""
    sol = column(phase, "rover_sols", "sol")
    gain, used, low, high, cold, warm, tau, clean = (
        column(phase, "rover_sols", name)
        for name in ("energy_in", "energy_used", "charge_least", "charge_most", "battery_least",
                     "battery_most", "dust_opacity", "cleanness")
    )  # fmt: skip
    gain, used = gain / 3600.0, used / 3600.0
    state = phase.texts("rover_sols", "state")
    figure = new_figure(7.6, 5.6)
    axes = figure.subplots(2, 2, sharex=True)
    axes[0, 0].plot(sol, gain, color=colour("sun"), label="made")
    axes[0, 0].plot(sol, used, color=colour("earth"), ls=(0, (5, 1.5)), label="used")
    axes[0, 0].set_ylabel("energy [Wh a sol]")
    axes[0, 1].fill_between(sol, 100 * low, 100 * high, color=colour("craft"), alpha=0.4, lw=0)
    axes[0, 1].plot(sol, 100 * low, color=colour("craft"), label="least and most")
    axes[0, 1].set(ylabel="battery [%]", ylim=(0.0, 102.0))
    axes[1, 0].fill_between(sol, cold - ZERO, warm - ZERO, color=colour("mars"), alpha=0.3, lw=0)
    axes[1, 0].plot(sol, warm - ZERO, color=colour("mars"), label="warmest")
    axes[1, 0].plot(sol, cold - ZERO, color=colour("mars"), ls=(0, (3, 1.5)), label="coldest")
    axes[1, 0].set_ylabel("battery's temperature [°C]")
    axes[1, 1].plot(sol, tau, color=colour("moon"), label="opacity of the air")
    axes[1, 1].plot(sol, clean, color=colour("sun"), ls=(0, (5, 1.5)), label="light past the dust")
    axes[1, 1].set(ylabel="dust [1]", ylim=(0.0, max(1.05, 1.1 * float(tau.max()))))
    for each in axes.ravel():
        _shade(each, sol, state)
        each.legend(loc="best")
        each.set_xlim(float(sol[0]), float(sol[-1]))
    for each in axes[1]:
        each.set_xlabel("sol since landing")
    return Drawing(figure, _caption(phase, sol, state, gain), "Energy, battery, warmth and dust.")


def _shade(axes, sol: np.ndarray, state: list[str]) -> None:
    """Grey where the rover sleeps or lies dormant."""
    for name, role in _STATES.items():
        here = np.array([each == name for each in state])
        edges = np.flatnonzero(np.diff(np.concatenate([[0], here.astype(int), [0]])))
        for first, last in edges.reshape(-1, 2):
            axes.axvspan(sol[first] - 0.5, sol[last - 1] + 0.5, color=colour(role), lw=0, zorder=0)


def _caption(phase: StoredPhase, sol: np.ndarray, state: list[str], gain: np.ndarray) -> str:
    awake = sum(each == "awake" for each in state)
    text = (
        f"{awake} of {sol.size} sols awake; {digits(float(gain[0]), None, 3)} Wh made in the first "
        f"sol, {digits(float(gain.min()), None, 3)} Wh in the poorest"
    )
    if awake < sol.size:
        text += "; grey: asleep, darker: dormant"
    rule = phase.product("rover_sols").attrs.get("rule")
    return text + (f". Rule: {rule}." if rule else ".")


def draw_day(phase: StoredPhase) -> Drawing:
    """One sol by the hour: watts, battery, temperatures."""
    hour = column(phase, "rover_day", "hour")
    made, used, charge, box, air = (
        column(phase, "rover_day", name)
        for name in ("power_in", "power_used", "charge", "battery_temperature", "air_temperature")
    )
    figure = new_figure(7.6, 2.9)
    axes = figure.subplots(1, 3)
    axes[0].plot(hour, made, color=colour("sun"), label="made")
    axes[0].plot(hour, used, color=colour("earth"), ls=(0, (5, 1.5)), label="used")
    axes[0].set_ylabel("power [W]")
    axes[1].plot(hour, 100 * charge, color=colour("craft"))
    axes[1].set(ylabel="battery [%]", ylim=(0.0, 102.0))
    axes[2].plot(hour, box - ZERO, color=colour("mars"), label="battery")
    axes[2].plot(hour, air - ZERO, color=colour("moon"), ls=(0, (5, 1.5)), label="air")
    axes[2].set_ylabel("temperature [°C]")
    for each in axes:
        each.set(xlabel="local true solar time [h]", xlim=(0, 24), xticks=range(0, 25, 6))
    axes[0].legend(loc="best")
    axes[2].legend(loc="best")
    sol = phase.product("rover_day").attrs.get("sol", "?")
    caption = f"Sol {sol} by the hour."
    return Drawing(figure, caption, "Power, battery and temperature through one sol.")
