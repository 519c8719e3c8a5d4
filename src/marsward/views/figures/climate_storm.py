"""What dust does: the same place under clear air and under storms."""

from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, LogLocator

from marsward.views.figures.climate_axes import SERIES, hour_axis
from marsward.views.figures.drawing import Drawing
from marsward.views.figures.map_axes import panel
from marsward.views.numbers import digits
from marsward.views.stored_run import Missing, StoredPhase
from marsward.views.style import colour, new_figure

PRODUCT = "storm"
LEVEL = 50.0  # Pa, some 25 km up
TOP = 0.5  # Pa shown


@dataclass(frozen=True)
class Air:
    """The day of one scenario: temperature (hour, level) [K] on pressures (level) [Pa]."""

    name: str
    dust: float
    temperature: np.ndarray
    pressure: np.ndarray
    ground: np.ndarray
    low_air: np.ndarray

    @property
    def at_level(self) -> float:
        """Mean of the sol at 50 Pa [K]."""
        order = np.argsort(self.pressure)
        mean = self.temperature.mean(axis=0)[order]
        return float(np.interp(np.log(LEVEL), np.log(self.pressure[order]), mean))


def draw(phase: StoredPhase) -> Drawing:
    """Profiles at the left, ground and air by the hour at the right."""
    hour, airs = scenarios(phase)
    figure = new_figure(7.6, 4.3)
    figure.set_layout_engine("none")
    left = panel(figure, 0.7, 0.5, 3.0, 3.4)
    right = [panel(figure, 4.5, bottom, 2.9, 1.5) for bottom in (2.4, 0.5)]
    for number, air in enumerate(airs):
        role, dash = SERIES[number % len(SERIES)]
        text = f"{air.name.replace('-', ' ')}, {air.dust:.2g}"
        _profile(left, air, role, dash, text)
        right[0].plot(hour, air.ground, color=colour(role), ls=dash)
        right[1].plot(hour, air.low_air, color=colour(role), ls=dash)
    _pressure_axis(left, airs)
    for axes, title in zip(right, ("Ground", "Air at 1.6 m"), strict=True):
        axes.set(ylabel="temperature [K]")
        axes.set_title(title, pad=4)
        hour_axis(axes, labels=axes is right[1])
    label = "Temperature by height and hour with and without dust."
    return Drawing(figure, _caption(phase, airs), label)


def scenarios(phase: StoredPhase) -> tuple[np.ndarray, list[Air]]:
    """Hours and scenarios; raises Missing without them."""

    def of(name: str) -> np.ndarray:
        return phase.values(PRODUCT, name).astype(float)

    names = phase.texts(PRODUCT, "case")
    table, pressure, dust = of("temperature"), of("pressure"), of("dust_opacity")
    ground, low = of("ground_temperature"), of("air_temperature")
    if not names or not np.isfinite(table).all():
        raise Missing(f"{phase.folder.name}/{PRODUCT}.nc has no day of a scenario")
    made = [
        Air(name, float(dust[k]), table[k], pressure[k], ground[k], low[k])
        for k, name in enumerate(names)
    ]
    return of("hour"), made


def _profile(axes: Axes, air: Air, role: str, dash: object, text: str) -> None:
    """Mean of the sol with the span between its extremes."""
    seen = air.pressure > TOP
    level = air.pressure[seen]
    table = air.temperature[:, seen]
    hue = colour(role)
    axes.fill_betweenx(level, table.min(axis=0), table.max(axis=0), color=hue, alpha=0.13, lw=0)
    axes.plot(table.mean(axis=0), level, color=hue, ls=dash, label=text)


def _pressure_axis(axes: Axes, airs: list[Air]) -> None:
    most = max(float(air.pressure.max()) for air in airs)
    shown = [air.temperature[:, air.pressure > TOP] for air in airs]
    low, high = min(float(t.min()) for t in shown), max(float(t.max()) for t in shown)
    axes.set(yscale="log", ylim=(1.08 * most, TOP), xlim=(low - 6.0, high + 0.3 * (high - low)),
             xlabel="temperature of the air [K]", ylabel="pressure [Pa]")  # fmt: skip
    axes.yaxis.set_major_locator(LogLocator(numticks=6))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda v, _: f"{v:g}"))
    axes.axhline(LEVEL, color=colour("muted"), lw=0.9, ls=(0, (1, 1)), zorder=1)
    axes.text(0.99, LEVEL, "50 Pa, some\n25 km up", transform=axes.get_yaxis_transform(),
              va="bottom", ha="right", fontsize=7.4, color=colour("muted"))  # fmt: skip
    axes.set_title("The air: sol mean and span of the sol", pad=4)
    axes.legend(title="scenario, optical depth", loc="upper right", fontsize=7.6,
                title_fontsize=7.6, handlelength=2.2)  # fmt: skip


def _caption(phase: StoredPhase, airs: list[Air]) -> str:
    attrs = phase.product(PRODUCT).attrs
    first, last = airs[0], airs[-1]
    warm = last.at_level - first.at_level
    ground, air = (
        f"from {np.ptp(one):.0f} to {np.ptp(two):.0f} K"
        for one, two in ((first.ground, last.ground), (first.low_air, last.low_air))
    )
    change = "warms" if warm > 0.0 else "cools"
    return (
        f"Truth: the column at {attrs.get('place', 'one place')} at Ls {float(attrs['ls']):.0f}° "
        "under each scenario of dust (optical depth in the visible at 610 Pa). From "
        f"{first.name.replace('-', ' ')} to {last.name.replace('-', ' ')} the air at 50 Pa "
        f"{change} by {digits(abs(warm), None, 2)} K, and the swing of a sol goes {ground} at the "
        f"ground, {air} in the air at 1.6 m. Each is a day that has settled under "
        "its dust; winds are not changed by it."
    )
