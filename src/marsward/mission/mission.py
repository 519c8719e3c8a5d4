"""A mission: what its file says, checked and ready to fly."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from dataclasses import field as entry
from pathlib import Path
from typing import TYPE_CHECKING, Any

from marsward.core.part import Part
from marsward.core.progress import Progress
from marsward.mission.launch import Launch
from marsward.mission.phases.phase import Phase
from marsward.mission.schema import Spacecraft, Vector
from marsward.mission.world import World

if TYPE_CHECKING:
    import xarray as xr

    from marsward.mission.store import Run


@dataclass(frozen=True, slots=True)
class Mission:
    """Spacecraft, vectors, instruments and phases, in the order in which phases are flown."""

    name: str
    title: str
    seed: int
    spacecraft: Spacecraft
    vectors: tuple[Vector, ...]
    instruments: Mapping[str, Part]
    phases: tuple[Phase, ...]
    world: World = entry(default_factory=World)
    launch: Launch | None = None
    path: str = ""
    text: str = ""
    overrides: tuple[str, ...] = ()
    kinds: Mapping[str, str] = entry(default_factory=dict)
    places: Mapping[str, int] = entry(default_factory=dict)

    @classmethod
    def open(cls, name_or_path: str | Path, *, overrides: Sequence[str] = ()) -> Mission:
        """Read a built-in mission by its name, or a mission file by its path.

        Parameters
        ----------
        name_or_path : str or Path
            "tianwen-1", or the path of a TOML file.
        overrides : sequence of str
            Like 'lookback.distance="1 200 000 km"', as after --set.

        Raises
        ------
        InputError
            Everything that is wrong with the file, at once, with file and line.
        """
        from marsward.mission.load import load

        return load(name_or_path, overrides=overrides)

    @classmethod
    def loads(cls, text: str, *, name: str = "mission", overrides: Sequence[str] = ()) -> Mission:
        """A mission from the text of a mission file."""
        from marsward.mission.load import loads

        return loads(text, name=name, overrides=overrides)

    def phase(self, name: str) -> Phase:
        """The phase of that name."""
        from marsward.core.errors import InputError
        from marsward.core.registry import unknown

        for each in self.phases:
            if each.title == name:
                return each
        raise InputError(unknown("phase", name, [each.title for each in self.phases]))

    def phase_seed(self, phase: Phase) -> int:
        """A seed of 63 bits for one phase, from the mission's seed and the phase's name."""
        digest = hashlib.sha256(f"{self.seed}/{phase.title}".encode()).digest()
        return int.from_bytes(digest[:8], "big") >> 1

    def vectors_of(self, *, quality: str = "settled") -> tuple[Vector, ...]:
        """State vectors of one quality, in the order of time."""
        chosen = [each for each in self.vectors if each.quality == quality]
        return tuple(sorted(chosen, key=lambda v: float(v.epoch.whole + v.epoch.frac)))

    def run(
        self,
        *,
        until: str | None = None,
        only: str | None = None,
        out: str | Path | None = None,
        workers: int = 1,
        fresh: bool = False,
        progress: Progress | None = None,
        report: bool = True,
    ) -> Run:
        """Fly the phases whose key is not on disk, and open the result.

        Parameters
        ----------
        until, only : str
            Stop after this phase; fly only this phase, with what it needs taken from disk.
        out : path
            Folder of the run; runs/<name> when left out.
        workers : int
            Threads that a phase may use.
        fresh : bool
            Fly every phase again.
        progress : Progress
            Who is told; nobody when left out.
        report : bool
            Write report.html at the end.
        """
        from marsward.mission.run import fly

        return fly(
            self,
            until=until,
            only=only,
            out=out,
            workers=workers,
            fresh=fresh,
            progress=progress,
            report=report,
        )

    def vary(self, varied: Mapping[str, Any], *, n: int, seed: int, **options: Any) -> xr.Dataset:
        """Fly the mission n times with parameters drawn from laws; see `marsward.mission.vary`.

        Parameters
        ----------
        varied : mapping
            As {"entry.angle": "normal(-16.2 deg, 0.07 deg)"}: what varies, and by which law.
        n, seed : int
            How many members, and of what draws.
        **options
            until, keep, sampling, lanes, workers, processes, scheduler, out, fresh, progress.

        Returns
        -------
        xr.Dataset
            Along `member`: what was drawn, the numbers, `status` and `sentence`.
        """
        from marsward.mission.vary import vary

        return vary(self, varied, n=n, seed=seed, **options)

    def __str__(self) -> str:
        rows = [f"{self.title or self.name}: {len(self.phases)} phases, seed {self.seed}"]
        for number, phase in enumerate(self.phases, 1):
            makes = ", ".join(phase.makes) or "nothing"
            rows.append(f"  {number:02d} {phase.title} ({phase.kind}) makes {makes}")
        return "\n".join(rows)

    def table(self, name: str) -> Any:
        """One table that is not a phase: "spacecraft", "vector", "world" or "launch"."""
        return {
            "spacecraft": self.spacecraft, "vector": self.vectors, "world": self.world,
            "launch": self.launch,
        }[name]  # fmt: skip
