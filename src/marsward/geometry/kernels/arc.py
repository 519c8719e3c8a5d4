"""Arc tangents and cosines without branches, to the last bits, for loops over many rays."""

import math

from numba import njit

FAST = {"contract", "reassoc", "arcp", "nsz", "afn"}  # NaN keeps its meaning: no hit
_TAN_PI_8 = math.tan(math.pi / 8.0)
# atan(z) / z as a polynomial in z^2, interpolated at Chebyshev points of [0, tan(pi/8)^2]
_A0, _A1, _A2, _A3, _A4 = (
    1.0000000000000002, -0.3333333333329467, 0.1999999998647968, -0.14285713018650445,
    0.11111056873805933,
)  # fmt: skip
_A5, _A6, _A7, _A8, _A9 = (
    -0.0908963078261168, 0.0767426110692613, -0.06508854136539335, 0.05030155788624033,
    -0.025345761550124298,
)  # fmt: skip


@njit(cache=True, error_model="numpy", nogil=True, fastmath=FAST)
def arc(y, x):
    """Angle of the vector (x, y) from +x [rad], -pi to pi, to 1e-15 rad; 0 for no vector."""
    ax, ay = abs(x), abs(y)
    small, large = min(ax, ay), max(ax, ay)
    turned = small > _TAN_PI_8 * large
    top = small - large if turned else small
    low = small + large if turned else max(large, 1e-300)
    z = top / low
    s = z * z
    s2 = s * s
    s4 = s2 * s2
    near = (_A0 + _A1 * s) + s2 * (_A2 + _A3 * s)
    mid = (_A4 + _A5 * s) + s2 * (_A6 + _A7 * s)
    a = z * (near + s4 * (mid + s4 * (_A8 + _A9 * s)))
    a = a + 0.25 * math.pi if turned else a
    a = 0.5 * math.pi - a if ay > ax else a
    a = math.pi - a if x < 0.0 else a
    return -a if y < 0.0 else a


@njit(cache=True, error_model="numpy", nogil=True, fastmath=FAST)
def arc_of_cosine(c):
    """Angle [rad] of a cosine; 0 or pi where rounding has carried it beyond 1."""
    return arc(math.sqrt(max((1.0 - c) * (1.0 + c), 0.0)), c)
