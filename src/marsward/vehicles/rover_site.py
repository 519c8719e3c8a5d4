"""What a place gives a rover sol by sol: the Sun's path, dust, the temperatures of air and ground.

Plain arrays that a planet, a weather station or a user's file may fill. A sol begins at true local
midnight and is cut into steps, each looked at in its middle; the Sun's declination and distance
are held over a sol.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike, NDArray

from marsward.core.asked import number, numbers
from marsward.core.constants import SOL as _SOL
from marsward.core.errors import InputError
from marsward.physics.dust_optics import DustOptics
from marsward.physics.season import MarsYear
from marsward.physics.surface_sunlight import SurfaceLight, surface_light

__all__ = ["SOL", "RoverSite", "SunPath", "seasonal"]

Array = NDArray[np.float64]
SOL = float(_SOL)
"""Length of a mean sol [s]."""
_SOLAR_CONSTANT = 1361.0
"""Total solar irradiance at 1 au [W m-2]: Kopp & Lean 2011, doi:10.1029/2010GL045777."""
_YEAR = MarsYear()


@dataclass(frozen=True, eq=False)
class SunPath:
    """Where the Sun stands over a place, each (sols, steps).

    cos_zenith : of the Sun; azimuth_rad : clockwise from north; hidden : by the horizon
    flux : across its rays at Mars (sols,) [W m-2]
    """

    cos_zenith: Array
    azimuth_rad: Array
    hidden: NDArray[np.bool_]
    flux: Array


@dataclass(frozen=True, kw_only=True, eq=False)
class RoverSite:
    """Conditions of a place over n sols of h steps each.

    lat : planetocentric latitude [deg]
    ls : season of each sol [deg] (n,)
    opacity : visible extinction of the column above the ground as a camera there sees it (n,)
    ground, air : temperature of the ground and of the air at the rover's height (n, h) [K]
    longwave : infrared of the sky on level ground (n, h) [W m-2]
    pressure : at the ground (n,) [Pa]
    wind : past the rover (n, h) or (n, 1) [m s-1]
    albedo : of the ground in sunlight; emissivity : of the ground
    horizon : elevations of the horizon [deg] at azimuths that share the circle evenly, clockwise
        from north; None for a level one
    solar_constant : at 1 au [W m-2]
    optics : of the dust in sunlight; those of `physics.surface_sunlight` if None

    Raises
    ------
    InputError : shapes that do not fit, a temperature, pressure, opacity or albedo out of range.
    """

    lat: float
    ls: Array
    opacity: Array
    ground: Array
    air: Array
    longwave: Array
    pressure: Array
    wind: Array
    albedo: float = 0.25
    emissivity: float = 0.98
    horizon: Array | None = None
    solar_constant: float = _SOLAR_CONSTANT
    optics: DustOptics | None = None

    def __post_init__(self) -> None:
        for name in ("ls", "opacity", "ground", "air", "longwave", "pressure", "wind"):
            object.__setattr__(self, name, numbers(getattr(self, name), f"{name} of a site"))
        if self.ground.ndim != 2 or self.ground.shape[1] < 8:
            raise InputError("the ground's temperature of a site is (sols, steps), 8 steps or more")
        sols, _ = self.ground.shape
        for name in ("ls", "opacity", "pressure"):
            if getattr(self, name).shape != (sols,):
                raise InputError(
                    f"{name} of a site has shape {getattr(self, name).shape}; give one for each "
                    f"of the {sols} sols"
                )
        for name in ("air", "longwave", "wind"):
            try:
                held = np.broadcast_to(getattr(self, name), self.ground.shape)
            except ValueError as error:
                raise InputError(
                    f"{name} of a site has shape {getattr(self, name).shape}, the ground's "
                    f"temperature {self.ground.shape}; give one shape"
                ) from error
            object.__setattr__(self, name, held)
        self._check_ranges()

    def _check_ranges(self) -> None:
        if abs(number(self.lat, "the latitude of a site", "degrees")) > 90.0:
            raise InputError(f"a site lies between -90 and 90 degrees of latitude, not {self.lat}")
        for name in ("ground", "air"):
            held = getattr(self, name)
            if not (held.min() > 80.0 and held.max() < 400.0):
                raise InputError(
                    f"the {name}'s temperature of a site lies in 80 to 400 K; "
                    f"it is {held.min():g} to {held.max():g} K"
                )
        if self.opacity.min() < 0.0 or self.longwave.min() < 0.0 or self.wind.min() < 0.0:
            raise InputError("opacity, infrared and wind of a site are zero or more")
        if not (self.pressure.min() > 0.0 and self.pressure.max() < 1e5):
            raise InputError("the pressure of a site lies above 0 and below 1e5 Pa")
        if not (0.0 <= self.albedo < 1.0 and 0.0 < self.emissivity <= 1.0):
            raise InputError("a site's albedo lies in 0 to 1, its emissivity above 0 and up to 1")

    @property
    def shape(self) -> tuple[int, int]:
        """Sols and steps of a sol."""
        return int(self.ground.shape[0]), int(self.ground.shape[1])

    @property
    def hours(self) -> Array:
        """True solar time of the middles of the steps (h,) [h]."""
        steps = self.shape[1]
        return np.asarray((np.arange(steps) + 0.5) * (24.0 / steps))

    def __len__(self) -> int:
        return self.shape[0]

    def sols(self, begin: int, end: int) -> RoverSite:
        """The site over some of its sols, `begin` to before `end`."""
        if not 0 <= begin < end <= len(self):
            raise InputError(f"sols {begin} to {end} are not among the {len(self)} of this site")
        part = {
            name: getattr(self, name)[begin:end]
            for name in ("ls", "opacity", "ground", "air", "longwave", "pressure", "wind")
        }
        return RoverSite(
            lat=self.lat, albedo=self.albedo, emissivity=self.emissivity, horizon=self.horizon,
            solar_constant=self.solar_constant, optics=self.optics, **part,
        )  # fmt: skip

    @cached_property
    def sun(self) -> SunPath:
        """Where the Sun stands, and its flux."""
        season = _YEAR.at(_YEAR.sol_of_ls(self.ls))
        declination = season.declination_rad[:, None]
        hour = 2.0 * math.pi * (self.hours / 24.0 - 0.5)[None, :]
        lat = math.radians(self.lat)
        up = math.sin(lat) * np.sin(declination)
        up = up + math.cos(lat) * np.cos(declination) * np.cos(hour)
        east = -np.cos(declination) * np.sin(hour)
        north = math.cos(lat) * np.sin(declination)
        north = north - math.sin(lat) * np.cos(declination) * np.cos(hour)
        azimuth = np.remainder(np.arctan2(east, north), 2.0 * math.pi)
        hidden = np.zeros(up.shape, dtype=bool)
        if self.horizon is not None:
            raised = numbers(self.horizon, "the horizon", "degrees")
            at = np.arange(raised.size) * (360.0 / raised.size)
            skyline = np.interp(np.degrees(azimuth), at, raised, period=360.0)
            hidden = np.degrees(np.arcsin(np.clip(up, -1.0, 1.0))) < skyline
        flux = self.solar_constant / season.distance_au**2
        return SunPath(np.clip(up, -1.0, 1.0), azimuth, hidden, np.asarray(flux))

    @cached_property
    def light(self) -> SurfaceLight:
        """Sunlight on level ground (sols, steps); behind the horizon only that of the sky."""
        sun = self.sun
        up = sun.cos_zenith > 0.0
        tau = np.broadcast_to(self.opacity[:, None], up.shape)[up]
        flux = np.broadcast_to(sun.flux[:, None], up.shape)[up]
        mean = float(self.pressure.mean())
        some = surface_light(
            tau,
            cos_zenith=sun.cos_zenith[up],
            solar_flux=flux,
            albedo=self.albedo,
            pressure=mean,
            optics=self.optics,
        )
        seen = ~sun.hidden[up]
        full: dict[str, Array] = {}
        for name in ("direct", "diffuse", "around_sun", "ultraviolet", "top"):
            full[name] = np.zeros(up.shape)
            held = getattr(some, name)
            if name == "direct":
                held = held * seen
            if name == "diffuse":
                held = held - some.around_sun * ~seen
            if name == "around_sun":
                held = held * seen
            full[name][up] = held
        return SurfaceLight(
            albedo=np.full(up.shape, self.albedo), cos_zenith=sun.cos_zenith, **full
        )


def seasonal(table: ArrayLike, table_ls: ArrayLike, ls: ArrayLike) -> Array:
    """Values of a table of seasons (k, ...) at other seasons (n, ...), straight around the year.

    table_ls : of the table's rows, rising within 0 to 360 [deg]; ls : wanted [deg] (n,)

    Raises InputError for seasons that do not rise or do not fit the table.
    """
    rows, at = numbers(table, "a table of seasons"), numbers(table_ls, "its Ls", "degrees")
    if at.ndim != 1 or rows.shape[:1] != at.shape or at.size < 2:
        raise InputError(f"a table of shape {rows.shape} does not fit {at.size} seasons")
    if not (np.all(np.diff(at) > 0.0) and at[0] >= 0.0 and at[-1] <= 360.0):
        raise InputError("the Ls of a table rise within 0 to 360 degrees")
    want = np.remainder(numbers(ls, "Ls", "degrees"), 360.0)
    high = np.searchsorted(at, want, side="right") % at.size
    low = (high - 1) % at.size
    step = np.remainder(at[high] - at[low], 360.0)
    share = np.remainder(want - at[low], 360.0) / np.where(step > 0.0, step, 1.0)
    share = share.reshape(share.shape + (1,) * (rows.ndim - 1))
    return np.asarray(rows[low] * (1.0 - share) + rows[high] * share)
