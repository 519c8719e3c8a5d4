"""What a benchmark measures: a check of the answers, then the times of both taken in turns.

A `Row` is one line of the page: ours and one peer on the same inputs. Answers are compared first;
where they differ by more than the limit, the row says so and claims no ratio. Times are those of
the processor (`time.process_time`: all threads of the process added up) unless `clock` says "wall";
they are medians, with the least and the most of the rounds. The ratio's spread holds our slowest
against the peer's fastest round and the other way round. A peer that is missing or fails becomes a
row in words.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass
from importlib.metadata import PackageNotFoundError, version
from typing import Any

CLOCKS: dict[str, Callable[[], float]] = {
    "processor": time.process_time,
    "wall": time.perf_counter,
}


@dataclass(frozen=True, slots=True)
class Spent:
    """Seconds for one item: median, least and most of the rounds."""

    median: float
    least: float
    most: float
    rounds: int

    @classmethod
    def of(cls, seconds: Iterable[float]) -> Spent:
        """Of the times of single rounds [s]; raises ValueError if there are none."""
        spans = sorted(seconds)
        if not spans:
            raise ValueError("no round was timed")
        return cls(statistics.median(spans), spans[0], spans[-1], len(spans))


@dataclass(frozen=True, slots=True)
class Check:
    """How far two answers lie apart, the limit for it, and what was compared."""

    what: str
    found: float
    limit: float
    unit: str = ""

    @property
    def holds(self) -> bool:
        """Whether the difference is within the limit; not-a-number never is."""
        return abs(self.found) <= self.limit


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the page.

    `said` tells in words why there is no time of a peer, what stood in for it, or what it cannot
    do; `published` is a time [s an item] that was not measured here, with its source in `said`.
    """

    what: str
    inputs: str
    peer: str
    ours: Spent | None = None
    theirs: Spent | None = None
    checks: tuple[Check, ...] = ()
    item: str = ""
    clock: str = "processor"
    said: str = ""
    published: float | None = None
    headline: bool = False

    @property
    def right(self) -> bool:
        """Whether all answers were within their limits."""
        return all(each.holds for each in self.checks)

    @property
    def ratio(self) -> tuple[float, float, float] | None:
        """How many times slower the peer is: median, least, most; None where nothing is claimed."""
        if self.ours is None or not self.right:
            return None
        if self.theirs is not None:
            return (
                self.theirs.median / self.ours.median,
                self.theirs.least / self.ours.most,
                self.theirs.most / self.ours.least,
            )
        if self.published is not None:
            span = self.ours
            return tuple(self.published / t for t in (span.median, span.most, span.least))  # type: ignore[return-value]
        return None

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        return asdict(self)

    @classmethod
    def from_dict(cls, told: dict[str, Any]) -> Row:
        """Back from `to_dict`."""
        spans = {k: Spent(**told[k]) if told.get(k) else None for k in ("ours", "theirs")}
        checks = tuple(Check(**each) for each in told.get("checks", ()))
        return cls(**{**told, **spans, "checks": checks})


def timed(
    call: Callable[[], object], *, rounds: int = 7, items: float = 1.0, clock: str = "processor"
) -> Spent:
    """Time of one item [s] over some rounds, after a call that is not counted."""
    call()
    return Spent.of(_span(call, clock) / items for _ in range(rounds))


def race(
    ours: Callable[[], object],
    theirs: Callable[[], object],
    *,
    rounds: int = 7,
    items: tuple[float, float] = (1.0, 1.0),
    clock: str = "processor",
    patience: float = 60.0,
    warm: bool = True,
    often: int = 1,
) -> tuple[Spent, Spent]:
    """Times of one item [s], ours and the peer's, in turns so that both meet the same machine.

    Rounds after the first are left out once `patience` seconds have passed by the clock on the
    wall; `warm=False` leaves the uncounted first calls out where the answers were asked for before;
    `often` calls of ours are timed for each of a slow peer.
    """
    begin = time.perf_counter()
    if warm:
        ours()
        theirs()
    mine, other = [], []
    for turn in range(rounds):
        if turn and time.perf_counter() - begin > patience:
            break
        mine += [_span(ours, clock) / items[0] for _ in range(often)]
        other.append(_span(theirs, clock) / items[1])
    return Spent.of(mine), Spent.of(other)


def _span(call: Callable[[], object], clock: str) -> float:
    now = CLOCKS[clock]
    begin = now()
    call()
    return max(now() - begin, 1e-9)


def named(package: str, label: str = "") -> str:
    """A peer's label with the version that is installed."""
    try:
        return f"{label or package} {version(package)}"
    except PackageNotFoundError:
        return label or package


def told(peer: str, what: str, inputs: str, make: Callable[[], Row]) -> Row:
    """The row that `make` gives, or one that says in words why the peer gave none."""
    try:
        return make()
    except ImportError as missing:
        return Row(what, inputs, peer, said=f"not to be had here: {_words(missing)}")
    except Exception as error:  # whatever a peer raises is told in its row
        return Row(what, inputs, peer, said=f"failed here: {_words(error)}")


def published(
    what: str, inputs: str, peer: str, seconds: float | None, source: str, **more: Any
) -> Row:
    """A peer's time [s an item] that was not measured in this run, with its source."""
    said = f"**not measured in this run**: {source}"
    return Row(what, inputs, peer, published=seconds, said=said, **more)


def every(*parts: Callable[[], Row] | Callable[[], Iterable[Row]]) -> Iterator[Row]:
    """Rows of several functions one after another, each giving a row or several."""
    for part in parts:
        found = part()
        yield from (found,) if isinstance(found, Row) else found


def _words(error: BaseException) -> str:
    lines = str(error).strip().splitlines()
    return f"{type(error).__name__}: {lines[0][:200]}" if lines else type(error).__name__
