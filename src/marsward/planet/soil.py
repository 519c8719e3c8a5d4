"""The true soil of Mars: which minerals lie where, and what light they reflect.

Simple and known on purpose. Bright ground is dust and dark ground basaltic sand, mixed so that
their share follows the bolometric albedo of TES; on this lie the deposits of `soil_regions`, with
smooth rims and a made-up texture that a seed fixes. All shares are of the grains' cross-section,
mixed through (`physics.hapke_mixing`), and sum to 1.
"""

from __future__ import annotations

from dataclasses import dataclass
from dataclasses import field as given
from functools import cached_property

import numpy as np
import xarray as xr
from numpy.typing import ArrayLike, NDArray

from marsward.core.bodies import body
from marsward.core.errors import InputError
from marsward.core.fields import field
from marsward.core.map_grid import MapGrid
from marsward.data.spectral_library import SpectralLibrary, mineral_spectra
from marsward.data.surface_maps import padded, tes_albedo
from marsward.physics.hapke_mixing import MINERAL_FRACTION, Geometry, intimate_mixture
from marsward.planet.kernels.mottle import mottle_points
from marsward.planet.kernels.orbit_scene import sample_map
from marsward.planet.mottling import Mottling
from marsward.planet.soil_regions import REGIONS, SoilRegion

__all__ = ["BASALT", "SoilTruth"]

Array = NDArray[np.float64]
# Dark sand, shares of the cross-section: plagioclase over pyroxene over olivine as thermal spectra
# of dark regions have it (Bandfield 2002, doi:10.1029/2001JE001510; surface type 1), with fine
# opaque oxide that brings the mixture to the reflectance of dark regions, 0.13 at 0.75 um (Mustard
# & Bell 1994, doi:10.1029/94GL00198), and a trace of ferric oxide.
BASALT = {
    "plagioclase": 0.27,
    "high_ca_pyroxene": 0.155,
    "low_ca_pyroxene": 0.065,
    "olivine_fo51": 0.04,
    "magnetite": 0.45,
    "hematite_fine": 0.02,
}
# Bolometric albedo of ground all dark and all dust: the modes of the TES map, Christensen et al.
# 2001, doi:10.1029/2000JE001370; even dark ground has some dust, Ruff & Christensen 2002,
# doi:10.1029/2001JE001580.
_DARK, _BRIGHT = 0.11, 0.29
_LEAST_DUST, _MOST_DUST = 0.05, 0.96
_MOST_DEPOSIT = 0.95
_BLOCK = 50_000


@dataclass(frozen=True, eq=False)
class SoilTruth:
    """The true soil; `SoilTruth.shipped(seed)` makes it.

    seed : of the texture, all of which is made up
    regions : the deposits
    library : spectra of the minerals that occur
    texture : shape of the made-up noise on every deposit and on the dust
    """

    seed: int
    regions: tuple[SoilRegion, ...]
    library: SpectralLibrary
    texture: Mottling = given(default_factory=lambda: Mottling(0.15, 80e3, 2e3, 0.7))

    @classmethod
    def shipped(cls, seed: int = 1, *, regions: tuple[SoilRegion, ...] = REGIONS) -> SoilTruth:
        """Soil from the shipped albedo, the shipped spectra and the deposits of `soil_regions`.

        Raises InputError for a deposit of a mineral that the package has no spectrum of.
        """
        if not 0 <= seed < 2**20:
            raise InputError(f"the seed of the soil is a whole number from 0, not {seed}")
        names = ["dust", *BASALT, *(region.mineral for region in regions)]
        return cls(seed, regions, mineral_spectra(dict.fromkeys(names)))

    @property
    def minerals(self) -> tuple[str, ...]:
        """Names of the minerals, dust first."""
        return self.library.names

    @cached_property
    def _albedo(self) -> NDArray[np.float32]:
        return np.ascontiguousarray(padded(tes_albedo(4)))

    def fractions_at(self, lon: ArrayLike, lat: ArrayLike) -> Array:
        """True shares of the cross-section (…, minerals) at longitudes and latitudes [deg].

        Raises InputError for places that are no numbers or beyond the poles.
        """
        east, north = np.broadcast_arrays(np.asarray(lon, float), np.asarray(lat, float))
        if not (np.all(np.isfinite(east)) and np.all(np.abs(north) <= 90.0)):
            raise InputError("a place of soil needs a longitude and a latitude of -90 to 90 deg")
        flat = np.empty((east.size, len(self.minerals)))
        for first in range(0, east.size, _BLOCK):
            part = slice(first, first + _BLOCK)
            flat[part] = self._shares(
                np.radians(east.ravel()[part]), np.radians(north.ravel()[part])
            )
        return flat.reshape(*east.shape, len(self.minerals))

    def reflectance_at(
        self, lon: ArrayLike, lat: ArrayLike, wavelength: ArrayLike | None = None,
        *, geometry: Geometry | None = None,
    ) -> Array:  # fmt: skip
        """Reflectance factor of the soil (…, wavelengths).

        wavelength : [m], the library's own grid if left out; NaN outside 0.38 to 3.9 um
        geometry : at which the reflectance factor holds; 30 degrees and nadir if left out
        """
        lam = self.library.wavelength if wavelength is None else wavelength
        return self.reflectance(self.fractions_at(lon, lat), lam, geometry=geometry)

    def reflectance(
        self, fractions: ArrayLike, wavelength: ArrayLike, *, geometry: Geometry | None = None
    ) -> Array:
        """Reflectance factor of given shares of `minerals` (…, wavelengths)."""
        return intimate_mixture(self.library.at(wavelength), fractions, geometry=geometry)

    def map(self, grid: MapGrid) -> xr.Dataset:
        """True shares at the centres of a map's cells (y, x, mineral); NaN beyond the poles."""
        lon, lat = grid.lon_lat(np.arange(grid.height)[:, None], np.arange(grid.width)[None, :])
        lon, lat = np.broadcast_arrays(lon, lat)
        inside = np.isfinite(lat)
        shares = self.fractions_at(np.where(inside, lon, 0.0), np.where(inside, lat, 0.0))
        shares[~inside] = np.nan
        made = field(MINERAL_FRACTION, shares.astype(np.float32), ("y", "x", "mineral"))
        attrs = {**grid.attrs, "source": self.source}
        found = xr.Dataset({MINERAL_FRACTION: made}, grid.coords(), attrs)
        return found.assign_coords(mineral=list(self.minerals))

    @property
    def source(self) -> str:
        """Where the soil is from, for attributes."""
        return (
            "dust and dark sand by TES albedo, Christensen et al. 2001, doi:10.1029/2000JE001370; "
            f"{len(self.regions)} published deposits; texture made up from seed {self.seed}"
        )

    def _shares(self, lon: Array, lat: Array) -> Array:
        """Shares at flat places [rad]."""
        across = np.cos(lat)
        x, y, z = across * np.cos(lon), across * np.sin(lon), np.sin(lat)
        albedo = np.empty(x.size)
        sample_map(self._albedo, x, y, z, albedo)
        dust = np.clip((albedo - _DARK) / (_BRIGHT - _DARK), 0.0, 1.0)
        dust = _LEAST_DUST + (_MOST_DUST - _LEAST_DUST) * dust
        dust = np.clip(dust * (1.0 + 0.4 * (self._noise(x, y, z, 0) - 1.0)), 0.0, _MOST_DUST)
        out = np.zeros((x.size, len(self.minerals)))
        index = {name: k for k, name in enumerate(self.minerals)}
        for number, region in enumerate(self.regions, start=1):
            share = region.share * _within(region, x, y, z)
            near = share > 1e-5
            if near.any():
                rough = self._noise(x[near], y[near], z[near], number)
                out[near, index[region.mineral]] += share[near] * np.maximum(rough, 0.0)
        total = out.sum(axis=1)
        out *= np.minimum(1.0, _MOST_DEPOSIT / np.maximum(total, 1e-9))[:, None]
        rest = 1.0 - out.sum(axis=1)
        out[:, index["dust"]] += rest * dust
        for name, part in BASALT.items():
            out[:, index[name]] += rest * (1.0 - dust) * part
        return out / out.sum(axis=1, keepdims=True)

    def _noise(self, x: Array, y: Array, z: Array, number: int) -> Array:
        """Texture about 1, another one for each number."""
        numbers = self.texture.numbers
        numbers[5] = 1000.0 * self.seed + 10.0 * number
        out = np.ones(x.size)
        qx, qy, qz = (np.ascontiguousarray(v) for v in (x, y, z))
        mottle_points(qx, qy, qz, numbers, out)
        return out


def _within(region: SoilRegion, x: Array, y: Array, z: Array) -> Array:
    """1 well inside a deposit and 0 well outside, at unit directions.

    Distances from the centre are along great circles, split by their azimuth there.
    """
    radius = body("mars").radii[0]
    lon, lat = np.radians(region.lon), np.radians(region.lat)
    up = np.array([np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)])
    east = np.array([-np.sin(lon), np.cos(lon), 0.0])
    north = np.cross(up, east)
    away = np.arccos(np.clip(x * up[0] + y * up[1] + z * up[2], -1.0, 1.0)) * radius
    to_east = x * east[0] + y * east[1]
    to_north = x * north[0] + y * north[1] + z * north[2]
    flat = np.maximum(np.hypot(to_east, to_north), 1e-15)
    place = away * np.hypot(to_east / flat / region.east, to_north / flat / region.north)
    return 0.5 * (1.0 - np.tanh((place - 1.0) / region.edge))
