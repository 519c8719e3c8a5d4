"""Calibration: a frame's numbers become radiance, each pixel with its error.

L = (DN - bias - dark) / flat * radiance per DN. The variance of a pixel is that of the light it
holds, the dark charge, the read-out, the rounding to whole numbers (gain^2 / 12) and what is not
known of the flat field (Janesick 2007, "Photon Transfer", doi:10.1117/3.725073, chapters 4 to 6).
Only the known part of the flat field is divided out.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from marsward.core.errors import InputError
from marsward.retrieval.kernels.calibration import radiance_of_numbers

__all__ = ["Calibrated", "calibrate"]

Image = NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Calibrated:
    """A calibrated frame.

    radiance, sigma : float32 (band, y, x) [W m-2 sr-1 in the band], NaN where a pixel is bad
    saturated : full pixels, all bands together
    """

    radiance: Image
    sigma: Image
    saturated: int

    @property
    def good(self) -> NDArray[np.bool_]:
        """True (band, y, x) where a pixel tells the light."""
        return np.isfinite(self.radiance)


def calibrate(dn: NDArray[np.uint16], camera: Any, exposure: float, *, edge: int = 0) -> Calibrated:
    """Radiance of a frame.

    Parameters
    ----------
    dn : uint16 (band, y, x), or (y, x) of a camera with one band
    camera : the `Camera` as it is believed to be; only its known flat field is used
    exposure : time of the exposure [s]
    edge : rows and columns along the border that are left out [pixel]

    Raises
    ------
    InputError : numbers of another shape or type than the camera makes, or no exposure.
    """
    numbers = np.ascontiguousarray(dn)
    numbers = numbers[None] if numbers.ndim == 2 else numbers
    bands = tuple(camera.bands)
    if numbers.ndim != 3 or numbers.shape[0] != len(bands) or numbers.shape[2] != camera.width:
        raise InputError(
            f"numbers of shape {np.shape(dn)} are no frame of camera {camera.name!r}, which has "
            f"{len(bands)} bands and {camera.width} columns: give (band, y, x)"
        )
    if numbers.dtype != np.uint16:
        raise InputError(f"numbers must be uint16 as the camera makes them, not {numbers.dtype}")
    if not (math.isfinite(exposure) and exposure > 0.0):
        raise InputError(f"exposure must be positive seconds, not {exposure}")
    if not 0 <= edge < min(numbers.shape[1:]) / 2:
        raise InputError(f"an edge of {edge} px leaves nothing of the frame")
    radiance = np.empty(numbers.shape, dtype=np.float32)
    sigma = np.empty(numbers.shape, dtype=np.float32)
    full = 0
    for k, band in enumerate(bands):
        flat = np.ascontiguousarray(camera.flat(band), dtype=np.float32)
        if flat.shape[0] not in (1, numbers.shape[1]):
            raise InputError(
                f"band {band.name} has a flat field of {flat.shape[0]} rows but the frame "
                f"{numbers.shape[1]}"
            )
        settings = np.array(
            [
                camera.bias, camera.dark(band, exposure), camera.gain, camera.read_noise,
                camera.flat_error / math.sqrt(band.stages), camera.radiance_scale(band, exposure),
                camera.saturation,
            ]
        )  # fmt: skip
        full += radiance_of_numbers(numbers[k], flat, settings, edge, radiance[k], sigma[k])
    return Calibrated(radiance, sigma, full)
