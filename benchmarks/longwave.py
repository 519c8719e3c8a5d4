"""How fast and how right the infrared of a column is.

    python benchmarks/longwave.py [--ames FILE] [--lines 1] [--json]

Times the shipped table on columns of 25 layers on one core (CPU time, best of many). Beside it,
once measured on the same kind of core (AMD EPYC Zen 4, 2.6 GHz): climt 0.31's correlated k 1420 us,
the Fortran of the NASA Ames legacy model at -O3 some 100 to 135 us for infrared and sunlight.
`--ames` compares with a user's NASA Ames table (CO2H2O_IR_12_95_INTEL), all points, same solver, on
60 columns without dust, and with 16 points drawn from it. `--lines N` solves N columns line by
line, every wave number from 500 to 850 cm-1 with its own Planck function, and compares the shipped
table with that: what it is really worth. A column takes about a minute.
"""

from __future__ import annotations

import argparse
import json
import math
import time
from collections.abc import Iterator

import numpy as np

from marsward.physics.air import GRAVITY, HEAT_CAPACITY
from marsward.physics.co2_lines import co2_lines
from marsward.physics.correlated_k import KTable, per_mass
from marsward.physics.k_reduction import random_columns
from marsward.physics.longwave import longwave

SOL = 88_775.244
SEED, COLUMNS = 7, 60
START, STOP, STEP = 500.0, 850.0, 5e-4  # cm-1
HIGH = 60.0 / 10.5  # scale heights


def speed(table: KTable) -> float:
    """CPU time of one column of 25 layers [us]."""
    edges, air, ground = random_columns(256, seed=3, layers=25)
    best = math.inf
    for _ in range(25):
        begun = time.process_time()
        longwave(edges, air, ground, table=table, non_lte=False)
        best = min(best, time.process_time() - begun)
    return best / 256 * 1e6


def compare(table: KTable, other: KTable) -> dict[str, float]:
    """Difference of two tables on the same columns: heating below 60 km, fluxes at both ends."""
    edges, air, ground = random_columns(COLUMNS, seed=SEED)
    a, b = (longwave(edges, air, ground, table=t, non_lte=False) for t in (table, other))
    low = 0.5 * (edges[:, 1:] + edges[:, :-1]) > edges[:, :1] * math.exp(-HIGH)

    def rms(x: np.ndarray) -> float:
        return float(np.sqrt(np.mean(x**2)))

    return {
        "heating rms [K/sol]": rms((a.heating - b.heating)[low]) * SOL,
        "heating itself rms [K/sol]": rms(b.heating[low]) * SOL,
        "at the ground rms [W/m2]": rms(a.to_ground - b.to_ground),
        "to space rms [W/m2]": rms(a.to_space - b.to_space),
    }


def half(ray: np.ndarray, x: np.ndarray, leaves: np.ndarray, enters: np.ndarray) -> np.ndarray:
    """Light behind half a layer; sources where it leaves and enters."""
    a = -np.expm1(-x)
    f = np.where(x < 0.01, x * (0.5 - x / 6.0), 1.0 - a / np.maximum(x, 1e-12))
    return ray * (1.0 - a) + leaves * f + enters * (a - f)


def by_lines(number: int) -> tuple[np.ndarray, float, np.ndarray]:
    """Heating [K/sol], flux at the ground [W m-2] of one column line by line; its layers."""
    from marsward.physics.line_by_line import cross_section

    edges, air, _ = random_columns(COLUMNS, seed=SEED)
    p, t = edges[number], air[number]
    ground = random_columns(COLUMNS, seed=SEED)[2][number]
    middle = 0.5 * (p[1:] + p[:-1])
    lines = co2_lines(weakest=1e-27)
    depth = []
    for k in range(t.size):
        nu, sigma = cross_section(lines, middle[k], t[k], start=START, stop=STOP, step=STEP)
        mass = 0.5 * 1.66 * (p[k] - p[k + 1]) / GRAVITY
        depth.append((per_mass(sigma) * mass).astype(np.float32))
    log = np.log(middle)
    share = (np.log(p[1:-1]) - log[1:]) / (log[:-1] - log[1:])
    rim = np.concatenate([t[:1], share * t[:-1] + (1.0 - share) * t[1:], t[-1:]])

    def planck(temperature: float) -> np.ndarray:
        return 3.741771852e-8 * nu**3 / np.expm1(1.438776877 * nu / temperature)

    down, up, ray = np.zeros(p.size), np.zeros(p.size), np.zeros(nu.size)
    for k in range(t.size - 1, -1, -1):
        ray = half(ray, depth[k], planck(t[k]), planck(rim[k + 1]))
        ray = half(ray, depth[k], planck(rim[k]), planck(t[k]))
        down[k] = ray.sum() * STEP
    ray = planck(ground)
    up[0] = ray.sum() * STEP
    for k in range(t.size):
        ray = half(ray, depth[k], planck(t[k]), planck(rim[k]))
        ray = half(ray, depth[k], planck(rim[k + 1]), planck(t[k]))
        up[k + 1] = ray.sum() * STEP
    net = down - up
    heating = (net[1:] - net[:-1]) * GRAVITY / (HEAT_CAPACITY * (p[:-1] - p[1:])) * SOL
    return heating, float(down[0]), middle > p[0] * math.exp(-HIGH)


def against_lines(count: int) -> list[dict[str, float]]:
    """The shipped table against columns solved line by line."""
    edges, air, ground = random_columns(COLUMNS, seed=SEED)
    answer = []
    for n in range(count):
        heating, down, low = by_lines(n)
        w = longwave(edges[n], air[n], ground[n], non_lte=False)
        error = w.heating[0] * SOL - heating
        answer.append(
            {
                "heating rms [K/sol]": float(np.sqrt(np.mean(error[low] ** 2))),
                "heating itself rms [K/sol]": float(np.sqrt(np.mean(heating[low] ** 2))),
                "at the ground [W/m2]": float(w.to_ground[0] - down),
                "itself [W/m2]": down,
            }
        )
    return answer


def rows(*, quick: bool = False) -> Iterator[object]:
    """The rows of the page: the shipped table beside its own lines, peers as measured before."""
    from benchmarks.race import Check, Row, published, timed

    table = KTable.shipped()
    count = 32 if quick else 256
    edges, air, ground = random_columns(count, seed=3, layers=25)
    spent = timed(
        lambda: longwave(edges, air, ground, table=table, non_lte=False), rounds=15, items=count
    )
    what, inputs = "infrared of a column", f"{count} columns, 25 layers, {table.points} points"
    checks = ()
    if not quick:
        line = against_lines(1)[0]
        checks = (
            Check(
                "heating off a line-by-line column, rms", line["heating rms [K/sol]"], 0.5, "K/sol"
            ),
            Check("light at the ground off", line["at the ground [W/m2]"], 0.2, "W/m²"),
        )
    yield Row(what, inputs, "none", spent, checks=checks, item="a column",
              said="beside its own lines, every wave number; no peer on the registry has CO2 of "
              "600 Pa that works")  # fmt: skip
    for label, seconds, source in ELSEWHERE:
        yield published(what, inputs, label, seconds, source, ours=spent, item="a column")


# seconds of a column, measured on the same kind of machine on 2026-11-22
ELSEWHERE = (
    ("climt 0.31, correlated k", 1420e-6, "2026-11-22, same kind of machine; the Mars table it "
     "ships lets all light through, so its answer cannot be compared"),
    ("NASA Ames legacy model, Fortran -O3", 117e-6, "2026-11-22, same kind of machine: 100 to "
     "135 µs, sunlight included; in no registry"),
)  # fmt: skip


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--ames", help="CO2H2O_IR_12_95_INTEL of the user")
    parser.add_argument("--lines", type=int, default=0, help="columns to solve line by line")
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    shipped = KTable.shipped()
    out: dict[str, object] = {
        f"shipped, {shipped.points} points [us/column]": speed(shipped),
        "16 points of it [us/column]": speed(shipped.reduced(16)),
    }
    if given.ames:
        ames = KTable.ames(given.ames)
        out["shipped against Ames"] = compare(shipped, ames)
        out["16 points of Ames against all"] = compare(ames.reduced(16), ames)
    if given.lines:
        out["shipped against its lines"] = against_lines(given.lines)
    if given.json:
        print(json.dumps(out, indent=1))
        return
    for name, value in out.items():
        print(f"{name}: {value}")


if __name__ == "__main__":
    main()
