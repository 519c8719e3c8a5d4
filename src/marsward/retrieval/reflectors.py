"""Reflectors in a radargram: the surface, what lies below it, and what is only clutter.

A line is picked where the power behind a matched filter, averaged over some traces, stands out: the
line with the greatest sum of decibels above its background that steps little from trace to trace
(dynamic programming, as for horizons in seismic sections). Below the surface the background is the
noise or, where that is stronger, the clutter predicted from the known terrain; the prediction is
scaled by the surface echo of the radargram itself, so no calibration enters.

Practice this follows: Ferro & Bruzzone 2012, doi:10.1109/TGRS.2012.2183133 (noise statistics of
SHARAD radargrams); Holt et al. 2008, doi:10.1126/science.1164246 (clutter by comparison with
simulations).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import xarray as xr
from numpy.typing import ArrayLike, NDArray
from scipy.ndimage import uniform_filter1d

from marsward.core.errors import InputError, PhysicsError
from marsward.retrieval.echo_lines import (
    FLOOR,
    along_line,
    brightest_line,
    crest,
    decibels,
    delay_sigma,
    delayed,
    echo_image,
    level_with,
    matched,
    noise_power,
    stretches,
    strongest_near,
)

__all__ = ["Reflector", "Surface", "pick_reflectors", "pick_surface"]

Array = NDArray[np.float64]
Lines = NDArray[np.int64]
_BEFORE = 12  # samples before an edge whose power is its background
_GAP = 3  # samples between the two
_STRONG = 25.0  # dB above the background beyond which a sample counts no more
_FAINT = 6.0  # dB above noise that a surface has at least
_LOOK = 3  # traces averaged where nothing tells how the surface runs
_LEAD = 12  # samples above the surface that are kept
_ENOUGH = 200  # samples with clutter above noise by which a prediction is scaled


@dataclass(frozen=True, eq=False)
class Surface:
    """The surface echo, trace by trace.

    sample : (n,) place in samples, between them by a parabola
    delay : (n,) [s], on the radargram's axis
    power : (n,) at its peak, in the radargram's linear unit
    above_noise : (n,) [dB]
    sigma : (n,) of the delay [s], from the strength of the echo
    noise : power of the noise alone
    """

    sample: Array
    delay: Array
    power: Array
    above_noise: Array
    sigma: Array
    noise: float

    def take(self, some: slice) -> Surface:
        """That of some traces."""
        rows = (self.sample, self.delay, self.power, self.above_noise, self.sigma)
        return Surface(rows[0][some], rows[1][some], rows[2][some], rows[3][some], rows[4][some],
                       self.noise)  # fmt: skip


@dataclass(frozen=True, eq=False)
class Reflector:
    """One picked line below the surface.

    trace : (k,) numbers, ascending
    sample, delay : (k,) [-, s]
    power : (k,) linear, at its peak
    background : (k,) of noise and predicted clutter in it
    above_background : (k,) over noise and predicted clutter [dB]
    over_clutter : (k,) over the predicted clutter alone [dB]; inf without a prediction
    sigma : (k,) of the delay [s]
    clutter : True if it is rejected as clutter
    """

    trace: NDArray[np.int64]
    sample: Array
    delay: Array
    power: Array
    background: Array
    above_background: Array
    over_clutter: Array
    sigma: Array
    clutter: bool


def pick_surface(
    radargram: xr.Dataset | xr.DataArray,
    *,
    expected: ArrayLike | None = None,
    within: float = 3e-6,
    traces: int = 5,
    reach: int = 4,
    stiffness: float = 1.0,
) -> Surface:
    """The surface echo of a radargram.

    Parameters
    ----------
    radargram
        As `echo_image` takes it.
    expected
        (trace,) delays [s] where the surface should be, from the known terrain; the pick keeps
        within ``within`` [s] of them.
    traces
        Traces that are averaged.
    reach
        Most samples from trace to trace.
    stiffness
        Cost of a step by its square [dB].

    Raises
    ------
    InputError
        No radargram, or expectations that do not fit it.
    PhysicsError
        Nothing stands out: the surface is not in the window.
    """
    power, delay = echo_image(radargram)
    step = float(delay[1] - delay[0])
    noise = noise_power(power)
    smooth = matched(power, _LOOK if expected is None else 1)
    if expected is not None:
        expected = _expected(expected, delay, within, power.shape[0])
    before = uniform_filter1d(smooth, _BEFORE, axis=1, mode="nearest", origin=0)
    before = delayed(before, _BEFORE // 2 + _GAP)
    score = decibels(smooth / np.maximum(before, noise))
    score += np.minimum(decibels(smooth / noise), _STRONG)
    score = np.clip(score, -10.0, 2.0 * _STRONG)
    if expected is not None:
        score[np.abs(delay[None, :] - np.asarray(expected)[:, None]) > within] = -np.inf
    path = crest(smooth, brightest_line(score.astype(np.float32), reach, stiffness))
    sample, height, peak = along_line(power, np.arange(path.size), path, traces)
    above = decibels(peak / noise)
    if np.median(above) < _FAINT:
        raise PhysicsError(
            f"no surface echo stands out of the noise (median {np.median(above):.1f} dB): it is "
            "not in the window of delays, or lost in noise"
        )
    sigma = delay_sigma(peak / noise, step)
    return Surface(sample, delay[0] + sample * step, height, above, sigma, noise)


def _expected(line: ArrayLike, delay: Array, within: float, traces: int) -> Array:
    out = np.asarray(line, dtype=float)
    if out.shape != (traces,) or not np.isfinite(out).all():
        raise InputError(f"`expected` is one delay for each of the {traces} traces")
    if np.any((out + within < delay[0]) | (out - within > delay[-1])):
        raise InputError("`expected` runs out of the radargram's window of delays")
    return out


def pick_reflectors(
    radargram: xr.Dataset | xr.DataArray,
    surface: Surface,
    *,
    clutter: ArrayLike | None = None,
    most: int = 3,
    guard: float = 0.3e-6,
    deepest: float = 25e-6,
    threshold: float = 5.0,
    clutter_margin: float = 6.0,
    shortest: int = 15,
    traces: int = 7,
    reach: int = 2,
    stiffness: float = 1.0,
) -> list[Reflector]:
    """Lines below the surface, strongest first; those that the terrain explains are marked.

    Parameters
    ----------
    radargram, surface
        As in `pick_surface`, and its result.
    clutter
        (trace, delay) predicted clutter power on the same axes, any linear unit; the prediction's
        own surface echo must be in it.
    most
        Lines at most.
    guard
        Delay below the surface in which its own echo hides others [s].
    deepest
        Greatest delay below the surface [s].
    threshold
        By which a pick stands above noise and clutter [dB].
    clutter_margin
        A line that is less than this above the predicted clutter is clutter [dB].
    shortest
        Traces of the shortest line; shorter gaps than a third of that are bridged.

    Raises
    ------
    InputError
        A prediction of another shape, or without its surface.
    """
    power, delay = echo_image(radargram)
    step = float(delay[1] - delay[0])
    ahead = (_LEAD, int(np.ceil(deepest / step)) + _LEAD)
    smooth = matched(level_with(power, surface.sample, ahead), traces)
    below = np.arange(-ahead[0], ahead[1])[None, :] * step
    allowed = (below > guard) & (below < deepest)
    allowed = allowed & (surface.sample[:, None] + below / step < delay.size - 2)
    noise = max(noise_power(matched(power, traces)), FLOOR)
    predicted = _predicted(clutter, smooth, surface, noise, allowed, (traces, *power.shape))
    base = np.maximum(noise, _surface_tail(smooth, allowed, noise))[None, :]
    cover = base if predicted is None else np.maximum(base, predicted)
    found: list[Reflector] = []
    taken = np.zeros(allowed.shape, dtype=bool)
    limits = (most, shortest, reach, int(np.ceil(guard / step)))
    for background in (cover, base)[: 1 if predicted is None else 2]:
        score = np.clip(decibels(smooth / background) - threshold, -threshold, 2.0 * _STRONG)
        score[~allowed] = -np.inf
        score[~allowed.any(axis=1)] = 0.0
        for rows, path in _lines(score, smooth, taken, limits, stiffness):
            place = np.round(path + surface.sample[rows]).astype(np.int64) - _LEAD
            told = along_line(power, rows, place, traces)
            if np.median(told[0] - surface.sample[rows]) * step < guard:
                continue  # the flank of the surface's own echo
            hidden = None if predicted is None else strongest_near(predicted, rows, path, 2)
            found.append(_line(rows, told, noise, hidden, delay, clutter_margin))
    found.sort(key=lambda line: -float(line.above_background.sum()))
    clean = [line for line in found if not line.clutter][:most]
    return clean + [line for line in found if line.clutter]


def _lines(
    score: Array, smooth: Array, taken: NDArray[np.bool_], numbers: tuple[int, int, int, int],
    stiffness: float,
) -> Iterator[tuple[Lines, Lines]]:  # fmt: skip
    """Traces and samples of one line after the other; samples about them are taken."""
    most, shortest, reach, wide = numbers
    rows = np.arange(score.shape[0])
    for _ in range(2 * most):
        free = np.where(taken & np.isfinite(score), np.minimum(score, 0.0), score)
        path = brightest_line(free.astype(np.float32), reach, stiffness)
        runs = stretches(free[rows, path] > 0.0, shortest)
        top = crest(smooth, path)
        for i, j in zip(rows, top, strict=True):
            taken[i, max(j - wide, 0) : j + wide + 1] = True
        if not runs:
            return
        for a, b in runs:
            yield rows[a:b], top[a:b]


def _line(
    rows: Lines, told: tuple[Array, Array, Array], noise: float, hidden: Array | None,
    delay: Array, margin: float,
) -> Reflector:  # fmt: skip
    step = float(delay[1] - delay[0])
    sample, power, peak = told
    cover = np.full(peak.shape, FLOOR) if hidden is None else hidden
    over = np.full(peak.shape, np.inf) if hidden is None else decibels(peak / cover)
    return Reflector(
        rows.astype(np.int64), sample, delay[0] + sample * step, power, noise + cover,
        decibels(peak / (noise + cover)), over, delay_sigma(peak / noise, step),
        bool(np.median(over) < margin),
    )  # fmt: skip


def _predicted(
    clutter: ArrayLike | None, smooth: Array, surface: Surface, noise: float,
    below: NDArray[np.bool_], shape: tuple[int, int, int],
) -> Array | None:  # fmt: skip
    """Predicted clutter in the radargram's unit, level with the surface as `smooth` is.

    Its surface has at most the strength of the one picked; where enough of it should stand out of
    the noise below, the median of what does decides, for the surface echo of smooth ground is more
    than what scatters. shape : traces to average, traces and samples of the radargram
    """
    if clutter is None:
        return None
    image = np.asarray(clutter, dtype=float)
    if image.shape != shape[1:] or not np.isfinite(image).all() or image.min() < 0.0:
        raise InputError(
            f"the predicted clutter has the shape {image.shape}, the radargram {shape[1:]}; give "
            "the power of `cluttergram` on the same traces and delays"
        )
    model = matched(level_with(image, surface.sample, (_LEAD, smooth.shape[1] - _LEAD)), shape[0])
    own = model[:, _LEAD - 8 : _LEAD + 9].max(axis=1)
    if not np.median(own) > 10.0 * FLOOR:
        raise InputError("the predicted clutter holds no surface echo where the surface was picked")
    echo = np.maximum(surface.power - surface.noise, FLOOR)
    scale = float(np.median(echo / np.maximum(own, FLOOR)))
    strong = below & (model * scale > noise)
    if np.count_nonzero(strong) >= _ENOUGH:
        scale = min(scale, max(float(np.median((smooth[strong] - noise) / model[strong])), 0.0))
    return np.asarray(model * scale)


def _surface_tail(smooth: Array, allowed: NDArray[np.bool_], noise: float) -> Array:
    """Median power over the traces at each delay below the surface: its side lobes and its tail.

    The tail only falls with delay, so that a line that follows the surface does not hide in it.
    """
    seen = np.where(allowed, smooth, np.nan)
    some = allowed.any(axis=0)
    median = np.full(smooth.shape[1], np.inf)
    median[some] = np.nanmedian(seen[:, some], axis=0)
    out = np.minimum.accumulate(median)
    return np.where(np.isfinite(out), np.maximum(out, noise), noise)
