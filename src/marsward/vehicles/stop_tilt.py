"""Tilt of a rover at its stops, told from a terrain, against what it measured there.

Three forecasts: the slope of the terrain's own cells; the same with the roughness below the cells
added, as a law that is fitted on one half of the stops and tried on the other; and the plane
through the heights over which the rover itself had come, which no terrain from orbit knows.

Roughness below the cells leans the rover by two normal components of deviation

    s^2 = s_0^2 + (k g)^2,          g the slope of the cells,

so that the tangent of its tilt follows Rice's law, whose median is the forecast. Slopes of Mars
fall with the baseline as a power (Hurst exponent; Aharonson and Schorghofer 2006,
doi:10.1029/2005JE002636), which `line_slopes` shows for the drives.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from marsward.core.errors import DataError, InputError
from marsward.data.rover_traverse import RoverDrives, RoverStops
from marsward.geometry.local_terrain import LocalTerrain
from marsward.vehicles.rover import Rover
from marsward.vehicles.rover_pose import pose

__all__ = ["Roughness", "TiltScore", "line_slopes", "score", "terrain_tilt", "track_tilt"]

Array = NDArray[np.float64]
_HEIGHT_NOISE = 0.3
"""Deviation of heights along a track from a plane [m], a choice."""
_PRIOR_SLOPE = 0.08
"""Deviation of a stop's slope from the terrain's [m/m], a choice near what the stops show."""


@dataclass(frozen=True)
class TiltScore:
    """A forecast of tilts against those measured.

    count of stops; median of measured and forecast tilt, median of the difference (forecast less
    measured) and of its size [deg]; correlation
    """

    count: int
    measured: float
    forecast: float
    difference: float
    size: float
    correlation: float


def score(forecast: ArrayLike, measured: ArrayLike) -> TiltScore:
    """Score of tilts [deg] where both are numbers; DataError for fewer than three."""
    a, b = np.asarray(forecast, dtype=np.float64), np.asarray(measured, dtype=np.float64)
    both = np.isfinite(a) & np.isfinite(b)
    if both.sum() < 3:
        raise DataError(f"{int(both.sum())} stops have both tilts; a score takes 3 or more")
    a, b = a[both], b[both]
    some = float(np.std(a)) > 0.0 and float(np.std(b)) > 0.0
    return TiltScore(
        int(both.sum()), float(np.median(b)), float(np.median(a)), float(np.median(a - b)),
        float(np.median(np.abs(a - b))), float(np.corrcoef(a, b)[0, 1]) if some else 0.0,
    )  # fmt: skip


def terrain_tilt(stops: RoverStops, terrain: LocalTerrain, rover: Rover) -> Array:
    """Tilt [deg] at the stops by the terrain, NaN off it; headings as measured, 0 where unknown."""
    x, y = terrain.xy(stops.lon, stops.lat)
    reach = 0.5 * np.hypot(rover.wheel_base, rover.track)
    west, east, south, north = terrain.extent
    on = (x - reach > west) & (x + reach < east) & (y - reach > south) & (y + reach < north)
    out = np.full(len(stops), np.nan)
    if on.any():
        yaw = np.nan_to_num(stops.yaw)
        out[on] = pose(terrain, x[on], y[on], yaw[on], rover)["rover_tilt"].values
    return out


@dataclass(frozen=True)
class Roughness:
    """Lean that ground below a terrain's cells adds: floor s_0 [m/m] and share k of their slope."""

    floor: float
    share: float

    @classmethod
    def fitted(cls, coarse: ArrayLike, measured: ArrayLike) -> Roughness:
        """Fit to tilts [deg] of the terrain and of the stops, by maximum likelihood."""
        from scipy.optimize import minimize
        from scipy.stats import rice

        a, b = np.asarray(coarse, dtype=np.float64), np.asarray(measured, dtype=np.float64)
        both = np.isfinite(a) & np.isfinite(b)
        if both.sum() < 3:
            raise DataError(f"{int(both.sum())} stops have both tilts; a fit takes 3 or more")
        g, t = np.tan(np.radians(a[both])), np.tan(np.radians(b[both]))
        t = np.maximum(t, 1e-4)

        def misfit(logs: Array) -> float:
            s = np.hypot(np.exp(logs[0]), np.exp(logs[1]) * g)
            return -float(rice.logpdf(t, g / s, scale=s).sum())

        begin = np.log([0.5 * np.median(t) + 1e-4, 0.3])
        found = minimize(misfit, begin, method="Nelder-Mead", options={"xatol": 1e-4})
        return cls(float(np.exp(found.x[0])), float(np.exp(found.x[1])))

    def sigma(self, coarse: ArrayLike) -> Array:
        """Deviation of each component of the lean [m/m] for tilts of the terrain [deg]."""
        g = np.tan(np.radians(np.asarray(coarse, dtype=np.float64)))
        return np.hypot(self.floor, self.share * g)

    def median(self, coarse: ArrayLike) -> Array:
        """Median tilt [deg] to be measured where the terrain says `coarse` [deg]."""
        return self.quantile(coarse, 0.5)

    def quantile(self, coarse: ArrayLike, share: float) -> Array:
        """Tilt [deg] that a share of stops stays below."""
        from scipy.stats import rice

        g = np.tan(np.radians(np.asarray(coarse, dtype=np.float64)))
        s = np.maximum(self.sigma(coarse), 1e-9)
        return np.degrees(np.arctan(rice.ppf(share, g / s, scale=s)))


def track_tilt(
    stops: RoverStops,
    drives: RoverDrives | None,
    terrain: LocalTerrain,
    *,
    radius: float = 10.0,
) -> Array:
    """Tilt [deg] at the stops by a plane through heights that the rover had itself, near by.

    Parameters
    ----------
    drives : whose heights within `radius` [m] of a stop are taken; None takes the stops' own, so
        that the plane is the slope between localisations

    Where the heights are on one line, the slope across it is held to the terrain's by its scatter.
    They come from the rover's own way, so this is no forecast: it tells how much of the misfit is
    the terrain's want of detail. NaN where fewer than four heights (three stops) lie around.
    """
    from scipy.spatial import cKDTree

    if not radius > 0.0:
        raise InputError(f"a radius must be above 0 m, not {radius!r}")
    x, y = terrain.xy(stops.lon, stops.lat)
    if drives is None:
        points = np.column_stack([x, y, stops.elevation])[np.isfinite(stops.elevation)]
    else:
        points = np.concatenate([_line(drive.line, terrain) for drive in drives.drives])
    least = 3 if drives is None else 4
    tree = cKDTree(points[:, :2])
    on = terrain.contains(x, y)
    east, north = np.zeros(len(stops)), np.zeros(len(stops))
    east[on], north[on] = terrain.slope_at(x[on], y[on])
    out = np.full(len(stops), np.nan)
    hold = np.diag([0.0, 1.0, 1.0]) * (_HEIGHT_NOISE / _PRIOR_SLOPE) ** 2
    for k in np.flatnonzero(on):
        near = points[tree.query_ball_point([x[k], y[k]], radius)] - [x[k], y[k], 0.0]
        near = np.unique(near.round(2), axis=0)
        if len(near) < least:
            continue
        design = np.column_stack([np.ones(len(near)), near[:, :2]])
        right = design.T @ near[:, 2] + hold @ np.array([0.0, east[k], north[k]])
        rise = np.linalg.solve(design.T @ design + hold, right)[1:]
        out[k] = np.degrees(np.arctan(np.hypot(*rise)))
    return out


def line_slopes(drives: RoverDrives, terrain: LocalTerrain, lags: ArrayLike) -> Array:
    """Root mean square slope [m/m] along the drives over lags [m]; NaN where none is so long."""
    reach = np.asarray(lags, dtype=np.float64)
    total, count = np.zeros(reach.size), np.zeros(reach.size)
    for drive in drives.drives:
        line = _line(drive.line, terrain)
        if len(line) < 2:
            continue
        steps = np.hypot(*np.diff(line[:, :2], axis=0).T)
        line = line[np.concatenate([[True], steps > 0.05])]
        s = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(line[:, :2], axis=0).T))])
        for k, lag in enumerate(reach):
            if s[-1] < 1.2 * lag:
                continue
            at = np.arange(0.0, s[-1] - lag, max(lag / 3.0, 1.0))
            a = np.stack([np.interp(at, s, line[:, c]) for c in range(3)])
            b = np.stack([np.interp(at + lag, s, line[:, c]) for c in range(3)])
            far = np.hypot(b[0] - a[0], b[1] - a[1])
            straight = far > 0.7 * lag
            total[k] += (((b[2] - a[2]) / np.maximum(far, 0.1))[straight] ** 2).sum()
            count[k] += straight.sum()
    return np.sqrt(np.where(count > 0, total / np.maximum(count, 1.0), np.nan))


def _line(line: Array, terrain: LocalTerrain) -> Array:
    """A drive's x, y, elevation [m] without its points of no height (0 stands for none)."""
    good = np.isfinite(line[:, 2]) & (np.abs(line[:, 2]) > 1e-3)
    x, y = terrain.xy(line[good, 0], line[good, 1])
    return np.column_stack([x, y, line[good, 2]])
