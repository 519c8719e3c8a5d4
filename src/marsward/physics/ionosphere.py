"""What the ionosphere of Mars does to a radar pulse that goes through it twice: a phase.

The electrons form one Chapman layer of peak density N and neutral scale height H,

    n(z) = N exp((1 - y - exp(-y))/2),   y = (z - peak)/H,

whose peak falls with the solar zenith angle as the root of Chapman's grazing function and ends in a
night floor. Without collisions and magnetic field the index is sqrt(1 - (fp/f)^2), so a wave of
frequency f gains on one in empty space, down and up again, the phase

    phase(f) = (4 pi f H/c) I(fp_peak^2/f^2),   I(x) = integral of 1 - sqrt(1 - x n/N) over y;

its group is late by -d phase/d w. Waves below the plasma frequency of the peak do not come back
from the ground. The spacecraft is taken to be above the layer; absorption, which counts below 5 MHz
by day (Nielsen et al. 2007, Planet. Space Sci. 55:864), and the lower M1 layer are left out.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.interpolate import CubicSpline
from scipy.special import erfcx

from marsward.core.constants import SPEED_OF_LIGHT
from marsward.core.errors import InputError

__all__ = ["Ionosphere", "chapman_grazing", "phase_fit"]

Array = NDArray[np.float64]
_C = float(SPEED_OF_LIGHT)
_PLASMA = 80.6163  # fp^2 = e^2 n/(4 pi^2 eps0 m), CODATA 2018 [Hz2 m3]
_TABLE = 513
_REACH = (-5.0, 60.0)  # of the layer, in scale heights


def chapman_grazing(zenith_rad: ArrayLike, ratio: float) -> Array:
    """Chapman's grazing function: slant over vertical column at a solar zenith angle.

    Smith & Smith 1972, doi:10.1029/JA077i019p03592: sqrt(pi X/2) erfcx(sqrt(X/2) |cos chi|) by day,
    and beyond the terminator twice the grazing column less its mirror image.

    Parameters
    ----------
    ratio : distance from the centre of the planet over scale height, X
    """
    chi = np.asarray(zenith_rad, dtype=np.float64)
    sine, cosine = np.sin(chi), np.cos(chi)
    root = math.sqrt(0.5 * math.pi * ratio)
    day = root * erfcx(math.sqrt(0.5 * ratio) * np.abs(cosine))
    turn = np.minimum(ratio * (1.0 - np.minimum(sine, 1.0)), 600.0)
    night = 2.0 * root * np.sqrt(np.maximum(sine, 1e-300)) * np.exp(turn) - day
    return np.asarray(np.where(cosine >= 0.0, day, night))


@dataclass(frozen=True)
class Ionosphere:
    """A Chapman layer by solar zenith angle.

    subsolar_density : electrons at the peak under the Sun [m-3]; 1.5 to 2.0e11, Morgan et al. 2008,
        doi:10.1029/2008JA013313
    scale_height : by day [m]; the slab of 50 km, total over peak density, of Mendillo et al. 2015,
        doi:10.1002/2015GL063096, over sqrt(2 pi e) = 4.13; 10 to 14 km by Fallows et al. 2015,
        doi:10.1002/2014JA020750
    night_density : peak of the patchy night side [m-3]; 1e9 to 5e10, mostly below 2e10: Nemec et
        al. 2010, doi:10.1029/2010JE003663
    night_scale_height : [m]; slab of 25 km, Mendillo et al. 2015
    peak_height : [m]; 120 to 140 km; only the grazing function uses it
    """

    subsolar_density: float = 1.7e11
    scale_height: float = 12.1e3
    night_density: float = 5e9
    night_scale_height: float = 6.05e3
    peak_height: float = 135e3
    planet_radius: float = 3_389_500.0

    def __post_init__(self) -> None:
        for name in self.__dataclass_fields__:
            value = getattr(self, name)
            if not (math.isfinite(value) and value > 0.0):
                raise InputError(
                    f"{name.replace('_', ' ')} of the ionosphere is {value:g}; it must be positive"
                )

    def peak_density(self, sza: ArrayLike) -> Array:
        """Electrons at the peak [m-3] by solar zenith angle [deg], 0 to 180."""
        ratio = (self.planet_radius + self.peak_height) / self.scale_height
        grazing = chapman_grazing(_zenith(sza), ratio)
        day = self.subsolar_density / np.sqrt(np.maximum(grazing, 1.0))
        return np.asarray(np.hypot(day, self.night_density))

    def layer_height(self, sza: ArrayLike) -> Array:
        """Scale height [m]: the day's, and the night's where the night floor holds the layer."""
        share = (self.night_density / self.peak_density(sza)) ** 2
        return np.asarray(self.scale_height + share * (self.night_scale_height - self.scale_height))

    def plasma_frequency(self, sza: ArrayLike) -> Array:
        """Plasma frequency of the peak [Hz]: nothing below it reaches the ground."""
        return np.asarray(np.sqrt(_PLASMA * self.peak_density(sza)))

    def total_electrons(self, sza: ArrayLike) -> Array:
        """Total electron content along the vertical [m-2]: N H sqrt(2 pi e)."""
        slab = math.sqrt(2.0 * math.pi * math.e) * self.layer_height(sza)
        return np.asarray(self.peak_density(sza) * slab)

    def phase(self, sza: ArrayLike, frequency: ArrayLike) -> Array:
        """Two-way phase that the layer adds to the wave in empty space (trace, frequency) [rad].

        A received spectrum is multiplied by exp(i phase). NaN marks waves that do not get through:
        see `transmitted`.
        """
        zenith = np.atleast_1d(np.asarray(sza, dtype=np.float64))
        f = np.atleast_1d(np.asarray(frequency, dtype=np.float64))
        if not np.all(f > 0.0):
            raise InputError("frequencies through the ionosphere must be positive [Hz]")
        x = (self.plasma_frequency(zenith)[:, None] / f) ** 2
        whole = 4.0 * math.pi / _C * f * self.layer_height(zenith)[:, None] * _lag(x)
        return np.where(x < 1.0, whole, np.nan)

    def transmitted(self, sza: ArrayLike, frequency: ArrayLike) -> NDArray[np.bool_]:
        """Whether a wave reaches the ground (trace, frequency)."""
        peak = np.atleast_1d(self.plasma_frequency(sza))[:, None]
        return np.asarray(np.atleast_1d(np.asarray(frequency, dtype=np.float64)) > peak)

    def delay(self, sza: ArrayLike, frequency: float) -> Array:
        """Two-way group delay at a frequency [s]; inf where the wave does not get through."""
        h = 1e-4 * frequency
        phase = self.phase(sza, frequency + h * np.array([-1.0, 1.0]))
        late = -(phase[:, 1] - phase[:, 0]) / (4.0 * math.pi * h)
        return np.where(np.isfinite(late), late, np.inf)


def phase_fit(
    frequency: ArrayLike,
    phase: ArrayLike,
    *,
    weight: ArrayLike = 1.0,
    law: Literal["quadratic", "inverse"] = "quadratic",
) -> tuple[Array, Array]:
    """What focusing on the ground takes out of a phase: constant, delay and one term of dispersion.

    Processing finds the dispersion by the sharpness of the picture, with a quadratic phase or with
    a law of frequency (Campbell et al. 2011, doi:10.1109/LGRS.2011.2143692), and the delay by the
    known surface; here all are what weighted least squares gives.

    Parameters
    ----------
    frequency : (n,) [Hz], rising
    phase : (trace, n) [rad], NaN where nothing gets through
    weight : (n,) of the power at each frequency
    law : of the third term, (f - middle)^2 or 1/f, the law of thin plasma

    Returns
    -------
    coefficients : (trace, 3) of 1, g and g^2, or 1, f/middle and middle/f [rad]; g is
        f - middle over half of the band
    residual : (trace, n) what is left [rad], NaN as in `phase`
    """
    f = np.asarray(frequency, dtype=np.float64)
    held = np.atleast_2d(np.asarray(phase, dtype=np.float64))
    if f.ndim != 1 or f.size < 3 or not np.all((f > 0.0) & (f < math.inf)):
        raise InputError("a phase is fitted at three positive frequencies or more [Hz]")
    middle = 0.5 * (f[0] + f[-1])
    if law == "quadratic":
        g = (f - middle) / max(0.5 * (f[-1] - f[0]), 1e-300)
        terms = np.stack([np.ones_like(g), g, g * g], axis=1)
    else:
        terms = np.stack([np.ones_like(f), f / middle, middle / f], axis=1)
    root = np.sqrt(np.broadcast_to(np.asarray(weight, dtype=np.float64), f.shape))
    known = np.isfinite(held)
    whole = known.all(axis=1)
    found = np.empty((held.shape[0], 3))
    found[whole] = (held[whole] * root) @ np.linalg.pinv(terms * root[:, None]).T
    for i in np.flatnonzero(~whole):
        w = root * known[i]
        found[i] = np.linalg.pinv(terms * w[:, None]) @ (np.where(known[i], held[i], 0.0) * w)
    return found, held - found @ terms.T


@cache
def _lag_table() -> tuple[Array, Array]:
    """I(x)/x at even steps of u = sqrt(1 - x): smooth up to where the wave is turned back."""
    points, weights = np.polynomial.legendre.leggauss(24)
    ends = np.linspace(*_REACH, 131)
    y = (0.5 * (ends[:-1] + ends[1:])[:, None] + 0.5 * np.diff(ends)[:, None] * points).ravel()
    w = (0.5 * np.diff(ends)[:, None] * weights).ravel()
    density = np.exp(0.5 * (1.0 - y - np.exp(-y)))
    u = np.linspace(0.0, 1.0, _TABLE)
    x = 1.0 - u * u
    gain = density / (1.0 + np.sqrt(np.maximum(1.0 - x[:, None] * density, 0.0)))
    return u, gain @ w


def _lag(x: Array) -> Array:
    u, table = _lag_table()
    held = np.clip(x, 0.0, 1.0)
    return np.asarray(held * CubicSpline(u, table)(np.sqrt(1.0 - held)))


def _zenith(sza: ArrayLike) -> Array:
    angle = np.asarray(sza, dtype=np.float64)
    if not np.all((angle >= 0.0) & (angle <= 180.0)):
        bad = np.ravel(angle)[np.argmin(np.ravel((angle >= 0.0) & (angle <= 180.0)))]
        raise InputError(f"a solar zenith angle of {bad:g} deg cannot be: it lies in 0 to 180")
    return np.radians(angle)
