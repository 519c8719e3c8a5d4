"""What the rover's laser and camera tell of rocks: truth and knowledge."""

from typing import Any

import numpy as np

from marsward.views.figures.drawing import Drawing
from marsward.views.figures.entry_axes import column
from marsward.views.stored_run import StoredPhase
from marsward.views.style import colour, new_figure

_LOWERED = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")


def draw_laser(phase: StoredPhase) -> Drawing:
    """Oxides by laser spectra: told against true, one panel each."""
    oxides = phase.texts("laser_oxides", "oxide")
    true, told, sigma = (
        100.0 * column(phase, "laser_oxides", name) for name in ("truth", "share", "share_sigma")
    )  # (target, oxide)
    columns = 4
    rows = -(-len(oxides) // columns)
    figure = new_figure(7.6, 1.95 * rows)
    axes = np.atleast_1d(figure.subplots(rows, columns)).ravel()
    for k, (each, name) in enumerate(zip(axes, oxides, strict=False)):
        top = 1.08 * float(max(true[:, k].max(), (told[:, k] + sigma[:, k]).max()))
        each.plot([0, top], [0, top], color=colour("muted"), lw=0.8)
        each.errorbar(true[:, k], told[:, k], sigma[:, k], fmt="o", ms=3, lw=0.9,
                      color=colour("mars"))  # fmt: skip
        each.set(xlim=(0, top), ylim=(0, top))
        each.set_title(name.translate(_LOWERED), fontsize=8.6, pad=2)
        each.tick_params(labelsize=7.4)
    for each in axes[len(oxides) :]:
        each.set_visible(False)
    figure.supxlabel("true [% by weight]", fontsize=9)
    figure.supylabel("told [% by weight]", fontsize=9)
    chi = float(np.nanmean(((told - true) / sigma) ** 2))
    caption = (
        f"Oxides of {true.shape[0]} targets by the laser's spectra; bars 1σ. Mean squared error "
        f"over the told variance: {chi:.2f}."
    )
    return Drawing(figure, caption, "Oxides told by the laser against the truth.")


def draw_camera(phase: StoredPhase) -> Drawing:
    """Spectra of the multispectral camera: true and measured."""
    wave, true, told, sigma = (
        column(phase, "rover_spectra", name)
        for name in ("wavelength", "truth", "reflectance", "reflectance_sigma")
    )
    names = phase.texts("rover_spectra", "target")
    figure = new_figure(7.6, 3.4)
    axes = figure.subplots()
    roles = ("mars", "earth", "craft", "sun", "manoeuvre", "moon")
    for k, name in enumerate(names):
        dash: Any = "-" if k < len(roles) else (0, (4, 1.5))
        mark = "o" if k < len(roles) else "s"
        axes.plot(1e9 * wave, true[k], color=colour(roles[k % 6]), lw=1.0, ls=dash)
        axes.errorbar(1e9 * wave, told[k], sigma[k], fmt=mark, ms=3.5, color=colour(roles[k % 6]),
                      label=name)  # fmt: skip
    axes.set(xlabel="wavelength [nm]", ylabel="reflectance factor [1]")
    axes.set_ylim(bottom=0.0)
    axes.legend(loc="center left", bbox_to_anchor=(1.0, 0.5))
    chi = float(np.nanmean(((told - true) / sigma) ** 2))
    caption = f"Lines: true; dots: measured, 1σ. Mean squared error over variance: {chi:.2f}."
    return Drawing(figure, caption, "Spectra by the rover's camera, true and measured.")
