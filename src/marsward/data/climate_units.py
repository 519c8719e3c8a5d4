"""Units and values of climate files: brought to SI, and refused where they cannot be of Mars."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from marsward.core.errors import DataError

__all__ = ["in_our_unit", "plausible"]

_PRESSURE = {"pa": 1.0, "pascal": 1.0, "pascals": 1.0, "mb": 100.0, "mbar": 100.0, "hpa": 100.0,
             "millibar": 100.0, "n/m2": 1.0}  # fmt: skip
_TEMPERATURE = {"k": 1.0, "kelvin": 1.0, "deg k": 1.0, "degk": 1.0}
_SPEED = {"m/s": 1.0, "m s-1": 1.0, "m.s-1": 1.0, "m/sec": 1.0, "ms-1": 1.0, "m s^-1": 1.0}
_LENGTH = {"m": 1.0, "km": 1000.0, "meters": 1.0, "metres": 1.0}
_RATIO = {"1": 1.0, "": 1.0, "op": 1.0, "none": 1.0, "dimensionless": 1.0, "nu": 1.0, "si": 1.0,
          "mks": 1.0, "unitless": 1.0, "fraction": 1.0}  # fmt: skip
_INERTIA = {"mks": 1.0, "si": 1.0, "j m-2 k-1 s-0.5": 1.0, "j/m2/k/s1/2": 1.0, "tiu": 1.0}
_UNITS = {
    "pressure": _PRESSURE, "surface_pressure": _PRESSURE, "temperature": _TEMPERATURE,
    "surface_temperature": _TEMPERATURE, "eastward_wind": _SPEED, "northward_wind": _SPEED,
    "dust_opacity": _RATIO, "albedo": _RATIO, "thermal_inertia": _INERTIA, "elevation": _LENGTH,
    "dust_top": _LENGTH,
}  # fmt: skip

# what the middle value (median) and the ends may be on Mars; generous
_MIDDLE = {
    "surface_pressure": (30.0, 1e5), "temperature": (60.0, 500.0),
    "surface_temperature": (100.0, 400.0),
}  # fmt: skip
_ENDS = {
    "surface_pressure": (1.0, 1e6), "temperature": (20.0, 1000.0), "pressure": (0.0, 1e6),
    "surface_temperature": (60.0, 600.0), "eastward_wind": (-1000.0, 1000.0),
    "northward_wind": (-1000.0, 1000.0), "dust_opacity": (0.0, 100.0), "albedo": (0.0, 1.0),
    "elevation": (-1e4, 3e4),
}  # fmt: skip
_NEEDED = ("surface_pressure",)


def in_our_unit(
    values: NDArray, name: str, given: object, otherwise: str | None, found: str, path: Path | str
) -> NDArray:
    """Values in the unit of our table.

    given : what the file states; `otherwise` is taken where it states none. DataError names a unit
    that is not known, or none where one is needed.
    """
    said = str(given).strip() if given is not None else ""
    unit = said or (otherwise or "")
    table = _UNITS[name]
    key = unit.lower().replace("**", "")
    if key not in table:
        raise DataError(
            f"{found} of {path} is in {unit!r}, which is no unit of {name.replace('_', ' ')} that "
            f"is known here; one of {', '.join(sorted(filter(None, table)))} is"
            if unit
            else f"{found} of {path} states no unit; write one into its attribute units"
        )
    factor = table[key]
    return values if factor == 1.0 else values * values.dtype.type(factor)


def plausible(values: NDArray, name: str, found: str, path: Path | str) -> None:
    """DataError where a variable's values cannot be of Mars in the unit they claim."""
    some = values[np.isfinite(values)]
    if some.size == 0:
        raise DataError(f"{found} of {path} holds no number at all")
    if name in _NEEDED and some.size < values.size:
        raise DataError(f"{found} of {path} is NaN in {values.size - some.size} of {values.size}")
    if name in _MIDDLE:
        middle, (low, high) = float(np.median(some)), _MIDDLE[name]
        if not low <= middle <= high:
            hint = "; is it in millibar?" if "pressure" in name and middle < low else ""
            raise DataError(
                f"{found} of {path} has {middle:.4g} in the middle, which no "
                f"{name.replace('_', ' ')} of Mars in SI is{hint}"
            )
    if name in _ENDS:
        low, high = _ENDS[name]
        for bad in (float(some.min()), float(some.max())):
            if not low <= bad <= high:
                raise DataError(
                    f"{found} of {path} is {bad:.4g} somewhere, outside {low:g} to {high:g}"
                )
