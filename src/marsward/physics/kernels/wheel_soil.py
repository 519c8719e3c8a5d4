"""A rigid wheel on yielding soil: stresses under the rim, their sums, and the slip a load asks.

Angles are measured from the lowest point of the rim, positive to the front. Normal stress follows
the pressure under a plate by depth from the entry angle to that of the greatest stress, and is
mirrored behind it; shear stress grows with the way that the rim has slid over the soil.
"""

import math

import numpy as np
from numba import njit

COHESION = 0
TAN_FRICTION = 1
K_COHESION = 2
K_FRICTION = 3
EXPONENT = 4
GREATEST_AT = 5
GREATEST_BY_SLIP = 6
EXIT_RATIO = 7
SHEAR_ALONG = 8
SHEAR_ALONG_BY_ANGLE = 9
SHEAR_ACROSS = 10
SHEAR_ACROSS_BY_ANGLE = 11
SIDE_COHESION = 12
SIDE_WEIGHT = 13
EXPONENT_BY_SLIP = 14
ROWS = 15

LEAST_SLIP = -0.95
GREATEST_SLIP = 0.98
GREATEST_ANGLE = 1.5
SIDEWAYS_LIMIT = 1.0

NODES, WEIGHTS = np.polynomial.legendre.leggauss(10)


@njit(cache=True, error_model="numpy", nogil=True)
def rim_stress(theta, front, rear, greatest, slip, beta, r, b, soil):
    """Normal, forward and sideways stress [Pa] at one angle of the rim."""
    exponent = soil[EXPONENT] + soil[EXPONENT_BY_SLIP] * max(slip, 0.0)
    stiffness = (soil[K_COHESION] / b + soil[K_FRICTION]) * r**exponent
    if theta >= greatest:
        angle = theta
    else:
        angle = front - (theta - rear) / (greatest - rear) * (front - greatest)
    depth = max(math.cos(angle) - math.cos(front), 0.0)
    normal = stiffness * depth**exponent
    limit = soil[COHESION] + normal * soil[TAN_FRICTION]
    advance = 1.0 - slip if slip >= 0.0 else 1.0 / (1.0 + slip)
    slid = r * ((front - theta) - advance * (math.sin(front) - math.sin(theta)))
    along = soil[SHEAR_ALONG] + soil[SHEAR_ALONG_BY_ANGLE] * abs(beta)
    forward = limit * (1.0 - math.exp(-abs(slid) / along))
    if slid < 0.0:
        forward = -forward
    across = soil[SHEAR_ACROSS] + soil[SHEAR_ACROSS_BY_ANGLE] * abs(beta)
    aside = r * advance * (front - theta) * math.tan(abs(beta))
    sideways = limit * (1.0 - math.exp(-aside / across))
    return normal, forward, sideways


@njit(cache=True, error_model="numpy", nogil=True)
def contact(front, slip, soil):
    """Exit angle and angle of the greatest normal stress for an entry angle [rad]."""
    rear = -math.acos(max(1.0 - soil[EXIT_RATIO] * (1.0 - math.cos(front)), -1.0))
    share = soil[GREATEST_AT] + soil[GREATEST_BY_SLIP] * abs(slip)
    return rear, min(max(share, 0.05), 0.95) * front


@njit(cache=True, error_model="numpy", nogil=True)
def wheel_forces(front, slip, beta, r, b, soil):
    """Drawbar pull, side force, vertical force [N] and torque [N m] for an entry angle."""
    rear, greatest = contact(front, slip, soil)
    pull = side = lift = torque = 0.0
    for part in range(2):
        low = rear if part == 0 else greatest
        high = greatest if part == 0 else front
        half, middle = 0.5 * (high - low), 0.5 * (high + low)
        for k in range(NODES.size):
            theta = middle + half * NODES[k]
            normal, forward, sideways = rim_stress(
                theta, front, rear, greatest, slip, beta, r, b, soil
            )
            w = half * WEIGHTS[k] * r
            cos, sin = math.cos(theta), math.sin(theta)
            pull += w * b * (forward * cos - normal * sin)
            lift += w * b * (forward * sin + normal * cos)
            torque += w * b * r * forward
            if beta != 0.0:
                deep = max(r * (cos - math.cos(front)), 0.0)
                pushed = soil[SIDE_COHESION] * deep + soil[SIDE_WEIGHT] * deep * deep
                side += w * (b * sideways + pushed * max(1.0 - deep * cos / r, 0.0))
    if beta < 0.0:
        side = -side
    return pull, side, lift, torque


@njit(cache=True, error_model="numpy", nogil=True)
def entry_angle(load, slip, beta, r, b, soil, guess):
    """Entry angle [rad] at which the soil bears a load [N]; -1 where it cannot.

    Force against angle is nearly a power: secants of the logarithms, with a bracket behind them.
    """
    low, high = 0.0, GREATEST_ANGLE
    theta = min(max(guess, 1e-4), 0.9 * GREATEST_ANGLE)
    power = 1.0 / (2.0 * soil[EXPONENT] + 1.0)
    before, before_lift = 0.0, 0.0
    for _ in range(60):
        lift = wheel_forces(theta, slip, beta, r, b, soil)[2]
        if abs(lift - load) < 1e-9 * load:
            return theta
        if lift > load:
            high = theta
        else:
            low = theta
        step = power
        if before > 0.0 and before_lift > 0.0 and lift > 0.0 and lift != before_lift:
            step = math.log(theta / before) / math.log(lift / before_lift)
            if not 0.02 < step < 3.0:
                step = power
        before, before_lift = theta, lift
        new = theta * (load / lift) ** step if lift > 0.0 else -1.0
        theta = new if low < new < high else 0.5 * (low + high)
        if high - low < 1e-13:
            break
    return theta if theta < 0.999 * GREATEST_ANGLE else -1.0


@njit(cache=True, error_model="numpy", nogil=True)
def _pull_less_need(slip, beta, load, need, r, b, soil, guess):
    front = entry_angle(load, slip, beta, r, b, soil, guess)
    if front < 0.0:
        return -1e30, 0.0, 0.0, guess
    pull, side, _, torque = wheel_forces(front, slip, beta, r, b, soil)
    return pull - need, side, torque, front


@njit(cache=True, error_model="numpy", nogil=True)
def slip_for_pull(load, need, beta, r, b, soil, guess):
    """The least slip at which the wheel pulls `need` [N]: slip, side force, torque, entry angle.

    A slip of 2 says that no slip does.
    """
    low, high = LEAST_SLIP, GREATEST_SLIP
    f_low, side, torque, front = _pull_less_need(low, beta, load, need, r, b, soil, guess)
    if f_low > 0.0:
        return low, side, torque, front
    f_high = -1.0
    for trial in (0.15, 0.4, 0.7, 0.9, GREATEST_SLIP):
        f, side, torque, front = _pull_less_need(trial, beta, load, need, r, b, soil, front)
        if f >= 0.0:
            high, f_high = trial, f
            break
        low, f_low = trial, f
    if f_high < 0.0:
        return 2.0, side, torque, front
    slip, last = high, 0
    for _ in range(80):
        slip = (low * f_high - high * f_low) / (f_high - f_low)
        if not low < slip < high:
            slip = 0.5 * (low + high)
        f, side, torque, front = _pull_less_need(slip, beta, load, need, r, b, soil, front)
        if abs(f) < 1e-7 * load or high - low < 1e-12:
            break
        if f > 0.0:
            high, f_high = slip, f
            f_low = 0.5 * f_low if last > 0 else f_low
            last = 1
        else:
            low, f_low = slip, f
            f_high = 0.5 * f_high if last < 0 else f_high
            last = -1
    return slip, side, torque, front


@njit(cache=True, error_model="numpy", nogil=True)
def _side_less_need(beta, weight, up, over, bear, r, b, soil, guess):
    need = weight * (up * math.cos(beta) + over * math.sin(beta))
    slip, side, torque, front = slip_for_pull(weight * bear, need, beta, r, b, soil, guess)
    if slip > 1.0:
        return -1e30, slip, torque, front
    miss = side - weight * (over * math.cos(beta) - up * math.sin(beta))
    return miss, slip, torque, front


@njit(cache=True, error_model="numpy", nogil=True)
def slope_slip(along, across, weight, r, b, soil, guess):
    """Slip, angle of crabbing, torque and entry angle of a wheel on a slope.

    along, across : tangents of the ground's rise in the direction of travel and to its side
    weight : of the rover on this wheel on level ground [N]

    The wheel heads upslope of its way by the crabbing angle, so that the way is kept. A slip of 2
    says that it cannot climb, of 3 that it slides down the side.
    """
    across = abs(across)
    first, whole = math.sqrt(1.0 + along * along), math.sqrt(1.0 + along**2 + across**2)
    up, over, bear = along / first, across / (first * whole), 1.0 / whole
    if across < 1e-9:
        slip, _, torque, front = slip_for_pull(weight * bear, weight * up, 0.0, r, b, soil, guess)
        return slip, 0.0, torque, front
    low, f_low = 0.0, -weight * over
    high, f_high = 0.0, -1.0
    slip, torque, front = 2.0, 0.0, guess
    bad = SIDEWAYS_LIMIT
    for trial in (0.05, 0.1, 0.2, 0.4, 0.7, SIDEWAYS_LIMIT):
        f, slip, torque, front = _side_less_need(trial, weight, up, over, bear, r, b, soil, front)
        if f < -1e29:
            bad = trial
            break
        if f >= 0.0:
            high, f_high = trial, f
            break
        low, f_low = trial, f
    if f_high < 0.0 and slip > 1.0:
        for _ in range(12):
            trial = 0.5 * (low + bad)
            f, slip, torque, front = _side_less_need(
                trial, weight, up, over, bear, r, b, soil, front
            )
            if f >= 0.0:
                high, f_high = trial, f
                break
            if f < -1e29:
                bad = trial
            else:
                low, f_low = trial, f
        if f_high < 0.0:
            return 2.0, bad, 0.0, front
    if f_high < 0.0:
        return 3.0, SIDEWAYS_LIMIT, 0.0, front
    beta, last = high, 0
    for _ in range(60):
        beta = (low * f_high - high * f_low) / (f_high - f_low)
        if not low < beta < high:
            beta = 0.5 * (low + high)
        f, slip, torque, front = _side_less_need(beta, weight, up, over, bear, r, b, soil, front)
        if abs(f) < 1e-6 * weight or high - low < 1e-10:
            break
        if f > 0.0:
            high, f_high = beta, f
            f_low = 0.5 * f_low if last > 0 else f_low
            last = 1
        else:
            low, f_low = beta, f
            f_high = 0.5 * f_high if last < 0 else f_high
            last = -1
    return slip, beta, torque, front


@njit(cache=True, error_model="numpy", nogil=True)
def fill_table(along, across, weight, r, b, soil, out):
    """Slip, crabbing angle, sinkage [m], pull on the way [N] and verdict over slopes.

    out : (5, across, along); the pull on the way is the wheel's work for a metre of way [J/m].
    Slip is 1 and work without end where a wheel is stuck, which the last row says: 1 cannot climb,
    2 slides down the side. What holds it on a slope holds it on steeper ones to either side.
    """
    for i in range(across.size):
        guess = 0.2
        for j in range(along.size):
            held = (j > 0 and out[4, i, j - 1] == 1.0) or (i > 0 and out[4, i - 1, j] > 0.0)
            if held:
                slip, beta, torque, front = 2.0, 0.0, 0.0, guess
            else:
                slip, beta, torque, front = slope_slip(
                    along[j], across[i], weight, r, b, soil, guess
                )
            if front > 0.0:
                guess = front
            out[2, i, j] = r * (1.0 - math.cos(max(front, 0.0)))
            out[1, i, j] = beta
            if slip > 1.0:
                out[0, i, j], out[3, i, j], out[4, i, j] = 1.0, np.inf, slip - 1.0
            else:
                turn = 1.0 - slip if slip >= 0.0 else 1.0 / (1.0 + slip)
                out[0, i, j] = slip
                out[3, i, j] = torque * math.cos(beta) / (r * turn)
                out[4, i, j] = 0.0
