"""Poses: where a camera is, how it is turned and where the Sun stands, body-fixed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from marsward.core.bodies import Body
from marsward.core.constants import SPEED_OF_LIGHT
from marsward.geometry.light_path import LightPaths, light_paths, true_directions

if TYPE_CHECKING:
    from marsward.core.time import Epoch
    from marsward.dynamics.ephemeris import Ephemeris

__all__ = ["Poses", "poses"]

_C = float(SPEED_OF_LIGHT)


@dataclass(frozen=True, eq=False)
class Poses:
    """Poses of n frames (or lines); an index gives one without the leading n, a slice gives some.

    epoch : (n,) when the light reaches the camera
    observer : (n, 3) body-fixed place from which straight rays start [m]
    axes : (n, 3, 3) camera to body-fixed, v_bf = axes @ v_cam
    sun : (n, 3) body-fixed unit vector from the surface to the Sun
    sun_distance : (n,) [m]
    light_time : (n,) from the surface to the camera at the frame's centre [s], corrected or not
    body : what is looked at
    """

    epoch: Epoch
    observer: np.ndarray
    axes: np.ndarray
    sun: np.ndarray
    sun_distance: np.ndarray
    light_time: np.ndarray
    body: Body

    def __len__(self) -> int:
        return int(np.atleast_1d(self.light_time).shape[0])

    def __getitem__(self, which: Any) -> Poses:
        return Poses(
            self.epoch[which], self.observer[which], self.axes[which], self.sun[which],
            self.sun_distance[which], self.light_time[which], self.body,
        )  # fmt: skip

    def __repr__(self) -> str:
        return f"<Poses: {self.light_time.size} over {self.body.name}>"


def poses(
    trajectory: Any,
    attitude: Any,
    epoch: Epoch,
    *,
    body: str | int | Body = "mars",
    correction: str = "LT+S",
    ephemeris: Ephemeris | None = None,
) -> Poses:
    """Body-fixed poses of a camera, such that straight rays do.

    With corrections, place and axes are the effective ones: straight rays from ``observer`` along
    ``axes @ v_cam`` meet the ground where the light came from, exactly at the frame's centre. The
    axes are those of the body when the light left it; light time and stellar aberration together
    move the observer back by its velocity relative to the body times the light time. What is left
    off the centre is that velocity times the difference in light time: 0.7 m at the corner of a
    54 x 43 degree frame from 265 km, none at its centre; and one direction to the Sun serves the
    whole frame, 5e-7 rad off at its edge. `geometry.rays` treats each ray of `LightPaths` by
    itself, right to the millimetre.

    Parameters
    ----------
    trajectory
        Anything with ``.at(epoch, wrt=, ephemeris=)``, a body name, or barycentric states (n, 6).
    attitude
        (n, 3, 3), v_cam = attitude @ v_J2000; (3, 3) serves all epochs.
    epoch
        (n,) epochs at the camera.
    body
        What is looked at.
    correction
        "NONE", "LT", "LT+S", "CN" or "CN+S".
    ephemeris
        DE440 when not given.

    Raises
    ------
    InputError
        For an unknown correction, a body without size, an attitude that is no set of rotations,
        or a camera inside the body.
    """
    paths = light_paths(
        trajectory, attitude, epoch, body=body, correction=correction, ephemeris=ephemeris
    )
    return straight(paths)


def straight(paths: LightPaths) -> Poses:
    """The effective poses of light paths: exact at the frame's centre."""
    point, length = paths.centre()
    seen = paths.axes[..., :, 2]
    true = true_directions(seen, paths.beta)
    stretch = 1.0 + np.sum(paths.beta * seen, axis=-1, keepdims=True)
    observer = paths.origin + length[..., None] * (true - stretch * seen)
    sun = paths.sun_from(point)
    distance = np.linalg.norm(sun, axis=-1)
    return Poses(
        paths.epoch, observer, paths.axes, sun / distance[..., None], distance, length / _C,
        paths.body,
    )  # fmt: skip
