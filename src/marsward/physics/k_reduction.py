"""A few points of a k-distribution that do the work of many.

Every point g of a table sends its own fluxes F_g through a column; the whole is their sum with the
weights w_g. On a set of columns like those of Mars, clear and dusty, the few points and the
weights are sought that give the same heating, the same flux at the ground and the same flux to
space: non-negative least squares (Lawson & Hanson 1974, Solving Least Squares Problems), the point
that is missed least being dropped, again and again, until few enough are left. What a black
surface sends out in each band is held. The idea is that of Hogan & Matricardi 2022,
doi:10.1029/2022MS003033, in its simplest form; the absorption of the points stays untouched.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import nnls

from marsward.core.constants import MARS_SOLAR_DAY
from marsward.core.errors import InputError
from marsward.physics.correlated_k import KTable
from marsward.physics.longwave import longwave

__all__ = ["random_columns", "reduced"]

Array = NDArray[np.float64]
_SOL = 86_400.0 * float(MARS_SOLAR_DAY)
# What counts as one: heating [K/sol] below and above 1 Pa, fluxes at both ends [W m-2], and what
# each band of a black surface sends out, relative to the whole.
_HEATING, _THIN_HEATING, _FLUX, _BLACK = 0.05, 1.0, 0.1, 1e-4
_THIN = 1.0
_TRAINING = 80
_REACH = 4  # points to either side that are tried in exchange


def random_columns(
    count: int, *, seed: int, layers: int = 36, top: float = 0.02
) -> tuple[Array, Array, Array]:
    """Columns like those of Mars: edges [Pa], temperatures of the layers and of the ground [K].

    Surface pressure 300 to 1100 Pa, ground 150 to 290 K, lowest air up to 25 K warmer or colder, a
    fall of 0.8 to 2.6 K/km to a floor of 120 to 170 K, an inversion or a hot layer at the ground
    (scale 3 km, up to 15 K) and three waves in the vertical (12 to 40 km, a few K); none below
    105 K. Scale height 10.5 km. Layers thin at the ground and even in ln p above.
    """
    draw = np.random.default_rng(seed)
    share = np.linspace(0.0, 1.0, layers + 1)
    edges = np.empty((count, layers + 1))
    air = np.empty((count, layers))
    ground = draw.uniform(150.0, 290.0, count)
    for n in range(count):
        pressure = draw.uniform(300.0, 1100.0)
        edges[n] = pressure * (top / pressure) ** (0.35 * share**2 + 0.65 * share)
        z = -10.5 * np.log(0.5 * (edges[n, 1:] + edges[n, :-1]) / pressure)  # km
        t = ground[n] + draw.uniform(-25.0, 25.0) - draw.uniform(0.8, 2.6) * z
        t = np.maximum(t, draw.uniform(120.0, 170.0))
        t += draw.uniform(-15.0, 15.0) * np.exp(-z / 3.0)
        for _ in range(3):
            phase = z / draw.uniform(12.0, 40.0) + draw.uniform(0.0, 1.0)
            t += draw.normal(0.0, 4.0) * np.sin(2.0 * np.pi * phase) * np.minimum(1.0, z / 10 + 0.3)
        air[n] = np.clip(t, 105.0, 300.0)
    return edges, air, ground


def reduced(table: KTable, points: int = 16, *, seed: int = 1) -> KTable:
    """The table of `points` points, one in each band at least, that serves like the whole.

    Raises
    ------
    InputError : fewer points than bands, or more than there are.
    """
    if not table.bands <= points <= table.points:
        raise InputError(
            f"this k-table has {table.bands} bands and {table.points} points: it can be reduced "
            f"to {table.bands} to {table.points} points, not {points}"
        )
    rows, target = _lessons(table, seed)
    # Least squares do not change under a rotation: 80 rows do for thousands.
    turn, rows = np.linalg.qr(rows)
    target = turn.T @ target
    kept = np.arange(table.points)
    while kept.size > points:
        kept = _drop_one(table, rows, target, kept)
    kept = _exchanged(table, rows, target, kept)
    weight, _ = _fit(rows, target, kept)
    return table.chosen(kept, weight, f"{table.name}, reduced to {points} points")


def _lessons(table: KTable, seed: int) -> tuple[Array, Array]:
    """What each point gives (rows, points), scaled, and what all give together (rows)."""
    edges, air, ground = random_columns(_TRAINING, seed=seed)
    n, layers = air.shape
    draw = np.random.default_rng(seed + 1)
    # Half of the columns are dusty: well mixed up to a height, as deep in all bands.
    depth = np.where(np.arange(n) % 2 == 0, 0.0, 10.0 ** draw.uniform(-1.3, 0.3, n))
    middle = 0.5 * (edges[:, 1:] + edges[:, :-1])
    mixed = np.exp(0.01 * (1.0 - edges[:, :1] / middle)) * (edges[:, :-1] - edges[:, 1:])
    dust = (depth[:, None] * mixed / mixed.sum(axis=1, keepdims=True))[:, :, None]
    scale = np.where(middle > _THIN, _HEATING, _THIN_HEATING)
    columns = []
    black = np.linspace(140.0, 300.0, 9)
    sent = table.exitance(black)
    whole = (sent * table.weight).sum(axis=1)
    for g in range(table.points):
        one = table.chosen(np.array([g]), np.ones(1), "one point")
        w = longwave(
            edges, air, ground, dust_absorption=np.tile(dust, table.bands), non_lte=False, table=one
        )
        held = np.zeros((table.bands, black.size))
        held[table.band[g]] = sent[:, g] / whole / _BLACK
        columns.append(
            np.concatenate(
                [
                    (w.heating * _SOL / scale).ravel() / math.sqrt(n * layers),
                    w.to_ground / _FLUX / math.sqrt(n),
                    w.to_space / _FLUX / math.sqrt(n),
                    held.ravel() / math.sqrt(held.size),
                ]
            )
        )
    rows = np.array(columns).T
    return rows, rows @ table.weight


def _fit(rows: Array, target: Array, kept: NDArray[np.int64]) -> tuple[Array, float]:
    """Weights of the kept points and what they miss."""
    part = rows[:, kept]
    scale = 1.0 / np.maximum(np.sqrt((part * part).sum(axis=0)), 1e-300)
    weight, missed = nnls(part * scale, target, maxiter=100 * kept.size)
    return weight * scale, float(missed)


def _drop_one(
    table: KTable, rows: Array, target: Array, kept: NDArray[np.int64]
) -> NDArray[np.int64]:
    """The points without the one that is missed least, or without all that have no weight."""
    weight, _ = _fit(rows, target, kept)
    idle = np.flatnonzero(weight == 0.0)
    best, found = math.inf, kept
    for i in idle[:1] if idle.size else range(kept.size):
        rest = np.delete(kept, i)
        if _all_bands(table, rest):
            _, missed = _fit(rows, target, rest)
            if missed < best:
                best, found = missed, rest
    if found.size == kept.size:
        found = np.delete(kept, int(np.argmin(np.where(_alone(table, kept), math.inf, weight))))
    return found


def _exchanged(
    table: KTable, rows: Array, target: Array, kept: NDArray[np.int64]
) -> NDArray[np.int64]:
    """The points after exchanging each for one nearby in its band as long as that helps."""
    _, best = _fit(rows, target, kept)
    improved = True
    while improved:
        improved = False
        for i in range(kept.size):
            for other in range(kept[i] - _REACH, kept[i] + _REACH + 1):
                if not 0 <= other < table.points or other in kept:
                    continue
                if table.band[other] != table.band[kept[i]]:
                    continue
                trial = kept.copy()
                trial[i] = other
                _, missed = _fit(rows, target, trial)
                if missed < best * (1.0 - 1e-6):
                    kept, best, improved = trial, missed, True
    return np.sort(kept)


def _alone(table: KTable, kept: NDArray[np.int64]) -> NDArray[np.bool_]:
    band = table.band[kept]
    return np.asarray(np.bincount(band, minlength=table.bands)[band] == 1)


def _all_bands(table: KTable, kept: NDArray[np.int64]) -> bool:
    return bool(np.unique(table.band[kept]).size == table.bands)
