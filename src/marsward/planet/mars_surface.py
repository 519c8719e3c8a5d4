"""The true surface of Mars: heights, albedo in each band, the law of light and the haze above."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from marsward.core.bodies import body
from marsward.core.constants import ASTRONOMICAL_UNIT
from marsward.core.errors import InputError
from marsward.core.map_grid import MapGrid
from marsward.core.registry import unknown
from marsward.data.surface_maps import padded, tes_albedo
from marsward.physics.haze import Haze
from marsward.physics.light import Band
from marsward.physics.mars_photometry import MarsPhotometry
from marsward.planet.horizon import highest_horizon, slopes
from marsward.planet.kernels.mottle import mottle_points
from marsward.planet.kernels.orbit_scene import sample_map
from marsward.planet.mars_colour import band_albedo
from marsward.planet.mottling import Mottling

if TYPE_CHECKING:
    from marsward.geometry.terrain import Terrain

Array = NDArray[np.float64]
# Red, green and blue like the eye's, the kind of bands that MoRIC's detector has: assumed.
RGB = {"red": Band(580e-9, 680e-9), "green": Band(500e-9, 590e-9), "blue": Band(430e-9, 510e-9)}
_BLOCK_POINTS = 2_000_000


@dataclass(frozen=True, eq=False, repr=False)
class MarsSurface:
    """What there is to be seen of Mars, in some bands.

    bands : names
    passbands : wavelengths of each
    albedo : float32 (bands, rows, columns), bilinear between cell centres; rows from the north
        pole, columns from 0 E to the east; what "albedo" means: `physics.mars_photometry`
    terrain : heights, or None for the bare ellipsoid
    photometry : law of light
    haze : one layer per band, or () for clear air
    source : where the albedo is from
    smooth : slopes for shading run evenly from cell centre to cell centre, for pictures close by;
        False takes those of the bilinear surface itself, which jump at the edges of cells
    mottling : made-up detail of the albedo, or None
    """

    bands: tuple[str, ...]
    passbands: tuple[Band, ...]
    albedo: NDArray[np.float32]
    terrain: Terrain | None = None
    photometry: MarsPhotometry = MarsPhotometry()  # noqa: RUF009
    haze: tuple[Haze, ...] = ()
    source: str = ""
    smooth: bool = False
    mottling: Mottling | None = None

    def __post_init__(self) -> None:
        albedo = np.ascontiguousarray(self.albedo, dtype=np.float32)
        count = len(self.bands)
        if albedo.ndim != 3 or albedo.shape[0] != count or albedo.shape[2] != 2 * albedo.shape[1]:
            raise InputError(
                f"the albedo of {count} bands is (bands, rows, 2 rows); this one has the shape "
                f"{albedo.shape}"
            )
        if len(self.passbands) != count or len(self.haze) not in (0, count):
            raise InputError(f"give one passband, and one haze or none, for each of {self.bands}")
        brightest = self.photometry.brightest
        most = float(albedo.max()) * (1.0 + (self.mottling.most if self.mottling else 0.0))
        if not (albedo.min() >= 0.0 and most <= brightest):
            raise InputError(
                f"albedo runs from {albedo.min():.3f} to {most:.3f}; the "
                f"{self.photometry.law} law takes 0 to {brightest:.3f}"
            )
        albedo.setflags(write=False)
        object.__setattr__(self, "albedo", albedo)

    @classmethod
    def shipped(
        cls,
        bands: Any = None,
        *,
        ppd: int = 4,
        terrain: Terrain | str | None = "shipped",
        law: str = "hapke",
        haze_depth: float = 0.0,
        smooth: bool = False,
        mottling: Mottling | None = None,
    ) -> MarsSurface:
        """Mars from what the package holds: TES albedo and the shape model.

        Parameters
        ----------
        bands : {name: Band or (lo, hi) [m]}, or things with name, lo and hi; RGB if left out
        ppd : cells per degree of albedo and heights
        terrain : "shipped", a Terrain, or None for the bare ellipsoid
        law : "hapke", "lunar-lambert" or "lambert"
        haze_depth : vertical optical depth of dust, the same in every band; 0 for clear air
        smooth, mottling : see the class
        """
        names, passbands = _named(RGB if bands is None else bands)
        bolometric = tes_albedo(ppd)
        colours = [band_albedo(bolometric, band) for band in passbands]
        albedo = np.stack(colours).astype(np.float32)
        if isinstance(terrain, str):
            terrain = _shipped_terrain(terrain, ppd)
        haze = tuple(Haze.dust(haze_depth, band.lo, band.hi) for band in passbands)
        return cls(
            names, passbands, albedo, terrain, MarsPhotometry(law),
            haze if haze_depth > 0.0 else (),
            "TES bolometric albedo, Christensen et al. 2001, doi:10.1029/2000JE001370, with "
            "colours after Mustard & Bell 1994, doi:10.1029/94GL00198", smooth, mottling,
        )  # fmt: skip

    def __repr__(self) -> str:
        relief = "ellipsoid" if self.terrain is None else f"terrain {self.terrain.ppd:g} per degree"
        haze = f", haze {self.haze[0].depth:g}" if self.haze else ""
        return f"<MarsSurface {'+'.join(self.bands)}, {relief}, {self.photometry.law}{haze}>"

    def only(self, *bands: str) -> MarsSurface:
        """The same surface in some of its bands, in the order given."""
        which = [self.index(name) for name in bands]
        return replace(
            self,
            bands=tuple(bands),
            passbands=tuple(self.passbands[k] for k in which),
            albedo=self.albedo[which],
            haze=tuple(self.haze[k] for k in which) if self.haze else (),
        )

    def index(self, band: str) -> int:
        """Number of a band; InputError for an unknown name."""
        if band not in self.bands:
            raise InputError(unknown("band", band, self.bands))
        return self.bands.index(band)

    @property
    def radii(self) -> tuple[float, float, float]:
        """Radii of the ellipsoid [m]."""
        if self.terrain is not None:
            return self.terrain.radii
        a, b, c = body("mars").radii
        return a, b, c

    @cached_property
    def padded(self) -> NDArray[np.float32]:
        """Albedo with one cell more all around, across seam and poles, as the kernels take it."""
        wide = np.ascontiguousarray(padded(self.albedo))
        wide.setflags(write=False)
        return wide

    @cached_property
    def steepest(self) -> float:
        """Sine of the steepest slope between neighbouring cells of the terrain, 0 without one.

        A ray that comes down more steeply meets the terrain once.
        """
        if self.terrain is None:
            return 0.0
        return math.sin(math.atan(float(slopes(self.terrain).max())))

    @cached_property
    def horizon(self) -> NDArray[np.float32]:
        """Sine of the Sun's elevation above which a place cannot be shaded, by blocks."""
        if self.terrain is None:
            return np.zeros((1, 2), dtype=np.float32)
        return highest_horizon(self.terrain)

    @property
    def fine(self) -> Array:
        """Numbers of the mottling, as the kernels take them; zeros for none."""
        return self.mottling.numbers if self.mottling else np.zeros(6)

    def flux(self, sun_distance: float) -> Array:
        """Sunlight on a surface that faces it, over pi, by band [W m-2 sr-1]; distance [m]."""
        dilution = (float(ASTRONOMICAL_UNIT) / float(sun_distance)) ** 2
        return np.array([b.solar_irradiance for b in self.passbands]) * dilution / math.pi

    def albedo_at(self, band: str, lon: ArrayLike, lat: ArrayLike) -> Array:
        """Albedo at longitudes and planetocentric latitudes [deg], any shape."""
        lon, lat = np.broadcast_arrays(
            np.radians(np.asarray(lon, float)), np.radians(np.asarray(lat, float))
        )
        across = np.cos(lat)
        return self._sampled(band, across * np.cos(lon), across * np.sin(lon), np.sin(lat))

    def height_at(self, lon: ArrayLike, lat: ArrayLike) -> Array:
        """Height above the ellipsoid [m] at longitudes and latitudes [deg]."""
        if self.terrain is None:
            return np.zeros(np.broadcast_shapes(np.shape(lon), np.shape(lat)))
        return self.terrain.height_at(lon, lat)

    def _sampled(self, band: str, x: Array, y: Array, z: Array) -> Array:
        out = np.empty(x.size)
        qx, qy, qz = (np.ascontiguousarray(v, dtype=np.float64).ravel() for v in (x, y, z))
        sample_map(self.padded[self.index(band)], qx, qy, qz, out)
        if self.mottling:
            mottle_points(qx, qy, qz, self.fine, out)
        return out.reshape(x.shape)

    def albedo_map(self, grid: MapGrid, band: str) -> NDArray[np.float32]:
        """True albedo averaged over each cell of a map grid (y, x); NaN beyond the poles."""
        fineness = self.albedo.shape[1] / 180.0
        if self.mottling:
            fineness = max(fineness, 6.0 * math.radians(self.radii[0]) / self.mottling.longest)
        return _averaged(grid, fineness, partial(self.albedo_at, band))

    def elevation_map(self, grid: MapGrid) -> NDArray[np.float32]:
        """True height above the ellipsoid averaged over each cell [m] (y, x)."""
        fineness = 1.0 if self.terrain is None else self.terrain.ppd
        return _averaged(grid, fineness, self.height_at)


def _named(bands: Any) -> tuple[tuple[str, ...], tuple[Any, ...]]:
    """Names and passbands; things that know their sunlight are taken as they are."""
    if isinstance(bands, Mapping):
        pairs = [
            (name, band if hasattr(band, "solar_irradiance") else Band(*band))
            for name, band in bands.items()
        ]
    else:
        pairs = [(b.name, b if hasattr(b, "solar_irradiance") else Band(b.lo, b.hi)) for b in bands]
    if not pairs or len({name for name, _ in pairs}) < len(pairs):
        raise InputError("a surface needs one band or more, each with a name of its own")
    return tuple(name for name, _ in pairs), tuple(band for _, band in pairs)


def _shipped_terrain(word: str, ppd: int) -> Terrain:
    if word != "shipped":
        raise InputError(f'terrain is "shipped", a Terrain or None, not {word!r}')
    from marsward.geometry.terrain import Terrain

    return Terrain.mars(ppd)


def _averaged(
    grid: MapGrid, fineness: float, values: Callable[[Array, Array], Array]
) -> NDArray[np.float32]:
    """Means over the cells of a map of what is smooth within 1/fineness degrees."""
    parts = max(2, math.ceil(2.0 * fineness / grid.ppd))
    steps = (np.arange(parts) + 0.5) / parts - 0.5
    out = np.empty(grid.shape, dtype=np.float32)
    rows = max(1, _BLOCK_POINTS // (grid.width * parts))
    columns = (np.arange(grid.width)[:, None] + steps).ravel()
    for first in range(0, grid.height, rows):
        block = np.arange(first, min(first + rows, grid.height))
        total = np.zeros((block.size, grid.width))
        for step in steps:
            lon, lat = grid.lon_lat((block + step)[:, None], columns[None, :])
            inside = np.isfinite(lat)
            fine = values(np.where(inside, lon, 0.0), np.where(inside, lat, 0.0))
            fine = np.where(inside, fine, np.nan).reshape(block.size, grid.width, parts)
            total += fine.mean(axis=-1)
        out[block] = total / parts
    return out
