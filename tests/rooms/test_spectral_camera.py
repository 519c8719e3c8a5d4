"""A rover's spectral camera, the reflectance that is told from it, and the rocks it looks at."""

from types import SimpleNamespace

import numpy as np
import pytest

from marsward.core.errors import InputError
from marsward.instruments.spectral_camera import SpectralCamera
from marsward.mission.phases.rover_chemistry_looks import camera_looks
from marsward.physics.rock_oxides import OXIDES
from marsward.planet.rover_rocks import rover_rocks
from marsward.retrieval.relative_reflectance import band_depth, relative_reflectance

MSCAM = SpectralCamera(name="mscam")
LAM = np.arange(400e-9, 1200e-9, 5e-9)
FLAT = np.full((1, LAM.size), 0.2)
SUN = {"direct": 300.0, "diffuse": 120.0}


def test_presets_have_the_published_bands():
    wide = [round(each.width * 1e9) for each in MSCAM.bands]
    assert np.round(MSCAM.wavelength * 1e9).tolist() == [480, 525, 650, 700, 800, 900, 950, 1000]
    assert wide == [20, 20, 12, 15, 25, 30, 50, 50]
    zoom = SpectralCamera(name="mastcam-z")
    assert len(zoom.bands) == 11
    assert zoom.wavelength[[0, -1]] == pytest.approx([442e-9, 1022e-9])


def test_bands_take_the_mean_of_a_straight_spectrum():
    slope = (0.1 + 0.2 * (LAM - 4e-7) / 8e-7)[None]
    wanted = 0.1 + 0.2 * (MSCAM.wavelength - 4e-7) / 8e-7
    assert MSCAM.sampled(slope, LAM)[0] == pytest.approx(wanted, abs=1.5e-3)
    assert MSCAM.sampled(FLAT, LAM)[0] == pytest.approx(0.2, rel=1e-12)


def test_light_and_response_cancel():
    calm = SpectralCamera(
        name="mscam", common_error=0.0, band_error=0.0, pixels=10**8, sky_colour=2.0
    )
    for light in (SUN, {"direct": 20.0, "diffuse": 90.0}):
        told = relative_reflectance(calm.observe(FLAT, LAM, **light))
        assert told["band_reflectance"].values[0] == pytest.approx(0.2, rel=1e-3)


def test_signal_is_rate_times_light_times_reflectance():
    still = SpectralCamera(name="mscam", common_error=0.0, band_error=0.0, pixels=10**9)
    looks = still.observe(FLAT, LAM, direct=1361.0 / 1.38**2, diffuse=0.0)
    wanted = [0.2 * each.rate for each in still.bands]
    assert looks["band_signal"].values[0] == pytest.approx(wanted, rel=1e-3)


def test_errors_are_honest_over_campaigns():
    rocks = rover_rocks(900.0, seed=2)
    true = MSCAM.sampled(rocks.reflectance, rocks.wavelength)
    total, own = [], []
    for seed in range(100):
        looks = MSCAM.observe(rocks.reflectance, rocks.wavelength, **SUN, seed=seed, campaign=seed)
        told = relative_reflectance(looks)
        off = told["band_reflectance"].values - true
        total.append(np.mean((off / told["band_reflectance_sigma"].values) ** 2))
        known = true / MSCAM.target_truth(seed)
        off = told["band_reflectance"].values - known
        own.append(np.mean((off / told["band_reflectance_noise"].values) ** 2))
    assert np.mean(total) == pytest.approx(1.0, abs=0.15)
    assert np.mean(own) == pytest.approx(1.0, abs=0.08)


def test_faint_light_makes_more_noise():
    noise = [
        relative_reflectance(MSCAM.observe(FLAT, LAM, direct=d, diffuse=0.1))[
            "band_reflectance_noise"
        ].values
        for d in (300.0, 0.5)
    ]
    assert np.all(noise[1] > noise[0])


def test_depth_of_a_band():
    dip = 1.0 - 0.3 * np.exp(-0.5 * ((LAM - 900e-9) / 20e-9) ** 2)
    calm = SpectralCamera(name="mscam", common_error=0.05, band_error=0.0, pixels=10**8)
    told = relative_reflectance(calm.observe((0.4 * dip)[None], LAM, **SUN, campaign=7))
    depth, sigma = band_depth(told, "900 nm", "800 nm", "1000 nm")
    within = calm.sampled(dip[None], LAM)[0, 5]
    assert depth[0] == pytest.approx(1.0 - within, abs=2e-3)
    assert 0.0 < sigma[0] < 1e-3


def test_rocks_are_the_same_for_a_seed_and_hold_what_their_minerals_do():
    one, again, other = rover_rocks(500.0, seed=1), rover_rocks(500.0, seed=1), rover_rocks(500.0)
    assert np.array_equal(one.oxides, again.oxides)
    assert not np.array_equal(one.oxides, other.oxides)
    assert len(set(one.names)) == 8
    assert np.all((one.along >= 0.0) & (one.along <= 500.0))
    assert np.all((one.oxides >= 0.0) & (one.oxides.sum(axis=1)[:, None] <= 1.0))
    by = dict(zip(one.names, one.oxides, strict=True))
    assert by["carbonate-bearing rock"][OXIDES.index("MgO")] > 0.2
    assert by["sulphate crust"].sum() < 0.85
    light = MSCAM.sampled(one.reflectance, one.wavelength)
    red = dict(zip(one.names, light[:, 4], strict=True))
    assert red["bright drift"] > 0.25 > red["dark sand"] > 0.05


def test_a_rover_looks_at_noon_and_says_when_it_has_no_camera():
    level = np.array([[100.0, 400.0, 200.0]])
    light = SimpleNamespace(level=level, direct=0.7 * level, diffuse=0.3 * level)
    site = SimpleNamespace(light=light, opacity=np.array([0.5]))
    phase = SimpleNamespace(camera="mscam", plan_sol=30, sols=1)
    given = SimpleNamespace(instrument=lambda name: MSCAM, seed=3, mission=SimpleNamespace(seed=3))
    told = camera_looks(phase, given, 900.0, site)
    assert told["reflectance"].dims == ("target", "band")
    assert told["wavelength"].values == pytest.approx(MSCAM.wavelength)
    off = (told["reflectance"] - told["truth"]) / told["reflectance_sigma"]
    assert float(np.abs(off).max()) < 5.0
    phase.camera = None
    assert "camera" in camera_looks(phase, given, 900.0, site).attrs["not_flown"]


@pytest.mark.parametrize(
    ("call", "word"),
    [
        (lambda: MSCAM.observe(FLAT, LAM, direct=0.0, diffuse=0.0), "needs light"),
        (lambda: MSCAM.observe(FLAT, LAM * 1e9, **SUN), "do not cover the band"),
        (lambda: MSCAM.observe(FLAT[:, :9], LAM, **SUN), "as many rising wavelengths"),
        (lambda: MSCAM.observe(-FLAT, LAM, **SUN), "0 or more"),
        (
            lambda: relative_reflectance(MSCAM.observe(FLAT, LAM, direct=1e-7, diffuse=0.0)),
            "lost in noise",
        ),
        (
            lambda: relative_reflectance(MSCAM.observe(FLAT, LAM, **SUN).drop_vars("band_signal")),
            "band_signal is missing",
        ),
        (
            lambda: band_depth(
                relative_reflectance(MSCAM.observe(FLAT, LAM, **SUN)), "480 nm", "525 nm", "650 nm"
            ),
            "does not lie between",
        ),
        (lambda: rover_rocks(-5.0), "length in m"),
        (lambda: SpectralCamera(preset="mscan"), "mscam"),
    ],
)
def test_refusals_are_one_sentence(call, word):
    with pytest.raises(InputError, match=word) as caught:
        call()
    assert "\n" not in str(caught.value)
