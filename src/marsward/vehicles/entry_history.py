"""The flight of one entry with time, flown again as it was flown."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import xarray as xr

from marsward.core.asked import number
from marsward.core.errors import InputError
from marsward.core.fields import FieldRow, add_fields, field
from marsward.vehicles.entries import ranges
from marsward.vehicles.flight_state import FlightState

if TYPE_CHECKING:
    from marsward.vehicles.entries import Entries

__all__ = ["entry_history"]

add_fields(FieldRow("drag_deceleration", "m s-2", "deceleration by drag", low=0.0))
_LEAST_STEP = 1e-3
_MOST_ROWS = 2_000_000


def entry_history(entries: Entries, member: int = 0, *, every: float = 1.0) -> xr.Dataset:
    """Rows in even steps of time, along `seconds` after the start.

    Parameters
    ----------
    entries : of `entry.enter`
    member : its number
    every : seconds between rows, from 1 ms up; the last row is the last within the flight

    Raises
    ------
    InputError : no such member, or a step that cannot be or makes more than two million rows.
    """
    if not 0 <= member < len(entries):
        raise InputError(f"there is no entry {member}: give 0 to {len(entries) - 1}")
    if not number(every, "every", "s") >= _LEAST_STEP:
        raise InputError(f"a history every {every!r} s: give {_LEAST_STEP:g} s or more")
    length = float(entries.duration[member])
    if length / every > _MOST_ROWS:
        raise InputError(
            f"a history of {length:.0f} s every {every!r} s has more than {_MOST_ROWS} rows; give "
            f"{length / _MOST_ROWS:.2g} s or more"
        )
    rows = entries.flight.record(member, float(every), length)
    state = FlightState.from_cartesian(rows[:, 1:7])
    held = {
        "radius": state.radius, "height_above_areoid": rows[:, 9], "lon": state.lon,
        "lat": state.lat, "speed": state.speed, "azimuth": state.azimuth,
        "flight_path_angle": state.angle, "airspeed": rows[:, 11], "density": rows[:, 10],
        "mach": rows[:, 12], "drag_deceleration": rows[:, 13], "deceleration": rows[:, 14],
        "heat_flux": rows[:, 15], "dynamic_pressure": rows[:, 16], "heat_load": rows[:, 7],
        "path_over_ground": rows[:, 8], "bank": np.degrees(rows[:, 17]),
        "bank_command": np.degrees(rows[:, 18]),
    }  # fmt: skip
    if entries.target is not None:
        sphere = float(entries.flight.planet[12])
        held["downrange"], held["crossrange"] = ranges(state, *entries.target, sphere=sphere)
    time = field("seconds", rows[:, 0], ("seconds",))
    return xr.Dataset(
        {name: field(name, each, ("seconds",)) for name, each in held.items()},
        coords={"seconds": time},
        attrs={"verdict": str(entries.verdict[member])},
    )
