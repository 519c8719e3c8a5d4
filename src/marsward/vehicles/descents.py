"""What came of descents: events, loads, touchdown and a word, member by member."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from dataclasses import field as own_field

import numpy as np
import xarray as xr
from numpy.typing import NDArray

import marsward.physics.air  # noqa: F401  (brings the fields of heights)
from marsward.core.errors import InputError
from marsward.core.fields import FieldRow, add_fields, field
from marsward.core.registry import unknown

__all__ = ["EVENTS", "STAGES", "Descents"]

Array = NDArray[np.float64]
EVENTS = (
    "chute", "heat shield", "radar", "backshell", "ignition", "hover", "last descent", "cut-off",
    "touchdown",
)  # fmt: skip
"""Events in order: canopy full, heat shield off, first radar reading, backshell off, engines on,
gate of hover reached, slow descent begun, engines off, contact."""
STAGES = (
    "lines", "canopy", "canopy, shield off", "drop", "approach", "hover", "divert", "last descent",
    "fall",
)  # fmt: skip
"""What the numbers of a history's `descent_stage` mean."""

add_fields(
    FieldRow("since_trigger", "s", "time after the parachute's trigger"),
    FieldRow("speed_east", "m s-1", "speed to the east"),
    FieldRow("speed_north", "m s-1", "speed to the north"),
    FieldRow("speed_up", "m s-1", "speed upward"),
    FieldRow("thrust", "N", "thrust", low=0.0),
    FieldRow("descent_stage", "1", "number of the stage of descent", low=0.0),
    FieldRow("opening_load", "N", "greatest load of the parachute's opening", low=0.0),
    FieldRow("touch_speed", "m s-1", "speed down at contact"),
    FieldRow("slide_speed", "m s-1", "speed along the level at contact", low=0.0),
    FieldRow("landing_tilt", "degree", "tilt at rest on the ground", low=0.0, high=180.0),
    FieldRow("divert", "m", "way to the side that was flown to a chosen place", low=0.0),
    FieldRow("propellant_used", "kg", "propellant used in powered descent", low=0.0),
    FieldRow("site_x", "m", "distance east of the site"),
    FieldRow("site_y", "m", "distance north of the site"),
    FieldRow("clearance", "m", "height over the ground"),
)


@dataclass(frozen=True)
class Descents:
    """Descents of n members; what never came is NaN.

    time, height, speed : of the events in `EVENTS` (n, 9): after the trigger [s], over the ground
        below [m], relative to the ground [m/s]
    trigger_height, trigger_speed : at the trigger, over the ground [m, m/s]
    opening_load, opening_mach, opening_pressure : greatest load while the canopy fills [N], Mach
        number and dynamic pressure [Pa] when it is full
    peak_deceleration : by drag under the canopy [m s-2]
    shield_ratio, shield_gap : ballistic coefficients of the heat shield over the rest, and their
        distance after 5 s [m]; shield_clear : whether that is enough
    known_height_error : of the height believed in when the backshell parts [m]
    divert : from over where it would have come to the chosen places [m]
    least_clearance : over the ground on the way to the gate [m]
    top_thrust : [N]; propellant : used [kg]; mass : at contact, or at the end [kg]
    x, y : contact [m]; lon, lat : of it [deg]
    down, along : speeds at contact [m/s]
    attitude_rad : of the craft's axis from upright at contact [rad]
    tilt_rad : at rest on the ground, by its slope under the footprint [rad]
    step : of the ground under it [m]
    safe : whether a safe place was within reach each time it looked
    verdict : one word of `touchdown.VERDICTS`
    seconds : contact after the reference epoch of the states [s]
    """

    time: Array
    height: Array
    speed: Array
    trigger_height: Array
    trigger_speed: Array
    opening_load: Array
    opening_mach: Array
    opening_pressure: Array
    peak_deceleration: Array
    shield_ratio: Array
    shield_gap: Array
    shield_clear: NDArray[np.bool_]
    known_height_error: Array
    divert: Array
    least_clearance: Array
    top_thrust: Array
    propellant: Array
    mass: Array
    x: Array
    y: Array
    lon: Array
    lat: Array
    down: Array
    along: Array
    attitude_rad: Array
    tilt_rad: Array
    step: Array
    safe: NDArray[np.bool_]
    verdict: NDArray[np.str_]
    seconds: Array
    _again: Callable[[int, float], Array] = own_field(repr=False, compare=False)

    def __len__(self) -> int:
        return int(self.verdict.size)

    def at(self, event: str) -> tuple[Array, Array, Array]:
        """Time after the trigger [s], height over ground [m] and speed [m/s] of an event (n,)."""
        if event not in EVENTS:
            raise InputError(unknown("event of a descent", event, EVENTS))
        column = EVENTS.index(event)
        return self.time[:, column], self.height[:, column], self.speed[:, column]

    @property
    def landed(self) -> NDArray[np.bool_]:
        """Which stand safely."""
        return self.verdict == "landed"

    def counts(self) -> dict[str, int]:
        """How many members have which verdict, most first."""
        words, number = np.unique(self.verdict, return_counts=True)
        order = np.argsort(-number, kind="stable")
        return {str(words[i]): int(number[i]) for i in order}

    def dataset(self) -> xr.Dataset:
        """Events and touchdown with names and units, along `member` and `event`."""
        wide, long = ("member", "event"), ("member",)
        held = {
            "since_trigger": (self.time, wide), "clearance": (self.height, wide),
            "speed": (self.speed, wide), "opening_load": (self.opening_load, long),
            "touch_speed": (self.down, long), "slide_speed": (self.along, long),
            "landing_tilt": (np.degrees(self.tilt_rad), long), "divert": (self.divert, long),
            "propellant_used": (self.propellant, long), "mass": (self.mass, long),
            "site_x": (self.x, long), "site_y": (self.y, long), "lon": (self.lon, long),
            "lat": (self.lat, long),
        }  # fmt: skip
        data = {name: field(name, each, dims) for name, (each, dims) in held.items()}
        coords = {"event": list(EVENTS)}
        out = xr.Dataset(data, coords=coords)
        out["verdict"] = xr.DataArray(self.verdict.astype(str), dims=long)
        out["verdict"].attrs["long_name"] = "how the descent ended"
        return out

    def history(self, member: int = 0, *, every: float = 0.1) -> xr.Dataset:
        """One member flown again, step by step.

        Parameters
        ----------
        member : its number
        every : least time between rows [s]

        Returns
        -------
        Dataset along `time`: `since_trigger` [s], `site_x`, `site_y`, `height_above_areoid` [m],
        `speed_east`, `speed_north`, `speed_up` [m/s], `thrust` [N], `mass` [kg] and
        `descent_stage`, a number of `STAGES`.
        """
        if not -len(self) <= member < len(self):
            raise InputError(f"there are {len(self)} descents, so no number {member}")
        if not every > 0.0:
            raise InputError(f"rows of a history are {every!r} s apart; give more than 0 s")
        rows = self._again(int(member) % len(self), float(every))
        names = (
            "since_trigger", "site_x", "site_y", "height_above_areoid", "speed_east", "speed_north",
            "speed_up", "thrust", "mass", "descent_stage",
        )  # fmt: skip
        data = {name: field(name, rows[:, i], ("time",)) for i, name in enumerate(names)}
        return xr.Dataset(data, attrs={"stages": ", ".join(STAGES)})
