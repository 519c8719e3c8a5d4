"""The year of the air's pressure at landing sites, beside what landers read there."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from marsward.views.figures.climate_axes import SERIES, closed_year, season_axis
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

    def left(self, ls: np.ndarray, kind: str) -> np.ndarray:
        """Readings of a kind less this pressure [%]."""
        at, read = self.readings[kind]
        return np.asarray(100.0 * (read / np.interp(at, ls, self.pressure, period=360.0) - 1.0))


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
    return Drawing(
        figure, _caption(phase, ls, cycles), "Surface pressure by season at landing sites."
    )


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
    year, pressure, sigma = closed_year(ls, cycle.pressure, cycle.sigma)
    top.fill_between(year, pressure - sigma, pressure + sigma, color=hue, alpha=0.18, lw=0)
    top.plot(year, pressure, color=hue, ls=dash)
    far = 0.0
    for kind, (at, read) in cycle.readings.items():
        mark, size = MARKS[kind]
        face = hue if kind == "fitted" else colour("card")
        style: dict[str, Any] = {"ls": "", "marker": mark, "ms": size, "mec": hue, "mfc": face,
                                 "mew": 1.0}  # fmt: skip
        top.plot(at, read, zorder=4, **style)
        if at.size:
            off = cycle.left(ls, kind)
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
    for kind, text in (("fitted", "readings\nthat were fitted"), ("published", "not fitted")):
        if not any(cycle.readings[kind][0].size for cycle in cycles):
            continue
        mark, size = MARKS[kind]
        face = colour("muted") if kind == "fitted" else colour("card")
        axes.plot([], [], ls="", marker=mark, ms=size, mec=colour("muted"), mfc=face, label=text)
    axes.legend(loc="upper left", borderaxespad=0.0, labelspacing=0.9, handlelength=2.4)


def _caption(phase: StoredPhase, ls: np.ndarray, cycles: list[Cycle]) -> str:
    low, high = (
        [float(ls[int(pick(cycle.pressure))]) for cycle in cycles]
        for pick in (np.argmin, np.argmax)
    )
    text = (
        "Sol-mean pressure by the Sun's season Ls as the carbon dioxide of the caps comes and goes "
        "(shade: 1σ, from the covariance of the fit): least "
        f"{_when(low)} and most {_when(high)}. "
        "Heights are above the areoid."
    )
    fit, other = (
        np.concatenate([cycle.left(ls, kind) for cycle in cycles]) for kind in MARKS
    )  # fmt: skip
    if fit.size:
        attrs = phase.product(PRODUCT).attrs
        rms = 100.0 * float(attrs.get("fit_rms", 1e-2 * np.sqrt(np.mean(fit**2))))
        data = str(attrs.get("fit_data", ""))
        text += (
            " Filled marks: readings that the cycle was fitted to"
            + (f" ({data}; not all are drawn)" if data else "")
            + f", which it leaves by {digits(rms, None, 2)} % rms."
        )
    if other.size:
        rms = float(np.sqrt(np.mean(other**2)))
        text += (
            " Open marks: what landers read that had no part in the fit, "
            f"{digits(rms, None, 2)} % rms off."
        )
    return text


def _when(seasons: list[float]) -> str:
    first, last = min(seasons), max(seasons)
    return f"at Ls {first:.0f}°" if first == last else f"at Ls {first:.0f}° to {last:.0f}°"
