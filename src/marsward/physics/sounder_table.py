"""Absorption of carbon dioxide in narrow bins of wavenumber: the table that sounders look with.

Within a bin the absorption coefficients of all lines are sorted and drawn at a few points of
their distribution (correlated k: Lacis & Oinas 1991, doi:10.1029/90JD01945), for each pressure and
temperature of a grid. Bins are so narrow that any channel of an infrared sounder is a weighted sum
of them; outside the bands of carbon dioxide a bin may be wide and empty.
"""

from __future__ import annotations

import hashlib
import io
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

import numpy as np
from numpy.typing import ArrayLike, NDArray

from marsward.core.errors import DataError, InputError

__all__ = ["POINTS", "SounderBins", "SounderTable", "distribution_points", "sorted_absorption"]

Array = NDArray[np.float64]
POINTS = (4, 2, 2, 2)
"""Points of a bin between the places 0, 0.9, 0.98, 0.998 and 1 of its distribution."""
_WIDEST = 1000.0  # m-1: an empty bin
_LEAST = 1e-12  # m2 kg-1: absorption that nothing sees, even through the whole limb
_ENDS = (0.0, 0.9, 0.98, 0.998, 1.0)
_ASSET = "co2_sounder_table"


@dataclass(frozen=True, eq=False)
class SounderTable:
    """Absorption coefficients by bin, pressure and temperature.

    edges : ends of the bins [m-1] (bins + 1,), rising
    share : weights of the points within a bin (points,), summing to one
    pressure : [Pa] (P,), rising; temperature : [K] (T,), rising in even steps
    log_k : ln of the coefficient [m2 per kg of air] (P, T, bins, points)

    Raises
    ------
    InputError : shapes that do not fit, nodes out of order, numbers that are not finite.
    """

    edges: Array
    share: Array
    pressure: Array
    temperature: Array
    log_k: Array

    def __post_init__(self) -> None:
        shape = (self.pressure.size, self.temperature.size, self.edges.size - 1, self.share.size)
        if self.log_k.shape != shape or min(shape) < 1 or min(shape[:2]) < 2:
            raise InputError(
                f"a sounder's table has log_k of shape {self.log_k.shape}, not {shape}"
            )
        for name, nodes in (
            ("edges", self.edges), ("pressure", self.pressure), ("temperature", self.temperature),
        ):  # fmt: skip
            if not (np.all(np.diff(nodes) > 0.0) and nodes[0] > 0.0):
                raise InputError(f"the {name} of a sounder's table must rise from above 0")
        if not np.allclose(np.diff(self.temperature, 2), 0.0, atol=1e-6):
            raise InputError("the temperatures of a sounder's table must rise in even steps")
        if not np.isfinite(self.log_k).all():
            raise InputError("a sounder's table has coefficients that are not finite")
        if not (np.all(self.share > 0.0) and abs(self.share.sum() - 1.0) < 1e-6):
            raise InputError("the weights of a sounder's table must be positive and sum to one")

    @classmethod
    def shipped(cls) -> SounderTable:
        """The table of the package: carbon dioxide at 500 to 860 cm-1, from its own lines.

        Raises
        ------
        DataError : the file is missing or broken
        """
        return _shipped()

    def bins(self, ranges: Sequence[tuple[float, float]]) -> SounderBins:
        """The bins that ranges of wavenumber [m-1] touch, and empty ones where the table has none.

        Empty bins are at most 10 cm-1 wide.
        """
        lo = np.concatenate([self.edges[:-1], *self._empty(ranges)[0]])
        hi = np.concatenate([self.edges[1:], *self._empty(ranges)[1]])
        touched = np.zeros(lo.size, dtype=np.bool_)
        for low, high in ranges:
            touched |= (lo < high) & (hi > low)
        kept = np.flatnonzero(touched)
        kept = kept[np.argsort(lo[kept])]
        grown = np.full((*self.log_k.shape[:2], lo.size, self.share.size), np.log(_LEAST))
        grown[:, :, : self.edges.size - 1] = self.log_k
        shape = (*self.log_k.shape[:2], kept.size * self.share.size)
        flat = np.ascontiguousarray(grown[:, :, kept].reshape(shape))
        return SounderBins(lo[kept], hi[kept], self.share, np.log(self.pressure),
                           self.temperature, flat)  # fmt: skip

    def _empty(self, ranges: Sequence[tuple[float, float]]) -> tuple[list[Array], list[Array]]:
        """Ends of empty bins below and above the table."""
        lowest = min(low for low, _ in ranges)
        highest = max(high for _, high in ranges)
        first, last = float(self.edges[0]), float(self.edges[-1])
        los, his = [], []
        for low, high in ((lowest, min(first, highest)), (max(last, lowest), highest)):
            if low < high:
                ends = np.linspace(low, high, int(np.ceil((high - low) / _WIDEST - 1e-9)) + 1)
                los.append(ends[:-1])
                his.append(ends[1:])
        return los, his


@dataclass(frozen=True, eq=False)
class SounderBins:
    """Bins of a table as kernels take them.

    lo, hi : ends of each bin [m-1] (bins,); share : weights of the points within a bin
    log_pressure, temperature : nodes; log_k : (P, T, bins times points), ln [m2 kg-1]
    """

    lo: Array
    hi: Array
    share: Array
    log_pressure: Array
    temperature: Array
    log_k: Array

    @property
    def wave(self) -> Array:
        """Middles of the bins [m-1] (bins,)."""
        return np.ascontiguousarray(0.5 * (self.lo + self.hi))


def distribution_points(each: tuple[int, ...] = POINTS) -> tuple[Array, Array]:
    """Places 0 to 1 in a bin's distribution and their weights, (points,) each.

    Gauss's points, `each` of them between 0, 0.9, 0.98, 0.998 and 1: line centres fill the last
    hundredths, and aloft the last thousandths, of a bin.

    Raises
    ------
    InputError : not four whole numbers of 1 or more
    """
    if len(each) != len(_ENDS) - 1 or min(each) < 1:
        raise InputError(f"a bin takes four numbers of points, each 1 or more, not {each}")
    places, weights = [], []
    for low, high, count in zip(_ENDS[:-1], _ENDS[1:], each, strict=True):
        node, weight = np.polynomial.legendre.leggauss(count)
        places.append(low + 0.5 * (high - low) * (node + 1.0))
        weights.append(0.5 * (high - low) * weight)
    return np.concatenate(places), np.concatenate(weights)


def sorted_absorption(coefficient: ArrayLike, each: tuple[int, ...] = POINTS) -> Array:
    """ln of the coefficients [m2 kg-1] at the points of each bin's distribution.

    coefficient : (bins, samples) or (..., bins, samples), even in wavenumber within a bin
    each : as `distribution_points`

    ln k of the sorted samples is drawn straight between them at the places of the points. Those
    above 0.998 are then scaled so that they keep the mean of their samples, which is what thin air
    absorbs.
    """
    held = np.sort(np.asarray(coefficient, dtype=np.float64), axis=-1)
    place, weight = distribution_points(each)
    samples = held.shape[-1]
    at = np.clip(place * samples - 0.5, 0.0, samples - 1.0)
    low = np.minimum(at.astype(np.int64), samples - 2)
    near = np.log(np.maximum(held[..., low], _LEAST))
    far = np.log(np.maximum(held[..., low + 1], _LEAST))
    points = np.exp(near + (at - low) * (far - near))
    first, share = round(_ENDS[-2] * samples), weight[-each[-1] :]
    mean = np.maximum(held[..., first:].sum(axis=-1) / samples, _LEAST * (1.0 - _ENDS[-2]))
    points[..., -each[-1] :] *= (mean / (points[..., -each[-1] :] @ share))[..., None]
    return np.log(np.maximum(points, _LEAST))


@lru_cache(maxsize=1)
def _shipped() -> SounderTable:
    place = files("marsward.data") / "assets"
    try:
        record = tomllib.loads((place / f"{_ASSET}.toml").read_text(encoding="utf-8"))[_ASSET]
        data = (place / record["file"]).read_bytes()
    except FileNotFoundError as error:
        raise DataError(
            f"the asset {_ASSET} is missing from this installation: reinstall marsward, or run "
            "tools/make_sounder_table.py in a checkout"
        ) from error
    if hashlib.sha256(data).hexdigest() != record["sha256"]:
        raise DataError(f"the asset {_ASSET} differs from its record (sha256): reinstall marsward")
    with np.load(io.BytesIO(data)) as held:
        log_k = held["least"] + held["step"] * held["log_k"].astype(np.float64)
        return SounderTable(
            held["edges"], held["share"], held["pressure"], held["temperature"], log_k
        )
