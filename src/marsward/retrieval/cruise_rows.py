"""Measurements of a cruise made linear about one path: rows for the batch fit and for the filter.

Unknowns are told at one epoch: the state there (in the filter the pseudo-epoch state, which process
noise moves), an acceleration that stays the same for a batch of time, the solar pressure, and the
error of each manoeuvre. The points of a pass are made independent by the covariance of the errors
that they share; errors that last the whole flight are considered, or estimated with unit variance.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from marsward.core.errors import InputError
from marsward.core.time import Epoch
from marsward.dynamics.ephemeris import Ephemeris
from marsward.dynamics.forces import Forces
from marsward.dynamics.state_transition import state_transition
from marsward.geometry.tracking import Computed, computed_observables
from marsward.retrieval.cruise_unknowns import ProcessNoise, Unknowns

__all__ = ["CruiseRows", "Transitions", "cruise_rows", "rows_without_measurements"]

Array = NDArray[np.float64]
_SECONDS = 1e6
"""Unit of time in which states and their derivatives are of like size [s]."""


class Transitions:
    """State transition matrices from the epoch of the unknowns, along a path.

    The path's own states begin each stretch, so errors do not add up. Sudden manoeuvres of the path
    at the epochs of ``burns`` are allowed for; others are taken as part of the path.
    """

    def __init__(
        self, path: Any, start: Epoch, since: Array, forces: Forces, ephemeris: Ephemeris
    ) -> None:
        self.start = start
        self.since = np.unique(np.concatenate([[0.0], since]))
        if self.since[0] < -1e-3:
            raise InputError(
                f"a measurement or manoeuvre lies {-self.since[0]:.0f} s before the epoch of the "
                f"unknowns, {start.utc} UTC; give an earlier epoch"
            )
        nodes = start + self.since
        states = path.at(nodes, wrt="sun", ephemeris=ephemeris)
        epochs = [nodes[i] for i in range(self.since.size)]
        self.states = states
        self.phi = np.empty((self.since.size, 6, 6))
        self.light = np.zeros((self.since.size, 6))
        self.phi[0] = np.eye(6)
        for i in range(self.since.size - 1):
            step = state_transition(
                states[i], epochs[i], epochs[i + 1], forces=forces, ephemeris=ephemeris
            )
            self.phi[i + 1] = step.matrix @ self.phi[i]
            self.light[i + 1] = step.matrix @ self.light[i] + step.solar

    def place(self, since: Array) -> NDArray[np.int64]:
        """Where times [s past the start], which were asked for at the beginning, stand."""
        return np.asarray(np.searchsorted(self.since, since))

    def kick(self, since: float, dv: Array, *, epoch: bool) -> Array:
        """(6, 3 or 4) change of the state at the start that a change of a manoeuvre stands for.

        A manoeuvre that comes later leaves the earlier path later: the position after it loses dv
        a second.
        """
        back = _inverse(self.phi[self.place(np.array([since]))[0]])
        return np.hstack([back[:, 3:], -(back[:, :3] @ dv)[:, None]]) if epoch else back[:, 3:]


@dataclass(frozen=True, eq=False)
class CruiseRows:
    """Independent rows, pass by pass, and the way of the unknowns between.

    residual (m,), design (m, n), considered (m, c) : in sigmas
    track (m,) : number of each row's pass; ends : (passes,) time at which a pass is over [s]
    edges : (b,) times at which a new batch of process noise begins [s past the start]
    order (m,) : which measurement each row began as; roots : of each pass's covariance
    """

    unknowns: Unknowns
    transitions: Transitions
    residual: Array
    design: Array
    considered: Array
    track: NDArray[np.int64]
    ends: Array
    edges: Array
    order: NDArray[np.int64]
    roots: tuple[Array, ...]

    def with_residual(self, residual: Array) -> CruiseRows:
        """The same rows for other values: measured less computed (m,), in the order measured."""
        out = residual[self.order]
        first = np.searchsorted(self.track, np.arange(self.ends.size + 1))
        for k, root in enumerate(self.roots):
            out[first[k] : first[k + 1]] = np.linalg.solve(root, out[first[k] : first[k + 1]])
        return replace(self, residual=out)

    def state_map(self, since: float) -> Array:
        """(6, n) derivative of the state at a time by the unknowns of its batch."""
        k = int(self.transitions.place(np.array([since]))[0])
        batch = int(np.searchsorted(self.edges, since, side="right")) - 1
        return _state_map(self.unknowns, self.transitions, k, since, self._batch_start(batch))

    def _batch_start(self, batch: int) -> float:
        return float(self.edges[batch]) if batch >= 0 else 0.0

    def step(self, batch: int) -> tuple[Array, float, Array]:
        """From a batch to the next: effect of the acceleration (n, 3), memory, noise (3,)."""
        noise = self.unknowns.noise
        if noise is None:
            raise InputError("without process noise there are no batches")
        begin, end = self._batch_start(batch), self._batch_start(batch + 1)
        k = int(self.transitions.place(np.array([end]))[0])
        effect = np.zeros((len(self.unknowns.names), 3))
        effect[:6] = _inverse(self.transitions.phi[k]) @ _pushed(end - begin)
        left = noise.memory(end - begin)
        return effect, left, np.full(3, noise.acceleration * math.sqrt(1.0 - left**2))


def cruise_rows(
    path: Any,
    measured: xr.Dataset,
    start: Epoch,
    unknowns: Unknowns,
    *,
    forces: Forces,
    ephemeris: Ephemeris,
    also: Array | None = None,
    computed: Computed | None = None,
) -> CruiseRows:
    """Make measurements linear about a path.

    Parameters
    ----------
    path : `Trajectory` that holds the craft's path from ``start`` on
    measured : measurements, or a schedule with sigmas; without ``tracking_value`` residuals are 0
    start : epoch of the unknowns
    also : times [s past the start] at which states will be asked for
    computed : of the path and these measurements, if they are known already
    """
    found = computed
    if found is None:
        found = computed_observables(path, measured, ephemeris=ephemeris)
    since = np.asarray(found.bounce - start, dtype=float)
    _, track = np.unique(measured["track"].values, return_inverse=True)
    edges, ends = _batches(since, track, unknowns.noise, also)
    kicks = np.array([float(burn.epoch - start) for burn in unknowns.burns])
    asked = [since, edges, kicks, np.zeros(0) if also is None else also]
    way = Transitions(path, start, np.concatenate(asked), forces, ephemeris)
    batch = np.searchsorted(edges, ends[track], side="right") - 1
    begin = np.where(batch >= 0, np.append(edges, 0.0)[batch], 0.0)
    design = _design(unknowns, way, found.partial, since, begin)
    residual = _residual(measured, found)
    rows = np.argsort(track, kind="stable")
    return _whitened(
        measured, unknowns, way, design[rows], residual[rows], track[rows], ends, edges, rows
    )


def rows_without_measurements(
    path: Any,
    start: Epoch,
    unknowns: Unknowns,
    since: Array,
    edges: Array,
    *,
    forces: Forces,
    ephemeris: Ephemeris,
) -> CruiseRows:
    """The way of the unknowns alone, to times [s past the start] and over edges of batches."""
    kicks = np.array([float(burn.epoch - start) for burn in unknowns.burns])
    way = Transitions(path, start, np.concatenate([since, edges, kicks]), forces, ephemeris)
    n, c = len(unknowns.names), len(unknowns.considered)
    return CruiseRows(
        unknowns, way, np.zeros(0), np.zeros((0, n)), np.zeros((0, c)), np.zeros(0, np.int64),
        np.zeros(0), edges, np.zeros(0, np.int64), (),
    )  # fmt: skip


def _design(
    unknowns: Unknowns, way: Transitions, partial: Array, since: Array, begin: Array
) -> Array:
    """(m, n) derivative of the computed values by the unknowns, without shared errors."""
    out = np.zeros((since.size, len(unknowns.names)))
    k = way.place(since)
    out[:, :6] = np.einsum("mi,mij->mj", partial, way.phi[k])
    if unknowns.noise is not None:
        age = np.maximum(since - begin, 0.0)
        out[:, unknowns.push] = partial[:, :3] * (0.5 * age**2)[:, None]
        out[:, unknowns.push] += partial[:, 3:] * age[:, None]
    if unknowns.solar_sigma > 0.0:
        out[:, unknowns.solar] = np.sum(partial * way.light[k], axis=1)[:, None]
    for j, burn in enumerate(unknowns.burns):
        when = float(burn.epoch - way.start)
        after = since > when
        kick = way.kick(when, np.array(burn.dv), epoch=burn.epoch_sigma > 0.0)
        out[after, unknowns.burn(j)] = out[after, :6] @ kick
    return out


def _state_map(unknowns: Unknowns, way: Transitions, k: int, since: float, begin: float) -> Array:
    out = _design(unknowns, way, np.eye(6), np.full(6, way.since[k]), np.full(6, min(begin, since)))
    return out


def _residual(measured: xr.Dataset, found: Computed) -> Array:
    if "tracking_value" not in measured:
        return np.zeros(found.value.size)
    out = measured["tracking_value"].values - found.value
    right = measured["kind"].values == "right-ascension"
    out[right] = (out[right] + np.pi) % (2.0 * np.pi) - np.pi
    if not np.all(np.isfinite(out)):
        raise InputError(
            f"{int(np.sum(~np.isfinite(out)))} measurements are not finite; leave them out"
        )
    return np.asarray(out)


def _whitened(measured, unknowns, way, design, residual, track, ends, edges, rows) -> CruiseRows:
    """Rows with unit, independent errors: each pass by the Cholesky factor of its covariance."""
    noise = measured["tracking_noise"].values[rows]
    names = [str(x) for x in measured["source"].values] if "source" in measured.coords else []
    loading = measured["loading"].values[rows] if names else np.zeros((rows.size, 0))
    per_pass = measured["per_pass"].values if names else np.zeros(0, bool)
    whole = loading[:, [names.index(s) for s in unknowns.considered]]
    design = design.copy()
    design[:, unknowns.rest] = loading[:, [names.index(s) for s in unknowns.sources]]
    shared = loading[:, per_pass]
    every = np.hstack([residual[:, None], design, whole])
    first = np.searchsorted(track, np.arange(ends.size + 1))
    roots: list[Array] = []
    for k in range(ends.size):
        part = slice(first[k], first[k + 1])
        spread = np.diag(noise[part] ** 2) + shared[part] @ shared[part].T
        size = np.sqrt(np.diag(spread))
        root = size[:, None] * np.linalg.cholesky(spread / np.outer(size, size))
        every[part] = np.linalg.solve(root, every[part])
        roots.append(root)
    n = design.shape[1]
    return CruiseRows(
        unknowns, way, every[:, 0], every[:, 1 : 1 + n], every[:, 1 + n :], track, ends, edges,
        rows, tuple(roots),
    )  # fmt: skip


def _batches(
    since: Array, track: NDArray[np.int64], noise: ProcessNoise | None, also: Array | None
) -> tuple[Array, Array]:
    """Beginnings of batches after the first, none of them within a pass; ends of the passes."""
    count = int(track.max(initial=-1)) + 1
    begin, end = np.full(count, np.inf), np.full(count, -np.inf)
    np.minimum.at(begin, track, since)
    np.maximum.at(end, track, since)
    if noise is None:
        return np.zeros(0), end
    last = max(end.max(initial=0.0), 0.0 if also is None else float(np.max(also, initial=0.0)))
    edges = np.arange(1, math.ceil(last / noise.batch)) * noise.batch
    for i, edge in enumerate(edges):
        inside = (begin < edge) & (edge <= end)
        if inside.any():
            edges[i] = begin[inside].min() - 1.0
    return np.unique(edges[edges > 0.0]), end


def _pushed(age: float) -> Array:
    """(6, 3) change of a state by an acceleration that acted for a time [s], without gravity."""
    return np.vstack([0.5 * age**2 * np.eye(3), age * np.eye(3)])


def _inverse(phi: Array) -> Array:
    scale = np.array([1.0] * 3 + [1.0 / _SECONDS] * 3)
    like = phi * scale / scale[:, None]
    return np.asarray(np.linalg.inv(like) * scale[:, None] / scale)
