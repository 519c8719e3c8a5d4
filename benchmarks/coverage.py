"""Coverage of a global campaign: marsward beside shapely's STRtree on the same footprints.

    python benchmarks/coverage.py [--repeat 9] [--grid "0.25 deg"] [--orbits 284]

Tianwen-1's remote-sensing orbit from the telemetry vector of 2021-11-09 (gravity to degree 8), 284
orbits with 52 frames each below 800 km and in light within 80 degrees. Every cell of the grid is to
know how many frames saw it lit and its finest pixel. marsward tests cells against the camera's
rays; the peer (pip install shapely) finds the cells' centres in the polygons of the footprints and
gets the light and the distance of each pair from numpy, in blocks. Both run on one thread, times
are processor time of this process; the peer runs once, ours is the median with the spread of the
repeats. First the counts are compared: they may differ in cells on the edge of a footprint only,
since the polygons have straight sides between their points.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable, Iterator

import numpy as np
import xarray as xr

from marsward.core.bodies import body
from marsward.core.frames import rotation
from marsward.core.map_grid import MapGrid
from marsward.core.time import Epoch
from marsward.dynamics.forces import Forces
from marsward.dynamics.propagate import propagate
from marsward.geometry.campaign import plan_campaign
from marsward.geometry.coverage import LAYERS, coverage, covered_share, median_best_gsd
from marsward.geometry.field_of_view import field_of_view
from marsward.geometry.footprints import footprints
from marsward.instruments.camera import Camera

START = Epoch.utc("2021-11-09T08:10:41.020")
STATE = 1e3 * np.array(
    [
        236.9825662339901, -1753.4757403075162, 3407.654751746956,
        1.0976587454984963, -3.8533173388249837, -1.1913089240187766,
    ]
)  # fmt: skip
STOP = Epoch.utc("2022-07-26T00:00:00")
LIGHT = 80.0
QUICK = ("count", "best_gsd")
BLOCK = 20_000  # cells that the peer takes at once


def cpu(call: Callable[[], object]) -> float:
    begin = time.process_time()
    call()
    return time.process_time() - begin


def campaign(orbits: int) -> tuple[xr.Dataset, Camera]:
    turn = rotation("MARS_MEOD", "J2000", START)
    state = np.concatenate([turn @ STATE[:3], turn @ STATE[3:]])
    orbit = propagate(state, START, STOP, centre="mars", forces=Forces(gravity={"mars": 8}))
    camera = Camera(preset="moric")
    return plan_campaign(orbit, camera, orbits=orbits, frames_per_arc=52), camera


class Peer:
    """shapely's tree of all footprints, asked for the cells in each."""

    def __init__(self, frames: xr.Dataset, camera: Camera, grid: MapGrid):
        import shapely

        self.shapely = shapely
        marks = footprints(frames, camera)
        self.frame = np.repeat(np.arange(len(marks)), np.diff(marks.ring))
        rings = [ring for parts in marks for ring in parts]
        self.polygons = np.array([shapely.Polygon(ring) for ring in rings])
        shapely.prepare(self.polygons)
        self.tree = shapely.STRtree(self.polygons)
        self.frames, self.grid = frames, grid
        self.pixel = field_of_view(camera).pixel_angle
        row, column = np.indices(grid.shape).reshape(2, -1)
        lon, lat = grid.lon_lat(row, column)
        self.points = shapely.points(np.where(lon > 180.0, lon - 360.0, lon), lat)
        self.places = grid.points(radii=body("mars").radii).reshape(-1, 3)

    def inside(self) -> int:
        """Pairs of cell and footprint, light and distance left out."""
        pairs = 0
        for first in range(0, self.points.size, BLOCK):
            pairs += self.tree.query(self.points[first : first + BLOCK], "intersects").shape[1]
        return pairs

    def coverage(self) -> tuple[np.ndarray, np.ndarray]:
        observer, sun = self.frames["observer"].values, self.frames["sun"].values
        radii2 = np.array(body("mars").radii) ** 2
        count = np.zeros(self.points.size, np.uint16)
        best = np.full(self.points.size, np.inf)
        for first in range(0, self.points.size, BLOCK):
            cell, part = self.tree.query(self.points[first : first + BLOCK], "intersects")
            cell, frame = cell + first, self.frame[part]
            place = self.places[cell]
            up = place / radii2
            up /= np.linalg.norm(up, axis=1)[:, None]
            lit = np.einsum("ni,ni->n", up, sun[frame]) >= np.cos(np.radians(LIGHT))
            cell, place, frame = cell[lit], place[lit], frame[lit]
            np.add.at(count, cell, 1)
            np.minimum.at(best, cell, np.linalg.norm(observer[frame] - place, axis=1))
        best = np.where(np.isfinite(best), best * self.pixel, np.nan)
        return count.reshape(self.grid.shape), best.reshape(self.grid.shape)


def compare(ours: xr.Dataset, count: np.ndarray, best: np.ndarray) -> None:
    mine = ours["count"].values.astype(int)
    apart = np.abs(mine - count.astype(int))
    looks = mine.sum()
    both = (mine == count) & (mine > 0)
    off = np.abs(ours["best_gsd"].values[both] / best[both] - 1.0)
    print(f"cells whose count differs from the peer's  {100 * (apart > 0).mean():.3f} %,"
          f" by {apart.max()} at most; looks {looks:,} and {int(count.sum()):,},"
          f" {100 * apart.sum() / looks:.4f} % of them apart")  # fmt: skip
    print(f"finest pixel where the counts agree        {100 * (off > 1e-5).mean():.4f} % of cells"
          f" differ by more than 1e-5")  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--repeat", type=int, default=9)
    parser.add_argument("--grid", default="0.25 deg")
    parser.add_argument("--orbits", type=int, default=284)
    parser.add_argument("--no-peer", action="store_true", help="our own times only")
    given = parser.parse_args()
    grid = MapGrid.parse(given.grid)
    frames, camera = campaign(given.orbits)

    def ours(layers: tuple[str, ...], workers: int = 1) -> xr.Dataset:
        return coverage(frames, camera, grid, incidence_limit=LIGHT, layers=layers, workers=workers)

    result = ours(QUICK)
    print(f"{frames.sizes['frame']:,} frames on {frames.attrs['orbits']} orbits, {grid}")
    print(f"covered {100 * covered_share(result):.3f} %, median of the finest pixel "
          f"{median_best_gsd(result):.1f} m by area, "
          f"{np.nanmedian(result['best_gsd'].values):.1f} m by cell")  # fmt: skip
    spans = [cpu(lambda: ours(QUICK)) for _ in range(given.repeat)]
    mine = statistics.median(spans)
    print(f"marsward, count and finest pixel           {mine:.3f} s"
          f" ({min(spans):.3f} to {max(spans):.3f})")  # fmt: skip
    ours(LAYERS)
    full = [cpu(lambda: ours(LAYERS)) for _ in range(max(1, given.repeat // 3))]
    begin = time.perf_counter()
    ours(LAYERS, workers=2)
    print(f"marsward, all six layers                   {statistics.median(full):.3f} s"
          f" ({min(full):.3f} to {max(full):.3f}), {time.perf_counter() - begin:.2f} s by the"
          " clock on two threads")  # fmt: skip
    marks = [cpu(lambda: footprints(frames, camera)) for _ in range(given.repeat)]
    print(f"marsward, footprints as polygons           {statistics.median(marks):.3f} s")
    if given.no_peer:
        return
    built: list[Peer] = []
    made = cpu(lambda: built.append(Peer(frames, camera, grid)))
    peer = built[0]
    answer: list[tuple[np.ndarray, np.ndarray]] = []
    whole = cpu(lambda: answer.append(peer.coverage()))
    compare(result, *answer[0])
    bare = cpu(peer.inside)
    print(f"shapely, cells in footprints only          {bare:.2f} s, {bare / mine:.0f} x"
          f" ({bare / max(spans):.0f} to {bare / min(spans):.0f})")  # fmt: skip
    print(f"shapely, with light and distance           {whole:.2f} s, {whole / mine:.0f} x"
          f" ({whole / max(spans):.0f} to {whole / min(spans):.0f})")  # fmt: skip
    print(f"shapely, polygons, points and tree         {made:.2f} s, not counted")


def rows(*, quick: bool = False) -> Iterator[object]:
    """The rows of the page: count and finest pixel of every cell beside shapely's tree."""
    from benchmarks.race import Check, Row, named, published, race, timed, told

    text, orbits = ("2 deg", 12) if quick else ("0.5 deg", 284)
    grid = MapGrid.parse(text)
    frames, camera = campaign(orbits)
    what = "count and finest pixel of every cell"
    inputs = f"{frames.sizes['frame']:,} frames, {grid.shape[1]} × {grid.shape[0]} cells"

    def ours(layers: tuple[str, ...] = QUICK) -> xr.Dataset:
        return coverage(frames, camera, grid, incidence_limit=LIGHT, layers=layers, workers=1)

    def row() -> Row:
        peer, mine = Peer(frames, camera, grid), ours()
        count, best = peer.coverage()
        here = mine["count"].values.astype(int)
        apart = 100.0 * np.abs(here - count.astype(int)).sum() / here.sum()
        both = (here == count) & (here > 0)
        off = np.abs(mine["best_gsd"].values[both] / best[both] - 1.0)
        checks = (
            Check("looks apart", float(apart), 1.0, "%"),
            Check("cells with another finest pixel", 100.0 * float((off > 1e-5).mean()), 1.0, "%"),
        )
        spans = race(ours, peer.coverage, rounds=2, patience=20.0, warm=False, often=5)
        return Row(what, inputs, named("shapely") + ", STRtree of prepared footprints", *spans,
                   checks, "a map", headline=True, said="looks differ on the edges of footprints: "
                   "its polygons have straight sides; building polygons and tree not counted",
                   )  # fmt: skip

    yield told("shapely, STRtree", what, inputs, row)
    alone = timed(lambda: ours(LAYERS), rounds=3)
    yield Row(
        "all six layers", inputs, "none", alone, item="a map",
        said="no package on the registry keeps incidence, stereo angle, revisit and hour",
    )  # fmt: skip
    yield published(
        what, inputs, "TAT-C 3.6", None, "2026-11-22, same kind of machine: 0.245 s a point for "
        "311 orbits, so 64 hours for a map at 0.25 deg; Earth only",
    )  # fmt: skip


if __name__ == "__main__":
    main()
