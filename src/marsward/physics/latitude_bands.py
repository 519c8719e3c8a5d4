"""Bands of latitude as columns of ground, and the dust over them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol, runtime_checkable

import numpy as np
from numpy.typing import ArrayLike, NDArray

from marsward.core.bodies import body
from marsward.core.errors import InputError
from marsward.physics.air import REFERENCE_PRESSURE
from marsward.physics.columns import GroundColumns
from marsward.physics.lower_air import sphere_bands
from marsward.physics.season import MarsYear
from marsward.physics.vapour import pressure_at_elevation

__all__ = ["Bands", "Dust", "HasOpacity", "dust_opacity"]

Array = NDArray[np.float64]


@runtime_checkable
class HasOpacity(Protocol):
    """Dust that knows its visible opacity at 610 Pa by Ls and latitude [deg]."""

    def opacity(self, ls: ArrayLike, lat: ArrayLike) -> Array:
        """They broadcast."""
        ...


Dust = ArrayLike | str | HasOpacity | None


@dataclass(frozen=True, eq=False)
class Bands:
    """Columns of ground that share the planet, their areas and how high they lie.

    columns : n columns; their frost's albedo and emissivity are the cycle's to give
    area : [m2] (n,); elevation : samples of even weight of the ground's height over the areoid
        within each column [m] (n, m)
    shade : what each column's frost is brighter than the cycle's (n,); none if None
    """

    columns: GroundColumns
    area: Array
    elevation: Array
    shade: Array | None = None

    def __post_init__(self) -> None:
        n = len(self.columns)
        area = np.asarray(self.area, dtype=np.float64)
        height = np.asarray(self.elevation, dtype=np.float64)
        height = height[:, None] if height.ndim == 1 else height
        if area.shape != (n,) or height.ndim != 2 or height.shape[0] != n or not height.shape[1]:
            raise InputError(
                f"{n} columns need an area and a row of elevations each, not areas {area.shape} "
                f"and elevations {height.shape}"
            )
        if not ((area > 0.0) & np.isfinite(area)).all() or not np.isfinite(height).all():
            raise InputError("areas must be above zero and elevations finite [m2, m]")
        shade = np.zeros(n) if self.shade is None else np.asarray(self.shade, dtype=np.float64)
        if shade.shape != (n,) or not (np.abs(shade) <= 1.0).all():
            raise InputError("the frost's shade is one number from -1 to 1 for each column")
        object.__setattr__(self, "shade", np.ascontiguousarray(shade))
        object.__setattr__(self, "area", np.ascontiguousarray(area))
        object.__setattr__(self, "elevation", np.ascontiguousarray(height))

    @classmethod
    def even(cls, count: int = 60, *, elevation: ArrayLike = 0.0, **ground: Any) -> Bands:
        """Bands of even width in latitude, from south to north.

        elevation : [m] a number, (count,) or (count, m); other options are fields of
            `GroundColumns`, one number or one for each band: albedo, inertia, ice_depth ...
        """
        lat, area = sphere_bands(count, body("mars").radius)
        height = np.asarray(elevation, dtype=np.float64)
        height = np.broadcast_to(height, (count,)) if height.ndim < 2 else height
        high = height[:, None] if height.ndim == 1 else height
        pressure = pressure_at_elevation(high).mean(axis=1)
        given: Mapping[str, Any] = {
            "albedo": 0.22, "inertia": 220.0, "pressure": pressure, **ground
        }  # fmt: skip
        return cls(GroundColumns(lat=lat, **given), area, height)

    def halved(self, shade: float, *, south_of: float) -> Bands:
        """Bands south of a latitude [deg] cut in two halves, of darker and of brighter frost."""
        south = self.columns.lat < south_of
        index = np.repeat(np.arange(len(self)), np.where(south, 2, 1))
        side = np.zeros(index.size)
        side[south[index]] = np.tile([-1.0, 1.0], int(south.sum()))
        assert self.shade is not None
        return Bands(
            self.columns.take(index),
            self.area[index] / np.where(south[index], 2.0, 1.0),
            self.elevation[index],
            self.shade[index] + shade * side,
        )

    def __len__(self) -> int:
        return len(self.columns)


def dust_opacity(columns: GroundColumns, year: MarsYear, dust: Dust) -> Array | None:
    """Opacity over each column at its own pressure, (sols, n), or None; see `Co2Model`."""
    if dust is None:
        return None
    if isinstance(dust, str):
        from marsward.physics.dust_scenario import scenario

        dust = scenario(dust)
    if isinstance(dust, HasOpacity):
        ls = np.degrees(year.at(np.arange(year.sols) + 0.5).ls_rad)
        depth = np.asarray(dust.opacity(ls[:, None], columns.lat[None, :]), dtype=np.float64)
    else:
        depth = np.asarray(dust, dtype=np.float64)
    try:
        depth = np.broadcast_to(depth, (year.sols, len(columns)))
    except ValueError:
        raise InputError(
            f"dust of shape {depth.shape} does not fit {year.sols} sols of {len(columns)} columns; "
            "give a number, a row for the columns or a table (sols, columns)"
        ) from None
    return np.ascontiguousarray(depth * (columns.pressure / REFERENCE_PRESSURE))
