"""Sunlight at the ground under dust, for solar panels and for what ultraviolet does.

The light of the two streams of `physics.shortwave` on level ground, split into the beam and the
light of the sky, and that on a tilted plane after Liu & Jordan 1963,
doi:10.1016/0038-092X(63)90006-9, with the part of the sky's light that comes from close around the
Sun kept in the beam:

    plane = (B + F) cos i/cos Z + (D - F) (1 + cos t)/2 + A G (1 - cos t)/2

with B the beam, D the sky's light, G = B + D all of it on level ground of albedo A, i the angle
between Sun and normal, t the tilt. F is what dust scatters within its forward peak, a share
f = g^2 of what it scatters: B (exp(w f tau/mu) - 1), the delta-scaled beam less the true one.

Net light on level ground over that at the top compares with the f(Z, tau) of Appelbaum & Flood
1990, doi:10.1016/0038-092X(90)90156-7 (Pollack's sums with the darker dust of the Viking years).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from marsward.core.errors import InputError
from marsward.physics.dust_optics import DustOptics, solar_optics
from marsward.physics.dust_profile import REFERENCE_PRESSURE, checked_opacity
from marsward.physics.near_infrared import slant_cosine
from marsward.physics.shortwave import shortwave

__all__ = ["DUST_FALL", "SurfaceLight", "panel_cleanness", "surface_light"]

Array = NDArray[np.float64]
DUST_FALL = 0.0028
"""Share of a panel's light that each sol's fall of dust takes: Landis & Jenkins 2000,
doi:10.1029/1999JE001029, on Sojourner. Later landers lost 0.1 to 0.3 % and wind cleans in leaps
(Lorenz et al. 2021, doi:10.1016/j.pss.2021.105337)."""


@dataclass(frozen=True, eq=False)
class SurfaceLight:
    """Sunlight at the ground, each of the shape of what was asked [W m-2].

    direct : the beam on level ground; diffuse : light of the sky on level ground
    around_sun : part of diffuse that comes from close around the Sun
    ultraviolet : of 0.2 to 0.38 um on level ground, direct and diffuse
    top : on a level plane above the air
    albedo : of the ground; cos_zenith : of the Sun
    """

    direct: Array
    diffuse: Array
    around_sun: Array
    ultraviolet: Array
    top: Array
    albedo: Array
    cos_zenith: Array

    @property
    def level(self) -> Array:
        """All light on level ground [W m-2]."""
        return np.asarray(self.direct + self.diffuse)

    @property
    def net_share(self) -> Array:
        """What the ground keeps over the light at the top, f of Appelbaum & Flood 1990 [-]; NaN by
        night."""
        with np.errstate(invalid="ignore", divide="ignore"):
            return np.asarray((1.0 - self.albedo) * self.level / self.top)

    def plane(self, cos_incidence: ArrayLike, tilt: ArrayLike) -> Array:
        """All light on a tilted plane [W m-2].

        cos_incidence : of the angle between the Sun and the plane's normal, -1 to 1
        tilt : from level [deg], 0 to 180

        Raises InputError outside of these.
        """
        cosine, degrees = np.asarray(cos_incidence, float), np.asarray(tilt, float)
        if not np.all(np.abs(cosine) <= 1.0):
            raise InputError("the cosine of an angle of incidence lies in -1 to 1")
        if not np.all((degrees >= 0.0) & (degrees <= 180.0)):
            raise InputError("a plane's tilt lies in 0 to 180 degrees")
        lean = np.cos(np.radians(degrees))
        near = (self.direct + self.around_sun) / np.maximum(self.cos_zenith, 1e-9)
        sky = (self.diffuse - self.around_sun) * 0.5 * (1.0 + lean)
        ground = self.albedo * self.level * 0.5 * (1.0 - lean)
        return np.asarray(near * np.maximum(cosine, 0.0) + sky + ground)


def surface_light(
    opacity: ArrayLike,
    *,
    cos_zenith: ArrayLike,
    solar_flux: ArrayLike,
    albedo: ArrayLike = 0.2,
    pressure: float = REFERENCE_PRESSURE,
    optics: DustOptics | None = None,
) -> SurfaceLight:
    """Sunlight at the ground under dust of a visible opacity; everything broadcasts.

    Parameters
    ----------
    opacity : extinction at 0.67 um of the column above the ground, as a camera sees it; one told
        for 610 Pa is to be multiplied by p/610 Pa first
    cos_zenith : of the Sun; 0 or less is night
    solar_flux : across the Sun's rays at Mars [W m-2]
    albedo : of the ground
    pressure : at the ground [Pa], for what carbon dioxide takes
    optics : of the dust; those of 1.5 um grains if None

    Raises
    ------
    InputError : an opacity below zero, a cosine outside -1 to 1, an albedo outside 0 to 1, NaN.
    """
    tau = checked_opacity(opacity)
    if not 0.0 < pressure < 1e7:
        raise InputError(f"the ground's pressure must be above zero, not {pressure:g} Pa")
    try:
        tau, mu, flux, rest = np.broadcast_arrays(
            tau, *[np.asarray(v, dtype=np.float64) for v in (cos_zenith, solar_flux, albedo)]
        )
    except ValueError as error:
        raise InputError(f"opacity, Sun and albedo do not match: {error}") from error
    shape = tau.shape
    edges = np.broadcast_to(np.array([pressure, 0.0]), (tau.size, 2))
    dust = optics or solar_optics()
    light = shortwave(
        edges, tau.reshape(-1, 1), cos_zenith=mu.ravel(), solar_flux=flux.ravel(),
        albedo=rest.ravel(), optics=dust,
    )  # fmt: skip
    top = (flux * np.maximum(mu, 0.0)).ravel()
    # The delta-scaled beam of each band: scattering by angles within the forward peak undone.
    forward = dust.albedo * dust.asymmetry**2 * dust.extinction
    path = tau.ravel() / slant_cosine(mu.ravel())
    full = np.exp(-path[:, None] * dust.extinction) * np.expm1(path[:, None] * forward)
    around = (top[:, None] * dust.share * full).sum(axis=1)
    direct = np.minimum(light.direct, light.down[:, 0])
    around = np.minimum(around, light.down[:, 0] - direct)
    return SurfaceLight(
        direct=direct.reshape(shape),
        diffuse=(light.down[:, 0] - direct).reshape(shape),
        around_sun=around.reshape(shape),
        ultraviolet=light.ultraviolet.reshape(shape),
        top=top.reshape(shape),
        albedo=np.array(rest),
        cos_zenith=np.array(mu),
    )


def panel_cleanness(sols: ArrayLike, *, fall: float = DUST_FALL) -> Array:
    """Share of light that a panel still takes after sols of falling dust, never cleaned [-].

    exp(-fall sols); fall : share lost in each sol. Raises InputError for sols or a fall below zero.
    """
    time = np.asarray(sols, dtype=np.float64)
    if not (np.all((time >= 0.0) & np.isfinite(time)) and 0.0 <= fall < 1.0):
        raise InputError("a panel gathers dust for 0 sols or more at a share of 0 to 1 in each")
    return np.asarray(np.exp(-fall * time))
