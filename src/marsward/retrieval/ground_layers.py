"""Layers under a rover from its radar's sweeps: how many, how deep, of what permittivity.

What the sweeps say is fitted, not only picked: the complex reflection of a stack of layers
(`physics.layered_reflection`) with unknown thickness, permittivity and loss is fitted to each sweep
by least squares, together with the campaign's gain, known to within its stated error. Layers are
stripped from above: a half space first; while what is left still has an echo above the noise, a
layer is added at its delay and all is fitted again (Goodman 1994, doi:10.1190/1.1443613, on the
stripping; Tarantola 2005, doi:10.1137/1.9780898717921, on the fit with its covariance).
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product

import numpy as np
import xarray as xr
from numpy.typing import NDArray
from scipy.optimize import least_squares

from marsward.core.constants import SPEED_OF_LIGHT
from marsward.core.errors import InputError
from marsward.physics.layered_reflection import RadarColumns, reflectivity

__all__ = ["GroundLayers", "ground_layers"]

Array = NDArray[np.float64]
_C = float(SPEED_OF_LIGHT)
MOST_LAYERS = 6
_STRENGTH = 6.0  # an echo stands this many sigmas above the noise of the trace
_LOSS = 0.2  # greatest loss tangent
_DENSE = 15.0  # greatest permittivity


@dataclass(frozen=True)
class GroundLayers:
    """What was found under each trace; sigma is 1 sigma, the gain's error in it.

    depth, depth_sigma : (trace, layer) of the bottom of each layer [m]
    permittivity, permittivity_sigma : (trace, layer + 1), the half space below as the last
    loss_tangent, loss_sigma : (trace,) one for the whole stack
    chi_square : (trace,) of the fit, per degree of freedom
    """

    depth: Array
    depth_sigma: Array
    permittivity: Array
    permittivity_sigma: Array
    loss_tangent: Array
    loss_sigma: Array
    chi_square: Array

    def mean_permittivity(self) -> tuple[Array, Array]:
        """Mean over the traces by layer, and its 1 sigma: the gain is one for all traces."""
        weight = 1.0 / self.permittivity_sigma**2
        mean = np.sum(weight * self.permittivity, axis=0) / np.sum(weight, axis=0)
        return mean, np.median(self.permittivity_sigma, axis=0)


@dataclass(frozen=True)
class _Sweep:
    """One sweep to be fitted."""

    frequency: Array
    echo: NDArray[np.complex128]
    sigma: float
    gain_error: float

    def models(self, states: Array) -> NDArray[np.complex128]:
        """Reflections (state, frequency) of thicknesses, permittivities, loss and ln gain."""
        layers = (states.shape[1] - 3) // 2
        ground = RadarColumns(
            np.maximum(states[:, :layers], 0.0), states[:, layers : 2 * layers + 1],
            states[:, -2:-1],
        )  # fmt: skip
        return np.asarray(np.exp(states[:, -1:]) * reflectivity(ground, self.frequency))

    def model(self, state: Array) -> NDArray[np.complex128]:
        """Reflection (frequency,) of one state."""
        return np.asarray(self.models(state[None])[0])

    def misfit(self, state: Array) -> Array:
        """Residuals over their sigma, the gain's prior as the last."""
        off = (self.model(state) - self.echo) / self.sigma
        prior = state[-1] / max(self.gain_error, 1e-6)
        return np.concatenate([off.real, off.imag, [prior]])

    def slopes(self, state: Array) -> Array:
        """Derivatives of the residuals by the state, all by differences in one call."""
        step = np.where(np.arange(state.size) < state.size - 2, 1e-6, 1e-7)
        both = self.models(state + np.diag(step))
        back = self.models(state[None])
        turned = (both - back) / (step[:, None] * self.sigma)
        prior = np.zeros(state.size)
        prior[-1] = 1.0 / max(self.gain_error, 1e-6)
        return np.concatenate([turned.real, turned.imag, prior[:, None]], axis=1).T


def ground_layers(sweeps: xr.Dataset, *, most: int = MOST_LAYERS) -> GroundLayers:
    """Layers under each trace of a channel's sweeps.

    Parameters
    ----------
    sweeps : (trace, frequency) with reflection_real, reflection_imaginary, noise_sigma and
        gain_error, as `GroundRadar.observe` gives them
    most : layers at most

    Raises
    ------
    InputError : sweeps without these, or with gaps
    """
    rows = _sweeps(sweeps)
    state = _stripped(rows[0], most)
    found = []
    for row in rows:
        best = _fitted(row, state)
        if _chi_square(best) > 3.0:
            best = min((best, _fitted(row, _stripped(row, state.size // 2 - 1, True))),
                       key=lambda fit: fit.cost)  # fmt: skip
        found.append(best)
        state = best.x
    return _collected(found)


def _sweeps(sweeps: xr.Dataset) -> list[_Sweep]:
    if "frequency" not in sweeps.coords:
        raise InputError("these are no sweeps of a ground radar: their frequencies are missing")
    try:
        f = sweeps.coords["frequency"].values.astype(float)
        echo = sweeps["reflection_real"].values + 1j * sweeps["reflection_imaginary"].values
        sigma, gain = float(sweeps.attrs["noise_sigma"]), float(sweeps.attrs["gain_error"])
    except KeyError as error:
        raise InputError(f"these are no sweeps of a ground radar: {error} is missing") from error
    if echo.ndim != 2 or not np.isfinite(echo).all() or not echo.size:
        raise InputError("sweeps of a ground radar are (trace, frequency) without gaps")
    if not sigma > 0.0:
        raise InputError(f"noise_sigma = {sigma!r}; it must be above 0")
    return [_Sweep(f, row, sigma, gain) for row in echo]


def _stripped(sweep: _Sweep, most: int, exactly: bool = False) -> Array:
    """A first answer for a trace: as many layers as its echoes ask for."""
    top = float(np.clip(np.abs(np.mean(np.abs(sweep.echo))), 0.02, 0.9))
    fit = _fitted(sweep, np.array([((1 + top) / (1 - top)) ** 2, 0.005, 0.0]))
    for _ in range(most):
        delay, strength = _strongest(sweep, fit.x)
        if strength < _STRENGTH and not exactly:
            break
        trial = _best_start(sweep, _with_layer(fit.x, delay))
        if trial.cost > 0.98 * fit.cost and not exactly:
            break
        fit = trial
    return np.asarray(fit.x)


def _strongest(sweep: _Sweep, state: Array) -> tuple[float, float]:
    """Delay [s] of the strongest echo that the model leaves, and how many sigmas it has."""
    f, window = sweep.frequency, np.hanning(sweep.frequency.size)
    rest = (sweep.echo - sweep.model(state)) * window
    count = 8 * f.size
    trace = np.abs(np.fft.ifft(rest, count)) * count
    delay = np.arange(count) / (count * (f[1] - f[0]))
    noise = sweep.sigma * np.sqrt(2.0 * np.sum(window**2))
    usable = (delay > 0.7 / (f[-1] - f[0])) & (delay < 0.5 * delay[-1])
    at = int(np.argmax(np.where(usable, trace, 0.0)))
    return float(delay[at]), float(trace[at] / noise)


def _with_layer(state: Array, delay: float) -> Array:
    """A state with one interface more, at a two-way delay [s]."""
    layers = (state.size - 3) // 2
    thick, eps = list(state[:layers]), list(state[layers : 2 * layers + 1])
    before = 0.0
    for k in range(layers):
        after = before + 2.0 * thick[k] * np.sqrt(eps[k]) / _C
        if delay < after:
            part = (delay - before) / (after - before)
            thick[k : k + 1] = [part * thick[k], (1.0 - part) * thick[k]]
            eps.insert(k + 1, eps[k] * 1.15)
            return np.array([*thick, *eps, *state[-2:]])
        before = after
    thick.append((delay - before) * _C / (2.0 * np.sqrt(eps[-1])))
    eps.append(min(eps[-1] * 1.3, 0.9 * _DENSE))
    return np.array([*thick, *eps, *state[-2:]])


def _best_start(sweep: _Sweep, state: Array):
    """The best fit among starts that differ by half a wave in the newest layers or in contrast."""
    layers = (state.size - 3) // 2
    wave = _C / float(sweep.frequency.mean())
    fits = []
    for shift, contrast in product((-0.5, 0.0, 0.5), (0.75, 1.0, 1.3)):
        start = state.copy()
        eps = start[layers : 2 * layers + 1]
        start[layers - 1] = max(start[layers - 1] + 0.5 * shift * wave / np.sqrt(eps[-2]), 1e-3)
        start[2 * layers] = np.clip(eps[-1] * contrast, 1.05, 0.95 * _DENSE)
        fits.append(_fitted(sweep, start, 25))
    best = min(fits, key=lambda fit: fit.cost)
    return _fitted(sweep, best.x)


def _fitted(sweep: _Sweep, start: Array, tries: int = 100):
    layers = (start.size - 3) // 2
    low = np.array([1e-4] * layers + [1.0] * (layers + 1) + [0.0, -1.0])
    high = np.array([np.inf] * layers + [_DENSE] * (layers + 1) + [_LOSS, 1.0])
    inside = np.clip(start, low + 1e-9, np.where(np.isfinite(high), high, 1e9) - 1e-9)
    scale = np.array([1.0] * layers + [1.0] * (layers + 1) + [0.01, 0.05])
    return least_squares(
        sweep.misfit, inside, sweep.slopes, bounds=(low, high), x_scale=scale, xtol=1e-9,
        ftol=1e-9, max_nfev=tries,
    )  # fmt: skip


def _chi_square(fit) -> float:
    return float(2.0 * fit.cost / max(fit.fun.size - fit.x.size, 1))


def _collected(fits: list) -> GroundLayers:
    states = np.stack([fit.x for fit in fits])
    layers = (states.shape[1] - 3) // 2
    spread = np.stack([_covariance(fit) for fit in fits])
    down = np.tril(np.ones((layers, layers)))
    depth = states[:, :layers] @ down.T
    thick = spread[:, :layers, :layers]
    variance = np.einsum("ij,tjk,ik->ti", down, thick, down)
    sigma = np.sqrt(np.einsum("tii->ti", spread))
    return GroundLayers(
        depth=depth, depth_sigma=np.sqrt(variance),
        permittivity=states[:, layers : 2 * layers + 1],
        permittivity_sigma=sigma[:, layers : 2 * layers + 1],
        loss_tangent=states[:, -2], loss_sigma=sigma[:, -2],
        chi_square=np.array([_chi_square(fit) for fit in fits]),
    )  # fmt: skip


def _covariance(fit) -> Array:
    """Inverse of the normal matrix, by its singular values; a bound met counts as not known."""
    _, size, turn = np.linalg.svd(fit.jac, full_matrices=False)
    keep = size > 1e-12 * size[0]
    return np.asarray((turn[keep].T / size[keep] ** 2) @ turn[keep])
