"""A tour's dates moved off the grid until it costs the least."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from marsward.core.bodies import body as known_body
from marsward.core.time import Epoch
from marsward.dynamics.flyby import least_radius, passages
from marsward.dynamics.optimisers import minimise
from marsward.dynamics.tour import Tour, Way, fly_tour, solve_legs
from marsward.dynamics.tour_limits import TourLimits
from marsward.dynamics.transfer_costs import TransferCosts

__all__ = ["refined"]

Array = NDArray[np.float64]
DAY = 86_400.0
_NONE = 1e6  # m/s, of dates that no leg joins
_STEEP = 20.0  # m/s that are paid for each m/s beyond a limit


class _Score:
    """Cost [m/s] of a tour by its dates [d after the start], with what it pays beyond limits."""

    def __init__(
        self,
        names: tuple[str, ...],
        start: Epoch,
        ways: Sequence[Way],
        costs: TransferCosts,
        limits: TourLimits,
        altitudes: Mapping[str, float],
        ephemeris: Any,
    ) -> None:
        self.names, self.start, self.ways = names, start, ways
        self.costs, self.limits, self.sky = costs, limits, ephemeris
        self.least = np.array([least_radius(n, altitudes.get(n)) for n in names[1:-1]])
        self.gm = np.array([float(known_body(n).gm) for n in names[1:-1]])

    def __call__(self, days: Array) -> float:
        flight = np.diff(days) * DAY
        if not np.all(flight > 3600.0):
            return _NONE * (2.0 - float(flight.min()) / DAY)
        epochs = self.start + np.asarray(days) * DAY
        states = np.array(
            [self.sky.state(n, wrt="sun", at=epochs[k]) for k, n in enumerate(self.names)]
        )
        out, into = self._legs(states, flight)
        if not np.isfinite(out).all():
            return _NONE
        leaving, arriving = float(np.linalg.norm(out[0])), float(np.linalg.norm(into[-1]))
        total = float(self.costs.total(leaving, arriving, self.names[0], self.names[-1]))
        beyond = max(0.0, leaving - self.limits.max_c3**0.5)
        beyond += max(0.0, arriving - self.limits.max_v_infinity)
        high = np.radians(min(self.limits.max_dla, 90.0))
        beyond += leaving * max(0.0, float(np.arcsin(abs(out[0, 2]) / leaving)) - high)
        beyond += 1e-2 * max(0.0, float(flight.sum()) - self.limits.max_time)
        if self.gm.size:
            passed = passages(into[:-1], out[1:], gm=self.gm, least=self.least).total
            total += float(passed.sum())
            beyond += float(np.maximum(passed - self.limits.max_flyby_dv, 0.0).sum())
        return total + _STEEP * beyond

    def _legs(self, states: Array, flight: Array) -> tuple[Array, Array]:
        out, into = np.empty((flight.size, 3)), np.empty((flight.size, 3))
        for way in sorted(set(self.ways)):
            mine = [k for k, each in enumerate(self.ways) if each == way]
            after = [k + 1 for k in mine]
            legs = solve_legs(states[mine, :3], states[after, :3], flight[mine], way)
            out[mine] = legs.departure - states[mine, 3:]
            into[mine] = legs.arrival - states[after, 3:]
        return out, into


def refined(
    names: tuple[str, ...],
    start: Epoch,
    seconds: Array,
    ways: Sequence[Way],
    *,
    box: tuple[float, float],
    step: float,
    costs: TransferCosts,
    limits: TourLimits,
    altitudes: Mapping[str, float],
    ephemeris: Any,
    optimiser: str,
    seed: int,
) -> Tour:
    """The tour near given dates that costs the least.

    Parameters
    ----------
    start, seconds : dates (k,) [s] after an epoch
    box : between which the departure lies [s]
    step : of the grid that the dates are from [s]
    optimiser : "" leaves the dates as they are
    """
    days = np.asarray(seconds, float) / DAY
    if optimiser:
        score = _Score(names, start, ways, costs, limits, altitudes, ephemeris)
        reach = 12.0 * step / DAY
        low, high = days - reach, days + reach
        low[0], high[0] = max(low[0], box[0] / DAY), min(high[0], box[1] / DAY)
        high[0] = max(high[0], low[0] + 1e-6)
        days, _ = minimise(
            score, days, low, high, scale=np.full(days.size, 0.7 * step / DAY),
            optimiser=optimiser, seed=seed,
        )  # fmt: skip
    return fly_tour(
        names, start + days * DAY, costs=costs, altitudes=altitudes, ways=ways, ephemeris=ephemeris
    )
