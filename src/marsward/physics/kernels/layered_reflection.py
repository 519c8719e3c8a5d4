"""Reflection of a plane wave from layers at normal incidence: one recursion from below upward.

index (columns, m + 1) complex, medium 0 being what lies under the surface; thickness (columns, m)
[m] of media 0 to m - 1; rough (columns, m + 1) rms height [m] of the top of each medium. Above the
surface is empty space. An interface of rms height s between wave numbers a and b gives, on average,
the coherent amplitudes r exp(-2 a^2 s^2) upward, -r exp(-2 b^2 s^2) from below and
(1 - r^2) exp(-(a - b)^2 s^2) for both crossings.
"""

import math

import numpy as np
from numba import njit


@njit(cache=True, error_model="numpy", nogil=True)
def _climb(above, below, thickness, rough, first, step, out):
    """Carry `out`, the reflection seen from inside the medium below its top, through that top.

    On entry `out` holds what returns from the bottom of the medium `below`, at that bottom; on
    exit what returns to the medium `above`, at the interface. A negative thickness means that
    nothing returns from below.
    """
    r = (above - below) / (above + below)
    both = 1.0 - r * r
    turn = np.exp(-2j * first * below * thickness)
    ratio = np.exp(-2j * step * below * thickness)
    a2 = 2.0 * (above * rough) ** 2
    b2 = 2.0 * (below * rough) ** 2
    c2 = ((above - below) * rough) ** 2
    for i in range(out.shape[0]):
        echo = 0j
        if thickness >= 0.0:
            echo = out[i] * turn
            turn *= ratio
        if rough > 0.0:
            k2 = (first + i * step) ** 2
            up, under = r * np.exp(-a2 * k2), -r * np.exp(-b2 * k2)
            out[i] = up + both * np.exp(-c2 * k2) * echo / (1.0 - under * echo)
        else:
            out[i] = (r + echo) / (1.0 + r * echo)


@njit(cache=True, error_model="numpy", nogil=True)
def layered_reflection(index, thickness, rough, first, step, surface, out):
    """Complex reflection (columns, frequencies) at evenly spaced vacuum wave numbers [rad/m].

    surface : 1, or 0 to leave out what the surface itself returns and keep all from below it
    """
    columns, layers = thickness.shape
    for c in range(columns):
        row = out[c]
        row[:] = 0j
        for j in range(layers, -1, -1):
            above = index[c, j - 1] if j > 0 else complex(1.0)
            below = index[c, j]
            depth = thickness[c, j] if j < layers else -1.0
            if j > 0 and above == below and rough[c, j] == 0.0:
                if depth >= 0.0:
                    _travel(below, depth, first, step, row)
                continue
            _climb(above, below, depth, rough[c, j], first, step, row)
        if surface == 0:
            _less_surface(index[c, 0], rough[c, 0], first, step, row)


@njit(cache=True, error_model="numpy", nogil=True)
def _travel(index, thickness, first, step, out):
    """Through a medium and back, no interface at its top."""
    turn = np.exp(-2j * first * index * thickness)
    ratio = np.exp(-2j * step * index * thickness)
    for i in range(out.shape[0]):
        out[i] *= turn
        turn *= ratio


@njit(cache=True, error_model="numpy", nogil=True)
def _less_surface(index, rough, first, step, out):
    """Take away the coherent echo of the surface alone."""
    r = (1.0 - index) / (1.0 + index)
    for i in range(out.shape[0]):
        k = (first + i * step) * rough
        out[i] -= r * math.exp(-2.0 * k * k)
