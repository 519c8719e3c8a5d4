"""What became of an ensemble of entries."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from marsward.core.constants import STANDARD_GRAVITY
from marsward.core.errors import InputError, PhysicsError
from marsward.core.fields import FieldRow, add_fields, field
from marsward.vehicles.areoid_law import areoid_radius_at
from marsward.vehicles.entry_flight import EntryFlight
from marsward.vehicles.flight_state import FlightState
from marsward.vehicles.kernels.entry import END, PEAK_FLUX, PEAK_FORCE, PEAK_PRESSURE, TIME

__all__ = ["Entries", "ranges"]

Array = NDArray[np.float64]

add_fields(
    FieldRow("mach", "1", "Mach number", low=0.0),
    FieldRow("dynamic_pressure", "Pa", "half the density times the square of the speed", low=0.0),
    FieldRow("heat_flux", "W m-2", "convective heat flux at the stagnation point", low=0.0),
    FieldRow("heat_load", "J m-2", "heat taken up at the stagnation point", low=0.0),
    FieldRow("deceleration", "m s-2", "acceleration by the forces of the air", low=0.0),
    FieldRow("bank", "degree", "bank angle, to the right", low=-360.0, high=360.0),
    FieldRow("bank_command", "degree", "bank angle that is asked for", low=-360.0, high=360.0),
    FieldRow("airspeed", "m s-1", "speed in the air", low=0.0),
    FieldRow("path_over_ground", "m", "way along the ground below", low=0.0),
    FieldRow("downrange", "m", "of the target along the path, ahead", low=-1e8, high=1e8),
    FieldRow("crossrange", "m", "of the target across the path, to the right"),
    FieldRow("peak_deceleration", "m s-2", "most acceleration by the forces of the air", low=0.0),
    FieldRow("peak_heat_flux", "W m-2", "most heat flux at the stagnation point", low=0.0),
    FieldRow("peak_dynamic_pressure", "Pa", "most dynamic pressure", low=0.0),
    FieldRow("reversals", "1", "changes of the side of the bank", low=0.0),
)


@dataclass(frozen=True)
class Entries:
    """What became of n entries.

    start, final : states at the beginning and at the end
    verdict : (n,) "trigger"; "height" (the lowest height, where no trigger was asked for);
        "no trigger" (the lowest height before the trigger); "ground"; "skip-out"; "too long";
        "lost" (the solver's steps shrank to nothing)
    flight : what was flown
    results : rows of the kernel
    target : longitude and latitude of the guidance's target [deg], or None
    """

    start: FlightState
    final: FlightState
    verdict: NDArray[np.str_]
    flight: EntryFlight
    results: Array
    target: tuple[float, float] | None = None

    def __len__(self) -> int:
        return len(self.start)

    @property
    def arrived(self) -> NDArray[np.bool_]:
        """Members that came to the trigger, or to the height where none was asked for."""
        return np.asarray((self.verdict == "trigger") | (self.verdict == "height"))

    @property
    def duration(self) -> Array:
        """Of the flight [s]."""
        return self.results[:, TIME]

    @property
    def height(self) -> Array:
        """At the end, over the areoid [m]."""
        return self.final.height

    @property
    def heat_load(self) -> Array:
        """Taken up at the stagnation point [J m-2]."""
        return self.results[:, 6]

    @property
    def path(self) -> Array:
        """Way along the ground [m]."""
        return self.results[:, 7]

    @property
    def peak_deceleration(self) -> Array:
        """Most acceleration by drag and lift [m s-2]."""
        return self.results[:, PEAK_FORCE]

    @property
    def peak_g(self) -> Array:
        """The same in units of the Earth's weight, 9.80665 m s-2."""
        return self.peak_deceleration / float(STANDARD_GRAVITY)

    @property
    def peak_deceleration_at(self) -> Array:
        """Time [s], height [m] and airspeed [m/s] of the peak deceleration (n, 3)."""
        return self.results[:, PEAK_FORCE + 1 : PEAK_FORCE + 4]

    @property
    def peak_heat_flux(self) -> Array:
        """Most convective heat flux at the stagnation point [W m-2]."""
        return self.results[:, PEAK_FLUX]

    @property
    def peak_heat_flux_at(self) -> Array:
        """Time [s], height [m] and airspeed [m/s] of the peak heat flux (n, 3)."""
        return self.results[:, PEAK_FLUX + 1 : PEAK_FLUX + 4]

    @property
    def peak_dynamic_pressure(self) -> Array:
        """Most dynamic pressure [Pa]."""
        return self.results[:, PEAK_PRESSURE]

    @property
    def mach(self) -> Array:
        """At the end."""
        return self.results[:, END]

    @property
    def dynamic_pressure(self) -> Array:
        """At the end [Pa]."""
        return self.results[:, END + 1]

    @property
    def airspeed(self) -> Array:
        """At the end [m/s]."""
        return self.results[:, END + 2]

    @property
    def bank(self) -> Array:
        """At the end [deg]."""
        return np.asarray(np.degrees(self.results[:, END + 3]))

    @property
    def reversals(self) -> Array:
        """Changes of the side of the bank."""
        return self.results[:, END + 4]

    @property
    def steps(self) -> Array:
        """Steps of the solver, taken and refused (n, 2)."""
        return self.results[:, END + 5 : END + 7]

    @cached_property
    def known(self) -> FlightState:
        """The state that the craft believes to have at the end."""
        told = self.final.cartesian
        told[:, :3] += self.flight.nav[:, :3] + self.flight.nav[:, 3:6] * self.duration[:, None]
        told[:, 3:] += self.flight.nav[:, 3:6]
        return FlightState.from_cartesian(told, seconds=self.final.seconds, epoch=self.final.epoch)

    @cached_property
    def target_range(self) -> tuple[Array, Array]:
        """Downrange and crossrange of the target from the end [m]; InputError without target."""
        if self.target is None:
            raise InputError("this entry has no target: give the guidance of one")
        return ranges(self.final, *self.target, sphere=float(self.flight.planet[12]))

    @property
    def miss(self) -> Array:
        """Way along the ground from the end to the target [m]."""
        ahead, right = self.target_range
        return np.asarray(np.hypot(ahead, right))

    def one(self) -> Entries:
        """Itself, where every member arrived.

        Raises
        ------
        PhysicsError : a member skipped out, came to the ground or found no trigger.
        """
        bad = np.flatnonzero(~self.arrived)
        if bad.size:
            i = int(bad[0])
            where = f"{self.height[i] / 1e3:.1f} km and {self.final.speed[i]:.0f} m/s"
            said = {
                "skip-out": "skips out of the air: make the angle steeper",
                "ground": "comes to the ground unbraked: make the angle shallower, or the capsule "
                "lighter or wider",
                "no trigger": "finds no trigger: raise the trigger's speed or lower the height",
                "too long": "is still in flight: make the angle steeper, or the time longer",
            }.get(str(self.verdict[i]), "cannot be followed: its forces are too great")
            raise PhysicsError(
                f"entry {i} of {len(self)} {said} (after {self.duration[i]:.0f} s, at {where})"
            )
        return self

    def history(self, member: int = 0, *, every: float = 1.0) -> xr.Dataset:
        """The flight of one member with time; see `vehicles.entry_history`."""
        from marsward.vehicles.entry_history import entry_history

        return entry_history(self, member, every=every)

    def dataset(self) -> xr.Dataset:
        """The members with names and units, along `member`."""
        held = {
            "mach": self.mach, "dynamic_pressure": self.dynamic_pressure,
            "airspeed": self.airspeed, "bank": self.bank, "reversals": self.reversals,
            "heat_load": self.heat_load, "path_over_ground": self.path,
            "peak_deceleration": self.peak_deceleration, "peak_heat_flux": self.peak_heat_flux,
            "peak_dynamic_pressure": self.peak_dynamic_pressure,
        }  # fmt: skip
        if self.target is not None:
            held["downrange"], held["crossrange"] = self.target_range
        out = self.final.dataset()
        out = out.assign({name: field(name, each, ("member",)) for name, each in held.items()})
        return out.assign_coords(verdict=("member", self.verdict))


def ranges(
    state: FlightState, lon: float, lat: float, *, sphere: float | None = None
) -> tuple[Array, Array]:
    """Ways to a place along and across the path of states, ahead and to the right [m].

    Parameters
    ----------
    state : n members
    lon, lat : of the place [deg]
    sphere : radius on which ways are told [m]; that of the areoid at the place if left out
    """
    held = state.cartesian
    far = float(areoid_radius_at(lon, lat)) if sphere is None else sphere
    lam, phi = math.radians(lon), math.radians(lat)
    place = np.array([math.cos(phi) * math.cos(lam), math.cos(phi) * math.sin(lam), math.sin(phi)])
    up = held[:, :3] / state.radius[:, None]
    level = held[:, 3:] - np.sum(held[:, 3:] * up, axis=1)[:, None] * up
    size = np.linalg.norm(level, axis=1)
    along = level / np.where(size > 0.0, size, 1.0)[:, None]
    ahead = np.arctan2(along @ place, up @ place)
    right = -np.arcsin(np.clip(np.cross(up, along) @ place, -1.0, 1.0))
    return far * ahead, far * right
