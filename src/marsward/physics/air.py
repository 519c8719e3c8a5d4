"""The air of Mars: what it is made of, and the laws of a parcel and of a resting column.

Shares by volume are the annual means of the gas analyser on Curiosity: Trainer et al. 2019,
doi:10.1029/2019JE006175 (CO2 0.951, N2 0.0259, Ar 0.0194, O2 1.61e-3, CO 5.8e-4), scaled to a sum
of one. Over a year they move by some per cent of the lesser gases, as CO2 freezes out and comes
back; that is left out. Weight is carried at the height z over the areoid by

    g(z) = g0 (a/(a + z))^2,     p(z): dp/dz = -rho g,     rho = p/(R T),

with g0 the mean over the sphere of gravity less the pull of rotation, 3.717 m/s2. Heat capacity is
that of ideal gases: 7/2 R of straight molecules, 5/2 R of argon, and the vibrations of CO2 as
harmonic oscillators at 667.4 (twice), 1333 and 2349 cm-1 (Herzberg 1945, Infrared and Raman
Spectra), within 1 % of the table of Span & Wagner 1996, doi:10.1063/1.555991, from 150 to 300 K.
"""

from __future__ import annotations

import math
from types import MappingProxyType

import numpy as np
from numpy.typing import ArrayLike, NDArray

from marsward.core.bodies import body
from marsward.core.constants import BOLTZMANN, PLANCK, SPEED_OF_LIGHT
from marsward.core.errors import InputError
from marsward.core.fields import FieldRow, add_fields

__all__ = [
    "COMPOSITION",
    "GAS_CONSTANT",
    "GRAVITY",
    "HEAT_CAPACITY",
    "KAPPA",
    "MOLAR_GAS_CONSTANT",
    "MOLAR_MASS",
    "REFERENCE_PRESSURE",
    "conductivity",
    "density",
    "gravity",
    "heat_capacity",
    "hydrostatic_heights",
    "layer_pressure",
    "potential_temperature",
    "scale_height",
    "speed_of_sound",
    "viscosity",
]

Array = NDArray[np.float64]
MOLAR_GAS_CONSTANT = 8.314_462_618_153_24  # J mol-1 K-1, SI 2019, exact
# Share by volume and kg/mol (CIAAW 2021 weights) of each gas, and its heat capacity over R without
# vibration.
_GASES = {
    "CO2": (0.951, 44.0095e-3, 3.5),
    "N2": (0.0259, 28.0134e-3, 3.5),
    "Ar": (0.0194, 39.948e-3, 2.5),
    "O2": (1.61e-3, 31.998e-3, 3.5),
    "CO": (5.8e-4, 28.010e-3, 3.5),
}
_WHOLE = math.fsum(share for share, _, _ in _GASES.values())
COMPOSITION = MappingProxyType({name: gas[0] / _WHOLE for name, gas in _GASES.items()})
"""Share of each gas by volume [-], summing to one."""
MOLAR_MASS = math.fsum(share * mass for share, mass, _ in _GASES.values()) / _WHOLE
"""Of the air [kg mol-1]."""
GAS_CONSTANT = MOLAR_GAS_CONSTANT / MOLAR_MASS
"""Of the air [J kg-1 K-1], 191.2."""
# Vibrations of CO2 [m-1] and how many ways each has; Herzberg 1945.
_VIBRATIONS = ((66_740.0, 2.0), (133_300.0, 1.0), (234_900.0, 1.0))
_SECOND_RADIATION = float(PLANCK) * float(SPEED_OF_LIGHT) / float(BOLTZMANN)  # m K
# Sutherland's law of CO2: value at 273 K and the constant [K]. White 2006, Viscous Fluid Flow,
# tables 1-2 and 1-3.
_SUTHERLAND_AT = 273.0
_VISCOSITY, _VISCOSITY_CONSTANT = 1.370e-5, 222.0
_CONDUCTIVITY, _CONDUCTIVITY_CONSTANT = 0.0146, 1800.0
REFERENCE_PRESSURE = 610.0
"""Pressure [Pa] to which potential temperatures are brought: about the mean at the ground."""
_MARS = body("mars")
_RADIUS = _MARS.radius


def _mean_gravity() -> float:
    """Attraction at the mean radius less two thirds of the equator's pull outward [m s-2]."""
    rotation = _MARS.rotation
    assert rotation is not None
    spin = math.radians(rotation.pm[1]) / 86_400.0
    return _MARS.gm / _RADIUS**2 - 2.0 / 3.0 * spin**2 * _RADIUS


GRAVITY = _mean_gravity()
"""Mean weight of a kilogram at the areoid [m s-2], 3.717."""

add_fields(
    FieldRow("density", "kg m-3", "density of the air", "air_density", low=0.0),
    FieldRow("eastward_wind", "m s-1", "wind to the east", "eastward_wind"),
    FieldRow("northward_wind", "m s-1", "wind to the north", "northward_wind"),
    FieldRow("speed_of_sound", "m s-1", "speed of sound in the air", low=0.0),
    FieldRow("viscosity", "Pa s", "dynamic viscosity of the air", low=0.0),
    FieldRow("height_above_areoid", "m", "height above the areoid"),
    FieldRow("height_above_ground", "m", "height above the ground below", low=0.0),
)


def _finite(value: ArrayLike, name: str) -> Array:
    array = np.asarray(value, dtype=np.float64)
    if not np.isfinite(array).all():
        raise InputError(f"a {name} is not finite; give metres over the areoid")
    return array


def _above_zero(value: ArrayLike, name: str, unit: str) -> Array:
    try:
        array = np.asarray(value, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise InputError(f"{name} must be numbers in {unit}, not {value!r}") from error
    bad = ~((array > 0.0) & (array < math.inf))
    if bad.any():
        raise InputError(f"{name} must be finite and above 0 {unit}, not {array[bad].flat[0]:g}")
    return array


def heat_capacity(temperature: ArrayLike) -> Array:
    """Heat capacity of the air at constant pressure [J kg-1 K-1] at temperatures [K], any shape.

    737 at 200 K, 833 at 290 K. Good from 100 to 800 K.

    Raises
    ------
    InputError : a temperature that is not finite and above zero.
    """
    t = _above_zero(temperature, "temperature", "K")
    total = np.full(t.shape, math.fsum(gas[0] * gas[2] for gas in _GASES.values()))
    for wave, ways in _VIBRATIONS:
        half = 0.5 * _SECOND_RADIATION * wave / t
        total = total + _GASES["CO2"][0] * ways * (half / np.sinh(np.minimum(half, 300.0))) ** 2
    return np.asarray(total * (GAS_CONSTANT / _WHOLE))


HEAT_CAPACITY = float(heat_capacity(210.0))
"""At 210 K [J kg-1 K-1]: what a column of air takes throughout, so that its heat is a sum."""
KAPPA = GAS_CONSTANT / HEAT_CAPACITY
"""R/cp at 210 K [-]."""


def density(pressure: ArrayLike, temperature: ArrayLike) -> Array:
    """Density of the air [kg m-3], p/(R T), at pressures [Pa] and temperatures [K].

    Raises InputError for either not finite and above zero.
    """
    p = _above_zero(pressure, "pressure", "Pa")
    return np.asarray(p / (GAS_CONSTANT * _above_zero(temperature, "temperature", "K")))


def speed_of_sound(temperature: ArrayLike) -> Array:
    """Speed of sound [m s-1], sqrt(cp/(cp - R) R T), at temperatures [K].

    For sound so slow in its swing that the vibrations of CO2 follow it, under some 240 Hz near the
    ground; faster sound runs some 10 m/s more: Maurice et al. 2022, doi:10.1038/s41586-022-04679-0.
    """
    t = _above_zero(temperature, "temperature", "K")
    heat = heat_capacity(t)
    return np.asarray(np.sqrt(heat / (heat - GAS_CONSTANT) * GAS_CONSTANT * t))


def viscosity(temperature: ArrayLike) -> Array:
    """Dynamic viscosity of CO2 [Pa s] at temperatures [K], Sutherland's law.

    White 2006, Viscous Fluid Flow, table 1-2: 2 % from 190 to 1700 K.
    """
    return _sutherland(temperature, _VISCOSITY, _VISCOSITY_CONSTANT)


def conductivity(temperature: ArrayLike) -> Array:
    """Heat conductivity of CO2 [W m-1 K-1] at temperatures [K], Sutherland's law.

    White 2006, Viscous Fluid Flow, table 1-3: 2 % from 180 to 700 K.
    """
    return _sutherland(temperature, _CONDUCTIVITY, _CONDUCTIVITY_CONSTANT)


def gravity(height: ArrayLike = 0.0) -> Array:
    """Weight of a kilogram [m s-2] at heights over the areoid [m], down to -100 km."""
    z = _finite(height, "height")
    if np.any(z < -1e5):
        raise InputError(f"{float(z.min()):g} m is deep inside Mars; heights are over the areoid")
    return np.asarray(GRAVITY * (_RADIUS / (_RADIUS + z)) ** 2)


def scale_height(temperature: ArrayLike, height: ArrayLike = 0.0) -> Array:
    """Scale height of pressure R T/g [m] at temperatures [K] and heights over the areoid [m]."""
    return np.asarray(GAS_CONSTANT * _above_zero(temperature, "temperature", "K") / gravity(height))


def potential_temperature(
    temperature: ArrayLike, pressure: ArrayLike, reference: float = REFERENCE_PRESSURE
) -> Array:
    """Temperature [K] that a parcel takes when it is brought to `reference` [Pa] without heat.

    T (reference/p)^kappa with the kappa of 210 K.
    """
    p = _above_zero(pressure, "pressure", "Pa")
    return np.asarray(
        _above_zero(temperature, "temperature", "K") * (float(reference) / p) ** KAPPA
    )


def layer_pressure(edges: ArrayLike) -> Array:
    """Pressure of the middle of layers [Pa] (n, L) between edges (n, L + 1).

    The middle by mass, half the sum of its edges.
    """
    p = np.asarray(edges, dtype=np.float64)
    return np.asarray(0.5 * (p[..., 1:] + p[..., :-1]))


def hydrostatic_heights(
    edges: ArrayLike, temperature: ArrayLike, ground: ArrayLike = 0.0
) -> tuple[Array, Array]:
    """Heights over the areoid of a resting column, of layers of even temperature.

    Parameters
    ----------
    edges : pressure of layers' edges from the ground up [Pa] (..., L + 1); the last may be 0
    temperature : of layers [K] (..., L)
    ground : height of the ground over the areoid [m], a number or (...)

    Returns
    -------
    of the edges (..., L + 1) and of the layers' middles by mass (..., L) [m]. An edge at 0 Pa lies
    at infinity.

    Raises
    ------
    InputError : pressures that do not fall, shapes that do not match, temperatures at or under 0.
    """
    p = np.asarray(edges, dtype=np.float64)
    t = _above_zero(temperature, "temperature of the air", "K")
    if p.ndim < 1 or p.shape[-1] != t.shape[-1] + 1:
        raise InputError(
            f"layers of air have {p.shape} edges and {t.shape} temperatures; give one edge more"
        )
    if not (np.isfinite(p).all() and np.all(p[..., :-1] > p[..., 1:]) and np.all(p >= 0.0)):
        raise InputError("pressure at the edges of layers must fall from the ground up, to 0 Pa")
    z0 = _finite(ground, "height of the ground")
    with np.errstate(divide="ignore"):
        rise = GAS_CONSTANT * t * np.log(p[..., :-1] / p[..., 1:])
    half = GAS_CONSTANT * t * np.log(p[..., :-1] / layer_pressure(p))
    base = GRAVITY * _RADIUS * z0 / (_RADIUS + z0)
    start = np.broadcast_to(base, rise.shape[:-1])[..., None]
    whole = np.concatenate([start, start + np.cumsum(rise, axis=-1)], axis=-1)
    return _height_of(whole), _height_of(whole[..., :-1] + half)


def _height_of(potential: Array) -> Array:
    """Height [m] of a gravity potential over the areoid [J kg-1]."""
    most = GRAVITY * _RADIUS
    with np.errstate(divide="ignore", invalid="ignore"):
        height = potential * _RADIUS / (most - potential)
    return np.asarray(np.where(potential < most, height, np.inf))


def _sutherland(temperature: ArrayLike, value: float, constant: float) -> Array:
    t = _above_zero(temperature, "temperature", "K")
    return np.asarray(
        value * (t / _SUTHERLAND_AT) ** 1.5 * (_SUTHERLAND_AT + constant) / (t + constant)
    )
