"""A sol's plan by worth: the best of what still fits, each as early as it can."""

from __future__ import annotations

import numpy as np

from marsward.vehicles.sol_activities import SolProblem

__all__ = ["greedy_plan"]


def greedy_plan(problem: SolProblem) -> dict[int, int]:
    """First slot by activity of a plan that keeps every limit.

    Activities that may not be left out come first, with what they wait for, then the others by
    worth over energy. Each takes the first slot at which nothing is broken; data that could not be
    stored are tried again once a relay pass stands. Empty where nothing fits.
    """
    begun: dict[int, int] = {}
    if problem.broken(begun) is not None:
        return begun
    place = {a.name: k for k, a in enumerate(problem.activities)}
    wanted = sorted(problem.order, key=lambda k: _rank(problem, k))
    for _ in range(2):
        for k in wanted:
            if k not in begun:
                _place(problem, begun, k, place)
    return _without_idle(problem, begun)


def _without_idle(problem: SolProblem, begun: dict[int, int]) -> dict[int, int]:
    """The plan without relay passes that carry nothing."""
    for k in sorted(begun):
        act = problem.activities[k]
        if act.kind == "relay" and act.optional:
            rest = {other: first for other, first in begun.items() if other != k}
            if problem.broken(rest) is None and problem.worth(rest) >= problem.worth(begun):
                begun = rest
    return begun


def _rank(problem: SolProblem, k: int) -> tuple[bool, float]:
    act = problem.activities[k]
    worth = act.worth + problem.limits.send_worth * min(act.sends, 1e9) / 1e9
    energy = (act.power + 1.0) * act.duration
    return act.optional, -worth / energy


def _place(problem: SolProblem, begun: dict[int, int], k: int, place: dict[str, int]) -> bool:
    """Put an activity, and what it waits for, into the plan; leaves the plan as it was if not."""
    added: list[int] = []
    for before in problem.activities[k].after:
        other = place[before]
        if other not in begun:
            if not _place(problem, begun, other, place):
                for each in added:
                    del begun[each]
                return False
            added.append(other)
    for first in np.flatnonzero(problem.starts[k]):
        begun[k] = int(first)
        if problem.broken(begun) is None:
            return True
        del begun[k]
    for each in added:
        begun.pop(each, None)
    return False
