"""The spectrometer: presets, channels, noise, the air above, and the way back to the ground."""

import numpy as np
import pytest

from marsward.core.constants import ASTRONOMICAL_UNIT
from marsward.core.errors import InputError
from marsward.data.spectral_library import mineral_spectra
from marsward.instruments.camera_presets import preset_names as camera_names
from marsward.instruments.spectrometer import Spectrometer, solar_irradiance
from marsward.instruments.spectrometer_presets import preset, preset_names
from marsward.physics.co2_bands import co2_transmission
from marsward.physics.dust_spectrum import dust_terms
from marsward.physics.hapke_mixing import intimate_mixture
from marsward.physics.haze import Haze, haze_terms
from marsward.physics.light import planck
from marsward.retrieval.surface_reflectance import surface_reflectance

AU = float(ASTRONOMICAL_UNIT)
GRID = np.arange(0.36, 3.95, 0.002) * 1e-6


@pytest.fixture(scope="module")
def mms():
    return Spectrometer(preset="mms")


@pytest.fixture(scope="module")
def scene():
    """Twenty mixtures of six minerals."""
    library = mineral_spectra(
        ["dust", "plagioclase", "high_ca_pyroxene", "olivine_fo51", "magnetite", "nontronite"]
    )
    share = np.random.default_rng(3).dirichlet(np.ones(6), 20)
    return library.wavelength, intimate_mixture(library.reflectance, share)


def test_presets_are_whole_and_stand_apart_from_cameras():
    assert set(preset_names()) == {"crism", "mms-spectrometer"}
    assert not set(preset_names()) & set(camera_names())
    for name in preset_names():
        made = Spectrometer(preset=name)
        assert made.name == made.preset == name
        told = {row.name: row for row in made.own_parameters()}
        assert told["ranges.infrared.lo"].origin == "published"
        assert all(row.ref for row in told.values() if row.origin in ("published", "derived"))
        assert preset(name).counts()
    assert Spectrometer(name="mms").preset == "mms-spectrometer"
    with pytest.raises(InputError, match="did you mean 'crism'"):
        preset("crim")


def test_mms_has_the_published_channels(mms):
    """He et al. 2021, doi:10.1007/s11214-021-00804-z."""
    lam = mms.wavelength
    assert lam[0] == pytest.approx(379e-9)
    assert 3.417e-6 < lam[-1] <= 3.425e-6
    assert np.diff(lam)[lam[1:] < 1.04e-6] == pytest.approx(2.73e-9)
    assert np.diff(lam)[lam[:-1] > 1.06e-6] == pytest.approx(7.5e-9)
    assert np.all(np.diff(lam) > 0.0)
    assert mms.footprint(265e3) == pytest.approx(2.1e3, rel=0.02)
    assert 2.0 * mms.half_swath * 265e3 == pytest.approx(55e3, rel=0.01)


def test_crism_has_the_published_channels():
    """Murchie et al. 2007, doi:10.1029/2006JE002682: 544 channels, 15 to 19 m a pixel."""
    crism = Spectrometer(preset="crism")
    assert crism.wavelength.size == 544
    assert 15.0 < crism.footprint(290e3) < 19.0


def test_a_value_given_overrides_the_preset():
    coarse = Spectrometer(preset="mms", channel_binning=4)
    fine = Spectrometer(preset="mms")
    assert coarse.wavelength.size in (fine.wavelength.size // 4, fine.wavelength.size // 4 - 1)
    assert coarse.wavelength[0] == pytest.approx(fine.wavelength[:4].mean())
    assert coarse.snr[10] == pytest.approx(2.0 * np.interp(
        coarse.wavelength[10], fine.wavelength, fine.snr), rel=0.01)  # fmt: skip
    assert coarse.fwhm[0] > fine.fwhm[0]
    assert coarse.bits_per_spectrum == 12 * coarse.wavelength.size


def test_a_straight_spectrum_stays_straight(mms):
    taken = mms.sampled(0.2 + 3e4 * GRID, GRID)
    np.testing.assert_allclose(taken, 0.2 + 3e4 * mms.wavelength, rtol=1e-6)


def test_a_gaussian_band_is_widened_as_gaussians_are(mms):
    centre, sigma = 2.2e-6, 20e-9
    fine = np.arange(0.36e-6, 3.95e-6, 0.5e-9)
    taken = mms.sampled(1.0 - 0.3 * np.exp(-0.5 * ((fine - centre) / sigma) ** 2), fine)
    own = mms.fwhm / 2.3548
    wide = np.hypot(sigma, own)
    exact = 1.0 - 0.3 * sigma / wide * np.exp(-0.5 * ((mms.wavelength - centre) / wide) ** 2)
    assert np.abs(taken - exact).max() < 6e-4


def test_gaps_make_gaps_and_what_is_not_covered_is_said(mms):
    spectrum = np.full(GRID.size, 0.3)
    spectrum[(GRID > 1.9e-6) & (GRID < 1.95e-6)] = np.nan
    taken = mms.sampled(spectrum, GRID)
    gone = np.isnan(taken)
    lam = mms.wavelength
    assert gone[(lam > 1.9e-6) & (lam < 1.95e-6)].all()
    assert not gone[(lam < 1.86e-6) | (lam > 1.99e-6)].any()
    part = GRID[GRID > 1.0e-6]
    assert np.isnan(mms.sampled(np.ones(part.size), part))[lam < 1.0e-6].all()
    with pytest.raises(InputError, match="cover no channel"):
        mms.sampled(np.ones(50), np.linspace(0.4, 3.0, 50))
    with pytest.raises(InputError, match="as many rising wavelengths"):
        mms.sampled(np.ones(5), GRID)


def test_noise_is_what_the_signal_to_noise_says(mms):
    level = mms.snr_albedo * np.cos(mms.snr_incidence)
    flat = np.full((1200, GRID.size), mms.snr_albedo)
    seen = mms.observe(flat, GRID, mu0=np.cos(mms.snr_incidence), sun_distance=1.52 * AU,
                       seed=5, calibrated=True)  # fmt: skip
    values = seen["radiance_factor"].values
    assert values.mean() == pytest.approx(level, rel=1e-4)
    np.testing.assert_allclose(level / values.std(axis=0), mms.snr, rtol=0.1)
    pull = (values - level) / seen["radiance_factor_sigma"].values
    assert pull.std() == pytest.approx(1.0, abs=0.02)
    assert np.corrcoef(values[:, 100], values[:, 101])[0, 1] == pytest.approx(0.0, abs=0.1)


def test_noise_grows_far_from_the_sun_and_falls_with_looks(mms):
    near, far = (mms.noise(0.15, sun_distance=d * AU)[0, 200] for d in (1.38, 1.67))
    assert far > near
    one, four = (mms.noise(0.15, looks=n)[0, 200] for n in (1.0, 4.0))
    assert one == pytest.approx(2.0 * four)
    dark, bright = (mms.noise(level)[0, 200] for level in (0.0, 0.3))
    assert 0.0 < dark < bright


def test_seeds_and_campaigns(mms, scene):
    lam, ground = scene
    one = mms.observe(ground, lam, mu0=0.8, seed=1, campaign=3)
    same = mms.observe(ground, lam, mu0=0.8, seed=1, campaign=3)
    other = mms.observe(ground, lam, mu0=0.8, seed=2, campaign=3)
    np.testing.assert_array_equal(one["radiance_factor"], same["radiance_factor"])
    assert np.nanmax(np.abs(one["radiance_factor"] - other["radiance_factor"])) > 1e-4
    gain = mms.gains(3)
    assert gain == pytest.approx(mms.gains(3))
    assert abs(gain.mean() - 1.0) < 4.0 * mms.gain_error
    assert np.std(gain / gain.mean()) == pytest.approx(mms.ripple, rel=0.15)
    spread = np.std([mms.gains(k).mean() for k in range(300)])
    assert spread == pytest.approx(mms.gain_error, rel=0.15)


def test_smile_shifts_the_edge_of_the_swath():
    sharp = Spectrometer(preset="mms", wavelength_error="0 nm", snr_um=((0.3, 1e7), (4.0, 1e7)))
    ramp = 1e5 * (GRID - 0.3e-6)
    seen = sharp.observe(np.stack([ramp, ramp, ramp]), GRID, mu0=1.0, calibrated=True,
                         sample=[207.5, 0.0, 415.0])["radiance_factor"].values  # fmt: skip
    np.testing.assert_allclose(seen[1] - seen[0], 1e5 * 1e-9, rtol=0.02)
    np.testing.assert_allclose(seen[2] - seen[0], 1e5 * 1e-9, rtol=0.02)


def quiet():
    return Spectrometer(preset="crism", snr_um=((0.3, 1e8), (4.0, 1e8)))


def test_sunlight_gas_heat_and_haze_add_up_as_their_laws_say():
    own = quiet()
    lam = own.wavelength
    flat = np.full((1, GRID.size), 0.25)
    mid = (lam > 0.45e-6) & (lam < 3.8e-6)

    def seen(**more):
        made = own.observe(flat, GRID, mu0=0.6, calibrated=True, **more)
        return made["radiance_factor"].values[0][mid]

    np.testing.assert_allclose(seen(), 0.15, rtol=1e-6)
    gas = own.sampled(co2_transmission(GRID, 600.0, 1.0 / 0.6 + 1.0), GRID)[mid]
    np.testing.assert_allclose(seen(pressure=600.0), 0.15 * gas, rtol=4e-3, atol=4e-4)
    glow = np.pi * 0.75 * planck(lam, 290.0) / (solar_irradiance(lam) / 1.5**2)
    hot = seen(surface_temperature=290.0, sun_distance=1.5 * AU) - 0.15
    np.testing.assert_allclose(hot, glow[mid], rtol=3e-3, atol=1e-6)
    assert hot[-1] > 0.01
    t = haze_terms(Haze.dust(0.4, 0.9e-6, 0.9001e-6), 0.6, 1.0, np.arccos(0.6))
    k = np.abs(lam[mid] - 0.9e-6).argmin()
    expected = t.path + t.up * (t.direct * 0.6 + t.sky) * 0.25
    assert seen(haze_depth=0.4)[k] == pytest.approx(float(expected), rel=2e-3)


def test_dust_terms_are_the_haze_at_each_wavelength():
    lam = np.linspace(0.4e-6, 1.0e-6, 48)
    t = dust_terms(lam, 0.3, [0.5, 0.9], 1.0, [1.0, 0.4])
    for k in (0, 20, 47):
        one = haze_terms(Haze.dust(0.3, lam[k], lam[k]), [0.5, 0.9], 1.0, [1.0, 0.4])
        np.testing.assert_allclose(t.path[:, k], one.path, rtol=1e-9)
        np.testing.assert_allclose(t.up[:, k], one.up, rtol=1e-9)
    with pytest.raises(InputError, match="0 to 5"):
        dust_terms(lam, 7.0, 0.5, 1.0, 1.0)


def test_the_ground_comes_back_from_above_the_air(scene):
    lam, ground = scene
    own = quiet()
    mu0 = np.linspace(0.35, 0.95, len(ground))
    pressure = np.linspace(250.0, 900.0, len(ground))
    warm = np.linspace(200.0, 285.0, len(ground))
    seen = own.observe(ground, lam, mu0=mu0, pressure=pressure, haze_depth=0.3,
                       surface_temperature=warm, calibrated=True)  # fmt: skip
    found = surface_reflectance(seen, pressure=pressure, haze_depth=0.3, surface_temperature=warm)
    truth = own.sampled(ground, lam)
    off = found["reflectance"].values - truth
    clear = found["co2_transmission"].values > 0.995
    assert np.nanmax(np.abs(off[clear])) < 3e-3
    assert np.nanmax(np.abs(off)) < 0.05
    assert found["co2_power"].values == pytest.approx(1.0, abs=0.2)
    gone = np.isnan(found["reflectance"].values)
    opaque = (own.wavelength > 2.69e-6) & (own.wavelength < 2.715e-6)
    assert gone[-1, opaque].all()


@pytest.mark.parametrize("known", [True, False])
def test_errors_of_the_ground_hold_with_gas_that_is_not_quite_known(mms, scene, known):
    lam, ground = scene
    rows = np.repeat(ground, 8, axis=0)
    rng = np.random.default_rng(8)
    pressure = rng.uniform(300.0, 900.0, len(rows))
    seen = mms.observe(rows, lam, mu0=rng.uniform(0.4, 0.95, len(rows)), pressure=pressure,
                       co2_strength=rng.normal(1.0, 0.1, len(rows)), seed=2,
                       calibrated=True)  # fmt: skip
    told = pressure * rng.normal(1.0, 0.05, len(rows)) if known else None
    found = surface_reflectance(seen, pressure=told)
    pull = (found["reflectance"].values - mms.sampled(rows, lam)) / found["reflectance_sigma"]
    deep = (mms.wavelength > 1.94e-6) & (mms.wavelength < 2.08e-6)
    assert 0.2 < float(np.nanmean(pull.values[:, deep] ** 2)) < 1.5
    assert float(np.nanmean(pull.values[:, mms.wavelength < 1.3e-6] ** 2)) == pytest.approx(
        1.0, abs=0.05
    )


def test_darkness_and_gas_left_in(mms, scene):
    lam, ground = scene
    seen = mms.observe(ground[:2], lam, mu0=[-0.1, 0.5], pressure=600.0, seed=1)
    assert np.isnan(seen["radiance_factor"].values[0]).all()
    left = surface_reflectance(seen, remove_gas=False)
    assert np.isnan(left["reflectance"].values[0]).all()
    k = np.abs(mms.wavelength - 2.01e-6).argmin()
    out = surface_reflectance(seen, pressure=600.0)
    assert left["reflectance"].values[1, k] < 0.8 * out["reflectance"].values[1, k]


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"mu0": 30.0}, "give cosines"),
        ({"mu0": np.nan}, "must be a number"),
        ({"mu0": [0.5, 0.6, 0.7]}, "shape"),
        ({"mu0": 0.5, "sun_distance": 1.5}, "given in m"),
        ({"mu0": 0.5, "pressure": 6.1e5}, "0 to 2000 Pa"),
        ({"mu0": 0.5, "haze_depth": -1.0}, "0 to 5"),
    ],
)
def test_one_sentence_for_each_mistake_in_a_call(mms, scene, more, words):
    lam, ground = scene
    with pytest.raises(InputError, match=words):
        mms.observe(ground, lam, **more)


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"ranges": ()}, "needs a range"),
        ({"ranges": ({"name": "a", "lo": "2 um", "hi": "1 um"},)}, "below its hi"),
        ({"snr_um": ((1.0, 100.0), (0.5, 100.0))}, "wavelengths rising"),
        ({"ranges": ({"name": "a", "lo": "1 um", "hi": "90 um", "sampling": "0.1 nm"},)}, "wider"),
    ],
)
def test_one_sentence_for_each_mistake_in_the_settings(settings, words):
    with pytest.raises(ValueError, match=words):
        Spectrometer(**settings)


def test_spectra_that_are_none_are_refused_by_the_retrieval(mms, scene):
    lam, ground = scene
    seen = mms.observe(ground, lam, mu0=0.5)
    with pytest.raises(InputError, match="lack radiance_factor_sigma"):
        surface_reflectance(seen.drop_vars("radiance_factor_sigma"))
    visible = seen.isel(wavelength=slice(0, 200))
    with pytest.raises(InputError, match="give the pressure"):
        surface_reflectance(visible)
