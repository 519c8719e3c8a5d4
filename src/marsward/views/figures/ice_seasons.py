"""The year of the ground by season and latitude: surface temperature and frost."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib import colormaps
from matplotlib.axes import Axes
from matplotlib.colors import Normalize
from matplotlib.patheffects import withStroke
from matplotlib.ticker import FuncFormatter, MultipleLocator

from marsward.views.figures.drawing import Drawing
from marsward.views.figures.map_axes import LEVELS, colour_bar, north, panel, stored_grid
from marsward.views.numbers import digits
from marsward.views.stored_run import Missing, StoredPhase
from marsward.views.style import new_figure

FROST = 1.0  # kg m-2 of the zonal mean at which its edge is drawn
PANELS = (
    ("zonal_sol_temperature_mean", "Mean over the sol"),
    ("zonal_sol_temperature_high", "Highest of the sol"),
    ("zonal_sol_temperature_low", "Lowest of the sol"),
)
_SEASONS = 180  # columns of the pictures
_ROWS = 90


@dataclass(frozen=True)
class Year:
    """Latitudes [deg] from north to south, seasons [deg], and the tables (latitude, season)."""

    lat: np.ndarray
    ls: np.ndarray
    tables: dict[str, np.ndarray]
    frost: np.ndarray


def draw(phase: StoredPhase) -> Drawing:
    """Three tables of temperature and one of frost, with its edge and the places of the phase."""
    year = season_tables(phase)
    places = _places(phase)
    figure = new_figure(7.6, 5.4)
    figure.set_layout_engine("none")
    low = min(float(t.min()) for t in year.tables.values())
    high = max(float(t.max()) for t in year.tables.values())
    norm = Normalize(10.0 * np.floor(low / 10.0), 10.0 * np.ceil(high / 10.0))
    spots = ((0.55, 3.35), (4.3, 3.35), (0.55, 0.9), (4.3, 0.9))
    for number, (name, title) in enumerate(PANELS):
        axes = panel(figure, *spots[number], 3.1, 1.75)
        _table(axes, year, year.tables[name], norm, "inferno")
        axes.set_title(title, pad=4)
        _lines(axes, places, named=number == 0)
    axes = panel(figure, *spots[3], 3.1, 1.75)
    heap = Normalize(0.0, 100.0 * np.ceil(max(float(year.frost.max()), 1.0) / 100.0))
    shown = np.where(year.frost >= FROST, year.frost, np.nan)
    _table(axes, year, shown, heap, "viridis")
    axes.set_title("CO₂ frost on the ground", pad=4)
    colour_bar(figure, (0.55, 0.37, 3.1, 0.09), "inferno", norm, "temperature of the surface [K]")
    colour_bar(figure, (4.3, 0.37, 3.1, 0.09), "viridis", heap, "mass of frost [kg m⁻²]")
    ever = year.lat[year.frost.max(axis=1) >= FROST]
    north_edge, south_edge = ever[ever > 0.0], ever[ever < 0.0]
    edges = [f"{digits(float(north_edge.min()), None, 3)}° N"] if north_edge.size else []
    edges += [f"{digits(abs(float(south_edge.max())), None, 3)}° S"] if south_edge.size else []
    parallels = (
        f"parallels from {' and '.join(edges)} on have it in winter" if edges else "none has it"
    )
    caption = (
        "Truth: means of each parallel through the year, by the Sun's season Ls (0° is the start "
        "of northern spring). White line: the edge of carbon dioxide frost, where its mean is "
        f"{FROST:g} kg m⁻² (less, as of a night on single cells, is left clear); {parallels}. "
        f"Most frost on a parallel: {digits(float(year.frost.max()), None, 3)} kg m⁻². Thin "
        "lines: latitudes of the places that are shown by the hour. Assumed: flat ground, a year "
        "that repeats."
    )
    label = "Surface temperature and CO2 frost of Mars by season and latitude."
    return Drawing(figure, caption, label, dpi=150)


def season_tables(phase: StoredPhase) -> Year:
    """The zonal tables on even steps of season; raises Missing without them."""
    grid = stored_grid(phase, "ground", planet=True)
    season = np.mod(phase.values("ground", "sol_ls").astype(float), 360.0)
    lat = np.asarray(grid.lon_lat(np.arange(grid.height), np.zeros(grid.height))[1])
    order = np.argsort(season)
    ls = (np.arange(_SEASONS) + 0.5) * 360.0 / _SEASONS

    def even(name: str) -> np.ndarray:
        table = phase.values("ground", name).astype(float)[:, order]
        if not np.isfinite(table).all():
            raise Missing(f"{phase.folder.name}/ground.nc has gaps in {name}")
        return np.stack([np.interp(ls, season[order], row, period=360.0) for row in table])

    tables = {name: even(name) for name, _ in PANELS}
    return Year(lat, ls, tables, even("zonal_frost_mass"))


def _table(axes: Axes, year: Year, values: np.ndarray, norm: Normalize, cmap: str) -> None:
    """A table (latitude, season) with the edge of frost."""
    half = 0.5 * abs(float(year.lat[0] - year.lat[1]))
    step = max(1, int(np.ceil(year.lat.size / _ROWS)))
    axes.imshow(
        values[::step], extent=(0.0, 360.0, float(year.lat[-1]) - half, float(year.lat[0]) + half),
        origin="upper", aspect="auto", interpolation="none", norm=norm,
        cmap=colormaps[cmap].resampled(LEVELS), zorder=1,
    )  # fmt: skip
    if (year.frost >= FROST).any():
        lines = axes.contour(year.ls, year.lat, year.frost, [FROST], colors="white",
                             linewidths=1.4, zorder=3)  # fmt: skip
        lines.set_path_effects([withStroke(linewidth=2.4, foreground="#00000080")])
    axes.set(xlim=(0, 360), ylim=(-90, 90), xlabel="season Ls [°]")
    axes.xaxis.set_major_locator(MultipleLocator(90))
    axes.yaxis.set_major_locator(MultipleLocator(30))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda v, _: north(v)))
    axes.xaxis.labelpad = 1.0
    axes.grid(True, color="white", lw=0.4, alpha=0.35)
    axes.set_axisbelow(False)


def _places(phase: StoredPhase) -> list[tuple[str, float]]:
    """Names and latitudes of the places by the hour; none where they are not stored."""
    try:
        names, lat = phase.texts("places", "name"), phase.values("places", "lat").astype(float)
    except Missing:
        return []
    return list(zip(names, lat, strict=True))


def _lines(axes: Axes, places: Sequence[tuple[str, float]], *, named: bool) -> None:
    """A thin line at each place; named at the right, where the year is past its middle."""
    taken: list[float] = []
    for name, lat in sorted(places, key=lambda row: -row[1]):
        axes.axhline(lat, color="white", lw=0.7, ls=(0, (5, 3)), alpha=0.9, zorder=2)
        if named and all(abs(lat - other) > 11.0 for other in taken):
            taken.append(lat)
            axes.text(356.0, lat + 1.5, name, color="white", fontsize=6.8, ha="right",
                      va="bottom", zorder=4,
                      path_effects=[withStroke(linewidth=1.8, foreground="#000000b0")])  # fmt: skip
