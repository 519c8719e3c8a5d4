"""Sweeps: one mission flown many times, each member with values of its own drawn from laws.

mission.vary({"entry.angle": "normal(-16.2 deg, 0.07 deg)"}, n=2000, seed=1, workers=2)
mission.vary({"transfer.launch": Uniform("2020-07-30", "2020-08-10")}, n=20, seed=1)
mission.vary({...}, n=10_000, seed=1, scheduler="tcp://10.0.0.5:8786")

A member whose law names a cause of single landings (`Entry.lane_causes`) is one landing, led by the
plan of the mission as it stands; all other parameters make a mission of their own of each member.
Phases that no law touches are flown once.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import xarray as xr

from marsward.core.asked import check_kind, switch, told, whole
from marsward.core.errors import DataError, InputError, PhysicsError
from marsward.core.progress import Progress, SilentProgress
from marsward.mission.guard import alone_in
from marsward.mission.plan import canonical_json, steps
from marsward.mission.sweep_draws import varied_laws
from marsward.mission.sweep_flight import Job, Parcel, lanes_of, packed
from marsward.mission.sweep_folder import SweepFolder
from marsward.mission.sweep_numbers import FLOWN, Row, joined, table_of
from marsward.mission.sweep_plan import Sweep, mark_of, planned
from marsward.mission.sweep_workers import cluster_client, fly_here, fly_on_cluster

if TYPE_CHECKING:
    from marsward.mission.mission import Mission

__all__ = ["folder_of", "vary"]


def vary(
    mission: Mission,
    varied: Mapping[str, Any],
    *,
    n: int,
    seed: int,
    until: str | None = None,
    keep: Sequence[str] = (),
    sampling: str = "random",
    lanes: bool | None = None,
    workers: int = 1,
    processes: bool | None = None,
    scheduler: Any = None,
    out: str | Path | None = None,
    fresh: bool = False,
    progress: Progress | None = None,
) -> xr.Dataset:
    """Fly a mission n times with parameters drawn from distributions.

    Parameters
    ----------
    varied : "phase.key" to a law of `marsward.mission.distributions`, or its text; keys are those
        of --set, and causes of single landings, as `entry.angle`
    n, seed : how many members, and of what draws. Member i depends on the seed and on i alone, on
        whatever and however many workers it is flown; with n it changes only where sampling is
        "latin-hypercube"
    until : the last phase that is flown
    keep : numbers of the phases' summaries, alone or after the phase's name, or variables of
        products, as "landings.miss"; all summary numbers if left out
    sampling : "random", "latin-hypercube" or "sobol"
    lanes : whether members are single landings of one plan; where left out, as the parameters ask
    workers : of this machine
    processes : workers are processes and no threads; where left out, several that fly whole
        missions
    scheduler : address of a dask scheduler, or a dask client, whose workers fly
    out : folder of the sweep; runs/NAME-vary-… when left out. The same call goes on where it was
        stopped, and takes the blocks that are there
    fresh : fly again what is on disk
    progress : who is told; nobody when left out

    Returns
    -------
    Dataset along `member`: what was drawn by parameter, the numbers, `status` ("flown", "physics",
    "refused", "fault") and `sentence`, why a member did not fly

    Raises
    ------
    InputError : parameters, laws or options that are none; a folder of another sweep.
    DataError : data that are missing, workers that die, a scheduler that does not answer.
    PhysicsError : a phase that all members share cannot be flown.
    """
    laws = varied_laws(varied)
    workers = whole(workers, "the number of workers")
    check_kind(processes, bool, "processes", "True or False")
    check_kind(lanes, bool, "lanes", "True or False")
    switch(fresh, "fresh")
    if isinstance(keep, str) or not all(isinstance(each, str) for each in keep):
        raise InputError(f'keep is a list of names, such as ["entry.miss"], not {told(keep)}')
    sweep = planned(
        mission, laws, n=whole(n, "the number of members n"), seed=whole(seed, "the seed", 0),
        sampling=sampling, until=until, lanes=lanes, keep=keep,
    )  # fmt: skip
    identity = sweep.identity()
    client = None if scheduler is None else cluster_client(scheduler)
    try:
        folder = SweepFolder(_folder(sweep, identity, out))
        with alone_in(folder.path):
            folder.claim(identity, fresh=fresh)
            many = workers > 1 and sweep.single
            call = _Call(sweep, folder, progress or SilentProgress(), workers)
            return call.fly(client, many if processes is None else processes)
    finally:
        if client is not None and client is not scheduler:
            client.close()


def folder_of(mission: Mission, varied: Mapping[str, Any], **options: Any) -> Path:
    """The folder that `vary` takes for a sweep where none is given."""
    given: dict[str, Any] = {"lanes": None, **options}
    sweep = planned(mission, varied_laws(varied), **given)
    return _folder(sweep, sweep.identity(), None)


def _folder(sweep: Sweep, identity: Mapping[str, Any], out: str | Path | None) -> Path:
    if out is not None:
        return Path(out)
    mark = hashlib.sha256(canonical_json(dict(identity)).encode()).hexdigest()[:8]
    return Path("runs") / f"{sweep.mission.name}-vary-{mark}"


class _Call:
    """One call of `vary`, while the folder is ours."""

    def __init__(self, sweep: Sweep, folder: SweepFolder, progress: Progress, workers: int) -> None:
        self.sweep, self.folder, self.progress, self.workers = sweep, folder, progress, workers
        self.parcels: dict[str, Parcel] = {}
        self.lost: dict[str, str] = {}
        self.done = 0
        self.begun = time.monotonic()
        self.new = 0

    def fly(self, client: Any, processes: bool) -> xr.Dataset:
        """Fly the blocks that are not on disk, and join all."""
        names: list[str] = []
        waiting: list[tuple[tuple[str, ...], Job]] = []
        held = 0
        for choice, job in self.sweep.jobs():
            names.append(job.name)
            if self.folder.done(job.name, job.members):
                held += self._wanted(job)
            else:
                waiting.append((choice, job))
        if waiting:
            self._share({choice for choice, _ in waiting}, client, processes)
        self.progress.phase("members")
        self.done, self.begun = held, time.monotonic()
        self._tell()
        if waiting:
            self._leave([job for _, job in waiting if job.mark in self.lost])
            work = (
                (self.parcels[job.mark], job) for _, job in waiting if job.mark not in self.lost
            )
            if client is not None:
                fly_on_cluster(work, self._finished, client)
            else:
                fly_here(work, self._finished, workers=self.workers, processes=processes)
        members = self._joined(names)
        self.folder.write_members(members)
        self.progress.done(sentence_of(members))
        return members

    def _wanted(self, job: Job) -> int:
        return sum(1 for member in job.members if member < self.sweep.n)

    def _finished(self, job: Job, block: xr.Dataset) -> None:
        self.folder.write(job.name, block)
        self.done += self._wanted(job)
        self.new += self._wanted(job)
        self._tell()

    def _tell(self) -> None:
        note = f"{self.done} of {self.sweep.n} members"
        seconds = time.monotonic() - self.begun
        if self.new and seconds > 0.0:
            rate = self.new / seconds
            note += f", {rate:.3g} a second" if rate >= 1.0 else f", one in {1 / rate:.3g} s"
        self.progress.update(self.done / self.sweep.n, note)

    def _share(self, choices: set[tuple[str, ...]], client: Any, processes: bool) -> None:
        """Fly what members share, and make the parcels.

        Raises
        ------
        PhysicsError : what all members share cannot be flown; of one choice among several it makes
            members that do not fly.
        """
        for choice in sorted(choices):
            try:
                self._share_one(choice, client, processes)
            except PhysicsError as error:
                if not choice:
                    raise
                self.lost[mark_of(choice)] = " ".join(str(error).split())
                self.progress.done(f"not flown{_for(choice)}: {self.lost[mark_of(choice)]}")

    def _share_one(self, choice: tuple[str, ...], client: Any, processes: bool) -> None:
        mark = mark_of(choice)
        path = self.folder.mission(mark)
        self._fly_shared(choice, path)
        self.parcels[mark] = self._parcel(choice, mark, path, client)
        if self.sweep.lanes is None or self.sweep.single:
            return
        self.progress.phase("plan")
        _, lanes = lanes_of(self.parcels[mark])
        self.progress.done(f"made once, for all members{_for(choice)}")
        if client is not None or processes:
            self.parcels[mark] = replace(self.parcels[mark], plan=lanes.plan)

    def _leave(self, jobs: Sequence[Job]) -> None:
        """Members of a choice that cannot be flown."""
        for job in jobs:
            row = Row("physics", self.lost[job.mark])
            self._finished(job, table_of(job.members, [row] * len(job.members)))

    def _fly_shared(self, choice: tuple[str, ...], path: Path) -> None:
        from marsward.mission.mission import Mission
        from marsward.mission.run import fly

        base = self.sweep.mission
        mission = Mission.loads(base.text, name=base.path, overrides=(*base.overrides, *choice))
        path.mkdir(parents=True, exist_ok=True)
        self.folder.link_flown(path, {step.key: step.folder for step in steps(mission)})
        for title in self.sweep.shared_phases():
            if title != self.sweep.lanes:
                fly(
                    mission, only=title, out=path, workers=self.workers, report=False,
                    progress=self.progress,
                )  # fmt: skip

    def _parcel(self, choice: tuple[str, ...], mark: str, path: Path, client: Any) -> Parcel:
        base, sweep = self.sweep.mission, self.sweep
        content = [base.text, base.path, *base.overrides, *choice, canonical_json(dict(sweep.keys))]
        parcel = Parcel(
            mark=f"{mark}-{hashlib.sha256(repr(content).encode()).hexdigest()[:16]}",
            text=base.text, path=str(Path(base.path).absolute()) if base.path else "",
            overrides=(*base.overrides, *choice), folder=str(path.absolute()), until=sweep.until,
            lanes=sweep.lanes, keep=sweep.keep,
        )  # fmt: skip
        if client is None or _seen(client, parcel.folder, parcel.mark):
            return parcel
        return replace(parcel, files=packed(path))

    def _joined(self, names: Sequence[str]) -> xr.Dataset:
        blocks = []
        for name in names:
            block = self.folder.read(name)
            if block is None:
                raise DataError(f"block {name} has gone from {self.folder.blocks}; call again")
            blocks.append(block)
        table = joined(blocks, self.sweep.n)
        data: dict[str, Any] = {}
        for name, drawn in self.sweep.values().items():
            attrs = {"law": self.sweep.laws[name].text, "role": "varied"}
            if drawn.held.dtype.kind in "fiu":
                attrs["units"] = drawn.unit or "1"
            elif drawn.held.dtype.kind == "M":
                attrs["time_scale"] = "UTC"
            data[name if name not in table else f"{name} (varied)"] = ("member", drawn.held, attrs)
        for each in table.data_vars.values():
            each.attrs.setdefault("role", "number")
        out = xr.Dataset(data, coords={"member": table["member"]}).merge(table)
        out.attrs = {
            "title": f"sweep of {self.sweep.mission.title or self.sweep.mission.name}",
            "mission": self.sweep.mission.name, "seed": self.sweep.seed,
            "sampling": self.sweep.sampling, "members": self.sweep.n,
            "until": self.sweep.until or "", "single_landings": int(self.sweep.lanes is not None),
            "folder": self.folder.path.name,
        }  # fmt: skip
        return out


def _for(choice: Sequence[str]) -> str:
    return f" with {', '.join(choice)}" if choice else ""


def _seen(client: Any, folder: str, mark: str) -> bool:
    """Whether every worker of a cluster sees this very folder."""
    sign = Path(folder) / f".seen-{mark}"
    sign.write_text(mark, encoding="utf-8")
    try:
        answers: Mapping[str, bool] = client.run(_sees, str(sign), mark)
    finally:
        sign.unlink(missing_ok=True)
    return bool(answers) and all(answers.values())


def _sees(path: str, mark: str) -> bool:
    try:
        return Path(path).read_text(encoding="utf-8") == mark
    except OSError:
        return False


def sentence_of(members: xr.Dataset) -> str:
    """What became of the members, in one sentence."""
    status = members["status"].values
    words, counts = np.unique(status.astype(str), return_counts=True)
    count = dict(zip(words.tolist(), counts.tolist(), strict=True))
    flown = count.pop(FLOWN, 0)
    said = f"{flown} of {status.size} members flown"
    if "landed" in members and flown:
        said += f", {100.0 * float(np.nanmean(members['landed'].values)):.1f} % of them land"
    if count:
        said += f"; not flown: {', '.join(f'{word} {number}' for word, number in count.items())}"
        first = next(str(s) for s in members["sentence"].values if s)
        said += f", first: {first}"
    return said
