"""Weather at Gale by the Rover Environmental Monitoring Station (REMS) of Curiosity.

Two forms: a table of one line each sol, as the mission's public weather reports gather them, and
the tables of the archive's highest level, one second a row (MSL-M-REMS-5-MODRDR-V1.0; Gómez-Elvira
et al. 2012, doi:10.1007/s11214-012-9921-1), whose columns the file MODRDR6.FMT names.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr

from marsward.core.asked import file_path
from marsward.core.errors import DataError
from marsward.core.sol_clock import mission_clock
from marsward.data.weather_dataset import ZERO_CELSIUS, sol_coordinates, weather_dataset
from marsward.data.weather_text import TextTable, text_lines

__all__ = ["read_rems_daily", "read_rems_table"]

_INSTRUMENT = "Rover Environmental Monitoring Station (REMS)"
_SOURCE = "Gómez-Elvira et al. 2012, doi:10.1007/s11214-012-9921-1; NASA PDS Atmospheres Node"
_PRESSURES = (100.0, 1500.0)
_TEMPERATURES = (100.0, 350.0)
_LS_SLACK = 2.0
_HEIGHT = {"pressure": 1.0, "air": 1.6, "wind": 1.6}  # m above the ground: Gómez-Elvira et al. 2012
MODRDR_COLUMNS = (
    "TIMESTAMP", "LMST", "LTST", "HORIZONTAL_WIND_SPEED", "VERTICAL_WIND_SPEED", "WIND_DIRECTION",
    "WS_CONFIDENCE_LEVEL", "BRIGHTNESS_TEMP", "BRIGHTNESS_TEMP_LONG_TERM_UNCERTAINTY",
    "BRIGHTNESS_TEMP_SHORT_TERM_UNCERTAINTY", "GTS_CONFIDENCE_LEVEL", "BOOM1_LOCAL_AIR_TEMP",
    "ATS_BOOM1_CONFIDENCE_LEVEL", "BOOM2_LOCAL_AIR_TEMP", "ATS_BOOM2_CONFIDENCE_LEVEL",
    "AMBIENT_TEMP", "AMBIENT_TEMP_CONFIDENCE_LEVEL", "UV_A", "UV_B", "UV_C", "UV_ABC", "UV_D",
    "UV_E", "UV_A_UNCERTAINTY", "UV_B_UNCERTAINTY", "UV_C_UNCERTAINTY", "UV_ABC_UNCERTAINTY",
    "UV_D_UNCERTAINTY", "UV_E_UNCERTAINTY", "UVS_CONFIDENCE_LEVEL", "LOCAL_RELATIVE_HUMIDITY",
    "HS_TEMP", "LOCAL_RELATIVE_HUMIDITY_UNCERTAINTY", "VOLUME_MIXING_RATIO",
    "VOLUME_MIXING_RATIO_UNCERTAINTY", "HS_CONFIDENCE_LEVEL", "PS_CONFIGURATION", "PRESSURE",
    "PRESSURE_UNCERTAINTY", "PS_CONFIDENCE_LEVEL",
)  # fmt: skip
"""Columns of a MODRDR table, from the archive's MODRDR6.FMT."""
_MISSING = (-999.0, -9999.0, 999999999.0)


def read_rems_daily(path: str | Path) -> xr.Dataset:
    """Sol by sol: `pressure` (mean) and lowest and highest `air_temperature` of Curiosity.

    Columns sol, ls, min_temp, max_temp [°C], pressure [Pa]. Each line stands at the local mean
    noon of its sol. The pressure is that of the rover's own height, which changes as it drives.

    Raises
    ------
    InputError : no such file
    DataError : a missing column, a value that is none, a sol twice, or an Ls that is not the sol's,
        with the line
    """
    path = file_path(path, "table of weather")
    table = TextTable.of_csv(path, text_lines(path, "table of REMS"))
    sol, ls = table.numbers_of("sol"), table.numbers_of("ls")
    _check_sols(table, sol)
    clock = mission_clock("curiosity")
    epoch = sol_coordinates(clock, sol, np.full(sol.shape, 12.0), path)
    away = np.abs(np.mod(np.asarray(epoch.ls) - ls + 180.0, 360.0) - 180.0)
    if np.nanmax(away) > _LS_SLACK:
        row = int(np.nanargmax(away))
        raise DataError(
            f"{path}, line {table.line_of(row)}: sol {sol[row]:g} stands at Ls "
            f"{epoch.ls[row]:.1f}, not {ls[row]:g}"
        )
    data: dict[str, Any] = {}
    pressure = table.numbers_of("pressure")
    data["pressure"] = (("time",), table.checked("pressure", pressure, *_PRESSURES, "Pa"),
                        {"cell_methods": "time: mean"})  # fmt: skip
    for column, name in (("min_temp", "air_temperature_low"), ("max_temp", "air_temperature_high")):
        warm = table.numbers_of(column) + ZERO_CELSIUS
        data[name] = (("time",), table.checked(column, warm, *_TEMPERATURES, "K"),
                      {"sensor_height": _HEIGHT["air"]})  # fmt: skip
    return weather_dataset(
        epoch, data, clock=clock, path=path, kind="rems-daily", source=_SOURCE,
        instrument=_INSTRUMENT, mission_sol=sol,
        notes="pressure at the rover's own height; the place is that of the landing",
    )  # fmt: skip


def _check_sols(table: TextTable, sol: np.ndarray) -> None:
    bad = np.flatnonzero(~(np.isfinite(sol) & (sol == np.round(sol)) & (sol >= 0.0)))
    if bad.size:
        row = int(bad[0])
        raise DataError(f"{table.path}, line {table.line_of(row)}: {sol[row]:g} is no sol")
    _, first = np.unique(sol, return_index=True)
    if first.size < sol.size:
        row = int(np.setdiff1d(np.arange(sol.size), first)[0])
        raise DataError(f"{table.path}, line {table.line_of(row)}: sol {sol[row]:g} comes twice")


def read_rems_table(path: str | Path) -> xr.Dataset:
    """A MODRDR table (RME_…RMD….TAB): one sol of Curiosity's weather, second by second.

    Instants follow from the local mean solar time of each row. `wind_angle` is in the rover's
    frame, which no direction over the ground follows from without its attitude.

    Raises InputError when there is no such file, DataError for another number of columns or a value
    that is none, with the line.
    """
    path = file_path(path, "table of weather")
    table = TextTable.of_csv(path, text_lines(path, "table of REMS"), names=MODRDR_COLUMNS)
    sol, hours = table.clocks("LMST")
    clock = mission_clock("curiosity")
    data: dict[str, Any] = {}

    def take(
        name: str, column: str, low: float, high: float, unit: str, scale: float = 1.0, **attrs: Any
    ) -> None:
        values = table.numbers_of(column, missing=_MISSING) * scale
        if np.isfinite(values).any():
            data[name] = (("time",), table.checked(column, values, low, high, unit), attrs)

    take("pressure", "PRESSURE", *_PRESSURES, "Pa", sensor_height=_HEIGHT["pressure"])
    take("pressure_sigma", "PRESSURE_UNCERTAINTY", 0.0, 1e3, "Pa")
    take("air_temperature", "AMBIENT_TEMP", *_TEMPERATURES, "K", sensor_height=_HEIGHT["air"])
    take("surface_temperature", "BRIGHTNESS_TEMP", *_TEMPERATURES, "K")
    take("wind_speed", "HORIZONTAL_WIND_SPEED", 0.0, 200.0, "m/s", sensor_height=_HEIGHT["wind"])
    take("upward_wind", "VERTICAL_WIND_SPEED", -100.0, 100.0, "m/s")
    take("wind_angle", "WIND_DIRECTION", -360.0, 360.0, "degrees")
    take("relative_humidity", "LOCAL_RELATIVE_HUMIDITY", -0.5, 2.0, "", 0.01)
    take("relative_humidity_sigma", "LOCAL_RELATIVE_HUMIDITY_UNCERTAINTY", 0.0, 2.0, "", 0.01)
    take("water_volume_ratio", "VOLUME_MIXING_RATIO", -1.0, 1.0, "", 1e-6)
    if not data:
        raise DataError(f"{path} holds no value of any sensor")
    return weather_dataset(
        sol_coordinates(clock, sol, hours, path), data, clock=clock, path=path, kind="rems-table",
        source=f"MSL-M-REMS-5-MODRDR-V1.0; {_SOURCE}", instrument=_INSTRUMENT, mission_sol=sol,
    )  # fmt: skip
