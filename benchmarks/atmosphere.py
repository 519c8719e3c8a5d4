"""The own climate's air beside Mars-GRAM's column and COSPAR's mean, and the clock.

    python benchmarks/atmosphere.py column    density and temperature by height at Jezero
    python benchmarks/atmosphere.py orbit     density where orbiters fly, by season and solar flux
    python benchmarks/atmosphere.py speed     points per second of one core

`column` prints density over Mars-GRAM's, over what Mars-GRAM's temperatures carry by weight, and
over the mean of the northern hemisphere of COSPAR's reference (Seiff 1982,
doi:10.1016/0273-1177(82)90101-6; here from table XI of NASA JSC-24455, Pitts et al. 1990).
"""

from __future__ import annotations

import argparse
import time

import numpy as np
from numpy.typing import NDArray

from marsward.physics.air import GRAVITY
from marsward.planet.air_tables import geopotential_height
from marsward.planet.atmosphere import Atmosphere, atmosphere
from marsward.planet.column_table_air import mars_gram_table
from marsward.planet.drag_table import mean_density
from marsward.planet.thermosphere import MOLAR_MASS, SPECIES

Array = NDArray[np.float64]
R_STAR = 8.314_462_618_153_24
PLACE = (5.5, 7.25, 77.45, 18.44)
COSPAR = {0: 1.55e-2, 20: 2.63e-3, 40: 3.40e-4, 60: 3.18e-5, 80: 2.29e-6, 100: 1.59e-7}


def carried(table: dict[str, Array]) -> Array:
    """Densities [kg/m3] that the table's temperatures carry by weight."""
    mass = np.sum([table[n] * MOLAR_MASS[n] for n in SPECIES], axis=0)
    rate = GRAVITY * mass / (R_STAR * table["temperature"])
    steps = 0.5 * (rate[1:] + rate[:-1]) * np.diff(geopotential_height(table["height"]))
    fall = np.concatenate([[0.0], np.cumsum(steps)])
    ground = table["density"][0] * R_STAR * table["temperature"][0] / mass[0]
    return np.asarray(ground * np.exp(-fall) * mass / (R_STAR * table["temperature"]))


def column() -> None:
    table = mars_gram_table()
    air = atmosphere().sample(*PLACE, table["height"])
    weight = carried(table)
    print("  km   rho/Mars-GRAM  rho/its T by weight  rho/COSPAR     T   Mars-GRAM T")
    for k in range(0, 241, 10):
        km = round(table["height"][k] / 1e3)
        mean = f"{air.density[k] / COSPAR[km]:10.2f}" if km in COSPAR else " " * 10
        print(
            f"{km:4d} {air.density[k] / table['density'][k]:14.3f} "
            f"{air.density[k] / weight[k]:18.3f} {mean} {air.temperature[k]:9.1f} "
            f"{table['temperature'][k]:9.1f}"
        )
    ratio = np.abs(air.density / table["density"] - 1.0)
    for low, high in ((0, 50), (50, 60), (60, 100)):
        inside = (table["height"] >= 1e3 * low) & (table["height"] <= 1e3 * high)
        print(f"most off Mars-GRAM from {low} to {high} km: {100 * ratio[inside].max():.0f} %")


def orbit() -> None:
    heights = (160e3, 200e3, 251e3, 265e3, 390e3)
    print("F10.7   Ls   " + "  ".join(f"{z / 1e3:8.0f} km" for z in heights) + "   [kg/m3]")
    for flux in (70.0, 100.0, 200.0):
        air = atmosphere(f107=flux)
        for season in (75.0, 255.0):
            rho = mean_density(air, season, heights)
            print(f"{flux:5.0f} {season:5.0f}   " + "  ".join(f"{x:11.2e}" for x in rho))


def rate(air: Atmosphere, points: tuple[Array, ...]) -> float:
    """Points per second of processor time, the best of five."""
    best = np.inf
    for _ in range(5):
        begin = time.process_time()
        air.sample(*points)
        best = min(best, time.process_time() - begin)
    return points[-1].size / best


def speed() -> None:
    rng, n = np.random.default_rng(1), 200_000
    scattered = (
        rng.uniform(0, 360, n), rng.uniform(0, 24, n), rng.uniform(0, 360, n),
        np.degrees(np.arcsin(rng.uniform(-1, 1, n))), rng.uniform(0, 2e5, n),
    )  # fmt: skip
    s = np.linspace(0.0, 1.0, n)
    track = (5.5 + 0 * s, 7.25 + 0 * s, 77.45 - 8 * s, 18.44 + s, 125e3 * (1 - s))
    begin = time.process_time()
    air = atmosphere(slope_winds=False)
    _ = air.tables
    print(f"tables made in {time.process_time() - begin:.1f} s (with the loading of kernels)")
    print(f"along an entry: {rate(air, track):.3g} points/s of one core")
    print(f"all over planet, year and height: {rate(air, scattered):.3g} points/s of one core")
    windy = atmosphere(slope_winds=False, seed=1)
    print(f"along an entry, perturbed: {rate(windy, track):.3g} points/s of one core")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("what", choices=("column", "orbit", "speed"))
    {"column": column, "orbit": orbit, "speed": speed}[parser.parse_args().what]()


if __name__ == "__main__":
    main()
