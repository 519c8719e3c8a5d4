"""Published figures, computed again: the same table serves the command line, tests and reports.

`published.toml` holds one block for each figure. A block either names a function that computes it
(`how = "module:function"`, with `given` as keyword arguments) or a key of a run's summary.json
(`key`, with the mission it belongs to). `tolerance` is a number in the figure's unit, a share such
as "0.5 %", or a list of both, of which the widest counts; `at_most` asks for a bound alone. Times
are UTC texts, with their tolerance in seconds.
"""

from __future__ import annotations

import difflib
import json
import math
import time
import tomllib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from importlib import import_module
from importlib.resources import files
from pathlib import Path
from typing import Any

from marsward.core.errors import DataError, InputError, MarswardError
from marsward.core.quantity import convert
from marsward.core.time import Epoch

TIME = "UTC"


@dataclass(frozen=True)
class Check:
    """One published figure: what it is, how large, how near, and who says so.

    `tolerance` is in `unit`, in seconds for a time; `expected` is 0 for a bound alone.
    """

    topic: str
    name: str
    expected: float | str
    unit: str
    tolerance: float
    source: str
    how: str = ""
    given: Mapping[str, Any] = field(default_factory=dict)
    mission: str = ""
    keys: tuple[str, ...] = ()

    @property
    def on_run(self) -> bool:
        """Whether the figure is read from a run and not computed on its own."""
        return bool(self.keys)

    def row(self, value: float | str | None, seconds: float, trouble: str = "") -> dict[str, Any]:
        """The line of the table for a value in this check's unit."""
        return {
            "topic": self.topic,
            "name": self.name,
            "value": value,
            "unit": self.unit,
            "expected": self.expected,
            "tolerance": self.tolerance,
            "source": f"{self.source} ({trouble})" if trouble else self.source,
            "ok": value is not None and self.met(value),
            "seconds": round(seconds, 4),
        }

    def met(self, value: float | str) -> bool:
        """Whether a value in this check's unit is within the tolerance."""
        if self.unit == TIME:
            off = float(Epoch.utc(str(value)) - Epoch.utc(str(self.expected)))
            return abs(off) <= self.tolerance
        off = float(value) - float(self.expected)
        if self.unit == "deg":
            off = math.remainder(off, 360.0)
        return math.isfinite(off) and abs(off) <= self.tolerance


def run_checks(
    topics: Iterable[str] | None = None, *, run: str | Path | None = None
) -> list[dict[str, Any]]:
    """Compute published figures again.

    Parameters
    ----------
    topics
        Topics to check; all when None.
    run
        Folder of a run, for the topics that are read from one. Without it a run of the built-in
        mission in runs/ is taken where there is one.

    Returns
    -------
    Rows {topic, name, value, unit, expected, tolerance, source, ok, seconds}; `value` is None
    where it could not be had, with the reason in `source`.

    Raises
    ------
    InputError
        An unknown topic, or a topic that is read from a run when there is none.
    """
    wanted = _wanted(topics)
    chosen = [check for check in checks() if check.topic in wanted]
    rows = [_computed(check) for check in chosen if not check.on_run]
    stored = [check for check in chosen if check.on_run]
    folders = {check.mission: _folder(check.mission, run) for check in stored}
    asked = topics is not None
    for mission, folder in folders.items():
        mine = [check for check in stored if check.mission == mission]
        if folder is None:
            if asked and not any(row["topic"] in {c.topic for c in mine} for row in rows):
                raise InputError(
                    f"{' and '.join(sorted({c.topic for c in mine}))} is checked on a run, and "
                    f"runs/{mission} is not there; fly it first: marsward run {mission}"
                )
            continue
        rows += _on_run(mine, folder)
    return sorted(rows, key=lambda row: wanted.index(row["topic"]))


def check_run(run: str | Path) -> list[dict[str, Any]]:
    """Set the numbers of a run beside what is published of its mission.

    Rows as of `run_checks`; empty for a mission of which nothing is published here. Phases that
    were not flown are left out; a number that a flown phase should have given and did not is a
    row that is not ok.

    Raises
    ------
    DataError
        The folder holds no run.
    """
    folder = Path(run)
    name = _mission(folder)
    return _on_run([check for check in checks() if check.on_run and check.mission == name], folder)


def topics() -> list[str]:
    """Every topic, in the order of the table."""
    return list(dict.fromkeys(check.topic for check in checks()))


@lru_cache(maxsize=1)
def checks() -> tuple[Check, ...]:
    """Every published figure, as published.toml has them."""
    text = files("marsward.verify").joinpath("published.toml").read_text(encoding="utf-8")
    return read_checks(text)


def read_checks(text: str) -> tuple[Check, ...]:
    """Checks from the text of a table like published.toml; DataError for a block that is wrong."""
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise DataError(f"the table of published figures is not TOML: {error}") from error
    sources = table.get("source", {})
    return tuple(_check(block, sources) for block in table.get("check", []))


def _check(block: dict[str, Any], sources: dict[str, str]) -> Check:
    name = str(block.get("name", "without a name"))
    try:
        source = " ".join(sources[block["source"]].split())
        expected = 0.0 if "at_most" in block else block["value"]
        unit = block.get("unit", "")
        near = block["at_most"] if "at_most" in block else _tolerance(block["tolerance"], expected)
        keys = block.get("key", [])
        topic = block["topic"]
    except KeyError as error:
        raise DataError(f"published figure {name!r} lacks {error}") from error
    return Check(
        topic=topic, name=name, expected=expected, unit=unit, tolerance=float(near), source=source,
        how=block.get("how", ""), given=block.get("given", {}), mission=block.get("mission", ""),
        keys=(keys,) if isinstance(keys, str) else tuple(keys),
    )  # fmt: skip


def _tolerance(given: Any, expected: Any) -> float:
    """The widest of the tolerances given, shares of the expected value included."""
    widest = 0.0
    for each in given if isinstance(given, list) else [given]:
        if isinstance(each, str):
            widest = max(widest, 0.01 * float(each.removesuffix("%")) * abs(float(expected)))
        else:
            widest = max(widest, float(each))
    return widest


def _wanted(asked: Iterable[str] | None) -> list[str]:
    known = topics()
    if asked is None:
        return known
    wanted = list(dict.fromkeys(asked))
    for topic in wanted:
        if topic not in known:
            near = difflib.get_close_matches(topic, known, n=1)
            hint = f"did you mean {near[0]!r}? " if near else ""
            raise InputError(f"no topic is called {topic!r}; {hint}topics: {', '.join(known)}")
    return wanted


def _computed(check: Check) -> dict[str, Any]:
    """One figure from its function."""
    begun = time.perf_counter()
    trouble, value = "", None
    try:
        value = _function(check.how)(**check.given)
    except (MarswardError, ArithmeticError, ImportError, AttributeError) as error:
        trouble = f"could not be computed: {error}"
    return check.row(value, time.perf_counter() - begun, trouble)


def _function(how: str) -> Callable[..., float | str]:
    module, _, name = how.partition(":")
    return getattr(import_module(module), name)


def _on_run(chosen: list[Check], folder: Path) -> list[dict[str, Any]]:
    """Figures from the summaries of a run's phases; phases not flown are left out."""
    summaries: dict[str, dict[str, Any]] = {}
    for path in sorted(folder.glob("[0-9]*-*/phase.json")):
        kind = _json(path).get("kind") or path.parent.name.partition("-")[2]
        summaries.setdefault(str(kind), _json(path.with_name("summary.json")))
    if not summaries:
        raise DataError(f"{folder} holds no finished phase; fly one with: marsward run MISSION")
    rows = []
    for check in chosen:
        if check.topic not in summaries:
            continue
        begun = time.perf_counter()
        value, trouble = _read(check, summaries[check.topic])
        rows.append(check.row(value, time.perf_counter() - begun, trouble))
    return rows


def _read(check: Check, summary: Mapping[str, Any]) -> tuple[float | str | None, str]:
    """The value of a check's key in its unit, or None and the reason."""
    entry = next((summary[key] for key in check.keys if key in summary), None)
    if entry is None:
        return None, f"the run gives no {' or '.join(check.keys)}"
    value, unit = entry.get("value"), str(entry.get("unit") or "")
    if check.unit == TIME:
        return (str(value), "") if isinstance(value, str) else (None, "the run gives no time")
    if not isinstance(value, int | float) or isinstance(value, bool):
        return None, f"the run gives {value!r}"
    try:
        return float(convert(float(value), _unit(unit), _unit(check.unit))), ""
    except InputError as error:
        return None, str(error)


def _unit(unit: str) -> str:
    return "" if unit in ("1", "dimensionless") else unit


def _folder(mission: str, run: str | Path | None) -> Path | None:
    """The run to read for a mission: the one given, else runs/NAME where it stands."""
    if run is not None:
        return Path(run) if _mission(Path(run)) == mission else None
    folder = Path("runs") / mission
    return folder if any(folder.glob("[0-9]*-*/phase.json")) else None


def _mission(folder: Path) -> str:
    """The name of the mission that a run flew."""
    try:
        text = (folder / "mission.toml").read_text(encoding="utf-8")
        return str(tomllib.loads(text).get("name", ""))
    except (OSError, ValueError) as error:
        raise DataError(f"{folder} is not the folder of a run: {error}") from error


def _json(path: Path) -> dict[str, Any]:
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise DataError(f"{path} cannot be read: {error}; fly the phase again") from error
    return found if isinstance(found, dict) else {}
