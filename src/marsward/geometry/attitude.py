"""Attitude laws: where a camera that is fixed to a craft looks, as a function of time.

A law gives matrices C from J2000 to the camera, v_cam = C @ v, with the camera's axes +x to the
right along columns, +y down along rows, +z out of the lens. All directions are geometric, at the
epoch of the craft, unless a law says otherwise: light time and aberration belong to the
observation, not to the steering.

Offsets turn the camera after the law has set it, in this order: `yaw` about the boresight takes +x
toward +y, `pitch` tips the boresight toward +y (ahead, where rows run along the motion), `roll`
tips it toward +x.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray

from marsward.core import frames
from marsward.core.bodies import Body, body
from marsward.core.constants import SPEED_OF_LIGHT
from marsward.core.errors import InputError, PhysicsError
from marsward.core.readings import check_epoch
from marsward.dynamics.ephemeris import default_ephemeris
from marsward.geometry.apparent import apparent, barycentric, stellar_aberration
from marsward.geometry.camera_axes import (
    apply,
    camera_axes,
    first_hit,
    rotation_vector,
    straight_down,
    turned,
)
from marsward.geometry.ellipsoid import direction, normal

if TYPE_CHECKING:
    from marsward.core.time import Epoch

__all__ = ["AttitudeLaw", "Nadir", "Spin", "Target", "YawSteering", "turned"]

Array = NDArray[np.float64]
_C = float(SPEED_OF_LIGHT)
_HALF_STEP = 0.05  # s, of the track of the boresight
_FINEST = 1e-9


class AttitudeLaw(ABC):
    """A rule that says how the camera stands at any epoch of a trajectory."""

    @abstractmethod
    def at(self, trajectory: Any, epoch: Epoch, *, ephemeris: Any = None) -> Array:
        """Attitudes (..., 3, 3), v_cam = C @ v_J2000, for epochs of any shape.

        `trajectory` is anything with `.at(epoch, wrt=, ephemeris=)` that gives states (..., 6) in
        J2000 [m, m/s]; `ephemeris` is needed where its centre is not the body looked at (DE440
        where none is given).
        """

    def angular_velocity(
        self, trajectory: Any, epoch: Epoch, *, ephemeris: Any = None, step: float = 1.0
    ) -> Array:
        """Angular velocity of the camera (..., 3) in J2000 [rad/s], as SPICE's C-kernels have it.

        From the rotation between two epochs `step` [s] apart, centred where the trajectory allows.
        """
        if not step > 0.0:
            raise InputError(f"step is {step}: give a positive number of seconds")
        early, late, span = _around(trajectory, epoch, 0.5 * step)
        before = self.at(trajectory, early, ephemeris=ephemeris)
        after = self.at(trajectory, late, ephemeris=ephemeris)
        vector = rotation_vector(np.swapaxes(after, -1, -2) @ before)
        return vector / span[..., None]

    def slew_rate(self, trajectory: Any, epoch: Epoch, *, ephemeris: Any = None) -> Array:
        """Size of the angular velocity (...) [deg/s]."""
        rate = self.angular_velocity(trajectory, epoch, ephemeris=ephemeris)
        return np.degrees(np.linalg.norm(rate, axis=-1))

    def check_slew(
        self, trajectory: Any, epoch: Epoch, *, limit: float, ephemeris: Any = None
    ) -> float:
        """The fastest slew of these epochs [deg/s]; PhysicsError when it is above `limit`."""
        rates = np.ravel(self.slew_rate(trajectory, epoch, ephemeris=ephemeris))
        worst = int(np.argmax(rates))
        if rates[worst] > limit:
            raise PhysicsError(
                f"{type(self).__name__} turns the craft at {rates[worst]:.3g} deg/s at "
                f"{epoch.ravel()[worst].utc} UTC, more than the {limit:g} deg/s it can: look away "
                "from there, or keep a higher orbit"
            )
        return float(rates[worst])


@dataclass(frozen=True, kw_only=True)
class Nadir(AttitudeLaw):
    """The camera looks straight down; its rows run along the motion over the ground.

    +z to the sub-craft point, +y as near as can be along the velocity relative to the turning
    body, +x completes the axes: columns run across the track, rows grow along it.

    Parameters
    ----------
    vertical : "geodetic", along the normal of the ellipsoid, or "geocentric", to the centre
    along : "ground", velocity relative to the turning surface, or "orbit", in the orbital plane
    roll, pitch, yaw : offsets [deg]; see the head of this file
    body : what is below
    """

    vertical: Literal["geodetic", "geocentric"] = "geodetic"
    along: Literal["ground", "orbit"] = "ground"
    roll: float = 0.0
    pitch: float = 0.0
    yaw: float = 0.0
    body: str = "mars"

    def __post_init__(self) -> None:
        _one_of("vertical", self.vertical, ("geodetic", "geocentric"))
        _one_of("along", self.along, ("ground", "orbit"))
        _finite(roll=self.roll, pitch=self.pitch, yaw=self.yaw)
        _solid(self.body)

    def at(self, trajectory: Any, epoch: Epoch, *, ephemeris: Any = None) -> Array:
        """Attitudes (..., 3, 3); see `AttitudeLaw.at`."""
        view = _View(trajectory, epoch, _solid(self.body), ephemeris)
        if self.along == "ground":
            motion = view.velocity
        else:
            motion = apply(view.turn, view.state[..., 3:])
        fixed = camera_axes(view.down(self.vertical), motion)
        return turned(fixed @ view.turn, roll=self.roll, pitch=self.pitch, yaw=self.yaw)


@dataclass(frozen=True, kw_only=True)
class Target(AttitudeLaw):
    """The camera looks at a body, or at a place on one.

    Parameters
    ----------
    body : what is looked at, or what the place is on
    lon, lat : a place [deg east, deg planetocentric]; both left out for the body's centre
    height : of the place above the ellipsoid, along its normal [m]
    up : what is toward the top of the picture: "pole" of the body, "sun", "backward" (against the
        velocity relative to the target, so that rows run along the motion), or a vector in J2000
    correction : "NONE" or "LT+S", for a law that leads the target by light time and aberration
    roll, pitch, yaw : offsets [deg]
    """

    body: str = "mars"
    lon: float | None = None
    lat: float | None = None
    height: float = 0.0
    up: str | tuple[float, float, float] = "pole"
    correction: Literal["NONE", "LT+S"] = "NONE"
    roll: float = 0.0
    pitch: float = 0.0
    yaw: float = 0.0

    def __post_init__(self) -> None:
        _one_of("correction", self.correction, ("NONE", "LT+S"))
        _finite(roll=self.roll, pitch=self.pitch, yaw=self.yaw, height=self.height)
        if (self.lon is None) != (self.lat is None):
            raise InputError("a place needs both lon and lat [deg]; give both or neither")
        if self.lon is not None and self.lat is not None:
            _finite(lon=self.lon, lat=self.lat)
            if abs(self.lat) > 90.0:
                raise InputError(f"lat is {self.lat:g}: a latitude lies within -90 and 90 deg")
            _solid(self.body)
        if isinstance(self.up, str):
            _one_of("up", self.up, ("pole", "sun", "backward"))
            if self.up == "pole":
                _solid(self.body)
        elif len(self.up) != 3 or not np.linalg.norm(self.up) > 0.0:
            raise InputError(f"up is {self.up!r}: give three numbers that are not all zero")

    def at(self, trajectory: Any, epoch: Epoch, *, ephemeris: Any = None) -> Array:
        """Attitudes (..., 3, 3); see `AttitudeLaw.at`."""
        check_epoch(epoch, "epoch")
        line, speed = self._line(trajectory, epoch, ephemeris)
        if not isinstance(self.up, str):
            up = np.broadcast_to(np.asarray(self.up, dtype=np.float64), line.shape)
        elif self.up == "pole":
            up = frames.rotation("J2000", f"IAU_{self.body.upper()}", epoch)[..., 2, :]
        elif self.up == "sun":
            up = -_state(trajectory, epoch, body("sun"), ephemeris)[..., :3]
        else:
            up = speed
        matrices = camera_axes(line, -up)
        return turned(matrices, roll=self.roll, pitch=self.pitch, yaw=self.yaw)

    def _line(self, trajectory: Any, epoch: Epoch, ephemeris: Any) -> tuple[Array, Array]:
        """Line of sight and the target's velocity relative to the craft, in J2000."""
        target = body(self.body)
        if self.correction == "NONE":
            state = -_state(trajectory, epoch, target, ephemeris)
            return self._carried(state, epoch)
        source = _source(trajectory, ephemeris)
        own = barycentric(trajectory, epoch, source)
        seen = apparent(target, observer=trajectory, at=epoch, correction="CN", ephemeris=source)
        light_time, line, speed = seen.light_time, seen.state[..., :3], seen.state[..., 3:]
        for _ in range(3):
            then = epoch - light_time
            line, speed = self._carried(source.state(target, wrt="ssb", at=then) - own, then)
            light_time = np.linalg.norm(line, axis=-1) / _C
        return line + stellar_aberration(line, own[..., 3:]), speed

    def _carried(self, state: Array, epoch: Epoch) -> tuple[Array, Array]:
        """A state of the body's centre, moved to the place on its surface."""
        if self.lon is None or self.lat is None:
            return state[..., :3], state[..., 3:]
        target = _solid(self.body)
        ray = direction(self.lon, self.lat)
        foot = ray / np.linalg.norm(ray / np.asarray(target.radii))
        place = foot + self.height * normal(foot, target.radii)
        back = np.swapaxes(
            frames.state_rotation("J2000", f"IAU_{target.name.upper()}", epoch), -1, -2
        )
        moved = back[..., :3, :3] @ place
        carried = back[..., :3, 3:] @ place
        return state[..., :3] + moved, state[..., 3:] + carried


@dataclass(frozen=True, kw_only=True)
class YawSteering(AttitudeLaw):
    """The camera looks down and is turned about its boresight all along the orbit.

    to = "sun": +x lies as near to the Sun as can be, so that the Sun stays in the x-z plane and
    panels that turn about y face it squarely. Where the Sun stands exactly overhead or underfoot
    the yaw is free; it is then that of +y along the ground velocity.

    to = "ground": +y lies along the path of the boresight over the turning ellipsoid, so that the
    ground moves along the columns of a line sensor. This holds the planet's rotation, its
    flattening and the craft's own turn, also with roll and pitch, to 1e-5 rad (1e-4 at the very
    ends of a trajectory, where only one side of the path is known); `Nadir` alone leaves up to
    some tenths of a degree.

    Parameters
    ----------
    to : "sun" or "ground"
    vertical : "geodetic" or "geocentric"
    roll, pitch : offsets [deg], applied before the yaw is chosen for "ground", after for "sun"
    yaw : further turn about the boresight [deg]
    body : what is below
    """

    to: Literal["sun", "ground"] = "sun"
    vertical: Literal["geodetic", "geocentric"] = "geodetic"
    roll: float = 0.0
    pitch: float = 0.0
    yaw: float = 0.0
    body: str = "mars"

    def __post_init__(self) -> None:
        _one_of("to", self.to, ("sun", "ground"))
        _one_of("vertical", self.vertical, ("geodetic", "geocentric"))
        _finite(roll=self.roll, pitch=self.pitch, yaw=self.yaw)
        _solid(self.body)

    def at(self, trajectory: Any, epoch: Epoch, *, ephemeris: Any = None) -> Array:
        """Attitudes (..., 3, 3); see `AttitudeLaw.at`."""
        view = _View(trajectory, epoch, _solid(self.body), ephemeris)
        if self.to == "sun":
            return self._to_sun(view, trajectory, epoch, ephemeris)
        early, late, _ = _around(trajectory, epoch, _HALF_STEP)
        before, after = (
            self._met(_View(trajectory, each, view.body, ephemeris)) for each in (early, late)
        )
        fixed = camera_axes(self._axes(view)[..., 2, :], after - before)
        return turned(fixed @ view.turn, yaw=self.yaw)

    def _axes(self, view: _View) -> Array:
        """Body-fixed axes with roll and pitch, before the yaw is chosen."""
        plain = camera_axes(view.down(self.vertical), view.velocity)
        return turned(plain, roll=self.roll, pitch=self.pitch)

    def _met(self, view: _View) -> Array:
        """Where the boresight meets the ellipsoid, body-fixed [m]."""
        return first_hit(view.position, self._axes(view)[..., 2, :], view.radii)

    def _to_sun(self, view: _View, trajectory: Any, epoch: Epoch, ephemeris: Any) -> Array:
        down = view.down(self.vertical)
        sun = -_state(trajectory, epoch, body("sun"), ephemeris)[..., :3]
        toward = apply(view.turn, sun)
        side = np.cross(down, toward / np.linalg.norm(toward, axis=-1, keepdims=True))
        free = np.linalg.norm(side, axis=-1, keepdims=True) < _FINEST
        fixed = camera_axes(down, np.where(free, view.velocity, side))
        return turned(fixed @ view.turn, roll=self.roll, pitch=self.pitch, yaw=self.yaw)


@dataclass(frozen=True, kw_only=True)
class Spin(AttitudeLaw):
    """The craft spins at a steady rate about an axis that stands still among the stars.

    Parameters
    ----------
    axis : direction of the spin axis in J2000, any length; the turn is right-handed about it
    rate : [deg/s]
    phase : angle turned at `epoch` [deg]; at 0 the top of the picture is toward the north pole of
        J2000 (toward +x of J2000 where the axis is within 0.1 deg of that pole)
    tilt : of the boresight from the axis, away from the top of the picture at phase 0 [deg]
    epoch : when the phase holds; J2000 if left out
    """

    axis: tuple[float, float, float]
    rate: float
    phase: float = 0.0
    tilt: float = 0.0
    epoch: Epoch | None = None

    def __post_init__(self) -> None:
        _finite(rate=self.rate, phase=self.phase, tilt=self.tilt)
        if len(self.axis) != 3 or not 0.0 < float(np.linalg.norm(self.axis)) < math.inf:
            raise InputError(f"axis is {self.axis!r}: give three numbers that are not all zero")

    def at(self, trajectory: Any, epoch: Epoch, *, ephemeris: Any = None) -> Array:
        """Attitudes (..., 3, 3); see `AttitudeLaw.at`. The trajectory plays no part."""
        check_epoch(epoch, "epoch")
        z = np.asarray(self.axis, dtype=np.float64) / np.linalg.norm(self.axis)
        polar = abs(z[2]) > math.cos(math.radians(0.1))
        still = camera_axes(z, -np.array([1.0, 0.0, 0.0] if polar else [0.0, 0.0, 1.0]))
        since = np.asarray(epoch.et if self.epoch is None else epoch - self.epoch)
        angle = np.radians((self.phase + self.rate * since) % 360.0)
        return turned(turned(still, yaw=np.degrees(angle)), pitch=self.tilt)


class _View:
    """Body-fixed position and velocity of the craft, and the turn from J2000."""

    def __init__(self, trajectory: Any, epoch: Epoch, below: Body, ephemeris: Any) -> None:
        check_epoch(epoch, "epoch")
        self.body = below
        self.state = _state(trajectory, epoch, below, ephemeris)
        whole = frames.state_rotation("J2000", f"IAU_{below.name.upper()}", epoch)
        self.turn = whole[..., :3, :3]
        self.position = apply(self.turn, self.state[..., :3])
        self.velocity = apply(whole[..., 3:, :3], self.state[..., :3]) + apply(
            self.turn, self.state[..., 3:]
        )
        self.radii = np.asarray(below.radii)

    def down(self, vertical: str) -> Array:
        """Body-fixed unit vectors straight down."""
        return straight_down(self.position, self.radii, vertical)


def _state(trajectory: Any, epoch: Epoch, wrt: Body, ephemeris: Any) -> Array:
    source = _source(trajectory, ephemeris)
    return np.asarray(trajectory.at(epoch, wrt=wrt.naif_id, ephemeris=source))


def _source(trajectory: Any, ephemeris: Any) -> Any:
    return ephemeris or getattr(trajectory, "ephemeris", None) or default_ephemeris()


def _around(trajectory: Any, epoch: Epoch, half: float) -> tuple[Epoch, Epoch, Array]:
    """Epochs on both sides, kept within the trajectory, and the time between them [s]."""
    back: Any = np.full(epoch.shape, half)
    ahead: Any = np.full(epoch.shape, half)
    if hasattr(trajectory, "start") and hasattr(trajectory, "stop"):
        back = np.clip(epoch - trajectory.start, 0.0, half)
        ahead = np.clip(trajectory.stop - epoch, 0.0, half)
    return epoch - back, epoch + ahead, np.asarray(back + ahead)


def _solid(name: str) -> Body:
    """A body with a surface and a rotation; InputError for one without."""
    found = body(name)
    if not found.radii or found.rotation is None:
        raise InputError(f"{found.name} has no size or rotation; type for example body='mars'")
    return found


def _one_of(name: str, given: Any, known: tuple[str, ...]) -> None:
    if given not in known:
        raise InputError(f"{name} is {given!r}: type one of {', '.join(known)}")


def _finite(**numbers: float) -> None:
    for name, number in numbers.items():
        if not math.isfinite(number):
            raise InputError(f"{name} is {number}: give a finite number")
