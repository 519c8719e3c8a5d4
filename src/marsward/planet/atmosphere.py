"""One atmosphere for orbiter, entry, rover and helicopter: the air anywhere from 0 to 250 km.

    air = atmosphere()                                    # marsward's own climate
    air.at(Epoch.utc("2021-02-18T20:50"), 77.45, 18.44, 10e3)
    air.profile(epoch, 77.45, 18.44, np.arange(0, 125e3, 500))
    atmosphere("mars-gram"), atmosphere("my_gcm_run.nc"), atmosphere(dust="global-storm", seed=7)

Heights are above the areoid (the level surface from which MOLA's heights are told) unless a call
says `above="ground"`. Pressure, density and temperature are in balance by weight and obey the law
of ideal gases at every height, ln of the density is smooth to its second derivative: `air_tables`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import xarray as xr
from numpy.typing import ArrayLike, NDArray

from marsward.core.asked import check_options, number, numbers, switch, whole
from marsward.core.errors import InputError
from marsward.core.registry import unknown
from marsward.core.time import Epoch
from marsward.physics.dust_scenario import DustScenario, scenario
from marsward.planet.air_dataset import air_dataset, dust_extinction
from marsward.planet.air_perturbations import AirPerturbations
from marsward.planet.air_points import common_shape, epoch_of, filled, places, true_time
from marsward.planet.air_source import AirColumns, AirSource
from marsward.planet.air_tables import CEILING, AirPoints, AirTables, air_tables
from marsward.planet.slope_wind import SlopeWind
from marsward.planet.thermosphere import F107

if TYPE_CHECKING:
    from marsward.dynamics.drag import Drag

__all__ = ["HIGHEST", "SOURCES", "AirSample", "Atmosphere", "atmosphere"]

Array = NDArray[np.float64]
HIGHEST = 250e3
"""Greatest height that is answered for [m]; drag tables are carried on above it."""
SOURCES = ("climate", "mars-gram")
"""Names that `atmosphere` takes, besides the path of a netCDF file."""
_TERRAIN_PPD = 4
_SLACK = 300.0  # m that a place may lie under the lowest cell of the coarse terrain around it
_WARMTH = (0.0, 0.25, 0.5, 0.75)  # of a sol, for the air's daily mean at a slope


class AirSample(NamedTuple):
    """The air at points, plain arrays of one shape, SI."""

    pressure: Array
    density: Array
    temperature: Array
    eastward_wind: Array
    northward_wind: Array
    molar_mass: Array


@lru_cache(maxsize=1)
def _terrain() -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Ground over the areoid [m] as shipped, and the lowest of each cell and those around it."""
    from scipy.ndimage import minimum_filter

    from marsward.data.surface_maps import elevation

    ground = np.ascontiguousarray(elevation(_TERRAIN_PPD), dtype=np.float32)
    return ground, minimum_filter(ground, size=3, mode=("nearest", "wrap"))


@dataclass(frozen=True, eq=False, repr=False)
class Atmosphere:
    """The air of Mars from one source; make it by `atmosphere(...)`.

    air : the source
    dust : how much dust there is
    f107 : solar flux at 10.7 cm and 1 AU, for the thermosphere
    perturbations : the seeded weather on top, or None
    slope_wind : winds up and down slopes, or None
    """

    air: AirSource
    dust: DustScenario
    f107: float = F107
    perturbations: AirPerturbations | None = None
    slope_wind: SlopeWind | None = None
    workers: int = 1
    told: Mapping[str, Any] = field(default_factory=dict)

    # what it stands on ----------------------------------------------------------------------
    @cached_property
    def columns(self) -> AirColumns:
        """The columns of the source."""
        return _columns(self.air)

    @cached_property
    def tables(self) -> AirTables:
        """The tables that points are read from; made when they are first needed."""
        return _tables(self.air, self.f107)

    @property
    def source(self) -> str:
        """Where its numbers are from."""
        return self.air.source

    def ground(self, lon: ArrayLike, lat: ArrayLike) -> Array:
        """Height of the ground over the areoid [m] that stands under the air, cells of 15 km."""
        from marsward.planet.kernels.air_tables import lift

        shape = common_shape((), lon, lat)
        lon, lat = filled(lon, shape, "lon"), filled(lat, shape, "lat")
        terrain = _terrain()[0]
        values = [lift(terrain, x % 360.0, y) for x, y in zip(lon.flat, lat.flat, strict=True)]
        return np.array(values).reshape(lon.shape)

    # the answers ----------------------------------------------------------------------------
    def at(
        self, epoch: Epoch | str, lon: ArrayLike, lat: ArrayLike, height: ArrayLike, *,
        above: str = "areoid", ground: ArrayLike | None = None,
    ) -> xr.Dataset:  # fmt: skip
        """The air at epochs, places and heights of any shapes that broadcast.

        Parameters
        ----------
        epoch : an `Epoch`, or text that `Epoch.parse` reads
        lon, lat : east longitude and planetocentric latitude [deg]
        height : [m], up to 250 km
        above : "areoid" or "ground"
        ground : height of the ground over the areoid [m] where it is known better than by the
            shipped terrain of 15 km

        Returns
        -------
        Dataset with pressure, density, temperature, eastward_wind, northward_wind,
        speed_of_sound, viscosity, dust_extinction and the share by volume of each gas.

        Raises
        ------
        InputError : places that are none, heights under the ground or over 250 km.
        """
        when = epoch_of(epoch)
        shape = common_shape(when.shape, lon, lat, height, ground)
        lon_, lat_ = places(lon, lat, shape)
        known = np.full(shape, np.nan) if ground is None else filled(ground, shape, "ground")
        z, known = self._heights(lon_, lat_, filled(height, shape, "height"), known, above)
        ls = filled(when.ls, shape, "ls")
        ltst = true_time(when, lon_, shape)
        seconds = filled(when.et, shape, "epoch")
        air = self._sample(ls, ltst, lon_, lat_, z, known, seconds)
        shares = self.tables.mixture.shares_at(air.pressure)
        dust = dust_extinction(self.dust, ls, lat_, lon_, air.pressure, air.density)
        return air_dataset(
            air, shares, dust, when, ls, ltst, lon_, lat_, z, attrs=self._attributes()
        )

    def profile(
        self, epoch: Epoch | str, lon: ArrayLike, lat: ArrayLike, heights: ArrayLike, *,
        above: str = "areoid", ground: ArrayLike | None = None,
    ) -> xr.Dataset:  # fmt: skip
        """The air along heights (k,) [m] over each epoch and place; the last axis is `height`."""
        when = epoch_of(epoch)
        z = np.atleast_1d(numbers(heights, "heights", "m"))
        if z.ndim != 1:
            raise InputError(f"heights of a profile are one row [m], not of shape {z.shape}")
        shape = common_shape(when.shape, lon, lat)
        if when.shape:
            when = when.reshape(*when.shape, 1)
        x, y = filled(lon, shape, "lon")[..., None], filled(lat, shape, "lat")[..., None]
        under = None if ground is None else filled(ground, shape, "ground")[..., None]
        out = self.at(when, x, y, z, above=above, ground=under)
        return out.rename({out["pressure"].dims[-1]: "level"})

    def sample(
        self, ls: ArrayLike, ltst: ArrayLike, lon: ArrayLike, lat: ArrayLike, height: ArrayLike, *,
        ground: ArrayLike | None = None, seconds: ArrayLike = 0.0,
    ) -> AirSample:  # fmt: skip
        """The air at points as plain arrays: for loops of many thousands of points.

        ls [deg], local true solar time [h], lon and lat [deg], height over the areoid [m]; they
        broadcast. Nothing is checked but that they are finite; heights under the ground get what
        the lowest air would go on to, heights above 400 km what is at 400 km.

        seconds : TDB seconds past J2000, in which perturbations move
        """
        shape = common_shape(np.shape(ls), ltst, lon, lat, height, ground, seconds)
        known = np.full(shape, np.nan) if ground is None else filled(ground, shape, "ground")
        points = [
            filled(value, shape, name)
            for name, value in (
                ("ls", ls), ("ltst", ltst), ("lon", lon), ("lat", lat), ("height", height),
                ("seconds", seconds),
            )
        ]  # fmt: skip
        points[4] = np.minimum(points[4], CEILING)
        return self._sample(points[0], points[1], points[2], points[3], points[4], known, points[5])

    def drag(self, ballistic: float, epoch: Epoch | str, **options: Any) -> Drag:
        """A table of density for the drag of an orbit; options as `drag_table.drag_table` has."""
        from marsward.planet.drag_table import drag_table

        return drag_table(self, ballistic, epoch_of(epoch), **options)

    # inside ---------------------------------------------------------------------------------
    def _sample(
        self, ls: Array, ltst: Array, lon: Array, lat: Array, height: Array, ground: Array,
        seconds: Array,
    ) -> AirSample:  # fmt: skip
        shape = height.shape
        flat = AirPoints(
            *(
                np.ascontiguousarray(x, dtype=np.float64).ravel()
                for x in (ls, ltst, np.mod(lon, 360.0), lat, height, ground)
            )
        )
        terrain = _terrain()[0]
        out = self.tables.sample(flat, terrain, self.workers)
        if self.slope_wind is not None:
            self._add_slopes(self.slope_wind, flat, out, terrain)
        if self.perturbations is not None:
            when = np.ascontiguousarray(seconds).ravel()
            self.perturbations.disturb(out, flat.lon, flat.lat, flat.height, when)
        return AirSample(*(row.reshape(shape) for row in out))

    def _add_slopes(self, wind: SlopeWind, flat: AirPoints, out: Array, terrain: NDArray) -> None:
        """Winds of slopes, from how much warmer the lowest air is than its mean of the sol."""
        ls, ltst, lon, lat, height, ground = flat
        low = np.flatnonzero(height < wind.reach_above_areoid)
        if not low.size:
            return
        below = np.where(np.isnan(ground[low]), self.ground(lon[low], lat[low]), ground[low])
        near = height[low] - below < wind.depth
        low, below = low[near], below[near]
        if not low.size:
            return
        x, y = lon[low], lat[low]
        still = below + wind.sensed

        def warmth(hour: Array) -> Array:
            points = AirPoints(ls[low], hour, x, y, still, below)
            return self.tables.sample(points, terrain, self.workers)[2]

        now = warmth(ltst[low])
        day = [warmth(np.mod(ltst[low] + 24.0 * part, 24.0)) for part in _WARMTH]
        mean = np.mean(day, axis=0)
        east, north = wind.at(x, y, height[low] - below, now, mean)
        out[3, low] += east
        out[4, low] += north

    def _heights(
        self, lon: Array, lat: Array, height: Array, ground: Array, above: str
    ) -> tuple[Array, Array]:
        """Heights over the areoid and of the ground (NaN: of the terrain), both checked."""
        if above not in ("areoid", "ground"):
            raise InputError(unknown("reference of heights", above, ("areoid", "ground")))
        terrain, lowest = _terrain()
        if above == "ground":
            below = np.where(np.isnan(ground), self.ground(lon, lat), ground)
            height, ground = height + below, below
        row = np.clip(((90.0 - lat) * _TERRAIN_PPD).astype(int), 0, terrain.shape[0] - 1)
        column = (np.mod(lon, 360.0) * _TERRAIN_PPD).astype(int) % terrain.shape[1]
        floor = np.where(np.isnan(ground), lowest[row, column] - _SLACK, ground - 1e-6)
        for bad, told in ((height < floor, "under the ground"), (height > HIGHEST, "too high")):
            if not bad.any():
                continue
            i = np.flatnonzero(bad)[0]
            at = (
                f"{height.flat[i]:.0f} m over the areoid at {lat.flat[i]:.2f} N {lon.flat[i]:.2f} E"
            )
            if told == "too high":
                raise InputError(f"the atmosphere reaches to 250 km; {at} lies above it")
            raise InputError(
                f"{at} is under the ground, which is at {floor.flat[i]:.0f} m or higher there; "
                'give a greater height, or above="ground"'
            )
        return height, ground

    def _attributes(self) -> dict[str, Any]:
        out: dict[str, Any] = {
            "title": "air of Mars",
            "source": self.source,
            "atmosphere": self.air.name,
            "dust": self.dust.name if self.air.name == "climate" else "as in the source",
            "f107": self.f107,
            "heights": "above the areoid",
            **self.told,
        }
        if self.perturbations is not None:
            out["perturbations"] = f"seed {self.perturbations.seed}"
        return out

    def __repr__(self) -> str:
        seed = f", seed {self.perturbations.seed}" if self.perturbations else ""
        return (
            f"<Atmosphere {self.air.name}: 0 to 250 km, dust {self.dust.name}, "
            f"F10.7 {self.f107:g}{seed}>"
        )


def atmosphere(
    source: str | Path | AirSource = "climate",
    *,
    dust: str | float | DustScenario = "climatological",
    seed: int | None = None,
    f107: float = F107,
    slope_winds: bool = True,
    workers: int = 1,
    **options: Any,
) -> Atmosphere:
    """The atmosphere of Mars from a source.

    Parameters
    ----------
    source
        "climate", marsward's own; "mars-gram", one shipped column of Mars-GRAM 2010 that stands
        for the whole planet; the path of a netCDF file of a circulation model; or any `AirSource`.
    dust
        A scenario's name ("clear", "climatological", "regional-storm", "global-storm"), an opacity
        (visible, at 610 Pa), or a `DustScenario`. The temperatures of "climate" follow it.
    seed
        Puts seeded perturbations on density and wind; none by default.
    f107
        Solar flux at 10.7 cm and 1 AU [1e-22 W m-2 Hz-1], 65 quiet to 300 active.
    slope_winds
        Whether winds along slopes are added below 4 km ("mars-gram" never has them).
    options
        Of the source: see `ClimateAir` and `NetcdfAir`.

    Raises
    ------
    InputError, DataError : unknown source, option or scenario, a file that is none.
    """
    if not isinstance(dust, DustScenario):
        dust = _made_dust(dust if isinstance(dust, str) else number(dust, "dust opacity"))
    air = _source(source, dust, options)
    flux, slopes = number(f107, "f107"), switch(slope_winds, "slope_winds")
    if not 50.0 <= flux <= 400.0:
        raise InputError(
            f"f107 = {f107!r}: the solar flux at 10.7 cm and 1 AU is 65 to 300 units, quiet to "
            "active; give a number like 100"
        )
    return Atmosphere(
        air=air,
        dust=dust,
        f107=flux,
        perturbations=None if seed is None else AirPerturbations(seed),
        slope_wind=SlopeWind() if slopes and air.name != "mars-gram" else None,
        workers=whole(workers, "workers"),
    )


@lru_cache(maxsize=4)
def _columns(air: AirSource) -> AirColumns:
    """Columns of a source; what was made last is kept for the next atmosphere of the same."""
    return air.columns()


@lru_cache(maxsize=4)
def _tables(air: AirSource, f107: float) -> AirTables:
    from marsward.planet.climate_air import ClimateAir

    def made() -> AirTables:
        return air_tables(_columns(air), f107=f107)

    if not isinstance(air, ClimateAir):
        return made()
    from marsward.planet.air_cache import kept_tables

    return kept_tables(air, f107, made)


@lru_cache(maxsize=8)
def _made_dust(dust: str | float) -> DustScenario:
    return scenario(dust) if isinstance(dust, str) else DustScenario.uniform(dust)


def _source(source: Any, dust: DustScenario, options: Mapping[str, Any]) -> AirSource:
    if isinstance(source, AirSource) and not isinstance(source, str | Path):
        check_options(options, (), f"{source.name}, which is made already")
        return source
    if isinstance(source, str) and source == "climate":
        from marsward.planet.climate_air import ClimateAir

        check_options(options, ("workers", "progress"), "the climate")
        return ClimateAir(dust=dust, **options)
    if isinstance(source, str) and source == "mars-gram":
        from marsward.planet.column_table_air import MarsGramColumn

        check_options(options, (), "the Mars-GRAM column")
        return MarsGramColumn(**options)
    if isinstance(source, Path) or (isinstance(source, str) and _like_a_path(source)):
        from marsward.planet.netcdf_air import NetcdfAir

        check_options(options, NetcdfAir.__dataclass_fields__.keys() - {"path"}, "a netCDF source")
        return NetcdfAir(path=Path(source), **options)
    raise InputError(
        unknown("source of air", str(source), SOURCES) + ", or give the path of a netCDF file"
    )


def _like_a_path(text: str) -> bool:
    return "/" in text or "\\" in text or Path(text).suffix.lower() in (".nc", ".nc4", ".cdf")
