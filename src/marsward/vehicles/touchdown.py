"""Contact with the ground: the slope under what stands there, and the word for how it went."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from marsward.geometry.local_terrain import LocalTerrain
from marsward.vehicles.descent_stage import DescentStage
from marsward.vehicles.kernels.hazard_scan import footprint_planes

__all__ = ["VERDICTS", "ground_under", "verdicts"]

Array = NDArray[np.float64]
VERDICTS = (
    "landed", "no chute", "ground before chute opened", "crashed", "out of propellant",
    "steep ground", "no safe place", "off the terrain",
)  # fmt: skip
"""Words that `verdicts` gives, in no order."""


def ground_under(
    terrain: LocalTerrain, x: float, y: float, footprint: float
) -> tuple[float, float, float]:
    """Rise to the east and to the north [m/m] under a footprint [m], and its greatest step [m].

    NaN where the footprint leaves the terrain; the step alone where cells are wider than half the
    footprint.
    """
    row, col = (round(float(each)) for each in terrain.row_col(x, y))
    reach = max(1, int(0.5 * footprint / terrain.cell + 1e-9))
    rows, columns = terrain.shape
    if not (reach <= row < rows - reach and reach <= col < columns - reach):
        return np.nan, np.nan, np.nan
    part = np.ascontiguousarray(
        terrain.height[row - reach : row + reach + 1, col - reach : col + reach + 1]
    )
    out = [np.empty(part.shape) for _ in range(4)]
    footprint_planes(part, terrain.cell, 0.5 * footprint, *out)
    east, north, _, step = (float(each[reach, reach]) for each in out)
    return east, north, step if terrain.cell <= 0.5 * footprint else np.nan


def verdicts(
    stage: DescentStage,
    *,
    opened: ArrayLike,
    early_ground: ArrayLike,
    contact: ArrayLike,
    dry: ArrayLike,
    down: ArrayLike,
    along: ArrayLike,
    slope_rad: ArrayLike,
    step: ArrayLike,
    safe: ArrayLike,
    on_map: ArrayLike,
) -> NDArray[np.str_]:
    """One word for each of n descents; the first that fits of

    no chute, ground before chute opened, out of propellant (and too fast at contact), crashed, off
    the terrain, steep ground (or a step higher than the gear bears), no safe place, landed.

    Parameters
    ----------
    opened, early_ground : whether the parachute held, and whether the ground came before it opened
    contact : whether it came to the ground on its engines
    dry : whether propellant ran out
    down, along : speeds at contact, down and along the level [m/s]
    slope_rad, step : of the ground under the footprint [rad, m]
    safe : whether a safe place was within reach when it looked
    on_map : whether it came down on the terrain
    """
    names = (opened, early_ground, contact, dry, safe, on_map)
    o, e, c, d, s, m = (np.asarray(each, dtype=bool) for each in names)
    with np.errstate(invalid="ignore"):
        hard = ~(np.asarray(down) <= stage.most_touch_speed)
        hard |= ~(np.asarray(along) <= stage.most_slide)
        steep = np.asarray(slope_rad) > stage.most_slope
        steep |= np.asarray(step) > stage.most_step
    cases = [~o & ~e, e, d & (hard | ~c), ~c | hard, ~m, steep, ~s]
    words = [VERDICTS[i] for i in (1, 2, 4, 3, 7, 5, 6)]
    return np.select(cases, words, default="landed")
