"""Rays from an orbiting camera to Mars: marsward beside SPICE, same rays, same script, one thread.

    python benchmarks/rays.py [--width 1024 --height 768] [--spice-rays 4000] [--rounds 7] [--json]

A camera of 54 degrees looks down from 265 km on 2021-11-10, with distortion-free square pixels. The
loop over `spiceypy.sincpt` and `ilumin` sees every n-th of the same rays; points and angles are
compared on those before anything is timed. On the terrain SPICE has a plate model (DSK) of the
same heights, each cell in two triangles, so the points differ by what a triangle differs from the
bilinear surface; and marsward's points are held against dense marching in numpy. Times are CPU
seconds of this process, and each ratio is given for the slowest and the fastest round.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "NUMBA_NUM_THREADS"):
    os.environ.setdefault(_name, "1")

import numpy as np  # noqa: E402
import spiceypy  # noqa: E402

from marsward.core import frames  # noqa: E402
from marsward.core.bodies import body  # noqa: E402
from marsward.core.time import Epoch  # noqa: E402
from marsward.data.kernel_paths import de440  # noqa: E402
from marsward.data.spk_writer import write_spk  # noqa: E402
from marsward.dynamics.propagate import propagate  # noqa: E402
from marsward.geometry.ellipsoid import angles as lon_lat  # noqa: E402
from marsward.geometry.light_path import light_paths  # noqa: E402
from marsward.geometry.pinhole import Pinhole, aim  # noqa: E402
from marsward.geometry.poses import poses  # noqa: E402
from marsward.geometry.rays import (  # noqa: E402
    RayTable,
    angles_and_places,
    ellipsoid_rays,
    terrain_rays,
)
from marsward.geometry.terrain import Terrain  # noqa: E402

CRAFT = "-999"
AT = Epoch.et(690_897_679.0)  # 2021-11-10, a whole second: SPICE holds it exactly
PATCH = 24.0  # deg: side of the plate model


def main() -> None:
    args = _arguments()
    camera = Pinhole(args.width, args.height, 0.5 * args.width / math.tan(math.radians(27.0)))
    flight = orbit()
    attitude = aim(-flight.at(AT, wrt="mars")[:3])
    with tempfile.TemporaryDirectory() as folder:
        load_spice(Path(folder), flight)
        rows = list(ellipsoid_rows(args, camera, flight, attitude))
        rows += list(terrain_rows(args, camera, flight, attitude, Path(folder)))
        spiceypy.kclear()
    if args.json:
        print(json.dumps(rows))
        return
    print(f"{'what':<52} {'rays/s':>13} {'ratio':>8} {'(spread)':>19}  differs by")
    for row in rows:
        spread = "" if row["ratio"] is None else f"{row['least']:,.0f} to {row['most']:,.0f}"
        ratio = "" if row["ratio"] is None else f"{row['ratio']:,.0f} x"
        print(f"{row['name']:<52} {row['rate']:>13,.0f} {ratio:>8} {spread:>19}  {row['off']}")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--width", type=int, default=1024)
    parser.add_argument("--height", type=int, default=768)
    parser.add_argument("--spice-rays", type=int, default=4000)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--json", action="store_true")
    return parser.parse_args()


def orbit():
    """A circular orbit 265 km above the equator's radius."""
    mars = body("mars")
    axes = frames.rotation("J2000", "MARS_MEOD", AT).T
    radius = mars.radii[0] + 265e3
    up = np.array([-0.52, 0.37, 0.77])
    up /= np.linalg.norm(up)
    along = np.cross(up, [1.0, 0.0, 0.0])
    along *= math.sqrt(mars.gm / radius) / np.linalg.norm(along)
    start = np.concatenate([axes @ (radius * up), axes @ along])
    return propagate(start, AT - 60.0, AT + 60.0, centre="mars")


def load_spice(folder: Path, flight) -> None:
    """DE440, the flight, Mars at its barycentre, its size and rotation."""
    craft = write_spk(folder / "craft.bsp", flight, naif_id=int(CRAFT), tolerance=1e-5)
    centre = folder / "centre.bsp"
    et = np.linspace(AT.et - 1e5, AT.et + 1e5, 5)
    handle = spiceypy.spkopn(str(centre), "centre of Mars", 100)
    spiceypy.spkw13(handle, 499, 4, "J2000", et[0], et[-1], "Mars", 7, 5, np.zeros((5, 6)), et)
    spiceypy.spkcls(handle)
    for path in (de440(), craft, centre):
        spiceypy.furnsh(str(path))
    mars = body("mars")
    spin = mars.rotation
    spiceypy.pdpool("BODY499_RADII", [r / 1e3 for r in mars.radii])
    spiceypy.pdpool("BODY499_POLE_RA", spin.pole_ra)
    spiceypy.pdpool("BODY499_POLE_DEC", spin.pole_dec)
    spiceypy.pdpool("BODY499_PM", spin.pm)
    spiceypy.pdpool("BODY4_MAX_PHASE_DEGREE", [2.0])
    spiceypy.pdpool("BODY4_NUT_PREC_ANGLES", list(spin.rows[:, :3].ravel()))
    for name, column in (("RA", 3), ("DEC", 4), ("PM", 5)):
        spiceypy.pdpool(f"BODY499_NUT_PREC_{name}", list(spin.rows[:, column]))


def rounds_of(work: Callable[[], object], count: int, rounds: int) -> list[float]:
    """Rays per CPU second of each round, after one that is not counted."""
    work()
    rates = []
    for _ in range(rounds):
        start = time.process_time()
        work()
        rates.append(count / max(time.process_time() - start, 1e-9))
    return rates


def compared(name: str, ours: list[float], theirs: list[float] | None, off: str) -> dict:
    """One line: the fastest round, and ratios between slowest and fastest of both."""
    if theirs is None:
        return {"name": name, "rate": max(ours), "ratio": None, "off": off}
    return {
        "name": name, "rate": max(ours), "ratio": max(ours) / max(theirs),
        "least": min(ours) / max(theirs), "most": max(ours) / min(theirs), "off": off,
    }  # fmt: skip


def spice_loop(rays: np.ndarray, correction: str, *, shape: str = "ELLIPSOID"):
    """Points [m] and incidence, emission, phase [rad] of rays (n, 3) in J2000, one by one."""
    et = float(AT.et)
    points, angles = np.empty((len(rays), 3)), np.empty((len(rays), 3))
    for k, ray in enumerate(rays):
        point = spiceypy.sincpt(shape, "MARS", et, "IAU_MARS", correction, CRAFT, "J2000", ray)[0]
        _, _, phase, incidence, emission = spiceypy.ilumin(
            shape, "MARS", et, "IAU_MARS", correction, CRAFT, point
        )
        points[k] = point
        angles[k] = incidence, emission, phase
    return points * 1e3, angles


def every(camera: Pinhole, count: int) -> np.ndarray:
    """Indices of evenly spread pixels, the corners among them."""
    total = camera.width * camera.height
    return np.unique(np.linspace(0, total - 1, min(count, total)).astype(int))


def ellipsoid_rows(args, camera, flight, attitude) -> Iterator[dict]:
    """Cosines and points, then angles and places, NONE and LT+S."""
    table = RayTable.of(camera)
    pick = every(camera, args.spice_rays)
    rays = table.planes[:, pick].T @ attitude
    count = table.planes.shape[1]
    out = np.empty((6, 1, count))
    for correction in ("NONE", "LT+S"):
        paths = light_paths(flight, attitude, AT, correction=correction)
        points, angles = spice_loop(rays, correction)
        seen = ellipsoid_rays(table, paths, out=out)
        off = np.linalg.norm(seen.xyz.reshape(3, -1)[:, pick].T - points, axis=1).max()
        cosines = np.stack(seen[:3]).reshape(3, -1)[:, pick].T
        turn = np.abs(np.arccos(cosines) - angles).max()
        if off > 1e-3 or turn > 1e-9:
            raise SystemExit(f"{correction}: rays differ by {off:.2g} m and {turn:.2g} rad")
        differs = f"{off * 1e3:.2g} mm, {turn:.1g} rad"
        repeats = max(2, args.rounds // 2)
        loop = rounds_of(lambda c=correction: spice_loop(rays, c), len(rays), repeats)
        yield compared(f"spiceypy sincpt + ilumin, {correction}", loop, None, "")
        ours = rounds_of(lambda p=paths: ellipsoid_rays(table, p, out=out), count, args.rounds)
        yield compared(f"marsward cosines + points, {correction}", ours, loop, differs)
        both = rounds_of(
            lambda p=paths: angles_and_places(ellipsoid_rays(table, p, out=out)), count, args.rounds
        )
        yield compared(f"marsward angles + lon, lat too, {correction}", both, loop, differs)
    for name, where in (
        ("exact light paths, converged (CN+S)", light_paths(flight, attitude, AT,
                                                            correction="CN+S")),
        ("effective pose, straight rays", poses(flight, attitude, AT)),
    ):  # fmt: skip
        ours = rounds_of(lambda w=where: ellipsoid_rays(table, w, out=out), count, args.rounds)
        yield compared(f"marsward {name}", ours, loop, "")


def terrain_rows(args, camera, flight, attitude, folder) -> Iterator[dict]:
    """The terrain: frame-ordered and shuffled rays at 16 cells a degree; SPICE's plates at 4."""
    table = RayTable.of(camera)
    count = table.planes.shape[1]
    out = np.empty((6, 1, count))
    pose = poses(flight, attitude, AT, correction="NONE")
    pick = every(camera, args.spice_rays // 2)
    coarse, fine = Terrain.mars(4), Terrain.mars(16)
    place = lon_lat(pose.observer[0])
    plates(folder / "mars.bds", coarse, *place)
    rays = table.planes[:, pick].T @ attitude
    shape = "DSK/UNPRIORITIZED"
    points = spice_loop(rays, "NONE", shape=shape)[0]
    loop = rounds_of(lambda: spice_loop(rays, "NONE", shape=shape), len(rays), 2)
    yield compared("spiceypy on a plate model (DSK), 4 cells/deg, NONE", loop, None, "")
    shuffled = RayTable(
        np.ascontiguousarray(table.planes[:, np.random.default_rng(0).permutation(count)]), (count,)
    )
    for cells, terrain in ((4, coarse), (16, fine)):
        seen = terrain_rays(table, pose, terrain, out=out).xyz.reshape(3, -1)[:, pick].T
        below = heights_missed(terrain, pose.observer[0], seen)
        differs = f"{below * 1e3:.2g} mm above or below by marching"
        if cells == 4:
            apart = np.median(np.linalg.norm(seen - points, axis=1))
            differs += f", {apart:.0f} m from the plates (median)"
        if below > 1.0:
            raise SystemExit(f"terrain rays are {below:.2g} m off the ground")
        for order, rows in (("frame order", table), ("random order", shuffled)):
            ours = rounds_of(
                lambda r=rows, t=terrain: terrain_rays(r, pose, t, out=out), count, args.rounds
            )
            yield compared(f"marsward terrain, {cells} cells/deg, {order}", ours, loop, differs)


def heights_missed(terrain: Terrain, start: np.ndarray, points: np.ndarray) -> float:
    """Largest height of points over the ground [m], or how deep the way to them goes below it."""

    def over(point):
        lon, lat = lon_lat(point)
        return np.linalg.norm(point, axis=-1) - np.linalg.norm(terrain.point_at(lon, lat), axis=-1)

    worst = float(np.abs(over(points)).max())
    for share in np.linspace(0.85, 0.9999, 150):
        worst = max(worst, -float(over(start + share * (points - start)).min()))
    return worst


def plates(path: Path, terrain: Terrain, lon: float, lat: float) -> None:
    """A DSK of the cells around a place, two triangles each, loaded into SPICE."""
    ppd, half = terrain.ppd, PATCH / 2.0
    size = int(PATCH * ppd)
    east = (np.round(lon * ppd) + np.arange(size)) / ppd - half + 0.5 / ppd
    north = (np.round(lat * ppd) - np.arange(size)) / ppd + half - 0.5 / ppd
    corner = terrain.point_at(*np.meshgrid(east, north)).reshape(-1, 3) / 1e3
    k = np.arange(size * size).reshape(size, size) + 1
    a, b, c, d = (part.ravel() for part in (k[:-1, :-1], k[:-1, 1:], k[1:, :-1], k[1:, 1:]))
    faces = np.concatenate([np.stack([a, c, b], 1), np.stack([b, c, d], 1)]).astype(np.int32)
    low, high = spiceypy.dskrb2(corner, faces, 1, np.zeros(10))
    west, rest, south, top = np.radians([east.min(), east.max(), north.min(), north.max()])
    index = spiceypy.dskmi2(
        corner, faces, 1.5, 5, 1_000_000, 1_000_000, 2_000_000, False, 5_000_000
    )
    handle = spiceypy.dskopn(str(path), "terrain", 0)
    spiceypy.dskw02(
        handle, 499, 1, 1, "IAU_MARS", 1, np.zeros(10), west, rest, south, top, low, high,
        AT.et - 1e5, AT.et + 1e5, corner, faces, *index,
    )  # fmt: skip
    spiceypy.dskcls(handle, True)
    spiceypy.furnsh(str(path))


def rows(*, quick: bool = False) -> Iterator[object]:
    """The rows of the page: the ellipsoid by two wrappers of SPICE, then the terrain."""
    camera = Pinhole(1024, 768, 512.0 / math.tan(math.radians(27.0)))
    flight = orbit()
    attitude = aim(-flight.at(AT, wrt="mars")[:3])
    few = 200 if quick else 4000
    with tempfile.TemporaryDirectory() as folder:
        load_spice(Path(folder), flight)
        yield from _ellipsoid_page(camera, flight, attitude, few, Path(folder))
        yield from _terrain_page(camera, flight, attitude, few, Path(folder))
        spiceypy.kclear()


def _ellipsoid_page(camera, flight, attitude, few: int, folder: Path) -> Iterator[object]:
    from benchmarks.race import Check, Row, named, race, told

    table, pick = RayTable.of(camera), every(camera, few)
    rays, count = table.planes[:, pick].T @ attitude, table.planes.shape[1]
    out = np.empty((6, 1, count))
    peers = (
        (named("spiceypy") + ", sincpt and ilumin", spice_loop),
        (named("cspyce") + ", sincpt_vector and ilumin_vector", cspyce_vectors(folder)),
    )
    for correction in ("NONE", "LT+S"):
        paths = light_paths(flight, attitude, AT, correction=correction)
        for peer, ask in peers:
            for full in (False, True):
                what = "angles, longitudes, latitudes" if full else "cosines and points"

                def row(ask=ask, peer=peer, full=full, what=what, paths=paths, c=correction) -> Row:
                    seen = ellipsoid_rays(table, paths, out=out)
                    points, angles = ask(rays, c)
                    mine = seen.xyz.reshape(3, -1)[:, pick].T
                    turn = np.arccos(np.stack(seen[:3]).reshape(3, -1)[:, pick].T) - angles
                    checks = (
                        Check("points apart", 1e3 * _far(mine, points), 1.0, "mm"),
                        Check("angles apart", float(np.abs(turn).max()), 1e-9, "rad"),
                    )

                    def ours() -> object:
                        seen = ellipsoid_rays(table, paths, out=out)
                        return angles_and_places(seen) if full else seen

                    spans = race(ours, lambda: ask(rays, c), items=(count, len(rays)), rounds=5)
                    top = not full and c == "LT+S"
                    return Row(f"ellipsoid, {what}", f"{c}, {count:,} rays ({len(rays):,})", peer,
                               *spans, checks, "a ray", headline=top)  # fmt: skip

                yield told(peer, f"ellipsoid, {what}", correction, row)


def _far(a: np.ndarray, b: np.ndarray) -> float:
    return float(np.linalg.norm(a - b, axis=-1).max())


def cspyce_vectors(folder: Path):
    """`spice_loop` by cspyce, whose calls take many rays; it has a kernel pool of its own."""

    def ask(rays: np.ndarray, correction: str) -> tuple[np.ndarray, np.ndarray]:
        import cspyce

        if not cspyce.ktotal("SPK"):
            for path in (de440(), folder / "craft.bsp", folder / "centre.bsp"):
                cspyce.furnsh(str(path))
            for name in spiceypy.gnpool("*", 0, 100):
                cspyce.pdpool(name, list(spiceypy.gdpool(name, 0, 100)))
        et = float(AT.et)
        points = cspyce.sincpt_vector(
            "ELLIPSOID", "MARS", et, "IAU_MARS", correction, CRAFT, "J2000", rays
        )[0]
        _, _, phase, incidence, emission = cspyce.ilumin_vector(
            "ELLIPSOID", "MARS", et, "IAU_MARS", correction, CRAFT, points
        )
        return 1e3 * points, np.stack([incidence, emission, phase], axis=1)

    return ask


def _terrain_page(camera, flight, attitude, few: int, folder: Path) -> Iterator[object]:
    from benchmarks.race import Check, Row, named, race, told

    table = RayTable.of(camera)
    count = table.planes.shape[1]
    out = np.empty((6, 1, count))
    pose = poses(flight, attitude, AT, correction="NONE")
    pick = every(camera, few // 2)
    terrain = Terrain.mars(4)
    plates(folder / "mars.bds", terrain, *lon_lat(pose.observer[0]))
    rays, shape = table.planes[:, pick].T @ attitude, "DSK/UNPRIORITIZED"
    peer = named("spiceypy") + ", plate model (DSK)"

    def row() -> Row:
        seen = terrain_rays(table, pose, terrain, out=out).xyz.reshape(3, -1)[:, pick].T
        apart = np.linalg.norm(seen - spice_loop(rays, "NONE", shape=shape)[0], axis=1)
        checks = (
            Check("off the ground by marching",
                  1e3 * heights_missed(terrain, pose.observer[0], seen), 1.0, "mm"),
            Check("median from the plates", float(np.median(apart)), 500.0, "m"),
        )  # fmt: skip
        spans = race(
            lambda: terrain_rays(table, pose, terrain, out=out),
            lambda: spice_loop(rays, "NONE", shape=shape), items=(count, len(rays)), rounds=3,
            often=3,
        )  # fmt: skip
        return Row("terrain, 4 cells a degree", f"NONE, {count:,} rays ({len(rays):,})", peer,
                   *spans, checks, "a ray", headline=True,
                   said="two triangles a cell stand for a bilinear surface")  # fmt: skip

    yield told(peer, "terrain, 4 cells a degree", "NONE", row)


if __name__ == "__main__":
    main()
