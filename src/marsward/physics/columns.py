"""Columns of ground: what each place is made of, how it lies, and what air stands on it.

Also the names that ground and ice carry in datasets.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from marsward.core.errors import InputError
from marsward.core.fields import FieldRow, add_fields
from marsward.physics.soil import dry_volumetric_heat, pore_ice
from marsward.physics.vapour import CO2_TRIPLE_POINT, co2_frost_point

__all__ = ["ICE_DEPTH_COMMENT", "GroundColumns", "asked_columns"]

Array = NDArray[np.float64]
# Pressure [Pa] where nothing else is known: the 6.1 mbar level that was the zero of heights before
# the areoid; Smith et al. 2001, doi:10.1029/2000JE001364.
MEAN_PRESSURE = 610.0
# Albedo of seasonal CO2 frost as in Schorghofer & Aharonson 2005, doi:10.1029/2004JE002350.
FROST_ALBEDO, FROST_EMISSIVITY = 0.65, 1.0
ICE_DEPTH_COMMENT = "inf: no ice lasts at any depth"
"""Attribute `comment` of every ice_depth in datasets."""
# Least, most and unit of every plain field; those of _OPEN do not reach their least.
_RANGES = {
    "lat": (-90.0, 90.0, "deg"),
    "albedo": (0.0, 1.0, ""),
    "inertia": (0.0, 1e4, "J m-2 K-1 s-1/2"),
    "emissivity": (0.0, 1.0, ""),
    "volumetric_heat": (0.0, 1e8, "J m-3 K-1"),
    "pressure": (0.0, 1e6, "Pa"),
    "slope": (0.0, 90.0, "deg"),
    "aspect": (-360.0, 720.0, "deg"),
    "ice_depth": (0.0, np.inf, "m"),
    "ice_inertia": (0.0, 1e4, "J m-2 K-1 s-1/2"),
    "ice_volumetric_heat": (0.0, 1e8, "J m-3 K-1"),
    "geothermal": (0.0, 10.0, "W m-2"),
    "frost_albedo": (0.0, 1.0, ""),
    "frost_emissivity": (0.0, 1.0, ""),
    "frost_point": (50.0, CO2_TRIPLE_POINT, "K"),
}
_OPEN = {
    "inertia", "emissivity", "volumetric_heat", "pressure", "ice_inertia", "ice_volumetric_heat",
    "frost_emissivity",
}  # fmt: skip

add_fields(
    FieldRow("surface_temperature", "K", "temperature of the ground's surface", low=0.0),
    FieldRow("ground_temperature", "K", "temperature in the ground", low=0.0),
    FieldRow("thermal_inertia", "J m-2 K-1 s-0.5", "thermal inertia of the dry soil", low=0.0),
    FieldRow("bolometric_albedo", "1", "bolometric albedo of the bare ground", low=0.0, high=1.0),
    FieldRow("ice_depth", "m", "depth of the upper face of lasting ice", low=0.0),
    FieldRow("ice_mass", "kg m-2", "mass of water ice in the top metre", low=0.0),
    FieldRow("frost_days", "sol", "sols of the year with CO2 frost on the ground", low=0.0),
    FieldRow("frost_mass", "kg m-2", "mass of CO2 frost on the ground", low=0.0),
    FieldRow("surface_pressure", "Pa", "annual mean pressure of the air at the ground", low=0.0),
    FieldRow("water_vapour_pressure", "Pa", "partial pressure of water vapour", low=0.0),
)


@dataclass(frozen=True, eq=False, repr=False, init=False)
class GroundColumns:
    """n places of layered ground: dry soil, and from some depth on soil with ice in its pores.

    Scalars are spread over all columns; after the making every field is float64 (n,).

    Parameters
    ----------
    lat : planetocentric latitude [deg]
    albedo : bolometric albedo of the bare ground [-]
    inertia : thermal inertia of the dry soil [J m-2 K-1 s-1/2]
    emissivity : of the bare ground [-]: what it sends out in the infrared, and what part it takes
        of the infrared that reaches it (0.98 for real soils; 1 in most ice-table work)
    volumetric_heat : of the dry soil [J m-3 K-1]; from the inertia by `dry_volumetric_heat` if None
    pressure : annual mean surface pressure [Pa]; 610 if None
    slope : angle of the ground to the level [deg]; aspect : azimuth that the slope faces, downhill,
        from north by east [deg]: 0 faces north, 90 east
    horizon : elevation of the terrain around [deg], (n, azimuths) or (azimuths,), even in azimuth
        from north by east; None is an open, level horizon
    ice_depth : of the upper face of the icy layer [m]; inf is none, 0 is ice from the surface on
    ice_inertia, ice_volumetric_heat : of the icy layer; `pore_ice` of the dry soil if None
    geothermal : heat flux from below [W m-2]
    frost_albedo, frost_emissivity : of CO2 frost on the ground [-]
    frost_point : of CO2 [K]; from the pressure if None

    Raises
    ------
    InputError : a value that is not a number or out of range, named with its column.
    """

    lat: Array
    albedo: Array
    inertia: Array
    emissivity: Array
    volumetric_heat: Array
    pressure: Array
    slope: Array
    aspect: Array
    horizon: Array | None
    ice_depth: Array
    ice_inertia: Array
    ice_volumetric_heat: Array
    geothermal: Array
    frost_albedo: Array
    frost_emissivity: Array
    frost_point: Array

    def __init__(
        self,
        *,
        lat: ArrayLike,
        albedo: ArrayLike,
        inertia: ArrayLike,
        emissivity: ArrayLike = 1.0,
        volumetric_heat: ArrayLike | None = None,
        pressure: ArrayLike | None = None,
        slope: ArrayLike = 0.0,
        aspect: ArrayLike = 0.0,
        horizon: ArrayLike | None = None,
        ice_depth: ArrayLike = np.inf,
        ice_inertia: ArrayLike | None = None,
        ice_volumetric_heat: ArrayLike | None = None,
        geothermal: ArrayLike = 0.0,
        frost_albedo: ArrayLike = FROST_ALBEDO,
        frost_emissivity: ArrayLike = FROST_EMISSIVITY,
        frost_point: ArrayLike | None = None,
    ) -> None:
        given = {
            "lat": lat, "albedo": albedo, "inertia": inertia, "emissivity": emissivity,
            "volumetric_heat": volumetric_heat, "slope": slope, "aspect": aspect,
            "pressure": MEAN_PRESSURE if pressure is None else pressure,
            "ice_depth": ice_depth, "ice_inertia": ice_inertia,
            "ice_volumetric_heat": ice_volumetric_heat, "geothermal": geothermal,
            "frost_albedo": frost_albedo, "frost_emissivity": frost_emissivity,
            "frost_point": frost_point,
        }  # fmt: skip
        values = _spread({name: value for name, value in given.items() if value is not None})
        for name, value in values.items():
            _check(name, value, values["lat"])
        if "volumetric_heat" not in values:
            values["volumetric_heat"] = dry_volumetric_heat(values["inertia"])
        icy = pore_ice(values["inertia"], values["volumetric_heat"])
        values.setdefault("ice_inertia", icy[0])
        values.setdefault("ice_volumetric_heat", icy[1])
        if "frost_point" not in values:
            values["frost_point"] = co2_frost_point(values["pressure"])
        for name, value in values.items():
            object.__setattr__(self, name, np.ascontiguousarray(value))
        object.__setattr__(self, "horizon", _horizon(horizon, len(values["lat"])))

    def __len__(self) -> int:
        return int(self.lat.size)

    def __repr__(self) -> str:
        low, high = (float(f(self.lat)) for f in (np.min, np.max)) if len(self) else (0.0, 0.0)
        return f"GroundColumns({len(self)} places, latitude {low:g} to {high:g})"

    def _arrays(self) -> Iterator[tuple[str, Any]]:
        for each in fields(self):
            yield each.name, getattr(self, each.name)

    def take(self, index: ArrayLike | slice) -> GroundColumns:
        """The columns of an index: whole numbers, a slice or a mask."""
        pick = index if isinstance(index, slice) else np.atleast_1d(np.asarray(index))
        kept: dict[str, Any] = {k: None if v is None else v[pick] for k, v in self._arrays()}
        return GroundColumns(**kept)

    def replace(self, **changes: ArrayLike | None) -> GroundColumns:
        """These columns with some fields changed; None takes a field's value from the others."""
        known: dict[str, Any] = dict(self._arrays())
        wrong = [name for name in changes if name not in known]
        if wrong:
            raise InputError(f"ground columns have no {wrong[0]!r}; they have {', '.join(known)}")
        return GroundColumns(**{**known, **changes})

    def flat(self) -> GroundColumns:
        """The same ground lying level under an open horizon: what a slope sees below its sky."""
        return self.replace(slope=0.0, aspect=0.0, horizon=None)


def asked_columns(columns: object) -> int:
    """How many columns were given; InputError where they are no columns of ground, or none."""
    if not isinstance(columns, GroundColumns):
        raise InputError(
            f"columns is a GroundColumns, not {type(columns).__name__}: make one with "
            "GroundColumns(lat=, albedo=, inertia=), or let marsward.ground(lat, lon) look them up"
        )
    if not len(columns):
        raise InputError("there are no columns of ground to follow; give one place or more")
    return len(columns)


def _spread(given: dict[str, ArrayLike]) -> dict[str, Array]:
    """Every value as a float64 row of one common length."""
    rows = {}
    for name, value in given.items():
        try:
            rows[name] = np.atleast_1d(np.asarray(value, dtype=np.float64))
        except (TypeError, ValueError) as error:
            raise InputError(f"{name} of the ground must be numbers, not {value!r}") from error
        if rows[name].ndim != 1:
            raise InputError(f"{name} of the ground must be a number or a row, one for each column")
    count = max((row.size for row in rows.values() if row.size != 1), default=1)
    for name, row in rows.items():
        if row.size not in (1, count):
            raise InputError(f"{name} has {row.size} columns of ground where others have {count}")
    return {name: np.broadcast_to(row, count).copy() for name, row in rows.items()}


def _check(name: str, value: Array, lat: Array) -> None:
    low, high, unit = _RANGES[name]
    good = (value > low) if name in _OPEN else (value >= low)
    good &= (value < high) if name == "slope" else (value <= high)
    if good.all():
        return
    k = int(np.argmin(good))
    bounds = f"above {low:g}" if name in _OPEN else f"{low:g} or more"
    bounds += f" and {'under' if name == 'slope' else 'at most'} {high:g}" if high < 1e4 else ""
    why = " (the triple point of CO2)" if name == "frost_point" and value[k] > high else ""
    raise InputError(
        f"{name} of ground column {k} (latitude {lat[k]:g}) is {value[k]:g}"
        f"{' ' + unit if unit else ''}; it must be {bounds}{why}"
    )


def _horizon(horizon: ArrayLike | None, count: int) -> Array | None:
    if horizon is None:
        return None
    table = np.asarray(horizon, dtype=np.float64)
    if table.ndim == 1:
        table = np.broadcast_to(table, (count, table.size))
    if table.ndim != 2 or table.shape[0] != count or table.shape[1] < 4:
        raise InputError(
            f"horizon has shape {table.shape}; give (columns, azimuths), here {count} columns and "
            "4 azimuths or more"
        )
    good = ((table >= -90.0) & (table < 90.0)).all(axis=1)
    if not good.all():
        raise InputError(
            f"horizon of ground column {int(np.argmin(good))} leaves -90 to 90 degrees somewhere"
        )
    return np.ascontiguousarray(table)
