"""A product: a dataset with its provenance and the word whether it is truth or knowledge.

Written as netCDF-4 after the CF conventions 1.11, whole or not at all, and byte for byte the same
each time: time stamps of the run stand elsewhere.
"""

from __future__ import annotations

import errno
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr

from marsward.core.errors import DataError, InputError
from marsward.core.interrupt import held_interrupt
from marsward.core.provenance import Provenance

CONVENTIONS = "CF-1.11"
_OWN = ("Conventions", "product", "knowledge", "provenance", "history")
_COMPRESS_FROM = 65536  # bytes; smaller arrays gain nothing
_MARGIN = 1 << 18  # bytes for the headers of a file
_CALL_FAULTS = {
    errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOTDIR, errno.EISDIR, errno.EEXIST,
    errno.ENOENT, errno.ENAMETOOLONG, errno.ELOOP,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Product:
    """A named dataset, the only thing that passes from phase to phase.

    `knowledge` is True for what a retrieval inferred from observations and False for the truth
    or for an observation itself.
    """

    name: str
    dataset: xr.Dataset
    knowledge: bool = False
    provenance: Provenance = field(default_factory=Provenance)

    def __getitem__(self, variable: str) -> xr.DataArray:
        return self.dataset[variable]

    def save(self, path: str | Path) -> Path:
        """Write netCDF at `path`, atomically, replacing what was there.

        Raises
        ------
        InputError
            The folder cannot be written, or the data are of a type that netCDF does not hold.
        DataError
            The disk is full.
        """
        path = Path(path)
        ready = _storable(self)
        partial = path.with_name(f".{path.name}.partial")
        try:
            _reserve(partial, ready.nbytes + _MARGIN)
            with held_interrupt():
                ready.to_netcdf(partial, engine="netcdf4", encoding=_encoding(ready))
            os.replace(partial, path)
        except (OSError, RuntimeError) as error:
            raise cannot_write(path, error) from error
        finally:
            _discard(partial)
        return path

    @classmethod
    def open(cls, path: str | Path) -> Product:
        """Read a product that `save` wrote.

        Raises
        ------
        InputError
            Not a path at all.
        DataError
            No such file, or it is not a product of marsward.
        """
        if not isinstance(path, str | os.PathLike):
            raise InputError(f"a product is opened by the path of its file, not {path!r}")
        path = Path(path)
        if not path.is_file():
            raise DataError(f"no product at {path}")
        try:
            with (
                held_interrupt(),
                xr.open_dataset(path, engine="netcdf4", decode_timedelta=False) as opened,
            ):
                dataset = opened.load()
        except (OSError, ValueError, RuntimeError) as error:
            raise DataError(f"{path} is not a netCDF file that can be read: {error}") from error
        attrs = dict(dataset.attrs)
        if "product" not in attrs or "provenance" not in attrs:
            raise DataError(f"{path} is netCDF but not a product of marsward: no provenance in it")
        dataset.attrs = {key: each for key, each in attrs.items() if key not in _OWN}
        return cls(
            name=str(attrs["product"]),
            dataset=dataset,
            knowledge=bool(attrs["knowledge"]),
            provenance=Provenance.from_json(str(attrs["provenance"])),
        )


def cannot_write(path: Path, error: BaseException) -> InputError | DataError:
    """The error to raise when `path` could not be written, by what the system said."""
    code = getattr(error, "errno", None)
    if isinstance(code, int) and code in _CALL_FAULTS:
        return InputError(
            f"cannot write {path}: {os.strerror(code)}; choose another folder with --out"
        )
    if isinstance(code, int) and code in {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}:
        return DataError(
            f"cannot write {path}: {os.strerror(code)}; free some space or choose --out elsewhere"
        )
    said = os.strerror(code) if isinstance(code, int) else " ".join(str(error).split())
    return DataError(f"cannot write {path}: {said}")


def _reserve(path: Path, size: int) -> None:
    """Ask the system for `size` bytes, so that a full disk is known before the first byte.

    Where a system cannot reserve (macOS), the write itself finds out.
    """
    if not hasattr(os, "posix_fallocate"):
        return
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644)
    try:
        os.posix_fallocate(descriptor, 0, size)
    except OSError as error:
        if error.errno not in {errno.EOPNOTSUPP, errno.EINVAL, errno.ENOSYS}:
            raise
    finally:
        os.close(descriptor)


def _discard(path: Path) -> None:
    try:
        path.unlink(missing_ok=True)
    except OSError:
        return


def _storable(product: Product) -> xr.Dataset:
    """A copy whose attributes netCDF can hold, with the global ones of this house."""
    dataset = product.dataset.copy(deep=False)
    for name, variable in dataset.variables.items():
        if np.issubdtype(variable.dtype, np.complexfloating):
            raise InputError(
                f"product {product.name!r}: {name!r} is complex, which netCDF cannot hold;"
                " give its real and imaginary parts as two variables"
            )
    fresh = {str(n): v.copy(deep=False) for n, v in dataset.variables.items()}
    for variable in fresh.values():
        variable.attrs = storable_attrs(variable.attrs)
        variable.encoding = {}
    coords = {n: v for n, v in fresh.items() if n in dataset.coords}
    data = {n: v for n, v in fresh.items() if n not in dataset.coords}
    attrs = storable_attrs(dataset.attrs)
    attrs = {key: each for key, each in attrs.items() if key not in _OWN}
    attrs.setdefault("title", product.name)
    attrs |= {
        "Conventions": CONVENTIONS,
        "product": product.name,
        "knowledge": np.int8(product.knowledge),
        "history": f"made by marsward {product.provenance.version}",
        "provenance": product.provenance.to_json(),
    }
    return xr.Dataset(data, coords=coords, attrs=attrs)


def storable_attrs(attrs: Mapping[Any, Any]) -> dict[str, Any]:
    """Attributes as netCDF takes them: nothing empty, flags as 0 or 1, mappings as JSON text."""
    out: dict[str, Any] = {}
    for key, each in attrs.items():
        if each is None:
            continue
        if isinstance(each, bool | np.bool_):
            each = np.int8(each)
        elif isinstance(each, Mapping):
            each = json.dumps(dict(each), sort_keys=True, default=str)
        elif isinstance(each, list | tuple) and any(isinstance(e, str) for e in each):
            each = ", ".join(str(e) for e in each)
        elif isinstance(each, np.ndarray) and each.dtype == bool:
            each = each.astype(np.int8)
        elif not isinstance(each, str | int | float | list | tuple | np.ndarray | np.number):
            each = str(each)
        out[str(key)] = each
    return out


def _encoding(dataset: xr.Dataset) -> dict[str, dict[str, Any]]:
    encoding: dict[str, dict[str, Any]] = {}
    for name, variable in dataset.variables.items():
        rules: dict[str, Any] = {}
        if variable.dtype.kind in "fiub" and variable.nbytes >= _COMPRESS_FROM:
            rules = {"zlib": True, "complevel": 1, "shuffle": True}
        if variable.dtype.kind == "f" and "_FillValue" not in variable.attrs:
            rules["_FillValue"] = None
        if variable.dtype.kind == "M":
            rules |= {
                "units": "nanoseconds since 1970-01-01T00:00:00",
                "calendar": "proleptic_gregorian",
                "dtype": "int64",
            }
        if rules:
            encoding[str(name)] = rules
    return encoding
