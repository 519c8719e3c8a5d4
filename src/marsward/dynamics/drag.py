"""Drag: how an atmosphere slows the craft, from a table of density against height.

There is no table by default: a flight without `Drag` knows no air. The table is joined by cubics
without overshoot in the log of the density (Fritsch & Carlson 1980, doi:10.1137/0717021), so
density and its slope are continuous; beyond its ends it goes on with the scale heights there.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np

from marsward.core.bodies import body as known_body
from marsward.core.errors import InputError
from marsward.dynamics.kernels.drag import AIR, log_density

__all__ = ["AirTables", "Drag", "air_tables", "no_air"]

_PLACES = {"venus": 2, "earth": 3, "mars": 5}
_NOTHING = -90.0
"""Log of the density [kg/m3] below which there is no air: 1e-39."""


@dataclass(frozen=True)
class Drag:
    """An atmosphere at rest on its turning planet, and how large the craft is in it.

    Parameters
    ----------
    ballistic : cd A / m, drag coefficient times area over mass [m2/kg]
    height : ascending, above the planet's ellipsoid along the radius [m]
    density : at each height [kg/m3]
    body : the planet, with its rotation and radii
    source : where the table is from
    """

    ballistic: float
    height: tuple[float, ...]
    density: tuple[float, ...]
    body: str = "mars"
    source: str = ""

    def __post_init__(self) -> None:
        for name in ("height", "density"):
            object.__setattr__(self, name, tuple(map(float, np.ravel(getattr(self, name)))))
        h, rho = np.array(self.height), np.array(self.density)
        if h.size < 2 or h.size != rho.size:
            raise InputError(
                f"a table of density has two heights or more and a density for each, not "
                f"{h.size} heights and {rho.size} densities"
            )
        if not (np.isfinite(h).all() and np.all(np.diff(h) > 0.0)):
            raise InputError("heights of a table of density must ascend [m]")
        if not (np.isfinite(rho).all() and np.all(rho > 0.0) and rho[-1] < rho[-2]):
            raise InputError("densities must be above 0 kg/m3 and fall at the top of the table")
        if not (math.isfinite(self.ballistic) and self.ballistic >= 0.0):
            raise InputError(
                f"ballistic = {self.ballistic!r} is no cd A / m; give a value like 0.02, in m2/kg"
            )
        if self.body not in _PLACES:
            raise InputError(
                f"there is drag at {', '.join(_PLACES)}, not at {self.body!r}; name one of them"
            )

    @classmethod
    def of_craft(cls, cd: float, area: float, mass: float, height: Any, density: Any, **more: Any):
        """From drag coefficient, area [m2] and mass [kg]; the rest as in `Drag`."""
        if not mass > 0.0:
            raise InputError(f"mass must be above 0 kg, not {mass!r}")
        return cls(cd * area / mass, height, density, **more)

    def density_at(self, height: Any) -> np.ndarray:
        """Density (...) [kg/m3] at heights (...) [m]."""
        h = np.asarray(height, dtype=float)
        layers = _layers(self)
        flat = [math.exp(log_density(float(x), layers)[0]) for x in np.ravel(h)]
        return np.array(flat).reshape(h.shape)


class AirTables(NamedTuple):
    """Drag as the kernels read it: numbers, layers (n, 5), rotation; no layers, no drag."""

    air: np.ndarray
    air_layers: np.ndarray
    air_turn: np.ndarray


@lru_cache(maxsize=1)
def no_air() -> AirTables:
    """Empty tables: no drag."""
    return AirTables(np.zeros(AIR), np.empty((0, 5)), np.zeros((3, 4)))


def air_tables(drag: Drag | None, reference: float, lo: float, hi: float) -> AirTables:
    """The drag of a flight between two times ``lo``, ``hi`` [s] past the reference second."""
    if drag is None or drag.ballistic == 0.0:
        return no_air()
    from marsward.dynamics.gravity import turn_between

    planet = known_body(drag.body)
    a, _, c = planet.radii
    layers = _layers(drag)
    top = layers[-1]
    reach = a + top[0] + (_NOTHING - top[1]) / top[2]
    air = np.array([_PLACES[drag.body], drag.ballistic, a, (a / c) ** 2 - 1.0, reach])
    return AirTables(air, layers, turn_between(drag.body, reference, lo, hi))


@lru_cache(maxsize=16)
def _layers(drag: Drag) -> np.ndarray:
    """(n + 1, 5) begins and cubics of the log of the density."""
    from scipy.interpolate import PchipInterpolator

    h, log = np.array(drag.height), np.log(drag.density)
    curve = PchipInterpolator(h, log)
    cubic = curve.c[::-1].T
    slope = curve.derivative()([h[0], h[-1]])
    if not slope[1] < 0.0:
        slope[1] = (log[-1] - log[-2]) / (h[-1] - h[-2])
    below = [h[0] - 1e6, log[0] - 1e6 * slope[0], slope[0], 0.0, 0.0]
    above = [h[-1], log[-1], slope[1], 0.0, 0.0]
    return np.ascontiguousarray(np.vstack([below, np.column_stack([h[:-1], cubic]), above]))
