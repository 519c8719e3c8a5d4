"""What the instruments make, what Earth receives, and what waits on the recorder."""

import numpy as np
from matplotlib.dates import date2num

from marsward.core.time import Epoch
from marsward.views.figures.drawing import Drawing, month_axis, tick
from marsward.views.numbers import digits
from marsward.views.stored_run import StoredPhase
from marsward.views.style import colour, new_figure

GBIT = 1e9
ROLES = ("craft", "mars", "moon", "manoeuvre", "sun")


def draw(phase: StoredPhase) -> Drawing:
    """Data since the start and the recorder against date; from budget_data.nc."""
    time = date2num(Epoch.et(phase.values("budget_data", "et")).datetime64)
    taken = phase.values("budget_data", "taken").astype(float) / GBIT
    down, sent, rest, lost = (
        phase.values("budget_data", each).astype(float) / GBIT
        for each in ("capacity", "sent", "waiting", "lost")
    )
    names = phase.texts("budget_data", "instrument") if taken.shape[1] else []
    figure = new_figure(7.6, 5.4)
    total, daily, store = figure.subplots(3, 1, sharex=True, height_ratios=[1.8, 1, 1])
    base = np.zeros(time.size)
    for k in np.argsort(-taken.sum(axis=0), kind="stable"):
        top = base + np.cumsum(taken[:, k])
        role = ROLES[int(k) % len(ROLES)]
        total.fill_between(
            time, base, top, color=colour(role), alpha=0.55, lw=0, label=f"taken: {names[k]}"
        )
        base = top
    total.plot(time, np.cumsum(sent), color=colour("earth"), lw=2, label="received on Earth")
    total.set(ylabel="since the start [Gbit]", ylim=(0, None))
    total.yaxis.set_major_formatter(lambda v, _: tick(v))
    total.set_title("Data")
    total.legend(loc="upper left")
    step = float(np.median(np.diff(time))) if time.size > 1 else 1.0
    daily.plot(
        time, down / step, color=colour("ink"), lw=1.1, ls=(0, (2, 2)), label="the link's room"
    )
    daily.plot(time, sent / step, color=colour("earth"), label="received")
    daily.set(ylabel="a day [Gbit]", ylim=(0, None))
    daily.yaxis.set_major_formatter(lambda v, _: tick(v))
    daily.legend(loc="upper right", ncols=2)
    store.fill_between(time, rest, color=colour("manoeuvre"), alpha=0.25, lw=0)
    store.plot(time, rest, color=colour("manoeuvre"), lw=1.3)
    size = float(phase.product("budget_data").attrs.get("recorder", np.nan)) / GBIT
    if np.isfinite(size) and size < 6.0 * max(float(rest.max()), 1e-9):
        store.axhline(size, color=colour("muted"), lw=1.0, ls=(0, (4, 2)))
        store.annotate(
            "full", (time[0], size), xytext=(2, 2), textcoords="offset points", fontsize=8,
            color=colour("muted"),
        )  # fmt: skip
        store.set(ylim=(0, 1.25 * size))
    else:
        store.set(ylim=(0, None))
    store.set(ylabel="on board [Gbit]")
    month_axis(store, every=max(1, round((time[-1] - time[0]) / 450.0)))
    said = (
        f"{digits(float(taken.sum()), None, 3)} Gbit are made and "
        f"{digits(float(sent.sum()), None, 3)} Gbit received; the link has room for "
        f"{digits(float(down.sum()), None, 3)} Gbit."
    )
    if lost.sum() > 0.0:
        said += f" {digits(float(lost.sum()), None, 3)} Gbit find no room on board."
    return Drawing(figure, said, "Charts against date: data made and received, data on board.")
