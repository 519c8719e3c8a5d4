"""How Martian dust takes and scatters sunlight and infrared, by wavelength and by band.

Grains are taken as spheres of a gamma distribution of sizes (Hansen & Travis 1974,
doi:10.1007/BF00168069), effective radius 1.5 um and variance 0.3 (Wolff et al. 2009,
doi:10.1029/2009JE003350), and summed by Mie's series. Up to 3.9 um the albedo of single scattering
is the published one (`physics.haze`, `physics.dust_spectrum`; ultraviolet: Wolff et al. 2010,
doi:10.1016/j.icarus.2010.01.010), from 5 um on both indices are those of Wolff et al. 2006,
doi:10.1029/2006JE002786. Depths are told as extinction at 0.67 um.

Spheres scatter more onward than grains with corners do: they have an asymmetry of 0.73 at 0.67 um
where 0.69 is seen (Chen-Chen et al. 2019, doi:10.1016/j.icarus.2019.04.004) and `physics.haze`
takes 0.69. In the sunlit bands the asymmetry of spheres is lowered by that ratio.
"""

from __future__ import annotations

import hashlib
import io
import math
import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from itertools import pairwise

import numpy as np
from numpy.typing import ArrayLike, NDArray

from marsward.core.constants import SOLAR_IRRADIANCE
from marsward.core.errors import DataError, InputError
from marsward.data.textures import solar_spectrum
from marsward.physics.haze import DUST_ASYMMETRY
from marsward.physics.kernels.mie import cloud
from marsward.physics.light import planck

__all__ = [
    "REFERENCE_WAVELENGTH",
    "SOLAR_EDGES",
    "DustOptics",
    "dust_at",
    "infrared_optics",
    "solar_optics",
    "solar_share",
    "sphere_optics",
]

Array = NDArray[np.float64]
REFERENCE_WAVELENGTH = 0.67e-6
"""Wavelength [m] at which visible depths are told."""
SOLAR_EDGES = (0.2e-6, 0.32e-6, 0.38e-6, 0.48e-6, 0.58e-6, 0.75e-6, 1.1e-6, 1.9e-6, 5.0e-6)
"""Edges of the bands of sunlight [m]: two in the ultraviolet, as REMS measures it, up to 5 um."""
_ASSETS = files("marsward.data") / "assets"
_SUNLIT = 5.0e-6  # m, up to which the asymmetry is lowered
_SUN = 5772.0  # K, IAU 2015 resolution B3: shape of sunlight beyond 1.1 um
# Sunlight [W m-2 nm-1] below the shipped spectrum, 1.1 % of all: ASTM E490, rounded.
_UV_AT = np.array([200.0, 220.0, 240.0, 260.0, 280.0]) * 1e-9
_UV = np.array([0.0077, 0.057, 0.063, 0.13, 0.22])
_SIZES = 160


@dataclass(frozen=True, eq=False)
class DustOptics:
    """Dust in a row of bands or at wavelengths, each (bands,).

    extinction : over that at 0.67 um, or per area of the grains from `sphere_optics`
    albedo, asymmetry : of single scattering
    edges : of the bands [m] (bands + 1,), or the wavelengths (bands,)
    share : of sunlight in each band; empty where bands are of the infrared
    """

    extinction: Array
    albedo: Array
    asymmetry: Array
    edges: Array
    share: Array

    @property
    def absorption(self) -> Array:
        """Absorption over the extinction at 0.67 um."""
        return np.asarray(self.extinction * (1.0 - self.albedo))

    @property
    def arrays(self) -> tuple[Array, Array, Array, Array]:
        """What the shortwave kernels take: share, extinction, albedo, asymmetry."""
        return self.share, self.extinction, self.albedo, self.asymmetry


def sphere_optics(
    wavelength: ArrayLike, n: ArrayLike, k: ArrayLike, radius: float, variance: float
) -> DustOptics:
    """Spheres of a gamma distribution at wavelengths [m] with refractive index n + i k, k >= 0.

    radius, variance : effective, of the distribution [m], [-]; variance 0.01 to 0.49

    Extinction is per area of the grains. Raises InputError for a size, wavelength or index outside
    of what the series takes.
    """
    lam, real, imag = np.broadcast_arrays(
        *[np.atleast_1d(np.asarray(v, dtype=np.float64)) for v in (wavelength, n, k)]
    )
    if not (1e-8 <= radius <= 1e-4 and 0.01 <= variance < 0.5):
        raise InputError(
            f"grains of radius {radius:g} m and variance {variance:g}; give 1e-8 to 1e-4 m and "
            "0.01 to 0.49"
        )
    if not (np.all((lam >= 1e-7) & (lam <= 1e-3)) and np.all((real > 0.0) & (imag >= 0.0))):
        raise InputError("dust needs wavelengths of 1e-7 to 1e-3 m and indices n > 0, k >= 0")
    sizes = radius * np.geomspace(1e-3, 3.0 + 18.0 * variance, _SIZES)
    power = (1.0 - 3.0 * variance) / variance + 3.0  # areas, in steps even in ln r
    log = power * np.log(sizes / radius) - sizes / (radius * variance)
    weight = np.exp(log - log.max())
    out = np.empty((lam.size, 3))
    lam, real, imag = (np.array(v, order="C") for v in (lam, real, imag))
    cloud(sizes, weight / weight.sum(), lam, real, imag, out)
    extinction = out[:, 0].copy()
    return DustOptics(extinction, out[:, 1] / extinction, out[:, 2].copy(), lam, np.empty(0))


@lru_cache(maxsize=1)
def _table() -> Array:
    """Rows of the shipped table: wavelength [m], n, k, extinction, albedo, asymmetry."""
    name = "dust_optics"
    try:
        record = tomllib.loads((_ASSETS / f"{name}.toml").read_text(encoding="utf-8"))[name]
        data = (_ASSETS / record["file"]).read_bytes()
    except FileNotFoundError as error:
        raise DataError(
            f"the asset {name} is missing from this installation: reinstall marsward, or run "
            "tools/make_dust_optics.py in a checkout"
        ) from error
    if hashlib.sha256(data).hexdigest() != record["sha256"]:
        raise DataError(f"the asset {name} differs from its record (sha256): reinstall marsward")
    rows = np.loadtxt(io.BytesIO(data), delimiter=",", skiprows=1).T
    rows[0] *= 1e-6
    rows.setflags(write=False)
    return np.asarray(rows)


@lru_cache(maxsize=16)
def _grains(radius: float, variance: float) -> Array:
    """The table for other grains: wavelength, n, k, extinction, albedo, asymmetry."""
    rows = _table()
    if (radius, variance) == (1.5e-6, 0.3):
        return rows
    found = sphere_optics(rows[0], rows[1], rows[2], radius, variance)
    one = found.extinction[int(np.argmin(np.abs(rows[0] - REFERENCE_WAVELENGTH)))]
    return np.stack([*rows[:3], found.extinction / one, found.albedo, found.asymmetry])


def dust_at(wavelength: ArrayLike, *, radius: float = 1.5e-6, variance: float = 0.3) -> DustOptics:
    """Dust at wavelengths [m], 0.2 to 98 um, flat (bands,); extinction over that at 0.67 um.

    radius, variance : effective, of the grains [m], [-]

    Raises InputError outside those wavelengths or sizes.
    """
    lam = np.atleast_1d(np.asarray(wavelength, dtype=np.float64)).ravel()
    rows = _grains(float(radius), float(variance))
    if not np.all((lam >= rows[0, 0]) & (lam <= rows[0, -1])):
        raise InputError("the optics of dust are known from 0.2 to 98 um; give wavelengths in m")
    at, log = np.log(lam), np.log(rows[0])
    extinct, albedo, onward = (np.interp(at, log, row) for row in rows[3:])
    one = int(np.argmin(np.abs(_table()[0] - REFERENCE_WAVELENGTH)))
    lower = np.where(lam <= _SUNLIT, DUST_ASYMMETRY / _table()[5, one], 1.0)
    return DustOptics(extinct, albedo, onward * lower, lam, np.empty(0))


def _sunlight(wavelength: Array) -> Array:
    """Shape of sunlight at 1 au [W m-3]: the shipped spectrum from 0.3 to 1.1 um, the rounded one
    below it, a black body's beyond, scaled so that all is the solar constant."""
    at, level = solar_spectrum()
    inside = np.interp(wavelength, np.append(_UV_AT, at), np.append(_UV * 1e9, level))
    tail = np.linspace(at[-1], 5.0e-6, 2000)
    known = np.trapezoid(level, at) + np.trapezoid(_UV * 1e9, _UV_AT) + 20e-9 * 0.36e9
    rest = (float(SOLAR_IRRADIANCE) - known) / np.trapezoid(planck(tail, _SUN), tail)
    beyond = rest * planck(np.maximum(wavelength, at[-1]), _SUN)
    return np.where(wavelength <= at[-1], inside, beyond)


def solar_share(low: float, high: float) -> float:
    """Share of sunlight between two wavelengths [m], within 0.2 to 5 um."""
    if not 0.2e-6 <= low < high <= 5.0e-6:
        raise InputError(f"a band of sunlight lies in 0.2 to 5 um, not {low:g} to {high:g} m")
    lam = np.linspace(low, high, 400)
    whole = np.linspace(0.2e-6, 5.0e-6, 9601)
    return float(np.trapezoid(_sunlight(lam), lam) / np.trapezoid(_sunlight(whole), whole))


@lru_cache(maxsize=16)
def solar_optics(
    edges: tuple[float, ...] = SOLAR_EDGES, *, radius: float = 1.5e-6, variance: float = 0.3
) -> DustOptics:
    """Dust in bands of sunlight, weighted with it; the shares of the bands sum to one.

    edges : of the bands [m], rising within 0.2 to 5 um

    Extinction is weighted with sunlight, the albedo with extinction too, the asymmetry with
    scattering. Raises InputError for edges that do not rise or lie outside.
    """
    shares = np.array([solar_share(a, b) for a, b in pairwise(edges)])
    made = _bands(np.array(edges), _sunlight, radius, variance)
    return DustOptics(*made, np.array(edges), shares / shares.sum())


def infrared_optics(
    edges: ArrayLike,
    *,
    temperature: float = 215.0,
    radius: float = 1.5e-6,
    variance: float = 0.3,
) -> DustOptics:
    """Dust in bands of the infrared, weighted with a black body's light.

    edges : of the bands [m], rising within 0.2 to 98 um
    temperature : of the black body [K]

    Raises InputError for edges that do not rise, lie outside, or a temperature under 50 K.
    """
    rims = np.asarray(edges, dtype=np.float64)
    if rims.ndim != 1 or rims.size < 2 or not np.all(np.diff(rims) > 0.0):
        raise InputError("bands of the infrared have two edges or more, rising, in m")
    if not 50.0 <= temperature < math.inf:
        raise InputError(f"a black body of {temperature:g} K weights no infrared; give 50 or more")
    made = _bands(rims, lambda lam: planck(lam, temperature), radius, variance)
    return DustOptics(*made, rims, np.empty(0))


def _bands(
    edges: Array, light: Callable[[Array], Array], radius: float, variance: float
) -> tuple[Array, Array, Array]:
    """Extinction, albedo and asymmetry of bands, each weighted as it acts."""
    out = np.empty((3, edges.size - 1))
    for b in range(edges.size - 1):
        lam = np.geomspace(edges[b], edges[b + 1], 200)
        at = dust_at(np.clip(lam, edges[b], edges[b + 1]), radius=radius, variance=variance)
        weight = np.asarray(light(lam)) * np.gradient(lam)
        extinct = weight * at.extinction
        scatter = extinct * at.albedo
        out[0, b] = extinct.sum() / weight.sum()
        out[1, b] = scatter.sum() / extinct.sum()
        out[2, b] = (scatter * at.asymmetry).sum() / scatter.sum()
    return out[0], out[1], out[2]
