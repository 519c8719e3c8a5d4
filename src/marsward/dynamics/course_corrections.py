"""A voyage flown many times with its errors, and corrected: what navigation costs and delivers.

Every member leaves with its own error of the injection. At each trajectory correction manoeuvre it
believes to be where it is, but for a drawn error of knowledge; it finds the change of velocity that
brings it back to the aim by flying what it believes on to the reading of the hyperbola, all forces
in, until it fits; the engine makes of it what it can; and on it flies. Members fly in
`propagate_lanes`. The path itself, with everything that lanes leave out, is the nominal: members
are told as differences from it, and so is what lanes make of them, so that what is left out enters
by its change across a few kilometres only.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from marsward.core.errors import InputError, PhysicsError
from marsward.core.time import Epoch
from marsward.core.trajectory import Trajectory
from marsward.dynamics.dispersed_cruise import RTOL
from marsward.dynamics.execution_error import ExecutionError
from marsward.dynamics.forces import Forces
from marsward.dynamics.voyage_members import VoyageMembers

__all__ = ["CourseCorrections", "correct_course", "percentiles"]

Array = NDArray[np.float64]


@dataclass(frozen=True)
class CourseCorrections:
    """What a voyage's corrections cost, and where they lead.

    Attributes
    ----------
    tcms : tuple of Epoch
        Of the corrections.
    entry : Epoch
        At which the delivery is told.
    dv : ndarray (n, k, 3)
        Commanded changes of velocity, J2000 [m/s].
    arrivals : ndarray (k + 1, n, 3)
        B·T, B·R [m] and time of periapsis against the nominal [s], as it would be before any
        correction and after each.
    nominal : ndarray (3,)
        B·T, B·R [m] of the path, and its v-infinity [m/s].
    states : ndarray (n, 6)
        At the entry against the path, J2000 [m, m/s]; NaN for members that are lost.
    delivery, knowledge : ndarray (6, 6)
        Covariance of ``states``; of what is known of the state then (NaN when it was not given).
    linear_delivery : ndarray (6, 6)
        Delivery by state transition matrices alone, with the sizes of the corrections that were
        commanded.
    unsettled : ndarray (k,)
        Members whose correction did not settle within a few rounds.
    """

    tcms: tuple[Epoch, ...]
    entry: Epoch
    dv: Array
    arrivals: Array
    nominal: Array
    states: Array
    delivery: Array
    knowledge: Array
    linear_delivery: Array
    unsettled: NDArray[np.int64]

    @property
    def sizes(self) -> Array:
        """(n, k) sizes of the corrections [m/s]."""
        return np.asarray(np.linalg.norm(self.dv, axis=2))

    @property
    def totals(self) -> Array:
        """(n,) all corrections of a member together [m/s]."""
        return np.asarray(self.sizes.sum(axis=1))

    @property
    def flown(self) -> NDArray[np.bool_]:
        """(n,) whether a member came through."""
        return np.asarray(np.isfinite(self.states).all(axis=1))

    def ellipses(self) -> tuple[Array, Array]:
        """(k + 1, 2) mean and (k + 1, 2, 2) covariance of B·T, B·R before and after each [m]."""
        good = self.arrivals[:, self.flown, :2]
        mean = good.mean(axis=1)
        away = good - mean[:, None]
        return mean, np.einsum("sni,snj->sij", away, away) / (good.shape[1] - 1)

    def times(self) -> Array:
        """(k + 1,) sigma of the time of periapsis [s]."""
        return np.asarray(self.arrivals[:, self.flown, 2].std(axis=1, ddof=1))


def percentiles(dv: ArrayLike) -> dict[str, float]:
    """Mean, sigma and 50, 95 and 99 % of sizes of corrections (n,) [m/s]."""
    sizes = np.asarray(dv, dtype=float)
    half, most, nearly = np.percentile(sizes, [50.0, 95.0, 99.0])
    return {
        "mean": float(sizes.mean()),
        "sigma": float(sizes.std(ddof=1)),
        "dv50": float(half),
        "dv95": float(most),
        "dv99": float(nearly),
    }


def correct_course(
    path: Trajectory,
    injection_covariance: ArrayLike,
    knowledge: ArrayLike,
    *,
    tcms: Sequence[Epoch],
    forces: Forces,
    execution: ExecutionError | Sequence[ExecutionError],
    entry: Epoch | None = None,
    entry_knowledge: ArrayLike | None = None,
    aim: Literal["entry", "entry angle", "b-plane and time", "b-plane"] = "b-plane and time",
    bias: ArrayLike | None = None,
    smallest: float = 0.0,
    members: int = 10_000,
    seed: int = 0,
    rtol: float = RTOL,
    ephemeris: Any = None,
    workers: int = 1,
) -> CourseCorrections:
    """Fly a voyage many times with its errors and correct each.

    Parameters
    ----------
    path : from the injection to Mars; its start is where errors of the injection are drawn
    injection_covariance : (6, 6) there, J2000 [m, m/s]
    knowledge : (k, 6, 6) covariance of what is known of the state at each correction [m, m/s]
    tcms : epochs of the corrections, in order
    forces : of the path; lanes take what they can of it, see `propagate_lanes`
    execution : one `ExecutionError` for all, or one for each
    entry : where the delivery is told; the end of ``path`` when left out
    entry_knowledge : (6, 6) what is known of the state there
    aim : what a correction restores: "entry" is place and hour, so that only the velocity differs
        there; "entry angle" the angle and the place over the turning planet, whatever the hour;
        "b-plane and time" aim point and hour; "b-plane" lets the hour go and takes the least change
    bias : (2,) shift of B·T, B·R that the launch aims off by, for planetary protection [m]; the
        first correction takes it out
    smallest : corrections below are not flown [m/s]
    members : how many voyages
    seed : of all draws; results do not depend on ``workers``

    Raises
    ------
    InputError : shapes, values, or epochs out of order
    PhysicsError : no member comes through, or the path has no hyperbola at Mars
    """
    voyage = VoyageMembers(path, forces, tcms, entry, rtol, ephemeris, workers)
    engines = _engines(execution, len(voyage.tcms))
    known = _covariances(knowledge, len(voyage.tcms), "knowledge")
    start = _covariances(np.asarray(injection_covariance)[None], 1, "injection_covariance")[0]
    if not (isinstance(members, int | np.integer) and members >= 2):
        raise InputError(f"members is a number of voyages, 2 or more, not {members!r}")
    streams = np.random.default_rng(seed).spawn(1 + 2 * len(voyage.tcms))
    state = _draws(start, int(members), streams[0])
    if bias is not None:
        state[:, 3:] += voyage.biased(np.asarray(bias, dtype=float))
    begun, moments = voyage.start, []
    arrivals = [voyage.read(state, begun)]
    linear = start
    unsettled = np.zeros(len(voyage.tcms), dtype=np.int64)
    for i, when in enumerate(voyage.tcms):
        state = voyage.fly(state, begun, when)
        believed = state + _draws(known[i], state.shape[0], streams[1 + 2 * i])
        wanted, unsettled[i] = voyage.correction(believed, when, aim)
        wanted[np.linalg.norm(wanted, axis=1) < smallest] = 0.0
        state[:, 3:] += engines[i].executed(wanted, streams[2 + 2 * i])
        moments.append(wanted)
        arrivals.append(voyage.read(state, when))
        carry = voyage.carry(begun, when)
        linear = carry @ linear @ carry.T
        linear = voyage.corrected(linear, known[i], engines[i], wanted, when, aim)
        begun = when
    ends = voyage.fly(state, begun, voyage.entry)
    good = np.isfinite(ends).all(axis=1)
    if good.sum() < 2:
        raise PhysicsError(
            f"{int(good.sum())} of {members} voyages come through to {voyage.entry.utc} UTC; check "
            "the covariance of the injection and the epochs of the corrections"
        )
    told = np.full((6, 6), np.nan)
    if entry_knowledge is not None:
        told = _covariances(np.asarray(entry_knowledge)[None], 1, "entry_knowledge")[0]
    carry = voyage.carry(begun, voyage.entry)
    return CourseCorrections(
        tuple(voyage.tcms), voyage.entry, np.stack(moments, axis=1), np.stack(arrivals),
        voyage.nominal, ends, np.cov(ends[good].T), told, carry @ linear @ carry.T, unsettled,
    )  # fmt: skip


def _engines(
    execution: ExecutionError | Sequence[ExecutionError], count: int
) -> list[ExecutionError]:
    each = [execution] * count if isinstance(execution, ExecutionError) else list(execution)
    if len(each) != count or not all(isinstance(engine, ExecutionError) for engine in each):
        raise InputError(
            f"execution is an ExecutionError, or one for each of the {count} corrections"
        )
    return each


def _covariances(values: ArrayLike, count: int, what: str) -> Array:
    array = np.asarray(values, dtype=float)
    if array.shape != (count, 6, 6) or not np.isfinite(array).all():
        raise InputError(
            f"{what} are {count} covariances of a state, of finite numbers, (6, 6) each; they have "
            f"shape {array.shape}"
        )
    return array


def _draws(covariance: Array, count: int, rng: np.random.Generator) -> Array:
    """(count, 6) normal draws; covariances of less than full rank are welcome."""
    variance = np.diag(covariance)
    scale = np.sqrt(np.where(variance > 0.0, variance, 1.0))
    value, vector = np.linalg.eigh(covariance / np.outer(scale, scale))
    if variance.min() < 0.0 or value.min() < -1e-6 * max(value.max(), 1e-300):
        raise InputError("a covariance has a negative variance in some direction; check it")
    root = vector * np.sqrt(np.maximum(value, 0.0))
    return np.asarray((rng.standard_normal((count, 6)) @ root.T) * scale)
