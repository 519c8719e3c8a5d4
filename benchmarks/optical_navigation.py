"""Optical navigation over many noisy pictures of Earth and Moon: bias, errors, stars named.

Every picture has its own epoch (within a span round 2020-07-26 21:14:35 UTC, so that Earth turns
under the camera), dither, roll, believed pointing and noise; each is drawn, exposed twice, and
reduced by `marsward.retrieval`. Run from the repository:

    python benchmarks/optical_navigation.py --pictures 200 --workers 2 --json out.json
"""

import argparse
import json
import time
from concurrent.futures import ProcessPoolExecutor
from functools import lru_cache, partial

import numpy as np

from marsward.core.errors import MarswardError
from marsward.core.time import Epoch
from marsward.data.stars import catalogue
from marsward.dynamics.ephemeris import default_ephemeris
from marsward.dynamics.propagate import propagate
from marsward.instruments.camera import Camera
from marsward.planet.globes import EarthLook
from marsward.planet.look_back import frame_bodies, scene, seen
from marsward.retrieval.attitude import aberrate, small_rotation
from marsward.retrieval.limb_height import limb_height
from marsward.retrieval.optical_navigation import navigate
from marsward.retrieval.star_identification import Pointing

BODIES = ("earth", "moon")
MIDDLE = "2020-07-26T21:14:35"
# Telemetry of Tianwen-1 at 2020-07-26 05:07:42.671 UTC, heliocentric ICRF [m, m/s]: received by
# AMSAT-DL and others, decoded by D. Estevez, github.com/daniestevez/jupyter_notebooks (CC BY 4.0).
TELEMETRY_EPOCH = "2020-07-26T05:07:42.671"
TELEMETRY = 1e3 * np.array(
    [
        *(84577798.07126294, -116153763.13510129, -50166531.95255927),
        *(27.687506375344995, 15.808077907805695, 7.52441937133873),
    ]
)


@lru_cache(maxsize=1)
def path():
    """The craft's trajectory over the two days that the pictures span."""
    start = Epoch.utc(TELEMETRY_EPOCH)
    hours = 3600.0
    ahead = propagate(TELEMETRY, start, start + 40.0 * hours, centre="sun",
                      ephemeris=default_ephemeris())  # fmt: skip
    return ahead


def one_picture(k: int, *, span_hours: float, samples: int, rim: bool, lost: bool) -> dict:
    """Take and reduce picture number k; errors in pixels, metres and sigmas."""
    rng = np.random.default_rng([20200726, k])
    ephemeris, camera = default_ephemeris(), Camera()
    at = Epoch.utc(MIDDLE) + float(rng.uniform(-0.5, 0.5) * span_hours * 3600.0)
    craft = path().at(at, wrt="ssb", ephemeris=ephemeris)
    attitude = frame_bodies(craft, at, roll=float(rng.uniform(-0.2, 0.2)))
    attitude = small_rotation(rng.uniform(-0.003, 0.003, 3)) @ attitude
    truth = scene(camera.pinhole, attitude, craft, at, supersampling=samples, backplanes=False,
                  look=EarthLook(rim=rim))  # fmt: skip
    rate = camera.electron_rate(truth)
    short = camera.observe(truth, exposure="auto", seed=2 * k, rate=rate)
    long = camera.observe(truth, exposure=camera.star_exposure, seed=2 * k + 1, rate=rate)
    sigma = np.radians(0.3)
    believed = small_rotation(rng.normal(size=3) * sigma) @ attitude
    clock, wall = time.process_time(), time.perf_counter()
    try:
        found = navigate(
            (short, long), camera, catalogue=catalogue(), at=at, observer_velocity=craft[3:],
            sun_direction=np.stack([-ephemeris.position(b, wrt="sun", at=at) for b in BODIES]),
            pointing=None if lost else Pointing(believed, sigma), bodies=BODIES,
            body_states=np.stack([ephemeris.state(b, wrt="ssb", at=at) for b in BODIES]),
            observer_position=craft[:3],
            limb_heights={"earth": limb_height(camera.band_lo, camera.band_hi)} if rim else None,
        )  # fmt: skip
    except MarswardError as error:
        return {"picture": k, "failed": str(error)}
    spent = {"cpu_s": time.process_time() - clock, "wall_s": time.perf_counter() - wall}
    return {"picture": k, **spent, **score(found, camera, attitude, craft, at, truth)}


def score(found, camera, attitude, craft, at, truth) -> dict:
    """Errors of one reduction against the truth."""
    out: dict = {}
    for name in BODIES:
        sight, real = found.body(name), seen(name, craft, at)
        centre = camera.pinhole.project(attitude @ real.apparent)
        miss = sight.centre_px - centre
        ahead = camera.pinhole.project(attitude @ (real.apparent + 1e-3 * real.distance * real.sun))
        sunward = (ahead - centre) / np.linalg.norm(ahead - centre)
        fixed = aberrate(found.fix.directions[BODIES.index(name)], craft[3:])
        crossed = camera.pinhole.project(attitude @ fixed) - centre
        out[name] = {
            "fix_sunward": crossed @ sunward, "fix_aside": crossed @ [-sunward[1], sunward[0]],
            "x": miss[0], "y": miss[1], "sunward": miss @ sunward,
            "aside": miss @ [-sunward[1], sunward[0]],
            "centre_chi2": miss @ np.linalg.solve(sight.centre_covariance, miss) / 2.0,
            "range": sight.range - real.distance, "range_sigma": sight.range_sigma,
            "fix_range": found.fix.ranges[BODIES.index(name)] - real.distance,
            "fix_range_sigma": found.fix.range_sigmas[BODIES.index(name)],
        }  # fmt: skip
    off = found.fix.position - craft[:3]
    turn = found.attitude.matrix @ attitude.T
    small = -0.5 * np.array(
        [turn[2, 1] - turn[1, 2], turn[0, 2] - turn[2, 0], turn[1, 0] - turn[0, 1]]
    )
    real = {
        int(h): (x, y)
        for h, x, y in zip(
            truth["star_hip"].values, truth["star_x"].values, truth["star_y"].values, strict=True
        )
    }
    right = [
        int(h) in real and np.hypot(*(np.subtract(real[int(h)], p))) < 1.0
        for h, p in zip(found.hip, found.star_xy, strict=True)
    ]
    out["fix"] = {
        "miss": np.linalg.norm(off),
        "chi2": off @ np.linalg.solve(found.fix.covariance, off) / 3.0,
        "limb_height": found.fix.limb_height,
    }
    out["stars"] = {
        "named": len(right), "right": int(np.sum(right)), "points": found.points_found,
        "rms": found.star_rms_px,
        "attitude_chi2": small @ np.linalg.solve(found.attitude.covariance, small) / 3.0,
        "attitude_sigma_arcsec": found.attitude.sigma_arcsec.tolist(),
    }  # fmt: skip
    return out


def summary(rows: list[dict]) -> dict:
    """Figures over all pictures."""
    good = [r for r in rows if "failed" not in r]
    out: dict = {"pictures": len(rows), "failed": len(rows) - len(good)}
    for name in BODIES:
        column = {k: np.array([r[name][k] for r in good]) for k in good[0][name]}
        out[name] = {
            **{f"bias_{k}_px": column[k].mean() for k in ("x", "y", "sunward", "aside")},
            **{f"bias_{k}_px": column[k].mean() for k in ("fix_sunward", "fix_aside")},
            **{f"scatter_{k}_px": column[k].std() for k in ("sunward", "aside", "fix_sunward")},
            "centre_chi2": column["centre_chi2"].mean(),
            "range_bias_km": column["range"].mean() / 1e3,
            "range_scatter_km": column["range"].std() / 1e3,
            "range_sigma_km": float(np.median(column["range_sigma"])) / 1e3,
            "range_chi2": np.mean((column["range"] / column["range_sigma"]) ** 2),
            "fix_range_scatter_km": column["fix_range"].std() / 1e3,
            "fix_range_chi2": np.mean((column["fix_range"] / column["fix_range_sigma"]) ** 2),
        }
    stars = [r["stars"] for r in good]
    out["stars"] = {
        "pictures_identified": np.mean([s["right"] == s["named"] >= 5 for s in stars])
        * len(good) / len(rows),
        "names_right": sum(s["right"] for s in stars) / sum(s["named"] for s in stars),
        "named_per_picture": np.mean([s["named"] for s in stars]),
        "rms_px": np.mean([s["rms"] for s in stars]),
        "attitude_chi2": np.mean([s["attitude_chi2"] for s in stars]),
        "attitude_sigma_arcsec": np.mean([s["attitude_sigma_arcsec"] for s in stars], axis=0),
    }  # fmt: skip
    out["fix"] = {
        "median_miss_km": np.median([r["fix"]["miss"] for r in good]) / 1e3,
        "chi2": np.mean([r["fix"]["chi2"] for r in good]),
    }
    out["cpu_s"] = np.median([r["cpu_s"] for r in good])
    out["wall_s"] = np.median([r["wall_s"] for r in good])
    return out


def _plain(value):
    return value.tolist() if hasattr(value, "tolist") else str(value)


def main() -> None:
    """Run the pictures and print the figures."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--pictures", type=int, default=200)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--span-hours", type=float, default=24.0)
    parser.add_argument("--samples", type=int, default=4, help="samples along a pixel's side")
    parser.add_argument(
        "--no-rim", dest="rim", action="store_false", help="no glow of the air above the limb"
    )
    parser.add_argument("--lost", action="store_true", help="believe no pointing")
    parser.add_argument("--json", help="write figures and pictures here")
    a = parser.parse_args()
    work = partial(one_picture, span_hours=a.span_hours, samples=a.samples, rim=a.rim, lost=a.lost)
    numbers = range(a.first, a.first + a.pictures)
    if a.workers == 1:
        rows = [work(k) for k in numbers]
    else:
        with ProcessPoolExecutor(a.workers) as pool:
            rows = list(pool.map(work, numbers, chunksize=5))
    figures = summary(rows)
    print(json.dumps(figures, indent=1, default=_plain))
    if a.json:
        with open(a.json, "w", encoding="utf-8") as file:
            json.dump({"figures": figures, "pictures": rows}, file, default=_plain)


if __name__ == "__main__":
    main()
