"""What the frames weigh, what Earth receives, what waits on board."""

import numpy as np
from matplotlib.dates import date2num

from marsward.core.time import Epoch
from marsward.views.figures.drawing import Drawing, month_axis, tick
from marsward.views.numbers import digits
from marsward.views.stored_run import Missing, StoredPhase
from marsward.views.style import colour, new_figure

GB = 8e9  # bits


def draw(phase: StoredPhase) -> Drawing:
    """Volume, downlink and backlog of each orbit against date; from frames.nc."""
    number, taken, sent, waiting = (
        phase.values("frames", name).astype(float)
        for name in ("orbit_number", "data_volume", "downlinked", "backlog")
    )
    time = _dates(phase, number)
    figure = new_figure(7.6, 4.9)
    total, orbit, rest = figure.subplots(3, 1, sharex=True, height_ratios=[1.25, 1, 1])
    total.plot(time, np.cumsum(taken) / GB, color=colour("craft"), lw=2, label="taken")
    total.plot(time, np.nancumsum(sent) / GB, color=colour("earth"), ls=(0, (5, 1.5)),
               label="received on Earth")  # fmt: skip
    total.set_ylabel("since start [GB]")
    total.set_title("Data of the campaign")
    total.legend(loc="upper left")
    total.yaxis.set_major_formatter(lambda v, _: tick(v))
    orbit.plot(time, taken / GB, "o", ms=2.6, color=colour("craft"), mec="none", label="taken")
    orbit.plot(time, sent / GB, "o", ms=2.6, color=colour("earth"), mec="none", label="received")
    orbit.set(ylabel="each orbit [GB]", ylim=(0, None))
    orbit.legend(loc="lower right", ncols=2, markerscale=2)
    rest.plot(time, waiting / GB, color=colour("manoeuvre"), lw=1.4)
    rest.fill_between(time, waiting / GB, color=colour("manoeuvre"), alpha=0.2, lw=0)
    rest.set(ylabel="waiting on board [GB]", ylim=(0, None))
    month_axis(rest)
    dropped = int(np.nansum(_dropped(phase)))
    caption = (
        f"{digits(float(taken.sum() / GB), None, 4)} GB taken on {len(number)} orbits, on average "
        f"{digits(float(taken.mean() / GB), None, 3)} GB an orbit; at most "
        f"{digits(float(np.nanmax(waiting) / GB), None, 3)} GB wait on board after an orbit"
        + (f", and {dropped} frames find no room there" if dropped else "")
        + ". Received: from one pictured orbit to the next."
    )
    return Drawing(
        figure, caption, "Three charts against date: data taken and received, each orbit, backlog."
    )


def _dates(phase: StoredPhase, number: np.ndarray) -> np.ndarray:
    """Days of the first frame of each orbit; between its neighbours for an orbit without one."""
    orbit, et = phase.values("frames", "orbit"), phase.values("frames", "et")
    known, first = np.unique(orbit, return_index=True)
    if not len(known):
        raise Missing(f"{phase.folder.name}/frames.nc holds no frame")
    return np.interp(number, known, date2num(Epoch.et(et[first]).datetime64))


def _dropped(phase: StoredPhase) -> np.ndarray:
    try:
        return phase.values("frames", "frames_dropped").astype(float)
    except Missing:
        return np.zeros(1)
