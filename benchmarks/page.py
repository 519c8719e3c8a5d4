"""The page of the benchmarks: from rows to docs/benchmarks.md."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import Any

from benchmarks.race import Check, Row, Spent
from benchmarks.topics import Topic

Kept = Sequence[dict[str, Any]]
Tables = Sequence[tuple[Topic, Kept]]

HEAD = """# Benchmarks

marsward beside its peers: same inputs, answers compared before anything is timed. Written by
`make bench`, which makes an environment of its own with the peers of `benchmarks/requirements.txt`
(some 2.5 GB, once), runs every script of `benchmarks/` that has a table here in a process of its
own, and keeps the rows under `build/bench/`. Again: `make bench`; one topic:
`make bench BENCH="--only rays"`; the rest after a stop: `make bench BENCH=--resume`.
"""

READING = """
Times are **processor time** on one thread (that of all threads of a peer that starts more), unless
a row says *wall*; median (least – most) of the rounds, ours and the peer's in turns. "Slower by" is
the ratio of the medians, with our slowest round against the peer's fastest and the other way round
in brackets. A row whose answers differ by more than the limit claims no ratio. Where a peer could
not be had or does not do the same, the last column says so and what stands in; what was **not
measured in this run** is marked so, has its source, and is no race on one machine.
"""

COLUMNS = (
    "what", "inputs", "checked first (limit)", "marsward", "peer", "its time", "slower by",
    "not had, stood in, does otherwise",
)  # fmt: skip
SHORT = 12  # letters: what is no longer is not worth a ditto mark
UNITS = ((1.0, "s"), (1e-3, "ms"), (1e-6, "µs"), (1e-9, "ns"))


def page(tables: Tables, *, quick: bool = False) -> str:
    """The whole page as Markdown."""
    parts = [HEAD]
    if quick:
        parts.append("**Tiny inputs: these times mean nothing.**\n")
    parts += [_machines(tables), READING, "## Summary\n", summary(tables)]
    for each, kept in tables:
        parts += [f"## {each.title}\n", each.text + "\n", _table(kept)]
        parts += [f"{line}\n" for line in _remarks(kept)]
    return "\n".join(parts).rstrip() + "\n"


def summary(tables: Tables) -> str:
    """One line for every headline row: what, ours, the peer and how much slower it is."""
    lines = ["| what | marsward | peer | slower by |", "|---|---|---|---|"]
    for each, kept in tables:
        for row in _rows(kept):
            if row.headline:
                mark = " (not measured in this run)" if row.theirs is None else ""
                cells = (
                    f"{each.title}: {row.what}", time_of(row.ours, row.item, spread=False),
                    row.peer + mark, ratio_of(row),
                )  # fmt: skip
                lines.append(_line(cells))
    return "\n".join(lines) + "\n"


def _table(kept: Kept) -> str:
    """Rows of a topic; a long cell that repeats the one above it becomes a ditto mark."""
    lines = [_line(COLUMNS), "|" + "---|" * len(COLUMNS)]
    before = [""] * len(COLUMNS)
    for row in _rows(kept):
        cells = _cells(row)
        lines.append(
            _line(
                "″" if a == b and len(a) > SHORT else a for a, b in zip(cells, before, strict=True)
            )
        )
        before = cells
    return "\n".join(lines) + "\n"


def _cells(row: Row) -> list[str]:
    theirs = time_of(row.theirs, row.item)
    if row.theirs is None and row.published is not None:
        theirs = f"{quantity(row.published)}{_each(row.item)} (not here)"
    clock = "" if row.clock == "processor" else f"*{row.clock}* time"
    return [
        row.what, row.inputs, "; ".join(checked(each) for each in row.checks) or "–",
        time_of(row.ours, row.item), row.peer, theirs, ratio_of(row),
        "; ".join(filter(None, (row.said, clock))),
    ]  # fmt: skip


def _remarks(kept: Kept) -> Iterable[str]:
    """What else has to be told: scripts that did not come to their end, and when each ran."""
    for each in kept:
        if each["ended"]:
            yield f"`benchmarks/{each['script']}.py` gave no more rows: {each['ended']}."
    ran = [
        f"`benchmarks/{each['script']}.py` on {each['machine']['date']} UTC in "
        f"{each['seconds']:.0f} s, load {each['machine']['load']:g} at its start"
        for each in kept
        if each["machine"]
    ]
    if ran:
        yield f"Ran: {'; '.join(ran)}."
    if any(each["machine"] and each["machine"]["load"] > each["machine"]["cores"] for each in kept):
        yield "**The machine was busy with other work**: ratios hold better than times."


def _machines(tables: Tables) -> str:
    """Machine and versions; more than one line where rows come from several."""
    lines: dict[str, None] = {}
    for _, kept in tables:
        for each in kept:
            now = each["machine"]
            if now:
                packages = ", ".join(f"{k} {v}" for k, v in now["packages"].items())
                lines[
                    f"Machine: {now['processor']}, {now['cores']} cores, "
                    f"{now['memory_gb']:g} GB, {now['system']}; Python {now['python']}, "
                    f"{packages}."
                ] = None
    return "\n".join(lines) + "\n" if lines else "Nothing was run yet.\n"


def checked(each: Check) -> str:
    """A check in words."""
    unit = f" {each.unit}" if each.unit else ""
    word = f"{each.what} {number(each.found, 2)}{unit} ({number(each.limit, 2)})"
    return word if each.holds else f"**fails**: {word}"


def time_of(spent: Spent | None, item: str = "", *, spread: bool = True) -> str:
    """Median time with its spread, in a unit that fits."""
    if spent is None:
        return "–"
    size, unit = _unit(spent.median)
    middle = number(spent.median / size)
    if not spread:
        return f"{middle} {unit}{_each(item)}"
    if spent.rounds == 1:
        return f"{middle} {unit}{_each(item)} (one round)"
    least, most = (number(t / size) for t in (spent.least, spent.most))
    return f"{middle} ({least} – {most}) {unit}{_each(item)}"


def ratio_of(row: Row) -> str:
    """How much slower the peer is."""
    if not row.right:
        return "no claim: answers differ"
    if row.ratio is None:
        return "–"
    middle, least, most = (number(x, 2 if x < 100.0 else 3) for x in row.ratio)
    if row.theirs is None:
        return f"about {number(row.ratio[0], 1)} ×, not measured here"
    return f"{middle} × ({least} – {most})"


def quantity(seconds: float) -> str:
    """A time in a unit that fits."""
    size, unit = _unit(seconds)
    return f"{number(seconds / size)} {unit}"


def number(x: float, digits: int = 3) -> str:
    """A number with some digits that count, thousands apart, powers of ten where it is small."""
    if not math.isfinite(x):
        return str(x)
    if x == 0.0:
        return "0"
    power = math.floor(math.log10(abs(x)))
    if power < -3:
        mantissa, exponent = f"{x:.{digits - 1}e}".split("e")
        return f"{float(mantissa):g}e{int(exponent)}"
    rounded = round(x, digits - 1 - power)
    text = f"{rounded:,.{max(0, digits - 1 - power)}f}"
    return text.replace(",", " ")


def _unit(seconds: float) -> tuple[float, str]:
    for size, unit in UNITS:
        if seconds >= size:
            return size, unit
    return UNITS[-1]


def _each(item: str) -> str:
    return f" {item}" if item else ""


def _rows(kept: Kept) -> list[Row]:
    return [Row.from_dict(told) for each in kept for told in each["rows"]]


def _line(cells: Iterable[str]) -> str:
    return "| " + " | ".join(each.replace("|", "\\|").replace("\n", " ") for each in cells) + " |"
