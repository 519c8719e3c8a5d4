"""Frames onto maps beside GDAL: a full disc to 16 cells a degree, and what a mosaic costs a frame.

    pip install rasterio
    python benchmarks/mapping.py [--json] [--frames 600]

One: a frame of 2048 x 1536 pixels with the whole disc from 10 700 km, laid on the equirectangular
map of 5760 x 2880 cells, bilinear; GDAL (rasterio.warp) takes the camera as a near-sided
perspective CRS, which only a spherical body under a nadir camera allows. Values of ramps along
columns and rows tell how far the positions differ. Two: frames of the imaging arcs of Tianwen-1
(below 800 km of 266 x 10 652 km) into mosaics, with terrain, law of light and noise. Times are CPU
seconds of one thread, best of several.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import time
from collections.abc import Iterator
from types import SimpleNamespace

for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "GDAL_NUM_THREADS"):
    os.environ.setdefault(_name, "1")

import numpy as np  # noqa: E402
import rasterio  # noqa: E402
from rasterio.crs import CRS  # noqa: E402
from rasterio.transform import Affine  # noqa: E402
from rasterio.warp import Resampling, reproject  # noqa: E402

from marsward.core.map_grid import MapGrid  # noqa: E402
from marsward.geometry.ellipsoid import direction  # noqa: E402
from marsward.geometry.pinhole import Pinhole  # noqa: E402
from marsward.geometry.terrain import Terrain  # noqa: E402
from marsward.physics.mars_photometry import MarsPhotometry  # noqa: E402
from marsward.retrieval.mosaic import MapFrame, Mosaic  # noqa: E402
from marsward.retrieval.orthorectify import orthorectify  # noqa: E402
from marsward.retrieval.photometric_correction import LightModel  # noqa: E402

R = 3_396_190.0
ALTITUDE = 10_700e3
AXIS, ECCENTRICITY, INCLINATION = 8_855.6e3, 0.5864, math.radians(86.32)
SUN_DISTANCE = 2.28e11
CAMPAIGN = 14_757  # frames


def best(work, repeats):
    """Least CPU seconds of several calls, and the last answer."""
    least, answer = math.inf, None
    for _ in range(repeats):
        start = time.process_time()
        answer = work()
        least = min(least, time.process_time() - start)
    return least, answer


def camera_over(lon, lat, altitude, incidence, roll=0.0):
    """A camera that looks straight down, rows southward turned by roll [rad]."""
    up = direction(lon, lat)
    east = np.cross([0.0, 0.0, 1.0], up)
    east /= np.linalg.norm(east)
    south = np.cross(-up, east)
    c, s = math.cos(roll), math.sin(roll)
    axes = np.stack([c * east + s * south, c * south - s * east, -up], axis=1)
    i = math.radians(incidence)
    return SimpleNamespace(
        observer=(R + altitude) * up, axes=axes, sun=math.cos(i) * up + math.sin(i) * east,
        sun_distance=SUN_DISTANCE,
    )  # fmt: skip


def disc():
    """The full disc: how ours and GDAL lay an image of it on the map."""
    camera = Pinhole(2048, 1536, 720.0 / math.tan(math.asin(R / (R + ALTITUDE))))
    pose = camera_over(30.0, -15.0, ALTITUDE, 0.0)
    sphere = Terrain.flat((R, R, R))
    grid = MapGrid.equirectangular(16)
    metres = ALTITUDE / camera.focal_px
    options = {
        "src_transform": Affine(metres, 0, -1024 * metres, 0, -metres, 768 * metres),
        "src_crs": CRS.from_proj4(
            f"+proj=nsper +h={ALTITUDE} +lat_0=-15 +lon_0=30 +R={R} +units=m"
        ),
        "dst_transform": Affine(*grid.transform),
        "dst_crs": CRS.from_proj4(f"+proj=eqc +R={R} +units=m"),
        "resampling": Resampling.bilinear, "num_threads": 1, "dst_nodata": np.nan,
    }  # fmt: skip

    def ours(image):
        return orthorectify(image, camera, pose, grid, terrain=sphere)

    def gdal(image, tolerance=0.125):
        other = np.full(grid.shape, np.nan, dtype=np.float32)
        reproject(image, other, **options, tolerance=tolerance)
        return other

    return ours, gdal, grid


def ramps():
    """Pictures whose values are their columns and their rows."""
    return np.stack(np.meshgrid(np.arange(2048.0), np.arange(1536.0))).astype(np.float32)


def farthest(ours, gdal, grid):
    """Greatest difference of positions [px], GDAL's without its own approximation."""
    far = 0.0
    for image in ramps():
        values, window = ours(image)
        there = gdal(image, 0.0)[window.row0 : window.row1][:, window.columns(grid)]
        far = max(far, float(np.nanmax(np.abs(values - there))))
    return far


def full_disc():
    """Our seconds, GDAL's seconds and the greatest difference of positions [px]."""
    ours, gdal, grid = disc()
    image = ramps()[0]
    far = farthest(ours, gdal, grid)
    return best(lambda: ours(image), 7)[0], best(lambda: gdal(image), 2)[0], far


def rows(*, quick: bool = False) -> Iterator[object]:
    """The rows of the page: the full disc beside GDAL, and what a mosaic costs a frame."""
    from benchmarks.race import Check, Row, Spent, named, published, race, told

    what, inputs = "a picture onto a map", "2048 × 1536 → 5760 × 2880, bilinear, sphere, nadir"
    peer = f"{named('rasterio')} (GDAL {rasterio.__gdal_version__}), near-sided perspective"
    spent: list[Spent] = []

    def row() -> Row:
        ours, gdal, grid = disc()
        image = ramps()[0]
        far = farthest(ours, gdal, grid)
        spans = race(lambda: ours(image), lambda: gdal(image), rounds=1 if quick else 5, often=3)
        spent.append(spans[0])
        return Row(what, inputs, peer, *spans, (Check("positions apart", far, 1e-3, "px"),),
                   "a picture", headline=True,
                   said="the peer takes spheres under nadir cameras only in this way")  # fmt: skip

    yield told(peer, what, inputs, row)
    mine = spent[0] if spent else None
    for label, seconds, source in ELSEWHERE:
        yield published(what, inputs, label, seconds, source, ours=mine, item="a picture")
    for width, ppd in ((128, 4),) if quick else ((128, 4), (256, 16)):
        found = mosaic_speed("hapke", width, ppd, 40 if quick else 200)
        each = 1e-3 * found["ms_per_frame_all_cells"]
        yield Row(
            "a frame into a mosaic", f"{width} × {width * 3 // 4}, 3 bands, terrain, Hapke, "
            f"{ppd} cells a degree", "none", Spent(each, each, each, 1), item="a frame",
            said="no package on the registry removes the light and keeps the finest look",
        )  # fmt: skip


# seconds measured on the same kind of machine on 2026-11-22
ELSEWHERE = (
    ("NumPy with scipy map_coordinates", 2.0, "2026-11-22, same kind of machine"),
    ("rasterio, geolocation array", 11.4, "2026-11-22, same kind of machine; takes any camera, "
     "0.003 in the median off"),
    ("pyresample 1.35, nearest neighbour", 6.0, "2026-11-22, same kind of machine; its bilinear "
     "resampling ran out of 23 GB"),
)  # fmt: skip


def imaging_arcs(count, seed=1):
    """Poses on arcs below 800 km while the perigee drifts from 86 N to 68 S, Sun 20 to 75 deg.

    They lie in a sector of longitude as wide as makes them as dense as the real 14 757 frames.
    """
    rng = np.random.default_rng(seed)
    parameter = AXIS * (1.0 - ECCENTRICITY**2)
    reach = math.acos((parameter / (R + 800e3) - 1.0) / ECCENTRICITY)
    for _ in range(count):
        anomaly = rng.uniform(-reach, reach)
        altitude = parameter / (1.0 + ECCENTRICITY * math.cos(anomaly)) - R
        along = math.radians(90.0 + rng.uniform(0.0, 157.0)) + anomaly
        lat = math.degrees(math.asin(math.sin(INCLINATION) * math.sin(along)))
        lon = rng.uniform(0.0, 360.0 * count / CAMPAIGN)
        yield camera_over(lon, lat, altitude, rng.uniform(20.0, 75.0), rng.normal(0.0, 0.1))


def mosaic_speed(law, width, ppd, count):
    """CPU ms a frame of three bands: each taking all its cells, and as campaign, finest first."""
    camera = Pinhole(width, width * 3 // 4, width / 2.0 / math.tan(math.radians(53.4 / 2.0)))
    light = LightModel((120.0, 110.0, 90.0), photometry=MarsPhotometry(law))
    shape = (3, camera.height, camera.width)
    radiance = np.random.default_rng(0).uniform(2.0, 4.0, shape).astype(np.float32)
    sigma = 0.01 * radiance
    frames = [
        MapFrame(radiance, sigma, camera, pose, number)
        for number, pose in enumerate(imaging_arcs(count))
    ]
    mosaic = Mosaic(
        MapGrid.equirectangular(ppd), ["red", "green", "blue"], light=light,
        terrain=Terrain.mars(16 if ppd == 16 else 4), rule="best-gsd",
    )  # fmt: skip
    some = frames[:40]

    def afresh():
        cells = 0
        for each in some:
            mosaic.source[:] = -1
            cells += mosaic.add(each)
        return cells

    def emptied():
        for _ in some:
            mosaic.source[:] = -1

    afresh()
    seconds, cells = best(afresh, 3)
    seconds -= best(emptied, 3)[0]
    mosaic.source[:] = -1
    campaign, taken = best(lambda: mosaic.add_all(frames), 1)
    views = int(mosaic.views.sum())
    return {
        "ms_per_frame_all_cells": 1e3 * seconds / len(some),
        "cells_per_frame": cells / len(some),
        "Mpx_per_s": len(some) * radiance[0].size / seconds / 1e6,
        "Mcell_per_s": cells / seconds / 1e6,
        "ms_per_frame_in_campaign": 1e3 * campaign / count,
        "views_per_taken_cell": views / max(taken, 1),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--frames", type=int, default=600)
    given = parser.parse_args()
    ours, gdal, far = full_disc()
    table = {
        "full_disc": {
            "marsward_s": ours, "gdal_s": gdal, "ratio": gdal / ours, "farthest_px": far,
            "gdal": rasterio.__gdal_version__,
        }
    }  # fmt: skip
    for law in ("lunar-lambert", "hapke"):
        for width, ppd in ((128, 4), (256, 16)):
            name = f"{law} {width}x{width * 3 // 4} at {ppd} ppd"
            table[name] = mosaic_speed(law, width, ppd, given.frames)
    if given.json:
        print(json.dumps(table, indent=1))
        return
    print(f"full disc 2048 x 1536 -> 5760 x 2880: {ours:.3f} s, GDAL {gdal:.2f} s, "
          f"{gdal / ours:.0f} x, farthest {far:.1e} px")  # fmt: skip
    for name, row in list(table.items())[1:]:
        print(f"{name}: {row['ms_per_frame_all_cells']:.2f} ms a frame that takes all its "
              f"{row['cells_per_frame']:.0f} cells ({row['Mpx_per_s']:.1f} Mpx/s, "
              f"{row['Mcell_per_s']:.2f} Mcell/s), "
              f"{row['ms_per_frame_in_campaign']:.2f} ms a frame "
              "in the campaign")  # fmt: skip


if __name__ == "__main__":
    main()
