"""Lambert's problem and launch windows: marsward beside its peers on the same cases.

    python -m benchmarks.window [--quick]

Cases are places of the Earth and Mars at random dates and times of flight, the porkchop is that of
2020, 1000 × 1000 dates. Peers are called as Python users call them: pykep one problem after
another (it has no call for arrays), with the velocities read. Where `import pykep` fails, because
its wheel lacks data files that its trajectory problems read, its compiled core is loaded past them
and the row says so. Answers are compared first: C3 of every solution, of all revolutions asked
for, against pykep's. Times are of the processor, one thread, in turns.
"""

from __future__ import annotations

import argparse
import gc
import importlib
import importlib.util
import os
import sys
import types
from collections.abc import Callable, Iterator
from typing import Any

for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "NUMBA_NUM_THREADS", "RAYON_NUM_THREADS"):
    os.environ.setdefault(_name, "1")

import numpy as np  # noqa: E402

from marsward.core.bodies import body  # noqa: E402
from marsward.core.frames import rotation  # noqa: E402
from marsward.core.time import Epoch  # noqa: E402
from marsward.dynamics.ephemeris import default_ephemeris  # noqa: E402
from marsward.dynamics.lambert import SOLVED, lambert  # noqa: E402
from marsward.dynamics.window import window  # noqa: E402

DAY = 86400.0
GM = float(body("sun").gm)
LAUNCH, ARRIVE = ("2020-06-01", 122.0), ("2020-12-01", 243.0)  # first date, days
LIMIT = 1e-9
SHOWN = ("c3", "v_infinity_arrival")


def states(name: str, at: Epoch) -> np.ndarray:
    """States about the Sun (n, 6) on the ecliptic of J2000, where prograde is about z [m, m/s]."""
    turn = rotation("J2000", "ECLIPJ2000")
    found = default_ephemeris().state(name, wrt="sun", at=at)
    return np.hstack([found[:, :3] @ turn.T, found[:, 3:] @ turn.T])


def cases(count: int, longest: float, seed: int = 7) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """States of the Earth, of Mars, and times of flight [s] at random dates of 2000 to 2040."""
    rng = np.random.default_rng(seed)
    left = Epoch.et(rng.uniform(0.0, 40.0 * 365.25 * DAY, count))
    span = rng.uniform(60.0, longest, count) * DAY
    return states("earth", left), states("mars", left + span), span


def pykep_core() -> tuple[Any, str]:
    """pykep's compiled core, and in words how it was loaded."""
    try:
        return importlib.import_module("pykep"), ""
    except FileNotFoundError:
        for name in [each for each in sys.modules if each.partition(".")[0] == "pykep"]:
            del sys.modules[name]
        found = importlib.util.find_spec("pykep")
        shell = types.ModuleType("pykep")
        shell.__path__ = list(found.submodule_search_locations or ())  # type: ignore[union-attr]
        sys.modules["pykep"] = shell
        return importlib.import_module("pykep.core"), (
            "its wheel lacks data files and does not import; its compiled core is called from "
            "Python as its users call it"
        )


def solved(core: Any, first: list, last: list, spans: list, most: int) -> list[tuple[Any, Any]]:
    """Velocities at both ends of every solution of every case, as pykep gives them."""
    problem = core.lambert_problem
    found = []
    for r0, r1, tof in zip(first, last, spans, strict=True):
        made = problem(r0, r1, tof, GM, False, most)
        found.append((made.v0, made.v1))
    return found


def loop(core: Any, first: list, last: list, spans: list, most: int) -> None:
    """The same without keeping anything, so that no memory is managed on the peer's time."""
    problem = core.lambert_problem
    for r0, r1, tof in zip(first, last, spans, strict=True):
        made = problem(r0, r1, tof, GM, False, most)
        _ = made.v0, made.v1


def families(most: int) -> list[tuple[int, str]]:
    """Revolutions and branch in pykep's order of solutions: 0, 1 left, 1 right, 2 left, …"""
    return [(0, "low")] + [(n, side) for n in range(1, most + 1) for side in ("high", "low")]


def apart(core: Any, count: int, most: int, longest: float) -> tuple[float, int, int]:
    """Greatest relative difference of C3, of how many solutions, and cases of other numbers."""
    earth, mars, span = cases(count, longest)
    legs = [
        lambert(earth[:, :3], mars[:, :3], span, gm=GM, revolutions=n, branch=side)  # type: ignore[arg-type]
        for n, side in families(most)
    ]
    mine = np.array([np.sum((leg.departure - earth[:, 3:]) ** 2, axis=1) for leg in legs])
    peers = solved(core, earth[:, :3].tolist(), mars[:, :3].tolist(), span.tolist(), most)
    theirs = np.full(mine.shape, np.nan)
    for k, (v0, _) in enumerate(peers):
        theirs[: len(v0), k] = np.sum((np.array(v0) - earth[k, 3:]) ** 2, axis=1)
    ours_has = np.array([leg.status == SOLVED for leg in legs])
    both = ours_has & np.isfinite(theirs)
    return (
        float(np.max(np.abs(mine[both] / theirs[both] - 1.0))),
        int(both.sum()),
        int(np.sum((ours_has != np.isfinite(theirs)).any(axis=0))),
    )


def single(core: Any, said: str, quick: bool) -> Iterator[Any]:
    """Arrays of cases below one revolution, and of all flights up to two."""
    from benchmarks.race import Check, Row, named, race

    many, few = (20_000, 500) if quick else (1_000_000, 20_000)
    checked = 1000 if quick else 100_000
    peer = named("pykep") + ", from Python"
    for most, longest in ((0, 700.0), (2, 2500.0)):
        worst, number, other = apart(core, checked, most, longest)
        checks = (
            Check(f"C3 of {number:,} solutions, relative", worst, LIMIT),
            Check(f"cases of {checked:,} with another number of solutions", float(other), 0.0),
        )
        earth, mars, span = cases(many, longest, seed=11)
        given = [np.ascontiguousarray(each) for each in (earth[:, :3], mars[:, :3], span)]
        lists = [each[:few].tolist() for each in given]

        def ours(given: Any = given, most: int = most) -> None:
            for n, side in families(most):
                lambert(*given, gm=GM, revolutions=n, branch=side)  # type: ignore[arg-type]

        def theirs(lists: Any = lists, most: int = most) -> None:
            loop(core, *lists, most)

        what = "Lambert, less than one revolution" if most == 0 else (
            f"Lambert, all flights up to {most} revolutions"
        )  # fmt: skip
        gc.freeze()  # what stands is not to be searched on the peer's time
        spans = race(ours, theirs, rounds=7, items=(many, few))
        yield Row(
            what, f"arrays of {many:,} cases, Earth to Mars", peer, *spans, checks=checks,
            item="a case", said=said, headline=True,
        )  # fmt: skip


def grid_dates(count: int) -> tuple[Epoch, Epoch]:
    """Dates of launch and arrival of the window of 2020."""
    made = [
        Epoch.utc(first) + np.linspace(0.0, days * DAY, count) for first, days in (LAUNCH, ARRIVE)
    ]
    return made[0], made[1]


def porkchops(core: Any, said: str, quick: bool) -> Iterator[Any]:
    """The window of 2020, ephemeris included in ours and made before the clock for the peer."""
    from benchmarks.race import Check, Row, named, race

    count = 60 if quick else 1000
    launch, arrive = grid_dates(count)
    earth, mars = states("earth", launch), states("mars", arrive)
    r0, r1 = earth[:, :3].tolist(), mars[:, :3].tolist()
    left, come = launch.et.tolist(), arrive.et.tolist()

    def theirs() -> np.ndarray:
        problem = core.lambert_problem
        out = np.empty((count, count, 2))
        for j in range(count):
            ends = []
            for i in range(count):
                made = problem(r0[j], r1[i], come[i] - left[j], GM)
                ends.append((made.v0[0], made.v1[0]))
            away, into = np.array(ends).swapaxes(0, 1)
            out[j, :, 0] = np.sum((away - earth[j, 3:]) ** 2, axis=1)
            out[j, :, 1] = np.sqrt(np.sum((into - mars[:, 3:]) ** 2, axis=1))
        return out

    def ours(quantities: Any = SHOWN) -> Any:
        return window("earth", "mars", launch=launch, arrive=arrive, quantities=quantities)

    peer, mine = theirs(), ours()
    checks = tuple(
        Check(
            f"{name}, relative",
            float(np.max(np.abs(mine[name].values / peer[..., k] - 1.0))),
            LIMIT,
        )
        for k, name in enumerate(SHOWN)
    )
    inputs = f"{count} × {count} dates of 2020"
    them = named("pykep") + ", from Python, ephemeris hoisted"
    for what, quantities in (
        ("porkchop of C3 and arrival speed, ephemeris included", SHOWN),
        ("porkchop with all eleven quantities, ephemeris included", None),
    ):
        spans = race(
            lambda q=quantities: ours(q), theirs, rounds=3, warm=True, often=5, patience=40.0
        )
        yield Row(what, inputs, them, *spans, checks=checks, item="a grid", said=said,
                  headline=quantities is not None)  # fmt: skip


def others(quick: bool) -> Iterator[Any]:
    """Further solvers, below one revolution."""
    from benchmarks.race import Check, Row, named, race, told

    many = 20_000 if quick else 1_000_000
    earth, mars, span = cases(many, 700.0, seed=11)
    what, inputs = "Lambert, less than one revolution", f"arrays of {many:,} cases, Earth to Mars"

    def one(package: str, label: str, few: int, make: Callable[[int], Callable[[], Any]]) -> Any:
        def row() -> Any:
            theirs = make(few)
            velocities = np.asarray(theirs())
            legs = lambert(earth[:few, :3], mars[:few, :3], span[:few], gm=GM)
            c3, want = (
                np.sum((v - earth[:few, 3:]) ** 2, axis=1) for v in (legs.departure, velocities)
            )
            worst = float(np.max(np.abs(c3 / want - 1.0)))
            check = Check(f"C3 of {few:,} cases, relative", worst, 1e-6)
            spans = race(lambda: lambert(earth[:, :3], mars[:, :3], span, gm=GM), theirs, rounds=5,
                         items=(many, few))  # fmt: skip
            return Row(what, inputs, named(package, label), *spans, checks=(check,), item="a case")

        return told(label, what, inputs, row)

    yield one(
        "boinor", "boinor, compiled izzo in a loop,", 2000 if quick else 20_000,
        _boinor(earth, mars, span),
    )  # fmt: skip
    yield _rust(quick)
    yield one(
        "lamberthub", "lamberthub, izzo2015,", 200 if quick else 2000, _hub(earth, mars, span)
    )


def _boinor(earth: np.ndarray, mars: np.ndarray, span: np.ndarray) -> Callable[[int], Any]:
    def make(few: int) -> Callable[[], Any]:
        from boinor.core.iod import izzo

        def call() -> np.ndarray:
            km = 1e-3
            return 1e3 * np.array([
                izzo(GM * 1e-9, km * earth[k, :3], km * mars[k, :3], span[k], 0, True, True, 35,
                     1e-10)[0]
                for k in range(few)
            ])  # fmt: skip

        return call

    return make


def _rust(quick: bool) -> Any:
    """lambert-rs takes every time of flight with every pair of places."""
    from benchmarks.race import Check, Row, named, race, told

    pairs, spans = (50, 40) if quick else (500, 400)
    what, inputs = "Lambert, less than one revolution", f"{pairs} pairs of places × {spans} times"

    def row() -> Row:
        from lambert_rs import lambert_izzo_vec

        earth, mars, _ = cases(pairs, 700.0, seed=11)
        tof = np.linspace(100.0, 600.0, spans) * DAY
        r0, r1 = (np.ascontiguousarray(1e-3 * each[:, :3]) for each in (earth, mars))

        def theirs() -> np.ndarray:
            found = lambert_izzo_vec(r0, r1, tof, 0, False, mu=GM * 1e-9)
            return 1e3 * np.asarray(found.v1, dtype=float).reshape(pairs, spans, 3)

        def ours() -> np.ndarray:
            return lambert(earth[:, None, :3], mars[:, None, :3], tof, gm=GM).departure

        c3, want = (np.sum((v - earth[:, None, 3:]) ** 2, axis=-1) for v in (ours(), theirs()))
        check = Check("C3, relative", float(np.max(np.abs(c3 / want - 1.0))), 1e-6)
        times = race(ours, theirs, rounds=5, items=(c3.size, c3.size))
        peer = named("lambert-rs") + ", lambert_izzo_vec"
        return Row(what, inputs, peer, *times, checks=(check,), item="a case")

    return told("lambert-rs", what, inputs, row)


def _hub(earth: np.ndarray, mars: np.ndarray, span: np.ndarray) -> Callable[[int], Any]:
    def make(few: int) -> Callable[[], Any]:
        from lamberthub import izzo2015

        def call() -> np.ndarray:
            return np.array([
                izzo2015(GM, earth[k, :3], mars[k, :3], span[k], rtol=1e-12, atol=1e-14)[0]
                for k in range(few)
            ])  # fmt: skip

        return call

    return make


def rows(*, quick: bool = False) -> Iterator[object]:
    """The rows of the page."""
    from benchmarks.race import Row

    try:
        core, said = pykep_core()
    except ImportError as missing:
        yield Row("Lambert and porkchop", "", "pykep", said=f"not to be had here: {missing}")
    else:
        yield from single(core, said, quick)
        yield from porkchops(core, said, quick)
    yield from others(quick)


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="tiny inputs")
    for row in rows(quick=parser.parse_args().quick):
        found: Any = row
        ratio = "" if found.ratio is None else "{:.1f} x ({:.1f} to {:.1f})".format(*found.ratio)
        print(f"{found.what}\n    {found.inputs}; {found.peer}: {ratio} {found.said}")
        for name, spent in (("marsward", found.ours), ("peer", found.theirs)):
            if spent is not None:
                print(f"    {name:<9} {spent.median * 1e6:12.4f} us {found.item}", end="")
                print(f" ({spent.least * 1e6:.4f} to {spent.most * 1e6:.4f})")
        for check in found.checks:
            print(f"    {check.what}: {check.found:.3g} (limit {check.limit:g})")


if __name__ == "__main__":
    main()
