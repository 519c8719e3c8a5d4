"""The quick path of the camera: statistics of its numbers, point spread, exposure, limits."""

import math
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from scipy import stats
from scipy.ndimage import gaussian_filter

from marsward.core.errors import InputError
from marsward.core.time import Epoch
from marsward.instruments import camera_lines
from marsward.instruments.camera import Camera
from marsward.instruments.exposure import ziggurat_tables
from marsward.instruments.kernels.exposure import fill_normal, row_state

SIZE = {"width": 512, "height": 384}
PLAIN = Camera(**SIZE, prnu=0.0, flat_error=0.0, dark_current="0 e-/s", psf_sigma="0.06 px")
CLEAR = PLAIN.bands[0]


def light(camera, electrons, seconds=1e-3):
    """An even radiance that gives a pixel on the axis these electrons."""
    per = camera.gain / camera.radiance_scale(camera.bands[0], seconds)
    shape = (len(camera.bands), camera.height, camera.width)
    return np.full(shape, electrons / per, dtype=np.float32)


def charge(camera, electrons, *, seed=1, frame=0, seconds=1e-3):
    """Numbers of an even picture, as electrons."""
    dn = camera.expose(light(camera, electrons, seconds), seconds, seed, frame=frame).dn
    return (dn[0].astype(float) - camera.bias) * camera.gain


def test_the_generator_draws_normal_numbers():
    edges, sure, step = ziggurat_tables()
    layers = edges[:-1] * (np.exp(-0.5 * edges[1:] ** 2) - np.exp(-0.5 * edges[:-1] ** 2))
    assert layers[1:] == pytest.approx(layers[1], rel=1e-9)  # layers of equal area
    tail = math.sqrt(math.pi / 2.0) * math.erfc(edges[1] / math.sqrt(2.0))
    assert edges[1] * math.exp(-0.5 * edges[1] ** 2) + tail == pytest.approx(layers[1], rel=1e-9)
    state, drawn = np.empty(4, dtype=np.uint64), np.empty((200, 10_000), dtype=np.float32)
    for row in range(200):
        row_state(7, 0, 0, row, state)
        fill_normal(state, edges, sure, step, drawn[row])
    flat = drawn.ravel().astype(float)
    assert stats.kstest(flat, "norm").pvalue > 1e-3
    beyond = (np.abs(flat) > 4.0).mean()
    assert beyond == pytest.approx(2.0 * stats.norm.sf(4.0), rel=0.3)
    assert np.abs(np.corrcoef(drawn[:, 0:2000])[np.triu_indices(200, 1)]).max() < 0.12


@pytest.mark.parametrize("electrons", [0.5, 3.0, 29.0, 31.0, 400.0, 20_000.0])
def test_mean_and_variance_are_those_of_a_detector(electrons):
    seen = charge(PLAIN, electrons)
    variance = electrons + 100.0 + 16.0 / 12.0
    assert seen.mean() == pytest.approx(electrons, abs=5.0 * math.sqrt(variance / seen.size))
    assert seen.var() == pytest.approx(variance, rel=5.0 * math.sqrt(2.0 / seen.size) + 0.002)


def test_few_electrons_are_counted_one_by_one():
    quiet = PLAIN.model_copy(update={"read_noise": 0.0, "gain": 1.0})
    counts = np.bincount(charge(quiet, 4.0).astype(int).ravel(), minlength=16)[:16]
    law = stats.poisson.pmf(np.arange(16), 4.0) * PLAIN.width * PLAIN.height
    assert np.sum((counts - law) ** 2 / law) < stats.chi2.ppf(0.9999, 15)


def test_photon_transfer_gives_the_gain_back():
    levels = np.geomspace(200.0, 40_000.0, 8)
    means, variances = [], []
    for number, level in enumerate(levels):
        pair = [
            PLAIN.expose(light(PLAIN, level), 1e-3, 3, frame=2 * number + k).dn[0].astype(float)
            for k in (0, 1)
        ]
        means.append(0.5 * (pair[0].mean() + pair[1].mean()) - PLAIN.bias)
        variances.append(0.5 * np.var(pair[0] - pair[1]))
    slope, offset = np.polyfit(means, variances, 1, w=1.0 / np.array(variances))
    assert 1.0 / slope == pytest.approx(PLAIN.gain, rel=0.005)
    assert PLAIN.gain * math.sqrt(offset - 1.0 / 12.0) == pytest.approx(10.0, rel=0.05)


def test_full_pixels_clip_and_then_are_read():
    seen = charge(PLAIN, 2e6)
    assert seen.mean() == pytest.approx(60_000.0, abs=0.5)
    assert seen.std() == pytest.approx(10.0, rel=0.05)
    near = charge(PLAIN, 60_000.0)
    shot = np.minimum(np.random.default_rng(1).poisson(60_000.0, near.size), 60_000.0)
    assert near.mean() == pytest.approx(shot.mean(), abs=3.0)
    assert near.std() == pytest.approx(math.hypot(shot.std(), 10.0), rel=0.02)


def test_numbers_do_not_depend_on_threads_or_order():
    camera = Camera(width=256, height=192, prnu=0.02)
    radiance = light(camera, 5000.0)
    alone = [camera.expose(radiance, 1e-3, 9, frame=k).dn for k in range(6)]
    with ThreadPoolExecutor(4) as pool:
        both = list(pool.map(lambda k: camera.expose(radiance, 1e-3, 9, frame=k).dn, range(6)))
    assert all(np.array_equal(a, b) for a, b in zip(alone, both, strict=True))
    assert not np.array_equal(alone[0], alone[1])
    other = camera.expose(radiance, 1e-3, 10, frame=0).dn
    assert not np.array_equal(alone[0], other)
    top = camera.expose(radiance, 1e-3, 9, frame=0).dn[0]
    assert not np.array_equal(top[0], top[1])


def test_point_spread_is_a_gaussian_filter():
    soft = PLAIN.model_copy(update={"psf_sigma": 1.3, "read_noise": 0.0})
    picture = light(soft, 1.0)
    picture[0] *= np.random.default_rng(2).uniform(5000.0, 40_000.0, picture[0].shape)
    total = np.zeros(picture[0].shape)
    for frame in range(40):
        total += soft.expose(picture, 1e-3, 1, frame=frame).dn[0].astype(float) - soft.bias
    wanted = gaussian_filter(picture[0].astype(float), 1.3, mode="nearest", truncate=4.7)
    wanted *= 1.0 / soft.radiance_scale("clear", 1e-3)
    off = (total / 40.0 - wanted) / np.sqrt(wanted / soft.gain / 40.0)
    assert off.std() == pytest.approx(1.0, abs=0.02)
    assert abs(off.mean()) < 0.02


def test_motion_smears_along_the_columns_only():
    still = PLAIN.model_copy(update={"read_noise": 0.0})
    picture = light(still, 0.0)
    picture[0, 200, 100] = light(still, 50_000.0)[0, 0, 0]
    dn = still.expose(picture, 1e-3, 1, image_rate=4000.0).dn[0].astype(float) - still.bias
    share = dn[195:206, 100] / dn.sum()
    assert share == pytest.approx([0, 0, 0, 0.125, 0.25, 0.25, 0.25, 0.125, 0, 0, 0], abs=0.01)
    assert dn[:, 99].sum() == pytest.approx(0.0, abs=5.0)


def test_light_falls_off_the_axis_and_the_pattern_is_known():
    camera = Camera(preset="moric").scaled(width=256)
    flat = camera.flat("green")
    corner = camera.pinhole.ray([0.0, 0.0])[2]
    even = camera.model_copy(update={"prnu": 0.0}).flat("green")
    assert even[0, 0] == pytest.approx(corner**4, rel=1e-5)
    assert even.max() == pytest.approx(1.0, abs=1e-4)
    assert (flat / even).std() == pytest.approx(camera.prnu, rel=0.02)
    camera = camera.model_copy(update={"prnu": 0.02, "flat_error": 0.004})
    total = np.zeros(flat.shape)
    radiance = light(camera, 0.5 * camera.full_well)
    for frame in range(30):
        total += camera.expose(radiance, 1e-3, 4, frame=frame).dn[1].astype(float) - camera.bias
    left = total / 30.0 / camera.flat("green")
    left /= left.mean()
    assert left.std() == pytest.approx(0.004, rel=0.1)


def test_numbers_give_the_radiance_back():
    camera = Camera(preset="moric").scaled(width=320)
    truth = np.stack([np.full((240, 320), level, dtype=np.float32) for level in (4.0, 3.0, 2.0)])
    exposed = camera.expose(truth, "auto", 5)
    seconds = exposed.attrs["exposure_s"]
    for number, band in enumerate(camera.bands):
        dn = exposed.dn[number].astype(float) - camera.bias - camera.dark(band, seconds)
        found = dn * camera.radiance_scale(band, seconds) / camera.flat(band)
        sigma = truth[number, 0, 0] / camera.signal_to_noise(truth[number, 0, 0], band, seconds)
        assert found.mean() == pytest.approx(truth[number, 0, 0], rel=2e-4)
        assert found[100:140, 140:180].std() == pytest.approx(float(sigma), rel=0.1)


def test_automatic_exposure_aims_and_does_not_smear():
    radiance = light(PLAIN, 1.0, 1.0) * np.float32(2.0e7)
    assert camera_seconds(PLAIN, radiance) == pytest.approx(0.7 * 60_000 / 2e7, abs=1.1e-5)
    assert camera_seconds(PLAIN, radiance, 4000.0) == pytest.approx(2.5e-4)
    assert camera_seconds(PLAIN, radiance * np.float32(0.0)) == pytest.approx(10.0)
    assert camera_seconds(PLAIN, radiance * np.float32(1e6)) == pytest.approx(1e-5)
    dark = radiance.copy()
    dark[0, :, :400] = 0.0  # the sky beside a planet does not count
    assert camera_seconds(PLAIN, dark) == pytest.approx(0.7 * 60_000 / 2e7, abs=1.1e-5)
    exposed = PLAIN.expose(radiance, "auto", image_rate=4000.0)
    assert exposed.attrs["smear_px"] == pytest.approx(1.0)


def camera_seconds(camera, radiance, image_rate=0.0):
    return camera.expose(radiance, "auto", image_rate=image_rate).attrs["exposure_s"]


def test_scaled_camera_keeps_the_field_the_numbers_and_the_noise_of_a_sum():
    whole = Camera(preset="moric")
    small = whole.scaled(width=512)
    assert (small.width, small.height) == (512, 384)
    assert small.footprint_angles == pytest.approx(whole.footprint_angles, rel=1e-12)
    assert small.radiance_scale("red", 1e-3) == pytest.approx(whole.radiance_scale("red", 1e-3))
    ratio = small.signal_to_noise(3.0, "red", 1e-3) / whole.signal_to_noise(3.0, "red", 1e-3)
    assert float(ratio) == pytest.approx(8.0, rel=0.02)  # rounded once, not 64 times
    assert small.band("red").lo == whole.band("red").lo
    with pytest.raises(InputError, match="can be scaled to 8 to 4096 columns"):
        whole.scaled(width=8192)


def test_published_signal_to_noise_of_hiric_is_within_reach_of_what_is_assumed():
    """Opt. Precis. Eng. 30:217 (2022): 115.1 with 32 stages, Sun 30 deg high, albedo 0.2."""
    camera = Camera(preset="hiric")
    pan = camera.band("pan")
    sun = pan.solar_irradiance / 1.5237**2 * math.sin(math.radians(30.0))
    line = camera_lines.line_period(camera, 3996.0 / 265e3)  # ground speed at 265 km
    assert line == pytest.approx(0.5 / 3996.0, rel=1e-3)
    ratio = float(camera.signal_to_noise(0.2 * sun / math.pi, pan, line))
    assert ratio == pytest.approx(115.1, rel=0.15)  # aperture and efficiencies are assumed
    one = pan.model_copy(update={"stages": 1})
    assert ratio / float(camera.signal_to_noise(0.2 * sun / math.pi, one, line)) > 5.0


def test_lines_of_a_pushbroom_and_strips_of_a_push_frame():
    line = Camera(
        mode="pushbroom",
        width=64,
        height=100,
        bands=[
            {"name": "a", "lo": "500 nm", "hi": "600 nm", "row": -8.0},
            {"name": "b", "lo": "600 nm", "hi": "700 nm", "row": 16.0, "stages": 4},
        ],
    )
    ahead = line.line_rays("b")
    assert ahead.shape == (64, 3)
    assert ahead[:, 1] / ahead[:, 2] == pytest.approx(16.0 * line.ifov)
    assert camera_lines.line_lag(line, "b") == -16.0
    with pytest.raises(InputError, match="name one of a, b"):
        line.line_rays()
    epochs = camera_lines.line_epochs(line, Epoch.et(0.0), 1e-3)
    assert epochs.shape == (100,)
    radiance = np.full((2, 37, 64), 4.0, dtype=np.float32)
    dn = line.expose(radiance, 1e-4, 1).dn.astype(float) - line.bias
    assert dn.shape == (2, 37, 64)
    scale = [line.radiance_scale(band, 1e-4) for band in line.bands]
    assert dn.mean(axis=(1, 2)) == pytest.approx(4.0 / np.array(scale), rel=0.02)
    assert line.flat("a").shape == (1, 64)
    strips = Camera(
        mode="push-frame",
        width=64,
        height=100,
        bands=[
            {"name": "a", "lo": "500 nm", "hi": "600 nm", "row": -20.0, "rows": 16},
            {"name": "b", "lo": "600 nm", "hi": "700 nm", "row": 20.0, "rows": 16},
        ],
    )
    rays = strips.rays("a")
    assert rays.shape == (16, 64, 3)
    assert np.mean(rays[..., 1] / rays[..., 2]) == pytest.approx(-20.0 * strips.ifov)
    assert strips.expose(np.ones((2, 16, 64), dtype=np.float32), 1e-3).dn.shape == (2, 16, 64)
    assert strips.bits_per_frame == 16 * 64 * 2 * 14
    with pytest.raises(InputError, match="has no line"):
        strips.line_rays("a")
    frame = Camera(width=64, height=48)
    assert frame.rays() == pytest.approx(frame.pinhole.ray(
        np.stack(np.meshgrid(np.arange(64.0), np.arange(48.0)), axis=-1)), abs=0.0)  # fmt: skip


def test_what_cannot_be_exposed_is_refused():
    with pytest.raises(InputError, match=r"takes \(band, y, x\) = \(1, 384, 512\)"):
        PLAIN.expose(np.zeros((3, 384, 512), dtype=np.float32))
    broken = light(PLAIN, 100.0)
    broken[0, 3, 4] = np.nan
    with pytest.raises(InputError, match="pixels of the radiance are negative or no number"):
        PLAIN.expose(broken, 1e-3)
    with pytest.raises(InputError, match="exposure must be positive"):
        PLAIN.expose(light(PLAIN, 1.0), -1.0)
    with pytest.raises(InputError, match="image_rate"):
        PLAIN.expose(light(PLAIN, 1.0), 1e-3, image_rate=-1.0)


def test_a_camera_larger_than_the_memory_is_one_sentence():
    camera = Camera(preset="moric")
    assert camera.memory() == 4096 * 3072 * (6 * 3 + 36)
    camera.require_memory(available=camera.memory())
    with pytest.raises(InputError, match=r"needs 0\.679 GB a frame, and 0\.1 GB are there"):
        camera.require_memory(available=100_000_000)
