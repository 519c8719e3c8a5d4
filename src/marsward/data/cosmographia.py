"""The orbit as a catalogue for Cosmographia and for viewers that read its format.

A JSON catalogue ("NAIF SPICE-enhanced Cosmographia User's Guide") with the spacecraft, its arcs
as `InterpolatedStates` in files of states beside it (.xyzv: Julian date TDB, km, km/s, J2000
about Mars), a body frame that looks down, and the field of a camera as a sensor.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from marsward._version import __version__
from marsward.core.errors import InputError
from marsward.core.time import Epoch
from marsward.core.whole_file import drafts_of
from marsward.data.arc_table import ArcTable, tables_of
from marsward.data.czml import MARS_CENTRES

if TYPE_CHECKING:
    from marsward.core.trajectory import Trajectory

__all__ = ["Sensor", "write_cosmographia"]

_COLOUR = [1.0, 0.55, 0.16]


@dataclass(frozen=True)
class Sensor:
    """A camera's field [deg, full angles across and along the columns], boresight to nadir."""

    name: str
    across: float
    along: float


def write_cosmographia(
    path: str | Path,
    trajectory: Trajectory | Iterable[ArcTable],
    *,
    name: str,
    sensors: Sequence[Sensor] = (),
    every: float | None = None,
    tolerance: float = 1.0,
) -> tuple[list[Path], float]:
    """Write a catalogue and the files of states beside it; returns them and the error [m].

    Parameters
    ----------
    path
        The catalogue (.json); files of states are called `path`'s stem-1.xyzv and so on, one for
        each arc between manoeuvres.
    trajectory
        A trajectory about Mars, or tables made from one.
    name
        Of the spacecraft.
    sensors
        Fields of cameras that look to nadir.
    every
        Fixed spacing of states [s]; by default they are placed so that cubic interpolation, the
        least that a viewer does, holds to `tolerance` [m].

    The error returned is that of cubic Hermite interpolation midway between states, and of the
    Julian dates, which hold 40 us as one double.

    Raises
    ------
    InputError
        For an orbit about another body, or a folder that cannot be written.
    DataError
        When the disk is full.
    """
    path = Path(path).with_suffix(".json")
    flight = trajectory if hasattr(trajectory, "at") else list(trajectory)
    tables = tables_of(flight, every=every, tolerance=0.1 * tolerance)
    if not tables:
        raise InputError("the trajectory has no arc that lasts, so there is nothing to write")
    files, arcs, error = {}, [], 0.0
    for number, table in enumerate(tables, start=1):
        if table.centre not in MARS_CENTRES:
            raise InputError(
                f"the trajectory is relative to body {table.centre} somewhere; give the orbit "
                "about Mars (the product `orbit` of the phase capture)"
            )
        if every is None:
            table = _cubic(table, flight, tolerance)
        error = max(error, _cubic_error(table, flight))
        source = f"{path.stem}-{number}.xyzv"
        files[source] = _states(table, name)
        arcs.append(_arc(table, source, name))
    catalogue = {
        "version": "1.0",
        "name": f"{name} about Mars (simulated by marsward {__version__})",
        "items": [_craft(name, arcs, tables), *(_sensor(each, name, tables) for each in sensors)],
    }
    files[path.name] = f"{json.dumps(catalogue, indent=1, ensure_ascii=False)}\n"
    return _all(path.parent, files), error


def _cubic(table: ArcTable, flight: Any, tolerance: float) -> ArcTable:
    """The table with nodes added until cubic interpolation holds midway between them."""
    for _ in range(12):
        off = _midway(table, flight)
        bad = np.flatnonzero(off > tolerance)
        if not bad.size:
            break
        # the error of a cubic falls as the fourth power of the step
        parts = np.ceil((off[bad] / (0.5 * tolerance)) ** 0.25).astype(int).clip(2, 16)
        et = np.asarray(table.epoch.et)
        new = [np.linspace(et[i], et[i + 1], n + 1)[1:-1] for i, n in zip(bad, parts, strict=True)]
        grown = np.sort(np.concatenate([et, *new]))
        epoch = Epoch.et(grown)
        states = _at(flight, table, epoch)
        table = ArcTable(table.centre, epoch, states)
    return table


def _cubic_error(table: ArcTable, flight: Any) -> float:
    speed = float(np.linalg.norm(table.states[:, 3:], axis=1).max())
    return float(_midway(table, flight).max()) + speed * 2.0**-31 * 86_400.0


def _midway(table: ArcTable, flight: Any) -> np.ndarray:
    """Error of cubic Hermite interpolation in the middle of each step [m]."""
    et = np.asarray(table.epoch.et)
    step = np.diff(et)[:, None]
    position, velocity = table.states[:, :3], table.states[:, 3:]
    middle = 0.5 * (position[1:] + position[:-1]) + step * (velocity[:-1] - velocity[1:]) / 8.0
    truth = _at(flight, table, Epoch.et(et[:-1] + 0.5 * np.diff(et)))
    return np.linalg.norm(middle - truth[:, :3], axis=1)


def _at(flight: Any, table: ArcTable, epoch: Epoch) -> np.ndarray:
    """States inside an arc; at its very ends those of the table, for a burn may stand there."""
    et = np.asarray(epoch.et)
    ends = np.asarray(table.epoch.et)[[0, -1]]
    inner = (et > ends[0]) & (et < ends[1])
    out = np.empty((et.size, 6))
    out[~inner] = np.where(et[~inner, None] <= ends[0], table.states[0], table.states[-1])
    if inner.any():
        source = flight if hasattr(flight, "at") else table
        out[inner] = source.at(epoch[inner])
    return out


def _states(table: ArcTable, name: str) -> str:
    """Lines of Julian date, position [km] and velocity [km/s]; the day in two exact parts."""
    whole, rest = table.epoch.jd
    rows = np.column_stack([table.states[:, :3] * 1e-3, table.states[:, 3:] * 1e-3])
    days = whole.astype(int) + np.floor(rest).astype(int)
    tail = np.round((rest - np.floor(rest)) * 1e12).astype(int)
    days, tail = days + tail // 10**12, tail % 10**12
    lines = [
        f"# {name} about Mars, J2000; Julian date TDB, km, km/s",
        f"# written by marsward {__version__}; simulated, not flight data",
    ]
    lines += [
        f"{day}.{part:012d} {x:.6f} {y:.6f} {z:.6f} {u:.9f} {v:.9f} {w:.9f}"
        for day, part, (x, y, z, u, v, w) in zip(days, tail, rows, strict=True)
    ]
    return "\n".join(lines) + "\n"


def _arc(table: ArcTable, source: str, name: str) -> dict[str, Any]:
    return {
        "center": "Mars",
        "trajectoryFrame": "EquatorJ2000",
        "trajectory": {"type": "InterpolatedStates", "source": source},
        "bodyFrame": {
            "type": "TwoVector",
            "primaryAxis": "z",
            "primary": {"type": "RelativePosition", "observer": name, "target": "Mars"},
            "secondaryAxis": "y",
            "secondary": {"type": "RelativeVelocity", "observer": "Mars", "target": name},
        },
        "endTime": _utc(table.epoch[-1]),
    }


def _craft(name: str, arcs: list[dict[str, Any]], tables: Sequence[ArcTable]) -> dict[str, Any]:
    return {
        "class": "spacecraft",
        "name": name,
        "startTime": _utc(tables[0].epoch[0]),
        "endTime": _utc(tables[-1].epoch[-1]),
        "arcs": arcs,
        "geometry": {"type": "Axes", "size": 0.01},
        "label": {"color": _COLOUR},
        "trajectoryPlot": {
            "color": _COLOUR,
            "visible": True,
            "duration": "8 h",
            "lead": "1 h",
            "fade": 0.7,
            "sampleCount": 500,
        },
    }


def _sensor(sensor: Sensor, name: str, tables: Sequence[ArcTable]) -> dict[str, Any]:
    if not (0.0 < sensor.across < 180.0 and 0.0 < sensor.along < 180.0):
        raise InputError(
            f"the field of {sensor.name} is {sensor.across:g} by {sensor.along:g} degrees; give "
            "angles between 0 and 180"
        )
    farthest = max(float(np.linalg.norm(t.states[:, :3], axis=1).max()) for t in tables)
    return {
        "class": "sensor",
        "name": sensor.name,
        "parent": name,
        "center": name,
        "startTime": _utc(tables[0].epoch[0]),
        "endTime": _utc(tables[-1].epoch[-1]),
        "trajectoryFrame": {"type": "BodyFixed", "body": name},
        "trajectory": {"type": "FixedPoint", "position": [0.0, 0.0, 0.0]},
        "bodyFrame": {"type": "BodyFixed", "body": name},
        "geometry": {
            "type": "Sensor",
            "target": "Mars",
            "range": round(farthest * 1e-3, 3),
            "shape": "rectangular",
            "horizontalFov": sensor.across,
            "verticalFov": sensor.along,
            "orientation": [1.0, 0.0, 0.0, 0.0],
            "frustumColor": _COLOUR,
            "frustumOpacity": 0.25,
            "gridOpacity": 0.2,
            "footprintOpacity": 0.8,
            "sideDivisions": 60,
        },
    }


def _utc(epoch: Epoch) -> str:
    return str(epoch.isot("utc", 6)).rstrip("Z").replace("T", " ") + " UTC"


def _all(folder: Path, files: dict[str, str]) -> list[Path]:
    """Write files by name, the catalogue last; returns it first."""
    paths = [folder / name for name in files]
    with drafts_of(*paths) as drafts:
        for draft, text in zip(drafts, files.values(), strict=True):
            draft.write_text(text, encoding="utf-8")
    return [paths[-1], *paths[:-1]]
