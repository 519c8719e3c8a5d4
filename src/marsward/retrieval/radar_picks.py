"""From a radargram to knowledge of the ground: picked lines with depth, permittivity, loss, class.

Steps: the surface, lines below it, those the terrain explains as clutter set aside, then for each
line the permittivity above it, in the order in which it is trusted:

    thickness   where the depth is known independently on some traces (terraces of craters)
    base        where the surface has relief and the base may be taken as straight
    surface     from the strength of the surface echo, if the ground is uniform down to the line

each with its standard deviation; the one with the least relative sigma is taken and named. Loss
follows from the decay of the line's power with delay. Only the radargram, the track and the terrain
that is known enter.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import ArrayLike, NDArray

import marsward.physics.dielectric  # noqa: F401  (its fields: permittivity, loss_tangent)
from marsward.core.constants import SPEED_OF_LIGHT
from marsward.core.errors import InputError, PhysicsError
from marsward.core.fields import FieldRow, add_fields, field
from marsward.retrieval.dielectric_estimate import (
    Estimate,
    classify,
    loss_from_decay,
    permittivity_from_base,
    permittivity_from_surface,
    permittivity_from_thickness,
    thickness,
)
from marsward.retrieval.echo_lines import echo_image
from marsward.retrieval.reflectors import Reflector, Surface, pick_reflectors, pick_surface

__all__ = ["CLASSES", "METHODS", "depths", "radar_picks"]

Array = NDArray[np.float64]
_C = float(SPEED_OF_LIGHT)
CLASSES = ("undetermined", "ice", "rock", "clutter", "multiple")
"""What the numbers of `reflector_class` mean."""
METHODS = ("none", "thickness", "base", "surface")
"""What the numbers of `method` mean."""
_LEAST_KNOWN = 2  # traces with a known thickness
_BLOCK = 21  # traces over which the surface echo is averaged
# Drift of a reflector's strength along its line [dB], assumed: a dry cover whose thickness changes
# by a quarter of a wave moves the two echoes apart by about as much, and so does roughness.
_DRIFT = 2.0
_TWICE = 2.0  # samples by which a multiple may differ from twice the delay of its layer
_UNKNOWN = Estimate(float("nan"), float("nan"), 0)

add_fields(
    FieldRow("delay_below", "s", "two-way delay below the surface echo", low=0.0),
    FieldRow("depth", "m", "depth below the surface", "depth", low=0.0),
    FieldRow("depth_sigma", "m", "standard deviation of the depth", low=0.0),
    FieldRow("permittivity_sigma", "1", "standard deviation of the permittivity", low=0.0),
    FieldRow("loss_tangent_estimate", "1", "estimated loss tangent, below 0 within its error"),
    FieldRow("loss_tangent_sigma", "1", "standard deviation of the loss tangent", low=0.0),
    FieldRow("surface_permittivity", "1", "permittivity by the surface echo", low=1.0),
    FieldRow("over_clutter", "dB", "echo power over the predicted clutter"),
)


@dataclass(frozen=True)
class _Knowledge:
    """What one line says of the ground above it."""

    permittivity: Estimate
    loss: Estimate
    method: int
    kind: int


def radar_picks(
    radargram: xr.Dataset,
    track: xr.Dataset,
    *,
    centre_frequency: float,
    clutter: ArrayLike | None = None,
    expected: ArrayLike | None = None,
    known_thickness: ArrayLike | None = None,
    thickness_sigma: float = 0.0,
    base_degree: int | None = 1,
    calibration_sigma: float | None = None,
    coherent_share: float = 1.0,
    **picking: Any,
) -> xr.Dataset:
    """Reflectors of a radargram and what they say of the ground.

    Parameters
    ----------
    radargram
        `echo_power` [dB] (trace, delay) over the echo of a flat mirror, or uncalibrated.
    track
        Of `geometry.radar_track`: lon, lat, along_track, surface_height, height_above_ground.
    centre_frequency
        [Hz]
    clutter
        Predicted power (trace, delay) on the same axes, as of `cluttergram`.
    expected
        Predicted delay of the surface on the radargram's axis (trace,) [s].
    known_thickness, thickness_sigma
        Depth of the reflector (trace,) [m] where it is known independently, NaN elsewhere; the
        error that all of them share [m].
    base_degree
        Polynomial that the base follows along the track; None if nothing is known of it.
    calibration_sigma
        Of the radargram's absolute power [dB]; None if it is not calibrated.
    coherent_share
        What roughness leaves of a mirror's surface echo.
    **picking
        More for `pick_reflectors`, such as threshold, shortest and deepest.

    Returns
    -------
    Dataset
        Along "pick": trace, line, lon, lat, delay, delay_below [s], depth, depth_sigma [m],
        permittivity, permittivity_sigma, loss_tangent_estimate, loss_tangent_sigma, over_clutter
        [dB], reflector_class, method. Along "trace": surface_delay, surface_sigma and, calibrated,
        surface_permittivity with its sigma. Along "line": line_permittivity, line_loss and so on.

    Raises
    ------
    InputError
        Inputs that do not fit one another.
    PhysicsError
        No surface echo.
    """
    surface = pick_surface(radargram, expected=expected)
    traces = surface.sample.size
    place = _along("track", track, traces)
    known = np.full(traces, np.nan)
    if known_thickness is not None:
        known = np.asarray(known_thickness, dtype=float)
        if known.shape != (traces,) or (known[np.isfinite(known)] <= 0.0).any():
            raise InputError(f"known_thickness is one depth above 0 m, or NaN, for {traces} traces")
    lines = pick_reflectors(radargram, surface, clutter=clutter, **picking)
    near = _near_surface(surface, calibration_sigma, coherent_share)
    height = _surface_height(radargram, place, surface)
    axis = echo_image(radargram)[1]
    step = float(axis[1] - axis[0])
    told: list[_Knowledge] = []
    for k, line in enumerate(lines):
        false = _false(line, lines[:k], surface, step)
        told.append(
            _Knowledge(_UNKNOWN, _UNKNOWN, 0, CLASSES.index(false)) if false else
            _read(line, surface, place, height, known, thickness_sigma, near, base_degree,
                  centre_frequency)
        )  # fmt: skip
    return _product(lines, told, surface, place, near, centre_frequency)


def _along(name: str, track: xr.Dataset, traces: int) -> dict[str, Array]:
    wanted = ("lon", "lat", "along_track", "surface_height", "height_above_ground")
    missing = [key for key in wanted if key not in track]
    if missing:
        raise InputError(f"this {name} does not tell {', '.join(missing)}; use radar_track")
    out = {key: np.asarray(track[key].values, dtype=float) for key in wanted}
    if out["lon"].shape != (traces,):
        raise InputError(f"the track has {out['lon'].size} traces, the radargram {traces}")
    if "altitude" in track:
        out["altitude"] = np.asarray(track["altitude"].values, dtype=float)
    return out


def _surface_height(radargram: xr.Dataset, place: dict[str, Array], surface: Surface) -> Array:
    """Height above the ellipsoid [m] as the radar itself finds it, if its datum is known."""
    if "datum_delay" not in radargram or "altitude" not in place:
        return place["surface_height"]
    way = radargram["datum_delay"].values + surface.delay
    return np.asarray(place["altitude"] - 0.5 * _C * way)


def _near_surface(
    surface: Surface, calibration_sigma: float | None, coherent_share: float
) -> tuple[Array, Array] | None:
    """Permittivity and sigma (trace,) by the surface echo; None when it is not calibrated."""
    if calibration_sigma is None:
        return None
    from scipy.ndimage import median_filter

    echo = median_filter(surface.power - surface.noise, size=_BLOCK, mode="nearest")
    if not np.all((echo > 0.0) & (echo < coherent_share)):
        raise InputError(
            "the surface echo is not below that of a mirror everywhere: this radargram is not "
            "calibrated (leave calibration_sigma out), or coherent_share is too small"
        )
    value, sigma = permittivity_from_surface(
        echo, calibration_sigma=max(calibration_sigma, 1e-6), coherent_share=coherent_share
    )
    return value, sigma


def _false(line: Reflector, stronger: list[Reflector], surface: Surface, step: float) -> str:
    """What a line is falsely taken for; a "multiple" went twice through a stronger line's layer."""
    if line.clutter:
        return "clutter"
    below = line.delay - surface.delay[line.trace]
    for other in stronger:
        _, mine, its = np.intersect1d(line.trace, other.trace, return_indices=True)
        if other.clutter or mine.size < 0.5 * line.trace.size:
            continue
        twice = 2.0 * (other.delay - surface.delay[other.trace])[its]
        if np.median(np.abs(below[mine] - twice)) < _TWICE * step:
            return "multiple"
    return ""


def _read(
    line: Reflector, surface: Surface, place: dict[str, Array], height: Array, known: Array,
    thickness_sigma: float, near: tuple[Array, Array] | None, base_degree: int | None,
    frequency: float,
) -> _Knowledge:  # fmt: skip
    rows = line.trace
    below = np.maximum(line.delay - surface.delay[rows], 1e-9)
    noise = np.hypot(line.sigma, surface.sigma[rows])
    found: dict[str, Estimate] = {}
    depth = known[rows]
    sure = np.isfinite(depth)
    # an estimate that the picks contradict is no estimate: the other ways remain
    if np.count_nonzero(sure) >= _LEAST_KNOWN:
        with suppress(PhysicsError):
            found["thickness"] = permittivity_from_thickness(
                below[sure], depth[sure], delay_sigma=noise[sure], thickness_sigma=thickness_sigma
            )
    if base_degree is not None and rows.size >= base_degree + 5:
        with suppress(PhysicsError):
            found["base"] = permittivity_from_base(
                below, height[rows], place["along_track"][rows], degree=base_degree
            )
    if near is not None:
        found["surface"] = Estimate(
            float(np.median(near[0][rows])), float(np.median(near[1][rows])), rows.size
        )
    echo = np.maximum(line.power - line.background, 0.1 * line.power)
    ratio = echo / np.maximum(surface.power[rows] - surface.noise, 1e-30)
    loss = loss_from_decay(
        below, ratio, frequency, height=place["height_above_ground"][rows],
        reflectivity_sigma=_DRIFT,
    )  # fmt: skip
    if not found:
        return _Knowledge(_UNKNOWN, loss, 0, CLASSES.index(classify(None, loss)))
    way = min(found, key=lambda name: found[name].sigma / found[name].value)
    kind = CLASSES.index(classify(found[way], loss))
    return _Knowledge(found[way], loss, METHODS.index(way), kind)


def _product(
    lines: list[Reflector], told: list[_Knowledge], surface: Surface, place: dict[str, Array],
    near: tuple[Array, Array] | None, frequency: float,
) -> xr.Dataset:  # fmt: skip
    count = [line.trace.size for line in lines]
    rows = _joined([line.trace for line in lines]).astype(np.int64)
    delay = _joined([line.delay for line in lines])
    below = np.maximum(delay - surface.delay[rows], 0.0)
    noise = np.hypot(_joined([line.sigma for line in lines]), surface.sigma[rows])

    def each(values: list[float]) -> Array:
        return np.repeat(np.asarray(values, dtype=float), count)

    eps, sigma = (
        each([t.permittivity.value for t in told]),
        each([t.permittivity.sigma for t in told]),
    )
    depth = below * 0.5 * _C / np.sqrt(eps)
    spread = np.hypot(depth * 0.5 * sigma / eps, noise * 0.5 * _C / np.sqrt(eps))
    kinds = [t.kind for t in told]
    ways = [t.method for t in told]
    over = np.minimum(_joined([line.over_clutter for line in lines]), 99.0)
    pick = {
        "delay": field("two_way_delay", delay, "pick"),
        "delay_below": field("delay_below", below, "pick"),
        "depth": field("depth", depth, "pick"),
        "depth_sigma": field("depth_sigma", spread, "pick"),
        "permittivity": field("permittivity", eps, "pick"),
        "permittivity_sigma": field("permittivity_sigma", sigma, "pick"),
        "loss_tangent": field("loss_tangent_estimate", each([t.loss.value for t in told]), "pick"),
        "loss_tangent_sigma": field(
            "loss_tangent_sigma", each([t.loss.sigma for t in told]), "pick"
        ),
        "over_clutter": field("over_clutter", over, "pick"),
        "trace": ("pick", rows, {"long_name": "number of the trace"}),
        "line": ("pick", np.repeat(np.arange(len(lines)), count), {"long_name": "number of line"}),
        "reflector_class": ("pick", np.repeat(kinds, count).astype(np.int8), _flags(CLASSES)),
        "method": ("pick", np.repeat(ways, count).astype(np.int8), _flags(METHODS)),
    }
    side: dict[str, Any] = {
        "surface_delay": field("two_way_delay", surface.delay, "surface_trace"),
        "surface_sigma": ("surface_trace", surface.sigma, {"units": "s"}),
        "line_picks": ("reflector", np.asarray(count, dtype=np.int64)),
        "line_class": ("reflector", np.asarray(kinds, dtype=np.int8), _flags(CLASSES)),
    }
    if near is not None:
        side["surface_permittivity"] = field("surface_permittivity", near[0], "surface_trace")
        side["surface_permittivity_sigma"] = field("permittivity_sigma", near[1], "surface_trace")
    coords = {
        "lon": field("lon", place["lon"][rows], "pick"),
        "lat": field("lat", place["lat"][rows], "pick"),
    }
    return xr.Dataset({**pick, **side}, coords=coords, attrs={"centre_frequency": frequency})


def _joined(parts: Sequence[NDArray[Any]]) -> Array:
    return np.concatenate(parts).astype(float) if parts else np.empty(0)


def _flags(names: tuple[str, ...]) -> dict[str, Any]:
    return {"flag_values": list(range(len(names))), "flag_meanings": " ".join(names)}


def depths(picks: xr.Dataset, permittivity: float, sigma: float = 0.0) -> tuple[Array, Array]:
    """Depths [m] of all picks and their sigmas under one permittivity for all ground."""
    return thickness(picks["delay_below"].values, permittivity, sigma)
