"""What is thought of a column of air before a sounder looks: mean, spread and correlation.

Never from the planet that is observed: the default is a column that falls off with height as the
entries of the Viking landers saw it on average, 1.6 K per km from 214 K to an even 140 K (Seiff &
Kirk 1977, doi:10.1029/JS082i028p04364, rounded), with a spread of 15 K that fades over one scale
height, as retrievals from nadir take it (Conrath et al. 2000, doi:10.1029/1999JE001095).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from marsward.core.errors import InputError

__all__ = ["ProfilePrior", "level_weights", "profile_prior"]

Array = NDArray[np.float64]
_GROUND, _LAPSE, _ALOFT = 214.0, 1.6e-3, 140.0  # K, K/m, K: see above
_SCALE_HEIGHT, _REFERENCE = 10.8e3, 610.0  # m, Pa: of 210 K


@dataclass(frozen=True)
class ProfilePrior:
    """What is thought of n columns before they are seen.

    pressure : of the levels [Pa] (m,), falling from the lowest
    temperature : mean [K] (m,) or (n, m); covariance : [K2] (m, m) or (n, m, m)
    surface_temperature, surface_sigma : of the ground [K], numbers or (n,) and a number
    dust_opacity : of the column in visible light at 610 Pa, a number or (n,), above 0
    dust_sigma : of its natural logarithm
    dust_top : height of the top of the dust [m], as `physics.dust_profile` takes it

    Raises
    ------
    InputError : levels that do not fall, shapes that do not fit, numbers out of range.
    """

    pressure: Array
    temperature: Array
    covariance: Array
    surface_temperature: ArrayLike = 215.0
    surface_sigma: float = 40.0
    dust_opacity: ArrayLike = 0.3
    dust_sigma: float = 0.7
    dust_top: float = 55e3

    def __post_init__(self) -> None:
        p = np.asarray(self.pressure, dtype=np.float64)
        if p.ndim != 1 or p.size < 3 or not (np.all(np.diff(p) < 0.0) and p[-1] > 0.0):
            raise InputError("levels of a prior are 3 or more pressures that fall, above 0 Pa")
        mean, spread = np.asarray(self.temperature), np.asarray(self.covariance)
        if mean.shape[-1:] != p.shape or spread.shape[-2:] != (p.size, p.size):
            raise InputError(
                f"a prior of {p.size} levels has temperatures of shape {mean.shape} and a "
                f"covariance of shape {spread.shape}"
            )
        if not (np.all(mean >= 80.0) and np.all(mean <= 350.0)):
            raise InputError("temperatures of a prior must lie in 80 to 350 K")
        if not (self.surface_sigma > 0.0 and self.dust_sigma > 0.0):
            raise InputError("surface_sigma and dust_sigma of a prior must be above 0")
        if not (np.all(np.asarray(self.dust_opacity) > 0.0) and self.dust_top >= 5e3):
            raise InputError("dust_opacity of a prior must be above 0 and dust_top 5 km or more")
        for name, held in (("pressure", p), ("temperature", mean), ("covariance", spread)):
            object.__setattr__(self, name, np.asarray(held, dtype=np.float64))


def profile_prior(
    pressure: ArrayLike | None = None,
    *,
    temperature: ArrayLike | None = None,
    sigma: ArrayLike = 15.0,
    correlation: float = 1.0,
    **more: ArrayLike,
) -> ProfilePrior:
    """A prior whose spread fades exponentially with distance in ln p.

    Parameters
    ----------
    pressure : levels [Pa] (m,), falling; 36 from 1000 to 0.05 Pa if left out
    temperature : mean [K] (m,) or (n, m); that of the Viking entries if left out
    sigma : spread of each level [K], a number or (m,)
    correlation : distance over which it fades to 1/e [scale heights]
    **more : further fields of `ProfilePrior`

    Raises
    ------
    InputError : numbers out of range
    """
    levels = np.geomspace(1000.0, 0.05, 36) if pressure is None else np.asarray(pressure, float)
    if not (levels.ndim == 1 and np.all(levels > 0.0)):
        raise InputError("levels of a prior are a row of pressures above 0 Pa")
    height = _SCALE_HEIGHT * np.log(_REFERENCE / levels)
    mean = np.maximum(_GROUND - _LAPSE * height, _ALOFT) if temperature is None else temperature
    spread = np.broadcast_to(np.asarray(sigma, dtype=np.float64), levels.shape)
    if not (np.all(spread > 0.0) and correlation > 0.0):
        raise InputError("sigma and correlation of a prior must be above 0")
    away = np.abs(np.subtract.outer(np.log(levels), np.log(levels)))
    covariance = np.outer(spread, spread) * np.exp(-away / correlation)
    return ProfilePrior(levels, np.asarray(mean, float), covariance, **more)  # type: ignore[arg-type]


def level_weights(levels: Array, layers: Array) -> Array:
    """Shares of levels in layers, (n, L, m), straight in ln p; the end levels hold beyond.

    levels : pressure of the levels [Pa] (m,), falling; layers : of the layers [Pa] (n, L)
    """
    x, at = -np.log(levels), np.clip(-np.log(layers), -np.log(levels[0]), -np.log(levels[-1]))
    i = np.clip(np.searchsorted(x, at) - 1, 0, x.size - 2)
    share = (at - x[i]) / (x[i + 1] - x[i])
    out = np.zeros((*layers.shape, x.size))
    np.put_along_axis(out, i[..., None], (1.0 - share)[..., None], axis=-1)
    np.put_along_axis(out, i[..., None] + 1, share[..., None], axis=-1)
    return out
