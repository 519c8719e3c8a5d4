"""The ground of a whole grid: computed in blocks, kept as it goes, gone on with after a stop.

The grid's cells are cut into blocks that do not depend on who computes them. A block's numbers are
put into the checkpoint folder as soon as they are there, whole or not at all, so that a run that
was stopped goes on where it was and ends with the same bytes.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr

from marsward._version import __version__
from marsward.core.errors import DataError, InputError
from marsward.core.fields import field
from marsward.core.interrupt import held_interrupt
from marsward.core.map_grid import MapGrid
from marsward.core.product import cannot_write
from marsward.core.progress import Progress, SilentProgress
from marsward.core.whole_file import drafts_of
from marsward.physics.columns import ICE_DEPTH_COMMENT
from marsward.physics.ground import ground_year
from marsward.physics.season import MarsYear
from marsward.physics.soil import POROSITY, ice_mass
from marsward.planet.block_store import Block, BlockStore
from marsward.planet.ground_maps import SurfaceMaps
from marsward.planet.subsurface import ANNUAL, EMISSIVITY, SOURCE, with_ice

__all__ = ["global_ground"]

CHUNK = 1440
_FORMAT = 1
_SUMS = {
    "sol_temperature_mean": "sol_mean",
    "sol_temperature_low": "sol_low",
    "sol_temperature_high": "sol_high",
    "frost_mass": "frost_mass",
}


@dataclass(frozen=True, eq=False)
class _Job:
    """All that a block needs."""

    maps: SurfaceMaps
    options: dict[str, Any]
    ice: bool
    porosity: float
    depths: tuple[float, ...]
    emissivity: float
    step: int  # cells of a block
    row: int  # cells of a row of the zonal means, 0 on grids without them

    @property
    def count(self) -> int:
        """Number of blocks."""
        return -(-len(self.maps) // self.step)

    @property
    def key(self) -> str:
        """What decides the numbers, in one hash."""
        told = {
            "format": _FORMAT, "version": __version__, "ice": self.ice, "step": self.step,
            "porosity": self.porosity, "depths": self.depths, "emissivity": self.emissivity,
            "row": self.row, "options": {k: repr(v) for k, v in self.options.items()},
        }  # fmt: skip
        digest = hashlib.sha256(json.dumps(told, sort_keys=True).encode())
        maps = self.maps
        for values in (
            maps.lat, maps.lon, maps.albedo, maps.inertia, maps.pressure, maps.humidity,
            maps.slope, maps.aspect, maps.horizon,
        ):  # fmt: skip
            digest.update(b"none" if values is None else np.ascontiguousarray(values).tobytes())
        return digest.hexdigest()

    def solve(self, number: int) -> Block:
        """The numbers of one block: float32 (cells, ...) and sums over rows."""
        some = slice(number * self.step, min((number + 1) * self.step, len(self.maps)))
        maps = self.maps.take(some)
        columns = maps.columns(emissivity=self.emissivity)
        options = {**self.options, "workers": 1}
        wanted = "equilibrium" if self.ice else None
        columns, _ = with_ice(columns, maps.humidity, wanted, self.porosity, options)
        told = ground_year(
            columns,
            depths=self.depths or None,
            surface_table="sols" if self.row else None,
            **options,
        )
        out = {name: getattr(told, key).astype(np.float32) for name, key in ANNUAL.items()}
        if self.depths:
            out["ground_temperature"] = told.depth_mean.astype(np.float32)
        if self.ice:
            depth = columns.ice_depth
            top = ice_mass(np.where(np.isfinite(depth), depth, 1.0), porosity=self.porosity)
            out["ice_depth"] = depth.astype(np.float32)
            out["ice_mass"] = top.astype(np.float32)
        out["energy_residual"] = np.array([np.abs(told.energy_residual).max()])
        out["closure"] = np.array([np.abs(told.closure).max()])
        out["years"] = np.array([told.years.max()])
        if self.row:
            for name, key in _SUMS.items():
                table = getattr(told, key)
                rows = table.reshape(-1, self.row, table.shape[1])
                out[f"zonal_{name}"] = rows.mean(axis=1, dtype=np.float64).astype(np.float32)
        return out


def global_ground(
    grid: str | MapGrid | SurfaceMaps,
    *,
    years: int = 10,
    ice: bool = True,
    depths: Iterable[float] = (),
    porosity: float = POROSITY,
    emissivity: float = EMISSIVITY,
    year: MarsYear | None = None,
    steps: int = 96,
    tolerance: float = 0.02,
    chunk: int = CHUNK,
    checkpoint: str | Path | None = None,
    out: str | Path | None = None,
    workers: int = 2,
    dask: bool = False,
    progress: Progress | None = None,
) -> xr.Dataset:
    """Temperatures, frost and ice of the ground on a whole grid.

    Parameters
    ----------
    grid
        A grid such as "1 ppd" or "20 km north", on which the shipped maps stand, or `SurfaceMaps`
        on a grid.
    years
        Most Mars years that the ground is followed, the kept one among them; it ends earlier where
        the year repeats within `tolerance` [K].
    ice
        Find the depth at which ice in the pores lasts, and put it there.
    depths
        [m] at which mean temperatures in the ground are told.
    porosity, emissivity, year, steps
        As `ground_year` and `ice_table` take them.
    chunk
        Cells of a block, rounded to whole rows of the grid; some 0.1 MB of memory per cell at work.
    checkpoint
        Folder in which finished blocks are kept; a later call of the same grid, maps and options
        goes on from there. Another run's folder is refused.
    out
        Where the result is written: a path that ends in .nc, or .zarr (takes zarr).
    workers
        Blocks at a time; no number of them changes a byte of the result.
    dask
        Let dask compute the blocks, on its cluster if one is connected (takes dask).
    progress
        Who is told.

    Returns
    -------
    Dataset on (y, x) of the grid with the year's temperatures, frost, ice and the maps; on grids of
    rows of latitude also zonal means by sol on (y, sol).

    Raises
    ------
    InputError : a grid or option that is none, a checkpoint of another run, a place that cannot be
        written, an extra package that is missing
    DataError : a map with holes, a full disk
    """
    job = _job(grid, years, ice, depths, porosity, emissivity, year, steps, tolerance, chunk)
    path = _out(out)
    if workers < 1:
        raise InputError(f"workers = {workers}: at least one has to work")
    listener = progress or SilentProgress()
    folder = Path(checkpoint) if checkpoint is not None else None
    store = BlockStore(job.key, job.count, folder, listener)
    compute = _on_dask if dask else _on_threads
    compute(job, store, workers, listener)
    made = _assembled(job, store)
    if path is not None:
        _write(made, path)
    return made


def _job(
    grid: str | MapGrid | SurfaceMaps,
    years: int,
    ice: bool,
    depths: Iterable[float],
    porosity: float,
    emissivity: float,
    year: MarsYear | None,
    steps: int,
    tolerance: float,
    chunk: int,
) -> _Job:
    if years < 2:
        raise InputError(f"years = {years}: the ground takes 2 or more to come to repeat itself")
    if chunk < 1:
        raise InputError(f"chunk = {chunk}: a block has one cell or more")
    maps = grid if isinstance(grid, SurfaceMaps) else SurfaceMaps.shipped(grid)
    if maps.grid is None:
        raise InputError("these maps are of places; ground() takes them, or make them on a grid")
    rows = maps.grid.separable
    width = maps.grid.width
    step = max(1, round(chunk / width)) * width if rows else chunk
    options = {
        "year": year or MarsYear(), "steps": int(steps), "spin_up": int(years) - 1,
        "tolerance": float(tolerance),
    }  # fmt: skip
    deep = tuple(float(each) for each in depths)
    return _Job(
        maps, options, bool(ice), float(porosity), deep, float(emissivity), step,
        width if rows else 0,
    )  # fmt: skip


# who computes them -------------------------------------------------------------------------------
def _on_threads(job: _Job, store: BlockStore, workers: int, progress: Progress) -> None:
    """Blocks on threads; each puts its own away, so that a Ctrl-C loses only what is at work."""

    def one(number: int) -> None:
        store.keep(number, job.solve(number))

    tell = _teller(job, progress)
    rest = store.missing()
    tell(job.count - len(rest))
    pool = ThreadPoolExecutor(workers)
    try:
        waiting: set[Future[None]] = {pool.submit(one, number) for number in rest}
        while waiting:
            done, waiting = wait(waiting, return_when=FIRST_COMPLETED)
            for each in done:
                each.result()
            tell(job.count - len(waiting))
    except KeyboardInterrupt:
        progress.note("stopping once the blocks at work are done")
        raise
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def _on_dask(job: _Job, store: BlockStore, workers: int, progress: Progress) -> None:
    """Blocks by dask, some at a time, on the cluster of the client that is connected if any."""
    try:
        import dask
    except ImportError:
        raise InputError(
            'dask is not installed; pip install "marsward[cluster]", or leave dask=True out'
        ) from None
    tell = _teller(job, progress)
    rest = store.missing()
    tell(job.count - len(rest))
    for batch in _batches(rest, 8 * workers):
        tasks = [
            dask.delayed(job.solve)(number, dask_key_name=f"ground-{number}") for number in batch
        ]
        for number, block in zip(batch, dask.compute(*tasks), strict=True):
            store.keep(number, block)
        tell(job.count - sum(1 for n in rest if n > batch[-1]))


def _batches(numbers: list[int], size: int) -> Iterator[list[int]]:
    for first in range(0, len(numbers), size):
        yield numbers[first : first + size]


def _teller(job: _Job, progress: Progress) -> Callable[[int], None]:
    def tell(done: int) -> None:
        cells = min(done * job.step, len(job.maps))
        progress.update(done / job.count, f"{cells} of {len(job.maps)} cells")

    return tell


# the whole ---------------------------------------------------------------------------------------
def _assembled(job: _Job, store: BlockStore) -> xr.Dataset:
    parts: list[Block] = []
    for number in range(job.count):
        block = store.get(number)
        if block is None:
            raise DataError(f"block {number} of {store.folder} was lost; call again to compute it")
        parts.append(block)
    made = job.maps.dataset()
    shape = (made.sizes["y"], made.sizes["x"])
    for name in parts[0]:
        if name in ("energy_residual", "closure", "years") or name.startswith("zonal_"):
            continue
        whole = np.concatenate([part[name] for part in parts])
        if name == "ground_temperature":
            cube = np.moveaxis(whole.reshape(*shape, -1), -1, 0)
            made[name] = field(name, np.ascontiguousarray(cube), ("depth", "y", "x"))
        else:
            made[name] = field(name, whole.reshape(shape), ("y", "x"))
    if job.ice:
        made["ice_depth"].attrs["comment"] = ICE_DEPTH_COMMENT
    if job.depths:
        made = made.assign_coords(depth=field("depth", np.array(job.depths), "depth"))
    if job.row:
        made = _with_zonal(made, job, parts)
    return made.assign_attrs(
        source=SOURCE,
        ice="equilibrium ice table" if job.ice else "dry ground",
        energy_residual=float(max(part["energy_residual"].max() for part in parts)),
        closure_kelvin=float(max(part["closure"].max() for part in parts)),
        years_followed=int(max(part["years"].max() for part in parts)),
    )


def _with_zonal(made: xr.Dataset, job: _Job, parts: list[Block]) -> xr.Dataset:
    """Means over rows of latitude by sol."""
    year: MarsYear = job.options["year"]
    middle = np.arange(year.sols) + 0.5
    for name in _SUMS:
        table = np.concatenate([part[f"zonal_{name}"] for part in parts])
        made[f"zonal_{name}"] = field(name, table, ("y", "sol"), cell_methods="x: mean")
        made[f"zonal_{name}"].attrs["long_name"] += ", zonal mean"
    return made.assign_coords(
        sol=field("sol_of_year", middle, "sol"),
        sol_ls=field("ls", np.degrees(year.at(middle).ls_rad), "sol"),
    )


def _out(out: str | Path | None) -> Path | None:
    """Where to write, looked at before the work begins."""
    if out is None:
        return None
    path = Path(out)
    if path.suffix not in (".nc", ".zarr"):
        raise InputError(f"out = {str(path)!r}: name a file that ends in .nc, or a .zarr folder")
    if not path.parent.is_dir():
        raise InputError(f"there is no folder {path.parent} to write {path.name} into")
    if path.suffix == ".zarr":
        try:
            import zarr  # noqa: F401
        except ImportError:
            raise InputError(
                'zarr is not installed; pip install "marsward[cluster]", or write a .nc file'
            ) from None
    return path


def _write(made: xr.Dataset, path: Path) -> None:
    if path.suffix == ".zarr":
        _write_zarr(made, path)
        return
    packed = {
        str(name): {"zlib": True, "complevel": 4}
        for name, each in made.data_vars.items()
        if each.dtype.kind == "f" and each.ndim
    }
    with drafts_of(path) as (draft,), held_interrupt():
        made.to_netcdf(draft, encoding=packed)


def _write_zarr(made: xr.Dataset, path: Path) -> None:
    """A zarr folder that takes the place of an older one once it is whole."""
    try:
        with tempfile.TemporaryDirectory(prefix=f".{path.name}.", dir=path.parent) as folder:
            draft = Path(folder) / path.name
            made.to_zarr(draft, mode="w", consolidated=False)
            if path.is_dir():
                shutil.rmtree(path)
            os.replace(draft, path)
    except OSError as error:
        raise cannot_write(path, error) from error
