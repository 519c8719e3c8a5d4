"""Bank angle of an entry: commands on the navigated state, and the turning that follows them.

`plan` holds the numbers of the guidance in the order of the names below, `reference` the rows of
the reference flight over speed: range to go [m], deceleration by drag [m s-2], rate of height
[m/s], vertical lift over drag, the slopes of range with deceleration, with rate of height and with
lift over drag, lift over drag, and bank [rad]. `nav` holds errors of known position [m] and
velocity [m/s] in turning axes and of the accelerometers' scale [-]. `helm` is the bank [rad], its
rate and acceleration, the side, reversals so far, the command and the phase.
"""

import math

import numpy as np
from numba import njit

from marsward.vehicles.kernels.entry_motion import sight

PERIOD, FOLLOW, START_DRAG, ALIGN_SPEED, ALIGN_GAIN, ALIGN_LIMIT = 0, 1, 2, 3, 4, 5
LEAST_BANK, MOST_BANK, GAIN, CORRIDOR, CORRIDOR_FLOOR, BANK_RATE = 6, 7, 8, 9, 10, 11
BANK_FORCE, TARGET, SIDE0, SPEED0, SPEED_STEP, LATERAL = 12, 13, 16, 17, 18, 19
PLAN = 20
BANK, RATE, TURN, SIDE, REVERSALS, COMMAND, PHASE = 0, 1, 2, 3, 4, 5, 6
HELM = 7
PREBANK, RANGE, ALIGN = 0.0, 1.0, 2.0


@njit(cache=True, error_model="numpy", nogil=True)
def known(y, t, nav, position, velocity):
    """The navigated position and velocity at a time [s] after the start."""
    for i in range(3):
        position[i] = y[i] + nav[i] + nav[3 + i] * t
        velocity[i] = y[3 + i] + nav[3 + i]


@njit(cache=True, error_model="numpy", nogil=True)
def command(y, t, drag, planet, plan, reference, nav, helm, position, velocity):
    """Set the commanded bank in `helm`; `drag` is the true deceleration by drag [m s-2]."""
    known(y, t, nav, position, velocity)
    speed2 = velocity[0] ** 2 + velocity[1] ** 2 + velocity[2] ** 2
    speed = math.sqrt(speed2)
    r = math.sqrt(position[0] ** 2 + position[1] ** 2 + position[2] ** 2)
    climb = (velocity[0] * position[0] + velocity[1] * position[1] + velocity[2] * position[2]) / r
    felt = drag * (1.0 + nav[6])
    ahead, right = sight(position, velocity, plan[TARGET : TARGET + 3])
    ahead, right = ahead * planet[12], right * planet[12]

    x = min(max((speed - plan[SPEED0]) * plan[SPEED_STEP], 0.0), reference.shape[0] - 1.0)
    i = min(int(x), reference.shape[0] - 2)
    b = x - i
    low, high = reference[i], reference[i + 1]

    if helm[PHASE] == PREBANK and felt >= plan[START_DRAG]:
        helm[PHASE] = RANGE
    if helm[PHASE] != PREBANK and speed < plan[ALIGN_SPEED]:
        helm[PHASE] = ALIGN
    if helm[PHASE] == ALIGN:
        bearing = plan[ALIGN_GAIN] * math.atan2(right, max(ahead, 1.0))
        helm[COMMAND] = min(max(bearing, -plan[ALIGN_LIMIT]), plan[ALIGN_LIMIT])
        return
    size = (1.0 - b) * low[8] + b * high[8]
    if helm[PHASE] == RANGE and plan[FOLLOW] > 0.0:
        told = (1.0 - b) * low[0] + b * high[0]
        told += ((1.0 - b) * low[4] + b * high[4]) * (felt - (1.0 - b) * low[1] - b * high[1])
        told += ((1.0 - b) * low[5] + b * high[5]) * (climb - (1.0 - b) * low[2] - b * high[2])
        slope = (1.0 - b) * low[6] + b * high[6]
        lift = (1.0 - b) * low[3] + b * high[3]
        if slope > 0.0:
            lift += plan[GAIN] * (ahead - told) / slope
        whole = (1.0 - b) * low[7] + b * high[7]
        if whole > 0.0:
            size = math.acos(min(max(lift / whole, -1.0), 1.0))
    size = min(max(size, plan[LEAST_BANK]), plan[MOST_BANK])
    if helm[PHASE] == RANGE and plan[LATERAL] > 0.0:
        room = plan[CORRIDOR_FLOOR] + plan[CORRIDOR] * speed2
        if (right > room and helm[SIDE] < 0.0) or (right < -room and helm[SIDE] > 0.0):
            helm[SIDE] = -helm[SIDE]
            helm[REVERSALS] += 1.0
    helm[COMMAND] = helm[SIDE] * size


@njit(cache=True, error_model="numpy", nogil=True)
def steer(plan, helm):
    """Set the acceleration of the bank for the next period, within limits of rate and force.

    The rate at the period's end is the most from which the bank can still be stopped at the
    command, and no more than brings it there in two periods.
    """
    tick, force, limit = plan[PERIOD], plan[BANK_FORCE], plan[BANK_RATE]
    left = helm[COMMAND] - helm[BANK] - 0.5 * helm[RATE] * tick
    size = abs(left)
    half = 0.5 * force * tick
    rate = math.sqrt(half * half + 2.0 * force * size) - half
    rate = min(rate, size / tick, limit)
    if left < 0.0:
        rate = -rate
    helm[TURN] = min(max((rate - helm[RATE]) / tick, -force), force)


@njit(cache=True, error_model="numpy", nogil=True)
def gains(seconds, speed, angle, radius, drag, lift, upward, slope, gravity, scale, out):
    """Slopes of the range flown from each row of a reference flight to its end at a given speed.

    The costate of x = (path, speed, angle, height) of level flight over a sphere is followed back
    along the reference from the end, where range at the speed of the end counts. Then at equal
    speed dR = F1 dD + F2 dh' + F3 du.

    seconds, speed [m/s], angle [rad], radius [m], drag [m s-2], lift (over drag), upward (lift over
    drag, vertical): rows (n,) in time; slope : of ln(coefficient of drag) with speed [s/m];
    gravity : [m s-2] (n,); scale : height over which density falls by e (n,) [m];
    out : (n, 3) slopes F1 [s2], F2 [s], F3 [m].
    """
    n = seconds.size
    sphere = radius[n - 1]
    last = n - 1
    fall = drag[last] + gravity[last] * math.sin(angle[last])
    ps = 1.0
    pv = sphere / radius[last] * speed[last] * math.cos(angle[last]) / fall
    pg, ph, pu = 0.0, 0.0, 0.0
    out[last, 0], out[last, 1], out[last, 2] = 0.0, 0.0, 0.0
    rate = np.empty(4)
    half = np.empty(4)
    for i in range(last, 0, -1):
        step = seconds[i] - seconds[i - 1]
        adjoint(pv, pg, ph, i, ps, sphere, speed, angle, radius, drag, upward, slope, gravity,
                scale, rate)  # fmt: skip
        adjoint(pv + step * rate[0], pg + step * rate[1], ph + step * rate[2], i - 1, ps, sphere,
                speed, angle, radius, drag, upward, slope, gravity, scale, half)  # fmt: skip
        pv += 0.5 * step * (rate[0] + half[0])
        pg += 0.5 * step * (rate[1] + half[1])
        ph += 0.5 * step * (rate[2] + half[2])
        pu += 0.5 * step * (rate[3] + half[3])
        j = i - 1
        v, cosine = speed[j], math.cos(angle[j])
        out[j, 0] = -scale[j] / drag[j] * ph
        out[j, 1] = pg / (v * cosine)
        out[j, 2] = pu


@njit(cache=True, error_model="numpy", nogil=True)
def adjoint(pv, pg, ph, i, ps, sphere, speed, angle, radius, drag, upward, slope, gravity, scale,
            rate):  # fmt: skip
    """Rates with time to go of the costate of speed, angle, height and lift over drag."""
    v, r, d, g = speed[i], radius[i], drag[i], gravity[i]
    sine, cosine, u = math.sin(angle[i]), math.cos(angle[i]), upward[i]
    more = d * (2.0 / v + slope[i])
    level = v / r - g / v
    rate[0] = (
        ps * sphere / r * cosine
        - pv * more
        + pg * (u * (more / v - d / (v * v)) + (1.0 / r + g / (v * v)) * cosine)
        + ph * sine
    )
    rate[1] = -ps * sphere / r * v * sine - pv * g * cosine - pg * level * sine + ph * v * cosine
    rate[2] = (
        -ps * sphere * v * cosine / (r * r)
        + pv * (d / scale[i] + 2.0 * g / r * sine)
        + pg * (-u * d / (v * scale[i]) + (-v / (r * r) + 2.0 * g / (r * v)) * cosine)
    )
    rate[3] = pg * d / v
