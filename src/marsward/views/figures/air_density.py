"""Density and temperature of the air by height, of our own climate and of an engineering model."""

import numpy as np
from matplotlib.axes import Axes

from marsward.views.figures.drawing import Drawing
from marsward.views.figures.map_axes import panel
from marsward.views.numbers import digits
from marsward.views.stored_run import Missing, StoredPhase
from marsward.views.style import colour, new_figure

PRODUCT = "air_column"
CHECKED = 100.0  # km up to which the two are compared


def draw(phase: StoredPhase) -> Drawing:
    """Temperature, density and their ratio by height."""
    height, density, warmth, other, other_warmth = (
        phase.values(PRODUCT, name).astype(float)
        for name in (
            "height", "density", "temperature", "engineering_density", "engineering_temperature"
        )
    )  # fmt: skip
    if not np.isfinite(density).all():
        raise Missing(f"{phase.folder.name}/{PRODUCT}.nc has gaps in the density")
    km = height / 1e3
    figure = new_figure(7.6, 4.2)
    figure.set_layout_engine("none")
    left, middle, right = (panel(figure, at, 0.5, 1.95, 3.3) for at in (0.6, 3.05, 5.5))
    for axes, ours, theirs in ((left, warmth, other_warmth), (middle, density, other)):
        axes.plot(ours, km, color=colour("mars"), label="our climate")
        axes.plot(theirs, km, color=colour("earth"), ls=(0, (5, 1.5)), label="Mars-GRAM 2010")
        axes.set_ylim(km.min(), km.max())
    left.set(xlabel="temperature [K]", ylabel="height above the areoid [km]")
    middle.legend(loc="upper right", fontsize=7.8)
    left.set_title("Temperature", pad=4)
    middle.set(xscale="log", xlabel="density [kg m⁻³]")
    middle.set_title("Density", pad=4)
    _ratio(right, km, 100.0 * (density / other - 1.0))
    label = "Temperature and density by height, ours and of Mars-GRAM."
    return Drawing(figure, _caption(phase, km, 100.0 * (density / other - 1.0)), label)


def _ratio(axes: Axes, km: np.ndarray, percent: np.ndarray) -> None:
    for low, high, band in ((0.0, 60.0, 15.0), (60.0, CHECKED, 40.0)):
        axes.fill_betweenx([low, high], -band, band, color=colour("muted"), alpha=0.15, lw=0)
    axes.plot(percent, km, color=colour("mars"))
    axes.axvline(0.0, color=colour("ink"), lw=0.8)
    far = max(60.0, 1.1 * float(np.abs(percent[km <= CHECKED]).max()))
    axes.set(xlim=(-far, far), ylim=(km.min(), km.max()), xlabel="ours − Mars-GRAM [%]")
    axes.set_title("Density, difference", pad=4)


def _caption(phase: StoredPhase, km: np.ndarray, percent: np.ndarray) -> str:
    attrs = phase.product(PRODUCT).attrs
    far = [
        float(np.abs(percent[(km >= low) & (km <= high)]).max())
        for low, high in ((0.0, 60.0), (60.0, CHECKED))
    ]
    return (
        f"The air over {attrs.get('place', 'one place')}. Ours is made by the climate's own "
        "columns, with no figure of the other model in it; a published profile goes on above "
        "100 km. "
        f"Largest difference of the density {digits(far[0], None, 2)} % up to 60 km and "
        f"{digits(far[1], None, 2)} % from there to 100 km (grey: 15 % and 40 %)."
    )
