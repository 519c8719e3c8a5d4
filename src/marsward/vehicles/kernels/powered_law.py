"""Compiled laws of powered descent: the acceleration to a gate, and the time to take for it.

Both laws are polynomials of time that meet position and speed at the gate; the quartic (Klumpp
1974, doi:10.1016/0005-1098(74)90019-3) also meets its acceleration, so that the craft comes in
upright; the cubic is the law of least energy of Guo, Hawkins & Wie 2013, doi:10.2514/1.58099.
"""

import math

import numpy as np
from numba import njit

QUARTIC, ZEM_ZEV = 0, 1
_SAMPLES = 12


@njit(cache=True, error_model="numpy", nogil=True)
def polynomial(law, gap, speed, final_speed, final_pull, time):
    """Acceleration along one axis as c0 + c1 t + c2 t²/2 [m s-2, m s-3, m s-4].

    gap : way to the gate [m]; speed, final_speed : now and there [m/s]
    final_pull : acceleration there [m s-2], met by the quartic only; time : to go [s]
    """
    miss, change = gap - speed * time, final_speed - speed
    if law == ZEM_ZEV:
        c0 = 6.0 * miss / time**2 - 2.0 * change / time
        return c0, 6.0 * change / time**2 - 12.0 * miss / time**3, 0.0
    c0 = 12.0 * miss / time**2 - 6.0 * change / time + final_pull
    c2 = 12.0 / time**3 * (0.5 * (final_pull + c0) * time - change)
    return c0, (final_pull - c0) / time - 0.5 * c2 * time, c2


@njit(cache=True, error_model="numpy", nogil=True)
def _profile_cost(law, gap, speed, final_speed, g, mass, low, high, tilt, glide, gate, time):
    """Speed change [m/s] that a time to go costs, with a heavy fine on what cannot be flown."""
    ax0, ax1, ax2 = polynomial(law, gap[0], speed[0], 0.0, 0.0, time)
    ay0, ay1, ay2 = polynomial(law, gap[1], speed[1], 0.0, 0.0, time)
    az0, az1, az2 = polynomial(law, gap[2], speed[2], final_speed, 0.0, time)
    cost, fine = 0.0, 0.0
    for i in range(_SAMPLES):
        t = time * (i + 0.5) / _SAMPLES
        ax = ax0 + ax1 * t + 0.5 * ax2 * t * t
        ay = ay0 + ay1 * t + 0.5 * ay2 * t * t
        az = az0 + az1 * t + 0.5 * az2 * t * t + g
        size = math.sqrt(ax * ax + ay * ay + az * az)
        cost += size
        fine += max(size * mass / high - 0.95, 0.0) + max(low / (size * mass + 1.0) - 1.0, 0.0)
        fine += max(math.sqrt(ax * ax + ay * ay) - 0.95 * math.tan(tilt) * max(az, 0.0), 0.0)
        # still to go, over the gate and to its side
        up = -(gap[2] - speed[2] * t - az0 * t**2 / 2 - az1 * t**3 / 6 - az2 * t**4 / 24)
        sx = gap[0] - speed[0] * t - ax0 * t**2 / 2 - ax1 * t**3 / 6 - ax2 * t**4 / 24
        sy = gap[1] - speed[1] * t - ay0 * t**2 / 2 - ay1 * t**3 / 6 - ay2 * t**4 / 24
        room = up + min(0.1 * gate, 5.0) - glide * math.sqrt(sx * sx + sy * sy)
        fine += max(-room, 0.0) / 10.0
    return cost * time / _SAMPLES, fine


@njit(cache=True, error_model="numpy", nogil=True)
def time_to_go(
    law, gap, speed, final_speed, g, mass, low, high, tilt, glide, gate, shortest, longest, count
):
    """Of `count` times from shortest to longest [s] the cheapest that can be flown.

    gap : (3,) way to the gate; speed : (3,); final_speed : upward, at the gate [m/s]
    low, high : thrust [N]; tilt : most from upright [rad]
    glide : least height over the gate by distance to its side; gate : its height over ground [m]
    Returns the time, its speed change and its fine, which is 0 where it can be flown.
    """
    best, best_cost, best_fine, least = longest, 1e30, 1e30, 1e30
    for i in range(count):
        time = shortest * (longest / shortest) ** (i / (count - 1.0))
        cost, fine = _profile_cost(
            law, gap, speed, final_speed, g, mass, low, high, tilt, glide, gate, time
        )
        total = cost + 1000.0 * fine
        if total < least:
            best, best_cost, best_fine, least = time, cost, fine, total
    return best, best_cost, best_fine


@njit(cache=True, error_model="numpy", nogil=True)
def allowed(want, low, high, tilt, out):
    """Cut a wanted force (3,) [N] to what the engines give; into `out`, returns its size.

    Weight comes first: where it is too much the sideways part gives way.
    """
    up = min(max(want[2], 0.0), high)
    side = math.sqrt(want[0] ** 2 + want[1] ** 2)
    most = min(math.sqrt(max(high * high - up * up, 0.0)), math.tan(tilt) * max(up, 1.0))
    keep = min(1.0, most / side) if side > 0.0 else 0.0
    out[0], out[1], out[2] = keep * want[0], keep * want[1], max(up, 1.0)
    size = math.sqrt(out[0] ** 2 + out[1] ** 2 + out[2] ** 2)
    for i in range(3):
        out[i] /= size
    return min(max(size, low), high)


@njit(cache=True, error_model="numpy", nogil=True)
def turned(axis, wish, most):
    """Turn a unit vector in place towards another by at most an angle [rad]."""
    dot = min(max(axis[0] * wish[0] + axis[1] * wish[1] + axis[2] * wish[2], -1.0), 1.0)
    angle = math.acos(dot)
    if angle <= most or angle < 1e-9:
        for i in range(3):
            axis[i] = wish[i]
        return
    sine = math.sin(angle)
    a, b = math.sin(angle - most) / sine, math.sin(most) / sine
    size = 0.0
    for i in range(3):
        axis[i] = a * axis[i] + b * wish[i]
        size += axis[i] ** 2
    for i in range(3):
        axis[i] /= math.sqrt(size)


@njit(cache=True, error_model="numpy", nogil=True)
def profile(law, gap, speed, final_speed, time, count):
    """Accelerations (count, 3) of the law at equal times from 0 to `time` [m s-2]."""
    out = np.empty((count, 3))
    for axis in range(3):
        end = final_speed if axis == 2 else 0.0
        c0, c1, c2 = polynomial(law, gap[axis], speed[axis], end, 0.0, time)
        for i in range(count):
            t = time * i / (count - 1.0)
            out[i, axis] = c0 + c1 * t + 0.5 * c2 * t * t
    return out
