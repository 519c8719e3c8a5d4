"""Thermal inertia of the Martian surface as marsward ships it: a statistical surrogate.

Dust is bright and holds little heat, sand and rock are dark and hold more, and the high latitudes
are cemented by ice, so albedo, elevation and latitude tell most of what the maps of thermal inertia
show (Mellon et al. 2000, doi:10.1006/icar.2000.6503; Putzig et al. 2005,
doi:10.1016/j.icarus.2004.08.017). The logarithm of inertia is a polynomial of these three and a few
wide waves along longitude. tools/make_inertia_surrogate.py fits it to a published coarse map and
writes coefficients, error, source and licence to data/assets/inertia_surrogate.toml. Maps as they
were measured are fetched by name and read by `surface_map_files`.

Poleward of 80 degrees, where the fitted map holds no detail, the relation of 80 degrees goes on.
"""

from __future__ import annotations

import math
import tomllib
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Any

import numpy as np
from numpy.polynomial import legendre
from numpy.typing import ArrayLike, NDArray

from marsward.core.errors import DataError, InputError
from marsward.data.surface_maps import Map, elevation, regridded, tes_albedo

__all__ = [
    "LAT_LIMIT", "Surrogate", "surrogate", "surrogate_inertia", "surrogate_sigma", "term_names",
    "terms", "thermal_inertia", "thermal_inertia_sigma",
]  # fmt: skip

LAT_LIMIT = 80.0
"""Latitude [deg, either sign] beyond which the relation of that latitude goes on."""
ALBEDO_RANGE = (0.09, 0.35)
"""Albedo of the fit; a darker or brighter place counts as the end of this range."""
ELEVATION_RANGE = (-7.0e3, 10.0e3)
"""Elevation of the fit [m above the areoid]; lower and higher places count as its ends."""
INERTIA_RANGE = (35.0, 1200.0)
"""What the surrogate may say [J m-2 K-1 s-1/2]."""
ZONAL_DEGREE = 12
WAVE_DEGREE = 6
_ASSET = "assets/inertia_surrogate.toml"


@dataclass(frozen=True, slots=True, eq=False)
class Surrogate:
    """The fitted relation and how well it holds.

    coefficients : one per term of `terms`
    sigma_lat, sigma : latitudes [deg] and there the standard deviation of ln inertia, from places
        that the fit had not seen; assumed near the poles
    sigma_mean : the same over the planet, weighted by area
    correlation_deg : separation [deg] at which the correlation of the error has fallen to 1/e
    note : one sentence for attributes of products
    source, licence : of the map that was fitted
    """

    coefficients: NDArray[np.float64]
    sigma_lat: NDArray[np.float64]
    sigma: NDArray[np.float64]
    sigma_mean: float
    correlation_deg: float
    note: str
    source: str
    licence: str


@lru_cache(maxsize=1)
def surrogate() -> Surrogate:
    """The shipped surrogate.

    Raises DataError when its record is missing or damaged.
    """
    try:
        text = files("marsward.data").joinpath(_ASSET).read_text(encoding="utf-8")
        record: dict[str, Any] = tomllib.loads(text)["inertia_surrogate"]
        table = record["coefficients"]
        coefficients = np.array([table[name] for name in term_names()], dtype=float)
        lat = np.array(record["sigma_lat"], dtype=float)
        sigma = np.array(record["sigma_ln"], dtype=float)
    except (OSError, KeyError, ValueError, TypeError) as error:
        raise DataError(
            f"the record data/{_ASSET} of marsward is missing or damaged ({error}): install "
            "marsward again, or run tools/make_inertia_surrogate.py in a checkout"
        ) from error
    mean = float(record["sigma_ln_mean"])
    note = (
        "statistical surrogate of thermal inertia from albedo, elevation and latitude, error "
        f"{mean:.2f} in ln inertia ({100 * math.expm1(mean):.0f} %), correlated over "
        f"{record['correlation_deg']:.0f} deg; poleward of {LAT_LIMIT:.0f} deg it goes on as at "
        f"{LAT_LIMIT:.0f} deg, error {sigma[0]:.1f} assumed"
    )
    return Surrogate(
        coefficients,
        lat,
        sigma,
        mean,
        float(record["correlation_deg"]),
        note,
        str(record["source"]),
        str(record["licence"]),
    )


def surrogate_inertia(
    lat: ArrayLike, lon: ArrayLike, albedo: ArrayLike, elevation: ArrayLike
) -> NDArray[np.float64]:
    """Thermal inertia [J m-2 K-1 s-1/2] that the surrogate gives to places.

    Parameters
    ----------
    lat, lon : planetocentric latitude and east longitude [deg]
    albedo : bolometric albedo of the bare ground
    elevation : height above the areoid [m]

    All broadcast. Raises InputError for values that are not numbers or a latitude beyond a pole.
    """
    lat, lon, albedo, height = np.broadcast_arrays(
        *(np.asarray(each, dtype=float) for each in (lat, lon, albedo, elevation))
    )
    for name, each in (("lat", lat), ("lon", lon), ("albedo", albedo), ("elevation", height)):
        if not np.isfinite(each).all():
            raise InputError(f"{name} holds a value that is not a number; give every place one")
    if lat.size and np.abs(lat).max() > 90.0:
        raise InputError(f"latitude {np.abs(lat).max():g} is beyond a pole; give -90 to 90")
    table = surrogate().coefficients
    log = sum(c * term for c, term in zip(table, _each_term(lat, lon, albedo, height), strict=True))
    return np.clip(np.exp(log), *INERTIA_RANGE)


def surrogate_sigma(lat: ArrayLike) -> NDArray[np.float64]:
    """Standard deviation of ln inertia of the surrogate at latitudes [deg]."""
    fit = surrogate()
    return np.interp(np.asarray(lat, dtype=float), fit.sigma_lat, fit.sigma)


def thermal_inertia(ppd: float = 1.0) -> Map:
    """Thermal inertia of Mars by the surrogate, float32 (180 ppd, 360 ppd) [J m-2 K-1 s-1/2].

    Rows from the north pole, columns from the prime meridian to the east, at cell centres. Cells
    larger than a degree hold the geometric mean.

    Raises InputError for a ppd whose cells do not close around the globe.
    """
    fine = max(float(ppd), 1.0)
    albedo = tes_albedo(fine)
    rows, columns = albedo.shape
    lat = 90.0 - (np.arange(rows) + 0.5) * 180.0 / rows
    lon = (np.arange(columns) + 0.5) * 360.0 / columns
    values = surrogate_inertia(lat[:, None], lon[None, :], albedo, elevation(fine))
    if ppd >= 1.0:
        return values.astype(np.float32)
    step = 1.0 / ppd
    log = np.log(values)
    if abs(step - round(step)) < 1e-9 and rows % round(step) == 0:
        k = round(step)
        log = log.reshape(rows // k, k, columns // k, k).mean(axis=(1, 3))
    else:
        log = regridded(log, ppd)
    return np.exp(log).astype(np.float32)


def thermal_inertia_sigma(ppd: float = 1.0) -> Map:
    """Standard deviation of ln inertia of `thermal_inertia`, float32 (180 ppd, 360 ppd)."""
    rows, columns = thermal_inertia_shape(ppd)
    lat = 90.0 - (np.arange(rows) + 0.5) * 180.0 / rows
    return np.repeat(surrogate_sigma(lat).astype(np.float32)[:, None], columns, axis=1)


def thermal_inertia_shape(ppd: float) -> tuple[int, int]:
    """Rows and columns of a map with `ppd` cells per degree; InputError unless they close."""
    if not (math.isfinite(ppd) and ppd > 0.0) or abs(180.0 * ppd - round(180.0 * ppd)) > 1e-9:
        raise InputError(
            f"{ppd:g} cells per degree do not close around the globe: give 1, 2, 4, 8 or 16"
        )
    return round(180.0 * ppd), round(360.0 * ppd)


# the terms of the relation -----------------------------------------------------------------------
def term_names() -> tuple[str, ...]:
    """Names of the terms, in the order of `terms`: b albedo, h elevation, s sine of latitude."""
    waves = [
        f"{part}{n}_{m}"
        for n in range(1, WAVE_DEGREE + 1)
        for m in range(1, n + 1)
        for part in ("c", "s")
    ]
    zonal = [f"p{n}" for n in range(1, ZONAL_DEGREE + 1)]
    return (
        "one", "b", "b2", "b3", "h", "h2", *zonal, "b_s", "b_s2", "b_h", "h_s",
        "b_north", "b_south", *waves,
    )  # fmt: skip


def terms(
    lat: ArrayLike, lon: ArrayLike, albedo: ArrayLike, elevation: ArrayLike
) -> NDArray[np.float64]:
    """The terms of the relation at places, (..., number of terms).

    b = (albedo - 0.2)/0.05; h = elevation/3 km; Legendre polynomials of the sine of latitude;
    b on its own in either polar region, where bright ground is ice; and spherical harmonics of
    degree 1 to 6 with longitude in them.
    """
    arrays = np.broadcast_arrays(
        *(np.asarray(each, dtype=float) for each in (lat, lon, albedo, elevation))
    )
    return np.stack(list(_each_term(*arrays)), axis=-1)


def _each_term(lat, lon, albedo, height):
    """One term after another, so that a fine map need not hold them all."""
    lat = np.clip(lat, -LAT_LIMIT, LAT_LIMIT)
    s = np.sin(np.radians(lat))
    b = (np.clip(albedo, *ALBEDO_RANGE) - 0.2) / 0.05
    h = np.clip(height, *ELEVATION_RANGE) / 3.0e3
    polar = np.clip((np.abs(lat) - 65.0) / 15.0, 0.0, 1.0)
    yield from (np.ones_like(b), b, b**2, b**3, h, h**2)
    for n in range(1, ZONAL_DEGREE + 1):
        yield legendre.legval(s, [0.0] * n + [1.0])
    yield from (b * s, b * s * s, b * h, h * s)
    yield from (polar * b * (s > 0.0), polar * b * (s < 0.0))
    lam = np.radians(lon)
    for n in range(1, WAVE_DEGREE + 1):
        for m in range(1, n + 1):
            p = _associated(n, m, s)
            yield p * np.cos(m * lam)
            yield p * np.sin(m * lam)


def _associated(n: int, m: int, s: NDArray) -> NDArray:
    """Associated Legendre function of degree n and order m, 4 pi normalised, without phase."""
    from scipy.special import lpmv

    norm = 2.0 * (2 * n + 1) * math.factorial(n - m) / math.factorial(n + m)
    return (-1) ** m * math.sqrt(norm) * lpmv(m, n, s)
