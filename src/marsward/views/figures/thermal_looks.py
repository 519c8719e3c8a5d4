"""What the radiometer measured: temperatures by local time, and how far off they are."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib import colormaps
from matplotlib.axes import Axes
from matplotlib.colors import Colormap, LinearSegmentedColormap, Normalize
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from marsward.views.figures.drawing import Drawing
from marsward.views.figures.map_axes import colour_bar, north, panel
from marsward.views.numbers import digits
from marsward.views.stored_run import Missing, StoredPhase
from marsward.views.style import DOTS, colour, new_figure

PRODUCT = "thermal_looks"
MOST = 6000  # dots of a panel
GAP = 4.0  # hours without a look that split the axis of time
BINS = np.linspace(-5.0, 5.0, 41)


@dataclass(frozen=True)
class Looks:
    """Looks that were used (n,): hour, latitude [deg], season [deg], temperatures [K]."""

    hour: np.ndarray
    lat: np.ndarray
    ls: np.ndarray
    true: np.ndarray
    seen: np.ndarray
    sigma: np.ndarray
    passed: int

    @property
    def pull(self) -> np.ndarray:
        """Measured less true over the stated error."""
        return (self.seen - self.true) / self.sigma


def draw(phase: StoredPhase) -> Drawing:
    """Temperatures by hour above; residuals by temperature and over their errors below."""
    looks = used_looks(phase)
    figure = new_figure(7.6, 6.1)
    figure.set_layout_engine("none")
    spans = hour_spans(looks.hour)
    _hours(figure, looks, spans)
    _residuals(panel(figure, 0.62, 0.48, 4.0, 2.0), looks)
    _histogram(panel(figure, 5.15, 0.48, 2.25, 2.0), looks)
    label = "Measured ground temperatures by local time, and their errors against the truth."
    return Drawing(figure, _caption(looks), label, dpi=150)


def used_looks(phase: StoredPhase) -> Looks:
    """Every look with a temperature and its error, once; raises Missing without any."""
    hour, ls, true, seen, sigma = (
        phase.values(PRODUCT, name).astype(float)
        for name in ("ltst", "ls", "true_temperature", "surface_temperature", "temperature_sigma")
    )
    if hour.ndim != 2:
        raise Missing(f"{phase.folder.name}/{PRODUCT}.nc does not hold looks by place")
    lat = np.broadcast_to(phase.values(PRODUCT, "lat").astype(float)[:, None], hour.shape)
    taken = np.ones(hour.shape, dtype=bool)
    if "look_number" in phase.product(PRODUCT):
        taken = phase.values(PRODUCT, "look_number") >= 0
    there = taken & np.isfinite(seen) & np.isfinite(true) & (sigma > 0.0)
    if not there.any():
        raise Missing(f"{phase.folder.name}/{PRODUCT}.nc holds no temperature that was used")
    return Looks(
        np.mod(hour, 24.0)[there], lat[there], ls[there], true[there], seen[there], sigma[there],
        int(taken.sum()),
    )  # fmt: skip


def hour_spans(hour: np.ndarray) -> list[tuple[float, float]]:
    """Up to two stretches of the day [h] that hold all looks, split where none are for long."""
    known = np.sort(hour)
    gaps = np.diff(known)
    if not gaps.size or gaps.max() < GAP:
        return [_wider(known[0], known[-1])]
    cut = int(np.argmax(gaps))
    return [_wider(known[0], known[cut]), _wider(known[cut + 1], known[-1])]


def _wider(first: float, last: float) -> tuple[float, float]:
    room = max(0.05 * (last - first), 0.1)
    return max(first - room, 0.0), min(last + room, 24.0)


def _hours(figure: Figure, looks: Looks, spans: Sequence[tuple[float, float]]) -> None:
    """A panel for each stretch of the day, its temperatures coloured by latitude."""
    edge = 10.0 * np.ceil(float(np.abs(looks.lat).max()) / 10.0)
    norm, cmap = Normalize(-edge, edge), dot_colours()
    width = (6.0 - 0.55 * (len(spans) - 1)) / len(spans)
    for number, (first, last) in enumerate(spans):
        axes = panel(figure, 0.62 + number * (width + 0.55), 3.3, width, 2.5)
        rows = np.flatnonzero((looks.hour >= first) & (looks.hour <= last))
        rows = rows[:: max(1, rows.size // MOST)]
        order = np.random.default_rng(0).permutation(rows)  # none hides the others
        axes.scatter(
            looks.hour[order], looks.seen[order], c=looks.lat[order], cmap=cmap, norm=norm, s=3.2,
            lw=0, alpha=0.8, rasterized=True,
        )  # fmt: skip
        axes.set(xlim=(first, last), xlabel="local true solar time [h]")
        axes.xaxis.set_major_locator(MaxNLocator(6, steps=[1, 2, 3, 5, 10]))
        axes.set_title(_named(first, last, len(spans)), pad=4)
        if number == 0:
            axes.set_ylabel("measured temperature [K]")
    bar = colour_bar(figure, (6.75, 3.3, 0.1, 2.5), cmap, norm, "latitude")
    steps = np.linspace(-edge, edge, 5)
    bar.set_yticks(steps, [north(float(v)) for v in steps])


def dot_colours() -> Colormap:
    """The middle of a perceptual scale, all of it to be seen on light and dark."""
    return LinearSegmentedColormap.from_list(
        "dots", colormaps["plasma"](np.linspace(0.25, 0.86, 64))
    )


def _named(first: float, last: float, count: int) -> str:
    if count == 1:
        return "Every look that was used"
    middle = 0.5 * (first + last)
    return "Looks by day" if 6.0 <= middle <= 18.0 else "Looks by night"


def _residuals(axes: Axes, looks: Looks) -> None:
    """Measured less true against the true temperature, with the band of the stated error."""
    miss = looks.seen - looks.true
    rows = np.arange(0, miss.size, max(1, miss.size // MOST))
    reach = 1.15 * float(np.percentile(np.abs(miss), 99.5))
    axes.plot(looks.true[rows], np.clip(miss[rows], -reach, reach), ".", ms=2.2, mew=0,
              color=DOTS, alpha=0.5, rasterized=True)  # fmt: skip
    middle, band = stated_band(looks)
    for side in (-1.0, 1.0):
        axes.plot(middle, side * band, color=colour("mars"), lw=1.3,
                  label="stated 1σ, median" if side > 0 else None)  # fmt: skip
    axes.axhline(0.0, color=colour("ink"), lw=0.8, ls=(0, (1, 1)))
    axes.set(ylim=(-reach, reach), xlabel="true temperature [K]",
             ylabel="measured less true [K]")  # fmt: skip
    axes.legend(loc="upper right", fontsize=7.8)
    axes.set_title("How far off", pad=4)


def stated_band(looks: Looks, least: int = 8) -> tuple[np.ndarray, np.ndarray]:
    """Middles [K] of stretches of true temperature, and the median of the stated errors there."""
    edges = np.linspace(looks.true.min(), looks.true.max() + 1e-6, 29)
    stretch = np.digitize(looks.true, edges) - 1
    kept = [k for k in range(edges.size - 1) if (stretch == k).sum() >= least]
    middle = 0.5 * (edges[1:] + edges[:-1])[kept]
    return middle, np.array([np.median(looks.sigma[stretch == k]) for k in kept])


def _histogram(axes: Axes, looks: Looks) -> None:
    pulls = np.clip(looks.pull, BINS[0], BINS[-1])
    share = np.histogram(pulls, BINS)[0] / pulls.size / np.diff(BINS)
    axes.stairs(share, BINS, fill=True, color=colour("earth"), alpha=0.35)
    axes.stairs(share, BINS, color=colour("earth"), lw=1.2, label="looks")
    x = np.linspace(BINS[0], BINS[-1], 201)
    axes.plot(x, np.exp(-0.5 * x**2) / np.sqrt(2.0 * np.pi), color=colour("ink"), lw=1.2,
              ls=(0, (1, 1)), label="unit normal")  # fmt: skip
    axes.set(xlim=(BINS[0], BINS[-1]), ylim=(0, 0.58), xlabel="(measured − true) / 1σ", yticks=[])
    axes.legend(loc="upper left", fontsize=7.4, borderaxespad=0.1)
    axes.set_title("Against the errors", pad=4)


def _caption(looks: Looks) -> str:
    miss = looks.seen - looks.true
    inside = 100.0 * float((np.abs(looks.pull) < 1.0).mean())
    cold, warm = ((looks.true < 180.0), (looks.true >= 220.0))
    first, last = digits(float(looks.ls.min()), None, 3), digits(float(looks.ls.max()), None, 3)
    parts = [
        f"{digits(float(np.median(looks.sigma[rows])), None, 2)} K {where}"
        for rows, where in ((cold, "below 180 K"), (warm, "above 220 K"))
        if rows.any()
    ]
    return (
        f"Known: {digits(looks.seen.size)} temperatures of the ground that the radiometer "
        "measured and that were used"
        + (f", of {digits(looks.passed)} looks" if looks.passed > looks.seen.size else "")
        + ", in the season Ls "
        + (f"{first}°" if first == last else f"{first} to {last}°")
        + ". Below: what they are off from the truth, root mean square "
        f"{digits(float(np.sqrt(np.mean(miss**2))), None, 3)} K, and the error that they claim"
        + (f" ({', '.join(parts)} in the median)" if parts else "")
        + f"; {digits(inside, None, 2)} % are within 1σ (68 % would be right). Cold ground sends "
        "little, so noise weighs more there. Dots beyond the axes stand at their ends. Assumed "
        "known: how the ground glows; known with errors: dust and the air's warmth."
    )  # fmt: skip
