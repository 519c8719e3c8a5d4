"""Lambert's problem in lanes: blocks of cases that take each step together, without a branch.

The time of flight is Battin's universal form, one expression for ellipse, parabola and hyperbola:
with eta = y - lambda x, w = sqrt((1 + lambda + x eta) / 2) and q = (1 - w)/(1 + w),

    T = 2/3 eta^3 2F1(-1/2, 3/2; 5/2; 1 - w^2) / w^3 + 2 lambda eta,

and the hypergeometric function is one polynomial in q, fitted at Chebyshev nodes over
-0.4 <= q <= 1 to 1e-15. M revolutions add M pi / (1 - x^2)^(3/2). What lies beyond the polynomial
or too near the parabola, where differences of the derivatives lose figures, goes to the scalar
kernel.

Battin 1999, An Introduction to the Mathematics and Methods of Astrodynamics, section 7.5 (from
memory); steps as in Izzo 2015, doi:10.1007/s10569-014-9587-y.
"""

import math

from numba import njit

from marsward.dynamics.kernels.lambert import solve_x
from marsward.dynamics.kernels.lambert_turns import solve_turns

LANES = 64

_LEAST_Q = -0.4
_WIDE = 2.0 / (1.0 - _LEAST_Q)
_MID = -(1.0 + _LEAST_Q) / (1.0 - _LEAST_Q)
_NEAR_PARABOLA = 1e-4
_LEAST_X = -0.95
_CLOSED = 0.99
"""A geometry number above which the fastest flight of whole turns is sought one by one."""
_SETTLED = 1e-4
"""A step this small beside the way to the end of the branch leaves, at the fourth order of its
convergence, nothing for the next."""
_MOST = 7
_FAST = {"contract", "reassoc", "arcp", "nsz"}


@njit(cache=True, error_model="numpy", nogil=True, fastmath=_FAST, inline="always")
def _hypergeometric(q):
    """2F1(-1/2, 3/2; 5/2; 1 - w^2) of q = (1 - w)/(1 + w), -0.4 <= q <= 1."""
    t = _WIDE * q + _MID
    tt = t * t
    even = 4.000304556772398e-07
    even = even * tt - 1.620531358452397e-06
    even = even * tt + 4.536590841904652e-06
    even = even * tt - 4.6674349828614685e-06
    even = even * tt + 1.0857291785136237e-05
    even = even * tt + 1.2540023003862546e-05
    even = even * tt + 5.9681869733510065e-05
    even = even * tt + 0.0001980351074963409
    even = even * tt + 0.0006856879790566107
    even = even * tt + 0.00236434125191412
    even = even * tt + 0.008155224953504682
    even = even * tt + 0.028134205600760756
    even = even * tt + 0.0971856222308456
    even = even * tt + 0.3537360314214226
    even = even * tt + 0.747584177868817
    odd = -2.1540100347276003e-07
    odd = odd * tt + 8.72593777765425e-07
    odd = odd * tt - 2.442779542068737e-06
    odd = odd * tt + 2.5132343493514025e-06
    odd = odd * tt - 5.8462324837754115e-06
    odd = odd * tt - 6.752312001793795e-06
    odd = odd * tt - 3.213634174697744e-05
    odd = odd * tt - 0.00010663396434236625
    odd = odd * tt - 0.00036921427001499683
    odd = odd * tt - 0.001273087682937625
    odd = odd * tt - 0.004391085162537845
    odd = odd * tt - 0.01514664139028489
    odd = odd * tt - 0.052270066797303144
    odd = odd * tt - 0.1813599517008063
    odd = odd * tt - 0.39411574349833234
    return even + odd * t


@njit(cache=True, error_model="numpy", nogil=True, fastmath=_FAST, inline="always")
def angle(y, x):
    """atan2(y, x) in lanes; the polynomial is that of atan(t)/t over t^2 <= (sqrt 2 - 1)^2."""
    ax, ay = abs(x), abs(y)
    big, small = max(ax, ay), min(ax, ay)
    far = small > 0.41421356237309503 * big
    above = small - big if far else small
    below = small + big if far else big
    z = above / (below + 1e-300)
    t = z * z * 11.65685424949238 - 1.0
    out = -3.2972861372236217e-14
    out = out * t + 4.568433001209812e-13
    out = out * t - 6.288042126791351e-12
    out = out * t + 8.89127039101749e-11
    out = out * t - 1.2748542076683424e-09
    out = out * t + 1.8605791762326854e-08
    out = out * t - 2.780681935666902e-07
    out = out * t + 4.296549734556385e-06
    out = out * t - 6.980070655815362e-05
    out = out * t + 0.0012335918790096767
    out = out * t - 0.025900195459813088
    out = out * t + 0.9727918173603545
    out = out * z
    out = out + 0.7853981633974483 if far else out
    out = 1.5707963267948966 - out if ay > ax else out
    out = 3.141592653589793 - out if x < 0.0 else out
    return -out if y < 0.0 else out


@njit(cache=True, error_model="numpy", nogil=True, fastmath=_FAST, inline="always")
def _flight(x, lam, less):
    """Time of flight below one revolution, y, and q, which must lie in its range."""
    y = math.sqrt(less + lam * lam * x * x)
    along = lam * x
    eta = less / (y + along) if along > 0.0 else y - along
    w2 = 0.5 * (1.0 + lam + x * eta)
    w = math.sqrt(w2)
    q = (1.0 - w) / (1.0 + w)
    inside = q if q > _LEAST_Q else _LEAST_Q
    t = 2.0 / 3.0 * eta * eta * eta * _hypergeometric(inside) / (w2 * w) + 2.0 * lam * eta
    return t, y, q


@njit(cache=True, error_model="numpy", nogil=True, fastmath=_FAST, inline="always")
def _slopes(x, t, y, lam, less, inverse):
    """First three derivatives of the time of flight; inverse is 1/(1 - x^2)."""
    iy = 1.0 / y
    l2 = lam * lam
    l3 = l2 * lam
    m = 2.0 * less * l3 * iy * iy * iy
    d1 = inverse * (3.0 * t * x - 2.0 + 2.0 * l3 * x * iy)
    d2 = inverse * (3.0 * t + 5.0 * x * d1 + m)
    d3 = inverse * (7.0 * x * d2 + 8.0 * d1 - 3.0 * m * l2 * x * iy * iy)
    return d1, d2, d3


@njit(cache=True, error_model="numpy", nogil=True, fastmath=_FAST, inline="always")
def _step(miss, d1, d2, d3):
    """Householder's step of third order."""
    square = d1 * d1
    return miss * (square - 0.5 * miss * d2) / (d1 * (square - miss * d2) + d3 * miss * miss / 6.0)


@njit(cache=True, error_model="numpy", nogil=True, fastmath=_FAST, inline="always")
def _two_thirds(z):
    """z^(2/3) for 0 < z <= 1, to a few per cent far from 1 and better near it."""
    w = (1.0 + 5.0 * z) / (5.0 + z)
    z2 = z * z
    w3 = w * w * w
    w = w * (w3 + 2.0 * z2) / (2.0 * w3 + z2)
    w3 = w * w * w
    return w * (w3 + 2.0 * z2) / (2.0 * w3 + z2)


@njit(cache=True, error_model="numpy", nogil=True, fastmath=_FAST)
def guess_block(lam, less, time, x, n):
    """Where the steps of a block begin below one revolution.

    Ellipses slower than that of x = 0 by the power law of slow flights, the rest by the Moebius
    map that has the times of x = 0 and of the parabola and the slope at x = 0.
    """
    for k in range(n):
        g, t = lam[k], time[k]
        root = math.sqrt(less[k])
        at_zero = angle(root, g) + g * root
        parabola = 2.0 / 3.0 * (1.0 - g * g * g)
        r = 2.0 / (at_zero - parabola) - 1.0
        near = (at_zero - t) / (r * t + 2.0 - at_zero * r)
        slow = _two_thirds(min(at_zero / t, 1.0)) - 1.0
        x[k] = slow if t > at_zero else near


@njit(cache=True, error_model="numpy", nogil=True, fastmath=_FAST)
def settle_block(lam, less, time, turns, side, x_least, t_least, x, moved, n):
    """Step a block until all its lanes stand; the number of steps.

    turns : M pi
    side : 1 for the flight of the larger x, -1 for that of the smaller
    x_least, t_least : x beyond which a flight lies (-1 below one revolution) and its time (0)
    moved : filled with the last step of each lane beside its way to x_least, above 1 where the
        lane is not to be trusted
    """
    rounds = 0
    most = 1.0 if turns > 0.0 else 1e6
    while rounds < _MOST:
        for k in range(n):
            g, s, at, low = lam[k], less[k], x[k], x_least[k]
            t, y, q = _flight(at, g, s)
            u = 1.0 - at * at
            near = abs(u) < _NEAR_PARABOLA
            inverse = 1.0 / (_NEAR_PARABOLA if near else u)
            t = t + turns * abs(inverse) * math.sqrt(abs(inverse))
            d1, d2, d3 = _slopes(at, t, y, g, s, inverse)
            new = at - _step(t - time[k], d1, d2, d3)
            new = new if side * (new - low) > 0.0 else 0.5 * (at + low)
            new = new if side * new < most else 0.5 * (at + side)
            lost = near or q <= _LEAST_Q or not new > _LEAST_X or time[k] < t_least[k]
            lost = lost or (turns > 0.0 and g > _CLOSED)
            x[k] = at if lost else new
            moved[k] = 9.0 if lost else abs(new - at) / abs(at - low)
        rounds += 1
        worst = 0.0
        for k in range(n):
            here = moved[k] if moved[k] < 1.0 else 0.0
            worst = max(worst, here)
        if worst < _SETTLED:
            break
    return rounds


@njit(cache=True, error_model="numpy", nogil=True, fastmath=_FAST)
def bottom_block(lam, less, turns, x_least, t_least, n):
    """The fastest flight of M revolutions in each lane: its x and its time.

    turns : M pi. Three of Halley's steps on the slope, from the x at which it nearly vanishes; the
    time is that before the last, which it hardly feels.
    """
    for k in range(n):
        g, s = lam[k], less[k]
        root = math.sqrt(s)
        whole = angle(root, g) + g * root + turns
        x_least[k] = 2.0 / (3.0 * whole + 2.0 * g * g * g / math.sqrt(s + 0.04))
    for _ in range(3):
        for k in range(n):
            g, s, at = lam[k], less[k], x_least[k]
            t, y, _ = _flight(at, g, s)
            inverse = 1.0 / (1.0 - at * at)
            t = t + turns * inverse * math.sqrt(inverse)
            d1, d2, d3 = _slopes(at, t, y, g, s, inverse)
            x_least[k] = at - 2.0 * d1 * d2 / (2.0 * d2 * d2 - d1 * d3)
            t_least[k] = t


@njit(cache=True, error_model="numpy", nogil=True, fastmath=_FAST)
def guess_turns_block(lam, less, time, side, x_least, t_least, x, n):
    """Where the steps of a block begin on one side of the fastest flight of M revolutions.

    time^(-2/3) is nearly a parabola in x that vanishes at x = 1 and x = -1; its curvature at the
    fastest flight and its end give the cubic that is solved.
    """
    for k in range(n):
        g, s, at, bottom = lam[k], less[k], x_least[k], t_least[k]
        y = math.sqrt(s + g * g * at * at)
        inverse = 1.0 / (1.0 - at * at)
        bend = inverse * (3.0 * bottom + 2.0 * s * g * g * g / (y * y * y))
        reach = 1.0 - side * at
        share = min(bottom / time[k], 1.0)
        fall = 1.0 - _two_thirds(share)
        a = bend / (3.0 * bottom)
        b = (1.0 - a * reach * reach) / (reach * reach * reach)
        d = reach * math.sqrt(fall) + 1e-12
        for _ in range(2):
            d = d - (d * d * (a + b * d) - fall) / (d * (2.0 * a + 3.0 * b * d))
            d = d if d > 0.0 else 1e-6
            d = d if d < reach else 0.999 * reach
        x[k] = at + side * d


@njit(cache=True, error_model="numpy", nogil=True)
def mend_block(lam, time, revolutions, side, t_least, x, moved, steps, status, rounds, n):
    """Solve one by one the lanes that the block could not.

    status : where 0, stays so for a lane that stands; 3 for one that does not settle, 4 where the
        time is less than the fastest
    """
    for k in range(n):
        if status[k] != 0:
            continue
        steps[k] = rounds
        if time[k] < t_least[k] and not lam[k] > _CLOSED:
            status[k] = 4
        elif not moved[k] < _SETTLED:
            if revolutions == 0:
                x[k], steps[k] = solve_x(time[k], lam[k])
            else:
                x[k], steps[k] = solve_turns(time[k], lam[k], revolutions, side < 0.0)
            if steps[k] < 0 or not math.isfinite(x[k]):
                status[k] = 4 if revolutions > 0 and math.isnan(x[k]) else 3


@njit(cache=True, error_model="numpy", nogil=True)
def unknowns_block(
    lam, less, time, revolutions, side, x_least, t_least, x, moved, steps, status, n
):
    """The unknown of every lane of a block from nothing: guess, steps, and what is left over."""
    turns = revolutions * math.pi
    if revolutions == 0:
        x_least[:n] = -1.0
        t_least[:n] = 0.0
        guess_block(lam, less, time, x, n)
    else:
        bottom_block(lam, less, turns, x_least, t_least, n)
        guess_turns_block(lam, less, time, side, x_least, t_least, x, n)
    rounds = settle_block(lam, less, time, turns, side, x_least, t_least, x, moved, n)
    mend_block(lam, time, revolutions, side, t_least, x, moved, steps, status, rounds, n)
