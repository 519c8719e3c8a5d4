"""Perseverance's real drives beside planned ways, and its real tilts beside forecasts.

python benchmarks/traverse_replay.py DRIVES STOPS HEIGHTS [--by energy]

DRIVES   M20_traverse.json or .json.gz of MMGIS
STOPS    waypoints table of MMGIS (CSV)
HEIGHTS  MOLA at 128 pixels a degree: NAME.json (bbox, minElev, maxElev, width, height) with
         NAME.u16le beside it, whose 0 to 65535 run from minElev to maxElev
"""

from __future__ import annotations

import argparse
import json
import time
from pathlib import Path

import numpy as np
from scipy.ndimage import map_coordinates

from marsward.data.rover_traverse import RoverDrives, RoverStops, read_drives, read_stops
from marsward.geometry.local_terrain import LocalTerrain
from marsward.vehicles.rover import Rover
from marsward.vehicles.stop_tilt import line_slopes
from marsward.vehicles.traverse_replay import replay, tilt_table


def heights(path: Path, *, cell: float = 100.0, size: float = 30e3) -> LocalTerrain:
    """The raster as local terrain about the middle of the rover's ground, on cells finer than its
    own 463 m, bilinear between them so that its slopes stay."""
    about = json.loads(path.read_text())
    box, shape = about["bbox"], (about["height"], about["width"])
    raw = np.fromfile(path.with_suffix(".u16le"), "<u2").reshape(shape).astype(float)
    z = about["minElev"] + raw / 65535.0 * (about["maxElev"] - about["minElev"])
    step = (box["maxLon"] - box["minLon"]) / shape[1]
    flat = LocalTerrain.flat(77.36, 18.47, size=size, cell=cell)
    lon, lat = flat.lonlat(flat.x[None, :], flat.y[:, None])
    rows = (box["maxLat"] - lat) / step - 0.5
    columns = (lon - box["minLon"]) / step - 0.5
    made = map_coordinates(z, np.stack([rows, columns]), order=1, mode="nearest")
    return LocalTerrain(made.astype(np.float32), cell, flat.lon, flat.lat, about["source"])


def told_heights(stops: RoverStops, terrain: LocalTerrain) -> None:
    x, y = terrain.xy(stops.lon, stops.lat)
    apart = terrain.at(x, y) - stops.elevation
    known = np.isfinite(apart)
    fit = np.corrcoef(terrain.at(x, y)[known], stops.elevation[known])[0, 1]
    print(
        f"stops: {len(stops)} with a place ({stops.left_out} rows without), "
        f"{int(np.isfinite(stops.tilt).sum())} with a tilt ({stops.angles_left_out} rows whose "
        f"tilt is not that of their angles)"
    )
    print(
        f"height, terrain less stops: median {np.nanmedian(apart):+.1f} m, "
        f"deviation {np.nanstd(apart):.1f} m, correlation {fit:.4f}"
    )


def told_tilts(stops: RoverStops, drives: RoverDrives, terrain: LocalTerrain, rover: Rover) -> None:
    table = tilt_table(stops, drives, terrain, rover)
    a = table.attrs
    print(
        f"tilt measured: median {a['terrain_measured']:.2f} deg; roughness below the cells: floor "
        f"{np.degrees(np.arctan(a['rough_floor'])):.2f} deg and {a['rough_share']:.2f} of slope"
    )
    words = {
        "terrain": "slope of the cells", "rough": "with roughness, odd stops",
        "localisations": "plane of the stops within 150 m",
        "track": "plane of the rover's own heights within 10 m",
    }  # fmt: skip
    for name, word in words.items():
        print(
            f"  {word:45s} n {a[name + '_count']:3d}  median {a[name + '_forecast']:5.2f}  "
            f"difference {a[name + '_difference']:+5.2f}  size {a[name + '_size']:4.2f} deg  "
            f"correlation {a[name + '_correlation']:.2f}"
        )
    lags = np.array([2.2, 5.0, 10.0, 20.0, 50.0, 100.0, 200.0])
    along = np.degrees(np.arctan(line_slopes(drives, terrain, lags)))
    print("rms slope along the drives:", "  ".join(
        f"{lag:g} m {value:.2f}" for lag, value in zip(lags, along, strict=True)
    ), "deg")  # fmt: skip


def told_ways(drives: RoverDrives, terrain: LocalTerrain, rover: Rover, by: str) -> None:
    slip = rover.slip_table()
    for least in (0.0, 300.0, 1000.0):
        begin = time.perf_counter()
        held = replay(drives, terrain, rover, slip, by=by, least=least)
        a = held.attrs
        print(
            f"{a['hops']:3d} hops{f' of {least:g} m or more' if least else ''}: driven "
            f"{a['driven_length'] / 1e3:.2f} km, planned {a['planned_length'] / 1e3:.2f} km "
            f"({a['planned_over_driven']:.3f}; straight {a['straight_over_driven']:.3f}), climb "
            f"driven {a['driven_climb']:.0f} m, planned {a['planned_climb']:.0f} m, on the "
            f"terrain's driven line {float(held.terrain_climb.sum()):.0f} m; {by} saved "
            f"{a['cost_saved']:.1%}; {time.perf_counter() - begin:.1f} s"
        )
        rise = held["net_rise"].values, held["terrain_rise"].values
        print(
            f"    rise of a hop, terrain against stops: correlation "
            f"{np.corrcoef(*rise)[0, 1]:.3f}, median size of the difference "
            f"{np.median(np.abs(rise[1] - rise[0])):.2f} m"
        )


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    for name in ("drives", "stops", "heights"):
        asked.add_argument(name, type=Path)
    asked.add_argument("--by", default="energy", choices=("energy", "time", "risk"))
    given = asked.parse_args()
    drives, stops = read_drives(given.drives), read_stops(given.stops)
    terrain, rover = heights(given.heights), Rover(preset="perseverance")
    print(f"{drives.source}: {len(drives)} drives, {drives.length.sum() / 1e3:.2f} km; {terrain!r}")
    told_heights(stops, terrain)
    told_tilts(stops, drives, terrain, rover)
    told_ways(drives, terrain, rover, given.by)


if __name__ == "__main__":
    main()
