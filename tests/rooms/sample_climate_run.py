"""A run with a climate phase made from formulas, for the figures that read one."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import xarray as xr

HOUR = np.arange(0.25, 24.0, 0.5)
OFFSET = 3.5
"""What every mean pressure of a sol is off by [Pa]."""
LS = np.arange(0.0, 360.0, 5.0)
FLUXES = {
    "sunlight": 140.0, "reflected": 30.0, "sunlight_at_ground": 95.0, "infrared_to_space": 109.0,
    "infrared_up": 118.0, "infrared_down": 26.0, "sensible": 3.0, "into_ground": 0.2,
}  # fmt: skip


def sample_climate_run(folder: Path, *, kernels: bool = True, number: int = 1) -> Path:
    """Write the phase with its place in the run; gives the run's folder."""
    here = folder / f"{number:02d}-climate"
    here.mkdir(parents=True)
    (here / "phase.json").write_text(json.dumps({"kind": "climate", "name": "climate"}))
    (here / "summary.json").write_text("{}")
    products = {
        "pressure_cycle": _cycle(), "climate_year": _year(), "column_days": _days(),
        "storm": _storm(), "budget": _budget(), "experiments": _experiments(),
        "occultations": _profiles(kernels=False), "soundings": _profiles(kernels=kernels),
        "limb_soundings": _levels(),
        "weather": _weather(), "weather_sols": _sols(), "sun_images": _sun(),
        "air_column": _column(),
    }  # fmt: skip
    for name, made in products.items():
        made.to_netcdf(here / f"{name}.nc")
    return folder


def _cycle() -> xr.Dataset:
    wave = 1 + 0.09 * np.cos(np.radians(LS - 309)) + 0.07 * np.cos(2 * np.radians(LS - 248))
    mean = np.array([850.0, 790.0, 690.0])
    at = np.array([10.0, 150.0, 260.0, 151.0, 265.0])
    return xr.Dataset(
        {
            "surface_pressure": (("site", "ls"), mean[:, None] * wave),
            "surface_pressure_sigma": (("site", "ls"), 0.006 * mean[:, None] * wave),
            "reading_site": ("reading", [0, 0, 0, 1, 1]),
            "reading_ls": ("reading", at),
            "reading_pressure": ("reading", [880.0, 728.0, 925.0, 680.0, 898.0]),
            "reading_kind": ("reading", ["fitted"] * 3 + ["published"] * 2),
        },
        {
            "name": ("site", ["Gale", "Viking 1", "InSight"]), "ls": LS,
            "elevation": ("site", [-4500.0, -3627.0, -2614.0]),
        },
    )  # fmt: skip


def _year() -> xr.Dataset:
    lat = np.arange(-88.5, 90.0, 3.0)
    season = np.radians(LS)
    table = (
        215
        - 45 * np.sin(np.radians(lat))[:, None] ** 2
        + 40 * np.sin(np.radians(lat))[:, None] * np.sin(season)
    )
    table = np.maximum(table, 147.0)
    north = 3.6e15 * np.maximum(0.0, np.cos(season - np.radians(330))) ** 1.5
    south = 6.2e15 * np.maximum(0.0, np.cos(season - np.radians(150))) ** 1.5
    edge = np.where(north > 0, 90 - 38 * (north / 3.6e15) ** 0.3, np.nan)
    other = np.where(south > 0, -90 + 40 * (south / 6.2e15) ** 0.3, np.nan)
    return xr.Dataset(
        {
            "surface_temperature": (("lat", "ls"), table),
            "frost_mass": (("lat", "ls"), np.where(table < 148, 300.0, 0.0)),
            "air_mass": ("ls", 2.6e16 - north - south),
            "cap_mass_north": ("ls", north), "cap_mass_south": ("ls", south),
            "cap_edge_north": ("ls", edge), "cap_edge_south": ("ls", other),
        },
        {"lat": lat, "ls": LS},
    )  # fmt: skip


def _wave(swing: float) -> np.ndarray:
    return swing * np.cos(np.radians(15.0 * (HOUR - 13.5)))


def _days() -> xr.Dataset:
    season = np.array([0.0, 90.0, 180.0, 270.0])
    height = 5.0 * 1.35 ** np.arange(32.0)
    air = (
        225.0 - 1.6 * height / 1e3 + _wave(20.0)[:, None] * np.exp(-height / 1500.0)
    )  # (hour, level)
    air = np.maximum(air, 140.0)[None, None] + 5.0 * np.cos(np.radians(season))[None, :, None, None]
    ground = (225.0 + _wave(42.0))[None, None] + 5.0 * np.cos(np.radians(season))[None, :, None]
    low = (226.0 + _wave(28.0))[None, None] + 5.0 * np.cos(np.radians(season))[None, :, None]
    layer = np.maximum(200.0, _wave(6000.0))[None, None] * np.ones((1, 4, 1))
    edges = 650.0 * np.exp(-height / 10e3)
    return xr.Dataset(
        {
            "temperature": (("site", "season", "hour", "level"), air),
            "height": (("site", "season", "level"), np.broadcast_to(height, (1, 4, 32))),
            "pressure": (("site", "season", "level"), np.broadcast_to(edges, (1, 4, 32))),
            "ground_temperature": (("site", "season", "hour"), ground),
            "air_temperature": (("site", "season", "hour"), low),
            "boundary_layer_height": (("site", "season", "hour"), layer),
            "dust_opacity": (("site", "season"), [[0.4, 0.25, 0.6, 0.8]]),
        },
        {
            "name": ("site", ["Zhurong"]), "lat": ("site", [25.066]), "lon": ("site", [109.925]),
            "season": season, "hour": HOUR,
        },
    )  # fmt: skip


def _storm() -> xr.Dataset:
    names, dust = ["clear", "climatological", "global-storm"], np.array([0.2, 0.5, 5.0])
    pressure = 700.0 * np.exp(-np.arange(32.0) / 3.2)
    up = np.log(700.0 / pressure)
    table = 230.0 - 14.0 * up + 25.0 * (dust / 5.0)[:, None] * np.exp(-((up - 2.6) ** 2))
    table = table[:, None] + (_wave(12.0)[:, None] * np.exp(-up))[None]
    swing = np.array([45.0, 40.0, 18.0])[:, None] / 40.0
    return xr.Dataset(
        {
            "temperature": (("case", "hour", "level"), table),
            "pressure": (("case", "level"), np.broadcast_to(pressure, (3, 32))),
            "ground_temperature": (("case", "hour"), 230.0 + swing * _wave(42.0)),
            "air_temperature": (("case", "hour"), 228.0 + swing * _wave(30.0)),
            "dust_opacity": ("case", dust),
        },
        {"case": names, "hour": HOUR},
        {"place": "Gale", "ls": 200.0},
    )


def _budget() -> xr.Dataset:
    clean = FLUXES | {"reflected": 36.0, "sunlight_at_ground": 102.0}
    return xr.Dataset(
        {"budget": (("case", "flux"), [list(FLUXES.values()), list(clean.values())])},
        {"case": ["control", "no dust"], "flux": list(FLUXES)},
        {"place": "Gale", "ls": 200.0, "dust_opacity": 0.5},
    )


def _experiments() -> xr.Dataset:
    cases = ["control", "no infrared of the air", "no dust", "global storm", "obliquity 35 deg"]
    names = ["ground, mean", "ground, day range", "air at 50 Pa, mean", "least pressure"]
    lines = ["", "climate.infrared=false", "climate.opacity=0", 'climate.dust="global-storm"',
             'climate.obliquity="35 deg"']  # fmt: skip
    rng = np.random.default_rng(4)
    change = np.vstack([np.zeros(4), rng.normal(0.0, 8.0, (4, 4))])
    change[1, 3] = np.nan
    change[4, :3] = 0.0
    return xr.Dataset(
        {
            "value": (("case", "measure"), np.array([215.0, 80.0, 180.0, 690.0]) + change),
            "sigma": (("case", "measure"), np.full((5, 4), 1.2)),
            "change": (("case", "measure"), change),
            "change_sigma": (("case", "measure"), np.full((5, 4), 0.8)),
            "unit": ("measure", ["K", "K", "K", "Pa"]),
            "line": ("case", lines),
        },
        {"case": cases, "measure": names},
        {"place": "Gale", "ls": 200.0, "error_causes": "dust and albedo"},
    )


def _profiles(*, kernels: bool) -> xr.Dataset:
    rng = np.random.default_rng(7)
    height = np.arange(0.5e3, 60e3, 1.5e3)
    true = 220.0 - 1.5 * height / 1e3 + 4.0 * rng.standard_normal((30, 1))
    sigma = 0.4 + 4.0 * np.exp((height - 60e3) / 12e3) + 0 * true
    made = xr.Dataset(
        {
            "height": (("profile", "level"), np.broadcast_to(height, true.shape)),
            "temperature": (("profile", "level"), true + sigma * rng.standard_normal(true.shape)),
            "temperature_sigma": (("profile", "level"), sigma),
            "true_temperature": (("profile", "level"), true),
            "lat": ("profile", rng.uniform(-80, 80, 30)),
            "lon": ("profile", rng.uniform(0, 360, 30)),
            "ltst": ("profile", rng.uniform(0, 24, 30)),
            "ls": ("profile", rng.uniform(10, 40, 30)),
        }
    )
    if kernels:
        wide = np.exp(-(((height[:, None] - height) / 6e3) ** 2))
        one = 0.8 * wide / wide.sum(1, keepdims=True)
        made["averaging_kernel"] = (("level", "level_true"), one)
    return made


def _levels() -> xr.Dataset:
    """Soundings on levels of pressure, of which the ground cuts off some of the lowest."""
    rng = np.random.default_rng(17)
    count, pressure = 24, np.geomspace(1000.0, 0.1, 36)
    ground = rng.uniform(400.0, 990.0, (count, 1))
    height = -10.5e3 * np.log(pressure / 610.0) + rng.uniform(-500, 500, (count, 1))
    true = 210.0 - 1.2 * np.clip(height, 0.0, None) / 1e3
    there = pressure < ground
    sigma = np.full(true.shape, 3.0)
    found = np.where(there, true + sigma * rng.standard_normal(true.shape), np.nan)
    wide = np.exp(-(((height[:, :, None] - height[:, None]) / 5e3) ** 2))
    kernel = np.where(there[:, :, None] & there[:, None], wide / wide.sum(2, keepdims=True), 0.0)
    kernel[:, 0] = np.where(there[:, :1], kernel[:, 0], 50.0)
    places = {name: ("profile", rng.uniform(*ends, count)) for name, ends in (
        ("lat", (-80, 80)), ("lon", (0, 360)), ("ltst", (0, 24)), ("ls", (10, 40)))}  # fmt: skip
    return xr.Dataset(
        {
            "height": (("profile", "level"), np.where(there, height, height[:, :1])),
            "temperature": (("profile", "level"), found),
            "temperature_sigma": (("profile", "level"), np.where(there, sigma, np.nan)),
            "true_temperature": (("profile", "level"), np.where(there, true, np.nan)),
            "averaging_kernel": (("profile", "level", "level2"), kernel),
            "converged": ("profile", np.arange(count) >= 2),
            "dof": ("profile", np.full(count, 9.0)),
        }
        | places,
        {"pressure": ("level", pressure)},
    )


def _weather() -> xr.Dataset:
    rng = np.random.default_rng(11)
    sol = np.repeat(np.arange(20.0), 48)
    hour = np.tile(HOUR, 20)
    wave = 8.0 * np.cos(np.radians(15 * (hour - 8))) + 0.4 * sol
    return xr.Dataset(
        {
            "pressure": ("time", 750.0 + wave + rng.normal(0, 1.0, hour.size)),
            "air_temperature": ("time", 225.0 + 25 * np.cos(np.radians(15 * (hour - 14)))),
        },
        {"time": sol + hour / 24.0, "sol": ("time", sol), "ltst": ("time", hour)},
        {"instrument": "mcs", "lat": 25.066, "lon": 109.925},
    )


def _sols() -> xr.Dataset:
    sol = np.arange(20.0)
    rng = np.random.default_rng(13)
    true = 750.0 + 0.4 * sol
    waves = np.tile([8.0, 2.0], (20, 1))
    return xr.Dataset(
        {
            "pressure_mean": ("sol", true + OFFSET + rng.normal(0, 0.5, 20)),
            "pressure_mean_sigma": ("sol", np.full(20, 3.0)),
            "pressure_mean_noise": ("sol", np.full(20, 0.5)),
            "true_pressure_mean": ("sol", true),
            "tide": (("sol", "wave"), waves + rng.normal(0, 0.1, waves.shape)),
            "tide_sigma": (("sol", "wave"), np.full(waves.shape, 0.1)),
            "true_tide": (("sol", "wave"), waves),
        },
        {"sol": sol},
    )


def _column() -> xr.Dataset:
    height = np.arange(0.0, 201e3, 1e3)
    density = 1.4e-2 * np.exp(-height / 9e3)
    return xr.Dataset(
        {
            "density": ("height", density * (1 + 0.1 * np.sin(height / 2e4))),
            "engineering_density": ("height", density),
            "temperature": ("height", 140 + 70 * np.exp(-height / 3e4)),
            "engineering_temperature": ("height", 138 + 72 * np.exp(-height / 3e4)),
        },
        {"height": height},
        {"place": "Jezero"},
    )


def _sun() -> xr.Dataset:
    sol = np.arange(20.0)
    true = 0.5 + 0.03 * np.sin(sol / 4.0)
    off = 0.003 * np.random.default_rng(17).standard_normal(20)
    return xr.Dataset(
        {
            "opacity": ("sol", true + off),
            "opacity_sigma": ("sol", np.full(20, 0.003)),
            "true_opacity": ("sol", true),
        },
        {"sol": sol},
        {"place": "Zhurong", "lat": 25.066, "lon": 109.925},
    )
