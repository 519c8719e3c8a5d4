"""The network of poles under a given flux, without Sun, sky or frost: what closed forms answer."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from marsward.core.errors import InputError
from marsward.physics.ground_network import LayeredGround, Poles, fit_network
from marsward.physics.kernels import ground_network as rows
from marsward.physics.kernels.ground_light import LANES
from marsward.physics.kernels.ground_network import follow_year

__all__ = ["network_under_flux"]

Array = NDArray[np.float64]
_NEVER = -1e6  # K, a frost point that is not met


def network_under_flux(
    ground: LayeredGround,
    poles: Poles,
    flux: ArrayLike,
    *,
    start: ArrayLike = 0.0,
    loss: ArrayLike = 0.0,
) -> Array:
    """Surface temperature under a flux into it: flux = loss T + heat that the ground takes.

    Runs the kernel of the fast solver with radiation left out, in float32 as there.

    Parameters
    ----------
    ground : up to 64 columns
    poles : rates and step
    flux : (steps,) or (steps, n) [W m-2] at the end of each step, a whole number of sols
    start : temperature of surface and ground at the beginning [K]
    loss : of the surface [W m-2 K-1], a number or (n,)

    Returns
    -------
    (steps, n) [K] at the end of each step.

    Raises
    ------
    InputError : more than 64 columns, a flux that is not finite or does not fill sols.
    """
    n, power = len(ground), np.asarray(flux, dtype=np.float64)
    power = np.broadcast_to(power[:, None] if power.ndim == 1 else power, (len(power), n))
    sols, left = divmod(power.shape[0], poles.steps)
    if n > LANES or left or not np.isfinite(power).all():
        raise InputError(
            f"give 64 columns of ground or fewer and a finite flux over whole sols of "
            f"{poles.steps} steps, not {n} columns and {power.shape[0]} steps"
        )
    pad = np.minimum(np.arange(LANES), n - 1)
    residues = np.ascontiguousarray(fit_network(ground, poles).residues[pad].T)
    slow, fast = poles.slow, poles.decay.size
    pull, gain = residues[:slow].copy(), poles.gain[:, None]
    away = np.broadcast_to(np.asarray(loss, float), (n,))[pad]
    work = np.zeros((rows.HEAD + 2 * fast, LANES), np.float32)
    first = np.broadcast_to(np.asarray(start, float), (n,))[pad]
    for place, value in (
        (rows.T, first), (rows.BARE, 1.0), (rows.FROSTED, 1.0), (rows.HELD, pull.sum(0) + away),
        (rows.STIFF, pull.sum(0) + away + (gain * residues[slow:]).sum(0)),
    ):  # fmt: skip
        work[place // LANES] = value
    work[rows.HEAD + fast :] = poles.decay[:, None] * residues[slow:]
    table = np.zeros((2, sols, poles.steps, LANES), np.float32)
    table[0] = power[:, pad].reshape(sols, poles.steps, LANES)
    states = np.repeat(first[None, :], slow, axis=0)
    hours = np.zeros((sols, poles.steps, LANES), np.float32)
    none = np.zeros((2, 0, 0, LANES), np.float32)
    follow_year(
        work.reshape(-1), states, pull, poles.sol_gain, poles.decay.astype(np.float32),
        poles.gain.astype(np.float32), np.full((1, LANES), _NEVER), np.zeros((6, LANES)),
        np.zeros((3, LANES)), np.zeros((sols, 3)), np.zeros((2, poles.steps + 1), np.float32),
        np.zeros((2, poles.steps)), 0.0, np.zeros((LANES, 0)), table, none, np.float32(0.0),
        np.zeros(9, np.float32), np.zeros((0, slow, LANES)), np.zeros((0, LANES)), 1,
        np.zeros((6, LANES)), np.zeros((0, 2, LANES)), np.zeros((6, sols, LANES), np.float32),
        np.arange(sols), hours, none,
    )  # fmt: skip
    return np.asarray(hours.reshape(-1, LANES)[:, :n].astype(np.float64))
