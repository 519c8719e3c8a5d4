"""Mars time on the axes of xarray beside plain pandas and xarray, on one record, one core.

    python benchmarks/mars_axis.py [--samples 1000000] [--json]

A record of pressure, one sample a second, gets its Mars time; its sol means and its seasonal means
are then made by `sol_means` and `by_season`, by pandas' groupby and by xarray's own groupby on the
same numbers of sols and seasons. CPU seconds, least of several; all three must agree to round-off.
pandas and xarray know no Mars time: the sols by which they group are handed to them.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "NUMBA_NUM_THREADS"):
    os.environ.setdefault(_name, "1")

import numpy as np  # noqa: E402
import pandas as pd  # noqa: E402
import xarray as xr  # noqa: E402

from marsward.core.dataset_files import open_dataset, save_dataset  # noqa: E402
from marsward.core.mars_axis import by_season, mars_axis, select_ls, sol_means  # noqa: E402
from marsward.core.time import Epoch  # noqa: E402

LON = 77.45
SPAN = 1.2e8  # s: two Mars years, over which the samples are spread


def best(work: Callable[[], Any], repeats: int = 3) -> tuple[float, Any]:
    """Least CPU seconds of several calls, and the last answer."""
    least, answer = math.inf, None
    for _ in range(repeats):
        start = time.process_time()
        answer = work()
        least = min(least, time.process_time() - start)
    return least, answer


def record(count: int) -> tuple[xr.Dataset, Epoch]:
    """A record without Mars time, and its instants."""
    epoch = Epoch.utc("2017-05-06") + np.arange(count) * (SPAN / count)
    pressure = 700.0 + np.random.default_rng(1).standard_normal(count)
    return xr.Dataset({"pressure": ("time", pressure)}), epoch


def agree(*answers: Any) -> float:
    """Largest relative difference of several answers from the first."""
    first = np.asarray(answers[0], dtype=float)
    return max(float(np.max(np.abs(np.asarray(a, float) / first - 1.0))) for a in answers[1:])


def rows(count: int) -> dict[str, float]:
    bare, epoch = record(count)
    out: dict[str, float] = {"samples": float(count)}
    out["axis"], data = best(lambda: mars_axis(bare, epoch, lon=LON), 2)
    out["sol and year of Epoch"], _ = best(lambda: (epoch.sol, epoch.mars_year, epoch.ls), 1)
    sols = np.floor(data.msd.values).astype(np.int64)
    out["sol means"], ours = best(lambda: sol_means(data).pressure.values)
    series = pd.Series(data.pressure.values)
    out["sol means, pandas"], theirs = best(lambda: series.groupby(sols).mean().to_numpy())
    by = data.pressure.drop_vars([n for n in data.coords if n != "time"])
    by = by.assign_coords(whole=("time", sols))
    out["sol means, xarray"], third = best(lambda: by.groupby("whole").mean().values, 1)
    out["sol means differ"] = agree(ours, theirs, third)
    out["seasons"], ours = best(lambda: by_season(data.pressure, 30).mean().values)
    season = np.floor(data.ls.values / 30.0)
    out["seasons, pandas"], theirs = best(lambda: series.groupby(season).mean().to_numpy())
    out["seasons differ"] = agree(ours, theirs)
    out["select across the wrap"], _ = best(lambda: select_ls(data, 350, 20, mars_year=34))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "record.nc"
        out["netCDF there"], _ = best(lambda: save_dataset(data, path), 1)
        out["netCDF back"], _ = best(lambda: open_dataset(path), 1)
    return out


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--samples", type=int, default=1_000_000)
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    told = rows(asked.samples)
    if asked.json:
        print(json.dumps(told))
        return
    for name, value in told.items():
        unit = "" if name in ("samples",) or name.endswith("differ") else " s CPU"
        print(f"{name:26s} {value:12.4g}{unit}")


if __name__ == "__main__":
    main()
