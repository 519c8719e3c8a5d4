"""Imaging campaigns: which orbits, which moments, what each frame sees, what goes down to Earth.

The arcs below a height are found on the trajectory, then the part of each in good light; orbits
are chosen among those with light enough, frames are set on them by one of three rules, and each
frame's pose, light and pixel size follow from the geometry. Frames whose middle is dark or off the
planet, and those that the recorder cannot hold, are left out and counted.

The campaign of Tianwen-1's medium-resolution camera took 14 757 frames on 284 orbits below 800 km
by 25 July 2022, of 57 to 197 m a pixel ("A 76-m per pixel global color image dataset and map of
Mars by Tianwen-1", Science Bulletin, 2024): 51.96 frames an orbit. Their timing is not published.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, Literal

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from marsward.core.bodies import Body, body
from marsward.core.errors import InputError, PhysicsError
from marsward.core.fields import FieldRow, add_fields, field
from marsward.core.quantity import parse
from marsward.core.time import Epoch
from marsward.dynamics.ephemeris import default_ephemeris
from marsward.geometry.attitude import AttitudeLaw, Nadir
from marsward.geometry.campaign_arcs import Arcs, imaging_arcs, light_windows
from marsward.geometry.campaign_downlink import Downlink, Ledger, ledger
from marsward.geometry.campaign_schedule import Asked, Sight, moments, orbits_taken
from marsward.geometry.ellipsoid import angles, nearest_point, normal
from marsward.geometry.field_of_view import FieldOfView, field_of_view
from marsward.geometry.kernels.footprints import border_hits
from marsward.geometry.poses import Poses, poses

__all__ = ["Downlink", "plan_campaign"]

Array = NDArray[np.float64]

add_fields(
    FieldRow("orbit", "1", "number of the orbit, 1 for the first arc of the trajectory"),
    FieldRow("observer", "m", "body-fixed place from which straight rays start"),
    FieldRow("axes", "1", "rotation from the camera's to body-fixed axes", low=-1.0, high=1.0),
    FieldRow("sun", "1", "body-fixed unit vector from the ground to the Sun", low=-1.0, high=1.0),
    FieldRow("sun_distance", "m", "distance from the ground to the Sun", low=0.0),
    FieldRow("gsd", "m", "ground size of a pixel", low=0.0),
    FieldRow("bits", "bit", "size of the frame after compression", low=0.0),
    FieldRow("orbit_number", "1", "number of the orbit"),
    FieldRow("frames", "1", "frames kept of the orbit", low=0.0),
    FieldRow("frames_dropped", "1", "frames of the orbit that the recorder did not hold", low=0.0),
    FieldRow("lit_time", "s", "time of the arc in good light", low=0.0),
    FieldRow("lowest_altitude", "m", "least height on the arc"),
    FieldRow("data_volume", "bit", "data that the orbit writes", low=0.0),
    FieldRow("downlinked", "bit", "data sent since the orbit before", low=0.0),
    FieldRow("backlog", "bit", "data that wait on the recorder after the orbit", low=0.0),
)  # fmt: skip


def plan_campaign(
    trajectory: Any,
    camera: Any,
    *,
    altitude_limit: str | float = "800 km",
    incidence_limit: float = 80.0,
    orbits: int | Sequence[int] | None = None,
    choice: Literal["gaps", "even"] = "gaps",
    frames_per_arc: int | None = None,
    interval: str | float | None = None,
    overlap: float | None = None,
    shortest_interval: str | float = "12 s",
    attitude: AttitudeLaw | None = None,
    downlink: Downlink | None = None,
    target: str = "mars",
    correction: str = "LT+S",
    ephemeris: Any = None,
) -> xr.Dataset:
    """Plan and fly an imaging campaign.

    Parameters
    ----------
    trajectory
        Anything with ``start``, ``duration`` and ``.at(epoch, wrt=, ephemeris=)``.
    camera
        A frame camera: its field, pixels and ``bits_per_frame``.
    altitude_limit
        Frames are taken below this height above the ellipsoid, text or [m].
    incidence_limit
        And where the Sun stands within this angle of the zenith [deg].
    orbits
        How many, or which numbers; None takes all that have light enough.
    choice
        "gaps" takes, of each such share of the orbits with light, the one whose track falls
        farthest from those taken before at like latitudes; "even" spreads them evenly, which may
        beat with the turning of the planet and leave gaps.
    frames_per_arc, interval, overlap
        One of them. So many frames, evenly over the lit part of each arc; or one every so often
        (text or [s]); or so often that each overlaps the one before by this share of its length
        on the ground. Arcs are filled symmetrically.
    shortest_interval
        Time that the camera needs from frame to frame, text or [s]; an arc too short in light for
        its frames is no candidate. Twelve seconds are assumed, for want of a published figure.
    attitude
        Straight down, rows across the track, when None.
    downlink
        Link and recorder; None holds and sends everything.
    target, correction, ephemeris
        What is looked at, and how light time and aberration count; see `poses`.

    Returns
    -------
    Dataset
        Along "frame", in order of time: et, orbit, observer, axes, sun, sun_distance, altitude,
        gsd, incidence, emission, phase, lon, lat and ltst of the middle, bits. Along
        "orbit_index": orbit_number, frames, frames_dropped, lit_time, lowest_altitude,
        data_volume, downlinked, backlog. Attributes say what was asked and what was left out.

    Raises
    ------
    InputError
        No rule or two for the frames, a camera without a field, limits that are none.
    PhysicsError
        No arc below the limit, an orbit under the surface, no light, fewer lit orbits than asked.
    """
    asked = Asked(
        _number(altitude_limit, "m", "altitude_limit"),
        _incidence(incidence_limit),
        *_rule(frames_per_arc, interval, overlap),
        _number(shortest_interval, "s", "shortest_interval"),
    )
    view, planet = field_of_view(camera), body(target)
    ephemeris = ephemeris or getattr(trajectory, "ephemeris", None) or default_ephemeris()
    sight = Sight(trajectory, view, planet, ephemeris)
    arcs = imaging_arcs(
        trajectory, altitude_limit=asked.altitude, target=planet, ephemeris=ephemeris
    )
    windows = light_windows(
        trajectory, arcs, incidence_limit=asked.incidence, target=planet, ephemeris=ephemeris
    )
    chosen = orbits_taken(sight, arcs, windows, asked, orbits, choice)
    times, arc = moments(sight, arcs, windows, chosen, asked)
    epoch = Epoch.et(np.asarray((arcs.start + times).et))
    law = attitude or Nadir(body=target)
    turn = law.at(trajectory, epoch, ephemeris=ephemeris)
    pose = poses(trajectory, turn, epoch, body=target, correction=correction, ephemeris=ephemeris)
    table = _table(pose, view, planet)
    on_body = np.isfinite(table["incidence"])
    good = on_body & (np.nan_to_num(table["incidence"], nan=180.0) <= asked.incidence)
    bits = float(getattr(camera, "bits_per_frame", 0.0))
    book = _book(sight, arcs, chosen, arc[good], bits, downlink)
    keep = np.flatnonzero(good)[_kept(arc[good], chosen, book.kept)]
    if not keep.size:
        raise PhysicsError(
            "no frame of the campaign is left: all are dark, off the planet or beyond the "
            "recorder; raise incidence_limit or the recorder, or look down"
        )
    lost = {
        "frames_planned": int(times.size),
        "frames_off_body": int((~on_body).sum()),
        "frames_dark": int((on_body & ~good).sum()),
        "frames_beyond_recorder": int(good.sum() - keep.size),
    }
    data = _frame_fields(pose[keep], {name: each[keep] for name, each in table.items()}, bits)
    data["orbit"] = field("orbit", arcs.number[arc[keep]].astype(np.int32), "frame")
    lit = windows.lit_time(len(arcs))
    data |= _orbit_fields(arcs, lit, chosen, book, np.bincount(arc[good], minlength=len(arcs)))
    attrs = _attrs(asked, arcs, lit, chosen, lost, planet, choice, correction, law)
    return xr.Dataset(data, attrs=attrs)


def _number(value: Any, unit: str, name: str) -> float:
    number = parse(value, unit, name=name) if isinstance(value, str) else float(value)
    if not (math.isfinite(number) and number > 0.0):
        raise InputError(f"{name} is {value}; give a number of {unit} above 0")
    return number


def _incidence(limit: float) -> float:
    if not 0.0 < limit <= 180.0:
        raise InputError(f"incidence_limit is {limit} deg; give an angle above 0 and up to 180")
    return float(limit)


def _rule(frames_per_arc: Any, interval: Any, overlap: Any) -> tuple[str, float]:
    """Name and amount of the one rule that was given."""
    given = {"frames_per_arc": frames_per_arc, "interval": interval, "overlap": overlap}
    given = {name: each for name, each in given.items() if each is not None}
    if len(given) != 1:
        raise InputError(
            f"frames follow from one rule, not from {', '.join(given) or 'none'}; give "
            'frames_per_arc=52, interval="30 s" or overlap=0.6'
        )
    name, value = next(iter(given.items()))
    if name == "interval":
        return name, _number(value, "s", name)
    if name == "overlap" and not 0.0 <= value < 1.0:
        raise InputError(f"overlap is {value}; give a share of the frame from 0 to under 1")
    if name == "frames_per_arc" and (value < 1 or value != int(value)):
        raise InputError(f"frames_per_arc is {value}; give a whole number from 1")
    return name, float(value)


def _table(pose: Poses, view: FieldOfView, planet: Body) -> dict[str, Array]:
    """What the middle of each frame sees; NaN where it is off the planet."""
    count = pose.observer.shape[0]
    hits = np.empty((count, 1, 3))
    seen = np.empty((count, 1), dtype=np.bool_)
    border_hits(
        np.ascontiguousarray(pose.observer), np.ascontiguousarray(pose.axes),
        np.array([[0.0, 0.0, 1.0]]), np.array(planet.radii), hits, seen,
    )  # fmt: skip
    point = np.where(seen, hits[:, 0], np.nan)
    up = normal(point, planet.radii)
    back = pose.observer - point
    distance = np.linalg.norm(back, axis=-1)
    back = back / distance[:, None]

    def angle(a: Array, b: Array) -> Array:
        return np.degrees(np.arccos(np.clip(np.einsum("ni,ni->n", a, b), -1.0, 1.0)))

    lon, lat = angles(point)
    out = {
        "incidence": angle(up, pose.sun),
        "emission": angle(up, back),
        "phase": angle(pose.sun, back),
        "gsd": distance * view.pixel_angle,
        "lon": lon,
        "lat": lat,
        "altitude": nearest_point(pose.observer, planet.radii)[1],
    }
    if planet.name == "mars":
        out["ltst"] = np.asarray(pose.epoch.ltst(np.nan_to_num(lon)))
    return out


def _book(
    sight: Sight, arcs: Arcs, chosen: Any, arc: Any, bits: float, downlink: Downlink | None
) -> Ledger:
    """The recorder's book over the chosen orbits."""
    count = np.bincount(arc, minlength=len(arcs))[chosen]
    if downlink is None:
        free = np.full(chosen.size, math.inf)
        return ledger(count, bits, free, math.inf)
    if bits <= 0.0:
        raise InputError("a downlink needs a camera that says its bits_per_frame")

    def distance(t: Array) -> Array:
        where = sight.ephemeris.position("earth", wrt=sight.planet.naif_id, at=arcs.start + t)
        return np.linalg.norm(where, axis=-1)

    after = arcs.end[chosen]
    capacity = downlink.capacity(arcs.start, after, distance) if after.size > 1 else np.empty(0)
    return ledger(count, bits, np.concatenate([[0.0], capacity]), downlink.recorder)


def _kept(arc: Any, chosen: Any, kept: Any) -> Any:
    """Mask of the frames kept, spread evenly over each arc."""
    mask = np.ones(arc.size, dtype=np.bool_)
    first = np.searchsorted(arc, chosen)
    last = np.searchsorted(arc, chosen, side="right")
    for a, b, number in zip(first, last, kept, strict=True):
        if number < b - a:
            mask[a:b] = False
            mask[a + ((np.arange(number) + 0.5) * (b - a) / max(number, 1)).astype(int)] = True
    return mask


def _frame_fields(pose: Poses, table: dict[str, Array], bits: float) -> dict[str, xr.DataArray]:
    frame = "frame"
    data = {
        "et": field("et", np.asarray(pose.epoch.et), frame),
        "observer": field("observer", pose.observer, (frame, "axis")),
        "axes": field("axes", np.clip(pose.axes, -1.0, 1.0), (frame, "axis", "camera_axis")),
        "sun": field("sun", pose.sun, (frame, "axis")),
        "sun_distance": field("sun_distance", pose.sun_distance, frame),
        "bits": field("bits", np.full(len(pose), bits), frame),
    }
    return data | {name: field(name, each, frame) for name, each in table.items()}


def _orbit_fields(
    arcs: Arcs, lit: Array, chosen: Any, book: Ledger, wanted: Any
) -> dict[str, xr.DataArray]:
    values = {
        "orbit_number": arcs.number[chosen].astype(np.int32),
        "frames": book.kept.astype(np.int32),
        "frames_dropped": (wanted[chosen] - book.kept).astype(np.int32),
        "lit_time": lit[chosen],
        "lowest_altitude": arcs.lowest[chosen],
        "data_volume": book.written,
        "downlinked": book.sent,
        "backlog": book.waiting,
    }
    return {name: field(name, each, "orbit_index") for name, each in values.items()}


def _attrs(
    asked: Asked, arcs: Arcs, lit: Array, chosen: Any, lost: dict[str, int], planet: Body,
    choice: str, correction: str, law: AttitudeLaw,
) -> dict[str, Any]:  # fmt: skip
    return {
        "body": planet.name,
        "correction": correction,
        "attitude": repr(law),
        "altitude_limit": asked.altitude,
        "incidence_limit": asked.incidence,
        "frame_rule": f"{asked.rule} = {asked.amount:g}",
        "shortest_interval": asked.shortest,
        "orbit_choice": choice,
        "arcs": len(arcs),
        "arcs_lit": int((lit > 0.0).sum()),
        "orbits": int(chosen.size),
        "mean_arc": float((arcs.end - arcs.begin)[chosen].mean()),
        "mean_lit_time": float(lit[chosen].mean()),
        **lost,
    }
