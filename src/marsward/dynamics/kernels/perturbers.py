"""Compiled places of the ten bodies that pull a craft, and the motion of its centre.

Ten Chebyshev series are summed side by side, a body to a vector lane; the records in use are kept
until the time leaves them. Positions agree with the ephemeris reader to rounding (2e-5 m at 1 au).
"""

import numpy as np
from numba import njit

from marsward.dynamics.kernels.chebyshev import EARTH_MOON_MASS_RATIO
from marsward.dynamics.kernels.gravity import SCRATCH

MOON_TO_EARTH = -1.0 / EARTH_MOON_MASS_RATIO
LANES = 16
"""Ten bodies and six lanes of padding, so that they fill vector registers."""
TERMS = 14
"""Chebyshev terms of the longest series (Mercury's in DE440); shorter ones end in zeros."""

# One flat working array, because compilers vectorise what they can see does not overlap: first
# the Chebyshev records in use, a lane to a body, [(term * 3 + axis) * LANES + body]; then rows of
# LANES: middle and inverse half-length of every record; the bodies relative to the barycentre; the
# craft relative to each body; its squared distance; GM. The end is scratch.
MIDDLE = TERMS * 3 * LANES
INVERSE = MIDDLE + LANES
BODY_X, BODY_Y, BODY_Z = INVERSE + LANES, INVERSE + 2 * LANES, INVERSE + 3 * LANES
REL_X, REL_Y, REL_Z = BODY_Z + LANES, BODY_Z + 2 * LANES, BODY_Z + 3 * LANES
DISTANCE2 = REL_Z + LANES
MASS = DISTANCE2 + LANES
STATE = MASS + LANES
HARMONICS = STATE + 6
WORK = HARMONICS + 9 + SCRATCH

# rows of model.body
GM, RADIUS, SURFACE, ENTER = 0, 1, 2, 3

# The loops below never allocate, so they are compiled without counting references (_nrt=False):
# counting costs a third of an evaluation.


@njit(cache=True, error_model="numpy", nogil=True, _nrt=False)
def _load_record(t, coef, layout, span, b, work):
    """Copies the record of series ``b`` that holds ``t`` into its lane."""
    length = span[1, b]
    i = min(max(int((t - span[0, b]) / length), 0), layout[2, b] - 1)
    work[MIDDLE + b] = span[0, b] + (i + 0.5) * length
    work[INVERSE + b] = 2.0 / length
    n = layout[1, b]
    o = layout[0, b] + 3 * n * i
    for c in range(3):
        for k in range(n):
            work[(3 * k + c) * LANES + b] = coef[o + c * n + k]


@njit(cache=True, error_model="numpy", nogil=True)
def working_array(body):
    """The array (WORK,) that `perturbers` and `acceleration` fill; ``body`` as in the model."""
    work = np.zeros(WORK)
    for b in range(LANES):
        work[MASS + b] = body[GM, b]
        if b < 10:
            work[MIDDLE + b] = 1e30
            work[INVERSE + b] = 1.0
        else:
            work[b] = 1e14
    return work


@njit(cache=True, error_model="numpy", nogil=True, _nrt=False, fastmath=True)
def _series(t, work):
    """Sums the Chebyshev series of all lanes at once."""
    for b in range(LANES):
        s = (t - work[MIDDLE + b]) * work[INVERSE + b]
        s2 = 2.0 * s
        t0 = 1.0
        t1 = s
        x = work[b] + work[3 * LANES + b] * s
        y = work[LANES + b] + work[4 * LANES + b] * s
        z = work[2 * LANES + b] + work[5 * LANES + b] * s
        for k in range(2, TERMS):
            t2 = s2 * t1 - t0
            x += work[3 * k * LANES + b] * t2
            y += work[(3 * k + 1) * LANES + b] * t2
            z += work[(3 * k + 2) * LANES + b] * t2
            t0 = t1
            t1 = t2
        work[BODY_X + b] = x
        work[BODY_Y + b] = y
        work[BODY_Z + b] = z


@njit(cache=True, error_model="numpy", nogil=True, _nrt=False, inline="always")
def perturbers(t, coef, layout, span, work):
    """Positions of the ten bodies relative to the barycentre [m], all at once.

    Records are exchanged only when the time leaves one, so the stages of a step share them.
    ``t`` counts from the model's reference second [s]; ``coef, layout, span`` of the model.
    """
    for b in range(10):
        if not abs((t - work[MIDDLE + b]) * work[INVERSE + b]) <= 1.0:
            _load_record(t, coef, layout, span, b, work)
    _series(t, work)
    for o in (BODY_X, BODY_Y, BODY_Z):
        centre = work[o + 3]
        moon = work[o + 4]
        work[o + 3] = centre + MOON_TO_EARTH * moon
        work[o + 4] = centre + moon


@njit(cache=True, error_model="numpy", nogil=True, _nrt=False, fastmath=True)
def _series_rates(t, n, b, weight, work, out):
    """Adds ``weight`` times velocity and acceleration of series ``b``, n terms, to (2, 3)."""
    turn = work[INVERSE + b]
    s = (t - work[MIDDLE + b]) * turn
    s2 = 2.0 * s
    t0, t1 = 1.0, s
    d0, d1 = 0.0, 1.0
    e0, e1 = 0.0, 0.0
    ux = work[3 * LANES + b]
    uy = work[4 * LANES + b]
    uz = work[5 * LANES + b]
    ax = ay = az = 0.0
    for k in range(2, n):
        t2 = s2 * t1 - t0
        d2 = s2 * d1 - d0 + 2.0 * t1
        e2 = s2 * e1 - e0 + 4.0 * d1
        cx = work[3 * k * LANES + b]
        cy = work[(3 * k + 1) * LANES + b]
        cz = work[(3 * k + 2) * LANES + b]
        ux += cx * d2
        uy += cy * d2
        uz += cz * d2
        ax += cx * e2
        ay += cy * e2
        az += cz * e2
        t0, t1 = t1, t2
        d0, d1 = d1, d2
        e0, e1 = e1, e2
    w = weight * turn
    out[0, 0] += w * ux
    out[0, 1] += w * uy
    out[0, 2] += w * uz
    w *= turn
    out[1, 0] += w * ax
    out[1, 1] += w * ay
    out[1, 2] += w * az


@njit(cache=True, error_model="numpy", nogil=True, _nrt=False, inline="always")
def centre_rates(t, layout, work, centre, out):
    """Velocity and acceleration of a body relative to the barycentre, from loaded records.

    ``centre`` is a place among the ten bodies, or -1 for the barycentre; ``out`` f8 (2, 3) is
    written [m/s, m/s2].
    """
    for i in range(2):
        for c in range(3):
            out[i, c] = 0.0
    if centre == 3 or centre == 4:
        _series_rates(t, layout[1, 3], 3, 1.0, work, out)
        w = MOON_TO_EARTH if centre == 3 else 1.0
        _series_rates(t, layout[1, 4], 4, w, work, out)
    elif centre >= 0:
        _series_rates(t, layout[1, centre], centre, 1.0, work, out)


@njit(cache=True, error_model="numpy", nogil=True)
def centre_motion(t, model, centre, out):
    """Position, velocity and acceleration of a centre relative to the barycentre.

    Parameters
    ----------
    t : time from the model's reference second [s]
    model : the force model
    centre : place among the ten bodies, or -1 for the barycentre itself
    out : f8 (3, 3), written [m, m/s, m/s2]
    """
    work = working_array(model.body)
    perturbers(t, model.coef, model.layout, model.span, work)
    centre_rates(t, model.layout, work, centre, out[1:])
    for i in range(3):
        out[0, i] = work[BODY_X + i * LANES + centre] if centre >= 0 else 0.0
