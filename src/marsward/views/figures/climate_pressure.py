"""The year of the air's pressure at landing sites, beside what landers read there."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from marsward.views.figures.climate_axes import SERIES, season_axis
from marsward.views.figures.drawing import Drawing
from marsward.views.figures.map_axes import panel
from marsward.views.numbers import digits
from marsward.views.stored_run import Missing, StoredPhase
from marsward.views.style import colour, new_figure

PRODUCT = "pressure_cycle"
MARKS = {"fitted": ("o", 3.2), "published": ("D", 4.6)}


@dataclass(frozen=True)
class Cycle:
    """Pressure of one site by season [Pa], and what was read there: (ls, pressure) by kind."""

    name: str
    elevation: float
    pressure: np.ndarray
    sigma: np.ndarray
    readings: dict[str, tuple[np.ndarray, np.ndarray]]


def draw(phase: StoredPhase) -> Drawing:
    """Curves with their errors and the readings above; what is left of the readings below."""
    ls, cycles = site_cycles(phase)
    figure = new_figure(7.6, 5.6)
    figure.set_layout_engine("none")
    top = panel(figure, 0.7, 2.15, 5.2, 3.1)
    below = panel(figure, 0.7, 0.5, 5.2, 1.2)
    far = 1.0
    for number, cycle in enumerate(cycles):
        role, dash = SERIES[number % len(SERIES)]
        far = max(far, _curve(top, below, ls, cycle, role, dash))
    top.set(ylabel="sol-mean pressure [Pa]")
    season_axis(top, labels=False)
    season_axis(below)
    below.axhline(0.0, color=colour("ink"), lw=0.8, zorder=1)
    below.set(ylabel="reading − ours [%]", ylim=(-1.15 * far, 1.15 * far))
    top.set_title("Pressure through the year", pad=4)
    below.set_title("What is left of the readings", pad=4)
    _legend(figure, cycles)
    return Drawing(figure, _caption(ls, cycles), "Surface pressure by season at landing sites.")


def site_cycles(phase: StoredPhase) -> tuple[np.ndarray, list[Cycle]]:
    """Seasons [deg] and the sites; raises Missing without a pressure."""

    def of(name: str) -> np.ndarray:
        return phase.values(PRODUCT, name).astype(float)

    names, kinds = phase.texts(PRODUCT, "name"), np.array(phase.texts(PRODUCT, "reading_kind"))
    site, ls_read, read = of("reading_site"), of("reading_ls"), of("reading_pressure")
    pressure, sigma, elevation = (
        of(name) for name in ("surface_pressure", "surface_pressure_sigma", "elevation")
    )
    if not names or not np.isfinite(pressure).all():
        raise Missing(f"{phase.folder.name}/{PRODUCT}.nc has no pressure of a site")
    made = []
    for k, name in enumerate(names):
        mine = {
            kind: (ls_read[(site == k) & (kinds == kind)], read[(site == k) & (kinds == kind)])
            for kind in MARKS
        }
        made.append(Cycle(name, float(elevation[k]), pressure[k], sigma[k], mine))
    return of("ls"), made


def _curve(top: Axes, below: Axes, ls: np.ndarray, cycle: Cycle, role: str, dash: object) -> float:
    """One site; gives the largest residual [%]."""
    hue = colour(role)
    top.fill_between(ls, cycle.pressure - cycle.sigma, cycle.pressure + cycle.sigma, color=hue,
                     alpha=0.18, lw=0)  # fmt: skip
    top.plot(ls, cycle.pressure, color=hue, ls=dash)
    far = 0.0
    for kind, (at, read) in cycle.readings.items():
        mark, size = MARKS[kind]
        face = hue if kind == "fitted" else colour("card")
        style: dict[str, Any] = {
            "ls": "",
            "marker": mark,
            "ms": size,
            "mec": hue,
            "mfc": face,
            "mew": 1.0,
        }
        top.plot(at, read, zorder=4, **style)
        if at.size:
            off = 100.0 * (read / np.interp(at, ls, cycle.pressure, period=360.0) - 1.0)
            below.plot(at, off, zorder=4, **style)
            far = max(far, float(np.abs(off).max()))
    return far


def _legend(figure: Figure, cycles: list[Cycle]) -> None:
    """Sites by line, readings by mark, at the right."""
    axes = panel(figure, 6.0, 0.5, 1.6, 4.75)
    axes.axis("off")
    for number, cycle in enumerate(cycles):
        role, dash = SERIES[number % len(SERIES)]
        text = f"{cycle.name}\n{cycle.elevation / 1e3:+.1f} km".replace("-", "−")
        axes.plot([], [], color=colour(role), ls=dash, label=text)
    for kind, (mark, size) in MARKS.items():
        face = colour("muted") if kind == "fitted" else colour("card")
        text = "readings that were fitted" if kind == "fitted" else "published, not fitted"
        axes.plot([], [], ls="", marker=mark, ms=size, mec=colour("muted"), mfc=face,
                  label=text.replace(" that", "\nthat").replace(", ", ",\n"))  # fmt: skip
    axes.legend(loc="upper left", borderaxespad=0.0, labelspacing=0.9, handlelength=1.8)


def _caption(ls: np.ndarray, cycles: list[Cycle]) -> str:
    told = []
    for cycle in cycles:
        low, high = int(np.argmin(cycle.pressure)), int(np.argmax(cycle.pressure))
        told.append(
            f"{cycle.name} {digits(float(cycle.pressure[low]), None, 3)} Pa at Ls {ls[low]:.0f}° "
            f"to {digits(float(cycle.pressure[high]), None, 3)} Pa at Ls {ls[high]:.0f}°"
        )
    fit = [
        100.0 * (read / np.interp(at, ls, c.pressure, period=360.0) - 1.0)
        for c in cycles for at, read in [c.readings["fitted"]] if at.size
    ]  # fmt: skip
    rms = float(np.sqrt(np.mean(np.concatenate(fit) ** 2))) if fit else float("nan")
    return (
        "Sol-mean pressure by the Sun's season Ls as the carbon dioxide of the caps comes and goes "
        f"(shade: 1σ, from the covariance of the fit): {'; '.join(told)}. Filled marks: the "
        "readings that the cycle was fitted to"
        + (f", which it leaves by {digits(rms, None, 2)} % rms" if fit else "")
        + ". Open marks: published figures of landers that were not fitted. Heights are above the "
        "areoid."
    )
