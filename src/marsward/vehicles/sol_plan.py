"""One sol of a rover planned: what it does when, within power, warmth, data and relay passes.

The plan is made on a simple battery, then lived through with the rover's own heat and charge
(`rover_sols`). Where that finds less than was planned with, the plan is made again with more kept
back, so a plan that is handed out has been flown.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from marsward.core.asked import number
from marsward.core.errors import InputError, PhysicsError
from marsward.core.fields import FieldRow, add_fields, field
from marsward.vehicles.rover_power import RoverPower
from marsward.vehicles.rover_site import SOL, RoverSite
from marsward.vehicles.rover_sols import RoverState, last_state, rover_sols
from marsward.vehicles.sol_activities import Activity, SolLimits, SolProblem, relay_activities
from marsward.vehicles.sol_plan_cp import cp_plan
from marsward.vehicles.sol_plan_greedy import greedy_plan

__all__ = ["SolPlan", "sol_limits", "sol_plan"]

Array = NDArray[np.float64]
Method = Literal["greedy", "best"]
_TRIES = 6
_KEEP_BACK = 0.03  # of the full battery, more at each try

add_fields(
    FieldRow("activity_power", "W", "power of the planned activities", low=0.0),
    FieldRow("stored_data", "bit", "data in the rover's store", low=0.0),
    FieldRow("sent_data", "bit", "data sent in a slot", low=0.0),
)


@dataclass(frozen=True, eq=False)
class SolPlan:
    """A sol that has been planned and lived through.

    problem : activities and limits; begun : first slot by activity
    lived : the sol with the plan (`rover_sols`, one sol)
    method : "greedy" or "best"; proven : whether nothing better exists, on the simple battery
    verdict : "planned", "nothing fits" or "empty battery"
    state : of the rover after it
    """

    problem: SolProblem
    begun: Mapping[int, int]
    lived: xr.Dataset
    method: str
    proven: bool
    verdict: str
    state: RoverState

    @property
    def worth(self) -> float:
        """What the plan gains."""
        return self.problem.worth(self.begun)

    @property
    def sent(self) -> float:
        """Data sent in the sol [bit]."""
        return float(self.problem.data(self.begun)[1].sum())

    @property
    def skipped(self) -> dict[str, str]:
        """Activities left out, and what kept each from the plan as it stands."""
        out = {}
        for k, act in enumerate(self.problem.activities):
            if k not in self.begun:
                out[act.name] = self._reason(k)
        return out

    def _reason(self, k: int) -> str:
        act = self.problem.activities[k]
        slots = np.flatnonzero(self.problem.starts[k])
        if not slots.size:
            return "no slot has the hours, the sunlight and the warmth that it needs"
        reasons = [self.problem.broken({**self.begun, k: int(s)}) for s in slots]
        found = [reason for reason in reasons if reason is not None]
        return found[-1] if found else f"its worth of {act.worth:g} is less than what it costs"

    def record(self) -> dict[str, Any]:
        """The plan as plain JSON values."""
        lim = self.problem.limits
        half = 12.0 / lim.hours.size
        rows = []
        for k, first in sorted(self.begun.items(), key=lambda each: each[1]):
            act, last = self.problem.activities[k], first + int(self.problem.lengths[k]) - 1
            rows.append(
                {
                    "name": act.name, "kind": act.kind,
                    "begin_h": round(float(lim.hours[first]) - half, 4),
                    "end_h": round(float(lim.hours[last]) + half, 4),
                    "power_w": act.power, "data_bit": act.data, "worth": act.worth,
                }
            )  # fmt: skip
        charge = self.lived["battery_charge"].values
        return {
            "verdict": self.verdict, "method": self.method, "proven": self.proven,
            "worth": round(self.worth, 6), "sent_bit": round(self.sent),
            "least_charge": round(float(charge.min()), 4),
            "last_charge": round(float(charge[-1, -1]), 4),
            "activities": rows, "skipped": self.skipped,
        }  # fmt: skip

    def dataset(self) -> xr.Dataset:
        """The lived sol with the plan's power and data by hour."""
        held, sent = self.problem.data(self.begun)
        out = self.lived.isel(sol=0)
        out["activity_power"] = field("activity_power", self.problem.watts(self.begun), "hour")
        out["stored_data"] = field("stored_data", held[1:], "hour")
        out["sent_data"] = field("sent_data", sent, "hour")
        return out.assign_attrs(method=self.method, verdict=self.verdict)


def sol_limits(
    power: RoverPower,
    site: RoverSite,
    quiet: xr.Dataset,
    *,
    charge: float,
    end_charge: float = 0.5,
    keep_back: float = 0.0,
    store: float = 64e9,
    stored: float = 0.0,
    send_worth: float = 10.0,
) -> SolLimits:
    """Limits of a sol from one lived without activities.

    quiet : of `rover_sols`, one sol; charge : share at its beginning; end_charge : least at its
    end; keep_back : share of the full battery that is left above the floor
    """
    one, cell = quiet.isel(sol=0), power.battery
    cold = one["battery_temperature"].values
    floor = float(cell.floor(cold).max()) + keep_back
    sources = one["panel_power"].values + float(power.generator_watts(quiet["sol"].values)[0])
    supply = power.conversion * sources
    middle = 0.5 * (floor + 1.0)
    from_cell = np.array([cell.most_power(middle, float(t)) for t in cold])
    end = min(max(end_charge + keep_back, floor), 1.0)
    return SolLimits(
        hours=site.hours, slot=SOL / site.hours.size, supply=supply,
        base=one["used_power"].values, lit=site.sun.cos_zenith[0] > 0.0,
        box=one["box_temperature"].values, most=supply + from_cell,
        charge=float(cell.stored(charge)), full=float(cell.stored(1.0)),
        floor=float(cell.stored(min(floor, 1.0))), end=float(cell.stored(end)), stored=stored,
        store=store, send_worth=send_worth,
    )  # fmt: skip


def sol_plan(
    power: RoverPower,
    site: RoverSite,
    activities: Sequence[Activity],
    *,
    passes: Sequence[tuple[float, float, float]] = (),
    start: RoverState | None = None,
    cleanness: float = 1.0,
    method: Method = "greedy",
    end_charge: float = 0.5,
    store: float = 64e9,
    stored: float = 0.0,
    send_worth: float = 10.0,
    first_sol: float = 0.0,
    seconds: float = 10.0,
    seed: int = 0,
    strict: bool = True,
) -> SolPlan:
    """Plan one sol and live it through.

    Parameters
    ----------
    power : the rover; site : the place, one sol; activities : what may be done
    passes : of the orbiter: true solar hours of begin and end, bits that it can carry
    start : of the rover at midnight; cleanness : share of light that passes its dust
    method : "greedy", or "best" by CP-SAT, which begins from the greedy plan
    end_charge : least share of charge at the end of the sol
    store, stored : data that the store holds, and that lie in it at the beginning [bit]
    send_worth : what the plan gains by each gigabit sent
    first_sol : sols since the landing; seconds : of search; seed : of the search
    strict : whether an empty battery, or a needed activity that does not fit, is an error; else
        the verdict says so and the plan is empty

    Raises
    ------
    InputError : activities that wait in a ring, more than one sol, an unknown method.
    PhysicsError : nothing can be planned, see `strict`.
    """
    if method not in ("greedy", "best"):
        raise InputError(f'a plan is made by method "greedy" or "best", not {method!r}')
    if len(site) != 1:
        raise InputError(f"a plan is made for one sol, not {len(site)}: give site.sols(k, k + 1)")
    number(end_charge, "end_charge")
    now = start or RoverState.landed(power)
    acts = (*activities, *relay_activities(passes))
    more: dict[str, Any] = {"cleanness": cleanness, "start": now, "first_sol": first_sol}
    quiet = rover_sols(power, site, **more)
    made: dict[int, int] = {}
    for attempt in range(_TRIES):
        limits = sol_limits(
            power, site, quiet, charge=now.charge, end_charge=end_charge,
            keep_back=attempt * _KEEP_BACK, store=store, stored=stored, send_worth=send_worth,
        )  # fmt: skip
        problem = SolProblem(acts, limits)
        made, proven = _solved(problem, method, seconds, seed)
        lived = rover_sols(power, site, activities=problem.watts(made), **more)
        if _holds(lived, problem, made, end_charge):
            break
    else:
        made, proven, lived = {}, False, quiet
    verdict = _verdict(power, problem, made, lived, now, strict)
    return SolPlan(problem, made, lived, method, proven, verdict, last_state(lived, power))


def _solved(
    problem: SolProblem, method: str, seconds: float, seed: int
) -> tuple[dict[int, int], bool]:
    first = greedy_plan(problem)
    if method == "greedy":
        return first, False
    best, proven = cp_plan(problem, hint=first, seconds=seconds, seed=seed)
    if problem.broken(best) is None and _rank(problem, best) >= _rank(problem, first):
        return best, proven
    return first, False


def _rank(problem: SolProblem, plan: Mapping[int, int]) -> tuple[int, float]:
    """Fewer needed activities left out, then the worth."""
    left = sum(not a.optional and k not in plan for k, a in enumerate(problem.activities))
    return -left, problem.worth(plan)


def _holds(
    lived: xr.Dataset, problem: SolProblem, made: Mapping[int, int], end_charge: float
) -> bool:
    """Whether the lived sol keeps what was planned with."""
    if float(lived["unserved_power"].max()) > 0.0 and made:
        return False
    box = lived["box_temperature"].values[0]
    for k, first in made.items():
        span = slice(first, first + int(problem.lengths[k]))
        if box[span].min() < problem.activities[k].warm:
            return False
    return not made or float(lived["battery_charge"][0, -1]) >= end_charge - 1e-9


def _verdict(
    power: RoverPower, problem: SolProblem, made: Mapping[int, int], lived: xr.Dataset,
    now: RoverState, strict: bool,
) -> str:  # fmt: skip
    short = float(lived["unserved_power"].max())
    if short > 0.0 or now.dormant:
        if strict:
            reason = "it is dormant" if now.dormant else f"{short:.0f} W are missing at the worst"
            raise PhysicsError(
                f"the battery of {power.name} is too empty for a sol awake ({reason}); let it "
                "charge, clean its panels or use less"
            )
        return "empty battery"
    needed = [a.name for k, a in enumerate(problem.activities) if not a.optional and k not in made]
    if needed and strict:
        raise PhysicsError(
            f"no plan of this sol has room for {', '.join(needed)}; make it optional, shorter or "
            "later"
        )
    return "planned" if made and not needed else "nothing fits"
