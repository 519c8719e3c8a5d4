"""How far the craft is from Earth, Sun and Mars, and how fast it goes about each, over time."""

import numpy as np

from marsward.views.figures.burns import flown_burns
from marsward.views.figures.drawing import Drawing, burn_lines, month_axis, plain_powers
from marsward.views.numbers import AU
from marsward.views.stored_run import StoredPhase
from marsward.views.style import colour, new_figure

BODIES = (("earth", "Earth", "-"), ("sun", "Sun", (0, (6, 2))), ("mars", "Mars", (0, (1, 1))))


def draw(phase: StoredPhase) -> Drawing:
    """Distances on a log scale [km] and speeds [km/s] from path.nc, manoeuvres marked."""
    time = phase.values("path", "time")
    figure = new_figure(7.6, 5.0)
    far, fast = figure.subplots(2, 1, sharex=True, height_ratios=[1.15, 1])
    for name, title, dash in BODIES:
        distance = phase.values("path", f"{name}_distance") / 1e3
        speed = phase.values("path", f"speed_{name}") / 1e3
        far.plot(time, distance, color=colour(name), ls=dash, label=title)
        fast.plot(time, speed, color=colour(name), ls=dash, label=title)
    far.set_yscale("log")
    plain_powers(far.yaxis)
    far.set_ylabel("distance [km]")
    far.legend(title="from or about", loc="lower center", ncols=3, columnspacing=1.4)
    side = far.secondary_yaxis("right", functions=(lambda v: v * 1e3 / AU, lambda v: v * AU / 1e3))
    side.set_ylabel("[AU]")
    plain_powers(side.yaxis)
    top = 1.06 * max(float(np.nanpercentile(line.get_ydata(), 99.6)) for line in fast.get_lines())
    fast.set(ylabel="speed [km/s]", ylim=(0, top))
    month_axis(fast)
    far.margins(x=0.01)
    burns = flown_burns(phase)
    burn_lines(far, burns, labels=True)
    burn_lines(fast, burns, labels=False)
    end = phase.values("path", "earth_distance")[-1] / 1e9
    caption = (
        f"Distances and speeds relative to Earth, Sun and Mars. At the end Earth is {end:.0f} "
        f"million km away, {end * 1e9 / 299_792_458.0 / 60:.1f} light-minutes."
    ) + (" Broken purple lines: manoeuvres." if burns else "")
    return Drawing(
        figure,
        caption,
        "Two charts over time: distance to Earth, Sun and Mars on a "
        "logarithmic scale, and speed relative to each.",
    )
