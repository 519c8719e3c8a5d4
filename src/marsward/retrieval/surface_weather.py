"""What a weather station's record says: sols, tides and the course of the year, with errors.

Tides are the waves of a sol in pressure or temperature: amplitude and the local true solar time of
the highest value, for periods of 24, 12, 8, … hours (as Guzewich et al. 2016,
doi:10.1016/j.icarus.2015.12.028, and Sánchez-Lavega et al. 2023, doi:10.1029/2022JE007480, tell
them). The course of the year is a mean with an annual and a semi-annual wave in Ls, as Jiang et al.
2023, doi:10.1038/s41598-023-30513-2, fitted it to Zhurong's pressure.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import ArrayLike, NDArray

from marsward.core.asked import told, whole
from marsward.core.errors import InputError
from marsward.core.fields import FieldRow, add_fields, field
from marsward.retrieval.fourier_fit import FourierFit, fourier_fit

__all__ = ["daily_waves", "seasonal_fit", "sol_table"]

Array = NDArray[np.float64]

add_fields(
    FieldRow("samples", "1", "how many samples", low=0.0),
    FieldRow("covered", "1", "share of the sol's hours with samples", low=0.0, high=1.0),
    FieldRow("wave_phase", "hour", "local true solar time of the wave's highest value", low=0.0),
    FieldRow("wave_phase_sigma", "hour", "error of the wave's phase (1 sigma)", low=0.0),
)

_WINDOW = 0.25
"""Hours over which samples are averaged before a fit: neighbouring seconds are not independent."""
_HOURS = 24.0


def daily_waves(
    data: xr.DataArray,
    sigma: xr.DataArray | ArrayLike | None = None,
    *,
    waves: int = 4,
    window: float = _WINDOW,
    trend: bool = False,
) -> FourierFit:
    """Tides in one record: mean, waves of 24/k hours in local true solar time, a trend.

    Parameters
    ----------
    data : on `time`, with the coordinates `ltst` and `msd` of an axis of Mars time; one sol or some
    sigma : errors of the samples (1 sigma); left out, the residuals tell the errors
    waves : how many; 4 are the diurnal, semi-, ter- and quarter-diurnal tide
    window : hours over which samples are averaged first; 0 for none. Averaged, each window counts
        once: turbulence makes neighbouring seconds alike, and errors from single seconds too small.
    trend : a straight line along with the waves, for records of several sols while the season
        goes on; within one sol nothing tells it from the waves

    Returns
    -------
    FourierFit with `period` 24: amplitudes in the data's unit, phases in hours of local true time

    Raises
    ------
    InputError : no local clock, a sample without a time, errors that do not fit or are not above 0,
        no whole number of waves, a window below 0, or hours without data that leave a wave free
    """
    window = _checked_window(window)
    clock, values, error = _clocked(data, sigma)
    if window > 0.0:
        clock, values, error = _windows(clock, values, error, window)
    return fourier_fit(clock, values, error, waves=waves, period=_HOURS, trend=trend)


def sol_table(
    data: xr.DataArray,
    sigma: xr.DataArray | ArrayLike | None = None,
    *,
    waves: int = 2,
    window: float = _WINDOW,
) -> xr.Dataset:
    """Sol by sol: mean, lowest, highest, range and tides, with errors.

    Parameters
    ----------
    data, sigma, window : as `daily_waves`
    waves : fitted to each sol; where a sol's hours are too few for them its mean is that of its
        samples, its waves NaN

    Returns
    -------
    Dataset on `msd` (whole sol dates): `mean`, `mean_sigma`, `low`, `high`, `range` in the data's
    unit; `amplitude`, `amplitude_sigma` (msd, wave), `wave_phase`, `wave_phase_sigma` [h];
    `samples`, `covered` [share of 24 hours with data]; coordinates `ls`, `mars_year` of the middle.
    The mean is that of the fitted waves, so a gap in the hours does not shift it. Errors grow with
    the root of χ² where it is above 1: weather, and waves that were not fitted, are noise to a sol.

    Raises
    ------
    InputError : as `daily_waves`, and where the sols of the record do not ascend
    """
    waves, window = whole(waves, "waves", 0), _checked_window(window)
    clock, values, error = _clocked(data, sigma)
    date = data["msd"].values[_good(data, sigma)]
    back = np.flatnonzero(np.diff(np.floor(date)) < 0.0)
    if back.size:
        raise InputError(
            f"the record of {data.name!r} goes back from sol {np.floor(date[back[0]]):.0f} to sol "
            f"{np.floor(date[back[0] + 1]):.0f}; sort it first: data.sortby('msd')"
        )
    sols, start = np.unique(np.floor(date), return_index=True)
    ends = [*start[1:], date.size]
    rows = {name: np.full(sols.size, np.nan) for name in
            ("mean", "mean_sigma", "low", "high", "samples", "covered")}  # fmt: skip
    tides = {name: np.full((sols.size, waves), np.nan) for name in
             ("amplitude", "amplitude_sigma", "wave_phase", "wave_phase_sigma")}  # fmt: skip
    for k, (first, last) in enumerate(zip(start, ends, strict=True)):
        part = slice(first, last)
        part_error = None if error is None else error[part]
        one = _one_sol(clock[part], values[part], part_error, waves, window)
        for name, number in one.items():
            (rows if name in rows else tides)[name][k] = number
    return _sol_dataset(data, sols, rows, tides, _good(data, sigma), start)


def seasonal_fit(
    ls: ArrayLike, values: ArrayLike, sigma: ArrayLike | None = None, *, waves: int = 2
) -> FourierFit:
    """The course of the year: mean, annual and semi-annual wave in Ls, with covariance.

    Parameters
    ----------
    ls : [deg]
    values : sol means, such as pressures [Pa]
    sigma : their errors (1 sigma); left out, the residuals tell the errors
    waves : 2 are the annual and the semi-annual one

    Returns
    -------
    FourierFit with `period` 360: `fit(ls)` gives values and errors, `fit.extremes()` the lowest and
    the highest

    Raises
    ------
    InputError : an Ls outside 0 to 360, or seasons without data that leave a wave free
    """
    held = _floats(ls, "ls")
    some = held[np.isfinite(held)]
    if some.size and not (some.min() >= 0.0 and some.max() <= 360.0):
        wrong = some[(some < 0.0) | (some > 360.0)][0]
        raise InputError(f"an Ls of the record, {wrong:g}, is outside 0 to 360 degrees")
    y = _floats(values, "values")
    error = None if sigma is None else _floats(sigma, "sigma")
    return fourier_fit(held, y, error, waves=waves, period=360.0)


def _floats(value: Any, name: str) -> Array:
    try:
        return np.asarray(getattr(value, "values", value), dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise InputError(f"{name} of a record must be numbers, not {told(value)}") from error


def _checked_window(window: float) -> float:
    held = _floats(window, "window")
    if held.ndim or not 0.0 <= held <= _HOURS:
        raise InputError(f"window must be 0 to {_HOURS:g} hours, not {told(window)}")
    return float(held)


def _errors(sigma: Any, shape: tuple[int, ...]) -> Array:
    held = _floats(sigma, "sigma")
    if held.shape not in ((), (1,), shape):
        raise InputError(
            f"sigma has shape {held.shape} but the record {shape}; give one number or one for each "
            "sample"
        )
    if (held <= 0.0).any():
        raise InputError("an error of the record is not above 0; leave out what has none")
    return np.broadcast_to(held, shape)


def _good(data: xr.DataArray, sigma: Any) -> NDArray[np.bool_]:
    good = np.isfinite(_floats(data, f"values {data.name!r}"))
    if sigma is not None:
        good &= np.isfinite(_errors(sigma, good.shape))
    return np.asarray(good)


def _clocked(data: xr.DataArray, sigma: Any) -> tuple[Array, Array, Array | None]:
    """Running hours of local true time, values and errors, without gaps.

    Hours run on from sol to sol, so that a trend has an axis; 24 of them are a sol.
    """
    if not isinstance(data, xr.DataArray):
        raise InputError(f"a record is one variable of a dataset, not {told(data)}")
    if data.ndim != 1:
        raise InputError(f"{data.name!r} has the axes {data.dims}; take one sensor of it")
    for name in ("ltst", "msd"):
        if name not in data.coords:
            raise InputError(
                f"the record has no {name}: make its axis with mars_axis(…, lon=…) first"
            )
    good = _good(data, sigma)
    if not good.any():
        raise InputError(f"the record of {data.name!r} holds no value at all")
    hours, date = (_floats(data[name], name)[good] for name in ("ltst", "msd"))
    timeless = int(np.count_nonzero(~np.isfinite(hours + date)))
    if timeless:
        raise InputError(
            f"{timeless} samples of the record of {data.name!r} have no ltst or msd; leave them out"
        )
    mean_hours = 24.0 * (date - np.floor(date))
    # the sol of a true hour: the one in which it is nearest to the mean hour
    sol = np.floor(date) - np.round((hours - mean_hours) / 24.0)
    clock = hours + 24.0 * (sol - sol[0])
    error = None if sigma is None else _errors(sigma, good.shape)[good]
    return clock, np.asarray(data.values, dtype=float)[good], error


def _windows(
    clock: Array, values: Array, error: Array | None, window: float
) -> tuple[Array, Array, Array | None]:
    """Means over windows of hours; errors of means where samples have them."""
    number = np.floor(clock / window).astype(np.int64)
    _, which, counts = np.unique(number, return_inverse=True, return_counts=True)
    x = np.bincount(which, clock) / counts
    y = np.bincount(which, values) / counts
    if error is None:
        return x, y, None
    return x, y, np.sqrt(np.bincount(which, error**2)) / counts


def _one_sol(
    clock: Array, values: Array, error: Array | None, waves: int, window: float
) -> dict[str, Any]:
    x, y, s = _windows(clock, values, error, window) if window > 0.0 else (clock, values, error)
    out: dict[str, Any] = {"low": values.min(), "high": values.max(), "samples": values.size}
    hours = np.unique(np.floor(np.remainder(clock, _HOURS)))
    out["covered"] = hours.size / _HOURS
    try:
        fit = fourier_fit(x, y, s, waves=waves, period=_HOURS)
    except InputError:
        # too few hours for waves: the samples' own mean, with their scatter as its error
        spread = float(np.std(y, ddof=1)) if y.size > 1 else float("nan")
        return out | {"mean": y.mean(), "mean_sigma": spread / np.sqrt(y.size)}
    more = math.sqrt(fit.chi2) if fit.chi2 > 1.0 else 1.0
    return out | {
        "mean": fit.mean, "mean_sigma": more * fit.mean_sigma, "amplitude": fit.amplitude,
        "amplitude_sigma": more * fit.amplitude_sigma, "wave_phase": fit.phase,
        "wave_phase_sigma": more * fit.phase_sigma,
    }  # fmt: skip


def _sol_dataset(
    data: xr.DataArray, sols: Array, rows: Any, tides: Any, good: Any, start: Any
) -> xr.Dataset:
    unit = {"units": str(data.attrs.get("units", "1"))}
    name = str(data.attrs.get("long_name", data.name))
    made: dict[str, Any] = {
        key: ("msd", rows[key], unit | {"long_name": f"{key} of the sol: {name}"})
        for key in ("mean", "low", "high")
    }
    made["mean_sigma"] = ("msd", rows["mean_sigma"], unit | {"long_name": "error (1 sigma)"})
    made["range"] = ("msd", rows["high"] - rows["low"], unit | {"long_name": "highest less lowest"})
    for key in ("amplitude", "amplitude_sigma"):
        words = "amplitude of a wave" if key == "amplitude" else "its error (1 sigma)"
        made[key] = (("msd", "wave"), tides[key], unit | {"long_name": words})
    for key in ("wave_phase", "wave_phase_sigma"):
        made[key] = field(key, tides[key], ("msd", "wave"))
    for key in ("samples", "covered"):
        made[key] = field(key, rows[key], "msd")
    coords: dict[str, Any] = {
        "msd": ("msd", sols.astype(np.int64), dict(data["msd"].attrs)),
        "wave": ("wave", np.arange(1, tides["amplitude"].shape[1] + 1)),
    }
    ends = np.append(start[1:], int(good.sum())) - 1
    middle = (start + ends) // 2
    for key in ("ls", "mars_year"):
        if key in data.coords:
            coords[key] = ("msd", data[key].values[good][middle], dict(data[key].attrs))
    return xr.Dataset(made, coords=coords, attrs={"of": str(data.name)})
