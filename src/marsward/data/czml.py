"""The orbit as CZML, the language in which CesiumJS is told what moves.

After the CZML Guide of Analytical Graphics (CZML 1.0). Positions and velocities stand at nodes
placed so that the Hermite interpolation of degree 7 that the file names, which Cesium does
through four nodes, repeats the trajectory to a tolerance; a manoeuvre ends an interval. In the
frame FIXED they are relative to the turning Mars (IAU_MARS), as a scene on Cesium's
`Ellipsoid.MARS` needs them; INERTIAL (J2000) suits scenes that turn the globe themselves, for
Cesium's own inertial frame is that of Earth.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from marsward._version import __version__
from marsward.core.errors import InputError
from marsward.core.frames import state_rotation
from marsward.core.time import Epoch
from marsward.core.whole_file import drafts_of
from marsward.data.arc_table import DEGREE, ArcTable, hermite, tables_of

if TYPE_CHECKING:
    from marsward.core.trajectory import Trajectory

__all__ = ["FRAMES", "Fixture", "Ring", "fixed_states", "write_czml"]

FRAMES = {"FIXED": "IAU_MARS", "INERTIAL": "J2000"}
"""Reference frames of CZML and the SPICE frames they stand for here."""

MARS_CENTRES = (4, 499)
_ORANGE, _WHITE = (255, 140, 40, 255), (255, 255, 255, 255)
_TRAIL = 26_000.0  # s of orbit shown behind the craft


@dataclass(frozen=True)
class Ring:
    """The outline of a frame: longitude, latitude [deg] (n, 2), shown from `start` to `stop`."""

    id: str
    lon_lat: np.ndarray
    start: Epoch
    stop: Epoch


@dataclass(frozen=True, eq=False)
class Fixture:
    """States of an arc in a frame: seconds (TAI) since `epoch`, states (n, 6) [m, m/s].

    `error` is the largest difference [m] of what Cesium interpolates midway between nodes.
    """

    epoch: Epoch
    stop: Epoch
    seconds: np.ndarray
    states: np.ndarray
    error: float


def write_czml(
    path: str | Path,
    trajectory: Trajectory | Iterable[ArcTable],
    *,
    name: str,
    frame: str = "FIXED",
    every: float | None = None,
    tolerance: float = 1.0,
    rings: Sequence[Ring] = (),
    trail: float = _TRAIL,
) -> tuple[Path, float]:
    """Write an orbit about Mars as CZML; returns the file and its interpolation error [m].

    Parameters
    ----------
    path
        The file; it appears under this name only when it is complete.
    trajectory
        A trajectory about Mars, or tables made from one.
    name
        Of the spacecraft.
    frame
        "FIXED" (turning with Mars) or "INERTIAL" (J2000).
    every
        Fixed spacing of nodes [s]; by default they are placed to hold `tolerance` [m].
    rings
        Outlines of frames, drawn on the ground while they are taken.
    trail
        How much of the orbit is drawn before and after [s].

    Raises
    ------
    InputError
        For another frame, an orbit about another body, or a folder that cannot be written.
    DataError
        When the disk is full.
    """
    path = Path(path)
    if frame not in FRAMES:
        raise InputError(f"no CZML reference frame {frame!r}; type FIXED or INERTIAL")
    flight = trajectory if hasattr(trajectory, "at") else list(trajectory)
    tables = tables_of(flight, every=every, tolerance=0.5 * tolerance)
    arcs = [fixed_states(table, FRAMES[frame], flight) for table in tables]
    if not arcs:
        raise InputError("the trajectory has no arc that lasts, so there is nothing to write")
    error = max(arc.error for arc in arcs)
    span = f"{_utc(arcs[0].epoch)}/{_utc(arcs[-1].stop)}"
    document = {
        "id": "document",
        "name": name,
        "version": "1.0",
        "description": (
            f"Orbit of {name} about Mars, simulated by marsward {__version__}; positions in "
            f"{FRAMES[frame]}, interpolated to {max(error, 1e-3):.1g} m. Show on Ellipsoid.MARS."
        ),
        "clock": {
            "interval": span,
            "currentTime": _utc(arcs[0].epoch),
            "multiplier": 60,
            "range": "LOOP_STOP",
        },
    }
    packets = [document, _craft(name, span, frame, arcs, trail)]
    packets += [_ring(each) for each in rings]
    text = json.dumps(packets, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    with drafts_of(path) as (draft,):
        draft.write_text(f"{text}\n", encoding="utf-8")
    return path, error


def fixed_states(table: ArcTable, frame: str, trajectory: Any = None) -> Fixture:
    """States of a table about Mars in a frame, and what interpolating them there costs.

    The error is against the trajectory where there is one, else against the table itself.
    """
    if table.centre not in MARS_CENTRES:
        raise InputError(
            f"the trajectory is relative to body {table.centre} somewhere; give the orbit about "
            "Mars (the product `orbit` of the phase capture)"
        )
    states = _turned(table.epoch, table.states, frame)
    seconds = _since(table.epoch, table.epoch[0])
    half = 0.5 * (np.asarray(table.epoch.et)[1:] + np.asarray(table.epoch.et)[:-1])
    between = Epoch.et(half)
    source = trajectory if hasattr(trajectory, "at") else table
    truth = source.at(between)
    off = (
        hermite(seconds, states, _since(between, table.epoch[0]))[:, :3]
        - _turned(between, truth, frame)[:, :3]
    )
    error = float(np.linalg.norm(off, axis=1).max())
    return Fixture(table.epoch[0], table.epoch[-1], seconds, states, error)


def _turned(epoch: Epoch, states: np.ndarray, frame: str) -> np.ndarray:
    return np.einsum("nij,nj->ni", state_rotation("J2000", frame, epoch), states)


def _since(epoch: Epoch, first: Epoch) -> np.ndarray:
    """SI seconds since an epoch: those of TAI, in which Cesium counts, and not of TDB."""
    count = np.array(
        [each.rstrip("Z") for each in (first.isot("tai", 9), *epoch.isot("tai", 9))],
        dtype="datetime64[ns]",
    )
    return (count[1:] - count[0]) / np.timedelta64(1, "ns") * 1e-9


def _craft(
    name: str, span: str, frame: str, arcs: Sequence[Fixture], trail: float
) -> dict[str, Any]:
    intervals = []
    for arc in arcs:
        row = np.column_stack([arc.seconds, arc.states])
        digits = (6, 3, 3, 3, 6, 6, 6)
        flat = [
            round(float(value), digit)
            for line in row
            for value, digit in zip(line, digits, strict=True)
        ]
        intervals.append(
            {
                "interval": f"{_utc(arc.epoch)}/{_utc(arc.stop)}",
                "epoch": _utc(arc.epoch),
                "referenceFrame": frame,
                "interpolationAlgorithm": "HERMITE",
                "interpolationDegree": min(DEGREE, 2 * arc.seconds.size - 1),
                "cartesianVelocity": flat,
            }
        )
    return {
        "id": name,
        "name": name,
        "availability": span,
        "position": intervals[0] if len(intervals) == 1 else intervals,
        "point": {"pixelSize": 7, "color": {"rgba": list(_ORANGE)}},
        "label": {
            "text": name,
            "font": "12pt sans-serif",
            "fillColor": {"rgba": list(_WHITE)},
            "pixelOffset": {"cartesian2": [12, -8]},
            "horizontalOrigin": "LEFT",
        },
        "path": {
            "leadTime": 0.5 * trail,
            "trailTime": trail,
            "resolution": 60,
            "width": 1,
            "material": {"solidColor": {"color": {"rgba": list(_ORANGE)}}},
        },
    }


def _ring(ring: Ring) -> dict[str, Any]:
    corners = np.asarray(ring.lon_lat, dtype=float)
    if np.allclose(corners[0], corners[-1]):
        corners = corners[:-1]
    flat = [round(float(v), 6) for lon, lat in corners for v in (lon, lat, 0.0)]
    shown: Mapping[str, Any] = {"solidColor": {"color": {"rgba": [*_ORANGE[:3], 70]}}}
    return {
        "id": ring.id,
        "availability": f"{_utc(ring.start)}/{_utc(ring.stop)}",
        "polygon": {
            "positions": {"cartographicDegrees": flat},
            "height": 0,
            "material": shown,
            "outline": True,
            "outlineColor": {"rgba": list(_ORANGE)},
        },
    }


def _utc(epoch: Epoch) -> str:
    return str(epoch.isot("utc", 9)).rstrip("Z") + "Z"
