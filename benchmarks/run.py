"""Run the benchmarks beside the peers and write docs/benchmarks.md.

    make bench                              the environment with the peers, all topics, the page
    make bench BENCH="--only rays path"     some topics; the page keeps what others gave before
    python benchmarks/run.py --quick        tiny inputs, a page under build/bench/quick/
    python benchmarks/run.py --resume       topics that are done with the same scripts stay
    python benchmarks/run.py --page         the page alone, from the rows that are kept

Every script runs in a process of its own on one thread and within a bounded time; the rows it has
given by then are kept under build/bench/ as JSON, so that a script that is stopped, fails or dies
costs its remaining rows only, and the page says so in words.
"""

from __future__ import annotations

import argparse
import contextlib
import hashlib
import importlib
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
if __name__ == "__main__":
    sys.path[0] = str(ROOT)  # the scripts' own folder would hide packages of the same names

from benchmarks.adapters import rows_of  # noqa: E402
from benchmarks.machine import machine  # noqa: E402
from benchmarks.page import page, summary  # noqa: E402
from benchmarks.race import Row  # noqa: E402
from benchmarks.topics import TOPICS, Topic, topic  # noqa: E402

KEPT = ROOT / "build" / "bench"
PAGE = ROOT / "docs" / "benchmarks.md"
THREADS = (
    "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS",
    "RAYON_NUM_THREADS", "GDAL_NUM_THREADS",
)  # fmt: skip


def main(arguments: Sequence[str] | None = None) -> int:
    """Run what is asked for; 0 where every script ended well, 1 where some row is missing."""
    given = _arguments(arguments)
    if given.child:
        child(given.child, Path(given.rows), quick=given.quick)
        return 0
    kept = KEPT / "quick" if given.quick else KEPT
    kept.mkdir(parents=True, exist_ok=True)
    chosen = [topic(name) for name in given.only] if given.only else list(TOPICS)
    well = True
    if not given.page:
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that a child is ended too
        begin = time.perf_counter()
        for number, each in enumerate(chosen, 1):
            for script in each.scripts:
                print(f"[{number}/{len(chosen)}] {each.title}: {script} …", flush=True)
                well &= run_script(script, each, kept, given)
        print(f"all in {time.perf_counter() - begin:.0f} s", flush=True)
    target = kept / "benchmarks.md" if given.quick else PAGE
    tables = [(each, gathered(each, kept)) for each in TOPICS]
    target.write_text(page(tables, quick=given.quick), encoding="utf-8")
    (kept / "summary.md").write_text(summary(tables), encoding="utf-8")
    print(f"wrote {target.relative_to(ROOT)} and {(kept / 'summary.md').relative_to(ROOT)}")
    return 0 if well else 1


def run_script(script: str, whose: Topic, kept: Path, given: argparse.Namespace) -> bool:
    """Run one script in its own process; whether it came to its end."""
    file, mark = kept / f"{script}.json", fingerprint(script)
    if given.resume and file.exists():
        before = json.loads(file.read_text())
        if before["ended"] == "" and before["mark"] == mark:
            print(f"    kept from {before['machine']['date']}")
            return True
    lines = kept / f"{script}.rows"
    lines.unlink(missing_ok=True)
    now, begin = machine(), time.perf_counter()
    if not (ROOT / "benchmarks" / f"{script}.py").exists():
        ended = f"the script benchmarks/{script}.py is not there"
    else:
        ended = _in_child(script, lines, whose.limit, given.quick)
    rows, whole = read_rows(lines)
    spent = time.perf_counter() - begin
    told: dict[str, Any] = {
        "script": script, "mark": mark, "machine": now, "seconds": spent, "rows": rows,
        "ended": "" if whole else ended or "it stopped before its last row",
    }  # fmt: skip
    file.write_text(json.dumps(told, indent=1, ensure_ascii=False), encoding="utf-8")
    lines.unlink(missing_ok=True)
    print(f"    {len(rows)} rows in {spent:.0f} s{'' if whole else ': ' + told['ended']}")
    return whole


def _in_child(script: str, lines: Path, limit: float, quick: bool) -> str:
    """Why the process ended before its time, in words; empty where it did not."""
    command = [sys.executable, "-m", "benchmarks.run", "--child", script, "--rows", str(lines)]
    command += ["--quick"] if quick else []
    setting = {**os.environ, **dict.fromkeys(THREADS, "1"), "PYTHONPATH": str(ROOT)}
    with tempfile.TemporaryFile("w+") as words:
        made = subprocess.Popen(
            command, cwd=ROOT, env=setting, stdout=subprocess.DEVNULL, stderr=words,
            start_new_session=True,
        )  # fmt: skip
        try:
            code = made.wait(timeout=limit)
        except subprocess.TimeoutExpired:
            return f"stopped after {limit:.0f} s"
        finally:
            _end(made.pid)
            made.wait()
        words.seek(0)
        last = (words.read().strip().splitlines() or ["nothing was said"])[-1]
    if code < 0:
        return f"the process died of signal {-code}"
    return f"failed: {last[:300]}" if code else ""


def _end(group: int) -> None:
    """End what a script has started and left behind: its whole process group."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(group, signal.SIGKILL)


def child(script: str, lines: Path, *, quick: bool) -> None:
    """Write the rows of a script to a file, line by line as they come."""
    module = importlib.import_module(f"benchmarks.{script}")
    write_rows(rows_of(module, quick=quick), lines)


def write_rows(found: Iterable[Row], lines: Path) -> None:
    """One line of JSON a row, each on the disk before the next is measured; then an end mark."""
    with lines.open("w", encoding="utf-8") as file:
        for row in found:
            file.write(json.dumps(row.to_dict(), ensure_ascii=False) + "\n")
            file.flush()
        file.write('"end"\n')


def read_rows(lines: Path) -> tuple[list[dict[str, Any]], bool]:
    """The rows that were written, and whether the last of them was."""
    rows: list[dict[str, Any]] = []
    if not lines.exists():
        return rows, False
    for line in lines.read_text(encoding="utf-8").splitlines():
        try:
            found = json.loads(line)
        except json.JSONDecodeError:  # the process died while it wrote this line
            return rows, False
        if found == "end":
            return rows, True
        rows.append(found)
    return rows, False


def gathered(each: Topic, kept: Path) -> list[dict[str, Any]]:
    """What is kept of a topic's scripts; one that has not been run yet says so."""
    found = []
    for script in each.scripts:
        file = kept / f"{script}.json"
        if file.exists():
            found.append(json.loads(file.read_text(encoding="utf-8")))
        else:
            found.append({"script": script, "rows": [], "ended": "not run yet", "machine": {}})
    return found


def fingerprint(script: str) -> str:
    """Of the script and of what measures for it."""
    told = hashlib.sha256()
    for name in (script, "adapters", "race"):
        path = ROOT / "benchmarks" / f"{name}.py"
        told.update(path.read_bytes() if path.exists() else b"")
    return told.hexdigest()[:16]


def _arguments(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    names = [each.name for each in TOPICS]
    parser.add_argument("--only", nargs="+", metavar="TOPIC", choices=names, default=[],
                        help="one or several of: " + ", ".join(names))  # fmt: skip
    parser.add_argument("--quick", action="store_true", help="tiny inputs; times mean nothing")
    parser.add_argument("--resume", action="store_true", help="keep topics that are done")
    parser.add_argument("--page", action="store_true", help="write the page alone")
    parser.add_argument("--child", default="", help=argparse.SUPPRESS)
    parser.add_argument("--rows", default="", help=argparse.SUPPRESS)
    return parser.parse_args(arguments)


if __name__ == "__main__":
    raise SystemExit(main())
