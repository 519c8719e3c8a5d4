"""One transfer with a burn on the way, and the problem of finding the best of them."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from marsward.core.bodies import body as known_body
from marsward.core.errors import InputError
from marsward.core.time import Epoch
from marsward.dynamics.kernels.conic import conic_rows
from marsward.dynamics.lambert import LambertLegs, lambert
from marsward.dynamics.planned_date import planned_window
from marsward.dynamics.transfer_costs import TransferCosts

__all__ = ["OneBurnTransfer", "TransferProblem", "direction", "one_burn_transfer"]

Array = NDArray[np.float64]
DAY = 86_400.0
_FASTEST = 12.0  # km/s at infinity, beyond any launcher
_NONE = 1e5  # km/s, of a row without a conic
_ROUND = 1e-6  # km/s by which the size of a burn is rounded at 0, so that it has a slope


@dataclass(frozen=True, eq=False)
class OneBurnTransfer:
    """A transfer between two planets with a burn on the way.

    Attributes
    ----------
    origin, target : names
    launch, arrival, epoch : of departure, arrival and burn
    states : (2, 6) of both planets then, about the Sun, J2000 [m, m/s]
    place : (3,) of the burn, about the Sun [m]
    outgoing, incoming : (3,) velocities at infinity at departure and arrival [m/s]
    burn : (3,) change of velocity [m/s]
    costs : how both ends are counted
    """

    origin: str
    target: str
    launch: Epoch
    arrival: Epoch
    epoch: Epoch
    states: Array
    place: Array
    outgoing: Array
    burn: Array
    incoming: Array
    costs: TransferCosts

    @property
    def time_of_flight(self) -> float:
        """[s]."""
        return float(self.arrival - self.launch)

    @property
    def dv(self) -> float:
        """Size of the burn on the way [m/s]."""
        return float(np.linalg.norm(self.burn))

    @property
    def v_infinity(self) -> float:
        """At departure [m/s]."""
        return float(np.linalg.norm(self.outgoing))

    @property
    def c3(self) -> float:
        """At departure [m2/s2]."""
        return self.v_infinity**2

    @property
    def v_infinity_arrival(self) -> float:
        """[m/s]."""
        return float(np.linalg.norm(self.incoming))

    @property
    def asymptote(self) -> tuple[float, float]:
        """Right ascension and declination of the departure, equator of J2000 [deg]."""
        x, y, z = self.outgoing / self.v_infinity
        return math.degrees(math.atan2(y, x)) % 360.0, math.degrees(math.asin(z))

    @property
    def injection_dv(self) -> float:
        """[m/s]."""
        return float(self.costs.injection(self.v_infinity, self.origin))

    @property
    def capture_dv(self) -> float:
        """[m/s]."""
        return float(self.costs.capture(self.v_infinity_arrival, self.target))

    @property
    def total(self) -> float:
        """Injection, burn and capture [m/s], without weights."""
        return self.injection_dv + self.dv + self.capture_dv

    @property
    def score(self) -> float:
        """The same with the weights of the costs [m/s]."""
        ends = self.costs.total(self.v_infinity, self.v_infinity_arrival, self.origin, self.target)
        return float(ends) + self.dv


def direction(right_ascension_rad: Any, declination_rad: Any) -> Array:
    """Unit vectors (..., 3)."""
    ra, dec = np.broadcast_arrays(np.asarray(right_ascension_rad), np.asarray(declination_rad))
    return np.stack([np.cos(dec) * np.cos(ra), np.cos(dec) * np.sin(ra), np.sin(dec)], axis=-1)


@dataclass(frozen=True, eq=False)
class TransferProblem:
    """Rows x = (speed [km/s], right ascension, declination [rad], share, departure, arrival [d]).

    low, high : (6,) the box; what is fixed has no width
    start : from which the days count
    """

    origin: str
    target: str
    start: Epoch
    low: Array
    high: Array
    max_c3: float
    max_dla: float
    max_v_infinity: float
    costs: TransferCosts
    ephemeris: Any

    @classmethod
    def of(
        cls,
        origin: str,
        target: str,
        launch: Any,
        arrival: Any,
        *,
        max_c3: float,
        max_dla: float,
        max_v_infinity: float,
        asymptote: ArrayLike | None,
        share: tuple[float, float],
        costs: TransferCosts,
        ephemeris: Any,
    ) -> TransferProblem:
        """Checked; raises InputError for what cannot be."""
        first, last = planned_window(launch, "launch"), planned_window(arrival, "arrival")
        for name, value in (("max_c3", max_c3), ("max_v_infinity", max_v_infinity)):
            if not value > 0.0:
                raise InputError(f"{name} is {value!r}: give a number above 0, or leave it out")
        if not 0.0 < max_dla <= 90.0:
            raise InputError(f"max_dla is {max_dla!r} deg: give a value above 0 and up to 90")
        if not 0.0 < share[0] <= share[1] < 1.0:
            raise InputError(f"the share of the flight before the burn is {share!r}: give two "
                             "numbers between 0 and 1, ascending")  # fmt: skip
        zero = first[0]
        span = [float(each - zero) / DAY for each in (first[1], *last)]
        if span[1] <= span[0]:
            raise InputError(
                f"the arrival on {last[0].utc[:10]} is not after the launch on "
                f"{first[1].utc[:10]}: give a later arrival or an earlier launch"
            )
        dec = math.radians(max_dla)
        fast = min(_FASTEST, math.sqrt(max_c3) / 1e3)
        low = np.array([0.01, -3.0 * math.pi, -dec, share[0], 0.0, span[1]])
        high = np.array([fast, 3.0 * math.pi, dec, share[1], span[0], span[2]])
        if asymptote is not None:
            wanted = np.asarray(asymptote, float) / 1e3
            size = float(np.linalg.norm(wanted))
            if wanted.shape != (3,) or not 0.0 < size < math.inf:
                raise InputError(f"an asymptote is three finite numbers [m/s], not {asymptote!r}")
            fixed = [size, math.atan2(wanted[1], wanted[0]), math.asin(wanted[2] / size)]
            low[:3] = high[:3] = fixed
        names = known_body(origin).name, known_body(target).name
        return cls(*names, zero, low, high, max_c3, max_dla, max_v_infinity, costs, ephemeris)

    @property
    def told(self) -> str:
        """The limits in words."""
        words = []
        if self.max_c3 < math.inf:
            words.append(f"C3 {self.max_c3 / 1e6:g} km2/s2")
        if self.max_dla < 90.0:
            words.append(f"DLA {self.max_dla:g} deg")
        if self.max_v_infinity < math.inf:
            words.append(f"an arrival at {self.max_v_infinity / 1e3:g} km/s")
        if self.low[0] == self.high[0]:
            words.append("the asymptote given")
        return " and ".join(words)

    def date_grid(self, count: int) -> tuple[Array, Array]:
        """Days of departure and arrival that are tried for the direct transfer."""
        return tuple(  # type: ignore[return-value]
            np.linspace(self.low[k], self.high[k], count if self.high[k] > self.low[k] else 1)
            for k in (4, 5)
        )

    def direct(self, days: Array) -> tuple[Array, Array, LambertLegs]:
        """Cost [m/s] without a burn for dates (n, 2) [d], and how far it is beyond limits [m/s]."""
        here = self.ephemeris.state(self.origin, wrt="sun", at=self.start + days[:, 0] * DAY)
        there = self.ephemeris.state(self.target, wrt="sun", at=self.start + days[:, 1] * DAY)
        flight = (days[:, 1] - days[:, 0]) * DAY
        legs = lambert(here[:, :3], there[:, :3], np.where(flight > 0.0, flight, np.nan),
                       gm=float(known_body("sun").gm))  # fmt: skip
        out, into = legs.departure - here[:, 3:], legs.arrival - there[:, 3:]
        leaving, arriving = np.linalg.norm(out, axis=1), np.linalg.norm(into, axis=1)
        total = self.costs.total(leaving, arriving, self.origin, self.target)
        angle = np.arcsin(np.abs(out[:, 2]) / leaving) - math.radians(self.max_dla)
        beyond = (
            np.maximum(0.0, leaving - math.sqrt(self.max_c3)) + leaving * np.maximum(0.0, angle)
            + np.maximum(0.0, arriving - self.max_v_infinity)
        )  # fmt: skip
        return np.where(np.isfinite(total), total, np.inf), np.where(
            np.isfinite(beyond), beyond, np.inf
        ), legs  # fmt: skip

    def direct_transfer(self, days: Array) -> OneBurnTransfer:
        """The transfer without a burn of dates (2,) [d]."""
        launch, arrival = self.start + float(days[0]) * DAY, self.start + float(days[1]) * DAY
        states = np.stack(
            [
                self.ephemeris.state(self.origin, wrt="sun", at=launch),
                self.ephemeris.state(self.target, wrt="sun", at=arrival),
            ]
        )
        _, _, legs = self.direct(np.asarray(days, float)[None])
        return OneBurnTransfer(
            self.origin, self.target, launch, arrival, launch, states, states[0, :3],
            legs.departure[0] - states[0, 3:], np.zeros(3), legs.arrival[0] - states[1, 3:],
            self.costs,
        )  # fmt: skip

    def guesses(self, near: OneBurnTransfer, count: int, rng: np.random.Generator) -> Array:
        """Rows (count, 6) about a transfer, the first of them its own departure."""
        ra, dec = (math.radians(angle) for angle in near.asymptote)
        ra = (ra + math.pi) % (2.0 * math.pi) - math.pi
        centre = np.array([near.v_infinity / 1e3, ra, dec])
        rows = np.empty((count, 6))
        rows[:, :3] = centre + rng.normal(size=(count, 3)) * [0.12 * centre[0], 0.25, 0.25]
        rows[:, 3:] = rng.uniform(self.low[3:], self.high[3:], size=(count, 3))
        rows[0, :3] = centre
        return np.clip(rows, self.low, self.high)

    def flown(self, rows: Array) -> tuple[Array, Array, Array, Array]:
        """Places of the burn, burns, velocities at infinity out and in (n, 3) [m, m/s]."""
        here = self.ephemeris.state(self.origin, wrt="sun", at=self.start + rows[:, 4] * DAY)
        there = self.ephemeris.state(self.target, wrt="sun", at=self.start + rows[:, 5] * DAY)
        gm, n = float(known_body("sun").gm), len(rows)
        flight = (rows[:, 5] - rows[:, 4]) * DAY
        out = 1e3 * rows[:, :1] * direction(rows[:, 1], rows[:, 2])
        begin = here.copy()
        begin[:, 3:] += out
        end, status = np.empty((n, 6)), np.empty(n, np.int64)
        conic_rows(begin, rows[:, 3] * flight, np.full(n, gm), end, status)
        legs = lambert(end[:, :3], there[:, :3], (1.0 - rows[:, 3]) * flight, gm=gm)
        return end[:, :3], legs.departure - end[:, 3:], out, legs.arrival - there[:, 3:]

    def sums(self, rows: Array) -> tuple[Array, Array]:
        """What is made small, and the speed at arrival (n,) [km/s]."""
        _, burn, _, into = self.flown(rows)
        arriving = np.linalg.norm(into, axis=1)
        ends = self.costs.total(1e3 * rows[:, 0], arriving, self.origin, self.target) / 1e3
        size = np.sqrt(np.sum((burn / 1e3) ** 2, axis=1) + _ROUND**2)
        total = ends + size
        bad = ~np.isfinite(total)
        return np.where(bad, _NONE, total), np.where(bad, _NONE, arriving / 1e3)

    def score(self, rows: Array) -> Array:
        """`sums` with what is paid for an arrival that is too fast (n,) [km/s]."""
        total, arriving = self.sums(rows)
        return total + 50.0 * np.maximum(0.0, arriving - self.max_v_infinity / 1e3 - 1e-7)


def one_burn_transfer(problem: TransferProblem, row: Array) -> OneBurnTransfer:
    """The transfer of a row (6,)."""
    place, burn, out, into = (each[0] for each in problem.flown(row[None]))
    launch, arrival = problem.start + float(row[4]) * DAY, problem.start + float(row[5]) * DAY
    states = np.stack(
        [
            problem.ephemeris.state(problem.origin, wrt="sun", at=launch),
            problem.ephemeris.state(problem.target, wrt="sun", at=arrival),
        ]
    )
    return OneBurnTransfer(
        problem.origin, problem.target, launch, arrival,
        launch + float(row[3] * (row[5] - row[4])) * DAY, states, place, out, burn, into,
        problem.costs,
    )  # fmt: skip
