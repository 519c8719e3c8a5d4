"""The ground of a whole planet: time, memory and going on after a stop.

    python benchmarks/global_ground.py [--grid "1 ppd"] [--years 10] [--ice] [--early] [--workers 2]
                                       [--stop 0.5] [--json]

Every cell is followed for all the years asked (with --early only until its year repeats within
0.02 K), dry or with --ice with the depth at which ice lasts. --stop also breaks a second run off at
that share, goes on with it, and compares the files byte by byte. Wall time, CPU time and the peak
of memory are of this process; kernels are warmed before the clock starts. MSIM (Schorghofer) states
0.65 s for one column over ten years on a Xeon w5-2545, 15.4 column-years a second.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import sys
import tempfile
import time
from pathlib import Path

for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ.setdefault(_name, "1")

import numpy as np  # noqa: E402

from marsward.planet.global_ground import global_ground  # noqa: E402
from marsward.planet.ground_maps import SurfaceMaps  # noqa: E402

MSIM_RATE = 15.4


class Watch:
    """Progress on one line, which may stop the run."""

    def __init__(self, quiet: bool, stop: float = 2.0) -> None:
        self.quiet, self.stop, self.began = quiet, stop, time.perf_counter()

    def phase(self, name: str) -> None:
        self.note(name)

    def update(self, fraction: float, note: str = "") -> None:
        if not self.quiet:
            spent = time.perf_counter() - self.began
            print(f"\r{100 * fraction:5.1f} %  {note}  {spent:.0f} s ", end="", file=sys.stderr)
        if self.stop <= fraction < 1.0:
            raise KeyboardInterrupt

    def note(self, text: str) -> None:
        if not self.quiet:
            print(f"\n{text}", file=sys.stderr)

    def done(self, sentence: str) -> None:
        self.note(sentence)


def timed(maps: SurfaceMaps, path: Path, watch: Watch, **options) -> dict[str, float]:
    """One run to a file, with its clocks."""
    wall, cpu = time.perf_counter(), time.process_time()
    made = global_ground(maps, out=path, progress=watch, **options)
    return {
        "wall_s": time.perf_counter() - wall,
        "cpu_s": time.process_time() - cpu,
        "peak_gb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e9,
        "years_followed": made.attrs["years_followed"],
        "energy_residual": made.attrs["energy_residual"],
        "file_mb": path.stat().st_size / 1e6,
    }


def broken(maps: SurfaceMaps, folder: Path, whole: Path, watch: Watch, **options) -> bool:
    """Whether a run that was stopped and went on ends with the bytes of the whole one."""
    path = folder / "again.nc"
    try:
        global_ground(maps, out=path, checkpoint=folder / "keep", progress=watch, **options)
    except KeyboardInterrupt:
        watch.stop = 2.0
        global_ground(maps, out=path, checkpoint=folder / "keep", progress=watch, **options)
    return path.read_bytes() == whole.read_bytes()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--grid", default="1 ppd")
    parser.add_argument("--years", type=int, default=10)
    parser.add_argument("--ice", action="store_true")
    parser.add_argument("--early", action="store_true")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--stop", type=float)
    parser.add_argument("--out", type=Path)
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    options = {"years": given.years, "ice": given.ice, "workers": given.workers}
    options["tolerance"] = 0.02 if given.early else 1e-12
    global_ground("0.05 ppd", years=2, ice=given.ice)
    maps = SurfaceMaps.shipped(given.grid)
    with tempfile.TemporaryDirectory() as folder:
        path = given.out or Path(folder) / "whole.nc"
        told = {"grid": str(maps.grid), "cells": len(maps), **options}
        told |= timed(maps, path, Watch(given.json), **options)
        if not (given.ice or given.early):
            told["column_years_per_cpu_s"] = len(maps) * given.years / told["cpu_s"]
            told["times_msim"] = told["column_years_per_cpu_s"] / MSIM_RATE
        if given.stop is not None:
            watch = Watch(given.json, given.stop)
            told["same_bytes_after_a_stop"] = broken(maps, Path(folder), path, watch, **options)
    told["load"] = np.round(os.getloadavg(), 1).tolist()
    if given.json:
        print(json.dumps(told))
        return
    print()
    for name, value in told.items():
        print(f"{name:28} {value:.4g}" if isinstance(value, float) else f"{name:28} {value}")


if __name__ == "__main__":
    main()
