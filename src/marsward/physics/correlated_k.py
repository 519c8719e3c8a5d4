"""Absorption of the air of Mars in the infrared as a few points of a k-distribution.

In a band of wavelengths the order of wavelengths does not matter to a flux, only which share of
them is absorbed how strongly: a point g stands for the share w_g of its band, with an absorption
k_g(p, T) per mass of air, and keeps its place in the order over the whole column (correlated k,
Lacis & Oinas 1991, doi:10.1029/90JD01945). `KTable` holds such points on even grids of ln p and T.
Between the grid's nodes ln k is bilinear; beyond its ends it is held.

`KTable.shipped()` comes from marsward's own lines (see `physics.co2_lines`); `KTable.ames(path)`
reads a user's copy of the NASA Ames table; `reduced` picks and weighs a few points of a larger
table so that the fluxes and the heating of a set of columns come out alike.

A band's points need not shine alike: `shine` tells how much brighter by Planck's law the wave
numbers of a point are than their band, so that bands may be wide. The Ames table has none: there
all of 12 to 24 um shines with the mean of that band, at 150 K a third more than the 15 um band
does. With it the air cools by a fifth more at 30 to 60 km than line by line, and its band at 4.5 to
8 um gives the ground 1 W/m2 that Planck's law does not.
"""

from __future__ import annotations

import dataclasses
import hashlib
import io
import math
import tomllib
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from importlib.resources import files
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.interpolate import CubicSpline

from marsward.core.constants import BOLTZMANN, PLANCK, SPEED_OF_LIGHT
from marsward.core.errors import DataError, InputError
from marsward.data.ames_tables import read_ames_table
from marsward.physics.air import COMPOSITION, MOLAR_MASS
from marsward.physics.kernels.thermal_radiance import shares

__all__ = ["KTable", "band_exitance", "per_mass"]

Array = NDArray[np.float64]
_AVOGADRO = 6.022_140_76e23  # SI 2019, exact
_SECOND = float(PLANCK) * float(SPEED_OF_LIGHT) / float(BOLTZMANN)
_SIGMA = (
    2.0
    * math.pi**5
    * float(BOLTZMANN) ** 4
    / (15.0 * float(PLANCK) ** 3 * float(SPEED_OF_LIGHT) ** 2)
)
# Table of Planck's law: first temperature, step and last [K].
_COLDEST, _STEP, _HOTTEST = 40.0, 0.5, 420.0
_FINE_T, _FINE_P = 10.0, 5  # steps of the Ames table as its own code refines it: [K], per decade


def per_mass(k: NDArray[np.float64]) -> Array:
    """Absorption per mass of air [m2 kg-1] from that per molecule of CO2 [m2]."""
    return np.asarray(k) * (_AVOGADRO * COMPOSITION["CO2"] / MOLAR_MASS)


def band_exitance(edges: Array, temperature: Array) -> Array:
    """What a black surface sends out in bands of wave number [W m-2], (temperature, band).

    edges : ends of the bands [m-1], rising; 0 and infinity are allowed
    temperature : any length [K]
    """
    t = np.asarray(temperature, dtype=np.float64)
    x = _SECOND * np.asarray(edges, dtype=np.float64)[None, :] / t[:, None]
    above = np.zeros(x.shape)
    finite = np.isfinite(x)
    held = np.ascontiguousarray(x[finite])
    answer = np.empty(held.shape)
    shares(held, answer)
    above[finite] = answer
    return np.asarray(_SIGMA * t[:, None] ** 4 * (above[:, :-1] - above[:, 1:]))


@dataclass(frozen=True, eq=False)
class KTable:
    """Points of a k-distribution of the air.

    edges : ends of the bands [m-1], one more than bands; beyond them the air is left out
    band : band of each point, rising
    weight : share of its band that each point stands for
    log_pressure, temperature : even grids of ln(Pa) and K
    log_k : ln of the absorption (pressure, temperature, point) [m2 per kg of air]
    shine_temperature, shine : how much brighter than its band a point's share of it shines
        (temperature, point), at even temperatures [K]; one throughout if left out
    name : where the table comes from

    Raises
    ------
    InputError : shapes that do not fit, grids that are not even, weights below zero.
    """

    edges: Array
    band: NDArray[np.int64]
    weight: Array
    log_pressure: Array
    temperature: Array
    log_k: Array
    shine_temperature: Array = field(default_factory=lambda: np.array([_COLDEST, _HOTTEST]))
    shine: Array | None = None
    name: str = "unnamed"

    def __post_init__(self) -> None:
        shape = (self.log_pressure.size, self.temperature.size, self.band.size)
        if self.log_k.shape != shape or self.weight.shape != self.band.shape:
            raise InputError(f"a k-table of shape {self.log_k.shape} does not fit its axes {shape}")
        for axis, what in ((self.log_pressure, "ln p"), (self.temperature, "T")):
            step = np.diff(axis)
            if axis.size < 2 or not np.allclose(step, step[0], rtol=1e-6) or step[0] <= 0.0:
                raise InputError(f"the {what} axis of a k-table must rise in even steps")
        if not (np.isfinite(self.log_k).all() and (self.weight >= 0.0).all()):
            raise InputError("a k-table must have finite ln k and weights of 0 or more")
        if self.shine is not None and self.shine.shape != (self.shine_temperature.size, shape[2]):
            raise InputError(f"the shine of a k-table has shape {self.shine.shape}, not T, points")
        if self.band.min() < 0 or self.band.max() >= self.edges.size - 1:
            raise InputError("a point of the k-table stands in a band that does not exist")

    @property
    def points(self) -> int:
        """How many points there are."""
        return int(self.band.size)

    @property
    def bands(self) -> int:
        """How many bands there are."""
        return int(self.edges.size) - 1

    @cached_property
    def arrays(self) -> tuple[Array, Array, Array, NDArray[np.int64], Array]:
        """(grid, log_k, weight, band, planck) as `physics.kernels.longwave` takes them."""
        t = np.arange(_COLDEST, _HOTTEST + 0.5 * _STEP, _STEP)
        grid = np.array(
            [
                self.log_pressure[0],
                self.log_pressure[1] - self.log_pressure[0],
                self.temperature[0],
                self.temperature[1] - self.temperature[0],
                _COLDEST,
                _STEP,
            ]
        )
        return (
            grid,
            np.ascontiguousarray(self.log_k, dtype=np.float64),
            np.ascontiguousarray(self.weight, dtype=np.float64),
            np.ascontiguousarray(self.band, dtype=np.int64),
            np.ascontiguousarray(self.exitance(t)),
        )

    def exitance(self, temperature: Array) -> Array:
        """What a black surface would send out if its band were all like a point [W m-2].

        (temperature, point); times the weights and summed over points it is the black body.
        """
        sent = band_exitance(self.edges, temperature)[:, self.band]
        if self.shine is None:
            return sent
        held = np.clip(temperature, self.shine_temperature[0], self.shine_temperature[-1])
        return np.asarray(sent * CubicSpline(self.shine_temperature, self.shine)(held))

    def k(self, pressure: float, temperature: float) -> Array:
        """Absorption of the points at one pressure [Pa] and temperature [K] [m2 kg-1]."""
        if not (pressure > 0.0 and temperature > 0.0):
            raise InputError(f"no air at {pressure:g} Pa and {temperature:g} K")
        i, u = _cell(math.log(pressure), self.log_pressure)
        j, v = _cell(temperature, self.temperature)
        low = (1.0 - v) * self.log_k[i, j] + v * self.log_k[i, j + 1]
        high = (1.0 - v) * self.log_k[i + 1, j] + v * self.log_k[i + 1, j + 1]
        return np.asarray(np.exp((1.0 - u) * low + u * high))

    def chosen(self, points: NDArray[np.int64], weight: Array, name: str) -> KTable:
        """The table of some of the points, with weights of their own."""
        at = np.asarray(points)
        return KTable(
            edges=self.edges,
            band=self.band[at],
            weight=np.asarray(weight, dtype=np.float64),
            log_pressure=self.log_pressure,
            temperature=self.temperature,
            log_k=np.ascontiguousarray(self.log_k[:, :, at]),
            shine_temperature=self.shine_temperature,
            shine=None if self.shine is None else self.shine[:, at],
            name=name,
        )

    def refined(self, by_pressure: int, by_temperature: int) -> KTable:
        """The same table on grids so many times finer, ln k by cubic splines."""
        p = np.linspace(
            self.log_pressure[0], self.log_pressure[-1],
            (self.log_pressure.size - 1) * by_pressure + 1,
        )  # fmt: skip
        t = np.linspace(
            self.temperature[0], self.temperature[-1],
            (self.temperature.size - 1) * by_temperature + 1,
        )  # fmt: skip
        log_k = CubicSpline(self.log_pressure, self.log_k, axis=0)(p)
        log_k = CubicSpline(self.temperature, log_k, axis=1)(t)
        return dataclasses.replace(
            self, log_pressure=p, temperature=t, log_k=np.ascontiguousarray(log_k)
        )

    def reduced(self, points: int = 16, *, seed: int = 1) -> KTable:
        """A table of a few points that does the work of this one; see `physics.k_reduction`."""
        from marsward.physics.k_reduction import reduced

        return reduced(self, points, seed=seed)

    @staticmethod
    def ames(path: str | Path) -> KTable:
        """All points of a user's NASA Ames infrared table, driest air, read as its own code does.

        ln k by Lagrange's cubic in log p to five steps a decade, k straight in T between 50 K.
        """
        table = read_ames_table(path)
        fine_p = np.linspace(-4.0, 6.0, 10 * _FINE_P + 1)
        log = np.log10(np.maximum(table.k, 1e-204))
        refined = _lagrange(np.log10(table.pressure), log, fine_p)
        t = np.arange(table.temperature[0], table.temperature[-1] + 1.0, _FINE_T)
        place = np.clip((t - table.temperature[0]) / 50.0, 0.0, table.temperature.size - 1.000001)
        low, share = place.astype(int), place - place.astype(int)
        k = 10.0**refined
        k = k[low] * (1.0 - share)[:, None, None, None] + k[low + 1] * share[:, None, None, None]
        bands, points = k.shape[2:]
        flat = per_mass(np.moveaxis(k, 0, 1).reshape(fine_p.size, t.size, bands * points))
        # Its last band is carried on to all shorter waves and its first to all longer ones, so
        # that the fluxes of the whole spectrum are in the table.
        edges = table.edges.copy()
        edges[0], edges[-1] = 0.0, math.inf
        return KTable(
            edges=edges,
            band=np.repeat(np.arange(bands, dtype=np.int64), points),
            weight=np.tile(table.weight, bands),
            log_pressure=fine_p * math.log(10.0),
            temperature=t,
            log_k=np.log(np.maximum(flat, 1e-25)),
            name="NASA Ames, all points",
        )

    @staticmethod
    def of_bytes(data: bytes, *, name: str) -> KTable:
        """A table from the bytes of an .npz with its fields as arrays."""
        with np.load(io.BytesIO(data)) as held:
            return KTable(
                edges=held["edges"].astype(np.float64),
                band=held["band"].astype(np.int64),
                weight=held["weight"].astype(np.float64),
                log_pressure=held["log_pressure"].astype(np.float64),
                temperature=held["temperature"].astype(np.float64),
                log_k=held["log_k"].astype(np.float64),
                shine_temperature=held["shine_temperature"].astype(np.float64),
                shine=held["shine"].astype(np.float64),
                name=name,
            )

    @staticmethod
    def shipped() -> KTable:
        """The table that comes with marsward: 32 points from its own lines; see co2_15um.toml.

        Against its lines without a distribution, over three columns: 0.24 K/sol rms below 60 km
        and 0.1 W/m2 at the ground (`benchmarks/longwave.py --lines 3`). Half as many points in
        its six bands would be 1 K/sol off and save no time worth the name.
        """
        return _shipped()


@lru_cache(maxsize=1)
def _shipped() -> KTable:
    folder = files("marsward.data") / "assets"
    try:
        record = tomllib.loads((folder / "co2_15um.toml").read_text(encoding="utf-8"))
        data = (folder / "co2_15um.npz").read_bytes()
    except FileNotFoundError as error:
        raise DataError(
            "the asset co2_15um is missing from this installation: reinstall marsward, or run "
            "tools/make_co2_lines.py in a checkout"
        ) from error
    if hashlib.sha256(data).hexdigest() != record["co2_15um"]["sha256"]:
        raise DataError(
            "the asset co2_15um.npz differs from its record in co2_15um.toml (sha256): reinstall "
            "marsward, or run tools/make_co2_lines.py in a checkout"
        )
    return KTable.of_bytes(data, name="marsward, own lines")


def _cell(value: float, axis: Array) -> tuple[int, float]:
    place = float(np.clip((value - axis[0]) / (axis[1] - axis[0]), 0.0, axis.size - 1.000001))
    return int(place), place - int(place)


def _lagrange(nodes: Array, values: Array, at: Array) -> Array:
    """Cubic through the four nearest nodes along the second axis of `values`."""
    first = np.clip(np.searchsorted(nodes, at + 1e-9) - 2, 0, nodes.size - 4)
    out = np.zeros((values.shape[0], at.size, *values.shape[2:]))
    for i in range(4):
        factor = np.ones(at.size)
        for j in range(4):
            if j != i:
                factor *= (at - nodes[first + j]) / (nodes[first + i] - nodes[first + j])
        out += values[:, first + i] * factor[None, :, None, None]
    return out
