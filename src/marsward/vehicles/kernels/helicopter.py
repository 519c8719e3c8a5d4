"""A coaxial helicopter as a rigid body under its control loops, and the gusts that push it.

World axes are east, north, up; the body's are forward, left, up. State (14): place of the centre of
mass (3), velocity (3), quaternion from body to world, scalar first (4), turning rates (3), rotor
speed [rad/s]. Servos lag and hold collective, forward and sideward cyclic and the difference of the
two collectives. Rotor forces are read straight between the nodes of a table of collective, speed
along the axis and across it, and go with the square of the rotor's speed.
"""

from __future__ import annotations

import math

import numpy as np
from numba import njit

__all__ = ["COLUMNS", "PARAMETERS", "drift", "filtered", "fly", "rates", "rotor_force"]

Array = np.ndarray
PARAMETERS = (
    "mass", "inertia_x", "inertia_y", "inertia_z", "rotor_inertia", "hub_height", "leg_height",
    "drag", "hub_drag", "gravity", "omega", "cyclic_moment", "yaw_moment", "servo_time",
    "cyclic_limit", "collective_low", "collective_high", "trim_collective", "trim_thrust",
    "thrust_slope", "trim_torque", "most_torque", "attitude", "turning", "velocity", "position",
    "tilt_limit", "descent", "camera_height", "scale_error", "bias_east", "bias_north", "heading",
    "rotor_radius", "landing_height", "step", "longest", "acceleration",
)  # fmt: skip
"""Names of the parameters, in their order."""
(
    MASS, IX, IY, IZ, IROTOR, HUB, LEGS, DRAG, HUBDRAG, GRAVITY, OMEGA, CYCLIC, YAW, SERVO, CYCMAX,
    COLLOW, COLHIGH, COLTRIM, TTRIM, TSLOPE, QTRIM, QMAX, KATT, KRATE, KVEL, KPOS, TILTMAX, DESCENT,
    CAMERA, SCALE, BIASE, BIASN, HEADING, RADIUS, LANDING, STEP, LONGEST, ACCELERATION,
) = range(38)  # fmt: skip
COLUMNS = (
    "time", "east", "north", "up", "velocity_east", "velocity_north", "velocity_up", "roll",
    "pitch", "heading", "tilt", "collective", "rotor_speed", "shaft_power", "thrust",
    "estimated_east", "estimated_north", "wind_east", "wind_north", "wind_up", "torque",
)  # fmt: skip
"""Columns of the log of a flight, angles in radians."""
_BOOST = 0.05  # m of height under which only turning rates are held


@njit(cache=True, error_model="numpy", nogil=True)
def filtered(carry: Array, spread: Array, tell: Array, noise: Array, first: Array) -> Array:
    """States x(i+1) = carry x(i) + spread noise(i), told as tell . x: (n,) from noise (n, 2)."""
    out = np.empty(noise.shape[0])
    a, b = first[0], first[1]
    for i in range(noise.shape[0]):
        out[i] = tell[0] * a + tell[1] * b
        u, v = noise[i, 0], noise[i, 1]
        a, b = (
            carry[0, 0] * a + carry[0, 1] * b + spread[0, 0] * u + spread[0, 1] * v,
            carry[1, 0] * a + carry[1, 1] * b + spread[1, 0] * u + spread[1, 1] * v,
        )
    return out


@njit(cache=True, error_model="numpy", nogil=True)
def _place(nodes: Array, value: float) -> tuple[int, float]:
    """Interval of even nodes and the part of it; values outside go on straight from the edge."""
    gap = nodes[1] - nodes[0]
    i = min(max(int((value - nodes[0]) / gap), 0), nodes.size - 2)
    return i, (value - nodes[i]) / gap


@njit(cache=True, error_model="numpy", nogil=True)
def rotor_force(
    nodes_c: Array, nodes_a: Array, nodes_s: Array, table: Array,
    collective: float, along: float, across: float,
) -> tuple[float, float]:  # fmt: skip
    """Thrust [N] and the rotors' two torques together [N m] at the table's rotor speed.

    table : (2, c, a, s) over collective [rad], speed along the axis and across it [m/s]
    """
    i, p = _place(nodes_c, collective)
    j, q = _place(nodes_a, min(max(along, nodes_a[0]), nodes_a[-1]))
    k, r = _place(nodes_s, min(across, nodes_s[-1]))
    thrust, torque = 0.0, 0.0
    for di in range(2):
        wi = p if di else 1.0 - p
        for dj in range(2):
            wj = wi * (q if dj else 1.0 - q)
            for dk in range(2):
                w = wj * (r if dk else 1.0 - r)
                thrust += w * table[0, i + di, j + dj, k + dk]
                torque += w * table[1, i + di, j + dj, k + dk]
    return thrust, torque


@njit(cache=True, error_model="numpy", nogil=True)
def _turn(state: Array) -> Array:
    """Rotation from body to world (3, 3) of a state."""
    w, x, y, z = state[6], state[7], state[8], state[9]
    out = np.empty((3, 3))
    out[0, 0] = 1.0 - 2.0 * (y * y + z * z)
    out[0, 1] = 2.0 * (x * y - w * z)
    out[0, 2] = 2.0 * (x * z + w * y)
    out[1, 0] = 2.0 * (x * y + w * z)
    out[1, 1] = 1.0 - 2.0 * (x * x + z * z)
    out[1, 2] = 2.0 * (y * z - w * x)
    out[2, 0] = 2.0 * (x * z - w * y)
    out[2, 1] = 2.0 * (y * z + w * x)
    out[2, 2] = 1.0 - 2.0 * (x * x + y * y)
    return out


@njit(cache=True, error_model="numpy", nogil=True)
def _ground_gain(height: float, radius: float) -> float:
    """Thrust near level ground over that far from it, at one power: Cheeseman & Bennett 1955."""
    near = max(height, 0.5 * radius)
    return 1.0 / (1.0 - (radius / (4.0 * near)) ** 2)


@njit(cache=True, error_model="numpy", nogil=True)
def rates(
    state: Array, servo: Array, motor: float, wind: Array, ground: float, par: Array,
    nodes_c: Array, nodes_a: Array, nodes_s: Array, table: Array, out: Array,
) -> tuple[float, float]:  # fmt: skip
    """Rates of the state into `out`; thrust [N] and torque of both rotors [N m].

    servo : collective, forward cyclic, leftward cyclic, difference; motor : torque on each rotor
    """
    turn = _turn(state)
    ve, vn, vu = state[3] - wind[0], state[4] - wind[1], state[5] - wind[2]
    bx = turn[0, 0] * ve + turn[1, 0] * vn + turn[2, 0] * vu
    by = turn[0, 1] * ve + turn[1, 1] * vn + turn[2, 1] * vu
    bz = turn[0, 2] * ve + turn[1, 2] * vn + turn[2, 2] * vu
    gain = (state[13] / par[OMEGA]) ** 2
    thrust, torque = rotor_force(
        nodes_c, nodes_a, nodes_s, table, servo[0], bz, math.sqrt(bx * bx + by * by)
    )
    over = state[2] + par[HUB] - ground
    thrust *= gain * _ground_gain(over, par[RADIUS])
    torque *= gain
    spin = math.sqrt(gain)
    hx, hy = -par[HUBDRAG] * spin * bx, -par[HUBDRAG] * spin * by
    air = math.sqrt(bx * bx + by * by + bz * bz)
    fx, fy = hx - par[DRAG] * air * bx, hy - par[DRAG] * air * by
    fz = thrust - par[DRAG] * air * bz
    wx, wy, wz = state[10], state[11], state[12]
    cyclic = par[CYCLIC] * gain
    damp = par[CYCLIC] * spin / par[OMEGA]
    mx = -cyclic * servo[2] - damp * wx - par[HUB] * hy
    my = cyclic * servo[1] - damp * wy + par[HUB] * hx
    mz = par[YAW] * gain * servo[3]
    for i in range(3):
        out[i] = state[3 + i]
        out[3 + i] = (turn[i, 0] * fx + turn[i, 1] * fy + turn[i, 2] * fz) / par[MASS]
    out[5] -= par[GRAVITY]
    q0, q1, q2, q3 = state[6], state[7], state[8], state[9]
    out[6] = 0.5 * (-q1 * wx - q2 * wy - q3 * wz)
    out[7] = 0.5 * (q0 * wx + q2 * wz - q3 * wy)
    out[8] = 0.5 * (q0 * wy - q1 * wz + q3 * wx)
    out[9] = 0.5 * (q0 * wz + q1 * wy - q2 * wx)
    out[10] = (mx - (par[IZ] - par[IY]) * wy * wz) / par[IX]
    out[11] = (my - (par[IX] - par[IZ]) * wz * wx) / par[IY]
    out[12] = (mz - (par[IY] - par[IX]) * wx * wy) / par[IZ]
    out[13] = (motor - 0.5 * torque) / par[IROTOR]
    return thrust, torque


@njit(cache=True, error_model="numpy", nogil=True)
def _advance(
    state: Array, servo: Array, motor: float, wind: Array, ground: float, par: Array,
    nodes_c: Array, nodes_a: Array, nodes_s: Array, table: Array, step: float, work: Array,
) -> tuple[float, float]:  # fmt: skip
    """One step of the classical Runge–Kutta rule; thrust and torque at its begin."""
    k1, k2, k3, k4, mid = work[0], work[1], work[2], work[3], work[4]
    thrust, torque = rates(
        state, servo, motor, wind, ground, par, nodes_c, nodes_a, nodes_s, table, k1
    )
    for i in range(14):
        mid[i] = state[i] + 0.5 * step * k1[i]
    rates(mid, servo, motor, wind, ground, par, nodes_c, nodes_a, nodes_s, table, k2)
    for i in range(14):
        mid[i] = state[i] + 0.5 * step * k2[i]
    rates(mid, servo, motor, wind, ground, par, nodes_c, nodes_a, nodes_s, table, k3)
    for i in range(14):
        mid[i] = state[i] + step * k3[i]
    rates(mid, servo, motor, wind, ground, par, nodes_c, nodes_a, nodes_s, table, k4)
    for i in range(14):
        state[i] += step / 6.0 * (k1[i] + 2.0 * k2[i] + 2.0 * k3[i] + k4[i])
    size = math.sqrt(state[6] ** 2 + state[7] ** 2 + state[8] ** 2 + state[9] ** 2)
    for i in range(6, 10):
        state[i] /= size
    return thrust, torque


@njit(cache=True, error_model="numpy", nogil=True)
def drift(
    state: Array, servo: Array, motor: float, wind: Array, par: Array, nodes_c: Array,
    nodes_a: Array, nodes_s: Array, table: Array, step: float, steps: int,
) -> Array:  # fmt: skip
    """States (steps + 1, 14) far over the ground with all controls held: for checks."""
    out = np.empty((steps + 1, 14))
    work = np.empty((5, 14))
    now = state.copy()
    out[0] = now
    for i in range(steps):
        _advance(now, servo, motor, wind, -1e6, par, nodes_c, nodes_a, nodes_s, table, step, work)
        out[i + 1] = now
    return out


@njit(cache=True, error_model="numpy", nogil=True)
def _limited(value: float, most: float) -> float:
    return min(max(value, -most), most)


@njit(cache=True, error_model="numpy", nogil=True)
def _command(
    state: Array, turn: Array, told: Array, goal: Array, held: Array, par: Array, boost: bool,
    dt: float, out: Array,
) -> None:  # fmt: skip
    """The loops of place, velocity and attitude: commands to the servos into `out`.

    told : estimated place and velocity (6); goal : place, velocity, acceleration asked for (9);
    held : integrals of the velocity's error (3)
    """
    kp, kv = par[KPOS], par[KVEL]
    want = np.empty(3)
    for i in range(3):
        stiff = 2.0 if i == 2 else 1.0
        fix = _limited(stiff * kp * (goal[i] - told[i]), 3.0)
        miss = goal[3 + i] + fix - told[3 + i]
        if not boost:
            held[i] = _limited(held[i] + 0.3 * stiff * kv * kv * miss * dt, 3.0)
        want[i] = goal[6 + i] + stiff * kv * miss + held[i]
    up = max(want[2] + par[GRAVITY], 0.3 * par[GRAVITY])
    flat = math.sqrt(want[0] ** 2 + want[1] ** 2)
    most = up * math.tan(par[TILTMAX])
    if flat > most:
        want[0] *= most / flat
        want[1] *= most / flat
        flat = most
    size = math.sqrt(flat * flat + up * up)
    ze, zn, zu = want[0] / size, want[1] / size, up / size
    if boost:
        ze, zn, zu = turn[0, 2], turn[1, 2], turn[2, 2]
    # Axis by which the body's up has to turn, told in the body's axes.
    ce = turn[1, 2] * zu - turn[2, 2] * zn
    cn = turn[2, 2] * ze - turn[0, 2] * zu
    cu = turn[0, 2] * zn - turn[1, 2] * ze
    ex = turn[0, 0] * ce + turn[1, 0] * cn + turn[2, 0] * cu
    ey = turn[0, 1] * ce + turn[1, 1] * cn + turn[2, 1] * cu
    yaw = math.atan2(turn[1, 0], turn[0, 0])
    miss = (par[HEADING] - yaw + math.pi) % (2.0 * math.pi) - math.pi
    mx = par[IX] * par[KRATE] * (par[KATT] * ex - state[10])
    my = par[IY] * par[KRATE] * (par[KATT] * ey - state[11])
    mz = par[IZ] * 0.3 * par[KRATE] * (0.2 * par[KATT] * _limited(miss, 0.5) - state[12])
    force = par[MASS] * (want[0] * turn[0, 2] + want[1] * turn[1, 2] + up * turn[2, 2])
    if boost:
        force = 1.3 * par[MASS] * par[GRAVITY]
    out[0] = par[COLTRIM] + (force - par[TTRIM]) / par[TSLOPE]
    out[0] = min(max(out[0], par[COLLOW]), par[COLHIGH])
    out[1] = _limited(my / par[CYCLIC], par[CYCMAX])
    out[2] = _limited(-mx / par[CYCLIC], par[CYCMAX])
    out[3] = _limited(mz / par[YAW], 0.5 * par[CYCMAX])


@njit(cache=True, error_model="numpy", nogil=True)
def fly(
    reference: Array, wind: Array, noise: Array, par: Array, nodes_c: Array, nodes_a: Array,
    nodes_s: Array, table: Array, every: int,
) -> tuple[Array, Array]:  # fmt: skip
    """One flight from the ground to the ground.

    reference : (n, 9) of what is asked for after take-off; wind : (m, 3) east, north, up at each
    step, the last holds on; noise : (m, 2) errors of the estimated velocity [m/s]; every : steps
    between rows of the log

    Returns the log (rows, COLUMNS) and an outcome (10): 0 landed, 1 lost attitude, 2 never landed,
    3 rotors slowed, 4 never took off; end [s], speed down, speed across [m/s], tilt [rad], energy
    at the shafts [J], greatest tilt [rad], length of the track [m], greatest power [W], greatest
    height [m].
    """
    dt = par[STEP]
    longest = int(par[LONGEST] / dt)
    log = np.empty((longest // every + 2, 21))
    state, servo, asked = np.zeros(14), np.zeros(4), np.zeros(4)
    held, told, goal, work = np.zeros(3), np.zeros(6), np.zeros(9), np.empty((5, 14))
    out = np.zeros(10)
    out[0] = 2.0
    state[2] = par[LEGS]
    state[6], state[9] = math.cos(0.5 * par[HEADING]), math.sin(0.5 * par[HEADING])
    state[13] = par[OMEGA]
    servo[0] = par[COLLOW]
    lag = 1.0 - math.exp(-dt / par[SERVO])
    integral, lost, rows, index = 0.0, 0.0, 0, 0
    grounded, boost, falling = True, True, False
    for n in range(longest):
        gust = wind[min(n, wind.shape[0] - 1)]
        turn = _turn(state)
        ground = par[LANDING] if falling else 0.0
        height = state[2] - par[LEGS]
        # what the craft believes
        if height > par[CAMERA]:
            lost = 0.0
            slip = noise[min(n, noise.shape[0] - 1)]
            told[3] = state[3] * (1.0 + par[SCALE]) + slip[0]
            told[4] = state[4] * (1.0 + par[SCALE]) + slip[1]
        else:
            lost += 0.0 if grounded else dt
            told[3], told[4] = state[3] + par[BIASE] * lost, state[4] + par[BIASN] * lost
        told[5] = state[5]
        told[0] += told[3] * dt
        told[1] += told[4] * dt
        told[2] = height
        # what it is to do
        if boost and height > _BOOST:
            boost = False
        if not boost:
            if index < reference.shape[0]:
                goal[:] = reference[index]
                index += 1
            else:
                if not falling:
                    falling = True
                    goal[3:] = 0.0
                goal[5] = max(goal[5] - dt * par[ACCELERATION], -par[DESCENT])
                goal[2] += goal[5] * dt
        _command(state, turn, told, goal, held, par, boost, dt, asked)
        for i in range(4):
            servo[i] += lag * (asked[i] - servo[i])
        slow = par[OMEGA] - state[13]
        integral = _limited(integral + 0.4 * slow * dt, par[QTRIM])
        motor = min(max(0.5 * par[QTRIM] + integral + 0.15 * slow, 0.0), par[QMAX])
        before_e, before_n = state[0], state[1]
        before = state.copy()
        thrust, torque = _advance(
            state, servo, motor, gust, ground, par, nodes_c, nodes_a, nodes_s, table, dt, work
        )
        power = 2.0 * motor * before[13]
        if grounded:
            if state[2] > before[2]:
                grounded = False
            else:
                state[:13] = before[:13]
        out[5] += power * dt
        out[7] += math.sqrt((state[0] - before_e) ** 2 + (state[1] - before_n) ** 2)
        out[8] = max(out[8], power)
        out[9] = max(out[9], state[2] - par[LEGS])
        tilt = math.acos(min(max(turn[2, 2], -1.0), 1.0))
        out[6] = max(out[6], tilt)
        out[1] = (n + 1) * dt
        touched = (not boost) and state[2] - par[LEGS] <= ground and state[5] < 0.0
        failed = tilt > 1.2 or state[13] < 0.8 * par[OMEGA]
        if n % every == 0 or touched or failed:
            log[rows, 0], log[rows, 20] = n * dt, torque
            log[rows, 1:7] = before[:6]
            log[rows, 3] -= par[LEGS]
            log[rows, 7] = math.atan2(turn[2, 1], turn[2, 2])
            log[rows, 8] = math.asin(min(max(turn[2, 0], -1.0), 1.0))
            log[rows, 9] = 0.5 * math.pi - math.atan2(turn[1, 0], turn[0, 0])
            log[rows, 10], log[rows, 11], log[rows, 12] = tilt, servo[0], before[13]
            log[rows, 13], log[rows, 14] = power, thrust
            log[rows, 15], log[rows, 16] = told[0], told[1]
            log[rows, 17:20] = gust
            rows += 1
        if touched or failed:
            out[0] = 0.0 if touched else (3.0 if tilt <= 1.2 else 1.0)
            out[2], out[4] = -state[5], tilt
            out[3] = math.sqrt(state[3] ** 2 + state[4] ** 2)
            break
        if grounded and n * dt > 5.0:
            out[0] = 4.0
            break
    return log[:rows], out
