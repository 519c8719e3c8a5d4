"""A radio link in decibels: what arrives, what noise it meets, how many bits that carries.

    P/N0 = EIRP - L_space - L_air - L_pointing - L_other + G_station - 10 log10(k T)
    bit rate = 10^((P/N0 - losses - Eb/N0 - margin)/10)

with the free space loss of Friis 1946, doi:10.1109/JRPROC.1946.234568. T is the system's noise:
receiver, air, the sky behind it and the Sun near the beam. Layout of the budget after Yuen (ed.)
1983, Deep Space Telecommunications Systems Engineering, chapter 1, and Taylor (ed.) 2016, Deep
Space Communications, doi:10.1002/9781119169079. Thresholds of the codes of CCSDS 131.0-B stand in
`CODES`. Angles are degrees; everything may be an array.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from marsward.core.asked import fitting, number, numbers
from marsward.core.constants import ASTRONOMICAL_UNIT, BOLTZMANN, SPEED_OF_LIGHT
from marsward.core.errors import InputError
from marsward.core.registry import unknown

__all__ = [
    "CODES",
    "Code",
    "atmospheric_loss",
    "bit_rate",
    "code",
    "decibel",
    "dish_beamwidth",
    "dish_gain",
    "free_space_loss",
    "noise_density",
    "pointing_loss",
    "ratio",
    "sidelobe_gain",
    "sun_noise",
    "system_noise",
]

Array = NDArray[np.float64]
_SKY = 2.725
"""Cosmic background [K]: Fixsen 2009, doi:10.1088/0004-637X/707/2/916."""
_AIR = 275.0
"""Mean temperature of the air that absorbs [K]: 265 to 280 K in DSN 810-005 module 105, from
memory."""
_SUN_BRIGHTNESS = 1.6e4
"""Of the quiet Sun's disc at 8.4 GHz [K]: a flux of 240 sfu at 8.8 GHz, as observatories tell of
the quiet Sun, over its disc at 1 au; from memory. An active Sun doubles it."""
_SUN_RADIUS = 6.957e8
"""Nominal solar radius [m]: IAU 2015 resolution B3, doi:10.3847/0004-6256/152/2/41."""
_BEAM = 70.0
"""Half-power beamwidth of a dish [deg] times its diameter in wavelengths, with the usual taper:
Balanis 2016, Antenna Theory, section 15.4, from memory."""
_LOWEST = 3.0
"""Elevation [deg] below which the law of the flat air is not asked."""


@dataclass(frozen=True, slots=True)
class Code:
    """A channel code: information bits per symbol, least Eb/N0 [dB] at its decoder, source."""

    name: str
    rate: float
    threshold: float
    source: str


_GREEN = "CCSDS 130.1-G-3, TM synchronization and channel coding: summary of concept and rationale"
_TURBO = f"frames of 8920 bits, one in 1e4 lost: {_GREEN}, figure of the DSN's decoder, from memory"
_LDPC = f"one frame in 1e4 lost: {_GREEN}, figures of the AR4JA codes, from memory"
CODES: dict[str, Code] = {
    each.name: each
    for each in (
        Code("turbo-1/6", 1.0 / 6.0, -0.1, _TURBO),
        Code("turbo-1/4", 1.0 / 4.0, 0.1, _TURBO),
        Code("turbo-1/3", 1.0 / 3.0, 0.4, _TURBO),
        Code("turbo-1/2", 1.0 / 2.0, 1.0, _TURBO),
        Code("ldpc-1/2", 1.0 / 2.0, 0.95, f"k 16384, {_LDPC}"),
        Code("ldpc-2/3", 2.0 / 3.0, 1.75, f"k 16384, {_LDPC}"),
        Code("ldpc-4/5", 4.0 / 5.0, 2.65, f"k 16384, {_LDPC}"),
        Code(
            "concatenated", 0.5 * 223.0 / 255.0, 2.5,
            f"(7,1/2) within Reed-Solomon (255,223), depth 5, bit errors 1e-6: {_GREEN}, "
            "from memory",
        ),
        Code(
            "reed-solomon", 223.0 / 255.0, 6.0,
            f"(255,223), depth 5, bit errors 1e-6: {_GREEN}, from memory",
        ),
        Code("convolutional", 0.5, 4.8, f"(7,1/2), bit errors 1e-6: {_GREEN}, from memory"),
        Code("none", 1.0, 10.5, "bit errors 1e-6: 0.5 erfc(sqrt(Eb/N0))"),
    )
}  # fmt: skip
"""Codes by their name, with what a decoder needs."""


def code(name: str) -> Code:
    """The code of a name; InputError, which names the nearest, for none."""
    if name not in CODES:
        raise InputError(unknown("channel code", name, CODES))
    return CODES[name]


def decibel(power_ratio: ArrayLike) -> Array:
    """Ratio of powers, above zero, in dB."""
    return np.asarray(10.0 * np.log10(np.asarray(power_ratio, dtype=np.float64)))


def ratio(level: ArrayLike) -> Array:
    """Ratio of powers of a level in dB."""
    return np.asarray(10.0 ** (0.1 * np.asarray(level, dtype=np.float64)))


def free_space_loss(distance: ArrayLike, frequency: float) -> Array:
    """Loss between isotropic antennas, 20 log10(4 pi d/lambda) [dB].

    distance : [m], above zero; frequency : [Hz]. Raises InputError for others.
    """
    far = numbers(distance, "the distance", "m")
    if far.size and far.min() <= 0.0:
        raise InputError(f"the distance of a link lies above 0 m, not {far.min():g} m")
    return np.asarray(20.0 * np.log10(4.0 * math.pi * far / wavelength(frequency)))


def wavelength(frequency: float) -> float:
    """Wavelength [m] of a frequency [Hz] above zero; InputError for others."""
    hertz = number(frequency, "the frequency", "Hz")
    if hertz <= 0.0:
        raise InputError(f"the frequency of a link lies above 0 Hz, not {hertz:g} Hz")
    return float(SPEED_OF_LIGHT) / hertz


def dish_gain(diameter: float, frequency: float, efficiency: float = 0.6) -> float:
    """Gain of a dish of a diameter [m] and aperture efficiency: eta (pi D/lambda)^2 [dBi]."""
    across = number(diameter, "the diameter of a dish", "m")
    share = number(efficiency, "the aperture efficiency")
    if across <= 0.0 or not 0.0 < share <= 1.0:
        raise InputError(
            f"a dish is wider than 0 m and its efficiency lies in 0 to 1, not {across:g} m "
            f"and {share:g}"
        )
    return float(decibel(share * (math.pi * across / wavelength(frequency)) ** 2))


def dish_beamwidth(gain: float, efficiency: float = 0.6) -> float:
    """Full width of the beam at half power [deg] of a dish of a gain [dBi]; 70 lambda/D."""
    return _BEAM * math.pi * math.sqrt(efficiency) / math.sqrt(float(ratio(gain)))


def pointing_loss(error: ArrayLike, beamwidth: float) -> Array:
    """Loss of a beam that looks aside by an angle [deg]: 12 (angle/beamwidth)^2 [dB].

    The beam as a Gaussian, good out to the half width at half power; beamwidth as of
    `dish_beamwidth` [deg].
    """
    off = numbers(error, "the pointing error", "deg")
    return np.asarray(12.0 * (off / beamwidth) ** 2)


def atmospheric_loss(elevation: ArrayLike, zenith: float) -> Array:
    """Loss through the air at an elevation [deg]: that at the zenith [dB] over its sine.

    The flat air of DSN 810-005 module 105. Raises InputError below 3 degrees.
    """
    up = numbers(elevation, "the elevation", "deg")
    if up.size and (up.min() < _LOWEST or up.max() > 90.0):
        raise InputError(f"the elevation lies in {_LOWEST:g} to 90 deg, not {up.min():g} deg")
    return np.asarray(zenith / np.sin(np.radians(up)))


def sidelobe_gain(angle: ArrayLike, gain: float) -> Array:
    """Gain of a large dish [dBi] at an angle off its axis [deg].

    A Gaussian beam down to the sidelobes' envelope 32 - 25 log10(angle) of ITU-R S.465 and
    SA.509, and -10 dBi beyond 48 degrees; gain : on the axis [dBi].
    """
    off = np.maximum(np.abs(np.asarray(angle, dtype=np.float64)), 1e-9)
    beam = gain - pointing_loss(off, dish_beamwidth(gain))
    lobes = np.maximum(32.0 - 25.0 * np.log10(off), -10.0)
    return np.asarray(np.minimum(np.maximum(beam, np.minimum(lobes, gain - 17.0)), gain))


def sun_noise(
    angle: ArrayLike,
    gain: float,
    *,
    distance: float = float(ASTRONOMICAL_UNIT),
    brightness: float = _SUN_BRIGHTNESS,
) -> Array:
    """What the Sun adds to the noise [K] when its centre stands off the beam by an angle [deg].

    T_b/(4 pi) times the gain over the disc, the mean over 64 points of the disc of `sidelobe_gain`;
    never above the disc's own brightness.

    gain : of the station on its axis [dBi]; distance : of the Sun [m]; brightness : [K]
    """
    off = numbers(angle, "the angle from the Sun", "deg")
    radius = math.asin(_SUN_RADIUS / distance)
    rings = np.sqrt((np.arange(8) + 0.5) / 8.0) * math.degrees(radius)
    turns = (np.arange(8) + 0.5) * (math.pi / 4.0)
    x = off[..., None, None] + rings[:, None] * np.cos(turns)
    y = np.broadcast_to(rings[:, None] * np.sin(turns), x.shape)
    seen = ratio(sidelobe_gain(np.hypot(x, y), gain)).mean(axis=(-2, -1))
    solid = 2.0 * math.pi * (1.0 - math.cos(radius))
    return np.asarray(np.minimum(brightness * solid * seen / (4.0 * math.pi), brightness))


def system_noise(
    elevation: ArrayLike, *, receiver: float, zenith: float, sun: ArrayLike = 0.0
) -> Array:
    """Noise temperature of a receiving station [K].

    Parameters
    ----------
    elevation : of what it looks at [deg]
    receiver : antenna and receiver without air and sky [K]
    zenith : loss of the air at the zenith [dB]
    sun : what the Sun adds [K], as of `sun_noise`; the air lets its share through
    """
    passes = ratio(-atmospheric_loss(elevation, zenith))
    sky, extra = fitting(passes=passes, sun=numbers(sun, "the Sun's noise", "K"))
    return np.asarray(receiver + _AIR * (1.0 - sky) + (_SKY + extra) * sky)


def noise_density(temperature: ArrayLike) -> Array:
    """10 log10(k T) [dBW/Hz] of a noise temperature [K]."""
    return decibel(float(BOLTZMANN) * numbers(temperature, "the noise temperature", "K"))


def bit_rate(
    power_to_noise: ArrayLike, threshold: float, *, losses: float = 0.0, margin: float = 3.0
) -> Array:
    """Bits a second that a signal over its noise density [dB Hz] carries.

    threshold : least Eb/N0 [dB]; losses : of modulation and demodulation [dB]; margin : kept [dB]
    """
    level = numbers(power_to_noise, "the power over the noise density", "dB Hz")
    return ratio(level - threshold - losses - margin)
