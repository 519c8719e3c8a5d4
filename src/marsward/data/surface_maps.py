"""Maps of the Martian surface that marsward ships.

Grids run from the north pole down and from 0 E to the east; the centre of the first cell lies half
a cell off both. Latitude is planetocentric.
"""

from __future__ import annotations

import hashlib
import io
import tomllib
from functools import lru_cache
from importlib.resources import files

import numpy as np
from numpy.typing import ArrayLike, NDArray

from marsward.core.errors import DataError, InputError

Map = NDArray[np.float32]
_ASSETS = files("marsward.data") / "assets"
# Rows from each pole in which the TES map holds its fill value, wholly or in part.
_POLAR_GAP = 3
_FINEST_PPD = 64


@lru_cache(maxsize=1)
def _shipped() -> Map:
    try:
        record = tomllib.loads((_ASSETS / "tes_albedo.toml").read_text(encoding="utf-8"))
        data = (_ASSETS / "tes_albedo.npz").read_bytes()
    except FileNotFoundError as error:
        raise DataError(
            f"the TES albedo map of marsward is missing ({error.filename}): install marsward "
            "again, or run tools/make_surface_assets.py in a checkout"
        ) from None
    if hashlib.sha256(data).hexdigest() != record["tes_albedo"]["sha256"]:
        raise DataError(
            "the asset tes_albedo.npz differs from its record in tes_albedo.toml (sha256): "
            "install marsward again, or run tools/make_surface_assets.py in a checkout"
        )
    with np.load(io.BytesIO(data)) as table:
        values: Map = table["albedo"]
    values.setflags(write=False)
    return values


def tes_albedo(ppd: float = 1.0, *, method: str = "cubic", fill_poles: bool = True) -> Map:
    """Bolometric (0.3 to 2.9 um) Lambert albedo of Mars by TES, (180 ppd, 360 ppd) float32.

    Parameters
    ----------
    ppd : cells per degree; 1 is the map as shipped
    method : "linear" or "cubic" (Keys 1981, doi:10.1109/TASSP.1981.1163711), across poles and
        seam, when ppd is not 1; cubic values are held within the range of the map
    fill_poles : put the mean of the nearest whole row where TES saw nothing (poleward of 87 deg,
        0.08 in the table); otherwise the table as it is

    Christensen et al. 2001, doi:10.1029/2000JE001370. Raises InputError for a grid that does not
    close, DataError when the shipped file is missing or damaged.
    """
    values = _shipped()
    if fill_poles:
        values = values.copy()
        values[:_POLAR_GAP] = values[_POLAR_GAP].mean()
        values[-_POLAR_GAP:] = values[-_POLAR_GAP - 1].mean()
    return values if ppd == 1.0 else regridded(values, ppd, method=method)


def padded(values: ArrayLike, width: int = 1) -> NDArray:
    """A global map (..., rows, columns) with `width` more cells on every side.

    Columns go on around the globe; rows go on across the pole, half a turn away. The number of
    columns must be even.
    """
    grid = np.asarray(values)
    half = grid.shape[-1] // 2
    top = np.roll(grid[..., :width, :][..., ::-1, :], half, axis=-1)
    low = np.roll(grid[..., -width:, :][..., ::-1, :], half, axis=-1)
    tall = np.concatenate([top, grid, low], axis=-2)
    return np.concatenate([tall[..., -width:], tall, tall[..., :width]], axis=-1)


def _weights(count: int, out: int, method: str) -> tuple[NDArray, NDArray]:
    """First cell and four weights for each of `out` cells laid over `count`, two cells padded."""
    place = (np.arange(out) + 0.5) * count / out - 0.5
    first = np.floor(place).astype(np.int64)
    t = (place - first)[:, None]
    if method == "linear":
        table = np.concatenate([0.0 * t, 1.0 - t, t, 0.0 * t], axis=1)
    else:
        table = 0.5 * np.concatenate(
            [
                t * (t * (2.0 - t) - 1.0),
                t * t * (3.0 * t - 5.0) + 2.0,
                t * (t * (4.0 - 3.0 * t) + 1.0),
                t * t * (t - 1.0),
            ],
            axis=1,
        )
    return first + 1, table


def regridded(values: ArrayLike, ppd: float, *, method: str = "cubic") -> Map:
    """A global map (rows, columns) at another number of cells per degree, float32.

    Raises InputError for an unknown method or a ppd whose cells do not close around the globe.
    """
    grid = np.asarray(values, dtype=np.float64)
    if method not in ("linear", "cubic"):
        raise InputError(f'maps are regridded "linear" or "cubic", not {method!r}')
    if not (0.0 < ppd <= _FINEST_PPD) or abs(180.0 * ppd - round(180.0 * ppd)) > 1e-9:
        raise InputError(
            f"{ppd:g} cells per degree do not close around the globe within 64 per degree: "
            "give 1, 2, 4, 8, 16 or 32"
        )
    rows, columns = round(180.0 * ppd), round(360.0 * ppd)
    wide = padded(grid, 2)
    first, table = _weights(grid.shape[0], rows, method)
    tall = sum(table[:, k, None] * wide[first + k] for k in range(4))
    first, table = _weights(grid.shape[1], columns, method)
    out = sum(table[:, k] * tall[:, first + k] for k in range(4))
    return np.clip(out, grid.min(), grid.max()).astype(np.float32)


def elevation(ppd: float = 1.0) -> Map:
    """Height of Mars above the areoid, float32 (180 ppd, 360 ppd) [m].

    The shipped shape (see `terrain_files.shape_model`) less the areoid of `areoid`; means over
    cells larger than a quarter of a degree. Raises InputError for a grid that does not close.
    """
    fine = min((each for each in (4, 8, 16) if each >= ppd), default=16)
    values = _fine_elevation(fine)
    step = fine / ppd
    if abs(step - round(step)) < 1e-9 and values.shape[0] % round(step) == 0:
        k = round(step)
        rows, columns = values.shape
        if k == 1:
            return values
        blocks = values.reshape(rows // k, k, columns // k, k)
        return blocks.mean(axis=(1, 3), dtype=float).astype(np.float32)
    return regridded(values, ppd)


@lru_cache(maxsize=2)
def _fine_elevation(ppd: int) -> Map:
    from marsward.data.areoid import areoid_height
    from marsward.data.terrain_files import shape_model

    values: Map = shape_model(ppd) - areoid_height(ppd)
    values.setflags(write=False)
    return values
