"""The work of one block of a sweep, on any thread, process or machine.

A mission travels as its text, its overrides and the phases that were flown before; these as the
path of a folder where a worker sees it, else as bytes. What a worker makes of it is kept for the
next blocks.
"""

from __future__ import annotations

import io
import shutil
import tarfile
import tempfile
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from marsward.core.errors import DataError, InputError, MarswardError, PhysicsError
from marsward.core.product import Product
from marsward.core.quantity import format_quantity
from marsward.core.registry import unknown
from marsward.mission.mission import Mission
from marsward.mission.phases.phase import Given
from marsward.mission.plan import named_instruments, steps
from marsward.mission.store import Run, flown_phases
from marsward.mission.sweep_numbers import FLOWN, Row, table_of

__all__ = ["Job", "Parcel", "fly_job", "lanes_of", "packed"]

Array = NDArray[np.float64]
_KEPT = 4
_held: dict[str, tuple[Mission, Any]] = {}
_lock = threading.Lock()


@dataclass(frozen=True)
class Parcel:
    """What the blocks of one mission share.

    mark : tells parcels apart
    text, path, overrides : of the mission
    folder : of its run, as far as it is the same for all members
    files : the same as a tar file, where workers do not see the folder
    until : the last phase, or None for all
    lanes : the phase whose lanes are flown, or None for whole missions
    plan : what its lanes share; None where a worker makes it
    keep : names of what is to be told; all where empty
    """

    mark: str
    text: str
    path: str
    overrides: tuple[str, ...]
    folder: str
    until: str | None
    lanes: str | None
    keep: tuple[str, ...]
    plan: Any = None
    files: bytes | None = None

    def mission(self, overrides: Sequence[str] = ()) -> Mission:
        """The mission, with more overrides."""
        return Mission.loads(
            self.text, name=self.path, overrides=(*self.overrides, *overrides)
        )  # fmt: skip


@dataclass(frozen=True)
class Job:
    """One block: which members, and what was drawn for them.

    name : of its file
    mark : of its parcel
    members : numbers of the members, in order
    overrides : of each member, where each flies a mission of its own; else empty
    draws : values of causes of lanes (members,)
    seed : of the block
    """

    name: str
    mark: str
    members: tuple[int, ...]
    overrides: tuple[tuple[str, ...], ...]
    draws: Mapping[str, Array]
    seed: int


def fly_job(parcel: Parcel, job: Job) -> xr.Dataset:
    """Fly a block and tell its numbers by member.

    Raises
    ------
    InputError : a name to be kept that no member has
    DataError : data that this worker does not have
    """
    if parcel.lanes is not None and not job.overrides:
        return _lanes_block(parcel, job)
    rows = [
        _one(parcel, job, place, overrides)
        for place, overrides in enumerate(job.overrides)
    ]  # fmt: skip
    return table_of(job.members, rows)


def lanes_of(parcel: Parcel) -> tuple[Mission, Any]:
    """The mission of a parcel and the lanes of its phase, made once in a process."""
    with _lock:
        if parcel.mark not in _held:
            while len(_held) >= _KEPT:
                _held.pop(next(iter(_held)))
            mission = parcel.mission()
            with _folder_of(parcel) as folder:
                made = _lanes(mission, folder, parcel.lanes, parcel.plan)
            _held[parcel.mark] = (mission, made)
        return _held[parcel.mark]


def packed(folder: Path) -> bytes:
    """The flown phases of a run as a tar file.

    Raises
    ------
    DataError : they are too large to be sent.
    """
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as tar:
        for phase in flown_phases(folder):
            tar.add(phase.path.resolve(), arcname=phase.path.name)
            if out.tell() > _MOST_BYTES:
                raise DataError(
                    f"the phases in {folder} that all members share are too large to be sent to "
                    "workers: give --out a folder that every worker sees"
                )
    return out.getvalue()


_MOST_BYTES = 512 * 1024 * 1024


class _folder_of:
    """The folder of a parcel's shared phases: where it lies, or unpacked for a while."""

    def __init__(self, parcel: Parcel) -> None:
        self.parcel = parcel
        self.own: str | None = None

    def __enter__(self) -> Path:
        path = Path(self.parcel.folder)
        if self.parcel.files is None:
            if not path.is_dir():
                raise DataError(
                    f"this worker does not see {path}: give --out a folder that every worker sees"
                )
            return path
        self.own = tempfile.mkdtemp(prefix="marsward-sweep-")
        with tarfile.open(fileobj=io.BytesIO(self.parcel.files)) as tar:
            tar.extractall(self.own, filter="data")
        return Path(self.own)

    def __exit__(self, *error: object) -> None:
        if self.own is not None:
            shutil.rmtree(self.own, ignore_errors=True)


def _lanes(mission: Mission, folder: Path, title: str | None, plan: Any) -> Any:
    """The lanes of a phase whose parents are on disk."""
    phase: Any = mission.phase(str(title))
    files = {
        name: file for flown in flown_phases(folder) for name, file in flown.products.items()
    }  # fmt: skip
    given = Given(
        products={need: Product.open(files[need]) for need in phase.needed},
        mission=mission,
        folder=folder,
        seed=mission.phase_seed(phase),
        instruments={n: mission.instruments[n] for n in named_instruments(phase, mission)},
    )
    return phase.lanes(given, plan)


def _lanes_block(parcel: Parcel, job: Job) -> xr.Dataset:
    try:
        mission, lanes = lanes_of(parcel)
    except PhysicsError as error:
        return table_of(job.members, [Row("physics", _line(error))] * len(job.members))
    return _table_of_lanes(lanes, parcel, mission, job)


def _table_of_lanes(lanes: Any, parcel: Parcel, mission: Mission, job: Job) -> xr.Dataset:
    """Fly the members of a block and tell what is to be kept of each.

    A member of which a cause was drawn beyond its bounds flies within them and is then left out.
    """
    phase: Any = mission.phase(str(parcel.lanes))
    said = np.full(len(job.members), "", object)
    draws = {}
    for name, drawn in job.draws.items():
        unit, low, high, _ = phase.lane_causes[name]
        draws[name] = np.clip(drawn, low, high)
        for i in np.flatnonzero(draws[name] != drawn):
            said[i] = (
                f"{parcel.lanes}.{name} was drawn as {format_quantity(float(drawn[i]), unit, 6)}; "
                f"it is {low:g} to {format_quantity(high, unit, 6)}"
            )
    flown = lanes.fly(draws, members=len(job.members), seed=job.seed)
    known = [str(name) for name in flown.data_vars]
    wanted = [each.removeprefix(f"{parcel.lanes}.") for each in parcel.keep] or known
    for name in wanted:
        if name not in known:
            raise InputError(unknown(f"number of members of {parcel.lanes!r}", name, known))
    out = flown[wanted].assign_coords(member=("member", np.asarray(job.members, np.int64)))
    bad = said != ""
    for name in wanted:
        held = out[name].values
        if bad.any() and "member" in out[name].dims:
            empty = "" if held.dtype.kind in "OU" else np.nan
            held = np.where(bad.reshape(-1, *[1] * (held.ndim - 1)), empty, held)
            out[name] = (out[name].dims, held.astype(out[name].dtype), out[name].attrs)
    out["status"] = ("member", np.where(bad, "refused", FLOWN).astype(object))
    out["sentence"] = ("member", said)
    return out


def _one(parcel: Parcel, job: Job, place: int, overrides: tuple[str, ...]) -> Row:
    """One member that is a mission of its own."""
    try:
        mission = parcel.mission(overrides)
    except InputError as error:
        return Row("refused", _line(error))
    with _folder_of(parcel) as shared, tempfile.TemporaryDirectory(prefix="marsward-") as home:
        folder = Path(home)
        for phase in flown_phases(shared):
            (folder / phase.path.name).symlink_to(phase.path.resolve())
        try:
            made = _flown(parcel, mission, folder)
        except PhysicsError as error:
            return Row("physics", _line(error))
        except InputError as error:
            return Row("refused", _line(error))
        except DataError:
            raise
        except MarswardError as error:
            return Row("fault", _line(error))
        if isinstance(made, Run):
            return Row.of_run(made, parcel.keep)
        draws = {name: np.asarray(each)[place : place + 1] for name, each in job.draws.items()}
        one = replace(job, members=job.members[place : place + 1], draws=draws)
        return Row.of_lane(_table_of_lanes(made, parcel, mission, one))


def _flown(parcel: Parcel, mission: Mission, folder: Path) -> Any:
    """Fly a member's mission: its run, or its lanes where lanes are flown."""
    from marsward.mission.run import fly

    if parcel.lanes is None:
        return fly(mission, until=parcel.until, out=folder, report=False)
    for title in parents_of(mission, parcel.lanes):
        fly(mission, only=title, out=folder, report=False)
    return _lanes(mission, folder, parcel.lanes, None)


def parents_of(mission: Mission, title: str) -> list[str]:
    """Phases that make what a phase needs, in order; what these need is found when they fly."""
    plan = list(steps(mission))
    step = next(each for each in plan if each.phase.title == title)
    wanted = set(step.parents.values())
    return [each.phase.title for each in plan if each.key in wanted]


def _line(error: BaseException) -> str:
    return " ".join(str(error).split())
