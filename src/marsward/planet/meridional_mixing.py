"""Heat that the circulation carries between latitudes: mixing of potential temperature.

Columns of air that know no neighbours are too warm where the Sun is and too cold where it is not.
What closes the gap here is the eddy mixing of the zonal mean along levels of even pressure,

    dtheta/dt = (K/(a^2 cos lat)) d/dlat(cos lat dtheta/dlat),

with a diffusivity that has no number of our own: eddies that are as long as the turning sphere lets
them grow, fed by the work that the transport itself does as a heat engine, have

    K = e^(3/5) (2/beta)^(4/5),    e = K cp <|dT/dy|^2>/<T>,    so    K = (cp <|dT/dy|^2>/<T>)^(3/2)
    (2/beta)^2,

beta = 2 w cos(45 deg)/a: Held 1999, doi:10.3402/tellusa.v51i1.12306; Barry, Craig & Thuburn 2002,
doi:10.1038/415774a, who found it to hold from the Earth to Mars-like climates of models. < > is the
mean by mass over the planet; one K for a season. It stands for the mean overturning as well, which
on Mars carries the most at the solstices and warms the air over the winter pole by sinking between
40 and 80 km: that warmth is underrated.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from marsward.physics.air import HEAT_CAPACITY
from marsward.planet.zonal_wind import RADIUS, SPIN

__all__ = ["balanced_diffusivity", "eddy_diffusivity", "mixed", "mixing_rate"]

Array = NDArray[np.float64]
_BETA = 2.0 * SPIN * math.cos(math.pi / 4.0) / RADIUS
_LEAST, _MOST = 1e3, 1e9  # m2/s, between which K is sought


def eddy_diffusivity(lat: Array, pressure: Array, temperature: Array) -> float:
    """K [m2/s] of a section of temperature (m, k) [K] at latitudes (m,) [deg] and levels (k,) [Pa].

    Its mean is by mass, over all levels.
    """
    phi = np.radians(lat)
    thick = np.abs(np.gradient(pressure))
    weight = np.cos(phi)[:, None] * thick[None, :]
    slope = np.gradient(temperature, phi, axis=0) / RADIUS
    square = np.average(slope**2, weights=weight) / np.average(temperature, weights=weight)
    return float((HEAT_CAPACITY * square) ** 1.5 * (2.0 / _BETA) ** 2)


def _operator(lat: Array) -> Array:
    """(m, m) Laplacian in latitude on even bands [1/m2]; its columns lose nothing."""
    phi = np.radians(lat)
    width = phi[1] - phi[0]
    edges = np.cos(0.5 * (phi[1:] + phi[:-1]))
    bulk = 2.0 * np.sin(0.5 * width) * np.cos(phi)
    out = np.zeros((phi.size, phi.size))
    for j, cosine in enumerate(edges):
        flow = cosine / width / RADIUS**2
        out[j, j] -= flow / bulk[j]
        out[j, j + 1] += flow / bulk[j]
        out[j + 1, j + 1] -= flow / bulk[j + 1]
        out[j + 1, j] += flow / bulk[j + 1]
    return out


def mixing_rate(lat: Array, temperature: Array, diffusivity: float) -> Array:
    """Warming [K/s] (m, k) by mixing along levels: on a level theta and T go in proportion."""
    return np.asarray(diffusivity * (_operator(lat) @ temperature))


def mixed(
    lat: Array, temperature: Array, warming: Array, diffusivity: float, response: Array
) -> Array:
    """Temperature (m, k) [K] that columns will come to when mixing is let go on.

    Columns stand at a temperature with a warming [K/s] put on them; where they come away from it
    radiation brings them back in a response time (m, k) [s]. What is returned is where that and the
    mixing balance; it is the columns' own temperature when the warming already is the mixing's.
    """
    operator = _operator(lat)
    out = np.empty_like(temperature)
    for k in range(temperature.shape[1]):
        time = response[:, k]
        system = np.diag(1.0 / time) - diffusivity * operator
        out[:, k] = np.linalg.solve(system, temperature[:, k] / time - warming[:, k])
    return out


def balanced_diffusivity(
    lat: Array, pressure: Array, temperature: Array, warming: Array, response: Array
) -> float:
    """K [m2/s] that the air has once it has been mixed with that K; arguments as of `mixed`."""
    low, high = math.log(_LEAST), math.log(_MOST)
    for _ in range(40):
        middle = 0.5 * (low + high)
        after = mixed(lat, temperature, warming, math.exp(middle), response)
        if eddy_diffusivity(lat, pressure, after) > math.exp(middle):
            low = middle
        else:
            high = middle
    return math.exp(0.5 * (low + high))
