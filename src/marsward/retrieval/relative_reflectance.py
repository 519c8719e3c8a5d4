"""Reflectance of rocks from a spectral camera: their signal over that of its calibration target.

Both are lit alike, so light and response of the camera cancel and what the target reflects remains
(Bell et al. 2017, doi:10.1002/2016EA000219, on Mastcam). The error has four parts: noise of the
rock, noise of the target, what all bands of a campaign share and what each band has of its own;
the second and the last two are the same for all rocks of a campaign and do not average out.
"""

from __future__ import annotations

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from marsward.core.errors import InputError
from marsward.core.fields import FieldRow, add_fields, field
from marsward.physics.hapke_mixing import WAVELENGTH

__all__ = ["band_depth", "relative_reflectance"]

Array = NDArray[np.float64]
_NEEDED = ("band_signal", "band_signal_sigma", "reference_signal", "reference_signal_sigma",
           "reference_reflectance", WAVELENGTH)  # fmt: skip

add_fields(
    FieldRow("band_reflectance", "1", "reflectance factor in a band, over that of white ground"),
    FieldRow("band_reflectance_sigma", "1", "error of it (1 sigma), of calibration in it", low=0.0),
    FieldRow("band_reflectance_noise", "1", "the part of the error that is new in each", low=0.0),
)


def relative_reflectance(looks: xr.Dataset) -> xr.Dataset:
    """Reflectance factor of rocks (target, band) with its errors.

    looks : as `SpectralCamera.observe` gives them

    Returns
    -------
    Dataset (target, band): band_reflectance, band_reflectance_sigma (all parts),
    band_reflectance_noise (noise of rock and target), wavelength by band.

    Raises
    ------
    InputError : looks that are none, with gaps, or at a calibration target in the dark
    """
    missing = [name for name in _NEEDED if name not in looks.variables]
    missing += [name for name in ("common_error", "band_error") if name not in looks.attrs]
    if missing:
        raise InputError(f"these are no looks of a spectral camera: {missing[0]} is missing")
    rock, rock_noise, target, target_noise = (looks[name].values for name in _NEEDED[:4])
    if not (np.isfinite(rock).all() and np.isfinite(target).all()):
        raise InputError("looks of a spectral camera must be without gaps")
    if np.any(target <= 3.0 * target_noise):
        raise InputError(
            "the calibration target is lost in noise: look again in more light or longer"
        )
    found = looks["reference_reflectance"].values * rock / target
    scale = looks["reference_reflectance"].values / target
    noise = np.hypot(scale * rock_noise, found * target_noise / target)
    shared = np.hypot(float(looks.attrs["common_error"]), float(looks.attrs["band_error"]))
    dims = ("target", "band")
    return xr.Dataset(
        {
            "band_reflectance": field("band_reflectance", found, dims),
            "band_reflectance_sigma": field(
                "band_reflectance_sigma", np.hypot(noise, shared * np.abs(found)), dims
            ),
            "band_reflectance_noise": field("band_reflectance_noise", noise, dims),
            WAVELENGTH: field(WAVELENGTH, looks[WAVELENGTH].values, "band"),
        },
        {"band": looks["band"].values},
        {k: looks.attrs[k] for k in ("instrument", "common_error", "band_error")},
    )


def band_depth(found: xr.Dataset, centre: str, left: str, right: str) -> tuple[Array, Array]:
    """How deep a band lies under the straight line of two others (target,), and its 1 sigma.

    found : of `relative_reflectance`; centre, left, right : names of bands. What all bands share
    cancels and is not in the error.

    Raises InputError for a name that is no band, or a centre that is not between the others.
    """
    names = [str(name) for name in found["band"].values]
    for name in (centre, left, right):
        if name not in names:
            raise InputError(f"there is no band {name!r}; bands are {', '.join(names)}")
    c, a, b = (names.index(name) for name in (centre, left, right))
    lam = found[WAVELENGTH].values
    if not lam[a] < lam[c] < lam[b]:
        raise InputError(f"the band {centre!r} does not lie between {left!r} and {right!r}")
    part = (lam[c] - lam[a]) / (lam[b] - lam[a])
    r = found["band_reflectance"].values
    own = np.hypot(found["band_reflectance_noise"].values, found.attrs["band_error"] * np.abs(r))
    line = (1.0 - part) * r[:, a] + part * r[:, b]
    shoulder = np.hypot((1.0 - part) * own[:, a], part * own[:, b])
    ratio = r[:, c] / line
    return 1.0 - ratio, np.abs(ratio) * np.hypot(own[:, c] / r[:, c], shoulder / line)
