"""Capture and map phases made by hand, for the tests of the views: small, right in shape and size.

The orbits are two-body ellipses with the published elements of Tianwen-1's (D. Estévez); frames lie
below a drifting low point; albedo and height are smooth functions of place.
"""

import json
from pathlib import Path

import numpy as np
import xarray as xr

from marsward.core.bodies import body
from marsward.core.frames import rotation
from marsward.core.map_grid import MapGrid
from marsward.core.time import Epoch
from marsward.core.trajectory import Trajectory

RADIUS = body("mars").equatorial_radius
GM = body("mars").gm
START = Epoch.parse("2021-11-09T08:10:41")
TURNS = 90
DAYS = 257.0
BANDS = ["red", "green", "blue"]


def ellipse(
    low: float, high: float, tilt: float, *, start: Epoch, turns: float = 1.0
) -> xr.Dataset:
    """Two-body path [km above ground, deg to the equator] as a stored path of 200 steps a turn."""
    near, far = RADIUS + 1e3 * low, RADIUS + 1e3 * high
    axis, flat = 0.5 * (near + far), (far - near) / (far + near)
    period = 2.0 * np.pi * np.sqrt(axis**3 / GM)
    time = np.linspace(0.0, turns * period, round(200 * turns) + 1)
    mean = 2.0 * np.pi * time / period
    turn = mean.copy()
    for _ in range(60):
        turn -= (turn - flat * np.sin(turn) - mean) / (1.0 - flat * np.cos(turn))
    width, rate = axis * np.sqrt(1.0 - flat**2), 2.0 * np.pi / period
    rate = rate / (1.0 - flat * np.cos(turn))
    a, b = np.radians(tilt), np.radians(40.0)
    one = np.array([np.cos(b), np.sin(b), 0.0])
    two = np.array([-np.sin(b) * np.cos(a), np.cos(b) * np.cos(a), np.sin(a)])
    place = axis * (np.cos(turn) - flat)[:, None] * one + (width * np.sin(turn))[:, None] * two
    speed = (-axis * np.sin(turn) * rate)[:, None] * one
    speed = speed + (width * np.cos(turn) * rate)[:, None] * two
    turned = rotation("MARS_MEOD", "J2000", start).T
    nodes = np.concatenate([place @ turned, speed @ turned], axis=1)
    return Trajectory(
        np.array([float(start.whole)]), np.array([499]), np.array([1]), np.array([0, len(time)]),
        time + float(start.frac), nodes, np.zeros((len(time), 7, 6)), np.full((1, 2), np.nan),
        ("start",),
    ).to_dataset()  # fmt: skip


def elements() -> xr.Dataset:
    """Turn by turn: the low point goes south by 0.6 degrees a day."""
    day = np.linspace(0.0, DAYS, TURNS)
    et = float(START.et) + 86_400.0 * day
    return xr.Dataset(
        {
            "et": ("orbit_index", et),
            "time": ("orbit_index", Epoch.et(et).datetime64),
            "periapsis_lat": ("orbit_index", 86.0 - 0.6 * day),
            "periapsis_altitude": ("orbit_index", 266e3 - 190.0 * day),
            "apoapsis_altitude": ("orbit_index", 10_740e3 + 200.0 * day),
            "ltan": ("orbit_index", 19.6 - 0.0426 * day),
            "incidence_at_periapsis": ("orbit_index", 60.0 + 40.0 * np.cos(day / 60.0)),
        }
    )


def events() -> xr.Dataset:
    """A season of eclipses, one of occultations, passes of a station and of a rover."""
    rows = [("umbra", "sun", d, 60 * (90 - (d - 180) ** 2 / 5)) for d in range(161, 200, 2)]
    rows += [("penumbra", "sun", d, 60 * (93 - (d - 180) ** 2 / 5)) for d in range(161, 200, 2)]
    rows += [("occultation", "earth", d + 0.3, 4000.0) for d in range(120, 150)]
    rows += [("view from station", "kashi", d + 0.1, 8 * 3600.0) for d in range(257)]
    rows += [("view from site", "zhurong", d + 0.4, 60.0 * d) for d in range(1, 257)]
    rows += [("periapsis", "", float(d), np.nan) for d in range(0, 257, 7)]
    rows.sort(key=lambda row: row[2])
    day, length = (np.array([row[k] for row in rows], float) for k in (2, 3))
    et = float(START.et) + 86_400.0 * day
    return xr.Dataset(
        {
            "kind": ("event", np.array([row[0] for row in rows], object)),
            "about": ("event", np.array([row[1] for row in rows], object)),
            "et": ("event", et),
            "duration": ("event", length),
            "time": ("event", Epoch.et(et).datetime64),
        }
    )


def burns() -> xr.Dataset:
    """Estimates of three manoeuvres; the insertion has no published figure."""
    no, pair, change = np.nan, "14-feb and 15-feb", "plane-change"
    rows = [
        ("insertion", "finite", "path to Mars", "2021-02-10T11:52:55", 669.7, 0.2, no, 888.0, 1.1),
        (change, "impulsive", pair, "2021-02-15T09:01:04", 127.55, 0.05, 127.556, no, 356.0),
        (change, "impulsive", "joined", "2021-02-15T09:00:58", 127.57, 0.01, 127.556, no, no),
        (change, "finite", pair, "2021-02-15T08:59:49", 127.56, 0.05, 127.556, 150.0, 348.0),
        ("phasing", "impulsive", "20-feb and 21-feb", "2021-02-20T11:44:20", 52.58, 0.58, 52.621,
         no, 624.0),
    ]  # fmt: skip
    text = {n: ("burn", np.array([row[k] for row in rows], object))
            for k, n in enumerate(("name", "model", "basis"))}  # fmt: skip
    names = ("dv", "dv_sigma", "published_dv", "duration", "miss")
    numbers = {n: ("burn", np.array([row[4 + k] for row in rows])) for k, n in enumerate(names)}
    time = np.array([row[3] for row in rows], dtype="datetime64[ns]")
    place = np.tile([[3.8e6, 0.0, 0.0]], (len(rows), 1))
    place[1:4] = [-1.2e8, -1.1e8, 1e7]
    return xr.Dataset(
        {**text, **numbers, "time": ("burn", time), "position": (("burn", "xyz"), place)}
    )


def coasts() -> xr.Dataset:
    """Two free flights against the vectors at their ends."""
    return xr.Dataset(
        {
            "name": ("coast", np.array(["14may_1805_2003", "15feb_20feb"], object)),
            "start": ("coast", np.array(["14-may-deorbited", "15-feb"], object)),
            "stop": ("coast", np.array(["14-may-later", "20-feb"], object)),
            "duration": ("coast", [7104.0, 432_000.0]),
            "miss": ("coast", [7.56, 273_649.0]),
            "miss_velocity": ("coast", [0.00195, 34.4]),
        }
    )


def frames(orbits: int = 12, each: int = 9) -> xr.Dataset:
    """Frames over the ground of some orbits, with what each weighs and what is sent."""
    number = np.repeat(np.arange(orbits) * 60 + 1, each)
    step = np.tile(np.linspace(-1.0, 1.0, each), orbits)
    day = number / 3.4
    lat = np.clip(80.0 - 0.6 * day + 25.0 * step, -86.0, 86.0)
    lon = (137.0 * number + 8.0 * step) % 360.0
    a, b = np.radians(lon), np.radians(lat)
    up = np.stack([np.cos(b) * np.cos(a), np.cos(b) * np.sin(a), np.sin(b)], axis=1)
    sun = up + np.array([0.4, -0.3, 0.5])
    along = {name: ("frame", values) for name, values in {
        "et": float(START.et) + 86_400.0 * day + 300.0 * step, "orbit": number, "lon": lon,
        "lat": lat, "altitude": 266e3 + 5e5 * step**2, "bits": np.full(len(lon), 3.8e7),
    }.items()}  # fmt: skip
    volume = np.full(orbits, 3.8e7 * each)
    return xr.Dataset(
        {
            **along,
            "sun": (("frame", "axis"), sun / np.linalg.norm(sun, axis=1)[:, None]),
            "orbit_number": ("orbit_index", np.arange(orbits) * 60 + 1),
            "data_volume": ("orbit_index", volume),
            "downlinked": ("orbit_index", np.concatenate([[0.0], volume[1:]])),
            "backlog": ("orbit_index", volume),
            "frames_dropped": ("orbit_index", np.zeros(orbits, int)),
        },
        attrs={"orbits": orbits},
    )


def truth(grid: MapGrid) -> tuple[np.ndarray, np.ndarray]:
    """Albedo (3, y, x) and height (y, x): smooth, bright at the poles."""
    lon, lat = grid.lon_lat(np.arange(grid.height)[:, None], np.arange(grid.width)[None, :])
    a, b = np.radians(lon), np.radians(lat)
    red = 0.18 + 0.05 * np.cos(2 * a + 0.4) * np.cos(b) + 0.06 * np.sin(b) ** 4
    albedo = red * np.array([1.0, 0.6, 0.35])[:, None, None]
    return albedo.astype("f4"), (4e3 * np.sin(3 * a) * np.cos(b) - 3e3 * np.sin(b)).astype("f4")


def mosaic(grid: MapGrid, *, seed: int = 7) -> xr.Dataset:
    """The truth with noise of 1 %, three cells empty."""
    albedo, _ = truth(grid)
    sigma = 0.01 * albedo
    noise = np.random.default_rng(seed).standard_normal(albedo.shape).astype("f4")
    found = albedo + sigma * noise
    found[:, 10, 4:7] = np.nan
    return xr.Dataset(
        {"albedo": (("band", "y", "x"), found), "sigma": (("band", "y", "x"), sigma)},
        coords={"band": BANDS},
        attrs={**grid.attrs, "rule": "best-gsd"},
    )


def coverage(grid: MapGrid) -> xr.Dataset:
    """Layers of a coverage; one corner is not seen. A polar grid has three of them."""
    row, column = np.mgrid[0 : grid.height, 0 : grid.width]
    count = (5 + row % 7 + column % 11).astype("u2")
    count[:3, :3] = 0
    empty = count == 0
    layers = {"count": count, "best_gsd": 60.0 + row % 90, "best_incidence": 10.0 + column % 60}
    if grid.separable:
        layers |= {"stereo_angle": 30.0 + row % 40, "revisit": 1e5 * (1 + column % 40)}
        layers |= {"local_time": (column / 10.0) % 24.0}
    data = {
        name: (("y", "x"), values if name == "count" else np.where(empty, np.nan, values))
        for name, values in layers.items()
    }
    return xr.Dataset(data, attrs={**grid.attrs, "incidence_limit": 80.0})


def sample_frame() -> tuple[xr.Dataset, xr.Dataset]:
    """A frame that looks down on 290 E, 13 S with north to its left, and its map."""
    rows, columns = 48, 64
    down, across = np.mgrid[0:rows, 0:columns]
    lon, lat = 290.0 + 0.1 * (down - 24), -13.0 - 0.1 * (across - 32)
    light = 30.0 + 0.2 * across
    dn = (1500.0 * np.cos(np.radians(light)) + 40.0 * np.sin(down / 5.0)).astype("u2")
    planes = {"lon": lon, "lat": lat, "incidence": light, "phase": light + 5.0}
    plane = {name: (("y", "x"), values.astype("f4")) for name, values in planes.items()}
    frame = xr.Dataset(
        {"dn": (("band", "y", "x"), np.stack([dn, dn // 2, dn // 3])), **plane},
        coords={"band": BANDS},
        attrs={"frame": 3, "orbit": 61, "utc": "2022-02-11T14:04:05.856", "gsd_m": 658.1,
               "altitude_m": 670_801.0, "exposure_s": 0.0023, "saturation_dn": 3955},
    )  # fmt: skip
    whole = MapGrid.equirectangular(10)
    grid = whole.window(slice(990, 1070), slice(1070, 1130))
    albedo = truth(grid)[0]
    albedo[:, :2] = np.nan
    chart = xr.Dataset(
        {"albedo": (("band", "y", "x"), albedo)}, coords={"band": BANDS}, attrs=grid.attrs
    )
    return frame, chart


def numbers() -> tuple[dict, dict]:
    """Summaries of both phases."""

    def entry(value, unit="", sigma=None, source="sample"):
        return {"value": value, "unit": unit, "sigma": sigma, "source": source}

    capture = {
        "insertion_dv": entry(669.69, "m/s", 0.17),
        "orbit_periapsis_altitude": entry(266.34, "km", 0.11),
        "orbit_apoapsis_altitude": entry(10_652.4, "km", 2.0),
        "orbit_inclination": entry(86.3234, "deg", 0.0015),
        "orbit_turns": entry(872),
        "periapsis_latitude_drift": entry(-0.59948, "deg/d", 0.00006),
        "plane_change_dv": entry(127.556, "m/s", 0.052),
        "coast_15feb_20feb_miss": entry(273_649.0, "m"),
    }
    mapped = {
        "orbits": entry(12), "frames": entry(108),
        "first_frame": entry("2021-11-09T15:04:30", "UTC"),
        "last_frame": entry("2022-07-24T20:40:39", "UTC"),
        "median_best_gsd": entry(71.7655, "m"), "filled": entry(99.995, "%"),
        "albedo_rms_red": entry(1.0123, "%"), "albedo_bias_red": entry(0.3, "%"),
        "geolocation_rms": entry(172.4, "m"),
    }  # fmt: skip
    return capture, mapped


def capture_products() -> dict[str, xr.Dataset]:
    """Products of the capture by name."""
    begin = Epoch.parse("2021-02-10T11:52:55")
    return {
        "capture_path": ellipse(400.0, 180_000.0, 11.0, start=begin),
        "parking_orbit": ellipse(280.0, 59_000.0, 86.9, start=begin),
        "relay_orbit": ellipse(265.0, 12_500.0, 87.0, start=begin, turns=2.0),
        "orbit": ellipse(266.0, 10_652.0, 86.3, start=START, turns=2.0),
        "orbit_elements": elements(),
        "orbit_events": events(),
        "orbit_burns": burns(),
        "orbit_coasts": coasts(),
    }


def map_products() -> dict[str, xr.Dataset]:
    """Products of the map by name."""
    grid = MapGrid.equirectangular(1)
    frame, chart = sample_frame()
    albedo, height = truth(grid)
    return {
        "frames": frames(),
        "coverage": coverage(grid),
        "coverage_north": coverage(MapGrid.polar("north", pixel="60 km")),
        "coverage_south": coverage(MapGrid.polar("south", pixel="60 km")),
        "mosaic": mosaic(grid),
        "map_truth": xr.Dataset(
            {"albedo": (("band", "y", "x"), albedo), "height": (("y", "x"), height)},
            coords={"band": BANDS},
            attrs=grid.attrs,
        ),
        "sample_frame": frame,
        "sample_map": chart,
    }


def write_map_run(folder: Path) -> Path:
    """Write a run folder with a capture and a map; returns the folder."""
    for number, (kind, made, summary) in enumerate(
        zip(("capture", "map"), (capture_products(), map_products()), numbers(), strict=True), 3
    ):
        home = folder / f"{number:02d}-{kind}"
        home.mkdir(parents=True)
        for name, dataset in made.items():
            dataset.to_netcdf(home / f"{name}.nc")
        (home / "summary.json").write_text(json.dumps(summary), encoding="utf-8")
        about = {"kind": kind, "key": "9e" * 16, "sentence": f"the {kind} was flown"}
        (home / "phase.json").write_text(json.dumps(about), encoding="utf-8")
    (folder / "mission.toml").write_text('name = "sample"\ntitle = "A sample"\n', encoding="utf-8")
    return folder
