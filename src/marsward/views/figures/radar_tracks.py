"""Soundings of the ground as they are stored: tracks, what was picked on them, what lies there."""

from dataclasses import dataclass

import numpy as np

from marsward.core.constants import SPEED_OF_LIGHT
from marsward.views.stored_run import Missing, StoredPhase

CLASSES = ("undetermined", "ice", "rock", "clutter", "multiple")
METHODS = ("none", "thickness", "base", "surface")
NEAR = 0.3e-6
"""How far [s] a line may lie from a true base, in its median, to be compared with it."""


@dataclass(frozen=True)
class Line:
    """One picked reflector of a track; numbers are NaN where nothing was read.

    trace, delay, depth, depth_sigma : of each pick, [1], [s], [m], [m]
    true_permittivity, true_loss : means over the picks; NaN where no true base is near the line
    true_depth : of each pick [m], NaN where there is no layer or it is not near the line
    """

    number: int
    kind: str
    method: str
    trace: np.ndarray
    delay: np.ndarray
    depth: np.ndarray
    depth_sigma: np.ndarray
    permittivity: float
    permittivity_sigma: float
    loss: float
    loss_sigma: float
    true_permittivity: float
    true_loss: float
    true_depth: np.ndarray


@dataclass(frozen=True)
class Track:
    """One track: echoes [dB] (trace, delay), and lines over the traces, delays [s] from the datum.

    base : true delay of the base of the layer below, NaN where there is none
    """

    region: str
    orbit: str
    along: np.ndarray
    lat: np.ndarray
    lon: np.ndarray
    delay: np.ndarray
    echo: np.ndarray
    clutter: np.ndarray
    noise: float
    surface: np.ndarray
    base: np.ndarray
    lines: tuple[Line, ...]


def tracks(phase: StoredPhase) -> tuple[Track, ...]:
    """Every track of radargram.nc; raises Missing when no radar was flown."""
    radargram = phase.product("radargram")
    if "echo_power" not in radargram or not radargram.sizes.get("trace", 0):
        told = str(radargram.attrs.get("note") or "radargram.nc holds no echo")
        raise Missing(f"{phase.folder.name}: {told}")
    number = phase.values("radargram", "track").astype(int)
    names = [text.strip() for text in str(radargram.attrs.get("regions", "")).split("|")]
    orbits = str(radargram.attrs.get("orbits", "")).split()
    return tuple(
        _track(phase, np.flatnonzero(number == k), int(k), names, orbits) for k in np.unique(number)
    )


def _track(
    phase: StoredPhase, rows: np.ndarray, k: int, names: list[str], orbits: list[str]
) -> Track:
    def of(name: str) -> np.ndarray:
        return phase.product("radargram")[name].values[rows]

    delay = phase.values("radargram", "delay").astype(float)
    surface = of("nadir_delay").astype(float)
    truth = _Truth.of(phase, rows)
    return Track(
        region=names[k] if k < len(names) else f"track {k + 1}",
        orbit=orbits[k] if k < len(orbits) else "",
        along=of("along_track").astype(float), lat=of("lat").astype(float),
        lon=of("lon").astype(float), delay=delay, echo=of("echo_power"),
        clutter=of("clutter_power"), noise=float(np.mean(of("noise_level"))), surface=surface,
        base=surface + truth.below,
        lines=_lines(phase, k, of("lon"), of("lat"), surface, truth),
    )  # fmt: skip


@dataclass(frozen=True)
class _Truth:
    """Of each trace of a track: depth [m] and delay [s] of the base, and what lies above it."""

    depth: np.ndarray
    below: np.ndarray
    permittivity: np.ndarray
    loss: np.ndarray

    @classmethod
    def of(cls, phase: StoredPhase, rows: np.ndarray) -> "_Truth":
        """From radar_truth.nc, NaN where there is no layer; all of it without that product."""
        nothing = np.full(rows.size, np.nan)
        if "radar_truth" not in phase.products:
            return cls(nothing, nothing, nothing, nothing)

        def get(name: str) -> np.ndarray:
            return phase.values("radar_truth", name).astype(float)[rows]

        layer = get("ice_sheet") >= 0
        if "rock_layer" in phase.product("radar_truth"):
            layer |= get("rock_layer") >= 0
        cover, sheet = get("cover_thickness"), get("sheet_thickness")
        depth = np.where(layer, cover + sheet, np.nan)
        slow = cover * np.sqrt(get("soil_permittivity")) + sheet * np.sqrt(get("permittivity"))
        return cls(
            depth, np.where(layer, 2.0 * slow / float(SPEED_OF_LIGHT), np.nan),
            np.where(layer, (slow / np.maximum(cover + sheet, 1e-9)) ** 2, np.nan),
            np.where(layer, get("loss_tangent"), np.nan),
        )  # fmt: skip


def _lines(
    phase: StoredPhase, k: int, lon: np.ndarray, lat: np.ndarray, surface: np.ndarray,
    truth: _Truth,
) -> tuple[Line, ...]:  # fmt: skip
    """The picked reflectors of a track, strongest first as they are stored."""
    if "reflectors" not in phase.products or "line" not in phase.product("reflectors"):
        return ()
    mine = phase.values("reflectors", "track").astype(int) == k
    number = phase.values("reflectors", "line").astype(int)
    found = []
    for each in np.unique(number[mine]):
        rows = np.flatnonzero(mine & (number == each))

        def of(name: str, rows: np.ndarray = rows) -> np.ndarray:
            return phase.values("reflectors", name).astype(float)[rows]

        at = _nearest(lon, lat, of("lon"), of("lat"))
        off = _middle(np.abs(of("delay") - surface[at] - truth.below[at]))
        true = [
            values[at] if off < NEAR else np.full(at.size, np.nan)
            for values in (truth.permittivity, truth.loss, truth.depth)
        ]
        one = Line(
            number=int(each), kind=_flag(of("reflector_class"), CLASSES),
            method=_flag(of("method"), METHODS), trace=at, delay=of("delay"),
            depth=of("depth"), depth_sigma=of("depth_sigma"),
            permittivity=_one(of("permittivity")),
            permittivity_sigma=_one(of("permittivity_sigma")), loss=_one(of("loss_tangent")),
            loss_sigma=_one(of("loss_tangent_sigma")),
            true_permittivity=_mean(true[0]), true_loss=_mean(true[1]), true_depth=true[2],
        )  # fmt: skip
        found.append(one)
    return tuple(found)


def _nearest(lon: np.ndarray, lat: np.ndarray, east: np.ndarray, north: np.ndarray) -> np.ndarray:
    """Numbers of the traces of a track that lie nearest to places; picks stand on traces."""
    x, y = np.radians(lon), np.radians(lat)
    track = np.stack([np.cos(y) * np.cos(x), np.cos(y) * np.sin(x), np.sin(y)], axis=1)
    x, y = np.radians(east), np.radians(north)
    there = np.stack([np.cos(y) * np.cos(x), np.cos(y) * np.sin(x), np.sin(y)], axis=1)
    return np.asarray(np.argmax(there @ track.T, axis=1))


def _flag(values: np.ndarray, names: tuple[str, ...]) -> str:
    code = int(values[0])
    return names[code] if 0 <= code < len(names) else names[0]


def _one(values: np.ndarray) -> float:
    return float(values[0]) if values.size else float("nan")


def _middle(values: np.ndarray) -> float:
    """Median of what is known; infinite where nothing is."""
    known = values[np.isfinite(values)]
    return float(np.median(known)) if known.size else float("inf")


def _mean(values: np.ndarray) -> float:
    known = values[np.isfinite(values)]
    return float(known.mean()) if known.size else float("nan")
