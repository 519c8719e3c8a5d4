"""Bit rates to Earth through the mission, and the conjunction that silences them."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.dates import date2num
from matplotlib.ticker import LogLocator, NullLocator

from marsward.core.time import Epoch
from marsward.views.figures.drawing import Drawing, month_axis, tick
from marsward.views.numbers import digits
from marsward.views.stored_run import Missing, StoredPhase
from marsward.views.style import colour, new_figure

AU = 149_597_870_700.0  # m, IAU 2012 resolution B2
ROLES = ("earth", "craft", "mars", "manoeuvre", "sun")


def draw(phase: StoredPhase) -> Drawing:
    """Rate, distance from Earth and angle from the Sun against date; from budget_link.nc."""
    et = phase.values("budget_link", "et")
    time = date2num(Epoch.et(et).datetime64)
    rate = phase.values("budget_link", "rate").astype(float)
    far, angle = (
        phase.values("budget_link", each).astype(float)
        for each in ("earth_distance", "sun_earth_probe")
    )
    dark = phase.values("budget_link", "blackout").astype(bool)
    relay = _relay(phase)
    figure = new_figure(7.6, 5.2 + 1.2 * bool(relay))
    ratios = [1.9, 1, 1, *([1.0] if relay else [])]
    top, middle, low, *uhf = figure.subplots(len(ratios), 1, sharex=True, height_ratios=ratios)
    for k, name in enumerate(phase.texts("budget_link", "station")):
        shown = np.where(rate[:, k] > 0.0, rate[:, k] / 1e3, np.nan)
        top.plot(time, shown, color=colour(ROLES[k % len(ROLES)]), lw=1.8, label=name,
                 ls="-" if k < len(ROLES) else (0, (4, 2)))  # fmt: skip
    top.set_yscale("log")
    top.yaxis.set_major_locator(LogLocator(subs=(1.0, 2.0, 5.0), numticks=12))
    top.yaxis.set_major_formatter(lambda v, _: tick(v))
    top.yaxis.set_minor_locator(NullLocator())
    top.set(ylabel="bit rate [kbit/s]")
    top.set_title("Link to Earth")
    middle.plot(time, far / AU, color=colour("muted"))
    middle.set(ylabel="from Earth [au]", ylim=(0, None))
    low.plot(time, angle, color=colour("sun"))
    low.set(ylabel="Sun to craft [°]", ylim=(0, 185))
    low.set_yticks([0, 60, 120, 180])
    for axes in uhf:
        for k, (name, held) in enumerate(relay.items()):
            axes.plot(time, held / 1e6, color=colour(ROLES[(k + 2) % len(ROLES)]), label=name)
        axes.set(ylabel="UHF [Mbit/d]", ylim=(0, None))
        axes.yaxis.set_major_formatter(lambda v, _: tick(v))
        axes.legend(loc="upper left", ncols=3)
    for axes in (top, middle, low):
        _shade(axes, time, dark, label="blackout" if axes is top else None)
    top.legend(loc="upper center", bbox_to_anchor=(0.5, 1.02), ncols=4)
    if np.nanmax(rate) > 0.0:
        low_end, high_end = top.get_ylim()
        top.set_ylim(low_end, high_end * (high_end / low_end) ** 0.16)
    month_axis(uhf[-1] if uhf else low, every=max(1, round((time[-1] - time[0]) / 450.0)))
    return Drawing(
        figure, _caption(phase, rate[:, 0], far, angle, dark, time),
        "Charts against date: bit rate to each station, distance, angle from the Sun.",
    )  # fmt: skip


def _relay(phase: StoredPhase) -> dict[str, np.ndarray]:
    """Bits a day that the craft takes up from each lander, nothing where there is none."""
    try:
        names = phase.texts("budget_link", "lander")
        bits, et = (phase.values("budget_link", each) for each in ("relay_bits", "et"))
    except Missing:
        return {}
    step = float(np.median(np.diff(et))) / 86_400.0 if et.size > 1 else 1.0
    return {name: bits[:, k] / step for k, name in enumerate(names)}


def _shade(axes: Axes, time: np.ndarray, dark: np.ndarray, label: str | None) -> None:
    """Grey bands over stretches of blackout."""
    half = 0.5 * float(np.median(np.diff(time))) if time.size > 1 else 0.5
    edges = np.flatnonzero(np.diff(np.concatenate([[0], dark.astype(int), [0]])))
    for begin, end in edges.reshape(-1, 2):
        axes.axvspan(
            time[begin] - half, time[end - 1] + half, color=colour("muted"), alpha=0.28, lw=0,
            label=label,
        )  # fmt: skip
        label = None


def _caption(
    phase: StoredPhase, rate: np.ndarray, far: np.ndarray, angle: np.ndarray, dark: np.ndarray,
    time: np.ndarray,
) -> str:  # fmt: skip
    name = phase.texts("budget_link", "station")[0]
    heard = rate[rate > 0.0] / 1e3
    if not heard.size:
        return f"Nothing reaches {name}: no rate of the radio fits its signal."
    step = float(np.median(np.diff(time))) if time.size > 1 else 1.0
    said = (
        f"To {name} {digits(float(heard.min()), None, 3)} to "
        f"{digits(float(heard.max()), None, 3)} kbit/s, at "
        f"{digits(float(far.max() / AU), None, 3)} au at most."
    )
    if dark.any():
        said += (
            f" The craft comes within {digits(float(angle.min()), None, 2)}° of the Sun; "
            f"{digits(float(dark.sum()) * step, None, 2)} days of blackout."
        )
    return said
