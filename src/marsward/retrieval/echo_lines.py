"""The image of a radargram and lines in it: powers, matched filter, noise, crests, strength."""

from __future__ import annotations

from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import ArrayLike, NDArray
from scipy.ndimage import uniform_filter1d

from marsward.core.errors import InputError
from marsward.retrieval.kernels.ridge import ridge

__all__ = [
    "FLOOR",
    "along_line",
    "averaged",
    "brightest_line",
    "crest",
    "decibels",
    "delay_sigma",
    "delayed",
    "echo_image",
    "level_with",
    "matched",
    "noise_power",
    "off_sample",
    "peak_power",
    "stretches",
    "strongest_near",
]

Array = NDArray[np.float64]
Lines = NDArray[np.int64]
FLOOR = 1e-30
"""Least power that counts."""
_CUT = 16  # samples on either side of a line that is measured along itself
_CLIMB = 8  # samples from a line to the crest beside it, at most
_PULSE = (0.25, 0.5, 1.0, 0.5, 0.25)  # matched filter, weights of neighbouring samples


def echo_image(radargram: xr.Dataset | xr.DataArray) -> tuple[Array, Array]:
    """Linear power (trace, delay) and delays [s] of a radargram.

    Taken from `echo_power` [dB] or `power` (linear); raises InputError when there is neither, for
    values that are no powers and for delays that are not evenly spaced.
    """
    image = radargram
    if isinstance(radargram, xr.Dataset):
        known = [name for name in ("echo_power", "power") if name in radargram]
        if not known:
            raise InputError(
                "this dataset is no radargram: it holds neither `echo_power` [dB] nor `power`"
            )
        image = radargram[known[0]]
    if image.ndim != 2:
        raise InputError(f"a radargram has the axes trace and delay, this one {image.dims}")
    values = np.asarray(image.values, dtype=float)
    decibels = image.attrs.get("units") == "dB" or image.name == "echo_power"
    if np.isnan(values).any():
        raise InputError("this radargram has gaps (NaN); leave those traces out")
    power = 10.0 ** (values / 10.0) if decibels else values
    if power.min() < 0.0 or not np.isfinite(power).all():
        raise InputError("this radargram holds values that are no powers")
    axis = image.dims[1]
    names = [name for name in (axis, "delay", "two_way_delay") if name in radargram.coords]
    if not names:
        raise InputError("this radargram does not tell its delays; give it the coordinate `delay`")
    delay = np.asarray(radargram[names[0]].values, dtype=float)
    steps = np.diff(delay)
    if delay.shape != (power.shape[1],) or np.ptp(steps) > 1e-3 * abs(steps.mean()):
        raise InputError("the delays of a radargram are one for each sample and evenly spaced")
    return power, delay


def crest(image: Array, path: NDArray[np.int64]) -> NDArray[np.int64]:
    """Uphill from a line to the crest beside it, some samples at most."""
    rows = np.arange(path.size)
    out = path.copy()
    for _ in range(_CLIMB):
        around = np.clip(out[:, None] + np.array([0, 1, -1]), 0, image.shape[1] - 1)
        out = around[rows, np.argmax(image[rows[:, None], around], axis=1)]
    return out


def brightest_line(score: NDArray[np.float32], reach: int, stiffness: float) -> NDArray[np.int64]:
    path = np.empty(score.shape[0], dtype=np.int64)
    ridge(np.ascontiguousarray(score), int(reach), float(stiffness), path)
    return path


def matched(power: Array, traces: int) -> Array:
    """Power behind the pulse's shape, averaged over traces."""
    weights = np.asarray(_PULSE) / np.sum(_PULSE)
    padded = np.pad(power, ((0, 0), (2, 2)), mode="edge")
    smooth = sum(w * padded[:, k : k + power.shape[1]] for k, w in enumerate(weights))
    return averaged(np.asarray(smooth), traces)


def averaged(power: Array, traces: int) -> Array:
    return np.asarray(uniform_filter1d(power, max(1, traces), axis=0, mode="nearest"))


def noise_power(power: Array) -> float:
    """Mean power of the noise: the median sample, of exponential statistics or smoother."""
    quiet = power[power <= np.quantile(power, 0.75)]
    return max(float(np.mean(quiet)), float(np.median(power)), FLOOR)


def delayed(image: Array, samples: int) -> Array:
    out = np.empty_like(image)
    out[:, samples:] = image[:, :-samples]
    out[:, :samples] = image[:, :1]
    return out


def decibels(ratio: Any) -> Array:
    return np.asarray(10.0 * np.log10(np.maximum(ratio, FLOOR)))


def off_sample(image: Array, rows: NDArray, path: NDArray) -> Array:
    """Offset of the peak from the sample, by a parabola through three logarithms."""
    inner = np.clip(path, 1, image.shape[1] - 2)
    a, b, c = (decibels(image[rows, inner + d]) for d in (-1, 0, 1))
    bend = a - 2.0 * b + c
    shift = np.where(bend < 0.0, 0.5 * (a - c) / np.where(bend < 0.0, bend, 1.0), 0.0)
    return np.asarray(np.where(inner == path, np.clip(shift, -0.5, 0.5), 0.0))


def level_with(image: Array, line: ArrayLike, reach: tuple[int, int]) -> Array:
    """Samples (trace, before + after) about a line; beyond the ends the value at the end.

    Between samples powers run by the cubic through four of them, not below zero.
    """
    place = np.asarray(line, dtype=float)
    first = np.floor(place).astype(np.int64)
    u = (place - first)[:, None]
    rows = np.arange(image.shape[0])[:, None]
    columns = first[:, None] + np.arange(-reach[0], reach[1])
    last = image.shape[1] - 1
    a, b, c, d = (image[rows, np.clip(columns + k, 0, last)] for k in (-1, 0, 1, 2))
    out = -u * (u - 1.0) * (u - 2.0) / 6.0 * a + (u * u - 1.0) * (u - 2.0) * 0.5 * b
    out += u * (u * u - 1.0) / 6.0 * d - u * (u + 1.0) * (u - 2.0) * 0.5 * c
    return np.asarray(np.maximum(out, 0.0))


def along_line(power: Array, rows: Lines, path: Lines, traces: int) -> tuple[Array, Array, Array]:
    """Sample, peak power and power behind the matched filter of a line, averaged along itself.

    power : (trace, sample) of the radargram;  rows, path : traces and samples of the line
    Averaging along the line does not blur it, however it slopes.
    """
    course = uniform_filter1d(path.astype(float), max(1, traces), mode="nearest")
    cut = level_with(power[rows], course, (_CUT, _CUT + 1))
    smooth = matched(cut, traces)
    here = np.arange(rows.size)
    start = np.clip(np.round(_CUT + path - course).astype(np.int64), 1, 2 * _CUT - 1)
    top = crest(smooth, start)
    sample = course - _CUT + top + off_sample(smooth, here, top)
    return sample, peak_power(averaged(cut, traces), here, top), smooth[here, top]


def peak_power(image: Array, rows: NDArray, path: NDArray) -> Array:
    """Power at the top of the parabola through the logarithms at and beside a sample."""
    inner = np.clip(path, 1, image.shape[1] - 2)
    a, b, c = (decibels(image[rows, inner + d]) for d in (-1, 0, 1))
    bend = a - 2.0 * b + c
    top = np.where(bend < 0.0, b - 0.125 * (a - c) ** 2 / np.where(bend < 0.0, bend, 1.0), b)
    crest = (b >= a) & (b >= c) & (inner == path)
    return np.asarray(np.where(crest, 10.0 ** (top / 10.0), image[rows, path]))


def delay_sigma(ratio: Array, step: float) -> Array:
    """Standard deviation of a delay [s]: the pulse's width over the root of twice the strength."""
    width = 2.0 * step
    return np.asarray(np.hypot(width / np.sqrt(2.0 * np.maximum(ratio, 1.0)), 0.1 * step))


def strongest_near(image: Array, rows: NDArray, path: NDArray, reach: int) -> Array:
    columns = np.clip(path[:, None] + np.arange(-reach, reach + 1), 0, image.shape[1] - 1)
    return np.asarray(np.maximum(image[rows[:, None], columns].max(axis=1), FLOOR))


def stretches(mask: NDArray[np.bool_], shortest: int) -> list[tuple[int, int]]:
    """Begin and end of the stretches of picks, short gaps bridged."""
    edges = np.flatnonzero(np.diff(np.concatenate([[0], mask.astype(np.int8), [0]])))
    runs = [tuple(pair) for pair in edges.reshape(-1, 2)]
    joined: list[list[int]] = []
    for a, b in runs:
        if joined and a - joined[-1][1] <= shortest // 3:
            joined[-1][1] = int(b)
        else:
            joined.append([int(a), int(b)])
    return [(a, b) for a, b in joined if b - a >= shortest]
