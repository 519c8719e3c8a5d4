"""A run folder as the views read it: phases, products, summaries; nothing is computed here.

Whatever is not in the folder raises `Missing`, and the page then says so in that place.
"""

import json
import re
import tomllib
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr

from marsward.core.errors import DataError

_TO_SI = {
    "deg": np.pi / 180, "arcmin": np.pi / 10_800, "arcsec": np.pi / 648_000, "mrad": 1e-3,
    "km": 1e3, "au": 149_597_870_700.0, "km/s": 1e3, "mm/s": 1e-3, "%": 0.01, "ms": 1e-3,
    "d": 86_400.0, "h": 3600.0, "km2/s2": 1e6,
}  # fmt: skip
_PHASE_FOLDER = re.compile(r"^(\d{2,})-([A-Za-z0-9_.-]+)$")


class Missing(DataError):
    """A product or a value that a view needs is not in the run folder."""


class NotFlown(Missing):
    """The instrument behind a product was not flown, so that there is nothing to show."""


@dataclass(frozen=True)
class StoredPhase:
    """One finished phase of a run, as it lies on disk."""

    folder: Path
    number: int
    name: str
    _open: dict[str, xr.Dataset] = field(default_factory=dict, repr=False, compare=False)

    @cached_property
    def about(self) -> dict[str, Any]:
        """The contents of phase.json: key, seconds, sentence, assumptions, versions."""
        return read_json(self.folder / "phase.json") or {}

    @cached_property
    def summary(self) -> dict[str, dict[str, Any]]:
        """The key numbers, {name: {value, unit, sigma, source}}."""
        return read_json(self.folder / "summary.json") or {}

    @property
    def kind(self) -> str:
        """The kind of phase, "cruise" or "lookback" or another."""
        return str(self.about.get("kind") or self.name)

    @property
    def products(self) -> tuple[str, ...]:
        """Names of the netCDF products in the folder, sorted."""
        return tuple(sorted(path.stem for path in self.folder.glob("*.nc")))

    def product(self, name: str) -> xr.Dataset:
        """The dataset `<folder>/<name>.nc`, opened once; raises Missing when it is not there."""
        if name not in self._open:
            path = self.folder / f"{name}.nc"
            if not path.is_file():
                raise Missing(f"{self.folder.name}/{name}.nc is not in the run")
            try:
                self._open[name] = xr.open_dataset(path, decode_timedelta=False)
            except (OSError, ValueError) as error:
                raise Missing(f"{self.folder.name}/{name}.nc cannot be read: {error}") from error
        return self._open[name]

    def values(self, product: str, *names: str) -> np.ndarray:
        """The values of the first of `names` that the product has; raises Missing if none."""
        dataset = self.product(product)
        for name in names:
            if name in dataset.variables:
                return np.asarray(dataset[name].values)
        if "not_flown" in dataset.attrs:
            raise NotFlown(str(dataset.attrs["not_flown"]))
        raise Missing(f"{self.folder.name}/{product}.nc has no {' or '.join(names)}")

    def texts(self, product: str, *names: str) -> list[str]:
        """The same for text variables, as plain strings."""
        found = self.values(product, *names)
        return [v.decode() if isinstance(v, bytes) else str(v) for v in np.atleast_1d(found)]

    def si(self, *keys: str) -> float | None:
        """The first of `keys` in the summary, in SI (radians, parts of one); None without it."""
        for key in keys:
            entry = self.summary.get(key)
            if entry is not None and isinstance(entry.get("value"), int | float):
                return float(entry["value"]) * _TO_SI.get(str(entry.get("unit")), 1.0)
        return None

    def text_of(self, *keys: str) -> str:
        """The text value of the first of `keys` in the summary; raises Missing if none."""
        for key in keys:
            entry = self.summary.get(key)
            if entry is not None and entry.get("value") is not None:
                return str(entry["value"])
        raise Missing(f"{self.folder.name}/summary.json has no {' or '.join(keys)}")

    def close(self) -> None:
        """Close the products that were opened."""
        for dataset in self._open.values():
            dataset.close()
        self._open.clear()


@dataclass(frozen=True)
class StoredRun:
    """A run folder with its finished phases in their order."""

    folder: Path
    phases: tuple[StoredPhase, ...]

    @classmethod
    def open(cls, folder: str | Path) -> "StoredRun":
        """Open a run folder; raises DataError when it holds no finished phase."""
        folder = Path(folder)
        if not folder.is_dir():
            raise DataError(f"{folder} is not a folder; give the folder of a run, runs/NAME")
        phases = []
        for path in sorted(folder.iterdir()):
            match = _PHASE_FOLDER.match(path.name)
            if match and (path / "phase.json").is_file():
                phases.append(StoredPhase(path, int(match[1]), match[2]))
        if not phases:
            raise DataError(
                f"{folder} holds no finished phase to report; fly one with: marsward run MISSION"
            )
        return cls(folder, tuple(phases))

    @cached_property
    def mission(self) -> dict[str, Any]:
        """The mission file as it was given."""
        return read_toml(self.folder / "mission.toml") or {}

    @cached_property
    def lock(self) -> dict[str, Any]:
        """The mission file with every default that was used."""
        return read_toml(self.folder / "mission.lock.toml") or {}

    @cached_property
    def provenance(self) -> dict[str, Any]:
        """Version, inputs and their hashes."""
        return read_json(self.folder / "provenance.json") or {}

    @cached_property
    def checks(self) -> list[dict[str, Any]] | None:
        """The rows of verify.json, or None when the run was not checked."""
        found = read_json(self.folder / "verify.json")
        if isinstance(found, dict):
            found = found.get("checks")
        return found if isinstance(found, list) else None

    @property
    def title(self) -> str:
        """The mission's title."""
        return str(self.mission.get("title") or self.mission.get("name") or self.folder.name)

    def phase(self, kind: str) -> StoredPhase | None:
        """The first phase of a kind, or None."""
        return next((phase for phase in self.phases if phase.kind == kind), None)

    def close(self) -> None:
        """Close every product."""
        for phase in self.phases:
            phase.close()


def read_json(path: Path) -> Any:
    """The contents of a JSON file, None when it is absent or broken."""
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None


def read_toml(path: Path) -> dict[str, Any] | None:
    """The contents of a TOML file, None when it is absent or broken."""
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
