"""In which order phases are flown, and the key of each."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter
from pathlib import Path
from typing import Any

from marsward._version import __version__
from marsward.core.errors import DataError
from marsward.core.part import plain
from marsward.core.registry import nearest
from marsward.mission.fingerprint import file_hash, source_hash
from marsward.mission.mission import Mission
from marsward.mission.phases.phase import Phase

Placed = tuple[int, Phase]
Complain = Callable[[int, str], None]


@dataclass(frozen=True, slots=True)
class Step:
    """One phase in its place: its number, key, parents, inputs, and names of its products."""

    number: int
    phase: Phase
    key: str
    code: str
    parents: Mapping[str, str]
    inputs: Mapping[str, str]
    products: Mapping[str, str]
    instruments: tuple[str, ...]

    @property
    def folder(self) -> str:
        """Name of the phase's folder, such as 01-cruise."""
        return f"{self.number:02d}-{self.phase.title}"


def product_names(phases: Sequence[Phase]) -> dict[str, dict[str, str]]:
    """For each phase's title, its products and the names they go by in the mission.

    Where two phases make the same product, the first in the file keeps the plain name, and that
    of the other is called after its phase, as in "lookback-2.picture".
    """
    taken: set[str] = set()
    names: dict[str, dict[str, str]] = {}
    for phase in phases:
        own = {p: p if p not in taken else f"{phase.title}.{p}" for p in phase.makes}
        taken.update(own.values())
        names[phase.title] = own
    return names


def arrange(phases: Sequence[Placed], complain: Complain | None) -> list[Placed]:
    """Phases by what they need and make; those that are free keep the order of the file.

    What cannot be arranged is told to `complain` as (place in the file, sentence), and the order
    of the file is given back.
    """
    tell = complain or (lambda place, text: None)
    titles = _titles(phases, tell)
    names = product_names([each for _, each in phases])
    makers = {full: title for title, own in names.items() for full in own.values()}
    graph: dict[str, set[str]] = {}
    for place, phase in phases:
        graph[phase.title] = set()
        for need in phase.needed:
            if need in makers:
                graph[phase.title].add(makers[need])
            else:
                tell(place, _unmade(phase, need, makers))
        for before in phase.after:
            if before in titles:
                graph[phase.title].add(before)
            else:
                near = nearest(before, titles)
                hint = f"; did you mean {near!r}?" if near else ""
                tell(place, f"after: no phase called {before!r}{hint}")
    return _sorted(phases, graph, titles, tell)


def _titles(phases: Sequence[Placed], tell: Complain) -> dict[str, int]:
    titles: dict[str, int] = {}
    for place, phase in phases:
        if phase.title in titles:
            tell(place, f'two phases are called {phase.title!r}; give this one a name = "…"')
        titles.setdefault(phase.title, place)
    return titles


def _unmade(phase: Phase, need: str, makers: Mapping[str, str]) -> str:
    """The sentence for a product that is missing: who would make it, or which was meant."""
    kinds = _kinds_that_make(need)
    told = f"phase {phase.title!r} needs {need!r}, which no phase makes"
    if kinds:
        told += f"; add a phase of kind {' or '.join(repr(kind) for kind in kinds)}"
    elif near := nearest(need, makers):
        told += f"; did you mean {near!r}? If not, add a phase that makes it"
    else:
        made = ", ".join(sorted(makers)) or "nothing"
        told += f" (made: {made}); add a phase that makes {need!r}"
    return f"{told} or leave this one out"


def _kinds_that_make(need: str) -> list[str]:
    from marsward.mission.load import phase_kinds

    found = []
    for kind in phase_kinds().names():
        try:
            if need in phase_kinds().get(kind).makes:
                found.append(kind)
        except DataError:  # another package's, which cannot be loaded
            continue
    return found


def _sorted(
    phases: Sequence[Placed], graph: dict[str, set[str]], titles: Mapping[str, int], tell: Complain
) -> list[Placed]:
    order = TopologicalSorter(graph)
    try:
        order.prepare()
    except CycleError as error:
        ring = error.args[1]
        chain = " → ".join(reversed(ring))
        tell(
            min(titles[each] for each in ring),
            f"phases need one another in a circle: {chain}; remove one need or one `after`",
        )
        return list(phases)
    by_title = {phase.title: (place, phase) for place, phase in phases}
    out: list[Placed] = []
    ready = list(order.get_ready())
    while ready:
        ready.sort(key=lambda title: titles[title])
        title = ready.pop(0)
        out.append(by_title[title])
        order.done(title)
        ready += order.get_ready()
    return out


def steps(mission: Mission) -> Iterator[Step]:
    """Every phase with its key, in the order of flight."""
    names = product_names(file_order(mission))
    keys: dict[str, str] = {}
    for number, phase in enumerate(mission.phases, 1):
        parents = {need: keys[need] for need in phase.needed}
        step = _step(mission, phase, number, parents, names[phase.title])
        for full in step.products.values():
            keys[full] = step.key
        yield step


def file_order(mission: Mission) -> list[Phase]:
    """Phases as they stand in the file, which decides who keeps a product's plain name."""
    return sorted(mission.phases, key=lambda phase: mission.places.get(phase.title, 0))


def _step(
    mission: Mission, phase: Phase, number: int, parents: dict[str, str], products: dict[str, str]
) -> Step:
    instruments = named_instruments(phase, mission)
    parts = [type(phase), *(type(mission.instruments[name]) for name in instruments)]
    code = source_hash(sorted({part.__module__ for part in parts}))
    home = Path(mission.path).parent
    dust = mission.world.files(home) if "world" in phase.reads else ()
    inputs = input_hashes(phase, home, dust)
    content = {
        "kind": phase.kind,
        "title": phase.title,
        "parameters": {k: v for k, v in phase.canonical().items() if k != "after"},
        "instruments": {name: plain(mission.instruments[name]) for name in instruments},
        "tables": {name: plain(mission.table(name)) for name in phase.reads},
        "seed": mission.phase_seed(phase),
        "parents": parents,
        "products": products,
        "inputs": inputs,
        "code": code,
        "version": __version__,
    }
    key = hashlib.sha256(canonical_json(content).encode()).hexdigest()
    return Step(number, phase, key, code, parents, inputs, products, instruments)


def canonical_json(content: Any) -> str:
    """JSON with sorted keys and no spaces: equal content, equal text."""
    return json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def named_instruments(phase: Phase, mission: Mission) -> tuple[str, ...]:
    """Instruments of the mission whose name stands in one of the phase's parameters."""
    words: set[str] = set()

    def walk(item: Any) -> None:
        if isinstance(item, str):
            words.add(item)
        elif isinstance(item, Mapping):
            for each in item.values():
                walk(each)
        elif isinstance(item, list):
            for each in item:
                walk(each)

    content = phase.canonical()
    content.pop("name", None)
    walk(content)
    return tuple(name for name in mission.instruments if name in words)


def input_hashes(phase: Phase, home: Path = Path(), also: Sequence[Path] = ()) -> dict[str, str]:
    """Name to sha256 of the kernels and files that a phase reads.

    home : the mission's folder; also : files of tables of the mission that the phase reads

    Raises
    ------
    DataError
        One of them is missing.
    """
    from marsward.data import kernel_paths

    paths = [getattr(kernel_paths, name)() for name in phase.kernels]
    paths += [*phase.data(home), *also]
    found = {}
    for path in paths:
        if not path.is_file():
            raise DataError(f"phase {phase.title!r} reads {path}, which is not there")
        found[path.name] = file_hash(path)
    return found
