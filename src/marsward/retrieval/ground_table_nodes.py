"""Where a table of ground temperatures has its nodes.

Readings between them are cubic, so nodes may stand far apart where temperature bends little: in
albedo, pressure and the logarithms of inertia and depth. Season, hour and latitude are closer.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from marsward.core.errors import InputError
from marsward.physics.columns import GroundColumns
from marsward.physics.season import MarsYear

__all__ = ["DAY_HOURS", "STEPS", "GroundTableNodes", "noons"]

Array = NDArray[np.float64]
DAY_HOURS = 24.0
STEPS = 96  # of a sol in the forward model


@dataclass(frozen=True, kw_only=True)
class GroundTableNodes:
    """Where a table has its nodes.

    lat : [deg]; one alone serves that latitude only
    ls : [deg]; rising, over the whole circle or a part of it
    hours : how many hours of true solar time, evenly from 0 to 24: a divisor of 96
    pressure : annual mean at the surface [Pa]
    inertia : of the dry layer [J m-2 K-1 s-1/2]
    albedo : bolometric, of bare ground [-]
    depth : of the icy layer [m]; (inf,) for ground without
    emissivity : of the ground [-], no node but the same for all

    Raises
    ------
    InputError : nodes that do not rise, or out of range.
    """

    lat: tuple[float, ...] = tuple(float(x) for x in range(-90, 91, 5))
    ls: tuple[float, ...] = tuple(float(x) for x in range(0, 360, 5))
    hours: int = 48
    pressure: tuple[float, ...] = (60.0, 600.0, 1300.0)
    inertia: tuple[float, ...] = tuple(float(x) for x in np.geomspace(20.0, 2400.0, 12))
    albedo: tuple[float, ...] = (0.06, 0.18, 0.32, 0.5)
    depth: tuple[float, ...] = (math.inf,)
    emissivity: float = 0.98

    def __post_init__(self) -> None:
        for name in ("lat", "ls", "pressure", "inertia", "albedo", "depth"):
            nodes = tuple(float(x) for x in np.atleast_1d(getattr(self, name)))
            object.__setattr__(self, name, nodes)
            if not nodes or np.any(np.diff(nodes) <= 0.0) or np.isnan(nodes).any():
                raise InputError(f"{name} nodes of a ground table must rise from one to the next")
        if self.hours < 4 or STEPS % self.hours:
            raise InputError(f"{self.hours} hours do not divide {STEPS} steps; give 24, 48 or 96")
        if not (self.ls[0] >= 0.0 and self.ls[-1] < 720.0 and self.ls[-1] - self.ls[0] < 360.0):
            raise InputError("ls nodes of a ground table must start at 0 or more and span < 360")
        if math.isinf(self.depth[-1]) and len(self.depth) > 1:
            raise InputError(
                "depth nodes of a ground table end with a depth in metres; ice deeper than the "
                "last one reads as none"
            )

    @classmethod
    def icy(
        cls, lat: ArrayLike, *, pressure: ArrayLike = (350.0, 950.0), emissivity: float = 0.98
    ) -> GroundTableNodes:
        """Nodes for a search for ice at some latitudes [deg] and pressures [Pa].

        576 kinds of ground for each pair: 16 depths from 5 mm to 4 m, 9 inertias from 40 to 700,
        4 albedos; every 4 degrees of Ls, so that little is lost about the season of frost. Between
        latitudes 2.5 degrees apart readings hold as well as between the other nodes.
        """
        return cls(
            lat=tuple(np.atleast_1d(np.asarray(lat, dtype=float))),
            ls=tuple(float(x) for x in range(0, 360, 4)),
            pressure=tuple(np.atleast_1d(np.asarray(pressure, dtype=float))),
            inertia=tuple(float(x) for x in np.geomspace(40.0, 700.0, 9)),
            albedo=(0.1, 0.2, 0.3, 0.4),
            depth=tuple(float(x) for x in np.geomspace(0.005, 4.0, 16)),
            emissivity=emissivity,
        )

    @property
    def seasons_close(self) -> bool:
        """Whether the seasons cover the year."""
        gap = self.ls[0] + 360.0 - self.ls[-1]
        return len(self.ls) >= 8 and gap <= 1.01 * max(np.diff(self.ls), default=0.0)

    def axes(self, year: MarsYear) -> dict[str, Array]:
        """Coordinates in which the table is read: logarithms of inertia and depth.

        A season is that of the nearest noon of the year, for which the forward model answers.
        """
        depth = np.log(self.depth) if math.isfinite(self.depth[-1]) else np.zeros(1)
        return {
            "lat": np.array(self.lat),
            "ls": noons(self.ls, year),
            "hour": np.arange(self.hours) * (DAY_HOURS / self.hours),
            "pressure": np.array(self.pressure),
            "depth": np.ascontiguousarray(depth),
            "albedo": np.array(self.albedo),
            "inertia": np.log(self.inertia),
        }

    def grounds(self) -> tuple[Array, Array, Array]:
        """Depth, albedo and inertia of all kinds of ground, inertia running fastest."""
        mesh = np.meshgrid(self.depth, self.albedo, self.inertia, indexing="ij")
        return mesh[0].ravel(), mesh[1].ravel(), mesh[2].ravel()

    def columns(self, lat: Sequence[float]) -> GroundColumns:
        """Columns of some latitudes: latitude slowest, then pressure, then the ground."""
        depth, albedo, inertia = self.grounds()
        each, n_p, n_g = len(lat), len(self.pressure), len(depth)
        return GroundColumns(
            lat=np.repeat(lat, n_p * n_g),
            pressure=np.tile(np.repeat(self.pressure, n_g), each),
            ice_depth=np.tile(depth, each * n_p),
            albedo=np.tile(albedo, each * n_p),
            inertia=np.tile(inertia, each * n_p),
            emissivity=self.emissivity,
        )


def noons(ls: ArrayLike, year: MarsYear) -> Array:
    """Ls [deg] of the noons nearest to seasons Ls [deg], counting on past 360 as those do."""
    given = np.asarray(ls, dtype=np.float64)
    sol = np.floor(year.sol_of_ls(given)) % year.sols
    near = np.degrees(year.at(sol + 0.5).ls_rad)
    return given + np.mod(near - given + 180.0, 360.0) - 180.0
