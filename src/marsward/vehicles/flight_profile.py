"""What a helicopter is told to fly: up, along legs at a speed, down, and how long that takes.

A leg of length d begins and ends at rest: with top speed v and acceleration a it takes

    t = d/v + v/a   if d >= v^2/a,   else   t = 2 sqrt(d/a),

and so do climb and descent. After the climb and after each leg the craft settles for some seconds
while it hovers, turns and takes its pictures.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from marsward.core.asked import fitting, numbers
from marsward.core.errors import InputError
from marsward.vehicles.helicopter import Helicopter

__all__ = ["FlightProfile", "ProfileTimes", "leg_time", "profile_times", "reach"]

Array = NDArray[np.float64]


def leg_time(distance: ArrayLike, speed: ArrayLike, acceleration: float) -> Array:
    """Time of a way from rest to rest [s]: distances [m], top speeds [m/s]; they broadcast.

    Raises InputError for a distance to go at no speed, or numbers below zero.
    """
    d, v = fitting(
        distance=numbers(distance, "distance", "m"), speed=numbers(speed, "speed", "m/s")
    )
    if not (np.all(d >= 0.0) and np.all(v >= 0.0) and acceleration > 0.0):
        raise InputError("distance, speed and acceleration of a leg are none below zero")
    if np.any((d > 0.0) & (v == 0.0)):
        raise InputError("a leg with a length needs a speed above 0 m/s")
    safe = np.maximum(v, 1e-12)
    long = d / safe + v / acceleration
    return np.where(d * acceleration >= v * v, long, 2.0 * np.sqrt(d / acceleration))


def reach(time: ArrayLike, speed: ArrayLike, acceleration: float) -> Array:
    """Length of the way [m] that `leg_time` takes `time` [s] for; 0 for times of 0 or less."""
    t, v = fitting(time=numbers(time, "time", "s"), speed=numbers(speed, "speed", "m/s"))
    t = np.maximum(t, 0.0)
    short = acceleration * t * t / 4.0
    return np.where(short <= v * v / acceleration, short, v * (t - v / acceleration))


@dataclass(frozen=True, eq=False)
class ProfileTimes:
    """Seconds of the parts of flights, arrays of one shape."""

    climb: Array
    cruise: Array
    hover: Array
    descent: Array

    @property
    def total(self) -> Array:
        """From take-off to touchdown [s]."""
        return np.asarray(self.climb + self.cruise + self.hover + self.descent)


def profile_times(
    distance: ArrayLike,
    height: ArrayLike,
    speed: ArrayLike,
    *,
    helicopter: Helicopter,
    legs: ArrayLike = 1,
    hover: ArrayLike = 0.0,
) -> ProfileTimes:
    """The duration law: seconds of climb, cruise, hover and descent of many flights.

    Parameters
    ----------
    distance : length of the way over ground [m]; height : over the take-off place [m]
    speed : top speed over ground [m/s]; where it is 0 there is no leg, whatever the distance
    legs : from rest to rest, of even length; hover : beside the settling [s]

    Raises
    ------
    InputError : numbers that are none, below zero, or over the craft's top speed.
    """
    d, h, v, n, wait = fitting(
        distance=numbers(distance, "distance", "m"), height=numbers(height, "height", "m"),
        speed=numbers(speed, "speed", "m/s"), legs=numbers(legs, "legs"),
        hover=numbers(hover, "hover", "s"),
    )  # fmt: skip
    if np.any(d < 0.0) or np.any(h <= 0.0) or np.any(v < 0.0) or np.any(wait < 0.0):
        raise InputError(
            "a flight's distance, speed and hover are 0 or more and its height above 0 m"
        )
    if np.any(v > helicopter.top_speed + 1e-9):
        raise InputError(
            f"a speed of {v.max():g} m/s is over the {helicopter.top_speed:g} m/s that "
            f"{helicopter.name} flies; give a lower one"
        )
    if np.any(n < 0.0) or np.any(n % 1.0 != 0.0):
        raise InputError("legs are counted in whole numbers, 0 or more")
    moving = (v > 0.0) & (d > 0.0) & (n > 0.0)
    count = np.where(moving, n, 0.0)
    each = np.where(moving, d / np.maximum(count, 1.0), 0.0)
    rise = leg_time(h, helicopter.climb_speed, helicopter.acceleration)
    return ProfileTimes(
        climb=rise,
        cruise=count * leg_time(each, np.where(moving, v, 0.0), helicopter.acceleration),
        hover=wait + helicopter.settle_time * (1.0 + count),
        descent=rise.copy(),
    )


@dataclass(frozen=True)
class FlightProfile:
    """One flight as told to the craft.

    waypoints : metres east and north of the take-off place, the last is the landing place
    height : of flight over the take-off place [m]; speed : top speed over ground [m/s]
    hover : seconds beside the settling, after the climb [s]; heading : of the nose, clockwise from
        north [deg]
    """

    waypoints: tuple[tuple[float, float], ...] = ()
    height: float = 5.0
    speed: float = 2.0
    hover: float = 0.0
    heading: float = 0.0

    def __post_init__(self) -> None:
        way = numbers(np.asarray(self.waypoints, dtype=np.float64), "waypoints", "m")
        if way.size and (way.ndim != 2 or way.shape[1] != 2):
            raise InputError("waypoints are pairs of metres east and north of the take-off place")
        for name, unit, least in (
            ("height", "m", 0.3), ("speed", "m/s", 0.0), ("hover", "s", 0.0),
            ("heading", "deg", -math.inf),
        ):  # fmt: skip
            held = float(numbers(getattr(self, name), name, unit))
            if held < least:
                raise InputError(f"a flight's {name} is {held:g} {unit} but must be {least:g} up")
        if way.size and self.speed <= 0.0:
            raise InputError("a flight with waypoints needs a speed above 0 m/s")

    @classmethod
    def of(
        cls, distance: float, *, height: float, speed: float, legs: int = 1, hover: float = 0.0,
        course: float = 90.0,
    ) -> FlightProfile:  # fmt: skip
        """A flight of legs of even length along a course [deg from north], there and back in turn.

        Without distance, speed or legs it is a hover.
        """
        if distance <= 0.0 or speed <= 0.0 or legs < 1:
            return cls((), height=height, speed=max(speed, 0.0), hover=hover)
        step = distance / legs
        east = step * math.sin(math.radians(course))
        north = step * math.cos(math.radians(course))
        way = tuple((east, north) if i % 2 == 0 else (0.0, 0.0) for i in range(legs))
        return cls(way, height=height, speed=speed, hover=hover, heading=course)

    @property
    def lengths(self) -> Array:
        """Length of each leg [m]."""
        if not self.waypoints:
            return np.zeros(0)
        way = np.vstack([[(0.0, 0.0)], np.asarray(self.waypoints, dtype=np.float64)])
        return np.hypot(*np.diff(way, axis=0).T)

    @property
    def distance(self) -> float:
        """Length of the way over ground [m]."""
        return float(self.lengths.sum())

    def times(self, helicopter: Helicopter) -> ProfileTimes:
        """Seconds of its parts."""
        rise = leg_time(self.height, helicopter.climb_speed, helicopter.acceleration)
        each = leg_time(self.lengths, self.speed, helicopter.acceleration)
        wait = self.hover + helicopter.settle_time * (1.0 + self.lengths.size)
        return ProfileTimes(rise, np.asarray(each.sum()), np.asarray(wait), rise.copy())

    def reference(self, helicopter: Helicopter) -> Array:
        """Place, velocity and acceleration that are asked for at every step of control.

        Returns (n, 9): metres east, north and up of the take-off place, their rates [m/s] and
        accelerations [m/s2], up to the begin of the descent; the descent itself goes on at the
        craft's speed until the feet touch.
        """
        step, a = 1.0 / helicopter.control_rate, helicopter.acceleration
        place = np.zeros(3)
        over = np.array([0.0, 0.0, self.height])
        rows = [_way(place, over, helicopter.climb_speed, a, step)]
        place = over
        rows.append(_rest(place, self.hover + helicopter.settle_time, step))
        for east, north in self.waypoints:
            goal = np.array([east, north, self.height])
            rows.append(_way(place, goal, self.speed, a, step))
            rows.append(_rest(goal, helicopter.settle_time, step))
            place = goal
        return np.ascontiguousarray(np.vstack(rows))


def _rest(place: Array, seconds: float, step: float) -> Array:
    out = np.zeros((max(round(seconds / step), 1), 9))
    out[:, :3] = place
    return out


def _way(start: Array, goal: Array, speed: float, a: float, step: float) -> Array:
    """A straight way from rest to rest with a trapezoid of speed, sampled at steps."""
    length = float(np.linalg.norm(goal - start))
    if length == 0.0:
        return np.zeros((0, 9))
    course = (goal - start) / length
    top = min(speed, math.sqrt(a * length))
    ramp = top / a
    whole = length / top + ramp
    t = np.arange(step, whole, step)
    going, slowing = t < ramp, t > whole - ramp
    left = whole - t
    s = np.where(going, 0.5 * a * t * t, top * (t - 0.5 * ramp))
    s = np.where(slowing, length - 0.5 * a * left * left, s)
    v = np.where(going, a * t, np.where(slowing, a * left, top))
    acc = np.where(going, a, np.where(slowing, -a, 0.0))
    return np.hstack([start + s[:, None] * course, v[:, None] * course, acc[:, None] * course])
