"""The year of the planet: surface temperature by season and latitude, and where the air lies."""

import numpy as np
from matplotlib import colormaps
from matplotlib.axes import Axes
from matplotlib.colors import Normalize
from matplotlib.figure import Figure
from matplotlib.patheffects import withStroke
from matplotlib.ticker import FuncFormatter, MultipleLocator

from marsward.views.figures.climate_axes import closed_year, season_axis
from marsward.views.figures.drawing import Drawing
from marsward.views.figures.map_axes import LEVELS, colour_bar, north, panel
from marsward.views.numbers import digits
from marsward.views.stored_run import Missing, StoredPhase
from marsward.views.style import colour, new_figure

PRODUCT = "climate_year"
_LONG = 40.0  # deg of season: a line so long has its name
_CLEAR = 0.045  # of the panel: room that a name needs
EDGES = ("cap_edge_north", "cap_edge_south")
MASSES = (
    ("cap_mass_north", "earth", "-", "frost of the north"),
    ("cap_mass_south", "mars", (0, (5, 1.5)), "frost of the south"),
)


def draw(phase: StoredPhase) -> Drawing:
    """The table of temperature with the caps' edges above, masses of air and caps below."""
    lat, ls, table = season_table(phase)
    figure = new_figure(7.6, 5.9)
    figure.set_layout_engine("none")
    top = panel(figure, 0.7, 2.75, 5.9, 2.85)
    norm = Normalize(10 * np.floor(table.min() / 10), 10 * np.ceil(table.max() / 10))
    _table(top, phase, lat, ls, table, norm)
    colour_bar(figure, (6.75, 2.75, 0.1, 2.85), "inferno", norm, "sol-mean temperature [K]")
    _masses(figure, phase, ls)
    return Drawing(
        figure, _caption(phase, ls, table), "Surface temperature and CO2 caps by season."
    )


def season_table(phase: StoredPhase) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Latitudes and seasons [deg], surface temperature (lat, ls) [K]; Missing without them."""
    lat, ls, table = (
        phase.values(PRODUCT, name).astype(float) for name in ("lat", "ls", "surface_temperature")
    )
    if table.shape != (lat.size, ls.size) or not np.isfinite(table).all():
        raise Missing(f"{phase.folder.name}/{PRODUCT}.nc has gaps in surface_temperature")
    return lat, ls, table


def _table(
    axes: Axes, phase: StoredPhase, lat: np.ndarray, ls: np.ndarray, table: np.ndarray,
    norm: Normalize,
) -> None:  # fmt: skip
    year, warm = closed_year(ls, table)
    axes.pcolormesh(
        year, lat, warm, cmap=colormaps["inferno"].resampled(LEVELS), norm=norm, shading="nearest",
        rasterized=True, zorder=1,
    )  # fmt: skip
    _contours(axes, year, lat, warm)
    for name in EDGES:
        (edge,) = closed_year(ls, phase.values(PRODUCT, name).astype(float))[1:]
        axes.plot(year, edge, color="white", lw=1.9, zorder=4, solid_capstyle="round",
                  path_effects=[withStroke(linewidth=3.2, foreground="#00000090")])  # fmt: skip
    axes.set(ylim=(-90, 90))
    axes.yaxis.set_major_locator(MultipleLocator(30))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda v, _: north(v)))
    axes.grid(False)
    season_axis(axes, labels=False)
    axes.set_title("Temperature of the surface; white: edges of the CO₂ caps", pad=4)


def _contours(axes: Axes, ls: np.ndarray, lat: np.ndarray, table: np.ndarray) -> None:
    """Lines of equal temperature, each named where the others and the frame are far."""
    levels = [level for level in (175, 200, 225, 250) if table.min() < level < table.max()]
    if not levels:
        return
    lines = axes.contour(ls, lat, table, levels, colors="#ffffffa0", linewidths=0.6, zorder=2)
    scale = np.array([np.ptp(ls), np.ptp(lat)])
    parts = [(k, np.asarray(p)) for k, group in enumerate(lines.allsegs) for p in group if len(p)]
    named: list[np.ndarray] = []
    for k, part in parts:
        if np.ptp(part[:, 0]) < _LONG:
            continue
        others = [p for j, p in parts if j != k] + named
        room = np.minimum(_apart(part, others, scale), _inside(part, ls, lat, scale))
        best = int(np.argmax(room))
        if room[best] > _CLEAR:
            axes.clabel(lines, fmt="%d K", fontsize=7.2, manual=[tuple(part[best])])
            named.append(part[best : best + 1])


def _apart(part: np.ndarray, others: list[np.ndarray], scale: np.ndarray) -> np.ndarray:
    """Distance of every point to the nearest point of others, in widths of the panel."""
    if not others:
        return np.full(len(part), np.inf)
    away = part[:, None] / scale - np.concatenate(others)[None] / scale
    return np.asarray(np.hypot(*np.moveaxis(away, -1, 0)).min(axis=1))


def _inside(part: np.ndarray, ls: np.ndarray, lat: np.ndarray, scale: np.ndarray) -> np.ndarray:
    """Distance of every point to the frame, in widths of the panel."""
    low, high = np.array([ls[0], lat.min()]), np.array([ls[-1], lat.max()])
    return np.asarray((np.minimum(part - low, high - part) / scale).min(axis=1))


def _masses(figure: Figure, phase: StoredPhase, ls: np.ndarray) -> None:
    """Mass of air and of each cap [1e15 kg]."""
    axes = panel(figure, 0.7, 0.5, 5.9, 1.75)
    most = 0.0
    for name, role, dash, label in MASSES:
        year, mass = closed_year(ls, phase.values(PRODUCT, name).astype(float) / 1e15)
        axes.plot(year, mass, color=colour(role), ls=dash, label=label)
        most = max(most, float(mass.max()))
    year, air = closed_year(ls, phase.values(PRODUCT, "air_mass").astype(float) / 1e15)
    span = 1.3 * max(most, float(np.ptp(air)))
    axes.set(ylim=(0, span), ylabel="caps [10¹⁵ kg]")
    season_axis(axes)
    other = axes.twinx()
    other.plot(year, air, color=colour("ink"), lw=1.2, ls=(0, (1, 1)))
    axes.plot([], [], color=colour("ink"), lw=1.2, ls=(0, (1, 1)), label="air (right)")
    foot = float(air.max()) - span / 1.3
    other.set(ylim=(foot, foot + span), ylabel="air [10¹⁵ kg]")
    other.spines["right"].set_visible(True)
    other.grid(False)
    axes.legend(loc="upper right", ncols=3, columnspacing=1.2, handlelength=2.2, borderaxespad=0.1)
    axes.set_title("Where the carbon dioxide lies (both scales alike)", pad=4)


def _caption(phase: StoredPhase, ls: np.ndarray, table: np.ndarray) -> str:
    told = []
    for name, where in (("cap_mass_north", "northern"), ("cap_mass_south", "southern")):
        mass = phase.values(PRODUCT, name).astype(float)
        at = int(np.argmax(mass))
        told.append(
            f"the {where} cap holds most, {digits(mass[at] / 1e15, None, 2)}·10¹⁵ kg, at Ls "
            f"{ls[at]:.0f}°"
        )
    air = phase.values(PRODUCT, "air_mass").astype(float)
    share = 100.0 * (air.max() - air.min()) / air.max()
    edge = [phase.values(PRODUCT, name).astype(float) for name in EDGES]
    reach = []
    if np.isfinite(edge[0]).any():
        reach.append(f"{np.nanmin(edge[0]):.0f}° N")
    if np.isfinite(edge[1]).any():
        reach.append(f"{-np.nanmax(edge[1]):.0f}° S")
    told = ([f"the caps reach {' and '.join(reach)}"] if reach else []) + told
    text = "; ".join(told)
    return (
        "Truth: sol means of each band of latitude through the year that repeats, "
        f"{digits(float(table.min()), None, 3)} to {digits(float(table.max()), None, 3)} K. White: "
        f"how far frost of carbon dioxide reaches; no line where there is none. "
        f"{text[:1].upper()}{text[1:]}. Between its most and its least {digits(share, None, 2)} % "
        "of the air freezes out."
    )
