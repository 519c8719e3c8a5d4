"""Light of one sol on 64 planes, each step's mean: what the fast ground solver is driven by.

Within a step the Sun's elevation and its incidence on the plane run straight between the step's
edges, so the share of the step in which the Sun is up, and on the plane, is exact for straight
lines: sunset on a slope, where light ends at once, falls in its place and not on a step.
"""

import numpy as np
from numba import njit

from marsward.physics.kernels.insolation import LOWEST_SINE, infrared, light_of_sol

LANES = 64
_GAUSS = 3.0**-0.5  # places of Gauss's two-point rule, for the beam of a sunrise or sunset
_FAST = {"nnan", "ninf", "nsz", "arcp", "contract", "afn"}
_OPTIONS = {"cache": True, "error_model": "numpy", "nogil": True, "fastmath": _FAST}


@njit(inline="always", **_OPTIONS)
def decay(x):
    """exp(-x) for x of 0 to 16, relative error under 2e-5: a short series, squared five times."""
    one = np.float32(1.0)
    y = x * np.float32(-1.0 / 32.0)
    p = one + y * np.float32(0.2)
    p = one + y * np.float32(0.25) * p
    p = one + y * np.float32(1.0 / 3.0) * p
    p = one + y * np.float32(0.5) * p
    p = one + y * p
    p *= p
    p *= p
    p *= p
    p *= p
    return p * p


@njit(inline="always", **_OPTIONS)
def positive_part(high, low):
    """Share of a straight run from high to low, high the greater, that is above zero."""
    share = high / (high - low + np.float32(1e-9))
    return max(min(share, np.float32(1.0)), np.float32(0.0))


@njit(**_OPTIONS)
def mean_light(light, rows, cos0, cos1, sin0, sin1):
    """Light of one step: rows (8, lanes) are level0, level1, plane0, plane1, plane2, beam, depth,
    diffuse; cosine and sine of the hour angle at the step's edges."""
    zero, half, least = np.float32(0.0), np.float32(0.5), np.float32(LOWEST_SINE)
    for i in range(LANES):
        base, swing = rows[0, i], rows[1, i]
        p0, p1, p2 = rows[2, i], rows[3, i], rows[4, i]
        up0, up1 = base + swing * cos0, base + swing * cos1
        on0, on1 = p0 + p1 * cos0 + p2 * sin0, p0 + p1 * cos1 + p2 * sin1
        first = up0 > up1
        high, low = max(up0, up1), min(up0, up1)
        begin, end = on0 if first else on1, on1 if first else on0
        day = positive_part(high, low)
        low = max(low, zero)
        mean = half * (max(high, zero) + low)
        reach = np.float32(_GAUSS) * (mean - low) if day < np.float32(1.0) else zero
        end = begin + day * (end - begin)
        most, fewest = max(begin, end), min(begin, end)
        facing = positive_part(most, fewest) * half * (max(most, zero) + max(fewest, zero))
        beam = decay(rows[6, i] / max(mean - reach, least))
        beam += decay(rows[6, i] / max(mean + reach, least))
        direct = half * rows[5, i] * beam * facing
        light[i] = day * (direct + rows[7, i])


@njit(**_OPTIONS)
def sol_light(light, infra, rows, short, sky, table, sol, planes, skies, sun, edges, hour, least,
              horizon, around):  # fmt: skip
    """Light and infrared of one sol, float32 (steps, lanes), from the sky law or from a table.

    edges (2, steps + 1): cosine and sine of the hour angle at the edges of steps; hour (2, parts x
    steps): in the middle of equal parts of each, for planes with a horizon (n, azimuths), whose
    light is the mean of those parts. table (2, sols, steps, lanes): shortwave and infrared, or no
    sols; around: what level ground reflects and sends, likewise; a plane takes of it what its view
    of the sky leaves. rows (8, lanes), short (parts x steps, lanes) and sky (lanes) are for work.
    """
    steps = light.shape[0]
    if table.shape[1] > 0:
        for j in range(steps):
            for i in range(LANES):
                light[j, i] = table[0, sol, j, i]
                infra[j, i] = table[1, sol, j, i]
    elif horizon.shape[1] > 0:
        parts = hour.shape[1] // steps
        light_of_sol(short, sky, planes, skies, sun, hour[0], hour[1], least, horizon)
        for j in range(steps):
            for i in range(LANES):
                total = 0.0
                for k in range(parts):
                    total += short[j * parts + k, i]
                light[j, i] = np.float32(total / parts)
                infra[j, i] = np.float32(sky[i])
    else:
        open_rows(rows, sky, planes, skies, sun, least)
        for j in range(steps):
            mean_light(light[j], rows, edges[0, j], edges[0, j + 1], edges[1, j], edges[1, j + 1])
            for i in range(LANES):
                infra[j, i] = np.float32(sky[i])
    if around.shape[1] > 0:
        for i in range(LANES):
            rest = np.float32(1.0 - planes[5, i])
            for j in range(steps):
                light[j, i] += rest * around[0, sol, j, i]
                infra[j, i] += rest * around[1, sol, j, i]


@njit(**_OPTIONS)
def open_rows(rows, sky, planes, skies, sun, least):
    """What is held over a sol of planes under an open horizon, and the sky's infrared."""
    sd, cd, flux = sun[0], sun[1], sun[2]
    for i in range(LANES):
        rows[0, i] = np.float32(sd * planes[3, i])
        rows[1, i] = np.float32(cd * planes[4, i])
        rows[2, i] = np.float32(sd * planes[0, i])
        rows[3, i] = np.float32(cd * planes[1, i])
        rows[4, i] = np.float32(cd * planes[2, i])
        rows[5, i] = np.float32(flux)
        rows[6, i] = np.float32(skies[0, i])
        rows[7, i] = np.float32(0.5 * skies[1, i] * flux * planes[5, i])
        noon = sd * planes[3, i] + cd * planes[4, i]
        sky[i] = planes[5, i] * infrared(noon, flux, skies[2, i], least)
