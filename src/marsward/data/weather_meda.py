"""Weather at Jezero by the Mars Environmental Dynamics Analyzer (MEDA) of Perseverance.

Calibrated and derived tables of the archive (Rodriguez-Manfredi & de la Torre Juarez 2021,
doi:10.17189/1522849), one file each sol and sensor, such as WE__0089_…_DER_PS__…CSV: pressure
(PS), air temperature (ATS), wind (WS), humidity (RHS) and infrared (TIRS). The instrument:
Rodriguez-Manfredi et al. 2021, doi:10.1007/s11214-021-00816-9.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr

from marsward.core.asked import file_path
from marsward.core.errors import DataError
from marsward.core.sol_clock import mission_clock
from marsward.core.time import Epoch
from marsward.data.weather_dataset import sol_coordinates, weather_dataset
from marsward.data.weather_text import TextTable, text_lines

__all__ = ["read_meda"]

_MISSING = (999999999.0, -999999999.0)
_INSTRUMENT = "Mars Environmental Dynamics Analyzer (MEDA)"
_SOURCE = "doi:10.17189/1522849; Rodriguez-Manfredi et al. 2021, doi:10.1007/s11214-021-00816-9"
_THERMOCOUPLES = tuple(f"ATS_LOCAL_TEMP{k}" for k in range(1, 6))
_HEIGHTS = (1.45, 1.45, 1.45, 0.84, 0.84)  # m; Munguira et al. 2023, doi:10.1029/2022JE007559
_COLUMNS = (
    # name, column, low, high, unit, scale
    ("pressure", "PRESSURE", 100.0, 1500.0, "Pa", 1.0),
    ("pressure_sigma", "PRESSURE_UNCERTAINTY", 0.0, 1e3, "Pa", 1.0),
    ("wind_speed", "HORIZONTAL_WIND_SPEED", 0.0, 200.0, "m/s", 1.0),
    ("wind_speed_sigma", "HORIZONTAL_WIND_SPEED_UNCERTAINTY", 0.0, 200.0, "m/s", 1.0),
    ("upward_wind", "VERTICAL_WIND_SPEED", -100.0, 100.0, "m/s", 1.0),
    ("wind_from_direction", "WIND_DIRECTION", 0.0, 360.0, "degrees", 1.0),
    ("wind_from_direction_sigma", "WIND_DIRECTION_UNCERTAINTY", 0.0, 360.0, "degrees", 1.0),
    ("relative_humidity", "LOCAL_RELATIVE_HUMIDITY", -0.5, 2.0, "", 0.01),
    ("relative_humidity_sigma", "LOCAL_RELATIVE_HUMIDITY_UNCERTAINTY", 0.0, 2.0, "", 0.01),
    ("water_volume_ratio", "VOLUME_MIXING_RATIO", -1.0, 1.0, "", 1e-6),
    ("air_temperature", "AIR_TEMP", 100.0, 350.0, "K", 1.0),
    ("air_temperature_sigma", "AIR_TEMP_UNCERTAINTY", 0.0, 100.0, "K", 1.0),
    ("surface_temperature", "GROUND_TEMP", 100.0, 350.0, "K", 1.0),
    ("surface_temperature_sigma", "GROUND_TEMP_UNCERTAINTY", 0.0, 100.0, "K", 1.0),
)  # fmt: skip
_SLACK = 1.0  # s: how far the spacecraft's clock may wander against the local one within a file


def read_meda(path: str | Path) -> xr.Dataset:
    """One file of MEDA as a Dataset on `time`; five thermocouples on `sensor` as well.

    Instants follow from the local mean solar time of each row, which the mission keeps at 77.43
    degrees east; the spacecraft's clock is checked against it and its offset told in the attribute
    `et_minus_sclk` [s].

    Raises
    ------
    InputError : no such file
    DataError : no column of a sensor, a value that is none or clocks that part, with the line
    """
    path = file_path(path, "table of weather")
    table = TextTable.of_csv(path, text_lines(path, "table of MEDA"))
    sol, hours = table.clocks("LMST")
    clock = mission_clock("perseverance")
    epoch = sol_coordinates(clock, sol, hours, path)
    offset = _offset(table, epoch)
    data: dict[str, Any] = {}
    for name, column, low, high, unit, scale in _COLUMNS:
        if column in table:
            values = table.numbers_of(column, missing=_MISSING) * scale
            if np.isfinite(values).any():
                data[name] = (("time",), table.checked(column, values, low, high, unit), {})
    coords: dict[str, Any] = {}
    if _THERMOCOUPLES[0] in table:
        warm = [table.checked(n, table.numbers_of(n, missing=_MISSING), 100.0, 400.0, "K")
                for n in _THERMOCOUPLES]  # fmt: skip
        data["air_temperature"] = (("time", "sensor"), np.stack(warm, axis=1), {})
        coords["sensor"] = ("sensor", [f"ats{k}" for k in range(1, 6)])
        above = {"units": "m", "long_name": "height above the ground"}
        coords["sensor_height"] = ("sensor", np.array(_HEIGHTS), above)
    if not data:
        held = ", ".join(table.columns)
        raise DataError(f"{path} holds no column of a sensor that is known here; it has {held}")
    out = weather_dataset(
        epoch, data, clock=clock, path=path, kind="meda", source=_SOURCE, instrument=_INSTRUMENT,
        mission_sol=sol, coords=coords,
    )  # fmt: skip
    out.attrs["et_minus_sclk"] = offset
    return out


def _offset(table: TextTable, epoch: Epoch) -> float:
    """ET less the spacecraft's clock at the first row [s]; DataError where the two part."""
    sclk = table.numbers_of("SCLK")
    off = np.asarray(epoch.et) - sclk
    away = np.abs(off - np.nanmedian(off))
    if np.nanmax(away) > _SLACK + 2e-5 * np.ptp(sclk):
        row = int(np.nanargmax(away))
        raise DataError(
            f"{table.path}, line {table.line_of(row)}: LMST {table.texts('LMST')[row]} and SCLK "
            f"{sclk[row]:.1f} part by {away[row]:.0f} s"
        )
    return float(off[0])
