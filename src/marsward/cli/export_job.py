"""One export: the run it reads, the folder it writes to, and what each format needs of the run."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from marsward.core.errors import DataError, InputError

if TYPE_CHECKING:
    import xarray as xr

    from marsward.core.trajectory import Trajectory
    from marsward.mission.store import Run

MAKERS = {
    "trajectory": "cruise", "orbit": "capture", "frames": "map", "coverage": "map",
    "mosaic": "map", "sample_frame": "map",
}  # fmt: skip
"""Product to the phase of the built-in missions that makes it."""

ORBITS = ("trajectory", "capture_path", "parking_orbit", "relay_orbit", "orbit")
"""Trajectories that a run may hold, in the order of flight."""


@dataclass(frozen=True)
class Writer:
    """A format: a function of the job that writes files, and the products one of which it needs.

    `takes` gives the products that --product may name where they are not those of `needs`;
    `check` refuses, before anything is written, what the job asks for in vain.
    """

    write: Callable[[Job], list[Path]]
    needs: tuple[str, ...]
    takes: Callable[[Job], Iterable[str]] | None = None
    check: Callable[[Job], object] | None = None


@dataclass(frozen=True)
class Craft:
    """The spacecraft as the mission file of the run has it."""

    name: str
    naif_id: int
    designator: str


@dataclass(eq=False)
class Job:
    """What an export was asked for. `notes` are sentences for the end of the list of files."""

    run: Run
    folder: Path
    product: str | None = None
    step: float | None = None
    time_system: str = "UTC"
    frame: str = "FIXED"
    orbit: int | None = None
    notes: list[str] = field(default_factory=list)
    _held: dict[str, Any] = field(default_factory=dict)

    def admit(self, name: str, writer: Writer) -> None:
        """Refuse a format before anything is written when it cannot give what was asked for.

        Raises
        ------
        InputError
            The product asked for is none that the format takes, or what `check` of it says.
        DataError
            The run lacks what the format needs.
        """
        self.require(name, writer.needs)
        if self.product is not None and not set(writer.needs) <= set(ORBITS):
            takes = tuple(writer.takes(self) if writer.takes else writer.needs)
            if self.product not in takes:
                known = ", ".join(each for each in takes if each in self.run)
                raise InputError(
                    f"--product {self.product} is nothing that {name} writes; leave it out or "
                    f"choose one of: {known}"
                )
        if writer.check is not None:
            writer.check(self)

    def require(self, name: str, needs: Iterable[str]) -> None:
        """Refuse a format before anything is written when the run lacks what it needs."""
        needs = tuple(needs)
        if self.product is not None:
            self.dataset(self.product)
            if set(needs) <= set(ORBITS):
                self.trajectory(self.product)
                return
        if any(each in self.run for each in needs):
            return
        first = needs[-1]
        phase = MAKERS.get(first, "map")
        raise DataError(
            f"{name} needs the product {first!r}, which {self.run.path} does not have; "
            f"make it with: marsward run {self.mission} --until {phase} --out {self.run.path}"
        )

    def dataset(self, product: str) -> xr.Dataset:
        """A product of the run, opened once."""
        return self.once(f"product {product}", lambda: self.run[product].dataset)

    def once(self, name: str, make: Callable[[], Any]) -> Any:
        """What `make` gives, kept for the formats that follow."""
        if name not in self._held:
            self._held[name] = make()
        return self._held[name]

    def trajectory(self, product: str) -> Trajectory:
        """A trajectory of the run.

        Raises
        ------
        InputError
            The product is something else.
        """
        from marsward.core.trajectory import Trajectory

        dataset = self.dataset(product)
        try:
            return Trajectory.from_dataset(dataset)
        except InputError as error:
            known = ", ".join(each for each in ORBITS if each in self.run)
            raise InputError(
                f"--product {product} is no trajectory; choose one of: {known}"
            ) from error

    def wants(self, product: str) -> bool:
        """Whether the run has a product and nothing else was asked for."""
        return product in self.run and self.product in (None, product)

    @property
    def layers(self) -> list[str]:
        """Names of the maps to write: the one asked for, or all of the run."""
        return [each for each in self.grids if self.wants(each)]

    @cached_property
    def grids(self) -> list[str]:
        """Names of the products that lie on a map grid; only their attributes are read."""
        import netCDF4

        found = []
        for name, path in self.run.products.items():
            if not path.is_file():
                continue
            with netCDF4.Dataset(path) as opened:
                if "map_projection" in opened.ncattrs():
                    found.append(name)
        return found

    @property
    def trajectories(self) -> list[str]:
        """Names of the trajectories to write: the one asked for, or all of the run."""
        return [self.product] if self.product else [each for each in ORBITS if each in self.run]

    @property
    def mapping_orbit(self) -> str:
        """Name of the orbit about Mars."""
        return self.product or self._last_orbit  # checked by `require`

    @property
    def _last_orbit(self) -> str:
        return next(each for each in reversed(ORBITS[1:]) if each in self.run)

    @cached_property
    def file(self) -> dict[str, Any]:
        """The mission file of the run, with what was `--set` when it was flown."""
        from marsward.mission.overrides import apply_overrides, dates_as_text

        path = self.run.path / "mission.toml"
        try:
            data = dates_as_text(tomllib.loads(path.read_text(encoding="utf-8")))
        except (OSError, ValueError) as error:
            raise DataError(f"{path} cannot be read: {error}; fly the run again") from error
        if (self.run.path / "provenance.json").is_file():
            apply_overrides(data, self.run.provenance.get("overrides", []), {}, [])
        return data

    @property
    def mission(self) -> str:
        """Name of the mission."""
        return str(self.file.get("name", "mission"))

    @property
    def craft(self) -> Craft:
        """The spacecraft."""
        craft = self.file.get("spacecraft", {})
        return Craft(
            str(craft.get("name", self.mission)),
            int(craft.get("naif_id", -999)),
            str(craft.get("designator", "")),
        )

    @property
    def span(self) -> tuple[str, str] | None:
        """UTC of the first and the last frame, else of the orbit; None when a run has neither."""
        from marsward.core.time import Epoch

        if "frames" in self.run:
            et = self.dataset("frames")["et"].values
            ends = Epoch.et(et.min()), Epoch.et(et.max())
        elif any(each in self.run for each in ORBITS[1:]):
            flight = self.trajectory(self._last_orbit)
            ends = flight.start, flight.stop
        else:
            return None
        return ends[0].isot("utc", 3).rstrip("Z") + "Z", ends[1].isot("utc", 3).rstrip("Z") + "Z"

    @property
    def taken(self) -> str:
        """UTC at which the sample frame was taken; empty where the run does not say."""
        if "sample_frame" not in self.run:
            return ""
        utc = str(self.dataset("sample_frame").attrs.get("utc", ""))
        return f"{utc.replace(' ', 'T').removesuffix('Z')}Z" if utc else ""

    def span_of(self, product: str) -> tuple[str, str] | None:
        """UTC of the first and the last frame that a map is made of; one for the sample map."""
        if product == "sample_map" and self.taken:
            return self.taken, self.taken
        return self.span

    @property
    def maps(self) -> dict[str, Any]:
        """The phase of kind map in the mission file; empty when there is none."""
        found = [each for each in self.file.get("phase", []) if each.get("kind") == "map"]
        return dict(found[0]) if found else {}

    @property
    def camera(self) -> Any:
        """The camera that maps, as the mission of the run has it."""
        from marsward.mission.load import instrument_kinds, instrument_name

        name = self.maps.get("camera")
        for each in self.file.get("instrument", []):
            if name is not None and instrument_name(each) == name:
                cls = instrument_kinds().get(str(each.get("kind")))
                own = set(cls.model_fields)
                kept = {k: v for k, v in each.items() if k in own or k not in ("name", "kind")}
                return cls.model_validate(kept)
        raise InputError(
            f"the mission of {self.run.path} has no phase of kind map with a camera, and "
            "footprints are of its field"
        )


def open_job(
    run: Path,
    out: Path | None,
    *,
    product: str | None = None,
    every: str | None = None,
    time_system: str = "UTC",
    frame: str = "FIXED",
    orbit: int | None = None,
) -> Job:
    """The job of an export.

    Raises
    ------
    InputError
        No such run, a step that is none, or a time system or frame that nothing is written in.
    """
    from marsward.core.quantity import parse
    from marsward.data.czml import FRAMES
    from marsward.data.oem import TIME_SYSTEMS
    from marsward.mission.store import Run

    opened = Run.open(run)
    step = None if every is None else parse(every, "s", name="every")
    if step is not None and step <= 0.0:
        raise InputError(f"every is {every}; give a step longer than nothing")
    if time_system.upper() not in TIME_SYSTEMS:
        known = ", ".join(TIME_SYSTEMS)
        raise InputError(f"--time-system {time_system} is not known; type one of: {known}")
    if frame.upper() not in FRAMES:
        raise InputError(f"--frame {frame} is not known; type {' or '.join(FRAMES)}")
    folder = out if out is not None else opened.path / "export"
    return Job(opened, folder, product, step, time_system.upper(), frame.upper(), orbit)
