"""Sunlight and infrared on tilted ground, lane by lane, without trigonometry inside the step.

A plane is three numbers, its normal in the frame that turns with the Sun's hour angle h (0 at noon,
positive after it): the cosine of incidence is sd p0 + cd (p1 cos h + p2 sin h), with sd and cd sine
and cosine of the Sun's declination. Level ground has p = (sin lat, cos lat, 0).

planes: (6, n), the plane's three numbers, sin lat, cos lat and the view of the sky.
skies: (3, n), optical depth of the air towards the zenith, share scattered, share sent as infrared.
sun: sd, cd, and the Sun's flux at its distance [W m-2].
"""

import math

from numba import njit

# The air's path stops growing where the Sun's elevation has this sine; Schorghofer & Aharonson
# 2005, doi:10.1029/2004JE002350.
LOWEST_SINE = 0.04


@njit(cache=True, error_model="numpy", nogil=True, fastmath=True)
def decay(x):
    """exp(-x) for x >= 0 in plain arithmetic: relative error 2e-9 at x = 2, 7e-7 at 5.

    Absolute error stays under 1e-8 for any x. Sixteenth power of a series of six terms.
    """
    y = x * 0.0625
    s = 1.0 + y * (1.0 + y * (1 / 2 + y * (1 / 6 + y * (1 / 24 + y * (1 / 120 + y * (1 / 720))))))
    s *= s
    s *= s
    s *= s
    s *= s
    return 1.0 / s


@njit(cache=True, error_model="numpy", nogil=True, fastmath=True)
def sunlight(cos_zenith, cos_incidence, flux, depth, scattered):
    """Direct light on a plane and scattered light on level ground, before albedo [W m-2].

    cos_zenith: sine of the Sun's elevation; cos_incidence: on the plane; flux: of the Sun [W m-2];
    depth: -ln of what the zenith path lets through; scattered: share of the flux, half of it down.
    """
    up = 1.0 if cos_zenith > 0.0 else 0.0
    beam = up * flux * decay(depth / max(cos_zenith, LOWEST_SINE))
    return beam * max(cos_incidence, 0.0), 0.5 * up * scattered * flux


@njit(cache=True, error_model="numpy", nogil=True, fastmath=True)
def infrared(cos_noon, flux, share, least):
    """Infrared from the air onto level ground over one sol [W m-2].

    share of the Sun's flux on level ground at noon, that noon flux being `least` [W m-2] or more.
    """
    return share * max(flux * cos_noon, least)


@njit(cache=True, error_model="numpy", nogil=True)
def above_horizon(sines, east, north, up):
    """Whether a direction (cosines to east, north, up) clears the sines of a horizon."""
    count = sines.shape[0]
    place = math.atan2(east, north) / (2.0 * math.pi) * count
    place = place % count
    low = min(int(place), count - 1)
    part = place - low
    return up > (1.0 - part) * sines[low] + part * sines[(low + 1) % count]


@njit(cache=True, error_model="numpy", nogil=True, fastmath=True)
def light_of_sol(short, infra, planes, skies, sun, cos_hour, sin_hour, least, horizon):
    """Fill shortwave (steps, n) and infrared (n,) that the air sends onto planes in one sol.

    horizon: (n, azimuths) sines of the horizon's elevation, no azimuths where it is open. Light
    that the ground around sends is left to the caller.
    """
    sd, cd, flux = sun[0], sun[1], sun[2]
    lanes = short.shape[1]
    for k in range(lanes):
        noon = sd * planes[3, k] + cd * planes[4, k]
        infra[k] = planes[5, k] * infrared(noon, flux, skies[2, k], least)
    for j in range(short.shape[0]):
        ch, sh = cos_hour[j], sin_hour[j]
        for k in range(lanes):
            up = sd * planes[3, k] + cd * planes[4, k] * ch
            facing = sd * planes[0, k] + cd * (planes[1, k] * ch + planes[2, k] * sh)
            direct, diffuse = sunlight(up, facing, flux, skies[0, k], skies[1, k])
            short[j, k] = direct + planes[5, k] * diffuse
    if horizon.shape[1] > 0:
        shade_sol(short, planes, skies, sun, cos_hour, sin_hour, horizon)


@njit(cache=True, error_model="numpy", nogil=True)
def shade_sol(short, planes, skies, sun, cos_hour, sin_hour, horizon):
    """Take the direct light away where the terrain hides the Sun; arguments as `light_of_sol`."""
    sd, cd, flux = sun[0], sun[1], sun[2]
    for k in range(short.shape[1]):
        for j in range(short.shape[0]):
            up = sd * planes[3, k] + cd * planes[4, k] * cos_hour[j]
            east = -cd * sin_hour[j]
            north = sd * planes[4, k] - cd * planes[3, k] * cos_hour[j]
            if up > 0.0 and not above_horizon(horizon[k], east, north, up):
                short[j, k] = planes[5, k] * 0.5 * skies[1, k] * flux
