"""From digital numbers to radiance with its error, pixel by pixel."""

import math

import numpy as np
from numba import njit


@njit(cache=True, error_model="numpy", nogil=True)
def radiance_of_numbers(numbers, flat, settings, edge, radiance, sigma):
    """Fill radiance and sigma (y, x) of one band; NaN where the pixel is full or at the edge.

    numbers (y, x) uint16; flat (y, x) or (1, x): known sensitivity, 1 on the axis; settings: bias
    [DN], dark charge [DN], gain [e-/DN], read noise [e-], unknown share of the flat [-], radiance
    per DN, first full number [DN]; edge: pixels left out along each side. Returns the full ones.
    """
    height, width = numbers.shape
    bias, dark, gain, read, uneven = (
        settings[0], settings[1], settings[2], settings[3], settings[4]
    )  # fmt: skip
    full = 0
    still = read * read + gain * gain / 12.0 + dark * gain
    for j in range(height):
        k = j if flat.shape[0] > 1 else 0
        outside = j < edge or j >= height - edge
        for i in range(width):
            number = float(numbers[j, i])
            if number >= settings[6]:
                full += 1
            if number >= settings[6] or outside or i < edge or i >= width - edge:
                radiance[j, i] = np.nan
                sigma[j, i] = np.nan
                continue
            signal = number - bias - dark
            electrons = signal * gain
            variance = still + max(electrons, 0.0) + (uneven * electrons) ** 2
            per = settings[5] / flat[k, i]
            radiance[j, i] = signal * per
            sigma[j, i] = math.sqrt(variance) / gain * per
    return full
