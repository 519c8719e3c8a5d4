"""Tours with a burn on any leg: unpowered flybys, and whether the burns pay.

    better = with_manoeuvres(tour)
    better.dv, better.burns, better.told

The craft leaves with a velocity at infinity; each leg is a conic for a share of its time, a burn,
and Lambert's conic to the next planet, which turns the path at a periapsis and about an angle (the
form called MGA-1DSM). A tour whose flybys want impulses, or cannot turn far enough, often costs
less with the burn moved to where it does more.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from marsward.core.bodies import body as known_body
from marsward.core.errors import InputError
from marsward.core.time import Epoch
from marsward.dynamics.ephemeris import default_ephemeris
from marsward.dynamics.flyby import bending_angle, least_radius
from marsward.dynamics.kernels.conic import conic_rows
from marsward.dynamics.lambert import lambert
from marsward.dynamics.one_burn_transfer import direction
from marsward.dynamics.tour import Tour
from marsward.dynamics.tour_limits import TourLimits
from marsward.dynamics.transfer_costs import TransferCosts

__all__ = ["ManoeuvreTour", "TourChain", "turned", "with_manoeuvres"]

Array = NDArray[np.float64]
DAY = 86_400.0
_NONE = 1e3  # km/s, of a row without conics
_FARTHEST = 200.0  # radii of a planet, beyond which a flyby turns nothing that matters
_ROUNDS = ((3e-3, 1e-6), (1e-4, 1e-7))  # how burns are rounded at 0 [km/s], when to stop


def turned(incoming: Array, planet: Array, radius: Array, angle: Array, gm: float) -> Array:
    """Velocities at infinity (n, 3) after passages without an impulse.

    Parameters
    ----------
    incoming : (n, 3) velocities at infinity before [m/s]
    planet : (n, 3) velocities of the planet about the Sun [m/s]; the angle counts from
        incoming x planet
    radius, angle : (n,) of the periapsis [m], of the plane about the incoming velocity [rad]
    """
    speed = np.linalg.norm(incoming, axis=1)
    ahead = incoming / speed[:, None]
    side = np.cross(ahead, planet)
    side = side / np.linalg.norm(side, axis=1)[:, None]
    up = np.cross(ahead, side)
    turn = bending_angle(speed, radius, gm)
    across = np.cos(angle)[:, None] * side + np.sin(angle)[:, None] * up
    return speed[:, None] * (np.cos(turn)[:, None] * ahead + np.sin(turn)[:, None] * across)


@dataclass(frozen=True, eq=False)
class TourChain:
    """Rows of numbers that make tours with a burn on each of L legs.

    A row: speed at infinity [km/s], right ascension, declination [rad], departure [d after
    `start`], L times of flight [d], L shares, L - 1 periapsis radii in radii of the planet,
    L - 1 angles [rad].
    """

    names: tuple[str, ...]
    start: Epoch
    costs: TransferCosts
    ephemeris: Any

    @property
    def legs(self) -> int:
        """How many."""
        return len(self.names) - 1

    def parts(self, rows: Array) -> tuple[Array, Array, Array, Array]:
        """Times of flight, shares, radii and angles of rows (n, 3 L + 2)."""
        n = self.legs
        cuts = np.cumsum([4, n, n, n - 1])
        times, shares, radii, angles = np.split(rows, cuts, axis=1)[1:]
        return times, shares, radii, angles

    def flown(self, rows: Array) -> tuple[Array, Array, Array]:
        """Velocities at infinity at the end (n, 3), burns (n, L, 3) [m/s], their times [d]."""
        times, shares, radii, angles = self.parts(rows)
        gm, count = float(known_body("sun").gm), len(rows)
        days = rows[:, 3].copy()
        here = self._state(self.names[0], days)
        out = 1e3 * rows[:, :1] * direction(rows[:, 1], rows[:, 2])
        burns, when = np.empty((count, self.legs, 3)), np.empty((count, self.legs))
        for leg in range(self.legs):
            begin = here.copy()
            begin[:, 3:] += out
            flight = times[:, leg] * DAY
            end, status = np.empty((count, 6)), np.empty(count, np.int64)
            conic_rows(begin, shares[:, leg] * flight, np.full(count, gm), end, status)
            there = self._state(self.names[leg + 1], days + times[:, leg])
            legs = lambert(end[:, :3], there[:, :3], (1.0 - shares[:, leg]) * flight, gm=gm)
            burns[:, leg] = legs.departure - end[:, 3:]
            when[:, leg] = days + shares[:, leg] * times[:, leg]
            into = legs.arrival - there[:, 3:]
            days, here = days + times[:, leg], there
            if leg + 1 < self.legs:
                planet = known_body(self.names[leg + 1])
                radius = radii[:, leg] * planet.equatorial_radius
                out = turned(into, there[:, 3:], radius, angles[:, leg], float(planet.gm))
        return into, burns, when

    def _state(self, name: str, days: Array) -> Array:
        return np.asarray(self.ephemeris.state(name, wrt="sun", at=self.start + days * DAY))

    def sums(self, rows: Array, rounding: float = 0.0) -> tuple[Array, Array]:
        """Weighted cost and speed at arrival (n,) [km/s]."""
        into, burns, _ = self.flown(rows)
        arriving = np.linalg.norm(into, axis=1)
        sizes = np.sqrt(np.sum((burns / 1e3) ** 2, axis=2) + rounding**2).sum(axis=1)
        ends = self.costs.total(1e3 * rows[:, 0], arriving, self.names[0], self.names[-1]) / 1e3
        total = ends + sizes
        return np.where(np.isfinite(total), total, _NONE), arriving / 1e3


@dataclass(frozen=True, eq=False)
class ManoeuvreTour:
    """A tour with burns on its legs.

    Attributes
    ----------
    tour : where it began, with impulses at the flybys
    epochs : Epoch (k,), of departure, flybys and arrival
    outgoing, incoming : (3,) velocities at infinity at departure and arrival [m/s]
    burns : (L, 3) on each leg [m/s]
    burn_epochs : Epoch (L,)
    altitudes : (L - 1,) of the flybys above the equatorial radius [m]
    """

    tour: Tour
    epochs: Epoch
    outgoing: Array
    incoming: Array
    burns: Array
    burn_epochs: Epoch
    altitudes: Array

    @property
    def burn_dv(self) -> Array:
        """Sizes of the burns (L,) [m/s]."""
        return np.linalg.norm(self.burns, axis=1)

    def _ends(self) -> tuple[float, float]:
        return float(np.linalg.norm(self.outgoing)), float(np.linalg.norm(self.incoming))

    @property
    def c3(self) -> float:
        """At departure [m2/s2]."""
        return self._ends()[0] ** 2

    @property
    def dv(self) -> float:
        """Injection, burns and capture [m/s]."""
        leaving, arriving = self._ends()
        costs, names = self.tour.costs, self.tour.bodies
        ends = costs.injection(leaving, names[0]) + costs.capture(arriving, names[-1])
        return float(ends) + float(self.burn_dv.sum())

    @property
    def score(self) -> float:
        """The same with the weights of the costs [m/s]."""
        names = self.tour.bodies
        ends = self.tour.costs.total(*self._ends(), names[0], names[-1])
        return float(ends) + float(self.burn_dv.sum())

    @property
    def saving(self) -> float:
        """What the burns, and the dates that go with them, save over `tour` [m/s]."""
        return self.tour.score - self.score

    @property
    def told(self) -> str:
        """One sentence."""
        names = self.tour.bodies
        burns = [
            f"{size:.0f} m/s on {self.burn_epochs[k].utc[:10]}"
            for k, size in enumerate(self.burn_dv) if size >= 1.0
        ]  # fmt: skip
        days = ", ".join(f"{name} {self.epochs[k].utc[:10]}" for k, name in enumerate(names))
        verdict = f"saves {self.saving:.0f} m/s" if self.saving > 1.0 else "saves nothing"
        return (
            f"{days}: C3 {self.c3 / 1e6:.2f} km2/s2, {' and '.join(burns) or 'no burn'} on the "
            f"way, arrival at {self._ends()[1] / 1e3:.3f} km/s, {self.dv / 1e3:.3f} km/s in all; "
            f"{verdict} against the tour without them"
        )


def with_manoeuvres(
    tour: Tour,
    *,
    limits: TourLimits | None = None,
    altitudes: Mapping[str, float] | None = None,
    window: tuple[Epoch, Epoch] | None = None,
    shares: Sequence[float] = (0.15, 0.5, 0.8),
    ephemeris: Any = None,
) -> ManoeuvreTour:
    """The best tour near a given one with a burn on any leg and none at the flybys.

    Parameters
    ----------
    tour : with direct legs
    limits : what it must keep
    altitudes : lowest flyby by body [m]; `LEAST_ALTITUDE` else
    window : first and last date of departure; 60 days either side when left out
    shares : of each leg's time at which burns are first set; the best of all ends is kept

    Raises
    ------
    InputError : a tour with whole turns on a leg.
    """
    if any(turns for turns, _ in tour.ways):
        raise InputError("burns on the way are sought on legs without whole turns; this tour has "
                         "a leg with some: search it with revolutions=0")  # fmt: skip
    use, sky = limits or TourLimits(), ephemeris or default_ephemeris()
    chain = TourChain(tour.bodies, tour.epochs[0], tour.costs, sky)
    low, high = _box(tour, use, altitudes or {}, window)
    ends = [
        _followed(chain, np.clip(_row(tour, share), low, high), low, high, use) for share in shares
    ]
    values = [float(chain.sums(row[None])[0][0]) + _over(chain, row, use) for row in ends]
    return _told(chain, tour, ends[int(np.argmin(values))])


def _row(tour: Tour, share: float) -> Array:
    """A tour in numbers: its impulses at the flybys fall on the legs behind them."""
    ra, dec = (math.radians(angle) for angle in tour.asymptote)
    days = tour.seconds / DAY
    radii, angles = [], []
    for k, passed in enumerate(tour.flybys):
        planet = known_body(passed.body)
        radii.append(min(passed.radius / planet.equatorial_radius, _FARTHEST))
        ahead = passed.incoming / np.linalg.norm(passed.incoming)
        side = np.cross(ahead, tour.states[k + 1, 3:])
        side = side / np.linalg.norm(side)
        up = np.cross(ahead, side)
        angles.append(math.atan2(float(passed.outgoing @ up), float(passed.outgoing @ side)))
    shares = np.full(days.size, share)
    return np.concatenate(
        [[tour.v_infinity / 1e3, (ra + math.pi) % (2.0 * math.pi) - math.pi, dec, 0.0], days,
         shares, radii, angles]
    )  # fmt: skip


def _box(
    tour: Tour, limits: TourLimits, altitudes: Mapping[str, float],
    window: tuple[Epoch, Epoch] | None,
) -> tuple[Array, Array]:  # fmt: skip
    days = tour.seconds / DAY
    first, last = -60.0, 60.0
    if window is not None:
        first, last = (float(each - tour.epochs[0]) / DAY for each in window)
    dec = math.radians(min(limits.max_dla, 90.0))
    fast = min(12.0, math.sqrt(limits.max_c3) / 1e3)
    floor = [
        least_radius(each.body, altitudes.get(each.body)) / known_body(each.body).equatorial_radius
        for each in tour.flybys
    ]
    n, m = days.size, len(floor)
    low = [0.01, -3.0 * math.pi, -dec, first, *(0.5 * days), *[0.02] * n, *floor, *[-9.0] * m]
    high = [fast, 3.0 * math.pi, dec, last, *(1.6 * days), *[0.98] * n, *[_FARTHEST] * m,
            *[9.0] * m]  # fmt: skip
    return np.array(low), np.array(high)


def _over(chain: TourChain, row: Array, limits: TourLimits) -> float:
    """What is paid for a limit that is not kept [km/s]."""
    times, *_ = chain.parts(row[None])
    arriving = float(chain.sums(row[None])[1][0])
    late = max(0.0, float(times.sum()) - limits.max_time / DAY)
    return 50.0 * max(0.0, arriving - limits.max_v_infinity / 1e3 - 1e-4) + 1.0 * late


def _followed(
    chain: TourChain, row: Array, low: Array, high: Array, limits: TourLimits
) -> Array:  # fmt: skip
    """Downhill by SLSQP, gradients from one batch of neighbours, each number in its own unit."""
    n, m = chain.legs, chain.legs - 1
    unit = np.array([1.0, 1.0, 1.0, 30.0, *[30.0] * n, *[1.0] * n, *[1.0] * m, *[1.0] * m])

    def near(x: Array) -> tuple[Array, Array]:
        step = 1e-6 * np.maximum(1.0, np.abs(x))
        return np.vstack([x + np.diag(step), x - np.diag(step)]) * unit, step

    def sloped(x: Array, which: int, rounding: float) -> Array:
        rows, step = near(x)
        found = chain.sums(rows, rounding)[which]
        return np.asarray((found[: x.size] - found[x.size :]) / (2.0 * step))

    held: list[Any] = []
    if limits.max_v_infinity < math.inf:
        most = limits.max_v_infinity / 1e3
        held.append({"type": "ineq",
                     "fun": lambda x: most - chain.sums((x * unit)[None])[1][0],
                     "jac": lambda x: -sloped(x, 1, 0.0)})  # fmt: skip
    if limits.max_time < math.inf:
        held.append(
            {
                "type": "ineq",
                "fun": lambda x: (limits.max_time / DAY - (x * unit)[4 : 4 + n].sum()) / 30.0,
            }
        )
    best, value = row, float(chain.sums(row[None])[0][0]) + _over(chain, row, limits)
    for rounding, small in _ROUNDS:
        found = minimize(
            lambda x, rounding=rounding: float(chain.sums((x * unit)[None], rounding)[0][0]),
            best / unit, jac=lambda x, rounding=rounding: sloped(x, 0, rounding), method="SLSQP",
            bounds=list(zip(low / unit, high / unit, strict=True)), constraints=held,
            options={"maxiter": 60, "ftol": small},
        )  # fmt: skip
        trial = np.clip(found.x * unit, low, high)
        cost = float(chain.sums(trial[None])[0][0]) + _over(chain, trial, limits)
        if cost < value:
            best, value = trial, cost
    return best


def _told(chain: TourChain, tour: Tour, row: Array) -> ManoeuvreTour:
    into, burns, when = (each[0] for each in chain.flown(row[None]))
    times, _, radii, _ = (each[0] for each in chain.parts(row[None]))
    sizes = np.array([known_body(each.body).equatorial_radius for each in tour.flybys])
    days = np.concatenate([[row[3]], row[3] + np.cumsum(times)])
    out = 1e3 * row[0] * direction(row[1], row[2])
    return ManoeuvreTour(
        tour, chain.start + days * DAY, out, into, burns, chain.start + when * DAY,
        (radii - 1.0) * sizes,
    )  # fmt: skip
