"""What a metre of way costs a rover on a terrain, by where it is and where it goes.

Energy, time or risk depend on the slope in the direction of travel and across it, so up is not
down: a table by both slopes, the terrain's slopes over the wheel base, and a mask of cells where
the rover would tilt too far. `geometry.traverse_path` finds ways on it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from marsward.core.errors import InputError
from marsward.geometry.local_terrain import LocalTerrain
from marsward.geometry.terrain_slopes import slopes
from marsward.geometry.traverse_cost import DirectionalCost, SlopeCost
from marsward.physics.wheel_soil import SlipTable, between
from marsward.vehicles.rover import Rover

__all__ = ["UNITS", "TraverseCost", "cost_table"]

Array = NDArray[np.float64]
UNITS = {"energy": "J", "time": "s", "risk": "1"}
"""Units of a way's whole cost."""
_LEAST_RISK = 1e-6
"""Risk of any metre [1/m], so that the shortest of safe ways is taken: a choice."""


def cost_table(
    rover: Rover, slip: SlipTable, by: str = "energy", *, soil_length: float = 20.0,
    autonomous: bool = True,
) -> SlopeCost:  # fmt: skip
    """Cost of a metre of the map over the slopes of a slip table.

    energy : electric [J/m]: work of the wheels, never below 0, by efficiency, and what computer and
        cameras take meanwhile
    time : [s/m] at the speed of finding its own path or of its slipping wheels, the lesser
    risk : [1/m] rate of meeting soil on which slip passes the rover's limit, soils changing over
        `soil_length` [m], a choice

    The table ends at the steepest slope that the rover is sent up; a cost is infinite where half of
    the soils hold it.

    Raises
    ------
    InputError : another word in `by`, or a soil on which the rover does not move on level ground
    """
    if by not in UNITS:
        raise InputError(f'a traverse costs "energy", "time" or "risk", not {by!r}')
    if not soil_length > 0.0:
        raise InputError(f"soil_length must be above 0 m, not {soil_length!r}")
    top = min(rover.max_slope, float(slip.along[-1]))
    along = np.append(slip.along[slip.along < top - 1e-6], top)
    held = tuple(_at(each, slip, along) for each in (slip.mean("slip"), slip.stuck))
    mean, stuck = np.clip(held[0], -0.9, 0.98), held[1]
    by_wheel = rover.speed * np.where(mean >= 0.0, 1.0 - mean, 1.0 / (1.0 + mean))
    pace = np.minimum(rover.autonomous_speed, by_wheel) if autonomous else by_wheel
    if by == "risk":
        worse = np.mean((slip.slip > rover.slip_limit) | ~np.isfinite(slip.energy), axis=0)
        cost = _LEAST_RISK - np.log1p(-np.clip(_at(worse, slip, along), 0.0, 0.999)) / soil_length
    elif by == "time":
        cost = 1.0 / pace
    else:
        work = _at(np.maximum(slip.mean("energy"), 0.0), slip, along)
        cost = work / rover.drive_efficiency + rover.drive_base_power / pace
    shut = (stuck > 0.5) | ~np.isfinite(cost)
    if shut[0, int(np.argmin(np.abs(along)))]:
        raise InputError(
            f"on soil {slip.soil.name!r} {rover.name} does not move on level ground; give firmer "
            "soil"
        )
    cost = np.where(shut, np.inf, cost / np.cos(np.radians(along)))
    return SlopeCost(along, slip.across, cost.T)


def _at(table: Array, slip: SlipTable, along: Array) -> Array:
    """Rows (across, along) of a table of the slip table's slopes at other slopes along."""
    return between(table, slip.along, slip.across, along[None, :], slip.across[:, None])


@dataclass(frozen=True, eq=False, repr=False)
class TraverseCost(DirectionalCost):
    """Cost of a rover's way on a terrain, as `geometry.traverse_path` takes it.

    by : "energy", "time" or "risk"; a way's whole cost is in `unit`
    """

    by: str = "energy"

    @property
    def unit(self) -> str:
        """Unit of a way's whole cost."""
        return UNITS[self.by]

    @classmethod
    def of(
        cls,
        terrain: LocalTerrain,
        rover: Rover,
        slip: SlipTable | None = None,
        by: str = "energy",
        *,
        baseline: float | None = None,
        blocked: NDArray[np.bool_] | None = None,
        soil_length: float = 20.0,
        autonomous: bool = True,
        table: SlopeCost | None = None,
    ) -> TraverseCost:
        """Cost of a rover's way over a terrain.

        Parameters
        ----------
        slip : of the rover's own soil if left out
        by : "energy", "time" or "risk" (see `cost_table`)
        baseline : of the slopes [m]; the wheel base or a cell, whichever is longer, if left out
        blocked : (ny, nx) cells that are shut besides, such as rocks
        table : made before by `cost_table` for the same rover, slip and word, to spare the work

        Raises
        ------
        InputError : a mask of another shape, ground all too steep, or what `cost_table` refuses
        """
        held = table
        if held is None:
            own = rover.slip_table() if slip is None else slip
            held = cost_table(rover, own, by, soil_length=soil_length, autonomous=autonomous)
        base = max(rover.wheel_base, terrain.cell) if baseline is None else baseline
        return cls(slopes(terrain, base), held, blocked, rover.max_tilt, by)
