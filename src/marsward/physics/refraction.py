"""Radio waves in air and electrons: refractivity, bending of rays, and Abel's way back.

Gas of pressure p and temperature T has at radio frequencies the refractivity

    n - 1 = C p/T,    C = sum of shares times (n0 - 1) T0/p0,

with the n0 of each gas at 0 C and 101 325 Pa; free electrons of density ne have, far above their
plasma frequency fp and without a magnetic field, n - 1 = -fp^2/(2 f^2) = -40.308 ne/f^2 [SI].

In round layers n(r) a ray keeps its impact parameter a = n r sin(angle to the vertical). Its whole
bending and the index are a pair of Abel transforms in the refractive radius x = n r:

    bending(a) = -2 a int_a dln n/dx dx/sqrt(x^2 - a^2)
    ln n(x) = (1/pi) int_x bending(a) da/sqrt(a^2 - x^2)

Sources: Fjeldbo, Kliore & Eshleman 1971, doi:10.1086/111096; Hinson et al. 1999,
doi:10.1029/1999JE001069.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.interpolate import CubicSpline

from marsward.core.errors import InputError
from marsward.physics.air import COMPOSITION
from marsward.physics.ionosphere import Ionosphere
from marsward.physics.kernels.refraction import (
    abel_forward,
    abel_matrix,
    excess_path,
    table_bending,
)

__all__ = [
    "ELECTRON_REFRACTION",
    "RoundAir",
    "abel_inverse",
    "electron_density",
    "electron_refractivity",
    "refraction_constant",
    "refractivity",
    "round_air",
]

Array = NDArray[np.float64]
# (n - 1) at 0 C and 101 325 Pa. CO2, N2, O2: Newell & Baird 1965, doi:10.1063/1.1713942; Ar: the
# same paper; CO as N2 within 15 %, which is 1e-4 of the air's.
_GASES = {"CO2": 495.16e-6, "N2": 293.81e-6, "O2": 266.95e-6, "Ar": 277.61e-6, "CO": 338e-6}
_ZERO, _ATMOSPHERE = 273.15, 101_325.0
ELECTRON_REFRACTION = 40.308_15
"""Half of e^2/(4 pi^2 eps0 m) [Hz2 m3], CODATA 2018."""
_GRID = 100.0  # m, of the table of ln(n - 1)
_RAYS = 200.0  # m, of the table of bending in gas
_ION_GRID = 250.0
_ION_RAYS = 1000.0
_PANELS = 24
_POINT, _WEIGHT = (
    np.ascontiguousarray(v)
    for v in (0.5 * (np.polynomial.legendre.leggauss(6)[0] + 1.0),
              0.5 * np.polynomial.legendre.leggauss(6)[1])
)  # fmt: skip
_FOUR = np.polynomial.legendre.leggauss(4)
_POINT_4, _WEIGHT_4 = 0.5 * (_FOUR[0] + 1.0), 0.5 * _FOUR[1]
_LAYER = (-5.0, 25.0)  # scale heights of an ionosphere that are followed


def refraction_constant(composition: Mapping[str, float] = COMPOSITION) -> float:
    """C of n - 1 = C p/T [K Pa-1] of a mixture of gases, 1.308e-6 for the air of Mars.

    Parameters
    ----------
    composition : share by volume of each gas: CO2, N2, Ar, O2, CO; brought to a sum of one

    Raises
    ------
    InputError : a gas that is not known, or shares that are no shares.

    Refractivities are Newell & Baird's of 1965, doi:10.1063/1.1713942 (CO2 495.16, N2 293.81, O2
    266.95 and Ar 277.61 millionths at 0 C and 760 torr, some 0.2 % for CO2); that of CO is that of
    light. Over Boltzmann's constant it is 1.806e-29 m3, the refractive volume of a molecule.
    """
    unknown = [name for name in composition if name not in _GASES]
    shares = np.array([float(v) for v in composition.values()])
    if unknown or not shares.size or not (np.all(shares >= 0.0) and 0.0 < shares.sum() < math.inf):
        raise InputError(
            f"air of {dict(composition)} has no known refractivity; give shares of "
            f"{', '.join(_GASES)} from 0 up"
        )
    total = math.fsum(_GASES[name] * share for name, share in composition.items())
    return total / float(shares.sum()) * _ZERO / _ATMOSPHERE


def refractivity(
    pressure: ArrayLike, temperature: ArrayLike, *, constant: float | None = None
) -> Array:
    """n - 1 of air [-] at pressures [Pa] and temperatures [K], any shape.

    `constant` is that of `refraction_constant`, of the air of Mars if left out. Raises InputError
    for pressures or temperatures that are not finite and above zero.
    """
    c = refraction_constant() if constant is None else float(constant)
    p, t = (np.asarray(v, dtype=np.float64) for v in (pressure, temperature))
    for name, array, unit in (("pressure", p, "Pa"), ("temperature", t, "K")):
        bad = ~((array > 0.0) & (array < math.inf))
        if bad.any():
            raise InputError(
                f"{name} of air must be finite and above 0 {unit}, not {array[bad].flat[0]:g}"
            )
    return np.asarray(c * p / t)


def electron_refractivity(density: ArrayLike, frequency: float) -> Array:
    """n - 1 [-], below zero, of free electrons [m-3] at a frequency [Hz].

    Raises InputError for electrons below zero or a frequency that is not positive.
    """
    n = np.asarray(density, dtype=np.float64)
    if not (math.isfinite(frequency) and frequency > 0.0):
        raise InputError(f"a radio frequency must be above 0 Hz, not {frequency!r}")
    if not np.all((n >= 0.0) & (n < math.inf)):
        raise InputError("a density of electrons must be finite and from 0 up [m-3]")
    return np.asarray(-ELECTRON_REFRACTION * n / frequency**2)


def electron_density(ionosphere: Ionosphere, height: ArrayLike, sza: float) -> Array:
    """Electrons [m-3] at heights [m] of a Chapman layer at a solar zenith angle [deg].

    The peak rises towards the terminator by the scale height times the log of Chapman's grazing
    function, as it follows from the law of a layer; by night it stays where the night floor holds.
    """
    peak, scale, place = _layer(ionosphere, sza)
    y = (np.asarray(height, dtype=np.float64) - place) / scale
    return np.asarray(peak * np.exp(0.5 * (1.0 - y - np.exp(-np.maximum(y, -6.5)))))


def _layer(ionosphere: Ionosphere, sza: float) -> tuple[float, float, float]:
    """Peak density [m-3], scale height [m] and height of the peak [m]."""
    peak = float(ionosphere.peak_density(sza))
    scale = float(ionosphere.layer_height(sza))
    grazing = (ionosphere.subsolar_density / peak) ** 2
    rise = ionosphere.scale_height * math.log(max(min(grazing, 50.0), 1.0))
    return peak, scale, ionosphere.peak_height + min(rise, 3.0 * ionosphere.scale_height)


@dataclass(frozen=True, eq=False)
class RoundAir:
    """Air and electrons in round layers about a centre, ready for rays.

    radius : of height 0 [m]
    ground : lowest height [m], at which rays end
    frequency : of the wave [Hz]
    floor : impact parameter of the ray along the ground [m]
    gas, ion : (n, 3) bending [rad], its derivative [rad/m] and its integral outwards [m] on even
        grids of the impact parameter that begin at `gas_begin`, `ion_begin` [m]
    """

    radius: float
    ground: float
    frequency: float
    floor: float
    gas_begin: float
    gas: Array
    ion_begin: float
    ion: Array

    def bending(self, impact: ArrayLike, *, frequency: float | None = None) -> Array:
        """Bending [rad] at impact parameters [m] above that of the ray along the ground.

        Towards the planet is positive; electrons give both signs.
        """
        a = np.ravel(np.asarray(impact, dtype=np.float64))
        share = 1.0 if frequency is None else (self.frequency / frequency) ** 2
        total = np.zeros(a.size)
        table_bending(a, self.gas_begin, _RAYS, self.gas, 1.0, total)
        table_bending(a, self.ion_begin, _ION_RAYS, self.ion, share, total)
        return np.where(a >= self.floor, total, np.nan).reshape(np.shape(impact))

    def excess_path(
        self,
        craft: ArrayLike,
        earth: ArrayLike,
        straight: ArrayLike,
        *,
        frequency: float | None = None,
    ) -> tuple[Array, Array]:
        """Path through the air less that of the straight line, and impact parameters [m].

        Parameters
        ----------
        craft, earth : (n,) distances from the centre of the two ends of the ray [m]
        straight : (n,) least distance of the straight line between them from the centre [m]
        frequency : another than that of the air [Hz]

        Returns
        -------
        excess path (n,) and impact parameter (n,) [m], NaN behind the ground.
        """
        r1, r2, b = (np.ascontiguousarray(v, dtype=np.float64) for v in (craft, earth, straight))
        share = 1.0 if frequency is None else (self.frequency / frequency) ** 2
        path, impact = np.empty(b.size), np.empty(b.size)
        excess_path(
            r1, r2, b, self.gas_begin, _RAYS, self.gas, self.ion_begin, _ION_RAYS, self.ion,
            share, self.floor, path, impact,
        )  # fmt: skip
        return path, impact


def round_air(
    height: ArrayLike,
    pressure: ArrayLike,
    temperature: ArrayLike,
    *,
    radius: float,
    frequency: float = 8.4e9,
    constant: float | None = None,
    ionosphere: Ionosphere | None = None,
    sza: float = 0.0,
) -> RoundAir:
    """Air of a profile in round layers, ready for rays.

    Between the heights ln(n - 1) is a cubic spline of the refractive radius; above the last it
    falls with the scale height found there.

    Parameters
    ----------
    height : (n,) rising, the first at the ground [m]
    pressure, temperature : (n,) [Pa], [K]
    radius : of height 0, from the centre of curvature [m]
    frequency : of the wave [Hz], which the electrons need
    ionosphere : none if left out
    sza : solar zenith angle [deg] for the ionosphere

    Raises
    ------
    InputError : heights that do not rise, pressures that do not fall at the top, or either of them
        out of range.
    """
    z = np.asarray(height, dtype=np.float64)
    gas = refractivity(pressure, temperature, constant=constant)
    if z.ndim != 1 or z.size < 4 or gas.shape != z.shape or not np.all(np.diff(z) > 0.0):
        raise InputError(
            f"a profile of air has heights that rise, four or more, with as many pressures and "
            f"temperatures; here are {z.shape} heights and {gas.shape} refractivities"
        )
    if not (math.isfinite(radius) and radius > 0.0):
        raise InputError(f"the radius of the layers must be above 0 m, not {radius!r}")
    x = (radius + z) * (1.0 + gas)
    if not np.all(np.diff(x) > 0.0):
        raise InputError("the air's index falls so fast that rays stay in it; check the pressures")
    spline = CubicSpline(x, np.log(gas), bc_type="natural")
    count = math.ceil((x[-1] - x[0]) / _GRID) + 1
    grid = np.linspace(x[0], x[-1], count)
    fall = -float(spline(x[-1], 1))
    if not fall > 0.0:
        raise InputError("pressure over temperature does not fall at the top of the profile")
    top = x[-1] + 13.0 / fall
    rays = np.arange(x[0], top + 2.0 * _RAYS, _RAYS)
    bending = np.empty(rays.size)
    abel_forward(
        rays, x[0], float(grid[1] - grid[0]), spline(grid), spline(grid, 1), 1.0 / fall, 1.0,
        _PANELS, _POINT, _WEIGHT, bending,
    )  # fmt: skip
    ion_begin, ion = _ion_table(ionosphere, sza, radius, float(frequency), float(x[0]))
    return RoundAir(
        float(radius), float(z[0]), float(frequency), float(x[0]), float(rays[0]),
        _table(rays, bending), ion_begin, ion,
    )  # fmt: skip


def _ion_table(
    ionosphere: Ionosphere | None, sza: float, radius: float, frequency: float, floor: float
) -> tuple[float, Array]:
    if ionosphere is None:
        return floor, np.zeros((2, 3))
    _, scale, place = _layer(ionosphere, sza)
    low, high = (radius + place + y * scale for y in _LAYER)
    low = max(low, floor)
    count = math.ceil((high - low) / _ION_GRID) + 1
    grid = np.linspace(low, high, count)
    dense = electron_refractivity(electron_density(ionosphere, grid - radius, sza), frequency)
    value = np.log(-dense)
    slope = 0.5 * (np.exp(-(grid - radius - place) / scale) - 1.0) / scale
    rays = np.arange(floor - _ION_RAYS, high + 30.0 * scale, _ION_RAYS)
    bending = np.empty(rays.size)
    abel_forward(
        rays, low, float(grid[1] - grid[0]), value, slope, 2.0 * scale, -1.0, _PANELS, _POINT,
        _WEIGHT, bending,
    )  # fmt: skip
    return float(rays[0]), _table(rays, bending)


def _table(rays: Array, bending: Array) -> Array:
    """Bending, derivative and integral outwards of a spline through bending at even rays."""
    spline = CubicSpline(rays, bending, bc_type="natural")
    whole = spline.antiderivative()(rays)
    return np.ascontiguousarray(np.stack([bending, spline(rays, 1), whole[-1] - whole], axis=1))


def abel_inverse(impact: ArrayLike, *, scale_height: ArrayLike = math.inf) -> Array:
    """Matrix (n, n) that makes ln n at refractive radii x = a out of the bending there.

    Between two impact parameters bending times exp(a/scale) is a straight line, integrated
    exactly but for Gauss's rule on what is left; above the last one there is no bending.

    Parameters
    ----------
    impact : (n,) rising [m]
    scale_height : of the bending [m], a number or (n - 1,) of each step; inf for straight lines

    Raises
    ------
    InputError : impact parameters that do not rise.
    """
    a = np.ascontiguousarray(impact, dtype=np.float64)
    if a.ndim != 1 or a.size < 2 or not (a[0] > 0.0 and np.all(np.diff(a) > 0.0)):
        raise InputError("Abel's transform needs two impact parameters or more that rise [m]")
    fall = np.ascontiguousarray(
        np.broadcast_to(1.0 / np.asarray(scale_height, dtype=np.float64), (a.size - 1,))
    )
    out = np.zeros((a.size, a.size))
    abel_matrix(a, fall, _POINT_4, _WEIGHT_4, out)
    return out
