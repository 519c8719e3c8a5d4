"""Light of Sun, Vega, Moon and Earth in the camera against published magnitudes."""

import math

import numpy as np
import pytest
import xarray as xr

from marsward.core.bodies import body
from marsward.data.stars import catalogue
from marsward.instruments.camera import Camera
from marsward.physics.light import Band, solar_v_magnitude
from marsward.physics.reflectance import moon_phase_law
from marsward.planet.globes import EarthLook, earth_levels, law_tables, moon_levels
from marsward.planet.kernels.globe import render_earth, render_rock

CAMERA = Camera(width=512, height=512, focal_length="100 mm")
BAND = Band(CAMERA.band_lo, CAMERA.band_hi)
SUN = (-26.76, 0.702)  # Ramirez et al. 2012, doi:10.1088/0004-637X/752/1/5
FIVE_PERCENT = 2.5 * math.log10(1.05)


def electrons(radiance=None, stars=()):
    """Electrons per second that the camera collects from a picture and a star (V, V-I)."""
    photons = BAND.starlight(*stars)[1] if stars else np.zeros(0)
    middle = np.full(len(photons), 255.5)
    data = {
        "radiance": (("y", "x"), np.zeros((512, 512)) if radiance is None else radiance),
        "star_x": ("star", middle),
        "star_y": ("star", middle),
        "star_photons": ("star", photons),
    }
    scene = xr.Dataset(data, attrs={"photon_energy_J": BAND.solar_photon_energy})
    return float(CAMERA.electron_rate(scene).sum())


def magnitude(rate):
    """Johnson V of a sun-coloured source from its electrons."""
    return -2.5 * math.log10(rate / electrons(stars=(0.0, *SUN[1:])))


def globe(name, distance, phase, *, law="hapke", lon=0.0, samples=3):
    """Radiance of a body at 1 au from the Sun, seen from its equator at a longitude [rad]."""
    pin = CAMERA.pinhole
    lens = np.array([pin.focal_px, pin.cx, pin.cy, 0, 0, 0, 0, 0])
    image = np.zeros((pin.height, pin.width))
    towards = np.array([math.cos(lon), math.sin(lon), 0.0])
    east = np.array([-math.sin(lon), math.cos(lon), 0.0])
    view = np.array([east, [0.0, 0.0, -1.0], -towards]).T.copy()
    sun = math.cos(phase) * towards + math.sin(phase) * east
    box = np.array([0, pin.width, 0, pin.height])
    inverse = 1.0 / np.array(body(name).radii)
    none = (np.zeros((0, 3)), np.zeros((0, 3, 3)))
    place = (
        box,
        samples,
        lens,
        False,
        view,
        distance * towards,
        inverse,
        sun,
        BAND.solar_irradiance,
    )
    if name == "earth":
        look = EarthLook()
        render_earth(image, *place, look.city_lights, earth_levels()[0],
                     look.numbers(BAND.rayleigh_depth), body(name).radius / look.scale_height,
                     False, *none)  # fmt: skip
    else:
        number, numbers, curve, step = law_tables(law)
        render_rock(image, *place, sun, 0.0, moon_levels(law)[0], number, numbers, curve, step,
                    *none)  # fmt: skip
    return image


def test_the_sun():
    """-26.76 +- 0.02: Willmer 2018, doi:10.3847/1538-4365/aabfdf."""
    assert solar_v_magnitude() == pytest.approx(SUN[0], abs=0.02)


def test_the_sun_in_the_band_is_a_star_of_its_magnitude():
    watts, photons = BAND.starlight(*SUN)
    assert watts[0] == pytest.approx(BAND.solar_irradiance, rel=0.02)
    assert photons[0] == pytest.approx(BAND.solar_irradiance / BAND.solar_photon_energy, rel=0.02)


def test_vega_has_its_published_flux():
    """V = 0.03 and the B, V, R, I zero-point fluxes of Bessell, Castelli & Plez 1998, Table A2."""
    lam = np.array([0.438, 0.545, 0.641, 0.798]) * 1e-6
    flux = np.array([6.320e-2, 3.631e-2, 2.177e-2, 1.126e-2]) * 10 ** (-0.4 * 0.03)
    fine = np.linspace(BAND.lo, BAND.hi, 701)
    spectrum = np.exp(np.interp(np.log(fine), np.log(lam), np.log(flux)))
    spectrum[fine > lam[-1]] = flux[-1]
    published = np.trapezoid(spectrum * fine, fine) / (6.62607015e-34 * 299792458.0)
    expected = published * CAMERA.area * CAMERA.photon_yield
    vega = catalogue()[catalogue().hip == 91262]
    got = electrons(stars=(vega.v, vega.v_minus_i))
    assert got == pytest.approx(expected, rel=0.05)


def test_full_moon_lunar_lambert():
    """V = -12.74 at 384 400 km and 1 au: Allen's Astrophysical Quantities, 4th ed., 2000."""
    image = globe("moon", 384.4e6, 0.0, law="lunar-lambert")
    assert magnitude(electrons(image)) == pytest.approx(-12.74, abs=FIVE_PERCENT)


def test_full_moon_lambert():
    image = globe("moon", 384.4e6, 0.0, law="lambert")
    assert magnitude(electrons(image)) == pytest.approx(-12.74, abs=FIVE_PERCENT)


@pytest.mark.parametrize(
    ("degrees", "percent"), [(5.0, 5.0), (7.0, 5.0), (30.0, 8.0), (60.0, 5.0), (103.0, 10.0)]
)
def test_moon_hapke_follows_the_published_phase_law(degrees, percent):
    """Nothing is fitted: the WAC map's own reflectance against Krisciunas & Schaefer 1991.

    Full Moons are seen at phases of 1.5 to 7 deg; the law leaves out the surge below 5 deg.
    """
    phase = math.radians(degrees)
    expected = -12.73 - 2.5 * math.log10(moon_phase_law(phase))
    image = globe("moon", 384.4e6, phase)
    tolerance = 2.5 * math.log10(1.0 + percent / 100.0)
    assert magnitude(electrons(image)) == pytest.approx(expected, abs=tolerance)


def earth_share(degrees):
    """Reflected share of the light on Earth's cross-section, and V at 1 au from Sun and camera."""
    au, distance = 1.495978707e11, 4.0e8
    size = (body("earth").radius / distance) ** 2
    share, found = [], []
    for lon in np.radians([0.0, 90.0, 180.0, 270.0]):
        image = globe("earth", distance, math.radians(degrees), lon=lon, samples=1)
        share.append(image.sum() * CAMERA.pixel_solid_angle / (BAND.solar_irradiance * size))
        found.append(magnitude(electrons(image)) - 5.0 * math.log10(distance / au))
    return np.mean(share), np.mean(found)


def test_earth_at_the_phase_of_the_look_back():
    """V = -3.99 - 1.060e-3 a + 2.054e-4 a^2: Mallama & Hilton 2018,
    doi:10.1016/j.ascom.2018.08.002.

    The law is for the mean Earth from a few spacecraft and earthshine, and Earth varies by some
    0.3 mag with its clouds; ours, whose clouds and land scatter alike to all sides, is 0.3 mag
    fainter.
    """
    _, found = earth_share(104.9)
    published = -3.99 - 1.060e-3 * 104.9 + 2.054e-4 * 104.9**2
    assert found == pytest.approx(published, abs=0.4)


def test_spherical_albedo_of_earth():
    """0.29 over all wavelengths (Stephens et al. 2015, doi:10.1002/2014RG000449), a little more
    in the visible."""
    degrees = np.arange(4.0, 180.0, 16.0)
    share = np.array([earth_share(d)[0] for d in degrees])
    phase = np.radians(degrees)
    albedo = 2.0 * np.trapezoid(share * np.sin(phase), phase)
    assert 0.28 < albedo < 0.34
