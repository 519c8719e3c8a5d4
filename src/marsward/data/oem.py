"""Orbit Ephemeris Messages: trajectories that other tools read.

The key-value form of CCSDS 502.0-B-3 (2023), "Orbit Data Messages", section 5. `write_oem` cuts a
trajectory at its manoeuvres and names the interpolation that repeats it; `read_oem` reads any OEM
in that form. Positions are written in km to 1 um, velocities in km/s to 1 nm/s, epochs to 1 ns.
"""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from marsward._version import __version__
from marsward.core.errors import DataError, InputError
from marsward.core.product import cannot_write
from marsward.core.time import Epoch
from marsward.data.arc_table import DEGREE, ArcTable, tables_of

if TYPE_CHECKING:
    from marsward.core.trajectory import Trajectory

__all__ = ["Oem", "OemSegment", "read_oem", "write_oem"]

TIME_SYSTEMS = ("UTC", "TAI", "TT", "TDB")
CENTRES = {
    0: "SOLAR SYSTEM BARYCENTER", 10: "SUN", 199: "MERCURY", 299: "VENUS", 399: "EARTH",
    301: "MOON", 3: "EARTH BARYCENTER", 4: "MARS BARYCENTER", 499: "MARS", 401: "PHOBOS",
    402: "DEIMOS", 1: "MERCURY BARYCENTER", 2: "VENUS BARYCENTER", 5: "JUPITER BARYCENTER",
    6: "SATURN BARYCENTER", 7: "URANUS BARYCENTER", 8: "NEPTUNE BARYCENTER",
    9: "PLUTO BARYCENTER",
}  # fmt: skip
_IDS = {name: number for number, name in CENTRES.items()}
_REQUIRED = (
    "OBJECT_NAME", "OBJECT_ID", "CENTER_NAME", "REF_FRAME", "TIME_SYSTEM", "START_TIME",
    "STOP_TIME",
)  # fmt: skip
_KEY = re.compile(r"([A-Z0-9_]+)\s*=\s*(.*)")


@dataclass(frozen=True, eq=False)
class OemSegment:
    """One segment of an OEM: its metadata as written, epochs (n,) and states (n, 6) [m, m/s]."""

    metadata: dict[str, str]
    epoch: Epoch
    states: np.ndarray
    comments: tuple[str, ...] = ()

    @property
    def centre(self) -> int:
        """NAIF id of the centre; a DataError when its name is not known here."""
        name = self.metadata["CENTER_NAME"].upper().replace("BARYCENTRE", "BARYCENTER")
        if name not in _IDS:
            raise DataError(
                f"CENTER_NAME = {name} is not known; known are {', '.join(sorted(_IDS))}"
            )
        return _IDS[name]

    @property
    def table(self) -> ArcTable:
        """The segment as a table that interpolates."""
        return ArcTable(self.centre, self.epoch, self.states)


@dataclass(frozen=True, eq=False)
class Oem:
    """A whole message: header and segments."""

    header: dict[str, str]
    segments: tuple[OemSegment, ...]
    comments: tuple[str, ...] = field(default=())


def write_oem(
    path: str | Path,
    trajectory: Trajectory | Iterable[ArcTable],
    *,
    object_name: str,
    object_id: str,
    time_system: str = "UTC",
    every: float | None = None,
    tolerance: float = 3e-4,
    originator: str = "MARSWARD",
    creation_date: str | None = None,
    comments: Iterable[str] = (),
) -> Path:
    """Write a trajectory as an OEM, one segment for each arc between breaks.

    Parameters
    ----------
    path
        The file; it appears under this name only when it is complete.
    trajectory
        A trajectory, or tables made from one.
    object_name, object_id
        As in "TIANWEN-1", "2020-049A" (international designator).
    time_system
        "UTC", "TAI", "TT" or "TDB".
    every
        Fixed spacing of states [s]; by default they are placed so that interpolation holds to
        ``tolerance`` [m].
    creation_date
        UTC text for CREATION_DATE, now by default; the only thing in the file that a repeated
        run changes.
    comments
        Lines for the header.

    Raises
    ------
    InputError
        For an unknown time system, or UTC across a leap second (interpolation would break).
        Also when the folder cannot be written.
    DataError
        When the disk is full.
    """
    system = str(time_system).upper()
    if system not in TIME_SYSTEMS:
        raise InputError(f"no OEM time system {time_system!r} here; type {', '.join(TIME_SYSTEMS)}")
    tables = tables_of(trajectory, every=every, tolerance=tolerance)
    created = creation_date or Epoch.now().isot("utc", 3)
    lines = ["CCSDS_OEM_VERS = 3.0"]
    lines += [f"COMMENT {line}" for line in (f"written by marsward {__version__}", *comments)]
    lines += [f"CREATION_DATE = {created.rstrip('Z')}", f"ORIGINATOR = {originator}", ""]
    for table in tables:
        lines += _segment_lines(table, object_name, object_id, system)
    return _whole(Path(path), "\n".join(lines))


def _segment_lines(table: ArcTable, name: str, number: str, system: str) -> list[str]:
    if system == "UTC":
        _refuse_leap_second(table.epoch)
    times = [text.rstrip("Z") for text in table.epoch.isot(system.lower(), 9)]
    centre = CENTRES.get(table.centre, str(table.centre))
    metadata = {
        "OBJECT_NAME": name,
        "OBJECT_ID": number,
        "CENTER_NAME": centre,
        "REF_FRAME": "ICRF",
        "TIME_SYSTEM": system,
        "START_TIME": times[0],
        "USEABLE_START_TIME": times[0],
        "USEABLE_STOP_TIME": times[-1],
        "STOP_TIME": times[-1],
        "INTERPOLATION": "HERMITE",
        "INTERPOLATION_DEGREE": str(min(DEGREE, 2 * table.states.shape[0] - 1)),
    }
    lines = ["META_START", *(f"{key} = {value}" for key, value in metadata.items()), "META_STOP"]
    km = table.states / 1000.0
    lines += [
        f"{time} {x:.9f} {y:.9f} {z:.9f} {u:.12f} {v:.12f} {w:.12f}"
        for time, (x, y, z, u, v, w) in zip(times, km, strict=True)
    ]
    return [*lines, ""]


def _refuse_leap_second(epoch: Epoch) -> None:
    shown = (epoch.datetime64[-1] - epoch.datetime64[0]) / np.timedelta64(1, "ns") * 1e-9
    if abs(shown - float(epoch[-1] - epoch[0])) > 0.5:
        raise InputError(
            f"an arc from {epoch[0].utc} to {epoch[-1].utc} crosses a leap second, over which "
            "UTC cannot be interpolated; write it with time_system='TDB'"
        )


def _whole(path: Path, text: str) -> Path:
    """Write under a temporary name in the same folder, then rename."""
    try:
        handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
        try:
            with os.fdopen(handle, "w", encoding="ascii", newline="\n") as file:
                file.write(text)
            os.chmod(name, 0o644)
            os.replace(name, path)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise
    except OSError as error:
        raise cannot_write(path, error) from error
    except UnicodeEncodeError as error:
        raise InputError(
            f"an OEM holds ASCII text only, and {error.object[error.start]!r} is not; "
            "write the name or comment without it"
        ) from None
    return path


def read_oem(path: str | Path) -> Oem:
    """Read an OEM in key-value form; covariance blocks and accelerations are passed over.

    Raises
    ------
    DataError
        When the file is missing or is no valid OEM; the message names the line.
    """
    path = Path(path)
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise DataError(f"the OEM {path} cannot be read: {error}") from None
    return _Reader(path).read(lines)


class _Reader:
    """Reads one file line by line; `state` is the section that the line stands in."""

    def __init__(self, path: Path):
        self.path = path
        self.header: dict[str, str] = {}
        self.comments: list[str] = []
        self.segments: list[OemSegment] = []
        self.metadata: dict[str, str] = {}
        self.notes: list[str] = []
        self.times: list[str] = []
        self.rows: list[list[float]] = []
        self.state = "header"

    def read(self, lines: list[str]) -> Oem:
        first = next((line for line in lines if line.strip()), "")
        if not first.strip().startswith("CCSDS_OEM_VERS"):
            raise DataError(
                f"{self.path} is no OEM: it begins with {first.strip()[:40]!r} and an OEM begins "
                "with CCSDS_OEM_VERS"
            )
        for number, line in enumerate(lines, start=1):
            if line.strip():
                self._line(number, line.strip())
        self._finish(len(lines))
        if not self.segments:
            raise DataError(f"{self.path} is an OEM without any segment of states")
        return Oem(self.header, tuple(self.segments), tuple(self.comments))

    def _line(self, number: int, line: str) -> None:
        if line.startswith("COMMENT"):
            (self.comments if self.state == "header" else self.notes).append(line[7:].strip())
        elif line == "META_START":
            self._finish(number)
            self.metadata, self.notes, self.state = {}, [], "meta"
        elif line == "META_STOP":
            missing = [key for key in _REQUIRED if key not in self.metadata]
            if missing:
                raise self._wrong(number, f"the metadata lack {', '.join(missing)}")
            self.state = "data"
        elif line == "COVARIANCE_START":
            self.state = "covariance"
        elif line == "COVARIANCE_STOP":
            self.state = "data"
        elif self.state in ("header", "meta"):
            match = _KEY.fullmatch(line)
            if match is None:
                raise self._wrong(number, f"{line[:40]!r} is not KEY = value")
            (self.header if self.state == "header" else self.metadata)[match[1]] = match[2].strip()
        elif self.state == "data":
            self._data(number, line)

    def _data(self, number: int, line: str) -> None:
        time, *values = line.split()
        try:
            row = [float(value) for value in values]
        except ValueError:
            row = []
        if len(row) not in (6, 9) or not np.isfinite(row).all():
            raise self._wrong(number, f"{line[:60]!r} is not an epoch and six or nine numbers")
        self.times.append(time)
        self.rows.append(row[:6])

    def _finish(self, number: int) -> None:
        if self.state in ("header",) and not self.metadata:
            return
        if not self.times:
            raise self._wrong(number, "a segment holds no states")
        system = self.metadata["TIME_SYSTEM"].upper()
        if system not in TIME_SYSTEMS:
            raise self._wrong(number, f"TIME_SYSTEM = {system} is not {', '.join(TIME_SYSTEMS)}")
        epoch = getattr(Epoch, system.lower())(self.times)
        if np.any(np.asarray(epoch[1:] - epoch[:-1]) <= 0.0):
            raise self._wrong(number, "the epochs of a segment do not ascend")
        states = np.array(self.rows) * 1000.0
        self.segments.append(OemSegment(dict(self.metadata), epoch, states, tuple(self.notes)))
        self.times, self.rows = [], []

    def _wrong(self, number: int, what: str) -> DataError:
        return DataError(f"{self.path}, line {number}: {what}; correct the OEM")
