"""How an attitude is known or held: errors that are white from frame to frame, and slow ones.

An error is a small rotation of the camera about its own axes. Its white part is independent at
every epoch; its slow part keeps its size and wanders with a period, such as an orbit's: between
knots one period apart it goes from one independent normal vector to the next along an arc, cos and
sin, so that its variance is the same at all times. Both depend only on the seed and the epoch, not
on which other epochs are asked for.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from marsward.core.errors import InputError
from marsward.core.readings import check_epoch
from marsward.geometry.attitude import AttitudeLaw
from marsward.geometry.camera_axes import rotation_matrix

if TYPE_CHECKING:
    from marsward.core.time import Epoch

__all__ = ["Disturbed", "attitude_errors", "disturbed"]

Array = NDArray[np.float64]
Sigma = float | Sequence[float]
_TICK = 1e-6  # s; epochs nearer than this share one error
_WHITE, _SLOW = 1, 2


def attitude_errors(
    epoch: Epoch,
    *,
    sigma_rad: Sigma = 0.0,
    bias_rad: Sigma = 0.0,
    period: float = 25_300.0,
    seed: int = 0,
) -> Array:
    """Small rotations of the camera about its own axes (..., 3) [rad].

    Parameters
    ----------
    sigma_rad : 1 sigma of the white part, one number or one for each of x, y, z [rad]
    bias_rad : 1 sigma of the slow part, likewise [rad]
    period : time after which the slow part is a new draw [s]; by default the period of the mapping
        orbit of Tianwen-1
    seed : of both parts

    Raises
    ------
    InputError : a sigma that is negative or no number, a period that is not positive
    """
    check_epoch(epoch, "epoch")
    white, slow = _three("sigma_rad", sigma_rad), _three("bias_rad", bias_rad)
    if not (math.isfinite(period) and period > 0.0):
        raise InputError(f"period is {period}: give a positive number of seconds")
    whole = np.asarray(epoch.whole, dtype=np.float64).ravel()
    frac = np.asarray(epoch.frac, dtype=np.float64).ravel()
    ticks = whole.astype(np.int64) * round(1.0 / _TICK) + np.round(frac / _TICK).astype(np.int64)
    out = white * _normals(seed, _WHITE, ticks)
    if np.any(slow):
        cycle = whole / period + frac / period
        knot = np.floor(cycle)
        arc = 0.5 * np.pi * (cycle - knot)[:, None]
        first = _normals(seed, _SLOW, knot.astype(np.int64))
        second = _normals(seed, _SLOW, knot.astype(np.int64) + 1)
        out = out + slow * (np.cos(arc) * first + np.sin(arc) * second)
    return out.reshape(*epoch.shape, 3)


def disturbed(
    attitude: Array,
    epoch: Epoch,
    *,
    sigma_rad: Sigma = 0.0,
    bias_rad: Sigma = 0.0,
    period: float = 25_300.0,
    seed: int = 0,
) -> Array:
    """Attitudes (..., 3, 3) with errors; parameters as in `attitude_errors`."""
    errors = attitude_errors(
        epoch, sigma_rad=sigma_rad, bias_rad=bias_rad, period=period, seed=seed
    )
    # turning the camera by +e turns what it sees by -e
    return rotation_matrix(-errors) @ np.asarray(attitude, dtype=np.float64)


@dataclass(frozen=True, kw_only=True)
class Disturbed(AttitudeLaw):
    """Another law as a craft holds it that cannot hold it exactly.

    Parameters
    ----------
    law : what was ordered
    sigma_rad, bias_rad, period, seed : see `attitude_errors`
    """

    law: AttitudeLaw
    sigma_rad: Sigma = 0.0
    bias_rad: Sigma = 0.0
    period: float = 25_300.0
    seed: int = 0

    def at(self, trajectory: Any, epoch: Epoch, *, ephemeris: Any = None) -> Array:
        """Attitudes (..., 3, 3); see `AttitudeLaw.at`."""
        return disturbed(
            self.law.at(trajectory, epoch, ephemeris=ephemeris),
            epoch,
            sigma_rad=self.sigma_rad,
            bias_rad=self.bias_rad,
            period=self.period,
            seed=self.seed,
        )


def _three(name: str, sigma: Sigma) -> Array:
    try:
        out = np.broadcast_to(np.asarray(sigma, dtype=np.float64), (3,))
    except (TypeError, ValueError) as error:
        raise InputError(f"{name} is {sigma!r}: give one number or three [rad]") from error
    if not np.all(np.isfinite(out) & (out >= 0.0)):
        raise InputError(f"{name} is {sigma!r}: give numbers of 0 or more [rad]")
    return out


def _normals(seed: int, stream: int, count: NDArray[np.int64]) -> Array:
    """Normal numbers (n, 3) that depend on seed, stream and count alone (Box and Muller 1958)."""
    key = _mixed(
        np.full(1, int(seed) % 2**63, dtype=np.int64).view(np.uint64) * np.uint64(4)
        + np.uint64(stream)
    )
    base = _mixed(count.astype(np.int64).view(np.uint64) ^ key)
    drawn = np.stack([_mixed(base + np.uint64(k)) for k in range(1, 5)], axis=-1)
    uniform = ((drawn >> np.uint64(11)).astype(np.float64) + 0.5) * 2.0**-53
    radius = np.sqrt(-2.0 * np.log(uniform[:, :2]))
    angle = 2.0 * np.pi * uniform[:, 2:]
    return np.stack(
        [
            radius[:, 0] * np.cos(angle[:, 0]),
            radius[:, 0] * np.sin(angle[:, 0]),
            radius[:, 1] * np.cos(angle[:, 1]),
        ],
        axis=-1,
    )


def _mixed(x: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """One step of SplitMix64 (Steele, Lea & Flood 2014, doi:10.1145/2660193.2660195)."""
    with np.errstate(over="ignore"):
        z = x + np.uint64(0x9E3779B97F4A7C15)
        z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        return z ^ (z >> np.uint64(31))
