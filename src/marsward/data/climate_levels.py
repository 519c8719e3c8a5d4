"""Pressures of a climate model's layers: hybrid, sigma or pressure levels, from the ground up.

Hybrid levels have edges at p = a + b p_s. A layer's own pressure is the one at which its mean
temperature stands in a column in hydrostatic balance, (p_1 − p_2)/ln(p_1/p_2) of its edges p_1 and
p_2 (Simmons & Burridge 1981, doi:10.1175/1520-0493(1981)109<0758:AEAAMC>2.0.CO;2, as the models of
the GFDL family take it), and half the lower edge's where the upper edge is empty space.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from marsward.core.errors import DataError

__all__ = ["Levels", "log_mean_pressure"]

_LOWEST_SIGMA = 0.5


@dataclass(frozen=True, eq=False)
class Levels:
    """Where the layers of a file stand, as the file orders them.

    kind : "hybrid", "sigma", "pressure" or "given" (the file holds the pressures)
    a, b : of edges (L + 1) or, with `at_layers`, of layers (L): [Pa] and [1]
    falling : the file's first layer is the lowest
    """

    kind: str
    a: NDArray[np.float64]
    b: NDArray[np.float64]
    at_layers: bool
    falling: bool

    @classmethod
    def hybrid(cls, a: Any, b: Any, layers: int, where: str, names: tuple[str, str]) -> Levels:
        """Levels of a hybrid coordinate, checked.

        Raises DataError where a and b are zero everywhere, as some files of a model had them, do
        not fit the layers, or make pressures that do not rise to the surface pressure.
        """
        a, b = np.asarray(a, dtype=float), np.asarray(b, dtype=float)
        told = f"{names[0]} and {names[1]} of {where}"
        if not np.isfinite(a).all() or not np.isfinite(b).all():
            raise DataError(f"{told} hold a value that is no number")
        if not np.any(b != 0.0):
            raise DataError(
                f"{told} make no hybrid coordinate: {names[1]} is zero at all {b.size} levels, so "
                "no pressure follows from the surface's; give a file that holds them, with fixed="
            )
        if a.shape != b.shape or a.size not in (layers, layers + 1):
            raise DataError(f"{told} have {a.size} and {b.size} levels for {layers} layers")
        p = a + b * 610.0
        steps = np.diff(p)
        if not (np.all(steps > 0.0) or np.all(steps < 0.0)):
            raise DataError(f"{told} make pressures that neither rise nor fall from end to end")
        if a.size == layers + 1 and abs(p.max() / 610.0 - 1.0) > 0.02:
            raise DataError(
                f"{told} end at {p.max():.4g} Pa where the surface is at 610 Pa; {names[0]} must "
                "be in Pa"
            )
        return cls("hybrid", a, b, a.size == layers, bool(steps[0] < 0.0))

    @classmethod
    def sigma(cls, values: Any, where: str) -> Levels:
        """Levels at shares of the surface pressure; DataError for what is none."""
        b = np.asarray(values, dtype=float)
        if not np.all((b > 0.0) & (b <= 1.0)) or b.max() < _LOWEST_SIGMA:
            raise DataError(f"lev of {where} is no sigma: it must lie in 0 to 1 and end near 1")
        return cls("sigma", np.zeros_like(b), b, True, bool(b[0] > b[-1]))

    @classmethod
    def isobaric(cls, values: Any, where: str) -> Levels:
        """Levels of constant pressure [Pa]."""
        a = np.asarray(values, dtype=float)
        if not np.all(a > 0.0):
            raise DataError(f"a pressure level of {where} is not above 0")
        return cls("pressure", a, np.zeros_like(a), True, bool(a[0] > a[-1]))

    def pressure(self, surface: Any) -> NDArray[np.float64]:
        """Pressure of the layers [Pa], (..., L, lat, lon) of surface pressure (..., lat, lon)."""
        ps = np.asarray(surface, dtype=float)[..., None, :, :]
        a, b = self.a[:, None, None], self.b[:, None, None]
        if self.at_layers:
            return np.asarray(a + b * ps)
        return log_mean_pressure(a + b * ps, axis=-3)

    def coordinates(self) -> dict[str, xr.DataArray]:
        """a and b from the ground up, on `lev` or on `edge`."""
        turn = slice(None) if self.falling else slice(None, None, -1)
        dim = "lev" if self.at_layers else "edge"
        return {
            "hybrid_a": xr.DataArray(
                self.a[turn], dims=dim,
                attrs={"units": "Pa", "long_name": "a of pressure = a + b × surface pressure"},
            ),
            "hybrid_b": xr.DataArray(
                self.b[turn], dims=dim,
                attrs={"units": "1", "long_name": "b of pressure = a + b × surface pressure"},
            ),
        }  # fmt: skip


def log_mean_pressure(edges: Any, *, axis: int = -1) -> NDArray[np.float64]:
    """Pressure of layers between edges [Pa] along an axis, in either order."""
    p = np.moveaxis(np.asarray(edges, dtype=float), axis, -1)
    one, two = p[..., :-1], p[..., 1:]
    high, low = np.maximum(one, two), np.minimum(one, two)
    safe = np.where(low > 0.0, low, 1.0)
    ratio = np.where(low > 0.0, high / safe, math.e)
    middle = np.where(low > 0.0, (high - low) / np.log(ratio), 0.5 * high)
    return np.moveaxis(middle, -1, axis)
