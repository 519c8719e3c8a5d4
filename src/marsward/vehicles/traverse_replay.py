"""The real drives of a rover beside the ways that a planner finds between the same places.

Between the ends of each drive (or of several drives that make one hop) the way of least cost is
found on the terrain there is, and its length, climb and energy stand beside those of the real line.
Rovers drive for science and around what no terrain from orbit shows, so real ways are longer.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from marsward.core.errors import InputError, PhysicsError
from marsward.core.fields import FieldRow, add_fields, field
from marsward.data.rover_traverse import RoverDrive, RoverDrives, RoverStops
from marsward.geometry.local_terrain import LocalTerrain
from marsward.geometry.traverse_cost import SlopeCost
from marsward.geometry.traverse_path import path_cost, traverse_path
from marsward.physics.wheel_soil import SlipTable
from marsward.vehicles.rover import Rover
from marsward.vehicles.stop_tilt import Roughness, score, terrain_tilt, track_tilt
from marsward.vehicles.traverse_cost import TraverseCost, cost_table

__all__ = ["Hop", "hops", "replay", "tilt_table"]

Array = NDArray[np.float64]
_LEAST = 2.0
"""Between places closer than this [m] the way is straight."""

add_fields(
    FieldRow("driven_length", "m", "length of the way as driven", low=0.0),
    FieldRow("straight_length", "m", "straight distance between the ends of the way", low=0.0),
    FieldRow("planned_length", "m", "length of the planned way", low=0.0),
    FieldRow("driven_climb", "m", "sum of all rises of the way as driven", low=0.0),
    FieldRow("planned_climb", "m", "sum of all rises of the planned way", low=0.0),
    FieldRow("terrain_climb", "m", "sum of all rises of the driven way on the terrain", low=0.0),
    FieldRow("net_rise", "m", "rise from the first to the last place of the way as driven"),
    FieldRow("terrain_rise", "m", "rise from the first to the last place on the terrain"),
    FieldRow("planned_cost", "1", "cost of the planned way", low=0.0),
    FieldRow("driven_cost", "1", "cost of the driven way on the terrain", low=0.0),
)


@dataclass(frozen=True, eq=False)
class Hop:
    """One or more drives in a row: numbers of the first and last, length [m], x, y, elevation."""

    first: int
    last: int
    sol: int
    length: float
    line: Array

    @property
    def straight(self) -> float:
        """Distance between its ends [m]."""
        return float(np.hypot(*(self.line[-1, :2] - self.line[0, :2])))


def hops(drives: RoverDrives, terrain: LocalTerrain, *, least: float = 0.0) -> tuple[Hop, ...]:
    """Drives as hops in local metres; with `least` [m], drives in a row joined till their ends lie
    that far apart (what is left over at the end is one more hop)."""
    out: list[Hop] = []
    held: list[RoverDrive] = []
    first = 0
    for k, drive in enumerate(drives.drives):
        held.append(drive)
        hop = _hop(held, first, k, terrain)
        if hop.straight >= least:
            out.append(hop)
            held, first = [], k + 1
    if held:
        out.append(_hop(held, first, len(drives) - 1, terrain))
    return tuple(out)


def _hop(held: Sequence[RoverDrive], first: int, last: int, terrain: LocalTerrain) -> Hop:
    line = np.concatenate([drive.line for drive in held])
    x, y = terrain.xy(line[:, 0], line[:, 1])
    z = np.where(np.abs(line[:, 2]) > 1e-3, line[:, 2], np.nan)
    return Hop(
        first, last, held[0].sol, float(sum(drive.length for drive in held)),
        np.column_stack([x, y, z]),
    )  # fmt: skip


def replay(
    drives: RoverDrives,
    terrain: LocalTerrain,
    rover: Rover,
    slip: SlipTable | None = None,
    *,
    by: str = "energy",
    least: float = 0.0,
    margin: float = 0.5,
    cells: int = 48,
) -> xr.Dataset:
    """Plan every hop and set it beside the real one.

    Parameters
    ----------
    drives : of `data.rover_traverse.read_drives`
    terrain : that holds them all
    slip : of the rover's own soil if left out
    by : "energy", "time" or "risk"
    least : joins drives to hops of this straight length [m]
    margin : ground around a hop that is planned on, as a share of its length
    cells : cells along the side of that ground

    Returns
    -------
    Dataset (hop) of lengths, climbs, rises [m] and costs; attributes are sums and medians.
    Climbs take lines at points 5 m apart; `cost_saved` is over hops both of whose ways the cost
    table lets through on this terrain (`hops_with_cost`).

    Raises
    ------
    InputError : drives that leave the terrain
    """
    table = rover.slip_table() if slip is None else slip
    costs = cost_table(rover, table, by)
    made = hops(drives, terrain, least=least)
    for hop in made:
        if not terrain.contains(hop.line[:, 0], hop.line[:, 1]).all():
            raise InputError(
                f"the drives of sol {hop.sol} leave the terrain; give one that holds them all"
            )
    rows = [_row(hop, terrain, rover, costs, by, margin, cells) for hop in made]
    names = tuple(rows[0])
    out = xr.Dataset(
        {name: field(name, np.array([row[name] for row in rows]), "hop") for name in names},
        coords={
            "sol": ("hop", np.array([hop.sol for hop in made])),
            "drives": ("hop", np.array([hop.last - hop.first + 1 for hop in made])),
        },
    )
    total = {name: float(out[name].sum()) for name in names}
    real = total["driven_length"]
    both = np.isfinite(out["planned_cost"].values) & np.isfinite(out["driven_cost"].values)
    saved = 1.0 - float(out["planned_cost"].values[both].sum()) / max(
        float(out["driven_cost"].values[both].sum()), 1e-300
    )
    return out.assign_attrs(
        by=by, rover=rover.name, soil=table.soil.name, terrain=terrain.source, hops=len(made),
        driven_length=real, planned_length=total["planned_length"],
        planned_over_driven=total["planned_length"] / real if real else math.nan,
        straight_over_driven=total["straight_length"] / real if real else math.nan,
        driven_climb=total["driven_climb"], planned_climb=total["planned_climb"],
        cost_saved=saved, hops_with_cost=int(both.sum()),
    )  # fmt: skip


def _row(
    hop: Hop, terrain: LocalTerrain, rover: Rover, table: SlopeCost, by: str, margin: float,
    cells: int,
) -> dict[str, float]:  # fmt: skip
    line = hop.line
    start, goal = (float(line[0, 0]), float(line[0, 1])), (float(line[-1, 0]), float(line[-1, 1]))
    patch = _patch(hop, terrain, margin, cells)
    cost = TraverseCost.of(patch, rover, by=by, table=table)
    px, py = np.array([start[0], goal[0]]), np.array([start[1], goal[1]])
    way = math.inf
    if hop.straight >= _LEAST:
        try:
            path = traverse_path(cost, start, goal)
            px, py, way = path.x, path.y, path.total
        except PhysicsError:
            way = math.inf
    else:
        way = _cost(cost, px, py)
    z = patch.at(line[:, 0], line[:, 1])
    known = line[np.isfinite(line[:, 2]), 2]
    return {
        "driven_length": hop.length,
        "straight_length": hop.straight,
        "planned_length": float(np.hypot(np.diff(px), np.diff(py)).sum()),
        "driven_climb": _climb(line[:, 0], line[:, 1], line[:, 2]),
        "planned_climb": _climb(px, py, patch.at(px, py)),
        "terrain_climb": _climb(line[:, 0], line[:, 1], z),
        "net_rise": float(known[-1] - known[0]) if known.size else 0.0,
        "terrain_rise": float(z[-1] - z[0]),
        "planned_cost": way,
        "driven_cost": _cost(cost, line[:, 0], line[:, 1]),
    }


def _cost(cost: TraverseCost, x: Array, y: Array) -> float:
    """Cost of a line, infinite through ground that the table shuts."""
    held = path_cost(cost, x, y)
    return math.inf if math.isnan(held) else held


def _patch(hop: Hop, terrain: LocalTerrain, margin: float, cells: int) -> LocalTerrain:
    """The ground around a hop, on cells of its own, within the terrain."""
    low, high = hop.line[:, :2].min(axis=0), hop.line[:, :2].max(axis=0)
    middle, span = 0.5 * (low + high), float((high - low).max())
    size = max((1.0 + 2.0 * margin) * span, 20.0)
    west, east, south, north = terrain.extent
    room = 2.0 * min(middle[0] - west, east - middle[0], middle[1] - south, north - middle[1])
    size = min(size, max(room - 1e-3, 1.02 * span))
    return terrain.patch(float(middle[0]), float(middle[1]), size, size / cells)


def _climb(x: Array, y: Array, z: Array, step: float = 5.0) -> float:
    """Sum of rises along a line, its heights taken every `step` [m] so that noise adds little."""
    good = np.isfinite(z)
    if good.sum() < 2:
        return 0.0
    x, y, z = x[good], y[good], z[good]
    s = np.concatenate([[0.0], np.cumsum(np.hypot(np.diff(x), np.diff(y)))])
    if s[-1] <= 0.0:
        return 0.0
    at = np.linspace(0.0, s[-1], max(round(s[-1] / step), 1) + 1)
    return float(np.clip(np.diff(np.interp(at, s, z)), 0.0, None).sum())


def tilt_table(
    stops: RoverStops, drives: RoverDrives, terrain: LocalTerrain, rover: Rover, *,
    radius: float = 10.0, between: float = 150.0,
) -> xr.Dataset:  # fmt: skip
    """Measured tilts of the stops beside what terrains say (see `vehicles.stop_tilt`).

    Dataset (stop): measured; terrain; rough (fitted on stops of even number, to be judged on the
    odd ones); localisations, the plane of the stops within `between` [m]; and track, that of the
    drives' heights within `radius` [m]; all [deg]. Attributes hold the scores of each, `rough` on
    odd stops only.
    """
    coarse = terrain_tilt(stops, terrain, rover)
    even = np.arange(len(stops)) % 2 == 0
    law = Roughness.fitted(coarse[even], stops.tilt[even])
    known = np.isfinite(coarse)
    rough = np.full(len(stops), np.nan)
    rough[known] = law.median(coarse[known])
    track = track_tilt(stops, drives, terrain, radius=radius)
    own = track_tilt(stops, None, terrain, radius=between)
    columns = {
        "measured": stops.tilt, "terrain": coarse, "rough": rough, "localisations": own,
        "track": track,
    }  # fmt: skip
    out = xr.Dataset(
        {name: ("stop", held, {"units": "degree"}) for name, held in columns.items()},
        coords={"sol": ("stop", stops.sol), "odd": ("stop", ~even)},
    )
    attrs: dict[str, float] = {"rough_floor": law.floor, "rough_share": law.share}
    for name in ("terrain", "rough", "localisations", "track"):
        where = ~even if name == "rough" else np.ones(len(stops), dtype=bool)
        held = score(columns[name][where], stops.tilt[where])
        attrs |= {
            f"{name}_{key}": getattr(held, key)
            for key in ("count", "difference", "size", "correlation", "forecast", "measured")
        }
    return out.assign_attrs(attrs)
