"""How the air makes the climate: each experiment's answer with its error."""

from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from marsward.views.figures.drawing import Drawing
from marsward.views.figures.map_axes import panel
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
    change: np.ndarray
    sigma: np.ndarray


def draw(phase: StoredPhase) -> Drawing:
    """A panel for each measure: change against the control, experiment by experiment."""
    cases, measures = answers(phase)
    rows = -(-len(measures) // COLUMNS)
    tall = 0.2 * len(cases) + 0.1
    height = rows * (tall + 0.66) + 0.08
    figure = new_figure(7.6, height)
    figure.set_layout_engine("none")
    for number, measure in enumerate(measures):
        row, column = divmod(number, COLUMNS)
        bottom = height - (row + 1) * (tall + 0.66) + 0.4
        axes = panel(figure, 1.52 + 2.05 * column, bottom, 1.85, tall)
        _bars(axes, cases, measure, named=column == 0)
    label = "What each experiment changes in the climate, with errors."
    return Drawing(figure, _caption(phase, cases), label)


def answers(phase: StoredPhase) -> tuple[list[str], list[Measure]]:
    """Experiments and measures; raises Missing without any."""
    cases, names = phase.texts(PRODUCT, "case"), phase.texts(PRODUCT, "measure")
    units = phase.texts(PRODUCT, "unit")
    value, change, sigma = (
        phase.values(PRODUCT, name).astype(float) for name in ("value", "change", "change_sigma")
    )
    if len(cases) < 2:
        raise Missing(f"{phase.folder.name}/{PRODUCT}.nc has no experiment")
    made = [
        Measure(
            name, UNITS.get(units[k], units[k]), float(value[0, k]), change[1:, k], sigma[1:, k]
        )
        for k, name in enumerate(names)
        if np.isfinite(change[1:, k]).any()
    ]
    return cases[1:], made


def _bars(axes: Axes, cases: list[str], measure: Measure, *, named: bool) -> None:
    place = -np.arange(len(cases), dtype=float)
    there = np.isfinite(measure.change)
    warm = np.where(measure.change > 0.0, colour("mars"), colour("earth"))
    axes.barh(place[there], measure.change[there], height=0.62, color=list(warm[there]), alpha=0.8)
    axes.errorbar(
        measure.change[there], place[there], xerr=np.nan_to_num(measure.sigma[there]), fmt="none",
        ecolor=colour("ink"), elinewidth=1.0, capsize=2.5,
    )  # fmt: skip
    axes.axvline(0.0, color=colour("ink"), lw=0.8)
    far = np.nanmax(np.abs(measure.change) + np.nan_to_num(measure.sigma)) or 1.0
    axes.set(xlim=(-1.12 * far, 1.12 * far), ylim=(place[-1] - 0.6, 0.6))
    axes.set_yticks(place, cases if named else [""] * len(cases), fontsize=7.6)
    axes.tick_params(axis="y", length=0)
    unit = f" {measure.unit}" if measure.unit else ""
    axes.set_title(f"{measure.name}: {measure.control:.3g}{unit}", pad=3, fontsize=7.8)
    axes.set_xlabel(f"change [{measure.unit or '1'}]", fontsize=7.6, labelpad=1)
    axes.tick_params(axis="x", labelsize=7.4)
    axes.xaxis.set_major_locator(MaxNLocator(5))
    axes.grid(axis="y", visible=False)


def _caption(phase: StoredPhase, cases: list[str]) -> str:
    attrs = phase.product(PRODUCT).attrs
    return (
        "Truth: what changes against the control when one thing is changed, by experiment; the "
        "number behind each title is the control's. Red: more, blue: less; bars of error: 1σ, "
        f"from {attrs.get('members', 'several')} worlds that differ by the errors of dust, albedo, "
        "thermal inertia and of the fitted caps. "
        f"Columns stand at {attrs.get('place', 'one place')}. Each is repeated by one line of the "
        "mission file, which the table of the phase gives."
    )
