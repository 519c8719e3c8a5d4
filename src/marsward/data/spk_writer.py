"""SPK kernels of flown trajectories, for every tool that reads SPICE.

Segments of type 13 (Hermite interpolation at unequal steps, degree 7; NAIF, "SPK Required
Reading"), one for each arc between manoeuvres, with nodes placed so that what SPICE interpolates
repeats the trajectory to a tolerance. Written through the SPICE toolkit itself.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import spiceypy

from marsward._version import __version__
from marsward.core.errors import DataError, InputError
from marsward.core.whole_file import drafts_of
from marsward.data.arc_table import DEGREE, ArcTable, tables_of

if TYPE_CHECKING:
    from marsward.core.trajectory import Trajectory

__all__ = ["write_spk"]

ONE_AT_A_TIME = threading.Lock()  # the toolkit keeps open files in global tables
_LINE = 1000
# The trajectories of marsward take the centre of Mars for the barycentre of Mars and its moons
# (within 0.3 m), and planetary ephemerides hold the barycentre only: so the kernel names it.
_CENTRES = {499: 4}
_BARYCENTRE = "Relative to the Mars barycenter (4): the flight took it for the centre of Mars."
_FEWEST_NODES = (DEGREE + 1) // 2


def write_spk(
    path: str | Path,
    trajectory: Trajectory | Iterable[ArcTable],
    *,
    naif_id: int,
    name: str = "",
    every: float | None = None,
    tolerance: float = 3e-4,
    comments: Iterable[str] = (),
) -> Path:
    """Write a trajectory as an SPK kernel; equal input gives equal bytes.

    Parameters
    ----------
    path
        The file; it appears under this name only when it is complete, and replaces an older one.
    trajectory
        A trajectory, or tables made from one. Arcs about Mars (499) are written relative to the
        barycentre of Mars (4), so that DE440 is enough to read them.
    naif_id
        Id of the spacecraft, negative by custom.
    name
        Shown in the segment identifiers, at most 24 characters of ASCII.
    every
        Fixed node spacing [s]; by default nodes are placed to hold ``tolerance`` [m].
    comments
        Lines for the comment area.

    Raises
    ------
    InputError
        For an id of a natural body, a name that is not short ASCII text, or a folder that cannot
        be written.
    DataError
        When the disk is full or the toolkit refuses.
    """
    path = Path(path)
    number = int(naif_id)
    if 0 <= number <= 1000:
        raise InputError(
            f"naif_id = {number} belongs to a natural body; a spacecraft has a negative id"
        )
    if len(name) > 24 or not (name.isascii() and (name.isprintable() or not name)):
        raise InputError(f"name = {name!r} is not printable ASCII of at most 24 characters")
    tables = tables_of(trajectory, every=every, tolerance=tolerance)
    if not tables:
        raise InputError("the trajectory has no arc that lasts, so there is nothing to write")
    try:
        with drafts_of(path) as (draft,), ONE_AT_A_TIME:
            _write(draft, tables, number, name, list(comments))
    except spiceypy.exceptions.SpiceyError as error:
        raise DataError(f"the SPK {path} cannot be written: {error.short}") from None
    return path


def _write(path: Path, tables: list[ArcTable], number: int, name: str, comments: list[str]):
    lines = [f"written by marsward {__version__}", *comments]
    if any(table.centre in _CENTRES for table in tables):
        lines.append(_BARYCENTRE)
    lines = [line.encode("ascii", "replace").decode()[:_LINE] for line in lines]
    room = sum(len(line) + 1 for line in lines) + 1000
    handle = spiceypy.spkopn(str(path), f"marsward {name}".strip()[:60], room)
    try:
        spiceypy.dafac(handle, lines)
        for i, table in enumerate(tables):
            et, states = _filled(table)
            degree = min(DEGREE, 2 * et.size - 1)
            label = f"{name or number} arc {i + 1}"[:40]
            centre = _CENTRES.get(table.centre, table.centre)
            spiceypy.spkw13(
                handle, number, centre, "J2000", et[0], et[-1], label, degree, et.size,
                states / 1000.0, et,
            )  # fmt: skip
    finally:
        spiceypy.spkcls(handle)


def _filled(table: ArcTable) -> tuple[np.ndarray, np.ndarray]:
    """Epochs as single numbers and states, with nodes added where a table has fewer than four."""
    et = np.asarray(table.epoch.et, dtype=np.float64)
    if et.size >= _FEWEST_NODES or et.size < 2:
        return et, np.ascontiguousarray(table.states)
    finer = np.linspace(et[0], et[-1], _FEWEST_NODES)
    return finer, table.at(type(table.epoch).et(finer))
