"""A sol's plan by constraint programming: the best there is, with OR-Tools' CP-SAT.

Whether an activity begins in a slot is a switch; power, charge and data are kept slot by slot, so
the power limit may change through the sol and every slot is a checkpoint of the battery. Filling
and emptying with losses is the least of two straight lines, and what does not fit into the full
battery is let go, so the model is exact but for rounding, always to the safe side: 0.1 W over a
slot, 0.1 Mbit.
"""

from __future__ import annotations

import math
from fractions import Fraction
from typing import Any

import numpy as np

from marsward.core.errors import InputError
from marsward.vehicles.sol_activities import SolProblem

__all__ = ["cp_plan"]

_WATT, _BIT, _WORTH = 10.0, 1e-5, 1000.0
_SMALL = 50  # denominator of shares at most
_PATIENCE = 20.0  # clock over the solver's own time, which does not depend on the machine's load


def cp_plan(
    problem: SolProblem, *, hint: dict[int, int] | None = None, seconds: float = 10.0, seed: int = 0
) -> tuple[dict[int, int], bool]:
    """First slot by activity of the best plan found, and whether it is proven to be the best.

    hint : a plan to begin from; seconds : of search at most, in the solver's own count, which does
        not depend on the machine's load; seed : of the search, one thread

    Raises InputError where OR-Tools is not installed.
    """
    try:
        from ortools.sat.python import cp_model
    except ImportError as error:
        raise InputError(
            "the best plan of a sol needs OR-Tools: pip install 'marsward[opt]', or ask for "
            'method="greedy"'
        ) from error
    if hint is not None and problem.worth(hint) >= most_worth(problem) - 1e-9:
        return dict(hint), True
    model = cp_model.CpModel()
    begins = _switches(model, problem)
    _precedences(model, problem, begins)
    load = _loads(problem, begins)
    _battery(model, problem, load)
    sent = _data(model, problem, begins)
    gain = [
        round(_WORTH * problem.activities[k].worth) * x
        for k, row in enumerate(begins)
        for x in row.values()
    ]
    per_sent = problem.limits.send_worth / 1e9 / _BIT * _WORTH
    scale = 1 if per_sent >= 1.0 or per_sent == 0.0 else math.ceil(1.0 / per_sent)
    model.maximize(sum(scale * g for g in gain) + sum(round(per_sent * scale) * s for s in sent))
    for k, row in enumerate(begins):
        for first, x in row.items():
            model.add_hint(x, int((hint or {}).get(k, -1) == first))
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    solver.parameters.max_deterministic_time = float(seconds)
    solver.parameters.max_time_in_seconds = _PATIENCE * float(seconds)
    solver.parameters.random_seed = int(seed)
    solver.parameters.linearization_level = 2
    status = solver.solve(model)
    if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        return {}, status == cp_model.INFEASIBLE
    found = {
        k: first for k, row in enumerate(begins) for first, x in row.items() if solver.value(x)
    }
    return found, status == cp_model.OPTIMAL


def most_worth(problem: SolProblem) -> float:
    """What a plan could gain if nothing stood in its way."""
    acts, lim = problem.activities, problem.limits
    data = lim.stored + sum(a.data for a in acts)
    sent = min(data, sum(a.sends for a in acts))
    return sum(a.worth for a in acts) + lim.send_worth * sent / 1e9


def _switches(model: Any, problem: SolProblem) -> list[dict[int, Any]]:
    rows = []
    for k, act in enumerate(problem.activities):
        row = {
            int(first): model.new_bool_var(f"{act.name} {first}")
            for first in np.flatnonzero(problem.starts[k])
        }
        if act.optional:
            model.add_at_most_one(row.values())
        else:
            model.add(sum(row.values()) == 1)
        rows.append(row)
    return rows


def _running(problem: SolProblem, begins: list[dict[int, Any]], k: int, slot: int) -> list[Any]:
    """Switches under which activity k runs in a slot."""
    length = int(problem.lengths[k])
    return [begins[k][f] for f in range(slot - length + 1, slot + 1) if f in begins[k]]


def _precedences(model: Any, problem: SolProblem, begins: list[dict[int, Any]]) -> None:
    place = {a.name: k for k, a in enumerate(problem.activities)}
    slots = problem.limits.hours.size
    for k, act in enumerate(problem.activities):
        for before in act.after:
            other = place[before]
            length = int(problem.lengths[other])
            for first, x in begins[k].items():
                early = [y for f, y in begins[other].items() if f + length <= first]
                model.add(sum(early) >= x) if early else model.add(x == 0)
    things = sorted({thing for act in problem.activities for thing in act.holds})
    for thing in things:
        holders = [k for k, act in enumerate(problem.activities) if thing in act.holds]
        for slot in range(slots):
            held = [x for k in holders for x in _running(problem, begins, k, slot)]
            if len(held) > 1:
                model.add_at_most_one(held)


def _loads(problem: SolProblem, begins: list[dict[int, Any]]) -> list[Any]:
    """Power of the activities in each slot [0.1 W]."""
    return [
        sum(
            math.ceil(_WATT * act.power) * x
            for k, act in enumerate(problem.activities)
            for x in _running(problem, begins, k, slot)
        )
        for slot in range(problem.limits.hours.size)
    ]


def _battery(model: Any, problem: SolProblem, load: list[Any]) -> None:
    lim = problem.limits
    unit = lim.slot / _WATT  # J
    full, floor = math.floor(lim.full / unit), math.ceil(lim.floor / unit)
    end = math.ceil(lim.end / unit)
    kept, given = _fraction(lim.kept), _fraction(lim.given)
    charge = min(math.floor(lim.charge / unit), full)
    held: Any = charge
    for slot in range(lim.hours.size):
        spare = math.floor(_WATT * (lim.supply[slot] - lim.base[slot]))
        if not isinstance(load[slot], int):
            model.add(load[slot] <= max(math.floor(_WATT * (lim.most[slot] - lim.base[slot])), 0))
        net = spare - load[slot]
        after = model.new_int_var(min(floor, charge), full, f"charge {slot}")
        model.add(kept[1] * after <= kept[1] * held + kept[0] * net)
        model.add(given[0] * after <= given[0] * held + given[1] * net)
        held = after
    if lim.hours.size:
        model.add(held >= end)


def _fraction(share: float) -> tuple[int, int]:
    """A share as a fraction of small numbers, not above it."""
    near = Fraction(share).limit_denominator(_SMALL)
    if near > share:
        near = Fraction(math.floor(share * _SMALL), _SMALL)
    return near.numerator, near.denominator


def _data(model: Any, problem: SolProblem, begins: list[dict[int, Any]]) -> list[Any]:
    lim = problem.limits
    store, held = math.floor(lim.store * _BIT), round(lim.stored * _BIT)
    full: Any = held
    out = []
    for slot in range(lim.hours.size):
        made: Any = 0
        rate: Any = 0
        for k, act in enumerate(problem.activities):
            length = int(problem.lengths[k])
            for x in _running(problem, begins, k, slot):
                made = made + math.ceil(act.data * _BIT / length) * x
                rate = rate + math.floor(act.sends * _BIT / length) * x
        later = model.new_int_var(0, store, f"data {slot}")
        if isinstance(rate, int):
            model.add(later == full + made)
        else:
            sent = model.new_int_var(0, store, f"sent {slot}")
            model.add(sent <= rate)
            model.add(sent <= full)
            model.add(later == full - sent + made)
            out.append(sent)
        full = later
    return out
