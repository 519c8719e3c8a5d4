"""Join state vectors of a flight into one trajectory: a batch least-squares fit with manoeuvres.

The unknowns are the state at the first vector used, and the epoch and velocity change of each
manoeuvre; the solar pressure is held at a given value whose uncertainty is carried through as a
considered parameter (Tapley, Schutz & Born 2004, ch. 6). The observations are the vectors
themselves, each with the uncertainty of its quality class. Those uncertainties are estimated from
the residuals by variance components, so that the fit says how good each class of vector is.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from marsward.core.errors import InputError, PhysicsError
from marsward.core.time import Epoch
from marsward.dynamics.forces import Forces
from marsward.dynamics.state_transition import state_transition

ITERATIONS_MAX = 12
VARIANCE_ROUNDS = 6


@dataclass(frozen=True)
class StateVector:
    """One state vector of the flight, heliocentric J2000.

    `state` is (6,) in m and m/s; `quality` names the class that its uncertainty comes from.
    """

    name: str
    epoch: Epoch
    state: np.ndarray
    quality: str
    event: str = ""
    source: str = ""


@dataclass(frozen=True)
class Quality:
    """Standard deviation of one component of a class of vectors: position [m], velocity [m/s]."""

    position: float
    velocity: float


@dataclass(frozen=True)
class Manoeuvre:
    """An impulsive manoeuvre: epoch with its a-priori standard deviation [s], change [m/s]."""

    name: str
    epoch: Epoch
    epoch_sigma: float
    dv: np.ndarray
    dv_sigma: np.ndarray | None = None


@dataclass(frozen=True)
class JoinedFit:
    """What the joint fit found.

    Attributes
    ----------
    start : StateVector
        The fitted state at the epoch of the first vector used.
    manoeuvres : tuple of Manoeuvre
        Fitted epochs and velocity changes, with standard deviations.
    qualities : mapping
        The estimated uncertainty of each class.
    noise : ndarray (n, n)
        Covariance of the parameters from the vectors alone: state (m, m/s), then for each
        manoeuvre epoch [s] and dv [m/s].
    pressure_sigma : float
        Standard deviation of the solar pressure that was held [m/s2 at 1 au].
    chi_square, degrees : float, int
        Weighted sum of squares and degrees of freedom, with the estimated uncertainties.
    sensitivity : ndarray (n,)
        Change of the parameters for one unit of solar pressure at 1 au [.. / (m/s2)].
    """

    start: StateVector
    manoeuvres: tuple[Manoeuvre, ...]
    qualities: Mapping[str, Quality]
    noise: np.ndarray
    pressure_sigma: float
    chi_square: float
    degrees: int
    sensitivity: np.ndarray

    @property
    def covariance(self) -> np.ndarray:
        """Covariance (n, n) of the parameters with the solar pressure's share in it."""
        return self.noise + np.outer(self.sensitivity, self.sensitivity) * self.pressure_sigma**2

    def state_covariance(self, partial: np.ndarray, pressure: np.ndarray) -> np.ndarray:
        """Covariance (6, 6) of a state whose derivatives `sweep` gave."""
        lever = partial @ self.sensitivity + pressure
        return partial @ self.noise @ partial.T + np.outer(lever, lever) * self.pressure_sigma**2


def _stops(vectors: Sequence[StateVector], manoeuvres: Sequence[Manoeuvre]) -> list[tuple]:
    """Return every vector and manoeuvre in order of time as (epoch, kind, index)."""
    stops: list[tuple] = [(v.epoch, "vector", i) for i, v in enumerate(vectors)]
    stops += [(m.epoch, "manoeuvre", i) for i, m in enumerate(manoeuvres)]
    return sorted(stops, key=lambda stop: float(stop[0].et))


def sweep(
    start: StateVector,
    vectors: Sequence[StateVector],
    manoeuvres: Sequence[Manoeuvre],
    forces: Forces,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Fly from `start` through all manoeuvres and return the state at each vector.

    Returns
    -------
    states : ndarray (n, 6)
        Predicted heliocentric states [m, m/s].
    partials : ndarray (n, 6, 6 + 4 m)
        Derivatives with respect to the start state and, for each manoeuvre, its epoch and dv.
    pressure : ndarray (n, 6)
        Derivatives with respect to the solar-pressure acceleration at 1 au.
    """
    count = 6 + 4 * len(manoeuvres)
    state, epoch = np.array(start.state, float), start.epoch
    partial = np.zeros((6, count))
    partial[:, :6] = np.eye(6)
    pressure = np.zeros(6)
    states = np.empty((len(vectors), 6))
    partials = np.empty((len(vectors), 6, count))
    pressures = np.empty((len(vectors), 6))
    for stop, kind, index in _stops(vectors, manoeuvres):
        if float(stop - epoch) != 0.0:
            state, phi, gradient = state_transition(state, epoch, stop, forces=forces)
            partial, pressure = phi @ partial, phi @ pressure + gradient
            epoch = stop
        if kind == "vector":
            states[index], partials[index], pressures[index] = state, partial, pressure
            continue
        dv = manoeuvres[index].dv
        column = 6 + 4 * index
        state = state.copy()
        state[3:] += dv
        partial = partial.copy()
        # a burn moved by dt leaves the earlier path later: the position after it loses dv dt
        partial[:3, column] -= dv
        partial[3:, column + 1 : column + 4] += np.eye(3)
    return states, partials, pressures


def _weights(vectors: Sequence[StateVector], qualities: Mapping[str, Quality]) -> np.ndarray:
    """Return the reciprocal standard deviation of every component, shape (n, 6)."""
    rows = []
    for vector in vectors:
        if vector.quality not in qualities:
            raise InputError(
                f"vector {vector.name!r} has quality {vector.quality!r}, which has no uncertainty; "
                f"use one of {', '.join(sorted(qualities))}"
            )
        quality = qualities[vector.quality]
        rows.append([1.0 / quality.position] * 3 + [1.0 / quality.velocity] * 3)
    return np.array(rows)


@dataclass(frozen=True)
class _Solution:
    """The state of the iteration: where it stands and the normal system there."""

    start: StateVector
    manoeuvres: tuple[Manoeuvre, ...]
    residuals: np.ndarray
    design: np.ndarray
    pressure: np.ndarray


def _linearise(start, vectors, manoeuvres, priors, weights, forces) -> _Solution:
    """Return weighted residuals and their derivatives, a-priori epochs appended."""
    states, partials, pressure = sweep(start, vectors, manoeuvres, forces)
    observed = np.array([v.state for v in vectors])
    residuals = ((states - observed) * weights).ravel()
    design = (partials * weights[:, :, None]).reshape(residuals.size, -1)
    prior_rows = np.zeros((len(manoeuvres), design.shape[1]))
    prior_residuals = np.zeros(len(manoeuvres))
    for i, (now, prior) in enumerate(zip(manoeuvres, priors, strict=True)):
        prior_rows[i, 6 + 4 * i] = 1.0 / prior.epoch_sigma
        prior_residuals[i] = float(now.epoch - prior.epoch) / prior.epoch_sigma
    return _Solution(
        start,
        tuple(manoeuvres),
        np.concatenate([residuals, prior_residuals]),
        np.vstack([design, prior_rows]),
        np.concatenate([(pressure * weights).ravel(), np.zeros(len(manoeuvres))]),
    )


def _solve(design: np.ndarray, residuals: np.ndarray) -> np.ndarray:
    """Return the least-squares step; columns are scaled, for m and m/s differ by 1e6."""
    scale = np.linalg.norm(design, axis=0)
    if not np.all(scale > 0.0):
        raise PhysicsError(
            "the joint fit has a parameter that no vector sees; give a vector after each manoeuvre"
        )
    step, _, rank, _ = np.linalg.lstsq(design / scale, -residuals, rcond=1e-14)
    if rank < scale.size:
        raise PhysicsError(
            f"the joint fit is singular (rank {rank} of {scale.size}); "
            "give more vectors between the manoeuvres"
        )
    return step / scale


def _stepped(start: StateVector, manoeuvres, step: np.ndarray):
    """Return start and manoeuvres moved by a least-squares step."""
    moved = replace(start, state=start.state + step[:6])
    changed = tuple(
        replace(
            m,
            epoch=m.epoch + float(step[6 + 4 * i]),
            dv=m.dv + step[7 + 4 * i : 10 + 4 * i],
        )
        for i, m in enumerate(manoeuvres)
    )
    return moved, changed


def _converge(start, vectors, manoeuvres, priors, weights, forces) -> _Solution:
    """Iterate Gauss-Newton until the predicted states no longer move."""
    for _ in range(ITERATIONS_MAX):
        solution = _linearise(start, vectors, manoeuvres, priors, weights, forces)
        step = _solve(solution.design, solution.residuals)
        start, manoeuvres = _stepped(start, manoeuvres, step)
        if float(np.max(np.abs(solution.design @ step))) < 1e-4:
            return _linearise(start, vectors, manoeuvres, priors, weights, forces)
    raise PhysicsError(
        f"the joint fit did not settle in {ITERATIONS_MAX} steps; "
        "check the manoeuvre epochs and the quality of the vectors"
    )


def _variance_components(solution, vectors, weights, qualities) -> dict[str, Quality]:
    """Return the class uncertainties that the residuals themselves show.

    sigma_c^2 = sum r^2 / sum (1 - h) over a class, h the diagonal of the hat matrix
    (Förstner's simplification of Helmert's estimator; Amiri-Simkooei 2007,
    doi:10.1007/s00190-006-0111-9).
    """
    normal = np.linalg.pinv(solution.design.T @ solution.design, hermitian=True, rcond=1e-30)
    hat = np.einsum("ij,jk,ik->i", solution.design, normal, solution.design)
    redundancy = (1.0 - hat[: weights.size]).reshape(-1, 6)
    squares = (solution.residuals[: weights.size] ** 2).reshape(-1, 6)
    result = dict(qualities)
    for name in {v.quality for v in vectors}:
        rows = [i for i, v in enumerate(vectors) if v.quality == name]
        part = []
        for columns in (slice(0, 3), slice(3, 6)):
            free = redundancy[rows, columns].sum()
            part.append(np.sqrt(squares[rows, columns].sum() / free) if free > 1.0 else 1.0)
        old = qualities[name]
        result[name] = Quality(old.position * part[0], old.velocity * part[1])
    return result


def _covariance(design: np.ndarray) -> np.ndarray:
    """Return the inverse of the normal matrix, by scaled columns."""
    scale = np.linalg.norm(design, axis=0)
    unit = design / scale
    return np.linalg.inv(unit.T @ unit) / np.outer(scale, scale)


def join(
    vectors: Sequence[StateVector],
    manoeuvres: Sequence[Manoeuvre],
    qualities: Mapping[str, Quality],
    *,
    forces: Forces,
    pressure_sigma: float = 0.0,
    estimate_quality: bool = True,
) -> JoinedFit:
    """Fit one continuous flight through all vectors.

    Parameters
    ----------
    vectors : sequence of StateVector
        In order of time; each class of quality needs an entry in `qualities`.
    manoeuvres : sequence of Manoeuvre
        A-priori epochs with their standard deviations, and first guesses of dv.
    qualities : mapping
        First values of the uncertainty of each class.
    forces : Forces
        The force model, with the solar pressure that is held.
    pressure_sigma : float
        Standard deviation of the solar-pressure acceleration at 1 au [m/s2].
    estimate_quality : bool
        Whether the class uncertainties are re-estimated from the residuals.

    Raises
    ------
    PhysicsError
        When the fit is singular or does not settle.

    References
    ----------
    Tapley, B. D., Schutz, B. E. & Born, G. H. (2004), Statistical Orbit Determination,
    doi:10.1016/B978-0-12-683630-1.X5019-X.
    """
    if len(vectors) < 2:
        raise InputError(f"a joint fit needs at least two vectors, got {len(vectors)}")
    vectors = sorted(vectors, key=lambda v: float(v.epoch.et))
    manoeuvres = tuple(sorted(manoeuvres, key=lambda m: float(m.epoch.et)))
    priors, start, classes = manoeuvres, vectors[0], dict(qualities)
    solution = _converge(start, vectors, manoeuvres, priors, _weights(vectors, classes), forces)
    for _ in range(VARIANCE_ROUNDS if estimate_quality else 0):
        classes = _variance_components(solution, vectors, _weights(vectors, classes), classes)
        solution = _converge(
            solution.start,
            vectors,
            solution.manoeuvres,
            priors,
            _weights(vectors, classes),
            forces,
        )
    sensitivity = _solve(solution.design, solution.pressure)
    noise = _covariance(solution.design)
    sigma = np.sqrt(np.diag(noise) + (sensitivity * pressure_sigma) ** 2)
    fitted = tuple(
        replace(m, epoch_sigma=float(sigma[6 + 4 * i]), dv_sigma=sigma[7 + 4 * i : 10 + 4 * i])
        for i, m in enumerate(solution.manoeuvres)
    )
    return JoinedFit(
        start=solution.start,
        manoeuvres=fitted,
        qualities=classes,
        noise=noise,
        pressure_sigma=pressure_sigma,
        chi_square=float(solution.residuals @ solution.residuals),
        degrees=solution.residuals.size - solution.design.shape[1],
        sensitivity=sensitivity,
    )
