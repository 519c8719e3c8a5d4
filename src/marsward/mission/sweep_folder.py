"""The folder of a sweep: which sweep it is, the blocks that are done, the table of all members."""

from __future__ import annotations

import csv
import json
import os
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr

from marsward.core.dataset_files import open_dataset, save_dataset
from marsward.core.errors import DataError, InputError
from marsward.core.product import cannot_write
from marsward.mission.guard import LOCK_FILE
from marsward.mission.store import flown_phases, read_json, write_json

__all__ = ["SweepFolder"]

_IDENTITY = "sweep.json"
_SUFFIX = ".nc"


@dataclass(frozen=True)
class SweepFolder:
    """Where a sweep is kept.

    sweep.json       what makes it this sweep
    missions/NAME/   runs of what members share
    blocks/          one file a block, whole or not there
    members.nc, members.csv
    """

    path: Path

    @property
    def blocks(self) -> Path:
        """Folder of the blocks."""
        return self.path / "blocks"

    def mission(self, mark: str) -> Path:
        """Folder of the run that members of one choice share."""
        return self.path / "missions" / mark

    def link_flown(self, path: Path, wanted: Mapping[str, str]) -> None:
        """Point a run to phases that the run of another choice has flown, by their keys.

        wanted : key to the name of its folder
        """
        missing = dict(wanted)
        for flown in flown_phases(path):
            missing.pop(flown.key, None)
        for other in sorted((self.path / "missions").iterdir()):
            for flown in flown_phases(other) if other != path else ():
                target = path / missing.pop(flown.key, "")
                if target != path and not target.is_symlink() and not target.exists():
                    target.symlink_to(os.path.relpath(flown.path.resolve(), path.resolve()))

    def claim(self, identity: Mapping[str, Any], *, fresh: bool = False) -> None:
        """Take the folder for a sweep, or go on in it.

        Raises
        ------
        InputError : it holds another sweep, or something else.
        """
        mine = json.loads(json.dumps(dict(identity)))
        stored = self.path / _IDENTITY
        if fresh:
            self._clear()
        if stored.is_file():
            other = _difference(read_json(stored), mine)
            if other:
                raise InputError(
                    f"{self.path} holds another sweep: {other}; choose another folder with --out, "
                    "or fly it again with --fresh"
                )
        else:
            held = [p.name for p in self.path.iterdir() if p.name not in (LOCK_FILE, "missions")]
            if held:
                raise InputError(
                    f"{self.path} is not empty and holds no sweep ({sorted(held)[0]} is in it); "
                    "choose another folder with --out"
                )
        try:
            self.blocks.mkdir(exist_ok=True)
            for path in self.blocks.iterdir():
                if path.suffix != _SUFFIX or path.name.startswith("."):
                    path.unlink()
        except OSError as error:
            raise cannot_write(self.blocks, error) from error
        write_json(stored, mine)

    def _clear(self) -> None:
        """Remove what a sweep left; runs that members share stay, their keys tell their worth."""
        if not (self.path / _IDENTITY).is_file():
            return
        shutil.rmtree(self.blocks, ignore_errors=True)
        for name in (_IDENTITY, "members.nc", "members.csv"):
            (self.path / name).unlink(missing_ok=True)

    def done(self, name: str, members: Sequence[int]) -> bool:
        """Whether a block is on disk with all of these members."""
        try:
            held = self.read(name)
        except DataError:
            return False
        return held is not None and set(members) <= set(held["member"].values.tolist())

    def read(self, name: str) -> xr.Dataset | None:
        """A block, or None where it is not on disk."""
        path = self.blocks / f"{name}{_SUFFIX}"
        return open_dataset(path) if path.is_file() else None

    def write(self, name: str, block: xr.Dataset) -> None:
        """Put a block on disk, whole or not at all."""
        save_dataset(block, self.blocks / f"{name}{_SUFFIX}")

    def write_members(self, members: xr.Dataset) -> tuple[Path, Path]:
        """The table of all members as netCDF and CSV; the CSV has the columns of one number."""
        save_dataset(members, self.path / "members.nc")
        return self.path / "members.nc", _write_csv(members, self.path / "members.csv")


def _difference(theirs: Mapping[str, Any], mine: Mapping[str, Any]) -> str:
    """The first thing in which two sweeps differ, in words."""
    for key in dict.fromkeys([*mine, *theirs]):
        one, other = theirs.get(key), mine.get(key)
        if one == other:
            continue
        if key == "phases":
            parts = set(one or {}) ^ set(other or {}) or {
                name for name in (one or {}) if (other or {}).get(name) != (one or {})[name]
            }
            return f"phase {sorted(parts)[0]!r} has since changed, by its code or its data"
        if key == "text":
            return "the mission's file has since changed"
        if isinstance(one, dict) and isinstance(other, dict):
            return _difference(one, other)
        return f"{key} is {_shown(one)} there and {_shown(other)} here"
    return ""


def _shown(item: Any) -> str:
    return "not given" if item in (None, [], "") else str(item)


def _write_csv(members: xr.Dataset, path: Path) -> Path:
    names = [str(name) for name in members.data_vars if members[name].dims == ("member",)]
    columns = [members[name].values for name in names]
    heads = []
    for name in names:
        units = str(members[name].attrs.get("units", ""))
        heads.append(f"{name} [{units}]" if units not in ("", "1") else name)
    partial = path.with_name(f".{path.name}.partial")
    try:
        with partial.open("w", newline="", encoding="utf-8") as out:
            writer = csv.writer(out)
            writer.writerow(["member", *heads])
            for i, number in enumerate(members["member"].values.tolist()):
                writer.writerow([number, *(_cell(column[i]) for column in columns)])
        os.replace(partial, path)
    except OSError as error:
        raise cannot_write(path, error) from error
    return path


def _cell(value: Any) -> str:
    if isinstance(value, np.datetime64):
        return "" if np.isnat(value) else str(value)
    if isinstance(value, float | np.floating):
        return "" if np.isnan(value) else f"{float(value):.10g}"
    return str(value)
