"""The coaxial rotor: how fast a trim is, and what margins and powers come out by airfoil data.

    python benchmarks/rotor.py [--rounds 10] [--json]

Times are CPU milliseconds of one thread, best of some rounds: a trim of Ingenuity with its most
thrust and without, in hover and in forward flight, and the same hover by a plain twin whose annuli
are solved by scipy's brentq over numpy's interpolation of the same airfoil data. Margins are told
for densities of 0.012 to 0.018 kg/m3 at the rotor speeds that flew.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import time
from collections.abc import Callable
from typing import Any

for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "NUMBA_NUM_THREADS"):
    os.environ.setdefault(_name, "1")

import numpy as np  # noqa: E402
from scipy.optimize import brentq  # noqa: E402

from marsward.physics.air import speed_of_sound, viscosity  # noqa: E402
from marsward.physics.airfoil_table import AIRFOILS, airfoil_table  # noqa: E402
from marsward.physics.blade_element import Blade, axial_loads  # noqa: E402
from marsward.vehicles.rotorcraft import Rotorcraft, trim  # noqa: E402

AIR: dict[str, Any] = {"density": 0.0145, "temperature": 223.0}
DENSITIES = np.array([0.012, 0.0135, 0.015, 0.0165, 0.018])
SPIN = 2537.0 * math.pi / 30.0


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=10)
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    rows = speed(asked.rounds) | twin(asked.rounds) | margins()
    if asked.json:
        print(json.dumps(rows, indent=1))
        return
    for name, value in rows.items():
        print(f"{name:<56} {value:.4g}" if isinstance(value, float) else f"{name:<56} {value}")


def best(rounds: int, work: Callable[[], Any]) -> float:
    """CPU milliseconds, best of some rounds, after one that compiles."""
    work()
    times = []
    for _ in range(rounds):
        start = time.process_time()
        work()
        times.append(time.process_time() - start)
    return 1e3 * min(times)


def speed(rounds: int) -> dict[str, float]:
    """Times of trims [ms]."""
    craft, out = Rotorcraft(), {}
    for name, more in {"hover": {}, "at 5 m/s": {"speed": 5.0}}.items():
        for most in (True, False):
            told = f"one trim, {name}, {'with' if most else 'without'} most thrust [ms]"
            out[told] = best(rounds, lambda m=more, w=most: trim(craft, **AIR, **m, most=w))
    density = np.linspace(0.0125, 0.02, 100)
    many = best(3, lambda: trim(craft, density=density, temperature=223.0, most=False))
    return out | {"of a hundred trims, one, hover, without most thrust [ms]": many / 100.0}


def twin(rounds: int) -> dict[str, float]:
    """One rotor alone at one pitch: the kernel, and brentq over numpy."""
    blade, table = Blade.shipped("ingenuity"), airfoil_table("neuralfoil")
    sound, mu = float(speed_of_sound(223.0)), float(viscosity(223.0))
    rows, sections = blade.elements(0.605, table)
    told: dict[str, Any] = {
        "pitch_rad": 0.12, "spin": SPIN, "radius": 0.605, "blades": 2, "density": 0.0145,
        "sound": sound, "viscosity": mu,
    }  # fmt: skip

    def plain() -> float:
        thrust = 0.0
        angles = np.linspace(-math.pi, math.pi, table.coefficient.shape[3])
        for row, at in zip(rows, sections, strict=True):
            r, wide, chord, twist, weight = row
            share, turn = chord / (math.pi * r), SPIN * r

            def forces(
                phi: float, r: float = r, chord: float = chord, twist: float = twist,
                weight: float = weight, at: int = at, share: float = share, turn: float = turn,
            ) -> tuple[float, float]:  # fmt: skip
                w = turn / max(math.cos(phi), 0.5)
                m = np.interp(w / sound, table.mach, np.arange(table.mach.size))
                x = np.interp(
                    math.log(w * chord * 0.0145 / mu), table.log_reynolds,
                    np.arange(table.log_reynolds.size),
                )  # fmt: skip
                i, j = (min(int(y), n - 2) for y, n in (
                    (m, table.mach.size), (x, table.log_reynolds.size)))  # fmt: skip
                u, v = m - i, x - j
                cell = table.coefficient[at : at + 2, i : i + 2, j : j + 2]
                mean = np.einsum(
                    "smrak,s,m,r->ak", cell, [1 - weight, weight], [1 - u, u], [1 - v, v]
                )
                cl, cd = (np.interp(0.12 + twist - phi, angles, mean[:, k]) for k in (0, 1))
                s, c = math.sin(phi), math.cos(phi)
                cn, ct = cl * c - cd * s, cl * s + cd * c
                f = (
                    4.0
                    / math.pi**2
                    * math.acos(math.exp(-(0.605 - r) / (r * s)))
                    * math.acos(math.exp(-(r - rows_root) / (rows_root * s)))
                )
                w = turn * 4.0 * f * s / (share * ct + 4.0 * f * s * c)
                return share * cn - 4.0 * f * s**2, w * w * cn

            phi = brentq(lambda p, g=forces: g(p)[0], 1e-4, 1.2, xtol=1e-12)
            thrust += 0.0145 * chord * wide * forces(phi)[1]
        return thrust

    rows_root = float(blade.radius[0]) * 0.605
    kernel = best(rounds, lambda: axial_loads(blade, table, **told))
    slow = best(2, plain)
    error = plain() / axial_loads(blade, table, **told).thrust - 1.0
    return {
        "one rotor at one pitch [ms]": kernel, "the same by brentq over numpy [ms]": slow,
        "times faster": slow / kernel, "difference of thrust": float(error),
    }  # fmt: skip


def margins() -> dict[str, Any]:
    """Powers and margins of Ingenuity's weight by density, rotor speed and airfoil data."""
    out: dict[str, Any] = {"density [kg/m3]": " ".join(f"{each:8.4f}" for each in DENSITIES)}
    for name in AIRFOILS:
        for rpm in (2537.0, 2700.0, 2800.0):
            found = trim(Rotorcraft(), density=DENSITIES, temperature=223.0, rpm=rpm, airfoil=name)
            margin = " ".join(f"{each:8.0%}" for each in found.margin)
            power = " ".join(f"{each:8.0f}" for each in found.power)
            out[f"thrust margin, {name}, {rpm:.0f} rpm"] = margin
            out[f"shaft power [W], {name}, {rpm:.0f} rpm"] = power
    return out


if __name__ == "__main__":
    main()
