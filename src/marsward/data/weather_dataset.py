"""The one form of weather at a place: fields, places and units that every station's table gets."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from marsward.core.errors import DataError
from marsward.core.fields import FieldRow, add_fields, field
from marsward.core.mars_axis import mars_axis
from marsward.core.sol_clock import SolClock
from marsward.core.time import Epoch

__all__ = ["ZERO_CELSIUS", "sol_coordinates", "weather_dataset"]

ZERO_CELSIUS = 273.15
"""0 °C [K], exact."""

add_fields(
    FieldRow("surface_temperature", "K", "temperature of the ground's surface", low=0.0),
    FieldRow("surface_temperature_sigma", "K", "error of the ground's temperature (1 sigma)",
             low=0.0),
    FieldRow("brightness_temperature", "K", "temperature of a black body as bright in the band",
             low=0.0),
    FieldRow("air_temperature", "K", "temperature of the air", "air_temperature", low=0.0),
    FieldRow("air_temperature_sigma", "K", "error of the air's temperature (1 sigma)", low=0.0),
    FieldRow("air_temperature_low", "K", "lowest temperature of the air in the sol", low=0.0),
    FieldRow("air_temperature_high", "K", "highest temperature of the air in the sol", low=0.0),
    FieldRow("pressure_sigma", "Pa", "error of the pressure (1 sigma)", low=0.0),
    FieldRow("pressure_low", "Pa", "lowest pressure in the sol", low=0.0),
    FieldRow("wind_speed", "m s-1", "speed of the horizontal wind", "wind_speed", low=0.0),
    FieldRow("wind_speed_sigma", "m s-1", "error of the wind's speed (1 sigma)", low=0.0),
    FieldRow("wind_from_direction", "degree", "direction from which the wind blows, from north "
             "over east", "wind_from_direction", low=0.0, high=360.0),
    FieldRow("wind_from_direction_sigma", "degree", "error of the wind's direction (1 sigma)",
             low=0.0),
    FieldRow("wind_angle", "degree", "direction of the wind in the frame of the rover, as the "
             "archive has it", low=0.0, high=360.0),
    FieldRow("upward_wind", "m s-1", "vertical wind", "upward_air_velocity"),
    FieldRow("relative_humidity", "1", "relative humidity over ice at the sensor", low=0.0),
    FieldRow("relative_humidity_sigma", "1", "error of the relative humidity (1 sigma)", low=0.0),
    FieldRow("water_volume_ratio", "1", "water vapour in the air by volume", low=0.0),
    FieldRow("elevation", "m", "height above the areoid"),
    FieldRow("mission_sol", "1", "sol of the mission"),
)  # fmt: skip


def weather_dataset(
    epoch: Epoch,
    data: Mapping[str, tuple[tuple[str, ...], Any, Mapping[str, Any]]],
    *,
    clock: SolClock,
    path: Path,
    kind: str,
    source: str,
    instrument: str,
    mission_sol: Any = None,
    coords: Mapping[str, Any] | None = None,
    notes: str = "",
) -> xr.Dataset:
    """A station's record as a Dataset with Mars time, place and source.

    epoch : (time,), in any order; the record is put in the order of time
    data : name to dimensions, values and attributes, in the units of the table of fields
    clock : of the mission, whose place is that of the landing
    mission_sol : (time,) numbers of sols as the mission counts them

    Raises DataError where two rows stand at one instant and say different things.
    """
    order = np.argsort(np.asarray(epoch.et), kind="stable")
    out = xr.Dataset(
        {
            name: field(name, values, dims, check=False, **attrs)
            for name, (dims, values, attrs) in data.items()
        },
        coords=dict(coords or {}),
    )
    if mission_sol is not None:
        out = out.assign_coords(
            mission_sol=field("mission_sol", np.asarray(mission_sol, np.int64), "time")
        )
    lat, lon, height = clock.place
    out = out.assign_coords(
        lat=field("lat", lat, ()), lon=field("lon", lon, ()),
        elevation=field("elevation", height, ()),
    )  # fmt: skip
    out = _without_repeats(out.isel(time=order), epoch[order], clock, path)
    out.attrs |= {
        "kind": kind, "mission": clock.name, "instrument": instrument, "source": source,
        "clock_meridian": clock.lon, "place": f"landing site of {clock.name}; {clock.source}",
        "file": path.name,
    }  # fmt: skip
    if notes:
        out.attrs["notes"] = notes
    return out


def sol_coordinates(clock: SolClock, sols: NDArray, hours: NDArray, path: Path) -> Epoch:
    """Instants of a mission's sols and local mean solar hours; DataError beyond its own range."""
    if np.any(sols < 0) or np.any(sols > 20_000):
        bad = sols[(sols < 0) | (sols > 20_000)][0]
        raise DataError(f"{path} has sol {bad:g}, which no mission has")
    return clock.epoch(sols, hours)


def _without_repeats(ordered: xr.Dataset, epoch: Epoch, clock: SolClock, path: Path) -> xr.Dataset:
    et = np.asarray(epoch.et)
    keep = np.concatenate([[True], np.diff(et) > 0.0])
    if not keep.all():
        again = np.flatnonzero(~keep)
        before, after = ordered.isel(time=again - 1), ordered.isel(time=again)
        for name in ordered.data_vars:
            one, two = before[name].values, after[name].values
            if one.dtype.kind == "f" and not np.array_equal(one, two, equal_nan=True):
                raise DataError(
                    f"{path} has {name} twice at one instant ({epoch[again][0]}) with two values"
                )
    return mars_axis(ordered.isel(time=keep), epoch[keep], meridian=clock.lon)
