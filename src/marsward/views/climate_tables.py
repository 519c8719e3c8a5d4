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
    "air that freezes out", "northern cap, most", "southern cap, most",
)  # fmt: skip
"""Measures of the table, as far as they were made; the figure has all."""
_MOST = 7
"""Measures for which a page has room."""


def site_pressures(phase: StoredPhase) -> Table:
    """A row for each site: when its pressure is least and most, what readings say; or Missing."""
    ls, cycles = site_cycles(phase)
    head = (
        "place", "height [km]", "least [Pa]", "at Ls", "most [Pa]", "at Ls",
        "readings fitted", "left, rms [%]", "readings not fitted", "left, rms [%]", "mean [%]",
    )  # fmt: skip
    note = (
        "Sol means; ± is 1σ, from the covariance of the fit. Heights are above the areoid. Left: "
        "reading less ours; of readings that were not fitted it holds the weather of other years "
        "and what a lander's own ground adds."
    )
    rows = tuple(_site(ls, cycle) for cycle in cycles)
    kinds = (False, *[True] * (len(head) - 1))
    return without_empty(Table("Pressure through the year", head, kinds, rows, note))


def _site(ls: np.ndarray, cycle: Cycle) -> tuple[str, ...]:
    low, high = int(np.argmin(cycle.pressure)), int(np.argmax(cycle.pressure))
    left = []
    for kind in ("fitted", "published"):
        off = cycle.left(ls, kind)
        rms = digits(float(np.sqrt(np.mean(off**2))), None, 2) if off.size else ""
        left += [digits(off.size) if off.size else "", rms]
    mean = f"{float(off.mean()):+.2f}".replace("-", "−") if off.size else ""
    return (
        cycle.name, f"{cycle.elevation / 1e3:.2f}".replace("-", "−"),
        with_sigma(float(cycle.pressure[low]), float(cycle.sigma[low])), f"{ls[low]:.0f}°",
        with_sigma(float(cycle.pressure[high]), float(cycle.sigma[high])), f"{ls[high]:.0f}°",
        *left, mean,
    )  # fmt: skip


def experiments(phase: StoredPhase) -> Table:
    """What each experiment changes, and the line that repeats it; Missing without an experiment."""
    found = answers(phase)
    chosen = [m for name in MAIN for m in found.measures if m.name == name]
    chosen = (chosen or list(found.measures))[:_MOST]
    rows = [_control(found, chosen)]
    for k, case in enumerate(found.cases):
        told = (with_sigma(float(m.change[k]), float(m.sigma[k]), sign=True) for m in chosen)
        rows.append((case_name(case), *told, f"--set {found.lines[k]}" if found.lines[k] else ""))
    head = (
        "experiment", *(f"{m.name}{f' [{m.unit}]' if m.unit else ''}" for m in chosen),
        "the line that repeats it",
    )  # fmt: skip
    note = (
        "The control's own numbers above, below them what each experiment adds; ± is 1σ over "
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
    return f"{plus}{digits(value, sigma)}\u00a0±\u00a0{digits(sigma, sigma)}"
