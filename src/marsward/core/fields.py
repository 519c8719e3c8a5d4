"""One table of field names, units, CF names and ranges, and the one function that labels."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import xarray as xr

from marsward.core.errors import InputError
from marsward.core.registry import unknown

INF = float("inf")


@dataclass(frozen=True, slots=True)
class FieldRow:
    """What a field is called, its unit, its CF standard name if there is one, and its range."""

    name: str
    units: str
    long_name: str
    standard_name: str = ""
    low: float = -INF
    high: float = INF


def _rows(*rows: FieldRow) -> dict[str, FieldRow]:
    return {row.name: row for row in rows}


FIELDS: dict[str, FieldRow] = _rows(
    FieldRow("et", "s", "TDB seconds past J2000"),
    FieldRow("position", "m", "position"),
    FieldRow("velocity", "m s-1", "velocity"),
    FieldRow("state", "1", "position [m] and velocity [m s-1]"),
    FieldRow("mass", "kg", "spacecraft mass", low=0.0),
    FieldRow("range", "m", "distance from the observer", low=0.0),
    FieldRow("range_rate", "m s-1", "rate of change of the distance"),
    FieldRow("altitude", "m", "height above the reference surface", "altitude"),
    FieldRow("speed", "m s-1", "speed", "speed", low=0.0),
    FieldRow("light_time", "s", "one-way light time", low=0.0),
    FieldRow("lon", "degrees_east", "planetocentric longitude, east positive", "longitude", 0, 360),
    FieldRow("lat", "degrees_north", "planetocentric latitude", "latitude", -90, 90),
    FieldRow("incidence", "degree", "incidence angle at the surface", low=0, high=180),
    FieldRow("emission", "degree", "emission angle at the surface", low=0, high=180),
    FieldRow("phase", "degree", "phase angle, Sun to target to observer", low=0, high=180),
    FieldRow("elongation", "degree", "angle from the Sun at the observer", low=0, high=180),
    FieldRow("separation", "degree", "angle between two directions", low=0, high=180),
    FieldRow("apparent_diameter", "degree", "apparent diameter", low=0, high=180),
    FieldRow("right_ascension", "degree", "ICRF right ascension", low=0, high=360),
    FieldRow("declination", "degree", "ICRF declination", low=-90, high=90),
    FieldRow("ls", "degree", "areocentric solar longitude", low=0, high=360),
    FieldRow("mars_year", "1", "Mars year (Clancy et al. 2000)"),
    FieldRow("sol", "1", "Mars solar day"),
    FieldRow("lmst", "hour", "local mean solar time", low=0, high=24),
    FieldRow("ltst", "hour", "local true solar time", low=0, high=24),
    FieldRow("radiance", "W m-2 sr-1", "radiance in the band", low=0.0),
    FieldRow("irradiance", "W m-2", "irradiance in the band", low=0.0),
    FieldRow("dn", "1", "digital number of the detector", low=0.0),
    FieldRow("body", "1", "NAIF id of the body seen, 0 for the sky"),
    FieldRow("delta_v", "m s-1", "velocity change", low=0.0),
    FieldRow("residual_position", "m", "position residual"),
    FieldRow("residual_velocity", "m s-1", "velocity residual"),
    FieldRow("temperature", "K", "temperature", low=0.0),
    FieldRow("pressure", "Pa", "pressure", low=0.0),
    FieldRow("albedo", "1", "albedo", low=0.0, high=1.0),
)


def field(
    name: str,
    values: Any,
    dims: Sequence[str] | str,
    coords: Mapping[str, Any] | None = None,
    *,
    check: bool = True,
    **attrs: Any,
) -> xr.DataArray:
    """A labelled array; name, unit and range come from the one table.

    Parameters
    ----------
    name : str
        A name of the table, as `marsward list fields` shows them.
    values : array
        In the unit of the table.
    dims : str or sequence of str
        One name for each axis.
    coords : mapping, optional
        Coordinates as xarray takes them.
    check : bool
        Refuse values outside the range of the table (NaN passes: it marks a gap).
    **attrs
        More attributes, such as a frame or a source.

    Raises
    ------
    InputError
        Unknown name, wrong number of dimensions, or a value outside the range.
    """
    if name not in FIELDS:
        raise InputError(unknown("field", name, FIELDS))
    row = FIELDS[name]
    values = np.asarray(values)
    dims = (dims,) if isinstance(dims, str) else tuple(dims)
    if values.ndim != len(dims):
        raise InputError(
            f"field {name!r} has {values.ndim} axes but {len(dims)} dims were named: {dims}"
        )
    if check and values.size and values.dtype.kind in "fiu":
        _check_range(row, values)
    labels = {"units": row.units, "long_name": row.long_name}
    if row.standard_name:
        labels["standard_name"] = row.standard_name
    return xr.DataArray(values, dims=dims, coords=coords, name=name, attrs={**labels, **attrs})


def add_fields(*rows: FieldRow) -> None:
    """Add rows to the table, for a package that brings new quantities.

    Raises
    ------
    InputError
        A row of that name stands in the table with another meaning.
    """
    for row in rows:
        if FIELDS.setdefault(row.name, row) != row:
            raise InputError(
                f"field {row.name!r} is in the table already, in {FIELDS[row.name].units}"
                f" as {FIELDS[row.name].long_name!r}; choose another name"
            )


def _check_range(row: FieldRow, values: np.ndarray) -> None:
    finite = values[np.isfinite(values)]
    if not finite.size:
        return
    for bad in (finite.min(), finite.max()):
        if not row.low <= bad <= row.high:
            raise InputError(
                f"field {row.name!r} is {bad:g} {row.units} somewhere;"
                f" its range is {row.low:g} to {row.high:g}"
            )
