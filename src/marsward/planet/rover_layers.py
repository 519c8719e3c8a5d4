"""Layers of ground under a rover, the truth that its radar looks into.

Under Zhurong the radar saw regolith of some 10 m, then two sequences in which blocks grow with
depth, from 10 to 30 m and from 30 to 80 m (Li et al. 2022, doi:10.1038/s41586-022-05147-5), and in
the first metres a permittivity of 3.6 with a loss tangent of 0.017 +- 0.005 (Zhang et al. 2023,
doi:10.1029/2022GL102207). Within the regolith the high channel saw a crust of decimetres over loose
ground. How the permittivity grows below is a choice here, of the order of rock with ever fewer
pores; bottoms of layers undulate by a seeded sum of waves.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from marsward.core.asked import numbers
from marsward.core.errors import InputError
from marsward.physics.layered_reflection import RadarColumns

__all__ = ["DEEP", "SHALLOW", "LayerStack", "layers_under"]

Array = NDArray[np.float64]


@dataclass(frozen=True)
class LayerStack:
    """Mean bottoms of layers [m], permittivity of each and of what is below, one loss tangent.

    swing : rms undulation of a bottom over its depth; length : of its waves along the way [m]
    """

    bottoms: tuple[float, ...]
    permittivity: tuple[float, ...]
    loss_tangent: float
    swing: float = 0.05
    length: float = 60.0


DEEP = LayerStack((10.0, 30.0, 80.0), (3.2, 4.2, 5.4, 6.8), 0.005)
"""What waves of tens of MHz meet: Li et al. 2022; permittivities and loss so that they come back
from 80 m, as they did."""
SHALLOW = LayerStack((0.25, 1.1, 2.6), (3.0, 3.6, 4.3, 5.2), 0.017, swing=0.03, length=40.0)
"""What waves of a GHz meet in the first metres: Zhang et al. 2023, and a choice of depths."""


def layers_under(distance: ArrayLike, stack: LayerStack, *, seed: int) -> RadarColumns:
    """Ground under places along a way.

    Parameters
    ----------
    distance : of the places along the way [m], (n,)
    stack : mean layers; seed : of their undulation, equal for equal ground

    Raises InputError for distances that are no row of numbers.
    """
    far = numbers(distance, "distance along the way", "m")
    if far.ndim != 1 or not far.size:
        raise InputError("distances along the way are a row of one number or more")
    draws = np.random.default_rng(np.random.SeedSequence([int(seed), 0x1A7E]))
    waves = 2.0 * np.pi / (stack.length * np.array([1.0, 2.3, 4.1]))
    bottoms = []
    for mean in stack.bottoms:
        phase = draws.uniform(0.0, 2.0 * np.pi, waves.size)
        size = draws.standard_normal(waves.size) * stack.swing * mean * np.array([0.8, 0.5, 0.3])
        bottoms.append(mean + np.sin(far[:, None] * waves + phase) @ size)
    depth = np.stack(bottoms, axis=1)
    thick = np.maximum(np.diff(depth, axis=1, prepend=0.0), 0.02 * np.array(stack.bottoms))
    loss = np.full(1, stack.loss_tangent)
    return RadarColumns(thick, np.array(stack.permittivity), loss)
