"""A tour by way of other planets: dates, legs, flybys and what it costs.

    tour = fly_tour(("earth", "venus", "mars"), Epoch.utc(["2031-…", …]))
    tour.c3, tour.flybys[0].altitude, tour.dv, tour.told

Legs are conics about the Sun, planets points that turn them (patched conics). A tour of given
dates always exists where its Lambert cases do; what a planet cannot give is an impulse.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from marsward.core.bodies import body as known_body
from marsward.core.errors import InputError, PhysicsError
from marsward.core.time import Epoch
from marsward.dynamics.ephemeris import default_ephemeris
from marsward.dynamics.flyby import Flyby, flyby
from marsward.dynamics.kernels.conic import conic_rows
from marsward.dynamics.lambert import SOLVED, LambertLegs, lambert
from marsward.dynamics.transfer_costs import TransferCosts

__all__ = ["Tour", "Way", "checked_bodies", "fly_tour", "names_of", "solve_legs", "ways_of"]

Array = NDArray[np.float64]
Way = tuple[int, Literal["low", "high"]]
"""Whole revolutions of a leg, and which of the two conics that make them: "low" or "high"."""
DIRECT: Way = (0, "low")
PLANETS = ("mercury", "venus", "earth", "mars", "jupiter", "saturn", "uranus", "neptune")


def ways_of(revolutions: int) -> tuple[Way, ...]:
    """All ways of a leg with up to so many whole revolutions."""
    if not (isinstance(revolutions, int) and 0 <= revolutions <= 20):
        raise InputError(f"revolutions is {revolutions!r}: give a whole number from 0 to 20")
    turns = range(1, revolutions + 1)
    return (DIRECT, *(way for n in turns for way in ((n, "low"), (n, "high"))))


def names_of(bodies: Sequence[str]) -> tuple[str, ...]:
    """Names of a list of bodies, or of one text such as "earth venus mars" or "earth-mars"."""
    if isinstance(bodies, str):
        bodies = bodies.replace("-", " ").replace(",", " ").split()
    return tuple(known_body(each).name for each in bodies)


def checked_bodies(bodies: Sequence[str]) -> tuple[str, ...]:
    """Names of the planets of a tour, in the order they are met.

    Raises
    ------
    InputError : fewer than two, or a body that is no planet.
    """
    names = names_of(bodies)
    if len(names) < 2:
        raise InputError(
            f"a tour needs a start and an end; {', '.join(names) or 'nothing'} is too short: "
            "give two planets or more, such as earth venus mars"
        )
    for name in names:
        if name not in PLANETS:
            raise InputError(
                f"a tour about the Sun passes planets, and {name} is none; choose from "
                f"{', '.join(PLANETS)} (the Moon may follow the Earth at the start)"
            )
    return names


def solve_legs(first: Array, last: Array, seconds: Array, way: Way) -> LambertLegs:
    """Lambert's problem about the Sun for places (n, 3) [m] and times (n,) [s]."""
    gm = float(known_body("sun").gm)
    if way[0] == 0:
        return lambert(first, last, seconds, gm=gm)
    return lambert(first, last, seconds, gm=gm, revolutions=way[0], branch=way[1])


@dataclass(frozen=True, eq=False)
class Tour:
    """A tour of given dates.

    Attributes
    ----------
    bodies : names, in order
    epochs : Epoch (k,), of departure, flybys and arrival
    states : (k, 6) of the bodies then, about the Sun, J2000 [m, m/s]
    outgoing, incoming : (k - 1, 3) velocities at infinity at the beginning and end of each leg
    ways : revolutions and branch of each leg
    flybys : k - 2
    costs : how the ends are counted
    """

    bodies: tuple[str, ...]
    epochs: Epoch
    states: Array
    outgoing: Array
    incoming: Array
    ways: tuple[Way, ...]
    flybys: tuple[Flyby, ...]
    costs: TransferCosts

    @property
    def seconds(self) -> Array:
        """Times of flight of the legs (k - 1,) [s]."""
        return np.asarray(np.diff(self.epochs.whole) + np.diff(self.epochs.frac))

    @property
    def time_of_flight(self) -> float:
        """From departure to arrival [s]."""
        return float(self.seconds.sum())

    @property
    def v_infinity(self) -> float:
        """At departure [m/s]."""
        return float(np.linalg.norm(self.outgoing[0]))

    @property
    def c3(self) -> float:
        """At departure [m2/s2]."""
        return self.v_infinity**2

    @property
    def v_infinity_arrival(self) -> float:
        """[m/s]."""
        return float(np.linalg.norm(self.incoming[-1]))

    @property
    def asymptote(self) -> tuple[float, float]:
        """Right ascension and declination of the departure, equator of J2000 [deg]."""
        x, y, z = self.outgoing[0] / self.v_infinity
        return math.degrees(math.atan2(y, x)) % 360.0, math.degrees(math.asin(z))

    @property
    def injection_dv(self) -> float:
        """Out of the parking orbit [m/s]."""
        return float(self.costs.injection(self.v_infinity, self.bodies[0]))

    @property
    def capture_dv(self) -> float:
        """Into the capture orbit [m/s]."""
        return float(self.costs.capture(self.v_infinity_arrival, self.bodies[-1]))

    @property
    def flyby_dv(self) -> float:
        """All impulses at and after the flybys [m/s]."""
        return float(sum(each.dv + each.bend for each in self.flybys))

    @property
    def dv(self) -> float:
        """Injection, flybys and capture [m/s], without weights."""
        return self.injection_dv + self.flyby_dv + self.capture_dv

    @property
    def score(self) -> float:
        """What searches make small: `dv` with the weights of the costs [m/s]."""
        ends = self.costs.total(
            self.v_infinity, self.v_infinity_arrival, self.bodies[0], self.bodies[-1]
        )
        return float(ends) + self.flyby_dv

    @property
    def flyable(self) -> bool:
        """Whether every flyby turns the path far enough without an impulse far out."""
        return all(each.flyable for each in self.flybys)

    @cached_property
    def told(self) -> str:
        """One sentence."""
        days = [str(text)[:10] for text in np.atleast_1d(self.epochs.utc)]
        stops = ", ".join(
            f"{name} {day}" for name, day in zip(self.bodies[1:], days[1:], strict=True)
        )
        passed = "".join(
            f"; {each.body} at {each.altitude / 1e3:,.0f} km with {each.dv + each.bend:.0f} m/s"
            for each in self.flybys
        )
        return (
            f"{self.bodies[0]} {days[0]}, {stops}: C3 {self.c3 / 1e6:.2f} km2/s2{passed}; "
            f"arrival at {self.v_infinity_arrival / 1e3:.3f} km/s; "
            f"{self.dv / 1e3:.3f} km/s in all, {self.time_of_flight / 86400.0:.0f} days"
        )

    def path(self, leg: int, points: int = 121) -> tuple[Epoch, Array]:
        """Epochs (points,) and states (points, 6) along a leg, about the Sun [m, m/s]."""
        seconds = np.linspace(0.0, float(self.seconds[leg]), points)
        start = self.states[leg].copy()
        start[3:] += self.outgoing[leg]
        out, status = np.empty((points, 6)), np.empty(points, np.int64)
        gm = np.full(points, float(known_body("sun").gm))
        conic_rows(np.tile(start, (points, 1)), seconds, gm, out, status)
        return self.epochs[leg] + seconds, out


def fly_tour(
    bodies: Sequence[str],
    epochs: Epoch,
    *,
    costs: TransferCosts | None = None,
    altitudes: Mapping[str, float] | None = None,
    ways: Sequence[Way] | None = None,
    ephemeris: Any = None,
) -> Tour:
    """The tour that meets planets at given dates.

    Parameters
    ----------
    bodies : k names of planets, in the order they are met
    epochs : Epoch (k,), ascending
    costs : how departure and arrival are counted
    altitudes : lowest flyby of a body above its equatorial radius [m]; `LEAST_ALTITUDE` else
    ways : (revolutions, branch) of each leg; none and the direct way when left out
    ephemeris : with `state(body, wrt=, at=)`; DE440 when left out

    Raises
    ------
    InputError : a sequence that is none, or dates that do not ascend.
    PhysicsError : a leg without a conic.
    """
    names = checked_bodies(bodies)
    if epochs.shape != (len(names),):
        raise InputError(f"{len(names)} bodies need as many dates, not {epochs.shape}")
    sky = default_ephemeris() if ephemeris is None else ephemeris
    kinds = tuple(ways) if ways is not None else (DIRECT,) * (len(names) - 1)
    seconds = np.diff(epochs.whole) + np.diff(epochs.frac)
    if not np.all(seconds > 0.0):
        raise InputError("the dates of a tour ascend, one after the other; these do not")
    states = np.array([sky.state(name, wrt="sun", at=epochs[k]) for k, name in enumerate(names)])
    out, into = np.empty((len(names) - 1, 3)), np.empty((len(names) - 1, 3))
    for k, way in enumerate(kinds):
        leg = solve_legs(states[k, :3], states[k + 1, :3], seconds[k], way)
        if int(leg.status) != SOLVED:
            raise PhysicsError(
                f"no conic of {way[0]} revolutions leads from {names[k]} on {epochs[k].utc[:10]} "
                f"to {names[k + 1]} on {epochs[k + 1].utc[:10]}: {leg.told()}; move a date by a day"
            )
        out[k], into[k] = leg.departure - states[k, 3:], leg.arrival - states[k + 1, 3:]
    low = {known_body(name).name: height for name, height in (altitudes or {}).items()}
    passed = tuple(
        flyby(into[k], out[k + 1], names[k + 1], altitude=low.get(names[k + 1]))
        for k in range(len(names) - 2)
    )
    return Tour(names, epochs, states, out, into, kinds, passed, costs or TransferCosts())
