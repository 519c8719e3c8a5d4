"""The energy budget of a sol between space, air and ground, drawn to scale."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import FancyArrow, Rectangle

from marsward.views.figures.drawing import Drawing
from marsward.views.figures.map_axes import panel
from marsward.views.numbers import digits
from marsward.views.stored_run import Missing, StoredPhase
from marsward.views.style import colour, new_figure

PRODUCT = "budget"
# flux: (from height, to height, place across, colour role, name)
SPACE, AIR, GROUND = 3.65, 2.0, 0.62
HALF_AIR = 0.36
ARROWS: tuple[tuple[str, float, float, float, str, str], ...] = (
    ("sunlight", SPACE, AIR, 0.95, "sun", "sunlight\nin"),
    ("reflected", AIR, SPACE, 2.75, "sun", "sunlight\nout again"),
    ("sunlight_at_ground", AIR, GROUND, 0.95, "sun", "sunlight\nthat the\nground takes"),
    ("infrared_to_space", AIR, SPACE, 5.3, "mars", "infrared\nto space"),
    ("sensible", GROUND, AIR, 2.75, "earth", "warm air\nrising"),
    ("infrared_up", GROUND, AIR, 4.5, "mars", "infrared of\nthe ground"),
    ("infrared_down", AIR, GROUND, 6.35, "mars", "infrared of\nthe air"),
)
BACKWARD = {"sensible": "warmth that\nthe air gives", "sunlight_at_ground": "sunlight,\nlost"}
"""What a flux is called when it goes the other way."""
WIDEST = 0.85  # of an arrow, axes units
_LEAST = 0.05  # W m-2, below which there is no arrow


def draw(phase: StoredPhase) -> Drawing:
    """Arrows as wide as the fluxes they stand for."""
    fluxes = budget_of(phase)
    figure = new_figure(7.6, 4.3)
    figure.set_layout_engine("none")
    axes = panel(figure, 0.15, 0.1, 7.3, 4.1)
    _scene(axes)
    widest = max(abs(fluxes[name]) for name, *_ in ARROWS)
    for name, start, stop, across, role, text in ARROWS:
        _arrow(axes, name, fluxes[name], widest, start, stop, across, role, text)
    kept = fluxes["sunlight"] - fluxes["reflected"] - fluxes["sunlight_at_ground"]
    axes.text(0.95, AIR, _kept(kept), va="center", color=colour("sun"), fontsize=8.2)
    axes.text(7.95, 3.83, "W m⁻², mean of the sol", ha="right", va="center", fontsize=8.2,
              color=colour("muted"))  # fmt: skip
    label = "Energy budget of a sol between space, air and ground."
    return Drawing(figure, _caption(phase, fluxes, kept), label)


def budget_of(phase: StoredPhase, case: int = 0) -> dict[str, float]:
    """Sol means [W m-2] of a case by name of the flux; raises Missing without one."""
    names = phase.texts(PRODUCT, "flux")
    values = phase.values(PRODUCT, "budget").astype(float)
    made = dict(zip(names, values[case], strict=True))
    lost = [name for name, *_ in ARROWS if not np.isfinite(made.get(name, np.nan))]
    if lost:
        raise Missing(f"{phase.folder.name}/{PRODUCT}.nc has no {lost[0]}")
    return made


def _scene(axes: Axes) -> None:
    """Space, air and ground as bands."""
    axes.set(xlim=(0.0, 8.0), ylim=(0.0, 4.1))
    axes.axis("off")
    axes.add_patch(Rectangle((0.0, 0.1), 8.0, 0.52, color=colour("mars"), alpha=0.16, lw=0))
    axes.add_patch(Rectangle((0.0, 1.64), 8.0, 0.72, color=colour("earth"), alpha=0.12, lw=0))
    for height, text in ((3.83, "space"), (2.0, "air"), (0.36, "ground")):
        axes.text(0.12, height, text, va="center", fontsize=9.5, fontweight="bold")


def _arrow(
    axes: Axes, name: str, value: float, widest: float, start: float, stop: float, across: float,
    role: str, text: str,
) -> None:  # fmt: skip
    """One flux: an arrow of its width, turned round where it is negative, none where none flows."""
    if value < 0.0:
        start, stop, text = stop, start, BACKWARD.get(name, text)
    if start == AIR:
        start += HALF_AIR if stop > start else -HALF_AIR
    if stop == AIR:
        stop += HALF_AIR if start > stop else -HALF_AIR
    width = abs(value) / max(widest, _LEAST) * WIDEST
    if abs(value) >= _LEAST:
        axes.add_patch(
            FancyArrow(
                across, start, 0.0, stop - start, width=max(width, 0.004),
                length_includes_head=True, head_width=width + 0.16,
                head_length=min(0.2, 0.45 * abs(stop - start)), color=colour(role), lw=0,
                alpha=0.85,
            )
        )  # fmt: skip
    number = _told(abs(value)) if abs(value) >= _LEAST else "none"
    axes.text(
        across + 0.5 * width + 0.11, 0.5 * (start + stop), f"{text}\n{number}",
        ha="left", va="center", fontsize=8.0, linespacing=1.15,
    )  # fmt: skip


def _told(value: float) -> str:
    return f"{value + 0.0:.1f}".replace("-0.0", "0.0").replace("-", "−")


def _kept(kept: float) -> str:
    """What of the sunlight stays in the air."""
    none = abs(kept) < _LEAST
    return "the air takes no sunlight" if none else f"of the sunlight the air takes {_told(kept)}"


def _caption(phase: StoredPhase, fluxes: dict[str, float], kept: float) -> str:
    attrs = phase.product(PRODUCT).attrs
    net = fluxes["sunlight"] - fluxes["reflected"] - fluxes["infrared_to_space"]
    told = [f"{_told(abs(net))} W m⁻² more {'come in' if net >= 0.0 else 'go out'} at the top than "
            f"{'go out' if net >= 0.0 else 'come in'}"]  # fmt: skip
    if "into_ground" in fluxes:
        deep = fluxes["into_ground"]
        told.append(f"the ground {'keeps' if deep >= 0.0 else 'gives'} {_told(abs(deep))} W m⁻²")
    text = (
        f"Truth: means of a sol [W m⁻²] at {attrs.get('place', 'one place')}, Ls "
        f"{float(attrs['ls']):.0f}°, dust {float(attrs['dust_opacity']):.2g}. The shafts of the "
        f"arrows are as wide as their fluxes. The air itself takes {_told(kept)} W m⁻² of the "
        f"sunlight{_undusted(phase)}"
    )
    if fluxes["infrared_up"] >= _LEAST:
        share = 100.0 * fluxes["infrared_down"] / fluxes["infrared_up"]
        text += (
            f" and sends back {digits(share, None, 2)} % of the infrared that the ground sends up"
        )
    return f"{text}. What is left of the sol: {', '.join(told)}."


def _undusted(phase: StoredPhase) -> str:
    """What the air takes in the experiment without dust, where there is one."""
    cases = phase.texts(PRODUCT, "case")
    if "no dust" not in cases:
        return ""
    clean = budget_of(phase, cases.index("no dust"))
    kept = clean["sunlight"] - clean["reflected"] - clean["sunlight_at_ground"]
    return f" ({_told(kept)} without dust)"
