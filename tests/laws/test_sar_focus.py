"""Azimuth focusing: width, gain, side lobes and range migration of a point against closed forms."""

import math

import numpy as np
import pytest
import xarray as xr

from marsward.core.errors import InputError
from marsward.instruments.sar_focus import (
    azimuth_resolution,
    doppler_bandwidth,
    focus,
    point_lines,
    unfocused_aperture,
)

C = 299_792_458.0
FREQUENCY, WAVELENGTH = 20e6, C / 20e6
RADIUS, HEIGHT = 3_389_500.0, 300e3
RADAR = {"centre_frequency": FREQUENCY, "bandwidth": 10e6, "sample_spacing": 37.5e-9}
POINT = np.array([[RADIUS, 0.0, 0.0]])
HALF_POWER = 0.885893  # width of sinc^2 at half its height


def orbit(half=8000.0, step=20.0):
    """Along a circle, even steps of the craft [m], in the middle over the point."""
    angle = np.arange(-half, half + 0.5 * step, step) / (RADIUS + HEIGHT)
    circle = np.stack([np.cos(angle), np.sin(angle), np.zeros_like(angle)], axis=-1)
    return (RADIUS + HEIGHT) * circle


def lines_of(craft, points=POINT, samples=400, lead=200, **options):
    start = 2.0 * HEIGHT / C - lead * 37.5e-9
    return point_lines(craft, points, **RADAR, start_delay=start, samples=samples, **options)


def image(craft, **options):
    raw = lines_of(craft)
    return focus(raw, spacing=20.0, window=(40, 40), datum=2.0 * HEIGHT / C, **options)


def half_power_width(x, power):
    top = int(np.argmax(power))
    edges = []
    for way in (1, -1):
        j = top
        while power[j] > 0.5 * power[top]:
            j += way
        share = (0.5 * power[top] - power[j]) / (power[j - way] - power[j])
        edges.append(x[j] + share * (x[j - way] - x[j]))
    return abs(edges[0] - edges[1])


@pytest.mark.parametrize("aperture", [3000.0, 6000.0])
def test_width_of_a_point_is_that_of_the_aperture(aperture):
    got = image(orbit(), aperture=aperture)
    power = got["power"].values
    trace, sample = np.unravel_index(np.argmax(power), power.shape)
    x = got["along_track"].values - 8000.0
    assert abs(x[trace]) <= 20.0
    assert abs(got["delay"].values[sample]) < 1e-9
    assert power.max() == pytest.approx(1.0, abs=0.01)
    on_ground = half_power_width(x, power[:, sample]) * RADIUS / (RADIUS + HEIGHT)
    expected = HALF_POWER * azimuth_resolution(WAVELENGTH, HEIGHT, aperture)
    assert on_ground == pytest.approx(float(expected), rel=0.02)
    side = np.sort(power[np.abs(x) > 1.2 * 1.0885 * expected / HALF_POWER, sample])[-1]
    assert 10.0 * math.log10(side) == pytest.approx(-13.3, abs=1.0)  # some way off in range too


def test_unfocused_limit_and_beyond():
    """Aligned delays alone keep the peak up to sqrt(lambda R / 2) and lose it beyond."""
    short = image(orbit(), method="unfocused")
    assert short.attrs["aperture"] == pytest.approx(float(unfocused_aperture(WAVELENGTH, HEIGHT)),
                                                    rel=1e-3)  # fmt: skip
    assert 0.9 < short["power"].values.max() < 0.97
    long = image(orbit(), aperture=6000.0, method="unfocused")
    assert long["power"].values.max() < 0.15
    sharp = image(orbit(), aperture=6000.0)
    assert sharp["power"].values.max() > 0.99


def test_signal_to_noise_grows_with_the_lines():
    craft = orbit()
    raw = lines_of(craft, np.array([[1.0, 0.0, 0.0]]))
    rng = np.random.default_rng(4)
    noise = rng.standard_normal((*raw["lines"].shape, 2)) * math.sqrt(0.5)
    raw["lines"] = (("line", "sample"), (noise @ [1.0, 1j]).astype(np.complex64))
    for aperture in (2000.0, 6000.0):
        got = focus(raw, spacing=400.0, aperture=aperture, window=(100, 100),
                    datum=2.0 * HEIGHT / C)  # fmt: skip
        level = float(got["power"].mean())
        assert level * aperture / 20.0 == pytest.approx(0.81, abs=0.12)  # the cubic's own share


def test_range_migration_is_followed():
    """Over 40 km of aperture the echo walks through 4 samples; focus brings it into one."""
    craft = orbit(30e3, 40.0)
    raw = lines_of(craft, samples=600)
    walk = np.argmax(np.abs(raw["lines"].values), axis=1)
    assert walk[0] - walk[walk.size // 2] > 80
    got = focus(raw, spacing=40.0, aperture=40e3, window=(20, 20), datum=2.0 * HEIGHT / C)
    power = got["power"].values
    trace, sample = np.unravel_index(np.argmax(power), power.shape)
    assert sample == 20
    assert power.max() == pytest.approx(1.0, abs=0.02)
    wide = half_power_width(got["along_track"].values, power[:, sample])
    assert wide * RADIUS / (RADIUS + HEIGHT) == pytest.approx(
        HALF_POWER * WAVELENGTH * HEIGHT / 80e3, rel=0.1
    )
    assert power[trace + 10 :, :].max() < 0.1


def test_two_points_and_off_nadir():
    """Points apart by twice the resolution are two; one beside the track keeps its own delay."""
    away = 1500.0 / RADIUS
    east = RADIUS * np.array([math.cos(away), math.sin(away), 0.0])
    across = 8000.0 / RADIUS
    side = RADIUS * np.array([math.cos(across), 0.0, math.sin(across)])
    craft = orbit()
    raw = lines_of(craft, np.stack([POINT[0], east, side]), amplitude=[1.0, 1.0, 0.7])
    got = focus(raw, spacing=20.0, aperture=6000.0, window=(40, 120), datum=2.0 * HEIGHT / C)
    power = got["power"].values
    x = got["along_track"].values - 8000.0
    nadir = power[:, 40]
    assert nadir[np.abs(x) < 30].max() > 0.95
    assert nadir[np.abs(x - 1500.0 * 1.0885) < 30].max() > 0.95
    assert nadir[np.abs(x - 816.0) < 30].max() < 0.15
    way = np.linalg.norm(craft[craft.shape[0] // 2] - side)
    sample = 40 + 2.0 * (way - HEIGHT) / C / 37.5e-9
    row = power[np.argmin(np.abs(x))]
    assert abs(int(np.argmax(row[60:])) + 60 - sample) <= 1.0
    assert row[60:].max() == pytest.approx(0.49, rel=0.1)


def test_workers_do_not_matter_and_taper_widens():
    craft = orbit(5000.0)
    raw = lines_of(craft)
    options = {"spacing": 100.0, "aperture": 4000.0, "window": (10, 10), "datum": 2.0 * HEIGHT / C}
    one = focus(raw, workers=1, **options)["field"].values
    assert np.array_equal(one, focus(raw, workers=3, **options)["field"].values)
    seen = []
    fine = {**options, "spacing": 20.0}
    for tapered in (False, True):
        got = focus(raw, tapered=tapered, progress=seen.append, **fine)
        x, power = got["along_track"].values, got["power"].values[:, 10]
        seen.append(half_power_width(x, power))
    widths = [value for value in seen if value > 1.0]
    assert widths[1] > 1.4 * widths[0]
    assert 1.0 in seen


def test_closed_forms():
    assert azimuth_resolution(15.0, 300e3, 5000.0) == pytest.approx(450.0)
    assert doppler_bandwidth(15.0, 3400.0, 300e3, 5000.0) == pytest.approx(
        3400.0 / azimuth_resolution(15.0, 300e3, 5000.0)
    )


def test_bad_lines_are_one_sentence():
    raw = lines_of(orbit(2000.0))
    with pytest.raises(InputError, match="longer than the track"):
        focus(raw, spacing=20.0, aperture=1e5)
    with pytest.raises(InputError, match="alias"):
        focus(lines_of(orbit(8000.0, 800.0)), spacing=20.0, aperture=6000.0)
    with pytest.raises(InputError, match="focused, unfocused"):
        focus(raw, spacing=20.0, method="omega-k")
    with pytest.raises(InputError, match="spacing"):
        focus(raw, spacing=-1.0)
    with pytest.raises(InputError, match="do not tell"):
        focus(xr.Dataset(), spacing=20.0)
    with pytest.raises(InputError, match="one for each"):
        focus(raw, spacing=20.0, aperture=1000.0, datum=[1.0, 2.0])
    with pytest.raises(InputError, match="too coarse"):
        point_lines(orbit(100.0), POINT, centre_frequency=2e7, bandwidth=1e7, sample_spacing=1e-6,
                    start_delay=0.0, samples=64)  # fmt: skip
    with pytest.raises(InputError, match="places"):
        point_lines(np.zeros((3, 2)), POINT, **RADAR, start_delay=0.0, samples=64)
    raw["lines"][0, 0] = np.nan
    with pytest.raises(InputError, match="gaps"):
        focus(raw, spacing=20.0, aperture=1000.0)
