"""A real radargram beside the one that the terrain predicts, on the same axes."""

import numpy as np
from matplotlib import colormaps
from matplotlib.axes import Axes
from matplotlib.colors import Normalize
from matplotlib.ticker import MaxNLocator

from marsward.core.map_grid import SPHERE
from marsward.views.figures.drawing import Drawing
from marsward.views.figures.map_axes import colour_bar, panel
from marsward.views.figures.radar_echoes import latitudes
from marsward.views.numbers import digits
from marsward.views.stored_run import Missing, StoredPhase
from marsward.views.style import colour, new_figure

_GREYS = 64
_COLUMNS = 480


def draw(phase: StoredPhase) -> Drawing:
    """Real and predicted radargram, aligned at their surfaces, and the lines of the surface."""
    real, model = (phase.values("real_radargram", n).astype(float)
                   for n in ("observed", "predicted"))  # fmt: skip
    below = phase.values("real_radargram", "below").astype(float)
    lines = [
        phase.values("real_radargram", name).astype(float)
        for name in ("observed_surface", "predicted_surface")
    ]
    if not (np.isfinite(real).any() and np.isfinite(model).any()):
        raise Missing(f"{phase.folder.name}/real_radargram.nc holds no echo")
    figure = new_figure(7.6, 5.75)
    figure.set_layout_engine("none")
    norm = Normalize(0.0, 5.0 * np.ceil(float(np.percentile(real, 99.8)) / 5.0))
    along, lat = _way(phase)
    name, colon, _ = str(phase.about.get("sentence") or "").partition(":")
    for left, values, title in (
        (0.62, real, f"Real: {name}" if colon else "Real"),
        (4.2, model, "Predicted from the terrain"),
    ):
        axes = panel(figure, left, 2.7, 3.25, 2.55)
        _image(axes, values, below, norm, float(along[-1]))
        axes.set_title(title, pad=17)
        axes.set_ylabel("delay below the surface [µs]" if left < 1.0 else "", labelpad=2)
        axes.set_xlabel("distance along the track [km]", labelpad=1)
        latitudes(axes, along, lat, 4)
    colour_bar(figure, (0.62, 2.08, 3.25, 0.09), "gray", norm, "echo power over noise [dB]",
               extend="both")  # fmt: skip
    _surfaces(panel(figure, 0.62, 0.5, 6.83, 1.0), along, lines)
    return Drawing(figure, _caption(phase, real.shape[0]),
                   "A real radargram and its simulation side by side, and both surface lines.",
                   dpi=150)  # fmt: skip


def _way(phase: StoredPhase) -> tuple[np.ndarray, np.ndarray]:
    """Distance along the track [km] and latitude [deg] of every trace."""
    lon, lat = (phase.values("real_radargram", n).astype(float) for n in ("lon", "lat"))
    x, y = np.radians(lon), np.radians(lat)
    place = np.stack([np.cos(y) * np.cos(x), np.cos(y) * np.sin(x), np.sin(y)], axis=1)
    chord = np.linalg.norm(np.diff(place, axis=0), axis=1)
    arc = 2.0 * np.arcsin(np.clip(0.5 * chord, 0.0, 1.0))
    return np.append(0.0, np.cumsum(arc)) * SPHERE / 1e3, lat


def _image(
    axes: Axes, values: np.ndarray, below: np.ndarray, norm: Normalize, length: float
) -> None:
    """A picture (trace, below) [dB] with delay downward [us], over the length of the track [km]."""
    step = max(1, int(np.ceil(values.shape[0] / _COLUMNS)))
    edges = np.arange(0, values.shape[0], step)
    share = np.diff(np.append(edges, values.shape[0]))
    power = np.add.reduceat(10.0 ** (0.1 * values), edges, axis=0) / share[:, None]
    half = 0.5 * float(below[1] - below[0])
    axes.imshow(
        10.0 * np.log10(np.maximum(power, 1e-30)).T, aspect="auto", interpolation="none",
        extent=(0.0, length, 1e6 * (below[-1] + half), 1e6 * (below[0] - half)),
        norm=norm, cmap=colormaps["gray"].resampled(_GREYS), zorder=1,
    )  # fmt: skip
    axes.grid(False)
    axes.xaxis.set_major_locator(MaxNLocator(5))


def _surfaces(axes: Axes, along: np.ndarray, lines: list[np.ndarray]) -> None:
    """Delay of the surface in both, downward."""
    step = max(1, lines[0].size // 800)
    middle = float(np.nanmedian(lines[0]))
    looks = (("real", "ink", "-", 1.2), ("predicted", "mars", (0, (4, 1.5)), 1.2))
    for values, (name, role, dash, width) in zip(lines, looks, strict=True):
        delay = 1e6 * (values[::step] - middle)
        axes.plot(along[::step], delay, color=colour(role), ls=dash, lw=width, label=name)
    axes.set(xlim=(0, along[-1]), xlabel="distance along the track [km]", ylabel="delay [µs]")
    axes.invert_yaxis()
    axes.yaxis.set_major_locator(MaxNLocator(4))
    axes.legend(loc="best", ncols=2, fontsize=7.8)
    axes.set_title("The line of the surface, from its median", pad=4)


def _caption(phase: StoredPhase, traces: int) -> str:
    def number(name: str, figures: int = 2) -> str:
        value = phase.si(name)
        return digits(value, None, figures) if value is not None else "not known"

    slope = phase.si("rms_slope")
    return (
        f"At the left {digits(traces)} traces of a real radargram, at the right what the terrain "
        "under its track predicts: surface and clutter, no layers; each trace is aligned at its "
        "own surface (delay 0), in the same greys. The surface lines agree with a correlation of "
        f"{number('line_correlation', 3)}, scatter {number('line_rms')} samples; the images with "
        f"{number('image_correlation')}; below the surface's pulse alone, where clutter and layers "
        f"are, with {number('clutter_correlation')}; once the mean decay is taken from both, with "
        f"{number('clutter_anomaly')}, which chance would do in a share of "
        f"{number('anomaly_chance')}. Known: terrain in cells of 15 km"
        + (f"; fitted: a roughness of {digits(float(np.degrees(slope)), None, 2)}° to the mean "
           "decay." if slope is not None else ".")
    )  # fmt: skip
