"""Summary parameters of Martian spectra: single numbers that stand for a mineral's band.

The parameters are those of Viviano-Beck et al. 2014, doi:10.1002/2014JE004627, table 2 (after
Pelkey et al. 2007, doi:10.1029/2006JE002831): each is a formula of reflectances at some
wavelengths, and each reflectance the median over a kernel of channels 6.55 nm apart, about the
channel nearest to the wavelength named. Where channels are of another width the kernel spans as
many nanometres. Wavelengths in the formulas are those of the nearest channels.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

import numpy as np
import xarray as xr
from numpy.typing import ArrayLike, NDArray
from scipy import special

from marsward.core.errors import InputError
from marsward.core.fields import FieldRow, add_fields, field
from marsward.core.registry import unknown
from marsward.retrieval.summary_parameters import PARAMETERS, SummaryParameter

__all__ = ["PARAMETERS", "SummaryParameter", "spectral_parameters"]

Array = NDArray[np.float64]
_CHANNEL = 6.55  # nm, spacing of CRISM's channels: Murchie et al. 2007, doi:10.1029/2006JE002682
# A wavelength is covered when a channel lies within so many of its own spacings, and so near [nm].
_FAR, _FARTHEST = 2.0, 30.0
# Standard error of the median of 1, 2, … even numbers from a normal law of unit width (order
# statistics, David & Nagaraja 2003, doi:10.1002/0471722162, section 4); beyond 15: the asymptote.
_MEDIAN = np.sqrt(
    [1.0, 0.5, 0.44867, 0.29824, 0.28683, 0.21474, 0.21045, 0.16824, 0.16610, 0.13833,
     0.13716, 0.11744, 0.11679, 0.10206, 0.10169]
)  # fmt: skip

add_fields(
    FieldRow("summary_parameter", "1", "summary parameter of a spectrum"),
    FieldRow("summary_parameter_sigma", "1", "error of a summary parameter (1 sigma)", low=0.0),
    FieldRow("parameters_missing", "1", "parameters whose channels are masked", low=0.0),
)


def spectral_parameters(
    wavelength: ArrayLike,
    reflectance: ArrayLike,
    sigma: ArrayLike | None = None,
    *,
    shared_errors: ArrayLike | None = None,
    names: Iterable[str] | None = None,
) -> xr.Dataset:
    """Summary parameters of spectra, with errors carried through to first order.

    Parameters
    ----------
    wavelength : of the channels, rising [m] (channels,)
    reflectance : reflectance factor (places, channels), or one spectrum; NaN is left out of the
        median, and a parameter is NaN where a whole kernel is missing
    sigma : its error (1 sigma), of the same shape, taken as independent from channel to channel
    shared_errors : shapes of errors that channels share, each of 1 sigma (places, shapes,
        channels), such as `reflectance_shapes` of `surface_reflectance`; NaN counts as 0
    names : which parameters; if left out all whose wavelengths the channels cover

    Returns
    -------
    Dataset (place, parameter): summary_parameter and its sigma (NaN without `sigma`); the units
    stand in the coordinate `unit`.

    Raises InputError for an unknown name, or for one whose wavelengths no channel covers.
    """
    nm = np.asarray(wavelength, dtype=np.float64) * 1e9
    values = np.atleast_2d(np.asarray(reflectance, dtype=np.float64))
    if nm.ndim != 1 or values.shape[-1] != nm.size or not np.all(np.diff(nm) > 0.0):
        raise InputError(
            f"wavelengths must rise, one for each channel; here are {nm.size} of them for spectra "
            f"of {values.shape[-1]} channels"
        )
    errors = None
    if sigma is not None:
        try:
            errors = np.broadcast_to(np.asarray(sigma, dtype=np.float64), values.shape)
        except ValueError as wrong:
            raise InputError(
                f"sigma of the shape {np.shape(sigma)} does not fit spectra {values.shape}"
            ) from wrong
    rows = _chosen(names, nm)
    levels = _Levels(nm, values, errors)
    found = np.array([_with_error(row, levels) for row in rows])  # (parameters, 2, places)
    value, error = found[:, 0].T, found[:, 1].T
    if shared_errors is not None:
        error = np.sqrt(error**2 + _shared(rows, nm, values, shared_errors, value))
    whose = ("place", "parameter")
    missing = np.isnan(value).sum(axis=1).astype(np.float64)
    made = xr.Dataset(
        {
            "summary_parameter": field("summary_parameter", value, whose),
            "summary_parameter_sigma": field("summary_parameter_sigma", error, whose),
            "parameters_missing": field("parameters_missing", missing, "place"),
        }
    )
    return made.assign_coords(
        parameter=[row.name for row in rows],
        unit=("parameter", [row.unit for row in rows]),
        about=("parameter", [row.about for row in rows]),
    )


def _chosen(names: Iterable[str] | None, nm: Array) -> list[SummaryParameter]:
    if names is None:
        rows = [row for row in PARAMETERS.values() if _uncovered(row, nm) is None]
        if not rows:
            raise InputError("the channels cover the wavelengths of no summary parameter")
        return rows
    rows = []
    for name in names:
        if name not in PARAMETERS:
            raise InputError(unknown("summary parameter", name, PARAMETERS))
        gap = _uncovered(PARAMETERS[name], nm)
        if gap is not None:
            raise InputError(
                f"{name} needs a channel at {gap} nm, and the channels run from {nm[0]:.0f} to "
                f"{nm[-1]:.0f} nm: leave it out"
            )
        rows.append(PARAMETERS[name])
    if not rows:
        raise InputError("name a summary parameter or more, or leave `names` out for all")
    return rows


def _uncovered(row: SummaryParameter, nm: Array) -> int | None:
    """A wavelength of the parameter that lies by no channel [nm]."""
    for band, _ in row.bands:
        k = int(np.abs(nm - band).argmin())
        near = np.diff(nm[max(k - 1, 0) : k + 2])
        spacing = float(near.min()) if near.size else 0.0
        if abs(nm[k] - band) > min(_FAR * spacing, _FARTHEST):
            return band
    return None


def _shared(
    rows: list[SummaryParameter], nm: Array, values: Array, shapes: ArrayLike, value: Array
) -> Array:
    """Squares of what shared errors of 1 sigma do to each parameter (places, parameters)."""
    found = np.nan_to_num(np.asarray(shapes, dtype=np.float64))
    if found.ndim != 3 or found.shape[::2] != values.shape:
        raise InputError(
            f"shared errors of the shape {found.shape} do not fit spectra of the shape "
            f"{values.shape}: give (places, shapes, channels)"
        )
    total = np.zeros(value.shape)
    for k in range(found.shape[1]):
        if found[:, k].any():
            moved = _Levels(nm, values + found[:, k], None)
            total += (np.array([_value(row, moved) for row in rows]).T - value) ** 2
    return total


def _value(row: SummaryParameter, levels: _Levels) -> Array:
    held = [levels.of(band) for band in row.bands]
    with np.errstate(invalid="ignore", divide="ignore"):
        return row.value(np.array([h[0] for h in held]), np.array([h[2] for h in held]))


class _Levels:
    """Medians over kernels, each worked out once."""

    def __init__(self, nm: Array, values: Array, errors: Array | None) -> None:
        self.nm, self.values, self.errors = nm, values, errors
        self.known: dict[tuple[int, int], tuple[Array, Array, float]] = {}

    def of(self, band: tuple[int, int]) -> tuple[Array, Array, float]:
        """Median, its error (places,) and the wavelength of the nearest channel [um]."""
        if band not in self.known:
            centre = int(np.abs(self.nm - band[0]).argmin())
            reach = 0.5 * (band[1] - 1 + 0.1) * _CHANNEL
            near = np.abs(self.nm - self.nm[centre]) <= reach
            part = self.values[:, near]
            good = np.isfinite(part)
            level = np.full(len(part), np.nan)
            some = good.any(axis=1)
            level[some] = np.nanmedian(part[some], axis=1)
            error = np.full(len(part), np.nan)
            if self.errors is not None:
                error = _median_error(self.nm[near], part, self.errors[:, near], good)
            self.known[band] = level, error, float(self.nm[centre]) * 1e-3
        return self.known[band]


def _median_error(nm: Array, values: Array, noise: Array, good: NDArray[np.bool_]) -> Array:
    """Error of the median of values (places, channels) that need not be level.

    For normal laws about the places' own straight lines the variance of the median m is
    sum F_k (1 - F_k) / (sum f_k)^2 for many channels, F and f taken at m; here it is brought to the
    exact figure for few equal channels, and is no larger than one channel's.
    """
    count = good.sum(axis=1)
    one = np.sqrt(np.where(good, noise**2, 0.0).sum(axis=1) / np.maximum(count, 1))
    if values.shape[1] < 2:
        return one
    x = np.where(good, nm - nm.mean(), 0.0)
    held = np.where(good, values, 0.0)
    total = np.maximum(count, 1)
    middle = x.sum(axis=1) / total
    centred = np.where(good, x - middle[:, None], 0.0)
    spread = np.maximum((centred**2).sum(axis=1), 1e-12)
    slope = (centred * held).sum(axis=1) / spread
    with np.errstate(invalid="ignore", divide="ignore"):
        z = slope[:, None] * (centred - _middle(centred, good)[:, None]) / noise
    below = special.ndtr(z)
    density = np.where(good, np.exp(-0.5 * z * z) / (np.sqrt(2.0 * np.pi) * noise), 0.0)
    within = np.where(good, below * (1.0 - below), 0.0).sum(axis=1)
    exact = _MEDIAN[np.clip(count, 1, _MEDIAN.size) - 1] ** 2 * 2.0 * total / np.pi
    exact = np.where(count > _MEDIAN.size, total / (total + 0.57), exact)
    with np.errstate(invalid="ignore", divide="ignore"):
        found = np.sqrt(exact * within) / density.sum(axis=1)
    return np.minimum(found, one)


def _middle(centred: Array, good: NDArray[np.bool_]) -> Array:
    """Median place of the channels that are there."""
    some = good.any(axis=1)
    out = np.zeros(len(centred))
    out[some] = np.nanmedian(np.where(good, centred, np.nan)[some], axis=1)
    return out


def _with_error(row: SummaryParameter, levels: _Levels) -> tuple[Array, Array]:
    """The parameter and its error; kernels that occur twice count as one number."""
    distinct = list(dict.fromkeys(row.bands))
    where = np.array([distinct.index(band) for band in row.bands])
    held = [levels.of(band) for band in distinct]
    level = np.array([each[0] for each in held])
    error = np.array([each[1] for each in held])
    wavelength = np.array([each[2] for each in held])[where]
    formula: Callable[[Array], Array] = lambda now: row.value(now[where], wavelength)  # noqa: E731
    with np.errstate(invalid="ignore", divide="ignore"):
        value = formula(level)
        square = np.zeros_like(value)
        for k in range(len(distinct)):
            step = 1e-4 * np.maximum(np.abs(level[k]), 1e-3)
            up, down = level.copy(), level.copy()
            up[k] += step
            down[k] -= step
            square += ((formula(up) - formula(down)) / (2.0 * step) * error[k]) ** 2
    # no error comes out for a peak at the end of its range, where it cannot move
    return value, np.where(np.isfinite(value) & (square > 0.0), np.sqrt(square), np.nan)
