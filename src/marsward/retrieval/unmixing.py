"""Which minerals a spectrum is of: fractions with their errors, from reflectance and a library.

Reflectance of a mixture follows from the shares of the cross-section that its minerals have (Hapke
1981, doi:10.1029/JB086iB04p03039; `marsward.physics.hapke_mixing`). Shares are found that make

    chi2 = sum over channels of ((R - R(shares)) / sigma)^2

least, none below 0 and, unless asked otherwise, with sum 1 (Heinz & Chang 2001,
doi:10.1109/36.911111), by Gauss-Newton steps in reflectance about the solution in single-scattering
albedo, each step solved with the active set of Lawson & Hanson (1974, Solving Least Squares
Problems, chapter 23). Errors that channels share (gain, gas, haze, a shift of wavelengths) are
summed over within each step, as amounts of known shapes with a normal law. A mineral whose share is
below `significance` times its error is dropped, the least sure one first, and the rest is fitted
again; stated errors are those of the minerals kept, and do not know of the choice.
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import xarray as xr
from numpy.typing import ArrayLike, NDArray

from marsward.core.errors import InputError
from marsward.core.fields import FieldRow, add_fields, field
from marsward.physics.hapke_mixing import Geometry
from marsward.retrieval.kernels.unmixing import unmix_rows

__all__ = ["unmix"]

Array = NDArray[np.float64]
_STEPS = 8
_BLOCK = 256
_MOST = 32

add_fields(
    FieldRow("mineral_fraction_sigma", "1", "error of the fraction (1 sigma)", low=0.0),
    FieldRow("mineral_fraction_covariance", "1", "covariance of the fractions"),
    FieldRow("fitted_reflectance", "1", "reflectance factor of the fitted mixture"),
    FieldRow("fitted_scale", "1", "fitted scale of a whole spectrum"),
    FieldRow("reduced_chi2", "1", "chi squared over degrees of freedom", low=0.0),
    FieldRow("channels_used", "1", "channels that took part in a fit", low=0.0),
    FieldRow("channels_masked", "1", "channels left out of a fit", low=0.0),
    FieldRow("minerals_used", "1", "minerals with a fraction above 0", low=0.0),
)


def unmix(
    reflectance: ArrayLike,
    sigma: ArrayLike,
    endmembers: ArrayLike,
    names: Sequence[str],
    *,
    wavelength: ArrayLike | None = None,
    geometry: Geometry | None = None,
    mixing: str = "intimate",
    sum_to_one: bool = True,
    gain_error: float = 0.0,
    shared_errors: tuple[ArrayLike, ArrayLike] | None = None,
    wavelength_error: float = 0.0,
    significance: float = 2.0,
    model_error: float = 0.0,
    covariance: bool = False,
    workers: int = 2,
) -> xr.Dataset:
    """Fractions of minerals in spectra.

    Parameters
    ----------
    reflectance, sigma : reflectance factor and its error (1 sigma) (places, channels), or one
        spectrum (channels,); a channel with NaN, or a sigma that is not positive, is left out
    endmembers : reflectance of each mineral in the same channels, as
        `Spectrometer.sampled(library.reflectance, library.wavelength)` gives it (minerals,
        channels); a channel that is NaN for any mineral is left out everywhere
    names : of the minerals
    wavelength : of the channels [m], for labels
    geometry : at which all reflectances hold; 30 degrees and nadir if left out
    mixing : "intimate" for grains mixed through, "areal" for patches side by side
    sum_to_one : keep the sum of shares at 1; False leaves the brightness open
    gain_error : relative error of the whole spectrum (1 sigma), of calibration or of relief that is
        not known; what it leaves open of the brightness goes into the errors of the shares
    shared_errors : errors that channels share, of 1 sigma each, as offset and slope by reflectance
        (places, errors, channels): `error_offset` and `error_slope` of `surface_reflectance`. How
        much there is of each is fitted along and goes into the errors of the shares; they are taken
        at the fitted spectrum, as those of the noisy one would pull the fit down. NaN counts as 0
    wavelength_error : shift of all channels that is not known [m] (1 sigma); needs `wavelength`
    significance : drop minerals whose share is below this many errors; 0 keeps all
    model_error : error of the library as a part of the reflectance (1 sigma), added to `sigma`
    covariance : also give the covariance of the shares
    workers : threads; the result does not depend on their number

    Returns
    -------
    Dataset (place, mineral, wavelength): mineral_fraction, its sigma (of a mineral at 0: the error
    that its share would have), fitted_reflectance and fitted_scale, reduced_chi2, channels used and
    masked. A spectrum with no more channels than minerals gives NaN.

    Raises InputError for shapes that do not fit, an error that is negative or no number, more than
    32 minerals, two of one name, or a library that covers fewer channels than it has minerals.
    """
    values, errors = (np.atleast_2d(np.asarray(v, dtype=np.float64)) for v in (reflectance, sigma))
    members = np.asarray(endmembers, dtype=np.float64)
    _check(values, errors, members, names, mixing)
    for name, size in (("gain_error", gain_error), ("wavelength_error", wavelength_error),
                       ("significance", significance), ("model_error", model_error)):  # fmt: skip
        if not 0.0 <= size < np.inf:
            raise InputError(f"{name} is {size:g}; it must be a number of 0 or more")
    if workers < 1:
        raise InputError(f"workers = {workers}: at least one thread has to work")
    errors = np.broadcast_to(errors, values.shape)
    if model_error > 0.0:
        errors = np.hypot(errors, model_error * np.abs(values))
    law = geometry or Geometry()
    clear = np.isfinite(members).all(axis=0)
    if clear.sum() <= len(names):
        raise InputError(
            f"the library covers {int(clear.sum())} of {clear.size} channels for all of its "
            f"{len(names)} minerals: leave out minerals with gaps, or fit fewer"
        )
    shared = _shared(shared_errors, gain_error, values)
    shift = _shift(wavelength, wavelength_error, values.shape[1])
    out = _solved(
        values[:, clear], errors[:, clear], [each[:, :, clear] for each in shared], shift[clear],
        members[:, clear], law, mixing == "intimate", sum_to_one, significance, covariance,
        workers,
    )  # fmt: skip
    fitted = np.full(values.shape, np.nan)
    fitted[:, clear] = out["fitted"]
    return _labelled(out, fitted, names, wavelength, values.shape[1], sum_to_one)


def _check(values: Array, errors: Array, members: Array, names: Sequence[str], mixing: str) -> None:
    if mixing not in ("intimate", "areal"):
        raise InputError(f'minerals are mixed "intimate" or "areal", not {mixing!r}')
    if members.ndim != 2 or members.shape[0] != len(names):
        raise InputError(f"{len(names)} names do not fit endmembers of the shape {members.shape}")
    if not 1 <= len(names) <= _MOST or len(set(names)) < len(names):
        raise InputError(f"give 1 to {_MOST} minerals, each with a name of its own")
    if values.ndim != 2 or values.shape[1] != members.shape[1]:
        raise InputError(
            f"the spectra have {values.shape[-1]} channels but the endmembers {members.shape[1]}"
        )
    if errors.shape[-1] not in (1, values.shape[1]) or errors.shape[0] not in (1, len(values)):
        raise InputError(f"sigma of the shape {errors.shape} does not fit spectra {values.shape}")


def _shared(
    given: tuple[ArrayLike, ArrayLike] | None, gain_error: float, values: Array
) -> list[Array]:
    """Offset and slope of the errors that channels share, the gain first (places or 1, t, c)."""
    channels = values.shape[1]
    offset, slope = np.zeros((1, 1, channels)), np.full((1, 1, channels), float(gain_error))
    if given is None:
        return [offset, slope]
    pair = [np.nan_to_num(np.asarray(each, dtype=np.float64)) for each in given]
    if len(pair) != 2 or any(
        each.ndim != 3 or each.shape != pair[0].shape or each.shape[::2] != values.shape
        for each in pair
    ):
        raise InputError(
            f"shared errors are an offset and a slope (places, errors, channels) that fit spectra "
            f"of the shape {values.shape}; here they have {[each.shape for each in pair]}"
        )
    wide = (len(values), 1, channels)
    return [
        np.concatenate([np.broadcast_to(first, wide), each], axis=1)
        for first, each in zip((offset, slope), pair, strict=True)
    ]


def _shift(wavelength: ArrayLike | None, error: float, channels: int) -> Array:
    """A shift of the wavelength in channels (channels,)."""
    if error == 0.0:
        return np.zeros(channels)
    if wavelength is None:
        raise InputError("an error of the wavelength needs the wavelengths of the channels too")
    lam = np.asarray(wavelength, dtype=np.float64)
    if lam.shape != (channels,) or not np.all(np.diff(lam) > 0.0):
        raise InputError(f"wavelengths must rise, one for each of {channels} channels")
    return error / np.gradient(lam)


def _solved(
    values: Array, errors: Array, shared: list[Array], shift: Array, members: Array,
    law: Geometry, intimate: bool, one: bool, significance: float, covariance: bool, workers: int,
) -> dict[str, Array]:  # fmt: skip
    """Blocks of spectra on threads."""
    rows, channels = values.shape
    count = len(members)
    albedo = np.ascontiguousarray(law.albedo(members) if intimate else members)
    full = (rows, count, count) if covariance else (0, count, count)
    out = {
        "fraction": np.empty((rows, count)),
        "error": np.empty((rows, count)),
        "covariance": np.full(full, np.nan),
        "fitted": np.empty((rows, channels)),
        "amounts": np.empty((rows, shared[0].shape[1] + 1)),
        "misfit": np.empty(rows),
        "used": np.empty(rows),
    }

    def block(first: int) -> None:
        part = slice(first, min(first + _BLOCK, rows))
        kept = out["covariance"][part] if covariance else np.empty((0, count, count))
        common = [each[part] if len(each) == rows else each for each in shared]
        unmix_rows(
            np.ascontiguousarray(values[part]), np.ascontiguousarray(errors[part]),
            np.ascontiguousarray(common[0]), np.ascontiguousarray(common[1]),
            np.ascontiguousarray(shift), albedo, law.mu0, law.mu, intimate, one,
            float(significance), _STEPS, out["fraction"][part], out["error"][part], kept,
            out["fitted"][part], out["amounts"][part], out["misfit"][part], out["used"][part],
        )  # fmt: skip

    starts = range(0, rows, _BLOCK)
    if workers > 1 and len(starts) > 1:
        with ThreadPoolExecutor(workers) as pool:
            list(pool.map(block, starts))
    else:
        for first in starts:
            block(first)
    out["scale"] = 1.0 + out["amounts"][:, 0] * shared[1][:, 0, 0]
    return out


def _labelled(
    out: dict[str, Array], fitted: Array, names: Sequence[str], wavelength: ArrayLike | None,
    channels: int, one: bool,
) -> xr.Dataset:  # fmt: skip
    fraction = out["fraction"]
    free = (fraction > 0.0).sum(axis=1)
    degrees = np.maximum(out["used"] - free + (1 if one else 0), 1.0)
    whose = ("place", "mineral")
    found = {
        "mineral_fraction": field("mineral_fraction", fraction, whose),
        "mineral_fraction_sigma": field("mineral_fraction_sigma", out["error"], whose),
        "fitted_reflectance": field("fitted_reflectance", fitted, ("place", "wavelength")),
        "fitted_scale": field("fitted_scale", out["scale"], "place"),
        "reduced_chi2": field("reduced_chi2", out["misfit"] / degrees, "place"),
        "channels_used": field("channels_used", out["used"], "place"),
        "channels_masked": field("channels_masked", channels - out["used"], "place"),
        "minerals_used": field("minerals_used", free, "place"),
    }
    if out["covariance"].size:
        found["mineral_fraction_covariance"] = field(
            "mineral_fraction_covariance",
            out["covariance"],
            ("place", "mineral", "other_mineral"),
        )
    made = xr.Dataset(found).assign_coords(mineral=list(names))
    if wavelength is None:
        return made
    return made.assign_coords(wavelength=field("wavelength", wavelength, "wavelength"))
