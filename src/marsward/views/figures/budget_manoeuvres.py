"""What each manoeuvre costs, and what the craft weighs after it."""

import numpy as np
from matplotlib.axes import Axes

from marsward.views.figures.drawing import Drawing, tick
from marsward.views.numbers import digits
from marsward.views.stored_run import Missing, StoredPhase
from marsward.views.style import colour, new_figure

KINDS = {"deterministic": "craft", "statistical": "manoeuvre", "reserve": "moon"}
WORDS = {
    "deterministic": "computed", "statistical": "statistical, 99 %", "reserve": "reserve",
}  # fmt: skip


def draw(phase: StoredPhase) -> Drawing:
    """Velocity changes with margins, and masses after each event; from budget_manoeuvres.nc."""
    names = phase.texts("budget_manoeuvres", "name")
    if not names:
        raise Missing(f"{phase.folder.name}/budget_manoeuvres.nc holds no manoeuvre")
    kinds = phase.texts("budget_manoeuvres", "kind")
    speed, full = (
        np.atleast_1d(phase.values("budget_manoeuvres", each)).astype(float)
        for each in ("dv", "dv_with_margin")
    )
    place = np.arange(len(names), dtype=float)
    figure = new_figure(7.6, 1.6 + 0.31 * max(len(names), 3))
    cost, mass = figure.subplots(1, 2, sharey=True, width_ratios=[1, 1.25])
    _costs(cost, place, speed, full, kinds)
    cost.set_yticks(place, names)
    cost.set_ylim(len(names) - 0.4, -0.6)
    _masses(mass, phase, place)
    figure.legend(loc="outside lower center", ncols=4)
    return Drawing(
        figure,
        _caption(phase, speed, full),
        "Bars of the velocity change of each manoeuvre and of the craft's mass after it.",
    )


def _costs(
    axes: Axes, place: np.ndarray, speed: np.ndarray, full: np.ndarray, kinds: list[str]
) -> None:
    floor = 10.0 ** np.floor(np.log10(max(np.min(speed[speed > 0.0], initial=1e4), 0.1)))
    for kind, role in KINDS.items():
        rows = np.array([each == kind for each in kinds]) & (speed > 0.0)
        if not rows.any():
            continue
        axes.barh(
            place[rows], full[rows] - floor, left=floor, height=0.62, color=colour(role),
            alpha=0.35, lw=0,
        )  # fmt: skip
        axes.barh(
            place[rows], speed[rows] - floor, left=floor, height=0.62, color=colour(role), lw=0,
            label=WORDS[kind],
        )  # fmt: skip
    axes.set_xscale("log")
    axes.set_xlim(floor, 4.0 * max(float(full.max()), 10.0 * floor))
    axes.grid(axis="y", visible=False)
    for row, value in zip(place, full, strict=True):
        if value > 0.0:
            axes.annotate(
                digits(float(value), None, 3), (value, row), xytext=(3, 0),
                textcoords="offset points", va="center", fontsize=7.8,
            )  # fmt: skip
    axes.xaxis.set_major_formatter(lambda v, _: tick(v))
    axes.set(xlabel="velocity change [m/s], pale: margin")
    axes.set_title("Velocity")


def _masses(axes: Axes, phase: StoredPhase, place: np.ndarray) -> None:
    left, dropped = (
        np.atleast_1d(phase.values("budget_manoeuvres", each)).astype(float)
        for each in ("propellant_left", "dropped")
    )
    dry, residue, spare = (
        float(phase.values("budget_manoeuvres", each))
        for each in ("dry_mass", "residual", "propellant_margin")
    )
    aboard = dropped[::-1].cumsum()[::-1] - dropped  # what is still to be let go after each event
    parts = (
        ("dry", np.full(place.size, dry), "muted"),
        ("carried to be let go", aboard, "mars"),
        ("residue", np.full(place.size, residue), "grid"),
        ("free propellant", np.full(place.size, spare), "earth"),
        ("propellant for what comes", np.maximum(left - residue - spare, 0.0), "sun"),
    )
    base = np.zeros(place.size)
    for word, size, role in parts:
        if size.max() > 0.0:
            axes.barh(place, size, left=base, height=0.62, color=colour(role), lw=0, label=word)
            base = base + size
    axes.grid(axis="y", visible=False)
    axes.tick_params(axis="y", length=0)
    axes.xaxis.set_major_formatter(lambda v, _: tick(v))
    axes.set(xlabel="mass [kg]")
    axes.set_title("Mass of the craft after each")


def _caption(phase: StoredPhase, speed: np.ndarray, full: np.ndarray) -> str:
    loaded, spare = (
        float(phase.values("budget_manoeuvres", each))
        for each in ("propellant_loaded", "propellant_margin")
    )
    free = digits(spare if spare > 1e-3 else 0.0, None, 3)
    return (
        f"{digits(float(speed.sum()), None, 4)} m/s, with margins "
        f"{digits(float(full.sum()), None, 4)} m/s. Of {digits(loaded, None, 4)} kg of propellant "
        f"{free} kg stay free above the residue in the tanks."
    )
