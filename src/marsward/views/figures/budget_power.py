"""What the solar array gives and the craft takes, and what shadows cost the battery."""

import numpy as np
from matplotlib.dates import date2num

from marsward.core.time import Epoch
from marsward.views.figures.drawing import Drawing, month_axis, tick
from marsward.views.numbers import digits
from marsward.views.stored_run import StoredPhase
from marsward.views.style import colour, new_figure

AU = 149_597_870_700.0  # m, IAU 2012 resolution B2


def draw(phase: StoredPhase) -> Drawing:
    """Power, distance from the Sun and shadow against date; from budget_power.nc."""
    et = phase.values("budget_power", "et")
    time = date2num(Epoch.et(et).datetime64)
    watts, load, margin, far, longest, depth = (
        phase.values("budget_power", each).astype(float)
        for each in (
            "array_power", "load", "power_margin", "sun_distance", "shadow_longest",
            "depth_of_discharge",
        )
    )  # fmt: skip
    shaded = bool(longest.max() > 0.0)
    figure = new_figure(7.6, 5.2 if shaded else 4.0)
    rows = figure.subplots(
        3 if shaded else 2, 1, sharex=True, height_ratios=[1.9, 1, 1] if shaded else [1.9, 1]
    )
    power, sun = rows[0], rows[1]
    power.plot(time, watts, color=colour("sun"), lw=2, label="array in sunlight")
    power.plot(time, load, color=colour("craft"), label="taken by the craft, mean")
    power.fill_between(
        time, watts - margin, watts, color=colour("sun"), alpha=0.18, lw=0,
        label="margin after recharging",
    )  # fmt: skip
    power.set(ylabel="power [W]", ylim=(0, 1.18 * float(watts.max())))
    power.set_title("Power")
    power.yaxis.set_major_formatter(lambda v, _: tick(v))
    power.legend(loc="upper right", ncols=3)
    sun.plot(time, far / AU, color=colour("muted"))
    sun.set(ylabel="Sun [au]")
    if shaded:
        dark = rows[2]
        dark.plot(time, longest / 60.0, color=colour("manoeuvre"))
        dark.set(ylabel="umbra [min]", ylim=(0, None))
    month_axis(rows[-1], every=max(1, round((time[-1] - time[0]) / 450.0)))
    least = int(np.argmin(margin))
    day = Epoch.et(float(et[least])).isot(digits=0)[:10]
    caption = (
        f"The least margin is {digits(float(margin[least]), None, 3)} W on {day}, with "
        f"{digits(float(watts[least]), None, 3)} W from the array "
        f"{digits(float(far[least] / AU), None, 3)} au from the Sun."
    )
    if shaded:
        caption += (
            f" The longest umbra, {digits(float(longest.max()) / 60.0, None, 3)} min, takes "
            f"{digits(100.0 * float(depth.max()), None, 3)} % of the battery."
        )
    return Drawing(
        figure, caption, "Charts against date: power of array and craft, distance, shadow."
    )
