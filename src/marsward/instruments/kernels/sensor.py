"""From light to numbers: point spread, photo-electrons, noise and quantisation."""

import math

import numpy as np
from numba import njit


@njit(cache=True, error_model="numpy", nogil=True)
def spread(image, box, taps, out):
    """Convolve image within box (x0, x1, y0, y1) with a separable kernel and add it to out.

    taps: half of the symmetric kernel, the middle first. Light beyond the edge of the image is
    not seen; light from within the box spreads outside it as far as the kernel reaches.
    """
    reach = taps.shape[0] - 1
    height, width = image.shape
    x0, x1, y0, y1 = box[0], box[1], box[2], box[3]
    if x1 <= x0 or y1 <= y0:
        return
    left, right = max(0, x0 - reach), min(width, x1 + reach)
    low, high = max(0, y0 - reach), min(height, y1 + reach)
    rows = np.zeros((y1 - y0, right - left))
    for j in range(y0, y1):
        for i in range(x0, x1):
            light = image[j, i]
            if light == 0.0:
                continue
            for k in range(max(left, i - reach), min(right, i + reach + 1)):
                rows[j - y0, k - left] += light * taps[abs(k - i)]
    for j in range(low, high):
        for m in range(max(y0, j - reach), min(y1, j + reach + 1)):
            tap = taps[abs(m - j)]
            for k in range(right - left):
                out[j, left + k] += tap * rows[m - y0, k]


@njit(cache=True, error_model="numpy", nogil=True)
def point_sources(x, y, light, sigma, reach, out):
    """Add point sources: Gaussian of width sigma [px], integrated over each pixel."""
    height, width = out.shape
    scale = 1.0 / (sigma * math.sqrt(2.0))
    for s in range(x.shape[0]):
        i0, j0 = math.floor(x[s] + 0.5), math.floor(y[s] + 0.5)
        for j in range(max(0, j0 - reach), min(height, j0 + reach + 1)):
            wy = math.erf((j + 0.5 - y[s]) * scale) - math.erf((j - 0.5 - y[s]) * scale)
            for i in range(max(0, i0 - reach), min(width, i0 + reach + 1)):
                wx = math.erf((i + 0.5 - x[s]) * scale) - math.erf((i - 0.5 - x[s]) * scale)
                out[j, i] += 0.25 * light[s] * wx * wy


@njit(cache=True, error_model="numpy", nogil=True)
def read_out(mean, response, dark, full_well, read_noise, gain, bias, top, shots, reads, out):
    """Digital numbers of a frame: Poisson light and dark charge, clip, read noise, round, clip.

    mean [e-]; response: relative sensitivity of each pixel; shots, reads: random generators.
    """
    height, width = mean.shape
    empty = math.exp(-dark)
    for j in range(height):
        for i in range(width):
            if mean[j, i] > 0.0:
                charge = float(shots.poisson(mean[j, i] * response[j, i] + dark))
            else:
                # dark charge alone: Knuth's product of uniform numbers, cheap for small means
                charge = 0.0
                if dark > 20.0:
                    charge = float(shots.poisson(dark))
                elif dark > 0.0:
                    product = shots.random()
                    while product > empty:
                        charge += 1.0
                        product *= shots.random()
            charge = min(charge, full_well) + read_noise * reads.standard_normal()
            number = math.floor(charge / gain + bias + 0.5)
            out[j, i] = min(max(number, 0.0), top)
