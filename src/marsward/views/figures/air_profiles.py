"""Temperature profiles as instruments found them, against the air as it is."""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from marsward.views.figures.climate_axes import SERIES
from marsward.views.figures.drawing import Drawing
from marsward.views.figures.map_axes import east, north, panel
from marsward.views.numbers import digits
from marsward.views.stored_run import Missing, StoredPhase
from marsward.views.style import DOTS, colour, new_figure

BINS = np.linspace(-5.0, 5.0, 41)
TOP = 60.0  # km shown
ROWS = 7  # kernels drawn at most
_TOO_MUCH = 1.5  # mean square of errors over their stated size that is no longer about right


@dataclass(frozen=True)
class Profiles:
    """Soundings (profile, level): heights [m], temperatures [K]; kernels (…, level, level).

    `settled` says which fits came to rest, `pieces` how many independent numbers one tells.
    """

    height: np.ndarray
    found: np.ndarray
    sigma: np.ndarray
    true: np.ndarray
    lat: np.ndarray
    lon: np.ndarray
    ltst: np.ndarray
    ls: np.ndarray
    kernel: np.ndarray | None
    settled: np.ndarray
    pieces: float

    @property
    def used(self) -> np.ndarray:
        """Which profiles have a temperature beside the truth (profile)."""
        return np.asarray(np.isfinite(self.pull).any(axis=1))

    @property
    def middle(self) -> int:
        """The profile whose error below the top is the median of those that reach deep."""
        seen = np.isfinite(self.pull) & (self.height < 1e3 * TOP)
        deep = seen.sum(axis=1) >= 0.8 * seen.sum(axis=1).max()
        off = np.where(seen, (self.found - self.true) ** 2, 0.0).sum(axis=1)
        rms = np.sqrt(off / np.maximum(seen.sum(axis=1), 1))
        order = np.flatnonzero(deep)[np.argsort(rms[deep], kind="stable")]
        return int(order[(order.size - 1) // 2])

    @property
    def pull(self) -> np.ndarray:
        """Found less true over the stated error."""
        return (self.found - self.true) / self.sigma


def draw_occultations(phase: StoredPhase) -> Drawing:
    """Profiles by radio occultation."""
    return _draw(phase, "occultations", "radio occultation")


def draw_sounder(phase: StoredPhase) -> Drawing:
    """Profiles by the nadir sounder."""
    return _draw(phase, "soundings", "the sounder that looks down")


def draw_limb(phase: StoredPhase) -> Drawing:
    """Profiles by the limb sounder."""
    return _draw(phase, "limb_soundings", "the sounder that looks at the limb")


def _draw(phase: StoredPhase, product: str, how: str) -> Drawing:
    """One profile with its kernels, errors by height, errors over their stated size."""
    found = profiles_of(phase, product)
    figure = new_figure(7.6, 4.1)
    figure.set_layout_engine("none")
    chosen = found.middle
    _one(panel(figure, 0.6, 0.5, 2.0, 3.2), found, chosen)
    middle = panel(figure, 3.0, 0.5, 1.9, 3.2)
    if found.kernel is not None:
        _kernels(middle, found, chosen)
    else:
        _misses(middle, found)
    last = panel(figure, 5.35, 2.45, 2.05, 1.25)
    _histogram(last, found)
    _errors(panel(figure, 5.35, 0.5, 2.05, 1.3), found)
    label = f"Temperature profiles by {how}: one of them, and the errors of all."
    return Drawing(figure, _caption(found, chosen, how), label)


def profiles_of(phase: StoredPhase, product: str) -> Profiles:
    """All soundings of a product; raises Missing without a temperature."""

    def of(name: str) -> np.ndarray:
        return phase.values(product, name).astype(float)

    found, true, sigma = (
        of(name) for name in ("temperature", "true_temperature", "temperature_sigma")
    )
    if found.ndim != 2 or not (np.isfinite(found) & np.isfinite(true)).any():
        raise Missing(f"{phase.folder.name}/{product}.nc has no temperature")
    height = np.broadcast_to(of("height"), found.shape)
    kernel = of("averaging_kernel") if "averaging_kernel" in phase.product(product) else None
    lat, lon, ltst, ls = (of(name) for name in ("lat", "lon", "ltst", "ls"))
    stored = phase.product(product)
    settled = of("converged") > 0.5 if "converged" in stored else np.ones(len(found), dtype=bool)
    pieces = float(np.nanmean(of("dof"))) if "dof" in stored else float("nan")
    return Profiles(height, found, sigma, true, lat, lon, ltst, ls, kernel, settled, pieces)


def _one(axes: Axes, found: Profiles, k: int) -> None:
    """Found with its error, and truth."""
    height = found.height[k] / 1e3
    there = np.isfinite(found.found[k])
    low, high = (found.found[k] + s * found.sigma[k] for s in (-1.0, 1.0))
    axes.fill_betweenx(height[there], low[there], high[there], color=colour("earth"), alpha=0.25,
                       lw=0)  # fmt: skip
    axes.plot(found.found[k][there], height[there], color=colour("earth"), label="found, 1σ")
    axes.plot(found.true[k], height, color=colour("ink"), ls=(0, (1, 1)), lw=1.3, label="true")
    seen = there & (height < TOP)
    ends = found.true[k][(height < TOP) & np.isfinite(found.true[k])]
    span = np.concatenate([ends, found.found[k][seen]])
    axes.set(xlabel="temperature [K]", ylabel="height above the areoid [km]",
             ylim=(_lowest(found, k), TOP),
             xlim=(float(span.min()) - 12, float(span.max()) + 30))  # fmt: skip
    axes.legend(loc="upper right", fontsize=7.8, handlelength=1.6, borderaxespad=0.2)
    axes.set_title("One profile", pad=4)


def _lowest(found: Profiles, k: int) -> float:
    """Where the axis of a profile begins [km]: its lowest level, or the areoid."""
    return min(0.0, float(found.height[k][np.isfinite(found.found[k])].min()) / 1e3)


def _kernels(axes: Axes, found: Profiles, k: int) -> None:
    """Rows of the averaging kernel of the levels above the ground, one level in two or more."""
    kernel = np.asarray(found.kernel)
    kernel = kernel[k] if kernel.ndim == 3 else kernel
    height = found.height[k] / 1e3
    there = np.isfinite(found.found[k]) & (height < TOP)
    rows = np.flatnonzero(there)
    for number, row in enumerate(rows[:: max(1, -(-rows.size // ROWS))]):
        role, _ = SERIES[number % len(SERIES)]
        axes.plot(kernel[row][there], height[there], color=colour(role), lw=1.1)
        axes.plot(kernel[row][row], height[row], ".", color=colour(role), ms=6)
    axes.axvline(0.0, color=colour("muted"), lw=0.8)
    axes.set(xlabel="averaging kernel", ylim=(_lowest(found, k), TOP))
    axes.xaxis.set_major_locator(MaxNLocator(4))
    axes.set_title("What each level hears", pad=4)


def _misses(axes: Axes, found: Profiles) -> None:
    """Found less true of every profile."""
    off = found.found - found.true
    for height, row in zip(found.height / 1e3, off, strict=True):
        axes.plot(row, height, color=DOTS, lw=0.5, alpha=0.35, rasterized=True)
    seen = off[np.isfinite(off) & (found.height < 1e3 * TOP)]
    far = float(np.percentile(np.abs(seen), 99.0)) if seen.size else 1.0
    axes.axvline(0.0, color=colour("ink"), lw=0.8)
    lowest = float(found.height[np.isfinite(off)].min()) / 1e3
    axes.set(xlabel="found − true [K]", ylim=(min(0.0, lowest), TOP), xlim=(-far, far))
    axes.set_title("All profiles", pad=4)


def _errors(axes: Axes, found: Profiles) -> None:
    """Rms of what was missed, and the stated error, by height."""
    edges = np.arange(-10.0, TOP + 1e-9, 5.0)
    height, off = found.height / 1e3, found.found - found.true
    rows = []
    for low, high in pairwise(edges):
        inside = (height >= low) & (height < high) & np.isfinite(off) & np.isfinite(found.sigma)
        if inside.sum() > 3:
            rows.append((0.5 * (low + high), np.sqrt(np.mean(off[inside] ** 2)),
                         np.sqrt(np.mean(found.sigma[inside] ** 2))))  # fmt: skip
    table = np.array(rows).reshape(-1, 3)
    axes.plot(table[:, 1], table[:, 0], color=colour("earth"), marker="o", ms=3, label="made")
    axes.plot(table[:, 2], table[:, 0], color=colour("ink"), ls=(0, (1, 1)), label="stated")
    axes.set(xlabel="error, rms [K]", ylabel="height [km]", xlim=(0.0, None),
             ylim=(min([0.0, *table[:, 0]]) - 2.0, TOP))  # fmt: skip
    axes.legend(loc="lower right", fontsize=7.6, handlelength=1.8, borderaxespad=0.1)
    axes.set_title("Errors by height", pad=4)


def _histogram(axes: Axes, found: Profiles) -> None:
    pull = found.pull[np.isfinite(found.pull)]
    share = np.histogram(pull, BINS)[0] / pull.size / np.diff(BINS)
    axes.stairs(share, BINS, fill=True, color=DOTS, alpha=0.4)
    x = np.linspace(BINS[0], BINS[-1], 201)
    axes.plot(x, np.exp(-0.5 * x**2) / np.sqrt(2 * np.pi), color=colour("ink"), lw=1.1,
              ls=(0, (1, 1)))  # fmt: skip
    axes.set(xlim=(BINS[0], BINS[-1]), ylim=(0, None), yticks=[], xlabel="(found − true) / 1σ")
    beyond = float(np.mean(np.abs(pull) > BINS[-1]))
    if beyond >= 0.005:
        axes.text(0.99, 0.97, f"{100.0 * beyond:.0f} % lie\nbeyond", transform=axes.transAxes,
                  ha="right", va="top", fontsize=7.2, color=colour("muted"))  # fmt: skip
    axes.set_title("Against the stated errors", pad=4)


def _caption(found: Profiles, k: int, how: str) -> str:
    off = found.found - found.true
    low = (found.height < 30e3) & np.isfinite(off)
    pull = found.pull[np.isfinite(found.pull)]
    mean = float(np.mean(pull**2))
    count, used = found.found.shape[0], int(found.used.sum())
    text = (
        f"Truth against knowledge: {digits(used)} temperature profiles by {how}"
        + (f" ({digits(count - used)} more gave none)" if count > used else "")
        + f". The one that is drawn, of median error, lies at {north(round(found.lat[k], 1))}, "
        f"{east(round(found.lon[k], 1))}, Ls {found.ls[k]:.0f}°, {found.ltst[k]:.1f} h local true "
        "time."
    )
    if low.any():
        rms = float(np.sqrt(np.mean(off[low] ** 2)))
        text += f" Below 30 km the error is {digits(rms, None, 2)} K rms."
    text += (
        f" The mean square of all errors over their stated size is {digits(mean, None, 2)}, the "
        f"median {digits(float(np.median(pull**2)), None, 2)}; right would be 1 and 0.45"
        + (", so that the stated errors are too small" if mean > _TOO_MUCH else "")
        + (", so that the stated errors are too large" if mean < 1.0 / _TOO_MUCH else "")
        + "."
    )
    if not found.settled.all():
        text += f" {digits(int((~found.settled).sum()))} of the fits did not settle."
    if found.kernel is not None:
        text += " Kernels: what share of the truth at each height enters the answer at the dot."
    if np.isfinite(found.pieces):
        text += f" One profile holds {digits(found.pieces, None, 2)} independent numbers."
    return text
