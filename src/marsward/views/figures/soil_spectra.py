"""Spectra of places: what the instrument saw, the reflectance made of it, the fit and the truth."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import MaxNLocator, MultipleLocator

from marsward.views.figures.drawing import Drawing
from marsward.views.figures.map_axes import east, north, panel
from marsward.views.numbers import digits
from marsward.views.stored_run import Missing, StoredPhase
from marsward.views.style import colour, new_figure

MOST = 4
GAP = 3.0
"""Steps between channels over which a line is broken."""
BANDS = (
    (1.00, "Fe²⁺"), (1.43, "OH, H₂O"), (1.93, "H₂O"), (2.02, "CO₂"), (2.30, "OH"), (3.00, "H₂O"),
)  # fmt: skip
"""Wavelength [um] and name of well-known bands: Viviano-Beck et al. 2014,
doi:10.1002/2014JE004627, table 2; carbon dioxide is the air's."""


def draw(phase: StoredPhase) -> Drawing:
    """Two by two places, each with its residuals below."""
    product = "soil_spectra"
    wavelength = 1e6 * phase.values(product, "wavelength").astype(float)
    rows = phase.values(product, "shown").astype(int)[:MOST]
    names = phase.texts(product, "example")[:MOST]
    if not rows.size:
        raise Missing(f"{phase.folder.name}/{product}.nc names no spectrum to show")
    tall = (rows.size + 1) // 2
    height = 0.4 + 3.1 * tall
    figure = new_figure(7.6, height)
    figure.set_layout_engine("none")
    left_out, spread = [], []
    for number, (row, name) in enumerate(zip(rows, names, strict=True)):
        left, bottom = 0.6 + 3.7 * (number % 2), height - 3.05 - 3.1 * (number // 2)
        one = _spectrum(phase, int(row))
        above = panel(figure, left, bottom + 0.82, 3.2, 1.75)
        below = panel(figure, left, bottom, 3.2, 0.7)
        _reflectance(above, wavelength, one, name)
        spread.append(_residual(below, wavelength, one))
        left_out.append(int(np.isnan(one["reflectance"]).sum()))
        if number % 2 == 0:
            above.set_ylabel("reflectance")
            below.set_ylabel("residual [%]")
        if number >= rows.size - 2:
            below.set_xlabel("wavelength [µm]")
    _legend(figure)
    counts = sorted(set(left_out))
    told = digits(counts[0]) if len(counts) == 1 else f"{digits(counts[0])} to {digits(counts[-1])}"
    caption = (
        f"Spectra nearest to places with known deposits and to dust, {digits(wavelength.size)} "
        "channels. Dotted: what the instrument measures, I/F with air and dust in it. Line with "
        "its band of 1σ: reflectance after the light, the dust as believed and carbon dioxide are "
        "taken out (knowledge). Dashed: the mixture of minerals that fits it. Thick and pale: the "
        f"truth. Lines are broken where channels are left out ({told} of a spectrum, deep in the "
        "gas). Below: reflectance less fit in per cent of the fit, with ±1σ; root mean square "
        f"{digits(float(np.sqrt(np.mean(np.square(spread)))), None, 2)} %. Marks: well-known bands "
        "(Viviano-Beck et al. 2014); that of CO₂ at 2.0 µm is the air's."
    )
    label = "Measured, fitted and true spectra of places on Mars with residuals and named bands."
    return Drawing(figure, caption, label)


def _spectrum(phase: StoredPhase, row: int) -> dict[str, np.ndarray]:
    """The spectra of one place, and where it is, from the product without reading the others."""
    product = phase.product("soil_spectra")
    wanted = (
        "radiance_factor", "reflectance", "reflectance_sigma", "fitted_reflectance",
        "true_reflectance", "lon", "lat",
    )  # fmt: skip
    lost = [name for name in wanted if name not in product.variables]
    if lost or not 0 <= row < product.sizes.get("place", 0):
        raise Missing(f"{phase.folder.name}/soil_spectra.nc has no {' and no '.join(lost) or row}")
    return {name: np.asarray(product[name][row].values, dtype=float) for name in wanted}


def _broken(wavelength: np.ndarray, values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Wavelengths and values with a gap wherever channels are further apart than they should be."""
    step = float(np.median(np.diff(wavelength)))
    at = np.flatnonzero(np.diff(wavelength) > GAP * step) + 1
    return np.insert(wavelength, at, np.nan), np.insert(values, at, np.nan)


def _reflectance(axes: Axes, wavelength: np.ndarray, one: dict[str, np.ndarray], name: str) -> None:
    reflectance, sigma = one["reflectance"], one["reflectance_sigma"]
    x, y = _broken(wavelength, one["true_reflectance"])
    axes.plot(x, y, color=colour("sun"), lw=4.0, alpha=0.4, solid_capstyle="butt", zorder=2)
    x, low = _broken(wavelength, reflectance - sigma)
    _, high = _broken(wavelength, reflectance + sigma)
    axes.fill_between(x, low, high, color=colour("earth"), alpha=0.3, lw=0, zorder=3)
    axes.plot(*_broken(wavelength, reflectance), color=colour("earth"), lw=0.9, zorder=4)
    fitted = np.where(np.isfinite(reflectance), one["fitted_reflectance"], np.nan)
    axes.plot(*_broken(wavelength, fitted), color=colour("mars"), lw=1.1, ls=(0, (4, 2)), zorder=5)
    axes.plot(*_broken(wavelength, one["radiance_factor"]), color=colour("muted"), lw=1.0,
              ls=(0, (1, 1)), zorder=3)  # fmt: skip
    top = 1.3 * float(np.nanmax(np.where(np.isfinite(reflectance), reflectance + sigma, np.nan)))
    axes.set(xlim=(float(wavelength[0]), float(wavelength[-1])), ylim=(0.0, top))
    axes.xaxis.set_major_locator(MultipleLocator(0.5))
    axes.tick_params(labelbottom=False)
    axes.yaxis.set_major_locator(MaxNLocator(5))
    where = f"{north(round(float(one['lat']), 1))}, {east(round(float(one['lon']), 1))}"
    axes.set_title(f"{name}: {where}", pad=4)
    _bands(axes, wavelength, top)


def _bands(axes: Axes, wavelength: np.ndarray, top: float) -> None:
    """Short marks with the names of bands along the upper edge; close ones on two levels."""
    last, raised = -np.inf, False
    for at, name in BANDS:
        if not wavelength[0] < at < wavelength[-1]:
            continue
        raised = at - last < 0.2 and not raised
        role = "manoeuvre" if name == "CO₂" else "ink"
        axes.plot([at, at], [0.855 * top, 0.885 * top], color=colour(role), lw=1.0, zorder=6)
        axes.text(at, (0.99 if raised else 0.895) * top, name, fontsize=6.6, ha="center",
                  va="top" if raised else "bottom", color=colour(role), zorder=6)  # fmt: skip
        last = at


def _residual(axes: Axes, wavelength: np.ndarray, one: dict[str, np.ndarray]) -> float:
    """Reflectance less fit [% of the fit]; gives back its root mean square."""
    fitted = one["fitted_reflectance"]
    off = 100.0 * (one["reflectance"] - fitted) / fitted
    sigma = 100.0 * one["reflectance_sigma"] / fitted
    x, s = _broken(wavelength, sigma)
    axes.fill_between(x, -s, s, color=colour("earth"), alpha=0.22, lw=0)
    axes.plot(*_broken(wavelength, off), color=colour("ink"), lw=0.6)
    axes.axhline(0.0, color=colour("muted"), lw=0.6)
    reach = 1.3 * float(np.nanpercentile(np.abs(off), 99.0))
    axes.set(xlim=(float(wavelength[0]), float(wavelength[-1])), ylim=(-reach, reach))
    axes.xaxis.set_major_locator(MultipleLocator(0.5))
    axes.yaxis.set_major_locator(MaxNLocator(3, symmetric=True))
    return float(np.sqrt(np.nanmean(off**2)))


def _legend(figure: Figure) -> None:
    handles = [
        Line2D([], [], color=colour("muted"), lw=1.0, ls=(0, (1, 1))),
        Line2D([], [], color=colour("earth"), lw=1.2),
        Patch(fc=colour("earth"), alpha=0.3),
        Line2D([], [], color=colour("mars"), lw=1.2, ls=(0, (4, 2))),
        Line2D([], [], color=colour("sun"), lw=4.0, alpha=0.4),
    ]
    figure.legend(
        handles, ["measured I/F", "reflectance", "±1σ", "fit", "truth"], loc="upper left",
        bbox_to_anchor=(0.06, 1.0), ncols=5, fontsize=8.0, columnspacing=1.6, borderaxespad=0.2,
    )  # fmt: skip
