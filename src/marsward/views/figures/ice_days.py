"""The ground at places: the course of the sol in four seasons, and temperatures below."""

from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import MultipleLocator
from numpy.typing import ArrayLike

from marsward.views.figures.drawing import Drawing
from marsward.views.figures.map_axes import east, north, panel
from marsward.views.numbers import digits
from marsward.views.stored_run import Missing, StoredPhase
from marsward.views.style import colour, new_figure

MOST = 5
ZERO_CELSIUS = 273.15  # K
SEASONS = (
    ("craft", "-"), ("mars", (0, (5, 1.5))), ("sun", (0, (1.2, 1.2))), ("earth", (0, (4, 1, 1, 1))),
)  # fmt: skip
NAMES = {0.0: "northern spring", 90.0: "summer", 180.0: "autumn", 270.0: "winter"}


@dataclass(frozen=True)
class Place:
    """One place: its year in numbers.

    sol : temperature (season, hour) [K]
    mean, low, high : at depths [K]
    ice : depth of the ice table [m], inf without
    """

    name: str
    lon: float
    lat: float
    inertia: float
    albedo: float
    frost_days: float
    ice: float
    sol: np.ndarray
    mean: np.ndarray
    low: np.ndarray
    high: np.ndarray


def draw(phase: StoredPhase) -> Drawing:
    """A row for each place: surface by the hour, ground by depth."""
    places, season, hour, depth = shown_places(phase)
    rows = min(len(places), MOST)
    height = 0.95 + 1.95 * rows
    figure = new_figure(7.6, height)
    figure.set_layout_engine("none")
    coldest = min(float(np.min(p.low)) for p in places[:rows])
    coldest = min(coldest, min(float(p.sol.min()) for p in places[:rows]))
    hottest = max(float(p.sol.max()) for p in places[:rows])
    span = (10.0 * np.floor(coldest / 10.0) - 5.0, 10.0 * np.ceil(hottest / 10.0) + 5.0)
    for number, place in enumerate(places[:rows]):
        bottom = height - 2.15 - 1.95 * number
        last = number == rows - 1
        left = panel(figure, 0.62, bottom, 3.4, 1.42)
        _sol(left, place, season, hour, span, last)
        _ground(panel(figure, 5.2, bottom, 2.22, 1.42), place, depth, span, last)
    _legend(figure, season, height)
    told = "; ".join(_told(place) for place in places[:rows])
    rest = len(places) - rows
    caption = (
        "At the left the temperature of the surface over a sol by local true solar time, in four "
        "seasons of the north; at the right how the year's mean and its extremes go down into the "
        "ground, by the logarithm of depth; blue line: where ice begins. "
        f"{told}. Assumed: flat ground as the shipped maps have it there, clear and steady air."
        + (f" {rest} more places are in the product." if rest else "")
    )
    label = "Surface temperature by the hour and ground temperature by depth at places on Mars."
    return Drawing(figure, caption, label)


def shown_places(
    phase: StoredPhase,
) -> tuple[list[Place], np.ndarray, np.ndarray, np.ndarray]:
    """Places, seasons [deg], hours and depths [m] of places.nc; raises Missing without them."""
    product = "places"
    names = phase.texts(product, "name")

    def of(name: str) -> np.ndarray:
        return phase.values(product, name).astype(float)

    sol = of("surface_temperature")
    if not names or not np.isfinite(sol).all():
        raise Missing(f"{phase.folder.name}/{product}.nc holds no temperatures by the hour")
    single = ("lon", "lat", "thermal_inertia", "bolometric_albedo", "frost_days", "ice_depth")
    columns = [of(name) for name in single]
    below = [
        of(name)
        for name in ("ground_temperature", "ground_temperature_low", "ground_temperature_high")
    ]
    made = []
    for k, name in enumerate(names):
        lon, lat, inertia, albedo, frost, ice = (float(column[k]) for column in columns)
        mean, low, high = (table[k] for table in below)
        made.append(Place(name, lon, lat, inertia, albedo, frost, ice, sol[k], mean, low, high))
    return made, of("ls"), of("hour"), of("depth")


def _sol(
    axes: Axes, place: Place, season: np.ndarray, hour: np.ndarray, span: tuple[float, float],
    last: bool,
) -> None:  # fmt: skip
    """Temperature of the surface over a sol, seasons by colour and dashes; closed at 24 h."""
    clock = np.append(hour, 24.0)
    for k, values in enumerate(place.sol):
        role, dash = SEASONS[k % len(SEASONS)]
        axes.plot(clock, np.append(values, values[0]), color=colour(role), ls=dash, lw=1.5)
    axes.set(xlim=(0, 24), ylim=span, ylabel="surface [K]")
    axes.xaxis.set_major_locator(MultipleLocator(3))
    axes.yaxis.set_major_locator(MultipleLocator(40))
    if last:
        axes.set_xlabel("local true solar time [h]")
    other = axes.secondary_yaxis("right", functions=(_celsius, _kelvin))
    other.yaxis.set_major_locator(MultipleLocator(40))
    other.set_ylabel("[°C]", labelpad=1)
    other.spines["right"].set_visible(True)
    where = f"{north(round(place.lat, 1))}, {east(round(place.lon, 1))}"
    axes.set_title(f"{place.name}, {where}", pad=4)


def _celsius(kelvin: ArrayLike) -> ArrayLike:
    return np.asarray(kelvin) - ZERO_CELSIUS


def _kelvin(celsius: ArrayLike) -> ArrayLike:
    return np.asarray(celsius) + ZERO_CELSIUS


def _ground(
    axes: Axes, place: Place, depth: np.ndarray, span: tuple[float, float], last: bool
) -> None:
    """Mean and extremes of the year by depth, and the ice table."""
    down = 100.0 * depth
    axes.fill_betweenx(down, place.low, place.high, color=colour("muted"), alpha=0.22, lw=0)
    axes.plot(place.low, down, color=colour("earth"), lw=1.2, ls=(0, (4, 1.5)))
    axes.plot(place.high, down, color=colour("mars"), lw=1.2, ls=(0, (1.2, 1.2)))
    axes.plot(place.mean, down, color=colour("ink"), lw=1.6)
    axes.set(yscale="log", ylim=(float(down.max()), float(down.min())), xlim=span)
    axes.set_yticks([1, 10, 100], ["1", "10", "100"])
    axes.set_yticks([], minor=True)
    axes.xaxis.set_major_locator(MultipleLocator(40))
    axes.set_ylabel("depth [cm]", labelpad=1)
    if last:
        axes.set_xlabel("temperature of the ground [K]")
    if np.isfinite(place.ice):
        at = min(max(100.0 * place.ice, float(down.min())), float(down.max()))
        axes.axhline(at, color=colour("earth"), lw=1.8)
        axes.annotate(
            f"ice from {digits(100.0 * place.ice, None, 2)} cm", (1.0, at), xytext=(-2, -3),
            xycoords=("axes fraction", "data"), textcoords="offset points", ha="right", va="top",
            fontsize=7.4, color=colour("earth"),
        )  # fmt: skip
    else:
        axes.text(0.98, 0.05, "no ice lasts", transform=axes.transAxes, fontsize=7.4, ha="right",
                  color=colour("muted"))  # fmt: skip


def _legend(figure: Figure, season: np.ndarray, height: float) -> None:
    """What colours and dashes mean, over all rows."""
    lines = [
        Line2D([], [], color=colour(SEASONS[k % 4][0]), ls=SEASONS[k % 4][1], lw=1.5)
        for k in range(len(season))
    ]
    names = [f"Ls {value:g}°" + _season(float(value)) for value in season]
    figure.legend(
        lines, names, loc="upper left", bbox_to_anchor=(0.06, 1.0), ncols=2, fontsize=7.8,
        columnspacing=1.2, handlelength=2.6, borderaxespad=0.3,
    )  # fmt: skip
    below = [
        Line2D([], [], color=colour("ink"), lw=1.6),
        Line2D([], [], color=colour("earth"), lw=1.2, ls=(0, (4, 1.5))),
        Line2D([], [], color=colour("mars"), lw=1.2, ls=(0, (1.2, 1.2))),
        Line2D([], [], color=colour("earth"), lw=1.8),
    ]
    figure.legend(
        below, ["mean of the year", "lowest", "highest", "top of the ice"], loc="upper left",
        bbox_to_anchor=(0.62, 1.0), ncols=2, fontsize=7.8, columnspacing=1.2, handlelength=2.6,
        borderaxespad=0.3,
    )  # fmt: skip


def _season(ls: float) -> str:
    return f", {NAMES[ls]}" if ls in NAMES else ""


def _told(place: Place) -> str:
    frost = (
        f"CO₂ frost on {digits(round(place.frost_days))} sols" if place.frost_days > 0.5
        else "no CO₂ frost"
    )  # fmt: skip
    return (
        f"{place.name}: thermal inertia {digits(place.inertia, None, 3)} J m⁻² K⁻¹ s⁻½, albedo "
        f"{digits(place.albedo, None, 2)}, {frost}"
    )
