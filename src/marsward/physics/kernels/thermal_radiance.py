"""Planck's law over a band of wavelengths, and back from radiance to temperature.

A table of a band is (n, 2): the logarithm of the radiance at even steps of ln T, and its
derivative times the step; between nodes runs the cubic that both determine.
"""

import math

from numba import njit

_FIFTEEN = 15.0 / math.pi**4


@njit(cache=True, error_model="numpy", nogil=True)
def planck_above(x):
    """Share of a black body's radiance at wavelengths below hc/(x k T): 0 to 1."""
    if x < 1.5:
        y = x * x
        tail = y * (1.0 / 272160.0 - y * (1.0 / 13305600.0 - y / 622702080.0))
        bent = 1.0 / 3.0 - 0.125 * x + y * (1.0 / 60.0 - y * (1.0 / 5040.0 - tail))
        return 1.0 - _FIFTEEN * x * y * bent
    total = 0.0
    decay = math.exp(-x)
    power = 1.0
    for n in range(1, 40):
        power *= decay
        m = 1.0 / n
        term = power * m * (x * x * x + m * (3.0 * x * x + m * (6.0 * x + 6.0 * m)))
        total += term
        if term < 1e-17 * total:
            break
    return _FIFTEEN * total


@njit(cache=True, error_model="numpy", nogil=True)
def radiance_of(temperature, table, first, step):
    """Radiance of a black body in a band and its derivative by temperature; NaN off the table."""
    at = (math.log(temperature) - first) / step
    if not 0.0 <= at <= table.shape[0] - 1:
        return math.nan, math.nan
    i = min(int(at), table.shape[0] - 2)
    t = at - i
    a, b = table[i, 0], table[i + 1, 0]
    p, q = table[i, 1], table[i + 1, 1]
    c = 3.0 * (b - a) - 2.0 * p - q
    d = p + q - 2.0 * (b - a)
    level = math.exp(a + t * (p + t * (c + t * d)))
    return level, level * (p + t * (2.0 * c + 3.0 * t * d)) / (step * temperature)


@njit(cache=True, error_model="numpy", nogil=True)
def brightness_of(radiance, table, first, step):
    """Temperature of the black body that is as bright in a band; NaN off the table."""
    if not radiance > 0.0:
        return math.nan
    level = math.log(radiance)
    last = table.shape[0] - 1
    if not table[0, 0] - 1e-9 <= level <= table[last, 0] + 1e-9:
        return math.nan
    low, high = 0, last
    while high - low > 1:
        middle = (low + high) // 2
        if table[middle, 0] <= level:
            low = middle
        else:
            high = middle
    a, b = table[low, 0], table[low + 1, 0]
    p, q = table[low, 1], table[low + 1, 1]
    c = 3.0 * (b - a) - 2.0 * p - q
    d = p + q - 2.0 * (b - a)
    t = (level - a) / (b - a)
    for _ in range(3):
        t -= (a + t * (p + t * (c + t * d)) - level) / (p + t * (2.0 * c + 3.0 * t * d))
    return math.exp(first + step * (low + t))


@njit(cache=True, error_model="numpy", nogil=True)
def radiances(temperature, table, first, step, level, slope):
    """radiance_of() over flat arrays."""
    for i in range(temperature.shape[0]):
        level[i], slope[i] = radiance_of(temperature[i], table, first, step)


@njit(cache=True, error_model="numpy", nogil=True)
def brightnesses(radiance, table, first, step, out):
    """brightness_of() over flat arrays."""
    for i in range(radiance.shape[0]):
        out[i] = brightness_of(radiance[i], table, first, step)


@njit(cache=True, error_model="numpy", nogil=True)
def shares(x, out):
    """planck_above() over flat arrays."""
    for i in range(x.shape[0]):
        out[i] = planck_above(x[i])
