"""Radiance of the limb of a column of air on spheres, as a detector's field of view gathers it.

A straight line with its lowest point at the radius r_t passes the shell from r_1 to r_2 twice, each
time through

    u = integral of rho ds,     s = sqrt(r^2 - r_t^2),

summed by Gauss's rule of three points in s, with rho exponential in r within the shell. Heights are
those of the resting column above its ground. The radiance of a detector is the mean of that of
lines over its field of view.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike, NDArray

from marsward.core.bodies import body
from marsward.core.errors import InputError
from marsward.physics.air import GAS_CONSTANT, hydrostatic_heights
from marsward.physics.kernels.sounder_radiance import absorption, limb_column
from marsward.physics.sounder_channels import ChannelBins, SounderChannels, channel_bins
from marsward.physics.sounder_radiance import SounderColumns
from marsward.physics.sounder_table import SounderTable

__all__ = ["LimbRadiance", "air_paths", "field_of_view", "limb_radiance"]

Array = NDArray[np.float64]
_RADIUS = body("mars").radius
_NODE, _WEIGHT = np.polynomial.legendre.leggauss(3)
_WARMER = 0.05  # K, for slopes of the path
_HIGHER = 5.0  # m


@dataclass(frozen=True)
class LimbRadiance:
    """Radiance (n, detectors, channels) [W m-1 sr-1] and, where asked, its slopes, empty else.

    by_air (n, detectors, channels, L) [per K], heights and the air along the line moving with the
    temperature; by_dust (n, detectors, channels, L) [per relative change of a layer's dust];
    by_height (n, detectors, channels) [per m], all lines of sight raised
    """

    radiance: Array
    by_air: Array = field(default_factory=lambda: np.empty(0))
    by_dust: Array = field(default_factory=lambda: np.empty(0))
    by_height: Array = field(default_factory=lambda: np.empty(0))


def air_paths(edges: Array, temperature: Array, tangent: Array) -> Array:
    """Air on one side of the tangent point in each layer [kg m-2] (rays, L).

    Parameters
    ----------
    edges : of one column [Pa] (L + 1,); temperature [K] (L,)
    tangent : height of the lowest point of each line above the column's ground [m] (rays,); one
        below the ground is a line that ends there
    """
    heights, _ = hydrostatic_heights(edges, temperature)
    radius = _RADIUS + heights
    lowest = _RADIUS + np.asarray(tangent, dtype=np.float64)[:, None]
    low = np.maximum(radius[None, :-1], lowest)
    high = np.maximum(radius[None, 1:], low)
    begin, end = (np.sqrt(np.maximum(r * r - lowest * lowest, 0.0)) for r in (low, high))
    half = 0.5 * (end - begin)
    fall = np.log(edges[:-1] / edges[1:]) / np.diff(heights)
    total = np.zeros_like(half)
    for node, weight in zip(_NODE, _WEIGHT, strict=True):
        way = 0.5 * (begin + end) + half * node
        above = np.sqrt(way * way + lowest * lowest) - radius[:-1]
        total += weight * edges[:-1] * np.exp(-above * fall)
    return np.asarray(total * half / (GAS_CONSTANT * temperature))


def field_of_view(tangent: Array, width: float, lines: Array) -> Array:
    """Weights (detectors, lines) of lines in detectors that see a box of a height [m] each.

    tangent : middle of each detector [m]; width : of its field at the limb [m]
    lines : heights of lines [m], rising; radiance is straight between them, and the end values
        hold beyond
    """
    places, weight = np.polynomial.legendre.leggauss(5)
    out = np.zeros((tangent.size, lines.size))
    for place, part in zip(places, weight, strict=True):
        at = np.clip(tangent + 0.5 * width * place, lines[0], lines[-1])
        i = np.clip(np.searchsorted(lines, at) - 1, 0, lines.size - 2)
        share = (at - lines[i]) / (lines[i + 1] - lines[i])
        rows = np.arange(tangent.size)
        np.add.at(out, (rows, i), 0.5 * part * (1.0 - share))
        np.add.at(out, (rows, i + 1), 0.5 * part * share)
    return out


def limb_radiance(
    columns: SounderColumns,
    channels: SounderChannels,
    tangent: ArrayLike,
    *,
    field_height: float = 0.0,
    line_step: float = 2000.0,
    table: SounderTable | None = None,
    slopes: bool = False,
    workers: int = 1,
) -> LimbRadiance:
    """What detectors see of the limb.

    Parameters
    ----------
    columns : n columns, alike all around
    channels : mean radiance is taken over each one's response
    tangent : height of the middle of each detector's view above the ground [m], (detectors,) or
        (n, detectors), rising; below 0 the view ends on the ground
    field_height : height of a detector's field of view at the limb [m], a box; 0 for a line
    line_step : distance of the lines that a field of view is drawn from [m]
    table : absorption of carbon dioxide; the shipped one if left out
    slopes : whether the slopes are worked out too
    workers : threads over blocks of columns; the answer does not depend on them

    Raises
    ------
    InputError : tangent heights that do not rise or reach under -100 km or over the air's top
    """
    held = channel_bins(channels, table or SounderTable.shipped())
    views = np.atleast_1d(np.asarray(tangent, dtype=np.float64))
    views = np.broadcast_to(views, (len(columns), views.shape[-1]))
    if not (np.isfinite(views).all() and np.all(np.diff(views, axis=1) > 0.0)):
        raise InputError("tangent heights of detectors must rise, from the lowest to the highest")
    if np.any(views < -1e5) or np.any(views > 3e5):
        raise InputError("tangent heights of detectors must lie in -100 to 300 km above the ground")
    if not (field_height >= 0.0 and line_step > 0.0):
        raise InputError("field_height must be 0 or more and line_step above 0")
    n, size = views.shape
    shape = (n, size, len(channels))
    deep = (*shape, columns.temperature.shape[1])
    out = LimbRadiance(
        np.empty(shape),
        *((np.empty(deep), np.empty(deep), np.empty(shape)) if slopes else ()),
    )

    def fill(rows: NDArray[np.int64]) -> None:
        for row in rows:
            _Limb(columns, held, int(row)).fill(out, views[row], field_height, line_step)

    parts = np.array_split(np.arange(n), max(1, min(workers, n)))
    with ThreadPoolExecutor(len(parts)) as pool:
        list(pool.map(fill, parts))
    return out


class _Limb:
    """One column seen through its limb."""

    def __init__(self, columns: SounderColumns, held: ChannelBins, row: int) -> None:
        self.edges, self.air = columns.edges[row], columns.temperature[row]
        self.ground = float(columns.surface_temperature[row])
        self.held, self.row = held, row
        self.shine = np.full(held.wave.size, float(np.asarray(columns.emissivity)[row]))
        extinction = columns.dust_mass_extinction()[row]
        self.dust = np.ascontiguousarray(extinction[:, None] * held.dust_share)
        bins = held.bins
        self.k, self.k_slope = (np.empty((self.air.size, bins.log_k.shape[2])) for _ in range(2))
        absorption(
            columns.pressure[row], self.air, bins.log_pressure, bins.temperature, bins.log_k,
            self.k, self.k_slope,
        )  # fmt: skip

    def fill(self, out: LimbRadiance, views: Array, field: float, step: float) -> None:
        slopes = out.by_air.size > 0
        lines, weight = _lines(views, field, step)
        path = air_paths(self.edges, self.air, lines)
        light, by_air, by_path, by_dust = self._seen(path, lines, slopes)
        response = self.held.response
        out.radiance[self.row] = weight @ (light @ response.T)
        if not slopes:
            return
        along = np.einsum("cb,rbl->rcl", response, by_path, optimize=True)
        moved = np.einsum("cb,rbl->rcl", response, by_air, optimize=True)
        moved += along @ self._path_by_air(lines, path)
        out.by_air[self.row] = np.einsum("dr,rcl->dcl", weight, moved, optimize=True)
        dusty = np.einsum("cb,rbl->rcl", response, by_dust, optimize=True)
        out.by_dust[self.row] = np.einsum("dr,rcl->dcl", weight, dusty, optimize=True)
        raised = air_paths(self.edges, self.air, lines + _HIGHER)
        raised = (raised - air_paths(self.edges, self.air, lines - _HIGHER)) / (2.0 * _HIGHER)
        out.by_height[self.row] = weight @ np.einsum("rcl,rl->rc", along, raised)

    def _seen(self, path: Array, lines: Array, slopes: bool) -> tuple[Array, Array, Array, Array]:
        """Radiance (rays, bins) and its slopes (rays, bins, L), empty where not asked."""
        layers, points = self.k.shape
        rays, bins = lines.size, self.held.wave.size
        deep = (rays, bins, layers) if slopes else (1, 1, 1)
        light, by_ground = np.empty((rays, bins)), np.empty((rays, bins))
        by_air, by_path, by_dust = np.empty(deep), np.empty(deep), np.empty(deep)
        work = [np.empty((layers, points)) for _ in range(3)]
        level = [np.empty((layers + 1, bins)) for _ in range(2)]
        limb_column(
            path, lines < 0.0, self.air, self.ground, self.shine, self.dust, self.held.wave,
            self.held.bins.share, self.k, self.k_slope, slopes, light, by_air, by_path, by_dust,
            by_ground, *work, *level,
        )  # fmt: skip
        return light, by_air, by_path, by_dust

    def _path_by_air(self, lines: Array, path: Array) -> Array:
        """Change of the paths by the temperature of each layer (rays, L, L) [kg m-2 K-1]."""
        layers = self.air.size
        out = np.empty((*path.shape, layers))
        for j in range(layers):
            warm = self.air.copy()
            warm[j] += _WARMER
            out[:, :, j] = (air_paths(self.edges, warm, lines) - path) / _WARMER
        return out


def _lines(views: Array, field: float, step: float) -> tuple[Array, Array]:
    """Heights of the lines that the views are drawn from, and their weights (detectors, lines)."""
    if field == 0.0:
        return views, np.eye(views.size)
    low, high = views[0] - 0.5 * field, views[-1] + 0.5 * field
    lines = np.linspace(low, high, int(np.ceil((high - low) / step)) + 1)
    return lines, field_of_view(views, field, lines)
