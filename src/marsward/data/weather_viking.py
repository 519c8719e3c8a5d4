"""Pressure at the landers of Viking: the daily means of six years, and tables with their labels.

Daily means: VL1/VL2-M-MET-4-DAILY-AVG-PRESSURE-V1.0, file `vl_avep.dat` (Tillman 1989, NASA PDS), a
table of fixed width whose rows tell lander, Viking year, Ls, sol since landing, mean and least
pressure in millibar, −9.999 where there is none (Hess et al. 1980,
doi:10.1029/GL007i003p00197). Other tables of the landers are read by their PDS3 label.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr

from marsward.core.asked import file_path
from marsward.core.errors import DataError, InputError
from marsward.core.registry import unknown
from marsward.core.sol_clock import mission_clock
from marsward.data.pds_tables import LabelledTable, read_labelled_table
from marsward.data.weather_dataset import sol_coordinates, weather_dataset
from marsward.data.weather_text import TextTable, text_lines

__all__ = ["read_viking_daily", "read_viking_table"]

# bytes of the columns, from 0, as the archive's label has them
_FIELDS = {"SC_ID": (0, 5), "VIKING_YEAR": (5, 7), "SOL_LON": (7, 15), "MARTIAN_DAY": (15, 20),
           "PRESS_MEAN": (20, 27), "PRESS_MIN": (27, 34)}  # fmt: skip
_LANDERS = {"viking-1": "VL1", "viking-2": "VL2"}
_NONE_BELOW = -9.0
_MILLIBAR = 100.0
_PRESSURES = (300.0, 1500.0)
_LS_SLACK = 3.0
_SOURCE = (
    "VL1/VL2-M-MET-4-DAILY-AVG-PRESSURE-V1.0, NASA PDS; Hess et al. 1980, "
    "doi:10.1029/GL007i003p00197"
)
_INSTRUMENT = "Viking Meteorology Instrument System"
_NAMES = {
    "pressure": ("PRESSURE", "PRESS_MEAN", "AMBIENT_PRESSURE", "ATMOSPHERIC_PRESSURE", "PRESS"),
    "air_temperature": ("AIR_TEMPERATURE", "AMBIENT_TEMPERATURE", "TEMPERATURE", "TEMP",
                        "AMBIENT_TEMP"),
    "wind_speed": ("WIND_SPEED", "SPEED"),
    "wind_from_direction": ("WIND_DIRECTION", "DIRECTION"),
}  # fmt: skip
_SOLS = ("MARTIAN_DAY", "SOL", "VIKING_SOL", "LANDER_SOL", "SOL_NUMBER")
_HOURS = ("LOCAL_TIME", "LOCAL_LANDER_TIME", "HOUR", "SOL_FRACTION", "FRACTION_OF_SOL")


def read_viking_daily(path: str | Path, *, lander: str = "viking-1") -> xr.Dataset:
    """Daily mean (and least) pressure of one lander, each at the local mean noon of its sol.

    lander : "viking-1" or "viking-2"; the file holds both

    Raises
    ------
    InputError : no such file or lander
    DataError : a row that is cut off, a value that is none, or an Ls that is not the sol's, with
        the line
    """
    if lander not in _LANDERS:
        raise InputError(unknown("lander", lander, _LANDERS))
    path = file_path(path, "table of weather")
    held: dict[str, list[str]] = {name: [] for name in _FIELDS}
    numbers: list[int] = []
    for number, line in enumerate(text_lines(path, "table of Viking"), start=1):
        text = line.replace('"', " ")
        if text[:5].strip().strip(",") != _LANDERS[lander]:
            continue
        if len(text) < _FIELDS["PRESS_MEAN"][1]:
            raise DataError(f"{path}, line {number} is cut off: {len(text)} characters")
        for name, (start, stop) in _FIELDS.items():
            held[name].append(text[start:stop].strip().strip(","))
        numbers.append(number)
    if not numbers:
        raise DataError(f"{path} holds no row of {_LANDERS[lander]}; is it vl_avep.dat?")
    table = TextTable(path, held, numbers)
    sol = table.numbers_of("MARTIAN_DAY")
    clock = mission_clock(lander)
    epoch = sol_coordinates(clock, sol, np.full(sol.shape, 12.0), path)
    _check_season(table, np.asarray(epoch.ls), table.numbers_of("SOL_LON"), sol)
    data: dict[str, Any] = {}
    for name, column in (("pressure", "PRESS_MEAN"), ("pressure_low", "PRESS_MIN")):
        values = table.numbers_of(column, below=_NONE_BELOW) * _MILLIBAR
        if np.isfinite(values).any():
            data[name] = (("time",), table.checked(column, values, *_PRESSURES, "Pa"), {})
    return weather_dataset(
        epoch, data, clock=clock, path=path, kind="viking-daily", source=_SOURCE,
        instrument=_INSTRUMENT, mission_sol=sol,
    )  # fmt: skip


def _check_season(table: TextTable, ours: Any, theirs: Any, sol: Any) -> None:
    away = np.abs(np.mod(ours - theirs + 180.0, 360.0) - 180.0)
    if np.nanmax(away) > _LS_SLACK:
        row = int(np.nanargmax(away))
        raise DataError(
            f"{table.path}, line {table.line_of(row)}: sol {sol[row]:g} stands at Ls "
            f"{ours[row]:.1f}, not {theirs[row]:g}"
        )


def read_viking_table(path: str | Path, *, lander: str = "viking-1") -> xr.Dataset:
    """A table of a lander's weather by its PDS3 label: columns by name, units from the label.

    A column of sols is needed; without one of local hours or shares of a sol each row stands at
    noon. Pressures in millibar become pascal.

    Raises InputError for a file, label or lander that is not there; DataError for a label without
    the columns, a unit that is not known, or a value that is none.
    """
    if lander not in _LANDERS:
        raise InputError(unknown("lander", lander, _LANDERS))
    held = read_labelled_table(file_path(path, "table of weather"))
    sol_name = _first(held, _SOLS)
    if sol_name is None:
        raise DataError(f"{path} has no column of sols; one of {', '.join(_SOLS)} is needed")
    sol = held.numbers(sol_name)
    hour_name = _first(held, _HOURS)
    hours = np.full(sol.shape, 12.0) if hour_name is None else held.numbers(hour_name)
    if hour_name is not None and "FRACTION" in hour_name:
        hours = hours * 24.0
    data: dict[str, Any] = {}
    for name, known in _NAMES.items():
        column = _first(held, known)
        if column is not None:
            unit = held.units[column]
            values = _si(held.numbers(column), unit, name, column, path)
            data[name] = (("time",), values, {})
    if not data:
        raise DataError(f"{path} has no column of weather; its label names {', '.join(held.units)}")
    clock = mission_clock(lander)
    whole = np.floor(sol)
    hours = hours + 24.0 * (sol - whole) if hour_name is None and np.any(sol != whole) else hours
    return weather_dataset(
        sol_coordinates(clock, whole, hours, held.table.path), data, clock=clock,
        path=held.table.path, kind="viking-table", mission_sol=whole, instrument=_INSTRUMENT,
        source=f"{held.facts.get('DATA_SET_ID', 'Viking lander')}, NASA PDS",
    )  # fmt: skip


def _first(held: LabelledTable, names: tuple[str, ...]) -> str | None:
    return next((n for n in names if n in held.units), None)


def _si(values: Any, unit: str, name: str, column: str, path: Any) -> Any:
    said = unit.upper().replace(" ", "")
    if name == "pressure" and said in ("MB", "MBAR", "MILLIBAR", "MILLIBARS", "HPA"):
        return values * _MILLIBAR
    known = {
        "pressure": ("PA", "PASCAL", "PASCALS"), "air_temperature": ("K", "KELVIN", "DEGK"),
        "wind_speed": ("M/S", "METERS/SECOND", "METER/SECOND", "M/SEC"),
        "wind_from_direction": ("DEG", "DEGREE", "DEGREES"),
    }  # fmt: skip
    if said in known[name]:
        return values
    raise DataError(f"{column} of {path} is in {unit!r}, which is no unit of it known here")
