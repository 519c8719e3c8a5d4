"""Rows of scripts that print tables of their own: each gets its rows from what it measures.

A script that offers `rows` itself is asked directly; for the others a function here of the same
name calls their parts, or runs them as a process and reads their JSON.
"""

from __future__ import annotations

import json
import re
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from types import ModuleType
from typing import Any

from benchmarks.race import Check, Row, Spent


def rows_of(module: ModuleType, *, quick: bool) -> Iterator[Row]:
    """The rows of a script; raises AttributeError where neither it nor this module has them."""
    name = module.__name__.rpartition(".")[2]
    own: Callable[..., Iterator[Row]] | None = getattr(module, "rows", None)
    if own is not None:
        return iter(own(quick=quick))
    if name not in ADAPTERS:
        raise AttributeError(f"benchmarks/{name}.py offers no rows")
    return ADAPTERS[name](quick)


def asked(script: str, *arguments: str, limit: float = 400.0) -> dict[str, Any]:
    """The JSON that a script prints last, run in a process of its own.

    Raises RuntimeError with the script's last words where it fails.
    """
    command = [sys.executable, "-m", f"benchmarks.{script}", *arguments]
    done = subprocess.run(command, capture_output=True, text=True, timeout=limit)
    if done.returncode:
        raise RuntimeError((done.stderr.strip().splitlines() or ["nothing was said"])[-1])
    found: dict[str, Any] = json.loads(done.stdout.strip().splitlines()[-1])
    return found


def targeting(quick: bool) -> Iterator[Row]:
    """Random voyages aimed at the B-plane, each flown again by the propagator."""
    from benchmarks import targeting as script
    from marsward.core.errors import MarswardError

    drawn = list(script.cases(6 if quick else 50, 2028))
    script.targeted(drawn[0])
    spans, far, late, rounds, failed = [], [], [], [], []
    for case in drawn:
        begin = time.process_time()
        try:
            hit = script.targeted(case)
        except MarswardError as error:
            failed.append(str(error))
            continue
        spans.append(time.process_time() - begin)
        again = script.flown_again(case, hit)
        far.append(max(again[0], hit.miss_km))
        late.append(max(abs(again[1]), abs(hit.miss_s)))
        rounds.append(hit.rounds)
    checks = (
        Check("farthest from the aim", max(far), 1.0, "km"),
        Check("latest", max(late), 1.0, "s"),
        Check("corrections, most", max(rounds), script.MOST),
        Check("not reached", len(failed), 0.0),
    )
    said = f"median of {statistics.median(rounds):g} corrections; GMAT and Tudat, which aim at the "
    said += "B-plane in a full model too, have no wheel for Python 3.11"
    said += "".join(f"; not reached: {each}" for each in failed[:3])
    yield Row(
        "an aim in the B-plane, full model", f"{len(drawn)} random voyages, 2020–2040, from "
        "Lambert's conic", "none", Spent.of(spans), checks=checks, item="a voyage", said=said,
    )  # fmt: skip


def sweep(quick: bool) -> Iterator[Row]:
    """Landings of a sweep on one worker of a cluster and on two."""
    members, repeats = ("200", "1") if quick else ("2000", "3")
    out = asked("sweep", "--members", members, "--repeats", repeats, "--json")
    one, two = (Spent.of(r["wall_s"] / out["members"] for r in out[k]) for k in ("one", "two"))
    busy = min(r["busy"] for k in ("one", "two") for r in out[k])
    unlike = 0.0 if out["same_as_threads"] else 1.0
    lost = 0.0 if out["same_after_a_worker_was_killed"] else 1.0
    yield Row(
        f"{out['members']:,} landings on a cluster of two workers",
        "angle and density drawn, kinds of the mission's own", "the same on one worker", two, one,
        (Check("sweeps that differ from threads", unlike, 0.0),
         Check("sweeps that differ after a worker was killed", lost, 0.0)), "a landing",
        clock="wall",
        said=f"no peer: the ratio is what the second worker brings (workers busy {busy:.0%} of the "
        "time at least)",
    )  # fmt: skip


NO_FILTER = (
    "no peer: nyx offers its filter in Python no more, Orekit's needs Java, Tudat and GMAT have no "
    "wheel for Python 3.11"
)


def navigation(quick: bool) -> Iterator[Row]:
    """Covariances of a whole cruise, and fits of simulated tracking with their honesty."""
    from benchmarks import navigation as script

    head, *lines = script.timings(1 if quick else 3)
    for line in lines:
        what, seconds = line.rsplit(maxsplit=2)[0].strip(), float(line.split()[-2])
        one = Spent(seconds, seconds, seconds, 1)
        yield Row(f"tracking: {what}", head.rstrip(":"), "none", one, item="a cruise",
                  said=NO_FILTER)  # fmt: skip
    runs, day = 10 if quick else 100, script.DAY
    for noise in (None, script.ProcessNoise(5e-10, 3 * day)):
        words = script.consistency(runs, 24.0, noise, 20200804)
        mean, low, high = (
            float(x)
            for x in re.search(r"mean (\S+) \w+ \[(\S+), (\S+)\]", words).groups()  # type: ignore[union-attr]
        )
        each = 1e-3 * float(re.search(r"(\S+) ms a fit", words)[1])  # type: ignore[index]
        check = Check(
            f"squared error of six in sigmas, mean {mean:g}, off the middle of its 95 % band",
            mean - 0.5 * (low + high), 0.5 * (high - low),
        )  # fmt: skip
        yield Row(
            "orbit from 24 days of tracking", f"{runs} runs, range, Doppler, Delta-DOR", "none",
            Spent(each, each, each, 1), checks=(check,), item="a fit",
            said=("batch; " if noise is None else "square-root filter; ") + NO_FILTER,
        )  # fmt: skip


ADAPTERS: dict[str, Callable[[bool], Iterator[Row]]] = {
    "targeting": targeting,
    "navigation": navigation,
    "sweep": sweep,
}
