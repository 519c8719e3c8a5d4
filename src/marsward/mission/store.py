"""A run on disk: its phases, products and key numbers; opens without the simulator."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from marsward.core.errors import DataError, InputError
from marsward.core.product import Product, cannot_write
from marsward.core.registry import unknown

PHASE_FOLDER = re.compile(r"^(\d{2,})-(.+)$")


@dataclass(frozen=True, slots=True)
class FlownPhase:
    """One phase that was flown: its folder and what phase.json says of it."""

    number: int
    name: str
    path: Path
    record: Mapping[str, Any]

    @property
    def key(self) -> str:
        return str(self.record.get("key", ""))

    @property
    def sentence(self) -> str:
        return str(self.record.get("sentence", ""))

    @property
    def products(self) -> dict[str, Path]:
        """Name in the mission to file."""
        listed = self.record.get("products", {})
        return {str(name): self.path / str(file) for name, file in listed.items()}

    @property
    def whole(self) -> bool:
        """Whether every file that was written is there with its size."""
        sizes: Mapping[str, int] = self.record.get("sizes", {})
        for name, size in sizes.items():
            file = self.path / name
            if not file.is_file() or file.stat().st_size != size:
                return False
        return bool(sizes)

    def summary(self) -> dict[str, dict[str, Any]]:
        """Key numbers: name to {value, unit, sigma, source}."""
        return read_json(self.path / "summary.json")


@dataclass(frozen=True, slots=True)
class Run:
    """The folder of a run. `run["trajectory"]` opens a product."""

    path: Path

    @classmethod
    def open(cls, path: str | Path) -> Run:
        """Open the folder of a run.

        Raises
        ------
        InputError
            No such folder, or no run in it.
        """
        if not isinstance(path, str | os.PathLike):
            raise InputError(f"a run is opened by the path of its folder, not {path!r}")
        path = Path(path)
        if not path.is_dir():
            here = Path("runs")
            known = sorted(p.name for p in here.iterdir()) if here.is_dir() else []
            if not path.parent.name and (here / path).is_dir():
                return cls.open(here / path)
            hint = f"; runs/ has: {', '.join(known)}" if known else ""
            raise InputError(f"no run at {path}{hint}")
        if not (path / "mission.lock.toml").is_file():
            raise InputError(f"{path} is not the folder of a run: no mission.lock.toml in it")
        return cls(path)

    @property
    def phases(self) -> tuple[FlownPhase, ...]:
        """Phases that were flown, in order."""
        return tuple(flown_phases(self.path))

    def phase(self, name: str) -> FlownPhase:
        """The flown phase of that name."""
        for each in self.phases:
            if each.name == name:
                return each
        raise InputError(unknown("flown phase", name, [each.name for each in self.phases]))

    def summary(self, phase: str) -> dict[str, dict[str, Any]]:
        """Key numbers of a phase: name to {value, unit, sigma, source}."""
        return self.phase(phase).summary()

    @property
    def products(self) -> dict[str, Path]:
        """Every product, name to file."""
        return {name: file for each in self.phases for name, file in each.products.items()}

    def __getitem__(self, product: str) -> Product:
        files = self.products
        if product not in files:
            raise InputError(unknown(f"product in {self.path}", product, files))
        return Product.open(files[product])

    def __contains__(self, product: object) -> bool:
        return product in self.products

    def __iter__(self) -> Iterator[str]:
        return iter(self.products)

    @property
    def provenance(self) -> dict[str, Any]:
        """Versions, hashes, parents and times of the run."""
        return read_json(self.path / "provenance.json")

    @property
    def report(self) -> Path:
        """Where the report is, or will be."""
        return self.path / "report.html"

    def __str__(self) -> str:
        rows = [f"run {self.path}"]
        for each in self.phases:
            rows.append(f"  {each.number:02d} {each.name}: {each.sentence}")
            rows += [f"       {name}  {file}" for name, file in each.products.items()]
        return "\n".join(rows)


def flown_phases(folder: Path) -> Iterator[FlownPhase]:
    """Finished phases in a run's folder, in the order of their numbers."""
    if not folder.is_dir():
        return
    found = []
    for path in folder.iterdir():
        match = PHASE_FOLDER.match(path.name)
        if match and (path / "phase.json").is_file():
            record = read_json(path / "phase.json")
            found.append(FlownPhase(int(match.group(1)), match.group(2), path, record))
    yield from sorted(found, key=lambda each: (each.number, each.name))


def read_json(path: Path) -> dict[str, Any]:
    """A JSON object from a file of a run.

    Raises
    ------
    DataError
        Missing, or not JSON.
    """
    try:
        return dict(json.loads(path.read_text(encoding="utf-8")))
    except FileNotFoundError as error:
        raise DataError(f"no {path.name} in {path.parent}; fly the phase again") from error
    except (OSError, ValueError, TypeError) as error:
        raise DataError(
            f"{path} cannot be read as JSON: {error}; fly the phase again with --fresh"
        ) from error


def write_text(path: Path, text: str) -> Path:
    """Write a text file whole or not at all."""
    partial = path.with_name(f".{path.name}.partial")
    try:
        partial.write_text(text, encoding="utf-8")
        os.replace(partial, path)
    except OSError as error:
        try:
            partial.unlink(missing_ok=True)
        except OSError:
            raise cannot_write(path, error) from error
        raise cannot_write(path, error) from error
    return path


def write_json(path: Path, content: Any) -> Path:
    """Write JSON whole or not at all; infinite numbers and NaN are refused."""
    text = json.dumps(content, indent=1, ensure_ascii=False, allow_nan=False)
    return write_text(path, f"{text}\n")
