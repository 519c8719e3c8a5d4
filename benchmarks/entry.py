"""Entries through a table of air: ours beside scipy's solve_ivp with a compiled right-hand side.

    python benchmarks/entry.py [--count 10000] [--scipy 30] [--rtol 1e-8] [--json]

Both fly the same ballistic and lifting entries (5.33 km/s, -15.5 deg, scattered as in a Monte
Carlo) through one column of Mars-GRAM to 420 m/s. scipy (RK45, the same pair of Dormand and Prince,
and DOP853) calls the same compiled forces as we do, with the same tolerances for position, velocity
and heat, and finds the same trigger by its own events. Seconds are those of one core, `--scipy` of
the members are timed there. Positions are compared with DOP853 at 1e-12.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import time
from collections.abc import Callable, Iterator

for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "NUMBA_NUM_THREADS"):
    os.environ.setdefault(_name, "1")

from importlib.resources import files  # noqa: E402

import numpy as np  # noqa: E402
from scipy.integrate import solve_ivp  # noqa: E402

from marsward.vehicles.capsule import Capsule  # noqa: E402
from marsward.vehicles.entry import Entries, enter  # noqa: E402
from marsward.vehicles.entry_air import EntryAir  # noqa: E402
from marsward.vehicles.entry_scatter import EntryScatter  # noqa: E402
from marsward.vehicles.flight_state import FlightState  # noqa: E402
from marsward.vehicles.kernels.entry_motion import SEEN, motion  # noqa: E402

SPEED, GROUND = 420.0, -2570.0


def column() -> EntryAir:
    """The shipped column of Mars-GRAM up to 140 km, as it stands, and straight on below 0."""
    path = files("marsward.data") / "assets" / "mars_gram_column.csv"
    table = np.genfromtxt(str(path), delimiter=",", names=True)
    z, log_rho = table["height_km"] * 1e3, np.log(table["density"])
    step = z[1] - z[0]
    keep = z <= 140e3
    low = z[0] - step * np.arange(10, 0, -1)
    below = log_rho[0] + (log_rho[1] - log_rho[0]) / step * (low - z[0])
    winds = [np.r_[np.full(10, table[n][0]), table[n][keep]]
             for n in ("temperature", "eastward_wind", "northward_wind")]  # fmt: skip
    return EntryAir(np.r_[low, z[keep]], np.r_[below, log_rho[keep]], *winds)


def members(count: int) -> tuple[FlightState, EntryScatter]:
    """A Monte Carlo of entries."""
    rng = np.random.default_rng(1)
    state = FlightState.of(
        lon=65.0, lat=18.4, radius=3_522_200.0, speed=5330.0 + rng.normal(0.0, 2.0, count),
        azimuth=100.0, angle=-15.5 + rng.normal(0.0, 0.05, count),
    )  # fmt: skip
    factors = 1.0 + 0.03 * rng.standard_normal((2, count))
    return state, EntryScatter(
        density=np.exp(0.05 * rng.standard_normal(count)), drag=factors[0], lift=factors[1]
    )


def with_scipy(entries: Entries, member: int, method: str, rtol: float) -> np.ndarray:
    """One member by solve_ivp: its state at the trigger."""
    flight = entries.flight
    seen, dy = np.empty(SEEN), np.empty(8)
    bank = float(flight.bank[member])
    held = (
        math.sin(bank), math.cos(bank), flight.planet, flight.grid, flight.density[0],
        flight.weather[0], flight.craft[member], flight.table,
    )  # fmt: skip

    def rate(_: float, y: np.ndarray) -> np.ndarray:
        motion(y, *held, dy, seen)
        return dy.copy()

    def trigger(_: float, y: np.ndarray) -> float:
        return math.sqrt(y[3] * y[3] + y[4] * y[4] + y[5] * y[5]) - SPEED

    trigger.terminal = True  # type: ignore[attr-defined]
    start = np.r_[flight.start[member], 0.0, 0.0]
    size = np.r_[np.full(3, 3.4e6), np.full(3, 1e3), 1e6, 1e6]
    done = solve_ivp(
        rate, (0.0, 2000.0), start, method, events=trigger, rtol=rtol, atol=rtol * 1e-3 * size
    )
    return np.asarray(done.y_events[0][0])


def best(work, repeats: int = 3) -> float:
    """Least CPU seconds of several calls."""
    least = math.inf
    for _ in range(repeats):
        start = time.process_time()
        work()
        least = min(least, time.process_time() - start)
    return least


def compare(name: str, bank: float, capsule: Capsule, options: argparse.Namespace) -> dict:
    """One kind of entry, ours and scipy's."""
    air = column()
    state, scatter = members(options.count)

    def ours(rtol: float = options.rtol) -> Entries:
        return enter(state, capsule, air, bank=bank, until_speed=SPEED, ground=GROUND,
                     scatter=scatter, rtol=rtol)  # fmt: skip

    flown = ours()
    row: dict = {"case": name, "count": options.count}
    row["ours_per_s"] = options.count / best(ours)
    row["steps"], row["refused"] = (float(each) for each in flown.steps.mean(axis=0))
    some = range(options.scipy)
    for method in ("RK45", "DOP853"):
        spent = best(lambda m=method: [with_scipy(flown, i, m, options.rtol) for i in some], 2)
        row[f"scipy_{method}_per_s"] = options.scipy / spent
        row[f"ratio_{method}"] = row["ours_per_s"] / row[f"scipy_{method}_per_s"]
    exact = np.array([with_scipy(flown, i, "DOP853", 1e-12) for i in some])
    off = np.linalg.norm(flown.results[: options.scipy, :3] - exact[:, :3], axis=1)
    row["position_error_m"] = float(off.max())
    heat = flown.heat_load[: options.scipy] / exact[:, 6] - 1.0
    row["heat_load_error"] = float(np.abs(heat).max())
    return row


def main() -> None:
    """Print one row for each kind of entry."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--count", type=int, default=10_000)
    parser.add_argument("--scipy", type=int, default=30)
    parser.add_argument("--rtol", type=float, default=1e-8)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    lifting = Capsule(preset="mars-2020")
    ballistic = Capsule(mass="3370 kg", diameter="4.5 m")
    rows = [
        compare("lifting, bank 50 deg", 50.0, lifting, options),
        compare("ballistic", 0.0, ballistic, options),
    ]
    if options.json:
        print(json.dumps(rows, indent=1))
        return
    for row in rows:
        print(row["case"])
        for key, each in row.items():
            if key != "case":
                print(f"  {key:<20} {each:.6g}")


def rows(*, quick: bool = False) -> Iterator[object]:
    """The rows of the page: lifting and ballistic entries beside two methods of solve_ivp."""
    from benchmarks.race import Row, named, published, told

    count, few = (500, 5) if quick else (10_000, 30)
    state, scatter = members(count)
    air = column()
    kinds = (
        ("lifting, bank 50°", 50.0, Capsule(preset="mars-2020")),
        ("ballistic", 0.0, Capsule(mass="3370 kg", diameter="4.5 m")),
    )
    for what, bank, capsule in kinds:

        def ours(bank=bank, capsule=capsule) -> Entries:
            return enter(state, capsule, air, bank=bank, until_speed=SPEED, ground=GROUND,
                         scatter=scatter, rtol=1e-8)  # fmt: skip

        flown = ours()
        for method in ("RK45", "DOP853"):
            peer = f"{named('scipy', 'SciPy')} solve_ivp {method}"

            def row(flown=flown, method=method, ours=ours, peer=peer, what=what) -> Row:
                return _raced(flown, method, few, ours, peer, what)

            yield told(peer, what, f"{count:,} entries ({few})", row)
    yield published(
        "lifting, bank 50°", "rtol 1e-8, down to 10 km", "AMAT 2.3", 1.0 / 12.5, "2026-11-22, same "
        "kind of machine, in an environment of its own (it pins NumPy 1.26 and is under the GPL)",
        item="an entry",
    )  # fmt: skip


def _raced(flown: Entries, method: str, few: int, ours: Callable[[], Entries], peer: str,
           what: str):  # fmt: skip
    from benchmarks.race import Check, Row, race

    some = range(few)
    exact = np.array([with_scipy(flown, i, "DOP853", 1e-12) for i in some])
    there = np.array([with_scipy(flown, i, method, 1e-8) for i in some])

    def apart(places: np.ndarray) -> float:
        return float(np.linalg.norm(places[:few, :3] - exact[:, :3], axis=1).max())

    checks = (
        Check("marsward off DOP853 at 1e-12", apart(flown.results), 1.0, "m"),
        Check("peer", apart(there), 10.0, "m"),
    )
    count = len(flown.results)
    spans = race(
        ours, lambda: [with_scipy(flown, i, method, 1e-8) for i in some], items=(count, few),
        rounds=5, patience=30.0,
    )  # fmt: skip
    return Row(what, f"{count:,} entries ({few}), rtol 1e-8", peer, *spans, checks, "an entry",
               headline=method == "RK45" and "lifting" in what)  # fmt: skip


if __name__ == "__main__":
    main()
