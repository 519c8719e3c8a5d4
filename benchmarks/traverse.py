"""Paths on a big grid of slope costs: ours beside scikit-fmm and a 32-neighbour Dijkstra search.

    python benchmarks/traverse.py [--size 4096] [--only NAME ...] [--json]

The ground is fractal with craters, 5 m cells; what is steeper than 25 degrees is blocked, 2 to 3 %
of it; corner to corner. Every solver runs in a process of its own, on one thread, so that CPU
seconds and peak memory are its own; kernels are compiled before the clock starts. All paths are
priced by the same line integral of the cost of a metre, which runs bilinearly between the cells
that are not blocked. scikit-fmm gives arrivals only: its path is traced down them as ours is,
neither it nor the row "not pulled" being pulled taut.

Isotropic cost: 1 + 1.5 (slope / 12 deg)^2. Directional cost by the slopes along and across the way:
energy of a metre with rolling, climbing, braking and slip that grows with the square of the slope.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import resource
import subprocess
import sys
import time
from collections.abc import Iterator

for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "NUMBA_NUM_THREADS"):
    os.environ.setdefault(_name, "1")

import numpy as np  # noqa: E402
from numba import njit  # noqa: E402

from marsward.geometry.kernels.path_lines import line_cost  # noqa: E402
from marsward.geometry.local_terrain import LocalTerrain  # noqa: E402
from marsward.geometry.terrain_slopes import slopes  # noqa: E402
from marsward.geometry.traverse_cost import (  # noqa: E402
    DirectionalCost,
    IsotropicCost,
    SlopeCost,
)
from marsward.geometry.traverse_path import (  # noqa: E402
    arrival_field,
    path_cost,
    trace_path,
)
from marsward.planet.crater_field import CraterField  # noqa: E402
from marsward.planet.fractal_relief import FractalRelief, SlopeLaw  # noqa: E402

CELL = 5.0
STEEPEST = 25.0
LAW = SlopeLaw(9.5, 10.0, 0.75)
ISOTROPIC = ("ours order 2", "ours order 1", "scikit-fmm order 2", "scikit-fmm order 1",
             "dijkstra 32")  # fmt: skip
DIRECTIONAL = ("ours directional", "dijkstra 32 directional")


def main() -> None:
    args = _arguments()
    if args.child:
        print(json.dumps(run(args.child, args.size)))
        return
    rows = []
    for name in args.only or ISOTROPIC + DIRECTIONAL:
        rows.append(_in_child(name, args.size))
        if not args.json:
            print(_line(rows[-1]), flush=True)
    if args.json:
        print(json.dumps(rows, indent=1))


def terrain_of(size: int) -> LocalTerrain:
    """The ground of the benchmark."""
    line = (np.arange(size) - 0.5 * (size - 1)) * CELL
    height = np.zeros((size, size))
    FractalRelief(LAW, 4, 2048.0 * CELL).add(height, line, line[::-1].copy(), shortest=3.0 * CELL)
    craters = CraterField(3.0, 4, 1000.0, 1.5)
    craters.add(height, line, line[::-1].copy(), smallest=6.0 * CELL)
    return LocalTerrain(height.astype(np.float32), CELL, 0.0, 0.0, "benchmark ground")


def isotropic(size: int) -> IsotropicCost:
    ground = slopes(terrain_of(size))
    slope = ground.slope
    cost = (1.0 + 1.5 * (slope / 12.0) ** 2).astype(np.float32)
    shut = _ends_open(slope > STEEPEST)
    return IsotropicCost(ground.terrain, cost, shut)


def directional(size: int) -> DirectionalCost:
    ground = slopes(terrain_of(size))
    return DirectionalCost(ground, energy(), _ends_open(ground.slope > STEEPEST))


def energy() -> SlopeCost:
    """Energy of a metre, of the weight: rolling 0.15, climbing, slip on the way and across it."""
    along, across = np.linspace(-26.0, 26.0, 105), np.linspace(0.0, 26.0, 53)
    t = np.tan(np.radians(along))[:, None]
    s = np.tan(np.radians(across))[None, :]
    slip = np.minimum(0.9, 2.5 * t**2 * (t > 0.0) + 1.2 * t**2 * (t <= 0.0) + 1.5 * s**2)
    effort = 0.15 + np.maximum(t, 0.0) + 0.1 * np.maximum(-t, 0.0) + 0.2 * s
    return SlopeCost(along, across, effort / (1.0 - slip) / np.cos(np.arctan(np.hypot(t, s))))


def ends(cost) -> tuple[tuple[float, float], tuple[float, float]]:
    west, east, south, north = cost.terrain.extent
    inset = 10.5 * CELL
    return (west + inset, north - inset), (east - inset, south + inset)


def run(name: str, size: int) -> dict[str, float | str]:
    small = directional(128) if "directional" in name else isotropic(128)
    solve(name, small, *ends(small))
    cost = directional(size) if "directional" in name else isotropic(size)
    start, goal = ends(cost)
    base = _resident()
    clock = time.process_time()
    field, path = solve(name, cost, start, goal)
    solved = time.process_time() - clock
    row: dict[str, float | str] = {
        "name": name, "size": size, "blocked": float(np.mean(cost.blocked)), "solve_s": solved,
        "memory_GB": _peak(), "ground_GB": base,
    }  # fmt: skip
    if path is None:
        clock = time.process_time()
        plain = trace_path(cost, field, start, goal, pull=False)
        row["trace_s"] = time.process_time() - clock
        row["cost_not_pulled"] = path_cost(cost, plain.x, plain.y)
        clock = time.process_time()
        taut = trace_path(cost, field, start, goal)
        row["pull_s"] = time.process_time() - clock
        row["cost"] = path_cost(cost, taut.x, taut.y)
    else:
        row["cost"] = path_cost(cost, *path)
    return row


def solve(name, cost, start, goal):
    """Arrivals (ny, nx) and no path, or the vertices x, y of a path."""
    if name.startswith("ours"):
        return arrival_field(cost, start, order=1 if "order 1" in name else 2), None
    if name.startswith("scikit-fmm"):
        return by_scikit(cost, start, 1 if "order 1" in name else 2), None
    by = by_scikit_image if name.startswith("scikit-image") else by_dijkstra
    return None, by(cost, start, goal)


def by_scikit(cost, start, order):
    import skfmm

    row, col = (round(float(v)) for v in cost.terrain.row_col(*start))
    phi = np.ma.MaskedArray(np.ones(cost.cost.shape), cost.blocked)
    phi[row, col] = -1.0
    speed = np.ma.MaskedArray(1.0 / np.where(cost.blocked, 1.0, cost.cost), cost.blocked)
    out = skfmm.travel_time(phi, speed, dx=CELL, order=order)
    return np.ascontiguousarray(np.ma.filled(out.astype(float), np.inf))


def by_scikit_image(cost, start, goal):
    """Vertices of the cheapest way over eight neighbours."""
    from skimage.graph import MCP_Geometric

    terrain = cost.terrain
    begin, end = ([round(float(v)) for v in terrain.row_col(*place)] for place in (start, goal))
    search = MCP_Geometric(np.where(cost.blocked, -1.0, cost.cost))
    search.find_costs([tuple(begin)], [tuple(end)])
    rows, columns = np.array(search.traceback(tuple(end)), dtype=float).T
    return terrain.x[0] + columns * CELL, terrain.y[0] - rows * CELL


def by_dijkstra(cost, start, goal):
    terrain = cost.terrain
    begin = [round(float(v)) for v in terrain.row_col(*start)]
    end = [round(float(v)) for v in terrain.row_col(*goal)]
    row, col = dijkstra(cost.ground, begin[0], begin[1], end[0], end[1], ring(32))
    return terrain.x[0] + col * CELL, terrain.y[0] - row * CELL


def ring(count: int) -> np.ndarray:
    """Steps (count, 2) to neighbours of a grid, 8, 16 or 32 of them."""
    steps = [(j, i) for j in range(-3, 4) for i in range(-3, 4) if math.gcd(j, i) == 1]
    reach = {8: 1, 16: 2, 32: 3}[count]
    return np.array([s for s in steps if max(map(abs, s)) <= reach], dtype=np.int64)


@njit(cache=True, error_model="numpy")
def dijkstra(ground, y0, x0, y1, x1, around):
    """Rows and columns of the best way from cell to cell, each step a line priced as a whole."""
    rows, columns = ground[4].shape
    best = np.full(rows * columns, np.inf)
    parent = np.full(rows * columns, -1, np.int8)
    done = np.zeros(rows * columns, np.bool_)
    keys, nodes = np.empty(1 << 20), np.empty(1 << 20, np.int32)
    best[y0 * columns + x0] = 0.0
    keys[0], nodes[0], size = 0.0, y0 * columns + x0, 1
    while size > 0:
        u = np.int64(nodes[0])
        size -= 1
        key, node, i = keys[size], nodes[size], 0
        while True:
            child = 4 * i + 1
            if child >= size:
                break
            least = child
            for k in range(child + 1, min(child + 4, size)):
                if keys[k] < keys[least]:
                    least = k
            if keys[least] >= key:
                break
            keys[i], nodes[i] = keys[least], nodes[least]
            i = least
        keys[i], nodes[i] = key, node
        if done[u]:
            continue
        done[u] = True
        y, x = u // columns, u % columns
        if y == y1 and x == x1:
            break
        for n in range(around.shape[0]):
            j, i = y + around[n, 0], x + around[n, 1]
            if j < 0 or i < 0 or j >= rows or i >= columns or done[j * columns + i]:
                continue
            way = line_cost(ground, float(y), float(x), float(j), float(i), 0.5)
            v = j * columns + i
            if best[u] + way < best[v]:
                best[v] = best[u] + way
                parent[v] = n
                if size == keys.size:
                    keys = np.append(keys, np.empty_like(keys))
                    nodes = np.append(nodes, np.empty_like(nodes))
                place = size
                size += 1
                while place > 0:
                    up = (place - 1) >> 2
                    if keys[up] <= best[v]:
                        break
                    keys[place], nodes[place] = keys[up], nodes[up]
                    place = up
                keys[place], nodes[place] = best[v], v
    y, x, n = y1, x1, 0
    out = np.empty((rows * columns if rows < 300 else 64 * (rows + columns), 2))
    out[0, 0], out[0, 1] = y, x
    while not (y == y0 and x == x0) and parent[y * columns + x] >= 0:
        k = parent[y * columns + x]
        y, x = y - around[k, 0], x - around[k, 1]
        n += 1
        out[n, 0], out[n, 1] = y, x
    return out[: n + 1, 0][::-1].copy(), out[: n + 1, 1][::-1].copy()


def _ends_open(shut: np.ndarray) -> np.ndarray:
    shut[5:16, 5:16] = shut[-16:-5, -16:-5] = False
    return shut


def _in_child(name: str, size: int) -> dict:
    command = [sys.executable, __file__, "--size", str(size), "--child", name]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        return {"name": name, "error": done.stderr.strip().splitlines()[-1]}
    return json.loads(done.stdout.splitlines()[-1])


def _line(row: dict) -> str:
    if "error" in row:
        return f"{row['name']:<26} not run: {row['error']}"
    plain = row.get("cost_not_pulled")
    traced = f"{plain:>12.2f}" if plain else " " * 12
    return (
        f"{row['name']:<26} {row['solve_s']:7.2f} s CPU   cost {row['cost']:12.2f}   not pulled "
        f"{traced}   trace {row.get('trace_s', 0.0):5.2f} s, pull {row.get('pull_s', 0.0):5.2f} s"
        f"   {row['memory_GB']:.2f} GB (ground {row['ground_GB']:.2f})   blocked "
        f"{100.0 * row['blocked']:.2f} %"
    )


def _peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20


def _resident() -> float:
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 2**30


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--size", type=int, default=4096)
    parser.add_argument("--only", nargs="*", default=[])
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--child", default="", help=argparse.SUPPRESS)
    return parser.parse_args()


def rows(*, quick: bool = False) -> Iterator[object]:
    """The rows of the page: each solver in a process of its own, so one round each."""
    from benchmarks.race import Check, Row, Spent, named

    for ours, full, peers in RACES:
        size = 256 if quick else full
        inputs = f"{size:,} × {size:,} cells, fractal ground with craters"
        mine = _in_child(ours, size)
        for name, label, package, limit in peers:
            row, peer = _in_child(name, size), named(package, label) if package else label
            what = "cost by the slopes along and across the way" if "directional" in ours else (
                f"cost alike in all headings, {ours[-7:]}"
            )  # fmt: skip
            wrong = next((r["error"] for r in (mine, row) if "error" in r), "")
            if wrong:
                yield Row(what, inputs, peer, said=f"failed here: {wrong[:200]}")
                continue
            dearer = 100.0 * (mine["cost"] / row["cost"] - 1.0)
            said = f"{mine['memory_GB']:.2f} GB against {row['memory_GB']:.2f} GB; one round each"
            said += f"; the peer's way costs {-dearer:.1f} % more" if dearer < -0.1 else ""
            yield Row(
                what, inputs, peer, *(Spent(t, t, t, 1) for t in (mine["solve_s"], row["solve_s"])),
                (Check("our path dearer by", max(dearer, 0.0), limit, "%"),), "a field", said=said,
                headline=name in HEADLINES,
            )  # fmt: skip


SCIKIT = ("scikit-fmm", "scikit-fmm")
DIJKSTRA = ("Dijkstra, 32 neighbours (our own, compiled)", "")
# ours; cells on a side; the peers: solver, label, package, how much dearer our path may be [%]
RACES = (
    ("ours order 2", 4096, (("scikit-fmm order 2", *SCIKIT, 0.2),)),
    ("ours order 1", 2048, (
        ("scikit-fmm order 1", *SCIKIT, 0.2),
        ("scikit-image", "scikit-image", "scikit-image", 0.2),
    )),
    ("ours order 2", 2048, (("dijkstra 32", *DIJKSTRA, 0.2),)),
    ("ours directional", 2048, (("dijkstra 32 directional", *DIJKSTRA, 0.2),)),
)  # fmt: skip
HEADLINES = ("scikit-fmm order 2", "dijkstra 32 directional")


if __name__ == "__main__":
    main()
