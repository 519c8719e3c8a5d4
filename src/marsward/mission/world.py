"""The one world that a mission meets: its dust, in which it lands, drives and flies."""

from __future__ import annotations

from pathlib import Path

from pydantic import field_validator

from marsward.core.errors import InputError
from marsward.core.part import Part, value
from marsward.core.quantity import quantity
from marsward.core.registry import unknown
from marsward.physics.dust_scenario import DustScenario, scenario, scenario_names
from marsward.physics.season import MarsYear

__all__ = ["FILES", "World", "checked_dust", "dust_of", "dust_on_the_ground"]

FILES = (".nc", ".nc4", ".cdf")
"""Endings of files of dust."""
_BEFORE = 20.0  # sols that a storm is old at the landing: then it is at its height


def checked_dust(name: str) -> str:
    """The scenario's name, or the name of a netCDF file; ValueError for another."""
    if name.endswith(FILES):
        return name
    if name not in scenario_names():
        told = unknown("scenario of dust", name, scenario_names())
        raise ValueError(f"{told}; a file of dust ends in .nc")
    return name


class World(Part):
    """The planet that the mission meets, one for the air, the landing, the rover and the rotor."""

    dust: str = value(
        "climatological", origin="assumed", ref="a year without a global storm",
        description="scenario of dust: clear, climatological, regional-storm, global-storm, or a "
        "netCDF file",
    )  # fmt: skip
    storm_onset: quantity("deg", ge=0, lt=360) | None = value(  # type: ignore[valid-type]
        None, unit="deg",
        description="season Ls at which the storm begins; left out, landing, rover and helicopter "
        "meet it 20 sols old, at its height, and the climate in the season of its kind",
    )  # fmt: skip
    compare: tuple[str, ...] = value(
        ("clear", "climatological", "regional-storm", "global-storm"), origin="assumed",
        ref="a choice", min_length=1,
        description="scenarios of dust in which landing, rover and rotor are told side by side",
    )  # fmt: skip

    @field_validator("dust")
    @classmethod
    def _known(cls, name: str) -> str:
        return checked_dust(name)

    @field_validator("compare")
    @classmethod
    def _each_known(cls, names: tuple[str, ...]) -> tuple[str, ...]:
        for name in names:
            checked_dust(name)
        if len(set(names)) < len(names):
            raise ValueError("a scenario of dust stands twice in compare; name each once")
        return names

    def cases(self) -> tuple[str, ...]:
        """The scenarios to compare, and the mission's own where it is not among them."""
        return self.compare if self.dust in self.compare else (*self.compare, self.dust)

    def files(self, home: Path) -> tuple[Path, ...]:
        """Files of dust, counted from the mission file's folder."""
        return tuple(home / Path(n).expanduser() for n in self.cases() if n.endswith(FILES))


def dust_of(name: str, home: Path, *, onset_ls: float | None = None) -> DustScenario:
    """A scenario by name or from a netCDF file; a storm begins at `onset_ls` [deg] if given."""
    if name.endswith(FILES):
        return DustScenario.open(home / Path(name).expanduser())
    found = scenario(name)
    if found.storm is None or onset_ls is None:
        return found
    return scenario(name, onset_ls=onset_ls)


def dust_on_the_ground(world: World, name: str, ls: float, home: Path) -> DustScenario:
    """A scenario as a landing at season Ls [deg] meets it: a storm is at its height then.

    Raises InputError for a season that is none.
    """
    if not 0.0 <= ls < 360.0:
        raise InputError(f"Ls = {ls!r} is no season; give degrees from 0 to 360")
    onset = world.storm_onset
    return dust_of(name, home, onset_ls=_earlier(ls) if onset is None else float(onset))


def _earlier(ls: float) -> float:
    """The season some sols before Ls [deg]."""
    year = MarsYear()
    sol = float(year.sol_of_ls(ls)) - _BEFORE
    grid = [0.1 * k for k in range(3600)]
    at = year.sol_of_ls(grid)
    return grid[int(abs((at - sol + 0.5 * year.sols) % year.sols - 0.5 * year.sols).argmin())]
