"""The stretches of a flight between its burns, in the order in which they are integrated."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from marsward.core.errors import InputError
from marsward.core.time import Epoch
from marsward.dynamics.burns import FiniteBurn, ImpulsiveBurn


@dataclass(frozen=True)
class Stretch:
    """From ``begin`` to ``end`` [s past the reference] with one engine or none.

    ``kicks`` are the impulsive burns to apply before it is integrated (backward: to undo), in
    the order in which they are met; ``cause`` says why the arc begins at ``begin``.
    """

    begin: float
    end: float
    kicks: tuple[ImpulsiveBurn, ...] = ()
    engine: FiniteBurn | None = None
    cause: str = "start"


def offset(epoch: Epoch, reference: float) -> float:
    """Seconds from a whole reference second to an epoch."""
    return float((epoch.whole - reference) + epoch.frac)


def stretches(
    begin: float, end: float, reference: float, burns: Sequence[ImpulsiveBurn | FiniteBurn]
) -> list[Stretch]:
    """Cut a flight at its burns.

    A sudden burn counts when it lies in [earlier, later) of the two ends, whichever way the
    flight runs, so a flight and its return meet. Burns outside are left out; a finite burn that
    an end cuts burns on one side of it only.

    Raises
    ------
    InputError : two finite burns overlap, or a burn is neither kind
    """
    lo, hi = min(begin, end), max(begin, end)
    kicks: dict[float, list[ImpulsiveBurn]] = {}
    engines: list[tuple[float, float, FiniteBurn]] = []
    for burn in burns or ():
        if isinstance(burn, ImpulsiveBurn):
            t = offset(burn.epoch, reference)
            if lo <= t < hi:
                kicks.setdefault(t, []).append(burn)
        elif isinstance(burn, FiniteBurn):
            t = offset(burn.start, reference)
            a, b = max(t, lo), min(t + burn.duration, hi)
            if a < b:
                engines.append((a, b, burn))
        else:
            raise InputError(f"a burn is an ImpulsiveBurn or a FiniteBurn, not {burn!r}")
    engines.sort(key=lambda item: item[0])
    # burns that meet may miss each other by the rounding of their epochs
    for i in range(1, len(engines)):
        gap = engines[i][0] - engines[i - 1][1]
        if gap < -1e-6:
            raise InputError(
                f"the burn at {engines[i][2].start.utc} UTC begins before the one at "
                f"{engines[i - 1][2].start.utc} ends; let one engine burn at a time"
            )
        if abs(gap) <= 1e-6:
            engines[i - 1] = (engines[i - 1][0], engines[i][0], engines[i - 1][2])
    edges = {begin, end, *kicks, *(t for a, b, _ in engines for t in (a, b))}
    order = sorted(edges, reverse=end < begin)
    return [_stretch(a, b, kicks, engines, begin) for a, b in pairwise(order)]


def _stretch(a, b, kicks, engines, begin) -> Stretch:
    middle = 0.5 * (a + b)
    engine = next((e for lo, hi, e in engines if lo < middle < hi), None)
    mine = tuple(kicks.get(a, ()))
    if a == begin:
        cause = "start"
    elif mine:
        cause = "burn"
    elif engine is not None:
        cause = "engine on"
    else:
        cause = "engine off"
    return Stretch(a, b, mine if b > a else tuple(reversed(mine)), engine, cause)
