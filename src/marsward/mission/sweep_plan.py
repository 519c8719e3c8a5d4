"""What a sweep will fly: which phases are shared, which missions there are, which blocks.

A block of lanes holds `LANES` members of one mission and is always flown whole: members beyond the
number that was asked for fill the last one. So what a member meets depends on the seed and on its
number alone. A mission that differs from member to member is a block of its own.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from marsward.core.errors import InputError
from marsward.core.quantity import convert
from marsward.core.registry import unknown
from marsward.core.units import unit
from marsward.mission.distributions import Distribution, Values
from marsward.mission.mission import Mission
from marsward.mission.plan import canonical_json, steps
from marsward.mission.sweep_draws import drawn, seed_of, shares
from marsward.mission.sweep_flight import Job

__all__ = ["LANES", "Sweep", "planned"]

Array = NDArray[np.float64]
LANES = 250
"""Members of a block of lanes."""
_FILLED = 64
"""A block is filled from as many times n members at most, where its mission is a rare choice."""


@dataclass(frozen=True)
class Sweep:
    """A sweep as asked for, checked against its mission.

    laws : by parameter; causes : those among them that are causes of lanes, with (name, unit)
    until : the last phase; None for all
    lanes : the phase whose lanes are flown, None for whole missions
    steady : laws of few values, whose phases are shared by members with the same values
    touched : by title, the laws that a phase depends on
    """

    mission: Mission
    laws: Mapping[str, Distribution]
    n: int
    seed: int
    sampling: str
    until: str | None
    lanes: str | None
    keep: tuple[str, ...]
    causes: Mapping[str, tuple[str, str]]
    touched: Mapping[str, frozenset[str]]
    keys: Mapping[str, str]

    @property
    def steady(self) -> tuple[str, ...]:
        """Laws of few values, by which members share missions."""
        return tuple(
            name for name, law in self.laws.items() if law.discrete and name not in self.causes
        )

    @property
    def restless(self) -> tuple[str, ...]:
        """Laws by which each member has a mission of its own."""
        return tuple(
            name for name, law in self.laws.items() if not law.discrete and name not in self.causes
        )

    @property
    def single(self) -> bool:
        """Whether each member is a block of its own."""
        return self.lanes is None or bool(self.restless)

    def shared_phases(self) -> list[str]:
        """Phases that members of one choice share, in order of flight."""
        restless = set(self.restless)
        return [title for title, laws in self.touched.items() if not laws & restless]

    def identity(self) -> dict[str, Any]:
        """What makes this sweep this one and no other; equal sweeps may share a folder."""
        mission = self.mission
        return {
            "mission": mission.name,
            "text": hashlib.sha256(mission.text.encode()).hexdigest(),
            "set": list(mission.overrides),
            "varied": {name: law.text for name, law in self.laws.items()},
            "seed": self.seed,
            "sampling": self.sampling,
            "members": self.n if self.sampling == "latin-hypercube" else None,
            "until": self.until,
            "single landings" if self.lanes else "whole missions": True,
            "keep": list(self.keep),
            "block": 1 if self.single else LANES,
            "phases": dict(self.keys),
        }

    def values(self, n: int | None = None) -> dict[str, Values]:
        """What was drawn, by parameter."""
        names = list(self.laws)
        numbers = shares(names, self.n if n is None else n, self.seed, self.sampling)
        return drawn(self.laws, numbers)

    def choices(self, values: Mapping[str, Values]) -> list[tuple[str, ...]]:
        """The overrides of each member that are shared by others."""
        rows = [[f"{name}={each}" for each in values[name].texts] for name in self.steady]
        count = len(next(iter(values.values())).texts) if values else self.n
        return list(zip(*rows, strict=True)) if rows else [()] * count

    def jobs(self) -> Iterator[tuple[tuple[str, ...], Job]]:
        """Every block, with the overrides that its members share."""
        if self.single:
            yield from self._single_jobs()
            return
        wanted = self.choices(self.values())
        values = self._filled(wanted)
        by_choice: dict[tuple[str, ...], list[int]] = {}
        for i, each in enumerate(self.choices(values)):
            by_choice.setdefault(each, []).append(i)
        draws = self._draws(values)
        for choice in dict.fromkeys(wanted):
            members = by_choice[choice]
            mark = mark_of(choice)
            for k in range(0, len(members), LANES):
                block = members[k : k + LANES]
                if block[0] >= self.n:
                    break
                number = k // LANES
                yield choice, Job(
                    f"{mark}-{number:06d}", mark, tuple(block), (),
                    {name: each[block] for name, each in draws.items()},
                    seed_of(self.seed, int(mark, 16), number),
                )  # fmt: skip

    def _single_jobs(self) -> Iterator[tuple[tuple[str, ...], Job]]:
        values = self.values()
        choices = self.choices(values)
        draws = self._draws(values)
        for i, choice in enumerate(choices):
            own = tuple(f"{name}={values[name].texts[i]}" for name in self.restless)
            yield choice, Job(
                f"member-{i:07d}", mark_of(choice), (i,), (own,),
                {name: each[i : i + 1] for name, each in draws.items()}, seed_of(self.seed, i),
            )  # fmt: skip

    def _filled(self, wanted: Sequence[tuple[str, ...]]) -> dict[str, Values]:
        """Draws of so many members that the last block of each choice is full."""
        if self.sampling == "latin-hypercube":
            return self.values()
        need = {choice: -(-wanted.count(choice) // LANES) * LANES for choice in set(wanted)}
        n = -(-self.n // LANES) * LANES
        while True:
            values = self.values(n)
            held = self.choices(values) if self.laws else [wanted[0]] * n
            if n > _FILLED * max(self.n, LANES) or all(
                held.count(choice) >= count for choice, count in need.items()
            ):
                return values
            n *= 2

    def _draws(self, values: Mapping[str, Values]) -> dict[str, Array]:
        """Causes of lanes in their own units."""
        return {
            name: np.asarray(convert(values[key].held.astype(float), values[key].unit, to))
            for key, (name, to) in self.causes.items()
        }


def mark_of(choice: Sequence[str]) -> str:
    """A short name for the mission of some overrides."""
    return hashlib.sha256("\n".join(choice).encode()).hexdigest()[:8]


def planned(
    mission: Mission,
    laws: Mapping[str, Distribution],
    *,
    n: int,
    seed: int,
    sampling: str,
    until: str | None,
    lanes: bool | None,
    keep: Sequence[str],
) -> Sweep:
    """Check a sweep against its mission.

    Raises
    ------
    InputError : an unknown phase or parameter, a law of another kind than its parameter, or causes
        of single landings together with what is not one.
    """
    titles = [phase.title for phase in mission.phases]
    if until is not None and until not in titles:
        raise InputError(unknown("phase", until, titles))
    causes, owner = _causes(mission, laws)
    if owner is None and lanes:
        owner = until or next((p.title for p in mission.phases if hasattr(p, "lanes")), None)
        if owner is None or not hasattr(mission.phase(owner), "lanes"):
            raise InputError(f"no phase {owner or ''} of this mission flies members by themselves")
    if owner is not None and until not in (None, owner):
        raise InputError(
            f"single members are flown by phase {owner!r}, and the sweep is to go until {until!r}: "
            f"leave that out, or write {owner}"
        )
    if owner is not None and lanes is False:
        raise InputError(
            f"{next(iter(causes))} varies members of phase {owner!r}; whole missions have no such "
            "parameter"
        )
    if not laws and owner is None:
        raise InputError('nothing varies; write {"phase.key": distribution}')
    until = owner or until
    chosen = _chosen(mission, until, owner)
    keys = {s.phase.title: s.key for s in steps(mission) if s.phase.title in chosen}
    sweep = Sweep(
        mission, dict(laws), n, seed, sampling, until, owner, tuple(keep), causes, {}, keys
    )
    return replace(sweep, touched=_touched(sweep, chosen))


def _causes(
    mission: Mission, laws: Mapping[str, Distribution]
) -> tuple[dict[str, tuple[str, str]], str | None]:
    """Laws that are causes of lanes, and the one phase whose they are."""
    found: dict[str, tuple[str, str]] = {}
    owner: str | None = None
    for name, law in laws.items():
        title, _, key = name.partition(".")
        phase = next((each for each in mission.phases if each.title == title), None)
        known: Mapping[str, tuple[str, float, float, str]] = getattr(phase, "lane_causes", {})
        if phase is None or not known:
            continue
        if key not in known:
            names = [*known, *type(phase).model_fields]
            if key.partition(".")[0] not in names:
                raise InputError(unknown(f"parameter of {title}", key, names))
            continue
        if owner not in (None, title):
            raise InputError(f"{name} and a cause of {owner!r} cannot be varied in one sweep")
        owner = title
        found[name] = (key, known[key][0])
        trial = law.values(np.array([0.5]))
        if trial.held.dtype.kind not in "fiu":
            raise InputError(f"{name} varies by {law}, but it is a number, not a date or a word")
        if bool(trial.unit) != bool(known[key][0]) and not unit(trial.unit).dimensionless:
            raise InputError(f"{name} is a pure number; write its distribution without units")
        if known[key][0] and not trial.unit:
            raise InputError(f"{name} needs a unit: write its distribution in {known[key][0]}")
        try:
            convert(1.0, trial.unit, known[key][0])
        except InputError as error:
            raise InputError(str(error).replace("value", name, 1)) from error
    return found, owner


def _chosen(mission: Mission, until: str | None, lanes: str | None) -> list[str]:
    """The phases that a member flies through, in order."""
    plan = list(steps(mission))
    titles = [each.phase.title for each in plan]
    if lanes is None:
        return titles if until is None else titles[: titles.index(until) + 1]
    wanted = {lanes}
    for step in reversed(plan):
        if step.phase.title in wanted:
            parents = set(step.parents.values())
            wanted |= {each.phase.title for each in plan if each.key in parents}
    return [title for title in titles if title in wanted]


def _touched(sweep: Sweep, chosen: Sequence[str]) -> dict[str, frozenset[str]]:
    """For each phase the laws that change its key."""
    touched: dict[str, set[str]] = {title: set() for title in chosen}
    mission = sweep.mission
    for name in (*sweep.steady, *sweep.restless):
        probe = sweep.laws[name].values(np.linspace(0.01, 0.99, 33))
        texts = list(dict.fromkeys(probe.texts))
        some = texts if sweep.laws[name].discrete else [texts[len(texts) // 2], texts[0]]
        for text in some[:8]:
            other = Mission.loads(
                mission.text, name=mission.path, overrides=(*mission.overrides, f"{name}={text}")
            )
            for step in steps(other):
                title = step.phase.title
                if title in touched and step.key != sweep.keys[title]:
                    touched[title].add(name)
        if len(texts) > 1 and not any(name in laws for laws in touched.values()):
            raise InputError(
                f"{name} changes none of the phases that are flown ({', '.join(chosen)})"
            )
    return {title: frozenset(laws) for title, laws in touched.items()}


def canonical_identity(sweep: Sweep) -> str:
    """The identity of a sweep as one text."""
    return canonical_json(sweep.identity())
