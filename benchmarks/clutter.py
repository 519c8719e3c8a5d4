"""Clutter of a radar track: how fast, and how near to a plain numpy sum and to a real radargram.

    python benchmarks/clutter.py [--traces 3000] [--facet 100] [--rounds 3] [--workers 2]
                                 [--sharad FOLDER] [--json]

A track of SHARAD's kind over northern plains, terrain of 4 cells a degree, +-45 km across. Times
are CPU seconds of one thread for a tenth of the traces, best of some rounds, and the clock for all
of them on the workers. The twin is the same sum written with numpy, one trace, its facets as fine.
With --sharad, the folder of the browse radargram s_00168901 and of the geometry tables, the numbers
of the comparison are printed too, and the deposits under the picks.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import time
from pathlib import Path
from typing import Any

for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "NUMBA_NUM_THREADS"):
    os.environ.setdefault(_name, "1")

import numpy as np  # noqa: E402

from marsward.core.bodies import body  # noqa: E402
from marsward.data.areoid import areoid_height  # noqa: E402
from marsward.data.radargrams import (  # noqa: E402
    read_picks,
    read_radargram,
    read_track_geometry,
)
from marsward.data.terrain_files import ellipsoid_radius  # noqa: E402
from marsward.geometry.radar_facets import cluttergram, pulse_power  # noqa: E402
from marsward.geometry.radar_track import MRO_ORBIT, datum_of_radius, radar_track  # noqa: E402
from marsward.geometry.terrain import Terrain  # noqa: E402
from marsward.retrieval.dielectric_estimate import combined  # noqa: E402
from marsward.retrieval.picked_deposit import deposit_permittivity, picked_deposit  # noqa: E402
from marsward.retrieval.radargram_match import compare_radargrams, fitted_roughness  # noqa: E402

C = 299_792_458.0
RADAR: dict[str, Any] = {
    "centre_frequency": 20e6, "bandwidth": 10e6, "sample_spacing": 37.5e-9, "aperture": 5e3,
}  # fmt: skip
PICKED = ("01373501", "03334301", "06158901")


def main() -> None:
    args = _arguments()
    rows = {**speed(args), **beside_twin(args)}
    if args.sharad:
        rows |= beside_radargram(Path(args.sharad)) | deposits(Path(args.sharad))
    if args.json:
        print(json.dumps(rows, indent=1))
        return
    for name, value in rows.items():
        print(f"{name:<44} {value:.6g}" if isinstance(value, float) else f"{name:<44} {value}")


def plains(traces: int) -> Any:
    """A track along 150 east from 40 north, a trace every 460 m."""
    lat = 40.0 + np.arange(traces) * np.degrees(460.0 / body("mars").radius)
    return radar_track(MRO_ORBIT.places(np.full(traces, 150.0), lat), Terrain.mars())


def speed(args: argparse.Namespace) -> dict[str, float]:
    terrain = Terrain.mars()
    options = {**RADAR, "facet": args.facet, "window": (100, 900)}
    tenth, whole = plains(max(args.traces // 10, 3)), plains(args.traces)
    cluttergram(tenth.isel(trace=slice(0, 3)), terrain, workers=1, **options)
    best = math.inf
    for _ in range(args.rounds):
        start = time.process_time()
        cluttergram(tenth, terrain, workers=1, **options)
        best = min(best, time.process_time() - start)
    start = time.perf_counter()
    cluttergram(whole, terrain, workers=args.workers, **options)
    clock = time.perf_counter() - start
    return {
        "ms of CPU a trace, one thread": 1e3 * best / tenth.sizes["trace"],
        f"s for {args.traces} traces, {args.workers} workers": clock,
    }


def beside_twin(args: argparse.Namespace) -> dict[str, float]:
    terrain = Terrain.mars()
    track = plains(3)
    # off the poles of the window only: the first and last samples hold the pulse's edges
    facet = args.facet / 2.0
    got = cluttergram(track, terrain, **RADAR, window=(20, 300), facet=facet, swath=25e3, beam=0.0)
    start = time.process_time()
    expected = twin(track, terrain, facet, 25e3, 20, 320, float(got.attrs["aperture"]))
    spent = time.process_time() - start
    power = got["power"].values[1].astype(float)
    near = expected > 1e-4 * expected.max()
    error = np.abs(power[near] - expected[near]) / expected[near]
    start = time.process_time()
    cluttergram(track, terrain, **RADAR, window=(20, 300), facet=facet, swath=25e3, workers=1)
    mine = (time.process_time() - start) / 3.0
    return {
        "median difference from the numpy sum": float(np.median(error)),
        "95 % of samples differ by less than": float(np.quantile(error, 0.95)),
        "numpy sum over ours, CPU time of a trace": spent / mine,
    }


def twin(
    track: Any, terrain: Terrain, facet: float, swath: float, before: int, samples: int,
    aperture: float,
) -> Any:  # fmt: skip
    """The middle trace of the track, summed with numpy, laws written out again."""
    craft = track["spacecraft"].values
    up = craft[1] / np.linalg.norm(craft[1])
    ahead = craft[2] - craft[0]
    ahead -= (ahead @ up) * up
    ahead /= np.linalg.norm(ahead)
    height = float(track["height_above_ground"][1])
    radius = np.linalg.norm(craft[1]) - height
    wavelength = C / RADAR["centre_frequency"]
    width = wavelength * float(track["height_above_ground"].max()) / (2.0 * aperture)
    count = max(3, math.ceil(1.5 * width / min(0.5 * width, 2.0 * facet)))
    across = math.ceil(swath / facet)
    beta = np.arange(-across, across + 1) * (swath / across / radius)
    alpha = np.linspace(-1.5 * width, 1.5 * width, 2 * count + 1) / radius
    b, a = np.meshgrid(beta, alpha, indexing="ij")
    side = np.cross(ahead, up)
    unit = (
        up * (np.cos(b) * np.cos(a))[..., None] + side * np.sin(b)[..., None]
        + ahead * (np.cos(b) * np.sin(a))[..., None]
    )  # fmt: skip
    lat = np.degrees(np.arcsin(unit[..., 2]))
    lon = np.degrees(np.arctan2(unit[..., 1], unit[..., 0]))
    point = terrain.point_at(lon, lat)
    p00, p01, p10, p11 = point[:-1, :-1], point[:-1, 1:], point[1:, :-1], point[1:, 1:]
    normal = np.cross(p11 - p00, p10 - p01)
    area = 0.5 * np.linalg.norm(normal, axis=-1)
    line = craft[1] - 0.25 * (p00 + p01 + p10 + p11)
    r = np.linalg.norm(line, axis=-1)
    cosine = np.abs(np.sum(normal * line, axis=-1)) / (2.0 * area * r)
    s2 = 2.0 * math.radians(2.0) ** 2
    sigma = np.exp(-(cosine**-2.0 - 1.0) / s2) / (s2 * cosine**4)
    power = sigma * area * height**2 / (math.pi * r**4)
    power *= np.exp(-math.pi * (2.0 * aperture * (line @ ahead) / r / wavelength) ** 2)
    delay = 2.0 * (r - height) / C
    k = (np.arange(samples) - before) * RADAR["sample_spacing"]
    out = np.zeros(samples)
    for p, t in zip(power.ravel(), delay.ravel(), strict=True):
        first = int((t - k[0]) / RADAR["sample_spacing"]) - 27
        part = slice(max(first, 0), max(min(first + 56, samples), 0))
        out[part] += p * pulse_power(k[part] - t, RADAR["bandwidth"])
    return out


def beside_radargram(folder: Path) -> dict[str, float]:
    real = read_radargram(folder / "s_00168901_thm.lbl")
    lon, lat = real["lon"].values, real["lat"].values
    level = ellipsoid_radius(lat) + Terrain(areoid_height(4)).height_at(lon, lat)
    rows: dict[str, float] = {}
    grounds = {"shipped": Terrain.mars()}
    mola = folder.parent / "mola_4ppd" / "megt90n000cb.img"
    if mola.is_file():
        grounds["MOLA 4 ppd"] = Terrain.open(mola, above="areoid")
    for name, terrain in grounds.items():
        track = radar_track(MRO_ORBIT.places(lon, lat), terrain, et=real["et"].values)
        options = {**RADAR, "window": (1800, 1800), "datum": datum_of_radius(track, level)}
        slope, misfit = fitted_roughness(real, track, terrain, **options)
        echo = cluttergram(track, terrain, law="hagfors", rms_slope=slope, **options)
        rows |= {f"{name}: rms slope [deg]": slope, f"{name}: misfit of the decay [dB]": misfit}
        numbers = compare_radargrams(real, echo).numbers
        rows |= {f"{name}: {key}": value for key, value in numbers.items()}
    return rows


def deposits(folder: Path) -> dict[str, float]:
    rows: dict[str, float] = {}
    found = []
    for name in PICKED:
        deposit = picked_deposit(
            read_track_geometry(folder / f"s_{name}_geom.csv.gz"),
            read_picks(folder / f"s_{name}_picks.csv"), Terrain.mars(),
        )  # fmt: skip
        for eps in deposit["permittivity"].values:
            thick = deposit["thickness"].sel(permittivity=eps)
            rows[f"{name}: median thickness, permittivity {eps:g} [m]"] = float(thick.median())
        found.append(deposit_permittivity(deposit))
        rows[f"{name}: permittivity"] = found[-1].value
        rows[f"{name}: its sigma"] = found[-1].sigma
    together = combined(found)
    return rows | {"together: permittivity": together.value, "together: its sigma": together.sigma}


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--traces", type=int, default=3000)
    parser.add_argument("--facet", type=float, default=100.0, help="m")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--sharad", default="", help="folder of the real radargrams")
    parser.add_argument("--json", action="store_true")
    return parser.parse_args()


if __name__ == "__main__":
    main()
