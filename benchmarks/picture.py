"""The look-back picture beside Huira and mitsuba: lit area, flux and CPU time, same geometry.

    pip install huira==0.9.11 mitsuba
    python benchmarks/picture.py [--json]

Earth and Moon as Tianwen-1 saw them from 1.2 million km, 2048 x 1536 pixels over 6 degrees, 16
samples a pixel, textures of 2048 x 1024. All renderers see two Lambert ellipsoids in parallel (or
very distant) sunlight; marsward is timed on that and on its own full scene as well (Hapke Moon,
air, sea, clouds, city lights, earthshine, stars). Times are CPU seconds of the process, best of
several, so they do not profit from threads. Lit pixels of the full scene are more than Lambert's:
air scatters light beyond the terminator.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import time
from collections.abc import Iterator

for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "NUMBA_NUM_THREADS"):
    os.environ.setdefault(_name, "1")

import numpy as np  # noqa: E402

from marsward.core.time import Epoch  # noqa: E402
from marsward.dynamics.ephemeris import default_ephemeris  # noqa: E402
from marsward.geometry.pinhole import Pinhole  # noqa: E402
from marsward.planet import look_back  # noqa: E402
from marsward.planet.globes import earth_levels, law_tables  # noqa: E402
from marsward.planet.kernels.globe import render_rock  # noqa: E402

AT = Epoch.utc("2020-07-26T21:14:35")
CAMERA = Pinhole(2048, 1536, 1024.0 / math.tan(math.radians(3.0)))
SAMPLES = 4
LIT = 1e-3  # of the brightest pixel


def observer() -> np.ndarray:
    """Barycentric state of the craft at 1.2 million km [m, m/s]: phase about 105 deg."""
    earth = default_ephemeris().state("earth", wrt="ssb", at=AT)
    outward = np.array([0.828571, 0.488571, 0.273333])
    return earth + np.concatenate([1.2e9 * outward / np.linalg.norm(outward), [3e3, 1.6e3, 8e2]])


def best(work, repeats: int) -> tuple[float, object]:
    """Least CPU seconds of several calls, and the last answer."""
    least, answer = math.inf, None
    for _ in range(repeats):
        start = time.process_time()
        answer = work()
        least = min(least, time.process_time() - start)
    return least, answer


def ours_lambert(drawn, lens, texture) -> np.ndarray:
    image = np.zeros((CAMERA.height, CAMERA.width))
    number, numbers, curve, step = law_tables("lambert")
    for item in drawn:
        render_rock(
            image, item.box, SAMPLES, lens, False, item.view, item.eye, item.inverse, item.sun,
            math.pi, item.sun, 0.0, texture, number, numbers, curve, step,
            np.zeros((0, 3)), np.zeros((0, 3, 3)),
        )  # fmt: skip
    return image


def huira_picture(drawn, texture):
    """A function that renders the two bodies with Huira and gives the received power (y, x)."""
    import huira
    from huira.rgb import Image, Renderer, Scene, SceneView
    from huira.units import Meter, Millimeter

    stage = Scene()
    camera = stage.new_camera_model()
    camera.set_focal_length(Millimeter(175.85))
    pitch = 175.85 / CAMERA.focal_px
    camera.configure_sensor_from_pitch((CAMERA.width, CAMERA.height), Millimeter(pitch))
    camera.enable_psf_convolution(False)
    eye = stage.root.new_instance(camera)
    grey = np.repeat(np.ascontiguousarray(texture[..., :1], dtype=np.float32), 3, axis=-1)
    material = stage.new_material(stage.new_bsdf_lambertian())
    material.set_albedo_image(stage.add_texture(Image(grey)))
    for item in drawn:
        radii = [Meter(float(r)) for r in item.seen.body.radii]
        ball = stage.add_primitive(stage.add_ellipsoid(*radii), material)
        place = stage.root.new_instance(ball)
        place.set_position(*[Meter(float(v)) for v in item.centre])
        place.set_rotation_parent_to_local(huira.Mat3(item.view))
    sun = stage.root.new_instance(stage.new_sun_light())
    sunward = drawn[0].view.T @ drawn[0].sun * drawn[0].seen.sun_distance
    sun.set_position(*[Meter(float(v)) for v in drawn[0].centre + sunward])
    renderer = Renderer()
    renderer.set_max_bounces(1)
    renderer.set_samples_per_pixel(SAMPLES**2)
    now = huira.Time("2020-07-26T21:14:35")
    view = SceneView(stage, huira.Interval(now, now), eye, huira.ObservationMode.GEOMETRIC_STATE)

    def work() -> np.ndarray:
        frame = camera.make_frame_buffer()
        frame.enable_received_power()
        renderer.render(view, frame)
        return np.asarray(frame.received_power.to_numpy(), dtype=np.float64).sum(axis=-1)

    return work


def mitsuba_picture(drawn, texture):
    """A function that renders the two bodies with mitsuba's scalar variant: radiance (y, x).

    mitsuba's spheres cannot be flattened and lay their texture otherwise: plain grey spheres of the
    same outline area stand for the bodies, 0.5 like the texture on average.
    """
    import mitsuba

    mitsuba.set_variant("scalar_rgb")
    from mitsuba import ScalarTransform4f as Turn

    del texture
    unit = 1.0e6  # thousand km, so that 32-bit floats keep the limb
    sunward = drawn[0].view.T @ drawn[0].sun
    stage = {
        "type": "scene",
        "integrator": {"type": "direct", "emitter_samples": 1, "bsdf_samples": 0},
        "sensor": {
            "type": "perspective",
            "fov": math.degrees(2.0 * math.atan(0.5 * CAMERA.width / CAMERA.focal_px)),
            "fov_axis": "x",
            "near_clip": 1.0,
            "far_clip": 1e5,
            "to_world": Turn().look_at(origin=[0, 0, 0], target=[0, 0, 1], up=[0, -1, 0]),
            "film": {
                "type": "hdrfilm", "width": CAMERA.width, "height": CAMERA.height,
                "rfilter": {"type": "box"}, "pixel_format": "luminance",
                "component_format": "float32",
            },
            "sampler": {"type": "stratified", "sample_count": SAMPLES**2},
        },
        "sun": {
            "type": "directional", "direction": [float(-v) for v in sunward],
            "irradiance": {"type": "spectrum", "value": math.pi},
        },
    }  # fmt: skip
    for item in drawn:
        a, _, c = item.seen.body.radii
        stage[item.seen.body.name] = {
            "type": "sphere",
            "center": [float(v) for v in item.centre / unit],
            "radius": math.sqrt(a * c) / unit,
            "bsdf": {"type": "diffuse", "reflectance": {"type": "uniform", "value": 0.5}},
        }
    scene = mitsuba.load_dict(stage)

    def work() -> np.ndarray:
        return np.array(mitsuba.render(scene), dtype=np.float64)[..., 0]

    return work


def lit_area(image: np.ndarray) -> int:
    return int(np.sum(image > LIT * np.quantile(image[image > 0.0], 0.99)))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    as_json = parser.parse_args().json
    state = observer()
    attitude = look_back.frame_bodies(state, AT)
    items = [look_back.seen(name, state, AT) for name in ("earth", "moon")]
    drawn = [look_back.placed(item, CAMERA, attitude) for item in items]
    lens, _ = look_back.lens_numbers(CAMERA)
    texture = np.ascontiguousarray(0.1 + 0.8 * earth_levels()[0][..., :1])
    look_back.scene(CAMERA, attitude, state, AT, backplanes=False)
    ours_lambert(drawn, lens, texture)
    rows = {}
    seconds, image = best(lambda: ours_lambert(drawn, lens, texture), 9)
    rows["marsward, Lambert"] = (seconds, image)
    seconds, full = best(lambda: look_back.scene(CAMERA, attitude, state, AT, backplanes=False), 9)
    rows["marsward, full scene with stars"] = (seconds, full["radiance"].values)
    for name, build in (("Huira 0.9.11", huira_picture), ("mitsuba scalar_rgb", mitsuba_picture)):
        try:
            work = build(drawn, texture)
        except ImportError as missing:
            print(f"{name}: not installed ({missing.name}); pip install {missing.name}")
            continue
        work()
        rows[name] = best(work, 3)
    grey = ours_lambert(drawn, lens, np.full_like(texture, 0.5))
    report = {}
    for name, (seconds, picture) in rows.items():
        same = grey if "mitsuba" in name else image
        area, total = lit_area(same), same.sum()
        scale = np.quantile(picture[picture > 0], 0.9) / np.quantile(same[same > 0], 0.9)
        report[name] = {
            "cpu_s": seconds,
            "times_marsward_full": seconds / rows["marsward, full scene with stars"][0],
            "lit_px": lit_area(picture),
            "lit_over_ours": lit_area(picture) / area,
            "flux_over_ours_same_peak": float(picture.sum() / scale / total),
        }
    if as_json:
        print(json.dumps(report, indent=1))
        return
    for name, row in report.items():
        print(
            f"{name:34s} {row['cpu_s']:8.4f} s CPU  {row['times_marsward_full']:7.1f} x  "
            f"lit {row['lit_px']:6d} px ({row['lit_over_ours']:.4f})  "
            f"flux {row['flux_over_ours_same_peak']:.4f}"
        )


def rows(*, quick: bool = False) -> Iterator[object]:
    """The rows of the page: Lambert bodies alone, then our full scene, beside each renderer."""
    from benchmarks.race import Row, told

    state = observer()
    attitude = look_back.frame_bodies(state, AT)
    items = [look_back.seen(name, state, AT) for name in ("earth", "moon")]
    drawn = [look_back.placed(item, CAMERA, attitude) for item in items]
    lens, _ = look_back.lens_numbers(CAMERA)
    texture = np.ascontiguousarray(0.1 + 0.8 * earth_levels()[0][..., :1])
    grey = np.full_like(texture, 0.5)

    def plain(painted: np.ndarray) -> np.ndarray:
        return ours_lambert(drawn, lens, painted)

    def full(_: np.ndarray) -> object:
        return look_back.scene(CAMERA, attitude, state, AT, backplanes=False)

    peers = (
        ("huira", "Huira", huira_picture, texture, ""),
        ("mitsuba", "mitsuba", mitsuba_picture, grey,
         "scalar_rgb; plain grey spheres of the same outline area: its spheres have one radius"),
    )  # fmt: skip
    for package, label, build, painted, said in peers:
        for what, ours, top in (("two Lambert bodies", plain, False), (FULL, full, True)):

            def row(p=package, n=label, b=build, t=painted, o=ours, w=what, s=said, top=top) -> Row:
                rounds = 1 if quick else 3
                return _raced(p, n, b(drawn, texture), plain(t), lambda: o(t), w, s, top, rounds)

            yield told(label, what, INPUTS, row)


FULL = "full scene with air, sea, clouds, lights, earthshine, stars"
INPUTS = "2048 × 1536 pixels, 16 samples"


def _raced(package, label, theirs, image, ours, what, said, top, rounds):
    """A row: lit area and flux at the same peak are compared on the Lambert bodies."""
    from benchmarks.race import Check, Row, named, race

    other = theirs()
    scale = np.quantile(other[other > 0], 0.9) / np.quantile(image[image > 0], 0.9)
    checks = (
        Check("lit area", 100.0 * (lit_area(other) / lit_area(image) - 1.0), 1.0, "% apart"),
        Check("flux", 100.0 * (other.sum() / scale / image.sum() - 1.0), 1.0, "% apart"),
    )
    spans = race(ours, theirs, rounds=rounds, patience=25.0, often=3)
    if what is FULL:
        said = "; ".join(filter(None, (said, "the peer renders the two Lambert bodies only")))
    return Row(what, INPUTS, named(package, label), *spans, checks, "a picture", said=said,
               headline=top)  # fmt: skip


if __name__ == "__main__":
    main()
