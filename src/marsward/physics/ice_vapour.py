"""Ice in the pores of the soil that goes and comes as vapour through the dry soil above it.

Vapour obeys J = -C dn/dz, n the vapour density [kg m-3] averaged over a year and C the conductance
of the soil for vapour [m2/s]. Over ice n is the annual mean saturation density, at the surface that
of the air. Between them the profile is straight (the pores fill far faster than the ice moves), so
a front at depth z with a constant contrast moves as Stefan's:

    z(t)^2 = z(0)^2 + 2 C dn t/(porosity x density of ice)

Mellon & Jakosky 1993 (doi:10.1029/92JE02355), Schorghofer 2010 (doi:10.1016/j.icarus.2010.03.022).
`PoreIce` carries a whole profile: ice fills wherever the vapour would exceed saturation, within the
room of the pores, and is lost where it falls below; mass is kept to rounding.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.linalg import solve_banded

from marsward.core.constants import JULIAN_YEAR
from marsward.core.errors import InputError, PhysicsError
from marsward.physics.soil import ICE_DENSITY, POROSITY
from marsward.physics.vapour import WATER_GAS_CONSTANT

Array = NDArray[np.float64]
# Water in carbon dioxide at 273.15 K and 101 325 Pa [m2/s], growing as T^1.5/p: Wallace & Sagan
# 1979, Icarus 39:385, as Hudson et al. 2007, doi:10.1029/2006JE002815, have it.
_FREE_DIFFUSION = 0.1387e-4
PORE_RADIUS = 10.0e-6  # m, of a fine sand; Hudson et al. 2007, doi:10.1029/2006JE002815
TORTUOSITY = 1.8  # of loose soil, Hudson et al. 2007: 1.5 to 2.1 in their simulants
_YEAR = float(JULIAN_YEAR)
_SWEEPS, _MOVING = 400, 60
_LEAST = 1.0 / 64.0  # of a step: shortest part that it is cut into
_DRIEST = 1e-12  # kg m-3: less ice than this is none
_NEAR = 1e-6  # of a cell: points of exchange are held no closer
_SLACK = 1e-5  # relative, of saturation
_NOISE = 1e-10  # relative, of the greatest gain
_SETTLED = 1e-3  # of a cell's room
_OPEN = 1e-4  # least share of the conductance that full pores keep


def pore_diffusivity(
    pressure: ArrayLike, temperature: ArrayLike, *, pore_radius: float = PORE_RADIUS
) -> Array:
    """Diffusivity of water vapour in carbon dioxide inside pores [m2/s].

    Collisions among molecules and with walls in row (Bosanquet): 1/D = 1/D_free + 1/D_Knudsen,
    D_Knudsen = 2/3 r sqrt(8 R T/pi), R that of water. Pressure [Pa], temperature [K], radius [m].
    """
    p, t = np.asarray(pressure, dtype=np.float64), np.asarray(temperature, dtype=np.float64)
    p_good, t_good = np.isfinite(p) & (p > 0.0), np.isfinite(t) & (t > 0.0)
    if not (p_good.all() and t_good.all() and 0.0 < pore_radius < math.inf):
        raise InputError("diffusivity needs a pressure, a temperature and a pore radius above 0")
    free = _FREE_DIFFUSION * (t / 273.15) ** 1.5 * 101_325.0 / p
    speed = np.sqrt(8.0 * WATER_GAS_CONSTANT * t / math.pi)
    return 1.0 / (1.0 / free + 1.5 / (pore_radius * speed))


def soil_conductance(
    pressure: ArrayLike,
    temperature: ArrayLike,
    *,
    porosity: float = POROSITY,
    tortuosity: float = TORTUOSITY,
    pore_radius: float = PORE_RADIUS,
) -> Array:
    """C = porosity/tortuosity x D [m2/s]: what ties the flow of vapour to its gradient in soil."""
    if not (0.0 < porosity < 1.0 and 1.0 <= tortuosity < math.inf):
        raise InputError(
            f"porosity {porosity:g} must lie between 0 and 1, tortuosity {tortuosity:g} be 1 "
            "or more"
        )
    return porosity / tortuosity * pore_diffusivity(pressure, temperature, pore_radius=pore_radius)


def retreat_depth(
    years: ArrayLike,
    *,
    depth: ArrayLike,
    density_difference: ArrayLike,
    conductance: ArrayLike,
    porosity: float = POROSITY,
) -> Array:
    """Depth of an ice front [m] after some years under a constant contrast of vapour density.

    depth : at the start [m]
    density_difference : over the ice less that of the air [kg m-3]; below 0 the front comes up

    A front that reaches the surface stays there (0).

    Raises InputError for values that are not finite, a depth, time or conductance below 0, and a
    porosity outside 0 to 1.
    """
    start, time, flow = (np.asarray(v, dtype=np.float64) for v in (depth, years, conductance))
    for name, value in (("depth", start), ("time", time), ("conductance", flow)):
        if not np.all((value >= 0.0) & np.isfinite(value)):
            raise InputError(f"the {name} of an ice front must be finite and 0 or more")
    contrast = np.asarray(density_difference, dtype=np.float64)
    if not (np.isfinite(contrast).all() and 0.0 < porosity < 1.0):
        raise InputError("an ice front needs a finite contrast of vapour and a porosity in 0 to 1")
    squared = start**2 + 2.0 * contrast * flow * time * _YEAR / (porosity * ICE_DENSITY)
    return np.sqrt(np.maximum(squared, 0.0))


@dataclass(frozen=True)
class PoreIce:
    """Ice in the pores of one column, from the surface down.

    edges : depths of the cells' edges [m], (m + 1,), the first 0
    ice : mass per volume of soil in each cell [kg m-3], (m,)
    porosity : share of the volume that ice can fill [-]
    """

    edges: Array
    ice: Array
    porosity: float = POROSITY

    def __post_init__(self) -> None:
        if self.edges.ndim != 1 or self.edges[0] != 0.0 or np.any(np.diff(self.edges) <= 0.0):
            raise InputError("the edges of a soil column must go down from 0")
        if self.ice.shape != (len(self.edges) - 1,):
            raise InputError(
                f"{len(self.edges)} edges need {len(self.edges) - 1} cells of ice, "
                f"not {self.ice.shape}"
            )
        if not 0.0 < self.porosity < 1.0:
            raise InputError(f"porosity must lie between 0 and 1, not {self.porosity:g}")
        if not np.all((self.ice >= 0.0) & (self.ice <= self.room * (1.0 + 1e-9))):
            raise InputError(f"ice must lie in 0 to {self.room:.0f} kg m-3, the room of the pores")

    @classmethod
    def below(
        cls,
        depth: float,
        *,
        bottom: float = 5.0,
        cells: int = 80,
        porosity: float = POROSITY,
        top: float = 0.01,
    ) -> PoreIce:
        """Pores full of ice from a depth [m] down, in cells that widen with depth from `top` [m].

        depth = inf: none. Raises InputError for a depth below 0 or NaN.
        """
        if not depth >= 0.0:
            raise InputError(f"ice begins at a depth of 0 m or more, not at {depth:g} m")
        edges = np.concatenate([[0.0], np.geomspace(top, bottom, cells)])
        share = np.clip((edges[1:] - depth) / np.diff(edges), 0.0, 1.0)
        return cls(edges, share * porosity * ICE_DENSITY, porosity)

    @property
    def room(self) -> float:
        """What full pores hold [kg m-3]."""
        return self.porosity * ICE_DENSITY

    @property
    def depths(self) -> Array:
        """Middles of the cells [m], (m,)."""
        return 0.5 * (self.edges[1:] + self.edges[:-1])

    @property
    def fronts(self) -> Array:
        """Where each cell's ice meets its vapour [m], (m,): the top of the ice at its bottom."""
        return self.edges[1:] - np.diff(self.edges) * self.ice / self.room

    @property
    def mass(self) -> float:
        """All the ice of the column [kg m-2]."""
        return float(self.ice @ np.diff(self.edges))

    def table(self, share: float = 0.5) -> float:
        """Depth [m] below which pores hold more than a share of what they can; inf if nowhere."""
        filled = np.flatnonzero(self.ice > share * self.room)
        if not filled.size:
            return math.inf
        first = int(filled[0])
        if first and self.ice[first] >= self.room:  # what the cell above holds lies on this one
            return float(self.fronts[first - 1])
        return float(self.fronts[first])


def _conductances(edges: Array, fill: Array, conductance: float) -> Array:
    """Conductance between each cell's point of exchange and the one above [m/s], (m,).

    A cell's ice lies at its bottom: its dry part is the way down to the ice, its icy part, pores
    narrowed by the share f that the ice takes to (1 - f)^2, the way on.
    """
    width = np.diff(edges)
    resistance = width * (1.0 - fill) / conductance
    beyond = width * fill / (conductance * np.maximum((1.0 - fill) ** 2, _OPEN))
    resistance[1:] += beyond[:-1]
    return 1.0 / np.maximum(resistance, _NEAR * width / conductance)


def diffused(
    state: PoreIce,
    *,
    saturation: Array,
    air: float,
    conductance: float,
    years: float,
) -> tuple[PoreIce, float]:
    """The column after one step [yr], and the mass that came in through the surface [kg m-2].

    saturation : annual mean saturation vapour density at the cells' edges [kg m-3], (m + 1,)
    air : annual mean vapour density of the air at the surface [kg m-3]
    conductance : of the dry soil [m2/s]; pores with ice in a share f of them keep (1 - f)^2

    Each cell is dry (no ice, vapour below saturation), icy (vapour at saturation) or full. An
    implicit step, of any length, finds which; one that circles is taken in halves. No vapour passes
    the bottom. The mass that came in is that of the column to some 1e-10, to 2e-5 where many cells
    fill or empty in one step. Raises PhysicsError when parts of 1/64 do not help.
    """
    if saturation.shape != state.edges.shape:
        raise InputError(f"saturation is asked for at {len(state.edges)} edges of the column")
    given = np.append(saturation, conductance)
    if not (np.all((given > 0.0) & np.isfinite(given)) and 0.0 < years < math.inf):
        raise InputError("a diffusion step needs years, densities and a conductance above 0")
    if not 0.0 <= air < math.inf:
        raise InputError(f"vapour in the air must have a density of 0 or more, not {air:g} kg m-3")
    logs = np.log(saturation)
    came, left, part = 0.0, years, years
    while left > 1e-9 * years:
        told = _step(state, logs, air, conductance, min(part, left) * _YEAR)
        if told is not None:
            state, gain = told
            came, left = came + gain, left - part
            continue
        part *= 0.5
        if part < _LEAST * years:
            raise PhysicsError(
                f"the diffusion of vapour found no balance in a step of {years:g} years: "
                "take shorter steps"
            )
    return state, came


def _step(
    state: PoreIce, logs: Array, air: float, conductance: float, span: float
) -> tuple[PoreIce, float] | None:
    """One implicit step of `span` seconds, None where it finds no balance; logs: of saturation."""
    width = np.diff(state.edges)
    store = state.ice * width / span  # kg m-2 s-1 that each cell could give
    space = state.room * width / span - store
    kind = np.where(store > _DRIEST * width / span, 1, 0)  # 0 dry, 1 icy, 2 full
    fill = state.ice / state.room
    for sweep in range(_SWEEPS):
        across = _conductances(state.edges, fill, conductance)
        level = np.exp(np.interp(state.edges[1:] - width * fill, state.edges, logs))
        vapour = _profile(kind, across, level, air, store, space)
        gain = _gain(vapour, across, air)
        wanted = _kinds(kind, vapour / level, gain, store, space)
        after = np.where(wanted == 1, (store + gain) / (store + space), 0.5 * wanted)
        settled = sweep >= _MOVING or np.abs(after - fill).max() < _SETTLED
        if settled and np.array_equal(wanted, kind):
            break
        if sweep < 2 * _MOVING:
            kind = wanted
        else:  # one change at a time, from above: no cycles
            first = int(np.argmax(wanted != kind))
            kind[first] = wanted[first]
        if sweep < _MOVING:  # the ice moves within the step; where that circles, it is held
            fill = np.clip(fill + (after - fill) / (1.0 + sweep // 10), 0.0, 1.0)
    else:
        return None
    ice = np.clip(state.ice + gain * span / width, 0.0, state.room)
    ice[kind == 0] = 0.0
    ice[kind == 2] = state.room
    return replace(state, ice=ice), float(across[0] * (air - vapour[0]) * span)


def _kinds(
    kind: NDArray[np.int64], share: Array, gain: Array, store: Array, space: Array
) -> NDArray[np.int64]:
    """What each cell should be next, from its share of saturation and what stays in it."""
    noise = _NOISE * np.abs(gain).max()
    wanted = kind.copy()
    wanted[(kind == 0) & (share > 1.0 + _SLACK)] = 1
    wanted[(kind == 1) & (gain < -store - noise)] = 0
    wanted[(kind == 1) & (gain > space + noise)] = 2
    wanted[(kind == 2) & (share < 1.0 - _SLACK)] = 1
    return wanted


def _profile(
    kind: NDArray[np.int64], across: Array, level: Array, air: float, store: Array, space: Array
) -> Array:
    """Vapour density in the cells [kg m-3]: icy ones at saturation, others by what they give."""
    n = len(across)
    bands = np.zeros((3, n))
    below = np.append(across[1:], 0.0)
    bands[1] = across + below
    bands[0, 1:] = -across[1:]
    bands[2, :-1] = -across[1:]
    right = np.where(kind == 2, -space, store)
    right[0] += across[0] * air
    held = kind == 1
    bands[1, held] = 1.0
    right[held] = level[held]
    bands[0, 1:][held[:-1]] = 0.0
    bands[2, :-1][held[1:]] = 0.0
    return solve_banded((1, 1), bands, right)


def _gain(vapour: Array, across: Array, air: float) -> Array:
    """Vapour that stays in each cell [kg m-2 s-1]."""
    inflow = across * (np.concatenate([[air], vapour[:-1]]) - vapour)
    return inflow - np.append(inflow[1:], 0.0)
