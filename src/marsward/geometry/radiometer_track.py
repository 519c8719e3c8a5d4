"""Which places an instrument that looks down sees, and at what season and hour.

`look_list` follows a trajectory and lists what falls into the cells of a grid, by day and by
night; a cell is listed once for each side of the day and each stretch of sols, with the sample
nearest to straight down. `nominal_looks` is the year that a sun-synchronous orbit would give, for
when nothing so long has been flown. `by_place` brings a list into rows of places.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import ArrayLike, NDArray

from marsward.core import frames, mars_time
from marsward.core.bodies import body
from marsward.core.constants import SOL
from marsward.core.errors import InputError
from marsward.core.fields import FieldRow, add_fields, field
from marsward.core.map_grid import MapGrid
from marsward.core.time import Epoch

__all__ = ["by_place", "look_list", "nominal_looks"]

Array = NDArray[np.float64]
_CHUNK = 8192
_OBLIQUITY = math.radians(25.19)  # Allison & McEwen 2000, doi:10.1016/S0032-0633(99)00092-6
_MEAN_YEAR = 668.6  # sols
_MOST_RAYS = 129

add_fields(
    FieldRow("row", "1", "row of the map grid", low=0.0),
    FieldRow("column", "1", "column of the map grid", low=0.0),
    FieldRow("look_number", "1", "number of the observation in its list, -1 for none"),
)


def look_list(
    trajectory: Any,
    grid: MapGrid,
    *,
    half_swath_rad: float,
    start: Epoch | None = None,
    stop: Epoch | None = None,
    every_sols: float = 30.0,
    altitude_limit: float = 2.0e6,
    emission_limit: float = 60.0,
    most: int = 2_000_000,
    progress: Any = None,
) -> xr.Dataset:
    """Cells of a grid that a track sees straight below, with season and hour.

    Rays fan out across the track on a sphere of the mean radius, two or more to a cell, without
    light time: right to a tenth of a degree of emission and, off the equator and the track, to a
    few km of place. Along the track the steps are half a cell.

    Parameters
    ----------
    trajectory : with `.at(epoch, wrt=)`, `.start` and `.stop`
    grid : whole numbers of rows and columns are cell centres
    half_swath_rad : half the angle across the track that the instrument covers
    start, stop : part of the trajectory; all of it if left out
    every_sols : one entry for each cell, side and stretch of that many sols
    altitude_limit : height above which nothing is observed [m]
    emission_limit : emission from which nothing is observed [deg]
    most : entries that may be listed

    Returns
    -------
    Dataset (observation), in order of time: row, column, lon, lat, et, ls, ltst, incidence,
    emission, altitude.

    Raises
    ------
    InputError : a swath, limits or a part of the trajectory that make no sense, or a list longer
        than `most`.
    """
    if not 0.0 < half_swath_rad < 0.5 * math.pi:
        raise InputError(f"half a swath is {half_swath_rad:g} rad; give more than 0, under pi/2")
    if not every_sols > 0.0:
        raise InputError(f"looks at a cell are listed every {every_sols:g} sols; give more than 0")
    mars = body("mars")
    start = trajectory.start if start is None else start
    stop = trajectory.stop if stop is None else stop
    if not (start - trajectory.start >= 0.0 and trajectory.stop - stop >= 0.0 < stop - start):
        raise InputError(
            f"looks are asked for from {start.utc} to {stop.utc}, but the trajectory runs from "
            f"{trajectory.start.utc} to {trajectory.stop.utc}"
        )
    speed = math.sqrt(mars.gm / (mars.radius + 2e5)) + 250.0  # of a low orbit, over turning ground
    step = 0.5 * grid.cell_size / speed
    count = int(float(stop - start) / step) + 1
    kept: list[dict[str, Array]] = []
    for first in range(0, count, _CHUNK):
        seconds = step * np.arange(first, min(first + _CHUNK, count))
        part = _seen(
            trajectory, start + seconds, grid, half_swath_rad, altitude_limit, emission_limit
        )
        if not part["et"].size:
            continue
        part["stretch"] = np.floor((part["et"] - float(start.et)) / (every_sols * float(SOL)))
        kept.append(_thinned([part], grid))
        if len(kept) > 8:
            kept = [_thinned(kept, grid)]
        if sum(each["et"].size for each in kept) > most:
            raise InputError(
                f"more than {most} looks at cells of {grid.label}; take a coarser grid or a "
                "larger every_sols"
            )
        if progress is not None:
            progress.update(min(1.0, (first + _CHUNK) / count), "looks")
    found = _thinned(kept, grid) if kept else {name: np.empty(0) for name in _NAMES}
    order = np.argsort(found["et"], kind="stable")
    data = {
        name: field(name, found[name][order].astype(_KINDS.get(name, float)), "observation")
        for name in _NAMES
    }
    attrs = {"every_sols": every_sols, "half_swath_rad": half_swath_rad, **grid.attrs}
    return xr.Dataset(data, attrs=attrs)


_NAMES = (
    "row", "column", "lon", "lat", "et", "ls", "ltst", "incidence", "emission", "altitude",
)  # fmt: skip
_KINDS: dict[str, type] = {"row": np.int32, "column": np.int32}


def _seen(
    trajectory: Any, at: Epoch, grid: MapGrid, half: float, altitude: float, emission: float
) -> dict[str, Array]:
    """All rays of some moments that end in a cell."""
    mars = body("mars")
    state = trajectory.at(at, wrt="mars")
    turn = frames.state_rotation("J2000", "IAU_MARS", at)
    state = np.einsum("nij,nj->ni", turn, state)
    place, speed = state[:, :3], state[:, 3:]
    distance = np.linalg.norm(place, axis=1)
    low = distance - mars.radius < altitude
    place, speed, distance = place[low], speed[low], distance[low]
    epoch = at[np.flatnonzero(low)]
    if not distance.size:
        return {name: np.empty(0) for name in _NAMES}
    up = place / distance[:, None]
    along = speed - up * np.einsum("ni,ni->n", up, speed)[:, None]
    across = np.cross(along / np.linalg.norm(along, axis=1)[:, None], up)
    height = float(np.median(distance)) - mars.radius
    rays = 2 * math.ceil(2.0 * height * math.tan(half) / grid.cell_size) + 1
    angle = np.linspace(-half, half, min(max(rays, 1), _MOST_RAYS)) if rays > 1 else np.zeros(1)
    sine = distance[:, None] / mars.radius * np.sin(np.abs(angle))
    slant = np.arcsin(np.minimum(sine, 1.0))
    inside = (sine < 1.0) & (np.degrees(slant) < emission)
    arc = np.sign(angle) * (slant - np.abs(angle))
    point = up[:, None, :] * np.cos(arc)[..., None] + across[:, None, :] * np.sin(arc)[..., None]
    lon = np.mod(np.degrees(np.arctan2(point[..., 1], point[..., 0])), 360.0)
    lat = np.degrees(np.arcsin(np.clip(point[..., 2], -1.0, 1.0)))
    row, column = (np.rint(v) for v in grid.row_col(lon, lat))
    column = np.mod(column, grid.width) if grid.whole else column
    inside &= (row >= 0) & (row < grid.height) & (column >= 0) & (column < grid.width)
    when, ray = np.nonzero(inside)
    hit = (when, ray)
    lon, lat = lon[hit], lat[hit]
    days, ls = np.asarray(epoch.tt_days)[when], np.asarray(epoch.ls)[when]
    hour = mars_time.local_true_time(days, lon)
    return {
        "row": row[hit], "column": column[hit], "lon": lon, "lat": lat,
        "et": np.asarray(epoch.et)[when], "ls": ls, "ltst": hour,
        "incidence": _incidence(lat, ls, hour), "emission": np.degrees(slant[hit]),
        "altitude": distance[when] - mars.radius,
    }  # fmt: skip


def _incidence(lat: Array, ls: Array, hour: Array) -> Array:
    """Angle of the Sun from the vertical of flat ground [deg]."""
    tilt = np.arcsin(math.sin(_OBLIQUITY) * np.sin(np.radians(ls)))
    north = np.radians(lat)
    turn = np.cos(np.radians(15.0 * (hour - 12.0)))
    height = np.sin(north) * np.sin(tilt) + np.cos(north) * np.cos(tilt) * turn
    return np.degrees(np.arccos(np.clip(height, -1.0, 1.0)))


def _thinned(parts: list[dict[str, Array]], grid: MapGrid) -> dict[str, Array]:
    """For each cell, side and stretch of sols the look nearest to straight down."""
    whole = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
    side = (whole["incidence"] >= 90.0).astype(np.int64)
    cell = (whole["row"] * grid.width + whole["column"]).astype(np.int64)
    key = (whole["stretch"].astype(np.int64) * 2 + side) * (grid.width * grid.height) + cell
    order = np.lexsort((whole["et"], whole["emission"], key))
    first = np.ones(order.size, dtype=bool)
    first[1:] = np.diff(key[order]) != 0
    pick = order[first]
    return {name: value[pick] for name, value in whole.items()}


def nominal_looks(
    lat: ArrayLike,
    *,
    local_time: float,
    inclination: float = 92.9,
    every_sols: float = 20.0,
    ls_start: float = 0.0,
    sols: float = _MEAN_YEAR,
) -> xr.Dataset:
    """Season and hour of straight looks from a sun-synchronous orbit, day and night sides.

    The ascending node keeps its local mean time; a place at latitude b is passed where the orbit
    crosses it, arcsin(tan b/tan i) of longitude from the node going up and as far from the other
    node going down. Mean time becomes true time by the equation of time.

    Parameters
    ----------
    lat : of the places (n,) [deg]
    local_time : mean solar time of the ascending node [h]
    inclination : of the orbit [deg]
    every_sols : time between the looks at a place
    ls_start, sols : first season [deg] and length of the survey [sol]

    Returns
    -------
    Dataset (place, look): ls, ltst, incidence, emission (0) and look_number, -1 at places that the
    orbit does not pass, where the hour is 12. The looks come in pairs, going up and going down.

    Raises
    ------
    InputError : numbers out of range.
    """
    north = np.atleast_1d(np.asarray(lat, dtype=np.float64))
    if not (np.abs(north) <= 90.0).all():
        raise InputError("latitudes of places must lie in -90 to 90 deg")
    if not (0.0 <= local_time < 24.0 and 0.0 < inclination < 180.0):
        raise InputError(
            f"a node at {local_time:g} h and an inclination of {inclination:g} deg are no orbit; "
            "give 0 to 24 h and 0 to 180 deg"
        )
    if not 0.0 < every_sols <= sols:
        raise InputError(f"looks every {every_sols:g} sols over {sols:g} sols: give 0 to {sols:g}")
    start = mars_time.year_start(36)
    for _ in range(20):  # days past the year's start at which the first season is reached
        ahead = np.mod(ls_start - mars_time.solar_longitude(start) + 180.0, 360.0) - 180.0
        start += ahead / 0.524
    days = start + mars_time.SOL_DAYS * np.arange(0.0, sols, every_sols)
    ls = np.asarray(mars_time.solar_longitude(days))
    late = np.asarray(mars_time.equation_of_time(days)) / 15.0
    ratio = np.tan(np.radians(north)) / math.tan(math.radians(inclination))
    passed = np.abs(ratio) <= 1.0
    ahead = np.degrees(np.arcsin(np.clip(ratio, -1.0, 1.0))) / 15.0
    hour = np.stack([local_time + ahead, local_time + 12.0 - ahead], axis=1)
    hour = np.mod(hour[:, None, :] + late[None, :, None], 24.0).reshape(north.size, -1)
    hour = np.where(passed[:, None], hour, 12.0)
    number = np.where(passed[:, None], np.arange(hour.size).reshape(hour.shape), -1)
    ls = np.broadcast_to(np.repeat(ls, 2), hour.shape)
    incidence = _incidence(north[:, None], ls, hour)
    dims = ("place", "look")
    data = {
        "ls": ls, "ltst": hour, "incidence": incidence, "emission": np.zeros_like(hour),
        "look_number": number,
    }  # fmt: skip
    return xr.Dataset(
        {"lat": field("lat", north, "place")} | {k: field(k, v, dims) for k, v in data.items()},
        attrs={"local_time_of_node": local_time, "inclination_deg": inclination},
    )


def by_place(looks: xr.Dataset, grid: MapGrid, *, most: int = 256) -> xr.Dataset:
    """The looks of a list at each cell: Dataset (place, look) of ls, ltst, emission, incidence.

    `look_number` (place, look) is the number in the list; where a place has fewer looks than
    others it is -1 and the rest repeats the place's last. row, column, lon, lat (place) are those
    of the cell. A cell with more than `most` looks keeps that many, evenly through its own.

    Raises
    ------
    InputError : an empty list.
    """
    if not looks.sizes["observation"]:
        raise InputError("no cell was looked at; take more of the orbit or wider limits")
    cell = looks["row"].values.astype(np.int64) * grid.width + looks["column"].values
    order = np.lexsort((looks["et"].values, cell))
    cells, begin, count = np.unique(cell[order], return_index=True, return_counts=True)
    width = int(min(count.max(initial=0), most))
    slot, many = np.arange(width), count[:, None]
    pick = np.where(many > width, slot * many // width, np.minimum(slot, many - 1))
    number = order[begin[:, None] + pick]
    valid = slot < np.minimum(many, width)
    row, column = np.divmod(cells, grid.width)
    lon, lat = grid.lon_lat(row, column)
    dims = ("place", "look")
    out = {
        name: field(name, looks[name].values[number], dims)
        for name in ("ls", "ltst", "emission", "incidence", "altitude")
    }
    out |= {
        "look_number": field("look_number", np.where(valid, number, -1), dims),
        "row": field("row", row, "place"), "column": field("column", column, "place"),
        "lon": field("lon", lon, "place"), "lat": field("lat", lat, "place"),
    }  # fmt: skip
    return xr.Dataset(out, attrs=grid.attrs)
