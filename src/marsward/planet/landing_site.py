"""The ground at a landing site: what maps know of it, and seeded relief below what they resolve.

The shipped shape of Mars resolves 15 km. Below that a site's relief is drawn: a self-affine surface
with published slopes, craters by a production function and rocks by a size-frequency law, all from
one seed, so that coarse grid and fine patches are the same ground. It is a likely ground, not the
real one; an elevation model given as a file takes its place as far down as its cells reach.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from marsward.core.errors import InputError
from marsward.geometry.local_terrain import LocalTerrain, metres
from marsward.geometry.terrain import Terrain
from marsward.planet.crater_field import CraterField
from marsward.planet.fractal_relief import FractalRelief, SlopeLaw
from marsward.planet.rock_field import RockField
from marsward.planet.site_statistics import SITES, SiteStatistics, site_near

__all__ = ["LandingSite", "landing_site"]

Array = NDArray[np.float64]
_WAVES_PER_CELL = 3.0  # cells: the shortest wave that a grid shows
_CRATER_CELLS = 1.5  # cells: the smallest crater that a grid shows
_CRATER_SHARE = 0.5  # of the slope variance at the law's baseline, at most; assumed
_LARGEST_CRATER = 1000.0  # m; larger ones would be on maps that chose the site
_ROCK_CELLS = 1.5  # cells across a rock that a grid shows
_TRIAL = (6000.0, 20.0)  # m: side and cell of the ground on which crater slopes are measured
_MARGIN = 16  # cells around a window for splines
_ROUNDS = 6


@dataclass(frozen=True, eq=False, repr=False)
class LandingSite(LocalTerrain):
    """Local terrain whose finer ground is known too.

    base : the ground as maps have it, on the same metres
    resolved : length [m] down to which the base knows the ground
    fractal, craters, rock_field : what was drawn below; None where nothing is
    statistics : of the site
    offset : [m] by which the base was raised to the site's known height
    """

    base: LocalTerrain | None = None
    resolved: float = 0.0
    fractal: FractalRelief | None = None
    craters: CraterField | None = None
    rock_field: RockField | None = None
    statistics: SiteStatistics | None = None
    offset: float = 0.0

    def patch(
        self, x: float, y: float, size: float | str, cell: float | str, *, rocks: bool = True
    ) -> LocalTerrain:
        """Finer ground of a square about x, y [m], in the same local metres.

        The mean of its ground over each whole cell of the site is the site's height there, to a
        few millimetres; rocks of 1.5 cells and more stand on top of it.

        Parameters
        ----------
        size, cell : side of the square and of its cells [m]
        rocks : whether rocks stand on it

        InputError for a patch that reaches off the site, or cells that are not finer.
        """
        side, step = metres(size, "size"), metres(cell, "cell")
        if step >= self.cell:
            raise InputError(
                f"cells of {step:g} m are not finer than the {self.cell:g} m of the site; use "
                "crop() or resampled()"
            )
        n = max(2, round(side / step))
        halo = math.ceil(1.5 * self.cell / step)
        line = (np.arange(n + 2 * halo, dtype=np.float64) - 0.5 * (n + 2 * halo - 1)) * step
        inner = slice(halo, halo + n)
        if not self.contains([x + line[halo], x + line[halo + n - 1]],
                             [y - line[halo], y - line[halo + n - 1]]).all():  # fmt: skip
            raise InputError(
                f"a patch of {side:g} m about ({x:g}, {y:g}) m reaches off the site, whose edges "
                f"are {self._edges()}; choose another place or size"
            )
        across, up = x + line, y - line
        height = self._ground(across, up, step)
        self._meet(height, across, up)
        if rocks and self.rock_field is not None and step <= 1.0:
            self._seen_rocks(step).add(height, across, up)
        part = height[inner, inner].astype(np.float32)
        said = f"{self.source}; patch of {step:g} m"
        return LocalTerrain(part, step, self.lon, self.lat, said, (float(x), float(y)))

    def rocks(self, x: float, y: float, size: float | str) -> Array:
        """Rocks (n, 4) of a square about x, y: x, y, diameter, height [m]."""
        half = 0.5 * metres(size, "size")
        if self.rock_field is None:
            return np.zeros((0, 4))
        return self.rock_field.within((x - half, x + half, y - half, y + half))

    def _seen_rocks(self, step: float) -> RockField:
        assert self.rock_field is not None
        least = max(self.rock_field.smallest, _ROCK_CELLS * step)
        field = self.rock_field
        return _Seen(field.abundance, field.seed, field.smallest, least)

    def _ground(self, x: Array, y: Array, step: float, workers: int = 1) -> Array:
        """Heights (ny, nx) with all relief that cells of `step` [m] show."""
        height = _splined(self.base or self, x, y)
        height += self.offset
        if self.craters is not None:
            self.craters.add(height, x, y, smallest=_CRATER_CELLS * step)
        if self.fractal is not None:
            self.fractal.add(height, x, y, shortest=_WAVES_PER_CELL * step, workers=workers)
        return height

    def _meet(self, height: Array, x: Array, y: Array) -> None:
        """Bend fine heights, smoothly, until their means over the site's cells are the site's."""
        from scipy.ndimage import map_coordinates

        row, col = self.row_col(x, y)
        j, i = np.rint(row).astype(int), np.rint(col).astype(int)
        first_j, first_i = (np.flatnonzero(np.diff(v, prepend=v[0] - 1)) for v in (j, i))
        counts = np.multiply.outer(np.diff([*first_j, j.size]), np.diff([*first_i, i.size]))
        rows, cols = j[first_j], i[first_i]
        known = np.logical_and.outer(
            (rows >= 0) & (rows < self.shape[0]), (cols >= 0) & (cols < self.shape[1])
        )
        wanted = self.height[
            np.clip(rows, 0, self.shape[0] - 1)[:, None], np.clip(cols, 0, self.shape[1] - 1)
        ]
        where = np.meshgrid(row - rows[0], col - cols[0], indexing="ij")
        for _ in range(_ROUNDS):
            total = np.add.reduceat(np.add.reduceat(height, first_j, axis=0), first_i, axis=1)
            short = np.where(known, wanted - total / counts, 0.0)
            height += map_coordinates(short, where, order=1, mode="nearest")


@dataclass(frozen=True)
class _Seen(RockField):
    """The rocks of a field from some diameter on."""

    least: float = 0.0

    def within(self, box: tuple[float, float, float, float]) -> Array:
        every = super().within(box)
        return np.ascontiguousarray(every[every[:, 2] >= self.least])


def landing_site(
    lon: float,
    lat: float,
    *,
    size: float | str = "24 km",
    cell: float | str = "20 m",
    file: str | Path | LocalTerrain | None = None,
    seed: int = 0,
    height: float | None = None,
    statistics: SiteStatistics | str | None = None,
    relief: bool = True,
    fill: str | float | None = None,
    workers: int = 1,
) -> LandingSite:
    """The ground about a place.

    Parameters
    ----------
    lon, lat
        Planetocentric [deg]; the origin of the local metres.
    size, cell
        Side of the square and of its cells [m]. With a file the square is as large as the file
        allows where it is smaller.
    file
        An elevation model (see `LocalTerrain.open`) or a terrain, in place of the shipped shape,
        which resolves 15 km only.
    seed
        Of the relief; the same seed is the same ground.
    height
        Of the ground over the areoid [m] at the place; by default that of a known site within 0.3
        degrees, at its own place, else what the map says. A file's heights stay as they are unless
        a height is given.
    statistics
        What is known of the ground, or the name of a site of `SITES`; of the site at this place if
        None, and assumed ones elsewhere.
    relief
        Whether relief is drawn below what the map resolves.
    fill
        What becomes of gaps of a file, as `LocalTerrain.open` takes it.
    workers
        Threads; the ground does not depend on it.

    Raises
    ------
    InputError, DataError : a place off the file, a damaged file, no known site of the name
    """
    side, step = metres(size, "size"), metres(cell, "cell")
    known = _statistics(statistics, lon, lat)
    if int(seed) != seed or seed < 0:
        raise InputError(f"seed = {seed!r} is no whole number of 0 or more")
    if file is None:
        base, resolved = _from_shape(lon, lat, side, step)
    else:
        base, resolved, step = _from_file(lon, lat, side, step, file, fill)
    blank = LandingSite(
        base.height, step, base.lon, base.lat, base.source, base.middle,
        base=base, resolved=resolved, statistics=known,
    )  # fmt: skip
    site = _with_relief(blank, known, int(seed)) if relief else blank
    ground = site._ground(site.x, site.y, step, workers)
    offset = _offset(site, ground, known, height, file is None)
    said = _said(site, known, offset) if relief else base.source
    return replace(site, height=(ground + offset).astype(np.float32), offset=offset, source=said)


def _statistics(given: SiteStatistics | str | None, lon: float, lat: float) -> SiteStatistics:
    if given is None:
        return site_near(lon, lat)
    if isinstance(given, SiteStatistics):
        return given
    if given not in SITES:
        raise InputError(f"site {given!r} is not known; choose one of {', '.join(SITES)}")
    return SITES[given]


def _from_shape(lon: float, lat: float, side: float, step: float) -> tuple[LocalTerrain, float]:
    shape = Terrain.mars()
    base = LocalTerrain.of(shape, lon, lat, size=side, cell=step)
    return base, math.pi * shape.radii[0] / (180.0 * shape.ppd)


def _from_file(lon, lat, side, step, file, fill) -> tuple[LocalTerrain, float, float]:
    """The file's ground on a square about the place, with cells no finer than its own."""
    whole = file if isinstance(file, LocalTerrain) else LocalTerrain.open(file, fill=fill)
    own = LocalTerrain.flat(lon, lat).plane
    x, y = whole.xy(lon, lat)
    if not whole.contains(x, y).all():
        raise InputError(
            f"the place {lon:g} E {lat:g} N is off the elevation model, which lies about "
            f"{whole.lon:.4f} E {whole.lat:.4f} N with edges {whole._edges()} from there"
        )
    west, east, south, north = whole.extent
    room = 2.0 * float(min(x - west, east - x, y - south, north - y)) * 0.995
    side, step = min(side, room), max(step, whole.cell)
    if round(step / whole.cell) >= 2:
        whole = whole.resampled(round(step / whole.cell) * whole.cell)
    n = int(side / step)
    if n < 2:
        raise InputError(
            f"the place {lon:g} E {lat:g} N is so near to the edge of the elevation model that no "
            "square fits in; choose a place further in"
        )
    line = (np.arange(n) - 0.5 * (n - 1)) * step
    places = own.lonlat(line[None, :], -line[:, None])
    ground = whole.at(*whole.xy(*places)).astype(np.float32)
    base = LocalTerrain(ground, step, float(lon) % 360.0, float(lat), whole.source)
    return base, 2.0 * whole.cell, step


def _with_relief(site: LandingSite, known: SiteStatistics, seed: int) -> LandingSite:
    """The site with its seeded fields, the share of craters in the slopes taken off the rest."""
    largest = min(_LARGEST_CRATER, site.resolved)
    craters = CraterField(known.age, seed, largest)
    wanted = float(known.slopes.deviation(known.slopes.baseline)) ** 2
    own = _crater_variance(craters, known.slopes.baseline)
    fresh = min(1.0, math.sqrt(_CRATER_SHARE * wanted / own)) if own > 0.0 else 1.0
    left = math.sqrt(max(wanted - fresh**2 * own, 0.0))
    law = SlopeLaw(
        math.degrees(math.atan(left / known.slopes.baseline)),
        known.slopes.baseline, known.slopes.hurst,
    )  # fmt: skip
    return replace(
        site,
        craters=replace(craters, freshness=fresh),
        fractal=FractalRelief(law, seed, 2.0 * site.resolved),
        rock_field=RockField(known.rocks, seed),
    )


def _crater_variance(craters: CraterField, baseline: float) -> float:
    """Mean square height difference [m2] over a baseline [m] of craters alone, about the origin."""
    side, cell = _TRIAL
    line = (np.arange(round(side / cell), dtype=np.float64) + 0.5) * cell - 0.5 * side
    height = np.zeros((line.size, line.size))
    craters.add(height, line, line[::-1].copy(), smallest=_CRATER_CELLS * cell)
    step = max(1, round(baseline / cell))
    scale = baseline / (step * cell)
    parts = height[step:] - height[:-step], height[:, step:] - height[:, :-step]
    return float(np.mean([np.mean(part**2) for part in parts])) * scale**2


def _offset(site, ground, known, height, shipped) -> float:
    """By how much the ground is raised [m] to stand at the known height."""
    x, y = (float(v) for v in site.xy(known.lon, known.lat))
    target = known.height
    if height is not None:
        x, y, target = 0.0, 0.0, float(height)
    elif not shipped or target is None or not bool(site.contains(x, y)):
        return 0.0
    now = LocalTerrain(ground.astype(np.float32), site.cell, site.lon, site.lat, "", site.middle)
    return target - float(now.at(x, y))


def _said(site: LandingSite, known: SiteStatistics, offset: float) -> str:
    law = known.slopes
    raised = f"; raised by {offset:.0f} m to the site's known height" if offset else ""
    return (
        f"{site.base.source if site.base else ''}{raised}; below {site.resolved:.0f} m a likely "
        f"ground drawn with seed {site.craters.seed if site.craters else 0}: slopes of "
        f"{law.slope_deg:g} deg over {law.baseline:g} m with exponent {law.hurst:g}, craters of "
        f"{known.age:g} Ga, rocks on {100.0 * known.rocks:g} % ({known.name}: {known.source})"
    )


def _splined(base: LocalTerrain, x: Array, y: Array) -> Array:
    """Heights (ny, nx) of the base at x (nx,), y (ny,) by cubic splines; its own at its centres."""
    from scipy.ndimage import map_coordinates, spline_filter

    if np.array_equal(x, base.x) and np.array_equal(y, base.y):
        return base.height.astype(float)
    row, col = base.row_col(x[None, :] * 0.0, y[:, None])[0], base.row_col(x, 0.0)[1]
    j0 = max(int(row.min()) - _MARGIN, 0)
    j1 = min(int(row.max()) + _MARGIN + 2, base.shape[0])
    i0 = max(int(col.min()) - _MARGIN, 0)
    i1 = min(int(col.max()) + _MARGIN + 2, base.shape[1])
    part = base.height[j0:j1, i0:i1].astype(float)
    middle = part.mean()
    spline = spline_filter(part - middle, order=3, mode="mirror")
    where = np.stack(np.broadcast_arrays(row - j0, col[None, :] - i0))
    return map_coordinates(spline, where, order=3, mode="mirror", prefilter=False) + middle
