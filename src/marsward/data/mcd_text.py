"""The text that the web page of the Mars Climate Database gives for a profile or a time series.

Blocks of two columns, one for each variable, under lines that begin with "#": which version and
scenario, "Ls 142.7deg. Latitude 19.13N. Longitude -33.22E. Local time 3.0h", "Column 1 is …" and
"Column 2 is …" with a unit in brackets (Millour et al. 2018, mars.lmd.jussieu.fr/mcd_python).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr

from marsward.core import fields
from marsward.core.errors import DataError
from marsward.core.mars_axis import CALENDAR
from marsward.data.climate_units import in_our_unit, plausible

__all__ = ["read_mcd_text"]

_PLACE = re.compile(
    r"(Ls|Latitude|Longitude|Local time|Altitude)\s+(-?\d+(?:\.\d+)?)\s*([a-zA-Z]*)", re.IGNORECASE
)
_COLUMN = re.compile(r"Column\s+(\d)\s+is\s+(.*)", re.IGNORECASE)
_UNIT = re.compile(r"\(([^()]*)\)\s*$")
_NAMES = (
    ("surface pressure", "surface_pressure"), ("surface temperature", "surface_temperature"),
    ("pressure", "pressure"), ("temperature", "temperature"), ("density", "density"),
    ("zonal", "eastward_wind"), ("w-e wind", "eastward_wind"),
    ("meridional", "northward_wind"), ("s-n wind", "northward_wind"),
    ("dust column visible optical depth", "dust_opacity"),
    ("dust optical depth", "dust_opacity"),
)  # fmt: skip
_AXES = (
    ("altitude", "height", "m"), ("local time", "ltst", "hour"),
    ("areocentric longitude", "ls", "degree"), ("solar longitude", "ls", "degree"),
    ("ls", "ls", "degree"),
)  # fmt: skip


@dataclass
class _Block:
    axis: str = ""
    what: str = ""
    rows: list[tuple[float, float]] = field(default_factory=list)


def read_mcd_text(path: Path) -> xr.Dataset:
    """A profile (height), day (ltst) or year (ls) of one place as a Dataset.

    Heights keep the zero that the text names in the attribute `zero`; values below the ground,
    which the database leaves out, are not in the Dataset. Raises DataError for a text that is not
    the database's, with the line.
    """
    blocks, said, version = _blocks(path)
    first = blocks[0].axis.lower()
    dim, unit = next(((d, u) for word, d, u in _AXES if word in first), ("", ""))
    if not dim:
        raise DataError(f"{path}: column 1 is {blocks[0].axis!r}, which is no axis known here")
    at = np.array([row[0] for row in blocks[0].rows])
    data: dict[str, xr.DataArray] = {}
    for block in blocks:
        name = next((ours for word, ours in _NAMES if word in block.what.lower()), None)
        if name is None:
            continue
        x, y = np.array(block.rows).T
        if x.shape != at.shape or not np.allclose(x, at):
            raise DataError(
                f"{path}: {block.what!r} stands at other places than {blocks[0].what!r}"
            )
        data[name] = _column(y, name, block.what, dim, path)
    if not data:
        raise DataError(f"{path} holds no variable of a climate: {blocks[0].what!r}")
    out = xr.Dataset(data, coords={dim: (dim, at, _axis_attrs(dim, unit, blocks[0].axis))})
    out = out.sortby(dim).dropna(dim, how="all")
    scalars = {"Ls": "ls", "Latitude": "lat", "Longitude": "lon", "Local time": "ltst"}
    for word, name in scalars.items():
        if word.lower() in said and name != dim:
            value = said[word.lower()]
            out = out.assign_coords({name: fields.field(name, value % 360.0 if name == "lon"
                                                        else value, ())})  # fmt: skip
    out.attrs = {"source": "Mars Climate Database, web page", "kind": "mcd-text",
                 "version": version, "file": path.name, "planet_calendar": CALENDAR}  # fmt: skip
    return out


def _column(values: Any, name: str, what: str, dim: str, path: Path) -> xr.DataArray:
    told = _UNIT.search(what)
    unit = told.group(1) if told else None
    if name == "density":
        return xr.DataArray(values, dims=dim, name=name,
                            attrs={"units": "kg m-3", "standard_name": "air_density",
                                   "long_name": "density of the air"})  # fmt: skip
    values = in_our_unit(np.asarray(values), name, unit, None, repr(what), path)
    some = values[np.isfinite(values)]
    if some.size and name != "surface_pressure":
        plausible(some, name, repr(what), path)
    return fields.field(name, values, dim, check=False)


def _axis_attrs(dim: str, unit: str, said: str) -> dict[str, str]:
    attrs = {"units": unit, "long_name": said}
    if dim == "height":
        attrs |= {"positive": "up", "zero": _UNIT.sub("", said).strip()}
    return attrs


def _blocks(path: Path) -> tuple[list[_Block], dict[str, float], str]:
    try:
        lines = path.read_text(encoding="utf-8", errors="strict").splitlines()
    except UnicodeDecodeError as error:
        raise DataError(f"{path} is neither netCDF nor text: {error}") from error
    version = next((line.strip("# ") for line in lines if "MCD" in line), "")
    if not version:
        raise DataError(f"{path} is no text of the Mars Climate Database: no line names MCD")
    blocks: list[_Block] = []
    said: dict[str, float] = {}
    axis = ""
    for number, line in enumerate(lines, start=1):
        text = line.strip()
        if text.startswith("#"):
            found = _COLUMN.search(text)
            if found and found.group(1) == "1":
                axis = found.group(2).strip()
            elif found:
                blocks.append(_Block(axis=axis, what=found.group(2).strip()))
            elif not blocks:
                for word, value, side in _PLACE.findall(text):
                    sign = -1.0 if side.upper() in ("S", "W") else 1.0
                    said[word.lower()] = sign * float(value)
            continue
        if text and not set(text) <= set("-=|"):
            _add_row(blocks, text, number, path)
    kept = [block for block in blocks if block.rows]
    if not kept:
        raise DataError(f"{path} holds no columns of numbers; a text of two columns is read here")
    return kept, said, version


def _add_row(blocks: list[_Block], text: str, number: int, path: Path) -> None:
    words = text.split()
    try:
        values = [float(word) for word in words]
    except ValueError as error:
        raise DataError(f"{path}, line {number}: {text[:40]!r} is no pair of numbers") from error
    if len(values) != 2 or not blocks:
        raise DataError(
            f"{path}, line {number}: {len(values)} numbers where two columns belong; maps of the "
            "web page are not read, only profiles and series"
        )
    blocks[-1].rows.append((values[0], values[1]))
