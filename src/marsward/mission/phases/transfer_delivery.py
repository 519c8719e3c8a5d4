"""How well a voyage is delivered to its entry: from the aim's sigmas to a state's covariance."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from marsward.core.trajectory import Trajectory
from marsward.dynamics.entry_point import EntryPoint, coast_to_entry
from marsward.dynamics.entry_target import EARLY, TargetedEntry
from marsward.dynamics.ephemeris import default_ephemeris
from marsward.dynamics.forces import Forces
from marsward.dynamics.state_transition import state_transition
from marsward.mission.phases.deorbit import spread_at_height

Array = NDArray[np.float64]
_SHIFT = 5e3  # m, of the differences across the asymptote


def delivery(
    phase, path: Trajectory, point: EntryPoint, hit: TargetedEntry, forces: Forces
) -> tuple[Array, dict[str, float], tuple[float, float]]:
    """Covariance at the entry from sigmas of angle and time.

    The aim errs by as much in every direction of the B-plane: by that which gives the sigma of the
    flight-path angle where it changes most. Along the asymptote it errs by speed at infinity times
    the sigma of the time. Both are carried to the entry by the state transition matrix.

    Returns
    -------
    (6, 6) [m, m/s] in J2000; sigmas at the height of the entry; sigmas in the B-plane and along [m]
    """
    read = point.epoch - EARLY
    ephemeris = default_ephemeris()
    near = path.at(read, wrt="mars", ephemeris=ephemeris)
    s = hit.approach.incoming
    t = np.cross(s, (0.0, 0.0, 1.0))
    t /= np.linalg.norm(t)
    axes = np.column_stack([t, np.cross(s, t), s])

    def angle(shift: Array) -> float:
        moved = near + np.concatenate([shift, np.zeros(3)])
        there, _ = coast_to_entry(
            moved, read, forces=forces, height=phase.height, longest=2.0 * EARLY,
            ephemeris=ephemeris,
        )  # fmt: skip
        return there.flight_path_angle

    slope = [
        (angle(_SHIFT * axes[:, i]) - angle(-_SHIFT * axes[:, i])) / (2.0 * _SHIFT)
        for i in range(2)
    ]
    across = phase.angle_sigma / math.hypot(*slope)
    along = phase.time_sigma * math.sqrt(hit.approach.c3)
    aim = axes @ np.diag([across**2, across**2, along**2]) @ axes.T
    carry = state_transition(near, read, point.epoch, centre="mars", forces=forces).matrix
    covariance = carry[:, :3] @ aim @ carry[:, :3].T
    return covariance, spread_at_height(point, covariance), (across, along)
