"""What the planet gives a rover, sol by sol: season, dust, warmth, sky, wind at one place."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from marsward.core.constants import SOL
from marsward.core.time import Epoch
from marsward.physics.dust_scenario import DustScenario
from marsward.planet.air_column import column
from marsward.vehicles.rover_site import RoverSite, seasonal

__all__ = ["rover_site"]

Array = NDArray[np.float64]
_NODES = 24  # seasons of a whole year
_STEP = 10.0  # deg of Ls between the days that are followed in a shorter stay
_REFERENCE = 610.0  # Pa, at which opacities of scenarios are told


def rover_site(
    lon: float,
    lat: float,
    height: float,
    epoch: Epoch,
    sols: int,
    *,
    dust: DustScenario,
    steps: int = 48,
    workers: int = 1,
) -> RoverSite:
    """Conditions of a place through sols, from the planet's own columns of air.

    Parameters
    ----------
    lon, lat : [deg]; height : of the ground over the areoid [m]
    epoch : in the first sol; sols : how many; steps : of a sol
    dust : the planet's, whose light and warmth they are

    Days are followed at some seasons, each as if it repeated, and joined by season; the opacity is
    that of each sol.
    """
    ls = np.asarray((epoch + float(SOL) * np.arange(sols)).ls, dtype=np.float64)
    nodes = _nodes(ls)
    hours = (np.arange(steps) + 0.5) * 24.0 / steps
    many = np.full(nodes.size, 1.0)
    day = column(
        lat * many, lon * many, ls=nodes % 360.0, dust=dust, local_time=hours,
        elevation=height * many, workers=workers,
    )  # fmt: skip
    pressure = _joined(day["surface_pressure"].values, nodes, ls)
    wind = np.hypot(*(day[n].isel(level=0).values for n in ("eastward_wind", "northward_wind")))
    opacity = np.asarray(dust.opacity(ls, np.full(sols, lat), np.full(sols, lon % 360.0)))
    return RoverSite(
        lat=lat, ls=ls, opacity=opacity * pressure / _REFERENCE,
        ground=_joined(day["surface_temperature"].values, nodes, ls),
        air=_joined(day["air_temperature"].values, nodes, ls),
        longwave=_joined(day["longwave_down"].values, nodes, ls),
        pressure=pressure, wind=_joined(wind.reshape(nodes.size, -1), nodes, ls),
        albedo=float(day["bolometric_albedo"].values[0]),
    )  # fmt: skip


def _nodes(ls: Array) -> Array:
    """Seasons whose days are followed: round the year, or over the stay where it is shorter."""
    whole = np.unwrap(ls, period=360.0)
    span = float(whole[-1] - whole[0])
    if span > 360.0 - 360.0 / _NODES:
        return np.linspace(0.0, 360.0, _NODES, endpoint=False)
    return np.linspace(whole[0], whole[-1] + 1e-9, max(2, math.ceil(span / _STEP) + 1))


def _joined(table: Array, nodes: Array, ls: Array) -> Array:
    """Values (node, …) at the season of each sol."""
    if nodes[0] == 0.0 and nodes.size == _NODES:
        return np.asarray(seasonal(table, nodes, ls))
    whole = np.unwrap(ls, period=360.0)
    after = np.clip(np.searchsorted(nodes, whole, side="right"), 1, nodes.size - 1)
    part = (whole - nodes[after - 1]) / (nodes[after] - nodes[after - 1])
    part = part.reshape(-1, *[1] * (table.ndim - 1))
    return np.asarray(table[after - 1] * (1.0 - part) + table[after] * part)
