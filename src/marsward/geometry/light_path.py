"""How light comes from a turning, moving body to a camera, to first order about each frame.

All vectors stand in the axes of the body, frozen at the epoch when the light of the frame's centre
left it. For one ray with the apparent direction u' (as the camera sees it), light path s and
tau = s / c:

- the true direction is (u' - b) / |u' - b| with b the observer's barycentric velocity over c; this
  undoes exactly the turn of a direction by stellar aberration, sin(phi) = |b| sin(theta);
- the body was lt - tau away in time, hence displaced by its velocity and turned by its spin times
  that; squares of it are below a micrometre within 0.05 s.

Source: NAIF, "ABCORR Required Reading".
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from marsward.core import frames
from marsward.core.bodies import Body
from marsward.core.bodies import body as body_of
from marsward.core.constants import SPEED_OF_LIGHT
from marsward.core.errors import InputError
from marsward.core.readings import check_epoch
from marsward.dynamics.ephemeris import Ephemeris, default_ephemeris
from marsward.geometry.apparent import apparent, barycentric
from marsward.geometry.ellipsoid import nearest_point

if TYPE_CHECKING:
    from marsward.core.time import Epoch

__all__ = ["RECEIVED", "LightPaths", "light_paths", "true_directions"]

RECEIVED = ("NONE", "LT", "LT+S", "CN", "CN+S")
_C = float(SPEED_OF_LIGHT)
_ROUNDS = 4


@dataclass(frozen=True, eq=False, repr=False)
class LightPaths:
    """What each ray of a frame needs to know of the way of the light; n frames or lines.

    epoch : (n,) when the light reaches the camera
    origin : (n, 3) observer from the body's centre, where that was when the light left [m]
    axes : (n, 3, 3) camera to body-fixed, v_bf = axes @ v_cam
    light_time : (n,) of the frame's centre [s]; 0 without correction
    first : (n,) of the body's centre [s], from which "LT" takes its one step for each ray
    beta : (n, 3) barycentric velocity of the observer over c; 0 without stellar aberration
    drift : (n, 3) barycentric velocity of the body [m/s]; 0 without light time
    spin : (n, 3) angular velocity of the body [rad/s]
    sun : (n, 3) from the body's centre to the Sun, light time allowed for, no aberration [m]
    body : whose axes they are
    correction : one of `RECEIVED`
    """

    epoch: Epoch
    origin: np.ndarray
    axes: np.ndarray
    light_time: np.ndarray
    first: np.ndarray
    beta: np.ndarray
    drift: np.ndarray
    spin: np.ndarray
    sun: np.ndarray
    body: Body
    correction: str

    def __len__(self) -> int:
        return int(self.light_time.shape[0])

    def __getitem__(self, which: Any) -> LightPaths:
        return LightPaths(
            self.epoch[which], self.origin[which], self.axes[which], self.light_time[which],
            self.first[which], self.beta[which], self.drift[which], self.spin[which],
            self.sun[which], self.body, self.correction,
        )  # fmt: skip

    @property
    def slowness(self) -> float:
        """1 / c [s/m], or 0 where light takes no time."""
        return 0.0 if self.correction == "NONE" else 1.0 / _C

    @property
    def one_step(self) -> bool:
        """True for "LT", which takes one step of the light time as SPICE does."""
        return self.correction.startswith("LT")

    @property
    def grain(self) -> np.ndarray:
        """Width of an epoch in one double (n,) [s], to which SPICE rounds its light times."""
        return np.spacing(np.abs(np.asarray(self.epoch.et, dtype=float)))

    @property
    def stellar(self) -> float:
        """1 with stellar aberration, else 0."""
        return 1.0 if self.correction.endswith("+S") else 0.0

    def centre(self) -> tuple[np.ndarray, np.ndarray]:
        """Where the boresight's light left the ellipsoid: point (n, 3) and path length (n,) [m].

        A boresight that misses the ellipsoid gives the point nearest to it.
        """
        seen = self.axes[..., :, 2]
        return _touch(self.origin, true_directions(seen, self.beta), np.asarray(self.body.radii))

    def sun_from(self, point: np.ndarray) -> np.ndarray:
        """Vectors (n, 3) [m] to the Sun as points (n, 3) of the body see it at their epoch."""
        line = self.sun - point
        if not self.stellar:
            return line
        velocity = self.drift + np.cross(self.spin, point)
        distance = np.linalg.norm(line, axis=-1, keepdims=True)
        u, beta = line / distance, velocity / _C
        across = beta - np.sum(beta * u, axis=-1, keepdims=True) * u
        less = np.sqrt(1.0 - np.sum(across * across, axis=-1, keepdims=True))
        return distance * (u * less + across)


def light_paths(
    trajectory: Any,
    attitude: Any,
    epoch: Epoch,
    *,
    body: str | int | Body = "mars",
    correction: str = "LT+S",
    ephemeris: Ephemeris | None = None,
) -> LightPaths:
    """The way of the light to a camera, frame by frame (or line by line of a pushbroom).

    Parameters
    ----------
    trajectory
        Where the camera is: anything with ``.at(epoch, wrt=, ephemeris=)``, a body name, or
        barycentric states (n, 6) [m, m/s].
    attitude
        (n, 3, 3), v_cam = attitude @ v_J2000; (3, 3) serves all epochs.
    epoch
        (n,) epochs at the camera; a single one is taken as n = 1.
    body
        What is looked at; it needs radii and a rotation.
    correction
        "NONE"; "CN" light time, converged, or "LT" as SPICE takes it in one step (2 cm off on the
        ground of Mars); "+S" adds stellar aberration.
    ephemeris
        DE440 when not given.

    Raises
    ------
    InputError
        For an unknown correction, a body without size, an attitude that is no set of rotations,
        or a camera inside the body.
    """
    rule, target, epoch, turn = _checked(attitude, epoch, body, correction)
    ephemeris = ephemeris or default_ephemeris()
    here = barycentric(trajectory, epoch, ephemeris)
    stellar = rule.endswith("+S")
    frame = f"IAU_{target.name.upper()}"
    light_time = np.zeros(epoch.shape)
    still = np.zeros((*epoch.shape, 3))
    for _ in range(_ROUNDS if rule != "NONE" else 1):
        then = epoch - light_time
        there = ephemeris.state(target, wrt="ssb", at=then)
        motion = frames.state_rotation("J2000", frame, then)
        axes, rate = motion[..., :3, :3], motion[..., 3:, :3]
        place = _apply(axes, here[..., :3] - there[..., :3])
        looks = axes @ np.swapaxes(turn, -1, -2)
        beta = _apply(axes, here[..., 3:]) / _C if stellar else still
        _refuse_inside(place, target)
        length = _touch(place, true_directions(looks[..., :, 2], beta), np.asarray(target.radii))[1]
        if rule != "NONE":
            light_time = length / _C
    drift = _apply(axes, there[..., 3:]) if rule != "NONE" else still
    sun = _sun(there[..., :3], then, rule, ephemeris)
    first = still[..., 0]
    if rule != "NONE":
        plain = "LT" if rule.startswith("LT") else "CN"
        first = apparent(
            target, observer=here, at=epoch, correction=plain, ephemeris=ephemeris
        ).light_time
    return LightPaths(
        epoch, place, np.ascontiguousarray(looks), np.asarray(epoch - then, dtype=float),
        np.asarray(first, dtype=float), beta, drift, _spin(axes, rate), _apply(axes, sun), target,
        rule,
    )  # fmt: skip


def _checked(attitude, epoch, body, correction):
    rule = str(correction).replace(" ", "").upper()
    if rule not in RECEIVED:
        raise InputError(
            f"no correction of rays is called {correction!r}; type one of {', '.join(RECEIVED)}"
        )
    check_epoch(epoch, "epoch")
    epoch = epoch.reshape(-1)
    target = body_of(body)
    if not target.radii or target.rotation is None:
        raise InputError(f"{target.name} has no size or rotation, so no ray can meet it")
    turn = np.asarray(attitude, dtype=float)
    if turn.shape[-2:] != (3, 3) or turn.shape[:-2] not in ((), (1,), epoch.shape):
        raise InputError(
            f"an attitude is (3, 3) or ({epoch.size}, 3, 3) for {epoch.size} epochs, not "
            f"{turn.shape}"
        )
    turn = np.broadcast_to(turn, (*epoch.shape, 3, 3))
    off = np.abs(turn @ np.swapaxes(turn, -1, -2) - np.eye(3)).max(initial=0.0)
    if not off < 1e-9:
        raise InputError(
            f"an attitude is a rotation from J2000 to the camera; this one is off by {off:.2g}"
        )
    return rule, target, epoch, turn


def _refuse_inside(place: np.ndarray, target: Body) -> None:
    scaled = np.sum((place / np.asarray(target.radii)) ** 2, axis=-1)
    if np.any(scaled < 1.0):
        raise InputError(
            f"the camera is inside {target.name} at {int(np.sum(scaled < 1.0))} of "
            f"{scaled.size} epochs; an orbit must stay above the surface"
        )


def true_directions(seen: np.ndarray, beta: np.ndarray) -> np.ndarray:
    """True unit vectors (..., 3) of apparent ones, the observer moving by ``beta`` [c]."""
    line = seen - beta
    return line / np.linalg.norm(line, axis=-1, keepdims=True)


def _touch(origin, direction, radii) -> tuple[np.ndarray, np.ndarray]:
    """First points of the ellipsoid on rays, or those nearest to a ray that misses; lengths."""
    o, d = origin / radii, direction / radii
    a = np.sum(d * d, axis=-1)
    b = np.sum(o * d, axis=-1)
    gap = b * b - a * (np.sum(o * o, axis=-1) - 1.0)
    hit = (gap >= 0.0) & (b < 0.0)
    near = np.maximum(-b / a, 0.0)
    length = np.where(hit, (-b - np.sqrt(np.maximum(gap, 0.0))) / a, near)
    point = origin + length[..., None] * direction
    if not np.all(hit):
        point[~hit] = nearest_point(point[~hit], radii)[0]
        length = np.linalg.norm(point - origin, axis=-1)
    return point, length


def _sun(place, then, rule, ephemeris) -> np.ndarray:
    """From the body's centre to the Sun in J2000, light time allowed for unless "NONE"."""
    line = ephemeris.position("sun", wrt="ssb", at=then) - place
    if rule == "NONE":
        return line
    for _ in range(2):
        left = then - np.linalg.norm(line, axis=-1) / _C
        line = ephemeris.position("sun", wrt="ssb", at=left) - place
    return line


def _spin(axes: np.ndarray, rate: np.ndarray) -> np.ndarray:
    """Angular velocity in the turning axes: dR/dt = -[w]x R."""
    cross = -rate @ np.swapaxes(axes, -1, -2)
    return np.stack([cross[..., 2, 1], cross[..., 0, 2], cross[..., 1, 0]], axis=-1)


def _apply(turn, vector):
    return np.einsum("...ij,...j->...i", turn, vector)
