"""A frame as the camera took it, beside the map made of it alone."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import Normalize
from matplotlib.figure import Figure
from matplotlib.patheffects import withStroke

from marsward.core.map_grid import MapGrid
from marsward.views.figures.drawing import Drawing
from marsward.views.figures.map_axes import (
    DEGREE,
    block_means,
    colour_bar,
    east,
    extent,
    graticule,
    north,
    panel,
    round_length,
    scale_bar,
    stored_grid,
)
from marsward.views.numbers import digits, moment
from marsward.views.stored_run import Missing, StoredPhase
from marsward.views.style import colour, new_figure

MARK = "#7fe3ff"
LIGHT = "#ffd75e"
_STROKE = [withStroke(linewidth=2.2, foreground="#000000a0")]
_INNER = (0.3, 0.7)  # part of rows and columns that the outline holds


def draw(phase: StoredPhase) -> Drawing:
    """sample_frame.nc and sample_map.nc side by side, the same area outlined in both."""
    frame = phase.product("sample_frame")
    dn, albedo = phase.values("sample_frame", "dn"), phase.values("sample_map", "albedo")
    lon, lat = (phase.values("sample_frame", name).astype(float) for name in ("lon", "lat"))
    bands = phase.texts("sample_frame", "band") if "band" in frame.variables else ["one"]
    k = bands.index("red") if "red" in bands else 0
    grid = stored_grid(phase, "sample_map")
    wide, high = _chart_size(grid, lat)
    tall = 3.2 * dn.shape[1] / dn.shape[2]
    top = 1.02 + max(tall, high)
    figure = new_figure(7.6, top + 0.32)
    figure.set_layout_engine("none")
    left = panel(figure, 0.15, top - tall, 3.2, tall)
    _frame(figure, left, dn[k], (0.15, 0.52, 3.2, 0.09))
    right = panel(figure, 4.02, top - high, wide, high)
    colours = _chart(right, albedo[k], grid, lon, lat)
    colour_bar(figure, (4.02, 0.52, wide, 0.09), "gray", colours, "albedo")
    told = f"{grid.cell_size:.0f} m a cell, {'equirectangular' if grid.separable else 'polar'}"
    box = _outline(lon.shape)
    left.plot(box[:, 1], box[:, 0], color=MARK, lw=1.3)
    rows, columns = box.T.astype(int)
    x, y = _place(grid, lon[rows, columns], lat[rows, columns])
    right.plot(x, y, color=MARK, lw=1.3)
    for axes, corner in ((left, (box[0, 1], box[0, 0])), (right, (x[0], y[0]))):
        axes.plot(*corner, "o", ms=5, color=MARK, mec="black", mew=0.6)
    sun = _sun_azimuth(phase, lon, lat)
    _arrows(left, _across_frame(lon, lat), sun)
    caption = (
        f"Left: band {bands[k]} of one frame, {dn.shape[2]} × {dn.shape[1]} pixels"
        f"{_taken(phase, lon.shape)}. Right: the same frame laid on the ground, light taken out, "
        f"{told}. Blue: the same area in both, the dot at the same corner; arrows: north"
        + (" and where the Sun stands." if sun is not None else ".")
    )
    return Drawing(
        figure, caption, "A simulated frame in grey and the orthoimage made of it.", dpi=150
    )


def _taken(phase: StoredPhase, shape: tuple[int, int]) -> str:
    """When, from where and in what light the frame was taken, as far as it is stored."""
    about = phase.product("sample_frame").attrs
    parts = []
    for name, scale, figures, text in (
        ("gsd_m", 1.0, 3, " of {} m"),
        ("altitude_m", 1e-3, 3, " from {} km"),
        ("exposure_s", 1e3, 2, ", exposed {} ms"),
    ):
        if np.isfinite(about.get(name, np.nan)):
            parts.append(text.format(digits(scale * float(about[name]), None, figures)))
    if about.get("utc"):
        parts.append(f", on orbit {about.get('orbit', '–')}, {moment(str(about['utc']))} UTC")
    middle = tuple(size // 2 for size in shape)
    light, tilt = (
        float(phase.values("sample_frame", name)[middle]) for name in ("incidence", "phase")
    )
    if np.isfinite(light) and np.isfinite(tilt):
        parts.append(f"; in the middle the Sun stands {90 - light:.0f}° high and the phase angle ")
        parts.append(f"is {tilt:.0f}°")
    return "".join(parts)


def _frame(figure: Figure, axes: Axes, dn: np.ndarray, bar: tuple[float, ...]) -> None:
    rows, columns = dn.shape
    low, high = np.percentile(dn, [0.5, 99.5])
    norm = Normalize(low, max(high, low + 1.0))
    axes.imshow(
        block_means(dn, 560), cmap="gray", norm=norm, interpolation="none",
        extent=(-0.5, columns - 0.5, rows - 0.5, -0.5),
    )  # fmt: skip
    axes.set(xlim=(-0.5, columns - 0.5), ylim=(rows - 0.5, -0.5), xticks=[], yticks=[])
    axes.set_title("The frame", pad=5)
    for spine in axes.spines.values():
        spine.set_visible(True)
        spine.set(color=colour("muted"), lw=0.7)
    colour_bar(figure, bar, "gray", norm, "DN")


def _chart_size(grid: MapGrid, lat: np.ndarray) -> tuple[float, float]:
    """Width and height [inch] that show the ground in its shape at the middle of the frame."""
    left, right, bottom, top = extent(grid)
    shape = (right - left) * _squeeze(grid, lat) / (top - bottom)
    return (3.3, 3.3 / shape) if shape > 1.1 else (3.0 * shape, 3.0)


def _squeeze(grid: MapGrid, lat: np.ndarray) -> float:
    """How much narrower a degree of longitude is than one of latitude, at the frame's middle."""
    middle = float(lat[tuple(size // 2 for size in lat.shape)])
    return float(np.cos(np.radians(middle))) if grid.separable else 1.0


def _chart(
    axes: Axes, albedo: np.ndarray, grid: MapGrid, lon: np.ndarray, lat: np.ndarray
) -> Normalize:
    """The map with its graticule and bar; gives back how its greys are spread."""
    left, right, bottom, top = extent(grid)
    ends = np.nanpercentile(albedo, [0.5, 99.5]) if np.isfinite(albedo).any() else (0.0, 1.0)
    norm = Normalize(*ends)
    axes.imshow(
        block_means(albedo, 560), extent=(left, right, bottom, top), cmap="gray", norm=norm,
        interpolation="none", aspect="auto",
    )  # fmt: skip
    axes.set(xlim=(left, right), ylim=(bottom, top))
    _ticks(axes, grid)
    edge = _rim(lon.shape)
    axes.plot(*_place(grid, lon[edge], lat[edge]), color=colour("muted"), lw=0.8)
    middle = float(lat[tuple(size // 2 for size in lat.shape)])
    unit = DEGREE * _squeeze(grid, lat) if grid.separable else _stretch(middle)
    length = round_length(0.3 * (right - left) * unit)
    scale_bar(axes, length, unit, f"at {north(round(middle))}", at=(1.0, 1.04))
    axes.set_title("On the ground", pad=5)
    return norm


def _stretch(lat: float) -> float:
    """Metres on the ground in one metre of a polar stereographic map."""
    return float(0.5 * (1.0 + np.sin(np.radians(abs(lat)))))


def _ticks(axes: Axes, grid: MapGrid) -> None:
    if not grid.separable:
        axes.set(xticks=[], yticks=[])
        graticule(axes)
        return
    low, high = axes.get_xlim()
    step = next(s for s in (0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 30) if s >= (high - low) / 5 or s == 30)
    for put, (first, last), name in (
        (axes.set_xticks, axes.get_xlim(), east),
        (axes.set_yticks, axes.get_ylim(), north),
    ):
        at = np.arange(np.ceil(first / step), np.floor(last / step) + 1) * step
        put(at, [name(round(float(value), 6)) for value in at])
    axes.tick_params(length=2.5, labelsize=7.4, pad=2)
    graticule(axes)


def _place(grid: MapGrid, lon: np.ndarray, lat: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Places on the axes of a map; longitudes go on past 180° where the map does."""
    if not grid.separable:
        x, y = grid.project(lon, lat)
        return x, y
    left, right, *_ = extent(grid)
    middle = 0.5 * (left + right)
    return middle + (lon - middle + 180.0) % 360.0 - 180.0, lat


def _outline(shape: tuple[int, int]) -> np.ndarray:
    """Rows and columns (n, 2) round the inner part of a frame."""
    (top, bottom), (left, right) = (np.round(np.array(_INNER) * (size - 1)) for size in shape)
    across, down = np.linspace(left, right, 40), np.linspace(top, bottom, 40)
    sides = [
        (np.full(40, top), across),
        (down, np.full(40, right)),
        (np.full(40, bottom), across[::-1]),
        (down[::-1], np.full(40, left)),
    ]
    return np.concatenate([np.stack(side, axis=1) for side in sides])


def _rim(shape: tuple[int, int]) -> tuple[np.ndarray, np.ndarray]:
    """Rows and columns of the pixels round a frame, every few."""
    rows, columns = (np.linspace(0, size - 1, 60).round().astype(int) for size in shape)
    around = np.concatenate(
        [
            np.stack([np.zeros(60, int), columns], 1),
            np.stack([rows, np.full(60, shape[1] - 1)], 1),
            np.stack([np.full(60, shape[0] - 1), columns[::-1]], 1),
            np.stack([rows[::-1], np.zeros(60, int)], 1),
        ]
    )
    return around[:, 0], around[:, 1]


def _across_frame(lon: np.ndarray, lat: np.ndarray) -> np.ndarray:
    """Columns: how far the picture goes, (column, row), for a step east and a step north [px]."""
    r, c = (size // 2 for size in lon.shape)
    d = max(1, min(lon.shape) // 20)
    cos = np.cos(np.radians(lat[r, c]))

    def turned(one: float, two: float) -> float:
        return (two - one + 180.0) % 360.0 - 180.0

    jacobian = np.array([
        [cos * turned(lon[r, c - d], lon[r, c + d]), cos * turned(lon[r - d, c], lon[r + d, c])],
        [lat[r, c + d] - lat[r, c - d], lat[r + d, c] - lat[r - d, c]],
    ])  # fmt: skip
    return np.linalg.inv(jacobian)


def _sun_azimuth(phase: StoredPhase, lon: np.ndarray, lat: np.ndarray) -> float | None:
    """Of the Sun at the frame's middle, from north over east [rad]; None when not stored."""
    number = phase.product("sample_frame").attrs.get("frame")
    try:
        sun = phase.values("frames", "sun")[int(number)] if number is not None else None
    except (Missing, IndexError):
        return None
    if sun is None:
        return None
    middle = tuple(size // 2 for size in lon.shape)
    a, b = np.radians(lon[middle]), np.radians(lat[middle])
    to_east = np.array([-np.sin(a), np.cos(a), 0.0])
    to_north = np.array([-np.sin(b) * np.cos(a), -np.sin(b) * np.sin(a), np.cos(b)])
    return float(np.arctan2(sun @ to_east, sun @ to_north))


def _arrows(axes: Axes, across: np.ndarray, sun: float | None) -> None:
    """North and Sun from one point in the frame's upper corner."""
    wanted = [("N", np.array([0.0, 1.0]), "white")]
    if sun is not None:
        wanted.append(("Sun", np.array([np.sin(sun), np.cos(sun)]), LIGHT))
    low, high = axes.get_xlim()
    top = axes.get_ylim()[1]
    length = 0.1 * (high - low)
    start = np.array([high - 1.9 * length, top + 1.9 * length])
    for name, direction, tint in wanted:
        way = across @ direction
        way *= length / np.linalg.norm(way)
        axes.annotate(
            "", tuple(start + way), tuple(start), zorder=6,
            arrowprops={"arrowstyle": "-|>", "color": tint, "lw": 1.4, "shrinkA": 0, "shrinkB": 0,
                        "path_effects": _STROKE},
        )  # fmt: skip
        x, y = start + 1.42 * way
        axes.text(x, y, name, color=tint, fontsize=8.5, weight="bold", ha="center",
                  va="center", path_effects=_STROKE, zorder=7)  # fmt: skip
