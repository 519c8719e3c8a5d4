"""The air over one place by hour and height, with the ground under it, in several seasons."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from matplotlib import colormaps
from matplotlib.axes import Axes
from matplotlib.colors import Normalize
from matplotlib.patheffects import withStroke
from matplotlib.ticker import MultipleLocator

from marsward.views.figures.climate_axes import hour_axis
from marsward.views.figures.drawing import Drawing
from marsward.views.figures.map_axes import LEVELS, colour_bar, east, north, panel
from marsward.views.stored_run import Missing, StoredPhase
from marsward.views.style import colour, new_figure

PRODUCT = "column_days"
TOP = 12.0  # km shown, more where the boundary layer grows higher
MOST = 4  # seasons shown


@dataclass(frozen=True)
class Days:
    """Days of one site: (season, hour[, level])."""

    name: str
    lon: float
    lat: float
    season: np.ndarray
    hour: np.ndarray
    height: np.ndarray
    air: np.ndarray
    ground: np.ndarray
    low_air: np.ndarray
    layer: np.ndarray
    dust: np.ndarray

    @property
    def top(self) -> float:
        """Height shown [km]."""
        return max(TOP, 2.0 * np.ceil(0.55 * float(self.layer[:MOST].max()) / 1e3))


def draw(phase: StoredPhase) -> Drawing:
    """For each season the air by hour and height above, ground and air at 1.6 m below."""
    days = site_days(phase)
    shown = min(days.season.size, MOST)
    wide = (6.2 - 0.18 * (shown - 1)) / shown
    figure = new_figure(7.6, 4.75)
    figure.set_layout_engine("none")
    air = days.air[np.broadcast_to((days.height < 1e3 * days.top)[:, None, :], days.air.shape)]
    norm = Normalize(10 * np.floor(air.min() / 10), 10 * np.ceil(air.max() / 10))
    span = [days.ground[:shown].min(), days.ground[:shown].max(), days.low_air[:shown].min()]
    ends = (10 * np.floor(min(span) / 10) - 5, 10 * np.ceil(max(span) / 10) + 5)
    for k in range(shown):
        left = 0.6 + k * (wide + 0.18)
        top = panel(figure, left, 2.45, wide, 1.95)
        _air(top, days, k, norm)
        top.set_title(f"Ls {days.season[k]:.0f}°, dust {days.dust[k]:.2g}", pad=4, fontsize=8.8)
        below = panel(figure, left, 0.52, wide, 1.55)
        _ground(below, days, k)
        below.set(ylim=ends)
        for axes in (top, below):
            axes.tick_params(labelleft=k == 0)
        if k == 0:
            top.set_ylabel("height above the ground [km]")
            below.set_ylabel("temperature [K]")
            below.legend(
                loc="lower left", bbox_to_anchor=(-0.03, 1.0), ncols=2, borderaxespad=0.1,
                fontsize=7.6, handlelength=2.0, columnspacing=1.0,
            )  # fmt: skip
    colour_bar(figure, (6.94, 2.45, 0.09, 1.95), "inferno", norm, "temperature of the air [K]")
    label = f"Air and ground at {days.name} by the hour in {shown} seasons."
    return Drawing(figure, _caption(days, shown), label, dpi=150)


def site_days(phase: StoredPhase, site: int = 0) -> Days:
    """The days of one site; raises Missing without them."""

    def of(name: str) -> np.ndarray:
        return phase.values(PRODUCT, name).astype(float)

    air = of("temperature")
    if air.ndim != 4 or not np.isfinite(air).all():
        raise Missing(f"{phase.folder.name}/{PRODUCT}.nc has no days of the air")
    return Days(
        phase.texts(PRODUCT, "name")[site], float(of("lon")[site]), float(of("lat")[site]),
        of("season"), of("hour"), of("height")[site], air[site], of("ground_temperature")[site],
        of("air_temperature")[site], of("boundary_layer_height")[site], of("dust_opacity")[site],
    )  # fmt: skip


def _air(axes: Axes, days: Days, k: int, norm: Normalize) -> None:
    """Temperature by hour and height with the top of the boundary layer."""
    axes.pcolormesh(
        days.hour, days.height[k] / 1e3, days.air[k].T, norm=norm, shading="gouraud",
        cmap=colormaps["inferno"].resampled(LEVELS), rasterized=True,
    )  # fmt: skip
    axes.plot(days.hour, days.layer[k] / 1e3, color="white", lw=1.5,
              path_effects=[withStroke(linewidth=2.6, foreground="#00000090")])  # fmt: skip
    axes.set(ylim=(0, days.top))
    axes.grid(False)
    axes.yaxis.set_major_locator(MultipleLocator(2))
    hour_axis(axes, labels=False)


def _ground(axes: Axes, days: Days, k: int) -> None:
    axes.plot(days.hour, days.ground[k], color=colour("mars"), label="ground")
    axes.plot(days.hour, days.low_air[k], color=colour("earth"), ls=(0, (5, 1.5)),
              label="air, 1.6 m")  # fmt: skip
    axes.yaxis.set_major_locator(MultipleLocator(20))
    hour_axis(axes)
    axes.set_xlabel("local true time [h]", fontsize=8.0)


def _caption(days: Days, shown: int) -> str:
    seasons = _listed(days.season[:shown], "°", 0)
    swings = [_listed([np.ptp(row) for row in table[:shown]], " K", 0)
              for table in (days.ground, days.low_air)]  # fmt: skip
    grown = _listed(days.layer[:shown].max(axis=-1) / 1e3, " km", 1)
    return (
        f"Truth: the column of air over {days.name} ({north(round(days.lat, 2))}, "
        f"{east(round(days.lon, 2))}) by local true solar time. Above, the temperature of the air "
        "and, white, the top of the boundary layer; below, ground and air. Dust: optical depth "
        f"in the visible at 610 Pa. At Ls {seasons} the ground swings by {swings[0]} in a sol, the "
        f"air at 1.6 m by {swings[1]}; the boundary layer grows to {grown}."
    )


def _listed(values: Iterable[float], unit: str, places: int) -> str:
    """Values as a row of words: 1, 2 and 3 km."""
    texts = [f"{value:.{places}f}" for value in values]
    return (f"{', '.join(texts[:-1])} and {texts[-1]}" if len(texts) > 1 else texts[0]) + unit
