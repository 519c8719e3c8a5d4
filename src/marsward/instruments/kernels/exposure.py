"""Many frames fast: point spread, noise and quantisation in one pass over the rows.

Random numbers: xoshiro256++ (Blackman & Vigna 2021, doi:10.1145/3460772), seeded for each row by
SplitMix64; normal ones by the ziggurat of Marsaglia & Tsang (2000, doi:10.18637/jss.v005.i08) in
the form of Doornik, with 256 layers.
"""

import math

import numpy as np
from numba import njit

LAYERS = 256
TAIL = 3.6541528853610088  # where the lowest of 256 layers begins
LAYER_AREA = 0.00492867323399  # of each layer
_POISSON = 30.0  # electrons below which light is counted one by one
_BELOW = 6.0  # sigma from the full well within which shot and read noise are drawn apart
_GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_MIX_1 = np.uint64(0xBF58476D1CE4E5B9)
_MIX_2 = np.uint64(0x94D049BB133111EB)
_UNIT = 2.0**-53
DRAWS = 2.0**54  # size of a signed draw beside the 8 bits that choose the layer


@njit(cache=True, error_model="numpy", nogil=True)
def mixed(x):
    """One number of SplitMix64 after the counter x."""
    z = x + _GOLDEN
    z = (z ^ (z >> np.uint64(30))) * _MIX_1
    z = (z ^ (z >> np.uint64(27))) * _MIX_2
    return z ^ (z >> np.uint64(31))


@njit(cache=True, error_model="numpy", nogil=True)
def row_state(seed, frame, band, row, state):
    """The generator's state (4,) of one row."""
    x = mixed(np.uint64(seed))
    x = mixed(x ^ np.uint64(frame))
    x = mixed(x ^ np.uint64(band))
    x = mixed(x ^ np.uint64(row))
    for k in range(4):
        state[k] = mixed(x + np.uint64(k) * _GOLDEN)


@njit(cache=True, error_model="numpy", nogil=True)
def draw(state):
    """64 random bits."""
    a, b, c, d = state[0], state[1], state[2], state[3]
    s = a + d
    out = ((s << np.uint64(23)) | (s >> np.uint64(41))) + a
    t = b << np.uint64(17)
    c ^= a
    d ^= b
    state[1] = b ^ c
    state[0] = a ^ d
    state[2] = c ^ t
    state[3] = (d << np.uint64(45)) | (d >> np.uint64(19))
    return out


@njit(cache=True, error_model="numpy", nogil=True)
def uniform(state):
    """A number in (0, 1)."""
    return (np.float64(draw(state) >> np.uint64(11)) + 0.5) * _UNIT


@njit(cache=True, error_model="numpy", nogil=True)
def normal(state, edges, sure, step):
    """A normal number of mean 0 and variance 1."""
    while True:
        bits = draw(state)
        layer = np.int64(bits & np.uint64(255))
        size = np.int64(bits) >> np.int64(9)
        if abs(size) < sure[layer]:
            return size * step[layer]
        x = unsure(layer, size * step[layer], state, edges)
        if not math.isnan(x):
            return x


@njit(cache=True, error_model="numpy", nogil=True)
def unsure(layer, x, state, edges):
    """A draw x near the edge of its layer: itself, one of the tail, or NaN where it is refused."""
    if layer == 0:
        while True:
            far = -math.log(uniform(state)) / TAIL
            if -2.0 * math.log(uniform(state)) >= far * far:
                return TAIL + far if x > 0.0 else -TAIL - far
    f0 = math.exp(-0.5 * (edges[layer] * edges[layer] - x * x))
    f1 = math.exp(-0.5 * (edges[layer + 1] * edges[layer + 1] - x * x))
    return x if f1 + uniform(state) * (f0 - f1) < 1.0 else math.nan


@njit(cache=True, error_model="numpy", nogil=True)
def fill_normal(state, edges, sure, step, out):
    """Normal numbers in a row f4; as `normal`, with the generator held in registers."""
    a, b, c, d = state[0], state[1], state[2], state[3]
    for i in range(out.shape[0]):
        s = a + d
        bits = ((s << np.uint64(23)) | (s >> np.uint64(41))) + a
        t = b << np.uint64(17)
        c ^= a
        d ^= b
        b ^= c
        a ^= d
        c ^= t
        d = (d << np.uint64(45)) | (d >> np.uint64(19))
        layer = np.int64(bits & np.uint64(255))
        size = np.int64(bits) >> np.int64(9)
        x = size * step[layer]
        if abs(size) >= sure[layer]:
            state[0], state[1], state[2], state[3] = a, b, c, d
            x = unsure(layer, x, state, edges)
            if math.isnan(x):
                x = normal(state, edges, sure, step)
            a, b, c, d = state[0], state[1], state[2], state[3]
        out[i] = np.float32(x)
    state[0], state[1], state[2], state[3] = a, b, c, d


@njit(cache=True, error_model="numpy", nogil=True)
def counted(mean, state):
    """A Poisson number by inversion, for means up to some tens."""
    term = math.exp(-mean)
    left = uniform(state)
    count = 0.0
    while left > term and count < 1000.0:
        left -= term
        count += 1.0
        term *= mean / count
    return count


@njit(cache=True, error_model="numpy", nogil=True)
def blurred_row(image, j, across, down, scale, column, row):
    """One row of the image after the point spread, times scale; edges go on as they are."""
    height, width = image.shape
    reach = across.shape[0] - 1
    for i in range(width):
        column[reach + i] = down[0] * image[j, i]
    for k in range(1, down.shape[0]):
        above, below = max(j - k, 0), min(j + k, height - 1)
        tap = down[k]
        for i in range(width):
            column[reach + i] += tap * (image[above, i] + image[below, i])
    for k in range(reach):
        column[k] = column[reach]
        column[reach + width + k] = column[reach + width - 1]
    first = scale * across[0]
    for i in range(width):
        row[i] = first * column[reach + i]
    for k in range(1, reach + 1):
        tap = scale * across[k]
        for i in range(width):
            row[i] += tap * (column[reach + i - k] + column[reach + i + k])


@njit(cache=True, error_model="numpy", nogil=True)
def numbers_of_row(mean, noise, read2, per_electron, bias, top, low, high, out):
    """Numbers of a row f4 of charges; returns how many lie outside low to high and want care."""
    zero, odd = np.float32(0.0), 0
    for i in range(mean.shape[0]):
        light = mean[i]
        charge = light + np.sqrt(max(light + read2, zero)) * noise[i]
        number = np.floor(charge * per_electron + bias)
        out[i] = np.uint16(min(max(number, zero), top))
        odd += not (low <= light < high)
    return odd


@njit(cache=True, error_model="numpy", nogil=True)
def careful(mean, full_well, read_noise, drawn, state, edges, sure, step):
    """Charge [e-] of a pixel that is nearly dark or nearly full; drawn: normal, for the reading."""
    if mean < _POISSON:
        shot = counted(mean, state)
    elif mean < full_well + _BELOW * math.sqrt(mean):
        shot = mean + math.sqrt(mean) * normal(state, edges, sure, step)
    else:
        shot = full_well
    return min(shot, full_well) + read_noise * drawn


@njit(cache=True, error_model="numpy", nogil=True)
def expose(image, across, down, response, values, seeds, edges, sure, step, out):
    """Numbers of one band; returns how many pixels had no light that makes sense.

    image (y, x) f4 radiance; across, down f4 half kernels, middle first; response f4 (y, x) or
    (1, x); values: electrons per radiance, dark charge, full well, read noise [e-], electrons per
    number, bias and top [DN]; seeds: of the campaign, frame and band; out (y, x) u2.
    """
    height, width = image.shape
    dark, full_well, read_noise = np.float32(values[1]), values[2], values[3]
    per_electron, bias, top = 1.0 / values[4], values[5] + 0.5, values[6]
    state = np.empty(4, dtype=np.uint64)
    row = np.empty(width, dtype=np.float32)
    noise = np.empty(width, dtype=np.float32)
    column = np.empty(width + 2 * (across.shape[0] - 1), dtype=np.float32)
    low = np.float32(_POISSON)
    high = np.float32(full_well - _BELOW * math.sqrt(full_well))
    bad = 0
    for j in range(height):
        row_state(seeds[0], seeds[1], seeds[2], j, state)
        blurred_row(image, j, across, down, np.float32(values[0]), column, row)
        k = min(j, response.shape[0] - 1)
        for i in range(width):
            row[i] = row[i] * response[k, i] + dark
        fill_normal(state, edges, sure, step, noise)
        odd = numbers_of_row(
            row, noise, np.float32(read_noise * read_noise), np.float32(per_electron),
            np.float32(bias), np.float32(top), low, high, out[j],
        )  # fmt: skip
        if odd == 0:
            continue
        for i in range(width):
            mean = row[i]
            if low <= mean < high:
                continue
            if not 0.0 <= mean < np.inf:
                bad += 1
                continue
            light = np.float64(mean)
            charge = careful(light, full_well, read_noise, noise[i], state, edges, sure, step)
            number = math.floor(charge * per_electron + bias)
            out[j, i] = np.uint16(min(max(number, 0.0), top))
    return bad
