"""Temperatures out of the phase of a carrier at occultations, against the air that bent it."""

import math

import numpy as np
import pytest
import xarray as xr
from scipy.integrate import cumulative_simpson

from marsward.core.errors import InputError
from marsward.instruments.radio_science import RadioScience
from marsward.physics.air import GAS_CONSTANT, gravity
from marsward.physics.ionosphere import Ionosphere
from marsward.retrieval.occultation_smoothing import averaging_kernels
from marsward.retrieval.radio_occultation import Assumptions, retrieve_occultations

RADIUS, EARTH = 3.4e6, 2.8e11
COUNT, FEW = 10, 4
HEIGHT = np.arange(0.0, 110.05e3, 100.0)


def straight_tracks(distance, speed, *, top=700e3, zenith=60.0):
    """Tracks of craft that sink (speed < 0) or rise in a straight line behind the limb."""
    rows = []
    for far, fall in zip(distance, speed, strict=True):
        step = max(int(100.0 / abs(fall) * 10.0), 1) / 10.0
        t = np.arange(0.0, (top + 15e3) / abs(fall), step)
        y = RADIUS + (top + fall * t if fall < 0.0 else -15e3 + fall * t)
        r1 = np.hypot(far, y)
        rows.append(
            {
                "et": t, "craft_radius": r1,
                "observer_radius": np.full(t.size, math.hypot(EARTH, RADIUS)),
                "straight_impact": (y * EARTH + RADIUS * far) / np.hypot(far + EARTH, y - RADIUS),
                "craft_radius_rate": y * fall / r1, "observer_radius_rate": np.zeros(t.size),
                "central_angle_rate": -far * fall / r1**2,
            }
        )  # fmt: skip
    width = max(row["et"].size for row in rows)
    data = {
        name: (("profile", "sample"),
               np.array([np.pad(row[name], (0, width - row[name].size), constant_values=np.nan)
                         for row in rows]))
        for name in rows[0]
    }  # fmt: skip
    n = len(rows)
    by_profile = {
        "samples": np.array([row["et"].size for row in rows]), "et_limb": np.zeros(n),
        "curvature_radius": np.full(n, RADIUS), "limb_distance": np.asarray(distance),
        "solar_zenith_angle": np.full(n, zenith), "ingress": (np.asarray(speed) < 0.0) * 1.0,
    }  # fmt: skip
    return xr.Dataset(data | {name: ("profile", v) for name, v in by_profile.items()})


def resting(temperature, ground=610.0):
    """Pressure [Pa] of resting air of temperatures (n, HEIGHT) [K]."""
    weight = gravity(HEIGHT) / (GAS_CONSTANT * temperature)
    return np.exp(np.log(ground) - cumulative_simpson(weight, x=HEIGHT, initial=0.0))


def columns(count, seed=1, wave=2.0):
    """Columns of air: a lapse that ends in an even temperature, with waves."""
    rng = np.random.default_rng(seed)
    cold = rng.normal(150.0, 8.0, count)[:, None]
    t = (
        rng.uniform(200.0, 235.0, count)[:, None]
        - rng.uniform(1.2e-3, 2.6e-3, count)[:, None] * HEIGHT
    )
    t = cold + 8.0 * np.logaddexp(0.0, (t - cold) / 8.0)
    length = rng.uniform(8e3, 20e3, (2, count, 1))
    phase = rng.uniform(0.0, 2.0 * np.pi, (2, count, 1))
    size = wave * rng.standard_normal((2, count, 1)) * np.minimum(HEIGHT / 1e4, 1.0)
    t = t + np.sum(size * np.sin(2.0 * np.pi * HEIGHT / length + phase), axis=0)
    return t, resting(t, rng.uniform(450.0, 900.0, count)[:, None])


def errors(product, temperature):
    """Heights and retrieved less true temperatures [K] (profile, level)."""
    z = product["height_above_areoid"].values
    true = np.array([np.interp(h, HEIGHT, t) for h, t in zip(z, temperature, strict=True)])
    return z, product["temperature"].values - true


def known_top(observation, temperature, **options):
    """Retrieved with the true temperature at the boundary."""
    first = retrieve_occultations(observation, **options)["boundary_height"].values
    top = [np.interp(h, HEIGHT, t) for h, t in zip(first, temperature, strict=True)]
    return retrieve_occultations(observation, boundary_temperature=np.array(top), **options)


@pytest.fixture(scope="module")
def tracks():
    rng = np.random.default_rng(3)
    speed = rng.uniform(800.0, 1200.0, COUNT) * np.where(np.arange(COUNT) % 2, 1.0, -1.0)
    return straight_tracks(rng.uniform(9e6, 13.5e6, COUNT), speed)


@pytest.fixture(scope="module")
def few(tracks):
    """Enough of the tracks for what no noise blurs: setting and rising ones."""
    return tracks.isel(profile=slice(0, FEW))


@pytest.mark.parametrize("link", ["one-way", "two-way"])
def test_without_noise_the_temperature_comes_back(few, link):
    t, p = columns(FEW, wave=0.0)
    radio = RadioScience(link=link)
    seen = radio.observe(few, HEIGHT, p, t, seed=None)
    found = known_top(seen, t, resolution=300.0, boundary_sigma=0.0)
    z, off = errors(found, t)
    assert found["usable"].all()
    assert np.nanmax(np.abs(off[z < 30e3])) < 0.05
    wide = known_top(seen, t, boundary_sigma=0.0)  # bins as high as the Fresnel zone
    z, off = errors(wide, t)
    assert np.sqrt(np.nanmean(off[z < 30e3] ** 2)) < 0.05
    assert np.all(np.diff(z[:, :20], axis=1) > 0.0)


def test_electrons_are_told_from_air(few):
    t, p = columns(FEW, wave=0.0)
    layer = Ionosphere()
    seen = RadioScience().observe(few, HEIGHT, p, t, ionosphere=layer, seed=None)
    found = known_top(seen, t, resolution=300.0, boundary_sigma=0.0)
    z, off = errors(found, t)
    assert np.sqrt(np.nanmean(off[z < 30e3] ** 2)) < 0.05
    dense = found["electron_density"].values
    peak = np.nanmax(dense, axis=1)
    np.testing.assert_allclose(peak, float(layer.peak_density(60.0)), rtol=0.02)


def test_noise_is_as_large_as_stated(tracks):
    radio = RadioScience(preset="tianwen-1")
    layer = Ionosphere()
    worst, shares = [], []
    for seed in range(4):
        t, p = columns(COUNT, seed=seed)
        seen = radio.observe(tracks, HEIGHT, p, t, ionosphere=layer, seed=seed)
        z, off = errors(found := retrieve_occultations(seen, noise=radio.noise()), t)
        low = z < 30e3
        worst.append(np.nanmean(off[low] ** 2))
        shares.append(np.nanmean((off[low] / found["sigma_temperature"].values[low]) ** 2))
    assert math.sqrt(np.mean(worst)) < 1.0
    assert 0.7 < np.mean(shares) < 1.3


def test_noise_hangs_together_as_stated(tracks):
    # against the same air seen without noise, so that only noise is left
    t, p = columns(COUNT)
    radio = RadioScience(preset="tianwen-1")
    options = {
        "noise": radio.noise(), "boundary_sigma": 0.0, "keep_covariance": True,
        "boundary_height": 50e3,
    }  # fmt: skip
    still = retrieve_occultations(radio.observe(tracks, HEIGHT, p, t, seed=None), **options)
    shares = []
    for seed in range(3):
        found = retrieve_occultations(radio.observe(tracks, HEIGHT, p, t, seed=seed), **options)
        for i in range(COUNT):
            z = found["height_above_areoid"].values[i]
            keep = np.flatnonzero(z < 40e3)
            off = (found["temperature"].values - still["temperature"].values)[i, keep]
            block = found["temperature_covariance"].values[i][np.ix_(keep, keep)]
            shares.append(off @ np.linalg.solve(block, off) / keep.size)
    assert 0.7 < np.mean(shares) < 1.3


def test_a_thin_inversion_is_inside_the_stated_error(tracks):
    # cold air of a polar night at the ground, thinner than the bins
    t, _ = columns(COUNT, wave=0.0)
    t = t - 45.0 * np.exp(-HEIGHT / 900.0)
    p = resting(t)
    radio = RadioScience(preset="tianwen-1")
    found = retrieve_occultations(
        radio.observe(tracks, HEIGHT, p, t, seed=2), noise=radio.noise(), boundary_sigma=10.0
    )
    z, off = errors(found, t)
    low = z < 3e3
    share = np.nanmean((off[low] / found["sigma_temperature"].values[low]) ** 2)
    assert share < 2.0
    assert np.sqrt(np.nanmean(off[low] ** 2)) > 0.5  # and it is an error to be told
    assert np.nanmax(found["sigma_smoothing"].values[(z > 10e3) & (z < 30e3)]) < 0.5


def test_air_of_even_temperature_falls_off_as_it_must():
    case = straight_tracks([1.2e7], [-1000.0])
    t = np.full((1, HEIGHT.size), 190.0)
    # dlnp/dz = -g/(R T) with g = g0 (a/(a + z))^2 in closed form
    g0 = float(gravity(0.0))
    a = 50e3 / (math.sqrt(g0 / float(gravity(50e3))) - 1.0)
    p = 600.0 * np.exp(-g0 / (GAS_CONSTANT * 190.0) * HEIGHT * a / (a + HEIGHT))[None]
    seen = RadioScience().observe(case, HEIGHT, p, t, seed=None)
    found = retrieve_occultations(
        seen, boundary_temperature=190.0, boundary_sigma=0.0, resolution=400.0
    )
    z = found["height_above_areoid"].values[0]
    low = z < 50e3
    np.testing.assert_allclose(found["temperature"].values[0, low], 190.0, atol=0.02)
    exact = np.interp(z[low], HEIGHT, np.log(p[0]))
    np.testing.assert_allclose(np.log(found["pressure"].values[0, low]), exact, atol=3e-4)


def test_the_boundary_is_forgotten_downwards(few):
    t, p = columns(FEW, wave=0.0)
    seen = RadioScience().observe(few, HEIGHT, p, t, seed=None)
    warm = retrieve_occultations(seen, boundary_temperature=165.0, boundary_sigma=15.0)
    cool = retrieve_occultations(seen, boundary_temperature=150.0, boundary_sigma=15.0)
    change = warm["temperature"].values - cool["temperature"].values
    told = warm["boundary_share"].values * 15.0
    good = np.isfinite(change)
    np.testing.assert_allclose(change[good], told[good], rtol=1e-3, atol=1e-6)
    z = warm["height_above_areoid"].values
    assert np.nanmax(np.abs(change[z < 20e3])) < 0.1
    assert np.nanmin(change[z > 70e3]) > 5.0


def test_an_orbit_that_is_off_moves_the_profile(tracks):
    t, p = columns(COUNT, wave=0.0)
    radio = RadioScience()
    true = radio.observe(tracks, HEIGHT, p, t, seed=4)
    moved = radio.observe(tracks, HEIGHT, p, t, seed=4, orbit_sigma=300.0)
    shift = (moved["straight_impact"] - true["straight_impact"]).values[:, 0]
    assert 150.0 < np.std(shift) < 500.0
    given = {"noise": radio.noise(), "resolution": 1500.0}
    a, b = (retrieve_occultations(each, **given) for each in (true, moved))
    off = (b["height_above_areoid"] - a["height_above_areoid"]).values[:, :20]
    np.testing.assert_allclose(off, shift[:, None] * np.ones(20), atol=2.0)
    change = (b["temperature"] - a["temperature"]).values[:, :20]
    assert np.max(np.abs(change)) < 0.5


def test_threads_change_nothing_and_seeds_do(tracks):
    t, p = columns(COUNT)
    radio = RadioScience()
    one = radio.observe(tracks, HEIGHT, p, t, seed=1)
    two = radio.observe(tracks, HEIGHT, p, t, seed=1, workers=2)
    other = radio.observe(tracks, HEIGHT, p, t, seed=2)
    xr.testing.assert_identical(one, two)
    assert not np.allclose(one["excess_path"], other["excess_path"], equal_nan=True)
    a = retrieve_occultations(one, noise=radio.noise())
    b = retrieve_occultations(one, noise=radio.noise(), workers=2)
    xr.testing.assert_identical(a, b)


def test_kernels_stand_at_their_levels_and_sum_to_one(few):
    t, p = columns(FEW, wave=0.0)
    radio = RadioScience(preset="tianwen-1")
    given = Assumptions(noise=radio.noise())
    seen = radio.observe(few, HEIGHT, p, t, seed=1)
    found = retrieve_occultations(seen, noise=radio.noise())
    kernels = averaging_kernels(radio, few, 0, found, layer=2500.0, given=given)
    z, layers = kernels["height_above_areoid"].values, kernels["layer_height"].values
    inner = (z > 6e3) & (z < 30e3)
    np.testing.assert_allclose(kernels["kernel_area"].values[inner], 1.0, atol=0.08)
    peak = layers[np.argmax(kernels["averaging_kernel"].values, axis=1)]
    assert np.all(np.abs(peak - z)[inner] < 2500.0)
    assert np.all(kernels["kernel_width"].values[inner] > 1000.0)


def test_tracks_that_tell_nothing_say_why():
    case = straight_tracks([1.2e7, 1.2e7], [-1000.0, -1000.0])
    t, p = columns(2, wave=0.0)
    radio = RadioScience()
    seen = radio.observe(case, HEIGHT, p, t, seed=0)
    path = seen["excess_path"].values.copy()
    path[0, 300:] = np.nan
    path[1, 2000] = np.nan
    found = retrieve_occultations(seen.assign(excess_path=(("profile", "sample"), path)))
    assert not found["usable"].any()
    assert "bins" in str(found["reason"].values[0]) or "rays" in str(found["reason"].values[0])
    assert "gaps" in str(found["reason"].values[1])


def test_bad_input_is_refused(tracks):
    t, p = columns(COUNT, wave=0.0)
    radio = RadioScience()
    with pytest.raises(InputError, match="one row of levels"):
        radio.observe(tracks, HEIGHT, p[:3], t[:3])
    with pytest.raises(InputError, match="pressure"):
        radio.observe(tracks, HEIGHT, -p, t)
    with pytest.raises(InputError, match="orbit"):
        radio.observe(tracks, HEIGHT, p, t, orbit_sigma=-1.0)
    with pytest.raises(InputError, match="excess_path"):
        retrieve_occultations(tracks)
    seen = radio.observe(tracks, HEIGHT, p, t)
    with pytest.raises(InputError, match="50 to 500 K"):
        retrieve_occultations(seen, boundary_temperature=-3.0)
    with pytest.raises(InputError, match="takes noise"):
        retrieve_occultations(seen, clock=3)
    with pytest.raises(InputError, match="boundary_sigma"):
        retrieve_occultations(seen, boundary_sigma=-1.0)
    with pytest.raises(InputError, match="radio science preset"):
        RadioScience(preset="mgz")
