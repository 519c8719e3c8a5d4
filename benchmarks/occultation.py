"""Radio occultation: how right and how fast, 200 profiles of air, one thread.

    python benchmarks/occultation.py [--profiles 200] [--seed 1] [--json]

Columns of air are drawn with lapse, an even temperature aloft that scatters by 8 K, and two waves
of 8 to 20 km length; rays sink or rise behind the limb as from Tianwen-1's orbit of March 2022,
9000 to 13 500 km away at 0.8 to 1.2 km/s, and as from a low orbit of Mars Global Surveyor's kind,
1600 to 2000 km away at 1.5 to 3 km/s. The air is observed with and without noise and retrieved with
150 K at the top. Rows: root mean square of retrieved less true temperature by height, and of the
same over its stated standard deviation; the published accuracy stands beside it. The oscillator of
the latter is as good as was asked of it, not as it was. Times are CPU seconds of this process.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import time
from typing import Any

for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "NUMBA_NUM_THREADS"):
    os.environ.setdefault(_name, "1")

import numpy as np  # noqa: E402
import xarray as xr  # noqa: E402
from scipy.integrate import cumulative_simpson  # noqa: E402

from marsward.instruments.radio_science import RadioScience  # noqa: E402
from marsward.physics.air import GAS_CONSTANT, gravity  # noqa: E402
from marsward.physics.ionosphere import Ionosphere  # noqa: E402
from marsward.retrieval.radio_occultation import retrieve_occultations  # noqa: E402

RADIUS, EARTH, TOP, BOTTOM = 3.4e6, 2.8e11, 700e3, -15e3
HEIGHT = np.arange(0.0, 110.05e3, 100.0)
BANDS = ((0.0, 10e3), (10e3, 20e3), (20e3, 30e3), (30e3, 40e3), (0.0, 30e3))
ORBITS = {
    "tianwen-1": ((9e6, 13.5e6), (800.0, 1200.0)),
    "mgs": ((1.6e6, 2.0e6), (1500.0, 3000.0)),
}


def main() -> None:
    args = _arguments()
    rng = np.random.default_rng(args.seed)
    temperature, pressure = columns(args.profiles, rng, 2.0)
    calm, calm_pressure = columns(args.profiles, rng, 0.0)
    rows: dict[str, Any] = {}
    for name, (distance, speed) in ORBITS.items():
        radio = RadioScience(preset=name)
        way = np.where(np.arange(args.profiles) % 2, 1.0, -1.0)
        tracks = straight_tracks(
            rng.uniform(*distance, args.profiles), rng.uniform(*speed, args.profiles) * way
        )
        radio.observe(tracks.isel(profile=[0]), HEIGHT, pressure[:1], temperature[:1])
        rows |= noisy(name, radio, tracks, temperature, pressure, args.seed)
        rows |= noiseless(name, radio, tracks, calm, calm_pressure)
    rows["published: MGS near the surface [K]"] = "1 (and 2 Pa), Hinson et al. 1999"
    rows["published: MGS at the top, 10 Pa [K]"] = "10, assumed there, Hinson et al. 1999"
    if args.json:
        print(json.dumps(rows, indent=1))
        return
    for name, value in rows.items():
        print(f"{name:<58} {value:.4g}" if isinstance(value, float) else f"{name:<58} {value}")


def noisy(
    name: str,
    radio: RadioScience,
    tracks: xr.Dataset,
    temperature: np.ndarray,
    pressure: np.ndarray,
    seed: int,
) -> dict[str, Any]:
    begin = time.process_time()
    seen = radio.observe(tracks, HEIGHT, pressure, temperature, ionosphere=Ionosphere(), seed=seed)
    middle = time.process_time()
    found = retrieve_occultations(seen, noise=radio.noise())
    end = time.process_time()
    rows: dict[str, Any] = {
        f"{name}: observed [s]": middle - begin,
        f"{name}: retrieved [s]": end - middle,
        f"{name}: usable of {tracks.sizes['profile']}": int(found["usable"].sum()),
        f"{name}: boundary, median [km]": float(found["boundary_height"].median()) / 1e3,
        f"{name}: bins, median [m]": float(found["vertical_resolution"].median()),
    }
    z, off = errors(found, temperature)
    over = off / found["sigma_temperature"].values
    for low, high in BANDS:
        inside = (z >= low) & (z < high)
        label = f"{name}: {low / 1e3:g} to {high / 1e3:g} km"
        rows[f"{label}, rms [K]"] = float(np.sqrt(np.mean(off[inside] ** 2)))
        rows[f"{label}, chi2 over count"] = float(np.mean(over[inside] ** 2))
    true = np.array([np.interp(h, HEIGHT, p) for h, p in zip(z[:, 0], pressure, strict=True)])
    rows[f"{name}: lowest level, pressure rms [Pa]"] = float(
        np.sqrt(np.nanmean((found["pressure"].values[:, 0] - true) ** 2))
    )
    return rows


def noiseless(
    name: str,
    radio: RadioScience,
    tracks: xr.Dataset,
    temperature: np.ndarray,
    pressure: np.ndarray,
) -> dict[str, Any]:
    """Forward and back without noise, the temperature at the boundary known."""
    rows: dict[str, Any] = {}
    part = tracks.isel(profile=slice(0, 40))
    t, p = temperature[:40], pressure[:40]
    seen = radio.observe(part, HEIGHT, p, t, seed=None)
    for label, resolution in (("300 m", 300.0), ("Fresnel", None)):
        given: dict[str, Any] = {"resolution": resolution, "boundary_sigma": 0.0}
        first = retrieve_occultations(seen, **given)["boundary_height"].values
        top = np.array([np.interp(h, HEIGHT, each) for h, each in zip(first, t, strict=True)])
        z, off = errors(retrieve_occultations(seen, boundary_temperature=top, **given), t)
        low = z < 30e3
        rows[f"{name}: no noise, {label} bins, rms under 30 km [K]"] = float(
            np.sqrt(np.mean(off[low] ** 2))
        )
        rows[f"{name}: no noise, {label} bins, most under 30 km [K]"] = float(
            np.abs(off[low]).max()
        )
    return rows


def errors(found: xr.Dataset, temperature: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Heights [m] and retrieved less true temperatures [K] (profile, level)."""
    z = found["height_above_areoid"].values
    true = np.array([np.interp(h, HEIGHT, t) for h, t in zip(z, temperature, strict=True)])
    return z, found["temperature"].values - true


def columns(count: int, rng: np.random.Generator, wave: float) -> tuple[np.ndarray, np.ndarray]:
    """Temperatures [K] and pressures [Pa] (count, HEIGHT) of resting air."""
    cold = rng.normal(150.0, 8.0, count)[:, None]
    lapse = rng.uniform(1.2e-3, 2.6e-3, count)[:, None]
    t = rng.uniform(200.0, 235.0, count)[:, None] - lapse * HEIGHT
    t = cold + 8.0 * np.logaddexp(0.0, (t - cold) / 8.0)
    length = rng.uniform(8e3, 20e3, (2, count, 1))
    turn = rng.uniform(0.0, 2.0 * math.pi, (2, count, 1))
    size = wave * rng.standard_normal((2, count, 1)) * np.minimum(HEIGHT / 1e4, 1.0)
    t = t + np.sum(size * np.sin(2.0 * math.pi * HEIGHT / length + turn), axis=0)
    weight = gravity(HEIGHT) / (GAS_CONSTANT * t)
    ground = rng.uniform(450.0, 900.0, count)[:, None]
    return t, ground * np.exp(-cumulative_simpson(weight, x=HEIGHT, initial=0.0))


def straight_tracks(distance: np.ndarray, speed: np.ndarray) -> xr.Dataset:
    """Tracks of craft that sink (speed < 0) or rise in a straight line behind the limb."""
    rows = []
    for far, fall in zip(distance, speed, strict=True):
        t = np.arange(0.0, (TOP - BOTTOM) / abs(fall), 0.1)
        y = RADIUS + (TOP if fall < 0.0 else BOTTOM) + fall * t
        r1 = np.hypot(far, y)
        line = np.hypot(far + EARTH, y - RADIUS)
        rows.append(
            {
                "et": t, "craft_radius": r1,
                "observer_radius": np.full(t.size, math.hypot(EARTH, RADIUS)),
                "straight_impact": (y * EARTH + RADIUS * far) / line,
                "craft_radius_rate": y * fall / r1, "observer_radius_rate": np.zeros(t.size),
                "central_angle_rate": -far * fall / r1**2,
            }
        )  # fmt: skip
    size = np.array([row["et"].size for row in rows])
    data: dict[str, Any] = {}
    for name in rows[0]:
        whole = np.full((len(rows), size.max()), np.nan)
        for i, row in enumerate(rows):
            whole[i, : size[i]] = row[name]
        data[name] = (("profile", "sample"), whole)
    by_profile = {
        "samples": size, "et_limb": np.zeros(size.size),
        "curvature_radius": np.full(size.size, RADIUS), "limb_distance": np.asarray(distance),
        "solar_zenith_angle": np.full(size.size, 75.0), "ingress": (np.asarray(speed) < 0.0) * 1.0,
    }  # fmt: skip
    return xr.Dataset(data | {name: ("profile", v) for name, v in by_profile.items()})


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="radio occultation: how right and how fast")
    parser.add_argument("--profiles", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--json", action="store_true")
    return parser.parse_args()


if __name__ == "__main__":
    main()
