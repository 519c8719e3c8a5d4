"""A picture of Mars from orbit beside Huira: lit share, brightness and CPU time, same geometry.

    pip install huira==0.9.11
    python benchmarks/orbit_picture.py [--json]

A MoRIC-like frame, 2048 x 1536 pixels over 53.4 degrees, from 265 km above 8 S 295 E with the Sun
45 degrees off the vertical, and the whole disc from 10 000 km; one sample a pixel. Huira sees the
bare ellipsoid with the albedo map as a Lambert texture, without optics, noise or bounces; so does
marsward in the first row, one grey band. The other rows are marsward's own: three bands, the laws
of Mars, relief with cast shadows, haze. Times are CPU seconds of the process, best of several. The
spread is that of Huira's power over our radiance and cos^4, where the ground is well lit.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import time
from types import SimpleNamespace

for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "NUMBA_NUM_THREADS"):
    os.environ.setdefault(_name, "1")

import numpy as np  # noqa: E402

from marsward.core.bodies import body  # noqa: E402
from marsward.physics.light import Band  # noqa: E402
from marsward.planet.mars_surface import MarsSurface  # noqa: E402
from marsward.planet.orbit_scene import render  # noqa: E402

SIZE = (2048, 1536)
FIELD = math.radians(53.4)
AU = 1.495978707e11
VIEWS = {"265 km": 265e3, "10 000 km": 1.0e7}


def rays() -> np.ndarray:
    """Unit rays of the pixel centres, camera frame."""
    width, height = SIZE
    focal = 0.5 * width / math.tan(0.5 * FIELD)
    x, y = np.meshgrid(np.arange(width) - 0.5 * (width - 1), np.arange(height) - 0.5 * (height - 1))
    out = np.stack([x, y, np.full(x.shape, focal)], axis=-1)
    return out / np.linalg.norm(out, axis=-1, keepdims=True)


def pose(altitude: float) -> SimpleNamespace:
    """Looking straight down on 8 S 295 E, rows to the south, Sun 45 degrees to the west."""
    lon, lat = math.radians(295.0), math.radians(-8.0)
    up = np.array([math.cos(lat) * math.cos(lon), math.cos(lat) * math.sin(lon), math.sin(lat)])
    east = np.array([-math.sin(lon), math.cos(lon), 0.0])
    axes = np.stack([east, -np.cross(up, east), -up], axis=1)
    sun = (up - east) / math.sqrt(2.0)
    return SimpleNamespace(
        observer=(3.396e6 + altitude) * up, axes=axes, sun=sun, sun_distance=1.5 * AU
    )


def best(work, repeats: int) -> tuple[float, object]:
    """Least CPU seconds of several calls, and the last answer."""
    least, answer = math.inf, None
    for _ in range(repeats):
        start = time.process_time()
        answer = work()
        least = min(least, time.process_time() - start)
    return least, answer


def huira_picture(surface: MarsSurface, place: SimpleNamespace):
    """A function that renders the same ellipsoid with Huira and gives the received power (y, x)."""
    import huira
    from huira.rgb import Image, Renderer, Scene, SceneView
    from huira.units import Meter, Millimeter

    stage = Scene()
    camera = stage.new_camera_model()
    focal = 22.4
    camera.set_focal_length(Millimeter(focal))
    pitch = focal * 2.0 * math.tan(0.5 * FIELD) / SIZE[0]
    camera.configure_sensor_from_pitch(SIZE, Millimeter(pitch))
    camera.enable_psf_convolution(False)
    eye = stage.root.new_instance(camera)
    grey = np.roll(surface.albedo[0], surface.albedo.shape[2] // 2, axis=1)[..., None]
    material = stage.new_material(stage.new_bsdf_lambertian())
    texture = Image(np.ascontiguousarray(np.repeat(grey, 3, axis=-1), dtype=np.float32))
    material.set_albedo_image(stage.add_texture(texture))
    radii = [Meter(float(r)) for r in body("mars").radii]
    ball = stage.add_primitive(stage.add_ellipsoid(*radii), material)
    planet = stage.root.new_instance(ball)
    centre = place.axes.T @ -place.observer
    planet.set_position(*[Meter(float(v)) for v in centre])
    planet.set_rotation_parent_to_local(huira.Mat3(np.ascontiguousarray(place.axes)))
    sun = stage.root.new_instance(stage.new_sun_light())
    sunward = centre + place.axes.T @ place.sun * place.sun_distance
    sun.set_position(*[Meter(float(v)) for v in sunward])
    renderer = Renderer()
    renderer.set_max_bounces(1)
    renderer.set_samples_per_pixel(1)
    now = huira.Time("2021-11-09T12:00:00")
    view = SceneView(stage, huira.Interval(now, now), eye, huira.ObservationMode.GEOMETRIC_STATE)

    def work() -> np.ndarray:
        frame = camera.make_frame_buffer()
        frame.enable_received_power()
        renderer.render(view, frame)
        return np.asarray(frame.received_power.to_numpy(), dtype=np.float64).sum(axis=-1)

    return work


def rows_of(name: str, altitude: float, table: np.ndarray) -> dict[str, dict[str, float]]:
    """Every renderer's figures for one view."""
    place = pose(altitude)
    grey = MarsSurface.shipped({"pan": Band(450e-9, 800e-9)}, ppd=4, terrain=None, law="lambert")
    work = {"marsward, ellipsoid, Lambert, 1 band": (lambda: render(grey, place, table), 5)}
    for law, relief, depth in (
        ("lambert", None, 0.0), ("lunar-lambert", None, 0.0), ("hapke", None, 0.0),
        ("lambert", "shipped", 0.0), ("hapke", "shipped", 0.0), ("hapke", "shipped", 0.4),
    ):  # fmt: skip
        mars = MarsSurface.shipped(ppd=4, terrain=relief, law=law, haze_depth=depth)
        ground = "ellipsoid" if relief is None else "terrain 4/deg"
        label = f"marsward, {ground}, {law}{', haze' if depth else ''}, 3 bands"
        work[label] = ((lambda m: lambda: render(m, place, table))(mars), 3)
    try:
        work["Huira 0.9.11, ellipsoid, Lambert"] = (huira_picture(grey, place), 3)
    except ImportError as missing:
        print(f"Huira: not installed ({missing.name}); pip install huira==0.9.11")
    report, first = {}, None
    for label, (call, repeats) in work.items():
        call()
        seconds, picture = best(call, repeats)
        picture = np.asarray(picture, dtype=np.float64).reshape(-1, *table.shape[:2])[0]
        row = {"cpu_s": seconds, "mpx_per_s": SIZE[0] * SIZE[1] / seconds / 1e6}
        if first is None:
            first = (seconds, picture)
        row["times_first"] = seconds / first[0]
        if "Huira" in label:
            both = (picture > 0.0) & (first[1] > 0.2 * first[1].max())
            ratio = picture[both] / (first[1][both] * table[..., 2][both] ** 4)
            row["lit_over_ours"] = float(np.sum(picture > 0.0) / np.sum(first[1] > 0.0))
            row["spread_of_ratio"] = float(np.std(ratio) / np.mean(ratio))
        report[f"{name}: {label}"] = row
    return report


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    as_json = parser.parse_args().json
    table, report = rays(), {}
    for name, altitude in VIEWS.items():
        report |= rows_of(name, altitude, table)
    if as_json:
        print(json.dumps(report, indent=1))
        return
    for label, row in report.items():
        more = "".join(f"  {key} {row[key]:.4f}" for key in list(row)[3:])
        print(
            f"{label:62s} {row['cpu_s']:7.3f} s CPU {row['mpx_per_s']:6.2f} Mpx/s "
            f"{row['times_first']:6.1f} x{more}"
        )


if __name__ == "__main__":
    main()
