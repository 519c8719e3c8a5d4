"""Weather in Elysium Planitia by InSight: pressure, wind and air temperature, and warm ground.

Tables of the Auxiliary Payload Sensor Suite (APSS): pressure (ps_calib_…) and TWINS
(twins_model_…, twins_calib_…), comma-separated with a header (Banfield et al. 2019,
doi:10.1007/s11214-018-0570-x; urn:nasa:pds:insight_ps, insight_twins), and of the radiometer of HP3
with their PDS4 labels (Mueller et al. 2020, doi:10.1029/2020EA001086; urn:nasa:pds:insight_rad).
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr

from marsward.core.asked import file_path
from marsward.core.errors import DataError, MarswardError
from marsward.core.sol_clock import mission_clock
from marsward.core.time import Epoch
from marsward.data.pds_tables import read_labelled_table
from marsward.data.weather_dataset import weather_dataset
from marsward.data.weather_text import TextTable, text_lines

__all__ = ["read_insight", "read_insight_radiometer"]

_HEIGHT = {"pressure": 1.2, "twins": 1.4}  # m above the ground: Spiga et al. 2018, about
_MISSING = (-999.0, -9999.0, 999999999.0, 9999999999.0)
_SINGLE = (
    ("pressure", "PRESSURE", 100.0, 1500.0, "Pa"),
    ("wind_speed", "HORIZONTAL_WIND_SPEED", 0.0, 200.0, "m/s"),
    ("upward_wind", "VERTICAL_WIND_SPEED", -100.0, 100.0, "m/s"),
    ("wind_from_direction", "WIND_DIRECTION", 0.0, 360.0, "degrees"),
)  # fmt: skip
_BOOMS = ("BMY", "BPY")
_BY_BOOM = (
    ("air_temperature", "AIR_TEMP", 100.0, 350.0, "K"),
    ("wind_speed", "HORIZONTAL_WIND_SPEED", 0.0, 200.0, "m/s"),
    ("wind_from_direction", "WIND_DIRECTION", 0.0, 360.0, "degrees"),
)  # fmt: skip


def read_insight(path: str | Path) -> xr.Dataset:
    """A table of pressure or of TWINS, on `time` by the UTC of each row.

    Values of the two booms of TWINS stand on `sensor`: bmy (the west) and bpy (the east boom). Rows
    at which a slower sensor has no value are NaN in it.

    Raises
    ------
    InputError : no such file
    DataError : no column of a sensor, or a value or time that is none, with the line
    """
    path = file_path(path, "table of weather")
    table = TextTable.of_csv(path, text_lines(path, "table of InSight"))
    epoch = _epochs(table)
    clock = mission_clock("insight")
    data: dict[str, Any] = {}
    coords: dict[str, Any] = {}
    for name, column, low, high, unit in _SINGLE:
        if column in table:
            values = table.checked(column, table.numbers_of(column, missing=_MISSING), low, high,
                                   unit)  # fmt: skip
            height = _HEIGHT["pressure" if name == "pressure" else "twins"]
            if np.isfinite(values).any():
                data[name] = (("time",), values, {"sensor_height": height})
    for name, stem, low, high, unit in _BY_BOOM:
        columns = [f"{boom}_{stem}" for boom in _BOOMS if f"{boom}_{stem}" in table]
        if columns:
            held = [table.checked(c, table.numbers_of(c, missing=_MISSING), low, high, unit)
                    for c in columns]  # fmt: skip
            data[name] = (("time", "sensor"), np.stack(held, axis=1),
                          {"sensor_height": _HEIGHT["twins"]})  # fmt: skip
            coords["sensor"] = ("sensor", [c[:3].lower() for c in columns])
    if not data:
        held_names = ", ".join(table.columns)
        raise DataError(f"{path} holds no column of a sensor of InSight; it has {held_names}")
    sol = clock.reading(epoch)[0] if "LMST" not in table else table.clocks("LMST")[0]
    return weather_dataset(
        epoch, data, clock=clock, path=path, kind="insight", mission_sol=sol, coords=coords,
        source="Banfield et al. 2019, doi:10.1007/s11214-018-0570-x; NASA PDS Atmospheres Node",
        instrument="Auxiliary Payload Sensor Suite (APSS)",
    )  # fmt: skip


def read_insight_radiometer(path: str | Path) -> xr.Dataset:
    """A table of the radiometer: `surface_temperature` of two spots, or what each sensor saw.

    Derived tables give the temperature of the spots, calibrated ones the `brightness_temperature`
    of six sensors.

    path : the table (.tab) or its label (.xml), which must stand beside one another

    Raises as `read_labelled_table`; DataError also for a table without temperatures.
    """
    path = file_path(path, "table of weather")
    held = read_labelled_table(path)
    table = held.table
    name, columns = _spots(table)
    values = [table.checked(n, held.numbers(n), 50.0, 400.0, "K") for n in columns.values()]
    data: dict[str, Any] = {name: (("time", "sensor"), np.stack(values, axis=1), {})}
    errors = [n for n in table.columns if n in ("DTS FoV 1", "DTS FoV 2")]
    if name == "surface_temperature" and len(errors) == len(columns):
        sigma = np.stack([held.numbers(n) for n in errors], axis=1)
        data["surface_temperature_sigma"] = (("time", "sensor"), sigma, {})
    epoch = _epochs(table, "Universal coordinated time")
    out = weather_dataset(
        epoch, data, clock=mission_clock("insight"), path=table.path, kind="insight-radiometer",
        mission_sol=held.numbers("Sol"), coords={"sensor": ("sensor", list(columns))},
        source=f"{held.facts['lid']}; Mueller et al. 2020, doi:10.1029/2020EA001086",
        instrument="HP3 radiometer",
    )  # fmt: skip
    if held.short:
        out.attrs["rows_missing"] = held.short
    return out


def _spots(table: TextTable) -> tuple[str, dict[str, str]]:
    """What a table of the radiometer holds, and the columns of it by sensor."""
    for name, stem in (
        ("surface_temperature", "TS FoV "),
        ("brightness_temperature", "TB Sensor "),
    ):
        found = {n: n for n in table.columns if n.startswith(stem)}
        if found:
            mark = "fov" if name == "surface_temperature" else ""
            return name, {mark + n.removeprefix(stem).lower(): n for n in found}
    raise DataError(f"{table.path} holds no temperature of the radiometer's fields of view")


def _epochs(table: TextTable, column: str = "UTC") -> Epoch:
    texts = [t.strip().strip('"') for t in table.texts(column)]
    try:
        return Epoch.utc(texts)
    except MarswardError:
        for row, text in enumerate(texts):
            try:
                Epoch.utc(text)
            except MarswardError as error:
                raise DataError(f"{table.path}, line {table.line_of(row)}: {error}") from error
        raise
