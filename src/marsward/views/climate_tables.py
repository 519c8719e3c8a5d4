"""Tables of the air: the year of the pressure at each site, what each experiment changes."""

import math

import numpy as np

from marsward.views.figures.climate_experiments import (
    Answers,
    Measure,
    answers,
    case_name,
    in_words,
)
from marsward.views.figures.climate_pressure import Cycle, site_cycles
from marsward.views.numbers import digits
from marsward.views.stored_run import StoredPhase
from marsward.views.tables import Table, without_empty

MAIN = (
    "ground, mean", "ground, day range", "air at 50 Pa, mean", "least pressure",
    "air that freezes out",
)  # fmt: skip
"""Measures of the table, as far as they were made; the figure has all."""
_MOST = 5  # measures for which a page has room
_FINE = 0.001  # the finest digit, where it is not finer than the error
KINDS = {"fitted": "fitted", "published": "not fitted"}
"""What readings are called that had a part in the fit, or none."""


def site_pressures(phase: StoredPhase) -> Table:
    """A row for each site: when its pressure is least and most, what readings say; or Missing."""
    ls, cycles = site_cycles(phase)
    head = (
        "place", "height [km]", "least [Pa]", "at Ls", "most [Pa]", "at Ls",
        "readings", "left, mean [%]", "left, rms [%]",
    )  # fmt: skip
    note = (
        "Sol means; ± is 1σ, from the covariance of the fit. Heights are above the areoid. Left: "
        "reading less ours; of readings that had no part in the fit it holds the weather of other "
        "years too."
    )
    rows = tuple(_site(ls, cycle) for cycle in cycles)
    kinds = (False, *[True] * 5, False, True, True)
    return without_empty(Table("Pressure through the year", head, kinds, rows, note))


def _site(ls: np.ndarray, cycle: Cycle) -> tuple[str, ...]:
    low, high = int(np.argmin(cycle.pressure)), int(np.argmax(cycle.pressure))
    told, off = [], np.empty(0)
    for kind, text in KINDS.items():
        if cycle.left(ls, kind).size:
            off = np.concatenate([off, cycle.left(ls, kind)])
            told.append(f"{digits(cycle.left(ls, kind).size)} {text}")
    mean = f"{float(off.mean()):+.2f}".replace("-", "−") if off.size else ""
    return (
        cycle.name, f"{cycle.elevation / 1e3:.2f}".replace("-", "−"),
        with_sigma(float(cycle.pressure[low]), float(cycle.sigma[low])), f"{ls[low]:.0f}°",
        with_sigma(float(cycle.pressure[high]), float(cycle.sigma[high])), f"{ls[high]:.0f}°",
        ", ".join(told), mean, f"{float(np.sqrt(np.mean(off**2))):.2f}" if off.size else "",
    )  # fmt: skip


def experiments(phase: StoredPhase) -> Table:
    """What each experiment changes, and the line that repeats it; Missing without an experiment."""
    found = answers(phase)
    chosen = [m for name in MAIN for m in found.measures if m.name == name]
    chosen = (chosen or list(found.measures))[:_MOST]
    rows = [_control(found, chosen)]
    for k, case in enumerate(found.cases):
        told = (with_sigma(float(m.change[k]), float(m.sigma[k]), sign=True) for m in chosen)
        rows.append((case_name(case), *told, found.lines[k]))
    head = (
        "experiment", *(f"{m.name}{f' [{m.unit}]' if m.unit else ''}" for m in chosen),
        "repeated by --set",
    )  # fmt: skip
    note = (
        "The control's own numbers above, below them what each experiment adds; ± is 1σ, from "
        f"{in_words(phase)}. What all worlds share falls out of a change, whose error may so be "
        "smaller than the control's. Empty: the year of the caps does not know of what was changed."
    )
    numeric = (False, *[True] * len(chosen), False)
    return without_empty(Table("Experiments", head, numeric, tuple(rows), note))


def _control(found: Answers, chosen: list[Measure]) -> tuple[str, ...]:
    return ("control", *(with_sigma(m.control, m.control_sigma) for m in chosen), "")


def with_sigma(value: float, sigma: float, *, sign: bool = False) -> str:
    """A number with its 1σ behind it, as many digits as that bears; empty when not known."""
    if not math.isfinite(value):
        return ""
    plus = "+" if sign and value > 0.0 else ""
    if not (math.isfinite(sigma) and sigma > 0.0):
        return f"{plus}{digits(value, None, 3)}"
    if _FINE <= sigma < 10.0 * _FINE:  # one figure of so small an error is enough
        return f"{plus}{value:.3f}\u00a0±\u00a0{sigma:.3f}".replace("-", "−")
    return f"{plus}{digits(value, sigma)}\u00a0±\u00a0{digits(sigma, sigma)}"
