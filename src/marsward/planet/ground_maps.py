"""The maps that the ground stands on, at the cells of a grid or at places: what each is made of.

Albedo by TES and the shape of Mars as shipped, thermal inertia by the shipped surrogate or a map of
the user's, pressure by height, water of the air by latitude. Values are those at the places
themselves, for cells their centres, so that finer grids show the same planet.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import xarray as xr
from numpy.typing import ArrayLike, NDArray

from marsward.core.errors import InputError
from marsward.core.fields import FieldRow, add_fields
from marsward.core.fields import field as labelled
from marsward.core.map_grid import MapGrid
from marsward.data.surface_map_files import SurfaceMap, read_surface_map
from marsward.data.thermal_inertia_map import surrogate, surrogate_inertia, surrogate_sigma
from marsward.data.water_vapour import WATER_SOURCE, atmospheric_water
from marsward.physics.columns import GroundColumns
from marsward.physics.vapour import pressure_at_elevation
from marsward.planet.inertia_field import InertiaField

if TYPE_CHECKING:
    from marsward.geometry.terrain import Terrain

__all__ = ["MEASURED_SIGMA", "Given", "SurfaceMaps"]

Array = NDArray[np.float64]
Given = ArrayLike | SurfaceMap | str | Path | None
MEASURED_SIGMA = 0.1
"""Error of ln inertia (1 sigma) of a map that was measured; assumed: Mellon et al. 2000,
doi:10.1006/icar.2000.6503, give 6 % for single looks of TES, and cells hold mixed ground."""
_STREAMS = (0, 202, 101)  # of the seeded fields of inertia, albedo and humidity
_ALBEDO_RANGE = (0.05, 0.6)
_LEVEL = 1e-3  # deg: a slope under this has no aspect
_PLAIN = ("albedo", "inertia", "elevation", "pressure", "humidity", "slope", "aspect")
_NAMES = {
    "albedo": "bolometric_albedo", "inertia": "thermal_inertia", "elevation": "elevation",
    "pressure": "surface_pressure", "humidity": "water_vapour_pressure", "slope": "slope",
    "aspect": "slope_aspect", "inertia_sigma": "ln_thermal_inertia_sigma",
}  # fmt: skip

add_fields(
    FieldRow("elevation", "m", "height above the areoid"),
    FieldRow("slope", "degree", "angle of the ground to the level", low=0.0, high=90.0),
    FieldRow("slope_aspect", "degree", "azimuth that the slope faces, downhill, north by east",
             low=0.0, high=360.0),
    FieldRow("ln_thermal_inertia_sigma", "1", "error of ln thermal inertia (1 sigma)", low=0.0),
)  # fmt: skip


@dataclass(frozen=True, eq=False, repr=False)
class SurfaceMaps:
    """What the ground is like at n places; every array is float64 (n,).

    lat, lon : planetocentric latitude and east longitude [deg]
    albedo : bolometric albedo of the bare ground
    inertia : thermal inertia of the dry soil [J m-2 K-1 s-1/2]
    elevation : height above the areoid [m]
    pressure : annual mean surface pressure [Pa]
    humidity : annual mean partial pressure of water [Pa]
    slope, aspect : of the ground [deg]; the aspect is the azimuth that it faces, downhill
    inertia_sigma : standard deviation of ln inertia: the surrogate's, 0.1 for a map that was read,
        0 for numbers that were given
    horizon : (n, azimuths) elevation of the terrain around [deg], or None for an open horizon
    grid : the grid whose cells these are, row by row from the top, or None for places
    sources : where each map is from, by name
    """

    lat: Array
    lon: Array
    albedo: Array
    inertia: Array
    elevation: Array
    pressure: Array
    humidity: Array
    slope: Array
    aspect: Array
    inertia_sigma: Array
    horizon: Array | None = None
    grid: MapGrid | None = None
    sources: Mapping[str, str] = field(default_factory=dict)

    # makers ---------------------------------------------------------------------------------
    @classmethod
    def shipped(cls, grid: str | MapGrid, **given: Any) -> SurfaceMaps:
        """The maps at the cells of a grid such as "1 ppd" or "50 km north".

        Options are those of `at`. Cells beyond the edge of the planet are no part of a grid here:
        InputError for a grid that has some.
        """
        grid = MapGrid.parse(grid)
        lon, lat = grid.lon_lat(np.arange(grid.height)[:, None], np.arange(grid.width)[None, :])
        if not np.isfinite(lat).all():
            raise InputError(f"the grid {grid} reaches beyond a pole; choose one of the planet")
        return replace(cls.at(lat.ravel(), lon.ravel(), **given), grid=grid)

    @classmethod
    def at(
        cls,
        lat: ArrayLike,
        lon: ArrayLike,
        *,
        albedo: Given = None,
        inertia: Given = None,
        elevation: Given = None,
        humidity: Given = None,
        slope: ArrayLike | None = None,
        aspect: ArrayLike | None = None,
        terrain: Terrain | None = None,
        relief: bool = False,
        azimuths: int = 0,
        fill: str | float | None = None,
    ) -> SurfaceMaps:
        """The maps at places.

        Parameters
        ----------
        lat, lon
            Planetocentric latitude and east longitude [deg]; they broadcast and are strung out.
        albedo, inertia, humidity
            What stands in place of the shipped map: a number, a row of one for each place, a
            `SurfaceMap`, or a file or name of fetched data that `read_surface_map` takes.
        elevation
            Height above the areoid [m], a number or one for each place; of the terrain if None.
        slope, aspect
            Of the ground [deg]; level if None, unless `relief`.
        terrain
            Heights; the shipped shape of Mars if None.
        relief
            Take slope and aspect from the terrain, as coarse as its cells are.
        azimuths
            Directions in which the horizon of the terrain is looked up, 0 for an open horizon.
        fill
            How holes of the files are filled, as `read_surface_map` takes it.

        Raises
        ------
        InputError, DataError : places or values that are none, maps with holes or off the places.
        """
        lat, lon = _places(lat, lon)
        shape = terrain
        sources: dict[str, str] = {}
        if shape is None and (elevation is None or relief or azimuths):
            shape = _mars()
        height = _elevation(lat, lon, elevation, shape, sources)
        bare = _field("bolometric_albedo", albedo, lat, lon, fill, sources, _tes)
        heat = _field(
            "thermal_inertia", inertia, lat, lon, fill, sources,
            lambda: (surrogate_inertia(lat, lon, bare, height), surrogate().note),
        )  # fmt: skip
        water = _field(
            "water_vapour_pressure", humidity, lat, lon, fill, sources,
            lambda: (atmospheric_water(lat, height), WATER_SOURCE),
        )  # fmt: skip
        if relief and (slope is not None or aspect is not None):
            raise InputError("slope and aspect are either given or of the relief, not both")
        if relief:
            slope, aspect = _relief(lat, lon, shape or _mars())
        measured = MEASURED_SIGMA if isinstance(inertia, SurfaceMap | str | Path) else 0.0
        sigma = surrogate_sigma(lat) if inertia is None else np.full(lat.size, measured)
        return cls(
            lat, lon, bare, heat, height, pressure_at_elevation(height), water,
            _row("slope", slope, lat.size), _row("aspect", aspect, lat.size), sigma,
            _horizon(lat, lon, shape, azimuths), None, sources,
        )  # fmt: skip

    # the truth ------------------------------------------------------------------------------
    def truth(
        self,
        seed: int,
        *,
        scale: float = 1.0,
        albedo_sigma: float = 0.0,
        humidity_sigma: float = 0.0,
    ) -> SurfaceMaps:
        """The planet that a seed picks: off these maps by smooth fields as large as their errors.

        ln inertia gains `inertia_sigma`, albedo `albedo_sigma` and ln humidity `humidity_sigma`,
        each times a field of its own of the surrogate's correlation length and times `scale`: what
        is believed (these maps) is wrong by as much as it is said to be.
        """
        length = surrogate().correlation_deg
        heat, light, wet = (
            scale * InertiaField(int(seed) % 2**31 + stream, length).at(self.lon, self.lat)
            for stream in _STREAMS
        )
        sigma = float(np.sqrt(np.mean(self.inertia_sigma**2)))
        told = (
            f"{self.sources.get('thermal_inertia', 'given')}; made true by a seeded field, error "
            f"{scale * sigma:.2f} in ln inertia over {length:.1f} deg, seed {seed}"
        )
        albedo = self.albedo + albedo_sigma * light
        return replace(
            self,
            inertia=self.inertia * np.exp(self.inertia_sigma * heat),
            albedo=np.clip(albedo, *_ALBEDO_RANGE) if albedo_sigma > 0.0 else self.albedo,
            humidity=self.humidity * np.exp(humidity_sigma * wet),
            inertia_sigma=np.zeros(self.lat.size),
            sources={**self.sources, "thermal_inertia": told},
        )

    # what others take -----------------------------------------------------------------------
    def columns(self, **given: Any) -> GroundColumns:
        """These places as columns of ground; options are fields of `GroundColumns`."""
        return GroundColumns(
            **{
                "lat": self.lat, "albedo": self.albedo, "inertia": self.inertia,
                "pressure": self.pressure, "slope": self.slope, "aspect": self.aspect,
                "horizon": self.horizon, **given,
            }
        )  # fmt: skip

    def take(self, index: slice | NDArray) -> SurfaceMaps:
        """Some of the places, no longer on a grid."""
        kept = {
            each.name: getattr(self, each.name)[index]
            for each in fields(self)
            if isinstance(getattr(self, each.name), np.ndarray)
        }
        return replace(self, **kept, grid=None)

    def dataset(self) -> xr.Dataset:
        """The maps as labelled arrays, on the rows and columns of their grid or along places."""
        dims: tuple[str, ...] = ("place",)
        shape: tuple[int, ...] = (self.lat.size,)
        coords: dict[str, Any] = {}
        if self.grid is not None:
            dims, shape, coords = ("y", "x"), self.grid.shape, self.grid.coords()
        values = {
            name: labelled(name, getattr(self, key).reshape(shape).astype(np.float32), dims)
            for key, name in _NAMES.items()
        }
        for name, told in self.sources.items():
            if name in values:
                values[name].attrs["source"] = told
        out = xr.Dataset(values, coords=coords)
        out = out.assign_coords(
            lat=labelled("lat", self.lat.reshape(shape), dims),
            lon=labelled("lon", np.mod(self.lon, 360.0).reshape(shape), dims),
        )
        return out.assign_attrs(self.grid.attrs if self.grid is not None else {})

    def __len__(self) -> int:
        return int(self.lat.size)

    def __repr__(self) -> str:
        where = f"on {self.grid}" if self.grid is not None else "as places"
        return f"<SurfaceMaps {len(self)} {where}>"


# one map after another ---------------------------------------------------------------------------
def _places(lat: ArrayLike, lon: ArrayLike) -> tuple[Array, Array]:
    lat, lon = _degrees("lat", lat), _degrees("lon", lon)
    try:
        lat, lon = np.broadcast_arrays(lat, lon)
    except ValueError:
        raise InputError(
            f"latitudes of shape {np.shape(lat)} and longitudes of shape {np.shape(lon)} do not "
            "belong together; give one longitude for each latitude"
        ) from None
    if not lat.size:
        raise InputError("there are no places to look up; give one latitude and longitude or more")
    lat, lon = np.ascontiguousarray(lat.ravel()), np.ascontiguousarray(lon.ravel())
    for name, each, most in (("latitude", lat, 90.0), ("longitude", lon, 720.0)):
        bad = ~(np.abs(each) <= most)
        if bad.any():
            raise InputError(f"{name} {each[bad][0]:g} of place {int(np.argmax(bad))} is none")
    return lat, lon


def _degrees(name: str, value: ArrayLike) -> Array:
    try:
        return np.asarray(value, dtype=float)
    except (TypeError, ValueError):
        raise InputError(
            f"{name} = {value!r}: lat and lon are numbers in degrees, north and east positive, such"
            " as 68.2 and 234.3, or arrays of them"
        ) from None


def _mars() -> Terrain:
    from marsward.geometry.terrain import Terrain

    return Terrain.mars()


def _row(name: str, value: ArrayLike | None, count: int) -> Array:
    """One value for each place; nought where nothing was given."""
    row = np.asarray(0.0 if value is None else value, dtype=float).ravel()
    if row.size not in (1, count):
        raise InputError(f"{name} has {row.size} values for {count} places; give one or as many")
    return np.ascontiguousarray(np.broadcast_to(row, count))


def _elevation(
    lat: Array, lon: Array, given: Given, terrain: Terrain | None, sources: dict[str, str]
) -> Array:
    if given is not None or terrain is None:
        if isinstance(given, SurfaceMap | str | Path):
            raise InputError("elevation is a number or one for each place; a file goes as terrain")
        sources["elevation"] = "given"
        return _row("elevation", given, lat.size)
    sources["elevation"] = f"{terrain.source}, above the areoid of GMM-3"
    return np.asarray(terrain.height_at(lon, lat) - _areoid().at(lon, lat))


def _field(
    name: str,
    given: Given,
    lat: Array,
    lon: Array,
    fill: str | float | None,
    sources: dict[str, str],
    own: Callable[[], SurfaceMap | tuple[Array, str]],
) -> Array:
    """One map: the shipped one, a number, a row, a map or a file."""
    if given is None:
        made = own()
        value, told = (made.at(lon, lat), made.source) if isinstance(made, SurfaceMap) else made
        sources[name] = told
        return np.asarray(value, dtype=float)
    if isinstance(given, str | Path):
        given = read_surface_map(given, name, fill=fill)
    if isinstance(given, SurfaceMap):
        if given.quantity != name:
            raise InputError(f"{given!r} is a map of {given.quantity}, not of {name}")
        sources[name] = given.source
        return given.at(lon, lat)
    sources[name] = "given"
    return _row(name, given, lat.size)


def _global(values: NDArray, quantity: str, source: str) -> SurfaceMap:
    rows, columns = values.shape
    lat = 90.0 - (np.arange(rows) + 0.5) * 180.0 / rows
    lon = (np.arange(columns) + 0.5) * 360.0 / columns
    return SurfaceMap(np.asarray(values, dtype=np.float32), lat, lon, quantity, source)


def _tes() -> SurfaceMap:
    from marsward.data.surface_maps import tes_albedo

    told = "TES, Christensen et al. 2001, doi:10.1029/2000JE001370; rows at the poles filled"
    return _global(tes_albedo(), "bolometric_albedo", told)


def _areoid() -> SurfaceMap:
    from marsward.data.areoid import areoid_height

    return _global(areoid_height(1), "elevation", "areoid of GMM-3")


def _relief(lat: Array, lon: Array, terrain: Terrain) -> tuple[Array, Array]:
    """Slope and the azimuth that it faces [deg] of the terrain against its bare ellipsoid."""
    from marsward.geometry.terrain import Terrain

    normal = terrain.normal_at(lon, lat)
    up = Terrain.flat(terrain.radii).normal_at(lon, lat)
    lam = np.radians(lon)
    east = np.stack([-np.sin(lam), np.cos(lam), np.zeros_like(lam)], axis=-1)
    north = np.cross(up, east)
    to_east, to_north = (np.sum(normal * each, axis=-1) for each in (east, north))
    slope = np.degrees(np.arctan2(np.hypot(to_east, to_north), np.sum(normal * up, axis=-1)))
    aspect = np.mod(np.degrees(np.arctan2(to_east, to_north)), 360.0)
    return slope, np.where(slope < _LEVEL, 0.0, aspect)


def _horizon(lat: Array, lon: Array, terrain: Terrain | None, azimuths: int) -> Array | None:
    if not azimuths or terrain is None:
        return None
    from marsward.geometry.horizon import horizon_map

    around = horizon_map(terrain, azimuths=azimuths, workers=2)
    found = around.elevation_at(lon[:, None], lat[:, None], around.azimuth[None, :])
    return np.ascontiguousarray(found)
