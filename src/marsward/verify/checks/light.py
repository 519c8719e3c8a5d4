"""Light of Sun, Moon and stars as the pictures hold it, against published magnitudes."""

import math

import numpy as np

from marsward.core.bodies import body
from marsward.data.stars import catalogue
from marsward.physics.light import Band, solar_v_magnitude
from marsward.planet.globes import law_tables, moon_levels
from marsward.planet.kernels.globe import render_rock

_PIXELS = 256
_FOCAL = 20_000.0  # px
_DISTANCE = 384.4e6  # m, mean distance of the Moon


def sun_magnitude() -> float:
    """Johnson V of the Sun at 1 au, from the shipped spectrum [mag]."""
    return solar_v_magnitude()


def star_magnitude(hip: int) -> float:
    """Johnson V of a star of the shipped catalogue [mag]."""
    stars = catalogue()
    return float(stars[stars.hip == hip].v[0])


def star_photons(hip: int, shortest: float, longest: float) -> float:
    """Photons of a star of the shipped catalogue between two wavelengths [nm], [1/m2/s]."""
    stars = catalogue()
    star = stars[stars.hip == hip]
    return float(Band(1e-9 * shortest, 1e-9 * longest).starlight(star.v, star.v_minus_i)[1][0])


def moon_magnitude(phase: float, law: str) -> float:
    """Johnson V of the Moon at 384 400 km and a phase angle [deg], drawn under a law [mag].

    The drawn radiance for a Sun of unit irradiance, summed over solid angle, is the share of the
    Sun's light that the Moon sends.
    """
    angle = math.radians(phase)
    towards, east = np.array([1.0, 0.0, 0.0]), np.array([0.0, 1.0, 0.0])
    view = np.ascontiguousarray(np.array([east, [0.0, 0.0, -1.0], -towards]).T)
    sun = math.cos(angle) * towards + math.sin(angle) * east
    middle = 0.5 * (_PIXELS - 1)
    lens = np.array([_FOCAL, middle, middle, 0.0, 0.0, 0.0, 0.0, 0.0])
    number, numbers, curve, step = law_tables(law)
    image = np.zeros((_PIXELS, _PIXELS))
    render_rock(
        image, np.array([0, _PIXELS, 0, _PIXELS]), 3, lens, False, view, _DISTANCE * towards,
        1.0 / np.array(body("moon").radii), sun, 1.0, sun, 0.0, moon_levels(law)[0], number,
        numbers, curve, step, np.zeros((0, 3)), np.zeros((0, 3, 3)),
    )  # fmt: skip
    share = float(image.sum()) / _FOCAL**2
    return solar_v_magnitude() - 2.5 * math.log10(share)
