"""Heat that a surface sends out in a band of wavelengths, seen through a thin sky.

Planck's law between two wavelengths, L = (2 h c^2 / lambda^5) / (exp(h c / lambda k T) - 1), is
summed exactly: with x = h c / (lambda k T) the share of sigma T^4/pi below lambda is
(15/pi^4) sum over n of exp(-n x) (x^3/n + 3 x^2/n^2 + 6 x/n^3 + 6/n^4)
(Chang & Rhee 1984, doi:10.1016/0735-1933(84)90051-4); a band with a response is integrated by
Simpson's rule. A `ThermalBand` tabulates either once and answers from the table, both ways.

The air is one layer that absorbs and emits and does not scatter, of vertical optical depth tau
and temperature T_a, seen at the cosine mu from the vertical:

    L = exp(-tau/mu) (e B(T) + (1 - e) B(T_a) (1 - exp(-D tau))) + (1 - exp(-tau/mu)) B(T_a)

with e the ground's emissivity and D = 1.66 the diffusivity of a whole sky (Elsasser 1942). That
is first order: dust scatters too, and air is not of one temperature.
"""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import ArrayLike, NDArray

from marsward.core.constants import BOLTZMANN, PLANCK, SPEED_OF_LIGHT
from marsward.core.errors import InputError
from marsward.core.fields import FieldRow, add_fields
from marsward.physics.kernels.thermal_radiance import brightnesses, radiances, shares

__all__ = [
    "COLDEST",
    "HOTTEST",
    "ThermalAir",
    "ThermalBand",
    "seen_through_air",
    "sky_share",
]

Array = NDArray[np.float64]
COLDEST, HOTTEST = 30.0, 450.0  # of the tables [K]
_NODES = 513
_DIFFUSIVITY = 1.66
_SIGMA_OVER_PI = (
    2.0
    * math.pi**4
    * float(BOLTZMANN) ** 4
    / (15.0 * float(PLANCK) ** 3 * float(SPEED_OF_LIGHT) ** 2)
)
_SECOND = float(PLANCK) * float(SPEED_OF_LIGHT) / float(BOLTZMANN)  # m K
_FIRST = 2.0 * float(PLANCK) * float(SPEED_OF_LIGHT) ** 2  # W m2
_STEPS = 1024  # of Simpson's rule between two pairs of a response
_LOW = math.log(COLDEST)
_STEP = math.log(HOTTEST / COLDEST) / (_NODES - 1)

add_fields(
    FieldRow("brightness_temperature", "K", "temperature of a black body as bright in the band",
             low=0.0),
    FieldRow("emissivity", "1", "emissivity in the band", low=0.0, high=1.0),
)  # fmt: skip


@dataclass(frozen=True)
class ThermalBand:
    """A band of wavelengths and what a black body sends in it.

    lo, hi : ends of the band [m], 1 um to 1 mm
    response : pairs (wavelength [m], relative response), straight lines between; flat if empty

    Raises
    ------
    InputError : ends out of order or range, or a response that is no table.
    """

    lo: float
    hi: float
    response: tuple[tuple[float, float], ...] = ()

    def __post_init__(self) -> None:
        if not 1e-6 <= self.lo < self.hi <= 1e-3:
            raise InputError(
                f"a thermal band runs from {self.lo * 1e6:g} to {self.hi * 1e6:g} um; give two "
                "wavelengths between 1 and 1000 um, the shorter first"
            )
        table = np.array(self.response, dtype=float).reshape(-1, 2)
        if table.size and (
            len(table) < 2
            or not np.isfinite(table).all()
            or np.any(np.diff(table[:, 0]) <= 0.0)
            or np.any(table[:, 1] < 0.0)
            or not table[:, 1].max() > 0.0
        ):
            raise InputError(
                f"the response of the band from {self.lo * 1e6:g} to {self.hi * 1e6:g} um takes "
                "two pairs or more, wavelengths rising, responses of 0 or more"
            )

    @property
    def table(self) -> Array:
        """(513, 2) logarithm of radiance at even steps of ln T, and its derivative by step."""
        return _table(self.lo, self.hi, self.response)

    def radiance(self, temperature: ArrayLike) -> Array:
        """Radiance of a black body in the band [W m-2 sr-1], shape of `temperature` [K].

        NaN outside 30 to 450 K; 1e-8 of the sum, 1e-7 where there is a response.
        """
        return self._both(temperature)[0]

    def slope(self, temperature: ArrayLike) -> Array:
        """Derivative of the radiance by temperature [W m-2 sr-1 K-1]."""
        return self._both(temperature)[1]

    def brightness(self, radiance: ArrayLike) -> Array:
        """Brightness temperature [K] of radiances in the band [W m-2 sr-1]; NaN off 30 to 450 K."""
        light = np.asarray(radiance, dtype=np.float64)
        flat = np.ascontiguousarray(light).ravel()
        out = np.empty_like(flat)
        brightnesses(flat, self.table, _LOW, _STEP, out)
        return out.reshape(light.shape)

    def _both(self, temperature: ArrayLike) -> tuple[Array, Array]:
        warmth = np.asarray(temperature, dtype=np.float64)
        flat = np.ascontiguousarray(warmth).ravel()
        level, slope = np.empty_like(flat), np.empty_like(flat)
        radiances(flat, self.table, _LOW, _STEP, level, slope)
        return level.reshape(warmth.shape), slope.reshape(warmth.shape)


@lru_cache(maxsize=64)
def _table(lo: float, hi: float, response: tuple[tuple[float, float], ...]) -> Array:
    warmth = np.exp(_LOW + _STEP * np.arange(_NODES))
    level, slope = _integrated(warmth, lo, hi, response) if response else _summed(warmth, lo, hi)
    table = np.stack([np.log(level), slope * warmth / level * _STEP], axis=1)
    table.setflags(write=False)
    return table


def _summed(warmth: Array, lo: float, hi: float) -> tuple[Array, Array]:
    """Radiance between two wavelengths and its derivative by temperature, exactly."""
    ends = []
    for edge in (hi, lo):
        x = _SECOND / (edge * warmth)
        share = np.empty_like(x)
        shares(x, share)
        # d/dT of T^4 F(x) is T^3 (4 F - x F'), with F' = -(15/pi^4) x^3/(e^x - 1)
        part = 15.0 / math.pi**4 * x**4 / np.expm1(x)
        ends.append((share, 4.0 * share + part))
    level = _SIGMA_OVER_PI * warmth**4 * (ends[0][0] - ends[1][0])
    return level, _SIGMA_OVER_PI * warmth**3 * (ends[0][1] - ends[1][1])


def _integrated(
    warmth: Array, lo: float, hi: float, response: tuple[tuple[float, float], ...]
) -> tuple[Array, Array]:
    """The same with a response, by Simpson's rule between the pairs."""
    pairs = np.array(response)
    inside = pairs[:, 0][(pairs[:, 0] > lo) & (pairs[:, 0] < hi)]
    level, slope = np.zeros_like(warmth), np.zeros_like(warmth)
    edges = np.concatenate([[lo], inside, [hi]])
    steps = max(16, _STEPS // (len(edges) - 1) // 2 * 2)
    for start, stop in itertools.pairwise(edges):
        at = np.linspace(start, stop, steps + 1)
        weight = np.full(steps + 1, 2.0)
        weight[1::2], weight[0], weight[-1] = 4.0, 1.0, 1.0
        weight *= (stop - start) / (3.0 * steps)
        weight *= np.interp(at, pairs[:, 0], pairs[:, 1], left=0.0, right=0.0)
        x = _SECOND / (at[None, :] * warmth[:, None])
        light = _FIRST / at**5 / np.expm1(x)
        level += light @ weight
        slope += (light * x / -np.expm1(-x)) @ weight / warmth
    return level, slope


def sky_share(depth: ArrayLike) -> Array:
    """Emissivity of a whole sky of vertical optical depth `depth` [-]: 1 - exp(-1.66 depth)."""
    return -np.expm1(-_DIFFUSIVITY * np.asarray(depth, dtype=np.float64))


def seen_through_air(
    ground: ArrayLike, air: ArrayLike, depth: ArrayLike, cos_emission: ArrayLike
) -> Array:
    """Radiance above a layer of air from that below it.

    ground : radiance that leaves the ground, reflected sky included [W m-2 sr-1]
    air : black-body radiance at the temperature of the air [W m-2 sr-1]
    depth : vertical optical depth [-]
    cos_emission : cosine of the angle from the vertical [-]
    """
    through = np.exp(-np.asarray(depth, dtype=np.float64) / np.asarray(cos_emission))
    return through * np.asarray(ground) + (1.0 - through) * np.asarray(air)


@dataclass(frozen=True, eq=False)
class ThermalAir:
    """What stands between the ground and a radiometer, one value or one for each observation.

    dust_depth : absorption optical depth of the dust at 9.3 um, straight up [-]
    temperature : of the air that dust and gas send heat with [K]
    pressure : at the surface [Pa]; sets how deep carbon dioxide is
    dust_sigma, temperature_sigma : how well the two are known (1 sigma), for who retrieves

    Raises
    ------
    InputError : a value that is not finite or out of range.
    """

    dust_depth: ArrayLike = 0.0
    temperature: ArrayLike = 200.0
    pressure: ArrayLike = 610.0
    dust_sigma: ArrayLike = 0.0
    temperature_sigma: ArrayLike = 0.0

    def __post_init__(self) -> None:
        for name, low, high, unit in (
            ("dust_depth", 0.0, 10.0, ""), ("temperature", COLDEST, HOTTEST, " K"),
            ("pressure", 0.0, 1e5, " Pa"), ("dust_sigma", 0.0, 10.0, ""),
            ("temperature_sigma", 0.0, 200.0, " K"),
        ):  # fmt: skip
            held = np.asarray(getattr(self, name), dtype=np.float64)
            bad = ~((held >= low) & (held <= high))
            if bad.any():
                raise InputError(
                    f"{name.replace('_', ' ')} of the air is {held[bad].ravel()[0]:g}{unit} "
                    f"somewhere; give {low:g} to {high:g}{unit}"
                )
            object.__setattr__(self, name, held)
