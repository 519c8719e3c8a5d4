"""A camera on the ground that takes pictures of the Sun to tell how much dust is in the way.

It gives the light of the Sun's disc as it counts it: noise is new in every picture, the error of
its calibration drawn once for a campaign. Light that the dust scatters forward into the disc is
left out: under 1 % of it for a disc of 0.35 deg and an opacity of 1.
"""

from __future__ import annotations

from typing import ClassVar

import numpy as np
import xarray as xr
from numpy.typing import ArrayLike

from marsward.core.errors import InputError
from marsward.core.fields import FieldRow, add_fields, field
from marsward.core.part import Part, value
from marsward.physics.sun_path import DUST_SCALE_HEIGHT, air_mass

__all__ = ["SunCamera"]

_LEMMON = "Lemmon et al. 2015, doi:10.1016/j.icarus.2014.03.029"

add_fields(
    FieldRow("sunlight_counts", "1", "light of the Sun's disc over that without air at 1 au",
             low=0.0),
)  # fmt: skip


class SunCamera(Part):
    """A camera with a filter dark enough for the Sun."""

    kind: ClassVar[str] = "sun-camera"

    name: str = value("sun-camera", description="name of the instrument")
    noise: float = value(
        0.01, unit="1", ref="a choice: scatter of one picture's photometry", gt=0.0, le=0.2,
        description="relative error of one picture (1 sigma)",
    )  # fmt: skip
    calibration_error: float = value(
        0.03, unit="1", ref=f"a choice, of the order of the offsets that {_LEMMON} corrects",
        ge=0.0, le=0.3, description="relative error of calibration, one for a campaign (1 sigma)",
    )  # fmt: skip

    def gain(self, campaign: int) -> float:
        """True over believed light in a campaign."""
        draws = np.random.default_rng(np.random.SeedSequence([int(campaign), 0x5C4]))
        return float(np.exp(self.calibration_error * draws.standard_normal()))

    def observe(
        self,
        opacity: ArrayLike,
        zenith: ArrayLike,
        *,
        distance: ArrayLike = 1.0,
        scale_height: ArrayLike = DUST_SCALE_HEIGHT,
        seed: int = 0,
        campaign: int = 0,
    ) -> xr.Dataset:
        """Pictures of the Sun.

        Parameters
        ----------
        opacity : visible extinction of the dust above the camera in each picture (pictures,)
        zenith : angle of the Sun from the vertical [deg], 0 to 90
        distance : of the Sun [au]; scale_height : of the dust [m]
        seed : of the noise; campaign : of the calibration, which all with this number share

        Returns
        -------
        Dataset (picture): light, over that without air at 1 au as the camera is believed to be
        calibrated, and incidence [deg]; attributes noise and calibration_error.

        Raises
        ------
        InputError : an opacity under 0, the Sun under the horizon, shapes that do not fit
        """
        try:
            tau, angle, far = np.broadcast_arrays(
                *[
                    np.atleast_1d(np.asarray(v, dtype=np.float64))
                    for v in (opacity, zenith, distance)
                ]
            )
        except ValueError as error:
            raise InputError(f"pictures of the Sun do not fit together: {error}") from error
        if not np.all((tau >= 0.0) & np.isfinite(tau)):
            raise InputError("the opacity of the dust above a camera must be finite and 0 or more")
        if not np.all((far > 0.1) & (far < 10.0)):
            raise InputError("distance of the Sun is given in au, 0.1 to 10")
        draws = np.random.default_rng(np.random.SeedSequence([int(seed), 0x5C4]))
        true = np.exp(-tau * air_mass(angle, scale_height)) / far**2
        light = self.gain(campaign) * true * np.exp(self.noise * draws.standard_normal(true.shape))
        return xr.Dataset(
            {
                "light": field("sunlight_counts", light, "picture"),
                "incidence": field("incidence", angle, "picture"),
            },
            attrs={
                "instrument": self.name,
                "noise": self.noise,
                "calibration_error": self.calibration_error,
                "seed": int(seed),
                "campaign": int(campaign),
            },
        )
