"""The dust over the station, as pictures of the Sun tell it sol by sol."""

import numpy as np

from marsward.views.figures.drawing import Drawing
from marsward.views.figures.map_axes import east, north, panel
from marsward.views.numbers import digits
from marsward.views.stored_run import Missing, StoredPhase
from marsward.views.style import colour, new_figure

PRODUCT = "sun_images"


def draw(phase: StoredPhase) -> Drawing:
    """Opacity sol by sol with its error and the truth; what was missed."""
    sol, known, sigma, true = (
        phase.values(PRODUCT, name).astype(float)
        for name in ("sol", "opacity", "opacity_sigma", "true_opacity")
    )
    good = np.isfinite(known) & np.isfinite(true) & (sigma > 0.0)
    if not good.any():
        raise Missing(f"{phase.folder.name}/{PRODUCT}.nc holds no opacity")
    figure = new_figure(7.6, 3.0)
    figure.set_layout_engine("none")
    left, right = (panel(figure, at, 0.5, 2.95, 2.1) for at in (0.65, 4.45))
    left.plot(sol, true, color=colour("ink"), lw=1.2, ls=(0, (1, 1)), label="true")
    left.errorbar(sol[good], known[good], yerr=sigma[good], fmt=".", ms=4, elinewidth=0.8,
                  color=colour("earth"), label="found, 1σ")  # fmt: skip
    left.set(xlabel="sol of the station", ylabel="visible opacity above the station")
    left.legend(loc="best", fontsize=7.8)
    left.set_title("Dust over the station", pad=4)
    right.errorbar(sol[good], (known - true)[good], yerr=sigma[good], fmt=".", ms=4, elinewidth=0.8,
                   color=colour("earth"))  # fmt: skip
    right.axhline(0.0, color=colour("ink"), lw=0.8)
    right.set(xlabel="sol of the station", ylabel="found − true")
    right.set_title("Against the truth, 1σ", pad=4)
    label = "Opacity of the dust from pictures of the Sun, with errors."
    return Drawing(figure, _caption(phase, known[good], true[good], sigma[good]), label)


def _caption(phase: StoredPhase, known: np.ndarray, true: np.ndarray, sigma: np.ndarray) -> str:
    attrs = phase.product(PRODUCT).attrs
    off = known - true
    return (
        f"Truth against knowledge at {attrs.get('place', 'the station')} "
        f"({north(round(float(attrs['lat']), 2))}, {east(round(float(attrs['lon']), 2))}): the "
        f"Sun's light through more and less air on {digits(known.size)} sols. The opacity above "
        f"the station is off by {digits(float(np.sqrt(np.mean(off**2))), None, 2)} rms, stated "
        f"{digits(float(np.sqrt(np.mean(sigma**2))), None, 2)}. Assumed: dust of the season with "
        "weather of 5 % beside it."
    )
