"""Dust haze over a spectrum: the terms of `physics.haze` at many wavelengths from one depth."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from marsward.core.errors import InputError
from marsward.physics.haze import Haze, HazeTerms, dust_albedo, haze_terms

__all__ = ["dust_terms"]

Array = NDArray[np.float64]
_NODES = 48
# Beyond 1.1 um: single-scattering albedo of dust and its extinction over that at 0.9 um, particles
# of 1.5 um; the shape of Wolff et al. 2009, doi:10.1029/2009JE003350, to about 0.03 and 0.1.
_FAR = np.array([1.1, 1.5, 2.0, 2.5, 2.7, 2.9, 3.1, 3.4, 3.9]) * 1e-6
_FAR_ALBEDO = np.array([0.98, 0.98, 0.98, 0.975, 0.95, 0.90, 0.91, 0.93, 0.95])
_FAR_DEPTH = np.array([1.0, 0.98, 0.90, 0.78, 0.74, 0.72, 0.68, 0.60, 0.50])


def dust_terms(
    wavelength: ArrayLike, depth: ArrayLike, mu0: ArrayLike, mu: ArrayLike, phase: ArrayLike
) -> HazeTerms:
    """The four terms of a dust haze at places and wavelengths, each (places, wavelengths).

    Parameters
    ----------
    wavelength : [m] (wavelengths,)
    depth : vertical optical depth at 0.9 um (places,), the same for all or one each
    mu0, mu : cosines of Sun and camera from the vertical (places,)
    phase : angle between them [rad] (places,)

    Worked out at 48 wavelengths and drawn straight between them.
    """
    lam = np.atleast_1d(np.asarray(wavelength, dtype=np.float64))
    tau, m0, m, g = np.broadcast_arrays(
        *[np.atleast_1d(np.asarray(v, dtype=np.float64)) for v in (depth, mu0, mu, phase)]
    )
    if not np.all((tau >= 0.0) & (tau <= 5.0)):
        raise InputError("the optical depth of dust lies in 0 to 5")
    if not np.all((m0 > 0.0) & (m0 <= 1.0) & (m > 0.0) & (m <= 1.0) & np.isfinite(g)):
        raise InputError("light on dust needs cosines mu0 and mu above 0, at most 1, and an angle")
    if not np.all((lam > 0.0) & (lam < 1e-3)):
        raise InputError("wavelengths of light on dust are given in m")
    nodes = np.linspace(lam.min(), lam.max(), _NODES if lam.size > 1 else 1)
    out = np.empty((4, tau.size, nodes.size))
    for each in np.unique(tau):
        rows = np.flatnonzero(tau == each)
        for k, at in enumerate(nodes):
            found = haze_terms(_haze(float(at), float(each)), m0[rows], m[rows], g[rows])
            for j, term in enumerate((found.direct, found.sky, found.up, found.path)):
                out[j, rows, k] = term
    return HazeTerms(*(_between(lam, nodes, term) for term in out))


def _haze(at: float, depth: float) -> Haze:
    albedo = float(dust_albedo(at)) if at <= _FAR[0] else float(np.interp(at, _FAR, _FAR_ALBEDO))
    return Haze(depth * float(np.interp(at, _FAR, _FAR_DEPTH)), albedo=albedo)


def _between(lam: Array, nodes: Array, values: Array) -> Array:
    """Values (places, nodes) at wavelengths, straight between nodes."""
    if nodes.size == 1:
        return np.repeat(values, lam.size, axis=1)
    place = (lam - nodes[0]) / (nodes[1] - nodes[0])
    low = np.clip(place.astype(np.int64), 0, nodes.size - 2)
    share = place - low
    return values[:, low] * (1.0 - share) + values[:, low + 1] * share
