"""The rover's radar: echoes under the wheels, and the layers that were read out of them."""

import numpy as np
from matplotlib.axes import Axes

from marsward.views.figures.drawing import Drawing
from marsward.views.figures.entry_axes import column
from marsward.views.numbers import digits
from marsward.views.stored_run import StoredPhase
from marsward.views.style import colour, new_figure

DEEP = 70.0  # dB under the strongest echo that is shown


def draw(phase: StoredPhase) -> Drawing:
    """A radargram of each channel, the true layers and those that were found."""
    channels = phase.texts("ground_radar", "channel")
    figure = new_figure(7.6, 3.0 * len(channels) + 0.3)
    axes = np.atleast_1d(figure.subplots(len(channels), 1))
    far = column(phase, "ground_radar", "distance")
    for k, (each, name) in enumerate(zip(axes, channels, strict=True)):
        depth = column(phase, "ground_radar", "depth")[k]
        power = column(phase, "ground_radar", "power")[k]
        image = each.imshow(
            power, cmap="gray", aspect="auto", vmin=-DEEP, vmax=0.0, interpolation="bilinear",
            extent=(far[0], far[-1], depth[-1], depth[0]),
        )  # fmt: skip
        _layers(each, phase, k, far)
        each.set(ylabel="depth [m]", title=name, xlim=(far[0], far[-1]))
        each.set_ylim(depth[-1], depth[0])
        each.grid(False)
        bar = figure.colorbar(image, ax=each, pad=0.01, aspect=18)
        bar.set_label("echo [dB]")
    axes[-1].set_xlabel("driven [m]")
    axes[0].legend(loc="lower right", frameon=True, facecolor=colour("card"), framealpha=0.9)
    return Drawing(figure, _caption(phase), "Radargrams of both channels with retrieved layers.")


def _layers(axes: Axes, phase: StoredPhase, channel: int, far: np.ndarray) -> None:
    truth = column(phase, "ground_radar_layers", "depth_true")[channel]  # (layer, distance)
    known = column(phase, "ground_radar_layers", "depth")[channel]
    for k in range(truth.shape[0]):
        axes.plot(far, truth[k], color="#2e86d1", lw=1.0, label="true layer" if not k else None)
        axes.plot(far, known[k], ls="none", marker=".", ms=3.0, color="#ff9163",
                  label="read from the echoes" if not k else None)  # fmt: skip


def _caption(phase: StoredPhase) -> str:
    true, told, sigma = (
        column(phase, "ground_radar_layers", name)
        for name in ("permittivity_true", "permittivity", "permittivity_sigma")
    )  # (channel, layer)
    rows = []
    for c, name in enumerate(phase.texts("ground_radar", "channel")):
        parts = [
            f"{digits(told[c, k], sigma[c, k], 3)} ± {digits(sigma[c, k], sigma[c, k])} "
            f"({digits(true[c, k], sigma[c, k], 3)})"
            for k in range(true.shape[1])
            if np.isfinite(told[c, k])
        ]
        if parts:
            rows.append(f"{name}: {', '.join(parts)}")
    return (
        "Echo power under the rover, depth by the speed that was found. Permittivity of the "
        f"layers, read (true), from the top: {'; '.join(rows)}."
    )
