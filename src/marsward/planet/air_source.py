"""What an atmosphere is made from: columns of temperature on an even grid of season, hour, place.

Any source hands over the same thing, `AirColumns`; the thermosphere, the heights and the smooth
joining are the same for all of them (`air_tables`).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from marsward.core.errors import DataError, InputError
from marsward.planet.thermosphere import Bates, Mixture

__all__ = ["AirColumns", "AirGrid", "AirSource"]

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class AirGrid:
    """The nodes of columns: each axis is even; one node means that nothing depends on it.

    ls : solar longitudes [deg], all around the year; hour : local true solar times [h], all around
    the sol; lat : [deg] at the centres of bands from south to north; lon : [deg], all around
    """

    ls: Array
    hour: Array
    lat: Array
    lon: Array = field(default_factory=lambda: np.zeros(1))

    def __post_init__(self) -> None:
        for name, turn in (("ls", 360.0), ("hour", 24.0), ("lat", 180.0), ("lon", 360.0)):
            nodes = np.ascontiguousarray(getattr(self, name), dtype=np.float64)
            object.__setattr__(self, name, nodes)
            if nodes.ndim != 1 or nodes.size in (0, 2):
                raise InputError(f"an axis {name} of air has one node, or three or more")
            even = np.allclose(np.diff(nodes), turn / nodes.size, rtol=1e-6, atol=1e-9)
            centred = name != "lat" or abs(nodes[0] + 90.0 - 90.0 / nodes.size) < 1e-6
            if nodes.size > 1 and not (even and centred):
                raise InputError(f"the nodes of {name} must be even over {turn:g}, not {nodes}")

    @property
    def shape(self) -> tuple[int, int, int, int]:
        """Counts of ls, hour, lat, lon."""
        return self.ls.size, self.hour.size, self.lat.size, self.lon.size

    @property
    def axes(self) -> Array:
        """(4, 3): first node, step and count of each axis, as the kernels read them."""
        turns = (360.0, 24.0, 180.0, 360.0)
        nodes = (self.ls, self.hour, self.lat, self.lon)
        return np.array(
            [[n[0], turn / n.size, n.size] for n, turn in zip(nodes, turns, strict=True)]
        )


@dataclass(frozen=True, eq=False)
class AirColumns:
    """Columns of air on a grid, from the ground up to where the thermosphere takes over.

    grid : the nodes
    pressure, temperature : (ls, hour, lat, lon, level) [Pa] and [K]; level 0 is at the ground and
        pressure falls with the level
    ground : (lat, lon) height of the columns' ground over the areoid [m]
    top : pressure [Pa] at which the thermosphere takes over
    follow : depth in ln p within which temperature goes with the ground under it where that is
        higher or lower than the columns' own; 0 where it is a matter of pressure alone
    eastward, northward : (ls, hour, lat, lon, level) winds [m/s], or None
    bates, mixture : temperatures and gases of the thermosphere, or None for the published ones
    """

    grid: AirGrid
    pressure: Array
    temperature: Array
    ground: Array
    top: float
    follow: float = 0.7
    eastward: Array | None = None
    northward: Array | None = None
    bates: Bates | None = None
    mixture: Mixture | None = None

    def __post_init__(self) -> None:
        shape = (*self.grid.shape, np.shape(self.temperature)[-1])
        for name in ("pressure", "temperature", "eastward", "northward"):
            given = getattr(self, name)
            if given is None:
                continue
            values = np.asarray(given, dtype=np.float64)
            if values.shape != shape:
                raise InputError(f"{name} of columns of air is {values.shape}, not {shape}")
            object.__setattr__(self, name, values)
            if not np.isfinite(values).all():
                raise DataError(f"{name} of columns of air has gaps; fill them, or take other data")
        if not (np.all(self.pressure[..., -1] > 0.0) and np.all(np.diff(self.pressure) < 0.0)):
            raise DataError("pressure in columns of air must fall with the level and stay above 0")
        if not np.all(self.temperature > 0.0):
            raise DataError("temperature in columns of air must be above 0 K")
        if np.shape(self.ground) != self.grid.shape[2:]:
            raise InputError(f"ground of columns of air is {np.shape(self.ground)}, not (lat, lon)")


@runtime_checkable
class AirSource(Protocol):
    """Where an atmosphere comes from; hashable, since what is made of it is kept for reuse."""

    def __hash__(self) -> int: ...

    @property
    def name(self) -> str:
        """As `atmosphere(name)` takes it."""

    @property
    def source(self) -> str:
        """Where the numbers are from, in a sentence for a report."""

    def columns(self) -> AirColumns:
        """The columns, made or read when they are first asked for."""
