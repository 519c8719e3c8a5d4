"""What the figures of the climate share: axes of season and hour, the order of colours."""

from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, MultipleLocator

DEGREE = "°"
SERIES: tuple[tuple[str, Any], ...] = (
    ("mars", "-"), ("earth", (0, (5, 1.5))), ("craft", (0, (1.4, 1.2))),
    ("sun", (0, (4, 1, 1, 1))), ("manoeuvre", (0, (7, 1.5))), ("moon", (0, (2.5, 1.2))),
)  # fmt: skip
"""Colour role and dashes of the first, second, … line, so that none is told by colour alone."""


def closed_year(ls: np.ndarray, *values: np.ndarray) -> tuple[np.ndarray, ...]:
    """Seasons [deg] and values (…, ls) with the first season again at the end of the year."""
    whole = np.append(ls, ls[0] + 360.0)
    return whole, *(np.concatenate([v, v[..., :1]], axis=-1) for v in values)


def season_axis(axes: Axes, *, labels: bool = True, title: bool = True) -> None:
    """The year by the Sun's areocentric longitude [deg]."""
    axes.set_xlim(0.0, 360.0)
    axes.xaxis.set_major_locator(MultipleLocator(60))
    axes.xaxis.set_minor_locator(MultipleLocator(30))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda v, _: f"{v:.0f}{DEGREE}"))
    axes.tick_params(labelbottom=labels)
    if labels and title:
        axes.set_xlabel("season Ls (0°: northern spring begins)")


def hour_axis(axes: Axes, *, labels: bool = True, step: float = 6.0) -> None:
    """One sol by local true solar time [h]."""
    axes.set_xlim(0.0, 24.0)
    axes.xaxis.set_major_locator(MultipleLocator(step))
    axes.xaxis.set_minor_locator(MultipleLocator(1))
    axes.tick_params(labelbottom=labels)
    if labels:
        axes.set_xlabel("local true solar time [h]")
