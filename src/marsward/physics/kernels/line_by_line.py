"""Absorption of many spectral lines on an even grid of wave numbers.

The Voigt profile is the real part of Faddeyeva's w(x + iy): Weideman's rational series
(1994, doi:10.1137/0731077) near the centre, the asymptotic fraction i z/(sqrt(pi) (z^2 - 1/2))
beyond |z|^2 = 225. Every line is laid on the fine grid near its centre; farther out, up to the
cutoff, on a coarse one, as a Lorentz wing bent by a factor chi; the coarse grid is added to the
fine one at the end, straight between its nodes, so that little is lost where the two meet.
"""

import math

import numpy as np
from numba import njit

_OPTIONS = {"cache": True, "error_model": "numpy", "nogil": True}
_ROOT_PI = math.sqrt(math.pi)
_FAR = 225.0


@njit(**_OPTIONS)
def faddeyeva(x, y, length, series):
    """Real part of w(x + iy), y >= 0; `series` and `length` are Weideman's, see `series`."""
    z = complex(x, y)
    square = z * z
    if x * x + y * y > _FAR:
        return -(z / (_ROOT_PI * (square - 0.5))).imag
    below = length - 1j * z
    ratio = (length + 1j * z) / below
    total = complex(series[0], 0.0)
    for i in range(1, series.shape[0]):
        total = total * ratio + series[i]
    return (2.0 * total / (below * below) + 1.0 / (_ROOT_PI * below)).real


@njit(**_OPTIONS)
def chi(distance, first, second, third):
    """Share of a Lorentz wing that is left at a distance from the centre [cm-1].

    Perrin & Hartmann's form: 1 to 3 cm-1, then falling by three rates [cm], broken at 30 and 120.
    """
    if distance <= 3.0:
        return 1.0
    if distance <= 30.0:
        return math.exp(-first * (distance - 3.0))
    if distance <= 120.0:
        return math.exp(-first * 27.0 - second * (distance - 30.0))
    return math.exp(-first * 27.0 - second * 90.0 - third * (distance - 120.0))


@njit(**_OPTIONS)
def lay_lines(
    centre, strength, lorentz, doppler, near, cutoff, wing,
    start, step, every, length, series, fine, coarse,
):  # fmt: skip
    """Add lines to `fine` and their wings to `coarse`; every node of it is `every` steps on.

    centre, strength, lorentz, doppler : by line [cm-1], [m2 cm-1], half widths [cm-1]; the Doppler
        width is that at 1/e
    near, cutoff : ends of the fine part and of the wing [cm-1]
    wing (3) : rates of chi [cm]
    start, step : of the fine grid [cm-1]
    """
    wide = step * every
    for n in range(centre.shape[0]):
        first = max(math.ceil((centre[n] - near - start) / step), 0)
        last = min(math.floor((centre[n] + near - start) / step), fine.shape[0] - 1)
        scale = strength[n] / (_ROOT_PI * doppler[n])
        inverse, y = 1.0 / doppler[n], lorentz[n] / doppler[n]
        # The coarse grid is set to the line's value at the end of the fine part and held there,
        # so that what it adds inside is taken off the fine part again.
        square = lorentz[n] * lorentz[n]
        plateau = strength[n] * lorentz[n] / (math.pi * (near * near + square))
        for i in range(first, last + 1):
            x = (start + i * step - centre[n]) * inverse
            fine[i] += scale * faddeyeva(x, y, length, series) - plateau
        low = max(math.ceil((centre[n] - cutoff - start) / wide), 0)
        high = min(math.floor((centre[n] + cutoff - start) / wide), coarse.shape[0] - 1)
        share = strength[n] * lorentz[n] / math.pi
        for i in range(low, high + 1):
            away = abs(start + i * wide - centre[n])
            if away <= near:
                coarse[i] += plateau
            else:
                bent = chi(away, wing[0], wing[1], wing[2])
                coarse[i] += share * bent / (away * away + square)


@njit(**_OPTIONS)
def join(fine, coarse, every):
    """Add the coarse grid to the fine one, straight between its nodes."""
    for i in range(fine.shape[0]):
        cell = min(i // every, coarse.shape[0] - 2)
        share = (i - cell * every) / every
        fine[i] += (1.0 - share) * coarse[cell] + share * coarse[cell + 1]


def weideman(terms: int = 32) -> tuple[float, np.ndarray]:
    """Length and coefficients, highest power first, of Weideman's series."""
    many = 2 * terms
    angle = np.arange(-many + 1, many) * math.pi / many
    length = math.sqrt(terms / math.sqrt(2.0))
    t = length * np.tan(0.5 * angle)
    values = np.concatenate([[0.0], np.exp(-t * t) * (length**2 + t * t)])
    spectrum = np.real(np.fft.fft(np.fft.fftshift(values))) / (2 * many)
    return length, np.ascontiguousarray(spectrum[1 : terms + 1][::-1])
