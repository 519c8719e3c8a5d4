"""Reference frames by their SPICE names, and the local frames of an orbit.

`rotation(frm, to, epoch)` turns components in one frame into components in another,
v_to = R @ v_frm; `state_rotation` does so for position and velocity with the frame's own
rate. J2000 is ICRF. ECLIPJ2000 is the mean ecliptic and equinox of J2000 (IAU 1976). IAU_*
frames are body-fixed (`core.rotations`). MARS_MEOD is the Mars mean equator and node of date:
z along the IAU pole of date, x on the ascending node of that equator on the ICRF equator; it
turns with the pole only, some 1e-12 rad/s, which the state rotation carries.
"""

from __future__ import annotations

import difflib
import math
from typing import Any

import numpy as np

from marsward.core.bodies import BODIES
from marsward.core.constants import OBLIQUITY_J2000
from marsward.core.errors import InputError
from marsward.core.time import Epoch

_INERTIAL = {"J2000": "J2000", "ICRF": "J2000", "EME2000": "J2000", "ECLIPJ2000": "ECLIPJ2000"}
_MOVING = {
    f"IAU_{name.upper()}": (item.rotation, True) for name, item in BODIES.items() if item.rotation
} | {"MARS_MEOD": (BODIES["mars"].rotation, False)}

FRAMES: tuple[str, ...] = (*_INERTIAL, *_MOVING)
"""Names of every frame."""

_ECLIPTIC_ANGLE = math.radians(float(OBLIQUITY_J2000) / 3600.0)
_ECLIPTIC = np.array(
    [
        [1.0, 0.0, 0.0],
        [0.0, math.cos(_ECLIPTIC_ANGLE), math.sin(_ECLIPTIC_ANGLE)],
        [0.0, -math.sin(_ECLIPTIC_ANGLE), math.cos(_ECLIPTIC_ANGLE)],
    ]
)
_TABLES = {
    name: (spin.elements, spin.rows, turns)  # type: ignore[union-attr]
    for name, (spin, turns) in _MOVING.items()
}


def frame_name(frame: str) -> str:
    """The canonical name of a frame; InputError with a near name when there is none."""
    name = str(frame).strip().upper()
    if name in _INERTIAL:
        return _INERTIAL[name]
    if name in _MOVING:
        return name
    near = difflib.get_close_matches(name, FRAMES, n=1)
    hint = f'did you mean "{near[0]}"?' if near else f"known are {', '.join(FRAMES)}"
    raise InputError(f"unknown frame {frame!r}: {hint}")


def rotation(frm: str, to: str, epoch: Epoch | None = None) -> np.ndarray:
    """Rotation matrices R with v_to = R @ v_frm, shape (*epoch.shape, 3, 3).

    `epoch` may be None between two frames that do not move; then the shape is (3, 3).
    """
    first, last = _from_j2000(frm, epoch)[0], _from_j2000(to, epoch)[0]
    if frame_name(frm) == "J2000":
        return last
    return last @ np.swapaxes(first, -1, -2)


def state_rotation(frm: str, to: str, epoch: Epoch | None = None) -> np.ndarray:
    """Matrices that turn states (position, velocity) between frames, shape (*epoch.shape, 6, 6).

    [[R, 0], [dR/dt, R]] with dR/dt [1/s]: velocities are as seen in the frame `to`.
    """
    first, dfirst = _from_j2000(frm, epoch)
    last, dlast = _from_j2000(to, epoch)
    back, dback = np.swapaxes(first, -1, -2), np.swapaxes(dfirst, -1, -2)
    out = np.zeros((*np.broadcast_shapes(first.shape[:-2], last.shape[:-2]), 6, 6))
    out[..., :3, :3] = out[..., 3:, 3:] = last @ back
    out[..., 3:, :3] = dlast @ back + last @ dback
    return out


def rtn(state: Any) -> np.ndarray:
    """Axes of the orbit's R, T, N frame as rows, (…, 3, 3), from states (…, 6).

    R along the position, N along the angular momentum, T = N × R. InputError where the motion
    is radial.
    """
    r, v = _halves(state)
    radial, normal = _unit(r, "position"), _unit(np.cross(r, v), "angular momentum")
    return np.stack([radial, np.cross(normal, radial), normal], axis=-2)


def vnb(state: Any) -> np.ndarray:
    """Axes of the orbit's V, N, B frame as rows, (…, 3, 3), from states (…, 6).

    V along the velocity, N along the angular momentum, B = V × N. InputError where the motion
    is radial.
    """
    r, v = _halves(state)
    along, normal = _unit(v, "velocity"), _unit(np.cross(r, v), "angular momentum")
    return np.stack([along, normal, np.cross(along, normal)], axis=-2)


def _from_j2000(frame: str, epoch: Epoch | None) -> tuple[np.ndarray, np.ndarray]:
    """Rotation from J2000 and its rate [1/s], each (…, 3, 3)."""
    name = frame_name(frame)
    if name in ("J2000", "ECLIPJ2000"):
        shape = () if epoch is None else epoch.shape
        fixed = np.eye(3) if name == "J2000" else _ECLIPTIC
        return np.broadcast_to(fixed, (*shape, 3, 3)).copy(), np.zeros((*shape, 3, 3))
    if epoch is None:
        raise InputError(f"the frame {name} moves: give the epoch at which to turn into it")
    from marsward.core.kernels.iau_rotation import iau_matrices

    elements, rows, turns = _TABLES[name]
    whole = np.ascontiguousarray(epoch.whole, dtype=float).reshape(-1)
    frac = np.ascontiguousarray(epoch.frac, dtype=float).reshape(-1)
    m, dm = np.empty((whole.size, 3, 3)), np.empty((whole.size, 3, 3))
    iau_matrices(whole, frac, elements, rows, turns, m, dm)
    return m.reshape(*epoch.shape, 3, 3), dm.reshape(*epoch.shape, 3, 3)


def _halves(state: Any) -> tuple[np.ndarray, np.ndarray]:
    states = np.asarray(state, dtype=float)
    if states.shape[-1:] != (6,):
        raise InputError(f"a state has 6 numbers, this one has shape {states.shape}: give (…, 6)")
    return states[..., :3], states[..., 3:]


def _unit(v: np.ndarray, what: str) -> np.ndarray:
    size = np.linalg.norm(v, axis=-1, keepdims=True)
    if not np.all(size > 0.0):
        raise InputError(f"an orbit frame has no axis where the {what} is zero or NaN")
    return v / size
