"""A run with an entry phase made from formulas, for the figures that read one."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import xarray as xr

MEMBERS = 400
EVENTS = (
    ("entry", 0.0), ("peak heating", 80.0), ("peak deceleration", 95.0),
    ("parachute trigger", 240.0), ("heat shield off", 260.0), ("backshell off", 345.0),
    ("touchdown", 410.0),
)  # fmt: skip


def sample_landing_run(folder: Path, *, number: int = 1) -> Path:
    """Write the phase with its place in the run; gives the run's folder."""
    here = folder / f"{number:02d}-entry"
    here.mkdir(parents=True)
    (here / "phase.json").write_text(json.dumps({"kind": "entry", "name": "entry"}))
    (here / "summary.json").write_text("{}")
    products = {
        "entry_path": _path(), "entry_events": _events(), "landings": _landings(),
        "landing_ellipse": _ellipse(), "landing_sensitivity": _causes(), "corridor": _corridor(),
        "landing_site": _site(), "hazard_map": _hazard(),
    }  # fmt: skip
    for name, made in products.items():
        made.to_netcdf(here / f"{name}.nc")
    return folder


def _height(time: np.ndarray) -> np.ndarray:
    return 125e3 * np.exp(-((time / 95.0) ** 1.4)) - 2570.0 + 3000.0 * (1 - time / 410.0)


def _path() -> xr.Dataset:
    time = np.linspace(0.0, 410.0, 411)
    height = _height(time)
    speed = 5330.0 / (1 + np.exp((time - 95) / 22.0)) + 420 * (1 - time / 411)
    slow = 98.0 * np.exp(-(((time - 95) / 30) ** 2)) + 3.7
    flux = 1e6 * np.exp(-(((time - 80) / 25) ** 2))
    columns = {
        "height": height, "ground_height": height + 2570.0, "speed": speed, "mach": speed / 220.0,
        "deceleration": slow, "heat_flux": flux, "heat_load": np.cumsum(flux),
        "bank": 60.0 * np.sign(np.sin(time / 40.0)) * (time < 240),
        "dynamic_pressure": 0.5 * 1e-3 * speed**2, "density": 0.015 * np.exp(-height / 1e4),
        "flight_path_angle": -15.5 + 0 * time, "azimuth": 90.0 + 0 * time,
        "lon": 77.0 + 0 * time, "lat": 18.4 + 0 * time, "range_to_go": 6e5 * (1 - time / 410.0),
    }  # fmt: skip
    made = xr.Dataset({k: ("time", v) for k, v in columns.items()}, {"time": time})
    for name in ("bank", "flight_path_angle", "azimuth"):
        made[name].attrs["units"] = "deg"
    return made


def _events() -> xr.Dataset:
    times = np.array([t for _, t in EVENTS])
    return xr.Dataset(
        {"name": ("event", [n for n, _ in EVENTS]), "time": ("event", times),
         "height": ("event", _height(times)), "ground_height": ("event", _height(times) + 2570.0),
         "speed": ("event", 5330.0 - 12.0 * times), "mach": ("event", 27.0 - 0.05 * times),
         "dynamic_pressure": ("event", 2.0 * times)}
    )  # fmt: skip


def _landings() -> xr.Dataset:
    draw = np.random.default_rng(1)
    east, north = 2000.0 * draw.normal(size=MEMBERS), 1200.0 * draw.normal(size=MEMBERS)
    verdict = np.full(MEMBERS, "landed", dtype="<U16")
    verdict[:3] = "steep ground"
    spread = {
        "peak_deceleration": (100.0, 4.0), "chute_height": (8500.0, 700.0),
        "chute_mach": (1.75, 0.05),
        "chute_dynamic_pressure": (500.0, 30.0), "backshell_height": (2200.0, 60.0),
        "touchdown_time": (410.0, 8.0), "touchdown_speed": (0.8, 0.05),
        "touchdown_tilt": (2.0, 1.0),
        "propellant": (280.0, 12.0), "entry_angle": (-15.5, 0.05), "chute_time": (240.0, 5.0),
        "peak_heat_flux": (1e6, 3e4), "heat_load": (5e7, 1e6),
    }  # fmt: skip
    columns = {k: ("member", a + b * draw.normal(size=MEMBERS)) for k, (a, b) in spread.items()}
    made = xr.Dataset(
        {**columns, "east": ("member", east), "north": ("member", north),
         "miss": ("member", np.hypot(east, north)), "verdict": ("member", verdict)}
    )  # fmt: skip
    made["entry_angle"].attrs["units"] = "deg"
    return made


def _ellipse() -> xr.Dataset:
    made = xr.Dataset(
        {
            "fit": ("row", ["covariance", "empirical"]), "semi_major": ("row", [6070.0, 5800.0]),
            "semi_minor": ("row", [3640.0, 3500.0]), "angle": ("row", [88.0, 90.0]),
            "east": ("row", [50.0, 60.0]), "north": ("row", [-30.0, -20.0]),
        }
    )  # fmt: skip
    made["angle"].attrs["units"] = "deg"
    return made


def _causes() -> xr.Dataset:
    share = np.array([[0.6, 0.1], [0.3, 0.7], [0.05, 0.1]])
    return xr.Dataset(
        {"share": (("cause", "response"), share), "explained": ("response", [0.95, 0.9])},
        {"cause": ["entry_angle", "density", "wind"], "response": ["miss", "chute_height"]},
    )


def _corridor() -> xr.Dataset:
    angle = np.linspace(-20.0, -9.0, 23)
    good = np.stack([angle < -10.5, angle < -11.0])
    dims = ("law", "entry_angle")
    made = xr.Dataset(
        {
            "peak_deceleration": (dims, np.where(good, -6.5 * angle, np.nan)),
            "chute_height": (dims, np.where(good, 14e3 + 350 * (angle + 10), np.nan)),
            "heat_load": (dims, np.where(good, 9e7 + 2e6 * angle, np.nan)),
            "verdict": (dims, np.where(good, "trigger", "skip-out")),
        },
        {"law": ["guided", "unguided"], "entry_angle": angle},
        {"nominal_angle": -15.5},
    )
    made["entry_angle"].attrs["units"] = "deg"
    return made


def _site() -> xr.Dataset:
    x, y = np.linspace(-12e3, 12e3, 121), np.linspace(12e3, -12e3, 121)
    height = -2570 + 60 * np.sin(x[None, :] / 2500.0) * np.cos(y[:, None] / 1900.0)
    attrs = {"source": "a sum of sines", "lon": 77.45, "lat": 18.44}
    return xr.Dataset({"height": (("y", "x"), height)}, {"x": x, "y": y}, attrs)


def _hazard() -> xr.Dataset:
    x, y = np.linspace(-30.0, 30.0, 121), np.linspace(30.0, -30.0, 121)
    height = 0.6 * np.sin(x[None, :] / 6.0) * np.cos(y[:, None] / 5.0)
    slope = 12.0 * np.abs(np.cos(x[None, :] / 6.0) * np.cos(y[:, None] / 5.0))
    made = xr.Dataset(
        {"height": (("y", "x"), height), "footprint_slope": (("y", "x"), slope),
         "safe": (("y", "x"), (slope < 8).astype(float))},
        {"x": x, "y": y},
        {"touchdown_x": 12.0, "touchdown_y": 8.0, "most_slope": 8.0, "footprint": 3.0,
         "most_step": 0.3},
    )  # fmt: skip
    made["footprint_slope"].attrs["units"] = "deg"
    return made
