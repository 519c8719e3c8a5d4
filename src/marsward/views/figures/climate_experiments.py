"""How the air makes the climate: each experiment's answer with its error."""

import re
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from marsward.views.figures.drawing import Drawing
from marsward.views.figures.map_axes import panel
from marsward.views.numbers import digits
from marsward.views.stored_run import Missing, StoredPhase
from marsward.views.style import colour, new_figure

PRODUCT = "experiments"
COLUMNS = 3
UNITS = {"W m-2": "W m⁻²", "1e15 kg": "10¹⁵ kg"}


@dataclass(frozen=True)
class Measure:
    """One number that every experiment changes: change and its 1σ by case."""

    name: str
    unit: str
    control: float
    control_sigma: float
    change: np.ndarray
    sigma: np.ndarray


@dataclass(frozen=True)
class Answers:
    """Experiments without the control: what each changes and the line that repeats it."""

    cases: tuple[str, ...]
    lines: tuple[str, ...]
    measures: tuple[Measure, ...]


def draw(phase: StoredPhase) -> Drawing:
    """A panel for each measure: change against the control, experiment by experiment."""
    found = answers(phase)
    rows = -(-len(found.measures) // COLUMNS)
    tall = 0.21 * len(found.cases) + 0.1
    height = rows * (tall + 0.68) + 0.08
    figure = new_figure(7.6, height)
    figure.set_layout_engine("none")
    for number, measure in enumerate(found.measures):
        row, column = divmod(number, COLUMNS)
        bottom = height - (row + 1) * (tall + 0.68) + 0.42
        axes = panel(figure, 1.55 + 2.05 * column, bottom, 1.8, tall)
        _bars(axes, found.cases, measure, named=column == 0)
    label = "What each experiment changes in the climate, with errors."
    return Drawing(figure, _caption(phase), label)


def answers(phase: StoredPhase) -> Answers:
    """Experiments and measures; raises Missing without any."""
    cases, names = phase.texts(PRODUCT, "case"), phase.texts(PRODUCT, "measure")
    units = phase.texts(PRODUCT, "unit")
    value, spread, change, sigma = (
        phase.values(PRODUCT, name).astype(float)
        for name in ("value", "sigma", "change", "change_sigma")
    )
    lines = [""] * len(cases)
    if "line" in phase.product(PRODUCT):
        lines = phase.texts(PRODUCT, "line")
    if len(cases) < 2:
        raise Missing(f"{phase.folder.name}/{PRODUCT}.nc has no experiment")
    made = (
        Measure(name, UNITS.get(units[k], units[k]), float(value[0, k]), float(spread[0, k]),
                change[1:, k], sigma[1:, k])
        for k, name in enumerate(names)
        if np.isfinite(change[1:, k]).any()
    )  # fmt: skip
    return Answers(tuple(cases[1:]), tuple(lines[1:]), tuple(made))


def case_name(name: str) -> str:
    """An experiment as readers write it: obliquity 35 deg -> obliquity 35°."""
    return re.sub(r"(?<=\d) deg\b", "°", name)


def in_words(phase: StoredPhase) -> str:
    """Of what the errors are told."""
    causes = phase.product(PRODUCT).attrs.get("error_causes", "what is not certain")
    return f"the errors of {causes}, to first order"


def _bars(axes: Axes, cases: tuple[str, ...], measure: Measure, *, named: bool) -> None:
    place = -np.arange(len(cases), dtype=float)
    there = np.isfinite(measure.change)
    warm = np.where(measure.change > 0.0, colour("mars"), colour("earth"))
    axes.barh(place[there], measure.change[there], height=0.62, color=list(warm[there]), alpha=0.8)
    axes.errorbar(
        measure.change[there], place[there], xerr=np.nan_to_num(measure.sigma[there]), fmt="none",
        ecolor=colour("ink"), elinewidth=1.0, capsize=2.2,
    )  # fmt: skip
    axes.axvline(0.0, color=colour("ink"), lw=0.8)
    far = float(np.nanmax(np.abs(measure.change) + np.nan_to_num(measure.sigma))) or 1.0
    for at, change, sigma in zip(place, measure.change, measure.sigma, strict=True):
        side = -1.0 if change > 0.0 else 1.0
        clear = max(float(np.nan_to_num(sigma)) - abs(float(np.nan_to_num(change))), 0.0)
        axes.text(
            side * (clear + 0.05 * far), at, _told(change, far), fontsize=7.0,
            va="center_baseline", ha="right" if side < 0.0 else "left", color=colour("muted"),
        )  # fmt: skip
    axes.set(xlim=(-1.12 * far, 1.12 * far), ylim=(place[-1] - 0.6, 0.6))
    axes.set_yticks(place, [case_name(c) for c in cases] if named else [""] * len(cases),
                    fontsize=7.6)  # fmt: skip
    axes.tick_params(axis="y", length=0)
    axes.set_title(measure.name, pad=3, fontsize=8.2)
    control = digits(measure.control, measure.control_sigma or None, 3)
    axes.set_xlabel(f"change [{measure.unit or '1'}]; control {control}", fontsize=7.4, labelpad=1)
    axes.tick_params(axis="x", labelsize=7.2)
    axes.xaxis.set_major_locator(MaxNLocator(5))
    axes.grid(axis="y", visible=False)


def _told(change: float, far: float) -> str:
    """A change to a hundredth of the panel's width; the table has what is finer."""
    if not np.isfinite(change):
        return "not asked"
    places = max(2 - int(np.floor(np.log10(far))), 0) if far > 0.0 else 0
    text = f"{change:+.{places}f}"
    return text.replace("-", "−") if text.strip("+-0.") else text.strip("+-")


def _caption(phase: StoredPhase) -> str:
    attrs = phase.product(PRODUCT).attrs
    season = f", Ls {float(attrs['ls']):.0f}°" if "ls" in attrs else ""
    return (
        "Truth: what changes against the control when one thing is changed, by experiment. Red and "
        f"to the right: more; blue: less; bars of error: 1σ, from {in_words(phase)}. Ground, air "
        f"and pressure are those of {attrs.get('place', 'one place')}{season}; what freezes out "
        "and the caps are those of the planet. Not asked: the year of the caps does not know of "
        "what was changed."
    )
