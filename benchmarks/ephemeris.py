"""DE440 states: marsward beside its peers, same epochs, same process, one thread.

    python benchmarks/ephemeris.py [--epochs 100000] [--rounds 7] [--years 1950 2100] [--sorted]

Peers that are not installed are named and left out: spiceypy, brahe, skyfield, jplephem, astropy.
The first table is the error against ``spiceypy.spkgeo`` for every body relative to the barycentre,
the Sun and the Earth; the second is the speed for Mars relative to the Sun, in CPU time of this
process, best of the rounds, each peer called as its users call it: whole arrays where it takes
them, a loop where it does not. Every peer gets the time argument that it likes best, made before
the clock starts.
"""

from __future__ import annotations

import argparse
import json
import os
import tempfile
import time
from collections.abc import Callable, Iterator

for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "NUMBA_NUM_THREADS", "RAYON_NUM_THREADS"):
    os.environ.setdefault(_name, "1")

import numpy as np  # noqa: E402

from marsward.core.time import Epoch  # noqa: E402
from marsward.data.kernel_paths import de440  # noqa: E402
from marsward.dynamics.ephemeris import default_ephemeris  # noqa: E402

BODIES = (0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 199, 299, 399, 301)
OBSERVERS = (0, 10, 399)
YEARS = (1950.0, 2100.0)
DAY = 86400.0


def main() -> None:
    args = _arguments()
    rng = np.random.default_rng(2020)
    et = rng.uniform(*((year - 2000.0) * 365.25 * DAY for year in args.years), args.epochs)
    if args.sorted:
        et.sort()
    errors = list(accuracy(et)) if not args.quick else []
    speeds = list(speed(et, args.rounds))
    if args.json:
        print(json.dumps({"accuracy": errors, "speed": speeds}))
        return
    years = "{:g}-{:g}, {}".format(*args.years, "sorted" if args.sorted else "random order")
    if errors:
        print(f"error against spiceypy.spkgeo, {args.epochs} epochs {years}")
        print(f"{'body':>6} {'wrt':>5} {'position mm':>12} {'velocity um/s':>14}")
        for row in errors:
            print(
                f"{row['body']:>6} {row['wrt']:>5} {row['position_mm']:>12.6f} "
                f"{row['velocity_um_s']:>14.6f}"
            )
    print(f"\nMars barycentre relative to the Sun, {args.epochs} epochs {years}, one thread")
    print(f"{'reader':<44} {'us/state':>9} {'states/s':>12} {'marsward is':>12}")
    for row in speeds:
        if row["us"] is None:
            print(f"{row['name']:<44} {'not installed':>9}")
            continue
        ratio = "" if row["ratio"] is None else f"{row['ratio']:.1f} x"
        print(f"{row['name']:<44} {row['us']:>9.4f} {1e6 / row['us']:>12,.0f} {ratio:>12}")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--epochs", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--years", type=float, nargs=2, default=YEARS)
    parser.add_argument("--sorted", action="store_true", help="epochs in ascending order")
    parser.add_argument("--quick", action="store_true", help="speed only")
    parser.add_argument("--json", action="store_true")
    return parser.parse_args()


def accuracy(et: np.ndarray) -> Iterator[dict]:
    """Largest difference from SPICE for every body and observer."""
    try:
        import spiceypy
    except ImportError:
        return
    spiceypy.furnsh(str(de440()))
    at = Epoch.et(et)
    for observer in OBSERVERS:
        for body in BODIES:
            if body == observer:
                continue
            ours = default_ephemeris().state(body, wrt=observer, at=at)
            theirs = np.array([spiceypy.spkgeo(body, t, "J2000", observer)[0] for t in et]) * 1e3
            off = np.abs(ours - theirs).max(axis=0)
            yield {
                "body": body,
                "wrt": observer,
                "position_mm": float(off[:3].max() * 1e3),
                "velocity_um_s": float(off[3:].max() * 1e6),
            }


def speed(et: np.ndarray, rounds: int) -> Iterator[dict]:
    """CPU time per state; the ratio says how often marsward's call of the same kind fits in it."""
    at = Epoch.et(et)
    ephemeris = default_ephemeris()
    state = _best(lambda: ephemeris.state("mars", wrt="sun", at=at), et.size, rounds)
    place = _best(lambda: ephemeris.position("mars", wrt="sun", at=at), et.size, rounds)
    yield {"name": "marsward Ephemeris.state", "us": state, "ratio": None}
    yield {"name": "marsward Ephemeris.position", "us": place, "ratio": None}
    for name, kind, make in PEERS:
        try:
            call, size = make(et)
        except ImportError:
            yield {"name": name, "us": None, "ratio": None}
            continue
        us = _best(call, size, max(3, rounds // 2))
        yield {"name": name, "us": us, "ratio": us / (state if kind == "state" else place)}


def _best(call: Callable[[], object], size: int, rounds: int) -> float:
    call()
    spent = []
    for _ in range(rounds):
        begun = time.process_time()
        call()
        spent.append(time.process_time() - begun)
    return min(spent) / size * 1e6


def _spkezr(et):
    import spiceypy

    spiceypy.furnsh(str(de440()))
    few = et[: max(1, et.size // 5)].tolist()
    return (lambda: [spiceypy.spkezr("4", t, "J2000", "NONE", "SUN") for t in few]), len(few)


def _cyice(et):
    import spiceypy
    from spiceypy import cyice

    spiceypy.furnsh(str(de440()))
    times = np.ascontiguousarray(et)
    return (lambda: cyice.spkezr_v("4", times, "J2000", "NONE", "SUN")), et.size


def _brahe(et, *, position: bool):
    folder = tempfile.mkdtemp(prefix="brahe-cache-")
    os.environ.setdefault("BRAHE_CACHE", folder)
    import brahe

    brahe.load_spice_kernel(str(de440()))
    days = (51544.5 + et / DAY).tolist()
    epochs = [brahe.Epoch.from_mjd(t, brahe.TimeSystem.TDB) for t in days]
    call = brahe.spk_position if position else brahe.spk_state
    return (lambda: [call(4, 10, epoch) for epoch in epochs]), et.size


def _skyfield(et):
    from skyfield.api import load, load_file

    kernel = load_file(str(de440()))
    times = load.timescale(builtin=True).tdb_jd(2451545.0 + et / DAY)
    difference = kernel["mars barycenter"] - kernel["sun"]
    return (lambda: difference.at(times)), et.size


def _jplephem(et):
    from jplephem.spk import SPK

    kernel = SPK.open(str(de440()))
    mars, sun = kernel[0, 4], kernel[0, 10]
    jd, part = np.full(et.size, 2451545.0), et / DAY

    def call():
        p, v = mars.compute_and_differentiate(jd, part)
        q, w = sun.compute_and_differentiate(jd, part)
        return p - q, v - w

    return call, et.size


def _anise(et):
    from anise import Almanac
    from anise.constants import Frames
    from anise.time import Epoch as Instant

    almanac = Almanac(str(de440()))
    few = [Instant.from_et_seconds(t) for t in et[: max(1, et.size // 5)].tolist()]
    mars, sun = Frames.MARS_BARYCENTER_J2000, Frames.SUN_J2000
    return (lambda: [almanac.translate(mars, sun, t, None) for t in few]), len(few)


def _astropy(et):
    from astropy.coordinates import get_body_barycentric_posvel, solar_system_ephemeris
    from astropy.time import Time

    times = Time(np.full(et.size, 2451545.0), et / DAY, format="jd", scale="tdb")
    solar_system_ephemeris.set(str(de440()))

    def call():
        p, v = get_body_barycentric_posvel("mars", times)
        q, w = get_body_barycentric_posvel("sun", times)
        return p - q, v - w

    return call, et.size


CLOSE, DATES = 30.0, 1500.0
SPANS = ((1950.0, 2100.0, False), (2020.0, 2022.0, True))
# label of a peer: its package, how its answer gives positions (n, 3) [m], and how far these may
# lie from ours [mm]. A microsecond is 24 mm of Mars: seconds of 2100 in one double step by half of
# it, Julian dates in one double (skyfield, brahe) by 40 of them
READ = {
    "spiceypy.spkezr, scalar": ("spiceypy", lambda r: _metres([s[:3] for s, _ in r]), CLOSE),
    "spiceypy.cyice.spkezr_v, vector": ("spiceypy", lambda r: _metres(r[0][:, :3]), CLOSE),
    "anise Almanac.translate": (
        "anise", lambda r: _metres([(o.x_km, o.y_km, o.z_km) for o in r]), CLOSE,
    ),
    "brahe.spk_state": ("brahe", lambda r: np.array(r)[:, :3], DATES),
    "brahe.spk_position": ("brahe", lambda r: np.array(r)[:, :3], DATES),
    "jplephem position and velocity, vector": (
        "jplephem", lambda r: _metres(np.transpose(r[0])), CLOSE,
    ),
    "skyfield position and velocity, vector": (
        "skyfield", lambda r: _metres(np.transpose(r.xyz.km)), DATES,
    ),
    "astropy position and velocity, vector": (
        "astropy", lambda r: np.transpose(r[0].xyz.to_value("m")), CLOSE,
    ),
}  # fmt: skip
PEERS = (
    ("spiceypy.spkezr, scalar", "state", _spkezr),
    ("spiceypy.cyice.spkezr_v, vector", "state", _cyice),
    ("anise Almanac.translate", "state", _anise),
    ("brahe.spk_state", "state", lambda et: _brahe(et, position=False)),
    ("brahe.spk_position", "position", lambda et: _brahe(et, position=True)),
    ("jplephem position and velocity, vector", "state", _jplephem),
    ("skyfield position and velocity, vector", "state", _skyfield),
    ("astropy position and velocity, vector", "state", _astropy),
)


def _metres(places) -> np.ndarray:
    return 1e3 * np.asarray(places, dtype=float)


def rows(*, quick: bool = False) -> Iterator[object]:
    """The rows of the page: every peer at random epochs and at epochs in order."""
    from benchmarks.race import Row, told

    size = 2_000 if quick else 100_000
    for first, last, in_order in SPANS:
        rng = np.random.default_rng(2020)
        et = rng.uniform((first - 2000.0) * 365.25 * DAY, (last - 2000.0) * 365.25 * DAY, size)
        if in_order:
            et.sort()
        words = f"{size:,} epochs {first:g}–{last:g}, {'in order' if in_order else 'at random'}"
        for label, kind, make in PEERS:

            def raced(label=label, kind=kind, make=make, et=et, words=words) -> Row:
                return _raced(label, kind, make, et, words)

            yield told(label, f"Mars {kind}", words, raced)


def _raced(label: str, kind: str, make, et: np.ndarray, words: str):
    from benchmarks.race import Check, Row, named, race

    package, read, limit = READ[label]
    short = label.removeprefix(package).lstrip(". ")
    call, size = make(et)
    at, ephemeris = Epoch.et(et), default_ephemeris()
    ask = ephemeris.state if kind == "state" else ephemeris.position
    apart = read(call()) - ask("mars", wrt="sun", at=at)[:size, :3]
    far = 1e3 * float(np.linalg.norm(apart, axis=1).max())
    ours, theirs = race(
        lambda: ask("mars", wrt="sun", at=at), call, rounds=5, items=(et.size, size)
    )
    return Row(
        f"Mars {kind}", words, f"{named(package)}, {short}", ours, theirs,
        (Check("positions apart", far, limit, "mm"),), item="a state",
        headline="random" in words and label in HEADLINES,
    )  # fmt: skip


HEADLINES = ("spiceypy.cyice.spkezr_v, vector", "brahe.spk_state")


if __name__ == "__main__":
    main()
