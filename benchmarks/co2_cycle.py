"""The CO2 cycle: how fast it runs, and what it says where landers stood.

    python benchmarks/co2_cycle.py [--fit FILE]

Prints the cost of a year of 60 bands and of the shipped climate, the closure of the CO2 budget, the
caps, pressures at landers beside published sol means, and the predicted sol mean at 4.50 N,
135.62 E, -2614 m every 10 degrees of Ls. With --fit (the daily table of REMS) the calibration is
made again and timed. Times are of one core, process time.

Sol means of the Viking landers stand in marsward.planet.lander_pressure.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from marsward.physics.co2_cycle import Bands, Co2Cycle, Co2Model
from marsward.planet.climate import Climate
from marsward.planet.lander_pressure import PUBLISHED as READ

# Planetocentric latitude and east longitude [deg], height over the areoid [m].
SITES = {
    "Viking 1": (22.27, 312.05, -3627.0),
    "Viking 2": (47.67, 134.28, -4505.0),
    "Curiosity": (-4.59, 137.44, -4501.0),
    "4.50 N 135.62 E": (4.50, 135.62, -2614.0),
    "Jezero": (18.44, 77.45, -2570.0),
}
# Extremes of sol means [Pa at Ls]: bins above, and the single sols that stand out.
EXTREMES = {
    "Viking 1": ("least 684.6 at 142.5 (sol: 676.9 at 148.1), most 890.7 at 262.5 (sol: 905.5 at "
                 "252.7), second 831.5 at 52.5"),
    "Viking 2": ("least 743.8 at 142.5 (sol: 735.7 at 155.1), most 986.4 at 262.5 (sol: 1019.8 at "
                 "284.8), second 904.2 at 52.5"),
}  # fmt: skip


def cost() -> None:
    """Seconds of a year, and the closure of ten."""
    model = Co2Model(Bands.even(60, elevation=np.linspace(1500.0, -4500.0, 60)))
    run = model.run(Co2Cycle(), years=1)
    best = np.inf
    for _ in range(3):
        start = time.process_time()
        model.run(Co2Cycle(), years=1, start=run.state, spin_up=0)
        best = min(best, time.process_time() - start)
    ten = model.run(Co2Cycle(), years=10, start=run.state, spin_up=0)
    print(f"one year of 60 bands          {best:.3f} s")
    print(f"CO2 budget over ten years     {np.abs(ten.residual).max():.1e} of the total")
    print(f"energy of every band          {np.abs(ten.energy_residual).max():.1e} of what came in")


def landers(now: Climate) -> None:
    """Pressures beside published ones."""
    season = np.arange(0.0, 360.0, 1.0)
    for name, table in READ.items():
        lat, lon, height = SITES[name]
        here = now.pressure(season, lat, lon, height)
        early = season < 120.0
        low, high, second = here.argmin(), here.argmax(), np.where(early, here, 0.0).argmax()
        print(
            f"\n{name}, predicted: least {here[low]:.1f} at {season[low]:.0f}, most "
            f"{here[high]:.1f} at {season[high]:.0f}, second {here[second]:.1f} at "
            f"{season[second]:.0f}\n  published: {EXTREMES[name]}"
        )
        off = now.pressure(table[:, 0], lat, lon, height) / table[:, 1] - 1.0
        print(f"  against bins: mean {off.mean():+.2%}, rms {np.sqrt(np.mean(off**2)):.2%}")
        print(
            "  "
            + " ".join(f"{x:.0f}:{100 * y:+.1f}" for x, y in zip(table[:, 0], off, strict=True))
        )
    lat, lon, height = SITES["4.50 N 135.62 E"]
    season = np.arange(0.0, 360.0, 10.0)
    here = now.pressure(season, lat, lon, height)
    sigma = now.pressure_sigma(season, lat, lon, height)
    print("\nsol mean at 4.50 N 135.62 E, -2614 m [Pa]")
    for row in range(0, 36, 6):
        told = (f"{season[k]:3.0f}: {here[k]:5.1f} +- {sigma[k]:3.1f}" for k in range(row, row + 6))
        print("  " + "   ".join(told))


def rows(*, quick: bool = False) -> Iterator[object]:
    """The rows of the page: a year of the caps, its budget, the pressures of the landers."""
    from benchmarks.race import Check, published, timed

    model = Co2Model(Bands.even(60, elevation=np.linspace(1500.0, -4500.0, 60)))
    run = model.run(Co2Cycle(), years=1)
    ten = model.run(Co2Cycle(), years=2 if quick else 10, start=run.state, spin_up=0)
    now = Climate.shipped()
    checks = [Check("CO2 budget", float(np.abs(ten.residual).max()), 1e-12, "of the total")]
    for name, table in READ.items():
        off = now.pressure(table[:, 0], *SITES[name]) / table[:, 1] - 1.0
        rms = 100.0 * float(np.sqrt(np.mean(off**2)))
        checks.append(Check(f"{name}, never fitted, rms", rms, 2.0, "%"))
    spent = timed(lambda: model.run(Co2Cycle(), years=1, start=run.state, spin_up=0), rounds=5)
    what = "a year of the caps and of the pressure"
    for label, seconds, source in ELSEWHERE:
        yield published(what, "60 bands of latitude, one year", label, seconds, source, ours=spent,
                        checks=tuple(checks), item="a year")  # fmt: skip


# no ratio: circulation models have winds and weather, which ours has not
ELSEWHERE = (
    ("NASA Ames legacy circulation model, 60 × 36, 24 levels, -O3", None, "9.4 hours a Mars year "
     "on the same kind of machine, 2026-11-22; it has winds and weather, which ours has not, and "
     "is what the pressure is otherwise fitted with; in no registry"),
    ("Mars PCM, MarsWRF", None, "in no registry; Guo et al. 2009 "
     "fitted the pressure by 6 to 11 runs of a circulation model"),
)  # fmt: skip


def main() -> None:
    """Print all."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--fit", type=Path, default=None)
    asked = parser.parse_args()
    cost()
    start = time.process_time()
    now = Climate.shipped()
    print(f"shipped climate, made anew    {time.process_time() - start:.3f} s")
    caps = now.run.caps
    edge = now.run.cap_edge()
    for name, k in (("south", 0), ("north", 1)):
        print(
            f"{name} cap  {caps[k].max() / 1e15:.2f}e15 kg at Ls "
            f"{now.run.ls[caps[k].argmax()]:.0f}, edge at {edge[k].min():.1f} deg"
        )
    landers(now)
    if asked.fit:
        import sys

        sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tools"))
        from make_co2_calibration import fitted

        start = time.process_time()
        fit = fitted(asked.fit, "climatological")[0]
        spent = time.process_time() - start
        print(f"\nfit of five numbers           {spent:.1f} s, rms {fit.rms:.2%}")


if __name__ == "__main__":
    main()
