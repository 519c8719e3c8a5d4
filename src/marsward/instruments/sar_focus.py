"""Synthetic aperture of a radar sounder: many pulses along the track make one sharp trace.

The echo of a point at range R0 below the place x0 of the track comes, at the place x, from the
range R = sqrt(R0^2 + (x - x0)^2), later and turned in phase by 4 pi (R - R0) / lambda. Focusing
goes back along that way for every sample of a trace: it takes the lines of an aperture of length L,
reads each at the range R of a point straight below the trace (range migration), turns the phase
back and adds up. What does not lie below cancels:

    resolution along the track   lambda R0 / (2 L)      (half-power width 0.886 of it, no taper)
    signal to noise              as many times greater as the aperture has lines
    unfocused limit              L = sqrt(lambda R0 / 2), with no more than the delays aligned

The way is that in empty space; within ice or rock some hundred metres deep it differs by less than
a sample over the apertures of sounders in orbit.

Sources: Curlander & McDonough 1991, Synthetic Aperture Radar, chapters 1 and 4; for sounders
Cutrona & Hall 1962, doi:10.1109/IRET-MIL.1962.5008415, and Campbell et al. 2011,
doi:10.1109/LGRS.2011.2143692 (SHARAD).
"""

from __future__ import annotations

import math
import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Literal

import numpy as np
import xarray as xr
from numpy.typing import ArrayLike, NDArray

from marsward.core.constants import SPEED_OF_LIGHT
from marsward.core.errors import InputError
from marsward.instruments.kernels.sar_focus import focused_rows, point_rows

__all__ = [
    "azimuth_resolution", "doppler_bandwidth", "focus", "point_lines", "unfocused_aperture",
]  # fmt: skip

Array = NDArray[np.float64]
_C = float(SPEED_OF_LIGHT)
_BLOCK = 8
_TAPER = 1024
_FINE = 64  # points of the pulse in a sample
_PULSE_REACH = 12  # samples
METHODS = ("focused", "unfocused")


def azimuth_resolution(wavelength: float, distance: ArrayLike, aperture: float) -> Array:
    """Width along the track [m] that an aperture [m] resolves at a range [m]: lambda R / (2 L)."""
    return np.asarray(0.5 * wavelength * np.asarray(distance, dtype=float) / aperture)


def unfocused_aperture(wavelength: float, distance: ArrayLike) -> Array:
    """Length [m] over which delays aligned alone keep the echoes in step: sqrt(lambda R / 2)."""
    return np.asarray(np.sqrt(0.5 * wavelength * np.asarray(distance, dtype=float)))


def doppler_bandwidth(wavelength: float, speed: float, distance: float, aperture: float) -> float:
    """Span of Doppler shifts [Hz] of a point seen along an aperture: 2 v L / (lambda R)."""
    return 2.0 * speed * aperture / (wavelength * distance)


def point_lines(
    spacecraft: ArrayLike,
    points: ArrayLike,
    *,
    centre_frequency: float,
    bandwidth: float,
    sample_spacing: float,
    start_delay: ArrayLike,
    samples: int,
    amplitude: ArrayLike = 1.0,
    workers: int | None = None,
) -> xr.Dataset:
    """Range-compressed complex lines that point reflectors give (spectrum under a Hann window).

    Parameters
    ----------
    spacecraft, points
        (lines, 3) and (targets, 3) places [m].
    centre_frequency, bandwidth, sample_spacing
        [Hz], [Hz], [s]; samples at most 1/bandwidth apart.
    start_delay
        Two-way delay of the first sample [s], for all lines or each.
    samples
        Of a line.
    amplitude
        Of each target as received, complex; its spreading with range is in it.

    Returns
    -------
    Dataset
        `lines` (line, sample) complex64, spacecraft (line, axis), start_delay (line).
    """
    craft, targets = _places("spacecraft", spacecraft), _places("points", points)
    _check(centre_frequency, bandwidth, sample_spacing)
    if samples < 8:
        raise InputError(f"a line of {samples} samples is too short; give 8 or more")
    strength = np.broadcast_to(np.asarray(amplitude, dtype=complex), (targets.shape[0],)).copy()
    start = np.broadcast_to(np.asarray(start_delay, float), (craft.shape[0],)) * _C / 2.0
    if not (np.isfinite(start).all() and np.isfinite(strength).all()):
        raise InputError("start_delay and amplitude of point echoes must be finite numbers")
    half = _PULSE_REACH * _FINE
    x = np.arange(-half, half + 1) / _FINE * sample_spacing * bandwidth
    pulse = np.sinc(x) + 0.5 * np.sinc(x - 1.0) + 0.5 * np.sinc(x + 1.0)
    out = np.zeros((craft.shape[0], samples), dtype=np.complex64)
    given = (
        craft, targets, strength, np.ascontiguousarray(start), sample_spacing * _C / 2.0,
        4.0 * math.pi * centre_frequency / _C, pulse, _FINE, out,
    )  # fmt: skip
    _run(point_rows, given, craft.shape[0], workers, None)
    return xr.Dataset(
        {
            "lines": (("line", "sample"), out),
            "spacecraft": (("line", "axis"), craft, {"units": "m"}),
            "start_delay": ("line", start * 2.0 / _C, {"units": "s"}),
        },
        attrs={
            "centre_frequency": centre_frequency,
            "bandwidth": bandwidth,
            "sample_spacing": sample_spacing,
        },
    )


def focus(
    raw: xr.Dataset,
    *,
    spacing: float,
    aperture: float | None = None,
    method: Literal["focused", "unfocused"] = "focused",
    window: tuple[int, int] = (200, 800),
    datum: ArrayLike | None = None,
    tapered: bool = False,
    workers: int | None = None,
    progress: Callable[[float], None] | None = None,
) -> xr.Dataset:
    """Traces at even steps along the track from range-compressed complex lines.

    Parameters
    ----------
    raw
        As `point_lines` makes it: `lines` (line, sample) at offsets from the carrier, compressed in
        range, fields as exp(+i w t), so an echo of range R carries exp(-4 pi i R / lambda);
        `spacecraft` (line, axis), `start_delay` (line), and the radar in its attributes.
    spacing
        Of the traces [m along the craft's path]. Traces stand where their aperture is complete.
    aperture
        Length [m]; that of the unfocused limit when not given.
    method
        "focused", or "unfocused": delays are aligned to the datum and added without phases.
    window
        Samples before and after the datum.
    datum
        Two-way delay [s] of the datum of each trace (or one for all); the middle of the lines when
        not given.
    tapered
        Whether the aperture is tapered by Hann's window, against side lobes: half as sharp.

    Returns
    -------
    Dataset
        `field` (trace, delay) complex64, `power` float32 (1 for a point of amplitude 1), delay [s]
        from the datum, `datum_delay`, `spacecraft`, `along_track` (trace).

    Raises
    ------
    InputError
        A track shorter than the aperture, lines farther apart than the aperture's Doppler allows,
        or no lines.
    """
    lines, craft, start, frequency, step = _given(raw)
    if method not in METHODS:
        raise InputError(f"method = {method!r} is none of {', '.join(METHODS)}")
    if not (math.isfinite(spacing) and spacing > 0.0):
        raise InputError(f"spacing is {spacing!r}; it is a length above 0 m")
    way = _way(craft)
    middle = float(np.median(start)) + 0.5 * lines.shape[1] * step
    length = float(unfocused_aperture(_C / frequency, middle)) if aperture is None else aperture
    _check_aperture(way, length, _C / frequency, middle)
    places = np.arange(0.5 * length, way[-1] - 0.5 * length + 1e-9, spacing)
    centres = np.stack([np.interp(places, way, craft[:, i]) for i in range(3)], axis=-1)
    down = -centres / np.linalg.norm(centres, axis=1, keepdims=True)
    before, after = int(window[0]), int(window[1])
    if datum is None:
        level = np.full(places.size, middle)
    else:
        told = np.asarray(datum, dtype=float)
        if told.ndim and told.shape != places.shape:
            raise InputError(f"datum is one delay or one for each of {places.size} traces")
        level = np.broadcast_to(told * _C / 2.0, places.shape).copy()
    taper = np.linspace(0.0, 1.0, _TAPER)
    weight = np.cos(0.5 * math.pi * taper) ** 2 if tapered else np.ones(_TAPER)
    out = np.zeros((places.size, before + after), dtype=np.complex64)
    spans = np.stack([places, np.full(places.size, 0.5 * length)], axis=-1)
    given = (
        lines, craft, start, step, 4.0 * math.pi * frequency / _C, centres, down, way, spans, level,
        -before, step, int(method == "focused"), weight, out,
    )  # fmt: skip
    _run(focused_rows, given, places.size, workers, progress)
    spaced = step * 2.0 / _C
    delay = (np.arange(before + after) - before) * spaced
    dims = ("trace", "delay")
    return xr.Dataset(
        {
            "field": (dims, out),
            "power": (dims, np.abs(out) ** 2, {"units": "1"}),
            "datum_delay": ("trace", level * 2.0 / _C, {"units": "s"}),
            "along_track": ("trace", places, {"units": "m"}),
            "spacecraft": (("trace", "axis"), centres, {"units": "m"}),
        },
        coords={"delay": ("delay", delay, {"units": "s", "long_name": "from the datum"})},
        attrs={
            **raw.attrs, "aperture": length, "method": method,
            "azimuth_resolution": float(azimuth_resolution(_C / frequency, middle, length)),
        },
    )  # fmt: skip


def _given(raw: xr.Dataset) -> tuple[NDArray[np.complex64], Array, Array, float, float]:
    missing = [name for name in ("lines", "spacecraft", "start_delay") if name not in raw]
    missing += [name for name in ("centre_frequency", "sample_spacing") if name not in raw.attrs]
    if missing:
        raise InputError(f"these lines do not tell {', '.join(missing)}; give what focus needs")
    lines = np.ascontiguousarray(raw["lines"].values, dtype=np.complex64)
    craft = _places("spacecraft", raw["spacecraft"].values)
    start = np.ascontiguousarray(raw["start_delay"].values, dtype=float) * _C / 2.0
    if lines.ndim != 2 or lines.shape[0] != craft.shape[0] or start.shape != (craft.shape[0],):
        raise InputError(
            f"{lines.shape} lines, {craft.shape[0]} places and {start.shape} delays do not belong "
            "together"
        )
    if not np.isfinite(lines.view(np.float32)).all():
        raise InputError("these lines have gaps (NaN); leave them out")
    spacing = float(raw.attrs["sample_spacing"]) * _C / 2.0
    return lines, craft, start, float(raw.attrs["centre_frequency"]), spacing


def _places(name: str, value: ArrayLike) -> Array:
    out = np.ascontiguousarray(value, dtype=np.float64)
    if out.ndim != 2 or out.shape[1] != 3 or not out.size or not np.isfinite(out).all():
        raise InputError(f"{name} is a row of places (n, 3) in metres, not {out.shape}")
    return out


def _check(frequency: float, bandwidth: float, spacing: float) -> None:
    for name, value in (("centre_frequency", frequency), ("bandwidth", bandwidth),
                        ("sample_spacing", spacing)):  # fmt: skip
        if not (math.isfinite(value) and value > 0.0):
            raise InputError(f"{name} is {value!r}; it is a number above 0")
    if spacing * bandwidth > 1.0:
        raise InputError(
            f"samples every {spacing:g} s are too coarse for a band of {bandwidth:g} Hz"
        )


def _check_aperture(way: Array, length: float, wavelength: float, distance: float) -> None:
    if not (math.isfinite(length) and length > 0.0):
        raise InputError(f"aperture is {length!r}; it is a length above 0 m")
    if length > way[-1]:
        raise InputError(
            f"an aperture of {length:g} m is longer than the track's {way[-1]:g} m; give more lines"
        )
    widest = 0.5 * wavelength * distance / length
    gap = float(np.diff(way).max())
    if gap > widest:
        raise InputError(
            f"lines {gap:.3g} m apart see an aperture of {length:g} m twice (alias): they may be "
            f"{widest:.3g} m apart; give more lines or a shorter aperture"
        )


def _way(craft: Array) -> Array:
    if craft.shape[0] < 2:
        raise InputError("focusing takes 2 lines or more")
    return np.concatenate([[0.0], np.cumsum(np.linalg.norm(np.diff(craft, axis=0), axis=1))])


def _run(kernel: Any, given: tuple, rows: int, workers: int | None, progress: Any) -> None:
    workers = workers or os.cpu_count() or 1
    if workers < 1:
        raise InputError(f"workers = {workers}: at least one thread has to work")
    with ThreadPoolExecutor(workers) as pool:
        works = [
            pool.submit(kernel, i, min(i + _BLOCK, rows), *given) for i in range(0, rows, _BLOCK)
        ]
        for done, work in enumerate(works, start=1):
            work.result()
            if progress is not None:
                progress(done / len(works))
