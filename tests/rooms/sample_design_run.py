"""A run with window, navigation, insertion and budgets made from formulas, for their figures."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import xarray as xr

DAY = 86_400.0
START = 900e6
PLANET = 3396.19e3


def sample_design_run(folder: Path, *, number: int = 20) -> Path:
    """Write the phases with their places in the run; gives the run's folder."""
    phases = {
        "window": {"porkchop": _grid(), "launch_choice": _choice()},
        "navigation": {
            "tcm_statistics": _stages(), "tcm_samples": _samples(), "b_plane_history": _history(),
        },
        "insertion": {"insertion": _insertion(), "capture_grid": _captures()},
        "budgets": {
            "budget_manoeuvres": _manoeuvres(), "budget_power": _power(), "budget_link": _link(),
            "budget_data": _data(),
        },
    }  # fmt: skip
    numbers = {
        "insertion": {
            "capture_duration": (1800.0, "s"), "capture_dv": (1150.0, "m/s"),
            "gravity_loss": (30.0, "m/s"), "capture_periapsis": (350.0, "km"),
            "capture_apoapsis": (44_000.0, "km"), "capture_period": (35.0, "h"),
            "arrival_periapsis": (400.0, "km"), "capture_impulse": (1120.0, "m/s"),
        },
    }  # fmt: skip
    for place, (kind, products) in enumerate(phases.items(), number):
        here = folder / f"{place:02d}-{kind}"
        here.mkdir(parents=True)
        (here / "phase.json").write_text(json.dumps({"kind": kind, "name": kind}))
        told = {
            key: {"value": value, "unit": unit, "sigma": None, "source": "a formula"}
            for key, (value, unit) in numbers.get(kind, {}).items()
        }
        (here / "summary.json").write_text(json.dumps(told))
        for name, made in products.items():
            made.to_netcdf(here / f"{name}.nc")
    return folder


def _grid() -> xr.Dataset:
    launch = np.datetime64("2028-10-15") + np.arange(0, 92, 2) * np.timedelta64(1, "D")
    arrival = np.datetime64("2029-05-01") + np.arange(0, 300, 4) * np.timedelta64(1, "D")
    x = np.linspace(-1.0, 1.0, launch.size)[:, None]
    y = np.linspace(-1.0, 1.0, arrival.size)[None, :]
    c3 = 9e6 + 40e6 * ((x - 0.1) ** 2 + (y - 0.4 - 0.3 * x) ** 2)
    speed = 2.9e3 + 2e3 * ((x + 0.3) ** 2 + (y - 0.2) ** 2)
    span = (arrival[None, :] - launch[:, None]) / np.timedelta64(1, "s")
    dims = ("launch", "arrival")
    return xr.Dataset(
        {
            "c3": (dims, c3), "v_infinity_arrival": (dims, speed), "time_of_flight": (dims, span),
            "way": (dims, np.where(y + 0.0 * x > 0.0, 2, 1).astype(np.int8)),
            "status": (dims, np.zeros(c3.shape, np.int8)),
        },
        {"launch": launch, "arrival": arrival}, {"origin": "earth", "target": "mars"},
    )  # fmt: skip


def _choice() -> xr.Dataset:
    return xr.Dataset(
        {
            "launch": ((), np.datetime64("2028-12-03T12:00")),
            "arrival": ((), np.datetime64("2029-11-07T12:00")),
            "c3": ((), 9.02e6), "v_infinity_arrival": ((), 3.2e3),
        },
        attrs={"origin": "earth", "target": "mars", "type": "II", "revolutions": 0, "branch": "",
               "retrograde": 0, "wanted": "least c3"},
    )  # fmt: skip


TCMS = ["TCM-1", "TCM-2", "TCM-3", "TCM-4"]
AT = START + DAY * np.array([0.0, 15.0, 240.0, 292.0, 298.0])
AXES = np.array([[3e8, 1e7], [9e6, 4e5], [3e5, 2e5], [7e3, 6e3], [2e3, 5e2]])


def _stages() -> xr.Dataset:
    return xr.Dataset(
        {
            "b_t": ("stage", np.full(5, 6e6)), "b_r": ("stage", np.full(5, -4e6)),
            "b_covariance": (("stage", "axis", "axis2"),
                             np.array([np.diag(each**2) for each in AXES])),
            "b_semi_major": ("stage", AXES[:, 0]), "b_semi_minor": ("stage", AXES[:, 1]),
            "b_time_sigma": ("stage", AXES[:, 0] / 3e3),
            "impact_share": ("stage", np.array([0.0, 0.1, 0.8, 1.0, 1.0])),
            "epoch_et": ("stage", AT), "cutoff_et": ("stage", AT - DAY),
            "target_b_t": ((), 6e6), "target_b_r": ((), -4e6), "v_infinity": ((), 3.2e3),
            "capture_radius": ((), 6.5e6), "planet_radius": ((), PLANET),
        },
        {"stage": ["injection", *TCMS]},
        {"members": 1000, "bias": [0.0, 0.0], "entry_et": START + 300.0 * DAY, "aim": "entry"},
    )  # fmt: skip


def _samples() -> xr.Dataset:
    rng = np.random.default_rng(1)
    sizes = np.array([7.0, 1.9, 0.4, 0.05]) * rng.lognormal(0.0, 0.5, (1000, 4))
    return xr.Dataset({"dv": (("member", "tcm"), sizes)}, {"tcm": TCMS})


def _history() -> xr.Dataset:
    before = DAY * np.geomspace(298.0, 0.3, 60)
    long, short = 3e3 * (before / DAY) ** 0.6, 3e2 * (before / DAY) ** 0.5
    return xr.Dataset(
        {
            "before_arrival": ("epoch", before), "b_semi_major": ("epoch", long),
            "b_semi_minor": ("epoch", short), "b_t_sigma": ("epoch", long),
            "b_r_sigma": ("epoch", short), "b_time_sigma": ("epoch", long / 3e3),
        },
        attrs={"points": 2500, "arrival_et": START + 300.0 * DAY},
    )  # fmt: skip


def _insertion() -> xr.Dataset:
    nu = np.linspace(-1.4, 1.2, 301)
    free = np.linspace(-1.9, 1.9, 121)
    turn = np.linspace(0.0, 2.0 * np.pi, 361)

    def conic(angle: np.ndarray, e: float) -> tuple[np.ndarray, np.ndarray]:
        r = 3.8e6 * (1.0 + e) / (1.0 + e * np.cos(angle))
        return r * np.cos(angle), r * np.sin(angle)

    (ax, ay), (fx, fy), (ox, oy) = conic(nu, 1.3), conic(free, 1.8), conic(turn, 0.85)
    return xr.Dataset(
        {
            "arc_x": ("arc", ax),
            "arc_y": ("arc", ay),
            "arc_time": ("arc", 1500.0 * nu),
            "burning": ("arc", np.abs(nu) < 0.6),
            "free_x": ("free", fx),
            "free_y": ("free", fy),
            "orbit_x": ("turn", ox),
            "orbit_y": ("turn", oy),
            "planet_radius": ((), PLANET),
        }
    )


def _captures() -> xr.Dataset:
    hours, height = np.geomspace(2.0, 336.0, 40), np.linspace(150e3, 2000e3, 20)
    dv = 900.0 + 1500.0 / hours[:, None] ** 0.5 + 1e-4 * height[None, :]
    dv[hours < 2.4] = np.nan
    return xr.Dataset(
        {
            "capture_dv": (("period", "periapsis"), dv),
            "capture_period": ("period", 3600.0 * hours),
            "capture_periapsis": ("periapsis", height),
        },
        attrs={"v_infinity": 3.2e3, "body": "mars"},
    )  # fmt: skip


def _manoeuvres() -> xr.Dataset:
    dv = np.array([10.0, 9.0, 1150.0, 1200.0, 30.0])
    used = np.array([20.0, 15.0, 1050.0, 800.0, 20.0])
    before = 3600.0 - np.concatenate([[0.0], np.cumsum(used)[:-1]])
    return xr.Dataset(
        {
            "name": ("event", ["TCMs", "deflection", "capture", "descent", "orbit keeping"]),
            "kind": ("event", ["statistical", *["deterministic"] * 3, "reserve"]),
            "dv": ("event", dv), "dv_with_margin": ("event", 1.05 * dv),
            "propellant": ("event", used), "mass_before": ("event", before),
            "mass_after": ("event", before - used), "dropped": ("event", np.zeros(5)),
            "propellant_left": ("event", 2200.0 - np.cumsum(used)),
            "et": ("event", START + DAY * np.array([15.0, 294.0, 300.0, 303.0, np.nan])),
            "specific_impulse": ("event", np.full(5, 318.0)), "dry_mass": ((), 1400.0),
            "propellant_loaded": ((), 2200.0), "residual": ((), 44.0),
            "propellant_margin": ((), 251.0), "launch_mass": ((), 3600.0),
        }
    )  # fmt: skip


TIME = START + DAY * np.arange(0.0, 700.0, 2.0)


def _power() -> xr.Dataset:
    wave = np.sin((TIME - START) / (300.0 * DAY))
    watts = 2500.0 - 500.0 * wave
    return xr.Dataset(
        {
            "et": ("time", TIME),
            "sun_distance": ("time", 2.2e11 + 2e10 * wave),
            "in_orbit": ("time", (TIME > START + 300.0 * DAY).astype(np.int8)),
            "array_temperature": ("time", 280.0 - 20.0 * wave),
            "array_power": ("time", watts),
            "load": ("time", np.full(TIME.size, 900.0)),
            "power_margin": ("time", watts - 900.0),
            "power_margin_peak": ("time", watts - 1200.0),
            "shadow": ("time", 0.3 * (TIME > START + 300.0 * DAY)),
            "shadow_longest": ("time", 2200.0 * (TIME > START + 300.0 * DAY)),
            "depth_of_discharge": ("time", 0.25 * (TIME > START + 300.0 * DAY)),
        }
    )


def _link() -> xr.Dataset:
    far = 2.2e11 + 1.7e11 * np.sin((TIME - START) / (120.0 * DAY))
    apart = 90.0 - 88.5 * np.abs(np.sin((TIME - START) / (240.0 * DAY)))
    return xr.Dataset(
        {
            "et": ("time", TIME),
            "earth_distance": ("time", far),
            "sun_earth_probe": ("time", apart),
            "declination": ("time", 20.0 * np.sin(TIME / 5e6)),
            "hidden": ("time", np.full(TIME.size, 0.3)),
            "blackout": ("time", (apart < 3.0).astype(np.int8)),
            "rate": (("time", "station"), (2e6 * (1e11 / far) ** 2)[:, None]),
            "on_air": (("time", "station"), np.full((TIME.size, 1), 8 * 3600.0)),
            "elevation": (("time", "station"), np.full((TIME.size, 1), 35.0)),
            "noise_temperature": (("time", "station"), np.full((TIME.size, 1), 40.0)),
            "link_margin": (("time", "station"), np.full((TIME.size, 1), 3.0)),
            "relay_bits": (("time", "lander"), np.full((TIME.size, 1), 4e8)),
        },
        {"station": ["dsn-34m"], "lander": ["lander"]},
    )


def _data() -> xr.Dataset:
    made = np.stack([3e10 + 0.0 * TIME, 2e10 + 0.0 * TIME], axis=1)
    return xr.Dataset(
        {
            "et": ("time", TIME), "taken": (("time", "instrument"), made),
            "capacity": ("time", 6e10 + 2e10 * np.sin(TIME / 1e7)),
            "sent": ("time", made.sum(axis=1)),
            "waiting": ("time", 2e10 + 1e10 * np.sin(TIME / 3e6)),
            "lost": ("time", np.zeros(TIME.size)),
        },
        {"instrument": ["radar", "radiometer"]}, {"station": "dsn-34m", "recorder": 1.6e11},
    )  # fmt: skip
