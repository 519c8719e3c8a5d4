"""Flying a mission: each phase whose key is not on disk, in order, whole or not at all."""

from __future__ import annotations

import datetime as dt
import json
import os
import shutil
import time
import traceback
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import xarray as xr

from marsward.core.errors import DataError, InputError, MarswardError
from marsward.core.product import Product, cannot_write
from marsward.core.progress import Progress, SilentProgress
from marsward.core.provenance import Provenance
from marsward.core.registry import unknown
from marsward.mission.guard import LOCK_FILE, alone_in
from marsward.mission.lock import lock_text, locked_mission, versions
from marsward.mission.mission import Mission
from marsward.mission.phases.phase import Given, Outcome, Phase
from marsward.mission.plan import Step, steps
from marsward.mission.store import (
    PHASE_FOLDER,
    FlownPhase,
    Run,
    flown_phases,
    write_json,
    write_text,
)

ASIDE = ".aside"  # folders of phases that no longer fit the mission
CHECKPOINT = ".checkpoint"  # ends the names of folders from which an interrupted phase goes on


def fly(
    mission: Mission,
    *,
    until: str | None = None,
    only: str | None = None,
    out: str | Path | None = None,
    workers: int = 1,
    fresh: bool = False,
    progress: Progress | None = None,
    report: bool = True,
) -> Run:
    """Fly a mission; see `Mission.run`.

    Raises
    ------
    InputError
        An unknown phase, a folder that holds another mission or that another process flies in.
    DataError, PhysicsError
        What a phase raised; the phases before it are finished and stay usable.
    """
    if workers < 1:
        raise InputError(f"workers is {workers}; write 1 or more")
    folder = Path(out) if out is not None else Path("runs") / mission.name
    plan = list(steps(mission))
    chosen = _chosen(plan, until, only)
    with alone_in(folder):
        flight = _Flight(mission, plan, folder, workers, progress or SilentProgress())
        flight.prepare()
        for step in chosen:
            flight.step(step, fresh=fresh and (only is None or step.phase.title == only))
        flight.finish(chosen)
    run = Run.open(folder)
    if report:
        from marsward.views.report import write_report

        write_report(folder)
    return run


def on_disk(folder: Path, step: Step) -> FlownPhase | None:
    """The finished phase of this key in a run's folder, if there is one."""
    for flown in flown_phases(folder):
        if flown.name == step.phase.title and flown.key == step.key and flown.whole:
            return flown
    return None


def _chosen(plan: list[Step], until: str | None, only: str | None) -> list[Step]:
    """The steps to go through: all, those up to one, or one with what it needs."""
    titles = [step.phase.title for step in plan]
    for option, name in (("--until", until), ("--only", only)):
        if name is not None and name not in titles:
            raise InputError(f"{option}: {unknown('phase', name, titles)}")
    if until is not None and only is not None:
        raise InputError("--until and --only exclude one another; leave one out")
    if until is not None:
        return plan[: titles.index(until) + 1]
    if only is None:
        return plan
    wanted = {only}
    for step in reversed(plan):
        if step.phase.title in wanted:
            parents = set(step.parents.values())
            wanted |= {s.phase.title for s in plan if s.key in parents}
    return [step for step in plan if step.phase.title in wanted]


class _Flight:
    """One call of `fly`: the folder is ours while it lasts."""

    def __init__(
        self, mission: Mission, plan: list[Step], folder: Path, workers: int, progress: Progress
    ) -> None:
        self.mission = mission
        self.plan = plan
        self.folder = folder
        self.workers = workers
        self.progress = progress
        self.started = _now()
        self.flown: list[str] = []
        self.products: dict[str, Path] = {}

    def prepare(self) -> None:
        """Clear what a killed run left, and write what is known before the first phase."""
        self._refuse_other_mission()
        wanted = {self._checkpoint(step).name for step in self.plan}
        with _writing(self.folder):
            for path in self.folder.iterdir():
                left = path.name.endswith((".partial", ".old")) or (
                    path.name.endswith(CHECKPOINT) and path.name not in wanted
                )
                if path.name.startswith(".") and left:
                    shutil.rmtree(path) if path.is_dir() else path.unlink()
        write_text(self.folder / "mission.toml", self.mission.text)
        write_text(self.folder / "mission.lock.toml", lock_text(self.mission, self.plan))
        self.log("start", mission=self.mission.name, overrides=list(self.mission.overrides))

    def _refuse_other_mission(self) -> None:
        if (self.folder / "mission.lock.toml").is_file():
            other = locked_mission(self.folder)
            if other != self.mission.name:
                raise InputError(
                    f"{self.folder} holds a run of mission {other!r}, not of"
                    f" {self.mission.name!r}; choose another folder with --out"
                )
            return
        strange = [p.name for p in self.folder.iterdir() if p.name not in _OURS and _foreign(p)]
        if strange:
            raise InputError(
                f"{self.folder} is not empty and holds no run ({strange[0]} is in it);"
                " choose another folder with --out"
            )

    def step(self, step: Step, *, fresh: bool) -> None:
        """Take a phase from disk, or fly it."""
        title = step.phase.title
        self.progress.phase(title)
        found = None if fresh else on_disk(self.folder, step)
        if found is not None:
            path = self._in_place(found, step)
            self._know(step, path)
            self.log("cached", phase=title, key=step.key)
            self.progress.done(f"{found.sentence} (from disk)".strip())
            return
        begun = time.perf_counter()
        partial = self.folder / f".{step.folder}.partial"
        try:
            with _writing(partial):
                shutil.rmtree(partial, ignore_errors=True)
                partial.mkdir()
                outcome = self._fly_one(step, partial)
                self._write(step, outcome, partial, time.perf_counter() - begun)
                self._install(step, partial)
                shutil.rmtree(self._checkpoint(step), ignore_errors=True)
        except BaseException as error:
            shutil.rmtree(partial, ignore_errors=True)
            self._tell_failure(step, error)
            raise
        self._know(step, self.folder / step.folder)
        self.flown.append(title)
        self.log("flown", phase=title, key=step.key, seconds=time.perf_counter() - begun)
        self.progress.done(outcome.sentence)

    def _fly_one(self, step: Step, partial: Path) -> Outcome:
        phase = step.phase
        given = Given(
            products={need: Product.open(self.products[need]) for need in phase.needed},
            mission=self.mission,
            folder=partial,
            progress=self.progress,
            seed=self.mission.phase_seed(phase),
            workers=self.workers,
            checkpoint=self._checkpoint(step),
            instruments={name: self.mission.instruments[name] for name in step.instruments},
        )
        self.log("phase", phase=phase.title, key=step.key)
        try:
            return phase.fly(given)
        except (MarswardError, OSError):
            raise
        except Exception as error:
            self.log("trace", phase=phase.title, trace=traceback.format_exc())
            kind = type(error).__name__
            said = " ".join(str(error).split())
            raise MarswardError(
                f"phase {phase.title!r} failed: {kind}: {said};"
                f" the whole trace is in {self.folder / 'log.jsonl'}"
            ) from error

    def _checkpoint(self, step: Step) -> Path:
        """Where a phase may keep half-done work; the key in its name keeps it from another."""
        return self.folder / f".{step.phase.title}-{step.key[:16]}{CHECKPOINT}"

    def _write(self, step: Step, outcome: Outcome, partial: Path, seconds: float) -> None:
        phase = step.phase
        files: dict[str, str] = {}
        for name in phase.makes:
            dataset = _made(phase, outcome.products, name)
            provenance = Provenance(
                mission=self.mission.name,
                phase=phase.title,
                key=step.key,
                code=step.code,
                inputs=step.inputs,
                parents=step.parents,
                citations=tuple(outcome.citations),
                substitutes=tuple(outcome.substitutes),
            )
            product = Product(name, dataset, name in phase.knowledge, provenance)
            product.save(partial / f"{name}.nc")
            files[step.products[name]] = f"{name}.nc"
        summary = {name: each.to_dict() for name, each in outcome.summary.items()}
        write_json(partial / "summary.json", summary)
        sizes = {
            str(p.relative_to(partial)): p.stat().st_size
            for p in sorted(partial.rglob("*"))
            if p.is_file()
        }
        record = {
            "name": phase.title,
            "kind": phase.kind,
            "key": step.key,
            "sentence": outcome.sentence,
            "assumptions": list(outcome.assumptions),
            "citations": list(outcome.citations),
            "substitutes": list(outcome.substitutes),
            "parameters": phase.canonical(),
            "products": files,
            "knowledge": [n for n in phase.makes if n in phase.knowledge],
            "files": list(outcome.files) if outcome.files is not None else sorted(sizes),
            "sizes": sizes,
            "versions": versions(),
            "seconds": round(seconds, 3),
        }
        write_json(partial / "phase.json", record)

    def _install(self, step: Step, partial: Path) -> None:
        """Put the finished folder in its place; any older one of the phase goes aside first."""
        for old in list(flown_phases(self.folder)):
            if old.name == step.phase.title and old.key == step.key:
                shutil.rmtree(old.path)
            elif old.name == step.phase.title:
                self._aside(old.path)
        target = self.folder / step.folder
        if target.exists():
            self._aside(target)
        os.rename(partial, target)

    def _in_place(self, found: FlownPhase, step: Step) -> Path:
        """The folder of a phase from disk, under the number it has now."""
        target = self.folder / step.folder
        if found.path != target:
            if target.exists():
                self._aside(target)
            os.rename(found.path, target)
        return target

    def _aside(self, path: Path) -> None:
        match = PHASE_FOLDER.match(path.name)
        target = self.folder / ASIDE / (match.group(2) if match else path.name)
        shutil.rmtree(target, ignore_errors=True)
        target.parent.mkdir(exist_ok=True)
        os.rename(path, target)
        self.log("aside", folder=path.name)

    def _know(self, step: Step, path: Path) -> None:
        for own, full in step.products.items():
            self.products[full] = path / f"{own}.nc"

    def _tell_failure(self, step: Step, error: BaseException) -> None:
        kind = "stopped" if isinstance(error, KeyboardInterrupt) else "failed"
        self.log(kind, phase=step.phase.title, error=f"{type(error).__name__}: {error}")

    def finish(self, chosen: list[Step]) -> None:
        """Set aside what no longer fits, and write where everything is from."""
        fitting = {step.key for step in self.plan}
        for old in list(flown_phases(self.folder)):
            if old.key not in fitting:
                self._aside(old.path)
        write_json(self.folder / "provenance.json", self._provenance())
        self.log("end", flown=self.flown, cached=len(chosen) - len(self.flown))

    def _provenance(self) -> dict[str, Any]:
        keys = {flown.name: flown for flown in flown_phases(self.folder)}
        return {
            "mission": self.mission.name,
            "title": self.mission.title,
            "file": Path(self.mission.path).name,
            "overrides": list(self.mission.overrides),
            "seed": self.mission.seed,
            "started": self.started,
            "ended": _now(),
            "flown": list(self.flown),
            "versions": versions(),
            "phases": [
                {
                    "name": step.phase.title,
                    "kind": step.phase.kind,
                    "folder": step.folder,
                    "key": step.key,
                    "code": step.code,
                    "inputs": dict(step.inputs),
                    "parents": dict(step.parents),
                    "on_disk": step.phase.title in keys,
                }
                for step in self.plan
            ],
        }

    def log(self, event: str, **details: Any) -> None:
        """One line of log.jsonl; a full disk must not hide what is being told."""
        line = json.dumps({"time": _now(), "event": event, **details}, ensure_ascii=False)
        try:
            with (self.folder / "log.jsonl").open("a", encoding="utf-8") as stream:
                stream.write(line + "\n")
        except OSError:
            return


_OURS = {LOCK_FILE, ASIDE, "mission.toml", "mission.lock.toml", "log.jsonl", "verify.json"}


def _foreign(path: Path) -> bool:
    """Whether a file in the folder of a run was not put there by a run."""
    return not (path.name.startswith(".") or PHASE_FOLDER.match(path.name))


def _made(phase: Phase, products: Mapping[str, xr.Dataset], name: str) -> xr.Dataset:
    if name not in products:
        raise DataError(
            f"phase {phase.title!r} promised {name!r} but brought"
            f" {', '.join(sorted(products)) or 'nothing'}"
        )
    return products[name]


def _now() -> str:
    return dt.datetime.now(dt.UTC).isoformat(timespec="milliseconds")


@contextmanager
def _writing(path: Path) -> Iterator[None]:
    """What the system says about a file, in one sentence of ours."""
    try:
        yield
    except OSError as error:
        where = Path(error.filename) if isinstance(error.filename, str) else path
        raise cannot_write(where, error) from error
