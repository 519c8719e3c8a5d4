"""marsward's own air: columns of its climate, on the pressure of its CO2 cycle.

Temperatures come from `climate_columns`, shipped for the usual dust and made once for any other
(half a minute to two, then kept in the cache); pressure at the ground from `climate`. Winds: the
zonal one in balance with the temperatures of the sol's mean, and those of the tides that the
columns' own day raises, which also change the day's temperatures aloft and the pressure at the
ground.
"""

from __future__ import annotations

import hashlib
import io
import tomllib
import zipfile
from dataclasses import dataclass, field
from importlib.resources import files
from typing import Any

import numpy as np
from numpy.typing import NDArray

from marsward._version import __version__
from marsward.core.cache_folder import cache_folder
from marsward.core.errors import DataError
from marsward.core.progress import Progress
from marsward.core.whole_file import drafts_of
from marsward.physics.dust_scenario import DustScenario, scenario
from marsward.planet.air_source import AirColumns, AirGrid
from marsward.planet.climate_columns import SEASONS, ClimateTable, climate_table, zonal_ground
from marsward.planet.tides import tides
from marsward.planet.zonal_wind import gradient_wind

__all__ = ["ClimateAir", "band_pressures", "ground_pressures", "packed_table", "unpacked_table"]

Array = NDArray[np.float64]
_ASSETS = files("marsward.data") / "assets"
_SHIPPED = "climatological"
_TOP = 0.016  # Pa, where the thermosphere's profile begins to take over
_COMMON = np.geomspace(620.0, 0.02, 56)  # Pa, levels of the balanced wind
# ln of shares of the surface pressure, levels of the tides: fine near the ground
_DEPTHS = np.concatenate([np.geomspace(2e-4, 0.1, 12), np.arange(0.2, 10.4, 0.2)])
_FRICTION_DEPTH = 0.05  # of ln p over the ground, in which the ground holds winds back


@dataclass(frozen=True)
class ClimateAir:
    """The own climate as a source of air.

    dust : how much dust there is
    progress : told of the making of columns that are not shipped
    """

    dust: DustScenario = field(default_factory=lambda: scenario(_SHIPPED))
    workers: int = 2
    progress: Progress | None = None

    name = "climate"

    @property
    def source(self) -> str:
        """Where the numbers are from."""
        return (
            f"marsward {__version__}: own radiative-convective columns, 24 latitudes by 12 "
            f"seasons, dust {self.dust.name}, mixed in latitude (Held 1999), on the "
            "pressure of its CO2 cycle; thermosphere of Justus, Johnson & James 1996"
        )

    def table(self) -> ClimateTable:
        """The columns: shipped, from the cache, or made now and kept there."""
        if _same(self.dust, scenario(_SHIPPED)):
            return unpacked_table(_shipped_bytes())
        path = cache_folder() / "air" / f"{_key(self.dust)}.npz"
        if path.is_file():
            try:
                return unpacked_table(path.read_bytes())
            except (OSError, ValueError, KeyError, DataError):
                path.unlink(missing_ok=True)
        made = climate_table(
            self.dust, band_pressures(), workers=self.workers, progress=self.progress
        )
        path.parent.mkdir(parents=True, exist_ok=True)
        with drafts_of(path) as (draft,):
            draft.write_bytes(packed_table(made))
        return made

    def column_key(self) -> str:
        """What tells these columns from those of other dust."""
        return hashlib.sha256(_numbers(self.dust).tobytes()).hexdigest()

    def columns(self) -> AirColumns:
        """Columns of every season, hour and latitude, with their winds."""
        table = self.table()
        share = table.pressure / table.surface_pressure[..., None]
        pressure = share * band_pressures(table)[..., None]
        warm, east, north, swing = _moved(table, pressure)
        whole = pressure[:, None] * (1.0 + swing[..., None])
        return AirColumns(
            grid=AirGrid(table.ls, table.hour, table.lat),
            pressure=whole[:, :, :, None, :],
            temperature=warm[:, :, :, None, :],
            ground=table.ground[:, None],
            top=_TOP,
            eastward=east[:, :, :, None, :],
            northward=north[:, :, :, None, :],
        )


def ground_pressures(ls: Array, lat: Array, height: Array) -> Array:
    """Pressure [Pa] by the climate, at seasons, latitudes [deg] and heights of the ground [m]."""
    from marsward.planet.climate import Climate

    return np.asarray(Climate.shipped().run.at(ls, lat, height))


def band_pressures(table: ClimateTable | None = None) -> Array:
    """(ls, lat) pressure [Pa] at the mean ground of the bands."""
    if table is None:
        lat, _, _, ground = zonal_ground()
        ls = np.arange(SEASONS) * 360.0 / SEASONS
    else:
        ls, lat, ground = table.ls, table.lat, table.ground
    season, place = np.broadcast_arrays(ls[:, None], lat[None, :])
    return ground_pressures(season, place, np.broadcast_to(ground, season.shape))


def _moved(table: ClimateTable, pressure: Array) -> tuple[Array, Array, Array, Array]:
    """What winds and tides make of the columns, each (ls, hour, lat, level).

    Temperature [K], winds to the east and north [m/s]; (ls, hour, lat) swing of the pressure at the
    ground as a share of it.
    """
    x = np.log(_COMMON)
    warm = table.temperature.copy()
    east, north = np.empty_like(warm), np.empty_like(warm)
    swing = np.empty(warm.shape[:3])
    for i in range(table.ls.size):
        levels = np.log(pressure[i])
        depths = levels[:, :1] - levels
        bands = range(table.lat.size)
        mean = warm[i].mean(axis=0)
        even = np.concatenate([_straight(-x, -levels[j], mean[j : j + 1]) for j in bands])
        sigma = np.stack([_straight(_DEPTHS, depths[j], warm[i, :, j]) for j in bands], axis=1)
        tide = tides(levels[:, 0].mean() - _DEPTHS, table.lat, sigma)
        zonal = gradient_wind(x, table.lat, even.T).T
        swing[i] = tide.surface_pressure
        for j in bands:
            held = 1.0 - np.exp(-depths[j] / _FRICTION_DEPTH)

            balanced = _straight(-levels[j], -x, zonal[j : j + 1])
            moved = [
                _straight(depths[j], _DEPTHS, values[:, j])
                for values in (tide.eastward, tide.northward, tide.temperature)
            ]
            east[i, :, j] = held * (balanced + moved[0])
            north[i, :, j] = held * moved[1]
            warm[i, :, j] += moved[2]
    return warm, east, north, swing


def _straight(to: Array, at: Array, values: Array) -> Array:
    """Rows (n, k) known at (k,) taken at (m,) places, linearly, ends held."""
    left = np.clip(np.searchsorted(at, to, side="right") - 1, 0, at.size - 2)
    share = np.clip((to - at[left]) / (at[left + 1] - at[left]), 0.0, 1.0)
    return np.asarray(values[:, left] * (1.0 - share) + values[:, left + 1] * share)


# keeping -------------------------------------------------------------------------------------
def packed_table(table: ClimateTable) -> bytes:
    """A table as the bytes of an npz without time stamps; temperatures to 0.01 K."""
    values: dict[str, NDArray[Any]] = {
        "ls": table.ls, "hour": table.hour, "lat": table.lat,
        "ground": table.ground.astype(np.float32),
        "surface_pressure": table.surface_pressure.astype(np.float32),
        "share": (table.pressure / table.surface_pressure[..., None]).astype(np.float32),
        "temperature": np.rint(100.0 * table.temperature).astype("<u2"),
        "diffusivity": table.diffusivity, "change": table.change,
    }  # fmt: skip
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name, array in values.items():
            if name == "temperature":  # differences along the sol pack better
                array = np.diff(array.astype("<i4"), axis=1, prepend=0).astype("<i4")
                array = array.astype("<i2") if np.abs(array).max() < 32_767 else array
            block = io.BytesIO()
            np.lib.format.write_array(block, np.ascontiguousarray(array), allow_pickle=False)
            stamp = zipfile.ZipInfo(f"{name}.npy", date_time=(1980, 1, 1, 0, 0, 0))
            stamp.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(stamp, block.getvalue())
    return out.getvalue()


def unpacked_table(data: bytes) -> ClimateTable:
    """A table from the bytes of `packed_table`."""
    with np.load(io.BytesIO(data), allow_pickle=False) as held:
        surface = held["surface_pressure"].astype(np.float64)
        warm = 0.01 * np.cumsum(held["temperature"].astype(np.int64), axis=1)
        return ClimateTable(
            ls=held["ls"], hour=held["hour"], lat=held["lat"],
            ground=held["ground"].astype(np.float64), surface_pressure=surface,
            pressure=held["share"].astype(np.float64) * surface[..., None],
            temperature=warm, diffusivity=held["diffusivity"], change=held["change"],
        )  # fmt: skip


def _shipped_bytes() -> bytes:
    again = "install marsward again, or run tools/make_climate_air.py in a checkout"
    try:
        record = tomllib.loads((_ASSETS / "climate_air.toml").read_text(encoding="utf-8"))
        data = (_ASSETS / "climate_air.npz").read_bytes()
    except FileNotFoundError as error:
        raise DataError(f"the climate's air is missing ({error.filename}): {again}") from None
    if hashlib.sha256(data).hexdigest() != record["climate_air"]["sha256"]:
        raise DataError(f"the asset climate_air.npz differs from its record (sha256): {again}")
    return bytes(data)


def _numbers(dust: DustScenario) -> Array:
    """What a scenario says at the nodes of season and latitude: opacity and top."""
    ls = np.arange(0.0, 360.0, 5.0)[:, None]
    lat = np.arange(-87.5, 90.0, 5.0)[None, :]
    season, place = np.broadcast_arrays(ls, lat)
    return np.stack([dust.opacity(season, place), dust.top(season, place)])


def _same(one: DustScenario, other: DustScenario) -> bool:
    return bool(np.array_equal(_numbers(one), _numbers(other)))


def _key(dust: DustScenario) -> str:
    """Name of a scenario's columns in the cache: by its numbers and the version of the code.

    The shipped columns stand for the laws they were made with.
    """
    text = hashlib.sha256(_numbers(dust).tobytes())
    text.update(_shipped_bytes())
    text.update(band_pressures().astype(np.float32).tobytes())
    for name in ("climate_columns", "meridional_mixing"):
        text.update((files("marsward.planet") / f"{name}.py").read_bytes())
    text.update((files("marsward.physics.kernels") / "air_column.py").read_bytes())
    return f"{__version__}-{text.hexdigest()[:24]}"
