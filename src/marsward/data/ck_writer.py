"""CK kernels: how a craft or its camera stood, for every tool that reads SPICE.

Segments of type 3 (NAIF, "CK Required Reading"): attitudes at given epochs, turned at a steady
rate in between, with angular velocities if there are any. A CK counts in ticks of the craft's own
clock, so a clock kernel goes with it: TDB since J2000 in 65536ths of a second, no drift; and a
frame kernel that gives the attitude's frame its name.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import spiceypy
from numpy.typing import ArrayLike, NDArray

from marsward._version import __version__
from marsward.core.errors import DataError, InputError
from marsward.core.whole_file import drafts_of
from marsward.data.spk_writer import ONE_AT_A_TIME

if TYPE_CHECKING:
    from marsward.core.time import Epoch

__all__ = ["Pointing", "write_ck"]

Array = NDArray[np.float64]
_TICKS = 65536  # per second
_SECONDS = 2**32  # that the clock can count
_SKEW = 1e-6  # largest departure of an attitude from a rotation
_LINE = 1000


class Pointing(NamedTuple):
    """The three files of one pointing: the CK, its clock and its frame."""

    ck: Path
    clock: Path
    frame: Path


def write_ck(
    path: str | Path,
    epoch: Epoch,
    attitude: ArrayLike,
    *,
    naif_id: int,
    name: str,
    angular_velocity: ArrayLike | None = None,
    longest_gap: float = np.inf,
    comments: Iterable[str] = (),
) -> Pointing:
    """Write attitudes as a CK kernel, with a clock (.tsc) and a frame kernel (.tf) beside it.

    Each file appears under its name only when it is complete; equal input gives equal bytes.

    Parameters
    ----------
    path
        The CK, by custom named .bc; the other two have its stem.
    epoch
        Epochs (n,), rising, from 2000-01-01T12:00 TDB to 2136.
    attitude
        (n, 3, 3) from J2000 to the frame, v_frame = C @ v_J2000.
    naif_id
        Id of the craft, negative; the frame's id is a thousand times it, as SPICE expects of what
        the craft's clock times.
    name
        Of the frame: letters, digits and _, at most 26 characters; upper case in the kernel.
    angular_velocity
        (n, 3) of the frame, in J2000 [rad/s]; left out, the CK holds none.
    longest_gap
        Time between two epochs [s] above which nothing is said in between.
    comments
        Lines for the comment area.

    Raises
    ------
    InputError
        For epochs that do not rise, attitudes that are no rotations, a name or id that SPICE does
        not take, or a folder that cannot be written.
    DataError
        When the disk is full or the toolkit refuses.
    """
    path = Path(path)
    label = _name(name)
    craft = int(naif_id)
    if craft >= 0:
        raise InputError(f"naif_id = {craft}: a spacecraft has a negative id")
    et, quaternions, rates = _records(epoch, attitude, angular_velocity)
    if not longest_gap > 0.0:
        raise InputError(f"longest_gap is {longest_gap}: give a positive number of seconds")
    starts = et[np.concatenate([[True], np.diff(et) > longest_gap])]
    files = Pointing(path, path.with_suffix(".tsc"), path.with_suffix(".tf"))
    if path in files[1:]:
        raise InputError(f"{path.name} is the name of the CK's clock or frame: use {path.stem}.bc")
    try:
        with drafts_of(*files) as (kernel, clock, frame):
            clock.write_text(_clock(craft), encoding="ascii")
            frame.write_text(_frame(craft, label), encoding="ascii")
            with ONE_AT_A_TIME:
                _write(kernel, 1000 * craft, label, et, quaternions, rates, starts, comments)
    except spiceypy.exceptions.SpiceyError as error:
        raise DataError(f"the CK {path} cannot be written: {error.short}") from None
    return files


def _write(
    path: Path,
    number: int,
    label: str,
    et: Array,
    quaternions: Array,
    rates: Array | None,
    starts: Array,
    comments: Iterable[str],
) -> None:
    lines = [f"written by marsward {__version__}", *comments]
    lines = [line.encode("ascii", "replace").decode()[:_LINE] for line in lines]
    room = sum(len(line) + 1 for line in lines) + 1000
    ticks, begins = et * _TICKS, starts * _TICKS
    handle = spiceypy.ckopn(str(path), "marsward attitude", room)
    try:
        spiceypy.dafac(handle, lines)
        spiceypy.ckw03(
            handle, ticks[0], ticks[-1], number, "J2000", rates is not None, label, et.size,
            ticks, quaternions, np.zeros((et.size, 3)) if rates is None else rates,
            begins.size, begins,
        )  # fmt: skip
    finally:
        spiceypy.ckcls(handle)


def _records(
    epoch: Epoch, attitude: ArrayLike, angular_velocity: ArrayLike | None
) -> tuple[Array, Array, Array | None]:
    """Epochs (n,) [s], quaternions (n, 4) and rates (n, 3) of the CK, checked."""
    et = np.atleast_1d(np.asarray(epoch.et, dtype=np.float64))
    matrices = np.asarray(attitude, dtype=np.float64)
    if et.ndim != 1 or not et.size or matrices.shape != (et.size, 3, 3):
        raise InputError(
            f"a CK takes epochs (n,) and attitudes (n, 3, 3), not {et.shape} and {matrices.shape}"
        )
    if np.any(np.diff(et) <= 0.0):
        raise InputError("the epochs of a CK must rise: sort them, and give each once")
    if not (et[0] >= 0.0 and et[-1] < _SECONDS):
        raise InputError("the clock of a CK runs from 2000-01-01T12:00 TDB to 2136: stay within")
    skew = np.abs(matrices @ np.swapaxes(matrices, -1, -2) - np.eye(3)).max()
    if not skew < _SKEW or not np.all(np.linalg.det(matrices) > 0.0):
        raise InputError("the attitudes are not rotations: give (n, 3, 3) with v_frame = C @ v")
    rates = None
    if angular_velocity is not None:
        rates = np.ascontiguousarray(angular_velocity, dtype=np.float64)
        if rates.shape != (et.size, 3) or not np.all(np.isfinite(rates)):
            raise InputError(
                f"angular_velocity takes finite numbers (n, 3) [rad/s], not {rates.shape}"
            )
    quaternions = np.array([spiceypy.m2q(matrix) for matrix in matrices])
    return et, quaternions, rates


def _name(name: str) -> str:
    label = name.upper()
    if not (label.isascii() and label.replace("_", "").isalnum() and len(label) <= 26):
        raise InputError(
            f"name = {name!r}: a frame is called by letters, digits and _, at most 26 of them"
        )
    return label


def _clock(craft: int) -> str:
    """Text of the clock kernel: one partition, one line without drift."""
    n = -craft
    return f"""KPL/SCLK

Written by marsward: a clock that counts TDB seconds past J2000, and 1/{_TICKS} of them.

\\begindata
SCLK_KERNEL_ID            = ( @2000-01-01/12:00:00 )
SCLK_DATA_TYPE_{n}        = ( 1 )
SCLK01_TIME_SYSTEM_{n}    = ( 1 )
SCLK01_N_FIELDS_{n}       = ( 2 )
SCLK01_MODULI_{n}         = ( {_SECONDS} {_TICKS} )
SCLK01_OFFSETS_{n}        = ( 0 0 )
SCLK01_OUTPUT_DELIM_{n}   = ( 1 )
SCLK_PARTITION_START_{n}  = ( 0.0E+00 )
SCLK_PARTITION_END_{n}    = ( {float(_SECONDS * _TICKS):.15E} )
SCLK01_COEFFICIENTS_{n}   = ( 0.0E+00  0.0E+00  1.0E+00 )
\\begintext
"""


def _frame(craft: int, label: str) -> str:
    """Text of the frame kernel: one frame of class 3, timed by the craft's clock."""
    number = 1000 * craft
    return f"""KPL/FK

Written by marsward: the frame of an attitude; +z is the boresight, +x along columns, +y down rows.

\\begindata
FRAME_{label}            = {number}
FRAME_{number}_NAME      = '{label}'
FRAME_{number}_CLASS     = 3
FRAME_{number}_CLASS_ID  = {number}
FRAME_{number}_CENTER    = {craft}
CK_{number}_SCLK         = {craft}
CK_{number}_SPK          = {craft}
\\begintext
"""
