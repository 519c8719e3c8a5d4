"""The camera's detector: statistics of its noise, point spread, exposure, and files."""

import math

import numpy as np
import pytest
import xarray as xr
from astropy.io import fits
from astropy.wcs import WCS
from PIL import Image
from pydantic import ValidationError
from scipy.ndimage import gaussian_filter

from marsward.core.errors import InputError
from marsward.data.fits_writer import celestial_keywords, write_fits, write_png
from marsward.geometry.pinhole import aim
from marsward.instruments.camera import Camera

SIZE = {"width": 256, "height": 192}
CAMERA = Camera(**SIZE)
PLAIN = Camera(**SIZE, prnu=0.0)


def a_scene(radiance=0.0, *, stars=(), camera=CAMERA):
    """A flat grey scene with stars (x, y, photons)."""
    x, y, photons = (np.array(stars, dtype=float).reshape(-1, 3).T) * 1.0
    image = np.full((camera.height, camera.width), float(radiance))
    return xr.Dataset(
        {
            "radiance": (("y", "x"), image),
            "star_x": ("star", x),
            "star_y": ("star", y),
            "star_photons": ("star", photons),
        },
        attrs={"photon_energy_J": 3.2e-19, "utc": "2020-07-26T21:14:35.000", "et": 6.5e8},
    )


def flat_rate(camera, electrons):
    return np.full((camera.height, camera.width), float(electrons))


def test_every_value_says_where_it_is_from():
    rows = {row.name: row for row in Camera.parameters()}
    assert rows["aperture"].origin == "assumed"
    assert rows["aperture"].unit == "m"
    assert all(row.description for row in rows.values())
    assert all(row.origin in ("assumed", "published", "derived") for row in rows.values())


def test_field_of_the_optical_navigation_sensor():
    across, down = np.degrees(Camera().pinhole.field)
    assert across == pytest.approx(6.0, abs=0.001)
    assert down == pytest.approx(4.5, abs=0.01)


def test_electrons_of_a_grey_scene_are_the_radiometric_formula():
    rate = PLAIN.electron_rate(a_scene(10.0))
    area = math.pi / 4 * 0.03**2
    expected = 10.0 * area * (9e-6 / 0.17585) ** 2 * 0.4 / 3.2e-19
    assert rate[90:100, 120:140] == pytest.approx(expected, rel=1e-9)


def test_a_star_keeps_its_light_and_its_place():
    rate = CAMERA.electron_rate(a_scene(stars=[(100.3, 80.8, 1e9)]))
    assert rate.sum() == pytest.approx(1e9 * CAMERA.area * 0.4, rel=1e-8)
    j, i = np.indices(rate.shape)
    assert (rate * i).sum() / rate.sum() == pytest.approx(100.3, abs=1e-4)
    assert (rate * j).sum() / rate.sum() == pytest.approx(80.8, abs=1e-4)
    spread = (rate * (i - 100.3) ** 2).sum() / rate.sum()
    assert spread == pytest.approx(0.7**2 + 1.0 / 12.0, abs=1e-3)


def test_point_spread_of_a_picture_is_a_gaussian_filter():
    rng = np.random.default_rng(5)
    scene = a_scene()
    scene["radiance"].values[60:90, 100:150] = rng.uniform(0.0, 5.0, (30, 50))
    scene.attrs["boxes"] = [100, 150, 60, 90]
    whole = a_scene()
    whole["radiance"].values[:] = scene["radiance"].values
    ours, same = PLAIN.electron_rate(scene), PLAIN.electron_rate(whole)
    unit = PLAIN.electron_rate(a_scene(1.0))[90, 120]
    theirs = gaussian_filter(scene["radiance"].values, 0.7, mode="constant", radius=5)
    assert ours == pytest.approx(unit * theirs, abs=1e-9 * unit)
    assert same == pytest.approx(ours, abs=1e-9 * unit)


def test_overlapping_boxes_count_light_once():
    scene = a_scene()
    scene["radiance"].values[40:80, 40:80] = 2.0
    scene.attrs["boxes"] = [30, 70, 30, 90, 60, 90, 30, 90]
    whole = a_scene()
    whole["radiance"].values[40:80, 40:80] = 2.0
    ours = PLAIN.electron_rate(scene)
    assert ours == pytest.approx(PLAIN.electron_rate(whole), rel=1e-9, abs=1e-6)


@pytest.mark.parametrize("electrons", [0.0, 3.0, 400.0, 20_000.0])
def test_noise_is_poisson_plus_read(electrons):
    dn = PLAIN.observe(a_scene(), exposure=1.0, rate=flat_rate(PLAIN, electrons), seed=7)["dn"]
    charge = (dn.values.astype(float) - 200.0) * 4.0
    count = charge.size
    mean, variance = electrons + 5.0, electrons + 5.0 + 100.0 + 16.0 / 12.0
    assert charge.mean() == pytest.approx(mean, abs=5.0 * math.sqrt(variance / count))
    assert charge.var() == pytest.approx(variance, rel=5.0 * math.sqrt(2.0 / count) + 0.002)


def test_dark_charge_alone_is_poisson():
    quiet = Camera(**SIZE, prnu=0.0, read_noise="0 e-", gain="1 e-/DN", dark_current="2 e-/s")
    frame = quiet.observe(a_scene(), exposure=1.0, rate=flat_rate(quiet, 0.0), seed=1)
    counts = np.bincount(frame["dn"].values.ravel() - 200, minlength=8)[:8]
    law = np.exp(-2.0) * 2.0 ** np.arange(8) / [math.factorial(k) for k in range(8)]
    size = quiet.width * quiet.height
    assert np.abs(counts - size * law).max() < 5.0 * math.sqrt(size * 0.27)


def test_fixed_pattern_is_the_same_in_every_frame():
    rate = flat_rate(CAMERA, 40_000.0)
    frames = [CAMERA.observe(a_scene(), exposure=1.0, rate=rate, seed=s)["dn"] for s in range(24)]
    mean = np.mean([f.values.astype(float) for f in frames], axis=0) - 200.0
    assert mean.std() / mean.mean() == pytest.approx(0.008, rel=0.1)


def test_same_seed_same_frame_other_seed_other_frame():
    rate = flat_rate(CAMERA, 100.0)
    one, two, three = (
        CAMERA.observe(a_scene(), exposure=1.0, rate=rate, seed=s)["dn"].values for s in (3, 3, 4)
    )
    assert np.array_equal(one, two)
    assert not np.array_equal(one, three)


def test_full_pixels_clip_at_the_full_well():
    frame = CAMERA.observe(a_scene(), exposure=1.0, rate=flat_rate(CAMERA, 1e6), seed=0)
    assert frame["dn"].values.min() >= frame.attrs["saturation_dn"]
    assert frame["dn"].values.max() <= 60000 / 4 + 200 + 15


def test_automatic_exposure_fills_the_well_as_asked():
    rate = np.zeros((192, 256))
    rate[50:100, 50:100] = 2.0e8
    seconds = CAMERA.automatic_exposure(rate)
    assert seconds == pytest.approx(0.7 * 60000 / 2.0e8, abs=1.1e-5)
    assert CAMERA.automatic_exposure(np.zeros((192, 256))) == pytest.approx(10.0)
    frame = CAMERA.observe(a_scene(), rate=rate, seed=1)
    assert frame.attrs["exposure_s"] == seconds


def test_limiting_magnitude_is_where_a_star_has_that_ratio():
    camera = Camera()
    faint = camera.limiting_magnitude(0.4, snr=8.0)
    assert faint == pytest.approx(10.4, abs=0.2)
    assert camera.limiting_magnitude(0.8, snr=8.0) > faint > camera.limiting_magnitude(0.4, snr=20)


def test_bad_values_are_refused():
    with pytest.raises(ValidationError, match="band_lo"):
        Camera(band_lo="900 nm", band_hi="800 nm")
    with pytest.raises(ValidationError, match="aperture"):
        Camera(aperture="30")
    with pytest.raises(ValidationError):
        Camera(bits=40)
    with pytest.raises(InputError, match="exposure"):
        CAMERA.observe(a_scene(), exposure=-1.0)
    with pytest.raises(InputError, match="exposure"):
        CAMERA.observe(a_scene(), exposure="long")
    with pytest.raises(InputError, match="pixels"):
        Camera().observe(a_scene())


def test_exposure_takes_a_time_or_auto():
    assert Camera(exposure="2 ms").exposure == pytest.approx(2e-3)
    assert Camera(exposure="auto").exposure == "auto"


@pytest.mark.filterwarnings("ignore::astropy.wcs.FITSFixedWarning")
def test_fits_carries_the_picture_and_the_sky(tmp_path):
    attitude = aim([0.3, -0.7, 0.4])
    pinhole = CAMERA.pinhole
    frame = CAMERA.observe(a_scene(1.0), exposure=1e-3, seed=2)
    sky = celestial_keywords(attitude, pinhole.focal_px, pinhole.cx, pinhole.cy)
    path = write_fits(frame, tmp_path / "a.fits", celestial=sky)
    first = path.read_bytes()
    with fits.open(path) as file:
        assert np.array_equal(file[0].data, frame["dn"].values)
        header = file[0].header
        assert header["DATE-OBS"] == "2020-07-26T21:14:35.000"
        assert header["EXPTIME"] == pytest.approx(1e-3)
        sky = WCS(header)
    for pixel in ([10.0, 20.0], [250.0, 3.5], [127.5, 95.5]):
        v = attitude.T @ pinhole.ray(pixel)
        ra, dec = sky.wcs_pix2world([pixel], 0)[0]
        assert ra == pytest.approx(math.degrees(math.atan2(v[1], v[0])) % 360.0, abs=1e-9)
        assert dec == pytest.approx(math.degrees(math.asin(v[2])), abs=1e-9)
    again = celestial_keywords(attitude, pinhole.focal_px, pinhole.cx, pinhole.cy)
    assert write_fits(frame, tmp_path / "a.fits", celestial=again).read_bytes() == first
    assert len(list(tmp_path.iterdir())) == 1


def test_png_says_its_stretch(tmp_path):
    frame = CAMERA.observe(a_scene(stars=[(100.0, 80.0, 1e11)]), exposure=1.0, seed=2)
    path = write_png(frame, tmp_path / "a.png")
    with Image.open(path) as picture:
        assert picture.size == (256, 192)
        assert picture.mode == "L"
        assert "gamma 2.2" in picture.info["Stretch"]
        assert picture.getpixel((100, 80)) > 200
    with pytest.raises(InputError, match="gamma"):
        write_png(frame, tmp_path / "a.png", gamma=0.0)
    with pytest.raises(InputError, match="needs a variable dn"):
        write_png(xr.Dataset(), tmp_path / "b.png")
