"""The infrared through columns of air: fluxes, heating and how the air holds its temperature.

Nongrey two-stream without scattering: diffusivity 1.66 (Elsasser 1942, Heat Transfer by Infrared
Radiation in the Atmosphere), source linear in optical depth in each half of a layer, Planck's law
integrated exactly over each band, absorption by the points of a `KTable`. Dust absorbs and emits;
its scattering is left out but for the scaling of its depth (see `column_radiation`).

Above some 0.1 Pa collisions no longer keep up with radiation; there the heating is lowered by the
factor of `physics.non_lte`.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from marsward.core.asked import check_kind, number, numbers, switch, whole
from marsward.core.errors import InputError
from marsward.physics.air import GRAVITY, HEAT_CAPACITY
from marsward.physics.column_radiation import infrared_share
from marsward.physics.correlated_k import KTable
from marsward.physics.kernels.longwave import longwave_columns
from marsward.physics.non_lte import non_lte_share

__all__ = ["Longwave", "longwave"]

Array = NDArray[np.float64]
_BLOCK = 64  # columns a worker takes at a time


@dataclass(frozen=True, eq=False)
class Longwave:
    """Infrared of columns, index 0 at the ground.

    up, down : fluxes at edges (n, L+1) [W m-2]
    heating : of the layers (n, L) [K s-1], the thin air's as collisions allow
    exchange : change of a layer's power by its own temperature (n, L) [W m-2 K-1], negative
    relaxation : the same as a rate (n, L) [s-1]: d(heating)/dT, negative
    ground_slope : change of the net flux into the ground by its temperature (n) [W m-2 K-1]
    """

    up: Array
    down: Array
    heating: Array
    exchange: Array
    relaxation: Array
    ground_slope: Array

    @property
    def to_space(self) -> Array:
        """What leaves the column at its top (n) [W m-2]."""
        return np.asarray(self.up[:, -1])

    @property
    def to_ground(self) -> Array:
        """What the air sends to the ground (n) [W m-2]."""
        return np.asarray(self.down[:, 0])


def longwave(
    edges: ArrayLike,
    temperature: ArrayLike,
    surface_temperature: ArrayLike,
    *,
    emissivity: ArrayLike = 1.0,
    dust_depth: ArrayLike | None = None,
    dust_absorption: ArrayLike | None = None,
    non_lte: bool = True,
    gravity: float = GRAVITY,
    heat_capacity: float = HEAT_CAPACITY,
    table: KTable | None = None,
    workers: int = 1,
) -> Longwave:
    """Infrared fluxes and heating of n columns.

    edges : pressure at the edges of layers (n, L+1) or (L+1) [Pa], falling; the last may be 0
    temperature : of the layers (n, L) or (L) [K]
    surface_temperature : of the ground (n) or one [K]
    emissivity : of the ground (n) or one
    dust_depth : visible extinction depth of dust by layer (n, L)
    dust_absorption : or its absorption depth by layer and band of the table (n, L, bands),
        vertical, scaled for scattering
    non_lte : lower the heating of thin air where collisions are too rare
    gravity, heat_capacity : [m s-2], [J kg-1 K-1]
    table : the air's absorption; `KTable.shipped()` by default
    workers : threads over blocks of columns; results do not depend on it

    Raises
    ------
    InputError : pressures that do not fall or are negative, temperatures out of the table's
        range, an emissivity outside 0 to 1, dust given twice, shapes that do not fit, what is no
        number, no table, no whole number of workers.
    """
    workers, non_lte = whole(workers, "workers"), switch(non_lte, "non_lte")
    weight = _above_zero(gravity, "gravity", "m s-2")
    capacity = _above_zero(heat_capacity, "heat_capacity", "J kg-1 K-1")
    check_kind(table, KTable, "table", "a KTable such as KTable.shipped(), or None for it")
    air = table if table is not None else KTable.shipped()
    p, t, ground, shine = _columns(edges, temperature, surface_temperature, emissivity)
    n, layers = t.shape
    if dust_depth is not None:
        if dust_absorption is not None:
            raise InputError("give dust_depth or dust_absorption, not both")
        visible = numbers(dust_depth, "dust_depth")
        dust_absorption = visible[..., None] * infrared_share(air)
    dust = _dust(dust_absorption, (n, layers, air.bands))
    up, down = np.empty((n, layers + 1)), np.empty((n, layers + 1))
    exchange, slope = np.empty((n, layers)), np.empty(n)

    def block(first: int) -> None:
        part = slice(first, first + _BLOCK)
        longwave_columns(
            p[part], t[part], ground[part], shine[part], weight, dust[part],
            *air.arrays, up[part], down[part], exchange[part], slope[part],
        )  # fmt: skip

    starts = range(0, n, _BLOCK)
    if workers > 1 and n > _BLOCK:
        with ThreadPoolExecutor(workers) as pool:
            list(pool.map(block, starts))
    else:
        for first in starts:
            block(first)
    net = down - up
    thin = non_lte_share(p, t, air, gravity=weight) if non_lte else np.ones((n, layers))
    per_power = thin * weight / (capacity * (p[:, :-1] - p[:, 1:]))
    return Longwave(
        up=up,
        down=down,
        heating=(net[:, 1:] - net[:, :-1]) * per_power,
        exchange=exchange,
        relaxation=exchange * per_power,
        ground_slope=slope,
    )


def _columns(
    edges: ArrayLike, temperature: ArrayLike, surface: ArrayLike, emissivity: ArrayLike
) -> tuple[Array, Array, Array, Array]:
    p = np.atleast_2d(numbers(edges, "edges", "Pa"))
    t = np.atleast_2d(numbers(temperature, "temperature", "K", finite=False))
    n = max(p.shape[0], t.shape[0])
    if (
        p.ndim != 2
        or t.ndim != 2
        or p.shape[1] != t.shape[1] + 1
        or {p.shape[0], t.shape[0]} - {1, n}
    ):
        raise InputError(
            f"edges of shape {p.shape} do not bound layers of shape {t.shape}: one edge more than "
            "layers is needed, and as many columns"
        )
    p = np.require(np.broadcast_to(p, (n, p.shape[1])), requirements=["C", "W"])
    t = np.require(np.broadcast_to(t, (n, t.shape[1])), requirements=["C", "W"])
    if not (np.isfinite(p).all() and (p[:, :-1] > p[:, 1:]).all() and (p[:, -1] >= 0.0).all()):
        raise InputError(
            "pressures at edges must fall from the ground up and be above zero (the last may be 0)"
        )
    ground = _of_columns(surface, n, "surface_temperature", "K")
    shine = _of_columns(emissivity, n, "emissivity")
    for values, what in ((t, "of the air"), (ground, "of the ground")):
        bad = ~((values >= 40.0) & (values <= 420.0))
        if bad.any():
            raise InputError(
                f"a temperature {what} of {values[bad].flat[0]:g} K is outside the 40 to 420 K "
                "that the infrared tables cover"
            )
    bad = ~((shine >= 0.0) & (shine <= 1.0))
    if bad.any():
        raise InputError(f"an emissivity lies between 0 and 1, not {shine[bad].flat[0]:g}")
    return p, t, ground, shine


def _above_zero(value: float, name: str, unit: str) -> float:
    one = number(value, name, unit)
    if one <= 0.0:
        raise InputError(f"{name} must be above 0 {unit}, not {one:g}")
    return one


def _of_columns(value: ArrayLike, n: int, name: str, unit: str = "") -> Array:
    """One number for each column."""
    row = numbers(value, name, unit)
    if row.shape not in ((), (1,), (n,)):
        raise InputError(f"{name} of shape {row.shape} does not fit {n} columns; give one or {n}")
    return np.require(np.broadcast_to(row, n), requirements=["C", "W"])


def _dust(depth: ArrayLike | None, shape: tuple[int, int, int]) -> Array:
    if depth is None:
        return np.zeros(shape)
    dust = numbers(depth, "absorption of dust")
    try:
        dust = np.require(np.broadcast_to(dust, shape), requirements=["C", "W"])
    except ValueError as error:
        raise InputError(
            f"absorption of dust of shape {dust.shape} does not fit {shape}: columns, layers, bands"
        ) from error
    if not ((dust >= 0.0) & np.isfinite(dust)).all():
        raise InputError("absorption of dust must be finite and 0 or more")
    return dust
