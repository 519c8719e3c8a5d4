"""A burn half way: transfers with one deep-space manoeuvre, and whether it pays.

    found = deep_space_manoeuvre(
        "earth", "mars", launch="2020-07-23", arrival="2021-02-10", max_dla=17.1
    )
    found.best.dv, found.best.epoch, found.pays, found.told

The craft leaves with a velocity at infinity, coasts along a conic for a share of the flight, burns,
and follows Lambert's conic to the target (the form called MGA-1DSM). Speed, right ascension and
declination of the departure, the share, and the dates where windows are given, are free; limits on
C3, declination and arrival speed are what usually makes the burn necessary.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import minimize

from marsward.core.bodies import body as known_body
from marsward.core.errors import PhysicsError
from marsward.core.time import Epoch
from marsward.dynamics.ephemeris import default_ephemeris
from marsward.dynamics.one_burn_transfer import (
    OneBurnTransfer,
    TransferProblem,
    one_burn_transfer,
)  # fmt: skip
from marsward.dynamics.optimisers import check_optimiser, minimise
from marsward.dynamics.primer_vector import Primer, primer_vector
from marsward.dynamics.transfer_costs import TransferCosts

__all__ = ["ManoeuvreChoice", "deep_space_manoeuvre", "transfer_primer"]

Array = NDArray[np.float64]
When = str | Epoch
DAY = 86_400.0
_SLACK = 1e-6
_KEPT = 4  # starts that are followed to their end
_STEEP = 1e3  # m/s that are paid for each m/s beyond a limit
_NONE = 1e8  # m/s, of dates that no conic joins
_LEAST = 1.0  # m/s of a burn, and of what it saves, that is worth the trouble


@dataclass(frozen=True)
class ManoeuvreChoice:
    """The best transfer with one burn on the way, beside the direct one.

    Attributes
    ----------
    best : the cheapest that keeps the limits, with a burn
    direct : the cheapest without one that keeps the limits; the cheapest of all when none does
    keeps : whether `direct` keeps the limits
    primer : of the cheapest direct transfer of the same dates as `direct`; None where its ends do
        not settle it
    limits : the limits in words, "" without any
    """

    best: OneBurnTransfer
    direct: OneBurnTransfer
    keeps: bool
    primer: Primer | None
    limits: str

    @property
    def saving(self) -> float:
        """What the burn saves over the direct transfer, in the sum that was made small [m/s]."""
        return self.direct.score - self.best.score

    @property
    def pays(self) -> bool:
        """Whether the burn makes the sum smaller, or is the only way to keep the limits."""
        return not self.keeps or (self.saving > _LEAST and self.best.dv > _LEAST)

    @property
    def told(self) -> str:
        """One or two sentences."""
        best, direct = self.best, self.direct
        if not self.keeps:
            verdict = (
                f"no direct transfer keeps {self.limits}: a burn of {best.dv:.0f} m/s on "
                f"{best.epoch.utc[:10]} does, for {-self.saving:.0f} m/s more in all than the "
                "direct one"
            )
            if self.saving > 0.0:
                verdict = verdict.rsplit(", for", 1)[0] + f", and saves {self.saving:.0f} m/s"
        elif self.pays:
            verdict = (
                f"a burn of {best.dv:.0f} m/s on {best.epoch.utc[:10]} pays: it saves "
                f"{self.saving:.0f} m/s"
            )
        else:
            verdict = "no burn on the way pays"
        return (
            f"{verdict}. Direct: C3 {direct.c3 / 1e6:.2f} km2/s2, DLA {direct.asymptote[1]:+.1f} "
            f"deg, arrival at {direct.v_infinity_arrival / 1e3:.3f} km/s; with a burn: C3 "
            f"{best.c3 / 1e6:.2f}, DLA {best.asymptote[1]:+.1f}, "
            f"{best.v_infinity_arrival / 1e3:.3f} km/s"
        )


def transfer_primer(transfer: OneBurnTransfer, *, points: int = 201) -> Primer:
    """Primer vector along a direct transfer, with the slopes of its own costs at the ends.

    Raises
    ------
    PhysicsError : an arc whose ends do not settle it.
    """
    speeds = transfer.v_infinity, transfer.v_infinity_arrival
    slopes = transfer.costs.slopes(*speeds, transfer.origin, transfer.target)
    start = transfer.states[0]
    return primer_vector(
        start[:3], start[3:] + transfer.outgoing, transfer.time_of_flight,
        gm=float(known_body("sun").gm), first=slopes[0] * transfer.outgoing / speeds[0],
        last=-slopes[1] * transfer.incoming / speeds[1], points=points,
    )  # fmt: skip


def deep_space_manoeuvre(
    origin: str,
    target: str,
    *,
    launch: When | tuple[When, When],
    arrival: When | tuple[When, When],
    max_c3: float = math.inf,
    max_dla: float = 90.0,
    max_v_infinity: float = math.inf,
    asymptote: ArrayLike | None = None,
    share: tuple[float, float] = (0.02, 0.98),
    costs: TransferCosts | None = None,
    starts: int = 3000,
    seed: int = 0,
    optimiser: str = "scipy",
    ephemeris: Any = None,
) -> ManoeuvreChoice:
    """The best transfer with one burn on the way, and whether that burn pays.

    Parameters
    ----------
    origin, target : names of planets
    launch, arrival : a date each, or a first and a last one between which the best is sought
    max_c3 : at departure [m2/s2]
    max_dla : declination of the departure asymptote, either side of the equator of J2000 [deg]
    max_v_infinity : at arrival [m/s]
    asymptote : (3,) the velocity at infinity that the launcher gives, J2000 [m/s], if it is fixed
    share : of the flight before the burn, least and most
    costs : how departure and arrival are counted
    starts : random guesses of which the best are followed
    seed : of these
    optimiser : "scipy" (SLSQP) or "pygmo" (differential evolution before it)

    Raises
    ------
    InputError : a body, date or limit that is none.
    PhysicsError : no transfer keeps the limits; the sentence names the nearest.
    """
    check_optimiser(optimiser)
    problem = TransferProblem.of(
        origin, target, launch, arrival, max_c3=max_c3, max_dla=max_dla,
        max_v_infinity=max_v_infinity, asymptote=asymptote, share=share,
        costs=costs or TransferCosts(), ephemeris=ephemeris or default_ephemeris(),
    )  # fmt: skip
    direct, keeps = _direct(problem, asymptote is not None)
    rng = np.random.default_rng(seed)
    guesses = problem.guesses(direct, starts, rng)
    score = problem.score(guesses)
    order = np.argsort(score, kind="stable")[:_KEPT]
    ends = [_followed(problem, guesses[k], optimiser, seed) for k in order]
    values = [float(problem.score(each[None])[0]) for each in ends]
    best = one_burn_transfer(problem, ends[int(np.argmin(values))])
    _refuse(problem, best)
    try:
        primer = transfer_primer(direct)
    except PhysicsError:
        primer = None
    return ManoeuvreChoice(best, direct, keeps, primer, problem.told)


def _followed(problem: TransferProblem, start: Array, optimiser: str, seed: int) -> Array:
    """A guess followed downhill; gradients from one batch of neighbours."""
    low, high = problem.low, problem.high
    free = high - low > 1e-12
    if optimiser == "pygmo":
        start = _whole(problem, start, free, minimise(
            lambda x: float(problem.score(_whole(problem, start, free, x)[None])[0]),
            start[free], low[free], high[free], scale=0.05 * (high - low)[free],
            optimiser=optimiser, seed=seed,
        )[0])  # fmt: skip

    def value(x: Array) -> float:
        return float(problem.sums(_whole(problem, start, free, x)[None])[0][0])

    def slope(index: int) -> Callable[[Array], Array]:
        def gradient(x: Array) -> Array:
            step = 1e-6 * np.maximum(1.0, np.abs(x))
            near = np.array([_whole(problem, start, free, each) for each in
                             np.vstack([x + np.diag(step), x - np.diag(step)])])  # fmt: skip
            found = problem.sums(near)[index]
            return (found[: x.size] - found[x.size :]) / (2.0 * step)

        return gradient

    def slower(x: Array) -> float:
        arriving = problem.sums(_whole(problem, start, free, x)[None])[1][0]
        return float(problem.max_v_infinity / 1e3 - arriving)

    held = []
    if problem.max_v_infinity < math.inf:
        held = [{"type": "ineq", "fun": slower, "jac": lambda x: -slope(1)(x)}]
    found = minimize(
        value, start[free], jac=slope(0), method="SLSQP", constraints=held,
        bounds=list(zip(low[free], high[free], strict=True)),
        options={"maxiter": 80, "ftol": 1e-10},
    )  # fmt: skip
    end = _whole(problem, start, free, np.clip(found.x, low[free], high[free]))
    return end if problem.score(end[None])[0] <= problem.score(start[None])[0] else start


def _whole(problem: TransferProblem, start: Array, free: NDArray[np.bool_], x: Array) -> Array:
    out = start.copy()
    out[free] = np.clip(x, problem.low[free], problem.high[free])
    return out


def _direct(problem: TransferProblem, fixed: bool) -> tuple[OneBurnTransfer, bool]:
    """The cheapest transfer without a burn: that keeps the limits, else of all."""
    first, last = problem.date_grid(41)
    days = np.stack(np.broadcast_arrays(first[:, None], last[None, :]), axis=-1).reshape(-1, 2)
    total, beyond, legs = problem.direct(days)
    if not np.isfinite(total).any():
        raise PhysicsError(
            f"no conic leads from {problem.origin} to {problem.target} on these dates: "
            f"{legs.told((0,))}; move a date by some days"
        )
    keeps = bool((beyond <= _SLACK).any()) and not fixed
    weight = _STEEP if keeps else 0.0
    best = days[int(np.argmin(np.where(beyond <= _SLACK, total, np.inf) if keeps else total))]
    low, high = problem.low[4:], problem.high[4:]
    free = high > low
    if free.any():

        def value(x: Array) -> float:
            trial = best.copy()
            trial[free] = x
            cost, over, _ = problem.direct(trial[None])
            return float(cost[0] + weight * over[0]) if np.isfinite(cost[0]) else _NONE

        best[free] = minimise(value, best[free], low[free], high[free],
                              scale=(high - low)[free] / 80.0)[0]  # fmt: skip
    return problem.direct_transfer(best), keeps


def _refuse(problem: TransferProblem, best: OneBurnTransfer) -> None:
    """Tell when even a burn leaves the arrival too fast."""
    if best.v_infinity_arrival <= problem.max_v_infinity * (1.0 + 1e-4):
        return
    raise PhysicsError(
        f"no transfer from {problem.origin} to {problem.target} with one burn was found that keeps "
        f"{problem.told}: the nearest arrives at {best.v_infinity_arrival / 1e3:.3f} km/s, with "
        f"{best.dv:.0f} m/s on the way"
    )
