"""The air of a user's own circulation model: netCDF that `data.climate_files.read_climate` reads.

The file's steps are sorted by season and by the local time that each meridian had, and averaged:
what is left is the mean sol of each season at each place. A file of daily means has no sol, a file
of a few sols no year: then nothing depends on hour, or season. Above its top the thermosphere goes
on.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from marsward.core.errors import DataError, InputError
from marsward.planet.air_source import AirColumns, AirGrid

__all__ = ["NetcdfAir"]

Array = NDArray[np.float64]
_SOL_HOURS = 24.0
_THINNEST = 0.02  # Pa: what lies above is left to the thermosphere


@dataclass(frozen=True)
class NetcdfAir:
    """A file of a circulation model as a source of air.

    path : netCDF of Ames, OpenMARS, EMARS, the Mars PCM or the Mars Climate Database
    bands, meridians : nodes of latitude and longitude that are made of it
    hours : nodes of local time, if the file has that many steps to a sol, else fewer or one
    seasons : nodes of the year, if the file has them, else one
    kind, fixed : as `read_climate` takes them
    """

    path: Path
    bands: int = 36
    meridians: int = 36
    hours: int = 12
    seasons: int = 12
    kind: str | None = None
    fixed: Path | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "path", Path(self.path))
        if not self.path.is_file():
            raise InputError(f"there is no file {self.path} to take the atmosphere from")
        for name in ("bands", "meridians", "hours", "seasons"):
            value = getattr(self, name)
            if isinstance(value, bool) or not 1 <= value <= 720 or value == 2:
                raise InputError(f"{name} = {value!r}: give 1, or a whole number of 3 to 720")

    @property
    def name(self) -> str:
        """The file's name."""
        return self.path.name

    @property
    def source(self) -> str:
        """Where the numbers are from."""
        return f"file {self.path.name}, the mean sol of each season; thermosphere as published"

    def columns(self) -> AirColumns:
        """The mean columns of the file."""
        from marsward.data.climate_files import read_climate

        data = read_climate(self.path, kind=self.kind, fixed=self.fixed)
        for needed in ("temperature", "pressure"):
            if needed not in data:
                raise DataError(
                    f"{self.path} holds no {needed} by layer, so no atmosphere can stand on it"
                )
        steps = "time" if "time" in data.dims else "ls" if "ls" in data.dims else None
        if steps is None:
            data = data.expand_dims("time").assign_coords(ls=("time", [0.0]))
            steps = "time"
        grid, sums = self._grid(data, steps), {}
        names = [n for n in ("temperature", "eastward_wind", "northward_wind") if n in data]
        log_p = np.log(_layers(data, "pressure", steps))
        rows = {"pressure": log_p} | {n: _layers(data, n, steps) for n in names}
        if "surface_pressure" in data:
            rows["surface_pressure"] = np.log(_layers(data, "surface_pressure", steps))
        season, hour = self._places(data, steps, grid)
        for name, values in rows.items():
            sums[name] = _sorted(self._on_globe(values, data, grid), season, hour, grid)
        return self._made(sums, data, grid)

    # inside ---------------------------------------------------------------------------------
    def _grid(self, data: xr.Dataset, steps: str) -> AirGrid:
        ls = np.mod(np.asarray(data["ls"].values, float), 360.0)
        hit = np.unique((ls / (360.0 / self.seasons)).astype(int)).size
        seasons = self.seasons if hit == self.seasons else 1
        hours = 1
        if "time" in data.coords and data.sizes[steps] > 2:
            hours = min(self.hours, _steps_per_sol(data))
            hours = hours if hours >= 3 else 1
        meridians = min(self.meridians, data.sizes["lon"])
        return AirGrid(
            np.arange(seasons) * 360.0 / seasons,
            np.arange(hours) * _SOL_HOURS / hours,
            -90.0 + (np.arange(self.bands) + 0.5) * 180.0 / self.bands,
            np.arange(meridians if meridians > 2 else 1) * 360.0 / max(meridians, 1),
        )

    def _places(self, data: xr.Dataset, steps: str, grid: AirGrid) -> tuple[Array, Array]:
        """Node of season (steps,) and of hour (steps, lon) that each step belongs to."""
        ls = np.mod(np.asarray(data["ls"].values, float), 360.0)
        season = np.rint(ls / (360.0 / grid.ls.size)).astype(int) % grid.ls.size
        if grid.hour.size == 1:
            return season, np.zeros((ls.size, grid.lon.size), dtype=int)
        from marsward.core.mars_axis import axis_epoch

        local = np.asarray(axis_epoch(data).ltst(0.0))[:, None] + grid.lon[None, :] / 15.0
        width = _SOL_HOURS / grid.hour.size
        return season, np.rint(np.mod(local, 24.0) / width).astype(int) % grid.hour.size

    def _on_globe(self, values: Array, data: xr.Dataset, grid: AirGrid) -> Array:
        """(steps, lat, lon, lev) on the grid's latitudes and longitudes, linearly."""
        lat, lon = (np.asarray(data[n].values, float) for n in ("lat", "lon"))
        out = _along(values, lat, grid.lat, 1)
        if grid.lon.size == 1:
            return np.asarray(out.mean(axis=2, keepdims=True))
        wide = np.concatenate([out[:, :, -1:], out, out[:, :, :1]], axis=2)
        around = np.concatenate([[lon[-1] - 360.0], lon, [lon[0] + 360.0]])
        return _along(wide, around, grid.lon, 2)

    def _made(self, sums: dict[str, Array], data: xr.Dataset, grid: AirGrid) -> AirColumns:
        pressure, warm = np.exp(sums["pressure"]), sums["temperature"]
        keep = np.median(pressure, axis=(0, 1, 2, 3)) > _THINNEST
        if keep.sum() < 4:
            raise DataError(f"{self.path} has fewer than four layers of air under 0.02 Pa")
        if "surface_pressure" in sums:
            surface = np.exp(sums["surface_pressure"])
        else:
            surface = pressure[..., :1] * 1.0005
        surface = np.maximum(surface, pressure[..., :1] * 1.0001)

        def column(values: Array, first: Array) -> Array:
            return np.concatenate([first, values[..., keep]], axis=-1)

        winds: dict[str, Array | None] = {}
        for name in ("eastward_wind", "northward_wind"):
            winds[name] = column(sums[name], 0.0 * surface) if name in sums else None
        levels = column(pressure, surface)
        return AirColumns(
            grid=grid, pressure=levels, temperature=column(warm, warm[..., :1]),
            ground=self._ground(data, grid), top=float(1.02 * levels[..., -1].max()),
            eastward=winds["eastward_wind"], northward=winds["northward_wind"],
        )  # fmt: skip

    def _ground(self, data: xr.Dataset, grid: AirGrid) -> Array:
        """Height of the model's ground [m]; of the shipped terrain where the file has none."""
        if "elevation" in data:
            relief = np.asarray(data["elevation"].values, float)[None, :, :, None]
            return self._on_globe(relief, data, grid)[0, :, :, 0]
        from marsward.data.surface_maps import elevation

        rows = np.asarray(elevation(1), float)[::-1][None, :, :, None]
        even = xr.Dataset(coords={"lat": np.arange(-89.5, 90.0), "lon": np.arange(0.5, 360.0)})
        return self._on_globe(rows, even, grid)[0, :, :, 0]


def _layers(data: xr.Dataset, name: str, steps: str) -> Array:
    """(steps, lat, lon, lev) of a variable; below the ground the lowest that there is."""
    held = data[name]
    if "lev" not in held.dims:
        held = held.expand_dims(lev=[0], axis=-1)
    order = [d for d in (steps, "lat", "lon", "lev") if d in held.dims]
    values = np.asarray(held.transpose(*order).values, dtype=np.float64)
    if steps not in held.dims:
        values = np.broadcast_to(values, (data.sizes[steps], *values.shape)).copy()
    for k in range(values.shape[-1] - 2, -1, -1):
        gap = ~np.isfinite(values[..., k])
        values[..., k][gap] = values[..., k + 1][gap]
    if not np.isfinite(values).all():
        raise DataError(f"{name} of the file has gaps above the ground")
    return values


def _along(values: Array, at: Array, to: Array, axis: int) -> Array:
    """Linear in one axis, ends held."""
    left = np.clip(np.searchsorted(at, to, side="right") - 1, 0, at.size - 2)
    share = np.clip((to - at[left]) / (at[left + 1] - at[left]), 0.0, 1.0)
    shape = [1] * values.ndim
    shape[axis] = to.size
    share = share.reshape(shape)
    low, high = np.take(values, left, axis), np.take(values, left + 1, axis)
    return np.asarray(low * (1.0 - share) + high * share)


def _sorted(values: Array, season: Array, hour: Array, grid: AirGrid) -> Array:
    """(ls, hour, lat, lon, lev) means of steps (steps, lat, lon, lev) by season and hour."""
    shape = (*grid.shape, values.shape[-1])
    total, count = np.zeros(shape), np.zeros(grid.shape)
    for step in range(values.shape[0]):
        for j in range(grid.lon.size):
            total[season[step], hour[step, j], :, j] += values[step, :, j]
            count[season[step], hour[step, j], :, j] += 1.0
    if not np.all(count > 0.0):
        raise DataError(
            "the file's steps do not cover every season and hour that were asked; give fewer hours "
            "or seasons, such as hours=4 or seasons=1"
        )
    return np.asarray(total / count[..., None])


def _steps_per_sol(data: xr.Dataset) -> int:
    """Whole steps in a sol, 1 where they are longer than a sixth of it or not even."""
    from marsward.core.mars_axis import axis_epoch

    hour = np.mod(np.asarray(axis_epoch(data).ltst(0.0)), _SOL_HOURS)
    return int(np.unique(np.rint(hour * 2.0) % 48).size) if np.ptp(hour) > 1.0 else 1
