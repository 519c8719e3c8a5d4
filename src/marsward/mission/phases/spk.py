"""A path from a SPICE kernel in the place of one that marsward flies itself."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

from pydantic import Field

from marsward.core.errors import InputError
from marsward.core.quantity import EpochField
from marsward.core.time import Epoch
from marsward.core.trajectory import Trajectory
from marsward.mission.phases.phase import Given, Outcome, Phase, Quantity


class KernelTrajectory(Phase):
    """Read the whole voyage from an SPK file, where a cruise would make it."""

    kind: ClassVar[str] = "spk-trajectory"
    makes: ClassVar[tuple[str, ...]] = ("trajectory",)
    reads: ClassVar[tuple[str, ...]] = ()

    file: str = Field(description="SPK file; a relative path counts from the mission file")
    target: int = Field(description="NAIF id of the craft in the file, as in -41", lt=0)
    centre: str = Field("mars", description="body that the file gives the path from")
    start: EpochField | None = Field(None, description="UTC; the file's own start when left out")
    stop: EpochField | None = Field(None, description="UTC; the file's own end when left out")

    def data(self, home: Path) -> tuple[Path, ...]:
        """The file itself: other content, other key."""
        return (home / Path(self.file).expanduser(),)

    def fly(self, given: Given) -> Outcome:
        """Bring the path into the form that every phase reads."""
        from marsward.dynamics.kernel_path import trajectory_from_kernel

        path = self.data(Path(given.mission.path).parent)[0]
        if self.start is not None and self.stop is not None and not self.stop - self.start > 0:
            raise InputError(
                f"phase {self.title!r} starts at {self.start.utc} and stops at {self.stop.utc}; "
                "write a stop that is later"
            )
        given.progress.update(0.1, f"reading {path.name}")
        flown = trajectory_from_kernel(path, self.target, self.centre, self.start, self.stop)
        return Outcome(
            products={self.makes[0]: flown.to_dataset()},
            summary=_numbers(flown, path.name),
            sentence=f"{path.name} gives the path of {self.target} from {_day(flown.start)} "
            f"to {_day(flown.stop)}",
            substitutes=[f"the path is that of {path.name}, body {self.target}, not flown here"],
        )


class KernelOrbit(KernelTrajectory):
    """Read the orbit about Mars from an SPK file, where a capture would make it."""

    kind: ClassVar[str] = "spk-orbit"
    makes: ClassVar[tuple[str, ...]] = ("orbit",)


def _numbers(flown: Trajectory, name: str) -> dict[str, Quantity]:
    return {
        "start": Quantity(flown.start.utc, "UTC", None, name),
        "stop": Quantity(flown.stop.utc, "UTC", None, name),
    }


def _day(epoch: Epoch) -> str:
    return epoch.isot(digits=0).replace("T", " ")
