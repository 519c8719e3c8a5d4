"""The ground as a network of poles: heat conduction of a layered column in a few numbers.

For layers of constant conductivity k and volumetric heat rho c the flux into the ground and the
surface temperature are tied by an admittance Y(s), s = i omega. Within a layer of inertia
I = sqrt(k rho c) heat waves run as exp(-+ q z/d), q = d sqrt(s) rho c/I; from the half-space below
(Y = I sqrt(s)) up through each layer, with Y' the admittance met at its lower face,

    G = (I sqrt(s) - Y')/(I sqrt(s) + Y'),
    Y = I sqrt(s) (1 - G exp(-2q))/(1 + G exp(-2q)),
    T(z)/T(top) = exp(-q z/d) (1 + G exp(-2q (1 - z/d)))/(1 + G exp(-2q)):

the exact solution of the layered half-space (Carslaw & Jaeger, Conduction of Heat in Solids, 1959,
section 3.7; no cells). Y is then written as sum r_k D_k(omega), where pole k relaxes to the surface
at the rate lambda_k, x' = lambda (T - x), and D is the response of T - x *as the time stepping
gives it*: the fit takes up the error of the step. Rates are the same for all columns; residues
r_k >= 0 come from least squares, so the network is passive: stable at any step, and it keeps heat.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike, NDArray

from marsward.core.errors import InputError
from marsward.physics.columns import GroundColumns
from marsward.physics.kernels.pole_fit import fit_many, project
from marsward.physics.season import MarsYear

__all__ = ["GroundNetwork", "LayeredGround", "Poles", "fit_depths", "fit_network"]

Array = NDArray[np.float64]
Complex = NDArray[np.complex128]
# Rates [s-1] and number of the poles, and the rate under which a pole is moved once per sol only:
# chosen by the fit's error at the lines of the year and the sol; see benchmarks/ground_network.py.
SLOWEST, FASTEST, COUNT = 3e-9, 8e-3, 16
ONCE_A_SOL = 1.5e-6
# Bands of the fit, in cycles per year and per sol, and points in each. Sunlight puts nothing
# between them. A harmonic of the sol weighs n^-1.5, about as it stands in surface temperature.
_YEAR_FROM, _SOL_BELOW, _SOL_FROM, _SOL_TO, _STEP_SHARE = 0.5, 0.2, 0.9, 16.0, 1.0 / 3.0
_POINTS = 40
_STEEPNESS = 1.5
_FAR = 1e6  # m, a depth that stands for a layer without end
_CHUNK = 4096
_RIDGE = 1e-9  # of the mean diagonal, keeps shares of like poles from cancelling


@dataclass(frozen=True, eq=False)
class LayeredGround:
    """n columns of even layers over a half-space.

    thickness : of each layer but the last [m] (n, layers - 1); inf is allowed
    inertia : of each layer [J m-2 K-1 s-1/2] (n, layers)
    volumetric_heat : of each layer [J m-3 K-1] (n, layers)
    """

    thickness: Array
    inertia: Array
    volumetric_heat: Array

    def __post_init__(self) -> None:
        inertia = np.atleast_2d(np.asarray(self.inertia, float))
        heat = np.atleast_2d(np.asarray(self.volumetric_heat, float))
        thick = np.asarray(self.thickness, float).reshape(inertia.shape[0], -1)
        if heat.shape != inertia.shape or thick.shape[1] != inertia.shape[1] - 1:
            raise InputError(
                f"layers of ground do not match: {inertia.shape} inertias, {heat.shape} volumetric "
                f"heats, {thick.shape} thicknesses; give one thickness less than layers"
            )
        if not ((inertia > 0.0) & np.isfinite(inertia) & (heat > 0.0) & np.isfinite(heat)).all():
            raise InputError("inertia and volumetric heat of every layer must be above zero")
        if not (thick >= 0.0).all():
            raise InputError("the thickness of a layer must not be negative")
        object.__setattr__(self, "inertia", inertia)
        object.__setattr__(self, "volumetric_heat", heat)
        object.__setattr__(self, "thickness", np.minimum(thick, _FAR))

    @classmethod
    def of(cls, columns: GroundColumns) -> LayeredGround:
        """Dry soil over icy soil; one layer only where no column has ice."""
        dry = np.stack([columns.inertia, columns.volumetric_heat])
        if not np.isfinite(columns.ice_depth).any():
            return cls(np.empty((len(columns), 0)), dry[0][:, None], dry[1][:, None])
        icy = np.stack([columns.ice_inertia, columns.ice_volumetric_heat])
        none = ~np.isfinite(columns.ice_depth)
        icy[:, none] = dry[:, none]
        both = np.stack([dry, icy], axis=-1)
        return cls(columns.ice_depth[:, None], both[0], both[1])

    def __len__(self) -> int:
        return int(self.inertia.shape[0])

    def take(self, index: ArrayLike | slice) -> LayeredGround:
        """Some of the columns."""
        pick = index if isinstance(index, slice) else np.asarray(index)
        return LayeredGround(self.thickness[pick], self.inertia[pick], self.volumetric_heat[pick])

    def _waves(self, s: Complex) -> list[tuple[Complex, Complex, Complex]]:
        """(I sqrt(s), q, G) of each layer from the top down, each (n, frequencies)."""
        root: Complex = np.sqrt(np.asarray(s, dtype=np.complex128))[None, :]
        own: Complex = self.inertia[:, -1, None] * root
        layers: list[tuple[Complex, Complex, Complex]] = []
        layers.append((own, np.zeros_like(own), np.zeros_like(own)))
        met = own
        for j in range(self.inertia.shape[1] - 2, -1, -1):
            own = self.inertia[:, j, None] * root
            depth = self.thickness[:, j] * self.volumetric_heat[:, j] / self.inertia[:, j]
            q, back = depth[:, None] * root, (own - met) / (own + met)
            echo = back * np.exp(-2.0 * q)
            met = own * (1.0 - echo) / (1.0 + echo)
            layers.append((own, q, back))
        return layers[::-1]

    def admittance(self, s: ArrayLike) -> Complex:
        """Y(s) [W m-2 K-1], (n, frequencies), s [s-1] complex."""
        own, q, back = self._waves(np.atleast_1d(np.asarray(s)))[0]
        echo = back * np.exp(-2.0 * q)
        return np.asarray(own * (1.0 - echo) / (1.0 + echo))

    def transfer(self, s: ArrayLike, depths: ArrayLike) -> Complex:
        """T(depth)/T(surface), (n, depths, frequencies); depths [m] (n, m) or (m,)."""
        s = np.atleast_1d(np.asarray(s))
        depth = np.broadcast_to(np.asarray(depths, float), (len(self), np.shape(depths)[-1]))
        layers = self._waves(s)
        out = np.ones((*depth.shape, s.size), dtype=np.complex128)
        top = np.zeros(len(self))
        for j, (_, q, back) in enumerate(layers):
            last = j == len(layers) - 1
            thick = np.full(len(self), np.inf) if last else self.thickness[:, j]
            inside = np.clip(depth - top[:, None], 0.0, thick[:, None])
            slow = self.volumetric_heat[:, j] / self.inertia[:, j]
            gone = (inside * slow[:, None])[..., None] * np.sqrt(s.astype(np.complex128))
            rest = np.zeros_like(gone) if last else q[:, None, :] - gone
            echo = back[:, None, :]
            out *= np.exp(-gone) * (1.0 + echo * np.exp(-2.0 * rest))
            out /= 1.0 + echo * np.exp(-2.0 * q[:, None, :])
            top = top + thick
        return out

    def resistance(self, depths: ArrayLike) -> Array:
        """Thermal resistance from the surface to depths [m]: integral of dz/k [m2 K W-1] (n, m)."""
        depth = np.broadcast_to(np.asarray(depths, float), (len(self), np.shape(depths)[-1]))
        total, top = np.zeros(depth.shape), np.zeros(len(self))
        for j in range(self.inertia.shape[1]):
            last = j == self.inertia.shape[1] - 1
            thick = np.full(len(self), np.inf) if last else self.thickness[:, j]
            inside = np.clip(depth - top[:, None], 0.0, thick[:, None])
            total += inside * (self.volumetric_heat[:, j] / self.inertia[:, j] ** 2)[:, None]
            top = top + thick
        return total


@dataclass(frozen=True, eq=False)
class Poles:
    """Rates of a network and how it is stepped.

    rates : [s-1] rising (k,)
    step : [s]; steps : of one sol; a sol is steps x step, a year sols x that
    slow : how many of the first poles are moved once per sol
    """

    rates: Array
    step: float
    steps: int
    sols: int
    slow: int

    @classmethod
    def spread(
        cls,
        *,
        year: MarsYear,
        steps: int,
        count: int = COUNT,
        slowest: float = SLOWEST,
        fastest: float = FASTEST,
        once_a_sol: float = ONCE_A_SOL,
    ) -> Poles:
        """Rates in even ratios."""
        if count < 2 or not 0.0 < slowest < fastest:
            raise InputError(
                f"a network needs two poles or more between rising rates, not {count} from "
                f"{slowest:g} to {fastest:g} s-1"
            )
        rates = np.geomspace(slowest, fastest, count)
        slow = int((rates < once_a_sol).sum())
        return cls(rates, year.sol_length / steps, steps, year.sols, slow)

    @cached_property
    def decay(self) -> Array:
        """exp(-rate step) of the fast poles, as float32 keeps it."""
        return np.exp(-self.rates[self.slow :] * self.step).astype(np.float32).astype(float)

    @cached_property
    def gain(self) -> Array:
        """(1 - exp(-a))/a of the fast poles, a = rate x step, as float32 keeps it."""
        a = self.rates[self.slow :] * self.step
        return (-np.expm1(-a) / a).astype(np.float32).astype(float)

    @cached_property
    def sol_gain(self) -> Array:
        """1 - exp(-rate sol) of the slow poles."""
        return np.asarray(-np.expm1(-self.rates[: self.slow] * self.step * self.steps))

    def response(self, omega: ArrayLike) -> Complex:
        """(T - x)/T of every pole as stepped, (frequencies, k), omega [rad s-1].

        A slow pole sees the mean of each sol and is held within it, so at half a cycle per sol and
        faster it stands still.
        """
        omega = np.atleast_1d(np.asarray(omega, dtype=np.float64))
        out = np.ones((omega.size, self.rates.size), dtype=np.complex128)
        z = np.exp(1j * omega * self.step)[:, None]
        out[:, self.slow :] = self.gain * (z - 1.0) / (z - self.decay)
        sol = self.step * self.steps
        far = omega < np.pi / sol
        z = np.exp(1j * omega[far] * sol)[:, None]
        out[far, : self.slow] = (z - 1.0) / (z - 1.0 + self.sol_gain)
        return out

    @cached_property
    def band(self) -> tuple[Array, Array]:
        """Frequencies [rad s-1] of the fit and the weight of each."""
        per_sol = 2.0 * np.pi / (self.step * self.steps)
        per_year = per_sol / self.sols
        top = max(min(_SOL_TO, _STEP_SHARE * 0.5 * self.steps), 2.0)
        low = np.geomspace(_YEAR_FROM * per_year, _SOL_BELOW * per_sol, _POINTS)
        high = np.geomspace(_SOL_FROM * per_sol, top * per_sol, _POINTS)
        weight = np.concatenate([np.ones(_POINTS), np.maximum(high / per_sol, 1.0) ** -_STEEPNESS])
        return np.concatenate([low, high]), weight

    @cached_property
    def _basis(self) -> tuple[Array, Array, Array]:
        """Responses over the band, real and imaginary, and products of pairs of them."""
        basis = self.response(self.band[0])
        row, column = np.tril_indices(self.rates.size)
        pairs = (basis[:, row] * basis[:, column].conj()).real
        whole = (pairs, basis.real, basis.imag)
        return tuple(np.ascontiguousarray(v) for v in whole)  # type: ignore[return-value]

    @cached_property
    def _states(self) -> tuple[Array, Array, Array, Array]:
        """States over the band, weighted, the inverse of their normal matrix, and the edge."""
        omega, weight = self.band
        state = 1.0 - self.response(omega)
        size = self.rates.size
        square = weight[:, None] ** 2
        gram = ((square * state.conj()).T @ state).real
        gram += _RIDGE * np.trace(gram) / size * np.eye(size)
        inverse = np.asarray(np.linalg.inv(gram), dtype=np.float64)
        across = np.asarray(inverse.sum(axis=1) / inverse.sum(), dtype=np.float64)
        real, imag = (np.ascontiguousarray(square * v) for v in (state.real, state.imag))
        return real, imag, inverse, across


@dataclass(frozen=True, eq=False)
class GroundNetwork:
    """Residues [W m-2 K-1] (n, k) of columns on a set of poles."""

    poles: Poles
    residues: Array

    def admittance(self, omega: ArrayLike) -> Complex:
        """Y of the network as stepped, (n, frequencies), omega [rad s-1]."""
        return np.asarray(self.residues @ self.poles.response(omega).T)


def fit_network(ground: LayeredGround, poles: Poles) -> GroundNetwork:
    """Residues of every column: least squares of Y over its own size, none negative.

    Parameters
    ----------
    ground : n columns
    poles : rates and step

    Returns
    -------
    GroundNetwork : residues (n, k). With 16 poles and 96 steps per sol the network's Y is within
        0.1 % of the exact one at the year's first four and the sol's first two harmonics for even
        ground, and within some 0.5 % for nine layered columns in ten.
    """
    omega, weight = poles.band
    out = np.empty((len(ground), poles.rates.size))
    for start in range(0, len(ground), _CHUNK):
        part = slice(start, min(start + _CHUNK, len(ground)))
        some = ground.take(part)
        scale = some.inertia[:, :1]
        y = some.admittance(1j * omega) / scale
        square = (weight / np.abs(y)) ** 2
        real, imag = (np.ascontiguousarray(v) for v in (y.real, y.imag))
        fit_many(square, real, imag, *poles._basis, out[part])
        out[part] *= scale
    return GroundNetwork(poles, out)


def fit_depths(ground: LayeredGround, poles: Poles, depths: ArrayLike) -> Array:
    """Shares h (n, m, k) that give temperatures at depths [m] (n, m) or (m,): T(z) = sum h x.

    Least squares of T(z)/T(surface) over the bands of the fit, with sum h = 1.
    """
    count = np.shape(depths)[-1]
    depth = np.broadcast_to(np.asarray(depths, float), (len(ground), count))
    out = np.empty((len(ground), count, poles.rates.size))
    for start in range(0, len(ground), _CHUNK):
        part = slice(start, min(start + _CHUNK, len(ground)))
        goal = ground.take(part).transfer(1j * poles.band[0], depth[part])
        goal = goal.reshape(-1, goal.shape[-1])
        real, imag = (np.ascontiguousarray(v) for v in (goal.real, goal.imag))
        shares = np.empty((goal.shape[0], poles.rates.size))
        project(real, imag, *poles._states, shares)
        out[part] = shares.reshape(out[part].shape)
    return out
