"""Fractions of minerals in a spectrum: constrained least squares through Hapke's law."""

import math

import numpy as np
from numba import njit

from marsward.retrieval.kernels.active_set import constrained, covariance_of, gather, inverse_of

_DARK, _BRIGHT = 1e-6, 1.0 - 1e-7
_STILL = 1e-6  # change of a fraction at which steps end


@njit(cache=True, error_model="numpy", nogil=True)
def _law(w, mu0, mu, intimate):
    """Reflectance factor of single-scattering albedo w, and its slope."""
    if not intimate:
        return w, 1.0
    w = min(max(w, _DARK), _BRIGHT)
    g = math.sqrt(1.0 - w)
    scale = (1.0 + 2.0 * mu0) * (1.0 + 2.0 * mu) / (4.0 * (mu0 + mu))
    low, high = 1.0 + 2.0 * mu0 * g, 1.0 + 2.0 * mu * g
    fall = 2.0 * mu0 * high + 2.0 * mu * low
    lower = low * high
    return scale * w / lower, scale * (lower + w * fall / (2.0 * g)) / (lower * lower)


@njit(cache=True, error_model="numpy", nogil=True)
def _albedo(r, mu0, mu, intimate):
    """Single-scattering albedo of a reflectance factor, held within what the law can give."""
    if not intimate:
        return r
    scale = (1.0 + 2.0 * mu0) * (1.0 + 2.0 * mu) / (4.0 * (mu0 + mu))
    r = min(max(r, 0.0), scale)
    a = scale + 4.0 * mu0 * mu * r
    b = 2.0 * (mu0 + mu) * r
    root = math.sqrt(max(b * b - 4.0 * a * (r - scale), 0.0))
    g = min(max((root - b) / (2.0 * a), 0.0), 1.0)
    return min(max(1.0 - g * g, _DARK), 0.999)


@njit(cache=True, error_model="numpy", nogil=True, fastmath={"reassoc", "contract", "nsz"})
def _dot(a, b):
    total = 0.0
    for c in range(a.size):
        total += a[c] * b[c]
    return total


@njit(cache=True, error_model="numpy", nogil=True, fastmath={"reassoc", "contract", "nsz"})
def _about(values, root, albedo, f, first, mu0, mu, intimate, design, aim, level):
    """One step of Gauss and Newton about fractions f, in units of the noise.

    root (c,) is 1/sigma, 0 for a channel that is out. Writes design (m, c), aim (c,) and level
    (c,), the reflectance itself.
    """
    m, channels = albedo.shape
    if first:
        for c in range(channels):
            aim[c] = _albedo(values[c], mu0, mu, intimate)
    else:
        aim[:] = 0.0
        for k in range(m):
            if f[k] > 0.0:
                for c in range(channels):
                    aim[c] += f[k] * albedo[k, c]
        if intimate:
            for c in range(channels):
                aim[c] = min(max(aim[c], _DARK), _BRIGHT)
    for c in range(channels):
        level[c], slope = _law(aim[c], mu0, mu, intimate)
        slope *= root[c]
        aim[c] = slope * aim[c]
        if not first:
            aim[c] += root[c] * (values[c] - level[c])
        design[0, c] = slope
    for k in range(m - 1, -1, -1):
        for c in range(channels):
            design[k, c] = design[0, c] * albedo[k, c]


@njit(cache=True, error_model="numpy", nogil=True)
def _shapes(level, root, offset, slope, shift, out):
    """Errors that channels share at a spectrum `level`, in units of the noise, each of 1 sigma.

    offset + slope level (t, c), and last the shift (c,) of a wavelength, in channels, times the
    rise of the spectrum.
    """
    count, channels = offset.shape
    for i in range(count):
        for c in range(channels):
            out[i, c] = root[c] * (offset[i, c] + slope[i, c] * level[c])
    for c in range(channels):
        low, high = max(c - 1, 0), min(c + 1, channels - 1)
        out[count, c] = root[c] * shift[c] * (level[high] - level[low]) / (high - low)


@njit(cache=True, error_model="numpy", nogil=True)
def _normal(design, aim, shapes, work, gram, right):
    """Gram matrix and right side of a step, errors that channels share summed over.

    shapes (t, c) are those errors in units of the noise, each of 1 sigma. work: theirs (t, t) and
    inverse, (m, t) and (t,). What lies along them is taken from both: G - A B A', c - A B a with
    B = (1 + M M')^-1.
    """
    inner, inverse, along, pull = work
    m, count = design.shape[0], shapes.shape[0]
    for i in range(count):
        for j in range(i + 1):
            inner[i, j] = _dot(shapes[i], shapes[j])
            inner[j, i] = inner[i, j]
        inner[i, i] += 1.0
        pull[i] = _dot(shapes[i], aim)
    inverse_of(inner, np.arange(count), count, inverse)
    for k in range(m):
        for i in range(count):
            along[k, i] = _dot(design[k], shapes[i])
    gram[:] = 0.0
    for k in range(m):
        right[k] = _dot(design[k], aim)
        for i in range(count):
            lever = 0.0
            for j in range(count):
                lever += inverse[i, j] * along[k, j]
            right[k] -= lever * pull[i]
            for j in range(k + 1):
                gram[k, j] -= lever * along[j, i]
        for j in range(k + 1):
            gram[k, j] += _dot(design[k], design[j])
            gram[j, k] = gram[k, j]


@njit(cache=True, error_model="numpy", nogil=True)
def _least_sure(f, cov, inside, significance):
    """The mineral inside whose fraction is the least in terms of its error, if not significant."""
    found, least = -1, significance
    for k in range(f.size):
        if inside[k]:
            sure = f[k] / math.sqrt(max(cov[k, k], 1e-300))
            if sure < least:
                found, least = k, sure
    return found


@njit(cache=True, error_model="numpy", nogil=True)
def _cleaned(values, sigma, seen, root):
    """Spectrum and 1/sigma with 0 for channels that are out; how many are in."""
    count = 0
    for c in range(values.size):
        s = sigma[c]
        good = s > 0.0 and math.isfinite(s) and math.isfinite(values[c])
        root[c] = 1.0 / s if good else 0.0
        seen[c] = values[c] if good else 0.0
        count += good
    return count


@njit(cache=True, error_model="numpy", nogil=True)
def _stepped(
    spectrum, shared, law, albedo, allowed, one, steps, fresh, f, inside, place, square
):  # fmt: skip
    """Steps of Gauss and Newton until the fractions stand still.

    spectrum: seen and root; shared: offset, slope, shift; law: mu0, mu, intimate; place: design,
    aim, level, shapes, work; square: gram, right, members, inverse.
    """
    design, aim, level, shapes, work = place
    gram, right, members, inverse = square
    before = np.empty(f.size)
    for step in range(steps):
        before[:] = f
        first = fresh and step == 0
        _about(
            spectrum[0], spectrum[1], albedo, f, first, law[0], law[1], law[2], design, aim, level
        )
        _shapes(level, spectrum[1], shared[0], shared[1], shared[2], shapes)
        _normal(design, aim, shapes, work, gram, right)
        constrained(gram, right, allowed, one, f, inside, members, inverse)
        if step > 0 and np.abs(f - before).max() < _STILL:
            break


@njit(cache=True, error_model="numpy", nogil=True)
def _pruned(f, inside, allowed, one, significance, square, cov):
    """Drop minerals that are not significant, one by one; whether any was."""
    gram, right, members, inverse = square
    dropped = False
    while True:
        covariance_of(gram, inside, one, members, inverse, cov)
        out = _least_sure(f, cov, inside, significance)
        if out < 0 or gather(inside, members) < 2:
            return dropped
        allowed[out] = False
        dropped = True
        constrained(gram, right, allowed, one, f, inside, members, inverse)


@njit(cache=True, error_model="numpy", nogil=True)
def _errors(inside, one, square, cov, error):
    """Covariance of the minerals inside, and the error of each, or what it would be inside."""
    gram, _, members, inverse = square
    for k in range(inside.size):
        if not inside[k]:
            inside[k] = True
            covariance_of(gram, inside, one, members, inverse, cov)
            inside[k] = False
            error[k] = math.sqrt(max(cov[k, k], 0.0))
    covariance_of(gram, inside, one, members, inverse, cov)
    for k in range(inside.size):
        if inside[k]:
            error[k] = math.sqrt(max(cov[k, k], 0.0))


@njit(cache=True, error_model="numpy", nogil=True)
def _finished(spectrum, place, fitted, amounts):
    """Chi squared, the fitted spectrum and how much there is of each shared error."""
    _, rest, level, shapes, work = place
    for c in range(level.size):
        rest[c] = spectrum[1][c] * (spectrum[0][c] - level[c])
        fitted[c] = level[c]
    misfit = _dot(rest, rest)
    for i in range(amounts.size):
        amount = 0.0
        for j in range(amounts.size):
            amount += work[1][i, j] * _dot(shapes[j], rest)
        misfit -= amount * _dot(shapes[i], rest)
        amounts[i] = amount
        for c in range(level.size):
            if spectrum[1][c] > 0.0:
                fitted[c] += amount * shapes[i, c] / spectrum[1][c]
    return misfit


@njit(cache=True, error_model="numpy", nogil=True)
def unmix_rows(
    values, sigma, offset, slope, shift, albedo, mu0, mu, intimate, one, significance, steps,
    fraction, error, covariance, fitted, amounts, misfit, used,
):  # fmt: skip
    """Fractions, errors and fit of many spectra; a channel with NaN or sigma of 0 or less is out.

    values, sigma (n, c); offset, slope (n or 1, t, c) and shift (c,) of the errors that channels
    share; albedo (m, c); NaN in none of these. Writes fraction, error (n, m), covariance
    (n or 0, m, m), fitted (n, c), amounts (n, t + 1) of the shared errors, misfit (n,) chi squared
    and used (n,) channels.
    """
    rows, channels = values.shape
    m, size = albedo.shape[0], offset.shape[1] + 1
    work = (np.empty((size, size)), np.empty((size, size)), np.empty((m, size)), np.empty(size))
    place = (
        np.empty((m, channels)), np.empty(channels), np.empty(channels),
        np.zeros((size, channels)), work,
    )  # fmt: skip
    square = (np.empty((m, m)), np.empty(m), np.empty(m, dtype=np.int64), np.empty((m, m)))
    inside, allowed = np.empty(m, dtype=np.bool_), np.empty(m, dtype=np.bool_)
    spectrum = (np.empty(channels), np.empty(channels))
    law = (mu0, mu, intimate)
    f, cov = np.empty(m), np.empty((m, m))
    for r in range(rows):
        used[r] = _cleaned(values[r], sigma[r], spectrum[0], spectrum[1])
        if used[r] <= m:
            fraction[r] = np.nan
            amounts[r] = np.nan
            error[r] = np.nan
            fitted[r] = np.nan
            misfit[r] = np.nan
            continue
        own = r if offset.shape[0] == rows else 0
        shared = (offset[own], slope[own], shift)
        allowed[:] = True
        f[:] = 0.0
        for turn in range(3):
            _stepped(
                spectrum, shared, law, albedo, allowed, one, steps, turn == 0, f, inside, place,
                square,
            )  # fmt: skip
            if turn == 2 or significance <= 0.0:
                break
            if not _pruned(f, inside, allowed, one, significance, square, cov):
                break
        _errors(inside, one, square, cov, error[r])
        if covariance.shape[0] == rows:
            covariance[r] = cov
        fraction[r] = f
        _about(
            spectrum[0], spectrum[1], albedo, f, False, mu0, mu, intimate, place[0], place[1],
            place[2],
        )  # fmt: skip
        _shapes(place[2], spectrum[1], shared[0], shared[1], shared[2], place[3])
        _normal(place[0], place[1], place[3], work, square[0], square[1])
        misfit[r] = _finished(spectrum, place, fitted[r], amounts[r])
