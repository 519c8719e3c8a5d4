"""A real radargram beside the one that the terrain predicts: how alike they are, in numbers.

The prediction is the surface echo and clutter of `geometry.radar_facets` along the same track, on
the same axis of delays. It is scaled by the mean strength of the surface echo, the noise of the
real radargram is added, and both are compared in decibels after the same smoothing. Correlations
are Pearson's. How much of one could be chance is told by the same number after the prediction has
been moved along the track by every possible number of traces.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import xarray as xr
from numpy.typing import ArrayLike, NDArray
from scipy.ndimage import uniform_filter

from marsward.core.errors import InputError
from marsward.retrieval.echo_lines import echo_image
from marsward.retrieval.reflectors import Surface, pick_surface

__all__ = ["RadargramMatch", "compare_radargrams", "fitted_roughness"]

Array = NDArray[np.float64]
_SMOOTH = (5, 3)  # traces and samples
_ABOVE, _BELOW = 30, 150  # samples around the surface that the images are compared in
_CLUTTER_FROM = 12  # samples below the surface where its own pulse has faded
_PEAK = 6  # samples on either side of the surface by which strengths are compared
_STRETCH = 11  # traces over which strengths of the surface are averaged
_SHIFTS = 20  # least number of traces by which a prediction is moved to try chance
_FLOOR = 1e-30
_SLOPES = (0.3, 0.5, 0.8, 1.2, 2.0, 3.0, 5.0)  # deg


@dataclass(frozen=True, eq=False)
class RadargramMatch:
    """How a real radargram and a prediction agree.

    line_correlation : of the delays of the surface
    line_bias, line_rms : real minus predicted delay, and scatter about it [samples]
    strength_correlation : of the strengths of the surface echo in dB, over some traces
    strength_chance : share of shifts along the track that give one as large
    image_correlation : around the surface, each trace aligned at its own surface
    image_unaligned : the same, moved as a whole by the median difference of the surfaces
    clutter_correlation : below the surface's pulse only, aligned
    clutter_anomaly : the same after the mean decay with delay is taken from both
    anomaly_chance : share of shifts along the track that give an anomaly correlation as large
    profile_rms : of the mean decay with delay, real over predicted [dB]
    traces : number of traces
    images : Dataset (trace, below) of both in dB over noise, aligned, and the lines of the surface
    """

    line_correlation: float
    line_bias: float
    line_rms: float
    strength_correlation: float
    strength_chance: float
    image_correlation: float
    image_unaligned: float
    clutter_correlation: float
    clutter_anomaly: float
    anomaly_chance: float
    profile_rms: float
    traces: int
    images: xr.Dataset

    @property
    def numbers(self) -> dict[str, float]:
        """Every number by its name, without the images."""
        names = [name for name in self.__dataclass_fields__ if name != "images"]
        return {name: float(getattr(self, name)) for name in names}


def compare_radargrams(
    real: xr.Dataset,
    simulated: xr.Dataset,
    *,
    surface: Surface | None = None,
    within: float = 3e-6,
) -> RadargramMatch:
    """Compare a real radargram with the cluttergram of its track.

    Parameters
    ----------
    real
        As `echo_image` takes it.
    simulated
        Of `cluttergram`, on the same traces and delays; its `nadir_delay` is the predicted surface.
    surface
        Picked on the real one already; picked freely when not given.
    within
        Of no use when ``surface`` is given; how far the pick may be from the prediction [s].

    Raises
    ------
    InputError
        Axes that differ, or a window that holds too little below the surface.
    PhysicsError
        No surface echo in the real one.
    """
    observed, delay = echo_image(real)
    model, other = echo_image(simulated)
    if observed.shape != model.shape or np.abs(delay - other).max() > 1e-3 * (delay[1] - delay[0]):
        raise InputError(
            f"the radargrams stand on different axes, {observed.shape} and {model.shape}; simulate "
            "with the window and datum of the real one"
        )
    if "nadir_delay" not in simulated:
        raise InputError("the prediction tells no `nadir_delay`; give the result of cluttergram")
    step = float(delay[1] - delay[0])
    predicted = (simulated["nadir_delay"].values - delay[0]) / step
    found = surface or pick_surface(real, expected=delay[0] + predicted * step, within=within)
    difference = found.sample - predicted
    model = model * _scale(observed, found, model, predicted) + found.noise
    a = _decibels(_flat(observed, found.sample))
    b = _decibels(_flat(model, predicted))
    moved = _decibels(_flat(model, found.sample - np.median(difference)))
    low = slice(_ABOVE + _CLUTTER_FROM, None)
    strong_a = _strengths(_flat(observed, found.sample))
    strong_b = _strengths(_flat(model, predicted))
    strength = _pearson(strong_a, strong_b)
    anomaly_a, anomaly_b = (x[:, low] - x[:, low].mean(axis=0) for x in (a, b))
    anomaly = _pearson(anomaly_a, anomaly_b)
    profile = _decibels_of(_flat(observed, found.sample)) - _decibels_of(_flat(model, predicted))
    return RadargramMatch(
        _pearson(found.sample, predicted), float(difference.mean()), float(difference.std()),
        strength, _chance(strong_a, strong_b, strength),
        _pearson(a, b), _pearson(a, moved), _pearson(a[:, low], b[:, low]), anomaly,
        _chance(anomaly_a, anomaly_b, anomaly), float(np.sqrt(np.mean(profile[_ABOVE:] ** 2))),
        observed.shape[0],
        _images(real, a, b, found, predicted, step, delay),
    )  # fmt: skip


def fitted_roughness(
    real: xr.Dataset,
    track: xr.Dataset,
    terrain: Any,
    *,
    law: Literal["gaussian", "hagfors"] = "hagfors",
    slopes: ArrayLike = _SLOPES,
    every: int = 8,
    datum: ArrayLike | None = None,
    **radar: Any,
) -> tuple[float, float]:
    """The rms slope with which the mean echo falls off with delay as the real one does.

    The mean of aligned traces is compared in decibels from the surface to 150 samples below it, for
    each slope of the list; a parabola through the best three in the logarithm of the slope gives
    the answer. What is fitted is the ground's roughness below the fineness of the terrain and all
    else that trails the surface echo, such as volume scattering: an upper bound where that counts.

    Parameters
    ----------
    real, track, terrain
        Radargram, its track and the ground.
    law, slopes
        Of `cluttergram`; slopes [deg].
    every
        One trace of so many is simulated.
    datum, **radar
        As `cluttergram` takes them; `datum` for every trace of the track.

    Returns
    -------
    slope [deg], misfit [dB]

    Raises InputError for fewer than three slopes or traces.
    """
    from marsward.geometry.radar_facets import cluttergram

    tried = np.sort(np.asarray(slopes, dtype=float))
    observed, delay = echo_image(real)
    some = slice(None, None, every)
    if tried.size < 3 or observed[some].shape[0] < 3:
        raise InputError("a roughness is fitted with three slopes and three traces or more")
    found = pick_surface(real)
    mean = _decibels_of(_flat(observed, found.sample))[_ABOVE:]
    step = float(delay[1] - delay[0])
    misfit = np.empty(tried.size)
    level = None if datum is None else np.asarray(datum, dtype=float)[some]
    for k, slope in enumerate(tried):
        echo = cluttergram(
            track.isel(trace=some), terrain, datum=level, law=law, rms_slope=float(slope), **radar
        )  # fmt: skip
        model, _ = echo_image(echo)
        line = (echo["nadir_delay"].values - float(echo["delay"][0])) / step
        part = found.take(some)
        model = model * _scale(observed[some], part, model, line) + found.noise
        misfit[k] = np.sqrt(np.mean((_decibels_of(_flat(model, line))[_ABOVE:] - mean) ** 2))
    return _least(tried, misfit)


def _least(slopes: Array, misfit: Array) -> tuple[float, float]:
    k = int(np.clip(np.argmin(misfit), 1, slopes.size - 2))
    if np.argmin(misfit) != k:
        return float(slopes[np.argmin(misfit)]), float(misfit.min())
    x, y = np.log(slopes[k - 1 : k + 2]), misfit[k - 1 : k + 2]
    bend, tilt, level = np.polyfit(x - x[1], y, 2)
    if bend <= 0.0:
        return float(slopes[k]), float(misfit[k])
    best = float(np.clip(-tilt / (2.0 * bend), x[0] - x[1], x[2] - x[1]))
    return float(np.exp(x[1] + best)), float(level + tilt * best + bend * best**2)


def _scale(observed: Array, found: Surface, model: Array, line: Array) -> float:
    """From the prediction's unit to the real one's, by the mean surface echo."""
    near = slice(_ABOVE - _PEAK, _ABOVE + _PEAK + 1)
    echo = _flat(observed, found.sample)[:, near] - found.noise
    own = float(_flat(model, line)[:, near].mean())
    if not own > 0.0:
        raise InputError("the predicted surface echo lies outside its window of delays")
    return max(float(echo.mean()), _FLOOR) / own


def _flat(image: Array, line: Array) -> Array:
    """(trace, _ABOVE + _BELOW) samples around a line; outside the image its edge value."""
    rows = np.arange(image.shape[0])[:, None]
    columns = np.round(line).astype(int)[:, None] + np.arange(-_ABOVE, _BELOW)
    outside = float(np.mean((columns < 0) | (columns >= image.shape[1])))
    if outside > 0.2:
        raise InputError(
            f"{100 * outside:.0f} % of the samples around the surface are outside the window of "
            "delays; give a wider one"
        )
    return np.asarray(image[rows, np.clip(columns, 0, image.shape[1] - 1)])


def _decibels(image: Array) -> Array:
    return np.asarray(10.0 * np.log10(np.maximum(uniform_filter(image, _SMOOTH), _FLOOR)))


def _strengths(flat: Array) -> Array:
    """Mean power about the surface over some traces [dB] (trace,)."""
    echo = flat[:, _ABOVE - _PEAK : _ABOVE + _PEAK + 1].mean(axis=1)
    return np.asarray(10.0 * np.log10(np.maximum(uniform_filter(echo, _STRETCH), _FLOOR)))


def _decibels_of(flat: Array) -> Array:
    return np.asarray(10.0 * np.log10(np.maximum(flat.mean(axis=0), _FLOOR)))


def _pearson(a: Array, b: Array) -> float:
    if np.std(a) == 0.0 or np.std(b) == 0.0:
        return 0.0
    return float(np.corrcoef(np.ravel(a), np.ravel(b))[0, 1])


def _chance(a: Array, b: Array, value: float) -> float:
    """Share of shifts along the track by which b is at least as like a."""
    shifts = range(_SHIFTS, a.shape[0] - _SHIFTS)
    if not shifts:
        return 1.0
    other = [_pearson(a, np.roll(b, n, axis=0)) for n in shifts]
    return float((1 + np.count_nonzero(np.array(other) >= value)) / (1 + len(other)))


def _images(
    real: xr.Dataset, a: Array, b: Array, found: Surface, predicted: Array, step: float,
    delay: Array,
) -> xr.Dataset:  # fmt: skip
    dims = ("trace", "below")
    below = np.arange(-_ABOVE, _BELOW) * step
    noise = 10.0 * np.log10(max(found.noise, _FLOOR))
    unit = {"units": "dB", "long_name": "echo power over noise"}
    places = {name: real[name] for name in ("lon", "lat") if name in real.coords}
    return xr.Dataset(
        {
            "observed": (dims, (a - noise).astype(np.float32), unit),
            "predicted": (dims, (b - noise).astype(np.float32), unit),
            "observed_surface": ("trace", found.delay, {"units": "s"}),
            "predicted_surface": ("trace", delay[0] + predicted * step, {"units": "s"}),
        },
        coords=places | {"below": ("below", below, {"units": "s", "long_name": "below surface"})},
    )
