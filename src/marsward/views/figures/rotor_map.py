"""What the rotor can do: power and thrust to spare, by density and by speed of flight."""

import numpy as np

from marsward.views.figures.drawing import Drawing
from marsward.views.figures.entry_axes import column
from marsward.views.stored_run import StoredPhase
from marsward.views.style import colour, new_figure

_SERIES = (
    ("mars", "-"),
    ("earth", (0, (5, 1.5))),
    ("craft", (0, (1.4, 1.2))),
    ("sun", (0, (4, 1, 1, 1))),
)


def draw(phase: StoredPhase) -> Drawing:
    """Shaft power in hover and thrust margin by density, one line for each set of airfoil data."""
    density, speed = (column(phase, "rotor_map", name) for name in ("density", "speed"))
    names = phase.texts("rotor_map", "airfoils")
    power, margin = (
        column(phase, "rotor_map", name) for name in ("shaft_power", "thrust_margin")
    )  # (airfoils, density, speed)
    figure = new_figure(7.6, 5.6)
    axes = figure.subplots(2, 2)
    for k, name in enumerate(names):
        role, dash = _SERIES[k % len(_SERIES)]
        axes[0, 0].plot(1e3 * density, power[k, :, 0], color=colour(role), ls=dash, label=name)
        axes[0, 1].plot(1e3 * density, 100 * margin[k, :, 0], color=colour(role), ls=dash)
    axes[0, 0].set(ylabel="shaft power in hover [W]", ylim=(0.0, None))
    axes[0, 1].set_ylabel("thrust to spare in hover [%]")
    axes[0, 1].axhline(0.0, color=colour("ink"), lw=0.8)
    axes[0, 0].legend(loc="best")
    for each in axes[0]:
        each.set_xlabel("density [g m⁻³]")
        for at in _met(phase):
            each.axvspan(*at, color=colour("shade"), zorder=0, lw=0)
    middle = len(names) // 2
    for each, values, text, colours in (
        (axes[1, 0], power[middle], "shaft power [W]", "plasma"),
        (axes[1, 1], 100 * margin[middle], "thrust to spare [%]", "viridis"),
    ):
        image = each.contourf(1e3 * density, speed, values.T, 12, cmap=colours)
        lines = each.contour(1e3 * density, speed, values.T, 6, colors="white", linewidths=0.6)
        each.clabel(lines, fontsize=7.0, fmt="%g")
        bar = figure.colorbar(image, ax=each)
        bar.set_label(text)
        each.set(xlabel="density [g m⁻³]", ylabel="speed of flight [m/s]")
        each.grid(False)
    attrs = phase.product("rotor_map").attrs
    caption = (
        f"{attrs.get('rotorcraft', 'The rotor')} at {_plain(attrs.get('rpm'))} turns a minute and "
        f"{_plain(attrs.get('temperature'))} K, carrying its weight; below with the airfoil data "
        f"“{names[middle]}”. The data of thin airfoils at these Reynolds numbers differ: the lines "
        "are the band, none is the truth. Grey: densities of the flights."
    )
    return Drawing(figure, caption, "Power and spare thrust of the rotor by density and speed.")


def _plain(value: object) -> str:
    """A number without needless digits."""
    return f"{float(value):g}" if isinstance(value, int | float | np.number) else "?"


def _met(phase: StoredPhase) -> list[tuple[float, float]]:
    """The span of densities that flights met [g/m³]."""
    if "flights" not in phase.products:
        return []
    met = 1e3 * column(phase, "flights", "density")
    met = met[np.isfinite(met)]
    return [(float(met.min()), float(met.max()))] if met.size else []
