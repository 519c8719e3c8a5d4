"""A table of ground temperatures over latitude, season, hour, pressure and kind of ground.

What a retrieval compares its observations with: the forward model of `physics.ground` is run once
for every node, all columns in one batch, and read between nodes by cubics. How wrong the readings
are is measured when the table is made: columns with numbers between the nodes, at seasons between
the nodes, are run beside it, and the rms of the difference is kept for each interval of latitude
and season and each hour (sunrise and the edges of polar night read worst).

Ground on which CO2 frost lies all sol is marked for that season, and for some degrees of Ls about
it: its temperature tells of the frost, and a retrieval leaves it out. Where frost is hoar that the
morning takes, the table holds the curve that the ground would follow without it, so that readings
stay smooth up to the frost point; temperatures at the frost point are no observations of that.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from marsward._version import __version__
from marsward.core.errors import DataError
from marsward.core.progress import Progress, SilentProgress
from marsward.core.whole_file import drafts_of
from marsward.physics.columns import GroundColumns
from marsward.physics.season import MarsYear
from marsward.physics.sky import Sky
from marsward.retrieval.ground_table_nodes import DAY_HOURS, STEPS, GroundTableNodes, noons
from marsward.retrieval.kernels.ground_table import in_grounds, read_rows

__all__ = ["GroundTable", "GroundTableNodes"]

Array = NDArray[np.float64]
Curves = Callable[[GroundColumns, Sequence[float]], NDArray[Any]]
_FROSTED = 0.05  # K above the frost point that still counts as frost
_BEFORE, _AFTER = 2.0, 8.0  # deg of Ls about lasting frost in which temperatures turn too fast
_AFTERNOON = slice(STEPS * 13 // 24, STEPS * 16 // 24)
_NO_FROST = 55.0  # K, a frost point that no ground of Mars reaches
_FORMAT = 6  # raise when files of an older code no longer fit


@dataclass(frozen=True, eq=False)
class GroundTable:
    """Temperatures at the nodes.

    warmth : float32 (lat, ls, hour, pressure, ground) [K]
    frost : uint8 (lat, ls, pressure, ground + 1), 1 where frost lies on that sol; last: anywhere
    error : (lat intervals, ls intervals, hour) rms error of a reading [K]
    """

    nodes: GroundTableNodes
    warmth: NDArray[np.float32]
    frost: NDArray[np.uint8]
    error: Array
    axes: dict[str, Array] = field(repr=False)

    @classmethod
    def build(
        cls,
        nodes: GroundTableNodes | None = None,
        *,
        year: MarsYear | None = None,
        sky: Any = None,
        folder: str | Path | None = None,
        workers: int = 2,
        trials: int = 16,
        progress: Progress | None = None,
        curves: Curves | None = None,
    ) -> GroundTable:
        """Run the forward model at all nodes, or read the table that did so before.

        Parameters
        ----------
        nodes : where; the defaults cover the planet
        year, sky : of the forward model; those of `ground_year` if left out
        folder : where tables are kept; none is kept if left out
        workers : threads of the forward model
        trials : columns for each interval of latitude that measure the error of readings
        progress : told how far it is
        curves : forward model (columns, ls) -> (n, ls, 96) [K], true solar time from midnight;
            that of `physics.ground` if left out

        Raises
        ------
        DataError : a kept table that is broken.
        """
        nodes = nodes or GroundTableNodes()
        year, sky = year or MarsYear(), sky or Sky()
        known = curves is None and isinstance(sky, Sky)
        kept = None
        if folder is not None and known:
            told = [asdict(nodes), asdict(year), asdict(sky), trials, __version__, _FORMAT]
            key = hashlib.sha256(json.dumps(told, sort_keys=True, default=str).encode())
            kept = Path(folder) / f"ground-table-{key.hexdigest()[:16]}.npz"
            if kept.is_file():
                return cls._read(kept, nodes, year)
        run = curves or _forward(year, sky, workers)
        table = _filled(nodes, year, run, trials, progress or SilentProgress())
        if kept is not None:
            table._write(kept)
        return table

    @property
    def memory(self) -> int:
        """Bytes that it holds."""
        return self.warmth.nbytes + self.frost.nbytes + self.error.nbytes

    @property
    def periods(self) -> Array:
        """Periods of season and hour; 0 for a part of the year."""
        return np.array([360.0 if self.nodes.seasons_close else 0.0, DAY_HOURS])

    @property
    def arrays(self) -> tuple[Any, ...]:
        """What the kernels take: axes of time and place, periods, temperatures, frost, error."""
        axes = [self.axes[name] for name in ("lat", "ls", "hour", "pressure")]
        return (*axes, self.periods, self.warmth, self.frost, self.error)

    def season(self, ls: ArrayLike) -> Array:
        """Ls [deg] as the table's axis counts it, which may run past 360.

        A table of a part of the year holds half a degree beyond its ends.
        """
        first, last = self.axes["ls"][0], self.axes["ls"][-1]
        turned = first + np.mod(np.asarray(ls, dtype=np.float64) - first, 360.0)
        if self.nodes.seasons_close:
            return turned
        turned = np.where(turned > first + 359.5, first, turned)
        return np.where((turned > last) & (turned < last + 0.5), last, turned)

    def at(
        self,
        *,
        lat: ArrayLike,
        ls: ArrayLike,
        hour: ArrayLike,
        pressure: ArrayLike,
        inertia: ArrayLike,
        albedo: ArrayLike,
        depth: ArrayLike = math.inf,
    ) -> tuple[Array, Array, Array]:
        """Readings that broadcast: temperature [K], share of frost about it, own error [K].

        NaN off the table.
        """
        rows = np.broadcast_arrays(
            *(np.asarray(v, dtype=np.float64) for v in (lat, ls, hour, pressure, inertia, albedo))
        )
        shape = rows[0].shape
        flat = [np.ascontiguousarray(v).ravel() for v in rows]
        flat[1] = np.ascontiguousarray(self.season(flat[1]))
        deep = np.broadcast_to(np.asarray(depth, dtype=np.float64), shape).ravel()
        deep = np.log(np.clip(deep, self.nodes.depth[0], self.nodes.depth[-1]))
        deep = np.zeros_like(deep) if math.isinf(self.nodes.depth[-1]) else deep
        size, count = flat[0].size, self.warmth.shape[-1]
        values, icy, own = np.empty(size), np.empty(size), np.empty(size)
        ground = tuple(self.axes[name] for name in ("depth", "albedo", "inertia"))
        for start in range(0, size, 4096):
            part = slice(start, start + 4096)
            out = np.empty((len(own[part]), count))
            frost = np.empty_like(out)
            when = [v[part] for v in flat[:4]]
            arguments: tuple[Any, ...] = (*when, *self.arrays, out, frost, own[part])
            read_rows(*arguments)
            kind = (deep[part], flat[5][part], np.log(flat[4][part]))
            for held, told in ((out, values), (frost, icy)):
                arguments = (held, *kind, *ground, told[part])
                in_grounds(*arguments)
        return values.reshape(shape), icy.reshape(shape), own.reshape(shape)

    def _write(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        with drafts_of(path) as (draft,):
            np.savez(draft, warmth=self.warmth, frost=self.frost, error=self.error)

    @classmethod
    def _read(cls, path: Path, nodes: GroundTableNodes, year: MarsYear) -> GroundTable:
        try:
            with np.load(path) as held:
                return cls(nodes, held["warmth"], held["frost"], held["error"], nodes.axes(year))
        except (OSError, ValueError, KeyError) as error:
            raise DataError(
                f"the kept ground table {path} cannot be read ({error}); delete it and it is made "
                "anew"
            ) from error


def _forward(year: MarsYear, sky: Any, workers: int) -> Curves:
    """The forward model of the house as `Curves`."""
    from marsward.physics.ground import hours

    def curves(columns: GroundColumns, ls: Sequence[float]) -> NDArray[Any]:
        return np.asarray(
            hours(columns, list(ls), year=year, sky=sky, steps=STEPS, workers=workers)
        )

    return curves


def _filled(
    nodes: GroundTableNodes, year: MarsYear, run: Curves, trials: int, progress: Progress
) -> GroundTable:
    """The table from runs of the forward model, a few latitudes at a time."""
    axes = nodes.axes(year)
    n_g = math.prod(len(axes[name]) for name in ("depth", "albedo", "inertia"))
    n_p, n_lat, n_ls = len(nodes.pressure), len(nodes.lat), len(nodes.ls)
    warmth = np.empty((n_lat, n_ls, nodes.hours, n_p, n_g), np.float32)
    frost = np.zeros((n_lat, n_ls, n_p, n_g + 1), np.uint8)
    every = STEPS // nodes.hours
    block = max(1, 2048 // (n_p * n_g))
    for start in range(0, n_lat, block):
        lat = nodes.lat[start : start + block]
        columns = nodes.columns(lat)
        found = run(columns, nodes.ls)
        if found.shape != (len(columns), n_ls, STEPS) or not np.isfinite(found).all():
            raise DataError("the forward model of a ground table gave gaps or another shape")
        found, cold = _without_hoar(columns, nodes.ls, run, found)
        cold = _widened(cold, axes["ls"])
        shape = (len(lat), n_p, n_g, n_ls)
        place = slice(start, start + len(lat))
        warmth[place] = found[:, :, ::every].reshape(*shape, -1).transpose(0, 3, 4, 1, 2)
        frost[place, :, :, :n_g] = cold.reshape(shape).transpose(0, 3, 1, 2)
        progress.update(0.8 * (start + len(lat)) / n_lat, "ground table")
    frost[..., n_g] = frost[..., :n_g].any(axis=-1)
    table = GroundTable(nodes, warmth, frost, np.zeros((1, 1, nodes.hours)), axes)
    error = _errors(table, year, run, trials, progress)
    return GroundTable(nodes, warmth, frost, error, axes)


def _without_hoar(
    columns: GroundColumns, ls: Sequence[float], run: Curves, found: NDArray[Any]
) -> tuple[NDArray[Any], NDArray[np.bool_]]:
    """Temperatures, and sols (n, ls) that frost spoils.

    Hoar that leaves within the sol is taken out: its columns are run again without frost, and
    that sol's curve is laid through the frosty one's afternoon.
    """
    point = columns.frost_point[:, None, None] + _FROSTED
    icy: NDArray[np.bool_] = np.less_equal(found, point)
    cold: NDArray[np.bool_] = np.any(icy, axis=2)
    hoar = cold & ~np.any(icy[..., _AFTERNOON], axis=2)
    which = np.any(hoar, axis=1)
    if not which.any():
        return found, cold
    found = np.array(found)
    bare = run(columns.take(which).replace(frost_point=_NO_FROST), ls)
    apart = (found[which] - bare)[..., _AFTERNOON].mean(axis=2, keepdims=True)
    found[which] = np.where(hoar[which][..., None], bare + apart, found[which])
    return found, cold & ~hoar


def _widened(cold: NDArray[np.bool_], ls: Array) -> NDArray[np.bool_]:
    """Seasons (n, ls) with lasting frost, and those just before and after."""
    ahead = np.mod(ls[:, None] - ls[None, :] + 180.0, 360.0) - 180.0
    near = (ahead >= -_BEFORE) & (ahead <= _AFTER)
    return (cold.astype(np.float32) @ near.T.astype(np.float32)) > 0.5


def _errors(
    table: GroundTable, year: MarsYear, run: Curves, trials: int, progress: Progress
) -> Array:
    """Rms error of readings, (lat intervals, ls intervals, hour), by columns between the nodes."""
    nodes, draws = table.nodes, np.random.default_rng(20)

    def within(values: Sequence[float], size: int, log: bool = False) -> Array:
        share = draws.uniform(0.0, 1.0, size)
        if len(values) == 1:
            return np.full(size, values[0])
        if log:
            return np.exp(math.log(values[0]) + share * math.log(values[-1] / values[0]))
        return values[0] + share * (values[-1] - values[0])

    starts = np.array(nodes.lat[:-1] or nodes.lat)
    widths = np.diff(nodes.lat) if len(nodes.lat) > 1 else np.zeros(1)
    size = len(starts) * trials
    lat = np.repeat(starts, trials) + np.repeat(widths, trials) * draws.uniform(0.2, 0.8, size)
    ends = np.append(nodes.ls[1:], nodes.ls[0] + 360.0) if nodes.seasons_close else nodes.ls[1:]
    middles = [0.5 * (a + b) for a, b in zip(nodes.ls, ends, strict=False)] or list(nodes.ls)
    middles = list(noons(middles, year))
    kinds = {
        "inertia": within(nodes.inertia, size, log=True),
        "albedo": within(nodes.albedo, size),
        "pressure": within(nodes.pressure, size),
    }
    depth = within(nodes.depth, size, log=True)
    squares = np.zeros((len(starts), len(middles), STEPS))
    counts = np.zeros_like(squares)
    hour = np.arange(STEPS) * (DAY_HOURS / STEPS)
    block = max(1, 512 // trials) * trials
    for start in range(0, size, block):
        part = slice(start, min(start + block, size))
        given = {name: value[part] for name, value in kinds.items()}
        columns = GroundColumns(
            lat=lat[part], ice_depth=depth[part], emissivity=nodes.emissivity, **given
        )
        true = run(columns, [m % 360.0 for m in middles])
        for j, middle in enumerate(middles):
            read, icy, _ = table.at(
                lat=lat[part, None], ls=middle, hour=hour[None, :], depth=depth[part, None],
                **{name: value[:, None] for name, value in given.items()},
            )  # fmt: skip
            point = columns.frost_point[:, None] + _FROSTED
            cold = np.any(np.less_equal(true[:, j], point), axis=1)[:, None]
            good = (icy < 0.02) & ~cold & np.isfinite(read)
            off = np.where(good, read - true[:, j], 0.0)
            row = slice(part.start // trials, part.stop // trials)
            squares[row, j] = (off**2).reshape(-1, trials, STEPS).sum(axis=1)
            counts[row, j] = good.reshape(-1, trials, STEPS).sum(axis=1)
        progress.update(0.8 + 0.2 * part.stop / size, "ground table, its error")
    return _by_hour(squares, counts, nodes.hours)


def _by_hour(squares: Array, counts: Array, hours: int) -> Array:
    """Root mean squares by hour; where all was frost, the worst of the table."""
    shape = (*squares.shape[:2], hours, -1)
    total, many = squares.reshape(shape).sum(axis=3), counts.reshape(shape).sum(axis=3)
    out = np.sqrt(total / np.maximum(many, 1.0))
    worst = float(out.max(initial=0.0))
    return np.ascontiguousarray(np.where(many > 0, out, worst))
