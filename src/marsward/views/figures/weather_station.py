"""What a weather station told: pressure and temperature by the hour, sol means with errors."""

from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes

from marsward.views.figures.climate_axes import hour_axis
from marsward.views.figures.drawing import Drawing
from marsward.views.figures.map_axes import east, north, panel
from marsward.views.numbers import digits
from marsward.views.stored_run import Missing, StoredPhase
from marsward.views.style import DOTS, colour, new_figure

SERIES, SOLS = "weather", "weather_sols"
MOST = 6000  # dots of a panel


@dataclass(frozen=True)
class Sols:
    """Mean pressure of each sol [Pa]: found, true, whole error and that without what sols share."""

    sol: np.ndarray
    found: np.ndarray
    true: np.ndarray
    sigma: np.ndarray
    noise: np.ndarray | None

    @property
    def off(self) -> np.ndarray:
        """Found less true [Pa]."""
        return self.found - self.true

    @property
    def shared(self) -> float:
        """What all sols are off by [Pa]."""
        return float(self.off.mean())


def draw(phase: StoredPhase) -> Drawing:
    """Readings by hour at the left, sol means against the truth at the right."""
    hour = phase.values(SERIES, "ltst").astype(float)
    pressure, air = (
        phase.values(SERIES, name).astype(float) for name in ("pressure", "air_temperature")
    )
    if not np.isfinite(pressure).any():
        raise Missing(f"{phase.folder.name}/{SERIES}.nc has no reading of pressure")
    sols = sols_of(phase)
    figure = new_figure(7.6, 4.5)
    figure.set_layout_engine("none")
    _hours(panel(figure, 0.7, 2.6, 2.9, 1.55), hour, pressure, "pressure [Pa]", "Pressure", False)
    _hours(panel(figure, 0.7, 0.5, 2.9, 1.55), hour, air, "temperature [K]", "Air", True)
    _means(panel(figure, 4.5, 2.6, 2.9, 1.55), sols)
    _against(panel(figure, 4.5, 0.5, 2.9, 1.55), sols)
    label = "Weather by hour, and sol means with errors."
    return Drawing(figure, _caption(phase, pressure, sols), label)


def sols_of(phase: StoredPhase) -> Sols:
    """Means of the sols; raises Missing without any."""
    sol, found, true, sigma = (
        phase.values(SOLS, name).astype(float)
        for name in ("sol", "pressure_mean", "true_pressure_mean", "pressure_mean_sigma")
    )
    if not sol.size:
        raise Missing(f"{phase.folder.name}/{SOLS}.nc has no sol with a mean")
    noise = None
    if "pressure_mean_noise" in phase.product(SOLS):
        noise = phase.values(SOLS, "pressure_mean_noise").astype(float)
    return Sols(sol, found, true, sigma, noise)


def _hours(
    axes: Axes, hour: np.ndarray, values: np.ndarray, label: str, title: str, last: bool
) -> None:
    step = max(1, hour.size // MOST)
    axes.plot(hour[::step], values[::step], ".", ms=2.2, mew=0, color=DOTS, alpha=0.6,
              rasterized=True)  # fmt: skip
    axes.set(ylabel=label)
    axes.set_title(f"{title}: every reading by the hour", pad=4)
    hour_axis(axes, labels=last)


def _means(axes: Axes, sols: Sols) -> None:
    """Sol means beside the true ones."""
    axes.plot(sols.sol, sols.true, color=colour("ink"), lw=1.2, ls=(0, (1, 1)), label="true")
    axes.plot(sols.sol, sols.found, ".", ms=4, color=colour("earth"), label="found")
    low, high = axes.get_ylim()
    axes.set(ylabel="pressure [Pa]", ylim=(low, high + 0.22 * (high - low)))
    axes.legend(loc="upper right", fontsize=7.8, ncols=2, borderaxespad=0.1)
    axes.tick_params(labelbottom=False)
    axes.set_title("Mean of each sol", pad=4)


def _against(axes: Axes, sols: Sols) -> None:
    """What was missed: without what all sols share, where its own error is known."""
    if sols.noise is None:
        axes.fill_between(sols.sol, -sols.sigma, sols.sigma, color=colour("muted"), alpha=0.18,
                          lw=0, label="stated, 1σ")  # fmt: skip
        axes.plot(sols.sol, sols.off, ".", ms=4, color=colour("earth"))
        axes.set_title("Against the truth", pad=4)
    else:
        axes.errorbar(
            sols.sol, sols.off - sols.shared, sols.noise, fmt=".", ms=4, elinewidth=0.8,
            color=colour("earth"), label="1σ of the noise",
        )  # fmt: skip
        axes.set_title("Scatter about the shared offset", pad=4)
        low, high = axes.get_ylim()
        axes.set_ylim(low, high + 0.22 * (high - low))
    axes.axhline(0.0, color=colour("ink"), lw=0.8)
    what = "found − true [Pa]" if sols.noise is None else "scatter [Pa]"
    axes.set(xlabel="sol of the station", ylabel=what)
    axes.legend(loc="upper right", fontsize=7.6, borderaxespad=0.1)


def _caption(phase: StoredPhase, pressure: np.ndarray, sols: Sols) -> str:
    attrs = phase.product(SERIES).attrs
    text = (
        f"The station {attrs.get('instrument', '')} at {north(round(float(attrs['lat']), 2))}, "
        f"{east(round(float(attrs['lon']), 2))}: {digits(int(np.isfinite(pressure).sum()))} "
        f"readings on {digits(sols.sol.size)} sols. At the right what they say of each sol's mean: "
    )
    stated = digits(float(np.sqrt(np.mean(sols.sigma**2))), None, 2)
    if sols.noise is None or sols.sol.size < 2:
        rms = digits(float(np.sqrt(np.mean(sols.off**2))), None, 2)
        return f"{text}off by {rms} Pa rms, stated {stated} Pa.{_wave(phase)}"
    scatter = digits(float(sols.off.std(ddof=1)), None, 2)
    noise = digits(float(np.median(sols.noise)), None, 2)
    return (
        f"{text}all sols share an offset of {digits(sols.shared, None, 2)} Pa, the sensor's own, "
        f"which may be {stated} Pa (1σ); beside it they scatter by {scatter} Pa, stated "
        f"{noise} Pa (median).{_wave(phase)}"
    )


def _wave(phase: StoredPhase) -> str:
    """The daily wave of the pressure, found and true."""
    stored = phase.product(SOLS)
    if not {"tide", "tide_sigma", "true_tide"} <= set(stored.variables):
        return ""
    found, sigma, true = (
        phase.values(SOLS, name).astype(float)[:, 0] for name in ("tide", "tide_sigma", "true_tide")
    )
    spread = float(np.median(sigma))
    return (
        f" Pressure swings once a sol by {digits(float(found.mean()), spread)} Pa to either side "
        f"(1σ of one sol {digits(spread, spread)} Pa); truly by "
        f"{digits(float(true.mean()), spread)} Pa."
    )
