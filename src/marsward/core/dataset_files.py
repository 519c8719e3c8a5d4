"""Datasets with Mars time to and from netCDF and zarr, with nothing lost on the way.

Attributes that files cannot hold are written as text, time as whole nanoseconds of TT since J2000;
a netCDF file appears whole or not at all, a zarr store replaces an older one only when complete.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr

from marsward.core.asked import file_path
from marsward.core.classic_netcdf import check_whole
from marsward.core.errors import DataError, InputError
from marsward.core.interrupt import held_interrupt
from marsward.core.mars_axis import TIME_UNITS
from marsward.core.product import CONVENTIONS, cannot_write, storable_attrs
from marsward.core.whole_file import drafts_of

__all__ = ["open_dataset", "save_dataset"]

_NETCDF = (".nc", ".nc4")


def save_dataset(dataset: xr.Dataset, path: str | Path) -> Path:
    """Write a dataset as netCDF (.nc) or zarr (.zarr); returns the path.

    Raises
    ------
    InputError : another suffix, zarr asked for where it is not installed, or a folder that cannot
        be written
    DataError : the disk is full
    """
    path = file_path(path, "dataset")
    ready = _ready(dataset)
    if path.suffix in _NETCDF:
        with drafts_of(path) as (draft,), held_interrupt():
            ready.to_netcdf(draft, engine="netcdf4")
        return path
    if path.suffix != ".zarr":
        raise InputError(f"{path.name} names neither netCDF (.nc) nor a zarr store (.zarr)")
    _need_zarr()
    try:
        with tempfile.TemporaryDirectory(prefix=f".{path.name}.", dir=path.parent) as folder:
            draft = Path(folder) / path.name
            _with_texts(ready, object).to_zarr(draft, mode="w", consolidated=False)
            if path.exists():
                shutil.rmtree(path)
            os.replace(draft, path)
    except OSError as error:
        raise cannot_write(path, error) from error
    return path


def open_dataset(path: str | Path) -> xr.Dataset:
    """Read a dataset from netCDF or zarr, whole, with `time` as instants of TT.

    Raises
    ------
    InputError : what is no path; zarr is not installed
    DataError : nothing there, nothing that can be read, or a file that is cut off
    """
    path = file_path(path, "dataset")
    if not path.exists():
        raise DataError(f"there is no dataset at {path}")
    options: dict[str, Any] = {"decode_timedelta": False}
    if path.is_dir():
        _need_zarr()
        options |= {"engine": "zarr", "consolidated": False}
    else:
        check_whole(path)
    try:
        with held_interrupt(), xr.open_dataset(path, **options) as opened:
            held = opened.load()
    except (OSError, ValueError, KeyError, RuntimeError) as error:
        said = " ".join(str(error).split()) or type(error).__name__
        raise DataError(f"{path} cannot be read as a dataset: {said[:200]}") from error
    if path.is_dir():
        held = _with_texts(held, str)
    if held.attrs.get("Conventions") == CONVENTIONS:
        del held.attrs["Conventions"]
    return held


def _ready(dataset: xr.Dataset) -> xr.Dataset:
    """A copy with attributes that files hold and time stored exactly."""
    out = dataset.copy(deep=False)
    out.attrs = storable_attrs(dataset.attrs) | {"Conventions": CONVENTIONS}
    for name in out.variables:
        variable = out[name].variable.copy(deep=False)
        variable.attrs = storable_attrs(variable.attrs)
        variable.encoding = {}
        if variable.dtype.kind == "M":
            variable.encoding = {"units": TIME_UNITS, "calendar": "proleptic_gregorian",
                                 "dtype": "int64"}  # fmt: skip
        elif variable.dtype.kind == "f":
            variable.encoding = {"_FillValue": None}
        if name in out.coords:
            out = out.assign_coords({name: variable})
        else:
            out[name] = variable
    return out


def _with_texts(dataset: xr.Dataset, kind: type) -> xr.Dataset:
    """Texts as objects, whose form in zarr is settled, or as numpy's own text again."""
    out = dataset
    for name in dataset.variables:
        held = dataset[name]
        if held.dtype.kind in "UOT" and all(isinstance(t, str) for t in held.values.flat):
            texts = held.variable.copy(data=np.array(held.values.tolist(), dtype=kind))
            if name in dataset.indexes:
                out = out.drop_indexes(name)
            out = (
                out.assign_coords({name: texts})
                if name in out.coords
                else out.assign({str(name): texts})
            )
    return out


def _need_zarr() -> None:
    if find_spec("zarr") is None:
        raise InputError(
            'zarr is not installed; pip install "marsward[cluster]", or write a .nc file'
        )
