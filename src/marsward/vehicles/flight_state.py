"""Where capsules are and how they fly: states over rotating Mars, and the ways to and from them.

Speed, azimuth and flight-path angle are those relative to the rotating planet; azimuth is clockwise
from north, the angle positive upward from the plane normal to the radius. The rotating frame is
IAU_MARS, whose turning is that of the IAU's prime meridian.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any, Self

import numpy as np
import xarray as xr
from numpy.typing import ArrayLike, NDArray

import marsward.physics.air  # noqa: F401  (brings the field of heights over the areoid)
from marsward.core.asked import fitting, numbers
from marsward.core.bodies import body
from marsward.core.errors import InputError
from marsward.core.fields import FieldRow, add_fields
from marsward.core.fields import field as labelled
from marsward.core.frames import state_rotation
from marsward.core.time import Epoch
from marsward.vehicles.areoid_law import areoid_radius_at

__all__ = ["SPIN", "FlightState"]

Array = NDArray[np.float64]
_ROTATION = body("mars").rotation
assert _ROTATION is not None
SPIN = float(np.radians(_ROTATION.pm[1]) / 86_400.0)
"""Rate at which Mars turns [rad s-1], of the IAU's prime meridian."""
_LEAST_RADIUS, _MOST_RADIUS, _MOST_SPEED = 3.3e6, 1e8, 2e4

add_fields(
    FieldRow("seconds", "s", "time after the reference epoch"),
    FieldRow("azimuth", "degree", "direction of flight, clockwise from north", low=0, high=360),
    FieldRow("flight_path_angle", "degree", "angle of flight over the level", low=-90, high=90),
    FieldRow("radius", "m", "distance from the centre of the planet", low=0.0),
)


def _zero() -> Array:
    return np.zeros(1)


@dataclass(frozen=True)
class FlightState:
    """States of n craft over rotating Mars.

    radius : from the centre of Mars (n,) [m]
    lon_rad, lat_rad : east longitude and planetocentric latitude (n,) [rad]
    speed : relative to the rotating planet (n,) [m/s]
    azimuth_rad, angle_rad : direction of that speed, see above (n,) [rad]
    seconds : after `epoch` (n,) [s]
    epoch : the reference, one epoch for all; None where only durations matter
    """

    radius: Array
    lon_rad: Array
    lat_rad: Array
    speed: Array
    azimuth_rad: Array
    angle_rad: Array
    seconds: Array = field(default_factory=_zero)
    epoch: Epoch | None = None

    def __post_init__(self) -> None:
        names = ("radius", "lon_rad", "lat_rad", "speed", "azimuth_rad", "angle_rad", "seconds")
        held = [
            np.atleast_1d(numbers(getattr(self, name), f"{name} of a state", finite=False))
            for name in names
        ]
        try:
            held = [np.array(each) for each in np.broadcast_arrays(*held)]
        except ValueError as error:
            raise InputError(
                f"states of flight have shapes {[each.shape for each in held]}; give one number or "
                "as many of each"
            ) from error
        for name, each in zip(names, held, strict=True):
            if each.ndim != 1:
                raise InputError(f"{name} of states of flight has {each.ndim} axes; give one")
            each.setflags(write=False)
            object.__setattr__(self, name, each)
        self._check()

    def _check(self) -> None:
        for name, low, high, unit in (
            ("radius", _LEAST_RADIUS, _MOST_RADIUS, "m"),
            ("speed", 0.0, _MOST_SPEED, "m/s"),
            ("lat_rad", -np.pi / 2, np.pi / 2, "rad"),
            ("angle_rad", -np.pi / 2, np.pi / 2, "rad"),
            ("lon_rad", -100.0, 100.0, "rad"),
            ("azimuth_rad", -100.0, 100.0, "rad"),
            ("seconds", -1e12, 1e12, "s"),
        ):
            held = getattr(self, name)
            bad = ~((held >= low) & (held <= high))
            if bad.any():
                shown = held[bad][0]
                said = f"{np.degrees(shown):g} deg" if unit == "rad" else f"{shown:g} {unit}"
                span = (
                    f"{np.degrees(low):g} to {np.degrees(high):g} deg"
                    if unit == "rad"
                    else f"{low:g} to {high:g} {unit}"
                )
                word = name.removesuffix("_rad").replace("angle", "flight-path angle")
                raise InputError(f"the {word} of a state of flight is {said}; give {span}")

    @classmethod
    def of(
        cls,
        *,
        lon: ArrayLike,
        lat: ArrayLike,
        speed: ArrayLike,
        azimuth: ArrayLike,
        angle: ArrayLike,
        height: ArrayLike | None = None,
        radius: ArrayLike | None = None,
        inertial: bool = False,
        seconds: ArrayLike = 0.0,
        epoch: Epoch | None = None,
    ) -> Self:
        """States from degrees.

        Parameters
        ----------
        lon, lat : east longitude and planetocentric latitude [deg]
        speed : [m/s]
        azimuth : clockwise from north [deg]
        angle : flight-path angle over the horizontal, negative downward [deg]
        height : over the areoid [m]; or
        radius : from the centre [m], as entry interfaces are often given
        inertial : speed, azimuth and angle are relative to axes that do not turn
        seconds : after `epoch` [s]
        epoch : the reference

        Raises
        ------
        InputError : both or neither of height and radius, or values that cannot be.
        """
        if (height is None) == (radius is None):
            raise InputError("give either height over the areoid or radius of a state of flight")
        degrees = {"lon": lon, "lat": lat, "azimuth": azimuth, "angle": angle}
        rad = {name: np.radians(_given(each, name, "deg")) for name, each in degrees.items()}
        for name in ("lat", "angle"):
            bad = ~(np.abs(rad[name]) <= np.pi / 2)
            if bad.any():
                shown = np.degrees(np.atleast_1d(rad[name])[np.atleast_1d(bad)][0])
                word = {"lat": "latitude", "angle": "flight-path angle"}[name]
                raise InputError(f"the {word} is {shown:g} deg; give -90 to 90 deg")
        if radius is not None:
            far = _given(radius, "radius", "m")
        else:
            x, y, z = fitting(
                lon=np.asarray(lon), lat=np.asarray(lat), height=_given(height, "height", "m")
            )
            far = areoid_radius_at(x, y) + z
        made = cls(
            far, rad["lon"], rad["lat"], _given(speed, "speed", "m/s"), rad["azimuth"],
            rad["angle"], _given(seconds, "seconds", "s"), epoch,
        )  # fmt: skip
        return made._turned(-1.0) if inertial else made

    @classmethod
    def from_cartesian(
        cls, state: ArrayLike, *, seconds: ArrayLike = 0.0, epoch: Epoch | None = None
    ) -> Self:
        """States from (n, 6) positions [m] and velocities [m/s] in the rotating frame."""
        held = _rows(state)
        r = np.linalg.norm(held[:, :3], axis=1)
        if not (r > 0.0).all():
            raise InputError("a state of flight lies at the centre of Mars; give metres from it")
        lon, lat = np.arctan2(held[:, 1], held[:, 0]), np.arcsin(held[:, 2] / r)
        east, north, up = (np.sum(axis * held[:, 3:], axis=1) for axis in _axes(lon, lat))
        speed = np.linalg.norm(held[:, 3:], axis=1)
        return cls(
            r, lon, lat, speed, np.arctan2(east, north) % (2 * np.pi),
            np.arctan2(up, np.hypot(east, north)), np.asarray(seconds, dtype=float), epoch,
        )  # fmt: skip

    @classmethod
    def from_inertial(cls, state: ArrayLike, epoch: Epoch, *, frame: str = "J2000") -> Self:
        """States from (n, 6) positions and velocities relative to Mars in a frame's axes.

        Parameters
        ----------
        state : [m, m/s]
        epoch : of the states, one or (n,); the first becomes the reference
        frame : of the axes, as `core.frames` knows them

        Raises
        ------
        InputError : states that are not (n, 6), or an unknown frame.
        """
        held = _rows(state)
        turned = np.einsum("...ij,...j->...i", state_rotation(frame, "IAU_MARS", epoch), held)
        if epoch.shape == ():
            return cls.from_cartesian(turned, epoch=epoch)
        first = epoch[0]
        return cls.from_cartesian(turned, seconds=np.asarray(epoch - first), epoch=first)

    def inertial(self, frame: str = "J2000") -> Array:
        """States (n, 6) relative to Mars in a frame's axes [m, m/s]; InputError without epoch."""
        if self.epoch is None:
            raise InputError("these states have no epoch, so there are no inertial axes for them")
        turn = state_rotation("IAU_MARS", frame, self.epoch + self.seconds)
        return np.asarray(np.einsum("...ij,...j->...i", turn, self.cartesian))

    def __len__(self) -> int:
        return int(self.radius.size)

    def __getitem__(self, which: Any) -> Self:
        """Some of the states, by number, slice or mask."""
        r, lon, lat, speed, azimuth, angle, seconds = (
            np.atleast_1d(each[which])
            for each in (
                self.radius, self.lon_rad, self.lat_rad, self.speed, self.azimuth_rad,
                self.angle_rad, self.seconds,
            )
        )  # fmt: skip
        return type(self)(r, lon, lat, speed, azimuth, angle, seconds, self.epoch)

    @property
    def cartesian(self) -> Array:
        """Positions and velocities in the rotating frame (n, 6) [m, m/s]."""
        east, north, up = _axes(self.lon_rad, self.lat_rad)
        level = self.speed * np.cos(self.angle_rad)
        velocity = (
            (level * np.sin(self.azimuth_rad))[:, None] * east
            + (level * np.cos(self.azimuth_rad))[:, None] * north
            + (self.speed * np.sin(self.angle_rad))[:, None] * up
        )
        return np.concatenate([self.radius[:, None] * up, velocity], axis=1)

    @property
    def lon(self) -> Array:
        """East longitude [deg], 0 to 360."""
        return np.asarray(np.degrees(self.lon_rad) % 360.0)

    @property
    def lat(self) -> Array:
        """Planetocentric latitude [deg]."""
        return np.asarray(np.degrees(self.lat_rad))

    @property
    def azimuth(self) -> Array:
        """Direction of flight, clockwise from north [deg], 0 to 360."""
        return np.asarray(np.degrees(self.azimuth_rad) % 360.0)

    @property
    def angle(self) -> Array:
        """Flight-path angle over the horizontal [deg]."""
        return np.asarray(np.degrees(self.angle_rad))

    @property
    def height(self) -> Array:
        """Over the areoid [m]."""
        return np.asarray(self.radius - areoid_radius_at(self.lon, self.lat))

    @property
    def inertial_speed(self) -> Array:
        """Speed relative to axes that do not turn [m/s]."""
        return self._turned(1.0).speed

    @property
    def inertial_azimuth(self) -> Array:
        """Azimuth relative to axes that do not turn [deg]."""
        return self._turned(1.0).azimuth

    @property
    def inertial_angle(self) -> Array:
        """Flight-path angle relative to axes that do not turn [deg]."""
        return self._turned(1.0).angle

    def _turned(self, sign: float) -> Self:
        """The same with the planet's turning added to the speed, or taken from it."""
        level = self.speed * np.cos(self.angle_rad)
        north, up = level * np.cos(self.azimuth_rad), self.speed * np.sin(self.angle_rad)
        east = level * np.sin(self.azimuth_rad) + sign * SPIN * self.radius * np.cos(self.lat_rad)
        return replace(
            self, speed=np.sqrt(east**2 + north**2 + up**2),
            azimuth_rad=np.arctan2(east, north) % (2 * np.pi),
            angle_rad=np.arctan2(up, np.hypot(east, north)),
        )  # fmt: skip

    def dataset(self) -> xr.Dataset:
        """The states with names and units, along `member`."""
        held = {
            "seconds": self.seconds, "radius": self.radius, "height_above_areoid": self.height,
            "lon": self.lon, "lat": self.lat, "speed": self.speed, "azimuth": self.azimuth,
            "flight_path_angle": self.angle,
        }  # fmt: skip
        return xr.Dataset({name: labelled(name, each, ("member",)) for name, each in held.items()})


def _given(value: ArrayLike | None, name: str, unit: str) -> Array:
    """Numbers of a state of flight; those that are not finite are refused by their bounds."""
    return numbers(value, f"{name} of a state of flight", unit, finite=False)


def _rows(state: ArrayLike) -> Array:
    """States (n, 6) [m, m/s]; InputError where they are none."""
    held = np.atleast_2d(numbers(state, "a state of flight"))
    if held.ndim != 2 or held.shape[1] != 6:
        raise InputError(f"states are {held.shape}; give (n, 6) positions and velocities")
    return held


def _axes(lon: Array, lat: Array) -> tuple[Array, Array, Array]:
    """Unit vectors to the east, to the north and up, each (n, 3)."""
    sl, cl, sp, cp = np.sin(lon), np.cos(lon), np.sin(lat), np.cos(lat)
    east = np.stack([-sl, cl, np.zeros_like(sl)], axis=1)
    north = np.stack([-sp * cl, -sp * sl, cp], axis=1)
    return east, north, np.stack([cp * cl, cp * sl, sp], axis=1)
