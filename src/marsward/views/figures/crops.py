"""Earth and Moon cut from the picture and enlarged, each with a scale bar."""

import numpy as np
from matplotlib.axes import Axes

from marsward.views.figures.drawing import Drawing
from marsward.views.figures.exposure import Exposure, Seen, coloured, read
from marsward.views.figures.look_back import PALE, WARM
from marsward.views.numbers import digits
from marsward.views.stored_run import Missing, StoredPhase
from marsward.views.style import new_figure


def draw(phase: StoredPhase) -> Drawing:
    """One panel for each body of picture.nc, pixel by pixel; raises Missing without a body."""
    exposure = read(phase)
    if not exposure.bodies:
        raise Missing(f"{phase.folder.name}/picture.nc shows no body")
    shown = exposure.bodies[:2]
    figure = new_figure(7.6, 7.6 / len(shown) if len(shown) > 1 else 4.2)
    figure.set_layout_engine(None)
    gap = 0.008
    width = (1 - gap * (len(shown) - 1)) / len(shown)
    for place, seen in enumerate(shown):
        axes = figure.add_axes((place * (width + gap), 0, width, 1))
        _panel(axes, exposure, seen)
    sizes = [2 * seen.radius for seen in shown]
    caption = "Each body fills its panel and its greys, so scale and brightness differ between them"
    if len(shown) == 2:
        names, ratio = [seen.name for seen in shown], sizes[0] / sizes[1]
        caption += f". {names[0]} is {sizes[0]:.1f} px wide, {names[1]} {sizes[1]:.1f} px, "
        caption += f"{ratio:.2f} times less"
    return Drawing(
        figure,
        caption + ". Thin rings: the limb from the geometry.",
        "Enlarged crops of the bodies in the picture with scale bars.",
    )


def _panel(axes: Axes, exposure: Exposure, seen: Seen) -> None:
    tile, (rows, columns) = exposure.crop(seen, 1.28)
    half = 1.28 * seen.radius + 3
    (x, y), (top, left) = seen.centre, (rows.start, columns.start)
    bottom, right = top + tile.shape[0], left + tile.shape[1]
    axes.set_facecolor("black")
    axes.imshow(coloured(tile), interpolation="none",
                extent=(left - 0.5, right - 0.5, bottom - 0.5, top - 0.5))  # fmt: skip
    axes.set(xlim=(x - half, x + half), ylim=(y + half, y - half), xticks=[], yticks=[])
    axes.set_aspect("equal")
    for spine in axes.spines.values():
        spine.set_visible(False)
    turn = np.linspace(0, 2 * np.pi, 181)
    limb = np.array(seen.centre) + seen.radius * np.stack([np.cos(turn), np.sin(turn)], axis=1)
    axes.plot(*limb.T, color=WARM, lw=0.6, alpha=0.8)
    axes.text(0.035, 0.965, seen.name, transform=axes.transAxes, color=WARM, fontsize=12,
              weight="bold", va="top")  # fmt: skip
    _bar(axes, exposure, seen)


def _bar(axes: Axes, exposure: Exposure, seen: Seen) -> None:
    """A bar of a round number of pixels, in arcminutes and in km at the body."""
    pixels = next(n for n in (100, 50, 20, 10, 5, 2, 1) if n <= 0.8 * seen.radius or n == 1)
    low, high = axes.get_xlim()
    bottom, top = axes.get_ylim()
    x, y = low + 0.035 * (high - low), bottom - 0.05 * (bottom - top)
    axes.plot([x, x + pixels], [y, y], color=PALE, lw=2.2, solid_capstyle="butt")
    text = f"{pixels} px"
    if exposure.pixel_angle:
        angle = pixels * exposure.pixel_angle
        text += f" = {digits(np.rad2deg(angle) * 60, None, 3)}′"
        if seen.distance:
            text += f" = {digits(angle * seen.distance / 1e3, None, 3)} km"
    axes.text(x, y - 0.02 * (bottom - top), text, color=PALE, fontsize=8, va="bottom")
