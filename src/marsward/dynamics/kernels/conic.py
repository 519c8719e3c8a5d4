"""Compiled flight along a conic in universal variables, with its state transition matrix."""

import math

import numpy as np
from numba import njit

FLOWN, NOT_FLOWN = 0, 1
_ROUNDS = 60


@njit(cache=True, error_model="numpy", nogil=True)
def stumpff(psi):
    """Stumpff's functions c2, c3, c4, c5 of psi = alpha chi^2."""
    if abs(psi) < 1.0:
        c4, c5, term = 0.0, 0.0, 1.0 / 24.0
        for k in range(14):
            c4 += term
            c5 += term / (2 * k + 5)
            term *= -psi / ((2 * k + 5) * (2 * k + 6))
        return 0.5 - psi * c4, 1.0 / 6.0 - psi * c5, c4, c5
    root = math.sqrt(abs(psi))
    if psi > 0.0:
        c2, c3 = (1.0 - math.cos(root)) / psi, (root - math.sin(root)) / (psi * root)
    else:
        c2, c3 = (1.0 - math.cosh(root)) / psi, (root - math.sinh(root)) / (psi * root)
    return c2, c3, (0.5 - c2) / psi, (1.0 / 6.0 - c3) / psi


@njit(cache=True, error_model="numpy", nogil=True)
def universal(state, seconds, gm):
    """Universal anomaly chi [m^(1/2)] after a time, and 1/a [1/m]; NaN when it is not found."""
    r = math.sqrt(state[0] ** 2 + state[1] ** 2 + state[2] ** 2)
    speed2 = state[3] ** 2 + state[4] ** 2 + state[5] ** 2
    radial = (state[0] * state[3] + state[1] * state[4] + state[2] * state[5]) / r
    alpha = 2.0 / r - speed2 / gm
    root = math.sqrt(gm)
    if alpha > 0.0:  # whole turns lead back to the same place
        turn = 2.0 * math.pi / (root * alpha * math.sqrt(alpha))
        seconds = seconds - turn * math.floor(seconds / turn + 0.5)
    lean = r * radial / root
    away = 1.0 - alpha * r
    goal = root * seconds
    chi = goal * abs(alpha) if alpha * r > 1e-3 else goal / r
    scale = abs(goal) + 1e-300
    if alpha < 0.0:  # a hyperbola's anomaly grows as a logarithm
        most = 4.0 * math.log(2.0 + abs(goal) * abs(alpha) ** 1.5) / math.sqrt(-alpha)
        chi = min(max(chi, -most), most)
    for _ in range(_ROUNDS):
        psi = alpha * chi * chi
        c2, c3, _c4, _c5 = stumpff(psi)
        miss = lean * chi * chi * c2 + away * chi**3 * c3 + r * chi - goal
        slope = lean * chi * (1.0 - psi * c3) + away * chi * chi * c2 + r
        bend = lean * (1.0 - psi * c2) + away * chi * (1.0 - psi * c3)
        under = math.sqrt(abs(16.0 * slope * slope - 20.0 * miss * bend))
        step = 5.0 * miss / (slope + math.copysign(under, slope))  # Laguerre's, of degree 5
        chi -= step
        if abs(step) <= 4e-16 * abs(chi) or abs(miss) <= 2e-16 * scale:
            return chi, alpha
    if abs(step) <= 1e-11 * abs(chi):
        return chi, alpha
    return math.nan, alpha


@njit(cache=True, error_model="numpy", nogil=True)
def fly_conic(state, seconds, gm, out):
    """State after a time, into ``out`` (6,); returns chi and alpha."""
    chi, alpha = universal(state, seconds, gm)
    r0 = math.sqrt(state[0] ** 2 + state[1] ** 2 + state[2] ** 2)
    psi = alpha * chi * chi
    c2, c3, _c4, _c5 = stumpff(psi)
    root = math.sqrt(gm)
    lean = (state[0] * state[3] + state[1] * state[4] + state[2] * state[5]) / root
    r = r0 * (1.0 - psi * c2) + lean * chi * (1.0 - psi * c3) + chi * chi * c2
    f = 1.0 - chi * chi * c2 / r0
    # the time within the turn, told by Kepler's equation itself
    g = (lean * chi * chi * c2 + r0 * chi * (1.0 - psi * c3)) / root
    f_rate = root / (r * r0) * chi * (psi * c3 - 1.0)
    g_rate = 1.0 - chi * chi * c2 / r
    for k in range(3):
        out[k] = f * state[k] + g * state[k + 3]
        out[k + 3] = f_rate * state[k] + g_rate * state[k + 3]
    return chi, alpha


@njit(cache=True, error_model="numpy", nogil=True)
def conic_rows(states, seconds, gm, out, status):
    """States (n, 6) after times (n,), into ``out`` (n, 6), NaN where ``status`` is not 0."""
    for i in range(seconds.size):
        fly_conic(states[i], seconds[i], gm[i], out[i])
        status[i] = FLOWN
        for k in range(6):
            if not math.isfinite(out[i, k]):
                status[i] = NOT_FLOWN
        if status[i] != FLOWN:
            out[i] = np.nan


@njit(cache=True, error_model="numpy", nogil=True)
def conic_transition(state, seconds, gm, out, place):
    """State after a time into ``out`` (6,), d(position)/d(first state) into ``place`` (3, 6).

    Battin 1999, section 9.7. The formula wants the whole time, turns included.
    """
    chi, alpha = fly_conic(state, seconds, gm, out)
    if alpha > 0.0:
        turn = 2.0 * math.pi / (math.sqrt(gm * alpha) * alpha)
        chi += 2.0 * math.pi / math.sqrt(alpha) * math.floor(seconds / turn + 0.5)
    psi = alpha * chi * chi
    c2, c3, c4, c5 = stumpff(psi)
    root = math.sqrt(gm)
    u2, u3, u4, u5 = chi**2 * c2, chi**3 * c3, chi**4 * c4, chi**5 * c5
    r0 = math.sqrt(state[0] ** 2 + state[1] ** 2 + state[2] ** 2)
    r = math.sqrt(out[0] ** 2 + out[1] ** 2 + out[2] ** 2)
    lean = (state[0] * state[3] + state[1] * state[4] + state[2] * state[5]) / root
    f = 1.0 - u2 / r0
    g = (lean * u2 + r0 * (chi - alpha * u3)) / root
    c = (3.0 * u5 - chi * u4 - root * seconds * u2) / root
    for i in range(3):
        for j in range(3):
            gone_i, gone_j = out[i + 3] - state[i + 3], out[j + 3] - state[j + 3]
            place[i, j] = (
                r / gm * gone_i * gone_j
                + (r0 * (1.0 - f) * out[i] * state[j] + c * out[i + 3] * state[j]) / r0**3
            )
            place[i, j + 3] = (
                r0 / gm * (1.0 - f) * ((out[i] - state[i]) * state[j + 3] - gone_i * state[j])
                + c / gm * out[i + 3] * state[j + 3]
            )
        place[i, i] += f
        place[i, i + 3] += g
