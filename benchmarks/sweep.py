"""A sweep of single landings: one worker of a dask cluster beside two, and both beside threads.

    python benchmarks/sweep.py [--members 2000] [--repeats 3] [--json]

Perseverance's entry, its angle and the density of the air drawn for each member, everything else by
the mission's dispersions. The voyage is flown and the guidance planned before the clock starts, and
each cluster has flown a few members, so that what is timed is the sweep: blocks out, numbers back
and on disk, one table. Sweeps on one and on two workers take turns. A ratio is only worth its name
where the cores were free: `busy` is the CPU time of the workers over what their cores could give in
that time, and near 1 on a calm machine.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import signal
import statistics
import tempfile
import time
from pathlib import Path
from typing import Any

for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "NUMBA_NUM_THREADS"):
    os.environ.setdefault(_name, "1")

import xarray as xr  # noqa: E402

import marsward as mw  # noqa: E402
from marsward.core.progress import SilentProgress  # noqa: E402

VARIED = {
    "entry.angle": "normal(-16.16 deg, 0.07 deg)",
    "entry.density_factor": "normal(1, 0.05)",
}
NEEDED = 1.6


def sweep(home: Path, name: str, n: int, seed: int = 1, **options: Any) -> xr.Dataset:
    """One sweep in a folder of its own, in which the voyage is flown already."""
    folder = home / name
    shutil.rmtree(folder, ignore_errors=True)
    mission = mw.Mission.open("perseverance")
    ready = home / "ready"
    if ready.is_dir() and name != "ready":
        shutil.copytree(ready, folder, symlinks=True)
        shutil.rmtree(folder / "blocks")
        for file in ("sweep.json", "members.nc", "members.csv", ".lock"):
            (folder / file).unlink(missing_ok=True)
    return mission.vary(VARIED, n=n, seed=seed, out=folder, **options)


def cpu_of(client: Any) -> float:
    """CPU seconds of all workers."""
    return float(sum(client.run(time.process_time).values()))


def timed(home: Path, client: Any, workers: int, n: int) -> tuple[dict[str, float], xr.Dataset]:
    """One sweep on a cluster: seconds of wall and CPU."""
    before, own = cpu_of(client), time.process_time()
    begun = time.perf_counter()
    found = sweep(home, f"on-{workers}", n, scheduler=client)
    wall = time.perf_counter() - begun
    cpu = cpu_of(client) - before
    row = {
        "wall_s": wall, "workers_cpu_s": cpu, "own_cpu_s": time.process_time() - own,
        "busy": cpu / (workers * wall), "members_per_s": n / wall,
    }  # fmt: skip
    return row, found


class Killer(SilentProgress):
    """Kills a worker's process when a third of the members is done."""

    def __init__(self, process: int) -> None:
        self.process, self.name = process, ""

    def phase(self, name: str) -> None:
        self.name = name

    def update(self, fraction: float, note: str = "") -> None:
        if self.name == "members" and fraction >= 0.33 and self.process:
            os.kill(self.process, signal.SIGKILL)
            self.process = 0


def same(one: xr.Dataset, other: xr.Dataset) -> bool:
    """Whether two sweeps have the same members, bit for bit."""
    return bool(one.drop_attrs().identical(other.drop_attrs()))


def main() -> dict[str, Any]:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--members", type=int, default=2000)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    from distributed import Client, LocalCluster

    home = Path(tempfile.mkdtemp(prefix="marsward-bench-"))
    rows: dict[int, list[dict[str, float]]] = {1: [], 2: []}
    try:
        begun = time.perf_counter()
        sweep(home, "ready", 100, seed=2)
        first = time.perf_counter() - begun
        threads = sweep(home, "threads", given.members, workers=2)
        clusters = {
            k: LocalCluster(n_workers=k, threads_per_worker=1, processes=True,
                            dashboard_address=":0", silence_logs=40)
            for k in rows
        }  # fmt: skip
        clients = {k: Client(each, set_as_default=False) for k, each in clusters.items()}
        equal = True
        for k, client in clients.items():
            sweep(home, f"warm-{k}", 400, seed=3, scheduler=client)
        for _ in range(given.repeats):
            for k, client in clients.items():
                row, found = timed(home, client, k, given.members)
                rows[k].append(row)
                equal = equal and same(found, threads)
        victim = next(iter(clients[2].run(os.getpid).values()))
        after = sweep(
            home, "killed", given.members, scheduler=clients[2], progress=Killer(victim)
        )  # fmt: skip
        kept = same(after, threads) and victim not in clients[2].run(os.getpid).values()
        for k in rows:
            clients[k].close()
            clusters[k].close()
    finally:
        shutil.rmtree(home, ignore_errors=True)
    ratios = [a["wall_s"] / b["wall_s"] for a, b in zip(rows[1], rows[2], strict=True)]
    out = {
        "members": given.members, "first_call_s": first, "same_as_threads": equal,
        "same_after_a_worker_was_killed": kept,
        "one": rows[1], "two": rows[2], "speed_up": statistics.median(ratios),
        "speed_up_range": [min(ratios), max(ratios)], "needed": NEEDED,
    }  # fmt: skip
    print(json.dumps(out) if given.json else told(out))
    return out


def told(out: dict[str, Any]) -> str:
    """The result as a table."""
    lines = [
        f"{out['members']} landings; first call with its voyage and plan, 100 members: "
        f"{out['first_call_s']:.1f} s",
        f"{'workers':>8} {'wall s':>8} {'cpu s':>8} {'own cpu':>8} {'busy':>6} {'per s':>7}",
    ]
    for k, name in ((1, "one"), (2, "two")):
        lines += [
            f"{k:>8} {r['wall_s']:8.2f} {r['workers_cpu_s']:8.2f} {r['own_cpu_s']:8.2f} "
            f"{r['busy']:6.2f} {r['members_per_s']:7.0f}"
            for r in out[name]
        ]
    low, high = out["speed_up_range"]
    lines.append(
        f"two workers are {out['speed_up']:.2f} ({low:.2f} to {high:.2f}) times as fast as one; "
        f"needed {out['needed']}"
    )
    lines.append(
        f"same numbers as threads, bit for bit: {'yes' if out['same_as_threads'] else 'NO'}"
    )
    kept = "yes" if out["same_after_a_worker_was_killed"] else "NO"
    lines.append(f"the same after a worker was killed in the middle: {kept}")
    return "\n".join(lines)


if __name__ == "__main__":
    main()
