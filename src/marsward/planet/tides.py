"""Tides that follow the Sun: how the heat of the day moves the air of the whole planet.

A column's swing of temperature T'_c is what heat does to air that has no neighbours. Here the same
heat J/cp = (i s w + 1/t) T'_c acts on air at rest on a turning sphere, with the linear equations of
tides (Laplace; Chapman & Lindzen 1970, Atmospheric Tides): waves of one cycle a sol (s = 1) and of
two (s = 2) that move with the Sun, e^{is(lon + w t)}, in x = -ln(p/p_0),

    q u - f v = -i s Phi/(a cos lat),   q v + f u = -dPhi/(a dlat),   q = i s w + r,
    R T' = dPhi/dx,   (i s w + 1/t) T' + W S = J/cp,   S = dT/dx + kappa T,
    dW/dx - W = -div(u, v),   at the ground W R T = -i s w Phi,

T the zonal mean, t the time of radiation, r a friction that is strong at the ground and over 0.01
Pa. They are solved as one block-tridiagonal system in height; modes of Hough need not be named, but
the diurnal one that rises, with some 30 km from crest to crest, comes out of it. What is left out:
that zonal winds turn the waves, that hills make waves that do not follow the Sun, and breaking. In
the lowest 2 km, where turbulence holds the air, the column's own swing stays.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from marsward.physics.air import GAS_CONSTANT, KAPPA
from marsward.planet.zonal_wind import RADIUS, SPIN

__all__ = ["Tides", "tidal_divergence", "tides"]

Array = NDArray[np.float64]
Complex = NDArray[np.complex128]
_LATITUDES, _STEP, _DEPTH = 60, 0.1, 17.0
# Times of radiation [s] at 10 Pa and below, at 0.1 Pa and above: Zurek et al. 1992, in Mars, p.
# 835.
_SLOW, _QUICK = 1.8e5, 4.4e4
# Friction [1/s] of the free air, at the ground and its depth in ln p; assumed.
_FREE, _GROUND, _GROUND_DEPTH = 0.02 * SPIN, 2.0 * SPIN, 0.2
_THIN = 0.01  # Pa, over which molecules carry heat and momentum
_LEAST_STABLE = 0.3  # of kappa T: turbulent air is not let go neutral
_TURBULENT = 0.2  # depth in ln p of the air whose swing is the column's own


@dataclass(frozen=True, eq=False)
class Tides:
    """What tides add to columns, each (hours, m, k).

    temperature : swing that takes the place of the columns' own [K]
    eastward, northward : winds [m/s]
    surface_pressure : (hours, m) share of the mean pressure at the ground
    """

    temperature: Array
    eastward: Array
    northward: Array
    surface_pressure: Array


def tidal_divergence(lat: Array, wave: int, friction: float) -> tuple[Complex, Complex, Complex]:
    """Matrices (m, m) that make div(u, v), u and v of Phi on even bands lat (m,) [deg]."""
    phi = np.radians(lat)
    m, width = phi.size, phi[1] - phi[0]
    q = 1j * wave * SPIN + friction

    def turned(at: Array) -> tuple[Array, Complex]:
        turn = np.asarray(2.0 * SPIN * np.sin(at))
        return turn, np.asarray(q * q + turn * turn, dtype=np.complex128)

    edges = 0.5 * (phi[1:] + phi[:-1])
    slope = (np.eye(m)[1:] - np.eye(m)[:-1]) / (width * RADIUS)
    middle = 0.5 * (np.eye(m)[1:] + np.eye(m)[:-1])
    turn, whole = turned(edges)
    around = 1j * wave / (RADIUS * np.cos(edges))
    north = (-q * slope + (turn * around)[:, None] * middle) / whole[:, None]
    turn, whole = turned(phi)
    around = 1j * wave / (RADIUS * np.cos(phi))
    both = np.zeros((m, m))
    both[1:] += 0.5 * slope
    both[:-1] += 0.5 * slope
    east = (-q * np.diag(around) - turn[:, None] * both) / whole[:, None]
    flux = np.cos(edges)[:, None] * north
    out = around[:, None] * east + 0.0j
    out[:-1] += flux / (RADIUS * width * np.cos(phi[:-1]))[:, None]
    out[1:] -= flux / (RADIUS * width * np.cos(phi[1:]))[:, None]
    centre = np.zeros((m, m), dtype=complex)
    centre[1:] += 0.5 * north
    centre[:-1] += 0.5 * north
    return out, east, centre


def tides(log_pressure: Array, lat: ArrayLike, temperature: Array) -> Tides:
    """The tides of a planet whose columns have a given day of temperature.

    Parameters
    ----------
    log_pressure : (k,) of levels, falling from that of the ground; fine near it
    lat : (m,) even bands from south to north [deg]
    temperature : (hours, m, k) [K] at even local times, three or more
    """
    place = np.asarray(lat, dtype=np.float64)
    hours = temperature.shape[0]
    x = np.asarray(np.arange(round(_DEPTH / _STEP)) * _STEP, dtype=np.float64)
    fine = -90.0 + (np.arange(_LATITUDES) + 0.5) * 180.0 / _LATITUDES
    given = log_pressure[0] - log_pressure
    swing = np.fft.rfft(temperature, axis=0) / hours
    mean = _on(_on(swing[0].real, place, fine, 0), given, x, 1)
    warm = swing.copy()
    east, north = np.zeros_like(swing), np.zeros_like(swing)
    ground = np.zeros((swing.shape[0], place.size), dtype=complex)
    own = np.exp(-((given / _TURBULENT) ** 2))
    for wave in (1, 2):
        if wave >= swing.shape[0] - (hours % 2 == 0):
            continue
        dense = np.asarray(np.arange(0.5, 10.0 * (x.size - 1)) * (0.1 * _STEP), dtype=np.float64)
        column = _on(_on(swing[wave], place, fine, 0), given, dense, 1)
        column[:, dense > given[-1]] = 0.0
        column = column.reshape(fine.size, x.size - 1, 10).mean(axis=2)
        phi = _response(wave, fine, x, np.exp(log_pressure[0]), mean, column)
        t = (phi[:, 1:] - phi[:, :-1]) / (GAS_CONSTANT * _STEP)
        t = _on(_on(t, fine, place, 0), x[1:] - 0.5 * _STEP, given, 1)
        warm[wave] = own * swing[wave] + (1.0 - own) * t
        u, v = _winds(wave, fine, x, phi)
        east[wave] = _on(_on(u, fine, place, 0), x, given, 1)
        north[wave] = _on(_on(v, fine, place, 0), x, given, 1)
        ground[wave] = _on(phi[:, :1] / (GAS_CONSTANT * mean[:, :1]), fine, place, 0)[:, 0]

    def back(waves: Complex) -> Array:
        return np.asarray(np.fft.irfft(waves * hours, hours, axis=0))

    return Tides(back(warm) - temperature, back(east), back(north), back(ground))


def _response(
    wave: int, lat: Array, x: Array, surface: float, mean: Array, column: Complex
) -> Complex:
    """Phi (m, k) of a wave: the block-tridiagonal system of the module's equations.

    column : (m, k - 1) swing of the columns, the mean of each layer
    """
    turn = 1j * wave * SPIN
    pressure = surface * np.exp(-x)
    half = 0.5 * (mean[:, 1:] + mean[:, :-1])
    stable = np.maximum(np.diff(mean, axis=1) / _STEP + KAPPA * half, _LEAST_STABLE * KAPPA * half)
    damping = 1.0 / _radiation_time(0.5 * (pressure[1:] + pressure[:-1]))
    rate = turn + damping
    heat = rate * column / stable
    lift = rate / (GAS_CONSTANT * _STEP * stable)  # W = heat - lift (Phi_above - Phi_below)
    m, k = mean.shape
    up, down = 1.0 / _STEP - 0.5, 1.0 / _STEP + 0.5
    inverse, carried = np.empty((k, m, m), complex), np.empty((k, m), complex)
    above = np.zeros((k, m), complex)
    for i in range(k):
        operator, _, _ = tidal_divergence(lat, wave, _friction(x[i], pressure[i]))
        right = np.zeros(m, complex)
        below = np.zeros(m, complex)
        centre = np.zeros(m, complex)
        if i == 0:
            at_ground = turn / (GAS_CONSTANT * mean[:, 0])
            upper, lower = 2.0 / _STEP - 0.5, 2.0 / _STEP + 0.5
            centre += upper * lift[:, 0] + lower * at_ground
            above[0] = -upper * lift[:, 0]
            right -= upper * heat[:, 0]
        else:
            centre += down * lift[:, i - 1]
            below -= down * lift[:, i - 1]
            right += down * heat[:, i - 1]
            if i < k - 1:
                centre += up * lift[:, i]
                above[i] = -up * lift[:, i]
                right -= up * heat[:, i]
        block = operator + np.diag(centre)
        if i > 0:
            block = block - below[:, None] * inverse[i - 1] * above[i - 1][None, :]
            right = right - below * (inverse[i - 1] @ carried[i - 1])
        inverse[i] = np.linalg.inv(block)
        carried[i] = right
    out = np.empty((m, k), complex)
    out[:, -1] = inverse[-1] @ carried[-1]
    for i in range(k - 2, -1, -1):
        out[:, i] = inverse[i] @ (carried[i] - above[i] * out[:, i + 1])
    return out


def _winds(wave: int, lat: Array, x: Array, phi: Complex) -> tuple[Complex, Complex]:
    """Winds (m, k) of a wave."""
    u, v = np.empty_like(phi), np.empty_like(phi)
    for i, depth in enumerate(x):
        _, east, north = tidal_divergence(lat, wave, _friction(depth, np.inf))
        u[:, i], v[:, i] = east @ phi[:, i], north @ phi[:, i]
    return u, v


def _radiation_time(pressure: Array) -> Array:
    """[s] at pressures [Pa]; over 0.01 Pa molecules conduct the swing away faster and faster."""
    share = np.clip(np.log(pressure / 10.0) / np.log(0.01), 0.0, 1.0)
    time = np.exp(np.log(_SLOW) + share * np.log(_QUICK / _SLOW))
    return np.asarray(1.0 / (1.0 / time + SPIN * _THIN / pressure))


def _friction(depth: float, pressure: float) -> float:
    held = _GROUND * float(np.exp(-depth / _GROUND_DEPTH))
    return _FREE + held + float(SPIN * _THIN / pressure)


def _on(values: NDArray, at: Array, to: Array, axis: int) -> NDArray:
    """Linear in one axis, ends held."""
    left = np.clip(np.searchsorted(at, to, side="right") - 1, 0, at.size - 2)
    share = np.clip((to - at[left]) / (at[left + 1] - at[left]), 0.0, 1.0)
    shape = [1] * values.ndim
    shape[axis] = to.size
    share = share.reshape(shape)
    low, high = np.take(values, left, axis), np.take(values, left + 1, axis)
    return np.asarray(low * (1.0 - share) + high * share)
