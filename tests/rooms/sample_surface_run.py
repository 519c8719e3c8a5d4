"""A run with rover, helicopter and dust phases made from formulas, for the figures of them."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import xarray as xr

SOL = np.arange(0.0, 500.0)
HOUR = np.arange(0.25, 24.0, 0.5)


def sample_surface_run(folder: Path, *, number: int = 2) -> Path:
    """Write the phases with their places in the run; gives the run's folder."""
    phases = {
        "rover": {
            "traverse_map": _map(), "traverse": _way(), "rover_sols": _sols(), "rover_day": _day(),
            "rover_winter": _winter(), "sol_plan": _plan(), "ground_radar": _radar(),
            "ground_radar_layers": _layers(), "laser_oxides": _oxides(),
            "rover_spectra": _spectra(),
        },
        "helicopter": {
            "rotor_map": _rotor(), "flights": _flights(), "flight_path": _flight(),
            "flight_hours": _hours(),
        },
        "dust-cases": {"dust_cases": _cases()},
    }  # fmt: skip
    for place, (kind, products) in enumerate(phases.items(), number):
        here = folder / f"{place:02d}-{kind}"
        here.mkdir(parents=True)
        (here / "phase.json").write_text(json.dumps({"kind": kind, "name": kind}))
        (here / "summary.json").write_text("{}")
        for name, made in products.items():
            made.to_netcdf(here / f"{name}.nc")
    return folder


def _map() -> xr.Dataset:
    x, y = np.linspace(-600.0, 600.0, 121), np.linspace(600.0, -600.0, 121)
    height = 8 * np.sin(x[None, :] / 150.0) * np.cos(y[:, None] / 110.0)
    up, across = np.gradient(height, 10.0)
    slope = np.degrees(np.arctan(np.hypot(up, across)))
    made = xr.Dataset(
        {"height": (("y", "x"), height), "slope": (("y", "x"), slope),
         "blocked": (("y", "x"), (slope > 4.0).astype(float))},
        {"x": x, "y": y}, {"source": "a sum of sines", "by": "energy"},
    )  # fmt: skip
    made["slope"].attrs["units"] = "deg"
    return made


def _way() -> xr.Dataset:
    far = np.linspace(0.0, 900.0, 451)
    x, y = -400 + 0.8 * far, 200 * np.sin(far / 200.0)
    sigma = 0.3 + 0.01 * far
    columns = {
        "x": x, "y": y, "x_known": x + 0.6 * sigma, "y_known": y - 0.4 * sigma,
        "position_sigma": sigma, "height": 8 * np.sin(x / 150.0) * np.cos(y / 110.0),
        "slope": 3 + 2 * np.sin(far / 40), "tilt": 3 + 2.5 * np.sin(far / 40),
        "slip": 0.08 + 0.05 * np.sin(far / 30), "distance": far, "energy": 900.0 * far,
        "time": far / 0.02, "sol": np.floor(far / 40.0),
    }  # fmt: skip
    made = xr.Dataset({k: ("step", v) for k, v in columns.items()})
    for name in ("slope", "tilt"):
        made[name].attrs["units"] = "deg"
    return made.assign(goal_x=("goal", [x[-1]]), goal_y=("goal", [y[-1]]))


def _sols() -> xr.Dataset:
    season = np.cos(2 * np.pi * SOL / 669.0)
    gain = 900 + 300 * season - 0.6 * SOL
    state = np.where(SOL < 350, "awake", np.where(SOL < 420, "asleep", "dormant"))
    columns = {
        "energy_in": 3600 * gain, "energy_used": 3600 * (gain - 40),
        "charge_least": 0.5 + 0.1 * season, "charge_most": 0.95 + 0 * SOL,
        "battery_least": 258 + 8 * season, "battery_most": 278 + 8 * season,
        "dust_opacity": 0.6 + 0.3 * np.sin(SOL / 90) ** 2, "cleanness": np.exp(-SOL / 900.0),
        "distance": 20.0 + 0 * SOL,
    }  # fmt: skip
    made = xr.Dataset({k: ("sol", v) for k, v in columns.items()}, {"sol": SOL})
    return made.assign(state=("sol", state)).assign_attrs(rule="wakes above 140 W and −15 °C")


def _day() -> xr.Dataset:
    sun = np.clip(np.sin((HOUR - 6) / 12 * np.pi), 0, None)
    columns = {
        "power_in": 300 * sun, "power_used": 80 + 60 * (sun > 0.5), "charge": 0.6 + 0.3 * sun,
        "battery_temperature": 265 + 12 * sun, "air_temperature": 205 + 45 * sun,
    }  # fmt: skip
    return xr.Dataset({k: ("hour", v) for k, v in columns.items()}, {"hour": HOUR}, {"sol": 20})


def _winter() -> xr.Dataset:
    names = ["clean", "as it was", "+40 %"]
    dust = np.array([1.0, 0.7, 0.45])
    season = np.cos(2 * np.pi * SOL / 669.0)
    return xr.Dataset(
        {
            "peak_power": (("case", "sol"), dust[:, None] * (280 + 60 * season)),
            "battery_most": (("case", "sol"), 262 + 14 * season + 6 * dust[:, None]),
            "awake": (("case", "sol"), (dust[:, None] + 0.2 * season > 0.55).astype(float)),
            "verdict": ("case", ["never sleeps", "wakes", "never wakes"]),
        },
        {"case": names, "sol": SOL},
        {"wake_power": 140.0, "wake_temperature": 258.15},
    )


def _plan() -> xr.Dataset:
    sun = np.clip(np.sin((HOUR - 6) / 12 * np.pi), 0, None)
    return xr.Dataset(
        {
            "activity": ("item", ["warm up", "drive", "images", "radar", "laser"]),
            "start": ("item", [8.0, 10.0, 12.5, 11.0, np.nan]),
            "stop": ("item", [9.0, 12.0, 13.5, 11.5, np.nan]),
            "power_in": ("hour", 300 * sun), "power_used": ("hour", 90 + 60 * (sun > 0.6)),
            "charge": ("hour", 0.6 + 0.3 * sun), "window": ("pass", ["relay"]),
            "window_start": ("pass", [15.0]), "window_stop": ("pass", [15.4]),
        },
        {"hour": HOUR}, {"planner": "greedy planner"},
    )  # fmt: skip


def _radar() -> xr.Dataset:
    far, depth = np.linspace(0, 100, 101), np.linspace(0, 30, 200)
    echo = -60 + 50 * np.exp(-(((depth[:, None] - 12 - np.sin(far / 20)) / 0.5) ** 2))
    noise = np.random.default_rng(2).normal(size=echo.shape)
    return xr.Dataset(
        {"power": (("channel", "sample", "trace"), np.stack([echo + noise, echo + noise])),
         "depth": (("channel", "sample"), np.stack([depth, depth / 10]))},
        {"channel": ["low, 55 MHz", "high, 1300 MHz"], "distance": ("trace", far)},
    )  # fmt: skip


def _layers() -> xr.Dataset:
    far = np.linspace(0, 100, 101)
    low = np.stack([12 + np.sin(far / 20), np.full(101, 22.0)])
    true = np.stack([low, low / 10])
    return xr.Dataset(
        {
            "depth_true": (("channel", "layer", "trace"), true),
            "depth": (("channel", "layer", "trace"), true * 1.02),
            "depth_sigma": (("channel", "layer", "trace"), 0.03 * true),
            "permittivity_true": (("channel", "layer"), [[3.0, 5.0], [3.0, 5.0]]),
            "permittivity": (("channel", "layer"), [[3.1, 4.9], [2.9, np.nan]]),
            "permittivity_sigma": (("channel", "layer"), [[0.2, 0.4], [0.2, np.nan]]),
        }
    )


def _oxides() -> xr.Dataset:
    true = np.array([[0.45, 0.01, 0.1, 0.18, 0.08, 0.07, 0.03, 0.005]] * 6)
    true = true * np.random.default_rng(3).uniform(0.7, 1.3, true.shape)
    sigma = 0.1 * true + 0.002
    told = true + 0.7 * sigma * np.sign(np.sin(np.arange(true.size).reshape(true.shape)))
    oxides = ["SiO2", "TiO2", "Al2O3", "FeOT", "MgO", "CaO", "Na2O", "K2O"]
    return xr.Dataset(
        {"truth": (("target", "oxide"), true), "share": (("target", "oxide"), told),
         "share_sigma": (("target", "oxide"), sigma)},
        {"oxide": oxides, "target": [f"rock {k}" for k in range(6)]},
    )  # fmt: skip


def _spectra() -> xr.Dataset:
    wave = np.array([480, 525, 650, 700, 800, 900, 950, 1000]) * 1e-9
    true = np.stack([0.1 + 0.25 * (wave - 4e-7) / 6e-7, 0.08 + 0.05 * (wave - 4e-7) / 6e-7])
    return xr.Dataset(
        {"truth": (("target", "band"), true), "reflectance": (("target", "band"), 1.01 * true),
         "reflectance_sigma": (("target", "band"), 0.01 * true + 0.001),
         "wavelength": ("band", wave)},
        {"target": ["dust", "basalt"]},
    )  # fmt: skip


def _rotor() -> xr.Dataset:
    density, speed = np.linspace(0.011, 0.019, 9), np.linspace(0.0, 12.0, 7)
    scale = np.array([0.9, 1.0, 1.2])[:, None, None]
    power = scale * (160 + 0.6 * speed**2 + 0 * density[:, None])
    margin = (density[:, None] / 0.012 - 1) / scale - 0.002 * speed
    return xr.Dataset(
        {"shaft_power": (("airfoils", "density", "speed"), power),
         "thrust_margin": (("airfoils", "density", "speed"), margin)},
        {"airfoils": ["computed", "measured a2", "measured a1"], "density": density,
         "speed": speed},
        {"rotorcraft": "Ingenuity", "rpm": 2537, "temperature": 223},
    )  # fmt: skip


def _flights() -> xr.Dataset:
    number = np.arange(1, 73)
    flown = 60 + 100 * np.abs(np.sin(number))
    energy = 260.0 * flown
    columns = {
        "number": number, "duration_flown": flown, "duration": flown + 4 * np.sin(3 * number),
        "distance_flown": 4 * flown, "distance": 4 * flown + 3, "energy": energy,
        "energy_low": 0.85 * energy, "energy_high": 1.15 * energy, "battery": 1.3e5 + 0 * flown,
        "density": 0.015 + 0.002 * np.cos(number / 10), "sol": 58 + 10 * number,
        "rpm": 2537.0 + 0 * flown,
    }  # fmt: skip
    made = xr.Dataset({k: ("flight", v) for k, v in columns.items()})
    return made.assign(verdict=("flight", ["go"] * 72))


def _flight() -> xr.Dataset:
    time = np.linspace(0.0, 100.0, 501)
    up = 10 * np.clip(np.minimum(time / 10, (100 - time) / 10), 0, 1)
    columns = {
        "x": 1.5 * time, "y": 20 * np.sin(time / 30), "height": up, "height_asked": up,
        "speed": 2 + 0.2 * np.sin(time), "tilt": 3 + np.sin(time), "power": 260 + 10 * np.sin(time),
        "wind": 4 + np.sin(time / 3),
    }  # fmt: skip
    made = xr.Dataset({k: ("time", v) for k, v in columns.items()}, {"time": time})
    return made.assign_attrs(title="Flight 4", touchdown_speed=0.4)


def _hours() -> xr.Dataset:
    cold = np.cos((HOUR - 5) / 12 * np.pi)
    columns = {
        "density": 0.015 + 0.002 * cold,
        "wind": 5 - 3 * cold,
        "thrust_margin": 0.2 + 0.1 * cold,
    }
    made = xr.Dataset({k: ("hour", v) for k, v in columns.items()}, {"hour": HOUR})
    late = np.where((HOUR > 9) & (HOUR < 17), "go", "battery cold")
    return made.assign(verdict=("hour", late))


def _cases() -> xr.Dataset:
    names, height = ["clear", "climatological", "global-storm"], np.linspace(0.0, 60e3, 61)
    strong = np.array([0.0, 0.1, 1.0])
    rows = {
        "ellipse_major": 5000 + 2500 * strong, "ellipse_minor": 3000 + 900 * strong,
        "chute_height": 10e3 - 1500 * strong, "dust_opacity": 0.1 + 5 * strong,
        "panel_energy": 3600 * (3000 - 2400 * strong), "rotor_margin": 0.3 - 0.1 * strong,
    }  # fmt: skip
    return xr.Dataset(
        {**{k: ("dust", v) for k, v in rows.items()},
         "density_ratio": (("dust", "height"), 1 + 0.5 * strong[:, None] * height / 60e3)},
        {"dust": names, "height": height}, {"own": "climatological"},
    )  # fmt: skip
