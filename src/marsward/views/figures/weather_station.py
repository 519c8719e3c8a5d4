"""What a weather station told: pressure and temperature by the hour, sol means with errors."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from marsward.views.figures.climate_axes import hour_axis
from marsward.views.figures.drawing import Drawing
from marsward.views.figures.map_axes import east, north, panel
from marsward.views.numbers import digits
from marsward.views.stored_run import Missing, StoredPhase
from marsward.views.style import DOTS, colour, new_figure

SERIES, SOLS = "weather", "weather_sols"
MOST = 6000  # dots of a panel


def draw(phase: StoredPhase) -> Drawing:
    """Readings by hour at the left, sol means against the truth at the right."""
    hour = phase.values(SERIES, "ltst").astype(float)
    pressure, air = (
        phase.values(SERIES, name).astype(float) for name in ("pressure", "air_temperature")
    )
    if not np.isfinite(pressure).any():
        raise Missing(f"{phase.folder.name}/{SERIES}.nc has no reading of pressure")
    figure = new_figure(7.6, 4.5)
    figure.set_layout_engine("none")
    _hours(panel(figure, 0.7, 2.6, 2.9, 1.55), hour, pressure, "pressure [Pa]", "Pressure", False)
    _hours(panel(figure, 0.7, 0.5, 2.9, 1.55), hour, air, "temperature [K]", "Air", True)
    _means(figure, phase)
    return Drawing(figure, _caption(phase, pressure), "Weather by hour, and sol means with errors.")


def _hours(
    axes: Axes, hour: np.ndarray, values: np.ndarray, label: str, title: str, last: bool
) -> None:
    step = max(1, hour.size // MOST)
    axes.plot(hour[::step], values[::step], ".", ms=2.2, mew=0, color=DOTS, alpha=0.6,
              rasterized=True)  # fmt: skip
    axes.set(ylabel=label)
    axes.set_title(f"{title}: every reading by the hour", pad=4)
    hour_axis(axes, labels=last)


def _means(figure: Figure, phase: StoredPhase) -> None:
    """Sol means with their errors beside the true ones, and what was missed."""
    sol, known, sigma, true = (
        phase.values(SOLS, name).astype(float)
        for name in ("sol", "pressure_mean", "pressure_mean_sigma", "true_pressure_mean")
    )
    top, below = (panel(figure, 4.5, bottom, 2.9, 1.55) for bottom in (2.6, 0.5))
    top.plot(sol, true, color=colour("ink"), lw=1.2, ls=(0, (1, 1)), label="true")
    top.plot(sol, known, ".", ms=4, color=colour("earth"), label="found")
    top.legend(loc="best", fontsize=7.8)
    top.set(ylabel="pressure [Pa]")
    top.tick_params(labelbottom=False)
    top.set_title("Mean of each sol", pad=4)
    below.fill_between(sol, -sigma, sigma, color=colour("muted"), alpha=0.18, lw=0,
                       label="stated, 1σ")  # fmt: skip
    below.plot(sol, known - true, ".", ms=4, color=colour("earth"))
    below.legend(loc="lower right", fontsize=7.6)
    below.axhline(0.0, color=colour("ink"), lw=0.8)
    below.set(xlabel="sol of the station", ylabel="found − true [Pa]")
    below.set_title("Against the truth", pad=4)


def _caption(phase: StoredPhase, pressure: np.ndarray) -> str:
    attrs = phase.product(SERIES).attrs
    known, true, sigma = (
        phase.values(SOLS, name).astype(float)
        for name in ("pressure_mean", "true_pressure_mean", "pressure_mean_sigma")
    )
    off = known - true
    chi2 = float(np.mean((off / sigma) ** 2))
    return (
        f"The station {attrs.get('instrument', '')} at {north(round(float(attrs['lat']), 2))}, "
        f"{east(round(float(attrs['lon']), 2))}: {digits(int(np.isfinite(pressure).sum()))} "
        f"readings on {digits(known.size)} sols. At the right what they say of each sol's mean: "
        f"off by {digits(float(np.sqrt(np.mean(off**2))), None, 2)} Pa rms, stated "
        f"{digits(float(np.sqrt(np.mean(sigma**2))), None, 2)} Pa; mean square of the errors over "
        f"their stated size {digits(chi2, None, 2)}: nearly all of it is the sensor's own bias, "
        "drawn once, which all sols share."
    )
