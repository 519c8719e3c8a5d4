"""Tables of the own climate's air, kept on disk: made in ten seconds, read in a tenth of one.

What is kept is found by the shipped columns and calibration it was made from, the dust, the solar
flux and the text of the modules that made it; a change in any makes it anew.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from importlib.resources import files
from pathlib import Path

import numpy as np

from marsward.core.cache_folder import cache_folder
from marsward.core.whole_file import drafts_of
from marsward.planet.air_source import AirGrid
from marsward.planet.air_tables import AirTables
from marsward.planet.climate_air import ClimateAir
from marsward.planet.thermosphere import Mixture

__all__ = ["kept_tables"]

_ASSETS = ("climate_air.npz", "co2_cycle.toml", "co2_cycle.npz")
_MAKERS = {
    "marsward.planet": (
        "air_source.py", "air_tables.py", "climate_air.py", "climate.py", "thermosphere.py",
        "tides.py", "zonal_wind.py",
    ),
    "marsward.planet.kernels": ("air_tables.py",),
    "marsward.physics": ("air.py", "lower_air.py"),
}  # fmt: skip
_GRID = ("ls", "hour", "lat", "lon")
_HELD = ("grounds", "mean", "table", "winds")


def kept_tables(air: ClimateAir, f107: float, make: Callable[[], AirTables]) -> AirTables:
    """The tables of a climate's air at a solar flux: from the cache, or made now and kept there."""
    path = cache_folder() / "air" / f"tables-{_key(air, f107)}.npz"
    try:
        return _read(path)
    except (OSError, ValueError, KeyError):
        path.unlink(missing_ok=True)
    made = make()
    path.parent.mkdir(parents=True, exist_ok=True)
    rows = {name: getattr(made.grid, name) for name in _GRID}
    rows |= {name: getattr(made, name) for name in _HELD}
    with drafts_of(path) as (draft,), draft.open("wb") as stream:
        np.savez(stream, **rows)
    return made


def _read(path: Path) -> AirTables:
    with np.load(path, allow_pickle=False) as held:
        grid = AirGrid(*(held[name] for name in _GRID))
        grounds, mean, table, winds = (held[name] for name in _HELD)
    return AirTables(grid, grounds, mean, table, winds, Mixture.published())


def _key(air: ClimateAir, f107: float) -> str:
    text = hashlib.sha256(f"{f107!r} {air.column_key()}".encode())
    for name in _ASSETS:
        text.update((files("marsward.data") / "assets" / name).read_bytes())
    for package, names in _MAKERS.items():
        for name in names:
            text.update((files(package) / name).read_bytes())
    return text.hexdigest()[:24]
